// What the user plane of one UE, and N3, hold at most. What goes beyond is refused and counted; nothing grows without end.
#pragma once

#include <cstddef>
#include <cstdint>

namespace sen::l2::limit {

inline constexpr size_t drbs = 32;               // of one UE (TS 38.331 maxDRB is 29; identities go up to 32)
inline constexpr size_t lcids = 33;              // logical channels 0 to 32
inline constexpr size_t pdcp_sdu_octets = 9000;  // TS 38.323 4.3.1
inline constexpr size_t pdcp_queue_sdus = 4096;  // of one bearer, waiting for their first transmission
inline constexpr size_t pdcp_in_flight = 16384;  // AM DRB: SDUs that wait for their acknowledgement; at most half of the SN space too
inline constexpr size_t pdcp_reordering = 16384; // PDUs behind a gap; more than that ends the wait for the gap
inline constexpr size_t pdcp_batch = 16;         // packets whose integrity is computed together
inline constexpr size_t srb_in_flight = 256;     // SRB messages that wait for their acknowledgement
inline constexpr size_t pdu_sessions = 16;       // of one UE
inline constexpr uint32_t count_warning = 0xffff0000;  // COUNT at which a bearer asks for new keys
inline constexpr uint32_t count_last = 0xfffffffe;     // no PDU is sent beyond

inline constexpr size_t tunnels = 65536;             // N3 tunnels of one gNB
inline constexpr size_t error_indications_s = 1000;  // error indications sent in one second

// RLC, of one entity.
inline constexpr size_t rlc_sdu_octets = 9100;       // a PDCP PDU
inline constexpr size_t rlc_queued_sdus = 16384;     // waiting for their first transmission
inline constexpr size_t rlc_queued_octets = 32u << 20;
inline constexpr size_t rlc_in_flight_sdus = 32768;  // AM: waiting for their acknowledgement; the window stalls there though 18-bit SNs allow 131072
inline constexpr size_t rlc_partial_sdus = 256;      // some segment received, some not; in AM a lower SN displaces the highest
inline constexpr size_t rlc_segments_per_sdu = 64;   // disjoint parts of one SDU, received or wanted for retransmission
inline constexpr size_t rlc_status_nacks = 1024;     // in one status PDU of ours
}  // namespace sen::l2::limit
