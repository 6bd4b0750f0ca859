// Blocks "tables" and "pdcch_candidates" have no JSON: each row of a table is a case. Here: MCS, TBS, PRACH and SRS tables of TS 38.214 and 38.211.
#include <cmath>

#include "nr/csi.h"
#include "nr/prach.h"
#include "nr/tbs.h"
#include "tests/vectors/frame.h"

namespace sen::vectors {
namespace {

using namespace nr;

std::optional<Mcs> mcs_of(const Case& c) {
  auto name = c.text("mcs_table");
  McsTable table = name == "qam256" ? McsTable::qam256 : name == "qam64LowSE" ? McsTable::qam64_low_se : McsTable::qam64;
  bool pi2bpsk = c.group() == "mcs.csv" && c.flag("tp_pi2bpsk");
  bool precoding = c.flag("transform_precoding");
  auto index = c.integer("mcs_index");
  return c.text("link") == "pdsch" ? pdsch_mcs(table, index) : pusch_mcs(table, index, precoding, pi2bpsk);
}

void check_mcs(const Case& c, Outcome& o, const std::optional<Mcs>& mcs) {
  if (!o.holds("the MCS exists", mcs.has_value())) return;
  o.equal("Q_m", mcs->q_m, c.integer("Q_m"));
  o.equal("R_x1024", mcs->rate_x2048 / 2.0, c.number("R_x1024"));
}

void tbs(const Case& c, Outcome& o) {
  auto mcs = mcs_of(c);
  check_mcs(c, o, mcs);
  if (!mcs) return;
  TbsInput input{.mcs = *mcs,
                 .n_prb = c.integer<uint16_t>("n_prb"),
                 .n_symbols = c.integer<uint8_t>("n_symb_sh"),
                 .n_dmrs_per_prb = c.integer<uint8_t>("n_dmrs_re_per_prb"),
                 .x_overhead = c.integer<uint8_t>("n_oh_per_prb"),
                 .n_layers = c.integer<uint8_t>("n_layers"),
                 .tb_scaling = c.integer<uint8_t>("tb_scaling_field")};
  auto bits = tbs_bits(input);
  o.equal("tbs_bits", bits, c.integer("tbs_bits"));
  o.equal("base_graph", static_cast<unsigned>(base_graph(bits, mcs->rate_x2048)), c.integer("base_graph"));
}

PrachFormat format_of(const Case& c) {
  auto name = c.text("format");
  for (unsigned i = 0; i < 14; ++i) {
    if (name == to_string(static_cast<PrachFormat>(i))) return static_cast<PrachFormat>(i);
  }
  c.error("format", "unknown PRACH format " + name);
}

void prach_configuration(const Case& c, Outcome& o) {
  auto range = c.text("frequency_range") == "FR2" ? FrequencyRange::fr2 : FrequencyRange::fr1;
  auto config = prach_config(c.integer("index"), range, c.text("duplex") == "TDD" ? Duplex::tdd : Duplex::fdd);
  if (!o.holds("the configuration exists", config.has_value())) return;
  o.equal("format", to_string(config->format), std::string_view(to_string(format_of(c))));
  o.equal("x", config->x, c.integer("x"));
  auto y = c.integers("y");
  o.equal("y", y.size() == 2 ? std::vector<unsigned>{config->y, config->y2} : std::vector<unsigned>{config->y}, y);
  o.equal("second y", y.size() == 2, config->y != config->y2);
  std::vector<unsigned> subframes;
  for (unsigned s = 0; s < 64; ++s) {
    if (config->subframes >> s & 1) subframes.push_back(s);
  }
  o.equal("subframes", subframes, c.integers("subframes_or_60khz_slots"));
  o.equal("starting_symbol", config->start_symbol, c.integer("starting_symbol"));
  bool is_short = !is_long(config->format);  // the long formats' rows have no such columns
  o.equal("slots", is_short ? config->slots : 0, c.integer("n_prach_slots_per_subframe_or_60khz_slot"));
  o.equal("occasions", is_short ? config->occasions : 0, c.integer("n_td_occasions_per_slot"));
  o.equal("duration", is_short ? config->duration : 0, c.integer("duration_symbols"));
}

// "1.25kHz", "5kHz" (long formats), "15kHz" ... as (is it long, subcarrier spacing).
std::pair<bool, Scs> prach_scs(const Case& c) {
  auto text = c.text("prach_scs");
  if (text == "1.25kHz" || text == "5kHz") return {true, Scs::khz15};
  for (unsigned m = 0; m <= 3; ++m) {
    if (text == fmt::format("{}kHz", 15u << m)) return {false, static_cast<Scs>(m)};
  }
  c.error("prach_scs", "unknown spacing " + text);
}

void preamble_formats(const Case& c, Outcome& o) {
  auto format = format_of(c);
  auto [is_long_format, scs] = prach_scs(c);
  o.equal("long format", is_long(format), is_long_format);
  if (is_long_format) o.equal("spacing", format == PrachFormat::f3, c.text("prach_scs") == "5kHz");
  PreambleFormat f = preamble_format(format, scs, c.has("last_occasion") && c.flag("last_occasion"));
  o.equal("L_RA", f.l_ra, c.integer("L_RA"));
  o.equal("repetitions", f.repetitions, c.integer("n_symbols_repetitions"));
  o.equal("N_CP", f.n_cp_kappa, c.integer("N_CP_in_kappa_units_of_64Tc"));
}

PrachFormat any_format(const Case& c, bool is_long_format) {
  return !is_long_format ? PrachFormat::a1 : c.text("prach_scs") == "5kHz" ? PrachFormat::f3 : PrachFormat::f0;
}

void frequency_mapping(const Case& c, Outcome& o) {
  auto [is_long_format, scs] = prach_scs(c);
  auto khz_of_pusch = c.integer("pusch_scs_khz");
  auto pusch = Scs::khz15;
  while (khz(pusch) < khz_of_pusch) pusch = static_cast<Scs>(mu(pusch) + 1);
  auto width = prach_width(any_format(c, is_long_format), scs, pusch);
  if (!o.holds("the combination exists", width.has_value() && khz(pusch) == khz_of_pusch)) return;
  o.equal("N_RB_RA", width->n_rb, c.integer("N_RB_RA_in_pusch_rb"));
  o.equal("k_bar", width->k_bar, c.integer("k_bar"));
}

void cyclic_shifts(const Case& c, Outcome& o) {
  auto set = c.text("restricted_set");
  auto value = n_cs(any_format(c, prach_scs(c).first), c.integer("zeroCorrelationZoneConfig"),
                    set.find('A') != std::string::npos   ? RestrictedSet::type_a
                    : set.find('B') != std::string::npos ? RestrictedSet::type_b
                                                         : RestrictedSet::none);
  if (o.holds("N_CS exists", value.has_value())) o.equal("N_CS", *value, c.integer("N_CS"));
}

void srs(const Case& c, Outcome& o) {
  auto bandwidth = srs_bandwidth(c.integer("C_SRS"), c.integer("B_SRS"));
  if (!o.holds("the bandwidth exists", bandwidth.has_value())) return;
  o.equal("m_SRS", bandwidth->m, c.integer("m_SRS"));
  o.equal("N", bandwidth->n, c.integer("N"));
}

Outcome run(const Case& c) {
  static constexpr std::pair<std::string_view, void (*)(const Case&, Outcome&)> tables[] = {
      {"mcs.csv", [](const Case& row, Outcome& o) { check_mcs(row, o, mcs_of(row)); }},
      {"tbs.csv", tbs},
      {"prach_configuration.csv", prach_configuration},
      {"prach_preamble_formats.csv", preamble_formats},
      {"prach_frequency_mapping.csv", frequency_mapping},
      {"prach_n_cs.csv", cyclic_shifts},
      {"srs_bandwidth.csv", srs}};
  Outcome o;
  for (const auto& [name, check] : tables) {
    if (name == c.group()) return check(c, o), o;
  }
  o.fail("unknown table {}", c.group());
  return o;
}

const Register registered("tables", run);

}  // namespace
}  // namespace sen::vectors
