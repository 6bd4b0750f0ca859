// Session reports of the UPF (TS 29.244 6.3, 7.5.8): downlink data, which pages the UE (TS 23.502 4.2.3.3), usage, GTP-U error indications
// (TS 23.527 5.3.3). Checked before anything changes: a flag without its IE is answered with its cause.
#include <algorithm>

#include "base/log.h"
#include "core/smf/detail/core.h"
#include "core/smf/detail/n2.h"
#include "core/smf/detail/n4_rules.h"

namespace sen::smf {

using namespace detail;

static pfcp::SessionReportResponse refused(pfcp::Cause cause, uint16_t offending_ie) { return {.cause = cause, .offending_ie = offending_ie}; }

// The first IE that a flag announces and that is not there; 0: none.
static uint16_t missing_ie(const pfcp::SessionReportRequest& r) {
  constexpr uint16_t downlink_data_report = 83, usage_report = 80, error_indication_report = 99;
  if (r.report_type.dldr && !r.downlink_data_report) return downlink_data_report;
  if (r.report_type.usar && r.usage_reports.empty()) return usage_report;
  if (r.report_type.erir && !r.error_indication_report) return error_indication_report;
  return 0;
}

std::pair<pfcp::SessionReportResponse, uint64_t> Smf::Core::report(size_t upf, uint64_t seid, const pfcp::SessionReportRequest& r) {
  constexpr uint16_t report_type = 39, urr_id = 81;
  numbers_.n4_reports.add();
  auto peer = n4_.endpoint(upf).text();
  auto* s = find(seid);
  if (!s || s->upf != upf || s->up_seid == 0) {
    log_warning(Layer::pfcp, "UPF {}: report for SEID {:#x}, which is {}", peer, seid, s ? "not on this UPF" : "no session");
    return {refused(pfcp::Cause::session_not_found, 0), 0};
  }
  auto refuse = [&](pfcp::Cause cause, uint16_t ie) -> std::pair<pfcp::SessionReportResponse, uint64_t> {
    log_warning(Layer::pfcp, "{}: report of UPF {} refused: cause {}, IE {}", s->name(), peer, static_cast<unsigned>(cause), ie);
    return {refused(cause, ie), s->up_seid};
  };
  auto& t = r.report_type;
  if (!(t.dldr || t.usar || t.erir || t.upir || t.tmir || t.sesr || t.uisr)) return refuse(pfcp::Cause::mandatory_ie_incorrect, report_type);
  if (auto ie = missing_ie(r)) return refuse(pfcp::Cause::conditional_ie_missing, ie);
  if (!std::ranges::all_of(r.usage_reports, [](auto& u) { return u.urr_id == 1; })) return refuse(pfcp::Cause::mandatory_ie_incorrect, urr_id);
  for (auto& usage : r.usage_reports) {
    if (!usage.volume_measurement) continue;
    numbers_.usage_octets_ul.add(static_cast<int64_t>(usage.volume_measurement->uplink.value_or(0) & INT64_MAX));
    numbers_.usage_octets_dl.add(static_cast<int64_t>(usage.volume_measurement->downlink.value_or(0) & INT64_MAX));
  }
  std::pair<pfcp::SessionReportResponse, uint64_t> answer{{}, s->up_seid};
  if (t.upir) log_debug(Layer::pfcp, "{}: user plane inactive", s->name());
  if (t.erir) gnb_tunnel_broken(*s, *r.error_indication_report);
  if (t.dldr) downlink_data(*s, *r.downlink_data_report);
  return answer;
}

// ---- downlink data for a UE without user plane

void Smf::Core::downlink_data(Session& s, const pfcp::DownlinkDataReport& report) {
  if ((s.state != State::active && s.state != State::modifying) || s.up != sbi::UpCnxState::deactivated || s.paging) return;
  auto n2 = setup_request(s, config_);
  if (!n2) return log_error(Layer::smf, "{}: {}", s.name(), n2.error().describe());
  (void)report;
  s.paging = true;
  log_info(Layer::smf, "{}: downlink data, asking the AMF to reach the UE", s.name());
  transfer(s, {}, std::move(*n2), sbi::N2SmInfoType::pdu_res_setup_req, false, [this](SessionPtr session, const auto& answer) {
    if (!session || session->up != sbi::UpCnxState::deactivated) return;
    using Cause = sbi::N1N2MessageTransferCause;
    if (!answer) return paging_failed(*session, answer.error().cause);
    if (answer->cause == Cause::attempting_to_reach_ue || answer->cause == Cause::waiting_for_asynchronous_transfer) return;
    if (answer->cause != Cause::n1_n2_transfer_initiated) return paging_failed(*session, to_string(answer->cause));
    session->paging = false;
    session->up = sbi::UpCnxState::activating;
  });
}

// 23.502 4.2.3.3 step 3a, 5: what is buffered goes; later packets are notified anew.
void Smf::Core::paging_failed(Session& s, std::string_view why) {
  log_warning(Layer::smf, "{}: the UE is not reached: {}", s.name(), why);
  s.paging = false;
  if (s.gnb.empty() && s.up_seid != 0) modify_n4(s, drop_buffered(), [](SessionPtr, bool) {});
}

void Smf::Core::transfer_failed(const sbi::N1N2MsgTxfrFailureNotification& r, sbi::Responder<sbi::NoContent> reply) {
  auto* s = find(r.supi, r.pdu_session_id);
  if (!s) return reply(sbi::problem(404, sbi::cause::context_not_found, fmt::format("{} has no session {}", r.supi, r.pdu_session_id)));
  reply(sbi::NoContent{});
  if (s->state == State::modifying) return revert_modification(*s);
  if (s->state == State::releasing) return finish_release(*s, sbi::SmCause::other);
  if (s->up == sbi::UpCnxState::activating && s->gnb.empty()) s->up = sbi::UpCnxState::deactivated;
  paging_failed(*s, to_string(r.cause));
}

// ---- the gNB does not know its tunnel any more

void Smf::Core::gnb_tunnel_broken(Session& s, const pfcp::ErrorIndicationReport& report) {
  bool ours = !s.gnb.empty() && std::ranges::any_of(report.remote_f_teids, [&](const pfcp::FTeid& f) {
    if (f.teid != s.gnb.teid) return false;
    return (f.ipv4 && s.gnb.v4 == IpAddress(*f.ipv4)) || (f.ipv6 && s.gnb.v6 == IpAddress(*f.ipv6));
  });
  if (!ours) return log_warning(Layer::smf, "{}: error indication for a tunnel that is not the session's ({})", s.name(), s.gnb.text());
  log_warning(Layer::smf, "{}: the gNB does not know {}: user plane released", s.name(), s.gnb.text());
  user_plane_off(s, [this](SessionPtr session) {
    if (!session) return;
    auto n2 = release_command_transfer(ngap::CauseRadioNetwork::release_due_to_5_gc_generated_reason);
    if (!n2) return;
    session->n2_pending = false;
    transfer(*session, {}, std::move(*n2), sbi::N2SmInfoType::pdu_res_rel_cmd, true, [](SessionPtr, const auto&) {});
  });
}

void Smf::Core::node_report(size_t upf, const pfcp::NodeReportRequest& r) {
  auto peers = [](const auto& report) {
    std::string out;
    for (auto& peer : report.remote_gtp_u_peers) {
      if (peer.ipv4) out += " " + IpAddress(*peer.ipv4).text();
      if (peer.ipv6) out += " " + IpAddress(*peer.ipv6).text();
    }
    return out;
  };
  auto peer = n4_.endpoint(upf).text();
  if (r.user_plane_path_failure_report) log_warning(Layer::pfcp, "UPF {}: no GTP-U path to{}", peer, peers(*r.user_plane_path_failure_report));
  if (r.user_plane_path_recovery_report) log_info(Layer::pfcp, "UPF {}: GTP-U path again to{}", peer, peers(*r.user_plane_path_recovery_report));
  if (r.peer_up_restart_report) log_warning(Layer::pfcp, "UPF {}: restarted:{}", peer, peers(*r.peer_up_restart_report));
}

}  // namespace sen::smf
