// What the gNB derives once from a cell's and a UE's configuration: bandwidth parts, CORESETs with the blocks of their CCEs, search spaces,
// DCI layouts, and which time allocation is best in each slot of the TDD period. Values; made when RRC changes something, only read in a
// slot.
#pragma once

#include <optional>
#include <vector>

#include "mac/detail/csi.h"
#include "mac/detail/rb_mask.h"
#include "nr/coreset0.h"
#include "nr/dci.h"
#include "nr/dmrs.h"
#include "nr/mcs.h"
#include "nr/prach.h"
#include "nr/search_space.h"
#include "nr/tbs.h"
#include "nr/tdd.h"
#include "nr/uci.h"

namespace sen::mac::gnb {

namespace l1 = nr::l1;

// A CORESET where it lies in the carrier.
struct ControlSet {
  l1::Bwp bwp;
  l1::Coreset coreset;
  uint16_t lowest_crb = 0;
  uint16_t cces = 0;
  std::vector<RbMask> cce_rbs;  // common resource blocks of each CCE

  static ControlSet make(const l1::Bwp& bwp, const l1::Coreset& coreset);
  unsigned end_symbol() const { return coreset.start_symbol + coreset.duration; }
};

struct Space {
  nr::SearchSpace space;
  uint16_t set = 0;  // index of the cell's ControlSet
  SearchSpaceType type = SearchSpaceType::common;
  bool type0 = false;  // occasions of TS 38.213 clause 13
  bool coreset0 = false;
  uint16_t n_id = 0, dmrs_n_id = 0;
  bool scrambled_by_rnti = false;
};

// One row of an uplink table that a slot can use.
struct UlOption {
  uint8_t row = 0, k2 = 0;
  TimeAllocation time;
  TimeAllocation before_srs;   // length 0: none
  uint8_t before_srs_row = 0;
};

// Best rows per slot of the TDD period.
struct TimeTable {
  std::vector<TimeAllocation> rows;           // PDSCH
  std::vector<TimeAllocation> ul_rows;        // PUSCH
  std::array<std::vector<int8_t>, 5> dl_row;  // by the first symbol behind the PDCCHs (1 to 4) and the slot; -1: no PDSCH
  std::vector<std::vector<UlOption>> ul;      // by the slot of the PDCCH: those that no later slot can give
  std::vector<std::vector<UlOption>> ul_any;  // all, for search spaces that are not looked at in every slot
};

struct DlParameters {
  nr::McsTable table = nr::McsTable::qam64;
  uint8_t additional_position = 2;
  uint8_t layers = 1;
};

class CellLayout {
 public:
  static Result<CellLayout> make(const CellConfig& cell, const SchedulerConfig& scheduler);

  nr::Scs scs = nr::Scs::khz15;
  nr::FrequencyRange range = nr::FrequencyRange::fr1;
  nr::TddTable tdd = nr::TddTable::fdd();
  nr::Coreset0 coreset0;
  nr::SearchSpace0 space0;
  nr::SsbCase ssb_case = nr::SsbCase::a;
  uint8_t l_max = 8, first_ssb = 0;
  l1::Bwp coreset0_bwp;
  std::vector<ControlSet> sets;      // [0]: CORESET 0
  std::vector<Space> common_spaces;  // [0]: search space 0
  unsigned pdcch_end = 1;            // first symbol after every CORESET at the slot's start
  nr::Dci10Widths css10;
  nr::Dci00Widths css00;
  std::optional<nr::PrachOccasions> prach;
  l1::PrachPdu prach_pdu;  // start_symbol and occasions to be filled
  RbMask prach_rbs, ssb_rbs;
  uint8_t prach_slots = 1;             // slots that an occasion reaches over
  TimeTable sib1_times, common_times;  // common: other SI, RAR, paging, Msg4; uplink: Msg3 retransmissions and fallback grants

  const Space* space(uint8_t id) const;
  bool monitored(const Space& space, nr::Slot slot) const;
  // Index of an equal set, added when it is new.
  uint16_t add_set(const l1::Bwp& bwp, const l1::Coreset& coreset);
  unsigned slot_index(nr::Slot slot) const { return slot.count() % tdd.period_slots(); }

  void fill_dl(TimeTable& table) const;
  // The longest PDSCH of every slot that begins at symbol `behind` or later.
  std::vector<int8_t> longest_rows(const std::vector<TimeAllocation>& rows, unsigned behind) const;
  void fill_ul(TimeTable& table) const;
  uint8_t min_k1 = 4, min_k2 = 4;

 private:
  Status add_common_spaces(const CellConfig& cell);
  Status make_prach(const CellConfig& cell);
  uint8_t type_a_position_ = 2;
};

struct UeLayout {
  static Result<UeLayout> make(const CellConfig& cell, CellLayout& layout, const UeConfig& ue);

  l1::Bwp dl, ul;
  std::vector<Space> spaces;
  nr::DciLayouts dci;
  std::vector<nr::SemiStaticCodebook> codebooks;  // by the slot of the HARQ-ACK in the TDD period; empty: dynamic
  TimeTable times;  // of formats 0_1, 1_1, and of fallback formats outside CORESET 0's common spaces
};

// DM-RS of a data channel; nullopt where the tables have none.
std::optional<l1::Dmrs> pdsch_dmrs(const TimeAllocation& time, unsigned additional, unsigned layers, unsigned type_a_position,
                                   bool fallback, unsigned n_id);
std::optional<l1::Dmrs> pusch_dmrs(const TimeAllocation& time, unsigned additional, unsigned layers, unsigned type_a_position, bool fallback,
                                   bool transform_precoding, unsigned n_id);
nr::TbsInput tbs_input(const nr::Mcs& mcs, unsigned n_prb, const TimeAllocation& time, const l1::Dmrs& dmrs, unsigned layers);
l1::Code code_of(const nr::Mcs& mcs, unsigned index, nr::McsTable table, uint32_t tbs_bits);
nr::McsTable mcs_table_of(uint8_t configured);

}  // namespace sen::mac::gnb
