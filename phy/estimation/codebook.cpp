#include "phy/estimation/codebook.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "base/ensure.h"
#include "phy/detail/codebook_precoding.h"

namespace sen::phy {
namespace {

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

using Matrix = std::array<Cf, max_rank * max_rank>;

// diag(A^-1) of a Hermitian positive definite n x n matrix, by its Cholesky factor: column norms of the factor's inverse.
void inverse_diagonal(Matrix a, unsigned n, std::span<float> out) {
  Matrix inverse{};
  for (unsigned j = 0; j < n; ++j) {
    for (unsigned k = 0; k < j; ++k) {
      for (unsigned i = j; i < n; ++i) a[i * n + j] -= a[i * n + k] * std::conj(a[j * n + k]);
    }
    const float pivot = 1 / std::sqrt(std::max(a[j * n + j].real(), 1e-20f));
    for (unsigned i = j; i < n; ++i) a[i * n + j] *= pivot;
  }
  std::ranges::fill(out.first(n), 0.0f);
  for (unsigned c = 0; c < n; ++c) {
    for (unsigned i = c; i < n; ++i) {
      Cf sum = i == c ? 1 : 0;
      for (unsigned k = c; k < i; ++k) sum -= a[i * n + k] * inverse[k * n + c];
      inverse[i * n + c] = sum / a[i * n + i].real();
      out[c] += std::norm(inverse[i * n + c]);
    }
  }
}

// Mean over the samples of the layers' log2(1 + SINR) behind MMSE, for W (ports x rank).
float rate(const ChannelSamples& c, unsigned rank, std::span<const Cf> w) {
  const size_t samples = c.count();
  const float scale = 1 / std::max(c.noise_variance, 1e-9f);
  double sum = 0;
  for (size_t s = 0; s < samples; ++s) {
    Matrix a{};
    for (unsigned r = 0; r < c.rx; ++r) {
      const Cf* h = c.h.data() + (s * c.rx + r) * c.ports;
      std::array<Cf, max_rank> g{};
      for (unsigned p = 0; p < c.ports; ++p) {
        for (unsigned v = 0; v < rank; ++v) g[v] += Cf{h[p].real() * w[p * rank + v].real() - h[p].imag() * w[p * rank + v].imag(), h[p].real() * w[p * rank + v].imag() + h[p].imag() * w[p * rank + v].real()};
      }
      for (unsigned i = 0; i < rank; ++i) {
        for (unsigned j = 0; j <= i; ++j) a[i * rank + j] += scale * std::conj(g[i]) * g[j];
      }
    }
    for (unsigned i = 0; i < rank; ++i) {
      a[i * rank + i] += 1;
    }
    std::array<float, max_rank> diagonal;
    inverse_diagonal(a, rank, diagonal);
    for (unsigned v = 0; v < rank; ++v) sum -= std::log2(std::clamp(diagonal[v], 1e-9f, 1.0f));  // 1 / diagonal = 1 + SINR
  }
  return static_cast<float>(sum / static_cast<double>(std::max<size_t>(samples, 1)));
}

float sinr_db(float bits, unsigned rank) { return 10 * std::log10(std::max(std::exp2(bits / static_cast<float>(rank)) - 1, 1e-4f)); }

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

std::optional<nr::l1::Precoding> precoding(const SinglePanel& panel, unsigned rank, const Pmi& pmi) {
  nr::l1::Precoding out;
  if (size_t{panel.ports} * rank > out.weights.size() || !precoder(panel, rank, pmi, out.weights)) return std::nullopt;
  out.ports = panel.ports;
  return out;
}

unsigned cqi_for(nr::CqiTable table, float sinr) {
  constexpr float gap_db = 2;
  const double efficiency = std::log2(1 + std::pow(10.0, (sinr - gap_db) / 10));
  unsigned best = 0;
  for (unsigned i = 1; i <= 15; ++i) {
    const auto entry = nr::cqi(table, i);
    if (entry && entry->efficiency() <= efficiency) best = i;
  }
  return best;
}

CsiChoice choose_csi(const ChannelSamples& channel, const SinglePanel& panel, nr::CqiTable table, unsigned most, unsigned ranks) {
  ensure(channel.rx >= 1 && channel.rx <= 4 && channel.ports >= 1 && channel.ports <= max_ports && (channel.ports == 1 || channel.ports == panel.ports));
  CsiChoice best;
  best.bits = -1;
  if (channel.ports == 1) {
    const Cf one = 1;
    best.bits = rate(channel, 1, std::span(&one, 1));
  }
  std::array<Cf, max_ports * max_rank> w;
  for (unsigned rank = 1; channel.ports > 1 && rank <= std::min({most, channel.rx, max_rank}); ++rank) {
    if (!(ranks >> (rank - 1) & 1)) continue;
    const PmiRange range = pmi_range(panel, rank);
    for (uint8_t a = 0; a < range.i1_1; ++a) {
      for (uint8_t b = 0; b < range.i1_2; ++b) {
        for (uint8_t c = 0; c < range.i1_3; ++c) {
          for (uint8_t d = 0; d < range.i2; ++d) {
            const Pmi pmi{a, b, c, d};
            precoder(panel, rank, pmi, w);
            const float bits = rate(channel, rank, w);
            if (bits > best.bits * 1.0001f) best = {.rank = static_cast<uint8_t>(rank), .cqi = 0, .pmi = pmi, .sinr_db = 0, .bits = bits};
          }
        }
      }
    }
  }
  best.bits = std::max(best.bits, 0.0f);
  best.sinr_db = sinr_db(best.bits, best.rank);
  best.cqi = static_cast<uint8_t>(cqi_for(table, best.sinr_db));
  return best;
}

TpmiChoice choose_tpmi(const ChannelSamples& channel, unsigned most, bool transform_precoding) {
  ensure(channel.rx >= 1 && channel.rx <= 4 && (channel.ports == 1 || channel.ports == 2 || channel.ports == 4));
  TpmiChoice best;
  const Cf one = 1;
  best.bits = channel.ports == 1 ? rate(channel, 1, std::span(&one, 1)) : -1;
  for (unsigned rank = 1; channel.ports > 1 && rank <= std::min({most, channel.rx, channel.ports, transform_precoding ? 1u : max_rank}); ++rank) {
    for (unsigned tpmi = 0; tpmi < detail::tpmi_count(channel.ports, rank); ++tpmi) {
      const auto w = detail::codebook_precoding(channel.ports, rank, tpmi, transform_precoding);
      if (!w) continue;
      const float bits = rate(channel, rank, w->weights);
      if (bits > best.bits * 1.0001f) best = {.rank = static_cast<uint8_t>(rank), .tpmi = static_cast<uint8_t>(tpmi), .sinr_db = 0, .bits = bits};
    }
  }
  best.sinr_db = sinr_db(std::max(best.bits, 0.0f), best.rank);
  return best;
}

}  // namespace sen::phy
