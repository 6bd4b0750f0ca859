#include "phy/kernels/complex.h"

#include <algorithm>

#include "phy/kernels/isa.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "phy/kernels/complex.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace sen::phy::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

#if HWY_TARGET == HWY_SCALAR  // no neighbouring lanes: never chosen

void scale_vector(std::span<const Cf> a, Cf factor, std::span<Cf> out) { reference::scale(a, factor, out); }
void multiply_vector(std::span<const Cf> a, std::span<const Cf> b, Cf factor, std::span<Cf> out) { reference::multiply(a, b, factor, out); }
void multiply_conj_vector(std::span<const Cf> a, std::span<const Cf> b, std::span<Cf> out) { reference::multiply_conj(a, b, out); }
void add_power_vector(std::span<const Cf> a, std::span<float> out) { reference::add_power(a, out); }
Cf inner_vector(std::span<const Cf> a, std::span<const Cf> b) { return reference::inner(a, b); }
float largest_vector(std::span<const float> a) { return reference::largest(a); }

#else

using F = hn::ScalableTag<float>;
using V = hn::Vec<F>;

// Vectors hold re, im, re, im, ...
HWY_INLINE V load(F d, const Cf* p) { return hn::LoadU(d, reinterpret_cast<const float*>(p)); }
HWY_INLINE void store(V v, F d, Cf* p) { hn::StoreU(v, d, reinterpret_cast<float*>(p)); }
// `even` in the even lanes, `odd` in the odd ones.
HWY_INLINE V pattern(F d, float even, float odd) { return hn::OddEven(hn::Set(d, odd), hn::Set(d, even)); }
// a * b with signs (-1, 1), a * conj(b) with (1, -1).
HWY_INLINE V product(V a, V b, V signs) {
  return hn::MulAdd(a, hn::DupEven(b), hn::Mul(hn::Mul(hn::Reverse2(F(), a), signs), hn::DupOdd(b)));
}

void scale_vector(std::span<const Cf> a, Cf factor, std::span<Cf> out) {
  const F d;
  const size_t step = hn::Lanes(d) / 2, n = out.size();
  const V re = hn::Set(d, factor.real()), im = pattern(d, -factor.imag(), factor.imag());
  size_t i = 0;
  for (; i + 2 * step <= n; i += 2 * step) {
    const V v0 = load(d, a.data() + i), v1 = load(d, a.data() + i + step);
    store(hn::MulAdd(v0, re, hn::Mul(hn::Reverse2(d, v0), im)), d, out.data() + i);
    store(hn::MulAdd(v1, re, hn::Mul(hn::Reverse2(d, v1), im)), d, out.data() + i + step);
  }
  reference::scale(a.subspan(i), factor, out.subspan(i));
}

void multiply_vector(std::span<const Cf> a, std::span<const Cf> b, Cf factor, std::span<Cf> out) {
  const F d;
  const size_t step = hn::Lanes(d) / 2, n = out.size();
  const V signs = pattern(d, -1, 1);
  const V re = hn::Set(d, factor.real()), im = pattern(d, -factor.imag(), factor.imag());
  size_t i = 0;
  for (; i + step <= n; i += step) {
    const V v = product(load(d, a.data() + i), load(d, b.data() + i), signs);
    store(hn::MulAdd(v, re, hn::Mul(hn::Reverse2(d, v), im)), d, out.data() + i);
  }
  reference::multiply(a.subspan(i), b.subspan(i), factor, out.subspan(i));
}

void multiply_conj_vector(std::span<const Cf> a, std::span<const Cf> b, std::span<Cf> out) {
  const F d;
  const size_t step = hn::Lanes(d) / 2, n = out.size();
  const V signs = pattern(d, 1, -1);
  size_t i = 0;
  for (; i + step <= n; i += step) store(product(load(d, a.data() + i), load(d, b.data() + i), signs), d, out.data() + i);
  reference::multiply_conj(a.subspan(i), b.subspan(i), out.subspan(i));
}

void add_power_vector(std::span<const Cf> a, std::span<float> out) {
  const F d;
  const size_t lanes = hn::Lanes(d), n = out.size();
  size_t i = 0;
  for (; i + lanes <= n; i += lanes) {
    V re, im;
    hn::LoadInterleaved2(d, reinterpret_cast<const float*>(a.data() + i), re, im);
    hn::StoreU(hn::MulAdd(re, re, hn::MulAdd(im, im, hn::LoadU(d, out.data() + i))), d, out.data() + i);
  }
  reference::add_power(a.subspan(i), out.subspan(i));
}

