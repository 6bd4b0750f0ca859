// Samples at other times than they were taken: y(m) = sum of x(n) h(t_m - n), a windowed sinc. Private to phy.
#pragma once

#include <vector>

#include "phy/types.h"

namespace sen::phy {

class Resampler {
 public:
  // Frequencies in cycles an input sample: flat to `pass`, nothing from `stop` on (about -50 dB).
  Resampler(double pass, double stop);
  unsigned taps() const { return taps_; }
  // out[m] = the signal at input time start + m * step; x is zero outside.
  void run(std::span<const Cf> x, double start, double step, std::span<Cf> out) const;

 private:
  static constexpr unsigned phases = 128;
  unsigned taps_;
  std::vector<float> filter_;  // [phase][taps * 2]: each tap twice, for both parts
};

}  // namespace sen::phy
