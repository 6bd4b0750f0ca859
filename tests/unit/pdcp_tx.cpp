#include "tests/unit/pdcp_world.h"

using namespace sen;
using namespace sen::l2;
using namespace sen::l2::test;

using PdcpTx = PdcpTest;

TEST_F(PdcpTx, srb_pdu_has_four_reserved_bits_and_a_zero_mac_before_security) {  // 6.2.2.1, 6.3.4
  Entity& e = make(srb1);
  EXPECT_TRUE(e.send("abc"));
  ASSERT_EQ(e.submitted.size(), 1u);
  EXPECT_EQ(to_hex(e.submitted[0].second), "000061626300000000");
}

TEST_F(PdcpTx, drb_pdu_with_12_bits) {  // 6.2.2.2
  Entity& e = make(drb1, {.ciphering = false});
  EXPECT_TRUE(e.pdcp.set_count({0x1abc, 0}));
  EXPECT_TRUE(e.send("abc"));
  e.pdcp.supply(1);
  ASSERT_EQ(e.submitted.size(), 1u);
  EXPECT_EQ(to_hex(e.submitted[0].second), "8abc616263");
  EXPECT_EQ(e.submitted[0].first, 0x1abcu);
}

TEST_F(PdcpTx, drb_pdu_with_18_bits) {  // 6.2.2.3
  Entity& e = make(drb1, {.tx_sn_bits = 18, .rx_sn_bits = 18, .ciphering = false});
  EXPECT_TRUE(e.pdcp.set_count({0x7abcde, 0}));
  EXPECT_TRUE(e.send("abc"));
  e.pdcp.supply(1);
  ASSERT_EQ(e.submitted.size(), 1u);
  EXPECT_EQ(to_hex(e.submitted[0].second), "82bcde616263");
}

TEST_F(PdcpTx, ciphers_data_and_mac_but_neither_header) {  // 5.8, 5.9
  PdcpKeys keys{{crypto::CipherAlgorithm::nea2, {1}}, {crypto::IntegrityAlgorithm::nia2, {2}}};
  Entity& e = make(drb1, {.integrity = true}, true, keys);
  e.pdcp.set_sdap_header(true, false);
  EXPECT_TRUE(e.send("Xabc"));
  e.pdcp.supply(1);
  ASSERT_EQ(e.submitted.size(), 1u);
  Bytes expected{0x80, 0x00, 'X', 'a', 'b', 'c'};
  uint32_t mac = keys.integrity.mac(0, 0, crypto::Direction::downlink, expected);
  for (int shift = 24; shift >= 0; shift -= 8) expected.push_back(static_cast<uint8_t>(mac >> shift));
  keys.cipher.apply(0, 0, crypto::Direction::downlink, std::span(expected).subspan(3));
  EXPECT_EQ(e.submitted[0].second, expected);
}

TEST_F(PdcpTx, drb_sdus_wait_without_a_count_until_they_are_wanted) {
  Entity& e = make(drb1, {.ciphering = false});
  for (int i = 0; i < 40; ++i) EXPECT_TRUE(e.send("0123456789"));
  EXPECT_TRUE(e.submitted.empty());
  EXPECT_EQ(e.pdcp.waiting().sdus, 40u);
  EXPECT_EQ(e.pdcp.waiting().octets, 40u * 12);
  e.pdcp.supply(1);
  EXPECT_EQ(e.submitted.size(), 8u) << "a batch";
  e.pdcp.supply(200);
  EXPECT_EQ(e.submitted.size(), 8u + 24u) << "the last batch too";
  EXPECT_EQ(e.pdcp.count().next_tx, 32u);
  EXPECT_EQ(e.pdcp.waiting().octets, 8u * 12);
}

TEST_F(PdcpTx, am_drb_never_has_more_than_half_of_the_sns_outstanding) {  // 5.2.1 NOTE 1
  Entity& e = make(drb1, {.ciphering = false});
  for (int i = 0; i < 3000; ++i) EXPECT_TRUE(e.send("x"));
  e.pdcp.supply(1 << 20);
  EXPECT_EQ(e.submitted.size(), 2048u);
  e.pdcp.delivered(5);
  e.pdcp.supply(1 << 20);
  EXPECT_EQ(e.submitted.size(), 2048u) << "the first one is still out";
  for (uint32_t id = 0; id < 5; ++id) e.pdcp.delivered(id);
  e.pdcp.supply(1 << 20);
  EXPECT_EQ(e.submitted.size(), 2054u);
}

