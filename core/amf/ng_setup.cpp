// NG Setup (TS 38.413 8.7.1).
#include <algorithm>

#include "core/amf/detail/core.h"

namespace sen::amf {

std::vector<Gnb::Area> Core::areas_of(const std::vector<ngap::SupportedTaItem>& list) {
  std::vector<Gnb::Area> out;
  for (const auto& item : list) {
    for (const auto& broadcast : item.broadcast_plmn_list) {
      if (out.size() == limit::tracking_areas_per_gnb) return out;
      Gnb::Area area{{Plmn(broadcast.plmn_identity), tac_from(item.tac)}, {}};
      for (const auto& slice : broadcast.tai_slice_support_list) area.slices.push_back(from_ngap(slice.s_nssai));
      if (broadcast.extended_tai_slice_support_list) {
        for (const auto& slice : *broadcast.extended_tai_slice_support_list) area.slices.push_back(from_ngap(slice.s_nssai));
      }
      out.push_back(std::move(area));
    }
  }
  return out;
}

static std::string areas_text(const std::vector<Gnb::Area>& areas) {
  std::string out;
  for (const auto& area : areas) {
    out += (out.empty() ? "" : ", ") + area.tai.text() + " slices";
    for (const auto& slice : area.slices) out += ' ' + slice.text();
  }
  return out;
}

std::optional<ngap::Cause> Core::mismatch(const Gnb& g, const std::vector<Gnb::Area>& areas) const {
  bool plmn = false, tai = false, slice = false;
  for (const auto& area : areas) {
    plmn = plmn || config.serves(area.tai.plmn);
    if (!config.serves(area.tai)) continue;
    tai = true;
    slice = slice || std::any_of(area.slices.begin(), area.slices.end(), [&](const SNssai& s) { return config.supports(area.tai.plmn, s); });
  }
  if (slice) return std::nullopt;
  Plmn shown = areas.empty() ? Plmn() : areas.front().tai.plmn;
  const char* what = !plmn ? "PLMN" : !tai ? "TAC" : "slice";
  log_warning(Layer::amf, "gNB {} ({}): refused, no common {}: the gNB has {}; the AMF has {} slices {}", g.peer, g.name, what, areas_text(areas),
              config.tais_text(), config.slices_text(shown));
  if (!tai) return misc_cause(ngap::CauseMisc::unknown_plmn_or_snpn);
  return radio_cause(ngap::CauseRadioNetwork::slice_not_supported);
}

std::vector<ngap::PlmnSupportItem> Core::plmn_support_list() const {
  std::vector<ngap::PlmnSupportItem> out;
  for (const auto& support : config.plmn_support) {
    auto& item = out.emplace_back();
    item.plmn_identity = support.plmn.octets;
    for (const auto& slice : support.slices) item.slice_support_list.emplace_back().s_nssai = to_ngap(slice.s_nssai);
  }
  return out;
}

std::vector<ngap::ServedGuamiItem> Core::served_guami_list() const {
  std::vector<ngap::ServedGuamiItem> out;
  for (const auto& guami : config.guamis) out.emplace_back().guami = to_ngap(guami);
  return out;
}

void Core::on_ng_setup(Gnb& g, const ngap::NgSetupRequest& m) {
  auto areas = areas_of(m.supported_ta_list);
  if (m.ran_node_name) g.name = *m.ran_node_name;
  if (auto cause = mismatch(g, areas)) {
    ngap::NgSetupFailure failure;
    failure.cause = *cause;
    failure.time_to_wait = ngap::TimeToWait::v_10_s;
    send(g, 0, failure);
    return;
  }
  // A setup on an association in use erases what was there (8.7.1.1).
  std::vector<ConnectionId> lost;
  for (const auto& [ran_id, id] : g.by_ran_id) lost.push_back(id);
  for (ConnectionId id : lost) connection_lost(id, "NG Setup anew");
  g.areas = std::move(areas);
  g.id = text_of(m.global_ran_node_id);
  g.ready = true;
  g.overload_told = false;
  ngap::NgSetupResponse response;
  response.amf_name = config.name;
  response.served_guami_list = served_guami_list();
  response.relative_amf_capacity = config.relative_capacity;
  response.plmn_support_list = plmn_support_list();
  send(g, 0, response);
  log_info(Layer::amf, "gNB {}: NG Setup, {} \"{}\", {}", g.peer, g.id, g.name, areas_text(g.areas));
  tell_overload();
}

}  // namespace sen::amf
