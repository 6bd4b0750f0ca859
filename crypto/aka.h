// Authentication and key agreement of TS 33.102 clause 6.3 as both ends need it: the home network (vectors, resynchronisation, sequence
// numbers) and the USIM (AUTN, AUTS, freshness). Algorithm: Milenage or TUAK. Pure values; the caller keeps SQNs and gives RANDs.
//
// Home:  SqnGenerator::next -> make_vector -> (on AUTS) verify_auts -> SqnGenerator::resynchronise
// USIM:  check_autn -> SqnWindow::accept -> RES, CK, IK; otherwise make_auts(highest accepted SQN)
#pragma once

#include <variant>

#include "crypto/milenage.h"
#include "crypto/tuak.h"

namespace sen::crypto {

using Sqn = uint64_t;  // 48 bits: SEQ || IND
inline constexpr Sqn sqn_limit = Sqn{1} << 48;
Octets<6> sqn_octets(Sqn sqn);
Sqn sqn_from(const Octets<6>& octets);

// The subscriber's algorithm with its keys; copyable.
class AkaFunctions {
 public:
  AkaFunctions(const Milenage& milenage) : functions_(milenage) {}
  // Only with MAC of 8 octets, CK and IK of 16 and RES of at most 16 (what AUTN and TS 33.501 carry); otherwise error unsupported.
  static Result<AkaFunctions> from(const Tuak& tuak);

  struct Response {
    Octets<16> res_octets{};
    uint8_t res_length = 8;  // 4, 8 or 16
    Key128 ck{};
    Key128 ik{};
    Octets<6> ak{};
    ByteView res() const { return {res_octets.data(), res_length}; }
  };
  Octets<8> f1(const Octets<16>& rand, Sqn sqn, const Octets<2>& amf) const;
  Octets<8> f1_star(const Octets<16>& rand, Sqn sqn, const Octets<2>& amf) const;
  Response f2345(const Octets<16>& rand) const;
  Octets<6> f5_star(const Octets<16>& rand) const;

 private:
  AkaFunctions(const Tuak& tuak) : functions_(tuak) {}
  std::variant<Milenage, Tuak> functions_;
};

// AMF field with the separation bit set, which 5G-AKA and EAP-AKA' require (TS 33.501 6.1.3, TS 33.102 Annex H).
inline constexpr Octets<2> amf_separated{0x80, 0x00};

struct AuthenticationVector {
  Octets<16> rand{};
  Octets<16> autn{};  // SQN xor AK || AMF || MAC-A
  AkaFunctions::Response response;

  Octets<6> sqn_xor_ak() const;
};
AuthenticationVector make_vector(const AkaFunctions& functions, const Octets<16>& rand, Sqn sqn, const Octets<2>& amf = amf_separated);

// USIM: what AUTN says once its MAC is found right. Freshness is SqnWindow's business, the separation bit the caller's.
struct CheckedAutn {
  Sqn sqn = 0;
  Octets<2> amf{};
  AkaFunctions::Response response;

  bool separation_bit() const { return (amf[0] & 0x80) != 0; }
};
// Error denied on a wrong MAC (5GMM cause 20, MAC failure).
Result<CheckedAutn> check_autn(const AkaFunctions& functions, const Octets<16>& rand, const Octets<16>& autn);

using Auts = Octets<14>;  // SQN_MS xor AK* || MAC-S; MAC-S over AMF* = 0x0000 (TS 33.102 6.3.3)
Auts make_auts(const AkaFunctions& functions, const Octets<16>& rand, Sqn sqn_ms);
// Home network: SQN_MS, or error denied on a wrong MAC-S. `rand` is that of the challenge which the UE answered.
Result<Sqn> verify_auts(const AkaFunctions& functions, const Octets<16>& rand, const Auts& auts);

// TS 33.102 Annex C.1.1.1 and C.3.2: SEQ counts up by one, IND (5 bits) goes round with each vector.
class SqnGenerator {
 public:
  static constexpr unsigned ind_bits = 5;
  explicit SqnGenerator(Sqn last) : last_(last % sqn_limit) {}

  Sqn last() const { return last_; }  // what the store must hold before the vector leaves
  Sqn next();
  // After a verified AUTS: continues above SQN_MS, if SQN_MS is ahead or our next SQN would not be fresh there (C.3.2, C.2.2).
  void resynchronise(Sqn sqn_ms);

 private:
  Sqn last_;
};

// TS 33.102 Annex C.2: the USIM's array of the highest SEQ accepted for each IND. Profile 2 (C.3.2): limit on the jump 2^28.
class SqnWindow {
 public:
  static constexpr uint64_t delta = uint64_t{1} << 28;

  // True if fresh; then records it.
  bool accept(Sqn sqn);
  // SQN_MS: the highest SQN accepted (goes into AUTS).
  Sqn highest() const { return highest_; }

 private:
  std::array<uint64_t, size_t{1} << SqnGenerator::ind_bits> seq_{};
  Sqn highest_ = 0;
};

}  // namespace sen::crypto
