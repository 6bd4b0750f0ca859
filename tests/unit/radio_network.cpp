// The whole network in one process under the virtual clock, with faults.
#include "tests/unit/radio_world.h"

namespace sen {
namespace {

TEST(RadioNetwork, carries_packets_both_ways) {
  World w({});
  ASSERT_TRUE(w.finishes());
  EXPECT_EQ(w.failures(), "");
  EXPECT_EQ(w.report().pings_answered, 10u);
  EXPECT_EQ(w.report().pings_v6_answered, 10u);
  EXPECT_TRUE(w.all_downlink_arrived());
}

// The same over waveforms: the UE searches the cell, every channel is modulated, carried with path loss and noise, and received.
TEST(RadioNetwork, carries_packets_both_ways_over_waveforms) {
  World w({.waves = WaveConfig{}});
  ASSERT_TRUE(w.finishes());
  EXPECT_EQ(w.failures(), "");
  EXPECT_EQ(w.report().pings_answered, 10u);
  EXPECT_EQ(w.report().pings_v6_answered, 10u);
  EXPECT_TRUE(w.all_downlink_arrived());
}

TEST(RadioNetwork, walks_the_whole_cycle) {
  World w({.ues = 3, .scenario = load::Scenario::cycle});
  ASSERT_TRUE(w.finishes());
  EXPECT_EQ(w.failures(), "");
  EXPECT_EQ(w.counters().setups, 3u);  // registration, service request, registration by GUTI
}

TEST(RadioNetwork, am_bearers_lose_nothing_at_ten_and_thirty_percent_of_lost_blocks) {
  for (double bler : {0.1, 0.3}) {
    World w({.bler = bler});
    ASSERT_TRUE(w.finishes());
    EXPECT_EQ(w.failures(), "") << bler;
    EXPECT_TRUE(w.all_downlink_arrived()) << bler;
  }
}

// Between two cells 400 m apart, several times each way, while the uplink and then the downlink are busy.
air::Track there_and_back(load::UeIndex) {
  air::Track out;
  for (unsigned i = 0; i < 12; ++i) out.waypoints.push_back({1.0 + 1.5 * i, {i % 2 == 0 ? 60.0 : 340.0, 10, 1.5}});
  return out;
}

TEST(RadioNetwork, delivers_what_n3_did_not_lose_and_nothing_else_breaks) {
  for (bool um : {false, true}) {
    World w({.um = um, .traffic = std::chrono::seconds(2)});
    ASSERT_TRUE(w.reaches(load::Step::ping_ipv6)) << w.failures();
    w.network_->set_n3_faults({.loss = 0.1, .jitter = std::chrono::milliseconds(5)});
    ASSERT_TRUE(w.finishes());
    w.executor_.run_for(std::chrono::seconds(1));
    EXPECT_EQ(w.failures(), "");
    const uint64_t up = w.network_->n3_lost(true), down = w.network_->n3_lost(false);
    EXPECT_GT(up, 20u);
    EXPECT_GT(down, 100u);
    EXPECT_EQ(w.uplink_lost(), up);
    EXPECT_EQ(w.sourced_packets() - w.report().downlink.packets, down) << (um ? "UM" : "AM");
    EXPECT_EQ(w.counters().link_failures, 0u);
    EXPECT_EQ(w.counters().setups, 1u);
  }
}

TEST(RadioNetwork, hands_a_moving_ue_over_without_losing_a_packet) {
  World w({.cells = 2, .traffic = std::chrono::seconds(4), .track = there_and_back});
  ASSERT_TRUE(w.finishes());
  EXPECT_EQ(w.failures(), "");
  EXPECT_GE(w.counters().handovers, 4u);
  EXPECT_EQ(w.counters().link_failures, 0u);
  EXPECT_TRUE(w.all_downlink_arrived());
  EXPECT_EQ(w.uplink_lost(), 0u);
}

// Vertical key derivation each time; the other gNB goes on with the bearers, their COUNTs and what was left of them.
TEST(RadioNetwork, hands_a_moving_ue_over_to_another_gnb_without_losing_a_packet) {
  for (bool direct : {true, false}) {  // forwarding from gNB to gNB with SNs, and through the UPF without
    World w({.gnbs = 2, .direct_forwarding = direct, .bler = 0.3, .traffic = std::chrono::seconds(6), .track = there_and_back});
    ASSERT_TRUE(w.finishes());
    EXPECT_EQ(w.failures(), "");
    EXPECT_GE(w.counters().handovers, 4u);
    EXPECT_EQ(w.counters().link_failures, 0u);
    EXPECT_EQ(w.counters().releases, 0u);
    EXPECT_TRUE(w.all_downlink_arrived()) << direct;
    EXPECT_EQ(w.uplink_lost(), 0u) << direct;
    if (direct) {
      EXPECT_LE(w.report().downlink.octets, w.report().downlink_requested_octets) << "the same packet twice";
    }
    EXPECT_EQ(w.network_->radio().gnb(0).ues() + w.network_->radio().gnb(1).ues(), 1u);
  }
}

TEST(RadioNetwork, reestablishes_in_another_cell_after_radio_link_failure) {
  World w({.cells = 2, .traffic = std::chrono::seconds(6), .track = [](load::UeIndex) { return air::Track::standing({180, 0, 1.5}); }});
  ASSERT_TRUE(w.reaches(load::Step::uplink, std::chrono::seconds(30))) << w.failures();
  w.executor_.run_for(std::chrono::seconds(1));
  w.network_->radio().air().set_extra_loss(0, 0, 200);
  ASSERT_TRUE(w.finishes());
  EXPECT_EQ(w.failures(), "");
  EXPECT_EQ(w.counters().link_failures, 1u);
  EXPECT_EQ(w.counters().reestablishments, 1u);
  EXPECT_TRUE(w.all_downlink_arrived());
}

// The other gNB knows nothing of the UE and answers with RRCSetup (TS 38.331 5.3.7.8): NAS recovers the connection and its session.
TEST(RadioNetwork, goes_on_by_setup_where_reestablishment_is_not_possible) {
  World w({.gnbs = 2, .traffic = std::chrono::seconds(6), .track = [](load::UeIndex) { return air::Track::standing({180, 0, 1.5}); }});
  ASSERT_TRUE(w.reaches(load::Step::uplink, std::chrono::seconds(30))) << w.failures();
  w.executor_.run_for(std::chrono::seconds(1));
  w.network_->radio().air().set_extra_loss(0, 0, 200);
  w.executor_.run_for(std::chrono::seconds(3));
  EXPECT_EQ(w.counters().fallbacks, 1u);
  EXPECT_EQ(w.counters().setups, 2u);
  EXPECT_EQ(w.counters().reestablishments, 0u);
  EXPECT_EQ(w.counters().releases, 0u);
  EXPECT_TRUE(w.network_->radio().has_tunnel(0, 1));
  EXPECT_EQ(w.network_->radio().gnb(0).ues(), 0u) << "the context that was left behind";
  EXPECT_EQ(w.network_->radio().gnb(1).ues(), 1u);
  ASSERT_TRUE(w.finishes());
  EXPECT_EQ(w.failures(), "");
  EXPECT_GT(w.report().downlink.packets, 0u);
}

TEST(RadioNetwork, pages_an_idle_ue_for_downlink_data) {
  World w({.traffic = std::chrono::seconds(4)});
  ASSERT_TRUE(w.reaches(load::Step::uplink)) << w.failures();
  w.executor_.run_for(std::chrono::milliseconds(500));
  ASSERT_TRUE(w.network_->radio().request_release(0));
  w.executor_.run_for(std::chrono::seconds(2));
  EXPECT_EQ(w.counters().releases, 1u);
  EXPECT_EQ(w.counters().setups, 2u);
  EXPECT_TRUE(w.network_->radio().has_tunnel(0, 1));
  ASSERT_TRUE(w.finishes());
  EXPECT_EQ(w.failures(), "");
}

TEST(RadioNetwork, serves_many_ues) {
  World w({.ues = 40});
  ASSERT_TRUE(w.finishes());
  EXPECT_EQ(w.failures(), "");
  EXPECT_EQ(w.report().ues_done, 40u);
}

TEST(RadioNetwork, is_deterministic) {
  auto run = [] {
    World w({.ues = 3, .bler = 0.1});
    EXPECT_TRUE(w.finishes());
    return std::tuple(w.executor_.now(), w.report().downlink.packets, w.network_->radio().air().statistics().pusch_ok);
  };
  EXPECT_EQ(run(), run());
}

}  // namespace
}  // namespace sen
