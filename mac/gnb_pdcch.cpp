// Control channel elements and resource blocks of one slot (TS 38.213 10.1, TS 38.214 5.1.2.2, 6.1.2.2).
#include <algorithm>

#include "mac/detail/gnb_cell.h"

namespace sen::mac {

using namespace gnb;

namespace {

// Best format first.
constexpr SearchSpaceType dedicated_types[] = {SearchSpaceType::ue_0_1_1_1, SearchSpaceType::ue_0_0_1_0, SearchSpaceType::common};

// Aggregation level that a SINR needs for one block in a hundred.
unsigned level_for(float sinr_db) { return sinr_db > 8 ? 1 : sinr_db > 4 ? 2 : sinr_db > 0 ? 4 : sinr_db > -3 ? 8 : 16; }

}  // namespace

std::optional<GnbCell::Impl::Place> GnbCell::Impl::find_pdcch(const Space& space, Rnti rnti, unsigned wanted_level) const {
  const ControlSet& set = layout.sets[space.set];
  const bool common = space.space.kind == nr::SearchSpaceKind::common;
  const uint32_t y = common ? 0 : nr::search_space_y(set.coreset.id, rnti, slot.in_frame());
  auto try_level = [&](unsigned index) -> std::optional<Place> {
    const unsigned level = nr::aggregation_levels[index];
    const unsigned count = space.space.candidates[index];
    for (unsigned m = 0; m < count; ++m) {
      auto cce = nr::candidate_cce(y, level, m, count, set.cces);
      if (!cce || *cce + level > set.cces) continue;
      Place place{&space, *cce, static_cast<uint8_t>(level), {}};
      for (unsigned i = 0; i < level; ++i) place.rbs |= set.cce_rbs[*cce + i];
      if (dl_grid.free(set.coreset.start_symbol, set.coreset.duration, place.rbs)) return place;
    }
    return std::nullopt;
  };
  unsigned first = 0;
  while (first < 4 && nr::aggregation_levels[first] < wanted_level) ++first;
  for (unsigned index = first; index < 5; ++index) {
    if (auto place = try_level(index)) return place;
  }
  // Nothing as strong as wanted is configured at all: the strongest there is.
  const bool configured =
      std::any_of(space.space.candidates.begin() + first, space.space.candidates.end(), [](uint8_t n) { return n > 0; });
  for (unsigned index = first; !configured && index-- > 0;) {
    if (auto place = try_level(index)) return place;
  }
  return std::nullopt;
}

// The search space that both ends surely have in common, best format first.
std::optional<GnbCell::Impl::Place> GnbCell::Impl::find_pdcch(const Ue& ue) const {
  const unsigned level = level_for(ue.dl_link.sinr_db() + ue.pdcch_offset_db);
  const bool dedicated = ue.phase == Phase::active && !ue.fallback;
  if (dedicated) {
    for (SearchSpaceType type : dedicated_types) {
      for (const Space& space : ue.layout.spaces) {
        if (space.type != type || !layout.monitored(space, slot)) continue;
        if (auto place = find_pdcch(space, ue.rnti, level)) return place;
      }
    }
    if (!ue.layout.spaces.empty()) return std::nullopt;
  }
  const Space& common = *layout.space(cell.ra_search_space);
  if (!layout.monitored(common, slot)) return std::nullopt;
  return find_pdcch(common, ue.rnti, level);
}

// First symbol that no PDCCH of this slot needs: none that was sent, none of a UE that waits for one.
void GnbCell::Impl::find_control_end() {
  control_end = 1;
  for (const auto& pdu : dl->pdcch) control_end = std::max<unsigned>(control_end, pdu.coreset.start_symbol + pdu.coreset.duration);
  for (const auto* list : {&dl_candidates, &ul_candidates}) {
    for (const auto& [metric, id] : *list) control_end = std::max(control_end, control_end_of(*ues[id]));
  }
  control_end = std::min(control_end, layout.pdcch_end);
}

unsigned GnbCell::Impl::control_end_of(const Ue& ue) const {
  if (ue.phase != Phase::active || ue.fallback) return layout.pdcch_end;
  for (SearchSpaceType type : dedicated_types) {
    for (const Space& space : ue.layout.spaces) {
      if (space.type == type && layout.monitored(space, slot)) return layout.sets[space.set].end_symbol();
    }
  }
  return layout.pdcch_end;
}

bool GnbCell::Impl::put_pdcch(const Place& place, Rnti rnti, const Result<nr::DciBits>& dci) {
  if (!dci) return false;
  const Space& space = *place.space;
  const ControlSet& set = layout.sets[space.set];
  dl_grid.take(set.coreset.start_symbol, set.coreset.duration, place.rbs);
  nr::l1::PdcchPdu& pdu = spare_pdcch.add(dl->pdcch);
  pdu.rnti = rnti;
  pdu.bwp = set.bwp;
  pdu.coreset = set.coreset;
  pdu.first_cce = place.cce;
  pdu.aggregation_level = place.level;
  pdu.n_id = space.n_id;
  pdu.n_rnti = space.scrambled_by_rnti ? rnti : 0;
  pdu.dmrs_n_id = space.dmrs_n_id;
  pdu.power_db = 0;
  pdu.dci.octets.assign(dci->octets().begin(), dci->octets().begin() + static_cast<ptrdiff_t>((dci->size() + 7) / 8));
  pdu.dci.size = static_cast<uint16_t>(dci->size());
  return true;
}

GnbCell::Impl::Window GnbCell::Impl::dl_window(const Ue* ue, const Space& space) const {
  const ControlSet& set = layout.sets[space.set];
  Window w;
  if (space.type == SearchSpaceType::common) {
    w.riv_rbs = layout.css10.frequency_rbs;
    w.bwp = set.bwp;
    w.first = set.lowest_crb;
    w.end = std::min<unsigned>(w.first + w.riv_rbs, set.bwp.start + set.bwp.size);
    return w;
  }
  w.bwp = ue->layout.dl;
  w.first = w.bwp.start;
  w.end = w.first + w.bwp.size;
  w.riv_rbs = w.bwp.size;
  if (space.type == SearchSpaceType::ue_0_1_1_1) {
    w.type0 = !ue->config.resource_allocation_type1;
    w.config2 = ue->config.rbg_config2;
  } else if (ue->layout.dci.fallback_shrunk) {
    w.scaled = true;
    w.riv_rbs = ue->layout.dci.uss10.frequency_rbs;
    w.step = nr::fallback_scale_k(w.riv_rbs, w.bwp.size);
  }
  return w;
}

GnbCell::Impl::Window GnbCell::Impl::ul_window(const Ue* ue, const Space& space) const {
  Window w;
  w.bwp = ue && ue->phase != Phase::msg4 ? ue->layout.ul : cell.initial_ul;
  w.first = w.bwp.start;
  if (space.type == SearchSpaceType::common) {
    w.riv_rbs = layout.css00.frequency_rbs;
    w.end = w.first + std::min<unsigned>(w.riv_rbs, w.bwp.size);
    return w;
  }
  w.end = w.first + w.bwp.size;
  w.riv_rbs = w.bwp.size;
  if (space.type == SearchSpaceType::ue_0_1_1_1) {
    w.type0 = !ue->config.resource_allocation_type1;
    w.config2 = ue->config.rbg_config2;
  } else if (ue->layout.dci.fallback_shrunk) {
    w.scaled = true;
    w.riv_rbs = ue->layout.dci.uss00.frequency_rbs;
    w.step = nr::fallback_scale_k(w.riv_rbs, w.bwp.size);
  }
  return w;
}

std::optional<GnbCell::Impl::Blocks> GnbCell::Impl::find_blocks(const RbMask& taken, const Window& w, unsigned want,
                                                                unsigned at_least) const {
  Blocks out;
  if (w.type0) {
    const unsigned groups = nr::rbg_count(w.bwp.start, w.bwp.size, w.config2);
    for (unsigned g = 0; g < groups && out.count < want; ++g) {
      nr::RbRange range = nr::rbg_range(w.bwp.start, w.bwp.size, g, w.config2);
      RbMask mask = RbMask::range(w.bwp.start + range.start, range.count);
      if (mask.meets(taken)) continue;
      out.mask |= mask;
      out.count += range.count;
      out.field |= 1u << (groups - 1 - g);
    }
    return out.count >= at_least && out.count > 0 ? std::optional(out) : std::nullopt;
  }
  nr::RbRange run = taken.free_run(w.first, w.end, std::max(want, 1u), w.step);
  if (run.count == 0 || run.count < at_least) return std::nullopt;
  nr::RbRange relative{static_cast<uint16_t>(run.start - w.first), run.count};
  if (w.scaled) {
    auto field = nr::scaled_riv(w.riv_rbs, w.bwp.size, relative);
    if (!field) return std::nullopt;
    out.field = *field;
  } else {
    out.field = nr::riv(w.riv_rbs, relative);
  }
  out.count = run.count;
  out.mask = RbMask::range(run.start, run.count);
  return out;
}

void GnbCell::Impl::fill_allocation(nr::l1::Allocation& out, const Blocks& blocks, const nr::l1::Bwp& bwp,
                                    const TimeAllocation& time) const {
  out.rbs.clear();
  for (unsigned at = blocks.mask.next_set(0); at < RbMask::bits;) {
    unsigned end = blocks.mask.next_clear(at);
    out.rbs.emplace_back(static_cast<uint16_t>(at - bwp.start), static_cast<uint16_t>(end - at));
    at = end < RbMask::bits ? blocks.mask.next_set(end) : RbMask::bits;
  }
  out.start_symbol = time.start;
  out.symbols = time.length;
  out.mapping_b = time.mapping == nr::MappingType::b;
}

}  // namespace sen::mac
