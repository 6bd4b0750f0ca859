// Bit kernels of LDPC rate matching (TS 38.212 5.4.2.2). Packed bits: the first in the most significant bit of octet 0. "May touch 64": the
// vector versions read or write up to 64 octets beyond what is asked, which must be the caller's. Any thread.
#pragma once

#include "phy/types.h"

namespace sen::phy {

// n packed bits to one an octet; `out` may touch 64.
void unpack_bits(const uint8_t* packed, size_t n, uint8_t* out);
// Signs of n values (negative: 1), packed; the last octet is filled with zeros. `values` and `out` may touch 64.
void pack_signs(const int8_t* values, size_t n, uint8_t* out);
// Bit interleaver: column after column, a bit from each of qm rows (one bit an octet), packed. qm 1, 2, 4, 6, 8, 10. Rows and `out` may
// touch 64; the bits of `out` after qm * columns are undefined.
void interleave(const uint8_t* const* rows, unsigned qm, size_t columns, uint8_t* out);
// Its inverse for soft bits: row r to rows + r * stride. Rows may touch 64.
void deinterleave(const Llr* e, unsigned qm, size_t columns, Llr* rows, size_t stride);
// soft += more, within +-llr_max.
void add_soft(Llr* soft, const Llr* more, size_t n);
// n packed bits from the start of `from` to bit `at` of `to`; the bits around them stay.
void copy_bits(const uint8_t* from, size_t n, uint8_t* to, size_t at);

namespace reference {
void unpack_bits(const uint8_t* packed, size_t n, uint8_t* out);
void pack_signs(const int8_t* values, size_t n, uint8_t* out);
void interleave(const uint8_t* const* rows, unsigned qm, size_t columns, uint8_t* out);
void deinterleave(const Llr* e, unsigned qm, size_t columns, Llr* rows, size_t stride);
void add_soft(Llr* soft, const Llr* more, size_t n);
}  // namespace reference

}  // namespace sen::phy
