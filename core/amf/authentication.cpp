// 5G-AKA and EAP-AKA' from the SEAF's side (TS 33.501 6.1.3, TS 24.501 5.4.1).
#include "core/amf/detail/core.h"

namespace sen::amf {

using nas::MmCause;

void Core::begin_authentication(Ue& ue) {
  ue.authentication = std::make_unique<Authentication>();
  // Another than the one of the context that the UE may still have (TS 24.501 5.4.1.3.2).
  uint8_t used = ue.security_valid ? ue.security.ngksi() : ue.registration ? ue.registration->request.ngksi.value : 7;
  ue.authentication->ngksi = used >= 6 ? 0 : static_cast<uint8_t>(used + 1);
  on_authentication(ue, AuthenticationEvent::start);
}

void Core::on_authentication(Ue& ue, AuthenticationEvent event) {
  if (!ue.authentication) return;
  Authentication& a = *ue.authentication;
  switch (event) {
    case AuthenticationEvent::start:
      a.state = AuthenticationState::fetching;
      return ask_ausf(ue, std::nullopt);
    case AuthenticationEvent::vector:
      a.state = AuthenticationState::challenged;
      return challenge(ue);
    case AuthenticationEvent::response: a.state = AuthenticationState::confirming; return;
    case AuthenticationEvent::failure: a.state = AuthenticationState::fetching; return;
    case AuthenticationEvent::identified: a.state = AuthenticationState::fetching; return ask_ausf(ue, std::nullopt);
    case AuthenticationEvent::confirmed:
      ue.authentication.reset();
      return ue.registration ? on_registration(ue, RegistrationEvent::authenticated) : on_security_mode(ue, SecurityModeEvent::start);
    case AuthenticationEvent::refused: return reject_authentication(ue, "wrong RES*");
    case AuthenticationEvent::no_answer: {
      ue.authentication.reset();
      metrics.cause("amf_authfail", 0).add();
      abort_procedures(ue);
      if (Connection* c = connection_of(ue)) release(*c, nas_cause(ngap::CauseNas::authentication_failure));
      return;
    }
  }
}

void Core::ask_ausf(Ue& ue, std::optional<sbi::ResynchronizationInfo> resynchronization) {
  Plmn plmn = ue.tai.plmn;
  sbi::AuthenticationInfo request;
  const std::string& suci = ue.registration ? ue.registration->suci : ue.authentication->suci;
  request.supi_or_suci = suci.empty() ? ue.supi : suci;
  request.serving_network_name = crypto::serving_network_name(plmn.mcc_text(), plmn.mnc_text());
  request.resynchronization_info = resynchronization;
  ask<sbi::NausfUeAuthenticate>(ue, std::move(request), [](Core& core, Ue& u, sbi::Reply<sbi::UeAuthenticationCtx> reply) {
    if (!u.authentication || u.authentication->state != AuthenticationState::fetching) return;
    if (!reply) {
      const auto& problem = reply.error();
      MmCause cause = MmCause::congestion;
      if (problem.cause == sbi::cause::user_not_found) cause = MmCause::services_not_allowed;
      if (problem.cause == sbi::cause::serving_network_not_authorized) cause = MmCause::serving_network_not_authorized;
      if (problem.cause == sbi::cause::authentication_rejected) return core.reject_authentication(u, "the AUSF refuses: " + problem.detail);
      if (problem.cause == sbi::cause::invalid_scheme_output || problem.cause == sbi::cause::invalid_hn_public_key_identifier ||
          problem.cause == sbi::cause::unsupported_protection_scheme || problem.status == 400) {
        cause = MmCause::ue_identity_cannot_be_derived;
      }
      core.metrics.cause("amf_authfail", static_cast<unsigned>(cause)).add();
      return core.give_up(u, cause, fmt::format("AUSF: {} {} {}", problem.status, problem.cause, problem.detail),
                                      cause == MmCause::congestion ? std::optional(core.config.overload.back_off_s) : std::nullopt);
    }
    Authentication& a = *u.authentication;
    a.context = std::move(reply->auth_ctx_id);
    a.eap = reply->auth_type == sbi::AuthType::eap_aka_prime;
    if (a.eap) {
      a.eap_message = std::move(reply->eap_payload);
    } else if (reply->av) {
      a.rand = reply->av->rand;
      a.autn = reply->av->autn;
      a.hxres_star = reply->av->hxres_star;
    } else {
      return core.give_up(u, MmCause::congestion, "the AUSF gave no authentication vector");
    }
    core.on_authentication(u, AuthenticationEvent::vector);
  });
}

void Core::challenge(Ue& ue) {
  Authentication& a = *ue.authentication;
  if (++a.challenges > limit::challenges) return reject_authentication(ue, fmt::format("{} challenges without success", limit::challenges));
  nas::AuthenticationRequest m;
  m.ngksi.value = a.ngksi;
  m.abba.bytes = {0, 0};
  if (a.eap) {
    m.eap = nas::EapMessage{a.eap_message};
  } else {
    m.rand = nas::Rand{a.rand};
    m.autn = nas::Autn{Bytes(a.autn.begin(), a.autn.end())};
  }
  auto plain = nas::encode(m);
  if (!plain) return give_up(ue, MmCause::protocol_error, plain.error().describe());
  metrics.auth_req.add();
  await(ue, Awaited::authentication, std::move(*plain), config.timers.t3560);
}

void Core::on_authentication_response(Ue& ue, const nas::AuthenticationResponse& m) {
  if (!ue.authentication || ue.awaited != Awaited::authentication) {
    metrics.nas_dropped.add();
    log_warning(Layer::amf, "{}: Authentication Response that nobody asked for", ue.name());
    return;
  }
  Authentication& a = *ue.authentication;
  answered(ue, Awaited::authentication);
  if (a.eap) {
    if (!m.eap) return reject_authentication(ue, "Authentication Response without EAP message");
    on_authentication(ue, AuthenticationEvent::response);
    return confirm_eap(ue, m.eap->bytes);
  }
  if (!m.response || m.response->bytes.size() != 16) {
    return reject_authentication(ue, fmt::format("RES* of {} octets, 16 are needed", m.response ? m.response->bytes.size() : 0));
  }
  Octets<16> res_star;
  std::memcpy(res_star.data(), m.response->bytes.data(), 16);
  on_authentication(ue, AuthenticationEvent::response);
  confirm(ue, res_star);
}

// A UE known by its 5G-GUTI whose answer is wrong says once who it is, before it is rejected: the 5G-GUTI may be another's (5.4.1.3.5, 5.4.1.3.7 c, d).
bool Core::identify_again(Ue& ue) {
  if (ue.registration) {
    if (!ue.registration->by_guti || ue.registration->asked_identity) return false;
    ue.registration->state = RegistrationState::identifying;
    ue.authentication.reset();
  } else {
    if (!ue.authentication->suci.empty()) return false;
    ue.authentication->state = AuthenticationState::identifying;
  }
  request_identity(ue, nas::IdentityType::suci);
  return true;
}

void Core::confirm(Ue& ue, const Octets<16>& res_star) {
  Authentication& a = *ue.authentication;
  bool right = crypto::equal_constant_time(crypto::hres_star(a.rand, res_star), a.hxres_star);
  sbi::ConfirmationData request{.auth_ctx_id = a.context, .res_star = res_star};
  if (!right) {  // the AUSF learns it all the same
    ask<sbi::NausfConfirm5gAka>(ue, std::move(request), [](Core&, Ue&, auto) {});
    if (identify_again(ue)) return;
    return on_authentication(ue, AuthenticationEvent::refused);
  }
  ask<sbi::NausfConfirm5gAka>(ue, std::move(request), [](Core& core, Ue& u, sbi::Reply<sbi::ConfirmationDataResponse> reply) {
    if (!u.authentication || u.authentication->state != AuthenticationState::confirming) return;
    if (!reply) {
      return core.give_up(u, MmCause::congestion, fmt::format("AUSF: {} {} {}", reply.error().status, reply.error().cause, reply.error().detail), core.config.overload.back_off_s);
    }
    if (reply->auth_result != sbi::AuthResult::success || !reply->kseaf) return core.on_authentication(u, AuthenticationEvent::refused);
    core.authenticated(u, reply->supi, *reply->kseaf);
  });
}

void Core::confirm_eap(Ue& ue, const Bytes& eap) {
  Authentication& a = *ue.authentication;
  if (++a.rounds > limit::eap_rounds) return reject_authentication(ue, fmt::format("{} EAP rounds without success", limit::eap_rounds));
  ask<sbi::NausfEapSession>(ue, {.auth_ctx_id = a.context, .eap_payload = eap}, [](Core& core, Ue& u, sbi::Reply<sbi::EapSession> reply) {
    if (!u.authentication || u.authentication->state != AuthenticationState::confirming) return;
    if (!reply) {
      return core.give_up(u, MmCause::congestion, fmt::format("AUSF: {} {} {}", reply.error().status, reply.error().cause, reply.error().detail), core.config.overload.back_off_s);
    }
    u.authentication->eap_message = std::move(reply->eap_payload);
    if (reply->auth_result == sbi::AuthResult::ongoing) return core.on_authentication(u, AuthenticationEvent::vector);
    if (reply->auth_result != sbi::AuthResult::success || !reply->kseaf) return core.reject_authentication(u, "EAP-AKA' failed");
    core.authenticated(u, reply->supi, *reply->kseaf);
  });
}

void Core::authenticated(Ue& ue, const std::string& supi, const crypto::Key256& kseaf) {
  if (!ue.supi.empty() && ue.supi != supi && ue.registered()) {  // the context's owner is another: leave it as it was
    return give_up(ue, MmCause::ue_identity_cannot_be_derived, "authenticated as " + supi);
  }
  ue.supi = supi;
  auto digits = imsi_from_supi(supi);
  auto k_amf = crypto::k_amf(kseaf, digits ? *digits : supi.substr(supi.find('-') + 1), Bytes{0, 0});
  crypto::IntegrityAlgorithm integrity{};
  crypto::CipherAlgorithm cipher{};
  bool found_integrity = false, found_cipher = false;
  for (auto candidate : config.integrity_order) {
    if (!found_integrity && ue.capability.supports_ia(static_cast<unsigned>(candidate))) integrity = candidate, found_integrity = true;
  }
  for (auto candidate : config.ciphering_order) {
    if (!found_cipher && ue.capability.supports_ea(static_cast<unsigned>(candidate))) cipher = candidate, found_cipher = true;
  }
  if (!found_integrity || !found_cipher || integrity == crypto::IntegrityAlgorithm::nia0) {
    return give_up(ue, MmCause::ue_security_capabilities_mismatch,
                               fmt::format("no common algorithm: UE EA {:08b} IA {:08b}, operator's order {} first", ue.capability.ea, ue.capability.ia,
                                           config.integrity_order.empty() ? "nothing" : crypto::to_string(config.integrity_order.front())));
  }
  ue.security_mode = std::make_unique<SecurityMode>();
  ue.security_mode->candidate = crypto::NasSecurity(k_amf, ue.authentication->ngksi, cipher, integrity, crypto::Direction::downlink);
  if (ue.authentication->eap) ue.security_mode->eap_success = std::move(ue.authentication->eap_message);
  on_authentication(ue, AuthenticationEvent::confirmed);
}

void Core::on_authentication_failure(Ue& ue, const nas::AuthenticationFailure& m) {
  if (!ue.authentication || ue.awaited != Awaited::authentication) {
    metrics.nas_dropped.add();
    log_warning(Layer::amf, "{}: Authentication Failure that nobody asked for", ue.name());
    return;
  }
  Authentication& a = *ue.authentication;
  answered(ue, Awaited::authentication);
  metrics.cause("amf_authfail", static_cast<unsigned>(m.cause)).add();
  log_info(Layer::amf, "{}: Authentication Failure, cause {}", ue.name(), static_cast<int>(m.cause));
  switch (m.cause) {
    case MmCause::synch_failure: {
      if (a.eap || !m.auts) return reject_authentication(ue, "synch failure without AUTS");
      if (++a.resynchronisations > limit::resynchronisations) return reject_authentication(ue, "synch failure after resynchronisation");
      on_authentication(ue, AuthenticationEvent::failure);
      return ask_ausf(ue, sbi::ResynchronizationInfo{a.rand, m.auts->bytes});
    }
    case MmCause::ngksi_already_in_use:
      a.ngksi = static_cast<uint8_t>((a.ngksi + 1) % 7);
      on_authentication(ue, AuthenticationEvent::failure);
      return ask_ausf(ue, std::nullopt);
    case MmCause::mac_failure:
    case MmCause::non_5g_authentication_unacceptable:
      if (identify_again(ue)) return;
      return reject_authentication(ue, m.cause == MmCause::mac_failure ? "the UE finds a wrong MAC in AUTN: its key is not the stored one"
                                                                       : "the UE finds AUTN's separation bit 0");
    default: return reject_authentication(ue, fmt::format("Authentication Failure with cause {}", static_cast<int>(m.cause)));
  }
}

void Core::reject_authentication(Ue& ue, const std::string& why) {
  log_warning(Layer::amf, "{}: Authentication rejected: {}", ue.registration && !ue.registration->suci.empty() ? ue.registration->suci : ue.name(), why);
  metrics.auth_reject.add();
  nas::AuthenticationReject m;
  if (ue.authentication && ue.authentication->eap && !ue.authentication->eap_message.empty() && ue.authentication->eap_message[0] == 4) {
    m.eap = nas::EapMessage{ue.authentication->eap_message};  // EAP-Failure
  }
  send_nas(ue, m);
  if (ue.registration) metrics.cause("rm_reginitfail", static_cast<unsigned>(MmCause::illegal_ue)).add();
  const bool renewal = !ue.registration && ue.registered();
  abort_procedures(ue);
  if (renewal) {  // the UE has forgotten its 5G-GUTI and keys (5.4.1.3.5)
    ue.security_valid = false;
    return finish_deregistration(ue, nas_cause(ngap::CauseNas::authentication_failure));
  }
  if (Connection* c = connection_of(ue)) return release(*c, nas_cause(ngap::CauseNas::authentication_failure));
  settle(ue);
}

}  // namespace sen::amf
