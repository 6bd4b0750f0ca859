#include "radio/iq_air.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <map>
#include <numbers>

#include "base/turn.h"
#include "channel/link.h"
#include "channel/noise.h"
#include "radio/resampler.h"

namespace sen::radio {
namespace {

constexpr float cut_db = -180;
constexpr double thermal_dbm_hz = -174;
constexpr double fading_headroom_db = 10;  // over a link's mean gain
constexpr int64_t delay_steps = 64;        // of a sample: finer delays are not told apart
constexpr int64_t never = INT64_MIN;

constexpr uint64_t mix(uint64_t a, uint64_t b) { return (a ^ (b + 0x9e3779b97f4a7c15u + (a << 6) + (a >> 2))) * 0xc2b2ae3d27d4eb4fu; }

// A transmitter's last samples by their time.
class Track {
 public:
  explicit Track(size_t history) : samples_(std::bit_ceil(std::max(history, block))), loud_(samples_.size() / block, never) {}

  void write(int64_t time, std::span<const Cf> in) {
    silence(time);
    run(time, in, [](Cf& to, Cf from) { to = from; });
    end_ = std::max(end_, time + static_cast<int64_t>(in.size()));
  }
  // Like write, over what is there already.
  void add(int64_t time, std::span<const Cf> in) {
    silence(time + static_cast<int64_t>(in.size()));
    run(time, in, [](Cf& to, Cf from) { to += from; });
  }
  void read(int64_t time, std::span<Cf> out) const {
    const int64_t n = static_cast<int64_t>(out.size()), first = std::clamp(std::max(oldest(), int64_t{0}), time, time + n), last = std::clamp(end_, first, time + n);
    std::ranges::fill(out.first(static_cast<size_t>(first - time)), Cf{});
    std::ranges::fill(out.subspan(static_cast<size_t>(last - time)), Cf{});
    for (int64_t t = first; t < last;) {
      const size_t at = place(t), piece = std::min(static_cast<size_t>(last - t), samples_.size() - at);
      std::copy_n(&samples_[at], piece, &out[static_cast<size_t>(t - time)]);
      t += static_cast<int64_t>(piece);
    }
  }
  // Nothing but zeros from `time` on.
  bool silent(int64_t time, size_t n) const {
    const int64_t first = std::max(std::max(oldest(), int64_t{0}), time), last = std::min(end_, time + static_cast<int64_t>(n));
    for (int64_t t = first; t < last; t = (t / step + 1) * step) {
      if (loud_[place(t) / block] >= t / step * step) return false;
    }
    return true;
  }

 private:
  static constexpr size_t block = 256;
  static constexpr auto step = static_cast<int64_t>(block);
  size_t place(int64_t t) const { return static_cast<size_t>(t) & (samples_.size() - 1); }
  int64_t oldest() const { return end_ - static_cast<int64_t>(samples_.size()); }

  template <class F>
  void run(int64_t time, std::span<const Cf> in, F put) {
    const int64_t n = static_cast<int64_t>(in.size()), from = std::max({oldest(), int64_t{0}, time});
    for (int64_t t = from; t < time + n;) {
      const int64_t end = std::min(time + n, (t / step + 1) * step);
      bool loud = false;
      Cf* to = &samples_[place(t)];  // a block lies in one piece
      for (int64_t i = t; i < end; ++i) {
        const Cf value = in[static_cast<size_t>(i - time)];
        loud |= value != Cf{};
        put(*to++, value);
      }
      if (loud) loud_[place(t) / block] = end - 1;
      t = end;
    }
  }
  void silence(int64_t until) {
    for (int64_t t = std::max(end_, until - static_cast<int64_t>(samples_.size())); t < until; ++t) samples_[place(t)] = {};
    end_ = std::max(end_, until);
  }

