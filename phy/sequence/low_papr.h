// Low-PAPR sequences of type 1, TS 38.211 5.2.2: r_u,v^(alpha,delta)(n), |r| = 1; lengths M_ZC = 6, 12, 18, 24 from the tables of 5.2.2.2 (also
// 30, 5.2.2.2 last part) and 36 upwards from Zadoff-Chu sequences of the largest prime length. Type 2 (5.2.3) for DM-RS of pi/2-BPSK. Any thread.
#pragma once

#include "phy/types.h"

namespace sen::phy {

// u 0..29, v 0..1 (0 below 72), out.size() = M_ZC. alpha in radians.
void low_papr(unsigned u, unsigned v, double alpha, std::span<Cf> out);
// The same with alpha = 0: the base sequence r-bar.
void low_papr_base(unsigned u, unsigned v, std::span<Cf> out);
// 5.2.3.1 (lengths 6, 12, 18, 24 by tables; 30 and more by pi/2-BPSK of c_init and the DFT).
void low_papr_type2(uint32_t c_init, unsigned u, std::span<Cf> out);
// Group and sequence number of PUCCH (TS 38.211 6.3.2.2.1) and cyclic shift alpha (6.3.2.2.2).
struct GroupSequence {
  uint8_t u = 0, v = 0;
};
GroupSequence pucch_group_sequence(unsigned group_hopping, unsigned n_id, unsigned slot_in_frame, bool second_hop);
unsigned pucch_n_cs(unsigned n_id, unsigned slot_in_frame, unsigned symbol_in_slot);  // n_cs(n_sf, l), 0..255
// y_u,v of PRACH in the frequency domain and its root: TS 38.211 6.3.3.1.
}  // namespace sen::phy
