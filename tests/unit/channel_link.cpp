// A link's delay, gain, offset; and the statistics of its fading against what the standard states.
#include "channel/link.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/random.h"

using namespace sen;
using namespace sen::channel;

namespace {

using Cd = std::complex<double>;
constexpr double rate = 23.04e6;

std::vector<Cf> through(Link& link, const std::vector<Cf>& in) {
  std::vector<Cf> out(in.size());
  std::span<const Cf> tx(in);
  std::span<Cf> rx(out);
  link.apply({&tx, 1}, {&rx, 1});
  return out;
}

Link make(LinkConfig config) {
  if (config.sample_rate_hz == 0) config.sample_rate_hz = rate;
  auto link = Link::make(config);
  EXPECT_TRUE(link) << link.error().describe();
  return std::move(*link);
}

std::vector<Cf> noise_samples(size_t n, uint64_t seed) {
  std::vector<Cf> x(n);
  Noise(seed).add(x, 1);
  return x;
}

std::vector<Cf> tone(size_t n, double hz) {
  std::vector<Cf> x(n);
  for (size_t i = 0; i < n; ++i) x[i] = Cf(std::polar(1.0, 2 * M_PI * hz * static_cast<double>(i) / rate));
  return x;
}

}  // namespace

TEST(ChannelLink, delays_by_whole_samples_exactly) {
  auto x = noise_samples(10000, 1);
  Link link = make({.gain_db = -6.0206, .delay_s = 37 / rate});
  EXPECT_EQ(link.latency(), 0u);
  auto y = through(link, x);
  for (size_t i = 0; i < 37; ++i) EXPECT_EQ(y[i], Cf{});
  for (size_t i = 37; i < y.size(); ++i) ASSERT_LT(std::abs(y[i] - 0.5F * x[i - 37]), 1e-5) << i;
}

TEST(ChannelLink, delays_by_fractions_of_a_sample) {
  for (double f : {-9.1e6, -3e6, 0.0, 5e6, 9.1e6}) {
    Link link = make({.delay_s = 10.37 / rate});
    auto x = tone(2000, f), y = through(link, x);
    for (size_t i = 200; i < y.size(); ++i) {
      double delay = (10.37 + link.latency()) / rate;
      Cf expected(std::polar(1.0, 2 * M_PI * f * (static_cast<double>(i) / rate - delay)));
      ASSERT_LT(std::abs(y[i] - expected), 2e-3) << f << " " << i;
    }
  }
}

