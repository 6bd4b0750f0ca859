// The transmitting side of acknowledged mode (TS 38.322 5.2.3.1, 5.3.2, 5.3.3, 5.4), by clause.
#include "tests/unit/rlc_world.h"

namespace sen::l2 {

namespace {

struct AmTx : testing::Test, World {
  static RlcConfig config() {
    RlcConfig c = am_config(12);
    c.poll_pdu = 0;
    c.max_retx_threshold = 3;
    return c;
  }
  Rlc a{executor, pool, config()};

  // Submits n SDUs of two octets with ids from `first` on and sends them whole.
  void send(int n, uint32_t first = 0) {
    for (int i = 0; i < n; ++i) a.submit(2, first + static_cast<uint32_t>(i));
    for (int i = 0; i < n; ++i) EXPECT_EQ(a.pull_bytes().size(), 4u);
  }
};
using Ids = std::vector<uint32_t>;

}  // namespace

TEST_F(AmTx, sends_an_sdu_whole_and_polls_because_nothing_is_left) {
  a.submit(3, 7);
  EXPECT_EQ(a.entity->buffer().total, 5u);
  EXPECT_EQ(a.entity->buffer().priority, 0u);
  EXPECT_EQ(a.pull(5), "c000000102");
  EXPECT_EQ(a.entity->buffer().total, 0u);
  EXPECT_EQ(a.pull(), "");
}

TEST_F(AmTx, segments_to_the_grant) {
  a.submit(10, 7);
  EXPECT_EQ(a.pull(2), "");
  EXPECT_EQ(a.pull(6), "900000010203");
  EXPECT_EQ(a.entity->buffer().total, 10u);  // six octets behind a header with SO
  EXPECT_EQ(a.pull(4), "");
  EXPECT_EQ(a.pull(6), "b00000040405");
  EXPECT_EQ(a.pull(9), "e000000606070809");
  EXPECT_EQ(a.statistics().tx_segments, 3u);
  EXPECT_EQ(a.statistics().tx_sdus, 1u);
}

TEST_F(AmTx, segments_with_18_bits) {
  Rlc b(executor, pool, am_config(18));
  b.submit(4, 1);
  EXPECT_EQ(b.pull(5), "9000000001");
  EXPECT_EQ(b.pull(99), "e000000002" "0203");
}

TEST_F(AmTx, reports_the_age_of_the_first_sdu_waiting) {
  a.submit(10, 1);
  run_ms(3);
  a.submit(10, 2);
  run_ms(2);
  EXPECT_EQ(a.entity->buffer().oldest_ns, 5'000'000);
  a.pull(6);
  EXPECT_EQ(a.entity->buffer().oldest_ns, 5'000'000);
  a.pull();
  EXPECT_EQ(a.entity->buffer().oldest_ns, 2'000'000);
  a.pull();
  EXPECT_EQ(a.entity->buffer().oldest_ns, 0);
}

// 5.3.3.2
TEST_F(AmTx, polls_after_poll_pdu_new_pdus) {
  RlcConfig c = config();
  c.poll_pdu = 4;
  Rlc b(executor, pool, c);
  for (uint32_t i = 0; i < 10; ++i) b.submit(2, i);
  std::string polls;
  for (int i = 0; i < 10; ++i) polls += b.pull_bytes(4)[0] & 0x40 ? 'P' : '-';
  EXPECT_EQ(polls, "---P---P-P");
  EXPECT_EQ(b.statistics().tx_polls, 3u);
}

TEST_F(AmTx, polls_after_poll_octets_new_octets) {
  RlcConfig c = config();
  c.poll_octets = 25;
  Rlc b(executor, pool, c);
  b.submit(100, 0);
  std::string polls;
  for (int i = 0; i < 10; ++i) polls += b.pull_bytes(i == 0 ? 12 : 14)[0] & 0x40 ? 'P' : '-';
  EXPECT_EQ(polls, "--P--P--PP");
}

TEST_F(AmTx, does_not_count_retransmissions_towards_the_poll) {
  RlcConfig c = config();
  c.poll_pdu = 3;
  Rlc b(executor, pool, c);
  for (uint32_t i = 0; i < 6; ++i) b.submit(2, i);
  b.pull();
  b.pull();
  b.receive("0002" "80" "0000");  // NACK 0, ACK 2
  EXPECT_EQ(b.pull(), "80000001");  // the retransmission: no poll
  EXPECT_EQ(b.pull(), "c0020001");  // the third new PDU
}

TEST_F(AmTx, polls_when_the_window_is_full_and_stalls) {
  for (uint32_t i = 0; i < 2049; ++i) a.submit(2, i);
  for (uint32_t i = 0; i < 2047; ++i) ASSERT_EQ(a.pull_bytes()[0] & 0x40, 0) << i;
  EXPECT_EQ(a.pull_bytes()[0] & 0x40, 0x40);
  EXPECT_EQ(a.pull(), "");
  EXPECT_GT(a.entity->buffer().total, 0u);
  a.receive("000100");  // ACK_SN 1
  EXPECT_EQ(a.delivered, Ids{0});
  EXPECT_EQ(a.pull(), "c8000001");
}

TEST_F(AmTx, wraps_its_sn) {
  for (int round = 0; round < 5; ++round) {
    send(1000, static_cast<uint32_t>(1000 * round));
    uint32_t ack = static_cast<uint32_t>(1000 * (round + 1)) & 0xfff;
    a.receive(fmt::format("0{:03x}00", ack));
    EXPECT_EQ(a.delivered.size(), 1000u * static_cast<size_t>(round + 1));
  }
  EXPECT_EQ(pool.in_use(), 0u);
  a.submit(1, 1);
  EXPECT_EQ(a.pull(), fmt::format("c{:03x}00", 5000 & 0xfff));
}

// 5.3.3.4
TEST_F(AmTx, retransmits_the_last_sdu_when_t_poll_retransmit_expires) {
  send(3);
  int told = a.data_available;
  run_ms(44);
  EXPECT_EQ(a.pull(), "");
  run_ms(2);
  EXPECT_EQ(a.data_available, told + 1);
  EXPECT_EQ(a.entity->buffer().priority, 4u);
  EXPECT_EQ(a.pull(), "c0020001");
  EXPECT_EQ(a.statistics().poll_timeouts, 1u);
}

TEST_F(AmTx, retransmits_another_sdu_when_the_last_was_acknowledged) {
  send(3);
  a.receive("0003" "80" "0000" );  // NACK 0 and ACK the rest
  EXPECT_EQ(a.pull(), "c0000001");
  run_ms(50);
  EXPECT_EQ(a.pull(), "c0000001");
}

TEST_F(AmTx, only_polls_with_new_data_when_t_poll_retransmit_expires) {
  send(1);
  run_ms(40);
  a.submit(2, 1);
  a.submit(2, 2);
  run_ms(10);
  EXPECT_EQ(a.pull(), "c0010001");  // P though a third PDU follows
  EXPECT_EQ(a.pull(), "c0020001");
}

// 5.3.3.3
TEST_F(AmTx, stops_t_poll_retransmit_when_the_polled_sn_is_reported) {
  send(2);
  a.receive("000200");
  run_ms(100);
  EXPECT_EQ(a.statistics().poll_timeouts, 0u);
  send(2, 2);
  a.receive("000480" "0030");  // NACK 3, which is POLL_SN
  run_ms(100);
  EXPECT_EQ(a.statistics().poll_timeouts, 0u);
}

TEST_F(AmTx, keeps_t_poll_retransmit_when_the_report_ends_before_the_polled_sn) {
  send(3);
  a.receive("000200");
  EXPECT_EQ(a.delivered, (Ids{0, 1}));
  run_ms(50);
  EXPECT_EQ(a.statistics().poll_timeouts, 1u);
}

TEST_F(AmTx, restarts_t_poll_retransmit_with_every_poll) {
  for (uint32_t i = 0; i < 4; ++i) {
    send(1, i);
    run_ms(30);
  }
  EXPECT_EQ(a.statistics().poll_timeouts, 0u);
  run_ms(20);
  EXPECT_EQ(a.statistics().poll_timeouts, 1u);
}

// 5.3.2
TEST_F(AmTx, retransmits_what_is_nacked_before_new_sdus) {
  send(4);
  a.submit(2, 4);
  a.receive("000480" "0018" "0020");  // NACK 1, NACK 2, ACK 4
  EXPECT_EQ(a.delivered, (Ids{0, 3}));
  EXPECT_EQ(a.entity->buffer().priority, 8u);
  EXPECT_EQ(a.entity->buffer().total, 12u);
  EXPECT_EQ(a.pull(), "80010001");
  EXPECT_EQ(a.pull(), "80020001");
  EXPECT_EQ(a.pull(), "c0040001");
  a.receive("000500");
  EXPECT_EQ(a.delivered, (Ids{0, 3, 1, 2, 4}));
  EXPECT_EQ(a.statistics().tx_retransmissions, 2u);
  EXPECT_EQ(a.statistics().rx_nacks, 2u);
}

TEST_F(AmTx, retransmits_only_the_octets_that_are_missing) {
  a.submit(20, 0);
  a.pull();
  a.receive("000180" "00040005000f");          // octets 5 to 15
  EXPECT_EQ(a.entity->buffer().priority, 15u);  // eleven and a header with SO
  EXPECT_EQ(a.pull(99), "f000000505060708090a0b0c0d0e0f");
  a.receive("000180" "0004000fffff");          // 15 to the end
  EXPECT_EQ(a.pull(99), "e000000f0f10111213");
  a.receive("000180" "000400000001");          // 0 to 1
  EXPECT_EQ(a.pull(99), "d0000001");
}

TEST_F(AmTx, segments_a_retransmission_again) {
  a.submit(6, 0);
  a.pull();
  a.receive("000180" "0000");
  EXPECT_EQ(a.pull(5), "9000000102");
  EXPECT_EQ(a.pull(5), "b000000303");
  EXPECT_EQ(a.pull(6), "e00000040405");
  EXPECT_EQ(a.statistics().tx_retransmitted_octets, 6u);
}

TEST_F(AmTx, retransmits_a_range_of_sdus_with_offsets_at_both_ends) {
  for (uint32_t i = 0; i < 4; ++i) a.submit(4, i);
  for (int i = 0; i < 4; ++i) a.pull();
  a.receive("000480" "0006" "00020000" "03");  // from octet 2 of SN 0 to octet 0 of SN 2
  EXPECT_EQ(a.delivered, Ids{3});
  EXPECT_EQ(a.pull(), "a00000020203");
  EXPECT_EQ(a.pull(), "800100010203");
  EXPECT_EQ(a.pull(), "d00200");
}

TEST_F(AmTx, merges_what_several_reports_ask_for) {
  a.submit(20, 0);
  a.pull();
  a.receive("000180" "000400020004");
  a.receive("000180" "000400040008");
  a.receive("000180" "0004000a000b");
  EXPECT_EQ(a.entity->buffer().priority, 4u + 7 + 4 + 2);
  EXPECT_EQ(a.pull(), "b000000202030405060708");
  EXPECT_EQ(a.pull(), "f000000a0a0b");
}

TEST_F(AmTx, drops_a_retransmission_that_was_acknowledged_meanwhile) {
  send(2);
  a.receive("000280" "0000");
  a.receive("000200");
  EXPECT_EQ(a.entity->buffer().total, 0u);
  EXPECT_EQ(a.pull(), "");
  EXPECT_EQ(a.delivered, (Ids{1, 0}));
}

TEST_F(AmTx, does_not_retransmit_what_was_never_sent) {
  a.submit(10, 0);
  a.pull(5);                          // octets 0 to 2
  a.receive("000180" "00040001ffff");  // octet 1 to the end
  EXPECT_EQ(a.pull(99), "b00000010102");
  EXPECT_EQ(a.pull(99), "e000000303040506070809");
  a.receive("000180" "0004000affff");  // behind the end
  EXPECT_EQ(a.pull(99), "");
}

TEST_F(AmTx, does_not_believe_an_acknowledgement_of_a_part_sent) {
  send(1);
  a.submit(10, 1);
  a.pull(5);
  a.receive("000200");
  EXPECT_EQ(a.delivered, Ids{0});
  EXPECT_EQ(a.pull(99), "e001000303040506070809");
}

TEST_F(AmTx, gives_up_after_max_retx_threshold_retransmissions) {
  send(1);
  for (int i = 0; i < 3; ++i) {
    a.receive("000180" "0000");
    EXPECT_EQ(a.max_retransmissions, 0) << i;
    EXPECT_EQ(a.pull(), "c0000001");
  }
  a.receive("000180" "0000");
  EXPECT_EQ(a.max_retransmissions, 1);
  EXPECT_EQ(a.statistics().max_retransmissions, 1u);
}

TEST_F(AmTx, gives_up_when_no_report_ever_comes) {
  send(1);
  for (int i = 0; i < 4; ++i) {
    EXPECT_EQ(a.max_retransmissions, 0);
    run_ms(46);
    a.pull();
  }
  EXPECT_EQ(a.max_retransmissions, 1);
}

TEST_F(AmTx, counts_one_retransmission_for_each_report_and_none_while_it_is_pending) {
  a.submit(20, 0);
  a.pull();
  for (int i = 0; i < 10; ++i) a.receive("000180" "0000");  // pending all the time
  EXPECT_EQ(a.max_retransmissions, 0);
  a.pull();
  for (int i = 0; i < 2; ++i) {
    a.receive("000180" "000c00010002" "000400050006");  // two parts in one report
    a.pull();
    a.pull();
  }
  EXPECT_EQ(a.max_retransmissions, 0);
  a.receive("000180" "000c00010002" "000400050006");
  EXPECT_EQ(a.max_retransmissions, 1);
}

// Reports that cannot be true, or are overtaken.
TEST_F(AmTx, drops_reports_about_what_was_never_sent) {
  send(4);
  for (auto pdu : {"000500", "080000", "000480" "0040", "000480" "0032" "03", "000480" "7ff0"}) {
    a.receive(pdu);
    EXPECT_EQ(a.delivered, Ids{}) << pdu;
  }
  EXPECT_EQ(a.statistics().rx_invalid_status, 5u);
  EXPECT_EQ(a.pull(), "");
}

TEST_F(AmTx, drops_reports_whose_entries_do_not_ascend) {
  send(4);
  a.receive("000480" "0028" "0010");
  EXPECT_EQ(a.statistics().rx_invalid_status, 1u);
  a.receive("000480" "0028" "0020");  // the same SDU twice is two parts
  EXPECT_EQ(a.statistics().rx_status, 1u);
}

TEST_F(AmTx, drops_malformed_control_pdus) {
  send(1);
  for (auto pdu : {"00", "0001", "100100", "000180", "000180" "00", "000180" "000400", "00010000"}) a.receive(pdu);
  EXPECT_EQ(a.delivered, Ids{});
  EXPECT_EQ(a.statistics().rx_malformed + a.statistics().rx_invalid_status, 7u);
}

TEST_F(AmTx, ignores_nacks_of_a_report_that_was_overtaken) {
  send(4);
  a.receive("000400");
  a.receive("000480" "0020");
  EXPECT_EQ(a.pull(), "");
  a.receive("000280" "0000");
  EXPECT_EQ(a.statistics().rx_invalid_status, 1u);
  EXPECT_EQ(a.delivered.size(), 4u);
  send(2, 4);
  a.receive("000480" "0000");  // as if 0 were missing still: nothing to do
  a.receive("000600");
  EXPECT_EQ(a.delivered.size(), 6u);
}

TEST_F(AmTx, ignores_a_nack_of_what_was_acknowledged_behind_a_hole) {
  send(3);
  a.receive("000380" "0000");         // 1 and 2 are there
  a.receive("000380" "0008" "0010");  // 1 is missing after all?
  EXPECT_EQ(a.pull(), "c0000001");
  EXPECT_EQ(a.pull(), "");
}

// 5.4
TEST_F(AmTx, discards_what_was_not_sent_without_a_gap_in_the_sns) {
  for (uint32_t id : {10u, 11u, 12u, 13u}) a.submit(4, id);
  a.pull(4);
  EXPECT_FALSE(a.entity->discard(10));  // a segment is under way
  EXPECT_TRUE(a.entity->discard(12));
  EXPECT_TRUE(a.entity->discard(11));
  EXPECT_FALSE(a.entity->discard(11));
  EXPECT_FALSE(a.entity->discard(99));
  EXPECT_EQ(a.entity->buffer().total, 2u + 4 + 4 + 2);
  EXPECT_EQ(a.pull(), "a00000020203");
  EXPECT_EQ(a.pull(), "c00100010203");
  EXPECT_FALSE(a.entity->discard(13));
  EXPECT_EQ(a.statistics().tx_discarded, 2u);
}

TEST_F(AmTx, finds_ids_across_their_wrap_and_between_sdus_without_id) {
  for (uint32_t id : {0xfffffffdu, 0xfffffffeu, RlcEntity::no_id, 0u, RlcEntity::no_id, 1u}) a.submit(1, id);
  EXPECT_FALSE(a.entity->discard(RlcEntity::no_id));
  EXPECT_TRUE(a.entity->discard(0));
  EXPECT_TRUE(a.entity->discard(1));
  EXPECT_TRUE(a.entity->discard(0xfffffffe));
  EXPECT_TRUE(a.entity->discard(0xfffffffd));
  EXPECT_EQ(a.entity->buffer().total, 6u);
  a.pull();
  a.pull();
  EXPECT_EQ(a.pull(), "");
  a.receive("000200");
  EXPECT_EQ(a.delivered, Ids{});
  EXPECT_EQ(a.statistics().tx_delivered, 2u);
}

TEST_F(AmTx, finds_an_id_behind_sdus_without_id) {
  for (uint32_t id : {RlcEntity::no_id, RlcEntity::no_id, 0x90000000u, RlcEntity::no_id, 0x90000001u, RlcEntity::no_id}) a.submit(1, id);
  EXPECT_FALSE(a.entity->discard(0x90000002));
  EXPECT_FALSE(a.entity->discard(0x8fffffff));
  EXPECT_TRUE(a.entity->discard(0x90000001));
  EXPECT_TRUE(a.entity->discard(0x90000000));
  for (int i = 0; i < 4; ++i) EXPECT_EQ(a.pull_bytes().size(), 3u);
  EXPECT_EQ(a.pull(), "");
}

TEST_F(AmTx, refuses_sdus_beyond_its_queue) {
  PacketPool many(limit::rlc_queued_sdus + 1, 16);
  for (uint32_t i = 0; i < limit::rlc_queued_sdus; ++i) ASSERT_TRUE(a.entity->submit(many.take(1), i));
  EXPECT_FALSE(a.entity->submit(many.take(1), 99999));
  EXPECT_EQ(a.statistics().tx_refused_sdus, 1u);
  a.pull();
  EXPECT_TRUE(a.entity->submit(many.take(1), 99999));
}

// 5.1.2
TEST_F(AmTx, starts_anew_when_reestablished) {
  send(3);
  a.receive("000380" "0000");
  a.submit(10, 9);
  a.pull(5);
  a.submit(10, 10);
  a.entity->reestablish();
  EXPECT_EQ(pool.in_use(), 0u);
  EXPECT_EQ(a.entity->buffer().total, 0u);
  EXPECT_EQ(a.pull(), "");
  run_ms(100);
  EXPECT_EQ(a.statistics().poll_timeouts, 0u);
  a.submit(2, 0);
  EXPECT_EQ(a.pull(), "c0000001");
  a.delivered.clear();
  a.receive("000100");
  EXPECT_EQ(a.delivered, Ids{0});
}

TEST_F(AmTx, tells_of_data_when_there_was_none) {
  a.submit(2, 0);
  a.submit(2, 1);
  EXPECT_EQ(a.data_available, 1);
  a.pull();
  a.pull();
  a.receive("000280" "0000");
  EXPECT_EQ(a.data_available, 2);
  a.receive("000280" "0000");
  EXPECT_EQ(a.data_available, 2);
}

TEST_F(AmTx, takes_new_parameters_but_another_sn_size_only_when_reestablished) {
  send(1);
  RlcConfig c = config();
  c.poll_pdu = 1;
  EXPECT_TRUE(a.entity->reconfigure(c));
  a.submit(2, 1);
  a.submit(2, 2);
  EXPECT_EQ(a.pull(), "c0010001");
  EXPECT_FALSE(a.entity->reconfigure(am_config(18)));
  EXPECT_FALSE(a.entity->reconfigure(um_config(12)));
  a.entity->reestablish();
  EXPECT_TRUE(a.entity->reconfigure(am_config(18)));
  a.submit(2, 3);
  EXPECT_EQ(a.pull(), "c000000001");
}

TEST(RlcConfiguration, is_refused_with_the_parameter_named) {
  World world;
  auto refused = [&](const RlcConfig& config) {
    auto made = make_rlc(world.executor, world.pool, config, {});
    return made ? std::string() : made.error().where;
  };
  EXPECT_EQ(refused(am_config(6)), "sn-FieldLength");
  EXPECT_EQ(refused(um_config(18)), "sn-FieldLength");
  RlcConfig config = am_config(12);
  config.max_retx_threshold = 0;
  EXPECT_EQ(refused(config), "maxRetxThreshold");
  config = am_config(12);
  config.rx = false;
  EXPECT_EQ(refused(config), "rlc-Config");
  config = um_config(6);
  config.tx = config.rx = false;
  EXPECT_EQ(refused(config), "rlc-Config");
  EXPECT_EQ(refused(am_config(18)), "");
}

}  // namespace sen::l2
