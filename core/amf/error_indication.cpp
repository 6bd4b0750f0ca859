// Error indication both ways (TS 38.413 8.7.5) and the answers to what cannot be decoded (10.2 to 10.4).
#include "core/amf/detail/core.h"

namespace sen::amf {

void Core::error_indication(Gnb& g, uint16_t stream, const ngap::Cause& cause, std::optional<uint64_t> amf_id, std::optional<uint32_t> ran_id,
                            const ngap::CriticalityDiagnostics* diagnostics) {
  ngap::ErrorIndication m;
  m.amf_ue_ngap_id = amf_id;
  m.ran_ue_ngap_id = ran_id;
  m.cause = cause;
  if (diagnostics) m.criticality_diagnostics = *diagnostics;
  metrics.n2_errors.add();
  send(g, amf_id || ran_id ? std::max<uint16_t>(stream, 1) : 0, m);
}

void Core::decode_failed(Gnb& g, uint16_t stream, const Error& error, const ngap::Diagnostics& d) {
  log_warning(Layer::amf, "gNB {}: NGAP message not understood: {}", g.peer, error.describe());
  bool initiating = !d.procedure_code || d.triggering_message == ngap::Outcome::initiating;
  if (d.procedure_code == ngap::ErrorIndication::procedure_code) {  // never an error indication for an error indication
    metrics.n2_errors.add();
    return;
  }
  auto cause = ngap::cause_of(d);
  auto report = ngap::criticality_diagnostics(d);
  bool syntax = d.verdict == ngap::Verdict::transfer_syntax_error;
  if (initiating && !syntax && d.procedure_code == ngap::NgSetupRequest::procedure_code) {  // 10.3.4.2: procedures that have a failure message
    ngap::NgSetupFailure m;
    m.cause = cause;
    m.criticality_diagnostics = report;
    metrics.n2_errors.add();
    send(g, 0, m);
    return;
  }
  if (initiating && !syntax && d.procedure_code == ngap::RanConfigurationUpdate::procedure_code) {
    ngap::RanConfigurationUpdateFailure m;
    m.cause = cause;
    m.criticality_diagnostics = report;
    metrics.n2_errors.add();
    send(g, 0, m);
    return;
  }
  error_indication(g, stream, cause, {}, {}, d.procedure_code ? &report : nullptr);
}

void Core::on_error_indication(Gnb& g, const ngap::ErrorIndication& m) {
  log_warning(Layer::amf, "gNB {}: error indication: {}", g.peer, m.cause ? text_of(*m.cause) : std::string("no cause"));
  if (!m.amf_ue_ngap_id && !m.ran_ue_ngap_id) return;
  // The gNB does not know the connection (any more): neither do we.
  auto* radio = m.cause ? m.cause->radio_network() : nullptr;
  bool gone = radio && (*radio == ngap::CauseRadioNetwork::unknown_local_ue_ngap_id || *radio == ngap::CauseRadioNetwork::inconsistent_remote_ue_ngap_id);
  if (!gone || !m.amf_ue_ngap_id || !m.ran_ue_ngap_id) return;
  Connection* c = connection(*m.amf_ue_ngap_id);
  if (c && c->association == g.association && c->ran_id == *m.ran_ue_ngap_id) connection_lost(c->id, "the gNB does not know it");
}

}  // namespace sen::amf
