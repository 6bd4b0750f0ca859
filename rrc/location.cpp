// Location reporting, radio capability check and trace (TS 38.413 8.12, 8.14, 8.11).
#include "rrc/detail/core.h"

namespace sen::gnb {

void Core::on_location_control(const ngap::NgapPdu& pdu) {
  const auto& request = *pdu.get_if<ngap::LocationReportingControl>();
  Ue* ue = ue_of(request.amf_ue_ngap_id, request.ran_ue_ngap_id);
  if (!ue) return;
  using enum ngap::EventType;
  switch (request.location_reporting_request_type.event_type) {
    case direct:
      ue->location_request = request.location_reporting_request_type;
      location_report(*ue);
      ue->location_request.reset();
      return;
    case change_of_serve_cell:
      ue->location_request = request.location_reporting_request_type;
      return location_report(*ue);
    case stop_change_of_serve_cell:
    case cancel_location_reporting_for_the_ue: ue->location_request.reset(); return;
    default: {
      ngap::LocationReportingFailureIndication failure;
      failure.cause.set_misc() = ngap::CauseMisc::unspecified;
      send(*ue, failure);
    }
  }
}

void Core::location_report(Ue& ue) {
  if (!ue.location_request || !ue.on_n2) return;
  ngap::LocationReport report;
  report.user_location_information = location(ue);
  report.location_reporting_request_type = *ue.location_request;
  send(ue, report);
}

void Core::on_radio_capability_check(const ngap::NgapPdu& pdu) {
  const auto& request = *pdu.get_if<ngap::UeRadioCapabilityCheckRequest>();
  Ue* ue = ue_of(request.amf_ue_ngap_id, request.ran_ue_ngap_id);
  if (!ue) return;
  ngap::UeRadioCapabilityCheckResponse response;
  response.ims_voice_support_indicator = ngap::ImsVoiceSupportIndicator::not_supported;
  send(*ue, response);
}

void Core::on_trace_start(const ngap::NgapPdu& pdu) {
  const auto& request = *pdu.get_if<ngap::TraceStart>();
  Ue* ue = ue_of(request.amf_ue_ngap_id, request.ran_ue_ngap_id);
  if (!ue) return;
  ngap::TraceFailureIndication failure;  // we have no trace collector
  failure.ngran_trace_id = request.trace_activation.ngran_trace_id;
  failure.cause = radio_cause(ngap::CauseRadioNetwork::unspecified);
  send(*ue, failure);
}

}  // namespace sen::gnb
