// Counts of a point and their confidence interval.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace sen::link {

struct Counts {
  uint64_t blocks = 0, first_errors = 0, errors = 0, transmissions = 0;
  double bler() const { return blocks == 0 ? 1 : static_cast<double>(first_errors) / static_cast<double>(blocks); }
  double residual() const { return blocks == 0 ? 1 : static_cast<double>(errors) / static_cast<double>(blocks); }
  // Delivered blocks over transmissions: the share of the largest throughput.
  double throughput() const { return transmissions == 0 ? 0 : static_cast<double>(blocks - errors) / static_cast<double>(transmissions); }
};

struct Interval {
  double low = 0, high = 1;
};
// Wilson's score interval of a share, 95 %.
inline Interval wilson(uint64_t hits, uint64_t n) {
  if (n == 0) return {};
  const double z = 1.959964, size = static_cast<double>(n), p = static_cast<double>(hits) / size;
  const double middle = (p + z * z / (2 * size)) / (1 + z * z / size);
  const double half = z / (1 + z * z / size) * std::sqrt(p * (1 - p) / size + z * z / (4 * size * size));
  return {std::max(0.0, middle - half), std::min(1.0, middle + half)};
}

}  // namespace sen::link
