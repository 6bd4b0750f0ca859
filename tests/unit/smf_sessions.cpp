// PDU session procedures: establishment, user plane, modification, release, handover, with what the UE, the gNB and the UPF get.
#include <gtest/gtest.h>

#include "codec/gtpu/gpdu.h"
#include "tests/unit/smf_world.h"

using namespace sen;
using namespace sen::smf;
using namespace sen::smf::test;
using namespace std::chrono_literals;
using Kind = nas::PduSessionKind;
using N2 = sbi::N2SmInfoType;

static nas::PduSessionEstablishmentAccept accept_of(const World& w) {
  auto message = sm(w.transfers.at(0).n1_message);
  auto* accept = message.get_if<nas::PduSessionEstablishmentAccept>();
  EXPECT_TRUE(accept);
  return accept ? *accept : nas::PduSessionEstablishmentAccept();
}
static nas::PduSessionReleaseComplete release_complete(uint8_t pti) {
  nas::PduSessionReleaseComplete m;
  m.pdu_session_id = 1;
  m.pti = pti;
  return m;
}
static nas::PduSessionReleaseRequest release_request(uint8_t pti = 9) {
  nas::PduSessionReleaseRequest m;
  m.pdu_session_id = 1;
  m.pti = pti;
  return m;
}

TEST(SmfEstablishment, accepts_an_ipv4_session_and_sets_up_its_user_plane) {
  World w;
  auto created = w.create(establishment_request());
  ASSERT_TRUE(created) << created.error().detail;
  ASSERT_EQ(w.transfers.size(), 1u);
  auto accept = accept_of(w);
  EXPECT_EQ(accept.pti, 5);
  EXPECT_EQ(accept.type.kind, Kind::ipv4);
  EXPECT_EQ(accept.address->ipv4, (Octets<4>{10, 45, 0, 2}));
  EXPECT_EQ(accept.dnn->name, "internet");
  EXPECT_EQ(accept.ambr.downlink_bps(), 2'000'000'000u);
  ASSERT_EQ(accept.qos_rules.rules.size(), 1u);
  EXPECT_TRUE(accept.qos_rules.rules[0].is_default);
  EXPECT_FALSE(accept.cause);
  EXPECT_FALSE(accept.pco);
  EXPECT_EQ(w.transfers[0].n2_sm_info_type, N2::pdu_res_setup_req);
  auto setup = ngap::decode_value<ngap::PduSessionResourceSetupRequestTransfer>(w.transfers[0].n2_sm_info);
  ASSERT_TRUE(setup);
  EXPECT_EQ(setup->ul_ngu_up_tnl_information.gtp_tunnel()->gtp_teid, (Octets<4>{0, 0, 0xeb, 0x37}));
  EXPECT_EQ(setup->qos_flow_setup_request_list.size(), 1u);
  auto* n4 = w.last_request<pfcp::SessionEstablishmentRequest>();
  ASSERT_TRUE(n4);
  EXPECT_EQ(n4->create_pdrs.size(), 2u);
  EXPECT_TRUE(n4->create_fars[0].apply_action.buff && n4->create_fars[0].apply_action.nocp);
  EXPECT_EQ(n4->create_qers[1].mbr->dl_kbps, 2'000'000u);

  auto updated = w.update_n2(N2::pdu_res_setup_rsp, setup_response());
  ASSERT_TRUE(updated);
  EXPECT_EQ(updated->up_cnx_state, sbi::UpCnxState::activated);
  auto* change = w.last_request<pfcp::SessionModificationRequest>();
  ASSERT_TRUE(change);
  EXPECT_TRUE(change->update_fars[0].apply_action->forw);
  EXPECT_EQ(change->update_fars[0].update_forwarding_parameters->outer_header_creation->teid, gnb_teid);
  EXPECT_EQ(w.registered, 1u);
  EXPECT_TRUE(w.smf->sessions().at(0).user_plane);
  EXPECT_LE(w.smf->bytes_per_session(), 4096u);
}

TEST(SmfEstablishment, gives_an_ipv6_session_its_prefix_by_router_advertisement) {
  World w;
  w.establish(Kind::ipv6);
  auto* n4 = w.last_request<pfcp::SessionEstablishmentRequest>();
  EXPECT_EQ(n4->create_pdrs.size(), 4u);
  ASSERT_EQ(w.n4u.size(), 1u);
  auto gpdu = gtpu::parse_gpdu(w.n4u[0]);
  ASSERT_TRUE(gpdu);
  EXPECT_EQ(gpdu->teid, 0xeb38u);
  const uint8_t* ip = w.n4u[0].data() + gpdu->payload_offset;
  EXPECT_EQ(ip[40], 134);
  EXPECT_EQ(to_hex(ByteView(ip + 40 + 16 + 16, 8)), "20010db8cafe0001");
}

TEST(SmfEstablishment, answers_a_router_solicitation_and_drops_other_packets_on_n4u) {
  World w;
  w.establish(Kind::ipv6);
  Bytes rs(48);
  rs[0] = 0x60, rs[5] = 8, rs[6] = 58, rs[7] = 255, rs[8] = 0xfe, rs[9] = 0x80, rs[24] = 0xff, rs[25] = 2, rs[39] = 2, rs[40] = 133;
  uint32_t sum = 8 + 58;
  for (size_t i = 8; i < 48; i += 2) sum += static_cast<uint32_t>(rs[i] << 8 | rs[i + 1]);
  while (sum >> 16) sum = (sum & 0xffff) + (sum >> 16);
  rs[42] = static_cast<uint8_t>(~sum >> 8), rs[43] = static_cast<uint8_t>(~sum);
  Bytes packet(8 + rs.size());
  gtpu::write_gpdu_plain_header(std::span<uint8_t, 8>(packet.data(), 8), static_cast<uint32_t>(w.seid()), rs.size());
  std::copy(rs.begin(), rs.end(), packet.begin() + 8);
  w.smf->n4u_received(w.upf_address, packet);
  EXPECT_EQ(w.n4u.size(), 2u);
  packet.back() ^= 1;  // checksum
  w.smf->n4u_received(w.upf_address, packet);
  w.smf->n4u_received(w.upf_address, Bytes{1, 2, 3});
  EXPECT_EQ(w.n4u.size(), 2u);
}

TEST(SmfEstablishment, gives_both_families_when_subscribed_and_one_with_cause_50_or_51_otherwise) {
  World w;
  w.establish(Kind::ipv4v6);
  EXPECT_EQ(accept_of(w).type.kind, Kind::ipv4v6);
  World only4;
  only4.subscription.pdu_session_types.allowed_session_types.clear();
  ASSERT_TRUE(only4.create(establishment_request(Kind::ipv4v6)));
  EXPECT_EQ(accept_of(only4).type.kind, Kind::ipv4);
  EXPECT_EQ(*accept_of(only4).cause, nas::SmCause::ipv4_only_allowed);
  World only6;
  only6.subscription.pdu_session_types = {sbi::PduSessionType::ipv6, {}};
  ASSERT_TRUE(only6.create(establishment_request(Kind::ipv4v6)));
  EXPECT_EQ(*accept_of(only6).cause, nas::SmCause::ipv6_only_allowed);
}

TEST(SmfEstablishment, rejects_a_type_that_the_subscription_lacks) {
  World w;
  w.subscription.pdu_session_types = {sbi::PduSessionType::ipv6, {}};
  EXPECT_EQ(cause_of(w.create(establishment_request(Kind::ipv4)).error()), 51u);
  w.subscription.pdu_session_types = {sbi::PduSessionType::ipv4, {}};
  EXPECT_EQ(cause_of(w.create(establishment_request(Kind::ipv6)).error()), 50u);
  EXPECT_EQ(cause_of(w.create(establishment_request(Kind::ethernet)).error()), 28u);
  EXPECT_EQ(w.smf->session_count(), 0u);
}

TEST(SmfEstablishment, rejects_an_ssc_mode_that_is_not_subscribed_and_names_those_that_are) {
  World w;
  auto request = establishment_request();
  request.ssc_mode = nas::SscMode{nas::SscModeValue::mode_3};
  auto reply = w.create(request);
  ASSERT_FALSE(reply);
  auto reject = *sm(reply.error().n1_sm_msg).get_if<nas::PduSessionEstablishmentReject>();
  EXPECT_EQ(reject.cause, nas::SmCause::not_supported_ssc_mode);
  EXPECT_TRUE(reject.allowed_ssc->ssc1);
  EXPECT_FALSE(reject.allowed_ssc->ssc3);
}

TEST(SmfEstablishment, rejects_an_unknown_dnn_with_both_sides_values) {
  SmfConfig c;
  c.sessions[0].dnn = c.sessions[1].dnn = "internet";
  World w(c);
  w.dnn = "ims";
  auto reply = w.create(establishment_request());
  EXPECT_EQ(cause_of(reply.error()), 27u);
  EXPECT_NE(reply.error().detail.find("ims"), std::string::npos);
}

TEST(SmfEstablishment, rejects_what_is_not_subscribed_and_what_the_udm_does_not_know) {
  World w;
  w.subscription.dnn = "other";
  auto reply = w.create(establishment_request());
  EXPECT_EQ(cause_of(reply.error()), 33u);
  EXPECT_NE(reply.error().detail.find("other"), std::string::npos);
  w.udm_problem = sbi::ProblemDetails{404, "DATA_NOT_FOUND", "", {}, {}};
  EXPECT_EQ(cause_of(w.create(establishment_request()).error()), 33u);
  w.udm_problem = sbi::ProblemDetails{500, "SYSTEM_FAILURE", "", {}, {}};
  EXPECT_EQ(cause_of(w.create(establishment_request()).error()), 38u);
}

TEST(SmfEstablishment, rejects_a_slice_that_is_not_configured) {
  SmfConfig c;
  c.slices = {{{.sst = 2}, {}}};
  World w(c);
  EXPECT_EQ(cause_of(w.create(establishment_request()).error()), 70u);
}

TEST(SmfEstablishment, rejects_with_insufficient_resources_when_the_pool_is_empty_and_recovers_after_a_release) {
  SmfConfig c;
  c.sessions = {{IpPrefix::parse("10.1.0.0/30").value(), {}, {}}};
  World w(c);
  w.establish();
  EXPECT_EQ(accept_of(w).address->ipv4, (Octets<4>{10, 1, 0, 2}));
  EXPECT_EQ(cause_of(w.create(establishment_request(Kind::ipv4, 2), 2).error()), 26u);
  w.bus.call<sbi::NsmfReleaseSmContext>({.sm_context_ref = w.ref}, [](auto) {});
  w.run();
  EXPECT_TRUE(w.create(establishment_request(Kind::ipv4, 2), 2));
}

TEST(SmfEstablishment, gives_static_addresses_and_refuses_one_in_use) {
  World w;
  w.subscription.static_ipv4 = Octets<4>{10, 45, 7, 7};
  w.establish();
  EXPECT_EQ(accept_of(w).address->ipv4, (Octets<4>{10, 45, 7, 7}));
  EXPECT_EQ(cause_of(w.create(establishment_request(Kind::ipv4, 2), 2).error()), 26u);
}

TEST(SmfEstablishment, rejects_when_no_upf_is_associated_or_the_upf_refuses_or_is_silent) {
  World none(SmfConfig(), false);
  EXPECT_EQ(cause_of(none.create(establishment_request()).error()), 26u);
  World w;
  w.upf_cause = pfcp::Cause::no_resources;
  EXPECT_EQ(cause_of(w.create(establishment_request()).error()), 26u);
  w.upf_cause = pfcp::Cause::rule_failure;
  EXPECT_EQ(cause_of(w.create(establishment_request()).error()), 38u);
  w.upf_silent = true;
  auto before = w.count<pfcp::SessionEstablishmentRequest>();
  EXPECT_EQ(cause_of(w.create(establishment_request()).error()), 38u);
  EXPECT_EQ(w.count<pfcp::SessionEstablishmentRequest>() - before, 4u);
  EXPECT_EQ(w.smf->session_count(), 0u);
}

TEST(SmfEstablishment, answers_protocol_configuration_as_asked) {
  SmfConfig c;
  c.p_cscf = {IpAddress::parse("10.9.9.9").value()};
  World w(c);
  auto request = establishment_request();
  nas::ExtendedPco pco;
  for (uint16_t id : {nas::PcoOption::dns_ipv4, nas::PcoOption::ipv4_mtu, nas::PcoOption::p_cscf_ipv4, nas::PcoOption::dns_ipv6}) pco.options.emplace_back().id = id;
  auto& ipcp = pco.options.emplace_back();
  ipcp.id = nas::PcoOption::ipcp;
  ipcp.value = {1, 7, 0, 16, 129, 6, 0, 0, 0, 0, 131, 6, 0, 0, 0, 0};
  auto& pap = pco.options.emplace_back();
  pap.id = nas::PcoOption::pap;
  pap.value = {1, 3, 0, 6, 0, 0};
  request.pco = pco;
  ASSERT_TRUE(w.create(request));
  auto accept = accept_of(w);
  ASSERT_TRUE(accept.pco);
  EXPECT_EQ(*accept.pco->find(nas::PcoOption::dns_ipv4)->ipv4, (Octets<4>{8, 8, 8, 8}));
  EXPECT_EQ(accept.pco->find(nas::PcoOption::ipv4_mtu)->mtu, 1400);
  EXPECT_EQ(*accept.pco->find(nas::PcoOption::p_cscf_ipv4)->ipv4, (Octets<4>{10, 9, 9, 9}));
  EXPECT_FALSE(accept.pco->find(nas::PcoOption::dns_ipv6));
  EXPECT_EQ(to_hex(accept.pco->find(nas::PcoOption::ipcp)->value), "03070010810608080808830608080404");
  EXPECT_EQ(to_hex(accept.pco->find(nas::PcoOption::pap)->value), "0203000500");
}

TEST(SmfEstablishment, replaces_a_session_of_the_same_identity) {
  World w;
  w.establish();
  auto old = w.ref;
  w.establish();
  EXPECT_NE(w.ref, old);
  EXPECT_EQ(w.smf->session_count(), 1u);
  EXPECT_EQ(w.count<pfcp::SessionDeletionRequest>(), 1u);
  EXPECT_TRUE(w.notifications.empty());
}

TEST(SmfEstablishment, refuses_bad_messages_of_the_ue) {
  World w;
  EXPECT_FALSE(w.create_bytes({}));
  EXPECT_FALSE(w.create_bytes({0x2e}));
  EXPECT_FALSE(w.create_bytes({0x2e, 1, 5, 0xc1}));  // mandatory element missing
  EXPECT_EQ(cause_of(w.create_bytes(octets(nas::encode(release_request()))).error()), 98u);
  EXPECT_EQ(cause_of(w.create(establishment_request(Kind::ipv4, 2), 1).error()), 43u);
  EXPECT_FALSE(w.create(establishment_request(Kind::ipv4, 1), 16));
  auto reserved = establishment_request();
  reserved.pti = 255;
  EXPECT_EQ(cause_of(w.create(reserved).error()), 81u);
  w.request_type = sbi::RequestType::existing_pdu_session;
  EXPECT_EQ(cause_of(w.create(establishment_request()).error()), 54u);
  EXPECT_EQ(w.smf->session_count(), 0u);
}

TEST(SmfEstablishment, releases_when_the_amf_or_the_gnb_refuses) {
  World w;
  w.transfer_problem = sbi::ProblemDetails{404, "CONTEXT_NOT_FOUND", "", {}, {}};
  ASSERT_TRUE(w.create(establishment_request()));
  EXPECT_EQ(w.smf->session_count(), 0u);
  World g;
  ASSERT_TRUE(g.create(establishment_request()));
  ngap::PduSessionResourceSetupUnsuccessfulTransfer failed;
  failed.cause.set_radio_network() = ngap::CauseRadioNetwork::radio_resources_not_available;
  ASSERT_TRUE(g.update_n2(N2::pdu_res_setup_fail, octets(ngap::encode_value(failed))));
  EXPECT_EQ(g.smf->session_count(), 0u);
  ASSERT_EQ(g.notifications.size(), 1u);
  EXPECT_EQ(g.count<pfcp::SessionDeletionRequest>(), 1u);
}

TEST(SmfEstablishment, assigns_f_teids_for_a_upf_that_does_not_choose) {
  World w(SmfConfig(), false);
  w.upf_chooses = w.upf_silent = false;
  w.smf = nullptr;
  w.requests.clear();
  SmfPorts ports{.send_n4 = [&w](const Endpoint&, Bytes b) { w.upf_receives(b); }, .send_n4u = [](const Endpoint&, Bytes) {}};
  w.smf = std::make_unique<Smf>(w.config, w.executor, w.bus, w.counters, ports);
  w.smf->start();
  w.run();
  ASSERT_TRUE(w.create(establishment_request()));
  auto& f_teid = *w.last_request<pfcp::SessionEstablishmentRequest>()->create_pdrs[1].pdi.f_teid;
  EXPECT_FALSE(f_teid.choose);
  EXPECT_EQ(f_teid.teid >> 30, 3u);
  EXPECT_EQ(*f_teid.ipv4, (pfcp::Ipv4{10, 100, 0, 7}));
}

TEST(SmfUpdate, refuses_unknown_contexts_and_unusable_n2_information) {
  World w;
  w.establish();
  EXPECT_EQ(w.update({.sm_context_ref = "00000000000000ff"}).error().status, 404);
  EXPECT_EQ(w.update({.sm_context_ref = "zz"}).error().status, 404);
  EXPECT_EQ(w.update_n2(N2::pdu_res_setup_rsp, {0xff}).error().cause, "N2_SM_ERROR");
  EXPECT_EQ(w.update_n2(N2::pdu_res_setup_rsp, setup_response(1, 0)).error().cause, "N2_SM_ERROR");
  EXPECT_EQ(w.update_n2(N2::pdu_res_setup_req, {0}).error().cause, "N2_SM_ERROR");
  EXPECT_EQ(w.update_n2(N2::path_switch_req, {}).error().cause, "MANDATORY_IE_MISSING");
}

TEST(SmfUserPlane, is_deactivated_and_activated_again) {
  World w;
  w.establish();
  sbi::SmContextUpdateData off;
  off.up_cnx_state = sbi::UpCnxState::deactivated;
  EXPECT_EQ(w.update(off)->up_cnx_state, sbi::UpCnxState::deactivated);
  EXPECT_TRUE(w.last_request<pfcp::SessionModificationRequest>()->update_fars[0].apply_action->buff);
  sbi::SmContextUpdateData on;
  on.up_cnx_state = sbi::UpCnxState::activating;
  auto reply = w.update(on);
  EXPECT_EQ(reply->n2_sm_info_type, N2::pdu_res_setup_req);
  EXPECT_EQ(w.update_n2(N2::pdu_res_setup_rsp, setup_response(1, 0x99))->up_cnx_state, sbi::UpCnxState::activated);
}

TEST(SmfUserPlane, stays_off_when_the_upf_takes_the_tunnel_after_the_release_of_the_gnb) {
  World w;
  w.establish();
  sbi::SmContextUpdateData off, on;
  off.sm_context_ref = on.sm_context_ref = w.ref;
  off.up_cnx_state = sbi::UpCnxState::deactivated;
  on.up_cnx_state = sbi::UpCnxState::activating;
  w.update(off);
  w.update(on);
  sbi::SmContextUpdateData setup;
  setup.sm_context_ref = w.ref;
  setup.n2_sm_info_type = N2::pdu_res_setup_rsp;
  setup.n2_sm_info = setup_response(1, 0x99);
  std::vector<std::optional<sbi::UpCnxState>> states;
  auto note = [&](sbi::Reply<sbi::SmContextUpdatedData> reply) { states.push_back(reply ? reply->up_cnx_state : std::nullopt); };
  w.bus.call<sbi::NsmfUpdateSmContext>(setup, note);  // the UPF's answer to this comes after the next
  w.bus.call<sbi::NsmfUpdateSmContext>(off, note);
  w.run();
  EXPECT_EQ(states, (std::vector<std::optional<sbi::UpCnxState>>{sbi::UpCnxState::deactivated, sbi::UpCnxState::deactivated}));
  EXPECT_TRUE(w.last_request<pfcp::SessionModificationRequest>()->update_fars[0].apply_action->buff);
  EXPECT_EQ(w.update(on)->n2_sm_info_type, N2::pdu_res_setup_req);
  EXPECT_EQ(w.update_n2(N2::pdu_res_setup_rsp, setup_response(1, 0x9a))->up_cnx_state, sbi::UpCnxState::activated);
}

TEST(SmfUserPlane, is_activated_again_only_when_the_upf_has_left_the_former_gnb) {
  World w;
  w.establish();
  sbi::SmContextUpdateData off, on;
  off.sm_context_ref = on.sm_context_ref = w.ref;
  off.up_cnx_state = sbi::UpCnxState::deactivated;
  on.up_cnx_state = sbi::UpCnxState::activating;
  std::vector<std::optional<sbi::UpCnxState>> states;
  auto note = [&](sbi::Reply<sbi::SmContextUpdatedData> reply) { states.push_back(reply ? reply->up_cnx_state : std::nullopt); };
  w.upf_silent = true;
  w.bus.call<sbi::NsmfUpdateSmContext>(off, note);
  w.bus.call<sbi::NsmfUpdateSmContext>(on, note);
  w.run();
  EXPECT_TRUE(states.empty());
  w.upf_silent = false;
  w.run(std::chrono::seconds(5));
  EXPECT_EQ(states, (std::vector<std::optional<sbi::UpCnxState>>{sbi::UpCnxState::deactivated, sbi::UpCnxState::activating}));
}

TEST(SmfRelease, by_the_ue_commands_ue_and_gnb_and_tells_the_amf) {
  World w;
  w.establish();
  auto reply = w.update_n1(release_request(9));
  ASSERT_TRUE(reply);
  EXPECT_EQ(w.count<pfcp::SessionDeletionRequest>(), 1u);
  auto command = sm(reply->n1_sm_msg);
  EXPECT_EQ(command.get_if<nas::PduSessionReleaseCommand>()->pti, 9);
  EXPECT_EQ(reply->n2_sm_info_type, N2::pdu_res_rel_cmd);
  ASSERT_TRUE(w.update_n2(N2::pdu_res_rel_rsp, octets(ngap::encode_value(ngap::PduSessionResourceReleaseResponseTransfer()))));
  EXPECT_EQ(cause_of(w.update_n1(release_complete(8)).error()), 47u);
  ASSERT_TRUE(w.update_n1(release_complete(9)));
  EXPECT_EQ(w.smf->session_count(), 0u);
  EXPECT_EQ(w.notifications.size(), 1u);
  EXPECT_EQ(w.registered, 0u);
}

TEST(SmfRelease, by_the_network_repeats_its_command_and_gives_up_after_the_fifth_expiry) {
  World w;
  w.establish();
  w.transfers.clear();
  ASSERT_TRUE(w.smf->release_session(supi, 1));
  EXPECT_FALSE(w.smf->release_session(supi, 1));
  w.run();
  ASSERT_EQ(w.transfers.size(), 1u);
  EXPECT_EQ(sm(w.transfers[0].n1_message).get_if<nas::PduSessionReleaseCommand>()->pti, 0);
  EXPECT_EQ(w.transfers[0].n2_sm_info_type, N2::pdu_res_rel_cmd);
  w.run(65s);
  EXPECT_EQ(w.transfers.size(), 5u);
  EXPECT_EQ(w.smf->session_count(), 1u);
  w.run(17s);
  EXPECT_EQ(w.transfers.size(), 5u);
  EXPECT_EQ(w.smf->session_count(), 0u);
  EXPECT_EQ(w.notifications.size(), 1u);
}

TEST(SmfRelease, by_the_network_is_local_for_a_ue_that_is_not_connected) {
  World w;
  w.establish();
  w.transfer_cause = sbi::N1N2MessageTransferCause::n1_msg_not_transferred;
  ASSERT_TRUE(w.smf->release_session(supi, 1));
  w.run();
  EXPECT_EQ(w.smf->session_count(), 0u);
}

TEST(SmfRelease, by_the_amf_tells_only_the_upf) {
  World w;
  w.establish();
  bool done = false;
  w.bus.call<sbi::NsmfReleaseSmContext>({.sm_context_ref = w.ref}, [&](auto reply) { done = reply.has_value(); });
  w.run();
  EXPECT_TRUE(done);
  EXPECT_EQ(w.smf->session_count(), 0u);
  EXPECT_TRUE(w.notifications.empty());
  EXPECT_EQ(w.count<pfcp::SessionDeletionRequest>(), 1u);
}

TEST(SmfRelease, complete_without_a_command_is_answered_by_status) {
  World w;
  w.establish();
  EXPECT_EQ(cause_of(w.update_n1(release_complete(0)).error()), 98u);
  EXPECT_EQ(w.smf->session_count(), 1u);
}

static nas::PduSessionModificationComplete modification_complete(uint8_t pti) {
  nas::PduSessionModificationComplete m;
  m.pdu_session_id = 1;
  m.pti = pti;
  return m;
}

TEST(SmfModification, of_the_session_ambr_reaches_upf_ue_and_gnb) {
  World w;
  w.establish();
  w.transfers.clear();
  SessionChange change;
  change.ambr = sbi::Ambr{{5'000'000}, {6'000'000}};
  ASSERT_TRUE(w.smf->modify_session(supi, 1, change));
  EXPECT_FALSE(w.smf->modify_session(supi, 1, change));
  w.run();
  EXPECT_EQ(w.last_request<pfcp::SessionModificationRequest>()->update_qers[0].mbr->ul_kbps, 5000u);
  ASSERT_EQ(w.transfers.size(), 1u);
  EXPECT_EQ(sm(w.transfers[0].n1_message).get_if<nas::PduSessionModificationCommand>()->ambr->downlink_bps(), 6'000'000u);
  auto n2 = ngap::decode_value<ngap::PduSessionResourceModifyRequestTransfer>(w.transfers[0].n2_sm_info);
  EXPECT_EQ(n2->pdu_session_aggregate_maximum_bit_rate->pdu_session_aggregate_maximum_bit_rate_ul, 5'000'000);
  EXPECT_EQ(cause_of(w.update_n1(modification_complete(3)).error()), 47u);
  ASSERT_TRUE(w.update_n1(modification_complete(0)));
  EXPECT_EQ(w.smf->sessions().at(0).state, "active");
}

TEST(SmfModification, adds_and_releases_a_gbr_flow) {
  World w;
  w.establish();
  w.transfers.clear();
  SessionChange add;
  add.flows.push_back({.qfi = 5, .five_qi = 1, .gfbr_ul = 64000, .gfbr_dl = 64000, .remote = IpPrefix::parse("10.9.0.0/16").value(), .remote_port = 5060, .protocol = 17});
  ASSERT_TRUE(w.smf->modify_session(supi, 1, add));
  w.run();
  auto* n4 = w.last_request<pfcp::SessionModificationRequest>();
  ASSERT_EQ(n4->create_pdrs.size(), 2u);
  EXPECT_EQ(*n4->create_pdrs[0].pdi.sdf_filters[0].flow_description, "permit out 17 from 10.9.0.0/16 5060 to assigned");
  auto message = sm(w.transfers.at(0).n1_message);
  auto* command = message.get_if<nas::PduSessionModificationCommand>();
  ASSERT_TRUE(command->qos_rules);
  EXPECT_EQ(command->qos_rules->rules[0].filters[0].components.size(), 3u);
  ASSERT_TRUE(w.update_n1(modification_complete(0)));
  SessionChange release;
  release.released_flows = {5};
  ASSERT_TRUE(w.smf->modify_session(supi, 1, release));
  w.run();
  EXPECT_EQ(w.last_request<pfcp::SessionModificationRequest>()->remove_pdrs.size(), 2u);
  release.released_flows = {1};
  EXPECT_FALSE(w.smf->modify_session(supi, 1, release));
}

TEST(SmfModification, that_the_ue_or_nobody_answers_is_undone) {
  World w;
  w.establish();
  SessionChange change;
  change.ambr = sbi::Ambr{{5'000'000}, {6'000'000}};
  ASSERT_TRUE(w.smf->modify_session(supi, 1, change));
  w.run();
  nas::PduSessionModificationCommandReject reject;
  reject.pdu_session_id = 1;
  reject.cause = nas::SmCause::syntactical_error_in_qos_operation;
  ASSERT_TRUE(w.update_n1(reject));
  EXPECT_EQ(w.last_request<pfcp::SessionModificationRequest>()->update_qers[0].mbr->ul_kbps, 1'000'000u);
  ASSERT_TRUE(w.smf->modify_session(supi, 1, change));
  w.run(81s);
  EXPECT_EQ(w.last_request<pfcp::SessionModificationRequest>()->update_qers[0].mbr->ul_kbps, 1'000'000u);
  EXPECT_EQ(w.smf->sessions().at(0).state, "active");
}

TEST(SmfModification, by_the_ue_is_commanded_or_rejected) {
  World w;
  w.establish();
  nas::PduSessionModificationRequest request;
  request.pdu_session_id = 1;
  request.pti = 7;
  request.always_on = nas::AlwaysOn{true};
  auto reply = w.update_n1(request);
  ASSERT_TRUE(reply);
  auto command = sm(reply->n1_sm_msg);
  EXPECT_EQ(command.get_if<nas::PduSessionModificationCommand>()->pti, 7);
  ASSERT_TRUE(w.update_n1(modification_complete(7)));
  request.qos_rules = nas::QosRules{{nas::QosRule{.id = 4, .operation = nas::QosRule::Operation::remove}}};
  EXPECT_EQ(cause_of(w.update_n1(request).error()), 83u);
}

TEST(SmfHandover, xn_moves_the_downlink_with_end_markers) {
  World w;
  w.establish();
  ngap::PathSwitchRequestTransfer t;
  t.dl_ngu_up_tnl_information = tunnel(0x88);
  t.qos_flow_accepted_list.emplace_back().qos_flow_identifier = 1;
  sbi::SmContextUpdateData data;
  data.to_be_switched = true;
  data.n2_sm_info = octets(ngap::encode_value(t));
  data.n2_sm_info_type = N2::path_switch_req;
  auto reply = w.update(data);
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->n2_sm_info_type, N2::path_switch_req_ack);
  auto& parameters = *w.last_request<pfcp::SessionModificationRequest>()->update_fars[0].update_forwarding_parameters;
  EXPECT_EQ(parameters.outer_header_creation->teid, 0x88u);
  EXPECT_TRUE(parameters.pfcpsmreq_flags->sndem);
  t.qos_flow_accepted_list[0].qos_flow_identifier = 3;
  data.n2_sm_info = octets(ngap::encode_value(t));
  auto refused = w.update(data);
  ASSERT_FALSE(refused);
  EXPECT_TRUE(ngap::decode_value<ngap::PathSwitchRequestUnsuccessfulTransfer>(refused.error().n2_sm_info));
}

