// Registration, authentication, security mode, deregistration: by the book and otherwise (TS 33.512 cases included).
#include "tests/unit/amf_world.h"

namespace sen::amf::test {

static Bytes octets(const crypto::Key256& key_octets) { return Bytes(key_octets.begin(), key_octets.end()); }

struct AmfNas : testing::Test {
  AmfNas() { w.gnb(); }
  World w;
  TestUe ue;
};

TEST_F(AmfNas, registers_a_ue_by_suci) {
  w.start(ue, ue.request());
  auto accept = w.authenticate(ue);
  ASSERT_TRUE(accept);
  EXPECT_TRUE(accept->tai_list && accept->allowed_nssai && accept->network_features && accept->t3512);
  EXPECT_EQ(accept->t3512->seconds(), 540u);
  EXPECT_EQ(w.last_setup.allowed_nssai.at(0).s_nssai.sst[0], 1);
  EXPECT_FALSE(w.last_setup.ue_aggregate_maximum_bit_rate);
  EXPECT_EQ(w.last_setup.security_key.bytes(), octets(crypto::k_gnb(ue.k_amf, 0)));
  w.secure(ue, nas::RegistrationComplete{});
  auto update = w.nas<nas::ConfigurationUpdateCommand>(ue);
  ASSERT_TRUE(update && update->full_name && update->time);
  EXPECT_EQ(update->full_name->text(), "Sen5G");
  auto status = w.status(ue);
  EXPECT_TRUE(status.registered && status.connected);
  EXPECT_EQ(status.guti, *ue.guti);
  EXPECT_EQ(w.amf.registered_count(), 1u);
}

TEST_F(AmfNas, sends_the_accept_by_nas_transport_without_context_request) {
  ue.initial = plain(ue.request());
  w.initial(ue, ue.initial, 1, false);
  auto challenge = w.nas<nas::AuthenticationRequest>(ue);
  ASSERT_TRUE(challenge);
  w.answer_challenge(ue, *challenge);
  ASSERT_TRUE(w.security_mode_command(ue));
  w.complete_security(ue);
  EXPECT_TRUE(w.nas<nas::RegistrationAccept>(ue));
}

TEST_F(AmfNas, registers_by_eap_aka_prime_when_the_subscription_says_so_up_to_the_challenge) {
  w.add("999700000000009", sbi::AuthType::eap_aka_prime);
  TestUe eap("999700000000009");
  w.start(eap, eap.request());
  auto m = w.nas<nas::AuthenticationRequest>(eap);
  ASSERT_TRUE(m && m->eap);
  EXPECT_FALSE(m->rand);
  w.uplink(eap, plain(nas::AuthenticationResponse{}));  // no EAP message
  EXPECT_TRUE(w.nas<nas::AuthenticationReject>(eap));
}

TEST_F(AmfNas, uses_the_operators_order_of_algorithms) {
  AmfConfig config;
  config.integrity_order = {crypto::IntegrityAlgorithm::nia0, crypto::IntegrityAlgorithm::nia1, crypto::IntegrityAlgorithm::nia2};
  config.ciphering_order = {crypto::CipherAlgorithm::nea3, crypto::CipherAlgorithm::nea2};
  World v(config);
  v.gnb();
  ue.capability.ea = 0xe0;  // no NEA3
  v.start(ue, ue.request());
  v.answer_challenge(ue, *v.nas<nas::AuthenticationRequest>(ue));
  auto command = v.security_mode_command(ue);
  ASSERT_TRUE(command);
  EXPECT_EQ(command->algorithms.integrity, nas::IntegrityAlgorithm::ia1);  // NIA0 is never chosen
  EXPECT_EQ(command->algorithms.ciphering, nas::CipheringAlgorithm::ea2);
  EXPECT_TRUE(command->imeisv_request && command->additional_security && command->additional_security->rinmr);
  v.complete_security(ue);
  EXPECT_TRUE(v.accept(ue));
}

TEST_F(AmfNas, rejects_unknown_subscriber_with_cause_7) {
  TestUe unknown("999700000000077");
  w.start(unknown, unknown.request());
  EXPECT_EQ(w.rejected<nas::RegistrationReject>(unknown), MmCause::services_not_allowed);
  EXPECT_EQ(w.amf.ue_count(), 0u);
  EXPECT_EQ(w.amf.connection_count(), 0u);
}

TEST_F(AmfNas, rejects_authentication_when_the_ue_reports_a_mac_failure) {
  w.start(ue, ue.request());
  ASSERT_TRUE(w.nas<nas::AuthenticationRequest>(ue));
  nas::AuthenticationFailure failure;
  failure.cause = MmCause::mac_failure;
  w.uplink(ue, plain(failure));
  EXPECT_TRUE(w.nas<nas::AuthenticationReject>(ue));
  w.released(ue);
  EXPECT_EQ(w.amf.ue_count(), 0u);
}

TEST_F(AmfNas, rejects_authentication_on_a_wrong_res_star) {
  w.start(ue, ue.request());
  ASSERT_TRUE(w.nas<nas::AuthenticationRequest>(ue));
  nas::AuthenticationResponse response;
  response.response = nas::AuthenticationResponseParameter{Bytes(16, 0x5a)};
  w.uplink(ue, plain(response));
  EXPECT_TRUE(w.nas<nas::AuthenticationReject>(ue));
  w.released(ue);
}

TEST_F(AmfNas, rejects_authentication_response_without_its_ie) {
  w.start(ue, ue.request());
  ASSERT_TRUE(w.nas<nas::AuthenticationRequest>(ue));
  w.uplink(ue, plain(nas::AuthenticationResponse{}));
  EXPECT_TRUE(w.nas<nas::AuthenticationReject>(ue));
}

TEST_F(AmfNas, resynchronises_after_a_synch_failure_and_gives_up_after_the_third) {
  w.start(ue, ue.request());
  auto challenge = w.nas<nas::AuthenticationRequest>(ue);
  ASSERT_TRUE(challenge);
  auto fail = [&] {
    nas::AuthenticationFailure failure;
    failure.cause = MmCause::synch_failure;
    failure.auts = nas::Auts{crypto::make_auts(ue.aka, challenge->rand->bytes, 1 << 20)};
    w.uplink(ue, plain(failure));
  };
  fail();
  challenge = w.nas<nas::AuthenticationRequest>(ue);
  ASSERT_TRUE(challenge);
  Octets<16> autn;
  std::copy(challenge->autn->bytes.begin(), challenge->autn->bytes.end(), autn.begin());
  EXPECT_GT(crypto::check_autn(ue.aka, challenge->rand->bytes, autn)->sqn, 1u << 20);
  fail();
  challenge = w.nas<nas::AuthenticationRequest>(ue);
  ASSERT_TRUE(challenge);
  fail();
  EXPECT_TRUE(w.nas<nas::AuthenticationReject>(ue));
}

TEST_F(AmfNas, a_resynchronised_ue_registers) {
  w.start(ue, ue.request());
  auto challenge = w.nas<nas::AuthenticationRequest>(ue);
  nas::AuthenticationFailure failure;
  failure.cause = MmCause::synch_failure;
  failure.auts = nas::Auts{crypto::make_auts(ue.aka, challenge->rand->bytes, 1 << 20)};
  w.uplink(ue, plain(failure));
  EXPECT_TRUE(w.authenticate(ue));
}

TEST_F(AmfNas, chooses_another_ngksi_when_the_ue_has_it_in_use) {
  w.start(ue, ue.request());
  auto first = w.nas<nas::AuthenticationRequest>(ue);
  nas::AuthenticationFailure failure;
  failure.cause = MmCause::ngksi_already_in_use;
  w.uplink(ue, plain(failure));
  auto second = w.nas<nas::AuthenticationRequest>(ue);
  ASSERT_TRUE(first && second);
  EXPECT_NE(first->ngksi.value, second->ngksi.value);
}

TEST_F(AmfNas, repeats_the_challenge_four_times_and_then_releases) {
  w.start(ue, ue.request());
  w.run(std::chrono::seconds(40));
  unsigned challenges = 0;
  for (auto& s : w.sent) challenges += s.pdu.get_if<ngap::DownlinkNasTransport>() ? 1 : 0;
  EXPECT_EQ(challenges, 5u);
  EXPECT_TRUE(w.saw<ngap::UeContextReleaseCommand>());
  w.released(ue);
  EXPECT_EQ(w.amf.ue_count(), 0u);
}

TEST_F(AmfNas, repeats_the_registration_accept_and_stays_registered_without_complete) {
  w.start(ue, ue.request());
  ASSERT_TRUE(w.authenticate(ue));
  w.run(std::chrono::seconds(7));
  EXPECT_TRUE(w.nas<nas::RegistrationAccept>(ue));
  w.run(std::chrono::seconds(40));
  EXPECT_TRUE(w.status(ue).registered);
}

TEST_F(AmfNas, releases_after_a_security_mode_reject) {
  w.start(ue, ue.request());
  w.answer_challenge(ue, *w.nas<nas::AuthenticationRequest>(ue));
  ASSERT_TRUE(w.security_mode_command(ue));
  nas::SecurityModeReject reject;
  reject.cause = MmCause::ue_security_capabilities_mismatch;
  w.uplink(ue, plain(reject));
  w.released(ue);
  EXPECT_FALSE(w.status(ue).registered);
}

TEST_F(AmfNas, refuses_bidding_down_of_the_security_capabilities) {
  w.start(ue, ue.request());
  auto full = ue.request();
  full.security_capability->ea = 0xfc;
  ue.initial = plain(full);  // the UE really had more than what arrived in the clear
  w.answer_challenge(ue, *w.nas<nas::AuthenticationRequest>(ue));
  ASSERT_TRUE(w.security_mode_command(ue));
  w.complete_security(ue);
  EXPECT_EQ(w.rejected<nas::RegistrationReject>(ue), MmCause::ue_security_capabilities_mismatch);
}

TEST_F(AmfNas, refuses_invalid_security_capabilities) {
  for (auto [ea, ia] : {std::pair<uint8_t, uint8_t>{0, 0xf0}, {0xf0, 0}, {0x80, 0x80}, {0xf0, 0x80}}) {
    ue.capability.ea = ea;
    ue.capability.ia = ia;
    w.start(ue, ue.request());
    EXPECT_EQ(w.rejected<nas::RegistrationReject>(ue), MmCause::ue_security_capabilities_mismatch);
  }
  auto request = ue.request();
  request.security_capability.reset();
  w.start(ue, request);
  EXPECT_EQ(w.rejected<nas::RegistrationReject>(ue), MmCause::invalid_mandatory_information);
  EXPECT_EQ(w.amf.ue_count(), 0u);
}

TEST_F(AmfNas, drops_a_wrong_mac_and_a_replay) {
  w.register_ue(ue);
  auto pdu = ue.security.protect(crypto::SecurityHeader::integrity_ciphered, plain(World::session_request()));
  auto wrong = pdu;
  wrong[3] ^= 1;
  w.uplink(ue, wrong);
  EXPECT_TRUE(w.smf.created.empty());
  w.uplink(ue, pdu);
  EXPECT_EQ(w.smf.created.size(), 1u);
  w.uplink(ue, pdu);
  EXPECT_EQ(w.smf.created.size(), 1u);
  w.uplink(ue, plain(World::session_request(2)));  // no protection at all
  EXPECT_EQ(w.smf.created.size(), 1u);
  EXPECT_TRUE(w.status(ue).registered);
}

TEST_F(AmfNas, drops_a_message_protected_with_null_integrity) {
  w.register_ue(ue);
  crypto::NasSecurity null(ue.k_amf, ue.security.ngksi(), crypto::CipherAlgorithm::nea0, crypto::IntegrityAlgorithm::nia0, crypto::Direction::uplink);
  w.uplink(ue, null.protect(crypto::SecurityHeader::integrity_ciphered, plain(World::session_request())));
  EXPECT_TRUE(w.smf.created.empty());
}

TEST_F(AmfNas, ignores_messages_out_of_state) {
  w.start(ue, ue.request());
  ASSERT_TRUE(w.nas<nas::AuthenticationRequest>(ue));
  for (const Bytes& pdu : {plain(nas::RegistrationComplete{}), plain(nas::SecurityModeComplete{}), plain(nas::IdentityResponse{}), plain(nas::ConfigurationUpdateComplete{}),
                           plain(World::session_request()), Bytes{0x7e}, Bytes{0x7e, 0}, Bytes{0x7e, 2, 0, 0, 0, 0}, Bytes{0x7e, 2, 0, 0, 0, 0, 0}, Bytes{0x2e, 1, 1, 0xc1}, Bytes{}}) {
    w.uplink(ue, pdu);
  }
  EXPECT_TRUE(w.smf.created.empty());
  EXPECT_EQ(w.amf.registered_count(), 0u);
  w.run(std::chrono::seconds(7));  // still waits for its answer
  EXPECT_TRUE(w.nas<nas::AuthenticationRequest>(ue));
}

TEST_F(AmfNas, answers_an_unasked_registration_complete_with_status) {
  w.register_ue(ue);
  w.secure(ue, nas::RegistrationComplete{});
  auto m = w.nas<nas::MmStatus>(ue);
  ASSERT_TRUE(m);
  EXPECT_EQ(m->cause, MmCause::message_type_not_compatible_with_state);
}

TEST_F(AmfNas, rejects_a_service_request_inside_security_mode_complete) {
  w.start(ue, ue.request());
  w.answer_challenge(ue, *w.nas<nas::AuthenticationRequest>(ue));
  ASSERT_TRUE(w.security_mode_command(ue));
  nas::ServiceRequest inner;
  inner.identity = STmsi{1, 0, 5};
  ue.initial = plain(inner);
  w.complete_security(ue);
  EXPECT_EQ(w.rejected<nas::RegistrationReject>(ue), MmCause::semantically_incorrect_message);
  EXPECT_EQ(w.amf.registered_count(), 0u);
}

TEST_F(AmfNas, survives_truncated_identities_and_reserved_types) {
  auto pdu = plain(ue.request());
  for (size_t n = 0; n < pdu.size(); ++n) {
    w.initial(ue, Bytes(pdu.begin(), pdu.begin() + static_cast<std::ptrdiff_t>(n)));
    ++ue.ran_id;
  }
  for (unsigned kind = 0; kind < 8; ++kind) {
    auto odd = pdu;
    odd[3] = static_cast<uint8_t>((odd[3] & 0xf8) | kind);
    w.initial(ue, odd);
    ++ue.ran_id;
  }
  w.run(std::chrono::seconds(120));
  EXPECT_EQ(w.amf.registered_count(), 0u);
  EXPECT_EQ(w.amf.connection_count(), 0u);
  EXPECT_EQ(w.amf.ue_count(), 0u);
}

TEST_F(AmfNas, refuses_emergency_registration_with_a_cause) {
  w.start(ue, ue.request(nas::RegistrationKind::emergency));
  EXPECT_EQ(w.rejected<nas::RegistrationReject>(ue), MmCause::pei_not_accepted);
}

TEST_F(AmfNas, refuses_a_ue_in_a_tracking_area_that_is_not_served) {
  w.initial(ue, plain(ue.request()), 9);
  EXPECT_EQ(w.rejected<nas::RegistrationReject>(ue), MmCause::no_suitable_cells_in_tracking_area);
}

TEST_F(AmfNas, refuses_slices_of_which_none_is_subscribed_and_rejects_single_ones) {
  auto request = ue.request();
  auto& wanted = request.requested_nssai.emplace();
  wanted.slices.emplace_back(SNssai{1, std::nullopt});
  wanted.slices.emplace_back(SNssai{9, std::nullopt});
  w.start(ue, request);
  auto accept = w.authenticate(ue);
  ASSERT_TRUE(accept);
  EXPECT_EQ(accept->allowed_nssai->slices.size(), 1u);
  ASSERT_TRUE(accept->rejected_nssai);
  EXPECT_EQ(accept->rejected_nssai->slices.at(0).slice.sst, 9);

  auto subscriber = udm::default_subscriber("999700000000005", *from_hex(key), *from_hex(opc));
  subscriber.security.sqn = 64;
  subscriber.slices.at(0).s_nssai.sst = 5;
  ASSERT_TRUE(w.store.add(subscriber));
  TestUe none("999700000000005");
  none.ran_id = 500;
  w.start(none, none.request());
  w.answer_challenge(none, *w.nas<nas::AuthenticationRequest>(none));
  w.security_mode_command(none);
  w.complete_security(none);
  EXPECT_EQ(w.rejected<nas::RegistrationReject>(none), MmCause::no_network_slices_available);
}

TEST_F(AmfNas, asks_for_the_suci_when_the_guti_is_unknown) {
  ue.guti = Guti{{Plmn(999, 70, 2), 2, 1, 0}, 0x12345678};
  auto request = ue.request();
  w.start(ue, request);
  auto identity = w.nas<nas::IdentityRequest>(ue);
  ASSERT_TRUE(identity);
  EXPECT_EQ(identity->identity_type.type, nas::IdentityType::suci);
  nas::IdentityResponse response;
  response.identity = ue.suci();
  w.uplink(ue, plain(response));
  EXPECT_TRUE(w.authenticate(ue));
}

TEST_F(AmfNas, an_identity_response_of_the_wrong_kind_is_cause_9) {
  ue.guti = Guti{{Plmn(999, 70, 2), 2, 1, 0}, 0x12345678};
  w.start(ue, ue.request());
  ASSERT_TRUE(w.nas<nas::IdentityRequest>(ue));
  nas::IdentityResponse response;
  response.identity = nas::Imeisv{"4370816125816151"};
  w.uplink(ue, plain(response));
  EXPECT_EQ(w.rejected<nas::RegistrationReject>(ue), MmCause::ue_identity_cannot_be_derived);
}

TEST_F(AmfNas, registers_by_guti_with_the_security_context_it_has_and_gives_a_new_guti) {
  w.register_ue(ue);
  nas::DeregistrationRequestUe bye;
  bye.identity = *ue.guti;
  w.secure(ue, bye);
  EXPECT_TRUE(w.nas<nas::DeregistrationAcceptUe>(ue));
  w.released(ue);
  EXPECT_FALSE(w.status(ue).registered);
  auto before = *ue.guti;
  ++ue.ran_id;
  w.initial(ue, ue.security.protect(crypto::SecurityHeader::integrity, plain(ue.request())));
  auto accept = w.accept(ue);
  ASSERT_TRUE(accept);
  EXPECT_NE(before.tmsi, ue.guti->tmsi);
  w.secure(ue, nas::RegistrationComplete{});
  EXPECT_TRUE(w.status(ue).registered);
  EXPECT_EQ(w.amf.ue_count(), 1u);
}

TEST_F(AmfNas, authenticates_a_guti_that_comes_unprotected_without_asking_for_the_suci) {
  w.register_ue(ue);
  nas::DeregistrationRequestUe bye;
  bye.identity = *ue.guti;
  w.secure(ue, bye);
  w.released(ue);
  w.sent.clear();
  ++ue.ran_id;
  auto request = ue.request();
  w.start(ue, request);
  auto challenge = w.nas<nas::AuthenticationRequest>(ue);
  ASSERT_TRUE(challenge);
  EXPECT_NE(challenge->ngksi.value, request.ngksi.value);
  w.answer_challenge(ue, *challenge);
  ASSERT_TRUE(w.security_mode_command(ue));
  w.complete_security(ue);
  EXPECT_TRUE(w.accept(ue));
  EXPECT_EQ(w.amf.ue_count(), 1u);
}

TEST_F(AmfNas, lets_a_connected_ue_that_lost_its_security_context_start_anew) {
  w.register_ue(ue);
  w.establish(ue);
  w.sent.clear();
  auto request = ue.request();
  w.uplink(ue, plain(request));
  EXPECT_TRUE(w.status(ue).registered);  // until the newcomer has authenticated
  auto challenge = w.nas<nas::AuthenticationRequest>(ue);
  ASSERT_TRUE(challenge);
  w.answer_challenge(ue, *challenge);
  ASSERT_TRUE(w.security_mode_command(ue));
  ue.initial = plain(request);
  w.complete_security(ue);
  auto accept = w.nas<nas::RegistrationAccept>(ue);
  ASSERT_TRUE(accept);
  w.secure(ue, nas::RegistrationComplete{});
  EXPECT_TRUE(w.status(ue).registered);
  EXPECT_EQ(w.amf.ue_count(), 1u);
}

TEST_F(AmfNas, drops_other_unprotected_messages_on_a_secured_connection) {
  w.register_ue(ue);
  w.sent.clear();
  w.uplink(ue, plain(nas::RegistrationComplete{}));
  nas::DeregistrationRequestUe bye;
  bye.identity = *ue.guti;
  w.uplink(ue, plain(bye));
  EXPECT_TRUE(w.sent.empty());
  EXPECT_TRUE(w.status(ue).registered);
}

TEST_F(AmfNas, periodic_and_mobility_updates_keep_sessions_and_release_the_connection) {
  w.register_ue(ue);
  w.establish(ue);
  w.idle(ue);
  for (auto kind : {nas::RegistrationKind::periodic_updating, nas::RegistrationKind::mobility_updating}) {
    auto request = ue.request(kind);
    request.session_status.emplace().set(1);
    w.initial(ue, ue.security.protect(crypto::SecurityHeader::integrity, plain(request)));
    auto accept = w.accept(ue);
    ASSERT_TRUE(accept && accept->session_status);
    EXPECT_TRUE(accept->session_status->has(1));
    w.secure(ue, nas::RegistrationComplete{});
    w.released(ue);
    ++ue.ran_id;
    EXPECT_EQ(w.status(ue).sessions.size(), 1u);
  }
  EXPECT_TRUE(w.smf.released.empty());
}

TEST_F(AmfNas, reads_the_complete_registration_request_in_a_ciphered_container) {
  AmfConfig config;
  config.ciphering_order = {crypto::CipherAlgorithm::nea2};
  World v(config);
  v.gnb();
  v.register_ue(ue);
  v.establish(ue);
  v.idle(ue);
  auto full = ue.request(nas::RegistrationKind::mobility_updating);
  full.uplink_data_status.emplace().set(1);
  Bytes inner = plain(full);
  crypto::cipher_key(ue.k_amf, crypto::AlgorithmKeyType::nas_enc, crypto::CipherAlgorithm::nea2).apply(ue.security.send_count(), 1, crypto::Direction::uplink, inner);
  auto clear = ue.request(nas::RegistrationKind::mobility_updating);
  clear.nas_container.emplace();
  clear.nas_container->bytes = inner;
  v.initial(ue, ue.security.protect(crypto::SecurityHeader::integrity, plain(clear)));
  auto accept = v.accept(ue);
  ASSERT_TRUE(accept && accept->reactivation_result);
  EXPECT_EQ(v.status(ue).active_sessions.size(), 1u);
}

TEST_F(AmfNas, a_forged_registration_leaves_the_registered_ue_alone) {
  w.register_ue(ue);
  w.establish(ue);
  TestUe forger = ue;
  forger.ran_id = 900;
  auto pdu = forger.security.protect(crypto::SecurityHeader::integrity, plain(forger.request()));
  pdu[2] ^= 0xff;
  w.initial(forger, pdu);
  ASSERT_TRUE(w.nas<nas::AuthenticationRequest>(forger));
  nas::AuthenticationResponse guess;
  guess.response = nas::AuthenticationResponseParameter{Bytes(16, 1)};
  w.uplink(forger, plain(guess));
  EXPECT_TRUE(w.nas<nas::IdentityRequest>(forger));
  nas::IdentityResponse response;
  response.identity = ue.suci();
  w.uplink(forger, plain(response));
  ASSERT_TRUE(w.nas<nas::AuthenticationRequest>(forger));
  w.uplink(forger, plain(guess));
  EXPECT_TRUE(w.nas<nas::AuthenticationReject>(forger));
  w.released(forger);
  auto status = w.status(ue);
  EXPECT_TRUE(status.registered && status.connected);
  EXPECT_EQ(status.sessions.size(), 1u);
}

TEST_F(AmfNas, a_second_registration_takes_the_place_of_the_first) {
  w.register_ue(ue);
  w.establish(ue);
  TestUe again;
  again.window = ue.window;
  again.ran_id = 300;
  w.start(again, again.request());
  ASSERT_TRUE(w.authenticate(again));
  EXPECT_EQ(w.amf.ue_count(), 1u);
  EXPECT_EQ(w.smf.released.size(), 1u);
  w.secure(again, nas::RegistrationComplete{});
  EXPECT_TRUE(w.status(again).registered);
}

TEST_F(AmfNas, switch_off_gets_no_answer_but_the_release) {
  w.register_ue(ue);
  w.establish(ue);
  nas::DeregistrationRequestUe bye;
  bye.type.switch_off = true;
  bye.identity = *ue.guti;
  w.secure(ue, bye);
  EXPECT_FALSE(w.saw<ngap::DownlinkNasTransport>());
  w.released(ue);
  EXPECT_EQ(w.smf.released.size(), 1u);
  EXPECT_EQ(w.amf.registered_count(), 0u);
}

TEST_F(AmfNas, deregisters_a_ue_for_the_network_and_gives_up_after_five_requests) {
  w.register_ue(ue);
  EXPECT_TRUE(w.amf.deregister_ue(ue.supi()));
  ASSERT_TRUE(w.nas<nas::DeregistrationRequestNetwork>(ue));
  w.secure(ue, nas::DeregistrationAcceptNetwork{});
  w.released(ue);
  EXPECT_EQ(w.amf.ue_count(), 0u);
  ue.guti.reset();
  ++ue.ran_id;
  w.register_ue(ue);
  EXPECT_TRUE(w.amf.deregister_ue(ue.supi()));
  w.run(std::chrono::seconds(40));
  w.released(ue);
  EXPECT_EQ(w.amf.ue_count(), 0u);
  EXPECT_FALSE(w.amf.deregister_ue(ue.supi()));
}

TEST_F(AmfNas, configuration_update_changes_the_guti_and_both_are_valid_until_complete) {
  w.register_ue(ue);
  EXPECT_TRUE(w.amf.configuration_update(ue.supi()));
  auto m = w.nas<nas::ConfigurationUpdateCommand>(ue);
  ASSERT_TRUE(m && m->guti && m->indication && m->indication->acknowledgement);
  EXPECT_NE(std::get<Guti>(m->guti->value).tmsi, ue.guti->tmsi);
  w.secure(ue, nas::ConfigurationUpdateComplete{});
  w.run(std::chrono::seconds(60));
  EXPECT_TRUE(w.sent.empty());
}

TEST_F(AmfNas, forgets_a_ue_that_stays_silent) {
  w.register_ue(ue);
  w.establish(ue);
  w.idle(ue);
  w.run(std::chrono::seconds(540 + 241));
  EXPECT_EQ(w.amf.ue_count(), 0u);
  EXPECT_EQ(w.smf.released.size(), 1u);
}

TEST_F(AmfNas, survives_every_nas_message_in_every_state) {
  Random random(11);
  for (int round = 0; round < 3; ++round) {
    for (const auto* table : nas::all_tables()) {
      auto bytes = nas::encode(nas::invent(*table, random));
      if (!bytes) continue;
      TestUe fresh;
      fresh.ran_id = ue.ran_id = ue.ran_id + 1;
      w.sent.clear();
      if (round == 0) {
        w.initial(fresh, *bytes);
      } else {
        ue.guti.reset();
        ue.window = {};
        w.run(std::chrono::seconds(1000));
        w.sent.clear();
        w.register_ue(ue);
        w.uplink(ue, round == 1 ? *bytes : ue.security.protect(crypto::SecurityHeader::integrity_ciphered, *bytes));
      }
    }
  }
  EXPECT_EQ(w.amf.gnb_count(), 1u);
}

}  // namespace sen::amf::test
