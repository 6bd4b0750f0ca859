#include "nr/pucch.h"

#include <algorithm>
#include <bit>

namespace sen::nr {
namespace {

using enum PucchFormat;

struct Limits {
  uint8_t min_symbols, max_symbols;
  uint8_t max_rb;
};
constexpr std::array<Limits, 5> limits{{{1, 2, 1}, {4, 14, 1}, {1, 2, 16}, {4, 14, 16}, {4, 14, 1}}};

// Sizes that a DFT may have: 2^a 3^b 5^c (TS 38.211 6.3.2.6.4).
bool dft_size(unsigned n) {
  for (unsigned p : {2u, 3u, 5u}) {
    while (n % p == 0 && n > 0) n /= p;
  }
  return n == 1;
}

bool rbs_allowed(const PucchResource& resource, unsigned n) { return resource.format != f3 || dft_size(n); }

// Table 9.2.1-1, offset of index 15 aside.
constexpr std::array<DefaultPucch, 16> default_rows{{{f0, 12, 2, 0, 2, {0, 3}},
                                                     {f0, 12, 2, 0, 3, {0, 4, 8}},
                                                     {f0, 12, 2, 3, 3, {0, 4, 8}},
                                                     {f1, 10, 4, 0, 2, {0, 6}},
                                                     {f1, 10, 4, 0, 4, {0, 3, 6, 9}},
                                                     {f1, 10, 4, 2, 4, {0, 3, 6, 9}},
                                                     {f1, 10, 4, 4, 4, {0, 3, 6, 9}},
                                                     {f1, 4, 10, 0, 2, {0, 6}},
                                                     {f1, 4, 10, 0, 4, {0, 3, 6, 9}},
                                                     {f1, 4, 10, 2, 4, {0, 3, 6, 9}},
                                                     {f1, 4, 10, 4, 4, {0, 3, 6, 9}},
                                                     {f1, 0, 14, 0, 2, {0, 6}},
                                                     {f1, 0, 14, 0, 4, {0, 3, 6, 9}},
                                                     {f1, 0, 14, 2, 4, {0, 3, 6, 9}},
                                                     {f1, 0, 14, 4, 4, {0, 3, 6, 9}},
                                                     {f1, 0, 14, 0, 4, {0, 3, 6, 9}}}};

unsigned data_symbols(const PucchResource& r) {
  if (r.format == f2) return r.n_symbols;
  return r.n_symbols -
         static_cast<unsigned>(std::popcount(pucch34_dmrs_symbols(r.n_symbols, r.second_hop_rb.has_value(), r.additional_dmrs)));
}

// CRC bits that 9.2 counts when it compares with the code rate: no segmentation.
unsigned counted_crc_bits(unsigned o_uci) { return o_uci < 12 ? 0 : o_uci < 20 ? 6 : 11; }

bool carries(const PucchResource& r, unsigned n_rb, unsigned o_uci) {
  return (o_uci + counted_crc_bits(o_uci)) * 1000 <= pucch_channel_bits(r, n_rb) * max_code_rate_permille[r.max_code_rate & 7];
}

}  // namespace

Status check_pucch(const PucchResource& r, unsigned bwp_size) {
  const Limits& limit = limits[std::min<size_t>(static_cast<size_t>(r.format), 4)];
  if (r.n_symbols < limit.min_symbols || r.n_symbols > limit.max_symbols || r.start_symbol + r.n_symbols > symbols_per_slot) {
    return fail(Fault::invalid, "nrofSymbols",
                "{} from symbol {} is not allowed for PUCCH format {} ({} to {} within the slot; TS 38.211 table 6.3.2.1-1)", r.n_symbols,
                r.start_symbol, static_cast<unsigned>(r.format), limit.min_symbols, limit.max_symbols);
  }
  if (r.n_rb < 1 || r.n_rb > limit.max_rb || !rbs_allowed(r, r.n_rb)) {
    return fail(Fault::invalid, "nrofPRBs",
                "{} is not allowed for PUCCH format {} (1 to {}; format 3: products of 2, 3, 5; TS 38.213 9.2.1)", r.n_rb,
                static_cast<unsigned>(r.format), limit.max_rb);
  }
  if (r.first_rb + r.n_rb > bwp_size || (r.second_hop_rb && *r.second_hop_rb + r.n_rb > bwp_size)) {
    return fail(Fault::invalid, "startingPRB", "{} with {} RBs leaves the bandwidth part of {} (TS 38.213 9.2.1)", r.first_rb, r.n_rb,
                bwp_size);
  }
  if (r.initial_cyclic_shift > 11)
    return fail(Fault::invalid, "initialCyclicShift", "{} is not allowed (0 to 11; TS 38.331 PUCCH-Resource)", r.initial_cyclic_shift);
  unsigned occ = r.second_hop_rb ? r.n_symbols / 4u : r.n_symbols / 2u;
  if (r.format == f1 && r.time_domain_occ >= std::max(1u, occ)) {
    return fail(Fault::invalid, "timeDomainOCC", "{} is not allowed with {} symbols (0 to {}; TS 38.211 table 6.3.2.4.1-1)",
                r.time_domain_occ, r.n_symbols, std::max(1u, occ) - 1);
  }
  if (r.format == f4 && ((r.occ_length != 2 && r.occ_length != 4) || r.occ_index >= r.occ_length)) {
    return fail(Fault::invalid, "occ-Length", "{} with index {} is not allowed (2 or 4, index below it; TS 38.331 PUCCH-format4)",
                r.occ_length, r.occ_index);
  }
  if (r.max_code_rate > 6)
    return fail(Fault::invalid, "maxCodeRate", "{} is not allowed (0 to 6; TS 38.213 table 9.2.5.2-1)", r.max_code_rate);
  return {};
}

std::optional<DefaultPucch> default_pucch_row(unsigned index, unsigned bwp_size) {
  if (index >= default_rows.size()) return std::nullopt;
  DefaultPucch row = default_rows[index];
  if (index == 15) row.rb_offset = static_cast<uint8_t>(bwp_size / 4);
  return row;
}

std::optional<PucchResource> default_pucch(unsigned pucch_resource_common, unsigned r, unsigned bwp_size) {
  auto row = default_pucch_row(pucch_resource_common, bwp_size);
  if (!row || r > 15) return std::nullopt;
  unsigned place = r % 8;
  unsigned low = row->rb_offset + place / row->n_cs;
  if (low >= bwp_size) return std::nullopt;
  unsigned high = bwp_size - 1 - low;
  PucchResource out;
  out.format = row->format;
  out.start_symbol = row->start_symbol;
  out.n_symbols = row->n_symbols;
  out.first_rb = static_cast<uint16_t>(r < 8 ? low : high);
  out.second_hop_rb = static_cast<uint16_t>(r < 8 ? high : low);
  out.initial_cyclic_shift = row->cs[place % row->n_cs];
  return out;
}

std::optional<unsigned> pucch_set(const PucchSets& sets, unsigned o_uci) {
  if (o_uci <= 2 && sets.n > 0) return 0;
  for (unsigned i = 1; i < std::min<unsigned>(sets.n, 4); ++i) {
    if (o_uci <= sets.max_payload[i]) return i;
  }
  return std::nullopt;
}

unsigned pucch_resource_in_set(unsigned n_resources, unsigned pri, unsigned first_cce, unsigned n_cce) {
  if (n_resources <= 8) return pri;
  unsigned low = n_resources / 8, high = (n_resources + 7) / 8, rest = n_resources % 8;
  if (pri < rest) return first_cce * high / n_cce + pri * high;
  return first_cce * low / n_cce + pri * low + rest;
}

unsigned pucch_channel_bits(const PucchResource& r, unsigned n_rb) {
  unsigned bits_per_symbol = r.pi2_bpsk ? 1 : 2;
  switch (r.format) {
    case f0:
    case f1: return 0;
    case f2: return 16u * r.n_symbols * n_rb;
    case f3: return 12 * bits_per_symbol * data_symbols(r) * n_rb;
    case f4: return r.occ_length == 0 ? 0 : 12 * bits_per_symbol * data_symbols(r) / r.occ_length;
  }
  return 0;
}

unsigned pucch_capacity_bits(const PucchResource& r) {
  if (r.format == f0 || r.format == f1) return 2;
  unsigned low = 0, high = 1706;
  while (low < high) {
    unsigned middle = (low + high + 1) / 2;
    if (carries(r, r.n_rb, middle)) {
      low = middle;
    } else {
      high = middle - 1;
    }
  }
  return low;
}

unsigned pucch_rbs_for(const PucchResource& r, unsigned o_uci) {
  for (unsigned n = 1; n < r.n_rb; ++n) {
    if (rbs_allowed(r, n) && carries(r, n, o_uci)) return n;
  }
  return r.n_rb;
}

unsigned uci_crc_bits(unsigned o_uci, unsigned e_uci) {
  if (o_uci < 12) return 0;
  if (o_uci < 20) return 6;
  bool segmented = (o_uci >= 360 && e_uci >= 1088) || o_uci >= 1013;
  return segmented ? 22 : 11;
}

uint16_t pucch34_dmrs_symbols(unsigned n_symbols, bool hopping, bool additional) {
  auto at = [](std::initializer_list<unsigned> list) {
    unsigned mask = 0;
    for (unsigned l : list) mask |= 1u << l;
    return static_cast<uint16_t>(mask);
  };
  switch (n_symbols) {
    case 4: return hopping ? at({0, 2}) : at({1});
    case 5: return at({0, 3});
    case 6:
    case 7: return at({1, 4});
    case 8: return at({1, 5});
    case 9: return at({1, 6});
    case 10: return additional ? at({1, 3, 6, 8}) : at({2, 7});
    case 11: return additional ? at({1, 3, 6, 9}) : at({2, 7});
    case 12: return additional ? at({1, 4, 7, 10}) : at({2, 8});
    case 13: return additional ? at({1, 4, 7, 11}) : at({2, 9});
    case 14: return additional ? at({1, 5, 8, 12}) : at({3, 10});
    default: return 0;
  }
}

unsigned format0_m_cs(unsigned n_harq, unsigned harq_value, bool positive_sr) {
  constexpr std::array<uint8_t, 4> two_bits{0, 3, 9, 6};  // {0,0}, {0,1}, {1,0}, {1,1}
  if (n_harq == 0) return 0;
  if (n_harq == 1) return (harq_value & 1 ? 6 : 0) + (positive_sr ? 3 : 0);
  return two_bits[harq_value & 3] + (positive_sr ? 1u : 0u);
}

bool sr_occasion(Slot slot, unsigned period_slots, unsigned offset_slots) {
  return period_slots != 0 && (slot.count() + period_slots - offset_slots % period_slots) % period_slots == 0;
}

}  // namespace sen::nr
