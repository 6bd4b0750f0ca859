// What a gNB's radio received in a run, recorded and replayed, gives a gNB's L1 the same transport blocks.
#include "base/job_pool.h"
#include "radio/file.h"
#include "tests/unit/radio_world.h"

namespace sen {
namespace {

using phy::Cf;

struct Block {
  nr::Slot slot;
  nr::l1::Rnti rnti = 0;
  bool crc_ok = false;
  Bytes tb;
  bool operator==(const Block&) const = default;
};

std::function<void(const nr::l1::UlIndication&)> into(std::vector<Block>& blocks) {
  return [&blocks](const nr::l1::UlIndication& indication) {
    for (const auto& b : indication.pusch) blocks.push_back({indication.slot, b.rnti, b.crc_ok, Bytes(b.tb.begin(), b.tb.end())});
  };
}

TEST(RadioReplay, a_recorded_uplink_gives_the_same_transport_blocks) {
  WaveConfig waves;
  waves.snr_db = 20;
  waves.fading = {.profile = channel::Profile::tdl_a, .delay_spread_ns = 30, .doppler_hz = 10, .k_factor_db = {}, .correlation = {}};
  World w({.waves = waves});
  RadioNetwork& radio = w.network_->radio();
  const mac::CellConfig cell = radio.gnb().cell(0).mac;
  const std::string path = (w.folder_ / "uplink").string();
  auto writer = radio::RecordingWriter::create(path, {.sample_rate_hz = radio.waves()->cell_phy(0).sample_rate_hz(), .frequency_hz = 3.5e9, .ports = cell.l1.rx_ports,
                                                      .datetime = {}, .description = {}});
  ASSERT_TRUE(writer) << writer.error().describe();
  std::optional<int64_t> first_sample;
  radio.waves()->set_taps({[&](air::CellIndex, int64_t time, std::span<const std::span<Cf>> ports) {
                             if (!first_sample) first_sample = time;
                             ASSERT_TRUE((*writer)->write(time - *first_sample, std::vector<std::span<const Cf>>(ports.begin(), ports.end())));
                           },
                           {}});
  std::vector<nr::l1::UlSlot> asked;
  std::vector<Block> received, replayed;
  RadioTaps taps;
  taps.indication = into(received);
  taps.slot = [&](const nr::l1::DlSlot&, const nr::l1::UlSlot& ul) { asked.push_back(ul); };
  radio.set_taps(std::move(taps));
  ASSERT_TRUE(w.reaches(load::Step::registration)) << w.failures();
  ASSERT_TRUE((*writer)->close());
  ASSERT_GT(std::ranges::count(received, true, &Block::crc_ok), 5);

  auto file = radio::FileRadio::open({.replay = path, .record = {}, .recording = {}});
  ASSERT_TRUE(file) << file.error().describe();
  JobPool pool(1);
  phy::GnbPhyConfig config;
  config.cell = cell.l1;
  config.ssb_scs = cell.ssb_scs;
  auto phy = phy::GnbPhy::make(config, pool);
  ASSERT_TRUE(phy) << phy.error().describe();
  std::vector<nr::l1::Error> errors;
  for (const auto& ul : asked) {
    std::vector<std::vector<Cf>> samples(cell.l1.rx_ports, std::vector<Cf>((*phy)->slot_samples(ul.slot)));
    if (!(*file)->receive(std::vector<std::span<Cf>>(samples.begin(), samples.end()))) break;  // the slot that was under way
    (*phy)->receive(ul, std::vector<std::span<const Cf>>(samples.begin(), samples.end()), into(replayed), errors);
  }
  EXPECT_TRUE(errors.empty());
  ASSERT_LE(replayed.size(), received.size());
  EXPECT_LE(received.size() - replayed.size(), 1u);
  received.resize(replayed.size());
  EXPECT_EQ(received, replayed);
}

}  // namespace
}  // namespace sen
