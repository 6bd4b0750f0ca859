// Limits of the UE and the timers of TS 24.501 tables 10.2.1 and 10.3.1 that the network cannot set.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace sen::ue::limit {

inline constexpr size_t sessions = 15;             // PDU session identities 1 to 15
inline constexpr size_t slices = 16;               // configured S-NSSAIs kept
inline constexpr size_t qos_rules = 64;            // per session; further ones are refused
inline constexpr uint8_t registration_attempts = 5;
inline constexpr uint8_t retransmissions = 4;      // T3521, T3580, T3581, T3582: aborted at the fifth expiry
inline constexpr uint8_t authentication_failures = 3;  // in a row, then the network is taken for a false one (5.4.1.3.7)

}  // namespace sen::ue::limit

namespace sen::ue::timer {

using std::chrono::minutes;
using std::chrono::seconds;

inline constexpr seconds t3502{12 * 60};  // default; the network may set it
inline constexpr seconds t3510{15};       // registration
inline constexpr seconds t3511{10};       // registration again
inline constexpr seconds t3512{54 * 60};  // default; the network may set it
inline constexpr seconds t3517{15};       // service request
inline constexpr seconds t3520{15};       // authentication failure sent
inline constexpr seconds t3521{15};       // deregistration
inline constexpr seconds t3540{10};       // waiting for the release of the connection
inline constexpr seconds t3580{16};       // session establishment
inline constexpr seconds t3581{16};       // session modification
inline constexpr seconds t3582{16};       // session release

}  // namespace sen::ue::timer
