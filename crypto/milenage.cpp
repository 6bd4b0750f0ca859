#include "crypto/milenage.h"

#include "crypto/primitives/aes.h"

namespace sen::crypto {
namespace {

Block operator^(const Block& a, const Block& b) {
  Block out;
  for (size_t i = 0; i < 16; ++i) out[i] = a[i] ^ b[i];
  return out;
}

// rot(x, r) of TS 35.206 4.1 for r a multiple of 8, towards the most significant bit.
Block rotated(const Block& in, size_t octets) {
  Block out;
  for (size_t i = 0; i < 16; ++i) out[i] = in[(i + octets) % 16];
  return out;
}

// The input of the last encryption for OUT2 to OUT5: rot(TEMP xor OPc, r) xor c, where c has only its last octet set.
Block input(const Block& temp_xor_opc, size_t rotate_octets, uint8_t c) {
  Block out = rotated(temp_xor_opc, rotate_octets);
  out[15] ^= c;
  return out;
}

}  // namespace

Key128 milenage_opc(const Key128& k, const Key128& op) { return aes_encrypt(k, op) ^ op; }

Milenage::Mac Milenage::f1(const Octets<16>& rand, const Octets<6>& sqn, const Octets<2>& amf) const {
  Block temp = aes_encrypt(k_, rand ^ opc_);
  Block in1;  // SQN || AMF || SQN || AMF
  for (size_t half : {size_t{0}, size_t{8}}) {
    std::memcpy(in1.data() + half, sqn.data(), 6);
    std::memcpy(in1.data() + half + 6, amf.data(), 2);
  }
  Block out1 = aes_encrypt(k_, temp ^ rotated(in1 ^ opc_, 8)) ^ opc_;  // r1 = 64, c1 = 0
  Mac mac;
  std::memcpy(mac.f1.data(), out1.data(), 8);
  std::memcpy(mac.f1_star.data(), out1.data() + 8, 8);
  return mac;
}

Milenage::Keys Milenage::f2345(const Octets<16>& rand) const {
  Block x = aes_encrypt(k_, rand ^ opc_) ^ opc_;
  std::array<Block, 3> out{input(x, 0, 1), input(x, 4, 2), input(x, 8, 4)};  // r2 = 0, r3 = 32, r4 = 64
  aes_encrypt_blocks(k_, out);
  for (Block& block : out) block = block ^ opc_;
  Keys keys;
  std::memcpy(keys.ak.data(), out[0].data(), 6);
  std::memcpy(keys.res.data(), out[0].data() + 8, 8);
  keys.ck = out[1];
  keys.ik = out[2];
  return keys;
}

Octets<6> Milenage::f5_star(const Octets<16>& rand) const {
  Block x = aes_encrypt(k_, rand ^ opc_) ^ opc_;
  Block out5 = aes_encrypt(k_, input(x, 12, 8)) ^ opc_;  // r5 = 96
  Octets<6> ak;
  std::memcpy(ak.data(), out5.data(), 6);
  return ak;
}

}  // namespace sen::crypto
