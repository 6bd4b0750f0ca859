// What the layers of one UE's user plane counted. Every PDU received ends in exactly one of: delivered, kept behind a gap, a control PDU
// used, or one of the named drops.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "rlc_pdcp/config.h"
#include "rlc_pdcp/rlc_statistics.h"
#include "rlc_pdcp/user_plane.h"

namespace sen::l2 {

enum class PdcpDrop : uint8_t {
  malformed,        // shorter than its headers and MAC-I
  old,              // COUNT below the window: replayed, or later than t-Reordering allowed
  duplicate,        // COUNT that waits behind a gap already
  integrity,        // MAC-I is wrong
  count_wrap,       // COUNT would pass its last value
  rohc_feedback,    // interspersed ROHC feedback (6.2.3.2); no header compression is ever configured
  control_unknown,  // control PDU of a type that is not configured
  no_buffer,        // packet pool
  count
};
const char* to_string(PdcpDrop drop);

struct PdcpStatistics {
  // Transmitting side.
  uint64_t tx_sdus = 0, tx_sdu_octets = 0;  // accepted
  uint64_t tx_pdus = 0, tx_pdu_octets = 0;  // handed to RLC
  uint64_t tx_retransmissions = 0;          // of tx_pdus: after re-establishment or recovery
  uint64_t tx_discarded = 0;                // discardTimer
  uint64_t tx_confirmed = 0;                // by a status report of the peer
  uint64_t tx_refused = 0;                  // queue full, too long, COUNT used up
  uint64_t tx_status_reports = 0;

  // Receiving side.
  uint64_t rx_pdus = 0, rx_pdu_octets = 0;
  uint64_t rx_sdus = 0, rx_sdu_octets = 0;  // delivered
  uint64_t rx_status_reports = 0;
  uint64_t rx_lost = 0;              // COUNTs passed over when t-Reordering expired
  uint64_t reordering_timeouts = 0;  // t-Reordering
  uint64_t reordering_forced = 0;    // gaps given up for want of memory
  std::array<uint64_t, static_cast<size_t>(PdcpDrop::count)> drops{};
  uint64_t dropped(PdcpDrop drop) const { return drops[static_cast<size_t>(drop)]; }
};

struct SdapStatistics {
  uint64_t tx_pdus = 0, rx_pdus = 0;
  uint64_t tx_no_drb = 0;  // neither a mapping nor a default DRB
  uint64_t tx_no_headroom = 0;
  uint64_t tx_end_markers = 0, rx_end_markers = 0;
  uint64_t rx_malformed = 0;  // no octet of user data behind the header
  uint64_t remapped = 0;      // uplink mappings learnt by reflection
};

struct UserPlane::Statistics {
  struct Bearer {
    BearerId bearer;
    PdcpStatistics pdcp;
  };
  struct Channel {
    Lcid lcid = 0;
    BearerId bearer;
    RlcStatistics rlc;
  };
  struct Session {
    PduSessionId session = 0;
    SdapStatistics sdap;
  };
  std::vector<Bearer> bearers;
  std::vector<Channel> channels;
  std::vector<Session> sessions;
  uint64_t rx_unknown_lcid = 0;  // PDUs for a logical channel that does not exist
  uint64_t tx_no_bearer = 0;     // send_rrc and send_packet without a bearer
};

}  // namespace sen::l2
