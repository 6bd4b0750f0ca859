// The two engines against each other over a clean channel: what a slot asks of one, the other finds.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>

#include "base/random.h"
#include "nr/band.h"
#include "nr/coreset0.h"
#include "nr/dci.h"
#include "nr/dmrs.h"
#include "nr/prach.h"
#include "nr/tbs.h"
#include "phy/gnb.h"
#include "phy/ue.h"
#include "tests/unit/allocations.h"

namespace sen::phy {
namespace {

namespace l1 = nr::l1;
namespace l1_ue = nr::l1_ue;

struct Cell {
  nr::Scs scs;
  unsigned n_rb;
  uint32_t arfcn;
  bool tdd;
  unsigned ports = 1;
};
constexpr Cell n78{nr::Scs::khz30, 51, 632628, true};
constexpr Cell n3{nr::Scs::khz15, 52, 368500, false};

double hz(uint32_t arfcn) { return static_cast<double>(*nr::khz_from_arfcn(arfcn)) * 1e3; }

class Pair {
 public:
  explicit Pair(const Cell& cell, unsigned threads = 1) : cell_(cell), pool_(threads) {
    GnbPhyConfig g;
    g.cell.pci = 7;
    g.cell.scs = cell.scs;
    g.cell.n_rb = static_cast<uint16_t>(cell.n_rb);
    g.cell.dl_arfcn = g.cell.ul_arfcn = cell.arfcn;
    g.cell.tx_ports = g.cell.rx_ports = static_cast<uint8_t>(cell.ports);
    g.ssb_scs = cell.scs;
    g.harq_buffers = 8;
    auto made = GnbPhy::make(g, pool_);
    EXPECT_TRUE(made) << (made ? "" : made.error().describe());
    gnb = std::move(*made);
    UePhyConfig u;
    u.pci = 7;
    u.scs = cell.scs;
    u.n_rb = cell.n_rb;
    u.dl_centre_hz = u.ul_centre_hz = hz(cell.arfcn);
    u.rx_ports = u.tx_ports = cell.ports;
    auto made_ue = UePhy::make(u);
    EXPECT_TRUE(made_ue) << (made_ue ? "" : made_ue.error().describe());
    ue = std::move(*made_ue);
  }

  // A downlink slot to the UE, `gain` on the way.
  void down(const l1::DlSlot& dl, float gain = 1) {
    auto out = buffers(dl.slot);
    std::vector<l1::Error> errors;
    gnb->transmit(dl, out, errors);
    EXPECT_TRUE(errors.empty());
    for (auto& port : samples_)
      for (Cf& x : port) x *= gain;
    std::vector<std::span<const Cf>> in(out.begin(), out.end());
    ue->receive(dl.slot, in);
  }

  l1::UlIndication up(const l1_ue::UlSlot& sent, const l1::UlSlot& expected) {
    auto out = buffers(sent.slot);
    ue->transmit(sent, out);
    EXPECT_EQ(ue->last_error(), "");
    std::vector<std::span<const Cf>> in(out.begin(), out.end());
    std::vector<l1::Error> errors;
    l1::UlIndication got;
    gnb->receive(expected, in, [&](const l1::UlIndication& i) { got = i; }, errors);
    EXPECT_TRUE(errors.empty());
    return got;
  }

  l1::PrachPdu prach() const {
    l1::PrachPdu p;
    p.format = static_cast<uint8_t>(cell_.scs == nr::Scs::khz15 ? nr::PrachFormat::f0 : nr::PrachFormat::b4);
    p.scs = cell_.scs;
    p.first_rb = 4;
    p.root_sequence = 1;
    p.n_cs = p.format == 0 ? 13 : 0;
    return p;
  }

  std::unique_ptr<GnbPhy> gnb;
  std::unique_ptr<UePhy> ue;

 private:
  std::vector<std::span<Cf>> buffers(nr::Slot slot) {
    samples_.assign(cell_.ports, std::vector<Cf>(gnb->slot_samples(slot)));
    return {samples_.begin(), samples_.end()};
  }

