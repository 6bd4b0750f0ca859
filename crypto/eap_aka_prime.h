// Keys and message authentication of EAP-AKA' (RFC 9048, was RFC 5448) as TS 33.501 6.1.3.1 uses it. Pure functions, any thread.
// CK' and IK' come from ck_ik_prime (crypto/kdf.h) with the network name of AT_KDF_INPUT.
#pragma once

#include "crypto/kdf.h"

namespace sen::crypto {

// RFC 9048 3.3
struct EapAkaPrimeKeys {
  Key128 k_encr{};  // AT_ENCR_DATA
  Key256 k_aut{};   // AT_MAC
  Key256 k_re{};    // fast re-authentication
  Octets<64> msk{};
  Octets<64> emsk{};

  // TS 33.501 6.1.3.1 and F: K_AUSF is the first 256 bits of EMSK.
  Key256 k_ausf() const;
};
// identity: the peer's identity as in RFC 9048 3.3 (5G: the SUPI as NAI or the digits sent, TS 33.501 F.3).
EapAkaPrimeKeys eap_aka_prime_keys(const CkIk& prime, std::string_view identity);
// Fast re-authentication (RFC 9048 3.3): k_encr, k_aut and k_re stay those of the full authentication.
void eap_aka_prime_reauthenticate(EapAkaPrimeKeys& keys, std::string_view identity, uint16_t counter, const Octets<16>& nonce_s);

// AT_MAC (RFC 9048 3.4.1): HMAC-SHA-256-128 over the EAP packet whose MAC field (16 octets at `mac_at`) counts as zero, then `extra`
// (NONCE_S for re-authentication). Error invalid if the field lies outside the packet.
Result<Octets<16>> eap_aka_prime_mac(const Key256& k_aut, ByteView packet, size_t mac_at, ByteView extra = {});

}  // namespace sen::crypto
