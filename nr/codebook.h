// The type I single-panel codebook for 2, 4 and 8 ports (TS 38.214 5.2.2.2.1), up to 4 layers: precoding matrices by rank and PMI. Any thread; no allocation.
#pragma once

#include <complex>
#include <optional>
#include <span>

#include "nr/l1.h"

namespace sen::nr {

struct SinglePanel {
  uint8_t ports = 2;      // 2; 4 (n1, n2 = 2, 1); 8 (4, 1 or 2, 2)
  uint8_t n1 = 1, n2 = 1;
  uint8_t mode = 1;       // codebookMode; 2 ports have one
};
SinglePanel single_panel(unsigned ports, unsigned mode = 1);   // n2 = 1

// As l1_ue::CsiMeasurement::pmi: i_2 in the lowest four bits, then i_1,1, i_1,3 and i_1,2 in four each. Two ports: i_2 is the codebook index.
struct Pmi {
  uint8_t i1_1 = 0, i1_2 = 0, i1_3 = 0, i2 = 0;
  constexpr uint16_t packed() const { return static_cast<uint16_t>(i2 | i1_1 << 4 | i1_3 << 8 | i1_2 << 12); }
  static constexpr Pmi unpacked(uint16_t v) {
    return {static_cast<uint8_t>(v >> 4 & 15), static_cast<uint8_t>(v >> 12), static_cast<uint8_t>(v >> 8 & 15), static_cast<uint8_t>(v & 15)};
  }
  bool operator==(const Pmi&) const = default;
};
// How many values each index has, 0: the panel has no such rank.
struct PmiRange {
  uint8_t i1_1 = 0, i1_2 = 0, i1_3 = 0, i2 = 0;
};
PmiRange pmi_range(const SinglePanel& panel, unsigned rank);
// W, [port * rank + layer], columns of power 1 / rank; false: no such index. w.size() >= ports * rank.
bool precoder(const SinglePanel& panel, unsigned rank, const Pmi& pmi, std::span<std::complex<float>> w);
// The same for a PDSCH PDU; nullopt also when ports * rank exceeds its 16 weights.
std::optional<l1::Precoding> precoding(const SinglePanel& panel, unsigned rank, const Pmi& pmi);

// ---- Uplink: codebook transmission of PUSCH (TS 38.211 6.3.1.5, TS 38.212 7.3.1.1.2) ----

// codebookSubset: how far the UE holds the phases of its antennas together.
enum class CodebookSubset : uint8_t { full, partial, non_coherent };
// TPMIs of this many layers from 2 or 4 ports that the subset allows: those below. 0: no such rank.
unsigned tpmi_count(unsigned ports, unsigned layers, CodebookSubset subset);
// "Precoding information and number of layers" of DCI 0_1 (tables 7.3.1.1.2-2 to -5): more than one rank where max_rank is above 1.
struct TpmiAndLayers {
  uint8_t tpmi = 0, layers = 1;
  bool operator==(const TpmiAndLayers&) const = default;
};
std::optional<TpmiAndLayers> precoding_information(unsigned ports, unsigned max_rank, CodebookSubset subset, unsigned field);
std::optional<unsigned> precoding_field(unsigned ports, unsigned max_rank, CodebookSubset subset, const TpmiAndLayers& value);

}  // namespace sen::nr
