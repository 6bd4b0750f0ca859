#include "phy/coding/polar.h"

#include <algorithm>
#include <cstring>

#include "base/ensure.h"
#include "phy/coding/polar_plan.h"

namespace sen::phy {
namespace {

constexpr unsigned max_e = 8192;                 // TS 38.212 5.3.1: E_r of UCI
constexpr unsigned min_k_downlink = 36, max_k_downlink = 164, max_k_uplink = 1023;

// 5.4.1.3: rows of a triangle of T(T + 1)/2 places are written, columns read. visit(i, k): bit i of the input is the k-th of the output.
template <class Visit>
void triangle(unsigned e, Visit&& visit) {
  unsigned t = 0;
  while (t * (t + 1) / 2 < e) ++t;
  unsigned k = 0;
  for (unsigned column = 0; column < t; ++column) {
    unsigned i = column;
    for (unsigned row = 0; row < t - column && i < e; ++row) {
      visit(i, k++);
      i += t - row;  // row `row` has t - row places
    }
  }
}

// u G_N in place (no bit reversal): 64 leaves a word.
void transform(std::span<uint64_t> words, unsigned level) {
  constexpr uint64_t low[6] = {0x5555555555555555, 0x3333333333333333, 0x0f0f0f0f0f0f0f0f, 0x00ff00ff00ff00ff, 0x0000ffff0000ffff, 0x00000000ffffffff};
  for (uint64_t& w : words) {
    for (unsigned s = 0; s < std::min(level, 6u); ++s) w ^= w >> (1u << s) & low[s];
  }
  for (size_t s = 1; s < words.size(); s *= 2) {
    for (size_t i = 0; i < words.size(); ++i) {
      if (!(i & s)) words[i] ^= words[i + s];
    }
  }
}

bool get(std::span<const uint64_t> words, unsigned i) { return words[i / 64] >> i % 64 & 1; }

// 5.3.1.2: the five cells of a register that turns with every leaf.
void set_parity(const PolarPlan& plan, std::span<uint64_t> u) {
  std::array<bool, 5> y{};
  unsigned next = 0;
  for (unsigned i = 0; i < plan.n && next < plan.code.n_pc; ++i) {
    bool& cell = y[i % 5];
    if (plan.parity[next] == i) {
      u[i / 64] |= uint64_t{cell} << i % 64;
      ++next;
    } else {
      cell ^= get(u, i);
    }
  }
}

// Bit i of the words to octet i, 0 or 1; eight at a time.
void spread(std::span<const uint64_t> words, unsigned n, Bit* out) {
  for (unsigned i = 0; i < n; i += 8) {
    const uint64_t octet = words[i / 64] >> i % 64 & 0xff;
    const uint64_t one_each = octet * 0x0101010101010101 & 0x8040201008040201;
    const uint64_t bits = (one_each + 0x7f7f7f7f7f7f7f7f) >> 7 & 0x0101010101010101;
    std::memcpy(out + i, &bits, 8);
  }
}

size_t words_of(const PolarPlan& plan) { return std::max(1, plan.n / 64); }

}  // namespace

Result<PolarCode> polar_code_downlink(unsigned k, unsigned e) {
  if (k < min_k_downlink || k > max_k_downlink) return fail(Fault::invalid, "polar.k", "{} is not allowed (36 to 164; TS 38.212 5.3.1.1)", k);
  if (e < k || e > max_e) return fail(Fault::invalid, "polar.e", "{} is not allowed ({} to {}; TS 38.212 5.3.1)", e, k, max_e);
  return PolarCode{.k = static_cast<uint16_t>(k), .e = static_cast<uint16_t>(e), .n_max = 9, .interleave_input = true};
}

Result<PolarCode> polar_code_uplink(unsigned k, unsigned e) {
  const bool small = k >= 18 && k <= 25;
  if (!small && (k < 31 || k > max_k_uplink)) {
    return fail(Fault::invalid, "polar.k", "{} is not allowed (18 to 25, 31 to 1023; TS 38.212 6.3.1.3)", k);
  }
  const unsigned n_pc = small ? 3 : 0;
  if (e < k + n_pc || e > max_e) return fail(Fault::invalid, "polar.e", "{} is not allowed ({} to {}; TS 38.212 5.3.1)", e, k + n_pc, max_e);
  PolarCode code{.k = static_cast<uint16_t>(k), .e = static_cast<uint16_t>(e), .n_max = 10, .interleave_coded = true};
  code.n_pc = static_cast<uint8_t>(n_pc);
  code.n_pc_wm = small && e - k + 3 > 192;
  return code;
}

struct PolarEncoder::Plans {
  PolarPlans plans;
};

PolarEncoder::PolarEncoder() : plans_(std::make_shared<Plans>()) {}

void PolarEncoder::encode(const PolarCode& code, std::span<const Bit> c, std::span<Bit> e) {
  ensure(c.size() == code.k && e.size() == code.e);
  const PolarPlan& plan = plans_->plans.find(code);
  std::array<uint64_t, polar_max_n / 64> words{};
  for (unsigned i = 0; i < code.k; ++i) words[plan.place[i] / 64] |= uint64_t{c[i]} << plan.place[i] % 64;
  set_parity(plan, words);
  transform(std::span(words).first(words_of(plan)), plan.level);
  std::array<Bit, polar_max_n> d, y;
  spread(words, plan.n, d.data());
  const unsigned block = plan.n / 32;
  for (unsigned b = 0; b < 32; ++b) std::memcpy(y.data() + b * block, d.data() + polar_sub_block(b * block, plan.n), block);
  if (plan.matching == PolarMatching::puncturing) std::memmove(y.data(), y.data() + plan.n - code.e, code.e);
  if (code.interleave_coded) {
    const unsigned mask = plan.n - 1u;
    triangle(code.e, [&](unsigned i, unsigned k) { e[k] = y[i & mask]; });
  } else {
    for (unsigned k = 0; k < code.e; k += plan.n) std::memcpy(e.data() + k, y.data(), std::min<unsigned>(plan.n, code.e - k));
  }
}

struct PolarDecoder::Work {
  explicit Work(unsigned list) : walk(list), deinterleaved(max_e), sum(polar_max_n), y(polar_max_n), root(polar_max_n) {}

