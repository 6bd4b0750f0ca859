#include "tests/unit/upf_peer.h"

using namespace sen;
using namespace sen::upf;
using namespace std::chrono_literals;
using pfcp::Cause;

TEST(UpfSession, carries_a_packet_each_way) {
  Net net;
  auto response = net.establish();
  ASSERT_EQ(response.cause, Cause::accepted);
  EXPECT_EQ(net.response_seid, 0x5d1u);
  ASSERT_EQ(response.created_pdrs.size(), 3u);
  EXPECT_EQ(response.created_pdrs[0].f_teids[0].teid, response.created_pdrs[2].f_teids[0].teid) << "one CHOOSE ID, one F-TEID";
  EXPECT_NE(net.teid, net.smf_teid);

  Bytes up = udp("10.45.0.2", 1000, "8.8.8.8", 53);
  net.uplink(up);
  ASSERT_EQ(net.to_n6.size(), 1u);
  EXPECT_EQ(net.to_n6[0], up);

  Bytes down = udp("8.8.8.8", 53, "10.45.0.2", 1000);
  net.n6(down);
  ASSERT_EQ(net.to_n3.size(), 1u);
  EXPECT_EQ(net.to_n3[0].first, gnb);
  auto view = gtpu::parse_gpdu(net.to_n3[0].second);
  ASSERT_TRUE(view.has_value());
  EXPECT_EQ(view->teid, 3u);
  EXPECT_EQ(view->qfi, 1);
  EXPECT_EQ(view->pdu_type, gtpu::PduType::dl);
  EXPECT_EQ(Bytes(net.to_n3[0].second.begin() + view->payload_offset, net.to_n3[0].second.end()), down);
  EXPECT_TRUE(net.upf.drops().empty());
}

TEST(UpfSession, carries_ipv6_by_prefix) {
  Net net;
  net.establish();
  net.uplink(udp("2001:db8:cafe:1::abcd", 1, "2001:db8::1", 2));
  EXPECT_EQ(net.to_n6.size(), 1u);
  net.n6(udp("2001:db8::1", 2, "2001:db8:cafe:1:9::1", 1));
  EXPECT_EQ(net.to_n3.size(), 1u);
}

TEST(UpfSession, sends_router_solicitations_to_the_smf_and_its_advertisements_to_the_ue) {
  Net net;
  net.establish();
  Bytes rs = udp("fe80::1", 1, "ff02::2", 2, 8);
  rs[6] = 58;
  net.uplink(rs);
  ASSERT_EQ(net.to_n3.size(), 1u);
  EXPECT_EQ(net.to_n3[0].first, at("127.0.0.4", 2152));
  EXPECT_EQ(gtpu::parse_gpdu(net.to_n3[0].second)->teid, 77u);
  Bytes ra = udp("fe80::2", 1, "ff02::1", 2, 8);
  Bytes message(8);
  gtpu::write_gpdu_plain_header(std::span<uint8_t, 8>(message.data(), 8), net.smf_teid, ra.size());
  message.insert(message.end(), ra.begin(), ra.end());
  net.n3(message, smf);
  ASSERT_EQ(net.to_n3.size(), 2u);
  EXPECT_EQ(net.to_n3[1].first, gnb);
  EXPECT_EQ(gtpu::parse_gpdu(net.to_n3[1].second)->qfi, 1);
}

TEST(UpfSession, drops_a_spoofed_source_by_name) {
  Net net;
  net.establish();
  net.uplink(udp("10.45.0.3", 1, "8.8.8.8", 2));
  net.uplink(udp("2001:db8:cafe:2::1", 1, "2001:db8::1", 2));
  EXPECT_TRUE(net.to_n6.empty());
  EXPECT_EQ(net.upf.dropped(Drop::spoofed_source), 2u);
  EXPECT_EQ(net.counters.counter("upf_dropped_packets", "", "reason=\"spoofed_source\"").value(), 2);
}

