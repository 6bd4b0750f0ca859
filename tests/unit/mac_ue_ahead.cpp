// A UE whose uplink slots are made before their time, as radios want them.
#include "tests/unit/mac_ue_world.h"

namespace sen::mac::test {

namespace {

constexpr Rnti rnti = 17;
bool any_pusch(const nr::l1_ue::UlSlot& ul) { return !ul.pusch.empty(); }
bool any_pucch(const nr::l1_ue::UlSlot& ul) { return !ul.pucch.empty(); }

struct Ahead : UeWorld {
  explicit Ahead(unsigned slots) { ahead = slots; }
  void connected() {
    connect(rnti);
    configure(ue_of(cell));
    for (unsigned i = 0; i < 10; ++i) step();
  }
};

}  // namespace

TEST(UeAhead, random_access_succeeds_with_preamble_and_msg3_at_their_own_times) {
  Ahead w(3);
  w.plane.send_rrc(0, *from_hex("1d2c3b4a5f60"));
  w.mac.start_random_access({});
  auto prach = w.until([](const auto& ul) { return !ul.prach.empty(); });
  ASSERT_TRUE(prach);
  EXPECT_EQ(prach->slot.subframe(), 1u);  // prach-ConfigurationIndex 16
  EXPECT_EQ(prach->slot - w.slot, 2);     // three before, and the world has gone one slot on
  w.preamble_sent(*prach);
  for (unsigned i = 0; i <= 3; ++i) w.step();
  w.send_rar(prach->prach[0], rnti);
  const nr::Slot response = w.slot;
  auto msg3 = w.until(any_pusch, 10);
  ASSERT_TRUE(msg3);
  EXPECT_EQ(msg3->slot - response, 3);    // k2 = 1 and Delta = 2 of table 6.1.2.1.1-5
  w.send_msg4(rnti, *from_hex("1d2c3b4a5f60"));
  const nr::Slot msg4 = w.slot;
  auto ack = w.until(any_pucch, 10);
  ASSERT_TRUE(ack);
  EXPECT_EQ(ack->slot - msg4, 4);
  EXPECT_EQ(w.mac.crnti(), rnti);
  EXPECT_EQ(w.mac.take_metrics().late, 0u);
}

TEST(UeAhead, msg3_that_would_be_late_is_a_response_unheard) {
  Ahead w(4);
  w.plane.send_rrc(0, *from_hex("1d2c3b4a5f60"));
  w.mac.start_random_access({});
  auto prach = w.until([](const auto& ul) { return !ul.prach.empty(); });
  ASSERT_TRUE(prach);
  w.preamble_sent(*prach);
  for (unsigned i = 0; i <= 4; ++i) w.step();
  w.send_rar(prach->prach[0], rnti);
  w.step();
  EXPECT_EQ(w.mac.take_metrics().late, 1u);
  EXPECT_TRUE(w.until([](const auto& ul) { return !ul.prach.empty(); }));  // another preamble
}

TEST(UeAhead, grants_answers_and_requests_leave_in_their_slots) {
  Ahead w(3);
  w.connected();
  w.assign(rnti, 0, true, w.dl_pdu({}), true, 0, 0);  // k1 = 4
  const nr::Slot assigned = w.slot;
  auto ack = w.until(any_pucch, 10);
  ASSERT_TRUE(ack);
  EXPECT_EQ(ack->slot - assigned, 4);
  EXPECT_EQ(ack->pucch[0].uci.harq.octets[0], 0x80);

  w.data(500);
  auto request = w.until(any_pucch, 30);
  ASSERT_TRUE(request);
  EXPECT_EQ(request->slot.count() % 20, 3u);
  EXPECT_EQ(request->pucch[0].uci.sr, 1);

  w.grant(rnti, 2, true, 5, 4, 3, 10);
  const nr::Slot granted = w.slot;
  auto pusch = w.until(any_pusch, 10);
  ASSERT_TRUE(pusch);
  EXPECT_EQ(pusch->slot - granted, 3);  // row 11 of table 6.1.2.1.1-2
  EXPECT_TRUE(find_ce_of<ShortBsr>(ces_of(pusch->pusch[0].tb)));
}

TEST(UeAhead, what_is_due_too_soon_is_dropped_and_counted) {
  Ahead w(3);
  w.connected();
  w.ahead = 6;
  for (unsigned i = 0; i < 20; ++i) w.step();
  w.assign(rnti, 0, true, w.dl_pdu({}), true, 0, 0);  // k1 = 4
  w.step();
  w.grant(rnti, 2, true, 5);
  EXPECT_FALSE(w.until([](const auto& ul) { return !ul.pusch.empty() || !ul.pucch.empty(); }, 10));
  EXPECT_EQ(w.mac.take_metrics().late, 2u);
}

}  // namespace sen::mac::test
