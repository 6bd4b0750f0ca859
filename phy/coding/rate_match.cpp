#include "phy/coding/rate_match.h"

#include <algorithm>
#include <array>

#include "phy/kernels/ldpc_bits.h"

namespace sen::phy {
namespace {

// Table 5.4.2.1-2, numerators over 66 (base graph 1) and 50 (2).
constexpr std::array<std::array<uint8_t, 4>, 2> starts{{{0, 17, 33, 56}, {0, 13, 25, 43}}};

// Adds `n` soft bits into the circular buffer from `at` on, around its end as often as it takes.
void combine(const CircularBuffer& c, uint32_t at, const Llr* from, uint32_t n, SoftBlock soft) {
  while (n > 0) {
    bool before_gap = at < c.gap;
    uint32_t part = std::min(n, (before_gap ? std::min(c.gap, c.length) : c.length) - at);
    add_soft(soft.data() + (before_gap ? at : at + c.fillers), from, part);
    from += part;
    n -= part;
    at = at + part == c.length ? 0 : at + part;
  }
}

// n bits of the circular buffer from `at` on: where they stand, or, when they go around its end, copied to `copy`.
const uint8_t* piece(const uint8_t* circle, uint32_t length, uint32_t at, uint32_t n, uint8_t* copy) {
  if (at + n <= length) return circle + at;
  for (uint32_t done = 0; done < n; at = 0) {
    uint32_t part = std::min(n - done, length - at);
    std::copy_n(circle + at, part, copy + done);
    done += part;
  }
  return copy;
}

void clear(const Segmentation& s, SoftBlock soft) {
  std::fill(soft.begin(), soft.end(), Llr{0});
  auto first = soft.begin() + (s.k_info - 2 * s.z);
  std::fill(first, first + s.fillers(), llr_certain);
}

}  // namespace

CircularBuffer circular_buffer(const Segmentation& s, const RateMatch& m) {
  CircularBuffer c;
  c.gap = std::min<uint32_t>(s.k_info - 2u * s.z, m.n_cb);
  c.fillers = std::min<uint32_t>(s.fillers(), m.n_cb - c.gap);
  c.length = m.n_cb - c.fillers;
  c.start = m.k0 <= c.gap ? m.k0 : std::max(c.gap, m.k0 - std::min(m.k0, c.fillers));
  if (c.start >= c.length) c.start = 0;
  return c;
}

RateMatch rate_match(const Segmentation& s, unsigned rv, unsigned qm, uint32_t n_ref) {
  RateMatch m;
  m.n_cb = n_ref == 0 ? s.n() : std::min(s.n(), n_ref);
  m.rv = static_cast<uint8_t>(rv % 4);
  m.qm = static_cast<uint8_t>(qm);
  uint32_t columns = s.base_graph == 1 ? 66 : 50;
  m.k0 = starts[s.base_graph - 1u][m.rv] * m.n_cb / (columns * s.z) * s.z;
  return m;
}

uint32_t rate_matched_bits(const Segmentation& s, uint32_t g, unsigned layers, unsigned qm, unsigned block) {
  uint32_t unit = layers * qm, units = g / unit;
  bool short_one = block < s.blocks - units % s.blocks;
  return unit * (units / s.blocks + (short_one ? 0 : 1));
}

void send_bits(const CircularBuffer& c, const uint8_t* circle, unsigned qm, uint32_t e, uint8_t* work, std::span<uint8_t> out,
               size_t out_bit) {
  uint32_t columns = e / qm;
  uint8_t* packed = work + 10 * interleaver_stride;
  for (uint32_t first = 0; first < columns; first += interleaver_piece) {
    uint32_t n = std::min(interleaver_piece, columns - first);
    std::array<const uint8_t*, 10> rows;
    for (unsigned row = 0; row < qm; ++row) {
      auto at = static_cast<uint32_t>((c.start + uint64_t{row} * columns + first) % c.length);
      rows[row] = piece(circle, c.length, at, n, work + row * interleaver_stride);
    }
    interleave(rows.data(), qm, n, packed);
    copy_bits(packed, size_t{n} * qm, out.data(), out_bit + size_t{first} * qm);
  }
}

void rate_dematch(const Segmentation& s, const RateMatch& m, std::span<const Llr> e, SoftBlock soft, bool fresh) {
  if (fresh) clear(s, soft);
  CircularBuffer c = circular_buffer(s, m);
  auto columns = static_cast<uint32_t>(e.size() / m.qm);
  alignas(64) std::array<Llr, 10 * interleaver_stride> rows;
  for (uint32_t first = 0; first < columns; first += interleaver_piece) {
    uint32_t n = std::min(interleaver_piece, columns - first);
    deinterleave(e.data() + size_t{first} * m.qm, m.qm, n, rows.data(), interleaver_stride);
    for (unsigned row = 0; row < m.qm; ++row) {
      auto at = static_cast<uint32_t>((c.start + uint64_t{row} * columns + first) % c.length);
      combine(c, at, rows.data() + row * interleaver_stride, n, soft);
    }
  }
}

}  // namespace sen::phy
