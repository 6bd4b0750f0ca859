// SS/PBCH block: every configuration through a grid, cell search on samples at several rates with offsets, two cells at once, and recordings of a third
// party's cells (SEN_TRACES names their folder).
#include "phy/ssb.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fstream>

#include "nr/coreset0.h"
#include "nr/frequency_allocation.h"
#include "nr/search_space.h"
#include "phy/ofdm.h"
#include "phy/pdcch.h"
#include "tests/unit/phy_isa.h"
#include "tests/unit/phy_noise.h"
#include "tests/unit/phy_property.h"

namespace sen::phy {
namespace {

namespace l1 = nr::l1;

l1::SsbPdu random_pdu(Random& random) {
  l1::SsbPdu p;
  p.pci = static_cast<uint16_t>(random.between(0, 1007));
  p.ssb_case = static_cast<uint8_t>(random.between(0, 4));
  p.l_max = p.ssb_case >= 3 ? 64 : random.chance(0.5) ? 8 : 4;
  p.index = static_cast<uint8_t>(random.between(0, p.l_max - 1));
  p.half_frame = random.chance(0.5);
  p.mib = static_cast<uint32_t>(random.next() & 0x7fffff);
  p.k_ssb = static_cast<uint8_t>((p.ssb_case >= 3 ? 0 : random.between(0, 1) << 4) | (p.mib >> 12 & 15));
  p.pss_power_db = random.chance(0.5) ? 3 : 0;
  return p;
}

TEST(Ssb, every_block_comes_back_from_its_grid) {
  Random random(1);
  Noise noise(1);
  for (unsigned round = 0; round < property_cases(); ++round) {
    const l1::SsbPdu p = random_pdu(random);
    const auto n_rb = static_cast<unsigned>(random.between(20, 106)), first = static_cast<unsigned>(random.between(0, 12 * (n_rb - 20)));
    const auto sfn = static_cast<unsigned>((p.mib >> 17 & 63) << 4 | random.between(0, 15));
    Grid grid(1, n_rb);
    ASSERT_TRUE(send_ssb(p, sfn, first, grid));
    const auto position = *nr::ssb_position(static_cast<nr::SsbCase>(p.ssb_case), p.l_max, p.index);
    unsigned first_symbol = position.first_symbol;
    if (first_symbol + 4 > 14) {  // goes on in the next slot: both parts in one grid
      Grid next(1, n_rb), both(1, n_rb);
      ASSERT_TRUE(send_ssb(p, sfn, first, next, 0, true));
      for (unsigned i = 0; i < 4; ++i) {
        const unsigned l = first_symbol + i;
        std::ranges::copy(l < 14 ? grid.row(0, l) : next.row(0, l - 14), both.row(0, i).begin());
      }
      grid = std::move(both);
      first_symbol = 0;
    }
    const Cf gain = noise.qpsk() * 3.0f;
    for (unsigned l = 0; l < 14; ++l) {
      for (Cf& v : grid.row(0, l)) v = v * gain + noise(0.02f);
    }
    SsbMeasurement m;
    const auto found = receive_pbch(grid, first_symbol, first, p.pci, p.l_max, nr::ssb_scs(static_cast<nr::SsbCase>(p.ssb_case)), m);
    ASSERT_TRUE(found) << "round " << round;
    EXPECT_EQ(found->payload.mib, p.mib);
    EXPECT_EQ(found->payload.sfn, sfn);
    EXPECT_EQ(found->payload.half_frame, p.half_frame);
    EXPECT_EQ(found->payload.k_ssb, p.k_ssb);
    EXPECT_EQ(found->ssb_index, p.index);
    EXPECT_NEAR(m.rsrp, 9, 0.5);
    EXPECT_NEAR(m.sinr_db, 26.5, 3);
  }
}

TEST(Ssb, refuses_what_cannot_be) {
  Grid grid(1, 20);
  auto refused = [&](auto&& change, std::string_view field, unsigned first = 0) {
    l1::SsbPdu p;
    change(p);
    const Status s = send_ssb(p, 0, first, grid);
    return !s && s.error().where == field;
  };
  EXPECT_TRUE(refused([](auto& p) { p.pci = 1008; }, "ssb.pci"));
  EXPECT_TRUE(refused([](auto& p) { p.ssb_case = 5; }, "ssb.ssb_case"));
  EXPECT_TRUE(refused([](auto& p) { p.l_max = 64; }, "ssb.l_max"));
  EXPECT_TRUE(refused([](auto& p) { p.index = 4; }, "ssb.index"));
  EXPECT_TRUE(refused([](auto& p) { p.k_ssb = 32; }, "ssb.k_ssb"));
  EXPECT_TRUE(refused([](auto& p) { p.mib = 1u << 24; }, "ssb.mib"));
  EXPECT_TRUE(refused([](auto&) {}, "ssb.first_subcarrier", 1));
  SsbMeasurement m;
  EXPECT_FALSE(receive_pbch(grid, 11, 0, 1, 4, nr::Scs::khz15, m));
  EXPECT_FALSE(receive_pbch(grid, 2, 1, 1, 4, nr::Scs::khz15, m));
  EXPECT_FALSE(receive_pbch(grid, 2, 0, 1008, 4, nr::Scs::khz15, m));
  EXPECT_FALSE(receive_pbch(grid, 2, 0, 1, 5, nr::Scs::khz15, m));
  EXPECT_FALSE(receive_pbch(grid, 2, 0, 1, 4, nr::Scs::khz15, m));  // silence
  EXPECT_EQ(SsbSearcher::make({nr::Scs::khz15, 3.5e6}).error().where, "ssb.sample_rate_hz");
  EXPECT_EQ(SsbSearcher::make({nr::Scs::khz60, 30.72e6}).error().where, "ssb.scs");
  EXPECT_EQ(SsbSearcher::make({nr::Scs::khz15, 3.84e6, 3e6}).error().where, "ssb.centre_hz");
  EXPECT_EQ(SsbSearcher::make({nr::Scs::khz15, 3.84e6, 0, 1e9}).error().where, "ssb.max_cfo_hz");
}

// A slot with one block, late by `delay` samples (the fraction by a ramp over the subcarriers) with a carrier offset, added to `out`.
struct Sent {
  l1::SsbPdu pdu;
  double delay, cfo_hz;
  float gain;
};
void add(std::vector<Cf>& out, Ofdm& ofdm, unsigned n_rb, unsigned first_subcarrier, const Sent& sent, double rate) {
  Grid grid(1, n_rb);
  const Status placed = send_ssb(sent.pdu, 0, first_subcarrier, grid);
  ASSERT_TRUE(placed) << placed.error().describe();
  const double whole = std::floor(sent.delay), fraction = sent.delay - whole;
  for (unsigned l = 0; l < 14; ++l) {
    for (unsigned k = 0; k < grid.subcarriers(); ++k) {
      grid.at(0, l, k) *= std::polar(sent.gain, static_cast<float>(-2 * std::numbers::pi * (k - 6.0 * n_rb) * fraction / ofdm.dft_size()));
    }
  }
  std::vector<Cf> slot(ofdm.slot_samples(0));
  ofdm.modulate(grid, 0, 0, 1, slot);
  for (size_t i = 0; i < slot.size(); ++i) {
    const size_t n = i + static_cast<size_t>(whole);
    if (n < out.size()) out[n] += slot[i] * std::polar(1.0f, static_cast<float>(std::remainder(2 * std::numbers::pi * sent.cfo_hz * static_cast<double>(n) / rate, 2 * std::numbers::pi)));
  }
}

TEST(SsbSearcher, finds_a_cell_at_any_rate_place_and_frequency) {
  Noise noise(2);
  for (nr::Scs scs : {nr::Scs::khz15, nr::Scs::khz30, nr::Scs::khz120}) {
    for (unsigned dft : {256u, 384u, 768u, 1536u}) {
      const unsigned n_rb = std::min(dft / 12 - 1, 51u);
      auto ofdm = Ofdm::make({.scs = scs, .n_rb = n_rb, .dft_size = dft, .center_hz = 2.11e9});
      if (n_rb < 20 || !ofdm) continue;
      const double rate = ofdm->sample_rate_hz(), scs_hz = 1e3 * nr::khz(scs);
      Sent sent{random_pdu(noise.random()), 1000.3 + 3000 * noise.uniform(), (noise.uniform() - 0.5) * 2 * 0.6 * scs_hz, 1};
      sent.pdu.ssb_case = scs == nr::Scs::khz15 ? 0 : scs == nr::Scs::khz30 ? 1 : 3;
      sent.pdu.l_max = scs == nr::Scs::khz120 ? 64 : 8;
      sent.pdu.index = 0;
      sent.pdu.half_frame = false;
      sent.pdu.k_ssb = 3;
      const unsigned first = 12 * (n_rb - 20) / 2 + (n_rb > 20 ? 5 : 0);
      std::vector<Cf> samples(ofdm->slot_samples(0) + 6000);
      add(samples, *ofdm, n_rb, first, sent, rate);
      for (Cf& v : samples) v += noise(0.25f * static_cast<float>(dft));  // 6 dB below an element of the block
      const double centre = (static_cast<double>(first) + 120 - 6.0 * n_rb) * scs_hz;
      auto searcher = SsbSearcher::make({scs, rate, centre, 0.75 * scs_hz, 2.11e9});
      ASSERT_TRUE(searcher) << searcher.error().describe();
      std::vector<SsbFound> found;
      searcher->search(samples, 4, found);
      ASSERT_EQ(found.size(), 1u) << nr::khz(scs) << " kHz, " << dft;
      EXPECT_EQ(found[0].pci, sent.pdu.pci);
      EXPECT_NEAR(found[0].cfo_hz, sent.cfo_hz, 0.02 * scs_hz);
      const unsigned symbol = nr::ssb_position(static_cast<nr::SsbCase>(sent.pdu.ssb_case), sent.pdu.l_max, 0)->first_symbol;
      EXPECT_NEAR(static_cast<double>(found[0].sample), sent.delay + ofdm->symbol_start(0, symbol), 0.01 * dft + 1);
      const auto pbch = searcher->decode(samples, found[0], sent.pdu.l_max);
      ASSERT_TRUE(pbch) << nr::khz(scs) << " kHz, " << dft;
      EXPECT_EQ(pbch->payload.mib, sent.pdu.mib);
      EXPECT_EQ(pbch->ssb_index, 0u);
      EXPECT_NEAR(found[0].measurement.sinr_db, 6, 2.5);
    }
  }
}

TEST(SsbSearcher, tells_cells_apart_and_orders_them) {
  Noise noise(3);
  auto ofdm = Ofdm::make({.scs = nr::Scs::khz15, .n_rb = 25, .dft_size = 512});
  ASSERT_TRUE(ofdm);
  std::vector<Cf> samples(20000);
  std::vector<Sent> cells;
  for (auto [pci, delay, gain] : {std::tuple{10u, 500.0, 1.0f}, {11u, 530.5, 0.5f}, {700u, 6000.0, 0.4f}}) {
    cells.push_back({random_pdu(noise.random()), delay, 200.0 * pci / 700, gain});
    cells.back().pdu.pci = static_cast<uint16_t>(pci);
    cells.back().pdu.ssb_case = 0;
    cells.back().pdu.l_max = 4;
    cells.back().pdu.index = 1;
    add(samples, *ofdm, 25, 30, cells.back(), ofdm->sample_rate_hz());
  }
  for (Cf& v : samples) v += noise(0.01f * 512);
  auto searcher = SsbSearcher::make({nr::Scs::khz15, ofdm->sample_rate_hz(), 0, 0, 0.0});
  ASSERT_TRUE(searcher);
  std::vector<SsbFound> found;
  searcher->search(samples, 8, found);
  ASSERT_EQ(found.size(), 3u);
  for (unsigned pci : {10u, 11u, 700u}) EXPECT_EQ(std::ranges::count(found, pci, &SsbFound::pci), 1) << pci;
  const auto strongest = std::ranges::max_element(found, {}, [](const SsbFound& f) { return f.measurement.rsrp; });
  EXPECT_EQ(strongest->pci, 10u);
  EXPECT_TRUE(std::ranges::is_sorted(found, std::greater(), &SsbFound::metric));
  searcher->search(samples, 1, found);
  EXPECT_EQ(found.size(), 1u);
}

TEST(SsbSearcher, finds_nothing_in_noise_silence_or_too_little) {
  Noise noise(4);
  auto searcher = SsbSearcher::make({nr::Scs::khz15, 7.68e6, 0, 7.5e3});
  ASSERT_TRUE(searcher);
  std::vector<SsbFound> found;
  std::vector<Cf> samples(76800);
  searcher->search(samples, 4, found);
  EXPECT_TRUE(found.empty());
  for (Cf& v : samples) v = noise(1);
  searcher->search(samples, 4, found);
  EXPECT_TRUE(found.empty());
  searcher->search(std::span(samples).first(1000), 4, found);
  EXPECT_TRUE(found.empty());
  EXPECT_FALSE(searcher->decode(samples, {.pci = 3, .sample = 76700}, 4));
  EXPECT_FALSE(searcher->decode(samples, {.pci = 3, .sample = 100}, 4));
}

// ---- recordings ----

struct Recording {
  const char* name;
  float scale;
  nr::Scs scs;
  unsigned n_rb;
  double carrier_hz, ssb_hz;
  unsigned l_max, first_frame, min_bandwidth_mhz, k_ssb, offset_to_point_a, coreset0;
  unsigned sib1_dcis;  // SIB1 comes every 160 ms, in SFN mod 16 = 0: none in the 60 ms from SFN 10 on
};
// Carriers and block centres by TS 38.104 5.4.2: ARFCN 368500 and 368410 (steps of 5 kHz), 632628 and 632256 (15 kHz above 3 GHz). The blocks' lowest
// resource blocks follow from them.
constexpr Recording n3{"n3_fdd_10MHz_dl_60ms.ci16", 65536, nr::Scs::khz15, 52, 1842.5e6, 1842.05e6, 4, 10, 5, 6, 13, 6, 0};
constexpr Recording n78{"n78_tdd_20MHz_dl_60ms.ci16", 65536, nr::Scs::khz30, 51, 3489.42e6, 3483.84e6, 8, 10, 10, 0, 0, 0, 0};
constexpr Recording attach{"n3_fdd_10MHz_attach_dl_120ms.ci16", 32768, nr::Scs::khz15, 52, 1842.5e6, 1842.05e6, 4, 316, 5, 6, 13, 6, 1};

class SsbRecording : public testing::TestWithParam<const Recording*> {
 protected:
  void SetUp() override {
    const char* folder = std::getenv("SEN_TRACES");
    if (!folder) GTEST_SKIP() << "SEN_TRACES is not set";
    std::ifstream file(std::string(folder) + "/" + recording_.name, std::ios::binary);
    for (std::array<char, 4> raw; file.read(raw.data(), 4);) {
      auto part = [&](size_t i) { return static_cast<float>(static_cast<int16_t>(static_cast<uint8_t>(raw[i]) | static_cast<uint8_t>(raw[i + 1]) << 8)); };
      samples_.emplace_back(part(0) / recording_.scale, part(2) / recording_.scale);
    }
    if (samples_.empty()) GTEST_SKIP() << recording_.name << " is not in SEN_TRACES";
  }
  double rate() const { return dft_size * 1e3 * nr::khz(recording_.scs); }
  size_t frame_samples() const { return static_cast<size_t>(rate() / 100); }
  // The gNB's downlink is late by its N_TA,offset of 25600 T_c (TS 38.133 7.1.2) in these streams.
  size_t lag() const { return static_cast<size_t>(std::lround(rate() * 25600 / (480e3 * 4096))); }

