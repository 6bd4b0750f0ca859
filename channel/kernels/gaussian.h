// Adds amplitude times complex Gaussian noise of variance 1, eight generators side by side (Box-Muller). samples.size() is a multiple of Noise::lanes.
#pragma once

#include "channel/noise.h"

namespace sen::channel {

void add_gaussian(Noise::State& state, float amplitude, std::span<Cf> samples);
namespace reference {
void add_gaussian(Noise::State& state, float amplitude, std::span<Cf> samples);
}

}  // namespace sen::channel
