// RLC headers and status PDUs, octet by octet from the figures of TS 38.322 6.2.2: vectors made by hand; tshark 4.0 reads the same values.
#include "rlc_pdcp/rlc/pdu.h"

#include "tests/unit/rlc_world.h"

namespace sen::l2 {

namespace {

std::string amd(unsigned bits, const DataHeader& header) {
  Bytes out(16);
  out.resize(write_amd_header(out, bits, header));
  return hex(ByteView(out));
}
std::string umd(unsigned bits, const DataHeader& header) {
  Bytes out(16);
  out.resize(write_umd_header(out, bits, header));
  return hex(ByteView(out));
}

struct Vector {
  unsigned bits;
  DataHeader header;
  const char* octets;
};
const Vector amd_vectors[] = {
    {12, {.poll = true, .si = SegmentInfo::whole, .sn = 0x123}, "c123"},
    {12, {.poll = false, .si = SegmentInfo::whole, .sn = 0xfff}, "8fff"},
    {12, {.poll = false, .si = SegmentInfo::first, .sn = 0x00a}, "900a"},
    {12, {.poll = false, .si = SegmentInfo::last, .sn = 0xabc, .so = 0x0102}, "aabc0102"},
    {12, {.poll = true, .si = SegmentInfo::middle, .sn = 0x800, .so = 0xfffe}, "f800fffe"},
    {18, {.poll = false, .si = SegmentInfo::whole, .sn = 0x00001}, "800001"},
    {18, {.poll = true, .si = SegmentInfo::first, .sn = 0x3abcd}, "d3abcd"},
    {18, {.poll = false, .si = SegmentInfo::last, .sn = 0x20000, .so = 0x0001}, "a200000001"},
    {18, {.poll = false, .si = SegmentInfo::middle, .sn = 0x10203, .so = 0x0fff}, "b102030fff"},
};
const Vector umd_vectors[] = {
    {6, {.si = SegmentInfo::whole}, "00"},
    {6, {.si = SegmentInfo::first, .sn = 0x2a}, "6a"},
    {6, {.si = SegmentInfo::last, .sn = 0x01, .so = 0x0005}, "810005"},
    {6, {.si = SegmentInfo::middle, .sn = 0x3f, .so = 0x1234}, "ff1234"},
    {12, {.si = SegmentInfo::whole}, "00"},
    {12, {.si = SegmentInfo::first, .sn = 0xabc}, "4abc"},
    {12, {.si = SegmentInfo::last, .sn = 0x001, .so = 0x0100}, "80010100"},
    {12, {.si = SegmentInfo::middle, .sn = 0xfff, .so = 0x0001}, "cfff0001"},
};

struct StatusVector {
  unsigned bits;
  uint32_t ack_sn;
  std::vector<Nack> nacks;
  const char* octets;
};
const StatusVector status_vectors[] = {
    {12, 0x123, {}, "012300"},
    {12, 0x010, {{0x00a}}, "00108000a0"},
    {12, 0x010, {{0x00a, 1, 5, 15}}, "00108000a40005000f"},
    {12, 0x010, {{0x00a, 3}}, "00108000a203"},
    {12, 0x200, {{0x00a, 255, 0, 15}, {0x1fe}}, "02008000ae0000000fff1fe0"},
    {12, 0x200, {{0x00a, 1, 1, 2}, {0x00a, 1, 9, Nack::to_end}, {0x0bc}}, "02008000ac0001000200ac0009ffff0bc0"},
    {18, 0x12345, {}, "048d14"},
    {18, 0x12345, {{0x12340}}, "048d1648d000"},
    {18, 0x3ffff, {{0x3fffd, 1, 0x100, 0x1ff}}, "0ffffeffff50010001ff"},
    {18, 0x3ffff, {{0x00001, 2}, {0x00005, 4, 7, Nack::to_end}}, "0ffffe00006802000158"
                                                                 "0007ffff04"},
};

std::string write(const StatusVector& vector) {
  Bytes out(256, 0xee);
  StatusWriter writer(out, vector.bits);
  for (const Nack& nack : vector.nacks) writer.add(nack);
  out.resize(writer.finish(vector.ack_sn));
  return hex(ByteView(out));
}

// The entries as text, or "malformed".
std::string read(std::string_view octets, unsigned bits) {
  Bytes pdu = hex(octets);
  auto reader = StatusReader::open(pdu, bits);
  if (!reader) return "malformed";
  std::string text = fmt::format("ack {}", reader->ack_sn());
  Nack nack;
  for (;;) {
    switch (reader->next(nack)) {
      case StatusReader::Step::end: return text;
      case StatusReader::Step::malformed: return "malformed";
      case StatusReader::Step::nack: text += fmt::format(" nack {}x{} {}-{}", nack.sn, nack.count, nack.so_start, nack.so_end);
    }
  }
}

}  // namespace

TEST(RlcPdu, writes_and_reads_every_amd_header) {
  for (const Vector& vector : amd_vectors) {
    SCOPED_TRACE(vector.octets);
    EXPECT_EQ(amd(vector.bits, vector.header), vector.octets);
    Bytes pdu = hex(std::string(vector.octets) + "abcd");
    auto read = read_amd(pdu, vector.bits);
    ASSERT_TRUE(read);
    EXPECT_EQ(read->header, vector.header);
    EXPECT_EQ(hex(read->payload), "abcd");
    bool so = vector.header.so != 0;
    EXPECT_EQ(amd_header_size(vector.bits, so), std::string(vector.octets).size() / 2);
  }
}

TEST(RlcPdu, writes_and_reads_every_umd_header) {
  for (const Vector& vector : umd_vectors) {
    SCOPED_TRACE(vector.octets);
    EXPECT_EQ(umd(vector.bits, vector.header), vector.octets);
    Bytes pdu = hex(std::string(vector.octets) + "abcd");
    auto read = read_umd(pdu, vector.bits);
    ASSERT_TRUE(read);
    EXPECT_EQ(read->header, vector.header);
    EXPECT_EQ(hex(read->payload), "abcd");
    EXPECT_EQ(umd_header_size(vector.bits, vector.header.si), std::string(vector.octets).size() / 2);
  }
}

TEST(RlcPdu, refuses_data_pdus_without_payload_at_every_length) {
  for (const Vector& vector : amd_vectors) {
    Bytes pdu = hex(vector.octets);
    for (size_t n = 0; n <= pdu.size(); ++n) EXPECT_FALSE(read_amd(ByteView(pdu).first(n), vector.bits)) << vector.octets << " " << n;
  }
  for (const Vector& vector : umd_vectors) {
    Bytes pdu = hex(vector.octets);
    for (size_t n = 0; n <= pdu.size(); ++n) EXPECT_FALSE(read_umd(ByteView(pdu).first(n), vector.bits)) << vector.octets << " " << n;
  }
}

TEST(RlcPdu, refuses_a_segment_offset_of_zero) {
  EXPECT_FALSE(read_amd(hex("aabc0000ff"), 12));
  EXPECT_FALSE(read_umd(hex("810000ff"), 6));
}

TEST(RlcPdu, ignores_reserved_bits) {
  EXPECT_EQ(read_amd(hex("8c0001ff"), 18)->header.sn, 1u);
  EXPECT_EQ(read_umd(hex("3fff"), 12)->header.si, SegmentInfo::whole);
  EXPECT_EQ(read_umd(hex("7abcff"), 12)->header.sn, 0xabcu);
  EXPECT_EQ(read("01237f", 12), "ack 291");
}

TEST(RlcPdu, writes_and_reads_every_form_of_status) {
  for (const StatusVector& vector : status_vectors) {
    SCOPED_TRACE(vector.octets);
    EXPECT_EQ(write(vector), vector.octets);
    std::string expected = fmt::format("ack {}", vector.ack_sn);
    size_t size = status_header_size;
    for (const Nack& nack : vector.nacks) {
      expected += fmt::format(" nack {}x{} {}-{}", nack.sn, nack.count, nack.so_start, nack.so_end);
      size += nack_size(vector.bits, nack);
    }
    EXPECT_EQ(read(vector.octets, vector.bits), expected);
    EXPECT_EQ(size, std::string(vector.octets).size() / 2);
  }
}

TEST(RlcPdu, refuses_a_status_cut_anywhere_or_followed_by_octets) {
  for (const StatusVector& vector : status_vectors) {
    std::string octets = vector.octets;
    for (size_t n = 0; n < octets.size() / 2; ++n) EXPECT_EQ(read(octets.substr(0, 2 * n), vector.bits), "malformed") << octets << " " << n;
    EXPECT_EQ(read(octets + "00", vector.bits), "malformed") << octets;
  }
}

TEST(RlcPdu, refuses_other_control_pdus_empty_ranges_and_reversed_offsets) {
  EXPECT_EQ(read("112300", 12), "malformed");                // CPT 001
  EXPECT_EQ(read("00108000a200", 12), "malformed");          // NACK range 0
  EXPECT_EQ(read("00108000a400050004", 12), "malformed");    // SOend before SOstart
  EXPECT_EQ(read("00108000a60005000402", 12), "ack 16 nack 10x2 5-4");  // of two SDUs: no contradiction
}

}  // namespace sen::l2
