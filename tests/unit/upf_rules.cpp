#include <gtest/gtest.h>

#include "base/pcap.h"
#include "base/random.h"
#include "core/upf/ip_filter.h"
#include "core/upf/token_bucket.h"
#include "core/upf/user_plane.h"

using namespace sen;
using namespace sen::upf;

static Flow flow_of(const char* from, uint16_t from_port, const char* to, uint16_t to_port, uint8_t tos = 0) {
  Bytes ip = udp_datagram(Bytes(10), {IpAddress::parse(from).value(), from_port}, {IpAddress::parse(to).value(), to_port});
  if (ip[0] >> 4 == 4) ip[1] = tos;
  Flow flow;
  EXPECT_EQ(parse_flow(ip, flow), Drop::none);
  return flow;
}

TEST(IpFilter, matches_both_directions_of_a_flow) {
  auto f = parse_filter("permit out 17 from 8.8.8.0/24 53,5000-6000 to assigned 1000");
  ASSERT_TRUE(f);
  EXPECT_TRUE(f->matches(flow_of("10.45.0.2", 1000, "8.8.8.8", 53), true));
  EXPECT_TRUE(f->matches(flow_of("8.8.8.8", 5500, "10.45.0.2", 1000), false));
  EXPECT_FALSE(f->matches(flow_of("8.8.8.8", 6001, "10.45.0.2", 1000), false));
  EXPECT_FALSE(f->matches(flow_of("8.8.9.8", 53, "10.45.0.2", 1000), false));
  EXPECT_FALSE(f->matches(flow_of("8.8.8.8", 53, "10.45.0.2", 1001), false));
}

TEST(IpFilter, knows_ipv6_any_and_inversion) {
  EXPECT_TRUE(parse_filter("permit out ip from 2001:db8::/32 to any")->matches(flow_of("2001:db8::9", 1, "2001:db8:cafe::1", 2), false));
  EXPECT_FALSE(parse_filter("permit out ip from 0.0.0.0/0 to any")->matches(flow_of("2001:db8::9", 1, "2001:db8:cafe::1", 2), false));
  EXPECT_TRUE(parse_filter("permit out ip from any to assigned")->matches(flow_of("1.1.1.1", 1, "10.45.0.2", 2), false));
  EXPECT_FALSE(parse_filter("permit out ip from !1.1.1.1 to assigned")->matches(flow_of("1.1.1.1", 1, "10.45.0.2", 2), false));
  EXPECT_TRUE(parse_filter("permit in 17 from assigned to 1.1.1.1 1")->matches(flow_of("1.1.1.1", 1, "10.45.0.2", 2), false));
}

TEST(IpFilter, matches_the_type_of_service_under_its_mask) {
  IpFilter f;
  f.tos = 0xb8;
  f.tos_mask = 0xfc;
  EXPECT_TRUE(f.matches(flow_of("1.1.1.1", 1, "10.45.0.2", 2, 0xb9), false));
  EXPECT_FALSE(f.matches(flow_of("1.1.1.1", 1, "10.45.0.2", 2, 0x00), false));
}

TEST(IpFilter, refuses_what_is_not_allowed) {
  for (const char* rule : {"", "deny out ip from any to any", "permit", "permit up ip from any to any", "permit out 256 from any to any",
                           "permit out ip from any", "permit out ip from any to", "permit out ip from 1.2.3 to any",
                           "permit out ip from 1.2.3.4/33 to any", "permit out ip from any 5-4 to any", "permit out ip from any 1,,2 to any",
                           "permit out ip from any 65536 to any", "permit out ip from any to any frag", "permit out ip from assigned to any",
                           "permit out ip from any 1,2,3,4,5,6,7,8,9 to any"})
    EXPECT_FALSE(parse_filter(rule)) << rule;
}

