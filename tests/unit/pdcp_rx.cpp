#include "tests/unit/pdcp_world.h"

using namespace sen;
using namespace sen::l2;
using namespace sen::l2::test;

using PdcpRx = PdcpTest;

namespace {
const PdcpConfig plain{.t_reordering_ms = 50, .ciphering = false};
}

TEST_F(PdcpRx, delivers_in_order_at_once) {
  Entity& e = make(drb1, plain);
  e.data(0, "a"), e.data(1, "b");
  EXPECT_EQ(e.delivered, (Strings{"a", "b"}));
}

TEST_F(PdcpRx, waits_for_a_gap_and_delivers_what_is_behind_it) {  // 5.2.2.1
  Entity& e = make(drb1, plain);
  e.data(2, "c"), e.data(1, "b"), e.data(4, "e");
  EXPECT_TRUE(e.delivered.empty());
  e.data(0, "a");
  EXPECT_EQ(e.delivered, (Strings{"a", "b", "c"}));
  e.data(3, "d");
  EXPECT_EQ(e.delivered, (Strings{"a", "b", "c", "d", "e"}));
  e.ms(100);
  EXPECT_EQ(e.pdcp.statistics().reordering_timeouts, 0u);
}

TEST_F(PdcpRx, gives_up_a_gap_when_t_reordering_expires) {  // 5.2.2.2
  Entity& e = make(drb1, plain);
  e.data(2, "c");
  e.ms(30);
  e.data(5, "f"), e.data(3, "d");
  e.ms(21);  // RX_REORD is 3: d follows c
  EXPECT_EQ(e.delivered, (Strings{"c", "d"}));
  EXPECT_EQ(e.pdcp.statistics().rx_lost, 2u);
  e.ms(48);
  EXPECT_EQ(e.delivered.size(), 2u);
  e.ms(2);
  EXPECT_EQ(e.delivered, (Strings{"c", "d", "f"}));
  EXPECT_EQ(e.pdcp.count().next_rx, 6u);
  e.data(4, "late");
  EXPECT_EQ(e.dropped(PdcpDrop::old), 1u);
}

TEST_F(PdcpRx, waits_for_ever_without_t_reordering_and_takes_a_new_one) {  // 5.2.2.3
  Entity& e = make(drb1, {.ciphering = false});
  e.data(1, "b");
  e.ms(100000);
  EXPECT_TRUE(e.delivered.empty());
  EXPECT_TRUE(e.pdcp.reconfigure({.t_reordering_ms = 10, .ciphering = false}));
  e.ms(11);
  EXPECT_EQ(e.delivered, (Strings{"b"}));
}

TEST_F(PdcpRx, delivers_out_of_order_when_configured) {
  PdcpConfig config = plain;
  config.out_of_order_delivery = true;
  Entity& e = make(drb1, config);
  e.data(1, "b"), e.data(1, "b"), e.data(0, "a"), e.data(0, "a"), e.data(2, "c");
  EXPECT_EQ(e.delivered, (Strings{"b", "a", "c"}));
  EXPECT_EQ(e.dropped(PdcpDrop::duplicate), 1u);
  EXPECT_EQ(e.dropped(PdcpDrop::old), 1u);
}

TEST_F(PdcpRx, discards_replayed_sn) {
  Entity& e = make(drb1, plain);
  e.data(0, "a"), e.data(0, "a"), e.data(2, "c"), e.data(2, "c");
  EXPECT_EQ(e.delivered, (Strings{"a"}));
  EXPECT_EQ(e.dropped(PdcpDrop::old), 1u);
  EXPECT_EQ(e.dropped(PdcpDrop::duplicate), 1u);
  e.receive({0x80, 3, 'd'}), e.receive({0x80, 3, 'd'});
  e.pdcp.flush();
  EXPECT_EQ(e.dropped(PdcpDrop::duplicate), 2u) << "both in one batch";
}

