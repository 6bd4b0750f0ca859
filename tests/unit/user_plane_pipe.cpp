// Properties of the whole user plane: two of them through a pipe that loses, reorders and repeats.
#include "tests/unit/user_plane_world.h"

using namespace sen;
using namespace sen::l2;
using namespace sen::l2::test;

namespace {

RlcConfig am(uint8_t bits) {
  return {.mode = RlcMode::am,
          .tx_sn_bits = bits,
          .rx_sn_bits = bits,
          .t_reassembly_ms = 10,
          .t_poll_retransmit_ms = 20,
          .poll_pdu = 16,
          .max_retx_threshold = 32};
}
RlcConfig um(uint8_t bits) { return {.mode = RlcMode::um, .tx_sn_bits = bits, .rx_sn_bits = bits, .t_reassembly_ms = 10}; }

Bytes numbered(uint32_t n, size_t size) {
  Bytes out(size, static_cast<uint8_t>(n));
  for (int i = 0; i < 4; ++i) out[static_cast<size_t>(i)] = static_cast<uint8_t>(n >> (24 - 8 * i));
  return out;
}
uint32_t number_of(const Bytes& b) { return uint32_t{b[0]} << 24 | uint32_t{b[1]} << 16 | uint32_t{b[2]} << 8 | b[3]; }

// Sends packets of random size both ways, a few a slot.
struct Traffic {
  World& w;
  uint32_t next = 0;
  std::vector<Bytes> sent;
  void slots(int n, int per_slot) {
    for (int i = 0; i < n; ++i) {
      for (int k = 0; k < per_slot; ++k) {
        sent.push_back(numbered(next++, w.random.between(4, 1400)));
        EXPECT_TRUE(w.gnb.up.send_packet(session, 9, w.packet(sent.back())));
        EXPECT_TRUE(w.ue.up.send_packet(session, 9, w.packet(sent.back())));
      }
      w.slot();
    }
  }
};

struct Case {
  uint8_t nea, nia, sn_bits;
  bool integrity;
  uint64_t seed;
};

PdcpConfig pdcp_of(const Case& c) {
  return {
      .tx_sn_bits = c.sn_bits, .rx_sn_bits = c.sn_bits, .t_reordering_ms = 3000, .integrity = c.integrity, .status_report_required = true};
}

}  // namespace

class LossyPipe : public testing::TestWithParam<Case> {};

TEST_P(LossyPipe, am_drb_loses_nothing_and_keeps_the_order) {
  const Case& c = GetParam();
  World w(c.seed);
  w.pipe = {.loss = 0.2, .repeat = 0.05, .delay_slots = 4};
  w.both([s = w.security(c.nea, c.nia)](UserPlane& up) { up.set_security(s); });
  w.add_drb(1, am(c.sn_bits), pdcp_of(c), World::flow(9));
  Traffic t{w};
  t.slots(300, 2);
  w.run(1500);
  EXPECT_TRUE(w.ue.packets == t.sent) << w.ue.packets.size() << " of " << t.sent.size();
  EXPECT_TRUE(w.gnb.packets == t.sent) << w.gnb.packets.size() << " of " << t.sent.size();
  EXPECT_TRUE(w.gnb.failures.empty() && w.ue.failures.empty());
}

TEST_P(LossyPipe, am_drb_loses_nothing_over_reestablishment_with_new_keys_and_recovery) {
  const Case& c = GetParam();
  World w(c.seed);
  w.pipe = {.loss = 0.2, .repeat = 0.05, .delay_slots = 4};
  auto first = w.security(c.nea, c.nia), second = w.security(c.nea, c.nia);
  w.both([&](UserPlane& up) { up.set_security(first); });
  w.add_drb(1, am(c.sn_bits), pdcp_of(c), World::flow(9));
  Traffic t{w};
  for (int round = 0; round < 6; ++round) {
    t.slots(60, 2);
    w.drop_in_flight();
    bool rlc_first = round % 2 == 0, recovery = round % 3 == 2;
    w.both([&](UserPlane& up) {
      up.set_security(round % 2 ? first : second);
      if (rlc_first) up.reestablish_rlc(4);
      if (recovery) {
        if (!rlc_first) up.reestablish_rlc(4);
        up.recover_pdcp(1);
      } else {
        up.reestablish_pdcp({false, 1});
        if (!rlc_first) up.reestablish_rlc(4);
      }
    });
  }
  w.run(1500);
  EXPECT_TRUE(w.ue.packets == t.sent) << w.ue.packets.size() << " of " << t.sent.size();
  EXPECT_TRUE(w.gnb.packets == t.sent) << w.gnb.packets.size() << " of " << t.sent.size();
  EXPECT_GT(World::pdcp(w.gnb, {false, 1}).tx_retransmissions, 0u);
  EXPECT_GT(World::pdcp(w.gnb, {false, 1}).rx_status_reports, 0u);
  EXPECT_EQ(World::pdcp(w.gnb, {false, 1}).dropped(PdcpDrop::integrity), 0u);
}

