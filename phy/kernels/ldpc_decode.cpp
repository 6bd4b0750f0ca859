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

unsigned ldpc_survey_vector(LdpcState& state, const Llr* channel, LdpcFillers fillers) {
  return reference::ldpc_survey(state, channel, fillers);
}
void ldpc_load_vector(LdpcState& state, const Llr* channel, LdpcFillers fillers, unsigned gain_128) {
  reference::ldpc_load(state, channel, fillers, gain_128);
}
unsigned ldpc_iterate_vector(LdpcState& state, bool first) { return reference::ldpc_iterate(state, first); }
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

// Calls take(vector, index) over z values, zeros behind the last.
template <class Take>
HWY_INLINE void over_column(const Llr* from, size_t z, Take&& take) {
  const D8 d;
  const size_t lanes = hn::Lanes(d);
  size_t i = 0;
  for (; i + lanes <= z; i += lanes) take(hn::LoadU(d, from + i), i);
  if (i == z) return;
  alignas(64) Llr last[HWY_MAX_BYTES] = {};
  std::memcpy(last, from + i, z - i);
  take(hn::Load(d, last), i);
}

HWY_INLINE bool any_value(const Llr* from, size_t z) {
  const D8 d;
  V any = hn::Zero(d);
  over_column(from, z, [&](V v, size_t) { any = hn::Or(any, v); });
  return !hn::AllTrue(d, hn::Eq(any, hn::Zero(d)));
}

unsigned ldpc_survey_vector(LdpcState& state, const Llr* channel, LdpcFillers fillers) {
  const LdpcGraph& g = *state.graph;
  const size_t z = g.z;
  const hn::Repartition<uint64_t, D8> d64;
  auto sum = hn::Zero(d64);
  size_t columns = 0;
  state.n_rows = 0;
  for (uint8_t r : ldpc_core_order) state.rows[state.n_rows++] = r;
  for (size_t c = g.columns; c-- > 2;) {
    const Llr* from = channel + (c - 2) * z;
    if (!any_value(from, z)) continue;
    ++columns;
    over_column(from, z, [&](V v, size_t) { sum = hn::Add(sum, hn::SumsOf8(magnitude(v))); });
    if (c >= g.info_columns + 4u) state.rows[state.n_rows++] = static_cast<uint8_t>(c - g.info_columns);
  }
  return reference::mean_32(hn::GetLane(hn::SumOfLanes(d64, sum)), columns * z, channel, fillers);
}

// As the reference's.
struct Gain {
  const hn::Repartition<int16_t, D8> d16;
  hn::Vec<hn::Repartition<int16_t, D8> > gain, most, least, high, low;
  explicit HWY_INLINE Gain(unsigned gain_128)
      : gain(hn::Set(d16, static_cast<int16_t>(gain_128))),
        most(hn::Set(d16, 127)),
        least(hn::Set(d16, -127)),
        high(hn::Set(d16, static_cast<int16_t>(0xff00))),
        low(hn::Set(d16, 0xff)) {}
  HWY_INLINE V operator()(V x) const {
    const auto pairs = hn::BitCast(d16, x);
    const auto odd = hn::Min(most, hn::Max(least, hn::MulFixedPoint15(hn::And(pairs, high), gain)));
    const auto even = hn::Min(most, hn::Max(least, hn::MulFixedPoint15(hn::ShiftLeft<8>(pairs), gain)));
    return hn::BitCast(D8(), hn::Or(hn::And(even, low), hn::ShiftLeft<8>(odd)));
  }
};

constexpr size_t first_place(size_t column) { return 2 * column * ldpc_soft_stride; }
HWY_INLINE Llr* loaded_column(const LdpcState& state, size_t c) { return state.soft + first_place(c); }

// The first vector again behind the last value.
HWY_INLINE void close_circle(Llr* column, size_t z) {
  const D8 d;
  hn::StoreU(hn::Load(d, column), d, column + z);
}

