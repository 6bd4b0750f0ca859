// Power over delay of a sequence against roots, all in the frequency domain: |sum over k of y(k) conj(root(k)) exp(j 2 pi k m / bins)|^2 at
// bins m, added up over ports and repetitions. Where only delays in a small part of the period can occur, the products are low-pass
// filtered around that part and decimated by four before a transform of a quarter of the size. One thread at a time, no allocation after
// construction.
#pragma once

#include <array>

#include "phy/kernels/decimate.h"
#include "phy/kernels/dft.h"
#include "phy/types.h"

namespace sen::phy {

class DelayProfile {
 public:
  // Sequences of `length` values; wanted are the bins [-before, used), everything when used == bins.
  DelayProfile(unsigned length, unsigned bins, unsigned before, unsigned used);

  // Sequences and roots (conjugated) in the order that add() takes.
  size_t arranged_size() const { return arranged_size_; }
  void arrange_sequence(std::span<const Cf> y, std::span<Cf> out) const;
  void arrange_root(std::span<const Cf> root, std::span<Cf> out) const;

  void clear();
  // Adds the power of sequence and root, both arranged, times factor^2.
  void add(std::span<const Cf> sequence, std::span<const Cf> root, float factor);
  // The profile since clear(), `bins` values; those not wanted are zero.
  std::span<const float> finish();

 private:
  void design();
  size_t place(unsigned k) const { return decimated_ ? k % 4 * stride_ + margin + k / 4 : k; }

  static constexpr unsigned margin = 3;  // zeros before and behind, into which the filter reaches

  unsigned length_, bins_, before_, used_;
  bool decimated_;
  size_t stride_, arranged_size_;
  int centre_ = 0;  // bin that the filter turns to 0
  std::array<float, decimate_taps> taps_{};
  Dft transform_;
  Aligned<Cf> product_, filtered_, profile_;
  Aligned<float> narrow_, power_, gain_;  // gain_: what undoes the filter's pass band
};

}  // namespace sen::phy
