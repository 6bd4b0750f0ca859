// Which PDCCH candidates the UE looks for in a slot: system information windows (TS 38.331 5.2.2.3), paging occasions (TS 38.304 7.1),
// random access, C-RNTI in active time; measurement gaps.
#include <algorithm>
#include <bit>

#include "mac/detail/ue_state.h"

namespace sen::mac {

using namespace detail;

namespace {

void add_unique(auto& list, auto value) {
  if (std::ranges::find(list, value) == list.end()) list.push_back(value);
}

}  // namespace

void UeMac::Impl::build_searches() {
  searches.clear();
  if (!link) return;
  const bool random_access = ra.state == RandomAccessState::State::response && now >= ra.window_from && now < ra.window_until;
  const bool contention = ra.state == RandomAccessState::State::contention && ra.msg3_sent;
  const bool gap = in_gap(now) && !ra_running();
  const bool dedicated = c_rnti && !gap && active();
  const bool si = !gap && si_window();
  const bool paging = next_paging != never && now >= next_paging && now <= paging_until;
  for (const Space& space : link->spaces()) {
    const SpaceUse& use = space.use;
    const bool wanted = (use.sib1 && want_sib1) || (use.other_si && si) || (use.paging && paging) ||
                        (use.ra && (random_access || contention)) || (use.crnti && dedicated);
    if (!wanted || !link->monitored(space, slot)) continue;
    nr::l1_ue::PdcchSearch search;
    if ((use.sib1 && want_sib1) || (use.other_si && si)) search.rntis.push_back(nr::si_rnti);
    if (use.paging && paging) search.rntis.push_back(nr::p_rnti);
    if (use.ra && random_access) add_unique(search.rntis, ra.ra_rnti);
    if (use.ra && contention && !c_rnti) add_unique(search.rntis, ra.tc_rnti);
    if (use.ra && contention && c_rnti && ra.reason.cause == RandomAccess::Cause::ccch) add_unique(search.rntis, ra.tc_rnti);
    if (use.crnti && dedicated) add_unique(search.rntis, c_rnti);
    const auto candidates = nr::candidates(space.space, space.coreset, c_rnti, slot);
    if (search.rntis.empty() || candidates.n == 0) continue;
    search.bwp = space.bwp;
    search.coreset = space.coreset;
    search.search_space = space.space.id;
    search.n_id = space.n_id;
    search.dmrs_n_id = space.dmrs_n_id;
    search.n_rnti_is_rnti = space.scrambled_by_rnti;
    for (unsigned i = 0; i < candidates.n; ++i) search.candidates.push_back({candidates.list[i].first_cce, candidates.list[i].level});
    const auto& layouts = link->layouts();
    if (space.common()) {
      search.sizes = {static_cast<uint16_t>(layouts.css10.size())};
    } else if (space.space.fallback) {
      search.sizes = {static_cast<uint16_t>(layouts.uss10.size())};
    } else {
      search.sizes = {static_cast<uint16_t>(layouts.uss11.size())};
      add_unique(search.sizes, static_cast<uint16_t>(layouts.uss01.size()));
    }
    searches.push_back(std::move(search));
  }
}

// TS 38.331 5.2.2.3.2: message n's window starts in slot a = x mod N of the frame with SFN mod T = floor(x / N), x = (n - 1) * w.
const UeMac::Impl::WantedSi* UeMac::Impl::si_window() const {
  if (!cell_complete) return nullptr;
  const unsigned n = nr::slots_per_frame(slot.scs());
  for (const auto& wanted : wanted_si) {
    const unsigned period = wanted.period_frames * n;
    const unsigned x = (wanted.position - 1u) * cell->si_window_slots;
    if ((slot.count() % period + period - x % period) % period < cell->si_window_slots) return &wanted;
  }
  return nullptr;
}

// TS 38.304 7.1. Occasions are counted from the paging frame's first one; the block that we stand in is the first that is sent.
void UeMac::Impl::find_paging_occasion(At from) {
  next_paging = paging_until = never;
  if (!paging_id || !link || !link->complete() || !started) return;
  const Space* space = link->find_space(cell->paging_search_space);
  if (!space) return;
  const unsigned t = std::max<unsigned>(std::min(paging_cycle, cell->paging.default_cycle_frames), 1);
  const unsigned n = std::max(1u, t / std::max<unsigned>(cell->paging.n_divisor, 1));
  const unsigned ns = std::max<unsigned>(cell->paging.ns, 1);
  const unsigned remainder = t / n * (*paging_id % n) % t;
  const unsigned i_s = *paging_id / n % ns;
  const unsigned per_frame = nr::slots_per_frame(slot.scs());
  const unsigned beams = std::max(1, std::popcount(cell->ssb_positions));

  // Up to one cycle ahead, beginning with the frame that holds `from`.
  At frame_at = from - slot_at(from).in_frame();
  for (unsigned i = 0; i <= t + 1; ++i, frame_at += per_frame) {
    if ((slot_at(frame_at).frame() + cell->paging.frame_offset) % t != remainder) continue;
    const unsigned wanted = space->type0 ? 0 : i_s * beams;
    const At start = frame_at + (space->type0 && ns == 2 && i_s == 1 ? per_frame / 2 : 0);
    unsigned seen = 0;
    for (At at = start; at < frame_at + 2 * per_frame; ++at) {
      if (!link->monitored(*space, slot_at(at))) continue;
      const At until = space->type0 ? at + 1 : at;
      if (seen++ != wanted) continue;
      if (until < from) break;
      next_paging = at;
      paging_until = until;
      return;
    }
  }
}

// TS 38.331 5.5.2.9: gaps start in frames with SFN mod (period / 10) = floor(offset / 10), subframe offset mod 10.
bool UeMac::Impl::in_gap(At at) const {
  if (!ue || !ue->gap || !ue->gap->period_ms) return false;
  const nr::Slot s = slot_at(at);
  const unsigned position = (s.frame() * 10 + s.subframe()) % ue->gap->period_ms;
  return (position + ue->gap->period_ms - ue->gap->offset_ms % ue->gap->period_ms) % ue->gap->period_ms < ue->gap->length_ms;
}

}  // namespace sen::mac
