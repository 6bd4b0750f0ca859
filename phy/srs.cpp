#include "phy/srs.h"

#include <cmath>
#include <initializer_list>
#include <numbers>
#include <optional>

#include "base/ensure.h"
#include "nr/csi.h"
#include "phy/kernels/complex.h"
#include "phy/sequence/gold.h"
#include "phy/sequence/low_papr.h"

namespace sen::phy {
namespace {

using nr::l1::SrsPdu;

constexpr unsigned max_length = 12 * Grid::max_rb / 2;

bool one_of(unsigned value, std::initializer_list<unsigned> list) { return std::ranges::find(list, value) != list.end(); }
unsigned shifts(unsigned comb) { return comb == 2 ? 8 : comb == 4 ? 12 : 6; }

// The reference point of k_0 (6.4.1.4.3): CRB 0 unless the frequency shift is below the BWP's start.
unsigned reference_rb(const SrsPdu& pdu) { return pdu.bwp.start <= pdu.freq_shift ? 0 : pdu.bwp.start; }

// sum of 2^m c(8 n + m), m = 0..7
unsigned hopping_octet(unsigned c_init, unsigned n) {
  Gold gold(c_init, 8 * n);
  unsigned sum = 0;
  for (unsigned m = 0; m < 8; ++m) sum |= gold.next(1) << m;
  return sum;
}

// n_SRS (6.4.1.4.3).
unsigned transmission_count(const SrsPdu& pdu, nr::Slot slot, unsigned symbol) {
  const unsigned within = symbol / pdu.repetitions;
  if (pdu.period_slots == 0) return within;
  const unsigned offset = pdu.offset_slots % pdu.period_slots, periods = (std::max(slot.count(), offset) - offset) / pdu.period_slots;
  return periods * (pdu.symbols / pdu.repetitions) + within;
}

// F_b(n_SRS).
unsigned hop(const SrsPdu& pdu, unsigned b, unsigned n_srs) {
  unsigned before = 1;  // product of N_b' below b; N_b_hop counts as 1
  for (unsigned i = pdu.b_hop + 1u; i < b; ++i) before *= nr::srs_bandwidth(pdu.c_srs, i)->n;
  const unsigned n_b = nr::srs_bandwidth(pdu.c_srs, b)->n;
  if (n_b % 2 == 1) return n_b / 2 * (n_srs / before);
  const unsigned rest = n_srs % (before * n_b);
  return n_b / 2 * (rest / before) + rest / (2 * before);
}

// The sum over b of m_SRS,b n_b: the band's first resource block from the reference point and shift.
unsigned band_offset_rb(const SrsPdu& pdu, nr::Slot slot, unsigned symbol) {
  unsigned offset = 0;
  for (unsigned b = 0; b <= pdu.b_srs; ++b) {
    const nr::SrsBandwidth bandwidth = *nr::srs_bandwidth(pdu.c_srs, b);
    unsigned n = 4u * pdu.freq_position / bandwidth.m;
    if (pdu.b_hop < pdu.b_srs && b > pdu.b_hop) n += hop(pdu, b, transmission_count(pdu, slot, symbol));
    offset += bandwidth.m * (n % bandwidth.n);
  }
  return offset;
}

bool two_combs(const SrsPdu& pdu) { return pdu.ports == 4 && (pdu.comb == 8 || pdu.cyclic_shift >= shifts(pdu.comb) / 2); }

// What one comb carries in one symbol at one receive port: received values over the sequence of the comb's first port. Its other ports
// appear turned by multiples of 1/P of a cycle a value, P the ports of the comb.
class Comb {
 public:
  Comb(const SrsPdu& pdu, nr::Slot slot, unsigned index, unsigned symbol)
      : comb_(pdu.comb),
        symbol_(pdu.start_symbol + symbol),
        ports_(two_combs(pdu) ? 2 : pdu.ports),
        index_(index),
        step_(two_combs(pdu) ? 2 : 1) {
    place_ = srs_place(pdu, slot, index, symbol);
    low_papr(place_.u, place_.v, 2 * std::numbers::pi * place_.n_cs / place_.n_cs_max, {base_.data(), place_.length});
  }
  unsigned ports() const { return ports_; }
  unsigned port(unsigned i) const { return index_ + i * step_; }
  unsigned length() const { return place_.length; }
  unsigned first() const { return place_.first; }

