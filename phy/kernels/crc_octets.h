// Remainder of a string of octets modulo a polynomial of degree 24 or less: a table step an octet, or 64 octets a step by carry-less
// multiplication. Any thread.
#pragma once

#include <array>

#include "base/bytes.h"

namespace sen::phy {

// Remainders stand at the top of 32 bits, so that one table step serves every degree.
struct CrcPolynomial {
  unsigned degree = 0;
  uint32_t top = 0;  // without its leading term
  std::array<uint32_t, 256> table{};
  // x^(128 n) and x^(128 n + 64) modulo the polynomial, n = 1 to 4.
  std::array<uint64_t, 4> low{}, high{};
};

uint32_t crc_octets(const CrcPolynomial& p, ByteView message);
namespace reference {
uint32_t crc_octets(const CrcPolynomial& p, ByteView message);
}

}  // namespace sen::phy
