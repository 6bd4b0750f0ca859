#include "nr/search_space.h"

#include <algorithm>
#include <bit>

namespace sen::nr {
namespace {

constexpr unsigned groups_in_field = 45;

unsigned group_count(const l1::Coreset& coreset) { return static_cast<unsigned>(std::popcount(coreset.frequency_groups)); }

// The RB (of the BWP) that is the n-th of the CORESET.
unsigned nth_rb(const l1::Coreset& coreset, unsigned n) {
  uint64_t groups = coreset.frequency_groups;
  for (unsigned skip = n / 6; skip > 0 && groups; --skip) groups &= groups - 1;
  return (groups ? static_cast<unsigned>(std::countr_zero(groups)) : 0) * 6 + n % 6;
}

// f(x) of TS 38.211 7.3.2.2.
unsigned interleave(const l1::Coreset& coreset, unsigned x, unsigned n_bundles) {
  if (!coreset.interleaved) return x;
  unsigned rows = coreset.interleaver_rows;
  unsigned columns = n_bundles / rows;
  return (x % rows * columns + x / rows + coreset.shift) % n_bundles;
}

bool one_of(unsigned value, std::initializer_list<unsigned> list) { return std::find(list.begin(), list.end(), value) != list.end(); }

}  // namespace

unsigned coreset_first_rb(const l1::Coreset& coreset, unsigned bwp_start) { return coreset.id == 0 ? 0 : (bwp_start + 5) / 6 * 6 - bwp_start; }
unsigned coreset_rbs(const l1::Coreset& coreset) { return 6 * group_count(coreset); }
unsigned coreset_cces(const l1::Coreset& coreset) { return group_count(coreset) * coreset.duration; }

Status check_coreset(const l1::Coreset& coreset, unsigned bwp_size, unsigned bwp_start) {
  const unsigned first_rb = coreset_first_rb(coreset, bwp_start);
  if (coreset.duration < 1 || coreset.duration > 3) {
    return fail(Fault::invalid, "coreset.duration", "{} is not allowed (1 to 3; TS 38.211 7.3.2.2)", coreset.duration);
  }
  if (coreset.start_symbol + coreset.duration > symbols_per_slot) {
    return fail(Fault::invalid, "coreset.start_symbol", "{} with duration {} leaves the slot (TS 38.213 10.1)", coreset.start_symbol,
                coreset.duration);
  }
  if (coreset.frequency_groups == 0 || coreset.frequency_groups >> groups_in_field ||
      first_rb + 6 * static_cast<unsigned>(std::bit_width(coreset.frequency_groups)) > bwp_size) {
    return fail(Fault::invalid, "coreset.frequency_groups", "{:#x} is not allowed (some of the {} groups of 6 RBs; TS 38.213 10.1)",
                coreset.frequency_groups, bwp_size > first_rb ? (bwp_size - first_rb) / 6 : 0);
  }
  if (!coreset.interleaved) return {};
  bool bundle_ok = coreset.reg_bundle == 6 || coreset.reg_bundle == (coreset.duration == 3 ? 3 : 2);
  if (!bundle_ok) {
    return fail(Fault::invalid, "coreset.reg_bundle", "{} is not allowed with {} symbols ({} or 6; TS 38.211 7.3.2.2)", coreset.reg_bundle,
                coreset.duration, coreset.duration == 3 ? 3 : 2);
  }
  if (!one_of(coreset.interleaver_rows, {2, 3, 6})) {
    return fail(Fault::invalid, "coreset.interleaver_rows", "{} is not allowed (2, 3, 6; TS 38.331 ControlResourceSet)",
                coreset.interleaver_rows);
  }
  unsigned regs = coreset_rbs(coreset) * coreset.duration;
  if (regs % (coreset.reg_bundle * coreset.interleaver_rows) != 0) {
    return fail(Fault::invalid, "coreset.interleaver_rows", "{} REGs are no multiple of bundle size {} times {} rows (TS 38.211 7.3.2.2)",
                regs, coreset.reg_bundle, coreset.interleaver_rows);
  }
  return {};
}

CceRegs cce_regs(const l1::Coreset& coreset, unsigned cce, unsigned first_rb) {
  CceRegs out;
  unsigned duration = std::clamp<unsigned>(coreset.duration, 1, 3);
  unsigned bundle = coreset.interleaved && coreset.reg_bundle >= duration ? std::min<unsigned>(coreset.reg_bundle, 6) : 6;
  unsigned n_bundles = coreset_rbs(coreset) * duration / bundle;
  if (n_bundles == 0 || cce >= coreset_cces(coreset) || (coreset.interleaved && coreset.interleaver_rows == 0)) return out;
  unsigned per_cce = 6 / bundle;
  unsigned rbs_per_bundle = bundle / duration;
  for (unsigned i = 0; i < per_cce; ++i) {
    unsigned first = interleave(coreset, cce * per_cce + i, n_bundles) * rbs_per_bundle;
    for (unsigned r = 0; r < rbs_per_bundle; ++r) out.rb[out.n++] = static_cast<uint16_t>(first_rb + nth_rb(coreset, first + r));
  }
  return out;
}

RbSet pdcch_rbs(const l1::Coreset& coreset, unsigned first_cce, unsigned aggregation_level, unsigned first_rb) {
  RbSet out;
  for (unsigned cce = first_cce; cce < first_cce + aggregation_level; ++cce) {
    CceRegs regs = cce_regs(coreset, cce, first_rb);
    for (unsigned i = 0; i < regs.n; ++i) {
      if (regs.rb[i] < max_n_rb) out.set(regs.rb[i]);
    }
  }
  return out;
}

uint32_t search_space_y(unsigned coreset_id, Rnti rnti, unsigned slot_in_frame) {
  constexpr std::array<uint64_t, 3> a{39827, 39829, 39839};
  constexpr uint64_t d = 65537;
  uint64_t y = rnti;
  for (unsigned n = 0; n <= slot_in_frame; ++n) y = a[coreset_id % 3] * y % d;
  return static_cast<uint32_t>(y);
}

std::optional<uint16_t> candidate_cce(uint32_t y, unsigned level, unsigned m, unsigned n_candidates, unsigned n_cce, unsigned n_ci) {
  if (level == 0 || n_cce < level || m >= n_candidates) return std::nullopt;
  unsigned places = n_cce / level;
  return static_cast<uint16_t>(level * ((y + m * n_cce / (level * n_candidates) + n_ci) % places));
}

Status check_search_space(const SearchSpace& space) {
  if (!one_of(space.period_slots, {1, 2, 4, 5, 8, 10, 16, 20, 40, 80, 160, 320, 640, 1280, 2560})) {
    return fail(Fault::invalid, "search_space.period_slots",
                "{} is not allowed (1, 2, 4, 5, 8, 10, 16, 20, 40, 80, 160, 320, 640, 1280, 2560; TS 38.331 SearchSpace)",
                space.period_slots);
  }
  if (space.offset_slots >= space.period_slots) {
    return fail(Fault::invalid, "search_space.offset_slots", "{} is not allowed (0 to {}; TS 38.331 SearchSpace)", space.offset_slots,
                space.period_slots - 1);
  }
  if (space.duration_slots == 0 || space.duration_slots > space.period_slots) {
    return fail(Fault::invalid, "search_space.duration_slots", "{} is not allowed (1 to {}; TS 38.213 10.1)", space.duration_slots,
                space.period_slots);
  }
  if (space.symbols == 0 || space.symbols >> symbols_per_slot) {
    return fail(Fault::invalid, "search_space.symbols", "{:#x} is not allowed (some of 14 bits; TS 38.331 SearchSpace)", space.symbols);
  }
  for (size_t i = 0; i < space.candidates.size(); ++i) {
    if (space.candidates[i] > max_candidates || space.candidates[i] == 7) {
      return fail(Fault::invalid, "search_space.candidates", "{} of level {} is not allowed (0 to 6, 8; TS 38.331 SearchSpace)",
                  space.candidates[i], aggregation_levels[i]);
    }
  }
  return {};
}

bool monitored(const SearchSpace& space, Slot slot) {
  if (space.period_slots == 0) return false;
  unsigned phase = (slot.count() + space.period_slots - space.offset_slots % space.period_slots) % space.period_slots;
  return phase < space.duration_slots;
}

uint16_t occasion_symbols(const SearchSpace& space) {
  uint16_t mask = 0;
  for (unsigned l = 0; l < symbols_per_slot; ++l) {
    if (space.symbols >> (13 - l) & 1) mask = static_cast<uint16_t>(mask | 1u << l);
  }
  return mask;
}

Candidates candidates(const SearchSpace& space, const l1::Coreset& coreset, Rnti rnti, Slot slot) {
  Candidates out;
  uint32_t y = space.kind == SearchSpaceKind::ue ? search_space_y(coreset.id, rnti, slot.in_frame()) : 0;
  unsigned n_cce = coreset_cces(coreset);
  for (size_t i = 0; i < aggregation_levels.size(); ++i) {
    unsigned level = aggregation_levels[i];
    for (unsigned m = 0; m < space.candidates[i]; ++m) {
      auto first = candidate_cce(y, level, m, space.candidates[i], n_cce);
      // Two candidates on the same CCEs are one (10.1 counts them once too).
      bool known = !first || std::any_of(out.list.begin(), out.list.begin() + out.n,
                                         [&](const Candidate& c) { return c.level == level && c.first_cce == *first; });
      if (!known && out.n < out.list.size()) out.list[out.n++] = {*first, static_cast<uint8_t>(level)};
    }
  }
  return out;
}

unsigned max_blind_decodes(Scs scs) {
  constexpr std::array<uint8_t, 4> limits{44, 36, 22, 20};
  return limits[std::min(mu(scs), 3u)];
}

unsigned max_nonoverlapped_cces(Scs scs) {
  constexpr std::array<uint8_t, 4> limits{56, 56, 48, 32};
  return limits[std::min(mu(scs), 3u)];
}

}  // namespace sen::nr
