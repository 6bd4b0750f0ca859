#include "phy/kernels/ldpc_bits.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "phy/kernels/isa.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "phy/kernels/ldpc_bits.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace sen::phy::HWY_NAMESPACE {
#if HWY_TARGET == HWY_SCALAR

void unpack_bits_vector(const uint8_t* packed, size_t n, uint8_t* out) { reference::unpack_bits(packed, n, out); }
void pack_signs_vector(const int8_t* values, size_t n, uint8_t* out) { reference::pack_signs(values, n, out); }
void interleave_vector(const uint8_t* const* rows, unsigned qm, size_t columns, uint8_t* out) {
  reference::interleave(rows, qm, columns, out);
}
void deinterleave_vector(const Llr* e, unsigned qm, size_t columns, Llr* rows, size_t stride) {
  reference::deinterleave(e, qm, columns, rows, stride);
}
void add_soft_vector(Llr* soft, const Llr* more, size_t n) { reference::add_soft(soft, more, n); }

#else
namespace hn = hwy::HWY_NAMESPACE;

using Octets16 = hn::FixedTag<uint8_t, 16>;

void unpack_bits_vector(const uint8_t* packed, size_t n, uint8_t* out) {
  const hn::ScalableTag<uint8_t> d;
  const hn::Repartition<uint64_t, decltype(d)> d64;
  const size_t lanes = hn::Lanes(d);
  // Each block of 16 lanes takes its two octets from the first eight: octet b of the lane's place.
  alignas(64) uint8_t place[HWY_MAX_BYTES], octet[HWY_MAX_BYTES];
  for (size_t i = 0; i < lanes; ++i) {
    place[i] = static_cast<uint8_t>(0x80 >> i % 8);
    octet[i] = static_cast<uint8_t>(i / 8);
  }
  const auto index = hn::Load(d, octet), bit = hn::Load(d, place), one = hn::Set(d, 1);
  size_t i = 0;
  for (; i + 64 <= n; i += lanes) {
    uint64_t eight;
    if (lanes == 64) {
      std::memcpy(&eight, packed + i / 8, 8);
    } else if (lanes == 32) {
      uint32_t four;
      std::memcpy(&four, packed + i / 8, 4);
      eight = four;
    } else {
      uint16_t two;
      std::memcpy(&two, packed + i / 8, 2);
      eight = two;
    }
    const auto octets = hn::BitCast(d, hn::Set(d64, eight));
    hn::StoreU(hn::Min(hn::And(hn::TableLookupBytes(octets, index), bit), one), d, out + i);
  }
  reference::unpack_bits(packed + i / 8, n - i, out + i);
}

void pack_signs_vector(const int8_t* values, size_t n, uint8_t* out) {
  const hn::ScalableTag<int8_t> d;
  const hn::RebindToUnsigned<decltype(d)> du;
  const size_t lanes = hn::Lanes(d);
  alignas(64) uint8_t turned[HWY_MAX_BYTES];
  for (size_t i = 0; i < lanes; ++i) turned[i] = static_cast<uint8_t>((i & 8) | (7 - (i & 7)));
  const auto turn = hn::Load(du, turned);
  for (size_t i = 0; i < n; i += lanes) {
    const auto v = hn::BitCast(d, hn::TableLookupBytes(hn::BitCast(du, hn::LoadU(d, values + i)), turn));
    hn::StoreMaskBits(d, hn::MaskFromVec(hn::BroadcastSignBit(v)), out + i / 8);
  }
  if (n % 8 != 0) out[n / 8] &= static_cast<uint8_t>(0xff00 >> n % 8);
}

// qm bits of each of 16 columns, the first row in the highest.
template <unsigned qm>
HWY_INLINE hn::Vec<Octets16> column_bits(const uint8_t* const* rows, size_t i) {
  const Octets16 d;
  auto v = hn::LoadU(d, rows[0] + i);
  for (unsigned row = 1; row < qm; ++row) v = hn::Or(hn::Add(v, v), hn::LoadU(d, rows[row] + i));
  return v;
}

