// CSI-RS and TRS, TS 38.211 7.4.1.5: rows 1 to 8 (up to 8 ports) and above where nr::csi_rs_row has them; measurement at the UE: channel, noise, RSRP,
// then RI, PMI and CQI over the type I single-panel codebook (TS 38.214 5.2.2). Any thread; CsiMeter: one at a time.
#pragma once

#include "nr/l1_ue.h"
#include "nr/mcs.h"
#include "phy/grid.h"

namespace sen::phy {

Status check(const nr::l1::CsiRsPdu& pdu, unsigned grid_rb, unsigned grid_ports);
// Port p of the grid is antenna port 3000 + p. Zero-power resources send nothing.
Status send_csi_rs(const nr::l1::CsiRsPdu& pdu, nr::Slot slot, Grid& grid);

struct CsiMeterOptions {
  nr::CqiTable table = nr::CqiTable::qam64;
  unsigned max_rank = 1;
};
class CsiMeter {
 public:
  CsiMeter(unsigned max_rb, unsigned max_rx);
  Result<nr::l1_ue::CsiMeasurement> measure(const nr::l1::CsiRsPdu& pdu, nr::Slot slot, const Grid& grid, const CsiMeterOptions& options);

 private:
  struct Work;
  std::shared_ptr<Work> work_;
};

}  // namespace sen::phy
