// RRC release (TS 38.331 5.3.8) and radio link failure as the gNB sees it.
#include "rrc/detail/messages.h"

namespace sen::gnb {

constexpr uint32_t release_tag = 0x52454c00;  // delivered() of RRCRelease

void Core::release_rrc(Ue& ue, std::function<void(Core&, Ue&)> then) {
  if (ue.state == UeState::releasing) return;
  ue.state = UeState::releasing;
  ue.awaited = Awaited::nothing;
  ue.done = nullptr;
  ue.waiting.clear();
  ue.inactivity.stop();
  ue.handover_timer.stop();
  drop_tunnels(ue);
  rrc::DlDcchMessage message;
  auto& release = message.message.set_c1().set_rrc_release();
  release.rrc_transaction_identifier = next_transaction(ue);
  release.critical_extensions.set_rrc_release();
  ue.released = then;
  if (!send_dcch(ue, 1, rrc::encode(message), release_tag)) return then(*this, ue);
  start_timer(ue.answer_timer, limit::release_wait, ue, [](Core& core, Ue& found) {
    auto finish = std::exchange(found.released, nullptr);
    if (finish) finish(core, found);
  });
}

void Core::delivered(Ue& ue, uint8_t, uint32_t tag) {
  if (tag != release_tag || ue.state != UeState::releasing) return;
  // The UE acts on the message up to 60 ms after the acknowledgement (5.3.8.3): nothing is sent to it meanwhile.
  auto finish = std::exchange(ue.released, nullptr);
  if (finish) finish(*this, ue);
}

// The UE may come back by re-establishment: it keeps its context for T311 and a little more.
void Core::radio_lost(Ue& ue, const char* why) {
  if (ue.state == UeState::releasing) {
    auto finish = std::exchange(ue.released, nullptr);
    if (finish) finish(*this, ue);
    return;
  }
  if (ue.lost || ue.state == UeState::departing) return;  // departing: it has left as it was told
  ue.lost = true;
  log_warning(Layer::rrc, "UE {} (cell {}, rnti {:#x}): radio link lost: {}", ue.id, ue.cell, ue.rnti, why);
  if (ue.state == UeState::setup || !ue.security.active) return request_release(ue, ngap::CauseRadioNetwork::radio_connection_with_ue_lost);
  start_timer(ue.lost_timer, std::chrono::milliseconds(settings.t311_ms + settings.t301_ms + 500), ue, [](Core& core, Ue& found) {
    core.request_release(found, ngap::CauseRadioNetwork::radio_connection_with_ue_lost);
  });
}

}  // namespace sen::gnb