void interleave_8(const uint8_t* const* rows, size_t columns, uint8_t* out) {
  const hn::ScalableTag<uint8_t> d;
  for (size_t i = 0; i < columns; i += hn::Lanes(d)) {
    auto v = hn::LoadU(d, rows[0] + i);
    for (unsigned row = 1; row < 8; ++row) v = hn::Or(hn::Add(v, v), hn::LoadU(d, rows[row] + i));
    hn::StoreU(v, d, out + i);
  }
}

// Eight octets of one bit to one octet each.
void interleave_1(const uint8_t* const* rows, size_t columns, uint8_t* out) {
  const hn::FixedTag<uint64_t, 2> d;
  for (size_t i = 0; i < columns; i += 16) {
    const auto v = hn::BitCast(d, column_bits<1>(rows, i));
    uint64_t words[2];
    hn::StoreU(v, d, words);
    for (size_t w = 0; w < 2; ++w) out[i / 8 + w] = static_cast<uint8_t>(words[w] * 0x8040201008040201u >> 56);
  }
}

void interleave_2(const uint8_t* const* rows, size_t columns, uint8_t* out) {
  const hn::FixedTag<uint32_t, 4> d;
  const hn::FixedTag<uint8_t, 4> to;
  const auto octet = hn::Set(d, 0xff);
  for (size_t i = 0; i < columns; i += 16) {
    const auto v = hn::BitCast(d, column_bits<2>(rows, i));
    const auto left = hn::Or(hn::ShiftLeft<6>(v), hn::ShiftRight<4>(v));
    const auto right = hn::Or(hn::ShiftRight<14>(v), hn::ShiftRight<24>(v));
    hn::StoreU(hn::TruncateTo(to, hn::And(hn::Or(left, right), octet)), to, out + i / 4);
  }
}

void interleave_4(const uint8_t* const* rows, size_t columns, uint8_t* out) {
  const hn::FixedTag<uint16_t, 8> d;
  const hn::FixedTag<uint8_t, 8> to;
  const auto octet = hn::Set(d, 0xff);
  for (size_t i = 0; i < columns; i += 16) {
    const auto v = hn::BitCast(d, column_bits<4>(rows, i));
    hn::StoreU(hn::TruncateTo(to, hn::And(hn::Or(hn::ShiftLeft<4>(v), hn::ShiftRight<8>(v)), octet)), to, out + i / 2);
  }
}

// Four columns of six bits to three octets.
void interleave_6(const uint8_t* const* rows, size_t columns, uint8_t* out) {
  const hn::FixedTag<uint32_t, 4> d;
  alignas(16) static constexpr uint8_t order[16] = {2, 1, 0, 6, 5, 4, 10, 9, 8, 14, 13, 12, 0x80, 0x80, 0x80, 0x80};
  const auto turn = hn::Load(Octets16(), order);
  const auto octet = hn::Set(d, 0xff);
  for (size_t i = 0; i < columns; i += 16) {
    const auto v = hn::BitCast(d, column_bits<6>(rows, i));
    const auto c0 = hn::ShiftLeft<18>(hn::And(v, octet));
    const auto c1 = hn::ShiftLeft<12>(hn::And(hn::ShiftRight<8>(v), octet));
    const auto c2 = hn::ShiftLeft<6>(hn::And(hn::ShiftRight<16>(v), octet));
    const auto all = hn::Or(hn::Or(c0, c1), hn::Or(c2, hn::ShiftRight<24>(v)));
    hn::StoreU(hn::TableLookupBytesOr0(hn::BitCast(Octets16(), all), turn), Octets16(), out + i / 4 * 3);
  }
}

