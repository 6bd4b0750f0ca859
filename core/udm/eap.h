// EAP-AKA' packets (RFC 3748 4, RFC 4187 8 and 9, RFC 9048 3) as an authentication server sends and receives them. Values in, values out.
#pragma once

#include <optional>

#include "crypto/eap_aka_prime.h"

namespace sen::udm {

enum class EapSubtype : uint8_t {
  challenge = 1,
  authentication_reject = 2,
  synchronization_failure = 4,
  identity = 5,
  notification = 12,
  reauthentication = 13,
  client_error = 14,
};

inline constexpr uint16_t eap_general_failure_before_authentication = 16384;  // RFC 4187 10.19: S 0, P 1
inline constexpr size_t max_eap_packet = 1500;

Bytes eap_success(uint8_t identifier);
Bytes eap_failure(uint8_t identifier);
// EAP-Request/AKA'-Challenge with AT_RAND, AT_AUTN, AT_KDF 1, AT_KDF_INPUT and AT_MAC.
Bytes eap_aka_challenge(uint8_t identifier, const Octets<16>& rand, const Octets<16>& autn, std::string_view network_name,
                        const crypto::Key256& k_aut);
// EAP-Request/AKA'-Notification without AT_MAC.
Bytes eap_aka_notification(uint8_t identifier, uint16_t code);

// The peer's EAP-Response of type AKA' (50). Attributes that it does not have are empty.
struct EapAkaResponse {
  uint8_t identifier = 0;
  EapSubtype subtype = EapSubtype::challenge;
  Bytes res;
  std::optional<Octets<14>> auts;
  std::optional<size_t> mac_at;  // of AT_MAC's 16 octets in the packet
  std::vector<uint16_t> kdfs;
  std::optional<uint16_t> client_error_code;
};
// Errors: truncated, invalid; unsupported for an unknown attribute that may not be skipped (RFC 4187 8.1).
Result<EapAkaResponse> parse_eap_aka_response(ByteView packet);

}  // namespace sen::udm
