#include "nr/codebook.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "base/ensure.h"

namespace sen::nr {
namespace {

using Cf = std::complex<float>;

constexpr unsigned max_ports = 8, max_rank = 4, oversampling = 4;

unsigned o2(const SinglePanel& p) { return p.n2 > 1 ? oversampling : 1; }

bool valid(const SinglePanel& p) {
  if (p.ports == 2) return true;
  if (p.mode < 1 || p.mode > 2 || p.ports != 2 * p.n1 * p.n2) return false;
  return (p.n1 == 2 && p.n2 <= 2) || (p.n1 == 4 && p.n2 == 1);
}

Cf turn(double cycles) { return Cf(std::polar(1.0, 2 * std::numbers::pi * cycles)); }

// v_l,m: N1 N2 values, the second dimension inside.
struct Beam {
  std::array<Cf, max_ports / 2> v;
};
Beam beam(const SinglePanel& p, unsigned l, unsigned m) {
  Beam out;
  for (unsigned a = 0; a < p.n1; ++a) {
    for (unsigned b = 0; b < p.n2; ++b) out.v[a * p.n2 + b] = turn(static_cast<double>(l * a) / (oversampling * p.n1) + static_cast<double>(m * b) / (o2(p) * p.n2));
  }
  return out;
}

// (k1, k2) of tables 5.2.2.2.1-3 (two layers) and -4 (three and four).
struct Offset {
  unsigned k1, k2;
};
Offset offset(const SinglePanel& p, unsigned rank, unsigned i1_3) {
  const unsigned step = rank == 2 ? i1_3 : i1_3 + 1;
  if (p.n2 == 1) return {oversampling * step, 0};
  return {step % 2 ? oversampling : 0, step / 2 ? oversampling : 0};
}

// Which beam i_1,1, i_1,2 and the upper part of i_2 select: mode 1 the named one, mode 2 one of four from every second.
struct Selected {
  unsigned l, m, n;
};
Selected select(const SinglePanel& p, unsigned rank, const Pmi& pmi) {
  if (p.mode == 1 || rank > 2) return {pmi.i1_1, pmi.i1_2, pmi.i2};
  const unsigned phases = rank == 1 ? 4 : 2, which = pmi.i2 / phases, n = pmi.i2 % phases;
  if (p.n2 == 1) return {2u * pmi.i1_1 + which, 0, n};
  return {2u * pmi.i1_1 + which % 2, 2u * pmi.i1_2 + which / 2, n};
}

void two_ports(unsigned rank, unsigned i2, std::span<Cf> w) {
  if (rank == 1) {
    w[0] = Cf(static_cast<float>(std::numbers::sqrt2 / 2));
    w[1] = w[0] * turn(i2 / 4.0);
    return;
  }
  w[0] = w[1] = 0.5f;
  w[2] = 0.5f * turn(i2 / 4.0);
  w[3] = -w[2];
}

}  // namespace

SinglePanel single_panel(unsigned ports, unsigned mode) {
  return {static_cast<uint8_t>(ports), static_cast<uint8_t>(ports / 2), 1, static_cast<uint8_t>(ports == 2 ? 1 : mode)};
}

PmiRange pmi_range(const SinglePanel& p, unsigned rank) {
  if (!valid(p) || rank < 1 || rank > std::min<unsigned>(p.ports, max_rank)) return {};
  if (p.ports == 2) return {1, 1, 1, static_cast<uint8_t>(rank == 1 ? 4 : 2)};
  const bool mode2 = p.mode == 2 && rank <= 2;
  PmiRange r;
  r.i1_1 = static_cast<uint8_t>(p.n1 * oversampling / (mode2 ? 2 : 1));
  r.i1_2 = static_cast<uint8_t>(p.n2 == 1 ? 1 : p.n2 * oversampling / (mode2 ? 2 : 1));
  const unsigned directions = p.n1 == 2 && p.n2 == 1 ? 2 : 4;
  r.i1_3 = static_cast<uint8_t>(rank == 1 ? 1 : rank == 2 ? directions : directions - 1);
  r.i2 = static_cast<uint8_t>((rank == 1 ? 4 : 2) * (mode2 ? 4 : 1));
  return r;
}

bool precoder(const SinglePanel& p, unsigned rank, const Pmi& pmi, std::span<Cf> w) {
  const PmiRange range = pmi_range(p, rank);
  if (pmi.i1_1 >= range.i1_1 || pmi.i1_2 >= range.i1_2 || pmi.i1_3 >= range.i1_3 || pmi.i2 >= range.i2) return false;
  ensure(w.size() >= size_t{p.ports} * rank);
  if (p.ports == 2) {
    two_ports(rank, pmi.i2, w);
    return true;
  }
  const Selected s = select(p, rank, pmi);
  const Offset k = rank == 1 ? Offset{0, 0} : offset(p, rank, pmi.i1_3);
  const Beam first = beam(p, s.l, s.m), second = beam(p, s.l + k.k1, s.m + k.k2);
  const Cf phase = turn(s.n / 4.0);
  const unsigned half = p.ports / 2;
  const float scale = 1 / std::sqrt(static_cast<float>(rank * p.ports));
  // Tables 5.2.2.2.1-5 to -8: beams v v' v v'; the second polarisation with +, - (two layers) and +, +, -, - (three, four).
  for (unsigned v = 0; v < rank; ++v) {
    const Beam& b = v % 2 == 0 ? first : second;
    const bool negative = rank == 2 ? v == 1 : v >= 2;
    for (unsigned a = 0; a < half; ++a) {
      w[a * rank + v] = scale * b.v[a];
      w[(half + a) * rank + v] = (negative ? -scale : scale) * phase * b.v[a];
    }
  }
  return true;
}

std::optional<l1::Precoding> precoding(const SinglePanel& panel, unsigned rank, const Pmi& pmi) {
  l1::Precoding out;
  if (size_t{panel.ports} * rank > out.weights.size() || !precoder(panel, rank, pmi, out.weights)) return std::nullopt;
  out.ports = panel.ports;
  return out;
}

unsigned tpmi_count(unsigned ports, unsigned layers, CodebookSubset subset) {
  constexpr uint8_t two[2][2] = {{6, 3}, {2, 1}};
  constexpr uint8_t four[3][4] = {{28, 22, 7, 5}, {12, 14, 3, 3}, {4, 6, 1, 1}};
  if (layers < 1 || layers > ports) return 0;
  if (ports == 2) return two[subset == CodebookSubset::non_coherent ? 1 : 0][layers - 1];
  return ports == 4 ? four[static_cast<unsigned>(subset)][layers - 1] : 0;
}

namespace {

// The field counts through the non-coherent matrices of every rank, then the partially coherent ones, then the rest.
struct Field {
  unsigned ports, max_rank;
  CodebookSubset subset;
  // Calls visit(value) in the field's order until it returns true.
  template <class F>
  bool walk(F&& visit) const {
    for (CodebookSubset step : {CodebookSubset::non_coherent, CodebookSubset::partial, CodebookSubset::full}) {
      if (static_cast<unsigned>(step) < static_cast<unsigned>(subset)) return false;
      if (ports == 2 && step == CodebookSubset::partial) continue;
      for (unsigned layers = 1; layers <= (max_rank > 1 ? ports : 1); ++layers) {
        const unsigned first = step == CodebookSubset::non_coherent ? 0
                               : step == CodebookSubset::partial || ports == 2
                                   ? tpmi_count(ports, layers, CodebookSubset::non_coherent)
                                   : tpmi_count(ports, layers, CodebookSubset::partial);
        for (unsigned tpmi = first; tpmi < tpmi_count(ports, layers, step); ++tpmi) {
          if (visit(TpmiAndLayers{static_cast<uint8_t>(tpmi), static_cast<uint8_t>(layers)})) return true;
        }
      }
    }
    return false;
  }
};

}  // namespace

std::optional<TpmiAndLayers> precoding_information(unsigned ports, unsigned max_rank, CodebookSubset subset, unsigned field) {
  std::optional<TpmiAndLayers> out;
  unsigned at = 0;
  Field{ports, max_rank, subset}.walk([&](const TpmiAndLayers& value) {
    if (at++ != field) return false;
    if (value.layers <= max_rank) out = value;
    return true;
  });
  return out;
}

std::optional<unsigned> precoding_field(unsigned ports, unsigned max_rank, CodebookSubset subset, const TpmiAndLayers& wanted) {
  unsigned at = 0;
  if (wanted.layers > max_rank) return std::nullopt;
  const bool found = Field{ports, max_rank, subset}.walk([&](const TpmiAndLayers& value) { return value == wanted || (++at, false); });
  return found ? std::optional(at) : std::nullopt;
}

}  // namespace sen::nr
