// The load generator against the whole core in one process under a virtual clock: AMF, SMF, AUSF, UDM and UPF with their real bytes between
// them, and a data network of one host.
#include <gtest/gtest.h>

#include "apps/load/load.h"
#include "core/amf/amf.h"
#include "core/smf/smf.h"
#include "core/udm/ausf.h"
#include "core/udm/udm.h"
#include "core/upf/io/data_network.h"
#include "core/upf/upf.h"

namespace sen::load {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

const Bytes key = *from_hex("465B5CE8B199B49FAA5F0A2EE238A6BC");
const Bytes opc = *from_hex("E8ED289DEBA952E4283B54E88E6183CA");

// Everything that crosses from one function to another is posted: nothing is re-entered.
struct World {
  explicit World(LoadConfig load = {}, std::function<void(udm::Subscriber&)> change = {}) {
    for (uint32_t i = 0; i < load.ues; ++i) {
      auto subscriber = udm::default_subscriber(fmt::format("9997000000000{:02}", i + 1), key, opc);
      if (change) change(subscriber);
      EXPECT_TRUE(store.add(subscriber));
    }
    connect_core();
    load.home = Plmn(999, 70, 2);
    if (load.first_imsi.empty()) load.first_imsi = "999700000000001";
    std::copy(key.begin(), key.end(), load.key.begin());
    std::copy(opc.begin(), opc.end(), load.opc.begin());
    load.target_v4 = *IpAddress::parse("10.45.0.1");
    load.target_v6 = *IpAddress::parse("2001:db8:cafe::1");
    load.traffic = seconds(1);
    if (load.gnbs.empty()) load.gnbs.resize(1);
    for (size_t i = 0; i < load.gnbs.size(); ++i) {
      load.gnbs[i].plmn = load.home;
      load.gnbs[i].gnb_id = static_cast<uint32_t>(i + 1);
      load.gnbs[i].n3 = {IpAddress(Octets<4>{127, 0, 1, static_cast<uint8_t>(i + 1)}), 2152};
    }
    gnbs = load.gnbs.size();
    LoadPorts ports;
    ports.send_n2 = [this](size_t gnb, uint16_t stream, Bytes ngap) {
      executor.post([this, gnb, stream, ngap = std::move(ngap)] { amf->n2_received(static_cast<uint32_t>(gnb + 1), stream, ngap); });
      return Status{};
    };
    ports.send_n3 = [this](size_t gnb, const Endpoint&, Bytes gtpu) {
      Endpoint from{IpAddress(Octets<4>{127, 0, 1, static_cast<uint8_t>(gnb + 1)}), 2152};
      executor.post([this, from, gtpu = std::move(gtpu)] { upf->n3_received(from, upf->pool().copy(gtpu)); });
    };
    ports.step = [this](const StepResult& result) { steps.push_back(result); };
    auto created = LoadRunner::create(std::move(load), executor, random, counters, std::move(ports));
    EXPECT_TRUE(created) << (created ? "" : created.error().describe());
    runner = std::move(*created);
  }

  void connect_core() {
    amf::AmfPorts amf_ports;
    amf_ports.send_n2 = [this](uint32_t association, uint16_t stream, Bytes ngap) {
      executor.post([this, association, stream, ngap = std::move(ngap)] { runner->n2_received(association - 1, stream, ngap); });
      return Status{};
    };
    amf_ports.close_n2 = [](uint32_t) {};
    smf::SmfPorts smf_ports;
    smf_ports.send_n4 = [this](const Endpoint&, Bytes pfcp) {
      executor.post([this, pfcp = std::move(pfcp)] { upf->n4_received(n4_smf, pfcp); });
    };
    smf_ports.send_n4u = [this](const Endpoint&, Bytes gtpu) {
      executor.post([this, gtpu = std::move(gtpu)] { upf->n3_received(n4u_smf, upf->pool().copy(gtpu)); });
    };
    upf::UpfPorts upf_ports;
    upf_ports.send_n4 = [this](const Endpoint&, Bytes pfcp) {
      executor.post([this, pfcp = std::move(pfcp)] { smf->n4_received(n4_upf, pfcp); });
    };
    upf_ports.send_n3 = [this](const Endpoint& to, Packet gtpu) {
      Bytes bytes(gtpu.view().begin(), gtpu.view().end());
      executor.post([this, to, bytes = std::move(bytes)] {
        if (to.address == n4u_smf.address) return smf->n4u_received(n3_upf, bytes);
        size_t gnb = to.address.octets()[3] - size_t{1};
        if (gnb < gnbs) runner->n3_received(gnb, n3_upf, bytes);
      });
    };
    upf_ports.send_n6 = [this](Packet ip) {
      executor.post([this, ip = std::move(ip)]() mutable { network->received(std::move(ip)); });
    };
    udm.emplace(bus, store, random, udm::HomeNetworkKeys{});
    ausf.emplace(bus, udm::AusfConfig{});
    upf.emplace(upf::UpfConfig{}, executor, counters, std::move(upf_ports));
    smf.emplace(smf::SmfConfig{}, executor, bus, counters, std::move(smf_ports));
    amf.emplace(amf::AmfConfig{}, executor, bus, random, counters, std::move(amf_ports));
    network.emplace(executor, counters, upf->pool(), [this](Packet ip) {
      executor.post([this, ip = std::move(ip)]() mutable { upf->n6_received(std::move(ip)); });
    });
    upf->start();
    smf->start();
    executor.run_for(seconds(1));
  }

