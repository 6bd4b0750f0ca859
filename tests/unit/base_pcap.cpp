#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "base/pcap.h"
#include "base/random.h"

using namespace sen;

namespace {

Bytes example() {
  auto path = std::filesystem::path(testing::TempDir()) / "base_pcap_example.pcap";
  {
    auto writer = *PcapWriter::open(path, LinkType::raw_ip);
    writer->write(Time{std::chrono::nanoseconds(1500000000123456789)}, as_bytes("one"));
    writer->write_udp(Time{}, as_bytes("x"), {127, 0, 0, 4}, {127, 0, 0, 7}, 8805, 8805);
  }
  std::ifstream file(path, std::ios::binary);
  return Bytes(std::istreambuf_iterator<char>(file), {});
}

}  // namespace

TEST(PcapFile, reads_what_the_writer_wrote) {
  PcapFile file = *PcapFile::parse(example());
  ASSERT_EQ(file.frames().size(), 2u);
  EXPECT_EQ(as_text(file.frames()[0].bytes), "one");
  EXPECT_EQ(file.frames()[1].link, LinkType::raw_ip);
  ByteView ip = file.frames()[1].bytes;
  EXPECT_EQ(checksum_finish(checksum_add(0, ip.first(20))), 0);
  EXPECT_EQ(ip.size(), 29u);
}

TEST(PcapFile, reads_pcapng) {
  Bytes ng = *from_hex(
      "0a0d0d0a 1c000000 4d3c2b1a 01000000 ffffffffffffffff 1c000000"
      "01000000 14000000 fc000000 00000400 14000000"
      "06000000 24000000 00000000 00000000 00000000 03000000 03000000 61626300 24000000");
  PcapFile file = *PcapFile::parse(ng);
  ASSERT_EQ(file.frames().size(), 1u);
  EXPECT_EQ(as_text(file.frames()[0].bytes), "abc");
  EXPECT_EQ(file.frames()[0].link, LinkType::exported_pdu);
}

TEST(PcapFile, names_the_frame_that_is_cut_off) {
  Bytes content = example();
  content.pop_back();
  EXPECT_EQ(PcapFile::parse(content).error().where, "frame 2");
}

TEST(PcapFile, survives_every_mutation) {
  Random random(3);
  Bytes content = example();
  for (int i = 0; i < 20000; ++i) {
    Bytes mutated = content;
    mutated[random.between(0, mutated.size() - 1)] = static_cast<uint8_t>(random.next());
    mutated.resize(random.between(0, mutated.size()));
    auto parsed = PcapFile::parse(mutated);
    EXPECT_TRUE(parsed || !parsed.error().text.empty());
  }
}
