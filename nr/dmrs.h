// Demodulation reference signals of PDSCH and PUSCH: symbol positions (TS 38.211 tables 7.4.1.1.2-3/-4, 6.4.1.1.3-3..-6), resource elements
// per PRB, and the "antenna ports" field of DCI 0_1 and 1_1 (TS 38.212 tables 7.3.1.2.2-1..-4, 7.3.1.1.2-6..-23).
#pragma once

#include <bit>
#include <cstdint>
#include <optional>

#include "nr/time_allocation.h"

namespace sen::nr {

enum class DmrsType : uint8_t { type1 = 1, type2 = 2 };

struct DmrsConfig {
  DmrsType type = DmrsType::type1;
  uint8_t additional_position = 2;  // dmrs-AdditionalPosition 0..3; 2 is the default ("pos2")
  bool double_symbol = false;       // the actual front-loaded length is 2
  uint8_t type_a_pos = 2;           // dmrs-TypeA-Position: 2 or 3
  bool operator==(const DmrsConfig&) const = default;
};

// Bit l set: symbol l of the slot carries DM-RS. nullopt where the tables have no entry (then the allocation is not allowed).
using SymbolMask = uint16_t;
constexpr unsigned count(SymbolMask mask) { return static_cast<unsigned>(std::popcount(mask)); }

std::optional<SymbolMask> pdsch_dmrs_symbols(const DmrsConfig& config, MappingType mapping, unsigned start, unsigned length);
// Without hopping inside the slot.
std::optional<SymbolMask> pusch_dmrs_symbols(const DmrsConfig& config, MappingType mapping, unsigned start, unsigned length);
// With it (table 6.4.1.1.3-6; single-symbol DM-RS only; additional_position is 0 or 1 here, more counts as 1). Both hops in one mask.
std::optional<SymbolMask> pusch_dmrs_symbols_hopping(const DmrsConfig& config, MappingType mapping, unsigned start, unsigned length);

// TS 38.214 5.1.3.2 step 1 and table 4.1-1: REs per PRB that CDM groups without data take in n DM-RS symbols: 6 (type 1) or 4 (type 2) a
// group.
constexpr unsigned dmrs_re_per_prb(DmrsType type, unsigned cdm_groups_without_data, unsigned n_dmrs_symbols) {
  return (type == DmrsType::type1 ? 6 : 4) * cdm_groups_without_data * n_dmrs_symbols;
}
// CDM group of an antenna port 0..11 (1000 + port): tables 7.4.1.1.2-1/-2.
constexpr unsigned cdm_group(DmrsType type, unsigned port) { return type == DmrsType::type1 ? port % 4 / 2 : port % 6 / 2; }
// Ratio of PDSCH (PUSCH) EPRE to DM-RS EPRE, table 4.1-1: 0, -3, -4.77 dB for 1, 2, 3 groups without data.
float data_to_dmrs_db(unsigned cdm_groups_without_data);

// The DM-RS of a PDSCH or PUSCH scheduled by a fallback DCI or before dedicated configuration (TS 38.214 5.1.6.2, 6.2.2): type 1, single
// symbol, pos2 (allocations of 2 symbols: 1 CDM group without data, otherwise 2), port 0.
constexpr unsigned fallback_cdm_groups(unsigned length, bool transform_precoding = false) {
  return length <= 2 && !transform_precoding ? 1 : 2;
}

// What a value of the antenna ports field means.
struct AntennaPorts {
  uint8_t cdm_groups_without_data = 1;
  uint8_t layers = 1;
  uint16_t ports = 1;   // bit p: DM-RS port p
  uint8_t symbols = 1;  // front-loaded length
  bool operator==(const AntennaPorts&) const = default;
};

// Tables 7.3.1.2.2-1 (type 1, max_length 1), -2 (1, 2), -3 (2, 1), -4 (2, 2). nullopt: reserved or beyond the field.
std::optional<AntennaPorts> pdsch_antenna_ports(DmrsType type, unsigned max_length, bool two_codewords, unsigned value);
// Tables 7.3.1.1.2-6/-7 (transform precoding) and -8..-23. nullopt: reserved or beyond the field.
std::optional<AntennaPorts> pusch_antenna_ports(DmrsType type, unsigned max_length, bool transform_precoding, unsigned rank,
                                                unsigned value);
unsigned pdsch_antenna_port_bits(DmrsType type, unsigned max_length);                            // 4, 5, 5, 6
unsigned pusch_antenna_port_bits(DmrsType type, unsigned max_length, bool transform_precoding);  // 2, 4 with precoding, else 3, 4, 4, 5
// The lowest value that gives `layers` ports with these CDM groups without data and one front-loaded symbol; nullopt when none.
std::optional<unsigned> pdsch_antenna_port_value(DmrsType type, unsigned max_length, unsigned layers, unsigned cdm_groups_without_data);
std::optional<unsigned> pusch_antenna_port_value(DmrsType type, unsigned max_length, bool transform_precoding, unsigned layers,
                                                 unsigned cdm_groups_without_data);

}  // namespace sen::nr