  bool run(Duration limit = seconds(120)) {
    for (size_t i = 0; i < gnbs; ++i) {
      amf->n2_up(static_cast<uint32_t>(i + 1), fmt::format("127.0.1.{}:38412", i + 1));
      runner->n2_up(i);
    }
    return executor.run_while_waiting([this] { return runner->finished(); }, limit);
  }

  static inline const Endpoint n4_smf{*IpAddress::parse("127.0.0.4"), 8805}, n4_upf{*IpAddress::parse("127.0.0.7"), 8805};
  static inline const Endpoint n4u_smf{*IpAddress::parse("127.0.0.4"), 2152}, n3_upf{*IpAddress::parse("127.0.0.7"), 2152};

  ManualExecutor executor;
  crypto::RandomSource random{7};
  Counters counters;
  sbi::Bus bus{executor};
  udm::SubscriberStore store = *udm::SubscriberStore::open(":memory:");
  size_t gnbs = 1;
  std::vector<StepResult> steps;
  std::optional<udm::Udm> udm;
  std::optional<udm::Ausf> ausf;
  std::optional<upf::Upf> upf;
  std::optional<upf::DataNetwork> network;
  std::optional<smf::Smf> smf;
  std::optional<amf::Amf> amf;
  std::unique_ptr<LoadRunner> runner;
};

TEST(LoadCore, a_ue_registers) {
  LoadConfig config;
  config.scenario = Scenario::registration;
  World world(config);
  EXPECT_TRUE(world.run());
  EXPECT_TRUE(world.runner->report().passed()) << world.runner->report().table();
}

TEST(LoadCore, a_ue_gets_a_session_of_both_families) {
  World world;
  EXPECT_TRUE(world.run());
  ASSERT_TRUE(world.runner->report().passed()) << world.runner->report().table();
  const auto* session = world.runner->ue(0)->session(1);
  ASSERT_TRUE(session);
  EXPECT_TRUE(session->ipv4);
  EXPECT_TRUE(session->interface_id);
  EXPECT_EQ(session->mtu, 1400);
}

TEST(LoadCore, pings_are_answered_over_ipv4_and_ipv6_through_release_and_service_request) {
  LoadConfig config;
  config.scenario = Scenario::cycle;
  config.ues = 5;
  config.gnbs.resize(2);
  World world(config);
  EXPECT_TRUE(world.run());
  const auto& report = world.runner->report();
  EXPECT_TRUE(report.passed()) << report.table();
  EXPECT_EQ(report.pings_answered, 5u * 20);
  EXPECT_EQ(report.pings_v6_answered, 5u * 10);
  EXPECT_EQ(report.at(Step::reregistration).done, 5u);
  EXPECT_EQ(world.smf->session_count(), 0u);
  EXPECT_EQ(world.upf->session_count(), 0u);
}

TEST(LoadCore, traffic_flows_both_ways_without_loss) {
  LoadConfig config;
  config.scenario = Scenario::traffic;
  config.ues = 3;
  config.uplink_bps = config.downlink_bps = 5e6;
  World world(config);
  EXPECT_TRUE(world.run());
  const auto& report = world.runner->report();
  EXPECT_TRUE(report.passed()) << report.table();
  EXPECT_GT(report.uplink.packets, 1000u);
  EXPECT_EQ(world.network->discarded_packets(), report.uplink.packets);
  EXPECT_GE(static_cast<double>(report.downlink.octets), 0.99 * static_cast<double>(report.downlink_requested_octets));
}

TEST(LoadCore, an_unknown_subscriber_fails_with_the_cause) {
  LoadConfig config;
  config.first_imsi = "999700000099999";
  World world(config);
  EXPECT_TRUE(world.run());
  const auto& report = world.runner->report();
  EXPECT_EQ(report.ues_failed, 1u);
  ASSERT_EQ(report.failures.size(), 1u);
  EXPECT_NE(report.failures.begin()->first.find("5GMM cause"), std::string::npos) << report.failures.begin()->first;
}

TEST(LoadCore, an_unknown_dnn_fails_the_session_with_the_cause) {
  LoadConfig config;
  config.dnn = "nowhere";
  World world(config);
  EXPECT_TRUE(world.run());
  const auto& report = world.runner->report();
  EXPECT_EQ(report.at(Step::session).failed, 1u);
  EXPECT_NE(report.failures.begin()->first.find("cause"), std::string::npos) << report.failures.begin()->first;
}

TEST(LoadCore, eap_aka_prime_registers) {
  LoadConfig config;
  config.scenario = Scenario::registration;
  World world(config, [](udm::Subscriber& subscriber) { subscriber.security.method = sbi::AuthType::eap_aka_prime; });
  EXPECT_TRUE(world.run());
  EXPECT_TRUE(world.runner->report().passed()) << world.runner->report().table();
}

}  // namespace
}  // namespace sen::load
