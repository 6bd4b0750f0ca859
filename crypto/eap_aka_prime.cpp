#include "crypto/eap_aka_prime.h"

#include <algorithm>

#include "crypto/hash.h"

namespace sen::crypto {
namespace {

// PRF' of RFC 9048 3.4.2: T1 | T2 | ..., Tn = HMAC-SHA-256(K, Tn-1 | S | n), as many octets as `out` has (at most 255 * 32).
void prf_prime(ByteView key, std::span<const ByteView> s, std::span<uint8_t> out) {
  Key256 t{};
  uint8_t n = 1;
  for (size_t at = 0; at < out.size(); at += t.size(), ++n) {
    std::array<ByteView, 8> parts;  // Tn-1, S in up to 6 pieces, n
    size_t count = 0;
    if (n > 1) parts[count++] = t;
    for (ByteView piece : s) parts[count++] = piece;
    parts[count++] = {&n, 1};
    t = hmac_sha256(key, std::span<const ByteView>(parts).first(count));
    std::copy_n(t.begin(), std::min(t.size(), out.size() - at), out.begin() + static_cast<ptrdiff_t>(at));
  }
}

template <size_t n>
void cut(ByteView& from, Octets<n>& to) {
  std::copy_n(from.begin(), n, to.begin());
  from = from.subspan(n);
}

}  // namespace

Key256 EapAkaPrimeKeys::k_ausf() const {
  Key256 out;
  std::copy_n(emsk.begin(), out.size(), out.begin());
  return out;
}

EapAkaPrimeKeys eap_aka_prime_keys(const CkIk& prime, std::string_view identity) {
  Octets<32> key;
  std::copy(prime.ck.begin(), prime.ck.end(), std::copy(prime.ik.begin(), prime.ik.end(), key.begin()));
  const std::array<ByteView, 2> s{as_bytes("EAP-AKA'"), as_bytes(identity)};
  Octets<16 + 32 + 32 + 64 + 64> mk;
  prf_prime(key, s, mk);
  EapAkaPrimeKeys keys;
  ByteView rest = mk;
  cut(rest, keys.k_encr);
  cut(rest, keys.k_aut);
  cut(rest, keys.k_re);
  cut(rest, keys.msk);
  cut(rest, keys.emsk);
  wipe(mk);
  return keys;
}

void eap_aka_prime_reauthenticate(EapAkaPrimeKeys& keys, std::string_view identity, uint16_t counter, const Octets<16>& nonce_s) {
  const Octets<2> count{static_cast<uint8_t>(counter >> 8), static_cast<uint8_t>(counter)};
  const std::array<ByteView, 4> s{as_bytes("EAP-AKA' re-auth"), as_bytes(identity), count, nonce_s};
  Octets<128> mk;
  prf_prime(keys.k_re, s, mk);
  ByteView rest = mk;
  cut(rest, keys.msk);
  cut(rest, keys.emsk);
  wipe(mk);
}

Result<Octets<16>> eap_aka_prime_mac(const Key256& k_aut, ByteView packet, size_t mac_at, ByteView extra) {
  if (packet.size() < 16 || mac_at > packet.size() - 16) {
    return fail(Fault::invalid, "AT_MAC", "the field at octet {} lies outside the packet of {} octets", mac_at, packet.size());
  }
  const Octets<16> zero{};
  Key256 full = hmac_sha256(k_aut, {packet.first(mac_at), zero, packet.subspan(mac_at + 16), extra});
  Octets<16> mac;
  std::copy_n(full.begin(), mac.size(), mac.begin());
  return mac;
}

}  // namespace sen::crypto
