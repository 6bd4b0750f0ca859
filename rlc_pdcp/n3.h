// N3 at the gNB: GTP-U tunnels (TS 29.281, PDU session container of TS 38.415). Packets in, packets out; the sockets are apps'.
// One object a gNB, on one executor. An uplink packet gets its header in the Packet's headroom; a downlink one loses it in place.
// Answers echo requests, G-PDUs for unknown tunnels (Error Indication) and unknown extension headers that it should understand (Supported
// Extension Headers Notification), limit::error_indications_s a second at most. Every drop has a name (N3Statistics).
//
// N2 handover: at the source, forward() turns the tunnel's downlink back out to the forwarding tunnel that the target named, end marker
// included, and forward_sdu() sends what the bearers had left; the target takes them by tunnels of its own, whose owner says `forwarding`: one of
// the session, and one for each DRB whose PDCP SDUs come with their SN (TS 38.300 9.2.3.2.3).
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "base/executor.h"
#include "base/ip.h"
#include "base/packet.h"
#include "nr/ids.h"
#include "rlc_pdcp/n3_statistics.h"

namespace sen::l2 {

struct N3Peer {
  IpAddress address;
  uint32_t teid = 0;
  bool operator==(const N3Peer&) const = default;
};

// A tunnel's owner: what apps registered it with.
struct N3Owner {
  uint32_t ue = 0;
  PduSessionId session = 0;
  bool forwarding = false;  // downlink packets that the source of a handover had left
  uint8_t drb = 0;          // forwarding: PDCP SDUs of this DRB; 0: packets of the session
  bool operator==(const N3Owner&) const = default;
};

struct N3Ports {
  std::function<void(const IpAddress& peer, Packet datagram)> send;  // UDP port 2152
  std::function<void(N3Owner owner, Qfi qfi, bool reflective, Packet packet)> downlink;
  std::function<void(N3Owner owner, std::optional<uint32_t> sn, Packet sdu)> forwarded;  // of a DRB; may be empty where no handover comes
  std::function<void(N3Owner owner)> error_indication;  // the UPF knows this tunnel no more
  std::function<void(N3Owner owner)> end_marker;
};

class N3 {
 public:
  N3(Executor& executor, PacketPool& pool, const IpAddress& own, N3Ports ports);
  ~N3();

  // Our TEID for the session; an Error when limit::tunnels are in use. A forwarding tunnel has no uplink peer: {}.
  Result<uint32_t> add(N3Owner owner, const N3Peer& uplink);
  Status change_uplink(uint32_t teid, const N3Peer& uplink);
  void remove(uint32_t teid);

  // False when the tunnel does not exist.
  bool send(uint32_t teid, Qfi qfi, Packet packet);
  // From now on the downlink of this tunnel goes to `target` instead of the port; so do packets given to forward_packet().
  Status forward(uint32_t teid, const N3Peer& target);
  bool forward_packet(uint32_t teid, Qfi qfi, Packet packet);
  // A PDCP SDU into the target's tunnel of its DRB.
  bool forward_sdu(const N3Peer& target, std::optional<uint32_t> sn, Packet sdu);
  // To the target of forward(), or to the uplink peer where there is none.
  void send_end_marker(uint32_t teid);
  void receive(const IpAddress& from, Packet datagram);

  size_t tunnels() const;
  const N3Statistics& statistics() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace sen::l2
