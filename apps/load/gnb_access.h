// Access over emulated gNBs without a radio: UE n uses gNB n modulo their number.
#pragma once

#include "apps/load/access.h"
#include "apps/load/gnb.h"

namespace sen::load {

class GnbAccess final : public Access {
 public:
  struct Ports {
    std::function<Status(size_t gnb, uint16_t stream, Bytes ngap)> send_n2;
    std::function<void(size_t gnb, const Endpoint& to, Bytes gtpu)> send_n3;
  };
  GnbAccess(const std::vector<GnbConfig>& gnbs, Executor& executor, Counters& counters, Ports ports);

  Gnb& gnb(size_t index) { return *gnbs_[index]; }

  void listen(AccessEvents events) override { events_ = std::move(events); }
  size_t gnbs() const override { return gnbs_.size(); }
  void switch_on(UeIndex ue, const ue::UeNas& nas) override;
  Status send_nas(UeIndex ue, Bytes nas, const ue::Establishment* establishment) override;
  Status send_packet(UeIndex ue, PduSessionId session, Qfi qfi, ByteView ip) override;
  bool has_tunnel(UeIndex ue, PduSessionId session) const override { return of(ue).has_tunnel(ue, session); }
  Status request_release(UeIndex ue) override { return of(ue).request_release(ue); }
  void set_identity(UeIndex ue, std::optional<STmsi> s_tmsi) override { of(ue).camp(ue, s_tmsi); }

 private:
  Gnb& of(UeIndex ue) const { return *gnbs_[ue % gnbs_.size()]; }

  std::vector<GnbConfig> configs_;
  AccessEvents events_;
  std::vector<std::unique_ptr<Gnb>> gnbs_;
};

}  // namespace sen::load
