// Seeded complex Gaussian noise for tests.
#pragma once

#include <cmath>
#include <numbers>

#include "base/random.h"
#include "phy/types.h"

namespace sen::phy {

class Noise {
 public:
  explicit Noise(uint64_t seed) : random_(seed) {}
  Random& random() { return random_; }
  float uniform() { return static_cast<float>(random_.next() >> 40) * 0x1p-24f; }
  // Mean power `variance`.
  Cf operator()(float variance) {
    const float radius = std::sqrt(-variance * std::log(1 - uniform())), angle = 2 * std::numbers::pi_v<float> * uniform();
    return std::polar(radius, angle);
  }
  Cf qpsk() {
    constexpr float a = std::numbers::sqrt2_v<float> / 2;
    return {random_.chance(0.5) ? a : -a, random_.chance(0.5) ? a : -a};
  }

 private:
  Random random_;
};

}  // namespace sen::phy
