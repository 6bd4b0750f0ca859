// The radio access network in one process: a gNB with its cells, the slot-level air, and test UEs with their access strata, driven slot by slot on one
// executor. Deterministic under a ManualExecutor from the seed. N2 and N3 leave through the ports; NAS and the applications of the UEs are the load
// generator's, which reaches them as its Access.
#pragma once

#include <memory>

#include "air/slot_air.h"
#include "apps/radio_ues.h"
#include "gnb/gnb.h"

namespace sen {

struct RadioConfig {
  gnb::RrcSettings gnb;
  air::AirConfig air;
  std::vector<air::Point> cell_positions;    // missing ones: 400 m apart on a line
  // Where UE n is and how it moves; empty: around the first cell, standing.
  std::function<air::Track(load::UeIndex ue)> track;
  std::vector<Plmn> ue_plmns;
  uint64_t seed = 1;
};

struct RadioPorts {
  std::function<Status(uint16_t stream, Bytes ngap)> send_n2;
  std::function<void(const IpAddress& peer, Packet datagram)> send_n3;
  std::function<void(bool ready, const std::string& reason)> n2_state;  // may be empty
  // May be empty. UEs of other processes hear the slot that begins at this time of the air, and send, before it returns.
  std::function<void(int64_t now_ns)> exchange;
};

// What a capture of the RAN's layers needs to know of a PDU.
struct RadioTaps {
  gnb::GnbTaps gnb;
  std::function<void(load::UeIndex ue, const char* channel, ByteView message)> ue_rrc;
};

class RadioNetwork final : public load::Access {
 public:
  // Errors name the cell's field that cannot work.
  static Result<std::unique_ptr<RadioNetwork>> create(RadioConfig config, Executor& executor, Counters& counters, RadioPorts ports);
  ~RadioNetwork() override;

  // The cells begin to send with the next slot.
  void start();
  void stop();
  void n2_up() { gnb_->n2_up(); }
  void n2_down(const std::string& reason) { gnb_->n2_down(reason); }
  void n2_received(uint16_t stream, ByteView ngap) { gnb_->n2_received(stream, ngap); }
  void n3_received(const IpAddress& from, Packet datagram) { gnb_->n3_received(from, std::move(datagram)); }

  void listen(load::AccessEvents events) override { ues_.listen(std::move(events)); }
  size_t gnbs() const override { return 1; }
  void switch_on(load::UeIndex ue, const ue::UeNas& nas) override { ues_.switch_on(ue, nas); }
  Status send_nas(load::UeIndex ue, Bytes nas, const ue::Establishment* establishment) override {
    return ues_.send_nas(ue, std::move(nas), establishment);
  }
  Status send_packet(load::UeIndex ue, PduSessionId session, Qfi qfi, ByteView ip) override { return ues_.send_packet(ue, session, qfi, ip); }
  bool has_tunnel(load::UeIndex ue, PduSessionId session) const override { return ues_.has_tunnel(ue, session); }
  Status request_release(load::UeIndex ue) override;
  void set_identity(load::UeIndex ue, std::optional<STmsi> s_tmsi) override { ues_.set_identity(ue, s_tmsi); }

  gnb::Gnb& gnb() { return *gnb_; }
  air::SlotAir& air() { return air_; }
  const ue::AccessStratum* ue(load::UeIndex index) const { return ues_.ue(index); }
  uint64_t slots() const { return slots_; }
  PacketPool& packets() { return pool_; }
  void set_taps(RadioTaps taps);

 private:
  RadioNetwork(RadioConfig config, Executor& executor, Counters& counters, RadioPorts ports);
  Status add_cells();
  void on_slot();

  RadioConfig config_;
  Executor& executor_;
  Counters& counters_;
  RadioPorts ports_;
  RadioTaps taps_;
  PacketPool pool_;
  air::SlotAir air_;
  std::unique_ptr<gnb::Gnb> gnb_;
  RadioUes ues_;
  std::vector<nr::l1::DlSlot> dl_;       // per cell, reused
  std::vector<nr::l1::UlSlot> ul_;
  std::vector<air::CellIndex> air_cells_;
  Timer slot_timer_;
  Counter& late_slots_;
  Time start_{};
  uint64_t slots_ = 0;
  nr::Slot slot_;
  std::string mismatch_;                 // the air's last one that was logged
};

}  // namespace sen
