// Nsmf_PDUSession_UpdateSMContext (TS 29.502 5.2.2.3): N1 messages of the UE, N2 answers of the gNB, activation and deactivation of the
// user plane (TS 23.502 4.2.3, 4.2.6). Procedures of their own are in the other files.
#include <algorithm>

#include "base/log.h"
#include "codec/gtpu/message.h"
#include "core/smf/detail/core.h"
#include "core/smf/detail/n1.h"
#include "core/smf/detail/n2.h"
#include "core/smf/detail/n4_rules.h"
#include "core/smf/detail/router_advertisement.h"
#include "core/smf/limits.h"

namespace sen::smf {

using namespace detail;

void Smf::Core::update(const sbi::SmContextUpdateData& r, UpdateReply reply) {
  auto* found = find_ref(r.sm_context_ref);
  if (!found) return refuse_update(reply, 404, sbi::cause::context_not_found, "no SM context " + r.sm_context_ref);
  Session& s = *found;
  if (s.state == State::subscription || s.state == State::n4)
    return refuse_update(reply, 409, sbi::cause::n1_sm_error, fmt::format("{} is still being established", s.name()));
  if (!r.serving_nf_id.empty()) s.serving_nf = r.serving_nf_id;
  if (!r.sm_context_status_uri.empty()) s.status_uri = r.sm_context_status_uri;
  if (r.ue_location) s.tac = r.ue_location->tai.tac;
  if (r.release) return release_by_amf(s, std::move(reply));
  if (!r.n1_sm_msg.empty()) return update_n1(s, r, std::move(reply));
  if (r.to_be_switched) return path_switch(s, r, std::move(reply));
  if (r.failed_to_be_switched) return path_switch_failed(s, r, std::move(reply));
  if (r.ho_state && *r.ho_state != sbi::HoState::none) return handover(s, r, std::move(reply));
  if (!r.n2_sm_info.empty() || r.n2_sm_info_type) return update_n2(s, r, std::move(reply));
  if (r.up_cnx_state == sbi::UpCnxState::activating) return activate(s, std::move(reply));
  if (r.up_cnx_state == sbi::UpCnxState::deactivated) return deactivate(s, std::move(reply));
  reply(nothing());
}

// ---- N1

static bool uplink(const nas::Message& message) { return message.table()->direction != nas::Direction::downlink; }

void Smf::Core::update_n1(Session& s, const sbi::SmContextUpdateData& r, UpdateReply reply) {
  auto refuse = [&](uint8_t pti, nas::SmCause cause, const std::string& detail) {
    log_warning(Layer::smf, "{}: 5GSM message refused, cause {} ({}): {}", s.name(), static_cast<unsigned>(cause), nas::name_of(cause), detail);
    refuse_update(reply, 403, sbi::cause::n1_sm_error, detail, sm_status(s.psi, pti, cause));
  };
  auto message = nas::decode(r.n1_sm_msg);
  if (!message) {
    auto& error = message.error();
    if (error.cause == 0) {  // 24.501 7.2, 7.3: to be ignored
      numbers_.messages_refused.add();
      log_warning(Layer::smf, "{}: 5GSM message ignored: {}", s.name(), error.describe());
      return reply(nothing());
    }
    return refuse(error.pti.value_or(0), static_cast<nas::SmCause>(error.cause), error.describe());
  }
  auto* header = message->session();
  if (!header) return refuse(0, nas::SmCause::message_type_not_implemented, fmt::format("{} is not a 5GSM message", message->name()));
  uint8_t pti = header->pti;
  if (header->pdu_session_id != s.psi)
    return refuse(pti, nas::SmCause::invalid_pdu_session_identity, fmt::format("message for session {}", header->pdu_session_id));
  if (pti == 255) return refuse(pti, nas::SmCause::invalid_pti, "PTI 255 is reserved");
  if (auto* m = message->get_if<nas::PduSessionReleaseRequest>()) return release_requested(s, *m, std::move(reply));
  if (auto* m = message->get_if<nas::PduSessionReleaseComplete>()) return release_completed(s, *m, std::move(reply));
  if (auto* m = message->get_if<nas::PduSessionModificationRequest>()) return modification_requested(s, *m, std::move(reply));
  if (auto* m = message->get_if<nas::PduSessionModificationComplete>()) return modification_completed(s, *m, std::move(reply));
  if (auto* m = message->get_if<nas::PduSessionModificationCommandReject>()) return modification_rejected(s, *m, std::move(reply));
  if (auto* m = message->get_if<nas::SmStatus>()) return status_received(s, *m, std::move(reply));
  auto cause = uplink(*message) ? nas::SmCause::message_type_not_compatible_with_state : nas::SmCause::message_type_not_implemented;
  refuse(pti, cause, fmt::format("{} while {}", message->name(), to_string(s.state)));
}

// 24.501 6.5.3: the procedure that the UE does not understand ends.
void Smf::Core::status_received(Session& s, const nas::SmStatus& status, UpdateReply reply) {
  log_warning(Layer::smf, "{}: 5GSM STATUS, cause {} ({}) while {}", s.name(), static_cast<unsigned>(status.cause), nas::name_of(status.cause),
              to_string(s.state));
  reply(nothing());
  bool gone = status.cause == nas::SmCause::invalid_pdu_session_identity;
  if (s.state == State::releasing && s.n1_pending) return finish_release(s, sbi::SmCause::other);
  if (gone && s.state != State::releasing_n4) return release_locally(s, sbi::SmCause::pdu_session_status_mismatch, true);
  if (s.state == State::modifying) revert_modification(s);
}

// ---- N2

void Smf::Core::update_n2(Session& s, const sbi::SmContextUpdateData& r, UpdateReply reply) {
  using Type = sbi::N2SmInfoType;
  if (!r.n2_sm_info_type || r.n2_sm_info.empty())
    return refuse_update(reply, 400, sbi::cause::mandatory_ie_missing, "n2SmInfo and n2SmInfoType come together");
  switch (*r.n2_sm_info_type) {
    case Type::pdu_res_setup_rsp: return setup_response(s, r, std::move(reply));
    case Type::pdu_res_setup_fail: return setup_failed(s, r, std::move(reply));
    case Type::pdu_res_rel_rsp: return release_n2_done(s, std::move(reply));
    case Type::pdu_res_mod_rsp: return modify_response(s, r, std::move(reply));
    case Type::pdu_res_mod_fail: return modify_failed(s, r, std::move(reply));
    case Type::pdu_res_nty:
    case Type::pdu_res_nty_rel: return notify(s, r, std::move(reply));
    case Type::pdu_res_mod_ind: return modify_indication(s, r, std::move(reply));
    case Type::path_switch_req: return path_switch(s, r, std::move(reply));
    case Type::path_switch_setup_fail: return path_switch_failed(s, r, std::move(reply));
    case Type::secondary_rat_usage: return reply(nothing());
    default:
      refuse_update(reply, 403, sbi::cause::n2_sm_error, fmt::format("{}: N2 information {} is not for an SMF", s.name(), to_string(*r.n2_sm_info_type)));
  }
}

void Smf::Core::setup_response(Session& s, const sbi::SmContextUpdateData& r, UpdateReply reply) {
  auto transfer = ngap::decode_value<ngap::PduSessionResourceSetupResponseTransfer>(r.n2_sm_info);
  auto tunnel = transfer ? tunnel_of(transfer->dl_qos_flow_per_tnl_information.up_transport_layer_information) : Result<Tunnel>(std::unexpected(transfer.error()));
  // While paging, the AMF answers the UE's service request with the N2 information that came with the paging (23.502 4.2.3.3 step 6).
  bool awaited = (s.state == State::active || s.state == State::modifying) && (s.up != sbi::UpCnxState::deactivated || s.paging);
  if (!tunnel || !awaited) {
    std::string detail = tunnel ? fmt::format("setup response while {} and user plane {}", to_string(s.state), to_string(s.up)) : tunnel.error().describe();
    log_warning(Layer::smf, "{}: N2 setup response refused: {}", s.name(), detail);
    return refuse_update(reply, 403, sbi::cause::n2_sm_error, detail);
  }
  auto& flows = transfer->dl_qos_flow_per_tnl_information.associated_qos_flow_list;
  bool has_default = std::ranges::any_of(flows, [&](auto& f) { return f.qos_flow_identifier == s.default_flow().qfi; });
  if (!has_default) {
    log_warning(Layer::smf, "{}: the gNB did not set up the default QoS flow {}", s.name(), s.default_flow().qfi);
    return user_plane_lost(s, std::move(reply));
  }
  if (transfer->qos_flow_failed_to_setup_list) {
    for (auto& flow : *transfer->qos_flow_failed_to_setup_list)
      log_warning(Layer::smf, "{}: the gNB did not set up QoS flow {}: {}", s.name(), flow.qos_flow_identifier, describe(flow.cause));
  }
  s.established = true;
  user_plane_on(s, *tunnel, false, [this, reply = std::move(reply)](SessionPtr session, bool accepted) mutable {
    if (!session) return refuse_update(reply, 404, sbi::cause::context_not_found, "the session went meanwhile");
    sbi::SmContextUpdatedData out;
    out.up_cnx_state = session->up;
    if (session->up == sbi::UpCnxState::deactivated) return reply(std::move(out));  // meanwhile
    if (!accepted) return refuse_update(reply, 500, sbi::cause::network_failure, "the UPF did not take the tunnel");
    log_info(Layer::smf, "{}: user plane active, gNB {}", session->name(), session->gnb.text());
    reply(std::move(out));
    advertise(*session);
  });
}

void Smf::Core::setup_failed(Session& s, const sbi::SmContextUpdateData& r, UpdateReply reply) {
  auto transfer = ngap::decode_value<ngap::PduSessionResourceSetupUnsuccessfulTransfer>(r.n2_sm_info);
  log_warning(Layer::smf, "{}: the gNB did not set up the session: {}", s.name(), transfer ? describe(transfer->cause) : transfer.error().describe());
  user_plane_lost(s, std::move(reply));
}

// Nothing was ever set up: the accept, which travels with the setup request, did not reach the UE either (23.502 4.3.2.2.1 step 16).
void Smf::Core::user_plane_lost(Session& s, UpdateReply reply) {
  if (s.established) return deactivate(s, std::move(reply));
  sbi::SmContextUpdatedData out;
  out.up_cnx_state = sbi::UpCnxState::deactivated;
  reply(std::move(out));
  if (s.state == State::active || s.state == State::modifying) release_locally(s, sbi::SmCause::fiveg_an_not_responding, true);
}

// TS 23.502 4.3.7: the gNB notifies; PDU_RES_NTY_REL says that it released the session's resources.
void Smf::Core::notify(Session& s, const sbi::SmContextUpdateData& r, UpdateReply reply) {
  if (r.n2_sm_info_type == sbi::N2SmInfoType::pdu_res_nty_rel) {
    auto released = ngap::decode_value<ngap::PduSessionResourceNotifyReleasedTransfer>(r.n2_sm_info);
    if (!released) return refuse_update(reply, 403, sbi::cause::n2_sm_error, released.error().describe());
    log_info(Layer::smf, "{}: released by the gNB: {}", s.name(), describe(released->cause));
    return deactivate(s, std::move(reply));
  }
  auto transfer = ngap::decode_value<ngap::PduSessionResourceNotifyTransfer>(r.n2_sm_info);
  if (!transfer) return refuse_update(reply, 403, sbi::cause::n2_sm_error, transfer.error().describe());
  if (transfer->qos_flow_notify_list) {
    for (auto& flow : *transfer->qos_flow_notify_list)
      log_info(Layer::smf, "{}: QoS flow {} is {}fulfilled", s.name(), flow.qos_flow_identifier,
               flow.notification_cause == ngap::NotificationCause::fulfilled ? "" : "not ");
  }
  bool default_released = false;
  SessionChange change;
  if (transfer->qos_flow_released_list) {
    for (auto& flow : *transfer->qos_flow_released_list) {
      log_info(Layer::smf, "{}: QoS flow {} released by the gNB: {}", s.name(), flow.qos_flow_identifier, describe(flow.cause));
      if (flow.qos_flow_identifier == s.default_flow().qfi)
        default_released = true;
      else if (std::ranges::any_of(s.flows, [&](auto& f) { return f.qfi == flow.qos_flow_identifier; }))
        change.released_flows.push_back(static_cast<Qfi>(flow.qos_flow_identifier));
    }
  }
  if (default_released) return deactivate(s, std::move(reply));
  reply(nothing());
  if (!change.released_flows.empty()) {
    if (auto status = apply(s, change); !status) log_warning(Layer::smf, "{}: {}", s.name(), status.error().describe());
  }
}

void Smf::Core::modify_indication(Session& s, const sbi::SmContextUpdateData& r, UpdateReply reply) {
  auto transfer = ngap::decode_value<ngap::PduSessionResourceModifyIndicationTransfer>(r.n2_sm_info);
  auto tunnel = transfer ? tunnel_of(transfer->dl_qos_flow_per_tnl_information.up_transport_layer_information) : Result<Tunnel>(std::unexpected(transfer.error()));
  if (!tunnel) return refuse_update(reply, 403, sbi::cause::n2_sm_error, tunnel.error().describe());
  auto confirm = modify_confirm(s, *transfer);
  if (!confirm) return refuse_update(reply, 403, sbi::cause::n2_sm_error, confirm.error().describe());
  bool moved = !(s.gnb == *tunnel);
  user_plane_on(s, *tunnel, moved, [this, reply = std::move(reply), confirm = std::move(*confirm)](SessionPtr session, bool accepted) mutable {
    if (!session || !accepted) return refuse_update(reply, 500, sbi::cause::network_failure, "the UPF did not take the tunnel");
    sbi::SmContextUpdatedData out;
    out.n2_sm_info = std::move(confirm);
    out.n2_sm_info_type = sbi::N2SmInfoType::pdu_res_mod_cfm;
    reply(std::move(out));
  });
}

// ---- user plane

void Smf::Core::activate(Session& s, UpdateReply reply) {
  if (s.state != State::active && s.state != State::modifying)
    return refuse_update(reply, 403, sbi::cause::n2_sm_error, fmt::format("{} is {}", s.name(), to_string(s.state)));
  if (s.closing > 0) return s.activations.push_back(std::move(reply));
  auto n2 = setup_request(s, config_);
  if (!n2) return refuse_update(reply, 500, sbi::cause::system_failure, n2.error().describe());
  s.up = sbi::UpCnxState::activating;
  s.paging = false;
  sbi::SmContextUpdatedData out;
  out.up_cnx_state = sbi::UpCnxState::activating;
  out.n2_sm_info = std::move(*n2);
  out.n2_sm_info_type = sbi::N2SmInfoType::pdu_res_setup_req;
  reply(std::move(out));
}

void Smf::Core::deactivate(Session& s, UpdateReply reply) {
  user_plane_off(s, [reply = std::move(reply)](SessionPtr session) mutable {
    sbi::SmContextUpdatedData out;
    out.up_cnx_state = session ? session->up : sbi::UpCnxState::deactivated;
    reply(std::move(out));
  });
}

void Smf::Core::user_plane_off(Session& s, std::move_only_function<void(SessionPtr)> done) {
  bool was_on = !s.gnb.empty() || s.switching > 0;
  s.switching = 0;
  ++s.switched_off;
  s.up = sbi::UpCnxState::deactivated;
  s.gnb = s.target_gnb = {};
  s.ho = sbi::HoState::none;
  if (!was_on || s.up_seid == 0) return done(&s);
  log_info(Layer::smf, "{}: user plane deactivated", s.name());
  ++s.closing;
  modify_n4(s, downlink_to(s, {}, false), [this, seid = s.seid, done = std::move(done)](SessionPtr session, bool) mutable {
    done(session);
    session = find(seid);
    if (!session || --session->closing > 0) return;
    for (auto& reply : std::exchange(session->activations, {})) activate(*session, std::move(reply));
  });
}

void Smf::Core::user_plane_on(Session& s, const Tunnel& gnb, bool end_marker, std::move_only_function<void(SessionPtr, bool)> done) {
  ++s.switching;
  modify_n4(s, downlink_to(s, gnb, end_marker), [gnb, round = s.switched_off, done = std::move(done)](SessionPtr session, bool accepted) mutable {
    bool holds = session && session->switched_off == round;
    if (holds) --session->switching;
    if (holds && accepted) {
      session->gnb = gnb;
      session->up = sbi::UpCnxState::activated;
      session->paging = false;
    }
    done(session, accepted && holds);
  });
}

// ---- router advertisements (TS 23.501 5.8.2.2.3)

void Smf::Core::advertise(Session& s) {
  if (!s.has_v6() || s.gnb.empty() || s.cp.empty() || config_.gtpu_servers.empty()) return;
  ports_.send_n4u({s.cp.address(), gtpu::udp_port}, in_gtpu(s.cp.teid, router_advertisement(s, config_)));
  numbers_.advertisements.add();
  s.refresh_timer.start(limit::router_refresh, [this, seid = s.seid] {
    if (auto* session = find(seid)) advertise(*session);
  });
}

void Smf::Core::n4u_received(const Endpoint& from, ByteView bytes) {
  auto gpdu = gtpu::parse_gpdu(bytes);
  if (!gpdu) {
    if (gpdu.error() == gtpu::Reject::not_gpdu) {
      auto message = gtpu::decode(bytes);
      if (message && message->type == gtpu::echo_request) {
        if (auto answer = gtpu::encode(gtpu::echo_response_to(*message))) ports_.send_n4u(from, std::move(*answer));
        return;
      }
    }
    numbers_.n4u_dropped.add();
    log_debug(Layer::gtpu, "N4-u {}: {}", from.text(), gtpu::to_string(gpdu.error()));
    return;
  }
  auto it = sessions_.find(gpdu->teid);
  if (it == sessions_.end() || !is_router_solicitation(bytes.subspan(gpdu->payload_offset))) {
    numbers_.n4u_dropped.add();
    return;
  }
  advertise(*it->second);
}

}  // namespace sen::smf