// Four columns of ten bits to five octets, eight columns a step.
void interleave_10(const uint8_t* const* rows, size_t columns, uint8_t* out) {
  const hn::FixedTag<uint8_t, 8> half;
  const hn::FixedTag<uint16_t, 8> d16;
  const hn::FixedTag<uint32_t, 4> d32;
  const hn::FixedTag<uint64_t, 2> d64;
  alignas(16) static constexpr uint8_t order[16] = {4, 3, 2, 1, 0, 12, 11, 10, 9, 8, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80};
  const auto turn = hn::Load(Octets16(), order);
  for (size_t i = 0; i < columns; i += 8) {
    auto high = hn::LoadU(half, rows[0] + i), low = hn::LoadU(half, rows[5] + i);
    for (unsigned row = 1; row < 5; ++row) {
      high = hn::Or(hn::Add(high, high), hn::LoadU(half, rows[row] + i));
      low = hn::Or(hn::Add(low, low), hn::LoadU(half, rows[row + 5] + i));
    }
    const auto ten = hn::BitCast(d32, hn::Or(hn::ShiftLeft<5>(hn::PromoteTo(d16, high)), hn::PromoteTo(d16, low)));
    const auto twenty = hn::BitCast(d64, hn::Or(hn::ShiftLeft<10>(hn::And(ten, hn::Set(d32, 0xffff))), hn::ShiftRight<16>(ten)));
    const auto forty = hn::Or(hn::ShiftLeft<20>(hn::And(twenty, hn::Set(d64, 0xffffffff))), hn::ShiftRight<32>(twenty));
    hn::StoreU(hn::TableLookupBytesOr0(hn::BitCast(Octets16(), forty), turn), Octets16(), out + i / 4 * 5);
  }
}

void interleave_vector(const uint8_t* const* rows, unsigned qm, size_t columns, uint8_t* out) {
  switch (qm) {
    case 1: return interleave_1(rows, columns, out);
    case 2: return interleave_2(rows, columns, out);
    case 4: return interleave_4(rows, columns, out);
    case 6: return interleave_6(rows, columns, out);
    case 8: return interleave_8(rows, columns, out);
    default: return interleave_10(rows, columns, out);
  }
}

// Even and odd octets of `columns` pairs, the pairs taken from two vectors.
template <class D16, class V16>
HWY_INLINE void store_pairs(D16, V16 low, V16 high, Llr* even, Llr* odd) {
  const hn::Repartition<int8_t, D16> d;
  const auto a = hn::BitCast(d, low), b = hn::BitCast(d, high);
  hn::StoreU(hn::ConcatEven(d, b, a), d, even);
  hn::StoreU(hn::ConcatOdd(d, b, a), d, odd);
}

// Eight columns of ten a step: each pair of rows collects its octets from five vectors of sixteen.
size_t deinterleave_10(const Llr* e, size_t columns, Llr* rows, size_t stride) {
  const hn::FixedTag<int8_t, 16> d;
  const hn::FixedTag<int8_t, 8> half;
  struct Tables {
    alignas(16) int8_t at[5][5][16];  // by pair and vector
  };
  static constexpr Tables tables = [] {
    Tables t{};
    for (int pair = 0; pair < 5; ++pair) {
      for (int v = 0; v < 5; ++v) {
        for (int i = 0; i < 16; ++i) {
          int from = 2 * pair + i / 8 + 10 * (i % 8);
          t.at[pair][v][i] = static_cast<int8_t>(from / 16 == v ? from % 16 : -128);
        }
      }
    }
    return t;
  }();
  size_t i = 0;
  for (; i + 8 <= columns; i += 8) {
    const Llr* from = e + 10 * i;
    const auto v0 = hn::LoadU(d, from), v1 = hn::LoadU(d, from + 16), v2 = hn::LoadU(d, from + 32), v3 = hn::LoadU(d, from + 48),
               v4 = hn::LoadU(d, from + 64);
    for (size_t pair = 0; pair < 5; ++pair) {
      auto part = [&](auto v, size_t n) { return hn::TableLookupBytesOr0(v, hn::Load(d, tables.at[pair][n])); };
      const auto both = hn::Or(hn::Or(hn::Or(part(v0, 0), part(v1, 1)), hn::Or(part(v2, 2), part(v3, 3))), part(v4, 4));
      hn::StoreU(hn::LowerHalf(half, both), half, rows + 2 * pair * stride + i);
      hn::StoreU(hn::UpperHalf(half, both), half, rows + (2 * pair + 1) * stride + i);
    }
  }
  return i;
}

