// Seeded pseudo-random numbers (xoshiro256**), the same on every machine. Not for keys: those come from crypto/random.h.
#pragma once

#include <cstdint>

#include "base/bytes.h"

namespace sen {

class Random {
 public:
  explicit Random(uint64_t seed) {
    for (auto& word : s_) {  // splitmix64
      seed += 0x9e3779b97f4a7c15ull;
      uint64_t z = seed;
      z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
      z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
      word = z ^ (z >> 31);
    }
  }

  uint64_t next() {
    uint64_t result = rotl(s_[1] * 5, 7) * 9;
    uint64_t t = s_[1] << 17;
    s_[2] ^= s_[0];
    s_[3] ^= s_[1];
    s_[1] ^= s_[2];
    s_[0] ^= s_[3];
    s_[2] ^= t;
    s_[3] = rotl(s_[3], 45);
    return result;
  }
  // Uniform in [low, high].
  uint64_t between(uint64_t low, uint64_t high) {
    uint64_t span = high - low + 1;
    return span == 0 ? next() : low + next() % span;
  }
  bool chance(double p) { return static_cast<double>(next() >> 11) * 0x1p-53 < p; }
  void fill(std::span<uint8_t> out) {
    for (auto& b : out) b = static_cast<uint8_t>(next() >> 56);
  }
  Bytes bytes(size_t n) {
    Bytes out(n);
    fill(out);
    return out;
  }

 private:
  static uint64_t rotl(uint64_t x, int k) { return x << k | x >> (64 - k); }
  uint64_t s_[4];
};

}  // namespace sen
