// A cell's MAC, the slot-level air and UEs with their own MAC, each with a user plane; RRC is a few lines: the CCCH message opens the
// connection, its answer carries the configuration. Every slot of the cell goes through SlotChecker, which reads the requests by itself.
#pragma once

#include <gtest/gtest.h>

#include "air/slot_air.h"
#include "mac/gnb.h"
#include "mac/ue.h"
#include "tests/unit/mac_gnb_checker.h"
#include "tests/unit/mac_ue_config.h"

namespace sen::mac::test {

struct WorldUe {
  WorldUe(unsigned n, PacketPool& pool, Executor& executor)
      : mac(UePorts{.sib1 = [this](Bytes b) { sib1 = std::move(b); },
                    .system_information = [this](Bytes b) { si.push_back(std::move(b)); },
                    .paging = [this](Bytes b) { pagings.push_back(std::move(b)); },
                    .short_message = [](bool, bool) {},
                    .random_access = [this](bool ok) { ok ? ++accesses : ++failures; },
                    .time_alignment_expired = [] {},
                    .data_inactive = [] {}},
            n + 1),
        plane(executor, pool, l2::Side::ue,
              {.rrc =
                   [this](uint8_t srb, Bytes pdu, bool) {
                     if (on_rrc) on_rrc(srb, pdu);
                     rrc.push_back(std::move(pdu));
                   },
               .packet = [this](PduSessionId, Qfi, Packet p) { packets.push_back(Bytes(p.view().begin(), p.view().end())); },
               .data_available = [this](Lcid lcid) { mac.data_available(lcid); }}),
        number(n) {}

  UeMac mac;
  l2::UserPlane plane;
  unsigned number;
  air::UeIndex air = 0;
  Bytes ccch;
  UeConfig config;
  Bytes sib1;
  std::vector<Bytes> si, pagings, rrc, packets;
  unsigned accesses = 0, failures = 0;
  std::function<void(uint8_t, const Bytes&)> on_rrc;
};

struct GnbUe {
  Rnti rnti = 0;
  UeConfig config;
  std::unique_ptr<l2::UserPlane> plane;
  std::vector<Bytes> rrc, packets;
  Bytes ccch;
};

inline void set_bearers(l2::UserPlane& plane, l2::RlcMode mode = l2::RlcMode::am) {
  for (uint8_t srb : {1, 2}) {
    ASSERT_TRUE(plane.set_srb({srb, {}}));
    ASSERT_TRUE(plane.set_rlc({srb, {true, srb}, {}}));
  }
  ASSERT_TRUE(plane.set_drb({1, {}, {.session = 1, .default_drb = true, .qfis = {1}}}));
  ASSERT_TRUE(plane.set_rlc({4, {false, 1}, {.mode = mode}}));
}

struct World {
  explicit World(CellConfig c = fdd_cell(), SchedulerConfig s = {}, air::AirConfig a = {.sinr_errors = false})
      : cell(std::move(c)), scheduler(s), gnb(cell, scheduler, ports()), air(a), checker(cell, gnb) {
    SystemInformation si;
    si.sib1 = Bytes(90, 0x5a);
    gnb.set_system_information(si);
    air::CellRadio radio;
    radio.l1 = cell.l1;
    cell_index = *air.add_cell(radio);
    slot = nr::Slot(cell.l1.scs, 0);
  }

  GnbPorts ports() {
    return {.ccch = [this](Rnti rnti, Bytes ccch) { on_ccch(rnti, std::move(ccch)); },
            .event = [this](Rnti rnti, UeEvent event) { events.emplace_back(rnti, event); },
            .came_back = [this](Rnti rnti) { came_back.push_back(rnti); },
            .pcch = [](std::span<const uint64_t> identities) {  // eight octets each
              Bytes out;
              for (uint64_t identity : identities) {
                for (int shift = 56; shift >= 0; shift -= 8) out.push_back(static_cast<uint8_t>(identity >> shift));
              }
              return out;
            }};
  }

  void on_ccch(Rnti rnti, Bytes ccch) {
    ccchs.push_back(ccch);
    if (ignore_ccch) return;
    auto ue = std::make_unique<GnbUe>();
    ue->rnti = rnti;
    ue->ccch = ccch;
    ue->config = template_config ? *template_config : ue_of(cell);
    GnbUe* p = ue.get();
    ue->plane = std::make_unique<l2::UserPlane>(
        executor, pool, l2::Side::gnb,
        l2::Ports{
            .rrc = [p](uint8_t, Bytes pdu, bool) { p->rrc.push_back(std::move(pdu)); },
            .packet = [p](PduSessionId, Qfi, Packet packet) { p->packets.push_back(Bytes(packet.view().begin(), packet.view().end())); },
            .data_available = [this, rnti](Lcid lcid) { gnb.data_available(rnti, lcid); }});
    ASSERT_TRUE(ue->plane->set_rlc({0, {true, 0}, {.mode = l2::RlcMode::tm}}));
    set_bearers(*ue->plane, mode);
    auto assigned = gnb.assign_resources(rnti, ue->config);
    ASSERT_TRUE(assigned) << assigned.error().describe();
    auto added = gnb.add_ue(rnti, ue->config, *ue->plane);
    ASSERT_TRUE(added) << added.error().describe();
    ue->plane->send_rrc(0, Bytes(120, 0x11));
    gnb_ues.push_back(std::move(ue));
  }

