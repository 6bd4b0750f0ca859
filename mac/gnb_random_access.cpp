// Random access at the gNB (TS 38.321 5.1, TS 38.213 8): preambles, responses, Msg3 and its retransmissions, contention-free access, PDCCH
// orders. Msg4 is a downlink block like others (gnb_downlink.cpp) that begins with the contention resolution identity.
#include <algorithm>

#include "mac/detail/gnb_cell.h"
#include "nr/ra.h"

namespace sen::mac {

using namespace gnb;

namespace {

// Msg3 carries at least a C-RNTI, a short BSR and a CCCH1 message: 11 octets.
constexpr uint32_t msg3_bits = 88;
constexpr unsigned msg3_mcs = 0;

}  // namespace

void GnbCell::Impl::on_preamble(Slot at, const nr::l1::RxPreamble& rx) {
  nr::PrachSlot occasions = layout.prach->at(at);
  const nr::PrachTime* time = nullptr;
  for (unsigned i = 0; i < occasions.n; ++i) {
    const nr::PrachTime& t = occasions.time[i];
    if (t.start_symbol == rx.start_symbol && t.occasion == rx.occasion) time = &t;
  }
  if (!time) {
    for (unsigned i = 0; i < occasions.n; ++i) {
      if (occasions.time[i].occasion == rx.occasion) time = &occasions.time[i];
    }
  }
  if (!time || rx.preamble > 63 || rx.f_id >= cell.rach.msg1_fdm) return void(++counters.preamble_unexpected);
  if (preambles.size() >= limit::preambles_per_slot) {
    backoff = true;
    return void(++counters.preamble_overload);
  }
  // The window opens with the first occasion of the search space after the preamble; nothing goes earlier than 3 ms, for UEs that look no
  // sooner.
  const uint64_t first = number_of(at) + layout.prach_slots;
  const unsigned window = std::max<unsigned>(cell.rach.response_window_slots, 1);
  const unsigned wait = std::min(3 * nr::slots_per_subframe(layout.scs), window) - 1;
  PendingPreamble pending{layout.prach->rnti(*time, rx.f_id),
                          rx.preamble,
                          rx.ta_ns,
                          first + (wait >= layout.prach_slots ? wait - layout.prach_slots + 1 : 0),
                          first + window - 1,
                          0};
  for (const auto& [owner, preamble] : dedicated_preambles) {
    if (preamble == rx.preamble && find(owner)) pending.ue = owner;
  }
  if (!pending.ue && rx.preamble >= cell.rach.cb_preambles_per_ssb && layout.prach->ssbs_per_occasion() == 1)
    return void(++counters.preamble_unexpected);
  preambles.push_back(pending);
}

void GnbCell::Impl::send_responses() {
  while (!preambles.empty() && preambles.front().latest < now) {
    preambles.pop_front();
    ++counters.preamble_overload;
    backoff = true;
  }
  if (preambles.empty() || !layout.monitored(*layout.space(cell.ra_search_space), slot)) return;
  for (unsigned rounds = 0; rounds < 4; ++rounds) {
    auto due = std::ranges::find_if(preambles, [&](const PendingPreamble& p) { return p.earliest <= now && p.latest >= now; });
    if (due == preambles.end() || !send_response(due->ra_rnti)) return;
  }
}

// One MAC PDU answers as many preambles of one occasion as Msg3 grants can be found for.
bool GnbCell::Impl::send_response(Rnti ra_rnti) {
  const Space& space = *layout.space(cell.ra_search_space);
  if (!find_pdcch(space, ra_rnti, 4)) return false;
  std::array<RandomAccessResponse, limit::rars_per_pdu> responses;
  size_t n = 0;
  const size_t msg3s_before = msg3s.size();
  for (const PendingPreamble& pending : preambles) {
    if (pending.ra_rnti != ra_rnti || pending.earliest > now || n == responses.size()) continue;
    auto response = grant_msg3(pending);
    if (!response) break;
    responses[n++] = *response;
  }
  if (n == 0) return false;
  std::array<uint8_t, 1 + limit::rars_per_pdu * rar_octets> octets;
  // Backoff of 20 ms when some came in vain.
  const size_t size = write_rar(octets, backoff ? std::optional<uint8_t>(2) : std::nullopt, {responses.data(), n});
  if (!send_common(space, ra_rnti, layout.common_times, GnbTaps::Kind::ra, one_shot.take(size), ByteView(octets.data(), size))) {
    for (size_t i = msg3s_before; i < msg3s.size(); ++i) {
      UlPlan* target = plan(msg3s[i].due);
      std::erase_if(target->pusch, [&](const Granted& g) { return g.rnti == msg3s[i].rnti; });
    }
    msg3s.resize(msg3s_before);
    return false;
  }
  backoff = false;
  size_t answered = 0;
  std::erase_if(preambles, [&](const PendingPreamble& p) { return p.ra_rnti == ra_rnti && p.earliest <= now && answered++ < n; });
  return true;
}

// TS 38.213 8.2, 8.3: the grant's row counts from the response's slot with Delta added to its k2.
std::optional<RandomAccessResponse> GnbCell::Impl::grant_msg3(const PendingPreamble& pending) {
  const unsigned delta = nr::msg3_delta(layout.scs);
  const auto& rows = layout.common_times.ul_rows;
  const nr::Mcs mcs = *nr::pusch_mcs(nr::McsTable::qam64, msg3_mcs, cell.rach.msg3_transform_precoding);
  Ue* ue = pending.ue ? find(pending.ue) : nullptr;
  // The latest row of the longest length: HARQ-ACK and data of connected UEs keep the earlier slots.
  for (bool patient : {true, false}) {
    for (unsigned i = 0; i < rows.size(); ++i) {
      const TimeAllocation& time = rows[i];
      const unsigned k = time.k + delta;
      if (time.length < 4 || (patient && time.k < scheduler.min_k2)) continue;
      UlPlan* target = plan(now + k);
      if (!target || !layout.tdd.ul_fits(target->slot, time.start, time.length)) continue;
      if (ue && in_gap(*ue, target->slot)) continue;
      auto dmrs = pusch_dmrs(time, 2, 1, cell.dmrs_type_a_position, true, cell.rach.msg3_transform_precoding, cell.l1.pci);
      if (!dmrs) continue;
      auto input = tbs_input(mcs, 1, time, *dmrs, 1);
      const unsigned n_prb = nr::prbs_for_bits(input, msg3_bits, cell.initial_ul.size);
      RbMask taken = target->grid.used(time.start, time.length);
      taken |= target->pucch_mask(time.start, time.length);
      Window window;
      window.bwp = cell.initial_ul;
      window.first = window.bwp.start;
      window.end = window.first + window.bwp.size;
      window.riv_rbs = window.bwp.size;
      auto blocks = n_prb ? find_blocks(taken, window, n_prb, n_prb) : std::nullopt;
      if (!blocks) continue;
      auto frequency = nr::rar_frequency_field({0, blocks->field}, false, cell.initial_ul.size);
      auto rnti = ue ? std::optional<Rnti>(ue->rnti) : new_rnti();
      if (!frequency || !rnti) return std::nullopt;
      input.n_prb = static_cast<uint16_t>(blocks->count);
      Msg3 msg3;
      msg3.rnti = *rnti;
      msg3.dedicated = ue != nullptr;
      msg3.n_prb = input.n_prb;
      msg3.time = time;
      msg3.code = code_of(mcs, msg3_mcs, nr::McsTable::qam64, nr::tbs_bits(input));
      msg3.due = now + k;
      msg3.ta_ns = pending.ta_ns;
      forget_msg3(*rnti);
      target->grid.take(time.start, time.length, blocks->mask);
      Granted& granted = spare_granted.add(target->pusch);
      granted.ue = ue ? ue->id : no_ue, granted.rnti = *rnti, granted.harq = 0, granted.msg3 = true, granted.answered = false,
      granted.granted_in = now;
      auto& pdu = granted.pdu;
      pdu.rnti = *rnti;
      pdu.bwp = window.bwp;
      fill_allocation(pdu.allocation, *blocks, window.bwp, time);
      pdu.second_hop_rb.reset();
      pdu.layers = pdu.ports = 1, pdu.tpmi = 0;
      pdu.transform_precoding = cell.rach.msg3_transform_precoding;
      pdu.low_papr_id = pdu.n_id = cell.l1.pci;
      pdu.code = msg3.code;
      pdu.dmrs = *dmrs;
      pdu.harq_id = 0;
      pdu.new_data = true;
      pdu.uci = {};
      msg3s.push_back(msg3);
      nr::RarGrant grant;
      grant.frequency = *frequency;
      grant.time = static_cast<uint8_t>(i);
      grant.mcs = msg3_mcs;
      const unsigned ta = nr::rar_ta_from_ns(std::max(0.0f, pending.ta_ns), nr::mu(layout.scs));
      return RandomAccessResponse{pending.preamble, static_cast<uint16_t>(ta), nr::rar_grant_bits(grant), *rnti};
    }
  }
  return std::nullopt;
}

void GnbCell::Impl::forget_msg3(Rnti rnti) {
  std::erase_if(msg3s, [&](const Msg3& m) { return m.rnti == rnti; });
}

// TS 38.321 5.4.2.1, TS 38.213 8.3: DCI 0_0 with the TC-RNTI (contention-free: the C-RNTI).
void GnbCell::Impl::retransmit_msg3() {
  std::erase_if(msg3s, [&](const Msg3& m) { return m.due + limit::msg3_wait_slots < now; });
  const Space& space = *layout.space(cell.ra_search_space);
  for (Msg3& msg3 : msg3s) {
    if (!msg3.retransmit || !layout.monitored(space, slot)) continue;
    for (const UlOption& option : layout.common_times.ul_any[layout.slot_index(slot)]) {
      UlPlan* target = plan(now + option.k2);
      if (!target || option.time.length != msg3.time.length || option.time.start != msg3.time.start || target->granted(msg3.rnti)) continue;
      auto place = find_pdcch(space, msg3.rnti, 4);
      if (!place) return;
      RbMask taken = target->grid.used(option.time.start, option.time.length);
      taken |= target->pucch_mask(option.time.start, option.time.length);
      const Window window = ul_window(nullptr, space);
      auto blocks = find_blocks(taken, window, msg3.n_prb, msg3.n_prb);
      if (!blocks) continue;
      constexpr uint8_t rv[] = {0, 2, 3, 1};
      nr::Dci00 fields;
      fields.frequency = blocks->field, fields.time = option.row, fields.mcs = msg3.code.mcs, fields.rv = rv[msg3.transmissions % 4];
      if (!put_pdcch(*place, msg3.rnti, nr::pack(fields, layout.css00, !msg3.dedicated))) return;
      target->grid.take(option.time.start, option.time.length, blocks->mask);
      Granted& granted = spare_granted.add(target->pusch);
      granted.ue = no_ue, granted.rnti = msg3.rnti, granted.harq = 0, granted.msg3 = true, granted.answered = false,
      granted.granted_in = now;
      auto& pdu = granted.pdu;
      pdu.rnti = msg3.rnti;
      pdu.bwp = window.bwp;
      fill_allocation(pdu.allocation, *blocks, window.bwp, option.time);
      pdu.second_hop_rb.reset();
      pdu.layers = pdu.ports = 1, pdu.tpmi = 0;
      pdu.transform_precoding = cell.rach.msg3_transform_precoding;
      pdu.low_papr_id = pdu.n_id = cell.l1.pci;
      pdu.code = msg3.code;
      pdu.code.rv = fields.rv;
      pdu.dmrs = *pusch_dmrs(option.time, 2, 1, cell.dmrs_type_a_position, true, pdu.transform_precoding, cell.l1.pci);
      pdu.harq_id = 0;
      pdu.new_data = false;
      pdu.uci = {};
      msg3.retransmit = false;
      msg3.due = now + option.k2;
      ++msg3.transmissions;
      break;
    }
  }
}

void GnbCell::Impl::on_msg3(Slot at, const nr::l1::RxPusch& rx) {
  auto found = std::ranges::find(msg3s, rx.rnti, &Msg3::rnti);
  if (found == msg3s.end()) return void(++counters.pusch_unexpected);
  if (!rx.crc_ok) {
    if (found->transmissions > scheduler.max_ul_retx) {
      ++counters.msg3_lost;
      msg3s.erase(found);
    } else {
      found->retransmit = true;
    }
    return;
  }
  Msg3 msg3 = *found;
  if (Ue* ue = msg3.dedicated ? find(msg3.rnti) : nullptr) {
    msg3s.erase(found);
    ue->ta_ns = msg3.ta_ns;
    release_preamble(rx.rnti);
    if (taps.pdu) taps.pdu(at, false, GnbTaps::Kind::c_rnti, rx.rnti, rx.harq_id, rx.tb);
    came_back(*ue);
    if ((ue = find(rx.rnti))) on_block(*ue, at, rx.tb);
    return;
  }
  if (taps.pdu) taps.pdu(at, false, GnbTaps::Kind::temporary, rx.rnti, rx.harq_id, rx.tb);
  on_msg3_block(*found, at, rx.tb);
}

void GnbCell::Impl::on_msg3_block(Msg3& msg3, Slot at, ByteView block) {
  const Rnti rnti = msg3.rnti;
  SubPduReader reader(Link::ul, block);
  while (auto sub = reader.next()) {
    if (sub->id == CRnti::info.id) {
      auto ce = read_ce(Link::ul, *sub);
      Ue* ue = ce ? find(std::get<CRnti>(*ce).rnti) : nullptr;
      if (!ue) {
        ++counters.unknown_rnti;
        break;
      }
      const Rnti known = ue->rnti;
      ue->ta_ns = msg3.ta_ns;
      forget_msg3(rnti);
      came_back(*ue);
      if ((ue = find(known))) on_block(*ue, at, block);
      return;
    }
    if (!is_ccch(Link::ul, sub->id)) continue;
    Octets<6> identity;
    std::copy_n(sub->payload.begin(), 6, identity.begin());
    msg3.identity = identity;
    if (ports.ccch) ports.ccch(rnti, Bytes(sub->payload.begin(), sub->payload.end()));
    if (!find(rnti)) ++counters.ccch_refused;
    forget_msg3(rnti);
    return;
  }
  ++counters.msg3_without_ccch;
  forget_msg3(rnti);
}

// The UE is back by random access: HARQ starts anew, and a grant for its C-RNTI resolves the contention (TS 38.321 5.1.5).
void GnbCell::Impl::came_back(Ue& ue) {
  const bool first = ue.phase == Phase::incoming;
  ue.phase = Phase::active;
  ue.sr = ue.sr_urgent = true;
  ue.sr_since = slot;
  ue.uci_from = now + horizon;
  ue.active_until = now + 100 * nr::slots_per_subframe(layout.scs);
  ue.order_pending = false;
  ue.dl_pending = true;
  heard(ue);
  if (first) {
    ue.pending.reset();
    ue.fallback = false;
  }
  const Rnti rnti = ue.rnti;
  if (ports.came_back) ports.came_back(rnti);
  if (first && find(rnti) && ports.event) ports.event(rnti, UeEvent::contention_resolved);
}

// TS 38.213 8: a DCI 1_0 whose frequency field is all ones asks for a preamble.
void GnbCell::Impl::send_orders() {
  for (uint16_t id : active) {
    Ue& ue = *ues[id];
    if (!ue.order_pending || ue.phase != Phase::active || in_gap(ue, slot)) continue;
    for (const Space& space : ue.layout.spaces) {
      if (space.type == SearchSpaceType::ue_0_1_1_1 || !layout.monitored(space, slot)) continue;
      auto place = find_pdcch(space, ue.rnti, 4);
      if (!place) continue;
      nr::PdcchOrder order;
      order.preamble = 0;  // contention-based unless one is dedicated
      for (const auto& [owner, preamble] : dedicated_preambles) {
        if (owner == ue.rnti) order.preamble = preamble;
      }
      order.ssb = layout.first_ssb;
      const auto& widths = space.type == SearchSpaceType::common ? layout.css10 : ue.layout.dci.uss10;
      if (put_pdcch(*place, ue.rnti, nr::pack(order, widths))) ue.order_pending = false;
      break;
    }
  }
}

}  // namespace sen::mac
