// Transparent mode (TS 38.322 5.2.1).
#include "tests/unit/rlc_world.h"

namespace sen::l2 {

namespace {
struct Tm : testing::Test, World {
  RlcConfig config() {
    RlcConfig c;
    c.mode = RlcMode::tm;
    return c;
  }
  Rlc a{executor, pool, config()};
};
}  // namespace

TEST_F(Tm, sends_an_sdu_as_it_is) {
  EXPECT_TRUE(a.submit(ByteView(hex("010203")), 1));
  EXPECT_EQ(a.data_available, 1);
  EXPECT_EQ(a.entity->buffer().total, 3u);
  EXPECT_EQ(a.pull(), "010203");
  EXPECT_EQ(a.pull(), "");
  EXPECT_EQ(a.entity->buffer().total, 0u);
}

TEST_F(Tm, never_segments) {
  a.submit(6, 1);
  EXPECT_EQ(a.pull(5), "");
  EXPECT_EQ(a.pull(6), "000102030405");
}

TEST_F(Tm, delivers_a_pdu_as_it_is) {
  a.receive("a1a2");
  EXPECT_EQ(a.take_sdu(), "a1a2");
  a.receive("");
  EXPECT_EQ(a.take_sdu(), "none");
  EXPECT_EQ(a.statistics().rx_malformed, 1u);
}

TEST_F(Tm, drops_what_is_discarded_or_reestablished) {
  a.submit(3, 1);
  a.submit(4, 2);
  EXPECT_TRUE(a.entity->discard(1));
  EXPECT_FALSE(a.entity->discard(1));
  EXPECT_EQ(a.entity->buffer().total, 4u);
  a.entity->reestablish();
  EXPECT_EQ(a.pull(), "");
}

TEST_F(Tm, counts_what_the_packet_pool_cannot_hold) {
  PacketPool small(1, 100);
  Rlc b(executor, small, config());
  Packet only = small.take(1);
  b.receive("01");
  EXPECT_EQ(b.statistics().rx_no_buffer, 1u);
}

}  // namespace sen::l2
