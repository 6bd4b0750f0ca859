// Limits of the gNB's RRC and N2 client.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace sen::gnb::limit {

inline constexpr size_t ues = 65536;              // UE contexts of a gNB; further ones are rejected with a wait time
inline constexpr size_t sessions_per_ue = 15;
inline constexpr size_t drbs_per_ue = 29;         // logical channels 4 to 32
inline constexpr size_t waiting_procedures = 32;  // per UE; a further one is refused
inline constexpr size_t nas_waiting = 16;         // downlink NAS PDUs of a UE that cannot be sent yet
inline constexpr uint16_t streams = 8;            // UE-associated signalling is spread over SCTP streams 1 to 7
inline constexpr uint32_t error_indications_per_second = 100;
inline constexpr size_t rrc_message = 45000;      // octets of an RRC message that we take (TS 38.331: 9 segments of 5000 and more)
inline constexpr uint8_t reject_wait_s = 5;

inline constexpr std::chrono::seconds release_wait{1};      // for the acknowledgement of RRCRelease
inline constexpr std::chrono::seconds handover_prepare{5};  // T_NGRELOCprep
inline constexpr std::chrono::seconds handover_overall{10}; // T_NGRELOCoverall
inline constexpr std::chrono::seconds amf_release_wait{10}; // for UE CONTEXT RELEASE COMMAND

}  // namespace sen::gnb::limit
