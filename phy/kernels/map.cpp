// Bits to constellation points, TS 38.211 5.1. Vector form: 16 symbols at a time become odd integers a component by table look-ups of four bits, then
// floats. Every Gray-coded amplitude has the form s0 (2^k - s2 (2^(k-1) - ...)) with s = 1 - 2b; four bits hold two steps of I and two of Q.
#include <algorithm>
#include <array>

#include "base/ensure.h"
#include "phy/estimation/equaliser.h"
#include "phy/kernels/isa.h"
#include "phy/kernels/modulation.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "phy/kernels/map.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace sen::phy::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;
namespace {

#if HWY_TARGET != HWY_SCALAR  // without vectors the reference does everything

using D8 = hn::Full128<uint8_t>;
using V8 = hn::Vec<D8>;

// amplitude(four bits) = offset + (inner ^ flip): flip 0xff negates the inner amplitude, the offset holds the one that two's complement lacks.
struct Step {
  V8 offset_i, flip_i, offset_q, flip_q;
};

// Steps for the four bits whose outer amplitude is `outer` (2^k): I has bits 3 and 1 of the index, Q bits 2 and 0.
Step make_step(int outer) {
  alignas(16) uint8_t t[4][16];
  for (int v = 0; v < 16; ++v) {
    for (int q = 0; q < 2; ++q) {
      const int s0 = v >> (3 - q) & 1 ? -1 : 1, s2 = v >> (1 - q) & 1 ? -1 : 1;
      const bool negate = s0 * s2 > 0;
      t[2 * q][v] = static_cast<uint8_t>(outer * s0 + negate);
      t[2 * q + 1][v] = negate ? 0xff : 0;
    }
  }
  const D8 d;
  return {hn::Load(d, t[0]), hn::Load(d, t[1]), hn::Load(d, t[2]), hn::Load(d, t[3])};
}

// The inner-most four (or two) bits as amplitudes, two steps: outer 2: {1, 3}-like; one step (two bits): s.
struct Last {
  V8 i, q;
};
Last make_last(int bits, bool inner) {
  alignas(16) uint8_t t[2][16];
  for (int v = 0; v < 16; ++v) {
    for (int q = 0; q < 2; ++q) {
      int a;
      if (bits == 2) {
        a = (v >> (1 - q) & 1 ? -1 : 1);
        if (inner) a = 2 - a;
      } else {
        const int s0 = v >> (3 - q) & 1 ? -1 : 1, s2 = v >> (1 - q) & 1 ? -1 : 1;
        a = s0 * (2 - s2);
        if (inner) a = 4 - a;
      }
      t[q][v] = static_cast<uint8_t>(a);
    }
  }
  const D8 d;
  return {hn::Load(d, t[0]), hn::Load(d, t[1])};
}

// 16 symbols' amplitudes, I and Q as int8, to 32 floats.
HWY_INLINE void put(V8 i, V8 q, float scale, float* out) {
  const D8 d;
  alignas(32) uint8_t pairs[32];
  hn::Store(hn::InterleaveLower(d, i, q), d, pairs);
  hn::Store(hn::InterleaveUpper(d, i, q), d, pairs + 16);
  const hn::ScalableTag<float> df;
  const hn::RebindToSigned<decltype(df)> di;
  const hn::Rebind<int8_t, decltype(df)> d_narrow;
  const auto s = hn::Set(df, scale);
  const auto* from = reinterpret_cast<const int8_t*>(pairs);
  for (size_t k = 0; k < 32; k += hn::Lanes(df)) {
    hn::StoreU(hn::Mul(hn::ConvertTo(df, hn::PromoteTo(di, hn::LoadU(d_narrow, from + k))), s), df, out + k);
  }
}

HWY_INLINE V8 high_nibbles(V8 v) {
  const D8 d;
  const hn::Full128<uint16_t> d16;
  return hn::And(hn::BitCast(d, hn::ShiftRight<4>(hn::BitCast(d16, v))), hn::Set(d, 15));
}

size_t map_qpsk(const uint8_t* bits, float scale, Cf* out, size_t n) {
  const hn::ScalableTag<float> df;
  const hn::RebindToUnsigned<decltype(df)> du;
  const size_t lanes = hn::Lanes(df);
  const auto magnitude = hn::BitCast(du, hn::Set(df, scale));
  const auto sign = hn::Set(du, 0x80000000u);
  alignas(64) uint32_t place[HWY_MAX_BYTES / 4];
  for (size_t l = 0; l < lanes; ++l) place[l] = 1u << l;
  const auto factor = hn::Load(du, place);  // a left shift by the lane's number
  auto* to = reinterpret_cast<float*>(out);
  size_t i = 0;
  for (; i + 16 <= n; i += 16, bits += 4, to += 32) {
    const uint32_t word = static_cast<uint32_t>(bits[0]) << 24 | static_cast<uint32_t>(bits[1]) << 16 | static_cast<uint32_t>(bits[2]) << 8 | bits[3];
    for (size_t k = 0; k < 32; k += lanes) {
      const auto shifted = hn::Mul(hn::Set(du, word << k), factor);
      hn::StoreU(hn::BitCast(df, hn::Or(magnitude, hn::And(shifted, sign))), df, to + k);
    }
  }
  return i;
}

size_t map_16qam(const uint8_t* bits, float scale, Cf* out, size_t n) {
  const D8 d;
  const Last last = make_last(4, false);
  size_t i = 0;
  for (; i + 32 <= n; i += 32, bits += 16) {
    const auto v = hn::LoadU(d, bits);
    const auto high = high_nibbles(v), low = hn::And(v, hn::Set(d, 15));
    const auto a = hn::InterleaveLower(d, high, low), b = hn::InterleaveUpper(d, high, low);
    put(hn::TableLookupBytes(last.i, a), hn::TableLookupBytes(last.q, a), scale, reinterpret_cast<float*>(out + i));
    put(hn::TableLookupBytes(last.i, b), hn::TableLookupBytes(last.q, b), scale, reinterpret_cast<float*>(out + i + 16));
  }
  return i;
}

HWY_INLINE void put_steps(const Step& step, const Last& last, V8 high, V8 low, float scale, Cf* out) {
  const D8 d;
  const auto i = hn::Add(hn::TableLookupBytes(step.offset_i, high), hn::Xor(hn::TableLookupBytes(last.i, low), hn::TableLookupBytes(step.flip_i, high)));
  const auto q = hn::Add(hn::TableLookupBytes(step.offset_q, high), hn::Xor(hn::TableLookupBytes(last.q, low), hn::TableLookupBytes(step.flip_q, high)));
  put(hn::BitCast(d, i), hn::BitCast(d, q), scale, reinterpret_cast<float*>(out));
}

size_t map_64qam(const uint8_t* bits, size_t octets, float scale, Cf* out, size_t n) {
  const D8 d;
  const hn::Full128<uint32_t> d32;
  alignas(16) static constexpr uint8_t triples[16] = {2, 1, 0, 0x80, 5, 4, 3, 0x80, 8, 7, 6, 0x80, 11, 10, 9, 0x80};
  const auto order = hn::Load(d, triples);
  const Step step = make_step(4);
  const Last last = make_last(2, true);
  const size_t limit = octets < 16 ? 0 : octets - 16;  // 12 octets are used, 16 read
  size_t i = 0, at = 0;
  for (; i + 16 <= n && at <= limit && octets >= 16; i += 16, at += 12, out += 16) {
    const auto v = hn::BitCast(d32, hn::TableLookupBytesOr0(hn::LoadU(d, bits + at), order));
    const auto a = hn::And(hn::ShiftRight<18>(v), hn::Set(d32, 0x3f)), b = hn::And(hn::ShiftRight<4>(v), hn::Set(d32, 0x3f00));
    const auto c = hn::And(hn::ShiftLeft<10>(v), hn::Set(d32, 0x3f0000)), e = hn::And(hn::ShiftLeft<24>(v), hn::Set(d32, 0x3f000000));
    const auto six = hn::BitCast(d, hn::Or(hn::Or(a, b), hn::Or(c, e)));
    const auto high = hn::And(hn::BitCast(d, hn::ShiftRight<2>(hn::BitCast(d32, six))), hn::Set(d, 15));
    put_steps(step, last, high, hn::And(six, hn::Set(d, 3)), scale, out);
  }
  return i;
}

size_t map_256qam(const uint8_t* bits, float scale, Cf* out, size_t n) {
  const D8 d;
  const Step step = make_step(8);
  const Last last = make_last(4, true);
  size_t i = 0;
  for (; i + 16 <= n; i += 16) {
    const auto v = hn::LoadU(d, bits + i);
    put_steps(step, last, high_nibbles(v), hn::And(v, hn::Set(d, 15)), scale, out + i);
  }
  return i;
}

size_t map_1024qam(const uint8_t* bits, float scale, Cf* out, size_t n) {
  const D8 d;
  const Step outer = make_step(16), middle = make_step(4);
  const Last last = make_last(2, true);
  const auto eight = hn::Set(d, 8);
  size_t i = 0;
  for (; i + 16 <= n; i += 16, bits += 20, out += 16) {
    alignas(16) uint8_t top[16], bottom[16];
    for (int g = 0; g < 4; ++g) {
      const uint8_t* p = bits + 5 * g;
      const uint64_t v = static_cast<uint64_t>(p[0]) << 32 | static_cast<uint64_t>(p[1]) << 24 | static_cast<uint64_t>(p[2]) << 16 | static_cast<uint64_t>(p[3]) << 8 | p[4];
      for (int k = 0; k < 4; ++k) {
        top[4 * g + k] = static_cast<uint8_t>(v >> (32 - 10 * k));
        bottom[4 * g + k] = static_cast<uint8_t>(v >> (30 - 10 * k) & 3);
      }
    }
    const auto t = hn::Load(d, top), low = hn::Load(d, bottom);
    const auto high = high_nibbles(t), mid = hn::And(t, hn::Set(d, 15));
    auto inner = [&](V8 offset, V8 flip, V8 table) {  // 8 - (s4 (4 - s6 (2 - s8)))
      const auto a = hn::Add(hn::TableLookupBytes(offset, mid), hn::Xor(hn::TableLookupBytes(table, low), hn::TableLookupBytes(flip, mid)));
      return hn::Sub(eight, a);
    };
    const auto b_i = inner(middle.offset_i, middle.flip_i, last.i), b_q = inner(middle.offset_q, middle.flip_q, last.q);
    const auto a_i = hn::Add(hn::TableLookupBytes(outer.offset_i, high), hn::Xor(b_i, hn::TableLookupBytes(outer.flip_i, high)));
    const auto a_q = hn::Add(hn::TableLookupBytes(outer.offset_q, high), hn::Xor(b_q, hn::TableLookupBytes(outer.flip_q, high)));
    put(a_i, a_q, scale, reinterpret_cast<float*>(out));
  }
  return i;
}

#endif

}  // namespace

