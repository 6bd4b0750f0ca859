#include "phy/kernels/ldpc_decode.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "phy/kernels/isa.h"
#include "phy/kernels/ldpc_bits.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "phy/kernels/ldpc_decode.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace sen::phy::HWY_NAMESPACE {
#if HWY_TARGET == HWY_SCALAR

LdpcLevel ldpc_level_vector(const Llr* values, size_t n) { return reference::ldpc_level(values, n); }
void ldpc_load_vector(LdpcState& state, const Llr* channel, unsigned gain_32) { reference::ldpc_load(state, channel, gain_32); }
void ldpc_iterate_vector(LdpcState& state, bool first) { reference::ldpc_iterate(state, first); }
void ldpc_harden_vector(const LdpcState& state, size_t n, uint8_t* out) { reference::ldpc_harden(state, n, out); }

#else
namespace hn = hwy::HWY_NAMESPACE;

using D8 = hn::ScalableTag<int8_t>;
using Du8 = hn::ScalableTag<uint8_t>;
using V = hn::Vec<D8>;
using Vu = hn::Vec<Du8>;

HWY_INLINE Vu magnitude(V v) { return hn::BitCast(Du8(), hn::Abs(v)); }
HWY_INLINE V with_sign(V sign, Vu magnitude) {
  const V plus = hn::BitCast(D8(), magnitude);
  return hn::IfNegativeThenElse(sign, hn::Neg(plus), plus);
}

LdpcLevel ldpc_level_vector(const Llr* values, size_t n) {
  const D8 d;
  const Du8 du;
  const hn::Repartition<uint64_t, D8> d64;
  const size_t lanes = hn::Lanes(d);
  const auto zero = hn::Zero(du), one = hn::Set(du, 1), most = hn::Set(du, llr_max);
  auto sum = hn::Zero(d64), count = sum;
  size_t i = 0;
  for (; i + lanes <= n; i += lanes) {
    const auto a = magnitude(hn::LoadU(d, values + i));
    const auto finite = hn::IfThenElse(hn::Eq(hn::Min(a, most), a), a, zero);
    sum = hn::Add(sum, hn::SumsOf8(finite));
    count = hn::Add(count, hn::SumsOf8(hn::Min(finite, one)));
  }
  LdpcLevel level = reference::ldpc_level(values + i, n - i);
  level.used += static_cast<uint32_t>(hn::GetLane(hn::SumOfLanes(d64, count)));
  level.sum += static_cast<uint32_t>(hn::GetLane(hn::SumOfLanes(d64, sum)));
  return level;
}

// As the reference's.
HWY_INLINE V amplify(V x, unsigned gain_32) {
  const Du8 du;
  const hn::Repartition<uint16_t, Du8> d16;
  const auto gain = hn::Set(d16, static_cast<uint16_t>(gain_32)), half = hn::Set(d16, 16), most = hn::Set(d16, llr_max), low = hn::Set(d16, 0xff);
  const Vu a = magnitude(x);
  const auto pairs = hn::BitCast(d16, a);
  const auto even = hn::Min(hn::ShiftRight<5>(hn::Add(hn::Mul(hn::And(pairs, low), gain), half)), most);
  const auto odd = hn::Min(hn::ShiftRight<5>(hn::Add(hn::Mul(hn::ShiftRight<8>(pairs), gain), half)), most);
  const Vu b = hn::BitCast(du, hn::Or(even, hn::ShiftLeft<8>(odd)));
  const auto finite = hn::Eq(hn::Min(a, hn::Set(du, llr_max)), a);
  return with_sign(x, hn::IfThenElse(finite, b, hn::Set(du, llr_certain)));
}

