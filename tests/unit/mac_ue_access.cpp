// Random access of the UE (TS 38.321 5.1), clause by clause.
#include "tests/unit/mac_ue_world.h"

namespace sen::mac::test {

namespace {

bool any_prach(const nr::l1_ue::UlSlot& ul) { return !ul.prach.empty(); }
bool any_pusch(const nr::l1_ue::UlSlot& ul) { return !ul.pusch.empty(); }

constexpr Rnti rnti = 17;
const Bytes ccch = *from_hex("1d2c3b4a5f60");

}  // namespace

TEST(UeRandomAccess, sends_a_preamble_in_an_occasion_with_the_target_power) {
  UeWorld w;
  w.mac.start_random_access({});
  auto ul = w.until(any_prach);
  ASSERT_TRUE(ul);
  EXPECT_EQ(ul->slot.subframe(), 1u);
  const auto& p = ul->prach[0];
  EXPECT_EQ(p.prach.format, 0);
  EXPECT_EQ(p.prach.first_rb, 2);
  EXPECT_LT(p.preamble, 64);
  EXPECT_FLOAT_EQ(p.power_dbm, -100.0f + 90.0f);
}

TEST(UeRandomAccess, ramps_its_power_after_each_window_without_a_response) {
  UeWorld w;
  w.mac.start_random_access({});
  float power = -12;
  for (unsigned i = 0; i < 4; ++i) {
    auto ul = w.until(any_prach);
    ASSERT_TRUE(ul);
    EXPECT_FLOAT_EQ(ul->prach[0].power_dbm, power + 2);
    power += 2;
  }
}

TEST(UeRandomAccess, reports_failure_after_the_last_preamble_and_goes_on) {
  UeWorld w;
  w.mac.start_random_access({});
  unsigned preambles = 0;
  for (unsigned i = 0; i < 1000 && w.ra_results.empty(); ++i) preambles += any_prach(w.step());
  EXPECT_EQ(preambles, w.cell.rach.preamble_trans_max);
  EXPECT_EQ(w.ra_results, std::vector<bool>{false});
  EXPECT_TRUE(w.until(any_prach));
}

TEST(UeRandomAccess, connects_with_the_temporary_identity_of_its_response) {
  UeWorld w;
  w.connect(rnti);
  EXPECT_EQ(w.ra_results, std::vector<bool>{true});
  EXPECT_EQ(w.mac.crnti(), rnti);
  // Msg4 is acknowledged on a default PUCCH resource with k1 = 4.
  auto ack = w.until([](const auto& ul) { return !ul.pucch.empty(); }, 4);
  ASSERT_TRUE(ack);
  EXPECT_EQ(ack->pucch[0].uci.harq.size, 1);
  EXPECT_EQ(ack->pucch[0].uci.harq.octets[0], 0x80);
  EXPECT_EQ(ack->pucch[0].pucch.format, 1);
}

TEST(UeRandomAccess, msg3_carries_the_ccch_message_in_the_granted_slot_with_the_commanded_timing) {
  UeWorld w;
  w.plane.send_rrc(0, ccch);
  w.mac.start_random_access({});
  auto prach = w.until(any_prach);
  w.preamble_sent(*prach);
  w.step();
  const auto rar_slot = w.slot;
  w.send_rar(prach->prach[0], rnti, 10);
  auto msg3 = w.until(any_pusch, 20);
  ASSERT_TRUE(msg3);
  // Default table A, row 1: K2 = j = 1, and Delta = 2 at 15 kHz.
  EXPECT_EQ(msg3->slot - rar_slot, 3);
  EXPECT_EQ(msg3->pusch[0].pusch.rnti, rnti);
  EXPECT_NEAR(msg3->ta_ns, 10 * 16 * 64 * nr::tc_ns, 1);
  const auto& tb = msg3->pusch[0].tb;
  EXPECT_EQ(tb.size(), msg3->pusch[0].pusch.code.tbs_octets);
  EXPECT_EQ(tb[0], 52);  // UL CCCH of 48 bits
  EXPECT_TRUE(std::equal(ccch.begin(), ccch.end(), tb.begin() + 1));
}

TEST(UeRandomAccess, a_response_for_another_preamble_changes_nothing_but_the_backoff) {
  UeWorld w;
  w.plane.send_rrc(0, ccch);
  w.mac.start_random_access({});
  auto prach = w.until(any_prach);
  w.preamble_sent(*prach);
  w.step();
  w.send_rar(prach->prach[0], rnti, 10, 10, false);
  w.step();
  EXPECT_EQ(w.unheard, 0u);
  auto again = w.until(any_prach, 400);
  ASSERT_TRUE(again);
  EXPECT_TRUE(again->pusch.empty());
}

TEST(UeRandomAccess, another_identity_in_msg4_means_contention_lost_and_no_acknowledgement) {
  UeWorld w;
  w.plane.send_rrc(0, ccch);
  w.mac.start_random_access({});
  auto prach = w.until(any_prach);
  w.preamble_sent(*prach);
  w.step();
  w.send_rar(prach->prach[0], rnti);
  ASSERT_TRUE(w.until(any_pusch, 20));
  Bytes other = ccch;
  other[5] ^= 1;
  w.send_msg4(rnti, other);
  auto again = w.until([](const auto& ul) { return !ul.pucch.empty() || !ul.prach.empty(); });
  ASSERT_TRUE(again);
  EXPECT_TRUE(again->pucch.empty());
  EXPECT_EQ(w.mac.crnti(), 0);
  // The same CCCH message goes out again.
  w.preamble_sent(*again);
  w.step();
  w.send_rar(again->prach[0], rnti + 1);
  auto msg3 = w.until(any_pusch, 20);
  ASSERT_TRUE(msg3);
  EXPECT_TRUE(std::equal(ccch.begin(), ccch.end(), msg3->pusch[0].tb.begin() + 1));
}

TEST(UeRandomAccess, msg3_is_repeated_when_asked) {
  UeWorld w;
  w.plane.send_rrc(0, ccch);
  w.mac.start_random_access({});
  auto prach = w.until(any_prach);
  w.preamble_sent(*prach);
  w.step();
  w.send_rar(prach->prach[0], rnti);
  auto first = w.until(any_pusch, 20);
  ASSERT_TRUE(first);
  nr::Dci00 dci;
  dci.frequency = nr::riv(52, {10, 4});
  dci.mcs = 2;
  dci.rv = 2;
  w.send(rnti, 1, nr::pack(dci, nr::common_dci_layouts(48, 52).css00, true));
  auto second = w.until(any_pusch, 20);
  ASSERT_TRUE(second);
  EXPECT_EQ(second->pusch[0].tb, first->pusch[0].tb);
  EXPECT_EQ(second->pusch[0].pusch.code.rv, 2);
}

TEST(UeRandomAccess, contention_ends_with_its_timer) {
  UeWorld w;
  w.cell.rach.contention_resolution_sf = 16;
  w.mac.set_cell(w.cell);
  w.plane.send_rrc(0, ccch);
  w.mac.start_random_access({});
  auto prach = w.until(any_prach);
  w.preamble_sent(*prach);
  w.step();
  w.send_rar(prach->prach[0], rnti);
  auto msg3 = w.until(any_pusch, 20);
  ASSERT_TRUE(msg3);
  w.step();
  EXPECT_TRUE(w.listens(rnti));
  auto again = w.until(any_prach, 400);
  ASSERT_TRUE(again);
  EXPECT_GE(again->slot - msg3->slot, 16);
  EXPECT_LE(again->slot - msg3->slot, 30);
}

TEST(UeRandomAccess, contention_free_ends_with_the_response_and_sends_data_with_the_c_rnti) {
  UeWorld w;
  w.configure(ue_of(w.cell));
  w.mac.set_crnti(99);
  w.plane.send_rrc(1, *from_hex("0011223344"));
  RandomAccess reason{RandomAccess::Cause::handover, 61};
  w.mac.start_random_access(reason);
  auto prach = w.until(any_prach);
  ASSERT_TRUE(prach);
  EXPECT_EQ(prach->prach[0].preamble, 61);
  w.preamble_sent(*prach);
  w.step();
  w.send_rar(prach->prach[0], rnti);
  auto pusch = w.until(any_pusch, 20);
  ASSERT_TRUE(pusch);
  EXPECT_EQ(w.ra_results, std::vector<bool>{true});
  EXPECT_EQ(pusch->pusch[0].pusch.rnti, 99);
  EXPECT_EQ(channels_of(pusch->pusch[0].tb), (std::vector<uint16_t>{1}));
}

TEST(UeRandomAccess, a_pdcch_order_starts_it_and_msg3_then_has_the_c_rnti) {
  UeWorld w;
  w.connect(rnti);
  w.configure(ue_of(w.cell));
  for (unsigned i = 0; i < 10; ++i) w.step();
  w.send(rnti, 1, nr::pack(nr::PdcchOrder{}, nr::css10_widths(48)));
  auto prach = w.until(any_prach);
  ASSERT_TRUE(prach);
  w.preamble_sent(*prach);
  w.step();
  w.send_rar(prach->prach[0], rnti + 5);
  auto msg3 = w.until(any_pusch, 20);
  ASSERT_TRUE(msg3);
  EXPECT_EQ(msg3->pusch[0].pusch.rnti, rnti + 5);
  const auto ces = ces_of(msg3->pusch[0].tb);
  ASSERT_TRUE(find_ce_of<CRnti>(ces));
  EXPECT_EQ(find_ce_of<CRnti>(ces)->rnti, rnti);
  w.ra_results.clear();
  w.grant(rnti, 1, true, 8);
  w.step();
  EXPECT_EQ(w.unheard, 0u);
  EXPECT_EQ(w.ra_results, std::vector<bool>{true});
  EXPECT_EQ(w.mac.crnti(), rnti);
}

}  // namespace sen::mac::test
