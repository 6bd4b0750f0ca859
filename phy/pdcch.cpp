#include "phy/pdcch.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numbers>

#include "nr/search_space.h"
#include "phy/sequence/gold.h"

namespace sen::phy {
namespace {

constexpr unsigned max_rbs = nr::max_coreset_rbs, max_duration = 3;
constexpr unsigned pilots_per_rb = 3;   // at subcarriers 1, 5, 9
constexpr unsigned max_level = 16, bits_per_cce = 108, max_bits = max_level * bits_per_cce;
constexpr unsigned max_size = 140, min_size = 12;
constexpr unsigned max_bundle_rbs = 6;

// TS 38.211 7.4.1.3.1.
uint32_t dmrs_c_init(nr::Slot slot, unsigned symbol, uint16_t n_id, bool extended_cp) {
  const uint64_t symbols = extended_cp ? 12 : 14;
  return static_cast<uint32_t>(((symbols * slot.in_frame() + symbol + 1) * (2u * n_id + 1) << 17) + 2u * n_id) & 0x7fffffff;
}
// 7.3.2.3.
uint32_t data_c_init(nr::Rnti n_rnti, uint16_t n_id) { return ((uint32_t{n_rnti} << 16) + n_id) & 0x7fffffff; }

// Common resource blocks of a CORESET in ascending order, and where its DM-RS sequence begins.
struct Place {
  unsigned first_crb = 0;        // that RB 0 of nr::cce_regs means
  unsigned first_rb = 0;         // of the groups in the bandwidth part
  unsigned reference_crb = 0;    // of the DM-RS sequence (7.4.1.3.2)
};
Place place_of(const nr::l1::Coreset& coreset, const nr::l1::Bwp& bwp) {
  Place out;
  out.first_crb = bwp.start;
  out.first_rb = nr::coreset_first_rb(coreset, bwp.start);
  const unsigned lowest = static_cast<unsigned>(std::countr_zero(coreset.frequency_groups));
  out.reference_crb = coreset.id == 0 ? bwp.start + 6 * lowest : 0;
  return out;
}

// A PDCCH's resource blocks, ascending: data go through them symbol by symbol (7.3.2.5).
struct Blocks {
  unsigned n = 0;
  std::array<uint16_t, max_level * 6> crb{};
};
Blocks blocks_of(const nr::l1::Coreset& coreset, const Place& place, unsigned first_cce, unsigned level) {
  Blocks out;
  for (unsigned cce = first_cce; cce < first_cce + level; ++cce) {
    const nr::CceRegs regs = nr::cce_regs(coreset, cce, place.first_rb);
    for (unsigned i = 0; i < regs.n; ++i) out.crb[out.n++] = static_cast<uint16_t>(place.first_crb + regs.rb[i]);
  }
  std::sort(out.crb.begin(), out.crb.begin() + out.n);
  return out;
}

Status check_place(const nr::l1::Coreset& coreset, const nr::l1::Bwp& bwp, unsigned grid_rb) {
  if (bwp.start + bwp.size > grid_rb) {
    return fail(Fault::invalid, "pdcch.bwp", "{} resource blocks from {} leave the grid's {} (TS 38.211 4.4.5)", bwp.size, bwp.start, grid_rb);
  }
  SEN_TRY(nr::check_coreset(coreset, bwp.size, bwp.start));
  if (bwp.extended_cp && coreset.start_symbol + coreset.duration > 12) {
    return fail(Fault::invalid, "coreset.start_symbol", "{} with duration {} leaves a slot of 12 symbols (TS 38.211 4.3.2)", coreset.start_symbol,
                coreset.duration);
  }
  return {};
}
Status check_candidate(const nr::l1::Coreset& coreset, unsigned first_cce, unsigned level) {
  if (std::ranges::find(nr::aggregation_levels, level) == nr::aggregation_levels.end()) {
    return fail(Fault::invalid, "pdcch.aggregation_level", "{} is not allowed (1, 2, 4, 8, 16; TS 38.211 7.3.2.1)", level);
  }
  const unsigned cces = nr::coreset_cces(coreset);
  if (first_cce + level > cces) {
    return fail(Fault::invalid, "pdcch.first_cce", "{} with level {} leaves the CORESET's {} CCEs (TS 38.213 10.1)", first_cce, level, cces);
  }
  return {};
}
Status check_size(unsigned size) {
  if (size < min_size || size > max_size) return fail(Fault::invalid, "pdcch.dci", "{} bits are not allowed (12 to 140; TS 38.212 7.3.1)", size);
  return {};
}

float amplitude(float power_db) { return std::pow(10.0f, power_db / 20); }

}  // namespace

Status check(const nr::l1::PdcchPdu& pdu, unsigned grid_rb) {
  SEN_TRY(check_place(pdu.coreset, pdu.bwp, grid_rb));
  SEN_TRY(check_candidate(pdu.coreset, pdu.first_cce, pdu.aggregation_level));
  SEN_TRY(check_size(pdu.dci.size));
  if (pdu.dci.octets.size() * 8 < pdu.dci.size) {
    return fail(Fault::invalid, "pdcch.dci", "{} octets hold no {} bits", pdu.dci.octets.size(), pdu.dci.size);
  }
  return {};
}

struct PdcchTransmitter::Work {
  void send_dmrs(const nr::l1::PdcchPdu& pdu, const Blocks& blocks, const Place& place, nr::Slot slot, Grid& grid);