void ldpc_load_vector(LdpcState& state, const Llr* channel, unsigned gain_32) {
  const D8 d;
  const LdpcGraph& g = *state.graph;
  const size_t z = g.z, lanes = hn::Lanes(d), whole = z / lanes * lanes;
  state.n_rows = 0;
  state.origin.fill(0);
  const size_t core = g.info_columns + 4u;
  for (size_t c = 0; c < g.columns; ++c) {
    Llr* column = state.soft + c * ldpc_soft_stride;
    V any = hn::Zero(d);
    if (c < 2) {
      for (size_t i = 0; i < 2 * z + lanes; i += lanes) hn::StoreU(any, d, column + i);
      continue;
    }
    const Llr* from = channel + (c - 2) * z;
    auto take = [&](V v, size_t i) {
      const V amplified = amplify(v, gain_32);
      any = hn::Or(any, v);
      hn::StoreU(amplified, d, column + i);
      if (c < core) hn::StoreU(amplified, d, column + z + i);
    };
    for (size_t i = 0; i < whole; i += lanes) take(hn::LoadU(d, from + i), i);
    if (whole < z) {
      alignas(64) Llr last[HWY_MAX_BYTES] = {};
      std::memcpy(last, from + whole, z - whole);
      take(hn::Load(d, last), whole);
      if (c < core) hn::StoreU(hn::LoadU(d, column), d, column + z);
    }
    if (c + 1 == core) {
      for (uint8_t r = 0; r < 4; ++r) state.rows[state.n_rows++] = r;
    } else if (c >= core && !hn::AllTrue(d, hn::Eq(any, hn::Zero(d)))) {
      state.rows[state.n_rows++] = static_cast<uint8_t>(c - g.info_columns);
    }
  }
}

// As scaled() of the reference.
struct Scale {
  LdpcScale scale;
  HWY_INLINE Vu operator()(Vu v) const {
    const Du8 du;
    const Vu one = hn::Set(du, 1);
    const Vu less = hn::SaturatedSub(v, one), half = hn::AverageRound(less, hn::Zero(du));
    if (scale == LdpcScale::low) return hn::AverageRound(less, half);
    return hn::AverageRound(v, hn::AverageRound(hn::SaturatedSub(half, one), hn::AverageRound(v, half)));
  }
};

// What a row leaves for its second pass, per vector of checks.
struct Check {
  alignas(64) uint8_t least[HWY_MAX_BYTES];     // smallest magnitude
  alignas(64) uint8_t others[HWY_MAX_BYTES];    // scaled: what all edges but that one get
  alignas(64) uint8_t that_one[HWY_MAX_BYTES];  // scaled second smallest
  alignas(64) int8_t sign[HWY_MAX_BYTES];       // product of all
};

struct Row {
  const Llr* from[19];  // a-posteriori values of each edge in the order of the row's checks
  Llr* to[19];          // its column, which will begin with the bit that belongs to check 0
  const Llr* own;       // of an extension row: its own column
  int8_t* messages;     // vector after vector, of each all edges
  Check* checks;
  size_t z;
  Scale scale;
};

// First pass: messages become q.
template <size_t degree, bool extension, bool first>
void gather(const Row& row) {
  const D8 d;
  const Du8 du;
  const size_t lanes = hn::Lanes(d);
  int8_t* m = row.messages;
  Check* check = row.checks;
  for (size_t i = 0; i < row.z; i += lanes, m += degree * lanes, ++check) {
    Vu least = hn::Set(du, 255), second = least;
    V sign = hn::Zero(d);
    if constexpr (extension) {
      sign = hn::Load(d, row.own + i);
      least = magnitude(sign);
    }
    HWY_UNROLL(19)
    for (size_t e = 0; e < degree; ++e) {
      V q = hn::LoadU(d, row.from[e] + i);
      if constexpr (!first) q = hn::SaturatedSub(q, hn::Load(d, m + e * lanes));
      hn::Store(q, d, m + e * lanes);
      const Vu a = magnitude(q);
      second = hn::Min(second, hn::Max(least, a));
      least = hn::Min(least, a);
      sign = hn::Xor(sign, q);
    }
    hn::Store(least, du, check->least);
    hn::Store(row.scale(least), du, check->others);
    hn::Store(row.scale(second), du, check->that_one);
    hn::Store(sign, d, check->sign);
  }
}

