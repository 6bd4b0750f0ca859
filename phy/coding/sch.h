// Transport blocks of UL-SCH and DL-SCH: TS 38.212 6.2.1 to 6.2.6 and 7.2.1 to 7.2.6 (CRC, segmentation, LDPC, rate matching, concatenation).
#pragma once

#include <vector>

#include "phy/coding/ldpc.h"

namespace sen::phy {

struct SchCode {
  uint8_t base_graph = 1, rv = 0, qm = 2, layers = 1;
  uint32_t tb_bits = 0;
  uint32_t g = 0;            // coded bits that the channel carries
  uint32_t n_ref = 0;        // limited buffer: floor(3 TBS_LBRM / (2 C)); 0: none (TS 38.212 5.4.2.1)
};
// The n_ref of a TBS_LBRM in bits (R_LBRM = 2/3); 0 stays 0.
uint32_t n_ref(uint32_t tbs_lbrm_bits, unsigned blocks);

class SchEncoder {
 public:
  SchEncoder();
  // g packed bits into `out` (ceil(g / 8) octets). Errors: what segment() refuses, tb too short, g too small for C blocks.
  Status encode(const SchCode& code, ByteView tb, std::span<uint8_t> out);

 private:
  LdpcEncoder encoder_;
  Aligned<uint8_t> block_;
};

// Soft bits of one HARQ process; sized for a transport block at most (bits at the widest configuration); taken from a pool at start.
class HarqBuffer {
 public:
  explicit HarqBuffer(uint32_t max_tb_bits);
  SoftBlock block(unsigned r, uint32_t n);
  bool fits(const Segmentation& s) const;
  void reset();              // a new transport block: nothing combined yet
  bool fresh() const { return fresh_; }
  // Code blocks whose CRC held keep their bits and are not decoded again.
  bool done(unsigned r) const;

 private:
  friend class SchDecoder;
  Aligned<Llr> soft_;
  Aligned<uint8_t> bits_;    // decoded code blocks
  std::vector<uint8_t> done_;
  bool fresh_ = true;
};

struct SchResult {
  bool crc_ok = false;
  uint32_t iterations = 0;   // over all blocks
  uint16_t blocks = 0, blocks_ok = 0;
};
class SchDecoder {
 public:
  // `llrs`: g soft bits (descrambled). `tb`: tb_bits / 8 octets, valid when crc_ok. Errors as for encode().
  Result<SchResult> decode(const SchCode& code, std::span<const Llr> llrs, const LdpcOptions& options, HarqBuffer& harq, std::span<uint8_t> tb);
  // The parts of decode() for a pool: one code block (dematch, combine, decode), then the transport block's CRC over all.
  // Returns the iterations used.
  uint32_t decode_block(const Segmentation& s, const SchCode& code, unsigned block, std::span<const Llr> e, const LdpcOptions& options,
                        HarqBuffer& harq);
  static SchResult finish(const Segmentation& s, HarqBuffer& harq, std::span<uint8_t> tb);

 private:
  LdpcDecoder decoder_;
};

}  // namespace sen::phy
