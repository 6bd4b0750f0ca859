#include <algorithm>

#include "base/ensure.h"
#include "phy/coding/ldpc.h"
#include "phy/coding/ldpc_graph.h"
#include "phy/coding/rate_match.h"
#include "phy/kernels/ldpc_bits.h"
#include "phy/kernels/ldpc_encode.h"

namespace sen::phy {
namespace {

// The work space: columns of the encoder, the code word with its fillers left out, rate matching's.
constexpr size_t word_at = (ldpc_encode_work + 63) / 64 * 64, word_size = ldpc_max_columns * ldpc_max_z + 128;
constexpr size_t send_at = word_at + word_size;

}  // namespace

LdpcEncoder::LdpcEncoder() : work_(send_at + rate_match_work) {}

void LdpcEncoder::encode(const Segmentation& s, ByteView info, const RateMatch& m, uint32_t e, std::span<uint8_t> out, size_t out_bit) {
  ensure(info.size() * 8 >= s.k_info && out.size() * 8 >= out_bit + e);
  const LdpcGraph& graph = ldpc_graph(s.base_graph, s.z);
  uint8_t* word = work_.data() + word_at;
  unpack_bits(info.data(), s.k_info, word);
  std::fill_n(word + s.k_info, s.fillers(), uint8_t{0});
  CircularBuffer c = circular_buffer(s, m);
  uint64_t last = std::min<uint64_t>(c.length, c.start + uint64_t{e});
  uint64_t parity = last <= c.gap ? 0 : last - c.gap;
  auto rows = static_cast<unsigned>(std::max<uint64_t>(4, (parity + s.z - 1) / s.z));
  ldpc_encode(graph, rows, word, word + s.k_info, work_.data());
  send_bits(c, word + 2 * s.z, m.qm, e, work_.data() + send_at, out, out_bit);
}

}  // namespace sen::phy
