// Radio network temporary identifiers: values and ranges of TS 38.321 7.1, and the computed ones of 5.1.3.
#pragma once

#include <cstdint>

namespace sen::nr {

using Rnti = uint16_t;

constexpr Rnti p_rnti = 0xfffe;   // paging and short messages
constexpr Rnti si_rnti = 0xffff;  // system information
constexpr Rnti no_rnti = 0;

// What a DCI's CRC is scrambled with: decides the layout of format 1_0 and of 0_0.
enum class RntiType : uint8_t { c, tc, si, ra, p, cs, mcs_c, sp_csi, int_, sfi, tpc_pucch, tpc_pusch, tpc_srs };
const char* to_string(RntiType type);

// Table 7.1-1: C-RNTI, TC-RNTI, CS-RNTI, ... lie in 0x0001..0xFFF2 (FFF3..FFFD are reserved).
constexpr Rnti min_c_rnti = 0x0001;
constexpr Rnti max_c_rnti = 0xfff2;
constexpr bool is_c_rnti(Rnti rnti) { return rnti >= min_c_rnti && rnti <= max_c_rnti; }

// 5.1.3: RA-RNTI of the PRACH occasion. s_id first symbol (0..13), t_id first slot in the system frame (0..79; numerology of the RA-SCS, or
// 15 kHz for long preambles), f_id frequency index (0..7), ul_carrier 1 for SUL.
constexpr Rnti ra_rnti(unsigned s_id, unsigned t_id, unsigned f_id, unsigned ul_carrier = 0) {
  return static_cast<Rnti>(1 + s_id + 14 * t_id + 14 * 80 * f_id + 14 * 80 * 8 * ul_carrier);
}
// 5.1.3a: MSGB-RNTI of the two-step procedure.
constexpr Rnti msgb_rnti(unsigned s_id, unsigned t_id, unsigned f_id, unsigned ul_carrier = 0) {
  return static_cast<Rnti>(ra_rnti(s_id, t_id, f_id, ul_carrier) + 14 * 80 * 8 * 2);
}
// The largest RA-RNTI; a C-RNTI above it can never be mistaken for one.
constexpr Rnti max_ra_rnti = 1 + 13 + 14 * 79 + 14 * 80 * 7 + 14 * 80 * 8;

}  // namespace sen::nr
