#include "phy/kernels/descramble.h"

#include <cstring>

#include "phy/kernels/isa.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "phy/kernels/descramble.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace sen::phy::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

void descramble_vector(std::span<Llr> llrs, std::span<const uint8_t> sequence) {
  const hn::ScalableTag<int8_t> d;
  const hn::RebindToUnsigned<decltype(d)> du;
  const size_t lanes = hn::Lanes(d);
  alignas(64) uint8_t spread[HWY_MAX_BYTES], bit[HWY_MAX_BYTES];
  for (size_t i = 0; i < lanes; ++i) {
    spread[i] = static_cast<uint8_t>(i / 8);
    bit[i] = static_cast<uint8_t>(0x80 >> i % 8);
  }
  size_t i = 0;
  if (lanes >= 16 && lanes <= 64) {
    const auto index = hn::Load(du, spread), bits = hn::Load(du, bit);
    for (; i + lanes <= llrs.size(); i += lanes) {
      // Every 16-octet block of the vector gets all of its bits, then each lane picks its own.
      uint64_t octets = 0;
      std::memcpy(&octets, sequence.data() + i / 8, lanes / 8);
      const auto wide = hn::TableLookupBytes(hn::BitCast(du, hn::Set(hn::Repartition<uint64_t, decltype(du)>(), octets)), index);
      const auto v = hn::LoadU(d, llrs.data() + i);
      hn::StoreU(hn::IfThenElse(hn::RebindMask(d, hn::TestBit(wide, bits)), hn::SaturatedSub(hn::Zero(d), v), v), d, llrs.data() + i);
    }
  }
  reference::descramble(llrs.subspan(i), sequence.subspan(i / 8));
}

}  // namespace sen::phy::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace sen::phy {

HWY_EXPORT(descramble_vector);

void descramble(std::span<Llr> llrs, std::span<const uint8_t> sequence) {
  if (scalar()) return reference::descramble(llrs, sequence);
  HWY_DYNAMIC_DISPATCH(descramble_vector)(llrs, sequence);
}

void reference::descramble(std::span<Llr> llrs, std::span<const uint8_t> sequence) {
  for (size_t i = 0; i < llrs.size(); ++i) {
    if (sequence[i / 8] >> (7 - i % 8) & 1) llrs[i] = llrs[i] == -128 ? Llr{127} : static_cast<Llr>(-llrs[i]);
  }
}

}  // namespace sen::phy
#endif
