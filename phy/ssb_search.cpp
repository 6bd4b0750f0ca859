#include <algorithm>
#include <cmath>
#include <numbers>

#include "phy/detail/resampler.h"
#include "phy/detail/ssb_receiver.h"
#include "phy/kernels/dft.h"

namespace sen::phy {
namespace {

// The search runs at 256 samples a symbol's useful length, where the cyclic prefixes around a block have 18.
constexpr unsigned useful = 256, prefix = 18, symbol_length = useful + prefix, block_length = nr::ssb_symbols * symbol_length;
constexpr unsigned dft_length = 4096, hop = dft_length - useful + 1;
constexpr double cfo_step = 0.5;                       // subcarriers between hypotheses
constexpr unsigned max_hypotheses_a_side = 64;
constexpr double max_rate_ratio = 64;
constexpr float pss_threshold = 0.06f, sss_threshold = 0.1f, runner_up = 1.2f;
constexpr unsigned max_peaks = 256, n_id_1_count = 336;
constexpr double two_pi = 2 * std::numbers::pi;

using Values = std::array<Cf, ssb_sequence>;

// exp(j angle n) from n = 0 on, exact again every few hundred steps.
template <class Apply>
void rotate(size_t n, double start, double angle, Apply&& apply) {
  constexpr size_t run = 256;
  const Cf step = std::polar(1.0f, static_cast<float>(angle));
  for (size_t i = 0; i < n; i += run) {
    const double phase = std::remainder(start + angle * static_cast<double>(i), two_pi);
    Cf turn = std::polar(1.0f, static_cast<float>(phase));
    for (size_t j = i; j < std::min(n, i + run); ++j) {
      apply(j, turn);
      turn *= step;
    }
  }
}

// Bin of a block's subcarrier in a transform of 256 whose bin 0 is subcarrier 120.
constexpr unsigned bin(unsigned k) { return (k + useful - ssb_subcarriers / 2) % useful; }

struct Peak {
  float metric = 0;
  unsigned n_id_2 = 0;
  double cfo = 0;        // subcarriers
  size_t at = 0;         // first useful sample of the PSS
};

}  // namespace

struct SsbSearcher::Work {
  explicit Work(const Config& c);

  void spectra();
  void correlate();
  bool identify(const Peak& peak, SsbFound& out, double& start);
  double halves(std::span<const Cf, useful> known, size_t at, double cfo) const;
  std::span<const Cf, useful> sss_in_time(unsigned pci);
  void symbol(size_t at, double cfo, std::array<Cf, ssb_subcarriers>& out);
  void to_block(const Cf* window, unsigned early, std::array<Cf, ssb_subcarriers>& out);
  void measure(std::span<const Cf> samples, double start, SsbFound& found);
  bool extract(std::span<const Cf> samples, double start, double cfo_hz);

