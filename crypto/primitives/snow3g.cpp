#include "crypto/primitives/snow3g.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "crypto/primitives/tables.h"

namespace sen::crypto {
namespace {

// S_R, TS 35.216 3.3.1 (Rijndael's): inverse in GF(2^8) modulo 0x11b, then an affine map.
constexpr Table8 s_r = [] {
  Table8 box{};
  for (unsigned x = 0; x < 256; ++x) {
    uint8_t y = power(static_cast<uint8_t>(x), 254, 0x1b);
    box[x] = static_cast<uint8_t>(y ^ std::rotl(y, 1) ^ std::rotl(y, 2) ^ std::rotl(y, 3) ^ std::rotl(y, 4) ^ 0x63);
  }
  return box;
}();

// S_Q, TS 35.216 3.3.2: a Dickson polynomial in GF(2^8) modulo 0x169, plus 0x25.
constexpr Table8 s_q = [] {
  Table8 box{};
  for (unsigned x = 0; x < 256; ++x) {
    uint8_t sum = 0x25;
    for (unsigned n : {1u, 9u, 13u, 15u, 33u, 41u, 45u, 47u, 49u}) sum ^= power(static_cast<uint8_t>(x), n, 0x69);
    box[x] = sum;
  }
  return box;
}();

// S1 and S2 (TS 35.216 3.3.1, 3.3.2) are the box on each octet, then one and the same circulant matrix as AES's MixColumns: four tables
// whose sum is the result, one for each octet of the input, most significant first.
constexpr std::array<Table32, 4> s_tables(const Table8& box, uint8_t c) {
  std::array<Table32, 4> tables{};
  for (size_t x = 0; x < 256; ++x) {
    uint32_t s = box[x], s2 = mul_x(box[x], c);
    uint32_t column = s2 << 24 | (s2 ^ s) << 16 | s << 8 | s;
    for (size_t i = 0; i < 4; ++i) tables[i][x] = std::rotr(column, static_cast<int>(8 * i));
  }
  return tables;
}
constexpr auto s1 = s_tables(s_r, 0x1b);
constexpr auto s2 = s_tables(s_q, 0x69);

uint32_t substitute(const std::array<Table32, 4>& s, uint32_t w) {
  return s[0][w >> 24] ^ s[1][w >> 16 & 0xff] ^ s[2][w >> 8 & 0xff] ^ s[3][w & 0xff];
}

constexpr Table32 powers(std::array<unsigned, 4> exponents) {
  Table32 table{};
  for (size_t c = 0; c < 256; ++c) {
    for (unsigned e : exponents) table[c] = table[c] << 8 | multiply(static_cast<uint8_t>(c), mul_x_pow(1, e, 0xa9), 0xa9);
  }
  return table;
}
constexpr Table32 mul_alpha = powers({23, 245, 48, 239});  // TS 35.216 3.4.2
constexpr Table32 div_alpha = powers({16, 39, 6, 64});     // TS 35.216 3.4.3

}  // namespace

template <bool initialising>
uint32_t Snow3g::step(size_t t) {
  auto s = [&](size_t i) -> uint32_t& { return s_[(t + i) % 16]; };
  uint32_t f = (s(15) + r1_) ^ r2_;  // TS 35.216 3.4.6
  uint32_t r = r2_ + (r3_ ^ s(5));
  r3_ = substitute(s2, r2_);
  r2_ = substitute(s1, r1_);
  r1_ = r;
  uint32_t z = f ^ s(0);
  uint32_t v = s(0) << 8 ^ mul_alpha[s(0) >> 24] ^ s(2) ^ s(11) >> 8 ^ div_alpha[s(11) & 0xff];  // 3.4.4, 3.4.5
  s(0) = initialising ? v ^ f : v;                                                               // the new s_15
  return z;
}

// The LFSR does not move: the index of s_0 does, and after 16 clocks it is back where it was.
template <bool initialising>
void Snow3g::sixteen(Words z) {
  [&]<size_t... t>(std::index_sequence<t...>) { ((z[t] = step<initialising>(t)), ...); }
  (std::make_index_sequence<16>());
}

Snow3g::Snow3g(const std::array<uint32_t, 4>& key, const std::array<uint32_t, 4>& iv) {
  const uint32_t k0 = key[3], k1 = key[2], k2 = key[1], k3 = key[0];
  const uint32_t iv0 = iv[3], iv1 = iv[2], iv2 = iv[1], iv3 = iv[0];
  s_ = {~k0, ~k1, ~k2, ~k3, k0, k1, k2, k3, ~k0, ~k1 ^ iv3, ~k2 ^ iv2, ~k3, k0 ^ iv1, k1, k2, k3 ^ iv0};  // TS 35.216 4.1
  std::array<uint32_t, 16> unused;
  sixteen<true>(unused);
  sixteen<true>(unused);
  // TS 35.216 4.2: one clock of the FSM whose output is discarded, then one of the LFSR. step() does both; so the LFSR is turned by one.
  step<false>(0);
  std::rotate(s_.begin(), s_.begin() + 1, s_.end());
}

void Snow3g::next(Words z) { sixteen<false>(z); }

}  // namespace sen::crypto
