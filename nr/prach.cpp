#include "nr/prach.h"

#include <algorithm>
#include <bit>

#include "nr/ssb.h"

namespace sen::nr {
namespace {

using enum PrachFormat;

constexpr unsigned pattern_frames = 16;  // the association pattern repeats at most every 160 ms (TS 38.213 8.1)

struct Symbols {
  uint8_t repetitions;
  uint16_t n_cp;  // kappa, at 15 kHz for short formats
};

// Table 6.3.3.1-2; the mixed formats are A in all but the last occasion, B in the last.
Symbols short_symbols(PrachFormat format, bool last) {
  switch (format) {
    case a1: return {2, 288};
    case a2: return {4, 576};
    case a3: return {6, 864};
    case b1: return {2, 216};
    case b4: return {12, 936};
    case c0: return {1, 1240};
    case c2: return {4, 2048};
    case a1_b1: return last ? Symbols{2, 216} : Symbols{2, 288};
    case a2_b2: return last ? Symbols{4, 360} : Symbols{4, 576};
    default: return last ? Symbols{6, 504} : Symbols{6, 864};
  }
}

// Tables 6.3.3.1-5, -6, -7; 0xffff: no value.
constexpr uint16_t no_value = 0xffff;
using Ncs = std::array<uint16_t, 16>;
constexpr Ncs ncs_1250{0, 13, 15, 18, 22, 26, 32, 38, 46, 59, 76, 93, 119, 167, 279, 419};
constexpr Ncs ncs_1250_a{15, 18, 22, 26, 32, 38, 46, 55, 68, 82, 100, 128, 158, 202, 237, no_value};
constexpr Ncs ncs_1250_b{15, 18, 22, 26, 32, 38, 46, 55, 68, 82, 100, 118, 137, no_value, no_value, no_value};
constexpr Ncs ncs_5000{0, 13, 26, 33, 38, 41, 49, 55, 64, 76, 93, 119, 139, 209, 279, 419};
constexpr Ncs ncs_5000_a{36, 57, 72, 81, 89, 94, 103, 112, 121, 132, 137, 152, 173, 195, 216, 237};
constexpr Ncs ncs_5000_b{36, 57, 60, 63, 65, 68, 71, 77, 81, 85, 97, 109, 122, 137, no_value, no_value};
constexpr Ncs ncs_short{0, 2, 4, 6, 8, 10, 12, 13, 15, 17, 19, 23, 27, 34, 46, 69};

// Table 6.3.3.2-1 for L_RA 839 by PUSCH numerology 0..2.
constexpr std::array<PrachWidth, 3> width_1250{{{6, 7}, {3, 1}, {2, 133}}};
constexpr std::array<PrachWidth, 3> width_5000{{{24, 12}, {12, 10}, {6, 7}}};

// The numerology that places occasions in time: that of the preamble, 15 kHz for long ones (TS 38.211 5.3.2).
Scs time_scs(PrachFormat format, Scs short_scs) { return is_long(format) ? Scs::khz15 : short_scs; }

// Symbols that an occasion lasts, in its time numerology.
unsigned occasion_symbols(const PrachConfig& row) {
  if (row.duration != 0) return row.duration;
  constexpr std::array<uint8_t, 4> long_symbols{13, 33, 47, 13};  // (N_CP + N_u) / 2192, rounded up
  return long_symbols[static_cast<size_t>(row.format) & 3];
}

bool fits_scs(PrachFormat format, Scs scs, FrequencyRange range) {
  if (is_long(format)) return range == FrequencyRange::fr1;
  return range == FrequencyRange::fr1 ? mu(scs) <= 1 : scs == Scs::khz60 || scs == Scs::khz120;
}

// Which of 14 symbols of an uplink slot carry an SSB, as a mask (normal CP; the SSB's numerology may differ).
uint32_t ssb_symbols_in(Slot slot, const PrachOccasions::SsbBurst& burst) {
  if (!ssb_burst_in(slot, burst.period_ms, burst.second_half)) return 0;
  Scs scs = ssb_scs(burst.ssb_case);
  unsigned half_slots = slots_per_frame(slot.scs()) / 2;
  unsigned slot_first = slot.in_frame() % half_slots * symbols_per_slot;
  uint32_t mask = 0;
  for (unsigned i = 0; i < burst.l_max && i < max_l_max; ++i) {
    if (!(burst.present >> i & 1)) continue;
    SsbPosition p = *ssb_position(burst.ssb_case, burst.l_max, i);
    unsigned first = p.slot * symbols_per_slot + p.first_symbol, end = first + ssb_symbols;
    // In symbols of the uplink numerology, rounded outwards.
    unsigned low = (first << mu(slot.scs())) >> mu(scs), high = ((end << mu(slot.scs())) + (1u << mu(scs)) - 1) >> mu(scs);
    for (unsigned l = std::max(low, slot_first); l < std::min(high, slot_first + symbols_per_slot); ++l) mask |= 1u << (l - slot_first);
  }
  return mask;
}

struct Span {
  Slot slot;             // uplink slot in which the occasion starts
  unsigned first = 0;    // symbol in it
  unsigned symbols = 0;  // in the uplink numerology; may reach into later slots
};

bool all_uplink(const Span& span, const TddTable& tdd) {
  unsigned left = span.symbols, first = span.first;
  for (Slot slot = span.slot; left > 0; ++slot, first = 0) {
    unsigned here = std::min(left, symbols_per_slot - first);
    if (!tdd.ul_fits(slot, first, here)) return false;
    left -= here;
  }
  return true;
}

// TS 38.213 8.1, unpaired spectrum with a common pattern.
bool valid(const Span& span, unsigned n_gap, const TddTable& tdd, const PrachOccasions::SsbBurst& burst) {
  if (tdd.is_fdd() || all_uplink(span, tdd)) return true;
  unsigned left = span.symbols, first = span.first;
  for (Slot slot = span.slot; left > 0; ++slot, first = 0) {
    unsigned here = std::min(left, symbols_per_slot - first);
    if (tdd.at(slot).dl + (tdd.at(slot).dl ? n_gap : 0) > first || (ssb_symbols_in(slot, burst) >> first) != 0) return false;
    left -= here;
  }
  uint32_t before = ssb_symbols_in(span.slot, burst);
  return before == 0 || static_cast<unsigned>(std::bit_width(before)) + n_gap <= span.first;
}

// Calls f(frame, PRACH slot in the frame) for every PRACH slot of the pattern, slots counting in the preamble's numerology `scs`.
template <class F>
void for_each_prach_slot(const PrachConfig& row, FrequencyRange range, Scs scs, F f) {
  Scs unit = range == FrequencyRange::fr1 ? Scs::khz15 : Scs::khz60;  // of the table's subframes or slots
  unsigned per_unit = std::max(1u, 1u << mu(scs) >> mu(unit));
  for (unsigned frame = 0; frame < pattern_frames; ++frame) {
    if (!row.in_frame(frame)) continue;
    for (unsigned u = 0; u < slots_per_frame(unit); ++u) {
      if (!(row.subframes >> u & 1)) continue;
      // TS 38.211 5.3.2: where the table has one PRACH slot of two, it is the second.
      for (unsigned s = row.slots == 1 ? per_unit - 1 : 0; s < per_unit; ++s) f(frame, u * per_unit + s);
    }
  }
}

// Occasion t of a PRACH slot, in both numerologies.
struct Placed {
  Span span;
  PrachTime time;
};
Placed place(const PrachConfig& row, Scs scs, Scs pusch_scs, unsigned frame, unsigned ra_slot, unsigned t) {
  unsigned symbol = row.start_symbol + t * row.duration;
  unsigned in_frame = ((ra_slot * symbols_per_slot + symbol) << mu(pusch_scs)) >> mu(scs);
  unsigned first = in_frame % symbols_per_slot;
  unsigned symbols = ((occasion_symbols(row) << mu(pusch_scs)) + (1u << mu(scs)) - 1) >> mu(scs);
  return {{Slot(pusch_scs, frame, in_frame / symbols_per_slot), first, symbols},
          {static_cast<uint8_t>(symbol), static_cast<uint8_t>(first), 0, static_cast<uint8_t>(ra_slot)}};
}

bool power_of_two_upto(unsigned value, unsigned limit) { return value <= limit && std::has_single_bit(value); }

// Association periods in PRACH configuration periods (TS 38.213 table 8.1-1).
constexpr std::array<uint8_t, 5> association_periods{1, 2, 4, 8, 16};

}  // namespace

const char* to_string(PrachFormat format) {
  constexpr std::array<const char*, 14> names{"0", "1", "2", "3", "A1", "A2", "A3", "B1", "B4", "C0", "C2", "A1/B1", "A2/B2", "A3/B3"};
  auto index = static_cast<size_t>(format);
  return index < names.size() ? names[index] : "unknown";
}

PreambleFormat preamble_format(PrachFormat format, Scs short_scs, bool last) {
  switch (format) {
    case f0: return {839, 1250, 1, 3168, 24576};
    case f1: return {839, 1250, 2, 21024, 2 * 24576};
    case f2: return {839, 1250, 4, 4688, 4 * 24576};
    case f3: return {839, 5000, 4, 3168, 4 * 6144};
    default: break;
  }
  Symbols s = short_symbols(format, last);
  return {139, khz(short_scs) * 1000, s.repetitions, static_cast<uint16_t>(s.n_cp >> mu(short_scs)),
          (s.repetitions * 2048u) >> mu(short_scs)};
}

std::optional<uint16_t> n_cs(PrachFormat format, unsigned zone, RestrictedSet restricted) {
  if (zone > 15 || (!is_long(format) && restricted != RestrictedSet::none)) return std::nullopt;
  const Ncs* table = &ncs_short;
  if (format == f3) {
    table = restricted == RestrictedSet::type_a ? &ncs_5000_a : restricted == RestrictedSet::type_b ? &ncs_5000_b : &ncs_5000;
  } else if (is_long(format)) {
    table = restricted == RestrictedSet::type_a ? &ncs_1250_a : restricted == RestrictedSet::type_b ? &ncs_1250_b : &ncs_1250;
  }
  if ((*table)[zone] == no_value) return std::nullopt;
  return (*table)[zone];
}

std::optional<PrachWidth> prach_width(PrachFormat format, Scs prach_scs, Scs pusch_scs) {
  if (is_long(format)) {
    if (mu(pusch_scs) > 2) return std::nullopt;
    return format == f3 ? width_5000[mu(pusch_scs)] : width_1250[mu(pusch_scs)];
  }
  bool fr1 = mu(prach_scs) <= 1 && mu(pusch_scs) <= 2;
  bool fr2 = (prach_scs == Scs::khz60 || prach_scs == Scs::khz120) && (pusch_scs == Scs::khz60 || pusch_scs == Scs::khz120);
  if (!fr1 && !fr2) return std::nullopt;
  return PrachWidth{static_cast<uint8_t>((12u << mu(prach_scs)) >> mu(pusch_scs)), 2};
}

unsigned roots_for_64_preambles(unsigned l_ra, unsigned cyclic_shift) {
  if (cyclic_shift == 0 || cyclic_shift > l_ra) return 64;
  unsigned per_root = l_ra / cyclic_shift;
  return (64 + per_root - 1) / per_root;
}

Status check_rach(const RachConfig& config, FrequencyRange range, Duplex duplex, Scs pusch_scs, unsigned n_rb_ul) {
  auto row = prach_config(config.config_index, range, duplex);
  if (!row) return fail(Fault::invalid, "prach-ConfigurationIndex", "{} is not allowed (0 to 255; TS 38.211 6.3.3.2)", config.config_index);
  auto width = prach_width(row->format, config.scs, pusch_scs);
  if (!width || !fits_scs(row->format, config.scs, range)) {
    return fail(Fault::invalid, "msg1-SubcarrierSpacing",
                "{} kHz does not go with format {} and PUSCH at {} kHz (TS 38.211 table 6.3.3.2-1)", khz(config.scs),
                to_string(row->format), khz(pusch_scs));
  }
  if (!power_of_two_upto(config.msg1_fdm, 8))
    return fail(Fault::invalid, "msg1-FDM", "{} is not allowed (1, 2, 4, 8; TS 38.331 RACH-ConfigGeneric)", config.msg1_fdm);
  unsigned end = config.msg1_frequency_start + unsigned{config.msg1_fdm} * width->n_rb;
  if (end > n_rb_ul) {
    return fail(Fault::invalid, "msg1-FrequencyStart",
                "{} with {} occasions of {} RBs ends at {}, beyond the {} RBs of the uplink (TS 38.211 6.3.3.2)",
                config.msg1_frequency_start, config.msg1_fdm, width->n_rb, end, n_rb_ul);
  }
  unsigned roots = is_long(row->format) ? 838 : 138;
  if (config.root_sequence_index >= roots) {
    return fail(Fault::invalid, "prach-RootSequenceIndex", "{} is not allowed with format {} (0 to {}; TS 38.331 RACH-ConfigCommon)",
                config.root_sequence_index, to_string(row->format), roots - 1);
  }
  if (!n_cs(row->format, config.zero_correlation_zone, config.restricted)) {
    return fail(Fault::invalid, "zeroCorrelationZoneConfig", "{} has no N_CS for format {} and this set (TS 38.211 tables 6.3.3.1-5 to -7)",
                config.zero_correlation_zone, to_string(row->format));
  }
  if (!power_of_two_upto(config.ssbs_per_occasion_x8, 128)) {
    return fail(Fault::invalid, "ssb-perRACH-Occasion", "{}/8 is not allowed (1/8 to 16, powers of two; TS 38.331 RACH-ConfigCommon)",
                config.ssbs_per_occasion_x8);
  }
  unsigned shared = std::max(1u, config.ssbs_per_occasion_x8 / 8u);
  if (config.total_preambles < 1 || config.total_preambles > 64 || config.total_preambles % shared != 0) {
    return fail(Fault::invalid, "totalNumberOfRA-Preambles",
                "{} is not allowed with {} SSBs an occasion (1 to 64, a multiple of it; TS 38.213 8.1)", config.total_preambles, shared);
  }
  if (config.cb_preambles_per_ssb < 1 || config.cb_preambles_per_ssb * shared > config.total_preambles) {
    return fail(Fault::invalid, "CB-PreamblesPerSSB", "{} is not allowed (1 to {}; TS 38.213 8.1)", config.cb_preambles_per_ssb,
                config.total_preambles / shared);
  }
  return {};
}

Result<PrachOccasions> PrachOccasions::make(const RachConfig& config, FrequencyRange range, Duplex duplex, Scs pusch_scs,
                                            const TddTable& tdd, const SsbBurst& burst) {
  SEN_TRY(check_rach(config, range, duplex, pusch_scs, UINT16_MAX));
  if (burst.present == 0 || burst.l_max > max_l_max || (burst.l_max < 64 && burst.present >> burst.l_max)) {
    return fail(Fault::invalid, "ssb-PositionsInBurst", "{:#x} is not allowed (some of {} blocks; TS 38.213 4.1)", burst.present,
                burst.l_max);
  }
  if (burst.period_ms < 5 || burst.period_ms > 160)
    return fail(Fault::invalid, "ssb-PeriodicityServingCell", "{} ms is not allowed (5 to 160; TS 38.213 4.1)", burst.period_ms);
  PrachOccasions out;
  out.row_ = *prach_config(config.config_index, range, duplex);
  out.pusch_scs_ = pusch_scs;
  out.fdm_ = config.msg1_fdm;
  out.ssb_x8_ = config.ssbs_per_occasion_x8;
  out.cb_per_ssb_ = config.cb_preambles_per_ssb;
  out.total_ = config.total_preambles;
  out.n_ssb_ = 0;
  for (unsigned i = 0; i < burst.l_max; ++i) {
    if (burst.present >> i & 1) out.ssb_[out.n_ssb_++] = static_cast<uint8_t>(i);
  }

  Scs scs = time_scs(out.row_.format, config.scs);
  unsigned n_gap = is_long(out.row_.format) ? 0 : 2;  // TS 38.213 table 8.1-2
  out.index_.assign(pattern_frames * slots_per_frame(pusch_scs), -1);
  for_each_prach_slot(out.row_, range, scs, [&](unsigned frame, unsigned ra_slot) {
    for (unsigned t = 0; t < out.row_.occasions; ++t) {
      Placed placed = place(out.row_, scs, pusch_scs, frame, ra_slot, t);
      if (valid(placed.span, n_gap, tdd, burst)) out.add(placed.span.slot, placed.time);
    }
  });
  // Table 8.1-1: the shortest association period in which every block has its occasions.
  for (unsigned k : association_periods) {
    if (k * out.row_.x > pattern_frames) break;
    out.association_frames_ = static_cast<uint16_t>(k * out.row_.x);
    if (out.every_period_maps_all()) return out;
  }
  return fail(Fault::invalid, "prach-ConfigurationIndex",
              "{} leaves no valid occasion for some of the {} SSBs within 160 ms (TS 38.213 8.1)", config.config_index, out.n_ssb_);
}

void PrachOccasions::add(Slot slot, PrachTime time) {
  int16_t& index = index_[slot.count()];
  if (index < 0) {
    index = static_cast<int16_t>(entries_.size());
    entries_.emplace_back();
  }
  PrachSlot& list = entries_[static_cast<size_t>(index)].slot;
  if (list.n == list.time.size()) return;
  time.occasion = list.n;
  list.time[list.n++] = time;
}

unsigned PrachOccasions::cycle_occasions() const {
  return ssb_x8_ >= 8 ? (n_ssb_ + ssbs_per_occasion() - 1) / ssbs_per_occasion() : n_ssb_ * (8u / ssb_x8_);
}

bool PrachOccasions::every_period_maps_all() {
  period_times_ = {};
  unsigned slots = association_frames_ * slots_per_frame(pusch_scs_);
  for (size_t i = 0; i < index_.size(); ++i) {
    if (index_[i] < 0) continue;
    Entry& e = entries_[static_cast<size_t>(index_[i])];
    e.period = static_cast<uint16_t>(i / slots);
    e.first = period_times_[e.period];
    period_times_[e.period] = static_cast<uint16_t>(e.first + e.slot.n);
  }
  unsigned periods = pattern_frames / association_frames_;
  return std::all_of(period_times_.begin(), period_times_.begin() + periods, [&](unsigned n) { return n * fdm_ >= cycle_occasions(); });
}

const PrachOccasions::Entry* PrachOccasions::entry(Slot slot) const {
  int16_t index = index_[slot.count() % index_.size()];
  return index < 0 ? nullptr : &entries_[static_cast<size_t>(index)];
}

PrachSlot PrachOccasions::at(Slot slot) const {
  const Entry* e = entry(slot);
  return e ? e->slot : PrachSlot{};
}

std::optional<uint8_t> PrachOccasions::ssb_of(Slot slot, unsigned occasion, unsigned f_id, unsigned nth) const {
  const Entry* e = entry(slot);
  if (!e || occasion >= e->slot.n || f_id >= fdm_ || nth >= ssbs_per_occasion()) return std::nullopt;
  unsigned cycle = cycle_occasions();
  unsigned index = (e->first + occasion) * fdm_ + f_id;
  if (index >= period_times_[e->period] * fdm_ / cycle * cycle) return std::nullopt;  // left over at the period's end
  unsigned place = index % cycle;
  unsigned block = ssb_x8_ >= 8 ? place * ssbs_per_occasion() + nth : place / (8u / ssb_x8_);
  if (block >= n_ssb_) return std::nullopt;
  return ssb_[block];
}

unsigned PrachOccasions::first_preamble(unsigned nth) const { return nth * total_ / ssbs_per_occasion(); }

std::optional<uint8_t> PrachOccasions::ssb_of_preamble(Slot slot, unsigned occasion, unsigned f_id, unsigned preamble) const {
  for (unsigned nth = 0; nth < ssbs_per_occasion(); ++nth) {
    unsigned first = first_preamble(nth);
    if (preamble >= first && preamble < first + cb_per_ssb_) return ssb_of(slot, occasion, f_id, nth);
  }
  return std::nullopt;
}

std::optional<PrachOccasions::Found> PrachOccasions::next(Slot from, unsigned ssb_index) const {
  Slot slot = from;
  for (size_t i = 0; i < index_.size(); ++i, ++slot) {
    const Entry* e = entry(slot);
    if (!e) continue;
    for (unsigned t = 0; t < e->slot.n; ++t) {
      for (unsigned f = 0; f < fdm_; ++f) {
        for (unsigned nth = 0; nth < ssbs_per_occasion(); ++nth) {
          if (ssb_of(slot, t, f, nth) == ssb_index) return Found{slot, e->slot.time[t], static_cast<uint8_t>(f), static_cast<uint8_t>(nth)};
        }
      }
    }
  }
  return std::nullopt;
}

bool valid_ra_window(unsigned slots) {
  constexpr std::array<uint8_t, 8> windows{1, 2, 4, 8, 10, 20, 40, 80};
  return std::find(windows.begin(), windows.end(), slots) != windows.end();
}

}  // namespace sen::nr
