// DCIs and downlink data: assignments, HARQ, system information, paging, demultiplexing (TS 38.321 5.3, 5.5; TS 38.213 10).
#include <algorithm>

#include "base/log.h"
#include "mac/detail/ue_state.h"
#include "nr/ra.h"

namespace sen::mac {

using namespace detail;
using nr::RntiType;

void UeMac::Impl::on_dci(const nr::l1_ue::RxDci& dci) {
  if (!link) return;
  const auto bits = nr::from_l1<nr::max_dci_bits>(dci.payload);
  const Space* found = link->find_space(dci.search_space);
  if (!bits || !found || bits->empty()) return unusable();
  const Space space = *found;  // a port may change the configuration before we are done
  if (dci.rnti == nr::si_rnti) {
    const auto fields = nr::unpack_10_si(*bits, nr::css10_widths(link->coreset0_rbs()));
    const auto assignment = link->assignment(*bits, dci.rnti, RntiType::si, space, dci.first_cce);
    if (!fields || !assignment || assignment->retransmission_size) return unusable();
    if (fields->other_si ? si_window() != nullptr : want_sib1) expect(*assignment, RntiType::si, 0, true, fields->other_si);
    return;
  }
  if (dci.rnti == nr::p_rnti) return on_paging_dci(*bits, space, dci);
  if (ra.state == RandomAccessState::State::response && dci.rnti == ra.ra_rnti) {
    const auto assignment = link->assignment(*bits, dci.rnti, RntiType::ra, space, dci.first_cce);
    if (!assignment || assignment->retransmission_size) return unusable();
    return expect(*assignment, RntiType::ra, 0, true);
  }
  if (ra.state == RandomAccessState::State::contention && dci.rnti == ra.tc_rnti) {
    if (nr::is_downlink(*bits)) {
      auto assignment = link->assignment(*bits, dci.rnti, RntiType::tc, space, dci.first_cce);
      return assignment ? assign(std::move(*assignment), RntiType::tc) : unusable();
    }
    auto grant = link->grant(*bits, dci.rnti, RntiType::tc, space);
    return grant ? on_grant(std::move(*grant), RntiType::tc) : unusable();
  }
  if (c_rnti && dci.rnti == c_rnti) on_crnti_dci(*bits, space, dci);
}

void UeMac::Impl::on_crnti_dci(const nr::DciBits& bits, const Space& space, const nr::l1_ue::RxDci& dci) {
  drx.waits_for_pdcch = false;
  if (nr::is_downlink(bits) && space.space.fallback) {
    const auto& widths = space.common() ? link->layouts().css10 : link->layouts().uss10;
    if (const auto order = nr::unpack_order(bits, widths)) {
      if (ra_running()) return;
      RandomAccess reason{RandomAccess::Cause::pdcch_order, std::nullopt};
      if (order->preamble) reason.preamble = order->preamble;
      return start_ra(reason);
    }
  }
  const bool contention = ra.state == RandomAccessState::State::contention && ra.msg3_sent && ra.reason.cause != RandomAccess::Cause::ccch;
  if (nr::is_downlink(bits)) {
    auto assignment = link->assignment(bits, dci.rnti, RntiType::c, space, dci.first_cce);
    if (!assignment) {
      log_debug(Layer::mac, "DCI for {:#x} is of no use: {}", dci.rnti, assignment.error().describe());
      return unusable();
    }
    if (contention && ra.reason.cause == RandomAccess::Cause::pdcch_order) end_ra(true);
    return assign(std::move(*assignment), RntiType::c);
  }
  auto grant = link->grant(bits, dci.rnti, RntiType::c, space);
  if (!grant) {
    log_debug(Layer::mac, "DCI for {:#x} is of no use: {}", dci.rnti, grant.error().describe());
    return unusable();
  }
  // 5.1.5: a grant for new data to our C-RNTI says that Msg3's C-RNTI MAC CE was understood.
  if (contention) end_ra(true);
  on_grant(std::move(*grant), RntiType::c);
}

void UeMac::Impl::on_paging_dci(const nr::DciBits& bits, const Space& space, const nr::l1_ue::RxDci& dci) {
  const auto fields = nr::unpack_10_p(bits, nr::css10_widths(link->coreset0_rbs()));
  if (!fields) return unusable();
  if (fields->indicator & 1) {
    const auto assignment = link->assignment(bits, dci.rnti, RntiType::p, space, dci.first_cce);
    if (!assignment || assignment->retransmission_size) return unusable();
    expect(*assignment, RntiType::p, 0, true);
  }
  if (fields->indicator & 2 && ports.short_message) {
    ports.short_message(fields->short_messages & nr::short_message_si_modification, fields->short_messages & nr::short_message_etws_cmas);
  }
}

void UeMac::Impl::expect(const DlAssignment& assignment, RntiType type, uint32_t serial, bool new_data, bool other_si) {
  if (pending_pdsch.size() >= ue_limit::pending) return unusable();
  PendingPdsch pending;
  pending.at = now + assignment.k0;
  pending.receive = {assignment.pdsch, assignment.harq_id, new_data};
  if (type == RntiType::c) link->reserve(slot_at(pending.at), pending.receive.pdsch.reserved);
  pending.type = type;
  pending.feedback = serial;
  pending.other_si = other_si;
  pending_pdsch.push_back(std::move(pending));
}

// TS 38.321 5.3.1, 5.3.2: C-RNTI and TC-RNTI.
void UeMac::Impl::assign(DlAssignment assignment, RntiType type) {
  if (assignment.harq_id >= dl_processes.size() || feedback.size() >= ue_limit::pending) return unusable();
  DlProcess& process = dl_processes[assignment.harq_id];
  const bool new_data = !process.used || process.ndi != assignment.new_data;
  if (assignment.retransmission_size) {
    if (process.tbs_octets == 0 || new_data) return unusable();
    auto& code = assignment.pdsch.code;
    code.tbs_octets = process.tbs_octets;
    code.base_graph = process.code.base_graph;
    code.rate_x1024_x10 = process.code.rate_x1024_x10;
    code.lbrm_tbs_octets = process.code.lbrm_tbs_octets;
  }
  process.used = true;
  process.ndi = assignment.new_data;
  process.retransmission_until = 0;
  if (new_data) {
    process.decoded = false;
    on_new_transmission();
  }
  request_srs(assignment.srs_request);
  process.tbs_octets = assignment.pdsch.code.tbs_octets;
  process.code = assignment.pdsch.code;
  pucch_g_db = std::clamp(pucch_g_db + static_cast<float>(nr::tpc_db(assignment.tpc)), -30.0f, 30.0f);
  dl_mcs_sum += std::min<uint8_t>(process.code.mcs, 28);

  FeedbackBit bit;
  bit.serial = next_serial++;
  bit.uplink_at = now + assignment.k0 + assignment.feedback.k1;
  bit.where = assignment.feedback;
  bit.where.common = type == RntiType::tc || !ue || ue->pucch_sets.empty();
  bit.dai = assignment.dai;
  bit.fallback = assignment.fallback;
  bit.ack = process.decoded;
  bit.withheld = type == RntiType::tc;
  if (bit.uplink_at < now + ul_ahead) {
    if (metrics.late++ == 0)
      log_warning(Layer::mac, "[{:>8}] an answer due {} slots later: the uplink runs {} ahead", slot.text(), bit.uplink_at - now, ul_ahead);
  } else {
    feedback.push_back(bit);
  }
  if (!process.decoded) expect(assignment, type, bit.serial, new_data);
}

FeedbackBit* UeMac::Impl::feedback_bit(uint32_t serial) {
  const auto found = std::ranges::find(feedback, serial, &FeedbackBit::serial);
  return serial && found != feedback.end() ? &*found : nullptr;
}

void UeMac::Impl::on_pdsch(nr::l1_ue::RxPdsch block) {
  const auto found = std::ranges::find_if(pending_pdsch, [&](const PendingPdsch& p) {
    return p.at == now && p.receive.pdsch.rnti == block.rnti && p.receive.harq_id == block.harq_id;
  });
  if (found == pending_pdsch.end()) return;
  const PendingPdsch pending = std::move(*found);
  pending_pdsch.erase(found);
  switch (pending.type) {
    case RntiType::si:
      if (!block.crc_ok) return;
      tap(true, block.rnti, 0, block.tb);
      if (!pending.other_si) {
        want_sib1 = false;
        if (ports.sib1) ports.sib1(std::move(block.tb));
      } else if (const WantedSi* wanted = si_window()) {
        wanted_si.erase(wanted_si.begin() + (wanted - wanted_si.data()));
        if (ports.system_information) ports.system_information(std::move(block.tb));
      }
      return;
    case RntiType::p:
      if (!block.crc_ok) return;
      tap(true, block.rnti, 0, block.tb);
      if (ports.paging) ports.paging(std::move(block.tb));
      return;
    case RntiType::ra: return on_rar(block);
    default: return on_dl_sch(block, pending);
  }
}

void UeMac::Impl::on_dl_sch(const nr::l1_ue::RxPdsch& block, const PendingPdsch& pending) {
  DlProcess& process = dl_processes[pending.receive.harq_id];
  FeedbackBit* bit = feedback_bit(pending.feedback);
  if (!block.crc_ok) {
    ++metrics.dl_nok;
    if (bit) expect_dl_retransmission(pending.receive.harq_id, bit->uplink_at);
    return;
  }
  ++metrics.dl_ok;
  metrics.dl_octets += block.tb.size();
  process.decoded = true;
  if (pending.type == RntiType::tc) return on_msg4(block, pending);
  if (bit) bit->ack = true;
  tap(true, block.rnti, block.harq_id, block.tb);
  demultiplex(block.tb);
}

void UeMac::Impl::demultiplex(ByteView block) {
  SubPduReader reader(Link::dl, block);
  rlc_pdus.clear();
  while (auto sub = reader.next()) {
    if (sub->id == lcid::padding) break;
    if (is_ccch(Link::dl, sub->id) || is_bearer(sub->id)) {
      data_seen();
      rlc_pdus.push_back({static_cast<Lcid>(sub->id), sub->payload});
    } else if (const auto ce = read_ce(Link::dl, *sub)) {
      on_ce(*ce);
    } else {
      ++metrics.pdu_malformed;
    }
  }
  if (reader.error() != PduError::none) ++metrics.pdu_malformed;
  if (user_plane && !rlc_pdus.empty()) user_plane->receive(rlc_pdus);
}

void UeMac::Impl::on_ce(const ControlElement& ce) {
  if (const auto* ta = std::get_if<TimingAdvance>(&ce)) {
    if (ta->tag != 0) return;
    n_ta = std::clamp<int64_t>(nr::n_ta_adjusted(n_ta, ta->command, nr::mu(slot.scs())), 0, nr::n_ta_from_rar(nr::max_rar_ta, 0));
    start_alignment();
  } else if (const auto* absolute = std::get_if<AbsoluteTimingAdvance>(&ce)) {
    n_ta = nr::n_ta_from_rar(std::min<unsigned>(absolute->command, nr::max_rar_ta), nr::mu(slot.scs()));
    start_alignment();
  } else if (const auto* reporting = std::get_if<SpCsiReporting>(&ce)) {
    csi_commanded = reporting->reports & 1;
  } else if (std::get_if<DrxCommand>(&ce)) {
    on_drx_command(false);
  } else if (std::get_if<LongDrxCommand>(&ce)) {
    on_drx_command(true);
  }
}

}  // namespace sen::mac
