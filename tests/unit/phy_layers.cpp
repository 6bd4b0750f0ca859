// The layer-mapping, precoding and DM-RS comb kernels agree with their references, for every instruction set.
#include <gtest/gtest.h>

#include <vector>

#include "base/random.h"
#include "phy/kernels/layers.h"
#include "tests/unit/phy_isa.h"

namespace sen::phy {
namespace {

std::vector<Cf> values(Random& random, size_t n) {
  std::vector<Cf> out(n);
  for (Cf& x : out) x = Cf(static_cast<float>(random.between(0, 2000)) / 1000 - 1, static_cast<float>(random.between(0, 2000)) / 1000 - 1);
  return out;
}

void expect_near(std::span<const Cf> a, std::span<const Cf> b) {
  ASSERT_EQ(a.size(), b.size());
  for (size_t i = 0; i < a.size(); ++i) ASSERT_LT(std::abs(a[i] - b[i]), 1e-5) << i;
}

TEST(LayerKernels, split_and_merge_like_their_references) {
  for_each_isa([] {
    Random random(1);
    for (unsigned layers = 1; layers <= 4; ++layers) {
      for (size_t n : {0u, 1u, 3u, 7u, 8u, 31u, 100u}) {
        const auto symbols = values(random, n * layers);
        std::vector<std::vector<Cf>> rows(layers, std::vector<Cf>(n)), expected = rows;
        std::vector<std::vector<float>> variances(layers, std::vector<float>(n));
        std::vector<Cf*> to, to_expected;
        std::vector<const Cf*> from;
        std::vector<const float*> from_variances;
        for (unsigned v = 0; v < layers; ++v) {
          for (float& x : variances[v]) x = static_cast<float>(random.between(0, 99));
          to.push_back(rows[v].data()), to_expected.push_back(expected[v].data());
          from.push_back(expected[v].data()), from_variances.push_back(variances[v].data());
        }
        split_layers(symbols, layers, to);
        reference::split_layers(symbols, layers, to_expected);
        ASSERT_EQ(rows, expected);
        std::vector<Cf> merged(n * layers);
        std::vector<float> merged_variances(n * layers), expected_variances(n * layers);
        std::vector<Cf> back(n * layers);
        merge_layers(from, from_variances, n, merged, merged_variances);
        reference::merge_layers(from, from_variances, n, back, expected_variances);
        ASSERT_EQ(merged, symbols);
        ASSERT_EQ(back, symbols);
        ASSERT_EQ(merged_variances, expected_variances);
      }
    }
  });
}

TEST(LayerKernels, weigh_like_their_references) {
  for_each_isa([] {
    Random random(2);
    for (size_t n : {0u, 1u, 5u, 16u, 37u, 240u}) {
      const auto a = values(random, n), b = values(random, n), weights = values(random, 2), start = values(random, 2 * n + 3);
      const Cf* rows[] = {a.data(), b.data()};
      auto ours = start, expected = start;
      precode(rows, weights, std::span(ours).first(n));
      reference::precode(rows, weights, std::span(expected).first(n));
      expect_near(ours, expected);
      for (bool add : {false, true}) {
        // Also where the last value is the last element.
        for (size_t room : {n == 0 ? 0 : 2 * n - 1, 2 * n}) {
          ours = expected = start;
          comb(a, weights[0], weights[1], add, std::span(ours).subspan(1, room));
          reference::comb(a, weights[0], weights[1], add, std::span(expected).subspan(1, room));
          expect_near(ours, expected);
        }
      }
    }
  });
}

}  // namespace
}  // namespace sen::phy
