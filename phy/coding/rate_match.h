// The circular buffer of TS 38.212 5.4.2.1 without its fillers, which are not sent. Any thread.
#pragma once

#include "phy/coding/ldpc.h"

namespace sen::phy {

struct CircularBuffer {
  uint32_t gap = 0;      // bits before the fillers
  uint32_t fillers = 0;  // of those within N_cb
  uint32_t length = 0;   // N_cb less fillers
  uint32_t start = 0;    // of the redundancy version
};
CircularBuffer circular_buffer(const Segmentation& s, const RateMatch& m);

// The bit interleaver of 5.4.2.2 has qm rows and e / qm columns; long ones are worked off in pieces of so many columns.
inline constexpr uint32_t interleaver_piece = 1024, interleaver_stride = interleaver_piece + 64;
inline constexpr size_t rate_match_work = 10 * interleaver_stride + 10 * interleaver_piece / 8 + 128;

// Bit selection and interleaving (5.4.2.1, 5.4.2.2): e bits of `circle`, the circular buffer without fillers (one bit an octet, 64 octets
// of room behind it), packed into `out` from bit `out_bit` on. `work`: rate_match_work octets.
void send_bits(const CircularBuffer& c, const uint8_t* circle, unsigned qm, uint32_t e, uint8_t* work, std::span<uint8_t> out,
               size_t out_bit);

}  // namespace sen::phy
