// What the AMF allows itself to hold. A limit that is reached is a refusal with the standard's cause and a counter, never an abort.
#pragma once

#include <chrono>
#include <cstddef>

namespace sen::amf::limit {

inline constexpr size_t gnbs = 4096;                   // SCTP associations
inline constexpr size_t connections = 1'000'000;       // UE-associated N2 connections
inline constexpr size_t connections_per_gnb = 65'536;
inline constexpr size_t ues = 2'000'000;               // UE contexts, deregistered ones with a security context included
inline constexpr size_t tracking_areas_per_gnb = 256;  // maxnoofTACs (TS 38.413 9.4.7)
inline constexpr size_t sessions_per_ue = 15;          // PDU session identities 1 to 15
inline constexpr size_t waiting_transfers_per_ue = 16;  // N1N2 messages kept while a UE is paged
inline constexpr size_t radio_capability_octets = 65'535;
inline constexpr size_t nas_octets = 65'535;
inline constexpr size_t allowed_slices = 8;            // TS 24.501 9.11.3.37
inline constexpr size_t configured_slices = 16;
inline constexpr size_t ladns = 8;                     // 9.11.3.30
inline constexpr size_t resynchronisations = 2;        // of one authentication
inline constexpr size_t challenges = 6;                // authentication requests of one authentication procedure
inline constexpr size_t eap_rounds = 8;
inline constexpr unsigned transmissions = 5;           // of a NAS message under a retransmission timer (TS 24.501 10.2)
inline constexpr unsigned paging_attempts = 3;
inline constexpr std::chrono::seconds release_guard{10};   // for UE CONTEXT RELEASE COMPLETE
inline constexpr std::chrono::seconds handover_guard{10};  // for the steps of a handover

}  // namespace sen::amf::limit
