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

// The second copy of a column that begins at `column`.
HWY_INLINE void repeat(uint8_t* column, size_t z) {
  const D d;
  for (size_t i = 0; i < z; i += hn::Lanes(d)) hn::StoreU(hn::LoadU(d, column + i), d, column + z + i);
}

// out[i] = sum of from[terms[t] + i]; up to a vector more than z is written.
HWY_INLINE void sum_rotated(const uint8_t* from, const uint32_t* terms, size_t n, size_t z, uint8_t* out) {
  const D d;
  const size_t lanes = hn::Lanes(d);
  size_t i = 0;
  for (; i + 3 * lanes < z; i += 4 * lanes) {
    auto a = hn::Zero(d), b = a, c = a, e = a;
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
    auto a = hn::Zero(d);
    for (size_t t = 0; t < n; ++t) a = hn::Xor(a, hn::LoadU(d, from + terms[t] + i));
    hn::StoreU(a, d, out + i);
  }
}

// Where the edges of row r whose columns lie below `limit` read.
HWY_INLINE size_t terms_below(const LdpcGraph& g, unsigned r, unsigned limit, uint32_t* terms) {
  size_t n = 0;
  for (const LdpcEdge& e : g.row(r)) {
    if (e.column < limit) terms[n++] = e.column * ldpc_column_stride + e.shift;
  }
  return n;
}

void ldpc_encode_vector(const LdpcGraph& g, unsigned rows, const uint8_t* info, uint8_t* parity, uint8_t* work) {
  const D d;
  const size_t z = g.z, lanes = hn::Lanes(d);
  for (size_t c = 0; c < g.info_columns; ++c) {
    uint8_t* column = work + c * ldpc_column_stride;
    for (size_t i = 0; i < z; i += lanes) hn::StoreU(hn::LoadU(d, info + c * z + i), d, column + i);
    repeat(column, z);
  }
  uint32_t terms[32];
  uint8_t* core = work + g.info_columns * ldpc_column_stride;
  // The sum of the four core rows leaves the first core column alone, rotated by the shift that occurs once in it.
  size_t n = 0;
  uint32_t all[96];
  unsigned odd_shift = 0;
  for (unsigned r = 0; r < 4; ++r) {
    n += terms_below(g, r, g.info_columns, all + n);
    for (const LdpcEdge& e : g.row(r)) odd_shift ^= e.column == g.info_columns ? e.shift : 0;
  }
  uint8_t* sum = core + 4 * ldpc_column_stride;
  sum_rotated(work, all, n, z, sum);
  repeat(sum, z);
  const uint8_t* turned = sum + (z - odd_shift) % z;
  for (size_t i = 0; i < z; i += lanes) hn::StoreU(hn::LoadU(d, turned + i), d, core + i);
  repeat(core, z);
  // Then each core row gives the next core column.
  for (unsigned r = 0; r < 3; ++r) {
    uint8_t* column = core + (r + 1) * ldpc_column_stride;
    sum_rotated(work, terms, terms_below(g, r, g.info_columns + r + 1, terms), z, column);
    repeat(column, z);
  }
  for (unsigned c = 0; c < 4; ++c) {
    for (size_t i = 0; i < z; i += lanes) hn::StoreU(hn::LoadU(d, core + c * ldpc_column_stride + i), d, parity + c * z + i);
  }
  for (unsigned r = 4; r < rows; ++r) sum_rotated(work, terms, terms_below(g, r, g.info_columns + 4, terms), z, parity + r * z);
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
