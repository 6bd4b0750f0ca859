#include "apps/wave_air.h"

#include <algorithm>
#include <cmath>

#include "base/log.h"
#include "base/random.h"
#include "nr/band.h"
#include "nr/mcs.h"

namespace sen {
namespace {

namespace l1 = nr::l1;
namespace l1_ue = nr::l1_ue;
using phy::Cf;

// A UE's slot ends this much later than the cell's at most: the longest delay and what its timing is off by.
constexpr int64_t slack_samples = 4096;
// Implementation loss of the receivers against the Shannon bound, for the CQI.
constexpr double efficiency_of_bound = 0.75;

double hz(uint32_t arfcn) { return static_cast<double>(nr::khz_from_arfcn(arfcn).value_or(0)) * 1e3; }

uint8_t cqi_for(float sinr_db, unsigned table) {
  const double efficiency = efficiency_of_bound * std::log2(1 + std::pow(10.0, static_cast<double>(sinr_db) / 10));
  uint8_t best = 0;
  for (unsigned i = 1; i <= 15; ++i) {
    const auto entry = nr::cqi(static_cast<nr::CqiTable>(table - 1), i);
    if (entry && entry->efficiency() <= efficiency) best = static_cast<uint8_t>(i);
  }
  return best;
}

}  // namespace

struct WaveAir::Impl {
  struct Cell {
    std::unique_ptr<phy::GnbPhy> phy;
    radio::IqAir::CellIndex air = 0;
    nr::Slot slot;
    const l1::UlSlot* ul = nullptr;
  };
  struct Ue {
    std::unique_ptr<ue::L1> l1;
    radio::IqAir::UeIndex air = 0;
    int64_t origin = 0, position = 0;        // when it was switched on, how far it has heard
    bool sent = false;                       // in this slot
  };

  Impl(const WaveConfig& c, std::vector<mac::CellConfig> list) : config(c), configs(std::move(list)), pool(c.threads), geometry(c.geometry) {}

  void set_links(air::UeIndex ue);
  std::vector<std::span<Cf>> buffers(size_t ports, size_t n) {
    scratch.resize(std::max(scratch.size(), ports));
    std::vector<std::span<Cf>> out;
    for (size_t p = 0; p < ports; ++p) {
      scratch[p].resize(std::max(scratch[p].size(), n));
      out.push_back(std::span(scratch[p]).first(n));
    }
    return out;
  }

