#include "ue/l1.h"

#include <algorithm>
#include <cmath>

#include "base/log.h"
#include "base/turn.h"
#include "nr/band.h"
#include "nr/mcs.h"
#include "phy/ssb.h"

namespace sen::ue {
namespace {

namespace l1 = nr::l1;
namespace l1_ue = nr::l1_ue;
using phy::Cf;

constexpr unsigned max_cells_found = 8;
constexpr unsigned feed_search_us = 1000;        // a search window is filled in pieces of this length
constexpr float tracking_sinr_db = -6;           // SSBs below it do not steer
constexpr float frequency_gain = 0.3f;           // of the frequency loop; timing follows at once beyond half a sample
constexpr double efficiency_of_bound = 0.75;     // what a receiver has of the Shannon bound
constexpr int max_shift = 64;                    // samples that the timing moves at once
constexpr unsigned neighbour_window_us = 2500;   // from the half frame's start: every block of L_max 8

double hz(uint32_t arfcn) { return static_cast<double>(nr::khz_from_arfcn(arfcn).value_or(0)) * 1e3; }

}  // namespace

struct L1::Impl {
  enum class State : uint8_t { searching, aligning, tracking };
  struct Known {
    uint16_t pci = 0;
    uint32_t arfcn = 0;
    int64_t slot_start = 0;      // of a slot of this cell
    nr::Slot slot;
    double cfo_hz = 0;
    l1_ue::RxSsb block;
  };

  Impl(const L1Config& c, phy::Ofdm o) : config(c), timing(std::move(o)) {}

  void search_window();
  void neighbours();
  void look(phy::SsbSearcher& searcher, uint32_t arfcn, std::span<const Cf> in, int64_t start, double corrected_hz);
  std::optional<Known> known_from(const phy::SsbFound& found, const phy::PbchFound& pbch, uint32_t arfcn, int64_t start) const;
  void report(const Known& cell);
  bool move_to(uint16_t pci, uint32_t ssb_arfcn);
  Status make_phy();
  void take_slot(std::span<const std::span<const Cf>> in);
  void collect();
  void track();
  float dbm(float power) const { return 10 * std::log10(std::max(power, 1e-20f)) + config.rx_full_scale_dbm; }

