// Reads every slot that the gNB's MAC asks for as a suspicious L1 would: no two transmissions on the same resource element, everything
// within the TDD pattern, CCEs, CORESETs and blocks inside their bandwidth parts, transport block sizes as TS 38.214 computes them from the
// allocation.
#pragma once

#include <gtest/gtest.h>

#include <bitset>
#include <map>
#include <set>

#include "mac/gnb.h"
#include "nr/dmrs.h"
#include "nr/pucch.h"
#include "nr/search_space.h"
#include "nr/ssb.h"
#include "nr/tbs.h"
#include "nr/tdd.h"

namespace sen::mac::test {

class SlotChecker {
 public:
  SlotChecker(const CellConfig& cell, const GnbCell&)
      : cell_(cell), tdd_(cell.tdd ? *nr::TddTable::make(*cell.tdd, cell.l1.scs) : nr::TddTable::fdd()) {}

  void check(nr::Slot slot, const nr::l1::DlSlot& dl, const nr::l1::UlSlot& ul) {
    slot_ = slot;
    check_downlink(dl);
    check_uplink(ul);
  }

  size_t pdsch = 0, pusch = 0, pucch = 0, pdcch = 0;
  size_t pusch_octets = 0, pdsch_octets = 0;

 private:
  using Grid = std::array<std::bitset<275>, 14>;

  void take(Grid& grid, unsigned start, unsigned symbols, unsigned first, unsigned count, const char* what) {
    ASSERT_LE(start + symbols, 14u) << what;
    ASSERT_LE(first + count, cell_.l1.n_rb) << what << " leaves the carrier in slot " << slot_.text();
    for (unsigned l = start; l < start + symbols; ++l) {
      for (unsigned rb = first; rb < first + count; ++rb) {
        EXPECT_FALSE(grid[l][rb]) << what << " overlaps at symbol " << l << " RB " << rb << " slot " << slot_.text();
        grid[l].set(rb);
      }
    }
  }

  void check_code(const nr::l1::Code& code, bool downlink, unsigned n_prb, unsigned symbols, const nr::l1::Dmrs& dmrs, unsigned layers) {
    const auto table = static_cast<nr::McsTable>(code.mcs_table);
    const auto mcs = downlink ? nr::pdsch_mcs(table, code.mcs) : nr::pusch_mcs(table, code.mcs);
    if (!mcs) return;  // a reserved index repeats the size of before
    EXPECT_EQ(mcs->q_m, code.qm);
    nr::TbsInput in;
    in.mcs = *mcs;
    in.n_prb = static_cast<uint16_t>(n_prb);
    in.n_symbols = static_cast<uint8_t>(symbols);
    in.n_dmrs_per_prb = static_cast<uint8_t>(6 * dmrs.cdm_groups_without_data * std::popcount(dmrs.symbol_mask));
    in.n_layers = static_cast<uint8_t>(layers);
    EXPECT_EQ(nr::tbs_bits(in), code.tbs_octets * 8) << "slot " << slot_.text();
  }

