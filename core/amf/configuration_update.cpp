// Configuration updates: of the RAN (TS 38.413 8.7.2), of the AMF (8.7.3) and of the UE (TS 24.501 5.4.4).
#include "core/amf/detail/core.h"

namespace sen::amf {

void Core::on_ran_configuration_update(Gnb& g, const ngap::RanConfigurationUpdate& m) {
  if (m.supported_ta_list) {
    auto areas = areas_of(*m.supported_ta_list);
    if (auto cause = mismatch(g, areas)) {
      ngap::RanConfigurationUpdateFailure failure;
      failure.cause = *cause;
      failure.time_to_wait = ngap::TimeToWait::v_10_s;
      send(g, 0, failure);
      return;
    }
    g.areas = std::move(areas);
  }
  if (m.ran_node_name) g.name = *m.ran_node_name;
  if (m.global_ran_node_id) g.id = text_of(*m.global_ran_node_id);
  send(g, 0, ngap::RanConfigurationUpdateAcknowledge{});
  log_info(Layer::amf, "gNB {} ({}): configuration updated", g.peer, g.name);
}

void Core::amf_configuration_update(uint8_t relative_capacity) {
  config.relative_capacity = relative_capacity;
  ngap::AmfConfigurationUpdate m;
  m.amf_name = config.name;
  m.served_guami_list = served_guami_list();
  m.relative_amf_capacity = relative_capacity;
  m.plmn_support_list = plmn_support_list();
  for (const auto& [association, g] : gnbs) {
    if (g.ready) send(g, 0, m);
  }
}

static nas::TimeAndZone time_and_zone(Time now) {
  using namespace std::chrono;
  auto day = floor<days>(now);
  year_month_day date(day);
  hh_mm_ss clock(floor<seconds>(now - day));
  auto two = [](auto value) { return fmt::format("{:02}", static_cast<int>(value) % 100); };
  return {two(static_cast<int>(date.year())),       two(static_cast<unsigned>(date.month())), two(static_cast<unsigned>(date.day())),
          two(clock.hours().count()), two(clock.minutes().count()),           two(clock.seconds().count()), 0};
}

bool Core::configuration_update(Ue& ue, bool new_guti) {
  if (!ue.registered() || !ue.connection || ue.awaited != Awaited::nothing) return false;
  nas::ConfigurationUpdateCommand m;
  if (new_guti) {
    allocate_guti(ue);
    m.indication.emplace().acknowledgement = true;
    m.guti = guti_identity(ue);
  }
  if (!config.network_full_name.empty()) m.full_name = nas::NetworkName::from_text(config.network_full_name);
  if (!config.network_short_name.empty()) m.short_name = nas::NetworkName::from_text(config.network_short_name);
  m.time_zone = nas::TimeZone{0};  // UTC
  m.time = time_and_zone(executor.now());
  auto plain = nas::encode(m);
  if (!plain) return false;
  metrics.conf_update.add();
  if (!new_guti) return send_nas(ue, *plain);
  await(ue, Awaited::configuration_complete, std::move(*plain), config.timers.t3555);
  return true;
}

// TS 24.501 5.4.4.2: the UE acknowledges a changed allowed NSSAI and registers again where its sessions depend on it.
bool Core::tell_slices(Ue& ue) {
  ue.slices_changed = true;
  if (!ue.registered() || !ue.connection || ue.awaited != Awaited::nothing) return false;
  nas::ConfigurationUpdateCommand m;
  m.indication.emplace().acknowledgement = true;
  auto& allowed = m.allowed_nssai.emplace();
  for (const auto& slice : ue.allowed) allowed.slices.emplace_back(slice);
  m.configured_nssai = configured_nssai(ue);
  auto plain = nas::encode(m);
  if (!plain) return false;
  ue.slices_changed = false;
  metrics.conf_update.add();
  await(ue, Awaited::configuration_complete, std::move(*plain), config.timers.t3555);
  return true;
}

void Core::on_configuration_complete(Ue& ue) {
  if (ue.awaited != Awaited::configuration_complete) return send_status(ue, nas::MmCause::message_type_not_compatible_with_state);
  answered(ue, Awaited::configuration_complete);
  retire_old_guti(ue);
  metrics.conf_update_succ.add();
  if (ue.slices_changed) tell_slices(ue);
}

}  // namespace sen::amf
