// Block "ldpc_decode": noisy soft bits of one or more transmissions to a transport block. The other decoder's failures bind us only where
// expect_crc_ok says so; a success must be the right block.
#include "tests/vectors/sch_case.h"

namespace sen::vectors {
namespace {

// Of the soft bits' signs, against the code word of the transport block.
double hard_bit_error_rate(const phy::SchCode& code, ByteView tb, std::span<const Llr> llrs, Outcome& o) {
  Bytes word((code.g + 7) / 8);
  phy::SchEncoder encoder;
  if (!o.ok("encoding", encoder.encode(code, tb, word))) return 1;
  size_t wrong = 0;
  for (size_t i = 0; i < llrs.size(); ++i) wrong += (llrs[i] < 0) != (word[i / 8] >> (7 - i % 8) & 1);
  return static_cast<double>(wrong) / static_cast<double>(llrs.size());
}

Outcome run(const Case& c) {
  Outcome o;
  phy::SchCode code = sch_code(c, o);
  const Bytes tb = c.u8("transport_block");
  if (!o.equal("transport_block", tb.size(), code.tb_bits / 8)) return o;
  c.informative("snr_db", "channel");
  const auto iterations = c.integer<uint8_t>("ldpc_iterations");
  const bool expected = c.flag("expect_crc_ok");
  const std::vector<unsigned> sequence = c.integers("rv_sequence");
  const std::vector<Case> transmissions = c.list("transmissions");
  if (!o.equal("transmissions", transmissions.size(), sequence.size())) return o;
  o.equal("rv", code.rv, sequence.front());

  phy::SchDecoder decoder;
  phy::HarqBuffer harq(code.tb_bits);
  Bytes back(tb.size());
  bool done = false;
  for (size_t n = 0; n < transmissions.size(); ++n) {
    const Case& t = transmissions[n];
    t.informative("max_ldpc_iterations_used");
    code.rv = t.integer<uint8_t>("rv");
    o.equal("rv of the transmission", code.rv, sequence[n]);
    const std::vector<Llr> llrs = t.i8("llr");
    if (!o.equal("llr", llrs.size(), code.g)) return o;
    o.near("hard_bit_error_rate", hard_bit_error_rate(code, tb, llrs, o), t.number("hard_bit_error_rate"), {1e-8, 0});
    auto result = decoder.decode(code, llrs, {.iterations = iterations}, harq, back);
    if (!o.ok("decoding", result)) return o;
    const bool theirs = t.flag("crc_ok_after_this_transmission");
    if (n + 1 == transmissions.size()) o.equal("crc_ok_after_this_transmission, the last", theirs, expected);
    if (theirs) o.holds(fmt::format("CRC after transmission {}", n), result->crc_ok);
    if (result->crc_ok) o.octets("transport_block", back, tb);
    done = result->crc_ok;
  }
  o.equal("expect_crc_ok", done, expected);
  return o;
}

const Register registered("ldpc_decode", run);

}  // namespace
}  // namespace sen::vectors