void ldpc_load_vector(LdpcState& state, const Llr* channel, LdpcFillers fillers, unsigned gain_128) {
  const D8 d;
  const LdpcGraph& g = *state.graph;
  const size_t z = g.z;
  const Gain gain(gain_128);
  state.origin.fill(0);
  for (size_t c = 0; c < g.columns; ++c) state.place[c] = static_cast<uint32_t>(first_place(c));
  for (size_t c = 0; c < 2; ++c) std::memset(loaded_column(state, c), 0, ldpc_soft_stride);
  auto load = [&](size_t c) {
    Llr* column = loaded_column(state, c);
    over_column(channel + (c - 2) * z, z, [&](V v, size_t i) { hn::Store(gain(v), d, column + i); });
  };
  for (size_t c = 2; c < g.info_columns + 4u; ++c) load(c);
  for (unsigned n = 4; n < state.n_rows; ++n) load(g.info_columns + state.rows[n]);
  for (size_t i = fillers.first; i < fillers.first + fillers.n; ++i) loaded_column(state, i / z + 2)[i % z] = llr_certain;
  for (size_t c = 2; c < g.info_columns + 4u; ++c) close_circle(loaded_column(state, c), z);
}

// As scaled() of the reference.
template <LdpcScale scale>
HWY_INLINE Vu scaled(Vu v) {
  const Du8 du;
  const Vu one = hn::Set(du, 1);
  const Vu less = hn::SaturatedSub(v, one), half = hn::AverageRound(less, hn::Zero(du));
  if constexpr (scale == LdpcScale::low) return hn::AverageRound(less, half);
  return hn::AverageRound(v, hn::AverageRound(hn::SaturatedSub(half, one), hn::AverageRound(v, half)));
}

// An edge of a row: where its column stands now, and where it goes.
struct Edge {
  const Llr* from;   // of check 0
  const Llr* again;  // the same, once around, for checks from `turn` on
  size_t turn;
  Llr* to;
};

struct Row {
  Edge edges[19];
  const Llr* own;    // of an extension row: its own column
  int8_t* messages;  // vector after vector, of each all edges
  size_t z;
};

template <size_t degree, bool extension, bool first, LdpcScale scale>
HWY_NOINLINE size_t process(const Row& row) {
  const D8 d;
  const Du8 du;
  const size_t lanes = hn::Lanes(d), z = row.z;
  int8_t* m = row.messages;
  size_t unsatisfied = 0;
  for (size_t i = 0; i < z; i += lanes, m += degree * lanes) {
    V q[degree];
    Vu least = hn::Set(du, 255), second = least;
    V sign = hn::Zero(d);
    if constexpr (extension) {
      sign = hn::Load(d, row.own + i);
      least = magnitude(sign);
    }
    HWY_UNROLL(19)
    for (size_t e = 0; e < degree; ++e) {
      const Edge& edge = row.edges[e];
      q[e] = hn::LoadU(d, (i < edge.turn ? edge.from : edge.again) + i);
      if constexpr (!first) q[e] = hn::SaturatedSub(q[e], hn::Load(d, m + e * lanes));
      const Vu a = magnitude(q[e]);
      second = hn::Min(second, hn::Max(least, a));
      least = hn::Min(least, a);
      sign = hn::Xor(sign, q[e]);
    }
    if constexpr (!extension) {
      const auto odd = hn::MaskFromVec(hn::BroadcastSignBit(sign));
      unsatisfied += i + lanes <= z ? hn::CountTrue(d, odd) : hn::CountTrue(d, hn::And(odd, hn::FirstN(d, z - i)));
    }
    // With the sign of all, which an edge's own sign then turns.
    const V to_others = with_sign(sign, scaled<scale>(least)), to_least = with_sign(sign, scaled<scale>(second));
    HWY_UNROLL(19)
    for (size_t e = 0; e < degree; ++e) {
      const V unsigned_one = hn::IfThenElse(hn::RebindMask(d, hn::Eq(magnitude(q[e]), least)), to_least, to_others);
      const V message = hn::IfNegativeThenElse(q[e], hn::Neg(unsigned_one), unsigned_one);
      hn::Store(message, d, m + e * lanes);
      hn::Store(hn::SaturatedAdd(q[e], message), d, row.edges[e].to + i);
    }
  }
  for (size_t e = 0; e < degree; ++e) close_circle(row.edges[e].to, z);
  return unsatisfied;
}

