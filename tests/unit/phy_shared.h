// Random valid PDSCH and PUSCH: every option that the PHY has, as a scheduler might combine them. For property tests and fuzzing.
#pragma once

#include <bit>
#include <cstdlib>
#include <optional>

#include "base/random.h"
#include "nr/dmrs.h"
#include "nr/frequency_allocation.h"
#include "nr/l1_ue.h"
#include "nr/tbs.h"
#include "phy/detail/re_plan.h"
#include "phy/detail/transform.h"
#include "phy/pusch.h"

namespace sen::phy::test {

inline unsigned property_cases() {
  const char* text = std::getenv("SEN_PROPERTY_CASES");
  return text ? static_cast<unsigned>(std::atoi(text)) : 1000;
}

template <class T>
T pick(Random& random, std::initializer_list<T> values) {
  return values.begin()[random.between(0, values.size() - 1)];
}

struct SharedDraw {
  nr::Slot slot;
  unsigned grid_rb = 0;
};

template <class Pdu>
bool draw_time_and_dmrs(Random& random, Pdu& pdu, bool uplink, bool transform) {
  nr::l1::Dmrs& d = pdu.dmrs;
  d.type = transform ? 1 : pick<uint8_t>(random, {1, 1, 2});
  d.length = random.chance(0.25) ? 2 : 1;
  const auto type = d.type == 1 ? nr::DmrsType::type1 : nr::DmrsType::type2;
  const nr::DmrsConfig config{.type = type,
                              .additional_position = static_cast<uint8_t>(random.between(0, 3)),
                              .double_symbol = d.length == 2,
                              .type_a_pos = static_cast<uint8_t>(random.between(2, 3))};
  const unsigned symbols = pdu.bwp.extended_cp ? 12 : 14;
  pdu.allocation.mapping_b = random.chance(0.4);
  pdu.allocation.start_symbol = static_cast<uint8_t>(random.between(0, pdu.allocation.mapping_b ? symbols - 3 : 3));
  pdu.allocation.symbols = static_cast<uint8_t>(random.between(pdu.allocation.mapping_b ? 2 : 4, symbols - pdu.allocation.start_symbol));
  const auto mapping = pdu.allocation.mapping_b ? nr::MappingType::b : nr::MappingType::a;
  std::optional<nr::SymbolMask> mask;
  if constexpr (requires { pdu.second_hop_rb; }) {
    if (pdu.second_hop_rb) {
      if (mapping == nr::MappingType::a) pdu.allocation.start_symbol = 0;
      d.length = 1;
      nr::DmrsConfig single = config;
      single.double_symbol = false;
      mask = nr::pusch_dmrs_symbols_hopping(single, mapping, pdu.allocation.start_symbol, pdu.allocation.symbols);
    }
  }
  if (!mask && d.length == (config.double_symbol ? 2 : 1)) {
    mask = uplink ? nr::pusch_dmrs_symbols(config, mapping, pdu.allocation.start_symbol, pdu.allocation.symbols)
                  : nr::pdsch_dmrs_symbols(config, mapping, pdu.allocation.start_symbol, pdu.allocation.symbols);
  }
  if (!mask || *mask == 0 || *mask >> (pdu.allocation.start_symbol + pdu.allocation.symbols)) return false;
  d.symbol_mask = *mask;
  d.n_id = static_cast<uint16_t>(random.next());
  d.n_scid = static_cast<uint8_t>(random.between(0, 1));
  return true;
}

template <class Pdu>
bool draw_ports(Random& random, Pdu& pdu, bool transform) {
  nr::l1::Dmrs& d = pdu.dmrs;
  d.cdm_groups_without_data = transform ? 2 : static_cast<uint8_t>(random.between(1, 1u + d.type));
  const unsigned half = d.type == 1 ? 4 : 6;
  std::array<uint8_t, 12> ports{};
  size_t n = 0;
  for (unsigned p = 0; p < half * d.length; ++p) {
    if (dmrs_port(d.type, p).group < d.cdm_groups_without_data) ports[n++] = static_cast<uint8_t>(p);
  }
  if (pdu.layers > n) return false;
  d.ports = 0;
  while (std::popcount(d.ports) < pdu.layers) d.ports = static_cast<uint16_t>(d.ports | 1u << ports[random.between(0, n - 1)]);
  return true;
}

template <class Pdu>
void draw_ptrs(Random& random, Pdu& pdu, bool transform, unsigned n_rb) {
  if (!random.chance(0.3)) return;
  nr::l1::Ptrs p{.time_density = pick<uint8_t>(random, {1, 2, 4}),
                 .frequency_density = pick<uint8_t>(random, {2, 4}),
                 .re_offset = static_cast<uint8_t>(random.between(0, 3)),
                 .port = static_cast<uint8_t>(std::countr_zero(pdu.dmrs.ports)),
                 .power_db = pick<float>(random, {0, 3, 4.77F, 6})};
  if (transform) {
    const auto [groups, samples] = pick<std::pair<uint8_t, uint8_t>>(random, {{2, 2}, {2, 4}, {4, 2}, {4, 4}, {8, 4}});
    p.groups = groups, p.samples = samples, p.power_db = 0;
    if (p.time_density == 4) p.time_density = 2;
    if (2u * groups * samples > 12 * n_rb) return;
  } else if (p.port >= (pdu.dmrs.type == 1 ? 4 : 6)) {
    return;
  }
  pdu.ptrs = p;
}

inline unsigned draw_n_rb(Random& random, unsigned limit) {
  const double kind = static_cast<double>(random.between(0, 99));
  return static_cast<unsigned>(random.between(1, std::min(limit, kind < 60 ? 12u : kind < 97 ? 50u : 273u)));
}

template <class Pdu>
void draw_carrier(Random& random, Pdu& pdu, SharedDraw& draw) {
  pdu.bwp.scs = static_cast<nr::Scs>(random.between(0, 3));
  pdu.bwp.extended_cp = pdu.bwp.scs == nr::Scs::khz60 && random.chance(0.3);
  draw.grid_rb = random.chance(0.05) ? 273 : static_cast<unsigned>(random.between(11, 66));
  pdu.bwp.start = static_cast<uint16_t>(random.between(0, draw.grid_rb / 4));
  pdu.bwp.size = static_cast<uint16_t>(random.between(draw.grid_rb / 2, draw.grid_rb - pdu.bwp.start));
  draw.slot = nr::Slot(pdu.bwp.scs, static_cast<unsigned>(random.between(0, 1023)),
                       static_cast<unsigned>(random.between(0, nr::slots_per_frame(pdu.bwp.scs) - 1)));
  pdu.rnti = static_cast<uint16_t>(random.between(1, 0xffef));
  pdu.n_id = static_cast<uint16_t>(random.between(0, 1023));
}

// A transport block for `g` coded bits at a rate between `low` and `high`.
inline void draw_code(Random& random, nr::l1::Code& code, uint32_t g, double low, double high) {
  const double rate = low + (high - low) * static_cast<double>(random.between(0, 1000)) / 1000;
  const unsigned rate_x2048 = static_cast<unsigned>(rate * 2048);
  code.tbs_octets = std::max(3u, nr::tbs_from_n_info(uint64_t{g} * rate_x2048, rate_x2048) / 8);
  code.rate_x1024_x10 = static_cast<uint16_t>(rate_x2048 * 5);
  code.base_graph = static_cast<uint8_t>(nr::base_graph(code.tbs_octets * 8, rate_x2048));
  if (random.chance(0.2)) code.lbrm_tbs_octets = code.tbs_octets * 4;
}

// nullopt: this draw has no valid end; draw again.
inline std::optional<nr::l1::PdschPdu> random_pdsch(Random& random, SharedDraw& draw) {
  nr::l1::PdschPdu pdu;
  draw_carrier(random, pdu, draw);
  pdu.layers = static_cast<uint8_t>(random.between(1, 4));
  pdu.code.qm = pick<uint8_t>(random, {2, 4, 6, 8, 10});
  if (!draw_time_and_dmrs(random, pdu, false, false) || !draw_ports(random, pdu, false)) return std::nullopt;

  const unsigned n_rb = draw_n_rb(random, pdu.bwp.size), start = static_cast<unsigned>(random.between(0, pdu.bwp.size - n_rb));
  const unsigned kind = static_cast<unsigned>(random.between(0, 2));
  std::vector<uint16_t> rbs;
  if (kind == 0) {
    for (unsigned i = 0; i < n_rb; ++i) rbs.push_back(static_cast<uint16_t>(start + i));
  } else if (kind == 1) {  // interleaved
    const nr::VrbToPrb map{0, pdu.bwp.size, pdu.bwp.start, pick<uint8_t>(random, {2, 4})};
    for (unsigned i = 0; i < n_rb; ++i) rbs.push_back(map.prb(start + i));
  } else {  // any bitmap
    for (uint16_t i = 0; i < pdu.bwp.size; ++i) {
      if (random.chance(static_cast<double>(n_rb) / pdu.bwp.size)) rbs.push_back(i);
    }
    if (rbs.empty()) rbs.push_back(0);
  }
  for (uint16_t rb : rbs) {
    if (!pdu.allocation.rbs.empty() && pdu.allocation.rbs.back().first + pdu.allocation.rbs.back().second == rb) {
      ++pdu.allocation.rbs.back().second;
    } else {
      pdu.allocation.rbs.emplace_back(rb, 1);
    }
  }
  if (random.chance(0.3)) pdu.dmrs.reference_rb = static_cast<uint16_t>(random.between(0, pdu.bwp.start));
  draw_ptrs(random, pdu, false, static_cast<unsigned>(rbs.size()));
  for (uint64_t i = random.chance(0.3) ? random.between(1, 3) : 0; i > 0; --i) {
    const uint16_t first = static_cast<uint16_t>(random.between(0, draw.grid_rb - 1));
    pdu.reserved.push_back({.first = first,
                            .end = static_cast<uint16_t>(random.between(first, draw.grid_rb)),
                            .stride = pick<uint8_t>(random, {1, 2, 3}),
                            .symbols = static_cast<uint16_t>(random.next() & ~uint64_t{pdu.dmrs.symbol_mask}),
                            .subcarriers = static_cast<uint16_t>(random.next() & 0xfff)});
  }
  pdu.power_db = pick<float>(random, {0, -3, 3});
  const uint32_t g = pdsch_data_res(pdu, draw.slot) * pdu.layers * pdu.code.qm;
  if (g < 64u * pdu.layers * pdu.code.qm) return std::nullopt;
  draw_code(random, pdu.code, g, 0.12, 0.8);
  if ((pdu.code.tbs_octets * 8 + 24) * 10 > g * 9) return std::nullopt;
  return pdu;
}

inline std::optional<nr::l1::PuschPdu> random_pusch(Random& random, SharedDraw& draw) {
  nr::l1::PuschPdu pdu;
  draw_carrier(random, pdu, draw);
  pdu.transform_precoding = random.chance(0.3);
  const bool transform = pdu.transform_precoding;
  pdu.layers = transform ? 1 : static_cast<uint8_t>(random.between(1, 4));
  pdu.code.qm = transform ? pick<uint8_t>(random, {1, 2, 4, 6, 8}) : pick<uint8_t>(random, {2, 4, 6, 8});
  unsigned n_rb = draw_n_rb(random, pdu.bwp.size);
  while (transform && !detail::transform_size_allowed(n_rb)) --n_rb;
  const uint16_t start = static_cast<uint16_t>(random.between(0, pdu.bwp.size - n_rb));
  if (random.chance(0.3)) pdu.second_hop_rb = static_cast<uint16_t>(random.between(0, pdu.bwp.size - n_rb));
  pdu.allocation.rbs = {{start, static_cast<uint16_t>(n_rb)}};
  if (!transform && !pdu.second_hop_rb && n_rb > 2 && random.chance(0.2)) {
    pdu.allocation.rbs = {{start, uint16_t{1}}, {static_cast<uint16_t>(start + 2), static_cast<uint16_t>(n_rb - 2)}};
  }
  if (!draw_time_and_dmrs(random, pdu, true, transform) || !draw_ports(random, pdu, transform)) return std::nullopt;
  pdu.low_papr_id = static_cast<uint16_t>(random.between(0, 1007));
  pdu.low_papr_hopping = static_cast<uint8_t>(random.between(0, 2));
  draw_ptrs(random, pdu, transform, n_rb);
  pdu.ports = pick<uint8_t>(random, {1, 2, 4});
  if (pdu.ports > 1) {
    static constexpr uint8_t counts[5][5] = {{}, {}, {0, 6, 3}, {}, {0, 28, 22, 7, 5}};
    const uint8_t count = pdu.layers <= pdu.ports ? counts[pdu.ports][pdu.layers] : uint8_t{0};
    if (count == 0) return std::nullopt;
    pdu.tpmi = static_cast<uint8_t>(random.between(0, count - 1u));
  }
  detail::RePlan plan(Grid::max_rb);
  plan.make(detail::SharedChannel(pdu));
  const uint32_t g = plan.res() * pdu.layers * pdu.code.qm;
  if (g < 64u * pdu.layers * pdu.code.qm) return std::nullopt;

  if (random.chance(0.5)) {
    pdu.uci.harq_bits =
        pick<uint16_t>(random, {0, 1, 2, static_cast<uint16_t>(random.between(3, 11)), static_cast<uint16_t>(random.between(12, 60))});
    if (random.chance(0.5)) pdu.uci.csi1_bits = static_cast<uint16_t>(random.between(1, 40));
    if (pdu.uci.csi1_bits > 0 && random.chance(0.5)) pdu.uci.csi2_bits = static_cast<uint16_t>(random.between(1, 60));
    pdu.beta_harq = static_cast<uint8_t>(random.between(4, 12));
    pdu.beta_csi1 = static_cast<uint8_t>(random.between(8, 14));
    pdu.beta_csi2 = static_cast<uint8_t>(random.between(8, 14));
    pdu.alpha = static_cast<uint8_t>(random.between(0, 3));
  }
  const bool uci = pdu.uci.harq_bits || pdu.uci.csi1_bits;
  draw_code(random, pdu.code, g, 0.12, uci ? 0.4 : 0.8);
  if (pdu.uci.csi1_bits > 0 && random.chance(0.15)) pdu.code.tbs_octets = 0;
  const auto shares = uci_on_pusch(pdu, draw.slot);
  if (!shares) return std::nullopt;
  // Puncturing and small shares must leave every part decodable.
  const bool punctures = pdu.uci.harq_bits <= 2 && uci;
  const uint32_t punctured = punctures ? shares->g_ack : 0;
  if (pdu.code.tbs_octets > 0 &&
      (pdu.code.tbs_octets * 8 + 24) * 10 > (shares->g_ulsch - std::min(punctured, shares->g_ulsch)) * (punctures ? 4 : 7))
    return std::nullopt;
  auto fits = [](unsigned bits, uint32_t coded) {
    return bits == 0 || ((bits < 12 || coded <= 8192) && coded * 6 >= (bits + (bits < 12 ? 2u : 11u)) * 10);
  };
  if (!fits(pdu.uci.harq_bits, shares->g_ack) || !fits(pdu.uci.csi1_bits, shares->g_csi1)) return std::nullopt;
  if (pdu.uci.csi2_bits >= 12 && shares->g_csi2 > 8192) return std::nullopt;
  if (!fits(pdu.uci.csi2_bits, shares->g_csi2 - std::min(shares->g_csi2, punctured))) return std::nullopt;
  if (pdu.uci.csi2_bits > 0 && punctured * 4 > shares->g_csi2) return std::nullopt;
  return pdu;
}

inline nr::l1::Bits random_bits(Random& random, unsigned n) {
  nr::l1::Bits out{random.bytes((n + 7) / 8), static_cast<uint16_t>(n)};
  if (n % 8) out.octets.back() &= static_cast<uint8_t>(0xff << (8 - n % 8));
  return out;
}

}  // namespace sen::phy::test
