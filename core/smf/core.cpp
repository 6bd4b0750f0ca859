#include "core/smf/detail/core.h"

#include "base/log.h"
#include "core/smf/limits.h"

namespace sen::smf {

using namespace detail;

namespace detail {
const char* to_string(State state) {
  switch (state) {
    case State::subscription: return "asking the UDM";
    case State::n4: return "establishing N4";
    case State::active: return "active";
    case State::modifying: return "modifying";
    case State::releasing_n4: return "releasing N4";
    case State::releasing: return "releasing";
  }
  return "?";
}
}  // namespace detail

Smf::Core::Numbers::Numbers(Counters& c)
    : sessions(c.gauge("fivegs_smffunction_sm_sessionnbr", "PDU sessions")),
      creation_requests(c.counter("fivegs_smffunction_sm_pdusessioncreationreq", "PDU sessions requested")),
      creation_successes(c.counter("fivegs_smffunction_sm_pdusessioncreationsucc", "PDU sessions accepted")),
      creation_failures(c.counter("fivegs_smffunction_sm_pdusessioncreationfail", "PDU sessions rejected")),
      n4_requests(c.counter("fivegs_smffunction_sm_n4sessionestabreq", "N4 sessions requested")),
      n4_failures(c.counter("fivegs_smffunction_sm_n4sessionestabfail", "N4 sessions refused or not answered")),
      n4_reports(c.counter("fivegs_smffunction_sm_n4sessionreport", "N4 session reports")),
      usage_octets_ul(c.counter("smf_usage_uplink_octets", "uplink octets that the UPFs reported")),
      usage_octets_dl(c.counter("smf_usage_downlink_octets", "downlink octets that the UPFs reported")),
      n4u_dropped(c.counter("smf_n4u_dropped", "GTP-U packets on N4-u that are no router solicitation of a session")),
      advertisements(c.counter("smf_router_advertisements", "router advertisements sent")),
      messages_refused(c.counter("smf_messages_refused", "5GSM messages and N2 information that were refused")) {}

Smf::Core::Core(const SmfConfig& config, Executor& executor, sbi::Bus& bus, Counters& counters, SmfPorts ports)
    : config_(config),
      executor_(executor),
      bus_(bus),
      ports_(std::move(ports)),
      pools_(config_.sessions),
      n4_(config_, executor, counters,
          {.send = [this](const Endpoint& to, Bytes bytes) { ports_.send_n4(to, std::move(bytes)); },
           .report = [this](size_t upf, uint64_t seid, const pfcp::SessionReportRequest& r) { return report(upf, seid, r); },
           .associated = [this](size_t upf, bool restarted) { upf_associated(upf, restarted); },
           .lost = [this](size_t upf, bool released) { upf_lost(upf, released); },
           .node_report = [this](size_t upf, const pfcp::NodeReportRequest& r) { node_report(upf, r); }}),
      restorations_(n4_.upf_count()),
      numbers_(counters) {
  serve();
}

Smf::Core::~Core() {
  bus_.withdraw<sbi::NsmfCreateSmContext>();
  bus_.withdraw<sbi::NsmfUpdateSmContext>();
  bus_.withdraw<sbi::NsmfReleaseSmContext>();
  bus_.withdraw<sbi::NsmfRetrieveSmContext>();
  bus_.withdraw<sbi::NamfN1N2TransferFailureNotification>();
  bus_.withdraw<sbi::NudmSdmNotification>(config_.instance_id);
}

static sbi::SmContextRetrievedData retrieved(const Session& s) {
  sbi::SmContextRetrievedData out;
  out.pdu_session_id = s.psi;
  out.dnn = s.dnn;
  out.s_nssai = s.s_nssai;
  out.pdu_session_type = static_cast<sbi::PduSessionType>(static_cast<uint8_t>(s.kind) - 1);
  out.ssc_mode = static_cast<sbi::SscMode>(static_cast<uint8_t>(s.ssc) - 1);
  out.session_ambr = s.ambr;
  if (s.has_v4()) out.ue_ipv4_address = s.ipv4.v4();
  if (s.has_v6()) {
    auto octets = s.ipv6_prefix.v6();
    std::copy_n(octets.begin(), 8, out.ue_ipv6_prefix.emplace().begin());
  }
  out.up_cnx_state = s.up;
  return out;
}

void Smf::Core::serve() {
  bus_.serve<sbi::NsmfCreateSmContext>([this](const sbi::SmContextCreateData& r, CreateReply reply) { create(r, std::move(reply)); });
  bus_.serve<sbi::NsmfUpdateSmContext>([this](const sbi::SmContextUpdateData& r, UpdateReply reply) { update(r, std::move(reply)); });
  bus_.serve<sbi::NsmfReleaseSmContext>(
      [this](const sbi::SmContextReleaseData& r, sbi::Responder<sbi::NoContent> reply) { release_context(r, std::move(reply)); });
  bus_.serve<sbi::NsmfRetrieveSmContext>(
      [this](const sbi::SmContextRetrieveData& r, sbi::Responder<sbi::SmContextRetrievedData> reply) {
        auto* session = find_ref(r.sm_context_ref);
        if (!session) return reply(sbi::problem(404, sbi::cause::context_not_found, "no SM context " + r.sm_context_ref));
        reply(retrieved(*session));
      });
  bus_.serve<sbi::NamfN1N2TransferFailureNotification>(
      [this](const sbi::N1N2MsgTxfrFailureNotification& r, sbi::Responder<sbi::NoContent> reply) { transfer_failed(r, std::move(reply)); });
  bus_.serve<sbi::NudmSdmNotification>(
      [this](const sbi::SdmChangeNotification& r, sbi::Responder<sbi::NoContent> reply) {
        auto slash = r.callback_reference.rfind('/');
        if (auto* session = find_ref(r.callback_reference.substr(slash == std::string::npos ? 0 : slash + 1))) subscription_changed(session->seid);
        reply(sbi::NoContent{});
      },
      config_.instance_id);
}

// ---- sessions

static std::string key(const std::string& supi, uint8_t psi) { return fmt::format("{}/{}", supi, psi); }

Smf::Core::Session* Smf::Core::find(uint64_t seid) {
  auto it = sessions_.find(static_cast<uint32_t>(seid));
  return it != sessions_.end() && it->second->seid == seid ? it->second.get() : nullptr;
}

Smf::Core::Session* Smf::Core::find(const std::string& supi, uint8_t psi) {
  auto it = by_supi_.find(key(supi, psi));
  return it == by_supi_.end() ? nullptr : sessions_.at(it->second).get();
}

Smf::Core::Session* Smf::Core::find_ref(const std::string& ref) {
  if (ref.size() != 16) return nullptr;
  auto octets = octets_from_hex<8>(ref);
  if (!octets) return nullptr;
  return find(ByteReader(*octets).u64().value_or(0));
}

Result<Smf::Core::Session*> Smf::Core::add(const std::string& supi, uint8_t psi) {
  if (sessions_.size() >= limit::sessions) return fail(Fault::exhausted, "", "{} sessions exist already", sessions_.size());
  while (next_id_ == 0 || sessions_.contains(next_id_)) ++next_id_;
  uint32_t id = next_id_++;
  auto session = std::make_unique<Session>(executor_);
  // The high half differs after a restart: a UPF's stale report names no new session.
  session->seid = static_cast<uint64_t>(n4_.recovery_time_stamp()) << 32 | id;
  session->supi = supi;
  session->psi = psi;
  by_supi_[key(supi, psi)] = id;
  numbers_.sessions.add();
  return (sessions_[id] = std::move(session)).get();
}

void Smf::Core::remove(Session& session) {
  if (session.has_v4()) pools_.give_back(session.ipv4);
  if (session.has_v6()) pools_.give_back(session.ipv6_prefix);
  bus_.call<sbi::NudmUecmDeregisterSmf>({session.supi, session.psi, config_.instance_id}, [](sbi::Reply<sbi::NoContent>) {});
  if (!session.sdm_subscription.empty())
    bus_.call<sbi::NudmSdmUnsubscribe>({.supi = session.supi, .subscription_id = session.sdm_subscription}, [](sbi::Reply<sbi::NoContent>) {});
  numbers_.sessions.add(-1);
  auto id = session.teid();
  if (auto it = by_supi_.find(key(session.supi, session.psi)); it != by_supi_.end() && it->second == id) by_supi_.erase(it);
  sessions_.erase(id);
}

// ---- N4

void Smf::Core::delete_n4(Session& session, std::move_only_function<void(SessionPtr)> done) {
  auto seid = session.seid;
  if (session.up_seid == 0) return executor_.after(Duration::zero(), guarded([this, seid, done = std::move(done)]() mutable { done(find(seid)); })), void();
  auto up_seid = std::exchange(session.up_seid, 0);
  n4_.count_session(session.upf, -1);
  n4_.request(session.upf, up_seid, pfcp::SessionDeletionRequest{}, [this, seid, name = session.name(), done = std::move(done)](const N4Answer& answer) mutable {
    auto* response = answer.get_if<pfcp::SessionDeletionResponse>();
    if (!response)
      log_warning(Layer::pfcp, "{}: deletion of the N4 session: {}", name, answer.problem);
    else if (response->cause != pfcp::Cause::accepted && response->cause != pfcp::Cause::session_not_found)
      log_warning(Layer::pfcp, "{}: deletion of the N4 session: cause {}", name, static_cast<unsigned>(response->cause));
    if (response) {
      for (auto& usage : response->usage_reports) {
        if (!usage.volume_measurement) continue;
        numbers_.usage_octets_ul.add(static_cast<int64_t>(usage.volume_measurement->uplink.value_or(0)));
        numbers_.usage_octets_dl.add(static_cast<int64_t>(usage.volume_measurement->downlink.value_or(0)));
      }
    }
    done(find(seid));
  });
}

void Smf::Core::modify_n4(Session& session, pfcp::SessionModificationRequest request, std::move_only_function<void(SessionPtr, bool)> done) {
  auto seid = session.seid;
  if (session.up_seid == 0) return executor_.after(Duration::zero(), guarded([this, seid, done = std::move(done)]() mutable { done(find(seid), false); })), void();
  n4_.request(session.upf, session.up_seid, std::move(request), [this, seid, done = std::move(done)](const N4Answer& answer) mutable {
    auto* found = find(seid);
    auto* response = answer.get_if<pfcp::SessionModificationResponse>();
    bool accepted = response && response->cause == pfcp::Cause::accepted;
    if (found && !accepted) {
      log_error(Layer::pfcp, "{}: UPF {} did not modify the N4 session: {}", found->name(), n4_.endpoint(found->upf).text(),
                response ? fmt::format("cause {}", static_cast<unsigned>(response->cause)) : answer.problem);
      if (response && response->cause == pfcp::Cause::session_not_found && found->up_seid != 0) {
        // The UPF lost it: establish it again with what the session holds now, then the change.
        found->up_seid = 0;
        n4_.count_session(found->upf, -1);
        return restore(*found, [] {}), done(found, false);
      }
    }
    done(found, accepted);
  });
}

// ---- AMF

void Smf::Core::notify_amf(const Session& session, sbi::SmCause cause) {
  sbi::SmContextStatusNotification notification{session.status_uri, session.supi, session.psi, sbi::ResourceStatus::released, cause};
  std::string target(sbi::authority_of(session.status_uri));
  bus_.call<sbi::NsmfSmContextStatusNotify>(
      std::move(notification),
      [name = session.name()](sbi::Reply<sbi::NoContent> reply) {
        if (!reply) log_warning(Layer::smf, "{}: the AMF did not take the release: {} {}", name, reply.error().status, reply.error().cause);
      },
      {.target = std::move(target)});
}

void Smf::Core::transfer(Session& session, Bytes n1, Bytes n2, std::optional<sbi::N2SmInfoType> type, bool skip, TransferDone done) {
  sbi::N1N2MessageTransferReqData request;
  request.ue_context_id = session.supi;
  request.pdu_session_id = session.psi;
  request.n1_message = std::move(n1);
  if (!n2.empty()) request.n2_sm_info_type = type;
  request.n2_sm_info = std::move(n2);
  request.s_nssai = session.s_nssai;
  request.skip_ind = skip;
  request.arp = session.default_flow().arp;
  request.five_qi = session.default_flow().five_qi;
  request.n1n2_failure_txf_notif_uri = fmt::format("/nsmf-callback/{}", session.ref());
  auto on_answer = guarded([this, seid = session.seid, done = std::move(done)](sbi::Reply<sbi::N1N2MessageTransferRspData> answer) mutable {
    done(find(seid), answer);
  });
  bus_.call<sbi::NamfN1N2MessageTransfer>(std::move(request), std::move(on_answer), {.target = session.serving_nf});
}

void Smf::Core::refuse_update(UpdateReply& reply, uint16_t status, std::string_view cause, std::string detail, Bytes n1, Bytes n2) {
  numbers_.messages_refused.add();
  reply(std::unexpected(sbi::ProblemDetails{status, std::string(cause), std::move(detail), std::move(n1), std::move(n2)}));
}

// ---- what the owner asks

size_t Smf::Core::associated_upfs() const {
  size_t count = 0;
  for (size_t i = 0; i < n4_.upf_count(); ++i) count += n4_.associated(i);
  return count;
}

std::vector<SessionStatus> Smf::Core::sessions(size_t most) const {
  std::vector<SessionStatus> out;
  for (auto& [id, s] : sessions_) {
    if (out.size() >= most) break;
    out.push_back({s->supi, s->psi, s->dnn, s->s_nssai, to_string(s->state), !s->gnb.empty(), s->has_v4() ? s->ipv4.text() : "",
                   s->has_v6() ? s->ipv6_prefix.text() + "/64" : "", n4_.upf_count() ? n4_.endpoint(s->upf) : Endpoint(), s->ul.text(),
                   s->gnb.text()});
  }
  return out;
}

size_t Smf::Core::bytes_per_session() const {
  if (sessions_.empty()) return 0;
  size_t sum = 0;
  auto text = [](const std::string& t) { return t.capacity() > 15 ? t.capacity() + 1 : 0; };
  for (auto& [id, s] : sessions_) {
    sum += sizeof(Session) + sizeof(void*) * 6 + sizeof(std::string) + sizeof(void*) * 3;  // both maps' nodes
    sum += text(s->supi) * 2 + text(s->dnn) + text(s->serving_nf) + text(s->status_uri);
    for (auto& flow : s->flows) sum += flow.filters.capacity() * sizeof(FlowFilter);
    sum += (s->flows.capacity() + s->old_flows.capacity()) * sizeof(QosFlow) + s->pco_asked.capacity() * sizeof(nas::PcoOption) + s->forwarded.capacity() + s->n1_command.capacity();
  }
  return sum / sessions_.size();
}

}  // namespace sen::smf
