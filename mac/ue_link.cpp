#include "mac/detail/ue_link.h"

#include <algorithm>
#include <bit>

#include "nr/dmrs.h"
#include "nr/ssb.h"
#include "nr/tbs.h"

namespace sen::mac::detail {

using namespace nr;

McsTable mcs_table(uint8_t configured) {
  return configured == 2 ? McsTable::qam256 : configured == 3 ? McsTable::qam64_low_se : McsTable::qam64;
}

uint8_t serving_ssb(const CellConfig& cell) { return cell.ssb_positions ? static_cast<uint8_t>(std::countr_zero(cell.ssb_positions)) : 0; }

namespace {

nr::SearchSpace to_nr(const mac::SearchSpace& space) {
  nr::SearchSpace out;
  out.id = space.id;
  out.coreset_id = space.coreset;
  out.period_slots = std::max<uint16_t>(space.period_slots, 1);
  out.offset_slots = space.offset_slots;
  out.duration_slots = space.duration_slots;
  out.symbols = space.symbols;
  out.candidates = space.candidates;
  out.kind = space.type == SearchSpaceType::common ? SearchSpaceKind::common : SearchSpaceKind::ue;
  out.fallback = space.type != SearchSpaceType::ue_0_1_1_1;
  return out;
}

uint16_t lowest_rb(const l1::Coreset& coreset) {
  return coreset.frequency_groups ? static_cast<uint16_t>(6 * std::countr_zero(coreset.frequency_groups)) : 0;
}

// What the TDD pattern and FR1 bands need of the band; an unknown one is treated as its duplex mode says.
Duplex duplex_of(const CellConfig& cell) { return cell.l1.tdd ? Duplex::tdd : Duplex::fdd; }

}  // namespace

Result<UeLink> UeLink::make(const CellConfig& cell, bool complete, const UeConfig* ue) {
  UeLink link;
  link.cell_ = cell;
  if (ue) link.ue_ = *ue;
  link.complete_ = complete;
  const Band* band = find_band(cell.band);
  if (!band) return fail(Fault::invalid, "band", "n{} is unknown", cell.band);
  link.range_ = band->range();
  link.ssb_index_ = serving_ssb(cell);
  link.ssb_case_ = ssb_case(*band, cell.ssb_scs).value_or(SsbCase::a);
  link.l_max_ = static_cast<uint8_t>(l_max(link.ssb_case_, khz_from_arfcn(cell.l1.ssb_arfcn).value_or(0), cell.l1.tdd));
  SEN_ASSIGN(link.coreset0_, nr::coreset0(cell.coreset0_index, cell.ssb_scs, cell.common_scs, minimum_bandwidth_mhz(*band), cell.k_ssb));
  SEN_ASSIGN(link.space0_, nr::search_space0(cell.search_space0_index, link.coreset0_, link.range_, cell.ssb_scs, cell.common_scs));
  const auto start = coreset0_start_crb(link.coreset0_, cell.offset_to_point_a, link.range_, cell.common_scs);
  if (!start) return fail(Fault::invalid, "controlResourceSetZero", "CORESET 0 lies below point A");
  link.coreset0_rb_ = link.coreset0_.n_rb;
  link.coreset0_bwp_ = {cell.common_scs, false, *start, link.coreset0_.n_rb};
  link.initial_dl_ = complete ? cell.initial_dl : link.coreset0_bwp_;
  link.initial_ul_ = complete ? cell.initial_ul : l1::Bwp{};
  link.dl_ = ue && ue->dl.size ? ue->dl : link.initial_dl_;
  link.ul_ = ue && ue->ul.size ? ue->ul : link.initial_ul_;
  if (complete && cell.tdd) {
    SEN_ASSIGN(link.tdd_, TddTable::make(*cell.tdd, cell.l1.scs));
  }
  SEN_TRY(link.add_spaces(cell, ue));
  SEN_TRY(link.make_layouts(ue));
  if (complete) SEN_TRY(link.make_prach(cell));
  return link;
}

Status UeLink::add_spaces(const CellConfig& cell, const UeConfig* ue) {
  Space zero;
  zero.space.candidates = default_css_candidates;
  zero.coreset = coreset0_as_coreset(coreset0_, cell.l1.pci);
  zero.coreset.start_symbol = type0_occasion(space0_, coreset0_, cell.common_scs, ssb_case_, l_max_, ssb_index_).symbol;
  zero.bwp = coreset0_bwp_;
  zero.n_id = zero.dmrs_n_id = cell.l1.pci;
  zero.type0 = zero.coreset0 = true;
  const auto use_of = [&](uint8_t id) {
    SpaceUse use;
    use.sib1 = id == cell.sib1_search_space;
    use.other_si = complete_ && id == cell.other_si_search_space.value_or(0);
    use.ra = complete_ && id == cell.ra_search_space;
    use.paging = complete_ && id == cell.paging_search_space;
    use.crnti = use.ra;
    return use;
  };
  zero.use = use_of(0);
  spaces_.push_back(zero);
  if (!complete_) return {};
  for (const auto& space : cell.common_search_spaces) {
    if (space.id != 0) SEN_TRY(add_space(space, cell.common_coresets, initial_dl_, nullptr, use_of(space.id)));
  }
  if (!ue) return {};
  for (const auto& space : ue->search_spaces) {
    SpaceUse use;
    use.crnti = true;
    SEN_TRY(add_space(space, ue->coresets, dl_, ue, use));
  }
  return {};
}

Status UeLink::add_space(const mac::SearchSpace& space, const std::vector<l1::Coreset>& coresets, const l1::Bwp& bwp, const UeConfig* ue,
                         SpaceUse use) {
  Space out;
  out.space = to_nr(space);
  out.use = use;
  const auto found = std::ranges::find(coresets, space.coreset, &l1::Coreset::id);
  const auto common = std::ranges::find(cell_.common_coresets, space.coreset, &l1::Coreset::id);
  out.n_id = out.dmrs_n_id = cell_.l1.pci;
  if (space.coreset == 0) {
    out.coreset = spaces_.front().coreset;
    out.bwp = coreset0_bwp_;
    out.coreset0 = true;
  } else if (found != coresets.end()) {
    out.coreset = *found;
    out.bwp = bwp;
    const size_t index = static_cast<size_t>(found - coresets.begin());
    if (ue && index < ue->coreset_dmrs_ids.size()) {
      out.dmrs_n_id = ue->coreset_dmrs_ids[index];
      if (space.type != SearchSpaceType::common) {  // TS 38.211 7.3.2.3: both only in a UE-specific search space
        out.n_id = out.dmrs_n_id;
        out.scrambled_by_rnti = true;
      }
    }
  } else if (common != cell_.common_coresets.end()) {
    out.coreset = *common;
    out.bwp = initial_dl_;
  } else {
    return fail(Fault::invalid, "searchSpace.controlResourceSetId", "CORESET {} is not configured", space.coreset);
  }
  if (!out.coreset0) SEN_TRY(check_coreset(out.coreset, out.bwp.size, out.bwp.start));
  out.lowest_rb = static_cast<uint16_t>(lowest_rb(out.coreset) + coreset_first_rb(out.coreset, out.bwp.start));
  std::erase_if(spaces_, [&](const Space& s) { return s.space.id == out.space.id; });
  spaces_.push_back(out);
  return {};
}

Status UeLink::make_layouts(const UeConfig* ue) {
  if (!ue) {
    layouts_ = common_dci_layouts(coreset0_rb_, complete_ ? initial_ul_.size : coreset0_rb_);
    return {};
  }
  DciConfig c;
  c.coreset0_rb = coreset0_rb_;
  c.initial_dl_rb = initial_dl_.size;
  c.initial_ul_rb = initial_ul_.size;
  c.active_dl_rb = dl_.size;
  c.active_ul_rb = ul_.size;
  c.active_dl_start = dl_.start;
  c.active_ul_start = ul_.start;
  const auto any = [&](SearchSpaceType type) {
    return std::ranges::any_of(ue->search_spaces, [&](const auto& s) { return s.type == type; });
  };
  c.uss_fallback = any(SearchSpaceType::ue_0_0_1_0);
  c.uss_dedicated = any(SearchSpaceType::ue_0_1_1_1);
  c.dci01.n_ul_bwp_rrc = c.dci11.n_dl_bwp_rrc = ue->bwp_id ? 1 : 0;
  const auto entries = [&](bool dl) {
    const auto* list = dedicated_or_common(dl);
    return static_cast<uint8_t>(list ? std::min<size_t>(list->size(), max_time_allocations) : max_time_allocations);
  };
  c.dci01.n_time_entries = entries(false);
  c.dci01.transform_precoding = ue->transform_precoding;
  c.dci01.resource_type0 = c.dci11.resource_type0 = !ue->resource_allocation_type1;
  c.dci01.rbg_configuration2 = c.dci11.rbg_configuration2 = ue->rbg_config2;
  c.dci01.dynamic_harq_codebook = c.dci11.dynamic_harq_codebook = ue->dynamic_harq_codebook;
  set_uplink_codebook(*ue, c.dci01);
  c.dci01.dmrs_a = c.dci11.dmrs_a = DmrsType::type1;
  c.dci11.n_time_entries = entries(true);
  c.dci11.n_k1 = static_cast<uint8_t>(std::clamp<size_t>(ue->k1.size(), 1, 8));
  SEN_ASSIGN(layouts_, dci_layouts(c));
  return {};
}

Status UeLink::make_prach(const CellConfig& cell) {
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
  const PrachOccasions::SsbBurst burst{ssb_case_, l_max_, cell.ssb_positions, cell.ssb_period_ms, false};
  SEN_ASSIGN(prach_, PrachOccasions::make(c, range_, duplex_of(cell), initial_ul_.scs, tdd_, burst));
  return {};
}

const Space* UeLink::find_space(uint8_t id) const {
  const auto found = std::ranges::find(spaces_, id, [](const Space& s) { return s.space.id; });
  return found == spaces_.end() ? nullptr : &*found;
}

bool UeLink::monitored(const Space& space, Slot slot) const {
  const unsigned end = space.coreset.start_symbol + space.coreset.duration;
  if (complete_ && tdd_.at(slot).dl < end) return false;
  if (space.type0) return type0_monitored(space0_, coreset0_, slot, ssb_case_, l_max_, ssb_index_, cell_.ssb_period_ms);
  return nr::monitored(space.space, slot);
}

void UeLink::reserve(Slot slot, std::vector<l1::ReservedRes>& out) const {
  if (!ue_) return;
  for (const auto* list : {&ue_->nzp_csi_rs, &ue_->zp_csi_rs}) {
    for (const auto& resource : *list) {
      if (csi_rs_in(resource, slot)) reserve_csi_rs(resource, out);
    }
  }
}

bool UeLink::pdsch_possible(Slot slot) const {
  const unsigned end = symbols_per_slot - (tdd_.is_fdd() ? 0 : tdd_.at(slot).ul);
  if (const auto* list = dedicated_or_common(true)) {
    return std::ranges::any_of(*list, [&](const TimeAllocation& t) { return t.start + t.length <= static_cast<int>(end); });
  }
  for (unsigned i = 0; i < max_time_allocations; ++i) {
    const auto t = pdsch_default_a(i, cell_.dmrs_type_a_position);
    if (t && t->start + t->length <= static_cast<int>(end)) return true;
  }
  return false;
}

const std::vector<TimeAllocation>* UeLink::dedicated_or_common(bool downlink) const {
  if (ue_ && !(downlink ? ue_->pdsch_times : ue_->pusch_times).empty()) return downlink ? &ue_->pdsch_times : &ue_->pusch_times;
  const auto& common = downlink ? cell_.pdsch_times : cell_.pusch_times;
  return common.empty() ? nullptr : &common;
}

// TS 38.214 table 5.1.2.1.1-1.
std::optional<TimeAllocation> UeLink::pdsch_time(unsigned index, RntiType type, const Space& space) const {
  const auto configured = [&](const std::vector<TimeAllocation>* list) -> std::optional<TimeAllocation> {
    if (list && index < list->size()) return (*list)[index];
    return std::nullopt;
  };
  if (type == RntiType::si && space.type0) return pdsch_default(coreset0_.pattern, index, cell_.dmrs_type_a_position);
  if (type == RntiType::c && !(space.common() && space.coreset0)) {
    if (const auto* list = dedicated_or_common(true)) return configured(list);
    return pdsch_default_a(index, cell_.dmrs_type_a_position);
  }
  if (complete_ && !cell_.pdsch_times.empty()) return configured(&cell_.pdsch_times);
  if (type == RntiType::c || type == RntiType::tc || type == RntiType::ra) return pdsch_default_a(index, cell_.dmrs_type_a_position);
  return pdsch_default(coreset0_.pattern, index, cell_.dmrs_type_a_position);
}

// TS 38.214 table 6.1.2.1.1-1.
std::optional<TimeAllocation> UeLink::pusch_time(unsigned index, bool common_only) const {
  const auto* list = common_only ? (cell_.pusch_times.empty() ? nullptr : &cell_.pusch_times) : dedicated_or_common(false);
  if (!list) return pusch_default_a(index, ul_.scs);
  if (index < list->size()) return (*list)[index];
  return std::nullopt;
}

namespace {

std::unexpected<Error> bad(const char* field, unsigned value) { return fail(Fault::invalid, field, "{} stands for nothing here", value); }

l1::Allocation allocation(std::vector<std::pair<uint16_t, uint16_t>> rbs, const TimeAllocation& time) {
  return {std::move(rbs), time.start, time.length, time.mapping == MappingType::b};
}

std::vector<std::pair<uint16_t, uint16_t>> runs(const RbSet& set) {
  std::vector<std::pair<uint16_t, uint16_t>> out;
  for (unsigned rb = 0; rb < max_n_rb; ++rb) {
    if (!set[rb]) continue;
    if (out.empty() || out.back().first + out.back().second != rb) out.emplace_back(rb, 0);
    ++out.back().second;
  }
  return out;
}

unsigned rbs_of(const l1::Allocation& a) {
  unsigned n = 0;
  for (const auto& [first, count] : a.rbs) n += count;
  return n;
}

l1::Code code_of(const Mcs& mcs, uint8_t index, McsTable table, uint8_t rv, uint32_t tbs) {
  l1::Code code;
  code.qm = mcs.q_m;
  code.rate_x1024_x10 = static_cast<uint16_t>(mcs.rate_x2048 * 5);
  code.mcs = index;
  code.mcs_table = static_cast<uint8_t>(table);
  code.rv = rv;
  code.tbs_octets = tbs / 8;
  code.base_graph = static_cast<uint8_t>(base_graph(tbs, mcs.rate_x2048));
  return code;
}

// The PRBs of virtual resource blocks, as runs in the order of these.
std::vector<std::pair<uint16_t, uint16_t>> mapped(const VrbToPrb& map, RbRange vrbs) {
  std::vector<std::pair<uint16_t, uint16_t>> out;
  for (unsigned vrb = vrbs.start; vrb < vrbs.end(); ++vrb) {
    const uint16_t prb = map.prb(vrb);
    if (out.empty() || out.back().first + out.back().second != prb) out.push_back({prb, 0});
    ++out.back().second;
  }
  return out;
}

}  // namespace

struct UeLink::DlFields {
  std::vector<std::pair<uint16_t, uint16_t>> rbs;  // from the start of `bwp`
  l1::Bwp bwp;
  uint8_t time = 0, mcs = 0, rv = 0, tb_scaling = 0;
  bool fallback = true;
  uint8_t antenna_ports = 0;
  bool n_scid = false;
  McsTable table = McsTable::qam64;
};

Result<DlAssignment> UeLink::make_pdsch(const DlFields& f, Rnti rnti, RntiType type, const Space& space) const {
  const auto time = pdsch_time(f.time, type, space);
  if (!time || !pdsch_allocation_valid(time->mapping, time->start, time->length, cell_.dmrs_type_a_position))
    return bad("time domain resource assignment", f.time);
  DlAssignment out;
  out.fallback = f.fallback;
  out.k0 = time->k;
  l1::PdschPdu& p = out.pdsch;
  p.rnti = rnti;
  p.bwp = f.bwp;
  p.allocation = allocation(f.rbs, *time);
  p.n_id = cell_.l1.pci;
  p.dmrs.n_id = cell_.l1.pci;
  p.dmrs.n_scid = f.n_scid;
  if (type == RntiType::c && ue_) {  // TS 38.211 7.3.1.1, 7.4.1.1.1
    if (!f.fallback || !space.common()) p.n_id = ue_->pdsch_ids.data.value_or(p.n_id);
    p.dmrs.n_id = (f.n_scid ? ue_->pdsch_ids.dmrs1 : ue_->pdsch_ids.dmrs0).value_or(p.dmrs.n_id);
  }
  DmrsConfig dmrs;
  dmrs.type_a_pos = cell_.dmrs_type_a_position;
  AntennaPorts ports;
  ports.cdm_groups_without_data = static_cast<uint8_t>(fallback_cdm_groups(time->length));
  if (!f.fallback) {
    dmrs.additional_position = ue_->dl_dmrs_additional;
    const auto configured = pdsch_antenna_ports(DmrsType::type1, 1, false, f.antenna_ports);
    if (!configured || configured->layers > ue_->max_layers_dl) return bad("antenna ports", f.antenna_ports);
    ports = *configured;
  }
  const auto symbols = pdsch_dmrs_symbols(dmrs, time->mapping, time->start, time->length);
  if (!symbols) return bad("time domain resource assignment", f.time);
  p.layers = ports.layers;
  p.dmrs.symbol_mask = *symbols;
  p.dmrs.cdm_groups_without_data = ports.cdm_groups_without_data;
  p.dmrs.ports = ports.ports;
  if (type == RntiType::si && space.type0) p.dmrs.reference_rb = coreset0_bwp_.start;  // TS 38.211 7.4.1.1.2

  if (const auto q_m = pdsch_reserved_q_m(f.table, f.mcs)) {
    out.retransmission_size = true;
    p.code.qm = *q_m;
    p.code.mcs = f.mcs;
    p.code.rv = f.rv;
    p.code.mcs_table = static_cast<uint8_t>(f.table);
    return out;
  }
  const auto mcs = pdsch_mcs(f.table, f.mcs);
  if (!mcs) return bad("MCS", f.mcs);
  TbsInput tbs;
  tbs.mcs = *mcs;
  tbs.n_prb = static_cast<uint16_t>(rbs_of(p.allocation));
  tbs.n_symbols = time->length;
  tbs.n_dmrs_per_prb = static_cast<uint8_t>(dmrs_re_per_prb(DmrsType::type1, ports.cdm_groups_without_data, nr::count(*symbols)));
  tbs.n_layers = ports.layers;
  tbs.tb_scaling = f.tb_scaling;
  const uint32_t bits = tbs_bits(tbs);
  if (bits == 0) return bad("frequency domain resource assignment", tbs.n_prb);
  p.code = code_of(*mcs, f.mcs, f.table, f.rv, bits);
  const unsigned max_qm = ue_ && ue_->pdsch_mcs_table == 2 ? 8 : 6;
  p.code.lbrm_tbs_octets = tbs_lbrm(ue_ ? ue_->max_layers_dl : 1, max_qm, ue_ ? dl_.size : initial_dl_.size) / 8;
  return out;
}

Result<DlAssignment> UeLink::assignment(const DciBits& bits, Rnti rnti, RntiType type, const Space& space, uint16_t first_cce) const {
  DlFields f;
  f.bwp = space.bwp;
  const uint16_t n_cce = static_cast<uint16_t>(std::max(1u, coreset_cces(space.coreset)));
  // In a common search space VRB 0 is the CORESET's lowest block and the field counts over CORESET 0 (TS 38.214 5.1.2.2.2).
  const auto common_rbs = [&](uint32_t field, const Dci10Widths& widths, bool interleaved) -> Status {
    SEN_ASSIGN(const RbRange range, from_riv(widths.frequency_rbs, field));
    if (space.lowest_rb + range.end() > space.bwp.size)
      return fail(Fault::invalid, "frequency domain resource assignment", "beyond the bandwidth part");
    const unsigned bundle_start = space.type0 ? 0u : space.bwp.start + space.lowest_rb;
    f.rbs = mapped({static_cast<uint16_t>(space.lowest_rb), static_cast<uint16_t>(widths.frequency_rbs),
                    static_cast<uint16_t>(bundle_start), static_cast<uint8_t>(interleaved ? 2 : 0)},
                   range);
    return {};
  };
  DlAssignment out;
  if (type == RntiType::si) {
    const Dci10Widths widths = css10_widths(coreset0_rb_);
    SEN_ASSIGN(const Dci10Si dci, unpack_10_si(bits, widths));
    SEN_TRY(common_rbs(dci.frequency, widths, dci.interleaved));
    f.time = dci.time, f.mcs = dci.mcs, f.rv = dci.rv;
    return make_pdsch(f, rnti, type, space);
  }
  if (type == RntiType::ra || type == RntiType::p) {
    const Dci10Widths widths = css10_widths(coreset0_rb_);
    if (type == RntiType::ra) {
      SEN_ASSIGN(const Dci10Ra dci, unpack_10_ra(bits, widths));
      SEN_TRY(common_rbs(dci.frequency, widths, dci.interleaved));
      f.time = dci.time, f.mcs = dci.mcs, f.tb_scaling = dci.tb_scaling;
    } else {
      SEN_ASSIGN(const Dci10P dci, unpack_10_p(bits, widths));
      SEN_TRY(common_rbs(dci.frequency, widths, dci.interleaved));
      f.time = dci.time, f.mcs = dci.mcs, f.tb_scaling = dci.tb_scaling;
    }
    return make_pdsch(f, rnti, type, space);
  }
  if (space.space.fallback) {
    const Dci10Widths& widths = space.common() ? layouts_.css10 : layouts_.uss10;
    SEN_ASSIGN(const Dci10 dci, unpack_10(bits, widths));
    if (space.common()) {
      SEN_TRY(common_rbs(dci.frequency, widths, dci.interleaved));
    } else {
      f.bwp = dl_;
      Result<RbRange> range =
          layouts_.fallback_shrunk ? from_scaled_riv(widths.frequency_rbs, dl_.size, dci.frequency) : from_riv(dl_.size, dci.frequency);
      SEN_ASSIGN(const RbRange rbs, std::move(range));
      f.rbs = mapped({0, dl_.size, dl_.start, static_cast<uint8_t>(dci.interleaved ? 2 : 0)}, rbs);
    }
    f.time = dci.time, f.mcs = dci.mcs, f.rv = dci.rv;
    if (!space.common() && ue_ && ue_->pdsch_mcs_table == 3) f.table = McsTable::qam64_low_se;
    SEN_ASSIGN(out, make_pdsch(f, rnti, type, space));
    out.harq_id = dci.harq_id;
    out.new_data = dci.new_data;
    out.dai = dci.dai;
    out.tpc = dci.tpc;
    out.feedback = {static_cast<uint8_t>(k1_of_dci_1_0(dci.k1)), dci.pucch_resource, first_cce, n_cce};
    return out;
  }
  if (!ue_) return fail(Fault::invalid, "DCI 1_1", "before a dedicated configuration");
  SEN_ASSIGN(const Dci11 dci, unpack_11(bits, layouts_.uss11));
  if (layouts_.uss11.bwp && dci.bwp != ue_->bwp_id)
    return fail(Fault::unsupported, "bandwidth part indicator", "{} is not configured", dci.bwp);
  f.bwp = dl_;
  if (ue_->resource_allocation_type1) {
    SEN_ASSIGN(const RbRange range, from_riv(dl_.size, dci.frequency));
    f.rbs = {{range.start, range.count}};
  } else {
    f.rbs = runs(rbs_from_rbgs(dl_.start, dl_.size, dci.frequency, ue_->rbg_config2));
    if (f.rbs.empty()) return bad("frequency domain resource assignment", dci.frequency);
  }
  f.fallback = false;
  f.time = dci.time, f.mcs = dci.mcs, f.rv = dci.rv, f.antenna_ports = dci.antenna_ports, f.n_scid = dci.dmrs_seq;
  f.table = mcs_table(ue_->pdsch_mcs_table);
  SEN_ASSIGN(out, make_pdsch(f, rnti, type, space));
  out.harq_id = dci.harq_id;
  out.new_data = dci.new_data;
  out.dai = dci.dai;
  out.tpc = dci.tpc;
  out.srs_request = dci.srs_request;
  const uint8_t k1 = dci.k1 < ue_->k1.size() ? ue_->k1[dci.k1] : ue_->k1.empty() ? uint8_t{4} : ue_->k1.front();
  out.feedback = {k1, dci.pucch_resource, first_cce, n_cce};
  return out;
}

struct UeLink::UlFields {
  RbRange range;
  std::vector<std::pair<uint16_t, uint16_t>> rbs;  // type 0; empty: range
  std::optional<uint16_t> second_hop;
  l1::Bwp bwp;
  TimeAllocation time;
  uint8_t mcs = 0, rv = 0, layers = 1, ports = 1, tpmi = 0;
  bool transform_precoding = false, fallback = true, n_scid = false;
  bool dedicated = false, common = false;  // granted to the C-RNTI; in a common search space
  uint8_t antenna_ports = 0;
  McsTable table = McsTable::qam64;
};

Result<UlGrant> UeLink::make_pusch(const UlFields& f, Rnti rnti) const {
  UlGrant out;
  out.k2 = f.time.k;
  if (!pusch_allocation_valid(f.time.mapping, f.time.start, f.time.length)) return bad("time domain resource assignment", f.time.start);
  l1::PuschPdu& p = out.pusch;
  p.rnti = rnti;
  p.bwp = f.bwp;
  p.allocation = allocation(f.rbs.empty() ? std::vector<std::pair<uint16_t, uint16_t>>{{f.range.start, f.range.count}} : f.rbs, f.time);
  p.second_hop_rb = f.second_hop;
  p.transform_precoding = f.transform_precoding;
  p.low_papr_id = cell_.l1.pci;
  p.n_id = cell_.l1.pci;
  p.ports = f.ports;
  p.tpmi = f.tpmi;
  p.dmrs.n_id = cell_.l1.pci;
  p.dmrs.n_scid = f.n_scid;
  if (f.dedicated && ue_) {  // TS 38.211 6.3.1.1, 6.4.1.1.1
    if (!f.common) p.n_id = ue_->pusch_ids.data.value_or(p.n_id);
    p.dmrs.n_id = (f.n_scid ? ue_->pusch_ids.dmrs1 : ue_->pusch_ids.dmrs0).value_or(p.dmrs.n_id);
  }
  DmrsConfig dmrs;
  dmrs.type_a_pos = cell_.dmrs_type_a_position;
  AntennaPorts ports;
  ports.cdm_groups_without_data = static_cast<uint8_t>(fallback_cdm_groups(f.time.length, f.transform_precoding));
  if (!f.fallback) {
    dmrs.additional_position = ue_->ul_dmrs_additional;
    const auto configured = pusch_antenna_ports(DmrsType::type1, 1, f.transform_precoding, f.layers, f.antenna_ports);
    if (!configured) return bad("antenna ports", f.antenna_ports);
    ports = *configured;
  }
  const auto symbols = f.second_hop ? pusch_dmrs_symbols_hopping(dmrs, f.time.mapping, f.time.start, f.time.length)
                                    : pusch_dmrs_symbols(dmrs, f.time.mapping, f.time.start, f.time.length);
  if (!symbols) return bad("time domain resource assignment", f.time.start);
  p.layers = f.layers;
  p.dmrs.symbol_mask = *symbols;
  p.dmrs.cdm_groups_without_data = ports.cdm_groups_without_data;
  p.dmrs.ports = ports.ports;
  if (const auto q_m = pusch_reserved_q_m(f.table, f.mcs, f.transform_precoding)) {
    out.retransmission_size = true;
    p.code.qm = *q_m;
    p.code.mcs = f.mcs;
    p.code.rv = f.rv;
    p.code.mcs_table = static_cast<uint8_t>(f.table);
    return out;
  }
  const auto mcs = pusch_mcs(f.table, f.mcs, f.transform_precoding);
  if (!mcs) return bad("MCS", f.mcs);
  TbsInput tbs;
  tbs.mcs = *mcs;
  tbs.n_prb = static_cast<uint16_t>(rbs_of(p.allocation));
  tbs.n_symbols = f.time.length;
  tbs.n_dmrs_per_prb = static_cast<uint8_t>(dmrs_re_per_prb(DmrsType::type1, ports.cdm_groups_without_data, nr::count(*symbols)));
  tbs.n_layers = f.layers;
  const uint32_t bits = tbs_bits(tbs);
  if (bits == 0) return bad("frequency domain resource assignment", tbs.n_prb);
  p.code = code_of(*mcs, f.mcs, f.table, f.rv, bits);
  return out;
}

namespace {

// Splits the hopping offset off a type 1 field (TS 38.214 6.3) and finds the second hop.
struct Hop {
  uint32_t riv = 0;
  unsigned offset = 0;
};
Hop split_hopping(uint32_t field, unsigned field_bits, unsigned n_rb) {
  const unsigned n = hopping_bits(n_rb);
  if (field_bits < n) return {field, 0};
  return {field & ((1u << (field_bits - n)) - 1), field >> (field_bits - n)};
}
uint16_t second_hop(unsigned n_rb, RbRange range, unsigned offset_bits) {
  const int start = static_cast<int>(range.start) + msg3_hop_offset(n_rb, offset_bits);
  const int n = static_cast<int>(n_rb);
  return static_cast<uint16_t>(((start % n) + n) % n);
}

}  // namespace

Result<UlGrant> UeLink::grant(const DciBits& bits, Rnti rnti, RntiType type, const Space& space) const {
  UlFields f;
  f.bwp = ul_;
  f.dedicated = type == RntiType::c;
  f.common = space.common();
  if (ul_.size == 0) return fail(Fault::invalid, "uplink", "before system information");
  if (space.space.fallback) {
    const Dci00Widths& widths = space.common() ? layouts_.css00 : layouts_.uss00;
    SEN_ASSIGN(const Dci00 dci, unpack_00(bits, widths));
    const unsigned n = widths.frequency_rbs;
    Hop hop{dci.frequency, 0};
    if (dci.hopping) hop = split_hopping(dci.frequency, widths.frequency, n);
    const bool scaled = !space.common() && layouts_.fallback_shrunk;
    SEN_ASSIGN(f.range, (scaled ? from_scaled_riv(n, ul_.size, hop.riv) : from_riv(n, hop.riv)));
    if (f.range.end() > ul_.size) return bad("frequency domain resource assignment", dci.frequency);
    if (dci.hopping) f.second_hop = second_hop(n, f.range, hop.offset);
    const auto time = pusch_time(dci.time, type == RntiType::tc || (space.common() && space.coreset0));
    if (!time) return bad("time domain resource assignment", dci.time);
    f.time = *time;
    f.mcs = dci.mcs, f.rv = dci.rv;
    f.transform_precoding = cell_.rach.msg3_transform_precoding;
    if (!space.common() && ue_ && ue_->pusch_mcs_table == 3) f.table = McsTable::qam64_low_se;
    SEN_ASSIGN(UlGrant out, make_pusch(f, rnti));
    out.harq_id = dci.harq_id;
    out.new_data = dci.new_data;
    out.tpc = dci.tpc;
    return out;
  }
  if (!ue_) return fail(Fault::invalid, "DCI 0_1", "before a dedicated configuration");
  SEN_ASSIGN(const Dci01 dci, unpack_01(bits, layouts_.uss01));
  if (layouts_.uss01.bwp && dci.bwp != ue_->bwp_id)
    return fail(Fault::unsupported, "bandwidth part indicator", "{} is not configured", dci.bwp);
  if (ue_->resource_allocation_type1) {
    SEN_ASSIGN(f.range, from_riv(ul_.size, dci.frequency));
  } else {
    f.rbs = runs(rbs_from_rbgs(ul_.start, ul_.size, dci.frequency, ue_->rbg_config2));
    if (f.rbs.empty()) return bad("frequency domain resource assignment", dci.frequency);
  }
  const auto time = pusch_time(dci.time, false);
  if (!time) return bad("time domain resource assignment", dci.time);
  f.time = *time;
  f.fallback = false;
  f.mcs = dci.mcs, f.rv = dci.rv, f.antenna_ports = dci.antenna_ports, f.n_scid = dci.dmrs_seq;
  f.transform_precoding = ue_->transform_precoding;
  f.table = mcs_table(ue_->pusch_mcs_table);
  if (layouts_.uss01.precoding) {
    const auto w = precoding_information(ue_->srs->ports, ue_->transform_precoding ? 1 : ue_->max_layers_ul, ue_->codebook_subset, dci.precoding);
    if (!w) return bad("precoding information", dci.precoding);
    f.layers = w->layers, f.tpmi = w->tpmi, f.ports = ue_->srs->ports;
  }
  SEN_ASSIGN(UlGrant out, make_pusch(f, rnti));
  out.harq_id = dci.harq_id;
  out.new_data = dci.new_data;
  if (layouts_.uss01.dai1) out.dai = dci.dai1;
  out.tpc = dci.tpc;
  out.csi_request = dci.csi_request;
  out.ul_sch = dci.ul_sch;
  out.srs_request = dci.srs_request;
  return out;
}

Result<UlGrant> UeLink::rar_grant(const RarGrant& grant, Rnti rnti) const {
  UlFields f;
  f.bwp = ul_;
  const unsigned n = initial_ul_.size;
  if (n == 0) return fail(Fault::invalid, "uplink", "before system information");
  // TS 38.213 8.3: RBs count from the initial bandwidth part when the active one holds it.
  if (ul_.start <= initial_ul_.start && ul_.start + ul_.size >= initial_ul_.start + n) f.bwp = initial_ul_;
  const RarFrequency frequency = rar_frequency(grant, n);
  SEN_ASSIGN(f.range, from_riv(n, frequency.riv));
  if (grant.hopping) f.second_hop = second_hop(n, f.range, frequency.hopping_offset);
  const auto time = pusch_time(grant.time, true);
  if (!time) return bad("PUSCH time resource allocation", grant.time);
  f.time = *time;
  f.mcs = grant.mcs;
  f.transform_precoding = cell_.rach.msg3_transform_precoding;
  SEN_ASSIGN(UlGrant out, make_pusch(f, rnti));
  out.k2 = static_cast<uint8_t>(out.k2 + msg3_delta(f.bwp.scs));
  out.csi_request = grant.csi_request;
  return out;
}

}  // namespace sen::mac::detail
