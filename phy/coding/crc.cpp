#include "phy/coding/crc.h"

#include <array>

#include "phy/kernels/crc_octets.h"

namespace sen::phy {
namespace {

constexpr uint32_t step(uint32_t remainder, uint32_t top) { return remainder << 1 ^ (remainder >> 31 ? top : 0); }

// x^n modulo the polynomial.
constexpr uint64_t power(unsigned n, uint32_t top, unsigned degree) {
  uint32_t remainder = uint32_t{1} << (32 - degree);
  for (unsigned i = 0; i < n; ++i) remainder = step(remainder, top);
  return remainder >> (32 - degree);
}

constexpr CrcPolynomial make(unsigned degree, uint32_t coefficients) {
  CrcPolynomial p;
  p.degree = degree;
  p.top = coefficients << (32 - degree);
  for (uint32_t octet = 0; octet < 256; ++octet) {
    uint32_t remainder = octet << 24;
    for (int i = 0; i < 8; ++i) remainder = step(remainder, p.top);
    p.table[octet] = remainder;
  }
  for (unsigned i = 0; i < 4; ++i) {
    p.low[i] = power(128 * (i + 1), p.top, degree);
    p.high[i] = power(128 * (i + 1) + 64, p.top, degree);
  }
  return p;
}

// TS 38.212 5.1, in the order of Crc.
constexpr std::array<CrcPolynomial, 6> polynomials{make(24, 0x864cfb), make(24, 0x800063), make(24, 0xb2b117),
                                                   make(16, 0x1021),   make(11, 0x621),    make(6, 0x21)};

}  // namespace

unsigned crc_bits(Crc crc) { return polynomials[static_cast<size_t>(crc)].degree; }

uint32_t crc(Crc polynomial, ByteView octets, size_t n_bits) {
  const CrcPolynomial& p = polynomials[static_cast<size_t>(polynomial)];
  size_t whole = n_bits / 8;
  uint32_t remainder = crc_octets(p, octets.first(whole));
  for (size_t i = 8 * whole; i < n_bits; ++i) {
    remainder ^= static_cast<uint32_t>(octets[i / 8] >> (7 - i % 8) & 1) << 31;
    remainder = step(remainder, p.top);
  }
  return remainder >> (32 - p.degree);
}

uint32_t crc(Crc polynomial, std::span<const Bit> bits) {
  const CrcPolynomial& p = polynomials[static_cast<size_t>(polynomial)];
  uint32_t remainder = 0;
  size_t i = 0;
  for (; i + 8 <= bits.size(); i += 8) {
    uint32_t octet = 0;
    for (size_t b = 0; b < 8; ++b) octet = octet << 1 | bits[i + b];
    remainder = remainder << 8 ^ p.table[remainder >> 24 ^ octet];
  }
  for (; i < bits.size(); ++i) remainder = step(remainder ^ static_cast<uint32_t>(bits[i]) << 31, p.top);
  return remainder >> (32 - p.degree);
}

}  // namespace sen::phy
