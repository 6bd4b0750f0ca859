// Uplink control information at the gNB: where HARQ-ACK, SR and CSI of each UE lie (TS 38.213 9.1 to 9.3), and what came of them.
#include <algorithm>

#include "mac/detail/gnb_cell.h"

namespace sen::mac {

using namespace gnb;

namespace {

nr::PucchResource to_nr(const PucchUse& use, const PucchFormatConfig& format) {
  nr::PucchResource out;
  out.format = static_cast<nr::PucchFormat>(use.format);
  out.n_rb = static_cast<uint8_t>(use.rbs);
  out.start_symbol = use.start_symbol;
  out.n_symbols = use.symbols;
  if (use.second_crb) out.second_hop_rb = use.second_crb;
  out.occ_length = use.occ_length;
  out.occ_index = use.occ;
  out.additional_dmrs = format.additional_dmrs;
  out.pi2_bpsk = format.pi2_bpsk;
  out.max_code_rate = format.max_code_rate;
  return out;
}

// Do two spans of a resource share blocks at the same time? Both hop at their middle.
bool share_blocks(const PucchUse& a, const PucchUse& b) {
  auto hit = [](unsigned first_a, unsigned n_a, unsigned first_b, unsigned n_b) {
    return first_a < first_b + n_b && first_b < first_a + n_a;
  };
  if (hit(a.first_crb, a.rbs, b.first_crb, b.rbs)) return true;
  if (a.second_crb && hit(*a.second_crb, a.rbs, b.first_crb, b.rbs)) return true;
  if (b.second_crb && hit(a.first_crb, a.rbs, *b.second_crb, b.rbs)) return true;
  return a.second_crb && b.second_crb && hit(*a.second_crb, a.rbs, *b.second_crb, b.rbs);
}

}  // namespace

// Formats 0 and 1 share a block by cyclic shift (and cover code) when they lie the same way (TS 38.211 6.3.2.3, 6.3.2.4).
bool PucchUse::meets(const PucchUse& o) const {
  if (!overlaps_in_time(o) || !share_blocks(*this, o)) return false;
  const bool same_place = format == o.format && (format <= 1 || format == 4) && start_symbol == o.start_symbol && symbols == o.symbols &&
                          first_crb == o.first_crb && second_crb == o.second_crb;
  if (!same_place) return true;
  if (format == 1) return cyclic_shift == o.cyclic_shift && occ == o.occ;
  if (format == 4) return occ_length != o.occ_length || occ == o.occ;
  // Format 0 says 1 bit (and SR) with shifts 0, 3, 6, 9 from its first: only first shifts apart by other than multiples of 3 stay apart.
  return cyclic_shift % 3 == o.cyclic_shift % 3;
}

RbMask PucchUse::rbs_mask() const {
  RbMask mask = RbMask::range(first_crb, rbs);
  if (second_crb) mask.set(*second_crb, rbs);
  return mask;
}

GnbCell::Impl::UciEntry* GnbCell::Impl::UlPlan::find(Rnti rnti) {
  for (UciEntry& entry : uci) {
    if (entry.rnti == rnti) return &entry;
  }
  return nullptr;
}

const GnbCell::Impl::Granted* GnbCell::Impl::UlPlan::granted(Rnti rnti) const {
  for (const Granted& g : pusch) {
    if (g.rnti == rnti) return &g;
  }
  return nullptr;
}

RbMask GnbCell::Impl::UlPlan::pucch_mask(unsigned start, unsigned length) const {
  RbMask mask;
  auto add = [&](const std::optional<PucchUse>& use) {
    if (use && use->start_symbol < start + length && start < use->start_symbol + use->symbols) mask |= use->rbs_mask();
  };
  for (const UciEntry& entry : uci) {
    if (entry.on_pusch) continue;
    add(entry.harq_use);
    add(entry.sr_use);
    add(entry.csi_use);
  }
  return mask;
}

std::optional<PucchUse> GnbCell::Impl::resource(const Ue& ue, uint8_t id) const {
  for (size_t i = 0; i < ue.config.pucch.size(); ++i) {
    if (ue.config.pucch[i].id == id) return ue.pucch[i];
  }
  return std::nullopt;
}

// ---- Planning HARQ-ACK --------------------------------------------------------------------------------------------------------

bool GnbCell::Impl::find_ack(Ue& ue, const Place& place, Ack& out) {
  const bool format11 = place.space->type == SearchSpaceType::ue_0_1_1_1 && !ue.config.k1.empty();
  const unsigned n = format11 ? static_cast<unsigned>(std::min<size_t>(ue.config.k1.size(), 8)) : 8;
  for (unsigned k1 = scheduler.min_k1; k1 < horizon; ++k1) {
    unsigned field = 0;
    while (field < n && (format11 ? ue.config.k1[field] : field + 1) != k1) ++field;
    if (field == n) continue;
    UlPlan* target = plan(now + k1);
    if (!target || layout.tdd.at(target->slot).ul == 0 || in_gap(ue, target->slot)) continue;
    // A DCI that grants a PUSCH there has already told the UE how much to expect (TS 38.213 9.1.3.2, 9.2.3).
    if (target->granted(ue.rnti)) continue;
    if (!find_ack_in(ue, place, *target, k1, out)) continue;
    out.k1_field = static_cast<uint8_t>(field);
    return true;
  }
  return false;
}

bool GnbCell::Impl::find_ack_in(Ue& ue, const Place& place, UlPlan& target, unsigned k1, Ack& out) {
  UciEntry* entry = target.find(ue.rnti);
  out.plan = &target;
  out.dai = nr::dai_field(entry ? entry->n_harq : 0);
  out.common = ue.phase == Phase::msg4 || ue.phase == Phase::settling || ue.config.pucch_sets.empty();
  out.place = entry ? entry->n_harq : uint8_t{0};
  out.bits = static_cast<uint8_t>(out.place + 1);
  if (out.common) return !entry && common_pucch(place, target, out);
  if (out.bits > limit::harq_processes || (entry && entry->common)) return false;
  if (!ue.layout.codebooks.empty()) {
    const nr::SemiStaticCodebook& codebook = ue.layout.codebooks[layout.slot_index(target.slot)];
    const auto position = nr::semi_static_position(codebook, k1);
    if (!position) return false;
    out.place = static_cast<uint8_t>(*position);
    out.bits = codebook.n;
    out.dai = 1;  // DCI 1_0 that does not say "the only one": the codebook is always whole
    if (entry && std::ranges::find(entry->place.begin(), entry->place.begin() + entry->n_harq, out.place) != entry->place.begin() + entry->n_harq) return false;
  }
  const unsigned harq = out.bits;
  const bool sr = entry && entry->sr;
  const unsigned csi = entry ? entry->csi_bits : 0;
  const unsigned bits = csi ? std::max(3u, harq + sr + csi) : harq <= 2 ? harq : harq + sr;
  nr::PucchSets sets;
  sets.n = static_cast<uint8_t>(std::min<size_t>(ue.config.pucch_sets.size(), 4));
  for (unsigned i = 1; i < sets.n; ++i) sets.max_payload[i] = ue.config.pucch_sets[i].max_bits ? ue.config.pucch_sets[i].max_bits : 1706;
  auto set = nr::pucch_set(sets, bits);
  if (!set) return false;
  const auto& list = ue.config.pucch_sets[*set].resources;
  const unsigned n = static_cast<unsigned>(std::min<size_t>(list.size(), 8));
  for (unsigned i = 0; i < n; ++i) {
    const unsigned pri = (i + ue.id) % n;
    auto use = resource(ue, list[pri]);
    if (!use || list.size() > 8) return false;
    if (use->format >= 2) {
      const PucchFormatConfig& format = ue.config.pucch_formats[use->format];
      if (csi && !format.simultaneous_csi) return false;
      auto pucch = to_nr(*use, format);
      if (bits > nr::pucch_capacity_bits(pucch)) continue;
      if (use->format <= 3) use->rbs = static_cast<uint16_t>(nr::pucch_rbs_for(pucch, bits));
    }
    // SR and CSI that do not meet this PUCCH in time would go beside it: no such slot is used (TS 38.213 9.2.5).
    if (entry && entry->sr_use && !use->overlaps_in_time(*entry->sr_use)) continue;
    if (entry && entry->csi_use && !use->overlaps_in_time(*entry->csi_use)) continue;
    if (!free_in(target, *use, ue.rnti)) continue;
    out.pri = static_cast<uint8_t>(pri);
    out.use = *use;
    return true;
  }
  return false;
}

// TS 38.213 9.2.1: before dedicated resources the first CCE and the resource indicator choose one of 16.
bool GnbCell::Impl::common_pucch(const Place& place, UlPlan& target, Ack& out) const {
  for (unsigned pri = 0; pri < 8; ++pri) {
    auto found = nr::default_pucch(cell.pucch_resource_common, nr::r_pucch(place.cce, layout.sets[place.space->set].cces, pri),
                                   cell.initial_ul.size);
    if (!found) continue;
    PucchUse use;
    use.format = static_cast<uint8_t>(found->format);
    use.start_symbol = found->start_symbol;
    use.symbols = found->n_symbols;
    use.first_crb = static_cast<uint16_t>(cell.initial_ul.start + found->first_rb);
    use.rbs = found->n_rb;
    if (found->second_hop_rb) use.second_crb = static_cast<uint16_t>(cell.initial_ul.start + *found->second_hop_rb);
    use.cyclic_shift = found->initial_cyclic_shift;
    use.occ = found->time_domain_occ;
    if (!free_in(target, use, nr::no_rnti)) continue;
    out.pri = static_cast<uint8_t>(pri);
    out.use = use;
    return true;
  }
  return false;
}

bool GnbCell::Impl::free_in(const UlPlan& target, const PucchUse& use, Rnti except) const {
  if (!layout.tdd.ul_fits(target.slot, use.start_symbol, use.symbols)) return false;
  if (!target.grid.free(use.start_symbol, use.symbols, use.rbs_mask())) return false;
  for (const UciEntry& entry : target.uci) {
    if (entry.rnti == except) continue;
    for (const auto* other : {&entry.harq_use, &entry.sr_use, &entry.csi_use}) {
      if (*other && use.meets(**other)) return false;
    }
  }
  return true;
}

void GnbCell::Impl::commit_ack(Ue& ue, const Ack& ack, unsigned process) {
  UciEntry* entry = ack.plan->find(ue.rnti);
  if (!entry) {
    entry = &ack.plan->uci.emplace_back();
    entry->ue = ue.id;
    entry->rnti = ue.rnti;
  }
  entry->common = ack.common;
  entry->place[entry->n_harq] = ack.place;
  entry->harq[entry->n_harq++] = static_cast<uint8_t>(process);
  entry->harq_bits = ack.bits;
  entry->harq_use = ack.use;
}

// ---- Periodic UCI -------------------------------------------------------------------------------------------------------------

void GnbCell::Impl::enter_calendar(Ue& ue) {
  auto enter = [&](unsigned period, unsigned offset, Periodic::Kind kind, uint8_t id) {
    if (period == 0 || calendar_slots % period != 0) return;
    for (unsigned at = offset % period; at < calendar_slots; at += period) calendar[at].push_back({ue.id, kind, id});
  };
  for (const auto& sr : ue.config.scheduling_requests) enter(sr.period_slots, sr.offset_slots, Periodic::Kind::sr, sr.resource);
  if (ue.config.csi) enter(ue.config.csi->period_slots, ue.config.csi->offset_slots, Periodic::Kind::csi, ue.config.csi->resource);
  if (ue.config.srs) enter(ue.config.srs->period_slots, ue.config.srs->offset_slots, Periodic::Kind::srs, 0);
}

void GnbCell::Impl::leave_calendar(uint16_t id) {
  for (auto& day : calendar) std::erase_if(day, [&](const Periodic& p) { return p.ue == id; });
}

void GnbCell::Impl::plan_periodic(UlPlan& target) {
  for (const Periodic& due : calendar[target.slot.count() % calendar_slots]) {
    Ue& ue = *ues[due.ue];
    const bool configured = ue.phase == Phase::active || ue.phase == Phase::settling || (ue.phase == Phase::msg4 && ue.ccch_answered);
    if (!configured || target.number < ue.uci_from || in_gap(ue, target.slot)) continue;
    if (due.kind == Periodic::Kind::srs) {
      const SrsConfig& srs = *ue.config.srs;
      if (!layout.tdd.ul_fits(target.slot, srs.start_symbol, srs.symbols)) continue;
      target.grid.take(srs.start_symbol, srs.symbols, RbMask::range(ue.layout.ul.start, ue.layout.ul.size));
      target.srs.push_back(ue.id);
      continue;
    }
    auto use = resource(ue, due.resource);
    if (!use || !layout.tdd.ul_fits(target.slot, use->start_symbol, use->symbols)) continue;
    UciEntry* entry = target.find(ue.rnti);
    if (!entry) {
      entry = &target.uci.emplace_back();
      entry->ue = ue.id;
      entry->rnti = ue.rnti;
    }
    if (due.kind == Periodic::Kind::sr) {
      entry->sr = true;
      entry->sr_use = use;
    } else {
      entry->csi_bits = ue.csi_bits;
      entry->csi_use = use;
    }
  }
}

// ---- Asking L1 ----------------------------------------------------------------------------------------------------------------

void GnbCell::Impl::add_pucch(nr::l1::UlSlot& out, const PucchUse& use, const Ue& ue, bool common, UciKind kind, Slot at,
                              const nr::l1::UciExpected& uci) {
  nr::l1::PucchPdu& pdu = out.pucch.emplace_back();
  pdu.rnti = ue.rnti;
  pdu.handle = at.count() << 2 | static_cast<uint32_t>(kind);
  pdu.bwp = common ? cell.initial_ul : ue.layout.ul;
  pdu.format = use.format;
  pdu.start_symbol = use.start_symbol;
  pdu.symbols = use.symbols;
  pdu.first_rb = static_cast<uint16_t>(use.first_crb - pdu.bwp.start);
  pdu.rbs = use.rbs;
  if (use.second_crb) pdu.second_hop_rb = static_cast<uint16_t>(*use.second_crb - pdu.bwp.start);
  pdu.initial_cyclic_shift = use.cyclic_shift;
  pdu.time_domain_occ = use.format == 1 ? use.occ : 0;
  pdu.occ_length = use.format == 4 ? use.occ_length : 0;
  pdu.occ_index = use.format == 4 ? use.occ : 0;
  if (!common) {
    const PucchFormatConfig& format = ue.config.pucch_formats[use.format];
    pdu.additional_dmrs = format.additional_dmrs;
    pdu.pi2_bpsk = format.pi2_bpsk;
    pdu.max_code_rate = format.max_code_rate;
  }
  pdu.hopping_id = cell.pucch_hopping_id.value_or(cell.l1.pci);
  pdu.n_id = pdu.dmrs_n_id = cell.l1.pci;
  pdu.uci = uci;
}

// TS 38.213 9.2.5: what lies together in one PUCCH, and which of two resources a UE may take.
void GnbCell::Impl::emit_pucch(UciEntry& e, const Ue& ue, nr::l1::UlSlot& out, Slot at) {
  auto put = [&](const PucchUse& use, UciKind kind, nr::l1::UciExpected uci) {
    add_pucch(out, use, ue, e.common && kind == UciKind::harq, kind, at, uci);
    ++e.expected;
  };
  if (e.n_harq == 0) {
    if (e.csi_use) {
      const bool with_sr = e.sr_use && e.csi_use->overlaps_in_time(*e.sr_use);
      put(*e.csi_use, UciKind::csi, {0, with_sr, e.csi_bits, 0});
      if (with_sr) return;
    }
    if (e.sr_use) put(*e.sr_use, UciKind::sr, {0, true, 0, 0});
    return;
  }
  if (!e.harq_use) return;
  const bool in_harq = e.sr && e.harq_use->format != 1;
  put(*e.harq_use, UciKind::harq, {e.harq_bits, in_harq, e.csi_bits, 0});
  if (e.sr_use && !in_harq && e.sr_use->format == 1) put(*e.sr_use, UciKind::sr, {e.harq_bits, true, 0, 0});
}

// ---- What came ------------------------------------------------------------------------------------------------------------------

void GnbCell::Impl::on_uci(Slot at, const nr::l1::RxUci& rx) {
  UlPlan* p = plan(number_of(at));
  Ue* ue = find(rx.rnti);
  UciEntry* entry = p ? p->find(rx.rnti) : nullptr;
  if (!ue || !entry || entry->answered >= entry->expected) return void(++counters.uci_unexpected);
  ++entry->answered;
  const bool good = rx.detected && rx.crc_ok;
  if (rx.detected) {
    heard(*ue);
    if (!rx.on_pusch) {
      ue->pucch_power.measured(rx.quality.sinr_db);
      ue->metrics.pucch_sinr_db = rx.quality.sinr_db;
      // Formats 0, 1 and 4 share their resource block with other UEs, whose timing would be measured too.
      const auto apart = [](const auto& use) { return !use || use->format == 2 || use->format == 3; };
      if (apart(entry->harq_use) && apart(entry->sr_use) && apart(entry->csi_use)) measured_ta(*ue, rx.quality.ta_ns);
    }
  }
  if (good && rx.sr && entry->sr) {
    if (!ue->sr) ue->sr_since = slot;
    ue->sr = true;
    if (ue->phase != Phase::active) {
      settled(rx.rnti);
      if (!(ue = find(rx.rnti))) return;
    }
  }
  if (good && entry->csi_bits && rx.csi1.size) on_csi(*ue, rx, rx.on_pusch);
  on_harq(*ue, *entry, rx);
}

void GnbCell::Impl::on_harq(Ue& ue, UciEntry& entry, const nr::l1::RxUci& rx) {
  if (entry.n_harq == 0 || entry.harq_done) return;
  const Rnti rnti = ue.rnti;
  if (rx.detected && (rx.harq.size == entry.harq_bits || !rx.crc_ok)) {
    entry.harq_done = true;
    const auto bits = nr::from_l1<nr::max_harq_bits>(rx.harq);
    for (unsigned i = 0; i < entry.n_harq; ++i) {
      Ue* still = find(rnti);  // an acknowledged Msg4 lets RRC act on the UE
      if (still) on_ack(*still, entry.harq[i], rx.crc_ok && bits && bits->bit(entry.place[i]), false);
    }
    return;
  }
  if (rx.detected && rx.harq.size != 0) ++counters.uci_size;
  if (entry.answered < entry.expected) return;  // it may be in the other resource
  entry.harq_done = true;
  for (unsigned i = 0; i < entry.n_harq; ++i) on_ack(ue, entry.harq[i], false, true);
  if (!rx.detected) not_heard(ue);
}

void GnbCell::Impl::on_ack(Ue& ue, unsigned process, bool ack, bool dtx) {
  DlHarq& harq = ue.dl[process];
  if (harq.state != HarqState::waiting) return;
  const uint16_t bit = static_cast<uint16_t>(1u << process);
  if (dtx) {
    ue.pdcch_offset_db = std::max(ue.pdcch_offset_db - 1.0f, -12.0f);
  } else {
    ue.pdcch_offset_db = std::min(ue.pdcch_offset_db + 0.02f, 0.0f);
    if (harq.transmissions == 1) ue.dl_link.result(ack);
  }
  if (ack) {
    ++ue.metrics.dl_ok;
    ue.metrics.dl_octets += harq.code.tbs_octets;
  } else {
    ++ue.metrics.dl_nok;
  }
  harq.silent = dtx ? static_cast<uint8_t>(std::min(harq.silent + 1, 255)) : uint8_t{0};
  const bool exhausted = harq.transmissions > scheduler.max_dl_retx;
  if (!ack && !exhausted) {
    harq.state = HarqState::retransmit;
    ue.dl_retx |= bit;
    return;
  }
  if (!ack) ++counters.dl_retx_exhausted;
  if (harq.announcing) ue.announcement_lost = !ack && !dtx;
  harq.state = HarqState::idle;
  ue.dl_idle |= bit;
  pool.give(harq.tb);
  if (!harq.msg4) return;
  harq.msg4 = false;
  // Without an acknowledgement the UE may have its configuration all the same, and answer with dedicated resources: its SR will tell.
  if (ue.phase == Phase::msg4 && (ack || ue.ccch_answered)) resolved(ue);
}

// Msg4 reached the UE, or all that could be done for it was.
void GnbCell::Impl::resolved(Ue& ue) {
  const bool now_resolved = ue.contention_identity.has_value();
  ue.contention_identity.reset();
  if (ue.ccch_answered) ue.phase = Phase::settling;
  if (now_resolved && ports.event) ports.event(ue.rnti, UeEvent::contention_resolved);
}

// The message with the announced configuration is out and acknowledged, or nothing is heard of it any more, twice: then its answer comes where only the new
// configuration listens. From here on as after Msg4: what the UE sends on its dedicated resources tells that it has it.
void GnbCell::Impl::settle_pending(Ue& ue) {
  constexpr unsigned silence = 2;
  if (!ue.pending || ue.announcement_lost || ue.user_plane->buffer(1).total != 0) return;
  for (const DlHarq& harq : ue.dl) {
    if (harq.state == HarqState::waiting || (harq.state == HarqState::retransmit && harq.announcing && harq.silent < silence)) return;
  }
  // Data of before goes on in the common search space.
  for (unsigned process = 0; process < ue.dl.size(); ++process) {
    DlHarq& harq = ue.dl[process];
    if (harq.state != HarqState::retransmit || !harq.announcing) continue;
    pool.give(harq.tb);
    harq.state = HarqState::idle;
    ue.dl_idle |= static_cast<uint16_t>(1u << process);
    ue.dl_retx &= static_cast<uint16_t>(~(1u << process));
  }
  const UeConfig config = std::move(*ue.pending);
  ue.pending.reset();
  ue.fallback = false;
  ue.phase = Phase::settling;
  (void)configure(ue, config, false);  // was accepted when it was announced
}

// The UE used what its dedicated configuration gave it.
void GnbCell::Impl::settled(Rnti rnti) {
  Ue* ue = find(rnti);
  if (ue && ue->phase == Phase::msg4 && ue->ccch_answered) {
    for (DlHarq& harq : ue->dl) {
      if (!harq.msg4) continue;
      harq.msg4 = false;
      harq.state = HarqState::idle;
      pool.give(harq.tb);
    }
    ue->dl_idle = 0xffff;
    ue->dl_retx = 0;
    resolved(*ue);
    ue = find(rnti);
  }
  if (!ue || ue->phase != Phase::settling) return;
  ue->phase = Phase::active;
  if (ports.event) ports.event(rnti, UeEvent::configuration_acknowledged);
}

void GnbCell::Impl::on_csi(Ue& ue, const nr::l1::RxUci& rx, bool on_pusch) {
  nr::CsiConfig config = ue.csi;
  config.on_pusch = on_pusch;
  auto part1 = nr::from_l1<nr::CsiBits::capacity>(rx.csi1);
  auto part2 = nr::from_l1<nr::CsiBits::capacity>(rx.csi2);
  if (!part1 || !part2) return void(++counters.uci_size);
  auto csi = nr::unpack_csi(*part1, *part2, config);
  if (!csi) return void(++counters.uci_size);
  const bool other_rank = csi->ri != ue.ri;
  ue.cqi = csi->cqi;
  ue.ri = std::clamp<uint8_t>(csi->ri, 1, std::max<uint8_t>(ue.config.max_layers_dl, 1));
  ue.pmi = static_cast<uint16_t>(csi->i2 | (csi->i1 & 0xff) << 4 | csi->i1 >> 8 << 8);
  if (cell.l1.tx_ports > 1) {
    const auto panel = nr::single_panel(cell.l1.tx_ports, config.codebook_mode);
    ue.precoding = nr::precoding(panel, ue.ri, nr::Pmi::unpacked(ue.pmi)).value_or(nr::l1::Precoding{});
  }
  const auto table = static_cast<nr::CqiTable>(std::clamp<int>(ue.config.csi ? ue.config.csi->cqi_table : 1, 1, 4) - 1);
  ue.dl_link.measured(sinr_of_cqi(table, csi->cqi), other_rank);
}

}  // namespace sen::mac
