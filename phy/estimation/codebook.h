// The type I single-panel codebook for 2, 4 and 8 ports (TS 38.214 5.2.2.2.1), up to 4 layers, and who chooses from codebooks: RI, PMI and CQI at the UE,
// rank and TPMI at the gNB. A choice maximises the sum over the layers of log2(1 + SINR) behind an MMSE receiver, averaged over the channel's samples
// (subcarriers, resource blocks). Any thread; no allocation.
#pragma once

#include <optional>

#include "nr/l1.h"
#include "nr/mcs.h"
#include "phy/types.h"

namespace sen::phy {

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
bool precoder(const SinglePanel& panel, unsigned rank, const Pmi& pmi, std::span<Cf> w);
// The same for a PDSCH PDU; nullopt also when ports * rank exceeds its 16 weights.
std::optional<nr::l1::Precoding> precoding(const SinglePanel& panel, unsigned rank, const Pmi& pmi);

// Samples of a channel: h[(sample * rx + r) * ports + p], up to 4 receive and 8 transmit ports.
struct ChannelSamples {
  std::span<const Cf> h;
  unsigned rx = 1, ports = 1;
  float noise_variance = 1;
  size_t count() const { return h.size() / (size_t{rx} * ports); }
};

struct CsiChoice {
  uint8_t rank = 1, cqi = 0;
  Pmi pmi;
  float sinr_db = 0;             // effective, a layer
  float bits = 0;                // sum over the layers of log2(1 + SINR)
};
// Ranks 1 to max_rank whose bit (rank - 1) is set in `ranks`. One port: no PMI.
CsiChoice choose_csi(const ChannelSamples& channel, const SinglePanel& panel, nr::CqiTable table, unsigned max_rank, unsigned ranks = 0xf);
// Highest CQI whose efficiency lies 2 dB inside of what the SINR of a layer could carry; 0: none.
unsigned cqi_for(nr::CqiTable table, float sinr_db);

struct TpmiChoice {
  uint8_t rank = 1, tpmi = 0;
  float sinr_db = 0, bits = 0;
};
// Codebook PUSCH from 1, 2 or 4 ports (TS 38.211 6.3.1.5). Up to 4 receive ports.
TpmiChoice choose_tpmi(const ChannelSamples& channel, unsigned max_rank, bool transform_precoding);

}  // namespace sen::phy
