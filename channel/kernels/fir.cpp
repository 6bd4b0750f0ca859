#include "channel/kernels/fir.h"

#include <algorithm>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "channel/kernels/fir.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace sen::channel::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// The products with real and imaginary parts of c are summed apart; one exchange of neighbours at the end makes them complex.
void fir_add_vector(const Cf* x, std::span<const Cf> c, std::span<Cf> y) {
  const hn::ScalableTag<float> d;
  const size_t step = hn::Lanes(d) / 2;  // complex values a vector
  size_t i = 0;
  auto merge = [&](auto a, auto b, float* out) HWY_ATTR {
    const auto turned = hn::Reverse2(d, b);
    hn::StoreU(hn::Add(hn::LoadU(d, out), hn::OddEven(hn::Add(a, turned), hn::Sub(a, turned))), d, out);
  };
  for (; i + 4 * step <= y.size(); i += 4 * step) {
    auto a0 = hn::Zero(d), a1 = a0, a2 = a0, a3 = a0, b0 = a0, b1 = a0, b2 = a0, b3 = a0;
    const float* p = reinterpret_cast<const float*>(x + i);
    for (const Cf& coefficient : c) {
      const auto re = hn::Set(d, coefficient.real()), im = hn::Set(d, coefficient.imag());
      const auto x0 = hn::LoadU(d, p), x1 = hn::LoadU(d, p + 2 * step), x2 = hn::LoadU(d, p + 4 * step), x3 = hn::LoadU(d, p + 6 * step);
      a0 = hn::MulAdd(re, x0, a0);
      b0 = hn::MulAdd(im, x0, b0);
      a1 = hn::MulAdd(re, x1, a1);
      b1 = hn::MulAdd(im, x1, b1);
      a2 = hn::MulAdd(re, x2, a2);
      b2 = hn::MulAdd(im, x2, b2);
      a3 = hn::MulAdd(re, x3, a3);
      b3 = hn::MulAdd(im, x3, b3);
      p += 2;
    }
    float* out = reinterpret_cast<float*>(y.data() + i);
    merge(a0, b0, out);
    merge(a1, b1, out + 2 * step);
    merge(a2, b2, out + 4 * step);
    merge(a3, b3, out + 6 * step);
  }
  // The rest with the same operations, so that a sample does not depend on where its span ends.
  for (; i < y.size(); i += step) {
    const size_t left = std::min(step, y.size() - i);
    const auto mask = hn::FirstN(d, 2 * left);
    auto a = hn::Zero(d), b = a;
    const float* p = reinterpret_cast<const float*>(x + i);
    for (const Cf& coefficient : c) {
      const auto v = hn::MaskedLoad(mask, d, p);
      a = hn::MulAdd(hn::Set(d, coefficient.real()), v, a);
      b = hn::MulAdd(hn::Set(d, coefficient.imag()), v, b);
      p += 2;
    }
    alignas(64) float sum[HWY_MAX_BYTES / sizeof(float)] = {};
    merge(a, b, sum);
    for (size_t k = 0; k < left; ++k) y[i + k] += Cf(sum[2 * k], sum[2 * k + 1]);
  }
}

}  // namespace sen::channel::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace sen::channel {

HWY_EXPORT(fir_add_vector);

void fir_add(const Cf* x, std::span<const Cf> c, std::span<Cf> y) { HWY_DYNAMIC_DISPATCH(fir_add_vector)(x, c, y); }

void reference::fir_add(const Cf* x, std::span<const Cf> c, std::span<Cf> y) {
  for (size_t i = 0; i < y.size(); ++i) {
    float re = 0, im = 0;
    for (size_t k = 0; k < c.size(); ++k) {
      const Cf v = x[i + k];
      re += c[k].real() * v.real() - c[k].imag() * v.imag();
      im += c[k].real() * v.imag() + c[k].imag() * v.real();
    }
    y[i] += Cf(re, im);
  }
}

}  // namespace sen::channel
#endif
