// TUAK, TS 35.231: f1, f1*, f2 to f5, f5* over Keccak-f[1600]. A value of 72 octets; any thread. About 0.9 us a function.
#pragma once

#include "crypto/key.h"

namespace sen::crypto {

// Lengths in octets: the options of TS 35.231 5. The 5G system uses MAC 8, CK 16 and IK 16 (crypto/aka.h).
struct TuakLengths {
  uint8_t mac = 8;  // 8, 16, 32
  uint8_t res = 8;  // 4, 8, 16, 32
  uint8_t ck = 16;  // 16, 32
  uint8_t ik = 16;  // 16, 32
};

class Tuak {
 public:
  // k: 16 or 32 octets; topc: 32 octets; iterations of Keccak-f: 1 (default) to 255. Error invalid for any other length.
  static Result<Tuak> create(ByteView k, ByteView topc, TuakLengths lengths = {}, uint8_t iterations = 1);
  // TOPc from TOP (TS 35.231 6.2).
  static Result<Key256> topc(ByteView k, ByteView top, uint8_t iterations = 1);

  struct Keys {
    Key256 res{}, ck{}, ik{};  // the first lengths().res, .ck, .ik octets are used
    Octets<6> ak{};
  };
  const TuakLengths& lengths() const { return lengths_; }
  // The first lengths().mac octets are used.
  Key256 f1(const Octets<16>& rand, const Octets<6>& sqn, const Octets<2>& amf) const;
  Key256 f1_star(const Octets<16>& rand, const Octets<6>& sqn, const Octets<2>& amf) const;
  Keys f2345(const Octets<16>& rand) const;
  Octets<6> f5_star(const Octets<16>& rand) const;

 private:
  Tuak() = default;
  Key256 mac(uint8_t instance, const Octets<16>& rand, const Octets<6>& sqn, const Octets<2>& amf) const;

  Key256 k_{};
  Key256 topc_{};
  TuakLengths lengths_;
  uint8_t k_length_ = 16;
  uint8_t iterations_ = 1;
};

}  // namespace sen::crypto
