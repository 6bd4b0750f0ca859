// RRC reconfiguration at the UE, with and without sync (TS 38.331 5.3.5).
#include <algorithm>

#include "base/log.h"
#include "crypto/kdf.h"
#include "mac/asn1/convert.h"
#include "rlc_pdcp/asn1.h"
#include "ue/access_stratum.h"

namespace sen::ue {

Status AccessStratum::apply_cell_group(const rrc::CellGroupConfig& group) {
  SEN_TRY(mac::from_asn1(group, cell_, dedicated_));
  apply_timers(group);
  mac_.configure(dedicated_);
  return {};
}

// 5.3.5.5.6.
void AccessStratum::apply_timers(const rrc::CellGroupConfig& group) {
  if (!group.sp_cell_config || !group.sp_cell_config->rlf_timers_and_constants) return;
  const auto* setup = group.sp_cell_config->rlf_timers_and_constants->setup();
  timers_ = setup ? mac::from_asn1(*setup, timers_) : sib1_timers_;
}

void AccessStratum::tell_bearers() {
  std::map<PduSessionId, unsigned> now;
  for (const auto& drb : drbs_) ++now[drb.sdap.session];
  auto before = std::exchange(bearers_, now);
  for (const auto& [session, count] : before) {
    if (!now.contains(session)) ports_.bearer(session, false);
  }
  for (const auto& [session, count] : now) {
    if (!before.contains(session)) ports_.bearer(session, true);
  }
}

// TS 33.501 6.9.2.1.1: a count that stays derives from the key in use (horizontal); another one from the NH that the count says (vertical), which the
// UE reaches step by step; the count has three bits.
void AccessStratum::next_key(uint8_t ncc, const mac::CellConfig& target) {
  const bool vertical = ncc != ncc_;
  while (vertical && next_hop_count_ != ncc) {
    next_hop_ = ports_.next_hop(next_hop_);
    next_hop_count_ = static_cast<uint8_t>((next_hop_count_ + 1) & 7);
  }
  k_gnb_ = crypto::k_ng_ran_star(vertical ? next_hop_ : k_gnb_, target.l1.pci, target.l1.ssb_arfcn);
  ncc_ = ncc;
}

void AccessStratum::start_handover(const mac::CellConfig& target, Rnti rnti, std::optional<uint8_t> preamble, uint32_t t304_ms) {
  old_crnti_ = mac_.crnti();
  old_pci_ = cell_.l1.pci;
  handing_over_ = true;
  t310_.stop();
  out_of_sync_ = 0;
  mac_.reset();
  cell_ = target;
  mac_.camp(cell_, false);
  mac_.set_cell(cell_);
  mac_.set_crnti(rnti);
  mac_.configure(dedicated_);
  log_info(Layer::ue, "handover to PCI {}, rnti {:#x}", cell_.l1.pci, rnti);
  t304_.start(std::chrono::milliseconds(t304_ms), [this] {
    ++counters_.handover_failures;
    handing_over_ = false;
    link_failed("T304 has passed");
  });
  mac_.start_random_access({.cause = mac::RandomAccess::Cause::handover, .preamble = preamble});
}

// fullConfig (5.3.5.11): what the message does not bring is gone.
void AccessStratum::release_bearers() {
  for (const auto& drb : drbs_) plane_.remove_drb(drb.drb);
  for (l2::Lcid lcid = 4; lcid <= 32; ++lcid) plane_.remove_rlc(lcid);
  drbs_.clear();
  measurements_.clear();
  objects_.clear();
  reports_.clear();
  measurement_ids_.clear();
}

Status AccessStratum::apply(const rrc::RrcReconfigurationIes& ies) {
  const auto* v1530 = ies.non_critical_extension ? &*ies.non_critical_extension : nullptr;
  const rrc::CellGroupConfig empty_group;
  const rrc::RadioBearerConfig empty_bearers;
  const auto& group = v1530 && v1530->master_cell_group ? *v1530->master_cell_group : empty_group;
  const auto& bearers = ies.radio_bearer_config ? *ies.radio_bearer_config : empty_bearers;
  SEN_ASSIGN(auto sync, mac::sync_from_asn1(group, cell_));
  if (v1530 && v1530->full_config) release_bearers();
  if (sync) {
    dedicated_ = {};
    dedicated_.dl = sync->cell.initial_dl;
    dedicated_.ul = sync->cell.initial_ul;
  }
  SEN_TRY(mac::from_asn1(group, sync ? sync->cell : cell_, dedicated_));
  SEN_ASSIGN(auto change, l2::from_asn1(bearers, group, drbs_));
  if (v1530 && v1530->master_key_update) {
    next_key(static_cast<uint8_t>(v1530->master_key_update->next_hop_chaining_count), sync ? sync->cell : cell_);
    if (bearers.security_config && bearers.security_config->security_algorithm_config) {
      const auto& algorithms = *bearers.security_config->security_algorithm_config;
      nea_ = static_cast<uint8_t>(algorithms.ciphering_algorithm);
      if (algorithms.integrity_prot_algorithm) nia_ = static_cast<uint8_t>(*algorithms.integrity_prot_algorithm);
    }
    derive_keys();
  }
  SEN_TRY(l2::apply(plane_, change));
  srb2_ |= std::any_of(change.srbs.begin(), change.srbs.end(), [](const l2::SrbConfig& srb) { return srb.srb == 2; });
  apply_timers(group);
  if (sync) start_handover(sync->cell, sync->rnti, sync->preamble, sync->t304_ms);
  else mac_.configure(dedicated_);
  if (ies.meas_config) set_measurements(*ies.meas_config);
  return {};
}

void AccessStratum::on_reconfiguration(const rrc::RrcReconfiguration& message) {
  const auto* ies = message.critical_extensions.rrc_reconfiguration();
  if (!ies || state_ != State::connected || !secured_) return drop("RRCReconfiguration out of place");
  if (auto applied = apply(*ies); !applied) {  // 5.3.5.8.2: re-establishment
    log_warning(Layer::ue, "RRCReconfiguration cannot be carried out: {}", applied.error().describe());
    return link_failed("reconfiguration failure");
  }
  send_dcch(1, [&](rrc::UlDcchMessageTypeC1& c1) {
    auto& complete = c1.set_rrc_reconfiguration_complete();
    complete.rrc_transaction_identifier = message.rrc_transaction_identifier;
    complete.critical_extensions.set_rrc_reconfiguration_complete();
  });
  tell_bearers();
  const auto* v1530 = ies->non_critical_extension ? &*ies->non_critical_extension : nullptr;
  if (!v1530 || !v1530->dedicated_nas_message_list) return;
  for (const auto& nas : *v1530->dedicated_nas_message_list) ports_.nas(nas);
}

}  // namespace sen::ue
