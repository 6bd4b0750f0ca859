// Measurements of the connected UE (TS 38.331 5.5): events A1 to A5 on the SSBs of the serving and the neighbour cells, and periodic reports.
#include <algorithm>
#include <cmath>
#include <utility>

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

// A threshold in dBm or dB, and what it is compared with.
struct Level {
  double threshold = 0;
  enum class Quantity : uint8_t { rsrp, rsrq, sinr } quantity = Quantity::rsrp;
};
Level level(const rrc::MeasTriggerQuantity& in) {
  if (const auto* rsrq = in.rsrq()) return {(*rsrq - 87) * 0.5, Level::Quantity::rsrq};
  if (const auto* sinr = in.sinr()) return {(*sinr - 46) * 0.5, Level::Quantity::sinr};
  const auto* rsrp = in.rsrp();
  return {rsrp ? *rsrp - 156.0 : -200, Level::Quantity::rsrp};
}
Level offset(const rrc::MeasTriggerQuantityOffset& in) {
  if (const auto* rsrq = in.rsrq()) return {*rsrq * 0.5, Level::Quantity::rsrq};
  if (const auto* sinr = in.sinr()) return {*sinr * 0.5, Level::Quantity::sinr};
  const auto* rsrp = in.rsrp();
  return {rsrp ? *rsrp * 0.5 : 0, Level::Quantity::rsrp};
}

constexpr uint32_t interval_ms[] = {120, 240, 480, 640, 1024, 2048, 5120, 10240, 20480, 40960, 60000, 360000, 720000, 1800000};
constexpr unsigned amounts[] = {1, 2, 4, 8, 16, 32, 64, 0xffffffff};

}  // namespace

struct AccessStratum::Condition {
  double margin = 0;            // above the hysteresis: entered; below its negative: left
  double hysteresis = 0;
  Duration time_to_trigger{};
  bool about_serving = false;
};

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
}

// 5.5.4.2 to 5.5.4.6: how far the condition holds for this cell.
std::optional<AccessStratum::Condition> AccessStratum::condition(const rrc::EventTriggerConfigEventId& event, const Heard& own, const Heard& cell) const {
  const auto value = [](const Heard& heard, Level::Quantity quantity) {
    return quantity == Level::Quantity::rsrp ? heard.rsrp : quantity == Level::Quantity::rsrq ? heard.block.rsrq_db : heard.block.sinr_db;
  };
  const auto over = [&](const Heard& heard, const Level& l) { return value(heard, l.quantity) - l.threshold; };
  const auto of = [](const auto& e, double margin, bool about_serving) {
    return Condition{margin, e.hysteresis * 0.5, time_to_trigger(e.time_to_trigger), about_serving};
  };
  if (const auto* a1 = event.event_a1()) return of(*a1, over(own, level(a1->a1_threshold)), true);
  if (const auto* a2 = event.event_a2()) return of(*a2, -over(own, level(a2->a2_threshold)), true);
  if (const auto* a3 = event.event_a3()) {
    const Level needed = offset(a3->a3_offset);
    return of(*a3, over(cell, needed) - value(own, needed.quantity), false);
  }
  if (const auto* a4 = event.event_a4()) return of(*a4, over(cell, level(a4->a4_threshold)), false);
  if (const auto* a5 = event.event_a5()) return of(*a5, std::min(-over(own, level(a5->a5_threshold1)), over(cell, level(a5->a5_threshold2))), false);
  return std::nullopt;
}

// Cells enter and leave the list of each measurement; a report goes when one enters, and again and again at its interval (5.5.5).
void AccessStratum::evaluate_measurements() {
  const Time now = executor_.now();
  const auto serving = heard_.find({cell_.l1.ssb_arfcn, cell_.l1.pci});
  if (serving == heard_.end() || handing_over_) return;
  for (auto& measurement : measurements_) {
    const auto* event = measurement.report.report_type.event_triggered();
    const auto* periodic = measurement.report.report_type.periodical();
    if (!event && !periodic) continue;
    std::vector<const Heard*> listed;
    bool fresh = false;
    std::erase_if(measurement.cells, [&](const auto& entry) { return !heard_.contains(entry.first); });
    for (const auto& [key, heard] : heard_) {
      if (key.first != measurement.ssb_arfcn) continue;
      const bool is_serving = &heard == &serving->second;
      if (periodic) {
        if (!is_serving) listed.push_back(&heard);
        continue;
      }
      const auto holds = condition(event->event_id, serving->second, heard);
      if (!holds || holds->about_serving != is_serving) continue;
      Trigger& trigger = measurement.cells[key];
      const bool entered = trigger.since != Time{};
      if (holds->margin < -holds->hysteresis) {
        trigger = {};
      } else if (entered || holds->margin > holds->hysteresis) {
        if (!entered) trigger.since = now;
        if (now - trigger.since < holds->time_to_trigger) continue;
        listed.push_back(&heard);
        fresh |= !std::exchange(trigger.reported, true);
      }
    }
    if (event && listed.empty()) {
      measurement.sent = 0;
      continue;
    }
    const auto amount = static_cast<size_t>(event ? event->report_amount : periodic->report_amount);
    const auto interval = static_cast<size_t>(event ? event->report_interval : periodic->report_interval);
    if (fresh) measurement.sent = 0;
    if (!fresh && (measurement.sent >= amounts[std::min(amount, std::size(amounts) - 1)] || now < measurement.next)) continue;
    ++measurement.sent;
    measurement.next = now + std::chrono::milliseconds(interval_ms[std::min(interval, std::size(interval_ms) - 1)]);
    report_measurement(measurement, listed, event ? event->max_report_cells : periodic->max_report_cells);
  }
}

void AccessStratum::report_measurement(const Measurement& measurement, const std::vector<const Heard*>& cells, unsigned max_cells) {
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
      if (list.size() >= max_cells) break;
      auto& cell = list.emplace_back();
      cell.phys_cell_id = heard->block.pci;
      fill(heard->block, heard->rsrp, cell.meas_result.cell_results.results_ssb_cell.emplace());
    }
  });
}

}  // namespace sen::ue
