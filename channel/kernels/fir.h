// y[i] += sum over k of c[k] x[i + k] for i in [0, n); x has n + c.size() - 1 values. Complex.
#pragma once

#include "channel/noise.h"

namespace sen::channel {

void fir_add(const Cf* x, std::span<const Cf> c, std::span<Cf> y);
namespace reference {
void fir_add(const Cf* x, std::span<const Cf> c, std::span<Cf> y);
}

}  // namespace sen::channel
