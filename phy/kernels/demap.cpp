// Soft bits from equalised symbols: exact max-log LLRs in closed form. With w = z / 2a (a: half the distance of neighbours) the LLR of a component's bit
// whose decision boundary is z = 0 with K points on each side is sign(w) 8 a^2 / nvar (m + 1)(|w| - m / 2), m = min(floor |w|, K - 1); the next bit's
// boundary variable is w' = K / 2 - |w|. An LLR is rounded by adding 1.5 * 2^23 + 128: the octet then stands in the float's lowest bits.
#include <algorithm>
#include <cmath>

#include "base/ensure.h"
#include "phy/estimation/equaliser.h"
#include "phy/kernels/isa.h"
#include "phy/kernels/modulation.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "phy/kernels/demap.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace sen::phy::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;
namespace {

#if HWY_TARGET != HWY_SCALAR  // without vectors the reference does everything

using Df = hn::ScalableTag<float>;
using Du = hn::RebindToUnsigned<Df>;
using D8 = hn::Repartition<uint8_t, Df>;
using Vf = hn::Vec<Df>;
using Vu = hn::Vec<Du>;

constexpr float rounder = 12582912.0f + 128.0f;
constexpr uint32_t rounder_bits = 0x4b400000u;  // of the float without the 128

// clamp(v) + 128, in the low octet; the bits above hold rounder_bits.
HWY_INLINE Vu octet(Vf v) {
  const Df d;
  return hn::BitCast(Du(), hn::Add(hn::Min(hn::Max(v, hn::Set(d, -120.0f)), hn::Set(d, 120.0f)), hn::Set(d, rounder)));
}

// (m + 1)(u - m / 2) for u >= 0 with K points a side.
template <int K>
HWY_INLINE Vf reach(Vf u) {
  const Df d;
  if constexpr (K == 1) return u;
  if constexpr (K == 2) return hn::Add(u, hn::Max(hn::Sub(u, hn::Set(d, 1.0f)), hn::Zero(d)));
  const Vf m = hn::Min(hn::Floor(u), hn::Set(d, K - 1.0f));
  return hn::Mul(hn::Add(m, hn::Set(d, 1.0f)), hn::NegMulAdd(m, hn::Set(d, 0.5f), u));
}

// Octets of this bit and the following ones, the first lowest: sum of octet_i << 8 i.
template <int K>
HWY_INLINE Vu soft(Vf w, Vf scale) {
  const Df d;
  const Vf u = hn::Abs(w);
  const Vu here = octet(hn::Mul(hn::CopySignToAbs(reach<K>(u), w), scale));
  if constexpr (K == 1) {
    return here;
  } else {
    return hn::Add(here, hn::ShiftLeft<8>(soft<K / 2>(hn::Sub(hn::Set(d, K / 2.0f), u), scale)));
  }
}

// Of n octets in each word: takes the rounder's bits out and makes them signed.
template <int n>
HWY_INLINE Vu finish(Vu sum) {
  constexpr uint64_t b = rounder_bits;
  constexpr auto excess = static_cast<uint32_t>(b + (n > 1 ? b << 8 : 0) + (n > 2 ? b << 16 : 0) + (n > 3 ? b << 24 : 0));
  const Du d;
  return hn::Xor(hn::Sub(sum, hn::Set(d, excess)), hn::Set(d, 0x80808080u));
}


HWY_INLINE Vf scale_of(const float* nvar, float numerator) {
  const Df d;
  return hn::Div(hn::Set(d, numerator), hn::Max(hn::LoadU(d, nvar), hn::Set(d, 1e-12f)));
}

struct Tables {
  alignas(64) int32_t low[HWY_MAX_BYTES / 4], high[HWY_MAX_BYTES / 4], compact[HWY_MAX_BYTES / 4];
  alignas(64) uint8_t order[HWY_MAX_BYTES];
};

// `per_symbol` octets of each 8 (I's 4, then Q's) stay, I and Q by turns; words of the blocks then close up.
void make_tables(Tables& t, unsigned per_symbol) {
  const size_t lanes = hn::Lanes(Df());
  for (size_t i = 0; i < lanes; ++i) {
    t.low[i] = static_cast<int32_t>(i / 2);
    t.high[i] = static_cast<int32_t>(lanes / 2 + i / 2);
  }
  const size_t used = 2 * per_symbol;  // octets of a block of 16
  for (size_t i = 0; i < lanes * 4; ++i) {
    const size_t j = i % 16, symbol = j / per_symbol, k = j % per_symbol;
    t.order[i] = j < used ? static_cast<uint8_t>(8 * symbol + 4 * (k % 2) + k / 2) : 0;
  }
  const size_t words = used / 4;
  for (size_t i = 0; i < lanes; ++i) {
    const size_t block = i / words, k = i % words;
    t.compact[i] = static_cast<int32_t>(block < lanes / 4 ? 4 * block + k : 0);
  }
}

template <int K>
size_t demap_qam(unsigned qm, const Cf* x, const float* nvar, Llr* out, size_t n, size_t room) {
  const Df d;
  const Du du;
  const D8 d8;
  const size_t lanes = hn::Lanes(d);
  const unsigned per_symbol = qm;
  Tables t;
  make_tables(t, per_symbol);
  const auto low = hn::SetTableIndices(d, t.low), high = hn::SetTableIndices(d, t.high);
  const auto compact = hn::SetTableIndices(du, t.compact);
  const auto order = hn::Load(d8, t.order);
  const float a = modulation_unit(qm);
  const Vf to_w = hn::Set(d, 0.5f / a);
  const float numerator = 8 * a * a * llr_steps(qm);
  constexpr int octets = K == 8 ? 4 : K == 4 ? 3 : 2;
  const size_t step = lanes / 2 * per_symbol;
  size_t i = 0, at = 0;
  for (; i + lanes <= n && at + step + 4 * lanes <= room; i += lanes, at += 2 * step) {
    const Vf scale = scale_of(nvar + i, numerator);
    const auto* from = reinterpret_cast<const float*>(x + i);
    auto half = [&](const float* p, Vf s, Llr* to) {
      const Vu words = finish<octets>(soft<K>(hn::Mul(hn::LoadU(d, p), to_w), s));
      auto packed = hn::BitCast(du, hn::TableLookupBytes(hn::BitCast(d8, words), order));
      if constexpr (K != 8) packed = hn::TableLookupLanes(packed, compact);
      hn::StoreU(hn::BitCast(d8, packed), d8, reinterpret_cast<uint8_t*>(to));
    };
    half(from, hn::TableLookupLanes(scale, low), out + at);
    half(from + lanes, hn::TableLookupLanes(scale, high), out + at + step);
  }
  return i;
}

size_t demap_qpsk(const Cf* x, const float* nvar, Llr* out, size_t n) {
  const Df d;
  const Du du;
  const D8 d8;
  const size_t lanes = hn::Lanes(d), blocks = lanes / 4;
  Tables t;
  make_tables(t, 4);
  for (size_t i = 0; i < 4 * lanes; ++i) t.order[i] = static_cast<uint8_t>(4 * (i % 4) + i % 16 / 4);
  for (size_t i = 0; i < lanes; ++i) t.compact[i] = static_cast<int32_t>(i % blocks * 4 + i / blocks);
  const auto low = hn::SetTableIndices(d, t.low), high = hn::SetTableIndices(d, t.high);
  const auto compact = hn::SetTableIndices(du, t.compact);
  const auto order = hn::Load(d8, t.order);
  const float numerator = 4 * modulation_unit(2) * llr_steps(2);
  size_t i = 0;
  for (; i + 2 * lanes <= n; i += 2 * lanes) {
    const Vf s0 = scale_of(nvar + i, numerator), s1 = scale_of(nvar + i + lanes, numerator);
    const auto* from = reinterpret_cast<const float*>(x + i);
    const Vu a = octet(hn::Mul(hn::LoadU(d, from), hn::TableLookupLanes(s0, low)));
    const Vu b = octet(hn::Mul(hn::LoadU(d, from + lanes), hn::TableLookupLanes(s0, high)));
    const Vu c = octet(hn::Mul(hn::LoadU(d, from + 2 * lanes), hn::TableLookupLanes(s1, low)));
    const Vu e = octet(hn::Mul(hn::LoadU(d, from + 3 * lanes), hn::TableLookupLanes(s1, high)));
    const Vu sum = hn::Add(hn::Add(a, hn::ShiftLeft<8>(b)), hn::Add(hn::ShiftLeft<16>(c), hn::ShiftLeft<24>(e)));
    const auto bytes = hn::TableLookupBytes(hn::BitCast(d8, finish<4>(sum)), order);
    hn::StoreU(hn::BitCast(d8, hn::TableLookupLanes(hn::BitCast(du, bytes), compact)), d8, reinterpret_cast<uint8_t*>(out + 2 * i));
  }
  return i;
}

size_t demap_1024qam(const Cf* x, const float* nvar, Llr* out, size_t n) {
  const Df d;
  const Du du;
  const size_t lanes = hn::Lanes(d);
  Tables t;
  make_tables(t, 8);
  const auto low = hn::SetTableIndices(d, t.low), high = hn::SetTableIndices(d, t.high);
  const float a = modulation_unit(10);
  const Vf to_w = hn::Set(d, 0.5f / a);
  const float numerator = 8 * a * a * llr_steps(10);
  alignas(64) uint32_t first[HWY_MAX_BYTES / 4], rest[HWY_MAX_BYTES / 4];
  size_t i = 0;
  for (; i + lanes <= n; i += lanes) {
    const Vf scale = scale_of(nvar + i, numerator);
    for (size_t h = 0; h < 2; ++h) {
      const Vf w = hn::Mul(hn::LoadU(d, reinterpret_cast<const float*>(x + i) + h * lanes), to_w);
      const Vf s = h == 0 ? hn::TableLookupLanes(scale, low) : hn::TableLookupLanes(scale, high);
      const Vf u = hn::Abs(w);
      hn::Store(finish<1>(octet(hn::Mul(hn::CopySignToAbs(reach<16>(u), w), s))), du, first);
      hn::Store(finish<4>(soft<8>(hn::Sub(hn::Set(d, 8.0f), u), s)), du, rest);
      for (size_t k = 0; k < lanes; k += 2, out += 10) {
        for (size_t c = 0; c < 2; ++c) {
          out[c] = static_cast<Llr>(first[k + c]);
          for (size_t b = 0; b < 4; ++b) out[2 + 2 * b + c] = static_cast<Llr>(rest[k + c] >> (8 * b));
        }
      }
    }
  }
  return i;
}

#endif

}  // namespace

