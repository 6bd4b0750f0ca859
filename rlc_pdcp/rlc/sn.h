// Sequence numbers of RLC (TS 38.322 6.2.3.3, 7.1, 7.2) and one bit of memory for each.
#pragma once

#include <cstdint>
#include <memory>

namespace sen::l2 {

// Sequence numbers of 6, 12 or 18 bits: all arithmetic is modulo 2^bits (7.1).
struct SnSpace {
  uint32_t mask = 0;
  explicit SnSpace(unsigned bits) : mask((1u << bits) - 1) {}
  uint32_t add(uint32_t sn, uint32_t n) const { return (sn + n) & mask; }
  // How far `sn` lies behind `base`; "a < b" of the standard is offset(a, base) < offset(b, base) with the base that it names.
  uint32_t offset(uint32_t sn, uint32_t base) const { return (sn - base) & mask; }
  uint32_t window() const { return (mask + 1) / 2; }  // AM_Window_Size and UM_Window_Size (7.2)
};

// One bit for each SN from base() on; bits never set are clear. Grows with the distance of the SN set from the base.
class SnBits {
 public:
  explicit SnBits(SnSpace space) : space_(space) {}

  uint32_t base() const { return base_; }
  bool test(uint32_t sn) const { return space_.offset(sn, base_) < capacity() && (words_[index(sn) / 64] >> (index(sn) % 64) & 1) != 0; }
  void set(uint32_t sn) {
    if (space_.offset(sn, base_) >= capacity()) grow(space_.offset(sn, base_) + 1);
    words_[index(sn) / 64] |= uint64_t{1} << (index(sn) % 64);
  }
  // The first SN from `sn` on whose bit is clear. 64 bits a step.
  uint32_t first_clear(uint32_t sn) const { return first(sn, 0); }
  // The first SN from `sn` on whose bit is set, or `end` if there is none before it.
  uint32_t first_set(uint32_t sn, uint32_t end) const;
  // Forgets the bits before `sn`, the new base; returns how many of them were set.
  uint32_t advance(uint32_t sn);
  void reset(SnSpace space) {
    space_ = space;
    base_ = 0;
    words_.reset();
    count_ = 0;
  }

 private:
  uint32_t capacity() const { return count_ * 64; }
  uint32_t index(uint32_t sn) const { return sn & (capacity() - 1); }
  uint32_t first(uint32_t sn, uint64_t inverted) const;
  void grow(uint32_t needed);

  SnSpace space_;
  uint32_t base_ = 0;
  uint32_t count_ = 0;  // of words, a power of two
  std::unique_ptr<uint64_t[]> words_;
};

}  // namespace sen::l2
