// PDU session modification (TS 23.502 4.3.3; TS 24.501 6.3.2, 6.4.2): session AMBR and QoS flows by the network; by the UE its capability,
// always-on, protocol configuration, and QoS rules and flows (core/smf/ue_qos.cpp says which). The UPF changes first, then UE and gNB are commanded (T3591); what one of them refuses is undone.
#include <algorithm>

#include "base/log.h"
#include "core/smf/detail/core.h"
#include "core/smf/detail/n1.h"
#include "core/smf/detail/n2.h"
#include "core/smf/detail/n4_rules.h"
#include "core/smf/detail/ue_qos.h"
#include "core/smf/limits.h"

namespace sen::smf {

using namespace detail;

// ---- requested by the network

Status Smf::Core::modify_session(const std::string& supi, PduSessionId id, const SessionChange& change) {
  auto* s = find(supi, id);
  if (!s) return fail(Fault::not_found, "", "{} has no session {}", supi, id);
  return apply(*s, change);
}

static QosFlow flow_of(const FlowChange& c) {
  QosFlow out;
  out.qfi = c.qfi;
  out.five_qi = c.five_qi;
  out.arp = c.arp;
  out.gfbr_ul = c.gfbr_ul;
  out.gfbr_dl = c.gfbr_dl;
  out.mfbr_ul = std::max(c.mfbr_ul, c.gfbr_ul);
  out.mfbr_dl = std::max(c.mfbr_dl, c.gfbr_dl);
  FlowFilter filter;
  filter.remote = c.remote;
  filter.remote_ports = {c.remote_port, c.remote_port};
  filter.protocol = c.protocol;
  out.filters = {filter};
  out.precedence = c.precedence;
  return out;
}

static Result<std::vector<QosFlow>> changed_flows(const Session& s, const SessionChange& change) {
  auto flows = s.flows;
  if (change.default_qos) {
    flows.front().five_qi = change.default_qos->five_qi;
    flows.front().arp = change.default_qos->arp;
  }
  for (Qfi qfi : change.released_flows) {
    auto it = std::ranges::find(flows, qfi, &QosFlow::qfi);
    if (it == flows.end()) return fail(Fault::not_found, "", "{} has no QoS flow {}", s.name(), qfi);
    if (it == flows.begin()) return fail(Fault::invalid, "", "QoS flow {} is the default one of {}", qfi, s.name());
    flows.erase(it);
  }
  for (auto& c : change.flows) {
    if (c.qfi < 2 || c.qfi > 63) return fail(Fault::invalid, "QFI", "{} is not between 2 and 63", c.qfi);
    auto it = std::ranges::find(flows, c.qfi, &QosFlow::qfi);
    if (it == flows.end() && flows.size() >= limit::flows_per_session)
      return fail(Fault::exhausted, "", "{} has {} QoS flows already", s.name(), flows.size());
    auto changed = flow_of(c);
    if (it == flows.end())
      flows.push_back(std::move(changed));
    else if (it->gbr() != changed.gbr())
      return fail(Fault::invalid, "", "QoS flow {} of {} cannot change between GBR and non-GBR: release it and add another", c.qfi, s.name());
    else
      *it = std::move(changed);
  }
  return flows;
}

Status Smf::Core::apply(Session& s, const SessionChange& change) {
  if (s.state != State::active) return fail(Fault::denied, "", "{} is {}", s.name(), to_string(s.state));
  SEN_ASSIGN(auto flows, changed_flows(s, change));
  if (change.ambr && !(*change.ambr == s.ambr)) s.old_ambr = std::exchange(s.ambr, *change.ambr);
  if (flows != s.flows) s.old_flows = std::exchange(s.flows, std::move(flows));
  if (!s.old_ambr && s.old_flows.empty()) return {};
  s.state = State::modifying;
  s.pti = 0;
  modify_n4(s, change_qos(s), [this](SessionPtr session, bool accepted) {
    if (!session || session->state != State::modifying) return;
    if (accepted) return command_modification(session->seid);
    restore_values(*session);
    end_modification(*session);
  });
  return {};
}

void Smf::Core::command_modification(uint64_t seid) {
  auto& s = *find(seid);
  auto n1 = modification_command(s, config_);
  auto n2 = s.gnb.empty() ? Result<Bytes>(Bytes()) : modify_request(s);
  if (!n1 || !n2) {
    log_error(Layer::smf, "{}: {}", s.name(), (!n1 ? n1.error() : n2.error()).describe());
    return revert_modification(s);
  }
  s.n1_command = *n1;
  s.n1_sent = 1;
  s.n1_pending = true;
  s.n2_pending = !n2->empty();
  transfer(s, std::move(*n1), std::move(*n2), sbi::N2SmInfoType::pdu_res_mod_req, false, [this](SessionPtr session, const auto& answer) {
    using Cause = sbi::N1N2MessageTransferCause;
    if (!session || session->state != State::modifying) return;
    if (answer && (answer->cause == Cause::n1_n2_transfer_initiated || answer->cause == Cause::attempting_to_reach_ue)) return;
    log_warning(Layer::smf, "{}: the AMF did not deliver the modification: {}", session->name(),
                answer ? std::string(to_string(answer->cause)) : answer.error().cause);
    revert_modification(*session);
  });
  start_t3591(seid);
}

// 24.501 6.3.2.5 a
void Smf::Core::start_t3591(uint64_t seid) {
  auto* s = find(seid);
  if (!s) return;
  s->n1_timer.start(std::chrono::milliseconds(config_.time.t3591_ms), [this, seid] {
    auto* session = find(seid);
    if (!session || session->state != State::modifying) return;
    if (session->n1_sent > limit::n1_retransmissions) {
      log_warning(Layer::smf, "{}: T3591 expired {} times, modification undone", session->name(), session->n1_sent);
      return revert_modification(*session);
    }
    ++session->n1_sent;
    transfer(*session, session->n1_command, {}, std::nullopt, false, [](SessionPtr, const auto&) {});
    start_t3591(seid);
  });
}

void Smf::Core::modification_completed(Session& s, const nas::PduSessionModificationComplete& complete, UpdateReply reply) {
  bool awaited = s.state == State::modifying && s.n1_pending;
  if (!awaited || complete.pti != s.pti) {
    auto cause = awaited ? nas::SmCause::pti_mismatch : nas::SmCause::message_type_not_compatible_with_state;
    std::string detail = awaited ? fmt::format("modification complete with PTI {} instead of {}", complete.pti, s.pti)
                                 : fmt::format("modification complete while {}", to_string(s.state));
    log_warning(Layer::smf, "{}: {}", s.name(), detail);
    return refuse_update(reply, 403, sbi::cause::n1_sm_error, detail, sm_status(s.psi, complete.pti, cause));
  }
  log_info(Layer::smf, "{}: modified", s.name());
  end_modification(s);
  reply(nothing());
}

void Smf::Core::modification_rejected(Session& s, const nas::PduSessionModificationCommandReject& reject, UpdateReply reply) {
  if (s.state != State::modifying || !s.n1_pending || reject.pti != s.pti) {
    std::string detail = fmt::format("modification command reject (PTI {}) while {} (PTI {})", reject.pti, to_string(s.state), s.pti);
    log_warning(Layer::smf, "{}: {}", s.name(), detail);
    return refuse_update(reply, 403, sbi::cause::n1_sm_error, detail,
                         sm_status(s.psi, reject.pti, nas::SmCause::message_type_not_compatible_with_state));
  }
  log_warning(Layer::smf, "{}: the UE rejected the modification, cause {} ({})", s.name(), static_cast<unsigned>(reject.cause), nas::name_of(reject.cause));
  reply(nothing());
  if (reject.cause == nas::SmCause::invalid_pdu_session_identity) return release_locally(s, sbi::SmCause::pdu_session_status_mismatch, true);
  revert_modification(s);
}

void Smf::Core::modify_response(Session& s, const sbi::SmContextUpdateData& r, UpdateReply reply) {
  auto transfer = ngap::decode_value<ngap::PduSessionResourceModifyResponseTransfer>(r.n2_sm_info);
  if (!transfer) return refuse_update(reply, 403, sbi::cause::n2_sm_error, transfer.error().describe());
  s.n2_pending = false;
  if (transfer->qos_flow_failed_to_add_or_modify_list) {
    for (auto& flow : *transfer->qos_flow_failed_to_add_or_modify_list)
      log_warning(Layer::smf, "{}: the gNB did not take QoS flow {}: {}", s.name(), flow.qos_flow_identifier, describe(flow.cause));
  }
  if (!transfer->dl_ngu_up_tnl_information) return reply(nothing());
  auto tunnel = tunnel_of(*transfer->dl_ngu_up_tnl_information);
  if (!tunnel) return refuse_update(reply, 403, sbi::cause::n2_sm_error, tunnel.error().describe());
  user_plane_on(s, *tunnel, true, [reply = std::move(reply)](SessionPtr, bool) mutable { reply(sbi::SmContextUpdatedData{}); });
}

// The UE's command, which travels with the gNB's request, did not arrive either.
void Smf::Core::modify_failed(Session& s, const sbi::SmContextUpdateData& r, UpdateReply reply) {
  auto transfer = ngap::decode_value<ngap::PduSessionResourceModifyUnsuccessfulTransfer>(r.n2_sm_info);
  if (!transfer) return refuse_update(reply, 403, sbi::cause::n2_sm_error, transfer.error().describe());
  log_warning(Layer::smf, "{}: the gNB refused the modification: {}", s.name(), describe(transfer->cause));
  reply(nothing());
  if (s.state == State::modifying && s.n2_pending) revert_modification(s);
}

void Smf::Core::end_modification(Session& s) {
  s.state = State::active;
  s.n1_timer.stop();
  s.n1_command = {};
  s.n1_pending = s.n2_pending = false;
  s.pti = 0;
  s.old_ambr.reset();
  s.old_flows.clear();
  s.pco_asked = {};
}

void Smf::Core::restore_values(Session& s) {
  if (s.old_ambr) std::swap(*s.old_ambr, s.ambr);
  if (!s.old_flows.empty()) std::swap(s.old_flows, s.flows);
}

void Smf::Core::revert_modification(Session& s) {
  restore_values(s);
  if (s.old_ambr || !s.old_flows.empty()) modify_n4(s, change_qos(s), [](SessionPtr, bool) {});
  end_modification(s);
}

// ---- changed by the operator (TS 23.502 4.3.3.2 step 1d)

void Smf::Core::watch_subscription(Session& s) {
  sbi::SdmSubscription request{.supi = s.supi, .nf_instance_id = config_.instance_id, .callback_reference = config_.instance_id + "/" + s.ref(),
                               .monitored_resource_uris = {"sm-data"}};
  bus_.call<sbi::NudmSdmSubscribe>(std::move(request), guarded([this, seid = s.seid, supi = s.supi](sbi::Reply<sbi::SdmSubscription> reply) {
    if (!reply) return;
    if (auto* session = find(seid)) return void(session->sdm_subscription = std::move(reply->subscription_id));
    bus_.call<sbi::NudmSdmUnsubscribe>({.supi = supi, .subscription_id = reply->subscription_id}, [](sbi::Reply<sbi::NoContent>) {});
  }));
}

void Smf::Core::subscription_changed(uint64_t seid) {
  auto* s = find(seid);
  if (!s || s->state == State::releasing || s->state == State::releasing_n4) return;
  if (s->state != State::active)  // another procedure is under way
    return void(executor_.after(limit::subscription_retry, guarded([this, seid] { subscription_changed(seid); })));
  bus_.call<sbi::NudmSdmGetSmData>({s->supi, s->s_nssai, s->dnn}, guarded([this, seid](sbi::Reply<sbi::SmSubscriptionData> answer) {
    if (auto* session = find(seid)) adapt(*session, answer);
  }));
}

void Smf::Core::adapt(Session& s, const sbi::Reply<sbi::SmSubscriptionData>& answer) {
  if (s.state != State::active) return subscription_changed(s.seid);
  if (!answer && answer.error().status != 404 && answer.error().status != 403) return;  // the UDM's trouble is no reason to release
  const sbi::DnnConfiguration* found = nullptr;
  if (answer) {
    for (auto& slice : answer->individual) {
      auto dnn = std::ranges::find(slice.dnn_configurations, s.dnn, &sbi::DnnConfiguration::dnn);
      if (slice.single_nssai == s.s_nssai && dnn != slice.dnn_configurations.end()) found = &*dnn;
    }
  }
  if (!found) {
    log_info(Layer::smf, "{}: slice {} DNN '{}' is subscribed no longer, released", s.name(), s.s_nssai.text(), s.dnn);
    return release_by_network(s, nas::SmCause::regular_deactivation);
  }
  SessionChange change;
  change.ambr = found->session_ambr;
  change.default_qos = found->qos_profile;
  if (auto status = apply(s, change); !status) log_warning(Layer::smf, "{}: {}", s.name(), status.error().describe());
}

// ---- requested by the UE

void Smf::Core::modification_requested(Session& s, const nas::PduSessionModificationRequest& request, UpdateReply reply) {
  if (request.pti == 0) return refuse_update(reply, 403, sbi::cause::n1_sm_error, "PTI 0 in a request of the UE", sm_status(s.psi, 0, nas::SmCause::invalid_pti));
  if (s.state == State::modifying) {
    // 24.501 6.4.2.6 e: the network's procedure goes on; a repeated request gets its command again.
    sbi::SmContextUpdatedData out;
    if (s.pti == request.pti) out.n1_sm_msg = s.n1_command;
    return reply(std::move(out));
  }
  if (s.state != State::active)
    return reject_modification(s, request.pti, nas::SmCause::message_not_compatible_with_state, fmt::format("the session is {}", to_string(s.state)), reply);
  auto flows = requested_flows(s, request.qos_rules ? request.qos_rules->rules : std::vector<nas::QosRule>(),
                               request.qos_flows ? request.qos_flows->flows : std::vector<nas::QosFlowDescription>());
  if (!flows) return reject_modification(s, request.pti, flows.error().cause, flows.error().why, reply);
  if (request.capability) s.reflective_qos = request.capability->rqos;
  if (request.integrity_rate) {
    s.integrity_rate_ul = request.integrity_rate->uplink;
    s.integrity_rate_dl = request.integrity_rate->downlink;
  }
  s.wants_always_on = request.always_on && request.always_on->on;
  if (request.pco) {
    s.pco_asked = request.pco->options;
    if (s.pco_asked.size() > limit::pco_options) s.pco_asked.resize(limit::pco_options);
  }
  s.pti = request.pti;
  s.state = State::modifying;
  if (*flows == s.flows) return command_requested(s, std::move(reply));
  s.old_flows = std::exchange(s.flows, std::move(*flows));
  modify_n4(s, change_qos(s), [this, reply = std::move(reply)](SessionPtr session, bool accepted) mutable {
    if (!session || session->state != State::modifying) return refuse_update(reply, 404, sbi::cause::context_not_found, "the session went meanwhile");
    if (accepted) return command_requested(*session, std::move(reply));
    auto pti = session->pti;
    restore_values(*session);
    end_modification(*session);
    reject_modification(*session, pti, nas::SmCause::insufficient_resources, "the UPF did not take the QoS flows", reply);
  });
}

void Smf::Core::reject_modification(Session& s, uint8_t pti, nas::SmCause cause, const std::string& why, UpdateReply& reply) {
  log_warning(Layer::smf, "{}: modification rejected, 5GSM cause {} ({}): {}", s.name(), static_cast<unsigned>(cause), nas::name_of(cause), why);
  refuse_update(reply, 403, sbi::cause::n1_sm_error, why, modification_reject(s.psi, pti, cause));
}

// The answer to the UE's request: the command, and what of it concerns the gNB.
void Smf::Core::command_requested(Session& s, UpdateReply reply) {
  auto n1 = modification_command(s, config_);
  auto n2 = s.gnb.empty() ? Result<Bytes>(Bytes()) : modify_request(s);
  if (!n1 || !n2) {
    auto pti = s.pti;
    revert_modification(s);
    return reject_modification(s, pti, nas::SmCause::protocol_error, (!n1 ? n1.error() : n2.error()).describe(), reply);
  }
  s.n1_command = *n1;
  s.n1_sent = 1;
  s.n1_pending = true;
  s.n2_pending = !n2->empty();
  sbi::SmContextUpdatedData out;
  out.n1_sm_msg = std::move(*n1);
  if (!n2->empty()) out.n2_sm_info_type = sbi::N2SmInfoType::pdu_res_mod_req;
  out.n2_sm_info = std::move(*n2);
  reply(std::move(out));
  start_t3591(s.seid);
}

}  // namespace sen::smf
