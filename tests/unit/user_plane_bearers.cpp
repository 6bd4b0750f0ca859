#include "crypto/cipher.h"
#include "tests/unit/user_plane_world.h"

using namespace sen;
using namespace sen::l2;
using namespace sen::l2::test;

namespace {

Bytes text(std::string_view s) { return Bytes(s.begin(), s.end()); }

}  // namespace

TEST(UserPlane, carries_ccch_messages_unprotected) {
  World w;
  w.both([](UserPlane& up) { World::ok(up.set_rlc({0, {true, 0}, {.mode = RlcMode::tm}})); });
  EXPECT_TRUE(w.ue.up.send_rrc(0, text("request")));
  w.run(2);
  ASSERT_EQ(w.gnb.messages.size(), 1u);
  EXPECT_EQ(w.gnb.messages[0], (Node::Message{0, text("request"), false}));
}

TEST(UserPlane, verifies_the_message_that_brings_its_own_security) {  // TS 38.331 5.3.4.3
  World w;
  w.add_srb(1);
  EXPECT_TRUE(w.gnb.up.send_rrc(1, text("setup")));
  w.run(2);
  auto security = w.security(2, 2);
  w.gnb.up.set_security(security);
  w.gnb.up.set_srb_protection(true, {.integrity = true});
  w.gnb.up.set_srb_protection(false, {.integrity = true});
  EXPECT_TRUE(w.gnb.up.send_rrc(1, text("security mode command")));
  w.run(3);
  ASSERT_EQ(w.ue.messages.size(), 2u);
  EXPECT_FALSE(w.ue.messages[1].verified);
  w.ue.up.set_security(w.security(2, 2));
  EXPECT_FALSE(w.ue.up.verify_last_rrc(1));
  w.ue.up.set_security(security);
  EXPECT_TRUE(w.ue.up.verify_last_rrc(1));
  w.ue.up.set_srb_protection(false, {.integrity = true, .ciphering = true});
  w.ue.up.set_srb_protection(true, {.integrity = true});
  EXPECT_TRUE(w.ue.up.send_rrc(1, text("security mode complete")));
  w.ue.up.set_srb_protection(true, {.integrity = true, .ciphering = true});
  w.run(3);
  ASSERT_EQ(w.gnb.messages.size(), 1u);
  EXPECT_EQ(w.gnb.messages[0], (Node::Message{1, text("security mode complete"), true}));
  w.both([](UserPlane& up) {
    for (bool tx : {false, true}) up.set_srb_protection(tx, {true, true});
  });
  EXPECT_TRUE(w.gnb.up.send_rrc(1, text("capability enquiry")));
  w.run(3);
  ASSERT_EQ(w.ue.messages.size(), 3u);
  EXPECT_EQ(w.ue.messages[2], (Node::Message{1, text("capability enquiry"), true}));
}

TEST(UserPlane, gnb_takes_unprotected_messages_until_the_first_that_verifies) {
  World w;
  w.add_srb(1);
  auto security = w.security(2, 2);
  w.both([&](UserPlane& up) { up.set_security(security); });
  w.gnb.up.set_srb_protection(true, {.integrity = true});
  w.gnb.up.set_srb_protection(false, {.from_verified = true});
  EXPECT_TRUE(w.ue.up.send_rrc(1, text("before")));
  w.ue.up.set_srb_protection(true, {.integrity = true});
  EXPECT_TRUE(w.ue.up.send_rrc(1, text("complete")));
  w.ue.up.set_srb_protection(true, {.integrity = true, .ciphering = true});
  EXPECT_TRUE(w.ue.up.send_rrc(1, text("after")));
  w.run(3);
  EXPECT_EQ(w.gnb.messages,
            (std::vector<Node::Message>{{1, text("before"), false}, {1, text("complete"), true}, {1, text("after"), true}}));
  w.add_srb(2);
  w.ue.up.set_srb_protection(true, {.integrity = true, .ciphering = true});
  EXPECT_TRUE(w.ue.up.send_rrc(2, text("SRB2")));
  w.ue.up.set_srb_protection(true, {});
  EXPECT_TRUE(w.ue.up.send_rrc(1, text("unprotected")));
  w.run(3);
  EXPECT_EQ(w.gnb.messages.size(), 4u);
  EXPECT_EQ(w.gnb.messages.back(), (Node::Message{2, text("SRB2"), true}));
  EXPECT_EQ(w.gnb.failures.size(), 1u);
}

