// DCI packing and sizes: third parties' vectors, and every format there and back.
#include <gtest/gtest.h>

#include "base/random.h"
#include "nr/dci.h"
#include "nr/frequency_allocation.h"
#include "tests/unit/nr_vectors.h"

using namespace sen;
using namespace sen::nr;
using namespace sen::test;

namespace {

std::optional<DmrsType> dmrs_type(const Row& row, const std::string& key) {
  if (!row.contains(key)) return std::nullopt;
  return static_cast<DmrsType>(number(row, key));
}

DciConfig config_of(const Row& r) {
  DciConfig c;
  c.coreset0_rb = static_cast<uint16_t>(number(r, "coreset0_rb_0_if_not_configured"));
  c.initial_dl_rb = static_cast<uint16_t>(number(r, "dl_bwp_initial_rb"));
  c.initial_ul_rb = static_cast<uint16_t>(number(r, "ul_bwp_initial_rb"));
  c.active_dl_rb = static_cast<uint16_t>(number(r, "dl_bwp_active_rb"));
  c.active_ul_rb = static_cast<uint16_t>(number(r, "ul_bwp_active_rb"));
  c.uss_fallback = number(r, "monitors_0_0_1_0_in_uss");
  c.uss_dedicated = number(r, "monitors_0_1_1_1_in_uss");
  c.keep_step2_padding = true;  // the vectors' origin does
  if (!c.uss_dedicated) return c;
  bool dynamic = r.at("pdsch_HARQ_ACK_Codebook") == "dynamic";
  Dci01Config& u = c.dci01;
  u.n_rbg = static_cast<uint8_t>(number(r, "n_ul_rbg"));
  u.cross_carrier = number(r, "crossCarrierScheduling");
  u.n_ul_bwp_rrc = static_cast<uint8_t>(number(r, "n_ul_bwp_rrc"));
  u.n_time_entries = static_cast<uint8_t>(number(r, "n_ul_time_domain_entries"));
  u.harq_bits = static_cast<uint8_t>(number(r, "ul_harq_process_number_bits"));
  u.frequency_hopping = number(r, "pusch_frequencyHopping");
  u.transform_precoding = number(r, "transformPrecoder_enabled");
  u.resource_type0 = r.at("pusch_resourceAllocation") == "type0";
  u.dynamic_switch = r.at("pusch_resourceAllocation") == "dynamicSwitch";
  u.dynamic_harq_codebook = dynamic;
  u.two_harq_subcodebooks = number(r, "two_HARQ_ACK_sub_codebooks");
  u.codebook = r.at("txConfig") == "codebook";
  u.n_srs_ports = static_cast<uint8_t>(number(r, "n_srs_ports"));
  u.n_srs_resources = static_cast<uint8_t>(number(r, "n_srs_resources"));
  u.max_rank = static_cast<uint8_t>(number(r, "maxRank"));
  u.pusch_max_layers = static_cast<uint8_t>(number(r, "pusch_maxLayers"));
  std::string subset = r.at("codebookSubset");
  u.subset = subset == "non-coherent"               ? Dci01Config::Subset::non_coherent
             : subset == "partial-and-non-coherent" ? Dci01Config::Subset::partial
                                                    : Dci01Config::Subset::full;
  u.dmrs_a = dmrs_type(r, "pusch_dmrs_A_type");
  u.dmrs_b = dmrs_type(r, "pusch_dmrs_B_type");
  u.dmrs_a_max_length = static_cast<uint8_t>(number(r, "pusch_dmrs_A_maxLength", 1));
  u.dmrs_b_max_length = static_cast<uint8_t>(number(r, "pusch_dmrs_B_maxLength", 1));
  u.report_trigger_size = static_cast<uint8_t>(number(r, "reportTriggerSize"));
  u.max_cbg = static_cast<uint8_t>(number(r, "pusch_maxCBG"));
  u.ptrs = number(r, "phaseTrackingRS_ul");
  u.dynamic_beta = number(r, "dynamic_betaOffsets");
  Dci11Config& d = c.dci11;
  d.n_rbg = static_cast<uint8_t>(number(r, "n_dl_rbg"));
  d.cross_carrier = u.cross_carrier;
  d.n_dl_bwp_rrc = static_cast<uint8_t>(number(r, "n_dl_bwp_rrc"));
  d.n_time_entries = static_cast<uint8_t>(number(r, "n_dl_time_domain_entries"));
  d.harq_bits = static_cast<uint8_t>(number(r, "dl_harq_process_number_bits"));
  d.resource_type0 = r.at("pdsch_resourceAllocation") == "type0";
  d.dynamic_switch = r.at("pdsch_resourceAllocation") == "dynamicSwitch";
  d.interleaver = number(r, "vrb_ToPRB_Interleaver_configured");
  d.dynamic_prb_bundling = number(r, "dynamic_prb_BundlingType");
  d.rate_match_group1 = number(r, "rateMatchPatternGroup1");
  d.rate_match_group2 = number(r, "rateMatchPatternGroup2");
  d.n_zp_csi_sets = static_cast<uint8_t>(number(r, "n_aperiodic_zp_csi_rs_sets"));
  d.two_codewords = number(r, "two_codewords");
  d.dynamic_harq_codebook = dynamic;
  d.several_cells = number(r, "multiple_serving_cells");
  d.n_k1 = static_cast<uint8_t>(number(r, "n_dl_DataToUL_ACK"));
  d.dmrs_a = dmrs_type(r, "pdsch_dmrs_A_type");
  d.dmrs_b = dmrs_type(r, "pdsch_dmrs_B_type");
  d.dmrs_a_max_length = static_cast<uint8_t>(number(r, "pdsch_dmrs_A_maxLength", 1));
  d.dmrs_b_max_length = static_cast<uint8_t>(number(r, "pdsch_dmrs_B_maxLength", 1));
  d.tci = number(r, "tci_PresentInDCI");
  d.max_cbg = static_cast<uint8_t>(number(r, "pdsch_maxCBG"));
  d.cbg_flush = number(r, "codeBlockGroupFlushIndicator");
  return c;
}

uint8_t f8(const Row& m, const std::string& key) { return static_cast<uint8_t>(number(m, "f." + key)); }

// The whole frequency field: dynamic-allocation bit, hopping bits, resource.
uint32_t frequency_of(const Row& m, unsigned width) {
  unsigned hop = number(m, "f.N_ul_hop");
  uint32_t value = number(m, "f.frequency_resource");
  if (hop != 0) value |= number(m, "f.hopping_offset") << (width - hop);
  auto type = m.find("f.dynamic_resource_allocation");
  if (type != m.end() && type->second == "1") value |= 1u << (width - 1);
  return value;
}

Dci00 dci_00(const Row& m, unsigned width) {
  return {frequency_of(m, width),
          f8(m, "time_resource"),
          f8(m, "frequency_hopping_flag") != 0,
          f8(m, "modulation_coding_scheme"),
          f8(m, "new_data_indicator") != 0,
          f8(m, "redundancy_version"),
          f8(m, "harq_process_number"),
          f8(m, "tpc_command"),
          false};
}
Dci10 dci_10(const Row& m) {
  return {number(m, "f.frequency_resource"),
          f8(m, "time_resource"),
          f8(m, "interleaved_vrb_prb_mapping") != 0,
          f8(m, "modulation_coding_scheme"),
          f8(m, "new_data_indicator") != 0,
          f8(m, "redundancy_version"),
          f8(m, "harq_process_number"),
          f8(m, "dl_assignment_index"),
          f8(m, "tpc_command"),
          f8(m, "pucch_resource_indicator"),
          f8(m, "pdsch_harq_fb_timing_indicator")};
}
Dci01 dci_01(const Row& m, unsigned width) {
  Dci01 d;
  d.carrier = f8(m, "carrier_indicator");
  d.bwp = f8(m, "bwp_indicator");
  d.frequency = frequency_of(m, width);
  d.time = f8(m, "time_resource");
  d.hopping = f8(m, "frequency_hopping_flag");
  d.mcs = f8(m, "modulation_coding_scheme");
  d.new_data = f8(m, "new_data_indicator");
  d.rv = f8(m, "redundancy_version");
  d.harq_id = f8(m, "harq_process_number");
  d.dai1 = f8(m, "first_dl_assignment_index");
  d.dai2 = f8(m, "second_dl_assignment_index");
  d.tpc = f8(m, "tpc_command");
  d.srs_resource = f8(m, "srs_resource_indicator");
  d.precoding = f8(m, "precoding_info_nof_layers");
  d.antenna_ports = f8(m, "antenna_ports");
  d.srs_request = f8(m, "srs_request");
  d.csi_request = f8(m, "csi_request");
  d.cbg = f8(m, "cbg_transmission_info");
  d.ptrs_dmrs = f8(m, "ptrs_dmrs_association");
  d.beta_offset = f8(m, "beta_offset_indicator");
  d.dmrs_seq = f8(m, "dmrs_seq_initialization");
  d.ul_sch = f8(m, "ul_sch_indicator");
  return d;
}
Dci11 dci_11(const Row& m, unsigned width) {
  Dci11 d;
  d.carrier = f8(m, "carrier_indicator");
  d.bwp = f8(m, "bwp_indicator");
  d.frequency = frequency_of(m, width);
  d.time = f8(m, "time_resource");
  d.interleaved = f8(m, "vrb_prb_mapping");
  d.prb_bundling = f8(m, "prb_bundling_size_indicator");
  d.rate_matching = f8(m, "rate_matching_indicator");
  d.zp_csi = f8(m, "zp_csi_rs_trigger");
  d.mcs = f8(m, "tb1_modulation_coding_scheme");
  d.new_data = f8(m, "tb1_new_data_indicator");
  d.rv = f8(m, "tb1_redundancy_version");
  d.mcs2 = f8(m, "tb2_modulation_coding_scheme");
  d.new_data2 = f8(m, "tb2_new_data_indicator");
  d.rv2 = f8(m, "tb2_redundancy_version");
  d.harq_id = f8(m, "harq_process_number");
  d.dai = f8(m, "downlink_assignment_index");
  d.tpc = f8(m, "tpc_command");
  d.pucch_resource = f8(m, "pucch_resource_indicator");
  d.k1 = f8(m, "pdsch_harq_fb_timing_indicator");
  d.antenna_ports = f8(m, "antenna_ports");
  d.tci = f8(m, "tx_config_indication");
  d.srs_request = f8(m, "srs_request");
  d.cbg = f8(m, "cbg_transmission_info");
  d.cbg_flush = f8(m, "cbg_flushing_info");
  d.dmrs_seq = f8(m, "dmrs_seq_initialization");
  return d;
}

std::string text_of(const Result<DciBits>& bits) { return bits ? bits->text() : bits.error().describe(); }

// Packs to the vector's bits, and what is unpacked packs to them again.
template <class Message, class Widths, class Unpack>
void both_ways(const Row& m, const Message& message, const Widths& widths, Unpack unpack) {
  std::string bits = m.at("bits");
  EXPECT_EQ(text_of(pack(message, widths)), bits);
  auto back = unpack(*DciBits::parse(bits), widths);
  ASSERT_TRUE(back) << back.error().describe();
  EXPECT_EQ(text_of(pack(*back, widths)), bits);
}

void check_message(const Row& m, const DciLayouts& l) {
  std::string format = m.at("format"), rnti = m.contains("rnti_type") ? m.at("rnti_type") : "";
  bool common = m.contains("search_space") && m.at("search_space") == "common";
  const Dci10Widths& w10 = common ? l.css10 : l.uss10;
  const Dci00Widths& w00 = common ? l.css00 : l.uss00;
  if (format == "rar_grant") {
    RarGrant g{f8(m, "frequency_hopping_flag") != 0,
               static_cast<uint16_t>(number(m, "f.frequency_resource")),
               f8(m, "time_resource"),
               f8(m, "modulation_coding_scheme"),
               f8(m, "tpc"),
               f8(m, "csi_request") != 0};
    EXPECT_EQ(pack(g).text(), m.at("bits"));
    EXPECT_EQ(unpack_rar_grant(rar_grant_bits(g)), g);
  } else if (format == "0_0") {
    both_ways(m, dci_00(m, w00.frequency), w00, unpack_00);
  } else if (format == "0_1") {
    EXPECT_EQ(l.uss01.frequency, number(m, "w.frequency_resource"));
    EXPECT_EQ(l.uss01.padding, number(m, "w.padding"));
    both_ways(m, dci_01(m, l.uss01.frequency), l.uss01, unpack_01);
  } else if (format == "1_1") {
    EXPECT_EQ(l.uss11.padding, number(m, "w.padding"));
    both_ways(m, dci_11(m, l.uss11.frequency), l.uss11, unpack_11);
  } else if (rnti == "SI-RNTI") {
    Dci10Si d{number(m, "f.frequency_resource"), f8(m, "time_resource"),      f8(m, "interleaved_vrb_prb_mapping") != 0,
              f8(m, "modulation_coding_scheme"), f8(m, "redundancy_version"), f8(m, "system_information_indicator") != 0};
    both_ways(m, d, w10, unpack_10_si);
  } else if (rnti == "RA-RNTI") {
    Dci10Ra d{number(m, "f.frequency_resource"), f8(m, "time_resource"), f8(m, "interleaved_vrb_prb_mapping") != 0,
              f8(m, "modulation_coding_scheme"), f8(m, "tb_scaling")};
    both_ways(m, d, w10, unpack_10_ra);
  } else if (rnti == "P-RNTI") {
    Dci10P d{f8(m, "short_messages_indicator"),
             f8(m, "short_messages"),
             number(m, "f.frequency_resource"),
             f8(m, "time_resource"),
             f8(m, "interleaved_vrb_prb_mapping") != 0,
             f8(m, "modulation_coding_scheme"),
             f8(m, "tb_scaling")};
    both_ways(m, d, w10, unpack_10_p);
  } else {
    both_ways(m, dci_10(m), w10, unpack_10);
  }
}

}  // namespace