  Cell cell_;
  JobPool pool_;
  std::vector<std::vector<Cf>> samples_;
};

Bytes octets(Random& random, size_t n) {
  Bytes out(n);
  for (auto& o : out) o = static_cast<uint8_t>(random.next() & 255);
  return out;
}

l1::PdschPdu pdsch(unsigned n_rb, unsigned layers, const Bytes& tb, unsigned qm) {
  l1::PdschPdu p;
  p.rnti = 0x4601;
  p.bwp.size = static_cast<uint16_t>(n_rb);
  p.allocation = {.rbs = {{2, static_cast<uint16_t>(n_rb - 5)}}, .start_symbol = 2, .symbols = 12, .mapping_b = false};
  p.layers = static_cast<uint8_t>(layers);
  p.dmrs.symbol_mask = 1u << 2 | 1u << 11;
  p.dmrs.ports = static_cast<uint16_t>((1u << layers) - 1);
  p.n_id = p.dmrs.n_id = 7;
  p.code.qm = static_cast<uint8_t>(qm);
  p.code.tbs_octets = static_cast<uint32_t>(tb.size());
  p.code.base_graph = 1;
  p.tb = tb;
  return p;
}

TEST(PhyEngine, brings_dci_and_block_of_a_slot_to_the_ue) {
  for (const Cell& cell : {n78, n3}) {
    Pair pair(cell);
    Random random(1);
    const Bytes tb = octets(random, 1000);
    l1::DlSlot dl;
    dl.slot = nr::Slot(cell.scs, 17, 4);
    dl.pdsch.push_back(pdsch(cell.n_rb, 1, tb, 4));
    dl.pdsch[0].bwp.scs = cell.scs;
    l1::PdcchPdu pdcch;
    pdcch.rnti = pdcch.n_rnti = 0x4601;
    pdcch.bwp = {cell.scs, false, 0, static_cast<uint16_t>(cell.n_rb)};
    pdcch.coreset.id = 1;
    pdcch.coreset.frequency_groups = 0xff;
    pdcch.coreset.duration = 1;
    pdcch.first_cce = 4;
    pdcch.aggregation_level = 4;
    pdcch.n_id = pdcch.dmrs_n_id = 7;
    pdcch.dci = {{0xa5, 0x5a, 0x12, 0x34, 0x50}, 39};
    dl.pdcch.push_back(pdcch);
    pair.down(dl, 0.3f);

    l1_ue::PdcchSearch search;
    search.bwp = pdcch.bwp;
    search.coreset = pdcch.coreset;
    search.n_id = search.dmrs_n_id = 7;
    search.n_rnti_is_rnti = true;
    search.candidates = {{0, 4}, {4, 4}};
    search.sizes = {39, 41};
    search.rntis = {0x4601};
    std::vector<l1_ue::RxDci> dcis;
    pair.ue->search(std::span(&search, 1), dcis);
    ASSERT_EQ(dcis.size(), 1u);
    EXPECT_EQ(dcis[0].payload, pdcch.dci);
    EXPECT_EQ(dcis[0].first_cce, 4);

    l1_ue::PdschReceive assignment{.pdsch = dl.pdsch[0], .harq_id = 3, .new_data = true};
    std::vector<l1_ue::RxPdsch> blocks;
    pair.ue->decode(std::span(&assignment, 1), blocks);
    ASSERT_EQ(blocks.size(), 1u);
    EXPECT_TRUE(blocks[0].crc_ok);
    EXPECT_EQ(blocks[0].tb, tb);
  }
}

TEST(PhyEngine, brings_four_layers_over_four_ports) {
  Cell cell = n78;
  cell.ports = 4;
  for (unsigned threads : {1u, 3u}) {
    Pair pair(cell, threads);
    Random random(2);
    const Bytes tb = octets(random, 12000);
    l1::DlSlot dl;
    dl.slot = nr::Slot(cell.scs, 3, 1);
    dl.pdsch.push_back(pdsch(cell.n_rb, 4, tb, 6));
    dl.pdsch[0].bwp.scs = cell.scs;
    pair.down(dl);
    l1_ue::PdschReceive assignment{.pdsch = dl.pdsch[0], .harq_id = 0, .new_data = true};
    std::vector<l1_ue::RxPdsch> blocks;
    pair.ue->decode(std::span(&assignment, 1), blocks);
    ASSERT_EQ(blocks.size(), 1u);
    EXPECT_TRUE(blocks[0].crc_ok);
    EXPECT_EQ(blocks[0].tb, tb);
  }
}

TEST(PhyEngine, brings_block_uci_and_sounding_to_the_gnb) {
  for (const auto& [cell, threads] : {std::pair{n78, 1u}, std::pair{n78, 3u}, std::pair{n3, 1u}}) {
    Pair pair(cell, threads);
    Random random(3);
    l1_ue::UlSlot sent;
    l1::UlSlot expected;
    sent.slot = expected.slot = nr::Slot(cell.scs, 9, 3);
    l1::PuschPdu pusch;
    pusch.rnti = 0x4601;
    pusch.handle = 11;
    pusch.bwp = {cell.scs, false, 0, static_cast<uint16_t>(cell.n_rb)};
    pusch.allocation = {.rbs = {{3, 20}}, .start_symbol = 0, .symbols = 13, .mapping_b = false};
    pusch.dmrs.symbol_mask = 1u << 2 | 1u << 10;
    pusch.n_id = pusch.dmrs.n_id = 7;
    pusch.code.qm = 4;
    pusch.code.tbs_octets = 400;
    pusch.code.base_graph = 1;
    pusch.uci = {.harq_bits = 4, .sr = 0, .csi1_bits = 7, .csi2_bits = 0};
    pusch.beta_harq = 9, pusch.beta_csi1 = 9, pusch.alpha = 3;
    expected.pusch.push_back(pusch);
    l1_ue::UciSend uci;
    uci.harq = {{0xb0}, 4};
    uci.csi1 = {{0x5a}, 7};
    const Bytes tb = octets(random, 400);
    sent.pusch.push_back({.pusch = pusch, .tb = tb, .uci = uci, .power_dbm = 10});
    l1::PucchPdu pucch;
    pucch.rnti = 0x4602;
    pucch.handle = 12;
    pucch.bwp = pusch.bwp;
    pucch.format = 1;
    pucch.symbols = 13;
    pucch.first_rb = 40;
    pucch.hopping_id = 7;
    pucch.uci = {.harq_bits = 1, .sr = 0, .csi1_bits = 0, .csi2_bits = 0};
    expected.pucch.push_back(pucch);
    l1_ue::UciSend ack;
    ack.harq = {{0x80}, 1};
    sent.pucch.push_back({.pucch = pucch, .uci = ack, .power_dbm = 0});
    l1::SrsPdu srs;
    srs.rnti = 0x4601;
    srs.handle = 13;
    srs.bwp = pusch.bwp;
    srs.start_symbol = 13;
    srs.c_srs = 11;
    expected.srs.push_back(srs);
    sent.srs.push_back({srs, 0});

    const l1::UlIndication got = pair.up(sent, expected);
    ASSERT_EQ(got.pusch.size(), 1u);
    EXPECT_TRUE(got.pusch[0].crc_ok);
    EXPECT_EQ(got.pusch[0].tb, tb);
    EXPECT_EQ(got.pusch[0].handle, 11u);
    ASSERT_EQ(got.uci.size(), 2u);
    EXPECT_TRUE(got.uci[0].on_pusch && got.uci[0].crc_ok);
    EXPECT_EQ(got.uci[0].harq, uci.harq);
    EXPECT_EQ(got.uci[0].csi1, uci.csi1);
    EXPECT_TRUE(got.uci[1].detected);
    EXPECT_EQ(got.uci[1].harq, ack.harq);
    ASSERT_EQ(got.srs.size(), 1u);
    EXPECT_GT(got.srs[0].quality.sinr_db, 20);
  }
}

TEST(PhyEngine, hears_a_preamble_and_its_delay) {
  for (const Cell& cell : {n78, n3}) {
    Pair pair(cell);
    l1_ue::UlSlot sent;
    l1::UlSlot expected;
    sent.slot = expected.slot = nr::Slot(cell.scs, 1, 4 << nr::mu(cell.scs));
    expected.prach.push_back(pair.prach());
    sent.prach.push_back({.prach = pair.prach(), .occasion = 0, .f_id = 0, .preamble = 17, .power_dbm = 0});
    const l1::UlIndication got = pair.up(sent, expected);
    ASSERT_EQ(got.preambles.size(), 1u);
    EXPECT_EQ(got.preambles[0].preamble, 17);
    EXPECT_LT(std::abs(got.preambles[0].ta_ns), 300);
  }
}

TEST(PhyEngine, finds_a_preamble_that_spans_slots_in_the_slot_where_it_began) {
  Cell cell = n78;
  Pair pair(cell);
  // Format 0 takes a subframe, two slots here.
  l1::PrachPdu prach = pair.prach();
  prach.format = static_cast<uint8_t>(nr::PrachFormat::f0);
  prach.n_cs = 13;
  GnbPhyConfig g;
  g.cell.scs = cell.scs;
  g.cell.n_rb = static_cast<uint16_t>(cell.n_rb);
  g.cell.dl_arfcn = g.cell.ul_arfcn = cell.arfcn;
  g.ssb_scs = cell.scs;
  g.harq_buffers = 1;
  JobPool pool(1);
  auto gnb = GnbPhy::make(g, pool);
  ASSERT_TRUE(gnb);
  std::vector<l1::UlIndication> got;
  for (unsigned n = 0; n < 4; ++n) {
    l1_ue::UlSlot sent;
    l1::UlSlot expected;
    sent.slot = expected.slot = nr::Slot(cell.scs, 1, 8 + n);
    if (n == 0) {
      expected.prach.push_back(prach);
      sent.prach.push_back({.prach = prach, .occasion = 0, .f_id = 0, .preamble = 5, .power_dbm = 0});
    }
    std::vector<Cf> samples(pair.ue->slot_samples(sent.slot));
    std::span<Cf> out(samples);
    pair.ue->transmit(sent, std::span(&out, 1));
    std::span<const Cf> in(samples);
    std::vector<l1::Error> errors;
    (*gnb)->receive(expected, std::span(&in, 1), [&](const l1::UlIndication& i) { if (!i.preambles.empty()) got.push_back(i); }, errors);
  }
  ASSERT_EQ(got.size(), 1u);
  EXPECT_EQ(got[0].slot, nr::Slot(cell.scs, 1, 8));
  EXPECT_EQ(got[0].preambles[0].preamble, 5);
}

TEST(PhyEngine, brings_the_block_of_the_cell) {
  for (const Cell& cell : {n78, n3}) {
    Pair pair(cell);
    l1::DlSlot dl;
    dl.slot = nr::Slot(cell.scs, 21, 0);
    l1::SsbPdu ssb;
    ssb.pci = 7;
    ssb.ssb_case = cell.scs == nr::Scs::khz15 ? 0 : 2;
    ssb.l_max = 4;
    ssb.offset_to_point_a = cell.scs == nr::Scs::khz15 ? 16 : 30;
    ssb.k_ssb = 0;
    ssb.mib = 0x123456 & 0xfffffe;
    dl.ssb.push_back(ssb);
    pair.down(dl, 0.1f);
    const auto first = ssb_first_subcarrier(ssb, cell.scs, false);
    ASSERT_TRUE(first);
    const UePhy::Block block = pair.ue->block(2, *first, 4);
    ASSERT_TRUE(block.pbch);
    EXPECT_EQ(block.pbch->payload.mib, ssb.mib);
    EXPECT_EQ(block.pbch->payload.sfn & 15, 21 & 15);
    EXPECT_GT(block.measurement.sinr_db, 20);
  }
}

TEST(PhyEngine, allocates_nothing_in_a_downlink_slot_after_the_first) {
  Pair pair(n78);
  Random random(4);
  const Bytes tb = octets(random, 2000);
  l1::DlSlot dl;
  dl.slot = nr::Slot(n78.scs, 2, 0);
  dl.pdsch.push_back(pdsch(n78.n_rb, 1, tb, 6));
  dl.pdsch[0].bwp.scs = n78.scs;
  l1::PdcchPdu pdcch;
  pdcch.rnti = pdcch.n_rnti = 0x4601;
  pdcch.bwp = {n78.scs, false, 0, static_cast<uint16_t>(n78.n_rb)};
  pdcch.coreset.id = 1;
  pdcch.coreset.frequency_groups = 0xff;
  pdcch.aggregation_level = 4;
  pdcch.dci = {{0xa5, 0x5a, 0x12, 0x34, 0x50}, 39};
  dl.pdcch.push_back(pdcch);
  std::vector<Cf> samples(pair.gnb->slot_samples(dl.slot));
  std::span<Cf> out(samples);
  std::vector<l1::Error> errors;
  pair.gnb->transmit(dl, std::span(&out, 1), errors);
  const size_t before = test::allocations;
  for (int i = 0; i < 5; ++i) pair.gnb->transmit(dl, std::span(&out, 1), errors);
  EXPECT_EQ(test::allocations - before, 0u);
  EXPECT_TRUE(errors.empty());
}

// What comes up is the only thing that is made: the octets of the block.
TEST(PhyEngine, allocates_only_the_block_in_an_uplink_slot_after_the_first) {
  Pair pair(n78);
  Random random(5);
  l1_ue::UlSlot sent;
  l1::UlSlot expected;
  sent.slot = expected.slot = nr::Slot(n78.scs, 9, 3);
  l1::PuschPdu pusch;
  pusch.rnti = 0x4601;
  pusch.bwp = {n78.scs, false, 0, static_cast<uint16_t>(n78.n_rb)};
  pusch.allocation = {.rbs = {{3, 20}}, .start_symbol = 0, .symbols = 13, .mapping_b = false};
  pusch.dmrs.symbol_mask = 1u << 2 | 1u << 10;
  pusch.n_id = pusch.dmrs.n_id = 7;
  pusch.code.qm = 4;
  pusch.code.tbs_octets = 400;
  pusch.code.base_graph = 1;
  expected.pusch.push_back(pusch);
  sent.pusch.push_back({.pusch = pusch, .tb = octets(random, 400), .uci = {}, .power_dbm = 10});
  std::vector<Cf> samples(pair.gnb->slot_samples(sent.slot));
  std::span<Cf> out(samples);
  pair.ue->transmit(sent, std::span(&out, 1));
  const std::span<const Cf> in(samples);
  std::vector<l1::Error> errors;
  size_t good = 0;
  const std::function<void(const l1::UlIndication&)> indicate = [&](const l1::UlIndication& i) { good += i.pusch[0].crc_ok; };
  for (int i = 0; i < 8; ++i) pair.gnb->receive(expected, std::span(&in, 1), indicate, errors);  // the history of samples has come round
  const size_t before = test::allocations;
  for (int i = 0; i < 5; ++i) pair.gnb->receive(expected, std::span(&in, 1), indicate, errors);
  EXPECT_LE(test::allocations - before, 5u);
  EXPECT_EQ(good, 13u);
}

TEST(PhyEngine, leaves_out_and_reports_what_cannot_be_sent) {
  Pair pair(n78);
  const Bytes tb(100);
  l1::DlSlot dl;
  dl.slot = nr::Slot(n78.scs, 0, 1);
  dl.pdsch.push_back(pdsch(n78.n_rb, 1, tb, 2));
  dl.pdsch[0].allocation.rbs = {{40, 20}};  // beyond the carrier
  std::vector<Cf> samples(pair.gnb->slot_samples(dl.slot));
  std::span<Cf> out(samples);
  std::vector<l1::Error> errors;
  pair.gnb->transmit(dl, std::span(&out, 1), errors);
  ASSERT_EQ(errors.size(), 1u);
  EXPECT_EQ(errors[0].rnti, 0x4601);
  EXPECT_EQ(errors[0].kind, l1::Error::Kind::out_of_range);
}

}  // namespace
}  // namespace sen::phy
