// The LDPC decoder on arbitrary soft bits: every instruction set gives the reference's bits, iterations and verdict; nothing leaves its
// work space.
#include <cstdlib>

#include "phy/coding/ldpc.h"
#include "phy/coding/ldpc_graph.h"
#include "phy/kernels/isa.h"

using namespace sen;
using namespace sen::phy;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 6) return 0;
  Segmentation s;
  s.base_graph = data[0] & 1 ? 1 : 2;
  s.z = static_cast<uint16_t>(lifting_size(2 + data[1] % 47));  // small ones: rounds are many
  if (data[0] & 2) s.z = static_cast<uint16_t>(lifting_size(2 + data[1] * 382 / 255));
  s.k = static_cast<uint16_t>((s.base_graph == 1 ? 22 : 10) * s.z);
  s.k_info = static_cast<uint16_t>(s.k - data[2] % (2 * s.z));
  RateMatch match = rate_match(s, data[3] & 3, data[3] & 4 ? 2 : 6, data[3] & 8 ? s.k_info + data[4] : 0);
  LdpcOptions options{.iterations = static_cast<uint8_t>(1 + data[5] % 4), .early_stop = (data[0] & 4) != 0};
  data += 6;
  size -= 6;
  std::vector<Llr> e(std::min<size_t>(4 * size, 2 * s.n()) / match.qm * match.qm);
  for (size_t i = 0; i < e.size(); ++i) e[i] = static_cast<Llr>(data[i % size] + i / size);

  static LdpcDecoder decoder;
  Bytes first;
  LdpcResult expected;
  for (Isa i : available_isas()) {
    use_isa(i);
    std::vector<Llr> soft(s.n());
    rate_dematch(s, match, e, soft, true);
    rate_dematch(s, match, e, soft, false);
    Bytes info((s.k_info + 7u) / 8);
    LdpcResult result = decoder.decode(s, soft, Crc::crc16, options, info);
    if (i == Isa::scalar) {
      first = info;
      expected = result;
    } else if (info != first || result.crc_ok != expected.crc_ok || result.iterations != expected.iterations) {
      std::abort();
    }
  }
  return 0;
}
