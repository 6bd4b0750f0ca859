// Successive-cancellation decoding of polar codes on int8 soft bits, list 1 to 32: the tree walk of a code, prepared as a list of steps, over all paths
// at once. The paths' values lie side by side (index-major, path-minor), so that a fork is a byte shuffle inside each group of `list` lanes, done lazily.
// One workspace belongs to one thread at a time; a call allocates nothing.
//
// Arithmetic (all implementations equal bit for bit): f = sign(a) sign(b) min(|a|, |b|), g = b +- a saturated at +-127; path metrics add |a| where a
// decision contradicts the soft bit. Leaves of the walk are whole subtrees: frozen (rate 0), one bit repeated, all information (rate 1), single parity
// check; rate 1 and parity check fork at their list - 1 least reliable bits at most, from the least reliable on.
#pragma once

#include <array>
#include <vector>

#include "phy/types.h"

namespace sen::phy {

inline constexpr unsigned polar_levels = 11;         // subtrees of 2^0 .. 2^10 leaves
inline constexpr unsigned polar_max_list = 32;
inline constexpr unsigned polar_max_leaf = 8;        // rate 1 and parity-check leaves: 2^8 bits at most

enum class PolarRole : uint8_t { frozen, information, parity };
enum class PolarStep : uint8_t {
  f,             // to the left child of a subtree of 2^level
  g,             // to its right child, the left's bits known
  g_zero,        // the same, the left child frozen; counts the frozen bits' metric
  combine,       // both children's bits to the subtree's
  combine_zero,  // the same, the left child frozen
  rate0,
  repetition,
  rate1,
  parity_check,
  parity_bit,    // one bit that is the sum of earlier ones
};
struct PolarOp {
  PolarStep step;
  uint8_t level;     // the subtree has 2^level leaves
  uint8_t region;    // its bits go to the left buffer of this level (the code's own level: the result),
  uint8_t terms;     // parity_bit: how many terms
  uint16_t offset;   // this many bits from the buffer's start
  uint16_t first;    // parity_bit: its first term; otherwise the subtree's first leaf
};
// A code bit of a finished left subtree of 2^level leaves.
struct PolarTerm {
  uint8_t level;
  uint16_t index;
};
struct PolarProgram {
  uint8_t level = 0;                 // N = 2^level
  std::vector<PolarOp> ops;
  std::vector<PolarTerm> terms;
  std::vector<PolarRole> roles;      // of the N leaves
};
// Steps for a code whose leaves have these roles (N a power of two, 32..1024). A parity leaf is the sum of the information leaves before it whose
// index differs by a multiple of five (TS 38.212 5.3.1.2).
void polar_program(std::span<const PolarRole> roles, PolarProgram& out);

class PolarWorkspace {
 public:
  explicit PolarWorkspace(unsigned list);
  unsigned list() const { return list_; }
  // log2 N of the last code; path metrics (smaller is better; unused paths have polar_no_path or more). A list of one keeps none: 0.
  const int32_t* metrics() const { return metric.data(); }
  // The code word (u G) of a path, bit i in bit i % 64 of word i / 64.
  void code_word(unsigned path, unsigned level, std::span<uint64_t> words) const;

  // Of the implementations.
  Aligned<int8_t> alpha, bits;              // a region a level
  Aligned<uint16_t> keys, index;            // least reliable bits of a leaf
  std::array<size_t, polar_levels> start{}; // of each region
  alignas(64) std::array<std::array<uint8_t, 32>, polar_levels> alpha_from{}, left_from{};  // lazy permutations
  alignas(64) std::array<int32_t, polar_max_list> metric{};
  struct Plain;
  std::shared_ptr<Plain> plain;             // of the reference, made when first used

 private:
  unsigned list_;
};
inline constexpr int32_t polar_no_path = 1 << 23;

// root: N soft bits within +-127.
void polar_decode(const PolarProgram& program, const Llr* root, PolarWorkspace& work);
namespace reference {
void polar_decode(const PolarProgram& program, const Llr* root, PolarWorkspace& work);
}

// How a subtree with these roles is decoded: shared by all implementations, so that their steps are the same.
enum class PolarLeaf : uint8_t { rate0, repetition, rate1, parity_check, split, parity_bit };
PolarLeaf polar_leaf(std::span<const PolarRole> roles);

}  // namespace sen::phy
