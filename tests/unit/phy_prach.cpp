// PRACH: sequences and restricted sets of TS 38.211 6.3.3.1, places in time of 5.3.2, and the detector: every preamble with its delay and
// power, several at once, carrier offsets, false alarms, sensitivity; a recording of a third party's UE.
#include <algorithm>
#include <fstream>
#include <numbers>

#include "phy/detail/prach_plan.h"
#include "phy/prach.h"
#include "tests/unit/phy_signals.h"

namespace sen::phy {
namespace {

using nr::PrachFormat;
using nr::RestrictedSet;
using nr::l1::PrachPdu;
using nr::l1::RxPreamble;

TEST(PrachShifts, windows_of_restricted_sets_and_their_images_never_overlap) {
  for (int set : {1, 2}) {
    for (PrachFormat format : {PrachFormat::f0, PrachFormat::f3}) {
      for (unsigned zone = 0; zone < 16; ++zone) {
        auto n_cs = nr::n_cs(format, zone, static_cast<RestrictedSet>(set));
        if (!n_cs) continue;
        for (unsigned u = 1; u < 839; ++u) {
          const CyclicShifts s = cyclic_shifts(839, u, *n_cs, static_cast<RestrictedSet>(set));
          std::array<bool, 839> taken{};
          for (unsigned v = 0; v < s.n; ++v) {
            for (int image = -set; image <= set; ++image) {
              for (unsigned m = 0; m < *n_cs; ++m) {
                const auto at = static_cast<size_t>((s.c_v[v] + image * static_cast<int>(s.d_u) + static_cast<int>(m) + 2 * 839) % 839);
                ASSERT_FALSE(taken[at]) << "set " << set << " N_CS " << *n_cs << " u " << u << " shift " << s.c_v[v];
                taken[at] = true;
              }
            }
          }
        }
      }
    }
  }
}

TEST(PrachShifts, every_root_stands_once_in_each_table) {
  for (uint8_t format : {0, 8}) {
    const unsigned roots = format == 0 ? 838 : 138;
    std::vector<bool> seen(roots + 1);
    for (unsigned i = 0; i < roots; ++i) {
      PrachPdu pdu;
      pdu.format = format;
      pdu.root_sequence = static_cast<uint16_t>(i);
      auto set = preamble_set(pdu);
      ASSERT_TRUE(set);
      EXPECT_EQ((*set)[0].logical, i);
      EXPECT_FALSE(seen[(*set)[0].u]);
      seen[(*set)[0].u] = true;
      EXPECT_EQ((*set)[1].logical, (i + 1) % roots);
    }
  }
}

TEST(PrachSequence, is_the_transform_of_the_shifted_zadoff_chu_sequence) {
  for (auto [format, l_ra, n_cs] : {std::tuple{0, 839u, 46}, {8, 139u, 13}}) {
    PrachPdu pdu;
    pdu.format = static_cast<uint8_t>(format);
    pdu.root_sequence = 101;
    pdu.n_cs = static_cast<uint16_t>(n_cs);
    for (unsigned preamble : {0u, 1u, 17u, 63u}) {
      std::vector<Cf> y(l_ra);
      auto made = preamble_sequence(pdu, preamble, y);
      ASSERT_TRUE(made);
      for (unsigned n : {0u, 1u, 50u, l_ra - 1}) {
        std::complex<double> sum = 0;
        for (unsigned m = 0; m < l_ra; ++m) {
          const double i = (m + made->shift) % l_ra;
          sum += std::polar(
              1.0, -std::numbers::pi * std::fmod(made->u * i * (i + 1), 2.0 * l_ra) / l_ra - 2 * std::numbers::pi * (m * n % l_ra) / l_ra);
        }
        EXPECT_LT(std::abs(std::complex<double>(y[n]) - sum), 1e-3);
      }
    }
  }
}

TEST(PrachTiming, crosses_half_subframes_with_16_kappa_more) {
  PrachPdu pdu;
  pdu.format = static_cast<uint8_t>(PrachFormat::b4);
  pdu.scs = nr::Scs::khz15;
  pdu.start_symbol = 2;
  auto t = prach_timing(pdu, {nr::Scs::khz15, 25, 30.72e6}, nr::Slot(nr::Scs::khz15, 0, 0), 0);
  ASSERT_TRUE(t);
  EXPECT_EQ(t->start, 2 * 2192u + 16);  // symbol 0 is longer
  EXPECT_EQ(t->cp, 936u + 16);          // over 0.5 ms
  EXPECT_EQ(t->total(), 952u + 12 * 2048);
  EXPECT_EQ(t->start + t->total(), 30720u - 792);  // B formats leave a guard
  pdu.scs = nr::Scs::khz30;
  t = prach_timing(pdu, {nr::Scs::khz30, 25, 30.72e6}, nr::Slot(nr::Scs::khz30, 0, 1), 0);
  ASSERT_TRUE(t);
  EXPECT_EQ(t->start, 2 * 1096u + 16);
  EXPECT_EQ(t->cp, 468u);
  // 15 kHz preambles under a 30 kHz carrier: symbol 8 of the subframe lies in the second slot.
  pdu.format = static_cast<uint8_t>(PrachFormat::a1);
  pdu.scs = nr::Scs::khz15;
  pdu.start_symbol = 8;
  t = prach_timing(pdu, {nr::Scs::khz30, 51, 30.72e6}, nr::Slot(nr::Scs::khz30, 0, 1), 0);
  ASSERT_TRUE(t);
  EXPECT_EQ(t->start, 8 * 2192u + 32 - 15360);
}

// A random valid configuration with its carrier, and where it is sent.
struct Arrangement {
  PrachPdu pdu;
  PrachCarrier carrier;
  nr::Slot slot;
  unsigned occasion = 0, f_id = 0, preamble = 0;
};

std::optional<Arrangement> random_arrangement(Random& random) {
  Arrangement s;
  const auto format = static_cast<PrachFormat>(upto(random, 13));
  const bool is_long = nr::is_long(format);
  s.pdu.format = static_cast<uint8_t>(format);
  s.carrier.pusch_scs = static_cast<nr::Scs>(upto(random, 3));
  s.pdu.scs = is_long ? nr::Scs::khz15 : static_cast<nr::Scs>(upto(random, 3));
  auto width = nr::prach_width(format, s.pdu.scs, s.carrier.pusch_scs);
  if (!width) return std::nullopt;
  s.pdu.restricted_set = is_long && random.chance(0.3) ? static_cast<uint8_t>(1 + upto(random, 1)) : 0;
  auto n_cs = nr::n_cs(format, upto(random, 15), static_cast<RestrictedSet>(s.pdu.restricted_set));
  if (!n_cs) return std::nullopt;
  s.pdu.n_cs = *n_cs;
  s.pdu.root_sequence = static_cast<uint16_t>(upto(random, is_long ? 837 : 137));
  s.pdu.n_fd = static_cast<uint8_t>(1u << upto(random, 2));
  s.carrier.n_rb = s.pdu.n_fd * width->n_rb + upto(random, 12);
  s.pdu.first_rb = static_cast<uint16_t>(upto(random, s.carrier.n_rb - s.pdu.n_fd * width->n_rb));
  const double unit = 1.92e6 * std::max(1u << nr::mu(s.carrier.pusch_scs), 1u << nr::mu(s.pdu.scs));
  s.carrier.sample_rate_hz = unit;
  for (double wanted = 12000.0 * nr::khz(s.carrier.pusch_scs) * s.carrier.n_rb; s.carrier.sample_rate_hz < wanted;)
    s.carrier.sample_rate_hz *= 2;
  if (s.carrier.n_rb > 275 || s.carrier.sample_rate_hz > 62e6) return std::nullopt;
  s.slot = nr::Slot(s.carrier.pusch_scs, upto(random, 1023), upto(random, nr::slots_per_frame(s.carrier.pusch_scs) - 1));
  constexpr unsigned duration[] = {0, 0, 0, 0, 2, 4, 6, 2, 12, 2, 6, 2, 4, 6};
  s.pdu.start_symbol = is_long ? static_cast<uint8_t>(pick(random, {0u, 0u, 7u})) : static_cast<uint8_t>(pick(random, {0u, 2u}));
  s.pdu.occasions =
      is_long ? 1 : static_cast<uint8_t>(1 + upto(random, std::min(6u, (14 - s.pdu.start_symbol) / duration[s.pdu.format] - 1)));
  s.occasion = upto(random, s.pdu.occasions - 1u);
  s.f_id = upto(random, s.pdu.n_fd - 1u);
  s.preamble = upto(random, 63);
  return s;
}

std::string text(std::span<const RxPreamble> found) {
  std::string out;
  for (const RxPreamble& p : found)
    out += fmt::format("[occasion {} f_id {} preamble {} at {:.0f} ns, {:.1f} dB]", p.occasion, p.f_id, p.preamble, p.ta_ns, p.power_db);
  return out;
}

// The longest delay that still belongs to the preamble: inside its window and the CP, a sample of the sequence to spare.
double longest_delay_s(const Arrangement& s) {
  const nr::PreambleFormat shape = nr::preamble_format(static_cast<PrachFormat>(s.pdu.format), s.pdu.scs, true);
  const double sample = 1.0 / (static_cast<double>(shape.l_ra) * shape.scs_hz);
  const double window = (s.pdu.n_cs == 0 ? shape.l_ra : s.pdu.n_cs) * sample - 1.5 * sample;
  return std::max(0.0, std::min(window, shape.n_cp_kappa / 30.72e6 - sample));
}

size_t samples_for(const Arrangement& s) { return static_cast<size_t>(s.carrier.sample_rate_hz * 4.5e-3); }

TEST(PrachDetector, finds_any_preamble_of_any_configuration_and_no_other) {
  Random random(21);
  unsigned done = 0;
  for (unsigned cases = property_cases(0.25); done < cases;) {
    auto s = random_arrangement(random);
    if (!s) continue;
    auto tx = PrachTransmitter::make(s->pdu, s->carrier);
    if (!tx) {  // sets that leave fewer than 64 preambles
      ASSERT_EQ(tx.error().where, "n_cs") << tx.error().describe();
      continue;
    }
    if (!prach_timing(s->pdu, s->carrier, s->slot, 0)) continue;  // 15 kHz symbols before a slot of 30 or 60 kHz
    ++done;
    const unsigned n_ports = pick(random, {1u, 1u, 2u, 4u});
    auto rx = PrachReceiver::make(s->pdu, s->carrier, n_ports);
    ASSERT_TRUE(rx);
    const auto delay =
        static_cast<size_t>(longest_delay_s(*s) * s->carrier.sample_rate_hz * (static_cast<double>(upto(random, 100)) / 100));
    std::vector<Cf> samples(samples_for(*s) + delay);
    ASSERT_TRUE(tx->send(s->pdu, s->slot, s->occasion, s->f_id, s->preamble, 0.5f, std::span(samples).subspan(delay)));
    std::vector<RxPreamble> found;
    const std::vector<std::span<const Cf>> ports(n_ports, samples);
    ASSERT_TRUE(rx->detect(s->pdu, s->slot, ports, found));
    SCOPED_TRACE(fmt::format("format {} scs {} pusch {} n_cs {} set {} root {} preamble {} delay {}", s->pdu.format, nr::khz(s->pdu.scs),
                             nr::khz(s->carrier.pusch_scs), s->pdu.n_cs, s->pdu.restricted_set, s->pdu.root_sequence, s->preamble, delay));
    // The other occasions may see the tail of a late preamble, not another preamble.
    std::erase_if(found, [&](const RxPreamble& p) { return p.occasion != s->occasion && p.preamble == s->preamble && p.f_id == s->f_id; });
    ASSERT_EQ(found.size(), 1u) << text(found);
    EXPECT_EQ(found[0].preamble, s->preamble);
    EXPECT_EQ(found[0].occasion, s->occasion);
    EXPECT_EQ(found[0].f_id, s->f_id);
    const nr::PreambleFormat shape = nr::preamble_format(static_cast<PrachFormat>(s->pdu.format), s->pdu.scs);
    const double sample_ns = 1e9 / (static_cast<double>(shape.l_ra) * shape.scs_hz);
    EXPECT_NEAR(found[0].ta_ns, static_cast<double>(delay) / s->carrier.sample_rate_hz * 1e9, 0.06 * sample_ns);
    EXPECT_NEAR(found[0].power_db, 20 * std::log10(0.5), 0.35);
  }
}

// Preambles of one detector call: each is sent with its delay, power and carrier offset through `ports` channels of random phase, noise on
// top.
struct Sent {
  unsigned preamble;
  double delay_s, power_db = 0, cfo_hz = 0;
};
std::vector<RxPreamble> through_noise(const Arrangement& s, std::span<const Sent> sent, unsigned ports, float noise_power,
                                      PrachTransmitter& tx, PrachReceiver& rx, Noise& noise) {
  const auto timing = prach_timing(s.pdu, s.carrier, s.slot, 0);
  const size_t n = timing->start + timing->total() + 400;
  std::vector<std::vector<Cf>> samples(ports, std::vector<Cf>(n));
  for (const Sent& p : sent) {
    const auto delay = static_cast<size_t>(std::lround(p.delay_s * s.carrier.sample_rate_hz));
    std::vector<Cf> x(n);
    EXPECT_TRUE(tx.send(s.pdu, s.slot, 0, 0, p.preamble, static_cast<float>(std::pow(10, p.power_db / 20)), std::span(x).subspan(delay)));
    for (auto& port : samples) {
      const Cf phase = std::polar(1.0f, 6.28f * noise.uniform());
      for (size_t i = 0; i < n; ++i)
        port[i] += x[i] * phase * Cf(std::polar(1.0, 2 * std::numbers::pi * p.cfo_hz * static_cast<double>(i) / s.carrier.sample_rate_hz));
    }
  }
  std::vector<std::span<const Cf>> views;
  for (auto& port : samples) {
    if (noise_power > 0) {
      for (Cf& v : port) v += noise(noise_power);
    }
    views.emplace_back(port);
  }
  std::vector<RxPreamble> found;
  EXPECT_TRUE(rx.detect(s.pdu, s.slot, views, found));
  std::ranges::sort(found, {}, &RxPreamble::preamble);
  return found;
}

Arrangement arrangement_of(PrachFormat format, unsigned n_cs, RestrictedSet set = RestrictedSet::none) {
  Arrangement s;
  s.pdu.format = static_cast<uint8_t>(format);
  s.pdu.n_cs = static_cast<uint16_t>(n_cs);
  s.pdu.root_sequence = 22;
  s.pdu.restricted_set = static_cast<uint8_t>(set);
  s.pdu.scs = nr::Scs::khz30;
  s.carrier = {nr::Scs::khz30, 24, 11.52e6};
  s.slot = nr::Slot(nr::Scs::khz30, 0, 0);
  if (nr::is_long(format)) s.carrier = {nr::Scs::khz15, 25, 5.76e6}, s.slot = {};
  return s;
}

TEST(PrachDetector, tells_several_preambles_apart) {
  Noise noise(22);
  for (auto [format, n_cs, count] : {std::tuple{PrachFormat::f0, 46u, 6u},
                                     {PrachFormat::f0, 13u, 4u},
                                     {PrachFormat::f3, 76u, 6u},
                                     {PrachFormat::b4, 23u, 3u},
                                     {PrachFormat::a2, 34u, 3u}}) {
    const Arrangement s = arrangement_of(format, n_cs);
    auto tx = PrachTransmitter::make(s.pdu, s.carrier);
    auto rx = PrachReceiver::make(s.pdu, s.carrier, 2);
    ASSERT_TRUE(tx && rx);
    for (unsigned trial = 0; trial < 20; ++trial) {
      std::vector<Sent> sent;
      for (unsigned i = 0; i < count; ++i) {
        const unsigned preamble = 64 / count * i + upto(noise.random(), 64 / count - 1);
        sent.push_back({preamble, longest_delay_s(s) * noise.uniform(), -3.0 * noise.uniform()});
      }
      const auto found = through_noise(s, sent, 2, 0.05f, *tx, *rx, noise);
      ASSERT_EQ(found.size(), count) << nr::to_string(format) << " n_cs " << n_cs << " trial " << trial;
      for (unsigned i = 0; i < count; ++i) {
        EXPECT_EQ(found[i].preamble, sent[i].preamble);
        EXPECT_NEAR(found[i].ta_ns, sent[i].delay_s * 1e9, format == PrachFormat::f0 ? 250 : 120);
        EXPECT_NEAR(found[i].power_db, sent[i].power_db, 2);
      }
    }
  }
}

TEST(PrachDetector, takes_many_paths_of_a_strong_preamble_for_one) {
  Noise noise(27);
  for (auto [format, n_cs] :
       {std::pair{PrachFormat::f0, 46u}, {PrachFormat::f0, 0u}, {PrachFormat::f3, 55u}, {PrachFormat::b4, 23u}, {PrachFormat::a3, 27u}}) {
    const Arrangement s = arrangement_of(format, n_cs);
    auto tx = PrachTransmitter::make(s.pdu, s.carrier);
    auto rx = PrachReceiver::make(s.pdu, s.carrier, 4);
    ASSERT_TRUE(tx && rx);
    for (unsigned trial = 0; trial < 15; ++trial) {
      const unsigned preamble = upto(noise.random(), 63);
      const double first = 0.5 * longest_delay_s(s) * noise.uniform(), cfo = 400.0 * (2 * noise.uniform() - 1);
      std::vector<Sent> paths;
      for (unsigned i = 0; i < 6; ++i) paths.push_back({preamble, first + (i == 0 ? 0 : 1.5e-6 * noise.uniform()), -2.0 * i, cfo});
      const auto found = through_noise(s, paths, 4, 1e-3f, *tx, *rx, noise);
      ASSERT_EQ(found.size(), 1u) << nr::to_string(format) << " n_cs " << n_cs << " preamble " << preamble << " cfo " << cfo << text(found);
      EXPECT_EQ(found[0].preamble, preamble);
      EXPECT_GT(found[0].ta_ns, first * 1e9 - 300);
      EXPECT_LT(found[0].ta_ns, first * 1e9 + 1800);
    }
  }
}

TEST(PrachDetector, takes_no_image_of_a_carrier_offset_for_a_preamble) {
  Noise noise(23);
  for (PrachFormat format : {PrachFormat::f0, PrachFormat::b4}) {
    const Arrangement s = arrangement_of(format, format == PrachFormat::f0 ? 13 : 8);
    auto tx = PrachTransmitter::make(s.pdu, s.carrier);
    auto rx = PrachReceiver::make(s.pdu, s.carrier, 1);
    ASSERT_TRUE(tx && rx);
    for (double cfo : {-400.0, 150.0, 400.0}) {
      for (unsigned preamble : {0u, 20u, 63u}) {
        const Sent sent{preamble, 0.4 * longest_delay_s(s), 0, cfo};
        const auto found = through_noise(s, {&sent, 1}, 1, 0.01f, *tx, *rx, noise);
        ASSERT_EQ(found.size(), 1u) << nr::to_string(format) << " " << cfo << " " << preamble;
        EXPECT_EQ(found[0].preamble, preamble);
      }
    }
  }
}

TEST(PrachDetector, hears_restricted_sets_a_whole_subcarrier_off_and_more) {
  Noise noise(24);
  for (auto [set, format, n_cs, cfos] : {std::tuple{RestrictedSet::type_a, PrachFormat::f0, 46u, std::vector{-1250.0, -600.0, 0.0, 1250.0}},
                                         {RestrictedSet::type_b, PrachFormat::f0, 38u, std::vector{-2500.0, -1250.0, 0.0, 1900.0, 2500.0}},
                                         {RestrictedSet::type_a, PrachFormat::f3, 57u, std::vector{-5000.0, 2400.0}}}) {
    const Arrangement s = arrangement_of(format, n_cs, set);
    auto tx = PrachTransmitter::make(s.pdu, s.carrier);
    auto rx = PrachReceiver::make(s.pdu, s.carrier, 2);
    ASSERT_TRUE(tx && rx);
    for (double cfo : cfos) {
      for (unsigned preamble : {0u, 9u, 40u, 63u}) {
        const Sent sent{preamble, 0.5 * longest_delay_s(s), 0, cfo};
        const auto found = through_noise(s, {&sent, 1}, 2, 1, *tx, *rx, noise);
        ASSERT_EQ(found.size(), 1u) << "set " << static_cast<int>(set) << " cfo " << cfo << " preamble " << preamble << text(found);
        EXPECT_EQ(found[0].preamble, preamble);
        EXPECT_NEAR(found[0].ta_ns, sent.delay_s * 1e9, 600);
      }
    }
  }
}

// TS 38.104 8.4.1.1: at most 0.1 % of occasions with noise alone give a preamble.
TEST(PrachDetector, gives_a_false_alarm_in_one_of_a_thousand_occasions) {
  Noise noise(25);
  unsigned alarms = 0, trials = 0;
  for (auto [format, n_cs, set, ports] : {std::tuple{PrachFormat::f0, 13u, RestrictedSet::none, 1u},
                                          {PrachFormat::f0, 46u, RestrictedSet::type_a, 2u},
                                          {PrachFormat::f2, 119u, RestrictedSet::none, 2u},
                                          {PrachFormat::b4, 46u, RestrictedSet::none, 4u},
                                          {PrachFormat::a1, 13u, RestrictedSet::none, 1u}}) {
    const Arrangement s = arrangement_of(format, n_cs, set);
    auto rx = PrachReceiver::make(s.pdu, s.carrier, ports);
    ASSERT_TRUE(rx);
    std::vector<Cf> y((nr::is_long(format) ? 839 : 139) * ports * rx->groups());
    for (unsigned i = 0; i < property_cases(1.2); ++i, ++trials) {
      for (Cf& v : y) v = noise(1);
      std::vector<RxPreamble> found;
      rx->detect_sequences(y, found);
      alarms += !found.empty();
    }
  }
  const double expected = 1e-3 * trials;
  EXPECT_LE(alarms, expected + 3.5 * std::sqrt(expected)) << "of " << trials;
}

// Two receive antennas, AWGN: 99 % of preambles (the criterion of TS 38.104 8.4.2) at these SNR.
TEST(PrachDetector, misses_fewer_than_one_in_a_hundred_at_its_sensitivity) {
  Noise noise(26);
  struct Point {
    PrachFormat format;
    unsigned n_cs;
    double snr_db;
  };
  for (auto [format, n_cs, snr_db] : {Point{PrachFormat::f0, 13, -16.5}, {PrachFormat::a2, 23, -14.2}, {PrachFormat::b4, 23, -18.7}}) {
    const Arrangement s = arrangement_of(format, n_cs);
    auto tx = PrachTransmitter::make(s.pdu, s.carrier);
    auto rx = PrachReceiver::make(s.pdu, s.carrier, 2);
    ASSERT_TRUE(tx && rx);
    // Amplitude 1 puts unit power on each subcarrier of the transform; white noise of power p likewise p.
    const auto power = static_cast<float>(std::pow(10, -snr_db / 10));
    unsigned missed = 0;
    const unsigned trials = 200;
    for (unsigned i = 0; i < trials; ++i) {
      const Sent sent{upto(noise.random(), 63), 0.6 * longest_delay_s(s) * noise.uniform()};
      const auto found = through_noise(s, {&sent, 1}, 2, power, *tx, *rx, noise);
      const bool hit = std::ranges::any_of(
          found, [&](const RxPreamble& p) { return p.preamble == sent.preamble && std::abs(p.ta_ns - sent.delay_s * 1e9) < 1040; });
      missed += !hit;
    }
    EXPECT_LE(missed, 4u) << nr::to_string(format);
  }
}

TEST(PrachConfiguration, is_refused_with_field_value_range_and_clause) {
  const Arrangement good = arrangement_of(PrachFormat::a2, 13);
  ASSERT_TRUE(PrachReceiver::make(good.pdu, good.carrier, 1));
  auto field = [&](auto&& change) {
    Arrangement s = good;
    change(s);
    auto made = PrachReceiver::make(s.pdu, s.carrier, 1);
    if (made) return std::string("accepted");
    EXPECT_NE(made.error().text.find("38."), std::string::npos) << made.error().text;
    return made.error().where;
  };
  EXPECT_EQ(field([](Arrangement& s) { s.pdu.format = 14; }), "format");
  EXPECT_EQ(field([](Arrangement& s) { s.pdu.root_sequence = 138; }), "root_sequence");
  EXPECT_EQ(field([](Arrangement& s) { s.pdu.restricted_set = 1; }), "restricted_set");
  EXPECT_EQ(field([](Arrangement& s) { s.pdu.n_cs = 70; }), "n_cs");
  EXPECT_EQ(field([](Arrangement& s) { s.pdu.n_fd = 3; }), "n_fd");
  EXPECT_EQ(field([](Arrangement& s) { s.pdu.first_rb = 13; }), "first_rb");
  EXPECT_EQ(field([](Arrangement& s) { s.carrier.sample_rate_hz = 5e6; }), "sample_rate_hz");
  EXPECT_EQ(field([](Arrangement& s) { s.carrier.sample_rate_hz = 12e6; }), "sample_rate_hz");
  EXPECT_EQ(field([](Arrangement& s) { s.carrier.sample_rate_hz = NAN; }), "sample_rate_hz");
  EXPECT_EQ(field([](Arrangement& s) { s.pdu.scs = nr::Scs::khz120; }), "pusch_scs");
  auto rx = PrachReceiver::make(good.pdu, good.carrier, 1);
  std::vector<Cf> few(100);
  const std::span<const Cf> ports[] = {few};
  std::vector<RxPreamble> found;
  EXPECT_EQ(rx->detect(good.pdu, good.slot, ports, found).error().where, "samples");
  PrachPdu other = good.pdu;
  other.root_sequence = 1;
  EXPECT_EQ(rx->detect(other, good.slot, ports, found).error().where, "PrachPdu");
  EXPECT_FALSE(PrachReceiver::make(good.pdu, good.carrier, 0));
}

TEST(PrachDetector, hears_nothing_in_silence) {
  const Arrangement s = arrangement_of(PrachFormat::f0, 46);
  auto rx = PrachReceiver::make(s.pdu, s.carrier, 1);
  ASSERT_TRUE(rx);
  std::vector<Cf> samples(5760);
  const std::span<const Cf> ports[] = {samples};
  std::vector<RxPreamble> found;
  ASSERT_TRUE(rx->detect(s.pdu, s.slot, ports, found));
  EXPECT_TRUE(found.empty());
}

// The uplink of a third party's UE over a third party's radio link (SEN_TRACES names the folder of the recordings): one preamble in 120 ms,
// in ms 3214, the recording's first being 3160; format 0 at RB 8 with root 1, as that gNB's SIB1 has it.
TEST(PrachDetector, finds_the_preamble_of_a_recorded_attach) {
  const char* folder = std::getenv("SEN_TRACES");
  if (!folder) GTEST_SKIP() << "SEN_TRACES is not set";
  std::ifstream file(std::string(folder) + "/n3_fdd_10MHz_attach_ul_120ms.ci16", std::ios::binary);
  if (!file) GTEST_SKIP() << "no recording in " << folder;
  constexpr size_t subframe = 11520;
  std::vector<int16_t> raw(2 * 120 * subframe);
  file.read(reinterpret_cast<char*>(raw.data()), static_cast<std::streamsize>(raw.size() * 2));
  ASSERT_EQ(static_cast<size_t>(file.gcount()), raw.size() * 2);
  std::vector<Cf> samples(raw.size() / 2);
  for (size_t i = 0; i < samples.size(); ++i)
    samples[i] = {static_cast<float>(raw[2 * i]) / 16384, static_cast<float>(raw[2 * i + 1]) / 16384};
  PrachPdu pdu;
  pdu.first_rb = 8;
  pdu.root_sequence = 1;
  for (uint16_t n_cs : {0, 13, 46}) {
    pdu.n_cs = n_cs;
    auto rx = PrachReceiver::make(pdu, {nr::Scs::khz15, 52, 11.52e6}, 1);
    ASSERT_TRUE(rx);
    for (unsigned ms = 3160; ms < 3280; ++ms) {
      const std::span<const Cf> ports[] = {std::span(samples).subspan((ms - 3160) * subframe, subframe)};
      std::vector<RxPreamble> found;
      ASSERT_TRUE(rx->detect(pdu, nr::Slot(nr::Scs::khz15, ms / 10, ms % 10), ports, found));
      ASSERT_EQ(found.size(), ms == 3214 ? 1u : 0u) << ms;
      if (found.empty()) continue;
      EXPECT_EQ(found[0].preamble, 0);
      EXPECT_NEAR(found[0].ta_ns, 0, 5);  // sample n of uplink and downlink have the same time
    }
  }
}

}  // namespace
}  // namespace sen::phy
