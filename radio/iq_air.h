// The IQ air: cells and UEs exchange samples over links with gain, delay, fading, Doppler and carrier offset; neighbour cells interfere, as do UEs. Every
// node has its own carrier frequencies and sampling rate: a receiver hears what of a transmission lies in its band, resampled. Sample 0 of everybody is one
// instant; a cell's n-th slot and a UE's answer to it lie at the times that they say. Full scale 1 is 1 mW.
//
// Deterministic: noise and fading are drawn from the seed by receiver, link and sample time: neither the order of the questions nor how they divide time
// matters. A link whose strongest signal lies far below the receiver's noise is left out. One executor.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "channel/profile.h"
#include "radio/radio.h"

namespace sen::radio {

struct IqAirConfig {
  uint64_t seed = 1;
  size_t history = 1 << 18;      // samples of every transmitter that are kept: more than a slot, the longest delay and a preamble together
  float floor_margin_db = 20;    // what arrives with less than the noise less this is left out
};

struct IqCell {
  uint64_t identity = 0;         // what its draws depend on
  double dl_hz = 0, ul_hz = 0;
  double sample_rate_hz = 23.04e6;
  unsigned tx_ports = 1, rx_ports = 1;
  float noise_figure_db = 5;
  float max_power_dbm = 60;      // of a port
};
struct IqUe {
  uint64_t identity = 0;
  double dl_hz = 0, ul_hz = 0;
  double sample_rate_hz = 23.04e6;
  unsigned tx_ports = 1, rx_ports = 1;
  float noise_figure_db = 9;
  float max_power_dbm = 30;
  double oscillator_ppm = 0;     // error of its carrier frequencies, both directions
};

// TR 38.901 7.7.2. The two directions of a link fade independently.
struct IqFading {
  channel::Profile profile = channel::Profile::none;
  double delay_spread_ns = 30;
  double doppler_hz = 0;
  std::optional<double> k_factor_db;
  channel::Correlation correlation;
  bool operator==(const IqFading& o) const {
    return profile == o.profile && delay_spread_ns == o.delay_spread_ns && doppler_hz == o.doppler_hz && k_factor_db == o.k_factor_db &&
           correlation.gnb == o.correlation.gnb && correlation.ue == o.correlation.ue;
  }
};

// Without fading transmit port p reaches every receive port with the gain and the sign of a Hadamard matrix: full rank.
struct IqLink {
  float gain_db = -200;          // between any two ports; below -180: the link is cut
  double delay_s = 0;
  double doppler_hz = 0;         // shift of all paths, downlink
  IqFading fading;
};

class IqAir {
 public:
  using CellIndex = size_t;
  using UeIndex = size_t;

  explicit IqAir(const IqAirConfig& config);
  ~IqAir();

  CellIndex add_cell(const IqCell& cell);
  UeIndex add_ue(const IqUe& ue);
  void remove_ue(UeIndex ue);
  // Takes effect with the next samples that are heard. Error: fading, delay or a ratio of sampling rates (numbers up to 4096) that cannot be.
  Status set_link(CellIndex cell, UeIndex ue, const IqLink& link);
  void set_noise_figure_of_cell(CellIndex cell, float db);
  void set_noise_figure_of_ue(UeIndex ue, float db);

  // What leaves the antennas from `time` on; ascending, what lies between is silence. Parts older than the history are dropped.
  void send(CellIndex cell, int64_t time, std::span<const std::span<const Cf>> ports);
  void say(UeIndex ue, int64_t time, std::span<const std::span<const Cf>> ports);
  // What arrives from `time` on. Ask after everybody has sent up to the last sample; what has not been sent is silence.
  void hear(UeIndex ue, int64_t time, std::span<const std::span<Cf>> ports);
  void listen(CellIndex cell, int64_t time, std::span<const std::span<Cf>> ports);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace sen::radio
