// Handover between cells of this gNB (TS 38.331 5.3.5.5, TS 33.501 6.9.2.3): no packet of an AM bearer is lost, because the UserPlane stays and its
// PDCP entities retransmit what RLC had not delivered. The source cell serves SRB1 until the UE shows up in the target.
#include "crypto/kdf.h"
#include "mac/asn1/convert.h"
#include "rlc_pdcp/asn1.h"
#include "rrc/detail/messages.h"

namespace sen::gnb {

// Everything that the UE has, to be re-established with the new keys.
l2::Change all_bearers(const Ue& ue) {
  l2::Change out;
  for (uint8_t srb = 1; srb <= (ue.srb2 ? 2 : 1); ++srb) {
    out.srbs.push_back(srb_config(srb));
    out.rlcs.push_back(srb_bearer(srb));
  }
  for (const auto& drb : ue.drbs) {
    out.drbs.push_back(drb.config);
    out.rlcs.push_back({.lcid = drb.lcid, .bearer = {.srb = false, .number = drb.id}, .rlc = drb.rlc});
  }
  for (const auto& rlc : out.rlcs) {
    out.reestablish_rlc.push_back(rlc.lcid);
    out.reestablish_pdcp.push_back(rlc.bearer);
  }
  return out;
}

// TS 33.501 6.9.2.1.1: from a fresh NH (vertical) or from the key in use (horizontal).
std::pair<crypto::Key256, uint8_t> Core::next_k_gnb(const Ue& ue, size_t target) const {
  const auto& cell = settings.cells[target].mac;
  const auto& from = ue.security.nh_fresh ? ue.security.nh : ue.security.k_gnb;
  return {crypto::k_ng_ran_star(from, cell.l1.pci, cell.l1.ssb_arfcn), ue.security.nh_fresh ? ue.security.nh_ncc : ue.security.ncc};
}

bool Core::hand_over(Ue& ue, size_t target) {
  if (target >= settings.cells.size() || ue.state != UeState::connected || !ue.security.active || ue.drbs.empty() || ue.lost) return false;
  if (ue.handover) return false;
  enqueue(ue, [target](Core& core, Ue& found) {
    if (!core.begin_handover(found, target)) core.finished(found.id);
  });
  return true;
}

bool Core::begin_handover(Ue& ue, size_t target) {
  auto rnti = ports.allocate_rnti(target);
  if (!rnti) return false;
  auto& handover = ue.handover.emplace();
  handover.target_cell = target;
  handover.target_rnti = *rnti;
  handover.target_config = initial_config(target);
  for (const auto& channel : ue.config.channels) {
    if (channel.lcid > 2) handover.target_config.channels.push_back(channel);
  }
  if (ue.srb2) handover.target_config.channels.insert(handover.target_config.channels.begin() + 1, srb_channel(2));
  auto assigned = ports.assign_resources(target, *rnti, handover.target_config);
  if (!assigned) {
    log_warning(Layer::rrc, "UE {}: no handover to cell {}: {}", ue.id, target, assigned.error().describe());
    ue.handover.reset();
    return false;
  }
  std::tie(handover.new_k_gnb, handover.new_ncc) = next_k_gnb(ue, target);
  handover.new_security = derive_keys(handover.new_k_gnb, ue.security.nea, ue.security.nia);
  const auto preamble = ports.allocate_preamble(target, *rnti);
  rrc::DlDcchMessage message;
  auto& reconfiguration = message.message.set_c1().set_rrc_reconfiguration();
  reconfiguration.rrc_transaction_identifier = next_transaction(ue);
  reconfiguration_with_sync(ue, target, *rnti, handover.target_config, preamble, handover.new_ncc,
                            reconfiguration.critical_extensions.set_rrc_reconfiguration());
  l2::Change quiet;
  quiet.suspend = true;
  if (!send_dcch(ue, 1, rrc::encode(message)) || !ports.change_user_plane(ue.id, quiet) ||
      !ports.add_ue(ue.id, target, *rnti, handover.target_config)) {
    handover_failed(ue, "the handover cannot be started");
    return true;
  }
  by_rnti[target][*rnti] = ue.id;
  log_info(Layer::rrc, "UE {}: handover from cell {} to cell {} (rnti {:#x} to {:#x})", ue.id, ue.cell, target, ue.rnti, *rnti);
  start_timer(ue.handover_timer, std::chrono::milliseconds(settings.t304_ms + 1000), ue,
              [](Core& core, Ue& found) { core.handover_failed(found, "T304 has passed"); });
  return true;
}

void Core::reconfiguration_with_sync(const Ue& ue, size_t target, Rnti rnti, const mac::UeConfig& config, std::optional<uint8_t> preamble, uint8_t ncc,
                                     rrc::RrcReconfigurationIes& out) const {
  rrc::CellGroupConfig group;
  l2::to_asn1(all_bearers(ue), out.radio_bearer_config.emplace(), group);
  mac::to_asn1(settings.cells[target].mac, nullptr, config, group);
  mac::to_asn1(mac::Sync{settings.cells[target].mac, rnti, preamble, settings.t304_ms}, group);
  auto& v1530 = out.non_critical_extension.emplace();
  v1530.master_cell_group.emplace() = std::move(group);
  auto& key = v1530.master_key_update.emplace();
  key.key_set_change_indicator = false;
  key.next_hop_chaining_count = ncc;
}

// Called before the UE's first octets in the target reach its UserPlane.
void Core::came_back(Ue& ue, size_t cell, Rnti rnti) {
  if (ue.state == UeState::arriving) {
    if (ue.cell != cell || ue.rnti != rnti) return;
    ue.lost = false;
    l2::Change here;
    here.suspend = false;
    if (auto applied = ports.change_user_plane(ue.id, here); !applied) log_error(Layer::rrc, "UE {}: {}", ue.id, applied.error().describe());
    return;
  }
  if (!ue.handover || ue.handover->target_cell != cell || ue.handover->target_rnti != rnti) return;
  if (ue.handover->came_back) return;
  ue.handover->came_back = true;
  l2::Change change = all_bearers(ue);
  change.security = ue.handover->new_security;
  change.srb_tx = change.srb_rx = l2::SrbProtection{.integrity = true, .ciphering = true};
  change.suspend = false;
  if (auto applied = ports.change_user_plane(ue.id, change); !applied) {
    log_error(Layer::rrc, "UE {}: {}", ue.id, applied.error().describe());
  }
  by_rnti[ue.cell].erase(ue.rnti);
  ports.remove_from_cell(ue.cell, ue.rnti);
  ue.cell = cell;
  ue.rnti = rnti;
  ue.config = ue.handover->target_config;
  ue.security.k_gnb = ue.handover->new_k_gnb;
  ue.security.ncc = ue.handover->new_ncc;
  ue.security.nh_fresh = false;
  ue.lost = false;
  ue.lost_timer.stop();
}

void Core::handover_complete(Ue& ue) {
  ue.handover.reset();
  ue.handover_timer.stop();
  ue.measuring = false;
  log_info(Layer::rrc, "UE {}: handover to cell {} complete", ue.id, ue.cell);
  report(UeReport::Kind::handover, ue);
  update_qos(ue);
  location_report(ue);
  measure_neighbours(ue);
}

// Those of the new cell.
void Core::measure_neighbours(Ue& ue) {
  ue.busy = true;
  Reconfiguration change;
  change.measurements = true;
  reconfigure(ue, change, [](Core& core, Ue& found, bool ok) {
    if (!ok) return core.request_release(found, ngap::CauseRadioNetwork::failure_in_radio_interface_procedure);
    core.finished(found.id);
  });
}

void Core::handover_failed(Ue& ue, const char* why) {
  log_warning(Layer::rrc, "UE {}: handover failed: {}", ue.id, why);
  drop_target(ue);
  radio_lost(ue, why);
  finished(ue.id);
}

void Core::drop_target(Ue& ue) {
  if (!ue.handover) return;
  if (!ue.handover->came_back) {
    by_rnti[ue.handover->target_cell].erase(ue.handover->target_rnti);
    ports.remove_from_cell(ue.handover->target_cell, ue.handover->target_rnti);
  }
  ue.handover.reset();
  ue.handover_timer.stop();
}

}  // namespace sen::gnb
