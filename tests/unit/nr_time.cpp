// TDD patterns, time allocations, DM-RS positions, PRACH occasions. Expected values from the texts of TS 38.211, 38.213, 38.214, 38.321.
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "nr/dmrs.h"
#include "nr/mcs.h"
#include "nr/prach.h"
#include "nr/ra.h"
#include "nr/ssb.h"
#include "nr/tbs.h"
#include "nr/tdd.h"

using namespace sen;
using namespace sen::nr;

namespace {

SymbolMask mask(std::initializer_list<unsigned> symbols) {
  unsigned out = 0;
  for (unsigned l : symbols) out |= 1u << l;
  return static_cast<SymbolMask>(out);
}

}  // namespace

TEST(NrTdd, names_and_symbols) {
  auto config = parse_tdd("DDDSU", Scs::khz30, 10, 2);
  ASSERT_TRUE(config);
  EXPECT_EQ(config->pattern1, (TddPattern{2500, 3, 10, 1, 2}));
  auto table = TddTable::make(*config, Scs::khz30);
  ASSERT_TRUE(table);
  EXPECT_EQ(table->name(), "DDDSU");
  EXPECT_EQ(table->at(Slot(Scs::khz30, 8)), (SlotSymbols{10, 2}));
  EXPECT_TRUE(table->ul_fits(Slot(Scs::khz30, 3), 12, 2));
  EXPECT_FALSE(table->ul_fits(Slot(Scs::khz30, 3), 11, 3));
  EXPECT_TRUE(table->full_ul(Slot(Scs::khz30, 4)));
  EXPECT_EQ(TddTable::make(*config, Scs::khz60)->name(), "DDDDDDDSUU" + std::string());
}

TEST(NrTdd, expands_a_coarser_reference) {
  TddConfig config{Scs::khz15, {5000, 2, 7, 2, 0}, std::nullopt};
  auto table = TddTable::make(config, Scs::khz30);
  ASSERT_TRUE(table);
  EXPECT_EQ(table->name(), "DDDDDFUUUU");  // 7 symbols at 15 kHz are a slot at 30 kHz
}

TEST(NrTdd, takes_two_patterns_and_refuses_what_does_not_fit) {
  auto config = parse_tdd("DDDSU,DDSUU", Scs::khz30);
  ASSERT_TRUE(config);
  EXPECT_EQ(TddTable::make(*config, Scs::khz30)->name(), "DDDSUDDSUU");
  EXPECT_FALSE(parse_tdd("DUDU", Scs::khz30));
  EXPECT_FALSE(parse_tdd("DDDDDDS", Scs::khz30));  // 3.5 ms
  EXPECT_FALSE(TddTable::make({Scs::khz30, {2500, 4, 10, 1, 2}, std::nullopt}, Scs::khz30));
  EXPECT_FALSE(TddTable::make({Scs::khz15, {2500, 1, 0, 1, 0}, std::nullopt}, Scs::khz15));
  EXPECT_FALSE(TddTable::make({Scs::khz30, {3000, 4, 0, 2, 0}, TddPattern{4000, 4, 0, 4, 0}}, Scs::khz30));
  EXPECT_TRUE(TddTable::fdd().full_ul(Slot(Scs::khz15, 3)));
}

TEST(NrTimeAllocation, default_tables) {
  EXPECT_EQ(pdsch_default_a(0, 2), (TimeAllocation{0, MappingType::a, 2, 12}));
  EXPECT_EQ(pdsch_default_a(0, 3), (TimeAllocation{0, MappingType::a, 3, 11}));
  EXPECT_EQ(pdsch_default_a(5, 3), (TimeAllocation{0, MappingType::b, 10, 4}));
  EXPECT_EQ(pdsch_default_a(11, 3), (TimeAllocation{0, MappingType::a, 1, 13}));
  EXPECT_EQ(pdsch_default_b(13, 3), (TimeAllocation{0, MappingType::a, 3, 11}));
  EXPECT_FALSE(pdsch_default_b(15, 2));
  EXPECT_FALSE(pdsch_default_c(5, 2));
  EXPECT_EQ(pusch_default_a(0, Scs::khz15), (TimeAllocation{1, MappingType::a, 0, 14}));
  EXPECT_EQ(pusch_default_a(15, Scs::khz30), (TimeAllocation{4, MappingType::a, 0, 10}));
  EXPECT_EQ(msg3_delta(Scs::khz30), 3u);
  for (unsigned i = 0; i < 16; ++i) {
    for (unsigned pos : {2u, 3u}) {
      auto row = pdsch_default_a(i, pos);
      EXPECT_TRUE(pdsch_allocation_valid(row->mapping, row->start, row->length, pos)) << i;
    }
    auto row = pusch_default_a(i, Scs::khz60);
    EXPECT_TRUE(pusch_allocation_valid(row->mapping, row->start, row->length)) << i;
  }
}

