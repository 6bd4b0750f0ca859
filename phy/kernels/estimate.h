// Kernels of channel estimation over rows of complex values. Any thread.
#pragma once

#include "phy/types.h"

namespace sen::phy {

// sum of conj(a) b
Cf correlate(std::span<const Cf> a, std::span<const Cf> b);
// out = scale a conj(b)
void multiply_conjugate(std::span<const Cf> a, std::span<const Cf> b, float scale, std::span<Cf> out);
// out = sum over rows of weights[i] rows[i]
void combine(std::span<const Cf* const> rows, std::span<const Cf> weights, std::span<Cf> out);

// The smoothing filter of one run of resource blocks: the 12 subcarriers of RB b are real-weighted sums of the pilots of `rbs` RBs around it, windows
// kept inside of the run. coefficients: [place of the RB in its window][pilot][12 subcarriers, each value twice].
struct SmoothingFilter {
  unsigned rbs = 1, per_rb = 6;
  const float* coefficients = nullptr;
};
// pilots: per_rb * n_rb; out: 12 * n_rb, times `ramp` unless that is empty; rbs <= n_rb.
void smooth(const SmoothingFilter& filter, std::span<const Cf> pilots, unsigned n_rb, std::span<const Cf> ramp, std::span<Cf> out);

namespace reference {
Cf correlate(std::span<const Cf> a, std::span<const Cf> b);
void multiply_conjugate(std::span<const Cf> a, std::span<const Cf> b, float scale, std::span<Cf> out);
void combine(std::span<const Cf* const> rows, std::span<const Cf> weights, std::span<Cf> out);
void smooth(const SmoothingFilter& filter, std::span<const Cf> pilots, unsigned n_rb, std::span<const Cf> ramp, std::span<Cf> out);
}  // namespace reference

}  // namespace sen::phy
