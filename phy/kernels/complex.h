// Products of complex vectors, and what goes with them. Spans of one call have one length; `out` may be an input. Any thread.
#pragma once

#include "phy/types.h"

namespace sen::phy {

// out = a * factor
void scale(std::span<const Cf> a, Cf factor, std::span<Cf> out);
// out = a * b * factor
void multiply(std::span<const Cf> a, std::span<const Cf> b, Cf factor, std::span<Cf> out);
// out = a * conj(b)
void multiply_conj(std::span<const Cf> a, std::span<const Cf> b, std::span<Cf> out);
// out += |a|^2
void add_power(std::span<const Cf> a, std::span<float> out);
// sum of a * conj(b)
Cf inner(std::span<const Cf> a, std::span<const Cf> b);
// The largest of values that are no NaN; 0 when there is none above it.
float largest(std::span<const float> a);

namespace reference {
void scale(std::span<const Cf> a, Cf factor, std::span<Cf> out);
void multiply(std::span<const Cf> a, std::span<const Cf> b, Cf factor, std::span<Cf> out);
void multiply_conj(std::span<const Cf> a, std::span<const Cf> b, std::span<Cf> out);
void add_power(std::span<const Cf> a, std::span<float> out);
Cf inner(std::span<const Cf> a, std::span<const Cf> b);
float largest(std::span<const float> a);
}  // namespace reference

}  // namespace sen::phy
