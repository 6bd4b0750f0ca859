// SRS: hopping over the whole band, multiplexed ports, the estimate against a known channel, refusals.
#include <numbers>
#include <set>

#include "nr/csi.h"
#include "phy/srs.h"
#include "tests/unit/phy_signals.h"

namespace sen::phy {
namespace {

using nr::l1::SrsPdu;

SrsPdu random_srs(Random& random) {
  SrsPdu p;
  p.bwp.scs = static_cast<nr::Scs>(upto(random, 3));
  p.ports = static_cast<uint8_t>(pick(random, {1u, 2u, 4u}));
  p.symbols = static_cast<uint8_t>(pick(random, {1u, 2u, 4u}));
  do p.repetitions = static_cast<uint8_t>(pick(random, {1u, 2u, 4u}));
  while (p.repetitions > p.symbols);
  p.start_symbol = static_cast<uint8_t>(upto(random, 14u - p.symbols));
  p.c_srs = static_cast<uint8_t>(upto(random, 63));
  p.b_srs = static_cast<uint8_t>(upto(random, 3));
  p.b_hop = static_cast<uint8_t>(upto(random, 3));
  p.comb = static_cast<uint8_t>(pick(random, {2u, 4u, 8u}));
  p.comb_offset = static_cast<uint8_t>(upto(random, p.comb - 1u));
  p.cyclic_shift = static_cast<uint8_t>(upto(random, (p.comb == 2 ? 8u : p.comb == 4 ? 12u : 6u) - 1));
  p.freq_position = static_cast<uint8_t>(upto(random, 67));
  p.freq_shift = static_cast<uint16_t>(upto(random, 10));
  p.sequence_id = static_cast<uint16_t>(upto(random, 1023));
  p.hopping = static_cast<uint8_t>(upto(random, 2));
  p.period_slots = static_cast<uint16_t>(pick(random, {0u, 1u, 5u, 20u}));
  p.bwp.start = static_cast<uint16_t>(upto(random, 20));
  return p;
}

unsigned grid_for(const SrsPdu& p) {
  return (p.bwp.start <= p.freq_shift ? 0u : p.bwp.start) + p.freq_shift + nr::srs_bandwidth(p.c_srs, 0)->m;
}

TEST(Srs, estimates_any_resource_over_a_delayed_channel) {
  Noise noise(31);
  Random& random = noise.random();
  for (unsigned i = 0, cases = property_cases(); i < cases; ++i) {
    const SrsPdu p = random_srs(random);
    const unsigned n_rb = grid_for(p), rx = 1 + upto(random, 3);
    if (n_rb > Grid::max_rb) continue;
    const nr::Slot slot(p.bwp.scs, upto(random, 1023), upto(random, nr::slots_per_frame(p.bwp.scs) - 1));
    SCOPED_TRACE(fmt::format("ports {} comb {} shift {} c {} b {} hop {} symbols {} rb {}", p.ports, p.comb, p.cyclic_shift, p.c_srs,
                             p.b_srs, p.b_hop, p.symbols, n_rb));
    Grid sent(p.ports, n_rb), received(rx, n_rb);
    ASSERT_TRUE(check(p, n_rb));
    ASSERT_TRUE(send_srs(p, slot, sent));
    std::array<Cf, 16> h;
    for (Cf& v : h) v = noise(1);
    // Within the unambiguous range of the ports that share a comb, at most 0.5 us.
    const double scs = 1000.0 * nr::khz(p.bwp.scs), range = std::min(0.5e-6, 0.3 / (scs * p.comb * p.ports));
    const double delay = range * (2 * noise.uniform() - 1);
    for (unsigned l = 0; l < 14; ++l) {
      for (unsigned k = 0; k < sent.subcarriers(); ++k) {
        const Cf turn(std::polar(1.0, -2 * std::numbers::pi * (static_cast<double>(k) - 6 * n_rb) * scs * delay));
        for (unsigned r = 0; r < rx; ++r) {
          Cf y;
          for (unsigned port = 0; port < p.ports; ++port) y += h[r * p.ports + port] * sent.at(port, l, k);
          received.at(r, l, k) = y * turn;
        }
      }
    }
    const auto estimate = receive_srs(p, slot, received);
    ASSERT_TRUE(estimate);
    float power = 0;
    for (unsigned n = 0; n < rx * p.ports; ++n) {
      ASSERT_LT(std::abs(estimate->channel[n] - h[n]), 0.03) << n;
      power += std::norm(h[n]);
    }
    EXPECT_NEAR(estimate->quality.ta_ns, delay * 1e9, 8);
    EXPECT_NEAR(estimate->quality.rsrp_dbfs, 10 * std::log10(power / static_cast<float>(rx * p.ports)), 0.2);
    EXPECT_GT(estimate->quality.sinr_db, 30);
  }
}

TEST(Srs, measures_noise_and_power) {
  Noise noise(32);
  for (unsigned ports : {1u, 2u, 4u}) {
    SrsPdu p;
    p.ports = static_cast<uint8_t>(ports);
    p.c_srs = 24, p.comb = 4, p.symbols = 2, p.start_symbol = 10, p.cyclic_shift = 5;
    for (float variance : {0.01f, 1.0f}) {
      double measured = 0, power = 0;
      for (unsigned trial = 0; trial < 20; ++trial) {
        Grid sent(ports, 96), received(2, 96);
        ASSERT_TRUE(send_srs(p, {}, sent));
        for (unsigned r = 0; r < 2; ++r) {
          for (unsigned l = 0; l < 14; ++l) {
            for (unsigned k = 0; k < sent.subcarriers(); ++k) {
              Cf y = noise(variance);
              for (unsigned port = 0; port < ports; ++port)
                y += sent.at(port, l, k) * std::polar(1.0f, 1.3f * static_cast<float>(r * port));
              received.at(r, l, k) = y;
            }
          }
        }
        auto e = receive_srs(p, {}, received);
        ASSERT_TRUE(e);
        measured += e->noise_variance / 20;
        power += std::pow(10, e->quality.rsrp_dbfs / 10) / 20;
        EXPECT_EQ(e->parts, SrsEstimate::max_parts);
        for (unsigned i = 0; variance < 0.1f && i < e->parts * 2 * ports; ++i) {
          const unsigned r = i / ports % 2, port = i % ports;
          EXPECT_LT(std::abs(e->part[i] - std::polar(1.0f, 1.3f * static_cast<float>(r * port))), 0.12) << i;
        }
      }
      EXPECT_NEAR(measured / variance, 1, 0.08);
      EXPECT_NEAR(power, 1, variance > 0.1f ? 0.1 : 0.02);
    }
  }
}

// With b_hop 0 the N_b hops of a cycle sound every part of the band once.
TEST(Srs, hops_over_the_whole_band_once) {
  for (unsigned c_srs : {13u, 17u, 24u, 36u, 61u}) {
    for (unsigned b_srs : {1u, 2u, 3u}) {
      SrsPdu p;
      p.c_srs = static_cast<uint8_t>(c_srs), p.b_srs = static_cast<uint8_t>(b_srs);
      p.period_slots = 5, p.offset_slots = 2;
      unsigned hops = 1;
      for (unsigned b = 1; b <= b_srs; ++b) hops *= nr::srs_bandwidth(c_srs, b)->n;
      std::set<unsigned> places;
      for (unsigned i = 0; i < hops; ++i) places.insert(srs_place(p, nr::Slot(nr::Scs::khz15, 2 + 5 * i), 0, 0).first);
      EXPECT_EQ(places.size(), hops) << c_srs << " " << b_srs;
      EXPECT_EQ(srs_place(p, nr::Slot(nr::Scs::khz15, 2 + 5 * hops), 0, 0).first, srs_place(p, nr::Slot(nr::Scs::khz15, 2), 0, 0).first);
      EXPECT_EQ(*places.rbegin() + 12 * nr::srs_bandwidth(c_srs, b_srs)->m, 12u * nr::srs_bandwidth(c_srs, 0)->m);
    }
  }
}

// C_SRS 13: 48 RBs in two halves of 24, quarters of 12. n_SRS 0, 1, 2, 3 by F_b of 6.4.1.4.3: F_1 = n mod 2, F_2 = floor(n / 2) mod 2.
TEST(Srs, counts_its_transmissions_from_the_first_of_frame_0) {
  SrsPdu p;
  p.c_srs = 13, p.b_srs = 2, p.period_slots = 5, p.offset_slots = 2;
  const unsigned expected[] = {0, 24, 12, 36, 0};
  for (unsigned i = 0; i < 5; ++i) EXPECT_EQ(srs_place(p, nr::Slot(nr::Scs::khz15, 2 + 5 * i), 0, 0).first, 12 * expected[i]) << i;
}

TEST(Srs, hops_within_the_slot_when_aperiodic) {
  SrsPdu p;
  p.c_srs = 24, p.b_srs = 1, p.symbols = 4, p.repetitions = 2, p.start_symbol = 10, p.period_slots = 0;
  auto first = [&](unsigned symbol) { return srs_place(p, {}, 0, symbol).first; };
  EXPECT_EQ(first(0), first(1));
  EXPECT_EQ(first(2), first(3));
  EXPECT_NE(first(0), first(2));
}

TEST(Srs, is_refused_with_field_value_range_and_clause) {
  auto field = [](auto&& change) {
    SrsPdu p;
    p.c_srs = 10;
    change(p);
    auto status = check(p, 40);
    if (status) return std::string("accepted");
    EXPECT_NE(status.error().text.find("38."), std::string::npos);
    Grid grid(4, 40);
    EXPECT_FALSE(send_srs(p, {}, grid));
    EXPECT_FALSE(receive_srs(p, {}, grid));
    return status.error().where;
  };
  EXPECT_EQ(field([](SrsPdu&) {}), "accepted");
  EXPECT_EQ(field([](SrsPdu& p) { p.ports = 3; }), "ports");
  EXPECT_EQ(field([](SrsPdu& p) { p.symbols = 3; }), "symbols");
  EXPECT_EQ(field([](SrsPdu& p) { p.symbols = 2; }), "symbols");  // from symbol 13
  EXPECT_EQ(field([](SrsPdu& p) { p.repetitions = 2; }), "repetitions");
  EXPECT_EQ(field([](SrsPdu& p) { p.comb = 3; }), "comb");
  EXPECT_EQ(field([](SrsPdu& p) { p.comb_offset = 2; }), "comb");
  EXPECT_EQ(field([](SrsPdu& p) { p.cyclic_shift = 8; }), "comb");
  EXPECT_EQ(field([](SrsPdu& p) { p.c_srs = 64; }), "c_srs");
  EXPECT_EQ(field([](SrsPdu& p) { p.c_srs = 12; }), "c_srs");  // 48 RBs
  EXPECT_EQ(field([](SrsPdu& p) { p.freq_shift = 5; }), "c_srs");
  EXPECT_EQ(field([](SrsPdu& p) { p.freq_position = 68; }), "freq_position");
  EXPECT_EQ(field([](SrsPdu& p) { p.sequence_id = 1024; }), "sequence_id");
}

}  // namespace
}  // namespace sen::phy
