#include "phy/kernels/ldpc_encode.h"

#include <algorithm>

#include "phy/kernels/isa.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "phy/kernels/ldpc_encode.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace sen::phy::HWY_NAMESPACE {
#if HWY_TARGET == HWY_SCALAR

void ldpc_encode_vector(const LdpcGraph& graph, unsigned rows, const uint8_t* info, uint8_t* parity, uint8_t* work) {
  reference::ldpc_encode(graph, rows, info, parity, work);
}

#else
namespace hn = hwy::HWY_NAMESPACE;

using D = hn::ScalableTag<uint8_t>;

// out[i] = first[i] + the sum of from[terms[t] + i]; up to a vector more than z is written.
HWY_INLINE void sum_rotated(const uint8_t* first, const uint8_t* from, const uint32_t* terms, size_t n, size_t z, uint8_t* out) {
  const D d;
  const size_t lanes = hn::Lanes(d);
  size_t i = 0;
  for (; i + 3 * lanes < z; i += 4 * lanes) {
    auto a = hn::LoadU(d, first + i), b = hn::LoadU(d, first + i + lanes), c = hn::LoadU(d, first + i + 2 * lanes),
         e = hn::LoadU(d, first + i + 3 * lanes);
    for (size_t t = 0; t < n; ++t) {
      const uint8_t* p = from + terms[t] + i;
      a = hn::Xor(a, hn::LoadU(d, p));
      b = hn::Xor(b, hn::LoadU(d, p + lanes));
      c = hn::Xor(c, hn::LoadU(d, p + 2 * lanes));
      e = hn::Xor(e, hn::LoadU(d, p + 3 * lanes));
    }
    hn::StoreU(a, d, out + i);
    hn::StoreU(b, d, out + i + lanes);
    hn::StoreU(c, d, out + i + 2 * lanes);
    hn::StoreU(e, d, out + i + 3 * lanes);
  }
  for (; i < z; i += lanes) {
    auto a = hn::LoadU(d, first + i);
    for (size_t t = 0; t < n; ++t) a = hn::Xor(a, hn::LoadU(d, from + terms[t] + i));
    hn::StoreU(a, d, out + i);
  }
}

// A column, twice in a row.
HWY_INLINE void fill_column(const uint8_t* from, size_t z, uint8_t* column) {
  const D d;
  const size_t lanes = hn::Lanes(d);
  if (z % lanes == 0) {
    for (size_t i = 0; i < z; i += lanes) {
      const auto v = hn::LoadU(d, from + i);
      hn::StoreU(v, d, column + i);
      hn::StoreU(v, d, column + z + i);
    }
    return;
  }
  for (size_t i = 0; i < z; i += lanes) hn::StoreU(hn::LoadU(d, from + i), d, column + i);
  for (size_t i = 0; i < z; i += lanes) hn::StoreU(hn::LoadU(d, from + i), d, column + z + i);
}

// Where the edges of row r with columns from `low` to below `high` read.
HWY_INLINE size_t terms_within(const LdpcGraph& g, unsigned r, unsigned low, unsigned high, uint32_t* terms) {
  size_t n = 0;
  for (const LdpcEdge& e : g.row(r)) {
    if (e.column >= low && e.column < high) terms[n++] = e.column * ldpc_column_stride + e.shift;
  }
  return n;
}