  ControlEncoder encoder;
  std::array<Bit, max_size> payload{};
  std::array<Bit, max_bits> bits{};
  std::array<uint8_t, max_bits / 8> sequence{};
  std::array<Cf, max_rbs * pilots_per_rb> pilots{};
};

PdcchTransmitter::PdcchTransmitter() : work_(std::make_shared<Work>()) {}

// 7.4.1.3.2: in the PDCCH's blocks; with a wideband precoder in all contiguous blocks of the CORESET around them.
void PdcchTransmitter::Work::send_dmrs(const nr::l1::PdcchPdu& pdu, const Blocks& blocks, const Place& place, nr::Slot slot, Grid& grid) {
  const float scale = amplitude(pdu.dmrs_power_db);
  auto in_coreset = [&](unsigned crb) {
    const unsigned start = place.first_crb + place.first_rb;
    return crb >= start && crb < start + 6 * 45 && (pdu.coreset.frequency_groups >> (crb - start) / 6 & 1);
  };
  for (unsigned i = 0; i < blocks.n;) {
    unsigned first = blocks.crb[i], end = first + 1;
    for (++i; i < blocks.n && blocks.crb[i] == end; ++i) ++end;
    if (pdu.coreset.wideband_precoder) {
      while (first > 0 && in_coreset(first - 1)) --first;
      while (in_coreset(end)) ++end;
      while (i < blocks.n && blocks.crb[i] < end) ++i;
    }
    for (unsigned l = pdu.coreset.start_symbol; l < unsigned{pdu.coreset.start_symbol} + pdu.coreset.duration; ++l) {
      Gold gold(dmrs_c_init(slot, l, pdu.dmrs_n_id, pdu.bwp.extended_cp), 2 * pilots_per_rb * (first - place.reference_crb));
      const std::span<Cf> values = std::span(pilots).first(pilots_per_rb * (end - first));
      gold.fill_qpsk(values, scale);
      Cf* row = grid.row(0, l).data() + 12 * first + 1;
      for (size_t m = 0; m < values.size(); ++m) row[4 * m] = values[m];
    }
  }
}

Status PdcchTransmitter::send(const nr::l1::PdcchPdu& pdu, nr::Slot slot, Grid& grid) {
  SEN_TRY(check(pdu, grid.n_rb()));
  Work& w = *work_;
  const Place place = place_of(pdu.coreset, pdu.bwp);
  const Blocks blocks = blocks_of(pdu.coreset, place, pdu.first_cce, pdu.aggregation_level);
  for (unsigned i = 0; i < pdu.dci.size; ++i) w.payload[i] = pdu.dci.octets[i / 8] >> (7 - i % 8) & 1;
  const std::span<Bit> bits = std::span(w.bits).first(bits_per_cce * pdu.aggregation_level);
  SEN_TRY(w.encoder.dci(std::span<const Bit>(w.payload).first(pdu.dci.size), pdu.rnti, bits));
  Gold(data_c_init(pdu.n_rnti, pdu.n_id)).fill(w.sequence, bits.size());
  for (size_t i = 0; i < bits.size(); ++i) bits[i] ^= w.sequence[i / 8] >> (7 - i % 8) & 1;
  w.send_dmrs(pdu, blocks, place, slot, grid);
  const float a = amplitude(pdu.power_db) * std::numbers::sqrt2_v<float> / 2;
  const Bit* b = bits.data();
  for (unsigned l = pdu.coreset.start_symbol; l < unsigned{pdu.coreset.start_symbol} + pdu.coreset.duration; ++l) {
    for (unsigned i = 0; i < blocks.n; ++i) {
      Cf* row = grid.row(0, l).data() + 12 * blocks.crb[i];
      for (unsigned k = 0; k < 12; ++k) {
        if (k % 4 == 1) continue;
        row[k] = {b[0] ? -a : a, b[1] ? -a : a};
        b += 2;
      }
    }
  }
  return {};
}

namespace {

// Interpolation of a REG bundle's pilots to its subcarriers: minimum mean square error for a delay profile that is even over `spread` (in units of the
// symbol's useful length) around the mean delay, taken out before. Rows of 12 n_rb outputs, 3 n_rb inputs; one set for each power of noise.
class BundleFilters {
 public:
  static constexpr unsigned levels = 6;
  BundleFilters() {
    for (unsigned rbs : {1u, 2u, 3u, 6u}) {
      for (unsigned i = 0; i < levels; ++i) make(rbs, i);
      make_common(rbs);
    }
  }
  // What the pilots of a bundle have in common: those of noise keep `mean` of their power behind the filter at the lowest SNR, and that +- `deviation` /
  // sqrt(number of bundles).
  struct Common {
    float mean = 0, deviation = 0;
    std::vector<float> rows;  // [pilot][pilot]
  };
  const Common& common(unsigned rbs) const { return common_[rbs - 1]; }
  // snr: linear, of one averaged pilot.
  std::span<const float> get(unsigned rbs, float snr) const {
    const float db = 10 * std::log10(std::max(snr, 1e-3f));
    const int index = static_cast<int>(std::lround((db - lowest_db) / step_db));
    return filter_[rbs - 1][static_cast<size_t>(std::clamp(index, 0, static_cast<int>(levels) - 1))];
  }

