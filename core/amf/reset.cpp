// NG Reset both ways (TS 38.413 8.7.4).
#include "core/amf/detail/core.h"

namespace sen::amf {

// The connection is gone without release signalling: its UE is idle now.
void Core::connection_lost(ConnectionId id, const char* why) {
  Connection* c = connection(id);
  if (!c) return;
  Ue* ue = ue_of(*c);
  UeId ue_id = ue ? ue->id : 0;
  if (ue) log_debug(Layer::amf, "{}: connection {} lost: {}", ue->name(), id, why);
  bool serving = ue && ue->connection == id;
  bool target = ue && ue->handover && ue->handover->target == id;
  drop_connection(id);
  if (target) abandon_handover(*ue, radio_cause(ngap::CauseRadioNetwork::ho_failure_in_target_5gc_ngran_node_or_target_system));
  ue = find(ue_id);
  if (!ue || !serving) return;
  abandon_handover(*ue, radio_cause(ngap::CauseRadioNetwork::radio_connection_with_ue_lost));
  bool deregistering = ue->deregistration != nullptr;
  abort_procedures(*ue);
  deactivate(*ue, sbi::NgApCause{0, static_cast<uint16_t>(ngap::CauseRadioNetwork::radio_connection_with_ue_lost)});
  if (deregistering) return drop_ue(*ue);
  if (ue->registered()) return start_idle_timer(*ue);
  settle(*ue);
}

void Core::on_reset(Gnb& g, const ngap::NgReset& m) {
  ngap::NgResetAcknowledge answer;
  std::vector<ConnectionId> lost;
  if (auto* part = m.reset_type.part_of_ng_interface()) {
    answer.ue_associated_logical_ng_connection_list = *part;  // 8.7.4.2.1: all of them, known or not, in the order received
    for (const auto& item : *part) {
      ConnectionId id = 0;
      if (item.amf_ue_ngap_id) {
        id = *item.amf_ue_ngap_id;
      } else if (item.ran_ue_ngap_id) {
        auto found = g.by_ran_id.find(*item.ran_ue_ngap_id);
        if (found != g.by_ran_id.end()) id = found->second;
      }
      Connection* c = connection(id);
      if (c && c->association == g.association && (!item.ran_ue_ngap_id || *item.ran_ue_ngap_id == c->ran_id)) lost.push_back(id);
    }
  } else if (m.reset_type.ng_interface()) {
    for (const auto& [id, c] : connections) {
      if (c->association == g.association) lost.push_back(id);
    }
  } else {
    return error_indication(g, 0, protocol_cause(ngap::CauseProtocol::abstract_syntax_error_reject));
  }
  log_info(Layer::amf, "gNB {} ({}): NG Reset ({}), {} UEs released", g.peer, g.name, text_of(m.cause), lost.size());
  uint32_t association = g.association;
  for (ConnectionId id : lost) connection_lost(id, "NG Reset");
  if (Gnb* still = gnb(association)) send(*still, 0, answer);
}

bool Core::reset(uint32_t association) {
  Gnb* g = gnb(association);
  if (!g || !g->ready) return false;
  ngap::NgReset m;
  m.cause = misc_cause(ngap::CauseMisc::om_intervention);
  m.reset_type.set_ng_interface() = ngap::ResetAll::reset_all;
  send(*g, 0, m);
  std::vector<ConnectionId> lost;
  for (const auto& [id, c] : connections) {
    if (c->association == association) lost.push_back(id);
  }
  for (ConnectionId id : lost) connection_lost(id, "NG Reset by the operator");
  return true;
}

}  // namespace sen::amf
