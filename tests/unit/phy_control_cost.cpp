// After their first use the control channels' encoders and decoders allocate nothing.
#include <gtest/gtest.h>

#include "base/random.h"
#include "phy/coding/control.h"
#include "phy/pdcch.h"
#include "phy/ssb.h"
#include "tests/unit/allocations.h"

namespace sen::phy {
namespace {

using test::allocations_of;

TEST(ControlCost, coding_allocates_nothing_after_its_first_use) {
  Random random(1);
  std::vector<Bit> dci(40), uci(100), few(7), e(432), e_few(64);
  std::array<Bit, 32> bch{};
  std::array<Bit, 864> e_bch;
  std::vector<Llr> noise(864);
  for (Llr& x : noise) x = static_cast<Llr>(random.between(0, 60)) - 30;
  const uint16_t rntis[] = {1, 2};
  ControlEncoder encoder;
  ControlDecoder decoder(8);
  EXPECT_EQ(allocations_of([&] {
    (void)encoder.dci(dci, 1, e);
    (void)encoder.uci(uci, 2, e);
    (void)encoder.uci(few, 2, e_few);
    encoder.bch(bch, e_bch);
    decoder.dci(std::span(noise).first(432), rntis, dci);
    decoder.uci(std::span(noise).first(432), 2, uci);
    decoder.uci(std::span(noise).first(64), 2, few);
    decoder.bch(std::span<const Llr, 864>(noise.data(), 864), bch);
  }), 0u);
}

TEST(ControlCost, channels_allocate_only_what_they_find) {
  nr::l1::PdcchPdu pdu;
  pdu.bwp = {nr::Scs::khz30, false, 0, 51};
  pdu.coreset = {.id = 1, .frequency_groups = 0xff, .duration = 2};
  pdu.aggregation_level = 4;
  pdu.rnti = 0x4601;
  pdu.dci = {{1, 2, 3, 4, 5}, 40};
  nr::l1_ue::PdcchSearch search{.bwp = pdu.bwp, .coreset = pdu.coreset};
  search.candidates = {{0, 4}, {4, 4}, {8, 8}};
  search.sizes = {41};  // nothing to find
  search.rntis = {0x4601};
  const nr::Slot slot(nr::Scs::khz30, 1);
  nr::l1::SsbPdu ssb;
  ssb.ssb_case = 1;
  PdcchTransmitter transmitter;
  PdcchReceiver receiver(1);
  Grid grid(1, 51), block(1, 51);
  std::vector<nr::l1_ue::RxDci> found;
  SsbMeasurement measurement;
  EXPECT_EQ(allocations_of([&] {
    EXPECT_TRUE(transmitter.send(pdu, slot, grid));
    EXPECT_TRUE(receiver.search(search, slot, grid, found));
    EXPECT_TRUE(send_ssb(ssb, 3, 60, block));
    EXPECT_TRUE(receive_pbch(block, 4, 60, ssb.pci, 4, nr::Scs::khz30, measurement));
  }), 0u);
  EXPECT_TRUE(found.empty());
}

}  // namespace
}  // namespace sen::phy
