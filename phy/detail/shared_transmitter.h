// The last part of PDSCH's and PUSCH's way into the grid: modulation, layer mapping, transform precoding or precoding, data, DM-RS and
// PT-RS (TS 38.211 6.3.1.2 to 6.3.1.7, 6.4.1.1, 6.4.1.2, 7.3.1.2 to 7.3.1.6, 7.4.1.1, 7.4.1.2). One thread at a time, no allocation in a
// call.
#pragma once

#include "phy/detail/re_plan.h"
#include "phy/detail/transform.h"
#include "phy/grid.h"

namespace sen::phy::detail {

class SharedTransmitter {
 public:
  SharedTransmitter(unsigned max_rb, bool uplink);
  // `codeword`: scrambled packed bits, plan.res() * layers * qm of them. Without precoding layer p's elements of port p are written; with
  // it the weighted layers are added to the ports.
  void send(const SharedChannel& channel, const RePlan& plan, std::span<const uint8_t> codeword, const nr::l1::Precoding& precoding,
            float amplitude, nr::Slot slot, Grid& grid);

 private:
  struct Job;
  void data(const Job& job, unsigned symbol);
  void long_runs(const Job& job, unsigned symbol);
  void short_runs(const Job& job, unsigned symbol);
  void transformed(const Job& job, unsigned symbol);
  void dmrs(const Job& job, unsigned symbol);
  void dmrs_port_group(const Job& job, unsigned symbol, unsigned port, unsigned delta, unsigned values, Cf even, Cf odd);
  void prepare_ptrs(const Job& job, unsigned hop);
  void ptrs(const Job& job, unsigned symbol);
  // Values of one layer at subcarriers k(i) of a symbol.
  template <class At>
  void scatter(const Job& job, unsigned layer, unsigned symbol, std::span<const Cf> values, At k);
  std::span<Cf> row(unsigned i) { return rows_.span().subspan(i * stride_, stride_); }

  size_t stride_;
  Aligned<Cf> symbols_, rows_, base_, ptrs_values_;
  std::optional<Transform> transform_;
};

}  // namespace sen::phy::detail
