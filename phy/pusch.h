// PUSCH, TS 38.211 6.3.1 and 6.4.1.1/6.4.1.2, TS 38.212 6.2 and 6.3.2 (UCI on PUSCH): CP-OFDM with up to 4 layers and codebook precoding,
// DFT-s-OFDM with one. As pdsch.h.
#pragma once

#include "base/job_pool.h"
#include "nr/l1_ue.h"
#include "phy/coding/control.h"
#include "phy/pdsch.h"

namespace sen::phy {

Status check(const nr::l1::PuschPdu& pdu, unsigned grid_rb, unsigned grid_ports);

// How UCI and data share the channel (TS 38.212 6.2.7, 6.3.2.4): coded bits of each, and where they lie.
struct UciOnPusch {
  uint32_t g_ack = 0, g_csi1 = 0, g_csi2 = 0, g_ulsch = 0, g_total = 0;
  uint32_t g_ack_reserved = 0;  // up to 2 ACK bits: data is punctured instead
};
Result<UciOnPusch> uci_on_pusch(const nr::l1::PuschPdu& pdu, nr::Slot slot);

class PuschTransmitter {
 public:
  explicit PuschTransmitter(unsigned max_rb);
  // Adds the channel to the grid: layer p to port p when pdu.ports <= 1 or there is no codebook (ports == layers and tpmi 0xff), else
  // through W of TS 38.211 6.3.1.5. An empty tb with UCI sends UCI alone (no UL-SCH).
  Status send(const nr::l1::PuschPdu& pdu, ByteView tb, const nr::l1_ue::UciSend& uci, nr::Slot slot, Grid& grid);

 private:
  struct Work;
  std::shared_ptr<Work> work_;
};

struct PuschResult {
  SharedResult data;
  bool uci_present = false, harq_ok = false, csi1_ok = false, csi2_ok = false;
  nr::l1::Bits harq, csi1, csi2;
};

class PuschReceiver {
 public:
  // `threads`: of the largest pool that receive() is given.
  PuschReceiver(unsigned max_rb, unsigned max_rx, unsigned threads = 1);
  // With a pool its threads share the symbols and the code blocks of this channel; the result is the same.
  Result<PuschResult> receive(const nr::l1::PuschPdu& pdu, nr::Slot slot, const Grid& grid, const ReceiveOptions& options, HarqBuffer& harq,
                              std::span<uint8_t> tb, JobPool* pool = nullptr);

 private:
  struct Work;
  std::shared_ptr<Work> work_;
};

}  // namespace sen::phy
