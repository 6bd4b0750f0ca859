// CSI-RS and TRS, TS 38.211 7.4.1.5: rows 1 to 8 of table 7.4.1.5.3-1 (up to 8 ports); measurement at the UE: channel, noise, RSRP, then
// RI, PMI and CQI over the type I single-panel codebook (TS 38.214 5.2.2); delay and carrier offset from a TRS. Any thread; CsiMeter: one
// at a time, no allocation in a call.
//
// start_rb counts from the bandwidth part's first resource block; the resource covers those of [start_rb, start_rb + rbs) that its density
// names (even or odd common resource blocks). k holds the values k_0, k_1, ... of the table.
#pragma once

#include "nr/l1_ue.h"
#include "nr/mcs.h"
#include "phy/grid.h"

namespace sen::phy {

Status check(const nr::l1::CsiRsPdu& pdu, unsigned grid_rb, unsigned grid_ports);
// Port p of the grid is antenna port 3000 + p. Zero-power resources send nothing.
Status send_csi_rs(const nr::l1::CsiRsPdu& pdu, nr::Slot slot, Grid& grid);

// Least-squares channel of every CSI-RS port at every receive port, one value a resource block that carries the resource (row 1: three), in
// ascending order.
class CsiChannel {
 public:
  CsiChannel(unsigned max_rb, unsigned max_rx);
  Status estimate(const nr::l1::CsiRsPdu& pdu, nr::Slot slot, const Grid& grid);

  unsigned values() const { return values_; }
  unsigned ports() const { return ports_; }
  unsigned rx_ports() const { return rx_; }
  std::span<const Cf> at(unsigned rx, unsigned port) const { return {h_.data() + (size_t{rx} * ports_ + port) * stride_, values_}; }
  unsigned spacing() const { return spacing_; }    // subcarriers from value to value
  float delay_s() const { return delay_s_; }       // of arrival; still in the values
  float noise_variance() const { return noise_; }  // an RE and receive port
  float rsrp() const { return rsrp_; }             // mean |h|^2 over ports, noise taken out

 private:
  void despread(const nr::l1::CsiRsPdu& pdu, nr::Slot slot, const Grid& grid);
  void measure(double scs_hz, unsigned averaged);

  unsigned max_rb_, max_rx_, stride_, values_ = 0, ports_ = 0, rx_ = 0, spacing_ = 12;
  float delay_s_ = 0, noise_ = 0, rsrp_ = 0;
  Aligned<Cf> h_;
};

struct CsiMeterOptions {
  nr::CqiTable table = nr::CqiTable::qam64;
  unsigned max_rank = 1;
};
// Powers in the grid's units (rsrp_dbm is dB relative to an RE of power 1), of one port as if sent with power_db 0. Up to 4 receive ports.
class CsiMeter {
 public:
  CsiMeter(unsigned max_rb, unsigned max_rx);
  Result<nr::l1_ue::CsiMeasurement> measure(const nr::l1::CsiRsPdu& pdu, nr::Slot slot, const Grid& grid, const CsiMeterOptions& options);

 private:
  struct Work;
  std::shared_ptr<Work> work_;
};

// Two one-port resources of a TRS in one slot (TS 38.214 5.1.6.1.1: row 1, the same place four symbols apart).
struct TrsMeasurement {
  float delay_s = 0;
  float cfo_hz = 0;  // within +-1 / (2 * the time between the symbols)
  float rsrp = 0, noise_variance = 0;
};
class TrsMeter {
 public:
  TrsMeter(unsigned max_rb, unsigned max_rx);
  Result<TrsMeasurement> measure(const nr::l1::CsiRsPdu& first, const nr::l1::CsiRsPdu& second, nr::Slot slot, const Grid& grid);

 private:
  CsiChannel first_, second_;
};

}  // namespace sen::phy
