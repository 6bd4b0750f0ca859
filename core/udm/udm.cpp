#include "core/udm/udm.h"

#include <algorithm>

#include "base/log.h"
#include "crypto/kdf.h"

namespace sen::udm {
namespace {

using sbi::NoContent;
using sbi::problem;
using sbi::Reply;
using sbi::Responder;
namespace cause = sbi::cause;

sbi::Nssai nssai_of(const Subscriber& subscriber) {
  sbi::Nssai out;
  for (const Slice& slice : subscriber.slices) {
    (slice.default_indicator ? out.default_single_nssais : out.single_nssais).push_back(slice.s_nssai);
  }
  return out;
}

sbi::AccessAndMobilitySubscriptionData am_data_of(const Subscriber& subscriber) {
  sbi::AccessAndMobilitySubscriptionData out;
  for (const auto& number : subscriber.msisdns) out.gpsis.push_back("msisdn-" + number);
  out.subscribed_ue_ambr = subscriber.ambr;
  out.nssai = nssai_of(subscriber);
  if (subscriber.nr_restricted()) {
    out.rat_restrictions.push_back(sbi::RatType::nr);
    out.nr_as_primary_rat_forbidden = true;
  }
  out.ue_usage_type = subscriber.ue_usage_type;
  return out;
}

sbi::SmfSelectionSubscriptionData smf_select_data_of(const Subscriber& subscriber) {
  sbi::SmfSelectionSubscriptionData out;
  for (const Slice& slice : subscriber.slices) {
    auto& info = out.subscribed_snssai_infos.emplace_back(sbi::SnssaiInfo{slice.s_nssai, {}});
    for (const Session& session : slice.sessions) info.dnn_infos.push_back({session.dnn, info.dnn_infos.empty()});
  }
  return out;
}

sbi::DnnConfiguration configuration_of(const Session& session) {
  using sbi::PduSessionType;
  sbi::DnnConfiguration out;
  out.dnn = session.dnn;
  out.pdu_session_types.default_session_type = session.type;
  out.pdu_session_types.allowed_session_types = {session.type};
  if (session.type == PduSessionType::ipv4v6) {
    out.pdu_session_types.allowed_session_types = {PduSessionType::ipv4v6, PduSessionType::ipv4, PduSessionType::ipv6};
  }
  out.ssc_modes.allowed_ssc_modes = {sbi::SscMode::mode_1};
  out.qos_profile = session.qos;
  out.session_ambr = session.ambr;
  out.static_ipv4 = session.ipv4;
  out.static_ipv6 = session.ipv6;
  return out;
}

sbi::Av5gHeAka fiveg_aka_vector(const crypto::AuthenticationVector& av, std::string_view snn) {
  const auto& keys = av.response;
  return {av.rand, crypto::res_star(keys.ck, keys.ik, snn, av.rand, keys.res()), av.autn,
          crypto::k_ausf(keys.ck, keys.ik, snn, av.sqn_xor_ak())};
}

sbi::AvEapAkaPrime eap_vector(const crypto::AuthenticationVector& av, std::string_view snn) {
  const auto& keys = av.response;
  auto prime = crypto::ck_ik_prime(keys.ck, keys.ik, snn, av.sqn_xor_ak());
  return {av.rand, Bytes(keys.res().begin(), keys.res().end()), av.autn, prime.ck, prime.ik};
}

// What `make` makes of the subscriber, or why there is none.
template <class F>
auto from(Reply<std::shared_ptr<const Subscriber>> found, F make) -> Reply<decltype(make(**found))> {
  if (!found) return std::unexpected(std::move(found).error());
  return make(**found);
}

uint16_t status_of(const Error& error) { return error.fault == Fault::denied ? 403 : 500; }

}  // namespace

Udm::Udm(sbi::Bus& bus, SubscriberStore& store, crypto::RandomSource& random, HomeNetworkKeys keys)
    : bus_(bus), store_(store), random_(random), keys_(std::move(keys)), store_timer_(bus.executor()) {
  serve_authentication();
  serve_subscription_data();
  serve_contexts();
}

void Udm::serve_authentication() {
  bus_.serve<sbi::NudmGenerateAuthData>([this](const sbi::AuthenticationInfoRequest& request,
                                               Responder<sbi::AuthenticationInfoResult> reply) { reply(generate_auth_data(request)); });
  bus_.serve<sbi::NudmConfirmAuth>([this](const sbi::AuthEvent& event, Responder<NoContent> reply) {
    ++(event.success ? statistics_.auth_successes : statistics_.auth_failures);
    log_debug(Layer::udm, "{}: authentication {} ({})", event.supi, event.success ? "succeeded" : "failed", event.serving_network_name);
    reply(NoContent{});
  });
}

void Udm::serve_subscription_data() {
  bus_.serve<sbi::NudmSdmGetAmData>([this](const sbi::SupiRequest& request, Responder<sbi::AccessAndMobilitySubscriptionData> reply) {
    reply(from(subscriber(request.supi), am_data_of));
  });
  bus_.serve<sbi::NudmSdmGetNssai>(
      [this](const sbi::SupiRequest& request, Responder<sbi::Nssai> reply) { reply(from(subscriber(request.supi), nssai_of)); });
  bus_.serve<sbi::NudmSdmGetSmfSelectData>([this](const sbi::SupiRequest& request, Responder<sbi::SmfSelectionSubscriptionData> reply) {
    reply(from(subscriber(request.supi), smf_select_data_of));
  });
  bus_.serve<sbi::NudmSdmGetSmData>(
      [this](const sbi::SmDataRequest& request, Responder<sbi::SmSubscriptionData> reply) { reply(sm_data(request)); });
  bus_.serve<sbi::NudmSdmGetUeContextInSmf>([this](const sbi::SupiRequest& request, Responder<sbi::UeContextInSmfData> reply) {
    reply(from(subscriber(request.supi), [&](const Subscriber&) { return ue_context_in_smf(request.supi); }));
  });
  bus_.serve<sbi::NudmSdmSubscribe>(
      [this](const sbi::SdmSubscription& request, Responder<sbi::SdmSubscription> reply) { reply(subscribe(request)); });
  bus_.serve<sbi::NudmSdmUnsubscribe>(
      [this](const sbi::SdmUnsubscribeRequest& request, Responder<NoContent> reply) { reply(unsubscribe(request)); });
}

void Udm::serve_contexts() {
  bus_.serve<sbi::NudmUecmRegisterAmf>(
      [this](const sbi::Amf3gppAccessRegistration& request, Responder<NoContent> reply) { reply(register_amf(request)); });
  bus_.serve<sbi::NudmUecmDeregisterAmf>(
      [this](const sbi::Amf3gppAccessModification& request, Responder<NoContent> reply) { reply(deregister_amf(request)); });
  bus_.serve<sbi::NudmUecmRegisterSmf>(
      [this](const sbi::SmfRegistration& request, Responder<NoContent> reply) { reply(register_smf(request)); });
  bus_.serve<sbi::NudmUecmDeregisterSmf>(
      [this](const sbi::SmfDeregistration& request, Responder<NoContent> reply) { reply(deregister_smf(request)); });
}

// ---- Authentication

// One line to the operator and the problem to the consumer.
std::unexpected<sbi::ProblemDetails> Udm::refuse(const std::string& supi, const Error& error) {
  if (error.fault == Fault::not_found) {
    ++statistics_.unknown_subscribers;
    std::string detail = fmt::format("{} is not among the {} subscribers of {}", supi, store_.count().value_or(0), store_.path());
    log_warning(Layer::udm, "{}; to add it: sen5g subscriber add {} KEY OPC", detail, supi.starts_with("imsi-") ? supi.substr(5) : supi);
    return problem(404, cause::user_not_found, detail);
  }
  log_warning(Layer::udm, "{}: {}", supi, error.describe());
  return problem(status_of(error), error.fault == Fault::denied ? cause::authentication_rejected : cause::av_generation_problem,
                 error.describe());
}

Reply<sbi::AuthenticationInfoResult> Udm::generate_auth_data(const sbi::AuthenticationInfoRequest& request) {
  auto imsi = resolve_imsi(request.supi_or_suci, keys_);
  if (!imsi) {
    ++statistics_.suci_failures;
    log_warning(Layer::udm, "{}: {}", request.supi_or_suci.substr(0, 40), imsi.error().detail);
    return std::unexpected(std::move(imsi).error());
  }
  std::string supi = supi_from_imsi(*imsi);
  if (request.resynchronization_info) {
    auto sqn_ms = store_.resynchronise(*imsi, request.resynchronization_info->rand, request.resynchronization_info->auts);
    if (!sqn_ms) return refuse(supi, sqn_ms.error());
    ++statistics_.resynchronisations;
    log_info(Layer::udm, "{}: SQN resynchronised, the USIM is at SQN {}", supi, *sqn_ms);
  }
  auto aka = store_.next_aka(*imsi);
  if (!aka) return refuse(supi, aka.error());
  // The separation bit belongs to every vector of the 5G system (TS 33.501 6.1.3.1, 6.1.3.2).
  Octets<2> amf{static_cast<uint8_t>(aka->amf[0] | 0x80), aka->amf[1]};
  auto av = crypto::make_vector(aka->functions, random_.octets<16>(), aka->sqn, amf);
  ++statistics_.vectors;
  sbi::AuthenticationInfoResult out{.auth_type = aka->method, .supi = std::move(supi)};
  if (aka->method == sbi::AuthType::eap_aka_prime) {
    out.av_eap_aka_prime = eap_vector(av, request.serving_network_name);
  } else {
    out.av_5g_he_aka = fiveg_aka_vector(av, request.serving_network_name);
  }
  return out;
}

// ---- Subscription data

Reply<std::shared_ptr<const Subscriber>> Udm::subscriber(const std::string& supi) {
  auto imsi = imsi_from_supi(supi);
  if (!imsi) return problem(400, cause::mandatory_ie_incorrect, imsi.error().text);
  auto found = store_.find(*imsi);
  if (!found) return refuse(supi, found.error());
  return std::move(*found);
}

Reply<sbi::SmSubscriptionData> Udm::sm_data(const sbi::SmDataRequest& request) {
  auto found = subscriber(request.supi);
  if (!found) return std::unexpected(std::move(found).error());
  sbi::SmSubscriptionData out;
  std::string subscribed;
  for (const Slice& slice : (*found)->slices) {
    sbi::SessionManagementSubscriptionData data{slice.s_nssai, {}};
    for (const Session& session : slice.sessions) {
      subscribed += fmt::format(" {}/{}", slice.s_nssai.text(), session.dnn);
      bool wanted =
          (!request.single_nssai || *request.single_nssai == slice.s_nssai) && (request.dnn.empty() || request.dnn == session.dnn);
      if (wanted) data.dnn_configurations.push_back(configuration_of(session));
    }
    if (!data.dnn_configurations.empty()) out.individual.push_back(std::move(data));
  }
  if (!out.individual.empty()) return out;
  std::string detail = fmt::format("{}: slice {} with DNN '{}' is not subscribed; subscribed are{}", request.supi,
                                   request.single_nssai ? request.single_nssai->text() : "any", request.dnn.substr(0, 100), subscribed);
  log_warning(Layer::udm, "{}", detail);
  return problem(404, cause::data_not_found, detail);
}

Reply<sbi::SdmSubscription> Udm::subscribe(sbi::SdmSubscription request) {
  if (auto found = subscriber(request.supi); !found) return std::unexpected(std::move(found).error());
  if (request.monitored_resource_uris.size() > max_resource_uris) {
    return problem(400, cause::mandatory_ie_incorrect, fmt::format("more than {} monitored resources", max_resource_uris));
  }
  auto& subscriptions = serving_[request.supi].subscriptions;
  // A function that subscribes again (after a restart, or for a further registration) replaces its subscription.
  std::erase_if(subscriptions, [&](const auto& s) {
    return s.nf_instance_id == request.nf_instance_id && s.callback_reference == request.callback_reference;
  });
  if (subscriptions.size() >= max_sdm_subscriptions_per_ue) {
    return problem(403, cause::nf_congestion,
                   fmt::format("{} has {} subscriptions to changes already", request.supi, subscriptions.size()));
  }
  request.subscription_id = std::to_string(next_subscription_++);
  subscriptions.push_back(request);
  return request;
}

Reply<NoContent> Udm::unsubscribe(const sbi::SdmUnsubscribeRequest& request) {
  auto found = serving_.find(request.supi);
  size_t erased = found == serving_.end() ? 0 : std::erase_if(found->second.subscriptions, [&](const auto& s) {
    return s.subscription_id == request.subscription_id;
  });
  if (erased == 0) return problem(404, "SUBSCRIPTION_NOT_FOUND", "no subscription " + request.subscription_id.substr(0, 32));
  drop_if_empty(request.supi);
  return NoContent{};
}

void Udm::watch_store() {
  store_timer_.start(store_period, [this] { look_for_changes(); });
}

void Udm::look_for_changes() {
  auto changes = store_.take_changes(max_changes_at_once);
  if (!changes) {
    log_error(Layer::udm, "{}: changes cannot be read: {}", store_.path(), changes.error().describe());
    return watch_store();
  }
  if (changes->lost) {
    log_warning(Layer::udm, "{}: too many changes at once: all {} served subscribers are taken for changed", store_.path(), serving_.size());
    for (const auto& [supi, serving] : serving_) changes->imsis.push_back(supi.substr(5));
  }
  std::sort(changes->imsis.begin(), changes->imsis.end());
  changes->imsis.erase(std::unique(changes->imsis.begin(), changes->imsis.end()), changes->imsis.end());
  for (const auto& imsi : changes->imsis) subscriber_changed(imsi);
  bool more = changes->imsis.size() >= max_changes_at_once;
  store_timer_.start(more ? Duration(std::chrono::milliseconds(10)) : Duration(store_period), [this] { look_for_changes(); });
}

void Udm::subscriber_changed(const std::string& imsi) {
  std::string supi = supi_from_imsi(imsi);
  auto found = serving_.find(supi);
  if (found == serving_.end()) return;
  auto stored = store_.find(imsi);
  if (!stored && stored.error().fault == Fault::not_found) {
    log_info(Layer::udm, "{} was removed: {}", supi, found->second.amf ? "deregistered" : "no AMF serves it");
    if (found->second.amf) {  // which releases the sessions too
      notify_amf(*found->second.amf, sbi::DeregistrationReason::subscription_withdrawn);
      serving_.erase(found);
      return;
    }
  } else {
    log_info(Layer::udm, "{} was changed: {} subscriptions to notify", supi, found->second.subscriptions.size());
  }
  for (const auto& subscription : found->second.subscriptions) {
    bus_.call<sbi::NudmSdmNotification>({subscription.callback_reference, supi, subscription.monitored_resource_uris},
                                        [](Reply<NoContent>) {},
                                        {.target = std::string(sbi::authority_of(subscription.callback_reference))});
  }
}

// ---- Serving functions

void Udm::drop_if_empty(const std::string& supi) {
  if (auto found = serving_.find(supi); found != serving_.end() && found->second.empty()) serving_.erase(found);
}

void Udm::notify_amf(const sbi::Amf3gppAccessRegistration& amf, sbi::DeregistrationReason reason) {
  sbi::DeregistrationData data{.dereg_callback_uri = amf.dereg_callback_uri, .supi = amf.ue_id, .dereg_reason = reason};
  bus_.call<sbi::NudmDeregistrationNotification>(std::move(data),
                                                 [supi = amf.ue_id, name = amf.amf_instance_id](Reply<NoContent> answer) {
                                                   if (!answer)
                                                     log_warning(Layer::udm, "{}: AMF {} did not take its deregistration: {}", supi, name,
                                                                 answer.error().detail);
                                                 },
                                                 {.target = std::string(sbi::authority_of(amf.dereg_callback_uri))});
}

Reply<NoContent> Udm::register_amf(const sbi::Amf3gppAccessRegistration& request) {
  if (auto found = subscriber(request.ue_id); !found) return std::unexpected(std::move(found).error());
  Serving& serving = serving_[request.ue_id];
  if (serving.amf && serving.amf->amf_instance_id != request.amf_instance_id) {
    log_info(Layer::udm, "{}: AMF {} takes over from AMF {}", request.ue_id, request.amf_instance_id, serving.amf->amf_instance_id);
    notify_amf(*serving.amf, request.initial_registration_ind ? sbi::DeregistrationReason::ue_initial_registration
                                                              : sbi::DeregistrationReason::ue_registration_area_change);
  }
  serving.amf = request;
  return NoContent{};
}

Reply<NoContent> Udm::deregister_amf(const sbi::Amf3gppAccessModification& request) {
  auto found = serving_.find(request.ue_id);
  if (found == serving_.end() || !found->second.amf) {
    return problem(404, cause::context_not_found, request.ue_id.substr(0, 32) + " has no serving AMF");
  }
  if (found->second.amf->guami != request.guami) {
    return problem(403, cause::invalid_guami,
                   fmt::format("{} is served by GUAMI {}, not {}", request.ue_id, found->second.amf->guami.text(), request.guami.text()));
  }
  if (request.purge_flag) found->second.amf.reset();
  drop_if_empty(request.ue_id);
  return NoContent{};
}

Reply<NoContent> Udm::register_smf(const sbi::SmfRegistration& request) {
  if (auto found = subscriber(request.ue_id); !found) return std::unexpected(std::move(found).error());
  auto& smfs = serving_[request.ue_id].smfs;
  std::erase_if(smfs, [&](const auto& smf) { return smf.pdu_session_id == request.pdu_session_id; });
  if (smfs.size() >= max_sessions_per_ue) {
    return problem(403, cause::nf_congestion, fmt::format("{} has {} sessions already", request.ue_id, smfs.size()));
  }
  smfs.push_back(request);
  return NoContent{};
}

Reply<NoContent> Udm::deregister_smf(const sbi::SmfDeregistration& request) {
  auto found = serving_.find(request.ue_id);
  size_t erased = found == serving_.end() ? 0 : std::erase_if(found->second.smfs, [&](const auto& smf) {
    return smf.pdu_session_id == request.pdu_session_id &&
           (request.smf_instance_id.empty() || smf.smf_instance_id == request.smf_instance_id);
  });
  if (erased == 0) {
    return problem(404, cause::context_not_found, fmt::format("{} has no session {}", request.ue_id.substr(0, 32), request.pdu_session_id));
  }
  drop_if_empty(request.ue_id);
  return NoContent{};
}

sbi::UeContextInSmfData Udm::ue_context_in_smf(const std::string& supi) const {
  sbi::UeContextInSmfData out;
  if (auto found = serving_.find(supi); found != serving_.end()) {
    for (const auto& smf : found->second.smfs)
      out.pdu_sessions.push_back({smf.pdu_session_id, smf.dnn, smf.smf_instance_id, smf.single_nssai});
  }
  return out;
}

}  // namespace sen::udm
