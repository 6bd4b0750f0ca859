#include "phy/coding/sch.h"

#include <algorithm>

#include "base/ensure.h"
#include "nr/tbs.h"
#include "phy/kernels/ldpc_bits.h"

namespace sen::phy {
namespace {

constexpr size_t block_octets = ldpc_max_k / 8;

Result<Segmentation> check(const SchCode& code, size_t tb_octets) {
  SEN_ASSIGN(Segmentation s, segment(code.tb_bits, code.base_graph));
  if (code.qm == 0 || code.qm > 10 || (code.qm % 2 != 0 && code.qm != 1)) {
    return fail(Fault::invalid, "qm", "{} is not 1, 2, 4, 6, 8 or 10 (TS 38.212 5.4.2.2)", code.qm);
  }
  if (code.layers < 1 || code.layers > 4) return fail(Fault::invalid, "layers", "{} is not 1 to 4 (TS 38.212 5.4.2.1)", code.layers);
  if (code.rv > 3) return fail(Fault::invalid, "rv", "{} is not 0 to 3 (TS 38.212 5.4.2.1)", code.rv);
  uint32_t unit = code.qm * code.layers;
  if (code.g % unit != 0 || code.g / unit < s.blocks) {
    return fail(Fault::invalid, "G", "{} bits are not a multiple of {} of at least {} (TS 38.212 5.4.2.1)", code.g, unit, unit * s.blocks);
  }
  if (tb_octets < code.tb_bits / 8) {
    return fail(Fault::truncated, "transport block", "{} octets where {} are needed", tb_octets, code.tb_bits / 8);
  }
  return s;
}

Crc tb_crc(const Segmentation& s) { return s.tb_crc_bits == 24 ? Crc::crc24a : Crc::crc16; }
uint32_t block_crc_bits(const Segmentation& s) { return s.blocks > 1 ? 24 : 0; }
uint32_t block_data_bits(const Segmentation& s) { return s.k_info - block_crc_bits(s); }

void write_crc(uint32_t value, unsigned bits, uint8_t* out, size_t at) {
  value <<= 32 - bits;
  const uint8_t octets[4] = {static_cast<uint8_t>(value >> 24), static_cast<uint8_t>(value >> 16), static_cast<uint8_t>(value >> 8),
                             static_cast<uint8_t>(value)};
  copy_bits(octets, bits, out, at);
}

// n bits from bit `at` of `from` to the start of `to`.
void take_bits(const uint8_t* from, size_t at, size_t n, uint8_t* to) {
  from += at / 8;
  unsigned shift = at % 8;
  if (shift == 0) return copy_bits(from, n, to, 0);
  for (size_t i = 0; i < (n + 7) / 8; ++i) {
    bool more = 8 * i + 8 - shift < n;
    to[i] = static_cast<uint8_t>(from[i] << shift | (more ? from[i + 1] >> (8 - shift) : 0));
  }
}

}  // namespace

uint32_t n_ref(uint32_t tbs_lbrm_bits, unsigned blocks) {
  return static_cast<uint32_t>(uint64_t{3} * tbs_lbrm_bits / (2 * std::max(1u, blocks)));
}

SchEncoder::SchEncoder() : block_(block_octets + 64) {}

Status SchEncoder::encode(const SchCode& code, ByteView tb, std::span<uint8_t> out) {
  SEN_ASSIGN(Segmentation s, check(code, tb.size()));
  if (out.size() < (code.g + 7) / 8) return fail(Fault::truncated, "code word", "{} octets for {} bits", out.size(), code.g);
  RateMatch match = rate_match(s, code.rv, code.qm, code.n_ref);
  uint32_t whole = crc(tb_crc(s), tb, s.tb_bits);
  size_t at = 0;
  uint32_t data = block_data_bits(s);
  for (unsigned r = 0; r < s.blocks; ++r) {
    uint32_t from_tb = std::min<uint32_t>(data, s.tb_bits - std::min(s.tb_bits, r * data));
    take_bits(tb.data(), size_t{r} * data, from_tb, block_.data());
    // What of the block is not payload is the end of the transport block's CRC.
    if (uint32_t rest = data - from_tb; rest > 0) write_crc(whole & (0xffffffffu >> (32 - rest)), rest, block_.data(), from_tb);
    if (s.blocks > 1) write_crc(crc(Crc::crc24b, block_.span(), data), 24, block_.data(), data);
    uint32_t e = rate_matched_bits(s, code.g, code.layers, code.qm, r);
    encoder_.encode(s, {block_.data(), (s.k_info + 7u) / 8}, match, e, out, at);
    at += e;
  }
  return {};
}

HarqBuffer::HarqBuffer(uint32_t max_tb_bits) {
  size_t blocks_1 = nr::code_block_count(max_tb_bits, nr::BaseGraph::bg1), blocks_2 = nr::code_block_count(max_tb_bits, nr::BaseGraph::bg2);
  soft_ = Aligned<Llr>(std::max(blocks_1 * 66 * ldpc_max_z, blocks_2 * 50 * ldpc_max_z));
  bits_ = Aligned<uint8_t>(blocks_2 * block_octets);
  done_.resize(blocks_2);
}

SoftBlock HarqBuffer::block(unsigned r, uint32_t n) { return soft_.span().subspan(size_t{r} * n, n); }

bool HarqBuffer::fits(const Segmentation& s) const { return done_.size() >= s.blocks && soft_.size() >= size_t{s.blocks} * s.n(); }

void HarqBuffer::reset() {
  fresh_ = true;
  std::fill(done_.begin(), done_.end(), uint8_t{0});
}

bool HarqBuffer::done(unsigned r) const { return done_[r] != 0; }

Result<SchResult> SchDecoder::decode(const SchCode& code, std::span<const Llr> llrs, const LdpcOptions& options, HarqBuffer& harq,
                                     std::span<uint8_t> tb) {
  SEN_ASSIGN(Segmentation s, check(code, tb.size()));
  if (llrs.size() < code.g) return fail(Fault::truncated, "soft bits", "{} where {} are needed", llrs.size(), code.g);
  if (!harq.fits(s)) {
    return fail(Fault::exhausted, "HARQ buffer", "{} code blocks of {} soft bits do not fit {}", s.blocks, s.n(), harq.soft_.size());
  }
  uint32_t iterations = 0;
  for (unsigned r = 0; r < s.blocks; ++r) {
    uint32_t e = rate_matched_bits(s, code.g, code.layers, code.qm, r);
    iterations += decode_block(s, code, r, llrs.first(e), options, harq);
    llrs = llrs.subspan(e);
  }
  SchResult result = finish(s, harq, tb);
  result.iterations = iterations;
  return result;
}

uint32_t SchDecoder::decode_block(const Segmentation& s, const SchCode& code, unsigned block, std::span<const Llr> e,
                                  const LdpcOptions& options, HarqBuffer& harq) {
  if (harq.done(block)) return 0;
  SoftBlock soft = harq.block(block, s.n());
  rate_dematch(s, rate_match(s, code.rv, code.qm, code.n_ref), e, soft, harq.fresh());
  std::span<uint8_t> bits = harq.bits_.span().subspan(block * block_octets, block_octets);
  LdpcResult result = decoder_.decode(s, soft, s.blocks > 1 ? Crc::crc24b : tb_crc(s), options, bits);
  harq.done_[block] = result.crc_ok;
  return result.iterations;
}

SchResult SchDecoder::finish(const Segmentation& s, HarqBuffer& harq, std::span<uint8_t> tb) {
  SchResult result;
  result.blocks = s.blocks;
  result.blocks_ok =
      static_cast<uint16_t>(std::count_if(harq.done_.begin(), harq.done_.begin() + s.blocks, [](uint8_t d) { return d != 0; }));
  harq.fresh_ = false;
  uint32_t data = block_data_bits(s), written = 0, received = 0;
  for (unsigned r = 0; r < s.blocks; ++r) {
    const uint8_t* bits = harq.bits_.data() + r * block_octets;
    uint32_t n = std::min(data, s.tb_bits - std::min(s.tb_bits, written));
    copy_bits(bits, n, tb.data(), written);
    written += n;
    for (uint32_t i = n; i < data; ++i) received = received << 1 | (bits[i / 8] >> (7 - i % 8) & 1u);
  }
  result.crc_ok = result.blocks_ok == s.blocks && crc(tb_crc(s), tb, s.tb_bits) == received;
  // The blocks' CRCs can hold by chance where the transport block's does not: then all of them are decoded again.
  if (!result.crc_ok && result.blocks_ok == s.blocks) std::fill(harq.done_.begin(), harq.done_.end(), uint8_t{0});
  return result;
}

}  // namespace sen::phy
