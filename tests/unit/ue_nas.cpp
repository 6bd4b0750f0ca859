// UeNas against hand-scripted messages of the network (TS 24.501).
#include <gtest/gtest.h>

#include "ue/eap_aka_prime.h"
#include "ue_network.h"

namespace sen::ue {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using Event = UeEvent::Kind;

TEST(UeRegistration, sends_only_cleartext_elements_without_a_security_context) {
  UeProfile profile;
  profile.requested_slices = {{1, {}}};
  Network net(profile);
  ASSERT_TRUE(net.ue->start_registration());
  auto message = net.next();
  auto* request = message.get_if<nas::RegistrationRequest>();
  ASSERT_TRUE(request);
  EXPECT_TRUE(net.last.initial);
  EXPECT_EQ(request->ngksi.value, 7);
  auto* suci = std::get_if<nas::Suci>(&request->identity.value);
  ASSERT_TRUE(suci);
  EXPECT_EQ(suci->msin, "0000000001");
  EXPECT_TRUE(request->security_capability.has_value());
  EXPECT_FALSE(request->requested_nssai.has_value());
}

TEST(UeRegistration, completes_with_the_whole_request_in_security_mode_complete) {
  UeProfile profile;
  profile.requested_slices = {{1, 0xabcdef}};
  Network net(profile);
  ASSERT_TRUE(net.ue->start_registration());
  net.next();
  net.plain(net.challenge());
  auto answered = net.next();
  auto* response = answered.get_if<nas::AuthenticationResponse>();
  ASSERT_TRUE(response && response->response);
  EXPECT_EQ(response->response->bytes, Bytes(net.res_star.begin(), net.res_star.end()));
  net.send_security_command(net.security_command());
  auto completed = net.next();
  auto* complete = completed.get_if<nas::SecurityModeComplete>();
  ASSERT_TRUE(complete && complete->imeisv && complete->nas_container);
  EXPECT_EQ(net.last.pdu[1], 4);
  auto* inner = complete->nas_container->message.get_if<nas::RegistrationRequest>();
  ASSERT_TRUE(inner && inner->requested_nssai);
  EXPECT_EQ(inner->requested_nssai->slices[0].sd, 0xabcdefu);
  net.secure(net.accept());
  EXPECT_TRUE(net.next().get_if<nas::RegistrationComplete>());
  EXPECT_EQ(net.ue->state(), UeNas::State::registered);
  EXPECT_EQ(net.ue->guti(), Network::guti());
  EXPECT_EQ(net.ue->periodic_timer(), seconds(540));
  EXPECT_TRUE(net.saw(Event::registered));
  EXPECT_EQ(net.ue->k_gnb(), crypto::k_gnb(*net.k_amf, 0));
}

TEST(UeRegistration, by_guti_is_protected_with_the_kept_context_and_ciphers_the_container) {
  UeProfile profile;
  profile.requested_slices = {{1, {}}};
  Network net(profile);
  net.register_ue();
  ASSERT_TRUE(net.ue->deregister(false));
  ASSERT_TRUE(net.next().get_if<nas::DeregistrationRequestUe>());
  net.secure(nas::DeregistrationAcceptUe{});
  EXPECT_EQ(net.latest().kind, Event::deregistered);
  net.release_connection();
  ASSERT_TRUE(net.ue->start_registration());
  uint32_t count = net.ue->security()->send_count() - 1;
  auto message = net.next();
  auto* request = message.get_if<nas::RegistrationRequest>();
  ASSERT_TRUE(request && request->nas_container);
  EXPECT_EQ(net.last.pdu[1], 1);
  EXPECT_EQ(net.last.establishment.s_tmsi, Network::guti().s_tmsi());
  EXPECT_EQ(std::get<Guti>(request->identity.value), Network::guti());
  Bytes container = request->nas_container->bytes;
  ASSERT_FALSE(container.empty());
  crypto::cipher_key(*net.k_amf, crypto::AlgorithmKeyType::nas_enc, crypto::CipherAlgorithm::nea2)
      .apply(count, 1, crypto::Direction::uplink, container);
  auto full = nas::decode(container);
  ASSERT_TRUE(full && full->get_if<nas::RegistrationRequest>());
  EXPECT_TRUE(full->get_if<nas::RegistrationRequest>()->requested_nssai.has_value());
  net.secure(net.accept(0xc0000002));
  EXPECT_TRUE(net.next().get_if<nas::RegistrationComplete>());
  EXPECT_EQ(net.ue->guti()->tmsi, 0xc0000002u);
}

TEST(UeRegistration, periodic_follows_t3512_in_idle) {
  Network net;
  net.register_ue();
  net.release_connection();
  net.executor.run_for(seconds(541));
  auto message = net.next();
  auto* request = message.get_if<nas::RegistrationRequest>();
  ASSERT_TRUE(request);
  EXPECT_EQ(request->type.kind, nas::RegistrationKind::periodic_updating);
  nas::RegistrationAccept accept;
  net.secure(accept);
  EXPECT_TRUE(net.sent.empty());  // nothing to complete
  EXPECT_EQ(net.ue->state(), UeNas::State::registered);
}

TEST(UeRegistration, mobility_follows_a_cell_outside_the_area) {
  Network net;
  net.register_ue();
  net.release_connection();
  net.ue->camped_on({Network::plmn, 1});
  EXPECT_TRUE(net.sent.empty());
  net.ue->camped_on({Network::plmn, 2});
  auto message = net.next();
  ASSERT_TRUE(message.get_if<nas::RegistrationRequest>());
  EXPECT_EQ(message.get_if<nas::RegistrationRequest>()->type.kind, nas::RegistrationKind::mobility_updating);
}

TEST(UeRegistration, tries_again_after_t3511_and_after_five_attempts_waits_t3502) {
  Network net;
  ASSERT_TRUE(net.ue->start_registration());
  for (int attempt = 1; attempt <= 5; ++attempt) {
    ASSERT_EQ(net.sent.size(), 1u) << attempt;
    net.next();
    net.executor.run_for(seconds(15));
    EXPECT_EQ(net.ue->state(), UeNas::State::deregistered);
    net.executor.run_for(seconds(10));
  }
  EXPECT_TRUE(net.sent.empty());
  net.executor.run_for(minutes(12));
  EXPECT_EQ(net.sent.size(), 1u);
}

TEST(UeRegistration, backs_off_for_t3346_under_congestion) {
  Network net;
  ASSERT_TRUE(net.ue->start_registration());
  net.next();
  nas::RegistrationReject reject;
  reject.cause = nas::MmCause::congestion;
  reject.t3346 = nas::GprsTimer2(nas::GprsTimer::from_seconds(120));
  net.plain(reject);
  net.release_connection();
  EXPECT_TRUE(net.saw(Event::registration_failed));
  net.executor.run_for(seconds(119));
  EXPECT_TRUE(net.sent.empty());
  net.executor.run_for(seconds(2));
  EXPECT_EQ(net.sent.size(), 1u);
}

TEST(UeRegistration, illegal_ue_ends_without_a_retry_and_reports_the_cause) {
  Network net;
  ASSERT_TRUE(net.ue->start_registration());
  net.next();
  nas::RegistrationReject reject;
  reject.cause = nas::MmCause::illegal_ue;
  net.plain(reject);
  ASSERT_EQ(net.latest().kind, Event::registration_failed);
  EXPECT_EQ(net.latest().mm_cause, 3);
  net.release_connection();
  net.executor.run_for(minutes(60));
  EXPECT_TRUE(net.sent.empty());
}

TEST(UeRegistration, an_identity_that_the_network_lost_leads_to_suci) {
  Network net;
  net.register_ue();
  net.release_connection();
  ASSERT_TRUE(net.ue->start_registration(nas::RegistrationKind::mobility_updating));
  net.next();
  nas::RegistrationReject reject;
  reject.cause = nas::MmCause::ue_identity_cannot_be_derived;
  net.plain(reject);
  net.release_connection();
  net.context.reset();
  auto message = net.next();
  ASSERT_TRUE(message.get_if<nas::RegistrationRequest>());
  EXPECT_TRUE(std::get_if<nas::Suci>(&message.get_if<nas::RegistrationRequest>()->identity.value));
}

TEST(UeRegistration, answers_an_identity_request_before_security_with_suci_only) {
  Network net;
  ASSERT_TRUE(net.ue->start_registration());
  net.next();
  nas::IdentityRequest request;
  request.identity_type.type = nas::IdentityType::imeisv;
  net.plain(request);
  EXPECT_TRUE(net.sent.empty());
  request.identity_type.type = nas::IdentityType::suci;
  net.plain(request);
  auto message = net.next();
  ASSERT_TRUE(message.get_if<nas::IdentityResponse>());
  EXPECT_EQ(message.get_if<nas::IdentityResponse>()->identity.type(), nas::IdentityType::suci);
}

TEST(UeAuthentication, wrong_mac_fails_with_cause_20) {
  Network net;
  ASSERT_TRUE(net.ue->start_registration());
  net.next();
  auto request = net.challenge();
  request.autn->bytes[15] ^= 1;
  net.plain(request);
  auto message = net.next();
  ASSERT_TRUE(message.get_if<nas::AuthenticationFailure>());
  EXPECT_EQ(message.get_if<nas::AuthenticationFailure>()->cause, nas::MmCause::mac_failure);
}

TEST(UeAuthentication, three_failures_in_a_row_end_the_connection) {
  Network net;
  ASSERT_TRUE(net.ue->start_registration());
  for (int i = 0; i < 3; ++i) {
    auto request = net.challenge();
    request.autn->bytes[15] ^= 1;
    net.plain(request);
  }
  EXPECT_FALSE(net.ue->connected());
  EXPECT_TRUE(net.saw(Event::registration_failed));
}

TEST(UeAuthentication, stale_sqn_gives_auts_that_the_home_network_verifies) {
  Network net;
  net.sqn = crypto::SqnGenerator(1000);
  ASSERT_TRUE(net.ue->start_registration());
  net.next();
  net.plain(net.challenge());
  net.next();
  net.sqn = crypto::SqnGenerator(1000);  // the same number again, with another RAND
  net.plain(net.challenge());
  auto message = net.next();
  auto* failure = message.get_if<nas::AuthenticationFailure>();
  ASSERT_TRUE(failure && failure->auts);
  EXPECT_EQ(failure->cause, nas::MmCause::synch_failure);
  auto sqn_ms = crypto::verify_auts(Network::functions, net.rand, failure->auts->bytes);
  ASSERT_TRUE(sqn_ms);
  net.sqn.resynchronise(*sqn_ms);
  net.plain(net.challenge());
  EXPECT_TRUE(net.next().get_if<nas::AuthenticationResponse>());
}

TEST(UeAuthentication, a_vector_without_the_separation_bit_is_refused) {
  Network net;
  ASSERT_TRUE(net.ue->start_registration());
  net.next();
  net.plain(net.challenge(0, {0, 0}));
  auto message = net.next();
  ASSERT_TRUE(message.get_if<nas::AuthenticationFailure>());
  EXPECT_EQ(message.get_if<nas::AuthenticationFailure>()->cause, nas::MmCause::non_5g_authentication_unacceptable);
}

TEST(UeAuthentication, a_repeated_request_gets_the_same_answer) {
  Network net;
  ASSERT_TRUE(net.ue->start_registration());
  net.next();
  auto request = net.challenge();
  net.plain(request);
  Bytes first = net.sent.front().pdu;
  net.plain(request);
  ASSERT_EQ(net.sent.size(), 2u);
  EXPECT_EQ(net.sent.back().pdu, first);
}

TEST(UeAuthentication, an_identifier_in_use_is_refused_with_cause_71) {
  Network net;
  net.register_ue();
  net.secure(net.challenge(0));
  auto message = net.next();
  ASSERT_TRUE(message.get_if<nas::AuthenticationFailure>());
  EXPECT_EQ(message.get_if<nas::AuthenticationFailure>()->cause, nas::MmCause::ngksi_already_in_use);
}

TEST(UeAuthentication, reject_makes_the_usim_useless) {
  Network net;
  ASSERT_TRUE(net.ue->start_registration());
  net.next();
  net.plain(nas::AuthenticationReject{});
  EXPECT_EQ(net.ue->state(), UeNas::State::deregistered);
  EXPECT_EQ(net.latest().kind, Event::registration_failed);
  net.executor.run_for(minutes(60));
  EXPECT_TRUE(net.sent.empty());
}

TEST(UeAuthentication, eap_aka_prime_is_answered_and_its_key_taken_into_use) {
  Network net;
  ASSERT_TRUE(net.ue->start_registration());
  net.next();
  std::string name = crypto::serving_network_name("999", "70");
  Octets<16> rand{1, 2, 3};
  auto vector = crypto::make_vector(Network::functions, rand, net.sqn.next());
  auto prime = crypto::ck_ik_prime(vector.response.ck, vector.response.ik, name, vector.sqn_xor_ak());
  auto keys = crypto::eap_aka_prime_keys(prime, "999700000000001");
  ByteWriter out;
  out.put(Bytes{1, 5, 0, 0, 50, 1, 0, 0, 1, 5, 0, 0});
  out.put(rand);
  out.put(Bytes{2, 5, 0, 0});
  out.put(vector.autn);
  out.put(Bytes{24, 1, 0, 1, 23, static_cast<uint8_t>(1 + (name.size() + 3) / 4), 0, static_cast<uint8_t>(name.size())});
  out.put(as_bytes(name));
  out.fill((4 - name.size() % 4) % 4, 0);
  out.put(Bytes{11, 5, 0, 0});
  size_t mac_at = out.size();
  out.fill(16, 0);
  out.set_u16(2, static_cast<uint16_t>(out.size()));
  Bytes packet = out.take();
  auto mac = crypto::eap_aka_prime_mac(keys.k_aut, packet, mac_at);
  std::copy(mac->begin(), mac->end(), packet.begin() + static_cast<ptrdiff_t>(mac_at));
  nas::AuthenticationRequest request;
  request.ngksi.value = 2;
  request.eap.emplace().bytes = packet;
  net.plain(request);
  auto message = net.next();
  auto* response = message.get_if<nas::AuthenticationResponse>();
  ASSERT_TRUE(response && response->eap);
  const Bytes& answer = response->eap->bytes;
  ASSERT_EQ(answer.size(), 8u + 12 + 20);
  EXPECT_TRUE(std::equal(answer.begin() + 12, answer.begin() + 20, vector.response.res().begin()));
  auto ours = crypto::eap_aka_prime_mac(keys.k_aut, answer, answer.size() - 16);
  EXPECT_TRUE(std::equal(ours->begin(), ours->end(), answer.end() - 16));
  net.k_amf = crypto::k_amf(crypto::k_seaf(keys.k_ausf(), name), "999700000000001", Bytes{0, 0});
  net.send_security_command(net.security_command(2));
  EXPECT_TRUE(net.next().get_if<nas::SecurityModeComplete>());
}

TEST(UeSecurityMode, altered_capabilities_are_refused_with_cause_23) {
  Network net;
  ASSERT_TRUE(net.ue->start_registration());
  net.next();
  net.plain(net.challenge());
  net.next();
  auto command = net.security_command();
  command.replayed_capability.ea = 0x80;
  net.send_security_command(command);
  auto message = nas::decode(net.sent.front().pdu);
  ASSERT_TRUE(message && message->get_if<nas::SecurityModeReject>());
  EXPECT_EQ(message->get_if<nas::SecurityModeReject>()->cause, nas::MmCause::ue_security_capabilities_mismatch);
}

TEST(UeSecurityMode, null_integrity_is_refused) {
  Network net;
  ASSERT_TRUE(net.ue->start_registration());
  net.next();
  net.plain(net.challenge());
  net.next();
  auto command = net.security_command();
  command.algorithms.integrity = nas::IntegrityAlgorithm::ia0;
  net.send_security_command(command);
  auto message = nas::decode(net.sent.front().pdu);
  ASSERT_TRUE(message && message->get_if<nas::SecurityModeReject>());
  EXPECT_FALSE(net.ue->secured());
}

TEST(UeSecurityMode, a_command_under_a_wrong_key_is_refused) {
  Network net;
  ASSERT_TRUE(net.ue->start_registration());
  net.next();
  net.plain(net.challenge());
  net.next();
  (*net.k_amf)[0] ^= 1;
  net.send_security_command(net.security_command());
  auto message = nas::decode(net.sent.front().pdu);
  ASSERT_TRUE(message && message->get_if<nas::SecurityModeReject>());
}

TEST(UeSecurity, plain_and_replayed_and_altered_messages_are_dropped_once_secured) {
  Network net;
  net.register_ue();
  uint32_t dropped = net.ue->dropped();
  net.plain(nas::AuthenticationReject{});
  Bytes pdu = net.context->protect(crypto::SecurityHeader::integrity_ciphered, *nas::encode(nas::ConfigurationUpdateCommand{}));
  net.ue->received(pdu);
  EXPECT_EQ(net.latest().kind, Event::configuration_updated);
  size_t events = net.events.size();
  net.ue->received(pdu);
  pdu = net.context->protect(crypto::SecurityHeader::integrity_ciphered, *nas::encode(nas::ConfigurationUpdateCommand{}));
  pdu.back() ^= 1;
  net.ue->received(pdu);
  EXPECT_EQ(net.ue->dropped(), dropped + 3);
  EXPECT_EQ(net.events.size(), events);
  EXPECT_EQ(net.ue->state(), UeNas::State::registered);
}

TEST(UeConfigurationUpdate, takes_a_new_guti_and_acknowledges) {
  Network net;
  net.register_ue();
  nas::ConfigurationUpdateCommand command;
  command.indication = nas::ConfigurationUpdateIndication{false, true};
  command.guti = nas::MobileIdentity(Network::guti(77));
  net.secure(command);
  EXPECT_TRUE(net.next().get_if<nas::ConfigurationUpdateComplete>());
  EXPECT_EQ(net.ue->guti()->tmsi, 77u);
}

TEST(UeService, request_names_the_sessions_and_is_accepted) {
  Network net;
  net.register_ue();
  net.establish();
  net.release_connection();
  EXPECT_FALSE(net.ue->session(1)->user_plane);
  ASSERT_TRUE(net.ue->request_service(1 << 1));
  auto message = net.next();
  auto* request = message.get_if<nas::ServiceRequest>();
  ASSERT_TRUE(request && request->nas_container);
  EXPECT_EQ(request->type.kind, nas::ServiceKind::data);
  EXPECT_EQ(net.last.establishment.cause, EstablishmentCause::mo_data);
  nas::ServiceAccept accept;
  accept.session_status.emplace().set(1);
  accept.reactivation_result.emplace();
  net.secure(accept);
  EXPECT_EQ(net.latest().kind, Event::service_accepted);
  EXPECT_TRUE(net.ue->session(1)->user_plane);
}

TEST(UeService, paging_is_answered_with_mobile_terminated_access) {
  Network net;
  net.register_ue();
  net.release_connection();
  net.ue->paged();
  auto message = net.next();
  ASSERT_TRUE(message.get_if<nas::ServiceRequest>());
  EXPECT_EQ(message.get_if<nas::ServiceRequest>()->type.kind, nas::ServiceKind::mobile_terminated);
  EXPECT_EQ(net.last.establishment.cause, EstablishmentCause::mt_access);
}

TEST(UeService, a_session_that_the_network_lost_is_released_here) {
  Network net;
  net.register_ue();
  net.establish(1);
  net.establish(2);
  net.release_connection();
  ASSERT_TRUE(net.ue->request_service(0));
  net.next();
  nas::ServiceAccept accept;
  accept.session_status.emplace().set(2);
  net.secure(accept);
  EXPECT_FALSE(net.ue->session(1));
  EXPECT_TRUE(net.ue->session(2));
}

TEST(UeService, reject_9_leads_to_a_new_registration_by_suci) {
  Network net;
  net.register_ue();
  net.release_connection();
  ASSERT_TRUE(net.ue->request_service(0));
  net.next();
  nas::ServiceReject reject;
  reject.cause = nas::MmCause::ue_identity_cannot_be_derived;
  net.plain(reject);
  EXPECT_EQ(net.latest().kind, Event::service_failed);
  net.context.reset();
  net.release_connection();
  auto message = net.next();
  ASSERT_TRUE(message.get_if<nas::RegistrationRequest>());
  EXPECT_EQ(message.get_if<nas::RegistrationRequest>()->identity.type(), nas::IdentityType::suci);
}

TEST(UeDeregistration, is_repeated_on_t3521_and_given_up_after_five_expiries) {
  Network net;
  net.register_ue();
  ASSERT_TRUE(net.ue->deregister(false));
  net.executor.run_for(seconds(15 * 5 - 1));
  EXPECT_EQ(net.sent.size(), 5u);
  EXPECT_EQ(net.ue->state(), UeNas::State::deregistering);
  net.executor.run_for(seconds(2));
  EXPECT_EQ(net.ue->state(), UeNas::State::deregistered);
}

TEST(UeDeregistration, switch_off_waits_for_no_answer) {
  Network net;
  net.register_ue();
  net.establish();
  net.release_connection();
  ASSERT_TRUE(net.ue->deregister(true));
  auto message = net.next();
  ASSERT_TRUE(message.get_if<nas::DeregistrationRequestUe>());
  EXPECT_TRUE(message.get_if<nas::DeregistrationRequestUe>()->type.switch_off);
  EXPECT_TRUE(net.last.initial);
  EXPECT_EQ(net.ue->state(), UeNas::State::deregistered);
  EXPECT_TRUE(net.ue->sessions().empty());
}

TEST(UeDeregistration, by_the_network_with_reregistration_registers_again) {
  Network net;
  net.register_ue();
  nas::DeregistrationRequestNetwork request;
  request.type.reregistration = true;
  net.secure(request);
  EXPECT_TRUE(net.next().get_if<nas::DeregistrationAcceptNetwork>());
  EXPECT_EQ(net.latest().kind, Event::deregistered);
  net.release_connection();
  auto message = net.next();
  ASSERT_TRUE(message.get_if<nas::RegistrationRequest>());
}

TEST(UeSession, establishment_asks_for_addresses_and_learns_them) {
  Network net;
  net.register_ue();
  ASSERT_TRUE(net.ue->establish_session({.id = 5, .dnn = "internet", .slice = SNssai{1, {}}}));
  auto message = net.next();
  auto* transport = message.get_if<nas::UlNasTransport>();
  ASSERT_TRUE(transport && transport->dnn && transport->s_nssai && transport->request_type);
  EXPECT_EQ(transport->dnn->name, "internet");
  auto* request = transport->payload.sm.message.get_if<nas::PduSessionEstablishmentRequest>();
  ASSERT_TRUE(request && request->pco);
  EXPECT_TRUE(request->pco->find(nas::PcoOption::ipv4_mtu));
  net.transport(net.session_accept(5, request->pti));
  ASSERT_EQ(net.latest().kind, Event::session_established);
  const Session* session = net.ue->session(5);
  EXPECT_EQ(session->ipv4, (Octets<4>{10, 45, 0, 2}));
  EXPECT_EQ(session->mtu, 1400);
  EXPECT_EQ(session->default_qfi, 1);
  EXPECT_EQ(session->ambr_uplink_bps, 500'000'000u);
}

TEST(UeSession, reject_reports_the_5gsm_cause) {
  Network net;
  net.register_ue();
  ASSERT_TRUE(net.ue->establish_session({.id = 1}));
  nas::PduSessionEstablishmentReject reject;
  reject.pdu_session_id = 1;
  reject.pti = net.next_sm().session()->pti;
  reject.cause = nas::SmCause::missing_or_unknown_dnn;
  net.transport(reject);
  EXPECT_EQ(net.latest().kind, Event::session_failed);
  EXPECT_EQ(net.latest().sm_cause, 27);
  EXPECT_FALSE(net.ue->session(1));
}

TEST(UeSession, a_payload_that_was_not_forwarded_ends_the_establishment) {
  Network net;
  net.register_ue();
  ASSERT_TRUE(net.ue->establish_session({.id = 1, .dnn = "nowhere"}));
  nas::DlNasTransport transport;
  transport.payload.sm.message = net.next_sm();
  transport.pdu_session_id = 1;
  transport.cause = nas::MmCause::dnn_not_supported_or_not_subscribed;
  net.secure(transport);
  EXPECT_EQ(net.latest().kind, Event::session_failed);
  EXPECT_EQ(net.latest().mm_cause, 91);
}

TEST(UeSession, establishment_is_repeated_on_t3580_with_the_same_pti) {
  Network net;
  net.register_ue();
  ASSERT_TRUE(net.ue->establish_session({.id = 1}));
  uint8_t pti = net.next_sm().session()->pti;
  for (int i = 0; i < 4; ++i) {
    net.executor.run_for(seconds(16));
    EXPECT_EQ(net.next_sm().session()->pti, pti);
  }
  net.executor.run_for(seconds(16));
  EXPECT_TRUE(net.sent.empty());
  EXPECT_EQ(net.latest().kind, Event::session_failed);
}

TEST(UeSession, release_by_the_ue_ends_with_complete) {
  Network net;
  net.register_ue();
  net.establish();
  ASSERT_TRUE(net.ue->release_session(1));
  auto request = net.next_sm();
  ASSERT_TRUE(request.get_if<nas::PduSessionReleaseRequest>());
  nas::PduSessionReleaseCommand command;
  command.pdu_session_id = 1;
  command.pti = request.session()->pti;
  command.cause = nas::SmCause::regular_deactivation;
  net.transport(command);
  EXPECT_TRUE(net.next_sm().get_if<nas::PduSessionReleaseComplete>());
  EXPECT_EQ(net.latest().kind, Event::session_released);
  EXPECT_FALSE(net.ue->session(1));
}

TEST(UeSession, modification_by_the_network_is_completed) {
  Network net;
  net.register_ue();
  net.establish();
  nas::PduSessionModificationCommand command;
  command.pdu_session_id = 1;
  command.ambr = nas::SessionAmbr::from_bps(7'000'000, 3'000'000);
  net.transport(command);
  EXPECT_TRUE(net.next_sm().get_if<nas::PduSessionModificationComplete>());
  EXPECT_EQ(net.ue->session(1)->ambr_downlink_bps, 7'000'000u);
}

TEST(UeSession, modification_by_the_ue_ends_with_the_command) {
  Network net;
  net.register_ue();
  net.establish();
  ASSERT_TRUE(net.ue->modify_session(1, {}));
  auto request = net.next_sm();
  ASSERT_TRUE(request.get_if<nas::PduSessionModificationRequest>());
  nas::PduSessionModificationCommand command;
  command.pdu_session_id = 1;
  command.pti = request.session()->pti;
  net.transport(command);
  EXPECT_EQ(net.latest().kind, Event::session_modified);
  net.executor.run_for(seconds(100));
  EXPECT_TRUE(net.ue->session(1));
}

TEST(UeSession, messages_for_unknown_sessions_and_transactions_get_5gsm_status) {
  Network net;
  net.register_ue();
  net.establish();
  nas::PduSessionReleaseCommand command;
  command.pdu_session_id = 9;
  command.cause = nas::SmCause::regular_deactivation;
  net.transport(command);
  auto status = net.next_sm();
  ASSERT_TRUE(status.get_if<nas::SmStatus>());
  EXPECT_EQ(status.get_if<nas::SmStatus>()->cause, nas::SmCause::invalid_pdu_session_identity);
  command.pdu_session_id = 1;
  command.pti = 99;
  net.transport(command);
  status = net.next_sm();
  ASSERT_TRUE(status.get_if<nas::SmStatus>());
  EXPECT_EQ(status.get_if<nas::SmStatus>()->cause, nas::SmCause::pti_mismatch);
  EXPECT_TRUE(net.ue->session(1));
}

TEST(UeSession, orders_in_the_wrong_state_are_refused) {
  Network net;
  EXPECT_FALSE(net.ue->establish_session({.id = 1}));
  EXPECT_FALSE(net.ue->deregister(false));
  EXPECT_FALSE(net.ue->request_service(0));
  net.register_ue();
  EXPECT_FALSE(net.ue->start_registration());
  EXPECT_FALSE(net.ue->establish_session({.id = 0}));
  EXPECT_FALSE(net.ue->release_session(1));
  net.establish();
  EXPECT_FALSE(net.ue->establish_session({.id = 1}));
}

TEST(Usim, conceals_with_profiles_a_and_b) {
  crypto::RandomSource random(3);
  auto usim = Usim::create(Network::plmn, "999700000000001", Network::functions);
  ASSERT_TRUE(usim);
  for (auto scheme : {crypto::SuciScheme::profile_a, crypto::SuciScheme::profile_b}) {
    auto key = crypto::HomeNetworkKey::generate(scheme, random);
    ASSERT_TRUE(key);
    auto suci = usim->suci({scheme, 5, key->public_key(), "12"}, random);
    ASSERT_TRUE(suci);
    EXPECT_EQ(suci->key_id, 5);
    Bytes output = suci->public_key;
    output.insert(output.end(), suci->ciphertext.begin(), suci->ciphertext.end());
    output.insert(output.end(), suci->mac.begin(), suci->mac.end());
    auto input = key->deconceal(output);
    ASSERT_TRUE(input);
    EXPECT_EQ(crypto::msin_from_bcd(*input).value_or(""), "0000000001");
  }
  EXPECT_FALSE(Usim::create(Network::plmn, "001010000000001", Network::functions));
}

TEST(UeNasSize, an_idle_ue_stays_small) {
  EXPECT_LE(sizeof(UeNas), 1536u);
  EXPECT_LE(sizeof(Session), 320u);
}

}  // namespace
}  // namespace sen::ue
