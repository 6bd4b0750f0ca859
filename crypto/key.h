// Key types of the 5G key hierarchy (TS 33.501 6.2) and the comparison that every secret goes through.
#pragma once

#include "base/bytes.h"

namespace sen::crypto {

using Key128 = Octets<16>;
using Key256 = Octets<32>;

// The 128 least significant bits (last 16 octets), which TS 33.501 A.8 takes as the algorithm key.
inline Key128 low_128(const Key256& key) {
  Key128 out;
  std::memcpy(out.data(), key.data() + 16, 16);
  return out;
}

// Equality in a time that depends on the lengths alone. For MACs, RES and every other value that an attacker may guess at.
bool equal_constant_time(ByteView a, ByteView b);

// Overwrites secrets that go out of use; not removed by the optimiser.
void wipe(std::span<uint8_t> secret);

}  // namespace sen::crypto
