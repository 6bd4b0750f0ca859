// Namf_Communication_N1N2MessageTransfer (TS 29.518 5.2.2.3.1, TS 23.502 4.2.3.3) and the SMF's status notifications.
#include "core/amf/detail/core.h"

namespace sen::amf {

using Cause = sbi::N1N2MessageTransferCause;

void Core::on_transfer(const sbi::N1N2MessageTransferReqData& request, sbi::Responder<sbi::N1N2MessageTransferRspData> reply) {
  Ue* ue = find_supi(request.ue_context_id);
  if (!ue || !ue->registered()) return reply(sbi::problem(404, sbi::cause::context_not_found, request.ue_context_id + " is not registered here"));
  Session* session = ue->session(request.pdu_session_id);
  if (!session) return reply(sbi::problem(404, sbi::cause::context_not_found, fmt::format("PDU session {} does not exist", request.pdu_session_id)));
  if (ue->handover) return reply(sbi::problem(409, sbi::cause::temporary_reject_handover_ongoing, "handover under way"));
  if (ue->registration && ue->registration->state != RegistrationState::accepting) {
    return reply(sbi::problem(409, sbi::cause::temporary_reject_registration_ongoing, "registration under way"));
  }
  SmDelivery delivery{request.pdu_session_id, request.n1_message, request.n2_sm_info, request.n2_sm_info_type, request.n1n2_failure_txf_notif_uri};
  Connection* c = connection_of(*ue);
  if (c && c->state != Connection::State::releasing) {
    reply(sbi::N1N2MessageTransferRspData{});
    return deliver(*ue, std::move(delivery));
  }
  if (request.skip_ind) return reply(sbi::N1N2MessageTransferRspData{.cause = Cause::n1_msg_not_transferred});
  if (ue->paging && ue->paging->waiting.size() >= limit::waiting_transfers_per_ue) {
    return reply(sbi::problem(409, sbi::cause::higher_priority_request_ongoing, fmt::format("{} messages wait for the UE (limit {})", ue->paging->waiting.size(), limit::waiting_transfers_per_ue)));
  }
  bool first = !ue->paging;
  if (first) ue->paging = std::make_unique<Paging>(executor);
  ue->paging->waiting.push_back(std::move(delivery));
  reply(sbi::N1N2MessageTransferRspData{.cause = Cause::attempting_to_reach_ue, .n1n2_msg_data_uri = fmt::format("n1-n2-messages/{}", ue->paging->waiting.size())});
  if (first) on_paging(*ue, PagingEvent::start);
}

void Core::on_status_notify(const sbi::SmContextStatusNotification& notification) {
  Ue* ue = find_supi(notification.supi);
  if (ue && notification.resource_status == sbi::ResourceStatus::released) forget_session(*ue, notification.pdu_session_id);
}

}  // namespace sen::amf
