// What the cell sends to everybody: SSB with the MIB, SIB1, SI messages (TS 38.331 5.2.2.3.2), paging (TS 38.304 7.1).
#include <algorithm>
#include <array>
#include <bit>

#include "mac/detail/gnb_cell.h"
#include "nr/csi.h"
#include "nr/ssb.h"

namespace sen::mac {

using namespace gnb;

void GnbCell::Impl::send_ssb() {
  if (!nr::ssb_burst_in(slot, cell.ssb_period_ms, false)) return;
  const unsigned half_frame_slots = nr::slots_per_frame(layout.scs) / 2;
  if (slot.in_frame() >= half_frame_slots) return;
  for (unsigned from = 0; from < nr::symbols_per_slot;) {
    auto found = nr::ssb_in_slot(layout.ssb_case, layout.l_max, slot.in_frame(), from);
    if (!found) return;
    from = found->first_symbol + nr::ssb_symbols;
    if (!(cell.ssb_positions >> found->index & 1)) continue;
    const uint32_t fixed =
        si.mib_spare_bits ? si.mib_spare_bits
                          : nr::pack_mib({0, cell.common_scs, static_cast<uint8_t>(cell.k_ssb & 15), cell.dmrs_type_a_position,
                                          cell.coreset0_index, cell.search_space0_index, cell.barred, cell.intra_frequency_reselection},
                                         layout.range);
    dl->ssb.push_back({cell.l1.pci, found->index, static_cast<uint8_t>(layout.ssb_case), layout.l_max, false, cell.k_ssb, cell.offset_to_point_a, fixed | uint32_t{slot.frame() >> 4} << 17, 0});
    dl_grid.take(found->first_symbol, nr::ssb_symbols, layout.ssb_rbs);
  }
}

void GnbCell::Impl::add_csi_rs(const nr::CsiRsResource& resource) {
  if (resource.period_slots == 0 || std::ranges::find(csi_rs, resource) != csi_rs.end()) return;
  csi_rs.push_back(resource);
  csi_rs_symbol = std::min(csi_rs_symbol, resource.l0);
}

// TS 38.211 7.4.1.5, for every UE; PDSCH ends before its symbol in such slots.
void GnbCell::Impl::send_csi_rs() {
  for (const auto& resource : csi_rs) {
    if (!nr::csi_rs_in(resource, slot) || !layout.tdd.dl_fits(slot, resource.l0, 1)) continue;
    auto pdu = nr::csi_rs_pdu(resource, cell.initial_dl);
    if (!pdu) continue;
    dl->csi_rs.push_back(*pdu);
    dl_grid.take(resource.l0, 1, RbMask::range(cell.initial_dl.start, cell.initial_dl.size));
  }
}

// A block under a common RNTI: MCS as low as the free RBs allow, QPSK only (TS 38.214 5.1.3.1).
bool GnbCell::Impl::send_common(const Space& space, Rnti rnti, TimeTable& times, GnbTaps::Kind kind, Bytes& block, ByteView content,
                                unsigned most) {
  const int row = times.dl_row[layout.pdcch_end][layout.slot_index(slot)];
  // Level 8 where the CORESET has room for others beside it: SIB1 and a paging occasion may fall on one slot.
  auto place = find_pdcch(space, rnti, layout.sets[space.set].cces >= 16 ? 8 : 4);
  if (row < 0 || !place) return false;
  const TimeAllocation& time = times.rows[static_cast<size_t>(row)];
  const Window window = dl_window(nullptr, space);
  auto dmrs = pdsch_dmrs(time, 2, 1, cell.dmrs_type_a_position, true, cell.l1.pci);
  const RbMask taken = dl_grid.used(time.start, time.length);
  for (unsigned mcs_index = 0; mcs_index < 10; ++mcs_index) {
    const nr::Mcs mcs = *nr::pdsch_mcs(nr::McsTable::qam64, mcs_index);
    auto input = tbs_input(mcs, 1, time, *dmrs, 1);
    unsigned n_prb = nr::prbs_for_bits(input, static_cast<uint32_t>(content.size() * 8), window.end - window.first);
    if (n_prb == 0 || n_prb > most) continue;
    auto blocks = find_blocks(taken, window, n_prb, n_prb);
    if (!blocks) continue;
    input.n_prb = static_cast<uint16_t>(blocks->count);
    const uint32_t bits = nr::tbs_bits(input);
    block.assign(content.begin(), content.end());
    block.resize(bits / 8);
    Result<nr::DciBits> dci = fail(Fault::invalid, "", "");
    const auto time_field = static_cast<uint8_t>(row);
    if (rnti == nr::si_rnti) {
      nr::Dci10Si fields;
      fields.frequency = blocks->field, fields.time = time_field, fields.mcs = static_cast<uint8_t>(mcs_index);
      fields.other_si = &times != &layout.sib1_times;
      dci = nr::pack(fields, layout.css10);
    } else if (rnti == nr::p_rnti) {
      nr::Dci10P fields;
      fields.frequency = blocks->field, fields.time = time_field, fields.mcs = static_cast<uint8_t>(mcs_index);
      dci = nr::pack(fields, layout.css10);
    } else {
      nr::Dci10Ra fields;
      fields.frequency = blocks->field, fields.time = time_field, fields.mcs = static_cast<uint8_t>(mcs_index);
      dci = nr::pack(fields, layout.css10);
    }
    if (!put_pdcch(*place, rnti, dci)) return false;
    dl_grid.take(time.start, time.length, blocks->mask);
    nr::l1::PdschPdu& pdu = spare_pdsch.add(dl->pdsch);
    pdu.rnti = rnti;
    pdu.bwp = window.bwp;
    fill_allocation(pdu.allocation, *blocks, window.bwp, time);
    pdu.layers = 1;
    pdu.pmi = 0;
    pdu.precoding = {};
    pdu.code = code_of(mcs, mcs_index, nr::McsTable::qam64, bits);
    pdu.code.lbrm_tbs_octets = nr::tbs_lbrm(1, 6, layout.coreset0.n_rb) / 8;
    pdu.dmrs = *dmrs;
    if (rnti == nr::si_rnti && space.type0) pdu.dmrs.reference_rb = layout.coreset0_bwp.start;  // TS 38.211 7.4.1.1.2
    pdu.ptrs.reset();
    pdu.n_id = cell.l1.pci;
    pdu.tb = block;
    if (taps.pdu) taps.pdu(slot, true, kind, rnti, 0, block);
    return true;
  }
  return false;
}

// SIB1 comes every 20 ms in the first of the two slots of its SSB's occasion (TS 38.213 13).
bool GnbCell::Impl::sib1_due() const {
  if (si.sib1.empty() || !layout.monitored(layout.common_spaces[0], slot)) return false;
  return slot.in_frame() == nr::type0_occasion(layout.space0, layout.coreset0, layout.scs, layout.ssb_case, layout.l_max, layout.first_ssb).slot;
}

// Where a slot has not room for SIB1 and paging, paging comes first, for a UE listens once a cycle; but every fifth time it is SIB1's turn, so that
// neither starves. (Five: no paging cycle is a multiple of it.)
void GnbCell::Impl::send_broadcast() {
  constexpr unsigned sib1_turn = 4;
  const bool sib1 = sib1_due();
  if (sib1 && sib1_skipped == sib1_turn) send_sib1();
  send_paging();
  if (sib1 && sib1_skipped != sib1_turn) send_sib1();
  else if (sib1) sib1_skipped = 0;
  send_system_information();
}

void GnbCell::Impl::send_sib1() {
  const bool first = dl->pdsch.empty();
  const bool sent = send_common(layout.common_spaces[0], nr::si_rnti, layout.sib1_times, GnbTaps::Kind::si, one_shot.take(si.sib1.size()), si.sib1);
  if (first) {
    if (!sent) ++counters.si_too_long;
    return;
  }
  sib1_skipped = sent ? 0 : sib1_skipped + 1;
}

void GnbCell::Impl::send_system_information() {
  for (size_t i = 0; i < si.messages.size(); ++i) {
    const auto& message = si.messages[i];
    if (message.pdu.empty() || message.period_frames == 0 || message.window_position == 0) continue;
    const unsigned per_frame = nr::slots_per_frame(layout.scs);
    const unsigned offset = (message.window_position - 1u) * cell.si_window_slots;
    const unsigned in_period = slot.frame() % message.period_frames * per_frame + slot.in_frame();
    if (in_period < offset || in_period >= offset + cell.si_window_slots) continue;
    const uint64_t window = now - (in_period - offset);
    if (si_sent[i] == window) continue;
    const Space* space = layout.space(cell.other_si_search_space.value_or(0));
    if (!layout.monitored(*space, slot)) continue;
    if (send_common(*space, nr::si_rnti, layout.common_times, GnbTaps::Kind::si, one_shot.take(message.pdu.size()), message.pdu))
      si_sent[i] = window;
  }
}

// `occasion`: how many of the space's were before this one in the frame.
bool GnbCell::Impl::paging_due(const PagingRecord& record, const Space& space, unsigned occasion) const {
  const unsigned cycle = std::min<unsigned>(record.cycle, cell.paging.default_cycle_frames);
  const unsigned n = std::max(1u, cycle / std::max<unsigned>(cell.paging.n_divisor, 1));
  const unsigned ns = std::max<unsigned>(cell.paging.ns, 1);
  if ((slot.frame() + cell.paging.frame_offset) % cycle != cycle / n * (record.ue_id % n)) return false;
  const unsigned i_s = record.ue_id / n % ns;
  if (space.type0) {
    // The occasions of SIB1: one in the paging frame, or one in each half of it.
    return ns == 1 || i_s == slot.in_frame() / (nr::slots_per_frame(layout.scs) / 2);
  }
  // The (i_s + 1)th group of as many monitoring occasions as SSBs are sent, counted from the frame's start.
  return occasion / static_cast<unsigned>(std::popcount(cell.ssb_positions)) == i_s;
}

void GnbCell::Impl::send_paging() {
  if (paging.empty()) return;
  const Space& space = *layout.space(cell.paging_search_space);
  if (!layout.monitored(space, slot)) return;
  unsigned occasion = 0;
  for (unsigned s = 0; s < slot.in_frame() && !space.type0; ++s) {
    if (layout.monitored(space, slot - static_cast<int>(slot.in_frame() - s))) ++occasion;
  }
  const unsigned beams = space.type0 ? 1 : static_cast<unsigned>(std::popcount(cell.ssb_positions));
  const uint64_t beam = uint64_t{1} << occasion % beams;
  std::array<size_t, limit::paging_records> places;
  std::array<uint64_t, limit::paging_records> identities;
  size_t count = 0;
  for (size_t i = 0; i < paging.size() && count < places.size(); ++i) {
    if (paging[i].beams & beam || !paging_due(paging[i], space, occasion)) continue;
    identities[count] = paging[i].identity;
    places[count++] = i;
  }
  // Beside SIB1 in a third of the blocks, if that will do. Those that find no room wait for the next cycle; then they are the first.
  const unsigned third = sib1_due() ? layout.coreset0.n_rb / 3u : ~0u;
  bool sent = false;
  for (; count > 0; count /= 2) {
    const Bytes message = ports.pcch(std::span(identities).first(count));
    Bytes& block = one_shot.take(message.size());
    sent = send_common(space, nr::p_rnti, layout.common_times, GnbTaps::Kind::paging, block, message, third) ||
           (third != ~0u && send_common(space, nr::p_rnti, layout.common_times, GnbTaps::Kind::paging, block, message));
    if (sent) break;
  }
  const uint64_t all = beams >= 64 ? ~uint64_t{0} : (uint64_t{1} << beams) - 1;
  for (size_t i = count; sent && i-- > 0;) {
    PagingRecord& record = paging[places[i]];
    record.beams |= beam;
    if (record.beams == all) paging.erase(paging.begin() + static_cast<ptrdiff_t>(places[i]));
  }
}

}  // namespace sen::mac
