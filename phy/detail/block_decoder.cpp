#include "phy/detail/block_decoder.h"

namespace sen::phy::detail {

Result<SchCode> sch_code(const nr::l1::Code& code, unsigned layers, uint32_t g) {
  SEN_ASSIGN(const Segmentation s, segment(code.tbs_octets * 8, code.base_graph));
  if (g < uint32_t{s.blocks} * layers * code.qm) {
    return fail(Fault::invalid, "code.tbs_octets", "{} octets in {} code blocks where the channel carries {} bits (TS 38.212 5.4.2.1)",
                code.tbs_octets, s.blocks, g);
  }
  return SchCode{.base_graph = code.base_graph,
                 .rv = code.rv,
                 .qm = code.qm,
                 .layers = static_cast<uint8_t>(layers),
                 .tb_bits = code.tbs_octets * 8,
                 .g = g,
                 .n_ref = n_ref(code.lbrm_tbs_octets * 8, s.blocks)};
}

Status BlockDecoder::start(const SchCode& code, const LdpcOptions& options, HarqBuffer& harq, std::span<const Llr> codeword) {
  SEN_ASSIGN(segmentation_, segment(code.tb_bits, code.base_graph));
  if (!harq.fits(segmentation_)) {
    return fail(Fault::exhausted, "HARQ buffer", "too small for {} code blocks of {} soft bits", segmentation_.blocks, segmentation_.n());
  }
  code_ = code;
  options_ = options;
  harq_ = &harq;
  codeword_ = codeword;
  next_ = 0;
  next_first_ = 0;
  iterations_ = 0;
  next_end_ = rate_matched_bits(segmentation_, code.g, code.layers, code.qm, 0);
  return {};
}

void BlockDecoder::filled(size_t n) {
  while (next_ < segmentation_.blocks && next_end_ <= n) {
    iterations_ +=
        decoders_[0].decode_block(segmentation_, code_, next_, codeword_.subspan(next_first_, next_end_ - next_first_), options_, *harq_);
    next_first_ = next_end_;
    if (++next_ < segmentation_.blocks) next_end_ += rate_matched_bits(segmentation_, code_.g, code_.layers, code_.qm, next_);
  }
}

void BlockDecoder::decode_all(JobPool& pool) {
  pool.run(segmentation_.blocks, [&](size_t block, unsigned thread) {
    const unsigned r = static_cast<unsigned>(block);
    size_t first = 0;
    for (unsigned i = 0; i < r; ++i) first += rate_matched_bits(segmentation_, code_.g, code_.layers, code_.qm, i);
    const size_t e = rate_matched_bits(segmentation_, code_.g, code_.layers, code_.qm, r);
    iterations_ += decoders_[thread].decode_block(segmentation_, code_, r, codeword_.subspan(first, e), options_, *harq_);
  });
}

SchResult BlockDecoder::finish(std::span<uint8_t> tb) {
  SchResult out = SchDecoder::finish(segmentation_, *harq_, tb);
  out.iterations = iterations_;
  return out;
}

}  // namespace sen::phy::detail