Cf inner_vector(std::span<const Cf> a, std::span<const Cf> b) {
  const F d;
  const size_t step = hn::Lanes(d) / 2, n = a.size();
  V straight = hn::Zero(d), crossed = hn::Zero(d);  // (re re, im im), (im re, re im)
  size_t i = 0;
  for (; i + step <= n; i += step) {
    const V u = load(d, a.data() + i), v = load(d, b.data() + i);
    straight = hn::MulAdd(u, v, straight);
    crossed = hn::MulAdd(hn::Reverse2(d, u), v, crossed);
  }
  const V minus = pattern(d, 1, -1);
  Cf tail = reference::inner(a.subspan(i), b.subspan(i));
  return {hn::GetLane(hn::SumOfLanes(d, straight)) + tail.real(), hn::GetLane(hn::SumOfLanes(d, hn::Mul(crossed, minus))) + tail.imag()};
}

float largest_vector(std::span<const float> a) {
  const F d;
  const size_t lanes = hn::Lanes(d), n = a.size();
  V most = hn::Zero(d);
  size_t i = 0;
  for (; i + lanes <= n; i += lanes) {
    const V v = hn::LoadU(d, a.data() + i);
    most = hn::IfThenElse(hn::Gt(v, most), v, most);
  }
  return std::max(hn::GetLane(hn::MaxOfLanes(d, most)), reference::largest(a.subspan(i)));
}

#endif

}  // namespace sen::phy::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace sen::phy {

HWY_EXPORT(scale_vector);
HWY_EXPORT(multiply_vector);
HWY_EXPORT(multiply_conj_vector);
HWY_EXPORT(add_power_vector);
HWY_EXPORT(inner_vector);
HWY_EXPORT(largest_vector);

void scale(std::span<const Cf> a, Cf factor, std::span<Cf> out) {
  if (scalar()) return reference::scale(a, factor, out);
  HWY_DYNAMIC_DISPATCH(scale_vector)(a, factor, out);
}
void multiply(std::span<const Cf> a, std::span<const Cf> b, Cf factor, std::span<Cf> out) {
  if (scalar()) return reference::multiply(a, b, factor, out);
  HWY_DYNAMIC_DISPATCH(multiply_vector)(a, b, factor, out);
}
void multiply_conj(std::span<const Cf> a, std::span<const Cf> b, std::span<Cf> out) {
  if (scalar()) return reference::multiply_conj(a, b, out);
  HWY_DYNAMIC_DISPATCH(multiply_conj_vector)(a, b, out);
}
void add_power(std::span<const Cf> a, std::span<float> out) {
  if (scalar()) return reference::add_power(a, out);
  HWY_DYNAMIC_DISPATCH(add_power_vector)(a, out);
}
Cf inner(std::span<const Cf> a, std::span<const Cf> b) {
  if (scalar()) return reference::inner(a, b);
  return HWY_DYNAMIC_DISPATCH(inner_vector)(a, b);
}
float largest(std::span<const float> a) {
  if (scalar()) return reference::largest(a);
  return HWY_DYNAMIC_DISPATCH(largest_vector)(a);
}

namespace {
// Without the checks for infinities of std::complex.
Cf times(Cf a, Cf b) { return {a.real() * b.real() - a.imag() * b.imag(), a.real() * b.imag() + a.imag() * b.real()}; }
}  // namespace

void reference::scale(std::span<const Cf> a, Cf factor, std::span<Cf> out) {
  for (size_t i = 0; i < out.size(); ++i) out[i] = times(a[i], factor);
}
void reference::multiply(std::span<const Cf> a, std::span<const Cf> b, Cf factor, std::span<Cf> out) {
  for (size_t i = 0; i < out.size(); ++i) out[i] = times(times(a[i], b[i]), factor);
}
void reference::multiply_conj(std::span<const Cf> a, std::span<const Cf> b, std::span<Cf> out) {
  for (size_t i = 0; i < out.size(); ++i) out[i] = times(a[i], std::conj(b[i]));
}
void reference::add_power(std::span<const Cf> a, std::span<float> out) {
  for (size_t i = 0; i < out.size(); ++i) out[i] += a[i].real() * a[i].real() + a[i].imag() * a[i].imag();
}
Cf reference::inner(std::span<const Cf> a, std::span<const Cf> b) {
  Cf sum;
  for (size_t i = 0; i < a.size(); ++i) sum += times(a[i], std::conj(b[i]));
  return sum;
}
float reference::largest(std::span<const float> a) {
  float most = 0;
  for (float v : a) most = v > most ? v : most;
  return most;
}

}  // namespace sen::phy
#endif
