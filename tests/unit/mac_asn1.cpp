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

TEST(MacAsn1, sounding_layers_and_triggered_reports_come_back) {
  const CellConfig cell = cells().front().mac;
  UeConfig config = ue_config(cell);
  config.max_layers_dl = 4;
  config.max_layers_ul = 2;
  config.codebook_subset = nr::CodebookSubset::full;
  config.dynamic_harq_codebook = false;
  config.delta_f_pucch_db = {0, 3, -2, 1, 4};
  config.pucch_formats[3] = {.max_code_rate = 4, .simultaneous_csi = false, .additional_dmrs = true, .pi2_bpsk = true};
  config.srs = SrsConfig{.ports = 2, .c_srs = 12, .comb = 4, .comb_offset = 3, .cyclic_shift = 5, .sequence_id = 77, .period_slots = 80, .offset_slots = 17};
  config.csi->csi_rs = {.id = 3, .row = 4, .frequency_domain = 2, .l0 = 13, .cdm = nr::CdmType::fd2, .n_rb = 52, .scrambling_id = 5, .period_slots = 80};
  config.csi->ri_restriction = 0xf;
  config.nzp_csi_rs = {config.csi->csi_rs};
  rrc::CellGroupConfig group;
  to_asn1(cell, nullptr, config, group);
  auto bytes = rrc::encode(group);
  ASSERT_TRUE(bytes) << bytes.error().describe();
  auto back = rrc::decode<rrc::CellGroupConfig>(*bytes);
  ASSERT_TRUE(back);
  UeConfig read;
  read.dl = cell.initial_dl;
  read.ul = cell.initial_ul;
  ASSERT_TRUE(from_asn1(*back, cell, read));
  EXPECT_EQ(read.srs, config.srs);
  EXPECT_EQ(read.csi, config.csi);
  EXPECT_EQ(read.pucch_formats, config.pucch_formats);
  EXPECT_EQ(read.delta_f_pucch_db, config.delta_f_pucch_db);
  EXPECT_EQ(read.codebook_subset, config.codebook_subset);
  EXPECT_EQ(read, config);
}

// The masterCellGroup of OCUDU's RRCSetup to a UE of 10 MHz FDD, as captured between it and srsUE.
TEST(MacAsn1, reads_the_configuration_of_another_gnb) {
  const auto bytes = from_hex(
      "5c00b001117aec7010e1e0007c0204683c080004120981950001ff000000000106e1084000220104a00418000001034c08092850007145000113557c841c001040c2050c1c9c48a163068e1e"
      "408800004280004005a8000866428000c665a80010024280014025a8001864428001c645a800200842800240c8200a0320902c0c8280c0320b0340c8300e0320d03c0c8381016a080440e8"
      "29024b92e4b181201012681d2083c5df81821c00000038ffd662354d5128160000219760000008000000000000308ad5450047001002082000e210054401c0408210003884015600702021"
      "04000e210055801c0c0821000388401568070402104000e210055a00140000008218081018201c160001c510000001002000403000404801100520000114c02271c0");
  ASSERT_TRUE(bytes);
  auto group = rrc::decode<rrc::CellGroupConfig>(*bytes);
  ASSERT_TRUE(group) << group.error().describe();
  const CellConfig cell = cells()[1].mac;
  UeConfig read;
  read.dl = cell.initial_dl;
  read.ul = cell.initial_ul;
  const auto status = from_asn1(*group, cell, read);
  ASSERT_TRUE(status) << status.error().describe();
  ASSERT_EQ(read.search_spaces.size(), 1u);
  EXPECT_EQ(read.search_spaces[0].type, SearchSpaceType::common);
  EXPECT_EQ(read.k1, std::vector<uint8_t>{4});
  EXPECT_EQ(read.pucch.size(), 18u);
  EXPECT_EQ(read.pucch_formats[2].max_code_rate, 3);
  EXPECT_EQ(read.beta_csi2_small, 13);
  ASSERT_TRUE(read.csi);
  EXPECT_EQ(read.csi->resource, 17);
  EXPECT_EQ(read.csi->period_slots, 20);
  EXPECT_EQ(read.csi->offset_slots, 6);
  EXPECT_EQ(read.csi->csi_rs.row, 2);
  EXPECT_EQ(read.csi->csi_rs.frequency_domain, 2);
  EXPECT_EQ(read.csi->csi_rs.l0, 4);
  EXPECT_EQ(read.csi->csi_rs.offset_slots, 2);
  EXPECT_EQ(read.nzp_csi_rs.size(), 5u);  // four of them for tracking
  ASSERT_EQ(read.zp_csi_rs.size(), 1u);
  EXPECT_EQ(read.zp_csi_rs[0].row, 4);
  EXPECT_EQ(read.zp_csi_rs[0].l0, 8);
  ASSERT_TRUE(read.srs);
  EXPECT_EQ(read.srs->comb, 4);
  EXPECT_EQ(read.srs->trigger, 1);
  EXPECT_EQ(read.srs->slot_offset, 7);
  EXPECT_EQ(read.srs->p0_dbm, -84);
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
