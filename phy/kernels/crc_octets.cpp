#include "phy/kernels/crc_octets.h"

#include "phy/kernels/isa.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "phy/kernels/crc_octets.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace sen::phy::HWY_NAMESPACE {
#if HWY_TARGET == HWY_SCALAR

uint32_t crc_octets_vector(const CrcPolynomial& p, ByteView message) { return reference::crc_octets(p, message); }

#else
namespace hn = hwy::HWY_NAMESPACE;

using Octets16 = hn::FixedTag<uint8_t, 16>;
using Words2 = hn::FixedTag<uint64_t, 2>;
using V = hn::Vec<Words2>;

// 16 octets, the first in the most significant place of 128 bits; and back.
HWY_INLINE V turn(V v) {
  alignas(16) static constexpr uint8_t order[16] = {15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0};
  return hn::BitCast(Words2(), hn::TableLookupBytes(hn::BitCast(Octets16(), v), hn::Load(Octets16(), order)));
}
HWY_INLINE V load(const uint8_t* octets) { return turn(hn::BitCast(Words2(), hn::LoadU(Octets16(), octets))); }

// v times x^(128 n): the same remainder, again within 128 bits.
HWY_INLINE V shift(V v, V powers) { return hn::Xor(hn::CLMulLower(v, powers), hn::CLMulUpper(v, powers)); }

uint32_t crc_octets_vector(const CrcPolynomial& p, ByteView message) {
  if (message.size() < 128) return reference::crc_octets(p, message);
  V powers[4];
  for (size_t n = 0; n < 4; ++n) {
    alignas(16) const uint64_t pair[2] = {p.low[n], p.high[n]};
    powers[n] = hn::Load(Words2(), pair);
  }
  // Zeros in front change nothing: they make the head a whole 64 octets.
  alignas(16) uint8_t head[64] = {};
  size_t at = message.size() % 64;
  std::memcpy(head + 64 - at, message.data(), at);
  V sum[4];
  for (size_t n = 0; n < 4; ++n) sum[n] = load(head + 16 * n);
  for (; at < message.size(); at += 64) {
    for (size_t n = 0; n < 4; ++n) sum[n] = hn::Xor(shift(sum[n], powers[3]), load(message.data() + at + 16 * n));
  }
  for (size_t n = 0; n < 3; ++n) sum[3] = hn::Xor(sum[3], shift(sum[n], powers[2 - n]));
  alignas(16) uint8_t rest[16];
  hn::Store(hn::BitCast(Octets16(), turn(sum[3])), Octets16(), rest);
  return reference::crc_octets(p, rest);
}

#endif
}  // namespace sen::phy::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace sen::phy {

HWY_EXPORT(crc_octets_vector);

uint32_t crc_octets(const CrcPolynomial& p, ByteView message) {
  if (scalar()) return reference::crc_octets(p, message);
  return HWY_DYNAMIC_DISPATCH(crc_octets_vector)(p, message);
}

uint32_t reference::crc_octets(const CrcPolynomial& p, ByteView message) {
  uint32_t remainder = 0;
  for (uint8_t octet : message) remainder = remainder << 8 ^ p.table[remainder >> 24 ^ octet];
  return remainder;
}

}  // namespace sen::phy
#endif