TEST(UpfSession, checks_the_qfi_of_uplink_packets) {
  Net net;
  net.establish();
  net.uplink(udp("10.45.0.2", 1, "8.8.8.8", 2), 9);
  EXPECT_EQ(net.upf.dropped(Drop::no_pdr), 1u);
}

TEST(UpfSession, takes_an_uplink_packet_without_container_for_the_default_flow) {
  Net net;
  net.establish();
  const Bytes ip = udp("10.45.0.2", 1, "8.8.8.8", 2);
  ByteWriter out;
  out.u8(0x30);  // version 1, GTP, no extension
  out.u8(0xff);
  out.u16(static_cast<uint16_t>(ip.size()));
  out.u32(net.teid);
  out.put(ip);
  net.n3(out.view());
  ASSERT_EQ(net.to_n6.size(), 1u);
  EXPECT_EQ(net.to_n6[0], ip);
}

TEST(UpfSession, answers_an_unknown_teid_with_an_error_indication) {
  Net net;
  net.establish();
  net.uplink(udp("10.45.0.2", 1, "8.8.8.8", 2), 1, 0x1234567);
  ASSERT_EQ(net.to_n3.size(), 1u);
  auto message = gtpu::decode(net.to_n3[0].second);
  ASSERT_TRUE(message);
  EXPECT_EQ(message->type, gtpu::error_indication);
  EXPECT_EQ(gtpu::find<gtpu::TeidDataI>(*message)->teid, 0x1234567u);
  for (int i = 0; i < 5000; ++i) net.uplink(udp("10.45.0.2", 1, "8.8.8.8", 2), 1, 0x1234567);
  EXPECT_EQ(net.to_n3.size(), 1000u) << "at most 1000 a second";
}

TEST(UpfSession, does_not_take_a_teid_of_a_deleted_session) {
  Net net;
  net.establish();
  uint32_t old = net.teid;
  EXPECT_EQ(net.ask_for<pfcp::SessionDeletionResponse>(pfcp::SessionDeletionRequest{}, net.seid).cause, Cause::accepted);
  net.add(establishment());
  EXPECT_NE(net.teid, old);
  net.uplink(udp("10.45.0.2", 1, "8.8.8.8", 2), 1, old);
  EXPECT_EQ(net.upf.dropped(Drop::unknown_teid), 1u);
}

TEST(UpfSession, buffers_until_the_far_forwards_and_reports_once) {
  Net net;
  net.establish({.forward_downlink = false});
  for (int i = 0; i < 3; ++i) net.n6(udp("8.8.8.8", 1, "10.45.0.2", 2));
  EXPECT_TRUE(net.to_n3.empty());
  auto report = net.take_request<pfcp::SessionReportRequest>(pfcp::SessionReportResponse{});
  ASSERT_TRUE(report);
  EXPECT_TRUE(report->report_type.dldr);
  EXPECT_EQ(report->downlink_data_report->pdr_ids, std::vector<uint16_t>{1});
  EXPECT_FALSE(net.take_request<pfcp::SessionReportRequest>()) << "one report";
  pfcp::UpdateFar far{.far_id = 1, .apply_action = pfcp::ApplyAction{.forw = true}};
  far.update_forwarding_parameters = pfcp::UpdateForwardingParameters{.destination_interface = pfcp::DestinationInterface::access,
                                                                      .outer_header_creation = pfcp::OuterHeaderCreation::gtpu(9, v4("127.0.0.3"))};
  EXPECT_EQ(net.modify({.update_fars = {far}}).cause, Cause::accepted);
  ASSERT_EQ(net.to_n3.size(), 3u);
  EXPECT_EQ(net.to_n3[0].first, at("127.0.0.3", 2152));
}

