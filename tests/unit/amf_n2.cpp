// NGAP interface management, UE identities, malformed input.
#include "tests/unit/amf_world.h"

namespace sen::amf::test {

TEST(AmfN2, answers_ng_setup_with_its_guami_and_slices) {
  World w;
  w.amf.n2_up(1, "gnb");
  w.n2(1, World::setup_request());
  auto m = w.expect<ngap::NgSetupResponse>();
  ASSERT_TRUE(m);
  EXPECT_EQ(w.last_stream, 0);
  EXPECT_EQ(m->amf_name, "sen5g-amf");
  EXPECT_EQ(m->served_guami_list.at(0).guami.amf_region_id.value, 2u);
  EXPECT_EQ(m->plmn_support_list.at(0).slice_support_list.at(0).s_nssai.sst[0], 1);
  ASSERT_EQ(w.amf.gnbs().size(), 1u);
  EXPECT_TRUE(w.amf.gnbs()[0].ready);
}

TEST(AmfN2, refuses_a_gnb_of_another_plmn_tac_or_slice) {
  World w;
  w.amf.n2_up(1, "gnb");
  w.n2(1, World::setup_request(1, Plmn(1, 1, 2)));
  auto plmn = w.expect<ngap::NgSetupFailure>();
  ASSERT_TRUE(plmn && plmn->cause.misc());
  EXPECT_EQ(*plmn->cause.misc(), ngap::CauseMisc::unknown_plmn_or_snpn);
  EXPECT_TRUE(plmn->time_to_wait);
  w.n2(1, World::setup_request(1, Plmn(999, 70, 2), 9));
  EXPECT_TRUE(w.expect<ngap::NgSetupFailure>());
  w.n2(1, World::setup_request(1, Plmn(999, 70, 2), 1, 7));
  auto slice = w.expect<ngap::NgSetupFailure>();
  ASSERT_TRUE(slice && slice->cause.radio_network());
  EXPECT_EQ(*slice->cause.radio_network(), ngap::CauseRadioNetwork::slice_not_supported);
  EXPECT_FALSE(w.amf.gnbs()[0].ready);
}

TEST(AmfN2, refuses_everything_before_ng_setup) {
  World w;
  TestUe ue;
  w.amf.n2_up(1, "gnb");
  w.start(ue, ue.request());
  auto cause = w.error();
  ASSERT_TRUE(cause && cause->protocol());
  EXPECT_EQ(*cause->protocol(), ngap::CauseProtocol::message_not_compatible_with_receiver_state);
  EXPECT_EQ(w.amf.ue_count(), 0u);
}

TEST(AmfN2, updates_the_ran_configuration_only_when_it_still_fits) {
  World w;
  w.gnb();
  ngap::RanConfigurationUpdate m;
  m.ran_node_name = "renamed";
  w.n2(1, m);
  EXPECT_TRUE(w.expect<ngap::RanConfigurationUpdateAcknowledge>());
  EXPECT_EQ(w.amf.gnbs()[0].name, "renamed");
  m.supported_ta_list = World::setup_request(1, Plmn(1, 1, 2)).supported_ta_list;
  m.ran_node_name = "other";
  w.n2(1, m);
  EXPECT_TRUE(w.expect<ngap::RanConfigurationUpdateFailure>());
  EXPECT_EQ(w.amf.gnbs()[0].name, "renamed");
}

TEST(AmfN2, tells_gnbs_of_its_new_capacity) {
  World w;
  w.gnb();
  w.amf.amf_configuration_update(10);
  auto m = w.expect<ngap::AmfConfigurationUpdate>();
  ASSERT_TRUE(m);
  EXPECT_EQ(m->relative_amf_capacity, 10);
  w.n2(1, ngap::AmfConfigurationUpdateAcknowledge{});
  EXPECT_TRUE(w.sent.empty());
}

TEST(AmfN2, full_reset_releases_every_ue_of_the_gnb) {
  World w;
  w.gnb();
  TestUe ue;
  w.register_ue(ue);
  w.establish(ue);
  ngap::NgReset m;
  m.cause.set_misc() = ngap::CauseMisc::om_intervention;
  m.reset_type.set_ng_interface() = ngap::ResetAll::reset_all;
  w.n2(1, m);
  EXPECT_TRUE(w.expect<ngap::NgResetAcknowledge>());
  EXPECT_EQ(w.amf.connection_count(), 0u);
  EXPECT_TRUE(w.status(ue).registered);
  EXPECT_TRUE(w.status(ue).active_sessions.empty());
  EXPECT_EQ(w.smf.updated.back().up_cnx_state, sbi::UpCnxState::deactivated);
}

TEST(AmfN2, partial_reset_names_all_connections_back_and_releases_those_it_knows) {
  World w;
  w.gnb();
  TestUe ue, other("999700000000002");
  other.ran_id = 200;
  w.register_ue(ue);
  w.register_ue(other);
  ngap::NgReset m;
  m.cause.set_misc() = ngap::CauseMisc::om_intervention;
  auto& list = m.reset_type.set_part_of_ng_interface();
  list.emplace_back().ran_ue_ngap_id = ue.ran_id;
  list.emplace_back().amf_ue_ngap_id = 4711;
  w.n2(1, m);
  auto answer = w.expect<ngap::NgResetAcknowledge>();
  ASSERT_TRUE(answer && answer->ue_associated_logical_ng_connection_list);
  EXPECT_EQ(answer->ue_associated_logical_ng_connection_list->size(), 2u);
  EXPECT_FALSE(w.status(ue).connected);
  EXPECT_TRUE(w.status(other).connected);
}

TEST(AmfN2, operators_reset_releases_ues) {
  World w;
  w.gnb();
  TestUe ue;
  w.register_ue(ue);
  EXPECT_TRUE(w.amf.reset(1));
  EXPECT_TRUE(w.expect<ngap::NgReset>());
  EXPECT_FALSE(w.status(ue).connected);
  EXPECT_FALSE(w.amf.reset(77));
}

TEST(AmfN2, lost_association_leaves_its_ues_idle_and_registered) {
  World w;
  w.gnb();
  TestUe ue;
  w.register_ue(ue);
  w.amf.n2_down(1, "abort");
  EXPECT_EQ(w.amf.gnb_count(), 0u);
  EXPECT_EQ(w.amf.connection_count(), 0u);
  EXPECT_TRUE(w.status(ue).registered);
  w.amf.n2_received(1, 0, Bytes{0, 21});
}

TEST(AmfN2, open_close_loop_leaves_nothing_behind) {
  World w;
  for (uint32_t i = 0; i < 1000; ++i) {
    w.amf.n2_up(i, "gnb");
    w.amf.n2_down(i, "closed");
  }
  EXPECT_EQ(w.amf.gnb_count(), 0u);
}

TEST(AmfN2, identities_of_another_ue_or_of_none_change_nothing) {
  World w;
  w.gnb();
  w.gnb(2, 2);
  TestUe ue, other("999700000000002");
  other.ran_id = 200;
  w.register_ue(ue);
  w.register_ue(other);
  auto attempt = [&](uint32_t association, uint64_t amf_id, uint32_t ran_id) {
    ngap::UeContextReleaseRequest m;
    m.amf_ue_ngap_id = amf_id;
    m.ran_ue_ngap_id = ran_id;
    m.cause.set_radio_network() = ngap::CauseRadioNetwork::user_inactivity;
    w.n2(association, m, 1);
    auto cause = w.error();
    return cause && cause->radio_network() ? *cause->radio_network() : ngap::CauseRadioNetwork::unspecified;
  };
  EXPECT_EQ(attempt(1, ue.amf_id, other.ran_id), ngap::CauseRadioNetwork::inconsistent_remote_ue_ngap_id);
  EXPECT_EQ(attempt(1, 4711, ue.ran_id), ngap::CauseRadioNetwork::unknown_local_ue_ngap_id);
  EXPECT_EQ(attempt(1, 0xffffffffff, ue.ran_id), ngap::CauseRadioNetwork::unknown_local_ue_ngap_id);
  EXPECT_EQ(attempt(2, ue.amf_id, ue.ran_id), ngap::CauseRadioNetwork::unknown_local_ue_ngap_id);
  EXPECT_TRUE(w.status(ue).connected);
  EXPECT_TRUE(w.status(other).connected);
}

TEST(AmfN2, answers_undecodable_octets_with_error_indication) {
  World w;
  w.gnb();
  for (const char* hex : {"00", "0015", "ffffffff", "001500", "200f00", "0015000400000100"}) {
    w.sent.clear();
    w.amf.n2_received(1, 0, *from_hex(hex));
    EXPECT_EQ(w.sent.size(), 1u) << hex;
  }
  EXPECT_EQ(w.amf.gnb_count(), 1u);
}

TEST(AmfN2, outcome_that_a_procedure_does_not_have_gets_an_error_indication) {
  World w;
  w.gnb();
  w.amf.n2_received(1, 0, *from_hex("200f0003000000"));  // successful outcome of Initial UE Message
  EXPECT_TRUE(w.error());
  w.amf.n2_received(1, 0, *from_hex("401500030000 00"));  // unsuccessful outcome of NG Setup towards the AMF
  EXPECT_TRUE(w.error());
  ngap::NgSetupResponse response;
  response.amf_name = "x";
  response.served_guami_list.emplace_back();
  response.plmn_support_list.emplace_back().slice_support_list.emplace_back();
  w.n2(1, response);
  EXPECT_TRUE(w.error());
}

TEST(AmfN2, missing_mandatory_ie_is_reported_with_criticality_diagnostics) {
  World w;
  w.gnb();
  w.amf.n2_received(1, 0, *from_hex("00140003000000"));  // NG Reset without cause and type
  auto m = w.expect<ngap::ErrorIndication>();
  ASSERT_TRUE(m && m->criticality_diagnostics);
  EXPECT_EQ(m->criticality_diagnostics->procedure_code, 20);
  w.amf.n2_received(1, 0, *from_hex("00150003000000"));  // NG Setup Request without anything
  EXPECT_TRUE(w.expect<ngap::NgSetupFailure>());
  w.amf.n2_received(1, 0, *from_hex("00124003000000"));  // Location Report without anything
  EXPECT_TRUE(w.error());
}

TEST(AmfN2, never_answers_an_error_indication_with_one) {
  World w;
  w.gnb();
  w.amf.n2_received(1, 0, *from_hex("000940020000"));
  ngap::ErrorIndication m;
  m.cause.emplace().set_misc() = ngap::CauseMisc::unspecified;
  w.n2(1, m);
  EXPECT_TRUE(w.sent.empty());
}

TEST(AmfN2, unsupported_procedures_get_an_error_indication) {
  World w;
  w.gnb();
  unsigned answered = 0;
  for (auto id : ngap::messages()) {
    Random random(3);
    auto pdu = ngap::random_message(id.procedure_code, id.outcome, random);
    auto bytes = ngap::encode(pdu);
    if (!bytes) continue;
    w.sent.clear();
    w.amf.n2_received(1, 1, *bytes);
    w.run();
    answered += w.sent.empty() ? 0 : 1;
  }
  EXPECT_GT(answered, 40u);
  EXPECT_EQ(w.amf.gnb_count(), 1u);
}

TEST(AmfN2, overload_tells_gnbs_and_turns_registrations_away) {
  AmfConfig config;
  config.overload.start = 1;
  config.overload.stop = 1;
  World w(config);
  w.gnb();
  TestUe a, b("999700000000002"), c("999700000000002");
  b.ran_id = 200;
  c.ran_id = 300;
  w.start(a, a.request());
  w.start(b, b.request());
  EXPECT_TRUE(w.expect<ngap::OverloadStart>());
  EXPECT_TRUE(w.amf.overloaded());
  w.sent.clear();
  w.start(c, c.request());
  auto reject = w.nas<nas::RegistrationReject>(c);
  ASSERT_TRUE(reject);
  EXPECT_EQ(reject->cause, MmCause::congestion);
  EXPECT_TRUE(reject->t3346);
  w.released(c);
  w.run(std::chrono::seconds(60));  // nobody answers: the procedures end
  EXPECT_TRUE(w.saw<ngap::OverloadStop>());
  EXPECT_FALSE(w.amf.overloaded());
}

TEST(AmfN2, error_indication_of_an_unknown_connection_releases_it) {
  World w;
  w.gnb();
  TestUe ue;
  w.register_ue(ue);
  ngap::ErrorIndication m;
  m.amf_ue_ngap_id = ue.amf_id;
  m.ran_ue_ngap_id = ue.ran_id;
  m.cause.emplace().set_radio_network() = ngap::CauseRadioNetwork::unknown_local_ue_ngap_id;
  w.n2(1, m);
  EXPECT_FALSE(w.status(ue).connected);
  EXPECT_TRUE(w.status(ue).registered);
}

TEST(AmfConfig, reads_keys_as_open5gs_users_write_them_and_refuses_null_integrity) {
  auto node = config::parse_text(
      "name: test\nngap:\n  server:\n    - address: 10.0.0.1\nguami:\n  - plmn_id: {mcc: 001, mnc: 01}\n    amf_id: {region: 2, set: 3}\n"
      "tai:\n  - plmn_id: {mcc: 001, mnc: 01}\n    tac: [1, 7]\nplmn_support:\n  - plmn_id: {mcc: 001, mnc: 01}\n    s_nssai:\n      - sst: 1\n        sd: 00abcd\n"
      "security:\n  integrity_order: [NIA1]\n  ciphering_order: [NEA2, NEA0]\ntime:\n  t3512: {value: 600}\n",
      "t.yml");
  ASSERT_TRUE(node);
  AmfConfig c;
  auto problems = config::load(*node, c);
  ASSERT_TRUE(problems.empty()) << problems.front().describe();
  EXPECT_EQ(c.tais_text(), "001/01-000001, 001/01-000007");
  EXPECT_EQ(c.slices_text(Plmn(1, 1, 2)), "1-00abcd");
  EXPECT_EQ(c.guamis.at(0).set, 3);
  EXPECT_EQ(c.timers.t3512, 600u);
  EXPECT_EQ(c.integrity_order.size(), 1u);
  auto null = config::parse_text("security:\n  integrity_order: [NIA0, NIA2]\n", "t.yml");
  EXPECT_FALSE(config::load(*null, c).empty());
  EXPECT_GT(config::rows_of<AmfConfig>().size(), 20u);
}

}  // namespace sen::amf::test
