// Uplink data: who gets a grant, HARQ (TS 38.214 6.1), what blocks carry (TS 38.321 5.4, 6.1.3), and the requests of one uplink slot.
#include <algorithm>
#include <cmath>

#include "mac/detail/gnb_cell.h"

namespace sen::mac {

using namespace gnb;

namespace {

constexpr uint8_t rv_order[] = {0, 2, 3, 1};
constexpr float average_weight = 1.0f / 128;  // of the granted rate a slot
constexpr uint32_t sr_octets = 100;           // a scheduling request asks for a buffer status report and, often, for all there is

}  // namespace

bool GnbCell::Impl::ul_ready(const Ue& ue) const {
  if (ue.phase != Phase::active && ue.phase != Phase::settling) return false;
  if (in_gap(ue, slot) || !drx_active(ue)) return false;
  return ue.ul_retx || ue.sr || (ue.ul_idle && ue.ul_wanted() > 0);
}

double GnbCell::Impl::ul_metric(const Ue& ue) const {
  if (ue.sr_urgent) return 1e12;
  if (ue.ul_retx) return 1e11 - static_cast<double>(ue.last_served_ul);
  if (ue.sr) return 1e10 + static_cast<double>(slot - ue.sr_since);
  if (scheduler.policy == SchedulerPolicy::round_robin) return -static_cast<double>(ue.last_served_ul);
  const double rate = ue.ul_link.rate(*ue.ul_mcs) * ue.ul_rank;
  double weight = 1;
  for (const Channel& channel : ue.channels) {
    const int group = ue.group_of[channel.lcid];
    if (group < 0 || ue.bsr[static_cast<size_t>(group)] == 0) continue;
    weight = std::max(weight, channel.lcid <= 3
                                  ? 1e6
                                  : (1 + (127.0 - std::min<unsigned>(channel.qos.priority_level, 127)) / 64) * (channel.gbr ? 10 : 1));
  }
  return weight * rate / std::max(ue.ul_average, 1.0f);
}

void GnbCell::Impl::find_uplink_candidates() {
  ul_candidates.clear();
  if (!ul_grants_in[layout.slot_index(slot)]) return;
  average_shares(false);
  for (uint16_t id : active) {
    const Ue& ue = *ues[id];
    if (!ul_ready(ue)) continue;
    const auto turn = ue.ul_retx || ue.sr ? 0 : slice_turn(ue, false);
    if (turn) ul_candidates.emplace_back(ul_metric(ue) + *turn, id);
  }
  best_first(ul_candidates);
}

void GnbCell::Impl::serve_uplink() {
  const unsigned index = layout.slot_index(slot);
  auto full = [&] {
    return std::ranges::all_of(layout.common_times.ul_any[index], [&](const UlOption& option) {
      const UlPlan* target = plan(now + option.k2);
      if (!target) return true;
      RbMask taken = target->grid.used(option.time.start, option.time.length);
      taken |= target->pucch_mask(option.time.start, option.time.length);
      return taken.next_clear(0) >= cell.l1.n_rb;
    });
  };
  for (size_t i = 0; i < ul_candidates.size() && ul_sent < scheduler.max_ues_per_slot && !full(); ++i) {
    Ue& ue = *ues[ul_candidates[i].second];
    // In uplink-heavy patterns one downlink slot grants several uplink slots.
    for (unsigned grants = 0; grants < 8; ++grants) {
      const int process = ue.ul_retx ? std::countr_zero(ue.ul_retx) : -1;
      if (process < 0 && !ue.sr && ue.ul_wanted() == 0) break;
      if (!send_grant(ue, process)) break;
      ++ul_sent;
    }
  }
}

bool GnbCell::Impl::send_grant(Ue& ue, int process) {
  if (process < 0 && ue.ul_idle == 0) return false;
  auto place = find_pdcch(ue);
  if (!place) return false;
  const Space& space = *place->space;
  const bool common = ue.phase == Phase::settling || (space.type == SearchSpaceType::common && space.coreset0);
  const TimeTable& table = common ? layout.common_times : ue.layout.times;
  // Spaces that are not looked at in every slot take any uplink slot that they reach.
  const bool always = !space.type0 && space.space.period_slots <= 1;
  const auto& options = (always ? table.ul : table.ul_any)[layout.slot_index(slot)];
  for (const UlOption& option : options) {
    UlPlan* target = plan(now + option.k2);
    if (!target || target->granted(ue.rnti) || in_gap(ue, target->slot)) continue;
    if (!target->srs.empty() && option.before_srs.length) {
      const UlOption shorter{option.before_srs_row, option.k2, option.before_srs, {}, 0};
      if (put_grant(ue, *place, shorter, *target, process)) return true;
      continue;
    }
    if (put_grant(ue, *place, option, *target, process)) return true;
  }
  return false;
}

// The MCS table that a DCI format implies (TS 38.214 6.1.4.1).
const McsChooser& GnbCell::Impl::ul_chooser(const Ue& ue, const Space& space) {
  const nr::McsTable configured = mcs_table_of(ue.config.pusch_mcs_table);
  if (space.type == SearchSpaceType::ue_0_1_1_1) return mcs_chooser(configured, false, ue.config.transform_precoding);
  const bool precoding = cell.rach.msg3_transform_precoding;
  if (space.type == SearchSpaceType::ue_0_0_1_0 && configured == nr::McsTable::qam64_low_se)
    return mcs_chooser(configured, false, precoding);
  return mcs_chooser(nr::McsTable::qam64, false, precoding);
}

bool GnbCell::Impl::put_grant(Ue& ue, const Place& place, const UlOption& option, UlPlan& target, int process) {
  const Space& space = *place.space;
  const bool fallback = space.type != SearchSpaceType::ue_0_1_1_1;
  const bool precoding = fallback ? cell.rach.msg3_transform_precoding : ue.config.transform_precoding;
  UciEntry* entry = target.find(ue.rnti);
  // The second part of a CSI report of several ports has no size that is known beforehand.
  if (entry && entry->csi_bits && ue.csi.ports > 1) return false;
  if (entry && entry->common) return false;
  // A retransmission keeps its layers, for they are part of its size.
  const bool codebook = !fallback && pusch_ports(ue.config) > 1;
  const unsigned layers = !codebook ? 1u : process >= 0 ? std::max<unsigned>(ue.ul[static_cast<unsigned>(process)].layers, 1) : ue.ul_rank;
  auto dmrs = pusch_dmrs(option.time, ue.config.ul_dmrs_additional, layers, cell.dmrs_type_a_position, fallback, precoding, cell.l1.pci);
  if (!dmrs) return false;
  const McsChooser& chooser = ul_chooser(ue, space);
  const Window window = ul_window(&ue, space);
  RbMask taken = target.grid.used(option.time.start, option.time.length);
  taken |= target.pucch_mask(option.time.start, option.time.length);
  std::optional<Blocks> blocks;
  l1::Code code;
  const unsigned id = process >= 0 ? static_cast<unsigned>(process) : static_cast<unsigned>(std::countr_zero(ue.ul_idle));
  UlHarq& harq = ue.ul[id];
  if (process >= 0) {
    blocks = find_blocks(taken, window, harq.n_prb, harq.n_prb);
    code = harq.code;
    const bool same = blocks && static_cast<nr::McsTable>(code.mcs_table) == chooser.table() && code.mcs <= chooser.max() &&
                      nr::tbs_bits(tbs_input(chooser.mcs(code.mcs), blocks->count, option.time, *dmrs, layers)) == code.tbs_octets * 8;
    if (!same) {
      blocks = find_blocks(taken, window, window.end - window.first, 1);
      bool found = false;
      for (unsigned index = chooser.max() + 1; blocks && index < 32 && !found; ++index) {
        auto q_m = nr::pusch_reserved_q_m(chooser.table(), index, precoding);
        if (!q_m) continue;
        auto input = tbs_input({*q_m, 1024}, blocks->count, option.time, *dmrs, layers);
        if (code.tbs_octets * 8.0 / (*q_m * layers * nr::n_re(input)) > 0.9) continue;
        code.qm = *q_m;
        code.mcs = static_cast<uint8_t>(index);
        code.mcs_table = static_cast<uint8_t>(chooser.table());
        found = true;
      }
      if (!found) return false;
    }
    code.rv = rv_order[harq.transmissions % 4];
  } else {
    const uint32_t wanted = ue.ul_wanted();
    const uint32_t octets = std::max(wanted + 12 + wanted / 256, ue.sr ? sr_octets : 0u);
    const unsigned index = scheduler.fixed_ul_mcs >= 0 ? std::min<unsigned>(static_cast<unsigned>(scheduler.fixed_ul_mcs), chooser.max())
                                                       : chooser.choose(ue.ul_link.effective_db());
    auto input = tbs_input(chooser.mcs(index), 1, option.time, *dmrs, layers);
    unsigned width = window.end - window.first;
    // Power headroom: more blocks than the UE has power for would lower what each of them gets (TS 38.213 7.7).
    if (ue.phr_known) width = std::clamp(static_cast<unsigned>(ue.phr_prbs * std::pow(10.0, std::min(ue.phr_db, 30.0f) / 10)), 1u, width);
    const unsigned want = nr::prbs_for_bits(input, octets * 8, width);
    blocks = find_blocks(taken, window, want ? want : width, 1);
    if (!blocks) return false;
    unsigned count = blocks->count;
    if (precoding) {  // a DFT of 2^a 3^b 5^c blocks (TS 38.211 6.3.1.4)
      auto product = [](unsigned v) {
        for (unsigned p : {2u, 3u, 5u}) {
          while (v % p == 0) v /= p;
        }
        return v == 1;
      };
      while (count > 1 && !product(count)) --count;
      blocks = find_blocks(taken, window, count, count);
      if (!blocks) return false;
    }
    input.n_prb = static_cast<uint16_t>(blocks->count);
    const uint32_t bits = nr::tbs_bits(input);
    if (bits < 8 * 8) return false;
    code = code_of(chooser.mcs(index), index, chooser.table(), bits);
  }
  const nr::TpmiAndLayers w{layers == ue.ul_rank ? ue.tpmi : uint8_t{0}, static_cast<uint8_t>(layers)};
  const PowerLoop before = ue.pusch_power;
  const uint8_t tpc = ue.pusch_power.command(scheduler.target_pusch_sinr_db, !ue.phr_known || ue.phr_db > 3);
  Result<nr::DciBits> dci = fail(Fault::invalid, "", "");
  const bool ndi = process >= 0 ? harq.ndi : !harq.ndi;
  if (fallback) {
    nr::Dci00 f;
    f.frequency = blocks->field, f.time = option.row, f.mcs = code.mcs, f.new_data = ndi, f.rv = code.rv,
    f.harq_id = static_cast<uint8_t>(id), f.tpc = tpc;
    dci = nr::pack(f, space.type == SearchSpaceType::common ? layout.css00 : ue.layout.dci.uss00);
  } else {
    nr::Dci01 f;
    f.bwp = ue.layout.dci.uss01.bwp ? ue.config.bwp_id : 0;
    f.frequency = blocks->field, f.time = option.row, f.mcs = code.mcs, f.new_data = ndi, f.rv = code.rv,
    f.harq_id = static_cast<uint8_t>(id), f.tpc = tpc;
    // How many assignments there were (9.1.3.2); with a semi-static codebook whether there were any (9.1.2.2).
    const bool any = entry && entry->n_harq;
    f.dai1 = static_cast<uint8_t>(!ue.config.dynamic_harq_codebook ? any : any ? (entry->n_harq - 1) % 4 : 3);
    f.antenna_ports =
        static_cast<uint8_t>(nr::pusch_antenna_port_value(nr::DmrsType::type1, 1, precoding, layers, dmrs->cdm_groups_without_data).value_or(0));
    if (codebook) f.precoding = static_cast<uint8_t>(nr::precoding_field(pusch_ports(ue.config), ue.config.max_layers_ul, ue.config.codebook_subset, w).value_or(0));
    dci = nr::pack(f, ue.layout.dci.uss01);
  }
  if (!put_pdcch(place, ue.rnti, dci)) {
    ue.pusch_power = before;
    return false;
  }

  harq.ndi = ndi;
  harq.state = HarqState::waiting;
  harq.slot = target.slot;
  if (process >= 0) {
    ++harq.transmissions;
    ue.ul_retx &= static_cast<uint16_t>(~(1u << id));
  } else {
    harq.transmissions = 1;
    harq.layers = static_cast<uint8_t>(layers);
    harq.n_prb = static_cast<uint16_t>(blocks->count);
    harq.code = code;
    harq.time = option.time;
    ue.ul_idle &= static_cast<uint16_t>(~(1u << id));
    ue.granted += code.tbs_octets;
    ue.sr = ue.sr_urgent = false;
    ue.ul_average += average_weight * static_cast<float>(code.tbs_octets);
    ue.last_served_ul = now;
    ue.ul_mcs_sum += code.mcs;
    ++ue.ul_mcs_count;
    if (ue.config.drx) {
      ue.active_until = std::max(ue.active_until, now + ue.config.drx->inactivity_ms * nr::slots_per_subframe(layout.scs));
      ue.drx_sleeping = false;
    }
  }
  target.grid.take(option.time.start, option.time.length, blocks->mask);
  count_share(ue, false, blocks->count);
  // UCI of this slot moves to the PUSCH, unless its PUCCH lies beside it.
  if (entry && !(entry->harq_use && (entry->harq_use->start_symbol >= option.time.start + option.time.length ||
                                     option.time.start >= entry->harq_use->start_symbol + entry->harq_use->symbols))) {
    entry->on_pusch = true;
  }
  Granted& granted = spare_granted.add(target.pusch);
  granted.ue = ue.id, granted.rnti = ue.rnti, granted.harq = static_cast<uint8_t>(id), granted.msg3 = false, granted.answered = false,
  granted.granted_in = now;
  nr::l1::PuschPdu& pdu = granted.pdu;
  pdu.rnti = ue.rnti;
  pdu.bwp = window.bwp;
  fill_allocation(pdu.allocation, *blocks, window.bwp, option.time);
  pdu.second_hop_rb.reset();
  pdu.layers = static_cast<uint8_t>(layers);
  pdu.ports = codebook ? pusch_ports(ue.config) : uint8_t{1};
  pdu.tpmi = codebook ? w.tpmi : uint8_t{0};
  pdu.transform_precoding = precoding;
  pdu.low_papr_id = pdu.n_id = cell.l1.pci;
  pdu.code = code;
  pdu.dmrs = *dmrs;
  pdu.ptrs.reset();
  pdu.harq_id = static_cast<uint8_t>(id);
  pdu.new_data = process < 0;
  pdu.uci = {};
  return true;
}

// ---- Asking L1 ----------------------------------------------------------------------------------------------------------------

void GnbCell::Impl::attach_uci(nr::l1::PuschPdu& pdu, UciEntry& entry, const Ue& ue) const {
  const UeConfig& c = ue.config;
  pdu.uci.harq_bits = entry.harq_bits;
  if (entry.csi_bits) {
    nr::CsiConfig config = ue.csi;
    config.on_pusch = true;
    pdu.uci.csi1_bits = static_cast<uint16_t>(nr::csi_part1_bits(config));
  }
  pdu.beta_harq = entry.harq_bits <= 2 ? c.beta_harq_small : entry.harq_bits <= 11 ? c.beta_harq_mid : c.beta_harq_large;
  pdu.beta_csi1 = pdu.uci.csi1_bits <= 11 ? c.beta_csi_small : c.beta_csi_large;
  pdu.beta_csi2 = c.beta_csi_small;
  pdu.alpha = c.uci_alpha;
  if (pdu.uci.harq_bits || pdu.uci.csi1_bits) ++entry.expected;
}

void GnbCell::Impl::emit_uplink(nr::l1::UlSlot& out) {
  UlPlan* p = plan(now);
  if (!p || layout.tdd.at(slot).ul == 0) return;
  for (UciEntry& entry : p->uci) {
    Ue* ue = find(entry.rnti);
    if (ue && !entry.on_pusch) emit_pucch(entry, *ue, out, slot);
  }
  for (Granted& g : p->pusch) {
    nr::l1::PuschPdu& pdu = spare_pusch.add(out.pusch);
    std::swap(pdu, g.pdu);
    pdu.handle = slot.count() << 2 | static_cast<uint32_t>(UciKind::pusch);
    Ue* ue = find(g.rnti);
    UciEntry* entry = p->find(g.rnti);
    if (ue && entry && entry->on_pusch && !g.msg3) attach_uci(pdu, *entry, *ue);
  }
  nr::PrachSlot occasions = layout.prach->at(slot);
  if (occasions.n) {
    nr::l1::PrachPdu& pdu = out.prach.emplace_back(layout.prach_pdu);
    pdu.start_symbol = occasions.time[0].start_symbol;
    pdu.occasions = occasions.n;
  }
  for (uint16_t id : p->srs) {
    const Ue& ue = *ues[id];
    if (!ue.config.srs) continue;
    const SrsConfig& c = *ue.config.srs;
    nr::l1::SrsPdu& pdu = out.srs.emplace_back();
    pdu.rnti = ue.rnti;
    pdu.bwp = ue.layout.ul;
    pdu.ports = c.ports, pdu.repetitions = c.repetitions, pdu.hopping = c.hopping;
    pdu.period_slots = c.period_slots, pdu.offset_slots = c.offset_slots;
    pdu.max_rank = ue.config.max_layers_ul, pdu.codebook_subset = static_cast<uint8_t>(ue.config.codebook_subset);
    pdu.symbols = c.symbols, pdu.start_symbol = c.start_symbol;
    pdu.c_srs = c.c_srs, pdu.b_srs = c.b_srs, pdu.b_hop = c.b_hop, pdu.comb = c.comb, pdu.comb_offset = c.comb_offset;
    pdu.cyclic_shift = c.cyclic_shift, pdu.freq_position = c.freq_position, pdu.freq_shift = c.freq_shift, pdu.sequence_id = c.sequence_id;
  }
}

// ---- What came ------------------------------------------------------------------------------------------------------------------

void GnbCell::Impl::on_pusch(Slot at, const nr::l1::RxPusch& rx) {
  UlPlan* p = plan(number_of(at));
  Granted* granted = nullptr;
  if (p) {
    for (Granted& g : p->pusch) {
      if (g.rnti == rx.rnti && !g.answered) granted = &g;
    }
  }
  if (!granted) return void(++counters.pusch_unexpected);
  granted->answered = true;
  if (granted->msg3) return on_msg3(at, rx);
  Ue* ue = find(rx.rnti);
  if (!ue) return void(++counters.unknown_rnti);
  const unsigned process = granted->harq;
  UlHarq& harq = ue->ul[process];
  if (harq.state != HarqState::waiting) return void(++counters.pusch_unexpected);
  if (rx.detected) {
    heard(*ue);
    if (harq.layers == ue->ul_rank) ue->ul_link.measured(rx.quality.sinr_db);
    ue->pusch_power.measured(rx.quality.sinr_db);
    ue->metrics.pusch_sinr_db = rx.quality.sinr_db;
    ue->metrics.pusch_rsrp_db = rx.quality.rsrp_dbfs;
    measured_ta(*ue, rx.quality.ta_ns);
  }
  const uint16_t bit = static_cast<uint16_t>(1u << process);
  if (rx.detected && harq.transmissions == 1) ue->ul_link.result(rx.crc_ok);
  if (rx.crc_ok) {
    ++ue->metrics.ul_ok;
    ue->metrics.ul_octets += harq.code.tbs_octets;
    harq.state = HarqState::idle;
    ue->ul_idle |= bit;
    ue->granted -= std::min(ue->granted, harq.code.tbs_octets);
    if (taps.pdu) taps.pdu(at, false, GnbTaps::Kind::c_rnti, rx.rnti, rx.harq_id, rx.tb);
    return on_block(*ue, at, rx.tb);
  }
  ++ue->metrics.ul_nok;
  if (harq.transmissions <= scheduler.max_ul_retx) {
    harq.state = HarqState::retransmit;
    ue->ul_retx |= bit;
  } else {
    ++counters.ul_retx_exhausted;
    harq.state = HarqState::idle;
    ue->ul_idle |= bit;
    ue->granted -= std::min(ue->granted, harq.code.tbs_octets);
    // What the block carried is gone, perhaps a buffer status report: ask for one.
    if (!ue->sr) ue->sr_since = slot;
    ue->sr = true;
  }
  if (!rx.detected) {
    ue->pdcch_offset_db = std::max(ue->pdcch_offset_db - 1.0f, -12.0f);
    not_heard(*ue);
  }
}

// Sounding: the layers that serve best, and what each of them carries; with one port the channel alone.
void GnbCell::Impl::on_srs(Ue& ue, const nr::l1::RxSrs& rx) {
  measured_ta(ue, rx.quality.ta_ns);
  if (rx.rank == 0 || pusch_ports(ue.config) == 1) return ue.ul_link.measured(rx.quality.sinr_db);
  const bool other_rank = rx.rank != ue.ul_rank;
  ue.ul_rank = std::clamp<uint8_t>(rx.rank, 1, std::max<uint8_t>(ue.config.max_layers_ul, 1));
  ue.tpmi = rx.tpmi;
  ue.ul_link.measured(rx.layer_sinr_db, other_rank);
}

void GnbCell::Impl::on_block(Ue& first, Slot, ByteView block) {
  const Rnti rnti = first.rnti;
  Ue* ue = &first;
  SubPduReader reader(Link::ul, block);
  if (ue->phase == Phase::settling) {
    settled(rnti);
    if (!(ue = find(rnti))) return;
  }
  rlc_pdus.clear();
  uint32_t* unsure = nullptr;  // what a group has left of which the block says nothing: it is full, and without a report
  bool told = false;
  while (auto sub = reader.next()) {
    if (is_bearer(sub->id)) {
      const int group = ue->group_of[sub->id];
      if (group >= 0) {
        uint32_t& octets = ue->bsr[static_cast<size_t>(group)];
        octets -= std::min(octets, static_cast<uint32_t>(sub->payload.size()));
        unsure = &octets;
      }
      rlc_pdus.push_back({static_cast<Lcid>(sub->id), sub->payload});
    } else if (is_ccch(Link::ul, sub->id)) {
      continue;  // of random access only
    } else if (auto ce = read_ce(Link::ul, *sub)) {
      if (auto* phr = std::get_if<SinglePhr>(&*ce)) {
        ue->phr_db = static_cast<float>(ph_db(phr->ph));
        ue->phr_known = true;
        ue->phr_prbs = 1;
        for (const UlHarq& harq : ue->ul) ue->phr_prbs = std::max(ue->phr_prbs, harq.n_prb);
      } else {
        on_bsr(*ue, *ce);
        told = true;
      }
    } else if (sub->id == lcid::padding) {
      told = told || !sub->payload.empty();  // there was room for a report
    } else {
      ++counters.pdu_bad_size;
    }
  }
  // More data of a group that has some triggers no report: without a grant it would wait for retxBSR-Timer, which every grant starts anew (TS 38.321 5.4.5).
  // Twice the block each time: small ones alone would keep a full buffer from ever being told.
  if (unsure && !told) *unsure = std::max(*unsure, std::max(sr_octets, static_cast<uint32_t>(std::min<size_t>(2 * block.size(), limit::tb_octets))));
  if (reader.error() == PduError::truncated) ++counters.pdu_truncated;
  if (reader.error() == PduError::reserved_lcid) ++counters.pdu_reserved_lcid;
  if (!rlc_pdus.empty()) ue->user_plane->receive(rlc_pdus);  // last: RRC may let the UE go
}

// TS 38.321 5.4.5, 6.1.3.1. A report counts what was left when its block was built.
void GnbCell::Impl::on_bsr(Ue& ue, const ControlElement& ce) {
  auto clear_others = [&](unsigned keep) {
    for (unsigned g = 0; g < ue.bsr.size(); ++g) {
      if (g != keep) ue.bsr[g] = 0;
    }
  };
  if (auto* bsr = std::get_if<ShortBsr>(&ce)) {
    clear_others(bsr->group);
    ue.bsr[bsr->group] = bsr5_octets(bsr->size);
  } else if (auto* truncated = std::get_if<ShortTruncatedBsr>(&ce)) {
    ue.bsr[truncated->group] = bsr5_octets(truncated->size);
  } else if (auto* long_bsr = std::get_if<LongBsr>(&ce)) {
    ue.bsr.fill(0);
    for (unsigned g = 0, i = 0; g < 8; ++g) {
      if (long_bsr->groups >> g & 1) ue.bsr[g] = bsr8_octets(long_bsr->sizes[i++]);
    }
  } else if (auto* partial = std::get_if<LongTruncatedBsr>(&ce)) {
    // Sizes for the groups of the highest priorities only; the others at least have something.
    std::array<uint8_t, 8> best;
    best.fill(255);
    for (const auto& channel : ue.config.channels) {
      if (channel.group && *channel.group < 8) best[*channel.group] = std::min(best[*channel.group], channel.priority);
    }
    uint8_t with_size = 0;
    for (unsigned n = 0; n < partial->count; ++n) {
      int chosen = -1;
      for (int g = 0; g < 8; ++g) {
        const bool open = partial->groups >> g & 1 && !(with_size >> g & 1);
        if (open && (chosen < 0 || best[static_cast<size_t>(g)] < best[static_cast<size_t>(chosen)])) chosen = g;
      }
      if (chosen >= 0) with_size = static_cast<uint8_t>(with_size | 1u << chosen);
    }
    for (unsigned g = 0, i = 0; g < 8; ++g) {
      if (with_size >> g & 1) {
        ue.bsr[g] = bsr8_octets(partial->sizes[i++]);
      } else if (partial->groups >> g & 1) {
        ue.bsr[g] = std::max(ue.bsr[g], sr_octets);
      } else {
        ue.bsr[g] = 0;
      }
    }
  }
}

}  // namespace sen::mac