  // Soft code bits d of the mother code from what was received.
  void dematch(const PolarPlan& plan, std::span<const Llr> e);
  void scale(unsigned n);
  int32_t tolerance(const PolarPlan& plan) const;

  PolarPlans plans;
  PolarWorkspace walk;
  Aligned<Llr> deinterleaved;
  Aligned<int16_t> sum;
  Aligned<Llr> y, root;
};

namespace {

// Means above this are scaled down, so that sums inside the decoder seldom saturate: every stage may double a soft bit.
constexpr int32_t wanted_mean = 16;

}  // namespace

// Repetitions added, then scaled to int8.
void PolarDecoder::Work::scale(unsigned n) {
  int32_t total = 0;
  for (unsigned i = 0; i < n; ++i) total += std::abs(sum[i]);
  const int32_t wanted = wanted_mean * static_cast<int32_t>(n);
  const int32_t factor = total > wanted ? static_cast<int32_t>(int64_t{wanted} * 4096 / total) : 4096;
  for (unsigned i = 0; i < n; ++i) y[i] = static_cast<Llr>(std::clamp((sum[i] * factor + 2048) >> 12, -127, 127));
}

void PolarDecoder::Work::dematch(const PolarPlan& plan, std::span<const Llr> e) {
  const PolarCode& code = plan.code;
  const Llr* in = e.data();
  if (code.interleave_coded) {
    triangle(code.e, [&](unsigned i, unsigned k) { deinterleaved[i] = e[k]; });
    in = deinterleaved.data();
  }
  const unsigned n = plan.n, sent = std::min<unsigned>(n, code.e);
  for (unsigned i = 0; i < sent; ++i) sum[i] = in[i];
  for (unsigned k = n; k < code.e; k += n) {
    const unsigned count = std::min<unsigned>(n, code.e - k);
    for (unsigned i = 0; i < count; ++i) sum[i] = static_cast<int16_t>(sum[i] + in[k + i]);
  }
  scale(sent);
  if (plan.matching == PolarMatching::puncturing) {
    std::memmove(y.data() + n - sent, y.data(), sent);
    std::fill_n(y.data(), n - sent, Llr{0});
  } else if (plan.matching == PolarMatching::shortening) {
    std::fill_n(y.data() + sent, n - sent, llr_certain);
  }
  const unsigned block = n / 32;
  for (unsigned b = 0; b < 32; ++b) std::memcpy(root.data() + polar_sub_block(b * block, n), y.data() + b * block, block);
}

// How much worse than the best a path may be: half of what the nearest other code word costs without noise. Otherwise a clean word would pass another
// RNTI's check, one bit away, as some path of the list has exactly that bit turned.
int32_t PolarDecoder::Work::tolerance(const PolarPlan& plan) const {
  int32_t total = 0;
  for (unsigned i = 0; i < plan.n; ++i) total += std::abs(int32_t{y[i]});
  if (plan.matching == PolarMatching::shortening) total -= (plan.n - plan.code.e) * llr_certain;
  constexpr int32_t saturated = 100;  // one wrong decision costs no more than 127
  return static_cast<int32_t>(std::min<int64_t>(saturated, int64_t{total} * plan.weight / (2 * plan.n)));
}

PolarDecoder::PolarDecoder(unsigned list) : work_(std::make_shared<Work>(list)) {}

PolarResult PolarDecoder::decode(const PolarCode& code, std::span<const Llr> e, std::span<Bit> c, const std::function<bool(std::span<const Bit>)>& check) {
  ensure(c.size() == code.k && e.size() == code.e);
  const PolarPlan& plan = work_->plans.find(code);
  work_->dematch(plan, e);
  polar_decode(plan.program, work_->root.data(), work_->walk);

  const unsigned list = work_->walk.list();
  std::array<uint8_t, polar_max_list> order;
  for (unsigned p = 0; p < list; ++p) order[p] = static_cast<uint8_t>(p);
  const int32_t* metric = work_->walk.metrics();
  std::sort(order.begin(), order.begin() + list, [&](uint8_t a, uint8_t b) { return metric[a] < metric[b] || (metric[a] == metric[b] && a < b); });
  std::array<uint64_t, polar_max_n / 64> words;
  auto read = [&](unsigned path) {
    std::span<uint64_t> u = std::span(words).first(words_of(plan));
    work_->walk.code_word(path, plan.level, u);
    transform(u, plan.level);
    for (unsigned i = 0; i < code.k; ++i) c[i] = get(u, plan.place[i]);
  };
  const int32_t worst = std::min(polar_no_path - 1, metric[order[0]] + work_->tolerance(plan));
  for (unsigned r = 0; r < list && metric[order[r]] <= worst; ++r) {
    read(order[r]);
    if (check(c)) return {true, static_cast<float>(metric[order[r]])};
  }
  if (list > 1) read(order[0]);
  return {false, static_cast<float>(metric[order[0]])};
}

}  // namespace sen::phy
