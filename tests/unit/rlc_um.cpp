// Unacknowledged mode (TS 38.322 5.2.2), by clause.
#include "tests/unit/rlc_world.h"

namespace sen::l2 {

namespace {
struct Um : testing::Test, World {
  Rlc a{executor, pool, um_config(6)};
  Rlc wide{executor, pool, um_config(12)};
};
using UmTx = Um;
using UmRx = Um;
}  // namespace

TEST_F(UmTx, puts_a_whole_sdu_behind_one_octet) {
  a.submit(3, 1);
  EXPECT_EQ(a.entity->buffer().total, 4u);
  EXPECT_EQ(a.pull(4), "00000102");
}

TEST_F(UmTx, segments_to_the_grant_and_numbers_the_sdu) {
  a.submit(6, 1);
  EXPECT_EQ(a.pull(1), "");
  EXPECT_EQ(a.pull(3), "400001");           // first, SN 0
  EXPECT_EQ(a.entity->buffer().total, 7u);  // four octets and their header
  EXPECT_EQ(a.pull(3), "");                 // SO leaves no octet
  EXPECT_EQ(a.pull(4), "c0000202");         // middle, SO 2
  EXPECT_EQ(a.pull(6), "800003030405");     // last, SO 3
  a.submit(4, 2);
  EXPECT_EQ(a.pull(4), "41000102");  // SN 1
  EXPECT_EQ(a.pull(4), "81000303");
}

TEST_F(UmTx, has_two_octets_of_sn_with_12_bits) {
  wide.submit(4, 1);
  EXPECT_EQ(wide.pull(4), "40000001");
  EXPECT_EQ(wide.pull(6), "800000020203");
}

TEST_F(UmTx, counts_sns_only_for_segmented_sdus_and_wraps) {
  for (int i = 0; i < 65; ++i) {
    a.submit(2, static_cast<uint32_t>(2 * i));
    EXPECT_EQ(a.pull(3), "000001");
    a.submit(2, static_cast<uint32_t>(2 * i + 1));
    EXPECT_EQ(a.pull_bytes(2)[0], 0x40 | (i & 63));
    EXPECT_EQ(a.pull_bytes(4)[0], 0x80 | (i & 63));
  }
}

TEST_F(UmTx, discards_an_sdu_unless_a_part_of_it_was_sent) {
  a.submit(4, 1);
  a.submit(4, 2);
  a.submit(4, 3);
  a.pull(3);
  EXPECT_FALSE(a.entity->discard(1));
  EXPECT_TRUE(a.entity->discard(2));
  EXPECT_EQ(a.pull(6), "8000020203");
  EXPECT_EQ(a.pull(9), "0000010203");
  EXPECT_EQ(a.pull(9), "");
  EXPECT_EQ(a.statistics().tx_discarded, 1u);
}

TEST_F(UmTx, tells_of_data_once) {
  a.submit(4, 1);
  a.submit(4, 2);
  EXPECT_EQ(a.data_available, 1);
  a.pull();
  a.pull();
  a.submit(4, 3);
  EXPECT_EQ(a.data_available, 2);
}

TEST_F(UmTx, refuses_sdus_beyond_the_limits_and_in_a_receive_only_entity) {
  EXPECT_FALSE(a.entity->submit(pool.take(0), 1));
  EXPECT_FALSE(a.entity->submit(Packet{}, 1));
  PacketPool large(4, 20000);
  EXPECT_FALSE(a.entity->submit(large.take(limit::rlc_sdu_octets + 1), 1));
  EXPECT_TRUE(a.entity->submit(large.take(limit::rlc_sdu_octets), 1));
  RlcConfig config = um_config(6);
  config.tx = false;
  Rlc receiver(executor, pool, config);
  EXPECT_FALSE(receiver.submit(4, 1));
  EXPECT_EQ(a.statistics().tx_refused_sdus, 3u);
  EXPECT_EQ(receiver.statistics().tx_refused_sdus, 1u);
  config = um_config(12);
  config.rx = false;
  Rlc transmitter(executor, pool, config);
  transmitter.receive("00ff");
  EXPECT_EQ(transmitter.take_sdu(), "none");
}

TEST_F(UmRx, delivers_whole_sdus_at_once) {
  a.receive("00a1a2");
  EXPECT_EQ(a.take_sdu(), "a1a2");
}

TEST_F(UmRx, reassembles_segments_in_any_order) {
  a.receive("8000030405");
  a.receive("400001");
  EXPECT_EQ(a.take_sdu(), "none");
  a.receive("c0000202");
  EXPECT_EQ(a.take_sdu(), "0001020405");
}

TEST_F(UmRx, does_not_deliver_an_sdu_twice) {
  for (auto pdu : {"41aa", "810001bb", "41aa", "810001bb"}) a.receive(pdu);
  EXPECT_EQ(a.take_sdu(), "aabb");
  EXPECT_EQ(a.take_sdu(), "none");
  EXPECT_EQ(a.statistics().rx_duplicates, 2u);
  for (auto pdu : {"40aa", "800001bb", "40aa", "800001bb"}) a.receive(pdu);
  EXPECT_EQ(a.take_sdu(), "aabb");
  EXPECT_EQ(a.take_sdu(), "none");
  EXPECT_EQ(a.statistics().rx_out_of_window, 2u);  // SN 0 and 1 are before RX_Next_Reassembly now
}

TEST_F(UmRx, drops_a_repeated_segment) {
  a.receive("40aa");
  a.receive("40aa");
  EXPECT_EQ(a.statistics().rx_duplicates, 1u);
}

// 5.2.2.2.4
TEST_F(UmRx, gives_up_when_t_reassembly_expires) {
  a.receive("41aa");
  run_ms(34);
  a.receive("810001bb");  // SN 1 complete, SN 0 never came
  EXPECT_EQ(a.take_sdu(), "aabb");
  run_ms(2);
  EXPECT_EQ(a.statistics().reassembly_timeouts, 1u);
  EXPECT_EQ(a.statistics().rx_lost_sdus, 1u);
  a.receive("40cc");
  EXPECT_EQ(a.statistics().rx_out_of_window, 1u);
}

TEST_F(UmRx, does_not_wait_for_the_tail_of_the_newest_sdu) {
  a.receive("40aa");  // nothing missing before the last octet received
  run_ms(100);
  EXPECT_EQ(a.statistics().reassembly_timeouts, 0u);
  a.receive("810001bb");  // SN 1, without its head: now something is missing
  run_ms(34);
  EXPECT_EQ(a.statistics().reassembly_timeouts, 0u);
  run_ms(2);
  EXPECT_EQ(a.statistics().reassembly_timeouts, 1u);
  EXPECT_EQ(a.statistics().rx_lost_sdus, 2u);
}

TEST_F(UmRx, starts_the_timer_again_for_what_came_meanwhile) {
  a.receive("810001bb");
  run_ms(20);
  a.receive("830001bb");
  run_ms(20);  // SN 0 and 1 given up; RX_Next_Highest 4 > 2: waits for 2 and 3
  EXPECT_EQ(a.statistics().rx_lost_sdus, 2u);
  a.receive("43aa");
  EXPECT_EQ(a.take_sdu(), "aabb");
  run_ms(29);
  EXPECT_EQ(a.statistics().reassembly_timeouts, 1u);
  run_ms(2);
  EXPECT_EQ(a.statistics().reassembly_timeouts, 2u);
  EXPECT_EQ(a.statistics().rx_lost_sdus, 3u);
}

TEST_F(UmRx, stops_the_timer_when_the_gap_closes) {
  a.receive("810001bb");
  a.receive("40aa");
  a.receive("800001bb");
  a.receive("41aa");
  run_ms(100);
  EXPECT_EQ(a.sdus.size(), 2u);
  EXPECT_EQ(a.statistics().reassembly_timeouts, 0u);
}

TEST_F(UmRx, moves_the_window_and_drops_what_falls_out) {
  a.receive("40aa");
  a.receive("42aa");
  a.receive("820001bb");
  EXPECT_EQ(a.take_sdu(), "aabb");
  a.receive("60aa");  // SN 32: the window is 1 to 32
  EXPECT_EQ(a.statistics().rx_lost_sdus, 1u);
  a.receive("800001bb");  // SN 0 is gone
  EXPECT_EQ(a.take_sdu(), "none");
  EXPECT_EQ(a.statistics().rx_out_of_window, 0u);  // outside of the window means newer (5.2.2.2.3)
}

TEST_F(UmRx, takes_a_jump_over_the_whole_window) {
  a.receive("40aa");
  a.receive("5eaa");                            // SN 30
  a.receive("7daa");                            // SN 61: window 30 to 61
  EXPECT_EQ(a.statistics().rx_lost_sdus, 30u);  // SN 0 to 29
  a.receive("9e0001bb");
  EXPECT_EQ(a.take_sdu(), "aabb");
}

TEST_F(UmRx, drops_segments_that_contradict_each_other) {
  a.receive("800004ee");  // the SDU has five octets
  a.receive("c00004ff");  // a middle segment up to its end
  a.receive("c0000501");  // behind its end
  a.receive("800003aa");  // another end
  EXPECT_EQ(a.statistics().rx_malformed, 3u);
  a.receive("4000010203");
  EXPECT_EQ(a.take_sdu(), "00010203ee");
  a.receive("c10004ff");
  a.receive("810001ff");  // ends before what was received
  a.receive("810004ff");  // ends where a middle segment ended
  EXPECT_EQ(a.statistics().rx_malformed, 5u);
}

TEST_F(UmRx, drops_segments_beyond_the_longest_sdu) {
  a.receive("80ffffee");
  EXPECT_EQ(a.statistics().rx_malformed, 1u);
  Bytes pdu(limit::rlc_sdu_octets + 2);
  a.entity->receive(pdu);
  EXPECT_EQ(a.statistics().rx_malformed, 2u);
}

TEST_F(UmRx, keeps_a_limited_number_of_parts_and_of_sdus) {
  for (size_t i = 0; i <= limit::rlc_segments_per_sdu; ++i) a.receive(fmt::format("c0{:04x}ff", 2 * i + 1));
  EXPECT_EQ(a.statistics().rx_no_buffer, 1u);
  for (size_t i = 1; i <= limit::rlc_partial_sdus + 5; ++i) wide.receive(fmt::format("4{:03x}ff", i));
  EXPECT_EQ(wide.statistics().rx_no_buffer, 5u);
  EXPECT_EQ(pool.in_use(), limit::rlc_partial_sdus + 1);
}

TEST_F(Um, forgets_everything_when_reestablished) {
  a.submit(10, 1);
  a.pull(5);
  a.submit(10, 2);
  a.receive("810001bb");
  a.entity->reestablish();
  EXPECT_EQ(pool.in_use(), 0u);
  EXPECT_EQ(a.entity->buffer().total, 0u);
  run_ms(100);
  EXPECT_EQ(a.statistics().reassembly_timeouts, 0u);
  a.receive("40aa");
  a.receive("800001bb");
  EXPECT_EQ(a.take_sdu(), "aabb");
  a.submit(3, 1);
  EXPECT_EQ(a.pull(2), "4000");
}

TEST_F(Um, changes_its_sn_size_only_when_reestablished) {
  EXPECT_TRUE(a.entity->reconfigure(um_config(12)));
  EXPECT_TRUE(a.entity->reconfigure(um_config(6)));
  a.receive("40aa");
  EXPECT_FALSE(a.entity->reconfigure(um_config(12)));
  RlcConfig config = um_config(6);
  config.t_reassembly_ms = 5;
  EXPECT_TRUE(a.entity->reconfigure(config));
  a.receive("c20001aa");
  run_ms(6);
  EXPECT_EQ(a.statistics().reassembly_timeouts, 1u);
  a.entity->reestablish();
  EXPECT_TRUE(a.entity->reconfigure(um_config(12)));
  EXPECT_FALSE(a.entity->reconfigure(am_config(12)));
}

}  // namespace sen::l2
