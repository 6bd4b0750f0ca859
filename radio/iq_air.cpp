#include "radio/iq_air.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <numbers>

#include "base/random.h"

namespace sen::radio {
namespace {

constexpr float cut_db = -180;
constexpr unsigned fir_taps = 16;      // of the fractional delay
constexpr unsigned noise_block = 256;  // samples that are drawn at once

// A transmitter's last samples by their time.
class Track {
 public:
  explicit Track(size_t history) : samples_(std::bit_ceil(history)) {}
  int64_t end() const { return end_; }

  void write(int64_t time, std::span<const Cf> in) {
    if (time > end_) silence(time);
    size_t skip = 0;
    if (const int64_t oldest = end_ - static_cast<int64_t>(samples_.size()); time < oldest)
      skip = static_cast<size_t>(std::min<int64_t>(oldest - time, static_cast<int64_t>(in.size())));
    for (size_t i = skip; i < in.size(); ++i) at(time + static_cast<int64_t>(i)) = in[i];
    end_ = std::max(end_, time + static_cast<int64_t>(in.size()));
  }
  // Like write, over what is there already.
  void add(int64_t time, std::span<const Cf> in) {
    if (time > end_) silence(time);
    for (size_t i = 0; i < in.size(); ++i) {
      const int64_t t = time + static_cast<int64_t>(i);
      if (t < end_ - static_cast<int64_t>(samples_.size())) continue;
      if (t < end_) {
        at(t) += in[i];
      } else {
        at(t) = in[i];
        end_ = t + 1;
      }
    }
  }
  void read(int64_t time, std::span<Cf> out) const {
    for (size_t i = 0; i < out.size(); ++i) {
      const int64_t t = time + static_cast<int64_t>(i);
      out[i] = t < end_ && t >= 0 && t >= end_ - static_cast<int64_t>(samples_.size()) ? samples_[static_cast<size_t>(t) & (samples_.size() - 1)] : Cf{};
    }
  }

 private:
  Cf& at(int64_t t) { return samples_[static_cast<size_t>(t) & (samples_.size() - 1)]; }
  void silence(int64_t until) {
    for (int64_t t = std::max(end_, until - static_cast<int64_t>(samples_.size())); t < until; ++t) at(t) = {};
    end_ = until;
  }
  std::vector<Cf> samples_;
  int64_t end_ = 0;
};

// Windowed sinc that delays by `fraction` of a sample plus fir_taps / 2 - 1 whole ones.
std::array<float, fir_taps> fractional_delay(double fraction) {
  std::array<float, fir_taps> out{};
  double sum = 0;
  for (unsigned i = 0; i < fir_taps; ++i) {
    const double x = static_cast<double>(i) - (fir_taps / 2 - 1) - fraction;
    const double sinc = std::abs(x) < 1e-9 ? 1 : std::sin(std::numbers::pi * x) / (std::numbers::pi * x);
    const double window = std::abs(x) >= fir_taps / 2.0 ? 0 : std::pow(std::cos(std::numbers::pi * x / fir_taps), 2);
    out[i] = static_cast<float>(sinc * window);
    sum += out[i];
  }
  for (float& tap : out) tap = static_cast<float>(tap / sum);
  return out;
}

// Adds `in` turned by `hz` from the phase of time `time` on.
void add_turned(std::span<const Cf> in, float amplitude, double hz, double rate, int64_t time, std::span<Cf> out) {
  if (hz == 0) {
    for (size_t i = 0; i < in.size(); ++i) out[i] += amplitude * in[i];
    return;
  }
  const double step = 2 * std::numbers::pi * hz / rate;
  constexpr size_t block = 64;
  std::array<Cf, block> turn;
  for (size_t i = 0; i < block; ++i) turn[i] = std::polar(amplitude, static_cast<float>(step * static_cast<double>(i)));
  for (size_t first = 0; first < in.size(); first += block) {
    const double phase = std::remainder(step * static_cast<double>(time + static_cast<int64_t>(first)), 2 * std::numbers::pi);
    const Cf base = std::polar(1.0f, static_cast<float>(phase));
    const size_t n = std::min(block, in.size() - first);
    for (size_t i = 0; i < n; ++i) {
      const Cf t(turn[i].real() * base.real() - turn[i].imag() * base.imag(), turn[i].real() * base.imag() + turn[i].imag() * base.real());
      const Cf x = in[first + i];
      out[first + i] += Cf(x.real() * t.real() - x.imag() * t.imag(), x.real() * t.imag() + x.imag() * t.real());
    }
  }
}

}  // namespace

struct IqAir::Impl {
  struct Cell {
    IqCell config;
    std::vector<Track> tx;
  };
  struct Ue {
    IqUe config;
    bool present = true;
    double dl_hz = 0, ul_hz = 0;
    std::vector<Track> tx;
  };

