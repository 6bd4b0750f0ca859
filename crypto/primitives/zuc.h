// The keystream generator ZUC (128-bit key), TS 35.222.
#pragma once

#include <array>
#include <cstdint>

#include "crypto/key.h"

namespace sen::crypto {

class Zuc {
 public:
  using Words = std::span<uint32_t, 16>;
  Zuc(const Key128& key, const Octets<16>& iv);

  // The next 16 words of the keystream.
  void next(Words z);

 private:
  // One clock with s_0 at s_[t]; gives F xor X3 (initialising: F, half of which enters the feedback).
  template <bool initialising>
  uint32_t step(size_t t);
  template <bool initialising>
  void sixteen(Words z);

  std::array<uint32_t, 16> s_;  // 31-bit cells in 1..2^31-1
  uint32_t r1_ = 0, r2_ = 0;
};

}  // namespace sen::crypto