// Whole groups of symbols; how many were done.
size_t demap_vector([[maybe_unused]] unsigned qm, [[maybe_unused]] std::span<const Cf> x, [[maybe_unused]] std::span<const float> nvar,
                    [[maybe_unused]] std::span<Llr> out) {
#if HWY_TARGET != HWY_SCALAR
  switch (qm) {
    case 2: return demap_qpsk(x.data(), nvar.data(), out.data(), x.size());
    case 4: return demap_qam<2>(4, x.data(), nvar.data(), out.data(), x.size(), out.size());
    case 6: return demap_qam<4>(6, x.data(), nvar.data(), out.data(), x.size(), out.size());
    case 8: return demap_qam<8>(8, x.data(), nvar.data(), out.data(), x.size(), out.size());
    case 10: return demap_1024qam(x.data(), nvar.data(), out.data(), x.size());
    default: break;
  }
#endif
  return 0;
}

}  // namespace sen::phy::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace sen::phy {

HWY_EXPORT(demap_vector);

void demap(unsigned qm, std::span<const Cf> x, std::span<const float> nvar, std::span<Llr> out, size_t first) {
  ensure(nvar.size() >= x.size() && out.size() >= x.size() * qm);
  if (scalar() || qm < 2) return reference::demap(qm, x, nvar, out, first);
  const size_t done = HWY_DYNAMIC_DISPATCH(demap_vector)(qm, x, nvar, out);
  reference::demap(qm, x.subspan(done), nvar.subspan(done), out.subspan(done * qm), first + done);
}

