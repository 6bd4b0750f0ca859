// Usage reporting of the PFCP server (TS 29.244 5.2.2): thresholds, quotas, periods and the reports.
#include <algorithm>

#include "core/upf/pfcp_server.h"

namespace sen::upf {

static constexpr int64_t second = 1'000'000'000;

const Urr* PfcpServer::find_urr(const Session& session, uint32_t id) const {
  for (const Urr& urr : user_plane_.rules(session.index)->urrs())
    if (urr.id == id) return &urr;
  return nullptr;
}

UrrControl* PfcpServer::find_control(Session& session, uint32_t id) {
  for (auto& control : session.urrs)
    if (control->id == id) return control.get();
  return nullptr;
}

static bool contains(const std::vector<uint32_t>& list, uint32_t id) { return std::find(list.begin(), list.end(), id) != list.end(); }

void PfcpServer::attach_states(Session& session, RuleEdit& edit) {
  int64_t now = now_ns();
  for (Qer& qer : edit.rules.qers) {
    if (!qer.bucket) qer.bucket = session.buckets.emplace_back(std::make_unique<QerState>()).get();
    if (!contains(edit.changed_qers, qer.id)) continue;
    qer.bucket->uplink.set_rate(qer.mbr_uplink, now);
    qer.bucket->downlink.set_rate(qer.mbr_downlink, now);
  }
  for (Urr& urr : edit.rules.urrs) {
    if (!contains(edit.changed_urrs, urr.id)) continue;
    UrrControl* control = nullptr;
    if (urr.usage) {
      control = find_control(session, urr.id);
    } else {
      // A URR removed and created by one request leaves its old state behind until the commit ends.
      control = session.urrs.emplace_back(std::make_unique<UrrControl>(executor_)).get();
      for (auto& other : session.urrs)
        if (other.get() != control && other->id == urr.id) other->id = UINT32_MAX;
      control->id = urr.id;
      control->started = now;
      urr.usage = &control->usage;
      if (urr.starts_at_once) control->usage.active_since = now;
    }
    for (const RuleEdit::NewQuota& given : edit.new_quotas)
      if (given.urr_id == urr.id) set_quotas(urr, *control, given);
    control->usage.inactivity_ns = urr.inactivity_time ? urr.inactivity_time * second : INT64_MAX;
    set_limits(urr, *control);
    arm(session, urr, *control);
  }
}

void PfcpServer::set_quotas(const Urr& urr, UrrControl& control, const RuleEdit::NewQuota& given) {
  if (given.volume) control.quota_left = urr.volume_quota;
  if (given.time) control.time_quota_left = urr.time_quota ? urr.time_quota * second : -1;
  if (given.events) control.event_quota_left = urr.event_quota ? int64_t{urr.event_quota} : -1;
  const Volumes& left = control.quota_left;
  control.usage.exhausted = left.total == 0 || left.uplink == 0 || left.downlink == 0 || control.time_quota_left == 0 || control.event_quota_left == 0;
}

void PfcpServer::set_limits(const Urr& urr, UrrControl& control) {
  UrrState& usage = control.usage;
  bool threshold = urr.measures_volume && urr.triggers.volume_threshold;
  auto limit = [&](uint64_t from_threshold, uint64_t quota) {
    return std::min(threshold ? from_threshold : UrrState::no_limit, usage.exhausted ? UrrState::no_limit : quota);
  };
  usage.total_limit = limit(urr.volume_threshold.total, control.quota_left.total);
  usage.uplink_limit = limit(urr.volume_threshold.uplink, control.quota_left.uplink);
  usage.downlink_limit = limit(urr.volume_threshold.downlink, control.quota_left.downlink);
  bool timed = urr.measures_duration && (urr.time_threshold || urr.time_quota);
  usage.wants_first = urr.triggers.start || timed || (urr.measures_events && (urr.event_threshold || urr.event_quota));
}

Task PfcpServer::later(const Session& session, const Urr& urr, void (PfcpServer::*call)(Session&, const Urr&, UrrControl&)) {
  return [this, seid = session.seid, id = urr.id, call] {
    Session* s = find(seid);
    const Urr* rule = s ? find_urr(*s, id) : nullptr;
    UrrControl* control = s ? find_control(*s, id) : nullptr;
    if (rule && control) (this->*call)(*s, *rule, *control);
  };
}

void PfcpServer::arm(Session& session, const Urr& urr, UrrControl& control) {
  auto start = [&](Timer& timer, uint32_t seconds, auto call) {
    timer.stop();
    if (seconds) timer.start(std::chrono::seconds(seconds), later(session, urr, call));
  };
  start(control.period, urr.triggers.periodic ? urr.period : 0, &PfcpServer::period_due);
  start(control.holding, urr.quota_holding_time, &PfcpServer::holding_due);
  start(control.validity, urr.quota_validity_time, &PfcpServer::validity_due);
  arm_duration(session, urr, control);
}

void PfcpServer::arm_duration(Session& session, const Urr& urr, UrrControl& control) {
  control.duration.stop();
  if (!urr.measures_duration || !control.usage.active_since) return;
  int64_t left = INT64_MAX;
  int64_t used = duration_of(control);
  if (urr.triggers.time_threshold && urr.time_threshold) left = urr.time_threshold * second - used;
  if (control.time_quota_left >= 0 && !control.usage.exhausted) left = std::min(left, control.time_quota_left - used);
  if (left == INT64_MAX) return;
  control.duration.start(Duration(std::max<int64_t>(left, 0)), later(session, urr, &PfcpServer::evaluate));
}

int64_t PfcpServer::duration_of(const UrrControl& control) const {
  const UrrState& usage = control.usage;
  if (!usage.active_since) return usage.active_before;
  int64_t end = now_ns();
  // After the inactivity detection time the clock stands still until the next packet.
  if (usage.last && usage.inactivity_ns < end - usage.last) end = usage.last + usage.inactivity_ns;
  return usage.active_before + std::max<int64_t>(0, end - usage.active_since);
}

void PfcpServer::period_due(Session& session, const Urr& urr, UrrControl& control) {
  control.period.start(std::chrono::seconds(urr.period), later(session, urr, &PfcpServer::period_due));
  report_usage(session, urr.id, {.perio = true});
}

void PfcpServer::holding_due(Session& session, const Urr& urr, UrrControl& control) {
  int64_t quiet = now_ns() - std::max(control.usage.last, control.started);
  int64_t limit = urr.quota_holding_time * second;
  if (quiet < limit) {
    control.holding.start(Duration(limit - quiet), later(session, urr, &PfcpServer::holding_due));
    return;
  }
  control.usage.exhausted = true;  // the quota is given back (5.2.2.2.1)
  report_usage(session, urr.id, {.quhti = true});
}

void PfcpServer::validity_due(Session& session, const Urr& urr, UrrControl& control) {
  control.usage.exhausted = true;
  report_usage(session, urr.id, {.quvti = true});
}

void PfcpServer::handle(const std::vector<Event>& events) {
  for (const Event& event : events) {
    uint64_t seid = event.session < seid_of_.size() ? seid_of_[event.session] : 0;
    Session* session = find(seid);
    const Urr* urr = session ? find_urr(*session, event.urr_id) : nullptr;
    UrrControl* control = session ? find_control(*session, event.urr_id) : nullptr;
    if (!urr || !control) continue;
    control->usage.signalled = false;
    evaluate(*session, *urr, *control);
  }
}

// Compares what was used with what the SMF wants to know and allows, and reports.
void PfcpServer::evaluate(Session& session, const Urr& urr, UrrControl& control) {
  UrrState& usage = control.usage;
  uint64_t total = usage.uplink + usage.downlink;
  int64_t duration = duration_of(control);
  auto reached = [&](const Volumes& v) { return total >= v.total || usage.uplink >= v.uplink || usage.downlink >= v.downlink; };
  pfcp::UsageReportTrigger trigger;
  if (urr.measures_volume && urr.triggers.volume_threshold && reached(urr.volume_threshold)) trigger.volth = true;
  if (urr.measures_duration && urr.triggers.time_threshold && urr.time_threshold && duration >= urr.time_threshold * second) trigger.timth = true;
  if (urr.measures_events && urr.triggers.event_threshold && urr.event_threshold && usage.events >= urr.event_threshold) trigger.eveth = true;
  if (!usage.exhausted) {
    trigger.volqu = reached(control.quota_left) && control.quota_left.any();
    trigger.timqu = control.time_quota_left >= 0 && duration >= control.time_quota_left;
    trigger.evequ = control.event_quota_left >= 0 && usage.events >= control.event_quota_left;
    usage.exhausted = trigger.volqu || trigger.timqu || trigger.evequ;
  }
  trigger.start = urr.triggers.start && usage.resumed;
  usage.resumed = false;
  if (trigger == pfcp::UsageReportTrigger{}) return arm_duration(session, urr, control);
  report_usage(session, urr.id, trigger);
}

template <class Report>
Report PfcpServer::take_report(const Urr& urr, UrrControl& control, pfcp::UsageReportTrigger trigger) {
  UrrState& usage = control.usage;
  int64_t now = now_ns();
  Report report{.urr_id = urr.id, .ur_seqn = control.next_report++, .usage_report_trigger = trigger};
  report.start_time = ntp_seconds(control.started);
  report.end_time = ntp_seconds(now);
  uint64_t total = usage.uplink + usage.downlink;
  if (urr.measures_volume) {
    pfcp::VolumeMeasurement volume{.total = total, .uplink = usage.uplink, .downlink = usage.downlink};
    if (urr.counts_packets) {
      volume.total_packets = usage.uplink_packets + usage.downlink_packets;
      volume.uplink_packets = usage.uplink_packets;
      volume.downlink_packets = usage.downlink_packets;
    }
    report.volume_measurement = volume;
  }
  int64_t duration = duration_of(control);
  if (urr.measures_duration) report.duration_measurement = static_cast<uint32_t>(duration / second);
  if (usage.first) {
    report.time_of_first_packet = ntp_seconds(usage.first);
    report.time_of_last_packet = ntp_seconds(usage.last);
  }
  auto spend = [](uint64_t& left, uint64_t used) {
    if (left != UINT64_MAX) left -= std::min(left, used);
  };
  spend(control.quota_left.total, total);
  spend(control.quota_left.uplink, usage.uplink);
  spend(control.quota_left.downlink, usage.downlink);
  if (control.time_quota_left >= 0) control.time_quota_left = std::max<int64_t>(0, control.time_quota_left - duration);
  if (control.event_quota_left >= 0) control.event_quota_left = std::max<int64_t>(0, control.event_quota_left - usage.events);
  // The next measurement starts now; the part of a second that was not reported goes with it.
  usage.uplink = usage.downlink = usage.uplink_packets = usage.downlink_packets = 0;
  usage.events = 0;
  usage.first = 0;
  usage.active_before = urr.measures_duration ? duration % second : 0;
  if (usage.active_since) usage.active_since = now;
  control.started = now;
  set_limits(urr, control);
  return report;
}

void PfcpServer::report_usage(Session& session, uint32_t urr_id, pfcp::UsageReportTrigger trigger) {
  pfcp::SessionReportRequest request{.report_type = {.usar = true}};
  for (const Urr& urr : user_plane_.rules(session.index)->urrs()) {
    UrrControl& control = *find_control(session, urr.id);
    bool itself = urr.id == urr_id;
    bool linked = urr.triggers.linked && std::find(urr.linked, urr.linked + urr.linked_count, urr_id) != urr.linked + urr.linked_count;
    if (!itself && !linked) continue;
    request.usage_reports.push_back(take_report<pfcp::UsageReport>(urr, control, itself ? trigger : pfcp::UsageReportTrigger{.liusa = true}));
    arm_duration(session, urr, control);
  }
  send_report(session, std::move(request));
}

template pfcp::UsageReportModification PfcpServer::take_report(const Urr&, UrrControl&, pfcp::UsageReportTrigger);
template pfcp::UsageReportDeletion PfcpServer::take_report(const Urr&, UrrControl&, pfcp::UsageReportTrigger);

}  // namespace sen::upf
