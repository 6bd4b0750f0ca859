// Measurements of the connected UE (TS 38.331 5.5): events A1 to A5 on the SSBs of the serving and the neighbour cells, and periodic reports.
#include <algorithm>
#include <cmath>

#include "ue/access_stratum.h"

namespace sen::ue {
namespace {

constexpr uint16_t trigger_ms[] = {0, 40, 64, 80, 100, 128, 160, 256, 320, 480, 512, 640, 1024, 1280, 2560, 5120};
Duration time_to_trigger(rrc::TimeToTrigger value) {
  const auto index = static_cast<size_t>(value);
  return std::chrono::milliseconds(index < std::size(trigger_ms) ? trigger_ms[index] : 5120);
}

uint8_t rsrp_range(double dbm) { return static_cast<uint8_t>(std::clamp(std::lround(dbm) + 156, 0L, 126L)); }       // TS 38.133 10.1.6
uint8_t rsrq_range(double db) { return static_cast<uint8_t>(std::clamp(std::lround(2 * db) + 87, 0L, 127L)); }        // 10.1.11
uint8_t sinr_range(double db) { return static_cast<uint8_t>(std::clamp(std::lround(2 * db) + 46, 0L, 127L)); }        // 10.1.16

void fill(const nr::l1_ue::RxSsb& block, double rsrp, rrc::MeasQuantityResults& out) {
  out.rsrp = rsrp_range(rsrp);
  out.rsrq = rsrq_range(block.rsrq_db);
  out.sinr = sinr_range(block.sinr_db);
}

double dbm(const rrc::MeasTriggerQuantity& quantity) {
  const auto* rsrp = quantity.rsrp();
  return rsrp ? static_cast<int>(*rsrp) - 156.0 : -200;
}

}  // namespace

void AccessStratum::set_measurements(const rrc::MeasConfig& config) {
  if (config.meas_id_to_remove_list) {
    for (auto id : *config.meas_id_to_remove_list) measurement_ids_.erase(static_cast<uint8_t>(id));
  }
  if (config.meas_object_to_add_mod_list) {
    for (const auto& object : *config.meas_object_to_add_mod_list) {
      const auto* nr = object.meas_object.meas_object_nr();
      if (nr && nr->ssb_frequency) objects_[static_cast<uint8_t>(object.meas_object_id)] = static_cast<uint32_t>(*nr->ssb_frequency);
    }
  }
  if (config.report_config_to_add_mod_list) {
    for (const auto& report : *config.report_config_to_add_mod_list) {
      if (const auto* nr = report.report_config.report_config_nr()) reports_[static_cast<uint8_t>(report.report_config_id)] = *nr;
    }
  }
  if (config.meas_id_to_add_mod_list) {
    for (const auto& id : *config.meas_id_to_add_mod_list) {
      measurement_ids_[static_cast<uint8_t>(id.meas_id)] = {static_cast<uint8_t>(id.meas_object_id), static_cast<uint8_t>(id.report_config_id)};
    }
  }
  measurements_.clear();
  for (const auto& [id, parts] : measurement_ids_) {
    auto object = objects_.find(parts.first);
    auto report = reports_.find(parts.second);
    if (object != objects_.end() && report != reports_.end()) measurements_.push_back({id, object->second, report->second});
  }
  for (auto& [key, heard] : heard_) {
    heard.entered = {};
    heard.reported = false;
  }
}

// Entering and leaving conditions of 5.5.4.2 to 5.5.4.6; for A1 and A2 the cell is the serving one.
void AccessStratum::evaluate_measurements() {
  const Time now = executor_.now();
  const auto serving = heard_.find({cell_.l1.ssb_arfcn, cell_.l1.pci});
  if (serving == heard_.end() || handing_over_) return;
  const double own = serving->second.rsrp;
  for (const auto& measurement : measurements_) {
    const auto* event = measurement.report.report_type.event_triggered();
    if (!event) continue;
    std::vector<const Heard*> triggered;
    bool fresh = false;
    for (auto& [key, heard] : heard_) {
      const bool is_serving = &heard == &serving->second;
      if (key.first != measurement.ssb_arfcn) continue;
      double enter = -1, hysteresis = 0;  // enter > hysteresis: the entering condition; < -hysteresis: leaving
      Duration trigger{};
      bool about_serving = false;
      if (const auto* a1 = event->event_id.event_a1()) {
        enter = own - dbm(a1->a1_threshold), hysteresis = a1->hysteresis * 0.5, trigger = time_to_trigger(a1->time_to_trigger), about_serving = true;
      } else if (const auto* a2 = event->event_id.event_a2()) {
        enter = dbm(a2->a2_threshold) - own, hysteresis = a2->hysteresis * 0.5, trigger = time_to_trigger(a2->time_to_trigger), about_serving = true;
      } else if (const auto* a3 = event->event_id.event_a3()) {
        const auto* offset = a3->a3_offset.rsrp();
        enter = heard.rsrp - own - (offset ? *offset * 0.5 : 0), hysteresis = a3->hysteresis * 0.5, trigger = time_to_trigger(a3->time_to_trigger);
      } else if (const auto* a4 = event->event_id.event_a4()) {
        enter = heard.rsrp - dbm(a4->a4_threshold), hysteresis = a4->hysteresis * 0.5, trigger = time_to_trigger(a4->time_to_trigger);
      } else if (const auto* a5 = event->event_id.event_a5()) {
        enter = std::min(dbm(a5->a5_threshold1) - own, heard.rsrp - dbm(a5->a5_threshold2));
        hysteresis = a5->hysteresis * 0.5, trigger = time_to_trigger(a5->time_to_trigger);
      } else {
        continue;
      }
      if (about_serving != is_serving) continue;
      if (enter < -hysteresis) {
        heard.entered = {};
        heard.reported = false;
        continue;
      }
      if (enter <= hysteresis && heard.entered == Time{}) continue;
      if (heard.entered == Time{}) heard.entered = now;
      if (now - heard.entered < trigger) continue;
      triggered.push_back(&heard);
      fresh |= !heard.reported;
      heard.reported = true;
    }
    if (fresh) report_measurement(measurement, triggered);
  }
}

void AccessStratum::report_measurement(const Measurement& measurement, const std::vector<const Heard*>& cells) {
  const auto& serving = heard_.at({cell_.l1.ssb_arfcn, cell_.l1.pci});
  send_dcch(1, [&](rrc::UlDcchMessageTypeC1& c1) {
    auto& results = c1.set_measurement_report().critical_extensions.set_measurement_report().meas_results;
    results.meas_id = measurement.id;
    auto& own = results.meas_result_serving_mo_list.emplace_back();
    own.serv_cell_id = 0;
    own.meas_result_serving_cell.phys_cell_id = cell_.l1.pci;
    fill(serving.block, serving.rsrp, own.meas_result_serving_cell.meas_result.cell_results.results_ssb_cell.emplace());
    auto sorted = cells;
    std::erase(sorted, &serving);
    std::sort(sorted.begin(), sorted.end(), [](const Heard* a, const Heard* b) { return a->rsrp > b->rsrp; });
    if (sorted.empty()) return;
    auto& list = results.meas_result_neigh_cells.emplace().set_meas_result_list_nr();
    for (const Heard* heard : sorted) {
      if (list.size() == 8) break;
      auto& cell = list.emplace_back();
      cell.phys_cell_id = heard->block.pci;
      fill(heard->block, heard->rsrp, cell.meas_result.cell_results.results_ssb_cell.emplace());
    }
  });
}

}  // namespace sen::ue
