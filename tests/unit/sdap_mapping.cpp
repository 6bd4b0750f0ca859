#include <gtest/gtest.h>

#include "rlc_pdcp/sdap.h"

using namespace sen;
using namespace sen::l2;

namespace {

struct SdapTest : testing::Test {
  PacketPool pool{16, 100};
  Sdap gnb{Side::gnb}, ue{Side::ue};

  static SdapConfig config(std::vector<Qfi> qfis, bool is_default = false) {
    return {.session = 1, .dl_header = true, .ul_header = true, .default_drb = is_default, .qfis = std::move(qfis)};
  }
  std::string sent(Sdap& sdap, Qfi qfi, bool reflective = false) {
    Packet p = pool.copy(as_bytes("p"));
    auto drb = sdap.send(qfi, reflective, p);
    return drb ? fmt::format("{}:{}", *drb, to_hex(p.view())) : "none";
  }
  static std::string text(const Status& s) { return s ? "" : s.error().describe(); }
};
using Markers = std::vector<Sdap::EndMarker>;

}  // namespace

TEST_F(SdapTest, downlink_header_is_rdi_rqi_qfi) {  // TS 37.324 6.2.2.2
  gnb.set_drb(3, config({9}, true));
  EXPECT_EQ(sent(gnb, 9), "3:0970");
  EXPECT_EQ(sent(gnb, 9, true), "3:c970");
  EXPECT_EQ(sent(gnb, 10), "3:0a70") << "the default DRB takes the others";
}

TEST_F(SdapTest, uplink_header_is_dc_r_qfi) {  // 6.2.2.3
  ue.set_drb(3, config({9}, true));
  EXPECT_EQ(sent(ue, 9), "3:8970");
  EXPECT_EQ(sent(ue, 0), "3:8970") << "no flow named: the DRB's";
}

TEST_F(SdapTest, no_header_where_none_is_configured) {  // 6.2.2.1
  SdapConfig c{.session = 1, .qfis = {5}};
  gnb.set_drb(1, c), ue.set_drb(1, c);
  EXPECT_EQ(sent(gnb, 5), "1:70");
  EXPECT_EQ(sent(ue, 5), "1:70");
  EXPECT_EQ(sent(ue, 6), "none");
  EXPECT_EQ(ue.statistics().tx_no_drb, 1u);
  Packet p = pool.copy(as_bytes("p"));
  EXPECT_EQ(gnb.receive(1, p)->qfi, 5);
}

TEST_F(SdapTest, reflective_mapping_replaces_the_rule_and_ends_the_flow_where_it_was) {  // 5.3.2
  EXPECT_EQ(ue.set_drb(1, config({1}, true)), Markers{});
  EXPECT_EQ(ue.set_drb(2, config({2})), (Markers{{1, 2}}));
  Packet p = pool.copy(Bytes{0x87, 'p'});  // RDI, QFI 7
  auto received = ue.receive(2, p);
  ASSERT_TRUE(received);
  EXPECT_EQ(received->end_marker, (Sdap::EndMarker{1, 7})) << "from the default DRB";
  EXPECT_FALSE(received->reflective_qos);
  EXPECT_EQ(ue.drb_of(7), 2);
  p = pool.copy(Bytes{0xc7, 'p'});
  received = ue.receive(2, p);
  EXPECT_FALSE(received->end_marker) << "nothing new";
  EXPECT_TRUE(received->reflective_qos);
  p = pool.copy(Bytes{0x87, 'p'});
  EXPECT_EQ(ue.receive(1, p)->end_marker, (Sdap::EndMarker{2, 7})) << "from DRB2 back";
  p = pool.copy(Bytes{0x02, 'p'});
  EXPECT_FALSE(ue.receive(1, p)->end_marker) << "without RDI no rule changes";
  EXPECT_EQ(ue.drb_of(2), 2);
}

TEST_F(SdapTest, configuration_moves_a_flow_with_an_end_marker) {  // 5.3.1
  ue.set_drb(1, config({1}, true));
  ue.set_drb(2, config({2}));
  ue.set_drb(2, config({}));
  EXPECT_EQ(ue.drb_of(2), 1) << "the default DRB again";
  ue.set_drb(3, config({5}));
  EXPECT_EQ(ue.set_drb(3, config({5, 2})), (Markers{{1, 2}}));
  ue.remove_drb(3);
  EXPECT_EQ(ue.drb_of(5), 1);
}

TEST_F(SdapTest, end_markers_at_the_gnb_are_no_packets) {  // 6.2.3
  gnb.set_drb(1, config({1}, true));
  Packet p = pool.copy(Bytes{0x07});
  EXPECT_FALSE(gnb.receive(1, p));
  EXPECT_EQ(gnb.statistics().rx_end_markers, 1u);
  p = pool.copy(Bytes{0x81});
  EXPECT_FALSE(gnb.receive(1, p));
  p = pool.copy({});
  EXPECT_FALSE(gnb.receive(1, p));
  EXPECT_EQ(gnb.statistics().rx_malformed, 2u);
}

TEST_F(SdapTest, refuses_contradictory_configurations) {
  gnb.set_drb(1, config({1}, true));
  EXPECT_EQ(text(gnb.check(2, config({1}))), "DRB2 SDAP-Config: QFI 1 is mapped to DRB1 already");
  EXPECT_EQ(text(gnb.check(2, config({2}, true))), "DRB2 SDAP-Config: defaultDRB: DRB1 is the session's already");
  EXPECT_EQ(text(gnb.check(2, config({64}))), "DRB2 SDAP-Config: QFI 64 (0 to 63)");
  EXPECT_EQ(text(gnb.check(2, {.session = 1, .qfis = {4, 5}})), "DRB2 SDAP-Config: 2 QoS flows without sdap-HeaderUL cannot be told apart");
  EXPECT_EQ(text(gnb.check(1, config({1}))), "DRB1 SDAP-Config: defaultDRB may not become false");
  SdapConfig c = config({1}, true);
  c.dl_header = false;
  EXPECT_EQ(text(gnb.check(1, c)), "DRB1 SDAP-Config: sdap-HeaderUL and sdap-HeaderDL may not change");
}
