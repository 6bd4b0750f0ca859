#include "crypto/suci.h"
#include "tests/unit/crypto_vectors.h"

namespace sen::crypto {
namespace {

using test::hex;

struct Case {
  SuciScheme scheme;
  const char *home_private, *home_public, *ephemeral_private, *input, *output;
};

// TS 33.501 C.4.3.1 (profile A, IMSI), C.4.4.1 (profile B, IMSI).
const Case published[]{
    {SuciScheme::profile_a, "c53c22208b61860b06c62e5406a7b330c2b577aa5558981510d128247d38bd1d",
     "5a8d38864820197c3394b92613b20b91633cbd897119273bf8e4a6f4eec0a650", "c80949f13ebe61af4ebdbd293ea4f942696b9e815d7e8f0096bbf6ed7de62256",
     "00012080f6", "b2e92f836055a255837debf850b528997ce0201cb82adfe4be1f587d07d8457dcb02352410cddd9e730ef3fa87"},
    {SuciScheme::profile_b, "f1ab1074477ebcc7f554ea1c5fc368b1616730155e0041ac447d6301975fecda",
     "0272da71976234ce833a6907425867b82e074d44ef907dfb4b3e21c1c2256ebcd1",
     "99798858a1dc6a2c68637149a4b1dbfd1fdff5addd62a2142f06699ed7602529", "00012080f6",
     "039aab8376597021e855679a9778ea0b67396e68c66df32c0f41e9acca2da9b9d146a33fc2716ac7dae96aa30a4d"},
};

TEST(Suci, conceals_as_the_published_test_data) {
  for (const Case& c : published) {
    auto output = conceal_with(c.scheme, hex(c.home_public), hex(c.input), hex(c.ephemeral_private));
    ASSERT_TRUE(output);
    EXPECT_EQ(to_hex(*output), c.output);
  }
}

TEST(Suci, deconceals_the_published_test_data) {
  for (const Case& c : published) {
    auto key = HomeNetworkKey::load(c.scheme, hex(c.home_private));
    ASSERT_TRUE(key);
    EXPECT_EQ(to_hex(key->public_key()), c.home_public);
    EXPECT_EQ(to_hex(key->private_key()), c.home_private);
    EXPECT_EQ(to_hex(key->deconceal(hex(c.output)).value()), c.input);
  }
}

TEST(Suci, comes_back_from_concealment_for_inputs_of_any_length) {
  RandomSource random(3);
  for (SuciScheme scheme : {SuciScheme::profile_a, SuciScheme::profile_b}) {
    auto key = HomeNetworkKey::generate(scheme, random).value();
    for (size_t length : {size_t{1}, size_t{5}, size_t{16}, size_t{33}, suci_input_limit}) {
      Bytes input(length, 0x21);
      Bytes output = conceal(scheme, key.public_key(), input, random).value();
      EXPECT_EQ(key.deconceal(output).value(), input);
      EXPECT_NE(conceal(scheme, key.public_key(), input, random).value(), output);
    }
    EXPECT_FALSE(conceal(scheme, key.public_key(), Bytes{}, random));
    EXPECT_FALSE(conceal(scheme, key.public_key(), Bytes(suci_input_limit + 1), random));
  }
}

TEST(Suci, null_scheme_gives_the_input_back) {
  RandomSource random(3);
  EXPECT_EQ(conceal(SuciScheme::null_scheme, {}, Bytes{1, 2}, random).value(), (Bytes{1, 2}));
}

TEST(Suci, refuses_a_scheme_output_with_any_octet_changed) {
  for (const Case& c : published) {
    auto key = HomeNetworkKey::load(c.scheme, hex(c.home_private)).value();
    Bytes output = hex(c.output);
    for (size_t i = 0; i < output.size(); ++i) {
      Bytes changed = output;
      changed[i] ^= 0x01;
      EXPECT_FALSE(key.deconceal(changed)) << "octet " << i;
    }
  }
}

TEST(Suci, refuses_wrong_lengths) {
  for (const Case& c : published) {
    auto key = HomeNetworkKey::load(c.scheme, hex(c.home_private)).value();
    Bytes output = hex(c.output);
    const size_t least = output.size() - 4;  // one octet of ciphertext
    for (size_t length = 0; length < least; ++length) {
      EXPECT_EQ(key.deconceal(ByteView(output).first(length)).error().fault, Fault::truncated);
    }
    for (size_t length = least; length < output.size(); ++length) {
      EXPECT_EQ(key.deconceal(ByteView(output).first(length)).error().fault, Fault::denied);
    }
    EXPECT_EQ(key.deconceal(Bytes(1000, output[0])).error().fault, Fault::invalid);
  }
}

// Points of low order of Curve25519 lead to an all-zero secret.
TEST(SuciProfileA, refuses_points_of_low_order) {
  auto key = HomeNetworkKey::load(SuciScheme::profile_a, hex(published[0].home_private)).value();
  for (const char* point : {"0000000000000000000000000000000000000000000000000000000000000000",
                            "0100000000000000000000000000000000000000000000000000000000000000",
                            "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
                            "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
                            "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                            "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                            "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"}) {
    Bytes output = hex(point);
    output.resize(32 + 5 + 8);
    EXPECT_EQ(key.deconceal(output).error().fault, Fault::invalid) << point;
  }
}

TEST(SuciProfileB, refuses_what_is_no_compressed_point_of_the_curve) {
  auto key = HomeNetworkKey::load(SuciScheme::profile_b, hex(published[1].home_private)).value();
  const Bytes good = hex(published[1].output);
  for (unsigned first = 0; first < 256; ++first) {  // 2 and 3 are the two compressed forms
    if (first == 2 || first == 3) continue;
    Bytes output = good;
    output[0] = static_cast<uint8_t>(first);
    EXPECT_EQ(key.deconceal(output).error().fault, Fault::invalid) << first;
  }
  Bytes other_sign = good;
  other_sign[0] = 2;  // a valid point, -P: the same X, but another SharedInfo
  EXPECT_EQ(key.deconceal(other_sign).error().fault, Fault::denied);
  Bytes too_large = good;
  std::fill(too_large.begin() + 1, too_large.begin() + 33, uint8_t{0xff});  // x not below p
  EXPECT_EQ(key.deconceal(too_large).error().fault, Fault::invalid);
  size_t off_curve = 0;
  for (unsigned last = 0; last < 64; ++last) {  // about half of all x have no y
    Bytes output = good;
    output[32] = static_cast<uint8_t>(last);
    auto result = key.deconceal(output);
    ASSERT_FALSE(result);
    off_curve += result.error().fault == Fault::invalid;
  }
  EXPECT_GT(off_curve, 16u);
  EXPECT_LT(off_curve, 48u);
}

TEST(SuciProfileB, refuses_a_home_network_key_off_the_curve) {
  RandomSource random(1);
  Bytes uncompressed(65, 0x11);
  uncompressed[0] = 4;
  EXPECT_EQ(conceal(SuciScheme::profile_b, uncompressed, Bytes{1}, random).error().fault, Fault::invalid);
  EXPECT_EQ(conceal(SuciScheme::profile_b, Bytes(32, 2), Bytes{1}, random).error().fault, Fault::invalid);
  EXPECT_EQ(conceal(SuciScheme::profile_a, Bytes(33, 2), Bytes{1}, random).error().fault, Fault::invalid);
}

TEST(HomeNetworkKey, refuses_private_keys_out_of_range) {
  EXPECT_FALSE(HomeNetworkKey::load(SuciScheme::profile_a, Bytes(31, 1)));
  EXPECT_FALSE(HomeNetworkKey::load(SuciScheme::profile_b, Bytes(33, 1)));
  EXPECT_FALSE(HomeNetworkKey::load(SuciScheme::profile_b, Bytes(32, 0)));
  EXPECT_FALSE(HomeNetworkKey::load(SuciScheme::profile_b, Bytes(32, 0xff)));
  EXPECT_FALSE(HomeNetworkKey::load(SuciScheme::profile_b, hex("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551")));
  EXPECT_TRUE(HomeNetworkKey::load(SuciScheme::profile_b, hex("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632550")));
  EXPECT_EQ(HomeNetworkKey::load(SuciScheme::null_scheme, Bytes(32, 1)).error().fault, Fault::unsupported);
  EXPECT_EQ(HomeNetworkKey::load(static_cast<SuciScheme>(9), Bytes(32, 1)).error().fault, Fault::unsupported);
}

TEST(HomeNetworkKey, is_the_same_for_the_same_seed) {
  for (SuciScheme scheme : {SuciScheme::profile_a, SuciScheme::profile_b}) {
    RandomSource one(5), two(5);
    EXPECT_EQ(HomeNetworkKey::generate(scheme, one)->public_key(), HomeNetworkKey::generate(scheme, two)->public_key());
  }
}

TEST(Msin, packs_digits_low_nibble_first_with_filler) {
  EXPECT_EQ(to_hex(msin_to_bcd("001002086").value()), "00012080f6");
  EXPECT_EQ(to_hex(msin_to_bcd("0123456789").value()), "1032547698");
  EXPECT_EQ(msin_from_bcd(hex("00012080f6")).value(), "001002086");
  EXPECT_EQ(msin_from_bcd(hex("1032547698")).value(), "0123456789");
}

TEST(Msin, refuses_what_is_not_bcd) {
  EXPECT_FALSE(msin_to_bcd(""));
  EXPECT_FALSE(msin_to_bcd("12345678901"));
  EXPECT_FALSE(msin_to_bcd("12a"));
  EXPECT_FALSE(msin_from_bcd({}));
  EXPECT_FALSE(msin_from_bcd(hex("112233445566")));
  EXPECT_FALSE(msin_from_bcd(hex("f1f1")));
  EXPECT_FALSE(msin_from_bcd(hex("1a")));
  EXPECT_FALSE(msin_from_bcd(hex("ff")));
}

}  // namespace
}  // namespace sen::crypto
