// Modulation and coding schemes (TS 38.214 5.1.3.1, 6.1.4.1) and channel quality indicators (5.2.2.1). Constant tables, no allocation.
#pragma once

#include <cstdint>
#include <optional>

namespace sen::nr {

// mcs-Table of PDSCH-Config and PUSCH-Config. qam1024 for PDSCH only (table 5.1.3.1-4).
enum class McsTable : uint8_t { qam64, qam256, qam64_low_se, qam1024 };

struct Mcs {
  uint8_t q_m = 0;          // modulation order: 1 (pi/2-BPSK), 2, 4, 6, 8, 10
  uint16_t rate_x2048 = 0;  // target code rate R * 2048 (the tables give R * 1024 with halves)
  constexpr double rate() const { return rate_x2048 / 2048.0; }
  constexpr double efficiency() const { return q_m * rate(); }
  constexpr bool operator==(const Mcs&) const = default;
};

// nullopt: the index is above 31 or reserved (it then gives only the modulation order of a retransmission: reserved_q_m).
std::optional<Mcs> pdsch_mcs(McsTable table, unsigned index);
// Table per 6.1.4.1. q is 1 in the pi/2-BPSK rows of 6.1.4.1-1/-2 when tp-pi2BPSK is configured; then the rate halves' column too.
std::optional<Mcs> pusch_mcs(McsTable table, unsigned index, bool transform_precoding = false, bool tp_pi2bpsk = false);
// Modulation order of a reserved index, which says "rate as before" (5.1.3.2); nullopt for an index with a rate or above 31.
std::optional<uint8_t> pdsch_reserved_q_m(McsTable table, unsigned index);
std::optional<uint8_t> pusch_reserved_q_m(McsTable table, unsigned index, bool transform_precoding = false, bool tp_pi2bpsk = false);
// Largest index with a rate: 28, 27, 28, 26.
unsigned max_mcs(McsTable table, bool transform_precoding = false);

// cqi-Table: tables 5.2.2.1-2 to -5.
enum class CqiTable : uint8_t { qam64, qam256, qam64_low_se, qam1024 };
// nullopt for 0 (out of range) and above 15.
std::optional<Mcs> cqi(CqiTable table, unsigned index);
// Highest MCS of the table whose spectral efficiency does not exceed the CQI's; 0 for CQI 0.
unsigned mcs_from_cqi(CqiTable cqi_table, unsigned cqi, McsTable mcs_table);

}  // namespace sen::nr
