#include "phy/kernels/polar.h"

#include "phy/kernels/isa.h"
#include "phy/kernels/polar_reference.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "phy/kernels/polar.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace sen::phy::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

#if HWY_TARGET == HWY_SCALAR

void polar_walk(const PolarProgram& program, const Llr* root, PolarWorkspace& work) { reference::polar_decode(program, root, work); }

#else

// The walk over a code's steps for L paths. In every buffer the value of leaf i and path p lies at i * L + p; buffers may be read and written one
// vector beyond their end.
template <unsigned L>
class PolarWalk {
 public:
  PolarWalk(const PolarProgram& program, PolarWorkspace& work) : program_(program), work_(work) {}

  void run(const Llr* root) {
    spread(root, size_t{1} << program_.level, alpha(program_.level));
    for (unsigned p = 0; p < L; ++p) work_.metric[p] = p == 0 ? 0 : polar_no_path;
    for (const PolarOp& op : program_.ops) step(op);
  }

 private:
  using D = hn::CappedTag<int8_t, L == 32 ? 16 : 32>;
  using Du = hn::RebindToUnsigned<D>;
  using Dhalf = hn::Half<D>;
  using Dkey = hn::RepartitionToWide<Du>;
  using V = hn::Vec<D>;

  int8_t* alpha(unsigned level) { return work_.alpha.data() + work_.start[level]; }
  int8_t* bits(unsigned region, size_t offset) { return work_.bits.data() + work_.start[region] + offset * L; }
  uint8_t* alpha_from(unsigned level) { return work_.alpha_from[level].data(); }
  uint8_t* left_from(unsigned level) { return work_.left_from[level].data(); }

  void step(const PolarOp& op) {
    switch (op.step) {
      case PolarStep::f: return f(op.level);
      case PolarStep::g: return g(op.level);
      case PolarStep::g_zero: return g_zero(op.level);
      case PolarStep::combine: return combine(op);
      case PolarStep::combine_zero: return combine_zero(op);
      case PolarStep::rate0: return rate0(op);
      case PolarStep::repetition: return repetition(op);
      case PolarStep::rate1: return rate1(op);
      case PolarStep::parity_check: return parity_check(op);
      case PolarStep::parity_bit: return parity_bit(op);
    }
  }

  // Every path starts with the same soft bits.
  static void spread(const Llr* root, size_t n, int8_t* out) {
    if constexpr (L == 1) {
      std::copy(root, root + n, out);
    } else {
      for (size_t i = 0; i < n; ++i) {
        for (unsigned p = 0; p < L; ++p) out[i * L + p] = root[i];
      }
    }
  }

  // A shuffle inside each group of L lanes: lane p takes from[p]. For L <= 16 `from` holds a whole block of 16 with the groups' offsets.
  static V permuted(const int8_t* base, size_t i, const uint8_t* from) {
    const D d;
    if constexpr (L == 1) {
      return hn::LoadU(d, base + i);
    } else if constexpr (L <= 16) {
      return hn::TableLookupBytes(hn::LoadU(d, base + i), hn::LoadDup128(d, reinterpret_cast<const int8_t*>(from)));
    } else {
      const int8_t* group = base + i / 32 * 32;
      const auto index = hn::LoadU(d, reinterpret_cast<const int8_t*>(from) + i % 32);
      const auto low = hn::TableLookupBytes(hn::LoadU(d, group), hn::And(index, hn::Set(d, 15)));
      const auto high = hn::TableLookupBytes(hn::LoadU(d, group + 16), hn::And(index, hn::Set(d, 15)));
      return hn::IfThenElse(hn::Gt(index, hn::Set(d, 15)), high, low);
    }
  }
  static void identity(uint8_t* from) {
    for (unsigned j = 0; j < 32; ++j) from[j] = static_cast<uint8_t>(L == 32 ? j : j % 16);
  }
  // After a fork: path p continues path from[p], in everything kept so far.
  void renumber(const uint8_t* from) {
    alignas(32) uint8_t block[32];
    for (unsigned j = 0; j < 32; ++j) block[j] = static_cast<uint8_t>(L == 32 ? from[j % L] : j % 16 / L * L + from[j % L]);
    for (unsigned level = 0; level < program_.level + 1u; ++level) {
      renumber(alpha_from(level), block);
      renumber(left_from(level), block);
    }
  }
  static void renumber(uint8_t* map, const uint8_t* block) {
    const D d;
    auto* signed_map = reinterpret_cast<int8_t*>(map);
    const auto first = permuted(signed_map, 0, block);
    if constexpr (L == 32) {
      const auto second = permuted(signed_map, 16, block);
      hn::StoreU(second, d, signed_map + 16);
    }
    hn::StoreU(first, d, signed_map);
  }

