// The standard's tables against third parties' (tests/vectors/nr).
#include "tests/unit/nr_vectors.h"

#include <gtest/gtest.h>

#include <cmath>

#include "nr/csi.h"
#include "nr/prach.h"
#include "nr/search_space.h"
#include "nr/tbs.h"

using namespace sen::nr;
using namespace sen::test;

namespace {

McsTable table_of(const std::string& name) {
  return name == "qam256" ? McsTable::qam256 : name == "qam64LowSE" ? McsTable::qam64_low_se : McsTable::qam64;
}

std::optional<Mcs> mcs_of(const Row& row, bool pi2bpsk = false) {
  McsTable table = table_of(row.at("mcs_table"));
  unsigned index = number(row, "mcs_index");
  return row.at("link") == "pdsch" ? pdsch_mcs(table, index) : pusch_mcs(table, index, number(row, "transform_precoding"), pi2bpsk);
}

PrachFormat format_of(const std::string& name) {
  for (unsigned i = 0; i < 14; ++i) {
    if (name == to_string(static_cast<PrachFormat>(i))) return static_cast<PrachFormat>(i);
  }
  ADD_FAILURE() << "format " << name;
  return PrachFormat::f0;
}

Scs scs_of(unsigned khz) { return khz == 15 ? Scs::khz15 : khz == 30 ? Scs::khz30 : khz == 60 ? Scs::khz60 : Scs::khz120; }

}  // namespace

TEST(NrMcs, agrees_with_the_vectors) {
  auto rows = read_csv("mcs.csv");
  ASSERT_EQ(rows.size(), 340u);
  for (const Row& row : rows) {
    auto mcs = mcs_of(row, number(row, "tp_pi2bpsk"));
    ASSERT_TRUE(mcs);
    EXPECT_EQ(mcs->q_m, number(row, "Q_m"));
    EXPECT_EQ(mcs->rate_x2048, std::lround(2 * std::stod(row.at("R_x1024")))) << row.at("mcs_table") << " " << row.at("mcs_index");
  }
}

TEST(NrTbs, agrees_with_the_vectors) {
  auto rows = read_csv("tbs.csv");
  ASSERT_EQ(rows.size(), 600u);
  for (const Row& row : rows) {
    TbsInput input{.mcs = *mcs_of(row),
                   .n_prb = static_cast<uint16_t>(number(row, "n_prb")),
                   .n_symbols = static_cast<uint8_t>(number(row, "n_symb_sh")),
                   .n_dmrs_per_prb = static_cast<uint8_t>(number(row, "n_dmrs_re_per_prb")),
                   .x_overhead = static_cast<uint8_t>(number(row, "n_oh_per_prb")),
                   .n_layers = static_cast<uint8_t>(number(row, "n_layers")),
                   .tb_scaling = static_cast<uint8_t>(number(row, "tb_scaling_field"))};
    EXPECT_EQ(tbs_bits(input), number(row, "tbs_bits"));
    EXPECT_EQ(static_cast<unsigned>(base_graph(number(row, "tbs_bits"), input.mcs.rate_x2048)), number(row, "base_graph"));
  }
}

TEST(NrPrach, configurations_agree_with_the_vectors) {
  auto rows = read_csv("prach_configuration.csv");
  ASSERT_EQ(rows.size(), 584u);
  for (const Row& row : rows) {
    bool fr2 = row.at("frequency_range") == "FR2";
    auto config = prach_config(number(row, "index"), fr2 ? FrequencyRange::fr2 : FrequencyRange::fr1,
                               row.at("duplex") == "TDD" ? Duplex::tdd : Duplex::fdd);
    ASSERT_TRUE(config);
    SCOPED_TRACE(row.at("duplex") + " " + row.at("index"));
    EXPECT_EQ(config->format, format_of(row.at("format")));
    EXPECT_EQ(config->x, number(row, "x"));
    auto y = numbers(row.at("y"));
    EXPECT_EQ(config->y, y.front());
    EXPECT_EQ(config->y2, y.back());
    uint64_t subframes = 0;
    for (unsigned s : numbers(row.at("subframes_or_60khz_slots"))) subframes |= uint64_t{1} << s;
    EXPECT_EQ(config->subframes, subframes);
    EXPECT_EQ(config->start_symbol, number(row, "starting_symbol"));
    if (is_long(config->format)) continue;
    EXPECT_EQ(config->slots, number(row, "n_prach_slots_per_subframe_or_60khz_slot"));
    EXPECT_EQ(config->occasions, number(row, "n_td_occasions_per_slot"));
    EXPECT_EQ(config->duration, number(row, "duration_symbols"));
  }
}

