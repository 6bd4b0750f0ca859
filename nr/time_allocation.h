// Time-domain resource allocation (TS 38.214 5.1.2.1, 6.1.2.1): default tables, SLIV, and the slot offsets K0, K1, K2, Delta.
// All indices are those of DCI's "time domain resource assignment" field (row = index + 1).
#pragma once

#include <cstdint>
#include <optional>

#include "base/result.h"
#include "nr/slot.h"

namespace sen::nr {

enum class MappingType : uint8_t { a, b };

// One row of a (default or configured) allocation table. k is K0 for PDSCH, K2 for PUSCH.
struct TimeAllocation {
  uint8_t k = 0;
  MappingType mapping = MappingType::a;
  uint8_t start = 0;   // S, symbol in the slot
  uint8_t length = 0;  // L, symbols
  constexpr bool operator==(const TimeAllocation&) const = default;
};

constexpr unsigned max_time_allocations = 16;  // maxNrofDL-Allocations, maxNrofUL-Allocations

// Tables 5.1.2.1.1-2 to -5. dmrs_type_a_pos: 2 or 3 (dmrs-TypeA-Position). nullopt above 15 and for reserved rows.
std::optional<TimeAllocation> pdsch_default_a(unsigned index, unsigned dmrs_type_a_pos, bool extended_cp = false);
std::optional<TimeAllocation> pdsch_default_b(unsigned index, unsigned dmrs_type_a_pos);
std::optional<TimeAllocation> pdsch_default_c(unsigned index, unsigned dmrs_type_a_pos);
// Table 5.1.2.1.1-1 as far as it concerns SI-RNTI: the default table follows the SSB/CORESET multiplexing pattern 1, 2, 3.
std::optional<TimeAllocation> pdsch_default(unsigned multiplexing_pattern, unsigned index, unsigned dmrs_type_a_pos);

// Tables 6.1.2.1.1-2/-3 with j of 6.1.2.1.1-4 for the PUSCH numerology already added to K2. nullopt above 15.
std::optional<TimeAllocation> pusch_default_a(unsigned index, Scs scs, bool extended_cp = false);
// j of table 6.1.2.1.1-4.
unsigned pusch_default_j(Scs scs);
// Delta of table 6.1.2.1.1-5, added to K2 of a PUSCH granted by a RAR.
unsigned msg3_delta(Scs scs);

// SLIV of 5.1.2.1: start and length within 14 symbols, start + length <= 14.
constexpr unsigned sliv(unsigned start, unsigned length) {
  return length - 1 <= 7 ? 14 * (length - 1) + start : 14 * (14 - length + 1) + (14 - 1 - start);
}
// Error invalid when the value is none of 0..127 that stands for an allocation within the slot.
struct StartLength {
  uint8_t start = 0;
  uint8_t length = 0;
  constexpr bool operator==(const StartLength&) const = default;
};
Result<StartLength> from_sliv(unsigned sliv);

// Tables 5.1.2.1-1 and 6.1.2.1-1: may a PDSCH/PUSCH of this mapping have this start and length? (Normal CP. dmrs_type_a_pos 3 admits S
// = 3.)
bool pdsch_allocation_valid(MappingType mapping, unsigned start, unsigned length, unsigned dmrs_type_a_pos, bool extended_cp = false);
bool pusch_allocation_valid(MappingType mapping, unsigned start, unsigned length, bool extended_cp = false);

// K1 of DCI 1_0: the field's values 0..7 stand for 1..8 (TS 38.213 9.2.3).
constexpr unsigned k1_of_dci_1_0(unsigned field) { return (field & 7) + 1; }
// Slot of a PDSCH/PUSCH for a PDCCH in slot `slot` when numerologies differ (5.1.2.1): floor(slot * 2^(mu_pxsch - mu_pdcch)) + k.
constexpr uint64_t scheduled_slot(uint64_t pdcch_slot, Scs pdcch, Scs data, unsigned k) {
  return (data >= pdcch ? pdcch_slot << (mu(data) - mu(pdcch)) : pdcch_slot >> (mu(pdcch) - mu(data))) + k;
}

// UE processing times in symbols, capability 1: N1 of table 5.3-1 (with or without additional DM-RS), N2 of table 6.4-1.
unsigned pdsch_n1_symbols(Scs scs, bool additional_dmrs);
unsigned pusch_n2_symbols(Scs scs);
// Smallest K1 (K2) in slots that surely leaves the UE its processing time when the PDSCH (PDCCH) ends with symbol `last_symbol` of its slot
// and the PUCCH (PUSCH) starts with symbol `first_symbol`.
// `margin` symbols are kept for the timing advance and for d_1,1 of short type B allocations.
unsigned min_k1(Scs scs, bool additional_dmrs, unsigned last_symbol, unsigned first_symbol, unsigned margin = 1);
unsigned min_k2(Scs scs, unsigned last_symbol, unsigned first_symbol, unsigned margin = 1);

}  // namespace sen::nr
