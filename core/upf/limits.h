// What one UPF holds at most. A request beyond a limit is answered with cause "No resources available" and counted; nothing grows without end.
#pragma once

#include <cstddef>
#include <cstdint>

namespace sen::upf {

inline constexpr size_t max_associations = 64;
inline constexpr size_t max_pdrs = 64;  // in one session, as all below
inline constexpr size_t max_fars = 64;
inline constexpr size_t max_qers = 64;
inline constexpr size_t max_urrs = 64;
inline constexpr size_t max_bars = 8;
inline constexpr size_t max_filters = 192;
inline constexpr size_t max_framed_routes = 32;
inline constexpr size_t max_tunnels_per_session = 16;
inline constexpr size_t max_qers_per_pdr = 4;
inline constexpr size_t max_urrs_per_pdr = 4;
inline constexpr size_t max_linked_urrs = 4;
inline constexpr size_t max_port_ranges = 8;  // in one filter, both sides together
inline constexpr size_t max_session_sets = 8;

inline constexpr unsigned tunnel_bits = 20;  // TEID: low bits index the tunnel table, the others change at each reuse
inline constexpr size_t max_tunnels = size_t{1} << tunnel_bits;
inline constexpr size_t max_direct_addresses = size_t{1} << 20;  // of one pool that is indexed directly; larger pools are hashed

inline constexpr size_t max_requests = 4096;          // PFCP requests of ours that wait for a response
inline constexpr size_t max_cached_responses = 4096;  // answers kept for retransmitted requests
inline constexpr size_t max_events = 4096;            // from the packet path to the control path, in one batch
inline constexpr size_t max_reports_per_message = 64;

}  // namespace sen::upf
