#include "phy/kernels/ldpc_encode.h"

#include <algorithm>
#include <bit>

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

constexpr size_t column_stride = 512;

// A column of Z bits is held eight bits an octet (four, two or one of them different where Z is no multiple of 8): with Z = planes *
// octets, octet i has the bits i, i + octets, i + 2 octets, ..., modulo Z, from its top bit on. So octet i + octets is octet i rotated by
// one bit, and when the octets from 0 to Z + octets are written out, the column rotated by any shift is what stands from octet `shift` on:
// one load, or two.
struct Shape {
  size_t z, planes, octets;
  explicit Shape(size_t of_z) : z(of_z), planes(std::min<size_t>(8, size_t{1} << std::countr_zero(of_z))), octets(of_z / planes) {}
};

// n vectors hold a column.
template <class D, size_t n>
struct Packed {
  hn::Vec<D> part[n];
};

template <class D, size_t n>
HWY_INLINE Packed<D, n> load(const uint8_t* from) {
  const D d;
  Packed<D, n> out;
  for (size_t v = 0; v < n; ++v) out.part[v] = hn::LoadU(d, from + v * hn::Lanes(d));
  return out;
}

template <class D, size_t n>
HWY_INLINE Packed<D, n> add(const Packed<D, n>& a, const Packed<D, n>& b) {
  Packed<D, n> out;
  for (size_t v = 0; v < n; ++v) out.part[v] = hn::Xor(a.part[v], b.part[v]);
  return out;
}

template <class D, size_t n>
HWY_INLINE Packed<D, n> pack(const Shape& s, const uint8_t* bits) {
  Packed<D, n> x = load<D, n>(bits);
  for (size_t b = 1; b < 8; ++b) {
    const Packed<D, n> plane = load<D, n>(bits + b % s.planes * s.octets);
    for (size_t v = 0; v < n; ++v) x.part[v] = hn::Or(hn::Add(x.part[v], x.part[v]), plane.part[v]);
  }
  return x;
}

template <class D, size_t n>
HWY_INLINE void unpack(const Shape& s, const Packed<D, n>& x, uint8_t* bits) {
  const D d;
  const auto one = hn::Set(d, 1);
  for (size_t b = 0; b < s.planes; ++b) {
    const auto bit = hn::Set(d, static_cast<uint8_t>(0x80 >> b));
    for (size_t v = 0; v < n; ++v) hn::StoreU(hn::Min(hn::And(x.part[v], bit), one), d, bits + b * s.octets + v * hn::Lanes(d));
  }
}

// All octets of a column; each run may write into the next, which comes after it.
template <class D, size_t n>
HWY_INLINE void write_column(const Shape& s, Packed<D, n> x, uint8_t* column) {
  const D d;
  const hn::RebindToSigned<D> di;
  for (size_t run = 0; run <= s.planes; ++run) {
    for (size_t v = 0; v < n; ++v) {
      hn::StoreU(x.part[v], d, column + run * s.octets + v * hn::Lanes(d));
      const auto carry = hn::BitCast(d, hn::BroadcastSignBit(hn::BitCast(di, x.part[v])));
      x.part[v] = hn::Sub(hn::Add(x.part[v], x.part[v]), carry);
    }
  }
}

// What the columns from `low` to below `high` add to row r.
template <class D, size_t n>
HWY_INLINE Packed<D, n> row_sum(const LdpcGraph& g, unsigned r, unsigned low, unsigned high, const uint8_t* columns) {
  const D d;
  Packed<D, n> sum;
  for (size_t v = 0; v < n; ++v) sum.part[v] = hn::Zero(d);
  for (const LdpcEdge& e : g.row(r)) {
    if (e.column >= low && e.column < high) sum = add(sum, load<D, n>(columns + e.column * column_stride + e.shift));
  }
  return sum;
}

template <class D, size_t n>
void encode(const LdpcGraph& g, unsigned rows, const uint8_t* info, uint8_t* parity, uint8_t* work) {
  const Shape s(g.z);
  const unsigned k = g.info_columns;
  for (size_t c = 0; c < k; ++c) write_column(s, pack<D, n>(s, info + c * s.z), work + c * column_stride);
  // The sum of the four core rows leaves the first core column alone, rotated by the shift that occurs once in it.
  Packed<D, n> sums[4];
  size_t odd_shift = 0;
  uint8_t* core = work + k * column_stride;
  for (unsigned r = 0; r < 4; ++r) {
    sums[r] = row_sum<D, n>(g, r, 0, k, work);
    for (const LdpcEdge& e : g.row(r)) odd_shift ^= e.column == k ? e.shift : 0;
  }
  uint8_t* total = core + column_stride;
  write_column(s, add(add(sums[0], sums[1]), add(sums[2], sums[3])), total);
  Packed<D, n> column = load<D, n>(total + (s.z - odd_shift) % s.z);
  write_column(s, column, core);
  unpack(s, column, parity);
  // Then each core row gives the next core column: the one before it, and the first where the row has it, are known.
  for (unsigned r = 0; r < 3; ++r) {
    column = r == 0 ? sums[0] : add(sums[r], column);
    column = add(column, row_sum<D, n>(g, r, k, k + 1, work));
    unpack(s, column, parity + (r + 1) * s.z);
    if (rows > 4) write_column(s, column, core + (r + 1) * column_stride);
  }
  for (unsigned r = 4; r < rows; ++r) unpack(s, row_sum<D, n>(g, r, 0, k + 4, work), parity + r * s.z);
}

void ldpc_encode_vector(const LdpcGraph& g, unsigned rows, const uint8_t* info, uint8_t* parity, uint8_t* work) {
  // No wider than the column: what was just written is read back sooner.
  using D16 = hn::CappedTag<uint8_t, 16>;
  using D32 = hn::CappedTag<uint8_t, 32>;
  using D64 = hn::CappedTag<uint8_t, 64>;
  const size_t octets = Shape(g.z).octets;
  if (octets <= 16) {
    encode<D16, 1>(g, rows, info, parity, work);
  } else if (octets <= 32) {
    encode<D32, 32 / hn::MaxLanes(D32())>(g, rows, info, parity, work);
  } else {
    encode<D64, 48 / hn::MaxLanes(D64()) + (48 % hn::MaxLanes(D64()) != 0)>(g, rows, info, parity, work);
  }
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

// H c = 0, solved column by column: the four core rows add up to the first core column rotated by the one shift that its two others do not
// cancel (tables 5.3.2-2 and 5.3.2-3); then row r is the first one with core column r + 1, and each later row has a column of its own.
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
