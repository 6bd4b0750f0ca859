// PDU session establishment (TS 23.502 4.3.2.2.1; TS 24.501 6.4.1). The AMF's Create call is answered when the N4 session stands, so that
// every refusal carries its PDU SESSION ESTABLISHMENT REJECT; the accept and the gNB's setup request follow by N1N2MessageTransfer.
#include <algorithm>

#include "base/log.h"
#include "core/smf/detail/core.h"
#include "core/smf/detail/n1.h"
#include "core/smf/detail/n2.h"
#include "core/smf/detail/n4_rules.h"
#include "core/smf/limits.h"

namespace sen::smf {

using namespace detail;

struct Smf::Core::Establishment {
  CreateReply reply;
  uint64_t seid = 0;  // 0: there is no session yet
  size_t upf = 0;
  std::string supi;
  uint8_t psi = 0;
  uint8_t pti = 0;
  std::optional<nas::PduSessionKind> wanted_kind;
  std::optional<nas::SscModeValue> wanted_ssc;
  std::vector<sbi::SscMode> allowed_ssc;
  IpAddress earlier_v4, earlier_v6;  // of the same session that this one replaces (existing PDU session)
};

void Smf::Core::reject(Establishment e, uint16_t status, std::string_view cause, nas::SmCause sm_cause, std::string detail) {
  log_warning(Layer::smf, "{} session {}: rejected, 5GSM cause {} ({}): {}", e.supi, e.psi, static_cast<unsigned>(sm_cause),
              nas::name_of(sm_cause), detail);
  numbers_.creation_failures.add();
  if (auto* session = e.seid ? find(e.seid) : nullptr) remove(*session);
  Bytes n1 = e.pti == 0 ? Bytes() : establishment_reject(e.psi, e.pti, sm_cause, e.allowed_ssc);
  e.reply(std::unexpected(sbi::ProblemDetails{status, std::string(cause), std::move(detail), std::move(n1), {}}));
}

// The message that Create must bring (7 of TS 24.501 says what else is answered).
static std::expected<nas::PduSessionEstablishmentRequest, nas::DecodeError> establishment_request(ByteView n1) {
  auto message = nas::decode(n1);
  if (!message) return std::unexpected(message.error());
  auto* request = message->get_if<nas::PduSessionEstablishmentRequest>();
  if (request) return std::move(*request);
  nas::DecodeError error;
  static_cast<Error&>(error) = {Fault::invalid, "5GSM", fmt::format("{} does not establish a session", message->name())};
  error.cause = static_cast<uint8_t>(nas::SmCause::message_type_not_compatible_with_state);
  if (auto* header = message->session()) {
    error.pdu_session_id = header->pdu_session_id;
    error.pti = header->pti;
  }
  return std::unexpected(std::move(error));
}

static bool serves_slice(const SmfConfig& config, const SNssai& slice, const std::string& dnn) {
  if (config.slices.empty()) return true;
  return std::ranges::any_of(config.slices, [&](const SliceConfig& s) {
    return s.s_nssai == slice && (s.dnns.empty() || std::ranges::find(s.dnns, dnn) != s.dnns.end());
  });
}

static std::string slices_text(const SmfConfig& config) {
  std::string out;
  for (auto& s : config.slices) {
    out += (out.empty() ? "" : ", ") + s.s_nssai.text();
    for (auto& dnn : s.dnns) out += " " + dnn;
  }
  return out;
}

void Smf::Core::create(const sbi::SmContextCreateData& r, CreateReply reply) {
  numbers_.creation_requests.add();
  Establishment e{.reply = std::move(reply), .supi = r.supi, .psi = r.pdu_session_id};
  auto message = establishment_request(r.n1_sm_msg);
  if (!message) {
    auto& error = message.error();
    e.pti = error.pti.value_or(0);
    auto cause = error.cause == 0 ? nas::SmCause::protocol_error : static_cast<nas::SmCause>(error.cause);
    return reject(std::move(e), 403, sbi::cause::n1_sm_error, cause, error.describe());
  }
  if (message->pti == 0 || message->pti == 255) {  // 24.501 7.3.1: a reserved or unassigned value
    std::string detail = fmt::format("PTI {} in the establishment request (1 to 254)", message->pti);
    e.pti = message->pti;
    return reject(std::move(e), 403, sbi::cause::n1_sm_error, nas::SmCause::invalid_pti, detail);
  }
  e.pti = message->pti;
  if (r.pdu_session_id < 1 || r.pdu_session_id > 15 || message->pdu_session_id != r.pdu_session_id) {
    std::string detail = fmt::format("session identity {} from the AMF, {} in the message (1 to 15)", r.pdu_session_id, message->pdu_session_id);
    return reject(std::move(e), 403, sbi::cause::n1_sm_error, nas::SmCause::invalid_pdu_session_identity, detail);
  }
  auto* earlier = find(r.supi, r.pdu_session_id);
  bool existing = r.request_type == sbi::RequestType::existing_pdu_session || r.request_type == sbi::RequestType::existing_emergency_pdu_session;
  if (existing && !earlier)
    return reject(std::move(e), 404, sbi::cause::context_not_found, nas::SmCause::pdu_session_does_not_exist, "the UE asks for an existing session that is not here");
  if (earlier) {  // 24.501 6.4.1.7 c: the session is released without a word, and established anew
    log_info(Layer::smf, "{}: replaced by a new session of the same identity", earlier->name());
    if (existing) e.earlier_v4 = earlier->ipv4, e.earlier_v6 = earlier->ipv6_prefix;
    bool same_amf = earlier->status_uri == r.sm_context_status_uri;
    release_locally(*earlier, sbi::SmCause::rel_due_to_duplicate_session_id, !same_amf);
  }
  auto added = add(r.supi, r.pdu_session_id);
  if (!added)
    return reject(std::move(e), 503, sbi::cause::insufficient_resources_slice, nas::SmCause::insufficient_resources, added.error().text);
  Session& s = **added;
  e.seid = s.seid;
  s.pti = e.pti;
  s.dnn = r.dnn;
  s.s_nssai = r.s_nssai;
  s.serving_plmn = r.serving_network;
  if (r.ue_location) s.tac = r.ue_location->tai.tac;
  s.serving_nf = r.serving_nf_id;
  s.status_uri = r.sm_context_status_uri;
  s.wants_always_on = message->always_on && message->always_on->on;
  s.reflective_qos = message->capability && message->capability->rqos;
  if (message->pco) {
    s.pco_asked = std::move(message->pco->options);
    if (s.pco_asked.size() > limit::pco_options) s.pco_asked.resize(limit::pco_options);
  }
  s.integrity_rate_ul = message->integrity_rate.uplink;
  s.integrity_rate_dl = message->integrity_rate.downlink;
  if (message->type) e.wanted_kind = message->type->kind;
  if (message->ssc_mode) e.wanted_ssc = message->ssc_mode->mode;
  if (r.dnn.empty() || !pools_.knows_dnn(r.dnn))
    return reject(std::move(e), 403, sbi::cause::dnn_not_supported, nas::SmCause::missing_or_unknown_dnn,
                  fmt::format("DNN '{}' requested, none of the configured subnets (session[].dnn) is for it", r.dnn));
  if (!serves_slice(config_, r.s_nssai, r.dnn))
    return reject(std::move(e), 403, sbi::cause::snssai_denied, nas::SmCause::missing_or_unknown_dnn_in_slice,
                  fmt::format("slice {} DNN '{}' requested, configured (info[]): {}", r.s_nssai.text(), r.dnn, slices_text(config_)));
  if (config_.security_indication.given && config_.security_indication.integrity == SecurityIndicationConfig::Need::required &&
      (s.integrity_rate_ul == 1 || s.integrity_rate_dl == 1))
    return reject(std::move(e), 403, sbi::cause::n1_sm_error, nas::SmCause::integrity_protection_data_rate_too_low,
                  "integrity protection is configured as required, the UE's maximum data rate for it is none");
  auto on_answer = guarded([this, e = std::move(e)](sbi::Reply<sbi::SmSubscriptionData> answer) mutable { subscribed(std::move(e), answer); });
  bus_.call<sbi::NudmSdmGetSmData>({r.supi, r.s_nssai, r.dnn}, std::move(on_answer));
}

static std::string dnns_text(const sbi::SmSubscriptionData& data) {
  std::string out;
  for (auto& slice : data.individual) {
    for (auto& dnn : slice.dnn_configurations) out += fmt::format("{}slice {} DNN '{}'", out.empty() ? "" : ", ", slice.single_nssai.text(), dnn.dnn);
  }
  return out.empty() ? "nothing" : out;
}

void Smf::Core::subscribed(Establishment e, const sbi::Reply<sbi::SmSubscriptionData>& answer) {
  auto* s = find(e.seid);
  if (!s || s->state != State::subscription) return e.reply(sbi::problem(409, sbi::cause::context_not_found, "the session was replaced meanwhile"));
  if (!answer) {
    auto& p = answer.error();
    std::string detail = fmt::format("slice {} DNN '{}' requested; the UDM says {} {}: {}", s->s_nssai.text(), s->dnn, p.status, p.cause, p.detail);
    if (p.status == 404 || p.status == 403)
      return reject(std::move(e), 403, p.cause == sbi::cause::user_not_found ? sbi::cause::subscription_denied : sbi::cause::dnn_denied,
                    nas::SmCause::service_option_not_subscribed, detail);
    return reject(std::move(e), 504, sbi::cause::peer_not_responding, nas::SmCause::network_failure, detail);
  }
  for (auto& slice : answer->individual) {
    if (slice.single_nssai != s->s_nssai) continue;
    auto found = std::ranges::find(slice.dnn_configurations, s->dnn, &sbi::DnnConfiguration::dnn);
    if (found != slice.dnn_configurations.end()) return take_subscription(std::move(e), *found);
  }
  reject(std::move(e), 403, sbi::cause::dnn_denied, nas::SmCause::service_option_not_subscribed,
         fmt::format("slice {} DNN '{}' requested, subscribed: {}", s->s_nssai.text(), s->dnn, dnns_text(*answer)));
}

void Smf::Core::take_subscription(Establishment e, const sbi::DnnConfiguration& subscription) {
  auto& s = *find(e.seid);
  if (!select_type(e, subscription) || !select_ssc(e, subscription)) return;
  s.ambr = subscription.session_ambr;
  QosFlow flow;
  flow.qfi = 1;
  flow.five_qi = subscription.qos_profile.five_qi;
  flow.arp = subscription.qos_profile.arp;
  s.flows = {flow};
  if (!take_addresses(e, subscription)) return;
  auto upf = select_upf(s);
  if (!upf) {
    std::string peers;
    for (size_t i = 0; i < n4_.upf_count(); ++i)
      peers += fmt::format("{}{} ({}associated)", i ? ", " : "", n4_.endpoint(i).text(), n4_.associated(i) ? "" : "not ");
    return reject(std::move(e), 500, sbi::cause::upf_not_responding, nas::SmCause::insufficient_resources,
                  fmt::format("no UPF for DNN '{}' and TAC {}; configured: {}", s.dnn, s.tac ? std::to_string(*s.tac) : "?", peers));
  }
  s.upf = e.upf = *upf;
  establish_n4(std::move(e));
}

static std::string kinds_text(const sbi::PduSessionTypes& types) {
  std::string out(to_string(types.default_session_type));
  for (auto type : types.allowed_session_types) out += ", " + std::string(to_string(type));
  return out;
}

// 24.501 6.4.1.3, 6.4.1.4.1: what the UE asks, the subscription allows and the pools have.
bool Smf::Core::select_type(Establishment& e, const sbi::DnnConfiguration& subscription) {
  using Kind = nas::PduSessionKind;
  using Type = sbi::PduSessionType;
  auto& s = *find(e.seid);
  auto& types = subscription.pdu_session_types;
  auto allowed = [&](Type type) {
    return types.default_session_type == type || std::ranges::find(types.allowed_session_types, type) != types.allowed_session_types.end();
  };
  bool both = allowed(Type::ipv4v6);
  bool v4 = (allowed(Type::ipv4) || both) && pools_.serves(s.dnn, true);
  bool v6 = (allowed(Type::ipv6) || both) && pools_.serves(s.dnn, false);
  Kind wanted = e.wanted_kind.value_or(static_cast<Kind>(static_cast<uint8_t>(types.default_session_type) + 1));
  auto refuse = [&](nas::SmCause cause) {
    reject(std::move(e), 403, sbi::cause::pdutype_denied, cause,
           fmt::format("type {} requested, subscribed: {}; subnets of DNN '{}': IPv4 {}, IPv6 {}", nas::name_of(wanted), kinds_text(types), s.dnn,
                       pools_.describe(s.dnn, true), pools_.describe(s.dnn, false)));
    return false;
  };
  if (wanted != Kind::ipv4 && wanted != Kind::ipv6 && wanted != Kind::ipv4v6) return refuse(nas::SmCause::unknown_pdu_session_type);
  if (!v4 && !v6) return refuse(nas::SmCause::unknown_pdu_session_type);
  s.kind = wanted;
  if (wanted == Kind::ipv4 && !v4) return refuse(nas::SmCause::ipv6_only_allowed);
  if (wanted == Kind::ipv6 && !v6) return refuse(nas::SmCause::ipv4_only_allowed);
  if (wanted == Kind::ipv4v6 && !(v4 && v6 && both)) {
    s.kind = v4 ? Kind::ipv4 : Kind::ipv6;
    s.reduced = v4 ? nas::SmCause::ipv4_only_allowed : nas::SmCause::ipv6_only_allowed;
  }
  return true;
}

bool Smf::Core::select_ssc(Establishment& e, const sbi::DnnConfiguration& subscription) {
  auto& s = *find(e.seid);
  auto allowed = subscription.ssc_modes.allowed_ssc_modes;
  allowed.push_back(subscription.ssc_modes.default_ssc_mode);
  s.ssc = e.wanted_ssc.value_or(static_cast<nas::SscModeValue>(static_cast<uint8_t>(subscription.ssc_modes.default_ssc_mode) + 1));
  // 24.501 9.11.4.16: the unused values 4 to 6 are taken as modes 1 to 3.
  if (static_cast<uint8_t>(s.ssc) > 3) s.ssc = static_cast<nas::SscModeValue>(static_cast<uint8_t>(s.ssc) - 3);
  auto mode = static_cast<sbi::SscMode>(static_cast<uint8_t>(s.ssc) - 1);
  if (s.ssc >= nas::SscModeValue::mode_1 && std::ranges::find(allowed, mode) != allowed.end()) return true;
  std::string text;
  for (auto m : allowed) text += fmt::format("{}{}", text.empty() ? "" : ", ", to_string(m));
  e.allowed_ssc = allowed;
  reject(std::move(e), 403, sbi::cause::sscmode_denied, nas::SmCause::not_supported_ssc_mode,
         fmt::format("SSC mode {} requested, subscribed: {}", static_cast<unsigned>(s.ssc), text));
  return false;
}

// A /64 as an address.
static IpAddress prefix_of(const Octets<16>& address) {
  Octets<16> prefix = address;
  std::fill(prefix.begin() + 8, prefix.end(), uint8_t{0});
  return IpAddress(prefix);
}

bool Smf::Core::take_addresses(Establishment& e, const sbi::DnnConfiguration& subscription) {
  auto& s = *find(e.seid);
  std::optional<IpAddress> v4, v6;
  if (!e.earlier_v4.empty()) v4 = e.earlier_v4;
  if (!e.earlier_v6.empty()) v6 = e.earlier_v6;
  if (subscription.static_ipv4) v4 = IpAddress(*subscription.static_ipv4);
  if (subscription.static_ipv6) v6 = prefix_of(*subscription.static_ipv6);
  auto refuse = [&](const Error& error) {
    reject(std::move(e), 500, sbi::cause::insufficient_resources_slice_dnn, nas::SmCause::insufficient_resources,
           fmt::format("no address for DNN '{}': {}", s.dnn, error.text));
    return false;
  };
  if (s.kind != nas::PduSessionKind::ipv6) {
    auto address = pools_.take(s.dnn, true, v4);
    if (!address) return refuse(address.error());
    s.ipv4 = *address;
  }
  if (s.kind == nas::PduSessionKind::ipv4) return true;
  auto prefix = pools_.take(s.dnn, false, v6);
  if (!prefix) return refuse(prefix.error());
  s.ipv6_prefix = *prefix;
  // Unique on the link, which holds the router (::1) and this UE; a static address keeps its own.
  for (size_t i = 0; i < 4; ++i) s.interface_id[4 + i] = static_cast<uint8_t>(s.teid() >> (24 - 8 * i));
  s.interface_id[3] = 1;
  if (subscription.static_ipv6) std::copy_n(subscription.static_ipv6->begin() + 8, 8, s.interface_id.begin());
  return true;
}

std::optional<size_t> Smf::Core::select_upf(const Session& session) const {
  std::optional<size_t> best;
  for (size_t i = 0; i < n4_.upf_count(); ++i) {
    auto& c = n4_.config(i);
    if (!n4_.associated(i)) continue;
    if (!c.dnns.empty() && std::ranges::find(c.dnns, session.dnn) == c.dnns.end()) continue;
    if (!c.tacs.empty() && (!session.tac || std::ranges::find(c.tacs, *session.tac) == c.tacs.end())) continue;
    if (!best || n4_.sessions(i) < n4_.sessions(*best)) best = i;
  }
  return best;
}

// F-TEIDs for a UPF that does not choose them (29.244 5.5.2).
Status Smf::Core::own_f_teids(Session& s) {
  SEN_ASSIGN(auto uplink, n4_.resource(s.upf, s.teid() * 2));
  SEN_ASSIGN(auto cp, n4_.resource(s.upf, s.teid() * 2 + 1));
  auto tunnel = [](const auto& resource) {
    Tunnel out{.teid = resource.first};
    if (resource.second.ipv4) out.v4 = IpAddress(*resource.second.ipv4);
    if (resource.second.ipv6) out.v6 = IpAddress(*resource.second.ipv6);
    return out;
  };
  s.ul = tunnel(uplink);
  s.cp = tunnel(cp);
  return {};
}

void Smf::Core::establish_n4(Establishment e) {
  auto& s = *find(e.seid);
  bool choose = n4_.chooses(s.upf);
  if (!choose) {
    if (auto status = own_f_teids(s); !status)
      return reject(std::move(e), 500, sbi::cause::network_failure, nas::SmCause::insufficient_resources, status.error().describe());
  }
  s.state = State::n4;
  numbers_.n4_requests.add();
  n4_.request(s.upf, 0, establishment(s, config_, n4_.own_id(), choose, false),
              [this, e = std::move(e)](const N4Answer& answer) mutable { n4_established(std::move(e), answer); });
}

static nas::SmCause sm_cause_of(pfcp::Cause cause) {
  switch (cause) {
    case pfcp::Cause::congestion:
    case pfcp::Cause::no_resources:
    case pfcp::Cause::all_dynamic_addresses_occupied: return nas::SmCause::insufficient_resources;
    default: return nas::SmCause::network_failure;
  }
}

void Smf::Core::n4_established(Establishment e, const N4Answer& answer) {
  auto* s = find(e.seid);
  auto* response = answer.get_if<pfcp::SessionEstablishmentResponse>();
  bool accepted = response && response->cause == pfcp::Cause::accepted && response->up_f_seid && response->up_f_seid->seid != 0;
  if (!s || s->state != State::n4) {  // replaced or released meanwhile: the UPF must not keep it
    if (accepted) n4_.request(e.upf, response->up_f_seid->seid, pfcp::SessionDeletionRequest{}, [](const N4Answer&) {});
    return e.reply(sbi::problem(409, sbi::cause::context_not_found, "the session went meanwhile"));
  }
  auto upf = n4_.endpoint(s->upf).text();
  if (!accepted) {
    numbers_.n4_failures.add();
    if (!response) return reject(std::move(e), 504, sbi::cause::upf_not_responding, nas::SmCause::network_failure, fmt::format("UPF {}: {}", upf, answer.problem));
    if (response->cause == pfcp::Cause::accepted)
      return reject(std::move(e), 500, sbi::cause::network_failure, nas::SmCause::network_failure, fmt::format("UPF {} accepted without a UP F-SEID", upf));
    return reject(std::move(e), 500, sbi::cause::network_failure, sm_cause_of(response->cause),
                  fmt::format("UPF {} refused: PFCP cause {}", upf, static_cast<unsigned>(response->cause)));
  }
  s->up_seid = response->up_f_seid->seid;
  n4_.count_session(s->upf, 1);
  if (n4_.chooses(s->upf)) {
    if (auto status = take_created(*s, response->created_pdrs); !status) {
      numbers_.n4_failures.add();
      delete_n4(*s, [](SessionPtr) {});
      return reject(std::move(e), 500, sbi::cause::network_failure, nas::SmCause::network_failure, fmt::format("UPF {}: {}", upf, status.error().describe()));
    }
  }
  s->state = State::active;
  s->up = sbi::UpCnxState::activating;
  sbi::SmContextCreatedData created;
  created.sm_context_ref = s->ref();
  created.pdu_session_id = s->psi;
  created.s_nssai = s->s_nssai;
  created.up_cnx_state = sbi::UpCnxState::activating;
  e.reply(std::move(created));
  accept(*s);
}

void Smf::Core::accept(Session& s) {
  auto n1 = establishment_accept(s, config_);
  auto n2 = setup_request(s, config_);
  if (!n1 || !n2) {
    log_error(Layer::smf, "{}: {}", s.name(), (!n1 ? n1.error() : n2.error()).describe());
    return release_locally(s, sbi::SmCause::other, true);
  }
  log_info(Layer::smf, "{}: accepted, DNN {} slice {} {} {}{} UPF {} {}", s.name(), s.dnn, s.s_nssai.text(), nas::name_of(s.kind),
           s.has_v4() ? s.ipv4.text() : "", s.has_v6() ? " " + s.ipv6_prefix.text() + "/64" : "", n4_.endpoint(s.upf).text(), s.ul.text());
  s.pco_asked = {};
  s.pti = 0;
  sbi::SmfRegistration registration{s.supi, s.psi, config_.instance_id, s.s_nssai, s.dnn, s.serving_plmn};
  bus_.call<sbi::NudmUecmRegisterSmf>(std::move(registration), [name = s.name()](sbi::Reply<sbi::NoContent> reply) {
    if (!reply) log_warning(Layer::smf, "{}: the UDM did not register it: {} {}", name, reply.error().status, reply.error().cause);
  });
  watch_subscription(s);
  transfer(s, std::move(*n1), std::move(*n2), sbi::N2SmInfoType::pdu_res_setup_req, false,
           [this](SessionPtr session, const auto& answer) { accept_answered(session, answer); });
}

void Smf::Core::accept_answered(SessionPtr session, const sbi::Reply<sbi::N1N2MessageTransferRspData>& answer) {
  if (!session) return;
  using Cause = sbi::N1N2MessageTransferCause;
  bool sent = answer && (answer->cause == Cause::n1_n2_transfer_initiated || answer->cause == Cause::attempting_to_reach_ue ||
                         answer->cause == Cause::waiting_for_asynchronous_transfer);
  if (sent) {
    numbers_.creation_successes.add();
    return;
  }
  numbers_.creation_failures.add();
  std::string why = answer ? std::string(to_string(answer->cause)) : fmt::format("{} {}", answer.error().status, answer.error().cause);
  log_error(Layer::smf, "{}: the AMF did not deliver the accept: {}", session->name(), why);
  release_locally(*session, sbi::SmCause::other, true);
}

}  // namespace sen::smf