TEST_F(PdcpRx, follows_the_hfn_in_both_directions) {  // 5.2.2.1 RCVD_HFN
  Entity& e = make(drb1, plain);
  EXPECT_TRUE(e.pdcp.set_count({0, 0x2ffe}));
  e.data(0xfff, "b"), e.data(0x000, "c");  // the next HFN
  EXPECT_TRUE(e.delivered.empty());
  e.data(0xffe, "a");
  EXPECT_EQ(e.delivered, (Strings{"a", "b", "c"}));
  EXPECT_EQ(e.pdcp.count().next_rx, 0x3001u);
  e.data(0xffd, "old");  // of the HFN before
  EXPECT_EQ(e.dropped(PdcpDrop::old), 1u);
  Entity& eighteen = make(drb1, {.tx_sn_bits = 18, .rx_sn_bits = 18, .ciphering = false});
  EXPECT_TRUE(eighteen.pdcp.set_count({0, 0x7ffff}));
  eighteen.data18(0, "b"), eighteen.data18(0x3ffff, "a");
  EXPECT_EQ(eighteen.delivered, (Strings{"a", "b"}));
  EXPECT_EQ(eighteen.pdcp.count().next_rx, 0x80001u);
}

TEST_F(PdcpRx, the_window_is_half_of_the_sns) {
  Entity& e = make(drb1, plain);
  e.data(2048, "below zero");
  EXPECT_EQ(e.dropped(PdcpDrop::old), 1u);
  e.data(2047, "last");
  e.ms(51);
  EXPECT_EQ(e.delivered, (Strings{"last"}));
  EXPECT_TRUE(e.pdcp.set_count({0, limit::count_last}));
  e.data(limit::count_last + 2, "wrapped");
  EXPECT_EQ(e.dropped(PdcpDrop::count_wrap), 1u);
}

TEST_F(PdcpRx, a_gap_filled_within_a_batch_moves_the_window_for_the_rest_of_it) {
  Entity& e = make(drb1, {.ciphering = false});
  for (uint32_t sn = 1; sn < 2048; ++sn) e.data(sn, "x");
  EXPECT_TRUE(e.delivered.empty());
  for (uint32_t sn : {0u, 2048u, 2049u}) e.receive({static_cast<uint8_t>(0x80 | sn >> 8), static_cast<uint8_t>(sn), 'y'});
  e.pdcp.flush();
  EXPECT_EQ(e.delivered.size(), 2050u);
}

TEST_F(PdcpRx, malformed_pdus_are_dropped) {
  Entity& e = make(drb1, plain);
  e.receive({});
  e.receive({0x80}), e.receive({0x80, 0});
  EXPECT_EQ(e.dropped(PdcpDrop::malformed), 3u);
  Entity& srb = make(srb1);
  srb.receive({0, 0, 1, 2, 3, 4});
  EXPECT_EQ(srb.dropped(PdcpDrop::malformed), 1u);
}

TEST_F(PdcpRx, control_pdus_that_are_not_configured_have_named_drops) {  // 6.2.3, 6.3.8
  Entity& e = make(drb1, plain);
  e.receive({0x10, 1, 2}), e.receive({0x20}), e.receive({0x70});
  EXPECT_EQ(e.dropped(PdcpDrop::rohc_feedback), 1u);
  EXPECT_EQ(e.dropped(PdcpDrop::control_unknown), 2u);
  Entity& um = make(drb1, plain, false);
  um.receive({0x00, 0, 0, 0, 0});
  EXPECT_EQ(um.dropped(PdcpDrop::control_unknown), 1u);
}

