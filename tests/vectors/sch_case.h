// What the cases of "ldpc_encode" and "ldpc_decode" state of a transport block's coding, compared with segmentation and rate matching.
#pragma once

#include "phy/coding/sch.h"
#include "tests/vectors/frame.h"

namespace sen::vectors {

phy::SchCode sch_code(const Case& c, Outcome& o);

}  // namespace sen::vectors