void ldpc_encode_vector(const LdpcGraph& g, unsigned rows, const uint8_t* info, uint8_t* parity, uint8_t* work) {
  const D d;
  const size_t z = g.z, lanes = hn::Lanes(d);
  const unsigned k = g.info_columns;
  for (size_t c = 0; c < k; ++c) fill_column(info + c * z, z, work + c * ldpc_column_stride);
  uint32_t terms[32];
  alignas(64) static constexpr uint8_t zeros[ldpc_column_stride / 2] = {};
  // What the information adds to each core row; the sum of the four leaves the first core column alone, rotated by the shift that occurs once in it.
  uint8_t* core = work + k * ldpc_column_stride;
  alignas(64) uint8_t sums[4][ldpc_column_stride / 2];
  unsigned odd_shift = 0;
  const uint8_t* first_core[4];  // as it enters each row
  for (unsigned r = 0; r < 4; ++r) {
    sum_rotated(zeros, work, terms, terms_within(g, r, 0, k, terms), z, sums[r]);
    first_core[r] = zeros;
    for (const LdpcEdge& e : g.row(r)) {
      if (e.column != k) continue;
      odd_shift ^= e.shift;
      first_core[r] = core + e.shift;
    }
  }
  uint8_t* total = core + ldpc_column_stride;
  for (size_t i = 0; i < z; i += lanes) {
    const auto sum = hn::Xor(hn::Xor(hn::Load(d, sums[0] + i), hn::Load(d, sums[1] + i)), hn::Xor(hn::Load(d, sums[2] + i), hn::Load(d, sums[3] + i)));
    hn::StoreU(sum, d, total + i);
  }
  for (size_t i = 0; i < z; i += lanes) hn::StoreU(hn::LoadU(d, total + i), d, total + z + i);
  fill_column(total + (z - odd_shift) % z, z, core);
  for (size_t i = 0; i < z; i += lanes) hn::StoreU(hn::LoadU(d, core + i), d, parity + i);
  // Then each core row gives the next core column.
  for (size_t i = 0; i < z; i += lanes) {
    auto sum = hn::Zero(d);
    for (size_t r = 0; r < 3; ++r) {
      sum = hn::Xor(sum, hn::Xor(hn::Load(d, sums[r] + i), hn::LoadU(d, first_core[r] + i)));
      hn::Store(sum, d, sums[r] + i);
    }
  }
  for (size_t r = 0; r < 3; ++r) {
    for (size_t i = 0; i < z; i += lanes) hn::StoreU(hn::Load(d, sums[r] + i), d, parity + (r + 1) * z + i);
  }
  if (rows == 4) return;
  for (size_t r = 0; r < 3; ++r) fill_column(sums[r], z, core + (r + 1) * ldpc_column_stride);
  for (unsigned r = 4; r < rows; ++r) sum_rotated(zeros, work, terms, terms_within(g, r, 0, k + 4, terms), z, parity + r * z);
}

#endif
}  // namespace sen::phy::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace sen::phy {

HWY_EXPORT(ldpc_encode_vector);

void ldpc_encode(const LdpcGraph& graph, unsigned rows, const uint8_t* info, uint8_t* parity, uint8_t* work) {
  if (scalar()) return reference::ldpc_encode(graph, rows, info, parity, work);
  HWY_DYNAMIC_DISPATCH(ldpc_encode_vector)(graph, rows, info, parity, work);
}

// H c = 0, solved column by column: the four core rows add up to the first core column rotated by the one shift that its two others do not cancel
// (tables 5.3.2-2 and 5.3.2-3); then row r is the first one with core column r + 1, and each later row has a column of its own.
void reference::ldpc_encode(const LdpcGraph& g, unsigned rows, const uint8_t* info, uint8_t* parity, uint8_t* work) {
  unsigned z = g.z;
  uint8_t* columns = work;
  std::copy_n(info, g.info_columns * z, columns);
  auto row_bit = [&](unsigned r, unsigned i, unsigned limit) {
    uint8_t sum = 0;
    for (const LdpcEdge& e : g.row(r)) sum ^= e.column < limit ? columns[e.column * z + (i + e.shift) % z] : 0;
    return sum;
  };
  unsigned odd_shift = 0;
  for (unsigned r = 0; r < 4; ++r) {
    for (const LdpcEdge& e : g.row(r)) odd_shift ^= e.column == g.info_columns ? e.shift : 0;
  }
  uint8_t* core = columns + g.info_columns * z;
  for (unsigned i = 0; i < z; ++i) {
    uint8_t& bit = core[(i + odd_shift) % z] = 0;
    for (unsigned r = 0; r < 4; ++r) bit ^= row_bit(r, i, g.info_columns);
  }
  for (unsigned r = 0; r < 3; ++r) {
    for (unsigned i = 0; i < z; ++i) core[(r + 1) * z + i] = row_bit(r, i, g.info_columns + r + 1);
  }
  std::copy_n(core, 4 * z, parity);
  for (unsigned r = 4; r < rows; ++r) {
    for (unsigned i = 0; i < z; ++i) parity[r * z + i] = row_bit(r, i, g.info_columns + 4);
  }
}

}  // namespace sen::phy
#endif
