// Parts of the configuration that the cell's and the UE's messages share.
#pragma once

#include "codec/rrc/rrc_common_config.h"
#include "mac/config.h"

namespace sen::mac::asn1 {

// A bitmap whose first bit stands for index 0, as a number with bit i for index i, and back.
constexpr uint64_t reversed(uint64_t bits, unsigned size) {
  uint64_t out = 0;
  for (unsigned i = 0; i < size; ++i) out |= (bits >> i & 1) << (size - 1 - i);
  return out;
}

void coreset_out(const nr::l1::Coreset& coreset, rrc::ControlResourceSet& out);
// `pci`: the shift of an interleaved set without shiftIndex.
Result<nr::l1::Coreset> coreset_in(const rrc::ControlResourceSet& in, uint16_t pci);
void search_space_out(const SearchSpace& space, rrc::SearchSpace& out);
Result<SearchSpace> search_space_in(const rrc::SearchSpace& in);

void ssb_and_preambles_out(const RachConfig& rach, rrc::SsbAndPreambles& out);
Status ssb_and_preambles_in(const rrc::SsbAndPreambles& in, RachConfig& rach);

void times_out(const std::vector<TimeAllocation>& times, rrc::PdschTimeDomainResourceAllocationList& out);
void times_out(const std::vector<TimeAllocation>& times, rrc::PuschTimeDomainResourceAllocationList& out);
Status times_in(const rrc::PdschTimeDomainResourceAllocationList& in, nr::Scs scs, std::vector<TimeAllocation>& times);
// A k2 that is absent is 1, 1, 2, 3 slots for 15, 30, 60, 120 kHz (TS 38.331 PUSCH-TimeDomainResourceAllocation).
Status times_in(const rrc::PuschTimeDomainResourceAllocationList& in, nr::Scs scs, std::vector<TimeAllocation>& times);

}  // namespace sen::mac::asn1
