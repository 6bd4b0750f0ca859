// What the operator's policy adds to registration: strict bidding-down, renewal of the security context, slices, local networks and service
// areas, and changes of the subscription while the UE is registered.
#include "tests/unit/amf_world.h"

namespace sen::amf::test {

static void change(World& w, const TestUe& ue, const std::function<void(udm::Subscriber&)>& edit) {
  auto subscriber = **w.store.find(ue.imsi);
  edit(subscriber);
  ASSERT_TRUE(w.store.update(subscriber).has_value());
  w.udm_.subscriber_changed(ue.imsi);
  w.run(std::chrono::milliseconds(20));
}

// After the last message of a registration, nothing waits to be looked at.
static void registered(World& w, TestUe& ue) {
  w.gnb();
  w.register_ue(ue);
  w.secure(ue, nas::ConfigurationUpdateComplete{});
  w.sent.clear();
}

TEST(AmfPolicy, strict_bidding_down_refuses_a_ue_that_does_not_repeat_its_request) {
  for (bool strict : {false, true}) {
    AmfConfig config;
    config.strict_bidding_down = strict;
    World w(config);
    TestUe ue;
    w.gnb();
    w.start(ue, ue.request());
    auto challenge = w.nas<nas::AuthenticationRequest>(ue);
    ASSERT_TRUE(challenge);
    w.answer_challenge(ue, *challenge);
    ASSERT_TRUE(w.security_mode_command(ue));
    w.uplink(ue, ue.security.protect(crypto::SecurityHeader::integrity_ciphered_new_context, plain(nas::SecurityModeComplete{})));
    if (strict) {
      EXPECT_EQ(w.rejected<nas::RegistrationReject>(ue), MmCause::ue_security_capabilities_mismatch);
    } else {
      EXPECT_TRUE(w.accept(ue));
    }
  }
}

TEST(AmfPolicy, renews_the_security_context_before_its_counts_end) {
  AmfConfig config;
  config.renewal_count = 6;
  World w(config);
  TestUe ue;
  registered(w, ue);
  auto old_key = ue.k_amf;
  for (int i = 0; i < 6 && !w.saw<ngap::DownlinkNasTransport>(); ++i) w.secure(ue, nas::MmStatus{});
  auto challenge = w.nas<nas::AuthenticationRequest>(ue);
  ASSERT_TRUE(challenge);
  EXPECT_NE(challenge->ngksi.value, ue.security.ngksi());
  Octets<16> autn;
  std::copy(challenge->autn->bytes.begin(), challenge->autn->bytes.end(), autn.begin());
  // The answer goes under the old context, as the UE still has it.
  auto checked = crypto::check_autn(ue.aka, challenge->rand->bytes, autn);
  ASSERT_TRUE(checked.has_value());
  Octets<6> sqn_xor_ak;
  std::copy(autn.begin(), autn.begin() + 6, sqn_xor_ak.begin());
  std::string snn = crypto::serving_network_name("999", "70");
  auto& r = checked->response;
  auto res_star = crypto::res_star(r.ck, r.ik, snn, challenge->rand->bytes, r.res());
  ue.k_amf = crypto::k_amf(crypto::k_seaf(crypto::k_ausf(r.ck, r.ik, snn, sqn_xor_ak), snn), ue.imsi, Bytes{0, 0});
  nas::AuthenticationResponse response;
  response.response = nas::AuthenticationResponseParameter{Bytes(res_star.begin(), res_star.end())};
  w.secure(ue, response);
  ASSERT_TRUE(w.security_mode_command(ue));
  w.uplink(ue, ue.security.protect(crypto::SecurityHeader::integrity_ciphered_new_context, plain(nas::SecurityModeComplete{})));
  auto keys = w.expect<ngap::UeContextModificationRequest>();
  ASSERT_TRUE(keys && keys->security_key);
  auto expected = crypto::k_gnb(ue.k_amf, 0);
  EXPECT_EQ(keys->security_key->bytes(), Bytes(expected.begin(), expected.end()));
  EXPECT_NE(old_key, ue.k_amf);
  EXPECT_TRUE(w.status(ue).registered && w.status(ue).connected);
  w.establish(ue);  // under the new context
}

// A registered UE whose counts make the AMF authenticate it anew; the challenge waits to be looked at.
struct Renewal {
  Renewal() : w(config()) {
    registered(w, ue);
    for (int i = 0; i < 6 && !w.saw<ngap::DownlinkNasTransport>(); ++i) w.secure(ue, nas::MmStatus{});
  }
  static AmfConfig config() {
    AmfConfig config;
    config.renewal_count = 4;
    return config;
  }
  void answer_wrongly() {
    ASSERT_TRUE(w.nas<nas::AuthenticationRequest>(ue));
    nas::AuthenticationResponse response;
    response.response = nas::AuthenticationResponseParameter{Bytes(16, 0x5a)};
    w.secure(ue, response);
  }
  void identify(nas::MobileIdentity identity) {
    auto request = w.nas<nas::IdentityRequest>(ue);
    ASSERT_TRUE(request);
    EXPECT_EQ(request->identity_type.type, nas::IdentityType::suci);
    nas::IdentityResponse response;
    response.identity = std::move(identity);
    w.secure(ue, response);
  }
  World w;
  TestUe ue;
};

TEST(AmfPolicy, a_wrong_res_star_at_renewal_asks_who_it_is_and_rejects_the_second_one) {
  Renewal r;
  r.answer_wrongly();
  EXPECT_TRUE(r.w.status(r.ue).registered);
  r.identify(r.ue.suci());
  r.answer_wrongly();
  EXPECT_TRUE(r.w.nas<nas::AuthenticationReject>(r.ue));
  r.w.released(r.ue);
  EXPECT_EQ(r.w.amf.ue_count(), 0u);
}

TEST(AmfPolicy, a_ue_that_says_who_it_is_at_renewal_may_try_again) {
  Renewal r;
  ASSERT_TRUE(r.w.nas<nas::AuthenticationRequest>(r.ue));
  nas::AuthenticationFailure failure;
  failure.cause = MmCause::mac_failure;
  r.w.secure(r.ue, failure);
  r.identify(r.ue.suci());
  EXPECT_TRUE(r.w.nas<nas::AuthenticationRequest>(r.ue));
  EXPECT_TRUE(r.w.status(r.ue).registered);
}

TEST(AmfPolicy, another_identity_than_a_suci_at_renewal_is_rejected) {
  Renewal r;
  r.answer_wrongly();
  r.identify(nas::MobileIdentity{*r.ue.guti});
  EXPECT_TRUE(r.w.nas<nas::AuthenticationReject>(r.ue));
  r.w.released(r.ue);
  EXPECT_EQ(r.w.amf.ue_count(), 0u);
}

TEST(AmfPolicy, an_identity_that_does_not_come_at_renewal_ends_the_connection) {
  Renewal r;
  r.answer_wrongly();
  r.w.run(std::chrono::seconds(40));
  r.w.released(r.ue);
  EXPECT_FALSE(r.w.status(r.ue).connected);
}

TEST(AmfPolicy, renewal_that_the_ue_does_not_answer_releases_the_connection) {
  AmfConfig config;
  config.renewal_count = 4;
  World w(config);
  TestUe ue;
  registered(w, ue);
  for (int i = 0; i < 6 && !w.saw<ngap::DownlinkNasTransport>(); ++i) w.secure(ue, nas::MmStatus{});
  w.run(std::chrono::seconds(40));
  w.released(ue);
  EXPECT_FALSE(w.status(ue).connected);
}

TEST(AmfPolicy, tells_configured_slices_to_a_ue_that_asks_for_none) {
  World w;
  TestUe ue;
  w.gnb();
  w.start(ue, ue.request());
  auto accept = w.authenticate(ue);
  ASSERT_TRUE(accept && accept->configured_nssai);
  EXPECT_EQ(accept->configured_nssai->slices.at(0).sst, 1);
  EXPECT_FALSE(accept->ladn || accept->service_area);
}

TEST(AmfPolicy, tells_local_networks_and_the_service_area_and_keeps_to_it) {
  AmfConfig config;
  config.tais[0].tacs = {1, 2};
  config.ladns = {{"internet", {2, 9}}, {"elsewhere", {2}}};
  config.service_area = {true, {2}};
  World w(config);
  TestUe ue;
  w.gnb();
  w.start(ue, ue.request());
  auto accept = w.authenticate(ue);
  ASSERT_TRUE(accept && accept->ladn && accept->service_area);
  ASSERT_EQ(accept->ladn->ladns.size(), 1u);
  EXPECT_TRUE(accept->ladn->ladns[0].area.contains({Plmn(999, 70, 2), 2}));
  EXPECT_FALSE(accept->ladn->ladns[0].area.contains({Plmn(999, 70, 2), 9}));
  EXPECT_TRUE(accept->service_area->lists.at(0).not_allowed);
  EXPECT_EQ(accept->service_area->lists[0].tais.at(0).tac, 2u);
  w.secure(ue, nas::RegistrationComplete{});
  w.idle(ue);
  w.initial(ue, w.service_request(ue), 2);
  EXPECT_EQ(w.rejected<nas::ServiceReject>(ue), MmCause::restricted_service_area);
  ++ue.ran_id;
  w.initial(ue, w.service_request(ue), 1);
  EXPECT_TRUE(w.expect<ngap::InitialContextSetupRequest>());
}

TEST(AmfPolicy, suspend_and_resume_get_their_failure_messages) {
  World w;
  TestUe ue;
  registered(w, ue);
  ngap::UeContextSuspendRequest suspend;
  suspend.amf_ue_ngap_id = ue.amf_id;
  suspend.ran_ue_ngap_id = ue.ran_id;
  w.n2(1, suspend, ue.stream);
  EXPECT_TRUE(w.expect<ngap::UeContextSuspendFailure>());
  ngap::UeContextResumeRequest resume;
  resume.amf_ue_ngap_id = ue.amf_id;
  resume.ran_ue_ngap_id = ue.ran_id;
  w.n2(1, resume, ue.stream);
  EXPECT_TRUE(w.expect<ngap::UeContextResumeFailure>());
}

TEST(AmfSubscription, changed_ambr_reaches_the_gnb) {
  World w;
  TestUe ue;
  registered(w, ue);
  change(w, ue, [](udm::Subscriber& s) { s.ambr.downlink.bps = 7'000'000; });
  auto m = w.expect<ngap::UeContextModificationRequest>();
  ASSERT_TRUE(m && m->ue_aggregate_maximum_bit_rate);
  EXPECT_EQ(m->ue_aggregate_maximum_bit_rate->ue_aggregate_maximum_bit_rate_dl, 7'000'000);
}

TEST(AmfSubscription, changed_slices_reach_the_ue_at_once_or_with_its_next_service_request) {
  AmfConfig config;
  config.plmn_support[0].slices.push_back({SNssai{.sst = 2}, ""});
  for (bool idle : {false, true}) {
    World w(config);
    TestUe ue;
    w.amf.n2_up(1, "127.0.0.1:1");
    auto setup = w.setup_request();
    setup.supported_ta_list[0].broadcast_plmn_list[0].tai_slice_support_list.emplace_back().s_nssai.sst = {2};
    w.n2(1, setup);
    w.register_ue(ue);
    w.sent.clear();
    if (idle) w.idle(ue);
    change(w, ue, [](udm::Subscriber& s) { s.slices[0].s_nssai.sst = 2; });
    if (idle) {
      EXPECT_FALSE(w.saw<ngap::DownlinkNasTransport>());
      w.initial(ue, w.service_request(ue));
      auto accepted = w.expect<ngap::InitialContextSetupRequest>();
      ASSERT_TRUE(accepted && accepted->nas_pdu);
      EXPECT_EQ(accepted->allowed_nssai.at(0).s_nssai.sst[0], 2);
      ue.amf_id = accepted->amf_ue_ngap_id;
      ASSERT_TRUE(w.open(ue, *accepted->nas_pdu));
    }
    auto update = w.nas<nas::ConfigurationUpdateCommand>(ue);
    ASSERT_TRUE(update && update->allowed_nssai && update->configured_nssai);
    EXPECT_EQ(update->allowed_nssai->slices.at(0).sst, 2);
    EXPECT_TRUE(update->indication->acknowledgement);
  }
}

TEST(AmfSubscription, ue_without_a_slice_left_and_a_removed_one_are_deregistered) {
  for (bool remove : {false, true}) {
    World w;
    TestUe ue;
    registered(w, ue);
    if (remove) {
      ASSERT_TRUE(w.store.remove(ue.imsi).has_value());
      w.udm_.subscriber_changed(ue.imsi);
      w.run(std::chrono::milliseconds(20));
    } else {
      change(w, ue, [](udm::Subscriber& s) { s.slices[0].s_nssai.sst = 9; });
    }
    ASSERT_TRUE(w.nas<nas::DeregistrationRequestNetwork>(ue));
    w.secure(ue, nas::DeregistrationAcceptNetwork{});
    w.released(ue);
    EXPECT_FALSE(w.status(ue).registered);
  }
}

}  // namespace sen::amf::test
