// UL and DL NAS TRANSPORT (TS 24.501 5.4.5): N1 SM information between the UE and its SMF.
#include <algorithm>
#include <cctype>

#include "core/amf/detail/core.h"

namespace sen::amf {

using nas::MmCause;

// The payload goes back to the UE (5.4.5.2.5, 5.4.5.3.1).
void Core::return_payload(Ue& ue, const nas::UlNasTransport& m, MmCause cause, const std::string& why) {
  log_warning(Layer::amf, "{}: payload not forwarded, cause {} ({}): {}", ue.name(), static_cast<int>(cause), nas::name_of(cause) ? nas::name_of(cause) : "?", why);
  nas::DlNasTransport out;
  out.payload_type = m.payload_type;
  out.payload = m.payload;
  out.pdu_session_id = m.pdu_session_id;
  out.cause = cause;
  if (cause == MmCause::congestion) out.back_off = nas::GprsTimer3::from_seconds(config.overload.back_off_s);
  send_nas(ue, out);
}

static sbi::RequestType to_sbi(nas::RequestKind kind) {
  return kind == nas::RequestKind::existing_pdu_session ? sbi::RequestType::existing_pdu_session : sbi::RequestType::initial_request;
}

void Core::on_ul_nas_transport(Connection& c, Ue& ue, nas::UlNasTransport& m) {
  if (!ue.registered() || !c.secured) return send_status(ue, MmCause::message_type_not_compatible_with_state);
  if (m.payload_type.type != nas::PayloadType::n1_sm_information) {
    return return_payload(ue, m, MmCause::payload_was_not_forwarded, fmt::format("payload container type {} is not served", static_cast<int>(m.payload_type.type)));
  }
  if (!m.pdu_session_id) return return_payload(ue, m, MmCause::payload_was_not_forwarded, "no PDU session identity");
  PduSessionId id = *m.pdu_session_id;
  if (id < 1 || id > 15) return return_payload(ue, m, MmCause::payload_was_not_forwarded, fmt::format("PDU session identity {}, 1 to 15 are allowed", id));
  Bytes payload;
  if (m.payload.sm.message) {
    auto encoded = nas::encode(m.payload.sm.message);
    if (encoded) payload = std::move(*encoded);
  } else {
    payload = m.payload.sm.bytes;
  }
  if (payload.empty()) return return_payload(ue, m, MmCause::payload_was_not_forwarded, "an empty payload");
  Session* session = ue.session(id);
  auto kind = m.request_type ? std::optional(m.request_type->kind) : std::nullopt;
  if (kind && *kind != nas::RequestKind::modification_request) {
    bool known = *kind == nas::RequestKind::initial_request || *kind == nas::RequestKind::existing_pdu_session;
    if (!known) return return_payload(ue, m, MmCause::payload_was_not_forwarded, fmt::format("request type {} is not served", static_cast<int>(*kind)));
    if (*kind == nas::RequestKind::existing_pdu_session && !session) return return_payload(ue, m, MmCause::payload_was_not_forwarded, fmt::format("PDU session {} does not exist", id));
    return establish(c, ue, m, std::move(payload));
  }
  if (!session || session->state != Session::State::active) {
    return return_payload(ue, m, MmCause::payload_was_not_forwarded, fmt::format("PDU session {} does not exist", id));
  }
  sbi::SmContextUpdateData data;
  data.n1_sm_msg = std::move(payload);
  data.ue_location = location(c);
  update_session(ue, id, std::move(data));
}

// TS 23.003 9.1: labels compare without regard to case, and an operator identifier may follow the network identifier.
static bool same_dnn(std::string_view a, std::string_view b) {
  a = a.substr(0, a.find(".mnc"));
  b = b.substr(0, b.find(".mnc"));
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

void Core::establish(Connection& c, Ue& ue, nas::UlNasTransport& m, Bytes payload) {
  PduSessionId id = *m.pdu_session_id;
  SNssai slice;
  if (m.s_nssai) {
    slice = SNssai(*m.s_nssai);
    if (std::find(ue.allowed.begin(), ue.allowed.end(), slice) == ue.allowed.end()) {
      std::string allowed;
      for (const auto& a : ue.allowed) allowed += " " + a.text();
      return return_payload(ue, m, MmCause::no_network_slices_available, fmt::format("slice {} requested, allowed are{}", slice.text(), allowed));
    }
  } else {
    slice = ue.allowed.empty() ? SNssai{.sst = 1} : ue.allowed.front();
    for (const auto& s : ue.subscription) {
      if (s.standard && std::find(ue.allowed.begin(), ue.allowed.end(), s.s_nssai) != ue.allowed.end()) {
        slice = s.s_nssai;
        break;
      }
    }
  }
  auto subscribed = std::find_if(ue.subscription.begin(), ue.subscription.end(), [&](const SubscribedSlice& s) { return s.s_nssai == slice; });
  std::string dnn = m.dnn ? m.dnn->name : std::string();
  if (dnn.empty() && subscribed != ue.subscription.end() && !subscribed->dnns.empty()) dnn = subscribed->dnns.front();
  if (dnn.empty()) {
    if (const PlmnSupport* support = config.support_of(ue.tai.plmn)) {
      for (const auto& s : support->slices) {
        if (s.s_nssai == slice) dnn = s.default_dnn;
      }
    }
  }
  bool wildcard = subscribed != ue.subscription.end() && std::find(subscribed->dnns.begin(), subscribed->dnns.end(), "*") != subscribed->dnns.end();
  bool named = false;
  if (subscribed != ue.subscription.end()) {
    auto found = std::find_if(subscribed->dnns.begin(), subscribed->dnns.end(), [&](const std::string& d) { return same_dnn(d, dnn); });
    named = found != subscribed->dnns.end();
    if (named) dnn = *found;
  }
  if (dnn.empty() || (!named && !wildcard)) {
    std::string known;
    if (subscribed != ue.subscription.end()) {
      for (const auto& d : subscribed->dnns) known += " " + d;
    }
    return return_payload(ue, m, MmCause::dnn_not_supported_or_not_subscribed,
                          fmt::format("DNN \"{}\" requested in slice {}, subscribed are{}", dnn, slice.text(), known.empty() ? " none" : known));
  }
  if (ue.session(id)) {
    if (ue.session(id)->state == Session::State::creating) return;  // a retransmission: the answer is on its way
    release_session(ue, id, sbi::SmCause::rel_due_to_duplicate_session_id);  // TS 23.502 4.3.2.2.1 step 1
  }
  if (ue.sessions.size() >= limit::sessions_per_ue) {
    return return_payload(ue, m, MmCause::maximum_number_of_pdu_sessions_reached, fmt::format("{} sessions (limit {})", ue.sessions.size(), limit::sessions_per_ue));
  }
  sbi::SmContextCreateData request{.supi = ue.supi, .pdu_session_id = id, .dnn = dnn, .s_nssai = slice, .serving_nf_id = config.name, .guami = ue.guami,
                                   .serving_network = ue.tai.plmn, .request_type = to_sbi(m.request_type->kind), .ue_location = location(c),
                                   .sm_context_status_uri = config.name, .n1_sm_msg = std::move(payload)};
  if (ue.imeisv_known) request.pei = "imeisv-" + digits_from_bcd(ue.imeisv);
  ue.sessions.push_back({id, Session::State::creating, false, slice, std::move(dnn), {}});
  metrics.sessions.add(1);
  ask_always<sbi::NsmfCreateSmContext>(ue, std::move(request), [id, original = m](Core& core, Ue& u, sbi::Reply<sbi::SmContextCreatedData> reply) {
    Session* session = u.session(id);
    if (!session || session->state != Session::State::creating) {
      if (reply) core.bus.call<sbi::NsmfReleaseSmContext>({.sm_context_ref = reply->sm_context_ref}, [](auto) {});
      return;
    }
    if (reply) {
      session->ref = std::move(reply->sm_context_ref);
      session->state = Session::State::active;
      if (!reply->n2_sm_info.empty()) core.deliver(u, {id, {}, std::move(reply->n2_sm_info), reply->n2_sm_info_type, {}});
      return;
    }
    auto& problem = reply.error();
    std::string why = fmt::format("SMF: {} {} {}", problem.status, problem.cause, problem.detail);
    core.forget_session(u, id);
    if (problem.n1_sm_msg.empty()) {
      MmCause cause = problem.cause == sbi::cause::dnn_denied || problem.cause == sbi::cause::dnn_not_supported ? MmCause::dnn_not_supported_or_not_subscribed
                                                                                                                 : MmCause::payload_was_not_forwarded;
      return core.return_payload(u, original, cause, why);
    }
    log_warning(Layer::amf, "{}: PDU session {} refused: {}", u.name(), id, why);
    core.deliver_n1(u, id, problem.n1_sm_msg);
  });
}

}  // namespace sen::amf