// Whole groups of symbols from the start of `bits`; how many were done.
size_t map_vector([[maybe_unused]] unsigned qm, [[maybe_unused]] std::span<const uint8_t> bits, [[maybe_unused]] float scale,
                  [[maybe_unused]] std::span<Cf> out) {
#if HWY_TARGET != HWY_SCALAR
  switch (qm) {
    case 2: return map_qpsk(bits.data(), scale, out.data(), out.size());
    case 4: return map_16qam(bits.data(), scale, out.data(), out.size());
    case 6: return map_64qam(bits.data(), bits.size(), scale, out.data(), out.size());
    case 8: return map_256qam(bits.data(), scale, out.data(), out.size());
    case 10: return map_1024qam(bits.data(), scale, out.data(), out.size());
    default: break;
  }
#endif
  return 0;
}

}  // namespace sen::phy::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace sen::phy {
namespace {

HWY_EXPORT(map_vector);

unsigned bit_at(std::span<const uint8_t> bits, size_t i) { return bits[i / 8] >> (7 - i % 8) & 1; }

// Octets that start at a bit.
void align_bits(std::span<const uint8_t> bits, size_t first_bit, std::span<uint8_t> out) {
  const unsigned shift = first_bit % 8;
  const size_t at = first_bit / 8;
  for (size_t i = 0; i < out.size(); ++i) {
    const unsigned next = at + i + 1 < bits.size() ? bits[at + i + 1] : 0;
    out[i] = static_cast<uint8_t>(bits[at + i] << shift | next >> (8 - shift));
  }
}

void map_aligned(unsigned qm, std::span<const uint8_t> bits, std::span<Cf> out, float amplitude) {
  const float scale = amplitude * modulation_unit(qm);
  const size_t done = HWY_DYNAMIC_DISPATCH(map_vector)(qm, bits, scale, out);
  reference::map_symbols(qm, bits, done * qm, out.subspan(done), amplitude);
}

}  // namespace

