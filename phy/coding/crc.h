// Cyclic redundancy checks of TS 38.212 5.1: zero initial state, no inversion. Any thread.
#pragma once

#include "base/bytes.h"
#include "phy/types.h"

namespace sen::phy {

enum class Crc : uint8_t { crc24a, crc24b, crc24c, crc16, crc11, crc6 };
unsigned crc_bits(Crc crc);
// Over packed bits (first bit in the most significant bit of octet 0).
uint32_t crc(Crc polynomial, ByteView octets, size_t n_bits);
// Over bits one an octet.
uint32_t crc(Crc polynomial, std::span<const Bit> bits);

}  // namespace sen::phy
