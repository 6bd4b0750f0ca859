// DM-RS of PDSCH and PUSCH, TS 38.211 7.4.1.1 and 6.4.1.1: values and places, for transmitters and channel estimators. Any thread.
#pragma once

#include "nr/l1.h"
#include "phy/types.h"

namespace sen::phy {

// What a DM-RS port does with the base values of its CDM group: value(n) * w_f[k'] * w_t[l'] at subcarriers of the group.
struct DmrsPort {
  uint8_t group = 0;                 // lambda: CDM group
  uint8_t delta = 0;                 // subcarrier offset of the group: tables 7.4.1.1.2-1/-2
  int8_t w_f[2] = {1, 1}, w_t[2] = {1, 1};
};
DmrsPort dmrs_port(unsigned type, unsigned port);                    // port 0..7 (type 1), 0..11 (type 2)
// Base values an RB carries in one symbol and group: 6 (type 1), 4 (type 2); k' of the i-th is i % 2.
constexpr unsigned dmrs_values_per_rb(unsigned type) { return type == 1 ? 6 : 4; }
// Subcarrier in the RB of the i-th value for a group offset: type 1: 2 i + delta; type 2: 6 (i / 2) + i % 2 + delta.
constexpr unsigned dmrs_subcarrier(unsigned type, unsigned delta, unsigned i) { return type == 1 ? 2 * i + delta : 6 * (i / 2) + i % 2 + delta; }

// Base values r(2n + k') of symbol `symbol` for the resource blocks [crb, crb + n_rb) (common resource blocks): amplitude 1 (no power offset, no cover
// code). out.size() = n_rb * dmrs_values_per_rb. CP-OFDM (c_init of 7.4.1.1.1 / 6.4.1.1.1.1, l in the slot, 12 symbols with extended CP).
void dmrs_base(const nr::l1::Dmrs& dmrs, nr::Slot slot, bool extended_cp, unsigned symbol, unsigned crb, unsigned n_rb, std::span<Cf> out);
// With transform precoding (6.4.1.1.1.2): one low-PAPR sequence over the whole allocation, same in every DM-RS symbol but for hopping.
void dmrs_base_low_papr(const nr::l1::PuschPdu& pdu, nr::Slot slot, unsigned symbol, std::span<Cf> out);
// beta_DMRS: 1, 10^(3/20), sqrt3 for 1, 2, 3 CDM groups without data (TS 38.214 table 4.1-1).
float dmrs_amplitude(unsigned cdm_groups_without_data);

}  // namespace sen::phy