TEST(NrDci, agrees_with_the_vectors) {
  DciLayouts layouts;
  unsigned messages = 0;
  for (const Row& row : read_lines("dci.txt")) {
    if (row.at("") == "case") {
      SCOPED_TRACE(row.at("id"));
      auto made = dci_layouts(config_of(row));
      ASSERT_TRUE(made) << row.at("id") << " " << made.error().describe();
      layouts = *made;
    } else if (row.at("") == "sizes") {
      EXPECT_EQ(layouts.css00.size(), number(row, "0_0_common"));
      EXPECT_EQ(layouts.css10.size(), number(row, "1_0_common"));
      if (row.contains("0_0_ue")) {
        EXPECT_EQ(layouts.uss00.size(), number(row, "0_0_ue"));
      }
      if (row.contains("1_0_ue")) {
        EXPECT_EQ(layouts.uss10.size(), number(row, "1_0_ue"));
      }
      if (row.contains("0_1_ue")) {
        EXPECT_EQ(layouts.uss01.size(), number(row, "0_1_ue"));
      }
      if (row.contains("1_1_ue")) {
        EXPECT_EQ(layouts.uss11.size(), number(row, "1_1_ue"));
      }
    } else {
      SCOPED_TRACE(row.at("format") + " " + row.at("bits"));
      check_message(row, layouts);
      ++messages;
    }
  }
  EXPECT_GT(messages, 350u);
}