 private:
  static constexpr float lowest_db = -5, step_db = 5;
  static constexpr double spread = 0.03;

  static double correlation(double subcarriers) {
    const double x = std::numbers::pi * subcarriers * spread;
    return std::abs(x) < 1e-9 ? 1 : std::sin(x) / x;
  }
  // W = R_dp (R_pp + I / snr)^-1 by elimination.
  void make(unsigned rbs, unsigned index) {
    const unsigned p = pilots_per_rb * rbs, d = 12 * rbs;
    const double noise = std::pow(10.0, -(lowest_db + step_db * index) / 10);
    std::vector<double> a(size_t{p} * (p + d));  // [R_pp + noise | R_pd]
    for (unsigned r = 0; r < p; ++r) {
      for (unsigned c = 0; c < p; ++c) a[r * (p + d) + c] = correlation(4.0 * r - 4.0 * c) + (r == c ? noise : 0);
      for (unsigned c = 0; c < d; ++c) a[r * (p + d) + p + c] = correlation(4.0 * r + 1 - c);
    }
    for (unsigned r = 0; r < p; ++r) {
      const double pivot = a[r * (p + d) + r];
      for (unsigned c = r; c < p + d; ++c) a[r * (p + d) + c] /= pivot;
      for (unsigned q = 0; q < p; ++q) {
        if (q == r) continue;
        const double factor = a[q * (p + d) + r];
        for (unsigned c = r; c < p + d; ++c) a[q * (p + d) + c] -= factor * a[r * (p + d) + c];
      }
    }
    std::vector<float>& out = filter_[rbs - 1][index];
    out.resize(size_t{p} * d);  // [pilot][subcarrier]
    for (unsigned r = 0; r < p; ++r) {
      for (unsigned c = 0; c < d; ++c) out[r * d + c] = static_cast<float>(a[r * (p + d) + p + c]);
    }
  }

