// Statistics of the noise, and the kernels against their references.
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "base/random.h"
#include "channel/kernels/fir.h"
#include "channel/kernels/gaussian.h"
#include "channel/path_loss.h"

using namespace sen;
using namespace sen::channel;

TEST(ChannelNoise, is_complex_gaussian_and_white) {
  const size_t n = 4'000'000;
  std::vector<Cf> x(n);
  Noise(1).add(x, 2.0F);
  double power = 0, fourth = 0, cross = 0, neighbour = 0, mean_re = 0, mean_im = 0;
  size_t beyond_3 = 0, beyond_4 = 0;
  for (size_t i = 0; i < n; ++i) {
    double re = x[i].real(), im = x[i].imag();  // each of variance 1
    mean_re += re, mean_im += im;
    power += re * re + im * im;
    fourth += re * re * re * re + im * im * im * im;
    cross += re * im;
    if (i > 0) neighbour += re * x[i - 1].real() + im * x[i - 1].imag();
    for (double v : {re, im}) beyond_3 += std::abs(v) > 3, beyond_4 += std::abs(v) > 4;
  }
  auto in = static_cast<double>(n);
  EXPECT_NEAR(mean_re / in, 0, 3e-3);
  EXPECT_NEAR(mean_im / in, 0, 3e-3);
  EXPECT_NEAR(power / in, 2, 6e-3);
  EXPECT_NEAR(fourth / in / 2, 3, 0.03);
  EXPECT_NEAR(cross / in, 0, 3e-3);
  EXPECT_NEAR(neighbour / in, 0, 6e-3);
  EXPECT_NEAR(static_cast<double>(beyond_3) / (2 * in), 2.6998e-3, 8e-5);
  EXPECT_NEAR(static_cast<double>(beyond_4) / (2 * in), 6.334e-5, 1.2e-5);
}

TEST(ChannelNoise, does_not_depend_on_the_division_into_calls) {
  std::vector<Cf> whole(1000), parts(1000);
  Noise(7).add(whole, 0.25F);
  Noise noise(7);
  Random random(1);
  for (size_t at = 0; at < parts.size();) {
    size_t n = std::min<size_t>(parts.size() - at, random.between(0, 37));
    noise.add(std::span(parts).subspan(at, n), 0.25F);
    at += n;
  }
  EXPECT_EQ(whole, parts);
  std::vector<Cf> other(1000);
  Noise(8).add(other, 0.25F);
  EXPECT_NE(whole, other);
}

TEST(ChannelNoise, of_a_time_is_the_same_whoever_asks_and_when) {
  std::vector<Cf> whole(5000), part(1500);
  add_noise_at(3, 100, whole, 0.25F);
  for (uint64_t start : {3300u, 100u, 1024u, 1900u}) {
    std::ranges::fill(part, Cf{});
    add_noise_at(3, start, part, 0.25F);
    EXPECT_TRUE(std::equal(part.begin(), part.end(), whole.begin() + static_cast<long>(start) - 100)) << start;
  }
  double power = 0;
  for (Cf x : whole) power += std::norm(x);
  EXPECT_NEAR(power / 5000, 0.25, 0.015);
  std::vector<Cf> other(1500);
  add_noise_at(4, 1900, other, 0.25F);
  EXPECT_NE(part, other);
}

TEST(ChannelNoise, kernel_agrees_with_its_reference) {
  Noise::State a, b;
  Random random(3);
  for (auto& word : a.s) {
    for (uint32_t& lane : word) lane = static_cast<uint32_t>(random.next());
  }
  b = a;
  std::vector<Cf> ours(4096), expected(4096);
  add_gaussian(a, 1.5F, ours);
  reference::add_gaussian(b, 1.5F, expected);
  for (size_t i = 0; i < ours.size(); ++i) ASSERT_LT(std::abs(ours[i] - expected[i]), 1e-5) << i;
  for (int w = 0; w < 4; ++w) EXPECT_TRUE(std::equal(a.s[w], a.s[w] + Noise::lanes, b.s[w]));
}

TEST(ChannelFir, kernel_agrees_with_its_reference_at_every_length) {
  std::vector<Cf> x(400), c(40);
  Noise noise(5);
  noise.add(x, 1);
  noise.add(c, 1);
  for (size_t taps : {1u, 2u, 7u, 40u}) {
    for (size_t n = 0; n < 80; ++n) {
      std::vector<Cf> ours(n, Cf(1, 2)), expected = ours;
      fir_add(x.data() + n % 5, std::span(c).first(taps), ours);
      reference::fir_add(x.data() + n % 5, std::span(c).first(taps), expected);
      for (size_t i = 0; i < n; ++i) ASSERT_LT(std::abs(ours[i] - expected[i]), 1e-4) << taps << " " << n << " " << i;
    }
  }
}

// Worked by hand from TR 38.901 table 7.4.1-1 at 3.5 GHz.
TEST(ChannelPathLoss, follows_the_formulas) {
  EXPECT_NEAR(path_loss_db(PathLoss::free_space, 1000, 3.5e9), 103.33, 0.01);
  EXPECT_NEAR(path_loss_db(PathLoss::umi_los, 100, 3.5e9), 85.31, 0.02);
  EXPECT_NEAR(path_loss_db(PathLoss::uma_nlos, 500, 3.5e9), 129.93, 0.03);
  EXPECT_GT(path_loss_db(PathLoss::uma_los, 2000, 3.5e9), path_loss_db(PathLoss::uma_los, 1000, 3.5e9) + 10);
  EXPECT_FALSE(parse_path_loss("rma"));
}