TEST(NrTimeAllocation, sliv_converts_both_ways) {
  std::set<unsigned> seen;
  for (unsigned start = 0; start < 14; ++start) {
    for (unsigned length = 1; start + length <= 14; ++length) {
      seen.insert(sliv(start, length));
      auto back = from_sliv(sliv(start, length));
      ASSERT_TRUE(back) << start << " " << length;
      EXPECT_EQ(back->start, start);
      EXPECT_EQ(back->length, length);
    }
  }
  EXPECT_EQ(seen.size(), 105u);
  for (unsigned value = 0; value < 200; ++value) EXPECT_EQ(from_sliv(value).has_value(), seen.contains(value)) << value;
}

TEST(NrTimeAllocation, leaves_the_ue_its_processing_time) {
  EXPECT_EQ(min_k1(Scs::khz15, false, 13, 0, 0), 2u);  // 8 symbols after the slot's end: the slot after the next starts in time
  EXPECT_EQ(min_k1(Scs::khz15, false, 3, 12, 0), 1u);
  EXPECT_EQ(min_k2(Scs::khz30, 0, 0, 0), 1u);
  EXPECT_EQ(min_k2(Scs::khz30, 1, 0, 1), 2u);
}

TEST(NrDmrs, pdsch_positions) {
  DmrsConfig pos2{};
  EXPECT_EQ(pdsch_dmrs_symbols(pos2, MappingType::a, 2, 12), mask({2, 7, 11}));
  EXPECT_EQ(pdsch_dmrs_symbols(pos2, MappingType::a, 1, 13), mask({2, 7, 11}));
  EXPECT_EQ(pdsch_dmrs_symbols(pos2, MappingType::a, 2, 5), mask({2}));
  EXPECT_EQ(pdsch_dmrs_symbols(pos2, MappingType::b, 5, 7), mask({5, 9}));
  EXPECT_EQ(pdsch_dmrs_symbols(pos2, MappingType::b, 5, 2), mask({5}));
  DmrsConfig pos3{.additional_position = 3};
  EXPECT_EQ(pdsch_dmrs_symbols(pos3, MappingType::a, 2, 12), mask({2, 5, 8, 11}));
  pos3.type_a_pos = 3;
  EXPECT_FALSE(pdsch_dmrs_symbols(pos3, MappingType::a, 3, 11));
  DmrsConfig two{.additional_position = 1, .double_symbol = true};
  EXPECT_EQ(pdsch_dmrs_symbols(two, MappingType::a, 2, 12), mask({2, 3, 10, 11}));
  EXPECT_FALSE(pdsch_dmrs_symbols(pos2, MappingType::a, 2, 13));
}

TEST(NrDmrs, pusch_positions) {
  DmrsConfig pos2{};
  EXPECT_EQ(pusch_dmrs_symbols(pos2, MappingType::a, 0, 14), mask({2, 7, 11}));
  EXPECT_EQ(pusch_dmrs_symbols(pos2, MappingType::b, 4, 10), mask({4, 8, 12}));
  EXPECT_FALSE(pusch_dmrs_symbols(pos2, MappingType::a, 0, 3));
  DmrsConfig pos1{.additional_position = 1};
  EXPECT_EQ(pusch_dmrs_symbols_hopping(pos1, MappingType::a, 0, 14), mask({2, 6, 7, 11}));
  EXPECT_EQ(pusch_dmrs_symbols_hopping(DmrsConfig{.additional_position = 0}, MappingType::a, 0, 14), mask({2, 7}));
  EXPECT_EQ(pusch_dmrs_symbols_hopping(pos1, MappingType::b, 2, 10), mask({2, 6, 7, 11}));
}