TEST_F(PdcpTx, discards_what_waited_too_long_without_leaving_a_gap) {  // 5.3
  Entity& e = make(drb1, {.discard_ms = 50, .ciphering = false});
  EXPECT_TRUE(e.send("old"));
  e.ms(30);
  EXPECT_TRUE(e.send("new"));
  e.ms(25);
  EXPECT_EQ(e.pdcp.statistics().tx_discarded, 1u);
  e.pdcp.supply(100);
  ASSERT_EQ(e.submitted.size(), 1u);
  EXPECT_EQ(to_hex(e.submitted[0].second), "80006e6577");
}

TEST_F(PdcpTx, discard_is_told_to_rlc_for_submitted_pdus) {  // 5.3
  Entity& e = make(drb1, {.discard_ms = 50, .ciphering = false});
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(e.send("x"));
  e.pdcp.supply(100);
  e.pdcp.delivered(1);
  e.ms(51);
  EXPECT_EQ(e.discarded, (Ids{0, 2}));
  EXPECT_EQ(e.pdcp.statistics().tx_discarded, 2u);
  EXPECT_EQ(pool.in_use(), 0u);
}

TEST_F(PdcpTx, um_drb_tells_rlc_of_old_pdus_and_keeps_no_packets) {
  Entity& e = make(drb1, {.discard_ms = 50, .ciphering = false}, false);
  for (int i = 0; i < 100; ++i) EXPECT_TRUE(e.send("x"));
  e.pdcp.supply(1 << 20);
  EXPECT_EQ(e.submitted.size(), 100u);
  EXPECT_EQ(pool.in_use(), 0u);
  e.ms(51);
  EXPECT_EQ(e.discarded.size(), 32u);
  EXPECT_EQ(e.discarded.back(), 99u);
}

TEST_F(PdcpTx, am_reestablishment_sends_again_in_order_with_new_keys_and_the_same_counts) {  // 5.1.2
  PdcpKeys before{{crypto::CipherAlgorithm::nea2, {1}}, {}}, after{{crypto::CipherAlgorithm::nea2, {2}}, {}};
  Entity& e = make(drb1, {}, true, before);
  for (const char* s : {"zero", "one", "two", "three"}) EXPECT_TRUE(e.send(s));
  e.pdcp.supply(100);
  EXPECT_TRUE(e.send("four"));
  e.pdcp.delivered(0);
  e.pdcp.delivered(2);
  e.submitted.clear();
  e.pdcp.reestablish(after);
  EXPECT_EQ(e.pdcp.waiting().sdus, 4u);
  EXPECT_EQ(e.pdcp.waiting().octets, 3u + 3 + 5 + 4 + 4 * 2);
  e.pdcp.supply(100);
  EXPECT_EQ(e.ids(), (Ids{1, 2, 3, 4})) << "all from the first unconfirmed one on";
  for (auto& [id, pdu] : e.submitted) after.cipher.apply(id, 0, crypto::Direction::downlink, std::span(pdu).subspan(2));
  EXPECT_EQ(e.submitted[0].second, (Bytes{0x80, 1, 'o', 'n', 'e'}));
  EXPECT_EQ(e.submitted[2].second, (Bytes{0x80, 3, 't', 'h', 'r', 'e', 'e'}));
  EXPECT_EQ(e.pdcp.statistics().tx_retransmissions, 3u);
}

TEST_F(PdcpTx, rlc_may_still_confirm_what_waits_to_be_sent_again) {
  Entity& e = make(drb1, {.ciphering = false});
  for (const char* s : {"zero", "one", "two"}) EXPECT_TRUE(e.send(s));
  e.pdcp.supply(100);
  e.submitted.clear();
  e.pdcp.reestablish({});
  e.pdcp.delivered(1);
  EXPECT_EQ(e.pdcp.waiting().sdus, 2u);
  EXPECT_EQ(e.pdcp.waiting().octets, 4u + 3 + 2 * 2);
  e.pdcp.supply(100);
  EXPECT_EQ(e.ids(), (Ids{0, 2}));
}

