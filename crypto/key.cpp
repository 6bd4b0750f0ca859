#include "crypto/key.h"

#include <openssl/crypto.h>

namespace sen::crypto {

bool equal_constant_time(ByteView a, ByteView b) { return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0; }

void wipe(std::span<uint8_t> secret) { OPENSSL_cleanse(secret.data(), secret.size()); }

}  // namespace sen::crypto
