// PUCCH resources, HARQ-ACK codebooks, CSI reports. Expected values from the texts of TS 38.211, 38.212, 38.213.
#include <gtest/gtest.h>

#include "base/random.h"
#include "nr/pucch.h"
#include "nr/uci.h"

using namespace sen;
using namespace sen::nr;

TEST(NrPucch, default_resources) {
  auto first = default_pucch(11, 0, 48);
  ASSERT_TRUE(first);
  EXPECT_EQ(first->format, PucchFormat::f1);
  EXPECT_EQ(first->first_rb, 0);
  EXPECT_EQ(first->second_hop_rb, 47);
  auto last = default_pucch(11, 15, 48);  // N_CS = 2: (15 - 8) / 2 = 3
  EXPECT_EQ(last->first_rb, 44);
  EXPECT_EQ(last->second_hop_rb, 3);
  EXPECT_EQ(last->initial_cyclic_shift, 6);
  EXPECT_EQ(default_pucch(15, 0, 48)->first_rb, 12);
  EXPECT_FALSE(default_pucch(16, 0, 48));
  EXPECT_EQ(r_pucch(12, 16, 3), 7u);
}

TEST(NrPucch, sets_and_resources) {
  PucchSets sets{2, {2, 100, 1706, 1706}};
  EXPECT_EQ(pucch_set(sets, 2), 0u);
  EXPECT_EQ(pucch_set(sets, 3), 1u);
  EXPECT_FALSE(pucch_set(sets, 101));
  EXPECT_EQ(pucch_resource_in_set(8, 5, 3, 16), 5u);
  EXPECT_EQ(pucch_resource_in_set(10, 1, 15, 16), 3u);  // the first two have two resources each
  EXPECT_EQ(pucch_resource_in_set(10, 2, 0, 16), 4u);
  EXPECT_EQ(pucch_resource_in_set(32, 7, 15, 16), 31u);
}

TEST(NrPucch, capacity) {
  PucchResource f2{.format = PucchFormat::f2, .n_rb = 1, .n_symbols = 2, .max_code_rate = 2};
  EXPECT_EQ(pucch_channel_bits(f2, 1), 32u);
  EXPECT_EQ(pucch_capacity_bits(f2), 8u);  // 32 * 0.25
  f2.n_rb = 16;
  EXPECT_EQ(pucch_rbs_for(f2, 20), 4u);  // 31 bits with CRC: 4 * 8
  PucchResource f3{.format = PucchFormat::f3, .n_rb = 16, .start_symbol = 0, .n_symbols = 14};
  EXPECT_EQ(pucch_channel_bits(f3, 1), 288u);
  EXPECT_TRUE(check_pucch(f3, 52));
  f3.n_rb = 7;
  EXPECT_FALSE(check_pucch(f3, 52));
  EXPECT_EQ(pucch34_dmrs_symbols(14, false, true), 1u << 1 | 1u << 5 | 1u << 8 | 1u << 12);
  EXPECT_EQ(uci_crc_bits(11, 100), 0u);
  EXPECT_EQ(uci_crc_bits(19, 100), 6u);
  EXPECT_EQ(uci_crc_bits(400, 1088), 22u);
  EXPECT_EQ(format0_m_cs(2, 2, false), 9u);
  EXPECT_EQ(format0_m_cs(2, 3, true), 7u);
  EXPECT_EQ(format0_m_cs(1, 1, true), 9u);
}

TEST(NrHarqCodebook, lost_assignments_become_nack) {
  DynamicCodebook codebook;
  EXPECT_EQ(codebook.add(dai_field(0), true), 0u);
  EXPECT_EQ(codebook.add(dai_field(2), true), 2u);  // the second was lost
  EXPECT_EQ(codebook.add(dai_field(5), true), 5u);
  EXPECT_EQ(codebook.bits().text(), "101001");
  EXPECT_EQ(codebook.bits(dai_field(7)).text(), "10100100");
  EXPECT_TRUE(codebook.add_sps(true));
  EXPECT_EQ(codebook.bits().text(), "1010011");
  DynamicCodebook nothing;
  EXPECT_EQ(nothing.bits(3u).size(), 0u);
  EXPECT_EQ(nothing.bits(0u).text(), "0");
  DynamicCodebook full;
  unsigned added = 0;
  while (full.add(dai_field(added), true)) ++added;
  EXPECT_EQ(added, max_harq_bits);
}