  std::vector<Cf> samples_;
  std::vector<int64_t> loud_;  // a block's last sample that is not zero lies at this time at most
  int64_t end_ = 0;
};

struct Transmitter {
  double hz = 0, rate = 0;
  float max_power_dbm = 0;
  std::vector<Track> ports;
};
struct Receiver {
  double hz = 0, rate = 0;
  float noise_figure_db = 0;
  uint64_t seed = 0;
  double noise_dbm() const { return thermal_dbm_hz + 10 * std::log10(rate) + static_cast<double>(noise_figure_db); }
};

// One direction of a link.
struct Way {
  std::optional<Resampler> resampler;   // where rate or centre differ
  std::vector<channel::Link> links;     // with fading: one of all ports; a delay of parts of a sample: one a transmit port
  bool fades = false;
  int64_t whole = 0, part = 0;          // delay: samples, delay_steps of one
  Turn turn;
};

struct Pair {
  IqLink link;
  Way down, up;
  uint64_t seed = 0;
};

}  // namespace

struct IqAir::Impl {
  struct Cell {
    IqCell config;
    Transmitter tx;
    Receiver rx;
  };
  struct Ue {
    IqUe config;
    bool present = true;
    Transmitter tx;
    Receiver rx;
  };

  explicit Impl(const IqAirConfig& c) : config(c) {}

  static Status prepare(Way& way, const Transmitter& tx, const Receiver& rx, const IqLink& link, unsigned n_rx, double correlation_tx, double correlation_rx, uint64_t seed);
  void carry(Way& way, const Transmitter& from, const Receiver& at, const IqLink& link, double turn_hz, int64_t time, std::span<const std::span<Cf>> to);
  void arriving(const Way& way, const Transmitter& from, int64_t time, size_t n);
  void through_links(Way& way, const Transmitter& from, int64_t time, size_t n, size_t outputs);
  void add_noise(const Receiver& at, int64_t time, std::span<const std::span<Cf>> ports) const;

