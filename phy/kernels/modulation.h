// What the mapper's and demapper's kernels share: the constellation's unit and the plain references that every vector version is tested against.
#pragma once

#include "phy/types.h"

namespace sen::phy {

// Half the distance of neighbouring points: points lie at odd multiples of it and have unit mean power (TS 38.211 5.1).
constexpr float modulation_unit(unsigned qm) {
  switch (qm) {
    case 4: return 0.316227766f;    // 1 / sqrt(10)
    case 6: return 0.154303350f;    // 1 / sqrt(42)
    case 8: return 0.0766964989f;   // 1 / sqrt(170)
    case 10: return 0.0382919791f;  // 1 / sqrt(682)
    default: return 0.707106781f;
  }
}
// Int8 steps an LLR of 1 has: the quantiser's 120 / limit.
constexpr float llr_steps(unsigned qm) { return qm <= 2 ? 120.0f / 24 : 120.0f / 20; }

namespace reference {
void map_symbols(unsigned qm, std::span<const uint8_t> bits, size_t first_bit, std::span<Cf> out, float amplitude = 1);
void demap(unsigned qm, std::span<const Cf> x, std::span<const float> nvar, std::span<Llr> out, size_t first = 0);
}  // namespace reference

}  // namespace sen::phy