TEST(UserPlane, rrc_may_change_everything_from_its_ports) {
  World w;
  std::vector<Bytes> seen;
  UserPlane* up = nullptr;
  UserPlane node(w.executor, w.pool, Side::ue, {.rrc = [&](uint8_t, Bytes pdu, bool) {
                   seen.push_back(std::move(pdu));
                   up->reestablish_pdcp({true, 1});
                   up->reestablish_rlc(1);
                   up->clear();
                 }});
  up = &node;
  World::ok(apply(node, {.srbs = {{1, {}}}, .rlcs = {{1, {true, 1}, {}}}}));
  node.receive(1, Bytes{0xc0, 0, 0x00, 0, 'a', 0, 0, 0, 0});
  EXPECT_EQ(seen, (std::vector<Bytes>{text("a")}));
  node.receive(1, Bytes{0xc0, 1, 0x00, 1, 'b', 0, 0, 0, 0});
  EXPECT_EQ(seen.size(), 1u);
  EXPECT_EQ(node.statistics().rx_unknown_lcid, 1u);
}

TEST(UserPlane, srb_integrity_failure_is_told_to_rrc) {
  World w;
  w.add_srb(1);
  w.secure(w.security(2, 2));
  w.gnb.up.set_security(w.security(2, 2));
  w.gnb.up.set_srb_protection(true, {true, true});
  EXPECT_TRUE(w.gnb.up.send_rrc(1, text("forged")));
  w.run(3);
  EXPECT_TRUE(w.ue.messages.empty());
  ASSERT_EQ(w.ue.failures.size(), 1u);
  EXPECT_EQ(w.ue.failures[0], (std::pair<Failure, BearerId>{Failure::integrity, {true, 1}}));
}

TEST(UserPlane, short_mac_i_is_the_end_of_the_mac_with_all_ones_inputs) {
  World w;
  auto security = w.security(2, 2);
  w.both([&](UserPlane& up) { up.set_security(security); });
  Bytes input = w.random.bytes(12);
  uint32_t mac =
      crypto::IntegrityKey(crypto::IntegrityAlgorithm::nia2, security.rrc_int).mac(0xffffffff, 31, crypto::Direction::downlink, input);
  EXPECT_EQ(w.gnb.up.short_mac_i(input), mac & 0xffff);
  EXPECT_EQ(w.ue.up.short_mac_i(input), mac & 0xffff);
}

TEST(UserPlane, refuses_configurations_that_the_standard_forbids) {
  World w;
  auto text_of = [](const Status& s) { return s ? std::string() : s.error().describe(); };
  UserPlane& up = w.gnb.up;
  EXPECT_EQ(text_of(up.set_rlc({4, {true, 1}, {}})), "LCID 4 for SRB1: SRB0 to SRB3 have LCID 0 to 3");
  EXPECT_EQ(text_of(up.set_rlc({3, {false, 1}, {}})), "LCID 3 for DRB1: a DRB's LCID is 4 to 32");
  EXPECT_EQ(text_of(up.set_srb({1, {.tx_sn_bits = 18}})), "SRB1: pdcp-SN-Size 18 (an SRB's is 12)");
  EXPECT_EQ(text_of(up.set_drb({1, {.discard_ms = 3000}, World::flow(9)})), "DRB1: discardTimer 3000 ms (1 to 2000, or infinity)");
  EXPECT_EQ(text_of(up.set_drb({33, {}, World::flow(9)})), "drb-Identity: 33 (1 to 32)");
  SdapConfig sdap = World::flow(9);
  sdap.session = 16;
  EXPECT_EQ(text_of(up.set_drb({1, {}, sdap})), "DRB1: pdu-Session 16 (1 to 15)");
  w.add_drb(1, {}, {}, World::flow(9));
  EXPECT_EQ(text_of(up.set_drb({1, {.tx_sn_bits = 18, .rx_sn_bits = 18}, World::flow(9)})),
            "DRB1: pdcp-SN-Size may not change (release and add the bearer)");
  EXPECT_EQ(text_of(up.set_drb({1, {.integrity = true}, World::flow(9)})), "DRB1: integrityProtection may not change");
  EXPECT_EQ(text_of(up.set_rlc({5, {false, 1}, {}})), "DRB1: has LCID 4 already; split bearers and duplication are not offered");
  EXPECT_EQ(text_of(up.set_drb({2, {}, World::flow(9)})), "DRB2 SDAP-Config: QFI 9 is mapped to DRB1 already");
  EXPECT_EQ(text_of(up.set_drb({2, {}, World::flow(10)})), "DRB2 SDAP-Config: defaultDRB: DRB1 is the session's already");
}

