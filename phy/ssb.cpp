#include "phy/ssb.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "phy/detail/ssb_receiver.h"
#include "phy/sequence/gold.h"

namespace sen::phy {
namespace {

constexpr unsigned pbch_bits = 864;

// An m-sequence of length 127: x(i + 7) = x(i + tap) + x(i).
using Sequence = std::array<uint8_t, ssb_sequence>;
constexpr Sequence m_sequence(unsigned tap, unsigned start) {
  Sequence x{};
  for (unsigned i = 0; i < 7; ++i) x[i] = start >> i & 1;
  for (unsigned i = 0; i + 7 < ssb_sequence; ++i) x[i + 7] = x[i + tap] ^ x[i];
  return x;
}
constexpr Sequence pss_sequence = m_sequence(4, 0b1110110), sss_first = m_sequence(4, 1), sss_second = m_sequence(1, 1);
constexpr float sign(uint8_t bit) { return bit ? -1.0f : 1.0f; }

// The PBCH's subcarriers (7.4.3.1, table 7.4.3.1-1) in mapping order: visit(symbol, k) for DM-RS or for data.
template <class Visit>
void pbch_elements(unsigned pci, bool dmrs, Visit&& visit) {
  for (unsigned l = 1; l < nr::ssb_symbols; ++l) {
    for (unsigned k = 0; k < ssb_subcarriers; ++k) {
      if (l == 2 && k == 48) k = 192;
      if ((k % 4 == pci % 4) == dmrs) visit(l, k);
    }
  }
}

// 7.4.1.4.1; hypothesis: the three bits of i_SSB-bar.
std::array<Cf, 144> pbch_dmrs(unsigned pci, unsigned hypothesis) {
  std::array<Cf, 144> out;
  const uint32_t c_init = ((hypothesis + 1) * (pci / 4 + 1) << 11) + ((hypothesis + 1) << 6) + pci % 4;
  Gold(c_init).fill_qpsk(out);
  return out;
}
// The hypothesis of a block, and the number of the scrambling sequence (7.3.3.1).
unsigned dmrs_hypothesis(unsigned l_max, unsigned index, bool half_frame) { return l_max == 4 ? index % 4 + 4 * unsigned{half_frame} : index % 8; }
unsigned scrambling_number(unsigned l_max, unsigned index) { return l_max == 4 ? index % 4 : index % 8; }

}  // namespace

void pss(unsigned n_id_2, std::span<Cf, 127> out) {
  for (unsigned n = 0; n < ssb_sequence; ++n) out[n] = sign(pss_sequence[(n + 43 * n_id_2) % ssb_sequence]);
}

void sss(unsigned pci, std::span<Cf, 127> out) {
  const unsigned n_id_1 = pci / 3, m0 = 15 * (n_id_1 / 112) + 5 * (pci % 3), m1 = n_id_1 % 112;
  for (unsigned n = 0; n < ssb_sequence; ++n) out[n] = sign(sss_first[(n + m0) % ssb_sequence]) * sign(sss_second[(n + m1) % ssb_sequence]);
}

Status check(const nr::l1::SsbPdu& pdu, unsigned first_subcarrier, unsigned grid_rb) {
  if (pdu.pci > max_pci) return fail(Fault::invalid, "ssb.pci", "{} is not allowed (0 to 1007; TS 38.211 7.4.2.1)", pdu.pci);
  if (pdu.ssb_case > 4) return fail(Fault::invalid, "ssb.ssb_case", "{} is not allowed (0 to 4: A to E; TS 38.213 4.1)", pdu.ssb_case);
  const bool high = pdu.ssb_case >= 3;
  if (high ? pdu.l_max != 64 : pdu.l_max != 4 && pdu.l_max != 8) {
    return fail(Fault::invalid, "ssb.l_max", "{} is not allowed with case {} ({}; TS 38.213 4.1)", pdu.l_max, static_cast<char>('A' + pdu.ssb_case),
                high ? "64" : "4, 8");
  }
  if (pdu.index >= pdu.l_max) return fail(Fault::invalid, "ssb.index", "{} is not allowed (0 to {}; TS 38.213 4.1)", pdu.index, pdu.l_max - 1);
  if (pdu.k_ssb > (high ? 15 : 31)) return fail(Fault::invalid, "ssb.k_ssb", "{} is not allowed (0 to {}; TS 38.211 7.4.3.1)", pdu.k_ssb, high ? 15 : 31);
  if (pdu.mib >> 24) return fail(Fault::invalid, "ssb.mib", "{:#x} is no 24 bits (TS 38.331 BCCH-BCH-Message)", pdu.mib);
  if (first_subcarrier + ssb_subcarriers > 12 * grid_rb) {
    return fail(Fault::invalid, "ssb.first_subcarrier", "{} leaves the grid's {} resource blocks (TS 38.211 7.4.3.1)", first_subcarrier, grid_rb);
  }
  return {};
}

Status send_ssb(const nr::l1::SsbPdu& pdu, unsigned sfn, unsigned first_subcarrier, Grid& grid, unsigned port, bool next_slot) {
  SEN_TRY(check(pdu, first_subcarrier, grid.n_rb()));
  if (port >= grid.ports()) return fail(Fault::invalid, "ssb.port", "{} is not allowed (0 to {})", port, grid.ports() - 1);
  const auto position = nr::ssb_position(static_cast<nr::SsbCase>(pdu.ssb_case), pdu.l_max, pdu.index);
  if (!position) return fail(Fault::invalid, "ssb.index", "{} has no place (TS 38.213 4.1)", pdu.index);
  // Row of a symbol of the block; empty when it lies in the other slot.
  auto row = [&](unsigned symbol) -> Cf* {
    const unsigned l = position->first_symbol + symbol;
    if ((l >= nr::symbols_per_slot) != next_slot) return nullptr;
    return grid.row(port, l % nr::symbols_per_slot).data() + first_subcarrier;
  };
  std::array<Cf, ssb_sequence> values;
  if (Cf* out = row(0)) {
    const float amplitude = pdu.pss_power_db == 3 ? std::numbers::sqrt2_v<float> : std::pow(10.0f, pdu.pss_power_db / 20);
    pss(pdu.pci % 3u, values);
    for (unsigned n = 0; n < ssb_sequence; ++n) out[ssb_sequence_start + n] = amplitude * values[n];
  }
  if (Cf* out = row(2)) {
    sss(pdu.pci, values);
    std::ranges::copy(values, out + ssb_sequence_start);
  }
  const std::array<Cf, 144> dmrs = pbch_dmrs(pdu.pci, dmrs_hypothesis(pdu.l_max, pdu.index, pdu.half_frame));
  size_t next = 0;
  pbch_elements(pdu.pci, true, [&](unsigned l, unsigned k) {
    if (Cf* out = row(l)) out[k] = dmrs[next];
    ++next;
  });
  static thread_local ControlEncoder encoder;
  std::array<Bit, 32> payload;
  std::array<Bit, pbch_bits> e, c;
  pbch_scramble({pdu.mib, static_cast<uint16_t>(sfn), pdu.half_frame, pdu.index, pdu.k_ssb, pdu.l_max}, pdu.pci, payload);
  encoder.bch(payload, e);
  Gold(pdu.pci, scrambling_number(pdu.l_max, pdu.index) * pbch_bits).fill_bits(c);
  constexpr float a = std::numbers::sqrt2_v<float> / 2;
  next = 0;
  pbch_elements(pdu.pci, false, [&](unsigned l, unsigned k) {
    if (Cf* out = row(l)) out[k] = {a * sign(e[next] ^ c[next]), a * sign(e[next + 1] ^ c[next + 1])};
    next += 2;
  });
  return {};
}

std::optional<unsigned> ssb_first_subcarrier(const nr::l1::SsbPdu& pdu, nr::Scs scs_common, bool fr2) {
  if (pdu.ssb_case > 4) return std::nullopt;
  const unsigned above_point_a_khz = fr2 ? pdu.offset_to_point_a * 12u * 60 + pdu.k_ssb * nr::khz(scs_common) : (pdu.offset_to_point_a * 12u + pdu.k_ssb) * 15;
  const unsigned scs_khz = nr::khz(nr::ssb_scs(static_cast<nr::SsbCase>(pdu.ssb_case)));
  if (above_point_a_khz % scs_khz != 0) return std::nullopt;
  return above_point_a_khz / scs_khz;
}

namespace {

constexpr unsigned pilots_per_symbol = 60;   // of symbols 1 and 3
constexpr double symbols_per_useful = 274.0 / 256;  // a symbol with its cyclic prefix, in useful lengths

// Interpolation from one symbol's pilots (every fourth subcarrier) to all: minimum mean square error for a delay profile even over `spread` useful lengths
// around the mean delay, taken out before. Outputs stand -3 to 239 subcarriers from the first pilot. [pilot][output]
class PbchFilters {
 public:
  static constexpr unsigned levels = 6, outputs = ssb_subcarriers + 3;
  PbchFilters() {
    for (unsigned i = 0; i < levels; ++i) make(i);
  }
  const float* get(float snr) const {
    const long index = std::lround((10 * std::log10(std::max(snr, 1e-3f)) - lowest_db) / step_db);
    return filter_[static_cast<size_t>(std::clamp<long>(index, 0, levels - 1))].data();
  }

