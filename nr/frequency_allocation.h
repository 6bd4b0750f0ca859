// Frequency-domain resource allocation: TS 38.214 5.1.2.2 and 6.1.2.2 (type 0 and 1), DCI 1_0 in common search spaces, and the VRB-to-PRB
// map of TS 38.211 7.3.1.6. RB numbers count from the start of the bandwidth part unless said otherwise. No allocation.
#pragma once

#include <bitset>
#include <cstdint>
#include <optional>
#include <span>

#include "base/result.h"
#include "nr/bits.h"

namespace sen::nr {

constexpr unsigned max_n_rb = 275;
using RbSet = std::bitset<max_n_rb>;  // bit n = RB n

struct RbRange {
  uint16_t start = 0;
  uint16_t count = 0;
  constexpr unsigned end() const { return start + count; }
  constexpr bool overlaps(const RbRange& o) const { return start < o.end() && o.start < end(); }
  RbSet set() const;
  constexpr bool operator==(const RbRange&) const = default;
};

// Width of the type 1 field: ceil(log2(N (N + 1) / 2)).
constexpr unsigned riv_bits(unsigned bwp_size) { return bits_for(bwp_size * (bwp_size + 1) / 2); }
// 5.1.2.2.2. The range must be inside the bandwidth part (0 otherwise: a refusal is the caller's business).
uint32_t riv(unsigned bwp_size, RbRange range);
// Error invalid when the value stands for no range inside the bandwidth part.
Result<RbRange> from_riv(unsigned bwp_size, uint32_t riv);

// 5.1.2.2.2, last part: a DCI 1_0/0_0 in a USS whose size comes from the initial BWP (N_initial) but applies to an active BWP of N_active
// RBs. Ranges are in units of K RBs.
unsigned fallback_scale_k(unsigned n_initial, unsigned n_active);
Result<RbRange> from_scaled_riv(unsigned n_initial, unsigned n_active, uint32_t riv);
std::optional<uint32_t> scaled_riv(unsigned n_initial, unsigned n_active, RbRange range);

// Type 0: nominal RBG size P of table 5.1.2.2.1-1 (configuration 1 or 2), number of RBGs, and their bounds.
unsigned rbg_size(unsigned bwp_size, bool configuration2 = false);
unsigned rbg_count(unsigned bwp_start, unsigned bwp_size, bool configuration2 = false);
RbRange rbg_range(unsigned bwp_start, unsigned bwp_size, unsigned rbg, bool configuration2 = false);
// The bitmap's most significant bit is RBG 0. Bits beyond the number of RBGs are ignored.
RbSet rbs_from_rbgs(unsigned bwp_start, unsigned bwp_size, uint32_t bitmap, bool configuration2 = false);
// nullopt when the set is no union of RBGs.
std::optional<uint32_t> rbgs_from_rbs(unsigned bwp_start, unsigned bwp_size, const RbSet& rbs, bool configuration2 = false);

// VRB to PRB (TS 38.211 7.3.1.6). `bundle` 0: not interleaved (identity, relative to `first_prb`).
// General interleaved case: start and size of the BWP, bundle L = 2 or 4, reference 0.
// DCI 1_0 in a common search space: VRBs start at the lowest RB of the CORESET (offset from BWP start); interleaving is over
//   - Type0-PDCCH CSS in CORESET 0: size of CORESET 0, bundles counted from CORESET 0's start (reference start 0), L = 2
//   - other common search spaces: initial BWP size (or CORESET 0's), start = BWP start + CORESET start, L = 2.
struct VrbToPrb {
  uint16_t first_prb = 0;     // PRB (from BWP start) of VRB 0: the CORESET's lowest RB for DCI 1_0 in a CSS, else 0
  uint16_t size = 0;          // number of VRBs
  uint16_t bundle_start = 0;  // (N_start of the BWP (+ CORESET start)); only its remainder by L counts
  uint8_t bundle = 0;         // L: 0 (not interleaved), 2 or 4

  static VrbToPrb none(unsigned bwp_size) { return {0, static_cast<uint16_t>(bwp_size), 0, 0}; }
  uint16_t prb(unsigned vrb) const;  // of a VRB below size
  RbSet prbs(RbRange vrbs) const;
};

// PUSCH frequency hopping (TS 38.214 6.3): number of hopping bits in the frequency field of DCI 0_0/0_1 and the second hop's offset in RBs.
constexpr unsigned hopping_bits(unsigned bwp_size) { return bwp_size < 50 ? 1 : 2; }
// Offset for DCI 0_0 and the RAR grant without configured list (table 8.3-1 of TS 38.213): floor(N/2), floor(N/4), -floor(N/4); 0 when
// reserved.
int msg3_hop_offset(unsigned bwp_size, unsigned hopping_bits_value);

}  // namespace sen::nr
