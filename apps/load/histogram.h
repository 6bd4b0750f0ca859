// Latencies in logarithmic buckets of 1/32 of a power of two: percentiles within 3 %, a few kilobytes whatever is recorded.
#pragma once

#include <array>
#include <cstdint>

#include "base/executor.h"

namespace sen::load {

class Histogram {
 public:
  void record(Duration value);
  uint64_t count() const { return count_; }
  Duration max() const { return max_; }
  Duration mean() const { return count_ ? Duration(sum_ / static_cast<int64_t>(count_)) : Duration{}; }
  // The value that `fraction` (0 to 1) of the recorded ones do not exceed; 0 without any.
  Duration percentile(double fraction) const;

 private:
  static constexpr unsigned sub_bits = 5;
  static constexpr unsigned top = 44;  // above 4.9 hours all values share a bucket
  static size_t index_of(uint64_t ns);
  static uint64_t upper_edge(size_t index);

  std::array<uint32_t, (top - sub_bits + 1) << sub_bits> buckets_{};
  uint64_t count_ = 0;
  int64_t sum_ = 0;
  Duration max_{};
};

}  // namespace sen::load
