// Registration (TS 24.501 5.5.1): initial, mobility and periodic.
#include "ue/nas.h"

namespace sen::ue {
namespace {

constexpr std::chrono::seconds seconds_of(const std::optional<uint32_t>& value) { return std::chrono::seconds(value.value_or(0)); }

}  // namespace

Status UeNas::start_registration(nas::RegistrationKind kind) {
  using enum nas::RegistrationKind;
  bool first = kind == initial;
  if (first ? state_ != State::deregistered : state_ != State::registered) return fail(Fault::denied, "registration", "not in this state");
  if (kind != initial && kind != mobility_updating && kind != periodic_updating) return fail(Fault::unsupported, "registration", "of this kind");
  if (!guti_) {
    // 5.5.1.2.2: without an identity that the network gave, a context is of no use to it.
    security_.reset();
    if (auto suci = usim_.suci(profile_->suci, random_); !suci) return std::unexpected(std::move(suci).error());
  }
  retry_.stop();
  periodic_.stop();
  kind_ = kind;
  state_ = State::registering;
  new_key_.reset();
  nas::RegistrationRequest request = registration_request(true);
  SEN_ASSIGN(Bytes full, nas::encode(request));
  nas::RegistrationRequest cleartext;  // 4.4.6
  cleartext.ngksi = request.ngksi;
  cleartext.type = request.type;
  cleartext.identity = request.identity;
  cleartext.security_capability = request.security_capability;
  SEN_ASSIGN(Bytes clear, nas::encode(cleartext));
  procedure_.start(timer::t3510, [this] { registration_timeout(); });
  send_initial(std::move(clear), std::move(full), EstablishmentCause::mo_signalling);
  return {};
}

nas::RegistrationRequest UeNas::registration_request(bool full) {
  nas::RegistrationRequest request;
  request.ngksi = key_set();
  request.type = {true, kind_};
  request.identity = any_identity();
  request.security_capability = profile_->security_capability;
  if (!full) return request;
  if (kind_ == nas::RegistrationKind::initial || kind_ == nas::RegistrationKind::mobility_updating) {
    request.capability = nas::MmCapability{};
    if (!profile_->requested_slices.empty()) {
      auto& slices = request.requested_nssai.emplace().slices;
      for (const auto& slice : profile_->requested_slices) slices.emplace_back(slice);
    }
  }
  if (guti_ && tai_) request.last_visited_tai = *tai_;
  if (kind_ != nas::RegistrationKind::initial) {
    nas::PduSessionStatus status;
    status.sessions = session_bits(false);
    request.session_status = status;
    if (recovering_) request.uplink_data_status.emplace().sessions = recovering_;
  }
  return request;
}

void UeNas::registration_accept(const nas::RegistrationAccept& accept) {
  // A repeated accept means that our complete was lost (5.5.1.2.8 c of the network's side).
  if (state_ != State::registering && state_ != State::registered) return send_status(nas::MmCause::message_type_not_compatible_with_state);
  bool repeated = state_ == State::registered;
  procedure_.stop();
  registration_attempts_ = 0;
  initial_message_ = {};
  bool complete = accept.guti || accept.configured_nssai || accept.sor || accept.radio_capability_id ||
                  (accept.slicing_indication && accept.slicing_indication->nssci);
  if (accept.guti) {
    if (auto* guti = std::get_if<Guti>(&accept.guti->value)) guti_ = *guti;
  }
  if (accept.tai_list) area_ = *accept.tai_list;
  allowed_slices_.clear();
  if (accept.allowed_nssai) {
    for (const auto& slice : accept.allowed_nssai->slices) {
      if (allowed_slices_.size() < limit::slices) allowed_slices_.push_back(slice);
    }
  }
  if (accept.t3512) t3512_ = seconds_of(accept.t3512->seconds());
  t3502_ = accept.t3502 ? seconds_of(accept.t3502->seconds()) : timer::t3502;
  state_ = State::registered;
  if (accept.session_status) {
    synchronise_sessions(*accept.session_status);
  } else if (kind_ == nas::RegistrationKind::initial && !repeated) {
    synchronise_sessions({});  // an initial registration begins without sessions
  }
  if (complete) send(nas::RegistrationComplete{});
  if (!repeated) emit({Event::registered});
}

// Sessions that the network does not have are released here without signalling (5.5.1.2.4).
void UeNas::synchronise_sessions(const nas::PduSessionStatus& status) {
  for (uint8_t id = 1; id <= limit::sessions; ++id) {
    const Session* session = find_session(id);
    if (!session || session->state == Session::State::establishing || status.has(id)) continue;
    remove_session(id);
    emit({Event::session_released, id, 0, 0, "not active in the network"});
  }
}

void UeNas::registration_reject(const nas::RegistrationReject& reject) {
  if (state_ != State::registering) return drop();
  procedure_.stop();
  authentication_.stop();
  UeEvent event{Event::registration_failed, 0, static_cast<uint8_t>(reject.cause), 0, ""};
  if (reject.t3502) t3502_ = seconds_of(reject.t3502->seconds());
  initial_message_ = {};
  expect_release();
  using enum nas::MmCause;
  switch (reject.cause) {
    case ue_identity_cannot_be_derived:
    case implicitly_deregistered:
      // The network does not know us any more: again, by SUCI (5.5.1.3.5).
      become_deregistered();
      forget_network();
      reregister_ = profile_->retry;
      return emit(event);
    case congestion:
      if (kind_ == nas::RegistrationKind::initial) become_deregistered(); else state_ = State::registered;
      registration_attempts_ = 0;
      if (reject.t3346 && profile_->retry) retry_registration(seconds_of(reject.t3346->seconds()));
      return emit(event);
    case illegal_ue:
    case illegal_me:
    case services_not_allowed:
    case plmn_not_allowed:
    case tracking_area_not_allowed:
    case roaming_not_allowed_in_tracking_area:
    case no_suitable_cells_in_tracking_area:
    case n1_mode_not_allowed:
    case no_network_slices_available:
    case serving_network_not_authorized:
    case pei_not_accepted:
      // Not again before the operator or the user changes something.
      become_deregistered();
      forget_network();
      registration_attempts_ = 0;
      return emit(event);
    default: return registration_attempt_failed(event, true);
  }
}

// 5.5.1.2.7: after five attempts, or a cause that says that repeating is in vain (`wait_longest`), T3502 instead of T3511.
void UeNas::registration_attempt_failed(UeEvent event, bool wait_longest) {
  registration_attempts_ = wait_longest ? limit::registration_attempts : static_cast<uint8_t>(registration_attempts_ + 1);
  initial_message_ = {};
  if (kind_ == nas::RegistrationKind::initial) become_deregistered(); else state_ = State::registered;
  bool exhausted = registration_attempts_ >= limit::registration_attempts;
  if (exhausted) {
    become_deregistered();
    forget_network();
    registration_attempts_ = 0;
  }
  if (profile_->retry) retry_registration(exhausted ? t3502_ : timer::t3511);
  emit(event);
}

void UeNas::retry_registration(std::chrono::seconds delay) {
  if (delay.count() == 0) return;  // deactivated
  retry_.start(delay, [this] {
    if (connected_) connection_released();
    (void)start_registration(state_ == State::registered ? kind_ : nas::RegistrationKind::initial);
  });
}

void UeNas::registration_timeout() {
  if (state_ != State::registering) return;
  UeEvent event{Event::registration_failed, 0, 0, 0, "T3510 expired"};
  registration_attempt_failed(event, false);
  connection_released();
}

}  // namespace sen::ue
