#include <algorithm>
#include <bit>
#include <cmath>
#include <numbers>

#include "base/ensure.h"
#include "nr/pucch.h"
#include "phy/detail/pucch_plan.h"
#include "phy/detail/transform.h"
#include "phy/estimation/equaliser.h"
#include "phy/pucch.h"
#include "phy/sequence/gold.h"

namespace sen::phy {
namespace {

using detail::PucchPlan;
using detail::pucch_shifts;

constexpr float two_pi = 2 * std::numbers::pi_v<float>;

// Detection thresholds at 1 % false alarm, for 1 to 8 independent branches (receive ports times hops). Format 0: the strongest of 1, 2, 4, 8 shifts over
// the mean of the weaker half of all twelve (which other UEs leave free); by simulation. Format 1: the strongest of 1, 2, 4 points over the noise: the
// gamma distribution's tail.
constexpr unsigned max_branches = 8;
constexpr float threshold0[max_branches][4] = {{18.84f, 22.78f, 27.34f, 32.29f}, {15.44f, 17.75f, 20.14f, 22.81f}, {15.95f, 18.01f, 20.13f, 22.19f}, {17.01f, 19.09f, 21.05f, 22.89f},
                                               {18.40f, 20.35f, 22.24f, 24.00f}, {19.80f, 21.61f, 23.42f, 25.18f}, {21.25f, 23.05f, 24.85f, 26.60f}, {22.70f, 24.48f, 26.28f, 27.98f}};
constexpr float threshold1[max_branches][3] = {{4.61f, 5.30f, 5.99f},   {6.64f, 7.43f, 8.21f},   {8.41f, 9.27f, 10.12f},  {10.05f, 10.98f, 11.89f},
                                               {11.60f, 12.59f, 13.56f}, {13.11f, 14.15f, 15.16f}, {14.57f, 15.66f, 16.71f}, {16.00f, 17.13f, 18.23f}};

// X(k) = sum of z(n) exp(-j 2 pi k n / 12), by 3 x 4 (prime factors: no twiddles).
std::array<Cf, 12> transform12(const std::array<Cf, 12>& z) {
  std::array<Cf, 12> out;
  Cf columns[3][4];
  constexpr float half_sqrt3 = std::numbers::sqrt3_v<float> / 2;
  for (unsigned b = 0; b < 4; ++b) {
    const Cf x0 = z[3 * b % 12], x1 = z[(4 + 3 * b) % 12], x2 = z[(8 + 3 * b) % 12], sum = x1 + x2, difference = x1 - x2;
    const Cf middle = x0 - 0.5f * sum, turned{half_sqrt3 * difference.imag(), -half_sqrt3 * difference.real()};
    columns[0][b] = x0 + sum;
    columns[1][b] = middle + turned;
    columns[2][b] = middle - turned;
  }
  for (unsigned a = 0; a < 3; ++a) {
    const Cf* x = columns[a];
    const Cf even = x[0] + x[2], odd = x[1] + x[3], even_less = x[0] - x[2], odd_less = x[1] - x[3], turned{odd_less.imag(), -odd_less.real()};
    out[4 * a % 12] = even + odd;
    out[(4 * a + 9) % 12] = even_less + turned;
    out[(4 * a + 18) % 12] = even - odd;
    out[(4 * a + 27) % 12] = even_less - turned;
  }
  return out;
}

void put(nr::l1::Bits& bits, std::span<const Bit> from) {
  bits.size = static_cast<uint16_t>(from.size());
  bits.octets.assign((from.size() + 7) / 8, 0);
  for (size_t i = 0; i < from.size(); ++i) bits.octets[i / 8] = static_cast<uint8_t>(bits.octets[i / 8] | from[i] << (7 - i % 8));
}

Cf times_conjugate(Cf a, Cf b) { return {a.real() * b.real() + a.imag() * b.imag(), a.imag() * b.real() - a.real() * b.imag()}; }
Cf times(Cf a, Cf b) { return {a.real() * b.real() - a.imag() * b.imag(), a.real() * b.imag() + a.imag() * b.real()}; }

// The squared correlation over the energy that the best of 2^n words reaches in noise alone once in 100 times; never more than a good part of all.
float presence_threshold(unsigned n, size_t bits) {
  const float exponent = static_cast<float>(n) * std::numbers::ln2_v<float> + 4.6f;
  return std::min(2 * exponent - std::log(two_pi * 2 * exponent), 0.7f * static_cast<float>(bits));
}

// Mean of the weaker half.
float weaker_half(std::array<float, pucch_shifts> energy) {
  std::ranges::nth_element(energy, energy.begin() + pucch_shifts / 2);
  float sum = 0;
  for (unsigned i = 0; i < pucch_shifts / 2; ++i) sum += energy[i];
  return sum / (pucch_shifts / 2);
}

}  // namespace

struct PucchReceiver::Work {
  explicit Work(unsigned max_rx_) : max_rx(max_rx_), estimator(detail::max_pucch_rbs, max_rx_), estimate(detail::max_pucch_rbs, max_rx_, 1) {}

