#include "crypto/eap_aka_prime.h"
#include "crypto/hash.h"
#include "crypto/kdf.h"
#include "crypto/random.h"
#include "tests/unit/crypto_vectors.h"

namespace sen::crypto {
namespace {

using test::hex;
using test::octets;

// RFC 4231 test cases 1, 2 and 6 (a key longer than a block).
TEST(Hmac, matches_rfc_4231) {
  EXPECT_EQ(to_hex(hmac_sha256(Bytes(20, 0x0b), {as_bytes("Hi There")})),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  EXPECT_EQ(to_hex(hmac_sha256(as_bytes("Jefe"), {as_bytes("what do ya "), as_bytes("want for nothing?")})),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(to_hex(hmac_sha256(Bytes(131, 0xaa), {as_bytes("Test Using Larger Than Block-Size Key - Hash Key First")})),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

// The clauses without published data are checked against the string S written out by hand.
TEST(Kdf, builds_the_string_s_of_each_clause) {
  Key256 key;
  key.fill(0x11);
  Key128 ck, ik;
  ck.fill(1), ik.fill(2);
  Bytes ck_ik(16, 1);
  ck_ik.insert(ck_ik.end(), 16, 2);
  const std::string snn = "5G:mnc001.mcc001.3gppnetwork.org";
  const std::string snn_hex = to_hex(as_bytes(snn)) + "0020";
  const Octets<6> sqn_ak{1, 2, 3, 4, 5, 6};
  Octets<16> rand;
  rand.fill(3);
  auto s = [&](const std::string& text) { return hmac_sha256(key, {hex(text)}); };
  auto s_ck_ik = [&](const std::string& text) { return hmac_sha256(ck_ik, {hex(text)}); };
  EXPECT_EQ(k_ausf(ck, ik, snn, sqn_ak), s_ck_ik("6a" + snn_hex + "0102030405060006"));
  EXPECT_EQ(to_hex(ck_ik_prime(ck, ik, snn, sqn_ak).ck) + to_hex(ck_ik_prime(ck, ik, snn, sqn_ak).ik),
            to_hex(s_ck_ik("20" + snn_hex + "0102030405060006")));
  EXPECT_EQ(res_star(ck, ik, snn, rand, hex("aabbccdd00112233")),
            low_128(s_ck_ik("6b" + snn_hex + to_hex(rand) + "0010aabbccdd001122330008")));
  EXPECT_EQ(hres_star(rand, ck), low_128(sha256({rand, ck})));
  EXPECT_EQ(k_seaf(key, snn), s("6c" + snn_hex));
  EXPECT_EQ(k_amf(key, "001010000000001", hex("0000")), s("6d" + to_hex(as_bytes("001010000000001")) + "000f00000002"));
  EXPECT_EQ(algorithm_key(key, AlgorithmKeyType::nas_int, 2), s("69020001020001"));
  EXPECT_EQ(k_gnb(key, 0x01020304), s("6e0102030400040100"
                                      "01"));
  EXPECT_EQ(k_gnb(key, 5, AccessType::non_three_gpp), s("6e00000005000402"
                                                        "0001"));
  EXPECT_EQ(next_hop(key, key), s("6f" + to_hex(key) + "0020"));
  EXPECT_EQ(k_ng_ran_star(key, 500, 3), s("7001f400020000030003"));
  EXPECT_EQ(k_ng_ran_star_ng_enb(key, 500, 3), s("7101f400020000030003"));
  EXPECT_EQ(k_amf_prime(key, Direction::downlink, 7), s("720100010000000700"
                                                        "04"));
  EXPECT_EQ(k_asme_prime_idle(key, 7), s("73000000070004"));
  EXPECT_EQ(k_asme_prime_handover(key, 7), s("74000000070004"));
  EXPECT_EQ(k_amf_from_k_asme_idle(key, 7), s("75000000070004"));
  EXPECT_EQ(k_amf_from_k_asme_handover(key, key), s("76" + to_hex(key) + "0020"));
  EXPECT_EQ(k_sn(key, 7), s("7900070002"));
  EXPECT_EQ(sor_mac_i_ausf(key, hex("02"), 1, {}), low_128(s("7702000100010002")));
  EXPECT_EQ(sor_mac_i_ausf(key, hex("02"), 1, hex("0a0b")), low_128(s("77020001000100020a0b0002")));
  EXPECT_EQ(sor_xmac_i_ue(key, 1), low_128(s("7801000100010002")));
  EXPECT_EQ(upu_mac_i_ausf(key, hex("0c0d"), 1), low_128(s("7b0c0d000200010002")));
  EXPECT_EQ(upu_xmac_i_ue(key, 1), low_128(s("7c01000100010002")));
}

TEST(Kdf, makes_packet_keys_from_the_last_sixteen_octets) {
  Key256 k;
  k.fill(0x22);
  Key128 low = low_128(algorithm_key(k, AlgorithmKeyType::nas_int, 2));
  EXPECT_EQ(integrity_key(k, AlgorithmKeyType::nas_int, IntegrityAlgorithm::nia2).mac(1, 1, Direction::uplink, Bytes{1}),
            IntegrityKey(IntegrityAlgorithm::nia2, low).mac(1, 1, Direction::uplink, Bytes{1}));
}

TEST(ServingNetworkName, pads_a_two_digit_mnc) {
  EXPECT_EQ(serving_network_name("001", "01"), "5G:mnc001.mcc001.3gppnetwork.org");
  EXPECT_EQ(serving_network_name("310", "410"), "5G:mnc410.mcc310.3gppnetwork.org");
  EXPECT_EQ(serving_network_name("999", "70", "0123456789a"), "5G:mnc070.mcc999.3gppnetwork.org:0123456789a");
}

TEST(EapAkaPrime, matches_rfc_9048_appendix_d) {
  for (const auto& row : test::rows("security_eap_aka_prime.txt")) {
    Octets<6> sqn_ak = octets<6>(row.at(1).substr(0, 12));
    CkIk prime = ck_ik_prime(octets<16>(row.at(2)), octets<16>(row.at(3)), row.at(0), sqn_ak);
    EXPECT_EQ(to_hex(prime.ck), row.at(4));
    EXPECT_EQ(to_hex(prime.ik), row.at(5));
    EapAkaPrimeKeys keys = eap_aka_prime_keys(prime, "0555444333222111");
    EXPECT_EQ(to_hex(keys.k_encr), row.at(6));
    EXPECT_EQ(to_hex(keys.k_aut), row.at(7));
    EXPECT_EQ(to_hex(keys.k_re), row.at(8));
    EXPECT_EQ(to_hex(keys.msk), row.at(9));
    EXPECT_EQ(to_hex(keys.emsk), row.at(10));
    EXPECT_EQ(to_hex(keys.k_ausf()), row.at(10).substr(0, 64));
  }
}

TEST(EapAkaPrime, computes_at_mac_with_its_field_zeroed) {
  Key256 k_aut;
  k_aut.fill(4);
  Bytes packet(60, 0x5c), zeroed = packet;
  std::fill(zeroed.begin() + 20, zeroed.begin() + 36, uint8_t{0});
  Key256 full = hmac_sha256(k_aut, {zeroed});
  EXPECT_EQ(to_hex(eap_aka_prime_mac(k_aut, packet, 20).value()), to_hex(full).substr(0, 32));
  EXPECT_NE(eap_aka_prime_mac(k_aut, packet, 20, Bytes{1}).value(), eap_aka_prime_mac(k_aut, packet, 20).value());
}

TEST(EapAkaPrime, refuses_a_mac_field_outside_the_packet) {
  EXPECT_FALSE(eap_aka_prime_mac({}, Bytes(15), 0));
  EXPECT_FALSE(eap_aka_prime_mac({}, Bytes(20), 5));
  EXPECT_FALSE(eap_aka_prime_mac({}, Bytes(20), ~size_t{0}));
  EXPECT_TRUE(eap_aka_prime_mac({}, Bytes(20), 4));
}

TEST(EapAkaPrime, reauthentication_renews_the_session_keys_alone) {
  EapAkaPrimeKeys keys = eap_aka_prime_keys({}, "user"), before = keys;
  eap_aka_prime_reauthenticate(keys, "reauth", 1, {});
  EXPECT_EQ(keys.k_aut, before.k_aut);
  EXPECT_EQ(keys.k_re, before.k_re);
  EXPECT_NE(keys.msk, before.msk);
  EXPECT_NE(keys.emsk, before.emsk);
  // MK = PRF'(K_re, "EAP-AKA' re-auth" | identity | counter | NONCE_S)
  Key256 t1 = hmac_sha256(before.k_re, {as_bytes("EAP-AKA' re-authreauth"), Bytes{0, 1}, Bytes(16), Bytes{1}});
  EXPECT_EQ(to_hex(keys.msk).substr(0, 64), to_hex(t1));
}

TEST(RandomSource, repeats_itself_only_when_seeded) {
  RandomSource a(7), b(7), other(8), secure, secure_too;
  EXPECT_EQ(a.octets<16>(), b.octets<16>());
  EXPECT_NE(a.octets<16>(), other.octets<16>());
  EXPECT_NE(secure.octets<16>(), secure_too.octets<16>());
  EXPECT_TRUE(a.seeded());
  EXPECT_FALSE(secure.seeded());
}

}  // namespace
}  // namespace sen::crypto
