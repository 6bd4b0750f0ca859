#include "mac/gnb.h"

#include <algorithm>
#include <bit>

#include "base/ensure.h"
#include "mac/detail/gnb_cell.h"
#include "nr/ra.h"

namespace sen::mac {

using namespace gnb;

Status GnbCell::check(const CellConfig& cell, const SchedulerConfig& scheduler) {
  auto range = [](const char* name, auto value, auto low, auto high) -> Status {
    if (value < low || value > high) return fail(Fault::invalid, name, "{} is not allowed ({} to {})", value, low, high);
    return {};
  };
  SEN_TRY(range("scheduler.ahead_slots", unsigned{scheduler.ahead_slots}, 0u, limit::ahead_slots));
  SEN_TRY(range("scheduler.min_k1", unsigned{scheduler.min_k1}, 1u, 8u));
  SEN_TRY(range("scheduler.min_k2", unsigned{scheduler.min_k2}, 1u, 32u));
  SEN_TRY(range("scheduler.bler_target", scheduler.bler_target, 0.0001, 0.5));
  SEN_TRY(range("scheduler.max_ues_per_slot", unsigned{scheduler.max_ues_per_slot}, 1u, 64u));
  SEN_TRY(range("scheduler.fixed_dl_mcs", int{scheduler.fixed_dl_mcs}, -1, 28));
  SEN_TRY(range("scheduler.fixed_ul_mcs", int{scheduler.fixed_ul_mcs}, -1, 28));
  SEN_TRY(range("scheduler.large_uci_format", unsigned{scheduler.large_uci_format}, 2u, 4u));
  SEN_TRY(range("scheduler.slices", scheduler.slices.size(), size_t{0}, limit::slices));
  SEN_TRY(range("pucch_resource_common", unsigned{cell.pucch_resource_common}, 0u, 15u));
  for (uint16_t allowed : {32, 64, 128, 256}) {
    if (cell.paging.default_cycle_frames != allowed) continue;
    SEN_TRY(CellLayout::make(cell, scheduler));
    return {};
  }
  return fail(Fault::invalid, "paging.default_cycle_frames", "{} is not allowed (32, 64, 128, 256; TS 38.331 PCCH-Config)",
              cell.paging.default_cycle_frames);
}

GnbCell::GnbCell(const CellConfig& cell, const SchedulerConfig& scheduler, GnbPorts ports) {
  auto layout = CellLayout::make(cell, scheduler);
  ensure(layout.has_value());  // check() comes first
  impl_ = std::make_unique<Impl>(cell, scheduler, std::move(ports), std::move(*layout));
}
GnbCell::~GnbCell() = default;

void GnbCell::set_system_information(SystemInformation si) {
  if (si.messages.size() > limit::si_messages) si.messages.resize(limit::si_messages);
  impl_->si = std::move(si);
  impl_->si_sent.assign(impl_->si.messages.size(), ~uint64_t{0});
}
Status GnbCell::add_ue(Rnti rnti, const UeConfig& config, l2::UserPlane& user_plane) { return impl_->add(rnti, config, user_plane); }
Status GnbCell::reconfigure_ue(Rnti rnti, const UeConfig& config, bool after_confirm) {
  auto* ue = impl_->find(rnti);
  if (!ue) return fail(Fault::not_found, "rnti", "0x{:04x} is no UE of this cell", rnti);
  return impl_->configure(*ue, config, after_confirm);
}
void GnbCell::confirm(Rnti rnti) {
  auto* ue = impl_->find(rnti);
  if (!ue || !ue->pending) return;
  UeConfig config = std::move(*ue->pending);
  ue->pending.reset();
  ue->fallback = false;
  (void)impl_->configure(*ue, config, false);  // was accepted when it was announced
}
void GnbCell::set_qos(Rnti rnti, const UeQos& qos) {
  auto* ue = impl_->find(rnti);
  if (!ue) return;
  ue->qos = qos;
  impl_->set_channels(*ue);
}
void GnbCell::remove_ue(Rnti rnti) { impl_->remove(rnti); }
std::optional<Rnti> GnbCell::allocate_rnti() {
  auto rnti = impl_->new_rnti();
  if (rnti) impl_->reserved_rntis.push_back(*rnti);
  return rnti;
}
std::optional<uint8_t> GnbCell::allocate_preamble(Rnti rnti) {
  auto& dedicated = impl_->dedicated_preambles;
  uint64_t used = 0;
  for (const auto& [owner, preamble] : dedicated) {
    if (owner == rnti) return preamble;
    used |= uint64_t{1} << preamble;
  }
  for (unsigned preamble = impl_->cell.rach.cb_preambles_per_ssb; preamble < 64; ++preamble) {
    if (used >> preamble & 1) continue;
    dedicated.emplace_back(rnti, static_cast<uint8_t>(preamble));
    return static_cast<uint8_t>(preamble);
  }
  return std::nullopt;
}
Status GnbCell::assign_resources(Rnti rnti, UeConfig& config) { return impl_->assign(rnti, config); }
bool GnbCell::page(uint16_t ue_id, uint16_t cycle_frames, uint64_t identity) {
  auto& waiting = impl_->paging;
  if (std::ranges::find(waiting, identity, &Impl::PagingRecord::identity) != waiting.end()) return true;
  if (waiting.size() >= limit::paging_queue) return ++impl_->counters.paging_overload, false;
  waiting.push_back({ue_id, std::max<uint16_t>(cycle_frames, 32), identity, 0});
  return true;
}
void GnbCell::send_drx_command(Rnti rnti, bool long_cycle) {
  if (auto* ue = impl_->find(rnti)) ue->drx_command = long_cycle;
}
void GnbCell::order_random_access(Rnti rnti) {
  if (auto* ue = impl_->find(rnti)) ue->order_pending = true;
}
void GnbCell::slot(nr::Slot slot, nr::l1::DlSlot& dl, nr::l1::UlSlot& ul) { impl_->run(slot, dl, ul); }

void GnbCell::indicate(const nr::l1::UlIndication& indication) {
  Impl& i = *impl_;
  for (const auto& preamble : indication.preambles) i.on_preamble(indication.slot, preamble);
  for (const auto& pusch : indication.pusch) i.on_pusch(indication.slot, pusch);
  for (const auto& uci : indication.uci) i.on_uci(indication.slot, uci);
  for (const auto& srs : indication.srs) {
    if (auto* ue = i.find(srs.rnti)) i.on_srs(*ue, srs);
  }
}

void GnbCell::data_available(Rnti rnti, Lcid) {
  if (auto* ue = impl_->find(rnti)) ue->dl_pending = true;
}
std::vector<UeMetrics> GnbCell::take_metrics() { return impl_->take_metrics(); }
const GnbCounters& GnbCell::counters() const { return impl_->counters; }
void GnbCell::set_taps(GnbTaps taps) { impl_->taps = std::move(taps); }

// ---------------------------------------------------------------------------------------------------------------------------

namespace {

// Slots ahead that DCIs of this cell can reach.
unsigned reach(const CellLayout& layout) {
  unsigned furthest = 8;
  for (const auto& row : layout.common_times.ul_rows) furthest = std::max<unsigned>(furthest, row.k + nr::msg3_delta(layout.scs));
  return std::min(furthest + 1, limit::grants_ahead);
}

}  // namespace

GnbCell::Impl::Impl(const CellConfig& config, const SchedulerConfig& scheduler_config, GnbPorts gnb_ports, CellLayout cell_layout)
    : cell(config), scheduler(scheduler_config), ports(std::move(gnb_ports)), layout(std::move(cell_layout)) {
  by_rnti.assign(65536, no_ue);
  horizon = reach(layout);
  const Space& access = *layout.space(cell.ra_search_space);
  ul_grants_in.assign(layout.tdd.period_slots(), 0);
  note_grant_slots(layout.common_times, access.type0 || access.space.period_slots > 1);
  now = ring;
  shares.resize(scheduler.slices.size());
  for (UlPlan& p : plans) {
    p.uci.reserve(32);
    p.pusch.reserve(16);
  }
}

// Numbers count slots from the first one on; slot numbers wrap every 10.24 s, these do not.
uint64_t GnbCell::Impl::number_of(Slot s) const { return now + static_cast<uint64_t>(static_cast<int64_t>(s - slot)); }

void GnbCell::Impl::run(Slot s, nr::l1::DlSlot& dl_out, nr::l1::UlSlot& ul_out) {
  advance(s);
  spare_pdcch.clear(dl_out.pdcch);
  spare_pdsch.clear(dl_out.pdsch);
  spare_pusch.clear(ul_out.pusch);
  dl_out.ssb.clear();
  dl_out.csi_rs.clear();
  ul_out.pucch.clear();
  ul_out.prach.clear();
  ul_out.srs.clear();
  dl_out.slot = ul_out.slot = s;
  dl = &dl_out;
  dl_grid = {};
  dl_sent = ul_sent = dl_cces = 0;
  for (uint16_t id : active) settle_pending(*ues[id]);
  if (layout.tdd.has_dl(s)) {
    send_ssb();
    send_csi_rs();
    send_broadcast();
    send_responses();
    retransmit_msg3();
    send_orders();
    // Downlink before uplink: a PUSCH carries the HARQ-ACK of assignments up to its own grant (TS 38.213 9.1.3.2).
    find_downlink_candidates();
    find_uplink_candidates();
    find_control_end();
    serve_downlink(!ul_candidates.empty());
    serve_uplink();
    serve_downlink(false);
  }
  emit_uplink(ul_out);
  dl = nullptr;
}

void GnbCell::Impl::advance(Slot s) {
  if (started) {
    int step = s - slot;
    if (step <= 0) return void(++counters.late_slot);
    now += static_cast<uint64_t>(step);
  }
  slot = s;
  if (!started) opened = now;
  started = true;
  one_shot.start_slot(s);
  if (opened + ring < now) opened = now;
  while (opened <= now + horizon) open_plan(opened++);
}

GnbCell::Impl::UlPlan* GnbCell::Impl::plan(uint64_t number) {
  UlPlan& p = plans[number % ring];
  return p.number == number ? &p : nullptr;
}

void GnbCell::Impl::open_plan(uint64_t number) {
  UlPlan& p = plans[number % ring];
  close_plan(p);
  p.slot = slot + static_cast<int>(number - now);
  p.number = number;
  p.grid = {};
  p.srs.clear();
  auto symbols = layout.tdd.at(p.slot);
  if (symbols.ul == 0) return;
  const RbMask all = RbMask::range(0, cell.l1.n_rb);
  p.grid.take(0, nr::symbols_per_slot - symbols.ul, all);
  for (int back = 0; back < layout.prach_slots; ++back) {
    nr::PrachSlot occasions = layout.prach->at(p.slot - back);
    if (occasions.n == 0) continue;
    unsigned first = back == 0 && layout.prach_pdu.format > 3 ? occasions.time[0].start_symbol : 0;
    p.grid.take(first, nr::symbols_per_slot - first, layout.prach_rbs);
  }
  plan_periodic(p);
}

// What L1 never answered counts as not received.
void GnbCell::Impl::close_plan(UlPlan& old) {
  for (Granted& g : old.pusch) {
    if (g.answered || g.msg3) continue;
    Ue* ue = find(g.rnti);
    if (!ue) continue;
    ++counters.indication_missing;
    nr::l1::RxPusch rx;
    rx.rnti = g.rnti;
    rx.harq_id = g.harq;
    rx.detected = false;
    on_pusch(old.slot, rx);
  }
  for (UciEntry& entry : old.uci) {
    Ue* ue = find(entry.rnti);
    if (!ue || entry.harq_done || entry.n_harq == 0) continue;
    ++counters.indication_missing;
    for (unsigned i = 0; i < entry.n_harq; ++i) on_ack(*ue, entry.harq[i], false, true);
  }
  spare_granted.clear(old.pusch);
  old.uci.clear();
  old.number = ~uint64_t{0};
}

GnbCell::Impl::Ue* GnbCell::Impl::find(Rnti rnti) {
  uint16_t id = by_rnti[rnti];
  return id == no_ue ? nullptr : ues[id].get();
}

std::optional<Rnti> GnbCell::Impl::new_rnti() {
  for (unsigned tries = 0; tries < 0x10000; ++tries) {
    next_rnti = next_rnti >= nr::max_c_rnti || next_rnti < nr::max_ra_rnti ? nr::max_ra_rnti : static_cast<Rnti>(next_rnti + 1);
    bool taken = by_rnti[next_rnti] != no_ue || std::ranges::find(reserved_rntis, next_rnti) != reserved_rntis.end() ||
                 std::ranges::find(msg3s, next_rnti, &Msg3::rnti) != msg3s.end();
    if (!taken) return next_rnti;
  }
  return std::nullopt;
}

Status GnbCell::Impl::add(Rnti rnti, const UeConfig& config, l2::UserPlane& user_plane) {
  if (!nr::is_c_rnti(rnti)) return fail(Fault::invalid, "rnti", "0x{:04x} is no C-RNTI (TS 38.321 7.1)", rnti);
  if (find(rnti)) return fail(Fault::invalid, "rnti", "0x{:04x} is in use", rnti);
  if (active.size() >= limit::ues) return fail(Fault::exhausted, "ues", "{} UEs are in the cell", active.size());
  SEN_ASSIGN(UeLayout ue_layout, UeLayout::make(cell, layout, config));
  uint16_t id = 0;
  while (id < ues.size() && ues[id]) ++id;
  if (id == ues.size()) ues.emplace_back();
  ues[id] = std::make_unique<Ue>();
  Ue& ue = *ues[id];
  ue.rnti = rnti;
  ue.id = id;
  ue.user_plane = &user_plane;
  ue.layout = std::move(ue_layout);
  ue.dl_link = LinkAdaptation(scheduler.initial_dl_sinr_db, scheduler.bler_target);
  ue.ul_link = LinkAdaptation(scheduler.initial_ul_sinr_db, scheduler.bler_target);
  ue.last_heard = ue.tokens_at = now;
  ue.metrics.rnti = rnti;
  ue.metrics.pci = cell.l1.pci;
  auto msg3 = std::ranges::find(msg3s, rnti, &Msg3::rnti);
  if (msg3 != msg3s.end() && msg3->identity) {
    ue.phase = Phase::msg4;
    ue.contention_identity = msg3->identity;
    ue.ta_ns = msg3->ta_ns;
    ue.msg4_deadline = slot + static_cast<int>(cell.rach.contention_resolution_sf / 2 * nr::slots_per_subframe(layout.scs));
  } else {
    ue.phase = Phase::incoming;
  }
  std::erase(reserved_rntis, rnti);
  by_rnti[rnti] = id;
  active.push_back(id);
  if (Status ok = configure(ue, config, false); !ok) {
    remove(rnti);
    return ok;
  }
  ue.dl_pending = true;
  return {};
}

namespace {

// Do both ends have to agree on the difference before they can talk?
bool radio_differs(const UeConfig& a, const UeConfig& b) {
  UeConfig x = a, y = b;
  for (UeConfig* c : {&x, &y}) {
    c->channels.clear();
    c->scheduling_requests.clear();
    c->drx.reset();
    c->gap.reset();
    c->csi.reset();
    c->srs.reset();
    c->periodic_bsr_ms = c->retx_bsr_ms = c->sr_delay_ms = c->phr_periodic_ms = c->phr_prohibit_ms = 0;
    c->time_alignment_ms = 0;
    c->phr_change_db = 0;
    c->data_inactivity_s.reset();
  }
  return !(x == y);
}

std::vector<PucchUse> pucch_uses(const UeConfig& config, const l1::Bwp& ul) {
  std::vector<PucchUse> out;
  for (const auto& r : config.pucch) {
    PucchUse use;
    use.format = r.format;
    use.start_symbol = r.start_symbol;
    use.symbols = r.symbols;
    use.first_crb = static_cast<uint16_t>(ul.start + r.first_rb);
    use.rbs = r.rbs;
    if (r.second_hop_rb) use.second_crb = static_cast<uint16_t>(ul.start + *r.second_hop_rb);
    use.cyclic_shift = r.initial_cyclic_shift;
    use.occ = r.format == 4 ? r.occ_index : r.time_domain_occ;
    use.occ_length = r.occ_length;
    out.push_back(use);
  }
  return out;
}

}  // namespace

Status GnbCell::Impl::configure(Ue& ue, const UeConfig& config, bool later) {
  SEN_ASSIGN(UeLayout ue_layout, UeLayout::make(cell, layout, config));
  if (config.pucch.size() > limit::pucch_resources)
    return fail(Fault::invalid, "pucch", "{} resources (128 at most, TS 38.331)", config.pucch.size());
  for (const auto& r : config.pucch) {
    if (r.format > 4) return fail(Fault::invalid, "pucch.format", "{} (0 to 4)", r.format);
    if (r.first_rb + r.rbs > ue_layout.ul.size || (r.second_hop_rb && *r.second_hop_rb + r.rbs > ue_layout.ul.size)) {
      return fail(Fault::invalid, "pucch", "resource {} lies outside the bandwidth part", r.id);
    }
  }
  if (later) {
    ue.pending = config;
    ue.announcement_lost = false;
    ue.fallback = radio_differs(ue.config, config);
    UeConfig kept = std::move(ue.config);
    kept.channels = config.channels;
    ue.config = std::move(kept);
    set_channels(ue);
    return {};
  }
  leave_calendar(ue.id);
  ue.config = config;
  ue.layout = std::move(ue_layout);
  ue.pucch = pucch_uses(config, ue.layout.ul);
  ue.dl_mcs = &mcs_chooser(mcs_table_of(config.pdsch_mcs_table), true, false);
  ue.ul_mcs = &mcs_chooser(mcs_table_of(config.pusch_mcs_table), false, config.transform_precoding);
  for (uint8_t k1 : config.k1) horizon = std::max(horizon, std::min<unsigned>(k1 + 1u, limit::grants_ahead));
  for (const auto& row : ue.layout.times.ul_rows) horizon = std::max(horizon, std::min<unsigned>(row.k + 1u, limit::grants_ahead));
  ue.csi_bits = 0;
  if (config.csi) {
    ue.csi = csi_config(*config.csi);
    ue.csi_bits = static_cast<uint8_t>(nr::csi_part1_bits(ue.csi));
    add_csi_rs(config.csi->csi_rs);
  }
  if (config.time_alignment_ms) ue.ta_due = now + config.time_alignment_ms / 2 * nr::slots_per_subframe(layout.scs);
  ue.ri = std::min(ue.ri, std::max<uint8_t>(config.max_layers_dl, 1));
  if (pusch_ports(config) == 1) ue.ul_rank = 1, ue.tpmi = 0;
  for (const ControlSet& set : layout.sets) most_cces = std::max<unsigned>(most_cces, set.cces);
  for (const Space& space : ue.layout.spaces) note_grant_slots(ue.layout.times, space.type0 || space.space.period_slots > 1);
  set_channels(ue);
  enter_calendar(ue);
  return {};
}

void GnbCell::Impl::note_grant_slots(const TimeTable& table, bool any_slot) {
  const auto& options = any_slot ? table.ul_any : table.ul;
  for (size_t s = 0; s < options.size(); ++s) ul_grants_in[s] = ul_grants_in[s] || !options[s].empty();
}

void GnbCell::Impl::set_channels(Ue& ue) {
  std::vector<Channel> channels;
  ue.group_of.fill(-1);
  for (const auto& config : ue.config.channels) {
    if (config.lcid == 0 || config.lcid >= limit::channels) continue;
    if (config.group && *config.group < limit::logical_channel_groups) ue.group_of[config.lcid] = static_cast<int8_t>(*config.group);
    Channel channel;
    channel.lcid = config.lcid;
    // SRB1 and SRB3 before SRB2 before data; data by 5QI priority level, guaranteed rates first.
    channel.priority = config.lcid == 2 ? 2 : config.lcid <= 3 ? 1 : static_cast<uint16_t>(100 + 255);
    for (const auto& qos : ue.qos.channels) {
      if (qos.lcid != config.lcid) continue;
      channel.qos = qos;
      channel.gbr = qos.gbr;
      for (size_t i = 0; i < scheduler.slices.size(); ++i) {
        if (scheduler.slices[i].slice == qos.slice) channel.slice = static_cast<int8_t>(i);
      }
      channel.priority = static_cast<uint16_t>((qos.gbr ? 10 : 100) + qos.priority_level);
    }
    channels.push_back(channel);
  }
  std::ranges::stable_sort(channels, {}, &Channel::priority);
  const auto first = std::ranges::find_if(channels, [](const Channel& c) { return c.lcid > 3; });
  ue.dl_slice = first == channels.end() ? int8_t{-1} : first->slice;
  ue.channels = std::move(channels);
  ue.dl_pending = true;
}

void GnbCell::Impl::release_preamble(Rnti rnti) {
  std::erase_if(dedicated_preambles, [&](const auto& p) { return p.first == rnti; });
}

void GnbCell::Impl::remove(Rnti rnti) {
  Ue* ue = find(rnti);
  std::erase(reserved_rntis, rnti);
  release_preamble(rnti);
  release_resources(rnti);
  if (!ue) return;
  for (DlHarq& harq : ue->dl) pool.give(harq.tb);
  leave_calendar(ue->id);
  for (UlPlan& p : plans) {
    if (p.number == ~uint64_t{0} || p.number < now) continue;
    // What L1 has not been asked for yet is forgotten; the blocks stay taken, for the UE may still send.
    std::erase_if(p.uci, [&](const UciEntry& entry) { return entry.rnti == rnti; });
    std::erase_if(p.pusch, [&](const Granted& g) { return g.rnti == rnti; });
    std::erase(p.srs, ue->id);
  }
  uint16_t id = ue->id;
  by_rnti[rnti] = no_ue;
  std::erase(active, id);
  ues[id].reset();
}

const McsChooser& GnbCell::Impl::mcs_chooser(nr::McsTable table, bool downlink, bool transform_precoding) {
  size_t index = static_cast<size_t>(table) * 4 + (downlink ? 0 : transform_precoding ? 1 : 2);
  if (choosers.size() <= index) choosers.resize(index + 1);
  if (!choosers[index]) choosers[index] = std::make_unique<McsChooser>(table, downlink, transform_precoding);
  return *choosers[index];
}

// TS 38.133 9.1.2, TS 38.331 GapConfig.
bool GnbCell::Impl::in_gap(const Ue& ue, Slot s) const {
  if (!ue.config.gap || ue.config.gap->period_ms == 0) return false;
  const auto& gap = *ue.config.gap;
  unsigned ms = s.frame() * 10 + s.subframe();
  return (ms + gap.period_ms - gap.offset_ms % gap.period_ms) % gap.period_ms < gap.length_ms;
}

// TS 38.321 5.7, as far as the network can know it: what is outside may be asleep.
bool GnbCell::Impl::drx_active(const Ue& ue) const {
  if (!ue.config.drx || ue.phase != Phase::active || ue.sr) return true;
  const DrxConfig& drx = *ue.config.drx;
  if (!ue.drx_sleeping && now < ue.active_until) return true;
  if (drx.long_cycle_ms == 0) return true;
  unsigned cycle = drx.short_cycle_ms && !ue.drx_sleeping ? *drx.short_cycle_ms : drx.long_cycle_ms;
  if (drx.short_cycle_ms && now > ue.active_until + uint64_t{drx.short_cycles} * cycle * nr::slots_per_subframe(layout.scs))
    cycle = drx.long_cycle_ms;
  unsigned ms = slot.frame() * 10 + slot.subframe();
  return (ms + cycle - drx.start_offset_ms % cycle) % cycle < drx.on_duration_ms;
}

void GnbCell::Impl::heard(Ue& ue) {
  ue.dtx = 0;
  ue.reported_out_of_sync = false;
  ue.last_heard = now;
}

void GnbCell::Impl::not_heard(Ue& ue) {
  if (++ue.dtx < limit::consecutive_dtx || ue.reported_out_of_sync) return;
  ue.reported_out_of_sync = true;
  if (ports.event) ports.event(ue.rnti, UeEvent::out_of_sync);
}

// A command goes when the mean arrival is more than three quarters of a step (16 * 64 / 2^mu T_c) off.
void GnbCell::Impl::measured_ta(Ue& ue, float ta_ns) {
  if (now < ue.ta_hold) return;
  ue.ta_ns = ta_ns;
  ue.ta_sum_ns += ta_ns;
  if (++ue.ta_count < 8) return;
  const float mean = ue.ta_sum_ns / static_cast<float>(ue.ta_count);
  ue.ta_sum_ns = 0;
  ue.ta_count = 0;
  const float step = static_cast<float>(nr::ta_unit_tc(nr::mu(layout.scs)) * nr::tc_ns);
  if (std::abs(mean) > 0.75f * step) ue.ta_command = static_cast<uint8_t>(nr::ta_command_from_ns(mean, nr::mu(layout.scs)));
}

std::vector<UeMetrics> GnbCell::Impl::take_metrics() {
  std::vector<UeMetrics> out;
  for (uint16_t id : active) {
    Ue& ue = *ues[id];
    UeMetrics& m = ue.metrics;
    m.cqi = ue.cqi;
    m.dl_ri = ue.ri;
    m.dl_mcs = ue.dl_mcs_count ? static_cast<float>(ue.dl_mcs_sum) / static_cast<float>(ue.dl_mcs_count) : 0;
    m.ul_mcs = ue.ul_mcs_count ? static_cast<float>(ue.ul_mcs_sum) / static_cast<float>(ue.ul_mcs_count) : 0;
    m.dl_buffer = 0;
    for (const Channel& channel : ue.channels) m.dl_buffer += ue.user_plane->buffer(channel.lcid).total;
    m.bsr = 0;
    for (uint32_t octets : ue.bsr) m.bsr += octets;
    m.ta_ns = ue.ta_ns;
    m.phr_db = static_cast<int>(ue.phr_db);
    out.push_back(m);
    UeMetrics fresh;
    fresh.rnti = ue.rnti;
    fresh.pci = cell.l1.pci;
    fresh.pusch_sinr_db = m.pusch_sinr_db;
    fresh.pucch_sinr_db = m.pucch_sinr_db;
    fresh.pusch_rsrp_db = m.pusch_rsrp_db;
    m = fresh;
    ue.dl_mcs_sum = ue.dl_mcs_count = ue.ul_mcs_sum = ue.ul_mcs_count = 0;
  }
  return out;
}

}  // namespace sen::mac
