#include "phy/estimation/codebook.h"

#include <algorithm>
#include <cmath>

#include "base/ensure.h"
#include "phy/detail/codebook_precoding.h"

namespace sen::phy {
namespace {

constexpr unsigned max_ports = 8, max_rank = 4;

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
  const float scale = 1 / std::max(c.noise_variance, 1e-20f);
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

TpmiChoice choose_tpmi(const ChannelSamples& channel, unsigned most, bool transform_precoding, nr::CodebookSubset subset) {
  ensure(channel.rx >= 1 && channel.rx <= 4 && (channel.ports == 1 || channel.ports == 2 || channel.ports == 4));
  TpmiChoice best;
  const Cf one = 1;
  best.bits = channel.ports == 1 ? rate(channel, 1, std::span(&one, 1)) : -1;
  for (unsigned rank = 1; channel.ports > 1 && rank <= std::min({most, channel.rx, channel.ports, transform_precoding ? 1u : max_rank}); ++rank) {
    for (unsigned tpmi = 0; tpmi < nr::tpmi_count(channel.ports, rank, subset); ++tpmi) {
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
