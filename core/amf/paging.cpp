// Paging (TS 38.413 8.5, TS 24.501 5.6.2) with T3513.
#include "core/amf/detail/core.h"

namespace sen::amf {

void Core::on_paging(Ue& ue, PagingEvent event) {
  if (!ue.paging) return;
  switch (event) {
    case PagingEvent::start:
      metrics.paging_req.add();
      return send_paging(ue);
    case PagingEvent::answered:
      ue.paging->t3513.stop();
      metrics.paging_succ.add();
      return;
    case PagingEvent::expired:
      if (ue.paging->attempts < limit::paging_attempts) return send_paging(ue);
      log_info(Layer::amf, "{}: no answer to {} pagings in {}", ue.name(), limit::paging_attempts, ue.tai.text());
      [[fallthrough]];
    case PagingEvent::abandoned: {
      auto paging = std::move(ue.paging);
      for (auto& w : paging->waiting) {
        bus.call<sbi::NamfN1N2TransferFailureNotification>({.n1n2_failure_txf_notif_uri = w.failure_uri, .supi = ue.supi, .pdu_session_id = w.session}, [](auto) {});
      }
      return;
    }
  }
}

void Core::send_paging(Ue& ue) {
  ++ue.paging->attempts;
  ngap::Paging m;
  m.ue_paging_identity.set_five_g_s_tmsi() = to_ngap(Guti{ue.guami, ue.tmsi}.s_tmsi());
  for (const auto& served : config.tais) {
    for (Tac tac : served.tacs) {
      if (served.plmn == ue.tai.plmn && m.tai_list_for_paging.size() < 16) m.tai_list_for_paging.emplace_back().tai = to_ngap(Tai{served.plmn, tac});
    }
  }
  if (m.tai_list_for_paging.empty()) m.tai_list_for_paging.emplace_back().tai = to_ngap(ue.tai);
  for (const auto& [association, g] : gnbs) {
    bool there = false;
    for (const auto& area : g.areas) there = there || (area.tai.plmn == ue.tai.plmn && config.serves(area.tai));
    if (g.ready && there) send(g, 0, m);
  }
  start_timer(ue.paging->t3513, std::chrono::seconds(config.timers.t3513), ue, [](Core& core, Ue& u) { core.on_paging(u, PagingEvent::expired); });
}

std::vector<SmDelivery> Core::take_waiting(Ue& ue) {
  if (!ue.paging) return {};
  auto waiting = std::move(ue.paging->waiting);
  ue.paging.reset();
  return waiting;
}

}  // namespace sen::amf
