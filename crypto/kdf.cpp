#include "crypto/kdf.h"

#include "base/ensure.h"
#include "crypto/hash.h"

namespace sen::crypto {
namespace {

template <size_t n>
Octets<n> big_endian(uint64_t value) {
  Octets<n> out;
  for (size_t i = n; i-- > 0; value >>= 8) out[i] = static_cast<uint8_t>(value);
  return out;
}

Octets<32> joined(const Key128& first, const Key128& second) {
  Octets<32> out;
  std::memcpy(out.data(), first.data(), 16);
  std::memcpy(out.data() + 16, second.data(), 16);
  return out;
}

}  // namespace

Key256 kdf(ByteView key, uint8_t fc, std::initializer_list<ByteView> parameters) {
  ensure(parameters.size() <= 8);
  std::array<Octets<2>, 8> lengths;
  std::array<ByteView, 17> s;  // FC, then each parameter and its length
  s[0] = {&fc, 1};
  for (size_t i = 0; i < parameters.size(); ++i) {
    ByteView parameter = parameters.begin()[i];
    ensure(parameter.size() <= 0xffff);
    lengths[i] = big_endian<2>(parameter.size());
    s[1 + 2 * i] = parameter;
    s[2 + 2 * i] = lengths[i];
  }
  return hmac_sha256(key, std::span<const ByteView>(s).first(1 + 2 * parameters.size()));
}

std::string serving_network_name(std::string_view mcc, std::string_view mnc, std::string_view nid) {
  std::string name = fmt::format("5G:mnc{:0>3}.mcc{:0>3}.3gppnetwork.org", mnc, mcc);
  if (!nid.empty()) name += fmt::format(":{}", nid);
  return name;
}

Key256 k_ausf(const Key128& ck, const Key128& ik, std::string_view snn, const Octets<6>& sqn_xor_ak) {
  return kdf(joined(ck, ik), 0x6a, {as_bytes(snn), sqn_xor_ak});
}

CkIk ck_ik_prime(const Key128& ck, const Key128& ik, std::string_view snn, const Octets<6>& sqn_xor_ak) {
  Key256 both = kdf(joined(ck, ik), 0x20, {as_bytes(snn), sqn_xor_ak});
  CkIk prime;
  std::memcpy(prime.ck.data(), both.data(), 16);
  std::memcpy(prime.ik.data(), both.data() + 16, 16);
  return prime;
}

Key128 res_star(const Key128& ck, const Key128& ik, std::string_view snn, const Octets<16>& rand, ByteView res) {
  return low_128(kdf(joined(ck, ik), 0x6b, {as_bytes(snn), rand, res}));
}

Key128 hres_star(const Octets<16>& rand, const Key128& res_star) { return low_128(sha256({rand, res_star})); }

Key256 k_seaf(const Key256& k_ausf, std::string_view snn) { return kdf(k_ausf, 0x6c, {as_bytes(snn)}); }

Key256 k_amf(const Key256& k_seaf, std::string_view supi, ByteView abba) { return kdf(k_seaf, 0x6d, {as_bytes(supi), abba}); }

Key256 algorithm_key(const Key256& k_amf_or_gnb, AlgorithmKeyType type, uint8_t algorithm_identity) {
  Octets<1> distinguisher{static_cast<uint8_t>(type)}, identity{algorithm_identity};
  return kdf(k_amf_or_gnb, 0x69, {distinguisher, identity});
}

CipherKey cipher_key(const Key256& k_amf_or_gnb, AlgorithmKeyType type, CipherAlgorithm algorithm) {
  return {algorithm, low_128(algorithm_key(k_amf_or_gnb, type, static_cast<uint8_t>(algorithm)))};
}

IntegrityKey integrity_key(const Key256& k_amf_or_gnb, AlgorithmKeyType type, IntegrityAlgorithm algorithm) {
  return {algorithm, low_128(algorithm_key(k_amf_or_gnb, type, static_cast<uint8_t>(algorithm)))};
}

Key256 k_gnb(const Key256& k_amf, uint32_t uplink_nas_count, AccessType access) {
  Octets<1> distinguisher{static_cast<uint8_t>(access)};
  return kdf(k_amf, 0x6e, {big_endian<4>(uplink_nas_count), distinguisher});
}

Key256 next_hop(const Key256& k_amf, const Key256& sync_input) { return kdf(k_amf, 0x6f, {sync_input}); }

Key256 k_ng_ran_star(const Key256& k_gnb_or_nh, uint16_t pci, uint32_t arfcn_dl) {
  return kdf(k_gnb_or_nh, 0x70, {big_endian<2>(pci), big_endian<3>(arfcn_dl)});
}

Key256 k_ng_ran_star_ng_enb(const Key256& k_gnb_or_nh, uint16_t pci, uint32_t earfcn_dl) {
  return kdf(k_gnb_or_nh, 0x71, {big_endian<2>(pci), big_endian<3>(earfcn_dl)});
}

Key256 k_amf_prime(const Key256& k_amf, Direction direction, uint32_t nas_count) {
  Octets<1> p0{static_cast<uint8_t>(direction)};
  return kdf(k_amf, 0x72, {p0, big_endian<4>(nas_count)});
}

Key256 k_asme_prime_idle(const Key256& k_amf, uint32_t uplink_nas_count) { return kdf(k_amf, 0x73, {big_endian<4>(uplink_nas_count)}); }

Key256 k_asme_prime_handover(const Key256& k_amf, uint32_t downlink_nas_count) {
  return kdf(k_amf, 0x74, {big_endian<4>(downlink_nas_count)});
}

Key256 k_amf_from_k_asme_idle(const Key256& k_asme, uint32_t uplink_nas_count) {
  return kdf(k_asme, 0x75, {big_endian<4>(uplink_nas_count)});
}

Key256 k_amf_from_k_asme_handover(const Key256& k_asme, const Key256& nh) { return kdf(k_asme, 0x76, {nh}); }

Key256 k_sn(const Key256& k_ng_ran, uint16_t sn_counter) { return kdf(k_ng_ran, 0x79, {big_endian<2>(sn_counter)}); }

Key128 sor_mac_i_ausf(const Key256& k_ausf, ByteView sor_header, uint16_t counter_sor, ByteView list) {
  Octets<2> counter = big_endian<2>(counter_sor);
  if (list.empty()) return low_128(kdf(k_ausf, 0x77, {sor_header, counter}));
  return low_128(kdf(k_ausf, 0x77, {sor_header, counter, list}));
}

Key128 sor_xmac_i_ue(const Key256& k_ausf, uint16_t counter_sor) {
  Octets<1> acknowledgement{0x01};
  return low_128(kdf(k_ausf, 0x78, {acknowledgement, big_endian<2>(counter_sor)}));
}

Key128 upu_mac_i_ausf(const Key256& k_ausf, ByteView upu_data, uint16_t counter_upu) {
  return low_128(kdf(k_ausf, 0x7b, {upu_data, big_endian<2>(counter_upu)}));
}

Key128 upu_xmac_i_ue(const Key256& k_ausf, uint16_t counter_upu) {
  Octets<1> acknowledgement{0x01};
  return low_128(kdf(k_ausf, 0x7c, {acknowledgement, big_endian<2>(counter_upu)}));
}

}  // namespace sen::crypto
