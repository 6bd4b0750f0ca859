// Small UE-associated procedures: radio capability (TS 38.413 8.14), location reporting (8.12), trace (8.11); RAN configuration transfer (8.8).
#include "core/amf/detail/core.h"

namespace sen::amf {

void Core::on_location_report(Connection& c, const ngap::LocationReport& m) {
  set_location(c, m.user_location_information);
  Ue* ue = ue_of(c);
  log_info(Layer::amf, "{}: is in {} cell {:#x}", ue ? ue->name() : "UE", c.tai.text(), c.cell);
}

void Core::on_radio_capability(Connection& c, const ngap::UeRadioCapabilityInfoIndication& m) {
  Ue* ue = ue_of(c);
  if (!ue) return;
  if (m.ue_radio_capability.size() > limit::radio_capability_octets) {
    metrics.n2_errors.add();
    log_warning(Layer::amf, "{}: UE radio capability of {} octets not kept (limit {})", ue->name(), m.ue_radio_capability.size(), limit::radio_capability_octets);
    return;
  }
  ue->radio_capability = m.ue_radio_capability;
}

void Core::on_ran_configuration_transfer(Gnb& g, const ngap::UplinkRanConfigurationTransfer& m) {
  if (!m.son_configuration_transfer_ul) return;
  Gnb* target = target_gnb(m.son_configuration_transfer_ul->target_ran_node_id_son.global_ran_node_id);
  if (!target) {
    log_info(Layer::amf, "gNB {}: configuration transfer to {}, which is not connected here", g.peer,
             text_of(m.son_configuration_transfer_ul->target_ran_node_id_son.global_ran_node_id));
    return;
  }
  ngap::DownlinkRanConfigurationTransfer out;
  out.son_configuration_transfer_dl = m.son_configuration_transfer_ul;
  send(*target, 0, out);
}

Connection* Core::ready_connection(std::string_view supi) {
  Ue* ue = find_supi(supi);
  Connection* c = ue ? connection_of(*ue) : nullptr;
  return c && c->state == Connection::State::ready ? c : nullptr;
}

bool Core::request_location(std::string_view supi) {
  Connection* c = ready_connection(supi);
  if (!c) return false;
  ngap::LocationReportingControl m;
  m.location_reporting_request_type.event_type = ngap::EventType::direct;
  m.location_reporting_request_type.report_area = ngap::ReportArea::cell;
  return send(*c, m);
}

bool Core::check_radio_capability(std::string_view supi) {
  Connection* c = ready_connection(supi);
  if (!c) return false;
  ngap::UeRadioCapabilityCheckRequest m;
  if (Ue* ue = ue_of(*c); ue && !ue->radio_capability.empty()) m.ue_radio_capability = ue->radio_capability;
  return send(*c, m);
}

bool Core::start_trace(std::string_view supi, const Octets<8>& trace_id, const Octets<4>& collector) {
  Connection* c = ready_connection(supi);
  if (!c) return false;
  ngap::TraceStart m;
  m.trace_activation.ngran_trace_id = trace_id;
  m.trace_activation.interfaces_to_trace.value = 0xff;
  m.trace_activation.trace_collection_entity_ip_address = per::BitString(collector, 32);
  return send(*c, m);
}

bool Core::stop_trace(std::string_view supi, const Octets<8>& trace_id) {
  Connection* c = ready_connection(supi);
  if (!c) return false;
  ngap::DeactivateTrace m;
  m.ngran_trace_id = trace_id;
  return send(*c, m);
}

}  // namespace sen::amf
