// N2: which message goes where, what cannot be understood is reported (TS 38.413 10), and identities are checked.
#include <algorithm>

#include "rrc/detail/core.h"

namespace sen::gnb {
namespace {

using ngap::Outcome;

struct Handler {
  uint8_t procedure;
  Outcome outcome;
  void (Core::*handle)(const ngap::NgapPdu&);
};

template <ngap::Message M>
constexpr Handler on(void (Core::*handle)(const ngap::NgapPdu&)) {
  return {M::procedure_code, M::outcome, handle};
}

const Handler handlers[] = {
    on<ngap::NgSetupResponse>(&Core::on_setup_response),
    on<ngap::NgSetupFailure>(&Core::on_setup_failure),
    on<ngap::NgReset>(&Core::on_reset),
    on<ngap::NgResetAcknowledge>(&Core::on_nothing),
    on<ngap::ErrorIndication>(&Core::on_error_indication),
    on<ngap::AmfConfigurationUpdate>(&Core::on_amf_configuration_update),
    on<ngap::AmfStatusIndication>(&Core::on_nothing),
    on<ngap::RanConfigurationUpdateAcknowledge>(&Core::on_nothing),
    on<ngap::OverloadStart>(&Core::on_overload_start),
    on<ngap::OverloadStop>(&Core::on_overload_stop),
    on<ngap::Paging>(&Core::on_paging),
    on<ngap::DownlinkNasTransport>(&Core::on_nas_transport),
    on<ngap::RerouteNasRequest>(&Core::on_reroute),
    on<ngap::InitialContextSetupRequest>(&Core::on_initial_context_setup),
    on<ngap::UeContextModificationRequest>(&Core::on_context_modification),
    on<ngap::UeContextReleaseCommand>(&Core::on_context_release),
    on<ngap::UeRadioCapabilityCheckRequest>(&Core::on_radio_capability_check),
    on<ngap::LocationReportingControl>(&Core::on_location_control),
    on<ngap::TraceStart>(&Core::on_trace_start),
    on<ngap::DeactivateTrace>(&Core::on_nothing),
    on<ngap::PduSessionResourceSetupRequest>(&Core::on_session_setup),
    on<ngap::PduSessionResourceModifyRequest>(&Core::on_session_modify),
    on<ngap::PduSessionResourceReleaseCommand>(&Core::on_session_release),
    on<ngap::HandoverCommand>(&Core::on_handover_command),
    on<ngap::HandoverPreparationFailure>(&Core::on_handover_preparation_failure),
    on<ngap::HandoverRequest>(&Core::on_handover_request),
    on<ngap::HandoverCancelAcknowledge>(&Core::on_handover_cancel_acknowledge),
    on<ngap::DownlinkRanStatusTransfer>(&Core::on_ran_status_transfer),
};

}  // namespace

void Core::n2_up() {
  up = true;
  ng_setup();
}

void Core::n2_down(const std::string& reason) {
  up = is_ready = overloaded = false;
  setup_again.stop();
  lose_all("N2 was lost");
  ports.n2_state(false, reason);
}

void Core::n2_received(uint16_t, ByteView bytes) {
  if (!up) return count_drop("n2_not_up");
  ngap::Diagnostics diagnostics;
  auto pdu = ngap::decode(bytes, &diagnostics);
  if (!pdu) {
    count_drop("ngap_undecodable");
    return answer_bad_message(diagnostics, pdu.error().describe());
  }
  if (diagnostics.verdict >= ngap::Verdict::reject) {
    count_drop("ngap_rejected");
    return answer_bad_message(diagnostics, pdu->name());
  }
  for (const auto& handler : handlers) {
    if (handler.procedure == pdu->procedure_code && handler.outcome == pdu->outcome && pdu->known()) return (this->*handler.handle)(*pdu);
  }
  count_drop("ngap_unsupported");
  log_info(Layer::ngap, "{} from the AMF is not served", pdu->name());
  if (pdu->outcome != Outcome::initiating || pdu->criticality == ngap::Criticality::ignore) return;
  send_error({}, {}, protocol_cause(ngap::CauseProtocol::message_not_compatible_with_receiver_state));
}

bool Core::send_pdu(uint16_t stream, Result<Bytes> pdu) {
  if (!pdu) {
    log_error(Layer::ngap, "cannot encode: {}", pdu.error().describe());
    count_drop("ngap_unencodable");
    return false;
  }
  auto sent = ports.send_n2(stream, std::move(*pdu));
  if (!sent) count_drop("n2_not_sent");
  return sent.has_value();
}

bool Core::may_send_error() {
  const Time now = executor.now();
  if (now - error_window >= std::chrono::seconds(1)) {
    error_window = now;
    errors_sent = 0;
  }
  return errors_sent++ < limit::error_indications_per_second;
}

// TS 38.413 10.3: reported, but never about an error indication itself.
void Core::answer_bad_message(const ngap::Diagnostics& diagnostics, const std::string& what) {
  if (diagnostics.procedure_code == ngap::ErrorIndication::procedure_code || !may_send_error()) return;
  log_warning(Layer::ngap, "message from the AMF refused: {}", what);
  if (diagnostics.unknown_procedure && diagnostics.procedure_criticality == ngap::Criticality::ignore) return;
  ngap::ErrorIndication error;
  error.cause = ngap::cause_of(diagnostics);
  if (diagnostics.procedure_code) error.criticality_diagnostics = ngap::criticality_diagnostics(diagnostics);
  send(0, error);
}

void Core::send_error(std::optional<uint64_t> amf_id, std::optional<uint32_t> ran_id, const ngap::Cause& cause) {
  if (!may_send_error()) return;
  ngap::ErrorIndication error;
  error.amf_ue_ngap_id = amf_id;
  error.ran_ue_ngap_id = ran_id;
  error.cause = cause;
  send(0, error);
}

Ue* Core::ue_of(uint64_t amf_id, uint32_t ran_id) {
  Ue* ue = find(ran_id);
  if (!ue || !ue->on_n2) {
    count_drop("unknown_ran_ue_id");
    send_error(amf_id, ran_id, radio_cause(ngap::CauseRadioNetwork::unknown_local_ue_ngap_id));
    return nullptr;
  }
  if (!ue->amf_id) ue->amf_id = amf_id;
  if (*ue->amf_id != amf_id) {
    count_drop("inconsistent_amf_ue_id");
    send_error(amf_id, ran_id, radio_cause(ngap::CauseRadioNetwork::inconsistent_remote_ue_ngap_id));
    return nullptr;
  }
  return ue;
}

Ue* Core::ue_of_amf(uint64_t amf_id) {
  auto found = std::find_if(ues.begin(), ues.end(), [&](const auto& entry) { return entry.second->amf_id == amf_id; });
  return found == ues.end() ? nullptr : found->second.get();
}

ngap::UserLocationInformation Core::location(const Ue& ue) const {
  const auto& cell = settings.cells[ue.cell];
  ngap::UserLocationInformation out;
  auto& nr = out.set_user_location_information_nr();
  nr.nr_cgi.plmn_identity = cell.plmn.octets;
  nr.nr_cgi.nr_cell_identity.value = cell.nr_cell_identity;
  nr.tai = to_ngap(tai_of(ue.cell));
  return out;
}

}  // namespace sen::gnb
