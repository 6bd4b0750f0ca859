// What the UE derives once from the cell's and its own configuration: search spaces with their CORESETs, DCI layouts, allocation tables,
// PRACH occasions; and what a DCI or a RAR grant then means as a PDSCH or PUSCH (TS 38.213 10, TS 38.214 5.1 and 6.1). Values; made anew
// whenever RRC changes something.
#pragma once

#include <optional>
#include <vector>

#include "mac/detail/csi.h"
#include "nr/coreset0.h"
#include "nr/dci.h"
#include "nr/frequency_allocation.h"
#include "nr/l1_ue.h"
#include "nr/mcs.h"
#include "nr/prach.h"
#include "nr/search_space.h"
#include "nr/tdd.h"

namespace sen::mac::detail {

// What a UE looks for in a search space.
struct SpaceUse {
  bool sib1 = false, other_si = false, ra = false, paging = false;
  bool crnti = false;  // formats with C-RNTI (and TC-RNTI where ra)
};

struct Space {
  nr::SearchSpace space;
  nr::l1::Coreset coreset;
  nr::l1::Bwp bwp;
  uint16_t n_id = 0, dmrs_n_id = 0;
  bool scrambled_by_rnti = false;
  bool type0 = false;  // search space 0: occasions of TS 38.213 clause 13
  bool coreset0 = false;
  uint16_t lowest_rb = 0;  // of the CORESET, in the bandwidth part
  SpaceUse use;
  bool common() const { return space.kind == nr::SearchSpaceKind::common; }
};

// Where the HARQ feedback of a PDSCH goes.
struct Feedback {
  uint8_t k1 = 4;
  uint8_t pucch_resource = 0;
  uint16_t first_cce = 0, n_cce = 1;
  bool common = false;  // on a resource of before the dedicated configuration, in force when the DCI came
};

// A data channel as a DCI describes it.
struct DlAssignment {
  nr::l1::PdschPdu pdsch;
  uint8_t k0 = 0;
  uint8_t harq_id = 0;
  bool new_data = false;             // the NDI as sent
  bool retransmission_size = false;  // reserved MCS: TBS as before, qm given
  uint8_t dai = 0, tpc = 1;
  uint8_t srs_request = 0;
  Feedback feedback;
  bool fallback = true;
};
struct UlGrant {
  nr::l1::PuschPdu pusch;
  uint8_t k2 = 0;
  uint8_t harq_id = 0;
  bool new_data = false;
  bool retransmission_size = false;
  std::optional<uint8_t> dai;  // DCI 0_1
  uint8_t tpc = 1;
  uint8_t csi_request = 0;           // 1: the first of csi_triggers
  bool ul_sch = true;
  uint8_t srs_request = 0;
};

class UeLink {
 public:
  // Only what the MIB told counts until `complete`.
  static Result<UeLink> make(const CellConfig& cell, bool complete, const UeConfig* ue);

  bool complete() const { return complete_; }
  const std::vector<Space>& spaces() const { return spaces_; }
  const Space* find_space(uint8_t id) const;
  const nr::DciLayouts& layouts() const { return layouts_; }
  const nr::TddTable& tdd() const { return tdd_; }
  const nr::PrachOccasions* prach() const { return prach_ ? &*prach_ : nullptr; }
  const nr::l1::Bwp& ul_bwp() const { return ul_; }
  const nr::l1::Bwp& dl_bwp() const { return dl_; }
  const nr::l1::Bwp& initial_ul() const { return initial_ul_; }
  uint16_t coreset0_rbs() const { return coreset0_rb_; }

  // Is `slot` one in which this space is looked at?
  bool monitored(const Space& space, nr::Slot slot) const;

  // What a PDSCH to the C-RNTI leaves out in this slot (TS 38.214 5.1.4.2, TS 38.211 7.3.1.5).
  void reserve(nr::Slot slot, std::vector<nr::l1::ReservedRes>& out) const;

  // Can any configured PDSCH lie in this slot (for the semi-static codebook)?
  bool pdsch_possible(nr::Slot slot) const;

  Result<DlAssignment> assignment(const nr::DciBits& bits, nr::Rnti rnti, nr::RntiType type, const Space& space, uint16_t first_cce) const;
  Result<UlGrant> grant(const nr::DciBits& bits, nr::Rnti rnti, nr::RntiType type, const Space& space) const;
  // RAR grant; k2 holds Delta too.
  Result<UlGrant> rar_grant(const nr::RarGrant& grant, nr::Rnti rnti) const;

 private:
  struct DlFields;
  struct UlFields;
  Status add_spaces(const CellConfig& cell, const UeConfig* ue);
  Status add_space(const SearchSpace& space, const std::vector<nr::l1::Coreset>& coresets, const nr::l1::Bwp& bwp, const UeConfig* ue,
                   SpaceUse use);
  Status make_layouts(const UeConfig* ue);
  Status make_prach(const CellConfig& cell);
  std::optional<TimeAllocation> pdsch_time(unsigned index, nr::RntiType type, const Space& space) const;
  std::optional<TimeAllocation> pusch_time(unsigned index, bool common_only) const;
  const std::vector<TimeAllocation>* dedicated_or_common(bool downlink) const;
  Result<DlAssignment> make_pdsch(const DlFields& fields, nr::Rnti rnti, nr::RntiType type, const Space& space) const;
  Result<UlGrant> make_pusch(const UlFields& fields, nr::Rnti rnti) const;

  CellConfig cell_;
  std::optional<UeConfig> ue_;
  bool complete_ = false;
  nr::FrequencyRange range_ = nr::FrequencyRange::fr1;
  nr::Coreset0 coreset0_;
  nr::SearchSpace0 space0_;
  nr::SsbCase ssb_case_ = nr::SsbCase::a;
  uint8_t l_max_ = 8, ssb_index_ = 0;
  uint16_t coreset0_rb_ = 0;
  nr::l1::Bwp coreset0_bwp_, initial_dl_, initial_ul_, dl_, ul_;
  std::vector<Space> spaces_;
  nr::DciLayouts layouts_;
  nr::TddTable tdd_ = nr::TddTable::fdd();
  std::optional<nr::PrachOccasions> prach_;
};

// mcs-Table of the configuration: 1 64QAM, 2 256QAM, 3 low spectral efficiency.
nr::McsTable mcs_table(uint8_t configured);
// The lowest SSB index that the cell sends: the beam that the UE stands in.
uint8_t serving_ssb(const CellConfig& cell);

}  // namespace sen::mac::detail
