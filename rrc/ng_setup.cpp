// NG interface management: NG Setup, NG Reset, AMF Configuration Update, Overload, Error Indication (TS 38.413 8.7).
#include <algorithm>

#include "rrc/detail/core.h"

namespace sen::gnb {

static std::chrono::seconds duration_of(ngap::TimeToWait wait) {
  constexpr int seconds[] = {1, 2, 5, 10, 20, 60};
  const auto index = static_cast<size_t>(wait);
  return std::chrono::seconds(index < std::size(seconds) ? seconds[index] : 60);
}

std::vector<ngap::SupportedTaItem> Core::supported_areas() const {
  std::vector<ngap::SupportedTaItem> out;
  for (const auto& cell : settings.cells) {
    const auto tac = tac_octets(cell.tac);
    auto area = std::find_if(out.begin(), out.end(), [&](const auto& item) { return item.tac == tac; });
    if (area == out.end()) {
      area = out.emplace(out.end());
      area->tac = tac;
    }
    auto& plmns = area->broadcast_plmn_list;
    if (std::any_of(plmns.begin(), plmns.end(), [&](const auto& item) { return item.plmn_identity == cell.plmn.octets; })) continue;
    auto& plmn = plmns.emplace_back();
    plmn.plmn_identity = cell.plmn.octets;
    for (const auto& slice : settings.slices) plmn.tai_slice_support_list.emplace_back().s_nssai = to_ngap(slice);
  }
  return out;
}

void Core::ng_setup() {
  ngap::NgSetupRequest request;
  auto& id = request.global_ran_node_id.set_global_gnb_id();
  id.plmn_identity = settings.cells.front().plmn.octets;
  id.gnb_id.set_gnb_id() = per::BitString(settings.gnb_id, settings.gnb_id_bits);
  request.ran_node_name = settings.name;
  request.supported_ta_list = supported_areas();
  constexpr ngap::PagingDrx cycles[] = {ngap::PagingDrx::v32, ngap::PagingDrx::v64, ngap::PagingDrx::v128, ngap::PagingDrx::v256};
  const uint16_t cycle = settings.cells.front().mac.paging.default_cycle_frames;
  request.default_paging_drx = cycles[cycle <= 32 ? 0 : cycle <= 64 ? 1 : cycle <= 128 ? 2 : 3];
  send(0, request);
}

void Core::on_setup_response(const ngap::NgapPdu& pdu) {
  if (is_ready) return send_error({}, {}, protocol_cause(ngap::CauseProtocol::message_not_compatible_with_receiver_state));
  const auto& response = *pdu.get_if<ngap::NgSetupResponse>();
  amf_name = response.amf_name;
  is_ready = true;
  for (const auto& ours : settings.slices) {
    const bool served = std::any_of(response.plmn_support_list.begin(), response.plmn_support_list.end(), [&](const auto& plmn) {
      return std::any_of(plmn.slice_support_list.begin(), plmn.slice_support_list.end(),
                         [&](const auto& item) { return from_ngap(item.s_nssai) == ours; });
    });
    if (!served) log_warning(Layer::gnb, "AMF {} does not support our S-NSSAI {}", amf_name, ours.text());
  }
  ports.n2_state(true, "");
}

void Core::on_setup_failure(const ngap::NgapPdu& pdu) {
  if (is_ready) return count_drop("setup_failure_after_setup");
  const auto& failure = *pdu.get_if<ngap::NgSetupFailure>();
  std::string slices, areas;
  for (const auto& slice : settings.slices) slices += (slices.empty() ? "" : ", ") + slice.text();
  for (size_t cell = 0; cell < settings.cells.size(); ++cell) areas += (areas.empty() ? "" : ", ") + tai_of(cell).text();
  if (failure.time_to_wait) setup_again.start(duration_of(*failure.time_to_wait), [this] { ng_setup(); });
  ports.n2_state(false, fmt::format("the AMF refuses NG Setup ({}): we offer TAI {}, S-NSSAI {}", text_of(failure.cause), areas, slices));
}

void Core::on_nothing(const ngap::NgapPdu&) {}

// Everybody's connection is gone on N2: the radio follows.
void Core::lose_all(const char* why) {
  std::vector<UeId> all;
  all.reserve(ues.size());
  for (const auto& [id, ue] : ues) all.push_back(id);
  std::sort(all.begin(), all.end());
  for (UeId id : all) {
    Ue* ue = find(id);
    if (!ue) continue;
    log_info(Layer::rrc, "UE {} (rnti {:#x}): {}", id, ue->rnti, why);
    ue->on_n2 = false;
    release_rrc(*ue, [](Core& core, Ue& found) { core.forget(found); });
  }
}

void Core::on_reset(const ngap::NgapPdu& pdu) {
  const auto& reset = *pdu.get_if<ngap::NgReset>();
  ngap::NgResetAcknowledge acknowledge;
  if (auto* part = reset.reset_type.part_of_ng_interface()) {
    for (const auto& item : *part) {
      Ue* ue = item.ran_ue_ngap_id ? find(*item.ran_ue_ngap_id) : item.amf_ue_ngap_id ? ue_of_amf(*item.amf_ue_ngap_id) : nullptr;
      if (!ue) continue;
      ue->on_n2 = false;
      release_rrc(*ue, [](Core& core, Ue& found) { core.forget(found); });
    }
    acknowledge.ue_associated_logical_ng_connection_list = *part;
  } else {
    lose_all("the AMF reset N2");
  }
  send(0, acknowledge);
}

Status Core::reset() {
  if (!is_ready) return fail(Fault::denied, "NG Reset", "N2 is not set up");
  ngap::NgReset message;
  message.cause.set_misc() = ngap::CauseMisc::om_intervention;
  message.reset_type.set_ng_interface() = ngap::ResetAll{};
  if (!send(0, message)) return fail(Fault::io, "NG Reset", "cannot be sent");
  lose_all("N2 was reset");
  return {};
}

void Core::on_error_indication(const ngap::NgapPdu& pdu) {
  const auto& error = *pdu.get_if<ngap::ErrorIndication>();
  counters.counter("sen5g_gnb_ngap_error_indications", "NGAP error indications received from the AMF").add();
  log_warning(Layer::ngap, "error indication from the AMF: {}", error.cause ? text_of(*error.cause) : "no cause");
  // 10.6: an error in the UE identities ends the logical connection.
  if (!error.ran_ue_ngap_id || !error.cause || !error.cause->radio_network()) return;
  const auto cause = *error.cause->radio_network();
  Ue* ue = find(*error.ran_ue_ngap_id);
  if (!ue || (cause != ngap::CauseRadioNetwork::unknown_local_ue_ngap_id && cause != ngap::CauseRadioNetwork::inconsistent_remote_ue_ngap_id)) return;
  ue->on_n2 = false;
  release_rrc(*ue, [](Core& core, Ue& found) { core.forget(found); });
}

void Core::on_amf_configuration_update(const ngap::NgapPdu& pdu) {
  const auto& update = *pdu.get_if<ngap::AmfConfigurationUpdate>();
  if (update.amf_name) amf_name = *update.amf_name;
  send(0, ngap::AmfConfigurationUpdateAcknowledge{});
}

void Core::on_overload_start(const ngap::NgapPdu&) {
  overloaded = true;
  log_warning(Layer::ngap, "AMF {} is overloaded: connections without priority are rejected", amf_name);
}

void Core::on_overload_stop(const ngap::NgapPdu&) { overloaded = false; }

}  // namespace sen::gnb
