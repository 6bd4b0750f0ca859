// A multipath channel in the frequency domain for tests: taps of TDL-C (TS 38.901 table 7.7.2-3) or a flat one, independent between ports and layers,
// delayed, turned by a carrier offset and, with Doppler, moving from symbol to symbol.
#pragma once

#include <array>
#include <numbers>
#include <vector>

#include "tests/unit/phy_noise.h"

namespace sen::phy {

struct TestChannel {
  struct Options {
    unsigned rx = 1, layers = 1;
    double scs_hz = 30000, rms_s = 0, delay_s = 0, cfo_hz = 0, doppler_hz = 0;
  };
  struct Tap {
    double delay_s;
    std::vector<std::complex<double>> gain;   // by rx and layer
    std::vector<double> shift_hz;             // Doppler, one ray a tap
  };

  TestChannel(const Options& options_, Noise& noise) : options(options_) {
    static constexpr std::array<std::pair<double, double>, 24> tdl_c{{{0, -4.4},         {0.2099, -1.2},    {0.2219, -3.5},   {0.2329, -5.2},   {0.2176, -2.5},   {0.6366, 0},
                                                                      {0.6448, -2.2},    {0.6560, -3.9},    {0.6584, -7.4},   {0.7935, -7.1},   {0.8213, -10.7},  {0.9336, -11.1},
                                                                      {1.2285, -5.1},    {1.3083, -6.8},    {2.1704, -8.7},   {2.7105, -13.2},  {4.2589, -13.9},  {4.6003, -13.9},
                                                                      {5.4902, -15.8},   {5.6077, -17.1},   {6.3065, -16},    {6.6374, -15.7},  {7.0427, -21.6},  {8.6523, -22.8}}};
    double total = 0;
    for (auto [delay, db] : tdl_c) total += std::pow(10, db / 10);
    const unsigned links = options.rx * options.layers;
    for (auto [delay, db] : tdl_c) {
      Tap tap{options.delay_s + delay * options.rms_s, {}, {}};
      const double power = options.rms_s > 0 ? std::pow(10, db / 10) / total : taps.empty() ? 1 : 0;
      for (unsigned i = 0; i < links; ++i) {
        tap.gain.push_back(options.rms_s > 0 ? std::complex<double>(noise(static_cast<float>(power))) : std::polar(std::sqrt(power), 6.28 * noise.uniform()));
        tap.shift_hz.push_back(options.doppler_hz * std::cos(2 * std::numbers::pi * noise.uniform()));
      }
      taps.push_back(std::move(tap));
      if (options.rms_s == 0) break;
    }
  }
  Cf at(unsigned rx, unsigned layer, unsigned k, double symbol) const {
    const double t = symbol / (options.scs_hz / 15000 * 14000);
    std::complex<double> h = 0;
    for (const Tap& tap : taps) {
      const unsigned i = rx * options.layers + layer;
      h += tap.gain[i] * std::polar(1.0, 2 * std::numbers::pi * ((tap.shift_hz[i] + options.cfo_hz) * t - k * options.scs_hz * tap.delay_s));
    }
    return Cf(h);
  }

  Options options;
  std::vector<Tap> taps;
};

}  // namespace sen::phy
