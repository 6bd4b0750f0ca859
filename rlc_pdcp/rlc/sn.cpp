#include "rlc_pdcp/rlc/sn.h"

#include <algorithm>
#include <bit>

namespace sen::l2 {

// The first SN from `sn` on whose bit, exclusive or those of `inverted`, is clear.
uint32_t SnBits::first(uint32_t sn, uint64_t inverted) const {
  uint32_t at = space_.offset(sn, base_);
  while (at < capacity()) {
    uint32_t bit = index(base_ + at) % 64;
    uint32_t run = static_cast<uint32_t>(std::countr_one((words_[index(base_ + at) / 64] ^ inverted) >> bit));
    at += run;
    if (run < 64 - bit) break;
  }
  // The last word may have shown bits of the base's own word, which are past the capacity.
  return space_.add(base_, std::min(at, std::max(capacity(), space_.offset(sn, base_))));
}

uint32_t SnBits::first_set(uint32_t sn, uint32_t end) const {
  uint32_t found = first(sn, ~uint64_t{0}), at = space_.offset(found, base_);
  return at < space_.offset(end, base_) && at < capacity() ? found : end;
}

uint32_t SnBits::advance(uint32_t sn) {
  uint32_t left = std::min(space_.offset(sn, base_), capacity());
  uint32_t at = base_, count = 0;
  while (left > 0) {
    uint32_t bit = index(at) % 64, n = std::min(left, 64 - bit);
    uint64_t mask = (n == 64 ? ~uint64_t{0} : (uint64_t{1} << n) - 1) << bit;
    uint64_t& word = words_[index(at) / 64];
    count += static_cast<uint32_t>(std::popcount(word & mask));
    word &= ~mask;
    at += n;
    left -= n;
  }
  base_ = sn;
  return count;
}

void SnBits::grow(uint32_t needed) {
  uint32_t held = capacity();
  auto old = std::move(words_);
  count_ = std::bit_ceil(std::max(needed, 64u)) / 64;
  words_ = std::make_unique<uint64_t[]>(count_);
  for (uint32_t i = 0; i < held; ++i) {
    uint32_t sn = space_.add(base_, i), from = sn & (held - 1);
    if (old[from / 64] >> (from % 64) & 1) words_[index(sn) / 64] |= uint64_t{1} << (index(sn) % 64);
  }
}

}  // namespace sen::l2
