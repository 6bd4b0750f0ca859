// Inputs that crashed other user planes (PFCP and GTP-U): the standard's answer or a counted drop, and the UPF goes on.
#include "base/random.h"
#include "tests/unit/upf_peer.h"

using namespace sen;
using namespace sen::upf;
using namespace std::chrono_literals;
using pfcp::Cause;

static void expect_alive(Net& net) {
  net.to_n6.clear();
  net.uplink(udp("10.45.0.2", 1000, "8.8.8.8", 53));
  EXPECT_EQ(net.to_n6.size(), 1u) << "the session still forwards";
}

TEST(UpfN4, answers_heartbeats_before_an_association) {
  Net net;
  auto response = net.ask_for<pfcp::HeartbeatResponse>(pfcp::HeartbeatRequest{.recovery_time_stamp = 1});
  EXPECT_EQ(response.recovery_time_stamp, ntp_seconds(net.executor.now().time_since_epoch().count()));
}

TEST(UpfN4, says_its_features_honestly) {
  Net net;
  auto response = net.associate();
  EXPECT_EQ(response.cause, Cause::accepted);
  ASSERT_TRUE(response.up_function_features);
  EXPECT_TRUE(response.up_function_features->ftup);
  EXPECT_TRUE(response.up_function_features->empu);
  EXPECT_FALSE(response.up_function_features->ueip);
  EXPECT_FALSE(response.up_function_features->pdiu);
}

TEST(UpfN4, refuses_a_session_without_association) {
  Net net;
  auto response = net.add(establishment());
  EXPECT_EQ(response.cause, Cause::no_association);
  EXPECT_EQ(net.response_seid, 0x5d1u);
  EXPECT_EQ(net.upf.session_count(), 0u);
}

TEST(UpfN4, class_14_15_survives_reports_answered_wrongly) {
  Net net;
  net.establish({.forward_downlink = false});
  net.n6(udp("8.8.8.8", 1, "10.45.0.2", 2));
  ASSERT_FALSE(net.n4.empty());
  auto request = pfcp::decode(net.n4.front().second);
  Bytes no_cause{0x21, 57, 0, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, uint8_t(request->header.sequence), 0};
  net.upf.n4_received(smf, no_cause);
  EXPECT_EQ(net.counters.counter("upf_pfcp_undecodable", "").value(), 1);
  net.upf.n4_received(smf, pfcp::encode({.header = {.seid = 99, .sequence = 0xabcdef}, .body = pfcp::SessionReportResponse{}}).value());
  EXPECT_EQ(net.counters.counter("upf_pfcp_unexpected", "").value(), 1) << "an answer that nobody waits for";
  net.upf.n4_received(smf, pfcp::encode({.header = {.seid = 0, .sequence = request->header.sequence}, .body = pfcp::SessionReportResponse{.cause = Cause::session_not_found}}).value());
  EXPECT_EQ(net.upf.session_count(), 0u) << "the SMF does not know the session";
  // A UPF receives no session reports.
  net.ask(pfcp::SessionReportRequest{.report_type = {.dldr = true}}, 1);
  EXPECT_EQ(net.counters.counter("upf_pfcp_unexpected", "").value(), 2);
}

TEST(UpfN4, class_16_refuses_pdr_without_far_and_unknown_destination) {
  Net net;
  net.associate();
  auto request = establishment();
  request.create_pdrs[0].far_id.reset();
  auto response = net.add(request);
  EXPECT_EQ(response.cause, Cause::conditional_ie_missing);
  EXPECT_EQ(response.offending_ie, pfcp::ie::far_id);
  request = establishment();
  request.create_pdrs[0].far_id = 99;
  response = net.add(request);
  EXPECT_EQ(response.cause, Cause::rule_failure);
  ASSERT_TRUE(response.failed_rule_id);
  EXPECT_EQ(response.failed_rule_id->id, 1u);
  for (auto destination : {pfcp::DestinationInterface::li_function, static_cast<pfcp::DestinationInterface>(9)}) {
    request = establishment();
    request.create_fars[1].forwarding_parameters->destination_interface = destination;
    EXPECT_NE(net.add(request).cause, Cause::accepted);
  }
  request = establishment();
  request.create_fars[1].forwarding_parameters.reset();
  EXPECT_EQ(net.add(request).cause, Cause::conditional_ie_missing);
  request = establishment();
  request.create_fars[1].apply_action.dupl = true;
  EXPECT_EQ(net.add(request).cause, Cause::service_not_supported);
  request = establishment();
  request.create_pdrs[1].pdi.application_id = "video";
  EXPECT_EQ(net.add(request).cause, Cause::unknown_application_id);
  EXPECT_EQ(net.upf.session_count(), 0u);
  EXPECT_EQ(net.add(establishment()).cause, Cause::accepted);
}