void deinterleave_vector(const Llr* e, unsigned qm, size_t columns, Llr* rows, size_t stride) {
  const hn::ScalableTag<uint16_t> d;
  const hn::Repartition<int8_t, decltype(d)> d8;
  const size_t pairs = hn::Lanes(d), step = 2 * pairs;
  size_t i = 0;
  if (qm == 2) {
    for (; i + step <= columns; i += step) {
      const auto a = hn::BitCast(d, hn::LoadU(d8, e + 2 * i)), b = hn::BitCast(d, hn::LoadU(d8, e + 2 * i + step));
      store_pairs(d, a, b, rows + i, rows + stride + i);
    }
  } else if (qm == 4) {
    for (; i + step <= columns; i += step) {
      const auto* from = reinterpret_cast<const uint16_t*>(e + 4 * i);
      hn::Vec<decltype(d)> a[2], b[2];
      hn::LoadInterleaved2(d, from, a[0], a[1]);
      hn::LoadInterleaved2(d, from + 2 * pairs, b[0], b[1]);
      for (size_t r = 0; r < 2; ++r) store_pairs(d, a[r], b[r], rows + 2 * r * stride + i, rows + (2 * r + 1) * stride + i);
    }
  } else if (qm == 6) {
    for (; i + step <= columns; i += step) {
      const auto* from = reinterpret_cast<const uint16_t*>(e + 6 * i);
      hn::Vec<decltype(d)> a[3], b[3];
      hn::LoadInterleaved3(d, from, a[0], a[1], a[2]);
      hn::LoadInterleaved3(d, from + 3 * pairs, b[0], b[1], b[2]);
      for (size_t r = 0; r < 3; ++r) store_pairs(d, a[r], b[r], rows + 2 * r * stride + i, rows + (2 * r + 1) * stride + i);
    }
  } else if (qm == 8) {
    for (; i + step <= columns; i += step) {
      const auto* from = reinterpret_cast<const uint16_t*>(e + 8 * i);
      hn::Vec<decltype(d)> a[4], b[4];
      hn::LoadInterleaved4(d, from, a[0], a[1], a[2], a[3]);
      hn::LoadInterleaved4(d, from + 4 * pairs, b[0], b[1], b[2], b[3]);
      for (size_t r = 0; r < 4; ++r) store_pairs(d, a[r], b[r], rows + 2 * r * stride + i, rows + (2 * r + 1) * stride + i);
    }
  }
  if (qm == 10) i = deinterleave_10(e, columns, rows, stride);
  for (unsigned r = 0; r < qm; ++r) {
    for (size_t j = i; j < columns; ++j) rows[r * stride + j] = e[j * qm + r];
  }
}

void add_soft_vector(Llr* soft, const Llr* more, size_t n) {
  const hn::ScalableTag<int8_t> d;
  const size_t lanes = hn::Lanes(d);
  if (n < lanes) return reference::add_soft(soft, more, n);
  const auto most = hn::Set(d, llr_max), least = hn::Set(d, -llr_max);
  auto sum = [&](size_t i) { return hn::Min(most, hn::Max(least, hn::SaturatedAdd(hn::LoadU(d, soft + i), hn::LoadU(d, more + i)))); };
  // The last vector overlaps the one before it: it is computed before that is stored.
  const auto last = sum(n - lanes);
  for (size_t i = 0; i + lanes < n; i += lanes) hn::StoreU(sum(i), d, soft + i);
  hn::StoreU(last, d, soft + n - lanes);
}

#endif
}  // namespace sen::phy::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace sen::phy {

HWY_EXPORT(unpack_bits_vector);
HWY_EXPORT(pack_signs_vector);
HWY_EXPORT(interleave_vector);
HWY_EXPORT(deinterleave_vector);
HWY_EXPORT(add_soft_vector);

void unpack_bits(const uint8_t* packed, size_t n, uint8_t* out) {
  if (scalar()) return reference::unpack_bits(packed, n, out);
  HWY_DYNAMIC_DISPATCH(unpack_bits_vector)(packed, n, out);
}

