// Seeded complex white Gaussian noise, added to samples. The sequence depends on the seed alone, not on how calls divide it. One thread at a time.
// About 1 ns a sample.
#pragma once

#include <array>
#include <complex>
#include <cstddef>
#include <cstdint>
#include <span>

namespace sen::channel {

using Cf = std::complex<float>;

class Noise {
 public:
  static constexpr size_t lanes = 8;  // generators side by side: a vector kernel and its reference draw the same numbers

  explicit Noise(uint64_t seed);
  // x += n with E|n|^2 = variance.
  void add(std::span<Cf> samples, float variance);

  struct State {
    alignas(32) uint32_t s[4][lanes];  // xoshiro128++, one a lane
  };

 private:
  State state_;
  std::array<Cf, lanes> rest_{};       // drawn with variance 1 and not yet used
  size_t used_ = lanes;
};

// The same, of a receiver whose noise belongs to sample times: parts may be drawn in any order and again, what overlaps agrees.
void add_noise_at(uint64_t seed, uint64_t time, std::span<Cf> samples, float variance);

}  // namespace sen::channel
