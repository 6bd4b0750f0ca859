#include "core/udm/eap.h"

#include "base/ensure.h"

namespace sen::udm {
namespace {

enum EapCode : uint8_t { eap_code_request = 1, eap_code_response = 2, eap_code_success = 3, eap_code_failure = 4 };
constexpr uint8_t eap_type_aka_prime = 50;

enum Attribute : uint8_t {
  at_rand = 1,
  at_autn = 2,
  at_res = 3,
  at_auts = 4,
  at_mac = 11,
  at_notification = 12,
  at_client_error_code = 22,
  at_kdf_input = 23,
  at_kdf = 24,
  first_skippable = 128,
};

ByteWriter request(uint8_t identifier, EapSubtype subtype) {
  ByteWriter out;
  out.u8(eap_code_request);
  out.u8(identifier);
  out.u16(0);  // length, set by finish()
  out.u8(eap_type_aka_prime);
  out.u8(static_cast<uint8_t>(subtype));
  out.u16(0);
  return out;
}

Bytes finish(ByteWriter& out) {
  out.set_u16(2, static_cast<uint16_t>(out.size()));
  return out.take();
}

// An attribute of 16 octets behind two reserved ones: AT_RAND, AT_AUTN, AT_MAC.
void put_16(ByteWriter& out, Attribute type, const Octets<16>& value) {
  out.u8(type);
  out.u8(5);
  out.u16(0);
  out.put(value);
}

Status read_attribute(EapAkaResponse& out, uint8_t type, ByteView value, size_t value_at) {
  ByteReader reader(value);
  switch (type) {
    case at_res: {
      SEN_ASSIGN(uint16_t bits, reader.u16());
      if (bits % 8 != 0 || bits < 32 || bits > 128 || bits / 8 > reader.left()) {
        return fail(Fault::invalid, "AT_RES", "{} bits in {} octets (32 to 128)", bits, reader.left());
      }
      SEN_ASSIGN(ByteView res, reader.take(bits / 8));
      out.res.assign(res.begin(), res.end());
      return {};
    }
    case at_auts: {
      if (value.size() != 14) return fail(Fault::invalid, "AT_AUTS", "{} octets (14)", value.size());
      out.auts.emplace();
      std::copy(value.begin(), value.end(), out.auts->begin());
      return {};
    }
    case at_mac:
      if (value.size() != 18 || out.mac_at) return fail(Fault::invalid, "AT_MAC", "{} octets (18), or twice", value.size());
      out.mac_at = value_at + 2;
      return {};
    case at_kdf: {
      SEN_ASSIGN(uint16_t kdf, reader.u16());
      out.kdfs.push_back(kdf);
      return {};
    }
    case at_client_error_code: {
      SEN_ASSIGN(uint16_t code, reader.u16());
      out.client_error_code = code;
      return {};
    }
    default:
      if (type >= first_skippable) return {};
      return fail(Fault::unsupported, "EAP-AKA'", "attribute {} may not be skipped and is not known", type);
  }
}

}  // namespace

Bytes eap_success(uint8_t identifier) { return {eap_code_success, identifier, 0, 4}; }
Bytes eap_failure(uint8_t identifier) { return {eap_code_failure, identifier, 0, 4}; }

Bytes eap_aka_challenge(uint8_t identifier, const Octets<16>& rand, const Octets<16>& autn, std::string_view network_name,
                        const crypto::Key256& k_aut) {
  ensure(network_name.size() <= 255);
  ByteWriter out = request(identifier, EapSubtype::challenge);
  put_16(out, at_rand, rand);
  put_16(out, at_autn, autn);
  out.u8(at_kdf);
  out.u8(1);
  out.u16(1);
  size_t words = 1 + (network_name.size() + 3) / 4;
  out.u8(at_kdf_input);
  out.u8(static_cast<uint8_t>(words));
  out.u16(static_cast<uint16_t>(network_name.size()));
  out.put(as_bytes(network_name));
  out.fill(4 * words - 4 - network_name.size(), 0);
  put_16(out, at_mac, {});
  Bytes packet = finish(out);
  size_t mac_at = packet.size() - 16;
  auto mac = crypto::eap_aka_prime_mac(k_aut, packet, mac_at);
  ensure(mac.has_value());
  std::copy(mac->begin(), mac->end(), packet.begin() + static_cast<ptrdiff_t>(mac_at));
  return packet;
}

Bytes eap_aka_notification(uint8_t identifier, uint16_t code) {
  ByteWriter out = request(identifier, EapSubtype::notification);
  out.u8(at_notification);
  out.u8(1);
  out.u16(code);
  return finish(out);
}

Result<EapAkaResponse> parse_eap_aka_response(ByteView packet) {
  if (packet.size() > max_eap_packet) return fail(Fault::exhausted, "EAP", "{} octets (at most {})", packet.size(), max_eap_packet);
  EapAkaResponse out;
  ByteReader header(packet);
  SEN_ASSIGN(uint8_t code, header.u8());
  SEN_ASSIGN(out.identifier, header.u8());
  SEN_ASSIGN(uint16_t length, header.u16());
  SEN_ASSIGN(uint8_t type, header.u8());
  SEN_ASSIGN(uint8_t subtype, header.u8());
  SEN_TRY(header.u16());
  if (code != eap_code_response) return fail(Fault::invalid, "EAP", "code {} (a response, 2)", code);
  if (type != eap_type_aka_prime) return fail(Fault::invalid, "EAP", "type {} (EAP-AKA', 50)", type);
  if (length != packet.size()) return fail(Fault::invalid, "EAP", "length {} of a packet of {} octets", length, packet.size());
  out.subtype = static_cast<EapSubtype>(subtype);
  while (!header.empty()) {
    SEN_ASSIGN(uint8_t attribute, header.u8());
    SEN_ASSIGN(uint8_t words, header.u8());
    if (words == 0) return fail(Fault::invalid, "EAP-AKA'", "attribute {} of length 0", attribute);
    size_t value_at = packet.size() - header.left();
    SEN_ASSIGN(ByteView value, header.take(size_t{words} * 4 - 2));
    SEN_TRY(read_attribute(out, attribute, value, value_at));
  }
  return out;
}

}  // namespace sen::udm
