// The SMF's state and its procedures; one .cpp file per procedure. Executor: the SMF's.
#pragma once

#include <unordered_map>

#include "codec/ngap/ngap.h"
#include "core/sbi/namf.h"
#include "core/sbi/nudm.h"
#include "core/smf/detail/n4_node.h"
#include "core/smf/detail/pool.h"
#include "core/smf/detail/session.h"
#include "core/smf/smf.h"

namespace sen::smf {

class Smf::Core {
 public:
  using Session = detail::Session;
  using State = detail::State;
  using SessionPtr = Session*;  // null where the session went meanwhile
  using CreateReply = sbi::Responder<sbi::SmContextCreatedData>;
  using UpdateReply = sbi::Responder<sbi::SmContextUpdatedData>;

  Core(const SmfConfig& config, Executor& executor, sbi::Bus& bus, Counters& counters, SmfPorts ports);
  ~Core();
  void start() { n4_.start(); }
  void n4_received(const Endpoint& from, ByteView bytes) { n4_.received(from, bytes); }
  void n4u_received(const Endpoint& from, ByteView bytes);
  Status modify_session(const std::string& supi, PduSessionId id, const SessionChange& change);
  Status release_session(const std::string& supi, PduSessionId id, nas::SmCause cause);
  size_t session_count() const { return sessions_.size(); }
  size_t associated_upfs() const;
  std::vector<SessionStatus> sessions(size_t most) const;
  size_t bytes_per_session() const;

 private:
  struct Establishment;  // what an establishment needs beside the session until it is answered

  // ---- core.cpp: sessions, calls
  void serve();
  Session* find(uint64_t seid);
  Session* find(const std::string& supi, uint8_t psi);
  Session* find_ref(const std::string& ref);
  Result<Session*> add(const std::string& supi, uint8_t psi);
  // Frees the addresses, tells the UDM, forgets the session. The N4 session must be gone or going.
  void remove(Session& session);
  void delete_n4(Session& session, std::move_only_function<void(SessionPtr)> done);
  // Sends a change of the N4 session; `done` gets whether the UPF accepted.
  void modify_n4(Session& session, pfcp::SessionModificationRequest request, std::move_only_function<void(SessionPtr, bool)> done);
  void notify_amf(const Session& session, sbi::SmCause cause);
  using TransferDone = std::move_only_function<void(SessionPtr, const sbi::Reply<sbi::N1N2MessageTransferRspData>&)>;
  void transfer(Session& session, Bytes n1, Bytes n2, std::optional<sbi::N2SmInfoType> type, bool skip, TransferDone done);
  // Runs f(args...) unless the Smf is gone by then.
  template <class F>
  auto guarded(F f) {
    return [alive = std::weak_ptr<bool>(alive_), f = std::move(f)](auto&&... args) mutable {
      if (alive.lock()) f(std::forward<decltype(args)>(args)...);
    };
  }

  // ---- establishment.cpp
  void create(const sbi::SmContextCreateData& request, CreateReply reply);
  void reject(Establishment e, uint16_t status, std::string_view cause, nas::SmCause sm_cause, std::string detail);
  void subscribed(Establishment e, const sbi::Reply<sbi::SmSubscriptionData>& answer);
  void take_subscription(Establishment e, const sbi::DnnConfiguration& subscription);
  bool select_type(Establishment& e, const sbi::DnnConfiguration& subscription);
  bool select_ssc(Establishment& e, const sbi::DnnConfiguration& subscription);
  bool take_addresses(Establishment& e, const sbi::DnnConfiguration& subscription);
  std::optional<size_t> select_upf(const Session& session) const;
  Status own_f_teids(Session& session);
  void establish_n4(Establishment e);
  void n4_established(Establishment e, const detail::N4Answer& answer);
  void accept(Session& session);
  void accept_answered(SessionPtr session, const sbi::Reply<sbi::N1N2MessageTransferRspData>& answer);

  // ---- update.cpp
  void update(const sbi::SmContextUpdateData& request, UpdateReply reply);
  void update_n1(Session& session, const sbi::SmContextUpdateData& request, UpdateReply reply);
  void update_n2(Session& session, const sbi::SmContextUpdateData& request, UpdateReply reply);
  void setup_response(Session& session, const sbi::SmContextUpdateData& request, UpdateReply reply);
  void setup_failed(Session& session, const sbi::SmContextUpdateData& request, UpdateReply reply);
  void status_received(Session& session, const nas::SmStatus& status, UpdateReply reply);
  void user_plane_lost(Session& session, UpdateReply reply);
  void notify(Session& session, const sbi::SmContextUpdateData& request, UpdateReply reply);
  void modify_indication(Session& session, const sbi::SmContextUpdateData& request, UpdateReply reply);
  void activate(Session& session, UpdateReply reply);
  void deactivate(Session& session, UpdateReply reply);
  // Buffers downlink packets; `done` when the UPF answered.
  void user_plane_off(Session& session, std::move_only_function<void(SessionPtr)> done);
  void user_plane_on(Session& session, const detail::Tunnel& gnb, bool end_marker, std::move_only_function<void(SessionPtr, bool)> done);
  void advertise(Session& session);

