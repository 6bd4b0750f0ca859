#include "ue/eap_aka_prime.h"

namespace sen::ue {
namespace {

constexpr uint8_t type_aka_prime = 50;
enum Attribute : uint8_t { at_rand = 1, at_autn = 2, at_res = 3, at_auts = 4, at_mac = 11, at_client_error_code = 22, at_kdf_input = 23, at_kdf = 24 };
enum Subtype : uint8_t { challenge = 1, authentication_reject = 2, synchronization_failure = 4, notification = 12, client_error = 14 };
constexpr uint8_t first_skippable = 128;
constexpr size_t max_network_name = 253;

ByteWriter begin(uint8_t identifier, Subtype subtype) {
  ByteWriter out;
  out.u8(static_cast<uint8_t>(EapCode::response));
  out.u8(identifier);
  out.u16(0);  // length, set by finish()
  out.u8(type_aka_prime);
  out.u8(subtype);
  out.u16(0);
  return out;
}

Bytes finish(ByteWriter& out) {
  out.set_u16(2, static_cast<uint16_t>(out.size()));
  return out.take();
}

Result<Octets<16>> sixteen(ByteView value, const char* name) {
  if (value.size() != 18) return fail(Fault::invalid, name, "{} octets where 18 are needed", value.size());
  Octets<16> out;
  std::memcpy(out.data(), value.data() + 2, 16);
  return out;
}

// `value` is what follows the attribute's type and length; `at` its place in the packet.
Status read_attribute(EapRequest& out, bool& kdf_seen, uint8_t type, ByteView value, size_t at) {
  switch (type) {
    case at_rand: {
      SEN_ASSIGN(out.rand, sixteen(value, "AT_RAND"));
      return {};
    }
    case at_autn: {
      SEN_ASSIGN(out.autn, sixteen(value, "AT_AUTN"));
      return {};
    }
    case at_mac:
      if (value.size() != 18) return fail(Fault::invalid, "AT_MAC", "{} octets where 18 are needed", value.size());
      out.mac_at = at + 2;
      return {};
    case at_kdf_input: {
      ByteReader reader(value);
      SEN_ASSIGN(uint16_t length, reader.u16());
      if (length > max_network_name) return fail(Fault::invalid, "AT_KDF_INPUT", "a name of {} octets", length);
      SEN_ASSIGN(ByteView name, reader.take(length));
      out.network_name = as_text(name);
      return {};
    }
    case at_kdf: {
      ByteReader reader(value);
      SEN_ASSIGN(uint16_t kdf, reader.u16());
      if (!kdf_seen) out.offers_kdf_1 = kdf == 1;
      kdf_seen = true;
      return {};
    }
    default:
      if (type < first_skippable) return fail(Fault::unsupported, "EAP", "attribute {} is not known and may not be skipped", type);
      return {};
  }
}

}  // namespace

Result<EapRequest> parse_eap_request(ByteView packet) {
  ByteReader reader(packet);
  EapRequest out;
  SEN_ASSIGN(uint8_t code, reader.u8());
  SEN_ASSIGN(out.identifier, reader.u8());
  SEN_ASSIGN(uint16_t length, reader.u16());
  if (length != packet.size()) return fail(Fault::invalid, "EAP", "length {} in a packet of {} octets", length, packet.size());
  if (code == 0 || code > 4) return fail(Fault::invalid, "EAP", "code {} (1 to 4)", code);
  out.code = static_cast<EapCode>(code);
  if (out.code != EapCode::request) return out;
  SEN_ASSIGN(uint8_t type, reader.u8());
  if (type != type_aka_prime) return fail(Fault::unsupported, "EAP", "method {}; only AKA' (50) is supported", type);
  SEN_ASSIGN(out.subtype, reader.u8());
  SEN_TRY(reader.u16());
  bool kdf_seen = false;
  while (!reader.empty()) {
    SEN_ASSIGN(uint8_t attribute, reader.u8());
    SEN_ASSIGN(uint8_t words, reader.u8());
    if (words == 0) return fail(Fault::invalid, "EAP", "attribute {} of length 0", attribute);
    SEN_ASSIGN(ByteView value, reader.take(words * size_t{4} - 2));
    SEN_TRY(read_attribute(out, kdf_seen, attribute, value, static_cast<size_t>(value.data() - packet.data())));
  }
  return out;
}

Bytes eap_challenge_response(uint8_t identifier, ByteView res, const crypto::Key256& k_aut) {
  ByteWriter out = begin(identifier, challenge);
  out.u8(at_res);
  out.u8(static_cast<uint8_t>(1 + res.size() / 4));  // RES has 4, 8 or 16 octets
  out.u16(static_cast<uint16_t>(res.size() * 8));
  out.put(res);
  out.u8(at_mac);
  out.u8(5);
  out.u16(0);
  size_t mac_at = out.size();
  out.fill(16, 0);
  Bytes packet = finish(out);
  if (auto mac = crypto::eap_aka_prime_mac(k_aut, packet, mac_at)) std::copy(mac->begin(), mac->end(), packet.begin() + static_cast<ptrdiff_t>(mac_at));
  return packet;
}

Bytes eap_synchronization_failure(uint8_t identifier, const Octets<14>& auts) {
  ByteWriter out = begin(identifier, synchronization_failure);
  out.u8(at_auts);
  out.u8(4);
  out.put(auts);
  return finish(out);
}

Bytes eap_authentication_reject(uint8_t identifier) {
  ByteWriter out = begin(identifier, authentication_reject);
  return finish(out);
}

Bytes eap_notification_response(uint8_t identifier) {
  ByteWriter out = begin(identifier, notification);
  return finish(out);
}

Bytes eap_client_error(uint8_t identifier) {
  ByteWriter out = begin(identifier, client_error);
  out.u8(at_client_error_code);
  out.u8(1);
  out.u16(0);
  return finish(out);
}

}  // namespace sen::ue
