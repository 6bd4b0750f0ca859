#include "apps/n2_link.h"

#include <algorithm>

#include "base/log.h"

namespace sen {

namespace {
constexpr Duration first_back_off = std::chrono::seconds(1), last_back_off = std::chrono::seconds(8);
}  // namespace

Result<std::unique_ptr<N2Link>> N2Link::open(ThreadExecutor& executor, const GnbAmfConfig& config, Events events) {
  std::unique_ptr<N2Link> link(new N2Link(executor, config, std::move(events)));
  N2Link* self = link.get();
  SctpOptions options;
  options.backend = static_cast<SctpBackend>(config.sctp);
  options.address = config.bind;
  options.udp_port = config.udp_port;
  options.remote_udp_port = config.remote_udp_port;
  SctpHandlers handlers;
  handlers.up = [self](AssociationId, const std::string&) {
    self->up_ = true;
    self->back_off_ = {};
    log_info(Layer::gnb, "N2: Connection to AMF on {}:{} completed", self->config_.address, self->config_.port);
    self->events_.up();
  };
  handlers.down = [self](AssociationId, const std::string& reason) { self->lost(reason); };
  handlers.received = [self](AssociationId, uint16_t stream, uint32_t ppid, ByteView message) {
    if (ppid != ppid_ngap) return log_warning(Layer::sctp, "payload protocol {} from the AMF is not NGAP ({}), dropped", ppid, ppid_ngap);
    self->events_.received(stream, message);
  };
  auto opened = open_sctp(executor, options, std::move(handlers));
  if (!opened) return std::unexpected(std::move(opened).error().within("cu_cp.amf"));
  link->endpoint_ = std::move(*opened);
  link->connect();
  return link;
}

void N2Link::connect() {
  auto association = endpoint_->connect(config_.address, config_.port);
  if (!association) return lost(association.error().describe());
  association_ = *association;
}

void N2Link::lost(const std::string& reason) {
  back_off_ = std::clamp(back_off_ * 2, first_back_off, last_back_off);
  log_warning(Layer::gnb, "N2: no association with the AMF at {}:{} over {}: {}; next attempt in {} s", config_.address, config_.port,
              endpoint_->describe(), reason, std::chrono::duration_cast<std::chrono::seconds>(back_off_).count());
  if (std::exchange(up_, false)) events_.down(reason);
  again_.start(back_off_, [this] { connect(); });
}

Status N2Link::send(uint16_t stream, ByteView ngap) {
  if (!up_) return fail(Fault::io, "N2", "there is no association with the AMF");
  return endpoint_->send(association_, stream, ppid_ngap, ngap);
}

void N2Link::close() {
  again_.stop();
  if (std::exchange(up_, false)) endpoint_->close(association_, false);
}

std::string N2Link::describe() const { return endpoint_->describe(); }

}  // namespace sen
