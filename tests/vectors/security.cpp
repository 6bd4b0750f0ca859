// Blocks "security_nea", "security_nia", "security_kdf": TS 33.501 Annexes A and D.
#include "crypto/cipher.h"
#include "crypto/kdf.h"
#include "tests/vectors/frame.h"

namespace sen::vectors {
namespace {

using namespace crypto;

template <size_t n>
Octets<n> octets(const Case& c, std::string_view name) {
  Bytes bytes = c.hex(name);
  if (bytes.size() != n) c.error(name, fmt::format("{} octets where {} are needed", bytes.size(), n));
  Octets<n> out;
  std::ranges::copy(bytes, out.begin());
  return out;
}

// "128-NEA2" with the prefix "128-NEA"
unsigned algorithm(const Case& c, std::string_view prefix) {
  auto text = c.text("algorithm");
  if (!text.starts_with(prefix) || text.size() != prefix.size() + 1 || text.back() < '1' || text.back() > '3') {
    c.error("algorithm", "unknown algorithm " + text);
  }
  return static_cast<unsigned>(text.back() - '0');
}

struct Packet {
  uint32_t count;
  uint8_t bearer;
  Direction direction;
  Bytes data;
};
Packet packet(const Case& c, Outcome& o, std::string_view data) {
  Packet p{c.integer<uint32_t>("COUNT"), c.integer<uint8_t>("BEARER"), static_cast<Direction>(c.flag("DIRECTION")), c.hex(data)};
  o.equal("length_bits", 8 * p.data.size(), c.integer("length_bits"));
  o.holds("BEARER has 5 bits", p.bearer < 32);
  return p;
}

Outcome nea(const Case& c) {
  Outcome o;
  CipherKey key(static_cast<CipherAlgorithm>(algorithm(c, "128-NEA")), octets<16>(c, "key"));
  Packet p = packet(c, o, "plaintext");
  Bytes data = p.data, ciphertext = c.hex("ciphertext");
  key.apply(p.count, p.bearer, p.direction, data);
  o.octets("ciphertext", data, ciphertext);
  key.apply(p.count, p.bearer, p.direction, ciphertext);
  o.octets("deciphered", ciphertext, p.data);
  return o;
}

Outcome nia(const Case& c) {
  Outcome o;
  IntegrityKey key(static_cast<IntegrityAlgorithm>(algorithm(c, "128-NIA")), octets<16>(c, "key"));
  Packet p = packet(c, o, "message");
  auto mac = octets<4>(c, "mac_i");
  uint32_t ours = key.mac(p.count, p.bearer, p.direction, p.data);
  uint32_t theirs = uint32_t{mac[0]} << 24 | uint32_t{mac[1]} << 16 | uint32_t{mac[2]} << 8 | mac[3];
  o.equal("mac_i", fmt::format("{:08x}", ours), fmt::format("{:08x}", theirs));
  o.holds("verify()", key.verify(p.count, p.bearer, p.direction, p.data, theirs));
  return o;
}

Outcome kdf(const Case& c) {
  Outcome o;
  c.informative("truncation");  // a sentence about the last 16 octets
  auto k_gnb = octets<32>(c, "K_gNB");
  auto enc = c.integer<uint8_t>("enc_alg_id"), integrity = c.integer<uint8_t>("int_alg_id");
  auto rrc_enc = algorithm_key(k_gnb, AlgorithmKeyType::rrc_enc, enc);
  o.octets("K_RRCenc", rrc_enc, c.hex("K_RRCenc"));
  o.octets("K_RRCint", algorithm_key(k_gnb, AlgorithmKeyType::rrc_int, integrity), c.hex("K_RRCint"));
  o.octets("K_UPenc", algorithm_key(k_gnb, AlgorithmKeyType::up_enc, enc), c.hex("K_UPenc"));
  o.octets("K_UPint", algorithm_key(k_gnb, AlgorithmKeyType::up_int, integrity), c.hex("K_UPint"));
  o.octets("K_RRCenc_128", low_128(rrc_enc), c.hex("K_RRCenc_128"));
  auto next = k_ng_ran_star(k_gnb, c.integer<uint16_t>("target_pci"), c.integer<uint32_t>("target_ssb_arfcn_dl"));
  o.octets("K_NG_RAN_star", next, c.hex("K_NG_RAN_star"));
  return o;
}

const Register registered_nea("security_nea", nea), registered_nia("security_nia", nia), registered_kdf("security_kdf", kdf);

}  // namespace
}  // namespace sen::vectors