// Second pass: q becomes the new message, and the columns their new values.
template <size_t degree>
void scatter(const Row& row) {
  const D8 d;
  const Du8 du;
  const size_t lanes = hn::Lanes(d);
  int8_t* m = row.messages;
  const Check* check = row.checks;
  for (size_t i = 0; i < row.z; i += lanes, m += degree * lanes, ++check) {
    const Vu least = hn::Load(du, check->least), others = hn::Load(du, check->others), that_one = hn::Load(du, check->that_one);
    const V sign = hn::Load(d, check->sign);
    HWY_UNROLL(19)
    for (size_t e = 0; e < degree; ++e) {
      const V q = hn::Load(d, m + e * lanes);
      const Vu size = hn::IfThenElse(hn::Eq(magnitude(q), least), that_one, others);
      const V message = with_sign(hn::Xor(sign, q), size);
      hn::Store(message, d, m + e * lanes);
      const V value = hn::SaturatedAdd(q, message);
      hn::StoreU(value, d, row.to[e] + i);
      hn::StoreU(value, d, row.to[e] + row.z + i);
    }
  }
  // The last vector of a column ran into its second copy.
  if (row.z % lanes != 0) {
    for (size_t e = 0; e < degree; ++e) hn::StoreU(hn::LoadU(d, row.to[e]), d, row.to[e] + row.z);
  }
}

template <size_t degree, bool extension>
void process(const Row& row, bool first) {
  first ? gather<degree, extension, true>(row) : gather<degree, extension, false>(row);
  scatter<degree>(row);
}

// Degrees without the own column of extension rows.
void process(const Row& row, size_t degree, bool extension, bool first) {
  if (!extension) {
    switch (degree) {
      case 8: return process<8, false>(row, first);
      case 10: return process<10, false>(row, first);
      default: return process<19, false>(row, first);
    }
  }
  switch (degree) {
    case 2: return process<2, true>(row, first);
    case 3: return process<3, true>(row, first);
    case 4: return process<4, true>(row, first);
    case 5: return process<5, true>(row, first);
    case 6: return process<6, true>(row, first);
    case 7: return process<7, true>(row, first);
    case 8: return process<8, true>(row, first);
    default: return process<9, true>(row, first);
  }
}

void ldpc_iterate_vector(LdpcState& state, bool first) {
  const LdpcGraph& g = *state.graph;
  const size_t z = g.z, lanes = hn::Lanes(D8()), padded = (z + lanes - 1) / lanes * lanes;
  Check checks[(384 + HWY_MAX_BYTES - 1) / 16];
  Row row;
  row.messages = state.messages;
  row.checks = checks;
  row.z = z;
  row.scale = {state.scale};
  for (unsigned n = 0; n < state.n_rows; ++n) {
    unsigned r = state.rows[n];
    auto edges = g.row(r);
    bool extension = r >= 4;
    if (extension) {
      row.own = state.soft + edges.back().column * ldpc_soft_stride;
      edges = edges.first(edges.size() - 1);
    }
    for (size_t e = 0; e < edges.size(); ++e) {
      size_t c = edges[e].column, turn = edges[e].shift + z - state.origin[c];
      row.to[e] = state.soft + c * ldpc_soft_stride;
      row.from[e] = row.to[e] + (turn >= z ? turn - z : turn);
      state.origin[c] = edges[e].shift;
    }
    process(row, edges.size(), extension, first);
    row.messages += edges.size() * padded;
  }
}

void ldpc_harden_vector(const LdpcState& state, size_t n, uint8_t* out) {
  const D8 d;
  const size_t z = state.graph->z, lanes = hn::Lanes(d);
  for (size_t c = 0; c * z < n; ++c) {
    const Llr* from = state.soft + c * ldpc_soft_stride + (z - state.origin[c]) % z;
    for (size_t i = 0; i < z; i += lanes) hn::StoreU(hn::LoadU(d, from + i), d, state.hard + c * z + i);
  }
  pack_signs(state.hard, n, out);
}

#endif
}  // namespace sen::phy::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace sen::phy {

HWY_EXPORT(ldpc_level_vector);
HWY_EXPORT(ldpc_load_vector);
HWY_EXPORT(ldpc_iterate_vector);
HWY_EXPORT(ldpc_harden_vector);

LdpcLevel ldpc_level(const Llr* values, size_t n) {
  if (scalar()) return reference::ldpc_level(values, n);
  return HWY_DYNAMIC_DISPATCH(ldpc_level_vector)(values, n);
}

void ldpc_load(LdpcState& state, const Llr* channel, unsigned gain_32) {
  if (scalar()) return reference::ldpc_load(state, channel, gain_32);
  HWY_DYNAMIC_DISPATCH(ldpc_load_vector)(state, channel, gain_32);
}