TEST(NrDci, random_layouts_pack_both_ways) {
  Random random(3);
  auto pick = [&](unsigned low, unsigned high) { return static_cast<uint8_t>(random.between(low, high)); };
  unsigned made = 0;
  for (int i = 0; i < 5000; ++i) {
    DciConfig c;
    c.initial_dl_rb = static_cast<uint16_t>(random.between(11, 106));
    c.initial_ul_rb = static_cast<uint16_t>(random.between(11, 106));
    c.active_dl_rb = static_cast<uint16_t>(random.between(11, 275));
    c.active_ul_rb = static_cast<uint16_t>(random.between(11, 275));
    c.uss_dedicated = true;
    c.sul = c.dci01.sul = c.dci11.sul = random.between(0, 1);
    c.dci01.max_rank = pick(1, 4);
    c.dci01.n_srs_ports = std::array<uint8_t, 3>{1, 2, 4}[random.between(0, 2)];
    c.dci01.codebook = random.between(0, 1);
    c.dci01.n_srs_resources = pick(1, 4);
    c.dci01.pusch_max_layers = pick(1, 4);
    c.dci01.report_trigger_size = pick(0, 6);
    c.dci01.dynamic_switch = random.between(0, 1);
    c.dci11.two_codewords = random.between(0, 1);
    c.dci11.tci = random.between(0, 1);
    c.dci11.n_k1 = pick(1, 8);
    auto layouts = dci_layouts(c);
    if (!layouts) continue;
    ++made;
    EXPECT_EQ(layouts->css00.size(), layouts->css10.size());
    EXPECT_EQ(layouts->uss00.size(), layouts->uss10.size());
    DciBits bits;
    bits.append(0, 1);
    while (bits.size() < layouts->uss01.size() - layouts->uss01.padding) bits.append(random.between(0, 1), 1);
    bits.append(0, layouts->uss01.padding);
    auto ul = unpack_01(bits, layouts->uss01);
    ASSERT_TRUE(ul);
    EXPECT_EQ(pack(*ul, layouts->uss01)->text(), bits.text());
    bits = {};
    bits.append(1, 1);
    while (bits.size() < layouts->uss11.size() - layouts->uss11.padding) bits.append(random.between(0, 1), 1);
    bits.append(0, layouts->uss11.padding);
    auto dl = unpack_11(bits, layouts->uss11);
    ASSERT_TRUE(dl);
    EXPECT_EQ(pack(*dl, layouts->uss11)->text(), bits.text());
  }
  EXPECT_GT(made, 4000u);
}

