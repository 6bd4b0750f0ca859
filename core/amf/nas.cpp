// 5GMM messages: security on arrival (TS 24.501 4.4.4.3), dispatch, sending and retransmission (10.2).
#include "codec/nas/security.h"
#include "core/amf/detail/core.h"

namespace sen::amf {

void Core::tap(bool uplink, ByteView plain) {
  if (ports.nas_tap) ports.nas_tap(uplink, plain);
}

namespace {

// The identity in a message that may be read before its integrity is known.
const nas::MobileIdentity* identity_of(const nas::Message& message) {
  if (auto* m = message.get_if<nas::RegistrationRequest>()) return &m->identity;
  if (auto* m = message.get_if<nas::ServiceRequest>()) return &m->identity;
  if (auto* m = message.get_if<nas::DeregistrationRequestUe>()) return &m->identity;
  return nullptr;
}

std::optional<STmsi> tmsi_of(const nas::MobileIdentity& identity) {
  if (auto* guti = std::get_if<Guti>(&identity.value)) return guti->s_tmsi();
  if (auto* tmsi = std::get_if<STmsi>(&identity.value)) return *tmsi;
  return std::nullopt;
}

Bytes raw(const nas::Nested& nested) {
  if (!nested.message) return nested.bytes;
  auto encoded = nas::encode(nested.message);
  return encoded ? *encoded : Bytes();
}

// The complete message inside an initial one (4.4.6): its NAS message container, ciphered under the COUNT of the message that carries it.
std::optional<nas::Message> complete_message(const crypto::NasSecurity& security, const nas::Opt<nas::NasContainer>& container, nas::MessageType type) {
  if (!container) return std::nullopt;
  Bytes inner = raw(*container);
  crypto::cipher_key(security.k_amf(), crypto::AlgorithmKeyType::nas_enc, security.cipher())
      .apply(security.received_count(), static_cast<uint8_t>(crypto::AccessType::three_gpp), crypto::Direction::uplink, inner);
  auto message = nas::decode(inner);
  if (!message || message->type() != type) return std::nullopt;
  return std::move(*message);
}

}  // namespace

void Core::on_initial_nas(Connection& c, ByteView pdu, std::optional<STmsi> tmsi) {
  auto drop = [&](const std::string& why) {
    metrics.nas_dropped.add();
    log_warning(Layer::amf, "initial NAS message dropped: {}", why);
    refuse_connection(c, nas_cause(ngap::CauseNas::unspecified));
  };
  auto header = nas::parse_header(pdu);
  if (!header) return drop(header.error().describe());
  if (pdu.size() > limit::nas_octets || header->epd != nas::epd_5gmm) return drop("not a 5GMM message");
  bool ciphered = header->security == nas::SecurityHeaderType::integrity_protected_and_ciphered;
  if (header->is_protected() && !ciphered && header->security != nas::SecurityHeaderType::integrity_protected) return drop("a security header for a new context");
  ByteView plain = header->is_protected() ? pdu.subspan(crypto::NasSecurity::header_octets) : pdu;
  auto message = nas::decode(plain);
  if (!ciphered && message && identity_of(*message)) {
    if (auto own = tmsi_of(*identity_of(*message))) tmsi = own;
  }
  Ue* known = tmsi ? find_tmsi(*tmsi) : nullptr;
  bool verified = false;
  Bytes clear;
  if (known && known->security_valid && header->is_protected()) {
    auto opened = known->security.unprotect(pdu);
    if (opened) {
      verified = true;
      clear = std::move(*opened);
      if (ciphered) message = nas::decode(clear);
    } else {
      metrics.nas_integrity_failures.add();
      log_warning(Layer::amf, "{}: initial NAS message fails the integrity check: {}", known->name(), opened.error().describe());
    }
  }
  if (!message) {
    if (message.error().type == nas::MessageType::registration_request) {
      return reject_registration(c, message.error().cause ? static_cast<nas::MmCause>(message.error().cause) : nas::MmCause::invalid_mandatory_information, message.error().describe());
    }
    if (message.error().type == nas::MessageType::service_request) return reject_service(c, nullptr, nas::MmCause::invalid_mandatory_information, message.error().describe());
    if (ciphered && !verified) return reject_service(c, nullptr, nas::MmCause::ue_identity_cannot_be_derived, "a ciphered message and no security context for it");
    return drop(message.error().describe());
  }
  tap(true, plain);
  if (auto* request = message->get_if<nas::RegistrationRequest>()) {
    if (verified) {
      if (auto inner = complete_message(known->security, request->nas_container, message->type())) *request = std::move(*inner->get_if<nas::RegistrationRequest>());
    }
    return on_registration_request(c, known, *request, verified);
  }
  if (auto* request = message->get_if<nas::ServiceRequest>()) {
    if (verified) {
      if (auto inner = complete_message(known->security, request->nas_container, message->type())) *request = std::move(*inner->get_if<nas::ServiceRequest>());
    }
    return on_service_request(c, known, *request, verified);
  }
  if (auto* request = message->get_if<nas::DeregistrationRequestUe>(); request && verified) {
    link(*known, c);
    c.secured = true;
    return on_deregistration_request(c, *known, *request);
  }
  if (message->type() == nas::MessageType::control_plane_service_request) {
    return reject_service(c, nullptr, nas::MmCause::message_type_not_implemented, "control plane service request is not supported");
  }
  drop(fmt::format("{} {} as a first message", verified ? "verified" : "unverified", message->name()));
}

void Core::on_uplink_nas(Connection& c, ByteView pdu) {
  Ue* ue = ue_of(c);
  auto drop = [&](const std::string& why) {
    metrics.nas_dropped.add();
    log_warning(Layer::amf, "{}: NAS message dropped: {}", ue ? ue->name() : "no UE", why);
  };
  if (!ue || ue->connection != c.id || c.state == Connection::State::releasing) return drop("no NAS signalling connection");
  auto header = nas::parse_header(pdu);
  if (!header) return drop(header.error().describe());
  if (pdu.size() > limit::nas_octets || header->epd != nas::epd_5gmm) return drop("not a 5GMM message");
  Bytes opened;
  ByteView plain = pdu;
  bool verified = false;
  if (header->is_protected()) {
    bool fresh = header->security == nas::SecurityHeaderType::integrity_protected_and_ciphered_new_context;
    if (header->security == nas::SecurityHeaderType::integrity_protected_new_context) return drop("security header type 3 uplink");
    if (fresh && !ue->security_mode) return drop("a message under a new security context that was not commanded");
    crypto::NasSecurity* security = fresh ? &ue->security_mode->candidate : ue->security_valid ? &ue->security : nullptr;
    auto clear = security ? security->unprotect(pdu) : Result<Bytes>(fail(Fault::denied, "", "no security context"));
    if (clear) {
      opened = std::move(*clear);
      plain = opened;
      verified = true;
    } else {
      metrics.nas_integrity_failures.add();
      log_warning(Layer::amf, "{}: NAS message fails the integrity check: {}", ue->name(), clear.error().describe());
      plain = pdu.subspan(crypto::NasSecurity::header_octets);
    }
    auto message = nas::decode(plain);
    if (verified && fresh && (!message || message->type() != nas::MessageType::security_mode_complete)) return drop("not a Security Mode Complete under the new context");
    if (verified && !fresh && message && message->type() == nas::MessageType::security_mode_complete) return drop("Security Mode Complete under the old context");
  }
  auto message = nas::decode(plain);
  if (!message) {
    if (verified && message.error().cause != 0) send_status(*ue, static_cast<nas::MmCause>(message.error().cause));
    return drop(message.error().describe());
  }
  // 4.4.4.3: what may be processed without integrity protection before NAS signalling is secured; afterwards only a Registration Request, by
  // which a UE that lost its context starts anew: it is worked on apart from the registered UE until it has authenticated.
  auto type = message->type();
  bool tolerated = type == nas::MessageType::registration_request ||
                   (!c.secured && (type == nas::MessageType::identity_response || type == nas::MessageType::authentication_response ||
                                   type == nas::MessageType::authentication_failure || type == nas::MessageType::security_mode_reject ||
                                   type == nas::MessageType::deregistration_accept_network));
  if (!verified && !tolerated) return drop(fmt::format("{} without valid integrity protection", message->name()));
  tap(true, plain);
  UeId id = ue->id;
  on_nas_message(c, *ue, *message, plain, verified);
  if (Ue* still = find(id)) renew_if_needed(*still);
}

void Core::on_nas_message(Connection& c, Ue& ue, nas::Message& message, ByteView, bool verified) {
  if (auto* m = message.get_if<nas::UlNasTransport>()) return on_ul_nas_transport(c, ue, *m);
  if (auto* m = message.get_if<nas::AuthenticationResponse>()) return on_authentication_response(ue, *m);
  if (auto* m = message.get_if<nas::AuthenticationFailure>()) return on_authentication_failure(ue, *m);
  if (auto* m = message.get_if<nas::SecurityModeComplete>()) return on_security_mode_complete(ue, *m);
  if (message.get_if<nas::SecurityModeReject>()) return on_security_mode(ue, SecurityModeEvent::reject);
  if (auto* m = message.get_if<nas::IdentityResponse>()) return on_identity_response(c, ue, *m);
  if (message.get_if<nas::RegistrationComplete>()) return on_registration_complete(c, ue);
  if (message.get_if<nas::ConfigurationUpdateComplete>()) return on_configuration_complete(ue);
  if (auto* m = message.get_if<nas::DeregistrationRequestUe>()) return on_deregistration_request(c, ue, *m);
  if (message.get_if<nas::DeregistrationAcceptNetwork>()) return on_deregistration(ue, DeregistrationEvent::accepted);
  if (auto* m = message.get_if<nas::RegistrationRequest>()) {
    auto tmsi = tmsi_of(m->identity);
    return on_registration_request(c, verified ? &ue : tmsi ? find_tmsi(*tmsi) : nullptr, *m, verified);
  }
  if (auto* m = message.get_if<nas::ServiceRequest>()) return on_service_request(c, &ue, *m, verified);
  if (auto* m = message.get_if<nas::MmStatus>()) {
    log_info(Layer::amf, "{}: 5GMM STATUS, cause {}", ue.name(), static_cast<int>(m->cause));
    return;
  }
  if (message.get_if<nas::NotificationResponse>()) return;
  log_warning(Layer::amf, "{}: {} is not served", ue.name(), message.name());
  send_status(ue, nas::MmCause::message_type_not_implemented);
}

Result<Bytes> Core::protect(Ue& ue, ByteView plain, crypto::SecurityHeader header) {
  tap(false, plain);
  Connection* c = connection_of(ue);
  if (!ue.security_valid || !c || !c->secured) return Bytes(plain.begin(), plain.end());
  if (ue.security.exhausted()) {  // 4.4.3.5: nothing more can be said on this connection, and the next one starts with an authentication
    ue.security_valid = false;
    release(*c, nas_cause(ngap::CauseNas::authentication_failure));
    return fail(Fault::exhausted, "NAS COUNT", "{}: used up", ue.name());
  }
  return ue.security.protect(header, plain);
}

bool Core::transport(Connection& c, Bytes nas) {
  if (c.state == Connection::State::releasing) return false;
  ngap::DownlinkNasTransport m;
  m.nas_pdu = std::move(nas);
  return send(c, m);
}

bool Core::send_nas(Ue& ue, ByteView plain) {
  Connection* c = connection_of(ue);
  if (!c) return false;
  auto pdu = protect(ue, plain);
  if (!pdu || !transport(*c, std::move(*pdu))) return false;
  renew_if_needed(ue);
  return true;
}

void Core::send_status(Ue& ue, nas::MmCause cause) {
  nas::MmStatus m;
  m.cause = cause;
  send_nas(ue, m);
}

void Core::await(Ue& ue, Awaited awaited, Bytes plain, uint32_t seconds, bool send_now) {
  ue.awaited = awaited;
  ue.awaited_message = std::move(plain);
  ue.transmissions = 1;
  if (send_now) send_awaited(ue);
  start_timer(ue.nas_timer, std::chrono::seconds(seconds), ue, [seconds](Core& core, Ue& u) { core.on_nas_timer(u, seconds); });
}

void Core::send_awaited(Ue& ue) {
  Connection* c = connection_of(ue);
  if (!c) return;
  if (ue.awaited == Awaited::security_mode && ue.security_mode) {
    tap(false, ue.awaited_message);
    transport(*c, ue.security_mode->candidate.protect(crypto::SecurityHeader::integrity_new_context, ue.awaited_message));
    return;
  }
  Bytes copy = ue.awaited_message;
  send_nas(ue, copy);
}

void Core::answered(Ue& ue, Awaited awaited) {
  if (ue.awaited != awaited) return;
  ue.awaited = Awaited::nothing;
  ue.awaited_message = {};
  ue.nas_timer.stop();
}

void Core::on_nas_timer(Ue& ue, uint32_t seconds) {
  if (ue.transmissions < limit::transmissions) {
    ++ue.transmissions;
    send_awaited(ue);
    start_timer(ue.nas_timer, std::chrono::seconds(seconds), ue, [seconds](Core& core, Ue& u) { core.on_nas_timer(u, seconds); });
    return;
  }
  Awaited awaited = std::exchange(ue.awaited, Awaited::nothing);
  ue.awaited_message = {};
  log_info(Layer::amf, "{}: no answer from the UE after {} transmissions", ue.name(), limit::transmissions);
  switch (awaited) {
    case Awaited::nothing: return;
    case Awaited::identity: return give_up(ue, nas::MmCause::ue_identity_cannot_be_derived, "no Identity Response");
    case Awaited::authentication: return on_authentication(ue, AuthenticationEvent::no_answer);
    case Awaited::security_mode: return on_security_mode(ue, SecurityModeEvent::no_answer);
    case Awaited::registration_complete: return on_registration(ue, RegistrationEvent::completed);  // 5.5.1.2.8 c: both GUTIs stay valid
    case Awaited::configuration_complete: return;  // 5.4.4.6 b: the same
    case Awaited::deregistration_accept: return on_deregistration(ue, DeregistrationEvent::no_answer);
  }
}

}  // namespace sen::amf
