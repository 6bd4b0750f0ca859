#include "phy/estimation/pilot_filter.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

#include "base/ensure.h"

namespace sen::phy {
namespace {

constexpr unsigned taps_max = PilotFilter::max_taps;

// Upper ends. Spreads times subcarrier spacing: 30 ns at 15 kHz is 0.00045, 300 ns at 30 kHz 0.009. A small part of the power may come from anywhere
// within `reach` (a normal cyclic prefix is 0.07).
struct Spread {
  float rms, reach;
};
constexpr Spread spreads[PilotFilter::one_sided] = {{0.0006f, 0.03f}, {0.002f, 0.03f}, {0.005f, 0.07f}, {0.011f, 0.07f}, {0.025f, 0.07f}, {0.06f, 0.12f}};
constexpr float snrs_db[PilotFilter::snr_classes] = {-9, -3, 3, 9, 15, 21, 28, 36, 50};
constexpr double reach_power = 0.02;

double flat_profile(double distance, double reach) {
  const double u = 2 * std::numbers::pi * distance * reach;
  return u == 0 ? 1 : std::sin(u) / u;
}
// Correlation of the channel at two subcarriers: a Laplacian delay profile over a uniform floor.
double correlation(double distance, unsigned spread) {
  if (spread == PilotFilter::one_sided) return flat_profile(distance, PilotFilter::one_sided_reach);
  const double x = 2 * std::numbers::pi * distance * spreads[spread].rms / std::numbers::sqrt2;
  return (1 - reach_power) / (1 + x * x) + reach_power * flat_profile(distance, spreads[spread].reach);
}

using Square = std::array<std::array<double, taps_max>, taps_max>;

// Cholesky factor of a symmetric positive definite matrix, in place (lower triangle).
void factor(Square& a, unsigned n) {
  for (unsigned j = 0; j < n; ++j) {
    for (unsigned k = 0; k < j; ++k) {
      for (unsigned i = j; i < n; ++i) a[i][j] -= a[i][k] * a[j][k];
    }
    const double pivot = 1 / std::sqrt(std::max(a[j][j], 1e-12));
    for (unsigned i = j; i < n; ++i) a[i][j] *= pivot;
  }
}
void solve(const Square& a, unsigned n, std::span<double> b) {
  for (unsigned i = 0; i < n; ++i) {
    for (unsigned k = 0; k < i; ++k) b[i] -= a[i][k] * b[k];
    b[i] /= a[i][i];
  }
  for (unsigned i = n; i-- > 0;) {
    for (unsigned k = i + 1; k < n; ++k) b[i] -= a[k][i] * b[k];
    b[i] /= a[i][i];
  }
}

}  // namespace

struct PilotFilter::Slot {
  PilotPattern pattern;
  uint8_t rbs = 0, spread = 0, snr = 0;
  uint32_t used = 0;
  Design design;
  Aligned<float> coefficients{size_t{max_rbs} * max_taps * 24};
};

struct PilotFilter::Work {
  std::vector<Slot> slots;
  uint32_t clock = 0;
  Square factor{};
};

PilotFilter::PilotFilter(unsigned designs) : work_(std::make_shared<Work>()) { work_->slots.resize(designs); }

unsigned PilotFilter::spread_class(float spread) {
  unsigned i = 0;
  while (i + 1 < one_sided && spread > spreads[i].rms) ++i;
  return i;
}
unsigned PilotFilter::snr_class(float snr) {
  const float db = snr > 1e-4f ? 10 * std::log10(snr) : -40;
  unsigned i = 0;
  while (i + 1 < snr_classes && db > snrs_db[i] + 2) ++i;  // smoothing a little too much costs less than too little
  return i;
}
unsigned PilotFilter::window(const PilotPattern& pattern, unsigned n_rb) { return std::min({n_rb, max_rbs, max_taps / pattern.per_rb}); }

const PilotFilter::Design& PilotFilter::get(const PilotPattern& pattern, unsigned rbs, unsigned spread, unsigned snr) {
  Work& w = *work_;
  ++w.clock;
  Slot* oldest = &w.slots[0];
  for (Slot& s : w.slots) {
    if (s.rbs == rbs && s.spread == spread && s.snr == snr && s.pattern.per_rb == pattern.per_rb && s.pattern.shared == pattern.shared &&
        std::equal(pattern.subcarrier.begin(), pattern.subcarrier.begin() + pattern.per_rb, s.pattern.subcarrier.begin())) {
      s.used = w.clock;
      return s.design;
    }
    if (s.used < oldest->used) oldest = &s;
  }
  Slot& s = *oldest;
  s.pattern = pattern;
  s.rbs = static_cast<uint8_t>(rbs);
  s.spread = static_cast<uint8_t>(spread);
  s.snr = static_cast<uint8_t>(snr);
  s.used = w.clock;

  const unsigned per_rb = pattern.per_rb, taps = rbs * per_rb;
  ensure(taps <= max_taps && rbs <= max_rbs && spread < spread_classes && snr < snr_classes);
  std::array<double, max_taps> place;
  for (unsigned i = 0; i < taps; ++i) place[i] = 12 * (i / per_rb) + pattern.subcarrier[i % per_rb];
  // The layers are equally strong; the SNR is one pilot's, with the power of both layers.
  const double layers = pattern.shared ? 2 : 1, noise = layers * std::pow(10.0, -snrs_db[snr] / 10);
  for (unsigned i = 0; i < taps; ++i) {
    for (unsigned k = 0; k <= i; ++k) {
      const double signs = pattern.shared ? ((i + k) % 2 == 0 ? 2 : 0) : 1;
      w.factor[i][k] = signs * correlation(place[i] - place[k], spread) + (i == k ? noise : 0);
    }
  }
  factor(w.factor, taps);

  const unsigned middle = rbs / 2;
  double gain = 0;
  std::array<double, max_taps> row;
  for (unsigned target = 0; target < 12 * rbs; ++target) {
    for (unsigned i = 0; i < taps; ++i) row[i] = correlation(target - place[i], spread);
    solve(w.factor, taps, std::span(row).first(taps));
    float* out = s.coefficients.data() + size_t{target / 12} * taps * 24 + target % 12 * 2;
    for (unsigned i = 0; i < taps; ++i) {
      out[24 * i] = out[24 * i + 1] = static_cast<float>(row[i]);
      if (target / 12 == middle) gain += row[i] * row[i] / 12;
    }
  }
  s.design.filter = {rbs, per_rb, s.coefficients.data()};
  s.design.noise_gain = static_cast<float>(gain);
  // What the layers leave of pilot n: row n of I - sum over the layers of sign_n sign_i c(n, i); with two layers only pilots of equal sign count, twice.
  for (unsigned b = 0; b < rbs; ++b) {
    float kept = 0;
    for (unsigned n = 0; n < per_rb; ++n) {
      const float* c = s.coefficients.data() + size_t{b} * taps * 24 + size_t{2} * pattern.subcarrier[n];
      for (unsigned i = 0; i < taps; ++i) {
        const unsigned self = b * per_rb + n;
        const float signs = pattern.shared ? ((self + i) % 2 == 0 ? 2.0f : 0.0f) : 1.0f;
        const float v = (i == self ? 1.0f : 0.0f) - signs * c[24 * i];
        kept += v * v;
      }
    }
    s.design.residual_gain[b] = kept;
  }
  return s.design;
}

}  // namespace sen::phy
