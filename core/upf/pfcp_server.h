// The UPF's side of N4 (TS 29.244): associations with SMFs, heartbeats, sessions, reports; and what belongs to a session beyond its rules
// (buffered packets, usage reporting timers). Takes and gives bytes; lives on the executor that also runs the UserPlane's packet path.
//
// A request is validated whole before anything changes. A response is kept for a while and repeated when the request comes again
// (6.4). An association belongs to the address it was set up from: nobody else may use its Node ID or its sessions.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>

#include "base/counter.h"
#include "base/executor.h"
#include "base/packet.h"
#include "codec/pfcp/message.h"
#include "core/upf/config.h"
#include "core/upf/rule_edit.h"
#include "core/upf/user_plane.h"

namespace sen::upf {

struct PfcpPorts {
  std::function<void(const Endpoint& to, Bytes pfcp)> send;
  std::function<void(const IpAddress& peer, uint32_t teid)> send_end_marker;
  std::function<void(Packet ip)> deliver;  // a downlink packet that waited, to be looked at again
};

// Control state of one URR beside its rule and its usage.
struct UrrControl {
  explicit UrrControl(Executor& executor) : period(executor), duration(executor), holding(executor), validity(executor) {}
  uint32_t id = 0;
  uint32_t next_report = 0;  // UR-SEQN
  Volumes quota_left;
  int64_t time_quota_left = -1;  // nanoseconds; -1: none
  int64_t event_quota_left = -1;
  int64_t started = 0;  // of the measurement that runs
  UrrState usage;
  Timer period, duration, holding, validity;
};

struct Association;

struct Session {
  Session(Executor& executor, uint32_t number) : index(number), inactivity(executor), notification(executor) {}
  uint32_t index;  // in the user plane
  uint64_t seid = 0;     // ours
  uint64_t cp_seid = 0;  // the SMF's
  IpAddress cp_address;  // of the CP F-SEID
  Association* association = nullptr;
  std::vector<Tunnel> tunnels;
  std::vector<std::unique_ptr<QerState>> buckets;
  std::vector<std::unique_ptr<UrrControl>> urrs;
  std::vector<Packet> buffered;
  std::vector<uint64_t> sets;  // FQ-CSIDs, as numbers
  std::string dnn;
  uint32_t inactivity_s = 0;
  bool notified = false;  // a downlink data report was sent for what is buffered
  Timer inactivity;
  Timer notification;
};

struct Association {
  explicit Association(Executor& executor) : heartbeat(executor) {}
  std::string node;  // Node ID as text
  Endpoint peer;
  uint32_t recovery_time_stamp = 0;
  bool alive = true;
  size_t sessions = 0;
  Timer heartbeat;
};

class PfcpServer {
 public:
  PfcpServer(const UpfConfig& config, Executor& executor, Counters& counters, UserPlane& user_plane, PfcpPorts ports);
  ~PfcpServer();
  PfcpServer(const PfcpServer&) = delete;

  // Contacts the SMFs of the configuration.
  void start();
  void received(const Endpoint& from, ByteView datagram);

  // From the packet path.
  void buffer(uint32_t session, const Pdr& pdr, const Far& far, Packet ip);
  void handle(const std::vector<Event>& events);
  // A peer (gNB) does not know the tunnel any more. False when no session uses it.
  bool error_indicated(const IpAddress& peer, uint32_t teid);

  size_t session_count() const { return by_seid_.size(); }
  const std::map<std::string, std::unique_ptr<Association>>& associations() const { return associations_; }
  // For display; in no particular order.
  void each_session(const std::function<void(const Session&, const Rules&)>& visit) const;
  uint32_t recovery_time_stamp() const { return recovery_; }
  // Octets of memory that a session takes beside the tables' entries.
  size_t octets_of(const Session& session) const;

 private:
  using Answer = std::function<void(const pfcp::Packet*)>;  // nullptr: no response came
  struct Request {
    explicit Request(Executor& executor) : timer(executor) {}
    Endpoint to;
    Bytes octets;
    uint8_t type = 0;
    uint32_t left = 0;
    Answer answer;
    Timer timer;
  };
  struct Cached {
    Endpoint from;
    uint32_t sequence;
    uint64_t fingerprint;
    Bytes response;
    Time until;
  };

  // Transport
  void message_received(const Endpoint& from, ByteView message);
  void request_received(const Endpoint& from, const pfcp::Packet& packet, ByteView message);
  void response_received(const Endpoint& from, const pfcp::Packet& packet);
  void refuse_undecodable(const Endpoint& from, const pfcp::DecodeError& error);
  bool send_request(const Endpoint& to, std::optional<uint64_t> seid, pfcp::Body body, Answer answer);
  void retransmit(uint32_t sequence);
  Bytes respond(const Endpoint& to, uint32_t sequence, std::optional<uint64_t> seid, pfcp::Body body);
  Cached* find_cached(const Endpoint& from, uint32_t sequence, uint64_t fingerprint);