// TS 38.300 9.2.3.2.3
TEST_F(PdcpTx, what_is_not_confirmed_goes_on_in_another_gnb_with_its_sns) {
  Entity& source = make(drb1, {.ciphering = false});
  ASSERT_TRUE(source.pdcp.set_count({0x1ffe, 0}));
  for (const char* s : {"zero", "one", "two", "three"}) EXPECT_TRUE(source.send(s));
  source.pdcp.supply(100);
  EXPECT_TRUE(source.send("later"));
  source.pdcp.delivered(0x1ffe);
  source.pdcp.delivered(0x2000);
  auto left = source.pdcp.unconfirmed();
  ASSERT_EQ(left.size(), 4u);
  EXPECT_EQ(left[0].sn, 0xfffu);
  EXPECT_EQ(left[1].sn, 0u);
  EXPECT_FALSE(left[3].sn);

  Entity& target = make(drb1, {.ciphering = false});
  EXPECT_FALSE(target.pdcp.resume({0xfff, pool.copy(as_bytes("too early"))})) << "its COUNT is not known yet";
  ASSERT_TRUE(target.pdcp.set_count(source.pdcp.count()));
  for (auto& sdu : left) EXPECT_TRUE(target.pdcp.resume(std::move(sdu)));
  EXPECT_FALSE(target.pdcp.resume({0, pool.copy(as_bytes("again"))}));
  EXPECT_FALSE(target.pdcp.resume({2, pool.copy(as_bytes("not below the COUNT"))}));
  EXPECT_EQ(target.pdcp.waiting().sdus, 4u);
  target.pdcp.supply(100);
  EXPECT_EQ(target.ids(), (Ids{0x1fff, 0x2000, 0x2001, 0x2002}));
  EXPECT_EQ(target.submitted[0].second, (Bytes{0x8f, 0xff, 'o', 'n', 'e'}));
  for (uint32_t id : target.ids()) target.pdcp.delivered(id);
  EXPECT_EQ(target.pdcp.waiting().sdus, 0u);
}

TEST_F(PdcpTx, um_reestablishment_starts_counting_anew_and_keeps_what_was_not_sent) {  // 5.1.2
  Entity& e = make(drb1, {.ciphering = false}, false);
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(e.send("x"));
  e.pdcp.supply(1);
  e.submitted.clear();
  e.pdcp.reestablish({});
  e.pdcp.supply(100);
  EXPECT_EQ(e.ids(), (Ids{0, 1}));
}

TEST_F(PdcpTx, srb_reestablishment_forgets_everything) {  // 5.1.2
  Entity& e = make(srb1);
  EXPECT_TRUE(e.send("a", 7));
  e.pdcp.reestablish({});
  e.pdcp.delivered(0);
  EXPECT_TRUE(e.tags.empty());
  EXPECT_TRUE(e.send("b", 8));
  EXPECT_EQ(e.ids(), (Ids{0, 0}));
  e.pdcp.delivered(0);
  EXPECT_EQ(e.tags, (Ids{8}));
}

TEST_F(PdcpTx, recovery_sends_again_the_same_pdus_if_rlc_lost_them) {  // 5.5
  Entity& e = make(drb1, {}, true, {{crypto::CipherAlgorithm::nea2, {1}}, {}});
  for (const char* s : {"zero", "one"}) EXPECT_TRUE(e.send(s));
  e.pdcp.supply(100);
  auto first = e.submitted;
  e.submitted.clear();
  e.pdcp.recover();
  e.pdcp.supply(100);
  EXPECT_TRUE(e.submitted.empty()) << "RLC still has them";
  e.pdcp.lower_reset();
  e.pdcp.recover();
  e.pdcp.supply(100);
  EXPECT_EQ(e.submitted, first);
}

TEST_F(PdcpTx, suspension_makes_unconfirmed_sdus_new_ones) {  // 5.1.4, 5.1.2
  Entity& e = make(drb1, {.ciphering = false});
  for (const char* s : {"zero", "one", "two"}) EXPECT_TRUE(e.send(s));
  e.pdcp.supply(100);
  EXPECT_TRUE(e.send("three"));
  e.pdcp.delivered(1);
  e.submitted.clear();
  e.pdcp.suspend();
  EXPECT_EQ(e.pdcp.waiting().octets, 4u + 3 + 5 + 3 * 2);
  e.pdcp.reestablish({});
  e.pdcp.supply(100);
  ASSERT_EQ(e.ids(), (Ids{0, 1, 2}));
  EXPECT_EQ(e.submitted[1].second, (Bytes{0x80, 1, 't', 'w', 'o'}));
}