TEST(UserPlane, refuses_packets_without_session_and_pdus_without_channel) {
  World w;
  EXPECT_FALSE(w.gnb.up.send_packet(session, 9, w.packet(text("x"))));
  EXPECT_FALSE(w.gnb.up.send_packet(200, 9, w.packet(text("x"))));
  EXPECT_FALSE(w.gnb.up.send_rrc(1, text("x")));
  EXPECT_FALSE(w.gnb.up.send_rrc(200, text("x")));
  w.gnb.up.receive(7, text("x"));
  w.gnb.up.receive(200, text("x"));
  EXPECT_EQ(w.gnb.up.statistics().tx_no_bearer, 4u);
  EXPECT_EQ(w.gnb.up.statistics().rx_unknown_lcid, 2u);
  EXPECT_EQ(w.gnb.up.pull(200, {}), 0u);
  EXPECT_EQ(w.gnb.up.buffer(200).total, 0u);
}

TEST(UserPlane, several_drbs_of_a_session_and_of_two_sessions) {
  World w;
  w.secure(w.security(2, 2));
  w.add_drb(1, {}, {}, World::flow(9));
  w.add_drb(2, {.mode = RlcMode::um}, {}, World::flow(5, false));
  SdapConfig other = World::flow(1);
  other.session = 6;
  w.add_drb(3, {}, {}, other);
  EXPECT_TRUE(w.gnb.up.send_packet(session, 9, w.packet(text("nine"))));
  EXPECT_TRUE(w.gnb.up.send_packet(session, 5, w.packet(text("five"))));
  EXPECT_TRUE(w.gnb.up.send_packet(6, 1, w.packet(text("other"))));
  EXPECT_EQ(w.gnb.available, (std::vector<Lcid>{4, 5, 6}));
  w.run(3);
  EXPECT_EQ(w.ue.packets, (std::vector<Bytes>{text("nine"), text("five"), text("other")}));
  EXPECT_EQ(w.ue.qfis, (std::vector<Qfi>{9, 5, 1}));
  w.both([](UserPlane& up) {
    up.remove_rlc(6);
    up.remove_drb(3);
  });
  EXPECT_FALSE(w.gnb.up.send_packet(6, 1, w.packet(text("other"))));
  EXPECT_TRUE(w.ue.up.send_packet(session, 63, w.packet(text("default"))));
  w.run(3);
  EXPECT_EQ(w.gnb.packets, (std::vector<Bytes>{text("default")}));
  EXPECT_EQ(w.gnb.qfis, (std::vector<Qfi>{63}));
}

TEST(UserPlane, reflective_mapping_moves_the_uplink_and_marks_its_end) {  // TS 37.324 5.3.2
  World w;
  w.add_drb(1, {}, {}, World::flow(9));
  w.add_drb(2, {}, {}, World::flow(5, false));
  EXPECT_EQ(w.ue.up.drb_of(session, 7), 1);
  w.gnb.up.remove_drb(2);
  SdapConfig moved = World::flow(7, false);
  World::ok(w.gnb.up.set_drb({2, {}, moved}));
  EXPECT_TRUE(w.gnb.up.send_packet(session, 7, w.packet(text("down")), true));
  w.run(3);
  EXPECT_EQ(w.ue.reflective, (std::vector<Qfi>{7}));
  EXPECT_EQ(w.ue.up.drb_of(session, 7), 2);
  EXPECT_EQ(w.gnb.up.statistics().sessions.at(0).sdap.rx_end_markers, 2u) << "of flow 5 when DRB2 came, of flow 7 now";
  EXPECT_TRUE(w.gnb.packets.empty());
}

TEST(UserPlane, suspended_bearers_send_nothing_until_resumed) {
  World w;
  w.add_srb(1), w.add_srb(2);
  w.add_drb(1, {}, {}, World::flow(9));
  w.both([](UserPlane& up) { up.suspend(true); });
  EXPECT_TRUE(w.gnb.up.send_packet(session, 9, w.packet(text("user"))));
  EXPECT_TRUE(w.gnb.up.send_rrc(1, text("one")));
  EXPECT_TRUE(w.gnb.up.send_rrc(2, text("two")));
  EXPECT_EQ(w.gnb.up.buffer(4).total, 0u);
  w.run(5);
  EXPECT_EQ(w.ue.messages.size(), 1u);
  EXPECT_TRUE(w.ue.packets.empty());
  w.gnb.available.clear();
  w.both([](UserPlane& up) { up.suspend(false); });
  EXPECT_EQ(w.gnb.available, (std::vector<Lcid>{2, 4}));
  w.run(5);
  EXPECT_EQ(w.ue.messages.size(), 2u);
  EXPECT_EQ(w.ue.packets.size(), 1u);
}

