#include "phy/detail/shared_transmitter.h"

#include <cmath>

#include "phy/detail/ptrs.h"
#include "phy/dmrs.h"
#include "phy/estimation/equaliser.h"
#include "phy/kernels/complex.h"
#include "phy/kernels/layers.h"

namespace sen::phy::detail {
namespace {

// REs that are mapped at once: their symbols stay in the first-level cache.
constexpr size_t chunk = 512;

}  // namespace

struct SharedTransmitter::Job {
  const SharedChannel& channel;
  const RePlan& plan;
  std::span<const uint8_t> codeword;
  const nr::l1::Precoding& precoding;
  float amplitude;
  nr::Slot slot;
  Grid& grid;

  bool direct() const { return precoding.ports == 0; }
  std::span<const Cf> weights(unsigned port) const {
    return std::span<const Cf>(precoding.weights).subspan(port * channel.layers, channel.layers);
  }
  size_t first_bit(unsigned symbol) const { return size_t{plan.res_before(symbol)} * channel.layers * channel.qm; }
};

SharedTransmitter::SharedTransmitter(unsigned max_rb, bool uplink)
    : stride_((size_t{12} * max_rb + 15) / 16 * 16),
      symbols_(stride_ * max_shared_layers),
      rows_(stride_ * 2 * max_shared_layers),
      base_(stride_),
      ptrs_values_(max_rb + max_ptrs_samples) {
  if (uplink) transform_.emplace(max_rb, Dft::Direction::forward);
}

template <class At>
void SharedTransmitter::scatter(const Job& job, unsigned layer, unsigned symbol, std::span<const Cf> values, At k) {
  if (job.direct()) {
    const auto out = job.grid.row(layer, symbol);
    for (size_t i = 0; i < values.size(); ++i) out[k(i)] = values[i];
    return;
  }
  for (unsigned port = 0; port < job.precoding.ports; ++port) {
    const Cf w = job.weights(port)[layer];
    if (w == Cf{}) continue;
    const auto out = job.grid.row(port, symbol);
    for (size_t i = 0; i < values.size(); ++i) {
      const Cf v = values[i];
      out[k(i)] += Cf{w.real() * v.real() - w.imag() * v.imag(), w.real() * v.imag() + w.imag() * v.real()};
    }
  }
}

void SharedTransmitter::long_runs(const Job& job, unsigned symbol) {
  const unsigned layers = job.channel.layers, qm = job.channel.qm;
  size_t bit = job.first_bit(symbol);
  for (const ReRun& run : job.plan.data(symbol).runs) {
    for (size_t done = 0; done < run.n; done += chunk) {
      const size_t n = std::min<size_t>(chunk, run.n - done), k = run.k + done;
      if (job.direct() && layers == 1) {
        map_symbols(qm, job.codeword, bit, job.grid.row(0, symbol).subspan(k, n), job.amplitude);
      } else {
        const auto symbols = symbols_.span().first(n * layers);
        map_symbols(qm, job.codeword, bit, symbols, job.amplitude);
        Cf* rows[max_shared_layers];
        for (unsigned v = 0; v < layers; ++v) rows[v] = job.direct() ? &job.grid.at(v, symbol, static_cast<unsigned>(k)) : row(v).data();
        if (job.direct() || layers > 1) {
          split_layers(symbols, layers, {rows, layers});
        } else {
          rows[0] = symbols.data();
        }
        for (unsigned port = 0; port < job.precoding.ports; ++port) {
          precode({const_cast<const Cf* const*>(rows), layers}, job.weights(port), job.grid.row(port, symbol).subspan(k, n));
        }
      }
      bit += n * layers * qm;
    }
  }
}

void SharedTransmitter::short_runs(const Job& job, unsigned symbol) {
  const unsigned layers = job.channel.layers;
  const RePattern& pattern = job.plan.data(symbol);
  const auto symbols = symbols_.span().first(size_t{pattern.res} * layers);
  map_symbols(job.channel.qm, job.codeword, job.first_bit(symbol), symbols, job.amplitude);
  Cf* rows[max_shared_layers];
  for (unsigned v = 0; v < layers; ++v) rows[v] = row(v).data();
  split_layers(symbols, layers, {rows, layers});
  for (unsigned p = 0; p < (job.direct() ? layers : job.precoding.ports); ++p) {
    auto values = row(p).first(pattern.res);
    if (!job.direct()) {
      values = row(max_shared_layers + p).first(pattern.res);
      std::ranges::fill(values, Cf{});
      precode({const_cast<const Cf* const*>(rows), layers}, job.weights(p), values);
    }
    const auto out = job.grid.row(p, symbol);
    size_t i = 0;
    for (const ReRun& run : pattern.runs) {
      for (unsigned k = run.k; k < unsigned{run.k} + run.n; ++k, ++i) out[k] = job.direct() ? values[i] : out[k] + values[i];
    }
  }
}

void SharedTransmitter::transformed(const Job& job, unsigned symbol) {
  const unsigned m = job.plan.subcarriers();
  const auto x = symbols_.span().first(m), y = row(0).first(m);
  const uint32_t n = job.plan.data(symbol).res;
  map_symbols(job.channel.qm, job.codeword, job.first_bit(symbol), x.first(n), job.amplitude);
  if (n < m) {
    // Make room for the PT-RS samples, from the last one down.
    std::array<uint16_t, max_ptrs_samples> indices;
    size_t left = m - n, from = n;
    ptrs_samples(job.channel, m, indices);
    for (size_t to = m; left > 0;) {
      if (--to == indices[left - 1]) {
        x[to] = ptrs_values_[--left];
      } else {
        x[to] = x[--from];
      }
    }
  }
  transform_->run(x, y);
  size_t done = 0;
  for (const ReRun& run : job.plan.data(symbol).runs) {
    scatter(job, 0, symbol, y.subspan(done, run.n), [&](size_t i) { return run.k + i; });
    done += run.n;
  }
}

void SharedTransmitter::data(const Job& job, unsigned symbol) {
  const RePattern& pattern = job.plan.data(symbol);
  if (pattern.res == 0) return;
  if (job.channel.transform) {
    transformed(job, symbol);
  } else if (pattern.res >= 64 * pattern.runs.size()) {
    long_runs(job, symbol);
  } else {
    short_runs(job, symbol);
  }
}

// The layers of one CDM group differ by signs and weights only: they go to a port together.
void SharedTransmitter::dmrs(const Job& job, unsigned symbol) {
  const nr::l1::Dmrs& d = job.channel.dmrs;
  const unsigned values = dmrs_values_per_rb(d.type), place = job.channel.dmrs_place(symbol);
  const float amplitude = job.amplitude * dmrs_amplitude(d.cdm_groups_without_data) * std::pow(10.0F, d.power_db / 20);
  dmrs_row(job.channel, job.plan, job.slot, symbol, base_.span());
  struct Weights {
    Cf even, odd;
    bool used = false;
  };
  std::array<std::array<Weights, Grid::max_ports * 2>, 3> weights{};
  for (unsigned v = 0; v < job.channel.layers; ++v) {
    const DmrsPort p = dmrs_port(d.type, job.channel.port(v));
    for (unsigned port = 0; port < (job.direct() ? job.channel.layers : job.precoding.ports); ++port) {
      const Cf w = amplitude * static_cast<float>(p.w_t[place]) * (job.direct() ? Cf(v == port) : job.weights(port)[v]);
      Weights& sum = weights[p.group][port];
      sum.even += w * static_cast<float>(p.w_f[0]);
      sum.odd += w * static_cast<float>(p.w_f[1]);
      sum.used = sum.used || w != Cf{};
    }
  }
  for (unsigned group = 0; group < weights.size(); ++group) {
    for (unsigned port = 0; port < weights[group].size(); ++port) {
      const Weights& w = weights[group][port];
      if (w.used) dmrs_port_group(job, symbol, port, dmrs_port(d.type, 2 * group).delta, values, w.even, w.odd);
    }
  }
}

void SharedTransmitter::dmrs_port_group(const Job& job, unsigned symbol, unsigned port, unsigned delta, unsigned values, Cf even, Cf odd) {
  size_t done = 0;
  for (auto [first, count] : job.plan.rbs(job.plan.hop(symbol))) {
    const auto part = base_.span().subspan(done, size_t{values} * count);
    const auto out = job.grid.row(port, symbol).subspan(size_t{12} * first, size_t{12} * count);
    done += part.size();
    if (job.channel.dmrs.type == 1) {
      comb(part, even, odd, !job.direct(), out.subspan(delta));
      continue;
    }
    for (size_t i = 0; i < part.size(); ++i) {
      const Cf w = i % 2 ? odd : even, x = part[i];
      Cf& to = out[6 * (i / 2) + i % 2 + delta];
      to = (job.direct() ? Cf{} : to) + Cf{w.real() * x.real() - w.imag() * x.imag(), w.real() * x.imag() + w.imag() * x.real()};
    }
  }
}

void SharedTransmitter::prepare_ptrs(const Job& job, unsigned hop) {
  const SharedChannel& c = job.channel;
  const float amplitude = job.amplitude * ptrs_amplitude(c) * std::pow(10.0F, c.ptrs->power_db / 20);
  size_t n;
  if (c.transform) {
    std::array<uint16_t, max_ptrs_samples> indices;
    n = size_t{c.ptrs->groups} * c.ptrs->samples;
    ptrs_samples(c, job.plan.subcarriers(), indices);
    ptrs_sample_values(c, job.slot, std::span(indices).first(n), ptrs_values_.span());
  } else {
    n = job.plan.ptrs_res(hop).size();
    dmrs_row(c, job.plan, job.slot, job.plan.first_dmrs(hop), base_.span());
    ptrs_values(c, job.plan, hop, base_.span(), ptrs_values_.span());
  }
  scale(ptrs_values_.span().first(n), amplitude, ptrs_values_.span().first(n));
}

void SharedTransmitter::ptrs(const Job& job, unsigned symbol) {
  const unsigned hop = job.plan.hop(symbol);
  const auto res = job.plan.ptrs_res(hop);
  unsigned layer = 0;
  while (job.channel.port(layer) != job.channel.ptrs->port) ++layer;
  scatter(job, layer, symbol, ptrs_values_.span().first(res.size()), [&](size_t i) { return res[i].k; });
}

void SharedTransmitter::send(const SharedChannel& channel, const RePlan& plan, std::span<const uint8_t> codeword,
                             const nr::l1::Precoding& precoding, float amplitude, nr::Slot slot, Grid& grid) {
  const Job job{channel, plan, codeword, precoding, amplitude, slot, grid};
  unsigned ptrs_hop = 2;  // whose values stand ready
  for (unsigned l = plan.first_symbol(); l < plan.end_symbol(); ++l) {
    if (plan.ptrs(l) && plan.hop(l) != ptrs_hop) {
      ptrs_hop = plan.hop(l);
      prepare_ptrs(job, ptrs_hop);
    }
    data(job, l);
    if (plan.dmrs(l)) dmrs(job, l);
    if (plan.ptrs(l) && !channel.transform) ptrs(job, l);
  }
}

}  // namespace sen::phy::detail
