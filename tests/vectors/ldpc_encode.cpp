// Block "ldpc_encode": transport block to code word (TS 38.212 7.2.1 to 7.2.6), and back by the decoder.
#include "tests/vectors/sch_case.h"

namespace sen::vectors {

phy::SchCode sch_code(const Case& c, Outcome& o) {
  phy::SchCode code;
  code.base_graph = c.integer<uint8_t>("base_graph");
  code.rv = c.integer<uint8_t>("rv");
  code.qm = c.integer<uint8_t>("Q_m");
  code.layers = c.integer<uint8_t>("N_L_layers");
  code.tb_bits = c.integer<uint32_t>("A_tbs_bits");
  code.g = c.integer<uint32_t>("G_bits");
  o.equal("G_bits", c.integer<uint32_t>("n_re_per_layer") * code.layers * code.qm, code.g);
  auto s = phy::segment(code.tb_bits, code.base_graph);
  if (!o.ok("segmentation", s)) return code;
  o.equal("L_tb_crc_bits", s->tb_crc_bits, c.integer("L_tb_crc_bits"));
  o.equal("C_nof_codeblocks", s->blocks, c.integer("C_nof_codeblocks"));
  o.equal("Z_c", s->z, c.integer("Z_c"));
  o.equal("K_bits_incl_filler", s->k, c.integer("K_bits_incl_filler"));
  o.equal("F_filler_bits", s->fillers(), c.integer("F_filler_bits"));
  std::vector<unsigned> e;
  for (unsigned r = 0; r < s->blocks; ++r) e.push_back(phy::rate_matched_bits(*s, code.g, code.layers, code.qm, r));
  o.equal("E_r", e, c.integers("E_r"));
  o.equal("lbrm", c.flag("lbrm"), c.has("N_ref"));
  if (c.flag("lbrm")) {
    code.n_ref = phy::n_ref(c.integer<uint32_t>("TBS_LBRM_bits"), s->blocks);
    o.equal("N_ref", code.n_ref, c.integer("N_ref"));
  } else {
    o.holds("no LBRM", !c.has("TBS_LBRM_bits"));
  }
  return code;
}

namespace {

// A code word without noise comes back if the information is in it: where this redundancy version alone has too little of it (most of the
// systematic bits missing, or a buffer shorter than the information), it is combined with our redundancy version 0 of the whole buffer, at
// a tenth of its weight.
void decode(const phy::SchCode& code, ByteView word, ByteView tb, Outcome& o) {
  auto soft = [](ByteView packed, size_t n, Llr size) {
    std::vector<Llr> out(n);
    for (size_t i = 0; i < n; ++i) out[i] = packed[i / 8] >> (7 - i % 8) & 1 ? static_cast<Llr>(-size) : size;
    return out;
  };
  phy::SchDecoder decoder;
  phy::HarqBuffer harq(code.tb_bits);
  const phy::LdpcOptions options{.iterations = 20};
  Bytes back(tb.size());
  auto result = decoder.decode(code, soft(word, code.g, 100), options, harq, back);
  if (!o.ok("decoding", result)) return;
  if (!result->crc_ok) {
    phy::SchCode help = code;
    help.rv = 0;
    help.n_ref = 0;
    Bytes more((help.g + 7) / 8);
    phy::SchEncoder encoder;
    if (!o.ok("encoding", encoder.encode(help, tb, more))) return;
    result = decoder.decode(help, soft(more, help.g, 10), options, harq, back);
    if (!o.ok("decoding", result)) return;
  }
  o.holds("CRC of the decoded transport block", result->crc_ok);
  o.octets("transport_block, decoded", back, tb);
}

Outcome run(const Case& c) {
  Outcome o;
  const phy::SchCode code = sch_code(c, o);
  const Bytes tb = c.u8("transport_block");
  const PackedBits word = c.bits_msb("codeword");
  if (!o.equal("transport_block", tb.size(), code.tb_bits / 8) || !o.equal("codeword", word.n, code.g)) return o;
  phy::SchEncoder encoder;
  Bytes ours((code.g + 7) / 8);
  if (!o.ok("encoding", encoder.encode(code, tb, ours))) return o;
  o.packed("codeword", ours, word);
  decode(code, word.octets, tb, o);
  return o;
}

const Register registered("ldpc_encode", run);

}  // namespace
}  // namespace sen::vectors
