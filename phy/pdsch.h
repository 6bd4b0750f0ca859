// PDSCH, TS 38.211 7.3.1 and 7.4.1.1/7.4.1.2, TS 38.212 7.2: transport block to grid and back. Up to 4 layers (one codeword), QPSK to
// 1024QAM. Objects keep their work space (sized by the carrier): one thread at a time each, no allocation in a call.
#pragma once

#include "base/result.h"
#include "nr/l1.h"
#include "phy/coding/sch.h"
#include "phy/estimation/channel_estimator.h"
#include "phy/estimation/equaliser.h"
#include "phy/grid.h"

namespace sen::phy {

// A PDU that cannot be sent or received: field, value, allowed values, clause.
Status check(const nr::l1::PdschPdu& pdu, unsigned grid_rb, unsigned grid_ports);
// REs that carry data (per layer) and G = REs * layers * qm.
uint32_t pdsch_data_res(const nr::l1::PdschPdu& pdu, nr::Slot slot);

class PdschTransmitter {
 public:
  explicit PdschTransmitter(unsigned max_rb);
  // Puts the channel (data, DM-RS, PT-RS) into the grid: layer p's elements of port p are written, or, with pdu.precoding, added to its
  // ports. Data amplitude 10^(power_db / 20); DM-RS above it by TS 38.214 table 4.1-1 and dmrs.power_db.
  Status send(const nr::l1::PdschPdu& pdu, nr::Slot slot, Grid& grid);

 private:
  struct Work;
  std::shared_ptr<Work> work_;
};

struct SharedResult {
  SchResult sch;
  bool crc_ok = false;
  LinkMeasurement measurement;
  // Up to 1024 equalised symbols of the first layer, until the next call, and their root mean square error to the nearest points.
  float evm = 0;
  std::span<const Cf> constellation;
};
// What a link simulation may tell a receiver in place of its own estimate, to see what estimation costs: the channel of every layer at
// every receive port (port rx * layers + layer of a grid of the carrier's size) and the noise of a resource element. Allocations of one run
// of resource blocks alone.
struct KnownChannel {
  const Grid* h = nullptr;
  float noise_variance = 0;
};
struct ReceiveOptions {
  LdpcOptions ldpc;
  Equaliser equaliser = Equaliser::mmse;
  const KnownChannel* known = nullptr;
};

class PdschReceiver {
 public:
  PdschReceiver(unsigned max_rb, unsigned max_rx);
  // `tb`: tbs_octets, valid when crc_ok. `harq` holds the earlier transmissions; the caller resets it for a new block. Needs as many
  // receive ports as layers.
  Result<SharedResult> receive(const nr::l1::PdschPdu& pdu, nr::Slot slot, const Grid& grid, const ReceiveOptions& options,
                               HarqBuffer& harq, std::span<uint8_t> tb);

 private:
  struct Work;
  std::shared_ptr<Work> work_;
};

}  // namespace sen::phy
