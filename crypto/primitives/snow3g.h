// The keystream generator SNOW 3G, TS 35.216.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace sen::crypto {

class Snow3g {
 public:
  using Words = std::span<uint32_t, 16>;
  // key[0] is the key's first 32 bits; iv[0] is IV3, its first 32 bits (TS 35.215 3.4 counts both downwards).
  Snow3g(const std::array<uint32_t, 4>& key, const std::array<uint32_t, 4>& iv);

  // The next 16 words of the keystream.
  void next(Words z);

 private:
  // One clock of FSM and LFSR whose s_0 is s_[t]; adds the FSM's output to the feedback while initialising. Returns F xor s_0.
  template <bool initialising>
  uint32_t step(size_t t);
  template <bool initialising>
  void sixteen(Words z);

  std::array<uint32_t, 16> s_;
  uint32_t r1_ = 0, r2_ = 0, r3_ = 0;
};

}  // namespace sen::crypto
