// Service request (TS 24.501 5.6.1): of our own, and as the answer to paging.
#include "ue/nas.h"

namespace sen::ue {

Status UeNas::request_service(uint16_t sessions) {
  if (sessions & ~session_bits(false)) return fail(Fault::invalid, "service request", "a PDU session that does not exist is among {:04x}", sessions);
  return send_service_request(sessions ? nas::ServiceKind::data : nas::ServiceKind::signalling, sessions,
                              sessions ? EstablishmentCause::mo_data : EstablishmentCause::mo_signalling);
}

Status UeNas::send_service_request(nas::ServiceKind kind, uint16_t sessions, EstablishmentCause cause) {
  if (state_ != State::registered || !guti_ || !security_) return fail(Fault::denied, "service request", "the UE is not registered");
  nas::ServiceRequest clear;
  clear.type.kind = kind;
  clear.ngksi = key_set();
  clear.identity = guti_->s_tmsi();
  nas::ServiceRequest full = clear;
  if (sessions) full.uplink_data_status.emplace().sessions = sessions;
  if (uint16_t status = session_bits(false)) full.session_status.emplace().sessions = status;
  SEN_ASSIGN(Bytes clear_bytes, nas::encode(clear));
  SEN_ASSIGN(Bytes full_bytes, nas::encode(full));
  periodic_.stop();
  state_ = State::requesting_service;
  procedure_.start(timer::t3517, [this] {
    service_failed({Event::service_failed, 0, 0, 0, "T3517 expired"});
    connection_released();
  });
  send_initial(std::move(clear_bytes), std::move(full_bytes), cause);
  return {};
}

void UeNas::service_accept(const nas::ServiceAccept& accept) {
  if (state_ != State::requesting_service) return send_status(nas::MmCause::message_type_not_compatible_with_state);
  procedure_.stop();
  initial_message_ = {};
  state_ = State::registered;
  if (accept.session_status) synchronise_sessions(*accept.session_status);
  for (auto& session : sessions_) {
    if (accept.reactivation_result && !accept.reactivation_result->has(session->id)) session->user_plane = true;
  }
  emit({Event::service_accepted});
}

void UeNas::service_failed(UeEvent event) {
  if (state_ != State::requesting_service) return;
  procedure_.stop();
  initial_message_ = {};
  state_ = State::registered;
  emit(event);
}

void UeNas::service_reject(const nas::ServiceReject& reject) {
  if (state_ != State::requesting_service) return drop();
  procedure_.stop();
  initial_message_ = {};
  state_ = State::registered;
  UeEvent event{Event::service_failed, 0, static_cast<uint8_t>(reject.cause), 0, ""};
  if (reject.session_status && secured_) synchronise_sessions(*reject.session_status);
  expect_release();
  using enum nas::MmCause;
  switch (reject.cause) {
    case ue_identity_cannot_be_derived:
      become_deregistered();
      forget_network();
      reregister_ = profile_->retry;
      break;
    case implicitly_deregistered:
      become_deregistered();
      reregister_ = profile_->retry;
      break;
    case illegal_ue:
    case illegal_me:
    case services_not_allowed:
    case plmn_not_allowed:
    case tracking_area_not_allowed:
    case n1_mode_not_allowed:
      become_deregistered();
      forget_network();
      break;
    default: break;
  }
  emit(event);
}

}  // namespace sen::ue
