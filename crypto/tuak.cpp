#include "crypto/tuak.h"

#include <algorithm>

#include "crypto/primitives/keccak.h"

namespace sen::crypto {
namespace {

// The 1600-bit IN and OUT of TS 35.231 6: fields are placed by their first bit divided by 8, each with its least significant octet
// first (the specification numbers IN and the fields' bits in opposite directions).
class State {
 public:
  void put(size_t at, ByteView field) {
    for (size_t i = 0; i < field.size(); ++i) octet(at + i, field[field.size() - 1 - i]);
  }
  void octet(size_t at, uint8_t value) { lanes_[at / 8] |= uint64_t{value} << (8 * (at % 8)); }
  void permute(unsigned iterations) {
    while (iterations-- > 0) keccak_f1600(lanes_);
  }
  void get(size_t at, std::span<uint8_t> field) const {
    for (size_t i = 0; i < field.size(); ++i) {
      field[field.size() - 1 - i] = static_cast<uint8_t>(lanes_[(at + i) / 8] >> (8 * ((at + i) % 8)));
    }
  }

 private:
  std::array<uint64_t, 25> lanes_{};
};

struct Challenge {
  ByteView rand, amf, sqn;
};

// INSTANCE (TS 35.231 6.2 to 6.6), most significant bit first: which function, the output lengths, 256-bit K.
enum Instance : uint8_t { for_topc = 0x00, for_f1 = 0x00, for_f1_star = 0x80, for_f2345 = 0x40, for_f5_star = 0xc0 };
constexpr uint8_t ck_256 = 0x04, ik_256 = 0x02, k_256 = 0x01;
// Three bits from 0x08 up: 64, 128, 256 bits; 0 is 32 bits (RES only).
constexpr uint8_t length_code(uint8_t octets) { return octets == 4 ? 0 : octets; }

State run(ByteView top, uint8_t instance, ByteView k, const Challenge& challenge, uint8_t iterations) {
  State state;
  state.put(0, top);
  state.octet(32, static_cast<uint8_t>(instance | (k.size() == 32 ? k_256 : 0)));
  state.put(33, as_bytes("TUAK1.0"));
  state.put(40, challenge.rand);
  state.put(56, challenge.amf);
  state.put(58, challenge.sqn);
  state.put(64, k);
  state.octet(96, 0x1f);
  state.octet(135, 0x80);
  state.permute(iterations);
  return state;
}

bool one_of(uint8_t value, std::initializer_list<uint8_t> allowed) {
  return std::find(allowed.begin(), allowed.end(), value) != allowed.end();
}

Status check(ByteView k, ByteView top, uint8_t iterations) {
  if (k.size() != 16 && k.size() != 32) return fail(Fault::invalid, "K", "{} octets where TUAK takes 16 or 32", k.size());
  if (top.size() != 32) return fail(Fault::invalid, "TOP or TOPc", "{} octets where TUAK takes 32", top.size());
  if (iterations == 0) return fail(Fault::invalid, "Keccak iterations", "0 where at least 1 is needed");
  return {};
}

}  // namespace

Result<Tuak> Tuak::create(ByteView k, ByteView topc, TuakLengths lengths, uint8_t iterations) {
  SEN_TRY(check(k, topc, iterations));
  if (!one_of(lengths.mac, {8, 16, 32})) return fail(Fault::invalid, "MAC", "{} octets where TUAK gives 8, 16 or 32", lengths.mac);
  if (!one_of(lengths.res, {4, 8, 16, 32})) return fail(Fault::invalid, "RES", "{} octets where TUAK gives 4, 8, 16 or 32", lengths.res);
  if (!one_of(lengths.ck, {16, 32})) return fail(Fault::invalid, "CK", "{} octets where TUAK gives 16 or 32", lengths.ck);
  if (!one_of(lengths.ik, {16, 32})) return fail(Fault::invalid, "IK", "{} octets where TUAK gives 16 or 32", lengths.ik);
  Tuak tuak;
  std::copy(k.begin(), k.end(), tuak.k_.begin());
  std::copy(topc.begin(), topc.end(), tuak.topc_.begin());
  tuak.lengths_ = lengths;
  tuak.k_length_ = static_cast<uint8_t>(k.size());
  tuak.iterations_ = iterations;
  return tuak;
}

Result<Key256> Tuak::topc(ByteView k, ByteView top, uint8_t iterations) {
  SEN_TRY(check(k, top, iterations));
  Key256 topc;
  run(top, for_topc, k, {}, iterations).get(0, topc);
  return topc;
}

Key256 Tuak::mac(uint8_t instance, const Octets<16>& rand, const Octets<6>& sqn, const Octets<2>& amf) const {
  ByteView k(k_.data(), k_length_);
  Key256 out{};
  run(topc_, static_cast<uint8_t>(instance | length_code(lengths_.mac)), k, {rand, amf, sqn}, iterations_)
      .get(0, std::span(out).first(lengths_.mac));
  return out;
}

Key256 Tuak::f1(const Octets<16>& rand, const Octets<6>& sqn, const Octets<2>& amf) const { return mac(for_f1, rand, sqn, amf); }
Key256 Tuak::f1_star(const Octets<16>& rand, const Octets<6>& sqn, const Octets<2>& amf) const { return mac(for_f1_star, rand, sqn, amf); }

Tuak::Keys Tuak::f2345(const Octets<16>& rand) const {
  unsigned instance = for_f2345 | length_code(lengths_.res) | (lengths_.ck == 32 ? ck_256 : 0) | (lengths_.ik == 32 ? ik_256 : 0);
  State out = run(topc_, static_cast<uint8_t>(instance), {k_.data(), k_length_}, {rand, {}, {}}, iterations_);
  Keys keys;
  out.get(0, std::span(keys.res).first(lengths_.res));
  out.get(32, std::span(keys.ck).first(lengths_.ck));
  out.get(64, std::span(keys.ik).first(lengths_.ik));
  out.get(96, keys.ak);
  return keys;
}

Octets<6> Tuak::f5_star(const Octets<16>& rand) const {
  Octets<6> ak;
  run(topc_, for_f5_star, {k_.data(), k_length_}, {rand, {}, {}}, iterations_).get(96, ak);
  return ak;
}

}  // namespace sen::crypto