  Config config;
  double scs_hz;
  double ratio;                        // input samples a sample of the search
  unsigned hypotheses;                 // on each side of 0
  Resampler rough, fine;
  Dft forward{dft_length, Dft::Direction::forward}, backward{dft_length, Dft::Direction::backward}, to_carriers{useful, Dft::Direction::forward},
      to_time{useful, Dft::Direction::backward};
  Aligned<Cf> replicas;                // [root][hypothesis][4096], conjugate spectra of unit energy
  std::array<std::array<float, ssb_sequence>, 3 * n_id_1_count> sequences{};
  std::vector<Cf> mixed, slow;         // the span, centred; the same at the search's rate
  Aligned<Cf> in{dft_length}, spectrum{dft_length}, product{dft_length}, correlation{dft_length}, time{useful}, carriers{useful};
  std::array<std::array<Cf, useful>, 3> pss_in_time{};
  std::vector<float> energy;           // of 256 samples from each on
  std::vector<Peak> peaks;
  std::vector<Cf> segment, samples_of_block;
  SsbBlock block;
  PbchReceiver receiver;
};

SsbSearcher::Work::Work(const Config& c)
    : config(c),
      scs_hz(1e3 * nr::khz(c.scs)),
      ratio(c.sample_rate_hz / (useful * scs_hz)),
      hypotheses(static_cast<unsigned>(std::ceil((c.max_cfo_hz > 0 ? c.max_cfo_hz / scs_hz : 0.5) / cfo_step - 0.25))),
      rough(68.0 / useful / std::max(ratio, 1.0), 188.0 / useful / std::max(ratio, 1.0)),
      fine(120.0 / useful / ratio, 136.0 / useful / ratio),
      samples_of_block(block_length) {
  spectra();
}

// The PSS in time at every frequency hypothesis.
void SsbSearcher::Work::spectra() {
  const unsigned per_root = 2 * hypotheses + 1;
  replicas = Aligned<Cf>(size_t{3} * per_root * dft_length);
  for (unsigned root = 0; root < 3; ++root) {
    Values d;
    pss(root, d);
    std::ranges::fill(carriers, Cf{});
    for (unsigned n = 0; n < ssb_sequence; ++n) carriers[bin(ssb_sequence_start + n)] = d[n];
    to_time.run(carriers.data(), time.data());
    std::ranges::copy(time, pss_in_time[root].begin());
    const float scale = 1 / std::sqrt(static_cast<float>(useful * ssb_sequence));
    for (unsigned h = 0; h < per_root; ++h) {
      const double cfo = (static_cast<double>(h) - hypotheses) * cfo_step;
      std::ranges::fill(in, Cf{});
      rotate(useful, 0, two_pi * cfo / useful, [&](size_t i, Cf turn) { in[i] = time[i] * turn * scale; });
      Cf* out = replicas.data() + size_t{root * per_root + h} * dft_length;
      forward.run(in.data(), out);
      for (unsigned i = 0; i < dft_length; ++i) out[i] = std::conj(out[i]) / static_cast<float>(dft_length);
    }
  }
  for (unsigned pci = 0; pci <= max_pci; ++pci) {
    Values d;
    sss(pci, d);
    for (unsigned n = 0; n < ssb_sequence; ++n) sequences[pci][n] = d[n].real();
  }
}

// Peaks of |correlation|^2 over the energy in the window, for each root the best hypothesis.
void SsbSearcher::Work::correlate() {
  peaks.clear();
  const size_t last = slow.size() - block_length;
  energy.resize(slow.size() - useful + 1);
  double sum = 0, total = 0;
  for (size_t i = 0; i < slow.size(); ++i) {
    sum += std::norm(slow[i]);
    total += std::norm(slow[i]);
    if (i >= useful) sum -= std::norm(slow[i - useful]);
    if (i + 1 >= useful) energy[i + 1 - useful] = static_cast<float>(std::max(sum, 0.0));
  }
  const auto floor = static_cast<float>(1e-6 * total * useful / static_cast<double>(slow.size()));
  const unsigned per_root = 2 * hypotheses + 1;
  for (size_t begin = 0; begin <= last + prefix; begin += hop) {
    const size_t count = std::min<size_t>(dft_length, slow.size() - begin);
    std::copy_n(slow.begin() + static_cast<ptrdiff_t>(begin), count, in.data());
    std::fill(in.data() + count, in.data() + dft_length, Cf{});
    forward.run(in.data(), spectrum.data());
    for (unsigned root = 0; root < 3; ++root) {
      constexpr size_t cell = symbol_length / 2;     // one peak in each of these at most
      std::array<Peak, dft_length / cell + 1> best{};
      for (unsigned h = 0; h < per_root; ++h) {
        const Cf* replica = replicas.data() + size_t{root * per_root + h} * dft_length;
        for (unsigned i = 0; i < dft_length; ++i) {
          const Cf a = spectrum[i], b = replica[i];
          product[i] = {a.real() * b.real() - a.imag() * b.imag(), a.real() * b.imag() + a.imag() * b.real()};
        }
        backward.run(product.data(), correlation.data());
        const size_t lags = std::min<size_t>(hop, last + prefix + 1 - begin);
        for (size_t i = 0; i < lags; ++i) {
          const float e = energy[begin + i], c = std::norm(correlation[i]);
          Peak& p = best[i / cell];
          if (e > floor && c > p.metric * e) p = {c / e, root, (static_cast<double>(h) - hypotheses) * cfo_step, begin + i};
        }
      }
      for (const Peak& p : best) {
        if (p.metric >= pss_threshold) peaks.push_back(p);
      }
    }
    if (peaks.size() > 8 * max_peaks) {
      std::ranges::nth_element(peaks, peaks.begin() + max_peaks, std::greater(), &Peak::metric);
      peaks.resize(max_peaks);
    }
  }
  std::ranges::sort(peaks, std::greater(), &Peak::metric);
  if (peaks.size() > max_peaks) peaks.resize(max_peaks);
}

// The 240 subcarriers of a symbol whose useful part starts `early` samples behind the window.
void SsbSearcher::Work::to_block(const Cf* window, unsigned early, std::array<Cf, ssb_subcarriers>& out) {
  std::copy_n(window, useful, time.data());
  to_carriers.run(time.data(), carriers.data());
  rotate(ssb_subcarriers, -two_pi * early / useful * (ssb_subcarriers / 2.0), two_pi * early / useful,
         [&](size_t k, Cf turn) { out[k] = carriers[bin(static_cast<unsigned>(k))] * turn / static_cast<float>(useful); });
}

// The same of the search's samples, the useful part at `at`; cfo in subcarriers.
void SsbSearcher::Work::symbol(size_t at, double cfo, std::array<Cf, ssb_subcarriers>& out) {
  constexpr unsigned early = 4;
  std::array<Cf, useful> window;
  rotate(useful, -two_pi * cfo * static_cast<double>(at) / useful, -two_pi * cfo / useful, [&](size_t i, Cf turn) { window[i] = slow[at - early + i] * turn; });
  to_block(window.data(), early, out);
}

// The carrier offset by which the halves of a known symbol turn against each other, near `cfo`.
double SsbSearcher::Work::halves(std::span<const Cf, useful> known, size_t at, double cfo) const {
  std::array<Cf, 2> half{};
  rotate(useful, 0, -two_pi * cfo / useful, [&](size_t i, Cf turn) { half[i >= useful / 2] += slow[at + i] * turn * std::conj(known[i]); });
  return cfo + std::arg(half[1] * std::conj(half[0])) / std::numbers::pi;
}

std::span<const Cf, useful> SsbSearcher::Work::sss_in_time(unsigned pci) {
  std::ranges::fill(carriers, Cf{});
  for (unsigned n = 0; n < ssb_sequence; ++n) carriers[bin(ssb_sequence_start + n)] = sequences[pci][n];
  to_time.run(carriers.data(), time.data());
  return std::span<const Cf, useful>(time.data(), useful);
}

// The cell of a PSS peak: SSS by the channel that the PSS shows, then the carrier offset and timing from both.
bool SsbSearcher::Work::identify(const Peak& peak, SsbFound& out, double& start) {
  if (peak.at < prefix || peak.at + 3 * symbol_length + useful > slow.size()) return false;
  Values d, h, y;
  pss(peak.n_id_2, d);
  std::array<Cf, ssb_subcarriers> row;
  double cfo = halves(pss_in_time[peak.n_id_2], peak.at, peak.cfo);
  symbol(peak.at, cfo, row);
  for (unsigned n = 0; n < ssb_sequence; ++n) h[n] = row[ssb_sequence_start + n] * d[n];
  symbol(peak.at + 2 * symbol_length, cfo, row);
  for (unsigned n = 0; n < ssb_sequence; ++n) y[n] = row[ssb_sequence_start + n];

  constexpr unsigned reach = 3;  // smoothing over seven subcarriers
  std::array<float, ssb_sequence> matched_re, matched_im;
  float power_h = 0, power_y = 0;
  for (unsigned n = 0; n < ssb_sequence; ++n) {
    Cf sum{};
    const unsigned from = n < reach ? 0 : n - reach, to = std::min(n + reach, ssb_sequence - 1);
    for (unsigned i = from; i <= to; ++i) sum += h[i];
    const Cf mean = sum / static_cast<float>(to - from + 1), v = y[n] * std::conj(mean);
    matched_re[n] = v.real();
    matched_im[n] = v.imag();
    power_h += std::norm(mean);
    power_y += std::norm(y[n]);
  }
  if (!(power_h > 0) || !(power_y > 0)) return false;
  float best = 0, second = 0;
  for (unsigned n_id_1 = 0; n_id_1 < n_id_1_count; ++n_id_1) {
    const auto& s = sequences[3 * n_id_1 + peak.n_id_2];
    std::array<float, 4> re{}, im{};
    for (unsigned n = 0; n < 124; n += 4) {
      for (unsigned q = 0; q < 4; ++q) {
        re[q] += matched_re[n + q] * s[n + q];
        im[q] += matched_im[n + q] * s[n + q];
      }
    }
    for (unsigned n = 124; n < ssb_sequence; ++n) {
      re[0] += matched_re[n] * s[n];
      im[0] += matched_im[n] * s[n];
    }
    const float a = re[0] + re[1] + re[2] + re[3], b = im[0] + im[1] + im[2] + im[3], metric = (a * a + b * b) / (power_h * power_y);
    if (metric > best) {
      second = best;
      best = metric;
      out.pci = 3 * n_id_1 + peak.n_id_2;
    } else {
      second = std::max(second, metric);
    }
  }
  if (best < sss_threshold || best < runner_up * second) return false;
  out.metric = best;

  Cf turn{}, slope{};
  for (unsigned n = 0; n < ssb_sequence; ++n) {
    y[n] *= sequences[out.pci][n];
    turn += y[n] * std::conj(h[n]);
    if (n > 0) slope += y[n] * std::conj(y[n - 1]) + h[n] * std::conj(h[n - 1]);
  }
  if (config.carrier_hz) {
    // From PSS to SSS: two symbols. The halves' estimate says how many whole turns; symbols begin with phase 0 at the radio frequency (5.4).
    constexpr double two_symbols = 2.0 * symbol_length / useful;
    const double compensated = std::remainder(two_symbols * (*config.carrier_hz + config.centre_hz) / scs_hz, 1.0);
    cfo += std::remainder(std::arg(turn) / two_pi + compensated, 1.0) / two_symbols;
  } else {
    cfo = (cfo + halves(sss_in_time(out.pci), peak.at + 2 * symbol_length, cfo)) / 2;
  }
  out.cfo_hz = static_cast<float>(cfo * scs_hz);
  start = static_cast<double>(peak.at) - prefix - std::arg(slope) / two_pi * useful;
  return true;
}

// The block's elements of samples whose first (its prefix's) is at `start` of the input.
bool SsbSearcher::Work::extract(std::span<const Cf> samples, double start, double cfo_hz) {
  constexpr unsigned early = prefix / 2;
  const auto margin = static_cast<int64_t>(fine.taps());
  const auto first = static_cast<int64_t>(std::floor(start)) - margin;
  const auto end = static_cast<int64_t>(std::ceil(start + block_length * ratio)) + margin;
  if (start < 0 || start + (block_length - early) * ratio > static_cast<double>(samples.size())) return false;
  segment.assign(static_cast<size_t>(end - first), Cf{});
  const double angle = -two_pi * (config.centre_hz + cfo_hz) / config.sample_rate_hz;
  const int64_t from = std::max<int64_t>(first, 0), to = std::min<int64_t>(end, static_cast<int64_t>(samples.size()));
  rotate(static_cast<size_t>(to - from), 0, angle,
         [&](size_t i, Cf turn) { segment[i + static_cast<size_t>(from - first)] = samples[static_cast<size_t>(from) + i] * turn; });
  fine.run(segment, start - static_cast<double>(first), ratio, samples_of_block);
  block.ports = 1;
  for (unsigned s = 0; s < nr::ssb_symbols; ++s) to_block(samples_of_block.data() + s * symbol_length + prefix - early, early, block.re[0][s]);
  return true;
}

void SsbSearcher::Work::measure(std::span<const Cf> samples, double start, SsbFound& found) {
  found.sample = static_cast<size_t>(std::max(0.0, std::round(start)));
  if (!extract(samples, static_cast<double>(found.sample), found.cfo_hz)) return;
  PbchReceiver::measure(block, found.pci, scs_hz, found.measurement);
  found.measurement.cfo_hz = found.cfo_hz;
}

Result<SsbSearcher> SsbSearcher::make(const Config& config) {
  const double scs_hz = 1e3 * nr::khz(config.scs), lowest = ssb_subcarriers * scs_hz;
  if (config.scs == nr::Scs::khz60) return fail(Fault::invalid, "ssb.scs", "60 kHz is not allowed (15, 30, 120, 240; TS 38.211 7.4.3.1)");
  if (!(config.sample_rate_hz >= lowest) || config.sample_rate_hz > max_rate_ratio * useful * scs_hz) {
    return fail(Fault::invalid, "ssb.sample_rate_hz", "{} is not allowed ({} to {}: 240 subcarriers at least)", config.sample_rate_hz, lowest,
                max_rate_ratio * useful * scs_hz);
  }
  if (!(std::abs(config.centre_hz) <= config.sample_rate_hz / 2)) {
    return fail(Fault::invalid, "ssb.centre_hz", "{} lies outside of the {} samples a second", config.centre_hz, config.sample_rate_hz);
  }
  if (!(config.max_cfo_hz >= 0) || config.max_cfo_hz > max_hypotheses_a_side * cfo_step * scs_hz) {
    return fail(Fault::invalid, "ssb.max_cfo_hz", "{} is not allowed (0 to {})", config.max_cfo_hz, max_hypotheses_a_side * cfo_step * scs_hz);
  }
  SsbSearcher out;
  out.work_ = std::make_shared<Work>(config);
  return out;
}

void SsbSearcher::search(std::span<const Cf> samples, unsigned max_found, std::vector<SsbFound>& found) {
  Work& w = *work_;
  found.clear();
  const auto count = static_cast<size_t>(static_cast<double>(samples.size()) / w.ratio);
  if (count < block_length + prefix) return;
  w.mixed.resize(samples.size());
  const double angle = -two_pi * w.config.centre_hz / w.config.sample_rate_hz;
  rotate(samples.size(), 0, angle, [&](size_t i, Cf turn) { w.mixed[i] = samples[i] * turn; });
  w.slow.resize(count);
  w.rough.run(w.mixed, 0, w.ratio, w.slow);
  w.correlate();
  std::vector<double> starts;
  for (const Peak& peak : w.peaks) {
    SsbFound cell;
    double start = 0;
    if (!w.identify(peak, cell, start)) continue;
    auto known = std::ranges::find(found, cell.pci, &SsbFound::pci);
    if (known == found.end()) {
      found.push_back(cell);
      starts.push_back(start);
    } else if (cell.metric > known->metric) {
      *known = cell;
      starts[static_cast<size_t>(known - found.begin())] = start;
    }
  }
  for (size_t i = 0; i < found.size(); ++i) w.measure(samples, starts[i] * w.ratio, found[i]);
  std::ranges::sort(found, std::greater(), &SsbFound::metric);
  if (found.size() > max_found) found.resize(max_found);
}

std::optional<PbchFound> SsbSearcher::decode(std::span<const Cf> samples, const SsbFound& at, unsigned l_max) {
  Work& w = *work_;
  if (at.pci > max_pci || (l_max != 4 && l_max != 8 && l_max != 64)) return std::nullopt;
  if (!w.extract(samples, static_cast<double>(at.sample), at.cfo_hz)) return std::nullopt;
  SsbMeasurement measurement;
  return w.receiver.receive(w.block, at.pci, l_max, w.scs_hz, measurement);
}

}  // namespace sen::phy
