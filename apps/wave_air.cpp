#include "apps/wave_air.h"

#include <algorithm>
#include <cmath>

#include "base/lap.h"
#include "base/log.h"
#include "base/random.h"
#include "nr/band.h"
#include "nr/mcs.h"
#include "nr/ra.h"

namespace sen {
namespace {

namespace l1 = nr::l1;
namespace l1_ue = nr::l1_ue;
using phy::Cf;

// A UE's slot ends this much later than the cell's at most: the longest delay and what its timing is off by.
constexpr double slack_s = 150e-6;
// Implementation loss of the receivers against the Shannon bound, for the CQI of an SSB.
constexpr double efficiency_of_bound = 0.75;
constexpr float thermal_dbm_hz = -174;
constexpr float ue_max_power_dbm = 30;
constexpr double highest_doppler_hz = 10e3;  // what changes faster has jumped
constexpr unsigned search_ms = 20;

double hz(uint32_t arfcn) { return static_cast<double>(nr::khz_from_arfcn(arfcn).value_or(0)) * 1e3; }
float db(double ratio) { return static_cast<float>(10 * std::log10(ratio)); }

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
  // What a UE's radio is set to.
  struct Carrier {
    double dl_hz = 0, ul_hz = 0, rate_hz = 0;
    const mac::CellConfig* first = nullptr;   // of its cells
    std::vector<uint32_t> ssb_arfcns;
    unsigned cells = 0;
  };
  struct Cell {
    std::unique_ptr<phy::GnbPhy> phy;
    radio::IqAir::CellIndex air = 0;
    size_t carrier = 0;
    float noise_figure_db = 5;
    const l1::UlSlot* ul = nullptr;
    int64_t start = 0, end = 0;               // of the slot that is under way, in its samples
  };
  struct Ue {
    air::UeRadio radio;
    double ppm = 0;
    size_t carrier = 0;
    std::unique_ptr<ue::L1> l1;
    radio::IqAir::UeIndex air = 0;
    int64_t origin = 0, position = 0;         // when its radio was set to the carrier, how far it has heard
    std::optional<l1_ue::CellConfig> target;  // on this carrier, still to be found
    bool sent = false;                        // in this slot
    std::vector<double> delays_s;             // by cell, a slot ago
  };

  Impl(const WaveConfig& c, std::vector<mac::CellConfig> list) : config(c), configs(std::move(list)), pool(c.threads), geometry(c.geometry) {}