  // sign(a) sign(b) min(|a|, |b|).
  static V check_node(V a, V b) {
    const D d;
    return hn::Max(hn::Min(a, b), hn::Sub(hn::Zero(d), hn::Max(a, b)));
  }
  // b + a or b - a (mask all ones), within +-127.
  static V variable_node(V a, V b, V mask) {
    const D d;
    return hn::Max(hn::SaturatedAdd(b, hn::Sub(hn::Xor(a, mask), mask)), hn::Set(d, -127));
  }

  void f(unsigned level) {
    const D d;
    const size_t n = size_t{L} << (level - 1);
    const int8_t* a = alpha(level);
    int8_t* out = alpha(level - 1);
    for (size_t i = 0; i < n; i += hn::Lanes(d)) hn::StoreU(check_node(hn::LoadU(d, a + i), hn::LoadU(d, a + n + i)), d, out + i);
    if constexpr (L > 1) identity(alpha_from(level));
  }
  void g(unsigned level) {
    const D d;
    const size_t n = size_t{L} << (level - 1);
    const int8_t* a = alpha(level);
    const int8_t* left = bits(level - 1, 0);
    const uint8_t* from = alpha_from(level);
    int8_t* out = alpha(level - 1);
    for (size_t i = 0; i < n; i += hn::Lanes(d)) {
      hn::StoreU(variable_node(permuted(a, i, from), permuted(a + n, i, from), hn::LoadU(d, left + i)), d, out + i);
    }
    if constexpr (L > 1) identity(left_from(level - 1));
  }
  void g_zero(unsigned level) {
    const D d;
    const size_t n = size_t{L} << (level - 1);
    const int8_t* a = alpha(level);
    int8_t* out = alpha(level - 1);
    if constexpr (L > 1) {
      for (size_t i = 0; i < n; i += hn::Lanes(d)) hn::StoreU(check_node(hn::LoadU(d, a + i), hn::LoadU(d, a + n + i)), d, out + i);
      count_frozen(out, n);
    }
    const auto floor = hn::Set(d, -127);
    for (size_t i = 0; i < n; i += hn::Lanes(d)) {
      hn::StoreU(hn::Max(hn::SaturatedAdd(hn::LoadU(d, a + i), hn::LoadU(d, a + n + i)), floor), d, out + i);
    }
  }
  void combine(const PolarOp& op) {
    const D d;
    const size_t n = size_t{L} << (op.level - 1);
    const int8_t* left = bits(op.level - 1, 0);
    const uint8_t* from = left_from(op.level - 1);
    int8_t* out = bits(op.region, op.offset);
    for (size_t i = 0; i < n; i += hn::Lanes(d)) {
      const auto right = hn::LoadU(d, out + n + i);
      hn::StoreU(hn::Xor(permuted(left, i, from), right), d, out + i);
      hn::StoreU(right, d, out + n + i);
    }
  }
  void combine_zero(const PolarOp& op) {
    const D d;
    const size_t n = size_t{L} << (op.level - 1);
    int8_t* out = bits(op.region, op.offset);
    for (size_t i = 0; i < n; i += hn::Lanes(d)) {
      const auto right = hn::LoadU(d, out + n + i);
      hn::StoreU(right, d, out + i);
      hn::StoreU(right, d, out + n + i);
    }
  }