  static constexpr unsigned dft_size = 768;
  const Recording& recording_ = *GetParam();
  std::vector<Cf> samples_;
};

TEST_P(SsbRecording, shows_one_cell_and_its_mib) {
  auto searcher = SsbSearcher::make({recording_.scs, rate(), recording_.ssb_hz - recording_.carrier_hz, 0, recording_.carrier_hz});
  ASSERT_TRUE(searcher) << searcher.error().describe();
  std::vector<SsbFound> found;
  searcher->search(samples_, 4, found);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].pci, 1u);
  EXPECT_LT(std::abs(found[0].cfo_hz), 2);
  const auto pbch = searcher->decode(samples_, found[0], recording_.l_max);
  ASSERT_TRUE(pbch);
  EXPECT_EQ(pbch->ssb_index, 0u);
  EXPECT_FALSE(pbch->payload.half_frame);
  EXPECT_EQ(pbch->payload.sfn, recording_.first_frame + found[0].sample / frame_samples());
  EXPECT_EQ(pbch->payload.k_ssb, recording_.k_ssb);
  // Block 0 begins with symbol 2 of slot 0; the first prefix is longer by 16 of 30.72 MHz's samples.
  const unsigned prefix = 144 * dft_size / 2048, extra = 16 * dft_size / 2048 * (recording_.scs == nr::Scs::khz30 ? 2 : 1);
  EXPECT_EQ(found[0].sample % frame_samples(), lag() + 2 * (dft_size + prefix) + extra);
  const auto mib = nr::unpack_mib(pbch->payload.mib, nr::FrequencyRange::fr1);
  ASSERT_TRUE(mib);
  EXPECT_FALSE(mib->cell_barred);
  EXPECT_EQ(mib->dmrs_type_a_pos, 2);
  EXPECT_EQ(mib->coreset0, recording_.coreset0);
  EXPECT_EQ(mib->search_space0, 0);
}

