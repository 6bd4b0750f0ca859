// Who chooses from codebooks: RI, PMI and CQI at the UE (nr/codebook.h), rank and TPMI at the gNB. A choice maximises the sum over the layers of
// log2(1 + SINR) behind an MMSE receiver, averaged over the channel's samples (subcarriers, resource blocks). Any thread; no allocation.
#pragma once

#include <optional>

#include "nr/codebook.h"
#include "nr/mcs.h"
#include "phy/types.h"

namespace sen::phy {

using nr::Pmi;
using nr::PmiRange;
using nr::pmi_range;
using nr::precoder;
using nr::precoding;
using nr::single_panel;
using nr::SinglePanel;

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
TpmiChoice choose_tpmi(const ChannelSamples& channel, unsigned max_rank, bool transform_precoding,
                       nr::CodebookSubset subset = nr::CodebookSubset::full);

}  // namespace sen::phy
