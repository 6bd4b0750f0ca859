#include <gtest/gtest.h>

#include "base/bytes.h"
#include "base/counter.h"
#include "base/ip.h"
#include "base/pcap.h"

using namespace sen;

TEST(Bytes, hex_round_trip) {
  EXPECT_EQ(to_hex(*from_hex("00 fF:10")), "00ff10");
  EXPECT_EQ(from_hex("0g").error().fault, Fault::invalid);
  EXPECT_EQ(from_hex("012").error().fault, Fault::invalid);
}

TEST(ByteReader, a_failed_read_leaves_the_reader_unchanged) {
  Bytes data{1, 2, 3};
  ByteReader reader(data);
  EXPECT_EQ(*reader.u16(), 0x0102);
  EXPECT_EQ(reader.u16().error().fault, Fault::truncated);
  EXPECT_EQ(*reader.u8(), 3);
  EXPECT_TRUE(reader.empty());
}

TEST(ByteWriter, writes_network_order) {
  ByteWriter writer;
  writer.u8(1);
  writer.u16(0x0203);
  writer.u24(0x040506);
  writer.u40(0x0708090a0b);
  EXPECT_EQ(to_hex(writer.view()), "0102030405060708090a0b");
}

TEST(Error, names_the_place_outermost_first) {
  auto error = Error{Fault::invalid, "cause", "0 is reserved"}.within("Reject").within("frame 3");
  EXPECT_EQ(error.describe(), "frame 3.Reject.cause: 0 is reserved");
}

TEST(Checksum, of_rfc_1071_example) {
  Bytes data = *from_hex("0001f203f4f5f6f7");
  EXPECT_EQ(checksum_finish(checksum_add(0, data)), 0x220d);
}

TEST(Counters, render_prometheus_text) {
  Counters counters;
  counters.counter("a_total", "As.").add(2);
  counters.gauge("b", "Bs.", "x=\"1\"").set(-3);
  EXPECT_EQ(counters.render(),
            "# HELP a_total As.\n# TYPE a_total counter\na_total 2\n# HELP b Bs.\n# TYPE b gauge\nb{x=\"1\"} -3\n");
}

TEST(IpPrefix, contains_by_its_bits) {
  IpPrefix pool = *IpPrefix::parse("10.45.0.0/17");
  EXPECT_TRUE(pool.contains(*IpAddress::parse("10.45.127.255")));
  EXPECT_FALSE(pool.contains(*IpAddress::parse("10.45.128.0")));
  EXPECT_FALSE(pool.contains(*IpAddress::parse("2001:db8::1")));
  EXPECT_EQ(pool.address.plus(256).text(), "10.45.1.0");
  EXPECT_EQ(IpAddress::parse("2001:db8:cafe::ffff")->plus(1).text(), "2001:db8:cafe::1:0");
  EXPECT_EQ(IpPrefix::parse("10.45.0.1/16").error().text, "'10.45.0.1/16' has bits set below /16");
  EXPECT_FALSE(IpPrefix::parse("10.45.0.0/33"));
  EXPECT_EQ((Endpoint{*IpAddress::parse("::1"), 2152}.text()), "[::1]:2152");
}
