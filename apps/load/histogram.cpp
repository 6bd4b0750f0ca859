#include "apps/load/histogram.h"

#include <algorithm>
#include <bit>

namespace sen::load {

size_t Histogram::index_of(uint64_t ns) {
  constexpr uint64_t sub = uint64_t{1} << sub_bits;
  if (ns < sub) return ns;
  auto exponent = static_cast<unsigned>(std::bit_width(ns) - 1);
  if (exponent >= top) return (size_t{top - sub_bits + 1} << sub_bits) - 1;
  unsigned shift = exponent - sub_bits;
  return (size_t{shift + 1} << sub_bits) + ((ns >> shift) & (sub - 1));
}

uint64_t Histogram::upper_edge(size_t index) {
  constexpr uint64_t sub = uint64_t{1} << sub_bits;
  if (index < sub) return index;
  size_t shift = (index >> sub_bits) - 1;
  return ((sub + (index & (sub - 1)) + 1) << shift) - 1;
}

void Histogram::record(Duration value) {
  auto ns = static_cast<uint64_t>(std::max<int64_t>(0, value.count()));
  ++buckets_[index_of(ns)];
  ++count_;
  sum_ += static_cast<int64_t>(ns);
  max_ = std::max(max_, value);
}

Duration Histogram::percentile(double fraction) const {
  if (count_ == 0) return {};
  auto wanted = static_cast<uint64_t>(fraction * static_cast<double>(count_) + 0.999999);
  wanted = std::clamp<uint64_t>(wanted, 1, count_);
  uint64_t seen = 0;
  for (size_t i = 0; i < buckets_.size(); ++i) {
    seen += buckets_[i];
    if (seen >= wanted) return std::min(Duration(static_cast<int64_t>(upper_edge(i))), max_);
  }
  return max_;
}

}  // namespace sen::load
