#include "ue/nas.h"

#include "codec/nas/security.h"

namespace sen::ue {
namespace {

// The messages that a UE processes before the secure exchange of messages is established (TS 24.501 4.4.4.2).
bool allowed_unverified(const nas::Message& message) {
  using enum nas::MessageType;
  switch (message.type()) {
    case identity_request: return message.get_if<nas::IdentityRequest>()->identity_type.type == nas::IdentityType::suci;
    case authentication_request:
    case authentication_result:
    case authentication_reject:
    case deregistration_accept_ue: return true;
    case registration_reject: {
      auto cause = message.get_if<nas::RegistrationReject>()->cause;
      return cause != nas::MmCause::not_authorized_for_cag && cause != nas::MmCause::plmn_not_allowed_at_present_location;
    }
    case service_reject: {
      auto cause = message.get_if<nas::ServiceReject>()->cause;
      return cause != nas::MmCause::not_authorized_for_cag && cause != nas::MmCause::plmn_not_allowed_at_present_location;
    }
    default: return false;
  }
}

}  // namespace

const char* to_string(UeEvent::Kind kind) {
  using enum UeEvent::Kind;
  switch (kind) {
    case challenge_answered: return "challenge answered";
    case security_established: return "security established";
    case registered: return "registered";
    case registration_failed: return "registration failed";
    case deregistered: return "deregistered";
    case service_accepted: return "service accepted";
    case service_failed: return "service failed";
    case session_established: return "session established";
    case session_modified: return "session modified";
    case session_failed: return "session failed";
    case session_released: return "session released";
    case configuration_updated: return "configuration updated";
    case paged: return "paged";
    case idle: return "idle";
  }
  return "";
}

UeNas::UeNas(const UeConfig& config, Executor& executor, crypto::RandomSource& random, UeNasPorts ports)
    : profile_(config.profile), usim_(config.usim), executor_(executor), random_(random), ports_(std::move(ports)), procedure_(executor),
      retry_(executor), periodic_(executor), authentication_(executor), release_(executor) {
  imeisv_.fill('0');
  std::copy_n(config.imeisv.begin(), std::min(config.imeisv.size(), imeisv_.size()), imeisv_.begin());
}

crypto::Key256 UeNas::k_gnb() const {
  return security_ ? crypto::k_gnb(security_->k_amf(), k_gnb_count_) : crypto::Key256{};
}

crypto::Key256 UeNas::next_hop(const crypto::Key256& sync_input) const {
  return security_ ? crypto::next_hop(security_->k_amf(), sync_input) : crypto::Key256{};
}

nas::KeySetIdentifier UeNas::key_set() const { return {false, security_ ? security_->ngksi() : uint8_t{7}}; }

void UeNas::received(ByteView pdu) {
  auto header = nas::parse_header(pdu);
  if (!header || !connected_) return drop();
  if (header->epd != nas::epd_5gmm) return drop();
  if (header->is_protected()) return received_protected(pdu, header->security);
  if (secured_) return drop();
  received_unverified(pdu);
}

void UeNas::received_protected(ByteView pdu, nas::SecurityHeaderType type) {
  using enum nas::SecurityHeaderType;
  if (type == integrity_protected_new_context) return security_mode_command(pdu);
  if (type == integrity_protected_and_ciphered_new_context) return drop();
  if (security_) {
    if (auto plain = security_->unprotect(pdu)) {
      secured_ = true;
      auto message = nas::decode(*plain);
      if (!message) return decode_error(message.error());
      return dispatch(*message, true);
    }
  }
  // A network that lost our context protects its reject with one that we do not have: it is read as if it came unprotected.
  if (secured_ || type != integrity_protected || pdu.size() <= crypto::NasSecurity::header_octets) return drop();
  received_unverified(pdu.subspan(crypto::NasSecurity::header_octets));
}

void UeNas::received_unverified(ByteView plain) {
  auto message = nas::decode(plain);
  if (!message || !allowed_unverified(*message)) return drop();
  dispatch(*message, false);
}

void UeNas::decode_error(const nas::DecodeError& error) {
  drop();
  if (error.cause != 0) send_status(static_cast<nas::MmCause>(error.cause));
}

void UeNas::dispatch(const nas::Message& message, bool integrity_checked) {
  using Type = nas::MessageType;
  switch (message.type()) {
    case Type::registration_accept: return registration_accept(*message.get_if<nas::RegistrationAccept>());
    case Type::registration_reject: return registration_reject(*message.get_if<nas::RegistrationReject>());
    case Type::authentication_request: return authentication_request(*message.get_if<nas::AuthenticationRequest>());
    case Type::authentication_result: return authentication_result(*message.get_if<nas::AuthenticationResult>());
    case Type::authentication_reject: return authentication_reject();
    case Type::identity_request: return identity_request(*message.get_if<nas::IdentityRequest>());
    case Type::configuration_update_command: return configuration_update(*message.get_if<nas::ConfigurationUpdateCommand>());
    case Type::service_accept: return service_accept(*message.get_if<nas::ServiceAccept>());
    case Type::service_reject: return service_reject(*message.get_if<nas::ServiceReject>());
    case Type::deregistration_accept_ue: return deregistration_accept();
    case Type::deregistration_request_network: return deregistration_request(*message.get_if<nas::DeregistrationRequestNetwork>());
    case Type::dl_nas_transport: return nas_transport(*message.get_if<nas::DlNasTransport>());
    case Type::notification: return send(nas::NotificationResponse{});
    case Type::mm_status: return;  // no state is changed by it (5.4.6)
    case Type::security_mode_command:  // comes only under a new security context
    default:
      drop();
      if (integrity_checked) send_status(nas::MmCause::message_type_not_compatible_with_state);
  }
}

void UeNas::send_plain(Bytes plain) {
  if (!connected_) return;
  if (security_ && secured_) plain = security_->protect(crypto::SecurityHeader::integrity_ciphered, plain);
  ports_.send(std::move(plain), nullptr);
}

void UeNas::send_status(nas::MmCause cause) {
  if (!secured_) return;
  nas::MmStatus status;
  status.cause = cause;
  send(status);
}

// The initial NAS message of a connection, or a request of the same kind on one that exists (4.4.5, 4.4.6): never ciphered as a whole.
// `clear` has the cleartext IEs alone; `full`, where it says more, travels ciphered in the NAS message container, or without a
// security context later in the Security Mode Complete.
void UeNas::send_initial(Bytes clear, Bytes full, EstablishmentCause cause) {
  Establishment establishment{cause, guti_ ? std::optional(guti_->s_tmsi()) : std::nullopt};
  initial_message_ = full;
  initial_unprotected_ = !security_;
  if (security_) {
    k_gnb_count_ = security_->send_count();
    if (clear != full) {
      crypto::cipher_key(security_->k_amf(), crypto::AlgorithmKeyType::nas_enc, security_->cipher())
          .apply(security_->send_count(), 1, crypto::Direction::uplink, full);
      auto message = nas::decode(clear);
      nas::NasContainer container;
      container.bytes = std::move(full);
      if (message) {
        if (auto* request = message->get_if<nas::RegistrationRequest>()) request->nas_container = std::move(container);
        else if (auto* service = message->get_if<nas::ServiceRequest>()) service->nas_container = std::move(container);
        if (auto bytes = nas::encode(*message)) clear = std::move(*bytes);
      }
    }
    clear = security_->protect(crypto::SecurityHeader::integrity, clear);
  }
  bool new_connection = !connected_;
  if (new_connection) secured_ = false;
  connected_ = true;
  ports_.send(std::move(clear), new_connection ? &establishment : nullptr);
}

nas::MobileIdentity UeNas::any_identity() {
  if (guti_) return *guti_;
  if (auto suci = usim_.suci(profile_->suci, random_)) return std::move(*suci);
  return nas::NoIdentity{};
}

void UeNas::identity_request(const nas::IdentityRequest& request) {
  nas::IdentityResponse response;
  std::string digits(imeisv_.begin(), imeisv_.end());
  switch (request.identity_type.type) {
    case nas::IdentityType::suci:
      if (auto suci = usim_.suci(profile_->suci, random_)) response.identity = std::move(*suci);
      break;
    case nas::IdentityType::guti:
      if (guti_) response.identity = *guti_;
      break;
    case nas::IdentityType::s_tmsi:
      if (guti_) response.identity = guti_->s_tmsi();
      break;
    case nas::IdentityType::imei: response.identity = nas::Imei{digits.substr(0, 14) + "0"}; break;
    case nas::IdentityType::imeisv: response.identity = nas::Imeisv{std::move(digits)}; break;
    default: break;  // "no identity" (5.4.3.3)
  }
  send(response);
}

void UeNas::configuration_update(const nas::ConfigurationUpdateCommand& command) {
  if (command.guti) {
    if (auto* guti = std::get_if<Guti>(&command.guti->value)) guti_ = *guti;
  }
  if (command.tai_list) area_ = *command.tai_list;
  if (command.allowed_nssai) {
    allowed_slices_.clear();
    for (const auto& slice : command.allowed_nssai->slices) {
      if (allowed_slices_.size() < limit::slices) allowed_slices_.push_back(slice);
    }
  }
  bool acknowledge = command.indication && command.indication->acknowledgement;
  bool register_again = command.indication && command.indication->registration_requested;
  if (acknowledge) send(nas::ConfigurationUpdateComplete{});
  // 5.4.4.3: with no emergency session, registration follows the release of the connection.
  reregister_ = reregister_ || register_again;
  emit({Event::configuration_updated});
}

void UeNas::forget_network() {
  guti_.reset();
  area_ = {};
  security_.reset();
  new_key_.reset();
  challenge_.reset();
}

uint16_t UeNas::session_bits(bool user_plane_only) const {
  nas::PduSessionStatus status;
  for (const auto& session : sessions_) {
    if (session->state != Session::State::establishing && (!user_plane_only || session->user_plane)) status.set(session->id);
  }
  return status.sessions;
}

// After a reject or a deregistration the network releases the connection; T3540 does it for a network that does not (5.3.1.3).
void UeNas::expect_release() {
  release_.start(timer::t3540, [this] { connection_released(); });
}

void UeNas::connection_released() {
  if (!connected_) return;
  connected_ = false;
  secured_ = false;
  release_.stop();
  authentication_.stop();
  for (auto& session : sessions_) session->user_plane = false;
  // 5GSM procedures do not survive the connection (6.4.1.6 b and its like).
  for (uint8_t id = 1; id <= limit::sessions; ++id) {
    Session* session = find_session(id);
    if (session && session->pti != 0) fail_session(*session, {Event::session_failed, id, 0, 0, "connection released"});
  }
  switch (state_) {
    case State::registering:
      procedure_.stop();
      registration_attempt_failed({Event::registration_failed, 0, 0, 0, "connection released"}, false);
      break;
    case State::requesting_service: service_failed({Event::service_failed, 0, 0, 0, "connection released"}); break;
    case State::deregistering:
      become_deregistered();
      emit({Event::deregistered});
      break;
    default: break;
  }
  if (state_ == State::registered && t3512_.count() > 0) {
    periodic_.start(t3512_, [this] { (void)start_registration(nas::RegistrationKind::periodic_updating); });
  }
  emit({Event::idle});
  if (reregister_ && !connected_) {
    reregister_ = false;
    bool known = state_ == State::registered;
    (void)start_registration(known ? nas::RegistrationKind::mobility_updating : nas::RegistrationKind::initial);
  }
}

// TS 24.501 5.3.1.2: the N1 connection is recovered by a registration that names the sessions that had a user plane.
void UeNas::connection_fell_back() {
  if (!connected_) return;
  const bool recover = state_ == State::registered;
  recovering_ = session_bits(true);
  connection_released();
  if (recover && state_ == State::registered && !connected_) (void)start_registration(nas::RegistrationKind::mobility_updating);
  recovering_ = 0;
}

void UeNas::establishment_failed() {
  if (connected_) connection_released();
}

void UeNas::paged() {
  if (connected_ || state_ != State::registered || !guti_) return;
  emit({Event::paged});
  if (!connected_ && state_ == State::registered) (void)send_service_request(nas::ServiceKind::mobile_terminated, 0, EstablishmentCause::mt_access);
}

void UeNas::camped_on(const Tai& tai) {
  tai_ = tai;
  if (state_ == State::registered && !connected_ && !area_.lists.empty() && !area_.contains(tai)) {
    (void)start_registration(nas::RegistrationKind::mobility_updating);
  }
}

}  // namespace sen::ue
