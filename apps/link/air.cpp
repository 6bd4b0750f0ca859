#include "apps/link/air.h"

#include <algorithm>
#include <cmath>

namespace sen::link {
namespace {

std::string_view level_name(CorrelationLevel level) {
  static constexpr std::string_view names[] = {"low", "medium", "medium-a", "high"};
  return names[static_cast<size_t>(level)];
}

}  // namespace

Result<Air> Air::make(const Case& c, unsigned tx_ports, bool uplink) {
  SEN_ASSIGN(auto ofdm, phy::Ofdm::make({.scs = c.scs, .n_rb = c.rb}));
  const auto correlation = *channel::parse_correlation(level_name(c.correlation), uplink);
  channel::LinkConfig config{.sample_rate_hz = ofdm.sample_rate_hz(),
                             .n_tx = tx_ports,
                             .n_rx = c.rx,
                             .profile = c.profile,
                             .delay_spread_ns = c.delay_spread_ns,
                             .doppler_hz = c.doppler_hz,
                             .correlation_tx = uplink ? correlation.ue : correlation.gnb,
                             .correlation_rx = uplink ? correlation.gnb : correlation.ue,
                             .delay_s = c.delay_us * 1e-6,
                             .cfo_hz = c.cfo_hz};
  SEN_ASSIGN(auto link, channel::Link::make(config));
  return Air(c, tx_ports, std::move(link), std::move(ofdm));
}

Air::Air(const Case& c, unsigned tx_ports, channel::Link link, phy::Ofdm ofdm)
    : tx_ports_(tx_ports),
      rx_ports_(c.rx),
      fades_(c.profile != channel::Profile::none),
      samples_(c.domain == Domain::time || (c.domain == Domain::automatic && (fades_ || c.cfo_hz != 0 || c.delay_us != 0))),
      link_(std::move(link)),
      ofdm_(std::move(ofdm)),
      noise_(0),
      response_(12 * c.rb),
      scs_hz_(1000.0 * nr::khz(c.scs)) {
  if (!samples_) return;
  const size_t longest = ofdm_.slot_samples(0) + link_.latency();  // the first slot of a subframe is the longest
  sent_.assign(tx_ports_, std::vector<channel::Cf>(longest));
  received_.assign(rx_ports_, std::vector<channel::Cf>(longest));
}

void Air::begin(uint64_t seed) {
  link_.restart(seed);
  noise_ = channel::Noise(~seed);
  now_ = 0;
}

void Air::skip(unsigned slots) {
  for (unsigned i = 0; i < slots; ++i) now_ += ofdm_.slot_samples(0);
  link_.skip(uint64_t{slots} * ofdm_.slot_samples(0));
}

void Air::response(nr::Slot slot, phy::Grid& h) const {
  const unsigned in_subframe = slot.in_subframe();
  // A receiver of samples has its window `latency` later, and of both there is a share of the cyclic prefix in it that does not change the phase.
  const double latency_s = samples_ ? link_.latency() / ofdm_.sample_rate_hz() : 0;
  for (unsigned r = 0; r < rx_ports_; ++r) {
    for (unsigned t = 0; t < tx_ports_; ++t) {
      for (unsigned l = 0; l < nr::symbols_per_slot; ++l) {
        auto row = h.row(r * tx_ports_ + t, l);
        if (!fades_ && !samples_) {
          std::ranges::fill(row, r % tx_ports_ == t ? channel::Cf(1) : channel::Cf{});
          continue;
        }
        const double first_hz = -scs_hz_ * h.subcarriers() / 2;
        link_.response(r, t, middle(in_subframe, l), first_hz, scs_hz_, row);
        for (size_t k = 0; samples_ && k < row.size(); ++k) {
          row[k] *= channel::Cf(std::polar(1.0, 2 * M_PI * (first_hz + scs_hz_ * static_cast<double>(k)) * latency_s));
        }
      }
    }
  }
}

uint64_t Air::middle(unsigned in_subframe, unsigned symbol) const {
  const unsigned latency = samples_ ? link_.latency() : 0;
  return slot_start_ + latency + ofdm_.symbol_start(in_subframe, symbol) + ofdm_.cp_samples(in_subframe, symbol) + ofdm_.dft_size() / 2;
}

void Air::pass(const phy::Grid& tx, nr::Slot slot, double noise_variance, phy::Grid& rx) {
  slot_start_ = now_;
  if (samples_) {
    through_samples(tx, slot, noise_variance, rx);
  } else {
    through_response(tx, slot, noise_variance, rx);
  }
}

void Air::through_samples(const phy::Grid& tx, nr::Slot slot, double noise_variance, phy::Grid& rx) {
  const unsigned in_subframe = slot.in_subframe();
  const size_t n = ofdm_.slot_samples(in_subframe), latency = link_.latency();
  std::array<std::span<const channel::Cf>, phy::Grid::max_ports> from;
  std::array<std::span<channel::Cf>, phy::Grid::max_ports> to;
  for (unsigned p = 0; p < tx_ports_; ++p) {
    std::span<channel::Cf> samples(sent_[p].data(), n + latency);
    ofdm_.modulate(tx, p, in_subframe, 1, samples.first(n));
    std::ranges::fill(samples.subspan(n), channel::Cf{});
    from[p] = samples;
  }
  for (unsigned p = 0; p < rx_ports_; ++p) {
    to[p] = {received_[p].data(), n + latency};
    std::ranges::fill(to[p], channel::Cf{});
  }
  link_.apply(std::span(from).first(tx_ports_), std::span(to).first(rx_ports_));
  const auto sample_variance = static_cast<float>(noise_variance * ofdm_.dft_size());
  const unsigned advance = ofdm_.cp_samples(in_subframe, 1) / 8;
  for (unsigned p = 0; p < rx_ports_; ++p) {
    noise_.add(to[p], sample_variance);
    ofdm_.demodulate(to[p].subspan(latency, n), in_subframe, 1, advance, rx, p);
  }
  now_ += n + latency;
}

void Air::through_response(const phy::Grid& tx, nr::Slot slot, double noise_variance, phy::Grid& rx) {
  const unsigned in_subframe = slot.in_subframe();
  const double first_hz = -scs_hz_ * tx.subcarriers() / 2;
  for (unsigned r = 0; r < rx_ports_; ++r) {
    for (unsigned l = 0; l < nr::symbols_per_slot; ++l) {
      auto out = rx.row(r, l);
      if (!fades_) {
        std::ranges::copy(tx.row(r % tx_ports_, l), out.begin());
      } else {
        std::ranges::fill(out, channel::Cf{});
        for (unsigned t = 0; t < tx_ports_; ++t) {
          link_.response(r, t, middle(in_subframe, l), first_hz, scs_hz_, response_);
          const auto in = tx.row(t, l);
          for (size_t k = 0; k < in.size(); ++k) out[k] += in[k] * response_[k];
        }
      }
      noise_.add(out, static_cast<float>(noise_variance));
    }
  }
  now_ += ofdm_.slot_samples(in_subframe);
}

}  // namespace sen::link
