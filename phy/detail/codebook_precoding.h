// Precoding matrices of codebook-based PUSCH, TS 38.211 6.3.1.5, tables 6.3.1.5-1 to -7. Any thread.
#pragma once

#include <optional>

#include "nr/l1.h"

namespace sen::phy::detail {

// Number of TPMI values for 2 or 4 antenna ports and 1 to `ports` layers; 0: no table.
unsigned tpmi_count(unsigned ports, unsigned layers);
// W, ports by layers; nullopt: no such value. `transform_precoding` matters for one layer on four ports.
std::optional<nr::l1::Precoding> codebook_precoding(unsigned ports, unsigned layers, unsigned tpmi, bool transform_precoding);

}  // namespace sen::phy::detail
