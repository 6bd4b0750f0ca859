#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "base/random.h"
#include "radio/iq_air.h"
#include "radio/resampler.h"

namespace sen::radio {
namespace {

constexpr double rate = 23.04e6;

std::vector<Cf> tone(double hz, double sample_rate, int64_t first, size_t n) {
  std::vector<Cf> out(n);
  for (size_t i = 0; i < n; ++i) out[i] = Cf(std::polar(1.0, 2 * std::numbers::pi * std::remainder(hz * static_cast<double>(first + static_cast<int64_t>(i)) / sample_rate, 1.0)));
  return out;
}
std::vector<Cf> noise(size_t n, uint64_t seed) {
  Random random(seed);
  std::vector<Cf> out(n);
  for (Cf& x : out) x = Cf(static_cast<float>(random.next() >> 40) * 0x1p-23f - 1, static_cast<float>(random.next() >> 40) * 0x1p-23f - 1);
  return out;
}
double power(std::span<const Cf> x) {
  double sum = 0;
  for (const Cf v : x) sum += std::norm(v);
  return sum / static_cast<double>(x.size());
}

struct World {
  explicit World(uint64_t seed = 1) : air({.seed = seed}) {}
  void send(size_t cell, int64_t time, const std::vector<Cf>& x, unsigned ports = 1) {
    std::vector<std::span<const Cf>> spans(ports, x);
    air.send(cell, time, spans);
  }
  std::vector<Cf> hear(size_t ue, int64_t time, size_t n, unsigned ports = 1) {
    std::vector<std::vector<Cf>> out(ports, std::vector<Cf>(n));
    std::vector<std::span<Cf>> spans(out.begin(), out.end());
    air.hear(ue, time, spans);
    return out[ports - 1];
  }
  std::vector<Cf> listen(size_t cell, int64_t time, size_t n) {
    std::vector<Cf> out(n);
    std::span<Cf> span = out;
    air.listen(cell, time, {&span, 1});
    return out;
  }
  IqAir air;
};
constexpr IqCell quiet_cell{.dl_hz = 2e9, .ul_hz = 1.9e9, .noise_figure_db = -100};
constexpr IqUe quiet_ue{.dl_hz = 2e9, .ul_hz = 1.9e9, .noise_figure_db = -100};

TEST(Resampler, keeps_what_both_bands_have_in_common_and_nothing_else) {
  struct Case {
    double from, to, offset;
  };
  for (const Case& c : {Case{23.04e6, 11.52e6, 0}, {11.52e6, 23.04e6, 3e6}, {30.72e6, 23.04e6, -12e6}, {122.88e6, 11.52e6, 40e6}, {23.04e6, 23.04e6, 9e6}}) {
    const auto made = *Resampler::make(c.from, c.to, c.offset);
    ASSERT_TRUE(made.overlaps());
    const double low = std::max(-c.from / 2, c.offset - c.to / 2), high = std::min(c.from / 2, c.offset + c.to / 2), edge = 0.05 * std::min(c.from, c.to);
    for (const double hz : {low + edge, (low + high) / 2, high - edge, low - edge, high + edge}) {
      if (std::abs(hz) > c.from / 2) continue;
      const int64_t time = 12'345;
      std::vector<Cf> out(500);
      const auto [first, n] = made.input(time, out.size());
      made.run(time, tone(hz, c.from, first, n), out);
      const auto expected = tone(hz, c.to, time, out.size());
      const bool inside = hz > low && hz < high;
      for (size_t i = 0; i < out.size(); ++i) ASSERT_LT(std::abs(out[i] - (inside ? expected[i] : Cf{})), 2e-3) << c.from << " " << c.to << " " << hz << " " << i;
    }
  }
  EXPECT_FALSE(Resampler::make(10e6, 10e6, 11e6)->overlaps());
  EXPECT_FALSE(Resampler::make(10e6, 9'999'999, 0));
}

TEST(IqAir, carries_with_gain_and_delay_and_no_latency) {
  for (const double delay : {0.0, 100.0, 7.5}) {
    World w;
    const size_t cell = w.air.add_cell(quiet_cell), ue = w.air.add_ue(quiet_ue);
    ASSERT_TRUE(w.air.set_link(cell, ue, {.gain_db = -20, .delay_s = delay / rate}));
    w.send(cell, 0, tone(3e6, rate, 0, 8192));
    const auto y = w.hear(ue, 1000, 4000);
    for (size_t i = 0; i < y.size(); ++i) {
      const Cf expected = 0.1f * Cf(std::polar(1.0, 2 * std::numbers::pi * 3e6 * (static_cast<double>(i) + 1000 - delay) / rate));
      ASSERT_LT(std::abs(y[i] - expected), 3e-4) << delay << " " << i;
    }
  }
}

TEST(IqAir, gives_the_same_whoever_asks_first_and_however_time_is_divided) {
  const auto x = noise(40'000, 3);
  const IqLink fading{.gain_db = -60, .delay_s = 3.3e-6, .doppler_hz = 50, .fading = {.profile = channel::Profile::tdlc300, .doppler_hz = 200}};
  const auto run = [&](bool parts, uint64_t seed) {
    World w(seed);
    const size_t cell = w.air.add_cell({.identity = 1, .dl_hz = 2e9, .ul_hz = 1.9e9, .tx_ports = 2});
    const size_t a = w.air.add_ue({.identity = 7, .dl_hz = 2e9, .ul_hz = 1.9e9, .rx_ports = 2, .oscillator_ppm = 1});
    const size_t b = w.air.add_ue({.identity = 8, .dl_hz = 2e9, .ul_hz = 1.9e9, .rx_ports = 2});
    for (const size_t ue : {a, b}) EXPECT_TRUE(w.air.set_link(cell, ue, fading));
    w.send(cell, 0, x, 2);
    std::vector<Cf> out;
    if (parts) {
      w.hear(b, 9000, 3000, 2);
      for (const auto& [from, n] : {std::pair(5000u, 1u), {5001u, 777u}, {5778u, 20'000u}, {25'778u, 4222u}}) {
        const auto y = w.hear(a, from, n, 2);
        out.insert(out.end(), y.begin(), y.end());
      }
      // Backwards, the same again.
      const auto again = w.hear(a, 6000, 1000, 2);
      EXPECT_TRUE(std::equal(again.begin(), again.end(), out.begin() + 1000));
      return out;
    }
    return w.hear(a, 5000, 25'000, 2);
  };
  const auto whole = run(false, 1);
  EXPECT_EQ(run(true, 1), whole);
  EXPECT_NE(run(false, 2), whole);
}

TEST(IqAir, fades_with_the_mean_gain_of_the_link_between_all_ports) {
  double sum = 0;
  constexpr unsigned seeds = 200;
  const auto x = tone(1e6, rate, 0, 4096);
  for (unsigned seed = 1; seed <= seeds; ++seed) {
    World w(seed);
    const size_t cell = w.air.add_cell(quiet_cell), ue = w.air.add_ue({.dl_hz = 2e9, .ul_hz = 1.9e9, .rx_ports = 2, .noise_figure_db = -100});
    ASSERT_TRUE(w.air.set_link(cell, ue, {.gain_db = -10, .fading = {.profile = channel::Profile::tdla30}}));
    w.send(cell, 0, x);
    sum += power(w.hear(ue, 1000, 1000, 2));
  }
  EXPECT_NEAR(10 * std::log10(sum / seeds), -10, 0.7);
}

TEST(IqAir, lets_neighbour_cells_interfere_and_leaves_out_what_noise_covers) {
  World w;
  const size_t own = w.air.add_cell({.identity = 1, .dl_hz = 2e9, .ul_hz = 1.9e9, .max_power_dbm = 0}), other = w.air.add_cell({.identity = 2, .dl_hz = 2e9, .ul_hz = 1.9e9, .max_power_dbm = 0});
  const size_t ue = w.air.add_ue({.identity = 3, .dl_hz = 2e9, .ul_hz = 1.9e9});
  const float noise_dbm = static_cast<float>(-174 + 10 * std::log10(rate) + 9);
  w.send(own, 0, tone(1e6, rate, 0, 10'000));
  w.send(other, 0, tone(2e6, rate, 0, 10'000));
  const auto level = [&](float own_db, float other_db) {
    EXPECT_TRUE(w.air.set_link(own, ue, {.gain_db = own_db}));
    EXPECT_TRUE(w.air.set_link(other, ue, {.gain_db = other_db}));
    return 10 * std::log10(power(w.hear(ue, 0, 10'000)));
  };
  EXPECT_NEAR(level(-200, -200), noise_dbm, 0.2);
  EXPECT_NEAR(level(-60, -200), -60, 0.1);
  EXPECT_NEAR(level(-60, -60), -57, 0.1);
  const auto silence = w.hear(ue, 5000, 100);
  EXPECT_EQ(level(noise_dbm - 21, -200), level(-200, -200)) << "left out";
  EXPECT_NE(level(noise_dbm - 19, -200), level(-200, -200)) << "within the margin";
}

TEST(IqAir, hears_another_carrier_and_rate_where_the_bands_overlap) {
  World w;
  const size_t cell = w.air.add_cell({.dl_hz = 2e9, .ul_hz = 1.9e9, .sample_rate_hz = 30.72e6, .noise_figure_db = -100});
  const size_t near = w.air.add_ue({.dl_hz = 2.005e9, .ul_hz = 1.905e9, .sample_rate_hz = 11.52e6, .noise_figure_db = -100});
  const size_t far = w.air.add_ue({.dl_hz = 2.1e9, .ul_hz = 1.9e9, .noise_figure_db = -100});
  for (const size_t ue : {near, far}) ASSERT_TRUE(w.air.set_link(cell, ue, {.gain_db = 0}));
  w.send(cell, 0, tone(6e6, 30.72e6, 0, 30'000));  // 2.006 GHz
  const auto y = w.hear(near, 2000, 4000), expected = tone(1e6, 11.52e6, 2000, 4000);
  for (size_t i = 0; i < y.size(); ++i) ASSERT_LT(std::abs(y[i] - expected[i]), 2e-3) << i;
  EXPECT_LT(power(w.hear(far, 2000, 4000)), 1e-6);
  const auto x = tone(-2e6, 11.52e6, 0, 12'000);  // 1.903 GHz
  std::span<const Cf> span = x;
  w.air.say(near, 0, {&span, 1});
  const auto up = w.listen(cell, 4000, 4000), up_expected = tone(3e6, 30.72e6, 4000, 4000);
  for (size_t i = 0; i < up.size(); ++i) ASSERT_LT(std::abs(up[i] - up_expected[i]), 2e-3) << i;
}

TEST(IqAir, turns_by_the_offset_of_the_oscillator_both_ways_without_jumps) {
  World w;
  const size_t cell = w.air.add_cell(quiet_cell);
  IqUe config = quiet_ue;
  config.oscillator_ppm = 2;
  const size_t ue = w.air.add_ue(config);
  ASSERT_TRUE(w.air.set_link(cell, ue, {.gain_db = 0}));
  const std::vector<Cf> ones(60'000, Cf(1));
  w.send(cell, 0, ones);
  std::span<const Cf> span = ones;
  w.air.say(ue, 0, {&span, 1});
  const auto down = w.hear(ue, 0, 30'000), up = w.listen(cell, 0, 30'000);
  const auto step = [](const std::vector<Cf>& y, size_t i) { return std::arg(y[i + 1] * std::conj(y[i])) / (2 * std::numbers::pi) * rate; };
  EXPECT_NEAR(std::arg(down[20'000] * std::conj(down[0])), std::remainder(-2 * std::numbers::pi * 4000 * 20'000 / rate, 2 * std::numbers::pi), 1e-2);
  EXPECT_NEAR(std::arg(up[20'000] * std::conj(up[0])), std::remainder(2 * std::numbers::pi * 3800 * 20'000 / rate, 2 * std::numbers::pi), 1e-2);
  ASSERT_TRUE(w.air.set_link(cell, ue, {.gain_db = 0, .doppler_hz = 500}));
  const auto later = w.hear(ue, 30'000, 1000);
  EXPECT_LT(std::abs(std::arg(later[0] * std::conj(down.back()))), 0.01);
  EXPECT_NEAR(step(later, 10), -3500, 200);
}

}  // namespace
}  // namespace sen::radio
