#include "phy/detail/pucch_plan.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numbers>

#include "nr/pucch.h"
#include "phy/coding/polar.h"
#include "phy/sequence/gold.h"
#include "phy/sequence/low_papr.h"

namespace sen::phy::detail {
namespace {

nr::PucchResource resource_of(const nr::l1::PucchPdu& p) {
  return {.id = 0,
          .format = static_cast<nr::PucchFormat>(p.format),
          .first_rb = p.first_rb,
          .n_rb = static_cast<uint8_t>(std::min<unsigned>(p.rbs, 255)),
          .start_symbol = p.start_symbol,
          .n_symbols = p.symbols,
          .second_hop_rb = p.second_hop_rb,
          .initial_cyclic_shift = p.initial_cyclic_shift,
          .time_domain_occ = p.time_domain_occ,
          .occ_length = p.occ_length,
          .occ_index = p.occ_index,
          .pi2_bpsk = p.pi2_bpsk,
          .additional_dmrs = p.additional_dmrs,
          .max_code_rate = p.max_code_rate};
}

// Distance to the nearest DM-RS symbol: the sets of table 6.3.1.6-1 hold the symbols at distance 1, 2 and 3.
unsigned dmrs_distance(const PucchPlan& plan, unsigned l) {
  unsigned best = plan.symbols;
  for (unsigned d = 0; d < plan.symbols; ++d) {
    if (plan.is_dmrs(d)) best = std::min(best, d > l ? d - l : l - d);
  }
  return best;
}

Status check_payload(const nr::l1::PucchPdu& pdu) {
  const nr::l1::UciExpected& u = pdu.uci;
  if (pdu.format < 2) {
    if (u.harq_bits > 2) return fail(Fault::invalid, "uci.harq_bits", "{} is not allowed in PUCCH format {} (0 to 2; TS 38.213 9.2.1)", u.harq_bits, pdu.format);
    if (u.sr > 1) return fail(Fault::invalid, "uci.sr", "{} is not allowed in PUCCH format {} (0, 1; TS 38.213 9.2.5)", u.sr, pdu.format);
    if (u.csi1_bits || u.csi2_bits) return fail(Fault::invalid, "uci.csi1_bits", "{} is not allowed in PUCCH format {} (0; TS 38.213 9.2.1)", u.csi1_bits + u.csi2_bits, pdu.format);
    if (u.harq_bits + u.sr == 0) return fail(Fault::invalid, "uci.harq_bits", "0 without SR carries nothing (1, 2; TS 38.213 9.2.1)");
    return {};
  }
  if (u.sr > 4) return fail(Fault::invalid, "uci.sr", "{} bits are not allowed (0 to 4; TS 38.213 9.2.5.1)", u.sr);
  if (u.csi2_bits > 0 && (pdu.format == 2 || u.csi1_bits == 0)) {
    return fail(Fault::invalid, "uci.csi2_bits", "{} is not allowed in PUCCH format {} with {} bits of CSI part 1 (0; formats 3 and 4 with a part 1; TS 38.214 5.2.4)", u.csi2_bits,
                pdu.format, u.csi1_bits);
  }
  const PucchPlan plan(pdu);
  const auto fits = [](std::string_view field, unsigned payload, unsigned bits) -> Status {
    if (payload < 3 || payload > max_uci_bits) return fail(Fault::invalid, field, "{} bits are not allowed in PUCCH formats 2 to 4 (3 to 1706; TS 38.213 9.2.1)", payload);
    const unsigned crc = nr::uci_crc_bits(payload, bits);
    if (payload + crc > bits) return fail(Fault::invalid, field, "{} bits with CRC do not fit into {} channel bits (TS 38.212 6.3.1.4)", payload + crc, bits);
    if (payload < 12) return {};
    const unsigned blocks = payload >= 1013 || (payload >= 360 && bits >= 1088) ? 2 : 1;
    if (const auto code = polar_code_uplink((payload + blocks - 1) / blocks + (payload < 20 ? 6 : 11), bits / blocks); !code) return std::unexpected(code.error());
    return {};
  };
  SEN_TRY(fits("uci", plan.part1_payload, plan.part1_bits));
  if (plan.part2_payload > 0) SEN_TRY(fits("uci.csi2_bits", plan.part2_payload, plan.part2_bits));
  return {};
}

}  // namespace

PucchPlan::PucchPlan(const nr::l1::PucchPdu& p)
    : format(p.format), start(p.start_symbol), symbols(p.symbols), rbs(p.format == 2 || p.format == 3 ? p.rbs : 1), hopping(p.second_hop_rb.has_value()),
      extended_cp(p.bwp.extended_cp), split(hopping ? p.symbols / 2 : p.symbols),
      crb{static_cast<unsigned>(p.bwp.start + p.first_rb), static_cast<unsigned>(p.bwp.start + p.second_hop_rb.value_or(p.first_rb))} {
  if (format >= 3) {
    dmrs = nr::pucch34_dmrs_symbols(symbols, hopping, p.additional_dmrs);
    qm = p.pi2_bpsk ? 1 : 2;
    symbol_bits = 12 * rbs * qm / (format == 4 ? std::max<unsigned>(p.occ_length, 1) : 1);
    bits = symbol_bits * (symbols - static_cast<unsigned>(std::popcount(dmrs)));
  } else if (format == 2) {
    symbol_bits = 16 * rbs;
    bits = symbol_bits * symbols;
  }
  if (format < 2) return;
  part1_payload = p.uci.harq_bits + p.uci.sr + p.uci.csi1_bits;
  part1_bits = bits;
  if (p.uci.csi2_bits == 0) return;
  part2_payload = std::max<unsigned>(p.uci.csi2_bits, 3);  // TS 38.212 6.3.1.1.3: zeros behind
  // Table 6.3.1.4.1-1: ceil((O + L) / R_max / Q_m) Q_m for the first part.
  const unsigned permille = nr::max_code_rate_permille[p.max_code_rate & 7];
  const unsigned with_crc = part1_payload + nr::uci_crc_bits(part1_payload, bits);
  if (permille > 0) part1_bits = std::min(bits, (with_crc * 1000 + permille * qm - 1) / (permille * qm) * qm);
  part2_bits = bits - part1_bits;
}

Status check_pucch_pdu(const nr::l1::PucchPdu& p, unsigned grid_rb) {
  if (p.format > 4) return fail(Fault::invalid, "format", "{} is not a PUCCH format (0 to 4; TS 38.211 table 6.3.2.1-1)", p.format);
  if (p.bwp.start + p.bwp.size > grid_rb) return fail(Fault::invalid, "bwp.start", "{} with {} RBs leaves the grid of {} (TS 38.211 4.4.5)", p.bwp.start, p.bwp.size, grid_rb);
  if (p.format != 2 && p.format != 3 && p.rbs != 1) return fail(Fault::invalid, "rbs", "{} is not allowed in PUCCH format {} (1; TS 38.211 table 6.3.2.1-1)", p.rbs, p.format);
  if (p.rbs > max_pucch_rbs) return fail(Fault::invalid, "rbs", "{} is not allowed (1 to 16; TS 38.211 6.3.2)", p.rbs);
  nr::PucchResource resource = resource_of(p);
  if (p.format < 2 || p.max_code_rate > 6) resource.max_code_rate = 0;
  SEN_TRY(nr::check_pucch(resource, p.bwp.size));
  if (p.bwp.extended_cp && p.start_symbol + p.symbols > 12) {
    return fail(Fault::invalid, "symbols", "{} from symbol {} leaves the slot of 12 symbols (TS 38.211 table 4.3.2-2)", p.symbols, p.start_symbol);
  }
  if (p.second_hop_rb && p.symbols < 2) return fail(Fault::invalid, "second_hop_rb", "{} is not allowed with one symbol (TS 38.213 9.2.1)", *p.second_hop_rb);
  if (p.hopping_id > 1023) return fail(Fault::invalid, "hopping_id", "{} is not allowed (0 to 1023; TS 38.211 6.3.2.2.1)", p.hopping_id);
  if (p.n_id > 1023) return fail(Fault::invalid, "n_id", "{} is not allowed (0 to 1023; TS 38.211 6.3.2.5.1)", p.n_id);
  if (p.group_hopping > 2) return fail(Fault::invalid, "group_hopping", "{} is not allowed (0 to 2; TS 38.211 6.3.2.2.1)", p.group_hopping);
  if (p.uci.csi2_bits > 0 && p.max_code_rate > 6) return fail(Fault::invalid, "max_code_rate", "{} is not allowed (0 to 6; TS 38.213 table 9.2.5.2-1)", p.max_code_rate);
  return check_payload(p);
}

void pucch_base_sequence(const nr::l1::PucchPdu& pdu, nr::Slot slot, bool second_hop, std::span<Cf> out) {
  const GroupSequence s = pucch_group_sequence(pdu.group_hopping, pdu.hopping_id, slot.in_frame(), second_hop);
  low_papr_base(s.u, out.size() < 72 ? 0 : s.v, out);
}

unsigned pucch_shift(const nr::l1::PucchPdu& pdu, nr::Slot slot, unsigned symbol_in_slot) {
  constexpr std::array<uint8_t, 4> format4{0, 6, 3, 9};  // table 6.4.1.3.3.1-1
  const unsigned m_0 = pdu.format < 2 ? pdu.initial_cyclic_shift : pdu.format == 4 ? format4[pdu.occ_index & 3] : 0;
  return (m_0 + pucch_n_cs(pdu.hopping_id, slot.in_frame(), symbol_in_slot, pdu.bwp.extended_cp ? 12 : 14)) % pucch_shifts;
}

Cf pucch1_cover(unsigned n_sf, unsigned i, unsigned m) {
  if (i == 0) return 1;
  if (n_sf == 4) {  // phi 0 or 2 of 4: signs
    constexpr std::array<uint8_t, 4> signs{0b0000, 0b1010, 0b1100, 0b0110};  // bit m
    return signs[i & 3] >> m & 1 ? -1.0f : 1.0f;
  }
  return Cf(std::polar(1.0, 2 * std::numbers::pi * (i * m % n_sf) / n_sf));
}

Cf pucch4_cover(unsigned n_sf, unsigned n, unsigned k) {
  const unsigned block = k / (12 / n_sf);
  if (n_sf == 2) return n == 1 && block == 1 ? -1.0f : 1.0f;
  constexpr std::array<Cf, 4> turns{Cf{1, 0}, Cf{0, -1}, Cf{-1, 0}, Cf{0, 1}};
  constexpr std::array<uint8_t, 4> step{0, 1, 2, 3};  // -j, -1, j to the power of the block
  return turns[step[n & 3] * block % 4];
}

void pucch2_dmrs(const nr::l1::PucchPdu& pdu, nr::Slot slot, unsigned symbol_in_slot, unsigned crb, std::span<Cf> out) {
  const uint64_t l = (pdu.bwp.extended_cp ? 12u : 14u) * slot.in_frame() + symbol_in_slot + 1;
  const auto c_init = static_cast<uint32_t>(((l * (2u * pdu.dmrs_n_id + 1) << 17) + 2u * pdu.dmrs_n_id) & 0x7fffffff);
  Gold(c_init, 2 * 4 * crb).fill_qpsk(out);
}

uint32_t pucch_c_init(const nr::l1::PucchPdu& pdu) { return (static_cast<uint32_t>(pdu.rnti) << 15) + pdu.n_id; }

void pucch_bit_order(const PucchPlan& plan, std::span<uint16_t> order) {
  for (unsigned i = 0; i < plan.bits; ++i) order[i] = static_cast<uint16_t>(i);
  if (plan.part2_payload == 0) return;
  // 6.3.1.6: part 1 fills the symbols nearest to the DM-RS, the last set of them evenly; part 2 takes the rest.
  std::array<unsigned, 15> at_distance{};
  for (unsigned l = 0; l < plan.symbols; ++l) {
    if (!plan.is_dmrs(l)) ++at_distance[dmrs_distance(plan, l)];
  }
  unsigned last = 1, before = 0;
  while (last + 1 < at_distance.size() && (before + at_distance[last]) * plan.symbol_bits < plan.part1_bits) before += at_distance[last++];
  const unsigned rest = (plan.part1_bits - before * plan.symbol_bits) / plan.qm, each = at_distance[last] ? rest / at_distance[last] : 0;
  unsigned extra = at_distance[last] ? rest % at_distance[last] : 0;
  unsigned i = 0, n1 = 0, n2 = plan.part1_bits;
  for (unsigned l = 0; l < plan.symbols; ++l) {
    if (plan.is_dmrs(l)) continue;
    const unsigned distance = dmrs_distance(plan, l);
    unsigned first_part = distance < last ? plan.symbol_bits : 0;
    if (distance == last) {
      first_part = (each + (extra > 0 ? 1 : 0)) * plan.qm;
      if (extra > 0) --extra;
    }
    for (unsigned b = 0; b < plan.symbol_bits; ++b) order[i++] = static_cast<uint16_t>(b < first_part ? n1++ : n2++);
  }
}

}  // namespace sen::phy::detail
