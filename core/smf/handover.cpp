// Handover: Xn path switch (TS 23.502 4.9.1.2) and N2 handover (4.9.1.3) of one session. The downlink moves in the UPF when the UE is at the
// target, with end markers to the source. Where the source cannot reach the target, the UPF forwards what it still has.
#include <algorithm>

#include "base/log.h"
#include "core/smf/detail/core.h"
#include "core/smf/detail/n2.h"
#include "core/smf/detail/n4_rules.h"
#include "core/smf/limits.h"

namespace sen::smf {

using namespace detail;

static Bytes or_empty(Result<Bytes> bytes) { return bytes ? std::move(*bytes) : Bytes(); }

// ---- Xn

void Smf::Core::path_switch(Session& s, const sbi::SmContextUpdateData& r, UpdateReply reply) {
  auto refuse = [&](const std::string& detail, ngap::CauseRadioNetwork cause) {
    log_warning(Layer::smf, "{}: path switch refused: {}", s.name(), detail);
    refuse_update(reply, 403, sbi::cause::n2_sm_error, detail, {}, or_empty(path_switch_unsuccessful(cause)));
  };
  using Cause = ngap::CauseRadioNetwork;
  auto request = ngap::decode_value<ngap::PathSwitchRequestTransfer>(r.n2_sm_info);
  if (!request) return refuse(request.error().describe(), Cause::unspecified);
  auto tunnel = tunnel_of(request->dl_ngu_up_tnl_information);
  if (!tunnel) return refuse(tunnel.error().describe(), Cause::unspecified);
  if (s.state != State::active && s.state != State::modifying) return refuse(fmt::format("the session is {}", to_string(s.state)), Cause::unknown_pdu_session_id);
  bool has_default = std::ranges::any_of(request->qos_flow_accepted_list, [&](auto& f) { return f.qos_flow_identifier == s.default_flow().qfi; });
  if (!has_default) return refuse(fmt::format("the target did not accept the default QoS flow {}", s.default_flow().qfi), Cause::invalid_qos_combination);
  user_plane_on(s, *tunnel, !s.gnb.empty(), [this, reply = std::move(reply)](SessionPtr session, bool accepted) mutable {
    if (!session || !accepted)
      return refuse_update(reply, 500, sbi::cause::network_failure, "the UPF did not take the tunnel", {}, or_empty(path_switch_unsuccessful(Cause::unspecified)));
    log_info(Layer::smf, "{}: path switched, gNB {}", session->name(), session->gnb.text());
    sbi::SmContextUpdatedData out;
    out.up_cnx_state = sbi::UpCnxState::activated;
    out.n2_sm_info = or_empty(path_switch_acknowledge(*session, config_));
    out.n2_sm_info_type = sbi::N2SmInfoType::path_switch_req_ack;
    reply(std::move(out));
  });
}

void Smf::Core::path_switch_failed(Session& s, const sbi::SmContextUpdateData& r, UpdateReply reply) {
  auto failed = ngap::decode_value<ngap::PathSwitchRequestSetupFailedTransfer>(r.n2_sm_info);
  log_warning(Layer::smf, "{}: not taken to the target gNB: {}", s.name(), failed ? describe(failed->cause) : failed.error().describe());
  deactivate(s, std::move(reply));
}

// ---- N2

void Smf::Core::handover(Session& s, const sbi::SmContextUpdateData& r, UpdateReply reply) {
  if (s.state != State::active && s.state != State::modifying)
    return refuse_update(reply, 403, sbi::cause::n2_sm_error, fmt::format("{} is {}", s.name(), to_string(s.state)));
  switch (*r.ho_state) {
    case sbi::HoState::preparing: return handover_prepare(s, r, std::move(reply));
    case sbi::HoState::prepared: return handover_prepared(s, r, std::move(reply));
    case sbi::HoState::completed: return handover_completed(s, std::move(reply));
    case sbi::HoState::cancelled:
    case sbi::HoState::none: break;
  }
  s.ho = sbi::HoState::none;
  s.target_gnb = {};
  stop_forwarding(s);
  sbi::SmContextUpdatedData out;
  out.ho_state = sbi::HoState::cancelled;
  reply(std::move(out));
}

void Smf::Core::handover_prepare(Session& s, const sbi::SmContextUpdateData& r, UpdateReply reply) {
  auto required = ngap::decode_value<ngap::HandoverRequiredTransfer>(r.n2_sm_info);
  auto n2 = setup_request(s, config_);
  if (!required || !n2 || s.gnb.empty()) {
    std::string detail = !required ? required.error().describe() : !n2 ? n2.error().describe() : "the session has no user plane";
    log_warning(Layer::smf, "{}: handover refused: {}", s.name(), detail);
    return refuse_update(reply, 403, sbi::cause::n2_sm_error, detail, {}, or_empty(handover_preparation_unsuccessful(ngap::CauseRadioNetwork::unspecified)));
  }
  s.ho = sbi::HoState::preparing;
  s.direct_forwarding = required->direct_forwarding_path_availability.has_value();
  s.target_gnb = {};
  sbi::SmContextUpdatedData out;
  out.ho_state = sbi::HoState::preparing;
  out.n2_sm_info = std::move(*n2);
  out.n2_sm_info_type = sbi::N2SmInfoType::pdu_res_setup_req;
  reply(std::move(out));
}

void Smf::Core::handover_prepared(Session& s, const sbi::SmContextUpdateData& r, UpdateReply reply) {
  auto refuse = [&](const std::string& detail) {
    s.ho = sbi::HoState::none;
    s.target_gnb = {};
    log_warning(Layer::smf, "{}: handover not prepared: {}", s.name(), detail);
    refuse_update(reply, 403, sbi::cause::n2_sm_error, detail, {},
                  or_empty(handover_preparation_unsuccessful(ngap::CauseRadioNetwork::ho_failure_in_target_5gc_ngran_node_or_target_system)));
  };
  if (s.ho != sbi::HoState::preparing) return refuse(fmt::format("handover state {}", to_string(s.ho)));
  if (r.n2_sm_info_type == sbi::N2SmInfoType::handover_res_alloc_fail) {
    auto failed = ngap::decode_value<ngap::HandoverResourceAllocationUnsuccessfulTransfer>(r.n2_sm_info);
    return refuse(failed ? describe(failed->cause) : failed.error().describe());
  }
  auto acknowledge = ngap::decode_value<ngap::HandoverRequestAcknowledgeTransfer>(r.n2_sm_info);
  if (!acknowledge) return refuse(acknowledge.error().describe());
  auto tunnel = tunnel_of(acknowledge->dl_ngu_up_tnl_information);
  if (!tunnel) return refuse(tunnel.error().describe());
  s.target_gnb = *tunnel;
  bool indirect = !s.direct_forwarding && acknowledge->dl_forwarding_up_tnl_information && n4_.chooses(s.upf) && s.up_seid != 0;
  if (indirect) return forward_data(s, std::move(*acknowledge), std::move(reply));
  command_handover(s, *acknowledge, {}, std::move(reply));
}

void Smf::Core::command_handover(Session& s, const ngap::HandoverRequestAcknowledgeTransfer& acknowledge, const Tunnel& via, UpdateReply reply) {
  auto command = handover_command(acknowledge, s.direct_forwarding, via);
  if (!command) return refuse_update(reply, 403, sbi::cause::n2_sm_error, command.error().describe());
  s.ho = sbi::HoState::prepared;
  sbi::SmContextUpdatedData out;
  out.ho_state = sbi::HoState::prepared;
  out.n2_sm_info = std::move(*command);
  out.n2_sm_info_type = sbi::N2SmInfoType::handover_cmd;
  reply(std::move(out));
}

// The source has no path to the target: its packets go through the UPF. A UPF that refuses costs the packets, not the handover.
void Smf::Core::forward_data(Session& s, ngap::HandoverRequestAcknowledgeTransfer acknowledge, UpdateReply reply) {
  std::vector<Qfi> flows;
  for (auto& flow : acknowledge.qos_flow_setup_response_list) {
    auto qfi = static_cast<Qfi>(flow.qos_flow_identifier);
    bool known = std::ranges::find(s.flows, qfi, &QosFlow::qfi) != s.flows.end();
    if (flow.data_forwarding_accepted && known && std::ranges::find(flows, qfi) == flows.end()) flows.push_back(qfi);
  }
  auto target = tunnel_of(*acknowledge.dl_forwarding_up_tnl_information);
  if (flows.empty() || !target) return command_handover(s, acknowledge, {}, std::move(reply));
  stop_forwarding(s);
  auto round = ++s.forwardings;
  n4_.request(s.upf, s.up_seid, detail::forward_data(s, *target, flows),
              [this, seid = s.seid, round, flows, acknowledge = std::move(acknowledge), reply = std::move(reply)](const N4Answer& answer) mutable {
                auto* session = find(seid);
                auto* response = answer.get_if<pfcp::SessionModificationResponse>();
                bool accepted = response && response->cause == pfcp::Cause::accepted;
                if (!session || session->ho != sbi::HoState::preparing || session->forwardings != round) {
                  if (session && accepted) modify_n4(*session, detail::stop_forwarding(flows), [](SessionPtr, bool) {});
                  return refuse_update(reply, 403, sbi::cause::n2_sm_error, "the handover ended meanwhile");
                }
                auto via = accepted ? forwarding_tunnel(response->created_pdrs, flows.front())
                                    : fail(Fault::denied, "", "the UPF refused: {}", response ? fmt::format("cause {}", static_cast<unsigned>(response->cause)) : answer.problem);
                if (accepted) session->forwarded = flows;
                if (!via) log_warning(Layer::smf, "{}: no indirect forwarding: {}", session->name(), via.error().describe());
                command_handover(*session, acknowledge, via ? *via : Tunnel(), std::move(reply));
              });
}

void Smf::Core::stop_forwarding(Session& s) {
  ++s.forwardings;
  if (!s.forwarded.empty()) modify_n4(s, detail::stop_forwarding(std::exchange(s.forwarded, {})), [](SessionPtr, bool) {});
}

void Smf::Core::handover_completed(Session& s, UpdateReply reply) {
  if (s.ho != sbi::HoState::prepared) return refuse_update(reply, 403, sbi::cause::n2_sm_error, fmt::format("{}: no handover is prepared", s.name()));
  s.ho = sbi::HoState::none;
  auto target = std::exchange(s.target_gnb, {});
  user_plane_on(s, target, true, [this, reply = std::move(reply)](SessionPtr session, bool accepted) mutable {
    if (!session || !accepted) return refuse_update(reply, 500, sbi::cause::network_failure, "the UPF did not take the tunnel");
    log_info(Layer::smf, "{}: handed over, gNB {}", session->name(), session->gnb.text());
    executor_.after(limit::forwarding_after_handover, guarded([this, seid = session->seid, round = session->forwardings] {
      auto* still = find(seid);
      if (still && still->forwardings == round) stop_forwarding(*still);
    }));
    sbi::SmContextUpdatedData out;
    out.ho_state = sbi::HoState::completed;
    out.up_cnx_state = sbi::UpCnxState::activated;
    reply(std::move(out));
  });
}

}  // namespace sen::smf