TEST(UpfSession, reports_once_whatever_else_changes_while_it_buffers_and_again_when_asked) {
  Net net;
  net.establish({.forward_downlink = false});
  auto packet = [&] { net.n6(udp("8.8.8.8", 1, "10.45.0.2", 2)); };
  auto reported = [&] { return net.take_request<pfcp::SessionReportRequest>(pfcp::SessionReportResponse{}).has_value(); };
  packet();
  EXPECT_TRUE(reported());
  EXPECT_EQ(net.modify({.update_pdrs = {pfcp::UpdatePdr{.pdr_id = 1, .precedence = 200}}}).cause, Cause::accepted);
  EXPECT_EQ(net.modify({.update_fars = {pfcp::UpdateFar{.far_id = 1, .bar_id = uint8_t{1}}}}).cause, Cause::accepted);
  packet();
  EXPECT_FALSE(reported());
  EXPECT_EQ(net.modify({.update_fars = {pfcp::UpdateFar{.far_id = 1, .apply_action = pfcp::ApplyAction{.buff = true, .nocp = true}}}}).cause, Cause::accepted);
  EXPECT_TRUE(reported());
  pfcp::PfcpSmReqFlags drop{.drobu = true};
  net.modify({.pfcpsmreq_flags = drop});
  EXPECT_FALSE(reported());
  packet();
  EXPECT_TRUE(reported());
}

TEST(UpfSession, keeps_no_more_packets_than_the_bar_suggests) {
  Net net;
  net.associate();
  auto request = establishment({.forward_downlink = false});
  request.create_bars[0].suggested_buffering_packets_count = 2;
  request.create_bars[0].downlink_data_notification_delay = 4;
  net.add(request);
  for (int i = 0; i < 5; ++i) net.n6(udp("8.8.8.8", 1, "10.45.0.2", 2));
  EXPECT_EQ(net.upf.dropped(Drop::buffer_full), 3u);
  EXPECT_FALSE(net.take_request<pfcp::SessionReportRequest>()) << "the notification is delayed by 200 ms";
  net.executor.run_for(201ms);
  EXPECT_TRUE(net.take_request<pfcp::SessionReportRequest>());
  pfcp::PfcpSmReqFlags drop{.drobu = true};
  net.modify({.pfcpsmreq_flags = drop});
  EXPECT_EQ(net.upf.dropped(Drop::buffer_released), 2u);
}

TEST(UpfSession, sends_an_end_marker_into_the_old_tunnel) {
  Net net;
  net.establish();
  pfcp::UpdateFar far{.far_id = 1};
  far.update_forwarding_parameters = pfcp::UpdateForwardingParameters{
      .outer_header_creation = pfcp::OuterHeaderCreation::gtpu(4, v4("127.0.0.9")), .pfcpsmreq_flags = pfcp::PfcpSmReqFlags{.sndem = true}};
  net.modify({.update_fars = {far}});
  ASSERT_EQ(net.to_n3.size(), 1u);
  EXPECT_EQ(net.to_n3[0].first, gnb);
  auto marker = gtpu::decode(net.to_n3[0].second);
  EXPECT_EQ(marker->type, gtpu::end_marker);
  EXPECT_EQ(marker->teid, 3u);
  net.n6(udp("8.8.8.8", 1, "10.45.0.2", 2));
  EXPECT_EQ(net.to_n3[1].first, at("127.0.0.9", 2152));
}

TEST(UpfSession, reports_an_error_indication_from_the_gnb) {
  Net net;
  net.establish();
  net.n3(gtpu::encode(gtpu::error_indication_for(3, gnb.address.octets())).value());
  auto report = net.take_request<pfcp::SessionReportRequest>();
  ASSERT_TRUE(report);
  EXPECT_TRUE(report->report_type.erir);
  EXPECT_EQ(report->error_indication_report->remote_f_teids.at(0).teid, 3u);
  net.n3(gtpu::encode(gtpu::error_indication_for(4, gnb.address.octets())).value());
  EXPECT_EQ(net.upf.dropped(Drop::error_indication_unknown), 1u);
}

