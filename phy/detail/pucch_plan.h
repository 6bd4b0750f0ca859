// What sender and receiver of a PUCCH share: where its symbols lie (TS 38.211 6.3.2.1 to 6.3.2.6, 6.4.1.3), its sequences, and how the coded bits of one or
// two UCI parts lie in it (TS 38.212 6.3.1.4, 6.3.1.6). Values; any thread.
#pragma once

#include <array>

#include "base/result.h"
#include "nr/l1_ue.h"
#include "phy/types.h"

namespace sen::phy::detail {

inline constexpr unsigned max_pucch_rbs = 16, max_pucch_bits = 24 * 12 * max_pucch_rbs, max_uci_bits = 1706, pucch_shifts = 12;

struct PucchPlan {
  unsigned format = 0, start = 0, symbols = 0, rbs = 1;
  bool hopping = false, extended_cp = false;
  unsigned split = 0;                       // symbols of the first hop
  std::array<unsigned, 2> crb{};            // first common resource block, by hop
  uint16_t dmrs = 0;                        // bit l: symbol l (from the PUCCH's first) is DM-RS only
  unsigned qm = 2;
  // Coded bits: of a symbol, and of the two parts.
  unsigned symbol_bits = 0, bits = 0;
  unsigned part1_payload = 0, part2_payload = 0, part1_bits = 0, part2_bits = 0;

  PucchPlan(const nr::l1::PucchPdu& pdu);
  unsigned hop(unsigned l) const { return l >= split ? 1 : 0; }
  unsigned hops() const { return hopping ? 2 : 1; }
  bool is_dmrs(unsigned l) const { return dmrs >> l & 1; }
  unsigned first_subcarrier(unsigned l) const { return 12 * crb[hop(l)]; }
  unsigned subcarriers() const { return 12 * rbs; }
};

// Every refusal names field, value, allowed values and clause.
Status check_pucch_pdu(const nr::l1::PucchPdu& pdu, unsigned grid_rb);

// Base sequence of a hop (one group and sequence number each; length plan.subcarriers(), formats 0 and 1: 12) and cyclic shift of a symbol of the slot
// in twelfths of a turn, less what the message adds: (m_0 + n_cs) mod 12. Format 4: m_0 follows from its cover code.
void pucch_base_sequence(const nr::l1::PucchPdu& pdu, nr::Slot slot, bool second_hop, std::span<Cf> out);
unsigned pucch_shift(const nr::l1::PucchPdu& pdu, nr::Slot slot, unsigned symbol_in_slot);
// exp(j 2 pi k / 12)
inline Cf twelfth(unsigned k) {
  constexpr float c = 0.866025404f, h = 0.5f;
  constexpr Cf roots[pucch_shifts]{{1, 0}, {c, h}, {h, c}, {0, 1}, {-h, c}, {-c, h}, {-1, 0}, {-c, -h}, {-h, -c}, {0, -1}, {h, -c}, {c, -h}};
  return roots[k % pucch_shifts];
}
// w_i(m) of format 1 (table 6.3.2.4.1-2).
Cf pucch1_cover(unsigned n_sf, unsigned i, unsigned m);
// w_n(k) of format 4 (tables 6.3.2.6.3-1, -2).
Cf pucch4_cover(unsigned n_sf, unsigned n, unsigned k);
// DM-RS of format 2 in one symbol: 4 values an RB.
void pucch2_dmrs(const nr::l1::PucchPdu& pdu, nr::Slot slot, unsigned symbol_in_slot, unsigned crb, std::span<Cf> out);
// c_init of the scrambling of formats 2 to 4.
uint32_t pucch_c_init(const nr::l1::PucchPdu& pdu);

// order[i]: which coded bit (part 1's, then part 2's) the i-th bit of the channel is. Identity with one part.
void pucch_bit_order(const PucchPlan& plan, std::span<uint16_t> order);

}  // namespace sen::phy::detail
