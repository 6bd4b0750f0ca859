// UE contexts in the gNB: initial UE message (TS 38.413 8.6.1), initial context setup (8.3.1), release by the gNB's request or ours (8.3.2, 8.3.3).
#include "core/amf/detail/core.h"

namespace sen::amf {

void Core::on_initial_ue_message(Gnb& g, uint16_t stream, const ngap::InitialUeMessage& m) {
  auto place = location_of(m.user_location_information);
  if (!place) {
    log_warning(Layer::amf, "gNB {}: Initial UE Message without a usable location", g.peer);
    return error_indication(g, stream, protocol_cause(ngap::CauseProtocol::semantic_error), {}, m.ran_ue_ngap_id);
  }
  auto stale = g.by_ran_id.find(m.ran_ue_ngap_id);
  if (stale != g.by_ran_id.end()) connection_lost(stale->second, "the gNB uses its RAN-UE-NGAP-ID anew");
  Connection* c = new_connection(g, m.ran_ue_ngap_id, stream);
  if (!c) {
    log_warning(Layer::amf, "gNB {}: Initial UE Message refused, {} connections (limit {})", g.peer, connections.size(), limit::connections);
    return error_indication(g, stream, misc_cause(ngap::CauseMisc::control_processing_overload), {}, m.ran_ue_ngap_id);
  }
  g.by_ran_id[m.ran_ue_ngap_id] = c->id;
  c->context_requested = m.ue_context_request.has_value();
  c->tai = place->tai;
  c->cell_plmn = place->cell_plmn;
  c->cell = place->cell;
  std::optional<STmsi> tmsi;
  if (m.five_g_s_tmsi) tmsi = from_ngap(*m.five_g_s_tmsi);
  on_initial_nas(*c, m.nas_pdu, tmsi);
}

void Core::refuse_connection(Connection& c, const ngap::Cause& cause) { release(c, cause); }

void Core::release(Connection& c, const ngap::Cause& cause) {
  if (c.state == Connection::State::releasing) return;
  Gnb* g = gnb(c.association);
  if (!g) return;
  c.state = Connection::State::releasing;
  ngap::UeContextReleaseCommand m;
  auto& pair = m.ue_ngap_ids.set_ue_ngap_id_pair();
  pair.amf_ue_ngap_id = c.id;
  pair.ran_ue_ngap_id = c.ran_id;
  m.cause = cause;
  c.guard.start(limit::release_guard, [self = weak_from_this(), id = c.id] {
    if (auto core = self.lock()) core->connection_lost(id, "no UE Context Release Complete");
  });
  send(*g, c.stream, m);
}

void Core::on_release_request(Connection& c, const ngap::UeContextReleaseRequest& m) {
  Ue* ue = ue_of(c);
  log_info(Layer::amf, "{}: the gNB requests release: {}", ue ? ue->name() : "UE", text_of(m.cause));
  if (ue && ue->handover && ue->handover->source == c.id && ue->handover->state == HandoverState::commanded) return;  // the UE is on its way
  c.deactivates = true;
  release(c, m.cause);
}

void Core::on_release_complete(Connection& c, const ngap::UeContextReleaseComplete& m) {
  if (c.state != Connection::State::releasing) {
    Gnb* g = gnb(c.association);
    if (g) error_indication(*g, c.stream, protocol_cause(ngap::CauseProtocol::message_not_compatible_with_receiver_state), c.id, c.ran_id);
    return;
  }
  if (m.user_location_information) set_location(c, *m.user_location_information);
  UeId id = c.ue;
  Ue* ue = find(id);
  bool serving = ue && ue->connection == c.id;
  drop_connection(c.id);
  if (!serving) return;
  ++ue->epoch;
  if (ue->registration || ue->service || ue->security_mode) abort_procedures(*ue);
  if (ue->deregistration) return drop_ue(*ue);
  ue->nas_timer.stop();
  ue->awaited = Awaited::nothing;
  deactivate(*ue, std::nullopt);
  if (ue->registered()) return start_idle_timer(*ue);
  settle(*ue);
}

// User plane CIoT optimisation (TS 38.413 8.3.11, 8.3.12) is not supported: the UE goes idle, or starts anew.
void Core::on_context_suspend(Connection& c, const ngap::UeContextSuspendRequest&) {
  ngap::UeContextSuspendFailure m;
  m.cause = radio_cause(ngap::CauseRadioNetwork::unspecified);
  send(c, m);
}

void Core::on_context_resume(Connection& c, const ngap::UeContextResumeRequest&) {
  ngap::UeContextResumeFailure m;
  m.cause = radio_cause(ngap::CauseRadioNetwork::unspecified);
  send(c, m);
}

void Core::send_context_setup(Ue& ue, Connection& c, Bytes nas, std::vector<SmDelivery> items) {
  auto first = crypto::k_gnb(ue.security.k_amf(), ue.key_count);
  ue.ncc = 1;  // TS 33.501 6.9.2.1: NH of NCC 1 comes from the initial K_gNB
  ue.next_hop = crypto::next_hop(ue.security.k_amf(), first);
  ngap::InitialContextSetupRequest m;
  m.guami = to_ngap(ue.guami);
  m.allowed_nssai = to_ngap(ue.allowed);
  m.ue_security_capabilities = to_ngap(ue.capability);
  m.security_key = per::BitString(first, 256);
  if (!ue.radio_capability.empty()) m.ue_radio_capability = ue.radio_capability;
  if (!nas.empty()) m.nas_pdu = std::move(nas);
  for (auto& item : items) {
    Session* session = ue.session(item.session);
    auto transfer = ngap::decode_value<ngap::PduSessionResourceSetupRequestTransfer>(item.n2);
    if (!session || !transfer) continue;
    if (!m.pdu_session_resource_setup_list_cxt_req) m.pdu_session_resource_setup_list_cxt_req.emplace();
    auto& entry = m.pdu_session_resource_setup_list_cxt_req->emplace_back();
    entry.pdu_session_id = item.session;
    entry.s_nssai = to_ngap(session->slice);
    entry.pdu_session_resource_setup_request_transfer = std::move(*transfer);
    if (!item.n1.empty()) entry.nas_pdu = sm_nas(item.session, item.n1);
  }
  if (m.pdu_session_resource_setup_list_cxt_req && ue.ambr) {
    auto& ambr = m.ue_aggregate_maximum_bit_rate.emplace();
    ambr.ue_aggregate_maximum_bit_rate_dl = static_cast<int64_t>(ue.ambr->downlink.bps);
    ambr.ue_aggregate_maximum_bit_rate_ul = static_cast<int64_t>(ue.ambr->uplink.bps);
  }
  c.state = Connection::State::setting_up;
  send(c, m);
}

void Core::on_context_setup_response(Connection& c, const ngap::InitialContextSetupResponse& m) {
  if (c.state == Connection::State::setting_up) c.state = Connection::State::ready;
  Ue* ue = ue_of(c);
  if (!ue) return;
  if (m.pdu_session_resource_setup_list_cxt_res) {
    for (const auto& item : *m.pdu_session_resource_setup_list_cxt_res) {
      n2_from_gnb(*ue, item.pdu_session_id, ngap::encode_value(item.pdu_session_resource_setup_response_transfer), sbi::N2SmInfoType::pdu_res_setup_rsp);
    }
  }
  if (m.pdu_session_resource_failed_to_setup_list_cxt_res) {
    for (const auto& item : *m.pdu_session_resource_failed_to_setup_list_cxt_res) {
      n2_from_gnb(*ue, item.pdu_session_id, ngap::encode_value(item.pdu_session_resource_setup_unsuccessful_transfer), sbi::N2SmInfoType::pdu_res_setup_fail);
    }
  }
}

void Core::on_context_setup_failure(Connection& c, const ngap::InitialContextSetupFailure& m) {
  Ue* ue = ue_of(c);
  log_warning(Layer::amf, "{}: the gNB refuses the UE context: {}", ue ? ue->name() : "UE", text_of(m.cause));
  if (ue && m.pdu_session_resource_failed_to_setup_list_cxt_fail) {
    for (const auto& item : *m.pdu_session_resource_failed_to_setup_list_cxt_fail) {
      n2_from_gnb(*ue, item.pdu_session_id, ngap::encode_value(item.pdu_session_resource_setup_unsuccessful_transfer), sbi::N2SmInfoType::pdu_res_setup_fail);
    }
  }
  release(c, m.cause);
}

}  // namespace sen::amf