void pack_signs(const int8_t* values, size_t n, uint8_t* out) {
  if (scalar()) return reference::pack_signs(values, n, out);
  HWY_DYNAMIC_DISPATCH(pack_signs_vector)(values, n, out);
}

void interleave(const uint8_t* const* rows, unsigned qm, size_t columns, uint8_t* out) {
  if (scalar()) return reference::interleave(rows, qm, columns, out);
  HWY_DYNAMIC_DISPATCH(interleave_vector)(rows, qm, columns, out);
}

void deinterleave(const Llr* e, unsigned qm, size_t columns, Llr* rows, size_t stride) {
  if (scalar()) return reference::deinterleave(e, qm, columns, rows, stride);
  HWY_DYNAMIC_DISPATCH(deinterleave_vector)(e, qm, columns, rows, stride);
}

void add_soft(Llr* soft, const Llr* more, size_t n) {
  if (scalar()) return reference::add_soft(soft, more, n);
  HWY_DYNAMIC_DISPATCH(add_soft_vector)(soft, more, n);
}

void copy_bits(const uint8_t* from, size_t n, uint8_t* to, size_t at) {
  if (n == 0) return;
  to += at / 8;
  unsigned shift = at % 8;
  if (shift == 0) {
    std::memcpy(to, from, n / 8);
    to += n / 8;
    from += n / 8;
    n %= 8;
  }
  // Eight octets of `to` at a time, as one number of 64 bits; the first `shift` bits of an octet come from what stands before.
  for (; shift != 0 && n >= 64; n -= 64, from += 8, to += 8) {
    uint64_t word;
    std::memcpy(&word, from, 8);
    word = std::byteswap(word);
    uint64_t front = std::byteswap(word >> shift | uint64_t{static_cast<uint8_t>(to[0] & (0xff00 >> shift))} << 56);
    uint8_t end = static_cast<uint8_t>(word << (8 - shift));
    std::memcpy(to, &front, 8);
    to[8] = static_cast<uint8_t>(end | (to[8] & (0xff >> shift)));
  }
  for (size_t i = 0; i < n; ++i) {
    size_t bit = shift + i;
    uint8_t mask = static_cast<uint8_t>(0x80 >> bit % 8);
    uint8_t value = static_cast<uint8_t>((from[i / 8] >> (7 - i % 8) & 1) << (7 - bit % 8));
    to[bit / 8] = static_cast<uint8_t>((to[bit / 8] & ~mask) | value);
  }
}

void reference::unpack_bits(const uint8_t* packed, size_t n, uint8_t* out) {
  for (size_t i = 0; i < n; ++i) out[i] = packed[i / 8] >> (7 - i % 8) & 1;
}

void reference::pack_signs(const int8_t* values, size_t n, uint8_t* out) {
  std::fill_n(out, (n + 7) / 8, uint8_t{0});
  for (size_t i = 0; i < n; ++i) out[i / 8] |= static_cast<uint8_t>((values[i] < 0 ? 0x80 : 0) >> i % 8);
}

// f_(i + j Q_m) = e_(i E / Q_m + j)
void reference::interleave(const uint8_t* const* rows, unsigned qm, size_t columns, uint8_t* out) {
  std::fill_n(out, (qm * columns + 7) / 8, uint8_t{0});
  for (size_t i = 0; i < qm * columns; ++i) out[i / 8] |= static_cast<uint8_t>((rows[i % qm][i / qm] << 7) >> i % 8);
}

void reference::deinterleave(const Llr* e, unsigned qm, size_t columns, Llr* rows, size_t stride) {
  for (size_t i = 0; i < qm * columns; ++i) rows[i % qm * stride + i / qm] = e[i];
}

void reference::add_soft(Llr* soft, const Llr* more, size_t n) {
  for (size_t i = 0; i < n; ++i) soft[i] = static_cast<Llr>(std::clamp<int>(soft[i] + more[i], -llr_max, llr_max));
}

}  // namespace sen::phy
#endif