TEST(UpfN4, class_17_refuses_what_exceeds_its_limits) {
  UpfConfig config = Net::small();
  config.max_sessions = 3;
  Net net(config);
  net.associate();
  auto request = establishment();
  for (uint16_t id = 10; id < 200; ++id) {
    request.create_pdrs.push_back(request.create_pdrs[0]);
    request.create_pdrs.back().pdr_id = id;
  }
  EXPECT_EQ(net.add(request).cause, Cause::no_resources);
  std::vector<std::string> addresses{"10.45.0.2", "10.45.0.3", "10.45.0.4", "10.45.0.5"};
  for (int i = 0; i < 3; ++i) EXPECT_EQ(net.add(establishment({.ue = addresses[i].c_str(), .ue_v6 = "2001:db8:cafe:1::1"})).cause, Cause::accepted);
  EXPECT_EQ(net.add(establishment({.ue = addresses[3].c_str()})).cause, Cause::no_resources);
  net.ask(pfcp::SessionDeletionRequest{}, net.seid);
  EXPECT_EQ(net.add(establishment({.ue = addresses[3].c_str()})).cause, Cause::accepted);
}

TEST(UpfN4, class_18_answers_lengths_that_lie) {
  Net net;
  net.establish();
  Bytes good = pfcp::encode({.header = {.seid = 0, .sequence = 500}, .body = establishment()}).value();
  Random random(5);
  for (size_t at = 0; at < good.size(); ++at) {
    for (uint8_t value : {uint8_t{0}, uint8_t{0xff}, uint8_t(random.next())}) {
      Bytes bad = good;
      bad[at] = value;
      net.upf.n4_received(smf, bad);
      net.upf.n4_received(smf, ByteView(bad).first(at));
    }
  }
  net.upf.n4_received(smf, {});
}

TEST(UpfN4, class_19_refuses_to_modify_absent_rules_and_changes_nothing) {
  Net net;
  net.establish();
  EXPECT_EQ(net.modify({.remove_pdrs = {{.pdr_id = 77}}}).cause, Cause::rule_failure);
  EXPECT_EQ(net.modify({.remove_fars = {{.far_id = 77}}}).cause, Cause::rule_failure);
  EXPECT_EQ(net.modify({.remove_urrs = {{.urr_id = 77}}}).cause, Cause::rule_failure);
  EXPECT_EQ(net.modify({.remove_qers = {{.qer_id = 77}}}).cause, Cause::rule_failure);
  EXPECT_EQ(net.modify({.remove_bars = {{.bar_id = 77}}}).cause, Cause::rule_failure);
  EXPECT_EQ(net.modify({.update_pdrs = {{.pdr_id = 77}}}).cause, Cause::rule_failure);
  EXPECT_EQ(net.modify({.update_fars = {{.far_id = 77}}}).cause, Cause::rule_failure);
  EXPECT_EQ(net.modify({.update_urrs = {{.urr_id = 77}}}).cause, Cause::rule_failure);
  EXPECT_EQ(net.modify({.update_qers = {{.qer_id = 77}}}).cause, Cause::rule_failure);
  EXPECT_EQ(net.modify({.update_bars = {{.bar_id = 77}}}).cause, Cause::rule_failure);
  EXPECT_EQ(net.modify({.query_urrs = {{.urr_id = 77}}}).cause, Cause::rule_failure);
  EXPECT_EQ(net.modify({.remove_fars = {{.far_id = 2}}}).cause, Cause::rule_failure) << "a PDR still names it";
  // The removal of PDR 2 comes before the failure: it must not have happened.
  EXPECT_EQ(net.modify({.remove_pdrs = {{.pdr_id = 2}}, .update_fars = {{.far_id = 77}}}).cause, Cause::rule_failure);
  expect_alive(net);
  EXPECT_EQ(net.ask_for<pfcp::SessionModificationResponse>(pfcp::SessionModificationRequest{}, 12345).cause, Cause::session_not_found);
  EXPECT_EQ(net.ask_for<pfcp::SessionDeletionResponse>(pfcp::SessionDeletionRequest{}, 12345).cause, Cause::session_not_found);
}

