// The int8 decoder against floating point on the same noise: within 0.15 dB of the normalised min-sum with the same iterations; the gap to
// sum-product is printed. SEN_AWGN_BLOCKS: blocks a point (60 when absent; from 1,000 on the curves' 10 % points are found too).
#include <fmt/core.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>

#include "base/random.h"
#include "tests/unit/phy_ldpc_float.h"
#include "tests/unit/phy_noise.h"

namespace sen::phy {
namespace {

struct Config {
  unsigned base_graph;
  uint32_t tb_bits;
  double rate;
  float scale;    // what the int8 decoder uses at this rate
  double snr_db;  // QPSK symbol to noise, where about a fifth of the blocks fail
};
constexpr Config configs[] = {
    {1, 2000, 0.9, 0.8125f, 6.9},    {1, 2000, 0.667, 0.75f, 3.55}, {1, 2000, 0.34, 0.75f, -0.45},
    {2, 1000, 0.667, 0.8125f, 3.65}, {2, 1000, 0.2, 0.75f, -2.75},
};
constexpr unsigned iterations = 8;

unsigned blocks_wanted() {
  const char* text = std::getenv("SEN_AWGN_BLOCKS");
  return text ? static_cast<unsigned>(std::strtoul(text, nullptr, 10)) : 60;
}

class Link {
 public:
  explicit Link(const Config& c)
      : s_(*segment(c.tb_bits, c.base_graph)),
        e_(static_cast<uint32_t>(c.tb_bits / c.rate / 2) * 2),
        match_(rate_match(s_, 0, 2, 0)),
        scale_(c.scale) {}

  // A random block and its noise, the same for every SNR.
  void draw(uint64_t seed) {
    Noise noise(seed);
    info_ = noise.random().bytes((s_.k_info + 7u) / 8);
    uint32_t value = crc(kind(), info_, s_.tb_bits);
    for (unsigned i = 0; i < s_.tb_crc_bits; ++i) {
      unsigned at = s_.tb_bits + i;
      info_[at / 8] = static_cast<uint8_t>((info_[at / 8] & ~(0x80 >> at % 8)) | (value >> (s_.tb_crc_bits - 1 - i) & 1) << (7 - at % 8));
    }
    word_.assign((e_ + 7) / 8, 0);
    encoder_.encode(s_, info_, match_, e_, word_, 0);
    noise_.resize(e_ / 2);
    for (Cf& n : noise_) n = noise(1);
  }

  bool int8_decodes(double snr_db) {
    std::vector<Llr> e(e_), soft(s_.n());
    std::vector<float> exact = llrs(snr_db);
    for (uint32_t i = 0; i < e_; ++i) e[i] = static_cast<Llr>(std::clamp(std::lround(exact[i] * 120 / 24), -120l, 120l));
    rate_dematch(s_, match_, e, soft, true);
    Bytes out(info_.size());
    return decoder_.decode(s_, soft, kind(), {.iterations = iterations}, out).crc_ok && same(out);
  }

  bool float_decodes(double snr_db, CheckRule rule) {
    std::vector<float> exact = llrs(snr_db), soft(s_.n());
    uint32_t columns = e_ / 2, gap = s_.k_info - 2u * s_.z, length = s_.n() - s_.fillers();
    for (uint32_t i = 0; i < e_; ++i) {
      uint32_t at = (i % 2 * columns + i / 2) % length;
      soft[at < gap ? at : at + s_.fillers()] += exact[i];
    }
    return FloatLdpc(s_, soft, rule, scale_).decode(iterations, kind()).crc_ok;
  }

 private:
  Crc kind() const { return s_.tb_crc_bits == 24 ? Crc::crc24a : Crc::crc16; }
  bool same(ByteView out) const {
    for (unsigned i = 0; i < s_.k_info; ++i) {
      if ((out[i / 8] ^ info_[i / 8]) >> (7 - i % 8) & 1) return false;
    }
    return true;
  }
  std::vector<float> llrs(double snr_db) const {
    double n0 = std::pow(10, -snr_db / 10);
    std::vector<float> out(e_);
    for (uint32_t i = 0; i < e_; ++i) {
      double noise = std::sqrt(n0) * (i % 2 == 0 ? noise_[i / 2].real() : noise_[i / 2].imag());
      double y = (word_[i / 8] >> (7 - i % 8) & 1 ? -std::sqrt(0.5) : std::sqrt(0.5)) + noise;
      out[i] = static_cast<float>(4 * std::sqrt(0.5) * y / n0);
    }
    return out;
  }

  Segmentation s_;
  uint32_t e_;
  RateMatch match_;
  float scale_;
  Bytes info_, word_;
  std::vector<Cf> noise_;
  LdpcEncoder encoder_;
  LdpcDecoder decoder_;
};

// Where a tenth of the blocks fail: each block has its own threshold, found by halving.
template <class Decodes>
double tenth(const Config& c, unsigned blocks, Decodes&& decodes) {
  std::vector<double> thresholds;
  Link link(c);
  for (unsigned n = 0; n < blocks; ++n) {
    link.draw(n);
    double low = c.snr_db - 1.5, high = c.snr_db + 1.5;
    while (high - low > 0.04) {
      double middle = (low + high) / 2;
      (decodes(link, middle) ? high : low) = middle;
    }
    thresholds.push_back(high);
  }
  std::sort(thresholds.begin(), thresholds.end());
  return thresholds[thresholds.size() * 9 / 10];
}

TEST(LdpcAwgn, int8_is_within_0_15_db_of_floating_point) {
  const unsigned blocks = blocks_wanted();
  for (const Config& c : configs) {
    Link link(c);
    unsigned int8_failures = 0, float_failures = 0;
    for (unsigned n = 0; n < blocks; ++n) {
      link.draw(n);
      int8_failures += !link.int8_decodes(c.snr_db);
      float_failures += !link.float_decodes(c.snr_db - 0.15, CheckRule::min_sum);
    }
    fmt::print("base graph {} rate {:.2f} at {:.2f} dB: int8 fails {} of {}, float min-sum 0.15 dB lower {}\n", c.base_graph, c.rate,
               c.snr_db, int8_failures, blocks, float_failures);
    EXPECT_LE(int8_failures, float_failures);
    EXPECT_GT(float_failures, 0u) << "the point says nothing";
    EXPECT_LT(int8_failures, blocks / 2) << "the point says nothing";
  }
}

TEST(LdpcAwgn, the_gap_to_sum_product_is_known) {
  const unsigned blocks = blocks_wanted() >= 1000 ? blocks_wanted() / 10 : 10;
  for (const Config& c : configs) {
    double ours = tenth(c, blocks, [](Link& l, double snr) { return l.int8_decodes(snr); });
    double min_sum = tenth(c, blocks, [](Link& l, double snr) { return l.float_decodes(snr, CheckRule::min_sum); });
    double best = tenth(c, blocks, [](Link& l, double snr) { return l.float_decodes(snr, CheckRule::sum_product); });
    fmt::print("base graph {} rate {:.2f}: 10 % at {:.2f} dB int8, {:.2f} dB float min-sum, {:.2f} dB sum-product: gap {:.2f} dB\n",
               c.base_graph, c.rate, ours, min_sum, best, ours - best);
    EXPECT_LT(ours, min_sum + 0.15);
    EXPECT_LT(ours, best + 0.6);
  }
}

}  // namespace
}  // namespace sen::phy
