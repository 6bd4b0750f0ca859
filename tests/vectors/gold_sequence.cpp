// Block "gold_sequence": c(n) of TS 38.211 5.2.1 from any position, in every form that the generator gives.
#include "phy/sequence/gold.h"
#include "tests/vectors/frame.h"

namespace sen::vectors {
namespace {

Outcome run(const Case& c) {
  Outcome o;
  const auto c_init = c.integer<uint32_t>("c_init"), first = c.integer<uint32_t>("first_n");
  const std::vector<Bit> expected = c.bits("c_bits");
  std::vector<Bit> bits(expected.size());
  phy::Gold(c_init, first).fill_bits(bits);
  o.bits("c_bits", bits, expected);

  Bytes packed((expected.size() + 7) / 8);
  phy::Gold skipped(c_init);
  skipped.skip(first);
  skipped.fill(packed, expected.size());
  for (size_t i = 0; i < bits.size(); ++i) bits[i] = packed[i / 8] >> (7 - i % 8) & 1;
  o.bits("c_bits, packed", bits, expected);
  return o;
}

const Register registered("gold_sequence", run);

}  // namespace
}  // namespace sen::vectors