  // What the sequences of formats 0 and 1 give: per receive port and symbol the amplitude at every cyclic shift, the message's zero in front.
  void spectra(const nr::l1::PucchPdu& pdu, const PucchPlan& plan, nr::Slot slot, const Grid& grid);
  void format0(const nr::l1::PucchPdu& pdu, const PucchPlan& plan, nr::l1::RxUci& out) const;
  void format1(const nr::l1::PucchPdu& pdu, const PucchPlan& plan, nr::l1::RxUci& out) const;
  void report(float amplitude_squared, float noise, float slope, float scs_hz, nr::l1::Quality& q) const;

  void format2(const nr::l1::PucchPdu& pdu, const PucchPlan& plan, nr::Slot slot, const Grid& grid);
  void format3(const nr::l1::PucchPdu& pdu, const PucchPlan& plan, nr::Slot slot, const Grid& grid);
  void format4(const nr::l1::PucchPdu& pdu, const PucchPlan& plan, nr::Slot slot, const Grid& grid);
  void estimate_hop(const PucchPlan& plan, unsigned hop, uint8_t type, std::span<const uint8_t> symbols, unsigned pilots_each, float scs_hz, const Grid& grid);
  void dmrs34(const nr::l1::PucchPdu& pdu, const PucchPlan& plan, nr::Slot slot, unsigned l, std::span<Cf> out);
  void transformed(const nr::l1::PucchPdu& pdu, const PucchPlan& plan, unsigned l, unsigned n_rx, const std::array<const Cf*, max_rx_ports>& h, float noise, const Grid& grid, unsigned at);
  bool decode(const PucchPlan& plan, unsigned payload, std::span<const Llr> soft, std::span<Bit> out, bool& present);
  void decode_all(const nr::l1::PucchPdu& pdu, const PucchPlan& plan, nr::l1::RxUci& out);

  unsigned max_rx, n_rx = 0;
  // Formats 0 and 1.
  std::array<std::array<std::array<Cf, pucch_shifts>, nr::symbols_per_slot>, max_rx_ports> amplitude;
  std::array<std::array<std::array<Cf, 12>, nr::symbols_per_slot>, max_rx_ports> despread;
  std::array<Cf, 12> sequence;
  float slope(const PucchPlan& plan, unsigned shift) const;

