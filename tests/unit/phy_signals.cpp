// Counts this binary's allocations: after construction and first use, no call of the signal parts makes one.
#include "tests/unit/phy_signals.h"

#include "phy/csi_rs.h"
#include "phy/ofdm.h"
#include "phy/prach.h"
#include "phy/sequence/gold.h"
#include "phy/sequence/low_papr.h"
#include "phy/srs.h"
#include "tests/unit/allocations.h"

namespace sen::phy {
namespace {

using test::allocations_of;

TEST(Allocations, none_in_sequences) {
  std::vector<Cf> out(1632);
  std::vector<Llr> llrs(5000, 3);
  EXPECT_EQ(allocations_of([&] {
              Gold gold(77, 5000);
              gold.fill_qpsk(out);
              gold.descramble(llrs);
              low_papr(3, 1, 0.7, out);
              pucch_n_cs(9, 3, 4);
            }),
            0u);
}

TEST(Allocations, none_in_ofdm) {
  auto ofdm = Ofdm::make({.scs = nr::Scs::khz30, .n_rb = 51, .dft_size = 0, .center_hz = 3.5e9});
  ASSERT_TRUE(ofdm);
  Grid grid(1, 51);
  std::vector<Cf> samples(ofdm->slot_samples(0));
  EXPECT_EQ(allocations_of([&] {
              ofdm->modulate(grid, 0, 0, 1, samples);
              ofdm->demodulate(samples, 0, 1, 10, grid, 0);
            }),
            0u);
}

TEST(Allocations, none_in_prach_but_for_the_callers_list) {
  nr::l1::PrachPdu pdu;
  pdu.n_cs = 46;
  const PrachCarrier carrier{nr::Scs::khz15, 52, 15.36e6};
  auto tx = PrachTransmitter::make(pdu, carrier);
  auto rx = PrachReceiver::make(pdu, carrier, 1);
  ASSERT_TRUE(tx && rx);
  std::vector<Cf> samples(15360);
  std::vector<nr::l1::RxPreamble> found;
  found.reserve(64);
  EXPECT_EQ(allocations_of([&] {
              found.clear();
              ASSERT_TRUE(tx->send(pdu, {}, 0, 0, 7, 1, samples));
              const std::span<const Cf> ports[] = {samples};
              ASSERT_TRUE(rx->detect(pdu, {}, ports, found));
            }),
            0u);
}

TEST(Allocations, none_in_srs_and_csi_rs) {
  nr::l1::SrsPdu srs;
  srs.c_srs = 14;
  srs.bwp.size = 52;
  nr::l1::CsiRsPdu csi;
  csi.row = 3, csi.cdm = 1, csi.density = 2, csi.rbs = 52, csi.l0 = 5;
  Grid grid(2, 52);
  CsiChannel channel(52, 2);
  EXPECT_EQ(allocations_of([&] {
              ASSERT_TRUE(send_srs(srs, {}, grid));
              ASSERT_TRUE(receive_srs(srs, {}, grid));
              ASSERT_TRUE(send_csi_rs(csi, {}, grid));
              ASSERT_TRUE(channel.estimate(csi, {}, grid));
            }),
            0u);
}

}  // namespace
}  // namespace sen::phy