template <size_t degree, bool extension>
size_t process(const Row& row, LdpcScale scale, bool first) {
  if (scale == LdpcScale::low) {
    return first ? process<degree, extension, true, LdpcScale::low>(row) : process<degree, extension, false, LdpcScale::low>(row);
  }
  return first ? process<degree, extension, true, LdpcScale::high>(row) : process<degree, extension, false, LdpcScale::high>(row);
}

// Degrees without the own column of extension rows.
size_t process(const Row& row, size_t degree, bool extension, LdpcScale scale, bool first) {
  if (!extension) {
    switch (degree) {
      case 8: return process<8, false>(row, scale, first);
      case 10: return process<10, false>(row, scale, first);
      default: return process<19, false>(row, scale, first);
    }
  }
  switch (degree) {
    case 2: return process<2, true>(row, scale, first);
    case 3: return process<3, true>(row, scale, first);
    case 4: return process<4, true>(row, scale, first);
    case 5: return process<5, true>(row, scale, first);
    case 6: return process<6, true>(row, scale, first);
    case 7: return process<7, true>(row, scale, first);
    case 8: return process<8, true>(row, scale, first);
    default: return process<9, true>(row, scale, first);
  }
}

unsigned ldpc_iterate_vector(LdpcState& state, bool first) {
  const LdpcGraph& g = *state.graph;
  const size_t z = g.z, lanes = hn::Lanes(D8()), padded = (z + lanes - 1) / lanes * lanes;
  Row row;
  row.messages = state.messages;
  row.z = z;
  size_t unsatisfied = 0;
  for (unsigned n = 0; n < state.n_rows; ++n) {
    unsigned r = state.rows[n];
    auto edges = g.row(r);
    bool extension = r >= 4;
    if (extension) {
      row.own = loaded_column(state, edges.back().column);
      edges = edges.first(edges.size() - 1);
    }
    for (size_t e = 0; e < edges.size(); ++e) {
      const size_t c = edges[e].column, shift = edges[e].shift, place = state.place[c];
      const size_t ahead = shift - state.origin[c] + (shift < state.origin[c] ? z : 0);
      const size_t other = 2 * first_place(c) + ldpc_soft_stride - place;
      const Llr* from = state.soft + place + ahead;
      row.edges[e] = {from, from - z, z - ahead, state.soft + other};
      state.origin[c] = static_cast<uint16_t>(shift);
      state.place[c] = static_cast<uint32_t>(other);
    }
    unsatisfied += process(row, edges.size(), extension, state.scale, first);
    row.messages += edges.size() * padded;
  }
  return static_cast<unsigned>(unsatisfied);
}

void ldpc_harden_vector(const LdpcState& state, size_t n, uint8_t* out) {
  const D8 d;
  const size_t z = state.graph->z, lanes = hn::Lanes(d);
  for (size_t c = 0; c * z < n; ++c) {
    // Two runs: up to the end of the circle, and from its start.
    const Llr* column = state.soft + state.place[c];
    size_t start = (z - state.origin[c]) % z, run = z - start;
    Llr* to = state.hard + c * z;
    for (size_t i = 0; i < run; i += lanes) hn::StoreU(hn::LoadU(d, column + start + i), d, to + i);
    for (size_t i = 0; i < start; i += lanes) hn::StoreU(hn::LoadU(d, column + i), d, to + run + i);
  }
  pack_signs(state.hard, n, out);
}

#endif
}  // namespace sen::phy::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace sen::phy {

HWY_EXPORT(ldpc_survey_vector);
HWY_EXPORT(ldpc_load_vector);
HWY_EXPORT(ldpc_iterate_vector);
HWY_EXPORT(ldpc_harden_vector);

unsigned ldpc_survey(LdpcState& state, const Llr* channel, LdpcFillers fillers) {
  if (scalar()) return reference::ldpc_survey(state, channel, fillers);
  return HWY_DYNAMIC_DISPATCH(ldpc_survey_vector)(state, channel, fillers);
}

void ldpc_load(LdpcState& state, const Llr* channel, LdpcFillers fillers, unsigned gain_128) {
  if (scalar()) return reference::ldpc_load(state, channel, fillers, gain_128);
  HWY_DYNAMIC_DISPATCH(ldpc_load_vector)(state, channel, fillers, gain_128);
}

