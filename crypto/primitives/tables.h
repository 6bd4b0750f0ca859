// Arithmetic in GF(2^8) from which the S-boxes and feedback tables of SNOW 3G are computed at compile time.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace sen::crypto {

using Table8 = std::array<uint8_t, 256>;
using Table32 = std::array<uint32_t, 256>;

// MULx of TS 35.216 3.1.1: v times x modulo x^8 + c.
constexpr uint8_t mul_x(uint8_t v, uint8_t c) { return static_cast<uint8_t>(v & 0x80 ? v << 1 ^ c : v << 1); }

// MULxPOW of TS 35.216 3.1.2: v times x^i.
constexpr uint8_t mul_x_pow(uint8_t v, unsigned i, uint8_t c) {
  while (i-- > 0) v = mul_x(v, c);
  return v;
}

constexpr uint8_t multiply(uint8_t a, uint8_t b, uint8_t c) {
  uint8_t sum = 0;
  for (; b != 0; b >>= 1, a = mul_x(a, c)) sum ^= b & 1 ? a : 0;
  return sum;
}

constexpr uint8_t power(uint8_t a, unsigned n, uint8_t c) {
  uint8_t out = 1;
  for (; n != 0; n >>= 1, a = multiply(a, a, c)) {
    if (n & 1) out = multiply(out, a, c);
  }
  return out;
}

}  // namespace sen::crypto
