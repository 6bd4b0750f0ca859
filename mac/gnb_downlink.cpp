// Downlink data of one slot: who is served, HARQ (TS 38.214 5.1), multiplexing by logical channel (TS 38.321 5.4.3 leaves the downlink to
// us).
#include <algorithm>

#include "mac/detail/gnb_cell.h"

namespace sen::mac {

using namespace gnb;

namespace {

constexpr uint8_t rv_order[] = {0, 2, 3, 1};
constexpr float average_weight = 1.0f / 128;  // of the served rate a slot
constexpr unsigned ta_hold_ms = 16;           // from a timing advance command to uplink that obeys it (TS 38.213 4.2), a retransmission included

}  // namespace

bool GnbCell::Impl::dl_ready(const Ue& ue) const {
  if (ue.phase == Phase::incoming || in_gap(ue, slot) || !drx_active(ue)) return false;
  if (ue.dl_retx) return true;
  if (ue.dl_idle == 0 || ue.phase == Phase::settling) return false;
  if (ue.phase == Phase::msg4) {
    if ((ue.dl_idle & 1) == 0) return false;  // one block at a time until the UE has its configuration
    return ue.dl_pending || (ue.contention_identity && slot - ue.msg4_deadline >= 0);
  }
  return ue.dl_pending || ue.ta_command || ue.drx_command || (ue.ta_due && now >= ue.ta_due);
}

// Proportional fairness: what the channel offers over what the UE had, weighted by its most urgent bearer. Retransmissions and signalling
// come first.
double GnbCell::Impl::dl_metric(const Ue& ue) const {
  if (ue.phase == Phase::msg4) return 1e12;
  if (ue.dl_retx) return 1e11 - static_cast<double>(ue.last_served_dl);
  if (scheduler.policy == SchedulerPolicy::round_robin) return -static_cast<double>(ue.last_served_dl);
  const double rate = ue.dl_link.rate(*ue.dl_mcs) * ue.ri;
  double weight = 1;
  for (const Channel& channel : ue.channels) {
    if (channel.lcid <= 3) {
      if (channel.buffer) weight = std::max(weight, 1e6);
      continue;
    }
    if (channel.buffer == 0) continue;
    double urgency = 1 + (127.0 - std::min<unsigned>(channel.qos.priority_level, 127)) / 64;
    if (channel.gbr && channel.gbr_tokens > 0) urgency *= 100;
    // A packet that has waited for half its delay budget is worth more and more.
    const double waiting_ms = static_cast<double>(now - std::min(now, ue.last_served_dl)) / nr::slots_per_subframe(layout.scs);
    const double late = 2 * waiting_ms / std::max<double>(channel.qos.packet_delay_budget_ms, 1);
    urgency *= 1 + late * late;
    weight = std::max(weight, urgency);
  }
  return weight * rate / std::max(ue.dl_average, 1.0f);
}

void GnbCell::Impl::find_downlink_candidates() {
  dl_candidates.clear();
  average_shares(true);
  for (uint16_t id : active) {
    Ue& ue = *ues[id];
    ue.dl_average *= 1 - average_weight;
    ue.ul_average *= 1 - average_weight;
    if (!dl_ready(ue)) continue;
    const auto turn = ue.phase == Phase::active && !ue.dl_retx ? slice_turn(ue, true) : 0;
    if (turn) dl_candidates.emplace_back(dl_metric(ue) + *turn, id);
  }
  best_first(dl_candidates);
  next_dl_candidate = 0;
}

// Serves candidates in their order; with `share_cces` only until half of the CORESET is in use, for uplink grants need the rest.
void GnbCell::Impl::serve_downlink(bool share_cces) {
  const unsigned symbols = layout.tdd.at(slot).dl;
  for (; next_dl_candidate < dl_candidates.size() && dl_sent < scheduler.max_ues_per_slot; ++next_dl_candidate) {
    if (share_cces && dl_cces * 2 >= most_cces) return;
    const bool full = dl_grid.used(control_end, symbols - std::min(symbols, control_end)).next_clear(0) >= cell.l1.n_rb;
    if (full) return;
    Ue& ue = *ues[dl_candidates[next_dl_candidate].second];
    // One PDSCH a slot: more is a capability (TS 38.306 differentTB-PerSlot).
    if (send_dl(ue, ue.dl_retx ? std::countr_zero(ue.dl_retx) : -1)) ++dl_sent;
  }
}

// The first few by metric, then by identity: the same on every machine.
void GnbCell::Impl::best_first(std::vector<std::pair<double, uint16_t>>& list) const {
  const size_t n = std::min<size_t>(list.size(), scheduler.max_ues_per_slot * 2u);
  auto before = [](const auto& a, const auto& b) { return a.first != b.first ? a.first > b.first : a.second < b.second; };
  std::partial_sort(list.begin(), list.begin() + static_cast<ptrdiff_t>(n), list.end(), before);
  list.resize(n);
}

bool GnbCell::Impl::send_dl(Ue& ue, int process) {
  auto place = find_pdcch(ue);
  if (!place) return false;
  return process >= 0 ? send_retransmission(ue, *place, static_cast<unsigned>(process)) : send_new(ue, *place);
}

bool GnbCell::Impl::dl_time(const Ue& ue, const Space& space, uint8_t& row, TimeAllocation& time) const {
  const bool common = ue.phase == Phase::msg4 || ue.phase == Phase::settling || (space.type == SearchSpaceType::common && space.coreset0);
  const TimeTable& table = common ? layout.common_times : ue.layout.times;
  const unsigned behind = common ? layout.pdcch_end : control_end;
  const int best = table.dl_row[behind][layout.slot_index(slot)];
  if (best < 0) return false;
  row = static_cast<uint8_t>(best);
  time = table.rows[row];
  if (dl->csi_rs.empty() || time.start + time.length <= csi_rs_symbol) return true;
  // CSI-RS: the longest row that ends before it.
  int length = 0;
  for (size_t i = 0; i < table.rows.size(); ++i) {
    const TimeAllocation& r = table.rows[i];
    if (r.k != 0 || r.start < behind || r.start + r.length > csi_rs_symbol || r.length <= length) continue;
    if (!nr::pdsch_allocation_valid(r.mapping, r.start, r.length, cell.dmrs_type_a_position) ||
        !layout.tdd.dl_fits(slot, r.start, r.length))
      continue;
    row = static_cast<uint8_t>(i);
    time = r;
    length = r.length;
  }
  return length > 0;
}

// The MCS table that a DCI format implies (TS 38.214 5.1.3.1).
const McsChooser& GnbCell::Impl::dl_chooser(const Ue& ue, const Space& space) {
  const nr::McsTable configured = mcs_table_of(ue.config.pdsch_mcs_table);
  if (space.type == SearchSpaceType::ue_0_1_1_1) return mcs_chooser(configured, true, false);
  if (space.type == SearchSpaceType::ue_0_0_1_0 && configured == nr::McsTable::qam64_low_se) return mcs_chooser(configured, true, false);
  return mcs_chooser(nr::McsTable::qam64, true, false);
}

bool GnbCell::Impl::send_retransmission(Ue& ue, const Place& place, unsigned process) {
  DlHarq& harq = ue.dl[process];
  DlSend send;
  send.place = &place;
  send.process = process;
  send.fallback = place.space->type != SearchSpaceType::ue_0_1_1_1;
  send.layers = send.fallback ? 1 : harq.layers;
  const McsChooser& chooser = dl_chooser(ue, *place.space);
  if (!dl_time(ue, *place.space, send.row, send.time) || !find_ack(ue, place, send.ack)) return false;
  auto dmrs = pdsch_dmrs(send.time, ue.config.dl_dmrs_additional, send.layers, cell.dmrs_type_a_position, send.fallback, cell.l1.pci);
  if (!dmrs) return false;
  send.dmrs = *dmrs;
  send.window = dl_window(&ue, *place.space);
  const RbMask taken = dl_grid.used(send.time.start, send.time.length);
  send.code = harq.code;
  // The same MCS over as many blocks gives the same size; otherwise a reserved MCS keeps it (TS 38.214 5.1.3.2).
  auto blocks = find_blocks(taken, send.window, harq.n_prb, harq.n_prb);
  auto same_size = [&](unsigned n_prb) {
    return harq.code.mcs <= chooser.max() && static_cast<nr::McsTable>(harq.code.mcs_table) == chooser.table() &&
           nr::tbs_bits(tbs_input(chooser.mcs(harq.code.mcs), n_prb, send.time, send.dmrs, send.layers)) == harq.code.tbs_octets * 8;
  };
  if (!blocks || !same_size(blocks->count)) {
    blocks = find_blocks(taken, send.window, send.window.end - send.window.first, 1);
    if (!blocks) return false;
    bool found = false;
    for (unsigned index = chooser.max() + 1; index < 32 && !found; ++index) {
      auto q_m = nr::pdsch_reserved_q_m(chooser.table(), index);
      if (!q_m) continue;
      auto input = tbs_input({*q_m, 1024}, blocks->count, send.time, send.dmrs, send.layers);
      const double rate = harq.code.tbs_octets * 8.0 / (*q_m * send.layers * nr::n_re(input));
      if (rate > 0.9) continue;
      send.code.qm = *q_m;
      send.code.mcs = static_cast<uint8_t>(index);
      send.code.mcs_table = static_cast<uint8_t>(chooser.table());
      found = true;
    }
    if (!found) return false;
  }
  send.blocks = *blocks;
  send.code.rv = rv_order[harq.transmissions % 4];
  if (!put_dl(ue, send, harq.tb.view())) return false;
  ++harq.transmissions;
  harq.state = HarqState::waiting;
  ue.dl_retx &= static_cast<uint16_t>(~(1u << process));
  return true;
}

// Token buckets of the guaranteed rates and of the aggregate maximum rate (TS 23.501 5.7.1.6); 50 ms deep.
void GnbCell::Impl::refill(Ue& ue) {
  const double seconds = static_cast<double>(now - ue.tokens_at) * 1e-9 * static_cast<double>(nr::slot_ns(layout.scs));
  ue.tokens_at = now;
  auto fill = [&](double& tokens, uint64_t bps) {
    const double rate = static_cast<double>(bps) / 8;
    tokens = std::min(tokens + rate * seconds, rate * 0.05 + 3000);
  };
  if (ue.qos.ambr_dl_bps) fill(ue.ambr_dl_tokens, ue.qos.ambr_dl_bps);
  for (Channel& channel : ue.channels) {
    if (channel.gbr) fill(channel.gbr_tokens, channel.qos.gbr_dl_bps);
  }
}

// Octets waiting, with their MAC subheaders.
uint32_t GnbCell::Impl::dl_demand(Ue& ue) {
  uint32_t demand = 0;
  if (ue.phase == Phase::msg4) {
    uint32_t ccch = ue.user_plane->buffer(0).total;
    if (ccch == 0) ccch = ue.user_plane->buffer(1).total;  // RRCReestablishment answers on SRB1
    ue.dl_pending = ccch > 0;
    if (ccch == 0 && (!ue.contention_identity || slot - ue.msg4_deadline < 0)) return 0;
    return (ue.contention_identity ? 7 : 0) + (ccch ? ccch + 3 : 0);
  }
  bool held = false, data = false;
  refill(ue);
  for (Channel& channel : ue.channels) {
    channel.buffer = ue.user_plane->buffer(channel.lcid).total;
    if (ue.pending && channel.lcid > 1) {  // waits for the configuration that it belongs to
      held = held || channel.buffer;
      channel.buffer = 0;
    }
    if (channel.lcid > 3 && !channel.gbr && ue.qos.ambr_dl_bps && ue.ambr_dl_tokens <= 0) {
      held = held || channel.buffer;
      channel.buffer = 0;  // above the aggregate maximum rate: waits
    }
    if (channel.buffer && channel.lcid > 3 && !data) ue.dl_slice = channel.slice, data = true;
    if (channel.buffer) demand += channel.buffer + 3;
  }
  if (const uint32_t ccch = ue.user_plane->buffer(0).total) demand += ccch + 3;
  if (demand == 0 && !held) ue.dl_pending = false;
  if (ue.ta_command || (ue.ta_due && now >= ue.ta_due)) demand += 2;
  if (ue.drx_command) demand += 1;
  return demand;
}

bool GnbCell::Impl::send_new(Ue& ue, const Place& place) {
  if (ue.dl_idle == 0 || (ue.phase != Phase::active && ue.phase != Phase::msg4)) return false;
  const uint32_t demand = dl_demand(ue);
  if (demand == 0) return false;
  DlSend send;
  send.place = &place;
  send.process = static_cast<unsigned>(std::countr_zero(ue.dl_idle));
  if (send.process >= std::max<unsigned>(ue.config.dl_harq_processes, 1)) return false;
  send.fallback = place.space->type != SearchSpaceType::ue_0_1_1_1;
  send.layers = send.fallback ? 1 : ue.ri;
  const McsChooser& chooser = dl_chooser(ue, *place.space);
  if (!dl_time(ue, *place.space, send.row, send.time) || !find_ack(ue, place, send.ack)) return false;
  auto dmrs = pdsch_dmrs(send.time, ue.config.dl_dmrs_additional, send.layers, cell.dmrs_type_a_position, send.fallback, cell.l1.pci);
  if (!dmrs) return false;
  send.dmrs = *dmrs;
  send.window = dl_window(&ue, *place.space);
  unsigned index = scheduler.fixed_dl_mcs >= 0 ? std::min<unsigned>(static_cast<unsigned>(scheduler.fixed_dl_mcs), chooser.max())
                                               : chooser.choose(ue.dl_link.effective_db());
  if (ue.phase == Phase::msg4) index = std::min(index, 4u);
  const RbMask taken = dl_grid.used(send.time.start, send.time.length);
  const unsigned width = send.window.end - send.window.first;
  auto input = tbs_input(chooser.mcs(index), 1, send.time, send.dmrs, send.layers);
  unsigned want = nr::prbs_for_bits(input, demand * 8, width);
  auto blocks = find_blocks(taken, send.window, want ? want : width, 1);
  if (!blocks) return false;
  input.n_prb = static_cast<uint16_t>(blocks->count);
  uint32_t bits = nr::tbs_bits(input);
  // Msg4 is whole or not at all; other blocks must hold more than headers.
  if (ue.phase == Phase::msg4) {
    for (; bits < demand * 8 && index < 9; bits = nr::tbs_bits(input)) input.mcs = chooser.mcs(++index);
    if (bits < demand * 8) return false;
  } else if (bits < std::min<uint32_t>(demand, 12) * 8) {
    return false;
  }
  send.blocks = *blocks;
  send.code = code_of(chooser.mcs(index), index, chooser.table(), bits);
  const bool dedicated = ue.phase == Phase::active;
  const unsigned max_qm = dedicated && ue.config.pdsch_mcs_table == 2 ? 8 : 6;
  send.code.lbrm_tbs_octets =
      nr::tbs_lbrm(dedicated ? ue.config.max_layers_dl : 1, max_qm, dedicated ? ue.layout.dl.size : layout.coreset0.n_rb) / 8;

  DlHarq& harq = ue.dl[send.process];
  harq.tb = pool.take(bits / 8);
  if (!fill_block(ue, harq.tb.span())) {
    pool.give(harq.tb);
    return false;
  }
  harq.ndi = !harq.ndi;
  if (!put_dl(ue, send, harq.tb.view())) {
    harq.ndi = !harq.ndi;
    pool.give(harq.tb);  // what was pulled is lost to RLC's retransmission; a DCI that does not fit is a configuration that check() refuses
    return false;
  }
  harq.state = HarqState::waiting;
  harq.transmissions = 1;
  harq.layers = send.layers;
  harq.n_prb = static_cast<uint16_t>(blocks->count);
  harq.time = send.time;
  harq.code = send.code;
  harq.msg4 = ue.phase == Phase::msg4;
  harq.announcing = ue.pending.has_value();
  harq.silent = 0;
  ue.dl_idle &= static_cast<uint16_t>(~(1u << send.process));
  ue.dl_average += average_weight * static_cast<float>(bits / 8);
  ue.last_served_dl = now;
  ue.dl_mcs_sum += index;
  ++ue.dl_mcs_count;
  if (ue.config.drx) {
    ue.active_until = std::max(ue.active_until, now + ue.config.drx->inactivity_ms * nr::slots_per_subframe(layout.scs));
    ue.drx_sleeping = false;
  }
  return true;
}

// Control elements first (TS 38.321 6.1.2), then SDUs by priority.
bool GnbCell::Impl::fill_block(Ue& ue, std::span<uint8_t> block) {
  PduWriter writer(block);
  bool useful = false;
  if (ue.phase == Phase::msg4) {
    if (ue.contention_identity) useful = writer.put(ContentionResolution{*ue.contention_identity});
  } else {
    if (!ue.ta_command && ue.ta_due && now >= ue.ta_due) ue.ta_command = 31;
    if (ue.ta_command && writer.put(TimingAdvance{0, *ue.ta_command})) {
      ue.ta_command.reset();
      ue.ta_hold = now + ta_hold_ms * nr::slots_per_subframe(layout.scs);
      if (ue.ta_due) ue.ta_due = now + ue.config.time_alignment_ms / 2 * nr::slots_per_subframe(layout.scs);
      useful = true;
    }
    if (ue.drx_command && (*ue.drx_command ? writer.put(LongDrxCommand{}) : writer.put(DrxCommand{}))) {
      ue.drx_command.reset();
      ue.drx_sleeping = true;
      useful = true;
    }
  }
  auto drain = [&](Lcid lcid) {
    while (true) {
      auto room = writer.room();
      if (room.empty()) return;
      const size_t size = ue.user_plane->pull(lcid, room);
      if (size == 0) return;
      writer.commit(lcid, size);
      useful = true;
    }
  };
  const size_t before_ccch = writer.used();
  drain(0);
  if (ue.phase == Phase::msg4 && writer.used() == before_ccch) drain(1);
  if (ue.phase == Phase::msg4 && writer.used() > before_ccch) {
    ue.ccch_answered = true;
    ue.uci_from = now + horizon;
  }
  if (ue.phase != Phase::msg4) {
    uint32_t left = 0;
    for (Channel& channel : ue.channels) {
      if (channel.buffer == 0) continue;
      const size_t before = writer.used();
      drain(channel.lcid);
      const double sent = static_cast<double>(writer.used() - before);
      if (channel.gbr) {
        channel.gbr_tokens -= sent;
      } else if (channel.lcid > 3 && ue.qos.ambr_dl_bps) {
        ue.ambr_dl_tokens -= sent;
      }
      channel.buffer = ue.user_plane->buffer(channel.lcid).total;
      left += channel.buffer;
    }
    ue.dl_pending = left > 0;
  }
  writer.finish();
  return useful;
}

// TS 38.214 5.2.2.2.1: as the UE wished; for another number of layers than it reported last, the codebook's first matrix.
nr::l1::Precoding GnbCell::Impl::precoding_of(const Ue& ue, unsigned layers) const {
  if (layers == ue.ri && ue.precoding.ports) return ue.precoding;
  return nr::precoding(nr::single_panel(cell.l1.tx_ports), layers, {}).value_or(nr::l1::Precoding{});
}

bool GnbCell::Impl::put_dl(Ue& ue, const DlSend& s, ByteView block) {
  const Space& space = *s.place->space;
  const DlHarq& harq = ue.dl[s.process];
  const PowerLoop before = ue.pucch_power;
  const uint8_t tpc = ue.pucch_power.command(scheduler.target_pucch_sinr_db, !ue.phr_known || ue.phr_db > 0);
  Result<nr::DciBits> dci = fail(Fault::invalid, "", "");
  if (s.fallback) {
    nr::Dci10 f;
    f.frequency = s.blocks.field, f.time = s.row, f.mcs = s.code.mcs, f.new_data = harq.ndi, f.rv = s.code.rv;
    f.harq_id = static_cast<uint8_t>(s.process), f.dai = s.ack.dai, f.pucch_resource = s.ack.pri, f.k1 = s.ack.k1_field, f.tpc = tpc;
    const bool temporary = ue.phase == Phase::msg4 && ue.contention_identity;
    if (temporary) f.dai = 0;
    dci = nr::pack(f, space.type == SearchSpaceType::common ? layout.css10 : ue.layout.dci.uss10, temporary);
  } else {
    nr::Dci11 f;
    f.bwp = ue.layout.dci.uss11.bwp ? ue.config.bwp_id : 0;
    f.frequency = s.blocks.field, f.time = s.row, f.mcs = s.code.mcs, f.new_data = harq.ndi, f.rv = s.code.rv;
    f.harq_id = static_cast<uint8_t>(s.process), f.pucch_resource = s.ack.pri, f.k1 = s.ack.k1_field, f.tpc = tpc;
    if (ue.config.dynamic_harq_codebook) f.dai = s.ack.dai;
    f.antenna_ports =
        static_cast<uint8_t>(nr::pdsch_antenna_port_value(nr::DmrsType::type1, 1, s.layers, s.dmrs.cdm_groups_without_data).value_or(0));
    dci = nr::pack(f, ue.layout.dci.uss11);
  }
  if (!put_pdcch(*s.place, ue.rnti, dci)) {
    ue.pucch_power = before;
    return false;
  }
  dl_cces += s.place->level;
  dl_grid.take(s.time.start, s.time.length, s.blocks.mask);
  count_share(ue, true, s.blocks.count);
  commit_ack(ue, s.ack, s.process);
  nr::l1::PdschPdu& pdu = spare_pdsch.add(dl->pdsch);
  pdu.rnti = ue.rnti;
  pdu.bwp = s.window.bwp;
  fill_allocation(pdu.allocation, s.blocks, s.window.bwp, s.time);
  pdu.layers = s.layers;
  pdu.pmi = s.fallback ? uint16_t{0} : ue.pmi;
  pdu.precoding = s.fallback || cell.l1.tx_ports == 1 ? nr::l1::Precoding{} : precoding_of(ue, s.layers);
  pdu.code = s.code;
  pdu.dmrs = s.dmrs;
  pdu.ptrs.reset();
  pdu.n_id = cell.l1.pci;
  pdu.tb = block;
  if (taps.pdu && s.code.rv == 0) {
    const bool temporary = ue.phase == Phase::msg4;
    taps.pdu(slot, true, temporary ? GnbTaps::Kind::temporary : GnbTaps::Kind::c_rnti, ue.rnti, static_cast<uint8_t>(s.process), block);
  }
  return true;
}

}  // namespace sen::mac
