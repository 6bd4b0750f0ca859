// The SS/PBCH block in time and frequency (TS 38.213 4.1, TS 38.211 7.4.3.1) and the fields of the MIB (TS 38.331 6.2.2) that TS 38.213
// and 38.212 give a meaning to. k_SSB counts subcarriers of 15 kHz in FR1 and of subCarrierSpacingCommon in FR2; offsetToPointA counts RBs
// of 15 kHz in FR1 and of 60 kHz in FR2.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "nr/band.h"
#include "nr/slot.h"

namespace sen::nr {

constexpr unsigned ssb_symbols = 4;
constexpr unsigned ssb_rbs = 20;
constexpr unsigned max_l_max = 64;

Scs ssb_scs(SsbCase ssb_case);
// L_max: 4, 8 or 64 (TS 38.213 4.1): case A, B, paired C: 4 up to 3 GHz, else 8; unpaired C: 4 below 1.88 GHz, else 8; FR2: 64.
unsigned l_max(SsbCase ssb_case, uint64_t ssb_khz, bool tdd);

// Where block `index` starts in the half frame, in slots of the SSB's numerology, and symbols of that slot. nullopt at or above L_max.
struct SsbPosition {
  uint8_t slot = 0;          // within the half frame
  uint8_t first_symbol = 0;  // within the slot
  bool operator==(const SsbPosition&) const = default;
};
std::optional<SsbPosition> ssb_position(SsbCase ssb_case, unsigned l_max, unsigned index);
// The block that starts in this slot of the half frame at or after `from_symbol`; nullopt when none. In case D and E a slot has two.
struct SsbInSlot {
  uint8_t index = 0;
  uint8_t first_symbol = 0;
};
std::optional<SsbInSlot> ssb_in_slot(SsbCase ssb_case, unsigned l_max, unsigned slot_in_half_frame, unsigned from_symbol = 0);

// Does a frame's half carry the burst? period_ms: ssb-periodicityServingCell 5, 10, 20, 40, 80, 160; the burst lies in half frame `half` of
// frames with SFN mod (period / 10) = 0 (every half frame for 5 ms).
bool ssb_burst_in(Slot slot, unsigned period_ms, bool second_half);

// Frequency: SS_REF (RE 0 of RB 10 of the block) from point A, and back.
int64_t ssb_ref_khz(int64_t point_a_khz, unsigned offset_to_point_a, unsigned k_ssb, FrequencyRange range, Scs ssb_scs, Scs common_scs);
struct SsbOffset {
  uint16_t offset_to_point_a = 0;
  uint8_t k_ssb = 0;
};
// nullopt when the block lies below point A, off the subcarrier grid, or further than the field holds (2199).
std::optional<SsbOffset> ssb_offset(int64_t point_a_khz, int64_t ssb_ref_khz, FrequencyRange range, Scs ssb_scs, Scs common_scs);

// MIB: the 24 bits of BCCH-BCH-Message (CHOICE bit first). SFN holds its six most significant bits; the other four travel in the PBCH
// payload.
struct Mib {
  uint16_t sfn = 0;                   // 0..1023 (only the 6 MSBs are packed)
  Scs common_scs = Scs::khz30;        // subCarrierSpacingCommon
  uint8_t ssb_subcarrier_offset = 0;  // the 4 LSBs of k_SSB
  uint8_t dmrs_type_a_pos = 2;        // 2 or 3
  uint8_t coreset0 = 0;               // controlResourceSetZero, 0..15
  uint8_t search_space0 = 0;          // searchSpaceZero, 0..15
  bool cell_barred = false;
  bool intra_freq_reselection = true;
  bool operator==(const Mib&) const = default;
};
uint32_t pack_mib(const Mib& mib, FrequencyRange range);
// Never fails on 24 bits except for the CHOICE bit (messageClassExtension): nullopt. sfn's 4 LSBs are 0.
std::optional<Mib> unpack_mib(uint32_t bits, FrequencyRange range);

// The eight bits that the PBCH adds (TS 38.212 7.1.1): SFN 4th..1st LSB, half frame, and per L_max k_SSB's MSB or the block index's upper
// bits.
uint8_t pbch_timing_bits(unsigned sfn, bool second_half, unsigned l_max, unsigned k_ssb, unsigned ssb_index);
// k_SSB of 24..31 (FR1) or 12..15 (FR2) says that there is no CORESET 0 (TS 38.213 4.1, 13).
constexpr bool has_coreset0(unsigned k_ssb, FrequencyRange range) { return k_ssb <= (range == FrequencyRange::fr1 ? 23u : 11u); }

}  // namespace sen::nr
