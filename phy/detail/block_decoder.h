// Decodes a transport block while its soft bits come in: each code block as soon as its last soft bit is there, while they are still in the
// cache; or all blocks at the end, on several threads. No allocation in a call.
#pragma once

#include <atomic>
#include <vector>

#include "base/job_pool.h"
#include "nr/l1.h"
#include "phy/coding/sch.h"

namespace sen::phy::detail {

class BlockDecoder {
 public:
  explicit BlockDecoder(unsigned threads = 1) : decoders_(threads) {}
  // `codeword`: room for code.g soft bits, which the caller fills from the front. Errors: what segment() refuses, fewer bits than code
  // blocks need, a HARQ buffer that is too small.
  Status start(const SchCode& code, const LdpcOptions& options, HarqBuffer& harq, std::span<const Llr> codeword);
  // The first `n` soft bits are there: decodes what is complete.
  void filled(size_t n);
  // All are there, and nothing was said to be filled: the pool's threads take the blocks.
  void decode_all(JobPool& pool);
  SchResult finish(std::span<uint8_t> tb);

 private:
  std::vector<SchDecoder> decoders_;  // by thread
  Segmentation segmentation_;
  SchCode code_;
  LdpcOptions options_;
  HarqBuffer* harq_ = nullptr;
  std::span<const Llr> codeword_;
  unsigned next_ = 0;
  std::atomic<uint32_t> iterations_{0};
  size_t next_first_ = 0, next_end_ = 0;
};

// The code of a shared channel that carries `g` bits.
Result<SchCode> sch_code(const nr::l1::Code& code, unsigned layers, uint32_t g);

}  // namespace sen::phy::detail
