// Bands, rasters, CORESET 0, SSB, resource blocks, CORESETs. Expected values from the texts of TS 38.104, 38.211, 38.213, 38.214.
#include <gtest/gtest.h>

#include <set>

#include "base/random.h"
#include "nr/band.h"
#include "nr/coreset0.h"
#include "nr/csi.h"
#include "nr/frequency_allocation.h"
#include "nr/search_space.h"

using namespace sen;
using namespace sen::nr;

TEST(NrBand, arfcn_and_frequency_convert_both_ways) {
  EXPECT_EQ(khz_from_arfcn(368500), 1842500u);
  EXPECT_EQ(khz_from_arfcn(632628), 3489420u);
  EXPECT_EQ(khz_from_arfcn(2054167), 26500080u);
  EXPECT_FALSE(khz_from_arfcn(max_arfcn + 1));
  for (uint32_t arfcn = 0; arfcn <= max_arfcn; arfcn += 977) EXPECT_EQ(arfcn_from_khz(*khz_from_arfcn(arfcn)), arfcn);
}

TEST(NrBand, raster_ends_are_those_of_table_5_4_2_3_1) {
  struct {
    unsigned band;
    Scs scs;
    uint32_t first, last, step;
  } rows[] = {{1, Scs::khz15, 422000, 434000, 20},     {3, Scs::khz15, 361000, 376000, 20},     {41, Scs::khz15, 499200, 537999, 3},
              {41, Scs::khz30, 499200, 537996, 6},     {78, Scs::khz15, 620000, 653333, 1},     {78, Scs::khz30, 620000, 653332, 2},
              {79, Scs::khz30, 693334, 733332, 2},     {48, Scs::khz30, 636668, 646666, 2},     {257, Scs::khz60, 2054166, 2104165, 1},
              {257, Scs::khz120, 2054167, 2104165, 2}, {258, Scs::khz120, 2016667, 2070831, 2}, {260, Scs::khz60, 2229166, 2279165, 1}};
  for (const auto& row : rows) {
    SCOPED_TRACE(row.band);
    const Band* band = find_band(row.band);
    ASSERT_TRUE(band);
    EXPECT_TRUE(check_arfcn(*band, row.scs, row.first, true));
    EXPECT_TRUE(check_arfcn(*band, row.scs, row.last, true));
    EXPECT_FALSE(check_arfcn(*band, row.scs, row.first - row.step, true));
    EXPECT_FALSE(check_arfcn(*band, row.scs, row.last + row.step, true));
    if (row.step > 1) {
      EXPECT_FALSE(check_arfcn(*band, row.scs, row.first + 1, true));
    }
  }
}

TEST(NrBand, refusals_name_field_value_allowed_and_clause) {
  auto status = check_bandwidth(*find_band(78), Scs::khz30, 7);
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().describe(),
            "channel_bandwidth_mhz: 7 is not allowed in n78 at 30 kHz (10, 15, 20, 25, 30, 40, 50, 60, 70, 80, 90, 100; TS 38.104 table "
            "5.3.5-1)");
  EXPECT_FALSE(bandwidth_allowed(*find_band(3), Scs::khz30, 5));
  EXPECT_TRUE(bandwidth_allowed(*find_band(3), Scs::khz15, 5));
  EXPECT_FALSE(bandwidth_allowed(*find_band(5), Scs::khz60, 10));
  EXPECT_FALSE(check_carrier(*find_band(78), Scs::khz30, 100, 620000, true));
  EXPECT_TRUE(check_carrier(*find_band(78), Scs::khz30, 20, 632628, true));
}

TEST(NrBand, sizes_and_duplex_distance) {
  EXPECT_EQ(n_rb(FrequencyRange::fr1, Scs::khz30, 100), 273u);
  EXPECT_EQ(n_rb(FrequencyRange::fr1, Scs::khz15, 60), 0u);
  EXPECT_EQ(bandwidth_mhz(FrequencyRange::fr1, Scs::khz30, 51), 20u);
  EXPECT_EQ(ul_arfcn(*find_band(3), 368500), 349500u);
  EXPECT_EQ(ul_arfcn(*find_band(78), 632628), 632628u);
  EXPECT_EQ(band_of_dl_arfcn(368500)->number, 3);
}

