// Many UEs, loss, fairness, determinism; every slot checked by SlotChecker.
#include "tests/unit/mac_gnb_world.h"

namespace sen::mac::test {
namespace {

// Connects n UEs whose accesses start `gap` slots apart.
bool connect_all(World& w, unsigned n, unsigned gap, unsigned slots = 6000) {
  for (unsigned i = 0; i < n; ++i) {
    w.connect(w.add_ue(30 + i));
    w.run(gap);
  }
  return w.until([&] { return std::ranges::all_of(w.ues, [&](const auto& ue) { return w.connected(*ue); }); }, slots);
}

void exchange(World& w, unsigned packets, size_t octets, unsigned slots) {
  for (unsigned i = 0; i < packets; ++i) {
    for (auto& ue : w.ues) {
      ASSERT_TRUE(w.send_down(*ue, octets, static_cast<uint8_t>(i)));
      ASSERT_TRUE(w.send_up(*ue, octets, static_cast<uint8_t>(i)));
    }
  }
  auto complete = [&](const auto& ue) { return ue->packets.size() == packets && w.peer(*ue)->packets.size() == packets; };
  EXPECT_TRUE(w.until([&] { return std::ranges::all_of(w.ues, complete); }, slots));
  for (auto& ue : w.ues) {
    EXPECT_EQ(ue->packets.size(), packets) << "down " << ue->number;
    EXPECT_EQ(w.peer(*ue)->packets.size(), packets) << "up " << ue->number;
  }
}

// Point A, SSB and CORESET 0 keep their places of the smaller cells; the carrier grows upwards from there.
CellConfig wide(CellConfig c, unsigned n_rb, const char* pattern, unsigned special_dl, unsigned special_ul) {
  c.l1.n_rb = static_cast<uint16_t>(n_rb);
  c.initial_dl.size = c.initial_ul.size = c.l1.n_rb;
  if (pattern) c.tdd = *nr::parse_tdd(pattern, c.l1.scs, special_dl, special_ul);
  return c;
}

TEST(GnbMacLoad, serves_thirty_ues_in_fdd) {
  World w;
  ASSERT_TRUE(connect_all(w, 30, 3));
  exchange(w, 10, 700, 6000);
}

TEST(GnbMacLoad, serves_thirty_ues_in_tdd) {
  World w(tdd_cell());
  ASSERT_TRUE(connect_all(w, 30, 3));
  exchange(w, 10, 700, 6000);
}

TEST(GnbMacLoad, lets_downlink_load_take_no_more_than_its_share_of_the_pdcch) {
  World w(wide(tdd_cell(), 51, "DDDSU", 10, 2));
  ASSERT_TRUE(connect_all(w, 60, 3));
  for (int i = 0; i < 100; ++i) {
    for (auto& ue : w.ues) w.send_down(*ue, 1400, 1);
  }
  for (auto& ue : w.ues) ASSERT_TRUE(w.send_up(*ue, 400, 2));
  EXPECT_TRUE(w.until([&] { return std::ranges::all_of(w.ues, [&](const auto& ue) { return !w.peer(*ue)->packets.empty(); }); }, 600));
}

TEST(GnbMacLoad, serves_round_robin) {
  SchedulerConfig scheduler;
  scheduler.policy = SchedulerPolicy::round_robin;
  World w(tdd_cell(), scheduler);
  ASSERT_TRUE(connect_all(w, 8, 5));
  exchange(w, 20, 900, 6000);
}

TEST(GnbMacLoad, loses_nothing_on_am_bearers_at_ten_percent_bler) {
  World w(tdd_cell(), {}, {.seed = 5, .bler_dl = 0.1, .bler_ul = 0.1, .sinr_errors = false});
  ASSERT_TRUE(connect_all(w, 4, 10));
  exchange(w, 100, 1000, 20000);
}

TEST(GnbMacLoad, loses_nothing_on_am_bearers_at_thirty_percent_bler) {
  for (const auto& cell : {fdd_cell(), tdd_cell()}) {
    World w(cell, {}, {.seed = 6, .bler_dl = 0.3, .bler_ul = 0.3, .control_miss = 0.02, .sinr_errors = false});
    ASSERT_TRUE(connect_all(w, 4, 10, 20000));
    exchange(w, 60, 1000, 30000);
  }
}

TEST(GnbMacLoad, is_deterministic) {
  auto run = [] {
    World w(tdd_cell(), {}, {.seed = 9, .bler_dl = 0.2, .bler_ul = 0.2, .sinr_errors = false});
    connect_all(w, 5, 7);
    for (auto& ue : w.ues) w.send_down(*ue, 1900, 1), w.send_up(*ue, 1800, 2);
    uint64_t digest = 0;
    for (int i = 0; i < 400; ++i) {
      w.step();
      for (const auto& p : w.dl.pdcch) {
        for (uint8_t octet : p.dci.octets) digest = digest * 1099511628211u + octet + p.first_cce;
      }
      for (const auto& p : w.ul.pusch) digest = digest * 1099511628211u + p.code.tbs_octets + p.allocation.rbs[0].first;
      for (const auto& p : w.dl.pdsch) {
        for (uint8_t octet : p.tb) digest = digest * 1099511628211u + octet;
      }
    }
    return digest;
  };
  EXPECT_EQ(run(), run());
}

TEST(GnbMacLoad, reaches_the_mcs_that_the_channel_carries) {
  World w(tdd_cell(), {}, {.sinr_errors = true});
  WorldUe& near = w.add_ue(30);
  w.connect(near);
  ASSERT_TRUE(w.until([&] { return w.connected(near); }));
  for (int i = 0; i < 1500; ++i) w.send_down(near, 1400, 1), w.send_up(near, 1400, 1);
  w.run(300);
  auto metrics = w.gnb.take_metrics();
  ASSERT_EQ(metrics.size(), 1u);
  w.run(300);
  metrics = w.gnb.take_metrics();
  EXPECT_GT(metrics[0].dl_mcs, 20);
  EXPECT_GT(metrics[0].ul_mcs, 15);
  EXPECT_LT(metrics[0].dl_nok, metrics[0].dl_ok / 4 + 10);
}

TEST(GnbMacLoad, answers_several_preambles_of_one_slot) {
  World w;
  for (unsigned i = 0; i < 12; ++i) w.connect(w.add_ue(40 + 10 * i));
  ASSERT_TRUE(w.until([&] { return std::ranges::all_of(w.ues, [&](const auto& ue) { return w.connected(*ue); }); }, 4000));
}

void attaches_and_exchanges(const CellConfig& cell, const std::string& what) {
  SCOPED_TRACE(what);
  auto ok = GnbCell::check(cell, {});
  ASSERT_TRUE(ok) << ok.error().describe();
  World w(cell);
  w.template_config = ue_of(cell);
  w.template_config->csi = CsiReportConfig{.period_slots = 80, .csi_rs = {.row = 2, .l0 = 13, .n_rb = 52, .period_slots = 80}};
  EXPECT_TRUE(connect_all(w, 3, 20)) << w.air.last_mismatch();
  for (auto& ue : w.ues) ASSERT_TRUE(w.connected(*ue));
  exchange(w, 30, 1100, 4000);
  const auto& s = w.air.statistics();
  EXPECT_EQ(s.pdsch_unmatched, 0u) << w.air.last_mismatch();
  EXPECT_EQ(s.pusch_unmatched, 0u) << w.air.last_mismatch();
  EXPECT_LE(s.uci_unmatched, 3u) << w.air.last_mismatch();  // a report of a UE that has its configuration before the cell can know
}

TEST(GnbMacLoad, works_in_every_fdd_bandwidth) {
  for (unsigned n_rb : {25, 52, 79, 106, 133, 160, 216, 270}) {
    CellConfig cell = wide(fdd_cell(), n_rb, nullptr, 0, 0);
    if (n_rb == 25) {
      cell.coreset0_index = 0;  // 24 RBs: SIB1 has no room beside the SSB
      cell.search_space0_index = 4;
      cell.offset_to_point_a = 0;
      cell.rach.msg1_frequency_start = 8;
    }
    attaches_and_exchanges(cell, std::to_string(n_rb) + " RBs");
  }
}

TEST(GnbMacLoad, works_in_every_tdd_bandwidth_and_pattern) {
  for (unsigned n_rb : {51, 78, 106, 133, 162, 217, 245, 273})
    attaches_and_exchanges(wide(tdd_cell(), n_rb, "DDDSU", 10, 2), std::to_string(n_rb) + " RBs");
  for (const char* pattern : {"DDDDDDDSUU", "DDSUU", "DSUUU", "DDDSU", "DDDDDDDSUU"}) {
    CellConfig cell = wide(tdd_cell(), 51, pattern, 6, 4);
    // Patterns that the default table cannot serve need rows of their own.
    for (uint8_t k2 = 4; k2 <= 9; ++k2) cell.pusch_times.push_back({k2, nr::MappingType::a, 0, 14});
    attaches_and_exchanges(cell, pattern);
  }
}

}  // namespace
}  // namespace sen::mac::test