  GnbUe* peer(const WorldUe& ue) {
    for (auto& g : gnb_ues) {
      if (g->rnti == ue.mac.crnti()) return g.get();
    }
    return nullptr;
  }

  WorldUe& add_ue(double distance_m = 50) {
    auto n = static_cast<unsigned>(ues.size());
    ues.push_back(std::make_unique<WorldUe>(n, pool, executor));
    WorldUe& ue = *ues.back();
    air::UeRadio radio;
    radio.track = air::Track::standing({distance_m, 0, 1.5});
    ue.air = *air.add_ue(radio);
    EXPECT_TRUE(air.tune(ue.air, cell.l1.pci, cell.l1.ssb_arfcn));
    EXPECT_TRUE(ue.plane.set_rlc({0, {true, 0}, {.mode = l2::RlcMode::tm}}));
    ue.mac.attach(ue.plane);
    ue.mac.camp(cell, false);
    ue.mac.set_cell(cell);
    ue.mac.set_path_loss(90);
    ue.on_rrc = [this, &ue](uint8_t srb, const Bytes&) {
      if (srb != 0) return;
      for (auto& g : gnb_ues) {
        if (g->ccch == ue.ccch) ue.config = g->config;
      }
      set_bearers(ue.plane, mode);
      ue.mac.configure(ue.config);
      ue.plane.send_rrc(1, Bytes(30, 0x22));
    };
    return ue;
  }
  void connect(WorldUe& ue) {
    ue.ccch = Bytes{0x10, 0x20, 0x30, 0x40, static_cast<uint8_t>(ue.number >> 8), static_cast<uint8_t>(ue.number)};
    ue.plane.send_rrc(0, ue.ccch);
    ue.mac.start_random_access({});
  }
  bool connected(const WorldUe& ue) {
    GnbUe* g = peer(ue);
    return g && !g->rrc.empty();
  }

  void step() {
    now_ns += nr::slot_ns(cell.l1.scs);
    air.advance(now_ns);
    gnb.slot(slot, dl, ul);
    checker.check(slot, dl, ul);
    air.send(cell_index, dl, ul);
    for (auto& p : ues) {
      WorldUe& ue = *p;
      for (const auto& dci : air.receive_pdcch(ue.air, ue.mac.search(slot))) ue.mac.on_dci(slot, dci);
      auto requests = ue.mac.pdsch(slot);
      for (auto& rx : air.receive_pdsch(ue.air, requests)) ue.mac.on_pdsch(slot, std::move(rx));
      ue.mac.on_csi(slot, air.measure(ue.air));
      air.transmit(ue.air, ue.mac.uplink(slot));
    }
    auto indication = air.receive(cell_index);
    if (mute) indication.pusch.clear(), indication.uci.clear();
    gnb.indicate(indication);
    executor.run_for(std::chrono::nanoseconds(nr::slot_ns(cell.l1.scs)));
    ++slot;
  }
  void run(unsigned slots) {
    for (unsigned i = 0; i < slots; ++i) step();
  }
  template <class F>
  bool until(F done, unsigned slots = 1000) {
    for (unsigned i = 0; i < slots; ++i) {
      if (done()) return true;
      step();
    }
    return done();
  }
  unsigned count(UeEvent event) const {
    return static_cast<unsigned>(std::ranges::count_if(events, [&](const auto& e) { return e.second == event; }));
  }
  Packet packet(size_t octets, uint8_t fill) {
    Packet p = pool.take(octets);
    std::ranges::fill(p.span(), fill);
    if (octets) p.span()[0] = 0x45;
    return p;
  }
  bool send_down(WorldUe& ue, size_t octets, uint8_t fill) { return peer(ue)->plane->send_packet(1, 1, packet(octets, fill)); }
  bool send_up(WorldUe& ue, size_t octets, uint8_t fill) { return ue.plane.send_packet(1, 1, packet(octets, fill)); }

  CellConfig cell;
  SchedulerConfig scheduler;
  ManualExecutor executor;
  PacketPool pool{16384};
  std::optional<UeConfig> template_config;
  l2::RlcMode mode = l2::RlcMode::am;
  bool ignore_ccch = false, mute = false;
  std::vector<std::pair<Rnti, UeEvent>> events;
  std::vector<Rnti> came_back;
  std::vector<Bytes> ccchs;
  std::vector<std::unique_ptr<GnbUe>> gnb_ues;
  GnbCell gnb;
  air::SlotAir air;
  SlotChecker checker;
  air::CellIndex cell_index = 0;
  std::vector<std::unique_ptr<WorldUe>> ues;
  nr::l1::DlSlot dl;
  nr::l1::UlSlot ul;
  nr::Slot slot;
  int64_t now_ns = 0;
};

}  // namespace sen::mac::test
