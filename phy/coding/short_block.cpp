#include "phy/coding/short_block.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdlib>

#include "base/ensure.h"

namespace sen::phy {
namespace {

constexpr unsigned max_k = 11, code_length = 32;

// Table 5.3.3.3-1: bit k of row i is M_i,k. Column 0 is all ones, columns 1 to 5 take each of the 32 values once.
constexpr std::array<uint16_t, code_length> basis{0x403, 0x607, 0x749, 0x50d, 0x48f, 0x5d3, 0x755, 0x599, 0x69b, 0x65d, 0x6e5,
                                                  0x567, 0x7a9, 0x6ab, 0x4b1, 0x6f3, 0x277, 0x139, 0x0fb, 0x061, 0x445, 0x60b,
                                                  0x591, 0x717, 0x3df, 0x4e3, 0x32d, 0x3af, 0x175, 0x1fd, 0x7ff, 0x001};

// Which code bit stands at position i for K = 1 and 2: 0, 1, 2 (c0, c1, c0 + c1), or a placeholder from 4 on.
constexpr uint8_t at_x = 4, at_y = 5;
uint8_t small_bit(size_t k, unsigned qm, size_t i) {
  if (k == 1) return i % qm == 0 ? 0 : i % qm == 1 ? at_y : at_x;
  if (qm == 1) return static_cast<uint8_t>(i % 3);
  if (i % qm > 1) return at_x;
  return static_cast<uint8_t>((2 * (i / qm % 3) + i % qm) % 3);
}

void encode_small(std::span<const Bit> in, unsigned qm, std::span<Bit> out) {
  const Bit sum = in.size() == 2 ? in[0] ^ in[1] : in[0];
  for (size_t i = 0; i < out.size(); ++i) {
    const uint8_t bit = small_bit(in.size(), qm, i);
    out[i] = bit == at_x ? placeholder_x : bit == at_y ? placeholder_y : bit == 2 ? sum : in[bit];
  }
}

// The best and the second best word, in order of arrival.
struct Ranking {
  int32_t best = INT32_MIN, second = INT32_MIN;
  unsigned word = 0;
  void offer(int32_t value, unsigned candidate) {
    if (value > best) {
      second = best;
      best = value;
      word = candidate;
    } else {
      second = std::max(second, value);
    }
  }
};

Ranking rank_small(std::span<const Llr> llrs, size_t k, unsigned qm) {
  std::array<int32_t, 3> sum{};
  for (size_t i = 0; i < llrs.size(); ++i) {
    const uint8_t bit = small_bit(k, qm, i);
    if (bit != at_x) sum[bit == at_y ? 0 : bit] += llrs[i];
  }
  Ranking out;
  for (unsigned word = 0; word < 1u << k; ++word) {
    const unsigned code = word | ((word ^ word >> 1) & 1) << 2;
    int32_t value = 0;
    for (unsigned j = 0; j < 3; ++j) value += code >> j & 1 ? -sum[j] : sum[j];
    out.offer(value, word);
  }
  return out;
}

// Sylvester's Hadamard transform in place.
void hadamard(std::array<int32_t, code_length>& v) {
  for (unsigned s = 1; s < code_length; s *= 2) {
    for (unsigned i = 0; i < code_length; i += 2 * s) {
      for (unsigned j = i; j < i + s; ++j) {
        const int32_t a = v[j], b = v[j + s];
        v[j] = a + b;
        v[j + s] = a - b;
      }
    }
  }
}

// Every choice of c6.. turns the soft bits of the rows that they reach; a transform over columns 1 to 5 then correlates with all 32 words of c1..c5,
// and c0 is the sign.
Ranking rank(std::span<const Llr> llrs, size_t k) {
  std::array<int32_t, code_length> sum{};
  for (size_t i = 0; i < llrs.size(); ++i) sum[i % code_length] += llrs[i];
  Ranking out;
  const unsigned low_words = 1u << (std::min<size_t>(k, 6) - 1), high_words = k > 6 ? 1u << (k - 6) : 1;
  for (unsigned high = 0; high < high_words; ++high) {
    std::array<int32_t, code_length> v;
    for (unsigned i = 0; i < code_length; ++i) {
      const bool turned = std::popcount(basis[i] >> 6 & high) & 1;
      v[basis[i] >> 1 & 31] = turned ? -sum[i] : sum[i];
    }
    hadamard(v);
    for (unsigned low = 0; low < low_words; ++low) out.offer(std::abs(v[low]), high << 6 | low << 1 | unsigned{v[low] < 0});
  }
  return out;
}

}  // namespace

void short_block_encode(std::span<const Bit> in, unsigned qm, std::span<Bit> out) {
  ensure(in.size() >= 1 && in.size() <= max_k && qm >= 1);
  if (in.size() <= 2) return encode_small(in, qm, out);
  unsigned word = 0;
  for (size_t k = 0; k < in.size(); ++k) word |= unsigned{in[k]} << k;
  for (size_t i = 0; i < out.size(); ++i) out[i] = std::popcount(basis[i % code_length] & word) & 1;
}

ShortBlockResult short_block_decode(std::span<const Llr> llrs, unsigned qm, std::span<Bit> out) {
  const size_t k = out.size();
  ensure(k >= 1 && k <= max_k && qm >= 1);
  const Ranking ranking = k <= 2 ? rank_small(llrs, k, qm) : rank(llrs, k);
  for (size_t i = 0; i < k; ++i) out[i] = ranking.word >> i & 1;
  int64_t total = 0, energy = 0;
  uint32_t used = 0;
  for (size_t i = 0; i < llrs.size(); ++i) {
    if (k <= 2 && small_bit(k, qm, i) == at_x) continue;
    total += std::abs(int{llrs[i]});
    energy += int{llrs[i]} * llrs[i];
    ++used;
  }
  if (total == 0) return {};
  const float scale = 1 / static_cast<float>(total);
  return {static_cast<float>(ranking.best) * scale, static_cast<float>(ranking.best - ranking.second) * scale, used,
          static_cast<float>(ranking.best) / std::sqrt(static_cast<float>(energy))};
}

}  // namespace sen::phy
