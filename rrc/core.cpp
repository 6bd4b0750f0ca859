// Contexts, and the queue that lets a UE's procedures run one after the other.
#include "rrc/detail/core.h"

namespace sen::gnb {

Core::Core(const RrcSettings& s, Executor& e, Counters& c, RrcPorts p)
    : settings(s), executor(e), counters(c), ports(std::move(p)), by_rnti(s.cells.size()), setup_again(e) {}

Ue* Core::find(UeId id) {
  auto found = ues.find(id);
  return found == ues.end() ? nullptr : found->second.get();
}

Ue* Core::find(size_t cell, Rnti rnti) {
  if (cell >= by_rnti.size()) return nullptr;
  auto found = by_rnti[cell].find(rnti);
  return found == by_rnti[cell].end() ? nullptr : find(found->second);
}

Ue* Core::new_ue(size_t cell, Rnti rnti) {
  if (ues.size() >= limit::ues) return nullptr;
  do ++last_id;
  while (last_id == 0 || ues.contains(last_id));
  auto& ue = ues[last_id] = std::make_unique<Ue>(executor, last_id);
  ue->cell = cell;
  ue->rnti = rnti;
  ue->stream = static_cast<uint16_t>(1 + last_id % (limit::streams - 1));
  by_rnti[cell][rnti] = last_id;
  counters.gauge("sen5g_gnb_rrc_connected_ues", "UEs with an RRC connection or being set up").set(static_cast<int64_t>(ues.size()));
  return ue.get();
}

void Core::drop_tunnels(Ue& ue) {
  for (auto& session : ue.sessions) {
    if (session.own_teid) ports.remove_tunnel(ue.id, session.id, session.own_teid);
  }
  ue.sessions.clear();
}

void Core::forget(Ue& ue) {
  drop_tunnels(ue);
  by_rnti[ue.cell].erase(ue.rnti);
  ports.remove_from_cell(ue.cell, ue.rnti);
  if (ue.handover && ue.handover->target_rnti) {
    by_rnti[ue.handover->target_cell].erase(ue.handover->target_rnti);
    ports.remove_from_cell(ue.handover->target_cell, ue.handover->target_rnti);
  }
  ports.remove_ue(ue.id);
  report(UeReport::Kind::released, ue);
  ues.erase(ue.id);
  counters.gauge("sen5g_gnb_rrc_connected_ues", "UEs with an RRC connection or being set up").set(static_cast<int64_t>(ues.size()));
}

void Core::count_drop(const char* reason) {
  counters.counter("sen5g_gnb_rrc_dropped", "RRC and NGAP messages that the gNB could not use", fmt::format("reason=\"{}\"", reason)).add();
}

void Core::report(UeReport::Kind kind, const Ue& ue, const char* text) {
  if (reports) reports({kind, ue.id, ue.cell, ue.rnti, text});
}

void Core::enqueue(Ue& ue, std::function<void(Core&, Ue&)> begin) {
  if (ue.busy) {
    if (ue.waiting.size() >= limit::waiting_procedures) return count_drop("procedures_waiting");
    ue.waiting.push_back(std::move(begin));
    return;
  }
  ue.busy = true;
  begin(*this, ue);
}

void Core::finished(UeId id) {
  Ue* ue = find(id);
  if (!ue) return;
  ue->busy = false;
  if (ue->waiting.empty()) return;
  auto next = std::move(ue->waiting.front());
  ue->waiting.pop_front();
  ue->busy = true;
  next(*this, *ue);
}

void Core::await(Ue& ue, Awaited what, Done done) {
  ue.awaited = what;
  ue.done = std::move(done);
  start_timer(ue.answer_timer, std::chrono::milliseconds(settings.procedure_ms), ue, [](Core& core, Ue& found) {
    log_warning(Layer::rrc, "UE {} (rnti {:#x}): no answer to an RRC procedure within {} ms, releasing", found.id, found.rnti,
                core.settings.procedure_ms);
    core.answered(found, false);
  });
}

// The continuation runs with the UE alive; whatever it began may have removed the UE when it returns.
void Core::answered(Ue& ue, bool ok) {
  ue.answer_timer.stop();
  ue.awaited = Awaited::nothing;
  Done done = std::exchange(ue.done, nullptr);
  if (done) done(*this, ue, ok);
}

void Core::restart_inactivity(Ue& ue) {
  if (settings.inactivity_s == 0 || ue.state != UeState::connected) return;
  start_timer(ue.inactivity, std::chrono::seconds(settings.inactivity_s), ue, [](Core& core, Ue& found) {
    core.request_release(found, ngap::CauseRadioNetwork::user_inactivity);
  });
}

}  // namespace sen::gnb