  void load(const Grid& grid, unsigned rx) {
    std::span<const Cf> row = grid.row(rx, symbol_);
    for (unsigned n = 0, k = place_.first; n < length(); ++n, k += comb_) z_[n] = row[k];
    multiply_conj(values(), {base_.data(), length()}, {z_.data(), length()});
  }
  void turn(double first, double step) {
    scale(values(), Cf(std::polar(1.0, first)), {z_.data(), length()});
    rotate(step, {z_.data(), length()});
  }
  std::span<const Cf> values() const { return {z_.data(), length()}; }
  // The channel of port i over the values [n, n + P), n a multiple of P: the other ports average out.
  Cf local(unsigned i, unsigned n) const {
    constexpr Cf quarter[4] = {{1, 0}, {0, -1}, {-1, 0}, {0, 1}};
    Cf sum;
    for (unsigned k = 0; k < ports_; ++k) sum += z_[n + k] * quarter[i * k * 4 / ports_ % 4];
    return sum / static_cast<float>(ports_);
  }

 private:
  unsigned comb_, symbol_, ports_, index_, step_;
  SrsPlace place_;
  std::array<Cf, max_length> base_, z_;
};

struct Sums {
  Cf slope, wide;  // correlations at lag P, and at a fraction of the band
  double noise = 0;
  size_t differences = 0;
};

// Correlations at lag P and at a larger one, and the second differences at lag P, in which a smooth channel cancels: their power is six
// times the noise.
void measure(const Comb& comb, unsigned wide_lag, Sums& s) {
  const unsigned p = comb.ports();
  const std::span<const Cf> z = comb.values();
  const auto lag = [&](unsigned n) { return z.size() > n ? inner(z.subspan(n), z.first(z.size() - n)) : Cf{}; };
  s.slope += lag(p);
  s.wide += lag(wide_lag);
  float noise = 0;
  for (size_t n = 0; n + 2 * p < z.size(); ++n) noise += std::norm(z[n] - z[n + p] - z[n + p] + z[n + 2 * p]);
  s.noise += noise;
  s.differences += z.size() > 2 * p ? z.size() - 2 * p : 0;
}

// Radians per value from the coarse and the wide correlation; the second only refines the first.
double slope_of(const Sums& s, unsigned p, unsigned wide_lag) {
  const double coarse = std::arg(s.slope) / p;
  if (wide_lag <= p || std::abs(s.wide) < 0.5f * std::abs(s.slope)) return coarse;
  double rest = std::remainder(std::arg(s.wide) - coarse * wide_lag, 2 * std::numbers::pi);
  return coarse + rest / wide_lag;
}

// The combs of one symbol at one receive port.
class Combs {
 public:
  Combs(const SrsPdu& pdu, nr::Slot slot, unsigned symbol) : first_(pdu, slot, 0, symbol) {
    if (two_combs(pdu)) second_.emplace(pdu, slot, 1, symbol);
  }
  template <class F>
  void for_each(F f) {
    f(first_);
    if (second_) f(*second_);
  }
  // Channels of all ports around the b-th group of values.
  std::array<Cf, 4> local(unsigned b) const {
    std::array<Cf, 4> h{};
    const unsigned p = first_.ports();
    for (unsigned i = 0; i < p; ++i) {
      h[first_.port(i)] = first_.local(i, b * p);
      if (second_) h[second_->port(i)] = second_->local(i, b * p);
    }
    return h;
  }
  unsigned groups() const { return first_.length() / first_.ports(); }

