#include "phy/sequence/gold.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include "phy/kernels/descramble.h"
#include "phy/kernels/signs.h"

namespace sen::phy {
namespace {

// Characteristic polynomials of the registers, bit i the coefficient of D^i: x1(n+31) = x1(n+3) + x1(n), x2(n+31) = x2(n+3) + x2(n+2) +
// x2(n+1) + x2(n).
constexpr uint32_t poly1 = 1u << 31 | 0x9, poly2 = 1u << 31 | 0xf;
constexpr unsigned n_c = 1600;

// a * b modulo the polynomial, over GF(2).
constexpr uint32_t multiply(uint32_t a, uint32_t b, uint32_t poly) {
  uint32_t product = 0;
  for (unsigned i = 0; i < 31; ++i) {
    product ^= a & (0 - (b >> i & 1));
    a <<= 1;
    a ^= poly & (0 - (a >> 31));
  }
  return product;
}

// D^(i * 256^digit) modulo both polynomials: a jump is the product of one entry for each octet of its length.
struct Powers {
  std::array<std::array<uint32_t, 256>, 4> p1{}, p2{};
};
constexpr std::array<std::array<uint32_t, 256>, 4> powers_of(uint32_t poly) {
  std::array<std::array<uint32_t, 256>, 4> table{};
  uint32_t step = 2;
  for (auto& digit : table) {
    digit[0] = 1;
    for (unsigned i = 1; i < 256; ++i) digit[i] = multiply(digit[i - 1], step, poly);
    step = multiply(digit[255], step, poly);
  }
  return table;
}
const Powers& powers() {
  static const Powers table{powers_of(poly1), powers_of(poly2)};
  return table;
}

uint32_t power(const std::array<std::array<uint32_t, 256>, 4>& table, uint32_t n, uint32_t poly) {
  uint32_t out = table[0][n & 255];
  for (unsigned digit = 1; digit < 4; ++digit) {
    if (unsigned octet = n >> 8 * digit & 255) out = multiply(out, table[digit][octet], poly);
  }
  return out;
}

// The 64 bits from `position` on (0 to 127) of the sequence that `high` and `low` begin.
constexpr uint64_t window(uint64_t high, uint64_t low, unsigned position) {
  if (position == 0) return high;
  return position < 64 ? high << position | low >> (64 - position) : low << (position - 64);
}

// Extends 31 bits (from the most significant one on) to 128. Squaring a characteristic polynomial doubles its exponents, so that longer
// strides need no more taps: D^62 = sum of D^(2 tap), D^124 = sum of D^(4 tap).
template <unsigned... taps>
constexpr void extend(uint64_t& high, uint64_t& low) {
  constexpr uint64_t all = ~uint64_t{0};
  high &= all << 33;
  high |= ((high << taps) ^ ...) >> 31 & all >> 31 & all << 5;  // 28 bits, 31 to 58
  high |= ((high << taps) ^ ...) >> 31 & 0x1f;                  // 59 to 63
  low = ((high << (2 * taps + 2)) ^ ...) & all << 8;            // 56 bits, 64 to 119
  low |= (window(high, low, 58 + 2 * taps) ^ ...) >> 56;        // 120 to 127
}

// The 64 bits behind those 128.
template <unsigned... taps>
constexpr uint64_t word_after(uint64_t high, uint64_t low) {
  return (window(high, low, 4 * taps + 4) ^ ...);
}
uint64_t after1(uint64_t high, uint64_t low) { return word_after<0, 3>(high, low); }
uint64_t after2(uint64_t high, uint64_t low) { return word_after<0, 1, 2, 3>(high, low); }

// The 31 bits at `poly_power` = D^n: the sum of the shifts that it names.
uint64_t jumped(uint64_t high, uint32_t poly_power) {
  uint64_t sum = 0;
  for (unsigned i = 0; i < 31; ++i) sum ^= (high << i) & (0 - uint64_t{poly_power >> i & 1});
  return sum;
}

constexpr uint64_t reverse31(uint32_t bits) {
  uint64_t out = 0;
  for (unsigned i = 0; i < 31; ++i) out |= uint64_t{bits >> i & 1} << (63 - i);
  return out;
}

}  // namespace

// x1 starts as 1, 0, 0, ...; x2 as the bits of c_init, least significant first.
Gold::Gold(uint32_t c_init, uint32_t first) {
  x1_.high = uint64_t{1} << 63;
  x2_.high = reverse31(c_init);
  extend<0, 3>(x1_.high, x1_.low);
  extend<0, 1, 2, 3>(x2_.high, x2_.low);
  jump(first % 0x7fffffffu + n_c);  // the registers repeat after 2^31 - 1
}

void Gold::jump(uint32_t n) {
  const Powers& table = powers();
  x1_.high = jumped(x1_.high, power(table.p1, n, poly1));
  x2_.high = jumped(x2_.high, power(table.p2, n, poly2));
  extend<0, 3>(x1_.high, x1_.low);
  extend<0, 1, 2, 3>(x2_.high, x2_.low);
}

void Gold::skip(uint32_t n) {
  if (n > 512) return jump(n);
  for (; n > 64; n -= 64) advance(64);
  if (n > 0) advance(n);
}

void Gold::advance(unsigned n) {
  auto step = [n](Register& x, uint64_t after) {
    if (n == 64) {
      x = {x.low, after};
    } else {
      x = {x.high << n | x.low >> (64 - n), x.low << n | after >> (64 - n)};
    }
  };
  step(x1_, after1(x1_.high, x1_.low));
  step(x2_, after2(x2_.high, x2_.low));
}

uint64_t Gold::next_word() {
  uint64_t out = x1_.high ^ x2_.high;
  x1_ = {x1_.low, after1(x1_.high, x1_.low)};
  x2_ = {x2_.low, after2(x2_.high, x2_.low)};
  return out;
}

uint32_t Gold::next(unsigned n) {
  if (n == 0) return 0;
  auto out = static_cast<uint32_t>((x1_.high ^ x2_.high) >> (64 - n));
  advance(n);
  return out;
}

void Gold::fill(std::span<uint8_t> octets, size_t n_bits) {
  std::fill_n(octets.begin(), (n_bits + 7) / 8, uint8_t{0});
  scramble(octets, n_bits);
}

void Gold::scramble(std::span<uint8_t> octets, size_t n_bits) {
  uint8_t* out = octets.data();
  for (; n_bits >= 64; n_bits -= 64, out += 8) {
    uint64_t word = next_word(), data;
    if constexpr (std::endian::native == std::endian::little) word = __builtin_bswap64(word);
    std::memcpy(&data, out, 8);
    data ^= word;
    std::memcpy(out, &data, 8);
  }
  for (; n_bits > 0; ++out) {
    unsigned n = static_cast<unsigned>(std::min<size_t>(n_bits, 8));
    *out ^= static_cast<uint8_t>(next(n) << (8 - n));
    n_bits -= n;
  }
}

void Gold::fill_bits(std::span<Bit> bits) {
  for (size_t i = 0; i < bits.size(); i += 32) {
    unsigned n = static_cast<unsigned>(std::min<size_t>(bits.size() - i, 32));
    uint32_t word = next(n);
    for (unsigned k = 0; k < n; ++k) bits[i + k] = static_cast<Bit>(word >> (n - 1 - k) & 1);
  }
}

void Gold::descramble(std::span<Llr> llrs) {
  std::array<uint8_t, 512> octets;
  while (!llrs.empty()) {
    size_t n = std::min(llrs.size(), octets.size() * 8);
    fill(octets, n);
    phy::descramble(llrs.first(n), std::span(octets).first((n + 7) / 8));
    llrs = llrs.subspan(n);
  }
}

void Gold::fill_qpsk(std::span<Cf> out, float amplitude) {
  std::array<uint64_t, 32> words;
  float value = amplitude * 0.70710678118654752f;
  while (!out.empty()) {
    size_t n = std::min(out.size(), words.size() * 32);
    size_t whole = 2 * n / 64;
    for (size_t i = 0; i < whole; ++i) words[i] = next_word();
    if (unsigned rest = 2 * n % 64) {
      words[whole] = (x1_.high ^ x2_.high);
      advance(rest);
    }
    signs(words, value, {reinterpret_cast<float*>(out.data()), 2 * n});
    out = out.subspan(n);
  }
}

}  // namespace sen::phy
