#include "mac/detail/gnb_layout.h"

#include <algorithm>
#include <bit>

#include "mac/limits.h"
#include "nr/ssb.h"

namespace sen::mac::gnb {

using namespace nr;

McsTable mcs_table_of(uint8_t configured) {
  return configured == 2 ? McsTable::qam256 : configured == 3 ? McsTable::qam64_low_se : McsTable::qam64;
}

ControlSet ControlSet::make(const l1::Bwp& bwp, const l1::Coreset& coreset) {
  ControlSet out{bwp, coreset, 0, static_cast<uint16_t>(coreset_cces(coreset)), {}};
  const unsigned first_rb = coreset_first_rb(coreset, bwp.start);
  out.lowest_crb = static_cast<uint16_t>(bwp.start + first_rb + 6 * static_cast<unsigned>(std::countr_zero(coreset.frequency_groups)));
  for (unsigned cce = 0; cce < out.cces; ++cce) {
    RbMask mask;
    CceRegs regs = cce_regs(coreset, cce, first_rb);
    for (unsigned i = 0; i < regs.n; ++i) mask.set(bwp.start + regs.rb[i], 1);
    out.cce_rbs.push_back(mask);
  }
  return out;
}

namespace {

nr::SearchSpace to_nr(const mac::SearchSpace& space) {
  nr::SearchSpace out;
  out.id = space.id;
  out.coreset_id = space.coreset;
  out.period_slots = std::max<uint16_t>(space.period_slots, 1);
  out.offset_slots = space.offset_slots;
  out.duration_slots = std::max<uint16_t>(space.duration_slots, 1);
  out.symbols = space.symbols;
  out.candidates = space.candidates;
  out.kind = space.type == SearchSpaceType::common ? SearchSpaceKind::common : SearchSpaceKind::ue;
  out.fallback = space.type != SearchSpaceType::ue_0_1_1_1;
  return out;
}

std::vector<TimeAllocation> pdsch_rows(const std::vector<TimeAllocation>& configured, unsigned type_a_position, unsigned pattern) {
  if (!configured.empty()) return configured;
  std::vector<TimeAllocation> rows;
  for (unsigned i = 0; i < max_time_allocations; ++i) rows.push_back(pdsch_default(pattern, i, type_a_position).value_or(TimeAllocation{}));
  return rows;
}

std::vector<TimeAllocation> pusch_rows(const std::vector<TimeAllocation>& configured, Scs scs) {
  if (!configured.empty()) return configured;
  std::vector<TimeAllocation> rows;
  for (unsigned i = 0; i < max_time_allocations; ++i) rows.push_back(pusch_default_a(i, scs).value_or(TimeAllocation{}));
  return rows;
}

}  // namespace

Result<CellLayout> CellLayout::make(const CellConfig& cell, const SchedulerConfig& scheduler) {
  CellLayout out;
  out.scs = cell.l1.scs;
  const Band* band = find_band(cell.band);
  if (!band) return fail(Fault::invalid, "band", "n{} is unknown (TS 38.104 5.2)", cell.band);
  if (cell.common_scs != cell.l1.scs)
    return fail(Fault::unsupported, "common_scs", "{} kHz in a cell of {} kHz", khz(cell.common_scs), khz(cell.l1.scs));
  if (cell.ssb_scs != cell.l1.scs)
    return fail(Fault::unsupported, "ssb_scs", "{} kHz in a cell of {} kHz", khz(cell.ssb_scs), khz(cell.l1.scs));
  if (cell.l1.tdd != cell.tdd.has_value()) return fail(Fault::invalid, "tdd", "a pattern is needed exactly in TDD bands (TS 38.213 11.1)");
  if (cell.ssb_positions == 0) return fail(Fault::invalid, "ssb_positions", "0: at least one SSB must be sent (TS 38.213 4.1)");
  out.range = band->range();
  auto ssb_pattern = nr::ssb_case(*band, cell.ssb_scs);
  if (!ssb_pattern)
    return fail(Fault::invalid, "ssb_scs", "{} kHz has no SSB pattern in n{} (TS 38.104 5.4.3.3)", khz(cell.ssb_scs), cell.band);
  out.ssb_case = *ssb_pattern;
  out.l_max = static_cast<uint8_t>(nr::l_max(out.ssb_case, khz_from_arfcn(cell.l1.ssb_arfcn).value_or(0), cell.l1.tdd));
  out.first_ssb = static_cast<uint8_t>(std::countr_zero(cell.ssb_positions));
  out.type_a_position_ = cell.dmrs_type_a_position;
  out.min_k1 = std::clamp<uint8_t>(scheduler.min_k1, 1, 8);
  out.min_k2 = std::clamp<uint8_t>(scheduler.min_k2, 1, 32);
  if (cell.tdd) {
    SEN_ASSIGN(out.tdd, TddTable::make(*cell.tdd, out.scs));
  }
  SEN_ASSIGN(out.coreset0, nr::coreset0(cell.coreset0_index, cell.ssb_scs, cell.common_scs, minimum_bandwidth_mhz(*band), cell.k_ssb));
  SEN_ASSIGN(out.space0, search_space0(cell.search_space0_index, out.coreset0, out.range, cell.ssb_scs, cell.common_scs));
  if (out.coreset0.pattern != 1)
    return fail(Fault::unsupported, "coreset0_index", "SSB and CORESET multiplexing pattern {}", out.coreset0.pattern);
  auto start = coreset0_start_crb(out.coreset0, cell.offset_to_point_a, out.range, cell.common_scs);
  if (!start) return fail(Fault::invalid, "coreset0_index", "CORESET 0 lies below point A (TS 38.213 13)");
  out.coreset0_bwp = {out.scs, false, *start, out.coreset0.n_rb};
  if (cell.initial_dl.size == 0 || cell.initial_dl.start + cell.initial_dl.size > cell.l1.n_rb || cell.initial_ul.size == 0 ||
      cell.initial_ul.start + cell.initial_ul.size > cell.l1.n_rb) {
    return fail(Fault::invalid, "initial_dl", "the initial bandwidth parts must lie within the carrier's {} RBs (TS 38.213 12)",
                cell.l1.n_rb);
  }
  if (*start < cell.initial_dl.start || *start + out.coreset0.n_rb > cell.initial_dl.start + cell.initial_dl.size) {
    return fail(Fault::invalid, "initial_dl", "{}..{} does not hold CORESET 0 at {}..{} (TS 38.331 locationAndBandwidth)",
                cell.initial_dl.start, cell.initial_dl.start + cell.initial_dl.size - 1, *start, *start + out.coreset0.n_rb - 1);
  }
  // offsetToPointA and k_SSB count 15 kHz in FR1; in FR2 60 kHz and the cell's own spacing (TS 38.211 7.4.3.1).
  const unsigned unit_mu = out.range == FrequencyRange::fr1 ? 0 : 2;
  const unsigned rb = 12u << (mu(out.scs) - unit_mu);
  const unsigned first_sc =
      cell.offset_to_point_a * 12u + (unsigned{cell.k_ssb} << (out.range == FrequencyRange::fr1 ? 0 : mu(out.scs) - 2));
  out.ssb_rbs = RbMask::range(first_sc / rb, (first_sc + nr::ssb_rbs * rb + rb - 1) / rb - first_sc / rb);
  const auto sib1 = nr::type0_occasion(out.space0, out.coreset0, out.scs, out.ssb_case, out.l_max, out.first_ssb);
  constexpr unsigned sib1_rbs = 24;  // what is left beside an SSB of 20
  if (sib1.frame_parity == 0 && nr::ssb_in_slot(out.ssb_case, out.l_max, sib1.slot, 0) && out.coreset0.n_rb < nr::ssb_rbs + sib1_rbs) {
    return fail(Fault::unsupported, "search_space0_index",
                "{}: SIB1 would share slot {} with an SSB, and the {} RBs of CORESET 0 have no room for both (48 or more; TS 38.213 13)",
                cell.search_space0_index, sib1.slot, out.coreset0.n_rb);
  }
  SEN_TRY(out.add_common_spaces(cell));
  out.css10 = css10_widths(out.coreset0.n_rb);
  out.css00 = common_dci_layouts(out.coreset0.n_rb, cell.initial_ul.size).css00;
  SEN_TRY(out.make_prach(cell));
  out.sib1_times.rows = pdsch_rows({}, out.type_a_position_, 1);
  out.fill_dl(out.sib1_times);
  out.common_times.rows = pdsch_rows(cell.pdsch_times, out.type_a_position_, 1);
  out.fill_dl(out.common_times);
  out.common_times.ul_rows = pusch_rows(cell.pusch_times, out.scs);
  out.fill_ul(out.common_times);
  if (std::ranges::all_of(out.common_times.dl_row[out.pdcch_end], [](int8_t row) { return row < 0; })) {
    return fail(Fault::invalid, "pdsch_times", "no row fits any downlink slot behind the CORESETs (TS 38.214 5.1.2.1)");
  }
  if (std::ranges::all_of(out.common_times.ul, [](const auto& options) { return options.empty(); })) {
    return fail(Fault::invalid, "pusch_times", "no row reaches an uplink slot with k2 of at least {} (TS 38.214 6.1.2.1)", out.min_k2);
  }
  return out;
}

Status CellLayout::add_common_spaces(const CellConfig& cell) {
  Space zero;
  zero.space.candidates = default_css_candidates;
  zero.type0 = zero.coreset0 = true;
  zero.n_id = zero.dmrs_n_id = cell.l1.pci;
  auto set0 = coreset0_as_coreset(coreset0, cell.l1.pci);
  set0.start_symbol = type0_occasion(space0, coreset0, scs, ssb_case, l_max, first_ssb).symbol;
  zero.set = add_set(coreset0_bwp, set0);
  common_spaces.push_back(zero);
  for (const auto& config : cell.common_search_spaces) {
    if (config.id == 0) continue;
    Space space{to_nr(config), 0, config.type, false, config.coreset == 0, cell.l1.pci, cell.l1.pci, false};
    SEN_TRY(check_search_space(space.space));
    if (config.coreset != 0) {
      auto found = std::ranges::find(cell.common_coresets, config.coreset, &l1::Coreset::id);
      if (found == cell.common_coresets.end())
        return fail(Fault::invalid, "common_search_spaces", "CORESET {} is not configured", config.coreset);
      SEN_TRY(check_coreset(*found, cell.initial_dl.size, cell.initial_dl.start));
      space.set = add_set(cell.initial_dl, *found);
    }
    common_spaces.push_back(space);
  }
  for (uint8_t id : {cell.ra_search_space, cell.paging_search_space, cell.sib1_search_space, cell.other_si_search_space.value_or(0)}) {
    if (!space(id)) return fail(Fault::invalid, "search_space", "{} is not configured (TS 38.331 PDCCH-ConfigCommon)", id);
  }
  return {};
}

Status CellLayout::make_prach(const CellConfig& cell) {
  const RachConfig& r = cell.rach;
  nr::RachConfig c;
  c.config_index = r.config_index;
  c.scs = r.msg1_scs;
  c.msg1_fdm = r.msg1_fdm;
  c.msg1_frequency_start = r.msg1_frequency_start;
  c.zero_correlation_zone = r.zero_correlation_zone;
  c.root_sequence_index = r.root_sequence;
  c.restricted = static_cast<RestrictedSet>(std::min<uint8_t>(r.restricted_set, 2));
  c.ssbs_per_occasion_x8 = r.ssb_per_occasion_x8;
  c.cb_preambles_per_ssb = r.cb_preambles_per_ssb;
  c.total_preambles = r.total_preambles;
  const Duplex duplex = cell.l1.tdd ? Duplex::tdd : Duplex::fdd;
  SEN_TRY(check_rach(c, range, duplex, scs, cell.initial_ul.size));
  SEN_ASSIGN(prach, PrachOccasions::make(c, range, duplex, scs, tdd, {ssb_case, l_max, cell.ssb_positions, cell.ssb_period_ms, false}));
  const PrachConfig& row = prach->config();
  const bool is_long_preamble = is_long(row.format);
  const Scs prach_scs = is_long_preamble ? Scs::khz15 : r.msg1_scs;
  auto width = prach_width(row.format, prach_scs, scs);
  auto cyclic = n_cs(row.format, r.zero_correlation_zone, c.restricted);
  if (!width || !cyclic) return fail(Fault::invalid, "rach", "no PRACH width or N_CS for this numerology (TS 38.211 6.3.3)");
  prach_pdu.format = static_cast<uint8_t>(row.format);
  prach_pdu.scs = r.msg1_scs;
  prach_pdu.n_fd = r.msg1_fdm;
  prach_pdu.first_rb = static_cast<uint16_t>(cell.initial_ul.start + r.msg1_frequency_start);
  prach_pdu.root_sequence = r.root_sequence;
  prach_pdu.n_cs = *cyclic;
  prach_pdu.restricted_set = r.restricted_set;
  prach_rbs = RbMask::range(prach_pdu.first_rb, unsigned{width->n_rb} * r.msg1_fdm);
  if (is_long_preamble) {
    // CP and sequence in units of 64 T_c: 30720 make a millisecond.
    const PreambleFormat format = preamble_format(row.format, r.msg1_scs);
    const unsigned kappa = format.n_cp_kappa + format.n_u_kappa + row.start_symbol * 2192u;
    prach_slots = static_cast<uint8_t>((kappa + (30720u >> mu(scs)) - 1) / (30720u >> mu(scs)));
  }
  return {};
}

const Space* CellLayout::space(uint8_t id) const {
  auto found = std::ranges::find(common_spaces, id, [](const Space& s) { return s.space.id; });
  return found == common_spaces.end() ? nullptr : &*found;
}

bool CellLayout::monitored(const Space& space, Slot slot) const {
  if (tdd.at(slot).dl < sets[space.set].end_symbol()) return false;
  if (space.type0) return type0_monitored(space0, coreset0, slot, ssb_case, l_max, first_ssb);
  return nr::monitored(space.space, slot);
}

uint16_t CellLayout::add_set(const l1::Bwp& bwp, const l1::Coreset& coreset) {
  for (size_t i = 0; i < sets.size(); ++i) {
    l1::Coreset same = coreset;
    same.id = sets[i].coreset.id;
    if (sets[i].bwp == bwp && sets[i].coreset == same) return static_cast<uint16_t>(i);
  }
  sets.push_back(ControlSet::make(bwp, coreset));
  if (sets.back().end_symbol() <= 4) pdcch_end = std::max(pdcch_end, sets.back().end_symbol());
  return static_cast<uint16_t>(sets.size() - 1);
}

void CellLayout::fill_dl(TimeTable& table) const {
  for (unsigned behind = 1; behind < table.dl_row.size(); ++behind) table.dl_row[behind] = longest_rows(table.rows, behind);
}

std::vector<int8_t> CellLayout::longest_rows(const std::vector<TimeAllocation>& rows, unsigned behind) const {
  std::vector<int8_t> out(tdd.period_slots(), -1);
  for (unsigned s = 0; s < tdd.period_slots(); ++s) {
    int best_length = 1;
    for (unsigned i = 0; i < rows.size(); ++i) {
      const TimeAllocation& row = rows[i];
      if (row.k != 0 || row.length <= best_length || row.start < behind) continue;
      if (!tdd.dl_fits(Slot(scs, s), row.start, row.length)) continue;
      if (!pdsch_allocation_valid(row.mapping, row.start, row.length, type_a_position_)) continue;
      if (!pdsch_dmrs(row, 2, 1, type_a_position_, true, 0)) continue;
      best_length = row.length;
      out[s] = static_cast<int8_t>(i);
    }
  }
  return out;
}

void CellLayout::fill_ul(TimeTable& table) const {
  const unsigned period = tdd.period_slots();
  auto usable = [&](unsigned s, const TimeAllocation& row) {
    return row.k >= min_k2 && row.length > 0 && tdd.ul_fits(Slot(scs, s + row.k), row.start, row.length) &&
           pusch_allocation_valid(row.mapping, row.start, row.length) && pusch_dmrs(row, 2, 1, type_a_position_, true, false, 0);
  };
  table.ul.assign(period, {});
  for (unsigned s = 0; s < period; ++s) {
    if (tdd.at(Slot(scs, s)).dl == 0) continue;
    for (unsigned i = 0; i < table.ul_rows.size(); ++i) {
      const TimeAllocation& row = table.ul_rows[i];
      if (!usable(s, row)) continue;
      // Of each slot the longest row, and the longest that leaves the last symbol to sounding.
      auto same = std::ranges::find(table.ul[s], row.k, &UlOption::k2);
      if (same == table.ul[s].end()) same = table.ul[s].insert(same, {static_cast<uint8_t>(i), row.k, {}, {}, 0});
      if (row.length > same->time.length) same->row = static_cast<uint8_t>(i), same->time = row;
      if (row.start + row.length < symbols_per_slot && row.length > same->before_srs.length) same->before_srs_row = static_cast<uint8_t>(i), same->before_srs = row;
    }
    std::ranges::sort(table.ul[s], {}, &UlOption::k2);
  }
  // A slot is granted as late as possible: HARQ-ACK of its slot is then known, and buffer reports are fresh. Later chances win over earlier
  // ones.
  std::vector<std::vector<UlOption>> kept(period);
  for (unsigned s = 0; s < period; ++s) {
    for (const UlOption& option : table.ul[s]) {
      bool later = false;
      for (unsigned d = 1; d < option.k2 && !later; ++d) {
        later = std::ranges::any_of(table.ul[(s + d) % period], [&](const UlOption& o) { return o.k2 + d == option.k2; });
      }
      if (!later) kept[s].push_back(option);
    }
  }
  table.ul_any = std::move(table.ul);
  table.ul = std::move(kept);
}

namespace {

// One bit for each time from PDSCH to HARQ-ACK whose slot can hold a PDSCH (TS 38.213 9.1.2.1), by the slot of the HARQ-ACK.
std::vector<SemiStaticCodebook> semi_static_codebooks(const UeConfig& ue, const TddTable& tdd, Scs scs, const std::vector<TimeAllocation>& rows) {
  const K1Set set = k1_set(ue);
  std::vector<SemiStaticCodebook> out;
  const unsigned period = tdd.period_slots();
  for (unsigned s = 0; s < period; ++s) {
    uint32_t possible = 0;
    for (unsigned i = 0; i < set.n; ++i) {
      const unsigned end = symbols_per_slot - (tdd.is_fdd() ? 0u : tdd.at(Slot(scs, s + 16 * period - set.k1[i])).ul);
      const bool fits = std::ranges::any_of(rows, [&](const TimeAllocation& r) { return r.length > 0 && r.start + r.length <= static_cast<int>(end); });
      if (fits) possible |= 1u << i;
    }
    out.push_back(semi_static_codebook(set.k1, set.n, possible));
  }
  return out;
}

}  // namespace

Result<UeLayout> UeLayout::make(const CellConfig& cell, CellLayout& layout, const UeConfig& ue) {
  UeLayout out;
  out.dl = ue.dl.size ? ue.dl : cell.initial_dl;
  out.ul = ue.ul.size ? ue.ul : cell.initial_ul;
  for (const l1::Bwp& bwp : {out.dl, out.ul}) {
    if (bwp.start + bwp.size > cell.l1.n_rb)
      return fail(Fault::invalid, "bwp", "{}+{} exceeds the carrier's {} RBs", bwp.start, bwp.size, cell.l1.n_rb);
  }
  for (const auto& config : ue.search_spaces) {
    Space space{to_nr(config), 0, config.type, false, config.coreset == 0, cell.l1.pci, cell.l1.pci, false};
    auto found = std::ranges::find(ue.coresets, config.coreset, &l1::Coreset::id);
    auto common = std::ranges::find(cell.common_coresets, config.coreset, &l1::Coreset::id);
    if (found != ue.coresets.end() && config.coreset != 0) {
      SEN_TRY(check_coreset(*found, out.dl.size, out.dl.start));
      space.set = layout.add_set(out.dl, *found);
      const size_t index = static_cast<size_t>(found - ue.coresets.begin());
      if (index < ue.coreset_dmrs_ids.size()) {
        space.dmrs_n_id = ue.coreset_dmrs_ids[index];
        if (config.type != SearchSpaceType::common) space.n_id = space.dmrs_n_id, space.scrambled_by_rnti = true;
      }
    } else if (common != cell.common_coresets.end() && config.coreset != 0) {
      space.set = layout.add_set(cell.initial_dl, *common);
    } else if (config.coreset != 0) {
      return fail(Fault::invalid, "search_spaces", "CORESET {} is not configured", config.coreset);
    }
    out.spaces.push_back(space);
  }
  std::vector<TimeAllocation> pdsch = pdsch_rows(ue.pdsch_times.empty() ? cell.pdsch_times : ue.pdsch_times, cell.dmrs_type_a_position, 1);
  std::vector<TimeAllocation> pusch = pusch_rows(ue.pusch_times.empty() ? cell.pusch_times : ue.pusch_times, layout.scs);
  DciConfig c;
  c.coreset0_rb = layout.coreset0.n_rb;
  c.initial_dl_rb = cell.initial_dl.size;
  c.initial_ul_rb = cell.initial_ul.size;
  c.active_dl_rb = out.dl.size;
  c.active_ul_rb = out.ul.size;
  c.active_dl_start = out.dl.start;
  c.active_ul_start = out.ul.start;
  auto any = [&](SearchSpaceType type) { return std::ranges::any_of(ue.search_spaces, [&](const auto& s) { return s.type == type; }); };
  c.uss_fallback = any(SearchSpaceType::ue_0_0_1_0);
  c.uss_dedicated = any(SearchSpaceType::ue_0_1_1_1);
  c.dci01.n_ul_bwp_rrc = c.dci11.n_dl_bwp_rrc = ue.bwp_id ? 1 : 0;
  c.dci01.n_time_entries = static_cast<uint8_t>(std::min<size_t>(pusch.size(), max_time_allocations));
  c.dci11.n_time_entries = static_cast<uint8_t>(std::min<size_t>(pdsch.size(), max_time_allocations));
  c.dci01.dynamic_harq_codebook = c.dci11.dynamic_harq_codebook = ue.dynamic_harq_codebook;
  c.dci01.transform_precoding = ue.transform_precoding;
  c.dci01.resource_type0 = c.dci11.resource_type0 = !ue.resource_allocation_type1;
  c.dci01.rbg_configuration2 = c.dci11.rbg_configuration2 = ue.rbg_config2;
  set_uplink_codebook(ue, c.dci01);
  c.dci01.dmrs_a = c.dci11.dmrs_a = DmrsType::type1;
  c.dci11.n_k1 = static_cast<uint8_t>(std::clamp<size_t>(ue.k1.size(), 1, 8));
  SEN_ASSIGN(out.dci, dci_layouts(c));
  if (!ue.dynamic_harq_codebook) out.codebooks = semi_static_codebooks(ue, layout.tdd, layout.scs, pdsch);
  out.times.rows = std::move(pdsch);
  layout.fill_dl(out.times);
  out.times.ul_rows = std::move(pusch);
  layout.fill_ul(out.times);
  return out;
}

std::optional<l1::Dmrs> pdsch_dmrs(const TimeAllocation& time, unsigned additional, unsigned layers, unsigned type_a_position,
                                   bool fallback, unsigned n_id) {
  DmrsConfig config;
  config.additional_position = static_cast<uint8_t>(fallback ? 2 : additional);
  config.type_a_pos = static_cast<uint8_t>(type_a_position);
  auto symbols = pdsch_dmrs_symbols(config, time.mapping, time.start, time.length);
  if (!symbols) return std::nullopt;
  const unsigned groups = fallback ? fallback_cdm_groups(time.length) : 2;
  l1::Dmrs out;
  out.symbol_mask = *symbols;
  out.cdm_groups_without_data = static_cast<uint8_t>(groups);
  out.n_id = static_cast<uint16_t>(n_id);
  if (!fallback) {
    auto value = pdsch_antenna_port_value(DmrsType::type1, 1, layers, groups);
    if (!value) return std::nullopt;
    out.ports = pdsch_antenna_ports(DmrsType::type1, 1, false, *value)->ports;
  }
  return out;
}

std::optional<l1::Dmrs> pusch_dmrs(const TimeAllocation& time, unsigned additional, unsigned layers, unsigned type_a_position, bool fallback,
                                   bool transform_precoding, unsigned n_id) {
  DmrsConfig config;
  config.additional_position = static_cast<uint8_t>(fallback ? 2 : additional);
  config.type_a_pos = static_cast<uint8_t>(type_a_position);
  auto symbols = pusch_dmrs_symbols(config, time.mapping, time.start, time.length);
  if (!symbols) return std::nullopt;
  l1::Dmrs out;
  out.symbol_mask = *symbols;
  out.cdm_groups_without_data = static_cast<uint8_t>(fallback ? fallback_cdm_groups(time.length, transform_precoding) : 2);
  out.n_id = static_cast<uint16_t>(n_id);
  if (layers > 1) {
    auto value = pusch_antenna_port_value(DmrsType::type1, 1, transform_precoding, layers, 2);
    if (!value) return std::nullopt;
    out.ports = pusch_antenna_ports(DmrsType::type1, 1, transform_precoding, layers, *value)->ports;
  }
  return out;
}

TbsInput tbs_input(const Mcs& mcs, unsigned n_prb, const TimeAllocation& time, const l1::Dmrs& dmrs, unsigned layers) {
  TbsInput in;
  in.mcs = mcs;
  in.n_prb = static_cast<uint16_t>(n_prb);
  in.n_symbols = time.length;
  in.n_dmrs_per_prb = static_cast<uint8_t>(dmrs_re_per_prb(DmrsType::type1, dmrs.cdm_groups_without_data, nr::count(dmrs.symbol_mask)));
  in.n_layers = static_cast<uint8_t>(layers);
  return in;
}

l1::Code code_of(const Mcs& mcs, unsigned index, McsTable table, uint32_t bits) {
  l1::Code code;
  code.qm = mcs.q_m;
  code.rate_x1024_x10 = static_cast<uint16_t>(mcs.rate_x2048 * 5);
  code.mcs = static_cast<uint8_t>(index);
  code.mcs_table = static_cast<uint8_t>(table);
  code.tbs_octets = bits / 8;
  code.base_graph = static_cast<uint8_t>(base_graph(bits, mcs.rate_x2048));
  return code;
}

}  // namespace sen::mac::gnb
