#include "phy/detail/shared_channel.h"

#include <algorithm>
#include <bit>
#include <bitset>

#include "nr/tbs.h"
#include "phy/dmrs.h"
#include "phy/estimation/channel_estimator.h"
#include "phy/grid.h"

namespace sen::phy::detail {

SharedChannel::SharedChannel(const nr::l1::PdschPdu& pdu)
    : bwp(pdu.bwp),
      allocation(pdu.allocation),
      dmrs(pdu.dmrs),
      ptrs(pdu.ptrs ? &*pdu.ptrs : nullptr),
      reserved(pdu.reserved),
      rnti(pdu.rnti),
      n_id(pdu.n_id),
      layers(pdu.layers),
      qm(pdu.code.qm) {}

SharedChannel::SharedChannel(const nr::l1::PuschPdu& pdu)
    : bwp(pdu.bwp),
      allocation(pdu.allocation),
      dmrs(pdu.dmrs),
      ptrs(pdu.ptrs ? &*pdu.ptrs : nullptr),
      second_hop_rb(pdu.second_hop_rb),
      transform(pdu.transform_precoding ? &pdu : nullptr),
      rnti(pdu.rnti),
      n_id(pdu.n_id),
      layers(pdu.layers),
      qm(pdu.code.qm) {}

unsigned SharedChannel::dmrs_place(unsigned symbol) const {
  if (dmrs.length != 2) return 0;
  unsigned before = 0;
  while (symbol > before && carries_dmrs(symbol - before - 1)) ++before;
  return before % 2;
}

unsigned SharedChannel::n_rb() const {
  unsigned n = 0;
  for (auto [first, count] : allocation.rbs) n += count;
  return n;
}

unsigned SharedChannel::port(unsigned layer) const {
  unsigned left = dmrs.ports;
  while (layer-- > 0) left &= left - 1;
  return static_cast<unsigned>(std::countr_zero(left));
}

namespace {

constexpr const char* dmrs_clause = "TS 38.211 7.4.1.1, 6.4.1.1";
constexpr const char* ptrs_clause = "TS 38.211 7.4.1.2, 6.4.1.2";

Status check_bwp(const SharedChannel& c, unsigned grid_rb) {
  if (c.bwp.size < 1 || c.bwp.size > Grid::max_rb || c.bwp.start + c.bwp.size > std::min(grid_rb, Grid::max_crb)) {
    return fail(Fault::invalid, "bwp", "resource blocks {} to {} where the grid has {} (TS 38.211 4.4.5)", c.bwp.start,
                c.bwp.start + c.bwp.size - 1, grid_rb);
  }
  if (c.bwp.extended_cp && c.bwp.scs != nr::Scs::khz60) {
    return fail(Fault::invalid, "bwp.extended_cp", "with {} kHz: only with 60 kHz (TS 38.211 table 4.2-1)", nr::khz(c.bwp.scs));
  }
  return {};
}

Status check_allocation(const SharedChannel& c) {
  const unsigned symbols = c.bwp.extended_cp ? 12 : 14;
  if (c.allocation.symbols < 1 || c.end_symbol() > symbols) {
    return fail(Fault::invalid, "allocation.symbols", "{} from symbol {}: 1 to {} within the slot (TS 38.214 5.1.2.1)",
                c.allocation.symbols, c.allocation.start_symbol, symbols);
  }
  if (c.allocation.rbs.empty()) return fail(Fault::invalid, "allocation.rbs", "no resource block: 1 to {} (TS 38.214 5.1.2.2)", c.bwp.size);
  std::bitset<Grid::max_rb> taken;
  for (auto [first, count] : c.allocation.rbs) {
    if (count < 1 || first + count > c.bwp.size) {
      return fail(Fault::invalid, "allocation.rbs", "{} from {}: within the bandwidth part's {} (TS 38.214 5.1.2.2)", count, first,
                  c.bwp.size);
    }
    for (unsigned rb = first; rb < unsigned{first} + count; ++rb) {
      if (taken[rb]) return fail(Fault::invalid, "allocation.rbs", "resource block {} twice (TS 38.211 7.3.1.6)", rb);
      taken.set(rb);
    }
  }
  const unsigned lowest = static_cast<unsigned>(taken._Find_first());
  if (c.dmrs.reference_rb > c.bwp.start + lowest) {
    return fail(Fault::invalid, "dmrs.reference_rb", "{} above the allocation's first common resource block {} (TS 38.211 7.4.1.1.2)",
                c.dmrs.reference_rb, c.bwp.start + lowest);
  }
  return {};
}

Status check_dmrs_symbols(const SharedChannel& c) {
  const unsigned mask = c.dmrs.symbol_mask, most = max_dmrs_positions * c.dmrs.length,
                 inside = (1u << c.end_symbol()) - (1u << c.allocation.start_symbol);
  const unsigned first_hop = mask & ((1u << c.second_hop_symbol()) - 1);
  if (mask == 0 || (mask & ~inside) || std::popcount(mask) > static_cast<int>(most) || first_hop == 0 ||
      (c.second_hop_rb && first_hop == mask)) {
    return fail(Fault::invalid, "dmrs.symbol_mask", "{:#x} for symbols {} to {}{}: 1 to {} of them, in each hop one ({})", mask,
                c.allocation.start_symbol, c.end_symbol() - 1, c.second_hop_rb ? " with hopping" : "", most, dmrs_clause);
  }
  if (c.dmrs.length == 2) {
    for (unsigned left = mask; left;) {
      const unsigned low = static_cast<unsigned>(std::countr_zero(left));
      if (!(left >> (low + 1) & 1))
        return fail(Fault::invalid, "dmrs.symbol_mask", "{:#x}: pairs with double symbols ({})", mask, dmrs_clause);
      left &= ~(3u << low);
    }
  }
  return {};
}

Status check_dmrs(const SharedChannel& c) {
  const nr::l1::Dmrs& d = c.dmrs;
  if (d.type < 1 || d.type > 2) return fail(Fault::invalid, "dmrs.type", "{}: 1, 2 ({})", d.type, dmrs_clause);
  if (d.length < 1 || d.length > 2) return fail(Fault::invalid, "dmrs.length", "{}: 1, 2 ({})", d.length, dmrs_clause);
  if (d.cdm_groups_without_data < 1 || d.cdm_groups_without_data > 1 + d.type) {
    return fail(Fault::invalid, "dmrs.cdm_groups_without_data", "{} with type {}: 1 to {} (TS 38.214 table 4.1-1)",
                d.cdm_groups_without_data, d.type, 1 + d.type);
  }
  if (c.layers < 1 || c.layers > max_shared_layers) return fail(Fault::invalid, "layers", "{}: 1 to 4 (TS 38.211 7.3.1.3)", c.layers);
  const unsigned ports = (d.type == 1 ? 4u : 6u) * d.length;
  if (std::popcount(d.ports) != c.layers || d.ports >> ports) {
    return fail(Fault::invalid, "dmrs.ports", "{:#x} for {} layers: as many of ports 0 to {} ({})", d.ports, c.layers, ports - 1,
                dmrs_clause);
  }
  for (unsigned v = 0; v < c.layers; ++v) {
    if (const unsigned group = dmrs_port(d.type, c.port(v)).group; group >= d.cdm_groups_without_data) {
      return fail(Fault::invalid, "dmrs.ports", "port {} is in group {}, which carries data: groups below {} (TS 38.212 7.3.1.2.2)",
                  c.port(v), group, d.cdm_groups_without_data);
    }
  }
  if (d.n_scid > 1) return fail(Fault::invalid, "dmrs.n_scid", "{}: 0, 1 ({})", d.n_scid, dmrs_clause);
  if (!(std::abs(d.power_db) <= 40)) return fail(Fault::invalid, "dmrs.power_db", "{}: -40 to 40", d.power_db);
  return check_dmrs_symbols(c);
}

Status check_ptrs(const SharedChannel& c) {
  const nr::l1::Ptrs& p = *c.ptrs;
  if (p.time_density != 1 && p.time_density != 2 && (p.time_density != 4 || c.transform)) {
    return fail(Fault::invalid, "ptrs.time_density", "{}: 1, 2{} ({})", p.time_density, c.transform ? "" : ", 4", ptrs_clause);
  }
  if (!(std::abs(p.power_db) <= 40)) return fail(Fault::invalid, "ptrs.power_db", "{}: -40 to 40", p.power_db);
  if (c.transform) {
    const unsigned kind = p.groups * 10u + p.samples;
    if ((kind != 22 && kind != 24 && kind != 42 && kind != 44 && kind != 84) || 2u * p.groups * p.samples > 12 * c.n_rb()) {
      return fail(Fault::invalid, "ptrs.groups",
                  "{} of {} samples over {} subcarriers: 2x2, 2x4, 4x2, 4x4, 8x4, at most half of the subcarriers (TS 38.211 table "
                  "6.4.1.2.2.2-1)",
                  p.groups, p.samples, 12 * c.n_rb());
    }
    return {};
  }
  if (p.frequency_density != 2 && p.frequency_density != 4) {
    return fail(Fault::invalid, "ptrs.frequency_density", "{}: 2, 4 ({})", p.frequency_density, ptrs_clause);
  }
  if (p.re_offset > 3) return fail(Fault::invalid, "ptrs.re_offset", "{}: 0 to 3 ({})", p.re_offset, ptrs_clause);
  if (p.port > 11 || !(c.dmrs.ports >> p.port & 1) || !ptrs_subcarrier(c.dmrs.type, p.port, p.re_offset)) {
    return fail(Fault::invalid, "ptrs.port", "{}: a DM-RS port of the channel below {} ({})", p.port, c.dmrs.type == 1 ? 4 : 6,
                ptrs_clause);
  }
  return {};
}

Status check_code(const SharedChannel& c, const nr::l1::Code& code) {
  if (code.rv > 3) return fail(Fault::invalid, "code.rv", "{}: 0 to 3 (TS 38.212 5.4.2.1)", code.rv);
  if (code.base_graph < 1 || code.base_graph > 2)
    return fail(Fault::invalid, "code.base_graph", "{}: 1, 2 (TS 38.212 7.2.2)", code.base_graph);
  if (code.tbs_octets > 1277992 / 8)
    return fail(Fault::invalid, "code.tbs_octets", "{}: at most 159749 (TS 38.214 5.1.3.2)", code.tbs_octets);
  if (c.n_id > 1023) return fail(Fault::invalid, "n_id", "{}: 0 to 1023 (TS 38.211 7.3.1.1, 6.3.1.1)", c.n_id);
  return {};
}

}  // namespace

Status check(const SharedChannel& c, const nr::l1::Code& code, unsigned grid_rb) {
  SEN_TRY(check_bwp(c, grid_rb));
  SEN_TRY(check_allocation(c));
  SEN_TRY(check_dmrs(c));
  if (c.ptrs) SEN_TRY(check_ptrs(c));
  if (c.reserved.size() > max_reserved)
    return fail(Fault::exhausted, "reserved", "{} entries: at most {}", c.reserved.size(), max_reserved);
  for (const nr::l1::ReservedRes& r : c.reserved) {
    if (r.stride < 1) return fail(Fault::invalid, "reserved.stride", "0: 1 or more (TS 38.214 5.1.4)");
  }
  return check_code(c, code);
}

uint32_t largest_tb(unsigned n_rb, unsigned ports) {
  nr::TbsInput in;
  in.mcs = *nr::pdsch_mcs(nr::McsTable::qam256, nr::max_mcs(nr::McsTable::qam256));
  in.n_prb = static_cast<uint16_t>(n_rb);
  in.n_layers = static_cast<uint8_t>(std::min(ports, max_shared_layers));
  return nr::tbs_bits(in);
}

}  // namespace sen::phy::detail