TEST(NrDmrs, antenna_ports_fit_their_fields) {
  for (auto type : {DmrsType::type1, DmrsType::type2}) {
    for (unsigned length : {1u, 2u}) {
      unsigned dl = 0;
      for (unsigned v = 0; v < 64; ++v) dl += pdsch_antenna_ports(type, length, false, v).has_value();
      EXPECT_EQ(dl, type == DmrsType::type1 ? (length == 1 ? 12u : 31u) : (length == 1 ? 24u : 58u));
      EXPECT_LE(dl, 1u << pdsch_antenna_port_bits(type, length));
      for (unsigned rank = 1; rank <= 4; ++rank) {
        for (unsigned v = 0; v < 64; ++v) {
          auto ports = pusch_antenna_ports(type, length, false, rank, v);
          if (!ports) continue;
          EXPECT_EQ(ports->layers, rank);
          EXPECT_LT(v, 1u << pusch_antenna_port_bits(type, length, false));
        }
      }
    }
  }
  EXPECT_EQ(pdsch_antenna_port_value(DmrsType::type1, 1, 4, 2), 10u);
  EXPECT_EQ(pdsch_antenna_port_value(DmrsType::type1, 1, 1, 2), 3u);
  EXPECT_EQ(pusch_antenna_port_value(DmrsType::type1, 1, false, 2, 2), 1u);
  EXPECT_EQ(dmrs_re_per_prb(DmrsType::type1, 2, 3), 36u);
}

TEST(NrMcs, reserved_indices_and_cqi) {
  EXPECT_FALSE(pdsch_mcs(McsTable::qam64, 29));
  EXPECT_EQ(pdsch_reserved_q_m(McsTable::qam64, 29), 2);
  EXPECT_EQ(pdsch_reserved_q_m(McsTable::qam256, 31), 8);
  EXPECT_EQ(pdsch_reserved_q_m(McsTable::qam1024, 27), 2);
  EXPECT_EQ(pusch_reserved_q_m(McsTable::qam64, 28, true, true), 1);
  EXPECT_FALSE(pdsch_reserved_q_m(McsTable::qam64, 28));
  EXPECT_EQ(pdsch_mcs(McsTable::qam1024, 26), (Mcs{10, 1896}));
  EXPECT_EQ(cqi(CqiTable::qam64, 15), (Mcs{6, 1896}));
  EXPECT_EQ(mcs_from_cqi(CqiTable::qam64, 15, McsTable::qam64), 28u);
  EXPECT_EQ(mcs_from_cqi(CqiTable::qam256, 15, McsTable::qam256), 27u);
  EXPECT_EQ(mcs_from_cqi(CqiTable::qam64, 0, McsTable::qam64), 0u);
}

TEST(NrTbs, finds_the_fewest_prbs_and_the_peak_rate) {
  TbsInput input{.mcs = *pdsch_mcs(McsTable::qam64, 9), .n_symbols = 12, .n_dmrs_per_prb = 36};
  for (uint32_t bits : {24u, 100u, 1000u, 10000u, 40000u}) {
    unsigned n = prbs_for_bits(input, bits, 106);
    if (n == 0) continue;
    input.n_prb = static_cast<uint16_t>(n);
    EXPECT_GE(tbs_bits(input), bits);
    input.n_prb = static_cast<uint16_t>(n - 1);
    EXPECT_LT(tbs_bits(input), bits);
  }
  EXPECT_EQ(prbs_for_bits(input, 1'000'000, 106), 0u);
  EXPECT_NEAR(static_cast<double>(max_data_rate_bps(4, 8, 273, Scs::khz30, 140)), 2337e6, 1e6);  // 38.306's well-known 2.3 Gb/s
  EXPECT_EQ(code_block_count(3824, BaseGraph::bg2), 1u);
  EXPECT_EQ(code_block_count(8449, BaseGraph::bg1), 2u);
}

TEST(NrPrach, occasions_in_fdd) {
  RachConfig config{.config_index = 16, .scs = Scs::khz15};  // format 0, every frame, subframe 1
  auto occasions =
      PrachOccasions::make(config, FrequencyRange::fr1, Duplex::fdd, Scs::khz15, TddTable::fdd(), {SsbCase::a, 4, 0b0101, 20, false});
  ASSERT_TRUE(occasions) << occasions.error().describe();
  EXPECT_EQ(occasions->at(Slot(Scs::khz15, 11)).n, 1);
  EXPECT_EQ(occasions->at(Slot(Scs::khz15, 12)).n, 0);
  EXPECT_EQ(occasions->association_frames(), 2u);
  EXPECT_EQ(occasions->ssb_of(Slot(Scs::khz15, 1), 0, 0), 0);
  EXPECT_EQ(occasions->ssb_of(Slot(Scs::khz15, 11), 0, 0), 2);
  auto found = occasions->next(Slot(Scs::khz15, 2), 2);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->slot, Slot(Scs::khz15, 11));
  EXPECT_EQ(PrachOccasions::rnti(found->time, 0), ra_rnti(0, 1, 0));
}

