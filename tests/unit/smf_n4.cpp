// N4: associations, heartbeats, reports, restarts, and what a UPF must not send (classes 14 to 20 of what crashed other cores).
#include <gtest/gtest.h>

#include "core/smf/limits.h"
#include "tests/unit/smf_world.h"

using namespace sen;
using namespace sen::smf;
using namespace sen::smf::test;
using namespace std::chrono_literals;
using Kind = nas::PduSessionKind;
using N2 = sbi::N2SmInfoType;

static const auto upf_id = pfcp::NodeId::of(pfcp::Ipv4{127, 0, 0, 7});

static pfcp::Cause report_cause(const pfcp::Packet& answer) {
  auto* response = std::get_if<pfcp::SessionReportResponse>(&answer.body);
  EXPECT_TRUE(response);
  return response ? response->cause : pfcp::Cause::rejected;
}

static pfcp::SessionReportRequest downlink_data() {
  pfcp::SessionReportRequest r;
  r.report_type.dldr = true;
  r.downlink_data_report.emplace().pdr_ids = {1};
  return r;
}

static void deactivate(World& w) {
  sbi::SmContextUpdateData off;
  off.up_cnx_state = sbi::UpCnxState::deactivated;
  ASSERT_TRUE(w.update(off));
  w.transfers.clear();
}

static int64_t value(World& w, std::string_view name) { return w.counters.counter(name, "").value(); }

TEST(SmfN4Association, is_asked_for_again_until_the_upf_answers) {
  World w(SmfConfig(), false);
  w.run(4500ms);
  EXPECT_EQ(w.count<pfcp::AssociationSetupRequest>(), 4u);
  EXPECT_EQ(w.smf->associated_upfs(), 0u);
  w.upf_silent = false;
  w.run(5s);
  EXPECT_EQ(w.smf->associated_upfs(), 1u);
}

TEST(SmfN4Association, is_accepted_when_the_upf_asks) {
  World w(SmfConfig(), false);
  auto answer = w.upf_sends(pfcp::AssociationSetupRequest{.node_id = upf_id, .recovery_time_stamp = 5});
  EXPECT_EQ(std::get<pfcp::AssociationSetupResponse>(answer.body).cause, pfcp::Cause::accepted);
  EXPECT_EQ(w.smf->associated_upfs(), 1u);
}

TEST(SmfN4Association, is_lost_without_heartbeats_and_comes_back_with_its_sessions) {
  World w;
  w.establish();
  w.upf_silent = true;
  w.run(15s);
  EXPECT_EQ(w.smf->associated_upfs(), 0u);
  EXPECT_EQ(w.smf->session_count(), 1u);
  w.upf_silent = false;
  w.run(10s);
  EXPECT_EQ(w.smf->associated_upfs(), 1u);
  EXPECT_EQ(w.count<pfcp::SessionEstablishmentRequest>(), 1u);
}

TEST(SmfN4Association, restores_every_session_with_its_f_teid_after_a_restart) {
  World w;
  w.establish(Kind::ipv4v6);
  w.upf_recovery = 2000;
  w.run(12s);
  ASSERT_EQ(w.count<pfcp::SessionEstablishmentRequest>(), 2u);
  auto* restored = w.last_request<pfcp::SessionEstablishmentRequest>();
  EXPECT_TRUE(restored->pfcpsereq_flags->resti);
  EXPECT_EQ(restored->create_pdrs[1].pdi.f_teid->teid, 0xeb37u);
  EXPECT_TRUE(restored->create_fars[0].apply_action.forw);
  EXPECT_EQ(restored->create_fars[0].forwarding_parameters->outer_header_creation->teid, gnb_teid);
  EXPECT_EQ(w.smf->session_count(), 1u);
  EXPECT_EQ(w.transfers.size(), 1u);
}

TEST(SmfN4Association, releases_with_cause_39_what_the_restarted_upf_does_not_take) {
  World w;
  w.establish();
  w.transfers.clear();
  w.upf_recovery = 2000;
  w.upf_cause = pfcp::Cause::no_resources;
  w.run(12s);
  ASSERT_FALSE(w.transfers.empty());
  auto message = sm(w.transfers[0].n1_message);
  EXPECT_EQ(message.get_if<nas::PduSessionReleaseCommand>()->cause, nas::SmCause::reactivation_requested);
}

TEST(SmfN4Association, released_by_the_upf_takes_its_sessions_along) {
  World w;
  w.establish();
  w.transfers.clear();
  auto answer = w.upf_sends(pfcp::AssociationReleaseRequest{.node_id = upf_id});
  EXPECT_EQ(std::get<pfcp::AssociationReleaseResponse>(answer.body).cause, pfcp::Cause::accepted);
  ASSERT_EQ(w.transfers.size(), 1u);
  EXPECT_EQ(sm(w.transfers[0].n1_message).get_if<nas::PduSessionReleaseCommand>()->cause, nas::SmCause::reactivation_requested);
}

