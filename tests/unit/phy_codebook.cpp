// The type I codebook and the choices from it.
#include "phy/estimation/codebook.h"

#include <set>

#include "phy/detail/codebook_precoding.h"
#include "tests/unit/phy_noise.h"

namespace sen::phy {
namespace {

const SinglePanel panels[] = {single_panel(2), single_panel(4, 1), single_panel(4, 2), single_panel(8, 1), single_panel(8, 2), {8, 2, 2, 1}, {8, 2, 2, 2}};

template <class F>
void for_each_pmi(const SinglePanel& panel, unsigned rank, F f) {
  const PmiRange r = pmi_range(panel, rank);
  for (uint8_t a = 0; a < r.i1_1; ++a) {
    for (uint8_t b = 0; b < r.i1_2; ++b) {
      for (uint8_t c = 0; c < r.i1_3; ++c) {
        for (uint8_t d = 0; d < r.i2; ++d) f(Pmi{a, b, c, d});
      }
    }
  }
}

TEST(Codebook, has_orthogonal_columns_of_equal_power) {
  for (const SinglePanel& panel : panels) {
    for (unsigned rank = 1; rank <= std::min<unsigned>(panel.ports, 4); ++rank) {
      unsigned n = 0;
      for_each_pmi(panel, rank, [&](Pmi pmi) {
        std::array<Cf, 32> w;
        ASSERT_TRUE(precoder(panel, rank, pmi, w));
        ++n;
        for (unsigned i = 0; i < rank; ++i) {
          for (unsigned j = 0; j <= i; ++j) {
            Cf dot = 0;
            for (unsigned p = 0; p < panel.ports; ++p) dot += std::conj(w[p * rank + i]) * w[p * rank + j];
            ASSERT_NEAR(std::abs(dot), i == j ? 1.0 / rank : 0.0, 1e-5);
          }
        }
      });
      EXPECT_GT(n, 0u);
    }
  }
}

TEST(Codebook, has_the_standards_sizes) {
  // TS 38.214 5.2.2.2.1 and TS 38.212 table 6.3.1.1.2-1: bits of i_1,1, i_1,2, i_1,3, i_2.
  const auto bits = [](const SinglePanel& p, unsigned rank) {
    const PmiRange r = pmi_range(p, rank);
    const auto log = [](unsigned v) { return static_cast<int>(std::bit_width(v - 1)); };
    return std::array<int, 4>{log(r.i1_1), log(r.i1_2), log(r.i1_3), log(r.i2)};
  };
  EXPECT_EQ(bits(single_panel(2), 1), (std::array{0, 0, 0, 2}));
  EXPECT_EQ(bits(single_panel(2), 2), (std::array{0, 0, 0, 1}));
  EXPECT_EQ(bits(single_panel(4, 1), 1), (std::array{3, 0, 0, 2}));
  EXPECT_EQ(bits(single_panel(4, 2), 1), (std::array{2, 0, 0, 4}));
  EXPECT_EQ(bits(single_panel(4, 1), 2), (std::array{3, 0, 1, 1}));
  EXPECT_EQ(bits(single_panel(4, 2), 2), (std::array{2, 0, 1, 3}));
  EXPECT_EQ(bits(single_panel(4, 1), 3), (std::array{3, 0, 0, 1}));
  EXPECT_EQ(bits(single_panel(4, 1), 4), (std::array{3, 0, 0, 1}));
  EXPECT_EQ(bits({8, 2, 2, 1}, 1), (std::array{3, 3, 0, 2}));
  EXPECT_EQ(bits({8, 2, 2, 2}, 2), (std::array{2, 2, 2, 3}));
  EXPECT_EQ(bits(single_panel(8, 1), 2), (std::array{4, 0, 2, 1}));
  EXPECT_EQ(bits(single_panel(8, 1), 3), (std::array{4, 0, 2, 1}));
  EXPECT_EQ(pmi_range(single_panel(2), 3).i2, 0);
  EXPECT_EQ(pmi_range({8, 3, 1, 1}, 1).i2, 0);
}

TEST(Codebook, packs_and_unpacks_its_index) {
  for (const SinglePanel& panel : panels) {
    std::set<uint16_t> seen;
    for_each_pmi(panel, 2, [&](Pmi pmi) {
      EXPECT_EQ(Pmi::unpacked(pmi.packed()), pmi);
      EXPECT_TRUE(seen.insert(pmi.packed()).second);
    });
  }
}

TEST(Codebook, names_the_precoders_of_the_table_for_two_ports) {
  std::array<Cf, 4> w;
  ASSERT_TRUE(precoder(single_panel(2), 1, {.i2 = 3}, w));
  EXPECT_LT(std::abs(w[1] - Cf{0, -0.70710678f}), 1e-6);
  ASSERT_TRUE(precoder(single_panel(2), 2, {.i2 = 1}, w));
  EXPECT_LT(std::abs(w[2] - Cf{0, 0.5f}), 1e-6);
  EXPECT_LT(std::abs(w[3] - Cf{0, -0.5f}), 1e-6);
  EXPECT_FALSE(precoder(single_panel(2), 2, {.i2 = 2}, w));
}

// A channel that a precoder fits exactly: h = its conjugate.
TEST(Codebook, chooses_the_precoder_that_fits) {
  for (const SinglePanel& panel : panels) {
    for_each_pmi(panel, 1, [&](Pmi pmi) {
      std::array<Cf, 8> w, h;
      precoder(panel, 1, pmi, w);
      for (unsigned p = 0; p < panel.ports; ++p) h[p] = std::conj(w[p]) * 3.0f;
      const CsiChoice c = choose_csi({std::span<const Cf>(h).first(panel.ports), 1, panel.ports, 0.09f}, panel, nr::CqiTable::qam64, 4);
      EXPECT_EQ(c.rank, 1);
      EXPECT_NEAR(c.sinr_db, 20, 0.1);
      std::array<Cf, 8> chosen;
      precoder(panel, 1, c.pmi, chosen);
      Cf dot = 0;
      for (unsigned p = 0; p < panel.ports; ++p) dot += std::conj(chosen[p]) * w[p];
      EXPECT_NEAR(std::abs(dot), 1, 1e-4);  // modes list some beams twice
    });
  }
}

TEST(Codebook, raises_rank_and_cqi_with_the_signal) {
  Noise noise(1);
  for (unsigned ports : {2u, 4u, 8u}) {
    std::vector<Cf> h(20 * 4 * ports);
    for (Cf& v : h) v = noise(1);
    unsigned rank = 0, cqi = 0;
    for (float db : {-10.0f, 0.0f, 10.0f, 20.0f, 35.0f}) {
      const CsiChoice c = choose_csi({h, 4, ports, std::pow(10.0f, -db / 10)}, single_panel(ports), nr::CqiTable::qam256, 4);
      EXPECT_GE(c.rank, rank);
      EXPECT_GE(c.rank * 16u + c.cqi, rank * 16u + cqi);
      rank = c.rank;
      cqi = c.cqi;
    }
    EXPECT_EQ(rank, std::min(ports, 4u));
    EXPECT_EQ(choose_csi({h, 4, ports, 1e-4f}, single_panel(ports), nr::CqiTable::qam256, 4, 0b10).rank, 2);  // restricted
    EXPECT_EQ(choose_csi({h, 4, ports, 1e-4f}, single_panel(ports), nr::CqiTable::qam256, 1).rank, 1);
  }
}

TEST(Codebook, maps_signal_to_cqi) {
  EXPECT_EQ(cqi_for(nr::CqiTable::qam64, -20), 0u);
  EXPECT_EQ(cqi_for(nr::CqiTable::qam64, 40), 15u);
  unsigned last = 0;
  for (float db = -15; db < 30; db += 0.5f) {
    const unsigned cqi = cqi_for(nr::CqiTable::qam256, db);
    EXPECT_GE(cqi, last);
    EXPECT_LE(cqi, last + 1);
    last = cqi;
  }
}

TEST(Codebook, chooses_the_uplink_precoder_that_fits) {
  for (unsigned ports : {2u, 4u}) {
    for (unsigned tpmi = 0; tpmi < detail::tpmi_count(ports, 1); ++tpmi) {
      const auto w = detail::codebook_precoding(ports, 1, tpmi, false);
      ASSERT_TRUE(w);
      std::array<Cf, 4> h;
      for (unsigned p = 0; p < ports; ++p) h[p] = std::conj(w->weights[p]);
      const TpmiChoice c = choose_tpmi({std::span<const Cf>(h).first(ports), 1, ports, 0.01f}, 4, false);
      EXPECT_EQ(c.rank, 1);
      const auto chosen = detail::codebook_precoding(ports, 1, c.tpmi, false);
      Cf fit = 0, own = 0;
      for (unsigned p = 0; p < ports; ++p) fit += h[p] * chosen->weights[p], own += h[p] * w->weights[p];
      EXPECT_GE(std::abs(fit), std::abs(own) - 1e-5f);
    }
  }
}

}  // namespace
}  // namespace sen::phy
