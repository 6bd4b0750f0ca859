#include "phy/estimation/channel_estimator.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "base/ensure.h"
#include "phy/estimation/pilot_filter.h"
#include "phy/kernels/estimate.h"

namespace sen::phy {
namespace {

constexpr unsigned max_runs = 140;
constexpr float two_pi = 2 * std::numbers::pi_v<float>;

Cf times(Cf a, Cf b) { return {a.real() * b.real() - a.imag() * b.imag(), a.real() * b.imag() + a.imag() * b.real()}; }

// Every second pilot's sign turned: what the layer with the signs +, - sees as its own. An even number of pilots.
void flip(std::span<const Cf> in, std::span<Cf> out) {
  for (size_t i = 0; i < in.size(); i += 2) {
    out[i] = in[i];
    out[i + 1] = -in[i + 1];
  }
}

PilotPattern pattern_of(unsigned type, unsigned delta) {
  PilotPattern p;
  const auto at = [&](unsigned i) {
    switch (type) {
      case Pilots::pucch2: return 3 * i + 1;
      case Pilots::pucch34: return i;
      default: return dmrs_subcarrier(type, delta, i);
    }
  };
  p.per_rb = static_cast<uint8_t>(type == Pilots::pucch2 ? 4 : type == Pilots::pucch34 ? 12 : dmrs_values_per_rb(type));
  for (unsigned i = 0; i < p.per_rb; ++i) p.subcarrier[i] = static_cast<uint8_t>(at(i));
  return p;
}

struct Run {
  unsigned crb = 0, n = 0, at = 0;  // first common RB, length, first RB in the allocation
};

// One or two layers that share a comb and a time-domain sign: told apart by alternating signs over the pilots.
struct Share {
  unsigned delta = 0;
  int w_t = 1;
  int first = -1, second = -1;      // layers with signs +, + and +, -
  PilotPattern pattern;
};

// Sums over all pilots that tell what the channel is like.
struct Statistics {
  double power = 0;                 // of a pilot, noise included
  std::complex<double> near, far;   // mean correlations two pilots and one RB apart
  size_t pilots = 0, near_pairs = 0, far_pairs = 0;
};

// How the channel moves between the DM-RS symbols.
struct Motion {
  double angle = 0;                 // carrier offset: phase a symbol
  double rho = 1, gap = 1;          // correlation over `gap` symbols behind that, noise included
  bool still = true;                // differences are noise alone
  float noise = 0;                  // its variance a pilot, when still
};

}  // namespace

struct ChannelEstimator::Work {
  Work(unsigned max_rb_, unsigned max_rx_)
      : max_rb(max_rb_), max_rx(max_rx_), ls(size_t{max_layers} * max_dmrs_positions * max_rx_ * 12 * max_rb_), flipped(size_t{12} * max_rb_),
        gathered(size_t{12} * max_rb_), second(size_t{12} * max_rb_), ramp(size_t{12} * max_rb_), pilot_ramp(size_t{12} * max_rb_) {}

  void plan(const Pilots& p, unsigned rx_ports);
  void least_squares(const Grid& grid, const Pilots& p);
  void gather(const Grid& grid, unsigned rx, unsigned symbol, const Share& s, std::span<Cf> out) const;
  std::span<Cf> pilots(unsigned share, unsigned position, unsigned rx) {
    return {ls.data() + ((size_t{share} * positions + position) * rx_ports + rx) * n_pilots, n_pilots};
  }
  Statistics statistics();
  void set_ramp(double delay);
  void take_delay_out(double delay);
  float noise_probe(unsigned spread);
  unsigned shortest_run() const {
    return std::ranges::min(std::span(runs).first(n_runs), {}, &Run::n).n;
  }
  double residual(const Share& s, std::span<const Cf> z, const Cf* a, const Cf* b, const Cf* turn) const;
  unsigned spread_class(const Statistics& s, float noise) const;
  void smooth_all(ChannelEstimate& out, unsigned spread, unsigned snr);
  float noise_of(const ChannelEstimate& out, unsigned spread, unsigned snr);
  Motion motion();
  void merge(const Motion& m);
  void interpolate_in_time(const Motion& m, double power, float noise, float gain, unsigned layers, ChannelEstimate& out);

