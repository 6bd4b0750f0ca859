// The parity-check matrices of TS 38.212 5.3.2 (tables 5.3.2-2 and 5.3.2-3) with their shifts for one lifting size. Any thread.
#pragma once

#include <array>
#include <cstdint>
#include <span>

namespace sen::phy {

inline constexpr unsigned ldpc_max_rows = 46, ldpc_max_columns = 68, ldpc_max_edges = 316;

// Z x Z circulant of one row and column of the base graph: check i meets bit (i + shift) modulo Z.
struct LdpcEdge {
  uint16_t shift;
  uint8_t column;
};

struct LdpcGraph {
  uint16_t z = 0;
  uint8_t rows = 0, columns = 0, info_columns = 0;
  std::array<uint16_t, ldpc_max_rows + 1> start{};
  std::array<LdpcEdge, ldpc_max_edges> edges{};  // by row, then column

  std::span<const LdpcEdge> row(unsigned r) const { return {edges.data() + start[r], edges.data() + start[r + 1]}; }
};

// Z_c of table 5.3.2-1?
bool is_lifting_size(unsigned z);
// The smallest Z_c of table 5.3.2-1 that is at least `least` (at most 384).
unsigned lifting_size(unsigned least);
// base_graph 1 or 2, z a lifting size.
const LdpcGraph& ldpc_graph(unsigned base_graph, unsigned z);

}  // namespace sen::phy
