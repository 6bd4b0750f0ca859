// Cells, UEs and the slot-level air between them in one virtual clock: GnbCell, UeMac and a UserPlane on each side. RRC is played by hand:
// the CCCH message brings a configuration, which both sides then have.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>

#include "air/slot_air.h"
#include "mac/gnb.h"
#include "mac/ue.h"
#include "tests/unit/mac_ue_config.h"

namespace sen::air::test {

using mac::Rnti;

struct Network {
  struct Ue {
    UeIndex index = 0;
    Bytes ccch;
    std::unique_ptr<mac::UeMac> mac;
    std::unique_ptr<l2::UserPlane> plane;
    std::unique_ptr<l2::UserPlane> gnb_plane;
    Rnti rnti = 0;
    mac::UeConfig config;
    bool connected = false;  // SRB1's first message came to the gNB
    unsigned ra_failures = 0;
    std::vector<Bytes> dl, ul;  // packets that came out
    std::vector<Bytes> srb_dl, srb_ul;
    std::vector<l2::Failure> failures;
  };

  Network(mac::CellConfig cell_config, AirConfig air_config, mac::SchedulerConfig scheduler = {})
      : config(std::move(cell_config)), air(air_config), slot(config.l1.scs, 0) {
    config.l1.ss_pbch_block_power_dbm = 0;
    const auto status = mac::GnbCell::check(config, scheduler);
    EXPECT_TRUE(status) << status.error().describe();
    cell = std::make_unique<mac::GnbCell>(config, scheduler,
                                          mac::GnbPorts{[this](Rnti rnti, Bytes ccch) { on_ccch(rnti, std::move(ccch)); },
                                                        [](Rnti, mac::UeEvent) {}, [this](Rnti rnti) { came_back.push_back(rnti); },
                                                        [](std::span<const uint64_t> identities) { return Bytes(identities.size() * 8, 1); }});
    index = *air.add_cell({config.l1, {0, 0, 10}, 5});
  }

  Ue& add_ue(const Point& at, uint64_t seed) {
    auto& ue = *ues.emplace_back(std::make_unique<Ue>());
    Ue* u = &ue;
    ue.index = *air.add_ue({seed, Track::standing(at), 9});
    ue.ccch = Bytes{0x10, 2, 3, 4, static_cast<uint8_t>(ues.size() >> 8), static_cast<uint8_t>(ues.size())};
    ue.mac = std::make_unique<mac::UeMac>(mac::UePorts{.random_access = [u](bool ok) { u->ra_failures += !ok; }}, seed);
    ue.plane = std::make_unique<l2::UserPlane>(
        executor, pool, l2::Side::ue,
        l2::Ports{.rrc = [this, u](uint8_t srb, Bytes pdu, bool) { on_ue_rrc(*u, srb, std::move(pdu)); },
                  .packet = [u](PduSessionId, Qfi, Packet packet) { u->dl.emplace_back(packet.view().begin(), packet.view().end()); },
                  .failure = [u](l2::Failure failure, l2::BearerId) { u->failures.push_back(failure); },
                  .data_available = [u](l2::Lcid lcid) { u->mac->data_available(lcid); }});
    EXPECT_TRUE(ue.plane->set_rlc({0, {true, 0}, {.mode = l2::RlcMode::tm}}));
    ue.mac->attach(*ue.plane);
    ue.mac->camp(config, false);
    ue.mac->set_cell(config);
    EXPECT_TRUE(air.tune(ue.index, config.l1.pci, config.l1.ssb_arfcn));
    return ue;
  }
  void start(Ue& ue) {
    ue.plane->send_rrc(0, ue.ccch);
    ue.mac->start_random_access({});
  }

  static void establish(l2::UserPlane& plane) {
    for (uint8_t srb : {1, 2}) {
      EXPECT_TRUE(plane.set_srb({srb, {}}));
      EXPECT_TRUE(plane.set_rlc({srb, {true, srb}, {.max_retx_threshold = 32}}));
    }
    EXPECT_TRUE(plane.set_drb({1, {}, {.session = 1, .default_drb = true, .qfis = {1}}}));
    EXPECT_TRUE(plane.set_rlc({4, {false, 1}, {.max_retx_threshold = 32}}));
  }

