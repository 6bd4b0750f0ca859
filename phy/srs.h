// Sounding reference signals, TS 38.211 6.4.1.4: 1, 2, 4 ports, combs 2, 4, 8, bandwidth tables, hopping and repetition; the gNB's estimate of the
// uplink channel from them. Any thread.
#pragma once

#include "nr/l1.h"
#include "phy/grid.h"

namespace sen::phy {

Status check(const nr::l1::SrsPdu& pdu, unsigned grid_rb);
// Antenna port i of the resource to grid port i, amplitude 1.
Status send_srs(const nr::l1::SrsPdu& pdu, nr::Slot slot, Grid& grid);

struct SrsEstimate {
  nr::l1::Quality quality;
  std::array<Cf, 16> channel{};      // wideband mean, [rx * ports + port], delay taken out
  float noise_variance = 0;
};
Result<SrsEstimate> receive_srs(const nr::l1::SrsPdu& pdu, nr::Slot slot, const Grid& grid);

}  // namespace sen::phy
