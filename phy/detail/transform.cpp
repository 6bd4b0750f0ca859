#include "phy/detail/transform.h"

#include <cmath>

#include "phy/kernels/complex.h"

namespace sen::phy::detail {

Transform::Transform(unsigned max_rb, Dft::Direction direction) : by_rb_(max_rb + 1) {
  for (unsigned n = 1; n <= max_rb; ++n) {
    if (transform_size_allowed(n)) by_rb_[n] = Dft(12 * n, direction);
  }
}

void Transform::run(std::span<const Cf> in, std::span<Cf> out) const {
  by_rb_[in.size() / 12].run(in.data(), out.data());
  out = out.first(in.size());
  scale(out, 1 / std::sqrt(static_cast<float>(in.size())), out);
}

}  // namespace sen::phy::detail
