// PDCCH, TS 38.211 7.3.2 and 7.4.1.3: DCI to grid, and blind decoding of candidates. CORESET places come from nr/search_space.h. Objects keep their work
// space: one thread at a time, no allocation in a call.
#pragma once

#include "nr/l1_ue.h"
#include "phy/coding/control.h"
#include "phy/estimation/channel_estimator.h"

namespace sen::phy {

Status check(const nr::l1::PdcchPdu& pdu, unsigned grid_rb);

class PdcchTransmitter {
 public:
  PdcchTransmitter();
  // Port 0. DM-RS counts from CRB 0, for CORESET 0 (coreset.id 0) from the CORESET's first RB (7.4.1.3.2).
  Status send(const nr::l1::PdcchPdu& pdu, nr::Slot slot, Grid& grid);

 private:
  struct Work;
  std::shared_ptr<Work> work_;
};

class PdcchReceiver {
 public:
  explicit PdcchReceiver(unsigned max_rx, unsigned polar_list = 8);
  // Every candidate against every size and RNTI, the CORESET's channel estimated once; candidates without energy are skipped.
  Status search(const nr::l1_ue::PdcchSearch& search, nr::Slot slot, const Grid& grid, std::vector<nr::l1_ue::RxDci>& found);

 private:
  struct Work;
  std::shared_ptr<Work> work_;
};

}  // namespace sen::phy
