// 128-NEA0..3 and 128-NIA0..3 of TS 33.501 Annex D (TS 33.401 Annex B; SNOW 3G: TS 35.215, AES: TS 33.401 B.1.3 and B.2.3,
// ZUC: TS 35.221), for NAS, RRC and user plane.
//
// CipherKey and IntegrityKey are values of 17 and 33 octets: copy and keep as many as there are bearers. OpenSSL's contexts are one
// per thread and re-keyed for each packet (about 60 ns, less than the cache misses of a context per UE). Both are const after
// construction and may be used from any thread. No call allocates after a thread's first and none can fail.
//
// count: the 32-bit COUNT (NAS: overflow << 8 | SN; PDCP: COUNT). bearer: the 5-bit BEARER as the algorithms take it (NAS: 1 for 3GPP
// access, 2 for non-3GPP; radio bearers: identity - 1); only its 5 low bits are used. Lengths are in octets, or in bits where the
// name says so; bits are counted from the most significant of the first octet.
#pragma once

#include "crypto/key.h"

namespace sen::crypto {

// The values are those of the NAS and RRC encodings and of the algorithm identity in TS 33.501 A.8.
enum class CipherAlgorithm : uint8_t { nea0 = 0, nea1 = 1, nea2 = 2, nea3 = 3 };
enum class IntegrityAlgorithm : uint8_t { nia0 = 0, nia1 = 1, nia2 = 2, nia3 = 3 };
enum class Direction : uint8_t { uplink = 0, downlink = 1 };

const char* to_string(CipherAlgorithm algorithm);     // "NEA2"
const char* to_string(IntegrityAlgorithm algorithm);  // "NIA2"

struct CipherJob;

class CipherKey {
 public:
  CipherKey() = default;  // NEA0: applies nothing
  CipherKey(CipherAlgorithm algorithm, const Key128& key) : key_(key), algorithm_(algorithm) {}

  CipherAlgorithm algorithm() const { return algorithm_; }
  // Ciphers or deciphers `data` in place.
  void apply(uint32_t count, uint8_t bearer, Direction direction, std::span<uint8_t> data) const;
  // The same for the first `bits` bits of data; the bits after them in the last octet become zero. Requires bits <= 8 * data.size().
  void apply_bits(uint32_t count, uint8_t bearer, Direction direction, std::span<uint8_t> data, size_t bits) const;

 private:
  friend void apply_batch(std::span<const CipherJob> jobs);
  Key128 key_{};
  CipherAlgorithm algorithm_ = CipherAlgorithm::nea0;
};

// Many packets at once, each with its own key: the same result as apply() on each. Built with ipsec-mb (SEN_IPSEC_MB), NEA1 and NEA3
// packets go through its multi-buffer code, sixteen at a time (2.5 and 10 times as fast at 1400 octets); otherwise this is a loop.
// `data` of two jobs must not overlap.
struct CipherJob {
  const CipherKey* key;
  uint32_t count;
  uint8_t bearer;
  Direction direction;
  std::span<uint8_t> data;
};
void apply_batch(std::span<const CipherJob> jobs);

struct MacJob {
  uint32_t count;
  uint8_t bearer;
  Direction direction;
  ByteView message;
  uint32_t mac = 0;  // the result
};

class IntegrityKey {
 public:
  IntegrityKey() = default;  // NIA0: MAC 0
  IntegrityKey(IntegrityAlgorithm algorithm, const Key128& key);

  IntegrityAlgorithm algorithm() const { return algorithm_; }
  // MAC-I / NAS-MAC of `message` (for NAS: from the sequence number octet on). NIA0 gives 0.
  uint32_t mac(uint32_t count, uint8_t bearer, Direction direction, ByteView message) const;
  // The same over the first `bits` bits of message. Requires bits <= 8 * message.size().
  uint32_t mac_bits(uint32_t count, uint8_t bearer, Direction direction, ByteView message, size_t bits) const;
  // mac() of each job. NIA2 takes eight messages in little more than the time of one.
  void mac_batch(std::span<MacJob> jobs) const;
  // True if `received` is the MAC of the message; compares in constant time. NIA0 accepts 0 alone: whether NIA0 may be used at all
  // is the caller's policy (TS 33.501 5.5.2).
  bool verify(uint32_t count, uint8_t bearer, Direction direction, ByteView message, uint32_t received) const;

 private:
  Key128 key_{};
  Key128 subkey_{};  // NIA2: K1 of RFC 4493 2.3
  IntegrityAlgorithm algorithm_ = IntegrityAlgorithm::nia0;
};

}  // namespace sen::crypto
