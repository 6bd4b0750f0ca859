#include "phy/detail/resampler.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace sen::phy {
namespace {

// Kaiser's window for 50 dB.
constexpr double attenuation_db = 50, beta = 4.55;
double window(double x) { return std::abs(x) >= 1 ? 0 : std::cyl_bessel_i(0, beta * std::sqrt(1 - x * x)) / std::cyl_bessel_i(0, beta); }

}  // namespace

Resampler::Resampler(double pass, double stop) {
  const double width = 2 * std::numbers::pi * (stop - pass), cutoff = pass + stop;  // two-sided
  taps_ = static_cast<unsigned>(std::ceil((attenuation_db - 8) / (2.285 * width) / 4)) * 4 + 4;
  filter_.resize(size_t{phases} * taps_ * 2);
  for (unsigned p = 0; p < phases; ++p) {
    float* row = filter_.data() + size_t{p} * taps_ * 2;
    double sum = 0;
    std::vector<double> h(taps_);
    for (unsigned j = 0; j < taps_; ++j) {
      const double t = static_cast<double>(p) / phases + taps_ / 2 - 1 - j, x = std::numbers::pi * cutoff * t;
      h[j] = (std::abs(x) < 1e-9 ? 1 : std::sin(x) / x) * window(2 * t / taps_);
      sum += h[j];
    }
    for (unsigned j = 0; j < taps_; ++j) row[2 * j] = row[2 * j + 1] = static_cast<float>(h[j] / sum);
  }
}

void Resampler::run(std::span<const Cf> x, double start, double step, std::span<Cf> out) const {
  const auto size = static_cast<int64_t>(x.size());
  for (size_t m = 0; m < out.size(); ++m) {
    const double t = start + static_cast<double>(m) * step;
    auto whole = static_cast<int64_t>(std::floor(t));
    auto phase = static_cast<unsigned>(std::lround((t - static_cast<double>(whole)) * phases));
    if (phase == phases) {
      phase = 0;
      ++whole;
    }
    const int64_t first = whole - taps_ / 2 + 1;
    const float* h = filter_.data() + size_t{phase} * taps_ * 2;
    if (first >= 0 && first + taps_ <= size) {
      const auto* in = reinterpret_cast<const float*>(x.data() + first);
      std::array<float, 8> sum{};
      for (unsigned j = 0; j < 2 * taps_; j += 8) {
        for (unsigned q = 0; q < 8; ++q) sum[q] += in[j + q] * h[j + q];
      }
      out[m] = {sum[0] + sum[2] + sum[4] + sum[6], sum[1] + sum[3] + sum[5] + sum[7]};
    } else {
      Cf sum{};
      for (int64_t j = std::max<int64_t>(0, -first); j < std::min<int64_t>(taps_, size - first); ++j) sum += x[static_cast<size_t>(first + j)] * h[2 * j];
      out[m] = sum;
    }
  }
}

}  // namespace sen::phy
