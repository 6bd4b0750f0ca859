// The air alone: who hears what (values in, values out).
#include <gtest/gtest.h>

#include "air/slot_air.h"
#include "tests/unit/mac_ue_config.h"

namespace sen::air::test {

namespace l1 = nr::l1;
namespace l1_ue = nr::l1_ue;

namespace {

constexpr l1::Rnti rnti = 0x4601;

l1::PuschPdu pusch(l1::Rnti id = rnti, uint16_t first_rb = 0) {
  l1::PuschPdu p;
  p.rnti = id;
  p.bwp = {nr::Scs::khz15, false, 0, 52};
  p.allocation = {{{first_rb, 4}}, 0, 14, false};
  p.code.tbs_octets = 40;
  p.code.rate_x1024_x10 = 1200;
  p.dmrs.symbol_mask = 0x884;
  return p;
}

struct Air {
  explicit Air(AirConfig config = {}) : air(config) {
    cell = *air.add_cell({mac::test::fdd_cell().l1, {}, 5});
    next();
  }
  UeIndex ue(double distance = 100, uint64_t identity = 1) {
    const auto index = *air.add_ue({identity, Track::standing({distance, 0, 0}), 9});
    EXPECT_TRUE(air.tune(index, 1, 368410));
    return index;
  }
  void next() {
    ++slot;
    now += 1'000'000;
    air.advance(now);
    dl = {};
    ul = {};
    dl.slot = ul.slot = slot;
  }
  void open() { air.send(cell, dl, ul); }
  void send(UeIndex from, const l1::PuschPdu& p, uint8_t content, float power = 0, float ta_ns = 0, l1_ue::UciSend uci = {}) {
    l1_ue::UlSlot out;
    out.slot = slot;
    out.ta_ns = ta_ns;
    out.pusch.push_back({p, Bytes(p.code.tbs_octets, content), uci, power});
    air.transmit(from, std::move(out));
  }
  l1::RxPusch one_pusch(UeIndex from, const l1::PuschPdu& sent, const l1::PuschPdu& expected, float power = 0, float ta_ns = 0) {
    ul.pusch = {expected};
    open();
    send(from, sent, 7, power, ta_ns);
    auto out = air.receive(cell);
    EXPECT_EQ(out.pusch.size(), 1u);
    next();
    return out.pusch[0];
  }

