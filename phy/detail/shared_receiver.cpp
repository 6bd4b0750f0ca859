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

SharedReceiver::SharedReceiver(unsigned max_rb, unsigned max_rx, bool uplink)
    : stride_((size_t{12} * max_rb + 15) / 16 * 16), estimator_(max_rb, max_rx), estimate_(max_rb, max_rx, max_layers),
      base_(size_t{max_dmrs_symbols} * 6 * max_rb), ptrs_values_(max_rb + max_ptrs_samples), x_(stride_ * max_layers), ordered_(stride_ * max_layers),
      constellation_(kept_symbols), nvar_(stride_ * max_layers), ordered_nvar_(stride_ * max_layers) {
  if (uplink) transform_.emplace(max_rb, Dft::Direction::backward);
}

void SharedReceiver::start(const SharedChannel& channel, const RePlan& plan, nr::Slot slot, const Grid& grid, Equaliser equaliser) {
  channel_ = &channel;
  plan_ = &plan;
  grid_ = &grid;
  slot_ = slot;
  equaliser_ = equaliser;
  hop_ = 2;
  hops_ = 0;
  sum_ = {};
  phase_.fill(0);
  constellation_size_ = 0;
}

void SharedReceiver::estimate(unsigned hop) {
  const nr::l1::Dmrs& d = channel_->dmrs;
  std::array<uint8_t, max_dmrs_symbols> symbols;
  size_t n = 0;
  const size_t row = size_t{dmrs_values_per_rb(d.type)} * plan_->n_rb();
  for (unsigned l = plan_->first_symbol(); l < plan_->end_symbol(); ++l) {
    if (!plan_->dmrs(l) || plan_->hop(l) != hop) continue;
    dmrs_row(*channel_, *plan_, slot_, l, base_.span().subspan(n * row, row));
    symbols[n++] = static_cast<uint8_t>(l);
  }
  Pilots pilots{.type = d.type, .length = d.length, .layers = channel_->layers, .ports = {}, .amplitude = dmrs_amplitude(d.cdm_groups_without_data) * std::pow(10.0F, d.power_db / 20),
                .rbs = plan_->rbs(hop), .symbols = std::span(symbols).first(n), .base = base_.span().first(n * row),
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
  if (channel_->ptrs && !channel_->transform) track_phase(hop);
}

LinkMeasurement SharedReceiver::measurement() const {
  const float n = static_cast<float>(std::max(hops_, 1u));
  return {sum_.noise_variance / n, sum_.rsrp / n, 10 * std::log10(std::max(sum_.sinr_db / n, 1e-6F)), sum_.delay_s / n, sum_.cfo_hz / n};
}

// Common phase of each PT-RS symbol against the channel estimate (only the PT-RS layer sends there: its channel combines the ports), and a straight
// line between those symbols and the DM-RS symbols, where the estimate has the phase itself.
void SharedReceiver::track_phase(unsigned hop) {
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
          sum += Cf{y[res[i].k].real() * v.real() + y[res[i].k].imag() * v.imag(), y[res[i].k].imag() * v.real() - y[res[i].k].real() * v.imag()};
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
  for (unsigned l = static_cast<unsigned>(last) + 1; l < plan_->end_symbol() && plan_->hop(l) == hop; ++l) phase_[l] = phase_[static_cast<unsigned>(last)];
}

void SharedReceiver::interpolate_phase(unsigned from, unsigned to) {
  const float turn = std::remainder(phase_[to] - phase_[from], 2 * std::numbers::pi_v<float>);
  for (unsigned l = from + 1; l < to; ++l) phase_[l] = phase_[from] + turn * static_cast<float>(l - from) / static_cast<float>(to - from);
}

void SharedReceiver::equalise_run(unsigned symbol, size_t k, size_t a, size_t n, size_t to) {
  const unsigned rx = grid_->ports(), layers = channel_->layers;
  const Cf* y[max_rx_ports];
  const Cf* h[max_rx_ports * max_layers];
  Cf* x[max_layers];
  float* nvar[max_layers];
  for (unsigned r = 0; r < rx; ++r) y[r] = grid_->row(r, symbol).data() + k;
  for (unsigned i = 0; i < rx * layers; ++i) h[i] = h_[i] + a;
  for (unsigned v = 0; v < layers; ++v) x[v] = x_row(v).data() + to, nvar[v] = nvar_row(v).data() + to;
  equalise(equaliser_, {y, rx}, {h, rx * layers}, layers, estimate_.measurement.noise_variance, n, {x, layers}, {nvar, layers});
  if (phase_[symbol] == 0) return;
  const Cf back = unit(-phase_[symbol]);
  for (unsigned v = 0; v < layers; ++v) scale({x[v], n}, back, {x[v], n});
}

void SharedReceiver::equalise_all(unsigned symbol) {
  size_t a = 0;
  for (auto [first, count] : plan_->rbs(hop_)) {
    equalise_run(symbol, size_t{12} * first, a, size_t{12} * count, a);
    a += size_t{12} * count;
  }
}

void SharedReceiver::whole_symbol(unsigned symbol, std::span<Llr> out) {
  const unsigned layers = channel_->layers, qm = channel_->qm;
  const Cf* x[max_layers];
  const float* nvar[max_layers];
  for (unsigned v = 0; v < layers; ++v) x[v] = x_row(v).data(), nvar[v] = nvar_row(v).data();
  size_t a = 0;
  for (auto [first, count] : plan_->rbs(hop_)) {
    const size_t end = a + size_t{12} * count;
    for (size_t k = size_t{12} * first; a < end;) {
      const size_t n = std::min(chunk, end - a);
      equalise_run(symbol, k, a, n, 0);
      keep({x[0], n}, 1);
      const auto llrs = out.subspan(a * layers * qm, n * layers * qm);
      if (layers == 1) {
        demap(qm, {x[0], n}, {nvar[0], n}, llrs, plan_->res_before(symbol) + a);
      } else {
        merge_layers({x, layers}, {nvar, layers}, n, ordered_.span(), ordered_nvar_.span());
        demap(qm, ordered_.span().first(n * layers), ordered_nvar_.span().first(n * layers), llrs);
      }
      a += n;
      k += n;
    }
  }
}

void SharedReceiver::ordered_symbol(unsigned symbol, std::span<Llr> out) {
  const unsigned layers = channel_->layers;
  equalise_all(symbol);
  size_t done = 0;
  const Cf* x[max_layers];
  const float* nvar[max_layers];
  for (const ReRun& run : plan_->data(symbol).runs) {
    for (unsigned v = 0; v < layers; ++v) x[v] = x_row(v).data() + run.a, nvar[v] = nvar_row(v).data() + run.a;
    if (run.n >= 8) {
      merge_layers({x, layers}, {nvar, layers}, run.n, ordered_.span().subspan(done), ordered_nvar_.span().subspan(done));
    } else {
      for (unsigned i = 0; i < run.n; ++i) {
        for (unsigned v = 0; v < layers; ++v) ordered_[done + i * layers + v] = x[v][i], ordered_nvar_[done + i * layers + v] = nvar[v][i];
      }
    }
    done += size_t{run.n} * layers;
  }
  keep(ordered_.span().first(done), layers);
  demap(channel_->qm, ordered_.span().first(done), ordered_nvar_.span().first(done), out, plan_->res_before(symbol));
}

// Back to the time domain; the noise variance behind every sample. MMSE weighs each subcarrier by its own SINR first, so that faded ones do not spread
// their noise over all samples, and mends the mean gain after.
float SharedReceiver::inverse_transform(std::span<Cf> out) {
  const size_t m = out.size();
  const auto x = x_row(0).first(m);
  const auto nvar = nvar_row(0).first(m);
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
void SharedReceiver::track_samples(std::span<Cf> x, std::span<const uint16_t> indices) {
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

void SharedReceiver::transformed_symbol(unsigned symbol, std::span<Llr> out) {
  equalise_all(symbol);
  const auto x = ordered_.span().first(plan_->subcarriers());
  const float nvar = inverse_transform(x);
  size_t n = x.size();
  if (plan_->ptrs(symbol)) {
    std::array<uint16_t, max_ptrs_samples> room;
    const auto indices = std::span(room).first(size_t{channel_->ptrs->groups} * channel_->ptrs->samples);
    ptrs_samples(*channel_, plan_->subcarriers(), indices);
    ptrs_sample_values(*channel_, slot_, indices, ptrs_values_.span());
    // They are stronger than the data by a known factor: phases do not care.
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
  keep(x.first(n), 1);
  std::ranges::fill(ordered_nvar_.span().first(n), nvar);
  demap(channel_->qm, x.first(n), ordered_nvar_.span().first(n), out, plan_->res_before(symbol));
}

void SharedReceiver::symbol(unsigned symbol, std::span<Llr> out) {
  if (plan_->hop(symbol) != hop_) estimate(plan_->hop(symbol));
  const RePattern& pattern = plan_->data(symbol);
  if (pattern.res == 0) return;
  estimate_.at_symbol(symbol, h_);
  if (channel_->transform) {
    transformed_symbol(symbol, out);
  } else if (pattern.whole) {
    whole_symbol(symbol, out);
  } else {
    ordered_symbol(symbol, out);
  }
}

void SharedReceiver::keep(std::span<const Cf> x, size_t step) {
  for (size_t i = 0; i < x.size() && constellation_size_ < kept_symbols; i += step) constellation_[constellation_size_++] = x[i];
}

float SharedReceiver::evm() const {
  if (constellation_size_ == 0) return 0;
  const unsigned qm = channel_->qm;
  double sum = 0;
  size_t i = 0;
  for (Cf x : constellation()) {
    // Two points of pi/2-BPSK, turned at every second symbol.
    const Cf point = qm == 1 ? (i % 2 == 0 ? Cf{std::numbers::sqrt2_v<float> / 2, std::numbers::sqrt2_v<float> / 2} : Cf{-std::numbers::sqrt2_v<float> / 2, std::numbers::sqrt2_v<float> / 2})
                             : Cf{nearest(x.real(), qm), nearest(x.imag(), qm)};
    sum += qm == 1 ? std::min(std::norm(x - point), std::norm(x + point)) : std::norm(x - point);
    ++i;
  }
  return static_cast<float>(std::sqrt(sum / static_cast<double>(constellation_size_)));
}

Status check_receiver(unsigned layers, unsigned grid_ports, unsigned max_rx, uint32_t tbs_octets, size_t room) {
  if (grid_ports < layers || grid_ports > std::min(max_rx, max_rx_ports)) {
    return fail(Fault::invalid, "grid", "{} receive ports for {} layers: {} to {}", grid_ports, layers, layers, std::min(max_rx, max_rx_ports));
  }
  if (room < tbs_octets) return fail(Fault::exhausted, "tb", "room for {} octets of {}", room, tbs_octets);
  return {};
}

SharedResult result(const SharedReceiver& receiver, const SchResult& sch) {
  return {.sch = sch, .crc_ok = sch.crc_ok, .measurement = receiver.measurement(), .evm = receiver.evm(), .constellation = receiver.constellation()};
}

}  // namespace sen::phy::detail
