// Broadcast, paging, coming back, handover, orders, timing, sleep and gaps, configuration, bad input.
#include "base/random.h"
#include "gnb/cell.h"
#include "mac/pdu.h"
#include "nr/dci.h"
#include "tests/unit/mac_gnb_world.h"

namespace sen::mac::test {
namespace {

World& connect_one(World& w) {
  WorldUe& ue = w.add_ue();
  w.connect(ue);
  EXPECT_TRUE(w.until([&] { return w.connected(ue); }));
  w.run(50);
  return w;
}

TEST(GnbMacBroadcast, sends_sib1_that_a_camping_ue_receives) {
  for (const auto& cell : {fdd_cell(), tdd_cell()}) {
    World w(cell);
    WorldUe& ue = w.add_ue();
    ue.mac.camp(cell, true);
    ASSERT_TRUE(w.until([&] { return !ue.sib1.empty(); }, 200));
    EXPECT_EQ(Bytes(ue.sib1.begin(), ue.sib1.begin() + 90), Bytes(90, 0x5a));
  }
}

TEST(GnbMacBroadcast, counts_frames_in_the_mib) {
  World w;
  unsigned seen = 0;
  for (int i = 0; i < 400; ++i) {
    w.step();
    for (const auto& ssb : w.dl.ssb) {
      ++seen;
      EXPECT_EQ(ssb.mib >> 17 & 0x3f, (w.dl.slot.frame() >> 4));
      EXPECT_EQ(w.dl.slot.frame() % 2, 0u);
    }
  }
  EXPECT_EQ(seen, 20u);
}

TEST(GnbMacBroadcast, sends_si_messages_in_their_windows) {
  World w;
  SystemInformation si;
  si.sib1 = Bytes(90, 0x5a);
  si.messages = {{Bytes(40, 0x01), 16, 1}, {Bytes(60, 0x02), 32, 2}};
  w.gnb.set_system_information(si);
  WorldUe& ue = w.add_ue();
  ue.mac.want_system_information({{16, 1}, {32, 2}});
  EXPECT_TRUE(w.until([&] { return ue.si.size() >= 2; }, 800)) << ue.si.size();
}

TEST(GnbMacBroadcast, pages_in_the_occasions_where_the_ue_listens) {
  for (uint8_t ns : {1, 2, 4}) {
    CellConfig cell = fdd_cell();
    cell.paging.ns = ns;
    cell.paging.default_cycle_frames = 32;
    cell.paging.n_divisor = 2;
    cell.paging_search_space = 1;
    World w(cell);
    WorldUe& ue = w.add_ue();
    for (uint16_t id : {5, 77, 1000}) {
      ue.pagings.clear();
      ue.mac.set_paging(id, 32);
      ASSERT_TRUE(w.gnb.page(id, 32, 0x42));
      EXPECT_TRUE(w.until([&] { return !ue.pagings.empty(); }, 700)) << "ns " << int(ns) << " id " << id;
    }
  }
}

TEST(GnbMacBroadcast, refuses_paging_beyond_its_queue) {
  World w;
  unsigned accepted = 0;
  for (unsigned i = 0; i < 2000; ++i) accepted += w.gnb.page(static_cast<uint16_t>(i % 1024), 128, i);
  EXPECT_EQ(accepted, 1024u);
  EXPECT_EQ(w.gnb.counters().paging_overload, 976u);
  EXPECT_TRUE(w.gnb.page(5, 128, 5)) << "it waits already";
}

// Does a message of eight octets an identity, or one cut from the padding, have this one?
bool has_identity(const Bytes& message, uint64_t identity) {
  for (size_t at = 0; at + 8 <= message.size(); at += 8) {
    uint64_t value = 0;
    for (size_t i = 0; i < 8; ++i) value = value << 8 | message[at + i];
    if (value == identity) return true;
  }
  return false;
}

TEST(GnbMacBroadcast, pages_all_of_an_occasion_in_one_message) {
  CellConfig cell = fdd_cell();
  cell.paging.default_cycle_frames = 32;
  cell.paging_search_space = 1;
  World w(cell);
  WorldUe& ue = w.add_ue();
  ue.mac.set_paging(5, 32);
  for (uint64_t i = 0; i < 40; ++i) ASSERT_TRUE(w.gnb.page(5, 32, 1000 + i));
  ASSERT_TRUE(w.until([&] { return ue.pagings.size() == 2; }, 1400));
  for (uint64_t i = 0; i < 40; ++i) EXPECT_TRUE(has_identity(ue.pagings[i < 32 ? 0 : 1], 1000 + i)) << i;
}

// SSB, SIB1 and the occasion in one slot: search space 0 of index 0. A long SIB1 has no room beside a paging message.
TEST(GnbMacBroadcast, neither_paging_nor_sib1_starves_in_a_slot_that_they_share) {
  struct Case {
    uint8_t paging_space;
    size_t sib1_octets;
    bool every_frame;  // paging in every frame, not in two of a cycle
    unsigned least_pagings, least_sib1s;
  };
  constexpr unsigned cycles = 20, all = cycles * 16;
  for (const Case& c : {Case{0, 90, false, cycles, all}, {1, 90, false, cycles, all}, {1, 90, true, cycles, all}, {0, 300, false, cycles, all * 7 / 8},
                        {1, 300, false, cycles, all * 7 / 8}, {0, 300, true, cycles * 3 / 4, all / 6}, {1, 300, true, cycles * 3 / 4, all / 6}}) {
    gnb::CellOptions options;
    options.plmn = Plmn(999, 70, 2);
    options.coreset0_index = 10;  // 48 blocks: the SSB's 20 leave some
    CellConfig cell = gnb::make_cell(options, 1, 32)->mac;
    cell.search_space0_index = 0;
    cell.paging_search_space = c.paging_space;
    cell.paging.default_cycle_frames = 32;
    cell.paging.n_divisor = c.every_frame ? 1 : 16;
    World w(cell);
    SystemInformation si;
    si.sib1 = Bytes(c.sib1_octets, 0x5a);
    w.gnb.set_system_information(si);
    WorldUe& ue = w.add_ue();
    unsigned sib1s = 0;
    w.gnb.set_taps({.pdu = [&](nr::Slot, bool, GnbTaps::Kind kind, Rnti, uint8_t, ByteView) { sib1s += kind == GnbTaps::Kind::si; }});
    ue.mac.set_paging(6, 32);
    for (uint64_t cycle = 0; cycle < cycles; ++cycle) {
      for (uint16_t id = 0; id < 32; ++id) ASSERT_TRUE(w.gnb.page(id, 32, cycle * 100 + id));
      w.run(32 * nr::slots_per_frame(cell.l1.scs));
    }
    const std::string which =
        fmt::format("space {}, SIB1 of {} octets{}: {} pagings, {} SIB1s", c.paging_space, c.sib1_octets, c.every_frame ? ", every frame" : "", ue.pagings.size(), sib1s);
    EXPECT_GE(ue.pagings.size(), c.least_pagings) << which;
    EXPECT_GE(sib1s, c.least_sib1s) << which;
    EXPECT_EQ(w.gnb.counters().si_too_long, 0u) << which;
    w.run(2 * 32 * nr::slots_per_frame(cell.l1.scs));
    for (uint64_t cycle = 0; cycle < cycles; ++cycle) {
      EXPECT_TRUE(std::ranges::any_of(ue.pagings, [&](const Bytes& message) { return has_identity(message, cycle * 100 + 6); })) << which << ", cycle " << cycle;
    }
  }
}

TEST(GnbMacAccess, resolves_a_ue_that_comes_back_with_its_c_rnti) {
  World w;
  connect_one(w);
  WorldUe& ue = *w.ues[0];
  const Rnti rnti = ue.mac.crnti();
  const unsigned before = ue.accesses;
  ue.mac.start_random_access({RandomAccess::Cause::uplink_data, std::nullopt});
  ASSERT_TRUE(w.until([&] { return ue.accesses > before; }));
  EXPECT_EQ(ue.mac.crnti(), rnti);
  ASSERT_EQ(w.came_back.size(), 1u);
  EXPECT_EQ(w.came_back[0], rnti);
}

TEST(GnbMacAccess, orders_random_access) {
  CellConfig cell = fdd_cell();
  World w(cell);
  w.template_config = ue_of(cell);
  SearchSpace fallback = w.template_config->search_spaces[0];
  fallback.id = 3;
  fallback.type = SearchSpaceType::ue_0_0_1_0;
  w.template_config->search_spaces.push_back(fallback);
  connect_one(w);
  WorldUe& ue = *w.ues[0];
  const unsigned before = ue.accesses;
  w.gnb.order_random_access(ue.mac.crnti());
  EXPECT_TRUE(w.until([&] { return ue.accesses > before; }));
}

TEST(GnbMacAccess, takes_in_a_handover_on_a_dedicated_preamble) {
  CellConfig cell = fdd_cell();
  cell.rach.cb_preambles_per_ssb = 56;
  cell.rach.total_preambles = 60;
  World w(cell);
  auto rnti = w.gnb.allocate_rnti();
  ASSERT_TRUE(rnti);
  auto side = std::make_unique<GnbUe>();
  side->rnti = *rnti;
  side->config = ue_of(cell);
  GnbUe* p = side.get();
  side->plane = std::make_unique<l2::UserPlane>(w.executor, w.pool, l2::Side::gnb,
                                                l2::Ports{.rrc = [p](uint8_t, Bytes pdu, bool) { p->rrc.push_back(std::move(pdu)); },
                                                          .data_available = [&w, r = *rnti](Lcid lcid) { w.gnb.data_available(r, lcid); }});
  set_bearers(*side->plane);
  ASSERT_TRUE(w.gnb.assign_resources(*rnti, side->config));
  auto preamble = w.gnb.allocate_preamble(*rnti);
  ASSERT_TRUE(preamble);
  ASSERT_TRUE(w.gnb.add_ue(*rnti, side->config, *side->plane));
  EXPECT_GE(*preamble, 56);
  w.gnb_ues.push_back(std::move(side));

  WorldUe& ue = w.add_ue();
  set_bearers(ue.plane);
  ue.mac.configure(w.gnb_ues[0]->config);
  ue.mac.set_crnti(*rnti);
  ue.plane.send_rrc(1, Bytes(20, 0x33));
  ue.mac.start_random_access({RandomAccess::Cause::handover, *preamble});
  ASSERT_TRUE(w.until([&] { return !p->rrc.empty(); }));
  EXPECT_EQ(ue.accesses, 1u);
  EXPECT_EQ(w.count(UeEvent::contention_resolved), 1u);
  EXPECT_EQ(w.came_back.size(), 1u);
}

TEST(GnbMacAccess, forgets_a_ue_that_rrc_refuses) {
  World w;
  w.ignore_ccch = true;
  w.connect(w.add_ue());
  ASSERT_TRUE(w.until([&] { return !w.ccchs.empty(); }));
  EXPECT_EQ(w.gnb.counters().ccch_refused, 1u);
  EXPECT_TRUE(w.gnb.take_metrics().empty());
}

TEST(GnbMacAccess, retransmits_msg3_with_the_temporary_c_rnti) {
  World w(fdd_cell(), {}, {.seed = 4, .bler_ul = 0.6, .retransmission_factor = 0.5, .sinr_errors = false});
  for (unsigned i = 0; i < 6; ++i) w.connect(w.add_ue(40 + i));
  EXPECT_TRUE(w.until([&] { return std::ranges::all_of(w.ues, [&](const auto& ue) { return w.connected(*ue); }); }, 8000));
}

TEST(GnbMacTiming, commands_timing_advance_before_the_timer_ends) {
  CellConfig cell = fdd_cell();
  World w(cell);
  w.template_config = ue_of(cell);
  w.template_config->time_alignment_ms = 500;
  connect_one(w);
  WorldUe& ue = *w.ues[0];
  std::vector<TimingAdvance> commands;
  GnbTaps taps;
  taps.pdu = [&](nr::Slot, bool downlink, GnbTaps::Kind kind, Rnti, uint8_t, ByteView pdu) {
    if (!downlink || kind != GnbTaps::Kind::c_rnti) return;
    SubPduReader reader(Link::dl, pdu);
    while (auto sub = reader.next()) {
      auto ce = read_ce(Link::dl, *sub);
      if (ce && std::holds_alternative<TimingAdvance>(*ce)) commands.push_back(std::get<TimingAdvance>(*ce));
    }
  };
  w.gnb.set_taps(taps);
  w.run(2000);
  EXPECT_GE(commands.size(), 6u);
  EXPECT_LE(commands.size(), 12u);
  for (const auto& c : commands) EXPECT_NEAR(c.command, 31, 1);
  ASSERT_TRUE(w.send_up(ue, 100, 1));
  EXPECT_TRUE(w.until([&] { return !w.peer(ue)->packets.empty(); }));
}

TEST(GnbMacTiming, leaves_measurement_gaps_alone) {
  CellConfig cell = fdd_cell();
  World w(cell);
  w.template_config = ue_of(cell);
  w.template_config->gap = MeasurementGap{12, 6, 40};
  connect_one(w);
  WorldUe& ue = *w.ues[0];
  for (int i = 0; i < 200; ++i) w.send_down(ue, 1400, 1), w.send_up(ue, 1400, 1);
  unsigned outside = 0;
  const Rnti rnti = ue.mac.crnti();
  for (int i = 0; i < 400; ++i) {
    w.step();
    const unsigned ms = w.dl.slot.frame() * 10 + w.dl.slot.subframe();
    const bool gap = (ms + 40 - 12) % 40 < 6;
    const bool used = std::ranges::count(w.dl.pdcch, rnti, &nr::l1::PdcchPdu::rnti) ||
                      std::ranges::count(w.ul.pusch, rnti, &nr::l1::PuschPdu::rnti) ||
                      std::ranges::count(w.ul.pucch, rnti, &nr::l1::PucchPdu::rnti);
    EXPECT_FALSE(gap && used) << w.dl.slot.text();
    outside += used;
  }
  EXPECT_GT(outside, 100u);
  EXPECT_TRUE(w.until([&] { return ue.packets.size() == 200 && w.peer(ue)->packets.size() == 200; }, 3000));
}

TEST(GnbMacTiming, sends_to_a_sleeping_ue_only_when_it_listens) {
  CellConfig cell = fdd_cell();
  World w(cell);
  w.template_config = ue_of(cell);
  DrxConfig drx;
  drx.on_duration_ms = 10;
  drx.inactivity_ms = 20;
  drx.long_cycle_ms = 160;
  w.template_config->drx = drx;
  connect_one(w);
  WorldUe& ue = *w.ues[0];
  const Rnti rnti = ue.mac.crnti();
  w.run(150);
  unsigned first_ms = 0;
  for (int round = 0; round < 5; ++round) {
    w.run(93);
    ASSERT_TRUE(w.send_down(ue, 500, 1));
    bool heard = w.until([&] { return std::ranges::count(w.dl.pdcch, rnti, &nr::l1::PdcchPdu::rnti) > 0; }, 200);
    ASSERT_TRUE(heard);
    first_ms = (w.dl.slot.frame() * 10 + w.dl.slot.subframe()) % 160;
    EXPECT_LT(first_ms, 10u);
    w.run(80);
  }
  EXPECT_EQ(ue.packets.size(), 5u);
}

TEST(GnbMacTiming, reports_a_ue_that_answers_nothing) {
  World w(fdd_cell(), {}, {.sinr_errors = true});
  w.mode = l2::RlcMode::um;
  connect_one(w);
  WorldUe& ue = *w.ues[0];
  w.air.set_extra_loss(w.cell_index, ue.air, 250);
  for (int i = 0; i < 500; ++i) w.send_down(ue, 1000, 1);
  EXPECT_TRUE(w.until([&] { return w.count(UeEvent::out_of_sync) > 0; }, 3000));
  EXPECT_EQ(w.count(UeEvent::out_of_sync), 1u);
  w.gnb.remove_ue(ue.mac.crnti());
  w.run(100);
}

// More data of a group that has some already triggers no buffer status report (TS 38.321 5.4.5): a gNB that stops when the last one is used up leaves the
// UE waiting for retxBSR-Timer.
TEST(GnbMacTiming, goes_on_granting_to_a_ue_whose_blocks_are_full) {
  World w;
  connect_one(w);
  WorldUe& ue = *w.ues[0];
  w.run(50);
  GnbUe* gnb = w.peer(ue);
  unsigned silence = 0, longest = 0;
  for (int i = 0; i < 1000; ++i) {
    const size_t before = gnb->packets.size();
    ASSERT_TRUE(w.send_up(ue, 500 + i % 7 * 100, static_cast<uint8_t>(i)));
    w.run(1);
    silence = gnb->packets.size() > before ? 0 : silence + 1;
    longest = std::max(longest, silence);
  }
  EXPECT_LT(longest, 40u);
}

TEST(GnbMacTiming, treats_silence_of_the_l1_as_loss) {
  World w;
  connect_one(w);
  WorldUe& ue = *w.ues[0];
  for (int i = 0; i < 20; ++i) w.send_down(ue, 1000, 1), w.send_up(ue, 1000, 1);
  w.mute = true;
  w.run(600);
  EXPECT_GT(w.gnb.counters().indication_missing, 0u);
  w.mute = false;
  EXPECT_TRUE(w.until([&] { return ue.packets.size() == 20 && w.peer(ue)->packets.size() == 20; }, 4000));
}

// No message of RRC is waiting on SRB1 here: the announced configuration counts as delivered, and holds from the UE's first use of it.
TEST(GnbMacConfiguration, takes_the_announced_configuration_when_the_ue_uses_it) {
  CellConfig cell = fdd_cell();
  World w(cell);
  connect_one(w);
  WorldUe& ue = *w.ues[0];
  const Rnti rnti = ue.mac.crnti();
  UeConfig changed = w.peer(ue)->config;
  changed.pdsch_mcs_table = changed.pusch_mcs_table = 2;
  changed.search_spaces[0].candidates = {0, 0, 2, 0, 0};
  const unsigned before = w.count(UeEvent::configuration_acknowledged);
  ASSERT_TRUE(w.gnb.reconfigure_ue(rnti, changed, true));
  ue.mac.configure(changed);
  ASSERT_TRUE(w.send_up(ue, 500, 1));
  ASSERT_TRUE(w.until([&] { return w.peer(ue)->packets.size() == 1; }));
  EXPECT_EQ(w.count(UeEvent::configuration_acknowledged), before + 1);
  w.gnb.confirm(rnti);
  for (uint8_t i = 0; i < 50; ++i) w.send_down(ue, 1000, i), w.send_up(ue, 1000, i);
  EXPECT_TRUE(w.until([&] { return ue.packets.size() == 50 && w.peer(ue)->packets.size() == 51; }));
}

// The message that brings the configuration is retransmitted until it is answered, or its answer is lost in the change; data of before and behind it is not.
TEST(GnbMacConfiguration, loses_no_block_of_a_um_bearer_when_an_announced_configuration_takes_effect) {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    const CellConfig cell = seed % 2 ? tdd_cell() : fdd_cell();
    World w(cell, {.max_dl_retx = 30, .max_ul_retx = 30}, {.seed = seed, .bler_dl = 0.3, .bler_ul = 0.3, .sinr_errors = false});
    w.mode = l2::RlcMode::um;
    connect_one(w);
    WorldUe& ue = *w.ues[0];
    UeConfig changed = w.peer(ue)->config;
    changed.pdsch_mcs_table = changed.pusch_mcs_table = 2;
    changed.search_spaces[0].candidates = {0, 0, 2, 0, 0};
    ue.on_rrc = [&](uint8_t srb, const Bytes&) {
      if (srb != 1) return;
      ue.mac.configure(changed);
      ue.plane.send_rrc(1, Bytes(5, 0x33));
    };
    const size_t rrc_before = w.peer(ue)->rrc.size();
    for (uint8_t i = 0; i < 120; ++i) {
      ASSERT_TRUE(w.send_down(ue, 400, i) && w.send_up(ue, 400, i));
      if (i == 40) {
        ASSERT_TRUE(w.peer(ue)->plane->send_rrc(1, Bytes(60, 0x44)));
        ASSERT_TRUE(w.gnb.reconfigure_ue(ue.mac.crnti(), changed, true));
      }
      w.run(2);
      if (w.peer(ue)->rrc.size() > rrc_before) w.gnb.confirm(ue.mac.crnti());
    }
    EXPECT_TRUE(w.until([&] { return ue.packets.size() == 120 && w.peer(ue)->packets.size() == 120; }, 4000))
        << "seed " << seed << ": " << ue.packets.size() << " down, " << w.peer(ue)->packets.size() << " up, " << w.air.last_mismatch();
  }
}

TEST(GnbMacConfiguration, serves_every_kind_of_search_space_table_and_allocation) {
  for (int variant = 0; variant < 8; ++variant) {
    CellConfig cell = variant % 2 ? tdd_cell() : fdd_cell();
    World w(cell);
    UeConfig u = ue_of(cell);
    if (variant & 2) u.resource_allocation_type1 = false;
    if (variant & 4) u.pdsch_mcs_table = u.pusch_mcs_table = 2;
    if (variant == 4) u.search_spaces[0].type = SearchSpaceType::ue_0_0_1_0;
    if (variant == 5) u.search_spaces[0].type = SearchSpaceType::common;
    if (variant == 6) u.transform_precoding = true;
    CsiReportConfig csi;
    csi.period_slots = 40;
    csi.csi_rs.period_slots = 40;
    if (variant & 1) u.csi = csi;
    if (variant == 0) u.srs = SrsConfig{.c_srs = 11, .period_slots = 40};
    w.template_config = u;
    connect_one(w);
    WorldUe& ue = *w.ues[0];
    for (uint8_t i = 0; i < 60; ++i) w.send_down(ue, 1000, i), w.send_up(ue, 1000, i);
    EXPECT_TRUE(w.until([&] { return ue.packets.size() == 60 && w.peer(ue)->packets.size() == 60; }, 3000))
        << "variant " << variant << ": " << ue.packets.size() << " " << w.peer(ue)->packets.size() << " " << w.air.last_mismatch();
  }
}

TEST(GnbMacConfiguration, gives_five_hundred_ues_pucch_in_a_20_mhz_tdd_cell) {
  CellConfig cell = tdd_cell();
  GnbCell gnb(cell, {}, {});
  std::set<std::tuple<unsigned, unsigned, unsigned, unsigned, unsigned, unsigned>> sr_places;
  std::vector<UeConfig> configs;
  for (unsigned i = 0; i < 500; ++i) {
    UeConfig u = ue_of(cell);
    u.scheduling_requests[0].period_slots = 40;
    u.csi = CsiReportConfig{};
    auto ok = gnb.assign_resources(static_cast<Rnti>(0x4601 + i), u);
    ASSERT_TRUE(ok) << i << ": " << ok.error().describe();
    configs.push_back(u);
  }
  // No two UEs share an SR or CSI occasion.
  auto resource = [](const UeConfig& u, uint8_t id) { return *std::ranges::find(u.pucch, id, &PucchResource::id); };
  for (unsigned s = 0; s < 640; ++s) {
    std::set<std::tuple<unsigned, unsigned, unsigned, unsigned, unsigned>> taken;
    for (const auto& u : configs) {
      const auto& sr = u.scheduling_requests[0];
      if (s % sr.period_slots == sr.offset_slots) {
        const auto r = resource(u, sr.resource);
        EXPECT_TRUE(taken.emplace(r.format, r.first_rb, r.start_symbol, r.initial_cyclic_shift, r.time_domain_occ).second);
      }
      if (s % u.csi->period_slots == u.csi->offset_slots) {
        const auto r = resource(u, u.csi->resource);
        EXPECT_TRUE(taken.emplace(r.format, r.first_rb, r.start_symbol, 0, 0).second);
      }
    }
  }
  // What is given back can be given again.
  for (unsigned i = 0; i < 500; ++i) gnb.remove_ue(static_cast<Rnti>(0x4601 + i));
  UeConfig again = ue_of(cell);
  again.scheduling_requests[0].period_slots = 40;
  ASSERT_TRUE(gnb.assign_resources(0x4601, again));
  EXPECT_EQ(again.scheduling_requests[0].period_slots, 40);
}

TEST(GnbMacConfiguration, refuses_cells_that_cannot_work_with_field_and_clause) {
  auto refused = [](auto change, const char* word, SchedulerConfig scheduler = {}) {
    CellConfig cell = tdd_cell();
    change(cell);
    auto status = GnbCell::check(cell, scheduler);
    ASSERT_FALSE(status) << word;
    EXPECT_NE(status.error().describe().find(word), std::string::npos) << status.error().describe();
  };
  EXPECT_TRUE(GnbCell::check(tdd_cell(), {}));
  EXPECT_TRUE(GnbCell::check(fdd_cell(), {}));
  refused([](CellConfig& c) { c.band = 999; }, "band");
  refused([](CellConfig& c) { c.tdd.reset(); }, "tdd");
  refused([](CellConfig& c) { c.coreset0_index = 15; }, "coreset");
  refused([](CellConfig& c) { c.initial_dl.size = 300; }, "initial");
  refused([](CellConfig& c) { c.ra_search_space = 9; }, "search_space");
  refused([](CellConfig& c) { c.rach.msg1_frequency_start = 45; }, "msg1");
  refused([](CellConfig& c) { c.paging.default_cycle_frames = 100; }, "paging");
  refused([](CellConfig& c) { c.ssb_positions = 0; }, "ssb_positions");
  refused([](CellConfig&) {}, "bler_target", SchedulerConfig{.bler_target = 0.9});
  refused([](CellConfig& c) { c.pusch_times = {{1, nr::MappingType::a, 0, 14}}; }, "pusch_times");
  refused([](CellConfig& c) { c.coreset0_index = 0, c.search_space0_index = 0; }, "search_space0_index");
}

TEST(GnbMacInput, survives_any_octets_in_an_uplink_block) {
  World w;
  connect_one(w);
  WorldUe& ue = *w.ues[0];
  Random random(77);
  for (int i = 0; i < 600; ++i) {
    if (i % 10 == 0) w.send_up(ue, 200, 1);
    w.step();
    nr::l1::UlIndication wild;
    wild.slot = w.ul.slot;
    for (const auto& p : w.ul.pusch) {
      nr::l1::RxPusch rx;
      rx.rnti = random.chance(0.9) ? p.rnti : static_cast<Rnti>(random.next());
      rx.harq_id = static_cast<uint8_t>(random.next());
      rx.crc_ok = random.chance(0.8);
      rx.tb = random.bytes(random.between(0, 60));
      wild.pusch.push_back(rx);
    }
    for (int n = 0; n < 3; ++n) {
      nr::l1::RxUci uci;
      uci.rnti = random.chance(0.5) ? ue.mac.crnti() : static_cast<Rnti>(random.next());
      uci.harq = {random.bytes(2), static_cast<uint16_t>(random.between(0, 16))};
      uci.csi1 = {random.bytes(2), static_cast<uint16_t>(random.between(0, 16))};
      uci.sr = random.chance(0.5);
      wild.uci.push_back(uci);
      nr::l1::RxPreamble preamble;
      preamble.preamble = static_cast<uint8_t>(random.next());
      preamble.f_id = static_cast<uint8_t>(random.between(0, 9));
      wild.preambles.push_back(preamble);
    }
    w.gnb.indicate(wild);
  }
}

}  // namespace
}  // namespace sen::mac::test
