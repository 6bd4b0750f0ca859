#include "base/packet.h"

#include <gtest/gtest.h>

#include <thread>

using namespace sen;

TEST(Packet, has_headroom_for_outer_headers) {
  PacketPool pool(4);
  Packet p = pool.copy(Bytes{1, 2, 3});
  ASSERT_TRUE(p);
  EXPECT_GE(p.headroom(), 128u);
  ASSERT_TRUE(p.prepend(2));
  p.data()[0] = 9;
  p.data()[1] = 8;
  EXPECT_EQ(Bytes(p.view().begin(), p.view().end()), (Bytes{9, 8, 1, 2, 3}));
  EXPECT_TRUE(p.trim_front(4));
  EXPECT_FALSE(p.trim_front(2));
  EXPECT_EQ(p.size(), 1u);
}

TEST(Packet, refuses_what_does_not_fit) {
  PacketPool pool(1, 100);
  EXPECT_FALSE(pool.take(101));
  Packet p = pool.take(100);
  ASSERT_TRUE(p);
  EXPECT_FALSE(p.append(1));
  EXPECT_FALSE(p.prepend(129));
}

TEST(PacketPool, refuses_beyond_its_limit_and_reuses) {
  PacketPool pool(2);
  Packet a = pool.take(1);
  Packet b = pool.take(1);
  EXPECT_FALSE(pool.take(1));
  EXPECT_EQ(pool.in_use(), 2u);
  a = {};
  EXPECT_TRUE(pool.take(1));
  EXPECT_EQ(pool.in_use(), 1u);
}

TEST(PacketPool, may_die_before_its_packets) {
  auto pool = std::make_unique<PacketPool>(2);
  Packet p = pool->copy(Bytes{5});
  pool.reset();
  EXPECT_EQ(p.data()[0], 5);
}

TEST(PacketPool, takes_back_packets_from_another_thread) {
  PacketPool pool(64);
  for (int round = 0; round < 100; ++round) {
    std::vector<Packet> packets;
    while (Packet p = pool.take(10)) packets.push_back(std::move(p));
    ASSERT_EQ(packets.size(), 64u);
    std::thread([&] { packets.clear(); }).join();
  }
  EXPECT_EQ(pool.in_use(), 0u);
}
