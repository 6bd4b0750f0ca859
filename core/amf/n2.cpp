// Associations, decoding, dispatch and the check of UE identities (TS 38.413 10).
#include "core/amf/detail/core.h"

namespace sen::amf {

void Core::n2_up(uint32_t association, std::string peer) {
  n2_down(association, "replaced by a new association");
  if (gnbs.size() >= limit::gnbs) {
    log_warning(Layer::amf, "gNB {}: refused, {} associations are open already", peer, gnbs.size());
    metrics.n2_errors.add();
    if (ports.close_n2) ports.close_n2(association);
    return;
  }
  Gnb& g = gnbs[association];
  g.association = association;
  g.peer = std::move(peer);
  metrics.gnb.set(static_cast<int64_t>(gnbs.size()));
  log_info(Layer::amf, "gNB {}: N2 association {} up", g.peer, association);
}

void Core::n2_down(uint32_t association, const std::string& reason) {
  auto found = gnbs.find(association);
  if (found == gnbs.end()) return;
  log_info(Layer::amf, "gNB {} ({}): N2 association down: {}, {} UEs released", found->second.peer, found->second.name, reason, found->second.by_ran_id.size());
  std::vector<ConnectionId> lost;
  for (const auto& [id, c] : connections) {
    if (c->association == association) lost.push_back(id);
  }
  gnbs.erase(found);
  for (ConnectionId id : lost) connection_lost(id, "the association is down");
  metrics.gnb.set(static_cast<int64_t>(gnbs.size()));
}

bool Core::send_pdu(uint32_t association, uint16_t stream, Result<Bytes> pdu) {
  if (!pdu) {
    log_error(Layer::ngap, "message to association {} not sent: {}", association, pdu.error().describe());
    return false;
  }
  if (!ports.send_n2) return false;
  auto sent = ports.send_n2(association, stream, std::move(*pdu));
  if (!sent) log_warning(Layer::ngap, "message to association {} lost: {}", association, sent.error().describe());
  return sent.has_value();
}

void Core::n2_received(uint32_t association, uint16_t stream, ByteView bytes) {
  Gnb* g = gnb(association);
  if (!g) {
    metrics.n2_errors.add();
    return;
  }
  ngap::Diagnostics diagnostics;
  auto pdu = ngap::decode(bytes, &diagnostics);
  if (!pdu) return decode_failed(*g, stream, pdu.error(), diagnostics);
  if (diagnostics.verdict > ngap::Verdict::notify) {
    return decode_failed(*g, stream, Error{Fault::invalid, pdu->name(), "abstract syntax error"}, diagnostics);
  }
  if (!pdu->known()) {
    metrics.n2_errors.add();
    log_warning(Layer::amf, "gNB {}: unknown NGAP procedure {} left alone", g->peer, pdu->procedure_code);
    if (diagnostics.procedure_criticality == per::Criticality::ignore) return;
    auto report = ngap::criticality_diagnostics(diagnostics);
    return error_indication(*g, stream, ngap::cause_of(diagnostics), {}, {}, &report);
  }
  if (!g->ready && !pdu->get_if<ngap::NgSetupRequest>() && !pdu->get_if<ngap::ErrorIndication>()) {
    log_warning(Layer::amf, "gNB {}: {} before NG Setup", g->peer, pdu->name());
    return error_indication(*g, stream, protocol_cause(ngap::CauseProtocol::message_not_compatible_with_receiver_state));
  }
  dispatch(*g, stream, *pdu);
  g = gnb(association);
  if (g && diagnostics.verdict == ngap::Verdict::notify) {
    auto report = ngap::criticality_diagnostics(diagnostics);
    error_indication(*g, stream, ngap::cause_of(diagnostics), {}, {}, &report);
  }
}

namespace {

template <class M, class F>
bool take(ngap::NgapPdu& pdu, F&& f) {
  M* m = pdu.get_if<M>();
  if (m) f(*m);
  return m != nullptr;
}

}  // namespace

void Core::dispatch(Gnb& g, uint16_t stream, ngap::NgapPdu& pdu) {
  // A UE-associated message: its handler gets the connection that both identities name.
  auto ue = [&]<class M>(void (Core::*handler)(Connection&, const M&)) {
    return take<M>(pdu, [&](M& m) {
      if (Connection* c = checked(g, stream, m.amf_ue_ngap_id, m.ran_ue_ngap_id)) (this->*handler)(*c, m);
    });
  };
  auto nothing = [](auto&) {};
  using namespace ngap;
  if (take<UplinkNasTransport>(pdu, [&](auto& m) {
        Connection* c = checked(g, stream, m.amf_ue_ngap_id, m.ran_ue_ngap_id);
        if (!c) return;
        set_location(*c, m.user_location_information);
        on_uplink_nas(*c, m.nas_pdu);
      })) return;
  if (take<InitialUeMessage>(pdu, [&](auto& m) { on_initial_ue_message(g, stream, m); })) return;
  if (ue(&Core::on_context_setup_response) || ue(&Core::on_context_setup_failure)) return;
  if (ue(&Core::on_setup_response) || ue(&Core::on_modify_response) || ue(&Core::on_resource_release_response)) return;
  if (ue(&Core::on_context_suspend) || ue(&Core::on_context_resume)) return;
  if (ue(&Core::on_release_request) || ue(&Core::on_release_complete)) return;
  if (ue(&Core::on_notify) || ue(&Core::on_modify_indication)) return;
  if (ue(&Core::on_radio_capability) || ue(&Core::on_location_report)) return;
  if (ue(&Core::on_handover_required) || ue(&Core::on_handover_notify) || ue(&Core::on_handover_cancel) || ue(&Core::on_status_transfer)) return;
  if (take<HandoverRequestAcknowledge>(pdu, [&](auto& m) { on_handover_request_acknowledge(g, stream, m); })) return;
  if (take<HandoverFailure>(pdu, [&](auto& m) { on_handover_failure(g, stream, m); })) return;
  if (take<PathSwitchRequest>(pdu, [&](auto& m) { on_path_switch_request(g, stream, m); })) return;
  if (take<NgSetupRequest>(pdu, [&](auto& m) { on_ng_setup(g, m); })) return;
  if (take<RanConfigurationUpdate>(pdu, [&](auto& m) { on_ran_configuration_update(g, m); })) return;
  if (take<AmfConfigurationUpdateAcknowledge>(pdu, nothing)) return;
  if (take<AmfConfigurationUpdateFailure>(pdu, [&](auto& m) {
        log_warning(Layer::amf, "gNB {}: refuses our configuration update: {}", g.peer, text_of(m.cause));
      })) return;
  if (take<NgReset>(pdu, [&](auto& m) { on_reset(g, m); })) return;
  if (take<NgResetAcknowledge>(pdu, [&](auto&) { log_info(Layer::amf, "gNB {}: NG Reset acknowledged", g.peer); })) return;
  if (take<ErrorIndication>(pdu, [&](auto& m) { on_error_indication(g, m); })) return;
  if (take<UplinkRanConfigurationTransfer>(pdu, [&](auto& m) { on_ran_configuration_transfer(g, m); })) return;
  // Reports that need no answer and change nothing here; their identities are checked all the same.
  auto report = [&]<class M>(const M*) {
    return take<M>(pdu, [&](M& m) {
      if (checked(g, stream, m.amf_ue_ngap_id, m.ran_ue_ngap_id)) log_debug(Layer::amf, "gNB {}: {}", g.peer, pdu.name());
    });
  };
  if (report(static_cast<NasNonDeliveryIndication*>(nullptr)) || report(static_cast<LocationReportingFailureIndication*>(nullptr)) ||
      report(static_cast<UeRadioCapabilityCheckResponse*>(nullptr)) || report(static_cast<TraceFailureIndication*>(nullptr)) ||
      report(static_cast<CellTrafficTrace*>(nullptr)) || report(static_cast<RrcInactiveTransitionReport*>(nullptr)) ||
      report(static_cast<SecondaryRatDataUsageReport*>(nullptr)) || report(static_cast<UeContextModificationResponse*>(nullptr)) ||
      report(static_cast<UeContextModificationFailure*>(nullptr)) || report(static_cast<UplinkRanEarlyStatusTransfer*>(nullptr))) {
    return;
  }
  // Whatever else the tables know is a procedure that this AMF does not take part in.
  metrics.n2_errors.add();
  log_warning(Layer::amf, "gNB {}: {} is not supported here", g.peer, pdu.name());
  if (pdu.criticality == per::Criticality::ignore && pdu.outcome != ngap::Outcome::initiating) return;
  error_indication(g, stream, protocol_cause(pdu.outcome == ngap::Outcome::initiating ? CauseProtocol::abstract_syntax_error_reject
                                                                                       : CauseProtocol::message_not_compatible_with_receiver_state));
}

Connection* Core::checked(Gnb& g, uint16_t stream, uint64_t amf_id, uint32_t ran_id, bool answer) {
  Connection* c = connection(amf_id);
  auto wrong = [&](ngap::CauseRadioNetwork cause, const char* what) -> Connection* {
    metrics.n2_errors.add();
    log_warning(Layer::amf, "gNB {}: {}: AMF-UE-NGAP-ID {} RAN-UE-NGAP-ID {}", g.peer, what, amf_id, ran_id);
    if (answer) error_indication(g, stream, radio_cause(cause), amf_id, ran_id);
    return nullptr;
  };
  if (!c || c->association != g.association || c->state == Connection::State::preparing) {
    return wrong(ngap::CauseRadioNetwork::unknown_local_ue_ngap_id, "unknown AMF-UE-NGAP-ID");
  }
  if (c->ran_id != ran_id) return wrong(ngap::CauseRadioNetwork::inconsistent_remote_ue_ngap_id, "identities of two UEs");
  if (stream != 0) c->stream = stream;
  return c;
}

void Core::set_location(Connection& c, const ngap::UserLocationInformation& information) {
  auto found = location_of(information);
  if (!found) return;
  c.tai = found->tai;
  c.cell_plmn = found->cell_plmn;
  c.cell = found->cell;
  if (Ue* ue = ue_of(c); ue && ue->connection == c.id) ue->tai = found->tai;
}

std::optional<sbi::NrLocation> Core::location(const Connection& c) const { return sbi::NrLocation{c.tai, c.cell_plmn, c.cell, std::nullopt}; }

}  // namespace sen::amf
