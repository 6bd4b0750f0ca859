// NAS security mode control (TS 24.501 5.4.2): algorithms by the operator's order, replayed capabilities, the complete initial message.
#include "core/amf/detail/core.h"

namespace sen::amf {

using nas::MmCause;

void Core::on_security_mode(Ue& ue, SecurityModeEvent event) {
  if (!ue.security_mode) {
    if (event != SecurityModeEvent::no_answer) metrics.nas_dropped.add();
    return;
  }
  switch (event) {
    case SecurityModeEvent::start:
      ue.security_mode->state = SecurityModeState::commanded;
      return command_security_mode(ue);
    case SecurityModeEvent::complete:
    case SecurityModeEvent::complete_without_procedure: {
      answered(ue, Awaited::security_mode);
      ue.security = ue.security_mode->candidate;
      ue.security_valid = true;
      ue.key_count = ue.security.received_count();
      if (Connection* c = connection_of(ue)) c->secured = true;
      ue.security_mode.reset();
      if (!ue.registration) return renewed(ue);
      if (event == SecurityModeEvent::complete) on_registration(ue, RegistrationEvent::secured);
      return;
    }
    case SecurityModeEvent::reject:
    case SecurityModeEvent::no_answer: {
      // 5.4.2.5, 5.4.2.7 b: the procedure that started this ends; an earlier security context stays.
      log_warning(Layer::amf, "{}: security mode {} with EA {:08b} IA {:08b} replayed", ue.name(), event == SecurityModeEvent::reject ? "rejected by the UE" : "not answered",
                  ue.capability.ea, ue.capability.ia);
      abort_procedures(ue);
      if (Connection* c = connection_of(ue)) return release(*c, nas_cause(ngap::CauseNas::authentication_failure));
      return settle(ue);
    }
  }
}

void Core::command_security_mode(Ue& ue) {
  SecurityMode& s = *ue.security_mode;
  nas::SecurityModeCommand m;
  m.algorithms.ciphering = static_cast<nas::CipheringAlgorithm>(s.candidate.cipher());
  m.algorithms.integrity = static_cast<nas::IntegrityAlgorithm>(s.candidate.integrity());
  m.ngksi.value = s.candidate.ngksi();
  m.replayed_capability = ue.capability;
  m.imeisv_request = nas::ImeisvRequest{1};
  nas::AdditionalSecurityInformation information;
  information.rinmr = ue.registration && !ue.registration->verified;
  m.additional_security = information;
  if (!s.eap_success.empty()) {
    m.eap = nas::EapMessage{s.eap_success};
    m.abba = nas::Abba{};
  }
  auto plain = nas::encode(m);
  if (!plain) return give_up(ue, MmCause::protocol_error, plain.error().describe());
  await(ue, Awaited::security_mode, std::move(*plain), config.timers.t3560);
}

void Core::on_security_mode_complete(Ue& ue, nas::SecurityModeComplete& m) {
  if (!ue.security_mode || ue.awaited != Awaited::security_mode) {
    metrics.nas_dropped.add();
    log_warning(Layer::amf, "{}: Security Mode Complete that nobody asked for", ue.name());
    return;
  }
  if (m.imeisv) {
    if (auto* imeisv = std::get_if<nas::Imeisv>(&m.imeisv->value)) {
      Bytes bcd = bcd_from_digits(imeisv->digits);
      ue.imeisv_known = bcd.size() <= ue.imeisv.size();
      if (ue.imeisv_known) std::copy(bcd.begin(), bcd.end(), ue.imeisv.begin());
    }
  }
  if (!ue.registration) return on_security_mode(ue, SecurityModeEvent::complete);
  if (m.nas_container) {  // the initial message, now protected: it alone counts
    auto* request = m.nas_container->message.get_if<nas::RegistrationRequest>();
    if (!request) {
      on_security_mode(ue, SecurityModeEvent::complete_without_procedure);
      return reject_registration(ue, MmCause::semantically_incorrect_message,
                                 fmt::format("Security Mode Complete carries {} where a Registration Request began", m.nas_container->message.name()));
    }
    if (request->security_capability && !(*request->security_capability == ue.capability)) {
      on_security_mode(ue, SecurityModeEvent::complete_without_procedure);
      return reject_registration(ue, MmCause::ue_security_capabilities_mismatch,
                                 fmt::format("bidding down: EA {:08b} IA {:08b} in the clear, EA {:08b} IA {:08b} protected", ue.capability.ea, ue.capability.ia,
                                             request->security_capability->ea, request->security_capability->ia));
    }
    ue.registration->request = std::move(*request);
  } else if (!ue.registration->verified) {
    if (config.strict_bidding_down) {
      on_security_mode(ue, SecurityModeEvent::complete_without_procedure);
      return reject_registration(ue, MmCause::ue_security_capabilities_mismatch,
                                 "bidding down cannot be excluded: the complete registration request was asked for and did not come (amf.security.strict_bidding_down)");
    }
    log_debug(Layer::amf, "{}: Security Mode Complete without the complete initial message", ue.name());
  }
  on_security_mode(ue, SecurityModeEvent::complete);
}

// ---- before the NAS COUNT wraps (TS 24.501 4.4.3.1, 4.4.3.5)

void Core::renew_if_needed(Ue& ue) {
  bool busy = ue.registration || ue.service || ue.authentication || ue.security_mode || ue.deregistration || ue.handover || ue.path_switch;
  Connection* c = connection_of(ue);
  if (busy || ue.awaited != Awaited::nothing || !ue.registered() || !ue.security_valid || !c || !c->secured || c->state == Connection::State::releasing) return;
  if (!ue.security.needs_renewal(config.renewal_count)) return;
  log_info(Layer::amf, "{}: NAS COUNT {} up, {} down: authenticated anew", ue.name(), ue.security.received_count(), ue.security.send_count());
  begin_authentication(ue);
}

// The gNB's keys follow those of the NAS (TS 33.501 6.9.4.4).
void Core::renewed(Ue& ue) {
  log_info(Layer::amf, "{}: new security context", ue.name());
  Connection* c = connection_of(ue);
  if (c && c->state == Connection::State::ready) {
    auto first = crypto::k_gnb(ue.security.k_amf(), ue.key_count);
    ue.ncc = 1;
    ue.next_hop = crypto::next_hop(ue.security.k_amf(), first);
    ngap::UeContextModificationRequest m;
    m.security_key = per::BitString(first, 256);
    m.ue_security_capabilities = to_ngap(ue.capability);
    send(*c, m);
  }
  if (ue.slices_changed) tell_slices(ue);
}

// Authentication or security mode control cannot go on: with the registration that needed it, or with the connection.
void Core::give_up(Ue& ue, MmCause cause, const std::string& why, std::optional<uint32_t> back_off) {
  if (ue.registration) return reject_registration(ue, cause, why, back_off);
  log_warning(Layer::amf, "{}: no new security context: {}", ue.name(), why);
  abort_procedures(ue);
  if (Connection* c = connection_of(ue)) return release(*c, nas_cause(ngap::CauseNas::authentication_failure));
  settle(ue);
}

}  // namespace sen::amf
