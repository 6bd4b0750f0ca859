// N4 towards all UPFs (TS 29.244 6.2, 6.4, 7.2.2): associations in both directions, heartbeats, recovery, requests with their
// retransmissions, answers to the UPFs' requests. Bytes in, bytes out; what concerns a session is handed up through Hooks.
// A UPF is known by its configured address. Executor: the SMF's.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>

#include "base/counter.h"
#include "base/executor.h"
#include "codec/pfcp/message.h"
#include "core/smf/config.h"

namespace sen::smf::detail {

// How a request ended: the answer, or null with the reason.
struct N4Answer {
  const pfcp::Packet* packet = nullptr;
  std::string problem;  // "no answer", "Cause missing"
  template <class M>
  const M* get_if() const {
    return packet ? std::get_if<M>(&packet->body) : nullptr;
  }
};
using N4Done = std::move_only_function<void(const N4Answer&)>;

class N4Node {
 public:
  struct Hooks {
    std::function<void(const Endpoint&, Bytes)> send;
    // A report for the session with this SEID: the answer and the SEID that its header gets (0: unknown session).
    std::function<std::pair<pfcp::SessionReportResponse, uint64_t>(size_t upf, uint64_t seid, const pfcp::SessionReportRequest&)> report;
    // Associated; `restarted`: the UPF lost its sessions since the last time.
    std::function<void(size_t upf, bool restarted)> associated;
    // The association ended; its sessions are gone when `released`.
    std::function<void(size_t upf, bool released)> lost;
    std::function<void(size_t upf, const pfcp::NodeReportRequest&)> node_report;
  };

  N4Node(const SmfConfig& config, Executor& executor, Counters& counters, Hooks hooks);
  void start();
  void received(const Endpoint& from, ByteView datagram);

  size_t upf_count() const { return upfs_.size(); }
  bool associated(size_t upf) const { return upfs_[upf]->associated; }
  const Endpoint& endpoint(size_t upf) const { return upfs_[upf]->config.endpoint; }
  const UpfConfig& config(size_t upf) const { return upfs_[upf]->config; }
  // The UPF chooses F-TEIDs (FTUP).
  bool chooses(size_t upf) const { return upfs_[upf]->features.ftup; }
  // Where the UPF receives GTP-U, with a TEID from its range for the number `n`; for UPFs that do not choose. Error missing.
  Result<std::pair<uint32_t, pfcp::UserPlaneIpResourceInformation>> resource(size_t upf, uint32_t n) const;
  size_t sessions(size_t upf) const { return upfs_[upf]->sessions; }
  void count_session(size_t upf, int change) { upfs_[upf]->sessions += static_cast<size_t>(change); }

  // Sends and repeats until answered. `seid`: the header's, for session messages. The answer comes later, never from within.
  void request(size_t upf, std::optional<uint64_t> seid, pfcp::Body body, N4Done done);

  const pfcp::NodeId& own_id() const { return own_id_; }
  uint32_t recovery_time_stamp() const { return recovery_; }
  size_t pending() const { return transactions_.size(); }

 private:
  struct Answered {
    Endpoint from;
    uint32_t sequence = 0;
    uint8_t type = 0;
    Bytes bytes;
  };
  struct Upf {
    Upf(const UpfConfig& c, Executor& e) : config(c), heartbeat(e), retry(e) {}
    UpfConfig config;
    bool associated = false;
    bool ever = false;  // `recovery` is valid
    uint32_t recovery = 0;
    pfcp::NodeId id;
    pfcp::UpFunctionFeatures features;
    std::vector<pfcp::UserPlaneIpResourceInformation> resources;
    size_t sessions = 0;
    Timer heartbeat, retry;
    std::deque<Answered> answered;
  };
  struct Transaction {
    explicit Transaction(Executor& e) : timer(e) {}
    size_t upf = 0;
    uint8_t expected = 0;  // type of the answer
    std::optional<uint64_t> seid;
    Bytes bytes;
    unsigned left = 0;
    Timer timer;
    N4Done done;
  };

  std::optional<size_t> find(const Endpoint& from) const;
  void received_one(size_t upf, const Endpoint& from, ByteView bytes);
  void undecodable(size_t upf, const Endpoint& from, const pfcp::DecodeError& error);
  void response(size_t upf, const pfcp::Packet& packet);
  void request_received(size_t upf, const Endpoint& from, const pfcp::Packet& packet);
  pfcp::Packet answer(size_t upf, const pfcp::Packet& request);
  pfcp::Body answer_setup(size_t upf, const pfcp::AssociationSetupRequest& request);
  pfcp::Body answer_update(size_t upf, const pfcp::AssociationUpdateRequest& request);
  pfcp::Body answer_release(size_t upf, const pfcp::AssociationReleaseRequest& request);
  bool is_peer(size_t upf, const pfcp::NodeId& id) const;
  bool taken_by_other(size_t upf, const pfcp::NodeId& id) const;

  void request_release(size_t upf);
  void associate(size_t upf);
  void associate_later(size_t upf);
  void setup_answered(size_t upf, const N4Answer& answer);
  void established(size_t upf, const pfcp::NodeId& id, uint32_t recovery, const std::optional<pfcp::UpFunctionFeatures>& features,
                   std::vector<pfcp::UserPlaneIpResourceInformation> resources);
  void disassociate(size_t upf, bool released);
  void schedule_heartbeat(size_t upf);
  void send_heartbeat(size_t upf);
  void check_recovery(size_t upf, uint32_t recovery);
  // Runs the task soon, unless this node is gone by then.
  void later(Task task);
  void transmit(uint32_t sequence);
  void finish(uint32_t sequence, const N4Answer& answer);

  const SmfConfig& config_;
  Executor& executor_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
  Hooks hooks_;
  pfcp::NodeId own_id_;
  uint32_t recovery_;
  uint32_t next_sequence_ = 1;
  std::vector<std::unique_ptr<Upf>> upfs_;
  std::map<uint32_t, std::unique_ptr<Transaction>> transactions_;
  Counter& peers_;
  Counter& strangers_;
  Counter& unexpected_;
  Counter& malformed_;
  Counter& retransmitted_;
  Counter& timeouts_;
};

std::string text(const pfcp::NodeId& id);

}  // namespace sen::smf::detail
