#include "radio/resampler.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

namespace sen::radio {
namespace {

constexpr int64_t max_ratio = 4096;
constexpr double half_width = 24;  // samples of the lower rate
constexpr double kaiser_beta = 6.5;

double bessel_i0(double x) {
  double sum = 1, term = 1;
  for (int k = 1; k < 40; ++k) {
    term *= x / (2 * k) * (x / (2 * k));
    sum += term;
  }
  return sum;
}

double kaiser(double x) { return std::abs(x) >= 1 ? 0 : bessel_i0(kaiser_beta * std::sqrt(1 - x * x)) / bessel_i0(kaiser_beta); }

int64_t floor_div(int64_t a, int64_t b) { return a / b - (a % b != 0 && (a < 0) != (b < 0)); }

}  // namespace

Result<Resampler> Resampler::make(double from_hz, double to_hz, double offset_hz) {
  Resampler out;
  const auto from = static_cast<int64_t>(std::llround(from_hz)), to = static_cast<int64_t>(std::llround(to_hz));
  if (from <= 0 || to <= 0) return fail(Fault::invalid, "sample_rate_hz", "{} to {}: not positive", from_hz, to_hz);
  const int64_t common = std::gcd(from, to);
  out.p_ = from / common, out.q_ = to / common;
  if (out.p_ > max_ratio || out.q_ > max_ratio)
    return fail(Fault::unsupported, "sample_rate_hz", "{} and {} are as {} to {}: numbers up to {} can be", from, to, out.p_, out.q_, max_ratio);
  const double low = std::max(-from_hz / 2, offset_hz - to_hz / 2), high = std::min(from_hz / 2, offset_hz + to_hz / 2);
  if (high <= low) return out;
  const double reach = half_width * from_hz / std::min(from_hz, to_hz);  // input samples
  out.half_ = static_cast<int64_t>(std::ceil(reach)) + 1;
  const double width = (high - low) / from_hz, centre = (high + low) / 2 / from_hz;  // cycles an input sample
  out.taps_.resize(static_cast<size_t>(out.q_ * 2 * out.half_));
  for (int64_t phase = 0; phase < out.q_; ++phase) {
    for (int64_t k = 0; k < 2 * out.half_; ++k) {
      // The output lies phase / q behind input sample half - 1 of the window.
      const double t = static_cast<double>(out.half_ - 1 - k) + static_cast<double>(phase) / static_cast<double>(out.q_);
      const double x = std::numbers::pi * width * t;
      const double h = width * (std::abs(x) < 1e-9 ? 1 : std::sin(x) / x) * kaiser(t / (reach + 0.5));
      out.taps_[static_cast<size_t>(phase * 2 * out.half_ + k)] = std::complex<float>(std::polar(1.0, 2 * std::numbers::pi * centre * t) * h);
    }
  }
  return out;
}

std::pair<int64_t, size_t> Resampler::input(int64_t time, size_t n) const {
  const int64_t first = floor_div(time * p_, q_) - half_ + 1;
  const int64_t last = floor_div((time + static_cast<int64_t>(n) - 1) * p_, q_) + half_;
  return {first, static_cast<size_t>(last - first + 1)};
}

void Resampler::run(int64_t time, std::span<const Cf> in, std::span<Cf> out) const {
  const int64_t first = input(time, out.size()).first;
  const auto width = static_cast<size_t>(2 * half_);
  for (size_t i = 0; i < out.size(); ++i) {
    const int64_t at = (time + static_cast<int64_t>(i)) * p_, whole = floor_div(at, q_);
    const Cf* c = &taps_[static_cast<size_t>(at - whole * q_) * width];
    const Cf* x = &in[static_cast<size_t>(whole - half_ + 1 - first)];
    float re = 0, im = 0;
    for (size_t k = 0; k < width; ++k) {
      re += c[k].real() * x[k].real() - c[k].imag() * x[k].imag();
      im += c[k].real() * x[k].imag() + c[k].imag() * x[k].real();
    }
    out[i] = Cf(re, im);
  }
}

}  // namespace sen::radio