TEST_P(LossyPipe, um_drb_delivers_in_order_what_was_not_lost) {
  const Case& c = GetParam();
  World w(c.seed);
  w.pipe = {.loss = 0.1, .repeat = 0.05, .delay_slots = 1};
  w.grant_octets = 12000;
  w.both([s = w.security(c.nea, c.nia)](UserPlane& up) { up.set_security(s); });
  PdcpConfig pdcp = pdcp_of(c);
  pdcp.status_report_required = false;
  pdcp.t_reordering_ms = 30;
  w.add_drb(1, um(12), pdcp, World::flow(9));
  Traffic t{w};
  t.slots(500, 2);
  w.run(300);
  for (const Node* node : {&w.gnb, &w.ue}) {
    EXPECT_GT(node->packets.size(), t.sent.size() / 2);
    EXPECT_LT(node->packets.size(), t.sent.size());
    for (size_t i = 0; i < node->packets.size(); ++i) {
      uint32_t n = number_of(node->packets[i]);
      ASSERT_LT(n, t.sent.size());
      EXPECT_EQ(node->packets[i], t.sent[n]);
      EXPECT_TRUE(i == 0 || n > number_of(node->packets[i - 1]));
    }
    EXPECT_EQ(World::pdcp(*node, {false, 1}).dropped(PdcpDrop::integrity), 0u);
  }
}

TEST_P(LossyPipe, srb_messages_arrive_verified_and_in_order) {
  const Case& c = GetParam();
  World w(c.seed);
  w.pipe = {.loss = 0.2, .repeat = 0.05, .delay_slots = 4};
  w.both([](UserPlane& up) {
    RlcConfig rlc{.t_reassembly_ms = 10, .t_poll_retransmit_ms = 20, .max_retx_threshold = 32};
    World::ok(up.set_rlc({1, {true, 1}, rlc}));
    World::ok(up.set_srb({1, {}}));
  });
  w.secure(w.security(c.nea, c.nia));
  std::vector<Node::Message> sent;
  for (uint32_t i = 0; i < 100; ++i) {
    sent.push_back({1, numbered(i, w.random.between(4, 1500)), true});
    EXPECT_TRUE(w.gnb.up.send_rrc(1, sent.back().pdu, 1000 + i));
    EXPECT_TRUE(w.ue.up.send_rrc(1, sent.back().pdu));
    w.run(2);
  }
  w.run(1500);
  EXPECT_TRUE(w.ue.messages == sent);
  EXPECT_TRUE(w.gnb.messages == sent);
  ASSERT_EQ(w.gnb.delivered.size(), 100u);
  std::sort(w.gnb.delivered.begin(), w.gnb.delivered.end());
  EXPECT_EQ(w.gnb.delivered.front(), (std::pair<uint8_t, uint32_t>{1, 1000}));
  EXPECT_EQ(w.gnb.delivered.back(), (std::pair<uint8_t, uint32_t>{1, 1099}));
}

INSTANTIATE_TEST_SUITE_P(Algorithms, LossyPipe,
                         testing::Values(Case{0, 0, 12, false, 1}, Case{1, 1, 12, true, 2}, Case{2, 2, 18, true, 3},
                                         Case{3, 3, 18, true, 4}, Case{2, 2, 12, false, 5}, Case{2, 2, 12, true, 6},
                                         Case{0, 2, 18, true, 7}));
