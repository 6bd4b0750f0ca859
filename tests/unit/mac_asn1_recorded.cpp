// What OCUDU's gNB configures: SIB1 and RRCSetup of a capture (tests/vectors/asn1_rrc.txt, origin there), read and carried out by the UE's MAC.
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "codec/rrc/rrc.h"
#include "codec/rrc/rrc_channels.h"
#include "mac/asn1/convert.h"
#include "mac/detail/ue_link.h"
#include "nr/ssb.h"

namespace sen::mac {
namespace {

Bytes recorded(const std::string& name, const std::string& type) {
  std::ifstream file("tests/vectors/asn1_rrc.txt");
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line);
    std::string found_name, found_type, hex;
    words >> found_name >> found_type >> hex;
    if (found_name == name && found_type == type) return from_hex(hex).value_or(Bytes{});
  }
  ADD_FAILURE() << "no " << name << " " << type;
  return {};
}

// n3, FDD, 15 kHz, 10 MHz; the SSB that its recordings show.
CellConfig recorded_cell() {
  CellConfig cell;
  const nr::Mib mib{.common_scs = nr::Scs::khz15, .ssb_subcarrier_offset = 6, .dmrs_type_a_pos = 2, .coreset0 = 6, .search_space0 = 0};
  const nr::l1_ue::RxSsb block{.pci = 1, .arfcn = 368410, .k_ssb = 6, .mib = nr::pack_mib(mib, nr::FrequencyRange::fr1), .slot = nr::Slot(nr::Scs::khz15, 0)};
  EXPECT_TRUE(from_mib(block, cell));
  const auto message = rrc::decode_padded<rrc::BcchDlSchMessage>(recorded("attach_mac_1", "BCCH-DL-SCH-Message"));
  EXPECT_TRUE(message);
  const auto read = from_asn1(*message->message.c1()->system_information_block_type1()->serving_cell_config_common, cell);
  EXPECT_TRUE(read) << read.error().describe();
  return cell;
}

UeConfig recorded_ue(const CellConfig& cell) {
  UeConfig ue;
  ue.dl = cell.initial_dl;
  ue.ul = cell.initial_ul;
  const auto group = rrc::decode<rrc::CellGroupConfig>(recorded("attach_mac_5", "CellGroupConfig"));
  EXPECT_TRUE(group);
  const auto read = from_asn1(*group, cell, ue);
  EXPECT_TRUE(read) << read.error().describe();
  return ue;
}

TEST(RecordedSetup, the_cell_is_read) {
  const CellConfig cell = recorded_cell();
  EXPECT_EQ(cell.l1.n_rb, 52);
  EXPECT_EQ(cell.l1.dl_arfcn, 368500u);
  EXPECT_EQ(cell.l1.ul_arfcn, 349500u);
  EXPECT_EQ(cell.rach.config_index, 1);
  EXPECT_TRUE(detail::UeLink::make(cell, true, nullptr));
}

TEST(RecordedSetup, its_search_space_control_resources_and_reports_are_read) {
  const UeConfig ue = recorded_ue(recorded_cell());
  ASSERT_EQ(ue.search_spaces.size(), 1u);
  EXPECT_EQ(ue.search_spaces[0].type, SearchSpaceType::common);
  EXPECT_EQ(ue.search_spaces[0].candidates, (std::array<uint8_t, 5>{0, 4, 2, 0, 0}));
  EXPECT_EQ(ue.coresets[0].frequency_groups, 0xffu);  // 48 resource blocks
  EXPECT_EQ(ue.k1, std::vector<uint8_t>{4});
  EXPECT_EQ(ue.pucch.size(), 18u);
  ASSERT_EQ(ue.pucch_sets.size(), 2u);
  EXPECT_EQ(ue.pucch_sets[0].resources, (std::vector<uint8_t>{0, 1, 2, 3, 4, 5, 6, 7}));
  ASSERT_EQ(ue.scheduling_requests.size(), 1u);
  EXPECT_EQ(ue.scheduling_requests[0].period_slots, 20);
  EXPECT_EQ(ue.scheduling_requests[0].offset_slots, 0);
  EXPECT_EQ(ue.scheduling_requests[0].resource, 8);
  ASSERT_TRUE(ue.csi);
  EXPECT_EQ(ue.csi->period_slots, 20);
  EXPECT_EQ(ue.csi->offset_slots, 6);
  EXPECT_EQ(ue.csi->resource, 17);
  EXPECT_EQ(ue.phr_periodic_ms, 10);
  EXPECT_EQ(ue.time_alignment_ms, 0u);  // infinity
  EXPECT_EQ(ue.beta_harq_small, 11);
  EXPECT_EQ(ue.beta_csi_small, 13);
}

