// The radio access network in one process: gNBs with their cells, the slot-level air, and test UEs with their access strata, driven slot by slot on one
// executor. Deterministic under a ManualExecutor from the seed. N2 and N3 leave through the ports; NAS and the applications of the UEs are the load
// generator's, which reaches them as its Access.
#pragma once

#include <memory>

#include "air/slot_air.h"
#include "apps/wave_air.h"
#include "apps/radio_ues.h"
#include "gnb/gnb.h"

namespace sen {

struct RadioConfig {
  gnb::RrcSettings gnb;
  std::vector<gnb::RrcSettings> further_gnbs;
  air::AirConfig air;
  std::optional<WaveConfig> waves;           // with waveforms; its geometry is `air`
  std::vector<air::Point> cell_positions;    // of all cells, gNB by gNB; missing ones: 400 m apart on a line
  // Where UE n is and how it moves; empty: around the first cell, standing.
  std::function<air::Track(load::UeIndex ue)> track;
  std::vector<Plmn> ue_plmns;
  uint64_t seed = 1;
};

// `gnb` counts from 0: the configuration's first, then the further ones.
struct RadioPorts {
  std::function<Status(size_t gnb, uint16_t stream, Bytes ngap)> send_n2;
  std::function<void(size_t gnb, const IpAddress& peer, Packet datagram)> send_n3;
  std::function<void(size_t gnb, bool ready, const std::string& reason)> n2_state;  // may be empty
  // May be empty. UEs of other processes hear the slot that begins at this time of the air, and send, before it returns.
  std::function<void(int64_t now_ns)> exchange;
};

// What a capture of the RAN's layers needs to know of a PDU.
struct RadioTaps {
  gnb::GnbTaps gnb;
  std::function<void(load::UeIndex ue, const char* channel, ByteView message)> ue_rrc;
  std::function<void(const nr::l1::DlSlot& dl, const nr::l1::UlSlot& ul)> slot;          // of the first cell, when it is over
  std::function<void(const nr::l1::UlIndication& indication)> indication;                // the first cell's
};

class RadioNetwork final : public load::Access {
 public:
  // Errors name the cell's field that cannot work.
  static Result<std::unique_ptr<RadioNetwork>> create(RadioConfig config, Executor& executor, Counters& counters, RadioPorts ports);
  ~RadioNetwork() override;

  // The cells begin to send with the next slot.
  void start();
  void stop();
  void n2_up(size_t gnb = 0) { gnbs_[gnb]->n2_up(); }
  void n2_down(const std::string& reason, size_t gnb = 0) { gnbs_[gnb]->n2_down(reason); }
  void n2_received(uint16_t stream, ByteView ngap, size_t gnb = 0) { gnbs_[gnb]->n2_received(stream, ngap); }
  void n3_received(const IpAddress& from, Packet datagram, size_t gnb = 0) { gnbs_[gnb]->n3_received(from, std::move(datagram)); }

  void listen(load::AccessEvents events) override { ues_.listen(std::move(events)); }
  size_t gnbs() const override { return gnbs_.size(); }
  void switch_on(load::UeIndex ue, const ue::UeNas& nas) override { ues_.switch_on(ue, nas); }
  Status send_nas(load::UeIndex ue, Bytes nas, const ue::Establishment* establishment) override {
    return ues_.send_nas(ue, std::move(nas), establishment);
  }
  Status send_packet(load::UeIndex ue, PduSessionId session, Qfi qfi, ByteView ip) override { return ues_.send_packet(ue, session, qfi, ip); }
  bool has_tunnel(load::UeIndex ue, PduSessionId session) const override { return ues_.has_tunnel(ue, session); }
  Status request_release(load::UeIndex ue) override;
  void set_identity(load::UeIndex ue, std::optional<STmsi> s_tmsi) override { ues_.set_identity(ue, s_tmsi); }

  gnb::Gnb& gnb(size_t index = 0) { return *gnbs_[index]; }
  air::SlotAir& air() { return slot_air_; }
  WaveAir* waves() const { return waves_.get(); }
  const ue::AccessStratum* ue(load::UeIndex index) const { return ues_.ue(index); }
  uint64_t slots() const { return slots_; }
  PacketPool& packets() { return pool_; }
  // Those of the gNB are the first one's.
  void set_taps(RadioTaps taps);

 private:
  RadioNetwork(RadioConfig config, Executor& executor, Counters& counters, RadioPorts ports);
  void add_gnb(const gnb::RrcSettings& settings);
  Status add_cells(size_t gnb, const gnb::RrcSettings& settings);
  void on_slot();

  RadioConfig config_;
  Executor& executor_;
  Counters& counters_;
  RadioPorts ports_;
  RadioTaps taps_;
  PacketPool pool_;
  air::SlotAir slot_air_;
  std::unique_ptr<WaveAir> waves_;
  air::Air& air_;                        // the one of the two that is in use
  std::vector<std::unique_ptr<gnb::Gnb>> gnbs_;
  RadioUes ues_;
  struct Cell {
    size_t gnb = 0, index = 0;  // of this gNB
    air::CellIndex air = 0;
    uint16_t pci = 0;
    nr::l1::DlSlot dl;          // reused
    nr::l1::UlSlot ul;
  };
  std::vector<Cell> cells_;
  Timer slot_timer_;
  Counter& late_slots_;
  Time start_{};
  uint64_t slots_ = 0;
  nr::Slot slot_;
  std::string mismatch_;                 // the air's last one that was logged
};

}  // namespace sen
