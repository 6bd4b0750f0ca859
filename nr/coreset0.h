// CORESET 0 and search space 0 from the MIB: TS 38.213 clause 13, tables 13-1 to 13-15. RBs in the numerology of the PDCCH
// (subCarrierSpacingCommon). Bands with shared spectrum access (tables 13-1A, 13-4A) are absent.
#pragma once

#include <cstdint>
#include <optional>

#include "base/result.h"
#include "nr/band.h"
#include "nr/l1.h"
#include "nr/slot.h"
#include "nr/ssb.h"

namespace sen::nr {

struct Coreset0 {
  uint8_t pattern = 1;   // SSB and CORESET multiplexing pattern 1, 2, 3
  uint8_t n_rb = 0;      // 24, 48, 96
  uint8_t symbols = 0;   // 1, 2, 3
  int8_t offset_rb = 0;  // from the CORESET's lowest RB to the lowest RB that overlaps the SSB; -20/-21 with k_SSB = 0/>0 already resolved
  bool operator==(const Coreset0&) const = default;
};

// Tables 13-1..13-10. min_bandwidth_mhz: the band's minimum channel bandwidth (5, 10 or 40; 100 kHz..: see minimum_bandwidth). Error naming
// table, index and allowed indices for reserved ones and for pairs of numerologies without a table.
Result<Coreset0> coreset0(unsigned index, Scs ssb_scs, Scs pdcch_scs, unsigned min_bandwidth_mhz, unsigned k_ssb);
// Smallest bandwidth of table 5.3.5-1 in the band, as clause 13 groups it: 40 when it is at least 40, else 5 or 10.
unsigned minimum_bandwidth_mhz(const Band& band);

// The lowest common resource block of CORESET 0 in the numerology of the PDCCH, counted from point A; nullopt when it lies below point A.
std::optional<uint16_t> coreset0_start_crb(const Coreset0& coreset, unsigned offset_to_point_a, FrequencyRange range, Scs pdcch_scs);
// TS 38.211 7.3.2.2: CORESET 0 is interleaved, L = 6, R = 2, n_shift = PCI, no wideband precoder. Its frequency groups count from its
// own lowest RB, which is where the initial bandwidth part that the MIB gives starts.
l1::Coreset coreset0_as_coreset(const Coreset0& coreset, unsigned pci);

// Where a UE looks for the Type0-PDCCH of one SSB. Slots and frames in the numerology of the PDCCH.
struct SearchSpace0 {
  uint8_t pattern = 1;
  // Pattern 1: from n0 = (O * 2^mu + floor(i * M)) mod slots per frame; in frames with SFN mod 2 = floor((O * 2^mu + floor(i * M)) / slots
  // per frame) mod 2; in slots n0 and n0 + 1. Table values times two to stay in integers.
  uint8_t o_x2 = 0;
  uint8_t m_x2 = 2;
  uint8_t per_slot = 1;  // number of search space sets per slot
  // First symbol of the occasion, for even and odd SSB indices (pattern 1); patterns 2 and 3: see type0_occasion.
  bool symbols_after_coreset = false;  // odd indices start at N_symb of the CORESET rather than at 0 or 7
  bool odd_at_seven = false;
  uint8_t first_symbol = 0;
};
// Tables 13-11 (FR1, pattern 1), 13-12 (FR2, pattern 1), 13-13, 13-14 (pattern 2), 13-15 (pattern 3). Error for reserved indices.
Result<SearchSpace0> search_space0(unsigned index, const Coreset0& coreset, FrequencyRange range, Scs ssb_scs, Scs pdcch_scs);

struct Type0Occasion {
  uint8_t frame_parity = 0;  // pattern 1: SFN mod 2
  uint16_t slot = 0;         // n0 within the frame; pattern 1: n0 + 1 too
  uint8_t symbol = 0;
  bool operator==(const Type0Occasion&) const = default;
};
// First occasion for this SSB. Patterns 2, 3: the slot is relative to the frame of the SSB itself (SFN_C = SFN_SSB) and may be the one
// before it. `l_max` and `ssb_case` place the SSB; `second_half`: the burst lies in the second half frame.
Type0Occasion type0_occasion(const SearchSpace0& space, const Coreset0& coreset, Scs pdcch_scs, SsbCase ssb_case, unsigned l_max,
                             unsigned ssb_index, bool second_half = false);
// Is `slot` (numerology of the PDCCH) a Type0-PDCCH monitoring slot for this SSB? Pattern 1: n0 and n0 + 1 of the right frames. For
// patterns 2 and 3 every frame that carries a burst.
bool type0_monitored(const SearchSpace0& space, const Coreset0& coreset, Slot slot, SsbCase ssb_case, unsigned l_max, unsigned ssb_index,
                     unsigned ssb_period_ms = 20);

}  // namespace sen::nr
