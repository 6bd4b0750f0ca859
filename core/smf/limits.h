// Limits of the SMF: nothing that a peer sends makes it hold more than this.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace sen::smf::limit {

inline constexpr size_t sessions = 1'000'000;
inline constexpr size_t pools = 64;
inline constexpr size_t upfs = 64;
inline constexpr size_t flows_per_session = 8;         // QoS flows, the default one included
inline constexpr size_t filters_per_rule = 15;         // packet filter identifiers of TS 24.501 9.11.4.13
inline constexpr size_t n4_transactions = 1 << 15;     // PFCP requests waiting for their answer
inline constexpr size_t n4_answers_kept = 32;          // answers kept per UPF, for its retransmitted requests
inline constexpr size_t restores_at_once = 64;         // sessions being established again on a restarted UPF
inline constexpr unsigned n1_retransmissions = 4;      // TS 24.501 10.3: the fifth expiry of T3591 or T3592 gives up
inline constexpr size_t pco_options = 64;              // of a UE's request that are looked at
inline constexpr auto forwarding_after_handover = std::chrono::seconds(2);  // indirect forwarding ends (TS 23.502 4.9.1.3.3 step 15)
inline constexpr uint16_t router_lifetime_s = 65535;   // of the advertisements
inline constexpr auto subscription_retry = std::chrono::seconds(5);  // a changed subscription waits for the procedure under way
inline constexpr auto router_refresh = std::chrono::hours(6);

}  // namespace sen::smf::limit
