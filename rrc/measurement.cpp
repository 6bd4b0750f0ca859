// Measurement configuration and reports (TS 38.331 5.5): event A3 towards the neighbour cells on the serving frequency and the others.
#include <algorithm>
#include <cmath>

#include "rrc/detail/messages.h"

namespace sen::gnb {
namespace {

rrc::SubcarrierSpacing to_asn1(nr::Scs scs) { return static_cast<rrc::SubcarrierSpacing>(nr::mu(scs)); }

rrc::TimeToTrigger to_asn1_trigger(uint16_t ms) {
  constexpr uint16_t values[] = {0, 40, 64, 80, 100, 128, 160, 256, 320, 480, 512, 640, 1024, 1280, 2560, 5120};
  size_t i = 0;
  while (i + 1 < std::size(values) && values[i] < ms) ++i;
  return static_cast<rrc::TimeToTrigger>(i);
}

}  // namespace

std::vector<size_t> Core::neighbours(size_t cell) const {
  std::vector<size_t> out;
  const auto& wanted = settings.cells[cell].neighbours;
  for (size_t i = 0; i < settings.cells.size(); ++i) {
    if (i == cell) continue;
    if (wanted.empty() || std::find(wanted.begin(), wanted.end(), settings.cells[i].mac.l1.pci) != wanted.end()) out.push_back(i);
  }
  return out;
}

void Core::measurement_config(const Ue& ue, rrc::MeasConfig& out) const {
  std::vector<std::pair<uint32_t, nr::Scs>> frequencies{{settings.cells[ue.cell].mac.l1.ssb_arfcn, settings.cells[ue.cell].mac.ssb_scs}};
  for (size_t cell : neighbours(ue.cell)) {
    const std::pair<uint32_t, nr::Scs> frequency{settings.cells[cell].mac.l1.ssb_arfcn, settings.cells[cell].mac.ssb_scs};
    if (std::find(frequencies.begin(), frequencies.end(), frequency) == frequencies.end()) frequencies.push_back(frequency);
  }
  for (const auto& cell : settings.external_cells) {
    const std::pair<uint32_t, nr::Scs> frequency{cell.ssb_arfcn, cell.ssb_scs};
    if (std::find(frequencies.begin(), frequencies.end(), frequency) == frequencies.end()) frequencies.push_back(frequency);
  }
  auto& objects = out.meas_object_to_add_mod_list.emplace();
  auto& ids = out.meas_id_to_add_mod_list.emplace();
  for (size_t i = 0; i < frequencies.size(); ++i) {
    auto& object = objects.emplace_back();
    object.meas_object_id = static_cast<uint8_t>(i + 1);
    auto& nr = object.meas_object.set_meas_object_nr();
    nr.ssb_frequency = frequencies[i].first;
    nr.ssb_subcarrier_spacing = to_asn1(frequencies[i].second);
    auto& smtc = nr.smtc1.emplace();
    smtc.periodicity_and_offset.set_sf20() = 0;
    smtc.duration = rrc::SsbMtcDuration::sf5;
    nr.quantity_config_index = 1;
    nr.reference_signal_config.ssb_config_mobility.emplace().derive_ssb_index_from_cell = true;
    auto& id = ids.emplace_back();
    id.meas_id = static_cast<uint8_t>(i + 1);
    id.meas_object_id = static_cast<uint8_t>(i + 1);
    id.report_config_id = 1;
  }
  auto& report = out.report_config_to_add_mod_list.emplace().emplace_back();
  report.report_config_id = 1;
  auto& event = report.report_config.set_report_config_nr().report_type.set_event_triggered();
  auto& a3 = event.event_id.set_event_a3();
  a3.a3_offset.set_rsrp() = static_cast<int8_t>(std::lround(settings.measurement.a3_offset_db * 2));
  a3.report_on_leave = false;
  a3.hysteresis = static_cast<uint8_t>(std::lround(settings.measurement.hysteresis_db * 2));
  a3.time_to_trigger = to_asn1_trigger(settings.measurement.time_to_trigger_ms);
  a3.use_allowed_cell_list = false;
  event.rs_type = rrc::NrRsType::ssb;
  event.report_interval = rrc::ReportInterval::ms240;
  event.report_amount = rrc::ReportAmount::r4;
  event.report_quantity_cell.rsrp = true;
  event.report_quantity_cell.rsrq = true;
  event.report_quantity_cell.sinr = true;
  event.max_report_cells = 4;
  event.include_beam_measurements = false;
  auto& filter = out.quantity_config.emplace().quantity_config_nr_list.emplace().emplace_back().quantity_config_cell;
  (void)filter;  // filter coefficients default to fc4
}

void Core::on_measurement_report(Ue& ue, const rrc::MeasurementReport& report) {
  const auto* ies = report.critical_extensions.measurement_report();
  if (!ies) return count_drop("measurement_report_unknown");
  const auto& results = ies->meas_results;
  const auto* list = results.meas_result_neigh_cells ? results.meas_result_neigh_cells->meas_result_list_nr() : nullptr;
  if (!list) return;
  int best = -1;
  std::optional<size_t> target;
  const ExternalCell* external = nullptr;
  uint16_t pci = 0;
  for (const auto& neighbour : *list) {
    if (!neighbour.phys_cell_id || !neighbour.meas_result.cell_results.results_ssb_cell) continue;
    const auto& rsrp = neighbour.meas_result.cell_results.results_ssb_cell->rsrp;
    if (!rsrp || static_cast<int>(*rsrp) <= best) continue;
    for (size_t cell : neighbours(ue.cell)) {
      if (settings.cells[cell].mac.l1.pci != *neighbour.phys_cell_id) continue;
      best = static_cast<int>(*rsrp);
      pci = *neighbour.phys_cell_id;
      target = cell;
      external = nullptr;
    }
    for (const auto& cell : settings.external_cells) {
      if (cell.pci != *neighbour.phys_cell_id) continue;
      best = static_cast<int>(*rsrp);
      pci = cell.pci;
      external = &cell;
    }
  }
  if (!target && !external) return count_drop("measurement_report_without_neighbour");
  log_info(Layer::rrc, "UE {} (cell {}): A3, PCI {} at {} dBm", ue.id, ue.cell, pci, best - 156);
  if (!settings.measurement.handover) return;
  if (external) hand_over(ue, *external);
  else hand_over(ue, *target);
}

}  // namespace sen::gnb
