#include "core/amf/amf.h"

#include "core/amf/detail/core.h"

namespace sen::amf {

Amf::Amf(const AmfConfig& config, Executor& executor, sbi::Bus& bus, crypto::RandomSource& random, Counters& counters, AmfPorts ports)
    : core_(std::make_shared<Core>(config, executor, bus, random, counters, std::move(ports))) {
  core_->serve();
}

Amf::~Amf() { core_->withdraw(); }

void Amf::n2_up(uint32_t association, std::string peer) { core_->n2_up(association, std::move(peer)); }
void Amf::n2_down(uint32_t association, std::string reason) { core_->n2_down(association, reason); }
void Amf::n2_received(uint32_t association, uint16_t stream, ByteView ngap) { core_->n2_received(association, stream, ngap); }

bool Amf::deregister_ue(std::string_view supi) { return core_->deregister_ue(supi); }
bool Amf::configuration_update(std::string_view supi) {
  Ue* ue = core_->find_supi(supi);
  return ue && core_->configuration_update(*ue, true);
}
void Amf::amf_configuration_update(uint8_t relative_capacity) { core_->amf_configuration_update(relative_capacity); }
bool Amf::reset(uint32_t association) { return core_->reset(association); }
bool Amf::request_location(std::string_view supi) { return core_->request_location(supi); }
bool Amf::check_radio_capability(std::string_view supi) { return core_->check_radio_capability(supi); }
bool Amf::start_trace(std::string_view supi, const Octets<8>& trace_id, const Octets<4>& collector) {
  return core_->start_trace(supi, trace_id, collector);
}
bool Amf::stop_trace(std::string_view supi, const Octets<8>& trace_id) { return core_->stop_trace(supi, trace_id); }

size_t Amf::gnb_count() const { return core_->gnbs.size(); }
size_t Amf::ue_count() const { return core_->ues.size(); }
size_t Amf::registered_count() const { return static_cast<size_t>(core_->metrics.registered.value()); }
size_t Amf::connection_count() const { return core_->connections.size(); }
bool Amf::overloaded() const { return core_->overloaded; }

std::vector<GnbStatus> Amf::gnbs() const {
  std::vector<GnbStatus> out;
  for (const auto& [association, gnb] : core_->gnbs) {
    GnbStatus status{association, gnb.peer, gnb.name, gnb.id, gnb.ready, {}, gnb.by_ran_id.size()};
    for (const auto& area : gnb.areas) status.tais.push_back(area.tai);
    out.push_back(std::move(status));
  }
  return out;
}

std::vector<UeStatus> Amf::ues(std::string_view after, size_t limit) const {
  std::vector<UeStatus> out;
  for (auto it = core_->by_supi.upper_bound(after); it != core_->by_supi.end() && out.size() < limit; ++it) {
    if (Ue* ue = core_->find(it->second)) out.push_back(core_->status_of(*ue));
  }
  return out;
}

bool Amf::find_ue(std::string_view supi, UeStatus& status) const {
  Ue* ue = core_->find_supi(supi);
  if (ue) status = core_->status_of(*ue);
  return ue != nullptr;
}

}  // namespace sen::amf
