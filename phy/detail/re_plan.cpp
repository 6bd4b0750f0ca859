#include "phy/detail/re_plan.h"

#include <algorithm>
#include <bit>
#include <bitset>

#include "phy/dmrs.h"
#include "phy/grid.h"

namespace sen::phy::detail {

RePlan::RePlan(unsigned max_rb) {
  for (unsigned hop = 0; hop < 2; ++hop) {
    rbs_[hop].reserve(max_rb);
    order_[hop].reserve(max_rb);
    ptrs_res_[hop].reserve(max_rb);
  }
  runs_.reserve(size_t{symbols} * 6 * max_rb);  // at worst every second subcarrier in every symbol
}

void RePlan::place_rbs(const SharedChannel& channel, unsigned hop) {
  auto& order = order_[hop];
  order.clear();
  std::bitset<Grid::max_crb> taken;
  for (auto [first, count] : channel.allocation.rbs) {
    const unsigned start = channel.bwp.start + (hop == 1 ? *channel.second_hop_rb : first);
    for (unsigned rb = start; rb < start + count; ++rb) {
      order.push_back({static_cast<uint16_t>(rb), 0});
      taken.set(rb);
    }
  }
  std::array<uint16_t, Grid::max_crb> rank;
  auto& rbs = rbs_[hop];
  rbs.clear();
  uint16_t n = 0;
  for (unsigned rb = 0; rb < Grid::max_crb; ++rb) {
    if (!taken[rb]) continue;
    rank[rb] = n++;
    if (!rbs.empty() && rbs.back().first + rbs.back().second == rb) {
      ++rbs.back().second;
    } else {
      rbs.emplace_back(rb, 1);
    }
  }
  for (Rb& rb : order) rb.rank = rank[rb.crb];
  n_rb_ = n;
}

void RePlan::place_ptrs(const SharedChannel& channel) {
  for (auto& list : ptrs_res_) list.clear();
  ptrs_ = channel.ptrs ? ptrs_symbols(channel) : 0;
  if (!channel.ptrs || channel.transform) return;
  const unsigned k = *ptrs_subcarrier(channel.dmrs.type, channel.ptrs->port, channel.ptrs->re_offset),
                 step = channel.ptrs->frequency_density;
  for (unsigned hop = 0; hop < (channel.second_hop_rb ? 2u : 1u); ++hop) {
    unsigned next = ptrs_first_rb(n_rb_, step, channel.rnti), rank = 0;
    for (auto [first, count] : rbs_[hop]) {
      for (unsigned rb = first; rb < first + count; ++rb, ++rank) {
        if (rank != next) continue;
        ptrs_res_[hop].push_back({static_cast<uint16_t>(12 * rb + k), 1, static_cast<uint16_t>(12 * rank + k)});
        next += step;
      }
    }
  }
}

RePattern RePlan::make_pattern(const SharedChannel& channel, const Key& key) {
  uint16_t mask = 0xfff;
  if (key.dmrs) {
    for (unsigned group = 0; group < channel.dmrs.cdm_groups_without_data; ++group) {
      const unsigned delta = dmrs_port(channel.dmrs.type, 2 * group).delta;
      for (unsigned i = 0; i < dmrs_values_per_rb(channel.dmrs.type); ++i)
        mask &= static_cast<uint16_t>(~(1u << dmrs_subcarrier(channel.dmrs.type, delta, i)));
    }
  }
  const bool ptrs = key.ptrs && !channel.transform;
  const unsigned step = ptrs ? channel.ptrs->frequency_density : 1, first = ptrs ? ptrs_first_rb(n_rb_, step, channel.rnti) : 0;
  const uint16_t ptrs_bit =
      ptrs ? static_cast<uint16_t>(1u << *ptrs_subcarrier(channel.dmrs.type, channel.ptrs->port, channel.ptrs->re_offset)) : 0;

  const size_t begin = runs_.size();
  uint32_t res = 0;
  for (const Rb& rb : order_[key.hop]) {
    unsigned free = mask;
    if (ptrs && rb.rank >= first && (rb.rank - first) % step == 0) free &= ~ptrs_bit;
    for (uint32_t left = key.reserved; left; left &= left - 1) {
      const nr::l1::ReservedRes& r = channel.reserved[static_cast<unsigned>(std::countr_zero(left))];
      if (rb.crb >= r.first && rb.crb < r.end && (rb.crb - r.first) % r.stride == 0) free &= ~unsigned{r.subcarriers};
    }
    res += static_cast<uint32_t>(std::popcount(free));
    while (free) {
      const unsigned low = static_cast<unsigned>(std::countr_zero(free)), n = static_cast<unsigned>(std::countr_one(free >> low));
      free &= ~(((1u << n) - 1) << low);
      const unsigned k = 12u * rb.crb + low, a = 12u * rb.rank + low;
      if (runs_.size() > begin && runs_.back().k + runs_.back().n == k && runs_.back().a + runs_.back().n == a) {
        runs_.back().n = static_cast<uint16_t>(runs_.back().n + n);
      } else {
        runs_.push_back({static_cast<uint16_t>(k), static_cast<uint16_t>(n), static_cast<uint16_t>(a)});
      }
    }
  }
  RePattern out{res, std::span<const ReRun>(runs_).subspan(begin), res == subcarriers()};
  for (size_t i = 1; i < out.runs.size() && out.whole; ++i) out.whole = out.runs[i].a > out.runs[i - 1].a;
  // Transform precoding puts the PT-RS among the data before the DFT: the subcarriers stay whole.
  if (channel.transform && key.ptrs) out.res -= unsigned{channel.ptrs->groups} * channel.ptrs->samples;
  return out;
}

void RePlan::make(const SharedChannel& channel) {
  first_ = channel.allocation.start_symbol;
  end_ = channel.end_symbol();
  second_hop_ = channel.second_hop_symbol();
  dmrs_ = channel.dmrs.symbol_mask;
  place_rbs(channel, 0);
  if (channel.second_hop_rb) place_rbs(channel, 1);
  place_ptrs(channel);

  runs_.clear();
  std::array<Key, symbols> keys;
  unsigned n = 0;
  uint32_t res = 0;
  for (unsigned l = 0; l < symbols; ++l) {
    before_[l] = res;
    if (l < first_ || l >= end_) continue;
    Key key{0, hop(l) == 1, dmrs(l), ptrs(l)};
    for (unsigned i = 0; i < channel.reserved.size(); ++i) key.reserved |= uint32_t{channel.reserved[i].symbols >> l & 1u} << i;
    const auto known = std::find(keys.begin(), keys.begin() + n, key);
    pattern_of_[l] = static_cast<uint8_t>(known - keys.begin());
    if (known == keys.begin() + n) {
      keys[n] = key;
      patterns_[n++] = make_pattern(channel, key);
    }
    res += patterns_[pattern_of_[l]].res;
  }
  before_[symbols] = res;
}

void dmrs_row(const SharedChannel& channel, const RePlan& plan, nr::Slot slot, unsigned symbol, std::span<Cf> out) {
  const size_t values = dmrs_values_per_rb(channel.dmrs.type);
  if (channel.transform) return dmrs_base_low_papr(*channel.transform, slot, symbol, out.first(values * plan.n_rb()));
  size_t done = 0;
  for (auto [first, count] : plan.rbs(plan.hop(symbol))) {
    dmrs_base(channel.dmrs, slot, channel.bwp.extended_cp, symbol, first, count, out.subspan(done, values * count));
    done += values * count;
  }
}

}  // namespace sen::phy::detail
