// What RRC tells the user plane of one UE, as plain values: radio bearers and their RLC, PDCP and SDAP parameters (TS 38.331 6.3.2), and the
// AS security of TS 33.501. The same structs at the gNB and at the UE; "tx" and "rx" are as seen from the side that holds them.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/packet.h"
#include "crypto/key.h"
#include "nr/ids.h"

namespace sen::l2 {

using Lcid = uint8_t;  // 0 CCCH, 1 to 3 SRBs, 4 to 32 DRBs

// A radio bearer: SRB 0 to 3 or DRB 1 to 32.
struct BearerId {
  bool srb = true;
  uint8_t number = 0;
  auto operator<=>(const BearerId&) const = default;
};

enum class RlcMode : uint8_t { tm, um, am };

// TS 38.331 RLC-Config; lengths in ms, 0 where the standard has "infinity" for a count.
struct RlcConfig {
  RlcMode mode = RlcMode::am;
  bool tx = true, rx = true;          // unidirectional UM
  uint8_t tx_sn_bits = 12, rx_sn_bits = 12;  // UM 6 or 12, AM 12 or 18
  uint16_t t_reassembly_ms = 35;
  uint16_t t_status_prohibit_ms = 0;
  uint16_t t_poll_retransmit_ms = 45;
  uint32_t poll_pdu = 0;              // 0: infinity
  uint32_t poll_octets = 0;           // 0: infinity
  uint8_t max_retx_threshold = 4;
  bool operator==(const RlcConfig&) const = default;
};

// TS 38.331 PDCP-Config.
struct PdcpConfig {
  uint8_t tx_sn_bits = 12, rx_sn_bits = 12;  // 12 or 18
  std::optional<uint32_t> discard_ms;        // none: infinity
  std::optional<uint32_t> t_reordering_ms;   // none: infinity
  bool integrity = false;                    // of a DRB; SRBs always have it
  bool ciphering = true;
  bool out_of_order_delivery = false;
  bool status_report_required = false;       // AM DRB: sent at re-establishment and recovery
  bool operator==(const PdcpConfig&) const = default;
};

// TS 38.331 SDAP-Config of one DRB. Headers as the uplink's and the downlink's side have them.
struct SdapConfig {
  PduSessionId session = 0;
  bool dl_header = false, ul_header = false;
  bool default_drb = false;
  std::vector<Qfi> qfis;
  bool operator==(const SdapConfig&) const = default;
};

struct SrbConfig {
  uint8_t srb = 1;
  PdcpConfig pdcp;
};

struct DrbConfig {
  uint8_t drb = 1;
  PdcpConfig pdcp;
  SdapConfig sdap;
};

// One RLC entity and its logical channel.
struct RlcBearer {
  Lcid lcid = 1;
  BearerId bearer;
  RlcConfig rlc;
};

// AS keys and algorithms; the same for all bearers of the UE.
struct Security {
  uint8_t nea = 0, nia = 0;           // 0 to 3
  crypto::Key128 rrc_enc{}, rrc_int{}, up_enc{}, up_int{};
};

// What is in force on the SRBs, per direction: integrity first, ciphering after Security Mode Complete (TS 38.331 5.3.4).
struct SrbProtection {
  bool integrity = false, ciphering = false;
  // Receiving side of the gNB while Security Mode Complete is awaited: unprotected PDUs (MAC-I all zero) are taken until the first one whose
  // MAC-I verifies; that one is not ciphered, and from the next on both are in force.
  bool from_verified = false;
};

// What the MAC needs to know of a logical channel (TS 38.322 5.5 and TS 38.323 5.6), octets.
struct BufferStatus {
  uint32_t total = 0;        // data to send with its RLC and PDCP headers, retransmissions and status PDU included
  uint32_t priority = 0;     // of it: status PDU and retransmissions
  int64_t oldest_ns = 0;     // age of the first SDU waiting, for delay-aware scheduling
};

// What one RRC message changes in a UE's user plane, carried out in the order of the members (apply() in user_plane.h).
struct Change {
  std::vector<uint8_t> remove_drbs;
  std::vector<Lcid> remove_rlcs;
  std::optional<Security> security;
  std::vector<SrbConfig> srbs;
  std::vector<DrbConfig> drbs;
  std::vector<RlcBearer> rlcs;
  std::vector<Lcid> reestablish_rlc;
  std::vector<BearerId> reestablish_pdcp;
  std::vector<uint8_t> recover_pdcp;
  std::optional<SrbProtection> srb_tx, srb_rx;
  std::optional<bool> suspend;
};

// COUNT values of a DRB for SN status transfer (TS 38.413 9.3.1.108): the next to send, the first missing of the received ones.
struct Count {
  uint32_t next_tx = 0, next_rx = 0;
};

// A PDCP SDU (SDAP header included) that the source of a handover has not seen confirmed (TS 38.300 9.2.3.2.3): with the SN it had, or without
// when it was not sent yet.
struct ForwardedSdu {
  std::optional<uint32_t> sn;
  Packet packet;
};

enum class Failure : uint8_t { max_retransmissions, integrity, count_wrap };

}  // namespace sen::l2
