#include "nr/coreset0.h"

#include <algorithm>
#include <array>
#include <span>

namespace sen::nr {
namespace {

// {pattern, RBs, symbols, offset}; the offsets -20 and -41 stand for one less when k_SSB > 0.
constexpr std::array<Coreset0, 15> table_1{{{1, 24, 2, 0},
                                            {1, 24, 2, 2},
                                            {1, 24, 2, 4},
                                            {1, 24, 3, 0},
                                            {1, 24, 3, 2},
                                            {1, 24, 3, 4},
                                            {1, 48, 1, 12},
                                            {1, 48, 1, 16},
                                            {1, 48, 2, 12},
                                            {1, 48, 2, 16},
                                            {1, 48, 3, 12},
                                            {1, 48, 3, 16},
                                            {1, 96, 1, 38},
                                            {1, 96, 2, 38},
                                            {1, 96, 3, 38}}};
constexpr std::array<Coreset0, 14> table_2{{{1, 24, 2, 5},
                                            {1, 24, 2, 6},
                                            {1, 24, 2, 7},
                                            {1, 24, 2, 8},
                                            {1, 24, 3, 5},
                                            {1, 24, 3, 6},
                                            {1, 24, 3, 7},
                                            {1, 24, 3, 8},
                                            {1, 48, 1, 18},
                                            {1, 48, 1, 20},
                                            {1, 48, 2, 18},
                                            {1, 48, 2, 20},
                                            {1, 48, 3, 18},
                                            {1, 48, 3, 20}}};
constexpr std::array<Coreset0, 9> table_3{{{1, 48, 1, 2},
                                           {1, 48, 1, 6},
                                           {1, 48, 2, 2},
                                           {1, 48, 2, 6},
                                           {1, 48, 3, 2},
                                           {1, 48, 3, 6},
                                           {1, 96, 1, 28},
                                           {1, 96, 2, 28},
                                           {1, 96, 3, 28}}};
constexpr std::array<Coreset0, 16> table_4{{{1, 24, 2, 0},
                                            {1, 24, 2, 1},
                                            {1, 24, 2, 2},
                                            {1, 24, 2, 3},
                                            {1, 24, 2, 4},
                                            {1, 24, 3, 0},
                                            {1, 24, 3, 1},
                                            {1, 24, 3, 2},
                                            {1, 24, 3, 3},
                                            {1, 24, 3, 4},
                                            {1, 48, 1, 12},
                                            {1, 48, 1, 14},
                                            {1, 48, 1, 16},
                                            {1, 48, 2, 12},
                                            {1, 48, 2, 14},
                                            {1, 48, 2, 16}}};
constexpr std::array<Coreset0, 9> table_5{{{1, 48, 1, 4},
                                           {1, 48, 2, 4},
                                           {1, 48, 3, 4},
                                           {1, 96, 1, 0},
                                           {1, 96, 1, 56},
                                           {1, 96, 2, 0},
                                           {1, 96, 2, 56},
                                           {1, 96, 3, 0},
                                           {1, 96, 3, 56}}};
constexpr std::array<Coreset0, 10> table_6{{{1, 24, 2, 0},
                                            {1, 24, 2, 4},
                                            {1, 24, 3, 0},
                                            {1, 24, 3, 4},
                                            {1, 48, 1, 0},
                                            {1, 48, 1, 28},
                                            {1, 48, 2, 0},
                                            {1, 48, 2, 28},
                                            {1, 48, 3, 0},
                                            {1, 48, 3, 28}}};
constexpr std::array<Coreset0, 12> table_7{{{1, 48, 1, 0},
                                            {1, 48, 1, 8},
                                            {1, 48, 2, 0},
                                            {1, 48, 2, 8},
                                            {1, 48, 3, 0},
                                            {1, 48, 3, 8},
                                            {1, 96, 1, 28},
                                            {1, 96, 2, 28},
                                            {2, 48, 1, -41},
                                            {2, 48, 1, 49},
                                            {2, 96, 1, -41},
                                            {2, 96, 1, 97}}};
constexpr std::array<Coreset0, 8> table_8{
    {{1, 24, 2, 0}, {1, 24, 2, 4}, {1, 48, 1, 14}, {1, 48, 2, 14}, {3, 24, 2, -20}, {3, 24, 2, 24}, {3, 48, 2, -20}, {3, 48, 2, 48}}};
constexpr std::array<Coreset0, 4> table_9{{{1, 96, 1, 0}, {1, 96, 1, 16}, {1, 96, 2, 0}, {1, 96, 2, 16}}};
constexpr std::array<Coreset0, 8> table_10{
    {{1, 48, 1, 0}, {1, 48, 1, 8}, {1, 48, 2, 0}, {1, 48, 2, 8}, {2, 24, 1, -41}, {2, 24, 1, 25}, {2, 48, 1, -41}, {2, 48, 1, 49}}};

struct Named {
  unsigned number = 0;  // 13-number
  std::span<const Coreset0> rows;
};

Named table_for(Scs ssb, Scs pdcch, bool wide) {
  using enum Scs;
  if (ssb == khz15 && pdcch == khz15) return {1, table_1};
  if (ssb == khz15 && pdcch == khz30) return {2, table_2};
  if (ssb == khz30 && pdcch == khz15) return wide ? Named{5, table_5} : Named{3, table_3};
  if (ssb == khz30 && pdcch == khz30) return wide ? Named{6, table_6} : Named{4, table_4};
  if (ssb == khz120 && pdcch == khz60) return {7, table_7};
  if (ssb == khz120 && pdcch == khz120) return {8, table_8};
  if (ssb == khz240 && pdcch == khz60) return {9, table_9};
  if (ssb == khz240 && pdcch == khz120) return {10, table_10};
  return {};
}

// Tables 13-11 and 13-12: {pattern, O * 2, M * 2, sets per slot, odd after CORESET, odd at 7, first symbol}.
constexpr std::array<SearchSpace0, 16> table_11{{{1, 0, 2, 1},
                                                 {1, 0, 1, 2, true},
                                                 {1, 4, 2, 1},
                                                 {1, 4, 1, 2, true},
                                                 {1, 10, 2, 1},
                                                 {1, 10, 1, 2, true},
                                                 {1, 14, 2, 1},
                                                 {1, 14, 1, 2, true},
                                                 {1, 0, 4, 1},
                                                 {1, 10, 4, 1},
                                                 {1, 0, 2, 1, false, false, 1},
                                                 {1, 0, 2, 1, false, false, 2},
                                                 {1, 4, 2, 1, false, false, 1},
                                                 {1, 4, 2, 1, false, false, 2},
                                                 {1, 10, 2, 1, false, false, 1},
                                                 {1, 10, 2, 1, false, false, 2}}};
constexpr std::array<SearchSpace0, 14> table_12{{{1, 0, 2, 1},
                                                 {1, 0, 1, 2, false, true},
                                                 {1, 5, 2, 1},
                                                 {1, 5, 1, 2, false, true},
                                                 {1, 10, 2, 1},
                                                 {1, 10, 1, 2, false, true},
                                                 {1, 0, 1, 2, true},
                                                 {1, 5, 1, 2, true},
                                                 {1, 10, 1, 2, true},
                                                 {1, 15, 2, 1},
                                                 {1, 15, 1, 2, false, true},
                                                 {1, 15, 1, 2, true},
                                                 {1, 0, 4, 1},
                                                 {1, 10, 4, 1}}};

// O * 2^mu + floor(i * M), in slots of the PDCCH.
unsigned slots_from_even_frame(const SearchSpace0& space, Scs pdcch_scs, unsigned ssb_index) {
  return (unsigned{space.o_x2} << mu(pdcch_scs)) / 2 + ssb_index * space.m_x2 / 2;
}

// Tables 13-13, 13-14 (pattern 2) and 13-15 (pattern 3); `slot` is that of the SSB in the PDCCH's numerology.
Type0Occasion beside_ssb(unsigned pattern, Scs pdcch_scs, unsigned slot, unsigned ssb_index) {
  auto in = [&](unsigned s, unsigned symbol) { return Type0Occasion{0, static_cast<uint16_t>(s), static_cast<uint8_t>(symbol)}; };
  if (pattern == 3) {
    constexpr std::array<uint8_t, 4> symbols{4, 8, 2, 6};
    return in(slot, symbols[ssb_index % 4]);
  }
  if (pdcch_scs == Scs::khz60) {
    constexpr std::array<uint8_t, 4> symbols{0, 1, 6, 7};
    return in(slot, symbols[ssb_index % 4]);
  }
  constexpr std::array<uint8_t, 8> symbols{0, 1, 2, 3, 12, 13, 0, 1};
  bool before = ssb_index % 8 == 4 || ssb_index % 8 == 5;
  return in(before && slot > 0 ? slot - 1 : slot, symbols[ssb_index % 8]);
}

}  // namespace

Result<Coreset0> coreset0(unsigned index, Scs ssb, Scs pdcch, unsigned min_bandwidth_mhz, unsigned k_ssb) {
  auto [number, rows] = table_for(ssb, pdcch, min_bandwidth_mhz >= 40);
  if (number == 0) {
    return fail(Fault::invalid, "subCarrierSpacingCommon", "SSB at {} kHz with PDCCH at {} kHz has no table (TS 38.213 clause 13)",
                khz(ssb), khz(pdcch));
  }
  if (index >= rows.size()) {
    return fail(Fault::invalid, "controlResourceSetZero", "{} is reserved (0 to {}; TS 38.213 table 13-{})", index, rows.size() - 1,
                number);
  }
  Coreset0 out = rows[index];
  if (out.offset_rb < 0 && k_ssb > 0) --out.offset_rb;
  return out;
}

unsigned minimum_bandwidth_mhz(const Band& band) {
  for (unsigned bandwidth : {5, 10, 15, 20, 25, 30, 35, 40, 50, 100}) {
    for (Scs scs : {Scs::khz15, Scs::khz30, Scs::khz60, Scs::khz120}) {
      if (bandwidth_allowed(band, scs, bandwidth)) return bandwidth;
    }
  }
  return 0;
}

std::optional<uint16_t> coreset0_start_crb(const Coreset0& coreset, unsigned offset_to_point_a, FrequencyRange range, Scs pdcch_scs) {
  unsigned shift = range == FrequencyRange::fr1 ? mu(pdcch_scs) : mu(pdcch_scs) - std::min(mu(pdcch_scs), 2u);
  int start = static_cast<int>(offset_to_point_a >> shift) - coreset.offset_rb;
  if (start < 0) return std::nullopt;
  return static_cast<uint16_t>(start);
}

l1::Coreset coreset0_as_coreset(const Coreset0& coreset, unsigned pci) {
  l1::Coreset out;
  out.frequency_groups = (uint64_t{1} << coreset.n_rb / 6) - 1;
  out.duration = coreset.symbols;
  out.interleaved = true;
  out.reg_bundle = 6;
  out.interleaver_rows = 2;
  out.shift = static_cast<uint16_t>(pci);
  return out;
}

Result<SearchSpace0> search_space0(unsigned index, const Coreset0& coreset, FrequencyRange range, Scs ssb, Scs pdcch) {
  if (coreset.pattern != 1) {
    if (index != 0) return fail(Fault::invalid, "searchSpaceZero", "{} is reserved (0; TS 38.213 tables 13-13 to 13-15)", index);
    bool known = coreset.pattern == 3 ? ssb == Scs::khz120 && pdcch == Scs::khz120
                                      : (ssb == Scs::khz120 && pdcch == Scs::khz60) || (ssb == Scs::khz240 && pdcch == Scs::khz120);
    if (!known)
      return fail(Fault::invalid, "searchSpaceZero", "pattern {} has no table for {} and {} kHz (TS 38.213 clause 13)", coreset.pattern,
                  khz(ssb), khz(pdcch));
    return SearchSpace0{coreset.pattern};
  }
  auto rows = range == FrequencyRange::fr1 ? std::span<const SearchSpace0>(table_11) : std::span<const SearchSpace0>(table_12);
  if (index >= rows.size())
    return fail(Fault::invalid, "searchSpaceZero", "{} is reserved (0 to {}; TS 38.213 table 13-12)", index, rows.size() - 1);
  return rows[index];
}

Type0Occasion type0_occasion(const SearchSpace0& space, const Coreset0& coreset, Scs pdcch_scs, SsbCase ssb_case, unsigned l_max,
                             unsigned ssb_index, bool second_half) {
  unsigned per_frame = slots_per_frame(pdcch_scs);
  if (space.pattern == 1) {
    unsigned slots = slots_from_even_frame(space, pdcch_scs, ssb_index);
    unsigned odd_symbol = space.odd_at_seven ? 7 : coreset.symbols;
    unsigned symbol = space.per_slot == 2 && ssb_index % 2 == 1 ? odd_symbol : space.first_symbol;
    return {static_cast<uint8_t>(slots / per_frame % 2), static_cast<uint16_t>(slots % per_frame), static_cast<uint8_t>(symbol)};
  }
  auto position = ssb_position(ssb_case, l_max, ssb_index);
  unsigned ssb_mu = mu(ssb_scs(ssb_case));
  unsigned slot = position ? position->slot >> (ssb_mu - std::min(ssb_mu, mu(pdcch_scs))) : 0u;
  return beside_ssb(space.pattern, pdcch_scs, slot + (second_half ? per_frame / 2 : 0), ssb_index);
}

bool type0_monitored(const SearchSpace0& space, const Coreset0& coreset, Slot slot, SsbCase ssb_case, unsigned l_max, unsigned ssb_index,
                     unsigned ssb_period_ms) {
  Type0Occasion occasion = type0_occasion(space, coreset, slot.scs(), ssb_case, l_max, ssb_index);
  if (space.pattern != 1) return slot.in_frame() == occasion.slot && slot.frame() % std::max(1u, ssb_period_ms / 10) == 0;
  unsigned two_frames = 2 * slots_per_frame(slot.scs());
  unsigned first = occasion.frame_parity * slots_per_frame(slot.scs()) + occasion.slot;
  unsigned now = slot.count() % two_frames;
  return now == first || now == (first + 1) % two_frames;
}

}  // namespace sen::nr