TEST(TokenBucket, is_exact_at_every_rate) {
  for (uint64_t kbps : {64ull, 10'000ull, 1'000'000ull, 100'000'000ull}) {
    TokenBucket bucket;
    bucket.set_rate(kbps, 0);
    uint64_t passed = 0;
    const int64_t end = 10'000'000'000;
    int64_t step = std::max<int64_t>(1000, static_cast<int64_t>(1500 * 8'000'000ull / kbps / 2));
    for (int64_t now = 0; now < end; now += step) {
      if (!bucket.conforms(1500, now)) continue;
      bucket.consume(1500);
      passed += 1500;
    }
    double burst = std::max(16384.0, static_cast<double>(kbps) * 1000 / 8 * 0.05);
    double most = static_cast<double>(kbps) * 1000 / 8 * 10 + burst;
    double offered = 1500.0 * static_cast<double>(end / step + 1);
    EXPECT_LE(static_cast<double>(passed), most);
    EXPECT_GE(static_cast<double>(passed), std::min(most - 3000, offered - 3000)) << kbps;
  }
}

TEST(TokenBucket, of_rate_zero_passes_nothing) {
  TokenBucket bucket;
  bucket.set_rate(0, 0);
  EXPECT_FALSE(bucket.conforms(1, 1'000'000'000'000));
}

TEST(ParseFlow, refuses_headers_that_lie_by_name) {
  Bytes ip = udp_datagram(Bytes(10), {IpAddress::parse("10.45.0.2").value(), 1}, {IpAddress::parse("8.8.8.8").value(), 2});
  Flow flow;
  Bytes longer = ip;
  longer[3] = 200;
  EXPECT_EQ(parse_flow(longer, flow), Drop::inner_length);
  Bytes header = ip;
  header[0] = 0x4f;
  EXPECT_EQ(parse_flow(header, flow), Drop::inner_header);
  header[0] = 0x41;
  EXPECT_EQ(parse_flow(header, flow), Drop::inner_header);
  header[0] = 0x55;
  EXPECT_EQ(parse_flow(header, flow), Drop::inner_version);
  EXPECT_EQ(parse_flow(ByteView(ip).first(19), flow), Drop::inner_short);
  EXPECT_EQ(parse_flow({}, flow), Drop::inner_short);
}

TEST(ParseFlow, follows_ipv6_extension_headers_and_never_leaves_the_packet) {
  Bytes ip(40 + 8 + 8);
  ip[0] = 0x60;
  ip[5] = 16;
  ip[6] = 0;    // hop-by-hop
  ip[40] = 17;  // then UDP
  ip[49] = 99;
  Flow flow;
  ASSERT_EQ(parse_flow(ip, flow), Drop::none);
  EXPECT_EQ(flow.protocol, 17);
  EXPECT_EQ(flow.source_port, 99);
  ip[41] = 5;
  EXPECT_EQ(parse_flow(ip, flow), Drop::inner_header);
  Random random(3);
  for (int i = 0; i < 20000; ++i) {
    Bytes noise = random.bytes(random.between(0, 120));
    if (!noise.empty()) noise[0] = random.chance(0.5) ? 0x45 : 0x60;
    parse_flow(noise, flow);
  }
}

TEST(UserPlane, gives_each_teid_once_and_refuses_stale_ones) {
  UserPlane plane(4, {}, 1400);
  uint32_t a = plane.allocate_teid(1), b = plane.allocate_teid(2);
  EXPECT_NE(a, b);
  EXPECT_EQ(plane.session_of_teid(a), 1u);
  plane.release_teid(a);
  EXPECT_EQ(plane.session_of_teid(a), no_session);
  plane.release_teid(a);
  size_t left = plane.tunnels_left();
  for (size_t i = 0; i < left; ++i) ASSERT_NE(plane.allocate_teid(3), 0u);
  EXPECT_EQ(plane.allocate_teid(3), 0u) << "all TEIDs are in use";
  EXPECT_EQ(plane.session_of_teid(a), no_session) << "reused in another generation";
}
