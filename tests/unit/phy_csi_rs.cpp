// CSI-RS and TRS: places against the table in nr, estimates over known channels, delay and carrier offset, refusals.
#include <numbers>
#include <set>

#include "nr/csi.h"
#include "phy/csi_rs.h"
#include "tests/unit/phy_signals.h"

namespace sen::phy {
namespace {

using nr::l1::CsiRsPdu;

// A resource and the same as RRC has it.
struct Resource {
  CsiRsPdu pdu;
  nr::CsiRsResource rrc;
};

std::optional<Resource> random_resource(Random& random, unsigned n_rb) {
  Resource r;
  const unsigned row = 1 + upto(random, 7);
  const nr::CsiRsRow shape = *nr::csi_rs_row(row);
  r.rrc.row = static_cast<uint8_t>(row);
  const unsigned bits = row == 1 ? 4 : row == 2 ? 12 : row == 4 ? 3 : 6;
  r.rrc.frequency_domain = static_cast<uint16_t>(random.between(1, (1u << bits) - 1));
  auto k = nr::csi_rs_frequencies(row, r.rrc.frequency_domain);
  if (!k) return std::nullopt;
  r.rrc.l0 = static_cast<uint8_t>(upto(random, 12));
  r.rrc.cdm = shape.cdm;
  do r.rrc.density = static_cast<nr::CsiDensity>(upto(random, 3));
  while (!(shape.densities >> static_cast<unsigned>(r.rrc.density) & 1));
  std::copy_n(k->begin(), 4, r.pdu.k.begin());
  r.pdu.row = r.rrc.row;
  r.pdu.l0 = r.rrc.l0;
  r.pdu.cdm = static_cast<uint8_t>(shape.cdm);
  r.pdu.density = static_cast<uint8_t>(r.rrc.density);
  r.pdu.scrambling_id = static_cast<uint16_t>(upto(random, 1023));
  r.pdu.bwp.scs = static_cast<nr::Scs>(upto(random, 3));
  r.pdu.bwp.start = static_cast<uint16_t>(upto(random, 5));
  r.pdu.start_rb = static_cast<uint16_t>(upto(random, 5));
  r.pdu.rbs = static_cast<uint16_t>(10 + upto(random, n_rb - 20));
  r.pdu.power_db = 6 * static_cast<float>(upto(random, 2)) - 6;
  if (!check(r.pdu, n_rb, 8)) return std::nullopt;
  return r;
}

TEST(CsiRs, lies_where_the_table_says) {
  Random random(41);
  for (unsigned i = 0, cases = property_cases(0.5); i < cases; ++i) {
    auto r = random_resource(random, 30);
    if (!r) continue;
    Grid grid(8, 30);
    ASSERT_TRUE(send_csi_rs(r->pdu, {}, grid));
    std::set<std::pair<unsigned, unsigned>> expected, ours;
    const nr::CsiRsRes res = nr::csi_rs_res(r->rrc);
    const unsigned first = r->pdu.bwp.start + r->pdu.start_rb;
    for (unsigned n = first; n < first + r->pdu.rbs; ++n) {
      if ((r->rrc.density == nr::CsiDensity::half_even && n % 2 == 1) || (r->rrc.density == nr::CsiDensity::half_odd && n % 2 == 0))
        continue;
      for (unsigned e = 0; e < res.n; ++e) expected.insert({res.re[e].second, 12 * n + res.re[e].first});
    }
    for (unsigned port = 0; port < 8; ++port) {
      for (unsigned l = 0; l < 14; ++l) {
        for (unsigned k = 0; k < grid.subcarriers(); ++k) {
          if (grid.at(port, l, k) != Cf{}) {
            ASSERT_LT(port, nr::csi_rs_ports(r->pdu.row));
            ours.insert({l, k});
          }
        }
      }
    }
    ASSERT_EQ(ours, expected) << "row " << +r->pdu.row;
  }
}

TEST(CsiRs, estimates_every_port_over_a_delayed_channel) {
  Noise noise(42);
  for (unsigned i = 0, cases = property_cases(0.5); i < cases; ++i) {
    auto r = random_resource(noise.random(), 40);
    if (!r) continue;
    const nr::Slot slot(r->pdu.bwp.scs, upto(noise.random(), 1023), upto(noise.random(), 9));
    const unsigned ports = nr::csi_rs_ports(r->pdu.row), rx = 1 + upto(noise.random(), 3);
    Grid sent(8, 40), received(rx, 40);
    ASSERT_TRUE(send_csi_rs(r->pdu, slot, sent));
    const double scs = 1000.0 * nr::khz(r->pdu.bwp.scs);
    // Code division in frequency takes neighbouring subcarriers for equal.
    const double delay = (ports == 1 ? 0.3 : 0.0005) / (24 * scs) * (2 * noise.uniform() - 1);
    std::array<Cf, 32> h;
    for (Cf& v : h) v = noise(1);
    for (unsigned l = 0; l < 14; ++l) {
      for (unsigned k = 0; k < sent.subcarriers(); ++k) {
        const Cf turn(std::polar(1.0, -2 * std::numbers::pi * k * scs * delay));
        for (unsigned a = 0; a < rx; ++a) {
          for (unsigned p = 0; p < ports; ++p) received.at(a, l, k) += h[a * 8 + p] * turn * sent.at(p, l, k);
        }
      }
    }
    CsiChannel channel(40, rx);
    ASSERT_TRUE(channel.estimate(r->pdu, slot, received));
    ASSERT_EQ(channel.ports(), ports);
    if (channel.values() < 4) continue;
    EXPECT_NEAR(channel.delay_s() * 1e9, delay * 1e9, 2) << "row " << +r->pdu.row;
    for (unsigned a = 0; a < rx; ++a) {
      for (unsigned p = 0; p < ports; ++p) {
        for (Cf v : channel.at(a, p)) ASSERT_NEAR(std::abs(v), std::abs(h[a * 8 + p]), 0.02);
      }
    }
    EXPECT_LT(channel.noise_variance(), 1e-3);
  }
}

TEST(CsiRs, measures_noise_and_power) {
  Noise noise(43);
  for (auto [row, cdm, density] : {std::tuple{1, 0, 3}, {2, 0, 2}, {3, 1, 2}, {6, 1, 2}, {8, 2, 2}}) {
    CsiRsPdu pdu;
    pdu.row = static_cast<uint8_t>(row), pdu.cdm = static_cast<uint8_t>(cdm), pdu.density = static_cast<uint8_t>(density);
    pdu.k = {0, 2, 4, 6};
    pdu.l0 = 4, pdu.rbs = 100, pdu.power_db = 3;
    double measured = 0, power = 0;
    for (unsigned trial = 0; trial < 20; ++trial) {
      Grid grid(8, 100), received(2, 100);
      ASSERT_TRUE(send_csi_rs(pdu, {}, grid));
      for (unsigned rx = 0; rx < 2; ++rx) {
        for (unsigned l = 0; l < 14; ++l) {
          for (unsigned k = 0; k < 1200; ++k) {
            Cf y = noise(0.2f);
            for (unsigned p = 0; p < nr::csi_rs_ports(pdu.row); ++p) y += grid.at(p, l, k);
            received.at(rx, l, k) = y;
          }
        }
      }
      CsiChannel channel(100, 2);
      ASSERT_TRUE(channel.estimate(pdu, {}, received));
      // What the estimate calls noise is relative to the reference's amplitude.
      measured += channel.noise_variance() * std::pow(10, 0.3) / 20;
      power += channel.rsrp() / 20;
    }
    EXPECT_NEAR(measured, 0.2, 0.03) << row;
    EXPECT_NEAR(power, 1, 0.05) << row;
  }
}

TEST(Trs, gives_delay_and_carrier_offset) {
  Noise noise(44);
  const auto resources = nr::trs(0, 4, 1, 0, 52, 77, 40, 0);
  auto pdu = [&](unsigned i) {
    CsiRsPdu p;
    p.row = 1, p.density = 3;
    p.k = {1};
    p.l0 = resources[i].l0;
    p.rbs = resources[i].n_rb;
    p.scrambling_id = resources[i].scrambling_id;
    return p;
  };
  for (nr::Scs scs : {nr::Scs::khz15, nr::Scs::khz30}) {
    CsiRsPdu first = pdu(0), second = pdu(1);
    first.bwp.scs = second.bwp.scs = scs;
    const nr::Slot slot(scs, 5, 3);
    const double hz = 1000.0 * nr::khz(scs);
    for (double cfo : {-900.0, 0.0, 350.0}) {
      for (double delay : {-0.4e-6, 0.0, 1.1e-6}) {
        Grid sent(1, 52), received(1, 52);
        ASSERT_TRUE(send_csi_rs(first, slot, sent));
        ASSERT_TRUE(send_csi_rs(second, slot, sent));
        for (unsigned l = 0; l < 14; ++l) {
          const double t = (l * 2192 + (l >= 7 && scs == nr::Scs::khz15 ? 16 : 0)) / 2048.0 / hz;
          for (unsigned k = 0; k < 624; ++k) {
            const Cf turn(std::polar(1.0, 2 * std::numbers::pi * (cfo * t - k * hz * delay)));
            received.at(0, l, k) = sent.at(0, l, k) * turn + noise(0.05f);
          }
        }
        TrsMeter meter(52, 1);
        auto m = meter.measure(first, second, slot, received);
        ASSERT_TRUE(m);
        EXPECT_NEAR(m->cfo_hz, cfo, 70);
        EXPECT_NEAR(m->delay_s * 1e9, delay * 1e9, 30);
        EXPECT_NEAR(m->rsrp, 1, 0.05);
      }
    }
  }
}

// Reports over a known channel: the rank that it has, the beam that it points to, a CQI that grows with the SNR.
TEST(CsiMeter, reports_what_the_channel_carries) {
  Noise noise(45);
  CsiMeter meter(52, 4);
  for (unsigned ports : {1u, 2u, 4u, 8u}) {
    CsiRsPdu pdu;
    pdu.row = static_cast<uint8_t>(ports == 1 ? 2 : ports == 2 ? 3 : ports == 4 ? 4 : 6);
    pdu.cdm = ports == 1 ? 0 : 1, pdu.density = 2, pdu.rbs = 52, pdu.l0 = 5;
    pdu.k = {0, 2, 4, 6};
    unsigned last_cqi = 0;
    for (float snr_db : {-5.0f, 5.0f, 15.0f, 30.0f}) {
      const float variance = std::pow(10.0f, -snr_db / 10);
      Grid sent(8, 52), line_of_sight(2, 52), rich(4, 52);
      ASSERT_TRUE(send_csi_rs(pdu, {}, sent));
      std::array<Cf, 32> random_h;
      for (Cf& v : random_h) v = noise(1);
      for (unsigned k = 0; k < 624; ++k) {
        for (unsigned rx = 0; rx < 2; ++rx) {
          Cf y = noise(variance);
          for (unsigned p = 0; p < ports; ++p) y += sent.at(p, 5, k);  // all ports in phase: one layer
          line_of_sight.at(rx, 5, k) = y;
        }
        for (unsigned rx = 0; rx < 4; ++rx) {
          Cf y = noise(variance);
          for (unsigned p = 0; p < ports; ++p) y += random_h[rx * 8 + p] * sent.at(p, 5, k);
          rich.at(rx, 5, k) = y;
        }
      }
      auto one = meter.measure(pdu, {}, line_of_sight, {nr::CqiTable::qam64, 4});
      ASSERT_TRUE(one);
      EXPECT_EQ(one->ri, 1) << ports;
      EXPECT_NEAR(one->rsrp_dbm, 0, 1.5);
      EXPECT_NEAR(one->sinr_db, snr_db, 3);
      EXPECT_GE(one->cqi, last_cqi);
      last_cqi = one->cqi;
      auto many = meter.measure(pdu, {}, rich, {nr::CqiTable::qam64, 4});
      ASSERT_TRUE(many);
      EXPECT_LE(many->ri, ports);
      if (snr_db == 30 && ports > 1) {
        EXPECT_GT(many->ri, 1) << ports;
      }
      if (snr_db == -5) {
        EXPECT_LT(one->cqi, 10);
      }
    }
    EXPECT_EQ(last_cqi, 15u) << ports;
  }
  EXPECT_FALSE(meter.measure({}, {}, Grid(1, 52), {}));
}

TEST(CsiRs, is_refused_with_field_value_range_and_clause) {
  auto field = [](auto&& change) {
    CsiRsPdu p;
    p.row = 3, p.cdm = 1, p.density = 2, p.rbs = 24, p.l0 = 4;
    change(p);
    auto status = check(p, 24, 4);
    if (status) return std::string("accepted");
    Grid grid(4, 24);
    EXPECT_FALSE(send_csi_rs(p, {}, grid));
    EXPECT_FALSE(status.error().text.empty());
    return status.error().where;
  };
  EXPECT_EQ(field([](CsiRsPdu&) {}), "accepted");
  EXPECT_EQ(field([](CsiRsPdu& p) { p.row = 0; }), "row");
  EXPECT_EQ(field([](CsiRsPdu& p) { p.row = 9; }), "row");
  EXPECT_EQ(field([](CsiRsPdu& p) { p.row = 6; }), "row");  // 8 ports
  EXPECT_EQ(field([](CsiRsPdu& p) { p.cdm = 2; }), "density");
  EXPECT_EQ(field([](CsiRsPdu& p) { p.density = 3; }), "density");
  EXPECT_EQ(field([](CsiRsPdu& p) { p.k[0] = 11; }), "k");
  EXPECT_EQ(field([](CsiRsPdu& p) { p.l0 = 14; }), "l0");
  EXPECT_EQ(field([](CsiRsPdu& p) { p.scrambling_id = 1024; }), "scrambling_id");
  EXPECT_EQ(field([](CsiRsPdu& p) { p.rbs = 25; }), "rbs");
  EXPECT_EQ(field([](CsiRsPdu& p) { p.power_db = NAN; }), "power_db");
}

}  // namespace
}  // namespace sen::phy
