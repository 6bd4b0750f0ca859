// The octets of one SDU that are there or wanted: a sorted list of disjoint, non-touching ranges [begin, end).
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

namespace sen::l2 {

struct Range {
  uint16_t begin = 0, end = 0;
  bool operator==(const Range&) const = default;
};

class Ranges {
 public:
  // Adds [begin, end), not empty, and returns how many octets were new; nothing, without effect, when it would take more than
  // limit::rlc_segments_per_sdu ranges.
  std::optional<uint32_t> add(uint16_t begin, uint16_t end);
  // Takes n octets, at most the whole, off the first range.
  void take_front(uint16_t n);

  bool empty() const { return list_.empty(); }
  const Range& front() const { return list_.front(); }
  const std::vector<Range>& list() const { return list_; }
  void clear() { list_.clear(); }

 private:
  std::vector<Range> list_;
};

}  // namespace sen::l2
