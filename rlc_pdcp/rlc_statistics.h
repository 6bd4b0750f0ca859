// What one RLC entity counted since it was established (TS 38.322). Every PDU received ends in exactly one of: rx_sdus by itself, kept for
// reassembly, rx_status, or one of the named drops.
#pragma once

#include <cstdint>

namespace sen::l2 {

struct RlcStatistics {
  // Transmitting side.
  uint64_t tx_sdus = 0, tx_sdu_octets = 0;  // accepted from PDCP
  uint64_t tx_pdus = 0, tx_pdu_octets = 0;  // handed to the MAC, headers and status PDUs included
  uint64_t tx_segments = 0;                 // of tx_pdus: those with a part of an SDU
  uint64_t tx_retransmissions = 0;          // of tx_pdus: with octets that were sent before
  uint64_t tx_retransmitted_octets = 0;
  uint64_t tx_polls = 0;
  uint64_t tx_status = 0, tx_nacks = 0;  // status PDUs, and the NACK entries in them
  uint64_t tx_delivered = 0;             // SDUs acknowledged by the peer
  uint64_t tx_discarded = 0;             // by discard(), before their first octet was sent
  uint64_t tx_refused_sdus = 0;          // submit() returned false
  uint64_t poll_timeouts = 0;            // t-PollRetransmit
  uint64_t max_retransmissions = 0;      // SDUs that reached maxRetxThreshold

  // Receiving side.
  uint64_t rx_pdus = 0, rx_pdu_octets = 0;
  uint64_t rx_sdus = 0, rx_sdu_octets = 0;  // delivered to PDCP
  uint64_t rx_segments = 0;                 // of rx_pdus: those with a part of an SDU
  uint64_t rx_status = 0, rx_nacks = 0;     // status PDUs used, and the NACK entries in them
  uint64_t rx_polls = 0;
  uint64_t reassembly_timeouts = 0;  // t-Reassembly
  uint64_t rx_lost_sdus = 0;         // UM: SNs passed over; SDUs sent whole have none

  // Drops of the receiving side.
  uint64_t rx_malformed = 0;       // header or segment that contradicts the format or what was received before
  uint64_t rx_invalid_status = 0;  // ACK_SN or NACK_SN outside of what was sent
  uint64_t rx_duplicates = 0;
  uint64_t rx_out_of_window = 0;
  uint64_t rx_no_buffer = 0;  // packet pool or a limit of ours
};

}  // namespace sen::l2
