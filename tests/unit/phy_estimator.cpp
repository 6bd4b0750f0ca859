// Channel estimation: accuracy over DM-RS types, layers, delay spreads and noise; noise, delay and carrier offset as set; kernels of every instruction set.
#include "phy/estimation/channel_estimator.h"

#include "nr/mcs.h"
#include "nr/tbs.h"
#include "phy/kernels/estimate.h"
#include "phy/pdsch.h"
#include "tests/unit/phy_channel.h"
#include "tests/unit/phy_isa.h"

namespace sen::phy {
namespace {

struct Scene {
  unsigned type = 1, length = 1;
  std::vector<unsigned> ports{0};
  unsigned rx = 2;
  std::vector<uint8_t> symbols{2};
  std::vector<std::pair<uint16_t, uint16_t>> rbs{{1, 50}};
  float snr_db = 100;
  TestChannel::Options channel;
};
struct Outcome {
  double error_db = 0, noise_off_db = 0, delay_s = 0, cfo_hz = 0, rsrp = 0;
};

Outcome run(Scene s, unsigned trials = 1, uint64_t seed = 7) {
  Noise noise(seed);
  s.channel.rx = s.rx;
  s.channel.layers = static_cast<unsigned>(s.ports.size());
  unsigned n_rb = 0, last = 0;
  for (auto [first, count] : s.rbs) n_rb += count, last = std::max<unsigned>(last, first + count);
  const float variance = std::pow(10.0f, -s.snr_db / 10);
  ChannelEstimator estimator(n_rb, s.rx);
  ChannelEstimate estimate(n_rb, s.rx, s.channel.layers);
  const unsigned per_rb = dmrs_values_per_rb(s.type);
  double error = 0, power = 0, measured = 0;
  Outcome out;
  for (unsigned t = 0; t < trials; ++t) {
    const TestChannel channel(s.channel, noise);
    Grid grid(s.rx, last + 1);
    std::vector<Cf> base(s.symbols.size() * per_rb * n_rb);
    for (Cf& b : base) b = noise.qpsk();
    Pilots p{.type = static_cast<uint8_t>(s.type), .length = static_cast<uint8_t>(s.length), .layers = static_cast<uint8_t>(s.ports.size()), .amplitude = 1.41254f,
             .rbs = s.rbs, .symbols = s.symbols, .base = base, .scs_hz = static_cast<float>(s.channel.scs_hz)};
    for (unsigned l = 0; l < p.layers; ++l) p.ports[l] = dmrs_port(s.type, s.ports[l]);
    for (unsigned q = 0; q < s.symbols.size(); ++q) {
      for (unsigned r = 0; r < s.rx; ++r) {
        for (Cf& v : grid.row(r, s.symbols[q])) v = noise(variance);
        unsigned b = 0;
        for (auto [first, count] : s.rbs) {
          for (unsigned crb = first; crb < first + count; ++crb, ++b) {
            for (unsigned l = 0; l < p.layers; ++l) {
              for (unsigned i = 0; i < per_rb; ++i) {
                const unsigned k = 12 * crb + dmrs_subcarrier(s.type, p.ports[l].delta, i);
                const int sign = p.ports[l].w_f[i % 2] * (s.length == 2 ? p.ports[l].w_t[q % 2] : 1);
                grid.at(r, s.symbols[q], k) += channel.at(r, l, k, s.symbols[q]) * base[(q * n_rb + b) * per_rb + i] * p.amplitude * static_cast<float>(sign);
              }
            }
          }
        }
      }
    }
    estimator.estimate(grid, p, estimate);
    std::vector<const Cf*> rows(s.rx * p.layers);
    for (unsigned symbol : {0u, 4u, 7u, 13u}) {
      estimate.at_symbol(symbol, rows);
      for (unsigned i = 0; i < rows.size(); ++i) {
        unsigned at = 0;
        for (auto [first, count] : s.rbs) {
          for (unsigned k = 12 * first; k < 12u * (first + count); ++k, ++at) {
            if (k % 7) continue;
            const Cf h = channel.at(i / p.layers, i % p.layers, k, symbol);
            error += std::norm(rows[i][at] - h);
            power += std::norm(h);
          }
        }
      }
    }
    measured += estimate.measurement.noise_variance;
    out.delay_s += estimate.measurement.delay_s / trials;
    out.cfo_hz += estimate.measurement.cfo_hz / trials;
    out.rsrp += estimate.measurement.rsrp / trials;
  }
  out.error_db = 10 * std::log10(error / power);
  out.noise_off_db = 10 * std::log10(measured / trials / variance);
  return out;
}

const std::vector<std::vector<unsigned>> layer_sets{{0}, {1}, {2}, {0, 1}, {0, 2}, {0, 1, 2}, {0, 1, 2, 3}};

TEST(ChannelEstimator, is_exact_on_a_flat_channel) {
  for_each_isa([] {
    for (unsigned type : {1u, 2u}) {
      for (const auto& ports : layer_sets) {
        for (unsigned n_rb : {1u, 2u, 5u, 13u}) {
          const Outcome o = run({.type = type, .ports = ports, .rbs = {{3, static_cast<uint16_t>(n_rb)}}});
          EXPECT_LT(o.error_db, -50) << "type " << type << ", " << ports.size() << " layers, " << n_rb << " RBs";
          EXPECT_NEAR(o.rsrp, 1, 0.02);
        }
      }
    }
  });
}

TEST(ChannelEstimator, follows_a_long_delay_spread) {
  for (unsigned type : {1u, 2u}) {
    for (double scs : {15e3, 30e3}) {
      for (const auto& ports : layer_sets) {
        const Outcome o = run({.type = type, .ports = ports, .rx = 4, .channel = {.scs_hz = scs, .rms_s = 300e-9}});
        EXPECT_LT(o.error_db, -45) << "type " << type << ", " << ports.size() << " layers";
      }
    }
  }
}

TEST(ChannelEstimator, handles_pairs_of_symbols) {
  const Outcome four = run({.type = 1, .length = 2, .ports = {0, 1, 4, 5}, .rx = 4, .symbols = {2, 3}, .channel = {.rms_s = 300e-9}});
  EXPECT_LT(four.error_db, -50);
  const Outcome two = run({.type = 2, .length = 2, .ports = {0, 6}, .rx = 4, .symbols = {2, 3, 10, 11}, .channel = {.rms_s = 100e-9}});
  EXPECT_LT(two.error_db, -50);
}

TEST(ChannelEstimator, handles_scattered_resource_blocks) {
  const Outcome o = run({.ports = {0, 1}, .rbs = {{0, 2}, {2, 2}, {8, 4}, {20, 1}, {30, 16}}, .channel = {.rms_s = 50e-9, .delay_s = 200e-9}});
  EXPECT_LT(o.error_db, -30);
}

TEST(ChannelEstimator, filters_noise) {
  for (unsigned type : {1u, 2u}) {
    const Outcome flat = run({.type = type, .rx = 4, .symbols = {2, 11}, .snr_db = 0}, 4);
    EXPECT_LT(flat.error_db, -15);
    const Outcome spread = run({.type = type, .rx = 4, .symbols = {2, 11}, .snr_db = 10, .channel = {.rms_s = 300e-9}}, 4);
    EXPECT_LT(spread.error_db, -20);
  }
}

TEST(ChannelEstimator, measures_the_noise_without_bias) {
  for (unsigned type : {1u, 2u}) {
    for (const auto& ports : layer_sets) {
      for (float snr : {0.0f, 10.0f, 20.0f, 30.0f}) {
        const Outcome flat = run({.type = type, .ports = ports, .rx = 4, .snr_db = snr}, 4);
        EXPECT_NEAR(flat.noise_off_db, 0, 0.25) << "type " << type << ", " << ports.size() << " layers, " << snr;
        const Outcome spread = run({.type = type, .ports = ports, .rx = 4, .snr_db = snr, .channel = {.rms_s = 300e-9}}, 4);
        EXPECT_NEAR(spread.noise_off_db, 0.3, 0.9) << "type " << type << ", " << ports.size() << " layers, " << snr;
      }
    }
  }
}

TEST(ChannelEstimator, finds_delay_and_carrier_offset) {
  for (double delay : {-400e-9, 0.0, 150e-9, 900e-9}) {
    for (double cfo : {-300.0, 0.0, 50.0}) {
      const Outcome o = run({.symbols = {2, 11}, .snr_db = 20, .channel = {.delay_s = delay, .cfo_hz = cfo}}, 3);
      EXPECT_NEAR(o.delay_s, delay, 3e-9);
      EXPECT_NEAR(o.cfo_hz, cfo, 3);
      EXPECT_LT(o.error_db, -28);
    }
  }
}

TEST(ChannelEstimator, interpolates_a_moving_channel) {
  for (uint64_t seed = 1; seed < 10; ++seed) {
    EXPECT_LT(run({.symbols = {2, 7, 11}, .channel = {.rms_s = 100e-9, .doppler_hz = 100}}, 1, seed).error_db, -40) << seed;
    EXPECT_LT(run({.symbols = {2, 11}, .channel = {.rms_s = 100e-9, .doppler_hz = 100}}, 1, seed).error_db, -25) << seed;
  }
}

TEST(ChannelEstimator, says_when_the_channel_stays) {
  Noise noise(1);
  Grid grid(1, 10);
  std::vector<Cf> base(2 * 60, Cf{1, 0});
  const std::pair<uint16_t, uint16_t> rbs[] = {{0, 10}};
  const uint8_t symbols[] = {2, 11};
  for (uint8_t l : symbols) {
    for (Cf& v : grid.row(0, l)) v = Cf{1, 0} + noise(0.01f);
  }
  Pilots p{.rbs = rbs, .symbols = symbols, .base = base};
  p.ports[0] = dmrs_port(1, 0);
  ChannelEstimator estimator(10, 1);
  ChannelEstimate estimate(10, 1, 1);
  estimator.estimate(grid, p, estimate);
  const Cf* rows[1];
  const unsigned before = estimate.at_symbol(0, rows);
  EXPECT_EQ(estimate.at_symbol(13, rows), before);
  estimator.estimate(grid, p, estimate);
  EXPECT_NE(estimate.at_symbol(0, rows), before);
}

// 256QAM at rate 0.93 on four layers and ports, no noise: estimation and equalisation alone.
TEST(ChannelEstimator, serves_256qam_on_four_layers) {
  Noise noise(11);
  PdschTransmitter transmitter(50);
  PdschReceiver receiver(50, 4);
  HarqBuffer harq(1'300'000);
  for (uint8_t type : {1, 2}) {
    for (double rms : {0.0, 300e-9}) {
      nr::l1::PdschPdu p;
      p.rnti = 77;
      const nr::Slot slot(nr::Scs::khz30, 3);
      p.bwp = {.scs = slot.scs(), .extended_cp = false, .start = 0, .size = 50};
      p.allocation.rbs = {{0, 50}};
      p.allocation.start_symbol = 2;
      p.allocation.symbols = 12;
      p.layers = 4;
      p.dmrs.type = type;
      p.dmrs.symbol_mask = 1 << 2;
      p.dmrs.cdm_groups_without_data = 2;
      p.dmrs.ports = 0b1111;
      const nr::Mcs mcs = *nr::pdsch_mcs(nr::McsTable::qam256, 27);
      p.code = {.qm = mcs.q_m, .rate_x1024_x10 = static_cast<uint16_t>(mcs.rate_x2048 * 5), .base_graph = 1};
      p.code.tbs_octets = nr::tbs_from_n_info(uint64_t{mcs.rate_x2048} * mcs.q_m * 4 * pdsch_data_res(p, slot), mcs.rate_x2048) / 8;
      const Bytes tb = noise.random().bytes(p.code.tbs_octets);
      p.tb = tb;
      Grid sent(4, 50), received(4, 50);
      ASSERT_TRUE(transmitter.send(p, slot, sent));
      const TestChannel channel({.rx = 4, .layers = 4, .rms_s = rms}, noise);
      for (unsigned r = 0; r < 4; ++r) {
        for (unsigned k = 0; k < 600; ++k) {
          for (unsigned v = 0; v < 4; ++v) {
            const Cf h = channel.at(r, v, k, 0);
            for (unsigned l = 2; l < 14; ++l) received.at(r, l, k) += h * sent.at(v, l, k);
          }
        }
      }
      Bytes got(p.code.tbs_octets);
      harq.reset();
      const auto result = receiver.receive(p, slot, received, {}, harq, got);
      ASSERT_TRUE(result);
      EXPECT_TRUE(result->crc_ok) << "type " << +type << ", " << rms;
      EXPECT_EQ(got, tb);
      EXPECT_LT(result->evm, 0.01);
    }
  }
}

TEST(EstimationKernels, agree_on_every_instruction_set) {
  for_each_isa([] {
    Noise noise(9);
    for (int round = 0; round < 100; ++round) {
      const size_t n = noise.random().between(0, 90);
      std::vector<Cf> a(n), b(n), c(n), got(n), want(n);
      for (auto* v : {&a, &b, &c}) {
        for (Cf& x : *v) x = noise(1);
      }
      EXPECT_LT(std::abs(correlate(a, b) - reference::correlate(a, b)), 1e-3);
      multiply_conjugate(a, b, 0.6f, got);
      reference::multiply_conjugate(a, b, 0.6f, want);
      for (size_t i = 0; i < n; ++i) ASSERT_LT(std::abs(got[i] - want[i]), 1e-5);
      const Cf* rows[] = {a.data(), b.data(), c.data()};
      const Cf weights[] = {noise(1), noise(1), noise(1)};
      combine(rows, weights, got);
      reference::combine(rows, weights, want);
      for (size_t i = 0; i < n; ++i) ASSERT_LT(std::abs(got[i] - want[i]), 1e-5);

      const auto n_rb = static_cast<unsigned>(noise.random().between(1, 20)), rbs = static_cast<unsigned>(noise.random().between(1, std::min(n_rb, 6u)));
      const unsigned per_rb = noise.random().chance(0.5) ? 6 : 4;
      std::vector<float> coefficients(size_t{rbs} * rbs * per_rb * 24);
      for (size_t i = 0; i < coefficients.size(); i += 2) coefficients[i] = coefficients[i + 1] = noise.uniform() - 0.5f;
      std::vector<Cf> z(per_rb * n_rb), ramp(12 * n_rb), x(12 * n_rb), y(12 * n_rb);
      for (Cf& v : z) v = noise(1);
      for (Cf& v : ramp) v = noise(1);
      for (bool turn : {false, true}) {
        const std::span<const Cf> r = turn ? std::span<const Cf>(ramp) : std::span<const Cf>{};
        smooth({rbs, per_rb, coefficients.data()}, z, n_rb, r, x);
        reference::smooth({rbs, per_rb, coefficients.data()}, z, n_rb, r, y);
        for (size_t i = 0; i < x.size(); ++i) ASSERT_LT(std::abs(x[i] - y[i]), 1e-4) << i;
      }
    }
  });
}

}  // namespace
}  // namespace sen::phy