 private:
  static constexpr float lowest_db = -5, step_db = 5;
  static constexpr double spread = 0.03;
  static double correlation(double subcarriers) {
    const double x = std::numbers::pi * subcarriers * spread;
    return std::abs(x) < 1e-9 ? 1 : std::sin(x) / x;
  }
  void make(unsigned level) {
    constexpr unsigned p = pilots_per_symbol, width = p + outputs;
    const double noise = std::pow(10.0, -(lowest_db + step_db * level) / 10);
    std::vector<double> a(size_t{p} * width);
    for (unsigned r = 0; r < p; ++r) {
      for (unsigned c = 0; c < p; ++c) a[r * width + c] = correlation(4.0 * r - 4.0 * c) + (r == c ? noise : 0);
      for (unsigned c = 0; c < outputs; ++c) a[r * width + p + c] = correlation(4.0 * r + 3 - c);
    }
    for (unsigned r = 0; r < p; ++r) {
      const double pivot = a[r * width + r];
      for (unsigned c = r; c < width; ++c) a[r * width + c] /= pivot;
      for (unsigned q = 0; q < p; ++q) {
        if (q == r) continue;
        const double factor = a[q * width + r];
        for (unsigned c = r; c < width; ++c) a[q * width + c] -= factor * a[r * width + c];
      }
    }
    filter_[level].resize(size_t{p} * outputs);
    for (unsigned r = 0; r < p; ++r) {
      for (unsigned c = 0; c < outputs; ++c) filter_[level][r * outputs + c] = static_cast<float>(a[r * width + p + c]);
    }
  }
  std::array<std::vector<float>, levels> filter_;
};
const PbchFilters& filters() {
  static const PbchFilters made;
  return made;
}

// Sum of v(i + lag) v*(i).
Cf turn_over(std::span<const Cf> v, size_t lag) {
  Cf sum{};
  for (size_t i = lag; i < v.size(); ++i) sum += v[i] * std::conj(v[i - lag]);
  return sum;
}

}  // namespace

// Least-squares values at the DM-RS of symbols 1 and 3 under one hypothesis.
struct PbchReceiver::Pilots {
  std::array<std::array<std::array<Cf, pilots_per_symbol>, 2>, SsbBlock::max_ports> h;
  float likeness = 0;   // of neighbours, 0..1