  void check_downlink(const nr::l1::DlSlot& dl) {
    Grid grid{};
    const unsigned symbols = tdd_.at(slot_).dl;
    for (const auto& ssb : dl.ssb) {
      const unsigned per_rb = 12u << nr::mu(cell_.l1.scs);
      const unsigned first = ssb.offset_to_point_a * 12u + ssb.k_ssb;
      const auto position = nr::ssb_position(*nr::ssb_case(*nr::find_band(cell_.band), cell_.ssb_scs), 8, ssb.index);
      ASSERT_TRUE(position);
      EXPECT_LE(position->first_symbol + 4u, symbols);
      take(grid, position->first_symbol, 4, first / per_rb, (first % per_rb ? 21 : 20), "SSB");
    }
    for (const auto& p : dl.pdcch) {
      ++pdcch;
      EXPECT_LE(p.coreset.start_symbol + p.coreset.duration, symbols);
      EXPECT_LE(p.first_cce + p.aggregation_level, nr::coreset_cces(p.coreset));
      const nr::RbSet rbs = nr::pdcch_rbs(p.coreset, p.first_cce, p.aggregation_level);
      for (unsigned rb = 0; rb < nr::max_n_rb; ++rb) {
        if (rbs[rb]) take(grid, p.coreset.start_symbol, p.coreset.duration, p.bwp.start + rb, 1, "PDCCH");
      }
    }
    std::map<Rnti, int> seen;
    for (const auto& p : dl.pdsch) {
      ++pdsch;
      pdsch_octets += p.code.tbs_octets;
      EXPECT_LE(p.allocation.start_symbol + p.allocation.symbols, symbols);
      unsigned n = 0;
      for (auto [first, count] : p.allocation.rbs) {
        take(grid, p.allocation.start_symbol, p.allocation.symbols, p.bwp.start + first, count, "PDSCH");
        n += count;
      }
      EXPECT_EQ(p.tb.size(), p.code.tbs_octets);
      check_code(p.code, true, n, p.allocation.symbols, p.dmrs, p.layers);
      EXPECT_EQ(std::ranges::count(dl.pdcch, p.rnti, &nr::l1::PdcchPdu::rnti) > 0, true);
    }
    for (const auto& p : dl.csi_rs) take(grid, p.l0, 1, p.bwp.start + p.start_rb, p.rbs, "CSI-RS");
  }

  void check_uplink(const nr::l1::UlSlot& ul) {
    Grid grid{};
    const unsigned first_symbol = 14u - tdd_.at(slot_).ul;
    for (const auto& p : ul.pusch) {
      ++pusch;
      pusch_octets += p.code.tbs_octets;
      EXPECT_GE(p.allocation.start_symbol, first_symbol);
      unsigned n = 0;
      for (auto [first, count] : p.allocation.rbs) {
        take(grid, p.allocation.start_symbol, p.allocation.symbols, p.bwp.start + first, count, "PUSCH");
        n += count;
      }
      check_code(p.code, false, n, p.allocation.symbols, p.dmrs, p.layers);
      EXPECT_EQ(std::ranges::count(ul.pusch, p.rnti, &nr::l1::PuschPdu::rnti), 1);
    }
    // Formats 0 and 1 share blocks by cyclic shift and cover code; a UE may choose between two of its own.
    std::map<std::tuple<unsigned, unsigned, unsigned, unsigned, unsigned, unsigned>, std::set<std::pair<unsigned, unsigned>>> shared;
    for (const auto& p : ul.pucch) {
      ++pucch;
      EXPECT_GE(p.start_symbol, first_symbol);
      EXPECT_EQ(std::ranges::count(ul.pusch, p.rnti, &nr::l1::PuschPdu::rnti) == 0 || p.uci.harq_bits, true);
      auto& codes = shared[{p.format, p.bwp.start + p.first_rb, p.second_hop_rb.value_or(999), p.start_symbol, p.symbols, p.rbs}];
      if (codes.empty()) {
        const unsigned half = p.second_hop_rb ? p.symbols / 2u : p.symbols;
        take(grid, p.start_symbol, half, p.bwp.start + p.first_rb, p.rbs, "PUCCH");
        if (p.second_hop_rb) take(grid, p.start_symbol + half, p.symbols - half, p.bwp.start + *p.second_hop_rb, p.rbs, "PUCCH hop");
      } else {
        EXPECT_TRUE(p.format <= 1 || p.format == 4) << "two PUCCHs of format " << unsigned{p.format} << " on the same blocks";
      }
      EXPECT_TRUE(codes.emplace(p.initial_cyclic_shift, p.format == 4 ? p.occ_index : p.time_domain_occ).second) << "PUCCH resource given twice in slot " << slot_.text();
    }
    for (const auto& p : ul.srs) take(grid, p.start_symbol, p.symbols, p.bwp.start, 1, "SRS");
    for (const auto& p : ul.prach) {
      const unsigned width = p.format < 3 ? (cell_.l1.scs == nr::Scs::khz15 ? 6 : 3) : 12;
      const unsigned start = p.format < 4 ? 0 : p.start_symbol;
      take(grid, start, 14 - start, p.first_rb, width * p.n_fd, "PRACH");
    }
  }

  CellConfig cell_;
  nr::TddTable tdd_;
  nr::Slot slot_;
};

}  // namespace sen::mac::test
