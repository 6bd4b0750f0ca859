#include "tests/vectors/shared_channel.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "nr/dmrs.h"
#include "nr/tbs.h"
#include "phy/dmrs.h"

namespace sen::vectors {
namespace {

template <class Pdu>
void fill_dmrs(const Case& c, Outcome& o, bool uplink, Pdu& pdu) {
  nr::l1::Dmrs& d = pdu.dmrs;
  for (unsigned l : c.integers("dmrs_symbols")) d.symbol_mask = static_cast<uint16_t>(d.symbol_mask | 1u << (l & 15));
  d.type = c.integer<uint8_t>("dmrs_config_type");
  d.length = c.integer<uint8_t>("dmrs_length");
  d.cdm_groups_without_data = c.integer<uint8_t>("n_cdm_groups_without_data");
  // The generators' amplitude need not follow the table.
  d.power_db = static_cast<float>(20 * std::log10(c.number("dmrs_amplitude") / phy::dmrs_amplitude(d.cdm_groups_without_data)));
  if (c.has("n_SCID")) d.n_scid = c.integer<uint8_t>("n_SCID");
  if (c.has("N_ID_nSCID_dmrs")) d.n_id = c.integer<uint16_t>("N_ID_nSCID_dmrs");
  const std::string mapping = c.text("mapping_type");
  pdu.allocation.mapping_b = mapping == "B";
  if (mapping != "A" && mapping != "B") c.error("mapping_type", "is neither A nor B");
  if (!c.has("dmrs_AdditionalPosition")) return;
  nr::DmrsConfig config{.type = d.type == 1 ? nr::DmrsType::type1 : nr::DmrsType::type2,
                        .additional_position = c.integer<uint8_t>("dmrs_AdditionalPosition"),
                        .double_symbol = d.length == 2,
                        .type_a_pos = 2};
  if (c.has("dmrs_TypeA_Position")) config.type_a_pos = c.integer<uint8_t>("dmrs_TypeA_Position");
  const auto type = pdu.allocation.mapping_b ? nr::MappingType::b : nr::MappingType::a;
  const auto symbols = uplink ? nr::pusch_dmrs_symbols(config, type, pdu.allocation.start_symbol, pdu.allocation.symbols)
                              : nr::pdsch_dmrs_symbols(config, type, pdu.allocation.start_symbol, pdu.allocation.symbols);
  // srsRAN_4G leaves the middle one of the three symbols out where the table's durations are 10 and 11 (position 2); OCUDU does not.
  const unsigned duration = pdu.allocation.start_symbol + pdu.allocation.symbols;
  const bool left_out = c.text("origin").starts_with("srsRAN_4G") && config.additional_position == 2 && (duration == 10 || duration == 11);
  o.equal("dmrs_symbols as a mask, by our tables", left_out ? symbols.value_or(0) & ~(1u << 6) : symbols.value_or(0), d.symbol_mask);
}

template <class Pdu>
void check_code(const Case& c, Outcome& o, bool uplink, Pdu& pdu, unsigned n_prb, bool transform_precoding) {
  nr::l1::Code& code = pdu.code;
  const std::string name = c.text("mcs_table");
  const std::vector<std::pair<std::string, nr::McsTable>> tables{{"qam64", nr::McsTable::qam64},
                                                                 {"qam256", nr::McsTable::qam256},
                                                                 {"qam64LowSE", nr::McsTable::qam64_low_se},
                                                                 {"qam1024", nr::McsTable::qam1024}};
  const auto table = std::ranges::find(tables, name, &std::pair<std::string, nr::McsTable>::first);
  if (table == tables.end()) c.error("mcs_table", "is unknown");
  const unsigned index = c.integer("mcs_index");
  const auto mcs = uplink ? nr::pusch_mcs(table->second, index, transform_precoding) : nr::pdsch_mcs(table->second, index);
  if (!o.holds("mcs_index has a row", mcs.has_value())) return;
  code.qm = c.integer<uint8_t>("Q_m");
  o.equal("Q_m", mcs->q_m, code.qm);
  const double rate = c.has("target_code_rate_x1024") ? c.number("target_code_rate_x1024") / 1024 : c.number("target_code_rate");
  o.near("target_code_rate", mcs->rate(), rate, {1e-6, 0});
  code.rate_x1024_x10 = static_cast<uint16_t>(mcs->rate_x2048 * 5);
  const nr::DmrsType type = pdu.dmrs.type == 1 ? nr::DmrsType::type1 : nr::DmrsType::type2;
  const nr::TbsInput input{
      .mcs = *mcs,
      .n_prb = static_cast<uint16_t>(n_prb),
      .n_symbols = pdu.allocation.symbols,
      .n_dmrs_per_prb = static_cast<uint8_t>(nr::dmrs_re_per_prb(type, pdu.dmrs.cdm_groups_without_data, nr::count(pdu.dmrs.symbol_mask))),
      .x_overhead = c.has("xOverhead") ? c.integer<uint8_t>("xOverhead") : uint8_t{0},
      .n_layers = pdu.layers};
  const unsigned tbs = c.integer("tbs_bits");
  o.equal("tbs_bits", nr::tbs_bits(input), tbs);
  code.base_graph = c.integer<uint8_t>("base_graph");
  o.equal("base_graph", static_cast<unsigned>(nr::base_graph(tbs, mcs->rate_x2048)), code.base_graph);
  code.rv = c.integer<uint8_t>("rv");
  code.tbs_octets = tbs / 8;
  if (c.has("TBS_LBRM_bits")) {
    code.lbrm_tbs_octets = c.integer("TBS_LBRM_bits") / 8;
    o.equal("TBS_LBRM_bits modulo 8", c.integer("TBS_LBRM_bits") % 8, 0u);
  }
  o.equal("xOverhead modulo 6", input.x_overhead % 6, 0);
  if (c.has("lbrm")) o.equal("lbrm", c.flag("lbrm"), false);
}

}  // namespace

template <class Pdu>
void fill_shared(const Case& c, Outcome& o, bool uplink, Pdu& pdu) {
  pdu.rnti = c.integer<uint16_t>("rnti");
  pdu.n_id = c.integer<uint16_t>("n_ID_data_scrambling");
  pdu.layers = c.integer<uint8_t>("n_layers");
  pdu.bwp.scs = static_cast<nr::Scs>(c.integer<uint8_t>("mu"));
  pdu.bwp.start = c.has("bwp_start_rb") ? c.integer<uint16_t>("bwp_start_rb") : uint16_t{0};
  pdu.bwp.size = c.has("bwp_size_rb") ? c.integer<uint16_t>("bwp_size_rb") : c.integer<uint16_t>("grid_n_prb");
  c.informative("N_id_cell");
  if (c.has("cp")) o.equal("cp", c.text("cp"), "normal");
  pdu.allocation.start_symbol = c.integer<uint8_t>("S_start_symbol");
  pdu.allocation.symbols = c.integer<uint8_t>("L_symbols");
  fill_dmrs(c, o, uplink, pdu);
  pdu.dmrs.ports = static_cast<uint16_t>((1u << pdu.layers) - 1);

  std::vector<uint16_t> rbs;
  if (c.has("prbs")) {
    rbs = c.integers<uint16_t>("prbs");
  } else if (c.has("crb_of_each_vrb")) {
    for (uint16_t crb : c.integers<uint16_t>("crb_of_each_vrb")) rbs.push_back(static_cast<uint16_t>(crb - pdu.bwp.start));
    o.equal("n_prb", c.integer("n_prb"), rbs.size());
  } else {
    for (unsigned i = 0; i < c.integer("n_prb"); ++i) rbs.push_back(static_cast<uint16_t>(c.integer("prb_start_in_bwp") + i));
  }
  fill_rbs(rbs, pdu.allocation);
  const bool transform_precoding = c.has("transform_precoding") && c.flag("transform_precoding");
  check_code(c, o, uplink, pdu, static_cast<unsigned>(rbs.size()), transform_precoding);
}

template void fill_shared(const Case& c, Outcome& o, bool uplink, nr::l1::PdschPdu& pdu);
template void fill_shared(const Case& c, Outcome& o, bool uplink, nr::l1::PuschPdu& pdu);

void fill_rbs(const std::vector<uint16_t>& rbs, nr::l1::Allocation& out) {
  for (uint16_t rb : rbs) {
    if (!out.rbs.empty() && out.rbs.back().first + out.rbs.back().second == rb) {
      ++out.rbs.back().second;
    } else {
      out.rbs.emplace_back(rb, 1);
    }
  }
}

phy::ReceiveOptions receive_options() {
  phy::ReceiveOptions options;
  options.ldpc.iterations = 20;
  return options;
}

}  // namespace sen::vectors
