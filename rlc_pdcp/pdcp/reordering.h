// PDCP SDUs that wait behind a gap (TS 38.323 5.2.2), in ascending COUNT. Most arrive in order, so that inserting is appending; an entry
// without packet marks a COUNT that was delivered out of order. No allocation once it has grown to the traffic.
#pragma once

#include <algorithm>
#include <vector>

#include "base/packet.h"

namespace sen::l2 {

class Reordering {
 public:
  struct Entry {
    uint32_t count;
    Packet packet;
    bool verified;
  };

  size_t size() const { return entries_.size() - head_; }
  bool empty() const { return head_ == entries_.size(); }
  const Entry& operator[](size_t i) const { return entries_[head_ + i]; }
  bool contains(uint32_t count) const {
    auto at = lower(count);
    return at != entries_.end() && at->count == count;
  }
  // The COUNT is not there yet.
  void insert(uint32_t count, Packet packet, bool verified) {
    auto at = entries_.begin() + (lower(count) - entries_.cbegin());
    entries_.insert(at, Entry{count, std::move(packet), verified});
  }
  uint32_t first() const { return entries_[head_].count; }
  uint32_t last() const { return entries_.back().count; }
  Entry take_first() {
    Entry entry = std::move(entries_[head_++]);
    if (2 * head_ >= entries_.size()) {  // amortised: each entry moves at most once for each that left
      entries_.erase(entries_.begin(), entries_.begin() + static_cast<std::ptrdiff_t>(head_));
      head_ = 0;
    }
    return entry;
  }
  void clear() {
    entries_.clear();
    head_ = 0;
  }

 private:
  std::vector<Entry>::const_iterator lower(uint32_t count) const {
    auto begin = entries_.cbegin() + static_cast<std::ptrdiff_t>(head_);
    if (begin == entries_.cend() || entries_.back().count < count) return entries_.cend();
    return std::lower_bound(begin, entries_.cend(), count, [](const Entry& e, uint32_t c) { return e.count < c; });
  }

  std::vector<Entry> entries_;
  size_t head_ = 0;
};

}  // namespace sen::l2
