// Idle mode (TS 38.304): cell selection and reselection, system information (TS 38.331 5.2), paging (5.3.2), and the watch over the radio link (5.3.10).
#include <algorithm>

#include "base/log.h"
#include "mac/asn1/convert.h"
#include "nr/band.h"
#include "nr/coreset0.h"
#include "nr/ssb.h"
#include "ue/access_stratum.h"

namespace sen::ue {

namespace {
constexpr double reselection_hysteresis_db = 3;
constexpr Duration reselection_time = std::chrono::seconds(1);
constexpr Duration forget_after = std::chrono::milliseconds(400);
constexpr Duration sib1_patience = std::chrono::seconds(1);  // its period is 160 ms (TS 38.331 5.2.1)
constexpr Duration barred_for = std::chrono::seconds(300);  // TS 38.304 5.3.1
constexpr float out_of_sync_sinr_db = -8, in_sync_sinr_db = -6;
constexpr double filter = 0.5;                              // 1/2^(k/4) of k = 4
}  // namespace

void AccessStratum::ssb(const std::vector<nr::l1_ue::RxSsb>& blocks) {
  const Time now = executor_.now();
  for (const auto& block : blocks) {
    auto [entry, fresh] = heard_.try_emplace({block.arfcn, block.pci});
    Heard& heard = entry->second;
    heard.rsrp = fresh ? block.rsrp_dbm : (1 - filter) * heard.rsrp + filter * block.rsrp_dbm;
    const auto mib = block.mib ? block.mib : heard.block.mib;
    heard.block = block;
    heard.block.mib = mib;
    heard.seen = now;
  }
  std::erase_if(heard_, [&](const auto& entry) { return now - entry.second.seen > forget_after; });
  if (state_ == State::searching || (state_ == State::reestablishing && !cell_chosen_)) return select_cell();
  watch_link();
  if (state_ == State::reading_system_information) give_up_reading();
  if (state_ == State::idle) reselect();
  if (state_ == State::connected) evaluate_measurements();
}

void AccessStratum::select_cell() {
  const Time now = executor_.now();
  const Heard* best = nullptr;
  for (const auto& [key, heard] : heard_) {
    if (!heard.block.mib) continue;
    if (auto barred = barred_.find(key); barred != barred_.end() && barred->second > now) continue;
    if (!best || heard.rsrp > best->rsrp) best = &heard;
  }
  if (best) camp(best->block);
}

// The cell has gone before its SIB1 was read, or SIB1 does not come.
void AccessStratum::give_up_reading() {
  const CellKey key{cell_.l1.ssb_arfcn, cell_.l1.pci};
  if (heard_.contains(key) && executor_.now() - reading_since_ < sib1_patience) return;
  log_info(Layer::ue, "PCI {}: no SIB1 could be read", cell_.l1.pci);
  state_ = State::searching;
}

void AccessStratum::camp(const nr::l1_ue::RxSsb& block) {
  mac::CellConfig cell;
  if (auto read = mac::from_mib(block, cell); !read || cell.barred) {
    log_debug(Layer::ue, "PCI {}: {}", block.pci, read ? "barred" : read.error().describe());
    barred_[{block.arfcn, block.pci}] = executor_.now() + barred_for;
    return;
  }
  cell_ = cell;
  cell_chosen_ = true;
  sib1_read_ = false;
  reading_since_ = executor_.now();
  if (state_ != State::reestablishing) state_ = State::reading_system_information;
  mac_.camp(cell_, true);
}

std::optional<nr::l1_ue::CellConfig> AccessStratum::tuning() const {
  if (state_ == State::searching || (state_ == State::reestablishing && !cell_chosen_)) return std::nullopt;
  const auto& l1 = cell_.l1;
  nr::l1_ue::CellConfig out{.pci = l1.pci, .scs = l1.scs, .tdd = l1.tdd, .ssb_arfcn = l1.ssb_arfcn, .dl_point_a_khz = 0, .n_rb = l1.n_rb};
  const nr::Band* band = nr::find_band(cell_.band);
  const auto ssb_khz = nr::khz_from_arfcn(l1.ssb_arfcn);
  if (!band || !ssb_khz) return out;
  out.dl_point_a_khz =
      *ssb_khz - static_cast<uint64_t>(nr::ssb_ref_khz(0, cell_.offset_to_point_a, cell_.k_ssb, band->range(), cell_.ssb_scs, cell_.common_scs));
  if (out.n_rb != 0) return out;
  const auto coreset0 = nr::coreset0(cell_.coreset0_index, cell_.ssb_scs, cell_.common_scs, nr::minimum_bandwidth_mhz(*band), cell_.k_ssb);
  const auto start = coreset0 ? nr::coreset0_start_crb(*coreset0, cell_.offset_to_point_a, band->range(), cell_.common_scs) : std::nullopt;
  if (start) out.n_rb = static_cast<uint16_t>(*start + coreset0->n_rb);
  return out;
}

void AccessStratum::on_sib1(Bytes bytes) {
  if (tap_) tap_("bcch.dl.sch", bytes);
  auto message = rrc::decode_padded<rrc::BcchDlSchMessage>(bytes);
  const auto* c1 = message ? message->message.c1() : nullptr;
  const auto* sib1 = c1 ? c1->system_information_block_type1() : nullptr;
  if (!sib1) return drop("SIB1 that cannot be decoded");
  const CellKey key{cell_.l1.ssb_arfcn, cell_.l1.pci};
  auto refuse = [&](const std::string& why) {
    log_info(Layer::ue, "PCI {}: not suitable: {}", cell_.l1.pci, why);
    barred_[key] = executor_.now() + barred_for;
    if (state_ == State::reading_system_information) state_ = State::searching;
  };
  const rrc::PlmnIdentityInfo* chosen = nullptr;
  Plmn plmn;
  for (const auto& info : sib1->cell_access_related_info.plmn_identity_info_list) {
    for (const auto& identity : info.plmn_identity_list) {
      auto read = mac::plmn_of(identity, plmn);
      if (!read || chosen) continue;
      if (std::find(config_.plmns.begin(), config_.plmns.end(), *read) == config_.plmns.end()) continue;
      chosen = &info;
      plmn = *read;
    }
  }
  if (!chosen || !chosen->tracking_area_code) return refuse("none of its PLMNs is allowed for this UE");
  if (sib1->cell_selection_info) q_rx_lev_min_dbm_ = 2 * sib1->cell_selection_info->q_rx_lev_min;
  if (auto found = heard_.find(key); found != heard_.end() && found->second.rsrp < q_rx_lev_min_dbm_) return refuse("its level is below q-RxLevMin");
  if (!sib1->serving_cell_config_common) return refuse("SIB1 without servingCellConfigCommon");
  if (auto read = mac::from_asn1(*sib1->serving_cell_config_common, cell_); !read) return refuse(read.error().describe());
  if (sib1->ue_timers_and_constants) {
    sib1_timers_ = timers_ = mac::from_asn1(*sib1->ue_timers_and_constants);
  }
  nr_cell_identity_ = chosen->cell_identity.value;
  const Tai tai{plmn, static_cast<Tac>(chosen->tracking_area_code->value)};
  mac_.set_cell(cell_);
  sib1_read_ = true;
  if (state_ == State::reestablishing) return start_reestablishment();
  if (state_ != State::reading_system_information) return;
  state_ = State::idle;
  out_of_sync_ = 0;
  tai_ = tai;
  set_identity(s_tmsi_);
  log_info(Layer::ue, "camped on PCI {} ({}, cell {:#x})", cell_.l1.pci, tai_.text(), nr_cell_identity_);
  ports_.camped(tai_);
}

void AccessStratum::reselect() {
  const Time now = executor_.now();
  const auto own = heard_.find({cell_.l1.ssb_arfcn, cell_.l1.pci});
  const double level = own == heard_.end() ? -200 : own->second.rsrp;
  for (auto& [key, heard] : heard_) {
    if (own != heard_.end() && key == own->first) continue;
    const auto barred = barred_.find(key);
    const bool better = heard.block.mib && heard.rsrp > level + reselection_hysteresis_db && (barred == barred_.end() || barred->second <= now);
    if (!better) {
      heard.better_since = {};
      continue;
    }
    if (heard.better_since == Time{}) heard.better_since = now;
    if (now - heard.better_since >= reselection_time) return camp(heard.block);
  }
  if (own == heard_.end()) state_ = State::searching;
}

// 5.3.10.1: N310 indications in a row start T310, N311 of the other kind stop it. One indication per SSB burst.
void AccessStratum::watch_link() {
  const auto own = heard_.find({cell_.l1.ssb_arfcn, cell_.l1.pci});
  const bool lost = own == heard_.end() || executor_.now() - own->second.seen > std::chrono::milliseconds(2 * cell_.ssb_period_ms) ||
                    own->second.block.sinr_db < out_of_sync_sinr_db;
  const bool good = !lost && own->second.block.sinr_db > in_sync_sinr_db;
  if (!lost) mac_.set_path_loss(static_cast<float>(cell_.l1.ss_pbch_block_power_dbm - own->second.rsrp));
  if (state_ != State::connected || handing_over_) return;
  out_of_sync_ = lost ? out_of_sync_ + 1 : 0;
  in_sync_ = good ? in_sync_ + 1 : 0;
  if (out_of_sync_ == timers_.n310 && !t310_.running()) {
    t310_.start(std::chrono::milliseconds(timers_.t310_ms), [this] { link_failed("T310 has passed"); });
  }
  if (in_sync_ >= timers_.n311) t310_.stop();
}

void AccessStratum::on_paging(Bytes bytes) {
  if (tap_) tap_("pcch", bytes);
  log_debug(Layer::ue, "paging message of {} octets", bytes.size());
  auto message = rrc::decode_padded<rrc::PcchMessage>(bytes);
  const auto* c1 = message ? message->message.c1() : nullptr;
  const auto* paging = c1 ? c1->paging() : nullptr;
  if (!paging || !paging->paging_record_list) return drop("paging message that cannot be used");
  if (!s_tmsi_ || state_ != State::idle) return;
  const uint64_t own = static_cast<uint64_t>(s_tmsi_->set) << 38 | static_cast<uint64_t>(s_tmsi_->pointer) << 32 | s_tmsi_->tmsi;
  for (const auto& record : *paging->paging_record_list) {
    const auto* identity = record.ue_identity.ng_5g_s_tmsi();
    if (identity && identity->value == own) return ports_.paged();
  }
}

}  // namespace sen::ue
