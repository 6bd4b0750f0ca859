// DCI packing and sizes: every format there and back. Third parties' messages: tests/vectors/dci.cpp.
#include <gtest/gtest.h>

#include "base/random.h"
#include "nr/dci.h"
#include "nr/frequency_allocation.h"

using namespace sen;
using namespace sen::nr;

TEST(NrDci, random_layouts_pack_both_ways) {
  Random random(3);
  auto pick = [&](unsigned low, unsigned high) { return static_cast<uint8_t>(random.between(low, high)); };
  unsigned made = 0;
  for (int i = 0; i < 5000; ++i) {
    DciConfig c;
    c.initial_dl_rb = static_cast<uint16_t>(random.between(11, 106));
    c.initial_ul_rb = static_cast<uint16_t>(random.between(11, 106));
    c.active_dl_rb = static_cast<uint16_t>(random.between(11, 275));
    c.active_ul_rb = static_cast<uint16_t>(random.between(11, 275));
    c.uss_dedicated = true;
    c.sul = c.dci01.sul = c.dci11.sul = random.between(0, 1);
    c.dci01.max_rank = pick(1, 4);
    c.dci01.n_srs_ports = std::array<uint8_t, 3>{1, 2, 4}[random.between(0, 2)];
    c.dci01.codebook = random.between(0, 1);
    c.dci01.n_srs_resources = pick(1, 4);
    c.dci01.pusch_max_layers = pick(1, 4);
    c.dci01.report_trigger_size = pick(0, 6);
    c.dci01.dynamic_switch = random.between(0, 1);
    c.dci11.two_codewords = random.between(0, 1);
    c.dci11.tci = random.between(0, 1);
    c.dci11.n_k1 = pick(1, 8);
    auto layouts = dci_layouts(c);
    if (!layouts) continue;
    ++made;
    EXPECT_EQ(layouts->css00.size(), layouts->css10.size());
    EXPECT_EQ(layouts->uss00.size(), layouts->uss10.size());
    DciBits bits;
    bits.append(0, 1);
    while (bits.size() < layouts->uss01.size() - layouts->uss01.padding) bits.append(random.between(0, 1), 1);
    bits.append(0, layouts->uss01.padding);
    auto ul = unpack_01(bits, layouts->uss01);
    ASSERT_TRUE(ul);
    EXPECT_EQ(pack(*ul, layouts->uss01)->text(), bits.text());
    bits = {};
    bits.append(1, 1);
    while (bits.size() < layouts->uss11.size() - layouts->uss11.padding) bits.append(random.between(0, 1), 1);
    bits.append(0, layouts->uss11.padding);
    auto dl = unpack_11(bits, layouts->uss11);
    ASSERT_TRUE(dl);
    EXPECT_EQ(pack(*dl, layouts->uss11)->text(), bits.text());
  }
  EXPECT_GT(made, 4000u);
}

TEST(NrDci, refuses_other_sizes_formats_and_values) {
  DciLayouts l = common_dci_layouts(48, 48);
  auto bits = *pack(Dci10{.frequency = 7}, l.css10);
  EXPECT_FALSE(unpack_00(bits, l.css00));
  EXPECT_FALSE(unpack_10(DciBits{}, l.css10));
  auto wide = pack(Dci10{.frequency = 1u << 11}, l.css10);
  ASSERT_FALSE(wide);
  EXPECT_EQ(wide.error().describe(), "DCI 1_0: freq 2048 does not fit 11 bits (TS 38.212 7.3.1)");
  EXPECT_FALSE(pack(Dci10P{.indicator = 0}, l.css10));
  EXPECT_TRUE(is_downlink(bits));
}

TEST(NrDci, a_pdcch_order_has_every_frequency_bit_set) {
  Dci10Widths w = css10_widths(48);
  PdcchOrder order{.preamble = 63, .ssb = 5, .prach_mask = 1};
  auto bits = pack(order, w);
  ASSERT_TRUE(bits);
  EXPECT_EQ(bits->size(), 39u);
  EXPECT_EQ(unpack_order(*bits, w), order);
  EXPECT_FALSE(unpack_order(*pack(Dci10{.frequency = 7}, w), w));
}

TEST(NrDci, rar_frequency_converts_both_ways) {
  for (unsigned n : {24u, 48u, 50u, 106u, 180u, 273u}) {
    for (bool hopping : {false, true}) {
      RarFrequency value{static_cast<uint8_t>(hopping ? 1 : 0), riv(n, {3, 4})};
      auto field = rar_frequency_field(value, hopping, n);
      ASSERT_TRUE(field);
      RarFrequency back = rar_frequency({.hopping = hopping, .frequency = *field}, n);
      EXPECT_EQ(back.riv, value.riv);
      EXPECT_EQ(back.hopping_offset, value.hopping_offset);
    }
  }
}

TEST(NrDci, step_4_removes_the_padding_of_step_2) {
  DciConfig c{.coreset0_rb = 48, .initial_dl_rb = 48, .initial_ul_rb = 48, .active_dl_rb = 162, .active_ul_rb = 162, .uss_dedicated = true};
  c.dci01.report_trigger_size = 4;
  c.dci11 = {.n_time_entries = 1, .dynamic_harq_codebook = false, .n_k1 = 5};
  auto standard = dci_layouts(c);
  ASSERT_TRUE(standard) << standard.error().describe();
  ASSERT_TRUE(standard->fallback_shrunk);
  EXPECT_EQ(standard->uss11.size(), 42u);
  EXPECT_EQ(standard->uss10.size(), standard->css10.size());
  c.keep_step2_padding = true;
  EXPECT_EQ(dci_layouts(c)->uss11.size(), 43u);
}
