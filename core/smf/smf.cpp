#include "core/smf/smf.h"

#include "core/smf/detail/core.h"

namespace sen::smf {

Smf::Smf(const SmfConfig& config, Executor& executor, sbi::Bus& bus, Counters& counters, SmfPorts ports)
    : core_(std::make_unique<Core>(config, executor, bus, counters, std::move(ports))) {}
Smf::~Smf() = default;

void Smf::start() { core_->start(); }
void Smf::n4_received(const Endpoint& from, ByteView pfcp) { core_->n4_received(from, pfcp); }
void Smf::n4u_received(const Endpoint& from, ByteView gtpu) { core_->n4u_received(from, gtpu); }

Status Smf::modify_session(const std::string& supi, PduSessionId id, const SessionChange& change) {
  return core_->modify_session(supi, id, change);
}
Status Smf::release_session(const std::string& supi, PduSessionId id, uint8_t cause) {
  return core_->release_session(supi, id, static_cast<nas::SmCause>(cause));
}

size_t Smf::session_count() const { return core_->session_count(); }
size_t Smf::associated_upfs() const { return core_->associated_upfs(); }
std::vector<SessionStatus> Smf::sessions(size_t most) const { return core_->sessions(most); }
size_t Smf::bytes_per_session() const { return core_->bytes_per_session(); }

}  // namespace sen::smf
