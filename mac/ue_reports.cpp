// What the UE asks for and reports: scheduling requests (TS 38.321 5.4.4), buffer status (5.4.5), power headroom (5.4.6).
#include <algorithm>
#include <cmath>

#include "mac/detail/ue_state.h"
#include "nr/pucch.h"

namespace sen::mac {

using namespace detail;

namespace {

constexpr size_t subheader = 2;  // of a control element with a length, and of a small SDU
constexpr uint32_t sdu_overhead = 3;

unsigned groups_with_data(const std::array<uint32_t, 8>& sizes) {
  return static_cast<unsigned>(std::ranges::count_if(sizes, [](uint32_t n) { return n > 0; }));
}

}  // namespace

// --- BSR -------------------------------------------------------------------------------------------------------------------

void UeMac::Impl::data_available(Lcid id) {
  const auto found = std::ranges::find(channels, id, [](const ChannelState& c) { return c.config.lcid; });
  if (found == channels.end() || !found->config.group || !user_plane) return;
  // 5.4.5: more urgent than everything that waits in a group, or the only data there is. Channels are sorted by priority.
  for (const auto& other : channels) {
    if (other.config.priority > found->config.priority) break;
    if (&other != &*found && other.config.group && user_plane->buffer(other.config.lcid).total > 0) return;
  }
  trigger_regular_bsr(*found);
}

void UeMac::Impl::trigger_regular_bsr(const ChannelState& channel) {
  bsr_regular = true;
  if (!ue || !c_rnti) return;
  sr_delay_at = never;
  if (channel.config.sr_delay_timer && ue->sr_delay_ms) {  // logicalChannelSR-DelayTimer: a grant may come by itself
    sr_delay_at = now + ms(ue->sr_delay_ms);
    sr_delayed = channel.config;
    return;
  }
  request_grant(channel.config);
}

void UeMac::Impl::request_grant(const LogicalChannel& channel) {
  const uint8_t id = channel.sr.value_or(0xff);
  const auto configured = std::ranges::find(ue->scheduling_requests, id, &SrConfig::id);
  const bool usable = channel.sr && configured != ue->scheduling_requests.end() && aligned() && find_pucch(configured->resource);
  if (usable) {
    // 5.4.4: counters start with the first pending request.
    SrState& state = sr[id];
    if (!state.pending) state = {true, 0, state.prohibit_until};
  } else if (!ra_running()) {
    start_ra({RandomAccess::Cause::uplink_data, std::nullopt});
  }
}

std::array<uint32_t, 8> UeMac::Impl::group_sizes() const {
  std::array<uint32_t, 8> sizes{};
  if (!user_plane) return sizes;
  for (const auto& channel : channels) {
    if (!channel.config.group) continue;
    const uint32_t n = user_plane->buffer(channel.config.lcid).total;
    auto& size = sizes[*channel.config.group];
    size = n > 0xffffffffu - size ? 0xffffffffu : size + n;
  }
  return sizes;
}

uint32_t UeMac::Impl::pending_octets() const {
  uint64_t n = 0;
  if (!user_plane) return 0;
  for (const auto& channel : channels) {
    if (const uint32_t size = user_plane->buffer(channel.config.lcid).total) n += uint64_t{size} + sdu_overhead;
  }
  return static_cast<uint32_t>(std::min<uint64_t>(n, 0xffffffffu));
}

// Long when more than one group had data when the PDU was begun; the sizes are those after it was filled.
ControlElement UeMac::Impl::bsr(const std::array<uint32_t, 8>& before) const {
  const auto now_waiting = group_sizes();
  if (groups_with_data(before) <= 1) {
    ShortBsr out;
    const auto it = std::ranges::find_if(before, [](uint32_t n) { return n > 0; });
    out.group = it == before.end() ? 0 : static_cast<uint8_t>(it - before.begin());
    out.size = bsr5_index(now_waiting[out.group]);
    return out;
  }
  LongBsr out;
  for (unsigned g = 0; g < before.size(); ++g) {
    if (before[g] == 0) continue;
    out.groups |= static_cast<uint8_t>(1u << g);
    out.sizes[out.count++] = bsr8_index(now_waiting[g]);
  }
  return out;
}

std::optional<ControlElement> UeMac::Impl::padding_bsr(size_t room) const {
  if (channels.empty() || room < subheader) return std::nullopt;
  const auto sizes = group_sizes();
  const unsigned n = groups_with_data(sizes);
  if (n == 0 && !bsr_regular) return std::nullopt;
  if (n <= 1 || room >= subheader + 1 + n) return bsr(sizes);
  // Not all fit: the groups in the order of their most urgent channel with data.
  const size_t fit = room > subheader + 1 ? room - subheader - 1 : 0;
  uint8_t chosen = 0, with_data = 0;
  unsigned count = 0;
  std::optional<uint8_t> first;
  for (const auto& channel : channels) {
    if (!channel.config.group || user_plane->buffer(channel.config.lcid).total == 0) continue;
    const auto bit = static_cast<uint8_t>(1u << *channel.config.group);
    with_data |= bit;
    if (!first) first = *channel.config.group;
    if (count < fit && !(chosen & bit)) {
      chosen |= bit;
      ++count;
    }
  }
  if (!first) return std::nullopt;
  if (fit == 0) return ShortTruncatedBsr{*first, bsr5_index(sizes[*first])};
  LongTruncatedBsr out;
  out.groups = with_data;
  for (unsigned g = 0; g < sizes.size(); ++g) {
    if (chosen >> g & 1) out.sizes[out.count++] = bsr8_index(sizes[g]);
  }
  return out;
}

void UeMac::Impl::bsr_sent(bool truncated) {
  bsr_regular = bsr_periodic = false;
  sr_delay_at = never;
  for (auto& [id, state] : sr) state = {};
  if (!ue) return;
  if (!truncated) bsr_periodic_at = ue->periodic_bsr_ms ? now + ms(ue->periodic_bsr_ms) : never;
  bsr_retx_at = ue->retx_bsr_ms ? now + ms(ue->retx_bsr_ms) : never;
}

// --- SR --------------------------------------------------------------------------------------------------------------------

bool UeMac::Impl::sr_pending() const {
  return std::ranges::any_of(sr, [](const auto& entry) { return entry.second.pending; });
}

bool UeMac::Impl::sr_occasion_here(const SrConfig& config) const {
  return config.period_slots && nr::sr_occasion(slot, config.period_slots, config.offset_slots);
}

const SrConfig* UeMac::Impl::positive_sr() {
  if (!ue || !aligned() || in_gap(now)) return nullptr;
  for (const auto& config : ue->scheduling_requests) {
    const auto found = sr.find(config.id);
    if (found == sr.end() || !found->second.pending || !sr_occasion_here(config)) continue;
    SrState& state = found->second;
    if (state.prohibit_until > now) continue;
    if (state.counter < config.trans_max) {
      ++state.counter;
      state.prohibit_until = now + ms(config.prohibit_ms);
      return &config;
    }
    // 5.4.4: given up. The resources of PUCCH and SRS go, random access asks instead.
    sr.clear();
    ue->scheduling_requests.clear();
    ue->csi.reset();
    ue->srs.reset();
    if (!ra_running()) start_ra({RandomAccess::Cause::uplink_data, std::nullopt});
    return nullptr;
  }
  return nullptr;
}

// --- PHR -------------------------------------------------------------------------------------------------------------------

void UeMac::Impl::check_phr() {
  if (!phr_configured() || ue->phr_change_db == 255 || phr_prohibit_until > now) return;
  if (std::abs(path_loss_db - phr_path_loss) > static_cast<float>(ue->phr_change_db)) phr_triggered = true;
}

// Type 1 headroom for the PUSCH that carries it (TS 38.213 7.7.1).
ControlElement UeMac::Impl::phr() const {
  SinglePhr out;
  out.ph = ph_index(p_max() - required_pusch_dbm(grant_rbs));
  out.p_cmax = p_cmax_index(p_max());
  return out;
}

}  // namespace sen::mac