  // Formats 2 to 4.
  ChannelEstimator estimator;
  ChannelEstimate estimate;
  detail::Transform inverse{detail::max_pucch_rbs, Dft::Direction::backward};
  ControlEncoder encoder;
  ControlDecoder decoder{8};
  LinkMeasurement link;
  std::array<Cf, max_dmrs_positions * 12 * detail::max_pucch_rbs> base;
  std::array<std::array<Cf, 8 * detail::max_pucch_rbs>, max_rx_ports> data_y, data_h;
  std::array<std::array<Cf, 12>, max_rx_ports> flat_h;
  Aligned<Cf> x{12 * detail::max_pucch_rbs}, time{12 * detail::max_pucch_rbs};
  std::array<float, 12 * detail::max_pucch_rbs> nvar;
  std::array<Llr, detail::max_pucch_bits> llr, ordered;
  std::array<uint16_t, detail::max_pucch_bits> order;
  std::array<Bit, detail::max_uci_bits> payload;
  std::array<Bit, detail::max_pucch_bits> again;
};

PucchReceiver::PucchReceiver(unsigned max_rx) : work_(std::make_shared<Work>(std::min(max_rx, max_rx_ports))) {}

Result<nr::l1::RxUci> PucchReceiver::receive(const nr::l1::PucchPdu& pdu, nr::Slot slot, const Grid& grid) {
  SEN_TRY(check(pdu, grid.n_rb()));
  Work& w = *work_;
  if (grid.ports() < 1 || grid.ports() > w.max_rx) return fail(Fault::invalid, "grid", "{} receive ports are not allowed (1 to {})", grid.ports(), w.max_rx);
  w.n_rx = grid.ports();
  const PucchPlan plan(pdu);
  nr::l1::RxUci out;
  out.rnti = pdu.rnti;
  out.handle = pdu.handle;
  if (pdu.format < 2) {
    w.spectra(pdu, plan, slot, grid);
    if (pdu.format == 0) {
      w.format0(pdu, plan, out);
    } else {
      w.format1(pdu, plan, out);
    }
    return out;
  }
  w.link = {};
  switch (pdu.format) {
    case 2: w.format2(pdu, plan, slot, grid); break;
    case 3: w.format3(pdu, plan, slot, grid); break;
    default: w.format4(pdu, plan, slot, grid); break;
  }
  w.link.sinr_db = 10 * std::log10(std::clamp(w.link.rsrp / std::max(w.link.noise_variance, 1e-20f), 1e-3f, 1e6f));
  w.decode_all(pdu, plan, out);
  out.quality = {.sinr_db = w.link.sinr_db, .rsrp_dbfs = 10 * std::log10(std::max(w.link.rsrp, 1e-14f)), .ta_ns = w.link.delay_s * 1e9f};
  return out;
}

// ---- Formats 0 and 1 ----

void PucchReceiver::Work::spectra(const nr::l1::PucchPdu& pdu, const PucchPlan& plan, nr::Slot slot, const Grid& grid) {
  for (unsigned l = 0; l < plan.symbols; ++l) {
    if (l == 0 || l == plan.split) detail::pucch_base_sequence(pdu, slot, plan.hop(l) == 1, sequence);
    const unsigned shift = detail::pucch_shift(pdu, slot, plan.start + l);
    std::array<Cf, 12> expected;
    for (unsigned n = 0; n < 12; ++n) expected[n] = times(sequence[n], detail::twelfth(shift * n));
    for (unsigned r = 0; r < n_rx; ++r) {
      const Cf* y = grid.row(r, plan.start + l).data() + plan.first_subcarrier(l);
      std::array<Cf, 12>& z = despread[r][l];
      for (unsigned n = 0; n < 12; ++n) z[n] = times_conjugate(y[n], expected[n]);
      amplitude[r][l] = transform12(z);
    }
  }
}

// Phase from subcarrier to subcarrier of what was sent at `shift`.
float PucchReceiver::Work::slope(const PucchPlan& plan, unsigned shift) const {
  Cf sum = 0;
  for (unsigned r = 0; r < n_rx; ++r) {
    for (unsigned l = 0; l < plan.symbols; ++l) {
      const std::array<Cf, 12>& z = despread[r][l];
      for (unsigned n = 0; n + 1 < 12; ++n) sum += times_conjugate(z[n + 1], z[n]);
    }
  }
  return std::arg(times_conjugate(sum, detail::twelfth(shift)));
}

void PucchReceiver::Work::report(float amplitude_squared, float noise, float slope_rad, float scs_hz, nr::l1::Quality& q) const {
  const float n = std::max(noise, 1e-20f);
  q.sinr_db = 10 * std::log10(std::clamp(amplitude_squared / n, 1e-3f, 1e6f));
  q.rsrp_dbfs = 10 * std::log10(std::max(amplitude_squared, 1e-14f));
  q.ta_ns = -slope_rad / (two_pi * scs_hz) * 1e9f;
}

// Sequence hypotheses, TS 38.213 9.2.3, 9.2.5: energies at their shifts, coherent over two symbols in one place.
void PucchReceiver::Work::format0(const nr::l1::PucchPdu& pdu, const PucchPlan& plan, nr::l1::RxUci& out) const {
  const bool coherent = plan.symbols == 2 && !plan.hopping;
  const unsigned branches = std::min(n_rx * (coherent ? 1 : plan.symbols), max_branches);
  std::array<float, pucch_shifts> energy{};
  for (unsigned r = 0; r < n_rx; ++r) {
    for (unsigned s = 0; s < pucch_shifts; ++s) {
      if (coherent) {
        energy[s] += std::norm(amplitude[r][0][s] + amplitude[r][1][s]) / 24;
      } else {
        for (unsigned l = 0; l < plan.symbols; ++l) energy[s] += std::norm(amplitude[r][l][s]) / 12;
      }
    }
  }
  const unsigned n = pdu.uci.harq_bits;
  float best = -1;
  unsigned value = 0, shift = 0;
  bool positive = false;
  for (unsigned sr = n == 0 ? 1 : 0; sr <= pdu.uci.sr; ++sr) {
    for (unsigned v = 0; v < 1u << n; ++v) {
      const unsigned s = nr::format0_m_cs(n, v, sr == 1);
      if (energy[s] > best) {
        best = energy[s];
        value = v;
        shift = s;
        positive = sr == 1;
      }
    }
  }
  const unsigned hypotheses = n + (n > 0 && pdu.uci.sr ? 1 : 0);  // log2
  const float half = weaker_half(energy), floor = std::max(half / static_cast<float>(branches), 1e-12f);
  out.detected = best > threshold0[branches - 1][hypotheses] * floor;
  // The mean of a branch's weaker half lies this far below the noise (order statistics).
  const float per_branch = floor / (1 - 0.74f / std::sqrt(static_cast<float>(branches)));
  const auto total = static_cast<float>(n_rx * plan.symbols);
  report(std::max(best / (12 * total) - per_branch * static_cast<float>(branches) / (12 * total), 0.0f), per_branch, slope(plan, shift),
         static_cast<float>(nr::khz(pdu.bwp.scs)) * 1000, out.quality);
  if (!out.detected) return;
  const std::array<Bit, 2> bits{static_cast<Bit>(n == 2 ? value >> 1 : value), static_cast<Bit>(value & 1)};
  put(out.harq, std::span(bits).first(n));
  out.sr = positive;
}

// The whole codeword's correlation, DM-RS included, for every point of BPSK or QPSK; coherent within a hop.
void PucchReceiver::Work::format1(const nr::l1::PucchPdu& pdu, const PucchPlan& plan, nr::l1::RxUci& out) const {
  const unsigned branches = std::min(n_rx * plan.hops(), max_branches), n = pdu.uci.harq_bits;
  const unsigned points = n == 2 ? 4 : n == 1 ? 2 : 1;
  std::array<Cf, nr::symbols_per_slot> cover;
  for (unsigned hop = 0; hop < plan.hops(); ++hop) {
    const unsigned first = hop == 0 ? 0 : plan.split, end = hop == 0 ? plan.split : plan.symbols;
    const unsigned n_dmrs = (end + 1) / 2 - (first + 1) / 2, n_data = end / 2 - first / 2;
    unsigned m_dmrs = 0, m_data = 0;
    for (unsigned l = first; l < end; ++l) cover[l] = l % 2 == 0 ? detail::pucch1_cover(n_dmrs, pdu.time_domain_occ, m_dmrs++) : detail::pucch1_cover(n_data, pdu.time_domain_occ, m_data++);
  }
  std::array<float, 4> metric{};
  std::array<float, pucch_shifts> energy{};
  for (unsigned r = 0; r < n_rx; ++r) {
    for (unsigned hop = 0; hop < plan.hops(); ++hop) {
      const unsigned first = hop == 0 ? 0 : plan.split, end = hop == 0 ? plan.split : plan.symbols;
      Cf pilot = 0, data = 0;
      for (unsigned l = first; l < end; ++l) {
        (l % 2 == 0 ? pilot : data) += times_conjugate(amplitude[r][l][0], cover[l]);
        for (unsigned s = 0; s < pucch_shifts; ++s) energy[s] += std::norm(amplitude[r][l][s]) / 12;
      }
      for (unsigned v = 0; v < points; ++v) {
        // d of 5.1.2 and 5.1.3, power 1: BPSK on the diagonal.
        constexpr float h = std::numbers::sqrt2_v<float> / 2;
        const Cf d = n == 2 ? Cf{v & 2 ? -h : h, v & 1 ? -h : h} : v == 1 ? Cf{-h, -h} : Cf{h, h};
        metric[v] += std::norm(pilot + times_conjugate(data, d)) / static_cast<float>(12 * (end - first));
      }
    }
  }
  const auto dimensions = static_cast<float>(n_rx * plan.symbols);
  // The weaker half of twelve sums of `dimensions` exponential values lies below their mean.
  const float noise = std::max(weaker_half(energy) / dimensions / (1 - 0.74f / std::sqrt(dimensions)), 1e-12f);
  const auto best = static_cast<unsigned>(std::ranges::max_element(metric) - metric.begin());
  out.detected = metric[best] > threshold1[branches - 1][n] * noise;
  report(std::max(metric[best] - noise * static_cast<float>(branches), 0.0f) / (12 * dimensions), noise, slope(plan, 0),
         static_cast<float>(nr::khz(pdu.bwp.scs)) * 1000, out.quality);
  if (!out.detected) return;
  const std::array<Bit, 2> bits{static_cast<Bit>(n == 2 ? best >> 1 : best), static_cast<Bit>(best & 1)};
  put(out.harq, std::span(bits).first(n));
  out.sr = n == 0;
}

// ---- Formats 2 to 4 ----

// One hop's channel from `symbols` (of the slot), whose pilots lie in `base`.
void PucchReceiver::Work::estimate_hop(const PucchPlan& plan, unsigned hop, uint8_t type, std::span<const uint8_t> symbols, unsigned pilots_each, float scs_hz, const Grid& grid) {
  const std::pair<uint16_t, uint16_t> rbs{static_cast<uint16_t>(plan.crb[hop]), static_cast<uint16_t>(plan.rbs)};
  estimator.estimate(grid,
                     {.type = type, .length = 1, .layers = 1, .ports = {}, .amplitude = 1, .rbs = std::span(&rbs, 1), .symbols = symbols,
                      .base = std::span<const Cf>(base).first(symbols.size() * pilots_each), .scs_hz = scs_hz},
                     estimate);
  const float share = 1 / static_cast<float>(plan.hops());
  link.noise_variance += share * estimate.measurement.noise_variance;
  link.rsrp += share * estimate.measurement.rsrp;
  link.delay_s += share * estimate.measurement.delay_s;
}

void PucchReceiver::Work::format2(const nr::l1::PucchPdu& pdu, const PucchPlan& plan, nr::Slot slot, const Grid& grid) {
  const unsigned pilots = 4 * plan.rbs, data = 8 * plan.rbs;
  for (unsigned hop = 0; hop < plan.hops(); ++hop) {
    const unsigned first = hop == 0 ? 0 : plan.split, end = hop == 0 ? plan.split : plan.symbols;
    std::array<uint8_t, 2> symbols;
    unsigned n = 0;
    for (unsigned l = first; l < end; ++l, ++n) {
      symbols[n] = static_cast<uint8_t>(plan.start + l);
      detail::pucch2_dmrs(pdu, slot, plan.start + l, plan.crb[hop], std::span(base).subspan(n * pilots, pilots));
    }
    estimate_hop(plan, hop, Pilots::pucch2, std::span(symbols).first(n), pilots, static_cast<float>(nr::khz(pdu.bwp.scs)) * 1000, grid);
    for (unsigned l = first; l < end; ++l) {
      std::array<const Cf*, max_rx_ports> h, y_rows, h_rows;
      estimate.at_symbol(plan.start + l, h);
      for (unsigned r = 0; r < n_rx; ++r) {
        const Cf* y = grid.row(r, plan.start + l).data() + plan.first_subcarrier(l);
        for (unsigned k = 0, i = 0; k < plan.subcarriers(); k += 3) {
          data_y[r][i] = y[k];
          data_h[r][i++] = h[r][k];
          data_y[r][i] = y[k + 2];
          data_h[r][i++] = h[r][k + 2];
        }
        y_rows[r] = data_y[r].data();
        h_rows[r] = data_h[r].data();
      }
      Cf* const x_row = x.data();
      float* const nvar_row = nvar.data();
      equalise(Equaliser::mmse, std::span(y_rows).first(n_rx), std::span(h_rows).first(n_rx), 1, estimate.measurement.noise_variance, data, std::span(&x_row, 1), std::span(&nvar_row, 1));
      demap(2, x.span().first(data), nvar, std::span(llr).subspan(l * plan.symbol_bits, plan.symbol_bits));
    }
  }
}

void PucchReceiver::Work::dmrs34(const nr::l1::PucchPdu& pdu, const PucchPlan& plan, nr::Slot slot, unsigned l, std::span<Cf> out) {
  detail::pucch_base_sequence(pdu, slot, plan.hop(l) == 1, out);
  const unsigned shift = detail::pucch_shift(pdu, slot, plan.start + l);
  for (unsigned k = 0; k < out.size(); ++k) out[k] = times(out[k], detail::twelfth(shift * (k % 12)));
}

// A data symbol of DFT-s-OFDM: MMSE over the subcarriers, back to the time domain (where the bias is the mean of the gains), off the cover code, to LLRs
// from bit `at` on.
void PucchReceiver::Work::transformed(const nr::l1::PucchPdu& pdu, const PucchPlan& plan, unsigned l, unsigned rx, const std::array<const Cf*, max_rx_ports>& h, float noise, const Grid& grid,
                                      unsigned at) {
  const unsigned m = plan.subcarriers(), each = plan.symbol_bits / plan.qm, copies = m / each;
  std::array<const Cf*, max_rx_ports> y;
  for (unsigned r = 0; r < rx; ++r) y[r] = grid.row(r, plan.start + l).data() + plan.first_subcarrier(l);
  Cf* const x_row = x.data();
  float* const nvar_row = nvar.data();
  equalise(Equaliser::mmse, std::span<const Cf* const>(y).first(rx), std::span<const Cf* const>(h).first(rx), 1, noise, m, std::span(&x_row, 1), std::span(&nvar_row, 1));
  float mean = 0;
  for (unsigned k = 0; k < m; ++k) {
    const float gain = 1 / (1 + nvar[k]);
    x[k] *= gain;
    mean += gain / static_cast<float>(m);
  }
  inverse.run(x.span().first(m), time.span().first(m));
  const float unbias = mean > 1e-6f ? 1 / mean : 0;
  const float variance = mean > 1e-6f ? (1 - mean) / mean / static_cast<float>(copies) : std::numeric_limits<float>::infinity();
  for (unsigned k = 0; k < each; ++k) {
    Cf sum = 0;
    for (unsigned c = 0; c < copies; ++c) {
      const Cf v = time[c * each + k];
      sum += plan.format == 4 ? times_conjugate(v, detail::pucch4_cover(pdu.occ_length, pdu.occ_index, c * each + k)) : v;
    }
    x[k] = sum * (unbias / static_cast<float>(copies));
    nvar[k] = variance;
  }
  demap(plan.qm, x.span().first(each), nvar, std::span(llr).subspan(at, plan.symbol_bits), at / plan.qm);
}

void PucchReceiver::Work::format3(const nr::l1::PucchPdu& pdu, const PucchPlan& plan, nr::Slot slot, const Grid& grid) {
  unsigned at = 0;
  for (unsigned hop = 0; hop < plan.hops(); ++hop) {
    const unsigned first = hop == 0 ? 0 : plan.split, end = hop == 0 ? plan.split : plan.symbols, m = plan.subcarriers();
    std::array<uint8_t, max_dmrs_positions> symbols;
    unsigned n = 0;
    for (unsigned l = first; l < end; ++l) {
      if (!plan.is_dmrs(l)) continue;
      dmrs34(pdu, plan, slot, l, std::span(base).subspan(n * m, m));
      symbols[n++] = static_cast<uint8_t>(plan.start + l);
    }
    estimate_hop(plan, hop, Pilots::pucch34, std::span(symbols).first(n), m, static_cast<float>(nr::khz(pdu.bwp.scs)) * 1000, grid);
    for (unsigned l = first; l < end; ++l) {
      if (plan.is_dmrs(l)) continue;
      std::array<const Cf*, max_rx_ports> h;
      estimate.at_symbol(plan.start + l, h);
      transformed(pdu, plan, l, n_rx, h, estimate.measurement.noise_variance, grid, at);
      at += plan.symbol_bits;
    }
  }
}

// One RB that up to four UEs share by cyclic shifts and cover codes: means over as many neighbours as there can be UEs take the others out of the DM-RS;
// what is left is one amplitude a symbol and one phase slope.
void PucchReceiver::Work::format4(const nr::l1::PucchPdu& pdu, const PucchPlan& plan, nr::Slot slot, const Grid& grid) {
  const unsigned width = pdu.occ_length, groups = 12 / width;
  std::array<std::array<std::array<Cf, 6>, max_dmrs_positions>, max_rx_ports> mean;
  std::array<unsigned, max_dmrs_positions> places{};
  unsigned n = 0;
  Cf turn = 0;
  float power = 0;
  for (unsigned l = 0; l < plan.symbols; ++l) {
    if (!plan.is_dmrs(l)) continue;
    const std::span<Cf> pilot = std::span(base).first(12);
    dmrs34(pdu, plan, slot, l, pilot);
    for (unsigned r = 0; r < n_rx; ++r) {
      const Cf* y = grid.row(r, plan.start + l).data() + plan.first_subcarrier(l);
      for (unsigned g = 0; g < groups; ++g) {
        Cf sum = 0;
        for (unsigned i = 0; i < width; ++i) sum += times_conjugate(y[g * width + i], pilot[g * width + i]);
        mean[r][n][g] = sum / static_cast<float>(width);
        power += std::norm(mean[r][n][g]);
        if (g > 0) turn += times_conjugate(mean[r][n][g], mean[r][n][g - 1]);
      }
    }
    places[n++] = l;
  }
  const auto values = static_cast<float>(n * n_rx * groups);
  const float coherence = std::abs(turn) / std::max(power * static_cast<float>(groups - 1) / static_cast<float>(groups), 1e-20f);
  const float slope_rad = coherence * coherence * values > 9 ? std::arg(turn) / static_cast<float>(width) : 0;
  const auto centre = [&](unsigned g) { return static_cast<float>(g * width) + static_cast<float>(width - 1) / 2 - 5.5f; };
  std::array<std::array<Cf, max_dmrs_positions>, max_rx_ports> h;
  float residue = 0, strength = 0;
  for (unsigned r = 0; r < n_rx; ++r) {
    for (unsigned q = 0; q < n; ++q) {
      Cf sum = 0;
      for (unsigned g = 0; g < groups; ++g) sum += times(mean[r][q][g], std::polar(1.0f, -slope_rad * centre(g)));
      h[r][q] = sum / static_cast<float>(groups);
      strength += std::norm(h[r][q]);
      for (unsigned g = 0; g < groups; ++g) residue += std::norm(mean[r][q][g] - times(h[r][q], std::polar(1.0f, slope_rad * centre(g))));
    }
  }
  const auto symbols = static_cast<float>(n * n_rx);
  link.noise_variance = std::max(residue / (symbols * static_cast<float>(groups - 1)) * static_cast<float>(width), 1e-12f);
  link.rsrp = std::max(strength / symbols - link.noise_variance / 12, 0.0f);
  link.delay_s = -slope_rad / (two_pi * static_cast<float>(nr::khz(pdu.bwp.scs)) * 1000);

  unsigned at = 0;
  for (unsigned l = 0; l < plan.symbols; ++l) {
    if (plan.is_dmrs(l)) continue;
    // Between the DM-RS symbols of the hop by a straight line, beyond them as at the nearest.
    int before = -1, after = -1;
    for (unsigned q = 0; q < n; ++q) {
      if (plan.hop(places[q]) != plan.hop(l)) continue;
      if (places[q] < l) before = static_cast<int>(q);
      if (places[q] > l && after < 0) after = static_cast<int>(q);
    }
    const auto a = static_cast<unsigned>(before >= 0 ? before : after), b = static_cast<unsigned>(after >= 0 ? after : before);
    const float part = a == b ? 0 : static_cast<float>(l - places[a]) / static_cast<float>(places[b] - places[a]);
    std::array<const Cf*, max_rx_ports> rows;
    for (unsigned r = 0; r < n_rx; ++r) {
      const Cf now = h[r][a] + part * (h[r][b] - h[r][a]);
      for (unsigned k = 0; k < 12; ++k) flat_h[r][k] = times(now, std::polar(1.0f, slope_rad * (static_cast<float>(k) - 5.5f)));
      rows[r] = flat_h[r].data();
    }
    transformed(pdu, plan, l, n_rx, rows, link.noise_variance, grid, at);
    at += plan.symbol_bits;
  }
}

// False: the CRC failed or, without one, nothing stands out. `present`: the answer, coded again, does.
bool PucchReceiver::Work::decode(const PucchPlan& plan, unsigned n, std::span<const Llr> soft, std::span<Bit> out, bool& present) {
  present = false;
  if (n < 12) {
    const ShortBlockResult r = short_block_decode(soft, plan.qm, out.first(n));
    present = r.detection * r.detection > presence_threshold(n, std::min<size_t>(soft.size(), 32));
    return present;
  }
  if (!decoder.uci(soft, plan.qm, out.first(n)).ok) return false;
  const std::span<Bit> e = std::span(again).first(soft.size());
  if (!encoder.uci(out.first(n), plan.qm, e)) return false;
  float sum = 0, energy = 0;
  for (size_t i = 0; i < soft.size(); ++i) {
    const auto v = static_cast<float>(soft[i]);
    sum += e[i] ? -v : v;
    energy += v * v;
  }
  present = sum > 0 && sum * sum > presence_threshold(n, soft.size()) * energy;
  return true;
}

void PucchReceiver::Work::decode_all(const nr::l1::PucchPdu& pdu, const PucchPlan& plan, nr::l1::RxUci& out) {
  const std::span<Llr> soft = std::span(llr).first(plan.bits);
  Gold(detail::pucch_c_init(pdu)).descramble(soft);
  detail::pucch_bit_order(plan, order);
  for (unsigned i = 0; i < plan.bits; ++i) ordered[order[i]] = soft[i];
  bool present = false;
  const bool ok = decode(plan, plan.part1_payload, std::span(ordered).first(plan.part1_bits), payload, present);
  // An undecodable message, or none? A CRC that fails over pilots well above the noise is a lost message; a short code knows only its metric.
  const unsigned pilots = n_rx * plan.rbs * (plan.format == 2 ? 4 * plan.symbols : 12 * static_cast<unsigned>(std::popcount(plan.dmrs)));
  const bool strong = link.rsrp > link.noise_variance * std::max(1.0f, 12 / std::sqrt(static_cast<float>(pilots)));
  out.detected = ok ? present : plan.part1_payload >= 12 && strong;
  out.crc_ok = ok;
  if (!ok || !out.detected) return;
  std::span<const Bit> bits = std::span(payload).first(plan.part1_payload);
  put(out.harq, bits.first(pdu.uci.harq_bits));
  bits = bits.subspan(pdu.uci.harq_bits);
  for (unsigned i = 0; i < pdu.uci.sr; ++i) out.sr = static_cast<uint8_t>(2 * out.sr + bits[i]);
  put(out.csi1, bits.subspan(pdu.uci.sr));
  if (plan.part2_payload == 0) return;
  bool present2 = false;
  if (decode(plan, plan.part2_payload, std::span(ordered).subspan(plan.part1_bits, plan.part2_bits), payload, present2)) {
    put(out.csi2, std::span(payload).first(pdu.uci.csi2_bits));
  } else {
    out.crc_ok = false;
  }
}

}  // namespace sen::phy
