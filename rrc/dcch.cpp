// What comes and goes on DCCH: dispatch of uplink messages, sending, and the transfer of NAS PDUs (TS 38.331 5.7.1, 5.7.2).
#include "rrc/detail/messages.h"

namespace sen::gnb {

bool Core::send_dcch(Ue& ue, uint8_t srb, Result<Bytes> message, uint32_t tag) {
  if (!message) {
    log_error(Layer::rrc, "UE {}: cannot encode: {}", ue.id, message.error().describe());
    count_drop("rrc_unencodable");
    return false;
  }
  if (tap) tap(ue.id, "dl.dcch", *message);
  if (ports.send_srb(ue.id, srb, *message, tag)) return true;
  count_drop("srb_not_sent");
  return false;
}

void Core::deliver_nas(Ue& ue, Bytes nas) {
  if (ue.state != UeState::connected || ue.lost) return nas_undelivered(ue, std::move(nas), ngap::CauseRadioNetwork::radio_connection_with_ue_lost);
  rrc::DlDcchMessage message;
  auto& transfer = message.message.set_c1().set_dl_information_transfer();
  transfer.rrc_transaction_identifier = next_transaction(ue);
  transfer.critical_extensions.set_dl_information_transfer().dedicated_nas_message = std::move(nas);
  send_dcch(ue, ue.srb2 ? 2 : 1, rrc::encode(message));
}

// Before AS security only these are taken without protection (TS 38.331 annex B.1).
static bool may_be_unprotected(const rrc::UlDcchMessageTypeC1& c1) {
  return c1.rrc_setup_complete() || c1.ul_information_transfer() || c1.security_mode_failure();
}

void Core::on_dcch(Ue& ue, uint8_t srb, ByteView bytes, bool verified) {
  if (tap) tap(ue.id, "ul.dcch", bytes);
  if (bytes.size() > limit::rrc_message) return count_drop("dcch_too_long");
  auto message = rrc::decode<rrc::UlDcchMessage>(bytes);
  const auto* c1 = message ? message->message.c1() : nullptr;
  if (!c1) {
    log_warning(Layer::rrc, "UE {} SRB{}: UL-DCCH message refused: {}", ue.id, srb, message ? "unknown class" : message.error().describe());
    return count_drop("dcch_undecodable");
  }
  if (!verified && (ue.security.active || !may_be_unprotected(*c1))) return count_drop("dcch_unprotected");
  if (ue.state == UeState::releasing) return count_drop("dcch_after_release");
  restart_inactivity(ue);
  if (const auto* m = c1->rrc_setup_complete()) return on_setup_complete(ue, *m);
  if (const auto* m = c1->ul_information_transfer()) {
    const auto* ies = m->critical_extensions.ul_information_transfer();
    if (ies && ies->dedicated_nas_message) return uplink_nas(ue, *ies->dedicated_nas_message);
    return count_drop("ul_information_transfer_empty");
  }
  if (const auto* m = c1->security_mode_complete()) {
    if (ue.awaited != Awaited::security_mode || m->rrc_transaction_identifier != ue.transaction) return count_drop("security_mode_unexpected");
    return answered(ue, true);
  }
  if (const auto* m = c1->security_mode_failure()) {
    if (ue.awaited != Awaited::security_mode || m->rrc_transaction_identifier != ue.transaction) return count_drop("security_mode_unexpected");
    log_warning(Layer::rrc, "UE {}: SecurityModeFailure (NEA{}, NIA{} were chosen)", ue.id, ue.security.nea, ue.security.nia);
    return answered(ue, false);
  }
  if (const auto* m = c1->ue_capability_information()) return on_capability_information(ue, *m);
  if (c1->rrc_reconfiguration_complete()) return on_reconfiguration_complete(ue);
  if (const auto* m = c1->measurement_report()) return on_measurement_report(ue, *m);
  if (c1->rrc_reestablishment_complete()) return on_reestablishment_complete(ue);
  if (const auto* m = c1->counter_check_response()) return on_counter_check_response(ue, *m);
  if (c1->failure_information()) return log_warning(Layer::rrc, "UE {}: FailureInformation", ue.id);
  if (c1->rrc_resume_complete()) return count_drop("resume_complete_unexpected");
  count_drop("dcch_unsupported");  // assistance, location and counter messages that were not asked for
}

}  // namespace sen::gnb