TEST(SmfHandover, n2_is_prepared_completed_and_cancelled) {
  World w;
  w.establish();
  sbi::SmContextUpdateData prepare;
  prepare.ho_state = sbi::HoState::preparing;
  prepare.n2_sm_info = octets(ngap::encode_value(ngap::HandoverRequiredTransfer()));
  prepare.n2_sm_info_type = N2::handover_required;
  EXPECT_EQ(w.update(prepare)->n2_sm_info_type, N2::pdu_res_setup_req);
  ngap::HandoverRequestAcknowledgeTransfer t;
  t.dl_ngu_up_tnl_information = tunnel(0x99);
  t.qos_flow_setup_response_list.emplace_back().qos_flow_identifier = 1;
  sbi::SmContextUpdateData prepared;
  prepared.ho_state = sbi::HoState::prepared;
  prepared.n2_sm_info = octets(ngap::encode_value(t));
  prepared.n2_sm_info_type = N2::handover_req_ack;
  EXPECT_EQ(w.update(prepared)->n2_sm_info_type, N2::handover_cmd);
  sbi::SmContextUpdateData completed;
  completed.ho_state = sbi::HoState::completed;
  EXPECT_EQ(w.update(completed)->ho_state, sbi::HoState::completed);
  EXPECT_TRUE(w.last_request<pfcp::SessionModificationRequest>()->update_fars[0].update_forwarding_parameters->pfcpsmreq_flags->sndem);
  EXPECT_FALSE(w.update(completed));
  EXPECT_TRUE(w.update(prepare));
  sbi::SmContextUpdateData cancelled;
  cancelled.ho_state = sbi::HoState::cancelled;
  EXPECT_EQ(w.update(cancelled)->ho_state, sbi::HoState::cancelled);
  EXPECT_FALSE(w.update(prepared));
}

TEST(SmfConfigRows, load_what_open5gs_users_write) {
  auto node = config::parse_text(R"(
pfcp:
  server: [{address: 127.0.0.44}]
  client:
    upf: [{address: 127.0.0.77, dnn: [internet], tac: [1, 2]}]
gtpu: {server: [{address: 127.0.0.44}]}
session: [{subnet: 10.46.0.0/16, gateway: 10.46.0.1, dnn: internet}]
dns: [9.9.9.9]
mtu: 1380
)", "smf.yaml");
  ASSERT_TRUE(node);
  SmfConfig c;
  auto problems = config::load(*node, c);
  EXPECT_TRUE(problems.empty()) << problems[0].describe();
  EXPECT_EQ(c.upfs[0].endpoint.text(), "127.0.0.77:8805");
  EXPECT_EQ(c.upfs[0].tacs, (std::vector<Tac>{1, 2}));
  EXPECT_EQ(c.sessions.size(), 1u);
  EXPECT_EQ(c.mtu, 1380);
  EXPECT_FALSE(config::rows_of<SmfConfig>().empty());
}
