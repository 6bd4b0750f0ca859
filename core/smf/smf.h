// The session management function (TS 23.501 6.2.2): PDU sessions, UE addresses, and the UPFs through N4.
//
// Serves on the Bus: Nsmf_PDUSession Create, Update, Release and Retrieve SM context, and the AMF's N1N2 transfer failure notification.
// Calls: Namf_Communication N1N2MessageTransfer, Nsmf SMContextStatusNotify (AMF); Nudm_SDM sm-data and its changes, Nudm_UECM (UDM).
// Bytes of N4 (PFCP) and N4-u (GTP-U) come in by n4_received and n4u_received and go out through the ports: the owner has the sockets.
//
//   Smf smf(config, executor, bus, counters, {.send_n4 = ..., .send_n4u = ...});
//   smf.start();                       // associates with the configured UPFs
//
// No input reaches an assert; limits are in core/smf/limits.h. Deterministic under a ManualExecutor.
// Executor: the one given; all member functions only from its thread. It, the bus and the counters must outlive the Smf.
#pragma once

#include <functional>
#include <memory>

#include "base/counter.h"
#include "base/executor.h"
#include "core/sbi/bus.h"
#include "core/sbi/types.h"
#include "core/smf/config.h"

namespace sen::smf {

struct SmfPorts {
  std::function<void(const Endpoint& to, Bytes pfcp)> send_n4;
  std::function<void(const Endpoint& to, Bytes gtpu)> send_n4u;
};

// A further QoS flow: the packets of one remote prefix, protocol or port get a QoS of their own. Rates in bit/s; 0: no GBR flow.
struct FlowChange {
  Qfi qfi = 2;  // 2 to 63
  FiveQi five_qi = 9;
  sbi::Arp arp;
  uint64_t gfbr_ul = 0, gfbr_dl = 0, mfbr_ul = 0, mfbr_dl = 0;
  IpPrefix remote;  // address empty: any
  uint16_t remote_port = 0;
  uint8_t protocol = 0;
  uint8_t precedence = 128;
};

// What the network changes in a session; what is absent stays.
struct SessionChange {
  std::optional<sbi::Ambr> ambr;
  std::optional<sbi::SubscribedDefaultQos> default_qos;
  std::vector<FlowChange> flows;      // added, or changed where the QFI exists
  std::vector<Qfi> released_flows;
};

struct SessionStatus {
  std::string supi;
  uint8_t pdu_session_id = 0;
  std::string dnn;
  SNssai s_nssai;
  std::string state;     // "active", "releasing", ...
  bool user_plane = false;
  std::string ipv4;      // empty: none
  std::string ipv6;      // the /64
  Endpoint upf;
  std::string n3_upf, n3_gnb;  // "10.100.0.7 TEID 0x1"
};

class Smf {
 public:
  Smf(const SmfConfig& config, Executor& executor, sbi::Bus& bus, Counters& counters, SmfPorts ports);
  ~Smf();
  Smf(const Smf&) = delete;

  void start();
  void n4_received(const Endpoint& from, ByteView pfcp);
  void n4u_received(const Endpoint& from, ByteView gtpu);

  // Network-requested modification (TS 24.501 6.3.2). Errors: not_found, denied (another procedure is under way), invalid, exhausted.
  Status modify_session(const std::string& supi, PduSessionId id, const SessionChange& change);
  // Network-requested release (6.3.3) with a 5GSM cause. Errors: not_found, denied (already being released).
  Status release_session(const std::string& supi, PduSessionId id, uint8_t cause = 36);

  size_t session_count() const;
  size_t associated_upfs() const;
  std::vector<SessionStatus> sessions(size_t most = 1000) const;
  // Octets that one session takes at the moment, strings and lists included (averaged; 0 without sessions).
  size_t bytes_per_session() const;

 private:
  class Core;
  std::unique_ptr<Core> core_;
};

}  // namespace sen::smf
