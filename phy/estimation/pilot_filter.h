// Frequency filters for channel estimation: linear minimum-mean-square-error interpolation of pilots to all subcarriers, for a channel whose delays lie
// around zero with a given spread, at a given signal-to-noise ratio, and for one or two layers that share the pilots by signs (frequency-domain cover
// codes): the filter separates them by their smoothness, not by differences of neighbours, so that long delay spreads do not mix them. Designs are made
// at first use of a class (some 10 to 200 us) and kept, in space that is allocated by the constructor. One thread at a time.
#pragma once

#include <array>

#include "phy/kernels/estimate.h"

namespace sen::phy {

// Where the pilots of one resource block lie.
struct PilotPattern {
  uint8_t per_rb = 6;
  std::array<uint8_t, 12> subcarrier{};
  bool shared = false;             // a second layer with signs +, -, +, - over the pilots
};

class PilotFilter {
 public:
  static constexpr unsigned max_rbs = 6, max_taps = 48, spread_classes = 7, snr_classes = 9;
  // The last spread class is for channels with early first and long late echoes, seen with little noise: delays up to one_sided_reach around the middle,
  // one_sided_shift (times the subcarrier spacing) after the mean delay.
  static constexpr unsigned one_sided = spread_classes - 1, high_snr = 5;
  static constexpr float one_sided_shift = 0.025f, one_sided_reach = 0.045f;

  explicit PilotFilter(unsigned designs = 48);

  // Classes of a delay spread (RMS, times the subcarrier spacing; designed for its upper end) and of a pilot's SNR (linear; designed for its middle).
  static unsigned spread_class(float spread);
  static unsigned snr_class(float snr);
  // Window of a run of n_rb resource blocks: how many RBs a filter spans.
  static unsigned window(const PilotPattern& pattern, unsigned n_rb);

  struct Design {
    SmoothingFilter filter;
    float noise_gain = 0;          // variance of the estimate's noise over the pilots', mean of a middle RB
    // Of the pilots' noise power in an RB (per_rb times its variance) the part that is left when the layers' estimates are taken out, by the RB's place in
    // its window, times per_rb.
    std::array<float, max_rbs> residual_gain{};
  };
  const Design& get(const PilotPattern& pattern, unsigned rbs, unsigned spread, unsigned snr);

 private:
  struct Slot;
  struct Work;
  std::shared_ptr<Work> work_;
};

}  // namespace sen::phy