TEST(RecordedSetup, its_reference_signals_are_kept_out_of_the_data) {
  const CellConfig cell = recorded_cell();
  const UeConfig ue = recorded_ue(cell);
  EXPECT_EQ(ue.nzp_csi_rs.size(), 5u);  // one for CSI, four for tracking
  EXPECT_EQ(ue.zp_csi_rs.size(), 1u);
  const auto link = detail::UeLink::make(cell, true, &ue);
  ASSERT_TRUE(link) << link.error().describe();
  std::vector<unsigned> slots;
  for (unsigned slot = 0; slot < 20; ++slot) {
    std::vector<nr::l1::ReservedRes> reserved;
    link->reserve(nr::Slot(nr::Scs::khz15, slot), reserved);
    if (!reserved.empty()) slots.push_back(slot);
  }
  EXPECT_EQ(slots, (std::vector<unsigned>{2, 12, 13}));  // interference measurement and CSI; two slots of tracking
}

TEST(RecordedSetup, scrambling_identities_are_kept_for_what_they_scramble) {
  const CellConfig cell = recorded_cell();
  UeConfig ue = recorded_ue(cell);
  ue.pdsch_ids = {.data = 500, .dmrs0 = 600, .dmrs1 = 601};
  ue.pusch_ids = {.data = 700, .dmrs0 = 800, .dmrs1 = 801};
  for (bool common : {true, false}) {
    ue.search_spaces[0].type = common ? SearchSpaceType::common : SearchSpaceType::ue_0_0_1_0;
    const auto link = detail::UeLink::make(cell, true, &ue);
    ASSERT_TRUE(link) << link.error().describe();
    const detail::Space& space = *link->find_space(2);
    nr::Dci10 down;
    down.frequency = nr::riv(space.common() ? 48 : 52, {0, 10});
    down.mcs = 5;
    const auto bits = nr::pack(down, common ? link->layouts().css10 : link->layouts().uss10);
    ASSERT_TRUE(bits);
    const auto assignment = link->assignment(*bits, 17, nr::RntiType::c, space, 0);
    ASSERT_TRUE(assignment) << assignment.error().describe();
    EXPECT_EQ(assignment->pdsch.n_id, common ? cell.l1.pci : 500);  // TS 38.211 7.3.1.1: not with DCI 1_0 of a common search space
    EXPECT_EQ(assignment->pdsch.dmrs.n_id, 600);
    nr::Dci00 up;
    up.frequency = nr::riv(52, {0, 10});
    up.mcs = 5;
    const auto grant_bits = nr::pack(up, common ? link->layouts().css00 : link->layouts().uss00);
    ASSERT_TRUE(grant_bits);
    const auto grant = link->grant(*grant_bits, 17, nr::RntiType::c, space);
    ASSERT_TRUE(grant) << grant.error().describe();
    EXPECT_EQ(grant->pusch.n_id, common ? cell.l1.pci : 700);
    EXPECT_EQ(grant->pusch.dmrs.n_id, 800);
  }
}

}  // namespace
}  // namespace sen::mac
