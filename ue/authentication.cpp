// Primary authentication and key agreement (TS 24.501 5.4.1, TS 33.501 6.1.3): 5G-AKA and EAP-AKA'.
#include "ue/eap_aka_prime.h"
#include "ue/nas.h"

namespace sen::ue {
namespace {

std::optional<Octets<16>> sixteen(const Bytes& bytes) {
  if (bytes.size() != 16) return std::nullopt;
  Octets<16> out;
  std::copy(bytes.begin(), bytes.end(), out.begin());
  return out;
}

std::string network_name(const Plmn& plmn) { return crypto::serving_network_name(plmn.mcc_text(), plmn.mnc_text()); }

nas::AuthenticationResponse response_with(const Octets<16>& res_star) {
  nas::AuthenticationResponse response;
  response.response.emplace().bytes.assign(res_star.begin(), res_star.end());
  return response;
}

nas::AuthenticationResponse response_with(Bytes eap) {
  nas::AuthenticationResponse response;
  response.eap.emplace().bytes = std::move(eap);
  return response;
}

}  // namespace

void UeNas::authentication_request(const nas::AuthenticationRequest& request) {
  authentication_.stop();
  if (request.ngksi.value == 7) return authentication_failure(nas::MmCause::ngksi_already_in_use, nullptr);
  // 5.4.1.3.6 c: the identifier belongs to a context that we hold.
  if (security_ && request.ngksi.value == security_->ngksi()) return authentication_failure(nas::MmCause::ngksi_already_in_use, nullptr);
  if (request.rand && request.autn) return aka_challenge(request);
  if (request.eap) return eap_challenge(request);
  drop();
  send_status(nas::MmCause::invalid_mandatory_information);
}

void UeNas::aka_challenge(const nas::AuthenticationRequest& request) {
  auto autn = sixteen(request.autn->bytes);
  if (!autn) return drop();
  const Octets<16>& rand = request.rand->bytes;
  // A repeated request: the USIM has spent this RAND, the answer is the same (5.4.1.3.2).
  if (challenge_ && challenge_->rand == rand) return send(response_with(challenge_->res_star));
  Usim::Answer answer = usim_.challenge(rand, *autn);
  if (std::get_if<Usim::MacFailure>(&answer)) return authentication_failure(nas::MmCause::mac_failure, nullptr);
  if (std::get_if<Usim::NotSeparated>(&answer)) return authentication_failure(nas::MmCause::non_5g_authentication_unacceptable, nullptr);
  if (auto* stale = std::get_if<Usim::SynchFailure>(&answer)) return authentication_failure(nas::MmCause::synch_failure, &stale->auts);
  const auto& accepted = std::get<Usim::Accepted>(answer);
  std::string name = network_name(profile_->serving);
  const auto& aka = accepted.response;
  Octets<16> res_star = crypto::res_star(aka.ck, aka.ik, name, rand, aka.res());
  keep_key(crypto::k_ausf(aka.ck, aka.ik, name, accepted.sqn_xor_ak), request);
  challenge_ = Challenge{rand, res_star};
  authentication_failures_ = 0;
  send(response_with(res_star));
  emit({Event::challenge_answered});
}

void UeNas::keep_key(const crypto::Key256& k_ausf, const nas::AuthenticationRequest& request) {
  crypto::Key256 seaf = crypto::k_seaf(k_ausf, network_name(profile_->serving));
  new_key_ = NewKey{crypto::k_amf(seaf, usim_.imsi(), request.abba.bytes), request.ngksi.value};
}

// TS 33.501 6.1.3.1; a message that the method cannot process is answered inside the method (RFC 4187 6.3.1).
void UeNas::eap_challenge(const nas::AuthenticationRequest& request) {
  auto eap = parse_eap_request(request.eap->bytes);
  if (!eap) return send(response_with(eap_client_error(request.eap->bytes.size() > 1 ? request.eap->bytes[1] : uint8_t{0})));
  if (eap->code != EapCode::request) return drop();
  uint8_t id = eap->identifier;
  if (eap->subtype == 12) return send(response_with(eap_notification_response(id)));
  std::string name = network_name(profile_->serving);
  if (eap->subtype != 1 || !eap->rand || !eap->autn || !eap->mac_at || !eap->offers_kdf_1) return send(response_with(eap_client_error(id)));
  if (eap->network_name != name) return send(response_with(eap_authentication_reject(id)));
  Usim::Answer answer = usim_.challenge(*eap->rand, *eap->autn);
  if (auto* stale = std::get_if<Usim::SynchFailure>(&answer)) return send(response_with(eap_synchronization_failure(id, stale->auts)));
  const auto* accepted = std::get_if<Usim::Accepted>(&answer);
  if (!accepted) return send(response_with(eap_authentication_reject(id)));
  const auto& aka = accepted->response;
  auto keys = crypto::eap_aka_prime_keys(crypto::ck_ik_prime(aka.ck, aka.ik, name, accepted->sqn_xor_ak), usim_.imsi());
  auto mac = crypto::eap_aka_prime_mac(keys.k_aut, request.eap->bytes, *eap->mac_at);
  if (!mac || !crypto::equal_constant_time(*mac, ByteView(request.eap->bytes).subspan(*eap->mac_at, 16))) {
    return send(response_with(eap_client_error(id)));
  }
  keep_key(keys.k_ausf(), request);
  authentication_failures_ = 0;
  send(response_with(eap_challenge_response(id, aka.res(), keys.k_aut)));
  emit({Event::challenge_answered});
}

void UeNas::authentication_failure(nas::MmCause cause, const crypto::Auts* auts) {
  if (++authentication_failures_ >= limit::authentication_failures) return network_not_authentic();
  nas::AuthenticationFailure failure;
  failure.cause = cause;
  if (auts) failure.auts.emplace().bytes = *auts;
  authentication_.start(timer::t3520, [this] { network_not_authentic(); });
  send(failure);
}

// 5.4.1.3.7: the cell is barred; here the connection ends and the procedure with it.
void UeNas::network_not_authentic() {
  authentication_.stop();
  authentication_failures_ = 0;
  if (connected_) connection_released();
}

void UeNas::authentication_result(const nas::AuthenticationResult& result) {
  auto eap = parse_eap_request(result.eap.bytes);
  if (!eap) return drop();
  if (eap->code == EapCode::failure) new_key_.reset();
}

// 5.4.1.3.5: the USIM counts as invalid until it is removed.
void UeNas::authentication_reject() {
  if (state_ == State::deregistered) return drop();
  procedure_.stop();
  authentication_.stop();
  bool registering = state_ == State::registering;
  reregister_ = false;
  become_deregistered();
  forget_network();
  expect_release();
  emit({registering ? Event::registration_failed : Event::deregistered, 0, static_cast<uint8_t>(nas::MmCause::illegal_ue), 0,
        "authentication rejected"});
}

}  // namespace sen::ue
