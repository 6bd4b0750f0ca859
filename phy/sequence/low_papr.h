// Low-PAPR sequences of type 1, TS 38.211 5.2.2: r_u,v^(alpha,delta)(n), |r| = 1; lengths M_ZC = 6, 12, 18, 24 from the tables of 5.2.2.2,
// 30 from its last formula, and 36 upwards from Zadoff-Chu sequences of the largest prime length. Any thread.
#pragma once

#include "phy/types.h"

namespace sen::phy {

// Longest: comb 1 of 275 resource blocks.
inline constexpr size_t max_low_papr = 3300;

// u 0..29, v 0..1 (0 below 72), out.size() = M_ZC: a length above, or any multiple of 12 (6) up to max_low_papr. alpha in radians.
void low_papr(unsigned u, unsigned v, double alpha, std::span<Cf> out);
// The same with alpha = 0: the base sequence r-bar.
void low_papr_base(unsigned u, unsigned v, std::span<Cf> out);
// Group and sequence number of PUCCH (TS 38.211 6.3.2.2.1) and cyclic shift alpha (6.3.2.2.2).
struct GroupSequence {
  uint8_t u = 0, v = 0;
};
// group_hopping: 0 neither, 1 enable, 2 disable (sequence hopping).
GroupSequence pucch_group_sequence(unsigned group_hopping, unsigned n_id, unsigned slot_in_frame, bool second_hop);
// n_cs(n_sf, l), 0..255; 12 symbols a slot with the extended cyclic prefix.
unsigned pucch_n_cs(unsigned n_id, unsigned slot_in_frame, unsigned symbol_in_slot, unsigned symbols_per_slot = 14);
// The largest prime below n (n 3 to max_low_papr): N_ZC.
unsigned prime_below(unsigned n);
// exp(-j pi q m (m + 1) / n_zc) for m = 0 .. out.size() - 1, the index taken modulo the odd n_zc.
void zadoff_chu(unsigned q, unsigned n_zc, std::span<Cf> out);
// out[n] *= exp(j alpha n)
void rotate(double alpha, std::span<Cf> out);

}  // namespace sen::phy