  void make_common(unsigned rbs) {
    const unsigned p = pilots_per_rb * rbs, d = 12 * rbs;
    Common& out = common_[rbs - 1];
    float trace = 0, square = 0;
    for (unsigned r = 0; r < p; ++r) {
      for (unsigned c = 0; c < p; ++c) {
        const float a = filter_[rbs - 1][0][r * d + 4 * c + 1];
        out.rows.push_back(a);
        trace += r == c ? a : 0;
        square += a * a;
      }
    }
    const auto n = static_cast<float>(p);
    out.mean = trace / n;
    out.deviation = std::sqrt((square / n - out.mean * out.mean) / (n + 1));
  }

  std::array<std::array<std::vector<float>, levels>, max_bundle_rbs> filter_;
  std::array<Common, max_bundle_rbs> common_;
};

const BundleFilters& filters() {
  static const BundleFilters made;
  return made;
}

}  // namespace

struct PdcchReceiver::Work {
  explicit Work(unsigned rx, unsigned list)
      : max_rx(rx), decoder(list), pilots(size_t{rx} * max_duration * max_rbs * pilots_per_rb), h(size_t{rx} * max_level * 6 * 12) {
    filters();
  }

  // The receiver's view of one CORESET: least-squares pilots of all its blocks, by port, symbol and block in ascending order.
  struct View {
    const nr::l1::Coreset* coreset = nullptr;
    Place place;
    unsigned ports = 0, duration = 0, rbs = 0;
    std::array<uint16_t, max_rbs> crb{};
    Cf step{1, 0};       // mean turn of the channel from one pilot to the next
  };
  const Cf* pilot(unsigned port, unsigned symbol) const { return pilots.data() + (size_t{port} * max_duration + symbol) * max_rbs * pilots_per_rb; }
  Cf* pilot(unsigned port, unsigned symbol) { return pilots.data() + (size_t{port} * max_duration + symbol) * max_rbs * pilots_per_rb; }

  void look(const nr::l1_ue::PdcchSearch& search, nr::Slot slot, const Grid& grid);
  Cf step_of(std::span<const uint16_t> blocks) const;
  void mean_pilots(unsigned port, unsigned first, unsigned count, std::span<Cf> out) const;
  bool occupied(std::span<const uint16_t> blocks, unsigned count) const;
  void bundle(unsigned first, unsigned count, float snr, unsigned at);
  bool demodulate(const Grid& grid, unsigned first_cce, unsigned level);
  bool try_size(const nr::l1_ue::PdcchSearch& search, unsigned size, unsigned level, nr::l1_ue::RxDci& out);
  bool whole_level(std::span<const Llr> llrs, std::span<const Bit> payload, nr::Rnti rnti);