TEST(NrHarqCodebook, semi_static_order) {
  SemiStaticCodebook codebook = semi_static_codebook({1, 2, 3, 4, 5, 6, 7, 8}, 8, 0b10110111);
  EXPECT_EQ(codebook.n, 6);
  EXPECT_EQ(codebook.k1[0], 8);
  EXPECT_EQ(semi_static_position(codebook, 1), 5u);
  EXPECT_FALSE(semi_static_position(codebook, 4));
}

TEST(NrCsi, sizes) {
  EXPECT_EQ(csi_part1_bits({.ports = 1}), 4u);
  EXPECT_EQ(csi_part1_bits({.ports = 2}), 1u + 2 + 4);  // rank 1's PMI is the longer
  EXPECT_EQ(csi_part1_bits({.ports = 4}), 2u + 5 + 4);  // RI, i1 3 + i2 2 or 3 + 1 + 1, CQI
  EXPECT_EQ(csi_part1_bits({.ports = 4, .on_pusch = true}), 6u);
  EXPECT_EQ(csi_part2_bits({.ports = 4, .on_pusch = true}, 3), 4u);
  EXPECT_EQ(csi_part1_bits({.quantity = CsiQuantity::ssb_rsrp, .n_resources = 8, .n_reported = 4}), 4u * 3 + 7 + 3 * 4);
}

TEST(NrCsi, reports_pack_both_ways) {
  Random random(7);
  for (int i = 0; i < 20000; ++i) {
    CsiConfig config;
    config.quantity =
        std::array{CsiQuantity::cri_ri_pmi_cqi, CsiQuantity::cri_ri_cqi, CsiQuantity::cri_ri_li_pmi_cqi}[random.between(0, 2)];
    config.ports = std::array<uint8_t, 3>{1, 2, 4}[random.between(0, 2)];
    config.n_resources = static_cast<uint8_t>(random.between(1, 8));
    config.codebook_mode = static_cast<uint8_t>(random.between(1, 2));
    config.ri_restriction = static_cast<uint8_t>(random.between(1, 15) | 1);
    config.on_pusch = random.between(0, 1);
    Csi csi;
    csi.cri = static_cast<uint8_t>(random.between(0, config.n_resources - 1));
    csi.ri = static_cast<uint8_t>(random.between(1, 4));
    csi.cqi = static_cast<uint8_t>(random.between(0, 15));
    CsiWidths w = csi_widths(config, csi.ri);
    auto below = [&](unsigned width) { return static_cast<unsigned>(random.between(0, (1u << width) - 1)); };
    csi.li = static_cast<uint8_t>(below(w.li));
    csi.i1 = static_cast<uint16_t>(below(w.i1_1) | below(w.i1_3) << 8);
    csi.i2 = static_cast<uint16_t>(below(w.i2));
    auto packed = pack(csi, config);
    if (!packed) continue;  // a rank that is not allowed
    EXPECT_EQ(packed->part1.size(), csi_part1_bits(config));
    EXPECT_EQ(packed->part2.size(), csi_part2_bits(config, csi.ri));
    auto back = unpack_csi(packed->part1, packed->part2, config);
    ASSERT_TRUE(back) << back.error().describe();
    ASSERT_EQ(*back, csi);
  }
}

TEST(NrCsi, rsrp_reports_pack_both_ways) {
  CsiConfig config{.quantity = CsiQuantity::ssb_rsrp, .n_resources = 8, .n_reported = 2};
  RsrpReport report{2, {5, 1}, {-80, -86}};
  auto bits = pack(report, config);
  ASSERT_TRUE(bits);
  auto back = unpack_rsrp(*bits, config);
  ASSERT_TRUE(back);
  EXPECT_EQ(back->resource, report.resource);
  EXPECT_EQ(back->rsrp_dbm, report.rsrp_dbm);
  EXPECT_FALSE(unpack_rsrp(CsiBits{}, config));
}
