// Handover: Xn path switch (TS 23.502 4.9.1.2) and N2 handover (4.9.1.3) of one session. The downlink moves in the UPF when the UE is at the
// target, with end markers to the source.
#include <algorithm>

#include "base/log.h"
#include "core/smf/detail/core.h"
#include "core/smf/detail/n2.h"
#include "core/smf/detail/n4_rules.h"

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
  auto command = handover_command(*acknowledge, s.direct_forwarding);
  if (!command) return refuse(command.error().describe());
  s.target_gnb = *tunnel;
  s.ho = sbi::HoState::prepared;
  sbi::SmContextUpdatedData out;
  out.ho_state = sbi::HoState::prepared;
  out.n2_sm_info = std::move(*command);
  out.n2_sm_info_type = sbi::N2SmInfoType::handover_cmd;
  reply(std::move(out));
}

void Smf::Core::handover_completed(Session& s, UpdateReply reply) {
  if (s.ho != sbi::HoState::prepared) return refuse_update(reply, 403, sbi::cause::n2_sm_error, fmt::format("{}: no handover is prepared", s.name()));
  s.ho = sbi::HoState::none;
  auto target = std::exchange(s.target_gnb, {});
  user_plane_on(s, target, true, [this, reply = std::move(reply)](SessionPtr session, bool accepted) mutable {
    if (!session || !accepted) return refuse_update(reply, 500, sbi::cause::network_failure, "the UPF did not take the tunnel");
    log_info(Layer::smf, "{}: handed over, gNB {}", session->name(), session->gnb.text());
    sbi::SmContextUpdatedData out;
    out.ho_state = sbi::HoState::completed;
    out.up_cnx_state = sbi::UpCnxState::activated;
    reply(std::move(out));
  });
}

}  // namespace sen::smf