  L1Config config;
  phy::Ofdm timing;                                  // symbol starts of the numerology at this rate
  nr::SsbCase ssb_case = nr::SsbCase::c;
  unsigned l_max = 4;
  std::vector<phy::SsbSearcher> searchers;           // one a frequency
  State state = State::searching;
  int64_t position = 0;                              // samples fed
  std::vector<Cf> window;                            // of the search, first port
  int64_t window_start = 0;
  std::vector<Known> known;
  std::vector<l1_ue::RxSsb> blocks;
  std::optional<SearchResult> searched;
  Known serving;
  int shift = 0;                                     // samples to skip (or to take twice) before the next slot
  std::optional<nr::Slot> slot;
  nr::Slot next;
  // The carrier: point A and width of the grid.
  double point_a_hz = 0;
  unsigned n_rb = 0;
  bool carrier_changed = false;
  std::unique_ptr<phy::UePhy> phy;
  std::vector<std::vector<Cf>> samples, tail;        // of the slot, and the last ones of the slot before; per port
  Turn dl_turn, ul_turn;                             // the carrier's offset from the radio's
  std::vector<Cf> neighbour;                         // samples of a half frame's beginning
  int64_t neighbour_start = 0;
  bool collecting = false;
  unsigned slots_since_neighbours = 0;
};

L1::L1(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
L1::~L1() = default;

Result<std::unique_ptr<L1>> L1::make(const L1Config& config) {
  const nr::Band* band = nr::find_band(config.band);
  if (!band) return fail(Fault::invalid, "band", "n{} is unknown", config.band);
  if (config.ssb_arfcns.empty()) return fail(Fault::missing, "ssb_arfcn", "where shall the UE look for a cell?");
  const auto pattern = nr::ssb_case(*band, config.scs);
  if (!pattern) return fail(Fault::invalid, "SSB subcarrier spacing", "{} kHz is not used in n{} (TS 38.104 table 5.4.3.3-1)", nr::khz(config.scs), config.band);
  const auto dft_size = static_cast<unsigned>(std::lround(config.sample_rate_hz / (1e3 * nr::khz(config.scs))));
  SEN_ASSIGN(auto timing, phy::Ofdm::make({config.scs, false, nr::ssb_rbs, dft_size, 0, false}));
  auto impl = std::make_unique<Impl>(config, std::move(timing));
  impl->ssb_case = *pattern;
  impl->l_max = nr::l_max(*pattern, static_cast<uint64_t>(hz(config.ssb_arfcns[0]) / 1e3), band->tdd());
  for (const uint32_t arfcn : config.ssb_arfcns) {
    SEN_ASSIGN(auto searcher, phy::SsbSearcher::make({config.scs, config.sample_rate_hz, hz(arfcn) - config.dl_centre_hz, config.max_cfo_hz, config.dl_centre_hz}));
    impl->searchers.push_back(std::move(searcher));
  }
  impl->samples.resize(config.rx_ports);
  impl->tail.assign(config.rx_ports, std::vector<Cf>(max_shift));
  return std::unique_ptr<L1>(new L1(std::move(impl)));
}

std::vector<l1_ue::RxSsb> L1::take_blocks() { return std::exchange(impl_->blocks, {}); }
std::optional<nr::Slot> L1::slot() const { return impl_->slot; }
std::optional<L1::SearchResult> L1::take_search() { return std::exchange(impl_->searched, std::nullopt); }
bool L1::searching() const { return impl_->state == Impl::State::searching; }
bool L1::tracking() const { return impl_->state == Impl::State::tracking; }
const l1_ue::RxSsb& L1::serving() const { return impl_->serving.block; }
bool L1::preamble_goes_on() const { return impl_->phy && impl_->phy->preamble_goes_on(); }
double L1::cfo_hz() const { return impl_->serving.cfo_hz; }
const phy::UePhy* L1::phy() const { return impl_->phy.get(); }

// ---- the stream ----

size_t L1::wanted() const {
  const Impl& i = *impl_;
  if (i.state == Impl::State::searching) return static_cast<size_t>(i.config.sample_rate_hz * feed_search_us / 1e6);
  if (i.state == Impl::State::aligning) return static_cast<size_t>(i.serving.slot_start - i.position);
  return static_cast<size_t>(static_cast<int>(i.timing.slot_samples(i.next.in_subframe())) + i.shift);
}

void L1::feed(std::span<const std::span<const Cf>> samples) {
  Impl& i = *impl_;
  const int64_t start = i.position;
  i.position += static_cast<int64_t>(samples[0].size());
  i.slot.reset();
  if (i.state == Impl::State::searching) {
    if (i.window.empty()) i.window_start = start;
    i.window.insert(i.window.end(), samples[0].begin(), samples[0].end());
    // A block that straddles the window's end is whole at the beginning of a window that is one piece longer.
    if (i.window.size() >= static_cast<size_t>(i.config.sample_rate_hz / 1e3 * (i.config.search_ms + 1))) i.search_window();
    return;
  }
  if (i.state == Impl::State::aligning) {
    i.state = Impl::State::tracking;
    return;
  }
  i.take_slot(samples);
  i.slot = i.next;
  ++i.next;
  i.serving.slot_start = start + i.shift;
  i.shift = 0;
  i.serving.slot = *i.slot;
  if (i.carrier_changed) {
    if (const Status made = i.make_phy(); !made) log_warning(Layer::phy, "{}", made.error().describe());
  }
  if (!i.phy) return;
  const double centre = i.point_a_hz + 6.0 * i.n_rb * 1e3 * nr::khz(i.config.scs);
  const double down = -(i.serving.cfo_hz + centre - i.config.dl_centre_hz) / i.config.sample_rate_hz;
  if (i.config.neighbour_interval_ms != 0) i.collect();
  i.dl_turn.set(down, i.serving.slot_start);
  for (auto& port : i.samples) i.dl_turn.apply(port, i.serving.slot_start);
  i.phy->receive(*i.slot, std::vector<std::span<const Cf>>(i.samples.begin(), i.samples.end()));
  i.track();
}

// The next slot's samples: `shift` to be skipped, or that many of the slot before taken again.
void L1::Impl::take_slot(std::span<const std::span<const Cf>> in) {
  for (size_t p = 0; p < in.size(); ++p) {
    auto& out = samples[p];
    out.clear();
    if (shift < 0) out.assign(tail[p].end() + shift, tail[p].end());
    out.insert(out.end(), in[p].data() + std::max(shift, 0), in[p].data() + in[p].size());
    tail[p].assign(in[p].end() - max_shift, in[p].end());
  }
}

// Gathers the beginning of a half frame now and then, and looks for other cells in it.
void L1::Impl::collect() {
  ++slots_since_neighbours;
  if (!collecting && slot->in_frame() == 0 && slots_since_neighbours >= config.neighbour_interval_ms * nr::slots_per_subframe(config.scs)) {
    collecting = true;
    neighbour.clear();
    neighbour_start = serving.slot_start;
  }
  if (!collecting) return;
  neighbour.insert(neighbour.end(), samples[0].begin(), samples[0].end());
  if (static_cast<double>(neighbour.size()) >= config.sample_rate_hz * neighbour_window_us / 1e6) neighbours();
}

void L1::Impl::search_window() {
  known.clear();
  double power = 0;
  for (const Cf& x : window) power += std::norm(x);
  searched.emplace().level_dbfs = static_cast<float>(10 * std::log10(std::max(power / static_cast<double>(window.size()), 1e-20)));
  for (size_t f = 0; f < searchers.size(); ++f) look(searchers[f], config.ssb_arfcns[f], window, window_start, 0);
  for (const Known& cell : known) report(cell);
  searched->cells = static_cast<unsigned>(known.size());
  window.clear();
}

void L1::Impl::neighbours() {
  collecting = false;
  slots_since_neighbours = 0;
  Turn turn;
  turn.set(-serving.cfo_hz / config.sample_rate_hz, 0);
  turn.apply(neighbour, 0);
  known.clear();
  for (size_t f = 0; f < searchers.size(); ++f) {
    if (!config.everywhere || config.ssb_arfcns[f] == serving.arfcn) look(searchers[f], config.ssb_arfcns[f], neighbour, neighbour_start, serving.cfo_hz);
  }
  for (const Known& cell : known) {
    if (cell.pci != serving.pci || cell.arfcn != serving.arfcn) report(cell);
  }
}

void L1::Impl::look(phy::SsbSearcher& searcher, uint32_t arfcn, std::span<const Cf> in, int64_t start, double corrected_hz) {
  std::vector<phy::SsbFound> found;
  searcher.search(in, max_cells_found, found);
  for (const auto& block : found) {
    const auto pbch = searcher.decode(in, block, l_max);
    if (!pbch) {
      const SearchResult::Signal signal{static_cast<uint16_t>(block.pci), arfcn, dbm(block.measurement.rsrp), block.measurement.sinr_db};
      if (searched && (!searched->unreadable || signal.rsrp_dbm > searched->unreadable->rsrp_dbm)) searched->unreadable = signal;
      continue;
    }
    auto cell = known_from(block, *pbch, arfcn, start);
    if (!cell) continue;
    cell->cfo_hz += corrected_hz;
    const bool twice = std::ranges::any_of(known, [&](const Known& k) { return k.pci == cell->pci && k.arfcn == cell->arfcn; });
    if (!twice) known.push_back(*cell);
  }
}

// Where the cell's slots lie and what its block said.
std::optional<L1::Impl::Known> L1::Impl::known_from(const phy::SsbFound& found, const phy::PbchFound& pbch, uint32_t arfcn, int64_t start) const {
  const auto range = hz(arfcn) < 7.125e9 ? nr::FrequencyRange::fr1 : nr::FrequencyRange::fr2;
  const auto place = nr::ssb_position(ssb_case, l_max, pbch.ssb_index);
  const auto mib = nr::unpack_mib(pbch.payload.mib, range);
  if (!place || !mib) return std::nullopt;
  Known cell;
  cell.pci = static_cast<uint16_t>(found.pci);
  cell.arfcn = arfcn;
  cell.cfo_hz = found.cfo_hz;
  const unsigned half = nr::slots_per_frame(config.scs) / 2;
  const unsigned frame = (mib->sfn & ~15u) | (pbch.payload.sfn & 15u);
  cell.slot = nr::Slot(config.scs, frame, place->slot + (pbch.payload.half_frame ? half : 0));
  cell.slot_start = start + static_cast<int64_t>(found.sample) - static_cast<int64_t>(timing.symbol_start(cell.slot.in_subframe(), place->first_symbol));
  cell.block.pci = cell.pci;
  cell.block.arfcn = arfcn;
  cell.block.index = static_cast<uint8_t>(pbch.ssb_index);
  cell.block.half_frame = pbch.payload.half_frame;
  cell.block.k_ssb = static_cast<uint8_t>((pbch.payload.k_ssb & 16) | mib->ssb_subcarrier_offset);
  cell.block.mib = pbch.payload.mib;
  cell.block.slot = cell.slot;
  cell.block.rsrp_dbm = dbm(found.measurement.rsrp);
  cell.block.sinr_db = found.measurement.sinr_db;
  cell.block.rsrq_db = 10 * std::log10(std::max(20 * found.measurement.rsrp / std::max(found.measurement.rssi, 1e-20f), 1e-5f));
  return cell;
}

void L1::Impl::report(const Known& cell) { blocks.push_back(cell.block); }

// ---- where to be ----

bool L1::tune(const l1_ue::CellConfig& cell) {
  Impl& i = *impl_;
  const bool present = i.state != Impl::State::searching && i.serving.pci == cell.pci && i.serving.arfcn == cell.ssb_arfcn;
  if (!present && !i.move_to(cell.pci, cell.ssb_arfcn)) return false;
  const double point_a = static_cast<double>(cell.dl_point_a_khz) * 1e3;
  if (point_a == i.point_a_hz && cell.n_rb == i.n_rb) return true;
  i.point_a_hz = point_a;
  i.n_rb = cell.n_rb;
  i.carrier_changed = true;
  return true;
}

bool L1::Impl::move_to(uint16_t pci, uint32_t ssb_arfcn) {
  const auto cell = std::ranges::find_if(known, [&](const Known& k) { return k.pci == pci && k.arfcn == ssb_arfcn; });
  if (cell == known.end()) return false;
  serving = *cell;
  phy.reset();
  n_rb = 0;
  dl_turn = ul_turn = {};
  collecting = false;
  shift = 0;
  while (serving.slot_start < position) {  // to the next slot that begins in what is still to be read
    serving.slot_start += timing.slot_samples(serving.slot.in_subframe());
    ++serving.slot;
  }
  next = serving.slot;
  state = serving.slot_start == position ? State::tracking : State::aligning;
  return true;
}

void L1::search_again() {
  impl_->state = Impl::State::searching;
  impl_->slot.reset();
  impl_->known.clear();
  impl_->window.clear();
  impl_->phy.reset();
}

Status L1::Impl::make_phy() {
  carrier_changed = false;
  phy::UePhyConfig c;
  c.pci = serving.pci;
  c.scs = config.scs;
  c.n_rb = n_rb;
  const double middle = 6.0 * n_rb * 1e3 * nr::khz(config.scs);
  c.dl_centre_hz = point_a_hz + middle;
  c.ul_centre_hz = c.dl_centre_hz - config.dl_centre_hz + config.ul_centre_hz;
  c.dft_size = timing.dft_size();
  c.rx_ports = config.rx_ports;
  c.tx_ports = config.tx_ports;
  c.full_scale_dbm = config.tx_full_scale_dbm;
  c.re_dbfs = config.tx_re_dbfs;
  SEN_ASSIGN(phy, phy::UePhy::make(c));
  return {};
}

// The own cell's block in this slot steers timing and frequency.
void L1::Impl::track() {
  const unsigned half = nr::slots_per_frame(config.scs) / 2;
  const auto place = nr::ssb_position(ssb_case, l_max, serving.block.index);
  if (!place || slot->in_frame() != place->slot + (serving.block.half_frame ? half : 0)) return;
  const double spacing = 1e3 * nr::khz(config.scs);
  const auto first = std::lround((hz(serving.arfcn) - point_a_hz) / spacing) - 120;
  if (first < 0 || first + 240 > static_cast<long>(12 * n_rb)) return;
  const auto block = phy->block(place->first_symbol, static_cast<unsigned>(first), l_max);
  if (!block.pbch || block.measurement.sinr_db < tracking_sinr_db) return;
  serving.block.slot = *slot;
  serving.block.mib = block.pbch->payload.mib;
  serving.block.rsrp_dbm = dbm(block.measurement.rsrp);
  serving.block.sinr_db = block.measurement.sinr_db;
  serving.block.rsrq_db = 10 * std::log10(std::max(20 * block.measurement.rsrp / std::max(block.measurement.rssi, 1e-20f), 1e-5f));
  report(serving);
  serving.cfo_hz += static_cast<double>(frequency_gain * block.measurement.cfo_hz);
  shift = std::clamp(static_cast<int>(std::lround(static_cast<double>(block.measurement.delay_s) * config.sample_rate_hz)), -max_shift, max_shift);
}

// ---- the slot ----

void L1::search(std::span<const l1_ue::PdcchSearch> searches, std::vector<l1_ue::RxDci>& found) {
  if (impl_->phy) impl_->phy->search(searches, found);
}

void L1::decode(std::span<const l1_ue::PdschReceive> assignments, std::vector<l1_ue::RxPdsch>& received) {
  if (impl_->phy) impl_->phy->decode(assignments, received);
}

Result<l1_ue::CsiMeasurement> L1::measure(const l1::CsiRsPdu& csi_rs, const phy::CsiMeterOptions& options) {
  if (!impl_->phy) return fail(Fault::not_found, "CSI-RS", "no cell");
  return impl_->phy->measure(csi_rs, options);
}

l1_ue::CsiMeasurement L1::estimate(nr::CqiTable table) const {
  const l1_ue::RxSsb& block = impl_->serving.block;
  const double efficiency = efficiency_of_bound * std::log2(1 + std::pow(10.0, static_cast<double>(block.sinr_db) / 10));
  l1_ue::CsiMeasurement out{.cqi = 0, .ri = 1, .pmi = 0, .sinr_db = block.sinr_db, .rsrp_dbm = block.rsrp_dbm};
  for (unsigned i = 1; i <= 15; ++i) {
    const auto entry = nr::cqi(table, i);
    if (entry && entry->efficiency() <= efficiency) out.cqi = static_cast<uint8_t>(i);
  }
  return out;
}

int64_t L1::transmit(const l1_ue::UlSlot& ul, std::vector<std::vector<Cf>>& samples) {
  Impl& i = *impl_;
  samples.assign(i.config.tx_ports, std::vector<Cf>(i.timing.slot_samples(ul.slot.in_subframe())));
  int64_t start = i.serving.slot_start;
  for (nr::Slot s = i.serving.slot; s != ul.slot; ++s) start += i.timing.slot_samples(s.in_subframe());
  start -= std::llround(static_cast<double>(ul.ta_ns + ul.ta_offset_ns) * 1e-9 * i.config.sample_rate_hz);
  if (!i.phy) return start;
  std::vector<std::span<Cf>> views(samples.begin(), samples.end());
  i.phy->transmit(ul, views);
  const double scale = i.config.dl_centre_hz > 0 ? i.config.ul_centre_hz / i.config.dl_centre_hz : 1;
  const double grid = i.point_a_hz + 6.0 * i.n_rb * 1e3 * nr::khz(i.config.scs) - i.config.dl_centre_hz;
  i.ul_turn.set((grid + i.serving.cfo_hz * scale) / i.config.sample_rate_hz, start);
  for (auto& port : samples) i.ul_turn.apply(port, start);
  return start;
}

}  // namespace sen::ue