TEST_P(SsbRecording, has_the_dci_of_sib1_in_coreset_0_when_it_is_sent) {
  const auto coreset0 = nr::coreset0(recording_.coreset0, recording_.scs, recording_.scs, recording_.min_bandwidth_mhz, recording_.k_ssb);
  ASSERT_TRUE(coreset0);
  const auto start = nr::coreset0_start_crb(*coreset0, recording_.offset_to_point_a, nr::FrequencyRange::fr1, recording_.scs);
  ASSERT_TRUE(start);
  auto ofdm = Ofdm::make({.scs = recording_.scs, .n_rb = recording_.n_rb, .dft_size = dft_size, .center_hz = recording_.carrier_hz});
  ASSERT_TRUE(ofdm);
  nr::l1_ue::PdcchSearch search;
  search.bwp = {recording_.scs, false, *start, coreset0->n_rb};
  search.coreset = nr::coreset0_as_coreset(*coreset0, 1);
  search.n_id = search.dmrs_n_id = 1;
  nr::SearchSpace space{.candidates = nr::default_css_candidates};
  const nr::Candidates list = nr::candidates(space, search.coreset, nr::si_rnti, {});
  for (unsigned i = 0; i < list.n; ++i) search.candidates.push_back({list.list[i].first_cce, list.list[i].level});
  search.sizes = {static_cast<uint16_t>(28 + nr::riv_bits(coreset0->n_rb))};  // TS 38.212 7.3.1.2.1, SI-RNTI
  search.rntis = {nr::si_rnti};
  PdcchReceiver receiver(1);
  unsigned frames = 0;
  for (size_t frame = 0; lag() + (frame + 1) * frame_samples() <= samples_.size(); ++frame) {
    std::vector<nr::l1_ue::RxDci> found;
    size_t at = lag() + frame * frame_samples();
    for (unsigned slot = 0; slot < 2; ++slot) {
      const unsigned in_subframe = slot % nr::slots_per_subframe(recording_.scs);
      Grid grid(1, recording_.n_rb);
      ofdm->demodulate(std::span(samples_).subspan(at, ofdm->slot_samples(in_subframe)), in_subframe, 1, 20, grid, 0);
      at += ofdm->slot_samples(in_subframe);
      ASSERT_TRUE(receiver.search(search, nr::Slot(recording_.scs, recording_.first_frame + static_cast<unsigned>(frame), slot), grid, found));
    }
    for (const auto& dci : found) EXPECT_EQ(dci.rnti, nr::si_rnti);
    frames += !found.empty();
  }
  EXPECT_EQ(frames, recording_.sib1_dcis);
}

INSTANTIATE_TEST_SUITE_P(Ran, SsbRecording, testing::Values(&n3, &n78, &attach),
                         [](const auto& name) { return std::string(name.param == &n3 ? "n3" : name.param == &n78 ? "n78" : "attach"); });

}  // namespace
}  // namespace sen::phy