 private:
  Comb first_;
  std::optional<Comb> second_;
};

}  // namespace

Status check(const SrsPdu& pdu, unsigned grid_rb) {
  if (!one_of(pdu.ports, {1, 2, 4})) return fail(Fault::invalid, "ports", "{} is not allowed (1, 2, 4; TS 38.211 6.4.1.4.1)", pdu.ports);
  if (!one_of(pdu.symbols, {1, 2, 4}) || pdu.start_symbol + pdu.symbols > (pdu.bwp.extended_cp ? 12u : 14u))
    return fail(Fault::invalid, "symbols", "{} from {} are not allowed (1, 2, 4 within the slot; TS 38.211 6.4.1.4.1)", pdu.symbols,
                pdu.start_symbol);
  if (!one_of(pdu.repetitions, {1, 2, 4}) || pdu.repetitions > pdu.symbols)
    return fail(Fault::invalid, "repetitions", "{} is not allowed (1, 2, 4, at most {}; TS 38.211 6.4.1.4.3)", pdu.repetitions,
                pdu.symbols);
  if (!one_of(pdu.comb, {2, 4, 8}) || pdu.comb_offset >= pdu.comb || pdu.cyclic_shift >= shifts(pdu.comb)) {
    return fail(Fault::invalid, "comb",
                "{} with offset {} and cyclic shift {} is not allowed (2, 4, 8; below it; below 8, 12, 6; TS 38.211 6.4.1.4.2)", pdu.comb,
                pdu.comb_offset, pdu.cyclic_shift);
  }
  if (pdu.c_srs > 63 || pdu.b_srs > 3 || pdu.b_hop > 3)
    return fail(Fault::invalid, "c_srs", "{} with b_srs {} and b_hop {} is not allowed (0 to 63, 3, 3; TS 38.211 table 6.4.1.4.3-1)",
                pdu.c_srs, pdu.b_srs, pdu.b_hop);
  if (pdu.freq_position > 67 || pdu.freq_shift > 268)
    return fail(Fault::invalid, "freq_position", "{} with shift {} is not allowed (0 to 67, 0 to 268; TS 38.331 SRS-Config)",
                pdu.freq_position, pdu.freq_shift);
  if (pdu.sequence_id > 1023 || pdu.hopping > 2)
    return fail(Fault::invalid, "sequence_id", "{} with hopping {} is not allowed (0 to 1023, 0 to 2; TS 38.211 6.4.1.4.2)",
                pdu.sequence_id, pdu.hopping);
  const unsigned end = reference_rb(pdu) + pdu.freq_shift + nr::srs_bandwidth(pdu.c_srs, 0)->m;
  if (grid_rb > Grid::max_rb || end > grid_rb)
    return fail(Fault::invalid, "c_srs", "{} with shift {} ends at resource block {} of {} (TS 38.211 6.4.1.4.3)", pdu.c_srs,
                pdu.freq_shift, end, grid_rb);
  return {};
}

SrsPlace srs_place(const SrsPdu& pdu, nr::Slot slot, unsigned port, unsigned symbol) {
  SrsPlace out;
  out.n_cs_max = shifts(pdu.comb);
  out.length = 12u * nr::srs_bandwidth(pdu.c_srs, pdu.b_srs)->m / pdu.comb;
  const bool pairs = pdu.comb == 8 && pdu.ports == 4;  // six shifts do not divide by four
  out.n_cs = (pdu.cyclic_shift + (pairs ? out.n_cs_max * (port / 2) / 2 : out.n_cs_max * port / pdu.ports)) % out.n_cs_max;
  const unsigned tooth = (pdu.comb_offset + (two_combs(pdu) && port % 2 == 1 ? pdu.comb / 2u : 0u)) % pdu.comb;
  out.first = 12 * (reference_rb(pdu) + pdu.freq_shift + band_offset_rb(pdu, slot, symbol)) + tooth;

  const unsigned symbols_per_slot = pdu.bwp.extended_cp ? 12 : 14;
  const unsigned n = slot.in_frame() * symbols_per_slot + pdu.start_symbol + symbol;
  out.u = pdu.sequence_id % 30u;
  if (pdu.hopping == 1) out.u = (hopping_octet(pdu.sequence_id, n) + pdu.sequence_id) % 30;
  if (pdu.hopping == 2 && out.length >= 72) out.v = Gold(pdu.sequence_id, n).next(1);
  return out;
}

Status send_srs(const SrsPdu& pdu, nr::Slot slot, Grid& grid) {
  SEN_TRY(check(pdu, grid.n_rb()));
  if (grid.ports() < pdu.ports) return fail(Fault::invalid, "ports", "{} do not fit a grid of {}", pdu.ports, grid.ports());
  std::array<Cf, max_length> r;
  for (unsigned symbol = 0; symbol < pdu.symbols; ++symbol) {
    for (unsigned port = 0; port < pdu.ports; ++port) {
      const SrsPlace p = srs_place(pdu, slot, port, symbol);
      low_papr(p.u, p.v, 2 * std::numbers::pi * p.n_cs / p.n_cs_max, {r.data(), p.length});
      std::span<Cf> row = grid.row(port, pdu.start_symbol + symbol);
      for (unsigned n = 0, k = p.first; n < p.length; ++n, k += pdu.comb) row[k] = r[n];
    }
  }
  return {};
}

Result<SrsEstimate> receive_srs(const SrsPdu& pdu, nr::Slot slot, const Grid& grid) {
  SEN_TRY(check(pdu, grid.n_rb()));
  const unsigned rx_ports = grid.ports();
  if (rx_ports < 1 || rx_ports * pdu.ports > 16)
    return fail(Fault::invalid, "ports", "{} at {} receive ports are not allowed (16 together)", pdu.ports, rx_ports);
  const unsigned p = two_combs(pdu) ? 2 : pdu.ports, length = srs_place(pdu, slot, 0, 0).length, wide_lag = std::max(p, length / 4 / p * p);
  Sums raw;
  for (unsigned symbol = 0; symbol < pdu.symbols; ++symbol) {
    Combs combs(pdu, slot, symbol);
    for (unsigned rx = 0; rx < rx_ports; ++rx) {
      combs.for_each([&](Comb& comb) {
        comb.load(grid, rx);
        measure(comb, wide_lag, raw);
      });
    }
  }
  const double slope = slope_of(raw, p, wide_lag) / pdu.comb;  // radians a subcarrier, negative for a late arrival

  SrsEstimate out;
  Sums still;  // without the delay
  double power = 0;
  size_t groups = 0;
  const unsigned hops = pdu.b_hop < pdu.b_srs ? pdu.symbols / pdu.repetitions : 1, of_hop = SrsEstimate::max_parts / hops;
  std::array<unsigned, SrsEstimate::max_parts> in_part{};
  for (unsigned symbol = 0; symbol < pdu.symbols; ++symbol) {
    Combs combs(pdu, slot, symbol);
    const unsigned n = combs.groups(), first_part = hops > 1 ? symbol / pdu.repetitions * of_hop : 0;
    groups += n;
    for (unsigned b = 0; b < n; ++b) ++in_part[first_part + b * of_hop / n];
    for (unsigned rx = 0; rx < rx_ports; ++rx) {
      combs.for_each([&](Comb& comb) {
        comb.load(grid, rx);
        comb.turn(-slope * (static_cast<double>(comb.first()) - 6 * grid.n_rb()), -slope * pdu.comb);
        measure(comb, p, still);
      });
      for (unsigned b = 0; b < n; ++b) {
        const std::array<Cf, 4> h = combs.local(b);
        Cf* part = &out.part[((first_part + b * of_hop / n) * rx_ports + rx) * pdu.ports];
        for (unsigned i = 0; i < pdu.ports; ++i) {
          out.channel[rx * pdu.ports + i] += h[i];
          part[i] += h[i];
          power += std::norm(h[i]);
        }
      }
    }
  }
  for (Cf& h : out.channel) h /= static_cast<float>(groups);
  // Bands narrower than the parts fill only some of them.
  const unsigned links = rx_ports * pdu.ports;
  for (unsigned from = 0; from < SrsEstimate::max_parts; ++from) {
    if (in_part[from] == 0) continue;
    for (unsigned i = 0; i < links; ++i) out.part[out.parts * links + i] = out.part[from * links + i] / static_cast<float>(in_part[from]);
    ++out.parts;
  }
  out.noise_variance = still.differences > 0 ? static_cast<float>(still.noise / (6.0 * static_cast<double>(still.differences))) : 0;
  const double measured = power / static_cast<double>(groups * links);  // with 1/P of the noise
  const float rsrp = std::max(static_cast<float>(measured) - out.noise_variance / static_cast<float>(p), 1e-20f);
  out.quality.rsrp_dbfs = 10 * std::log10(rsrp);
  out.quality.sinr_db = std::min(60.0f, 10 * std::log10(rsrp / std::max(out.noise_variance, 1e-20f)));
  out.quality.ta_ns = static_cast<float>(-slope / (2 * std::numbers::pi) / (1000.0 * nr::khz(pdu.bwp.scs)) * 1e9);
  return out;
}

}  // namespace sen::phy
