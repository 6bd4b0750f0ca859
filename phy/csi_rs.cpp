#include "phy/csi_rs.h"

#include <cmath>
#include <numbers>

#include "nr/csi.h"
#include "phy/estimation/codebook.h"
#include "phy/sequence/gold.h"

namespace sen::phy {
namespace {

using nr::l1::CsiRsPdu;

constexpr unsigned max_row = 8, max_values_per_rb = 3;

// Where a resource lies: common resource blocks [first, end) by `step`.
struct Place {
  nr::CsiRsRow row;
  unsigned first = 0, end = 0, step = 1;
  unsigned alpha =
      2;  // values of r that a resource block takes: alpha of m' = floor(n alpha) + k' + floor(k rho / 12), twice it when rho is 1/2
  bool half_alpha = false;  // alpha is 1/2

  unsigned blocks() const { return end > first ? (end - first + step - 1) / step : 0; }
  unsigned m(unsigned n) const { return half_alpha ? n / 2 : n * alpha; }
};

Place place_of(const CsiRsPdu& pdu) {
  Place p;
  p.row = *nr::csi_rs_row(pdu.row);
  p.first = pdu.bwp.start + pdu.start_rb;
  p.end = p.first + pdu.rbs;
  const auto density = static_cast<nr::CsiDensity>(pdu.density);
  const bool half = density == nr::CsiDensity::half_even || density == nr::CsiDensity::half_odd;
  if (half) {
    p.step = 2;
    p.first += p.first % 2 == (density == nr::CsiDensity::half_even ? 0u : 1u) ? 0 : 1;
  }
  // alpha: rho for one port, 2 rho for more.
  p.half_alpha = half && p.row.ports == 1;
  p.alpha = density == nr::CsiDensity::three ? 3 : p.row.ports == 1 || half ? 1 : 2;
  return p;
}

unsigned symbol_of(const CsiRsPdu& pdu, const nr::CsiRsGroup& group) { return (group.l == 0 ? pdu.l0 : pdu.l1) + group.l_plus; }
unsigned subcarrier_of(const CsiRsPdu& pdu, const nr::CsiRsGroup& group) { return pdu.k[group.k] + group.k_plus; }
// Row 1 lists three places of its one port, all others one a CDM group.
unsigned first_port(const CsiRsPdu& pdu, const nr::CsiRsRow& row, unsigned group) {
  return pdu.row == 1 ? 0 : group * row.frequencies * row.symbols;
}

// Tables 7.4.1.5.3-2 to -5: w_f(k') w_t(l') of sequence s.
float weight(unsigned s, unsigned k, unsigned l) {
  const bool frequency = s % 2 == 1 && k == 1;
  const bool time = (s / 2 % 2 == 1 && l % 2 == 1) != (s / 4 == 1 && l / 2 == 1);
  return frequency != time ? -1.0f : 1.0f;
}

// r(m) for the resource blocks of a place in one symbol: values from m(first) on (7.4.1.5.2).
struct Sequence {
  std::array<Cf, 3 * Grid::max_rb + 3> r;
  Sequence(const CsiRsPdu& pdu, const Place& p, nr::Slot slot, unsigned symbol) {
    const unsigned symbols = pdu.bwp.extended_cp ? 12 : 14;
    const uint64_t c_init = (uint64_t{symbols * slot.in_frame() + symbol + 1} * (2u * pdu.scrambling_id + 1) << 10) + pdu.scrambling_id;
    const unsigned from = p.m(p.first), to = p.m(p.end) + 2;
    Gold(static_cast<uint32_t>(c_init & 0x7fffffff), 2 * from).fill_qpsk({r.data(), to - from + 1});
  }
};

// f(group, k', l', index of the resource block, symbol, subcarrier, r) for every resource element.
template <class F>
void for_each_re(const CsiRsPdu& pdu, nr::Slot slot, F f) {
  const Place p = place_of(pdu);
  for (unsigned g = 0; g < p.row.n_groups; ++g) {
    const unsigned k = subcarrier_of(pdu, p.row.groups[g]), shift = pdu.row == 1 ? g : 0;  // floor(k rho / 12)
    for (unsigned l = 0; l < p.row.symbols; ++l) {
      const unsigned symbol = symbol_of(pdu, p.row.groups[g]) + l;
      const Sequence sequence(pdu, p, slot, symbol);
      for (unsigned n = p.first, index = 0; n < p.end; n += p.step, ++index) {
        const Cf* r = sequence.r.data() + p.m(n) - p.m(p.first) + shift;
        for (unsigned dk = 0; dk < p.row.frequencies; ++dk) f(g, dk, l, index, symbol, 12 * n + k + dk, r[dk]);
      }
    }
  }
}

float amplitude(const CsiRsPdu& pdu) { return std::pow(10.0f, pdu.power_db / 20); }

}  // namespace

Status check(const CsiRsPdu& pdu, unsigned grid_rb, unsigned grid_ports) {
  if (pdu.row < 1 || pdu.row > max_row)
    return fail(Fault::unsupported, "row", "{} is not allowed (1 to {}; TS 38.211 table 7.4.1.5.3-1)", pdu.row, max_row);
  const nr::CsiRsRow row = *nr::csi_rs_row(pdu.row);
  if (pdu.cdm != static_cast<uint8_t>(row.cdm) || pdu.density > 3 || !(row.densities >> pdu.density & 1)) {
    return fail(Fault::invalid, "density", "{} with CDM {} does not go with row {} (TS 38.211 table 7.4.1.5.3-1)", pdu.density, pdu.cdm,
                pdu.row);
  }
  if (row.ports > grid_ports && !pdu.zero_power)
    return fail(Fault::invalid, "row", "{} has {} ports, the grid {}", pdu.row, row.ports, grid_ports);
  const unsigned symbols = pdu.bwp.extended_cp ? 12 : 14;
  for (unsigned g = 0; g < row.n_groups; ++g) {
    const unsigned k = subcarrier_of(pdu, row.groups[g]), l = symbol_of(pdu, row.groups[g]);
    if (k + row.frequencies > 12)
      return fail(Fault::invalid, "k", "{} is not allowed for row {} (the resource leaves its resource block; TS 38.211 7.4.1.5.3)", k,
                  pdu.row);
    if (l + row.symbols > symbols)
      return fail(Fault::invalid, "l0", "{} is not allowed for row {} (the resource leaves the slot; TS 38.211 7.4.1.5.3)", l, pdu.row);
    for (unsigned other = 0; other < g; ++other) {
      const unsigned k2 = subcarrier_of(pdu, row.groups[other]);
      if (l == symbol_of(pdu, row.groups[other]) && k < k2 + row.frequencies && k2 < k + row.frequencies)
        return fail(Fault::invalid, "k", "{} and {} overlap (TS 38.211 7.4.1.5.3)", k2, k);
    }
  }
  if (pdu.scrambling_id > 1023)
    return fail(Fault::invalid, "scrambling_id", "{} is not allowed (0 to 1023; TS 38.211 7.4.1.5.2)", pdu.scrambling_id);
  if (pdu.rbs == 0 || grid_rb > Grid::max_rb || 0u + pdu.bwp.start + pdu.start_rb + pdu.rbs > grid_rb) {
    return fail(Fault::invalid, "rbs", "{} from {} of a bandwidth part at {} do not fit {} (TS 38.331 CSI-FrequencyOccupation)", pdu.rbs,
                pdu.start_rb, pdu.bwp.start, grid_rb);
  }
  if (!(std::abs(pdu.power_db) <= 60)) return fail(Fault::invalid, "power_db", "{} is not allowed (-60 to 60)", pdu.power_db);
  return {};
}

Status send_csi_rs(const CsiRsPdu& pdu, nr::Slot slot, Grid& grid) {
  SEN_TRY(check(pdu, grid.n_rb(), grid.ports()));
  if (pdu.zero_power) return {};
  const nr::CsiRsRow row = *nr::csi_rs_row(pdu.row);
  const unsigned size = row.frequencies * row.symbols;
  const float beta = amplitude(pdu);
  for_each_re(pdu, slot, [&](unsigned group, unsigned k, unsigned l, unsigned, unsigned symbol, unsigned subcarrier, Cf r) {
    for (unsigned s = 0; s < size; ++s) grid.at(first_port(pdu, row, group) + s, symbol, subcarrier) = r * (beta * weight(s, k, l));
  });
  return {};
}

CsiChannel::CsiChannel(unsigned max_rb, unsigned max_rx)
    : max_rb_(max_rb), max_rx_(max_rx), stride_((max_values_per_rb * max_rb + 7) / 8 * 8), h_(size_t{max_rx} * Grid::max_ports * stride_) {}

Status CsiChannel::estimate(const CsiRsPdu& pdu, nr::Slot slot, const Grid& grid) {
  SEN_TRY(check(pdu, grid.n_rb(), Grid::max_ports));
  if (pdu.zero_power) return fail(Fault::invalid, "zero_power", "resources measure no channel (TS 38.214 5.2.2.3)");
  if (grid.ports() > max_rx_ || pdu.rbs > max_rb_)
    return fail(Fault::exhausted, "rbs", "{} at {} receive ports are more than the {} at {} that this object was made for", pdu.rbs,
                grid.ports(), max_rb_, max_rx_);
  const Place p = place_of(pdu);
  const unsigned per_block = pdu.row == 1 ? 3 : 1;
  values_ = p.blocks() * per_block, ports_ = p.row.ports, rx_ = grid.ports(), spacing_ = 12 * p.step / per_block;
  despread(pdu, slot, grid);
  measure(1000.0 * nr::khz(pdu.bwp.scs), p.row.frequencies * p.row.symbols);
  return {};
}

void CsiChannel::despread(const CsiRsPdu& pdu, nr::Slot slot, const Grid& grid) {
  const nr::CsiRsRow row = *nr::csi_rs_row(pdu.row);
  const unsigned size = row.frequencies * row.symbols, per_block = pdu.row == 1 ? 3 : 1;
  std::ranges::fill(h_, Cf{});
  const float by = 1 / (static_cast<float>(size) * amplitude(pdu));
  for_each_re(pdu, slot, [&](unsigned group, unsigned k, unsigned l, unsigned index, unsigned symbol, unsigned subcarrier, Cf r) {
    const unsigned port = first_port(pdu, row, group), value = index * per_block + (per_block == 3 ? group : 0);
    const Cf reference = std::conj(r) * by;
    for (unsigned rx = 0; rx < rx_; ++rx) {
      const Cf y = grid.at(rx, symbol, subcarrier) * reference;
      for (unsigned s = 0; s < size; ++s) h_[(size_t{rx} * ports_ + port + s) * stride_ + value] += y * weight(s, k, l);
    }
  });
}

// Delay from the phase between neighbouring values; noise from third differences of the values without it, in which a smooth channel
// cancels (1, 3, 3, 1: twenty times the noise). A value is the mean of `averaged` elements.
void CsiChannel::measure(double scs_hz, unsigned averaged) {
  Cf slope;
  double energy = 0;
  for (unsigned i = 0; i < rx_ * ports_; ++i) {
    std::span<const Cf> h = at(i / ports_, i % ports_);
    for (unsigned n = 0; n + 1 < values_; ++n) slope += h[n + 1] * std::conj(h[n]);
    for (Cf v : h) energy += std::norm(v);
  }
  const float angle = slope == Cf{} ? 0 : std::arg(slope);
  delay_s_ = static_cast<float>(-angle / (2 * std::numbers::pi * spacing_ * scs_hz));

  const Cf w1 = std::polar(1.0f, -angle), w2 = w1 * w1, w3 = w2 * w1;
  double noise = 0;
  size_t n_noise = 0;
  for (unsigned i = 0; i < rx_ * ports_; ++i) {
    std::span<const Cf> h = at(i / ports_, i % ports_);
    for (unsigned n = 0; n + 3 < values_; ++n, ++n_noise)
      noise += std::norm(h[n] - 3.0f * w1 * h[n + 1] + 3.0f * w2 * h[n + 2] - w3 * h[n + 3]);
  }
  const double of_value = n_noise > 0 ? noise / (20.0 * static_cast<double>(n_noise)) : 0;
  noise_ = static_cast<float>(of_value * averaged);
  rsrp_ = static_cast<float>(std::max(energy / (static_cast<double>(values_) * ports_ * rx_) - of_value, 0.0));
}

struct CsiMeter::Work {
  static constexpr unsigned samples = 16;  // over the band, each the mean of its part

