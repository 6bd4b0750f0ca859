// Every PDU of tests/vectors/asn1_ngap.txt (origin there) decodes without remark, prints without opaque bits and encodes to the same octets.
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "codec/ngap/ngap.h"

using namespace sen;

TEST(NgapVectors, decode_and_encode_to_the_same_octets) {
  std::ifstream file("tests/vectors/asn1_ngap.txt");
  ASSERT_TRUE(file);
  size_t count = 0;
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line[0] == '#') continue;
    std::istringstream words(line);
    std::string name, hex;
    words >> name >> hex;
    const auto bytes = from_hex(hex);
    ASSERT_TRUE(bytes) << name;
    ngap::Diagnostics diagnostics;
    const auto pdu = ngap::decode(*bytes, &diagnostics);
    ASSERT_TRUE(pdu) << name << ": " << pdu.error().describe();
    EXPECT_TRUE(pdu->known()) << name;
    EXPECT_EQ(diagnostics.verdict, ngap::Verdict::ok) << name;
    EXPECT_TRUE(diagnostics.problems.empty()) << name;
    codec::Tree tree;
    ngap::print(*pdu, tree);
    EXPECT_EQ(tree.opaque_bits(), 0u) << name << "\n" << tree.text();
    const auto again = ngap::encode(*pdu);
    ASSERT_TRUE(again) << name << ": " << again.error().describe();
    EXPECT_EQ(to_hex(*again), hex) << name;
    ++count;
  }
  EXPECT_GE(count, 90u);
}