  // Sums of max(a, 0) and max(-a, 0) of each path.
  struct Sums {
    alignas(64) std::array<int32_t, L> positive{}, negative{};
  };
  static void sums(const int8_t* a, size_t n, Sums& out) {
    const D d;
    const Dkey dk;
    const size_t lanes = hn::Lanes(d);
    alignas(64) uint16_t positives[HWY_MAX_BYTES], negatives[HWY_MAX_BYTES];
    for (size_t h = 0; h < L; h += lanes) {
      auto p0 = hn::Zero(dk), p1 = p0, n0 = p0, n1 = p0;
      for (size_t i = h; i < n; i += std::max<size_t>(lanes, L)) {
        const auto v = hn::LoadU(d, a + i);
        const auto positive = hn::BitCast(Du(), hn::Max(v, hn::Zero(d)));
        const auto negative = hn::BitCast(Du(), hn::Max(hn::Sub(hn::Zero(d), v), hn::Zero(d)));
        p0 = hn::Add(p0, hn::PromoteTo(dk, hn::LowerHalf(positive)));
        p1 = hn::Add(p1, hn::PromoteTo(dk, hn::UpperHalf(hn::Half<Du>(), positive)));
        n0 = hn::Add(n0, hn::PromoteTo(dk, hn::LowerHalf(negative)));
        n1 = hn::Add(n1, hn::PromoteTo(dk, hn::UpperHalf(hn::Half<Du>(), negative)));
      }
      hn::Store(p0, dk, positives);
      hn::Store(p1, dk, positives + lanes / 2);
      hn::Store(n0, dk, negatives);
      hn::Store(n1, dk, negatives + lanes / 2);
      const size_t valid = std::min(n - h, lanes);
      for (size_t j = 0; j < valid; j += std::min<size_t>(L, lanes)) {
        for (size_t p = 0; p < std::min<size_t>(L, lanes); ++p) {
          out.positive[h + p] += positives[j + p];
          out.negative[h + p] += negatives[j + p];
        }
      }
    }
  }
  void count_frozen(const int8_t* a, size_t n) {
    Sums s;
    sums(a, n, s);
    for (unsigned p = 0; p < L; ++p) work_.metric[p] += s.negative[p];
  }

  void rate0(const PolarOp& op) {
    const size_t n = size_t{L} << op.level;
    if constexpr (L > 1) count_frozen(alpha(op.level), n);
    std::fill_n(bits(op.region, op.offset), n, int8_t{0});
  }

  void repetition(const PolarOp& op) {
    const D d;
    const size_t n = size_t{L} << op.level;
    Sums s;
    sums(alpha(op.level), n, s);
    alignas(64) int8_t decision[32 + HWY_MAX_BYTES];
    for (unsigned p = 0; p < L; ++p) decision[p] = s.positive[p] < s.negative[p] ? -1 : 0;
    if constexpr (L > 1) {
      Fork fork;
      for (unsigned p = 0; p < L; ++p) {
        fork.keep[p] = work_.metric[p] + std::min(s.positive[p], s.negative[p]);
        fork.flip[p] = work_.metric[p] + std::max(s.positive[p], s.negative[p]);
      }
      if (select(fork, work_.metric.data())) {
        int8_t old[32];
        std::copy_n(decision, L, old);
        for (unsigned p = 0; p < L; ++p) decision[p] = static_cast<int8_t>(old[fork.from[p]] ^ -static_cast<int8_t>(fork.flipped >> p & 1));
        renumber(fork.from);
      } else {
        std::copy_n(fork.keep, L, work_.metric.data());
      }
    }
    for (unsigned j = L; j < std::max<size_t>(L, hn::Lanes(d)); ++j) decision[j] = decision[j - L];
    int8_t* out = bits(op.region, op.offset);
    for (size_t i = 0; i < n; i += hn::Lanes(d)) hn::StoreU(hn::LoadU(d, decision + i % std::max<size_t>(L, hn::Lanes(d))), d, out + i);
  }