  explicit Impl(const IqAirConfig& c) : config(c) {}

  void carry(const std::vector<Track>& from, const IqLink& link, double turn_hz, int64_t time, std::span<const std::span<Cf>> to);
  void add_noise(uint64_t receiver, float noise_figure_db, uint64_t time, std::span<const std::span<Cf>> ports) const;

  IqAirConfig config;
  std::vector<Cell> cells;
  std::vector<Ue> ues;
  std::map<std::pair<CellIndex, UeIndex>, IqLink> links;
  std::vector<Cf> fetched, delayed;
};

IqAir::IqAir(const IqAirConfig& config) : impl_(std::make_unique<Impl>(config)) {}
IqAir::~IqAir() = default;

IqAir::CellIndex IqAir::add_cell(const IqCell& cell) {
  impl_->cells.push_back({cell, std::vector<Track>(cell.tx_ports, Track(impl_->config.history))});
  return impl_->cells.size() - 1;
}

IqAir::UeIndex IqAir::add_ue(const IqUe& ue) {
  Impl::Ue made{ue, true, 0, 0, std::vector<Track>(ue.tx_ports, Track(impl_->config.history))};
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

void IqAir::set_link(CellIndex cell, UeIndex ue, const IqLink& link) { impl_->links[{cell, ue}] = link; }
void IqAir::tune(UeIndex ue, double dl_hz, double ul_hz) { impl_->ues[ue].dl_hz = dl_hz, impl_->ues[ue].ul_hz = ul_hz; }

void IqAir::send(CellIndex cell, uint64_t time, std::span<const std::span<const Cf>> ports) {
  auto& tracks = impl_->cells[cell].tx;
  for (size_t p = 0; p < tracks.size() && p < ports.size(); ++p) tracks[p].write(static_cast<int64_t>(time), ports[p]);
}

void IqAir::say(UeIndex ue, int64_t time, std::span<const std::span<const Cf>> ports) {
  auto& tracks = impl_->ues[ue].tx;
  for (size_t p = 0; p < tracks.size() && p < ports.size(); ++p) tracks[p].add(time, ports[p]);
}

void IqAir::hear(UeIndex index, uint64_t time, std::span<const std::span<Cf>> ports) {
  Impl& i = *impl_;
  const Impl::Ue& ue = i.ues[index];
  for (const auto& port : ports) std::ranges::fill(port, Cf{});
  for (CellIndex c = 0; c < i.cells.size(); ++c) {
    const auto link = i.links.find({c, index});
    if (link == i.links.end() || i.cells[c].config.dl_hz != ue.dl_hz) continue;
    // A receiver whose oscillator runs fast sees the carrier too low.
    i.carry(i.cells[c].tx, link->second, link->second.doppler_hz - ue.config.oscillator_ppm * 1e-6 * ue.dl_hz, static_cast<int64_t>(time), ports);
  }
  i.add_noise(2 * index, ue.config.noise_figure_db, time, ports);
}

void IqAir::listen(CellIndex index, uint64_t time, std::span<const std::span<Cf>> ports) {
  Impl& i = *impl_;
  const Impl::Cell& cell = i.cells[index];
  for (const auto& port : ports) std::ranges::fill(port, Cf{});
  for (UeIndex u = 0; u < i.ues.size(); ++u) {
    const Impl::Ue& ue = i.ues[u];
    const auto link = i.links.find({index, u});
    if (!ue.present || link == i.links.end() || ue.ul_hz != cell.config.ul_hz) continue;
    i.carry(ue.tx, link->second, link->second.doppler_hz + ue.config.oscillator_ppm * 1e-6 * ue.ul_hz, static_cast<int64_t>(time), ports);
  }
  i.add_noise(2 * index + 1, cell.config.noise_figure_db, time, ports);
}

// Transmit port p reaches receive port p, and the others by the signs of a Hadamard matrix: full rank without fading.
void IqAir::Impl::carry(const std::vector<Track>& from, const IqLink& link, double turn_hz, int64_t time, std::span<const std::span<Cf>> to) {
  if (link.gain_db < cut_db || to.empty()) return;
  const double delay = link.delay_s * config.sample_rate_hz;
  const auto whole = static_cast<int64_t>(std::floor(delay));
  const double fraction = delay - static_cast<double>(whole);
  const size_t n = to[0].size();
  const float amplitude = std::pow(10.0f, link.gain_db / 20) / std::sqrt(static_cast<float>(from.size()));
  for (size_t tx = 0; tx < from.size(); ++tx) {
    const int64_t first = time - whole;
    if (first >= from[tx].end()) continue;
    delayed.assign(n, {});
    if (fraction < 1e-6) {
      from[tx].read(first, delayed);
    } else {
      const auto fir = fractional_delay(fraction);
      fetched.resize(n + fir_taps - 1);
      from[tx].read(first - static_cast<int64_t>(fir_taps / 2), fetched);
      for (size_t i = 0; i < n; ++i) {
        Cf sum{};
        for (unsigned k = 0; k < fir_taps; ++k) sum += fir[k] * fetched[i + fir_taps - 1 - k];
        delayed[i] = sum;
      }
    }
    for (size_t rx = 0; rx < to.size(); ++rx) {
      const bool negative = std::popcount(tx & rx) % 2 != 0;
      add_turned(delayed, negative ? -amplitude : amplitude, turn_hz, config.sample_rate_hz, time, to[rx]);
    }
  }
}

// Thermal noise of -174 dBm a hertz; drawn in blocks by their time, so that overlapping readings agree.
void IqAir::Impl::add_noise(uint64_t receiver, float noise_figure_db, uint64_t time, std::span<const std::span<Cf>> ports) const {
  const double dbm = -174 + 10 * std::log10(config.sample_rate_hz) + noise_figure_db;
  const float sigma = static_cast<float>(std::sqrt(std::pow(10.0, dbm / 10) / 2));
  for (size_t p = 0; p < ports.size(); ++p) {
    for (size_t done = 0; done < ports[p].size();) {
      const uint64_t block = (time + done) / noise_block, skip = (time + done) % noise_block;
      Random random(config.seed * 0x9e3779b97f4a7c15u + receiver * 0xc2b2ae3d27d4eb4fu + p * 0x165667b19e3779f9u + block);
      const size_t n = std::min<size_t>(noise_block - skip, ports[p].size() - done);
      for (uint64_t i = 0; i < skip + n; ++i) {  // Box and Muller
        const double u = (static_cast<double>(random.next() >> 11) + 1) * 0x1p-53, v = static_cast<double>(random.next() >> 11) * 0x1p-53;
        if (i < skip) continue;
        const auto radius = static_cast<float>(std::sqrt(-2 * std::log(u)));
        ports[p][done + i - skip] += sigma * std::polar(radius, static_cast<float>(2 * std::numbers::pi * v));
      }
      done += n;
    }
  }
}

}  // namespace sen::radio
