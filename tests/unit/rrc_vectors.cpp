// Every value of tests/vectors/asn1_rrc.txt (origin there) decodes, prints and encodes to the same octets; only UE capabilities may contain
// bits that are not interpreted.
#include <gtest/gtest.h>

#include <cstring>
#include <fstream>
#include <sstream>

#include "codec/rrc/rrc.h"
#include "codec/rrc/rrc_tables.h"

using namespace sen;

static const per::Type* find_type(const std::string& name) {
  for (const auto& named : rrc::all_types()) {
    if (name == named.name) return named.type;
  }
  return nullptr;
}

TEST(RrcVectors, decode_and_encode_to_the_same_octets) {
  std::ifstream file("tests/vectors/asn1_rrc.txt");
  ASSERT_TRUE(file);
  size_t count = 0;
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line[0] == '#') continue;
    std::istringstream words(line);
    std::string name, type_name, hex;
    words >> name >> type_name >> hex;
    const auto bytes = from_hex(hex);
    ASSERT_TRUE(bytes) << name;
    const per::Type* type = find_type(type_name);
    ASSERT_NE(type, nullptr) << type_name;
    void* value = type->ops->create();
    const auto status = per::decode(*type, value, *bytes, per::Variant::unaligned);
    EXPECT_TRUE(status) << name << ": " << status.error().describe();
    codec::Tree tree;
    per::print(*type, value, type->name, tree);
    if (type_name != "UE-NR-Capability") {
      EXPECT_EQ(tree.opaque_bits(), 0u) << name << "\n" << tree.text();
    }
    Bytes again;
    EXPECT_TRUE(per::encode(*type, value, per::Variant::unaligned, again)) << name;
    EXPECT_EQ(to_hex(again), hex) << name << "\n" << tree.text();
    type->ops->destroy(value);
    ++count;
  }
  EXPECT_GE(count, 80u);
}
