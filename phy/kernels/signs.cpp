#include "phy/kernels/signs.h"

#include "phy/kernels/isa.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "phy/kernels/signs.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace sen::phy::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// Lane i takes bit i of the word's next bits into its sign.
void signs_vector(std::span<const uint64_t> words, float value, std::span<float> out) {
  const hn::ScalableTag<float> d;
  const hn::RebindToUnsigned<decltype(d)> du;
  const size_t lanes = hn::Lanes(d);
  const auto shifts = hn::Iota(du, 0);
  const auto sign = hn::Set(du, 0x80000000u);
  const auto positive = hn::BitCast(du, hn::Set(d, value));
  size_t i = 0;
  for (; i + 64 <= out.size(); i += 64) {
    uint64_t word = words[i / 64];
    for (size_t k = 0; k < 64; k += lanes) {
      const auto bits = hn::Set(du, static_cast<uint32_t>(word << k >> 32));
      hn::StoreU(hn::BitCast(d, hn::Xor(positive, hn::And(hn::Shl(bits, shifts), sign))), d, out.data() + i + k);
    }
  }
  reference::signs(words.subspan(i / 64), value, out.subspan(i));
}

}  // namespace sen::phy::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace sen::phy {

HWY_EXPORT(signs_vector);

void signs(std::span<const uint64_t> words, float value, std::span<float> out) {
  if (scalar()) return reference::signs(words, value, out);
  HWY_DYNAMIC_DISPATCH(signs_vector)(words, value, out);
}

void reference::signs(std::span<const uint64_t> words, float value, std::span<float> out) {
  for (size_t i = 0; i < out.size(); ++i) out[i] = words[i / 64] >> (63 - i % 64) & 1 ? -value : value;
}

}  // namespace sen::phy
#endif
