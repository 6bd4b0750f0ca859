// Block "crc": TS 38.212 5.1, over packed bits and over one bit an octet, appended and checked.
#include "phy/coding/crc.h"

#include "tests/vectors/frame.h"

namespace sen::vectors {
namespace {

Outcome run(const Case& c) {
  Outcome o;
  const std::string name = c.text("polynomial");
  const std::vector<std::pair<std::string, phy::Crc>> known{{"CRC24A", phy::Crc::crc24a}, {"CRC24B", phy::Crc::crc24b},
                                                            {"CRC24C", phy::Crc::crc24c}, {"CRC16", phy::Crc::crc16},
                                                            {"CRC11", phy::Crc::crc11},   {"CRC6", phy::Crc::crc6}};
  const auto found = std::ranges::find(known, name, &std::pair<std::string, phy::Crc>::first);
  if (found == known.end()) c.error("polynomial", "is unknown");
  const phy::Crc polynomial = found->second;
  std::vector<Bit> bits = c.bits("input_bits");
  const std::vector<Bit> expected = c.bits("crc_bits");
  const unsigned n = phy::crc_bits(polynomial);
  o.bits("crc_bits", to_bits(phy::crc(polynomial, bits), n), expected);

  Bytes packed((bits.size() + 7) / 8);
  for (size_t i = 0; i < bits.size(); ++i) packed[i / 8] = static_cast<uint8_t>(packed[i / 8] | (bits[i] & 1) << (7 - i % 8));
  o.bits("crc_bits, of packed bits", to_bits(phy::crc(polynomial, packed, bits.size()), n), expected);
  bits.insert(bits.end(), expected.begin(), expected.end());
  o.equal("remainder of bits and CRC", phy::crc(polynomial, bits), 0u);
  return o;
}

const Register registered("crc", run);

}  // namespace
}  // namespace sen::vectors