  Pilots(const SsbBlock& block, unsigned pci, unsigned hypothesis) {
    const std::array<Cf, 144> dmrs = pbch_dmrs(pci, hypothesis);
    Cf turn{};
    float power = 0;
    for (unsigned port = 0; port < block.ports; ++port) {
      for (unsigned s = 0; s < 2; ++s) {
        auto& row = h[port][s];
        for (unsigned i = 0; i < pilots_per_symbol; ++i) {
          row[i] = block.re[port][1 + 2 * s][4 * i + pci % 4] * std::conj(dmrs[i + s * 84]);
          power += std::norm(row[i]);
        }
        turn += turn_over(row, 1);
      }
    }
    likeness = power > 0 ? std::abs(turn) / power : 0;
  }
};

PbchReceiver::PbchReceiver() : decoder_(8) { filters(); }

void PbchReceiver::measure(const SsbBlock& block, unsigned pci, double scs_hz, SsbMeasurement& out) {
  std::array<Cf, ssb_sequence> d, h;
  sss(pci, d);
  Cf near{}, far{};
  float power = 0, total = 0, rough = 0;
  constexpr unsigned lag = 16;  // turns of half a circle: 1/32 of a useful length
  for (unsigned port = 0; port < block.ports; ++port) {
    for (unsigned n = 0; n < ssb_sequence; ++n) {
      h[n] = block.re[port][2][ssb_sequence_start + n] * d[n];
      power += std::norm(h[n]);
    }
    const Cf turn = turn_over(h, 1), step = std::abs(turn) > 0 ? turn / std::abs(turn) : Cf{1, 0};
    near += turn;
    far += turn_over(h, lag);
    // What a subcarrier differs from the mean of its neighbours: three halves of the noise.
    for (unsigned n = 1; n + 1 < ssb_sequence; ++n) rough += std::norm(h[n] - 0.5f * (h[n - 1] * step + h[n + 1] * std::conj(step)));
    for (unsigned l = 1; l < nr::ssb_symbols; ++l) {
      for (Cf v : block.re[port][l]) total += std::norm(v);
    }
  }
  const float ports = static_cast<float>(block.ports);
  power /= ports * ssb_sequence;
  const float coarse = std::arg(near), turn = std::remainder(std::arg(far) - lag * coarse, 2 * std::numbers::pi_v<float>) / lag + coarse;
  out.noise = std::clamp(rough / (1.5f * ports * (ssb_sequence - 2)), 1e-6f * power, power);
  out.rsrp = power - out.noise;
  out.rssi = total / (ports * (nr::ssb_symbols - 1));
  out.sinr_db = power > 0 ? 10 * std::log10(std::max(out.rsrp, 1e-12f * power) / out.noise) : -120.0f;
  out.delay_s = -turn / (2 * std::numbers::pi_v<float> * static_cast<float>(scs_hz));
}

void PbchReceiver::estimate(const SsbBlock& block, const Pilots& pilots, Cf step, float snr) {
  const float* filter = filters().get(2 * snr);
  for (unsigned port = 0; port < block.ports; ++port) {
    std::array<float, PbchFilters::outputs> re{}, im{};
    Cf back{0.5f, 0};
    for (unsigned i = 0; i < pilots_per_symbol; ++i) {
      const Cf mean = (pilots.h[port][0][i] * std::conj(turn_[1]) + pilots.h[port][1][i] * std::conj(turn_[3])) * back;
      back *= std::conj(step);
      const float a = mean.real(), b = mean.imag(), *row = filter + size_t{i} * PbchFilters::outputs;
      for (unsigned k = 0; k < PbchFilters::outputs; ++k) {
        re[k] += row[k] * a;
        im[k] += row[k] * b;
      }
    }
    // Output j stands j - 3 subcarriers from the first pilot.
    const float angle = std::arg(step) / 4;
    Cf turn = std::polar(1.0f, -3 * angle);
    const Cf one = std::polar(1.0f, angle);
    for (unsigned j = 0; j < PbchFilters::outputs; ++j) {
      const int k = static_cast<int>(j) - 3 + static_cast<int>(offset_);
      if (k >= 0 && k < static_cast<int>(ssb_subcarriers)) h_[port][static_cast<size_t>(k)] = Cf{re[j], im[j]} * turn;
      turn *= one;
    }
  }
}

// The phase of symbol 2, whose half turns the outer symbols leave open: by its SSS and DM-RS.
Cf PbchReceiver::middle_turn(const SsbBlock& block, unsigned pci, unsigned hypothesis) const {
  std::array<Cf, ssb_sequence> d;
  sss(pci, d);
  const std::array<Cf, 144> dmrs = pbch_dmrs(pci, hypothesis);
  Cf sum{};
  for (unsigned port = 0; port < block.ports; ++port) {
    for (unsigned n = 0; n < ssb_sequence; ++n) sum += block.re[port][2][ssb_sequence_start + n] * d[n] * std::conj(h_[port][ssb_sequence_start + n]);
    size_t next = 0;
    pbch_elements(pci, true, [&](unsigned l, unsigned k) {
      if (l == 2) sum += block.re[port][2][k] * std::conj(dmrs[next] * h_[port][k]);
      ++next;
    });
  }
  return std::abs(sum) > 0 ? sum / std::abs(sum) : Cf{1, 0};
}

std::optional<PbchFound> PbchReceiver::decode(const SsbBlock& block, unsigned pci, unsigned l_max, unsigned hypothesis, float noise) {
  const float scale = 5 * 2 * std::numbers::sqrt2_v<float> / noise;
  std::array<Llr, pbch_bits> llrs;
  size_t next = 0;
  pbch_elements(pci, false, [&](unsigned l, unsigned k) {
    Cf sum{};
    for (unsigned port = 0; port < block.ports; ++port) sum += block.re[port][l][k] * std::conj(h_[port][k] * turn_[l]);
    for (float v : {sum.real(), sum.imag()}) {
      llrs[next++] = static_cast<Llr>(std::lrintf(std::clamp(v * scale, -static_cast<float>(llr_max), static_cast<float>(llr_max))));
    }
  });
  const unsigned low = l_max == 4 ? hypothesis % 4 : hypothesis;
  Gold(pci, low * pbch_bits).descramble(llrs);
  std::array<Bit, 32> bits;
  if (!decoder_.bch(llrs, bits)) return std::nullopt;
  PbchFound out;
  out.payload = pbch_descramble(bits, static_cast<uint16_t>(pci), l_max, low);
  if (l_max == 4 && out.payload.half_frame != (hypothesis >= 4)) return std::nullopt;
  out.ssb_index = out.payload.ssb_index;
  return out;
}

std::optional<PbchFound> PbchReceiver::receive(const SsbBlock& block, unsigned pci, unsigned l_max, double scs_hz, SsbMeasurement& measurement) {
  measure(block, pci, scs_hz, measurement);
  if (!(measurement.rsrp > 0)) return std::nullopt;
  offset_ = pci % 4;
  struct Try {
    float likeness;
    unsigned hypothesis;
  };
  std::array<Try, 8> order;
  for (unsigned h = 0; h < 8; ++h) order[h] = {Pilots(block, pci, h).likeness, h};
  std::ranges::sort(order, std::greater(), &Try::likeness);
  constexpr unsigned tries = 4;
  for (unsigned t = 0; t < tries; ++t) {
    const Pilots pilots(block, pci, order[t].hypothesis);
    Cf step{}, later{};
    float power = 0;
    for (unsigned port = 0; port < block.ports; ++port) {
      for (const auto& row : pilots.h[port]) {
        step += turn_over(row, 1);
        for (Cf v : row) power += std::norm(v);
      }
      for (unsigned i = 0; i < pilots_per_symbol; ++i) later += pilots.h[port][1][i] * std::conj(pilots.h[port][0][i]);
    }
    if (!(power > 0)) return std::nullopt;
    const float count = static_cast<float>(block.ports * pilots_per_symbol);
    power /= 2 * count;
    const float signal = std::min(std::abs(later) / count, power), noise = std::max(power - signal, 1e-4f * power);
    turn_[3] = std::polar(1.0f, std::arg(later) / 2);
    turn_[1] = std::conj(turn_[3]);
    estimate(block, pilots, std::abs(step) > 0 ? step / std::abs(step) : Cf{1, 0}, signal / noise);
    turn_[2] = middle_turn(block, pci, order[t].hypothesis);
    if (auto found = decode(block, pci, l_max, order[t].hypothesis, noise)) {
      measurement.cfo_hz = static_cast<float>(std::arg(later) / (2 * std::numbers::pi * 2 * symbols_per_useful) * scs_hz);
      return found;
    }
  }
  return std::nullopt;
}

std::optional<PbchFound> receive_pbch(const Grid& grid, unsigned first_symbol, unsigned first_subcarrier, unsigned pci, unsigned l_max, nr::Scs scs,
                                      SsbMeasurement& measurement) {
  const bool placed = first_symbol + nr::ssb_symbols <= nr::symbols_per_slot && first_subcarrier + ssb_subcarriers <= grid.subcarriers();
  if (!placed || grid.ports() == 0 || pci > max_pci || (l_max != 4 && l_max != 8 && l_max != 64)) return std::nullopt;
  static thread_local SsbBlock block;
  static thread_local PbchReceiver receiver;
  block.ports = std::min(grid.ports(), SsbBlock::max_ports);
  for (unsigned port = 0; port < block.ports; ++port) {
    for (unsigned l = 0; l < nr::ssb_symbols; ++l) {
      std::copy_n(grid.row(port, first_symbol + l).data() + first_subcarrier, ssb_subcarriers, block.re[port][l].begin());
    }
  }
  return receiver.receive(block, pci, l_max, 1e3 * nr::khz(scs), measurement);
}

}  // namespace sen::phy
