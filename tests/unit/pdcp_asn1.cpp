#include <gtest/gtest.h>

#include "codec/rrc/rrc.h"
#include "codec/rrc/rrc_cell_group.h"
#include "codec/rrc/rrc_radio_bearers.h"
#include "rlc_pdcp/asn1.h"

using namespace sen;
using namespace sen::l2;

namespace {

// Through the wire and back at the UE.
Result<Change> told(const Change& change, std::vector<DrbConfig>& drbs) {
  rrc::RadioBearerConfig bearers;
  rrc::CellGroupConfig group;
  to_asn1(change, bearers, group);
  SEN_ASSIGN(auto bearer_octets, rrc::encode(bearers));
  SEN_ASSIGN(auto group_octets, rrc::encode(group));
  SEN_ASSIGN(auto b, rrc::decode<rrc::RadioBearerConfig>(bearer_octets));
  SEN_ASSIGN(auto g, rrc::decode<rrc::CellGroupConfig>(group_octets));
  return from_asn1(b, g, drbs);
}

Change example() {
  RlcConfig am{.mode = RlcMode::am,
               .tx_sn_bits = 18,
               .rx_sn_bits = 12,
               .t_reassembly_ms = 40,
               .t_status_prohibit_ms = 10,
               .t_poll_retransmit_ms = 50,
               .poll_pdu = 32,
               .poll_octets = 25 * 1024,
               .max_retx_threshold = 16};
  RlcConfig um{.mode = RlcMode::um, .tx_sn_bits = 6, .rx_sn_bits = 12, .t_reassembly_ms = 50};
  PdcpConfig pdcp{.tx_sn_bits = 18,
                  .rx_sn_bits = 12,
                  .discard_ms = 300,
                  .t_reordering_ms = 140,
                  .integrity = true,
                  .ciphering = false,
                  .out_of_order_delivery = true,
                  .status_report_required = true};
  SdapConfig sdap{.session = 5, .dl_header = true, .ul_header = true, .default_drb = true, .qfis = {1, 9}};
  return {.srbs = {{1, {}}, {2, {.t_reordering_ms = 100}}},
          .drbs = {{1, pdcp, sdap}, {2, {}, {.session = 5, .qfis = {2}}}},
          .rlcs = {{1, {true, 1}, {.t_status_prohibit_ms = 0, .max_retx_threshold = 8}}, {4, {false, 1}, am}, {5, {false, 2}, um}}};
}

}  // namespace

TEST(UserPlaneAsn1, the_ue_reads_what_the_gnb_has_with_the_directions_exchanged) {
  std::vector<DrbConfig> drbs;
  const Change gnb = example();
  auto ue = told(gnb, drbs);
  ASSERT_TRUE(ue) << ue.error().describe();
  ASSERT_EQ(ue->srbs.size(), 2u);
  EXPECT_EQ(ue->srbs[1].srb, 2);
  EXPECT_EQ(ue->srbs[1].pdcp, gnb.srbs[1].pdcp);
  ASSERT_EQ(ue->rlcs.size(), 3u);
  for (size_t i = 0; i < 3; ++i) {
    RlcConfig expected = gnb.rlcs[i].rlc;
    std::swap(expected.tx_sn_bits, expected.rx_sn_bits);
    EXPECT_EQ(ue->rlcs[i].lcid, gnb.rlcs[i].lcid);
    EXPECT_EQ(ue->rlcs[i].bearer, gnb.rlcs[i].bearer);
    if (expected.mode == RlcMode::um) expected.t_poll_retransmit_ms = ue->rlcs[i].rlc.t_poll_retransmit_ms;
    EXPECT_TRUE(ue->rlcs[i].rlc == expected) << i;
  }
  ASSERT_EQ(drbs.size(), 2u);
  PdcpConfig expected = gnb.drbs[0].pdcp;
  std::swap(expected.tx_sn_bits, expected.rx_sn_bits);
  EXPECT_TRUE(drbs[0].pdcp == expected);
  EXPECT_TRUE(drbs[0].sdap == gnb.drbs[0].sdap);
  EXPECT_TRUE(drbs[1].sdap == gnb.drbs[1].sdap);
  EXPECT_EQ(drbs[1].pdcp, gnb.drbs[1].pdcp) << "infinity stays infinity";
}