  // The least reliable soft bits of a leaf, path by path: the low octet of a key is the place, the high one |a|.
  struct Weakest {
    uint8_t magnitude[L > 1 ? L : 2][L], place[L > 1 ? L : 2][L];
  };
  void make_keys(const int8_t* a, size_t n) {
    const Dkey dk;
    const Dhalf dh;
    uint16_t* keys = work_.keys.data();
    const uint16_t* index = work_.index.data();
    for (size_t i = 0; i < n; i += hn::Lanes(dk)) {
      const auto magnitude = hn::BitCast(hn::RebindToUnsigned<Dhalf>(), hn::Abs(hn::LoadU(dh, a + i)));
      hn::StoreU(hn::Or(hn::ShiftLeft<8>(hn::PromoteTo(dk, magnitude)), hn::LoadU(dk, index + i)), dk, keys + i);
    }
    for (size_t i = n; i < hn::Lanes(dk); ++i) keys[i] = 0xffff;
  }
  // Takes each path's smallest key.
  void next_weakest(size_t n, uint8_t* magnitude, uint8_t* place) {
    const Dkey dk;
    const size_t lanes = hn::Lanes(dk);
    uint16_t* keys = work_.keys.data();
    alignas(64) uint16_t best[64 + HWY_MAX_BYTES];
    for (size_t h = 0; h < L; h += lanes) {
      auto least = hn::Set(dk, uint16_t{0xffff});
      for (size_t i = h; i < n; i += std::max<size_t>(lanes, L)) least = hn::Min(least, hn::LoadU(dk, keys + i));
      hn::StoreU(least, dk, best + h);
    }
    for (size_t j = L; j < lanes; j += L) {
      for (size_t p = 0; p < L; ++p) best[p] = std::min(best[p], best[j + p]);
    }
    for (size_t p = 0; p < L; ++p) {
      magnitude[p] = static_cast<uint8_t>(best[p] >> 8);
      place[p] = static_cast<uint8_t>(best[p]);
      keys[size_t{place[p]} * L + p] = 0xffff;
    }
  }

  struct Fork {
    alignas(64) int32_t keep[L], flip[L];
    uint8_t from[L];
    uint32_t flipped;
  };
  // The L best continuations of keep and flip. False: all go on as they are. A surviving `keep` stays in its place; surviving flips take the free places
  // in ascending order.
  static bool select(Fork& f, int32_t* metric) {
    int32_t worst = f.keep[0], best = f.flip[0];
    for (unsigned p = 1; p < L; ++p) {
      worst = std::max(worst, f.keep[p]);
      best = std::min(best, f.flip[p]);
    }
    if (worst <= best) return false;
    alignas(64) int32_t key[2 * L], rank[2 * L] = {};
    for (unsigned p = 0; p < L; ++p) {
      key[p] = f.keep[p] * 64 + static_cast<int32_t>(p);
      key[L + p] = f.flip[p] * 64 + static_cast<int32_t>(L + p);
    }
    for (unsigned j = 0; j < 2 * L; ++j) {
      const int32_t other = key[j];
      for (unsigned i = 0; i < 2 * L; ++i) rank[i] += other < key[i];
    }
    uint32_t stays = 0, forks = 0;
    for (unsigned p = 0; p < L; ++p) {
      stays |= uint32_t{rank[p] < static_cast<int32_t>(L)} << p;
      forks |= uint32_t{rank[L + p] < static_cast<int32_t>(L)} << p;
    }
    for (unsigned p = 0; p < L; ++p) {
      f.from[p] = static_cast<uint8_t>(p);
      metric[p] = f.keep[p];
    }
    f.flipped = 0;
    for (uint32_t vacant = ~stays; forks; forks &= forks - 1, vacant &= vacant - 1) {
      const unsigned p = static_cast<unsigned>(__builtin_ctz(forks)), place = static_cast<unsigned>(__builtin_ctz(vacant));
      f.from[place] = static_cast<uint8_t>(p);
      metric[place] = f.flip[p];
      f.flipped |= 1u << place;
    }
    return true;
  }

