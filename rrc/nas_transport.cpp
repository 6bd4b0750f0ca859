// NAS transport (TS 38.413 8.6): initial UE message, uplink and downlink transport, non-delivery, reroute.
#include "rrc/detail/core.h"

namespace sen::gnb {

void Core::initial_ue_message(Ue& ue, Bytes nas, ngap::RrcEstablishmentCause cause) {
  ngap::InitialUeMessage message;
  message.ran_ue_ngap_id = ue.id;
  message.nas_pdu = std::move(nas);
  message.user_location_information = location(ue);
  message.rrc_establishment_cause = cause;
  if (ue.s_tmsi) message.five_g_s_tmsi = to_ngap(*ue.s_tmsi);
  message.ue_context_request = ngap::UeContextRequest::requested;
  ue.on_n2 = true;
  if (send(ue.stream, message)) return;
  ue.on_n2 = false;
  release_rrc(ue, [](Core& core, Ue& found) { core.forget(found); });
}

void Core::uplink_nas(Ue& ue, ByteView nas) {
  if (!ue.amf_id || !ue.on_n2) return count_drop("nas_without_n2");
  ngap::UplinkNasTransport message;
  message.nas_pdu.assign(nas.begin(), nas.end());
  message.user_location_information = location(ue);
  send(ue, message);
}

void Core::nas_undelivered(Ue& ue, Bytes nas, ngap::CauseRadioNetwork cause) {
  if (!ue.amf_id || !ue.on_n2) return;
  ngap::NasNonDeliveryIndication message;
  message.nas_pdu = std::move(nas);
  message.cause = radio_cause(cause);
  send(ue, message);
}

void Core::on_nas_transport(const ngap::NgapPdu& pdu) {
  const auto& message = *pdu.get_if<ngap::DownlinkNasTransport>();
  Ue* ue = ue_of(message.amf_ue_ngap_id, message.ran_ue_ngap_id);
  if (!ue) return;
  if (message.ue_aggregate_maximum_bit_rate) {
    ue->ambr_dl = static_cast<uint64_t>(message.ue_aggregate_maximum_bit_rate->ue_aggregate_maximum_bit_rate_dl);
    ue->ambr_ul = static_cast<uint64_t>(message.ue_aggregate_maximum_bit_rate->ue_aggregate_maximum_bit_rate_ul);
    update_qos(*ue);
  }
  if (ue->handover || ue->state == UeState::departing) return nas_undelivered(*ue, message.nas_pdu, ngap::CauseRadioNetwork::ng_intra_system_handover_triggered);
  deliver_nas(*ue, message.nas_pdu);
}

// 8.6.5: another AMF shall get the initial message; we know one AMF, so the message goes to it again.
void Core::on_reroute(const ngap::NgapPdu& pdu) {
  const auto& request = *pdu.get_if<ngap::RerouteNasRequest>();
  Ue* ue = find(request.ran_ue_ngap_id);
  if (!ue) return send_error(request.amf_ue_ngap_id, request.ran_ue_ngap_id, radio_cause(ngap::CauseRadioNetwork::unknown_local_ue_ngap_id));
  log_warning(Layer::ngap, "UE {}: the AMF asks for another one of set {}, which is not configured", ue->id, request.amf_set_id.value);
  ue->on_n2 = false;
  release_rrc(*ue, [](Core& core, Ue& found) { core.forget(found); });
}

}  // namespace sen::gnb
