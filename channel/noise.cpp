#include "channel/noise.h"

#include <algorithm>
#include <cmath>

#include "base/random.h"
#include "channel/kernels/gaussian.h"

namespace sen::channel {

Noise::Noise(uint64_t seed) {
  Random random(seed);
  for (auto& word : state_.s) {
    for (uint32_t& lane : word) lane = static_cast<uint32_t>(random.next() >> 32);
  }
}

void Noise::add(std::span<Cf> samples, float variance) {
  const float amplitude = std::sqrt(variance);
  auto from_rest = [&](size_t n) {
    for (size_t i = 0; i < n; ++i) samples[i] += amplitude * rest_[used_ + i];
    used_ += n;
    samples = samples.subspan(n);
  };
  from_rest(std::min(samples.size(), lanes - used_));
  size_t whole = samples.size() / lanes * lanes;
  add_gaussian(state_, amplitude, samples.first(whole));
  samples = samples.subspan(whole);
  if (samples.empty()) return;
  rest_.fill({});
  add_gaussian(state_, 1, rest_);
  used_ = 0;
  from_rest(samples.size());
}

void add_noise_at(uint64_t seed, uint64_t time, std::span<Cf> samples, float variance) {
  constexpr size_t block = 1024;  // is drawn whole
  std::array<Cf, block> drawn;
  while (!samples.empty()) {
    const size_t skip = time % block, n = std::min(block - skip, samples.size());
    Noise noise(seed ^ (time / block + 1) * 0x9e3779b97f4a7c15u);
    if (n == block) {
      noise.add(samples.first(n), variance);
    } else {
      drawn.fill({});
      noise.add(drawn, variance);
      for (size_t i = 0; i < n; ++i) samples[i] += drawn[skip + i];
    }
    samples = samples.subspan(n);
    time += n;
  }
}

}  // namespace sen::channel
