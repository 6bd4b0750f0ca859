#include "phy/dmrs.h"

#include <algorithm>

#include "phy/sequence/gold.h"
#include "phy/sequence/low_papr.h"

namespace sen::phy {

DmrsPort dmrs_port(unsigned type, unsigned port) {
  // Tables 7.4.1.1.2-1 and -2 (6.4.1.1.3-1 and -2): pairs of ports share a group; the second half of the ports alternates in time.
  const unsigned groups = type == 1 ? 2 : 3;
  DmrsPort out;
  out.group = static_cast<uint8_t>(port / 2 % groups);
  out.delta = static_cast<uint8_t>(type == 1 ? out.group : 2 * out.group);
  if (port % 2 == 1) out.w_f[1] = -1;
  if (port >= 2 * groups) out.w_t[1] = -1;
  return out;
}

void dmrs_base(const nr::l1::Dmrs& dmrs, nr::Slot slot, bool extended_cp, unsigned symbol, unsigned crb, unsigned n_rb, std::span<Cf> out) {
  const uint64_t symbols = extended_cp ? 12 : 14;
  const uint64_t c_init =
      ((symbols * slot.in_frame() + symbol + 1) * (2 * uint64_t{dmrs.n_id} + 1) << 17) + 2 * uint64_t{dmrs.n_id} + dmrs.n_scid;
  const unsigned values = dmrs_values_per_rb(dmrs.type);
  Gold gold(static_cast<uint32_t>(c_init & 0x7fffffff), 2 * values * (crb - dmrs.reference_rb));
  gold.fill_qpsk(out.first(size_t{values} * n_rb));
}

namespace {

// The 8 bits from position 8 n on, and bit n, of the sequence that hops (6.4.1.1.1.2).
unsigned group_offset(unsigned n_id, unsigned n) {
  Gold gold(n_id / 30, 8 * n);
  unsigned f = 0;
  for (unsigned m = 0; m < 8; ++m) f += gold.next(1) << m;
  return f % 30;
}

}  // namespace

void dmrs_base_low_papr(const nr::l1::PuschPdu& pdu, nr::Slot slot, unsigned symbol, std::span<Cf> out) {
  // Of a double symbol both carry the sequence of the first.
  const unsigned l = pdu.dmrs.length == 2 && symbol > 0 && (pdu.dmrs.symbol_mask >> (symbol - 1) & 1) &&
                             !(symbol > 1 && (pdu.dmrs.symbol_mask >> (symbol - 2) & 1))
                         ? symbol - 1
                         : symbol;
  const unsigned n = (pdu.bwp.extended_cp ? 12 : 14) * slot.in_frame() + l;
  unsigned u = pdu.low_papr_id, v = 0;
  if (pdu.low_papr_hopping == 1) u += group_offset(pdu.low_papr_id, n);
  if (pdu.low_papr_hopping == 2 && out.size() >= 72) v = Gold(pdu.low_papr_id, n).next(1);
  low_papr_base(u % 30, v, out);
}

float dmrs_amplitude(unsigned cdm_groups_without_data) {
  constexpr float amplitude[] = {1, 1.41253754F, 1.73205081F};
  return amplitude[std::clamp(cdm_groups_without_data, 1u, 3u) - 1];
}

}  // namespace sen::phy
