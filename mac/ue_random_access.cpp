// Random access of the UE (TS 38.321 5.1, TS 38.213 8): four steps, contention-based and contention-free.
#include <algorithm>

#include "base/log.h"
#include "mac/detail/ue_state.h"
#include "nr/ra.h"

namespace sen::mac {

using namespace detail;
using State = RandomAccessState::State;

namespace {

constexpr uint8_t msg3_harq_id = 0;  // TS 38.321 5.4.2.1

// The PRACH's length in slots of the uplink: the response window opens behind it.
unsigned preamble_slots(const nr::PrachOccasions& occasions, nr::Scs short_scs, nr::Scs scs) {
  if (!nr::is_long(occasions.config().format)) return 1;
  const auto format = nr::preamble_format(occasions.config().format, short_scs);
  const unsigned kappa_per_slot = 30720u >> nr::mu(scs);
  return (format.n_cp_kappa + format.n_u_kappa + kappa_per_slot - 1) / kappa_per_slot;
}

}  // namespace

void UeMac::Impl::start_ra(const RandomAccess& reason) {
  Bytes ccch = reason.cause == RandomAccess::Cause::ccch ? Bytes{} : std::move(ra.ccch);
  ra = {};
  ra.ccch = std::move(ccch);
  ra.reason = reason;
  ra.state = State::backoff;
  ra.transmissions = ra.power_counter = 1;
  ul_processes[msg3_harq_id].tb.clear();
}

void UeMac::Impl::poll_ra() {
  if (!link || !link->prach()) return;
  if (ra.state == State::backoff && now >= ra.backoff_until) choose_preamble();
  if (ra.state == State::preamble && now > ra.preamble_at) ra.state = State::backoff;  // the slot was slept through
  if (ra.state == State::response && now >= ra.window_until) retry_ra();
  if (ra.state == State::contention && now >= ra.contention_until) retry_ra();
}

// TS 38.321 5.1.2. The occasion is the next one of our block, and among those at the same time in frequency a random one.
void UeMac::Impl::choose_preamble() {
  const auto& occasions = *link->prach();
  const uint8_t ssb = serving_ssb(*cell);
  const nr::Slot first = slot + static_cast<int>(ul_ahead);
  const auto found = occasions.next(first, ssb);
  if (!found) return;
  ra.preamble_at = now + ul_ahead + (found->slot - first);
  ra.time = found->time;
  std::array<std::pair<uint8_t, uint8_t>, 8> choices{{{found->f_id, found->nth}}};  // f_id and the block's place in the occasion
  size_t n = 1;
  for (unsigned f = found->f_id + 1u; f < cell->rach.msg1_fdm && n < choices.size(); ++f) {
    for (unsigned nth = 0; nth < occasions.ssbs_per_occasion(); ++nth) {
      if (occasions.ssb_of(found->slot, found->time.occasion, f, nth) == ssb) {
        choices[n++] = {static_cast<uint8_t>(f), static_cast<uint8_t>(nth)};
        break;
      }
    }
  }
  const auto [f_id, nth] = choices[random.between(0, n - 1)];
  ra.f_id = f_id;
  ra.preamble = ra.reason.preamble ? *ra.reason.preamble
                                   : static_cast<uint8_t>(occasions.first_preamble(nth) +
                                                          random.between(0, std::max<unsigned>(cell->rach.cb_preambles_per_ssb, 1) - 1));
  ra.preamble = std::min<uint8_t>(ra.preamble, 63);
  ra.state = State::preamble;
}

// 5.1.3.
void UeMac::Impl::send_preamble(nr::l1_ue::UlSlot& out) {
  if (ra.state != State::preamble || now != ra.preamble_at) return;
  const auto& occasions = *link->prach();
  const RachConfig& rach = cell->rach;
  const auto format = occasions.config().format;
  nr::l1_ue::PrachSend send;
  send.prach.format = static_cast<uint8_t>(format);
  send.prach.scs = rach.msg1_scs;
  send.prach.start_symbol = occasions.config().start_symbol;
  const nr::PrachSlot in_slot = occasions.at(slot);
  if (in_slot.n) send.prach.start_symbol = in_slot.time[0].start_symbol;
  send.prach.occasions = std::max<uint8_t>(in_slot.n, 1);
  send.prach.n_fd = rach.msg1_fdm;
  send.prach.first_rb = static_cast<uint16_t>(link->initial_ul().start + rach.msg1_frequency_start);
  send.prach.root_sequence = rach.root_sequence;
  send.prach.n_cs =
      nr::n_cs(format, rach.zero_correlation_zone, static_cast<nr::RestrictedSet>(std::min<uint8_t>(rach.restricted_set, 2))).value_or(0);
  send.prach.restricted_set = rach.restricted_set;
  send.occasion = ra.time.occasion;
  send.f_id = ra.f_id;
  send.preamble = ra.preamble;
  const int delta = nr::delta_preamble_db(static_cast<unsigned>(format), nr::mu(rach.msg1_scs));
  send.power_dbm = std::min(p_max(), static_cast<float>(nr::preamble_power_dbm(rach.received_target_power_dbm, delta, ra.power_counter,
                                                                               rach.power_ramping_step_db)) +
                                         path_loss_db);
  out.prach.push_back(send);
  ra.ra_rnti = occasions.rnti(ra.time, ra.f_id);
  ra.window_from = now + preamble_slots(occasions, rach.msg1_scs, slot.scs());
  ra.window_until = ra.window_from + rach.response_window_slots + 1;
  ra.state = State::response;
}

// 5.1.4, 5.1.5: no response, or contention lost.
void UeMac::Impl::retry_ra() {
  if (ra.state == State::contention) {
    if (!ra.keep_timing) aligned_until = 0;  // 5.2: the alignment came with a response that was not ours
    ul_processes[msg3_harq_id].tb.clear();
    std::erase_if(grants, [](const PendingGrant& g) { return g.kind == PendingGrant::Kind::msg3; });
    std::erase_if(feedback, [](const FeedbackBit& f) { return f.withheld; });
  }
  ra.tc_rnti = 0;
  ra.msg3_sent = false;
  ra.contention_until = never;
  ++ra.transmissions;
  ++ra.power_counter;
  if (ra.transmissions == cell->rach.preamble_trans_max + 1u) {
    ra.failed_reported = true;
    ra.state = State::backoff;
    ra.backoff_until = now;
    if (ports.random_access) ports.random_access(false);
    if (!ra_running()) return;
  }
  ra.state = State::backoff;
  ra.backoff_until = now + (ra.contention_free() ? 0 : ms(static_cast<int64_t>(random.between(0, ra.backoff_ms))));
  if (ra.contention_free() && ra.transmissions > cell->rach.preamble_trans_max) ra.reason.preamble.reset();
}

// 5.1.6.
void UeMac::Impl::end_ra(bool success) {
  const bool had_msg3 = !ra.contention_free();
  drx.waits_for_pdcch = ra.contention_free() && drx_configured();
  ra = {};
  if (had_msg3) ul_processes[msg3_harq_id] = {};
  if (success) on_new_transmission();
  if (ports.random_access) ports.random_access(success);
}

// 5.1.4.
void UeMac::Impl::on_rar(const nr::l1_ue::RxPdsch& block) {
  if (ra.state != State::response || block.rnti != ra.ra_rnti || !block.crc_ok) return;
  tap(true, block.rnti, 0, block.tb);
  std::optional<uint8_t> backoff;
  std::optional<RandomAccessResponse> ours;
  RarReader reader(block.tb);
  while (auto sub = reader.next()) {
    if (sub->backoff) backoff = sub->backoff;
    if (sub->response && sub->response->rapid == ra.preamble && !ours) ours = sub->response;
  }
  if (reader.error() != PduError::none) {
    ++metrics.rar_malformed;
    if (!ours) return;
  }
  ra.backoff_ms = backoff ? nr::backoff_ms(*backoff).value_or(0) : 0;
  if (ours) accept_rar(*ours);
}

void UeMac::Impl::accept_rar(const RandomAccessResponse& response) {
  const auto fields = nr::unpack_rar_grant(response.grant);
  const Rnti scrambler = ra.contention_free() ? c_rnti : response.tc_rnti;
  if (response.ta > nr::max_rar_ta || !nr::is_c_rnti(scrambler)) {
    ++metrics.rar_malformed;
    return;
  }
  auto grant = link->rar_grant(fields, scrambler);
  if (!grant || grant->retransmission_size) {
    ++metrics.rar_malformed;
    return;
  }
  if (grant->k2 < ul_ahead) {
    if (metrics.late++ == 0) log_warning(Layer::mac, "[{:>8}] Msg3 due {} slots later: the uplink runs {} ahead", slot.text(), grant->k2, ul_ahead);
    return;
  }
  ra.ramped_db = static_cast<float>((ra.power_counter - 1) * cell->rach.power_ramping_step_db + nr::rar_tpc_db(fields.tpc));
  ra.keep_timing = aligned() && !ra.contention_free();
  if (!ra.keep_timing) {  // 5.2: a running timer ignores the response of a contention-based access
    n_ta = nr::n_ta_from_rar(response.ta, nr::mu(slot.scs()));
    start_alignment();
  }
  pusch_f_db = pucch_g_db = ra.ramped_db;  // TS 38.213 7.1.1, 7.2.1: the loops begin where the preamble was heard
  grant->harq_id = msg3_harq_id;
  PendingGrant pending;
  pending.at = now + grant->k2;
  pending.grant = std::move(*grant);
  if (ra.contention_free()) {
    pending.kind = PendingGrant::Kind::contention_free;
    queue_grant(std::move(pending));
    end_ra(true);
    return;
  }
  if (ra.reason.cause == RandomAccess::Cause::ccch) dl_processes = {};  // 5.3.1: the first assignment for this TC-RNTI is new data
  ra.tc_rnti = response.tc_rnti;
  ra.state = State::contention;
  ra.contention_until = never;
  ra.msg3_sent = false;
  pending.kind = PendingGrant::Kind::msg3;
  queue_grant(std::move(pending));
}

// The MAC PDU of Msg3 is made once; a later attempt sends the same SDU again.
void UeMac::Impl::fill_msg3(size_t octets) {
  if (ra.msg3.size() == octets) return;
  if (ra.reason.cause != RandomAccess::Cause::ccch) {
    ra.msg3 = assemble(octets, true);
    return;
  }
  if (ra.ccch.empty() && user_plane) {
    ra.ccch.resize(ue_limit::ccch_octets);
    ra.ccch.resize(user_plane->pull(0, ra.ccch));
  }
  ra.msg3.assign(octets, 0);
  PduWriter writer(ra.msg3);
  if (!ra.ccch.empty()) writer.put_ul_ccch(ra.ccch);
  if (const auto ce = padding_bsr(writer.left())) writer.put(*ce);
  writer.finish();
}

// 5.1.5: the identity is the first 48 bits of the CCCH SDU.
void UeMac::Impl::on_msg4(const nr::l1_ue::RxPdsch& block, const PendingPdsch& pending) {
  if (!block.crc_ok || ra.state != State::contention) return;
  ra.contention_until = never;
  std::optional<ContentionResolution> resolution;
  SubPduReader reader(Link::dl, block.tb);
  while (auto sub = reader.next()) {
    if (sub->id != ContentionResolution::info.id) continue;
    if (const auto ce = read_ce(Link::dl, *sub)) {
      if (const auto* found = std::get_if<ContentionResolution>(&*ce)) resolution = *found;
    }
  }
  if (!resolution || ra.ccch.size() < resolution->identity.size() ||
      !std::equal(resolution->identity.begin(), resolution->identity.end(), ra.ccch.begin())) {
    tap(true, block.rnti, block.harq_id, block.tb);
    retry_ra();
    return;
  }
  if (FeedbackBit* bit = feedback_bit(pending.feedback)) {
    bit->withheld = false;
    bit->ack = true;
  }
  c_rnti = ra.tc_rnti;
  const Bytes tb = block.tb;
  end_ra(true);
  tap(true, block.rnti, block.harq_id, tb);
  demultiplex(tb);
}

}  // namespace sen::mac
