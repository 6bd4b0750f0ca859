// What the equaliser's kernel and its plain reference agree on.
#pragma once

#include "phy/estimation/equaliser.h"

namespace sen::phy {

// The MMSE equaliser sees at least this much noise, relative to the mean power of a layer: beyond it single precision has no more to give.
inline constexpr float equaliser_noise_floor = 1e-6f;
// A channel matrix is singular for zero forcing when a determinant of its Gram matrix falls below this part of its diagonal's product.
inline constexpr float equaliser_singular = 1e-6f;
// No channel: the smallest power that counts.
inline constexpr float equaliser_no_power = 1e-12f;

namespace reference {
void equalise(Equaliser kind, std::span<const Cf* const> y, std::span<const Cf* const> h, unsigned layers, float noise_variance, size_t n,
              std::span<Cf* const> x, std::span<float* const> nvar);
}

}  // namespace sen::phy
