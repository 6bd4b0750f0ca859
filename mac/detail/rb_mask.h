// A set of common resource blocks as five words: what the scheduler's grids are made of. No allocation; a search touches words, not blocks.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>

#include "nr/frequency_allocation.h"

namespace sen::mac::gnb {

class RbMask {
 public:
  static constexpr unsigned bits = 320;

  constexpr RbMask() = default;
  static constexpr RbMask range(unsigned first, unsigned count) {
    RbMask mask;
    mask.set(first, count);
    return mask;
  }

  constexpr void set(unsigned first, unsigned count) {
    for (unsigned end = std::min(first + count, bits); first < end;) {
      unsigned word = first / 64, offset = first % 64, n = std::min(64 - offset, end - first);
      words_[word] |= (n == 64 ? ~uint64_t{0} : (uint64_t{1} << n) - 1) << offset;
      first += n;
    }
  }
  constexpr bool test(unsigned rb) const { return rb < bits && (words_[rb / 64] >> rb % 64 & 1); }
  constexpr bool any() const { return words_[0] | words_[1] | words_[2] | words_[3] | words_[4]; }
  constexpr unsigned count() const {
    unsigned n = 0;
    for (uint64_t w : words_) n += static_cast<unsigned>(std::popcount(w));
    return n;
  }
  constexpr bool meets(const RbMask& o) const {
    uint64_t common = 0;
    for (size_t i = 0; i < words_.size(); ++i) common |= words_[i] & o.words_[i];
    return common != 0;
  }
  constexpr RbMask& operator|=(const RbMask& o) {
    for (size_t i = 0; i < words_.size(); ++i) words_[i] |= o.words_[i];
    return *this;
  }
  // First block at or after `from` that is (not) in the set; `bits` when none.
  constexpr unsigned next_set(unsigned from) const { return next(from, 0); }
  constexpr unsigned next_clear(unsigned from) const { return next(from, ~uint64_t{0}); }

  // A run of blocks outside the set within [first, end), whose start and length are multiples of `step` from `first`: the first of at least
  // `want` blocks, else the longest.
  constexpr nr::RbRange free_run(unsigned first, unsigned end, unsigned want, unsigned step = 1) const {
    nr::RbRange best{static_cast<uint16_t>(first), 0};
    for (unsigned at = first; at < end;) {
      unsigned start = next_clear(at);
      start = first + (start - first + step - 1) / step * step;
      if (start >= end) break;
      unsigned stop = std::min(next_set(start), end);
      unsigned count = (stop - start) / step * step;
      if (count > best.count) best = {static_cast<uint16_t>(start), static_cast<uint16_t>(count)};
      if (count >= want) break;
      at = std::max(stop, start + 1);
    }
    best.count = static_cast<uint16_t>(std::min<unsigned>(best.count, (want + step - 1) / step * step));
    return best;
  }

  static RbMask from(const nr::RbSet& set, unsigned shift) {
    RbMask mask;
    for (unsigned i = 0; i < nr::max_n_rb; ++i) {
      if (set[i]) mask.set(shift + i, 1);
    }
    return mask;
  }

 private:
  constexpr unsigned next(unsigned from, uint64_t flip) const {
    for (unsigned word = from / 64; word < words_.size(); ++word) {
      uint64_t w = words_[word] ^ flip;
      if (word == from / 64) w &= ~uint64_t{0} << from % 64;
      if (w) return word * 64 + static_cast<unsigned>(std::countr_zero(w));
    }
    return bits;
  }

  std::array<uint64_t, 5> words_{};
};

// Which blocks of which symbols of a slot are taken.
struct Grid {
  std::array<RbMask, 14> symbols{};

  RbMask used(unsigned start, unsigned length) const {
    RbMask mask;
    for (unsigned l = start; l < start + length && l < symbols.size(); ++l) mask |= symbols[l];
    return mask;
  }
  bool free(unsigned start, unsigned length, const RbMask& blocks) const {
    for (unsigned l = start; l < start + length && l < symbols.size(); ++l) {
      if (symbols[l].meets(blocks)) return false;
    }
    return true;
  }
  void take(unsigned start, unsigned length, const RbMask& blocks) {
    for (unsigned l = start; l < start + length && l < symbols.size(); ++l) symbols[l] |= blocks;
  }
};

}  // namespace sen::mac::gnb
