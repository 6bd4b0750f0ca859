// Gold and low-PAPR sequences against their definitions, and the kernels below on every instruction set.
#include <numbers>
#include <set>

#include "phy/kernels/complex.h"
#include "phy/kernels/decimate.h"
#include "phy/kernels/dft.h"
#include "phy/kernels/signs.h"
#include "phy/sequence/gold.h"
#include "phy/sequence/low_papr.h"
#include "tests/unit/phy_isa.h"
#include "tests/unit/phy_signals.h"

namespace sen::phy {
namespace {

// TS 38.211 5.2.1, as it stands there.
std::vector<Bit> gold_by_definition(uint32_t c_init, size_t n) {
  const size_t n_c = 1600, length = n + n_c + 31;
  std::vector<Bit> x1(length), x2(length), c(n);
  x1[0] = 1;
  for (unsigned i = 0; i < 31; ++i) x2[i] = c_init >> i & 1;
  for (size_t i = 0; i + 31 < length; ++i) {
    x1[i + 31] = x1[i + 3] ^ x1[i];
    x2[i + 31] = x2[i + 3] ^ x2[i + 2] ^ x2[i + 1] ^ x2[i];
  }
  for (size_t i = 0; i < n; ++i) c[i] = x1[i + n_c] ^ x2[i + n_c];
  return c;
}

TEST(Gold, equals_its_definition_from_anywhere) {
  Random random(1);
  for (unsigned i = 0; i < 40; ++i) {
    const auto c_init = static_cast<uint32_t>(random.between(0, 0x7fffffff));
    const std::vector<Bit> c = gold_by_definition(c_init, 6000);
    const unsigned first = upto(random, 5000), n = upto(random, 1000);
    std::vector<Bit> bits(n);
    Gold(c_init, first).fill_bits(bits);
    EXPECT_TRUE(std::equal(bits.begin(), bits.end(), c.begin() + first));
    Gold gold(c_init);
    for (size_t at = 0; at < 5000;) {  // any mixture of steps
      const unsigned step = upto(random, 32), skipped = upto(random, 700);
      const uint32_t word = gold.next(step);
      for (unsigned k = 0; k < step; ++k) ASSERT_EQ(word >> (step - 1 - k) & 1, c[at + k]) << at << " " << k;
      gold.skip(skipped);
      at += step + skipped;
    }
  }
}

TEST(Gold, repeats_after_its_period) {
  Gold a(12345, 100), b(12345, 100);
  b.skip(0x7fffffff);
  for (unsigned i = 0; i < 20; ++i) EXPECT_EQ(a.next(32), b.next(32));
}

TEST(Gold, gives_the_same_in_every_form) {
  Random random(2);
  for (size_t n : {1u, 7u, 8u, 63u, 64u, 65u, 1000u, 1024u, 2047u, 4097u}) {
    const auto c_init = static_cast<uint32_t>(random.between(0, 0x7fffffff));
    const std::vector<Bit> c = gold_by_definition(c_init, 2 * n);
    std::vector<uint8_t> packed((n + 7) / 8 + 1, 0xff), data(packed);
    Gold(c_init).fill(packed, n);
    for (size_t i = 0; i < packed.size() * 8 - 8; ++i) ASSERT_EQ(packed[i / 8] >> (7 - i % 8) & 1, i < n ? c[i] : 0);
    EXPECT_EQ(packed.back(), 0xff);
    Gold(c_init).scramble(data, n);
    for (size_t i = 0; i < packed.size() * 8; ++i) ASSERT_EQ(data[i / 8] >> (7 - i % 8) & 1, i < n ? 1 - c[i] : 1);
    std::vector<Llr> llrs(n, 5);
    Gold(c_init).descramble(llrs);
    for (size_t i = 0; i < n; ++i) ASSERT_EQ(llrs[i], c[i] ? -5 : 5);
    std::vector<Cf> qpsk(n);
    Gold gold(c_init);
    gold.fill_qpsk(qpsk, 2);
    const float a = std::numbers::sqrt2_v<float>;
    for (size_t i = 0; i < n; ++i) ASSERT_EQ(qpsk[i], Cf(c[2 * i] ? -a : a, c[2 * i + 1] ? -a : a));
    EXPECT_EQ(gold.next(20), Gold(c_init, static_cast<uint32_t>(2 * n)).next(20));
  }
}

TEST(LowPapr, is_the_zadoff_chu_sequence_of_5_2_2_1) {
  for (unsigned length : {36u, 42u, 72u, 144u, 300u, 1200u, 1632u, 3276u}) {
    unsigned n_zc = length - 1;
    auto prime = [](unsigned n) {
      for (unsigned d = 2; d * d <= n; ++d) {
        if (n % d == 0) return false;
      }
      return true;
    };
    while (!prime(n_zc)) --n_zc;
    EXPECT_EQ(prime_below(length), n_zc);
    for (unsigned u : {0u, 13u, 29u}) {
      for (int v : {0, 1}) {
        const double q_bar = n_zc * (u + 1) / 31.0;
        const double q = std::floor(q_bar + 0.5) + v * (static_cast<int>(std::floor(2 * q_bar)) % 2 == 0 ? 1 : -1);
        std::vector<Cf> r(length);
        low_papr(u, static_cast<unsigned>(v), 0.3, r);
        for (unsigned n = 0; n < length; ++n) {
          const double m = n % n_zc;
          const Cf expected(std::polar(1.0, std::remainder(-std::numbers::pi * q * m * (m + 1) / n_zc + 0.3 * n, 2 * std::numbers::pi)));
          ASSERT_LT(std::abs(r[n] - expected), 1e-5) << length << " " << u << " " << v << " " << n;
        }
      }
    }
  }
}

TEST(LowPapr, has_thirty_different_sequences_of_unit_magnitude_in_every_table) {
  for (unsigned length : {6u, 12u, 18u, 24u, 30u}) {
    std::set<std::vector<std::pair<int, int>>> seen;
    for (unsigned u = 0; u < 30; ++u) {
      std::vector<Cf> r(length);
      low_papr_base(u, 0, r);
      std::vector<std::pair<int, int>> rounded;
      for (Cf v : r) {
        EXPECT_NEAR(std::abs(v), 1, 1e-6);
        rounded.emplace_back(std::lround(100 * v.real()), std::lround(100 * v.imag()));
      }
      seen.insert(rounded);
    }
    EXPECT_EQ(seen.size(), 30u) << length;
  }
}

// The tables were searched for this: what a transform makes of any of their sequences stays within a few dB of its mean power; Zadoff-Chu
// sequences do as well.
TEST(LowPapr, has_a_low_peak) {
  for (unsigned length : {6u, 12u, 18u, 24u, 30u, 96u}) {
    const size_t n = 16 * length;
    Dft dft(n, Dft::Direction::backward);
    for (unsigned u = 0; u < 30; ++u) {
      Aligned<Cf> in(n), out(n);
      low_papr_base(u, 0, in.span().first(length));
      dft.run(in.data(), out.data());
      float peak = 0;
      for (Cf v : out) peak = std::max(peak, std::norm(v));
      EXPECT_LT(10 * std::log10(peak / static_cast<float>(length)), length < 30 ? 4.5 : 6) << length << " " << u;
    }
  }
}

TEST(LowPapr, hops_by_group_and_sequence_as_6_3_2_2_says) {
  for (unsigned n_id : {0u, 1u, 29u, 30u, 511u, 1007u}) {
    for (unsigned slot : {0u, 7u, 19u, 79u}) {
      for (bool second : {false, true}) {
        const unsigned hop = 2 * slot + second, f_ss = n_id % 30;
        const auto c = gold_by_definition(n_id / 30, 8 * hop + 8), d = gold_by_definition(32 * (n_id / 30) + n_id % 30, hop + 1);
        unsigned f_gh = 0;
        for (unsigned m = 0; m < 8; ++m) f_gh += c[8 * hop + m] << m;
        EXPECT_EQ(pucch_group_sequence(0, n_id, slot, second).u, f_ss);
        EXPECT_EQ(pucch_group_sequence(1, n_id, slot, second).u, (f_gh % 30 + f_ss) % 30);
        EXPECT_EQ(pucch_group_sequence(1, n_id, slot, second).v, 0);
        EXPECT_EQ(pucch_group_sequence(2, n_id, slot, second).u, f_ss);
        EXPECT_EQ(pucch_group_sequence(2, n_id, slot, second).v, d[hop]);
      }
      const auto c = gold_by_definition(n_id, 8 * 14 * 80 + 14 * 8);
      for (unsigned l : {0u, 13u}) {
        unsigned n_cs = 0;
        for (unsigned m = 0; m < 8; ++m) n_cs += c[14 * 8 * slot + 8 * l + m] << m;
        EXPECT_EQ(pucch_n_cs(n_id, slot, l), n_cs);
      }
    }
  }
}

TEST(Signs, are_the_same_with_every_instruction_set) {
  Random random(3);
  for (size_t n : {0u, 1u, 63u, 64u, 65u, 200u, 1024u}) {
    std::vector<uint64_t> words(n / 64 + 1);
    for (uint64_t& w : words) w = random.next();
    std::vector<float> expected(n);
    reference::signs(words, 0.5f, expected);
    for_each_isa([&] {
      std::vector<float> out(n);
      signs(words, 0.5f, out);
      ASSERT_EQ(out, expected);
    });
  }
}

TEST(ComplexKernels, agree_with_the_reference) {
  Noise noise(4);
  for (size_t n : {0u, 1u, 3u, 4u, 7u, 8u, 9u, 31u, 139u, 839u}) {
    for (size_t offset : {0u, 1u}) {
      std::vector<Cf> a_all(n + 1), b_all(n + 1);
      for (size_t i = 0; i <= n; ++i) a_all[i] = noise(2), b_all[i] = noise(2);
      auto a = std::span(a_all).subspan(offset, n), b = std::span(b_all).subspan(offset, n);
      const Cf factor(0.3f, -1.2f);
      std::vector<Cf> scaled(n), product(n), conj(n);
      std::vector<float> power(n, 1);
      reference::scale(a, factor, scaled);
      reference::multiply(a, b, factor, product);
      reference::multiply_conj(a, b, conj);
      reference::add_power(a, power);
      const Cf sum = reference::inner(a, b);
      for_each_isa([&] {
        std::vector<Cf> out(n);
        std::vector<float> p(n, 1);
        auto near = [&](const std::vector<Cf>& expected) {
          for (size_t i = 0; i < n; ++i) ASSERT_LT(std::abs(out[i] - expected[i]), 1e-5f * (1 + std::abs(expected[i])));
        };
        scale(a, factor, out), near(scaled);
        multiply(a, b, factor, out), near(product);
        multiply_conj(a, b, out), near(conj);
        add_power(a, p);
        for (size_t i = 0; i < n; ++i) ASSERT_NEAR(p[i], power[i], 1e-5f * power[i]);
        EXPECT_EQ(largest(power), reference::largest(power));
        EXPECT_LT(std::abs(inner(a, b) - sum), 1e-4f * static_cast<float>(n + 1));
      });
    }
  }
}

TEST(Decimate, is_the_filter_with_every_instruction_set) {
  Noise noise(5);
  std::array<float, decimate_taps> taps;
  for (float& t : taps) t = noise.uniform() - 0.5f;
  for (size_t n : {1u, 5u, 37u, 213u}) {
    const size_t stride = n + 3;
    std::vector<Cf> phases(4 * stride), expected(n);
    for (Cf& v : phases) v = noise(1);
    reference::decimate(phases, stride, taps, expected);
    Cf first;
    for (size_t t = 0; t < decimate_taps; ++t) first += taps[t] * phases[t % 4 * stride + t / 4];
    EXPECT_LT(std::abs(expected[0] - first), 1e-6);
    for_each_isa([&] {
      std::vector<Cf> out(n);
      decimate(phases, stride, taps, out);
      for (size_t i = 0; i < n; ++i) ASSERT_LT(std::abs(out[i] - expected[i]), 1e-5);
    });
  }
}

}  // namespace
}  // namespace sen::phy
