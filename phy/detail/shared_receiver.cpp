#include "phy/detail/shared_receiver.h"

#include <cmath>
#include <numbers>

#include "phy/detail/ptrs.h"
#include "phy/kernels/complex.h"
#include "phy/kernels/layers.h"
#include "phy/kernels/modulation.h"

namespace sen::phy::detail {
namespace {

// REs that go from the equaliser to the demapper at once: they stay in the first-level cache.
constexpr size_t chunk = 256;
// Equalised symbols that are kept for pictures and the EVM.
constexpr size_t kept_symbols = 1024;

Cf unit(float phase) { return {std::cos(phase), std::sin(phase)}; }

// The nearest point of a constellation; pi/2-BPSK counts as QPSK here.
float nearest(float x, unsigned qm) {
  const float u = modulation_unit(qm), edge = static_cast<float>((1u << std::max(1u, qm / 2)) - 1);
  return u * std::clamp(2 * std::floor(x / (2 * u)) + 1, -edge, edge);
}

}  // namespace

// One symbol on one thread.
struct SharedReceiver::Job {
  unsigned symbol;
  Scratch& scratch;
  size_t stride;
  float noise_variance;
  std::array<const Cf*, max_rx_ports * max_layers> h;

  std::span<Cf> x(unsigned layer) const { return scratch.x.span().subspan(layer * stride, stride); }
  std::span<float> nvar(unsigned layer) const { return scratch.nvar.span().subspan(layer * stride, stride); }
};

SharedReceiver::SharedReceiver(unsigned max_rb, unsigned max_rx, bool uplink)
    : stride_((size_t{12} * max_rb + 15) / 16 * 16),
      estimator_(max_rb, max_rx),
      estimate_(max_rb, max_rx, max_layers),
      base_(size_t{max_dmrs_symbols} * 6 * max_rb),
      ptrs_values_(max_rb + max_ptrs_samples),
      constellation_(kept_symbols) {
  if (uplink) transform_.emplace(max_rb, Dft::Direction::backward);
}

SharedReceiver::Scratch::Scratch(unsigned max_rb, const SharedReceiver& receiver)
    : x((size_t{12} * max_rb + 16) * max_layers),
      ordered(x.size()),
      channel(receiver.estimate_.space_size()),
      nvar(x.size()),
      ordered_nvar(x.size()) {}

void SharedReceiver::start(const SharedChannel& channel, const RePlan& plan, nr::Slot slot, const Grid& grid,
                           const ReceiveOptions& options) {
  channel_ = &channel;
  plan_ = &plan;
  grid_ = &grid;
  slot_ = slot;
  equaliser_ = options.equaliser;
  known_ = options.known;
  hops_ = 0;
  first_data_ = plan.first_symbol();
  while (first_data_ + 1 < plan.end_symbol() && plan.data(first_data_).res == 0) ++first_data_;
  sum_ = {};
  phase_.fill(0);
  constellation_size_ = 0;
}

void SharedReceiver::enter_hop(unsigned hop) {
  const nr::l1::Dmrs& d = channel_->dmrs;
  std::array<uint8_t, max_dmrs_symbols> symbols;
  size_t n = 0;
  const size_t row = size_t{dmrs_values_per_rb(d.type)} * plan_->n_rb();
  for (unsigned l = plan_->first_symbol(); l < plan_->end_symbol(); ++l) {
    if (!plan_->dmrs(l) || plan_->hop(l) != hop) continue;
    dmrs_row(*channel_, *plan_, slot_, l, base_.span().subspan(n * row, row));
    symbols[n++] = static_cast<uint8_t>(l);
  }
  Pilots pilots{.type = d.type,
                .length = d.length,
                .layers = channel_->layers,
                .ports = {},
                .amplitude = dmrs_amplitude(d.cdm_groups_without_data) * std::pow(10.0F, d.power_db / 20),
                .rbs = plan_->rbs(hop),
                .symbols = std::span(symbols).first(n),
                .base = base_.span().first(n * row),
                .scs_hz = static_cast<float>(nr::khz(channel_->bwp.scs)) * 1000};
  for (unsigned v = 0; v < channel_->layers; ++v) pilots.ports[v] = dmrs_port(d.type, channel_->port(v));
  estimator_.estimate(*grid_, pilots, estimate_);

  const LinkMeasurement& m = estimate_.measurement;
  sum_.noise_variance += m.noise_variance;
  sum_.rsrp += m.rsrp;
  sum_.sinr_db += std::pow(10.0F, m.sinr_db / 10);
  sum_.delay_s += m.delay_s;
  sum_.cfo_hz += m.cfo_hz;
  ++hops_;
  hop_ = hop;
  if (channel_->ptrs) track_phase(hop);
  if (estimate_.constant()) estimate_.at_symbol(plan_->first_dmrs(hop), h_);
}

LinkMeasurement SharedReceiver::measurement() const {
  const float n = static_cast<float>(std::max(hops_, 1u));
  return {sum_.noise_variance / n, sum_.rsrp / n, 10 * std::log10(std::max(sum_.sinr_db / n, 1e-6F)), sum_.delay_s / n, sum_.cfo_hz / n};
}

// Common phase of each PT-RS symbol against the channel estimate (only the PT-RS layer sends there: its channel combines the ports), and a
// straight line between those symbols and the DM-RS symbols, where the estimate has the phase itself.
void SharedReceiver::track_phase(unsigned hop) {
  if (channel_->transform) {
    std::array<uint16_t, max_ptrs_samples> indices;
    ptrs_samples(*channel_, plan_->subcarriers(), indices);
    return ptrs_sample_values(*channel_, slot_, std::span(indices).first(size_t{channel_->ptrs->groups} * channel_->ptrs->samples),
                              ptrs_values_.span());
  }
  const auto res = plan_->ptrs_res(hop);
  const unsigned layers = channel_->layers;
  unsigned layer = 0;
  while (channel_->port(layer) != channel_->ptrs->port) ++layer;
  ptrs_values(*channel_, *plan_, hop, base_.span(), ptrs_values_.span());
  int last = -1;
  for (unsigned l = plan_->first_symbol(); l < plan_->end_symbol(); ++l) {
    if (plan_->hop(l) != hop || (!plan_->dmrs(l) && !plan_->ptrs(l))) continue;
    if (plan_->ptrs(l)) {
      estimate_.at_symbol(l, h_);
      Cf sum{};
      for (unsigned r = 0; r < grid_->ports(); ++r) {
        const auto y = grid_->row(r, l);
        const Cf* h = h_[r * layers + layer];
        for (size_t i = 0; i < res.size(); ++i) {
          const Cf v = ptrs_values_[i] * h[res[i].a];
          sum += Cf{y[res[i].k].real() * v.real() + y[res[i].k].imag() * v.imag(),
                    y[res[i].k].imag() * v.real() - y[res[i].k].real() * v.imag()};
        }
      }
      phase_[l] = std::arg(sum);
    }
    if (last >= 0) {
      interpolate_phase(static_cast<unsigned>(last), l);
    } else {
      for (unsigned i = plan_->first_symbol(); i < l; ++i) {
        if (plan_->hop(i) == hop) phase_[i] = phase_[l];
      }
    }
    last = static_cast<int>(l);
  }
  for (unsigned l = static_cast<unsigned>(last) + 1; l < plan_->end_symbol() && plan_->hop(l) == hop; ++l)
    phase_[l] = phase_[static_cast<unsigned>(last)];
}

void SharedReceiver::interpolate_phase(unsigned from, unsigned to) {
  const float turn = std::remainder(phase_[to] - phase_[from], 2 * std::numbers::pi_v<float>);
  for (unsigned l = from + 1; l < to; ++l) phase_[l] = phase_[from] + turn * static_cast<float>(l - from) / static_cast<float>(to - from);
}

void SharedReceiver::equalise_run(const Job& job, size_t k, size_t a, size_t n, size_t to) const {
  const unsigned rx = grid_->ports(), layers = channel_->layers;
  const Cf* y[max_rx_ports];
  const Cf* h[max_rx_ports * max_layers];
  Cf* x[max_layers];
  float* nvar[max_layers];
  for (unsigned r = 0; r < rx; ++r) y[r] = grid_->row(r, job.symbol).data() + k;
  for (unsigned i = 0; i < rx * layers; ++i) h[i] = job.h[i] + a;
  for (unsigned v = 0; v < layers; ++v) x[v] = job.x(v).data() + to, nvar[v] = job.nvar(v).data() + to;
  equalise(equaliser_, {y, rx}, {h, rx * layers}, layers, job.noise_variance, n, {x, layers}, {nvar, layers});
  if (phase_[job.symbol] == 0) return;
  const Cf back = unit(-phase_[job.symbol]);
  for (unsigned v = 0; v < layers; ++v) scale({x[v], n}, back, {x[v], n});
}

void SharedReceiver::equalise_all(const Job& job) const {
  size_t a = 0;
  for (auto [first, count] : plan_->rbs(hop_)) {
    equalise_run(job, size_t{12} * first, a, size_t{12} * count, a);
    a += size_t{12} * count;
  }
}

void SharedReceiver::whole_symbol(const Job& job, std::span<Llr> out) {
  const unsigned layers = channel_->layers, qm = channel_->qm;
  const Cf* x[max_layers];
  const float* nvar[max_layers];
  for (unsigned v = 0; v < layers; ++v) x[v] = job.x(v).data(), nvar[v] = job.nvar(v).data();
  size_t a = 0;
  for (auto [first, count] : plan_->rbs(hop_)) {
    const size_t end = a + size_t{12} * count;
    for (size_t k = size_t{12} * first; a < end;) {
      const size_t n = std::min(chunk, end - a);
      equalise_run(job, k, a, n, 0);
      keep(job, {x[0], n}, 1);
      const auto llrs = out.subspan(a * layers * qm, n * layers * qm);
      if (layers == 1) {
        demap(qm, {x[0], n}, {nvar[0], n}, llrs, plan_->res_before(job.symbol) + a);
      } else {
        const auto symbols = job.scratch.ordered.span().first(n * layers);
        const auto variances = job.scratch.ordered_nvar.span().first(n * layers);
        merge_layers({x, layers}, {nvar, layers}, n, symbols, variances);
        demap(qm, symbols, variances, llrs);
      }
      a += n;
      k += n;
    }
  }
}

void SharedReceiver::ordered_symbol(const Job& job, std::span<Llr> out) {
  const unsigned layers = channel_->layers;
  equalise_all(job);
  const size_t all = size_t{plan_->data(job.symbol).res} * layers;
  const auto symbols = job.scratch.ordered.span().first(all);
  const auto variances = job.scratch.ordered_nvar.span().first(all);
  size_t done = 0;
  const Cf* x[max_layers];
  const float* nvar[max_layers];
  for (const ReRun& run : plan_->data(job.symbol).runs) {
    for (unsigned v = 0; v < layers; ++v) x[v] = job.x(v).data() + run.a, nvar[v] = job.nvar(v).data() + run.a;
    if (run.n >= 8) {
      merge_layers({x, layers}, {nvar, layers}, run.n, symbols.subspan(done), variances.subspan(done));
    } else {
      for (unsigned i = 0; i < run.n; ++i) {
        for (unsigned v = 0; v < layers; ++v) symbols[done + i * layers + v] = x[v][i], variances[done + i * layers + v] = nvar[v][i];
      }
    }
    done += size_t{run.n} * layers;
  }
  keep(job, symbols, layers);
  demap(channel_->qm, symbols, variances, out, plan_->res_before(job.symbol));
}

// Back to the time domain; the noise variance behind every sample. MMSE weighs each subcarrier by its own SINR first, so that faded ones do
// not spread their noise over all samples, and mends the mean gain after.
float SharedReceiver::inverse_transform(const Job& job, std::span<Cf> out) const {
  const size_t m = out.size();
  const auto x = job.x(0).first(m);
  const auto nvar = job.nvar(0).first(m);
  float sum = 0;
  if (equaliser_ == Equaliser::zero_forcing) {
    for (float v : nvar) sum += v;
    transform_->run(x, out);
    return sum / static_cast<float>(m);
  }
  for (size_t k = 0; k < m; ++k) {
    const float gain = 1 / (1 + nvar[k]);
    sum += gain;
    x[k] *= gain;
  }
  const float mean = std::clamp(sum / static_cast<float>(m), 1e-6F, 1 - 1e-6F);
  transform_->run(x, out);
  scale(out, 1 / mean, out);
  return (1 - mean) / mean;
}

// Phase of each PT-RS group, a straight line between the groups' middles, the end groups' phases beyond.
void SharedReceiver::track_samples(std::span<Cf> x, std::span<const uint16_t> indices) const {
  const size_t samples = channel_->ptrs->samples;
  float phase = 0, from = 0;
  size_t done = 0;
  for (size_t g = 0; g * samples < indices.size(); ++g) {
    Cf sum{};
    for (size_t i = g * samples; i < (g + 1) * samples; ++i) sum += x[indices[i]] * std::conj(ptrs_values_[i]);
    const float middle = static_cast<float>(indices[g * samples]) + static_cast<float>(samples - 1) / 2;
    const float next = g == 0 ? std::arg(sum) : phase + std::remainder(std::arg(sum) - phase, 2 * std::numbers::pi_v<float>);
    if (g == 0) phase = next, from = middle - 1;
    for (; done < static_cast<size_t>(middle); ++done) {
      x[done] *= unit(-(phase + (next - phase) * std::max(0.0F, static_cast<float>(done) - from) / (middle - from)));
    }
    phase = next;
    from = middle;
  }
  for (; done < x.size(); ++done) x[done] *= unit(-phase);
}

void SharedReceiver::transformed_symbol(const Job& job, std::span<Llr> out) {
  equalise_all(job);
  const auto x = job.scratch.ordered.span().first(plan_->subcarriers());
  const float nvar = inverse_transform(job, x);
  size_t n = x.size();
  if (plan_->ptrs(job.symbol)) {
    std::array<uint16_t, max_ptrs_samples> room;
    const auto indices = std::span(room).first(size_t{channel_->ptrs->groups} * channel_->ptrs->samples);
    ptrs_samples(*channel_, plan_->subcarriers(), indices);
    track_samples(x, indices);
    n = 0;
    for (size_t i = 0, next = 0; i < x.size(); ++i) {
      if (next < indices.size() && i == indices[next]) {
        ++next;
      } else {
        x[n++] = x[i];
      }
    }
  }
  keep(job, x.first(n), 1);
  const auto variances = job.scratch.ordered_nvar.span().first(n);
  std::ranges::fill(variances, nvar);
  demap(channel_->qm, x.first(n), variances, out, plan_->res_before(job.symbol));
}

void SharedReceiver::symbol(unsigned symbol, std::span<Llr> out, Scratch& scratch) {
  const RePattern& pattern = plan_->data(symbol);
  if (pattern.res == 0) return;
  Job job{symbol, scratch, stride_, estimate_.measurement.noise_variance, h_};
  if (known_ && plan_->rbs(hop_).size() == 1) {
    for (unsigned i = 0; i < grid_->ports() * channel_->layers; ++i)
      job.h[i] = known_->h->row(i, symbol).data() + size_t{12} * plan_->rbs(hop_)[0].first;
    job.noise_variance = known_->noise_variance;
  } else if (!estimate_.constant()) {
    estimate_.at_symbol(symbol, job.h, scratch.channel.span());
  }
  if (channel_->transform) {
    transformed_symbol(job, out);
  } else if (pattern.whole) {
    whole_symbol(job, out);
  } else {
    ordered_symbol(job, out);
  }
}

// Only the first symbol with data is kept: one thread has it.
void SharedReceiver::keep(const Job& job, std::span<const Cf> x, size_t step) {
  if (job.symbol != first_data_) return;
  for (size_t i = 0; i < x.size() && constellation_size_ < kept_symbols; i += step) constellation_[constellation_size_++] = x[i];
}

float SharedReceiver::evm() const {
  if (constellation_size_ == 0) return 0;
  const unsigned qm = channel_->qm;
  double sum = 0;
  size_t i = 0;
  for (Cf x : constellation()) {
    // Two points of pi/2-BPSK, turned at every second symbol.
    const Cf point = qm == 1 ? (i % 2 == 0 ? Cf{std::numbers::sqrt2_v<float> / 2, std::numbers::sqrt2_v<float> / 2}
                                           : Cf{-std::numbers::sqrt2_v<float> / 2, std::numbers::sqrt2_v<float> / 2})
                             : Cf{nearest(x.real(), qm), nearest(x.imag(), qm)};
    sum += qm == 1 ? std::min(std::norm(x - point), std::norm(x + point)) : std::norm(x - point);
    ++i;
  }
  return static_cast<float>(std::sqrt(sum / static_cast<double>(constellation_size_)));
}

Status check_receiver(unsigned layers, unsigned grid_ports, unsigned max_rx, uint32_t tbs_octets, size_t room) {
  if (grid_ports < layers || grid_ports > std::min(max_rx, max_rx_ports)) {
    return fail(Fault::invalid, "grid", "{} receive ports for {} layers: {} to {}", grid_ports, layers, layers,
                std::min(max_rx, max_rx_ports));
  }
  if (room < tbs_octets) return fail(Fault::exhausted, "tb", "room for {} octets of {}", room, tbs_octets);
  return {};
}

SharedResult result(const SharedReceiver& receiver, const SchResult& sch) {
  return {.sch = sch,
          .crc_ok = sch.crc_ok,
          .measurement = receiver.measurement(),
          .evm = receiver.evm(),
          .constellation = receiver.constellation()};
}

}  // namespace sen::phy::detail