  // The state of a leaf that forks several times: the path that each one came from when the leaf began, and which of its weakest bits are turned.
  struct Turns {
    bool forked = false;
    uint8_t origin[L];
    uint32_t turned[L] = {};
    bool odd[L] = {};
    Turns() {
      for (unsigned p = 0; p < L; ++p) origin[p] = static_cast<uint8_t>(p);
    }
    void apply(const Fork& f, unsigned t) {
      const Turns old = *this;
      forked = true;
      for (unsigned p = 0; p < L; ++p) {
        const unsigned from = f.from[p], turn = f.flipped >> p & 1;
        origin[p] = old.origin[from];
        turned[p] = old.turned[from] | turn << t;
        odd[p] = old.odd[from] != (turn != 0);
      }
    }
  };
  // Hard decisions of the paths' origins with their weakest bits turned.
  void write_leaf(const PolarOp& op, const Turns& turns, const Weakest& weakest) {
    const D d;
    const size_t n = size_t{L} << op.level;
    const int8_t* a = alpha(op.level);
    int8_t* out = bits(op.region, op.offset);
    alignas(32) uint8_t block[32];
    for (unsigned j = 0; j < 32; ++j) block[j] = static_cast<uint8_t>(L == 32 ? turns.origin[j % L] : j % 16 / L * L + turns.origin[j % L]);
    for (size_t i = 0; i < n; i += hn::Lanes(d)) hn::StoreU(hn::BroadcastSignBit(permuted(a, i, block)), d, out + i);
    for (unsigned p = 0; p < L; ++p) {
      for (uint32_t rest = turns.turned[p]; rest; rest &= rest - 1) {
        out[size_t{weakest.place[__builtin_ctz(rest)][turns.origin[p]]} * L + p] ^= -1;
      }
    }
    if (turns.forked) renumber(turns.origin);
  }

  void rate1(const PolarOp& op) {
    const D d;
    const size_t n = size_t{L} << op.level;
    const int8_t* a = alpha(op.level);
    if constexpr (L == 1) {
      int8_t* out = bits(op.region, op.offset);
      for (size_t i = 0; i < n; i += hn::Lanes(d)) hn::StoreU(hn::BroadcastSignBit(hn::LoadU(d, a + i)), d, out + i);
    } else {
      Turns turns;
      Weakest weakest;
      Fork fork;
      make_keys(a, n);
      const unsigned steps = std::min<unsigned>(1u << op.level, L - 1);
      for (unsigned t = 0; t < steps; ++t) {
        next_weakest(n, weakest.magnitude[t], weakest.place[t]);
        for (unsigned p = 0; p < L; ++p) {
          fork.keep[p] = work_.metric[p];
          fork.flip[p] = work_.metric[p] + weakest.magnitude[t][turns.origin[p]];
        }
        if (!select(fork, work_.metric.data())) break;
        turns.apply(fork, t);
      }
      write_leaf(op, turns, weakest);
    }
  }

  static void parities(const int8_t* a, size_t n, bool* odd) {
    const D d;
    const size_t lanes = hn::Lanes(d);
    alignas(64) int8_t spill[HWY_MAX_BYTES];
    for (size_t h = 0; h < L; h += lanes) {
      auto sum = hn::Zero(d);
      for (size_t i = h; i < n; i += std::max<size_t>(lanes, L)) sum = hn::Xor(sum, hn::LoadU(d, a + i));
      hn::StoreU(sum, d, spill);
      const size_t valid = std::min(n - h, lanes);
      for (size_t p = 0; p < std::min<size_t>(L, lanes); ++p) {
        int8_t s = 0;
        for (size_t j = p; j < valid; j += L) s = static_cast<int8_t>(s ^ spill[j]);
        odd[h + p] = s < 0;
      }
    }
  }
  void parity_check(const PolarOp& op) {
    const size_t n = size_t{L} << op.level;
    const int8_t* a = alpha(op.level);
    Turns turns;
    Weakest weakest;
    parities(a, n, turns.odd);
    make_keys(a, n);
    next_weakest(n, weakest.magnitude[0], weakest.place[0]);
    if constexpr (L > 1) {
      Fork fork;
      for (unsigned p = 0; p < L; ++p) work_.metric[p] += turns.odd[p] ? weakest.magnitude[0][p] : 0;
      const unsigned steps = std::min<unsigned>(1u << op.level, L);
      for (unsigned t = 1; t < steps; ++t) {
        next_weakest(n, weakest.magnitude[t], weakest.place[t]);
        for (unsigned p = 0; p < L; ++p) {
          const int32_t first = weakest.magnitude[0][turns.origin[p]];
          fork.keep[p] = work_.metric[p];
          fork.flip[p] = work_.metric[p] + weakest.magnitude[t][turns.origin[p]] + (turns.odd[p] ? -first : first);
        }
        if (!select(fork, work_.metric.data())) break;
        turns.apply(fork, t);
      }
    }
    for (unsigned p = 0; p < L; ++p) turns.turned[p] |= turns.odd[p] ? 1u : 0u;
    write_leaf(op, turns, weakest);
  }