TEST(NrDci, refuses_other_sizes_formats_and_values) {
  DciLayouts l = common_dci_layouts(48, 48);
  auto bits = *pack(Dci10{.frequency = 7}, l.css10);
  EXPECT_FALSE(unpack_00(bits, l.css00));
  EXPECT_FALSE(unpack_10(DciBits{}, l.css10));
  auto wide = pack(Dci10{.frequency = 1u << 11}, l.css10);
  ASSERT_FALSE(wide);
  EXPECT_EQ(wide.error().describe(), "DCI 1_0: freq 2048 does not fit 11 bits (TS 38.212 7.3.1)");
  EXPECT_FALSE(pack(Dci10P{.indicator = 0}, l.css10));
  EXPECT_TRUE(is_downlink(bits));
}

TEST(NrDci, a_pdcch_order_has_every_frequency_bit_set) {
  Dci10Widths w = css10_widths(48);
  PdcchOrder order{.preamble = 63, .ssb = 5, .prach_mask = 1};
  auto bits = pack(order, w);
  ASSERT_TRUE(bits);
  EXPECT_EQ(bits->size(), 39u);
  EXPECT_EQ(unpack_order(*bits, w), order);
  EXPECT_FALSE(unpack_order(*pack(Dci10{.frequency = 7}, w), w));
}

