// PDCCH: CCEs, candidates, monitoring occasions and limits (TS 38.213 10.1, TS 38.211 7.3.2.2). No allocation.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>

#include "base/result.h"
#include "nr/frequency_allocation.h"
#include "nr/l1.h"
#include "nr/rnti.h"
#include "nr/slot.h"

namespace sen::nr {

constexpr unsigned max_coreset_rbs = 270;  // 45 groups of 6
constexpr unsigned max_cces = 135;         // 270 RBs, 3 symbols
constexpr unsigned max_candidates = 8;     // per aggregation level
constexpr std::array<uint8_t, 5> aggregation_levels{1, 2, 4, 8, 16};

unsigned coreset_rbs(const l1::Coreset& coreset);
// Where the groups of six begin in the bandwidth part: at the first common resource block that is a multiple of six (TS 38.213 10.1). CORESET 0's
// begin with the bandwidth part, whose lowest block is its own.
unsigned coreset_first_rb(const l1::Coreset& coreset, unsigned bwp_start);
unsigned coreset_cces(const l1::Coreset& coreset);  // RBs * symbols / 6
// Error naming the field, per TS 38.331 ControlResourceSet and TS 38.211 7.3.2.2: duration 1..3, start + duration <= 14, groups inside
// the bandwidth part, REG bundle 2, 3, 6 in the combinations allowed, interleaver size dividing.
Status check_coreset(const l1::Coreset& coreset, unsigned bwp_size, unsigned bwp_start = 0);

// The RBs of a CORESET's REG bundles that one CCE uses. REGs are numbered time first; a bundle is L REGs; CCE j is bundles f(6j/L), ..:
// TS 38.211 7.3.2.2.
struct CceRegs {
  uint8_t n = 0;                 // RBs in use (6 / duration)
  std::array<uint16_t, 6> rb{};  // from the BWP start, each over all symbols of the CORESET, in REG order
};
// first_rb: coreset_first_rb().
CceRegs cce_regs(const l1::Coreset& coreset, unsigned cce, unsigned first_rb = 0);
// RBs (of the BWP) that a PDCCH occupies.
RbSet pdcch_rbs(const l1::Coreset& coreset, unsigned first_cce, unsigned aggregation_level, unsigned first_rb = 0);

// Y_{p,n} of 10.1 in a UE-specific search space: n in-frame slot number. 0 in a common one.
uint32_t search_space_y(unsigned coreset_id, Rnti rnti, unsigned slot_in_frame);
// First CCE of candidate m of M candidates of level L among n_cce CCEs: L * ((Y + floor(m * N / (L * M)) + n_CI) mod floor(N / L)). nullopt
// when the level does not fit or m >= M.
std::optional<uint16_t> candidate_cce(uint32_t y, unsigned aggregation_level, unsigned m, unsigned n_candidates, unsigned n_cce,
                                      unsigned n_ci = 0);

// SearchSpace as a UE has it (TS 38.331), values only.
enum class SearchSpaceKind : uint8_t { common, ue };
struct SearchSpace {
  uint8_t id = 0;
  uint8_t coreset_id = 0;
  uint16_t period_slots = 1;  // monitoringSlotPeriodicityAndOffset: 1, 2, 4, 5, 8, 10, 16, 20, 40, 80, 160, 320, 640, 1280, 2560
  uint16_t offset_slots = 0;
  uint16_t duration_slots = 1;
  uint16_t symbols = 1u << 13;          // monitoringSymbolsWithinSlot: most significant bit (13) is symbol 0
  std::array<uint8_t, 5> candidates{};  // for levels 1, 2, 4, 8, 16: 0..6 or 8
  SearchSpaceKind kind = SearchSpaceKind::common;
  bool fallback = true;  // formats 0_0 and 1_0; otherwise (kind ue) 0_1 and 1_1
  bool operator==(const SearchSpace&) const = default;
};
Status check_search_space(const SearchSpace& space);
// 10.1: (n_f * slots + n_s - offset) mod period < duration.
bool monitored(const SearchSpace& space, Slot slot);
// First symbols of the occasions in a monitored slot, as a mask with bit l for symbol l.
uint16_t occasion_symbols(const SearchSpace& space);

struct Candidate {
  uint16_t first_cce = 0;
  uint8_t level = 1;
};
struct Candidates {
  uint8_t n = 0;
  std::array<Candidate, 40> list{};
};
// All candidates of a space in one slot, highest level last. rnti counts only in UE-specific spaces.
Candidates candidates(const SearchSpace& space, const l1::Coreset& coreset, Rnti rnti, Slot slot);

// Tables 10.1-2, 10.1-3: limits per slot and serving cell; mu 0..3.
unsigned max_blind_decodes(Scs scs);       // 44, 36, 22, 20
unsigned max_nonoverlapped_cces(Scs scs);  // 56, 56, 48, 32
// Table 10.1-1: candidates of levels 4, 8, 16 in a Type0/0A/2 CSS without configuration: 4, 2, 1.
constexpr std::array<uint8_t, 5> default_css_candidates{0, 0, 4, 2, 1};

}  // namespace sen::nr
