// PDCCH: what is sent in any CORESET is found among all candidates, alone and under noise, on one receive port and on four.
#include "phy/pdcch.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "nr/search_space.h"
#include "tests/unit/phy_isa.h"
#include "tests/unit/phy_noise.h"
#include "tests/unit/phy_property.h"

namespace sen::phy {
namespace {

namespace l1 = nr::l1;
namespace l1_ue = nr::l1_ue;

l1::Bits random_dci(Random& random, unsigned size) {
  l1::Bits out{Bytes((size + 7) / 8), static_cast<uint16_t>(size)};
  random.fill(out.octets);
  if (size % 8) out.octets.back() &= static_cast<uint8_t>(0xff00 >> size % 8);
  return out;
}

// A valid PDU in a grid of `n_rb` blocks.
l1::PdcchPdu random_pdu(Random& random, unsigned n_rb) {
  for (;;) {
    l1::PdcchPdu p;
    p.bwp.scs = static_cast<nr::Scs>(random.between(0, 3));
    p.bwp.extended_cp = p.bwp.scs == nr::Scs::khz60 && random.chance(0.5);
    p.bwp.start = static_cast<uint16_t>(random.between(0, n_rb - 12));
    p.bwp.size = static_cast<uint16_t>(random.between(6, n_rb - p.bwp.start));
    p.coreset.id = static_cast<uint8_t>(random.between(0, 2));
    p.coreset.duration = static_cast<uint8_t>(random.between(1, 3));
    p.coreset.start_symbol = static_cast<uint8_t>(random.between(0, (p.bwp.extended_cp ? 12u : 14u) - p.coreset.duration));
    const unsigned groups = (p.bwp.size - std::min<unsigned>(p.bwp.size, nr::coreset_first_rb(p.coreset, p.bwp.start))) / 6;
    if (groups == 0) continue;
    p.coreset.frequency_groups = (random.chance(0.5) ? ~uint64_t{0} : random.next()) & ((uint64_t{1} << std::min(groups, 45u)) - 1);
    p.coreset.interleaved = random.chance(0.5);
    const uint8_t small = p.coreset.duration == 3 ? 3 : 2, rows[] = {2, 3, 6};
    p.coreset.reg_bundle = random.chance(0.5) ? 6 : small;
    p.coreset.interleaver_rows = rows[random.between(0, 2)];
    p.coreset.shift = static_cast<uint16_t>(random.between(0, 274));
    p.coreset.wideband_precoder = random.chance(0.2);
    p.aggregation_level = static_cast<uint8_t>(1u << random.between(0, 4));
    const unsigned cces = nr::coreset_cces(p.coreset);
    if (cces < p.aggregation_level || !nr::check_coreset(p.coreset, p.bwp.size, p.bwp.start)) continue;
    p.first_cce = static_cast<uint16_t>(p.aggregation_level * random.between(0, cces / p.aggregation_level - 1));
    p.rnti = static_cast<uint16_t>(random.between(1, 65535));
    p.n_rnti = random.chance(0.5) ? p.rnti : 0;
    p.n_id = static_cast<uint16_t>(random.next());
    p.dmrs_n_id = static_cast<uint16_t>(random.next());
    const unsigned most = std::min(140u, 108u * p.aggregation_level - 24);
    p.dci = random_dci(random, static_cast<unsigned>(random.between(12, most)));
    return p;
  }
}

// Every place of the PDU's level, with another size and RNTI beside the right ones.
l1_ue::PdcchSearch search_for(const l1::PdcchPdu& p) {
  l1_ue::PdcchSearch s;
  s.bwp = p.bwp;
  s.coreset = p.coreset;
  s.search_space = 3;
  s.n_id = p.n_id;
  s.dmrs_n_id = p.dmrs_n_id;
  s.n_rnti_is_rnti = p.n_rnti != 0;
  for (unsigned first = 0; first + p.aggregation_level <= nr::coreset_cces(p.coreset); first += p.aggregation_level) {
    s.candidates.push_back({static_cast<uint16_t>(first), p.aggregation_level});
  }
  s.sizes = {static_cast<uint16_t>(p.dci.size == 12 ? 13 : p.dci.size - 1), p.dci.size};
  s.rntis = {static_cast<uint16_t>(p.rnti ^ 4), p.rnti};
  return s;
}

TEST(Pdcch, every_configuration_comes_back_from_a_clean_grid) {
  Random random(1);
  PdcchTransmitter transmitter;
  PdcchReceiver receiver(1, 1);
  for (unsigned round = 0; round < property_cases(); ++round) {
    const auto n_rb = static_cast<unsigned>(random.between(18, 275));
    const l1::PdcchPdu p = random_pdu(random, n_rb);
    const nr::Slot slot(p.bwp.scs, static_cast<uint32_t>(random.next() % 10240));
    Grid grid(1, n_rb);
    const Status sent = transmitter.send(p, slot, grid);
    ASSERT_TRUE(sent) << sent.error().describe();
    std::vector<l1_ue::RxDci> found;
    ASSERT_TRUE(receiver.search(search_for(p), slot, grid, found));
    ASSERT_EQ(found.size(), 1u) << "round " << round << " L " << +p.aggregation_level << " duration " << +p.coreset.duration;
    EXPECT_EQ(found[0].rnti, p.rnti);
    EXPECT_EQ(found[0].payload, p.dci);
    EXPECT_EQ(found[0].first_cce, p.first_cce);
    EXPECT_EQ(found[0].search_space, 3);
  }
}

l1::PdcchPdu usual(unsigned level, unsigned first_cce) {
  l1::PdcchPdu p;
  p.bwp = {nr::Scs::khz30, false, 0, 51};
  p.coreset = {.id = 1, .frequency_groups = 0xff, .start_symbol = 0, .duration = 2};
  p.aggregation_level = static_cast<uint8_t>(level);
  p.first_cce = static_cast<uint16_t>(first_cce);
  p.rnti = p.n_rnti = 0x4601;
  p.n_id = p.dmrs_n_id = 500;
  p.dci = {{0x12, 0x34, 0x56, 0x78, 0x90}, 39};
  return p;
}

// Two paths 400 ns apart (9 dB down), a turn over symbols, a common delay, white noise.
void distort(const Grid& sent, Grid& got, Noise& noise, float snr_db, float delay_ns) {
  const float variance = std::pow(10.0f, -snr_db / 10), scs = 30e3f;
  for (unsigned port = 0; port < got.ports(); ++port) {
    const Cf first = noise.qpsk() * 0.94f, second = noise.qpsk() * 0.33f;
    for (unsigned l = 0; l < 14; ++l) {
      const Cf turn = std::polar(1.0f, 0.1f * static_cast<float>(l));
      for (unsigned k = 0; k < got.subcarriers(); ++k) {
        const float f = 2 * std::numbers::pi_v<float> * scs * static_cast<float>(k) * 1e-9f;
        const Cf h = (first * std::polar(1.0f, -f * delay_ns) + second * std::polar(1.0f, -f * (delay_ns + 400))) * turn;
        got.at(port, l, k) = sent.at(0, l, k) * h + noise(variance);
      }
    }
  }
}

unsigned hits(unsigned level, unsigned ports, float snr_db, unsigned rounds) {
  PdcchTransmitter transmitter;
  PdcchReceiver receiver(ports);
  Noise noise(level * 10 + ports);
  unsigned out = 0;
  for (unsigned round = 0; round < rounds; ++round) {
    l1::PdcchPdu p = usual(level, 0);
    const nr::Slot slot(p.bwp.scs, round);
    p.dci = random_dci(noise.random(), 39);
    Grid sent(1, 51), got(ports, 51);
    EXPECT_TRUE(transmitter.send(p, slot, sent));
    distort(sent, got, noise, snr_db, 200 * noise.uniform());
    std::vector<l1_ue::RxDci> found;
    EXPECT_TRUE(receiver.search(search_for(p), slot, got, found));
    out += std::ranges::count(found, p.dci, &l1_ue::RxDci::payload) == 1;
  }
  return out;
}

TEST(Pdcch, is_found_under_noise_by_aggregation_and_receive_ports) {
  const unsigned rounds = 200;
  EXPECT_GE(hits(1, 1, 8, rounds), rounds * 97 / 100);
  EXPECT_GE(hits(4, 1, 0.5f, rounds), rounds * 97 / 100);
  EXPECT_GE(hits(8, 1, -2.5f, rounds), rounds * 97 / 100);
  EXPECT_GE(hits(8, 4, -7, rounds), rounds * 97 / 100);
  EXPECT_LE(hits(1, 1, -8, rounds), rounds / 2);  // the channel does do something
}

TEST(Pdcch, noise_holds_no_dci) {
  Noise noise(7);
  PdcchReceiver receiver(2);
  Grid grid(2, 51);
  std::vector<l1_ue::RxDci> found;
  for (unsigned round = 0; round < 100; ++round) {
    for (unsigned port = 0; port < 2; ++port) {
      for (unsigned l = 0; l < 2; ++l) {
        for (Cf& v : grid.row(port, l)) v = noise(1);
      }
    }
    ASSERT_TRUE(receiver.search(search_for(usual(2, 0)), nr::Slot(nr::Scs::khz30, round), grid, found));
  }
  EXPECT_TRUE(found.empty());
}

TEST(Pdcch, several_dcis_of_several_levels_are_found_in_one_search) {
  PdcchTransmitter transmitter;
  PdcchReceiver receiver(1);
  Grid grid(1, 51);
  const nr::Slot slot(nr::Scs::khz30, 5);
  l1_ue::PdcchSearch search = search_for(usual(1, 0));
  search.candidates.clear();
  std::vector<l1::PdcchPdu> sent;
  Random random(8);
  for (auto [level, first] : {std::pair{8u, 0u}, {4u, 8u}, {2u, 12u}, {1u, 15u}}) {
    sent.push_back(usual(level, first));
    sent.back().dci = random_dci(random, level == 4 ? 44 : 39);
    ASSERT_TRUE(transmitter.send(sent.back(), slot, grid));
  }
  for (unsigned level : {1u, 2u, 4u, 8u, 16u}) {
    for (unsigned first = 0; first + level <= 16; first += level) search.candidates.push_back({static_cast<uint16_t>(first), static_cast<uint8_t>(level)});
  }
  search.sizes = {39, 44};
  std::vector<l1_ue::RxDci> found;
  ASSERT_TRUE(receiver.search(search, slot, grid, found));
  ASSERT_EQ(found.size(), sent.size());
  for (const auto& p : sent) {
    const auto it = std::ranges::find(found, p.first_cce, &l1_ue::RxDci::first_cce);
    ASSERT_NE(it, found.end());
    EXPECT_EQ(it->payload, p.dci);
    EXPECT_EQ(it->aggregation_level, p.aggregation_level);
  }
}

// In one symbol without interleaving the first half of level 16 is what level 8 would send.
TEST(Pdcch, a_lower_level_is_not_taken_for_twice_as_much) {
  PdcchTransmitter transmitter;
  PdcchReceiver receiver(1);
  Noise noise(9);
  Grid grid(1, 106);
  l1::PdcchPdu p = usual(8, 0);
  p.bwp.size = 106;
  p.coreset.frequency_groups = 0xffff;
  p.coreset.duration = 1;
  const nr::Slot slot(nr::Scs::khz30, 5);
  ASSERT_TRUE(transmitter.send(p, slot, grid));
  for (Cf& v : grid.row(0, 0)) v += noise(0.03f);
  l1_ue::PdcchSearch search = search_for(p);
  search.candidates = {{0, 16}, {0, 8}, {8, 8}};
  std::vector<l1_ue::RxDci> found;
  ASSERT_TRUE(receiver.search(search, slot, grid, found));
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].aggregation_level, 8);
}

