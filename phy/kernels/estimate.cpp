#include "phy/kernels/estimate.h"

#include <algorithm>
#include <cstring>

#include "base/ensure.h"
#include "phy/kernels/isa.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "phy/kernels/estimate.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace sen::phy::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;
namespace {

#if HWY_TARGET != HWY_SCALAR  // without vectors the references do everything

using D = hn::ScalableTag<float>;
using V = hn::Vec<D>;

const float* floats(const Cf* p) { return reinterpret_cast<const float*>(p); }
float* floats(Cf* p) { return reinterpret_cast<float*>(p); }

// 24 floats of an RB as eight at a time: a window's coefficients serve `count` RBs at once.
using D8 = hn::CappedTag<float, 8>;
using V8 = hn::Vec<D8>;

// v * w, interleaved complex values.
HWY_INLINE V8 times(V8 v, V8 w) {
  const D8 d;
  alignas(64) static constexpr float alternate[16] = {-1, 1, -1, 1, -1, 1, -1, 1, -1, 1, -1, 1, -1, 1, -1, 1};
  return hn::MulAdd(v, hn::DupEven(w), hn::Mul(hn::Mul(hn::Shuffle2301(v), hn::DupOdd(w)), hn::Load(d, alternate)));
}

template <int count>
HWY_INLINE void smooth_some(const float* coefficients, unsigned taps, unsigned per_rb, const Cf* pilots, const Cf* ramp, Cf* out) {
  const D8 d;
  const hn::Repartition<double, D8> dd;
  constexpr size_t lanes = hn::MaxLanes(d), vectors = 24 / lanes;
  V8 sum[count][vectors];
  for (auto& row : sum) {
    for (V8& v : row) v = hn::Zero(d);
  }
  for (unsigned w = 0; w < taps; ++w, coefficients += 24) {
    for (int j = 0; j < count; ++j) {
      double pair;
      std::memcpy(&pair, pilots + j * per_rb + w, sizeof pair);
      const V8 z = hn::BitCast(d, hn::Set(dd, pair));
      for (size_t v = 0; v < vectors; ++v) sum[j][v] = hn::MulAdd(z, hn::LoadU(d, coefficients + v * lanes), sum[j][v]);
    }
  }
  for (int j = 0; j < count; ++j) {
    for (size_t v = 0; v < vectors; ++v) {
      const size_t at = 24 * j + v * lanes;
      V8 value = sum[j][v];
      if (ramp) value = times(value, hn::LoadU(d, floats(ramp) + at));
      hn::StoreU(value, d, floats(out) + at);
    }
  }
}

#endif

}  // namespace

Cf correlate_vector([[maybe_unused]] const Cf* a, [[maybe_unused]] const Cf* b, [[maybe_unused]] size_t n) {
#if HWY_TARGET != HWY_SCALAR
  const D d;
  V straight = hn::Zero(d), crossed = hn::Zero(d);
  const size_t lanes = hn::Lanes(d);
  for (size_t i = 0; i + lanes <= 2 * n; i += lanes) {
    const V x = hn::LoadU(d, floats(a) + i), y = hn::LoadU(d, floats(b) + i);
    straight = hn::MulAdd(x, y, straight);
    crossed = hn::MulAdd(x, hn::Shuffle2301(y), crossed);
  }
  // re: all of straight; im: a.re b.im (even lanes of crossed) less a.im b.re (odd ones)
  const float even = hn::GetLane(hn::SumOfLanes(d, hn::OddEven(hn::Zero(d), crossed))), odd = hn::GetLane(hn::SumOfLanes(d, hn::OddEven(crossed, hn::Zero(d))));
  Cf sum{hn::GetLane(hn::SumOfLanes(d, straight)), even - odd};
  for (size_t i = 2 * n / lanes * lanes / 2; i < n; ++i) sum += std::conj(a[i]) * b[i];
  return sum;
#else
  return {};
#endif
}

void multiply_conjugate_vector([[maybe_unused]] const Cf* a, [[maybe_unused]] const Cf* b, [[maybe_unused]] float scale, [[maybe_unused]] Cf* out,
                               [[maybe_unused]] size_t n) {
#if HWY_TARGET != HWY_SCALAR
  const D d;
  const size_t lanes = hn::Lanes(d);
  alignas(64) static constexpr float alternate[16] = {1, -1, 1, -1, 1, -1, 1, -1, 1, -1, 1, -1, 1, -1, 1, -1};
  const V sign = hn::Mul(hn::Load(d, alternate), hn::Set(d, scale)), s = hn::Set(d, scale);
  size_t i = 0;
  for (; i + lanes <= 2 * n; i += lanes) {
    const V x = hn::LoadU(d, floats(a) + i), y = hn::LoadU(d, floats(b) + i);
    const V re = hn::Mul(hn::DupEven(y), s), im = hn::Mul(hn::DupOdd(y), sign);
    hn::StoreU(hn::MulAdd(x, re, hn::Mul(hn::Shuffle2301(x), im)), d, floats(out) + i);
  }
  for (i /= 2; i < n; ++i) out[i] = scale * a[i] * std::conj(b[i]);
#endif
}