  size_t carrier_of(const mac::CellConfig& cell, double rate_hz);
  Status open(Ue& ue, size_t carrier);
  void set_links(air::UeIndex ue, double elapsed_s);
  float floor_db(float signal_re_dbm, float noise_figure_db, nr::Scs scs) const;
  // Now, in samples of this rate.
  int64_t slot_end(double rate_hz) const { return cells.empty() ? 0 : std::llround(static_cast<double>(cells[0].end) * rate_hz / carriers[cells[0].carrier].rate_hz); }
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
  air::SlotAir geometry;                      // places, path loss, delays
  radio::IqAir air{radio::IqAirConfig{.seed = config.geometry.seed}};
  std::vector<Carrier> carriers;
  std::vector<Cell> cells;
  std::vector<std::unique_ptr<Ue>> ues;
  int64_t now_ns = 0;
  std::vector<std::vector<Cf>> scratch;
  std::vector<l1::Error> errors;
  WaveTimes times;
  WaveTaps taps;
};

WaveAir::WaveAir(const WaveConfig& config, std::vector<mac::CellConfig> cells) : impl_(std::make_unique<Impl>(config, std::move(cells))) {}
WaveAir::~WaveAir() = default;

const phy::GnbPhy& WaveAir::cell_phy(air::CellIndex cell) const { return *impl_->cells[cell].phy; }
const ue::L1* WaveAir::ue_l1(air::UeIndex ue) const { return ue < impl_->ues.size() && impl_->ues[ue] ? impl_->ues[ue]->l1.get() : nullptr; }
const WaveTimes& WaveAir::times() const { return impl_->times; }
void WaveAir::set_taps(WaveTaps taps) { impl_->taps = std::move(taps); }
air::Link WaveAir::link(air::CellIndex cell, air::UeIndex ue) const { return impl_->geometry.link(cell, ue); }

// ---- cells ----

Result<air::CellIndex> WaveAir::add_cell(const air::CellRadio& radio) {
  Impl& i = *impl_;
  const size_t index = i.cells.size();
  const mac::CellConfig& cell = i.configs.at(index);
  SEN_TRY(i.geometry.add_cell(radio));
  phy::GnbPhyConfig config;
  config.cell = cell.l1;
  config.ssb_scs = cell.ssb_scs;
  config.dft_size = i.config.dft_size;
  config.re_dbfs = static_cast<float>(cell.l1.ss_pbch_block_power_dbm);  // full scale is 1 mW
  Impl::Cell made;
  SEN_ASSIGN(made.phy, phy::GnbPhy::make(config, i.pool));
  made.carrier = i.carrier_of(cell, made.phy->sample_rate_hz());
  made.noise_figure_db = radio.noise_figure_db;
  made.start = made.end = i.slot_end(made.phy->sample_rate_hz());
  made.air = i.air.add_cell({.identity = index, .dl_hz = hz(cell.l1.dl_arfcn), .ul_hz = hz(cell.l1.ul_arfcn), .sample_rate_hz = made.phy->sample_rate_hz(),
                             .tx_ports = cell.l1.tx_ports, .rx_ports = cell.l1.rx_ports, .noise_figure_db = radio.noise_figure_db,
                             .max_power_dbm = static_cast<float>(cell.l1.ss_pbch_block_power_dbm) + db(12.0 * cell.l1.n_rb)});
  // What the open loop aims at is a power a resource block of 15 kHz.
  const float received = static_cast<float>(cell.p0_nominal_msg3_dbm) + db(nr::khz(cell.l1.scs) / 15.0 / 12);
  i.air.set_noise_figure_of_cell(made.air, i.floor_db(received, radio.noise_figure_db, cell.l1.scs));
  i.cells.push_back(std::move(made));
  return static_cast<air::CellIndex>(index);
}

size_t WaveAir::Impl::carrier_of(const mac::CellConfig& cell, double rate_hz) {
  const double dl_hz = hz(cell.l1.dl_arfcn);
  auto found = std::ranges::find_if(carriers, [&](const Carrier& c) { return c.dl_hz == dl_hz && c.rate_hz == rate_hz && c.first->l1.n_rb == cell.l1.n_rb; });
  if (found == carriers.end()) found = carriers.insert(found, {dl_hz, hz(cell.l1.ul_arfcn), rate_hz, &cell, {}, 0});
  ++found->cells;
  if (std::ranges::find(found->ssb_arfcns, cell.l1.ssb_arfcn) == found->ssb_arfcns.end()) found->ssb_arfcns.push_back(cell.l1.ssb_arfcn);
  return static_cast<size_t>(found - carriers.begin());
}

void WaveAir::advance(int64_t now_ns) {
  Impl& i = *impl_;
  i.geometry.advance(now_ns);
  const double elapsed_s = static_cast<double>(now_ns - std::exchange(i.now_ns, now_ns)) * 1e-9;
  for (air::UeIndex ue = 0; ue < i.ues.size(); ++ue) {
    if (i.ues[ue]) i.set_links(ue, elapsed_s);
  }
  for (auto& cell : i.cells) cell.start = cell.end;
}

void WaveAir::send(air::CellIndex index, const l1::DlSlot& dl, const l1::UlSlot& ul) {
  Impl& i = *impl_;
  Impl::Cell& cell = i.cells[index];
  cell.ul = &ul;
  const size_t n = cell.phy->slot_samples(dl.slot);
  cell.end = cell.start + static_cast<int64_t>(n);
  const auto out = i.buffers(i.configs[index].l1.tx_ports, n);
  bool sent = false;
  {
    Lap lap(i.times.gnb_send_ns);
    sent = cell.phy->transmit(dl, out, i.errors);
  }
  Lap lap(i.times.air_ns);
  if (sent) i.air.send(cell.air, cell.start, std::vector<std::span<const Cf>>(out.begin(), out.end()));
}

void WaveAir::receive(air::CellIndex index, const std::function<void(const l1::UlIndication&)>& indicate) {
  Impl& i = *impl_;
  Impl::Cell& cell = i.cells[index];
  for (air::UeIndex ue = 0; ue < i.ues.size(); ++ue) {
    if (i.ues[ue] && !i.ues[ue]->sent && i.ues[ue]->l1->preamble_goes_on() && i.ues[ue]->l1->slot()) {
      l1_ue::UlSlot rest;
      rest.slot = *i.ues[ue]->l1->slot();
      rest.ta_offset_ns = static_cast<float>(i.configs[index].n_ta_offset * nr::tc_ns);
      transmit(ue, std::move(rest));
    }
  }
  const auto in = i.buffers(i.configs[index].l1.rx_ports, static_cast<size_t>(cell.end - cell.start));
  // Uplink slots begin N_TA,offset before the downlink's (TS 38.211 4.3.1).
  const auto before = std::llround(i.configs[index].n_ta_offset * nr::tc_ns * 1e-9 * cell.phy->sample_rate_hz());
  {
    Lap lap(i.times.air_ns);
    i.air.listen(cell.air, cell.start - before, in);
  }
  if (i.taps.cell) i.taps.cell(index, cell.start - before, in);
  Lap lap(i.times.gnb_receive_ns);
  cell.phy->receive(*cell.ul, std::vector<std::span<const Cf>>(in.begin(), in.end()), indicate, i.errors);
  for (const auto& error : std::exchange(i.errors, {}))
    log_warning(Layer::phy, "[{:>8}] rnti=0x{:04x}: a request that L1 cannot carry out", error.slot.text(), error.rnti);
}

// ---- UEs ----

Result<air::UeIndex> WaveAir::add_ue(const air::UeRadio& radio) {
  Impl& i = *impl_;
  SEN_ASSIGN(const air::UeIndex index, i.geometry.add_ue(radio));
  auto made = std::make_unique<Impl::Ue>();
  made->radio = radio;
  Random random(i.config.geometry.seed ^ radio.identity * 0x9e3779b97f4a7c15u);
  made->ppm = random.chance(0.5) ? i.config.oscillator_ppm : -i.config.oscillator_ppm;
  SEN_TRY(i.open(*made, 0));
  if (i.ues.size() <= index) i.ues.resize(index + 1);
  i.ues[index] = std::move(made);
  i.set_links(index, 0);
  return index;
}

// Sets the UE's radio to a carrier, from now on.
Status WaveAir::Impl::open(Ue& ue, size_t index) {
  const Carrier& carrier = carriers[index];
  const mac::CellConfig& cell = *carrier.first;
  ue::L1Config c;
  c.sample_rate_hz = carrier.rate_hz;
  c.dl_centre_hz = carrier.dl_hz;
  c.ul_centre_hz = carrier.ul_hz;
  c.rx_ports = config.ue_rx_ports ? config.ue_rx_ports : cell.l1.tx_ports;
  c.tx_ports = config.ue_tx_ports ? config.ue_tx_ports : cell.l1.rx_ports;
  c.scs = cell.l1.scs;
  c.band = cell.band;
  c.ssb_arfcns = carrier.ssb_arfcns;
  c.search_ms = search_ms;
  // Half a subcarrier, or as far as the oscillator may be off.
  c.max_cfo_hz = std::max(500.0 * nr::khz(cell.l1.scs), config.oscillator_ppm * 1e-6 * carrier.dl_hz + 1e3);
  c.tx_full_scale_dbm = 0;
  c.neighbour_interval_ms = carrier.cells > 1 ? 40 : 0;
  SEN_ASSIGN(auto l1, ue::L1::make(c));
  if (ue.l1) air.remove_ue(ue.air);
  ue.l1 = std::move(l1);
  ue.carrier = index;
  ue.air = air.add_ue({.identity = ue.radio.identity, .dl_hz = carrier.dl_hz, .ul_hz = carrier.ul_hz, .sample_rate_hz = carrier.rate_hz, .tx_ports = c.tx_ports,
                       .rx_ports = c.rx_ports, .noise_figure_db = ue.radio.noise_figure_db, .max_power_dbm = ue_max_power_dbm, .oscillator_ppm = ue.ppm});
  ue.origin = ue.position = slot_end(carrier.rate_hz);
  return {};
}

void WaveAir::remove_ue(air::UeIndex ue) {
  if (!ue_l1(ue)) return;
  impl_->air.remove_ue(impl_->ues[ue]->air);
  impl_->geometry.remove_ue(ue);
  impl_->ues[ue].reset();
}

void WaveAir::Impl::set_links(air::UeIndex index, double elapsed_s) {
  Ue& ue = *ues[index];
  ue.delays_s.resize(cells.size());
  float strongest = -200;
  nr::Scs scs = nr::Scs::khz15;
  for (size_t c = 0; c < cells.size(); ++c) {
    const air::Link link = geometry.link(static_cast<air::CellIndex>(c), index);
    const double delay_s = static_cast<double>(link.delay_ns) * 1e-9 + config.extra_delay_s, before = std::exchange(ue.delays_s[c], delay_s);
    double doppler = elapsed_s > 0 ? (before - delay_s) / elapsed_s * hz(configs[c].l1.dl_arfcn) : 0;
    if (std::abs(doppler) > highest_doppler_hz) doppler = 0;
    const Status set = air.set_link(cells[c].air, ue.air, {.gain_db = -link.path_loss_db, .delay_s = delay_s, .doppler_hz = doppler, .fading = config.fading});
    if (!set) log_warning(Layer::air, "cell {} and UE {}: {}", c, index, set.error().describe());
    if (const float rsrp = static_cast<float>(configs[c].l1.ss_pbch_block_power_dbm) - link.path_loss_db; cells[c].carrier == ue.carrier && rsrp > strongest) {
      strongest = rsrp;
      scs = configs[c].l1.scs;
    }
  }
  air.set_noise_figure_of_ue(ue.air, floor_db(strongest, ue.radio.noise_figure_db, scs));
}

// The noise figure at which a signal has no more than the SNR of the configuration.
float WaveAir::Impl::floor_db(float signal_re_dbm, float noise_figure_db, nr::Scs scs) const {
  return std::max(noise_figure_db, signal_re_dbm - config.snr_db - thermal_dbm_hz - db(1e3 * nr::khz(scs)));
}

std::vector<l1_ue::RxSsb> WaveAir::receive_ssb(air::UeIndex index) {
  Impl& i = *impl_;
  Impl::Ue& ue = *i.ues[index];
  ue.sent = false;
  const double rate = i.carriers[ue.carrier].rate_hz;
  const int64_t until = i.slot_end(rate) + std::llround(slack_s * rate);
  const bool searching = !ue.l1->tracking();
  while (ue.position + static_cast<int64_t>(ue.l1->wanted()) <= until) {
    const auto in = i.buffers(i.config.ue_rx_ports ? i.config.ue_rx_ports : i.carriers[ue.carrier].first->l1.tx_ports, ue.l1->wanted());
    {
      Lap lap(i.times.air_ns);
      i.air.hear(ue.air, ue.position, in);
    }
    if (i.taps.ue) i.taps.ue(index, ue.position, in);
    Lap lap(i.times.ue_track_ns);
    ue.position += static_cast<int64_t>(in[0].size());
    ue.l1->feed(std::vector<std::span<const Cf>>(in.begin(), in.end()));
    if (ue.l1->slot()) break;
  }
  auto blocks = ue.l1->take_blocks();
  if (ue.target && ue.l1->tune(*ue.target)) ue.target.reset();
  // A window has passed without a cell: the next carrier's turn.
  const bool over = static_cast<double>(ue.position - ue.origin) >= 2e-3 * (search_ms + 1) * rate;
  if (searching && blocks.empty() && !ue.target && over && !ue.l1->tracking() && i.carriers.size() > 1) {
    if (i.open(ue, (ue.carrier + 1) % i.carriers.size())) i.set_links(index, 0);
  }
  return blocks;
}

bool WaveAir::tune(air::UeIndex index, const l1_ue::CellConfig& cell) {
  Impl& i = *impl_;
  Impl::Ue& ue = *i.ues[index];
  ue.target.reset();
  const auto carrier = std::ranges::find_if(i.carriers, [&](const auto& c) { return std::ranges::find(c.ssb_arfcns, cell.ssb_arfcn) != c.ssb_arfcns.end(); });
  const auto wanted = static_cast<size_t>(carrier - i.carriers.begin());
  if (carrier == i.carriers.end() || wanted == ue.carrier) return ue.l1->tune(cell);
  if (!i.open(ue, wanted)) return false;
  i.set_links(index, 0);
  ue.target = cell;
  return true;
}

void WaveAir::untune(air::UeIndex ue) {
  impl_->ues[ue]->target.reset();
  impl_->ues[ue]->l1->search_again();
}

bool WaveAir::synchronised(air::UeIndex ue, nr::Slot slot) const { return impl_->ues[ue]->l1->slot() == slot; }

std::vector<l1_ue::RxDci> WaveAir::receive_pdcch(air::UeIndex ue, const std::vector<l1_ue::PdcchSearch>& searches) {
  Lap lap(impl_->times.ue_search_ns);
  std::vector<l1_ue::RxDci> found;
  impl_->ues[ue]->l1->search(searches, found);
  return found;
}

std::vector<l1_ue::RxPdsch> WaveAir::receive_pdsch(air::UeIndex ue, const std::vector<l1_ue::PdschReceive>& requests) {
  Lap lap(impl_->times.ue_decode_ns);
  std::vector<l1_ue::RxPdsch> blocks;
  impl_->ues[ue]->l1->decode(requests, blocks);
  return blocks;
}

l1_ue::CsiMeasurement WaveAir::measure(air::UeIndex ue, unsigned cqi_table) const {
  const l1_ue::RxSsb& serving = impl_->ues[ue]->l1->serving();
  return {.cqi = cqi_for(serving.sinr_db, cqi_table), .ri = 1, .pmi = 0, .sinr_db = serving.sinr_db, .rsrp_dbm = serving.rsrp_dbm};
}

std::optional<l1_ue::CsiMeasurement> WaveAir::measure_csi(air::UeIndex ue, const l1_ue::CsiReceive& what) {
  const auto table = static_cast<nr::CqiTable>(std::clamp<int>(what.cqi_table, 1, 3) - 1);
  auto measured = impl_->ues[ue]->l1->measure(what.csi_rs, {table, what.max_rank});
  if (!measured) return std::nullopt;
  measured->rsrp_dbm = impl_->ues[ue]->l1->serving().rsrp_dbm;  // RSRP of reports and of the path loss is the SSB's
  return *measured;
}

void WaveAir::transmit(air::UeIndex index, l1_ue::UlSlot slot) {
  Impl& i = *impl_;
  Impl::Ue& ue = *i.ues[index];
  ue.sent = true;
  if (slot.empty() && !ue.l1->preamble_goes_on()) return;
  Lap lap(i.times.ue_send_ns);
  std::vector<std::vector<Cf>> samples;
  const int64_t time = ue.origin + ue.l1->transmit(slot, samples);
  i.air.say(ue.air, time, std::vector<std::span<const Cf>>(samples.begin(), samples.end()));
}

}  // namespace sen
