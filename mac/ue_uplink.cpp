// Uplink grants, HARQ, multiplexing and logical channel prioritisation (TS 38.321 5.4.1 to 5.4.3).
#include <algorithm>

#include "base/log.h"
#include "mac/detail/ue_state.h"

namespace sen::mac {

using namespace detail;

namespace {

// The smallest room in which a segment still carries data behind its RLC header.
constexpr size_t least_sdu = 4;
constexpr uint32_t infinite_rate = 0xffffffff;

}  // namespace

void UeMac::Impl::on_grant(UlGrant grant, nr::RntiType type) {
  if (grant.harq_id >= ul_processes.size()) return unusable();
  request_srs(grant.srs_request);
  PendingGrant pending;
  pending.at = now + grant.k2;
  if (!grant.ul_sch) {  // a report alone; no HARQ process takes part (TS 38.212 7.3.1.1.2)
    if (!grant.csi_request || !ue || grant.csi_request > ue->csi_triggers.size()) return unusable();
    grant.pusch.code.tbs_octets = 0;
    pending.grant = std::move(grant);
    return queue_grant(std::move(pending));
  }
  if (type == nr::RntiType::tc) {  // a retransmission of Msg3
    grant.harq_id = 0;
    pending.kind = PendingGrant::Kind::msg3;
    pending.new_data = false;
  } else {
    UlProcess& process = ul_processes[grant.harq_id];
    pending.new_data = process.tb.empty() || !process.ndi || *process.ndi != grant.new_data;
    process.ndi = grant.new_data;
    process.retransmission_until = 0;
    if (pending.new_data) {
      on_new_transmission();
      if (bsr_retx_at != never) bsr_retx_at = now + ms(ue->retx_bsr_ms);  // 5.4.5
    }
  }
  const UlProcess& process = ul_processes[grant.harq_id];
  if (grant.retransmission_size) {
    if (pending.new_data || process.code.tbs_octets == 0) return unusable();
    auto& code = grant.pusch.code;
    code.tbs_octets = process.code.tbs_octets;
    code.base_graph = process.code.base_graph;
    code.rate_x1024_x10 = process.code.rate_x1024_x10;
  }
  const float step = static_cast<float>(nr::tpc_db(grant.tpc));
  if (ue && !ue->tpc_accumulation) {
    pusch_f_db = static_cast<float>(nr::tpc_absolute_db(grant.tpc));
  } else if (step <= 0 || !cell || required_pusch_dbm(1) < p_max()) {
    pusch_f_db = std::clamp(pusch_f_db + step, -60.0f, 60.0f);
  }
  pending.grant = std::move(grant);
  queue_grant(std::move(pending));
}

void UeMac::Impl::queue_grant(PendingGrant grant) {
  if (grant.at < now + ul_ahead) {
    if (metrics.late++ == 0) log_warning(Layer::mac, "[{:>8}] a grant for {} slots later: the uplink runs {} ahead", slot.text(), grant.at - now, ul_ahead);
    return;
  }
  if (grants.size() >= ue_limit::pending) {
    ++metrics.grants_unused;
    return;
  }
  // Of two grants for one slot the later one stands.
  std::erase_if(grants, [&](const PendingGrant& g) { return g.at == grant.at && g.kind == grant.kind; });
  grants.push_back(std::move(grant));
}

std::optional<nr::l1_ue::PuschSend> UeMac::Impl::send_pusch(PendingGrant& pending) {
  using Kind = PendingGrant::Kind;
  UlGrant& grant = pending.grant;
  UlProcess& process = ul_processes[grant.harq_id];
  const size_t octets = grant.pusch.code.tbs_octets;
  if (!grant.ul_sch) {
    if (!aligned() || in_gap(now)) return std::nullopt;
    nr::l1_ue::PuschSend send;
    send.pusch = grant.pusch;
    send.power_dbm = pusch_power(pending);
    return send;
  }
  const bool usable = pending.kind == Kind::msg3 ? ra.state == RandomAccessState::State::contention : aligned() && !in_gap(now);
  if (!usable || octets == 0 || octets > limit::tb_octets) {
    ++metrics.grants_unused;
    return std::nullopt;
  }
  grant_rbs = 0;
  for (const auto& [first, count] : grant.pusch.allocation.rbs) grant_rbs += count;
  if (pending.kind == Kind::msg3) {
    if (pending.new_data) {
      fill_msg3(octets);
      process.tb = ra.msg3;
    }
    ra.msg3_sent = true;
    ra.contention_until = now + 1 + ms(cell->rach.contention_resolution_sf);
  } else if (pending.new_data) {
    process.tb = assemble(octets);
    if (pending.kind == Kind::contention_free) process.ndi = false;
  }
  if (process.tb.size() != octets) {
    ++metrics.grants_unused;
    return std::nullopt;
  }
  process.code = grant.pusch.code;
  ++(pending.new_data ? metrics.ul_new : metrics.ul_retx);
  if (pending.new_data) metrics.ul_octets += octets;
  ul_mcs_sum += std::min<uint8_t>(process.code.mcs, 28);
  expect_ul_retransmission(grant.harq_id);

  nr::l1_ue::PuschSend send;
  send.pusch = grant.pusch;
  send.pusch.harq_id = grant.harq_id;
  send.pusch.new_data = pending.new_data;
  send.tb = process.tb;
  send.power_dbm = pusch_power(pending);
  tap(false, grant.pusch.rnti, grant.harq_id, send.tb);
  return send;
}

void UeMac::Impl::flush_uplink() {
  for (auto& process : ul_processes) process = {};
  for (auto& process : dl_processes) process = {};
  std::erase_if(grants, [](const PendingGrant& g) { return g.kind != PendingGrant::Kind::msg3; });
  feedback.clear();
}

// 5.4.3.1.1: B_j grows by PBR each millisecond up to PBR times BSD.
void UeMac::Impl::fill_buckets() {
  const int64_t elapsed_ms = (now - buckets_at) >> nr::mu(slot.scs());
  if (elapsed_ms <= 0) return;
  buckets_at += ms(elapsed_ms);
  for (auto& channel : channels) {
    if (channel.config.pbr_kbytes_s == infinite_rate) continue;
    const int64_t rate = channel.config.pbr_kbytes_s;  // octets a millisecond
    channel.bucket = std::min(channel.bucket + rate * elapsed_ms, rate * channel.config.bucket_ms);
  }
}

// 5.4.3.1.3. The first round serves what the prioritised rates allow, whole SDUs first; the second what is left, by priority alone.
size_t UeMac::Impl::put_sdus(PduWriter& writer, size_t reserved) {
  size_t sdus = 0;
  const auto serve = [&](ChannelState& channel, bool by_bucket) {
    const bool infinite = channel.config.pbr_kbytes_s == infinite_rate;
    while (!by_bucket || infinite || channel.bucket > 0) {
      const std::span<uint8_t> room = writer.room();
      if (room.size() < reserved + least_sdu) return;
      const size_t n = user_plane->pull(channel.config.lcid, room.first(room.size() - reserved));
      if (n == 0) return;
      writer.commit(channel.config.lcid, n);
      channel.bucket -= static_cast<int64_t>(n);
      ++sdus;
    }
  };
  for (auto& channel : channels) serve(channel, true);
  for (auto& channel : channels) serve(channel, false);
  for (auto& channel : channels) channel.bucket = std::max<int64_t>(channel.bucket, -static_cast<int64_t>(limit::tb_octets));
  return sdus;
}

// One MAC PDU of exactly this size: SDUs, then control elements, then padding (6.1.2); control elements reserve their room first
// (5.4.3.1.3).
Bytes UeMac::Impl::assemble(size_t octets, bool msg3) {
  Bytes block(octets);
  PduWriter writer(block);
  fill_buckets();
  const auto before = group_sizes();
  size_t reserved = 0;
  if (msg3) reserved += ce_size(CRnti{c_rnti});
  bool with_bsr = bsr_regular || bsr_periodic;
  if (with_bsr) {
    const size_t size = ce_size(bsr(before));
    const uint32_t waiting = pending_octets();
    // 5.4.5: everything fits, but not beside the BSR: then no BSR.
    if (waiting > 0 && waiting + reserved <= octets && waiting + reserved + size > octets)
      bsr_regular = bsr_periodic = with_bsr = false;
    else if (reserved + size > octets)
      with_bsr = false;
    else
      reserved += size;
  }
  bool with_phr = phr_triggered && phr_configured() && !msg3;
  if (with_phr && reserved + ce_size(phr()) > octets) with_phr = false;
  if (with_phr) reserved += ce_size(phr());

  if (user_plane && put_sdus(writer, reserved) > 0) data_seen();
  if (msg3) writer.put(CRnti{c_rnti});
  if (with_bsr && writer.put(bsr(before))) bsr_sent(false);
  if (with_phr && writer.put(phr())) {
    phr_triggered = false;
    phr_path_loss = path_loss_db;
    phr_periodic_at = ue->phr_periodic_ms ? now + ms(ue->phr_periodic_ms) : never;
    phr_prohibit_until = now + ms(ue->phr_prohibit_ms);
  }
  if (!with_bsr) {
    if (const auto ce = padding_bsr(writer.left()); ce && writer.put(*ce)) {
      bsr_sent(std::holds_alternative<ShortTruncatedBsr>(*ce) || std::holds_alternative<LongTruncatedBsr>(*ce));
    }
  }
  writer.finish();
  return block;
}

}  // namespace sen::mac