TEST(NrBand, gscn_converts_both_ways_and_the_search_walks_the_band) {
  EXPECT_EQ(khz_from_gscn(2), 1250u);  // N = 1, M = 3 is 3; M = 1 is 2
  EXPECT_EQ(khz_from_gscn(5279), 2112050u);
  EXPECT_EQ(khz_from_gscn(7711), 3305280u);
  EXPECT_EQ(khz_from_gscn(22257), 24267360u);
  for (uint32_t gscn = 2; gscn <= 26639; ++gscn) EXPECT_EQ(gscn_from_khz(*khz_from_gscn(gscn)), gscn);
  EXPECT_FALSE(gscn_from_khz(2112060));
  EXPECT_FALSE(khz_from_gscn(1));
  const Band& n78 = *find_band(78);
  EXPECT_EQ(next_gscn(n78, Scs::khz30, 0), 7711u);
  EXPECT_EQ(next_gscn(n78, Scs::khz30, *khz_from_gscn(8051)), 8051u);
  EXPECT_FALSE(next_gscn(n78, Scs::khz30, *khz_from_gscn(8051) + 1));
  EXPECT_FALSE(gscn_allowed(*find_band(38), Scs::khz15, 6433));
  EXPECT_EQ(ssb_case(n78, Scs::khz30), SsbCase::c);
  EXPECT_EQ(ssb_case(*find_band(5), Scs::khz30), SsbCase::b);
  EXPECT_FALSE(ssb_case(n78, Scs::khz15));
}

TEST(NrSsb, positions_of_every_case) {
  EXPECT_EQ(ssb_position(SsbCase::a, 4, 1), (SsbPosition{0, 8}));
  EXPECT_EQ(ssb_position(SsbCase::b, 8, 2), (SsbPosition{1, 2}));
  EXPECT_EQ(ssb_position(SsbCase::c, 8, 7), (SsbPosition{3, 8}));
  EXPECT_EQ(ssb_position(SsbCase::d, 64, 16), (SsbPosition{10, 4}));  // n = 5
  EXPECT_EQ(ssb_position(SsbCase::d, 64, 63), (SsbPosition{37, 6}));  // 20 + 28 * 18 = 524
  EXPECT_EQ(ssb_position(SsbCase::e, 64, 63), (SsbPosition{35, 2}));  // 44 + 56 * 8 = 492
  EXPECT_FALSE(ssb_position(SsbCase::a, 4, 4));
  auto found = ssb_in_slot(SsbCase::c, 8, 0, 3);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->index, 1);
  EXPECT_EQ(l_max(SsbCase::c, 3500000, true), 8u);
  EXPECT_EQ(l_max(SsbCase::a, 1842500, false), 4u);
}

TEST(NrSsb, mib_packs_both_ways) {
  Random random(1);
  for (int i = 0; i < 2000; ++i) {
    auto bits = static_cast<uint32_t>(random.between(0, (1u << 23) - 1)) & ~1u;
    for (auto range : {FrequencyRange::fr1, FrequencyRange::fr2}) EXPECT_EQ(pack_mib(*unpack_mib(bits, range), range), bits);
  }
  EXPECT_FALSE(unpack_mib(1u << 23, FrequencyRange::fr1));
  EXPECT_EQ(pbch_timing_bits(0x2a5, true, 8, 16, 0), 0x5c);
}

TEST(NrSsb, offset_to_point_a_and_k_ssb_invert) {
  for (auto [offset, k] : {std::pair{24u, 6u}, {2u, 0u}, {40u, 23u}}) {
    int64_t reference = ssb_ref_khz(3450000, offset, k, FrequencyRange::fr1, Scs::khz30, Scs::khz30);
    auto back = ssb_offset(3450000, reference, FrequencyRange::fr1, Scs::khz30, Scs::khz30);
    ASSERT_TRUE(back);
    EXPECT_EQ(back->offset_to_point_a, offset);
    EXPECT_EQ(back->k_ssb, k);
  }
  EXPECT_FALSE(ssb_offset(3450000, 3450000, FrequencyRange::fr1, Scs::khz30, Scs::khz30));
}

