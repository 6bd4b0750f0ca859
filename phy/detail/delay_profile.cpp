#include "phy/detail/delay_profile.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "phy/kernels/complex.h"

namespace sen::phy {
namespace {

// What the filter keeps, of the whole period: a sixth leaves its transition band the rest of the quarter that remains, images below -45 dB.
bool narrow_enough(unsigned bins, unsigned before, unsigned used) { return 6 * (before + used) <= bins; }

Cf turn(double cycles) { return Cf(std::polar(1.0, 2 * std::numbers::pi * cycles)); }

double bessel_i0(double x) {
  double sum = 1, term = 1;
  for (int i = 1; i < 30; ++i) sum += term *= x * x / (4.0 * i * i);
  return sum;
}

}  // namespace

DelayProfile::DelayProfile(unsigned length, unsigned bins, unsigned before, unsigned used)
    : length_(length),
      bins_(bins),
      before_(before),
      used_(used),
      decimated_(bins % 4 == 0 && used < bins && narrow_enough(bins, before, used)),
      stride_((length + 3) / 4 + 2 * margin),
      arranged_size_(decimated_ ? 4 * stride_ : length),
      transform_(decimated_ ? bins / 4 : bins, Dft::Direction::backward),
      product_(decimated_ ? arranged_size_ : bins),
      filtered_(decimated_ ? bins / 4 : 0),
      profile_(transform_.size()),
      narrow_(decimated_ ? bins / 4 : 0),
      power_(bins),
      gain_(decimated_ ? bins / 4 : 0) {
  if (decimated_) design();
}

// A Kaiser window over the sinc of an eighth of the rate, unit gain at the centre.
void DelayProfile::design() {
  centre_ = (static_cast<int>(used_) - static_cast<int>(before_)) / 2;
  double sum = 0;
  for (size_t t = 0; t < decimate_taps; ++t) {
    const double x = static_cast<double>(t) - (decimate_taps - 1) / 2.0, u = 2 * x / decimate_taps;
    const double tap = std::sin(std::numbers::pi * x / 4) / (std::numbers::pi * x) * bessel_i0(4.0 * std::sqrt(1 - u * u));
    taps_[t] = static_cast<float>(tap);
    sum += tap;
  }
  for (float& t : taps_) t *= static_cast<float>(4 / sum);
  for (unsigned m = 0; m < bins_ / 4; ++m) {
    const double offset = m < bins_ / 8 ? m : static_cast<double>(m) - bins_ / 4;
    std::complex<double> response = 0;
    for (size_t t = 0; t < decimate_taps; ++t) response += std::complex<double>(taps_[t] * turn(-offset * static_cast<double>(t) / bins_));
    gain_[m] = static_cast<float>(16 / std::max(std::norm(response), 1e-3));
  }
}

void DelayProfile::arrange_sequence(std::span<const Cf> y, std::span<Cf> out) const {
  std::ranges::fill(out, Cf{});
  for (unsigned k = 0; k < length_; ++k) out[place(k)] = y[k];
}

void DelayProfile::arrange_root(std::span<const Cf> root, std::span<Cf> out) const {
  std::ranges::fill(out, Cf{});
  for (unsigned k = 0; k < length_; ++k) out[place(k)] = std::conj(root[k]) * turn(static_cast<double>(centre_) * k / bins_);
}

void DelayProfile::clear() { std::ranges::fill(decimated_ ? narrow_ : power_, 0.0f); }

void DelayProfile::add(std::span<const Cf> sequence, std::span<const Cf> root, float factor) {
  multiply(sequence, root, factor, product_.span().first(arranged_size_));
  if (decimated_) {
    decimate(product_.span(), stride_, taps_, filtered_.span().first(stride_ - margin));
    transform_.run(filtered_.data(), profile_.data());
    return add_power(profile_.span(), narrow_.span());
  }
  transform_.run(product_.data(), profile_.data());
  if (used_ == bins_) return add_power(profile_.span(), power_.span());
  add_power(profile_.span().last(before_), power_.span().last(before_));
  add_power(profile_.span().first(used_), power_.span().first(used_));
}

std::span<const float> DelayProfile::finish() {
  if (!decimated_) return power_.span();
  // Bin m lies at m - centre_ of the narrow profile, behind its end when that is negative.
  const auto n = static_cast<int>(bins_);
  auto copy = [&](int first, int end, int to) {
    const float* from = narrow_.data() + first - centre_ + (first < centre_ ? n / 4 : 0);
    const float* gain = gain_.data() + (from - narrow_.data());
    float* out = power_.data() + first + to;
    for (int m = 0; m < end - first; ++m) out[m] = from[m] * gain[m];
  };
  copy(-static_cast<int>(before_), 0, n);
  copy(0, centre_, 0);
  copy(centre_, static_cast<int>(used_), 0);
  return power_.span();
}

}  // namespace sen::phy
