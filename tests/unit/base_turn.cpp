#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <vector>

#include "base/random.h"
#include "base/turn.h"

namespace sen {
namespace {

using Cf = Turn::Cf;

Cf phasor(double turns) { return Cf(std::polar(1.0, 2 * std::numbers::pi * turns)); }

TEST(Turn, turns_by_the_time_and_goes_on_when_the_offset_changes) {
  Turn turn;
  turn.set(0.013, 500);
  std::vector<Cf> x(1000, Cf{1, 0});
  turn.apply(x, 500);
  for (size_t i = 0; i < x.size(); ++i) ASSERT_LT(std::abs(x[i] - phasor(0.013 * static_cast<double>(500 + i))), 1e-5f) << i;
  turn.set(-0.2, 1500);
  std::vector<Cf> y(1000);
  turn.add(std::vector<Cf>(1000, Cf{0, 1}), 0.5f, 1500, y);
  for (size_t i = 0; i < y.size(); ++i) ASSERT_LT(std::abs(y[i] - Cf{0, 0.5f} * phasor(0.013 * 1500 - 0.2 * static_cast<double>(i))), 1e-5f) << i;
}

TEST(Turn, does_not_depend_on_the_division_into_calls) {
  Turn turn;
  turn.set(0.3717, 0);
  Random random(1);
  std::vector<Cf> whole(2000);
  for (Cf& v : whole) v = {static_cast<float>(random.between(0, 100)), static_cast<float>(random.between(0, 100))};
  auto parts = whole;
  turn.apply(whole, -700);
  for (size_t at = 0; at < parts.size();) {
    const size_t n = std::min<size_t>(parts.size() - at, random.between(0, 150));
    turn.apply(std::span(parts).subspan(at, n), -700 + static_cast<int64_t>(at));
    at += n;
  }
  EXPECT_EQ(whole, parts);
}

TEST(Turn, leaves_samples_alone_without_an_offset) {
  Turn turn;
  turn.set(0, 77);
  std::vector<Cf> x{{1, 2}, {3, 4}}, y = x;
  turn.apply(x, 9);
  EXPECT_EQ(x, y);
}

}  // namespace
}  // namespace sen