  CsiChannel channel;
  Aligned<Cf> h;

  Work(unsigned max_rb, unsigned max_rx) : channel(max_rb, max_rx), h(size_t{samples} * max_rx * Grid::max_ports) {}

  ChannelSamples gather(double scs_hz) {
    const unsigned n = std::min(samples, channel.values()), rx = channel.rx_ports(), ports = channel.ports();
    std::fill_n(h.data(), size_t{n} * rx * ports, Cf{});
    const double turn = 2 * std::numbers::pi * channel.spacing() * scs_hz * channel.delay_s();
    const Cf step(std::polar(1.0, turn));
    for (unsigned i = 0; i < rx * ports; ++i) {
      std::span<const Cf> values = channel.at(i / ports, i % ports);
      Cf phase = 1;
      for (unsigned s = 0; s < n; ++s) {
        const unsigned first = channel.values() * s / n, end = channel.values() * (s + 1) / n;
        Cf sum;
        for (unsigned v = first; v < end; ++v, phase *= step) sum += values[v] * phase;
        h[size_t{s} * rx * ports + i] = sum / static_cast<float>(end - first);
      }
    }
    return {{h.data(), size_t{n} * rx * ports}, rx, ports, std::max(channel.noise_variance(), 1e-6f * channel.rsrp() + 1e-20f)};
  }
};

CsiMeter::CsiMeter(unsigned max_rb, unsigned max_rx) : work_(std::make_shared<Work>(max_rb, max_rx)) {}

Result<nr::l1_ue::CsiMeasurement> CsiMeter::measure(const CsiRsPdu& pdu, nr::Slot slot, const Grid& grid, const CsiMeterOptions& options) {
  Work& w = *work_;
  if (grid.ports() > 4) return fail(Fault::exhausted, "rx ports", "{} are more than the 4 of the codebook search", grid.ports());
  SEN_TRY(w.channel.estimate(pdu, slot, grid));
  const ChannelSamples samples = w.gather(1000.0 * nr::khz(pdu.bwp.scs));
  const unsigned most = std::clamp(options.max_rank, 1u, std::min({4u, samples.rx, samples.ports}));
  const CsiChoice choice = choose_csi(samples, single_panel(samples.ports), options.table, most);
  nr::l1_ue::CsiMeasurement out;
  out.cqi = choice.cqi, out.ri = choice.rank, out.pmi = choice.pmi.packed();
  out.rsrp_dbm = 10 * std::log10(std::max(w.channel.rsrp(), 1e-20f));
  out.sinr_db = std::min(60.0f, 10 * std::log10(std::max(w.channel.rsrp(), 1e-20f) / samples.noise_variance));
  return out;
}

TrsMeter::TrsMeter(unsigned max_rb, unsigned max_rx) : first_(max_rb, max_rx), second_(max_rb, max_rx) {}

Result<TrsMeasurement> TrsMeter::measure(const CsiRsPdu& first, const CsiRsPdu& second, nr::Slot slot, const Grid& grid) {
  if (first.row != 1 || second.row != 1 || second.l0 <= first.l0 || first.k[0] != second.k[0] || first.start_rb != second.start_rb ||
      first.rbs != second.rbs)
    return fail(Fault::invalid, "TRS", "is not two row 1 resources at one place in ascending symbols (TS 38.214 5.1.6.1.1)");
  SEN_TRY(first_.estimate(first, slot, grid));
  SEN_TRY(second_.estimate(second, slot, grid));
  Cf turn;
  for (unsigned rx = 0; rx < first_.rx_ports(); ++rx) {
    std::span<const Cf> a = first_.at(rx, 0), b = second_.at(rx, 0);
    for (unsigned n = 0; n < first_.values(); ++n) turn += b[n] * std::conj(a[n]);
  }
  const double scs = 1000.0 * nr::khz(first.bwp.scs);
  const unsigned apart = second.l0 - first.l0;
  // A symbol with its CP: 2048 + 144 (extended: 512) of 2048 parts of 1 / scs; the longer CP of symbols 0 and 7 (15 kHz) is 16 parts more.
  const bool longer = first.bwp.scs == nr::Scs::khz15 && first.l0 < 7 && second.l0 >= 7;
  const double seconds = (apart * (first.bwp.extended_cp ? 2560.0 : 2192.0) + (longer ? 16 : 0)) / 2048 / scs;
  TrsMeasurement out;
  out.cfo_hz = turn == Cf{} ? 0 : static_cast<float>(std::arg(turn) / (2 * std::numbers::pi * seconds));
  out.delay_s = (first_.delay_s() + second_.delay_s()) / 2;
  out.rsrp = (first_.rsrp() + second_.rsrp()) / 2;
  out.noise_variance = (first_.noise_variance() + second_.noise_variance()) / 2;
  return out;
}

}  // namespace sen::phy