TEST(UserPlane, count_moves_to_another_gnb) {
  World w;
  auto security = w.security(2, 2);
  w.both([&](UserPlane& up) { up.set_security(security); });
  w.add_drb(1, {}, {.integrity = true}, World::flow(9));
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(w.gnb.up.send_packet(session, 9, w.packet(text("down"))));
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(w.ue.up.send_packet(session, 9, w.packet(text("up"))));
  w.run(20);
  auto count = w.gnb.up.count(1);
  ASSERT_TRUE(count);
  EXPECT_EQ(count->next_tx, 5u);
  EXPECT_EQ(count->next_rx, 3u);
  EXPECT_FALSE(w.gnb.up.count(2));
  w.gnb.up.clear();
  w.gnb.up.set_security(security);
  World::ok(w.gnb.up.set_rlc({4, {false, 1}, {}}));
  World::ok(w.gnb.up.set_drb({1, {.integrity = true}, World::flow(9)}));
  World::ok(w.gnb.up.set_count(1, *count));
  w.ue.up.reestablish_rlc(4);
  EXPECT_TRUE(w.gnb.up.send_packet(session, 9, w.packet(text("from the target"))));
  EXPECT_TRUE(w.ue.up.send_packet(session, 9, w.packet(text("to the target"))));
  w.run(5);
  EXPECT_EQ(w.ue.packets.back(), text("from the target"));
  EXPECT_EQ(w.gnb.packets.back(), text("to the target"));
}

TEST(UserPlane, rlc_failure_is_told_to_rrc) {
  World w;
  w.add_drb(1, {.t_poll_retransmit_ms = 5, .max_retx_threshold = 1}, {}, World::flow(9));
  w.pipe.loss = 1;
  EXPECT_TRUE(w.gnb.up.send_packet(session, 9, w.packet(text("lost"))));
  w.run(100);
  ASSERT_FALSE(w.gnb.failures.empty());
  EXPECT_EQ(w.gnb.failures[0], (std::pair<Failure, BearerId>{Failure::max_retransmissions, {false, 1}}));
}

TEST(UserPlane, buffer_status_covers_what_pull_gives) {
  World w;
  w.secure(w.security(2, 2));
  w.add_drb(1, {.tx_sn_bits = 18, .rx_sn_bits = 18}, {.tx_sn_bits = 18, .rx_sn_bits = 18, .integrity = true}, World::flow(9));
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(w.gnb.up.send_packet(session, 9, w.packet(w.random.bytes(1400))));
  w.executor.run_for(std::chrono::milliseconds(7));
  auto status = w.gnb.up.buffer(4);
  EXPECT_EQ(status.total, 10u * (1400 + 1 + 3 + 4 + 3));
  EXPECT_EQ(status.oldest_ns, 7000000);
  Bytes room(20000);
  size_t octets = 0, pdus = 0;
  for (size_t n; (n = w.gnb.up.pull(4, room)) > 0; ++pdus) octets += n;
  EXPECT_EQ(pdus, 10u);
  EXPECT_EQ(octets, status.total);
  EXPECT_EQ(w.gnb.up.statistics().channels.at(0).rlc.tx_polls, 1u) << "only the last PDU polls";
}

TEST(UserPlane, taps_see_both_layers) {
  World w;
  w.add_drb(1, {}, {}, World::flow(9));
  std::vector<std::string> seen;
  w.gnb.up.set_taps({.pdu = [&](Taps::Layer layer, bool tx, Lcid lcid, BearerId, const RlcConfig&, const PdcpConfig* pdcp, ByteView pdu) {
    EXPECT_TRUE(pdcp);
    seen.push_back(fmt::format("{} {} {} {}", layer == Taps::Layer::rlc ? "rlc" : "pdcp", tx ? "tx" : "rx", lcid, pdu.size()));
  }});
  EXPECT_TRUE(w.gnb.up.send_packet(session, 9, w.packet(text("12345"))));
  EXPECT_TRUE(w.ue.up.send_packet(session, 9, w.packet(text("123"))));
  w.run(3);
  EXPECT_EQ(seen.at(0), "pdcp tx 4 8");
  EXPECT_EQ(seen.at(1), "rlc tx 4 10");
  EXPECT_NE(std::find(seen.begin(), seen.end(), "rlc rx 4 8"), seen.end());
  EXPECT_NE(std::find(seen.begin(), seen.end(), "pdcp rx 4 6"), seen.end());
}
