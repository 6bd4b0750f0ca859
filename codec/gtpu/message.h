// GTP-U messages (TS 29.281 Release 17) with the PDU Session Container (TS 38.415) and the NR RAN Container (TS 38.425): bytes to
// structs and back. No I/O, no state; any executor. The packet path uses gpdu.h instead.
//
//   auto message = gtpu::decode(datagram);
//   if (message->type == gtpu::echo_request) reply = gtpu::encode(gtpu::echo_response_to(*message));
//
// Encoding a decoded message gives the octets received. Errors: truncated, invalid, missing (a mandatory IE).
#pragma once

#include <optional>
#include <variant>
#include <vector>

#include "base/random.h"
#include "codec/gtpu/gpdu.h"
#include "codec/tree.h"

namespace sen::gtpu {

inline constexpr size_t max_ies = 64;

enum MessageType : uint8_t {
  echo_request = 1,
  echo_response = 2,
  error_indication = 26,
  supported_extension_headers_notification = 31,
  tunnel_status = 253,
  end_marker = 254,
  g_pdu = 255,
};

// TS 38.415 5.5.2.1. Times are NTP timestamps (32.32).
struct DlPduSessionInformation {
  uint8_t qfi = 0;
  bool rqi = false;
  std::optional<uint8_t> paging_policy_indicator;       // 3 bits
  std::optional<uint64_t> dl_sending_time_stamp;        // QMP
  std::optional<uint32_t> dl_qfi_sequence_number;       // 24 bits
  std::optional<uint32_t> dl_mbs_qfi_sequence_number;
  bool operator==(const DlPduSessionInformation&) const = default;
};

// TS 38.415 5.5.2.2. Delays in milliseconds.
struct QosMonitoringTimeStamps {
  uint64_t dl_sending_repeated = 0;
  uint64_t dl_received = 0;
  uint64_t ul_sending = 0;
  bool operator==(const QosMonitoringTimeStamps&) const = default;
};
struct UlPduSessionInformation {
  uint8_t qfi = 0;
  std::optional<QosMonitoringTimeStamps> time_stamps;  // QMP
  std::optional<uint32_t> dl_delay_result;
  std::optional<uint32_t> ul_delay_result;
  std::optional<uint32_t> ul_qfi_sequence_number;  // 24 bits
  std::optional<uint32_t> n3_n9_delay_result;
  std::optional<uint8_t> new_ie_flags;  // bit 0: D1 UL PDCP Delay Result follows; the others are of later releases
  std::optional<uint32_t> d1_ul_pdcp_delay_result;
  bool operator==(const UlPduSessionInformation&) const = default;
};

struct SnRange {
  uint32_t start = 0;  // 24 bits
  uint32_t end = 0;
  bool operator==(const SnRange&) const = default;
};

// TS 38.425 5.5.2.1. Sequence numbers have 24 bits.
struct DiscardBlock {
  uint32_t start = 0;
  uint8_t size = 0;
  bool operator==(const DiscardBlock&) const = default;
};
struct DlUserData {
  bool report_polling = false;
  bool request_out_of_seq_report = false;
  bool user_data_existence = false;
  bool assistance_report_polling = false;
  bool retransmission = false;
  uint32_t nr_u_sequence_number = 0;
  std::optional<uint32_t> discard_up_to_sn;        // DL Flush
  std::optional<std::vector<DiscardBlock>> discard_blocks;  // at most 255
  std::optional<uint32_t> report_sn;               // Report Delivered
  bool operator==(const DlUserData&) const = default;
};

// TS 38.425 5.5.2.2
struct DlDataDeliveryStatus {
  bool final_frame = false;
  uint32_t desired_buffer_size = 0;  // octets
  std::optional<uint32_t> desired_data_rate;  // octets a second
  std::optional<std::vector<SnRange>> lost_ranges;  // of NR-U sequence numbers, at most 255
  std::optional<uint32_t> highest_delivered_sn;
  std::optional<uint32_t> highest_transmitted_sn;
  std::optional<uint8_t> cause;
  std::optional<uint32_t> highest_delivered_retransmitted_sn;
  std::optional<uint32_t> highest_retransmitted_sn;
  std::optional<std::vector<SnRange>> delivered_ranges;  // out of sequence, of NR PDCP sequence numbers
  bool operator==(const DlDataDeliveryStatus&) const = default;
};

// TS 38.425 5.5.2.3
struct AssistanceField {
  uint8_t type = 0;
  Bytes value;  // at most 255
  bool operator==(const AssistanceField&) const = default;
};
struct AssistanceInformation {
  std::optional<bool> pdcp_duplication_activation;
  std::optional<std::vector<AssistanceField>> fields;  // at most 255
  std::optional<uint32_t> ul_delay_du_result;
  std::optional<uint32_t> dl_delay_du_result;
  bool operator==(const AssistanceInformation&) const = default;
};

struct PdcpPduNumber {
  uint16_t number = 0;
  bool operator==(const PdcpPduNumber&) const = default;
};
struct LongPdcpPduNumber {
  uint32_t number = 0;  // 18 bits
  bool operator==(const LongPdcpPduNumber&) const = default;
};
struct UdpPort {
  uint16_t port = 0;
  bool operator==(const UdpPort&) const = default;
};
struct ServiceClassIndicator {
  uint8_t indicator = 0;
  bool operator==(const ServiceClassIndicator&) const = default;
};
// A type or PDU type that this release does not define, or the containers of TS 36.425.
struct RawExtension {
  Bytes octets;  // 4n - 2
  bool operator==(const RawExtension&) const = default;
};

struct Extension {
  using Content = std::variant<DlPduSessionInformation, UlPduSessionInformation, DlUserData, DlDataDeliveryStatus, AssistanceInformation,
                               PdcpPduNumber, LongPdcpPduNumber, UdpPort, ServiceClassIndicator, RawExtension>;
  uint8_t type = extension::pdu_session_container;
  Content content;
  // Octets received that differ from what we write for this content: spare bits, padding, later additions.
  struct Verbatim {
    Bytes ours;
    Bytes received;
    bool operator==(const Verbatim&) const = default;
  };
  std::optional<Verbatim> verbatim;
  bool operator==(const Extension&) const = default;
};

// TS 29.281 clause 8.
struct Recovery {
  uint8_t restart_counter = 0;
  bool operator==(const Recovery&) const = default;
};
struct TeidDataI {
  uint32_t teid = 0;
  bool operator==(const TeidDataI&) const = default;
};
struct PeerAddress {
  Bytes address;  // 4 or 16 octets
  bool operator==(const PeerAddress&) const = default;
};
struct ExtensionHeaderTypeList {
  Bytes types;
  bool operator==(const ExtensionHeaderTypeList&) const = default;
};
struct TunnelStatusInformation {
  bool spoc = false;  // start of pause of charging
  Bytes later;        // octets of later releases and spare bits: the whole value when it is not one octet 0 or 1
  bool operator==(const TunnelStatusInformation&) const = default;
};
struct RecoveryTimeStamp {
  uint32_t ntp_seconds = 0;
  bool operator==(const RecoveryTimeStamp&) const = default;
};
struct PrivateExtension {
  uint16_t enterprise_id = 0;
  Bytes value;
  bool operator==(const PrivateExtension&) const = default;
};
struct UnknownIe {
  uint8_t type = 0;  // 128 and up: the format says its length
  Bytes value;
  bool operator==(const UnknownIe&) const = default;
};
using Ie = std::variant<Recovery, TeidDataI, PeerAddress, ExtensionHeaderTypeList, TunnelStatusInformation, RecoveryTimeStamp, PrivateExtension,
                        UnknownIe>;

struct Message {
  uint8_t type = g_pdu;
  uint32_t teid = 0;
  std::optional<uint16_t> sequence;   // S
  std::optional<uint8_t> n_pdu;       // PN
  std::vector<Extension> extensions;  // E
  std::vector<Ie> ies;                // in the order on the wire; not of a G-PDU
  Bytes payload;                      // of a G-PDU
  // What a receiver ignores: the spare bit of the first octet, an E flag without extension headers, and fields without their flag.
  struct Ignored {
    bool spare_flag = false;
    bool e_flag = false;
    uint16_t sequence = 0;
    uint8_t n_pdu = 0;
    uint8_t next = 0;
    bool operator==(const Ignored&) const = default;
  } ignored;
  bool operator==(const Message&) const = default;
};

// The first IE of type T, or nullptr.
template <class T>
const T* find(const Message& message) {
  for (const auto& ie : message.ies) {
    if (auto* found = std::get_if<T>(&ie)) return found;
  }
  return nullptr;
}

// The whole UDP payload.
Result<Message> decode(ByteView datagram);
// Fault::exhausted when a length field overflows, invalid when a member does not fit its field.
Result<Bytes> encode(const Message& message);
void print(const Message& message, codec::Tree& tree);
// "Echo Request"; "message" for an unknown type
const char* message_name(uint8_t type);

// The type of the first extension header that an endpoint would have to understand and that we do not (5.2.1), if any: refuse the
// message and send supported_extensions().
std::optional<uint8_t> refused_extension(const Message& message);
Message echo_response_to(const Message& request);  // Recovery 0 (7.2.2)
// `peer` is the own address that the packet was sent to, 4 or 16 octets (7.3.1).
Message error_indication_for(uint32_t teid, ByteView peer);
Message supported_extensions();
Message end_marker_for(uint32_t teid);

// A message of this type with random content that the standard allows.
Message random_message(uint8_t type, Random& random);

}  // namespace sen::gtpu