TEST(UpfN4, class_20_refuses_the_node_id_of_another) {
  Net net;
  net.establish();
  Endpoint thief = at("127.0.0.66", 8805);
  EXPECT_EQ(net.associate(thief).cause, Cause::rejected);
  EXPECT_EQ(net.ask_for<pfcp::AssociationReleaseResponse>(pfcp::AssociationReleaseRequest{.node_id = pfcp::NodeId::of(v4("127.0.0.4"))}, {}, thief).cause, Cause::no_association);
  EXPECT_EQ(net.ask_for<pfcp::SessionDeletionResponse>(pfcp::SessionDeletionRequest{}, net.seid, thief).cause, Cause::session_not_found);
  EXPECT_EQ(net.ask_for<pfcp::SessionEstablishmentResponse>(establishment(), 0, thief).cause, Cause::no_association);
  EXPECT_EQ(net.associate(thief, "127.0.0.66").cause, Cause::accepted) << "its own is another matter";
  auto stolen = establishment();
  stolen.node_id = pfcp::NodeId::of(v4("127.0.0.66"));
  EXPECT_EQ(net.ask_for<pfcp::SessionEstablishmentResponse>(stolen, 0, thief).cause, Cause::rule_failure) << "the UE address is taken";
  expect_alive(net);
}

TEST(UpfN3, class_21_counts_malformed_packets_by_name) {
  Net net;
  net.establish();
  Bytes ip = udp("10.45.0.2", 1, "8.8.8.8", 2);
  auto gpdu = [&] {
    Bytes out(16 + ip.size());
    gtpu::write_gpdu_header(std::span<uint8_t, 16>(out.data(), 16), net.teid, ip.size(), gtpu::PduType::ul, 1);
    std::copy(ip.begin(), ip.end(), out.begin() + 16);
    return out;
  };
  net.n3(Bytes{0x30, 255, 0});
  EXPECT_EQ(net.upf.dropped(Drop::gtpu_short), 1u);
  Bytes bad = gpdu();
  bad[0] = 0x54;
  net.n3(bad);
  EXPECT_EQ(net.upf.dropped(Drop::gtpu_version), 1u);
  bad = gpdu();
  bad[3] ^= 1;
  net.n3(bad);
  EXPECT_EQ(net.upf.dropped(Drop::gtpu_length), 1u);
  for (uint8_t length : {0, 255}) {
    bad = gpdu();
    bad[12] = length;
    net.n3(bad);
  }
  EXPECT_EQ(net.upf.dropped(Drop::gtpu_extension), 2u);
  bad = gpdu();
  bad[11] = 0xbf;
  net.n3(bad);
  EXPECT_EQ(net.upf.dropped(Drop::gtpu_extension_unknown), 1u);
  ASSERT_FALSE(net.to_n3.empty());
  EXPECT_EQ(gtpu::decode(net.to_n3.back().second)->type, gtpu::supported_extension_headers_notification);
  bad = gpdu();
  bad[16 + 3] = 0xff;
  net.n3(bad);
  EXPECT_EQ(net.upf.dropped(Drop::inner_length), 1u);
  bad = gpdu();
  bad[1] = 200;
  net.n3(bad);
  net.n3(gtpu::encode({.type = gtpu::error_indication, .sequence = uint16_t{0}}).value_or(Bytes{0x30, 26, 0, 0, 0, 0, 0, 0}));
  net.n3(gtpu::encode(gtpu::end_marker_for(net.teid)).value());
  EXPECT_EQ(net.upf.dropped(Drop::end_marker_unused), 1u);
  for (const auto& line : net.upf.drops()) {
    EXPECT_FALSE(line.text.name.empty());
    EXPECT_TRUE(line.text.sentence.ends_with('.'));
  }
  expect_alive(net);
}

