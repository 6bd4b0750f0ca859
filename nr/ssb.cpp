#include "nr/ssb.h"

#include <algorithm>
#include <array>

namespace sen::nr {
namespace {

// TS 38.213 4.1: first symbols of the blocks, counted from the half frame's first: offsets within a group, repeated every `stride` symbols
// at `n`.
struct Pattern {
  std::array<uint8_t, 8> offsets;
  uint8_t n_offsets;
  uint8_t stride;
  uint8_t skip;  // of every `skip + 1` groups the last is left out (0: none): n = 0..3, 5..8, 10..13, 15..18
};
constexpr std::array<Pattern, 5> patterns{{{{2, 8}, 2, 14, 0},
                                           {{4, 8, 16, 20}, 4, 28, 0},
                                           {{2, 8}, 2, 14, 0},
                                           {{4, 8, 16, 20}, 4, 28, 4},
                                           {{8, 12, 16, 20, 32, 36, 40, 44}, 8, 56, 4}}};

unsigned first_symbol(SsbCase ssb_case, unsigned index) {
  const Pattern& p = patterns[static_cast<size_t>(ssb_case)];
  unsigned group = index / p.n_offsets;
  if (p.skip != 0) group += group / p.skip;
  return p.offsets[index % p.n_offsets] + p.stride * group;
}

// Frequencies that k_SSB and offsetToPointA count in.
unsigned k_unit_khz(FrequencyRange range, Scs common) { return range == FrequencyRange::fr1 ? 15 : khz(common); }
unsigned rb_unit_khz(FrequencyRange range) { return range == FrequencyRange::fr1 ? 12 * 15 : 12 * 60; }
constexpr unsigned max_offset_to_point_a = 2199;

}  // namespace

Scs ssb_scs(SsbCase ssb_case) {
  switch (ssb_case) {
    case SsbCase::a: return Scs::khz15;
    case SsbCase::b:
    case SsbCase::c: return Scs::khz30;
    case SsbCase::d: return Scs::khz120;
    case SsbCase::e: return Scs::khz240;
  }
  return Scs::khz15;
}

unsigned l_max(SsbCase ssb_case, uint64_t ssb_khz, bool tdd) {
  if (ssb_case == SsbCase::d || ssb_case == SsbCase::e) return 64;
  if (ssb_case == SsbCase::c && tdd) return ssb_khz < 1'880'000 ? 4 : 8;
  return ssb_khz <= 3'000'000 ? 4 : 8;
}

std::optional<SsbPosition> ssb_position(SsbCase ssb_case, unsigned blocks, unsigned index) {
  if (index >= blocks || index >= max_l_max) return std::nullopt;
  unsigned symbol = first_symbol(ssb_case, index);
  return SsbPosition{static_cast<uint8_t>(symbol / symbols_per_slot), static_cast<uint8_t>(symbol % symbols_per_slot)};
}

std::optional<SsbInSlot> ssb_in_slot(SsbCase ssb_case, unsigned blocks, unsigned slot_in_half_frame, unsigned from_symbol) {
  for (unsigned index = 0; index < std::min(blocks, max_l_max); ++index) {
    unsigned symbol = first_symbol(ssb_case, index);
    if (symbol / symbols_per_slot == slot_in_half_frame && symbol % symbols_per_slot >= from_symbol) {
      return SsbInSlot{static_cast<uint8_t>(index), static_cast<uint8_t>(symbol % symbols_per_slot)};
    }
  }
  return std::nullopt;
}

bool ssb_burst_in(Slot slot, unsigned period_ms, bool second_half) {
  if (period_ms <= 5) return true;
  bool in_second_half = slot.in_frame() >= slots_per_frame(slot.scs()) / 2;
  return in_second_half == second_half && slot.frame() % (period_ms / 10) == 0;
}

int64_t ssb_ref_khz(int64_t point_a, unsigned offset_to_point_a, unsigned k_ssb, FrequencyRange range, Scs ssb, Scs common) {
  return point_a + int64_t{offset_to_point_a} * rb_unit_khz(range) + int64_t{k_ssb} * k_unit_khz(range, common) + 120 * int64_t{khz(ssb)};
}

std::optional<SsbOffset> ssb_offset(int64_t point_a, int64_t ssb_ref, FrequencyRange range, Scs ssb, Scs common) {
  int64_t lowest = ssb_ref - 120 * int64_t{khz(ssb)} - point_a;
  int64_t rb_khz = 12 * int64_t{khz(common)};
  if (lowest < 0) return std::nullopt;
  int64_t rest = lowest % rb_khz;
  int64_t offset = (lowest - rest) / rb_unit_khz(range);
  if (rest % k_unit_khz(range, common) != 0 || offset > max_offset_to_point_a) return std::nullopt;
  return SsbOffset{static_cast<uint16_t>(offset), static_cast<uint8_t>(rest / k_unit_khz(range, common))};
}

uint32_t pack_mib(const Mib& mib, FrequencyRange range) {
  bool high = mib.common_scs == (range == FrequencyRange::fr1 ? Scs::khz30 : Scs::khz120);
  uint32_t bits = 0;
  auto put = [&](uint32_t value, unsigned width) { bits = bits << width | (value & ((1u << width) - 1)); };
  put(0, 1);  // CHOICE mib
  put(mib.sfn >> 4, 6);
  put(high, 1);
  put(mib.ssb_subcarrier_offset, 4);
  put(mib.dmrs_type_a_pos == 3, 1);
  put(mib.coreset0, 4);
  put(mib.search_space0, 4);
  put(!mib.cell_barred, 1);
  put(!mib.intra_freq_reselection, 1);
  put(0, 1);
  return bits;
}

std::optional<Mib> unpack_mib(uint32_t bits, FrequencyRange range) {
  if (bits >> 23 != 0) return std::nullopt;
  Mib mib;
  bool high = bits >> 16 & 1;
  mib.sfn = static_cast<uint16_t>((bits >> 17 & 63) << 4);
  mib.common_scs = range == FrequencyRange::fr1 ? (high ? Scs::khz30 : Scs::khz15) : (high ? Scs::khz120 : Scs::khz60);
  mib.ssb_subcarrier_offset = bits >> 12 & 15;
  mib.dmrs_type_a_pos = bits >> 11 & 1 ? 3 : 2;
  mib.coreset0 = bits >> 7 & 15;
  mib.search_space0 = bits >> 3 & 15;
  mib.cell_barred = !(bits >> 2 & 1);
  mib.intra_freq_reselection = !(bits >> 1 & 1);
  return mib;
}

uint8_t pbch_timing_bits(unsigned sfn, bool second_half, unsigned blocks, unsigned k_ssb, unsigned ssb_index) {
  unsigned last3 = blocks == 64 ? ssb_index >> 3 & 7 : (k_ssb >> 4 & 1) << 2;
  return static_cast<uint8_t>((sfn & 15) << 4 | unsigned{second_half} << 3 | last3);
}

}  // namespace sen::nr
