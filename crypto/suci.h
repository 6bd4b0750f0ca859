// Concealment of the subscription identifier, TS 33.501 Annex C: null scheme, profile A (Curve25519), profile B (secp256r1).
// The scheme output is ephemeral public key (32 octets, or 33 compressed) || ciphertext (as long as the input) || MAC tag (8).
// The scheme input is the MSIN in packed BCD (msin_to_bcd) for an IMSI, or the username octets of an NAI.
//
// HomeNetworkKey holds OpenSSL state behind a pointer: movable, const operations from any thread. A public key that is no valid point
// (profile B: not on the curve; profile A: low order, all-zero secret) is refused before anything is derived from it.
// De-concealment: profile A about 35 us, profile B about 50 us.
#pragma once

#include <memory>
#include <string>

#include "crypto/random.h"

namespace sen::crypto {

enum class SuciScheme : uint8_t { null_scheme = 0, profile_a = 1, profile_b = 2 };

// Longest scheme input that we take: the username of an NAI (RFC 7542: 253 octets).
inline constexpr size_t suci_input_limit = 253;

class HomeNetworkKey {
 public:
  // private_key: 32 octets (A: as RFC 7748; B: a scalar in 1..n-1, big endian). Error invalid otherwise, unsupported for the null scheme.
  static Result<HomeNetworkKey> load(SuciScheme scheme, ByteView private_key);
  static Result<HomeNetworkKey> generate(SuciScheme scheme, RandomSource& random);
  HomeNetworkKey(HomeNetworkKey&&) noexcept;
  HomeNetworkKey& operator=(HomeNetworkKey&&) noexcept;
  ~HomeNetworkKey();

  SuciScheme scheme() const;
  const Octets<32>& private_key() const;
  // What goes into the USIM: 32 octets (A) or 33 compressed (B).
  const Bytes& public_key() const;
  // Scheme input. Errors: truncated or invalid (length), invalid (point), denied (MAC tag).
  Result<Bytes> deconceal(ByteView scheme_output) const;

 private:
  struct State;
  explicit HomeNetworkKey(std::unique_ptr<const State> state);
  std::unique_ptr<const State> state_;
};

// UE: scheme output for the home network's public key (B: 33 compressed or 65 uncompressed octets). The null scheme gives the input back
// and ignores the key. Errors: invalid (key, input length).
Result<Bytes> conceal(SuciScheme scheme, ByteView home_public_key, ByteView scheme_input, RandomSource& random);
// The same with a given ephemeral private key of 32 octets (test data of TS 33.501 C.4).
Result<Bytes> conceal_with(SuciScheme scheme, ByteView home_public_key, ByteView scheme_input, ByteView ephemeral_private_key);

// MSIN digits as packed BCD, low nibble first, filler 1111 after an odd number (TS 33.501 C.3.2, TS 24.501 9.11.3.4). 1 to 10 digits.
Result<Bytes> msin_to_bcd(std::string_view digits);
Result<std::string> msin_from_bcd(ByteView bcd);

}  // namespace sen::crypto