TEST(NrPrach, occasions_in_tdd_follow_the_uplink) {
  auto tdd = TddTable::make(*parse_tdd("DDDSU", Scs::khz30), Scs::khz30);
  RachConfig config{.config_index = 159, .scs = Scs::khz30, .total_preambles = 64};  // B4, subframe 9, second slot
  auto occasions = PrachOccasions::make(config, FrequencyRange::fr1, Duplex::tdd, Scs::khz30, *tdd, {SsbCase::c, 8, 1, 20, false});
  ASSERT_TRUE(occasions) << occasions.error().describe();
  unsigned slots = 0;
  for (unsigned i = 0; i < 40; ++i) {
    Slot slot(Scs::khz30, i);
    if (occasions->at(slot).n == 0) continue;
    ++slots;
    EXPECT_TRUE(tdd->full_ul(slot));
    EXPECT_EQ(occasions->at(slot).time[0].t_id, slot.in_frame());
  }
  EXPECT_GT(slots, 0u);
  RachConfig none{.config_index = 0, .scs = Scs::khz15};
  auto downlink = TddTable::make(*parse_tdd("DDDDDDDDDDDDDDDDDDDD", Scs::khz30), Scs::khz30);
  EXPECT_FALSE(PrachOccasions::make(none, FrequencyRange::fr1, Duplex::tdd, Scs::khz30, *downlink, {SsbCase::c, 8, 1, 20, false}));
}

TEST(NrPrach, maps_every_ssb_and_separates_preambles) {
  RachConfig config{
      .config_index = 98, .scs = Scs::khz15, .msg1_fdm = 2, .ssbs_per_occasion_x8 = 16, .cb_preambles_per_ssb = 16, .total_preambles = 60};
  auto occasions =
      PrachOccasions::make(config, FrequencyRange::fr1, Duplex::fdd, Scs::khz15, TddTable::fdd(), {SsbCase::a, 8, 0xff, 20, false});
  ASSERT_TRUE(occasions) << occasions.error().describe();
  std::map<unsigned, unsigned> seen;
  for (unsigned i = 0; i < 160; ++i) {
    Slot slot(Scs::khz15, i);
    for (unsigned t = 0; t < occasions->at(slot).n; ++t) {
      for (unsigned f = 0; f < 2; ++f) {
        for (unsigned nth = 0; nth < 2; ++nth) {
          if (auto ssb = occasions->ssb_of(slot, t, f, nth)) ++seen[*ssb];
        }
        EXPECT_EQ(occasions->ssb_of_preamble(slot, t, f, 30), occasions->ssb_of(slot, t, f, 1));
        EXPECT_FALSE(occasions->ssb_of_preamble(slot, t, f, 20));
      }
    }
  }
  ASSERT_EQ(seen.size(), 8u);
  for (auto [ssb, n] : seen) EXPECT_EQ(n, seen[0]) << ssb;
}

TEST(NrPrach, refuses_what_cannot_work) {
  RachConfig config{.config_index = 16, .msg1_frequency_start = 48};
  auto status = check_rach(config, FrequencyRange::fr1, Duplex::fdd, Scs::khz15, 52);
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().describe(),
            "msg1-FrequencyStart: 48 with 1 occasions of 6 RBs ends at 54, beyond the 52 RBs of the uplink (TS 38.211 6.3.3.2)");
  config = {.config_index = 98, .scs = Scs::khz15, .root_sequence_index = 138};
  EXPECT_FALSE(check_rach(config, FrequencyRange::fr1, Duplex::fdd, Scs::khz15, 52));
  config = {.config_index = 98, .scs = Scs::khz120};
  EXPECT_FALSE(check_rach(config, FrequencyRange::fr1, Duplex::fdd, Scs::khz15, 52));
}

TEST(NrRa, tables) {
  EXPECT_EQ(backoff_ms(13), 1920u);
  EXPECT_FALSE(backoff_ms(14));
  EXPECT_EQ(delta_preamble_db(0, 0), 0);
  EXPECT_EQ(delta_preamble_db(static_cast<unsigned>(PrachFormat::b4), 1), 3);
  EXPECT_EQ(rar_tpc_db(7), 8);
  EXPECT_EQ(preamble_power_dbm(-100, 3, 3, 2), -93);
  EXPECT_EQ(rar_ta_from_ns(1000, 1), 4u);  // 16 * 64 * T_c / 2 = 260.4 ns
  EXPECT_EQ(prach_mask(9), 0xaa);
  EXPECT_EQ(max_ra_rnti, ra_rnti(13, 79, 7, 1));
}