TEST(SmfN4Association, update_and_node_report_of_another_node_id_are_refused) {
  World w;
  auto other = pfcp::NodeId::of(pfcp::Ipv4{10, 0, 0, 1});
  auto update = w.upf_sends(pfcp::AssociationUpdateRequest{.node_id = other});
  EXPECT_EQ(std::get<pfcp::AssociationUpdateResponse>(update.body).cause, pfcp::Cause::no_association);
  auto release = w.upf_sends(pfcp::AssociationReleaseRequest{.node_id = other});
  EXPECT_EQ(std::get<pfcp::AssociationReleaseResponse>(release.body).cause, pfcp::Cause::no_association);
  EXPECT_EQ(w.smf->associated_upfs(), 1u);
  pfcp::NodeReportRequest report{.node_id = upf_id};
  report.node_report_type.upfr = true;
  report.user_plane_path_failure_report.emplace().remote_gtp_u_peers.push_back({.ipv4 = pfcp::Ipv4{10, 100, 0, 2}});
  EXPECT_EQ(std::get<pfcp::NodeReportResponse>(w.upf_sends(report).body).cause, pfcp::Cause::accepted);
  report.node_id = other;
  EXPECT_EQ(std::get<pfcp::NodeReportResponse>(w.upf_sends(report).body).cause, pfcp::Cause::no_association);
}

TEST(SmfN4Association, cannot_be_hijacked_by_another_upf_with_its_node_id) {
  SmfConfig c;
  c.upfs.push_back({{IpAddress::parse("127.0.0.8").value(), 8805}, {"none"}, {}});
  World w(c, false);
  w.upf_sends(pfcp::AssociationSetupRequest{.node_id = upf_id, .recovery_time_stamp = 1});
  w.responses.clear();
  auto bytes = octets(pfcp::encode({.header = {.sequence = 9}, .body = pfcp::AssociationSetupRequest{.node_id = upf_id, .recovery_time_stamp = 1}}));
  w.smf->n4_received({IpAddress::parse("127.0.0.8").value(), 8805}, bytes);
  ASSERT_EQ(w.responses.size(), 1u);
  EXPECT_EQ(std::get<pfcp::AssociationSetupResponse>(w.responses[0].body).cause, pfcp::Cause::rejected);
  w.smf->n4_received({IpAddress::parse("127.0.0.9").value(), 8805}, bytes);
  EXPECT_EQ(w.responses.size(), 1u);
  EXPECT_EQ(value(w, "smf_n4_from_unknown_address"), 1);
}

TEST(SmfN4Report, of_downlink_data_pages_the_ue_once) {
  World w;
  w.establish();
  deactivate(w);
  w.transfer_cause = sbi::N1N2MessageTransferCause::attempting_to_reach_ue;
  EXPECT_EQ(report_cause(w.upf_sends(downlink_data(), w.seid())), pfcp::Cause::accepted);
  ASSERT_EQ(w.transfers.size(), 1u);
  EXPECT_EQ(w.transfers[0].n2_sm_info_type, N2::pdu_res_setup_req);
  EXPECT_TRUE(w.transfers[0].n1_message.empty());
  w.upf_sends(downlink_data(), w.seid());
  EXPECT_EQ(w.transfers.size(), 1u);
  w.bus.call<sbi::NamfN1N2TransferFailureNotification>({.supi = supi, .pdu_session_id = 1}, [](auto) {});
  w.run();
  EXPECT_TRUE(w.last_request<pfcp::SessionModificationRequest>()->pfcpsmreq_flags->drobu);
  w.upf_sends(downlink_data(), w.seid());
  EXPECT_EQ(w.transfers.size(), 2u);
}

TEST(SmfN4Report, of_an_error_indication_releases_the_gnbs_side) {
  World w;
  w.establish();
  w.transfers.clear();
  pfcp::SessionReportRequest r;
  r.report_type.erir = true;
  r.error_indication_report.emplace().remote_f_teids.push_back({.teid = 0x1234, .ipv4 = pfcp::Ipv4{10, 100, 0, 2}});
  EXPECT_EQ(report_cause(w.upf_sends(r, w.seid())), pfcp::Cause::accepted);
  EXPECT_TRUE(w.transfers.empty());
  r.error_indication_report->remote_f_teids[0].teid = gnb_teid;
  w.upf_sends(r, w.seid());
  ASSERT_EQ(w.transfers.size(), 1u);
  EXPECT_EQ(w.transfers[0].n2_sm_info_type, N2::pdu_res_rel_cmd);
  EXPECT_TRUE(w.last_request<pfcp::SessionModificationRequest>()->update_fars[0].apply_action->buff);
  EXPECT_FALSE(w.smf->sessions().at(0).user_plane);
}