TEST(NrDci, rar_frequency_converts_both_ways) {
  for (unsigned n : {24u, 48u, 50u, 106u, 180u, 273u}) {
    for (bool hopping : {false, true}) {
      RarFrequency value{static_cast<uint8_t>(hopping ? 1 : 0), riv(n, {3, 4})};
      auto field = rar_frequency_field(value, hopping, n);
      ASSERT_TRUE(field);
      RarFrequency back = rar_frequency({.hopping = hopping, .frequency = *field}, n);
      EXPECT_EQ(back.riv, value.riv);
      EXPECT_EQ(back.hopping_offset, value.hopping_offset);
    }
  }
}

TEST(NrDci, step_4_removes_the_padding_of_step_2) {
  DciConfig c{.coreset0_rb = 48, .initial_dl_rb = 48, .initial_ul_rb = 48, .active_dl_rb = 162, .active_ul_rb = 162, .uss_dedicated = true};
  c.dci01.report_trigger_size = 4;
  c.dci11 = {.n_time_entries = 1, .dynamic_harq_codebook = false, .n_k1 = 5};
  auto standard = dci_layouts(c);
  ASSERT_TRUE(standard) << standard.error().describe();
  ASSERT_TRUE(standard->fallback_shrunk);
  EXPECT_EQ(standard->uss11.size(), 42u);
  EXPECT_EQ(standard->uss10.size(), standard->css10.size());
  c.keep_step2_padding = true;
  EXPECT_EQ(dci_layouts(c)->uss11.size(), 43u);
}
