// SCTP associations (RFC 9260) for N2: one listening or connecting endpoint on one ThreadExecutor.
// Three ways, chosen by `SctpBackend::automatic` in this order and overridable:
//   kernel       the operating system's SCTP, where it has one
//   usrsctp      user space, SCTP directly over IP (needs the right to open raw sockets)
//   usrsctp_udp  user space, encapsulated in UDP (RFC 6951), no privilege needed; both ends must use it
// Handlers run on the executor, never inside a call of send(), connect() or close(). Messages are delivered whole.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/bytes.h"
#include "base/executor.h"

namespace sen {

inline constexpr uint32_t ppid_ngap = 60;  // IANA's payload protocol identifier of NGAP (TS 38.412 7)

using AssociationId = uint32_t;

enum class SctpBackend : unsigned char { automatic, kernel, usrsctp, usrsctp_udp };

struct SctpLimits {
  static constexpr size_t max_message = 1 << 20;    // octets; a longer one aborts its association
  static constexpr size_t max_queued = 4 << 20;     // octets waiting to be sent on one association; send() refuses beyond
  static constexpr size_t max_associations = 4096;  // further ones are aborted
  static constexpr uint16_t streams = 64;           // outgoing and incoming streams offered
};

struct SctpOptions {
  SctpBackend backend = SctpBackend::automatic;
  std::string address;              // local address, IPv4 or IPv6; empty: any
  uint16_t port = 0;                // local port; 0: any
  bool listen = false;
  uint16_t udp_port = 9899;         // usrsctp_udp: local encapsulation port, one for all endpoints of a process
  uint16_t remote_udp_port = 9899;  // usrsctp_udp: the peer's, for connect()
};

struct SctpHandlers {
  std::function<void(AssociationId, const std::string& peer)> up;
  // Called once for every association that was up and for each connect() that failed.
  std::function<void(AssociationId, const std::string& reason)> down;
  std::function<void(AssociationId, uint16_t stream, uint32_t ppid, ByteView message)> received;
};

class SctpEndpoint {
 public:
  virtual ~SctpEndpoint() = default;
  // Starts an association; `up` or `down` follows.
  virtual Result<AssociationId> connect(const std::string& address, uint16_t port) = 0;
  virtual Status send(AssociationId association, uint16_t stream, uint32_t ppid, ByteView message) = 0;
  // Ends an association that is up by SHUTDOWN; `down` follows when the peer has answered or is gone. After a failure it does not follow.
  virtual Status shutdown(AssociationId association) = 0;
  // Lets go of the association: SHUTDOWN in the background while the process lives, or ABORT at once. `down` is not called for it.
  virtual void close(AssociationId association, bool abort) = 0;
  // "kernel SCTP", "usrsctp over IP", "usrsctp over UDP port 9899 (RFC 6951)".
  virtual std::string describe() const = 0;
};

Result<std::unique_ptr<SctpEndpoint>> open_sctp(ThreadExecutor& executor, const SctpOptions& options, SctpHandlers handlers);

// What `automatic` stands for on this machine.
SctpBackend choose_sctp_backend();

}  // namespace sen
