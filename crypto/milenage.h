// MILENAGE, TS 35.206: f1, f1*, f2 to f5, f5* with the constants c1..c5 and r1..r5 of its clause 4.1. A value of 32 octets; any thread.
#pragma once

#include "crypto/key.h"

namespace sen::crypto {

// OPc = E_K(OP) xor OP (TS 35.206 4.1).
Key128 milenage_opc(const Key128& k, const Key128& op);

class Milenage {
 public:
  Milenage(const Key128& k, const Key128& opc) : k_(k), opc_(opc) {}

  struct Mac {
    Octets<8> f1;       // MAC-A
    Octets<8> f1_star;  // MAC-S
  };
  struct Keys {
    Octets<8> res;  // f2
    Key128 ck;      // f3
    Key128 ik;      // f4
    Octets<6> ak;   // f5
  };
  Mac f1(const Octets<16>& rand, const Octets<6>& sqn, const Octets<2>& amf) const;
  Keys f2345(const Octets<16>& rand) const;
  Octets<6> f5_star(const Octets<16>& rand) const;

 private:
  Key128 k_;
  Key128 opc_;
};

}  // namespace sen::crypto
