// SHA-256 and HMAC-SHA-256 over a list of parts (concatenated). Contexts are kept per thread: no allocation after the first call.
#pragma once

#include <initializer_list>

#include "crypto/key.h"

namespace sen::crypto {

Key256 sha256(std::span<const ByteView> parts);
Key256 hmac_sha256(ByteView key, std::span<const ByteView> parts);

inline Key256 sha256(std::initializer_list<ByteView> parts) { return sha256(std::span(parts.begin(), parts.size())); }
inline Key256 hmac_sha256(ByteView key, std::initializer_list<ByteView> parts) {
  return hmac_sha256(key, std::span(parts.begin(), parts.size()));
}

}  // namespace sen::crypto
