// Layered normalised min-sum over int8 for one LDPC code block. A layer is a row of the base graph: its Z checks share no bit, so they fill vector
// lanes. Per edge and lane, with a the a-posteriori value and m the message that the check sent last time:
//   q = a - m;  m' = scale * (sign and smallest magnitude of the other edges' q);  a' = q + m'   (all saturating to 8 bits)
// The one-edge columns of the extension rows always give their channel value and are not updated. Any thread, one a state.
#pragma once

#include "phy/coding/ldpc_graph.h"
#include "phy/types.h"

namespace sen::phy {

inline constexpr size_t ldpc_soft_stride = 2 * 384 + 2 * 64;
inline constexpr size_t ldpc_soft_size = ldpc_max_columns * ldpc_soft_stride;
inline constexpr size_t ldpc_message_size = size_t{ldpc_max_edges} * 384 + 4 * 64 * 6;
inline constexpr size_t ldpc_hard_size = 22 * 384 + 64;

// The normalisation: 3/4 rounded down, or 13/16 rounded to the nearest.
enum class LdpcScale : uint8_t { low, high };

struct LdpcState {
  const LdpcGraph* graph = nullptr;
  Llr* soft = nullptr;          // ldpc_soft_size, aligned
  int8_t* messages = nullptr;   // ldpc_message_size, aligned
  int8_t* hard = nullptr;       // ldpc_hard_size
  LdpcScale scale = LdpcScale::low;
  unsigned n_rows = 0;          // the rows that have something to say, in the order of the schedule
  std::array<uint8_t, ldpc_max_rows> rows{};
  // Of the vector versions: element 0 of column c is bit origin[c].
  std::array<uint16_t, ldpc_max_columns> origin{};
};

// Of the values that are neither 0 nor certain: how many, and the sum of their magnitudes.
struct LdpcLevel {
  uint32_t used = 0, sum = 0;
};
LdpcLevel ldpc_level(const Llr* values, size_t n);
// Takes the channel values (without the two punctured columns) times gain_32 / 32 (gain_32 at most 256), rounded, within +-llr_max; certain ones
// stay. Lists the rows: the core's, and those whose own column has a value that is not 0.
void ldpc_load(LdpcState& state, const Llr* channel, unsigned gain_32);
// One iteration over all rows; `first` after ldpc_load().
void ldpc_iterate(LdpcState& state, bool first);
// The first n decided bits, packed, and their a-posteriori values in state.hard; `out` may touch 64 octets more.
void ldpc_harden(const LdpcState& state, size_t n, uint8_t* out);

namespace reference {
LdpcLevel ldpc_level(const Llr* values, size_t n);
void ldpc_load(LdpcState& state, const Llr* channel, unsigned gain_32);
void ldpc_iterate(LdpcState& state, bool first);
void ldpc_harden(const LdpcState& state, size_t n, uint8_t* out);
}  // namespace reference

}  // namespace sen::phy
