#include "phy/coding/polar_plan.h"

#include <algorithm>
#include <bit>

#include "phy/coding/polar_tables.h"

namespace sen::phy {
namespace {

constexpr std::array<uint8_t, 32> sub_block_pattern{0,  1,  2,  4,  3,  5,  6,  7,  8,  16, 9,  17, 10, 18, 11, 19,
                                                    12, 20, 13, 21, 14, 22, 15, 23, 24, 25, 26, 28, 27, 29, 30, 31};
constexpr unsigned ceil_div(unsigned a, unsigned b) { return (a + b - 1) / b; }

// 5.4.1.1: leaves that rate matching freezes.
void freeze_unsent(const PolarPlan& plan, std::span<bool> frozen) {
  const unsigned n = plan.n, e = plan.code.e;
  if (plan.matching == PolarMatching::puncturing) {
    for (unsigned i = 0; i < n - e; ++i) frozen[polar_sub_block(i, n)] = true;
    const unsigned low = 4 * e >= 3 * n ? ceil_div(3 * n - 2 * e, 4) : ceil_div(9 * n - 4 * e, 16);
    for (unsigned i = 0; i < low; ++i) frozen[i] = true;
  } else if (plan.matching == PolarMatching::shortening) {
    for (unsigned i = e; i < n; ++i) frozen[polar_sub_block(i, n)] = true;
  }
}

// 5.3.1.2: of the chosen leaves (ascending reliability), n_pc - n_pc_wm least reliable ones and n_pc_wm of least row weight among the others'
// most reliable carry parity.
void choose_parity(std::span<const uint16_t> chosen, PolarPlan& plan, std::span<PolarRole> roles) {
  const PolarCode& code = plan.code;
  unsigned count = 0;
  for (; count < unsigned{code.n_pc} - code.n_pc_wm; ++count) plan.parity[count] = chosen[count];
  if (code.n_pc_wm > 0) {
    std::span<const uint16_t> rest = chosen.subspan(code.n_pc);
    auto weight = [](uint16_t leaf) { return std::popcount(leaf); };  // log2 of the row's weight
    uint16_t best = rest[0];
    for (uint16_t leaf : rest) best = weight(leaf) <= weight(best) ? leaf : best;
    plan.parity[count++] = best;
  }
  std::sort(plan.parity.begin(), plan.parity.begin() + count);
  for (unsigned i = 0; i < count; ++i) roles[plan.parity[i]] = PolarRole::parity;
}

// c'_k = c_Pi(k) (5.3.1.1): which bit of the input the k-th place takes.
void input_order(const PolarCode& code, std::span<uint16_t> order) {
  if (!code.interleave_input) {
    for (unsigned k = 0; k < code.k; ++k) order[k] = static_cast<uint16_t>(k);
    return;
  }
  const unsigned skipped = static_cast<unsigned>(polar_input_pattern.size()) - code.k;
  unsigned k = 0;
  for (unsigned m : polar_input_pattern) {
    if (m >= skipped) order[k++] = static_cast<uint16_t>(m - skipped);
  }
}

uint64_t key_of(const PolarCode& c) {
  return uint64_t{c.k} | uint64_t{c.e} << 16 | uint64_t{c.n_max} << 32 | uint64_t{c.interleave_input} << 40 | uint64_t{c.interleave_coded} << 41 |
         uint64_t{c.n_pc} << 48 | uint64_t{c.n_pc_wm} << 56;
}

}  // namespace

unsigned polar_log2_length(const PolarCode& code) {
  const unsigned up = static_cast<unsigned>(std::bit_width(unsigned{code.e} - 1));  // ceil(log2 E)
  const bool shorter = 8 * unsigned{code.e} <= 9 * (1u << (up - 1)) && 16 * unsigned{code.k} < 9 * unsigned{code.e};
  const unsigned n1 = shorter ? up - 1 : up;
  const unsigned n2 = static_cast<unsigned>(std::bit_width(8 * unsigned{code.k} - 1));  // ceil(log2(K / R_min)), R_min = 1/8
  return std::max(std::min({n1, n2, unsigned{code.n_max}}), 5u);
}

unsigned polar_sub_block(unsigned n, unsigned length) {
  const unsigned block = length / 32;
  return sub_block_pattern[n / block] * block + n % block;
}

void make_polar_plan(const PolarCode& code, PolarPlan& plan) {
  plan.code = code;
  plan.level = static_cast<uint8_t>(polar_log2_length(code));
  plan.n = static_cast<uint16_t>(1u << plan.level);
  plan.matching = code.e >= plan.n                                     ? PolarMatching::repetition
                  : 16 * unsigned{code.k} <= 7 * unsigned{code.e} ? PolarMatching::puncturing
                                                                       : PolarMatching::shortening;
  std::array<bool, polar_max_n> frozen{};
  freeze_unsent(plan, frozen);
  std::array<uint16_t, polar_max_n> chosen;  // the most reliable ones from the back
  size_t first = polar_max_n;
  const size_t wanted = size_t{code.k} + code.n_pc;
  for (size_t i = polar_sequence.size(); i-- > 0 && polar_max_n - first < wanted;) {
    const uint16_t leaf = polar_sequence[i];
    if (leaf < plan.n && !frozen[leaf]) chosen[--first] = leaf;
  }
  std::array<PolarRole, polar_max_n> roles{};
  for (size_t i = first; i < polar_max_n; ++i) roles[chosen[i]] = PolarRole::information;
  choose_parity(std::span<const uint16_t>(chosen).subspan(first), plan, roles);
  std::array<uint16_t, polar_max_n> order;
  input_order(code, order);
  unsigned k = 0;
  plan.weight = plan.n;
  for (uint16_t leaf = 0; leaf < plan.n; ++leaf) {
    if (roles[leaf] != PolarRole::information || k == code.k) continue;
    plan.place[order[k++]] = leaf;
    plan.weight = std::min<uint16_t>(plan.weight, static_cast<uint16_t>(1u << std::popcount(leaf)));
  }
  polar_program(std::span<const PolarRole>(roles).first(plan.n), plan.program);
}

const PolarPlan& PolarPlans::find(const PolarCode& code) {
  const uint64_t key = key_of(code);
  ++clock_;
  for (Entry& entry : entries_) {
    if (entry.key == key) {
      entry.used = clock_;
      return *entry.plan;
    }
  }
  Entry* place = nullptr;
  if (entries_.size() < limit) {
    entries_.reserve(limit);
    place = &entries_.emplace_back();
    place->plan = std::make_unique<PolarPlan>();
  } else {
    place = &*std::ranges::min_element(entries_, {}, &Entry::used);
  }
  make_polar_plan(code, *place->plan);
  place->key = key;
  place->used = clock_;
  return *place->plan;
}

}  // namespace sen::phy
