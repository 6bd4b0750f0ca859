#include "nr/csi.h"

#include <algorithm>
#include <bit>

namespace sen::nr {
namespace {

constexpr uint8_t one = 1u << static_cast<unsigned>(CsiDensity::one);
constexpr uint8_t three = 1u << static_cast<unsigned>(CsiDensity::three);
constexpr uint8_t one_or_half =
    one | 1u << static_cast<unsigned>(CsiDensity::half_even) | 1u << static_cast<unsigned>(CsiDensity::half_odd);

// n groups at k_0 .. k_(n-1) in one symbol of the slot: l 0 or 1 for l_0 or l_1, `l_plus` symbols later.
constexpr void add(CsiRsRow& row, unsigned n_k, unsigned l, unsigned l_plus) {
  for (unsigned k = 0; k < n_k; ++k)
    row.groups[row.n_groups++] = {static_cast<uint8_t>(k), 0, static_cast<uint8_t>(l), static_cast<uint8_t>(l_plus)};
}
// `times`: 1: l_0; 2: l_0, l_0 + 1; 4: those and l_1, l_1 + 1.
constexpr CsiRsRow fd2(unsigned ports, uint8_t densities, unsigned n_k, unsigned times) {
  CsiRsRow row{static_cast<uint8_t>(ports), CdmType::fd2, densities, 0, {}, 2, 1};
  for (unsigned t = 0; t < times; ++t) add(row, n_k, t / 2, t % 2);
  return row;
}
// `times`: 1: l_0; 2: l_0 and l_1.
constexpr CsiRsRow fd2_td(unsigned ports, CdmType cdm, uint8_t densities, unsigned n_k, unsigned times) {
  CsiRsRow row{static_cast<uint8_t>(ports), cdm, densities, 0, {}, 2, static_cast<uint8_t>(cdm == CdmType::cdm4 ? 2 : 4)};
  for (unsigned t = 0; t < times; ++t) add(row, n_k, t, 0);
  return row;
}

// TS 38.211 table 7.4.1.5.3-1, rows 1 to 18.
constexpr std::array<CsiRsRow, 18> rows{{
    {1, CdmType::none, three, 3, {{{0, 0, 0, 0}, {0, 4, 0, 0}, {0, 8, 0, 0}}}, 1, 1},
    {1, CdmType::none, one_or_half, 1, {{{0, 0, 0, 0}}}, 1, 1},
    fd2(2, one_or_half, 1, 1),
    {4, CdmType::fd2, one, 2, {{{0, 0, 0, 0}, {0, 2, 0, 0}}}, 2, 1},
    fd2(4, one, 1, 2),
    fd2(8, one, 4, 1),
    fd2(8, one, 2, 2),
    fd2_td(8, CdmType::cdm4, one, 2, 1),
    fd2(12, one, 6, 1),
    fd2_td(12, CdmType::cdm4, one, 3, 1),
    fd2(16, one_or_half, 4, 2),
    fd2_td(16, CdmType::cdm4, one_or_half, 4, 1),
    fd2(24, one_or_half, 3, 4),
    fd2_td(24, CdmType::cdm4, one_or_half, 3, 2),
    fd2_td(24, CdmType::cdm8, one_or_half, 3, 1),
    fd2(32, one_or_half, 4, 4),
    fd2_td(32, CdmType::cdm4, one_or_half, 4, 2),
    fd2_td(32, CdmType::cdm8, one_or_half, 4, 1),
}};

// How many k_i a row names: the number of ones that its bitmap has.
unsigned n_frequencies(const CsiRsRow& row) {
  unsigned n = 0;
  for (unsigned i = 0; i < row.n_groups; ++i) n = std::max(n, row.groups[i].k + 1u);
  return n;
}
unsigned bitmap_bits(unsigned row) { return row == 1 ? 4 : row == 2 ? 12 : row == 4 ? 3 : 6; }

// TS 38.211 table 6.4.1.4.3-1: {m_SRS,b, N_b} for b = 0..3, a row a C_SRS.
constexpr std::array<std::array<SrsBandwidth, 4>, 64> srs_bandwidths{{
    {{{4, 1}, {4, 1}, {4, 1}, {4, 1}}},       {{{8, 1}, {4, 2}, {4, 1}, {4, 1}}},       {{{12, 1}, {4, 3}, {4, 1}, {4, 1}}},
    {{{16, 1}, {4, 4}, {4, 1}, {4, 1}}},      {{{16, 1}, {8, 2}, {4, 2}, {4, 1}}},      {{{20, 1}, {4, 5}, {4, 1}, {4, 1}}},
    {{{24, 1}, {4, 6}, {4, 1}, {4, 1}}},      {{{24, 1}, {12, 2}, {4, 3}, {4, 1}}},     {{{28, 1}, {4, 7}, {4, 1}, {4, 1}}},
    {{{32, 1}, {16, 2}, {8, 2}, {4, 2}}},     {{{36, 1}, {12, 3}, {4, 3}, {4, 1}}},     {{{40, 1}, {20, 2}, {4, 5}, {4, 1}}},
    {{{48, 1}, {16, 3}, {8, 2}, {4, 2}}},     {{{48, 1}, {24, 2}, {12, 2}, {4, 3}}},    {{{52, 1}, {4, 13}, {4, 1}, {4, 1}}},
    {{{56, 1}, {28, 2}, {4, 7}, {4, 1}}},     {{{60, 1}, {20, 3}, {4, 5}, {4, 1}}},     {{{64, 1}, {32, 2}, {16, 2}, {4, 4}}},
    {{{72, 1}, {24, 3}, {12, 2}, {4, 3}}},    {{{72, 1}, {36, 2}, {12, 3}, {4, 3}}},    {{{76, 1}, {4, 19}, {4, 1}, {4, 1}}},
    {{{80, 1}, {40, 2}, {20, 2}, {4, 5}}},    {{{88, 1}, {44, 2}, {4, 11}, {4, 1}}},    {{{96, 1}, {32, 3}, {16, 2}, {4, 4}}},
    {{{96, 1}, {48, 2}, {24, 2}, {4, 6}}},    {{{104, 1}, {52, 2}, {4, 13}, {4, 1}}},   {{{112, 1}, {56, 2}, {28, 2}, {4, 7}}},
    {{{120, 1}, {60, 2}, {20, 3}, {4, 5}}},   {{{120, 1}, {40, 3}, {8, 5}, {4, 2}}},    {{{120, 1}, {24, 5}, {12, 2}, {4, 3}}},
    {{{128, 1}, {64, 2}, {32, 2}, {4, 8}}},   {{{128, 1}, {64, 2}, {16, 4}, {4, 4}}},   {{{128, 1}, {16, 8}, {8, 2}, {4, 2}}},
    {{{132, 1}, {44, 3}, {4, 11}, {4, 1}}},   {{{136, 1}, {68, 2}, {4, 17}, {4, 1}}},   {{{144, 1}, {72, 2}, {36, 2}, {4, 9}}},
    {{{144, 1}, {48, 3}, {24, 2}, {12, 2}}},  {{{144, 1}, {48, 3}, {16, 3}, {4, 4}}},   {{{144, 1}, {16, 9}, {8, 2}, {4, 2}}},
    {{{152, 1}, {76, 2}, {4, 19}, {4, 1}}},   {{{160, 1}, {80, 2}, {40, 2}, {4, 10}}},  {{{160, 1}, {80, 2}, {20, 4}, {4, 5}}},
    {{{160, 1}, {32, 5}, {16, 2}, {4, 4}}},   {{{168, 1}, {84, 2}, {28, 3}, {4, 7}}},   {{{176, 1}, {88, 2}, {44, 2}, {4, 11}}},
    {{{184, 1}, {92, 2}, {4, 23}, {4, 1}}},   {{{192, 1}, {96, 2}, {48, 2}, {4, 12}}},  {{{192, 1}, {96, 2}, {24, 4}, {4, 6}}},
    {{{192, 1}, {64, 3}, {16, 4}, {4, 4}}},   {{{192, 1}, {24, 8}, {8, 3}, {4, 2}}},    {{{208, 1}, {104, 2}, {52, 2}, {4, 13}}},
    {{{216, 1}, {108, 2}, {36, 3}, {4, 9}}},  {{{224, 1}, {112, 2}, {56, 2}, {4, 14}}}, {{{240, 1}, {120, 2}, {60, 2}, {4, 15}}},
    {{{240, 1}, {80, 3}, {20, 4}, {4, 5}}},   {{{240, 1}, {48, 5}, {16, 3}, {8, 2}}},   {{{240, 1}, {24, 10}, {12, 2}, {4, 3}}},
    {{{256, 1}, {128, 2}, {64, 2}, {4, 16}}}, {{{256, 1}, {128, 2}, {32, 4}, {4, 8}}},  {{{256, 1}, {16, 16}, {8, 2}, {4, 2}}},
    {{{264, 1}, {132, 2}, {44, 3}, {4, 11}}}, {{{272, 1}, {136, 2}, {68, 2}, {4, 17}}}, {{{272, 1}, {68, 4}, {4, 17}, {4, 1}}},
    {{{272, 1}, {16, 17}, {8, 2}, {4, 2}}},
}};
bool one_of(unsigned value, std::initializer_list<unsigned> list) { return std::find(list.begin(), list.end(), value) != list.end(); }

bool in_period(Slot slot, unsigned period, unsigned offset) {
  return period != 0 && (slot.count() + period - offset % period) % period == 0;
}

Status check_period(unsigned period, unsigned offset, std::initializer_list<unsigned> allowed) {
  if (!one_of(period, allowed)) return fail(Fault::invalid, "periodicityAndOffset", "{} slots are not allowed (TS 38.331)", period);
  if (offset >= period)
    return fail(Fault::invalid, "periodicityAndOffset", "offset {} is not allowed (0 to {}; TS 38.331)", offset, period - 1);
  return {};
}

}  // namespace

std::optional<CsiRsRow> csi_rs_row(unsigned row) {
  if (row < 1 || row > rows.size()) return std::nullopt;
  return rows[row - 1];
}

unsigned csi_rs_ports(unsigned row) { return row < 1 || row > rows.size() ? 0 : rows[row - 1].ports; }

Result<std::array<uint8_t, 6>> csi_rs_frequencies(unsigned row, uint16_t frequency_domain) {
  auto entry = csi_rs_row(row);
  if (!entry) return fail(Fault::invalid, "CSI-RS row", "{} is not allowed (1 to 18; TS 38.211 table 7.4.1.5.3-1)", row);
  unsigned wanted = n_frequencies(*entry);
  if (frequency_domain >> bitmap_bits(row) || static_cast<unsigned>(std::popcount(frequency_domain)) != wanted) {
    return fail(Fault::invalid, "frequencyDomainAllocation", "{:#x} is not allowed for row {} ({} of {} bits set; TS 38.211 7.4.1.5.3)",
                frequency_domain, row, wanted, bitmap_bits(row));
  }
  std::array<uint8_t, 6> k{};
  unsigned step = row <= 2 ? 1 : row == 4 ? 4 : 2;
  unsigned n = 0;
  for (unsigned bit = 0; bit < 12; ++bit) {
    if (frequency_domain >> bit & 1) k[n++] = static_cast<uint8_t>(step * bit);
  }
  return k;
}

Status check_csi_rs(const CsiRsResource& r, unsigned carrier_rbs) {
  SEN_TRY(csi_rs_frequencies(r.row, r.frequency_domain));
  const CsiRsRow& row = rows[r.row - 1];
  if (r.cdm != row.cdm) return fail(Fault::invalid, "cdm-Type", "does not go with row {} (TS 38.211 table 7.4.1.5.3-1)", r.row);
  if (!(row.densities >> static_cast<unsigned>(r.density) & 1))
    return fail(Fault::invalid, "density", "does not go with row {} (TS 38.211 table 7.4.1.5.3-1)", r.row);
  unsigned reach = row.symbols - 1u + (row.cdm == CdmType::fd2 && row.n_groups > 1 && row.groups[row.n_groups - 1].l_plus ? 1u : 0u);
  if (r.l0 + reach >= symbols_per_slot || r.l1 + reach >= symbols_per_slot) {
    return fail(Fault::invalid, "firstOFDMSymbolInTimeDomain",
                "{} is not allowed for row {} (the resource leaves the slot; TS 38.211 7.4.1.5.3)", std::max(r.l0, r.l1), r.row);
  }
  bool span = r.n_rb != 0 && r.start_rb % 4 == 0 && r.n_rb % 4 == 0;
  if (!span || r.start_rb + r.n_rb > (carrier_rbs + 3) / 4 * 4) {
    return fail(Fault::invalid, "freqBand", "{} RBs from {} are not allowed (multiples of 4 within {}; TS 38.331 CSI-FrequencyOccupation)",
                r.n_rb, r.start_rb, carrier_rbs);
  }
  return check_period(r.period_slots, r.offset_slots, {4, 5, 8, 10, 16, 20, 32, 40, 64, 80, 160, 320, 640});
}

CsiRsRes csi_rs_res(const CsiRsResource& resource) {
  CsiRsRes out;
  auto frequencies = csi_rs_frequencies(resource.row, resource.frequency_domain);
  if (!frequencies) return out;
  const CsiRsRow& row = rows[resource.row - 1];
  for (unsigned g = 0; g < row.n_groups; ++g) {
    const CsiRsGroup& group = row.groups[g];
    unsigned k = (*frequencies)[group.k] + group.k_plus;
    unsigned l = (group.l == 0 ? resource.l0 : resource.l1) + group.l_plus;
    for (unsigned dl = 0; dl < row.symbols; ++dl) {
      for (unsigned dk = 0; dk < row.frequencies; ++dk) out.re[out.n++] = {static_cast<uint8_t>(k + dk), static_cast<uint8_t>(l + dl)};
    }
  }
  return out;
}

bool csi_rs_in(const CsiRsResource& resource, Slot slot) { return in_period(slot, resource.period_slots, resource.offset_slots); }

Result<l1::CsiRsPdu> csi_rs_pdu(const CsiRsResource& r, const l1::Bwp& bwp) {
  SEN_ASSIGN(const auto frequencies, csi_rs_frequencies(r.row, r.frequency_domain));
  if (r.row > 8) return fail(Fault::unsupported, "CSI-RS row", "{} (1 to 8)", r.row);
  // TS 38.214 5.2.2.3.1: what lies outside of the bandwidth part is cut.
  const unsigned first = std::max(r.start_rb, bwp.start), end = std::min<unsigned>(r.start_rb + r.n_rb, bwp.start + bwp.size);
  if (first >= end) return fail(Fault::invalid, "freqBand", "{} RBs from {} lie outside of the bandwidth part", r.n_rb, r.start_rb);
  l1::CsiRsPdu out;
  out.bwp = bwp;
  out.row = r.row;
  out.start_rb = static_cast<uint16_t>(first - bwp.start);
  out.rbs = static_cast<uint16_t>(end - first);
  std::copy_n(frequencies.begin(), out.k.size(), out.k.begin());
  out.l0 = r.l0, out.l1 = r.l1;
  out.cdm = static_cast<uint8_t>(r.cdm);
  out.density = static_cast<uint8_t>(r.density);
  out.scrambling_id = r.scrambling_id;
  return out;
}

void reserve_csi_rs(const CsiRsResource& r, std::vector<l1::ReservedRes>& out) {
  std::array<uint16_t, symbols_per_slot> subcarriers{};
  const CsiRsRes places = csi_rs_res(r);
  for (unsigned i = 0; i < places.n; ++i) {
    const auto [k, l] = places.re[i];
    if (l < subcarriers.size()) subcarriers[l] = static_cast<uint16_t>(subcarriers[l] | 1u << k);
  }
  const bool half = r.density == CsiDensity::half_even || r.density == CsiDensity::half_odd;
  const unsigned parity = r.density == CsiDensity::half_odd ? 1 : 0;
  for (unsigned l = 0; l < subcarriers.size(); ++l) {
    if (!subcarriers[l]) continue;
    l1::ReservedRes one;
    one.first = static_cast<uint16_t>(r.start_rb + (half && r.start_rb % 2 != parity ? 1 : 0));
    one.end = static_cast<uint16_t>(r.start_rb + r.n_rb);
    one.stride = half ? 2 : 1;
    one.symbols = static_cast<uint16_t>(1u << l);
    one.subcarriers = subcarriers[l];
    out.push_back(one);
  }
}

std::array<CsiRsResource, 4> trs(uint8_t first_id, unsigned first_symbol, unsigned subcarrier, unsigned start_rb, unsigned n_rb,
                                 unsigned scrambling_id, unsigned period_slots, unsigned offset_slots) {
  std::array<CsiRsResource, 4> out;
  for (unsigned i = 0; i < out.size(); ++i) {
    CsiRsResource& r = out[i];
    r.id = static_cast<uint8_t>(first_id + i);
    r.row = 1;
    r.frequency_domain = static_cast<uint16_t>(1u << subcarrier % 4);
    r.l0 = static_cast<uint8_t>(first_symbol + (i % 2) * 4);
    r.density = CsiDensity::three;
    r.start_rb = static_cast<uint16_t>(start_rb);
    r.n_rb = static_cast<uint16_t>(n_rb);
    r.scrambling_id = static_cast<uint16_t>(scrambling_id);
    r.period_slots = static_cast<uint16_t>(period_slots);
    r.offset_slots = static_cast<uint16_t>(offset_slots + i / 2);
  }
  return out;
}

std::optional<SrsBandwidth> srs_bandwidth(unsigned c_srs, unsigned b_srs) {
  if (c_srs >= srs_bandwidths.size() || b_srs > 3) return std::nullopt;
  return srs_bandwidths[c_srs][b_srs];
}

unsigned srs_config_for(unsigned n_rb) {
  unsigned best = 0;
  for (unsigned c = 0; c < srs_bandwidths.size(); ++c) {
    if (srs_bandwidths[c][0].m <= n_rb && srs_bandwidths[c][0].m > srs_bandwidths[best][0].m) best = c;
  }
  return best;
}

bool srs_in(const SrsResource& resource, Slot slot) { return in_period(slot, resource.period_slots, resource.offset_slots); }

Status check_srs(const SrsResource& r, unsigned bwp_size) {
  if (!one_of(r.ports, {1, 2, 4}))
    return fail(Fault::invalid, "nrofSRS-Ports", "{} is not allowed (1, 2, 4; TS 38.211 6.4.1.4.1)", r.ports);
  if (!one_of(r.symbols, {1, 2, 4}) || r.start_position > 5 || r.start_position + 1 < r.symbols) {
    return fail(Fault::invalid, "resourceMapping",
                "{} symbols from position {} are not allowed (1, 2, 4 within the last six symbols; TS 38.211 6.4.1.4.1)", r.symbols,
                r.start_position);
  }
  if (!one_of(r.repetitions, {1, 2, 4}) || r.repetitions > r.symbols)
    return fail(Fault::invalid, "repetitionFactor", "{} is not allowed (1, 2, 4, at most the symbols; TS 38.211 6.4.1.4.3)", r.repetitions);
  if (r.c_srs > 63 || r.b_srs > 3 || r.b_hop > 3)
    return fail(Fault::invalid, "freqHopping", "C_SRS {}, B_SRS {}, b_hop {} are not allowed (0 to 63, 3, 3; TS 38.211 6.4.1.4.3)", r.c_srs,
                r.b_srs, r.b_hop);
  unsigned shifts = r.comb == 2 ? 8 : 12;
  if (!one_of(r.comb, {2, 4}) || r.comb_offset >= r.comb || r.cyclic_shift >= shifts) {
    return fail(Fault::invalid, "transmissionComb",
                "{} with offset {} and cyclic shift {} is not allowed (2 or 4; below it; below {}; TS 38.211 6.4.1.4.2)", r.comb,
                r.comb_offset, r.cyclic_shift, shifts);
  }
  if (r.freq_position > 67 || r.freq_shift > 268)
    return fail(Fault::invalid, "freqDomainPosition", "{} with shift {} is not allowed (0 to 67, 0 to 268; TS 38.331 SRS-Config)",
                r.freq_position, r.freq_shift);
  if (srs_bandwidths[r.c_srs][0].m > bwp_size) {
    return fail(Fault::invalid, "c-SRS", "{} sounds {} RBs of a bandwidth part of {} (TS 38.211 table 6.4.1.4.3-1)", r.c_srs,
                srs_bandwidths[r.c_srs][0].m, bwp_size);
  }
  return check_period(r.period_slots, r.offset_slots, {1, 2, 4, 5, 8, 10, 16, 20, 32, 40, 64, 80, 160, 320, 640, 1280, 2560});
}

}  // namespace sen::nr
