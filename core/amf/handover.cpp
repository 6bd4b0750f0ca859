// Handover over N2 between two gNBs of this AMF (TS 38.413 8.4.1 to 8.4.3, 8.4.5 to 8.4.7; TS 23.502 4.9.1.3).
#include "core/amf/detail/core.h"

namespace sen::amf {

using ngap::CauseRadioNetwork;

Gnb* Core::target_gnb(const ngap::GlobalRanNodeId& id) {
  std::string text = text_of(id);
  for (auto& [association, g] : gnbs) {
    if (g.ready && g.id == text) return &g;
  }
  return nullptr;
}

void Core::fail_handover(Connection& source, const ngap::Cause& cause) {
  ngap::HandoverPreparationFailure m;
  m.cause = cause;
  send(source, m);
}

void Core::on_handover_required(Connection& c, const ngap::HandoverRequired& m) {
  Ue* ue = ue_of(c);
  auto refuse = [&](const ngap::Cause& cause, const std::string& why) {
    log_warning(Layer::amf, "{}: handover refused ({}): {}", ue ? ue->name() : "UE", text_of(cause), why);
    fail_handover(c, cause);
  };
  if (!ue || ue->connection != c.id || !ue->registered() || c.state != Connection::State::ready) return refuse(protocol_cause(ngap::CauseProtocol::message_not_compatible_with_receiver_state), "no registered UE with a context");
  // A security mode command in flight would leave UE and gNB with different keys.
  if (ue->handover || ue->path_switch || (ue->registration && ue->registration->state != RegistrationState::accepting) || ue->authentication || ue->security_mode || ue->deregistration) {
    return refuse(radio_cause(CauseRadioNetwork::interaction_with_other_procedure), "another procedure is under way");
  }
  auto* node = m.target_id.target_ran_node_id();
  if (m.handover_type != ngap::HandoverType::intra5_gs || !node) return refuse(radio_cause(CauseRadioNetwork::ho_target_not_allowed), "only handover within 5GS is supported");
  Gnb* target = target_gnb(node->global_ran_node_id);
  Tai tai = from_ngap(node->selected_tai);
  if (!target || target->association == c.association) return refuse(radio_cause(CauseRadioNetwork::unknown_target_id), text_of(node->global_ran_node_id) + " is not connected here");
  if (!config.serves(tai)) return refuse(radio_cause(CauseRadioNetwork::ho_target_not_allowed), fmt::format("target in {}, served are {}", tai.text(), config.tais_text()));
  Connection* prepared = new_connection(*target, 0, 1);
  if (!prepared) return refuse(misc_cause(ngap::CauseMisc::control_processing_overload), "no room for one more connection");
  prepared->state = Connection::State::preparing;
  prepared->ue = ue->id;
  prepared->tai = tai;
  prepared->secured = true;
  ue->handover = std::make_unique<Handover>(executor);
  Handover& h = *ue->handover;
  h.source = c.id;
  h.target = prepared->id;
  h.required = m;
  start_timer(h.guard, limit::handover_guard, *ue, [](Core& core, Ue& u) { core.on_handover(u, HandoverEvent::expired); });
  auto target_id = ngap::encode_value(m.target_id);
  for (const auto& item : m.pdu_session_resource_list_ho_rqd) {
    Session* session = ue->session(item.pdu_session_id);
    uint16_t bit = static_cast<uint16_t>(item.pdu_session_id <= 15 ? 1u << item.pdu_session_id : 0);
    auto transfer = ngap::encode_value(item.handover_required_transfer);
    if (!session || !transfer || session->ref.empty() || (h.outstanding & bit) != 0) continue;
    h.outstanding = static_cast<uint16_t>(h.outstanding | bit);
    sbi::SmContextUpdateData data;
    data.sm_context_ref = session->ref;
    data.ho_state = sbi::HoState::preparing;
    data.n2_sm_info = std::move(*transfer);
    data.n2_sm_info_type = sbi::N2SmInfoType::handover_required;
    if (target_id) data.target_id = *target_id;
    ask<sbi::NsmfUpdateSmContext>(*ue, std::move(data), [id = item.pdu_session_id, bit, target_connection = h.target](Core& core, Ue& u, sbi::Reply<sbi::SmContextUpdatedData> reply) {
      Session* s = u.session(id);
      if (!u.handover || u.handover->target != target_connection || u.handover->state != HandoverState::preparing) return;
      u.handover->outstanding = static_cast<uint16_t>(u.handover->outstanding & ~bit);
      if (s && reply && reply->n2_sm_info_type == sbi::N2SmInfoType::pdu_res_setup_req) {
        if (auto setup = ngap::decode_value<ngap::PduSessionResourceSetupRequestTransfer>(reply->n2_sm_info)) {
          auto& entry = u.handover->request.pdu_session_resource_setup_list_ho_req.emplace_back();
          entry.pdu_session_id = id;
          entry.s_nssai = to_ngap(s->slice);
          entry.handover_request_transfer = std::move(*setup);
        }
      }
      if (u.handover->outstanding == 0) core.on_handover(u, HandoverEvent::prepared);
    });
  }
  if (h.outstanding == 0) on_handover(*ue, HandoverEvent::prepared);
}

void Core::on_handover(Ue& ue, HandoverEvent event) {
  if (!ue.handover) return;
  Handover& h = *ue.handover;
  Connection* source = connection(h.source);
  Connection* target = connection(h.target);
  switch (event) {
    case HandoverEvent::prepared: {
      if (!source || !target || h.request.pdu_session_resource_setup_list_ho_req.empty()) {
        return abandon_handover(ue, radio_cause(CauseRadioNetwork::ho_failure_in_target_5gc_ngran_node_or_target_system));
      }
      h.state = HandoverState::requested;
      advance_key(ue);
      auto& m = h.request;
      m.amf_ue_ngap_id = target->id;
      m.handover_type = h.required.handover_type;
      m.cause = h.required.cause;
      if (ue.ambr) {
        m.ue_aggregate_maximum_bit_rate.ue_aggregate_maximum_bit_rate_dl = static_cast<int64_t>(ue.ambr->downlink.bps);
        m.ue_aggregate_maximum_bit_rate.ue_aggregate_maximum_bit_rate_ul = static_cast<int64_t>(ue.ambr->uplink.bps);
      }
      m.ue_security_capabilities = to_ngap(ue.capability);
      m.security_context = security_context(ue);
      m.allowed_nssai = to_ngap(ue.allowed);
      m.source_to_target_transparent_container = h.required.source_to_target_transparent_container;
      m.guami = to_ngap(ue.guami);
      send_pdu(target->association, target->stream, ngap::encode(m));
      return;
    }
    case HandoverEvent::admitted: {  // the SMFs have answered
      if (!source || !target || h.commands.empty()) return abandon_handover(ue, radio_cause(CauseRadioNetwork::ho_failure_in_target_5gc_ngran_node_or_target_system));
      h.state = HandoverState::commanded;
      ngap::HandoverCommand m;
      m.handover_type = h.required.handover_type;
      for (const auto& item : h.required.pdu_session_resource_list_ho_rqd) {
        bool handed = false;
        for (const auto& command : h.commands) handed = handed || command.pdu_session_id == item.pdu_session_id;
        if (handed) continue;
        if (!m.pdu_session_resource_to_release_list_ho_cmd) m.pdu_session_resource_to_release_list_ho_cmd.emplace();
        auto& released = m.pdu_session_resource_to_release_list_ho_cmd->emplace_back();
        released.pdu_session_id = item.pdu_session_id;
        released.handover_preparation_unsuccessful_transfer.cause = radio_cause(CauseRadioNetwork::ho_failure_in_target_5gc_ngran_node_or_target_system);
      }
      m.pdu_session_resource_handover_list = h.commands;
      m.target_to_source_transparent_container = h.target_container;
      send(*source, m);
      return;
    }
    case HandoverEvent::refused:
    case HandoverEvent::commanded: return;
    case HandoverEvent::notified: {
      if (!target) return;
      for (auto& session : ue.sessions) {
        bool admitted = (h.admitted >> session.id & 1) != 0;
        sbi::SmContextUpdateData data;
        data.ue_location = location(*target);
        if (admitted) {
          data.ho_state = sbi::HoState::completed;
        } else if (session.user_plane) {
          session.user_plane = false;
          data.up_cnx_state = sbi::UpCnxState::deactivated;
        } else {
          continue;
        }
        update_session(ue, session.id, std::move(data));
      }
      target->state = Connection::State::ready;
      ue.connection = target->id;
      ue.tai = target->tai;
      if (source) {
        source->ue = 0;
        release(*source, radio_cause(CauseRadioNetwork::successful_handover));
      }
      log_info(Layer::amf, "{}: handed over to {}", ue.name(), ue.tai.text());
      ue.handover.reset();
      return;
    }
    case HandoverEvent::cancelled: return abandon_handover(ue, radio_cause(CauseRadioNetwork::handover_cancelled));
    case HandoverEvent::expired: return abandon_handover(ue, radio_cause(CauseRadioNetwork::tngrelocprep_expiry));
  }
}

// Back to the source: the target's connection goes, the SMFs hear of it, a source that still waits for the command gets a failure.
void Core::abandon_handover(Ue& ue, const ngap::Cause& cause) {
  if (!ue.handover) return;
  auto h = std::move(ue.handover);
  log_info(Layer::amf, "{}: handover abandoned: {}", ue.name(), text_of(cause));
  if (Connection* target = connection(h->target)) {
    target->ue = 0;
    if (target->state == Connection::State::preparing) {
      drop_connection(h->target);
    } else {
      release(*target, cause);
    }
  }
  for (const auto& item : h->required.pdu_session_resource_list_ho_rqd) {
    sbi::SmContextUpdateData data;
    data.ho_state = sbi::HoState::cancelled;
    update_session(ue, item.pdu_session_id, std::move(data));
  }
  Connection* source = connection(h->source);
  auto* radio = cause.radio_network();
  bool asked = radio && *radio == CauseRadioNetwork::handover_cancelled;
  if (source && h->state != HandoverState::commanded && !asked && source->state != Connection::State::releasing) fail_handover(*source, cause);
}

void Core::on_handover_request_acknowledge(Gnb& g, uint16_t stream, const ngap::HandoverRequestAcknowledge& m) {
  Connection* target = connection(m.amf_ue_ngap_id);
  Ue* ue = target ? find(target->ue) : nullptr;
  bool expected = ue && target->association == g.association && ue->handover && ue->handover->target == target->id && ue->handover->state == HandoverState::requested;
  if (!expected || g.by_ran_id.contains(m.ran_ue_ngap_id)) {
    return error_indication(g, stream, radio_cause(expected ? CauseRadioNetwork::inconsistent_remote_ue_ngap_id : CauseRadioNetwork::unknown_local_ue_ngap_id), m.amf_ue_ngap_id, m.ran_ue_ngap_id);
  }
  Handover& h = *ue->handover;
  target->ran_id = m.ran_ue_ngap_id;
  target->state = Connection::State::setting_up;
  if (stream != 0) target->stream = stream;
  g.by_ran_id[m.ran_ue_ngap_id] = target->id;
  h.state = HandoverState::acknowledging;
  h.target_container = m.target_to_source_transparent_container;
  h.outstanding = 0;
  auto ask_smf = [&](PduSessionId id, Result<Bytes> transfer, bool admitted) {
    Session* session = ue->session(id);
    uint16_t bit = static_cast<uint16_t>(id <= 15 ? 1u << id : 0);
    if (!session || !transfer || session->ref.empty() || (h.outstanding & bit) != 0) return;
    h.outstanding = static_cast<uint16_t>(h.outstanding | bit);
    if (admitted) h.admitted = static_cast<uint16_t>(h.admitted | bit);
    sbi::SmContextUpdateData data;
    data.sm_context_ref = session->ref;
    data.ho_state = admitted ? sbi::HoState::prepared : sbi::HoState::cancelled;
    data.n2_sm_info = std::move(*transfer);
    data.n2_sm_info_type = admitted ? sbi::N2SmInfoType::handover_req_ack : sbi::N2SmInfoType::handover_res_alloc_fail;
    ask<sbi::NsmfUpdateSmContext>(*ue, std::move(data), [id, bit, target_connection = h.target](Core& core, Ue& u, sbi::Reply<sbi::SmContextUpdatedData> reply) {
      if (!u.handover || u.handover->target != target_connection || u.handover->state != HandoverState::acknowledging) return;
      u.handover->outstanding = static_cast<uint16_t>(u.handover->outstanding & ~bit);
      if (reply && reply->n2_sm_info_type == sbi::N2SmInfoType::handover_cmd) {
        if (auto command = ngap::decode_value<ngap::HandoverCommandTransfer>(reply->n2_sm_info)) {
          auto& item = u.handover->commands.emplace_back();
          item.pdu_session_id = id;
          item.handover_command_transfer = std::move(*command);
        }
      }
      if (u.handover->outstanding == 0) core.on_handover(u, HandoverEvent::admitted);
    });
  };
  for (const auto& item : m.pdu_session_resource_admitted_list) ask_smf(item.pdu_session_id, ngap::encode_value(item.handover_request_acknowledge_transfer), true);
  if (m.pdu_session_resource_failed_to_setup_list_ho_ack) {
    for (const auto& item : *m.pdu_session_resource_failed_to_setup_list_ho_ack) {
      ask_smf(item.pdu_session_id, ngap::encode_value(item.handover_resource_allocation_unsuccessful_transfer), false);
    }
  }
  if (h.outstanding == 0) on_handover(*ue, HandoverEvent::admitted);
}

void Core::on_handover_failure(Gnb& g, uint16_t stream, const ngap::HandoverFailure& m) {
  Connection* target = connection(m.amf_ue_ngap_id);
  Ue* ue = target && target->association == g.association && target->state == Connection::State::preparing ? find(target->ue) : nullptr;
  if (!ue || !ue->handover || ue->handover->target != target->id) {
    return error_indication(g, stream, radio_cause(CauseRadioNetwork::unknown_local_ue_ngap_id), m.amf_ue_ngap_id);
  }
  abandon_handover(*ue, m.cause);
}

void Core::on_handover_notify(Connection& c, const ngap::HandoverNotify& m) {
  Ue* ue = ue_of(c);
  if (!ue || !ue->handover || ue->handover->target != c.id || ue->handover->state != HandoverState::commanded) {
    if (Gnb* g = gnb(c.association)) error_indication(*g, c.stream, protocol_cause(ngap::CauseProtocol::message_not_compatible_with_receiver_state), c.id, c.ran_id);
    return;
  }
  set_location(c, m.user_location_information);
  on_handover(*ue, HandoverEvent::notified);
}

void Core::on_handover_cancel(Connection& c, const ngap::HandoverCancel&) {
  Ue* ue = ue_of(c);
  if (ue && ue->handover && ue->handover->source == c.id) on_handover(*ue, HandoverEvent::cancelled);
  ngap::HandoverCancelAcknowledge m;
  send(c, m);
}

void Core::on_status_transfer(Connection& c, const ngap::UplinkRanStatusTransfer& m) {
  Ue* ue = ue_of(c);
  Connection* target = ue && ue->handover && ue->handover->source == c.id && ue->handover->state == HandoverState::commanded ? connection(ue->handover->target) : nullptr;
  if (!target) {
    if (Gnb* g = gnb(c.association)) error_indication(*g, c.stream, protocol_cause(ngap::CauseProtocol::message_not_compatible_with_receiver_state), c.id, c.ran_id);
    return;
  }
  ngap::DownlinkRanStatusTransfer out;
  out.ran_status_transfer_transparent_container = m.ran_status_transfer_transparent_container;
  send(*target, out);
}

}  // namespace sen::amf
