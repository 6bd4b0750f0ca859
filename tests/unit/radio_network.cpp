// The whole network in one process under the virtual clock: UEs, air, gNB, AMF, SMF, UPF, with faults.
#include <gtest/gtest.h>

#include <filesystem>

#include "apps/demo_network.h"
#include "gnb/cell.h"

namespace sen {
namespace {

constexpr std::string_view key = "465B5CE8B199B49FAA5F0A2EE238A6BC", opc = "E8ED289DEBA952E4283B54E88E6183CA";
constexpr uint64_t first_imsi = 999700000000001;

struct Options {
  unsigned ues = 1, cells = 1;
  unsigned gnbs = 1;  // with `cells` each
  bool direct_forwarding = true;
  bool um = false;  // the default bearer's RLC
  double bler = 0;
  bool waves = false;
  load::Scenario scenario = load::Scenario::traffic;
  std::chrono::seconds traffic{1};
  std::function<air::Track(load::UeIndex)> track;
};

class World {
 public:
  explicit World(const Options& options) {
    CoreConfig core = load_core_config(with_options({})).config;
    core.udm.store = ":memory:";
    for (unsigned i = 0; i < options.ues; ++i) core.udm.subscribers.push_back({std::to_string(first_imsi + i), std::string(key), std::string(opc)});
    RadioConfig radio;
    for (unsigned i = 0; i < options.gnbs; ++i) (i == 0 ? radio.gnb : radio.further_gnbs.emplace_back()) = gnb_settings(options, core, i);
    radio.air.bler_dl = radio.air.bler_ul = options.bler;
    radio.track = options.track;
    if (options.waves) radio.waves = WaveConfig{};
    radio.ue_plmns = {core.amf.tais.front().plmn};
    load::LoadConfig load;
    load.ues = options.ues;
    load.home = core.amf.tais.front().plmn;
    load.first_imsi = std::to_string(first_imsi);
    load.key = *octets_from_hex<16>(key);
    load.opc = *octets_from_hex<16>(opc);
    load.scenario = options.scenario;
    for (const auto& subnet : core.upf.session) {
      IpAddress gateway = subnet.gateway_address();
      (gateway.is_v6() ? load.target_v6 : load.target_v4) = gateway;
    }
    load.traffic = options.traffic;
    load.uplink_bps = 4e6 / options.ues;
    load.downlink_bps = 16e6 / options.ues;
    folder_ = std::filesystem::temp_directory_path() / ("sen5g-radio-" + std::to_string(::getpid()));
    captures_ = std::move(*Captures::open(folder_.string()));
    Log::instance().set_all_levels(std::getenv("SEN_LOG") ? Level::debug : Level::none);
    Log::instance().set_clock(&executor_);
    DemoNetwork::Reports reports;
    reports.step = [this](const load::StepResult& result) {
      if (result.ok) done_.push_back(result.step);
    };
    auto made = DemoNetwork::create(core, std::move(radio), load, executor_, random_, *captures_, std::move(reports));
    if (!made) throw std::runtime_error(made.error().describe());
    network_ = std::move(*made);
    network_->start();
  }
  static gnb::RrcSettings gnb_settings(const Options& options, const CoreConfig& core, unsigned index) {
    gnb::RrcSettings out;
    out.gnb_id = 1 + index;
    out.slices = {core.amf.plmn_support.front().slices.front().s_nssai};
    out.n3 = IpAddress(Octets<4>{127, 0, 0, static_cast<uint8_t>(20 + index)});
    out.qos = gnb::default_qos();
    out.direct_forwarding = options.direct_forwarding;
    if (options.um) out.qos[9] = out.qos.at(7);
    for (unsigned gnb = 0; gnb < options.gnbs; ++gnb) {
      for (unsigned i = 0; i < options.cells; ++i) {
        const auto n = static_cast<uint16_t>(gnb * options.cells + i);
        gnb::CellOptions cell;
        cell.plmn = core.amf.tais.front().plmn;
        cell.tac = core.amf.tais.front().tacs.front();
        cell.pci = static_cast<uint16_t>(1 + n);
        cell.sector = static_cast<uint16_t>(1 + n);
        cell.prach_root_sequence = static_cast<uint16_t>(1 + 8 * n);
        auto made = *gnb::make_cell(cell, 1 + gnb, out.gnb_id_bits);
        if (gnb == index) out.cells.push_back(made);
        else out.external_cells.push_back({made.mac.l1.pci, made.mac.l1.ssb_arfcn, made.mac.ssb_scs, 1 + gnb, out.gnb_id_bits, made.nr_cell_identity, made.plmn, made.tac});
      }
    }
    return out;
  }
  ~World() {
    Log::instance().set_clock(nullptr);
    std::filesystem::remove_all(folder_);
  }
  // Every packet that was asked for, but for the part of one.
  bool all_downlink_arrived() const { return report().downlink.octets + 1400 > report().downlink_requested_octets; }
  uint64_t sourced_packets() {
    return static_cast<uint64_t>(network_->counters().counter("dn_sourced_packets", "Packets that the source of the built-in data network sent").value());
  }
  // Each once, and none twice.
  uint64_t uplink_lost() const { return report().uplink.packets - network_->data_network().discarded_packets(); }

  bool reaches(load::Step step, std::chrono::seconds limit = std::chrono::seconds(20)) {
    return executor_.run_while_waiting([&] { return std::ranges::find(done_, step) != done_.end() || network_->load().finished(); }, limit) &&
           std::ranges::find(done_, step) != done_.end();
  }
  bool finishes(std::chrono::seconds limit = std::chrono::seconds(120)) {
    return executor_.run_while_waiting([&] { return network_->load().finished(); }, limit);
  }
  std::string failures() const {
    std::string out;
    for (const auto& [what, count] : network_->load().report().failures) out += fmt::format("{} x {}; ", count, what);
    return out;
  }
  const load::LoadReport& report() const { return network_->load().report(); }
  const ue::AsCounters& counters(load::UeIndex ue = 0) const { return network_->radio().ue(ue)->counters(); }

  ManualExecutor executor_;
  crypto::RandomSource random_{5};
  std::filesystem::path folder_;
  std::unique_ptr<Captures> captures_;
  std::unique_ptr<DemoNetwork> network_;
  std::vector<load::Step> done_;
};

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
  World w({.waves = true});
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
