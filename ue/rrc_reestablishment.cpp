// Radio link failure and RRC connection re-establishment at the UE (TS 38.331 5.3.10, 5.3.7).
#include "base/log.h"
#include "ue/access_stratum.h"

namespace sen::ue {

void AccessStratum::link_failed(const char* why) {
  if (state_ != State::connected) return;
  ++counters_.link_failures;
  log_info(Layer::ue, "radio link failure: {}", why);
  if (!secured_ || !srb2_) return go_idle(false);  // 5.3.10.3: without security and an SRB2 with a DRB there is nothing to re-establish
  if (old_crnti_ == 0 || !handing_over_) {
    old_crnti_ = mac_.crnti();
    old_pci_ = cell_.l1.pci;
  }
  handing_over_ = cell_chosen_ = false;
  state_ = State::reestablishing;
  for (Timer* timer : {&t304_, &t310_}) timer->stop();
  mac_.reset();
  l2::Change quiet;
  quiet.suspend = true;
  (void)l2::apply(plane_, quiet);
  dedicated_ = {};
  measurements_.clear();
  t311_.start(std::chrono::milliseconds(timers_.t311_ms), [this] { go_idle(false); });
  const Heard* best = nullptr;
  for (const auto& [key, heard] : heard_) {
    if (heard.block.mib && (!best || heard.rsrp > best->rsrp)) best = &heard;
  }
  log_debug(Layer::ue, "{} cells heard, {}", heard_.size(), best ? "trying the best" : "none with a MIB");
  if (best) camp(best->block);
}

// SIB1 of the chosen cell has been read.
void AccessStratum::start_reestablishment() {
  if (t301_.running()) return;
  t311_.stop();
  rrc::UlCcchMessage message;
  auto& request = message.message.set_c1().set_rrc_reestablishment_request().rrc_reestablishment_request;
  request.ue_identity.c_rnti = old_crnti_;
  request.ue_identity.phys_cell_id = old_pci_;
  const uint64_t bits = (static_cast<uint64_t>(old_pci_) << 52 | nr_cell_identity_ << 16 | old_crnti_) << 2;  // VarShortMAC-Input, 7.4
  Octets<8> input;
  for (unsigned i = 0; i < 8; ++i) input[i] = static_cast<uint8_t>(bits >> (56 - 8 * i));
  request.ue_identity.short_mac_i.value = plane_.short_mac_i(input);
  request.reestablishment_cause = rrc::ReestablishmentCause::other_failure;
  log_info(Layer::ue, "re-establishment in PCI {}", cell_.l1.pci);
  auto bytes = rrc::encode(message);
  if (!bytes) return go_idle(false);
  if (tap_) tap_("ul.ccch", *bytes);
  plane_.send_rrc(0, *bytes);
  dedicated_.channels.assign(1, {.lcid = 1, .priority = 1, .pbr_kbytes_s = 0xffffffff, .bucket_ms = 50, .group = 0, .sr = {}});  // 9.2.1
  dedicated_.dl = cell_.initial_dl;
  dedicated_.ul = cell_.initial_ul;
  mac_.configure(dedicated_);
  mac_.start_random_access({.cause = mac::RandomAccess::Cause::ccch, .preamble = {}});
  t301_.start(std::chrono::milliseconds(timers_.t301_ms), [this] { go_idle(false); });
  // 5.3.7.4: SRB1 starts anew without protection; what comes on it is verified with the new keys.
  l2::Change change;
  change.reestablish_rlc.push_back(1);
  change.reestablish_pdcp.push_back({.srb = true, .number = 1});
  change.srb_tx = change.srb_rx = l2::SrbProtection{};
  (void)l2::apply(plane_, change);
}

void AccessStratum::on_reestablishment(const rrc::RrcReestablishment& message) {
  const auto* ies = message.critical_extensions.rrc_reestablishment();
  if (state_ != State::reestablishing || !ies) return drop("RRCReestablishment out of place");
  next_key(static_cast<uint8_t>(ies->next_hop_chaining_count), cell_);
  derive_keys();
  if (!plane_.verify_last_rrc(1)) {
    log_warning(Layer::ue, "RRCReestablishment: its MAC-I does not verify");
    return go_idle(false);
  }
  t301_.stop();
  plane_.set_srb_protection(false, {.integrity = true, .ciphering = true});
  plane_.set_srb_protection(true, {.integrity = true, .ciphering = true});
  state_ = State::connected;
  out_of_sync_ = 0;
  ++counters_.reestablishments;
  send_dcch(1, [&](rrc::UlDcchMessageTypeC1& c1) {
    auto& complete = c1.set_rrc_reestablishment_complete();
    complete.rrc_transaction_identifier = message.rrc_transaction_identifier;
    complete.critical_extensions.set_rrc_reestablishment_complete();
  });
}

}  // namespace sen::ue
