// Uplink power (TS 38.213 7.1, 7.2) and power headroom (7.7). dBm in the whole transmission's bandwidth.
#include <algorithm>
#include <bit>
#include <cmath>

#include "mac/detail/ue_state.h"
#include "nr/pucch.h"

namespace sen::mac {

using namespace detail;

namespace {

float bandwidth_db(unsigned rbs, unsigned mu) { return 10 * std::log10(static_cast<float>(std::max(rbs, 1u) << mu)); }

unsigned rb_count(const nr::l1::Allocation& allocation) {
  unsigned n = 0;
  for (const auto& [first, count] : allocation.rbs) n += count;
  return n;
}

// Delta_TF of formats 2 to 4 (7.2.1).
float delta_tf_db(unsigned uci_bits, unsigned n_re) {
  if (uci_bits == 0 || n_re == 0) return 0;
  const float per_re = static_cast<float>(uci_bits) / static_cast<float>(n_re);
  if (uci_bits <= 11) return 10 * std::log10(6 * per_re);
  const float bpre = static_cast<float>(uci_bits + nr::uci_crc_bits(uci_bits, 2 * n_re)) / static_cast<float>(n_re);
  return 10 * std::log10(std::exp2(2.4f * bpre) - 1);
}

// Delta_TF of PUSCH with deltaMCS, K_s 1.25 (7.1.1): by bits a resource element, one layer only.
float mcs_db(const nr::l1::PuschPdu& pusch) {
  if (pusch.layers != 1) return 0;
  const unsigned data_symbols = pusch.allocation.symbols - static_cast<unsigned>(std::popcount(pusch.dmrs.symbol_mask));
  const unsigned n_re = rb_count(pusch.allocation) * 12 * std::max(data_symbols, 1u);
  const float bits = static_cast<float>(pusch.code.tbs_octets) * 8 / static_cast<float>(std::max(n_re, 1u));
  return bits > 0 ? 10 * std::log10(std::exp2(1.25f * bits) - 1) : 0;
}

}  // namespace

float UeMac::Impl::required_pusch_dbm(unsigned rbs) const {
  const float alpha = ue ? static_cast<float>(ue->alpha_x10) / 10 : 1;
  const float p0 = static_cast<float>(cell->p0_nominal_msg3_dbm + (ue ? ue->p0_pusch_db : 0));
  return p0 + bandwidth_db(rbs, nr::mu(slot.scs())) + alpha * path_loss_db + pusch_f_db;
}

float UeMac::Impl::pusch_power(const PendingGrant& grant) const {
  const unsigned rbs = rb_count(grant.grant.pusch.allocation);
  if (grant.kind == PendingGrant::Kind::dynamic && !(ra.state == RandomAccessState::State::contention && ra.msg3_sent)) {
    return std::min(p_max(), required_pusch_dbm(rbs) + (ue && ue->delta_mcs ? mcs_db(grant.grant.pusch) : 0));
  }
  // 7.1.1: P_O_PRE + Delta_PREAMBLE_Msg3 with alpha 1, and what the ramping and the response's command add.
  const float p0 = static_cast<float>(cell->rach.received_target_power_dbm + 2 * cell->msg3_delta_preamble);
  return std::min(p_max(), p0 + bandwidth_db(rbs, nr::mu(slot.scs())) + path_loss_db + ra.ramped_db);
}

// 7.3.1; the closed loop is the PUSCH's (srs-PowerControlAdjustmentStates absent).
float UeMac::Impl::srs_power(const SrsConfig& srs) const {
  const auto bandwidth = nr::srs_bandwidth(srs.c_srs, srs.b_srs);
  const float alpha = static_cast<float>(srs.alpha_x10) / 10;
  return std::min(p_max(), static_cast<float>(srs.p0_dbm) + bandwidth_db(bandwidth ? bandwidth->m : 4, nr::mu(slot.scs())) + alpha * path_loss_db + pusch_f_db);
}

float UeMac::Impl::pucch_power(const nr::l1::PucchPdu& pucch, const nr::l1_ue::UciSend& uci) const {
  float tf = 0;
  if (pucch.format == 0) tf = 10 * std::log10(2.0f / pucch.symbols);
  if (pucch.format == 1) tf = 10 * std::log10(14.0f / pucch.symbols) + (uci.harq.size > 1 ? 3.0f : 0.0f);
  if (pucch.format >= 2) {
    const unsigned bits = uci.harq.size + (uci.sr ? 1u : 0u) + uci.csi1.size;
    const unsigned per_rb = pucch.format == 2 ? 8 : 12;
    tf = delta_tf_db(bits, pucch.rbs * per_rb * pucch.symbols);
  }
  if (ue) tf += ue->delta_f_pucch_db[std::min<uint8_t>(pucch.format, 4)];
  const float p0 = static_cast<float>(cell->p0_nominal_pucch_dbm + (ue ? ue->p0_pucch_db : 0));
  return std::min(p_max(), p0 + bandwidth_db(pucch.rbs, nr::mu(slot.scs())) + path_loss_db + tf + pucch_g_db);
}

}  // namespace sen::mac