void combine_vector([[maybe_unused]] std::span<const Cf* const> rows, [[maybe_unused]] std::span<const Cf> weights, [[maybe_unused]] std::span<Cf> out) {
#if HWY_TARGET != HWY_SCALAR
  const D d;
  const size_t lanes = hn::Lanes(d);
  alignas(64) static constexpr float alternate[16] = {-1, 1, -1, 1, -1, 1, -1, 1, -1, 1, -1, 1, -1, 1, -1, 1};
  const V sign = hn::Load(d, alternate);
  size_t i = 0;
  for (; i + lanes <= 2 * out.size(); i += lanes) {
    V sum = hn::Zero(d);
    for (size_t k = 0; k < rows.size(); ++k) {
      const V x = hn::LoadU(d, floats(rows[k]) + i);
      sum = hn::MulAdd(x, hn::Set(d, weights[k].real()), sum);
      sum = hn::MulAdd(hn::Shuffle2301(x), hn::Mul(sign, hn::Set(d, weights[k].imag())), sum);
    }
    hn::StoreU(sum, d, floats(out.data()) + i);
  }
  for (i /= 2; i < out.size(); ++i) {
    out[i] = 0;
    for (size_t k = 0; k < rows.size(); ++k) out[i] += weights[k] * rows[k][i];
  }
#endif
}

void smooth_vector([[maybe_unused]] const SmoothingFilter& f, [[maybe_unused]] const Cf* pilots, [[maybe_unused]] unsigned n_rb,
                   [[maybe_unused]] const Cf* ramp, [[maybe_unused]] Cf* out) {
#if HWY_TARGET != HWY_SCALAR
  const unsigned taps = f.rbs * f.per_rb;
  for (unsigned b = 0; b < n_rb;) {
    const unsigned start = std::min(b > f.rbs / 2 ? b - f.rbs / 2 : 0, n_rb - f.rbs), place = b - start;
    const float* c = f.coefficients + size_t{place} * taps * 24;
    const Cf* z = pilots + start * f.per_rb;
    const Cf* r = ramp ? ramp + 12 * b : nullptr;
    // Four windows that all lie alike, one RB further each.
    if (place == f.rbs / 2 && start + 3 + f.rbs <= n_rb) {
      smooth_some<4>(c, taps, f.per_rb, z, r, out + 12 * b);
      b += 4;
    } else {
      smooth_some<1>(c, taps, f.per_rb, z, r, out + 12 * b);
      b += 1;
    }
  }
#endif
}

}  // namespace sen::phy::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace sen::phy {

HWY_EXPORT(correlate_vector);
HWY_EXPORT(multiply_conjugate_vector);
HWY_EXPORT(combine_vector);
HWY_EXPORT(smooth_vector);

Cf correlate(std::span<const Cf> a, std::span<const Cf> b) {
  ensure(b.size() >= a.size());
  if (scalar()) return reference::correlate(a, b);
  return HWY_DYNAMIC_DISPATCH(correlate_vector)(a.data(), b.data(), a.size());
}

void multiply_conjugate(std::span<const Cf> a, std::span<const Cf> b, float scale, std::span<Cf> out) {
  ensure(a.size() >= out.size() && b.size() >= out.size());
  if (scalar()) return reference::multiply_conjugate(a, b, scale, out);
  HWY_DYNAMIC_DISPATCH(multiply_conjugate_vector)(a.data(), b.data(), scale, out.data(), out.size());
}

void combine(std::span<const Cf* const> rows, std::span<const Cf> weights, std::span<Cf> out) {
  ensure(weights.size() >= rows.size());
  if (scalar()) return reference::combine(rows, weights, out);
  HWY_DYNAMIC_DISPATCH(combine_vector)(rows, weights, out);
}

void smooth(const SmoothingFilter& filter, std::span<const Cf> pilots, unsigned n_rb, std::span<const Cf> ramp, std::span<Cf> out) {
  ensure(filter.rbs >= 1 && filter.rbs <= n_rb && pilots.size() >= size_t{n_rb} * filter.per_rb && out.size() >= size_t{12} * n_rb);
  ensure(ramp.empty() || ramp.size() >= size_t{12} * n_rb);
  if (scalar()) return reference::smooth(filter, pilots, n_rb, ramp, out);
  HWY_DYNAMIC_DISPATCH(smooth_vector)(filter, pilots.data(), n_rb, ramp.empty() ? nullptr : ramp.data(), out.data());
}

Cf reference::correlate(std::span<const Cf> a, std::span<const Cf> b) {
  Cf sum = 0;
  for (size_t i = 0; i < a.size(); ++i) sum += std::conj(a[i]) * b[i];
  return sum;
}

void reference::multiply_conjugate(std::span<const Cf> a, std::span<const Cf> b, float scale, std::span<Cf> out) {
  for (size_t i = 0; i < out.size(); ++i) out[i] = scale * a[i] * std::conj(b[i]);
}

void reference::combine(std::span<const Cf* const> rows, std::span<const Cf> weights, std::span<Cf> out) {
  for (size_t i = 0; i < out.size(); ++i) {
    out[i] = 0;
    for (size_t k = 0; k < rows.size(); ++k) out[i] += weights[k] * rows[k][i];
  }
}

void reference::smooth(const SmoothingFilter& f, std::span<const Cf> pilots, unsigned n_rb, std::span<const Cf> ramp, std::span<Cf> out) {
  const unsigned taps = f.rbs * f.per_rb;
  for (unsigned b = 0; b < n_rb; ++b) {
    const unsigned start = std::min(b > f.rbs / 2 ? b - f.rbs / 2 : 0, n_rb - f.rbs);
    const float* c = f.coefficients + size_t{b - start} * taps * 24;
    for (unsigned k = 0; k < 12; ++k) {
      Cf sum = 0;
      for (unsigned w = 0; w < taps; ++w) sum += c[24 * w + 2 * k] * pilots[start * f.per_rb + w];
      out[12 * b + k] = ramp.empty() ? sum : sum * ramp[12 * b + k];
    }
  }
}

}  // namespace sen::phy
#endif
