// Channel estimation for PDSCH and PUSCH from their DM-RS: least squares, code-division despreading, filtering in frequency and time; noise,
// power, timing and carrier offset. Input is the received grid, output the channel of every layer at every receive port. No allocation in a call.
#pragma once

#include "phy/dmrs.h"
#include "phy/grid.h"

namespace sen::phy {

inline constexpr unsigned max_layers = 4, max_rx_ports = 4, max_dmrs_symbols = 8, max_dmrs_positions = 4;

// What the receiver knows about the pilots of one hop.
struct Pilots {
  static constexpr uint8_t pucch2 = 3, pucch34 = 4;    // subcarriers 1, 4, 7, 10 of each RB; all 12
  uint8_t type = 1;                                    // DM-RS of shared channels: 1, 2; of PUCCH format 2: pucch2; of formats 3 and 4: pucch34
  uint8_t length = 1;                                  // front-loaded symbols: pairs when 2
  uint8_t layers = 1;
  std::array<DmrsPort, max_layers> ports{};            // by layer
  float amplitude = 1;                                 // DM-RS over data EPRE
  std::span<const std::pair<uint16_t, uint16_t>> rbs;  // ascending runs of common resource blocks (the grid's)
  std::span<const uint8_t> symbols;                    // ascending
  std::span<const Cf> base;                            // symbols.size() rows of values_per_rb * n_rb
  float scs_hz = 30000;                                // for timing and CFO in seconds and Hz
};

struct LinkMeasurement {
  float noise_variance = 0;          // an RE and port, of the grid's units squared
  float rsrp = 0;                    // mean |h|^2 over ports and layers
  float sinr_db = 0;                 // rsrp over noise_variance
  float delay_s = 0;                 // timing: later arrivals positive
  float cfo_hz = 0;                  // needs two or more DM-RS symbols; 0 otherwise
};

// h at data REs: interpolated to all subcarriers of the allocation at each DM-RS symbol, and in time by weights.
class ChannelEstimate {
 public:
  ChannelEstimate(unsigned max_rb, unsigned max_rx, unsigned max_layers);
  unsigned subcarriers() const { return subcarriers_; }
  unsigned rx_ports() const { return rx_; }
  unsigned layers() const { return layers_; }
  // The channel at an OFDM symbol: rows [rx][layer] of subcarriers() values, allocation order (ascending), valid until the next call. `rows` gets
  // rx * layers pointers, [rx * layers + layer]. Returns a number that stays the same as long as the channel does: what was computed from it still holds.
  unsigned at_symbol(unsigned symbol, std::span<const Cf*> rows);
  // The same for several threads at once: `space` of space_size() values takes what must be interpolated.
  void at_symbol(unsigned symbol, std::span<const Cf*> rows, std::span<Cf> space) const;
  size_t space_size() const { return now_.size(); }
  bool constant() const { return constant_; }                       // one channel for all symbols
  LinkMeasurement measurement;

 private:
  friend class ChannelEstimator;
  const Cf* row(unsigned position, unsigned rx, unsigned layer) const { return h_.data() + (size_t{position} * rx_ * layers_ + rx * layers_ + layer) * stride_; }
  Cf* row(unsigned position, unsigned rx, unsigned layer) { return h_.data() + (size_t{position} * rx_ * layers_ + rx * layers_ + layer) * stride_; }

  bool direct() const { return constant_ && positions_ == 1; }

  static constexpr unsigned none = ~0u;
  unsigned subcarriers_ = 0, stride_ = 0, rx_ = 0, layers_ = 0, positions_ = 0;
  unsigned version_ = 0, current_ = none;              // the symbol that now_ holds
  bool constant_ = false;                              // one channel for the whole slot
  std::array<std::array<Cf, max_dmrs_positions>, nr::symbols_per_slot> weights_{};  // of the positions, by symbol
  Aligned<Cf> h_;                                      // [position][rx][layer][subcarrier]
  Aligned<Cf> now_;
};

class ChannelEstimator {
 public:
  ChannelEstimator(unsigned max_rb, unsigned max_rx);
  // rx ports = grid.ports(). At most max_dmrs_positions symbols (pairs of them when length is 2).
  void estimate(const Grid& grid, const Pilots& pilots, ChannelEstimate& out);

 private:
  struct Work;
  std::shared_ptr<Work> work_;
};

}  // namespace sen::phy
