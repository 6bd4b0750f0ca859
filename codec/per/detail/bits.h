// Bit strings in transmission order: a reader that checks every access and a writer.
#pragma once

#include <bit>
#include <cstring>

#include "base/bytes.h"

namespace sen::per {

class BitReader {
 public:
  explicit BitReader(ByteView bytes) : data_(bytes.data()), end_(bytes.size() * 8) {}

  size_t position() const { return position_; }
  size_t left() const { return end_ - position_; }
  void align() { position_ = (position_ + 7) & ~size_t{7}; }

  // The next n bits (at most 64) as a number; false if there are fewer.
  bool bits(unsigned n, uint64_t& out) {
    if (n > left()) return false;
    uint64_t value = 0;
    for (unsigned have = 0; have < n;) {
      unsigned used = position_ & 7;
      unsigned take = std::min(8 - used, n - have);
      unsigned octet = data_[position_ >> 3];
      value = value << take | (octet >> (8 - used - take) & ((1u << take) - 1));
      have += take;
      position_ += take;
    }
    out = value;
    return true;
  }
  // n octets in place; the position must be at an octet boundary.
  bool view(size_t n, ByteView& out) {
    if (n > left() / 8) return false;
    out = {data_ + position_ / 8, n};
    position_ += n * 8;
    return true;
  }
  bool octets(uint8_t* out, size_t n) {
    if (n > left() / 8) return false;
    if ((position_ & 7) == 0) {
      if (n) std::memcpy(out, data_ + position_ / 8, n);
      position_ += n * 8;
      return true;
    }
    for (size_t i = 0; i < n; ++i) {
      uint64_t octet = 0;
      bits(8, octet);
      out[i] = static_cast<uint8_t>(octet);
    }
    return true;
  }

 private:
  const uint8_t* data_;
  size_t end_;
  size_t position_ = 0;
};

class BitWriter {
 public:
  explicit BitWriter(Bytes& out) : out_(out), begin_(out.size()) {}

  size_t size_bits() const { return (out_.size() - begin_) * 8 - free_; }
  bool aligned() const { return free_ == 0; }
  void align() { free_ = 0; }
  Bytes& out() { return out_; }

  // The n low bits (at most 64) of value.
  void bits(uint64_t value, unsigned n) {
    while (n > 0) {
      if (free_ == 0) {
        out_.push_back(0);
        free_ = 8;
      }
      unsigned take = std::min(free_, n);
      auto part = static_cast<unsigned>(value >> (n - take)) & ((1u << take) - 1);
      out_.back() = static_cast<uint8_t>(out_.back() | part << (free_ - take));
      free_ -= take;
      n -= take;
    }
  }
  void octets(ByteView bytes) {
    if (free_ == 0) {
      out_.insert(out_.end(), bytes.begin(), bytes.end());
      return;
    }
    for (uint8_t octet : bytes) bits(octet, 8);
  }
  // `n` bits from the front of bytes.
  void bit_field(ByteView bytes, size_t n) {
    octets(bytes.first(n / 8));
    if (n % 8) bits(bytes[n / 8] >> (8 - n % 8), n % 8);
  }

 private:
  Bytes& out_;
  size_t begin_;
  unsigned free_ = 0;  // unused bits of the last octet
};

// Octets that a number needs, at least one.
inline unsigned octets_of(uint64_t value) { return value == 0 ? 1 : (std::bit_width(value) + 7) / 8; }

inline constexpr size_t fragment = 16384;
inline constexpr size_t size_limit = 65536;  // from here a size constraint is not PER-visible as an upper bound

}  // namespace sen::per