  unsigned max_rb, max_rx;
  PilotFilter filter;
  std::array<Run, max_runs> runs;
  unsigned n_runs = 0, n_rb = 0, n_pilots = 0, per_rb = 0, rx_ports = 0, positions = 0, n_shares = 0;
  std::array<Share, max_layers> shares;
  std::array<double, max_dmrs_positions> time{};  // of the positions, symbols; of merged ones their mean
  bool turned = false;              // a delay is taken out: ramp holds it
  Aligned<Cf> ls, flipped, gathered, second, ramp, pilot_ramp;
};

ChannelEstimate::ChannelEstimate(unsigned max_rb, unsigned max_rx, unsigned layers)
    : h_(size_t{max_dmrs_positions} * max_rx * layers * (12 * max_rb + 15) / 16 * 16 + 16), now_(size_t{max_rx} * layers * (12 * max_rb + 15) / 16 * 16 + 16) {}

unsigned ChannelEstimate::at_symbol(unsigned symbol, std::span<const Cf*> rows) {
  const unsigned n = rx_ * layers_;
  ensure(rows.size() >= n && symbol < weights_.size());
  if (direct()) {
    for (unsigned i = 0; i < n; ++i) rows[i] = h_.data() + size_t{i} * stride_;
    return version_;
  }
  if (current_ == none || (!constant_ && current_ != symbol)) {
    for (unsigned i = 0; i < n; ++i) {
      std::array<const Cf*, max_dmrs_positions> from{};
      for (unsigned p = 0; p < positions_; ++p) from[p] = h_.data() + (size_t{p} * n + i) * stride_;
      combine(std::span(from).first(positions_), weights_[symbol], {now_.data() + size_t{i} * stride_, subcarriers_});
    }
    current_ = symbol;
    ++version_;
  }
  for (unsigned i = 0; i < n; ++i) rows[i] = now_.data() + size_t{i} * stride_;
  return version_;
}

void ChannelEstimate::at_symbol(unsigned symbol, std::span<const Cf*> rows, std::span<Cf> space) const {
  const unsigned n = rx_ * layers_;
  ensure(rows.size() >= n && symbol < weights_.size());
  for (unsigned i = 0; i < n; ++i) {
    const auto out = space.subspan(size_t{i} * stride_, subcarriers_);
    rows[i] = direct() ? h_.data() + size_t{i} * stride_ : out.data();
    if (direct()) continue;
    std::array<const Cf*, max_dmrs_positions> from{};
    for (unsigned p = 0; p < positions_; ++p) from[p] = h_.data() + (size_t{p} * n + i) * stride_;
    combine(std::span(from).first(positions_), weights_[symbol], out);
  }
}

ChannelEstimator::ChannelEstimator(unsigned max_rb, unsigned max_rx) : work_(std::make_shared<Work>(max_rb, max_rx)) {}

void ChannelEstimator::estimate(const Grid& grid, const Pilots& p, ChannelEstimate& out) {
  Work& w = *work_;
  ensure(grid.ports() <= w.max_rx && p.layers >= 1 && p.layers <= max_layers && !p.symbols.empty());
  w.plan(p, grid.ports());
  w.least_squares(grid, p);
  const Statistics s = w.statistics();
  // The mean delay, when there is more than noise to measure it from. The noise probe and one-sided filters look at the delays after it.
  const double coherence = std::abs(s.near) / std::max(s.power, 1e-30);
  const unsigned near_distance = p.type == 2 ? 6 : p.type == Pilots::pucch34 ? 2 : p.type == Pilots::pucch2 ? 6 : 4;
  const double delay = s.near_pairs > 0 && coherence * coherence * static_cast<double>(s.near_pairs) > 9 ? -std::arg(s.near) / (2 * std::numbers::pi * near_distance) : 0;
  const bool whole_windows = w.shortest_run() >= PilotFilter::max_rbs;
  w.take_delay_out(whole_windows ? delay + PilotFilter::one_sided_shift : delay);

  // Positions between which nothing moves become one, with less noise, and their differences tell what there is.
  const Motion motion = w.motion();
  const auto merged = static_cast<float>(motion.still ? w.positions : 1);
  const bool measured = motion.still && w.positions > 1;
  if (measured) w.merge(motion);
  out.subcarriers_ = 12 * w.n_rb;
  out.stride_ = (out.subcarriers_ + 15) / 16 * 16;
  out.rx_ = grid.ports();
  out.layers_ = p.layers;
  out.positions_ = w.positions;
  ensure(size_t{w.positions} * out.rx_ * p.layers * out.stride_ <= out.h_.size() && size_t{out.rx_} * p.layers * out.stride_ <= out.now_.size());

  float noise = measured ? motion.noise / merged : w.noise_probe(whole_windows ? PilotFilter::one_sided : 3);
  const float power = static_cast<float>(s.power) - (measured ? motion.noise - noise : 0);
  const unsigned snr = PilotFilter::snr_class((power - noise) / std::max(noise, 1e-30f));
  unsigned spread = w.spread_class(s, noise * merged);
  if (whole_windows && snr >= PilotFilter::high_snr && spread >= 2 && spread <= 3) {
    spread = PilotFilter::one_sided;
  } else if (whole_windows) {
    w.take_delay_out(-PilotFilter::one_sided_shift);
    w.set_ramp(delay);
  }
  w.smooth_all(out, spread, snr);
  // What filters leave behind holds what of the channel they do not follow; the probe's follow everything, but leave fewer values.
  if (!measured) noise = whole_windows ? std::min(w.noise_of(out, spread, snr), 1.1f * noise) : w.noise_of(out, spread, snr);
  const PilotFilter::Design& d = w.filter.get(w.shares[0].pattern, PilotFilter::window(w.shares[0].pattern, w.runs[0].n), spread, snr);
  w.interpolate_in_time(motion, power, noise, d.noise_gain, p.layers, out);

  LinkMeasurement& m = out.measurement;
  m.noise_variance = noise * merged * p.amplitude * p.amplitude * p.length;
  // A pilot carries one or two layers; a pair's sum halves the noise only.
  const double signal = std::max(power - noise, 0.0f) * w.n_shares / p.layers;
  m.rsrp = static_cast<float>(signal);
  m.sinr_db = std::clamp(10 * std::log10(std::max(m.rsrp, 1e-20f) / std::max(m.noise_variance, 1e-20f)), -30.0f, 60.0f);
  m.delay_s = static_cast<float>(delay) / p.scs_hz;
  const double symbol_s = 1 / (static_cast<double>(p.scs_hz) / 15000 * 14000);
  m.cfo_hz = static_cast<float>(motion.angle / (2 * std::numbers::pi * symbol_s));
}

void ChannelEstimator::Work::plan(const Pilots& p, unsigned ports) {
  n_runs = n_rb = 0;
  for (auto [first, count] : p.rbs) {
    if (count == 0) continue;
    if (n_runs > 0 && runs[n_runs - 1].crb + runs[n_runs - 1].n == first) {
      runs[n_runs - 1].n += count;
    } else {
      ensure(n_runs < max_runs);
      runs[n_runs++] = {first, count, n_rb};
    }
    n_rb += count;
  }
  ensure(n_rb >= 1 && n_rb <= max_rb);
  rx_ports = ports;
  positions = static_cast<unsigned>(p.symbols.size()) / p.length;
  ensure(positions >= 1 && positions <= max_dmrs_positions);
  for (unsigned q = 0; q < positions; ++q) time[q] = p.symbols[q * p.length] + 0.5 * (p.length - 1);
  n_shares = 0;
  for (unsigned l = 0; l < p.layers; ++l) {
    const DmrsPort& port = p.ports[l];
    const int w_t = p.length == 2 ? port.w_t[0] * port.w_t[1] : 1;
    unsigned i = 0;
    while (i < n_shares && (shares[i].delta != port.delta || shares[i].w_t != w_t)) ++i;
    if (i == n_shares) shares[n_shares++] = {.delta = port.delta, .w_t = w_t, .first = -1, .second = -1, .pattern = pattern_of(p.type, port.delta)};
    (port.w_f[0] * port.w_f[1] > 0 ? shares[i].first : shares[i].second) = static_cast<int>(l);
  }
  for (unsigned i = 0; i < n_shares; ++i) shares[i].pattern.shared = shares[i].first >= 0 && shares[i].second >= 0;
  per_rb = shares[0].pattern.per_rb;
  n_pilots = per_rb * n_rb;
  ensure(p.base.size() >= p.symbols.size() * n_pilots);
}

void ChannelEstimator::Work::gather(const Grid& grid, unsigned rx, unsigned symbol, const Share& s, std::span<Cf> out) const {
  const std::span<const Cf> row = grid.row(rx, symbol);
  Cf* to = out.data();
  for (unsigned i = 0; i < n_runs; ++i) {
    ensure(12 * (runs[i].crb + runs[i].n) <= row.size());
    const Cf* from = row.data() + size_t{12} * runs[i].crb;
    for (unsigned b = 0; b < runs[i].n; ++b, from += 12) {
      for (unsigned k = 0; k < per_rb; ++k) *to++ = from[s.pattern.subcarrier[k]];
    }
  }
}

void ChannelEstimator::Work::least_squares(const Grid& grid, const Pilots& p) {
  const float scale = 1 / p.amplitude;
  for (unsigned i = 0; i < n_shares; ++i) {
    const Share& s = shares[i];
    for (unsigned q = 0; q < positions; ++q) {
      for (unsigned r = 0; r < rx_ports; ++r) {
        const std::span<Cf> z = pilots(i, q, r), raw = gathered.span().first(n_pilots);
        const unsigned at = q * p.length;
        gather(grid, r, p.symbols[at], s, raw);
        multiply_conjugate(raw, p.base.subspan(at * n_pilots, n_pilots), p.length == 2 ? scale / 2 : scale, z);
        if (p.length == 2) {
          const std::span<Cf> other = second.span().first(n_pilots);
          gather(grid, r, p.symbols[at + 1], s, raw);
          multiply_conjugate(raw, p.base.subspan((at + 1) * n_pilots, n_pilots), s.w_t * scale / 2, other);
          for (unsigned k = 0; k < n_pilots; ++k) z[k] += other[k];
        }
        if (s.first < 0) {  // the layer with alternating signs is alone
          flip(z, z);
        }
      }
    }
  }
}

Statistics ChannelEstimator::Work::statistics() {
  Statistics s;
  for (unsigned i = 0; i < n_shares; ++i) {
    for (unsigned q = 0; q < positions; ++q) {
      for (unsigned r = 0; r < rx_ports; ++r) {
        const std::span<const Cf> z = pilots(i, q, r);
        s.power += correlate(z, z).real();
        s.pilots += z.size();
        for (unsigned k = 0; k < n_runs; ++k) {
          const std::span<const Cf> run = z.subspan(size_t{per_rb} * runs[k].at, size_t{per_rb} * runs[k].n);
          s.near += std::complex<double>(correlate(run.first(run.size() - 2), run.subspan(2)));
          s.near_pairs += run.size() - 2;
          s.far += std::complex<double>(correlate(run.first(run.size() - per_rb), run.subspan(per_rb)));
          s.far_pairs += run.size() - per_rb;
        }
      }
    }
  }
  s.power /= static_cast<double>(s.pilots);
  s.near /= static_cast<double>(std::max<size_t>(s.near_pairs, 1));
  s.far /= static_cast<double>(std::max<size_t>(s.far_pairs, 1));
  return s;
}

// `delay`: times the subcarrier spacing. The channel turns by -2 pi delay a subcarrier.
void ChannelEstimator::Work::set_ramp(double delay) {
  turned = std::abs(delay) > 2e-5;
  if (!turned) return;
  const double step = -2 * std::numbers::pi * delay;
  std::array<Cf, 12> within;
  for (unsigned k = 0; k < 12; ++k) within[k] = std::polar(1.0f, static_cast<float>(step * k));
  const std::complex<double> next = std::polar(1.0, 12 * step);
  for (unsigned i = 0; i < n_runs; ++i) {
    std::complex<double> start = std::polar(1.0, step * 12 * runs[i].crb);
    Cf* to = ramp.data() + size_t{12} * runs[i].at;
    for (unsigned b = 0; b < runs[i].n; ++b, to += 12) {
      const Cf s{start};
      for (unsigned k = 0; k < 12; ++k) to[k] = times(s, within[k]);
      start = {start.real() * next.real() - start.imag() * next.imag(), start.real() * next.imag() + start.imag() * next.real()};
    }
  }
}

void ChannelEstimator::Work::take_delay_out(double delay) {
  set_ramp(delay);
  if (!turned) return;
  for (unsigned i = 0; i < n_shares; ++i) {
    for (unsigned b = 0; b < n_rb; ++b) {
      for (unsigned k = 0; k < per_rb; ++k) pilot_ramp[b * per_rb + k] = ramp[12 * b + shares[i].pattern.subcarrier[k]];
    }
    for (unsigned q = 0; q < positions; ++q) {
      for (unsigned r = 0; r < rx_ports; ++r) {
        const std::span<Cf> z = pilots(i, q, r);
        multiply_conjugate(z, pilot_ramp.span().first(n_pilots), 1, z);
      }
    }
  }
}

// Energy of one RB's pilots less what the estimates of the layers (rows a, b of 12; turned by `turn`) explain.
double ChannelEstimator::Work::residual(const Share& s, std::span<const Cf> z, const Cf* a, const Cf* b, const Cf* turn) const {
  float sum = 0;
  for (unsigned k = 0; k < per_rb; ++k) {
    const unsigned at = s.pattern.subcarrier[k];
    Cf h = a[at];
    if (b) h += k % 2 == 0 ? b[at] : -b[at];
    if (turn) h = Cf{h.real() * turn[at].real() + h.imag() * turn[at].imag(), h.imag() * turn[at].real() - h.real() * turn[at].imag()};
    sum += std::norm(z[k] - h);
  }
  return sum;
}

// A first idea of the noise: some windows, smoothed as if there were hardly any.
float ChannelEstimator::Work::noise_probe(unsigned spread) {
  constexpr unsigned wanted = 24;
  const unsigned stride = std::max(1u, n_rb / wanted);
  double energy = 0, weight = 0;
  std::array<Cf, 12 * PilotFilter::max_rbs> a, b;
  std::array<Cf, PilotFilter::max_taps> opposite;
  for (unsigned i = 0; i < n_shares; ++i) {
    const Share& s = shares[i];
    for (unsigned k = 0; k < n_runs; ++k) {
      const unsigned rbs = PilotFilter::window(s.pattern, runs[k].n), place = rbs / 2, taps = rbs * per_rb;
      const PilotFilter::Design& d = filter.get(s.pattern, rbs, spread, PilotFilter::snr_classes - 1);
      // Only the middle RB of each window is wanted.
      const SmoothingFilter middle{1, taps, d.filter.coefficients + size_t{place} * taps * 24};
      for (unsigned start = 0; start + rbs <= runs[k].n; start += stride) {
        for (unsigned q = 0; q < positions; ++q) {
          for (unsigned r = 0; r < rx_ports; ++r) {
            const std::span<const Cf> window = pilots(i, q, r).subspan(size_t{per_rb} * (runs[k].at + start), taps);
            smooth(middle, window, 1, {}, a);
            if (s.pattern.shared) {
              flip(window, opposite);
              smooth(middle, std::span<const Cf>(opposite).first(taps), 1, {}, b);
            }
            energy += residual(s, window.subspan(size_t{place} * per_rb, per_rb), a.data(), s.pattern.shared ? b.data() : nullptr, nullptr);
            weight += d.residual_gain[place];
          }
        }
      }
    }
  }
  return weight > 0 ? static_cast<float>(energy / weight) : 0;
}

unsigned ChannelEstimator::Work::spread_class(const Statistics& s, float noise) const {
  const double signal = std::max(s.power - noise, 1e-3 * s.power);
  const auto spread = [&](std::complex<double> c, double distance) {
    const double rho = std::clamp(std::abs(c) / signal, 0.02, 1.0);
    return std::sqrt(-2 * std::log(rho)) / (2 * std::numbers::pi * distance);
  };
  const double doubt = noise / signal / std::sqrt(static_cast<double>(std::max<size_t>(s.near_pairs, 1)));
  const unsigned least = doubt > 0.1 ? 3 : doubt > 0.02 ? 2 : doubt > 0.004 ? 1 : 0;
  const double near_distance = per_rb == 6 ? 4 : per_rb == 4 ? 6 : 2;
  const bool far = s.far_pairs > 0 && std::abs(s.far) > 0.6 * signal;
  const auto value = static_cast<float>(far ? spread(s.far, 12) : spread(s.near, near_distance));
  return std::max(least, PilotFilter::spread_class(value));
}

void ChannelEstimator::Work::smooth_all(ChannelEstimate& out, unsigned spread, unsigned snr) {
  for (unsigned i = 0; i < n_shares; ++i) {
    const Share& s = shares[i];
    for (unsigned q = 0; q < positions; ++q) {
      for (unsigned r = 0; r < rx_ports; ++r) {
        std::span<const Cf> z = pilots(i, q, r);
        for (int layer : {s.first, s.second}) {
          if (layer < 0) continue;
          if (layer == s.second && s.first >= 0) {
            flip(z, flipped.span());
            z = flipped.span().first(n_pilots);
          }
          Cf* to = out.row(q, r, static_cast<unsigned>(layer));
          for (unsigned k = 0; k < n_runs; ++k) {
            const Run& run = runs[k];
            const PilotFilter::Design& d = filter.get(s.pattern, PilotFilter::window(s.pattern, run.n), spread, snr);
            smooth(d.filter, z.subspan(size_t{per_rb} * run.at, size_t{per_rb} * run.n), run.n,
                   turned ? std::span<const Cf>(ramp.span().subspan(size_t{12} * run.at, size_t{12} * run.n)) : std::span<const Cf>{},
                   {to + size_t{12} * run.at, size_t{12} * run.n});
          }
        }
      }
    }
  }
}

// Variance of a pilot's noise from what the estimates leave, over some 2,000 pilots.
float ChannelEstimator::Work::noise_of(const ChannelEstimate& out, unsigned spread, unsigned snr) {
  const unsigned rows = n_shares * positions * rx_ports;
  const unsigned stride = std::max(1u, n_rb * rows * per_rb / 2000);
  double energy = 0, weight = 0;
  for (unsigned i = 0; i < n_shares; ++i) {
    const Share& s = shares[i];
    const int first = s.first >= 0 ? s.first : s.second;
    for (unsigned k = 0; k < n_runs; ++k) {
      const Run& run = runs[k];
      const PilotFilter::Design& d = filter.get(s.pattern, PilotFilter::window(s.pattern, run.n), spread, snr);
      const unsigned rbs = d.filter.rbs;
      for (unsigned b = std::min(stride / 2, run.n - 1); b < run.n; b += stride) {
        const unsigned start = std::min(b > rbs / 2 ? b - rbs / 2 : 0, run.n - rbs), at = run.at + b;
        for (unsigned q = 0; q < positions; ++q) {
          for (unsigned r = 0; r < rx_ports; ++r) {
            energy += residual(s, pilots(i, q, r).subspan(size_t{per_rb} * at, per_rb), out.row(q, r, static_cast<unsigned>(first)) + size_t{12} * at,
                               s.pattern.shared ? out.row(q, r, static_cast<unsigned>(s.second)) + size_t{12} * at : nullptr, turned ? ramp.data() + size_t{12} * at : nullptr);
            weight += d.residual_gain[b - start];
          }
        }
      }
    }
  }
  return weight > 0 ? static_cast<float>(energy / weight) : 0;
}

// The turn between positions by their correlation; then, with it taken out, what is left of their differences: noise, which is alike in no two pilots, and
// movement, which is alike in neighbours.
Motion ChannelEstimator::Work::motion() {
  Motion m;
  if (positions == 1) return m;
  m.gap = time[1] - time[0];
  std::complex<double> turn = 0;
  double power = 0;
  size_t pairs = 0;
  for (unsigned q = 0; q + 1 < positions; ++q) {
    if (std::abs(time[q + 1] - time[q] - m.gap) > 0.6) continue;
    for (unsigned i = 0; i < n_shares; ++i) {
      for (unsigned r = 0; r < rx_ports; ++r) {
        const std::span<const Cf> a = pilots(i, q, r), b = pilots(i, q + 1, r);
        turn += std::complex<double>(correlate(a, b));
        power += (correlate(a, a).real() + correlate(b, b).real()) / 2;
        pairs += n_pilots;
      }
    }
  }
  const double together = std::max(std::abs(turn), 1e-30), ratio = std::max(power - together, 0.0) / together;
  const double doubt = std::sqrt((ratio + ratio * ratio) / static_cast<double>(pairs));
  m.angle = std::arg(turn) / m.gap;
  if (std::abs(m.angle * m.gap) < std::max(2 * doubt, 1e-3)) m.angle = 0;
  m.rho = together / std::max(power, 1e-30);

  double all = 0, alike = 0;
  size_t values = 0, neighbours = 0;
  const std::span<Cf> difference = second.span().first(n_pilots);
  for (unsigned q = 0; q + 1 < positions; ++q) {
    const Cf weights[] = {1, -Cf(std::polar(1.0, m.angle * (time[q + 1] - time[q])))};
    for (unsigned i = 0; i < n_shares; ++i) {
      for (unsigned r = 0; r < rx_ports; ++r) {
        const Cf* const rows[] = {pilots(i, q + 1, r).data(), pilots(i, q, r).data()};
        combine(rows, weights, difference);
        all += correlate(difference, difference).real();
        values += n_pilots;
        for (unsigned k = 0; k < n_runs; ++k) {
          const std::span<const Cf> run = difference.subspan(size_t{per_rb} * runs[k].at, size_t{per_rb} * runs[k].n);
          alike += correlate(run.first(run.size() - 2), run.subspan(2)).real();
          neighbours += run.size() - 2;
        }
      }
    }
  }
  all /= static_cast<double>(values);
  alike /= static_cast<double>(neighbours);
  m.still = alike < all * std::max(0.02, 2 / std::sqrt(static_cast<double>(neighbours))) + 1e-7 * power / static_cast<double>(pairs);
  m.noise = static_cast<float>((all - std::max(alike, 0.0)) / 2);
  return m;
}

// The positions' mean in place of the first, turned to their middle.
void ChannelEstimator::Work::merge(const Motion& m) {
  double middle = 0;
  for (unsigned q = 0; q < positions; ++q) middle += time[q] / positions;
  std::array<Cf, max_dmrs_positions> weights{};
  for (unsigned q = 0; q < positions; ++q) weights[q] = Cf(std::polar(1.0 / positions, -m.angle * (time[q] - middle)));
  const std::span<Cf> mean = second.span().first(n_pilots);
  for (unsigned i = 0; i < n_shares; ++i) {
    for (unsigned r = 0; r < rx_ports; ++r) {
      std::array<const Cf*, max_dmrs_positions> rows{};
      for (unsigned q = 0; q < positions; ++q) rows[q] = pilots(i, q, r).data();
      combine(std::span(rows).first(positions), weights, mean);
      std::ranges::copy(mean, ls.data() + (size_t{i} * rx_ports + r) * n_pilots);  // never ahead of what is still to be read
    }
  }
  positions = 1;
  time[0] = middle;
}

// Weights of the positions for every symbol: minimum mean-square error for a Gaussian-shaped correlation in time, which the positions themselves show,
// after the carrier offset is taken out.
void ChannelEstimator::Work::interpolate_in_time(const Motion& m, double power, float noise, float gain, unsigned layers, ChannelEstimate& out) {
  out.current_ = ChannelEstimate::none;
  ++out.version_;
  out.constant_ = positions == 1 && m.angle == 0;
  if (positions == 1) {
    for (unsigned l = 0; l < nr::symbols_per_slot; ++l) out.weights_[l][0] = Cf(std::polar(1.0, m.angle * (l - time[0])));
    return;
  }
  const double signal = std::max(power - noise, 1e-3 * power), per_layer = signal * n_shares / layers;
  const double rho = std::clamp(m.rho * power / signal, 0.2, 0.9999);
  const double decay = -std::log(rho) / (m.gap * m.gap);
  const double error = std::max(noise * gain / std::max(per_layer, 1e-30), 1e-6);
  const auto correlation = [&](double distance) { return std::exp(-decay * distance * distance); };
  for (unsigned l = 0; l < nr::symbols_per_slot; ++l) {
    std::array<std::array<double, max_dmrs_positions + 1>, max_dmrs_positions> a{};
    for (unsigned i = 0; i < positions; ++i) {
      for (unsigned k = 0; k < positions; ++k) a[i][k] = correlation(time[i] - time[k]) + (i == k ? error : 0);
      a[i][positions] = correlation(l - time[i]);
    }
    for (unsigned k = 0; k < positions; ++k) {  // elimination; the matrix is positive definite
      for (unsigned i = 0; i < positions; ++i) {
        if (i == k) continue;
        const double f = a[i][k] / a[k][k];
        for (unsigned j = k; j <= positions; ++j) a[i][j] -= f * a[k][j];
      }
    }
    for (unsigned i = 0; i < positions; ++i) out.weights_[l][i] = Cf(std::polar(1.0, m.angle * (l - time[i])) * (a[i][positions] / a[i][i]));
  }
}

}  // namespace sen::phy
