#include "codec/nas/security.h"

namespace sen::nas {

Result<Header> parse_header(ByteView pdu) {
  if (pdu.size() < 2) return fail(Fault::truncated, "NAS PDU", "{} octets where a header needs 2", pdu.size());
  Header header{.epd = pdu[0]};
  if (header.epd == epd_5gsm) return header;
  if (header.epd != epd_5gmm)
    return fail(Fault::invalid, "NAS PDU", "extended protocol discriminator {:#04x} is neither 5GMM nor 5GSM", header.epd);
  header.security = static_cast<SecurityHeaderType>(pdu[1] & 15);
  if (!name_of(header.security)) return fail(Fault::invalid, "NAS PDU", "security header type {} is reserved", pdu[1] & 15);
  if (header.is_protected() && pdu.size() < 7 + 1) {
    return fail(Fault::truncated, "NAS PDU", "a protected message of {} octets", pdu.size());
  }
  return header;
}

Bytes SecurityProtected::authenticated() const {
  Bytes out;
  out.reserve(1 + payload.size());
  out.push_back(sequence_number);
  out.insert(out.end(), payload.begin(), payload.end());
  return out;
}

Result<SecurityProtected> parse_protected(ByteView pdu) {
  SEN_ASSIGN(Header header, parse_header(pdu));
  if (header.epd != epd_5gmm || !header.is_protected()) return fail(Fault::invalid, "NAS PDU", "is not a security protected 5GMM message");
  if (pdu[1] >> 4) return fail(Fault::invalid, "NAS PDU", "the spare half octet of the security header is {}", pdu[1] >> 4);
  SecurityProtected out;
  out.type = header.security;
  out.mac = static_cast<uint32_t>(pdu[2]) << 24 | static_cast<uint32_t>(pdu[3]) << 16 | static_cast<uint32_t>(pdu[4]) << 8 | pdu[5];
  out.sequence_number = pdu[6];
  out.payload.assign(pdu.begin() + 7, pdu.end());
  return out;
}

Bytes encode(const SecurityProtected& message) {
  ByteWriter writer;
  writer.u8(epd_5gmm);
  writer.u8(static_cast<uint8_t>(message.type));
  writer.u32(message.mac);
  writer.u8(message.sequence_number);
  writer.put(message.payload);
  return writer.take();
}

void print(const SecurityProtected& message, codec::Tree& tree) {
  codec::Scope scope(tree, "NAS security protected");
  tree.leaf("Security header type", name_of(message.type));
  ByteWriter mac;
  mac.u32(message.mac);
  tree.leaf("Message authentication code", ByteView(mac.take()));
  tree.leaf("Sequence number", message.sequence_number);
}

}  // namespace sen::nas
