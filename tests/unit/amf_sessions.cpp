// PDU sessions through the AMF, service request, paging, release.
#include "tests/unit/amf_world.h"

namespace sen::amf::test {

struct AmfSessions : testing::Test {
  AmfSessions() {
    w.gnb();
    w.register_ue(ue);
  }
  std::optional<nas::DlNasTransport> returned(const nas::UlNasTransport& m) {
    w.secure(ue, m);
    return w.nas<nas::DlNasTransport>(ue);
  }
  World w;
  TestUe ue;
};

TEST_F(AmfSessions, relays_establishment_to_the_smf_and_resources_to_the_gnb) {
  w.establish(ue);
  ASSERT_EQ(w.smf.created.size(), 1u);
  EXPECT_EQ(w.smf.created[0].dnn, "internet");
  EXPECT_EQ(w.smf.created[0].n1_sm_msg, (Bytes{0x2e, 1, 1, 0xc1, 0xff, 0xff, 0x91}));
  EXPECT_EQ(w.smf.created[0].pei, "imeisv-4370816125816151");
  ASSERT_EQ(w.smf.updated.size(), 1u);
  EXPECT_EQ(w.smf.updated[0].n2_sm_info_type, sbi::N2SmInfoType::pdu_res_setup_rsp);
  EXPECT_EQ(w.smf.updated[0].n2_sm_info, random_transfer<ngap::PduSessionResourceSetupResponseTransfer>());
  EXPECT_EQ(w.smf.answers.at(0)->cause, sbi::N1N2MessageTransferCause::n1_n2_transfer_initiated);
}

TEST_F(AmfSessions, uses_the_default_dnn_and_slice_when_the_ue_names_none) {
  w.secure(ue, World::session_request(2, nullptr));
  ASSERT_EQ(w.smf.created.size(), 1u);
  EXPECT_EQ(w.smf.created[0].dnn, "internet");
  EXPECT_EQ(w.smf.created[0].s_nssai.sst, 1);
}

TEST_F(AmfSessions, takes_a_dnn_in_any_case_and_with_an_operator_identifier) {
  w.secure(ue, World::session_request(1, "Internet.mnc070.mcc999.gprs"));
  ASSERT_EQ(w.smf.created.size(), 1u);
  EXPECT_EQ(w.smf.created[0].dnn, "internet");
}

TEST_F(AmfSessions, returns_the_payload_with_cause_91_for_an_unknown_dnn) {
  auto m = returned(World::session_request(1, "nowhere"));
  ASSERT_TRUE(m);
  EXPECT_EQ(m->cause, MmCause::dnn_not_supported_or_not_subscribed);
  EXPECT_EQ(nas::encode(m->payload.sm.message).value_or(Bytes{}), World::session_request().payload.sm.bytes);
  EXPECT_EQ(m->pdu_session_id, 1);
  EXPECT_TRUE(w.smf.created.empty());
}

TEST_F(AmfSessions, returns_the_payload_with_cause_62_for_a_slice_that_is_not_allowed) {
  auto request = World::session_request();
  request.s_nssai = nas::MappedSNssai(SNssai{9, std::nullopt});
  auto m = returned(request);
  ASSERT_TRUE(m);
  EXPECT_EQ(m->cause, MmCause::no_network_slices_available);
}

TEST_F(AmfSessions, returns_payloads_that_it_cannot_forward) {
  for (unsigned id : {0u, 16u, 128u, 255u}) {
    auto request = World::session_request();
    request.pdu_session_id = static_cast<uint8_t>(id);
    auto m = returned(request);
    ASSERT_TRUE(m);
    EXPECT_EQ(m->cause, MmCause::payload_was_not_forwarded) << id;
  }
  auto request = World::session_request();
  request.pdu_session_id.reset();
  EXPECT_TRUE(returned(request));
  request = World::session_request();
  request.request_type.reset();  // no such session
  EXPECT_TRUE(returned(request));
  request.request_type = nas::RequestType{nas::RequestKind::existing_pdu_session};
  EXPECT_TRUE(returned(request));
  request.request_type = nas::RequestType{nas::RequestKind::initial_emergency_request};
  EXPECT_TRUE(returned(request));
  nas::UlNasTransport sms;
  sms.payload_type.type = nas::PayloadType::sms;
  sms.payload.bytes = {1, 2, 3};
  EXPECT_TRUE(returned(sms));
  EXPECT_TRUE(w.smf.created.empty());
}

TEST_F(AmfSessions, hands_the_smfs_reject_to_the_ue) {
  w.smf.refuse = sbi::ProblemDetails{403, std::string(sbi::cause::pdutype_denied), "no", {0x2e, 1, 1, 0xc3, 50}, {}};
  auto m = returned(World::session_request());
  ASSERT_TRUE(m);
  EXPECT_FALSE(m->cause);
  EXPECT_TRUE(m->payload.sm.message.get_if<nas::PduSessionEstablishmentReject>());
  EXPECT_TRUE(w.status(ue).sessions.empty());
}

TEST_F(AmfSessions, an_smf_that_is_gone_gives_cause_90) {
  w.bus.withdraw<sbi::NsmfCreateSmContext>();
  auto m = returned(World::session_request());
  ASSERT_TRUE(m);
  EXPECT_EQ(m->cause, MmCause::payload_was_not_forwarded);
}

TEST_F(AmfSessions, an_identity_used_again_releases_the_earlier_session) {
  w.establish(ue);
  w.establish(ue);
  EXPECT_EQ(w.smf.released.size(), 1u);
  EXPECT_EQ(w.status(ue).sessions.size(), 1u);
}

TEST_F(AmfSessions, relays_release_from_ue_to_smf_gnb_and_back) {
  w.establish(ue);
  w.smf.next_n1 = {0x2e, 1, 1, 0xd3, 36};
  w.smf.next_n2 = random_transfer<ngap::PduSessionResourceReleaseCommandTransfer>();
  w.smf.next_type = sbi::N2SmInfoType::pdu_res_rel_cmd;
  auto request = World::session_request();
  request.payload.sm.bytes = {0x2e, 1, 1, 0xd1};
  request.request_type.reset();
  w.secure(ue, request);
  auto command = w.expect<ngap::PduSessionResourceReleaseCommand>();
  ASSERT_TRUE(command && command->nas_pdu);
  EXPECT_TRUE(w.open(ue, *command->nas_pdu));
  ngap::PduSessionResourceReleaseResponse m;
  m.amf_ue_ngap_id = ue.amf_id;
  m.ran_ue_ngap_id = ue.ran_id;
  m.pdu_session_resource_released_list_rel_res.emplace_back().pdu_session_id = 1;
  w.n2(1, m, 3);
  EXPECT_EQ(w.smf.updated.back().n2_sm_info_type, sbi::N2SmInfoType::pdu_res_rel_rsp);
  w.bus.call<sbi::NsmfSmContextStatusNotify>({.supi = ue.supi(), .pdu_session_id = 1}, [](auto) {});
  w.run();
  EXPECT_TRUE(w.status(ue).sessions.empty());
}

TEST_F(AmfSessions, relays_modification_to_the_gnb_and_its_answers_to_the_smf) {
  w.establish(ue);
  w.smf.transfer({.ue_context_id = ue.supi(), .pdu_session_id = 1, .n1_message = {0x2e, 1, 0, 0xcb}, .n2_sm_info = random_transfer<ngap::PduSessionResourceModifyRequestTransfer>(),
                  .n2_sm_info_type = sbi::N2SmInfoType::pdu_res_mod_req});
  w.run();
  auto request = w.expect<ngap::PduSessionResourceModifyRequest>();
  ASSERT_TRUE(request);
  EXPECT_TRUE(request->pdu_session_resource_modify_list_mod_req.at(0).nas_pdu);
  ngap::PduSessionResourceModifyResponse m;
  m.amf_ue_ngap_id = ue.amf_id;
  m.ran_ue_ngap_id = ue.ran_id;
  auto& item = m.pdu_session_resource_modify_list_mod_res.emplace().emplace_back();
  item.pdu_session_id = 1;
  fill(item.pdu_session_resource_modify_response_transfer);
  w.n2(1, m, 3);
  EXPECT_EQ(w.smf.updated.back().n2_sm_info_type, sbi::N2SmInfoType::pdu_res_mod_rsp);
  ngap::PduSessionResourceNotify notify;
  notify.amf_ue_ngap_id = ue.amf_id;
  notify.ran_ue_ngap_id = ue.ran_id;
  auto& gone = notify.pdu_session_resource_released_list_not.emplace().emplace_back();
  gone.pdu_session_id = 1;
  fill(gone.pdu_session_resource_notify_released_transfer);
  w.n2(1, notify, 3);
  EXPECT_EQ(w.smf.updated.back().n2_sm_info_type, sbi::N2SmInfoType::pdu_res_nty_rel);
  EXPECT_TRUE(w.status(ue).active_sessions.empty());
}

TEST_F(AmfSessions, n2_information_for_sessions_that_do_not_exist_is_dropped) {
  ngap::PduSessionResourceSetupResponse m;
  m.amf_ue_ngap_id = ue.amf_id;
  m.ran_ue_ngap_id = ue.ran_id;
  for (uint8_t id : {0, 7, 255}) {
    auto& item = (m.pdu_session_resource_setup_list_su_res ? *m.pdu_session_resource_setup_list_su_res : m.pdu_session_resource_setup_list_su_res.emplace()).emplace_back();
    item.pdu_session_id = id;
    fill(item.pdu_session_resource_setup_response_transfer);
  }
  w.n2(1, m, 3);
  EXPECT_TRUE(w.smf.updated.empty());
}

TEST_F(AmfSessions, service_request_sets_the_user_plane_up_again) {
  w.establish(ue);
  w.idle(ue);
  EXPECT_TRUE(w.status(ue).active_sessions.empty());
  w.initial(ue, w.service_request(ue, nas::ServiceKind::data, uint16_t{2}));
  auto setup = w.expect<ngap::InitialContextSetupRequest>();
  ASSERT_TRUE(setup && setup->nas_pdu && setup->pdu_session_resource_setup_list_cxt_req);
  EXPECT_TRUE(setup->ue_aggregate_maximum_bit_rate);
  auto message = w.open(ue, *setup->nas_pdu);
  ASSERT_TRUE(message && message->get_if<nas::ServiceAccept>());
  w.last_setup = *setup;
  ue.amf_id = setup->amf_ue_ngap_id;
  w.context_done(ue);
  EXPECT_EQ(w.status(ue).active_sessions.size(), 1u);
}

TEST_F(AmfSessions, service_request_without_context_or_integrity_gets_cause_9) {
  w.idle(ue);
  auto pdu = w.service_request(ue);
  pdu[2] ^= 1;
  w.initial(ue, pdu);
  EXPECT_EQ(w.rejected<nas::ServiceReject>(ue), MmCause::ue_identity_cannot_be_derived);
  EXPECT_TRUE(w.status(ue).registered);
  TestUe stranger = ue;
  stranger.guti->tmsi ^= 1;
  ++stranger.ran_id;
  w.initial(stranger, w.service_request(stranger));
  EXPECT_EQ(w.rejected<nas::ServiceReject>(stranger), MmCause::ue_identity_cannot_be_derived);
}

TEST_F(AmfSessions, service_request_of_a_deregistered_ue_gets_cause_10) {
  nas::DeregistrationRequestUe bye;
  bye.identity = *ue.guti;
  w.secure(ue, bye);
  w.released(ue);
  ++ue.ran_id;
  ue.security.unprotect({});
  auto guti = *ue.guti;
  w.initial(ue, w.service_request(ue));
  auto m = w.expect<ngap::DownlinkNasTransport>();
  ASSERT_TRUE(m);
  auto inner = nas::decode(ByteView(m->nas_pdu).subspan(7));
  ASSERT_TRUE(inner && inner->get_if<nas::ServiceReject>());
  EXPECT_EQ(inner->get_if<nas::ServiceReject>()->cause, MmCause::implicitly_deregistered);
  EXPECT_EQ(guti, *ue.guti);
}

TEST_F(AmfSessions, pages_an_idle_ue_and_delivers_when_it_answers) {
  w.establish(ue);
  w.idle(ue);
  w.smf.transfer({.ue_context_id = ue.supi(), .pdu_session_id = 1, .n2_sm_info = random_transfer<ngap::PduSessionResourceSetupRequestTransfer>(), .n2_sm_info_type = sbi::N2SmInfoType::pdu_res_setup_req});
  w.run();
  EXPECT_EQ(w.smf.answers.back()->cause, sbi::N1N2MessageTransferCause::attempting_to_reach_ue);
  auto paging = w.expect<ngap::Paging>();
  ASSERT_TRUE(paging && paging->ue_paging_identity.five_g_s_tmsi());
  w.run(std::chrono::seconds(3));
  EXPECT_TRUE(w.expect<ngap::Paging>());
  w.initial(ue, w.service_request(ue, nas::ServiceKind::mobile_terminated));
  auto setup = w.expect<ngap::InitialContextSetupRequest>();
  ASSERT_TRUE(setup && setup->pdu_session_resource_setup_list_cxt_req);
  w.run(std::chrono::seconds(20));
  EXPECT_FALSE(w.saw<ngap::Paging>());
  EXPECT_TRUE(w.smf.failures.empty());
}

TEST_F(AmfSessions, tells_the_smf_when_paging_fails) {
  w.establish(ue);
  w.idle(ue);
  w.smf.transfer({.ue_context_id = ue.supi(), .pdu_session_id = 1, .n1_message = {0x2e, 1, 0, 0xcb}, .n1n2_failure_txf_notif_uri = "smf"});
  w.run(std::chrono::seconds(10));
  unsigned pagings = 0;
  for (auto& s : w.sent) pagings += s.pdu.get_if<ngap::Paging>() ? 1 : 0;
  EXPECT_EQ(pagings, 3u);
  ASSERT_EQ(w.smf.failures.size(), 1u);
  EXPECT_EQ(w.smf.failures[0].cause, sbi::N1N2MessageTransferCause::ue_not_responding);
  for (int i = 0; i < 20; ++i) w.smf.transfer({.ue_context_id = ue.supi(), .pdu_session_id = 1, .n1_message = {0x2e, 1, 0, 0xcb}});
  w.run();
  EXPECT_FALSE(w.smf.answers.back());  // the queue has a limit
}

TEST_F(AmfSessions, refuses_transfers_for_strangers) {
  w.smf.transfer({.ue_context_id = "imsi-000000000000000", .pdu_session_id = 1, .n1_message = {1}});
  w.smf.transfer({.ue_context_id = ue.supi(), .pdu_session_id = 9, .n1_message = {1}});
  w.run();
  ASSERT_EQ(w.smf.answers.size(), 2u);
  for (auto& a : w.smf.answers) EXPECT_EQ(a.error().cause, sbi::cause::context_not_found);
}

TEST_F(AmfSessions, failed_context_setup_releases_the_ue) {
  w.idle(ue);
  w.initial(ue, w.service_request(ue));
  auto setup = w.expect<ngap::InitialContextSetupRequest>();
  ASSERT_TRUE(setup);
  ngap::InitialContextSetupFailure m;
  m.amf_ue_ngap_id = setup->amf_ue_ngap_id;
  m.ran_ue_ngap_id = ue.ran_id;
  m.cause.set_radio_network() = ngap::CauseRadioNetwork::unspecified;
  w.n2(1, m, 3);
  w.released(ue);
  EXPECT_TRUE(w.status(ue).registered);
  EXPECT_FALSE(w.status(ue).connected);
}

TEST_F(AmfSessions, a_gnb_that_never_completes_a_release_leaves_nothing_behind) {
  ngap::UeContextReleaseRequest m;
  m.amf_ue_ngap_id = ue.amf_id;
  m.ran_ue_ngap_id = ue.ran_id;
  m.cause.set_radio_network() = ngap::CauseRadioNetwork::user_inactivity;
  w.n2(1, m, 3);
  w.run(std::chrono::seconds(11));
  EXPECT_EQ(w.amf.connection_count(), 0u);
  EXPECT_TRUE(w.status(ue).registered);
}

TEST_F(AmfSessions, unexpected_release_complete_is_an_error) {
  ngap::UeContextReleaseComplete m;
  m.amf_ue_ngap_id = ue.amf_id;
  m.ran_ue_ngap_id = ue.ran_id;
  w.n2(1, m, 3);
  EXPECT_TRUE(w.error());
  EXPECT_TRUE(w.status(ue).connected);
}

}  // namespace sen::amf::test
