// System information, paging, and sleeping of a UE that is not connected.
#include "tests/unit/mac_ue_world.h"

namespace sen::mac::test {

namespace {

bool any_prach(const nr::l1_ue::UlSlot& ul) { return !ul.prach.empty(); }

}  // namespace

TEST(UeMacIdle, hears_sib1_in_the_occasions_of_search_space_zero) {
  UeWorld w;
  w.mac.camp(w.cell, true);
  std::vector<unsigned> heard_in;
  for (unsigned i = 0; i < 20; ++i) {
    const auto slot = w.slot;
    w.step();
    if (w.listens(nr::si_rnti)) heard_in.push_back(slot.count());
  }
  // Index 0 of table 13-11: O = 0, M = 1: slots 0 and 1 of even frames for SSB 0.
  EXPECT_EQ(heard_in, (std::vector<unsigned>{0, 1}));
  while (w.slot.count() % 20 != 0) w.step();
  nr::Dci10Si dci;
  dci.frequency = w.common_riv(0, 10);
  dci.mcs = 2;
  w.send(nr::si_rnti, 0, nr::pack(dci, nr::css10_widths(48)), *from_hex("0102030405"));
  w.step();
  ASSERT_EQ(w.sib1s.size(), 1u);
  EXPECT_EQ(w.sib1s[0][4], 5);
  for (unsigned i = 0; i < 40; ++i) {
    w.step();
    EXPECT_FALSE(w.listens(nr::si_rnti));
  }
}

TEST(UeMacIdle, listens_for_si_messages_in_their_windows_only) {
  UeWorld w;
  w.mac.want_system_information({{16, 2}});
  // Window 2 of 20 slots in frames of 16: x = 20, slots 20 to 39 of every 160; other SI in search space 0 here.
  for (unsigned i = 0; i < 320; ++i) {
    const unsigned at = w.slot.count() % 160;
    w.step();
    if (w.listens(nr::si_rnti)) {
      EXPECT_GE(at, 20u);
      EXPECT_LT(at, 40u);
    }
  }
  while (w.slot.count() % 160 != 20) w.step();
  nr::Dci10Si dci;
  dci.frequency = w.common_riv(0, 10);
  dci.mcs = 2;
  dci.other_si = true;
  w.send(nr::si_rnti, 0, nr::pack(dci, nr::css10_widths(48)), *from_hex("aa"));
  w.step();
  EXPECT_EQ(w.unheard, 0u);
  EXPECT_EQ(w.sis.size(), 1u);
  w.step();
  EXPECT_FALSE(w.listens(nr::si_rnti));
}

TEST(UeMacIdle, sleeps_except_in_its_paging_occasion) {
  for (unsigned id : {0u, 5u, 77u, 1023u}) {
    UeWorld w;
    w.mac.set_paging(static_cast<uint16_t>(id), 128);
    w.step();
    std::vector<unsigned> awake;
    for (unsigned i = 0; i < 2560; ++i) {
      if (w.mac.sleeping(w.slot)) {
        ++w.slot;
        continue;
      }
      const auto slot = w.slot;
      w.step();
      if (w.listens(nr::p_rnti)) awake.push_back(slot.count());
    }
    // T = N = 128, one occasion a frame: SFN mod 128 = id mod 128, its first slot with the search space.
    ASSERT_FALSE(awake.empty()) << id;
    EXPECT_LE(awake.size(), 3u);
    for (unsigned slot : awake) EXPECT_EQ(slot % 1280, id % 128 * 10) << id;
  }
}

TEST(UeMacIdle, takes_a_paging_message_and_a_short_message) {
  UeWorld w;
  w.mac.set_paging(3, 128);
  while (w.slot.count() != 30) w.step();
  nr::Dci10P dci;
  dci.indicator = 3;
  dci.short_messages = nr::short_message_si_modification;
  dci.frequency = w.common_riv(2, 6);
  w.send(nr::p_rnti, 1, nr::pack(dci, nr::css10_widths(48)), *from_hex("2040"));
  w.step();
  EXPECT_EQ(w.unheard, 0u);
  ASSERT_EQ(w.pagings.size(), 1u);
  EXPECT_EQ(w.pagings[0][0], 0x20);
  EXPECT_EQ(w.short_messages, 1u);
}

TEST(UeMacIdle, ignores_dcis_that_stand_for_nothing) {
  UeWorld w;
  w.mac.camp(w.cell, true);
  w.mac.search(w.slot);
  nr::l1_ue::RxDci dci{0, 0, nr::si_rnti, 0, 4, {Bytes(5, 0xff), 39}, {}};
  w.mac.on_dci(w.slot, dci);
  dci.payload = {Bytes(1), 500};
  w.mac.on_dci(w.slot, dci);
  dci.search_space = 33;
  w.mac.on_dci(w.slot, dci);
  EXPECT_TRUE(w.mac.pdsch(w.slot).empty());
  EXPECT_GE(w.mac.take_metrics().dci_unusable, 2u);
}

TEST(UeMacIdle, wakes_when_random_access_starts) {
  UeWorld w;
  w.mac.set_paging(900, 128);
  w.step();
  EXPECT_TRUE(w.mac.sleeping(w.slot));
  w.mac.start_random_access({});
  EXPECT_FALSE(w.mac.sleeping(w.slot));
  EXPECT_TRUE(w.until(any_prach, 40));
}

}  // namespace sen::mac::test
