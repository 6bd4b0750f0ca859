// Discontinuous reception (TS 38.321 5.7).
#include <algorithm>

#include "mac/detail/ue_state.h"

namespace sen::mac {

using namespace detail;

namespace {

constexpr unsigned cycle_ms = 10240;  // of the system frame number

}  // namespace

bool UeMac::Impl::active() const {
  if (!drx_configured()) return true;
  if (now < drx.on_until || now < drx.inactive_until || drx.waits_for_pdcch) return true;
  if (ra.state == RandomAccessState::State::contention || sr_pending()) return true;
  const auto awaits = [&](const auto& process) { return now >= process.retransmission_from && now < process.retransmission_until; };
  return std::ranges::any_of(dl_processes, awaits) || std::ranges::any_of(ul_processes, awaits);
}

void UeMac::Impl::poll_drx() {
  if (!drx_configured()) return;
  const DrxConfig& c = *ue->drx;
  const unsigned n_mu = nr::mu(slot.scs());
  const At start = now - (int64_t{c.slot_offset_32nds} << n_mu) / 32;
  const nr::Slot at = slot_at(start);
  const unsigned time = at.frame() * 10 + at.subframe();
  const bool in_short = c.short_cycle_ms && now < drx.short_until;
  const unsigned cycle = std::max<unsigned>(in_short ? *c.short_cycle_ms : c.long_cycle_ms, 1);
  const unsigned offset = c.start_offset_ms % cycle;
  // How long ago the cycle began: an on-duration that started while we slept still runs.
  const unsigned past_ms = (time % cycle + cycle - offset) % cycle;
  const At since = now - at.in_subframe() - ms(past_ms);
  if (past_ms >= c.on_duration_ms || since <= drx.on_since) return;
  drx.on_since = since;
  drx.on_until = std::max(drx.on_until, since + ms(c.on_duration_ms));
}

void UeMac::Impl::on_new_transmission() {
  drx.waits_for_pdcch = false;
  if (!drx_configured()) return;
  const DrxConfig& c = *ue->drx;
  drx.inactive_until = now + 1 + ms(c.inactivity_ms);
  if (c.short_cycle_ms) drx.short_until = drx.inactive_until + ms(int64_t{*c.short_cycle_ms} * c.short_cycles);
}

void UeMac::Impl::on_drx_command(bool long_cycle) {
  if (!drx_configured()) return;
  const DrxConfig& c = *ue->drx;
  drx.on_until = drx.inactive_until = 0;
  drx.short_until = !long_cycle && c.short_cycle_ms ? now + ms(int64_t{*c.short_cycle_ms} * c.short_cycles) : 0;
}

At UeMac::Impl::next_on_duration() const {
  const DrxConfig& c = *ue->drx;
  const auto next = [&](unsigned cycle, unsigned offset) {
    const unsigned time = slot.frame() * 10 + slot.subframe();
    const unsigned ahead = (offset % cycle + cycle - (time + 1) % cycle) % cycle + 1;
    // The frame number's wrap starts the count anew; a cycle need not divide it.
    return std::min<unsigned>(ahead, time + ahead >= cycle_ms ? cycle_ms - time + offset % cycle : ahead);
  };
  unsigned ahead = next(std::max<unsigned>(c.long_cycle_ms, 1), c.start_offset_ms);
  if (c.short_cycle_ms && now < drx.short_until) ahead = std::min(ahead, next(std::max<unsigned>(*c.short_cycle_ms, 1), c.start_offset_ms));
  return now - slot.in_subframe() + ms(ahead) + (int64_t{c.slot_offset_32nds} << nr::mu(slot.scs())) / 32;
}

At UeMac::Impl::next_retransmission() const {
  At out = never;
  const auto consider = [&](const auto& process) {
    if (process.retransmission_from != never && process.retransmission_from > now) out = std::min(out, process.retransmission_from);
  };
  std::ranges::for_each(dl_processes, consider);
  std::ranges::for_each(ul_processes, consider);
  return out;
}

void UeMac::Impl::expect_dl_retransmission(uint8_t harq_id, At feedback_at) {
  if (!drx_configured()) return;
  auto& process = dl_processes[harq_id];
  process.retransmission_from = feedback_at + 1 + ue->drx->rtt_dl_symbols / nr::symbols_per_slot;
  process.retransmission_until = process.retransmission_from + ue->drx->retransmission_dl_slots;
}

void UeMac::Impl::expect_ul_retransmission(uint8_t harq_id) {
  if (!drx_configured()) return;
  auto& process = ul_processes[harq_id];
  process.retransmission_from = now + 1 + ue->drx->rtt_ul_symbols / nr::symbols_per_slot;
  process.retransmission_until = process.retransmission_from + ue->drx->retransmission_ul_slots;
}

}  // namespace sen::mac
