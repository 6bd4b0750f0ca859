// The resource grid of one slot (TS 38.211 4.4.2): ports x 14 symbols x 12 n_rb subcarriers, one row of contiguous subcarriers a symbol, counted
// from common resource block 0 (point A, offsetToCarrier 0). Extended cyclic prefix uses the first 12 symbols. Owned by one job at a time.
#pragma once

#include <algorithm>

#include "nr/slot.h"
#include "phy/types.h"

namespace sen::phy {

class Grid {
 public:
  // A carrier has at most max_rb; a grid may have a few more where point A lies below the carrier.
  static constexpr unsigned max_ports = 8, max_rb = 275, max_crb = 320;

  Grid() = default;
  Grid(unsigned ports, unsigned n_rb)
      : ports_(ports), n_rb_(n_rb), stride_((12 * n_rb + 15) / 16 * 16), cells_(size_t{ports} * nr::symbols_per_slot * stride_) {}

  unsigned ports() const { return ports_; }
  unsigned n_rb() const { return n_rb_; }
  unsigned subcarriers() const { return 12 * n_rb_; }
  std::span<Cf> row(unsigned port, unsigned symbol) { return {cells_.data() + offset(port, symbol), subcarriers()}; }
  std::span<const Cf> row(unsigned port, unsigned symbol) const { return {cells_.data() + offset(port, symbol), subcarriers()}; }
  Cf& at(unsigned port, unsigned symbol, unsigned k) { return cells_[offset(port, symbol) + k]; }
  const Cf& at(unsigned port, unsigned symbol, unsigned k) const { return cells_[offset(port, symbol) + k]; }
  void clear() { std::ranges::fill(cells_, Cf{}); }

 private:
  size_t offset(unsigned port, unsigned symbol) const { return (size_t{port} * nr::symbols_per_slot + symbol) * stride_; }

  unsigned ports_ = 0, n_rb_ = 0, stride_ = 0;
  Aligned<Cf> cells_;
};

}  // namespace sen::phy