TEST(NrCoreset0, rows_of_the_tables) {
  EXPECT_EQ(*coreset0(12, Scs::khz15, Scs::khz15, 5, 0), (Coreset0{1, 96, 1, 38}));
  EXPECT_EQ(*coreset0(10, Scs::khz30, Scs::khz30, 10, 0), (Coreset0{1, 48, 1, 12}));
  EXPECT_EQ(*coreset0(9, Scs::khz30, Scs::khz30, 40, 0), (Coreset0{1, 48, 3, 28}));
  EXPECT_EQ(*coreset0(4, Scs::khz120, Scs::khz120, 50, 0), (Coreset0{3, 24, 2, -20}));
  EXPECT_EQ(*coreset0(4, Scs::khz120, Scs::khz120, 50, 3), (Coreset0{3, 24, 2, -21}));
  auto reserved = coreset0(15, Scs::khz15, Scs::khz15, 5, 0);
  ASSERT_FALSE(reserved);
  EXPECT_EQ(reserved.error().describe(), "controlResourceSetZero: 15 is reserved (0 to 14; TS 38.213 table 13-1)");
  EXPECT_FALSE(coreset0(0, Scs::khz120, Scs::khz30, 50, 0));
  EXPECT_EQ(minimum_bandwidth_mhz(*find_band(78)), 10u);
  EXPECT_EQ(coreset0_start_crb({1, 48, 1, 12}, 40, FrequencyRange::fr1, Scs::khz30), 8);
}

TEST(NrCoreset0, monitoring_occasions_of_pattern_1) {
  Coreset0 coreset{1, 48, 1, 12};
  auto space = search_space0(4, coreset, FrequencyRange::fr1, Scs::khz30, Scs::khz30);  // O = 5, M = 1
  ASSERT_TRUE(space);
  EXPECT_EQ(type0_occasion(*space, coreset, Scs::khz30, SsbCase::c, 8, 0), (Type0Occasion{0, 10, 0}));
  EXPECT_EQ(type0_occasion(*space, coreset, Scs::khz30, SsbCase::c, 8, 7), (Type0Occasion{0, 17, 0}));
  unsigned monitored_slots = 0;
  for (unsigned i = 0; i < 40; ++i) monitored_slots += type0_monitored(*space, coreset, Slot(Scs::khz30, i), SsbCase::c, 8, 0);
  EXPECT_EQ(monitored_slots, 2u);
  auto half = search_space0(1, coreset, FrequencyRange::fr1, Scs::khz30, Scs::khz30);  // M = 1/2, odd ones after the CORESET
  EXPECT_EQ(type0_occasion(*half, coreset, Scs::khz30, SsbCase::c, 8, 3), (Type0Occasion{0, 1, 1}));
  auto fr2 = search_space0(2, {1, 24, 2, 0}, FrequencyRange::fr2, Scs::khz120, Scs::khz120);  // O = 2.5
  EXPECT_EQ(type0_occasion(*fr2, {1, 24, 2, 0}, Scs::khz120, SsbCase::d, 64, 63).slot, (20 + 63) % 80);
  EXPECT_EQ(type0_occasion(*fr2, {1, 24, 2, 0}, Scs::khz120, SsbCase::d, 64, 63).frame_parity, 1);
  EXPECT_FALSE(search_space0(1, {3, 24, 2, -20}, FrequencyRange::fr2, Scs::khz120, Scs::khz120));
}

TEST(NrRiv, every_range_converts_both_ways) {
  for (unsigned n : {1u, 11u, 24u, 25u, 48u, 106u, 273u, 275u}) {
    std::set<uint32_t> seen;
    for (uint16_t start = 0; start < n; ++start) {
      for (uint16_t count = 1; start + count <= n; ++count) {
        uint32_t value = riv(n, {start, count});
        seen.insert(value);
        auto back = from_riv(n, value);
        ASSERT_TRUE(back);
        ASSERT_EQ(*back, (RbRange{start, count}));
      }
    }
    EXPECT_EQ(seen.size(), n * (n + 1) / 2);
    EXPECT_LT(*seen.rbegin(), 1u << riv_bits(n));
    EXPECT_FALSE(from_riv(n, n * (n + 1) / 2));
  }
}

TEST(NrRiv, scales_with_a_larger_active_bandwidth_part) {
  EXPECT_EQ(fallback_scale_k(24, 48), 2u);
  EXPECT_EQ(fallback_scale_k(24, 273), 8u);
  EXPECT_EQ(fallback_scale_k(48, 24), 1u);
  auto value = scaled_riv(24, 106, {8, 40});
  ASSERT_TRUE(value);
  EXPECT_EQ(*from_scaled_riv(24, 106, *value), (RbRange{8, 40}));
  EXPECT_FALSE(scaled_riv(24, 106, {9, 40}));
}

