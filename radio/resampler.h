// Samples of one rate and centre frequency as a receiver of another rate and centre sees them: a complex band-pass of exactly what both bands have in
// common, evaluated at the receiver's sample times (65 dB; a transition of 4 % of the lower rate at each edge). Time 0 of both is one instant. Any thread.
#pragma once

#include <complex>
#include <cstdint>
#include <span>
#include <vector>

#include "base/result.h"

namespace sen::radio {

class Resampler {
 public:
  using Cf = std::complex<float>;
  // `offset_hz`: the receiver's centre less the transmitter's. Error: a ratio of rates that is none of numbers up to 4096.
  static Result<Resampler> make(double from_hz, double to_hz, double offset_hz);

  // The two bands touch at all.
  bool overlaps() const { return !taps_.empty(); }
  // Input samples that output samples [time, time + n) need: first and number.
  std::pair<int64_t, size_t> input(int64_t time, size_t n) const;
  // `in` from input().first on. What comes out still has the transmitter's centre at 0 Hz: the receiver turns it by -offset_hz.
  void run(int64_t time, std::span<const Cf> in, std::span<Cf> out) const;

 private:
  int64_t p_ = 1, q_ = 1;         // input samples p_ are output samples q_
  int64_t half_ = 0;
  std::vector<Cf> taps_;          // [phase][2 half], oldest sample first
};

}  // namespace sen::radio
