// A bit string of fixed capacity, packed from the most significant bit of the first octet: DCI and UCI payloads, bitmaps of resource
// blocks on the wire. No allocation. Bits beyond size() are zero, so equality is equality of octets.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "nr/l1.h"

namespace sen::nr {

template <size_t capacity_bits>
class BitString {
 public:
  static constexpr size_t capacity = capacity_bits;

  constexpr size_t size() const { return size_; }
  constexpr bool empty() const { return size_ == 0; }
  constexpr const std::array<uint8_t, (capacity_bits + 7) / 8>& octets() const { return octets_; }
  constexpr bool bit(size_t i) const { return i < size_ && (octets_[i / 8] >> (7 - i % 8) & 1); }

  // Appends the `width` least significant bits of `value`, most significant first. False (and nothing appended) beyond the capacity,
  // for a width above 64, or when the value does not fit its width.
  constexpr bool append(uint64_t value, unsigned width) {
    if (width > 64 || size_ + width > capacity_bits || (width < 64 && value >> width)) return false;
    for (unsigned i = width; i-- > 0; ++size_) octets_[size_ / 8] |= static_cast<uint8_t>((value >> i & 1) << (7 - size_ % 8));
    return true;
  }

  // The `width` bits from `position`, or nullopt when they reach beyond size().
  constexpr std::optional<uint64_t> read(size_t position, unsigned width) const {
    if (width > 64 || position > size_ || width > size_ - position) return std::nullopt;
    uint64_t value = 0;
    for (unsigned i = 0; i < width; ++i) value = value << 1 | bit(position + i);
    return value;
  }

  // "0110"; nullopt for any other character or beyond the capacity.
  static constexpr std::optional<BitString> parse(std::string_view text) {
    BitString out;
    for (char c : text) {
      if ((c != '0' && c != '1') || !out.append(c == '1', 1)) return std::nullopt;
    }
    return out;
  }
  std::string text() const {
    std::string out;
    for (size_t i = 0; i < size_; ++i) out += bit(i) ? '1' : '0';
    return out;
  }

  constexpr bool operator==(const BitString&) const = default;

 private:
  std::array<uint8_t, (capacity_bits + 7) / 8> octets_{};
  uint16_t size_ = 0;
};

// As the L1 boundary carries it.
template <size_t capacity_bits>
l1::Bits to_l1(const BitString<capacity_bits>& bits) {
  return {{bits.octets().begin(), bits.octets().begin() + (bits.size() + 7) / 8}, static_cast<uint16_t>(bits.size())};
}
// nullopt when there are more bits than the capacity or fewer octets than the size needs.
template <size_t capacity_bits>
std::optional<BitString<capacity_bits>> from_l1(const l1::Bits& bits) {
  if (bits.size > capacity_bits || bits.octets.size() * 8 < bits.size) return std::nullopt;
  BitString<capacity_bits> out;
  for (unsigned i = 0; i < bits.size; ++i) out.append(bits.octets[i / 8] >> (7 - i % 8) & 1, 1);
  return out;
}

// Number of bits that tell n values apart: ceil(log2(n)), 0 for n of 0 or 1.
constexpr unsigned bits_for(unsigned n) {
  unsigned bits = 0;
  while (bits < 31 && (1u << bits) < n) ++bits;
  return bits;
}

}  // namespace sen::nr