TEST(SmfN4Report, of_usage_is_counted) {
  World w;
  w.establish();
  pfcp::SessionReportRequest r;
  r.report_type.usar = true;
  auto& usage = r.usage_reports.emplace_back();
  usage.urr_id = 1;
  usage.volume_measurement = pfcp::VolumeMeasurement{.total = 30, .uplink = 10, .downlink = 20};
  EXPECT_EQ(report_cause(w.upf_sends(r, w.seid())), pfcp::Cause::accepted);
  EXPECT_EQ(value(w, "smf_usage_uplink_octets"), 10);
  r.usage_reports[0].urr_id = 9;
  EXPECT_EQ(report_cause(w.upf_sends(r, w.seid())), pfcp::Cause::mandatory_ie_incorrect);
}

TEST(SmfN4Report, with_a_flag_and_without_its_ie_is_refused) {  // class 14
  World w;
  w.establish();
  for (auto set : {&pfcp::ReportType::dldr, &pfcp::ReportType::usar, &pfcp::ReportType::erir}) {
    pfcp::SessionReportRequest r;
    r.report_type.*set = true;
    EXPECT_EQ(report_cause(w.upf_sends(r, w.seid())), pfcp::Cause::conditional_ie_missing);
  }
  EXPECT_EQ(report_cause(w.upf_sends(pfcp::SessionReportRequest(), w.seid())), pfcp::Cause::mandatory_ie_incorrect);
}

TEST(SmfN4Report, for_an_unknown_session_is_refused) {  // class 15
  World w;
  w.establish();
  for (uint64_t seid : {uint64_t{0}, uint64_t{77}, w.seid() + 1, w.seid() ^ (uint64_t{1} << 40), ~uint64_t{0}}) {
    auto answer = w.upf_sends(downlink_data(), seid);
    EXPECT_EQ(report_cause(answer), pfcp::Cause::session_not_found);
    EXPECT_EQ(answer.header.seid, 0u);
  }
}

TEST(SmfN4Report, sent_again_gets_the_same_answer_and_counts_once) {
  World w;
  w.establish();
  deactivate(w);
  w.transfer_problem = sbi::ProblemDetails{504, "UE_NOT_REACHABLE", "", {}, {}};
  w.upf_sends(downlink_data(), w.seid());
  --w.next_sequence;
  w.upf_sends(downlink_data(), w.seid());
  EXPECT_EQ(w.transfers.size(), 1u);
}

TEST(SmfN4Bad, response_without_cause_or_with_nobody_waiting_changes_nothing) {  // class 15
  World w;
  w.establish();
  // Session Modification Response without Cause
  w.upf_sends_bytes({0x21, 53, 0, 12, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 1, 0});
  w.upf_sends_bytes(octets(pfcp::encode({.header = {.seid = 1, .sequence = 999}, .body = pfcp::SessionDeletionResponse()})));
  EXPECT_EQ(value(w, "smf_n4_unexpected_response"), 1);
  EXPECT_GE(value(w, "smf_n4_malformed"), 1);
  EXPECT_TRUE(w.smf->sessions().at(0).user_plane);
}

TEST(SmfN4Bad, establishment_answer_without_f_seid_or_f_teid_rejects_the_session) {  // class 15, 16
  World w;
  w.alter = [](pfcp::Packet& p) {
    if (auto* r = std::get_if<pfcp::SessionEstablishmentResponse>(&p.body)) r->up_f_seid.reset();
  };
  EXPECT_EQ(cause_of(w.create(establishment_request()).error()), 38u);
  w.alter = [](pfcp::Packet& p) {
    if (auto* r = std::get_if<pfcp::SessionEstablishmentResponse>(&p.body)) r->created_pdrs.clear();
  };
  EXPECT_EQ(cause_of(w.create(establishment_request()).error()), 38u);
  EXPECT_EQ(w.count<pfcp::SessionDeletionRequest>(), 1u);
  w.alter = [](pfcp::Packet& p) {
    if (auto* r = std::get_if<pfcp::SessionEstablishmentResponse>(&p.body)) r->created_pdrs[0].f_teids[0].teid = 0;
  };
  EXPECT_EQ(cause_of(w.create(establishment_request()).error()), 38u);
  EXPECT_EQ(w.smf->session_count(), 0u);
}