// TS 38.213 10.1: groups of six start at common resource blocks that are multiples of six.
TEST(Pdcch, groups_of_blocks_lie_on_the_raster_of_six) {
  PdcchTransmitter transmitter;
  l1::PdcchPdu p = usual(1, 0);
  p.bwp.start = 7;
  p.bwp.size = 44;
  p.coreset.frequency_groups = 2;
  p.coreset.duration = 1;
  auto first_block = [&](unsigned id) {
    Grid grid(1, 60);
    p.coreset.id = static_cast<uint8_t>(id);
    EXPECT_TRUE(transmitter.send(p, nr::Slot(nr::Scs::khz30, 0), grid));
    unsigned k = 0;
    while (grid.at(0, 0, k) == Cf{}) ++k;
    return k / 12;
  };
  EXPECT_EQ(first_block(1), 18u);      // 12 + 6
  EXPECT_EQ(first_block(0), 7u + 6u);  // CORESET 0 begins with its bandwidth part
}

TEST(Pdcch, refuses_what_cannot_be) {
  PdcchTransmitter transmitter;
  Grid grid(1, 51);
  auto refused = [&](auto&& change, std::string_view field) {
    l1::PdcchPdu p = usual(2, 0);
    change(p);
    const Status s = transmitter.send(p, nr::Slot(nr::Scs::khz30, 0), grid);
    return !s && s.error().where == field && s.error().text.size() > 10;
  };
  EXPECT_TRUE(refused([](auto& p) { p.bwp.start = 10; }, "pdcch.bwp"));
  EXPECT_TRUE(refused([](auto& p) { p.coreset.duration = 0; }, "coreset.duration"));
  EXPECT_TRUE(refused([](auto& p) { p.coreset.start_symbol = 13; }, "coreset.start_symbol"));
  EXPECT_TRUE(refused([](auto& p) { p.coreset.frequency_groups = 0; }, "coreset.frequency_groups"));
  EXPECT_TRUE(refused([](auto& p) { p.coreset.frequency_groups = 1u << 9; }, "coreset.frequency_groups"));
  EXPECT_TRUE(refused([](auto& p) { p.aggregation_level = 3; }, "pdcch.aggregation_level"));
  EXPECT_TRUE(refused([](auto& p) { p.first_cce = 15; }, "pdcch.first_cce"));
  EXPECT_TRUE(refused([](auto& p) { p.dci.size = 11; }, "pdcch.dci"));
  EXPECT_TRUE(refused([](auto& p) { p.dci.size = 141; }, "pdcch.dci"));
  EXPECT_TRUE(refused([](auto& p) { p.dci.size = 60; }, "pdcch.dci"));
  EXPECT_TRUE(refused([](auto& p) { p.aggregation_level = 1, p.dci = {Bytes(12), 90}; }, "polar.e"));
}

}  // namespace
}  // namespace sen::phy