  void on_ccch(Rnti rnti, Bytes ccch) {
    for (auto& ue : ues) {
      if (!std::equal(ue->ccch.begin(), ue->ccch.end(), ccch.begin(),
                      ccch.begin() + static_cast<ptrdiff_t>(std::min(ccch.size(), ue->ccch.size()))))
        continue;
      Ue* u = ue.get();
      if (u->rnti) cell->remove_ue(u->rnti);
      u->rnti = rnti;
      prepare(*u);
      u->gnb_plane->send_rrc(0, Bytes(80, 0x5e));  // as long as an RRCSetup
      return;
    }
  }
  // The gNB's side of a UE with its RNTI.
  void prepare(Ue& ue) {
    Ue* u = &ue;
    u->config = mac::test::ue_of(config);
    if (tune_config) tune_config(u->config);
    const auto assigned = cell->assign_resources(u->rnti, u->config);
    ASSERT_TRUE(assigned) << assigned.error().describe();
    u->gnb_plane = std::make_unique<l2::UserPlane>(
        executor, pool, l2::Side::gnb,
        l2::Ports{.rrc =
                      [u](uint8_t srb, Bytes pdu, bool) {
                        if (srb == 1) u->connected = true;
                        u->srb_ul.push_back(std::move(pdu));
                      },
                  .packet = [u](PduSessionId, Qfi, Packet packet) { u->ul.emplace_back(packet.view().begin(), packet.view().end()); },
                  .failure = [u](l2::Failure failure, l2::BearerId) { u->failures.push_back(failure); },
                  .data_available = [this, u](l2::Lcid lcid) { cell->data_available(u->rnti, lcid); }});
    EXPECT_TRUE(u->gnb_plane->set_rlc({0, {true, 0}, {.mode = l2::RlcMode::tm}}));
    establish(*u->gnb_plane);
    const auto added = cell->add_ue(u->rnti, u->config, *u->gnb_plane);
    ASSERT_TRUE(added) << added.error().describe();
  }
  void on_ue_rrc(Ue& ue, uint8_t srb, Bytes pdu) {
    if (srb != 0) {
      ue.srb_dl.push_back(std::move(pdu));
      return;
    }
    ue.mac->configure(ue.config);
    establish(*ue.plane);
    ue.plane->send_rrc(1, Bytes(60, 0xc0));
  }

  void step() {
    air.advance(now_ns);
    dl = {};
    ul = {};
    cell->slot(slot, dl, ul);
    air.send(index, dl, ul);
    for (auto& ue : ues) step_ue(*ue);
    const auto indication = air.receive(index);
    cell->indicate(indication);
    executor.run_for(std::chrono::nanoseconds(nr::slot_ns(config.l1.scs)));
    now_ns += nr::slot_ns(config.l1.scs);
    ++slot;
  }
  void step_ue(Ue& ue) {
    if (ue.mac->sleeping(slot)) return;
    if (slot.in_frame() == 0) {
      ue.mac->set_path_loss(air.link(index, ue.index).path_loss_db);
      ue.mac->on_csi(slot, air.measure(ue.index));
    }
    for (const auto& dci : air.receive_pdcch(ue.index, ue.mac->search(slot))) ue.mac->on_dci(slot, dci);
    for (auto& block : air.receive_pdsch(ue.index, ue.mac->pdsch(slot))) ue.mac->on_pdsch(slot, std::move(block));
    air.transmit(ue.index, ue.mac->uplink(slot));
  }
  void run_ms(unsigned ms) {
    for (unsigned i = 0; i < ms << nr::mu(config.l1.scs); ++i) step();
  }
  template <class F>
  bool run_until(F done, unsigned limit_ms) {
    for (unsigned i = 0; i < limit_ms << nr::mu(config.l1.scs); ++i) {
      if (done()) return true;
      step();
    }
    return done();
  }
  bool connect(Ue& ue, unsigned limit_ms = 500) {
    start(ue);
    return run_until([&] { return ue.connected; }, limit_ms);
  }

  static Bytes payload(uint32_t number, size_t octets) {
    Bytes out(octets, static_cast<uint8_t>(number * 7));
    for (unsigned i = 0; i < 4; ++i) out[i] = static_cast<uint8_t>(number >> (8 * i));
    return out;
  }
  void send_ul(Ue& ue, uint32_t number, size_t octets) { EXPECT_TRUE(ue.plane->send_packet(1, 1, pool.copy(payload(number, octets)))); }
  void send_dl(Ue& ue, uint32_t number, size_t octets) { EXPECT_TRUE(ue.gnb_plane->send_packet(1, 1, pool.copy(payload(number, octets)))); }

  mac::CellConfig config;
  SlotAir air;
  CellIndex index = 0;
  nr::Slot slot;
  int64_t now_ns = 0;
  ManualExecutor executor;
  PacketPool pool{1 << 15};
  std::unique_ptr<mac::GnbCell> cell;
  std::vector<std::unique_ptr<Ue>> ues;
  nr::l1::DlSlot dl;
  nr::l1::UlSlot ul;
  std::vector<Rnti> came_back;
  std::function<void(mac::UeConfig&)> tune_config;
};

}  // namespace sen::air::test