namespace {

Llr quantised(float v) { return static_cast<Llr>(std::lrint(std::isnan(v) ? 0.0f : std::clamp(v, -120.0f, 120.0f))); }

// The LLRs of one component's bits, each `stride` apart.
void demap_component(unsigned bits, float w, float scale, Llr* out) {
  for (unsigned k = 0; k < bits; ++k) {
    const float points = static_cast<float>(1 << (bits - 1 - k));
    const float u = std::abs(w), m = std::min(std::floor(u), points - 1);
    out[2 * k] = quantised(std::copysign((m + 1) * (u - m / 2), w) * scale);
    w = points / 2 - u;
  }
}

}  // namespace

void reference::demap(unsigned qm, std::span<const Cf> x, std::span<const float> nvar, std::span<Llr> out, size_t first) {
  ensure(nvar.size() >= x.size() && out.size() >= x.size() * qm);
  const float a = modulation_unit(qm);
  for (size_t i = 0; i < x.size(); ++i) {
    const float scale = 8 * a * a * llr_steps(qm) / std::max(nvar[i], 1e-12f);
    if (qm == 1) {  // the points lie on a diagonal: both components carry the bit
      const float z = (first + i) % 2 ? x[i].imag() - x[i].real() : x[i].real() + x[i].imag();
      out[i] = quantised(z * 0.5f / a * scale);
      continue;
    }
    demap_component(qm / 2, x[i].real() * 0.5f / a, scale, out.data() + i * qm);
    demap_component(qm / 2, x[i].imag() * 0.5f / a, scale, out.data() + i * qm + 1);
  }
}

}  // namespace sen::phy
#endif
