// Random octets for keys, RAND, GUTIs and nonces. A RandomSource either asks OpenSSL's generator (default) or, given a seed, yields a
// sequence that is the same on every machine, for runs under the virtual clock. Seeded output is predictable: it never protects anyone.
// A seeded source belongs to one executor; the other kind may be shared.
#pragma once

#include <optional>

#include "base/random.h"
#include "crypto/key.h"

namespace sen::crypto {

class RandomSource {
 public:
  RandomSource() = default;  // secure
  explicit RandomSource(uint64_t seed) : seeded_(seed) {}

  bool seeded() const { return seeded_.has_value(); }
  // Aborts if the system has no randomness left to give: nothing here may go on with guessable keys.
  void fill(std::span<uint8_t> out);
  template <size_t n>
  Octets<n> octets() {
    Octets<n> out;
    fill(out);
    return out;
  }
  uint32_t u32();
  uint64_t u64();

 private:
  std::optional<Random> seeded_;
};

}  // namespace sen::crypto