unsigned ldpc_iterate(LdpcState& state, bool first) {
  if (scalar()) return reference::ldpc_iterate(state, first);
  return HWY_DYNAMIC_DISPATCH(ldpc_iterate_vector)(state, first);
}

void ldpc_harden(const LdpcState& state, size_t n, uint8_t* out) {
  if (scalar()) return reference::ldpc_harden(state, n, out);
  HWY_DYNAMIC_DISPATCH(ldpc_harden_vector)(state, n, out);
}

namespace {

Llr limited(int v) { return static_cast<Llr>(std::clamp(v, -128, 127)); }

// Rounded as averages of 8-bit numbers round.
int scaled(int v, LdpcScale scale) {
  int half = v / 2;
  if (scale == LdpcScale::low) return (v + half) / 2;
  int three_quarters = (v + half + 1) / 2;
  return (v + (std::max(half - 1, 0) + three_quarters + 1) / 2 + 1) / 2;
}

// One check: `values` are the places of its edges' a-posteriori values, `messages` what it sent to each, last an edge that is not updated
// when `own_last`. True when the check does not hold.
bool check_node(std::span<Llr*> values, int8_t* messages, size_t stride, LdpcScale scale, bool own_last, bool first) {
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
  return negative;
}

}  // namespace

unsigned reference::mean_32(uint64_t sum, size_t n, const Llr* channel, LdpcFillers fillers) {
  for (size_t i = 0; i < fillers.n; ++i) sum -= static_cast<unsigned>(std::abs(channel[fillers.first + i]));
  return n <= fillers.n ? 0 : static_cast<unsigned>(32 * sum / (n - fillers.n));
}

unsigned reference::ldpc_survey(LdpcState& state, const Llr* channel, LdpcFillers fillers) {
  const LdpcGraph& g = *state.graph;
  uint64_t sum = 0;
  size_t columns = 0;
  state.n_rows = 0;
  for (uint8_t r : ldpc_core_order) state.rows[state.n_rows++] = r;
  for (unsigned c = g.columns; c-- > 2;) {
    const Llr* from = channel + (c - 2) * g.z;
    if (std::all_of(from, from + g.z, [](Llr v) { return v == 0; })) continue;
    ++columns;
    for (unsigned i = 0; i < g.z; ++i) sum += static_cast<unsigned>(std::abs(from[i]));
    if (c >= g.info_columns + 4u) state.rows[state.n_rows++] = static_cast<uint8_t>(c - g.info_columns);
  }
  return mean_32(sum, columns * g.z, channel, fillers);
}

void reference::ldpc_load(LdpcState& state, const Llr* channel, LdpcFillers fillers, unsigned gain_128) {
  const LdpcGraph& g = *state.graph;
  std::fill_n(state.soft, 2 * g.z, Llr{0});
  Llr* to = state.soft + 2 * g.z;
  for (size_t i = 0; i < (g.columns - 2u) * g.z; ++i) {
    to[i] = static_cast<Llr>(std::clamp((channel[i] * static_cast<int>(gain_128) + 64) >> 7, -127, 127));
  }
  std::fill_n(to + fillers.first, fillers.n, llr_certain);
}

unsigned reference::ldpc_iterate(LdpcState& state, bool first) {
  const LdpcGraph& g = *state.graph;
  unsigned unsatisfied = 0;
  size_t z = g.z;
  for (unsigned n = 0; n < state.n_rows; ++n) {
    unsigned r = state.rows[n];
    auto edges = g.row(r);
    int8_t* messages = state.messages + size_t{g.start[r]} * z;
    for (size_t i = 0; i < z; ++i) {
      std::array<Llr*, 19> values;
      for (size_t e = 0; e < edges.size(); ++e) values[e] = state.soft + edges[e].column * z + (i + edges[e].shift) % z;
      bool odd = check_node({values.data(), edges.size()}, messages + i, z, state.scale, r >= 4, first);
      unsatisfied += odd && r < 4;
    }
  }
  return unsatisfied;
}

void reference::ldpc_harden(const LdpcState& state, size_t n, uint8_t* out) {
  std::copy_n(state.soft, n, state.hard);
  reference::pack_signs(state.hard, n, out);
}

}  // namespace sen::phy
#endif
