// Block "low_papr_type1": r_u,v^(alpha)(n) of TS 38.211 5.2.2.
#include <numbers>

#include "phy/sequence/low_papr.h"
#include "tests/vectors/frame.h"

namespace sen::vectors {
namespace {

Outcome run(const Case& c) {
  Outcome o;
  const auto length = c.integer("M_ZC"), u = c.integer("u"), v = c.integer("v");
  if (length < 6 || length > phy::max_low_papr || length % 6 != 0 || u > 29 || v > (length < 72 ? 0u : 1u))
    c.error("M_ZC", "with this u and v names no sequence");
  std::vector<Cf> r(length);
  phy::low_papr(u, v, 2 * std::numbers::pi * c.number("alpha_numerator") / c.number("alpha_denominator"), r);
  o.near("r", r, c.cf32("r"));
  return o;
}

const Register registered("low_papr_type1", run);

}  // namespace
}  // namespace sen::vectors
