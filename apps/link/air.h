// From a transmitter's grid to a receiver's: through OFDM samples and a radio link, or, in the frequency domain, by the link's response at each resource
// element. Noise is added here. One object a thread.
#pragma once

#include "apps/link/case.h"
#include "channel/link.h"
#include "phy/ofdm.h"

namespace sen::link {

class Air {
 public:
  // `uplink` decides which antenna correlation is whose. The grids have tx and rx ports of case.rb resource blocks.
  static Result<Air> make(const Case& test_case, unsigned tx_ports, bool uplink);

  // A new draw of fading and noise, at time 0.
  void begin(uint64_t seed);
  // One slot; time goes on by it. `noise_variance`: of a resource element.
  void pass(const phy::Grid& tx, nr::Slot slot, double noise_variance, phy::Grid& rx);
  // The channel that the last slot met, port rx * tx + tx of `h`, at the middle of each symbol.
  void response(nr::Slot slot, phy::Grid& h) const;
  // Time without transmission.
  void skip(unsigned slots);
  // Mean power of a resource element at a receive antenna when the ports' mean powers sum to 1.
  double gain() const { return fades_ ? 1 : 1.0 / tx_ports_; }

 private:
  Air(const Case& test_case, unsigned tx_ports, channel::Link link, phy::Ofdm ofdm);
  uint64_t middle(unsigned in_subframe, unsigned symbol) const;
  void through_samples(const phy::Grid& tx, nr::Slot slot, double noise_variance, phy::Grid& rx);
  void through_response(const phy::Grid& tx, nr::Slot slot, double noise_variance, phy::Grid& rx);

  unsigned tx_ports_, rx_ports_;
  bool fades_, samples_;
  channel::Link link_;
  phy::Ofdm ofdm_;
  channel::Noise noise_;
  uint64_t now_ = 0, slot_start_ = 0;            // samples: of the next, and of the last slot
  std::vector<std::vector<channel::Cf>> sent_, received_;
  std::vector<channel::Cf> response_;
  double scs_hz_;
};

}  // namespace sen::link
