// Signs of soft bits by a scrambling sequence: llr[i] is negated (never beyond +-127) where bit i of `sequence` (packed, first bit in the most
// significant bit of octet 0) is 1. Any thread.
#pragma once

#include "phy/types.h"

namespace sen::phy {

void descramble(std::span<Llr> llrs, std::span<const uint8_t> sequence);
namespace reference {
void descramble(std::span<Llr> llrs, std::span<const uint8_t> sequence);
}

}  // namespace sen::phy
