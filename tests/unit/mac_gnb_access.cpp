// Random access, connection, data: the gNB's MAC with UEs on the slot-level air.
#include "tests/unit/mac_gnb_world.h"

namespace sen::mac::test {
namespace {

TEST(GnbMac, connects_a_ue_by_four_step_random_access_in_fdd) {
  World w;
  WorldUe& ue = w.add_ue();
  w.run(20);
  w.connect(ue);
  ASSERT_TRUE(w.until([&] { return w.connected(ue); }));
  EXPECT_EQ(w.ccchs.size(), 1u);
  EXPECT_EQ(w.count(UeEvent::contention_resolved), 1u);
  EXPECT_EQ(w.count(UeEvent::configuration_acknowledged), 1u);
  EXPECT_EQ(w.peer(ue)->rrc[0], Bytes(30, 0x22));
}

TEST(GnbMac, connects_a_ue_by_four_step_random_access_in_tdd) {
  World w(tdd_cell());
  WorldUe& ue = w.add_ue();
  w.run(20);
  w.connect(ue);
  ASSERT_TRUE(w.until([&] { return w.connected(ue); }));
  EXPECT_EQ(w.count(UeEvent::contention_resolved), 1u);
}

TEST(GnbMac, carries_data_both_ways) {
  for (const CellConfig& cell : {fdd_cell(), tdd_cell()}) {
    World w(cell);
    WorldUe& ue = w.add_ue();
    w.connect(ue);
    ASSERT_TRUE(w.until([&] { return w.connected(ue); }));
    for (uint8_t i = 0; i < 100; ++i) {
      ASSERT_TRUE(w.send_down(ue, 1200, i));
      ASSERT_TRUE(w.send_up(ue, 900, i));
    }
    ASSERT_TRUE(w.until([&] { return ue.packets.size() == 100 && w.peer(ue)->packets.size() == 100; }))
        << ue.packets.size() << " down, " << w.peer(ue)->packets.size() << " up";
    for (uint8_t i = 0; i < 100; ++i) {
      EXPECT_EQ(ue.packets[i][5], i);
      EXPECT_EQ(w.peer(ue)->packets[i][5], i);
    }
  }
}

}  // namespace
}  // namespace sen::mac::test
