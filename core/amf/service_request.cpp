// Service request (TS 24.501 5.6.1, TS 23.502 4.2.3).
#include "core/amf/detail/core.h"

namespace sen::amf {

using nas::MmCause;

void Core::reject_service(Connection& c, Ue* ue, MmCause cause, const std::string& why) {
  log_warning(Layer::amf, "{}: Service Request rejected with cause {} ({}): {}", ue ? ue->name() : "UE", static_cast<int>(cause), nas::name_of(cause) ? nas::name_of(cause) : "?", why);
  nas::ServiceReject m;
  m.cause = cause;
  if (cause == MmCause::congestion) m.t3346 = nas::GprsTimer2(nas::GprsTimer::from_seconds(config.overload.back_off_s));
  if (ue && ue->connection == c.id && c.secured) {
    send_nas(*ue, m);
  } else {
    send_plain(c, m);
  }
  release(c, nas_cause(ngap::CauseNas::unspecified));
}

void Core::on_service_request(Connection& c, Ue* known, nas::ServiceRequest& request, bool verified) {
  if (!known) return reject_service(c, nullptr, MmCause::ue_identity_cannot_be_derived, "no UE context for its 5G-S-TMSI");
  if (!verified) return reject_service(c, nullptr, MmCause::ue_identity_cannot_be_derived, known->name() + ": no valid integrity protection");
  Ue& ue = *known;
  if (ue.handover) return send_status(ue, MmCause::message_type_not_compatible_with_state);
  bool procedure_running = ue.registration || ue.deregistration;
  link(ue, c);
  c.secured = true;
  if (!ue.registered() || procedure_running) {
    if (procedure_running) abort_procedures(ue);
    return reject_service(c, &ue, MmCause::implicitly_deregistered, ue.registered() ? "another procedure is under way" : "the UE is not registered");
  }
  if (overloaded && request.type.kind != nas::ServiceKind::mobile_terminated) {
    return reject_service(c, &ue, MmCause::congestion, fmt::format("overload, {} procedures under way (limit {})", procedures, config.overload.start));
  }
  if (!config.serves(c.tai)) return reject_service(c, &ue, MmCause::no_suitable_cells_in_tracking_area, fmt::format("UE in {}, served are {}", c.tai.text(), config.tais_text()));
  auto kind = request.type.kind;
  bool always = kind == nas::ServiceKind::mobile_terminated || kind == nas::ServiceKind::emergency || kind == nas::ServiceKind::high_priority_access;
  if (!always && !config.service_area.permits(c.tai.tac)) {
    return reject_service(c, &ue, MmCause::restricted_service_area, fmt::format("UE in {}, where amf.service_area permits no services", c.tai.text()));
  }
  abort_procedures(ue);
  if (c.state == Connection::State::signalling) ue.key_count = ue.security.received_count();
  ue.service = std::make_unique<Service>();
  ue.service->request = std::move(request);
  procedure_began();
  on_service(ue, ServiceEvent::start);
}

void Core::on_service(Ue& ue, ServiceEvent event) {
  if (!ue.service) return;
  Service& s = *ue.service;
  switch (event) {
    case ServiceEvent::start: {
      s.state = ServiceState::activating;
      if (ue.paging) on_paging(ue, PagingEvent::answered);
      align_sessions(ue, s.request.session_status ? &*s.request.session_status : nullptr);
      uint16_t wanted = s.request.uplink_data_status ? s.request.uplink_data_status->sessions : 0;
      if (ue.paging) {  // what waits for the UE brings its own N2 information
        for (const auto& w : ue.paging->waiting) {
          if (!w.n2.empty()) wanted = static_cast<uint16_t>(wanted & ~(1u << w.session));
        }
      }
      return activate(ue, wanted, &Core::accept_service);
    }
    case ServiceEvent::activated:
      ue.service.reset();
      procedure_ended();
      return;
  }
}

void Core::accept_service(Ue& ue) {
  Connection* c = connection_of(ue);
  if (!c || !ue.service) return;
  Service& s = *ue.service;
  s.state = ServiceState::accepting;
  nas::ServiceAccept m;
  if (s.request.session_status) {
    nas::PduSessionStatus status;
    for (const auto& session : ue.sessions) status.set(session.id);
    m.session_status = status;
  }
  std::vector<SmDelivery> items, later;
  if (ue.activation) {
    items = std::move(ue.activation->items);
    if (s.request.uplink_data_status) {
      nas::PduSessionStatus failed;
      failed.sessions = ue.activation->failed;
      m.reactivation_result = failed;
    }
    ue.activation.reset();
  }
  for (auto& w : take_waiting(ue)) {
    bool setup = w.type == sbi::N2SmInfoType::pdu_res_setup_req && !w.n2.empty();
    (setup ? items : later).push_back(std::move(w));
  }
  auto plain = nas::encode(m);
  if (!plain) return reject_service(*c, &ue, MmCause::protocol_error, plain.error().describe());
  log_info(Layer::amf, "{}: service request accepted, {} sessions set up", ue.name(), items.size());
  if (c->state == Connection::State::signalling && (c->context_requested || !items.empty())) {
    auto pdu = protect(ue, *plain);
    if (pdu) send_context_setup(ue, *c, std::move(*pdu), std::move(items));
  } else {
    send_nas(ue, *plain);
    for (auto& item : items) deliver(ue, std::move(item));
  }
  on_service(ue, ServiceEvent::activated);
  for (auto& delivery : later) deliver(ue, std::move(delivery));
  if (ue.slices_changed) tell_slices(ue);
}

}  // namespace sen::amf
