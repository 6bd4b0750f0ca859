// Test UEs over the slot-level air: their access strata, driven slot by slot, reached from above as a load::Access. The air is the
// process's own (RadioNetwork) or another process's (UeProcess, over the air's socket), and may go and come: attach() and detach(). One
// executor. Whoever owns the slots calls drive() once for each.
#pragma once

#include <memory>
#include <vector>

#include "air/air.h"
#include "air/slot_air.h"
#include "apps/load/access.h"
#include "base/executor.h"
#include "base/packet.h"
#include "ue/access_stratum.h"

namespace sen {

struct RadioUesConfig {
  std::vector<Plmn> plmns;  // allowed ones, the home network first
  uint64_t seed = 1;
  uint64_t identity = 0;                              // of the first UE on the air: what its luck depends on
  std::function<air::Track(load::UeIndex ue)> track;  // where UE n is and how it moves; empty: standing around the first cell
  uint8_t rx_antennas = 4, tx_antennas = 1;           // what the UEs say that they have
};

// The air as UEs use it. `air` is what they hear; none: the UE's own radio loop drives it (ue/radio_loop.h), and only add_ue is used.
struct UeAir {
  air::Air* air = nullptr;
  std::function<Result<air::UeIndex>(const air::UeRadio&)> add_ue;
  std::function<void(air::UeIndex, const nr::l1_ue::CellConfig&)> tune;
  std::function<void(air::UeIndex, nr::l1_ue::UlSlot)> transmit;
};

class RadioUes final : public load::Access {
 public:
  RadioUes(RadioUesConfig config, Executor& executor, PacketPool& pool);
  ~RadioUes() override;

  // UEs that are switched on look for a cell.
  void attach(UeAir air);
  // The air has gone: connections are over; nothing is heard until attach().
  void detach();
  bool attached() const { return static_cast<bool>(air_.add_ue); }
  // After send() of the cells, before their receive(). `ssb`: UEs may have detected a block in this slot.
  void drive(nr::Slot slot, bool ssb);

  const load::AccessEvents& events() const { return events_; }
  ue::AccessStratum* ue(load::UeIndex index) const;
  using Tap = std::function<void(load::UeIndex ue, const char* channel, ByteView message)>;
  // Every RRC message of UEs that are switched on from now on.
  void set_tap(Tap tap) { tap_ = std::move(tap); }

  void listen(load::AccessEvents events) override { events_ = std::move(events); }
  size_t gnbs() const override { return 1; }
  void switch_on(load::UeIndex ue, const ue::UeNas& nas) override;
  Status send_nas(load::UeIndex ue, Bytes nas, const ue::Establishment* establishment) override;
  Status send_packet(load::UeIndex ue, PduSessionId session, Qfi qfi, ByteView ip) override;
  bool has_tunnel(load::UeIndex ue, PduSessionId session) const override;
  // Error unsupported: only the network can.
  Status request_release(load::UeIndex ue) override;
  void set_identity(load::UeIndex ue, std::optional<STmsi> s_tmsi) override;

 private:
  struct Ue;
  void start(Ue& ue);
  void drive(Ue& ue, nr::Slot slot, bool ssb);
  Ue* find(load::UeIndex index) const;

  RadioUesConfig config_;
  Executor& executor_;
  PacketPool& pool_;
  UeAir air_;
  load::AccessEvents events_;
  Tap tap_;
  std::vector<std::unique_ptr<Ue>> ues_;
  std::vector<std::unique_ptr<Ue>> gone_;  // their posted tasks and timers may still run
  Timer burial_;
};

}  // namespace sen
