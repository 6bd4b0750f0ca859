#include "nr/dmrs.h"

#include <algorithm>
#include <array>
#include <span>

namespace sen::nr {
namespace {

// Additional DM-RS symbols (beside l_0) for a duration l_d and positions 0..3; bit l = symbol l. `none`: the table has no entry.
constexpr uint16_t none = 0xffff;
using Row = std::array<uint16_t, 4>;
using Table = std::array<Row, 15>;  // by l_d

constexpr uint16_t at() { return 0; }
template <class... Rest>
constexpr uint16_t at(unsigned first, Rest... rest) {
  return static_cast<uint16_t>(1u << first | at(static_cast<unsigned>(rest)...));
}
constexpr Row absent{none, none, none, none};
constexpr Row only_l0{0, 0, 0, 0};
constexpr Row one_more(unsigned l) { return {0, at(l), at(l), at(l)}; }

// TS 38.211 table 7.4.1.1.2-3.
constexpr Table pdsch_single_a{absent,
                               absent,
                               absent,
                               only_l0,
                               only_l0,
                               only_l0,
                               only_l0,
                               only_l0,
                               one_more(7),
                               one_more(7),
                               Row{0, at(9), at(6, 9), at(6, 9)},
                               Row{0, at(9), at(6, 9), at(6, 9)},
                               Row{0, at(9), at(6, 9), at(5, 8, 11)},
                               Row{0, at(11), at(7, 11), at(5, 8, 11)},
                               Row{0, at(11), at(7, 11), at(5, 8, 11)}};
constexpr Table pdsch_single_b{absent,
                               absent,
                               only_l0,
                               only_l0,
                               only_l0,
                               one_more(4),
                               one_more(4),
                               one_more(4),
                               Row{0, at(6), at(3, 6), at(3, 6)},
                               Row{0, at(7), at(4, 7), at(4, 7)},
                               Row{0, at(7), at(4, 7), at(4, 7)},
                               Row{0, at(8), at(4, 8), at(3, 6, 9)},
                               Row{0, at(9), at(5, 9), at(3, 6, 9)},
                               Row{0, at(9), at(5, 9), at(3, 6, 9)},
                               absent};
// TS 38.211 table 7.4.1.1.2-4: positions 0 and 1 only; the second symbol of each pair follows below.
constexpr Row two_columns(uint16_t pos1) { return {0, pos1, none, none}; }
constexpr Table pdsch_double_a{absent,
                               absent,
                               absent,
                               absent,
                               two_columns(0),
                               two_columns(0),
                               two_columns(0),
                               two_columns(0),
                               two_columns(0),
                               two_columns(0),
                               two_columns(at(8)),
                               two_columns(at(8)),
                               two_columns(at(8)),
                               two_columns(at(10)),
                               two_columns(at(10))};
constexpr Table pdsch_double_b{absent,
                               absent,
                               absent,
                               absent,
                               absent,
                               two_columns(0),
                               two_columns(0),
                               two_columns(0),
                               two_columns(at(5)),
                               two_columns(at(5)),
                               two_columns(at(7)),
                               two_columns(at(7)),
                               two_columns(at(8)),
                               two_columns(at(8)),
                               absent};
// TS 38.211 tables 6.4.1.1.3-3 and -4.
constexpr Table pusch_single_a{absent,
                               absent,
                               absent,
                               absent,
                               only_l0,
                               only_l0,
                               only_l0,
                               only_l0,
                               one_more(7),
                               one_more(7),
                               Row{0, at(9), at(6, 9), at(6, 9)},
                               Row{0, at(9), at(6, 9), at(6, 9)},
                               Row{0, at(9), at(6, 9), at(5, 8, 11)},
                               Row{0, at(11), at(7, 11), at(5, 8, 11)},
                               Row{0, at(11), at(7, 11), at(5, 8, 11)}};
constexpr Table pusch_single_b{absent,
                               only_l0,
                               only_l0,
                               only_l0,
                               only_l0,
                               one_more(4),
                               one_more(4),
                               one_more(4),
                               Row{0, at(6), at(3, 6), at(3, 6)},
                               Row{0, at(6), at(3, 6), at(3, 6)},
                               Row{0, at(8), at(4, 8), at(3, 6, 9)},
                               Row{0, at(8), at(4, 8), at(3, 6, 9)},
                               Row{0, at(10), at(5, 10), at(3, 6, 9)},
                               Row{0, at(10), at(5, 10), at(3, 6, 9)},
                               Row{0, at(10), at(5, 10), at(3, 6, 9)}};
constexpr Table pusch_double_a = pdsch_double_a;
constexpr Table pusch_double_b{absent,
                               absent,
                               absent,
                               absent,
                               absent,
                               two_columns(0),
                               two_columns(0),
                               two_columns(0),
                               two_columns(at(5)),
                               two_columns(at(5)),
                               two_columns(at(7)),
                               two_columns(at(7)),
                               two_columns(at(9)),
                               two_columns(at(9)),
                               two_columns(at(9))};

// Type A: symbols count from the slot, l_d from the slot's first symbol; type B: both from the allocation.
std::optional<SymbolMask> positions(const DmrsConfig& config, const Table& table, MappingType mapping, unsigned start, unsigned length) {
  bool type_a = mapping == MappingType::a;
  unsigned l_d = type_a ? start + length : length;
  if (length == 0 || start + length > 14 || config.additional_position > 3) return std::nullopt;
  uint16_t more = table[l_d][config.additional_position];
  unsigned l_0 = type_a ? config.type_a_pos : 0;
  if (more == none || l_0 > 3) return std::nullopt;
  // 7.4.1.1.2: l_d of 3 and 4, and additional position 3, go with dmrs-TypeA-Position 2 only.
  if (type_a && l_0 == 3 && (l_d <= 3 || config.additional_position == 3)) return std::nullopt;
  unsigned mask = 1u << l_0 | more;
  if (config.double_symbol) mask |= mask << 1;
  if (!type_a) mask <<= start;
  unsigned inside = ((1u << length) - 1) << start;
  if ((mask & inside) != mask) return std::nullopt;
  return static_cast<SymbolMask>(mask);
}

// One row of an antenna-port table: CDM groups, ports as a mask, front-loaded symbols.
struct Ports {
  uint8_t groups;
  uint16_t ports;
  uint8_t symbols = 1;
};
template <class... P>
constexpr Ports p1(unsigned groups, P... ports) {
  return {static_cast<uint8_t>(groups), at(static_cast<unsigned>(ports)...), 1};
}
template <class... P>
constexpr Ports p2(unsigned groups, P... ports) {
  return {static_cast<uint8_t>(groups), at(static_cast<unsigned>(ports)...), 2};
}

// TS 38.212 tables 7.3.1.2.2-1 to -4, one codeword. Each longer table repeats a shorter one first.
constexpr std::array dl_type1_len2{
    p1(1, 0),    p1(1, 1),       p1(1, 0, 1),       p1(2, 0),       p1(2, 1),          p1(2, 2),          p1(2, 3),         p1(2, 0, 1),
    p1(2, 2, 3), p1(2, 0, 1, 2), p1(2, 0, 1, 2, 3), p1(2, 0, 2),    p2(2, 0),          p2(2, 1),          p2(2, 2),         p2(2, 3),
    p2(2, 4),    p2(2, 5),       p2(2, 6),          p2(2, 7),       p2(2, 0, 1),       p2(2, 2, 3),       p2(2, 4, 5),      p2(2, 6, 7),
    p2(2, 0, 4), p2(2, 2, 6),    p2(2, 0, 1, 4),    p2(2, 2, 3, 6), p2(2, 0, 1, 4, 5), p2(2, 2, 3, 6, 7), p2(2, 0, 2, 4, 6)};
constexpr std::array dl_type2_len2{
    p1(1, 0),       p1(1, 1),       p1(1, 0, 1),     p1(2, 0),          p1(2, 1),          p1(2, 2),
    p1(2, 3),       p1(2, 0, 1),    p1(2, 2, 3),     p1(2, 0, 1, 2),    p1(2, 0, 1, 2, 3), p1(3, 0),
    p1(3, 1),       p1(3, 2),       p1(3, 3),        p1(3, 4),          p1(3, 5),          p1(3, 0, 1),
    p1(3, 2, 3),    p1(3, 4, 5),    p1(3, 0, 1, 2),  p1(3, 3, 4, 5),    p1(3, 0, 1, 2, 3), p1(2, 0, 2),
    p2(3, 0),       p2(3, 1),       p2(3, 2),        p2(3, 3),          p2(3, 4),          p2(3, 5),
    p2(3, 6),       p2(3, 7),       p2(3, 8),        p2(3, 9),          p2(3, 10),         p2(3, 11),
    p2(3, 0, 1),    p2(3, 2, 3),    p2(3, 4, 5),     p2(3, 6, 7),       p2(3, 8, 9),       p2(3, 10, 11),
    p2(3, 0, 1, 6), p2(3, 2, 3, 8), p2(3, 4, 5, 10), p2(3, 0, 1, 6, 7), p2(3, 2, 3, 8, 9), p2(3, 4, 5, 10, 11),
    p2(1, 0),       p2(1, 1),       p2(1, 6),        p2(1, 7),          p2(1, 0, 1),       p2(1, 6, 7),
    p2(2, 0, 1),    p2(2, 2, 3),    p2(2, 6, 7),     p2(2, 8, 9)};
// Two codewords.
constexpr std::array dl_type1_len2_cw2{p2(2, 0, 1, 2, 3, 4), p2(2, 0, 1, 2, 3, 4, 6), p2(2, 0, 1, 2, 3, 4, 5, 6),
                                       p2(2, 0, 1, 2, 3, 4, 5, 6, 7)};
constexpr std::array dl_type2_len2_cw2{p1(3, 0, 1, 2, 3, 4),    p1(3, 0, 1, 2, 3, 4, 5),    p2(2, 0, 1, 2, 3, 6),
                                       p2(2, 0, 1, 2, 3, 6, 8), p2(2, 0, 1, 2, 3, 6, 7, 8), p2(2, 0, 1, 2, 3, 6, 7, 8, 9)};

// TS 38.212 tables 7.3.1.1.2-6, -7.
constexpr std::array ul_precoded{p1(2, 0), p1(2, 1), p1(2, 2), p1(2, 3), p2(2, 0), p2(2, 1),
                                 p2(2, 2), p2(2, 3), p2(2, 4), p2(2, 5), p2(2, 6), p2(2, 7)};
// -8 to -15: type 1, ranks 1 to 4; the rows of maximum length 1 come first.
constexpr std::array ul_type1_rank1{p1(1, 0), p1(1, 1), p1(2, 0), p1(2, 1), p1(2, 2), p1(2, 3), p2(2, 0),
                                    p2(2, 1), p2(2, 2), p2(2, 3), p2(2, 4), p2(2, 5), p2(2, 6), p2(2, 7)};
constexpr std::array ul_type1_rank2{p1(1, 0, 1), p1(2, 0, 1), p1(2, 2, 3), p1(2, 0, 2), p2(2, 0, 1),
                                    p2(2, 2, 3), p2(2, 4, 5), p2(2, 6, 7), p2(2, 0, 4), p2(2, 2, 6)};
constexpr std::array ul_type1_rank3{p1(2, 0, 1, 2), p2(2, 0, 1, 4), p2(2, 2, 3, 6)};
constexpr std::array ul_type1_rank4{p1(2, 0, 1, 2, 3), p2(2, 0, 1, 4, 5), p2(2, 2, 3, 6, 7), p2(2, 0, 2, 4, 6)};
// -16 to -23: type 2.
constexpr std::array ul_type2_rank1{p1(1, 0), p1(1, 1), p1(2, 0),  p1(2, 1),  p1(2, 2), p1(2, 3), p1(3, 0), p1(3, 1), p1(3, 2), p1(3, 3),
                                    p1(3, 4), p1(3, 5), p2(3, 0),  p2(3, 1),  p2(3, 2), p2(3, 3), p2(3, 4), p2(3, 5), p2(3, 6), p2(3, 7),
                                    p2(3, 8), p2(3, 9), p2(3, 10), p2(3, 11), p2(1, 0), p2(1, 1), p2(1, 6), p2(1, 7)};
constexpr std::array ul_type2_rank2{p1(1, 0, 1), p1(2, 0, 1), p1(2, 2, 3), p1(3, 0, 1), p1(3, 2, 3), p1(3, 4, 5),   p1(2, 0, 2),
                                    p2(3, 0, 1), p2(3, 2, 3), p2(3, 4, 5), p2(3, 6, 7), p2(3, 8, 9), p2(3, 10, 11), p2(1, 0, 1),
                                    p2(1, 6, 7), p2(2, 0, 1), p2(2, 2, 3), p2(2, 6, 7), p2(2, 8, 9)};
constexpr std::array ul_type2_rank3{p1(2, 0, 1, 2), p1(3, 0, 1, 2), p1(3, 3, 4, 5), p2(3, 0, 1, 6), p2(3, 2, 3, 8), p2(3, 4, 5, 10)};
constexpr std::array ul_type2_rank4{p1(2, 0, 1, 2, 3), p1(3, 0, 1, 2, 3), p2(3, 0, 1, 6, 7), p2(3, 2, 3, 8, 9), p2(3, 4, 5, 10, 11)};

// With maximum length 1 only the rows of one front-loaded symbol remain, and they are the first ones of each list.
std::optional<AntennaPorts> pick(std::span<const Ports> table, unsigned max_length, unsigned value) {
  if (value >= table.size() || table[value].symbols > max_length) return std::nullopt;
  const Ports& row = table[value];
  return AntennaPorts{row.groups, static_cast<uint8_t>(std::popcount(row.ports)), row.ports, row.symbols};
}

std::span<const Ports> pusch_table(DmrsType type, bool transform_precoding, unsigned rank) {
  if (transform_precoding) return rank == 1 ? std::span<const Ports>(ul_precoded) : std::span<const Ports>();
  bool type1 = type == DmrsType::type1;
  switch (rank) {
    case 1: return type1 ? std::span<const Ports>(ul_type1_rank1) : ul_type2_rank1;
    case 2: return type1 ? std::span<const Ports>(ul_type1_rank2) : ul_type2_rank2;
    case 3: return type1 ? std::span<const Ports>(ul_type1_rank3) : ul_type2_rank3;
    case 4: return type1 ? std::span<const Ports>(ul_type1_rank4) : ul_type2_rank4;
    default: return {};
  }
}

}  // namespace

std::optional<SymbolMask> pdsch_dmrs_symbols(const DmrsConfig& config, MappingType mapping, unsigned start, unsigned length) {
  bool type_a = mapping == MappingType::a;
  const Table& table = config.double_symbol ? (type_a ? pdsch_double_a : pdsch_double_b) : (type_a ? pdsch_single_a : pdsch_single_b);
  return positions(config, table, mapping, start, length);
}

std::optional<SymbolMask> pusch_dmrs_symbols(const DmrsConfig& config, MappingType mapping, unsigned start, unsigned length) {
  bool type_a = mapping == MappingType::a;
  const Table& table = config.double_symbol ? (type_a ? pusch_double_a : pusch_double_b) : (type_a ? pusch_single_a : pusch_single_b);
  return positions(config, table, mapping, start, length);
}

std::optional<SymbolMask> pusch_dmrs_symbols_hopping(const DmrsConfig& config, MappingType mapping, unsigned start, unsigned length) {
  if (config.double_symbol || length < 2 || start + length > 14) return std::nullopt;
  bool type_a = mapping == MappingType::a;
  unsigned l_0 = type_a ? config.type_a_pos : 0;
  if (type_a && (start != 0 || l_0 < 2 || l_0 > 3)) return std::nullopt;
  // Table 6.4.1.1.3-6. Each hop has l_0 (the first) or its own first symbol, and with position 1 one more if it is long enough.
  unsigned first_length = length / 2;
  unsigned second_length = length - first_length;
  if (first_length > 7 || second_length > 7 || first_length <= l_0) return std::nullopt;
  bool more = config.additional_position > 0;
  unsigned first = 1u << l_0;
  if (more && type_a && l_0 == 2 && first_length == 7) first |= 1u << 6;
  if (more && !type_a && first_length >= 5) first |= 1u << 4;
  unsigned second = more && second_length >= 5 ? 0b10001u : 1u;
  return static_cast<SymbolMask>((first | second << first_length) << start);
}

float data_to_dmrs_db(unsigned cdm_groups_without_data) {
  return cdm_groups_without_data == 1 ? 0.0f : cdm_groups_without_data == 2 ? -3.0f : -4.77f;
}

std::optional<AntennaPorts> pdsch_antenna_ports(DmrsType type, unsigned max_length, bool two_codewords, unsigned value) {
  bool type1 = type == DmrsType::type1;
  if (two_codewords) return pick(type1 ? std::span<const Ports>(dl_type1_len2_cw2) : dl_type2_len2_cw2, max_length, value);
  return pick(type1 ? std::span<const Ports>(dl_type1_len2) : dl_type2_len2, max_length, value);
}

std::optional<AntennaPorts> pusch_antenna_ports(DmrsType type, unsigned max_length, bool transform_precoding, unsigned rank,
                                                unsigned value) {
  return pick(pusch_table(type, transform_precoding, rank), max_length, value);
}

unsigned pdsch_antenna_port_bits(DmrsType type, unsigned max_length) {
  return (type == DmrsType::type1 ? 4 : 5) + (max_length > 1 ? 1 : 0);
}

unsigned pusch_antenna_port_bits(DmrsType type, unsigned max_length, bool transform_precoding) {
  if (transform_precoding) return max_length > 1 ? 4 : 2;
  return (type == DmrsType::type1 ? 3 : 4) + (max_length > 1 ? 1 : 0);
}

std::optional<unsigned> pdsch_antenna_port_value(DmrsType type, unsigned max_length, unsigned layers, unsigned cdm_groups_without_data) {
  for (unsigned value = 0; value < 64; ++value) {
    auto ports = pdsch_antenna_ports(type, max_length, layers > 4, value);
    if (ports && ports->layers == layers && ports->cdm_groups_without_data == cdm_groups_without_data && ports->symbols == 1) return value;
  }
  return std::nullopt;
}

std::optional<unsigned> pusch_antenna_port_value(DmrsType type, unsigned max_length, bool transform_precoding, unsigned layers,
                                                 unsigned cdm_groups_without_data) {
  for (unsigned value = 0; value < 32; ++value) {
    auto ports = pusch_antenna_ports(type, max_length, transform_precoding, layers, value);
    if (ports && ports->cdm_groups_without_data == cdm_groups_without_data && ports->symbols == 1) return value;
  }
  return std::nullopt;
}

}  // namespace sen::nr
