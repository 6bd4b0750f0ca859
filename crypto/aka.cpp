#include "crypto/aka.h"

#include <algorithm>

namespace sen::crypto {
namespace {

Octets<6> operator^(const Octets<6>& a, const Octets<6>& b) {
  Octets<6> out;
  for (size_t i = 0; i < 6; ++i) out[i] = a[i] ^ b[i];
  return out;
}

template <size_t n>
Octets<n> first(ByteView bytes) {
  Octets<n> out;
  std::copy_n(bytes.begin(), n, out.begin());
  return out;
}

constexpr Octets<2> amf_of_auts{};  // TS 33.102 6.3.3: a dummy value of all zeros

uint64_t seq_of(Sqn sqn) { return sqn >> SqnGenerator::ind_bits; }

}  // namespace

Octets<6> sqn_octets(Sqn sqn) {
  Octets<6> out;
  for (size_t i = 6; i-- > 0; sqn >>= 8) out[i] = static_cast<uint8_t>(sqn);
  return out;
}

Sqn sqn_from(const Octets<6>& octets) {
  Sqn sqn = 0;
  for (uint8_t octet : octets) sqn = sqn << 8 | octet;
  return sqn;
}

Result<AkaFunctions> AkaFunctions::from(const Tuak& tuak) {
  const TuakLengths& lengths = tuak.lengths();
  if (lengths.mac != 8 || lengths.ck != 16 || lengths.ik != 16 || lengths.res > 16) {
    return fail(Fault::unsupported, "TUAK lengths", "MAC {}, CK {}, IK {}, RES {} octets; the 5G system takes 8, 16, 16 and 4 to 16",
                lengths.mac, lengths.ck, lengths.ik, lengths.res);
  }
  return AkaFunctions(tuak);
}

Octets<8> AkaFunctions::f1(const Octets<16>& rand, Sqn sqn, const Octets<2>& amf) const {
  if (auto* milenage = std::get_if<Milenage>(&functions_)) return milenage->f1(rand, sqn_octets(sqn), amf).f1;
  return first<8>(std::get<Tuak>(functions_).f1(rand, sqn_octets(sqn), amf));
}

Octets<8> AkaFunctions::f1_star(const Octets<16>& rand, Sqn sqn, const Octets<2>& amf) const {
  if (auto* milenage = std::get_if<Milenage>(&functions_)) return milenage->f1(rand, sqn_octets(sqn), amf).f1_star;
  return first<8>(std::get<Tuak>(functions_).f1_star(rand, sqn_octets(sqn), amf));
}

AkaFunctions::Response AkaFunctions::f2345(const Octets<16>& rand) const {
  Response response;
  if (auto* milenage = std::get_if<Milenage>(&functions_)) {
    Milenage::Keys keys = milenage->f2345(rand);
    std::copy(keys.res.begin(), keys.res.end(), response.res_octets.begin());
    response.ck = keys.ck, response.ik = keys.ik, response.ak = keys.ak;
    return response;
  }
  const Tuak& tuak = std::get<Tuak>(functions_);
  Tuak::Keys keys = tuak.f2345(rand);
  response.res_length = tuak.lengths().res;
  response.res_octets = first<16>(keys.res);
  response.ck = first<16>(keys.ck), response.ik = first<16>(keys.ik), response.ak = keys.ak;
  return response;
}

Octets<6> AkaFunctions::f5_star(const Octets<16>& rand) const {
  return std::visit([&](const auto& functions) { return functions.f5_star(rand); }, functions_);
}

Octets<6> AuthenticationVector::sqn_xor_ak() const { return first<6>(autn); }

AuthenticationVector make_vector(const AkaFunctions& functions, const Octets<16>& rand, Sqn sqn, const Octets<2>& amf) {
  AuthenticationVector vector;
  vector.rand = rand;
  vector.response = functions.f2345(rand);
  Octets<6> concealed = sqn_octets(sqn) ^ vector.response.ak;
  Octets<8> mac = functions.f1(rand, sqn, amf);
  auto at = std::copy(concealed.begin(), concealed.end(), vector.autn.begin());
  at = std::copy(amf.begin(), amf.end(), at);
  std::copy(mac.begin(), mac.end(), at);
  return vector;
}

Result<CheckedAutn> check_autn(const AkaFunctions& functions, const Octets<16>& rand, const Octets<16>& autn) {
  CheckedAutn checked;
  checked.response = functions.f2345(rand);
  checked.sqn = sqn_from(first<6>(autn) ^ checked.response.ak);
  checked.amf = {autn[6], autn[7]};
  Octets<8> mac = functions.f1(rand, checked.sqn, checked.amf);
  if (!equal_constant_time(mac, ByteView(autn).subspan(8))) return fail(Fault::denied, "AUTN", "MAC-A is wrong");
  return checked;
}

Auts make_auts(const AkaFunctions& functions, const Octets<16>& rand, Sqn sqn_ms) {
  Auts auts;
  Octets<6> concealed = sqn_octets(sqn_ms) ^ functions.f5_star(rand);
  Octets<8> mac = functions.f1_star(rand, sqn_ms, amf_of_auts);
  std::copy(mac.begin(), mac.end(), std::copy(concealed.begin(), concealed.end(), auts.begin()));
  return auts;
}

Result<Sqn> verify_auts(const AkaFunctions& functions, const Octets<16>& rand, const Auts& auts) {
  Sqn sqn_ms = sqn_from(first<6>(auts) ^ functions.f5_star(rand));
  Octets<8> mac = functions.f1_star(rand, sqn_ms, amf_of_auts);
  if (!equal_constant_time(mac, ByteView(auts).subspan(6))) return fail(Fault::denied, "AUTS", "MAC-S is wrong");
  return sqn_ms;
}

Sqn SqnGenerator::next() {
  constexpr Sqn ind_mask = (Sqn{1} << ind_bits) - 1;
  last_ = ((seq_of(last_) + 1) << ind_bits | ((last_ + 1) & ind_mask)) % sqn_limit;
  return last_;
}

void SqnGenerator::resynchronise(Sqn sqn_ms) {
  uint64_t next_seq = seq_of(last_) + 1;
  bool fresh = next_seq > seq_of(sqn_ms) && next_seq - seq_of(sqn_ms) <= SqnWindow::delta;
  if (!fresh) last_ = sqn_ms % sqn_limit;
}

bool SqnWindow::accept(Sqn sqn) {
  uint64_t seq = seq_of(sqn), highest_seq = seq_of(highest_);
  if (sqn >= sqn_limit || (seq > highest_seq && seq - highest_seq > delta)) return false;
  uint64_t& last = seq_[sqn % seq_.size()];
  if (seq <= last) return false;
  last = seq;
  highest_ = std::max(highest_, sqn);
  return true;
}

}  // namespace sen::crypto