TEST(ChannelLink, turns_by_the_carrier_offset_and_keeps_the_phase_when_it_changes) {
  Link link = make({.cfo_hz = 1234.5});
  std::vector<Cf> ones(100'000, Cf(1));
  auto y = through(link, ones);
  for (size_t i : {0u, 1u, 63u, 64u, 5000u, 99'999u}) {
    EXPECT_LT(std::abs(y[i] - Cf(std::polar(1.0, 2 * M_PI * 1234.5 * static_cast<double>(i) / rate))), 1e-4) << i;
  }
  link.set_cfo_hz(-777);
  auto z = through(link, ones);
  double before = 2 * M_PI * 1234.5 * 100'000 / rate;
  for (size_t i : {0u, 1u, 100u, 99'999u}) {
    EXPECT_LT(std::abs(z[i] - Cf(std::polar(1.0, before - 2 * M_PI * 777 * static_cast<double>(i) / rate))), 1e-4) << i;
  }
}

TEST(ChannelLink, does_not_depend_on_the_division_into_calls) {
  LinkConfig config{.sample_rate_hz = rate, .profile = Profile::tdlc300, .doppler_hz = 400, .delay_s = 3.3e-6, .cfo_hz = 500, .seed = 9};
  Link whole = make(config), parts = make(config);
  auto x = noise_samples(30'000, 2);
  auto expected = through(whole, x);
  std::vector<Cf> y(x.size());
  Random random(4);
  for (size_t at = 0; at < x.size();) {
    size_t n = std::min<size_t>(x.size() - at, random.between(1, 6000));
    std::span<const Cf> tx = std::span(x).subspan(at, n);
    std::span<Cf> rx = std::span(y).subspan(at, n);
    parts.apply({&tx, 1}, {&rx, 1});
    at += n;
  }
  EXPECT_EQ(y, expected);
  config.seed = 10;
  Link other = make(config);
  EXPECT_NE(through(other, x), expected);
}

TEST(ChannelLink, gives_the_same_wherever_it_is_asked_from) {
  LinkConfig config{.sample_rate_hz = rate, .n_tx = 2, .n_rx = 2, .profile = Profile::tdlc300, .doppler_hz = 900, .max_delay_s = 1 / rate, .seed = 9};
  config.delay_s = 0.3 / rate;
  Link whole = make(config), part = make(config);
  const auto x = noise_samples(60'000, 2), x2 = noise_samples(60'000, 3);
  const auto run = [&](Link& link, size_t from, size_t n) {
    std::vector<std::vector<Cf>> y(2, std::vector<Cf>(n));
    const std::array<std::span<const Cf>, 2> tx{std::span(x).subspan(from, n), std::span(x2).subspan(from, n)};
    const std::array<std::span<Cf>, 2> rx{y[0], y[1]};
    link.apply(tx, rx);
    return y;
  };
  const auto expected = run(whole, 0, x.size());
  for (size_t at : {41'234u, 1'000u, 59'000u, 20'480u}) {
    const size_t n = std::min<size_t>(2000, x.size() - at);
    part.seek(at - part.memory());
    run(part, at - part.memory(), part.memory());
    const auto y = run(part, at, n);
    for (unsigned p = 0; p < 2; ++p)
      EXPECT_TRUE(std::equal(y[p].begin(), y[p].end(), expected[p].begin() + static_cast<ptrdiff_t>(at))) << at;
  }
}

TEST(ChannelLink, restarts_as_if_made_anew_and_skips_time) {
  LinkConfig config{.sample_rate_hz = rate, .profile = Profile::tdla30, .doppler_hz = 200, .delay_s = 1e-6, .cfo_hz = 50, .seed = 3};
  Link link = make(config);
  auto x = noise_samples(20'000, 2), first = through(link, x);
  link.restart(8);
  EXPECT_NE(through(link, x), first);
  link.restart(3);
  EXPECT_EQ(through(link, x), first);
  link.restart(3);
  link.skip(1'000'000);
  auto y = through(link, tone(5000, 0));
  Cf expected;
  link.response(0, 0, 1'004'999, 0, 0, {&expected, 1});
  expected *= Cf(std::polar(1.0, 2 * M_PI * 50 * 1'004'999 / rate));
  EXPECT_LT(std::abs(y[4999] - expected), 1e-2);
}

TEST(ChannelLink, has_unit_mean_power_with_every_profile) {
  auto x = noise_samples(4000, 3);
  for (int p = 0; p <= static_cast<int>(Profile::tdld10); ++p) {
    double power = 0;
    const int seeds = 600;
    for (int seed = 0; seed < seeds; ++seed) {
      Link link = make({.profile = static_cast<Profile>(p), .delay_spread_ns = 100, .seed = static_cast<uint64_t>(seed)});
      auto gains = link.gains(0);
      for (const Cd& g : gains) power += std::norm(g);
      if (seed > 0) continue;
      // What the samples show is what gains() states.
      Cd sum;
      auto y = through(link, x);
      double out = 0;
      for (size_t i = 200; i < y.size(); ++i) out += std::norm(y[i]);
      double stated = 0;
      std::vector<Cf> h(200);
      link.response(0, 0, 0, -9e6, 9e4, h);
      for (const Cf& v : h) stated += std::norm(v);
      EXPECT_NEAR(out / 3800 / (stated / 200), 1, 0.25) << to_string(static_cast<Profile>(p));
    }
    EXPECT_NEAR(power / seeds, 1, 0.08) << to_string(static_cast<Profile>(p));
  }
}

TEST(ChannelLink, has_the_delay_spread_that_was_asked_for) {
  for (auto profile : {Profile::tdl_a, Profile::tdl_b, Profile::tdl_c, Profile::tdl_d, Profile::tdl_e}) {
    double mean = 0, square = 0;
    for (const Path& p : paths(profile, 300)) {
      mean += (p.power + p.specular) * p.delay_s;
      square += (p.power + p.specular) * p.delay_s * p.delay_s;
    }
    EXPECT_NEAR(std::sqrt(square - mean * mean), 300e-9, 10e-9) << to_string(profile);
  }
  for (auto [profile, ns] : {std::pair{Profile::tdla30, 30.0}, {Profile::tdlb100, 100.0}, {Profile::tdlc300, 300.0}, {Profile::tdld30, 30.0}}) {
    double mean = 0, square = 0;
    for (const Path& p : paths(profile, 0)) {
      mean += (p.power + p.specular) * p.delay_s;
      square += (p.power + p.specular) * p.delay_s * p.delay_s;
    }
    EXPECT_NEAR(std::sqrt(square - mean * mean) * 1e9 / ns, 1, 0.06) << to_string(profile);
  }
}

TEST(ChannelLink, samples_show_the_response_that_is_stated) {
  for (double f : {-8e6, 0.0, 4.4e6, 8.9e6}) {
    Link link = make({.profile = Profile::tdlc300, .doppler_hz = 100, .delay_s = 1.234e-6, .seed = 5});
    auto x = tone(40'000, f), y = through(link, x);
    for (size_t i : {1000u, 17'000u, 39'999u}) {
      Cf h;
      link.response(0, 0, i, f, 0, {&h, 1});
      EXPECT_LT(std::abs(y[i] - h * x[i]), 8e-3) << f << " " << i;
    }
  }
}

TEST(ChannelLink, fades_with_the_autocorrelation_of_jakes) {
  const double doppler = 100;
  std::vector<double> lags_s = {0, 0.001, 0.002, 0.003827, 0.006, 0.01};
  std::vector<Cd> sums(lags_s.size());
  int n = 0;
  for (uint64_t seed = 0; seed < 400; ++seed) {
    Link link = make({.profile = Profile::tdla30, .doppler_hz = doppler, .seed = seed});
    auto at_start = link.gains(0);
    for (size_t i = 0; i < lags_s.size(); ++i) {
      auto later = link.gains(static_cast<uint64_t>(lags_s[i] * rate));
      sums[i] += later[1] * std::conj(at_start[1]);
    }
    ++n;
  }
  double power = sums[0].real();
  for (size_t i = 0; i < lags_s.size(); ++i) {
    double expected = std::cyl_bessel_j(0, 2 * M_PI * doppler * lags_s[i]);
    EXPECT_NEAR(sums[i].real() / power, expected, 0.12) << lags_s[i];
    EXPECT_NEAR(sums[i].imag() / power, 0, 0.12) << lags_s[i];
  }
}

TEST(ChannelLink, fades_like_rayleigh) {
  int below_tenth = 0, n = 0;
  for (uint64_t seed = 0; seed < 4000; ++seed) {
    Link link = make({.profile = Profile::tdlc300, .seed = seed});
    auto gains = link.gains(0);
    double power = paths(Profile::tdlc300, 0)[1].power;
    below_tenth += std::norm(gains[1]) < 0.1 * power;
    ++n;
  }
  EXPECT_NEAR(static_cast<double>(below_tenth) / n, 1 - std::exp(-0.1), 0.015);
}

TEST(ChannelLink, correlates_antennas_as_asked) {
  auto corr = *parse_correlation("medium", true);
  Cd rx_pair, tx_pair, both;
  double power = 0;
  for (uint64_t seed = 0; seed < 3000; ++seed) {
    Link link = make({.n_tx = 2, .n_rx = 2, .profile = Profile::tdla30, .correlation_tx = corr.ue, .correlation_rx = corr.gnb, .seed = seed});
    auto g = link.gains(0);  // [path][rx][tx]
    rx_pair += g[4 + 0] * std::conj(g[4 + 2]);
    tx_pair += g[4 + 0] * std::conj(g[4 + 1]);
    both += g[4 + 0] * std::conj(g[4 + 3]);
    power += (std::norm(g[4]) + std::norm(g[5]) + std::norm(g[6]) + std::norm(g[7])) / 4;
  }
  EXPECT_NEAR(rx_pair.real() / power, 0.9, 0.05);
  EXPECT_NEAR(tx_pair.real() / power, 0.3, 0.05);
  EXPECT_NEAR(both.real() / power, 0.27, 0.05);
  // Four antennas: alpha^(1/9), alpha^(4/9), alpha (TS 38.104 table G.2.3.1.2-1).
  auto l = correlation_root(0.9, 4);
  for (unsigned i = 0; i < 4; ++i) {
    double sum = 0;
    for (unsigned k = 0; k < 4; ++k) sum += l[i * 4 + k] * l[0 * 4 + k];
    EXPECT_NEAR(sum, std::pow(0.9, i * i / 9.0), 1e-9);
  }
}

TEST(ChannelLink, keeps_the_line_of_sight_and_its_k_factor) {
  double mean_power = 0, specular = 0;
  for (const Path& p : paths(Profile::tdl_d, 30, 6.0)) mean_power += p.power, specular += p.specular;
  EXPECT_NEAR(10 * std::log10(specular / mean_power), 6.0, 1e-6);
  double variance = 0;
  for (uint64_t seed = 0; seed < 500; ++seed) {
    Link link = make({.profile = Profile::tdl_e, .seed = seed});
    variance += std::pow(std::abs(link.gains(0)[0]) - 1, 2);
  }
  EXPECT_LT(variance / 500, 0.02);
}

TEST(ChannelLink, follows_a_moving_delay_and_gain) {
  Link link = make({.delay_s = 0, .max_delay_s = 10e-6});
  auto x = tone(4000, 1e6);
  through(link, x);
  link.set_delay_s(5e-6);
  link.set_gain_db(-20);
  auto y = through(link, x);
  EXPECT_NEAR(std::abs(y[3999]), 0.1, 1e-3);
  Cf expected(std::polar(0.1, 2 * M_PI * 1e6 * (3999 / rate - 5e-6 - link.latency() / rate)));
  EXPECT_LT(std::abs(y[3999] - expected), 1e-3);
}

TEST(ChannelLink, refuses_what_it_cannot_do) {
  EXPECT_FALSE(Link::make({}));
  EXPECT_FALSE(Link::make({.sample_rate_hz = rate, .n_tx = 9}));
  EXPECT_FALSE(Link::make({.sample_rate_hz = rate, .delay_s = 0.1}));
  EXPECT_FALSE(Link::make({.sample_rate_hz = rate, .delay_s = -1e-6}));
  EXPECT_FALSE(Link::make({.sample_rate_hz = rate, .cfo_hz = 2e7}));
  EXPECT_FALSE(Link::make({.sample_rate_hz = rate, .doppler_hz = std::nan("")}));
  auto wrong = Link::make({.sample_rate_hz = rate, .correlation_rx = 1.5});
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().describe(), "correlation_rx: 1.5 is out of range (0 to 0.9999)");
}
