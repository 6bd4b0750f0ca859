// A radio link on time samples: gain, delay, tapped-delay-line fading (Jakes Doppler, sums of sinusoids), antenna correlation, carrier offset. Streaming: the
// state goes on across calls, and results do not depend on how calls divide the samples. Deterministic: the same configuration and seed give the same samples.
// One thread at a time; a call does not allocate. Cost with 1x1 at 23.04 Msps: 1 to 6 ns a sample by length of the profile; n_tx * n_rx times that.
//
// TR 38.901 7.7.2 (profiles), 7.7.3 (scaling), 7.7.6 (K factor); TS 38.104 Annex G.2, TS 38.101-4 Annex B.2.
#pragma once

#include <memory>

#include "base/result.h"
#include "channel/noise.h"
#include "channel/profile.h"

namespace sen::channel {

struct LinkConfig {
  double sample_rate_hz = 0;
  unsigned n_tx = 1, n_rx = 1;             // up to 8 each
  Profile profile = Profile::none;
  double delay_spread_ns = 30;             // of tdl_a to tdl_e
  double doppler_hz = 0;                   // largest; 0: the fading stands still
  std::optional<double> k_factor_db;       // of profiles with line of sight
  double correlation_tx = 0, correlation_rx = 0;
  double gain_db = 0;                      // less path loss
  double delay_s = 0;                      // of the first path, 0 to max_delay_s
  double max_delay_s = 0;                  // what set_delay_s() may reach; 0: delay_s
  double cfo_hz = 0;                       // what the receiver sees
  uint64_t seed = 1;
};

class Link {
 public:
  // Invalid: sample rate, antennas, delays out of range: field, value, range.
  static Result<Link> make(const LinkConfig& config);
  Link(Link&&) noexcept;
  Link& operator=(Link&&) noexcept;
  ~Link();

  // Samples by which everything is later than `delay_s` says: 0 for a link of whole samples' delay without fading, otherwise half of the interpolation filter.
  unsigned latency() const;
  // Sends the next samples of every transmit port and adds what arrives to every receive port. All spans of one length.
  void apply(std::span<const std::span<const Cf>> tx, std::span<const std::span<Cf>> rx);
  // As if made anew with this seed: other fading, nothing under way, time 0.
  void restart(uint64_t seed);
  // Time goes on while nothing is sent; what was under way is lost.
  void skip(uint64_t samples);
  // To any sample, also back: the next call gives it. What was under way is lost: whoever wants it sends the memory() samples before first.
  void seek(uint64_t sample);
  size_t memory() const;
  // From the next call on.
  void set_gain_db(double gain_db);
  void set_delay_s(double delay_s);  // clipped to 0..max_delay_s
  void set_cfo_hz(double cfo_hz);

  // What a receiver with perfect knowledge sees at its sample `at` (counted from the first call): the channel from port tx to port rx at the frequencies
  // first_hz + i * step_hz, delays and latency included, carrier offset excluded.
  void response(unsigned rx, unsigned tx, uint64_t at, double first_hz, double step_hz, std::span<Cf> out) const;
  // Complex gains of the paths at that sample, [path][rx][tx].
  std::vector<std::complex<double>> gains(uint64_t at) const;

 private:
  struct State;
  explicit Link(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace sen::channel
