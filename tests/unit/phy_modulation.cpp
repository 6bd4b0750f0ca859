// The mapper and the soft demapper: points of TS 38.211 5.1, exact max-log LLRs, every instruction set against the reference.
#include <cmath>

#include "base/random.h"
#include "phy/estimation/equaliser.h"
#include "phy/kernels/isa.h"
#include "phy/kernels/modulation.h"
#include "tests/unit/phy_isa.h"

namespace sen::phy {
namespace {

constexpr unsigned orders[] = {1, 2, 4, 6, 8, 10};

std::vector<Cf> points(unsigned qm) {
  std::vector<Cf> out(size_t{1} << qm);
  for (unsigned v = 0; v < out.size(); ++v) {
    const uint8_t bits[2] = {static_cast<uint8_t>(v << (16 - qm) >> 8), static_cast<uint8_t>(v << (16 - qm))};
    reference::map_symbols(qm, bits, 0, std::span(&out[v], 1));
  }
  return out;
}

TEST(Modulation, has_unit_mean_power_and_the_named_corners) {
  for (unsigned qm : orders) {
    double power = 0;
    const auto all = points(qm);
    for (Cf p : all) power += std::norm(p);
    EXPECT_NEAR(power / static_cast<double>(all.size()), 1, 1e-6) << qm;
    EXPECT_GT(all[0].real(), 0);  // all bits 0: the first quadrant
    EXPECT_GT(all[0].imag(), 0);
  }
  // 5.1.4: 16QAM 0000 is (1 + j) / sqrt(10), 1010 is -3 + j over sqrt(10) ... b0 and b2 belong to I.
  EXPECT_NEAR(points(4)[0b0000].real(), 1 / std::sqrt(10.0), 1e-6);
  EXPECT_NEAR(points(4)[0b1010].real(), -3 / std::sqrt(10.0), 1e-6);
  EXPECT_NEAR(points(4)[0b1010].imag(), 1 / std::sqrt(10.0), 1e-6);
  // 5.1.6: 256QAM: b2 = 1 pushes outwards: 8 + 4 - ... 11 at b4 = b6 = 0.
  EXPECT_NEAR(points(8)[0b00100000].real(), 11 / std::sqrt(170.0), 1e-6);
}

TEST(Modulation, gray_neighbours_differ_in_one_bit) {
  for (unsigned qm : {4u, 6u, 8u, 10u}) {
    const auto all = points(qm);
    for (unsigned v = 0; v < all.size(); ++v) {
      for (unsigned w = 0; w < v; ++w) {
        if (std::abs(all[v] - all[w]) < 2.1f * modulation_unit(qm)) {
          EXPECT_EQ(__builtin_popcount(v ^ w), 1);
        }
      }
    }
  }
}

TEST(Modulation, every_instruction_set_maps_like_the_reference) {
  for_each_isa([] {
    Random random(1);
    for (unsigned qm : orders) {
      for (int round = 0; round < 200; ++round) {
        const size_t n = random.between(0, 300), first = random.between(0, 40);
        const Bytes bits = random.bytes((first + n * qm + 7) / 8);
        std::vector<Cf> got(n), want(n);
        map_symbols(qm, bits, first, got, 0.7f);
        reference::map_symbols(qm, bits, first, want, 0.7f);
        for (size_t i = 0; i < n; ++i) ASSERT_LT(std::abs(got[i] - want[i]), 1e-6) << qm << ' ' << i;
      }
    }
  });
}

TEST(Demapper, gives_the_exact_max_log_ratio) {
  Random random(2);
  for (unsigned qm : orders) {
    const auto all = points(qm);
    for (int round = 0; round < 400; ++round) {
      const Cf y{static_cast<float>(random.between(0, 4000)) / 1000 - 2, static_cast<float>(random.between(0, 4000)) / 1000 - 2};
      const float nvar = std::pow(10.0f, -static_cast<float>(random.between(0, 300)) / 100);
      std::array<Llr, 10> llr;
      reference::demap(qm, std::span(&y, 1), std::span(&nvar, 1), llr);
      for (unsigned k = 0; k < qm; ++k) {
        double near[2] = {1e9, 1e9};
        for (unsigned v = 0; v < all.size(); ++v) near[v >> (qm - 1 - k) & 1] = std::min<double>(near[v >> (qm - 1 - k) & 1], std::norm(y - all[v]));
        const double want = std::clamp((near[1] - near[0]) / nvar * llr_steps(qm), -120.0, 120.0);
        ASSERT_NEAR(llr[k], want, 0.52) << qm << " bit " << k;
      }
    }
  }
}

TEST(Demapper, returns_the_bits_that_were_mapped) {
  for_each_isa([] {
    Random random(3);
    for (unsigned qm : orders) {
      const size_t n = 333;
      const Bytes bits = random.bytes((n * qm + 7) / 8);
      std::vector<Cf> x(n);
      std::vector<Llr> llr(n * qm);
      map_symbols(qm, bits, 0, x);
      demap(qm, x, std::vector<float>(n, 1e-4f), llr);
      for (size_t i = 0; i < n * qm; ++i) ASSERT_EQ(llr[i] < 0, (bits[i / 8] >> (7 - i % 8) & 1) != 0) << qm << ' ' << i;
      demap(qm, x, std::vector<float>(n, std::numeric_limits<float>::infinity()), llr);
      for (Llr l : llr) ASSERT_EQ(l, 0);
    }
  });
}

TEST(Demapper, agrees_on_every_instruction_set) {
  for_each_isa([] {
    Random random(4);
    for (unsigned qm : orders) {
      for (int round = 0; round < 200; ++round) {
        const size_t n = random.between(0, 200), offset = random.between(0, 3);
        std::vector<Cf> x(n + offset);
        std::vector<float> nvar(n + offset);
        for (Cf& v : x) v = {static_cast<float>(random.between(0, 6000)) / 1000 - 3, static_cast<float>(random.between(0, 6000)) / 1000 - 3};
        for (float& v : nvar) v = random.chance(0.05) ? 0 : std::pow(10.0f, static_cast<float>(random.between(0, 1000)) / 100 - 6);
        std::vector<Llr> got(n * qm + offset, 99), want(n * qm + offset, 99);
        demap(qm, std::span(x).subspan(offset), std::span(nvar).subspan(offset), std::span(got).first(n * qm), 1);
        reference::demap(qm, std::span(x).subspan(offset), std::span(nvar).subspan(offset), std::span(want).first(n * qm), 1);
        // Fused multiplication may move a value over a rounding boundary.
        for (size_t i = 0; i < got.size(); ++i) ASSERT_LE(std::abs(got[i] - want[i]), 1) << qm << ' ' << i << " of " << n;
      }
    }
  });
}

}  // namespace
}  // namespace sen::phy