void ldpc_iterate(LdpcState& state, bool first) {
  if (scalar()) return reference::ldpc_iterate(state, first);
  HWY_DYNAMIC_DISPATCH(ldpc_iterate_vector)(state, first);
}

void ldpc_harden(const LdpcState& state, size_t n, uint8_t* out) {
  if (scalar()) return reference::ldpc_harden(state, n, out);
  HWY_DYNAMIC_DISPATCH(ldpc_harden_vector)(state, n, out);
}

namespace {

Llr limited(int v) { return static_cast<Llr>(std::clamp(v, -128, 127)); }

Llr amplify(Llr x, unsigned gain_32) {
  int a = std::abs(x);
  int b = a > llr_max ? llr_certain : std::min<int>((a * static_cast<int>(gain_32) + 16) >> 5, llr_max);
  return static_cast<Llr>(x < 0 ? -b : b);
}

// Rounded as averages of 8-bit numbers round.
int scaled(int v, LdpcScale scale) {
  int half = v / 2;
  if (scale == LdpcScale::low) return (v + half) / 2;
  int three_quarters = (v + half + 1) / 2;
  return (v + (std::max(half - 1, 0) + three_quarters + 1) / 2 + 1) / 2;
}

// One check: `values` are the places of its edges' a-posteriori values, `messages` what it sent to each, last an edge that is not updated when
// `own_last`.
void check_node(std::span<Llr*> values, int8_t* messages, size_t stride, LdpcScale scale, bool own_last, bool first) {
  std::array<int, 20> q;
  int least = 255, second = 255;
  bool negative = false;
  for (size_t e = 0; e < values.size(); ++e) {
    bool own = own_last && e + 1 == values.size();
    q[e] = limited(*values[e] - (first || own ? 0 : messages[e * stride]));
    int a = std::abs(q[e]);
    second = std::min(second, std::max(least, a));
    least = std::min(least, a);
    negative ^= q[e] < 0;
  }
  for (size_t e = 0; e + own_last < values.size(); ++e) {
    int size = scaled(std::abs(q[e]) == least ? second : least, scale);
    bool minus = negative != (q[e] < 0);
    int message = minus ? -size : size;
    messages[e * stride] = static_cast<int8_t>(message);
    *values[e] = limited(q[e] + message);
  }
}

}  // namespace

LdpcLevel reference::ldpc_level(const Llr* values, size_t n) {
  LdpcLevel level;
  for (size_t i = 0; i < n; ++i) {
    int a = std::abs(values[i]);
    if (a == 0 || a > llr_max) continue;
    level.sum += static_cast<uint32_t>(a);
    ++level.used;
  }
  return level;
}

void reference::ldpc_load(LdpcState& state, const Llr* channel, unsigned gain_32) {
  const LdpcGraph& g = *state.graph;
  size_t z = g.z;
  std::fill_n(state.soft, 2 * z, Llr{0});
  for (size_t i = 0; i < (g.columns - 2) * z; ++i) state.soft[2 * z + i] = amplify(channel[i], gain_32);
  state.n_rows = 0;
  for (unsigned r = 0; r < g.rows; ++r) {
    const Llr* own = channel + (r + g.info_columns - 2u) * z;
    if (r < 4 || std::any_of(own, own + z, [](Llr v) { return v != 0; })) state.rows[state.n_rows++] = static_cast<uint8_t>(r);
  }
}

void reference::ldpc_iterate(LdpcState& state, bool first) {
  const LdpcGraph& g = *state.graph;
  size_t z = g.z;
  for (unsigned n = 0; n < state.n_rows; ++n) {
    unsigned r = state.rows[n];
    auto edges = g.row(r);
    int8_t* messages = state.messages + size_t{g.start[r]} * z;
    for (size_t i = 0; i < z; ++i) {
      std::array<Llr*, 19> values;
      for (size_t e = 0; e < edges.size(); ++e) values[e] = state.soft + edges[e].column * z + (i + edges[e].shift) % z;
      check_node({values.data(), edges.size()}, messages + i, z, state.scale, r >= 4, first);
    }
  }
}

void reference::ldpc_harden(const LdpcState& state, size_t n, uint8_t* out) {
  std::copy_n(state.soft, n, state.hard);
  reference::pack_signs(state.hard, n, out);
}

}  // namespace sen::phy
#endif
