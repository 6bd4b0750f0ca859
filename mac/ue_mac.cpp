#include <algorithm>
#include <cmath>

#include "base/log.h"
#include "mac/detail/ue_state.h"
#include "mac/ue.h"
#include "nr/ra.h"

namespace sen::mac {

using namespace detail;

UeMac::UeMac(UePorts ports, uint64_t seed) : impl_(std::make_unique<Impl>(std::move(ports), seed)) {}
UeMac::~UeMac() = default;

void UeMac::camp(const CellConfig& mib_part, bool want_sib1) {
  Impl& m = *impl_;
  m.reset();
  m.forget_dedicated();
  m.c_rnti = 0;
  m.cell = mib_part;
  m.cell_complete = false;
  m.started = false;
  m.want_sib1 = want_sib1;
  m.wanted_si.clear();
  m.n_ta = 0;
  m.rebuild_link();
  m.wake();
}

void UeMac::set_cell(const CellConfig& cell) {
  impl_->cell = cell;
  impl_->cell_complete = true;
  impl_->rebuild_link();
  impl_->find_paging_occasion(impl_->now);
  impl_->wake();
}

void UeMac::want_system_information(std::vector<std::pair<uint16_t, uint8_t>> period_and_position) {
  impl_->wanted_si.clear();
  for (const auto& [period, position] : period_and_position) {
    if (period && position && impl_->wanted_si.size() < limit::si_messages) impl_->wanted_si.push_back({period, position});
  }
  impl_->wake();
}

void UeMac::set_paging(std::optional<uint16_t> ue_id, uint16_t cycle_frames) {
  impl_->paging_id = ue_id;
  impl_->paging_cycle = std::max<uint16_t>(cycle_frames, 1);
  impl_->find_paging_occasion(impl_->now);
  impl_->wake();
}

void UeMac::start_random_access(const RandomAccess& reason) {
  impl_->start_ra(reason);
  impl_->wake();
}

void UeMac::configure(const UeConfig& config) {
  Impl& m = *impl_;
  const bool phr_before = m.phr_configured();
  m.ue = config;
  std::vector<ChannelState> channels;
  for (const auto& channel : config.channels) {
    if (channel.lcid == 0 || channel.lcid >= limit::channels || (channel.group && *channel.group >= limit::logical_channel_groups))
      continue;
    const auto old = std::ranges::find(m.channels, channel.lcid, [](const ChannelState& c) { return c.config.lcid; });
    channels.push_back({channel, old == m.channels.end() ? 0 : old->bucket});
  }
  std::ranges::stable_sort(channels, {}, [](const ChannelState& c) { return c.config.priority; });
  m.channels = std::move(channels);
  m.rebuild_link();
  if (m.phr_configured() && !phr_before) m.phr_triggered = true;
  if (config.phr_periodic_ms && m.phr_periodic_at == never) m.phr_periodic_at = m.now + m.ms(config.phr_periodic_ms);
  if (m.aligned() && config.time_alignment_ms) m.start_alignment();
  m.data_seen();
  if (m.user_plane && !m.bsr_regular) {
    for (const auto& channel : m.channels) {
      if (m.user_plane->buffer(channel.config.lcid).total > 0) m.data_available(channel.config.lcid);
    }
  }
  m.wake();
}

void UeMac::set_crnti(Rnti rnti) { impl_->c_rnti = rnti; }
Rnti UeMac::crnti() const { return impl_->c_rnti; }
void UeMac::attach(l2::UserPlane& user_plane) { impl_->user_plane = &user_plane; }
void UeMac::reset() {
  impl_->reset();
  impl_->wake();
}
void UeMac::data_available(Lcid lcid) {
  impl_->data_available(lcid);
  impl_->wake();
}

const std::vector<nr::l1_ue::PdcchSearch>& UeMac::search(nr::Slot slot) {
  impl_->advance(slot);
  impl_->build_searches();
  return impl_->searches;
}

void UeMac::on_dci(nr::Slot slot, const nr::l1_ue::RxDci& dci) {
  impl_->advance(slot);
  impl_->on_dci(dci);
}

const std::vector<nr::l1_ue::PdschReceive>& UeMac::pdsch(nr::Slot slot) {
  impl_->advance(slot);
  impl_->receives.clear();
  for (const auto& pending : impl_->pending_pdsch) {
    if (pending.at == impl_->now) impl_->receives.push_back(pending.receive);
  }
  return impl_->receives;
}

void UeMac::on_pdsch(nr::Slot slot, nr::l1_ue::RxPdsch block) {
  impl_->advance(slot);
  impl_->on_pdsch(std::move(block));
}

std::optional<nr::l1_ue::CsiReceive> UeMac::csi_receive(nr::Slot slot) const { return impl_->csi_receive(slot); }
bool UeMac::reports_csi() const { return impl_->ue && impl_->ue->csi; }
void UeMac::on_csi(nr::Slot slot, const nr::l1_ue::CsiMeasurement& measurement) {
  impl_->advance(slot);
  impl_->csi = measurement;
  impl_->metrics.sinr_db = measurement.sinr_db;
}

void UeMac::set_path_loss(float db) {
  impl_->path_loss_db = std::isfinite(db) ? std::clamp(db, 0.0f, 250.0f) : 250.0f;
  impl_->check_phr();
}

nr::l1_ue::UlSlot UeMac::uplink(nr::Slot slot, unsigned ahead) {
  Impl& m = *impl_;
  m.advance(slot);
  m.ul_ahead = ahead;
  nr::l1_ue::UlSlot out;
  out.slot = slot + static_cast<int>(ahead);
  if (m.link && m.cell_complete) {
    m.poll_ra();
    m.slot = m.slot + static_cast<int>(ahead);  // whatever is sent lives at the time of its slot
    m.now += ahead;
    if (ahead) m.poll_drx();
    m.fill_uplink(out);
    m.slot = m.slot - static_cast<int>(ahead);
    m.now -= ahead;
    std::erase_if(m.pending_pdsch, [&](const PendingPdsch& p) { return p.at <= m.now; });
  }
  m.plan_sleep();
  return out;
}

// `slot` and `now` are the uplink slot's.
void UeMac::Impl::fill_uplink(nr::l1_ue::UlSlot& out) {
  send_preamble(out);
  nr::l1_ue::PuschSend* pusch = nullptr;
  PendingGrant sent;
  for (auto& grant : grants) {
    if (grant.at != now || pusch) continue;
    if (auto send = send_pusch(grant)) {
      out.pusch.push_back(std::move(*send));
      pusch = &out.pusch.back();
      sent = grant;
    }
  }
  std::erase_if(grants, [&](const PendingGrant& g) { return g.at <= now; });
  send_uci(out, pusch, pusch ? &sent : nullptr);
  send_srs(out);
  out.ta_ns = static_cast<float>(static_cast<double>(n_ta) * nr::tc_ns);
  out.ta_offset_ns = static_cast<float>(cell->n_ta_offset * nr::tc_ns);
  std::erase_if(feedback, [&](const FeedbackBit& f) { return f.uplink_at <= now; });
}

bool UeMac::sleeping(nr::Slot slot) const {
  const Impl& m = *impl_;
  if (!m.cell) return true;
  if (!m.started) return false;
  return m.now + (slot - m.slot) < m.wake_at;
}

UeMacMetrics UeMac::take_metrics() {
  Impl& m = *impl_;
  UeMacMetrics out = m.metrics;
  out.dl_mcs = out.dl_ok + out.dl_nok ? static_cast<float>(m.dl_mcs_sum) / static_cast<float>(out.dl_ok + out.dl_nok) : 0;
  out.ul_mcs = out.ul_new + out.ul_retx ? static_cast<float>(m.ul_mcs_sum) / static_cast<float>(out.ul_new + out.ul_retx) : 0;
  out.ta_ns = static_cast<float>(static_cast<double>(m.n_ta) * nr::tc_ns);
  m.metrics = {};
  m.metrics.sinr_db = out.sinr_db;
  m.dl_mcs_sum = m.ul_mcs_sum = 0;
  return out;
}

void UeMac::set_taps(UeTaps taps) { impl_->taps = std::move(taps); }

// --- Time ------------------------------------------------------------------------------------------------------------------

void UeMac::Impl::advance(nr::Slot to) {
  if (!started) {
    started = true;
    slot = to;
    now = buckets_at = to.count();
    find_paging_occasion(now);
    return;
  }
  const int step = to.scs() == slot.scs() ? to - slot : 0;
  if (step <= 0) return;
  now += step;
  slot = to;
  poll_timers();
}

void UeMac::Impl::poll_timers() {
  if (aligned_until != never && aligned_until != 0 && aligned_until <= now) lose_alignment();
  if (data_inactive_at <= now) {
    data_inactive_at = never;
    if (ports.data_inactive) ports.data_inactive();
  }
  if (bsr_periodic_at <= now) {
    bsr_periodic = true;
    bsr_periodic_at = never;
  }
  if (bsr_retx_at <= now) {
    bsr_retx_at = never;
    for (const auto& channel : channels) {
      if (channel.config.group && user_plane && user_plane->buffer(channel.config.lcid).total) {
        trigger_regular_bsr(channel);
        break;
      }
    }
  }
  if (sr_delay_at <= now) {
    sr_delay_at = never;
    if (bsr_regular && ue && c_rnti) request_grant(sr_delayed);
  }
  if (phr_periodic_at <= now) {
    phr_triggered = true;
    phr_periodic_at = never;
  }
  poll_drx();
  poll_ra();
}

void UeMac::Impl::plan_sleep() {
  wake_at = 0;
  if (next_paging != never && now >= paging_until) find_paging_occasion(now + 1);
  const bool busy = want_sib1 || (srs_requested_at != never && srs_requested_at >= now) || !wanted_si.empty() || ra_running() || !pending_pdsch.empty() || !grants.empty() || !feedback.empty() ||
                    sr_pending() || (c_rnti && active());
  if (busy && link) return;
  At until = std::min(link ? next_paging : never, now + (static_cast<At>(ue_limit::longest_sleep_frames) * 10 << nr::mu(slot.scs())));
  if (drx_configured()) until = std::min({until, next_on_duration(), next_retransmission()});
  for (At timer : {aligned_until, data_inactive_at, bsr_periodic_at, bsr_retx_at, phr_periodic_at, sr_delay_at}) {
    if (timer > now) until = std::min(until, timer);
  }
  wake_at = until - ul_ahead;
}

void UeMac::Impl::rebuild_link() {
  link.reset();
  if (!cell) return;
  auto made = UeLink::make(*cell, cell_complete, ue ? &*ue : nullptr);
  if (made) {
    link = std::move(*made);
  } else {
    log_error(Layer::mac, "configuration cannot be used: {}", made.error().describe());
  }
}

void UeMac::Impl::forget_dedicated() {
  ue.reset();
  channels.clear();
}

// TS 38.321 5.12.
void UeMac::Impl::reset() {
  for (auto& channel : channels) channel.bucket = 0;
  buckets_at = now;
  aligned_until = 0;
  data_inactive_at = never;
  bsr_retx_at = bsr_periodic_at = phr_periodic_at = sr_delay_at = never;
  phr_prohibit_until = 0;
  dl_processes = {};
  ul_processes = {};
  ra = {};
  sr.clear();
  bsr_regular = bsr_periodic = phr_triggered = false;
  pending_pdsch.clear();
  feedback.clear();
  grants.clear();
  drx = {};
  pusch_f_db = pucch_g_db = 0;
  csi_commanded = false;
  srs_requested_at = never;
  if (phr_configured()) {
    phr_triggered = true;
    if (ue->phr_periodic_ms) phr_periodic_at = now + ms(ue->phr_periodic_ms);
  }
}

// --- Timing (TS 38.321 5.2) ------------------------------------------------------------------------------------------------

void UeMac::Impl::start_alignment() { aligned_until = ue && ue->time_alignment_ms ? now + ms(ue->time_alignment_ms) : never; }

void UeMac::Impl::lose_alignment() {
  aligned_until = 0;
  flush_uplink();
  sr.clear();
  if (ports.time_alignment_expired) ports.time_alignment_expired();
}

void UeMac::Impl::data_seen() { data_inactive_at = ue && ue->data_inactivity_s ? now + ms(int64_t{*ue->data_inactivity_s} * 1000) : never; }

}  // namespace sen::mac
