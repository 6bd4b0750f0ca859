// What the gNB's end of N3 counted. Every datagram received ends in exactly one of: a packet, a forwarded packet, a message used, or a
// named drop.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace sen::l2 {

enum class N3Drop : uint8_t {
  malformed,          // GTP-U header or extension header that contradicts itself
  unknown_teid,       // answered with an Error Indication
  no_container,       // no PDU session container, or the uplink's: no QFI
  unknown_extension,  // answered with Supported Extension Headers Notification
  unexpected,         // a message type that a gNB does not take
  error_indication,   // names no tunnel of ours
  rate,               // answer suppressed: too many in this second
  no_buffer,          // packet pool or headroom
  empty,              // no octet of user data
  count
};
const char* to_string(N3Drop drop);

struct N3Statistics {
  uint64_t tx_packets = 0, tx_octets = 0;  // user packets and their octets, without headers
  uint64_t rx_packets = 0, rx_octets = 0;
  uint64_t forwarded_packets = 0;
  uint64_t tx_end_markers = 0, rx_end_markers = 0;
  uint64_t tx_error_indications = 0, rx_error_indications = 0;
  uint64_t echo_requests = 0;
  std::array<uint64_t, static_cast<size_t>(N3Drop::count)> drops{};
  uint64_t dropped(N3Drop drop) const { return drops[static_cast<size_t>(drop)]; }
};

}  // namespace sen::l2
