#include "crypto/aka.h"
#include "crypto/random.h"
#include "tests/unit/crypto_vectors.h"

namespace sen::crypto {
namespace {

using test::octets;

TEST(Milenage, matches_published_test_sets) {
  for (const auto& row : test::rows("security_milenage.txt")) {
    auto k = octets<16>(row.at(0)), rand = octets<16>(row.at(1)), opc = milenage_opc(k, octets<16>(row.at(4)));
    EXPECT_EQ(to_hex(opc), row.at(5));
    Milenage milenage(k, opc);
    auto mac = milenage.f1(rand, octets<6>(row.at(2)), octets<2>(row.at(3)));
    EXPECT_EQ(to_hex(mac.f1), row.at(6));
    EXPECT_EQ(to_hex(mac.f1_star), row.at(7));
    auto keys = milenage.f2345(rand);
    EXPECT_EQ(to_hex(keys.res), row.at(8));
    EXPECT_EQ(to_hex(keys.ck), row.at(9));
    EXPECT_EQ(to_hex(keys.ik), row.at(10));
    EXPECT_EQ(to_hex(keys.ak), row.at(11));
    EXPECT_EQ(to_hex(milenage.f5_star(rand)), row.at(12));
  }
}

uint8_t length_of(const std::string& hex) { return static_cast<uint8_t>(hex.size() / 2); }

TEST(Tuak, matches_published_test_sets_with_all_lengths) {
  for (const auto& row : test::rows("security_tuak.txt")) {
    Bytes k = test::hex(row.at(0));
    auto rand = octets<16>(row.at(1));
    auto sqn = octets<6>(row.at(2));
    auto amf = octets<2>(row.at(3));
    auto iterations = static_cast<uint8_t>(std::stoul(row.at(5)));
    Key256 topc = Tuak::topc(k, test::hex(row.at(4)), iterations).value();
    EXPECT_EQ(to_hex(topc), row.at(6));
    TuakLengths lengths{length_of(row.at(7)), length_of(row.at(9)), length_of(row.at(10)), length_of(row.at(11))};
    Tuak tuak = Tuak::create(k, topc, lengths, iterations).value();
    EXPECT_EQ(to_hex(ByteView(tuak.f1(rand, sqn, amf)).first(lengths.mac)), row.at(7));
    EXPECT_EQ(to_hex(ByteView(tuak.f1_star(rand, sqn, amf)).first(lengths.mac)), row.at(8));
    auto keys = tuak.f2345(rand);
    EXPECT_EQ(to_hex(ByteView(keys.res).first(lengths.res)), row.at(9));
    EXPECT_EQ(to_hex(ByteView(keys.ck).first(lengths.ck)), row.at(10));
    EXPECT_EQ(to_hex(ByteView(keys.ik).first(lengths.ik)), row.at(11));
    EXPECT_EQ(to_hex(keys.ak), row.at(12));
    EXPECT_EQ(to_hex(tuak.f5_star(rand)), row.at(13));
  }
}

TEST(Tuak, refuses_lengths_that_the_standard_does_not_have) {
  Bytes k(16), topc(32);
  EXPECT_TRUE(Tuak::create(k, topc));
  EXPECT_FALSE(Tuak::create(Bytes(24), topc));
  EXPECT_FALSE(Tuak::create(k, Bytes(16)));
  EXPECT_FALSE(Tuak::create(k, topc, {.mac = 4}));
  EXPECT_FALSE(Tuak::create(k, topc, {.res = 12}));
  EXPECT_FALSE(Tuak::create(k, topc, {.ck = 24}));
  EXPECT_FALSE(Tuak::create(k, topc, {.ik = 0}));
  EXPECT_FALSE(Tuak::create(k, topc, {}, 0));
  EXPECT_FALSE(Tuak::topc(k, Bytes(31)));
}

AkaFunctions milenage_functions() { return Milenage(Key128{1, 2, 3}, Key128{4, 5, 6}); }
AkaFunctions tuak_functions() {
  return AkaFunctions::from(Tuak::create(Bytes(32, 9), Bytes(32, 8), {.mac = 8, .res = 16}).value()).value();
}

TEST(Aka, usim_accepts_the_home_networks_vector_and_agrees_on_keys) {
  for (const AkaFunctions& functions : {milenage_functions(), tuak_functions()}) {
    RandomSource random(1);
    auto rand = random.octets<16>();
    AuthenticationVector vector = make_vector(functions, rand, 0x123456789abc);
    auto checked = check_autn(functions, rand, vector.autn);
    ASSERT_TRUE(checked);
    EXPECT_EQ(checked->sqn, 0x123456789abcu);
    EXPECT_TRUE(checked->separation_bit());
    EXPECT_EQ(checked->response.ck, vector.response.ck);
    EXPECT_EQ(checked->response.ik, vector.response.ik);
    EXPECT_EQ(to_hex(checked->response.res()), to_hex(vector.response.res()));
    EXPECT_EQ(to_hex(vector.sqn_xor_ak()), to_hex(vector.autn).substr(0, 12));
  }
}

TEST(Aka, usim_refuses_an_autn_with_any_bit_changed) {
  AkaFunctions functions = milenage_functions();
  Octets<16> rand{7};
  AuthenticationVector vector = make_vector(functions, rand, 33);
  for (size_t bit = 0; bit < 128; ++bit) {
    auto autn = vector.autn;
    autn[bit / 8] ^= static_cast<uint8_t>(1u << bit % 8);
    auto checked = check_autn(functions, rand, autn);
    ASSERT_FALSE(checked);
    EXPECT_EQ(checked.error().fault, Fault::denied);
  }
}

TEST(Aka, home_network_reads_sqn_ms_from_auts_and_refuses_a_forged_one) {
  for (const AkaFunctions& functions : {milenage_functions(), tuak_functions()}) {
    Octets<16> rand{7};
    Auts auts = make_auts(functions, rand, 0x0000000fffe1);
    EXPECT_EQ(verify_auts(functions, rand, auts).value(), 0x0000000fffe1u);
    for (size_t i = 0; i < auts.size(); ++i) {
      Auts forged = auts;
      forged[i] ^= 1;
      EXPECT_FALSE(verify_auts(functions, rand, forged));
    }
    EXPECT_FALSE(verify_auts(functions, Octets<16>{8}, auts));
  }
}

TEST(Aka, takes_tuak_only_with_the_lengths_of_the_5g_system) {
  Bytes k(16), topc(32);
  EXPECT_FALSE(AkaFunctions::from(Tuak::create(k, topc, {.mac = 16}).value()));
  EXPECT_FALSE(AkaFunctions::from(Tuak::create(k, topc, {.ck = 32}).value()));
  EXPECT_FALSE(AkaFunctions::from(Tuak::create(k, topc, {.res = 32}).value()));
  EXPECT_TRUE(AkaFunctions::from(Tuak::create(k, topc, {.res = 4}).value()));
}

TEST(Sqn, converts_to_six_octets_and_back) {
  EXPECT_EQ(to_hex(sqn_octets(0x0102030405ff)), "0102030405ff");
  EXPECT_EQ(sqn_from(octets<6>("0102030405ff")), 0x0102030405ffu);
}

TEST(SqnGenerator, counts_seq_up_and_turns_ind_round) {
  SqnGenerator generator(0);
  EXPECT_EQ(generator.next(), (1u << 5) | 1u);
  EXPECT_EQ(generator.next(), (2u << 5) | 2u);
  for (int i = 0; i < 29; ++i) generator.next();
  EXPECT_EQ(generator.next(), (32u << 5) | 0u);
  EXPECT_EQ(generator.last(), 32u << 5);
}

TEST(SqnWindow, accepts_every_generated_sqn_once) {
  SqnGenerator generator(0);
  SqnWindow window;
  for (int i = 0; i < 100; ++i) {
    Sqn sqn = generator.next();
    EXPECT_TRUE(window.accept(sqn));
    EXPECT_FALSE(window.accept(sqn));
    EXPECT_EQ(window.highest(), sqn);
  }
}

TEST(SqnWindow, accepts_vectors_out_of_order) {
  SqnGenerator generator(0);
  SqnWindow window;
  std::vector<Sqn> batch;
  for (int i = 0; i < 32; ++i) batch.push_back(generator.next());
  for (auto sqn = batch.rbegin(); sqn != batch.rend(); ++sqn) EXPECT_TRUE(window.accept(*sqn));
  for (Sqn sqn : batch) EXPECT_FALSE(window.accept(sqn));
}

TEST(SqnWindow, refuses_jumps_beyond_delta_and_numbers_of_more_than_48_bits) {
  SqnWindow window;
  EXPECT_FALSE(window.accept((SqnWindow::delta + 1) << 5));
  EXPECT_TRUE(window.accept(SqnWindow::delta << 5));
  EXPECT_FALSE(window.accept(sqn_limit));
}

TEST(SqnGenerator, continues_above_the_usim_after_resynchronisation) {
  SqnWindow window;
  EXPECT_TRUE(window.accept(5000 << 5 | 3));
  SqnGenerator generator(10 << 5 | 2);
  EXPECT_FALSE(window.accept(generator.next()));  // IND 3 again, with an older SEQ
  generator.resynchronise(window.highest());
  EXPECT_TRUE(window.accept(generator.next()));
}

TEST(SqnGenerator, comes_back_when_the_usim_is_too_far_behind) {
  SqnWindow window;
  SqnGenerator generator((SqnWindow::delta + 100) << 5);
  EXPECT_FALSE(window.accept(generator.next()));
  generator.resynchronise(window.highest());
  EXPECT_TRUE(window.accept(generator.next()));
}

TEST(SqnGenerator, ignores_a_resynchronisation_that_is_already_overtaken) {
  SqnGenerator generator(100 << 5);
  generator.resynchronise(50 << 5);
  EXPECT_EQ(generator.last(), 100u << 5);
}

}  // namespace
}  // namespace sen::crypto
