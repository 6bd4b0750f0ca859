#include "base/turn.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace sen {

void Turn::set(double turns_per_sample, int64_t time) {
  if (begun_ && turns_per_sample == per_sample_) return;
  if (begun_) {
    before_ = turns(time);
    from_ = time;
  }
  begun_ = true;
  per_sample_ = turns_per_sample;
  for (size_t i = 0; i < steps_.size(); ++i) {
    const double turns = std::remainder(per_sample_ * static_cast<double>(i), 1.0);
    steps_[i] = Cf(std::polar(1.0, 2 * std::numbers::pi * turns));
  }
}

double Turn::turns(int64_t time) const { return std::remainder(before_ + per_sample_ * static_cast<double>(time - from_), 1.0); }

// f(first, steps, n, anchor): samples first .. first + n are turned by anchor times the steps.
template <class F>
void Turn::blocks(size_t n, double amplitude, int64_t time, F&& f) const {
  for (size_t i = 0; i < n;) {
    const int64_t t = time + static_cast<int64_t>(i), within = (t % block + block) % block;
    const Cf anchor(std::polar(amplitude, 2 * std::numbers::pi * turns(t - within)));
    const size_t part = std::min(n - i, static_cast<size_t>(block - within));
    f(i, steps_.data() + within, part, anchor);
    i += part;
  }
}

void Turn::add(std::span<const Cf> in, float amplitude, int64_t time, std::span<Cf> out) const {
  if (per_sample_ == 0 && before_ == 0) {
    for (size_t i = 0; i < in.size(); ++i) out[i] += amplitude * in[i];
    return;
  }
  blocks(in.size(), static_cast<double>(amplitude), time, [&](size_t first, const Cf* steps, size_t n, Cf anchor) {
    const float a = anchor.real(), b = anchor.imag();
    const Cf* __restrict x = in.data() + first;
    Cf* __restrict y = out.data() + first;
    for (size_t k = 0; k < n; ++k) {
      const float re = steps[k].real() * a - steps[k].imag() * b, im = steps[k].real() * b + steps[k].imag() * a;
      y[k] += Cf(x[k].real() * re - x[k].imag() * im, x[k].real() * im + x[k].imag() * re);
    }
  });
}

void Turn::apply(std::span<Cf> samples, int64_t time) const {
  if (per_sample_ == 0 && before_ == 0) return;
  blocks(samples.size(), 1, time, [&](size_t first, const Cf* steps, size_t n, Cf anchor) {
    const float a = anchor.real(), b = anchor.imag();
    Cf* __restrict y = samples.data() + first;
    for (size_t k = 0; k < n; ++k) {
      const float re = steps[k].real() * a - steps[k].imag() * b, im = steps[k].real() * b + steps[k].imag() * a;
      const float x = y[k].real(), z = y[k].imag();
      y[k] = Cf(x * re - z * im, x * im + z * re);
    }
  });
}

}  // namespace sen
