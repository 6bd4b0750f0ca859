// Deregistration by the UE and by the network (TS 24.501 5.5.2).
#include "core/amf/detail/core.h"

namespace sen::amf {

void Core::on_deregistration_request(Connection& c, Ue& ue, const nas::DeregistrationRequestUe& m) {
  bool switch_off = m.type.switch_off;
  log_info(Layer::amf, "{}: deregistered by the UE{}", ue.name(), switch_off ? " (switch-off)" : "");
  abandon_handover(ue, nas_cause(ngap::CauseNas::deregister));
  abort_procedures(ue);
  if (!switch_off) send_nas(ue, nas::DeregistrationAcceptUe{});
  release_sessions(ue, sbi::SmCause::other);
  set_registered(ue, false);
  if (!ue.supi.empty() && ue.subscribed) {
    ask_always<sbi::NudmUecmDeregisterAmf>(ue, {.ue_id = ue.supi, .guami = ue.guami}, [](Core&, Ue&, auto) {});
    ue.subscribed = false;
  }
  release(c, nas_cause(ngap::CauseNas::deregister));
}

bool Core::deregister_ue(std::string_view supi) {
  Ue* ue = find_supi(supi);
  if (!ue || !ue->registered() || ue->deregistration) return false;
  abandon_handover(*ue, nas_cause(ngap::CauseNas::deregister));
  abort_procedures(*ue);
  ue->deregistration = std::make_unique<Deregistration>();
  on_deregistration(*ue, DeregistrationEvent::start);
  return true;
}

void Core::on_deregistration(Ue& ue, DeregistrationEvent event) {
  if (!ue.deregistration) {
    if (event == DeregistrationEvent::accepted) send_status(ue, nas::MmCause::message_type_not_compatible_with_state);
    return;
  }
  switch (event) {
    case DeregistrationEvent::start: {
      Connection* c = connection_of(ue);
      if (!c || c->state == Connection::State::releasing) {  // idle: implicitly; its next request gets cause 9
        log_info(Layer::amf, "{}: deregistered by the network while idle", ue.name());
        return finish_deregistration(ue, nas_cause(ngap::CauseNas::deregister));
      }
      ue.deregistration->state = DeregistrationState::requested;
      nas::DeregistrationRequestNetwork m;
      auto plain = nas::encode(m);
      if (plain) await(ue, Awaited::deregistration_accept, std::move(*plain), config.timers.t3522);
      return;
    }
    case DeregistrationEvent::paged: return;
    case DeregistrationEvent::accepted:
      answered(ue, Awaited::deregistration_accept);
      log_info(Layer::amf, "{}: deregistered by the network", ue.name());
      return finish_deregistration(ue, nas_cause(ngap::CauseNas::deregister));
    case DeregistrationEvent::no_answer:
      log_info(Layer::amf, "{}: deregistered by the network without an answer", ue.name());
      return finish_deregistration(ue, nas_cause(ngap::CauseNas::deregister));
  }
}

void Core::finish_deregistration(Ue& ue, const ngap::Cause& cause) {
  release_sessions(ue, sbi::SmCause::other);
  set_registered(ue, false);
  bus.call<sbi::NudmUecmDeregisterAmf>({.ue_id = ue.supi, .guami = ue.guami}, [](auto) {});
  ue.subscribed = false;
  Connection* c = connection_of(ue);
  if (c) release(*c, cause);  // the context goes with the connection
  if (!c) drop_ue(ue);
}

}  // namespace sen::amf
