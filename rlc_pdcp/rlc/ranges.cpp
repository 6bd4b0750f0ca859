#include "rlc_pdcp/rlc/ranges.h"

#include <algorithm>

#include "rlc_pdcp/limits.h"

namespace sen::l2 {

std::optional<uint32_t> Ranges::add(uint16_t begin, uint16_t end) {
  auto first = std::lower_bound(list_.begin(), list_.end(), begin, [](const Range& r, uint16_t at) { return r.end < at; });
  auto last = first;  // [first, last) touch or overlap the new range
  uint32_t known = 0;
  Range merged{begin, end};
  for (; last != list_.end() && last->begin <= end; ++last) {
    known += static_cast<uint32_t>(std::max(0, std::min<int>(last->end, end) - std::max<int>(last->begin, begin)));
    merged = {std::min(merged.begin, last->begin), std::max(merged.end, last->end)};
  }
  uint32_t fresh = static_cast<uint32_t>(end - begin) - known;
  if (fresh == 0) return 0;
  if (first == last) {
    if (list_.size() >= limit::rlc_segments_per_sdu) return std::nullopt;
    list_.insert(first, merged);
  } else {
    *first = merged;
    list_.erase(first + 1, last);
  }
  return fresh;
}

void Ranges::take_front(uint16_t n) {
  Range& first = list_.front();
  first.begin = static_cast<uint16_t>(first.begin + n);
  if (first.begin == first.end) list_.erase(list_.begin());
}

}  // namespace sen::l2
