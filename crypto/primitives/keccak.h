// The permutation Keccak-f[1600] (FIPS 202 3.3), the core of TUAK.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace sen::crypto {

// Lane (x, y) is element x + 5 y; octet i of the state is octet i % 8 of lane i / 8, least significant first.
void keccak_f1600(std::array<uint64_t, 25>& lanes);

}  // namespace sen::crypto
