// Modifications that take something away (TS 29.244 5.6.3: an IE of length 0), and what QERs police (TS 23.501 5.7.1.8, TS 29.244 5.4).
#include "tests/unit/upf_peer.h"

using namespace sen;
using namespace sen::upf;
using namespace std::chrono_literals;
using pfcp::Cause;

namespace {

const Bytes up = udp("10.45.0.2", 1, "8.8.8.8", 2, 72);  // 100 octets
const Bytes down = udp("8.8.8.8", 2, "10.45.0.2", 1, 72);

template <class Update>
Update without(Update update, uint16_t type) {
  update.extra.remove(type);
  return update;
}

struct Load {
  uint16_t port = 1;
  uint8_t qfi = 1;
  uint64_t kbps = 0;  // offered
  uint64_t passed = 0;
};

// Offers packets of 1250 octets of each flow for 10 s, uplink or downlink, and counts the bits a second that pass, by flow.
void offer(Net& net, std::vector<Load>& flows, bool is_uplink) {
  constexpr uint64_t bits = 10'000;
  auto start = net.executor.now();
  std::vector<int64_t> next(flows.size(), 0);
  while (true) {
    size_t first = static_cast<size_t>(std::min_element(next.begin(), next.end()) - next.begin());
    if (next[first] >= 10'000'000'000) break;
    net.executor.run_until(start + Duration(next[first]));
    Load& flow = flows[first];
    if (is_uplink) {
      net.uplink(udp("10.45.0.2", flow.port, "8.8.8.8", 2, 1222), flow.qfi);
    } else {
      net.n6(udp("8.8.8.8", 2, "10.45.0.2", flow.port, 1222));
    }
    flow.passed += net.to_n6.size() + net.to_n3.size();
    net.to_n6.clear();
    net.to_n3.clear();
    next[first] += static_cast<int64_t>(bits * 1'000'000 / flow.kbps);
  }
  for (Load& flow : flows) flow.passed = flow.passed * bits / 10'000;
}

// A second flow, QFI 2, for the UE's UDP port 7, with QERs of its own.
pfcp::SessionEstablishmentRequest two_flows(std::vector<uint32_t> first_qers, std::vector<uint32_t> second_qers) {
  auto request = establishment();
  auto more = request.create_pdrs;
  for (uint16_t i : {0, 1}) {
    request.create_pdrs[i].qer_ids = first_qers;
    auto& pdr = more[i];
    pdr.pdr_id = static_cast<uint16_t>(20 + i);
    pdr.precedence = 100;
    pdr.qer_ids = second_qers;
    pdr.pdi.sdf_filters = {pfcp::SdfFilter{.flow_description = "permit out 17 from any to assigned 7"}};
    if (i == 1) pdr.pdi.qfis = {pfcp::Qfi(2)};
    request.create_pdrs.push_back(pdr);
  }
  return request;
}

}  // namespace

TEST(UpfUpdate, null_urr_id_ends_the_measurement_of_a_pdr) {
  Net net;
  net.establish();
  net.uplink(up);
  ASSERT_EQ(net.modify({.update_pdrs = {without(pfcp::UpdatePdr{.pdr_id = 2}, pfcp::ie::urr_id)}}).cause, Cause::accepted);
  net.uplink(up);
  net.n6(down);
  EXPECT_EQ(net.to_n6.size(), 2u);
  auto response = net.ask_for<pfcp::SessionDeletionResponse>(pfcp::SessionDeletionRequest{}, net.seid);
  ASSERT_EQ(response.usage_reports.size(), 1u);
  EXPECT_EQ(response.usage_reports[0].volume_measurement->uplink, 100u);
  EXPECT_EQ(response.usage_reports[0].volume_measurement->downlink, 100u) << "the other PDR keeps it";
}

TEST(UpfUpdate, null_qer_id_ends_the_enforcement_of_a_pdr) {
  Net net;
  net.establish();
  pfcp::UpdateQer closed{.qer_id = 1, .gate_status = pfcp::GateStatus{.ul = 1, .dl = 1}};
  ASSERT_EQ(net.modify({.update_pdrs = {without(pfcp::UpdatePdr{.pdr_id = 2}, pfcp::ie::qer_id)}, .update_qers = {closed}}).cause, Cause::accepted);
  net.uplink(up);
  net.n6(down);
  EXPECT_EQ(net.to_n6.size(), 1u);
  EXPECT_EQ(net.upf.dropped(Drop::gate_closed), 1u) << "PDR 1 keeps its QER";
  ASSERT_EQ(net.modify({.update_pdrs = {without(pfcp::UpdatePdr{.pdr_id = 2, .qer_ids = {1}}, pfcp::ie::qer_id)}}).cause, Cause::accepted);
  net.uplink(up);
  EXPECT_EQ(net.upf.dropped(Drop::gate_closed), 2u) << "all associations removed, then one made";
}

TEST(UpfUpdate, absent_lists_leave_associations_as_they_are) {
  Net net;
  net.establish();
  ASSERT_EQ(net.modify({.update_pdrs = {pfcp::UpdatePdr{.pdr_id = 2, .precedence = 7}}}).cause, Cause::accepted);
  net.uplink(up);
  auto response = net.ask_for<pfcp::SessionDeletionResponse>(pfcp::SessionDeletionRequest{}, net.seid);
  EXPECT_EQ(response.usage_reports.at(0).volume_measurement->uplink, 100u);
}

TEST(UpfUpdate, a_pdr_keeps_its_far) {
  Net net;
  net.establish();
  auto response = net.modify({.update_pdrs = {without(pfcp::UpdatePdr{.pdr_id = 2, .precedence = 7}, pfcp::ie::far_id)}});
  EXPECT_EQ(response.cause, Cause::conditional_ie_missing);
  EXPECT_EQ(response.offending_ie, pfcp::ie::far_id);
  net.uplink(up);
  EXPECT_EQ(net.to_n6.size(), 1u);
}

TEST(UpfUpdate, null_mbr_ends_the_policing) {
  Net net;
  net.establish({.mbr_kbps = 0});
  net.uplink(up);
  EXPECT_EQ(net.upf.dropped(Drop::rate_exceeded), 1u);
  ASSERT_EQ(net.modify({.update_qers = {without(pfcp::UpdateQer{.qer_id = 1}, pfcp::ie::mbr)}}).cause, Cause::accepted);
  for (int i = 0; i < 1000; ++i) net.uplink(up);
  EXPECT_EQ(net.to_n6.size(), 1000u);
}

TEST(UpfUpdate, null_quota_lifts_the_end_of_the_quota) {
  Net net;
  net.establish({.quota = true});
  for (int i = 0; i < 12; ++i) net.uplink(up);
  EXPECT_EQ(net.to_n6.size(), 10u);
  ASSERT_EQ(net.modify({.update_urrs = {without(pfcp::UpdateUrr{.urr_id = 1}, pfcp::ie::volume_quota)}}).cause, Cause::accepted);
  for (int i = 0; i < 100; ++i) net.uplink(up);
  EXPECT_EQ(net.to_n6.size(), 110u);
}

TEST(UpfUpdate, null_threshold_ends_the_reports) {
  Net net;
  net.associate();
  auto request = establishment();
  request.create_urrs[0].volume_threshold = pfcp::Volume{.total = 150};
  net.add(request);
  ASSERT_EQ(net.modify({.update_urrs = {without(pfcp::UpdateUrr{.urr_id = 1}, pfcp::ie::volume_threshold)}}).cause, Cause::accepted);
  for (int i = 0; i < 10; ++i) net.uplink(up);
  EXPECT_FALSE(net.take_request<pfcp::SessionReportRequest>());
}

TEST(UpfUpdate, null_outer_header_creation_leaves_the_far_without_a_tunnel) {
  Net net;
  net.establish();
  pfcp::UpdateFar far{.far_id = 1};
  far.update_forwarding_parameters = without(pfcp::UpdateForwardingParameters{}, pfcp::ie::outer_header_creation);
  ASSERT_EQ(net.modify({.update_fars = {far}}).cause, Cause::accepted);
  net.n6(down);
  EXPECT_TRUE(net.to_n3.empty());
  EXPECT_EQ(net.upf.dropped(Drop::far_incomplete), 1u);
}

TEST(UpfUpdate, null_bar_id_and_inactivity_timer) {
  Net net;
  net.associate();
  auto request = establishment({.forward_downlink = false});
  request.user_plane_inactivity_timer = 5;
  net.add(request);
  EXPECT_EQ(net.modify({.remove_bars = {{.bar_id = 1}}}).cause, Cause::rule_failure) << "FAR 1 names it";
  pfcp::SessionModificationRequest change{.remove_bars = {{.bar_id = 1}}, .update_fars = {without(pfcp::UpdateFar{.far_id = 1}, pfcp::ie::bar_id)}};
  EXPECT_EQ(net.modify(without(std::move(change), pfcp::ie::user_plane_inactivity_timer)).cause, Cause::accepted);
  net.executor.run_for(8s);
  EXPECT_FALSE(net.take_request<pfcp::SessionReportRequest>()) << "no inactivity report";
}

TEST(UpfQos, maximum_bit_rate_passes_within_one_percent_both_ways) {
  for (uint64_t kbps : {2'000u, 10'000u, 100'000u}) {
    for (bool is_uplink : {true, false}) {
      Net net;
      net.establish({.mbr_kbps = kbps});
      std::vector<Load> flows{{.kbps = kbps * 3 / 2}};
      offer(net, flows, is_uplink);
      EXPECT_NEAR(static_cast<double>(flows[0].passed), static_cast<double>(kbps), 0.01 * static_cast<double>(kbps)) << is_uplink;
    }
  }
}

TEST(UpfQos, session_ambr_limits_the_flows_that_share_its_qer_together) {
  for (bool is_uplink : {true, false}) {
    Net net;
    net.associate();
    auto request = two_flows({1, 5}, {2, 5});
    request.create_qers[0].mbr.reset();
    request.create_qers.push_back({.qer_id = 2, .qfi = pfcp::Qfi(2)});
    request.create_qers.push_back({.qer_id = 5, .mbr = pfcp::BitRates{10'000, 10'000}});
    ASSERT_EQ(net.add(request).cause, Cause::accepted);
    std::vector<Load> flows{{.port = 1, .qfi = 1, .kbps = 5'000}, {.port = 7, .qfi = 2, .kbps = 10'000}};
    offer(net, flows, is_uplink);
    EXPECT_NEAR(static_cast<double>(flows[0].passed + flows[1].passed), 10'000, 100) << is_uplink;
    EXPECT_GT(flows[0].passed, 1'000u);
    EXPECT_GT(flows[1].passed, 1'000u);
  }
}

TEST(UpfQos, gbr_flow_is_policed_at_its_maximum_not_at_its_guarantee) {
  for (bool is_uplink : {true, false}) {
    for (uint64_t offered : {7'500u, 15'000u}) {
      Net net;
      net.associate();
      // The first flow is under the session AMBR, the GBR flow is not (TS 23.501 5.7.1.8).
      auto request = two_flows({1}, {2});
      request.create_qers[0].mbr = pfcp::BitRates{1'500, 1'500};
      request.create_qers.push_back({.qer_id = 2, .mbr = pfcp::BitRates{10'000, 10'000}, .gbr = pfcp::BitRates{5'000, 5'000}, .qfi = pfcp::Qfi(2)});
      ASSERT_EQ(net.add(request).cause, Cause::accepted);
      std::vector<Load> flows{{.port = 1, .qfi = 1, .kbps = 2'250}, {.port = 7, .qfi = 2, .kbps = offered}};
      offer(net, flows, is_uplink);
      EXPECT_NEAR(static_cast<double>(flows[0].passed), 1'500, 15);
      auto expected = static_cast<double>(std::min<uint64_t>(offered, 10'000));
      EXPECT_NEAR(static_cast<double>(flows[1].passed), expected, 0.01 * expected);
    }
  }
}

TEST(UpfQos, gbr_without_mbr_is_not_policed) {
  Net net;
  net.associate();
  auto request = establishment();
  request.create_qers[0].mbr.reset();
  request.create_qers[0].gbr = pfcp::BitRates{1'000, 1'000};
  net.add(request);
  std::vector<Load> flows{{.kbps = 5'000}};
  offer(net, flows, true);
  EXPECT_EQ(flows[0].passed, 5'000u);
}

TEST(UpfBuffer, burst_larger_than_the_pool_is_kept_in_part_and_the_rest_counted) {
  UpfConfig config = Net::small();
  config.packets = 64;
  config.buffered_packets = 255;
  Net net(config);
  net.establish({.forward_downlink = false});
  // Faster than anything is released: all packets of the pool at once, then those that find it empty.
  std::vector<Packet> burst;
  while (Packet packet = net.upf.pool().copy(down)) burst.push_back(std::move(packet));
  EXPECT_EQ(burst.size(), 64u);
  for (int i = 0; i < 200; ++i) net.n6(down);  // the I/O had no buffer for these
  for (Packet& packet : burst) net.upf.n6_received(std::move(packet));
  burst.clear();
  for (int i = 0; i < 1000; ++i) net.n6(down);
  EXPECT_EQ(net.upf.pool().in_use(), 32u) << "half of the pool stays for the packets in flight";
  EXPECT_EQ(net.upf.dropped(Drop::buffer_full), 32u + 1000u);
  net.uplink(up);
  EXPECT_EQ(net.to_n6.size(), 1u) << "others are served meanwhile";
  pfcp::UpdateFar far{.far_id = 1, .apply_action = pfcp::ApplyAction{.forw = true}};
  far.update_forwarding_parameters = pfcp::UpdateForwardingParameters{.destination_interface = pfcp::DestinationInterface::access,
                                                                      .outer_header_creation = pfcp::OuterHeaderCreation::gtpu(9, v4("127.0.0.3"))};
  EXPECT_EQ(net.modify({.update_fars = {far}}).cause, Cause::accepted);
  EXPECT_EQ(net.to_n3.size(), 32u);
  EXPECT_EQ(net.upf.pool().in_use(), 0u);
}

TEST(UpfBuffer, many_idle_sessions_share_half_of_the_pool) {
  UpfConfig config = Net::small();
  config.packets = 64;
  Net net(config);
  net.associate();
  for (int i = 2; i < 12; ++i)
    net.add(establishment({.ue = fmt::format("10.45.0.{}", i).c_str(), .ue_v6 = fmt::format("2001:db8:cafe:{}::1", i).c_str(), .forward_downlink = false}));
  for (int round = 0; round < 20; ++round)
    for (int i = 2; i < 12; ++i) net.n6(udp("8.8.8.8", 1, fmt::format("10.45.0.{}", i).c_str(), 2));
  EXPECT_EQ(net.upf.pool().in_use(), 32u);
  EXPECT_EQ(net.upf.dropped(Drop::buffer_full), 168u);
  net.ask(pfcp::AssociationReleaseRequest{.node_id = pfcp::NodeId::of(v4("127.0.0.4"))});
  EXPECT_EQ(net.upf.pool().in_use(), 0u);
  EXPECT_EQ(net.upf.dropped(Drop::buffer_released), 32u);
}
