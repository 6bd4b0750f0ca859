// OFDM: lengths of TS 38.211 5.3.1, samples against the formula, round trips over all numerologies and sizes.
#include <numbers>

#include "phy/ofdm.h"
#include "tests/unit/phy_signals.h"

namespace sen::phy {
namespace {

constexpr unsigned sizes[] = {128, 256, 384, 512, 640, 768, 1024, 1152, 1536, 1920, 2048, 3072, 4096, 6144, 8192};

TEST(Ofdm, refuses_what_the_standard_has_not) {
  auto refused = [](OfdmConfig c) { return !Ofdm::make(c).has_value(); };
  EXPECT_TRUE(refused({.n_rb = 0}));
  EXPECT_TRUE(refused({.n_rb = 276}));
  EXPECT_TRUE(refused({.n_rb = 52, .dft_size = 512}));  // 624 subcarriers
  EXPECT_TRUE(refused({.n_rb = 10, .dft_size = 192}));  // CPs of half samples
  EXPECT_TRUE(refused({.n_rb = 10, .dft_size = 896}));  // a factor of 7
  EXPECT_TRUE(refused({.n_rb = 10, .dft_size = 16384}));
  EXPECT_TRUE(refused({.scs = nr::Scs::khz240, .n_rb = 10}));
  EXPECT_TRUE(refused({.scs = nr::Scs::khz30, .extended_cp = true, .n_rb = 10}));
  EXPECT_FALSE(refused({.scs = nr::Scs::khz60, .extended_cp = true, .n_rb = 10}));
  const auto error = Ofdm::make({.n_rb = 300}).error();
  EXPECT_EQ(error.where, "n_rb");
  EXPECT_NE(error.text.find("300"), std::string::npos);
  EXPECT_NE(error.text.find("38.211"), std::string::npos);
}

TEST(Ofdm, chooses_the_smallest_usual_size) {
  for (auto [rb, size] : {std::pair{10u, 128u},
                          {11u, 256u},
                          {24u, 384u},
                          {25u, 384u},
                          {52u, 768u},
                          {79u, 1024u},
                          {106u, 1536u},
                          {216u, 3072u},
                          {273u, 4096u}}) {
    EXPECT_EQ(Ofdm::make({.n_rb = rb})->dft_size(), size) << rb;
  }
}

TEST(Ofdm, fills_a_subframe_exactly) {
  for (unsigned mu = 0; mu < 4; ++mu) {
    for (unsigned size : sizes) {
      for (bool extended : {false, true}) {
        if (extended && mu != 2) continue;
        auto ofdm = Ofdm::make({.scs = static_cast<nr::Scs>(mu), .extended_cp = extended, .n_rb = 10, .dft_size = size});
        ASSERT_TRUE(ofdm);
        unsigned total = 0;
        for (unsigned slot = 0; slot < 1u << mu; ++slot) {
          EXPECT_EQ(ofdm->symbol_start(slot, 0), 0u);
          unsigned samples = 0;
          for (unsigned l = 0; l < ofdm->symbols(); ++l) {
            EXPECT_EQ(ofdm->symbol_start(slot, l), samples);
            samples += ofdm->cp_samples(slot, l) + size;
          }
          EXPECT_EQ(samples, ofdm->slot_samples(slot));
          total += samples;
        }
        EXPECT_EQ(total, 15u * size << mu);  // 1 ms
      }
    }
  }
}

TEST(Ofdm, is_the_formula_of_5_3_1_and_5_4) {
  const double f_0 = 3.48942e9;
  auto ofdm = Ofdm::make({.scs = nr::Scs::khz30, .n_rb = 11, .dft_size = 256, .center_hz = f_0});
  ASSERT_TRUE(ofdm);
  Grid grid(1, 11);
  const unsigned l = 9, k = 17, slot = 1;
  grid.at(0, l, k) = {0.5f, -2};
  std::vector<Cf> x(ofdm->slot_samples(slot));
  ofdm->modulate(grid, 0, slot, 0.25f, x);
  const unsigned start = ofdm->symbol_start(slot, l), cp = ofdm->cp_samples(slot, l);
  const double useful_s = (ofdm->slot_samples(0) + start + cp) / ofdm->sample_rate_hz();
  for (unsigned n = 0; n < x.size(); ++n) {
    std::complex<double> expected = 0;
    if (n >= start && n < start + cp + 256) {
      const double turns = (static_cast<double>(k) - 66) * (static_cast<double>(n) - start - cp) / 256 - std::fmod(f_0 * useful_s, 1.0);
      expected = 0.25 * std::complex<double>(0.5, -2) * std::polar(1.0, 2 * std::numbers::pi * turns);
    }
    ASSERT_LT(std::abs(std::complex<double>(x[n]) - expected), 2e-6) << n;
  }
}

TEST(Ofdm, comes_back_whatever_the_numerology) {
  Noise noise(11);
  Random& random = noise.random();
  for (unsigned i = 0; i < property_cases(0.3); ++i) {
    OfdmConfig c;
    c.scs = static_cast<nr::Scs>(upto(random, 3));
    c.extended_cp = c.scs == nr::Scs::khz60 && random.chance(0.5);
    c.dft_size = i % 10 == 0 ? pick(random, {2048u, 3072u, 4096u, 6144u}) : pick(random, {128u, 256u, 384u, 512u, 768u, 1024u, 1536u});
    c.n_rb = 1 + upto(random, std::min(275u, c.dft_size / 12) - 1);
    c.center_hz = random.chance(0.2) ? 0 : 1e9 + 1e3 * static_cast<double>(random.between(0, 40'000'000));
    auto ofdm = Ofdm::make(c);
    ASSERT_TRUE(ofdm) << ofdm.error().describe();
    const unsigned slot = upto(random, nr::slots_per_subframe(c.scs) - 1);
    Grid grid(1, c.n_rb), back(1, c.n_rb);
    for (unsigned l = 0; l < ofdm->symbols(); ++l) {
      for (Cf& a : grid.row(0, l)) a = noise(1);
    }
    std::vector<Cf> x(ofdm->slot_samples(slot) + 1);
    auto samples = std::span(x).subspan(i % 2, x.size() - 1);  // aligned or not
    ofdm->modulate(grid, 0, slot, 0.1f, samples);
    ofdm->demodulate(samples, slot, 10, upto(random, c.dft_size / 8), back, 0);
    for (unsigned l = 0; l < ofdm->symbols(); ++l) {
      for (unsigned k = 0; k < grid.subcarriers(); ++k) ASSERT_LT(std::abs(grid.at(0, l, k) - back.at(0, l, k)), 1e-5f);
    }
  }
}

// A path within the CP is a phase slope and nothing else, when the window starts early enough.
TEST(Ofdm, keeps_subcarriers_apart_when_the_signal_comes_late_or_early) {
  auto ofdm = Ofdm::make({.scs = nr::Scs::khz15, .n_rb = 25, .dft_size = 512});
  ASSERT_TRUE(ofdm);
  Noise noise(12);
  Grid grid(1, 25), back(1, 25);
  for (unsigned l = 0; l < 14; ++l) {
    for (Cf& a : grid.row(0, l)) a = noise.qpsk();
  }
  std::vector<Cf> x(ofdm->slot_samples(0)), y(x.size());
  ofdm->modulate(grid, 0, 0, 1, x);
  for (int delay : {0, 5, 15, -3}) {
    for (size_t n = 0; n < x.size(); ++n) {
      const auto from = static_cast<int64_t>(n) - delay;
      y[n] = from >= 0 && from < static_cast<int64_t>(x.size()) ? x[static_cast<size_t>(from)] : Cf{};
    }
    ofdm->demodulate(y, 0, 1, 18, back, 0);
    for (unsigned l = 1; l < 13; ++l) {
      for (unsigned k = 0; k < grid.subcarriers(); ++k) {
        const Cf turn = std::polar(1.0f, static_cast<float>(-2 * std::numbers::pi * (static_cast<double>(k) - 150) * delay / 512));
        ASSERT_LT(std::abs(back.at(0, l, k) - grid.at(0, l, k) * turn), 1e-4f) << delay << " " << l << " " << k;
      }
    }
  }
}

}  // namespace
}  // namespace sen::phy
