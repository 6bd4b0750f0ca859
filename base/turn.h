// A carrier offset on samples: each is multiplied by e^(j 2 pi turns), 0 turns at time 0; when the offset changes, the phase goes on. Phasors are exact at
// multiples of 64 samples, so that a sample does not depend on where its span begins. About 1 ns a sample. One thread at a time.
#pragma once

#include <array>
#include <complex>
#include <cstdint>
#include <span>

namespace sen {

class Turn {
 public:
  using Cf = std::complex<float>;

  // From this time on.
  void set(double turns_per_sample, int64_t time);
  // Modulo 1.
  double turns(int64_t time) const;
  // out += amplitude * in, turned; in[0] is the sample of this time.
  void add(std::span<const Cf> in, float amplitude, int64_t time, std::span<Cf> out) const;
  void apply(std::span<Cf> samples, int64_t time) const;

 private:
  template <class F>
  void blocks(size_t n, double amplitude, int64_t time, F&& f) const;

  static constexpr int64_t block = 64;
  bool begun_ = false;
  double per_sample_ = 0, before_ = 0;
  int64_t from_ = 0;
  std::array<Cf, block> steps_{};  // from an exact phasor on
};

}  // namespace sen