TEST(SmfN4Bad, octets_and_lengths_that_lie_are_counted_and_answered_where_possible) {  // class 18
  World w;
  w.establish();
  for (Bytes bytes : {Bytes{}, Bytes{0x20}, Bytes{0x20, 1, 0, 200, 0, 0, 1, 0}, Bytes{0x20, 1, 0, 8, 0, 0, 1, 0, 0, 96, 0, 0},
                      Bytes{0x20, 5, 0, 8, 0, 0, 1, 0, 0, 60, 255, 255}, Bytes{0xff, 255, 255, 255}})
    w.upf_sends_bytes(bytes);
  EXPECT_GE(value(w, "smf_n4_malformed"), 4);
  w.responses.clear();
  w.upf_sends_bytes({0x40, 1, 0, 4, 0, 0, 1, 0});  // version 2
  ASSERT_EQ(w.responses.size(), 1u);
  EXPECT_TRUE(std::holds_alternative<pfcp::VersionNotSupportedResponse>(w.responses[0].body));
  EXPECT_EQ(w.smf->session_count(), 1u);
}

TEST(SmfN4Bad, requests_that_are_for_a_upf_are_refused) {
  World w;
  Random random(3);
  for (uint8_t type : {3, 14, 16, 50, 52, 54}) {
    auto request = pfcp::random_packet(type, random);
    request.header.follow_on = false;
    w.responses.clear();
    w.upf_sends_bytes(octets(pfcp::encode(request)));
    EXPECT_EQ(w.responses.size(), 1u) << unsigned(type);
  }
}

TEST(SmfN4Bad, session_that_the_upf_lost_is_established_again) {  // class 19
  World w;
  w.establish();
  w.upf_cause = pfcp::Cause::session_not_found;
  w.alter = [&w](pfcp::Packet& p) {
    if (std::holds_alternative<pfcp::SessionModificationResponse>(p.body)) w.upf_cause = pfcp::Cause::accepted;
  };
  sbi::SmContextUpdateData off;
  off.up_cnx_state = sbi::UpCnxState::deactivated;
  ASSERT_TRUE(w.update(off));
  w.run();
  EXPECT_EQ(w.count<pfcp::SessionEstablishmentRequest>(), 2u);
  EXPECT_EQ(w.smf->session_count(), 1u);
}

TEST(SmfN4Bad, random_messages_leave_the_session_to_be_released) {
  World w;
  w.establish(Kind::ipv4v6);
  Random random(7);
  for (int i = 0; i < 2000; ++i) {
    auto packet = pfcp::random_packet(static_cast<uint8_t>(random.between(1, 57)), random);
    if (packet.header.seid && random.chance(0.5)) packet.header.seid = w.seid();
    if (auto bytes = pfcp::encode(packet)) w.smf->n4_received(w.upf_address, *bytes);
    w.run(1ms);
  }
  w.bus.call<sbi::NsmfReleaseSmContext>({.sm_context_ref = w.ref}, [](auto) {});
  w.run(10s);
  EXPECT_EQ(w.smf->session_count(), 0u);
}

TEST(SmfN4Bad, transactions_and_rules_end_at_their_limits_and_come_back) {  // class 17
  SmfConfig config;
  config.time.n4_t1_ms = 10000;
  config.time.n4_heartbeat_ms = 1000000;
  World w(config);
  w.upf_deaf = true;
  size_t accepted = 0, refused = 0;
  Bytes n1 = octets(nas::encode(establishment_request()));
  auto wave = [&](size_t first, size_t count) {
    for (size_t i = first; i < first + count; ++i) {
      sbi::SmContextCreateData data;
      data.supi = "imsi-" + std::to_string(999700000000000 + i);
      data.pdu_session_id = 1;
      data.dnn = "internet";
      data.s_nssai = {.sst = 1};
      data.serving_network = Plmn(999, 70, 2);
      data.n1_sm_msg = n1;
      w.bus.call<sbi::NsmfCreateSmContext>(std::move(data), [&](auto reply) {
        if (reply) ++accepted;
        else if (!reply.error().n1_sm_msg.empty()) ++refused;
      });
      if (i % 100 == 0) w.run(1ms);
    }
    w.run(6s);  // the callers' patience
  };
  wave(0, limit::n4_transactions / 2);
  EXPECT_EQ(refused, 0u);
  wave(limit::n4_transactions, limit::n4_transactions / 2 + 100);
  EXPECT_EQ(accepted, 0u);
  EXPECT_GE(refused, 100u);
  EXPECT_LE(refused, 110u);
  EXPECT_LE(w.smf->session_count(), limit::n4_transactions);
  w.run(60s);
  EXPECT_EQ(w.smf->session_count(), 0u);
  w.upf_deaf = false;
  w.run(20s);
  w.establish();
  EXPECT_EQ(w.smf->session_count(), 1u);
}
