#include "apps/load/gnb_access.h"

namespace sen::load {

GnbAccess::GnbAccess(const std::vector<GnbConfig>& gnbs, Executor& executor, Counters& counters, Ports ports) : configs_(gnbs) {
  for (size_t i = 0; i < configs_.size(); ++i) {
    GnbPorts out;
    out.send_n2 = [send = ports.send_n2, i](uint16_t stream, Bytes ngap) { return send(i, stream, std::move(ngap)); };
    out.send_n3 = [send = ports.send_n3, i](const Endpoint& to, Bytes gtpu) { send(i, to, std::move(gtpu)); };
    out.state = [this, i](bool ready, const std::string& reason) { events_.state(i, ready, reason); };
    out.to_ue = [this](UeIndex ue, ByteView nas) { events_.nas(ue, nas); };
    out.released = [this](UeIndex ue) { events_.released(ue, false); };
    out.paged = [this](UeIndex ue) { events_.paged(ue); };
    out.tunnel = [this](UeIndex ue, PduSessionId session, bool up) { events_.tunnel(ue, session, up); };
    out.packet = [this](UeIndex ue, PduSessionId session, ByteView ip) { events_.packet(ue, session, ip); };
    gnbs_.push_back(std::make_unique<Gnb>(configs_[i], executor, counters, std::move(out)));
  }
}

void GnbAccess::switch_on(UeIndex ue, const ue::UeNas&) {
  const GnbConfig& gnb = configs_[ue % configs_.size()];
  events_.camped(ue, {gnb.plmn, gnb.tac});
}

Status GnbAccess::send_nas(UeIndex ue, Bytes nas, const ue::Establishment* establishment) {
  if (!establishment) return of(ue).uplink_nas(ue, std::move(nas));
  return of(ue).initial_nas(ue, std::move(nas), static_cast<ngap::RrcEstablishmentCause>(establishment->cause), establishment->s_tmsi);
}

Status GnbAccess::send_packet(UeIndex ue, PduSessionId session, Qfi, ByteView ip) { return of(ue).uplink_packet(ue, session, ip); }

}  // namespace sen::load
