#include "channel/kernels/gaussian.h"

#include <cmath>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "channel/kernels/gaussian.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>
#include <hwy/contrib/math/math-inl.h>

HWY_BEFORE_NAMESPACE();
namespace sen::channel::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

template <int n, class V>
HWY_INLINE V rotate_left(V v) {
  return hn::Or(hn::ShiftLeft<n>(v), hn::ShiftRight<32 - n>(v));
}

// Sine and cosine of [-pi/4, pi/4], to 2e-7.
template <class D, class V>
HWY_INLINE void sine_cosine(D d, V a, V& sine, V& cosine) {
  const V a2 = hn::Mul(a, a);
  V s = hn::MulAdd(hn::Set(d, -1.9515296e-4F), a2, hn::Set(d, 8.3321609e-3F));
  s = hn::MulAdd(s, a2, hn::Set(d, -1.6666655e-1F));
  sine = hn::MulAdd(hn::Mul(s, a2), a, a);
  V c = hn::MulAdd(hn::Set(d, 2.4433157e-5F), a2, hn::Set(d, -1.3887316e-3F));
  c = hn::MulAdd(c, a2, hn::Set(d, 4.1666646e-2F));
  c = hn::MulAdd(c, a2, hn::Set(d, -0.5F));
  cosine = hn::MulAdd(c, a2, hn::Set(d, 1.0F));
}

void add_gaussian_vector(Noise::State& state, float amplitude, std::span<Cf> samples) {
  const hn::CappedTag<float, Noise::lanes> d;
  const hn::RebindToUnsigned<decltype(d)> du;
  const hn::RebindToSigned<decltype(d)> di;
  const size_t n = hn::Lanes(d);
  const auto scale = hn::Set(d, amplitude);
  for (size_t lane = 0; lane < Noise::lanes; lane += n) {
    auto s0 = hn::Load(du, state.s[0] + lane), s1 = hn::Load(du, state.s[1] + lane), s2 = hn::Load(du, state.s[2] + lane),
         s3 = hn::Load(du, state.s[3] + lane);
    auto draw = [&]() HWY_ATTR {
      const auto out = hn::Add(rotate_left<7>(hn::Add(s0, s3)), s0);
      const auto t = hn::ShiftLeft<9>(s1);
      s2 = hn::Xor(s2, s0);
      s3 = hn::Xor(s3, s1);
      s1 = hn::Xor(s1, s2);
      s0 = hn::Xor(s0, s3);
      s2 = hn::Xor(s2, t);
      s3 = rotate_left<11>(s3);
      return out;
    };
    for (size_t i = lane; i < samples.size(); i += Noise::lanes) {
      // u in (0, 1): 31 bits and a half.
      const auto u31 = hn::BitCast(di, hn::ShiftRight<1>(draw()));
      const auto u = hn::Mul(hn::Add(hn::ConvertTo(d, u31), hn::Set(d, 0.5F)), hn::Set(d, 0x1p-31F));
      const auto radius = hn::Sqrt(hn::Max(hn::Neg(hn::Log(d, u)), hn::Zero(d)));
      // An angle of an eighth of a turn either way, then one of four quarter turns by the two lowest bits.
      const auto bits = draw();
      auto sine = hn::Zero(d), cosine = sine;
      sine_cosine(d, hn::Mul(hn::ConvertTo(d, hn::BitCast(di, bits)), hn::Set(d, static_cast<float>(M_PI / 4 * 0x1p-31))), sine, cosine);
      const auto quarter = hn::MaskFromVec(hn::BitCast(d, hn::BroadcastSignBit(hn::BitCast(di, hn::ShiftLeft<31>(bits)))));
      const auto half = hn::BitCast(d, hn::ShiftLeft<31>(hn::ShiftRight<1>(bits)));
      const auto x = hn::Xor(hn::IfThenElse(quarter, hn::Neg(sine), cosine), half);
      const auto y = hn::Xor(hn::IfThenElse(quarter, cosine, sine), half);
      auto re = hn::Zero(d), im = re;
      float* p = reinterpret_cast<float*>(samples.data() + i);
      hn::LoadInterleaved2(d, p, re, im);
      hn::StoreInterleaved2(hn::Add(re, hn::Mul(scale, hn::Mul(radius, x))), hn::Add(im, hn::Mul(scale, hn::Mul(radius, y))), d, p);
    }
    hn::Store(s0, du, state.s[0] + lane);
    hn::Store(s1, du, state.s[1] + lane);
    hn::Store(s2, du, state.s[2] + lane);
    hn::Store(s3, du, state.s[3] + lane);
  }
}

}  // namespace sen::channel::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace sen::channel {

HWY_EXPORT(add_gaussian_vector);

void add_gaussian(Noise::State& state, float amplitude, std::span<Cf> samples) { HWY_DYNAMIC_DISPATCH(add_gaussian_vector)(state, amplitude, samples); }

void reference::add_gaussian(Noise::State& state, float amplitude, std::span<Cf> samples) {
  auto rotate = [](uint32_t v, int n) { return v << n | v >> (32 - n); };
  for (size_t i = 0; i < samples.size(); ++i) {
    size_t lane = i % Noise::lanes;
    uint32_t &s0 = state.s[0][lane], &s1 = state.s[1][lane], &s2 = state.s[2][lane], &s3 = state.s[3][lane];
    auto draw = [&] {
      uint32_t out = rotate(s0 + s3, 7) + s0, t = s1 << 9;
      s2 ^= s0, s3 ^= s1, s1 ^= s2, s0 ^= s3, s2 ^= t;
      s3 = rotate(s3, 11);
      return out;
    };
    double radius = std::sqrt(-std::log(((draw() >> 1) + 0.5) * 0x1p-31));
    uint32_t bits = draw();
    double angle = static_cast<int32_t>(bits) * M_PI / 4 * 0x1p-31 + M_PI / 2 * (bits & 3);
    samples[i] += amplitude * Cf(std::polar(radius, angle));
  }
}

}  // namespace sen::channel
#endif
