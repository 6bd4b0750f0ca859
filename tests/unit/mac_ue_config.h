// Cells and UEs for tests of the MAC and of the slot-level air: n3 FDD 15 kHz 10 MHz and n78 TDD 30 kHz 20 MHz.
#pragma once

#include "mac/config.h"
#include "nr/band.h"

namespace sen::mac::test {

inline CellConfig fdd_cell(uint16_t pci = 1) {
  CellConfig c;
  c.band = 3;
  c.l1.pci = pci;
  c.l1.scs = c.common_scs = c.ssb_scs = nr::Scs::khz15;
  c.l1.n_rb = 52;
  c.l1.dl_arfcn = 368500;
  c.l1.ul_arfcn = 349500;
  c.l1.dl_point_a_arfcn = *nr::arfcn_from_khz(static_cast<uint64_t>(nr::point_a_khz(*nr::khz_from_arfcn(c.l1.dl_arfcn), 52, c.l1.scs)));
  c.l1.ul_point_a_arfcn = *nr::arfcn_from_khz(static_cast<uint64_t>(nr::point_a_khz(*nr::khz_from_arfcn(c.l1.ul_arfcn), 52, c.l1.scs)));
  c.l1.ssb_arfcn = 368410;
  c.offset_to_point_a = 16;
  c.coreset0_index = 6;  // 48 RBs, 1 symbol
  c.search_space0_index = 0;
  c.initial_dl = c.initial_ul = {nr::Scs::khz15, false, 0, 52};
  SearchSpace one;
  one.id = 1;
  one.candidates = {0, 0, 2, 1, 0};
  c.common_search_spaces = {one};
  c.pucch_resource_common = 11;
  c.rach.config_index = 16;  // format 0, subframe 1 of every frame
  c.rach.zero_correlation_zone = 0;
  c.rach.root_sequence = 1;
  c.rach.msg1_frequency_start = 2;
  return c;
}

inline CellConfig tdd_cell(uint16_t pci = 1) {
  CellConfig c = fdd_cell(pci);
  c.band = 78;
  c.l1.tdd = true;
  c.l1.scs = c.common_scs = c.ssb_scs = nr::Scs::khz30;
  c.l1.n_rb = 51;
  c.l1.dl_arfcn = c.l1.ul_arfcn = 632628;
  c.l1.dl_point_a_arfcn = c.l1.ul_point_a_arfcn =
      *nr::arfcn_from_khz(static_cast<uint64_t>(nr::point_a_khz(*nr::khz_from_arfcn(c.l1.dl_arfcn), 51, c.l1.scs)));
  c.l1.ssb_arfcn = 632544;
  c.tdd = *nr::parse_tdd("DDDDDDDSUU", nr::Scs::khz30, 6, 4);
  c.offset_to_point_a = 28;
  c.coreset0_index = 10;  // 48 RBs, 1 symbol
  c.initial_dl = c.initial_ul = {nr::Scs::khz30, false, 0, 51};
  c.rach.config_index = 159;  // B4
  c.rach.long_preamble = false;
  c.rach.msg1_scs = nr::Scs::khz30;
  c.rach.zero_correlation_zone = 11;
  c.si_window_slots = 40;
  return c;
}

// SRB1, SRB2 and DRB1; one UE-specific search space with formats 0_1 and 1_1, PUCCH formats 1 and 2. GnbCell::assign_resources() moves the
// resources.
inline UeConfig ue_of(const CellConfig& cell) {
  UeConfig u;
  for (uint8_t lcid : {1, 2, 4}) {
    LogicalChannel channel;
    channel.lcid = lcid;
    channel.priority = lcid == 1 ? 1 : lcid == 2 ? 3 : 9;
    channel.group = lcid == 4 ? 1 : 0;
    if (lcid == 4) channel.pbr_kbytes_s = 8;
    u.channels.push_back(channel);
  }
  u.periodic_bsr_ms = 10;
  u.retx_bsr_ms = 80;
  u.dl = cell.initial_dl;
  u.ul = cell.initial_ul;
  nr::l1::Coreset coreset;
  coreset.id = 1;
  coreset.frequency_groups = (uint64_t{1} << cell.initial_dl.size / 6) - 1;
  coreset.duration = 1;
  u.coresets = {coreset};
  SearchSpace space;
  space.id = 2;
  space.coreset = 1;
  space.candidates = {0, 2, 1, 0, 0};
  space.type = SearchSpaceType::ue_0_1_1_1;
  u.search_spaces = {space};
  u.k1 = {4, 5, 6, 7, 8, 9, 10, 11};
  for (uint8_t id = 0; id < 4; ++id) {
    PucchResource r;
    r.id = id;
    r.format = id < 2 ? 1 : 2;
    r.first_rb = static_cast<uint16_t>(id < 2 ? id : cell.initial_ul.size - 1 - id);
    r.start_symbol = id < 2 ? 0 : 12;
    r.symbols = id < 2 ? 14 : 2;
    u.pucch.push_back(r);
  }
  u.pucch_sets = {{{1}, 0}, {{2}, 0}};
  SrConfig sr;
  sr.period_slots = 20;
  sr.offset_slots = static_cast<uint16_t>(cell.tdd ? 8 : 3);
  sr.resource = 0;
  u.scheduling_requests = {sr};
  return u;
}

}  // namespace sen::mac::test
