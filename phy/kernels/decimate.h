// A low-pass filter of 16 real taps at every fourth value of a sequence that lies in four phases: phase r, `stride` values each from
// phases[r * stride] on, holds x(4 j + r); out(j) = sum over q and r of taps[4 q + r] x(4 (j + q) + r), q 0 to 3. out.size() + 3 <= stride.
// Any thread.
#pragma once

#include "phy/types.h"

namespace sen::phy {

inline constexpr size_t decimate_taps = 16;
void decimate(std::span<const Cf> phases, size_t stride, std::span<const float, decimate_taps> taps, std::span<Cf> out);
namespace reference {
void decimate(std::span<const Cf> phases, size_t stride, std::span<const float, decimate_taps> taps, std::span<Cf> out);
}

}  // namespace sen::phy
