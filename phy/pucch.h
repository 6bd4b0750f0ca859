// PUCCH formats 0 to 4, TS 38.211 6.3.2 and 6.4.1.3, TS 38.212 6.3.1: UCI to grid and back with DTX detection. Objects keep their work space: one thread at
// a time, no allocation in a call.
#pragma once

#include "nr/l1_ue.h"
#include "phy/coding/control.h"
#include "phy/estimation/channel_estimator.h"

namespace sen::phy {

Status check(const nr::l1::PucchPdu& pdu, unsigned grid_rb);

class PucchTransmitter {
 public:
  PucchTransmitter();
  // Format 0: m_cs from ACK and SR as TS 38.213 9.2.3 says. An all-negative SR on formats 0 and 1 sends nothing.
  Status send(const nr::l1::PucchPdu& pdu, const nr::l1_ue::UciSend& uci, nr::Slot slot, Grid& grid);

 private:
  struct Work;
  std::shared_ptr<Work> work_;
};

class PucchReceiver {
 public:
  explicit PucchReceiver(unsigned max_rx);
  // Several PDUs of formats 0 and 1 on the same resource blocks (other cyclic shifts and cover codes) are received by calls of their own.
  Result<nr::l1::RxUci> receive(const nr::l1::PucchPdu& pdu, nr::Slot slot, const Grid& grid);

 private:
  struct Work;
  std::shared_ptr<Work> work_;
};

}  // namespace sen::phy