TEST_F(PdcpTx, status_report_confirms_and_discards) {  // 5.4.2
  Entity& e = make(drb1, {.ciphering = false});
  for (int i = 0; i < 12; ++i) EXPECT_TRUE(e.send("x"));
  e.pdcp.supply(1000);
  e.receive({0x00, 0, 0, 0, 2, 0x41, 0x80});  // FMC 2; received 4, 10, 11
  EXPECT_EQ(e.discarded, (Ids{0, 1, 4, 10, 11}));
  EXPECT_EQ(e.pdcp.statistics().tx_confirmed, 5u);
  e.submitted.clear();
  e.pdcp.reestablish({});
  e.pdcp.supply(1000);
  EXPECT_EQ(e.ids(), (Ids{2, 3, 5, 6, 7, 8, 9}));
}

TEST_F(PdcpTx, status_report_of_what_was_never_sent_is_malformed) {
  Entity& e = make(drb1, {.ciphering = false});
  EXPECT_TRUE(e.send("x"));
  e.pdcp.supply(1000);
  e.receive({0x00, 0, 0, 0, 2});
  e.receive({0x00, 0, 0, 0});
  EXPECT_EQ(e.dropped(PdcpDrop::malformed), 2u);
  EXPECT_TRUE(e.discarded.empty());
}

TEST_F(PdcpTx, count_is_never_used_up) {
  Entity& e = make(drb1, {.ciphering = false});
  EXPECT_TRUE(e.pdcp.set_count({limit::count_warning - 1, 0}));
  EXPECT_TRUE(e.send("x"));
  e.pdcp.supply(1);
  EXPECT_EQ(e.failures, (std::vector<Failure>{Failure::count_wrap}));
  e.pdcp.delivered(limit::count_warning - 1);
  EXPECT_TRUE(e.pdcp.set_count({limit::count_last, 0}));
  EXPECT_TRUE(e.send("last"));
  EXPECT_TRUE(e.send("beyond"));
  e.pdcp.supply(100);
  EXPECT_EQ(e.ids().back(), limit::count_last);
  EXPECT_FALSE(e.send("refused"));
  EXPECT_EQ(e.pdcp.waiting().sdus, 1u);
  EXPECT_EQ(e.pdcp.statistics().tx_refused, 1u);
}

TEST_F(PdcpTx, refuses_beyond_its_limits) {
  Entity& e = make(drb1);
  EXPECT_FALSE(e.send(""));
  Packet no_headroom = pool.take(10);
  no_headroom.prepend(no_headroom.headroom());
  EXPECT_FALSE(e.pdcp.send(std::move(no_headroom)));
  EXPECT_FALSE(e.pdcp.send(pool.take(300))) << "no room for the MAC-I";
  for (size_t i = 0; i < limit::pdcp_queue_sdus; ++i) EXPECT_TRUE(e.send("x"));
  EXPECT_FALSE(e.send("x"));
  EXPECT_EQ(e.pdcp.statistics().tx_refused, 4u);
}

TEST_F(PdcpTx, an_srb_message_that_rlc_refuses_takes_no_count) {
  Entity& e = make(srb1);
  e.accept = false;
  EXPECT_FALSE(e.send("a"));
  e.accept = true;
  EXPECT_TRUE(e.send("b"));
  EXPECT_EQ(e.ids(), (Ids{0}));
}

TEST_F(PdcpTx, am_sdus_that_rlc_refuses_are_sent_later) {
  Entity& e = make(drb1, {.ciphering = false});
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(e.send("x"));
  e.accept = false;
  e.pdcp.supply(100);
  EXPECT_EQ(e.pdcp.waiting().sdus, 3u);
  e.accept = true;
  e.pdcp.supply(100);
  EXPECT_EQ(e.ids(), (Ids{0, 1, 2}));
  EXPECT_EQ(e.pdcp.waiting().sdus, 0u);
}

TEST_F(PdcpTx, what_may_not_change_does_not) {
  Entity& e = make(drb1);
  EXPECT_TRUE(e.pdcp.reconfigure({.discard_ms = 100, .t_reordering_ms = 50}));
  EXPECT_FALSE(e.pdcp.reconfigure({.tx_sn_bits = 18}));
  EXPECT_FALSE(e.pdcp.reconfigure({.ciphering = false}));
  EXPECT_FALSE(e.pdcp.reconfigure({.out_of_order_delivery = true}));
  EXPECT_FALSE(Pdcp::check(srb1, {.status_report_required = true}));
  EXPECT_FALSE(Pdcp::check(srb1, {.discard_ms = 10}));
  EXPECT_FALSE(Pdcp::check(drb1, {.t_reordering_ms = 3001}));
  EXPECT_FALSE(Pdcp::check(drb1, {.rx_sn_bits = 7}));
}
