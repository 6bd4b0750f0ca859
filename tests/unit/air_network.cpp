// gNB MAC, air, UE MAC and two user planes together.
#include "tests/unit/air_network.h"

namespace sen::air::test {

namespace {

struct Cell {
  const char* name;
  mac::CellConfig (*make)(uint16_t);
};
const Cell cells[] = {{"fdd", mac::test::fdd_cell}, {"tdd", mac::test::tdd_cell}};

// Both ways at once; true when every packet came, once, in order.
void exchange(Network& n, Network::Ue& ue, uint32_t packets, size_t octets) {
  ue.dl.clear();
  ue.ul.clear();
  for (uint32_t i = 0; i < packets; ++i) {
    n.send_ul(ue, i, octets);
    n.send_dl(ue, i, octets);
    n.run_ms(1);
  }
  n.run_until([&] { return ue.ul.size() >= packets && ue.dl.size() >= packets; }, 20000);
  ASSERT_EQ(ue.ul.size(), packets);
  ASSERT_EQ(ue.dl.size(), packets);
  for (uint32_t i = 0; i < packets; ++i) {
    EXPECT_EQ(ue.ul[i], Network::payload(i, octets));
    EXPECT_EQ(ue.dl[i], Network::payload(i, octets));
  }
}

}  // namespace

TEST(AirNetwork, a_ue_connects_and_exchanges_data) {
  for (const auto& c : cells) {
    SCOPED_TRACE(c.name);
    Network n(c.make(1), {});
    auto& ue = n.add_ue({100, 0, 1.5}, 11);
    ASSERT_TRUE(n.connect(ue)) << n.air.last_mismatch();
    EXPECT_EQ(ue.mac->crnti(), ue.rnti);
    // The gNB listens for dedicated UCI some slots after Msg4's acknowledgement: a first SR may come too early.
    const auto early = n.air.statistics().uci_unmatched;
    EXPECT_LE(early, 2u) << n.air.last_mismatch();
    exchange(n, ue, 100, 300);
    const auto& s = n.air.statistics();
    EXPECT_EQ(s.pdsch_unmatched, 0u) << n.air.last_mismatch();
    EXPECT_EQ(s.pusch_unmatched, 0u) << n.air.last_mismatch();
    EXPECT_EQ(s.uci_unmatched, early) << n.air.last_mismatch();
    EXPECT_EQ(s.pusch_dtx, 0u);
    EXPECT_EQ(s.pdsch_lost, 0u);
    EXPECT_EQ(s.pusch_lost, 0u);
    const auto metrics = ue.mac->take_metrics();
    EXPECT_EQ(metrics.dci_unusable, 0u);
    EXPECT_EQ(metrics.pdu_malformed, 0u);
    EXPECT_EQ(metrics.grants_unused, 0u);
    n.cell->counters().fields([](const char* name, uint64_t value) { EXPECT_EQ(value, 0u) << name; });
  }
}

TEST(AirNetwork, acknowledged_mode_loses_nothing_at_a_bler_of_ten_and_thirty_percent) {
  for (double bler : {0.1, 0.3}) {
    for (const auto& c : cells) {
      SCOPED_TRACE(fmt::format("{} {}", c.name, bler));
      Network n(c.make(1), {.seed = 5, .bler_dl = bler, .bler_ul = bler});
      auto& ue = n.add_ue({100, 0, 1.5}, 11);
      ASSERT_TRUE(n.connect(ue, 3000)) << n.air.last_mismatch();
      exchange(n, ue, 400, 500);
      const auto& s = n.air.statistics();
      EXPECT_GT(s.pdsch_lost, 5u);
      EXPECT_GT(s.pusch_lost, 5u);
      EXPECT_TRUE(ue.failures.empty());
    }
  }
}

TEST(AirNetwork, it_survives_lost_control_channels) {
  Network n(mac::test::tdd_cell(), {.seed = 6, .bler_dl = 0.1, .bler_ul = 0.1, .control_miss = 0.05});
  auto& ue = n.add_ue({100, 0, 1.5}, 11);
  ASSERT_TRUE(n.connect(ue, 5000));
  exchange(n, ue, 200, 500);
  EXPECT_TRUE(ue.failures.empty());
}

TEST(AirNetwork, many_ues_contend_and_all_connect) {
  for (const auto& c : cells) {
    SCOPED_TRACE(c.name);
    Network n(c.make(1), {.seed = 7});
    for (unsigned i = 0; i < 40; ++i) n.start(n.add_ue({50.0 + 5 * i, 0, 1.5}, 100 + i));
    EXPECT_TRUE(n.run_until([&] { return std::ranges::all_of(n.ues, [](const auto& ue) { return ue->connected; }); }, 5000));
    unsigned connected = 0;
    for (const auto& ue : n.ues) connected += ue->connected;
    EXPECT_EQ(connected, 40u);
    const auto early = n.air.statistics().uci_unmatched;
    EXPECT_LE(early, 80u) << n.air.last_mismatch();
    for (auto& ue : n.ues) {
      n.send_ul(*ue, 1, 200);
      n.send_dl(*ue, 1, 200);
    }
    EXPECT_TRUE(n.run_until(
        [&] { return std::ranges::all_of(n.ues, [](const auto& ue) { return ue->ul.size() == 1 && ue->dl.size() == 1; }); }, 3000));
    EXPECT_EQ(n.air.statistics().pdsch_unmatched, 0u) << n.air.last_mismatch();
    EXPECT_EQ(n.air.statistics().uci_unmatched, early) << n.air.last_mismatch();
  }
}

TEST(AirNetwork, csi_reports_reach_the_scheduler) {
  Network n(mac::test::tdd_cell(), {});
  n.tune_config = [](mac::UeConfig& config) {
    config.csi = mac::CsiReportConfig{};
    config.csi->period_slots = 80;
  };
  auto& ue = n.add_ue({100, 0, 1.5}, 11);
  ASSERT_TRUE(n.connect(ue));
  const auto early = n.air.statistics().uci_unmatched;
  exchange(n, ue, 100, 300);
  EXPECT_EQ(n.air.statistics().uci_unmatched, early) << n.air.last_mismatch();
  const auto metrics = n.cell->take_metrics();
  ASSERT_EQ(metrics.size(), 1u);
  EXPECT_GT(metrics[0].cqi, 10);
}

TEST(AirNetwork, the_timing_advance_follows_the_distance) {
  Network n(mac::test::fdd_cell(), {});
  auto& ue = n.add_ue({3000, 0, 1.5}, 11);
  ASSERT_TRUE(n.connect(ue));
  const float round_trip_ns = 2 * n.air.link(0, ue.index).delay_ns;
  EXPECT_NEAR(ue.mac->take_metrics().ta_ns, round_trip_ns, 300);
}

TEST(AirNetwork, the_same_seed_gives_the_same_run) {
  const auto run = [](uint64_t seed) {
    Network n(mac::test::tdd_cell(), {.seed = seed, .bler_dl = 0.2, .bler_ul = 0.2});
    auto& ue = n.add_ue({100, 0, 1.5}, 11);
    n.start(ue);
    n.run_ms(300);
    const auto& s = n.air.statistics();
    return std::array{s.pdcch_received, s.pdsch_ok, s.pdsch_lost, s.pusch_ok, s.pusch_lost, s.uci_ok, s.uci_dtx, s.preambles};
  };
  EXPECT_EQ(run(3), run(3));
  EXPECT_NE(run(3), run(4));
}

TEST(AirNetwork, saturated_it_uses_what_the_blocks_hold) {
  Network n(mac::test::tdd_cell(), {});
  auto& ue = n.add_ue({30, 0, 1.5}, 11);
  ASSERT_TRUE(n.connect(ue));
  uint32_t sent = 0;
  for (unsigned ms = 0; ms < 300; ++ms) {
    for (unsigned i = 0; i < 4; ++i, ++sent) {
      n.send_ul(ue, sent, 1400);
      n.send_dl(ue, sent, 1400);
    }
    n.run_ms(1);
  }
  const double seconds = 0.3;
  const double dl_mbps = static_cast<double>(ue.dl.size()) * 1400 * 8 / seconds / 1e6,
               ul_mbps = static_cast<double>(ue.ul.size()) * 1400 * 8 / seconds / 1e6;
  RecordProperty("dl_mbps", std::to_string(dl_mbps));
  RecordProperty("ul_mbps", std::to_string(ul_mbps));
  EXPECT_GT(dl_mbps, 25);
  EXPECT_GT(ul_mbps, 5);
}

}  // namespace sen::air::test
