// G-PDUs on the fast path (TS 29.281 5.1, 5.2; TS 38.415 5.5.2): where the inner packet starts and which QoS flow it belongs to, and
// the header in front of one. Inline, no allocation, a few nanoseconds; safe for every input. Any executor.
#pragma once

#include <expected>

#include "base/bytes.h"

namespace sen::gtpu {

inline constexpr uint16_t udp_port = 2152;
inline constexpr size_t max_extensions = 16;  // extension headers in one packet

// Extension header types (TS 29.281 5.2.1). The two high bits say who must understand: an endpoint must for 0x80 and up.
namespace extension {
inline constexpr uint8_t none = 0x00;
inline constexpr uint8_t long_pdcp_pdu_number_optional = 0x03;
inline constexpr uint8_t service_class_indicator = 0x20;
inline constexpr uint8_t udp_port = 0x40;
inline constexpr uint8_t ran_container = 0x81;
inline constexpr uint8_t long_pdcp_pdu_number = 0x82;
inline constexpr uint8_t xw_ran_container = 0x83;
inline constexpr uint8_t nr_ran_container = 0x84;
inline constexpr uint8_t pdu_session_container = 0x85;
inline constexpr uint8_t pdcp_pdu_number = 0xc0;
}  // namespace extension

inline constexpr bool endpoint_must_understand(uint8_t extension_type) { return extension_type & 0x80; }
inline constexpr bool is_known_extension(uint8_t type) {
  return type == extension::pdu_session_container || type == extension::pdcp_pdu_number || type == extension::nr_ran_container ||
         type == extension::long_pdcp_pdu_number || type == extension::ran_container || type == extension::xw_ran_container;
}

enum class PduType : uint8_t { dl = 0, ul = 1 };

// Why a packet is not a G-PDU that can be forwarded. Each is a named drop, except not_gpdu: a message for decode() of message.h.
enum class Reject : uint8_t {
  not_gpdu,            // well-formed so far, another message type
  too_short,           // fewer octets than the header
  bad_version,         // not GTPv1, or GTP' (PT 0)
  bad_length,          // the length field is not that of the datagram
  bad_extension,       // an extension header of length 0, or one that runs out of the packet, or too many
  unknown_extension,   // not known, and an endpoint must understand it: answer with Supported Extension Headers Notification
};

inline const char* to_string(Reject reject) {
  switch (reject) {
    case Reject::not_gpdu: return "not_gpdu";
    case Reject::too_short: return "too_short";
    case Reject::bad_version: return "bad_version";
    case Reject::bad_length: return "bad_length";
    case Reject::bad_extension: return "bad_extension";
    case Reject::unknown_extension: return "unknown_extension";
  }
  return "";
}

struct GpduView {
  uint32_t teid = 0;
  uint16_t payload_offset = 0;  // of the inner packet, which reaches to the end of the datagram
  bool has_container = false;   // a PDU Session Container is there; the next three are valid
  PduType pdu_type = PduType::dl;
  uint8_t qfi = 0;
  bool rqi = false;  // downlink only
  bool has_pdcp_sn = false;  // a (Long) PDCP PDU Number is there: a PDCP SDU that a handover's source forwards
  uint32_t pdcp_sn = 0;
};

// `datagram` is the whole UDP payload.
inline std::expected<GpduView, Reject> parse_gpdu(ByteView datagram) {
  const uint8_t* b = datagram.data();
  size_t n = datagram.size();
  if (n < 8) return std::unexpected(Reject::too_short);
  if ((b[0] & 0xf0) != 0x30) return std::unexpected(Reject::bad_version);
  if (static_cast<size_t>(b[2] << 8 | b[3]) + 8 != n) return std::unexpected(Reject::bad_length);
  if (b[1] != 255) return std::unexpected(Reject::not_gpdu);
  GpduView view;
  view.teid = static_cast<uint32_t>(b[4]) << 24 | static_cast<uint32_t>(b[5]) << 16 | static_cast<uint32_t>(b[6]) << 8 | b[7];
  size_t at = 8;
  if (b[0] & 7) {
    at = 12;
    if (n < at) return std::unexpected(Reject::too_short);
    uint8_t next = b[0] & 4 ? b[11] : 0;
    for (size_t count = 0; next != 0; ++count) {
      if (count == max_extensions || at >= n) return std::unexpected(Reject::bad_extension);
      size_t length = static_cast<size_t>(b[at]) * 4;
      if (length == 0 || length > n - at) return std::unexpected(Reject::bad_extension);
      if (next == extension::pdu_session_container) {
        view.has_container = true;
        view.pdu_type = b[at + 1] >> 4 == 1 ? PduType::ul : PduType::dl;
        if (b[at + 1] >> 4 > 1) return std::unexpected(Reject::bad_extension);
        view.qfi = b[at + 2] & 0x3f;
        view.rqi = view.pdu_type == PduType::dl && (b[at + 2] & 0x40);
      } else if (next == extension::pdcp_pdu_number) {
        view.has_pdcp_sn = true;
        view.pdcp_sn = static_cast<uint32_t>(b[at + 1] << 8 | b[at + 2]);
      } else if (next == extension::long_pdcp_pdu_number) {
        view.has_pdcp_sn = true;
        view.pdcp_sn = static_cast<uint32_t>((b[at + 1] & 3) << 16 | b[at + 2] << 8 | b[at + 3]);
      } else if (endpoint_must_understand(next) && !is_known_extension(next)) {
        return std::unexpected(Reject::unknown_extension);
      }
      at += length;
      next = b[at - 1];
    }
  }
  view.payload_offset = static_cast<uint16_t>(at);
  return view;
}

inline constexpr size_t gpdu_header_octets = 16;        // with a PDU Session Container
inline constexpr size_t gpdu_plain_header_octets = 8;   // without one

// Writes the header with a PDU Session Container in front of `payload_octets` octets (at most 65527).
inline void write_gpdu_header(std::span<uint8_t, gpdu_header_octets> out, uint32_t teid, size_t payload_octets, PduType pdu_type, uint8_t qfi,
                              bool rqi = false) {
  size_t length = payload_octets + 8;
  const uint8_t header[gpdu_header_octets] = {0x34,
                                              255,
                                              static_cast<uint8_t>(length >> 8),
                                              static_cast<uint8_t>(length),
                                              static_cast<uint8_t>(teid >> 24),
                                              static_cast<uint8_t>(teid >> 16),
                                              static_cast<uint8_t>(teid >> 8),
                                              static_cast<uint8_t>(teid),
                                              0,
                                              0,
                                              0,
                                              extension::pdu_session_container,
                                              1,
                                              static_cast<uint8_t>(static_cast<uint8_t>(pdu_type) << 4),
                                              static_cast<uint8_t>(rqi << 6 | (qfi & 0x3f)),
                                              0};
  std::memcpy(out.data(), header, sizeof header);
}

inline constexpr size_t gpdu_pdcp_header_octets = 20;  // with a Long PDCP PDU Number

// Writes the header with a Long PDCP PDU Number (18 bits, TS 29.281 5.2.2.2A) in front of `payload_octets` octets (at most 65523).
inline void write_gpdu_pdcp_header(std::span<uint8_t, gpdu_pdcp_header_octets> out, uint32_t teid, size_t payload_octets, uint32_t sn) {
  size_t length = payload_octets + 12;
  const uint8_t header[gpdu_pdcp_header_octets] = {0x34,
                                                   255,
                                                   static_cast<uint8_t>(length >> 8),
                                                   static_cast<uint8_t>(length),
                                                   static_cast<uint8_t>(teid >> 24),
                                                   static_cast<uint8_t>(teid >> 16),
                                                   static_cast<uint8_t>(teid >> 8),
                                                   static_cast<uint8_t>(teid),
                                                   0,
                                                   0,
                                                   0,
                                                   extension::long_pdcp_pdu_number,
                                                   2,
                                                   static_cast<uint8_t>(sn >> 16 & 3),
                                                   static_cast<uint8_t>(sn >> 8),
                                                   static_cast<uint8_t>(sn),
                                                   0,
                                                   0,
                                                   0,
                                                   0};
  std::memcpy(out.data(), header, sizeof header);
}

// The header without extension headers.
inline void write_gpdu_plain_header(std::span<uint8_t, gpdu_plain_header_octets> out, uint32_t teid, size_t payload_octets) {
  const uint8_t header[gpdu_plain_header_octets] = {0x30,
                                                    255,
                                                    static_cast<uint8_t>(payload_octets >> 8),
                                                    static_cast<uint8_t>(payload_octets),
                                                    static_cast<uint8_t>(teid >> 24),
                                                    static_cast<uint8_t>(teid >> 16),
                                                    static_cast<uint8_t>(teid >> 8),
                                                    static_cast<uint8_t>(teid)};
  std::memcpy(out.data(), header, sizeof header);
}

}  // namespace sen::gtpu