  void parity_bit(const PolarOp& op) {
    int8_t sum[L] = {};
    for (unsigned t = op.first; t < op.first + op.terms; ++t) {
      const PolarTerm& term = program_.terms[t];
      const int8_t* left = bits(term.level, term.index);
      const uint8_t* from = left_from(term.level);
      for (unsigned p = 0; p < L; ++p) sum[p] = static_cast<int8_t>(sum[p] ^ left[L == 1 ? 0 : from[p]]);
    }
    const int8_t* a = alpha(0);
    int8_t* out = bits(op.region, op.offset);
    for (unsigned p = 0; p < L; ++p) {
      if (L > 1 && (a[p] < 0) != (sum[p] != 0)) work_.metric[p] += std::abs(a[p]);
      out[p] = sum[p];
    }
  }

  const PolarProgram& program_;
  PolarWorkspace& work_;
};

void polar_walk(const PolarProgram& program, const Llr* root, PolarWorkspace& work) {
  switch (work.list()) {
    case 1: return PolarWalk<1>(program, work).run(root);
    case 2: return PolarWalk<2>(program, work).run(root);
    case 4: return PolarWalk<4>(program, work).run(root);
    case 8: return PolarWalk<8>(program, work).run(root);
    case 16: return PolarWalk<16>(program, work).run(root);
    default: return PolarWalk<32>(program, work).run(root);
  }
}

#endif

}  // namespace sen::phy::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include <bit>

#include "base/ensure.h"

namespace sen::phy {

HWY_EXPORT(polar_walk);

void polar_decode(const PolarProgram& program, const Llr* root, PolarWorkspace& work) {
  if (scalar()) return reference::polar_decode(program, root, work);
  HWY_DYNAMIC_DISPATCH(polar_walk)(program, root, work);
}

struct PolarWorkspace::Plain {
  reference::PolarListDecoder<int8_t> decoder;
};

void reference::polar_decode(const PolarProgram& program, const Llr* root, PolarWorkspace& work) {
  if (!work.plain) work.plain = std::make_shared<PolarWorkspace::Plain>(PolarListDecoder<int8_t>(work.list()));
  PolarListDecoder<int8_t>& decoder = work.plain->decoder;
  decoder.decode(program.roles, root);
  int8_t* bits = work.bits.data() + work.start[program.level];
  for (unsigned p = 0; p < work.list(); ++p) {
    work.metric[p] = work.list() == 1 ? 0 : decoder.path(p).metric;
    for (size_t i = 0; i < program.roles.size(); ++i) bits[i * work.list() + p] = decoder.path(p).x[i] ? -1 : 0;
  }
}

PolarWorkspace::PolarWorkspace(unsigned list) : list_(list) {
  ensure(list >= 1 && list <= polar_max_list && std::has_single_bit(list));
  constexpr size_t spare = 64;
  size_t total = 0;
  for (unsigned level = 0; level < polar_levels; ++level) {
    start[level] = total;
    total += (((size_t{list} << level) + spare - 1) / spare + 1) * spare;
  }
  alpha = Aligned<int8_t>(total + spare);
  bits = Aligned<int8_t>(total + spare);
  keys = Aligned<uint16_t>((size_t{list} << polar_max_leaf) + spare);
  index = Aligned<uint16_t>(keys.size());
  for (size_t i = 0; i < index.size(); ++i) index[i] = static_cast<uint16_t>(i / list);
  for (auto* maps : {&alpha_from, &left_from}) {
    for (auto& map : *maps) {
      for (unsigned j = 0; j < map.size(); ++j) map[j] = static_cast<uint8_t>(list == 32 ? j : j % 16);
    }
  }
}

void PolarWorkspace::code_word(unsigned path, unsigned level, std::span<uint64_t> words) const {
  const int8_t* x = bits.data() + start[level] + path;
  const size_t n = size_t{1} << level, in_word = std::min<size_t>(n, 64);
  for (size_t w = 0; w * 64 < n; ++w) {
    uint64_t word = 0;
    for (size_t i = 0; i < in_word; ++i) word |= uint64_t{x[(64 * w + i) * list_] != 0} << i;
    words[w] = word;
  }
}

PolarLeaf polar_leaf(std::span<const PolarRole> roles) {
  const size_t n = roles.size();
  size_t information = 0, parity = 0;
  for (PolarRole r : roles) {
    information += r == PolarRole::information;
    parity += r == PolarRole::parity;
  }
  if (parity > 0) return n == 1 ? PolarLeaf::parity_bit : PolarLeaf::split;
  if (information == 0) return PolarLeaf::rate0;
  if (information == 1 && roles[n - 1] == PolarRole::information) return PolarLeaf::repetition;
  const bool small = n <= (size_t{1} << polar_max_leaf);
  if (information == n && small) return PolarLeaf::rate1;
  if (information == n - 1 && roles[0] == PolarRole::frozen && small) return PolarLeaf::parity_check;
  return PolarLeaf::split;
}

namespace {

class ProgramBuilder {
 public:
  explicit ProgramBuilder(PolarProgram& out) : out_(out) {}

