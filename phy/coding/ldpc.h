// LDPC of TS 38.212 5.2.2 (segmentation), 5.3.2 (codes), 5.4.2 (rate matching), for one code block; sch.h puts transport blocks together.
// Encoder and decoder objects keep their work space: one thread at a time each, no allocation in a call.
#pragma once

#include "base/result.h"
#include "phy/coding/crc.h"

namespace sen::phy {

inline constexpr unsigned ldpc_max_z = 384, ldpc_max_k = 22 * ldpc_max_z, ldpc_max_n = 66 * ldpc_max_z;

// How a transport block becomes code blocks (5.2.2).
struct Segmentation {
  uint8_t base_graph = 1;
  uint32_t tb_bits = 0;      // A
  uint8_t tb_crc_bits = 24;  // L: 24, 16 for A <= 3824
  uint16_t blocks = 1;       // C
  uint16_t z = 0;            // Z_c
  uint16_t k = 0;            // K: 22 Z_c or 10 Z_c, fillers included
  uint16_t k_info = 0;       // K': K less fillers, code block CRC included
  uint16_t fillers() const { return static_cast<uint16_t>(k - k_info); }
  uint32_t n() const { return (base_graph == 1 ? 66u : 50u) * z; }  // coded bits, punctured 2 Z_c already out
};
// Invalid: base graph not 1 or 2, A 0, not whole octets or above 1,277,992 (as in TS 38.214).
Result<Segmentation> segment(uint32_t tb_bits, unsigned base_graph);

// Rate matching of a transport block (5.4.2).
struct RateMatch {
  uint32_t n_cb = 0;         // circular buffer
  uint8_t rv = 0, qm = 2;
  uint32_t k0 = 0;
};
// n_ref 0: N_cb = N; else min(N, n_ref).
RateMatch rate_match(const Segmentation& s, unsigned rv, unsigned qm, uint32_t n_ref);
// E_r of code block r: G bits over C blocks in units of layers * qm (5.4.2.1).
uint32_t rate_matched_bits(const Segmentation& s, uint32_t g, unsigned layers, unsigned qm, unsigned block);

class LdpcEncoder {
 public:
  LdpcEncoder();
  // `info`: K' packed bits. `out`: e bits of the rate-matched, bit-interleaved block, written from bit `out_bit` on (packed; bits before stay).
  void encode(const Segmentation& s, ByteView info, const RateMatch& m, uint32_t e, std::span<uint8_t> out, size_t out_bit);

 private:
  Aligned<uint8_t> work_;
};

// Soft bits of one code block over its transmissions: N int8 (fillers held as certain), reset by a new transport block.
using SoftBlock = std::span<Llr>;
// Undoes bit interleaving and rate matching, adding into `soft` (saturating). `fresh`: soft is cleared first.
void rate_dematch(const Segmentation& s, const RateMatch& m, std::span<const Llr> e, SoftBlock soft, bool fresh);

struct LdpcOptions {
  uint8_t iterations = 6;
  bool early_stop = true;    // by the CRC of the block
  float scale = 0;           // of the normalised min-sum: the nearer of 3/4 and 13/16; 0: by the code rate
};
struct LdpcResult {
  bool crc_ok = false;
  uint8_t iterations = 0;    // used
};
class LdpcDecoder {
 public:
  LdpcDecoder();
  // `info`: K' bits come out packed. `crc`: what ends the block (24B with several blocks, else the transport block's).
  LdpcResult decode(const Segmentation& s, std::span<const Llr> soft, Crc crc, const LdpcOptions& options, std::span<uint8_t> info);

 private:
  Aligned<uint8_t> work_;
};

}  // namespace sen::phy
