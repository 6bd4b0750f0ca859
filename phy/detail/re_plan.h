// The resource elements of one PDSCH or PUSCH, found once and then walked run by run (TS 38.211 7.3.1.5, 7.3.1.6, 6.3.1.6, 6.3.1.7): data
// fills symbol after symbol, in each the virtual resource blocks in order, in each the subcarriers upwards that no DM-RS group, PT-RS or
// reservation takes. Symbols that look alike share a pattern. Room is taken at construction. One job at a time.
#pragma once

#include <bit>
#include <vector>

#include "phy/detail/shared_channel.h"

namespace sen::phy::detail {

// `n` subcarriers from `k` of the grid on; `a` is the first one's place in the allocation, counted ascending.
struct ReRun {
  uint16_t k = 0, n = 0, a = 0;
};

struct RePattern {
  uint32_t res = 0;             // data REs (a layer)
  std::span<const ReRun> runs;  // in the order of data
  bool whole = false;           // the data REs are all REs of the allocation, ascending
};

class RePlan {
 public:
  static constexpr unsigned symbols = 14;

  explicit RePlan(unsigned max_rb);
  // The channel must have passed its check.
  void make(const SharedChannel& channel);

  unsigned first_symbol() const { return first_; }
  unsigned end_symbol() const { return end_; }
  unsigned second_hop_symbol() const { return second_hop_; }
  unsigned hop(unsigned symbol) const { return symbol >= second_hop_ ? 1 : 0; }
  const RePattern& data(unsigned symbol) const { return patterns_[pattern_of_[symbol]]; }
  // Data REs of a layer before the symbol, and of all symbols.
  uint32_t res_before(unsigned symbol) const { return before_[symbol]; }
  uint32_t res() const { return before_[symbols]; }
  bool dmrs(unsigned symbol) const { return dmrs_ >> symbol & 1; }
  unsigned first_dmrs(unsigned hop) const {
    return static_cast<unsigned>(std::countr_zero(hop == 0 ? unsigned{dmrs_} : dmrs_ & ~0u << second_hop_));
  }
  bool ptrs(unsigned symbol) const { return ptrs_ >> symbol & 1; }
  // The allocation's resource blocks, ascending, as (first common resource block, count).
  std::span<const std::pair<uint16_t, uint16_t>> rbs(unsigned hop) const { return rbs_[hop]; }
  unsigned n_rb() const { return n_rb_; }
  unsigned subcarriers() const { return 12 * n_rb_; }
  // Subcarriers of the grid with PT-RS (CP-OFDM), ascending.
  std::span<const ReRun> ptrs_res(unsigned hop) const { return ptrs_res_[hop]; }

 private:
  struct Key {
    uint32_t reserved = 0;
    bool hop = false, dmrs = false, ptrs = false;
    bool operator==(const Key&) const = default;
  };
  void place_rbs(const SharedChannel& channel, unsigned hop);
  void place_ptrs(const SharedChannel& channel);
  RePattern make_pattern(const SharedChannel& channel, const Key& key);

  unsigned first_ = 0, end_ = 0, second_hop_ = 0, n_rb_ = 0;
  uint16_t dmrs_ = 0, ptrs_ = 0;
  std::array<RePattern, symbols> patterns_{};
  std::array<uint8_t, symbols> pattern_of_{};
  std::array<uint32_t, symbols + 1> before_{};
  std::array<std::vector<std::pair<uint16_t, uint16_t>>, 2> rbs_;
  struct Rb {
    uint16_t crb = 0, rank = 0;  // rank: place among the allocation's blocks, ascending
  };
  std::array<std::vector<Rb>, 2> order_;  // in the order of the virtual resource blocks
  std::array<std::vector<ReRun>, 2> ptrs_res_;
  std::vector<ReRun> runs_;
};

// Base values of the DM-RS over the whole allocation in one symbol, ascending: n_rb * values an RB.
void dmrs_row(const SharedChannel& channel, const RePlan& plan, nr::Slot slot, unsigned symbol, std::span<Cf> out);

}  // namespace sen::phy::detail
