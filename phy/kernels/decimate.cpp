#include "phy/kernels/decimate.h"

#include "phy/kernels/isa.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "phy/kernels/decimate.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace sen::phy::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// Real and imaginary parts are filtered alike, so that lanes need no pairs; four sums hide the latency.
void decimate_vector(std::span<const Cf> phases, size_t stride, std::span<const float, decimate_taps> taps, std::span<Cf> out) {
  const hn::ScalableTag<float> d;
  const size_t lanes = hn::Lanes(d), n = 2 * out.size();
  const float* in = reinterpret_cast<const float*>(phases.data());
  float* result = reinterpret_cast<float*>(out.data());
  size_t i = 0;
  for (; i + lanes <= n; i += lanes) {
    auto s0 = hn::Zero(d), s1 = s0, s2 = s0, s3 = s0;
    for (size_t q = 0; q < 4; ++q) {
      const float* x = in + i + 2 * q;
      s0 = hn::MulAdd(hn::Set(d, taps[4 * q]), hn::LoadU(d, x), s0);
      s1 = hn::MulAdd(hn::Set(d, taps[4 * q + 1]), hn::LoadU(d, x + 2 * stride), s1);
      s2 = hn::MulAdd(hn::Set(d, taps[4 * q + 2]), hn::LoadU(d, x + 4 * stride), s2);
      s3 = hn::MulAdd(hn::Set(d, taps[4 * q + 3]), hn::LoadU(d, x + 6 * stride), s3);
    }
    hn::StoreU(hn::Add(hn::Add(s0, s1), hn::Add(s2, s3)), d, result + i);
  }
  const size_t done = (i + 1) / 2;
  reference::decimate(phases.subspan(done), stride, taps, out.subspan(done));
}

}  // namespace sen::phy::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace sen::phy {

HWY_EXPORT(decimate_vector);

void decimate(std::span<const Cf> phases, size_t stride, std::span<const float, decimate_taps> taps, std::span<Cf> out) {
  if (scalar()) return reference::decimate(phases, stride, taps, out);
  HWY_DYNAMIC_DISPATCH(decimate_vector)(phases, stride, taps, out);
}

void reference::decimate(std::span<const Cf> phases, size_t stride, std::span<const float, decimate_taps> taps, std::span<Cf> out) {
  for (size_t j = 0; j < out.size(); ++j) {
    Cf sum;
    for (size_t t = 0; t < decimate_taps; ++t) sum += taps[t] * phases[t % 4 * stride + j + t / 4];
    out[j] = sum;
  }
}

}  // namespace sen::phy
#endif
