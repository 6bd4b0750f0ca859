// The UE's small IP host, and the latency histogram.
#include <gtest/gtest.h>

#include "apps/load/histogram.h"
#include "apps/load/ip_host.h"
#include "base/pcap.h"

namespace sen::load {
namespace {

using Kind = IpHost::Received::Kind;
constexpr Octets<4> own_v4{10, 45, 0, 2};
constexpr Octets<8> own_id{0, 0, 0, 0, 0, 0, 0, 9};

Bytes advertisement(const Octets<16>& to, uint8_t hop_limit = 255) {
  ByteWriter ra;
  ra.put(Bytes{134, 0, 0, 0, 64, 0, 0xff, 0xff, 0, 0, 0, 0, 0, 0, 0, 0});
  ra.put(Bytes{5, 1, 0, 0, 0, 0, 5, 0x78});  // MTU 1400
  ra.put(Bytes{3, 4, 64, 0x40, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0});
  ra.put(Bytes{0x20, 1, 0x0d, 0xb8, 0xca, 0xfe, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0});
  Octets<16> router{0xfe, 0x80};
  router[15] = 1;
  Bytes message = ra.take();
  uint32_t sum = checksum_add(checksum_add(0, router), to);
  sum = checksum_add(sum, Bytes{0, static_cast<uint8_t>(message.size()), 0, 58});
  uint16_t checksum = checksum_finish(checksum_add(sum, message));
  message[2] = static_cast<uint8_t>(checksum >> 8);
  message[3] = static_cast<uint8_t>(checksum);
  return ip_packet(IpAddress(router), IpAddress(to), 58, message, hop_limit);
}

TEST(LoadIpHost, two_hosts_ping_each_other_over_ipv4) {
  IpHost a(own_v4, {}), b(Octets<4>{10, 45, 0, 3}, {});
  auto request = a.ping(IpAddress(*b.ipv4()), 7, 1);
  ASSERT_TRUE(request);
  auto at_b = b.received(*request);
  ASSERT_EQ(at_b.kind, Kind::echo_request);
  auto at_a = a.received(at_b.answer);
  EXPECT_EQ(at_a.kind, Kind::echo_reply);
  EXPECT_EQ(at_a.identifier, 7);
  EXPECT_EQ(at_a.sequence, 1);
}

TEST(LoadIpHost, learns_its_prefix_from_a_router_advertisement) {
  IpHost host({}, own_id);
  EXPECT_FALSE(host.ipv6());
  Octets<16> all_nodes{0xff, 2};
  all_nodes[15] = 1;
  EXPECT_EQ(host.received(advertisement(all_nodes, 64)).kind, Kind::other);  // passed a router
  EXPECT_EQ(host.received(advertisement(all_nodes)).kind, Kind::prefix_learned);
  EXPECT_EQ(IpAddress(*host.ipv6()).text(), "2001:db8:cafe:1::9");
  EXPECT_EQ(host.advertised_mtu(), 1400u);
}

TEST(LoadIpHost, pings_over_ipv6_once_it_has_a_prefix) {
  IpHost a({}, own_id), b({}, Octets<8>{0, 0, 0, 0, 0, 0, 0, 8});
  Octets<16> all_nodes{0xff, 2};
  all_nodes[15] = 1;
  Octets<16> b_address{0x20, 1, 0x0d, 0xb8, 0xca, 0xfe, 0, 1, 0, 0, 0, 0, 0, 0, 0, 8};
  EXPECT_FALSE(a.ping(IpAddress(b_address), 1, 1));
  a.received(advertisement(all_nodes));
  b.received(advertisement(all_nodes));
  auto at_b = b.received(*a.ping(IpAddress(b_address), 1, 2));
  ASSERT_EQ(at_b.kind, Kind::echo_request);
  EXPECT_EQ(a.received(at_b.answer).kind, Kind::echo_reply);
}

TEST(LoadIpHost, solicits_routers_with_hop_limit_255) {
  Bytes packet = IpHost({}, own_id).router_solicitation();
  ASSERT_EQ(packet.size(), 48u);
  EXPECT_EQ(packet[7], 255);
  EXPECT_EQ(packet[40], 133);
  EXPECT_EQ(packet[39], 2);  // ff02::2
}

TEST(LoadIpHost, reads_udp_of_both_families) {
  IpHost a(own_v4, {}), b(Octets<4>{10, 45, 0, 3}, {});
  auto packet = a.udp({IpAddress(*b.ipv4()), 9}, 1234, Bytes{1, 2, 3});
  ASSERT_TRUE(packet);
  auto received = b.received(*packet);
  ASSERT_EQ(received.kind, Kind::udp);
  EXPECT_EQ(received.from.port, 1234);
  EXPECT_EQ(received.to_port, 9);
  EXPECT_EQ(received.payload.size(), 3u);
  (*packet)[packet->size() - 1] ^= 1;
  EXPECT_EQ(b.received(*packet).kind, Kind::malformed);
}

TEST(LoadIpHost, truncated_and_altered_packets_are_malformed_or_not_for_us) {
  IpHost a(own_v4, own_id), b(Octets<4>{10, 45, 0, 3}, {});
  Bytes packet = *b.ping(IpAddress(own_v4), 1, 1);
  for (size_t n = 0; n < packet.size(); ++n) EXPECT_EQ(a.received(ByteView(packet).first(n)).kind, Kind::malformed) << n;
  packet[10] ^= 1;
  EXPECT_EQ(a.received(packet).kind, Kind::malformed);
  EXPECT_EQ(a.received(*b.ping(IpAddress(Octets<4>{10, 45, 0, 9}), 1, 1)).kind, Kind::not_for_us);
}

TEST(LoadHistogram, percentiles_are_within_three_percent) {
  Histogram h;
  for (int i = 1; i <= 10000; ++i) h.record(std::chrono::microseconds(i));
  auto near = [](Duration d, double us) { return std::abs(static_cast<double>(d.count()) / 1e3 / us - 1) < 0.032; };
  EXPECT_TRUE(near(h.percentile(0.5), 5000));
  EXPECT_TRUE(near(h.percentile(0.9), 9000));
  EXPECT_TRUE(near(h.percentile(0.99), 9900));
  EXPECT_EQ(h.percentile(1), std::chrono::microseconds(10000));
  EXPECT_EQ(h.max(), std::chrono::microseconds(10000));
  h.record(std::chrono::hours(100));
  EXPECT_EQ(h.max(), std::chrono::hours(100));
  EXPECT_EQ(Histogram().percentile(0.5), Duration{});
}

}  // namespace
}  // namespace sen::load
