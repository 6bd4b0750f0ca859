// The frame around a protected 5GMM message (TS 24.501 9.1.1, 9.2 to 9.8): framing only; integrity and ciphering belong to the security
// context.
#pragma once

#include "base/bytes.h"
#include "codec/nas/names.h"
#include "codec/tree.h"

namespace sen::nas {

// What the first octets of a NAS PDU say. Errors: truncated for a PDU of one octet or a protected one with nothing behind its frame (7.2.1);
// invalid for an extended protocol discriminator that is neither 5GMM nor 5GSM or a reserved security header type.
struct Header {
  uint8_t epd = epd_5gmm;
  SecurityHeaderType security = SecurityHeaderType::plain;
  bool is_protected() const { return security != SecurityHeaderType::plain; }
};
Result<Header> parse_header(ByteView pdu);

struct SecurityProtected {
  SecurityHeaderType type = SecurityHeaderType::integrity_protected;
  uint32_t mac = 0;
  uint8_t sequence_number = 0;
  Bytes payload;  // the plain or ciphered NAS message

  // The octets that the MAC covers: sequence number and payload (TS 33.501 6.4.3.1).
  Bytes authenticated() const;
  bool operator==(const SecurityProtected&) const = default;
};
// The spare half of the second octet must be zero: anything else is invalid.
Result<SecurityProtected> parse_protected(ByteView pdu);
Bytes encode(const SecurityProtected& message);
// The header's values; the payload is printed as the message that it is.
void print(const SecurityProtected& message, codec::Tree& tree);

}  // namespace sen::nas
