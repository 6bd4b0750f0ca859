// A connected UE: HARQ, multiplexing, reports, UCI, timing, DRX.
#include "tests/unit/mac_ue_world.h"

namespace sen::mac::test {

namespace {

constexpr Rnti rnti = 17;

bool any_pusch(const nr::l1_ue::UlSlot& ul) { return !ul.pusch.empty(); }
bool any_pucch(const nr::l1_ue::UlSlot& ul) { return !ul.pucch.empty(); }
bool any_prach(const nr::l1_ue::UlSlot& ul) { return !ul.prach.empty(); }

struct Connected : UeWorld {
  explicit Connected(UeConfig config = ue_of(fdd_cell())) {
    connect(rnti);
    configure(std::move(config));
    for (unsigned i = 0; i < 10; ++i) step();
  }
  nr::l1_ue::PuschSend granted(uint8_t harq, bool ndi, unsigned rbs, uint8_t dai = 3) {
    grant(rnti, harq, ndi, rbs, 4, dai);
    auto ul = until(any_pusch, 10);
    EXPECT_TRUE(ul);
    return ul ? ul->pusch[0] : nr::l1_ue::PuschSend{};
  }
};

}  // namespace

TEST(UeUplink, a_toggled_ndi_brings_new_data_and_an_equal_one_the_same_block) {
  Connected w;
  w.data(3000);
  const auto first = w.granted(2, true, 5);
  const auto again = w.granted(2, true, 5);
  const auto next = w.granted(2, false, 5);
  EXPECT_EQ(again.tb, first.tb);
  EXPECT_FALSE(again.pusch.new_data);
  EXPECT_NE(next.tb, first.tb);
  EXPECT_TRUE(next.pusch.new_data);
}

TEST(UeUplink, a_block_is_exactly_the_granted_size) {
  Connected w;
  w.data(5000);
  bool ndi = false;
  for (unsigned rbs = 1; rbs <= 30; ++rbs) {
    const auto pusch = w.granted(3, ndi = !ndi, rbs);
    EXPECT_EQ(pusch.tb.size(), pusch.pusch.code.tbs_octets);
    ces_of(pusch.tb);
  }
}

TEST(UeUplink, signalling_goes_before_user_data) {
  Connected w;
  w.data(400);
  w.plane.send_rrc(1, Bytes(40, 7));
  const auto pusch = w.granted(0, true, 12);
  const auto channels = channels_of(pusch.tb);
  ASSERT_FALSE(channels.empty());
  EXPECT_EQ(channels.front(), 1);
}

TEST(UeUplink, a_prioritised_rate_serves_a_lower_priority_before_a_higher_one_takes_all) {
  auto config = ue_of(fdd_cell());
  config.channels[1].pbr_kbytes_s = 0;  // SRB2 has no guaranteed rate
  config.channels[2].pbr_kbytes_s = 1000;
  config.channels[2].bucket_ms = 100;
  Connected w(config);
  w.plane.send_rrc(2, Bytes(1500, 7));
  w.data(100);
  const auto pusch = w.granted(0, true, 20);
  const auto channels = channels_of(pusch.tb);
  ASSERT_EQ(channels.size(), 2u);
  EXPECT_EQ(channels[0], 4);
  EXPECT_EQ(channels[1], 2);
}

TEST(UeUplink, a_grant_for_an_unaligned_ue_is_not_used) {
  auto config = ue_of(fdd_cell());
  config.time_alignment_ms = 500;
  Connected w(config);
  for (unsigned i = 0; i < 510; ++i) w.step();
  EXPECT_EQ(w.alignment_lost, 1u);
  w.grant(rnti, 0, true, 10);
  for (unsigned i = 0; i < 10; ++i) EXPECT_TRUE(w.step().pusch.empty());
  // Data then needs random access (5.4.4).
  w.data(100);
  EXPECT_TRUE(w.until(any_prach, 40));
}

TEST(UeReports, new_data_brings_an_sr_and_the_grant_a_bsr) {
  Connected w;
  w.data(3000);
  auto sr = w.until(any_pucch, 40);
  ASSERT_TRUE(sr);
  EXPECT_EQ(sr->pucch[0].uci.sr, true);
  EXPECT_EQ(sr->slot.count() % 20, 3u);
  const auto pusch = w.granted(0, true, 4);
  const auto ces = ces_of(pusch.tb);
  ASSERT_TRUE(find_ce_of<ShortBsr>(ces));
  EXPECT_EQ(find_ce_of<ShortBsr>(ces)->group, 1);
  EXPECT_GE(bsr5_octets(find_ce_of<ShortBsr>(ces)->size), 2900u - pusch.tb.size());
  // Reported: no further SR.
  for (unsigned i = 0; i < 30; ++i) EXPECT_FALSE(any_pucch(w.step()));
}

TEST(UeReports, two_groups_with_data_bring_a_long_bsr) {
  Connected w;
  w.data(3000);
  w.plane.send_rrc(2, Bytes(500, 1));
  const auto pusch = w.granted(0, true, 4);
  const auto ces = ces_of(pusch.tb);
  const auto* bsr = find_ce_of<LongBsr>(ces);
  ASSERT_TRUE(bsr);
  EXPECT_EQ(bsr->groups, 0b11);
}

TEST(UeReports, padding_carries_a_bsr_when_nothing_else_asked_for_it) {
  Connected w;
  w.data(3000);
  w.granted(0, true, 4);
  const auto pusch = w.granted(0, false, 4);  // no trigger is pending now
  EXPECT_FALSE(find_ce_of<ShortBsr>(ces_of(pusch.tb)));
  Connected empty;
  const auto padded = empty.granted(0, true, 4);
  EXPECT_TRUE(ces_of(padded.tb).empty());
}

TEST(UeReports, data_of_a_less_urgent_channel_asks_for_nothing_new) {
  Connected w;
  w.plane.send_rrc(1, Bytes(1500, 1));
  w.granted(0, true, 4);
  w.data(100);
  for (unsigned i = 0; i < 9; ++i) EXPECT_FALSE(any_pucch(w.step()));
}

TEST(UeReports, sr_keeps_quiet_while_prohibited_and_gives_up_after_trans_max) {
  auto config = ue_of(fdd_cell());
  config.scheduling_requests[0].prohibit_ms = 32;
  config.scheduling_requests[0].trans_max = 4;
  Connected w(config);
  w.data(100);
  std::vector<unsigned> srs;
  for (unsigned i = 0; i < 400; ++i) {
    const auto ul = w.step();
    if (any_pucch(ul)) srs.push_back(ul.slot.count());
    if (any_prach(ul)) break;
  }
  ASSERT_EQ(srs.size(), 4u);
  for (size_t i = 1; i < srs.size(); ++i) EXPECT_EQ(srs[i] - srs[i - 1], 40u);
}

TEST(UeReports, a_delayed_channel_waits_with_its_sr) {
  auto config = ue_of(fdd_cell());
  config.channels[2].sr_delay_timer = true;
  config.sr_delay_ms = 64;
  Connected w(config);
  w.data(100);
  const auto from = w.slot;
  auto sr = w.until(any_pucch, 120);
  ASSERT_TRUE(sr);
  EXPECT_GE(sr->slot - from, 64);
  EXPECT_LT(sr->slot - from, 64 + 20);
}

TEST(UeReports, headroom_is_reported_once_configured_and_periodically) {
  auto config = ue_of(fdd_cell());
  config.phr_periodic_ms = 100;
  Connected w(config);
  const auto first = w.granted(0, true, 4);
  const auto ces = ces_of(first.tb);
  const auto* phr = find_ce_of<SinglePhr>(ces);
  ASSERT_TRUE(phr);
  EXPECT_EQ(p_cmax_dbm(phr->p_cmax), 23);
  // P0 -90 + 10 log10(4 RBs) + path loss 90 leaves 17 of 23 dBm.
  EXPECT_NEAR(ph_db(phr->ph), 23 - 6, 2);
  EXPECT_FALSE(find_ce_of<SinglePhr>(ces_of(w.granted(0, false, 4).tb)));
  for (unsigned i = 0; i < 100; ++i) w.step();
  EXPECT_TRUE(find_ce_of<SinglePhr>(ces_of(w.granted(0, true, 4).tb)));
}

TEST(UeDownlink, a_lost_block_is_answered_with_nack_and_its_repetition_with_ack) {
  Connected w;
  w.assign(rnti, 5, true, {}, false);
  auto nack = w.until(any_pucch, 6);
  ASSERT_TRUE(nack);
  EXPECT_EQ(nack->pucch[0].uci.harq.octets[0] & 0x80, 0);
  w.assign(rnti, 5, true, w.dl_pdu({TimingAdvance{0, 40}}));
  auto ack = w.until(any_pucch, 6);
  ASSERT_TRUE(ack);
  EXPECT_EQ(ack->pucch[0].uci.harq.octets[0] & 0x80, 0x80);
  EXPECT_EQ(w.mac.take_metrics().dl_ok, 2u);  // Msg4 and this
}

TEST(UeDownlink, a_repetition_of_a_block_it_has_is_acknowledged_without_a_second_delivery) {
  Connected w;
  w.assign(rnti, 5, true, w.dl_pdu({TimingAdvance{0, 40}}));
  auto first = w.until(any_pucch, 6);
  ASSERT_TRUE(first);
  const float ta = first->ta_ns;
  w.assign(rnti, 5, true, w.dl_pdu({TimingAdvance{0, 40}}));
  auto second = w.until(any_pucch, 6);
  ASSERT_TRUE(second);
  EXPECT_EQ(second->pucch[0].uci.harq.octets[0] & 0x80, 0x80);
  EXPECT_FLOAT_EQ(second->ta_ns, ta);
}

TEST(UeDownlink, timing_advance_moves_the_uplink) {
  Connected w;
  const float before = w.step().ta_ns;
  w.assign(rnti, 1, true, w.dl_pdu({TimingAdvance{0, 35}}));
  w.step();
  EXPECT_NEAR(w.step().ta_ns - before, 4 * 16 * 64 * nr::tc_ns, 1);
}

TEST(UeDownlink, malformed_pdus_are_counted) {
  Connected w;
  Bytes bad(100, 0x44);  // LCID 4 with a long length that runs past the block's end
  bad[1] = bad[2] = 0xff;
  w.assign(rnti, 1, true, bad);
  w.step();
  EXPECT_EQ(w.mac.take_metrics().pdu_malformed, 1u);
}

TEST(UeUci, bits_of_one_slot_share_a_pucch_in_the_order_of_their_dcis) {
  Connected w;
  w.assign(rnti, 0, true, w.dl_pdu({}), true, 0, 3);  // k1 = 7
  w.step();
  w.assign(rnti, 1, true, {}, false, 1, 2);  // k1 = 6
  w.step();
  w.assign(rnti, 2, true, w.dl_pdu({}), true, 2, 1);  // k1 = 5
  auto ul = w.until(any_pucch, 10);
  ASSERT_TRUE(ul);
  ASSERT_EQ(ul->pucch.size(), 1u);
  EXPECT_EQ(ul->pucch[0].uci.harq.size, 3);
  EXPECT_EQ(ul->pucch[0].uci.harq.octets[0], 0b10100000);
  EXPECT_EQ(ul->pucch[0].pucch.format, 2);  // more than two bits: the second set
}

TEST(UeUci, the_counter_reveals_a_lost_assignment) {
  Connected w;
  w.assign(rnti, 0, true, w.dl_pdu({}), true, 0, 2);
  w.step();
  w.step();  // the second of three was not heard
  w.assign(rnti, 2, true, w.dl_pdu({}), true, 2, 0);
  auto ul = w.until(any_pucch, 10);
  ASSERT_TRUE(ul);
  EXPECT_EQ(ul->pucch[0].uci.harq.size, 3);
  EXPECT_EQ(ul->pucch[0].uci.harq.octets[0], 0b10100000);
}

TEST(UeUci, harq_bits_move_to_the_pusch_and_its_dai_adds_what_was_not_heard) {
  Connected w;
  w.assign(rnti, 0, true, w.dl_pdu({}), true, 0, 2);  // k1 = 6
  w.step();
  w.step();
  for (unsigned i = 0; i < 3; ++i) w.step();
  w.grant(rnti, 4, true, 6, 4, 1);
  nr::l1_ue::UlSlot ul;
  for (unsigned i = 0; i < 4 && ul.pusch.empty() && ul.pucch.empty(); ++i) ul = w.step();
  ASSERT_EQ(ul.pusch.size(), 1u);
  EXPECT_TRUE(ul.pucch.empty());
  EXPECT_EQ(ul.pusch[0].uci.harq.size, 2);
  EXPECT_EQ(ul.pusch[0].pusch.uci.harq_bits, 2);
  EXPECT_EQ(ul.pusch[0].uci.harq.octets[0], 0b10000000);
}

TEST(UeUci, a_semi_static_codebook_has_a_bit_for_every_k1) {
  auto config = ue_of(fdd_cell());
  config.dynamic_harq_codebook = false;
  config.k1 = {4, 6, 8};
  Connected w(config);
  w.assign(rnti, 0, true, w.dl_pdu({}), true, 0, 1);  // k1 = 6: between 8 and 4
  auto ul = w.until(any_pucch, 10);
  ASSERT_TRUE(ul);
  EXPECT_EQ(ul->pucch[0].uci.harq.size, 3);
  EXPECT_EQ(ul->pucch[0].uci.harq.octets[0], 0b01000000);
}

TEST(UeUci, a_grant_without_a_dai_of_one_carries_no_semi_static_codebook) {
  auto config = ue_of(fdd_cell());
  config.dynamic_harq_codebook = false;
  config.k1 = {4, 6, 8};
  for (uint8_t dai : {1, 0}) {
    Connected w(config);
    w.assign(rnti, 0, true, w.dl_pdu({}), true, 0, 0);  // k1 = 4, as k2
    w.grant(rnti, 0, true, 10, 4, dai);
    auto ul = w.until([](const auto& u) { return !u.pusch.empty(); }, 10);
    ASSERT_TRUE(ul);
    EXPECT_EQ(ul->pusch[0].uci.harq.size, dai ? 3 : 0);
  }
}

TEST(UeUci, a_grant_brings_the_report_that_it_asks_for) {
  auto config = ue_of(fdd_cell());
  config.csi_request_bits = 2;
  CsiReportConfig report;
  report.period_slots = 0;
  config.csi_triggers = {{report}, {report, report}};
  for (bool data : {true, false}) {
    Connected w(config);
    w.mac.on_csi(w.slot, {.cqi = 9, .ri = 1});
    nr::Dci01 dci;
    dci.frequency = nr::riv(w.cell.initial_ul.size, {4, 10});
    dci.time = 2;
    dci.mcs = 4;
    dci.new_data = true;
    dci.dai1 = 3;
    dci.csi_request = 2;
    dci.ul_sch = data;
    dci.antenna_ports = static_cast<uint8_t>(*nr::pusch_antenna_port_value(nr::DmrsType::type1, 1, false, 1, 2));
    w.send(rnti, 2, nr::pack(dci, w.layouts.uss01));
    auto ul = w.until([](const auto& u) { return !u.pusch.empty(); }, 10);
    ASSERT_TRUE(ul);
    EXPECT_EQ(ul->pusch[0].uci.csi1.size, 8);  // two wideband CQIs of one port
    EXPECT_EQ(ul->pusch[0].uci.csi1.octets[0], 0x99);
    EXPECT_EQ(ul->pusch[0].tb.empty(), !data);
  }
}

TEST(UeUci, sounds_when_a_dci_asks) {
  auto config = ue_of(fdd_cell());
  config.srs = SrsConfig{.trigger = 1, .slot_offset = 3};
  Connected w(config);
  nr::Dci11 dci;
  dci.frequency = nr::riv(w.cell.initial_dl.size, {0, 20});
  dci.mcs = 6;
  dci.new_data = true;
  dci.srs_request = 1;
  dci.antenna_ports = static_cast<uint8_t>(*nr::pdsch_antenna_port_value(nr::DmrsType::type1, 1, 1, 2));
  w.send(rnti, 2, nr::pack(dci, w.layouts.uss11), w.dl_pdu({}));
  const nr::Slot asked = w.slot;
  auto ul = w.until([](const auto& u) { return !u.srs.empty(); }, 10);
  ASSERT_TRUE(ul);
  EXPECT_EQ(ul->slot - asked, 3);
}

TEST(UeUci, a_semi_persistent_report_waits_for_its_command) {
  auto config = ue_of(fdd_cell());
  config.csi = CsiReportConfig{.period_slots = 10, .semi_persistent = true, .resource = 2};
  Connected w(config);
  const auto reports = [](const auto& u) { return !u.pucch.empty() && u.pucch[0].uci.csi1.size > 0; };
  EXPECT_FALSE(w.until(reports, 30));
  w.assign(rnti, 0, true, w.dl_pdu({SpCsiReporting{.reports = 1}}));
  EXPECT_TRUE(w.until(reports, 30));
  w.assign(rnti, 1, true, w.dl_pdu({SpCsiReporting{}}));
  w.until([](const auto&) { return false; }, 5);
  EXPECT_FALSE(w.until(reports, 30));
}

TEST(UeUci, a_positive_sr_takes_the_harq_bit_to_its_own_resource) {
  Connected w;
  while (w.slot.count() % 20 != 19) w.step();
  w.assign(rnti, 0, true, w.dl_pdu({}), true, 0, 0);  // k1 = 4: slot 3, the SR's
  w.data(500);
  w.step();
  auto ul = w.until(any_pucch, 10);
  ASSERT_TRUE(ul);
  ASSERT_EQ(ul->pucch.size(), 1u);
  EXPECT_EQ(ul->slot.count() % 20, 3u);
  EXPECT_EQ(ul->pucch[0].pucch.first_rb, 0);  // resource 0
  EXPECT_EQ(ul->pucch[0].uci.harq.size, 1);
  EXPECT_EQ(ul->pucch[0].uci.sr, true);
}

TEST(UeUci, csi_is_reported_in_its_slots_and_beside_harq_when_allowed) {
  auto config = ue_of(fdd_cell());
  CsiReportConfig csi;
  csi.period_slots = 20;
  csi.offset_slots = 13;
  csi.resource = 3;
  config.csi = csi;
  Connected w(config);
  w.mac.on_csi(w.slot, {.cqi = 11, .ri = 1, .sinr_db = 15});
  auto ul = w.until(any_pucch, 30);
  ASSERT_TRUE(ul);
  EXPECT_EQ(ul->slot.count() % 20, 13u);
  EXPECT_EQ(ul->pucch[0].uci.csi1.size, 4);
  EXPECT_EQ(ul->pucch[0].uci.csi1.octets[0] >> 4, 11);
  while (w.slot.count() % 20 != 9) w.step();
  w.assign(rnti, 0, true, w.dl_pdu({}), true, 0, 0);
  ul = w.until(any_pucch, 10);
  ASSERT_TRUE(ul);
  ASSERT_EQ(ul->pucch.size(), 1u);
  EXPECT_EQ(ul->pucch[0].pucch.format, 2);
  EXPECT_EQ(ul->pucch[0].uci.harq.size, 1);
  EXPECT_EQ(ul->pucch[0].uci.csi1.size, 4);
}

TEST(UeDrx, sleeps_between_on_durations_and_stays_up_while_served) {
  auto config = ue_of(fdd_cell());
  config.drx = DrxConfig{};
  config.periodic_bsr_ms = 0;
  Connected w(config);
  std::vector<unsigned> awake;
  for (unsigned i = 0; i < 160; ++i) w.step();  // the inactivity timer of random access ends
  for (unsigned i = 0; i < 640; ++i) {
    const auto slot = w.slot;
    if (w.mac.sleeping(w.slot)) {
      ++w.slot;
      continue;
    }
    w.step();
    if (w.listens(rnti)) awake.push_back(slot.count() % 160);
  }
  EXPECT_EQ(awake.size(), 40u);
  for (unsigned slot : awake) EXPECT_LT(slot, 10u);
  while (w.slot.count() % 160 != 5) ++w.slot;
  w.grant(rnti, 0, true, 4);
  w.step();
  for (unsigned i = 0; i < 100; ++i) {
    EXPECT_FALSE(w.mac.sleeping(w.slot));
    w.step();
  }
}

TEST(UeDrx, obeys_the_drx_command) {
  auto config = ue_of(fdd_cell());
  config.drx = DrxConfig{};
  config.periodic_bsr_ms = 0;
  Connected w(config);
  while (w.slot.count() % 160 != 2) w.step();
  w.assign(rnti, 0, true, w.dl_pdu({DrxCommand{}}));
  w.step();
  w.step();
  EXPECT_FALSE(w.listens(rnti));
}

TEST(UeTimers, an_idle_connection_is_reported_inactive) {
  auto config = ue_of(fdd_cell());
  config.data_inactivity_s = 2;
  Connected w(config);
  for (unsigned i = 0; i < 1900; ++i) w.step();
  EXPECT_EQ(w.inactive, 0u);
  for (unsigned i = 0; i < 200; ++i) w.step();
  EXPECT_EQ(w.inactive, 1u);
}

TEST(UeGaps, nothing_is_received_or_sent_in_a_measurement_gap) {
  auto config = ue_of(fdd_cell());
  config.gap = MeasurementGap{8, 6, 40};
  Connected w(config);
  for (unsigned i = 0; i < 80; ++i) {
    const unsigned at = w.slot.count() % 40;
    w.step();
    EXPECT_EQ(w.listens(rnti), at < 8 || at >= 14) << at;
  }
}

TEST(UeReset, forgets_harq_and_timers_and_needs_random_access_again) {
  Connected w;
  w.data(1000);
  w.granted(0, true, 4);
  w.mac.reset();
  w.grant(rnti, 0, true, 4);
  for (unsigned i = 0; i < 10; ++i) EXPECT_TRUE(w.step().pusch.empty());
}

}  // namespace sen::mac::test
