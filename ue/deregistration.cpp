// Deregistration (TS 24.501 5.5.2), by the UE and by the network.
#include "ue/nas.h"

namespace sen::ue {

Status UeNas::deregister(bool switch_off) {
  if (state_ == State::deregistered) return fail(Fault::denied, "deregistration", "the UE is not registered");
  if (state_ == State::deregistering) return fail(Fault::denied, "deregistration", "one runs already");
  retry_.stop();
  periodic_.stop();
  procedure_.stop();
  reregister_ = false;
  switch_off_ = switch_off;
  tries_ = 0;
  state_ = State::deregistering;
  send_deregistration();
  if (switch_off) {  // the network does not answer
    become_deregistered();
    expect_release();
    emit({Event::deregistered});
  }
  return {};
}

void UeNas::send_deregistration() {
  nas::DeregistrationRequestUe request;
  request.ngksi = key_set();
  request.type = {switch_off_, false, nas::AccessKind::access_3gpp};
  request.identity = any_identity();
  if (!switch_off_) procedure_.start(timer::t3521, [this] { deregistration_timeout(); });
  if (connected_) return send(request);
  auto plain = nas::encode(request);
  if (plain) send_initial(*plain, *plain, EstablishmentCause::mo_signalling);
}

void UeNas::deregistration_timeout() {
  if (state_ != State::deregistering) return;
  if (++tries_ <= limit::retransmissions) return send_deregistration();
  deregistration_accept();
}

void UeNas::deregistration_accept() {
  if (state_ != State::deregistering) return drop();
  become_deregistered();
  expect_release();
  emit({Event::deregistered});
}

void UeNas::become_deregistered() {
  state_ = State::deregistered;
  procedure_.stop();
  periodic_.stop();
  authentication_.stop();
  initial_message_ = {};
  sessions_.clear();
}

void UeNas::deregistration_request(const nas::DeregistrationRequestNetwork& request) {
  if (state_ == State::deregistered) return drop();
  uint8_t cause = request.cause ? static_cast<uint8_t>(*request.cause) : 0;
  send(nas::DeregistrationAcceptNetwork{});
  become_deregistered();
  if (request.type.reregistration) {
    reregister_ = true;
  } else if (request.cause) {
    using enum nas::MmCause;
    switch (*request.cause) {
      case illegal_ue:
      case illegal_me:
      case services_not_allowed:
      case plmn_not_allowed:
      case tracking_area_not_allowed:
      case n1_mode_not_allowed:
      case no_network_slices_available:
        forget_network();
        break;
      case congestion:
        if (request.t3346 && profile_->retry) retry_registration(std::chrono::seconds(request.t3346->seconds().value_or(0)));
        break;
      default: break;
    }
  }
  expect_release();
  emit({Event::deregistered, 0, cause, 0, "by the network"});
}

}  // namespace sen::ue