  IqAirConfig config;
  std::vector<Cell> cells;
  std::vector<Ue> ues;
  std::map<std::pair<CellIndex, UeIndex>, Pair> links;
  std::vector<std::vector<Cf>> sent, received;  // per port: a transmitter's at the receiver's rate, what the links gave
  std::vector<Cf> fetched;
};

IqAir::IqAir(const IqAirConfig& config) : impl_(std::make_unique<Impl>(config)) {}
IqAir::~IqAir() = default;

IqAir::CellIndex IqAir::add_cell(const IqCell& c) {
  const uint64_t seed = mix(mix(impl_->config.seed, 1), c.identity);
  impl_->cells.push_back({c, {c.dl_hz, c.sample_rate_hz, c.max_power_dbm, std::vector<Track>(c.tx_ports, Track(impl_->config.history))},
                          {c.ul_hz, c.sample_rate_hz, c.noise_figure_db, seed}});
  return impl_->cells.size() - 1;
}

IqAir::UeIndex IqAir::add_ue(const IqUe& c) {
  const uint64_t seed = mix(mix(impl_->config.seed, 2), c.identity);
  Impl::Ue made{c, true, {c.ul_hz, c.sample_rate_hz, c.max_power_dbm, std::vector<Track>(c.tx_ports, Track(impl_->config.history))},
                {c.dl_hz, c.sample_rate_hz, c.noise_figure_db, seed}};
  for (UeIndex i = 0; i < impl_->ues.size(); ++i) {
    if (impl_->ues[i].present) continue;
    impl_->ues[i] = std::move(made);
    return i;
  }
  impl_->ues.push_back(std::move(made));
  return impl_->ues.size() - 1;
}

void IqAir::remove_ue(UeIndex ue) {
  impl_->ues[ue].present = false;
  std::erase_if(impl_->links, [&](const auto& link) { return link.first.second == ue; });
}

void IqAir::set_noise_figure_of_cell(CellIndex cell, float db) { impl_->cells[cell].rx.noise_figure_db = db; }
void IqAir::set_noise_figure_of_ue(UeIndex ue, float db) { impl_->ues[ue].rx.noise_figure_db = db; }

Status IqAir::set_link(CellIndex c, UeIndex u, const IqLink& link) {
  Impl::Cell& cell = impl_->cells[c];
  Impl::Ue& ue = impl_->ues[u];
  const auto [place, made] = impl_->links.try_emplace({c, u});
  Pair& pair = place->second;
  if (made || pair.link.fading != link.fading) {
    pair.down.links.clear();
    pair.up.links.clear();
  }
  if (made) pair.seed = mix(mix(mix(impl_->config.seed, 3), cell.config.identity), ue.config.identity);
  pair.link = link;
  const auto& correlation = link.fading.correlation;
  SEN_TRY(Impl::prepare(pair.down, cell.tx, ue.rx, link, ue.config.rx_ports, correlation.gnb, correlation.ue, mix(pair.seed, 1)));
  return Impl::prepare(pair.up, ue.tx, cell.rx, link, cell.config.rx_ports, correlation.ue, correlation.gnb, mix(pair.seed, 2));
}

Status IqAir::Impl::prepare(Way& way, const Transmitter& tx, const Receiver& rx, const IqLink& link, unsigned n_rx, double correlation_tx, double correlation_rx,
                            uint64_t seed) {
  if (!way.resampler && (tx.rate != rx.rate || tx.hz != rx.hz)) {
    SEN_ASSIGN(way.resampler, Resampler::make(tx.rate, rx.rate, rx.hz - tx.hz));
  }
  way.fades = link.fading.profile != channel::Profile::none;
  const int64_t delay = std::llround(link.delay_s * rx.rate * delay_steps), whole = delay / delay_steps, part = delay % delay_steps;
  const bool moved = part != way.part;
  way.whole = whole, way.part = part;
  const size_t wanted = way.fades ? 1 : part != 0 ? tx.ports.size() : 0;
  const double part_s = static_cast<double>(part) / delay_steps / rx.rate;
  const bool anew = way.links.size() != wanted;
  if (anew) {
    way.links.clear();
    channel::LinkConfig c;
    c.sample_rate_hz = rx.rate;
    c.max_delay_s = 1 / rx.rate;
    c.profile = link.fading.profile;
    c.delay_spread_ns = link.fading.delay_spread_ns;
    c.doppler_hz = link.fading.doppler_hz;
    c.k_factor_db = link.fading.k_factor_db;
    c.correlation_tx = correlation_tx, c.correlation_rx = correlation_rx;
    c.seed = seed;
    if (way.fades) c.n_tx = static_cast<unsigned>(tx.ports.size()), c.n_rx = n_rx;
    for (size_t i = 0; i < wanted; ++i) {
      SEN_ASSIGN(auto made, channel::Link::make(c));
      way.links.push_back(std::move(made));
    }
  }
  if (moved || anew) {
    for (auto& l : way.links) l.set_delay_s(part_s);
  }
  return {};
}

void IqAir::send(CellIndex cell, int64_t time, std::span<const std::span<const Cf>> ports) {
  auto& tracks = impl_->cells[cell].tx.ports;
  for (size_t p = 0; p < tracks.size() && p < ports.size(); ++p) tracks[p].write(time, ports[p]);
}

void IqAir::say(UeIndex ue, int64_t time, std::span<const std::span<const Cf>> ports) {
  auto& tracks = impl_->ues[ue].tx.ports;
  for (size_t p = 0; p < tracks.size() && p < ports.size(); ++p) tracks[p].add(time, ports[p]);
}

void IqAir::hear(UeIndex index, int64_t time, std::span<const std::span<Cf>> ports) {
  Impl& i = *impl_;
  const Impl::Ue& ue = i.ues[index];
  for (const auto& port : ports) std::ranges::fill(port, Cf{});
  for (CellIndex c = 0; c < i.cells.size(); ++c) {
    const auto pair = i.links.find({c, index});
    if (pair == i.links.end()) continue;
    // A receiver whose oscillator runs fast sees the carrier too low.
    i.carry(pair->second.down, i.cells[c].tx, ue.rx, pair->second.link, pair->second.link.doppler_hz - ue.config.oscillator_ppm * 1e-6 * ue.config.dl_hz, time, ports);
  }
  i.add_noise(ue.rx, time, ports);
}

void IqAir::listen(CellIndex index, int64_t time, std::span<const std::span<Cf>> ports) {
  Impl& i = *impl_;
  const Impl::Cell& cell = i.cells[index];
  for (const auto& port : ports) std::ranges::fill(port, Cf{});
  for (UeIndex u = 0; u < i.ues.size(); ++u) {
    const Impl::Ue& ue = i.ues[u];
    const auto pair = i.links.find({index, u});
    if (!ue.present || pair == i.links.end()) continue;
    const double doppler = cell.config.dl_hz > 0 ? pair->second.link.doppler_hz * cell.config.ul_hz / cell.config.dl_hz : 0;
    i.carry(pair->second.up, ue.tx, cell.rx, pair->second.link, doppler + ue.config.oscillator_ppm * 1e-6 * ue.config.ul_hz, time, ports);
  }
  i.add_noise(cell.rx, time, ports);
}

void IqAir::Impl::carry(Way& way, const Transmitter& from, const Receiver& at, const IqLink& link, double turn_hz, int64_t time, std::span<const std::span<Cf>> to) {
  if (link.gain_db < cut_db || to.empty() || (way.resampler && !way.resampler->overlaps())) return;
  const double strongest = static_cast<double>(from.max_power_dbm + link.gain_db) + (way.fades ? fading_headroom_db : 0);
  if (strongest < at.noise_dbm() - static_cast<double>(config.floor_margin_db)) return;
  way.turn.set((turn_hz - (at.hz - from.hz)) / at.rate, time);
  // What the links remember and what lies ahead of the instant they interpolate at.
  const size_t n = to[0].size(), memory = way.links.empty() ? 0 : way.links[0].memory(), ahead = way.links.empty() ? 0 : way.links[0].latency();
  const int64_t first = time - way.whole + static_cast<int64_t>(ahead);
  const auto [oldest, span] = way.resampler ? way.resampler->input(first - static_cast<int64_t>(memory), n + memory) : std::pair(first - static_cast<int64_t>(memory), n + memory);
  if (std::ranges::all_of(from.ports, [&](const Track& track) { return track.silent(oldest, span); })) return;
  received.resize(std::max({received.size(), to.size(), from.ports.size()}));
  const size_t outputs = way.fades ? to.size() : from.ports.size();
  if (way.links.empty()) {
    arriving(way, from, first, n);
    for (size_t p = 0; p < outputs; ++p) received[p].assign(sent[p].begin(), sent[p].begin() + static_cast<ptrdiff_t>(n));
  } else {
    // What they remember is given to them each time: the last samples of a reading may have come before the transmitter had sent them.
    for (auto& l : way.links) l.seek(static_cast<uint64_t>(time) - memory);
    through_links(way, from, first - static_cast<int64_t>(memory), memory, outputs);
    through_links(way, from, first, n, outputs);
  }
  const float amplitude = std::pow(10.0f, link.gain_db / 20);
  for (size_t rx = 0; rx < to.size(); ++rx) {
    if (way.fades) {
      way.turn.add(received[rx], amplitude, time, to[rx]);
      continue;
    }
    for (size_t tx = 0; tx < from.ports.size(); ++tx)
      way.turn.add(received[tx], std::popcount(tx & rx) % 2 != 0 ? -amplitude : amplitude, time, to[rx]);
  }
}

// What the transmitter sent, at the receiver's rate and times.
void IqAir::Impl::arriving(const Way& way, const Transmitter& from, int64_t time, size_t n) {
  sent.resize(std::max(sent.size(), from.ports.size()));
  for (size_t p = 0; p < from.ports.size(); ++p) {
    sent[p].resize(n);
    if (!way.resampler) {
      from.ports[p].read(time, sent[p]);
      continue;
    }
    const auto [first, span] = way.resampler->input(time, n);
    fetched.resize(span);
    from.ports[p].read(first, fetched);
    way.resampler->run(time, fetched, sent[p]);
  }
}

void IqAir::Impl::through_links(Way& way, const Transmitter& from, int64_t time, size_t n, size_t outputs) {
  arriving(way, from, time, n);
  std::vector<std::span<const Cf>> in;
  std::vector<std::span<Cf>> out;
  for (size_t p = 0; p < from.ports.size(); ++p) in.push_back(sent[p]);
  for (size_t p = 0; p < outputs; ++p) {
    received[p].assign(n, {});
    out.push_back(received[p]);
  }
  if (way.fades) return way.links[0].apply(in, out);
  for (size_t p = 0; p < outputs; ++p) way.links[p].apply(std::span(in).subspan(p, 1), std::span(out).subspan(p, 1));
}

void IqAir::Impl::add_noise(const Receiver& at, int64_t time, std::span<const std::span<Cf>> ports) const {
  const auto variance = static_cast<float>(std::pow(10.0, at.noise_dbm() / 10));
  for (size_t p = 0; p < ports.size(); ++p) {
    // Before time 0 there is none.
    const auto skip = static_cast<size_t>(std::clamp<int64_t>(-time, 0, static_cast<int64_t>(ports[p].size())));
    channel::add_noise_at(mix(at.seed, p), static_cast<uint64_t>(std::max<int64_t>(time, 0)), ports[p].subspan(skip), variance);
  }
}

}  // namespace sen::radio