void map_symbols(unsigned qm, std::span<const uint8_t> bits, size_t first_bit, std::span<Cf> out, float amplitude) {
  if (scalar() || qm < 2) return reference::map_symbols(qm, bits, first_bit, out, amplitude);
  ensure((first_bit + out.size() * qm + 7) / 8 <= bits.size());
  if (first_bit % 8 == 0) return map_aligned(qm, bits.subspan(first_bit / 8), out, amplitude);
  constexpr size_t step = 512;
  std::array<uint8_t, step * 10 / 8 + 16> octets;
  for (size_t i = 0; i < out.size(); i += step) {
    const size_t n = std::min(step, out.size() - i);
    const std::span<uint8_t> some = std::span(octets).first((n * qm + 7) / 8);
    align_bits(bits, first_bit + i * qm, some);
    map_aligned(qm, some, out.subspan(i, n), amplitude);
  }
}

void map_bpsk(std::span<const uint8_t> bits, size_t first_bit, std::span<Cf> out, float amplitude) {
  ensure((first_bit + out.size() + 7) / 8 <= bits.size());
  for (size_t n = 0; n < out.size(); ++n) {
    const float s = amplitude * (bit_at(bits, first_bit + n) ? -modulation_unit(1) : modulation_unit(1));
    out[n] = {s, s};
  }
}

void reference::map_symbols(unsigned qm, std::span<const uint8_t> bits, size_t first_bit, std::span<Cf> out, float amplitude) {
  ensure((first_bit + out.size() * qm + 7) / 8 <= bits.size());
  const float scale = amplitude * modulation_unit(qm);
  for (size_t n = 0; n < out.size(); ++n) {
    const size_t at = first_bit + n * qm;
    if (qm == 1) {  // 5.1.1: BPSK on the diagonal, turned by pi/2 at odd places of the sequence
      const float s = bit_at(bits, at) ? -scale : scale;
      out[n] = at % 2 ? Cf{-s, s} : Cf{s, s};
      continue;
    }
    int level[2];
    for (unsigned c = 0; c < 2; ++c) {
      int a = 0;
      for (unsigned k = qm / 2; k-- > 0;) {
        const int s = bit_at(bits, at + 2 * k + c) ? -1 : 1;
        a = s * ((1 << (qm / 2 - 1 - k)) - a);
      }
      level[c] = a;
    }
    out[n] = {scale * static_cast<float>(level[0]), scale * static_cast<float>(level[1])};
  }
}

}  // namespace sen::phy
#endif
