// Sequence bits to signs: out[i] = +value where bit i of `words` (first bit in the most significant bit of word 0) is 0, -value where it is
// 1: the QPSK of reference signals (TS 38.211 7.4.1.1.1). Any thread.
#pragma once

#include "phy/types.h"

namespace sen::phy {

void signs(std::span<const uint64_t> words, float value, std::span<float> out);
namespace reference {
void signs(std::span<const uint64_t> words, float value, std::span<float> out);
}

}  // namespace sen::phy
