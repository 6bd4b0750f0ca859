// Channel coding of 1 to 11 bits, TS 38.212 5.3.3, with soft maximum-likelihood decoding. Bits one an octet; in the output of one and two bits
// the values `placeholder_x` and `placeholder_y` stand where the standard has x and y (TS 38.211 6.3.1.1). Any thread.
#pragma once

#include "phy/types.h"

namespace sen::phy {

inline constexpr Bit placeholder_x = 2, placeholder_y = 3;
// in.size() 1..11; qm 1, 2, 4, 6, 8 (it counts for one and two bits only); out.size() = E, rate matched by repetition (5.4.3).
void short_block_encode(std::span<const Bit> in, unsigned qm, std::span<Bit> out);

struct ShortBlockResult {
  float metric = 0;      // correlation of the best word over the sum of |LLR|: 0..1
  float margin = 0;      // the same, best less second best
  uint32_t used = 0;     // LLRs that carry something
  float detection = 0;   // correlation of the best word over the root of the sum of LLR^2: of noise alone, the largest of 2^K normal variables
};
// LLRs descrambled. That of a placeholder y stands for the bit before it (as sent, y repeats it after scrambling: descramble it with that bit's
// element of the sequence); that of x is ignored.
ShortBlockResult short_block_decode(std::span<const Llr> llrs, unsigned qm, std::span<Bit> out);

}  // namespace sen::phy