  unsigned max_rx;
  ControlDecoder decoder;
  ControlEncoder encoder;
  View view;
  Aligned<Cf> pilots, h;             // h: [port][block of the candidate][12]
  std::array<Llr, max_bits> received{}, llrs{};
  std::array<Bit, max_bits> again{};
  std::array<Bit, max_size> payload{};
  nr::l1::Quality quality;
};

PdcchReceiver::PdcchReceiver(unsigned max_rx, unsigned polar_list) : work_(std::make_shared<Work>(max_rx, polar_list)) {}

void PdcchReceiver::Work::look(const nr::l1_ue::PdcchSearch& search, nr::Slot slot, const Grid& grid) {
  view.coreset = &search.coreset;
  view.place = place_of(search.coreset, search.bwp);
  view.ports = std::min(grid.ports(), max_rx);
  view.duration = search.coreset.duration;
  view.rbs = 0;
  for (uint64_t groups = search.coreset.frequency_groups; groups; groups &= groups - 1) {
    const unsigned first = view.place.first_crb + view.place.first_rb + 6 * static_cast<unsigned>(std::countr_zero(groups));
    for (unsigned i = 0; i < 6; ++i) view.crb[view.rbs++] = static_cast<uint16_t>(first + i);
  }
  std::array<Cf, max_rbs * pilots_per_rb> sequence;
  for (unsigned s = 0; s < view.duration; ++s) {
    const unsigned l = search.coreset.start_symbol + s;
    for (unsigned i = 0; i < view.rbs;) {
      unsigned count = 6;  // a run of contiguous groups
      while (i + count < view.rbs && view.crb[i + count] == view.crb[i] + count) count += 6;
      Gold gold(dmrs_c_init(slot, l, search.dmrs_n_id, search.bwp.extended_cp), 2 * pilots_per_rb * (view.crb[i] - view.place.reference_crb));
      gold.fill_qpsk(std::span(sequence).first(size_t{count} * pilots_per_rb));
      for (unsigned port = 0; port < view.ports; ++port) {
        const Cf* row = grid.row(port, l).data() + 12 * view.crb[i] + 1;
        Cf* out = pilot(port, s) + size_t{i} * pilots_per_rb;
        for (unsigned m = 0; m < count * pilots_per_rb; ++m) {
          const Cf y = row[4 * m], r = sequence[m];
          out[m] = {y.real() * r.real() + y.imag() * r.imag(), y.imag() * r.real() - y.real() * r.imag()};
        }
      }
      i += count;
    }
  }
}

// The mean turn of the channel from one pilot of these blocks to the next.
Cf PdcchReceiver::Work::step_of(std::span<const uint16_t> blocks) const {
  Cf turn{};
  for (unsigned port = 0; port < view.ports; ++port) {
    for (unsigned s = 0; s < view.duration; ++s) {
      for (uint16_t block : blocks) {
        const Cf* p = pilot(port, s) + size_t{block} * pilots_per_rb;
        turn += p[1] * std::conj(p[0]) + p[2] * std::conj(p[1]);
      }
    }
  }
  const float size = std::abs(turn);
  return size > 0 ? turn / size : Cf{1, 0};
}

// The pilots of `count` blocks from the CORESET's `first` on, averaged over the symbols, the mean delay taken out.
void PdcchReceiver::Work::mean_pilots(unsigned port, unsigned first, unsigned count, std::span<Cf> out) const {
  std::ranges::fill(out, Cf{});
  for (unsigned s = 0; s < view.duration; ++s) {
    const Cf* in = pilot(port, s) + size_t{first} * pilots_per_rb;
    for (unsigned i = 0; i < pilots_per_rb * count; ++i) out[i] += in[i];
  }
  Cf back{1 / static_cast<float>(view.duration), 0};
  for (Cf& p : out) {
    p = {p.real() * back.real() - p.imag() * back.imag(), p.real() * back.imag() + p.imag() * back.real()};
    back *= std::conj(view.step);
  }
}

// Do the pilots of a candidate's blocks, `count` a bundle, have more in common inside their bundles than those of noise?
bool PdcchReceiver::Work::occupied(std::span<const uint16_t> blocks, unsigned count) const {
  constexpr float deviations = 1.5f;
  const BundleFilters::Common& common = filters().common(count);
  const unsigned p = pilots_per_rb * count;
  float power = 0, kept = 0;
  for (size_t i = 0; i < blocks.size(); i += count) {
    for (unsigned port = 0; port < view.ports; ++port) {
      std::array<Cf, pilots_per_rb * max_bundle_rbs> mean;
      mean_pilots(port, blocks[i], count, std::span(mean).first(p));
      for (unsigned r = 0; r < p; ++r) {
        float re = 0, im = 0;
        for (unsigned c = 0; c < p; ++c) {
          re += common.rows[r * p + c] * mean[c].real();
          im += common.rows[r * p + c] * mean[c].imag();
        }
        kept += mean[r].real() * re + mean[r].imag() * im;
        power += std::norm(mean[r]);
      }
    }
  }
  const float bundles = static_cast<float>(view.ports * blocks.size() / count);
  return kept > (common.mean + deviations * common.deviation / std::sqrt(bundles)) * power;
}

// The channel of `count` blocks of the CORESET from its `first` on, at all ports: pilots averaged over the symbols, interpolated.
void PdcchReceiver::Work::bundle(unsigned first, unsigned count, float snr, unsigned at) {
  const unsigned p = pilots_per_rb * count, d = 12 * count;
  const std::span<const float> filter = filters().get(count, snr * static_cast<float>(view.duration));
  const float angle = std::arg(view.step) / 4;
  for (unsigned port = 0; port < view.ports; ++port) {
    std::array<Cf, pilots_per_rb * max_bundle_rbs> mean;
    mean_pilots(port, first, count, std::span(mean).first(p));
    std::array<float, 12 * max_bundle_rbs> re{}, im{};
    for (unsigned i = 0; i < p; ++i) {
      const float* row = filter.data() + size_t{i} * d;
      const float a = mean[i].real(), b = mean[i].imag();
      for (unsigned k = 0; k < d; ++k) {
        re[k] += row[k] * a;
        im[k] += row[k] * b;
      }
    }
    Cf* out = h.data() + (size_t{port} * max_level * 6 + at) * 12;
    Cf turn = std::polar(1.0f, -angle);  // pilot 0 stands at subcarrier 1
    const Cf step = std::polar(1.0f, angle);
    for (unsigned k = 0; k < d; ++k) {
      out[k] = Cf{re[k], im[k]} * turn;
      turn *= step;
    }
  }
}

// Soft bits of a candidate: false when its pilots show no signal.
bool PdcchReceiver::Work::demodulate(const Grid& grid, unsigned first_cce, unsigned level) {
  const Blocks blocks = blocks_of(*view.coreset, view.place, first_cce, level);
  const unsigned bundle_rbs = (view.coreset->interleaved ? view.coreset->reg_bundle : 6u) / view.duration;
  std::array<uint16_t, max_level * 6> index;  // of each block in the CORESET
  for (unsigned i = 0, c = 0; i < blocks.n; ++i) {
    while (view.crb[c] != blocks.crb[i]) ++c;
    index[i] = static_cast<uint16_t>(c);
  }
  view.step = step_of(std::span(index).first(blocks.n));
  if (!occupied(std::span(index).first(blocks.n), bundle_rbs)) return false;
  // Power of the pilots, and what neighbours in frequency or in time have in common: the signal's.
  float power = 0, along = 0, across = 0;
  for (unsigned port = 0; port < view.ports; ++port) {
    for (unsigned s = 0; s < view.duration; ++s) {
      for (unsigned i = 0; i < blocks.n; ++i) {
        const Cf* p = pilot(port, s) + size_t{index[i]} * pilots_per_rb;
        const Cf next = p[1] * std::conj(p[0]) + p[2] * std::conj(p[1]);
        along += (next * std::conj(view.step)).real();
        for (unsigned m = 0; m < pilots_per_rb; ++m) {
          power += std::norm(p[m]);
          if (s > 0) across += (p[m] * std::conj(pilot(port, s - 1)[size_t{index[i]} * pilots_per_rb + m])).real();
        }
      }
    }
  }
  const float n = static_cast<float>(view.ports * view.duration * blocks.n * pilots_per_rb);
  power /= n;
  if (!(power > 0)) return false;
  float signal = along / (n * 2 / 3);
  if (view.duration > 1) signal = std::max(signal, across / (n * static_cast<float>(view.duration - 1) / static_cast<float>(view.duration)));
  signal = std::clamp(signal, 0.5f * power / std::sqrt(n), power);
  const float noise = std::max(power - signal, 1e-4f * power), snr = signal / noise;
  for (unsigned i = 0; i < blocks.n; i += bundle_rbs) bundle(index[i], bundle_rbs, snr, i);

  // Max-log soft bits of QPSK behind a maximum-ratio combiner, 5 units a neper (phy/estimation/equaliser.h).
  const float scale = 5 * 2 * std::numbers::sqrt2_v<float> / noise;
  Llr* out = received.data();
  for (unsigned s = 0; s < view.duration; ++s) {
    const unsigned l = view.coreset->start_symbol + s;
    for (unsigned i = 0; i < blocks.n; ++i) {
      std::array<Cf, 12> sum{};
      for (unsigned port = 0; port < view.ports; ++port) {
        const Cf* y = grid.row(port, l).data() + 12 * blocks.crb[i];
        const Cf* c = h.data() + (size_t{port} * max_level * 6 + i) * 12;
        for (unsigned k = 0; k < 12; ++k) {
          sum[k] += Cf{y[k].real() * c[k].real() + y[k].imag() * c[k].imag(), y[k].imag() * c[k].real() - y[k].real() * c[k].imag()};
        }
      }
      for (unsigned k = 0; k < 12; ++k) {
        if (k % 4 == 1) continue;
        for (float v : {sum[k].real(), sum[k].imag()}) {
          *out++ = static_cast<Llr>(std::lrintf(std::clamp(v * scale, -static_cast<float>(llr_max), static_cast<float>(llr_max))));
        }
      }
    }
  }
  quality = {10 * std::log10(snr), 10 * std::log10(std::max(signal, 1e-20f)), 0};
  return true;
}

// A level's first half may hold a whole PDCCH of the level below: is the answer in the second half as well?
bool PdcchReceiver::Work::whole_level(std::span<const Llr> soft, std::span<const Bit> bits, nr::Rnti rnti) {
  const std::span<Bit> e = std::span(again).first(soft.size());
  if (!encoder.dci(bits, rnti, e)) return false;
  std::array<int, 2> agrees{}, total{};
  const size_t half = soft.size() / 2;
  for (size_t i = 0; i < soft.size(); ++i) {
    agrees[i >= half] += e[i] ? -soft[i] : soft[i];
    total[i >= half] += std::abs(int{soft[i]});
  }
  if (total[0] == 0) return true;
  return 2 * int64_t{agrees[1]} * total[0] >= int64_t{agrees[0]} * total[1];
}

bool PdcchReceiver::Work::try_size(const nr::l1_ue::PdcchSearch& search, unsigned size, unsigned level, nr::l1_ue::RxDci& out) {
  const size_t n = size_t{bits_per_cce} * level;
  const std::span<Llr> soft = std::span(llrs).first(n);
  const std::span<Bit> bits = std::span(payload).first(size);
  const size_t rounds = search.n_rnti_is_rnti ? search.rntis.size() : 1;
  for (size_t r = 0; r < rounds; ++r) {
    const nr::Rnti n_rnti = search.n_rnti_is_rnti ? search.rntis[r] : nr::Rnti{0};
    const std::span<const nr::Rnti> rntis = search.n_rnti_is_rnti ? std::span(search.rntis).subspan(r, 1) : std::span(search.rntis);
    std::copy_n(received.begin(), n, soft.begin());
    Gold(data_c_init(n_rnti, search.n_id)).descramble(soft);
    const auto which = decoder.dci(soft, rntis, bits);
    if (!which || (level > 1 && !whole_level(soft, bits, rntis[*which]))) continue;
    out.rnti = rntis[*which];
    out.payload.size = static_cast<uint16_t>(size);
    out.payload.octets.assign((size + 7) / 8, 0);
    for (unsigned i = 0; i < size; ++i) out.payload.octets[i / 8] |= static_cast<uint8_t>(bits[i] << (7 - i % 8));
    return true;
  }
  return false;
}

Status PdcchReceiver::search(const nr::l1_ue::PdcchSearch& search, nr::Slot slot, const Grid& grid, std::vector<nr::l1_ue::RxDci>& found) {
  SEN_TRY(check_place(search.coreset, search.bwp, grid.n_rb()));
  for (const auto& candidate : search.candidates) SEN_TRY(check_candidate(search.coreset, candidate.first_cce, candidate.aggregation_level));
  for (unsigned size : search.sizes) SEN_TRY(check_size(size));
  if (search.candidates.empty() || search.sizes.empty() || search.rntis.empty()) return {};
  Work& w = *work_;
  w.look(search, slot, grid);
  const size_t before = found.size();
  for (unsigned level : {16u, 8u, 4u, 2u, 1u}) {
    for (const auto& candidate : search.candidates) {
      if (candidate.aggregation_level != level) continue;
      auto lies_here = [&](const nr::l1_ue::RxDci& d) {
        return d.first_cce < candidate.first_cce + level && candidate.first_cce < d.first_cce + d.aggregation_level;
      };
      if (std::any_of(found.begin() + static_cast<ptrdiff_t>(before), found.end(), lies_here)) continue;
      if (!w.demodulate(grid, candidate.first_cce, level)) continue;
      for (unsigned size : search.sizes) {
        nr::l1_ue::RxDci dci;
        if (!w.try_size(search, size, level, dci)) continue;
        dci.search_space = search.search_space;
        dci.coreset = search.coreset.id;
        dci.first_cce = candidate.first_cce;
        dci.aggregation_level = candidate.aggregation_level;
        dci.quality = w.quality;
        found.push_back(std::move(dci));
        break;
      }
    }
  }
  return {};
}

}  // namespace sen::phy
