// Polar codes: rate matching and frozen sets of TS 38.212 5.3.1 and 5.4.1, the list decoder against its reference, against floating point, and under noise.
#include <algorithm>

#include "phy/coding/polar.h"
#include "phy/coding/polar_plan.h"
#include "phy/kernels/polar_reference.h"
#include "tests/unit/phy_isa.h"
#include "tests/unit/phy_noise.h"
#include "tests/unit/phy_property.h"

namespace sen::phy {
namespace {

PolarCode random_code(Random& random) {
  for (;;) {
    const bool up = random.chance(0.5);
    const auto k = static_cast<unsigned>(!up                   ? random.between(36, 164)
                                         : random.chance(0.3) ? random.between(18, 25)
                                                              : random.between(31, random.between(31, 1023)));
    const auto e = static_cast<unsigned>(random.between(k, std::min<uint64_t>(8192, k * random.between(1, 20))));
    if (auto code = up ? polar_code_uplink(k, e) : polar_code_downlink(k, e)) return *code;
  }
}

std::vector<Bit> random_bits(Random& random, size_t n) {
  std::vector<Bit> out(n);
  for (Bit& b : out) b = random.chance(0.5);
  return out;
}

// Soft bits of BPSK behind white noise: 2 y / sigma^2, five units a neper.
std::vector<Llr> receive(std::span<const Bit> e, Noise& noise, float snr_db) {
  const float variance = std::pow(10.0f, -snr_db / 10);  // of a real dimension
  std::vector<Llr> out;
  for (Bit b : e) {
    const float y = (b ? -1.0f : 1.0f) + noise(2 * variance).real();
    out.push_back(static_cast<Llr>(std::lrint(std::clamp(10 * y / variance, -120.0f, 120.0f))));
  }
  return out;
}

auto equals(const std::vector<Bit>& c) {
  return [&c](std::span<const Bit> bits) { return std::ranges::equal(bits, c); };
}

TEST(Polar, takes_the_length_of_5_3_1) {
  EXPECT_EQ(polar_log2_length({.k = 56, .e = 864, .n_max = 9}), 9u);
  EXPECT_EQ(polar_log2_length({.k = 36, .e = 108, .n_max = 9}), 7u);   // E <= 9/8 * 128, but K/E above 9/16 is not: 36/108 < 9/16 and 108 > 72
  EXPECT_EQ(polar_log2_length({.k = 18, .e = 24, .n_max = 10}), 5u);
  EXPECT_EQ(polar_log2_length({.k = 18, .e = 8192, .n_max = 10}), 8u);  // eight times K
  EXPECT_EQ(polar_log2_length({.k = 36, .e = 140, .n_max = 9}), 7u);   // 140 <= 144: the shorter code, repeated
  EXPECT_EQ(polar_log2_length({.k = 36, .e = 145, .n_max = 9}), 8u);
  EXPECT_EQ(polar_log2_length({.k = 100, .e = 140, .n_max = 9}), 8u);  // K/E >= 9/16
}

TEST(Polar, places_every_bit_once_and_none_where_nothing_is_sent) {
  Random random(1);
  for (int round = 0; round < 300; ++round) {
    const PolarCode code = random_code(random);
    PolarPlan plan;
    make_polar_plan(code, plan);
    const auto& roles = plan.program.roles;
    EXPECT_EQ(std::ranges::count(roles, PolarRole::information), code.k);
    EXPECT_EQ(std::ranges::count(roles, PolarRole::parity), code.n_pc);
    std::vector<uint16_t> places(plan.place.begin(), plan.place.begin() + code.k);
    std::ranges::sort(places);
    EXPECT_EQ(std::ranges::adjacent_find(places), places.end());
    for (uint16_t p : places) EXPECT_EQ(roles[p], PolarRole::information);
    if (plan.matching == PolarMatching::shortening) {
      for (unsigned i = code.e; i < plan.n; ++i) EXPECT_EQ(roles[polar_sub_block(i, plan.n)], PolarRole::frozen);
    }
  }
}

TEST(Polar, refuses_what_the_standard_has_not) {
  auto refused = [](const Result<PolarCode>& code, std::string_view field) { return !code && code.error().where == field && code.error().text.find("TS 38.212") != std::string::npos; };
  EXPECT_TRUE(refused(polar_code_downlink(35, 108), "polar.k"));
  EXPECT_TRUE(refused(polar_code_downlink(165, 432), "polar.k"));
  EXPECT_TRUE(refused(polar_code_downlink(120, 108), "polar.e"));
  EXPECT_TRUE(refused(polar_code_downlink(120, 8193), "polar.e"));
  for (unsigned k : {0u, 17u, 26u, 30u, 1024u}) EXPECT_TRUE(refused(polar_code_uplink(k, 2000), "polar.k")) << k;
  EXPECT_TRUE(refused(polar_code_uplink(20, 22), "polar.e"));  // three parity bits
  EXPECT_TRUE(polar_code_uplink(20, 23));
  EXPECT_EQ(polar_code_uplink(20, 209)->n_pc_wm, 0);
  EXPECT_EQ(polar_code_uplink(20, 210)->n_pc_wm, 1);  // E - K + 3 > 192
}

TEST(Polar, every_code_comes_back_through_every_list) {
  Random random(2);
  PolarEncoder encoder;
  std::vector<PolarDecoder> decoders;
  for (unsigned list : {1u, 2u, 4u, 8u, 16u, 32u}) decoders.emplace_back(list);
  const unsigned cases = property_cases();
  for (unsigned round = 0; round < cases; ++round) {
    const PolarCode code = random_code(random);
    const std::vector<Bit> c = random_bits(random, code.k);
    std::vector<Bit> e(code.e), back(code.k);
    encoder.encode(code, c, e);
    std::vector<Llr> llrs;
    const int scale = static_cast<int>(random.between(1, 120));
    for (Bit b : e) llrs.push_back(static_cast<Llr>(b ? -scale : scale));
    const auto result = decoders[round % decoders.size()].decode(code, llrs, back, equals(c));
    ASSERT_TRUE(result.crc_ok) << "K " << code.k << " E " << code.e << " n_pc " << +code.n_pc;
    ASSERT_EQ(back, c);
  }
}

TEST(Polar, every_instruction_set_decodes_like_the_reference) {
  Random random(3);
  const Isa before = isa();
  for (unsigned list : {1u, 2u, 4u, 8u, 16u, 32u}) {
    PolarWorkspace plain(list), fast(list);
    for (unsigned round = 0; round < property_cases() / 20; ++round) {
      PolarPlan plan;
      make_polar_plan(random_code(random), plan);
      std::vector<Llr> root(plan.n);
      const auto kind = random.between(0, 3);  // anything, mostly zeros sent, extremes, many ties
      for (Llr& x : root) {
        const int v = kind == 0 ? static_cast<int>(random.between(0, 254)) - 127
                    : kind == 1 ? static_cast<int>(random.between(0, 24)) - 4
                    : kind == 2 ? (random.chance(0.5) ? 127 : -127)
                                : static_cast<int>(random.between(0, 4)) - 2;
        x = static_cast<Llr>(v);
      }
      reference::polar_decode(plan.program, root.data(), plain);
      for (Isa i : available_isas()) {
        use_isa(i);
        polar_decode(plan.program, root.data(), fast);
        for (unsigned p = 0; p < list; ++p) {
          ASSERT_EQ(plain.metrics()[p], fast.metrics()[p]) << to_string(i) << " list " << list;
          if (plain.metrics()[p] >= polar_no_path) continue;
          std::array<uint64_t, 16> a{}, b{};
          plain.code_word(p, plan.level, a);
          fast.code_word(p, plan.level, b);
          ASSERT_EQ(a, b) << to_string(i) << " list " << list << " K " << plan.code.k << " E " << plan.code.e;
        }
      }
    }
  }
  use_isa(before);
}

// Block errors of the int8 decoder and of the same algorithm in floating point on the same noise, the former with 0.15 dB more.
struct Errors {
  unsigned fixed = 0, floating = 0;
};
Errors compare(const PolarCode& code, unsigned list, float snr_db, unsigned blocks) {
  PolarEncoder encoder;
  PolarDecoder decoder(list);
  PolarPlan plan;
  make_polar_plan(code, plan);
  reference::PolarListDecoder<float> reference(list);
  Random random(4);
  Errors out;
  for (unsigned block = 0; block < blocks; ++block) {
    const std::vector<Bit> c = random_bits(random, code.k);
    std::vector<Bit> e(code.e), back(code.k);
    encoder.encode(code, c, e);
    Noise noise(block + 1), same(block + 1);
    out.fixed += !decoder.decode(code, receive(e, noise, snr_db + 0.15f), back, equals(c)).crc_ok;
    const float variance = std::pow(10.0f, -snr_db / 10);
    std::vector<float> y(plan.n), root(plan.n);
    for (unsigned i = 0; i < code.e; ++i) {
      const float llr = 2 * ((e[i] ? -1.0f : 1.0f) + same(2 * variance).real()) / variance;
      const unsigned at = plan.matching == PolarMatching::puncturing ? i + plan.n - code.e : i % plan.n;
      y[at] += llr;
    }
    if (plan.matching == PolarMatching::shortening) std::fill(y.begin() + code.e, y.end(), 1e4f);
    for (unsigned i = 0; i < plan.n; ++i) root[polar_sub_block(i, plan.n)] = y[i];
    reference.decode(plan.program.roles, root.data());
    bool ok = false;
    for (unsigned p = 0; p < list && !ok; ++p) {
      std::array<uint8_t, 1024> u = reference.path(p).x;
      for (unsigned s = 1; s < plan.n; s *= 2) {
        for (unsigned i = 0; i < plan.n; ++i) {
          if (!(i & s)) u[i] ^= u[i + s];
        }
      }
      ok = true;
      for (unsigned i = 0; i < code.k && ok; ++i) ok = u[plan.place[i]] == c[i];
    }
    out.floating += !ok;
  }
  return out;
}

TEST(Polar, lies_within_0_15_dB_of_floating_point) {
  struct Point {
    PolarCode code;
    unsigned list;
    float snr_db;
  };
  const unsigned blocks = property_cases();
  for (const Point& point : {Point{*polar_code_downlink(64, 108), 8, 1.9f}, Point{*polar_code_downlink(64, 432), 8, -5.1f}, Point{*polar_code_downlink(56, 864), 8, -8.9f},
                             Point{*polar_code_downlink(64, 432), 1, -4.2f}}) {
    const Errors errors = compare(point.code, point.list, point.snr_db, blocks);
    EXPECT_GT(errors.floating, blocks / 200) << "the point shows nothing";
    EXPECT_LT(errors.floating, blocks / 4) << "the point shows nothing";
    const double spread = 2 * std::sqrt(static_cast<double>(errors.floating) + 1);  // of two counts on one noise
    EXPECT_LE(errors.fixed, errors.floating + spread) << "E " << point.code.e << " list " << point.list;
  }
}

}  // namespace
}  // namespace sen::phy
