// The receiving side of acknowledged mode (TS 38.322 5.2.3.2, 5.3.4), by clause.
#include "tests/unit/rlc_world.h"

namespace sen::l2 {

namespace {

struct AmRx : testing::Test, World {
  static RlcConfig config(uint8_t bits = 12) {
    RlcConfig c = am_config(bits);
    c.t_reassembly_ms = 10;
    c.t_status_prohibit_ms = 20;
    return c;
  }
  Rlc a{executor, pool, config()};

  // A whole SDU of one octet.
  void whole(uint32_t sn, bool poll = false) { a.receive(fmt::format("{}{:03x}ff", poll ? 'c' : '8', sn & 0xfff)); }
};

}  // namespace

TEST_F(AmRx, delivers_a_whole_sdu_at_once_whatever_came_before) {
  a.receive("8002aabb");
  EXPECT_EQ(a.take_sdu(), "aabb");
  a.receive("8000cc");
  EXPECT_EQ(a.take_sdu(), "cc");
}

TEST_F(AmRx, reassembles_segments_in_any_order) {
  a.receive("a00000030304");
  a.receive("900000");
  a.receive("b000000202");
  EXPECT_EQ(a.take_sdu(), "none");
  a.receive("b000000101");
  EXPECT_EQ(a.take_sdu(), "0001020304");
  EXPECT_EQ(pool.in_use(), 0u);
}

TEST_F(AmRx, reassembles_overlapping_segments) {
  a.receive("900000010203");
  a.receive("b0000002020304");
  a.receive("a000000304050607");
  EXPECT_EQ(a.take_sdu().size(), 2u * 7);
}

TEST_F(AmRx, takes_a_whole_retransmission_in_place_of_segments) {
  a.receive("9000aa");
  a.receive("8000aabbcc");
  EXPECT_EQ(a.take_sdu(), "aabbcc");
  EXPECT_EQ(pool.in_use(), 0u);
  a.receive("a0000001bbcc");
  EXPECT_EQ(a.statistics().rx_out_of_window, 1u);
}

// 5.2.3.2.2
TEST_F(AmRx, drops_duplicates_and_what_is_outside_of_the_window) {
  whole(1);
  whole(1);
  EXPECT_EQ(a.statistics().rx_duplicates, 1u);
  a.receive("9000aa");
  a.receive("9000aa");
  EXPECT_EQ(a.statistics().rx_duplicates, 2u);
  whole(2048);
  EXPECT_EQ(a.statistics().rx_out_of_window, 1u);
  whole(2047);
  EXPECT_EQ(a.statistics().rx_out_of_window, 1u);
  whole(0xfff);
  EXPECT_EQ(a.statistics().rx_out_of_window, 2u);
  EXPECT_EQ(a.sdus.size(), 2u);
}

TEST_F(AmRx, drops_segments_that_contradict_each_other) {
  a.receive("a0000004ee");
  a.receive("b0000004ff");
  a.receive("a0000003ff");
  a.receive("a0000005ff");
  EXPECT_EQ(a.statistics().rx_malformed, 3u);
  a.receive("900000010203");
  EXPECT_EQ(a.take_sdu(), "00010203ee");
  a.receive("b001ffffff");  // beyond the longest SDU
  EXPECT_EQ(a.statistics().rx_malformed, 4u);
}

TEST_F(AmRx, moves_its_window_over_the_wrap) {
  for (uint32_t sn = 0; sn < 10000; ++sn) whole(sn);
  EXPECT_EQ(a.sdus.size(), 10000u);
  EXPECT_EQ(a.statistics().rx_out_of_window, 0u);
}

// 5.3.4
TEST_F(AmRx, answers_a_poll_of_what_is_in_order) {
  whole(0, true);
  EXPECT_EQ(a.data_available, 1);
  EXPECT_EQ(a.entity->buffer().total, 3u);
  EXPECT_EQ(a.entity->buffer().priority, 3u);
  EXPECT_EQ(a.pull(2), "");
  EXPECT_EQ(a.pull(3), "000100");
  EXPECT_EQ(a.pull(3), "");
  EXPECT_EQ(a.entity->buffer().total, 0u);
}

TEST_F(AmRx, answers_a_poll_in_a_duplicate) {
  whole(0);
  whole(0, true);
  EXPECT_EQ(a.pull(), "000100");
}

TEST_F(AmRx, delays_the_answer_while_harq_may_bring_what_was_overtaken) {
  whole(0);
  whole(2, true);
  EXPECT_EQ(a.entity->buffer().total, 0u);
  run_ms(5);
  whole(1);
  EXPECT_EQ(a.pull(), "000300");
  EXPECT_EQ(a.statistics().tx_status, 1u);
}

TEST_F(AmRx, answers_both_the_lowest_and_the_highest_delayed_poll) {
  RlcConfig c = config();
  c.t_status_prohibit_ms = 0;
  Rlc b(executor, pool, c);
  for (auto pdu : {"c001ff", "c003ff", "8000ff"}) b.receive(pdu);
  EXPECT_EQ(b.pull(), "000200");
  EXPECT_EQ(b.pull(), "");
  b.receive("8002ff");
  EXPECT_EQ(b.pull(), "000400");
}

// 5.2.3.2.4
TEST_F(AmRx, reports_what_is_missing_when_t_reassembly_expires) {
  whole(0);
  whole(2);
  whole(5);
  run_ms(9);
  EXPECT_EQ(a.pull(), "");
  run_ms(2);
  EXPECT_EQ(a.statistics().reassembly_timeouts, 1u);
  // The timer ran since SN 2 came: RX_Highest_Status is the first missing from 3 on.
  EXPECT_EQ(a.pull(), "000380" "0010");
  run_ms(30);
  EXPECT_EQ(a.pull(), "000680" "0018" "0032" "02");
  EXPECT_EQ(a.statistics().tx_nacks, 3u);
}

TEST_F(AmRx, stops_t_reassembly_when_the_gap_closes) {
  whole(1);
  whole(0);
  run_ms(50);
  EXPECT_EQ(a.statistics().reassembly_timeouts, 0u);
}

TEST_F(AmRx, waits_for_a_gap_inside_the_newest_sdu_but_not_for_its_tail) {
  a.receive("9000aa");
  run_ms(20);
  EXPECT_EQ(a.statistics().reassembly_timeouts, 0u);
  a.receive("b0000002cc");
  run_ms(11);
  EXPECT_EQ(a.statistics().reassembly_timeouts, 1u);
  EXPECT_EQ(a.pull(), "000180" "000c00010001" "00040003ffff");
  a.receive("b0000001bb");  // whole again before the last octet received
  run_ms(50);
  EXPECT_EQ(a.statistics().reassembly_timeouts, 1u);
}

TEST_F(AmRx, stops_waiting_when_only_the_tail_of_the_sdu_is_missing) {
  a.receive("b0000002cc");
  run_ms(5);
  a.receive("9000aabb");  // RX_Next_Status_Trigger = RX_Next + 1 and no gap
  run_ms(50);
  EXPECT_EQ(a.statistics().reassembly_timeouts, 0u);
}

TEST_F(AmRx, writes_one_report_however_often_it_is_asked_while_prohibited) {
  whole(0, true);
  EXPECT_EQ(a.pull(), "000100");
  for (uint32_t sn = 1; sn < 10; ++sn) whole(sn, true);
  EXPECT_EQ(a.pull(), "");
  EXPECT_EQ(a.entity->buffer().total, 0u);
  int told = a.data_available;
  run_ms(21);
  EXPECT_EQ(a.data_available, told + 1);
  EXPECT_EQ(a.pull(), "000a00");
  EXPECT_EQ(a.pull(), "");
}

TEST_F(AmRx, reports_the_missing_parts_of_an_sdu) {
  a.receive("b000000201");
  a.receive("b000000501");
  whole(1);
  run_ms(11);
  EXPECT_EQ(a.entity->buffer().total, 3u + 3 * 6);
  EXPECT_EQ(a.pull(), "000280" "000c00000001" "000c00030004" "00040006ffff");
}

TEST_F(AmRx, joins_gaps_across_sdus_into_one_entry) {
  a.receive("9000aaaa");      // tail of 0 missing
  a.receive("b0030004aa");    // head of 3 missing, and its tail
  whole(5);                   // 4 missing
  run_ms(11);                 // t-Reassembly runs since SN 3: up to RX_Highest_Status 3
  EXPECT_EQ(a.pull(), "000480" "000e0002000304" "00340005ffff");
  run_ms(30);
  EXPECT_EQ(a.pull(), "000680" "000e0002000304" "00360005ffff02");
}

TEST_F(AmRx, splits_ranges_after_255_sdus) {
  whole(600);
  run_ms(11);
  EXPECT_EQ(a.pull(), "025980" "000aff" "0ffaff" "1fe25a");
  EXPECT_EQ(a.statistics().tx_nacks, 3u);
}

TEST_F(AmRx, truncates_the_report_to_the_grant) {
  for (uint32_t sn : {1u, 3u, 5u, 7u}) whole(sn);
  run_ms(11);
  whole(8, true);
  a.pull();
  run_ms(30);
  auto truncated = [&](size_t room) {
    whole(8, true);
    run_ms(21);
    return a.pull(room);
  };
  EXPECT_EQ(truncated(3), "000000");                // ACK_SN 0: nothing is said
  EXPECT_EQ(truncated(4), "000000");
  EXPECT_EQ(truncated(5), "000280" "0000");         // 0 missing, the next missing is 2
  EXPECT_EQ(truncated(8), "000480" "0008" "0020");
  EXPECT_EQ(truncated(10), "000680" "0008" "0028" "0040");
  EXPECT_EQ(truncated(11), "000980" "0008" "0028" "0048" "0060");
}

TEST_F(AmRx, truncates_a_range_to_one_sdu_when_its_length_does_not_fit) {
  whole(3);
  run_ms(11);
  EXPECT_EQ(a.pull(5), "000180" "0000");
  whole(3, true);
  run_ms(21);
  EXPECT_EQ(a.pull(6), "000480" "0002" "03");
}

TEST_F(AmRx, truncates_inside_an_sdu_without_acknowledging_it) {
  a.receive("b000000201");
  a.receive("b000000501");
  whole(2);
  run_ms(11);
  // One part of SN 0 fits: ACK_SN is the next SDU not received that the report does not name.
  EXPECT_EQ(a.pull(9), "000180" "000400000001");
}

TEST_F(AmRx, writes_reports_with_18_bits) {
  Rlc b(executor, pool, config(18));
  b.receive("820000ff");
  EXPECT_EQ(b.statistics().rx_out_of_window, 1u);
  b.receive("81ffffff");
  run_ms(11);
  EXPECT_EQ(b.statistics().rx_sdus, 1u);
  Bytes report = b.pull_bytes(10000);
  EXPECT_EQ(report.size(), 3u + 4 * 514 + 3);  // 131071 = 514 x 255 + 1
  EXPECT_EQ(hex(ByteView(report).first(7)), "080002" "000028ff");
}

TEST_F(AmRx, lets_a_lower_sn_displace_the_highest_when_memory_is_short) {
  for (uint32_t sn = 1; sn <= limit::rlc_partial_sdus; ++sn) a.receive(fmt::format("9{:03x}ff", sn));
  a.receive("9fffff");
  EXPECT_EQ(a.statistics().rx_out_of_window, 1u);
  a.receive(fmt::format("9{:03x}ff", limit::rlc_partial_sdus + 1));
  EXPECT_EQ(a.statistics().rx_no_buffer, 1u);
  a.receive("9000ff");
  EXPECT_EQ(a.statistics().rx_no_buffer, 1u);
  EXPECT_EQ(pool.in_use(), limit::rlc_partial_sdus);
  a.receive("a0000001ff");
  EXPECT_EQ(a.take_sdu(), "ffff");
  PacketPool small(2, 100);
  Rlc b(executor, small, config());
  b.receive("9001ff");
  b.receive("9002ff");
  b.receive("8000ff");  // the pool is empty: SN 2 gives way
  EXPECT_EQ(b.take_sdu(), "ff");
  b.receive("a0010001ff");
  EXPECT_EQ(b.take_sdu(), "ffff");
}

TEST_F(AmRx, asks_again_for_an_sdu_that_the_pool_could_not_hold) {
  PacketPool small(1, 100);
  Rlc b(executor, small, config());
  Packet only = small.take(1);
  b.receive("c000ff");
  EXPECT_EQ(b.statistics().rx_no_buffer, 1u);
  EXPECT_EQ(b.pull(), "000000");
  only = {};
  b.receive("8000ff");
  EXPECT_EQ(b.take_sdu(), "ff");
}

TEST_F(AmRx, starts_anew_when_reestablished) {
  whole(0, true);
  a.receive("b0050002cc");
  a.entity->reestablish();
  EXPECT_EQ(pool.in_use(), 0u);
  EXPECT_EQ(a.pull(), "");
  run_ms(50);
  EXPECT_EQ(a.statistics().reassembly_timeouts, 0u);
  a.sdus.clear();
  a.receive("c000ab");
  EXPECT_EQ(a.take_sdu(), "ab");
  EXPECT_EQ(a.pull(), "000100");
}

TEST_F(AmRx, puts_reports_before_data) {
  a.submit(2, 0);
  whole(0, true);
  EXPECT_EQ(a.entity->buffer().total, 3u + 4);
  EXPECT_EQ(a.pull(), "000100");
  EXPECT_EQ(a.pull(), "c0000001");
}

TEST_F(AmRx, has_its_own_sn_size_in_each_direction) {
  RlcConfig c = config();
  c.rx_sn_bits = 18;
  Rlc b(executor, pool, c);
  b.receive("c00000ff");
  EXPECT_EQ(b.take_sdu(), "ff");
  EXPECT_EQ(b.pull(), "000004");  // a report about 18 bits: ACK_SN 1
  b.submit(2, 5);
  EXPECT_EQ(b.pull(), "c0000001");
  b.receive("000100");            // a report about 12 bits
  EXPECT_EQ(b.delivered, std::vector<uint32_t>{5});
}

}  // namespace sen::l2
