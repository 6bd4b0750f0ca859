#include "nr/tbs.h"
#include "phy/coding/ldpc.h"
#include "phy/coding/ldpc_graph.h"

namespace sen::phy {
namespace {

constexpr uint32_t max_tb_bits = 1'277'992;

// K_b of 5.2.2: the columns that may carry information.
unsigned info_columns(unsigned base_graph, uint32_t b) {
  if (base_graph == 1) return 22;
  return b > 640 ? 10 : b > 560 ? 9 : b > 192 ? 8 : 6;
}

}  // namespace

Result<Segmentation> segment(uint32_t tb_bits, unsigned base_graph) {
  if (base_graph != 1 && base_graph != 2) return fail(Fault::invalid, "base graph", "{} is not 1 or 2 (TS 38.212 7.2.2)", base_graph);
  if (tb_bits == 0 || tb_bits % 8 != 0 || tb_bits > max_tb_bits) {
    return fail(Fault::invalid, "transport block", "{} bits is not a multiple of 8 from 8 to {} (TS 38.214 5.1.3.2)", tb_bits, max_tb_bits);
  }
  Segmentation s;
  s.base_graph = static_cast<uint8_t>(base_graph);
  s.tb_bits = tb_bits;
  s.tb_crc_bits = tb_bits > 3824 ? 24 : 16;
  s.blocks = static_cast<uint16_t>(nr::code_block_count(tb_bits, static_cast<nr::BaseGraph>(base_graph)));
  uint32_t b = tb_bits + s.tb_crc_bits;
  uint32_t all = b + (s.blocks > 1 ? 24u * s.blocks : 0u);
  if (all % s.blocks != 0) {
    return fail(Fault::invalid, "transport block", "{} bits do not fill {} code blocks evenly (TS 38.212 5.2.2, TS 38.214 5.1.3.2)",
                tb_bits, s.blocks);
  }
  s.k_info = static_cast<uint16_t>(all / s.blocks);
  unsigned k_b = info_columns(base_graph, b);
  s.z = static_cast<uint16_t>(lifting_size((s.k_info + k_b - 1) / k_b));
  s.k = static_cast<uint16_t>((base_graph == 1 ? 22 : 10) * s.z);
  return s;
}

}  // namespace sen::phy