  WaveConfig config;
  std::vector<mac::CellConfig> configs;
  JobPool pool;
  air::SlotAir geometry;                     // places, path loss, delays
  std::unique_ptr<radio::IqAir> air;
  double rate_hz = 0;
  std::vector<Cell> cells;
  std::vector<std::unique_ptr<Ue>> ues;
  uint64_t slot_start = 0, slot_end = 0;     // of the slot that is under way, in samples
  std::vector<std::vector<Cf>> scratch;
  std::vector<l1::Error> errors;
};

WaveAir::WaveAir(const WaveConfig& config, std::vector<mac::CellConfig> cells) : impl_(std::make_unique<Impl>(config, std::move(cells))) {}
WaveAir::~WaveAir() = default;

const phy::GnbPhy& WaveAir::cell_phy(air::CellIndex cell) const { return *impl_->cells[cell].phy; }
const ue::L1* WaveAir::ue_l1(air::UeIndex ue) const { return ue < impl_->ues.size() && impl_->ues[ue] ? impl_->ues[ue]->l1.get() : nullptr; }
air::Link WaveAir::link(air::CellIndex cell, air::UeIndex ue) const { return impl_->geometry.link(cell, ue); }

// ---- cells ----

Result<air::CellIndex> WaveAir::add_cell(const air::CellRadio& radio) {
  Impl& i = *impl_;
  const size_t index = i.cells.size();
  const mac::CellConfig& cell = i.configs.at(index);
  const mac::CellConfig& first = i.configs.front();
  if (cell.l1.dl_arfcn != first.l1.dl_arfcn || cell.l1.n_rb != first.l1.n_rb)
    return fail(Fault::unsupported, fmt::format("cells[{}]", index), "has another carrier than the first cell: one is on the air with waveforms");
  SEN_TRY(i.geometry.add_cell(radio));
  phy::GnbPhyConfig config;
  config.cell = cell.l1;
  config.ssb_scs = cell.ssb_scs;
  config.dft_size = i.config.dft_size;
  config.re_dbfs = static_cast<float>(cell.l1.ss_pbch_block_power_dbm);  // full scale is 1 mW
  Impl::Cell made;
  SEN_ASSIGN(made.phy, phy::GnbPhy::make(config, i.pool));
  if (!i.air) {
    i.rate_hz = made.phy->sample_rate_hz();
    i.air = std::make_unique<radio::IqAir>(radio::IqAirConfig{.seed = i.config.geometry.seed, .sample_rate_hz = i.rate_hz});
  }
  made.air = i.air->add_cell({.dl_hz = hz(cell.l1.dl_arfcn), .ul_hz = hz(cell.l1.ul_arfcn), .tx_ports = cell.l1.tx_ports, .rx_ports = cell.l1.rx_ports,
                              .noise_figure_db = radio.noise_figure_db});
  i.cells.push_back(std::move(made));
  return static_cast<air::CellIndex>(index);
}

void WaveAir::advance(int64_t now_ns) {
  Impl& i = *impl_;
  i.geometry.advance(now_ns);
  for (air::UeIndex ue = 0; ue < i.ues.size(); ++ue) {
    if (i.ues[ue]) i.set_links(ue);
  }
  i.slot_start = i.slot_end;
}

void WaveAir::send(air::CellIndex index, const l1::DlSlot& dl, const l1::UlSlot& ul) {
  Impl& i = *impl_;
  Impl::Cell& cell = i.cells[index];
  cell.slot = dl.slot;
  cell.ul = &ul;
  const size_t n = cell.phy->slot_samples(dl.slot);
  i.slot_end = i.slot_start + n;
  const auto out = i.buffers(i.configs[index].l1.tx_ports, n);
  cell.phy->transmit(dl, out, i.errors);
  i.air->send(cell.air, i.slot_start, std::vector<std::span<const Cf>>(out.begin(), out.end()));
}

void WaveAir::receive(air::CellIndex index, const std::function<void(const l1::UlIndication&)>& indicate) {
  Impl& i = *impl_;
  Impl::Cell& cell = i.cells[index];
  for (air::UeIndex ue = 0; ue < i.ues.size(); ++ue) {
    if (i.ues[ue] && !i.ues[ue]->sent && i.ues[ue]->l1->preamble_goes_on() && i.ues[ue]->l1->slot()) {
      l1_ue::UlSlot rest;
      rest.slot = *i.ues[ue]->l1->slot();
      transmit(ue, std::move(rest));
    }
  }
  const auto in = i.buffers(i.configs[index].l1.rx_ports, static_cast<size_t>(i.slot_end - i.slot_start));
  i.air->listen(cell.air, i.slot_start, in);
  cell.phy->receive(*cell.ul, std::vector<std::span<const Cf>>(in.begin(), in.end()), indicate, i.errors);
  for (const auto& error : std::exchange(i.errors, {}))
    log_warning(Layer::phy, "[{:>8}] rnti=0x{:04x}: a request that L1 cannot carry out", error.slot.text(), error.rnti);
}

// ---- UEs ----

Result<air::UeIndex> WaveAir::add_ue(const air::UeRadio& radio) {
  Impl& i = *impl_;
  SEN_ASSIGN(const air::UeIndex index, i.geometry.add_ue(radio));
  const mac::CellConfig& cell = i.configs.front();
  ue::L1Config config;
  config.sample_rate_hz = i.rate_hz;
  config.dl_centre_hz = hz(cell.l1.dl_arfcn);
  config.ul_centre_hz = hz(cell.l1.ul_arfcn);
  config.rx_ports = cell.l1.tx_ports;
  config.tx_ports = cell.l1.rx_ports;
  config.scs = cell.l1.scs;
  config.band = cell.band;
  for (const auto& c : i.configs) {
    if (std::ranges::find(config.ssb_arfcns, c.l1.ssb_arfcn) == config.ssb_arfcns.end()) config.ssb_arfcns.push_back(c.l1.ssb_arfcn);
  }
  config.tx_full_scale_dbm = 0;
  config.neighbour_interval_ms = i.configs.size() > 1 ? 40 : 0;
  auto made = std::make_unique<Impl::Ue>();
  SEN_ASSIGN(made->l1, ue::L1::make(config));
  Random random(i.config.geometry.seed ^ radio.identity * 0x9e3779b97f4a7c15u);
  const double ppm = i.config.oscillator_ppm * (static_cast<double>(random.next() >> 11) * 0x1p-52 - 1);
  made->air = i.air->add_ue({.tx_ports = config.tx_ports, .rx_ports = config.rx_ports, .noise_figure_db = radio.noise_figure_db, .oscillator_ppm = ppm});
  i.air->tune(made->air, config.dl_centre_hz, config.ul_centre_hz);
  made->origin = made->position = static_cast<int64_t>(i.slot_end);
  if (i.ues.size() <= index) i.ues.resize(index + 1);
  i.ues[index] = std::move(made);
  i.set_links(index);
  return index;
}

void WaveAir::remove_ue(air::UeIndex ue) {
  if (!ue_l1(ue)) return;
  impl_->air->remove_ue(impl_->ues[ue]->air);
  impl_->geometry.remove_ue(ue);
  impl_->ues[ue].reset();
}

void WaveAir::Impl::set_links(air::UeIndex ue) {
  for (size_t c = 0; c < cells.size(); ++c) {
    const air::Link link = geometry.link(static_cast<air::CellIndex>(c), ue);
    air->set_link(cells[c].air, ues[ue]->air, {.gain_db = -link.path_loss_db, .delay_s = static_cast<double>(link.delay_ns) * 1e-9, .doppler_hz = 0});
  }
}

std::vector<l1_ue::RxSsb> WaveAir::receive_ssb(air::UeIndex index) {
  Impl& i = *impl_;
  Impl::Ue& ue = *i.ues[index];
  ue.sent = false;
  while (ue.position + static_cast<int64_t>(ue.l1->wanted()) <= static_cast<int64_t>(i.slot_end) + slack_samples) {
    const auto in = i.buffers(i.configs.front().l1.tx_ports, ue.l1->wanted());
    i.air->hear(ue.air, static_cast<uint64_t>(ue.position), in);
    ue.position += static_cast<int64_t>(in[0].size());
    ue.l1->feed(std::vector<std::span<const Cf>>(in.begin(), in.end()));
    if (ue.l1->slot()) break;
  }
  return ue.l1->take_blocks();
}

bool WaveAir::tune(air::UeIndex ue, const l1_ue::CellConfig& cell) { return impl_->ues[ue]->l1->tune(cell); }
void WaveAir::untune(air::UeIndex ue) { impl_->ues[ue]->l1->search_again(); }
bool WaveAir::synchronised(air::UeIndex ue, nr::Slot slot) const { return impl_->ues[ue]->l1->slot() == slot; }

std::vector<l1_ue::RxDci> WaveAir::receive_pdcch(air::UeIndex ue, const std::vector<l1_ue::PdcchSearch>& searches) {
  std::vector<l1_ue::RxDci> found;
  impl_->ues[ue]->l1->search(searches, found);
  return found;
}

std::vector<l1_ue::RxPdsch> WaveAir::receive_pdsch(air::UeIndex ue, const std::vector<l1_ue::PdschReceive>& requests) {
  std::vector<l1_ue::RxPdsch> blocks;
  impl_->ues[ue]->l1->decode(requests, blocks);
  return blocks;
}

l1_ue::CsiMeasurement WaveAir::measure(air::UeIndex ue, unsigned cqi_table) const {
  const l1_ue::RxSsb& serving = impl_->ues[ue]->l1->serving();
  return {.cqi = cqi_for(serving.sinr_db, cqi_table), .ri = 1, .pmi = 0, .sinr_db = serving.sinr_db, .rsrp_dbm = serving.rsrp_dbm};
}

void WaveAir::transmit(air::UeIndex index, l1_ue::UlSlot slot) {
  Impl& i = *impl_;
  Impl::Ue& ue = *i.ues[index];
  ue.sent = true;
  std::vector<std::vector<Cf>> samples;
  const int64_t time = ue.origin + ue.l1->transmit(slot, samples);
  i.air->say(ue.air, time, std::vector<std::span<const Cf>>(samples.begin(), samples.end()));
}

}  // namespace sen
