#include "crypto/random.h"

#include <openssl/rand.h>

#include <algorithm>

#include "base/ensure.h"

namespace sen::crypto {

void RandomSource::fill(std::span<uint8_t> out) {
  if (seeded_) return seeded_->fill(out);
  constexpr size_t step = size_t{1} << 20;  // OpenSSL counts in int
  for (size_t at = 0; at < out.size(); at += step) {
    ensure(RAND_bytes(out.data() + at, static_cast<int>(std::min(step, out.size() - at))) == 1);
  }
}

uint32_t RandomSource::u32() { return static_cast<uint32_t>(u64()); }

uint64_t RandomSource::u64() {
  auto bytes = octets<8>();
  uint64_t value = 0;
  for (uint8_t byte : bytes) value = value << 8 | byte;
  return value;
}

}  // namespace sen::crypto