  // ---- release.cpp
  void release_context(const sbi::SmContextReleaseData& request, sbi::Responder<sbi::NoContent> reply);
  void release_requested(Session& session, const nas::PduSessionReleaseRequest& request, UpdateReply reply);
  void release_by_amf(Session& session, UpdateReply reply);
  void command_release(Session& session, UpdateReply reply);
  void release_completed(Session& session, const nas::PduSessionReleaseComplete& complete, UpdateReply reply);
  void release_n2_done(Session& session, UpdateReply reply);
  void begin_release(Session& session, nas::SmCause cause, uint8_t pti);
  void release_by_network(Session& session, nas::SmCause cause);
  void start_t3592(uint64_t seid);
  void finish_release(Session& session, sbi::SmCause cause);
  // Without a word to the UE.
  void release_locally(Session& session, sbi::SmCause cause, bool tell_amf);

  // ---- modification.cpp
  void modification_requested(Session& session, const nas::PduSessionModificationRequest& request, UpdateReply reply);
  void command_requested(Session& session, UpdateReply reply);
  void reject_modification(Session& session, uint8_t pti, nas::SmCause cause, const std::string& why, UpdateReply& reply);
  void modification_completed(Session& session, const nas::PduSessionModificationComplete& complete, UpdateReply reply);
  void modification_rejected(Session& session, const nas::PduSessionModificationCommandReject& reject, UpdateReply reply);
  void modify_response(Session& session, const sbi::SmContextUpdateData& request, UpdateReply reply);
  void modify_failed(Session& session, const sbi::SmContextUpdateData& request, UpdateReply reply);
  void watch_subscription(Session& session);
  void subscription_changed(uint64_t seid);
  void adapt(Session& session, const sbi::Reply<sbi::SmSubscriptionData>& answer);
  Status apply(Session& session, const SessionChange& change);
  void command_modification(uint64_t seid);
  void start_t3591(uint64_t seid);
  void end_modification(Session& session);
  void revert_modification(Session& session);
  static void restore_values(Session& session);

  // ---- handover.cpp
  void path_switch(Session& session, const sbi::SmContextUpdateData& request, UpdateReply reply);
  void path_switch_failed(Session& session, const sbi::SmContextUpdateData& request, UpdateReply reply);
  void handover(Session& session, const sbi::SmContextUpdateData& request, UpdateReply reply);
  void handover_prepare(Session& session, const sbi::SmContextUpdateData& request, UpdateReply reply);
  void handover_prepared(Session& session, const sbi::SmContextUpdateData& request, UpdateReply reply);
  void forward_data(Session& session, ngap::HandoverRequestAcknowledgeTransfer acknowledge, UpdateReply reply);
  void stop_forwarding(Session& session);
  void command_handover(Session& session, const ngap::HandoverRequestAcknowledgeTransfer& acknowledge, const detail::Tunnel& via, UpdateReply reply);
  void handover_completed(Session& session, UpdateReply reply);

  // ---- report.cpp
  std::pair<pfcp::SessionReportResponse, uint64_t> report(size_t upf, uint64_t seid, const pfcp::SessionReportRequest& request);
  void downlink_data(Session& session, const pfcp::DownlinkDataReport& report);
  void paging_failed(Session& session, std::string_view why);
  void gnb_tunnel_broken(Session& session, const pfcp::ErrorIndicationReport& report);
  void transfer_failed(const sbi::N1N2MsgTxfrFailureNotification& request, sbi::Responder<sbi::NoContent> reply);
  void node_report(size_t upf, const pfcp::NodeReportRequest& request);

  // ---- restoration.cpp
  void upf_associated(size_t upf, bool restarted);
  void upf_lost(size_t upf, bool released);
  void restore_next(size_t upf);
  void restore(Session& session, std::move_only_function<void()> done);

  // ---- what they share
  static sbi::SmContextUpdatedData nothing() { return {}; }
  void refuse_update(UpdateReply& reply, uint16_t status, std::string_view cause, std::string detail, Bytes n1 = {}, Bytes n2 = {});

  SmfConfig config_;
  Executor& executor_;
  sbi::Bus& bus_;
  SmfPorts ports_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
  detail::Pools pools_;
  detail::N4Node n4_;
  uint32_t next_id_ = 1;
  std::unordered_map<uint32_t, std::unique_ptr<Session>> sessions_;        // by the SEID's low half
  std::unordered_map<std::string, uint32_t> by_supi_;                     // "supi/psi"
  struct Restoration {
    std::vector<uint64_t> waiting;
    size_t open = 0;
  };
  std::vector<Restoration> restorations_;  // per UPF

  struct Numbers {
    explicit Numbers(Counters& counters);
    Counter& sessions;
    Counter& creation_requests;
    Counter& creation_successes;
    Counter& creation_failures;
    Counter& n4_requests;
    Counter& n4_failures;
    Counter& n4_reports;
    Counter& usage_octets_ul;
    Counter& usage_octets_dl;
    Counter& n4u_dropped;
    Counter& advertisements;
    Counter& messages_refused;
  } numbers_;
};

}  // namespace sen::smf
