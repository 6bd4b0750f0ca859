#include "core/udm/ausf.h"

#include <algorithm>

#include "base/log.h"

namespace sen::udm {
namespace {

using sbi::AuthResult;
using sbi::problem;
using sbi::Reply;
using sbi::Responder;
namespace cause = sbi::cause;

constexpr std::string_view snn_form = "5G:mnc<3 digits>.mcc<3 digits>.3gppnetwork.org";

// "5G:mnc070.mcc999.3gppnetwork.org" (TS 24.501 9.12.1), for an SNPN with ":<11 hexadecimal digits>" behind it.
bool well_formed(std::string_view name) {
  constexpr size_t length = 32;
  bool plain = name.size() >= length && name.starts_with("5G:mnc") && all_digits(name.substr(6, 3)) && name.substr(9, 4) == ".mcc" &&
               all_digits(name.substr(13, 3)) && name.substr(16, 16) == ".3gppnetwork.org";
  if (!plain || name.size() == length) return plain;
  std::string_view nid = name.substr(length);
  return nid.size() == 12 && nid[0] == ':' && nid.find_first_not_of("0123456789abcdefABCDEF", 1) == nid.npos;
}

std::string joined(const std::vector<std::string>& names) {
  std::string out;
  for (const auto& name : names) out += (out.empty() ? "" : ", ") + name;
  return out;
}

sbi::EapSession eap_answer(const std::string& id, Bytes payload, AuthResult result) {
  return {.auth_ctx_id = id, .eap_payload = std::move(payload), .auth_result = result};
}

}  // namespace

Ausf::Ausf(sbi::Bus& bus, AusfConfig config) : bus_(bus), config_(std::move(config)) {
  for (const Plmn& plmn : config_.serving_networks) {
    allowed_names_.push_back(crypto::serving_network_name(plmn.mcc_text(), plmn.mnc_text()));
  }
  bus_.serve<sbi::NausfUeAuthenticate>([this](const sbi::AuthenticationInfo& request, Responder<sbi::UeAuthenticationCtx> reply) {
    authenticate(request, std::move(reply));
  });
  bus_.serve<sbi::NausfConfirm5gAka>(
      [this](const sbi::ConfirmationData& request, Responder<sbi::ConfirmationDataResponse> reply) { reply(confirm(request)); });
  bus_.serve<sbi::NausfEapSession>([this](const sbi::EapSession& request, EapReply reply) { eap_session(request, std::move(reply)); });
}

bool Ausf::authorised(std::string_view serving_network_name) const {
  if (!well_formed(serving_network_name)) return false;
  return allowed_names_.empty() || std::ranges::find(allowed_names_, serving_network_name) != allowed_names_.end();
}

void Ausf::forget_old() {
  Time now = bus_.executor().now();
  while (!by_age_.empty() && (by_age_.front().first <= now || contexts_.size() >= max_contexts)) {
    contexts_.erase(by_age_.front().second);
    by_age_.pop_front();
  }
}

void Ausf::authenticate(const sbi::AuthenticationInfo& request, Responder<sbi::UeAuthenticationCtx> reply) {
  if (!authorised(request.serving_network_name)) {
    std::string detail =
        fmt::format("serving network name '{}' may not authenticate our subscribers; {}", request.serving_network_name.substr(0, 64),
                    allowed_names_.empty() ? fmt::format("names are of the form {}", snn_form) : "allowed: " + joined(allowed_names_));
    log_warning(Layer::udm, "{}: {}", request.supi_or_suci.substr(0, 40), detail);
    reply(problem(403, cause::serving_network_not_authorized, detail));
    return;
  }
  bus_.call<sbi::NudmGenerateAuthData>(
      {request.supi_or_suci, request.serving_network_name, request.resynchronization_info, config_.instance_id},
      [this, name = request.serving_network_name, reply = std::move(reply)](Reply<sbi::AuthenticationInfoResult> data) mutable {
        if (!data) {
          reply(std::unexpected(std::move(data).error()));
        } else {
          reply(begin(*data, name));
        }
      });
}

Reply<sbi::UeAuthenticationCtx> Ausf::begin(const sbi::AuthenticationInfoResult& data, const std::string& serving_network_name) {
  forget_old();
  sbi::UeAuthenticationCtx out{.auth_type = data.auth_type, .serving_network_name = serving_network_name};
  out.auth_ctx_id = std::to_string(next_context_++);
  Context context{.supi = data.supi, .serving_network_name = serving_network_name};
  if (data.auth_type == sbi::AuthType::fiveg_aka && data.av_5g_he_aka) {
    const auto& av = *data.av_5g_he_aka;
    context.xres_star = av.xres_star;
    context.k_ausf = av.kausf;
    out.av = sbi::Av5gAka{av.rand, av.autn, crypto::hres_star(av.rand, av.xres_star)};
  } else if (data.auth_type == sbi::AuthType::eap_aka_prime && data.av_eap_aka_prime) {
    context.eap.emplace();
    out.eap_payload = eap_start(context, *data.av_eap_aka_prime);
  } else {
    return problem(500, cause::av_generation_problem, "the UDM gave no vector of the type that it named");
  }
  by_age_.emplace_back(bus_.executor().now() + context_lifetime, out.auth_ctx_id);
  contexts_.emplace(out.auth_ctx_id, std::move(context));
  return out;
}

// Fire and forget: the UDM only keeps note of it.
void Ausf::report(const Context& context, bool success) {
  bus_.call<sbi::NudmConfirmAuth>({.supi = context.supi,
                                   .nf_instance_id = config_.instance_id,
                                   .success = success,
                                   .auth_type = context.eap ? sbi::AuthType::eap_aka_prime : sbi::AuthType::fiveg_aka,
                                   .serving_network_name = context.serving_network_name},
                                  [](Reply<sbi::NoContent>) {});
}

Reply<sbi::ConfirmationDataResponse> Ausf::confirm(const sbi::ConfirmationData& request) {
  auto found = contexts_.find(request.auth_ctx_id);
  if (found == contexts_.end() || found->second.eap) {
    return problem(404, cause::context_not_found, "no 5G-AKA authentication " + request.auth_ctx_id.substr(0, 32) + " is under way");
  }
  Context context = std::move(found->second);
  contexts_.erase(found);
  bool success = request.res_star && crypto::equal_constant_time(*request.res_star, context.xres_star);
  report(context, success);
  if (!success) {
    log_warning(Layer::udm, "{}: RES* {} is not the expected one: K or OPc of the USIM differ from the subscriber's", context.supi,
                request.res_star ? to_hex(*request.res_star) : "(none)");
    return sbi::ConfirmationDataResponse{.auth_result = AuthResult::failure};
  }
  return sbi::ConfirmationDataResponse{AuthResult::success, context.supi, crypto::k_seaf(context.k_ausf, context.serving_network_name)};
}

// ---- EAP-AKA'

Bytes Ausf::eap_start(Context& context, const sbi::AvEapAkaPrime& av) {
  EapAkaState& eap = *context.eap;
  eap.rand = av.rand;
  eap.xres = av.xres;
  // The identity in the key derivation is the SUPI; of an IMSI its digits alone (RFC 9048 5.3.1, TS 33.501 F.1).
  std::string_view supi = context.supi;
  eap.keys = crypto::eap_aka_prime_keys({av.ck_prime, av.ik_prime}, supi.starts_with("imsi-") ? supi.substr(5) : supi);
  context.k_ausf = eap.keys.k_ausf();
  return eap_aka_challenge(eap.identifier, av.rand, av.autn, context.serving_network_name, eap.keys.k_aut);
}

void Ausf::eap_session(const sbi::EapSession& request, EapReply reply) {
  auto found = contexts_.find(request.auth_ctx_id);
  if (found == contexts_.end() || !found->second.eap || found->second.eap->busy) {
    reply(problem(404, cause::context_not_found, "no EAP-AKA' authentication " + request.auth_ctx_id.substr(0, 32) + " is under way"));
    return;
  }
  eap_response(found->first, found->second, request, std::move(reply));
}

void Ausf::eap_response(const std::string& id, Context& context, const sbi::EapSession& request, EapReply reply) {
  if (context.eap->failing) return eap_fail(id, context, "after the notification", std::move(reply));
  auto response = parse_eap_aka_response(request.eap_payload);
  if (!response) return eap_notify_failure(id, context, response.error().describe(), std::move(reply));
  if (response->identifier != context.eap->identifier) {
    std::string why = fmt::format("EAP identifier {} (we asked with {})", response->identifier, context.eap->identifier);
    return eap_notify_failure(id, context, why, std::move(reply));
  }
  switch (response->subtype) {
    case EapSubtype::challenge: return eap_challenge_response(id, context, *response, request.eap_payload, std::move(reply));
    case EapSubtype::synchronization_failure: return eap_resynchronise(id, context, *response, std::move(reply));
    case EapSubtype::authentication_reject:
      return eap_fail(id, context, "the UE rejected AUTN: K or OPc of the USIM differ from the subscriber's", std::move(reply));
    case EapSubtype::client_error:
      return eap_fail(id, context, fmt::format("client error {}", response->client_error_code.value_or(0)), std::move(reply));
    default:
      return eap_notify_failure(id, context, fmt::format("EAP-AKA' subtype {} was not asked for", static_cast<int>(response->subtype)),
                                std::move(reply));
  }
}

void Ausf::eap_challenge_response(const std::string& id, Context& context, const EapAkaResponse& response, ByteView packet,
                                  EapReply reply) {
  EapAkaState& eap = *context.eap;
  if (!response.mac_at)
    return eap_notify_failure(id, context, response.kdfs.empty() ? "AT_MAC is absent" : "the UE wants another KDF than 1",
                              std::move(reply));
  auto mac = crypto::eap_aka_prime_mac(eap.keys.k_aut, packet, *response.mac_at);
  if (!mac || !crypto::equal_constant_time(*mac, packet.subspan(*response.mac_at, 16))) {
    return eap_notify_failure(id, context, "AT_MAC is wrong", std::move(reply));
  }
  if (!crypto::equal_constant_time(response.res, eap.xres))
    return eap_notify_failure(id, context, "RES is not the expected one", std::move(reply));
  report(context, true);
  auto answer = eap_answer(id, eap_success(eap.identifier), AuthResult::success);
  answer.supi = context.supi;
  answer.kseaf = crypto::k_seaf(context.k_ausf, context.serving_network_name);
  contexts_.erase(std::string(id));
  reply(std::move(answer));
}

// RFC 4187 9.6: AUTS goes to the UDM, a new challenge to the UE.
void Ausf::eap_resynchronise(const std::string& id, Context& context, const EapAkaResponse& response, EapReply reply) {
  EapAkaState& eap = *context.eap;
  if (!response.auts || ++eap.resynchronisations > max_eap_resynchronisations) {
    return eap_fail(id, context, response.auts ? "the UE asks for resynchronisation again and again" : "AT_AUTS is absent",
                    std::move(reply));
  }
  eap.busy = true;
  bus_.call<sbi::NudmGenerateAuthData>(
      {context.supi, context.serving_network_name, sbi::ResynchronizationInfo{eap.rand, *response.auts}, config_.instance_id},
      [this, id, reply = std::move(reply)](Reply<sbi::AuthenticationInfoResult> data) mutable {
        auto found = contexts_.find(id);
        if (found == contexts_.end()) return reply(problem(404, cause::context_not_found, "the authentication took too long"));
        Context& resumed = found->second;
        resumed.eap->busy = false;
        if (!data || !data->av_eap_aka_prime) {
          return eap_fail(found->first, resumed, data ? "the UDM changed the method" : data.error().detail, std::move(reply));
        }
        ++resumed.eap->identifier;
        reply(eap_answer(id, eap_start(resumed, *data->av_eap_aka_prime), AuthResult::ongoing));
      });
}

// RFC 4187 6.3.2: a failure that the server finds is notified; EAP-Failure follows the UE's answer to that.
void Ausf::eap_notify_failure(const std::string& id, Context& context, std::string_view why, EapReply reply) {
  log_warning(Layer::udm, "{}: EAP-AKA' fails: {}", context.supi, why);
  context.eap->failing = true;
  ++context.eap->identifier;
  reply(eap_answer(id, eap_aka_notification(context.eap->identifier, eap_general_failure_before_authentication), AuthResult::ongoing));
}

void Ausf::eap_fail(const std::string& id, Context& context, std::string_view why, EapReply reply) {
  log_warning(Layer::udm, "{}: EAP-AKA' ends without success: {}", context.supi, why);
  report(context, false);
  auto answer = eap_answer(id, eap_failure(context.eap->identifier), AuthResult::failure);
  contexts_.erase(std::string(id));
  reply(std::move(answer));
}

}  // namespace sen::udm
