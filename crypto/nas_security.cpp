#include "crypto/nas_security.h"

namespace sen::crypto {

namespace {

constexpr uint8_t epd_5gmm = 0x7e;
constexpr size_t mac_at = 2, sequence_at = 6;

bool is_ciphered(uint8_t header) {
  return header == static_cast<uint8_t>(SecurityHeader::integrity_ciphered) ||
         header == static_cast<uint8_t>(SecurityHeader::integrity_ciphered_new_context);
}

Direction other(Direction direction) { return direction == Direction::uplink ? Direction::downlink : Direction::uplink; }

}  // namespace

NasSecurity::NasSecurity(const Key256& k_amf, uint8_t ngksi, CipherAlgorithm cipher, IntegrityAlgorithm integrity, Direction sends,
                         AccessType access)
    : k_amf_(k_amf),
      cipher_(cipher_key(k_amf, AlgorithmKeyType::nas_enc, cipher)),
      integrity_(integrity_key(k_amf, AlgorithmKeyType::nas_int, integrity)),
      ngksi_(ngksi),
      sends_(sends),
      bearer_(static_cast<uint8_t>(access)) {}

Bytes NasSecurity::protect(SecurityHeader header, ByteView plain) {
  if (exhausted()) return {};
  uint32_t count = next_send_++;
  Bytes out(header_octets + plain.size());
  out[0] = epd_5gmm;
  out[1] = static_cast<uint8_t>(header);
  out[sequence_at] = static_cast<uint8_t>(count);
  std::memcpy(out.data() + header_octets, plain.data(), plain.size());
  if (is_ciphered(out[1])) cipher_.apply(count, bearer_, sends_, std::span(out).subspan(header_octets));
  uint32_t mac = integrity_.mac(count, bearer_, sends_, ByteView(out).subspan(sequence_at));
  for (size_t i = 0; i < 4; ++i) out[mac_at + i] = static_cast<uint8_t>(mac >> (24 - 8 * i));
  return out;
}

Result<Bytes> NasSecurity::unprotect(ByteView message) {
  if (message.size() <= header_octets)
    return fail(Fault::truncated, "Security protected 5GS NAS message", "{} octets, at least {} are needed", message.size(), header_octets + 1);
  uint8_t sequence_number = message[sequence_at];
  uint32_t received = static_cast<uint32_t>(message[mac_at]) << 24 | static_cast<uint32_t>(message[mac_at + 1]) << 16 |
                      static_cast<uint32_t>(message[mac_at + 2]) << 8 | message[mac_at + 3];
  Direction direction = other(sends_);
  ByteView covered = message.subspan(sequence_at);
  uint32_t count = (next_receive_ & ~0xffu) | sequence_number;
  bool replayed = count < next_receive_;
  if (replayed) count += 0x100;  // either the sequence number has wrapped (4.4.3.1), or this is an old message: the MAC tells
  if (count > max_count || !integrity_.verify(count, bearer_, direction, covered, received)) {
    if (replayed && integrity_.verify(count - 0x100, bearer_, direction, covered, received))
      return fail(Fault::denied, "Sequence number", "NAS COUNT {} was received before (next expected {})", count - 0x100, next_receive_);
    return fail(Fault::denied, "Message authentication code", "{:08x} does not fit NAS COUNT {} ({})", received, count,
                to_string(integrity_.algorithm()));
  }
  next_receive_ = count + 1;
  Bytes plain(message.begin() + header_octets, message.end());
  if (is_ciphered(message[1] & 0x0f)) cipher_.apply(count, bearer_, direction, plain);
  return plain;
}

}  // namespace sen::crypto
