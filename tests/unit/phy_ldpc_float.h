// LDPC decoding in floating point with the schedule of phy/kernels/ldpc_decode.h: normalised min-sum, or the exact sum-product rule. What
// the int8 decoder is measured against.
#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

#include "phy/coding/ldpc.h"
#include "phy/coding/ldpc_graph.h"
#include "phy/kernels/ldpc_decode.h"

namespace sen::phy {

enum class CheckRule { min_sum, sum_product };

class FloatLdpc {
 public:
  FloatLdpc(const Segmentation& s, std::span<const float> channel, CheckRule rule, float scale)
      : s_(s),
        g_(ldpc_graph(s.base_graph, s.z)),
        rule_(rule),
        scale_(scale),
        value_(2u * s.z, 0.f),
        message_(ldpc_max_edges * size_t{s.z}, 0.f) {
    value_.insert(value_.end(), channel.begin(), channel.end());
    std::fill_n(value_.begin() + s.k_info, s.fillers(), 1e4f);
  }

  void iterate() {
    for (unsigned r : ldpc_core_order) layer(r);
    for (unsigned r = g_.rows; r-- > 4;) layer(r);
  }

  LdpcResult decode(unsigned iterations, Crc crc_of_block) {
    LdpcResult result;
    while (result.iterations < iterations && !result.crc_ok) {
      iterate();
      ++result.iterations;
      std::vector<Bit> bits(s_.k_info);
      for (size_t i = 0; i < bits.size(); ++i) bits[i] = value_[i] < 0;
      result.crc_ok = crc(crc_of_block, bits) == 0;
    }
    return result;
  }

  bool bit(size_t i) const { return value_[i] < 0; }

 private:
  void layer(unsigned r) {
    for (unsigned i = 0; i < s_.z; ++i) check(g_.row(r), g_.start[r], i);
  }

  void check(std::span<const LdpcEdge> edges, unsigned first, unsigned i) {
    std::array<float, 19> q, from_others;
    std::array<float*, 19> value, message;
    size_t n = edges.size();
    for (size_t e = 0; e < n; ++e) {
      value[e] = &value_[edges[e].column * size_t{s_.z} + (i + edges[e].shift) % s_.z];
      message[e] = &message_[(first + e) * size_t{s_.z} + i];
      q[e] = *value[e] - *message[e];
    }
    rule_ == CheckRule::min_sum ? smallest({q.data(), n}, from_others) : products({q.data(), n}, from_others);
    for (size_t e = 0; e < n; ++e) {
      *message[e] = from_others[e];
      *value[e] = q[e] + from_others[e];
    }
  }

  void smallest(std::span<const float> q, std::span<float> out) const {
    float least = 1e30f, second = 1e30f;
    bool negative = false;
    for (float v : q) {
      float a = std::abs(v);
      second = std::min(second, std::max(least, a));
      least = std::min(least, a);
      negative ^= v < 0;
    }
    for (size_t e = 0; e < q.size(); ++e) {
      float size = scale_ * (std::abs(q[e]) == least ? second : least);
      out[e] = negative != (q[e] < 0) ? -size : size;
    }
  }

  // log((1 + ab) / (a + b)) of likelihood ratios, from the left and from the right.
  static float box(float a, float b) {
    float size = std::min(std::abs(a), std::abs(b)) + std::log1p(std::exp(-std::abs(a + b))) - std::log1p(std::exp(-std::abs(a - b)));
    return (a < 0) != (b < 0) ? std::min(0.f, -std::min(std::abs(a), std::abs(b)) + std::log1p(std::exp(-std::abs(a + b))) -
                                                  std::log1p(std::exp(-std::abs(a - b))))
                              : std::max(0.f, size);
  }
  static void products(std::span<const float> q, std::span<float> out) {
    std::array<float, 19> left, right;
    size_t n = q.size();
    left[0] = q[0];
    right[n - 1] = q[n - 1];
    for (size_t e = 1; e < n; ++e) left[e] = box(left[e - 1], q[e]);
    for (size_t e = n - 1; e-- > 0;) right[e] = box(right[e + 1], q[e]);
    for (size_t e = 0; e < n; ++e) out[e] = e == 0 ? right[1] : e == n - 1 ? left[n - 2] : box(left[e - 1], right[e + 1]);
  }

  Segmentation s_;
  const LdpcGraph& g_;
  CheckRule rule_;
  float scale_;
  std::vector<float> value_, message_;
};

}  // namespace sen::phy
