// PDU session resources (TS 38.413 8.2) and the SM contexts in the SMF (TS 29.502): information is relayed, not interpreted.
#include <algorithm>

#include "core/amf/detail/core.h"

namespace sen::amf {

using sbi::N2SmInfoType;

void Core::update_session(Ue& ue, PduSessionId id, sbi::SmContextUpdateData data) {
  Session* session = ue.session(id);
  if (!session || session->ref.empty()) return;
  data.sm_context_ref = session->ref;
  ask_always<sbi::NsmfUpdateSmContext>(ue, std::move(data), [id](Core& core, Ue& u, auto reply) { core.session_updated(u, id, std::move(reply)); });
}

void Core::session_updated(Ue& ue, PduSessionId id, sbi::Reply<sbi::SmContextUpdatedData> reply) {
  if (!ue.session(id)) return;
  if (!reply) {
    log_warning(Layer::amf, "{}: PDU session {}: SMF: {} {} {}", ue.name(), id, reply.error().status, reply.error().cause, reply.error().detail);
    if (!reply.error().n1_sm_msg.empty()) deliver_n1(ue, id, reply.error().n1_sm_msg);
    if (reply.error().cause == sbi::cause::context_not_found) forget_session(ue, id);
    return;
  }
  if (reply->n1_sm_msg.empty() && reply->n2_sm_info.empty()) return;
  deliver(ue, {id, std::move(reply->n1_sm_msg), std::move(reply->n2_sm_info), reply->n2_sm_info_type, {}});
}

void Core::forget_session(Ue& ue, PduSessionId id) {
  size_t gone = std::erase_if(ue.sessions, [id](const Session& s) { return s.id == id; });
  metrics.sessions.add(-static_cast<int64_t>(gone));
}

void Core::release_session(Ue& ue, PduSessionId id, sbi::SmCause cause) {
  Session* session = ue.session(id);
  if (!session) return;
  if (!session->ref.empty()) bus.call<sbi::NsmfReleaseSmContext>({.sm_context_ref = session->ref, .cause = cause}, [](auto) {});
  forget_session(ue, id);
}

void Core::release_sessions(Ue& ue, sbi::SmCause cause) {
  while (!ue.sessions.empty()) release_session(ue, ue.sessions.back().id, cause);
}

void Core::deactivate(Ue& ue, const std::optional<sbi::NgApCause>& cause) {
  for (auto& session : ue.sessions) {
    if (!session.user_plane) continue;
    session.user_plane = false;
    sbi::SmContextUpdateData data;
    data.up_cnx_state = sbi::UpCnxState::deactivated;
    data.ng_ap_cause = cause;
    update_session(ue, session.id, std::move(data));
  }
}

uint16_t Core::align_sessions(Ue& ue, const nas::PduSessionStatus* status) {
  uint16_t out = 0;
  std::vector<PduSessionId> gone;
  for (const auto& session : ue.sessions) {
    if (status && !status->has(session.id)) {
      gone.push_back(session.id);
    } else {
      out = static_cast<uint16_t>(out | 1u << session.id);
    }
  }
  for (PduSessionId id : gone) release_session(ue, id, sbi::SmCause::pdu_session_status_mismatch);
  return out;
}

void Core::activate(Ue& ue, uint16_t mask, void (Core::*done)(Ue&)) {
  ue.activation = std::make_unique<Activation>();
  for (PduSessionId id = 1; id <= 15; ++id) {
    if ((mask >> id & 1) == 0) continue;
    Session* session = ue.session(id);
    if (!session || session->state != Session::State::active) {
      ue.activation->failed = static_cast<uint16_t>(ue.activation->failed | 1u << id);
      continue;
    }
    ue.activation->outstanding = static_cast<uint16_t>(ue.activation->outstanding | 1u << id);
    sbi::SmContextUpdateData data;
    data.sm_context_ref = session->ref;
    data.up_cnx_state = sbi::UpCnxState::activating;
    if (Connection* c = connection_of(ue)) data.ue_location = location(*c);
    ask<sbi::NsmfUpdateSmContext>(ue, std::move(data), [id, done](Core& core, Ue& u, sbi::Reply<sbi::SmContextUpdatedData> reply) {
      if (!u.activation) return;
      u.activation->outstanding = static_cast<uint16_t>(u.activation->outstanding & ~(1u << id));
      if (reply && reply->n2_sm_info_type == N2SmInfoType::pdu_res_setup_req && !reply->n2_sm_info.empty()) {
        u.activation->items.push_back({id, std::move(reply->n1_sm_msg), std::move(reply->n2_sm_info), reply->n2_sm_info_type, {}});
      } else {
        u.activation->failed = static_cast<uint16_t>(u.activation->failed | 1u << id);
        if (!reply && reply.error().cause == sbi::cause::context_not_found) core.forget_session(u, id);
      }
      if (u.activation->outstanding == 0) (core.*done)(u);
    });
  }
  if (ue.activation->outstanding == 0) (this->*done)(ue);
}

// DL NAS TRANSPORT around a 5GSM message, protected.
Bytes Core::sm_nas(PduSessionId id, const Bytes& n1) {
  nas::DlNasTransport m;
  m.payload_type.type = nas::PayloadType::n1_sm_information;
  m.payload.sm.bytes = n1;
  m.pdu_session_id = id;
  auto plain = nas::encode(m);
  return plain ? std::move(*plain) : Bytes();
}

void Core::deliver_n1(Ue& ue, PduSessionId id, const Bytes& n1) {
  Bytes plain = sm_nas(id, n1);
  if (!plain.empty()) send_nas(ue, plain);
}

void Core::deliver(Ue& ue, SmDelivery d) {
  Connection* c = connection_of(ue);
  if (!c || c->state == Connection::State::releasing) {
    log_warning(Layer::amf, "{}: PDU session {}: nothing delivered, the UE is idle", ue.name(), d.session);
    return;
  }
  Session* session = ue.session(d.session);
  if (d.n2.empty() || !d.type || !session) {
    if (!d.n1.empty()) deliver_n1(ue, d.session, d.n1);
    return;
  }
  if (d.type == N2SmInfoType::pdu_res_setup_req && c->state == Connection::State::signalling) {
    std::vector<SmDelivery> items;
    items.push_back(std::move(d));
    return send_context_setup(ue, *c, {}, std::move(items));
  }
  Bytes nas;
  if (!d.n1.empty()) {
    auto pdu = protect(ue, sm_nas(d.session, d.n1));
    if (pdu) nas = std::move(*pdu);
  }
  if (!deliver_n2(ue, *c, d, nas)) {
    log_warning(Layer::amf, "{}: PDU session {}: N2 information of the SMF is not usable", ue.name(), d.session);
    if (!nas.empty()) transport(*c, std::move(nas));
  }
}

bool Core::deliver_n2(Ue& ue, Connection& c, SmDelivery& d, Bytes nas) {
  Session* session = ue.session(d.session);
  switch (*d.type) {
    case N2SmInfoType::pdu_res_setup_req: {
      auto transfer = ngap::decode_value<ngap::PduSessionResourceSetupRequestTransfer>(d.n2);
      if (!transfer) return false;
      ngap::PduSessionResourceSetupRequest m;
      auto& item = m.pdu_session_resource_setup_list_su_req.emplace_back();
      item.pdu_session_id = d.session;
      item.s_nssai = to_ngap(session->slice);
      item.pdu_session_resource_setup_request_transfer = std::move(*transfer);
      if (!nas.empty()) item.pdu_session_nas_pdu = std::move(nas);
      if (ue.ambr) {
        auto& ambr = m.ue_aggregate_maximum_bit_rate.emplace();
        ambr.ue_aggregate_maximum_bit_rate_dl = static_cast<int64_t>(ue.ambr->downlink.bps);
        ambr.ue_aggregate_maximum_bit_rate_ul = static_cast<int64_t>(ue.ambr->uplink.bps);
      }
      return send(c, m);
    }
    case N2SmInfoType::pdu_res_mod_req: {
      auto transfer = ngap::decode_value<ngap::PduSessionResourceModifyRequestTransfer>(d.n2);
      if (!transfer) return false;
      ngap::PduSessionResourceModifyRequest m;
      auto& item = m.pdu_session_resource_modify_list_mod_req.emplace_back();
      item.pdu_session_id = d.session;
      item.pdu_session_resource_modify_request_transfer = std::move(*transfer);
      if (!nas.empty()) item.nas_pdu = std::move(nas);
      return send(c, m);
    }
    case N2SmInfoType::pdu_res_rel_cmd: {
      auto transfer = ngap::decode_value<ngap::PduSessionResourceReleaseCommandTransfer>(d.n2);
      if (!transfer) return false;
      ngap::PduSessionResourceReleaseCommand m;
      auto& item = m.pdu_session_resource_to_release_list_rel_cmd.emplace_back();
      item.pdu_session_id = d.session;
      item.pdu_session_resource_release_command_transfer = std::move(*transfer);
      if (!nas.empty()) m.nas_pdu = std::move(nas);
      session->user_plane = false;
      return send(c, m);
    }
    case N2SmInfoType::pdu_res_mod_cfm: {
      auto transfer = ngap::decode_value<ngap::PduSessionResourceModifyConfirmTransfer>(d.n2);
      if (!transfer) return false;
      ngap::PduSessionResourceModifyConfirm m;
      auto& item = m.pdu_session_resource_modify_list_mod_cfm.emplace().emplace_back();
      item.pdu_session_id = d.session;
      item.pdu_session_resource_modify_confirm_transfer = std::move(*transfer);
      return send(c, m);
    }
    default: return false;
  }
}

void Core::n2_from_gnb(Ue& ue, PduSessionId id, Result<Bytes> transfer, N2SmInfoType type) {
  Session* session = ue.session(id);
  if (!session || !transfer) {
    metrics.n2_errors.add();
    log_warning(Layer::amf, "{}: N2 information for PDU session {}, which does not exist", ue.name(), id);
    return;
  }
  if (type == N2SmInfoType::pdu_res_setup_rsp) session->user_plane = true;
  if (type == N2SmInfoType::pdu_res_setup_fail || type == N2SmInfoType::pdu_res_nty_rel) session->user_plane = false;
  sbi::SmContextUpdateData data;
  data.n2_sm_info = std::move(*transfer);
  data.n2_sm_info_type = type;
  update_session(ue, id, std::move(data));
}

void Core::on_setup_response(Connection& c, const ngap::PduSessionResourceSetupResponse& m) {
  Ue* ue = ue_of(c);
  if (!ue) return;
  if (m.pdu_session_resource_setup_list_su_res) {
    for (const auto& item : *m.pdu_session_resource_setup_list_su_res) {
      n2_from_gnb(*ue, item.pdu_session_id, ngap::encode_value(item.pdu_session_resource_setup_response_transfer), N2SmInfoType::pdu_res_setup_rsp);
    }
  }
  if (m.pdu_session_resource_failed_to_setup_list_su_res) {
    for (const auto& item : *m.pdu_session_resource_failed_to_setup_list_su_res) {
      n2_from_gnb(*ue, item.pdu_session_id, ngap::encode_value(item.pdu_session_resource_setup_unsuccessful_transfer), N2SmInfoType::pdu_res_setup_fail);
    }
  }
}

void Core::on_modify_response(Connection& c, const ngap::PduSessionResourceModifyResponse& m) {
  Ue* ue = ue_of(c);
  if (!ue) return;
  if (m.pdu_session_resource_modify_list_mod_res) {
    for (const auto& item : *m.pdu_session_resource_modify_list_mod_res) {
      n2_from_gnb(*ue, item.pdu_session_id, ngap::encode_value(item.pdu_session_resource_modify_response_transfer), N2SmInfoType::pdu_res_mod_rsp);
    }
  }
  if (m.pdu_session_resource_failed_to_modify_list_mod_res) {
    for (const auto& item : *m.pdu_session_resource_failed_to_modify_list_mod_res) {
      n2_from_gnb(*ue, item.pdu_session_id, ngap::encode_value(item.pdu_session_resource_modify_unsuccessful_transfer), N2SmInfoType::pdu_res_mod_fail);
    }
  }
}

void Core::on_resource_release_response(Connection& c, const ngap::PduSessionResourceReleaseResponse& m) {
  Ue* ue = ue_of(c);
  if (!ue) return;
  for (const auto& item : m.pdu_session_resource_released_list_rel_res) {
    n2_from_gnb(*ue, item.pdu_session_id, ngap::encode_value(item.pdu_session_resource_release_response_transfer), N2SmInfoType::pdu_res_rel_rsp);
  }
}

void Core::on_notify(Connection& c, const ngap::PduSessionResourceNotify& m) {
  Ue* ue = ue_of(c);
  if (!ue) return;
  if (m.pdu_session_resource_notify_list) {
    for (const auto& item : *m.pdu_session_resource_notify_list) {
      n2_from_gnb(*ue, item.pdu_session_id, ngap::encode_value(item.pdu_session_resource_notify_transfer), N2SmInfoType::pdu_res_nty);
    }
  }
  if (m.pdu_session_resource_released_list_not) {
    for (const auto& item : *m.pdu_session_resource_released_list_not) {
      n2_from_gnb(*ue, item.pdu_session_id, ngap::encode_value(item.pdu_session_resource_notify_released_transfer), N2SmInfoType::pdu_res_nty_rel);
    }
  }
}

void Core::on_modify_indication(Connection& c, const ngap::PduSessionResourceModifyIndication& m) {
  Ue* ue = ue_of(c);
  if (!ue) return;
  for (const auto& item : m.pdu_session_resource_modify_list_mod_ind) {
    n2_from_gnb(*ue, item.pdu_session_id, ngap::encode_value(item.pdu_session_resource_modify_indication_transfer), N2SmInfoType::pdu_res_mod_ind);
  }
}

}  // namespace sen::amf
