// The 5G NAS security context of one UE on one access, as the AMF and the UE hold it (TS 24.501 4.4, TS 33.501 6.4): algorithms and keys,
// NAS COUNTs, protection and verification of NAS messages with their 7-octet security header (TS 24.501 9.1.1):
//   EPD 0x7e | security header type | MAC (4) | sequence number | message
// A value of about 130 octets; lives on its owner's executor. About 1 us a message with NIA2 and NEA2.
#pragma once

#include "crypto/kdf.h"

namespace sen::crypto {

enum class SecurityHeader : uint8_t {
  plain = 0,
  integrity = 1,
  integrity_ciphered = 2,
  integrity_new_context = 3,           // Security Mode Command
  integrity_ciphered_new_context = 4,  // Security Mode Complete
};

class NasSecurity {
 public:
  static constexpr size_t header_octets = 7;
  static constexpr uint32_t max_count = 0xffffff;
  // Above this, the AMF runs a new authentication before the 24-bit COUNT wraps (TS 24.501 4.4.3.5).
  static constexpr uint32_t renewal_count = max_count - 0x1000;

  NasSecurity() = default;
  // `sends`: downlink for the AMF, uplink for the UE. Both COUNTs start at 0.
  NasSecurity(const Key256& k_amf, uint8_t ngksi, CipherAlgorithm cipher, IntegrityAlgorithm integrity, Direction sends,
              AccessType access = AccessType::three_gpp);

  uint8_t ngksi() const { return ngksi_; }
  const Key256& k_amf() const { return k_amf_; }
  CipherAlgorithm cipher() const { return cipher_.algorithm(); }
  IntegrityAlgorithm integrity() const { return integrity_.algorithm(); }

  // The protected form of `plain` under the next COUNT of our direction; empty when they are used up (exhausted()), for no COUNT serves
  // twice. `header` is not plain.
  Bytes protect(SecurityHeader header, ByteView plain);
  // The message inside a protected one, deciphered when its header says so. Denied: wrong MAC, or a COUNT that was received before
  // (4.4.3.2); the context is unchanged then. Truncated: shorter than header and one octet.
  Result<Bytes> unprotect(ByteView message);

  // COUNT of the last message accepted, and of the next one to be sent. Before any message was accepted the first is 0.
  uint32_t received_count() const { return next_receive_ == 0 ? 0 : next_receive_ - 1; }
  uint32_t send_count() const { return next_send_; }
  bool needs_renewal(uint32_t above = renewal_count) const { return next_send_ > above || next_receive_ > above; }
  // Nothing can be protected any more: the connection has to go (4.4.3.5).
  bool exhausted() const { return next_send_ > max_count; }
  // Goes on from these COUNTs: a context that was kept elsewhere.
  void resume(uint32_t send, uint32_t receive) {
    next_send_ = send;
    next_receive_ = receive;
  }

 private:
  Key256 k_amf_{};
  CipherKey cipher_;
  IntegrityKey integrity_;
  uint32_t next_send_ = 0;
  uint32_t next_receive_ = 0;  // lowest COUNT that is acceptable
  uint8_t ngksi_ = 7;
  Direction sends_ = Direction::downlink;
  uint8_t bearer_ = 1;
};

}  // namespace sen::crypto
