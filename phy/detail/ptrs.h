// Phase-tracking reference signals: places that CP-OFDM and transform precoding do not share, and values (TS 38.211 7.4.1.2, 6.4.1.2). Any
// thread.
#pragma once

#include "phy/detail/re_plan.h"

namespace sen::phy::detail {

// CP-OFDM: r_k of the allocation's PT-RS, picked from the base values of the hop's first DM-RS symbol; one a PT-RS resource block.
void ptrs_values(const SharedChannel& channel, const RePlan& plan, unsigned hop, std::span<const Cf> dmrs_base, std::span<Cf> out);

// Transform precoding: indices m before the DFT, ascending, groups * samples of them (table 6.4.1.2.2.2-1).
inline constexpr unsigned max_ptrs_samples = 32;
void ptrs_samples(const SharedChannel& channel, unsigned subcarriers, std::span<uint16_t> out);
// r_m(m') at those indices, without the amplitude (6.4.1.2.1.2): the same in every symbol.
void ptrs_sample_values(const SharedChannel& channel, nr::Slot slot, std::span<const uint16_t> indices, std::span<Cf> out);
// Amplitude over data: beta' of TS 38.214 table 6.2.3.2-1 with transform precoding, otherwise 1; Ptrs::power_db comes on top.
float ptrs_amplitude(const SharedChannel& channel);

}  // namespace sen::phy::detail
