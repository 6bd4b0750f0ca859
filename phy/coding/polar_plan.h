// What the polar encoder and decoder know about a code: its length, places of bits, rate matching (TS 38.212 5.3.1.2 and 5.4.1). Private to coding/.
#pragma once

#include <optional>

#include "phy/coding/polar.h"
#include "phy/kernels/polar.h"

namespace sen::phy {

enum class PolarMatching : uint8_t { repetition, puncturing, shortening };

struct PolarPlan {
  PolarCode code;
  uint16_t n = 0;
  uint8_t level = 0;                                    // n = 2^level
  PolarMatching matching = PolarMatching::repetition;
  std::array<uint16_t, polar_max_n> place{};            // leaf of c_i (input interleaving undone)
  std::array<uint16_t, 3> parity{};                     // leaves of the n_pc parity bits, ascending
  uint16_t weight = 0;                                  // least number of ones in a code word with a single information leaf set
  PolarProgram program;
};

// n of 5.3.1.
unsigned polar_log2_length(const PolarCode& code);
// J(n): y_n = d_J(n) (5.4.1.1).
unsigned polar_sub_block(unsigned n, unsigned length);
void make_polar_plan(const PolarCode& code, PolarPlan& out);

// The plans of the last codes met; the one longest unused makes place.
class PolarPlans {
 public:
  const PolarPlan& find(const PolarCode& code);

 private:
  static constexpr size_t limit = 64;
  struct Entry {
    uint64_t key = 0, used = 0;
    std::unique_ptr<PolarPlan> plan;
  };
  std::vector<Entry> entries_;
  uint64_t clock_ = 0;
};

}  // namespace sen::phy
