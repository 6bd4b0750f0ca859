// The IQ air: cells and UEs exchange samples over links with gain, delay, carrier offset and noise; neighbour cells on the same carrier interfere, as do
// UEs. One time in samples for everybody, one sampling rate; a cell's n-th slot and a UE's answer to it lie at the times that they say. Full scale 1 is 1 mW.
//
// Deterministic: noise and fading are drawn from the seed per receiver and sample time, whoever asks first. One executor.
#pragma once

#include <map>
#include <memory>
#include <vector>

#include "radio/radio.h"

namespace sen::radio {

struct IqAirConfig {
  uint64_t seed = 1;
  double sample_rate_hz = 23.04e6;
  size_t history = 1 << 18;      // samples of every transmitter that are kept: more than a slot, the longest delay and a preamble together
};

struct IqCell {
  double dl_hz = 0, ul_hz = 0;   // who is not tuned to this hears nothing
  unsigned tx_ports = 1, rx_ports = 1;
  float noise_figure_db = 5;
};
struct IqUe {
  unsigned tx_ports = 1, rx_ports = 1;
  float noise_figure_db = 9;
  double oscillator_ppm = 0;     // error of its carrier frequencies, both directions
};
struct IqLink {
  float gain_db = -200;          // below -180: the link is cut
  double delay_s = 0;
  double doppler_hz = 0;         // shift of a straight path
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
  // Takes effect with the next samples that are heard.
  void set_link(CellIndex cell, UeIndex ue, const IqLink& link);
  void tune(UeIndex ue, double dl_hz, double ul_hz);

  // What leaves the antennas from `time` on; ascending, what lies between is silence. Parts older than the history are dropped.
  void send(CellIndex cell, uint64_t time, std::span<const std::span<const Cf>> ports);
  void say(UeIndex ue, int64_t time, std::span<const std::span<const Cf>> ports);
  // What arrives from `time` on. Ask after everybody has sent up to the last sample; what has not been sent is silence.
  void hear(UeIndex ue, uint64_t time, std::span<const std::span<Cf>> ports);
  void listen(CellIndex cell, uint64_t time, std::span<const std::span<Cf>> ports);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace sen::radio