  void subtree(unsigned level, size_t first, unsigned region, size_t offset) {
    const size_t size = size_t{1} << level;
    const std::span<const PolarRole> roles(out_.roles.data() + first, size);
    auto emit = [&](PolarStep step) {
      out_.ops.push_back({step, static_cast<uint8_t>(level), static_cast<uint8_t>(region), 0, static_cast<uint16_t>(offset),
                          static_cast<uint16_t>(first)});
    };
    switch (polar_leaf(roles)) {
      case PolarLeaf::rate0: return emit(PolarStep::rate0);
      case PolarLeaf::repetition: return emit(PolarStep::repetition);
      case PolarLeaf::rate1: return emit(PolarStep::rate1);
      case PolarLeaf::parity_check: return emit(PolarStep::parity_check);
      case PolarLeaf::parity_bit: emit(PolarStep::parity_bit); return parity_terms(first);
      case PolarLeaf::split: break;
    }
    const size_t half = size / 2;
    const bool zero = polar_leaf(roles.first(half)) == PolarLeaf::rate0;
    if (!zero) {
      emit(PolarStep::f);
      subtree(level - 1, first, level - 1, 0);
    }
    emit(zero ? PolarStep::g_zero : PolarStep::g);
    subtree(level - 1, first + half, region, offset + half);
    emit(zero ? PolarStep::combine_zero : PolarStep::combine);
  }

 private:
  // u_m of a subtree is the sum of its code bits i with m a subset of i's ones (u = x G): the sum of some u is that of the x counted an odd number of times.
  void parity_terms(size_t leaf) {
    PolarOp& op = out_.ops.back();
    op.first = static_cast<uint16_t>(out_.terms.size());
    for (unsigned level = 0; size_t{1} << level <= leaf; ++level) {
      const size_t size = size_t{1} << level;
      if (!(leaf & size)) continue;
      const size_t start = leaf & ~(2 * size - 1);
      for (size_t i = 0; i < size; ++i) {
        bool counted = false;
        for (size_t m = 0; m < size; ++m) {
          if ((m & ~i) == 0 && (leaf - start - m) % 5 == 0 && out_.roles[start + m] == PolarRole::information) counted = !counted;
        }
        if (counted) out_.terms.push_back({static_cast<uint8_t>(level), static_cast<uint16_t>(i)});
      }
    }
    op.terms = static_cast<uint8_t>(out_.terms.size() - op.first);
  }

  PolarProgram& out_;
};

}  // namespace

void polar_program(std::span<const PolarRole> roles, PolarProgram& out) {
  ensure(std::has_single_bit(roles.size()) && roles.size() >= 32 && roles.size() <= 1024);
  out.level = static_cast<uint8_t>(std::countr_zero(roles.size()));
  out.roles.assign(roles.begin(), roles.end());
  out.ops.clear();
  out.terms.clear();
  ProgramBuilder(out).subtree(out.level, 0, out.level, 0);
}

}  // namespace sen::phy
#endif
