// RRC connection re-establishment (TS 38.331 5.3.7, TS 33.501 6.9.2.1.2): the UE comes back on CCCH and names its old C-RNTI and cell.
#include <algorithm>

#include "mac/asn1/convert.h"
#include "rlc_pdcp/asn1.h"
#include "rrc/detail/messages.h"

namespace sen::gnb {

// VarShortMAC-Input (TS 38.331 7.4): PCI (10 bits), target cell identity (36), C-RNTI (16), padded to octets.
static Octets<8> short_mac_input(uint16_t pci, uint64_t target_cell, Rnti rnti) {
  const uint64_t bits = (static_cast<uint64_t>(pci) << 52 | target_cell << 16 | rnti) << 2;
  Octets<8> out;
  for (unsigned i = 0; i < 8; ++i) out[i] = static_cast<uint8_t>(bits >> (56 - 8 * i));
  return out;
}

void Core::on_reestablishment_request(size_t cell, Rnti rnti, const rrc::RrcReestablishmentRequest& request) {
  const auto& identity = request.rrc_reestablishment_request.ue_identity;
  Ue* ue = nullptr;
  for (size_t source = 0; source < settings.cells.size() && !ue; ++source) {
    if (settings.cells[source].mac.l1.pci == identity.phys_cell_id) ue = find(source, static_cast<Rnti>(identity.c_rnti));
  }
  const char* refusal = nullptr;
  if (!ue) refusal = "its old C-RNTI and cell are unknown";
  else if (!ue->security.active || ue->state != UeState::connected) refusal = "its connection cannot be re-established";
  else if (ue->awaited != Awaited::nothing) refusal = "a procedure was under way";  // N2 waits for its outcome: setup ends it cleanly
  else {
    const auto input = short_mac_input(static_cast<uint16_t>(identity.phys_cell_id), settings.cells[cell].nr_cell_identity, static_cast<Rnti>(identity.c_rnti));
    if (ports.short_mac_i(ue->id, input) != identity.short_mac_i.value) refusal = "its shortMAC-I does not verify";
  }
  if (refusal) {  // 5.3.7.7: answered with RRCSetup, the UE starts anew
    log_info(Layer::rrc, "rnti {:#x}: re-establishment becomes a setup, {}", rnti, refusal);
    return begin_setup(cell, rnti, rrc::EstablishmentCause::mo_signalling, std::nullopt);
  }
  reestablish(*ue, cell, rnti);
}

void Core::reestablish(Ue& ue, size_t cell, Rnti rnti) {
  mac::UeConfig config = initial_config(cell);
  for (const auto& channel : ue.config.channels) {
    if (channel.lcid > 1) config.channels.push_back(channel);
  }
  if (auto assigned = ports.assign_resources(cell, rnti, config); !assigned) {
    log_warning(Layer::rrc, "UE {}: no re-establishment: {}", ue.id, assigned.error().describe());
    return reject(cell, rnti);
  }
  drop_target(ue);
  if (ue.required_sent) cancel_handover(ue, radio_cause(ngap::CauseRadioNetwork::interaction_with_other_procedure));
  const auto [k_gnb, ncc] = next_k_gnb(ue, cell);
  by_rnti[ue.cell].erase(ue.rnti);
  ports.remove_from_cell(ue.cell, ue.rnti);
  ue.cell = cell;
  ue.rnti = rnti;
  by_rnti[cell][rnti] = ue.id;
  ue.config = config;
  ue.security.k_gnb = k_gnb;
  ue.security.ncc = ncc;
  ue.security.nh_fresh = false;
  ue.lost = false;
  ue.lost_timer.stop();
  ue.reestablishing = true;
  ue.busy = true;
  l2::Change change;
  change.security = keys_of(ue);
  change.suspend = true;
  change.reestablish_rlc.push_back(1);
  change.reestablish_pdcp.push_back({.srb = true, .number = 1});
  change.srb_tx = l2::SrbProtection{.integrity = true, .ciphering = false};  // RRCReestablishment itself is not ciphered
  change.srb_rx = l2::SrbProtection{.integrity = true, .ciphering = true};
  rrc::DlDcchMessage message;
  auto& reestablishment = message.message.set_c1().set_rrc_reestablishment();
  reestablishment.rrc_transaction_identifier = next_transaction(ue);
  reestablishment.critical_extensions.set_rrc_reestablishment().next_hop_chaining_count = ncc;
  l2::Change ciphered;
  ciphered.srb_tx = l2::SrbProtection{.integrity = true, .ciphering = true};
  // Until it is reconfigured the UE has SRB1 and the common channels only.
  mac::UeConfig bare;
  bare.channels.push_back(srb_channel(1));
  bare.dl = config.dl;
  bare.ul = config.ul;
  if (!ports.add_ue(ue.id, cell, rnti, bare) || !ports.change_user_plane(ue.id, change) || !send_dcch(ue, 1, rrc::encode(message)) ||
      !ports.change_user_plane(ue.id, ciphered)) {
    return request_release(ue, ngap::CauseRadioNetwork::failure_in_radio_interface_procedure);
  }
  start_timer(ue.answer_timer, std::chrono::milliseconds(settings.procedure_ms), ue, [](Core& core, Ue& found) {
    core.request_release(found, ngap::CauseRadioNetwork::radio_connection_with_ue_lost);
  });
}

void Core::on_reestablishment_complete(Ue& ue) {
  if (!ue.reestablishing) return count_drop("reestablishment_complete_unexpected");
  ue.reestablishing = false;
  ue.answer_timer.stop();
  log_info(Layer::rrc, "UE {} (cell {}, rnti {:#x}): re-established", ue.id, ue.cell, ue.rnti);
  report(UeReport::Kind::reestablished, ue);
  Reconfiguration change;
  change.reestablish_bearers = ue.srb2;
  change.measurements = ue.srb2;
  if (ue.srb2) update_channels(ue, change);
  reconfigure(ue, change, [](Core& core, Ue& found, bool ok) {
    if (!ok) return core.request_release(found, ngap::CauseRadioNetwork::failure_in_radio_interface_procedure);
    core.location_report(found);
    core.finished(found.id);
  });
}

}  // namespace sen::gnb
