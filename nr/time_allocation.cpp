#include "nr/time_allocation.h"

#include <algorithm>
#include <array>

namespace sen::nr {
namespace {

using enum MappingType;
using Table = std::array<TimeAllocation, 16>;

// Rows of length 0 are reserved. Rows for dmrs-TypeA-Position 2; where position 3 differs see pos3().
constexpr Table table_a{{{0, a, 2, 12},
                         {0, a, 2, 10},
                         {0, a, 2, 9},
                         {0, a, 2, 7},
                         {0, a, 2, 5},
                         {0, b, 9, 4},
                         {0, b, 4, 4},
                         {0, b, 5, 7},
                         {0, b, 5, 2},
                         {0, b, 9, 2},
                         {0, b, 12, 2},
                         {0, a, 1, 13},
                         {0, a, 1, 6},
                         {0, a, 2, 4},
                         {0, b, 4, 7},
                         {0, b, 8, 4}}};
constexpr Table table_a_extended{{{0, a, 2, 6},
                                  {0, a, 2, 10},
                                  {0, a, 2, 9},
                                  {0, a, 2, 7},
                                  {0, a, 2, 5},
                                  {0, b, 6, 4},
                                  {0, b, 4, 4},
                                  {0, b, 5, 6},
                                  {0, b, 5, 2},
                                  {0, b, 9, 2},
                                  {0, b, 10, 2},
                                  {0, a, 1, 11},
                                  {0, a, 1, 6},
                                  {0, a, 2, 4},
                                  {0, b, 4, 6},
                                  {0, b, 8, 4}}};
constexpr Table table_b{{{0, b, 2, 2},
                         {0, b, 4, 2},
                         {0, b, 6, 2},
                         {0, b, 8, 2},
                         {0, b, 10, 2},
                         {1, b, 2, 2},
                         {1, b, 4, 2},
                         {0, b, 2, 4},
                         {0, b, 4, 4},
                         {0, b, 6, 4},
                         {0, b, 8, 4},
                         {0, b, 10, 4},
                         {0, b, 2, 7},
                         {0, a, 2, 12},
                         {1, b, 2, 4},
                         {}}};
constexpr Table table_c{{{0, b, 2, 2},
                         {0, b, 4, 2},
                         {0, b, 6, 2},
                         {0, b, 8, 2},
                         {0, b, 10, 2},
                         {},
                         {},
                         {0, b, 2, 4},
                         {0, b, 4, 4},
                         {0, b, 6, 4},
                         {0, b, 8, 4},
                         {0, b, 10, 4},
                         {0, b, 2, 7},
                         {0, a, 2, 12},
                         {0, a, 0, 6},
                         {0, a, 2, 6}}};
constexpr Table table_pusch{{{0, a, 0, 14},
                             {0, a, 0, 12},
                             {0, a, 0, 10},
                             {0, b, 2, 10},
                             {0, b, 4, 10},
                             {0, b, 4, 8},
                             {0, b, 4, 6},
                             {1, a, 0, 14},
                             {1, a, 0, 12},
                             {1, a, 0, 10},
                             {2, a, 0, 14},
                             {2, a, 0, 12},
                             {2, a, 0, 10},
                             {0, b, 8, 6},
                             {3, a, 0, 14},
                             {3, a, 0, 10}}};
constexpr Table table_pusch_extended{{{0, a, 0, 8},
                                      {0, a, 0, 12},
                                      {0, a, 0, 10},
                                      {0, b, 2, 10},
                                      {0, b, 4, 4},
                                      {0, b, 4, 8},
                                      {0, b, 4, 6},
                                      {1, a, 0, 8},
                                      {1, a, 0, 12},
                                      {1, a, 0, 10},
                                      {2, a, 0, 6},
                                      {2, a, 0, 12},
                                      {2, a, 0, 10},
                                      {0, b, 8, 4},
                                      {3, a, 0, 8},
                                      {3, a, 0, 10}}};

std::optional<TimeAllocation> row(const Table& table, unsigned index) {
  if (index >= table.size() || table[index].length == 0) return std::nullopt;
  return table[index];
}

// With the first DM-RS in symbol 3, the rows that start with it start and shrink by one; the first rows of mapping B in table A move too.
TimeAllocation pos3(unsigned index, TimeAllocation value, unsigned first_rows_end) {
  if (index < first_rows_end && value.mapping == a) {
    ++value.start;
    --value.length;
  }
  return value;
}

constexpr std::array<uint8_t, 4> j_of_mu{1, 1, 2, 3};
constexpr std::array<uint8_t, 4> delta_of_mu{2, 3, 4, 6};
constexpr std::array<uint8_t, 4> n1_front_loaded{8, 10, 17, 20};
constexpr std::array<uint8_t, 4> n1_additional{14, 13, 20, 24};  // 15 kHz: N_1,0 = 14 covers both of its values
constexpr std::array<uint8_t, 4> n2_of_mu{10, 12, 23, 36};

unsigned of_mu(const std::array<uint8_t, 4>& table, Scs scs) { return table[std::min(mu(scs), 3u)]; }

unsigned slots_to_reach(unsigned symbol, unsigned first_symbol) {
  return symbol <= first_symbol ? 0 : (symbol - first_symbol + symbols_per_slot - 1) / symbols_per_slot;
}

}  // namespace

std::optional<TimeAllocation> pdsch_default_a(unsigned index, unsigned dmrs_type_a_pos, bool extended_cp) {
  auto value = row(extended_cp ? table_a_extended : table_a, index);
  if (!value || dmrs_type_a_pos != 3) return value;
  if (index == 5) return extended_cp ? TimeAllocation{0, b, 8, 2} : TimeAllocation{0, b, 10, 4};
  if (index == 6) return TimeAllocation{0, b, 6, 4};
  return pos3(index, *value, 5);
}

std::optional<TimeAllocation> pdsch_default_b(unsigned index, unsigned dmrs_type_a_pos) {
  auto value = row(table_b, index);
  if (!value || dmrs_type_a_pos != 3) return value;
  return pos3(index, *value, 16);
}

std::optional<TimeAllocation> pdsch_default_c(unsigned index, unsigned dmrs_type_a_pos) {
  auto value = row(table_c, index);
  if (!value || dmrs_type_a_pos != 3) return value;
  return pos3(index, *value, 14);
}

std::optional<TimeAllocation> pdsch_default(unsigned multiplexing_pattern, unsigned index, unsigned dmrs_type_a_pos) {
  if (multiplexing_pattern == 2) return pdsch_default_b(index, dmrs_type_a_pos);
  if (multiplexing_pattern == 3) return pdsch_default_c(index, dmrs_type_a_pos);
  return pdsch_default_a(index, dmrs_type_a_pos);
}

std::optional<TimeAllocation> pusch_default_a(unsigned index, Scs scs, bool extended_cp) {
  auto value = row(extended_cp ? table_pusch_extended : table_pusch, index);
  if (value) value->k = static_cast<uint8_t>(value->k + pusch_default_j(scs));
  return value;
}

unsigned pusch_default_j(Scs scs) { return of_mu(j_of_mu, scs); }
unsigned msg3_delta(Scs scs) { return of_mu(delta_of_mu, scs); }

Result<StartLength> from_sliv(unsigned value) {
  unsigned length = value / 14 + 1;
  unsigned start = value % 14;
  if (value > 127) return fail(Fault::invalid, "startSymbolAndLength", "{} is not allowed (0 to 127; TS 38.331 6.3.2)", value);
  if (start + length > 14) {  // the other branch of 5.1.2.1: L' = 16 - L, S' = 13 - S
    length = 16 - length;
    start = 13 - start;
  }
  if (length > 14 || start + length > 14 || sliv(start, length) != value) {
    return fail(Fault::invalid, "startSymbolAndLength", "{} stands for no allocation within a slot (TS 38.214 5.1.2.1)", value);
  }
  return StartLength{static_cast<uint8_t>(start), static_cast<uint8_t>(length)};
}

bool pdsch_allocation_valid(MappingType mapping, unsigned start, unsigned length, unsigned dmrs_type_a_pos, bool extended_cp) {
  unsigned symbols = extended_cp ? 12 : 14;
  if (length > symbols || start + length > symbols) return false;
  if (mapping == a) return start <= (dmrs_type_a_pos == 3 ? 3u : 2u) && length >= 3;
  return length >= 2 && length < symbols && start <= symbols - 2;
}

bool pusch_allocation_valid(MappingType mapping, unsigned start, unsigned length, bool extended_cp) {
  unsigned symbols = extended_cp ? 12 : 14;
  if (length > symbols || start + length > symbols) return false;
  return mapping == a ? start == 0 && length >= 4 : length >= 1;
}

unsigned pdsch_n1_symbols(Scs scs, bool additional_dmrs) { return of_mu(additional_dmrs ? n1_additional : n1_front_loaded, scs); }
unsigned pusch_n2_symbols(Scs scs) { return of_mu(n2_of_mu, scs); }

unsigned min_k1(Scs scs, bool additional_dmrs, unsigned last_symbol, unsigned first_symbol, unsigned margin) {
  unsigned d = last_symbol < 7 ? 7 - last_symbol : 0;  // d_1,1 of mapping type A, TS 38.214 5.3
  return slots_to_reach(last_symbol + 1 + pdsch_n1_symbols(scs, additional_dmrs) + d + margin, first_symbol);
}

unsigned min_k2(Scs scs, unsigned last_symbol, unsigned first_symbol, unsigned margin) {
  // One symbol more when the first symbol of the PUSCH is not DM-RS only (d_2,1 of TS 38.214 6.4).
  return slots_to_reach(last_symbol + 1 + pusch_n2_symbols(scs) + 1 + margin, first_symbol);
}

}  // namespace sen::nr
