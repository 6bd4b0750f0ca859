// The peer's side of EAP-AKA' (RFC 9048, RFC 4187, RFC 3748) as 5G primary authentication uses it (TS 33.501 6.1.3.1): reads the server's
// request, writes the response. Values in, values out; the USIM and the key derivation are the caller's.
#pragma once

#include <optional>
#include <string>

#include "crypto/eap_aka_prime.h"

namespace sen::ue {

enum class EapCode : uint8_t { request = 1, response = 2, success = 3, failure = 4 };

struct EapRequest {
  EapCode code = EapCode::request;
  uint8_t identifier = 0;
  uint8_t subtype = 0;  // of a request: 1 challenge, 12 notification
  std::optional<Octets<16>> rand, autn;
  std::string network_name;       // AT_KDF_INPUT
  bool offers_kdf_1 = false;      // the first AT_KDF is 1
  std::optional<size_t> mac_at;   // where AT_MAC's 16 octets are in the packet
};
// Errors: truncated, invalid; unsupported for another method or an attribute that may not be skipped (RFC 4187 8.1).
Result<EapRequest> parse_eap_request(ByteView packet);

// EAP-Response/AKA'-Challenge with AT_RES and AT_MAC.
Bytes eap_challenge_response(uint8_t identifier, ByteView res, const crypto::Key256& k_aut);
// EAP-Response/AKA'-Synchronization-Failure with AT_AUTS.
Bytes eap_synchronization_failure(uint8_t identifier, const Octets<14>& auts);
// EAP-Response/AKA'-Authentication-Reject, and the answer to a notification.
Bytes eap_authentication_reject(uint8_t identifier);
Bytes eap_notification_response(uint8_t identifier);
// EAP-Response/AKA'-Client-Error, code 0: unable to process packet.
Bytes eap_client_error(uint8_t identifier);

}  // namespace sen::ue