TEST(UpfN4, answers_a_repeated_request_from_its_cache) {
  Net net;
  net.associate();
  auto first = net.add(establishment());
  Bytes again = net.last_request;
  net.upf.n4_received(smf, again);
  ASSERT_EQ(net.n4.size(), 1u);
  auto second = pfcp::decode(net.n4.back().second);
  EXPECT_EQ(std::get<pfcp::SessionEstablishmentResponse>(second->body), first);
  EXPECT_EQ(net.upf.session_count(), 1u);
  EXPECT_EQ(net.counters.counter("upf_pfcp_repeated", "").value(), 1);
}

TEST(UpfN4, deletes_the_sessions_of_an_smf_that_restarted) {
  Net net;
  net.establish();
  net.ask(pfcp::HeartbeatRequest{.recovery_time_stamp = 100});
  EXPECT_EQ(net.upf.session_count(), 1u);
  net.ask(pfcp::HeartbeatRequest{.recovery_time_stamp = 200});
  EXPECT_EQ(net.upf.session_count(), 0u);
  net.add(establishment());
  net.associate();
  EXPECT_EQ(net.upf.session_count(), 0u) << "a new setup starts afresh";
}

TEST(UpfN4, repeats_heartbeats_and_marks_a_silent_smf) {
  Net net;
  net.associate();
  net.executor.run_for(10s);
  ASSERT_EQ(net.n4.size(), 1u);
  net.executor.run_for(9s);
  EXPECT_EQ(net.n4.size(), 4u) << "three repetitions";
  net.executor.run_for(13s);
  EXPECT_FALSE(net.upf.associations().at(0).alive);
  EXPECT_EQ(net.associate(at("127.0.0.44", 8805)).cause, Cause::accepted) << "the Node ID is free to move now";
}

TEST(UpfN4, contacts_the_smfs_of_its_configuration) {
  UpfConfig config = Net::small();
  config.pfcp_smf = {{smf.address, 8805}};
  Net net(config);
  auto request = pfcp::decode(net.n4.front().second);
  ASSERT_TRUE(std::get_if<pfcp::AssociationSetupRequest>(&request->body));
  pfcp::AssociationSetupResponse response{.node_id = pfcp::NodeId::of(v4("127.0.0.4")), .recovery_time_stamp = 5};
  net.upf.n4_received(smf, pfcp::encode({.header = {.sequence = request->header.sequence}, .body = response}).value());
  EXPECT_EQ(net.upf.associations().size(), 1u);
  EXPECT_EQ(net.add(establishment()).cause, Cause::accepted);
}

TEST(UpfN4, deletes_a_session_set) {
  Net net;
  net.associate();
  auto request = establishment();
  request.fq_csids = {{.node_address_type = 0, .ipv4 = v4("127.0.0.4"), .csids = {7}}};
  net.add(request);
  net.add(establishment({.ue = "10.45.0.9", .ue_v6 = "2001:db8:cafe:9::1"}));
  EXPECT_EQ(net.upf.session_count(), 2u);
  auto response = net.ask_for<pfcp::SessionSetDeletionResponse>(pfcp::SessionSetDeletionRequest{.node_id = pfcp::NodeId::of(v4("127.0.0.4")), .fq_csids = request.fq_csids});
  EXPECT_EQ(response.cause, Cause::accepted);
  EXPECT_EQ(net.upf.session_count(), 1u);
}

TEST(UpfN4, releases_an_association_with_its_sessions) {
  Net net;
  net.establish();
  EXPECT_EQ(net.ask_for<pfcp::AssociationReleaseResponse>(pfcp::AssociationReleaseRequest{.node_id = pfcp::NodeId::of(v4("127.0.0.4"))}).cause, Cause::accepted);
  EXPECT_EQ(net.upf.session_count(), 0u);
  EXPECT_TRUE(net.upf.associations().empty());
}