TEST_F(PdcpRx, a_wrong_mac_is_dropped_and_of_an_srb_reported) {  // 5.9
  PdcpKeys keys{{}, {crypto::IntegrityAlgorithm::nia2, {2}}};
  Bytes good{0x00, 0x00, 'a'};
  uint32_t mac = keys.integrity.mac(0, 0, crypto::Direction::uplink, good);
  for (int shift = 24; shift >= 0; shift -= 8) good.push_back(static_cast<uint8_t>(mac >> shift));
  Bytes bad = good;
  bad[2] ^= 1;
  Entity& srb = make(srb1, {}, true, keys);
  srb.pdcp.set_protection(false, {.integrity = true});
  srb.receive(bad);
  EXPECT_EQ(srb.failures, (std::vector<Failure>{Failure::integrity}));
  EXPECT_TRUE(srb.delivered.empty());
  srb.receive(good);
  EXPECT_EQ(srb.delivered, (Strings{"a"})) << "the forged one changed no state";
  EXPECT_EQ(srb.verified, (std::vector<bool>{true}));
  srb.receive(good);
  EXPECT_EQ(srb.dropped(PdcpDrop::old), 1u);
  Entity& drb = make(drb1, {.integrity = true, .ciphering = false}, true, keys);
  drb.receive({0x80, 0, 'a', 1, 2, 3, 4});
  drb.pdcp.flush();
  EXPECT_EQ(drb.dropped(PdcpDrop::integrity), 1u);
  EXPECT_TRUE(drb.failures.empty());
}

TEST_F(PdcpRx, um_reestablishment_delivers_what_waits_and_starts_anew) {  // 5.1.2
  Entity& e = make(drb1, plain, false);
  e.data(0, "a"), e.data(3, "d"), e.data(2, "c");
  e.pdcp.reestablish({});
  EXPECT_EQ(e.delivered, (Strings{"a", "c", "d"}));
  e.data(0, "again");
  EXPECT_EQ(e.delivered.back(), "again");
  e.ms(100);
  EXPECT_EQ(e.pdcp.statistics().reordering_timeouts, 0u);
}

TEST_F(PdcpRx, srb_reestablishment_drops_what_waits) {  // 5.1.2
  Entity& e = make(srb1);
  e.receive({0, 1, 'b', 0, 0, 0, 0});
  e.pdcp.reestablish({});
  EXPECT_TRUE(e.delivered.empty());
  e.receive({0, 0, 'n', 0, 0, 0, 0});
  EXPECT_EQ(e.delivered, (Strings{"n"}));
}

TEST_F(PdcpRx, am_reestablishment_keeps_state_and_reports_status) {  // 5.1.2, 5.4.1
  PdcpConfig config = plain;
  config.status_report_required = true;
  Entity& e = make(drb1, config);
  e.data(0, "a"), e.data(2, "c"), e.data(10, "k");
  e.pdcp.reestablish({});
  e.pdcp.supply(1);
  ASSERT_EQ(e.submitted.size(), 1u);
  EXPECT_EQ(e.submitted[0].first, RlcEntity::no_id);
  EXPECT_EQ(to_hex(e.submitted[0].second), "00000000018080");  // FMC 1; 2 and 10 received
  e.data(1, "b");
  EXPECT_EQ(e.delivered, (Strings{"a", "b", "c"}));
  e.pdcp.recover();
  EXPECT_EQ(e.pdcp.waiting().octets, 5u + 1);
  e.pdcp.supply(1);
  EXPECT_EQ(to_hex(e.submitted[1].second), "000000000302");  // FMC 3; 10 received
}

TEST_F(PdcpRx, suspension_delivers_what_waits) {  // 5.1.4
  Entity& e = make(drb1, plain);
  e.data(1, "b");
  e.pdcp.suspend();
  EXPECT_EQ(e.delivered, (Strings{"b"}));
  EXPECT_EQ(e.pdcp.count().next_rx, 0u);
}

TEST_F(PdcpRx, gives_up_gaps_before_the_pool_is_empty) {
  PacketPool small(64, 64);
  Entity e(executor, small, drb1, {.ciphering = false});
  for (uint32_t sn = 1; sn < 200; ++sn) e.data(sn, "x");
  EXPECT_GT(e.pdcp.statistics().reordering_forced, 0u);
  EXPECT_EQ(e.delivered.size(), 199u);
  EXPECT_EQ(e.dropped(PdcpDrop::malformed), 0u);
}

TEST_F(PdcpRx, an_idle_entity_is_small) { EXPECT_LT(sizeof(Pdcp), 1200u); }
