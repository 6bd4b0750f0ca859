// What a receiver does with the four symbols of an SS/PBCH block, from a grid or from samples: measurement on the SSS, PBCH. Private to phy.
#pragma once

#include "phy/ssb.h"

namespace sen::phy {

inline constexpr unsigned ssb_subcarriers = 240, ssb_sequence = 127, ssb_sequence_start = 56, max_pci = 1007;

// The block's elements by port, symbol (0: PSS) and subcarrier.
struct SsbBlock {
  static constexpr unsigned max_ports = 4;
  unsigned ports = 1;
  std::array<std::array<std::array<Cf, ssb_subcarriers>, nr::ssb_symbols>, max_ports> re{};
};

class PbchReceiver {
 public:
  PbchReceiver();
  // delay_s and cfo_hz (from the PBCH's symbols, at most +-1/4.3 of a subcarrier) are what is left in the block.
  static void measure(const SsbBlock& block, unsigned pci, double scs_hz, SsbMeasurement& out);
  std::optional<PbchFound> receive(const SsbBlock& block, unsigned pci, unsigned l_max, double scs_hz, SsbMeasurement& measurement);

 private:
  struct Pilots;
  void estimate(const SsbBlock& block, const Pilots& pilots, Cf step, float snr);
  Cf middle_turn(const SsbBlock& block, unsigned pci, unsigned hypothesis) const;
  std::optional<PbchFound> decode(const SsbBlock& block, unsigned pci, unsigned l_max, unsigned hypothesis, float noise);

  ControlDecoder decoder_;
  std::array<std::array<Cf, ssb_subcarriers>, SsbBlock::max_ports> h_{};  // at symbol 2
  std::array<Cf, nr::ssb_symbols> turn_{};                                // of h_ in each symbol
  unsigned offset_ = 0;                                                   // subcarrier of the first pilot: PCI mod 4
};

}  // namespace sen::phy