  // Associations
  pfcp::Body on(const Endpoint& from, const pfcp::AssociationSetupRequest& request);
  pfcp::Body on(const Endpoint& from, const pfcp::AssociationUpdateRequest& request);
  pfcp::Body on(const Endpoint& from, const pfcp::AssociationReleaseRequest& request);
  pfcp::Body on(const Endpoint& from, const pfcp::SessionSetDeletionRequest& request);
  void contact(const Endpoint& smf);
  Association* establish(const Endpoint& peer, const std::string& node, uint32_t recovery, std::string& refusal);
  void set_recovery(Association& association, uint32_t time_stamp);
  void start_heartbeat(Association& association);
  void release(Association& association);
  Association* association_of(const Endpoint& from, const pfcp::NodeId& node);
  void delete_sessions(const std::function<bool(const Session&)>& wanted);
  pfcp::NodeId own_node_id() const;
  pfcp::UpFunctionFeatures own_features() const;

  // Sessions
  Session* session_of(const Endpoint& from, std::optional<uint64_t> seid);
  pfcp::SessionEstablishmentResponse on(const Endpoint& from, const pfcp::SessionEstablishmentRequest& request);
  pfcp::Body on_modification(const Endpoint& from, uint64_t seid, const pfcp::SessionModificationRequest& request,
                             std::optional<uint64_t>& cp_seid);
  pfcp::Body on_deletion(const Endpoint& from, uint64_t seid, const pfcp::SessionDeletionRequest& request, std::optional<uint64_t>& cp_seid);
  pfcp::SessionModificationResponse on(Session& session, const pfcp::SessionModificationRequest& request);
  pfcp::SessionDeletionResponse on(Session& session, const pfcp::SessionDeletionRequest& request);
  Outcome edit(RuleEdit& edit, const pfcp::SessionModificationRequest& request) const;
  Outcome check_addresses(const Session* session, const Association& association, const RuleEdit& edit) const;
  void commit(Session& session, RuleEdit& edit);
  std::vector<pfcp::CreatedPdr> created_pdrs(const Session& session, const RuleEdit& edit) const;
  void enter_tunnels(const Session& session, const Rules& rules, bool in);
  void erase(Session& session);
  void release_buffered(Session& session, bool discard, bool report_again);
  void watch_inactivity(Session& session);
  void inactivity_check(uint64_t seid);
  void notify(Session& session, uint16_t pdr_id, uint8_t qfi, bool has_qfi);
  void send_report(Session& session, pfcp::SessionReportRequest report);
  // nullptr: no response came.
  void report_answered(Session& session, const pfcp::SessionReportResponse* response);
  Session* find(uint64_t seid);

  // Usage
  void attach_states(Session& session, RuleEdit& edit);
  void arm(Session& session, const Urr& urr, UrrControl& control);
  void set_quotas(const Urr& urr, UrrControl& control, const RuleEdit::NewQuota& given);
  void set_limits(const Urr& urr, UrrControl& control);
  template <class Report>
  Report take_report(const Urr& urr, UrrControl& control, pfcp::UsageReportTrigger trigger);
  void report_usage(Session& session, uint32_t urr_id, pfcp::UsageReportTrigger trigger);
  void arm_duration(Session& session, const Urr& urr, UrrControl& control);
  void period_due(Session& session, const Urr& urr, UrrControl& control);
  void holding_due(Session& session, const Urr& urr, UrrControl& control);
  void validity_due(Session& session, const Urr& urr, UrrControl& control);
  void evaluate(Session& session, const Urr& urr, UrrControl& control);
  // A task that calls this member for the URR, if both still exist.
  Task later(const Session& session, const Urr& urr, void (PfcpServer::*call)(Session&, const Urr&, UrrControl&));
  int64_t duration_of(const UrrControl& control) const;
  const Urr* find_urr(const Session& session, uint32_t id) const;
  UrrControl* find_control(Session& session, uint32_t id);
  int64_t now_ns() const { return executor_.now().time_since_epoch().count(); }

  UpfConfig config_;
  Executor& executor_;
  UserPlane& user_plane_;
  PfcpPorts ports_;
  uint32_t recovery_;
  uint32_t next_sequence_ = 1;
  uint32_t next_generation_ = 1;  // high half of our SEIDs
  std::map<std::string, std::unique_ptr<Association>> associations_;
  std::vector<uint32_t> free_sessions_;
  uint32_t unused_sessions_ = 0;  // indices from here on were never used
  std::unordered_map<uint64_t, std::unique_ptr<Session>> by_seid_;
  std::vector<uint64_t> seid_of_;  // by index
  size_t buffered_ = 0;            // packets in the buffers of all sessions: at most half of the pool
  std::unordered_multimap<uint64_t, uint32_t> by_remote_tunnel_;
  std::map<uint32_t, std::unique_ptr<Request>> requests_;
  std::deque<Cached> cache_;
  std::unordered_map<uint64_t, size_t> cached_;  // fingerprint to position, counted from first_cached_
  size_t first_cached_ = 0;
  std::map<Endpoint, Timer> contacts_;  // SMFs to be contacted again

  Counter& sessions_gauge_;
  Counter& associations_gauge_;
  Counter& establishment_requests_;
  Counter& establishment_failures_;
  Counter& reports_;
  Counter& reports_answered_;
  Counter& undecodable_;
  Counter& unexpected_;
  Counter& repeated_;
  Counter& exhausted_;
};

// The session sets that FQ-CSIDs name (TS 29.244 8.2.43), as numbers to compare.
std::vector<uint64_t> set_numbers(const std::vector<pfcp::FqCsid>& sets);

// 8.2.65: seconds since 1900.
uint32_t ntp_seconds(int64_t unix_ns);

}  // namespace sen::upf
