// Channel coding of control information: DCI, UCI and BCH as whole chains, and the short codes against every word.
#include "phy/coding/control.h"

#include <algorithm>
#include <cmath>

#include "phy/coding/crc.h"
#include "tests/unit/phy_isa.h"
#include "tests/unit/phy_noise.h"
#include "tests/unit/phy_property.h"

namespace sen::phy {
namespace {

std::vector<Bit> random_bits(Random& random, size_t n) {
  std::vector<Bit> out(n);
  for (Bit& b : out) b = random.chance(0.5);
  return out;
}

// Noiseless soft bits after descrambling: y repeats the bit before, x is anything.
std::vector<Llr> soft(std::span<const Bit> e, int scale, Random& random) {
  std::vector<Llr> out;
  Bit last = 0;
  for (Bit b : e) {
    if (b < 2) last = b;
    out.push_back(static_cast<Llr>(b == placeholder_x ? static_cast<int>(random.between(0, 240)) - 120 : last ? -scale : scale));
  }
  return out;
}

TEST(Control, dci_comes_back_to_its_rnti_only) {
  Random random(1);
  ControlEncoder encoder;
  ControlDecoder decoder;
  for (unsigned round = 0; round < property_cases(); ++round) {
    const unsigned level = 1u << random.between(0, 4);
    const auto size = static_cast<unsigned>(random.between(12, std::min(140u, 108 * level - 24)));
    const std::vector<Bit> payload = random_bits(random, size);
    const auto rnti = static_cast<uint16_t>(random.next());
    std::vector<Bit> e(108 * level), back(size);
    ASSERT_TRUE(encoder.dci(payload, rnti, e));
    const std::vector<Llr> llrs = soft(e, 30, random);
    const uint16_t right[] = {static_cast<uint16_t>(rnti + 1), rnti}, wrong[] = {static_cast<uint16_t>(rnti ^ 0x8000)};
    ASSERT_EQ(decoder.dci(llrs, right, back), 1u);
    ASSERT_EQ(back, payload);
    ASSERT_FALSE(decoder.dci(llrs, wrong, back));
    std::vector<Bit> longer(size + 1);
    ASSERT_FALSE(size < 140 && decoder.dci(llrs, right, longer));
  }
}

TEST(Control, uci_of_every_size_comes_back) {
  Random random(2);
  ControlEncoder encoder;
  ControlDecoder decoder(8), single(1);
  for (unsigned round = 0; round < property_cases(); ++round) {
    const auto a = static_cast<unsigned>(random.chance(0.3) ? random.between(1, 11) : random.chance(0.5) ? random.between(12, 60) : random.between(12, 1706));
    const unsigned qm_of[] = {1, 2, 4, 6, 8};
    const unsigned qm = qm_of[random.between(0, 4)];
    const unsigned least = a < 12 ? std::max(a <= 2 ? 3 * qm : 24, a) : a + 25;
    const auto e_size = static_cast<unsigned>(random.between(least, std::min(16000u, a >= 360 ? 4 * least : std::min(8192u, 20 * least))));
    const std::vector<Bit> payload = random_bits(random, a);
    std::vector<Bit> e(e_size), back(a);
    const Status sent = encoder.uci(payload, qm, e);
    ASSERT_TRUE(sent) << sent.error().describe();
    const auto result = (round % 2 ? decoder : single).uci(soft(e, static_cast<int>(random.between(3, 120)), random), qm, back);
    ASSERT_TRUE(result.ok) << "A " << a << " E " << e_size << " metric " << result.metric;
    ASSERT_EQ(back, payload) << "A " << a << " E " << e_size;
  }
}

TEST(Control, refuses_sizes_that_cannot_be) {
  ControlEncoder encoder;
  std::vector<Bit> e(108), few(11), many(141), long_uci(1707);
  EXPECT_EQ(encoder.dci(few, 1, e).error().where, "dci.size");
  EXPECT_EQ(encoder.dci(many, 1, e).error().where, "dci.size");
  EXPECT_EQ(encoder.dci(std::vector<Bit>(100), 1, e).error().where, "polar.e");
  EXPECT_EQ(encoder.uci({}, 2, e).error().where, "uci.size");
  EXPECT_EQ(encoder.uci(long_uci, 2, e).error().where, "uci.size");
  EXPECT_EQ(encoder.uci(few, 9, e).error().where, "uci.qm");
  EXPECT_EQ(encoder.uci(std::vector<Bit>(100), 2, e).error().where, "polar.e");
  ControlDecoder decoder;
  std::vector<Llr> llrs(108);
  const uint16_t rnti[] = {1};
  EXPECT_FALSE(decoder.dci(llrs, rnti, few));
  EXPECT_FALSE(decoder.dci(llrs, rnti, many));
  EXPECT_FALSE(decoder.uci(llrs, 2, long_uci).ok);
  EXPECT_FALSE(decoder.uci({}, 2, few).ok);
}

TEST(Control, noise_alone_is_seldom_a_word) {
  Noise noise(3);
  ControlDecoder decoder;
  unsigned uci = 0, dci = 0;
  const unsigned rounds = 1000;
  for (unsigned round = 0; round < rounds; ++round) {
    std::vector<Llr> llrs(216);
    for (Llr& x : llrs) x = static_cast<Llr>(std::lrint(std::clamp(noise(800).real(), -120.0f, 120.0f)));
    std::vector<Bit> payload(4), longer(40);
    uci += decoder.uci(llrs, 2, payload).ok;
    const uint16_t rntis[] = {1, 2, 0xffff};
    dci += decoder.dci(llrs, rntis, longer).has_value();
  }
  EXPECT_LT(uci, rounds / 50);
  EXPECT_EQ(dci, 0u);
}

TEST(Control, bch_carries_every_timing_bit) {
  Random random(4);
  ControlEncoder encoder;
  ControlDecoder decoder;
  for (unsigned round = 0; round < property_cases(); ++round) {
    const unsigned l_max = random.chance(0.4) ? 64 : random.chance(0.5) ? 8 : 4;
    PbchPayload sent;
    sent.mib = static_cast<uint32_t>(random.next() & 0xffffff);
    sent.sfn = static_cast<uint16_t>((sent.mib >> 17 & 63) << 4 | random.between(0, 15));
    sent.half_frame = random.chance(0.5);
    sent.ssb_index = static_cast<uint8_t>(random.between(0, l_max - 1));
    sent.l_max = static_cast<uint8_t>(l_max);
    sent.k_ssb = static_cast<uint8_t>((l_max == 64 ? 0 : random.between(0, 1) << 4) | (sent.mib >> 12 & 15));
    const auto pci = static_cast<uint16_t>(random.between(0, 1007));
    std::array<Bit, 32> a, b;
    std::array<Bit, 864> e;
    pbch_scramble(sent, pci, a);
    encoder.bch(a, e);
    const std::vector<Llr> llrs = soft(e, 20, random);
    ASSERT_TRUE(decoder.bch(std::span<const Llr, 864>(llrs.data(), 864), b));
    const PbchPayload got = pbch_descramble(b, pci, l_max, l_max == 64 ? sent.ssb_index % 8u : sent.ssb_index);
    ASSERT_EQ(got.mib, sent.mib);
    ASSERT_EQ(got.sfn, sent.sfn);
    ASSERT_EQ(got.half_frame, sent.half_frame);
    ASSERT_EQ(got.ssb_index, sent.ssb_index);
    ASSERT_EQ(got.k_ssb, sent.k_ssb);
  }
}

TEST(ShortBlock, decides_as_a_search_over_all_words) {
  Noise noise(5);
  for (unsigned k = 1; k <= 11; ++k) {
    for (unsigned qm : {1u, 2u, 4u}) {
      for (int round = 0; round < 12; ++round) {
        const auto e_size = static_cast<unsigned>(noise.random().between(3 * qm, 80));
        std::vector<Llr> llrs(e_size);
        for (Llr& x : llrs) x = static_cast<Llr>(std::lrint(std::clamp(noise(600).real(), -120.0f, 120.0f)));
        int best = INT32_MIN, second = INT32_MIN, total = 0;
        unsigned winner = 0;
        std::vector<Bit> word(k), e(e_size);
        for (unsigned w = 0; w < 1u << k; ++w) {
          for (unsigned i = 0; i < k; ++i) word[i] = w >> i & 1;
          short_block_encode(word, qm, e);
          int value = 0;
          total = 0;
          for (unsigned i = 0; i < e_size; ++i) {
            if (e[i] == placeholder_x) continue;
            const Bit bit = e[i] == placeholder_y ? e[i - 1] : e[i];
            value += bit ? -llrs[i] : llrs[i];
            total += std::abs(int{llrs[i]});
          }
          if (value > best) {
            second = best;
            best = value;
            winner = w;
          } else {
            second = std::max(second, value);
          }
        }
        std::vector<Bit> out(k);
        const ShortBlockResult result = short_block_decode(llrs, qm, out);
        EXPECT_NEAR(result.metric, static_cast<double>(best) / total, 1e-5);
        EXPECT_NEAR(result.margin, static_cast<double>(best - second) / total, 1e-5);
        if (best == second) continue;
        for (unsigned i = 0; i < k; ++i) EXPECT_EQ(out[i], winner >> i & 1) << "K " << k;
      }
    }
  }
}

// A PUCCH that was not sent at all: nothing may be read out of nothing.
TEST(ControlDecoder, silence_is_no_message) {
  ControlDecoder decoder;
  const std::vector<Llr> silence(64, Llr{});
  for (unsigned size = 1; size <= 20; ++size) {
    std::vector<Bit> bits(size);
    EXPECT_FALSE(decoder.uci(silence, 2, bits).ok) << size;
  }
}

}  // namespace
}  // namespace sen::phy