TEST(UpfSession, answers_echo_requests) {
  Net net;
  net.n3(gtpu::encode({.type = gtpu::echo_request, .sequence = uint16_t{7}}).value(), at("127.0.0.2", 40000));
  ASSERT_EQ(net.to_n3.size(), 1u);
  EXPECT_EQ(net.to_n3[0].first, at("127.0.0.2", 40000));
  EXPECT_EQ(gtpu::decode(net.to_n3[0].second)->type, gtpu::echo_response);
}

TEST(UpfSession, enforces_the_maximum_bit_rate_within_one_percent) {
  Net net;
  net.establish({.mbr_kbps = 10000});
  Bytes packet = udp("10.45.0.2", 1, "8.8.8.8", 2, 1222);  // 1250 octets: at 10 Mb/s one a millisecond
  size_t octets = 0;
  for (int i = 0; i < 15000; ++i) {  // 15 Mb/s for 10 s
    net.uplink(packet);
    net.executor.run_for(Duration(10'000'000'000 / 15000));
    octets += net.to_n6.size() * packet.size();
    net.to_n6.clear();
  }
  EXPECT_NEAR(static_cast<double>(octets) * 8 / 10, 10e6, 0.01 * 10e6);
  EXPECT_GT(net.upf.dropped(Drop::rate_exceeded), 4900u);
}

TEST(UpfSession, closes_gates) {
  Net net;
  net.establish();
  pfcp::UpdateQer qer{.qer_id = 1, .gate_status = pfcp::GateStatus{.ul = 1, .dl = 0}};
  EXPECT_EQ(net.modify({.update_qers = {qer}}).cause, Cause::accepted);
  net.uplink(udp("10.45.0.2", 1, "8.8.8.8", 2));
  net.n6(udp("8.8.8.8", 1, "10.45.0.2", 2));
  EXPECT_EQ(net.upf.dropped(Drop::gate_closed), 1u);
  EXPECT_EQ(net.to_n3.size(), 1u);
}

TEST(UpfUsage, reports_a_volume_quota_and_stops) {
  Net net;
  net.establish({.quota = true});
  Bytes packet = udp("10.45.0.2", 1, "8.8.8.8", 2, 372);  // 400 octets
  for (int i = 0; i < 5; ++i) net.uplink(packet);
  EXPECT_EQ(net.to_n6.size(), 3u);
  EXPECT_EQ(net.upf.dropped(Drop::quota_exhausted), 2u);
  auto report = net.take_request<pfcp::SessionReportRequest>(pfcp::SessionReportResponse{});
  ASSERT_TRUE(report && report->usage_reports.size() == 1);
  EXPECT_TRUE(report->usage_reports[0].usage_report_trigger.volqu);
  EXPECT_EQ(report->usage_reports[0].volume_measurement->total, 1200u);
  EXPECT_EQ(report->usage_reports[0].volume_measurement->uplink, 1200u);
  EXPECT_EQ(report->usage_reports[0].ur_seqn, 0u);
  pfcp::UpdateUrr urr{.urr_id = 1, .volume_quota = pfcp::Volume{.total = 500}};
  net.modify({.update_urrs = {urr}});
  net.uplink(packet);
  EXPECT_EQ(net.to_n6.size(), 4u);
}

TEST(UpfUsage, reports_volume_in_the_deletion_response) {
  Net net;
  net.establish();
  net.uplink(udp("10.45.0.2", 1, "8.8.8.8", 2, 72));
  net.n6(udp("8.8.8.8", 1, "10.45.0.2", 2, 172));
  auto response = net.ask_for<pfcp::SessionDeletionResponse>(pfcp::SessionDeletionRequest{}, net.seid);
  ASSERT_EQ(response.usage_reports.size(), 1u);
  EXPECT_TRUE(response.usage_reports[0].usage_report_trigger.termr);
  EXPECT_EQ(response.usage_reports[0].volume_measurement->uplink, 100u);
  EXPECT_EQ(response.usage_reports[0].volume_measurement->downlink, 200u);
  EXPECT_EQ(net.upf.session_count(), 0u);
}

TEST(UpfUsage, reports_periodically_by_time_and_with_linked_rules) {
  Net net;
  net.associate();
  auto request = establishment();
  pfcp::CreateUrr urr{.urr_id = 2, .measurement_method = {.durat = true, .volum = true}, .reporting_triggers = {.perio = true}};
  urr.measurement_period = 10;
  request.create_urrs.push_back(urr);
  pfcp::CreateUrr linked{.urr_id = 3, .measurement_method = {.volum = true}, .reporting_triggers = {.liusa = true}};
  linked.linked_urr_ids = {2};
  request.create_urrs.push_back(linked);
  request.create_pdrs[1].urr_ids = {1, 2, 3};
  ASSERT_EQ(net.add(request).cause, Cause::accepted);
  net.uplink(udp("10.45.0.2", 1, "8.8.8.8", 2, 72));
  net.executor.run_for(10s);
  auto report = net.take_request<pfcp::SessionReportRequest>(pfcp::SessionReportResponse{});
  ASSERT_TRUE(report && report->usage_reports.size() == 2);
  EXPECT_TRUE(report->usage_reports[0].usage_report_trigger.perio);
  EXPECT_EQ(report->usage_reports[0].duration_measurement, 10u);
  EXPECT_TRUE(report->usage_reports[1].usage_report_trigger.liusa);
  EXPECT_EQ(report->usage_reports[1].volume_measurement->total, 100u);
}

TEST(UpfUsage, reports_a_time_threshold_from_the_first_packet) {
  Net net;
  net.associate();
  auto request = establishment();
  request.create_urrs[0] = {.urr_id = 1, .measurement_method = {.durat = true}, .reporting_triggers = {.timth = true}};
  request.create_urrs[0].time_threshold = 3;
  net.add(request);
  net.executor.run_for(5s);
  EXPECT_FALSE(net.take_request<pfcp::SessionReportRequest>());
  net.uplink(udp("10.45.0.2", 1, "8.8.8.8", 2));
  net.executor.run_for(3s);
  auto report = net.take_request<pfcp::SessionReportRequest>();
  ASSERT_TRUE(report);
  EXPECT_TRUE(report->usage_reports.at(0).usage_report_trigger.timth);
  EXPECT_EQ(report->usage_reports[0].duration_measurement, 3u);
}

TEST(UpfUsage, answers_a_query_at_once) {
  Net net;
  net.establish();
  net.uplink(udp("10.45.0.2", 1, "8.8.8.8", 2, 72));
  auto response = net.modify({.pfcpsmreq_flags = pfcp::PfcpSmReqFlags{.qaurr = true}});
  ASSERT_EQ(response.usage_reports.size(), 1u);
  EXPECT_TRUE(response.usage_reports[0].usage_report_trigger.immer);
  EXPECT_EQ(response.usage_reports[0].volume_measurement->total, 100u);
  EXPECT_EQ(net.modify({.pfcpsmreq_flags = pfcp::PfcpSmReqFlags{.qaurr = true}}).usage_reports.at(0).ur_seqn, 1u);
}

TEST(UpfSession, reports_user_plane_inactivity) {
  Net net;
  net.associate();
  auto request = establishment();
  request.user_plane_inactivity_timer = 5;
  net.add(request);
  net.executor.run_for(4s);
  net.uplink(udp("10.45.0.2", 1, "8.8.8.8", 2));
  net.executor.run_for(4900ms);
  EXPECT_FALSE(net.take_request<pfcp::SessionReportRequest>());
  net.executor.run_for(200ms);
  auto report = net.take_request<pfcp::SessionReportRequest>();
  ASSERT_TRUE(report);
  EXPECT_TRUE(report->report_type.upir);
}

TEST(UpfSession, says_packet_too_big) {
  UpfConfig config = Net::small();
  config.gtpu_mtu = 1400;
  Net net(config);
  net.establish();
  Bytes big = udp("8.8.8.8", 1, "10.45.0.2", 2, 1400);
  big[6] = 0x40;
  net.n6(big);
  ASSERT_EQ(net.to_n6.size(), 1u);
  EXPECT_EQ(net.to_n6[0][20], 3);
  EXPECT_EQ(net.to_n6[0][21], 4);
  EXPECT_EQ(net.to_n6[0][26] << 8 | net.to_n6[0][27], 1400 - 20 - 8 - 16);
  EXPECT_EQ(net.upf.dropped(Drop::too_big), 1u);
  net.n6(udp("2001:db8::1", 1, "2001:db8:cafe:1::1", 2, 1400));
  ASSERT_EQ(net.to_n6.size(), 2u);
  EXPECT_EQ(net.to_n6[1][40], 2);
}

TEST(UpfSession, routes_framed_prefixes_to_the_session) {
  Net net;
  net.associate();
  auto request = establishment();
  request.create_pdrs[0].pdi.framed_routes = {"192.168.7.0/24 0.0.0.0 1"};
  net.add(request);
  net.n6(udp("8.8.8.8", 1, "192.168.7.9", 2));
  EXPECT_EQ(net.to_n3.size(), 1u);
  net.uplink(udp("192.168.7.9", 2, "8.8.8.8", 1));
  EXPECT_EQ(net.to_n6.size(), 1u);
  net.ask(pfcp::SessionDeletionRequest{}, net.seid);
  net.n6(udp("8.8.8.8", 1, "192.168.7.9", 2));
  EXPECT_EQ(net.upf.dropped(Drop::no_session), 1u);
}

TEST(UpfSession, takes_no_ipv6_packet_with_a_mapped_address_for_ipv4) {
  Net net;
  net.establish();
  net.uplink(udp("::ffff:10.45.0.2", 1, "2001:db8::1", 2));
  net.n6(udp("2001:db8::1", 1, "::ffff:10.45.0.2", 2));
  EXPECT_TRUE(net.to_n6.empty());
  EXPECT_TRUE(net.to_n3.empty());
}

TEST(UpfSession, carries_a_delegated_prefix_shorter_than_64) {
  Net net;
  net.associate();
  auto request = establishment({.ue_v6 = "2001:db8:cafe:100::"});
  request.create_pdrs[0].pdi.ue_ip_addresses[0].ipv6_prefix_length = uint8_t{56};
  ASSERT_EQ(net.add(request).cause, Cause::accepted);
  net.n6(udp("2001:db8::1", 2, "2001:db8:cafe:1ff::1", 1));
  EXPECT_EQ(net.to_n3.size(), 1u);
  net.uplink(udp("2001:db8:cafe:1ff::1", 1, "2001:db8::1", 2));
  EXPECT_EQ(net.to_n6.size(), 1u);
  net.n6(udp("2001:db8::1", 2, "2001:db8:cafe:200::1", 1));
  EXPECT_EQ(net.upf.dropped(Drop::no_session), 1u);
  net.ask(pfcp::SessionDeletionRequest{}, net.seid);
  net.n6(udp("2001:db8::1", 2, "2001:db8:cafe:1ff::1", 1));
  EXPECT_EQ(net.upf.dropped(Drop::no_session), 2u);
}

TEST(UpfSession, takes_under_one_and_a_half_kibibyte) {
  Net net;
  net.establish();
  auto lines = net.upf.sessions();
  ASSERT_EQ(lines.size(), 1u);
  std::printf("{\"octets_per_session\": %zu}\n", lines[0].octets);
  EXPECT_LE(lines[0].octets, 1536u);
}