  SlotAir air;
  CellIndex cell = 0;
  nr::Slot slot;
  int64_t now = 0;
  l1::DlSlot dl;
  l1::UlSlot ul;
};

l1::PdcchPdu pdcch() {
  l1::PdcchPdu p;
  p.rnti = p.n_rnti = rnti;
  p.n_rnti = 0;
  p.bwp = {nr::Scs::khz15, false, 0, 52};
  p.coreset.frequency_groups = 0xff;
  p.coreset.duration = 1;
  p.first_cce = 4;
  p.aggregation_level = 4;
  p.n_id = p.dmrs_n_id = 1;
  p.dci = {{0xab, 0xcd}, 16};
  return p;
}
l1_ue::PdcchSearch search() {
  const auto p = pdcch();
  return {p.bwp, p.coreset, 1, 1, 1, false, {{0, 4}, {4, 4}}, {16}, {rnti}};
}

}  // namespace

TEST(AirPdcch, is_heard_only_by_who_looks_for_it_there) {
  const auto heard = [](const l1_ue::PdcchSearch& s) {
    Air a;
    const auto ue = a.ue();
    a.dl.pdcch = {pdcch()};
    a.open();
    return a.air.receive_pdcch(ue, {s}).size() == 1;
  };
  EXPECT_TRUE(heard(search()));
  auto s = search();
  s.rntis = {rnti + 1};
  EXPECT_FALSE(heard(s));
  s = search();
  s.sizes = {17};
  EXPECT_FALSE(heard(s));
  s = search();
  s.candidates = {{0, 4}, {8, 4}, {4, 2}};
  EXPECT_FALSE(heard(s));
  s = search();
  s.n_id = 2;
  EXPECT_FALSE(heard(s));
  s = search();
  s.coreset.start_symbol = 1;
  EXPECT_FALSE(heard(s));
  s = search();
  s.coreset.interleaved = true;
  EXPECT_FALSE(heard(s));
}

TEST(AirPdcch, the_same_blocks_in_another_bandwidth_part_are_the_same) {
  Air a;
  const auto ue = a.ue();
  a.dl.pdcch = {pdcch()};
  a.open();
  auto s = search();
  s.bwp = {nr::Scs::khz15, false, 6, 46};  // starts at the second group
  s.coreset.frequency_groups = 0x7f;
  s.candidates = {{3, 4}};
  EXPECT_EQ(a.air.receive_pdcch(ue, {s}).size(), 1u);
}

TEST(AirPdsch, is_lost_when_the_ue_expects_something_else) {
  const Bytes block(100, 3);
  l1::PdschPdu p;
  p.rnti = rnti;
  p.bwp = {nr::Scs::khz15, false, 0, 52};
  p.allocation = {{{0, 10}}, 2, 12, false};
  p.code.tbs_octets = 100;
  p.code.rate_x1024_x10 = 1200;
  p.tb = block;
  const auto received = [&](const l1::PdschPdu& expected) {
    Air a;
    const auto ue = a.ue();
    a.dl.pdsch = {p};
    a.open();
    const auto out = a.air.receive_pdsch(ue, {{expected, 0, true}});
    return out.size() == 1 && out[0].crc_ok && out[0].tb == block;
  };
  EXPECT_TRUE(received(p));
  auto other = p;
  other.code.tbs_octets = 99;
  EXPECT_FALSE(received(other));
  other = p;
  other.allocation.rbs = {{0, 4}, {4, 6}};  // the same blocks
  EXPECT_TRUE(received(other));
  other.allocation.rbs = {{1, 10}};
  EXPECT_FALSE(received(other));
  other = p;
  other.n_id = 4;
  EXPECT_FALSE(received(other));
  other = p;
  other.code.rv = 2;
  EXPECT_FALSE(received(other));
  other = p;
  other.dmrs.symbol_mask = 4;
  EXPECT_FALSE(received(other));
}

TEST(AirPusch, matches_collides_and_is_missed) {
  Air a;
  const auto ue = a.ue();
  EXPECT_TRUE(a.one_pusch(ue, pusch(), pusch()).crc_ok);
  auto wrong = pusch();
  wrong.code.rv = 1;
  const auto mismatch = a.one_pusch(ue, wrong, pusch());
  EXPECT_FALSE(mismatch.crc_ok);
  EXPECT_TRUE(mismatch.detected);
  EXPECT_NE(a.air.last_mismatch().find("rv"), std::string::npos);
  a.ul.pusch = {pusch()};
  a.open();
  const auto nothing = a.air.receive(a.cell);
  EXPECT_FALSE(nothing.pusch[0].detected);
}

TEST(AirPusch, the_stronger_of_two_on_the_same_blocks_survives_alone) {
  for (float difference : {0.0f, 3.0f, 10.0f}) {
    Air a;
    const auto one = a.ue(), two = a.ue(100, 2);
    a.ul.pusch = {pusch(rnti), pusch(rnti + 1)};
    a.open();
    a.send(one, pusch(rnti), 1, 0);
    a.send(two, pusch(rnti + 1), 2, difference);
    const auto out = a.air.receive(a.cell);
    EXPECT_FALSE(out.pusch[0].crc_ok);
    EXPECT_EQ(out.pusch[1].crc_ok, difference > 6);
  }
}

TEST(AirPusch, arriving_outside_the_cyclic_prefix_is_lost) {
  Air a;
  const auto ue = a.ue(3000);
  const float round_trip = 2 * a.air.link(a.cell, ue).delay_ns;
  EXPECT_NEAR(round_trip, 20014, 10);
  EXPECT_FALSE(a.one_pusch(ue, pusch(), pusch(), 20, 0).crc_ok);
  const auto timed = a.one_pusch(ue, pusch(), pusch(), 20, 20000);
  EXPECT_TRUE(timed.crc_ok);
  EXPECT_NEAR(timed.quality.ta_ns, round_trip - 20000, 1);
}

TEST(AirPusch, uci_in_another_size_costs_what_it_costs_on_a_radio) {
  Air a;
  const auto ue = a.ue();
  const auto run = [&](unsigned sent, unsigned expected) {
    auto p = pusch();
    p.uci.harq_bits = static_cast<uint16_t>(expected);
    a.ul.pusch = {p};
    a.open();
    l1_ue::UciSend uci;
    uci.harq = {Bytes((sent + 7) / 8, 0xff), static_cast<uint16_t>(sent)};
    if (!sent) uci.harq = {};
    a.send(ue, pusch(), 1, 0, 0, uci);
    auto out = a.air.receive(a.cell);
    a.next();
    return out;
  };
  auto out = run(2, 2);
  EXPECT_TRUE(out.pusch[0].crc_ok);
  ASSERT_EQ(out.uci.size(), 1u);
  EXPECT_EQ(out.uci[0].harq.size, 2);
  out = run(0, 1);  // punctured
  EXPECT_TRUE(out.pusch[0].crc_ok);
  EXPECT_FALSE(out.uci[0].detected);
  out = run(3, 4);  // rate matched
  EXPECT_FALSE(out.pusch[0].crc_ok);
  EXPECT_FALSE(out.uci[0].detected);
}

TEST(AirPucch, format_1_says_sr_by_its_resource_and_two_ues_share_a_block_by_code) {
  Air a;
  const auto one = a.ue(), two = a.ue(100, 2);
  l1::PucchPdu p;
  p.bwp = {nr::Scs::khz15, false, 0, 52};
  p.format = 1;
  p.symbols = 14;
  p.rnti = rnti;
  p.uci = {1, true, 0, 0};
  auto q = p;
  q.rnti = rnti + 1;
  q.time_domain_occ = 1;
  q.uci = {1, false, 0, 0};
  a.ul.pucch = {p, q};
  a.open();
  l1_ue::UlSlot first, second;
  first.slot = second.slot = a.slot;
  first.pucch.push_back({p, {{}, true, {}, {}}, 0});
  second.pucch.push_back({q, {{{0x80}, 1}, {}, {}, {}}, 0});
  a.air.transmit(one, std::move(first));
  a.air.transmit(two, std::move(second));
  const auto out = a.air.receive(a.cell);
  ASSERT_EQ(out.uci.size(), 2u);
  EXPECT_TRUE(out.uci[0].detected && out.uci[0].sr);
  EXPECT_EQ(out.uci[0].harq.octets[0], 0);  // nothing modulated: the point of a zero
  EXPECT_TRUE(out.uci[1].detected);
  EXPECT_EQ(out.uci[1].harq.octets[0], 0x80);
}

TEST(AirPrach, equal_preambles_are_one_detection_and_others_stay_apart) {
  Air a;
  l1::PrachPdu prach;
  prach.first_rb = 2;
  a.ul.prach = {prach};
  a.open();
  for (uint8_t i = 0; i < 3; ++i) {
    l1_ue::UlSlot out;
    out.slot = a.slot;
    out.prach.push_back({prach, 0, 0, static_cast<uint8_t>(i == 2 ? 9 : 5), -20});
    a.air.transmit(a.ue(100 * (i + 1), i), std::move(out));
  }
  const auto out = a.air.receive(a.cell);
  ASSERT_EQ(out.preambles.size(), 2u);
  EXPECT_EQ(out.preambles[0].preamble, 5);
  EXPECT_NEAR(out.preambles[0].ta_ns, 667, 2);  // of the nearer, stronger one
  EXPECT_EQ(a.air.statistics().preambles_collided, 1u);
}

TEST(AirErrors, the_configured_bler_is_met_and_falls_with_retransmissions) {
  Air a({.seed = 3, .bler_ul = 0.3, .retransmission_factor = 0.2});
  const auto ue = a.ue();
  unsigned first_lost = 0, second_lost = 0;
  for (unsigned i = 0; i < 10000; ++i) {
    auto p = pusch();
    if (a.one_pusch(ue, p, p).crc_ok) continue;
    ++first_lost;
    p.new_data = false;
    second_lost += !a.one_pusch(ue, p, p).crc_ok;
  }
  EXPECT_NEAR(first_lost, 3000, 150);
  EXPECT_NEAR(second_lost, first_lost * 0.06, 60);
}

TEST(AirErrors, a_block_fails_where_the_sinr_cannot_carry_it) {
  Air a;
  const auto near = a.ue(50), far = a.ue(2000, 2);
  auto p = pusch();
  p.code.qm = 6;
  p.code.rate_x1024_x10 = 9480;
  EXPECT_TRUE(a.one_pusch(near, p, p, 0).crc_ok);
  EXPECT_FALSE(a.one_pusch(far, p, p, 0, 13343).crc_ok);
}

TEST(AirLinks, path_loss_delay_and_neighbours_follow_the_tracks) {
  Air a;
  auto neighbour = mac::test::fdd_cell(2);
  ASSERT_TRUE(a.air.add_cell({neighbour.l1, {1000, 0, 0}, 5}));
  EXPECT_FALSE(a.air.add_cell({neighbour.l1, {1000, 0, 0}, 5}));
  const auto ue = *a.air.add_ue({1, Track::walk({100, 0, 0}, {900, 0, 0}, 80), 9});
  EXPECT_GT(a.air.link(0, ue).rsrp_dbm, a.air.link(1, ue).rsrp_dbm + 15);
  a.air.advance(5'000'000'000);
  EXPECT_NEAR(a.air.link(0, ue).rsrp_dbm, a.air.link(1, ue).rsrp_dbm, 0.1);
  a.air.advance(20'000'000'000);
  EXPECT_LT(a.air.link(0, ue).rsrp_dbm, a.air.link(1, ue).rsrp_dbm - 15);
  // TR 38.901 UMi line of sight at 100 m and 1.8425 GHz: 32.4 + 21 * 2 + 5.3 dB.
  EXPECT_NEAR(a.air.link(1, ue).path_loss_db, 79.7, 0.1);
}

TEST(AirLinks, ssbs_of_all_cells_that_can_be_heard_come_with_their_mib) {
  Air a;
  auto neighbour = mac::test::fdd_cell(2);
  const auto second = *a.air.add_cell({neighbour.l1, {1000, 0, 0}, 5});
  const auto ue = a.ue(400);
  l1::SsbPdu ssb;
  ssb.pci = 1;
  ssb.mib = 0x123456;
  a.dl.ssb = {ssb};
  a.open();
  l1::DlSlot other = a.dl;
  other.ssb[0].pci = 2;
  a.air.send(second, other, a.ul);
  const auto heard = a.air.receive_ssb(ue);
  ASSERT_EQ(heard.size(), 2u);
  EXPECT_EQ(heard[0].pci, 1);
  EXPECT_EQ(heard[0].mib, 0x123456u);
  EXPECT_EQ(heard[1].pci, 2);
  EXPECT_GT(heard[0].rsrp_dbm, heard[1].rsrp_dbm);
  a.air.set_extra_loss(0, ue, 200);
  EXPECT_EQ(a.air.receive_ssb(ue).size(), 1u);
}

TEST(AirLinks, a_busy_neighbour_of_the_same_frequency_costs_sinr) {
  Air a;
  auto neighbour = mac::test::fdd_cell(2);
  const auto second = *a.air.add_cell({neighbour.l1, {1000, 0, 0}, 5});
  const auto ue = a.ue(500);
  const float quiet = a.air.link(0, ue).sinr_db;
  for (int i = 0; i < 2; ++i) {
    l1::DlSlot busy;
    l1::PdschPdu p;
    p.allocation = {{{0, 52}}, 0, 14, false};
    busy.pdsch = {p};
    a.open();
    a.air.send(second, busy, a.ul);
    a.next();
  }
  EXPECT_GT(quiet, 20);
  EXPECT_NEAR(a.air.link(0, ue).sinr_db, 0, 0.5);
}

}  // namespace sen::air::test