TEST(NrPrach, formats_widths_and_cyclic_shifts_agree_with_the_vectors) {
  for (const Row& row : read_csv("prach_preamble_formats.csv")) {
    Scs scs = row.at("prach_scs")[1] == '.' || row.at("prach_scs") == "5kHz"
                  ? Scs::khz15
                  : scs_of(static_cast<unsigned>(std::stoul(row.at("prach_scs"))));
    PreambleFormat f = preamble_format(format_of(row.at("format")), scs, number(row, "last_occasion"));
    EXPECT_EQ(f.l_ra, number(row, "L_RA"));
    EXPECT_EQ(f.repetitions, number(row, "n_symbols_repetitions")) << row.at("format");
    EXPECT_EQ(f.n_cp_kappa, number(row, "N_CP_in_kappa_units_of_64Tc")) << row.at("format");
  }
  for (const Row& row : read_csv("prach_frequency_mapping.csv")) {
    std::string scs = row.at("prach_scs");
    PrachFormat format = scs == "1.25kHz" ? PrachFormat::f0 : scs == "5kHz" ? PrachFormat::f3 : PrachFormat::a1;
    auto width = prach_width(format, is_long(format) ? Scs::khz15 : scs_of(static_cast<unsigned>(std::stoul(scs))),
                             scs_of(number(row, "pusch_scs_khz")));
    ASSERT_TRUE(width);
    EXPECT_EQ(width->n_rb, number(row, "N_RB_RA_in_pusch_rb"));
    EXPECT_EQ(width->k_bar, number(row, "k_bar"));
  }
  for (const Row& row : read_csv("prach_n_cs.csv")) {
    PrachFormat format = row.at("prach_scs") == "1.25kHz" ? PrachFormat::f0
                         : row.at("prach_scs") == "5kHz"  ? PrachFormat::f3
                                                          : PrachFormat::a1;
    std::string set = row.at("restricted_set");
    auto value = n_cs(format, number(row, "zeroCorrelationZoneConfig"),
                      set.find('A') != std::string::npos   ? RestrictedSet::type_a
                      : set.find('B') != std::string::npos ? RestrictedSet::type_b
                                                           : RestrictedSet::none);
    ASSERT_TRUE(value) << set << row.at("zeroCorrelationZoneConfig");
    EXPECT_EQ(*value, number(row, "N_CS"));
  }
}

TEST(NrSrs, bandwidths_agree_with_the_vectors) {
  for (const Row& row : read_csv("srs_bandwidth.csv")) {
    auto bandwidth = srs_bandwidth(number(row, "C_SRS"), number(row, "B_SRS"));
    ASSERT_TRUE(bandwidth);
    EXPECT_EQ(bandwidth->m, number(row, "m_SRS"));
    EXPECT_EQ(bandwidth->n, number(row, "N"));
  }
}

TEST(NrSearchSpace, candidates_agree_with_the_vectors) {
  unsigned checked = 0;
  for (const char* file : {"pdcch_candidates_common.csv", "pdcch_candidates_ue_specific.csv"}) {
    for (const Row& row : read_csv(file)) {
      uint32_t y = row.contains("rnti")
                       ? search_space_y(number(row, "coreset_id"), static_cast<Rnti>(number(row, "rnti")), number(row, "slot_in_frame"))
                       : 0;
      auto expected = numbers(row.at("first_cce_of_each_candidate"));
      for (unsigned m = 0; m < expected.size(); ++m, ++checked) {
        EXPECT_EQ(candidate_cce(y, number(row, "aggregation_level"), m, number(row, "nof_candidates"), number(row, "n_cce_coreset")),
                  expected[m]);
      }
    }
  }
  EXPECT_GT(checked, 1000u);
}
