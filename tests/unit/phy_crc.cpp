// CRCs of TS 38.212 5.1 against division by hand, on every instruction set.
#include "base/random.h"
#include "phy/coding/crc.h"
#include "tests/unit/phy_isa.h"

namespace sen::phy {
namespace {

struct Named {
  Crc crc;
  unsigned bits;
  uint64_t polynomial;  // with its leading term
};
// Exponents as 5.1 lists them.
constexpr Named named[] = {
    {Crc::crc24a, 24, 0x1864cfb}, {Crc::crc24b, 24, 0x1800063}, {Crc::crc24c, 24, 0x1b2b117},
    {Crc::crc16, 16, 0x11021},    {Crc::crc11, 11, 0xe21},      {Crc::crc6, 6, 0x61},
};

uint32_t by_division(const Named& n, std::span<const Bit> bits) {
  std::vector<Bit> rest(bits.size() + n.bits);
  std::copy(bits.begin(), bits.end(), rest.begin());
  for (size_t i = 0; i < bits.size(); ++i) {
    if (!rest[i]) continue;
    for (unsigned k = 0; k <= n.bits; ++k) rest[i + k] ^= n.polynomial >> (n.bits - k) & 1;
  }
  uint32_t value = 0;
  for (unsigned k = 0; k < n.bits; ++k) value = value << 1 | rest[bits.size() + k];
  return value;
}

TEST(Crc, is_the_remainder_of_the_division) {
  for_each_isa([] {
    Random random(1);
    for (const Named& n : named) {
      ASSERT_EQ(crc_bits(n.crc), n.bits);
      for (int round = 0; round < 60; ++round) {
        size_t size = round < 20 ? static_cast<size_t>(round) : random.between(1, 9000);
        Bytes packed = random.bytes((size + 7) / 8);
        std::vector<Bit> bits(size);
        for (size_t i = 0; i < size; ++i) bits[i] = packed[i / 8] >> (7 - i % 8) & 1;
        uint32_t expected = by_division(n, bits);
        ASSERT_EQ(crc(n.crc, packed, size), expected) << n.bits << " " << size;
        ASSERT_EQ(crc(n.crc, bits), expected) << n.bits << " " << size;
      }
    }
  });
}

TEST(Crc, notices_every_burst_shorter_than_itself) {
  Random random(2);
  for (const Named& n : named) {
    std::vector<Bit> bits(200);
    for (Bit& b : bits) b = random.chance(0.5);
    uint32_t value = crc(n.crc, bits);
    for (size_t at = 0; at + n.bits <= bits.size(); ++at) {
      std::vector<Bit> hit = bits;
      hit[at] ^= 1;
      for (size_t i = 1; i < n.bits; ++i) hit[at + i] ^= random.chance(0.5);
      ASSERT_NE(crc(n.crc, hit), value);
    }
  }
}

}  // namespace
}  // namespace sen::phy
