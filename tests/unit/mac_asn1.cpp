// The cell's and the UE's configuration through RRC messages and back: what the gNB builds is what the UE reads.
#include <gtest/gtest.h>

#include "codec/rrc/rrc.h"
#include "gnb/cell.h"
#include "mac/asn1/convert.h"
#include "mac/gnb.h"

namespace sen::mac {
namespace {

gnb::CellSettings cell_of(uint32_t arfcn, uint16_t bandwidth, unsigned scs, uint16_t band) {
  gnb::CellOptions options;
  options.dl_arfcn = arfcn;
  options.bandwidth_mhz = bandwidth;
  options.scs_khz = scs;
  options.band = band;
  options.plmn = *Plmn::parse("999/70");
  auto made = gnb::make_cell(options, 1, 32);
  EXPECT_TRUE(made) << made.error().describe();
  return *made;
}

std::vector<gnb::CellSettings> cells() {
  return {cell_of(632628, 20, 30, 78), cell_of(368500, 10, 15, 3), cell_of(632628, 100, 30, 78), cell_of(368500, 40, 15, 3), cell_of(627334, 40, 30, 78)};
}

UeConfig ue_config(const CellConfig& cell) {
  UeConfig u;
  for (uint8_t lcid : {1, 2, 4}) u.channels.push_back({.lcid = lcid, .priority = lcid, .pbr_kbytes_s = 8, .bucket_ms = 100, .group = 1, .sr = 0});
  u.scheduling_requests.emplace_back();
  u.csi.emplace();
  u.dl = cell.initial_dl;
  u.ul = cell.initial_ul;
  nr::l1::Coreset coreset;
  coreset.id = 1;
  coreset.frequency_groups = (uint64_t{1} << std::min(cell.initial_dl.size / 6, 45)) - 1;
  u.coresets.push_back(coreset);
  u.coreset_dmrs_ids.push_back(cell.l1.pci);
  SearchSpace space{.id = 2, .coreset = 1, .candidates = {0, 4, 2, 1, 0}, .type = SearchSpaceType::ue_0_1_1_1};
  u.search_spaces.push_back(space);
  u.pdsch_mcs_table = u.pusch_mcs_table = 2;
  u.periodic_bsr_ms = 10;
  u.phr_periodic_ms = 500;
  u.phr_change_db = 3;
  u.drx = DrxConfig{.on_duration_ms = 10, .inactivity_ms = 100, .long_cycle_ms = 160, .start_offset_ms = 17, .short_cycle_ms = 20, .short_cycles = 4};
  return u;
}

TEST(MacAsn1, sib1_carries_the_cell) {
  for (const auto& settings : cells()) {
    const CellConfig& cell = settings.mac;
    rrc::ServingCellConfigCommonSib message;
    to_asn1(cell, message);
    auto bytes = rrc::encode(message);
    ASSERT_TRUE(bytes) << bytes.error().describe();
    auto back = rrc::decode<rrc::ServingCellConfigCommonSib>(*bytes);
    ASSERT_TRUE(back) << back.error().describe();
    nr::l1_ue::RxSsb block{.pci = cell.l1.pci, .arfcn = cell.l1.ssb_arfcn, .k_ssb = cell.k_ssb, .mib = mib_bits(cell), .slot = nr::Slot(cell.ssb_scs, 0)};
    CellConfig read;
    ASSERT_TRUE(from_mib(block, read));
    auto status = from_asn1(*back, read);
    ASSERT_TRUE(status) << status.error().describe();
    EXPECT_EQ(read.l1.dl_arfcn, cell.l1.dl_arfcn);
    EXPECT_EQ(read.l1.dl_point_a_arfcn, cell.l1.dl_point_a_arfcn);
    EXPECT_EQ(read.l1.ul_arfcn, cell.l1.ul_arfcn);
    EXPECT_EQ(read.coreset0_index, cell.coreset0_index);
    EXPECT_EQ(read.common_search_spaces, cell.common_search_spaces);
    EXPECT_EQ(read.rach, cell.rach);
    EXPECT_EQ(read.tdd, cell.tdd);
    EXPECT_EQ(read.initial_dl, cell.initial_dl);
    EXPECT_EQ(read.initial_ul, cell.initial_ul);
    EXPECT_EQ(read.paging, cell.paging);
    EXPECT_EQ(read.ssb_positions, cell.ssb_positions);
    EXPECT_EQ(read.n_ta_offset, cell.n_ta_offset);
    read.l1.tx_ports = cell.l1.tx_ports;
    read.l1.rx_ports = cell.l1.rx_ports;
    read.l1.preamble_received_target_power_dbm = cell.l1.preamble_received_target_power_dbm;
    read.si_window_slots = cell.si_window_slots;
    EXPECT_EQ(read, cell);
  }
}

TEST(MacAsn1, dedicated_configuration_comes_back_as_it_was) {
  for (const auto& settings : cells()) {
    const CellConfig& cell = settings.mac;
    GnbCell mac(cell, settings.scheduler, {});
    UeConfig config = ue_config(cell);
    auto assigned = mac.assign_resources(0x4601, config);
    ASSERT_TRUE(assigned) << assigned.error().describe();
    rrc::CellGroupConfig group;
    to_asn1(cell, nullptr, config, group);
    auto bytes = rrc::encode(group);
    ASSERT_TRUE(bytes) << bytes.error().describe();
    auto back = rrc::decode<rrc::CellGroupConfig>(*bytes);
    ASSERT_TRUE(back) << back.error().describe();
    UeConfig read;
    read.dl = cell.initial_dl;
    read.ul = cell.initial_ul;
    auto status = from_asn1(*back, cell, read);
    ASSERT_TRUE(status) << status.error().describe();
    EXPECT_EQ(read.channels, config.channels);
    EXPECT_EQ(read.scheduling_requests, config.scheduling_requests);
    EXPECT_EQ(read.drx, config.drx);
    EXPECT_EQ(read.coresets, config.coresets);
    EXPECT_EQ(read.coreset_dmrs_ids, config.coreset_dmrs_ids);
    EXPECT_EQ(read.search_spaces, config.search_spaces);
    EXPECT_EQ(read.pdsch_times, config.pdsch_times);
    EXPECT_EQ(read.pusch_times, config.pusch_times);
    EXPECT_EQ(read.k1, config.k1);
    EXPECT_EQ(read.pucch, config.pucch);
    EXPECT_EQ(read.pucch_sets, config.pucch_sets);
    EXPECT_EQ(read.csi, config.csi);
    EXPECT_EQ(read, config);
  }
}

TEST(MacAsn1, handover_carries_the_target_cell) {
  for (const auto& settings : cells()) {
    rrc::CellGroupConfig group;
    to_asn1(Sync{settings.mac, 0x4711, uint8_t{61}, 1000}, group);
    auto bytes = rrc::encode(group);
    ASSERT_TRUE(bytes) << bytes.error().describe();
    auto back = rrc::decode<rrc::CellGroupConfig>(*bytes);
    ASSERT_TRUE(back);
    auto sync = sync_from_asn1(*back, {});
    ASSERT_TRUE(sync) << sync.error().describe();
    ASSERT_TRUE(*sync);
    EXPECT_EQ((*sync)->rnti, 0x4711);
    EXPECT_EQ((*sync)->preamble, 61);
    CellConfig read = (*sync)->cell;
    EXPECT_EQ(read.rach, settings.mac.rach);
    EXPECT_EQ(read.k_ssb, settings.mac.k_ssb);
    EXPECT_EQ(read.offset_to_point_a, settings.mac.offset_to_point_a);
    EXPECT_EQ(read.l1.dl_arfcn, settings.mac.l1.dl_arfcn);
    EXPECT_EQ(read.l1.ul_arfcn, settings.mac.l1.ul_arfcn);
    EXPECT_EQ(read.common_search_spaces, settings.mac.common_search_spaces);
    EXPECT_EQ(read.coreset0_index, settings.mac.coreset0_index);
  }
}

}  // namespace
}  // namespace sen::mac
