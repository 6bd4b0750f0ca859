#include "core/upf/io/data_network.h"

#include <gtest/gtest.h>

#include "base/pcap.h"

using namespace sen;
using namespace sen::upf;

namespace {

Endpoint at(const char* address, uint16_t port) { return {IpAddress::parse(address).value(), port}; }

struct Behind {
  ManualExecutor executor;
  Counters counters;
  PacketPool pool{256};
  std::vector<Bytes> out;
  DataNetwork network{executor, counters, pool, [this](Packet p) { out.emplace_back(p.view().begin(), p.view().end()); }};

  void send(const Bytes& ip) { network.received(pool.copy(ip)); }
  void udp(uint16_t port, std::string_view payload, bool v6 = false) {
    send(v6 ? udp_datagram(as_bytes(payload), at("2001:db8:cafe:1::1", 5000), at("2001:db8::7", port))
            : udp_datagram(as_bytes(payload), at("10.45.0.2", 5000), at("10.45.0.1", port)));
  }
};

uint16_t verify_udp(const Bytes& ip) {
  bool v6 = ip[0] >> 4 == 6;
  size_t header = v6 ? 40 : 20;
  size_t length = ip.size() - header;
  uint8_t tail[4] = {uint8_t(length >> 8), uint8_t(length), 0, 17};
  uint32_t sum = checksum_add(0, v6 ? ByteView(ip).subspan(8, 32) : ByteView(ip).subspan(12, 8));
  return checksum_finish(checksum_add(checksum_add(sum, tail), ByteView(ip).subspan(header)));
}

}  // namespace

TEST(DataNetwork, answers_a_ping_to_any_address) {
  Behind n;
  Bytes ping = udp_datagram(Bytes(48, 1), at("10.45.0.2", 8 << 8), at("1.2.3.4", 0));
  ping[9] = 1;
  ping[22] = ping[23] = 0;
  uint16_t sum = checksum_finish(checksum_add(0, ByteView(ping).subspan(20)));
  ping[22] = uint8_t(sum >> 8);
  ping[23] = uint8_t(sum);
  n.send(ping);
  ASSERT_EQ(n.out.size(), 1u);
  EXPECT_EQ(n.out[0][20], 0);
  EXPECT_EQ(Bytes(n.out[0].begin() + 12, n.out[0].begin() + 20), (Bytes{1, 2, 3, 4, 10, 45, 0, 2}));
  EXPECT_EQ(checksum_finish(checksum_add(0, ByteView(n.out[0]).subspan(20))), 0);
  EXPECT_EQ(checksum_finish(checksum_add(0, ByteView(n.out[0]).first(20))), 0);
}

TEST(DataNetwork, echoes_and_discards) {
  Behind n;
  n.udp(7, "hello");
  n.udp(7, "hello", true);
  ASSERT_EQ(n.out.size(), 2u);
  EXPECT_EQ(verify_udp(n.out[0]), 0);
  EXPECT_EQ(verify_udp(n.out[1]), 0);
  n.udp(9, "gone");
  EXPECT_EQ(n.out.size(), 2u);
  EXPECT_EQ(n.network.discarded_octets(), 32u);
}

TEST(DataNetwork, sends_the_stream_that_was_asked_for) {
  Behind n;
  n.udp(19, "rate=8000000 size=972 seconds=2");  // 1000 octets of IP: 1000 packets a second
  n.executor.run_for(std::chrono::seconds(3));
  EXPECT_EQ(n.out.size(), 2000u);
  EXPECT_EQ(n.out[0].size(), 1000u);
  EXPECT_EQ(verify_udp(n.out[1999]), 0);
  EXPECT_EQ(n.network.streams(), 0u);
  n.udp(19, "rate=0 size=1 seconds=1");
  EXPECT_EQ(n.network.streams(), 0u);
}

TEST(DataNetwork, answers_names) {
  Behind n;
  std::string query("\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x03www\x04test\x00\x00\x01\x00\x01", 26);
  n.udp(53, query);
  ASSERT_EQ(n.out.size(), 1u);
  EXPECT_EQ(verify_udp(n.out[0]), 0);
  EXPECT_EQ(Bytes(n.out[0].end() - 4, n.out[0].end()), Bytes(DataNetwork::dns_v4.begin(), DataNetwork::dns_v4.end()));
  query[23] = 16;  // TXT
  n.udp(53, query);
  ASSERT_EQ(n.out.size(), 2u);
  EXPECT_EQ(n.out[1][28 + 7], 0) << "no answer records";
  n.udp(53, query.substr(0, 20));
  EXPECT_EQ(n.out.size(), 2u);
}

TEST(DataNetwork, refuses_tcp) {
  Behind n;
  Bytes syn = udp_datagram(Bytes(12), at("10.45.0.2", 4000), at("1.1.1.1", 80));
  syn[9] = 6;
  syn[20 + 7] = 5;
  syn[20 + 12] = 0x50;
  syn[20 + 13] = 0x02;
  n.send(syn);
  ASSERT_EQ(n.out.size(), 1u);
  EXPECT_EQ(n.out[0][20 + 13], 0x14);
  EXPECT_EQ(n.out[0][20 + 11], 6);
  n.send(n.out[0]);
  EXPECT_EQ(n.out.size(), 1u) << "a reset is not answered";
}

TEST(DataNetwork, survives_headers_that_lie) {
  Behind n;
  for (size_t length = 0; length < 60; ++length) {
    for (uint8_t protocol : {1, 6, 17, 58}) {
      for (uint8_t first : {0x45, 0x4f, 0x60}) {
        Bytes ip(length, 0xff);
        if (length > 0) ip[0] = first;
        if (length > 9) ip[9] = protocol;
        if (length > 6) ip[6] = first == 0x60 ? protocol : 0;
        n.send(ip);
      }
    }
  }
}