TEST(NrRbg, groups_cover_the_bandwidth_part_once) {
  for (unsigned start = 0; start < 20; ++start) {
    for (unsigned size : {5u, 24u, 36u, 37u, 51u, 106u, 133u, 273u}) {
      RbSet all;
      unsigned sum = 0;
      for (unsigned i = 0; i < rbg_count(start, size); ++i) {
        all |= rbg_range(start, size, i).set();
        sum += rbg_range(start, size, i).count;
      }
      EXPECT_EQ(sum, size);
      EXPECT_EQ(all.count(), size);
      EXPECT_EQ(rbgs_from_rbs(start, size, all), (1u << rbg_count(start, size)) - 1);
    }
  }
  EXPECT_EQ(rbs_from_rbgs(0, 24, 1u << 11).to_ulong(), 3u);  // the most significant bit is RBG 0
}

TEST(NrVrb, interleaving_is_a_permutation) {
  for (unsigned size : {2u, 3u, 24u, 25u, 51u, 106u, 273u}) {
    for (unsigned start : {0u, 1u, 3u, 7u}) {
      for (uint8_t bundle : {2, 4}) {
        VrbToPrb map{0, static_cast<uint16_t>(size), static_cast<uint16_t>(start), bundle};
        std::set<unsigned> prbs;
        for (unsigned vrb = 0; vrb < size; ++vrb) prbs.insert(map.prb(vrb));
        EXPECT_EQ(prbs.size(), size);
        EXPECT_EQ(*prbs.rbegin(), size - 1);
      }
    }
  }
  // TS 38.211 7.3.1.6 with 24 RBs, L = 2: 12 bundles, f(0..3) = 0, 6, 1, 7.
  VrbToPrb map{0, 24, 0, 2};
  EXPECT_EQ(map.prb(2), 12);
  EXPECT_EQ(map.prb(4), 2);
  EXPECT_EQ(map.prb(23), 23);
}

TEST(NrCoreset, cces_share_no_register) {
  for (bool interleaved : {false, true}) {
    for (uint8_t duration : {1, 2, 3}) {
      l1::Coreset coreset{.id = 1,
                          .frequency_groups = 0b110111,
                          .duration = duration,
                          .interleaved = interleaved,
                          .reg_bundle = 6,
                          .interleaver_rows = 2,
                          .shift = 5};
      if (interleaved && coreset_rbs(coreset) * duration % 12 != 0) continue;
      ASSERT_TRUE(check_coreset(coreset, 48));
      EXPECT_EQ(coreset_cces(coreset), 5u * duration);
      RbSet all;
      unsigned sum = 0;
      for (unsigned cce = 0; cce < coreset_cces(coreset); ++cce) {
        all |= pdcch_rbs(coreset, cce, 1);
        sum += cce_regs(coreset, cce).n;
      }
      EXPECT_EQ(all.count(), 30u);
      EXPECT_EQ(sum, 30u);
      EXPECT_FALSE(all.test(18));  // group 3 is not the CORESET's
    }
  }
  EXPECT_FALSE(check_coreset({.frequency_groups = 1u << 8, .duration = 1}, 48));
  EXPECT_FALSE(check_coreset({.frequency_groups = 1, .duration = 4}, 48));
}

TEST(NrCoreset, interleaves_coreset_0_as_38_211_says) {
  l1::Coreset coreset = coreset0_as_coreset({1, 24, 2, 0}, 1);  // 48 REGs, 8 bundles of 6 (3 RBs), C = 4: f(x) = (r * 4 + c + 1) mod 8
  EXPECT_EQ(cce_regs(coreset, 0).rb[0], 3);
  EXPECT_EQ(cce_regs(coreset, 1).rb[0], 15);
  EXPECT_EQ(cce_regs(coreset, 7).rb[0], 0);
}

TEST(NrCsiRs, rows_have_their_ports) {
  for (unsigned row = 1; row <= 18; ++row) {
    CsiRsRow r = *csi_rs_row(row);
    unsigned res = r.n_groups * r.frequencies * r.symbols;
    EXPECT_EQ(res, row == 1 ? 3u : r.ports) << row;
  }
  EXPECT_EQ(csi_rs_ports(19), 0u);
  EXPECT_FALSE(csi_rs_frequencies(4, 0b11));
  CsiRsResource r{.row = 4, .frequency_domain = 0b010, .l0 = 5, .cdm = CdmType::fd2, .n_rb = 52, .period_slots = 20};
  EXPECT_TRUE(check_csi_rs(r, 52));
  CsiRsRes res = csi_rs_res(r);
  ASSERT_EQ(res.n, 4);
  EXPECT_EQ(res.re[0], (std::pair<uint8_t, uint8_t>{4, 5}));
  EXPECT_EQ(res.re[3], (std::pair<uint8_t, uint8_t>{7, 5}));
}
