// Layered normalised min-sum over int8 for one LDPC code block. A layer is a row of the base graph: its Z checks share no bit, so they fill
// vector lanes. Per edge and lane, with a the a-posteriori value and m the message that the check sent last time:
//   q = a - m;  m' = scale * (sign and smallest magnitude of the other edges' q);  a' = q + m'   (all saturating to 8 bits)
// The order of the layers matters: first the four rows of the core, those that meet only one of the two punctured columns before the
// others; then the extension rows from the last to the first (half an iteration less, or 0.2 dB, at rate 1/2, against the order of the
// table). The one-edge columns of the extension rows always give their channel value and are not updated. Any thread, one a state.
#pragma once

#include "phy/coding/ldpc_graph.h"
#include "phy/types.h"

namespace sen::phy {

// A column of the vector versions: Z values, then the first vector of them again, so that a rotated column is read by whole vectors.
inline constexpr size_t ldpc_soft_stride = 512;
inline constexpr size_t ldpc_soft_size = 2 * ldpc_max_columns * ldpc_soft_stride;
inline constexpr size_t ldpc_message_size = size_t{ldpc_max_edges} * 384;
inline constexpr size_t ldpc_hard_size = 22 * 384 + 64;

// The normalisation: 3/4 rounded down, or 13/16 rounded to the nearest.
enum class LdpcScale : uint8_t { low, high };

struct LdpcState {
  const LdpcGraph* graph = nullptr;
  Llr* soft = nullptr;         // ldpc_soft_size, aligned
  int8_t* messages = nullptr;  // ldpc_message_size, aligned
  int8_t* hard = nullptr;      // ldpc_hard_size
  LdpcScale scale = LdpcScale::low;
  unsigned n_rows = 0;  // the rows that have something to say, in the order of the schedule
  std::array<uint8_t, ldpc_max_rows> rows{};
  // Of the vector versions: a column has two places, so that a row reads one and writes the other; it stands at `place` and begins with bit
  // `origin`.
  std::array<uint16_t, ldpc_max_columns> origin{};
  std::array<uint32_t, ldpc_max_columns> place{};
};

inline constexpr std::array<uint8_t, 4> ldpc_core_order{1, 3, 0, 2};

// What arrived (the two punctured columns are not in `channel`): lists the rows, which are the core's and those whose own column has a
// value that is not 0; gives the mean magnitude, times 32, over the columns that have such a value, fillers left out (0: nothing arrived).
struct LdpcFillers {
  size_t first = 0, n = 0;  // in `channel`
};
unsigned ldpc_survey(LdpcState& state, const Llr* channel, LdpcFillers fillers);
// Takes the channel values times gain_128 / 128 (gain_128 at most 1024), rounded, within +-127; fillers become llr_certain.
void ldpc_load(LdpcState& state, const Llr* channel, LdpcFillers fillers, unsigned gain_128);
// One iteration over all rows; `first` after ldpc_load(). Returns how many of the core's checks the signs of q did not satisfy.
unsigned ldpc_iterate(LdpcState& state, bool first);
// The first n decided bits, packed, and their a-posteriori values in state.hard; `out` may touch 64 octets more.
void ldpc_harden(const LdpcState& state, size_t n, uint8_t* out);

namespace reference {
// Of n values whose magnitudes add up to `sum`, fillers included.
unsigned mean_32(uint64_t sum, size_t n, const Llr* channel, LdpcFillers fillers);
unsigned ldpc_survey(LdpcState& state, const Llr* channel, LdpcFillers fillers);
void ldpc_load(LdpcState& state, const Llr* channel, LdpcFillers fillers, unsigned gain_128);
unsigned ldpc_iterate(LdpcState& state, bool first);
void ldpc_harden(const LdpcState& state, size_t n, uint8_t* out);
}  // namespace reference

}  // namespace sen::phy
