#include "nr/tbs.h"

#include <algorithm>
#include <array>
#include <bit>

namespace sen::nr {
namespace {

// Table 5.1.3.2-1.
constexpr std::array<uint16_t, 93> small_sizes{
    24,   32,   40,   48,   56,   64,   72,   80,   88,   96,   104,  112,  120,  128,  136,  144,  152,  160,  168,
    176,  184,  192,  208,  224,  240,  256,  272,  288,  304,  320,  336,  352,  368,  384,  408,  432,  456,  480,
    504,  528,  552,  576,  608,  640,  672,  704,  736,  768,  808,  848,  888,  928,  984,  1032, 1064, 1128, 1160,
    1192, 1224, 1256, 1288, 1320, 1352, 1416, 1480, 1544, 1608, 1672, 1736, 1800, 1864, 1928, 2024, 2088, 2152, 2216,
    2280, 2408, 2472, 2536, 2600, 2664, 2728, 2792, 2856, 2976, 3104, 3240, 3368, 3496, 3624, 3752, 3824};

constexpr uint64_t ceil_div(uint64_t a, uint64_t b) { return (a + b - 1) / b; }
constexpr unsigned log2_floor(uint64_t v) { return static_cast<unsigned>(std::bit_width(v)) - 1; }

uint32_t small_tbs(uint64_t n_info) {
  unsigned n = std::max(3, static_cast<int>(log2_floor(n_info)) - 6);
  uint64_t quantised = std::max<uint64_t>(24, n_info >> n << n);
  return *std::lower_bound(small_sizes.begin(), small_sizes.end(), quantised);
}

uint32_t large_tbs(uint64_t n_info_x2048, unsigned rate_x2048) {
  uint64_t x = n_info_x2048 - 24 * 2048;
  unsigned n = log2_floor(x / 2048) - 5;
  uint64_t step = uint64_t{2048} << n;
  uint64_t quantised = std::max<uint64_t>(3840, (x + step / 2) / step << n);  // ties go up
  uint64_t blocks = 1;
  if (rate_x2048 <= 512) {
    blocks = ceil_div(quantised + 24, 3816);
  } else if (quantised > 8424) {
    blocks = ceil_div(quantised + 24, 8424);
  }
  return static_cast<uint32_t>(8 * blocks * ceil_div(quantised + 24, 8 * blocks) - 24);
}

}  // namespace

uint32_t n_re(const TbsInput& input) {
  int per_prb = 12 * input.n_symbols - input.n_dmrs_per_prb - input.x_overhead;
  return per_prb <= 0 ? 0 : static_cast<uint32_t>(std::min(156, per_prb)) * input.n_prb;
}

uint32_t tbs_from_n_info(uint64_t n_info_x2048, unsigned rate_x2048) {
  if (n_info_x2048 == 0) return 0;
  if (n_info_x2048 > uint64_t{3824} * 2048) return large_tbs(n_info_x2048, rate_x2048);
  return small_tbs(std::max<uint64_t>(1, n_info_x2048 / 2048));
}

uint32_t tbs_bits(const TbsInput& input) {
  uint64_t n_info_x2048 = uint64_t{n_re(input)} * input.mcs.rate_x2048 * input.mcs.q_m * input.n_layers;
  return tbs_from_n_info(n_info_x2048 >> std::min<unsigned>(input.tb_scaling, 2), input.mcs.rate_x2048);
}

unsigned prbs_for_bits(TbsInput input, uint32_t bits, unsigned max_prb) {
  input.n_prb = static_cast<uint16_t>(max_prb);
  if (tbs_bits(input) < bits) return 0;
  unsigned low = 1, high = max_prb;
  while (low < high) {
    unsigned middle = (low + high) / 2;
    input.n_prb = static_cast<uint16_t>(middle);
    if (tbs_bits(input) >= bits) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  return low;
}

BaseGraph base_graph(uint32_t tbs_bits, unsigned rate_x2048) {
  bool small = tbs_bits <= 292 || (tbs_bits <= 3824 && rate_x2048 * 100 <= 67 * 2048) || rate_x2048 <= 512;
  return small ? BaseGraph::bg2 : BaseGraph::bg1;
}

unsigned code_block_count(uint32_t tbs_bits, BaseGraph graph) {
  uint32_t b = tbs_bits + (tbs_bits > 3824 ? 24 : 16);
  uint32_t k_cb = graph == BaseGraph::bg1 ? 8448 : 3840;
  return b <= k_cb ? 1 : static_cast<unsigned>(ceil_div(b, k_cb - 24));
}

uint32_t tbs_lbrm(unsigned n_layers, unsigned max_q_m, unsigned n_prb_bwp) {
  constexpr std::array<uint16_t, 7> sizes{32, 66, 107, 135, 162, 217, 273};
  auto size = std::lower_bound(sizes.begin(), sizes.end() - 1, n_prb_bwp);
  constexpr unsigned rate_x2048 = 1896;
  return tbs_from_n_info(uint64_t{156} * *size * rate_x2048 * max_q_m * std::min(n_layers, 4u), rate_x2048);
}

uint64_t max_data_rate_bps(unsigned n_layers, unsigned q_m, unsigned n_rb, Scs scs, unsigned overhead_permille, unsigned scaling_permille) {
  uint64_t symbols_per_second = uint64_t{14'000} << mu(scs);
  uint64_t bits = uint64_t{n_layers} * q_m * n_rb * 12 * symbols_per_second * 948 / 1024;
  return bits / 1000 * scaling_permille / 1000 * (1000 - overhead_permille);
}

}  // namespace sen::nr
