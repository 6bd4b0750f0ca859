// Transport block size (TS 38.214 5.1.3.2, 6.1.4.2), LDPC base graph and segmentation counts (TS 38.212 7.2.2, 5.2.2), LBRM (5.4.2.1), and
// the UE's maximum data rate (TS 38.306 4.1.2). Sizes in bits. Called per grant: no allocation.
#pragma once

#include <cstdint>
#include <span>

#include "nr/mcs.h"
#include "nr/slot.h"

namespace sen::nr {

struct TbsInput {
  Mcs mcs;
  uint16_t n_prb = 0;
  uint8_t n_symbols = 14;       // of the allocation, DM-RS symbols included
  uint8_t n_dmrs_per_prb = 12;  // REs of DM-RS CDM groups without data per PRB, all DM-RS symbols (dmrs.h: dmrs_re_per_prb)
  uint8_t x_overhead = 0;       // xOverhead 0, 6, 12, 18
  uint8_t n_layers = 1;
  uint8_t tb_scaling = 0;  // DCI 1_0 with P-RNTI or RA-RNTI: field value 0, 1, 2 = factor 1, 0.5, 0.25 (table 5.1.3.2-2)
};

// 0 when there is nothing to carry data (n_prb, q_m, or REs are 0). Otherwise a multiple of 8, at least 24.
uint32_t tbs_bits(const TbsInput& input);
// The same from N_info REs: step 3 and 4 of 5.1.3.2, `n_info` times 2048 (rate_x2048 * q_m * layers * N_RE) to stay in integers.
uint32_t tbs_from_n_info(uint64_t n_info_x2048, unsigned rate_x2048);
// N_RE of step 1: min(156, N'_RE) * n_prb.
uint32_t n_re(const TbsInput& input);

// The smallest n_prb whose TBS is at least `bits`, at most max_prb; 0 when max_prb does not suffice.
unsigned prbs_for_bits(TbsInput input, uint32_t bits, unsigned max_prb);

enum class BaseGraph : uint8_t { bg1 = 1, bg2 = 2 };
BaseGraph base_graph(uint32_t tbs_bits, unsigned rate_x2048);  // TS 38.212 7.2.2
// Number of code blocks C (TS 38.212 5.2.2).
unsigned code_block_count(uint32_t tbs_bits, BaseGraph graph);

// TBS_LBRM (TS 38.212 5.4.2.1): maximum layers min(X, 4), the highest order of the configured tables, n_PRB,LBRM by carrier size.
uint32_t tbs_lbrm(unsigned n_layers, unsigned max_q_m, unsigned n_prb_bwp);

// TS 38.306 4.1.2: approximate maximum rate of one carrier in bit/s, normal cyclic prefix. overhead per thousand: FR1 DL 140, FR2 DL 180,
// FR1 UL 80, FR2 UL 100. scaling per thousand: 1000, 800, 750, 400.
uint64_t max_data_rate_bps(unsigned n_layers, unsigned q_m, unsigned n_rb, Scs scs, unsigned overhead_permille,
                           unsigned scaling_permille = 1000);

}  // namespace sen::nr