TEST(UserPlaneAsn1, unidirectional_um) {
  std::vector<DrbConfig> drbs;
  RlcConfig up{.mode = RlcMode::um, .tx = false, .rx = true, .rx_sn_bits = 6},
      down{.mode = RlcMode::um, .tx = true, .rx = false, .tx_sn_bits = 12};
  auto ue = told({.rlcs = {{4, {false, 1}, up}, {5, {false, 2}, down}}}, drbs);
  ASSERT_TRUE(ue) << ue.error().describe();
  EXPECT_TRUE(ue->rlcs[0].rlc.tx && !ue->rlcs[0].rlc.rx);
  EXPECT_EQ(ue->rlcs[0].rlc.tx_sn_bits, 6);
  EXPECT_TRUE(!ue->rlcs[1].rlc.tx && ue->rlcs[1].rlc.rx);
}

TEST(UserPlaneAsn1, reestablishment_recovery_and_release) {
  std::vector<DrbConfig> drbs;
  ASSERT_TRUE(told(example(), drbs));
  Change change{
      .remove_drbs = {2}, .remove_rlcs = {5}, .reestablish_rlc = {1, 4}, .reestablish_pdcp = {{true, 1}, {false, 1}}, .recover_pdcp = {}};
  auto ue = told(change, drbs);
  ASSERT_TRUE(ue) << ue.error().describe();
  EXPECT_EQ(ue->remove_drbs, change.remove_drbs);
  EXPECT_EQ(ue->remove_rlcs, change.remove_rlcs);
  EXPECT_EQ(ue->reestablish_rlc, change.reestablish_rlc);
  EXPECT_EQ(ue->reestablish_pdcp, change.reestablish_pdcp);
  EXPECT_TRUE(ue->rlcs.empty()) << "the RLC entities keep their configuration";
  ASSERT_EQ(drbs.size(), 1u);
  EXPECT_EQ(ue->drbs.at(0).sdap, drbs[0].sdap);
  ue = told({.recover_pdcp = {1}}, drbs);
  EXPECT_EQ(ue->recover_pdcp, (std::vector<uint8_t>{1}));
}

TEST(UserPlaneAsn1, values_that_the_standard_lacks_are_rounded_up) {
  std::vector<DrbConfig> drbs;
  Change change = example();
  change.drbs[0].pdcp.discard_ms = 101;
  change.rlcs[1].rlc.poll_pdu = 33;
  change.rlcs[1].rlc.t_poll_retransmit_ms = 3;
  change.rlcs[1].rlc.t_reassembly_ms = 1000;
  auto ue = told(change, drbs);
  ASSERT_TRUE(ue);
  EXPECT_EQ(ue->drbs[0].pdcp.discard_ms, 150u);
  EXPECT_EQ(ue->rlcs[1].rlc.poll_pdu, 64u);
  EXPECT_EQ(ue->rlcs[1].rlc.t_poll_retransmit_ms, 3u);
  EXPECT_EQ(ue->rlcs[1].rlc.t_reassembly_ms, 200u);
}

TEST(UserPlaneAsn1, names_what_is_not_offered) {
  auto refusal = [](auto&& edit) {
    rrc::RadioBearerConfig bearers;
    rrc::CellGroupConfig group;
    to_asn1(example(), bearers, group);
    edit(bearers.drb_to_add_mod_list->at(0));
    std::vector<DrbConfig> drbs;
    auto ue = from_asn1(bearers, group, drbs);
    EXPECT_TRUE(drbs.empty());
    return ue ? "" : ue.error().describe();
  };
  EXPECT_EQ(refusal([](rrc::DrbToAddMod& d) { d.daps_config_r16 = rrc::TrueFlag::true_; }), "DRB1.daps-Config-r16: DAPS is not offered");
  EXPECT_EQ(refusal([](rrc::DrbToAddMod& d) { d.pdcp_config->drb->header_compression.set_rohc(); }),
            "DRB1.headerCompression: ROHC is not offered (notUsed)");
  EXPECT_EQ(refusal([](rrc::DrbToAddMod& d) { d.pdcp_config->more_than_one_rlc.emplace(); }),
            "DRB1.moreThanOneRLC: split bearers and duplication are not offered");
  EXPECT_EQ(refusal([](rrc::DrbToAddMod& d) { d.pdcp_config->ethernet_header_compression_r16.emplace().set_setup(); }),
            "DRB1.ethernetHeaderCompression-r16: EHC is not offered");
  EXPECT_EQ(refusal([](rrc::DrbToAddMod& d) { d.cn_association->set_eps_bearer_identity() = 5; }),
            "DRB1.cnAssociation: eps-BearerIdentity (only the 5G core is served)");
  EXPECT_EQ(refusal([](rrc::DrbToAddMod& d) { d.pdcp_config->t_reordering = rrc::PdcpConfigTReordering::spare01; }),
            "DRB1.t-Reordering: value 63 is spare (0 to 35)");
  EXPECT_EQ(refusal([](rrc::DrbToAddMod& d) { d.pdcp_config.reset(); }), "DRB1.pdcp-Config: or cnAssociation of a new DRB");
}
