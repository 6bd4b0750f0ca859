#include "air/slot_air.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <unordered_map>

#include "air/detail/match.h"
#include "nr/band.h"
#include "nr/mcs.h"
#include "nr/pucch.h"
#include "nr/rnti.h"

namespace sen::air {

using namespace nr;

namespace {

constexpr double light_m_per_ns = 0.299792458;
constexpr float thermal_dbm_hz = -174;
constexpr float silence_dbm = -300;
constexpr int64_t position_step_ns = 10'000'000;  // how often path losses follow the tracks

double to_linear(double db) { return std::pow(10.0, db / 10); }
float to_db(double linear) { return linear > 1e-30 ? static_cast<float>(10 * std::log10(linear)) : silence_dbm; }

// What a block of this spectral efficiency needs for a BLER of one half: Shannon's bound and an implementation margin.
float required_sinr_db(double bits_per_re) { return to_db(std::exp2(bits_per_re) - 1) + 1.5f + 0.2f * static_cast<float>(bits_per_re); }
double sinr_bler(float sinr_db, double bits_per_re) { return 1 / (1 + std::exp((sinr_db - required_sinr_db(bits_per_re)) / 0.25)); }

// By aggregation level 1 to 16: a PDCCH needs 3 dB less with each doubling.
float pdcch_sinr_db(unsigned level) { return 4.0f - 3.0f * static_cast<float>(std::bit_width(level) - 1); }
constexpr float pucch_sinr_db = -8;
constexpr float ssb_sinr_db = -10, pbch_sinr_db = -6, ssb_rsrp_dbm = -130;
constexpr float preamble_snr_db = -15;

// TS 38.211 5.3.1: the normal cyclic prefix; what arrives later or earlier by more than it is lost.
float cyclic_prefix_ns(Scs scs) { return 4687.5f / static_cast<float>(1u << mu(scs)); }

// One draw of a place in the run: a hash, so that the order of the calls does not matter.
class Draw {
 public:
  explicit Draw(uint64_t seed) : h_(seed) {}
  Draw& mix(uint64_t v) {
    h_ += 0x9e3779b97f4a7c15ull + v;
    h_ = (h_ ^ (h_ >> 30)) * 0xbf58476d1ce4e5b9ull;
    h_ = (h_ ^ (h_ >> 27)) * 0x94d049bb133111ebull;
    h_ ^= h_ >> 31;
    return *this;
  }
  bool chance(double p) const { return static_cast<double>(h_ >> 11) * 0x1p-53 < p; }

 private:
  uint64_t h_;
};
enum Kind : uint64_t { draw_pdcch, draw_pdsch, draw_pusch, draw_uci };

unsigned short_duration(uint8_t format) {  // symbols of a short preamble, TS 38.211 table 6.3.3.2-2
  constexpr std::array<uint8_t, 14> symbols{0, 0, 0, 0, 2, 4, 6, 2, 12, 2, 6, 2, 4, 6};
  return format < symbols.size() ? symbols[format] : 0;
}
float preamble_bandwidth_hz(const l1::PrachPdu& prach) {
  if (prach.format == 3) return 839 * 5000.0f;
  return prach.format < 3 ? 839 * 1250.0f : 139 * 1000.0f * static_cast<float>(khz(prach.scs));
}

void append(l1::Bits& out, bool bit) {
  if (out.size % 8 == 0) out.octets.push_back(0);
  if (bit) out.octets.back() |= static_cast<uint8_t>(0x80 >> out.size % 8);
  ++out.size;
}
bool bit_at(const l1::Bits& bits, unsigned i) {
  return i < bits.size && i / 8 < bits.octets.size() && (bits.octets[i / 8] >> (7 - i % 8) & 1);
}

struct Override {
  double bler_dl = -1, bler_ul = -1;
  float extra_loss_db = 0;
};

// What a HARQ process has collected so far.
struct Combining {
  double sinr = 0;  // linear, sum
  uint8_t transmissions = 0;
  uint32_t tbs_octets = 0;
  Rnti rnti = 0;
};

// A run of transmissions of one UE to its serving cell in the current slot.
struct Transmission {
  UeIndex ue = 0;
  l1_ue::UlSlot slot;
};

}  // namespace

double distance_m(const Point& a, const Point& b) { return std::hypot(a.x_m - b.x_m, a.y_m - b.y_m, a.z_m - b.z_m); }

Point Track::at(double s) const {
  if (waypoints.empty()) return {};
  if (s <= waypoints.front().at_s) return waypoints.front().point;
  for (size_t i = 1; i < waypoints.size(); ++i) {
    const Waypoint& b = waypoints[i];
    if (s >= b.at_s) continue;
    const Waypoint& a = waypoints[i - 1];
    const double f = b.at_s > a.at_s ? (s - a.at_s) / (b.at_s - a.at_s) : 1;
    return {a.point.x_m + f * (b.point.x_m - a.point.x_m), a.point.y_m + f * (b.point.y_m - a.point.y_m),
            a.point.z_m + f * (b.point.z_m - a.point.z_m)};
  }
  return waypoints.back().point;
}

Track Track::walk(const Point& from, const Point& to, double speed_m_s, double start_s) {
  const double length = distance_m(from, to);
  return {{{start_s, from}, {start_s + (speed_m_s > 0 ? length / speed_m_s : 0), to}}};
}

struct SlotAir::Impl {
  explicit Impl(const AirConfig& c) : config(c) {}

  struct Cell {
    CellRadio radio;
    float frequency_db = 0;  // 20 log10 of the carrier in GHz
    float noise_dbm = 0;     // of a resource element at the gNB
    const l1::DlSlot* dl = nullptr;
    const l1::UlSlot* ul = nullptr;
    float load = 0, next_load = 0;                                 // part of the resource elements in use: of the slot before, of this one
    double uplink_interference = 0, next_uplink_interference = 0;  // mW in a resource element
    std::vector<Transmission> transmissions;
  };
  struct Ue {
    bool used = false;
    UeRadio radio;
    std::optional<CellIndex> tuned;
    std::array<Combining, limit::harq_processes> dl{}, ul{};
    int64_t epoch = -1;  // of the path losses
    std::vector<float> path_loss_db;
    std::vector<float> delay_ns;
  };

  AirConfig config;
  int64_t now_ns = 0;
  std::vector<Cell> cells;
  std::vector<Ue> ues;
  std::unordered_map<uint64_t, Override> overrides;
  Statistics statistics;
  std::string mismatch;

  static uint64_t key(CellIndex cell, UeIndex ue) { return uint64_t{cell} << 32 | ue; }
  Ue* find(UeIndex ue) { return ue < ues.size() && ues[ue].used ? &ues[ue] : nullptr; }
  Cell* serving(UeIndex ue) {
    Ue* u = find(ue);
    return u && u->tuned ? &cells[*u->tuned] : nullptr;
  }
  Override* override_of(CellIndex cell, UeIndex ue);
  double bler(CellIndex cell, UeIndex ue, bool downlink) const;
  Draw draw(Kind kind, CellIndex cell, UeIndex ue) const {
    return Draw(config.seed).mix(kind).mix(cell).mix(ues[ue].radio.identity).mix(static_cast<uint64_t>(now_ns));
  }

  void follow(UeIndex ue);
  float path_loss(CellIndex cell, UeIndex ue) {
    follow(ue);
    return ues[ue].path_loss_db[cell];
  }
  float delay(CellIndex cell, UeIndex ue) {
    follow(ue);
    return ues[ue].delay_ns[cell];
  }
  float rsrp(CellIndex cell, UeIndex ue) { return static_cast<float>(cells[cell].radio.l1.ss_pbch_block_power_dbm) - path_loss(cell, ue); }
  float downlink_sinr(CellIndex cell, UeIndex ue);
  bool block_fails(Combining& state, float sinr_db, const l1::Code& code, bool new_data, Rnti rnti, double first_bler, Draw draw) const;

  l1::Quality uplink_quality(CellIndex cell, UeIndex ue, float power_dbm, unsigned rbs, float ta_ns);
  void receive_pusch(CellIndex cell, const l1::PuschPdu& expected, l1::UlIndication& out);
  void receive_pusch_uci(const l1::PuschPdu& expected, const l1_ue::PuschSend* sent, bool decodable, const l1::Quality& quality,
                         l1::UlIndication& out) const;
  void receive_pucch(CellIndex cell, const l1::PucchPdu& expected, l1::UlIndication& out);
  void receive_prach(CellIndex cell, const l1::PrachPdu& expected, l1::UlIndication& out);
  void receive_srs(CellIndex cell, const l1::SrsPdu& expected, l1::UlIndication& out);
  bool in_time(const l1::Quality& quality, Scs scs) const { return std::abs(quality.ta_ns) <= cyclic_prefix_ns(scs); }
  double interference_mw(CellIndex cell, const void* wanted, const l1::Bwp& bwp, const l1::Allocation& allocation, bool& any);
  void leak(CellIndex cell, const Transmission& transmission);
  void note_unmatched(const Cell& cell, const Transmission& transmission);
};

// --- Links -----------------------------------------------------------------------------------------------------------------

Override* SlotAir::Impl::override_of(CellIndex cell, UeIndex ue) {
  if (cell >= cells.size() || !find(ue)) return nullptr;
  const auto found = overrides.find(key(cell, ue));
  if (found != overrides.end()) return &found->second;
  return overrides.size() < limit::overrides ? &overrides[key(cell, ue)] : nullptr;
}

double SlotAir::Impl::bler(CellIndex cell, UeIndex ue, bool downlink) const {
  const double common = downlink ? config.bler_dl : config.bler_ul;
  if (overrides.empty()) return common;
  const auto found = overrides.find(key(cell, ue));
  if (found == overrides.end()) return common;
  const double own = downlink ? found->second.bler_dl : found->second.bler_ul;
  return own < 0 ? common : own;
}

void SlotAir::Impl::follow(UeIndex index) {
  Ue& ue = ues[index];
  const int64_t epoch = now_ns / position_step_ns;
  const bool moves = ue.radio.track.waypoints.size() > 1;
  if (ue.path_loss_db.size() == cells.size() && ue.epoch >= 0 && (!moves || ue.epoch == epoch)) return;
  ue.epoch = epoch;
  ue.path_loss_db.resize(cells.size());
  ue.delay_ns.resize(cells.size());
  const Point at = ue.radio.track.at(static_cast<double>(now_ns) * 1e-9);
  for (size_t c = 0; c < cells.size(); ++c) {
    const double d = distance_m(at, cells[c].radio.position);
    ue.delay_ns[c] = static_cast<float>(d / light_m_per_ns);
    ue.path_loss_db[c] =
        config.path_loss_1m_db + config.path_loss_decade_db * static_cast<float>(std::log10(std::max(d, 1.0))) + cells[c].frequency_db;
    const auto found = overrides.find(key(static_cast<CellIndex>(c), index));
    if (found != overrides.end()) ue.path_loss_db[c] += found->second.extra_loss_db;
  }
}

float SlotAir::Impl::downlink_sinr(CellIndex cell, UeIndex ue) {
  const CellRadio& own = cells[cell].radio;
  double noise = to_linear(thermal_dbm_hz + 10 * std::log10(1000.0 * khz(own.l1.scs)) + ues[ue].radio.noise_figure_db);
  for (size_t c = 0; c < cells.size(); ++c) {
    if (c == cell || cells[c].radio.l1.dl_arfcn != own.l1.dl_arfcn) continue;
    noise += cells[c].load * to_linear(rsrp(static_cast<CellIndex>(c), ue));
  }
  return rsrp(cell, ue) - to_db(noise);
}

// HARQ combining: SINRs add up, and the configured BLER falls with each transmission.
bool SlotAir::Impl::block_fails(Combining& state, float sinr_db, const l1::Code& code, bool new_data, Rnti rnti, double first_bler,
                                Draw draw) const {
  if (new_data || state.rnti != rnti || state.tbs_octets != code.tbs_octets) state = {0, 0, code.tbs_octets, rnti};
  state.sinr += to_linear(sinr_db);
  const double configured = first_bler * std::pow(config.retransmission_factor, state.transmissions);
  if (state.transmissions < 255) ++state.transmissions;
  double p = configured;
  if (config.sinr_errors) p = 1 - (1 - configured) * (1 - sinr_bler(to_db(state.sinr), code.qm * code.rate_x1024_x10 / 10240.0));
  return draw.mix(code.rv).mix(rnti).chance(p);
}

// --- Cells -----------------------------------------------------------------------------------------------------------------

SlotAir::SlotAir(const AirConfig& config) : impl_(std::make_unique<Impl>(config)) {}
SlotAir::~SlotAir() = default;

Result<CellIndex> SlotAir::add_cell(const CellRadio& radio) {
  Impl& m = *impl_;
  if (m.cells.size() == limit::cells) return fail(Fault::exhausted, "air", "{} cells are the limit", limit::cells);
  for (const auto& other : m.cells) {
    if (other.radio.l1.pci == radio.l1.pci && other.radio.l1.ssb_arfcn == radio.l1.ssb_arfcn) {
      return fail(Fault::invalid, "air", "two cells with PCI {} and SSB at ARFCN {}", radio.l1.pci, radio.l1.ssb_arfcn);
    }
  }
  Impl::Cell cell;
  cell.radio = radio;
  const double ghz = static_cast<double>(khz_from_arfcn(radio.l1.dl_arfcn).value_or(3'500'000)) * 1e-6;
  cell.frequency_db = static_cast<float>(20 * std::log10(std::max(ghz, 0.1)));
  cell.noise_dbm = static_cast<float>(thermal_dbm_hz + 10 * std::log10(1000.0 * khz(radio.l1.scs)) + radio.noise_figure_db);
  m.cells.push_back(std::move(cell));
  return static_cast<CellIndex>(m.cells.size() - 1);
}

Result<UeIndex> SlotAir::add_ue(const UeRadio& radio) {
  Impl& m = *impl_;
  if (radio.track.waypoints.size() > limit::waypoints) return fail(Fault::exhausted, "air", "{} waypoints are the limit", limit::waypoints);
  auto free = std::ranges::find(m.ues, false, &Impl::Ue::used);
  if (free == m.ues.end()) {
    if (m.ues.size() == limit::ues) return fail(Fault::exhausted, "air", "{} UEs are the limit", limit::ues);
    free = m.ues.emplace(m.ues.end());
  }
  *free = {};
  free->used = true;
  free->radio = radio;
  return static_cast<UeIndex>(free - m.ues.begin());
}

void SlotAir::remove_ue(UeIndex ue) {
  if (!impl_->find(ue)) return;
  impl_->ues[ue] = {};
  for (auto& cell : impl_->cells) std::erase_if(cell.transmissions, [&](const Transmission& t) { return t.ue == ue; });
  std::erase_if(impl_->overrides, [&](const auto& entry) { return (entry.first & 0xffffffff) == ue; });
}

void SlotAir::move_ue(UeIndex ue, const Track& track) {
  auto* found = impl_->find(ue);
  if (!found || track.waypoints.size() > limit::waypoints) return;
  found->radio.track = track;
  found->epoch = -1;
}

bool SlotAir::set_bler(CellIndex cell, UeIndex ue, double dl, double ul) {
  Override* o = impl_->override_of(cell, ue);
  if (o) o->bler_dl = dl, o->bler_ul = ul;
  return o;
}

bool SlotAir::set_extra_loss(CellIndex cell, UeIndex ue, float db) {
  Override* o = impl_->override_of(cell, ue);
  if (!o) return false;
  o->extra_loss_db = db;
  impl_->ues[ue].epoch = -1;
  return true;
}

void SlotAir::advance(int64_t now_ns) { impl_->now_ns = std::max(impl_->now_ns, now_ns); }

void SlotAir::send(CellIndex index, const l1::DlSlot& dl, const l1::UlSlot& ul) {
  if (index >= impl_->cells.size()) return;
  auto& cell = impl_->cells[index];
  cell.dl = &dl;
  cell.ul = &ul;
  cell.load = cell.next_load;
  cell.uplink_interference = std::exchange(cell.next_uplink_interference, 0);
  impl_->statistics.pdcch_sent += dl.pdcch.size();
  const float all = static_cast<float>(std::max<unsigned>(cell.radio.l1.n_rb, 1) * symbols_per_slot);
  float used = 0;
  for (const auto& p : dl.pdsch) used += static_cast<float>(detail::rb_count(p.allocation) * p.allocation.symbols);
  for (const auto& p : dl.pdcch) used += 6.0f * static_cast<float>(p.aggregation_level);
  cell.next_load = std::min(1.0f, used / all);
}

// --- Downlink --------------------------------------------------------------------------------------------------------------

std::vector<l1_ue::RxSsb> SlotAir::receive_ssb(UeIndex ue) {
  std::vector<l1_ue::RxSsb> out;
  if (!impl_->find(ue)) return out;
  for (size_t c = 0; c < impl_->cells.size(); ++c) {
    const auto& cell = impl_->cells[c];
    if (!cell.dl || cell.dl->ssb.empty()) continue;
    const auto index = static_cast<CellIndex>(c);
    const float rsrp = impl_->rsrp(index, ue), sinr = impl_->downlink_sinr(index, ue);
    if (rsrp < ssb_rsrp_dbm || sinr < ssb_sinr_db) continue;
    for (const auto& ssb : cell.dl->ssb) {
      l1_ue::RxSsb rx;
      rx.pci = ssb.pci;
      rx.arfcn = cell.radio.l1.ssb_arfcn;
      rx.index = ssb.index;
      rx.half_frame = cell.dl->slot.subframe() >= 5;
      rx.k_ssb = ssb.k_ssb;
      if (sinr >= pbch_sinr_db) rx.mib = ssb.mib;
      rx.slot = cell.dl->slot;
      rx.rsrp_dbm = rsrp;
      rx.sinr_db = sinr;
      rx.rsrq_db = std::clamp(-10.8f - to_db(1 + to_linear(-sinr)), -43.0f, 20.0f);  // RSRP over 12 N times the RSSI
      out.push_back(rx);
    }
  }
  return out;
}

bool SlotAir::tune(UeIndex ue, uint16_t pci, uint32_t ssb_arfcn) {
  auto* found = impl_->find(ue);
  if (!found) return false;
  const auto cell =
      std::ranges::find_if(impl_->cells, [&](const Impl::Cell& c) { return c.radio.l1.pci == pci && c.radio.l1.ssb_arfcn == ssb_arfcn; });
  found->dl = found->ul = {};
  found->tuned.reset();
  if (cell == impl_->cells.end()) return false;
  found->tuned = static_cast<CellIndex>(cell - impl_->cells.begin());
  return true;
}

std::optional<CellIndex> SlotAir::tuned(UeIndex ue) const {
  const auto* found = impl_->find(ue);
  return found ? found->tuned : std::nullopt;
}

bool SlotAir::addressed(UeIndex ue, std::span<const Rnti> rntis) const {
  const auto* cell = impl_->serving(ue);
  if (!cell || !cell->dl) return false;
  return std::ranges::any_of(cell->dl->pdcch, [&](const l1::PdcchPdu& p) { return std::ranges::find(rntis, p.rnti) != rntis.end(); });
}

std::vector<l1_ue::RxDci> SlotAir::receive_pdcch(UeIndex ue, const std::vector<l1_ue::PdcchSearch>& searches) {
  std::vector<l1_ue::RxDci> out;
  const auto* cell = impl_->serving(ue);
  if (!cell || !cell->dl || searches.empty() || cell->dl->pdcch.empty()) return out;
  const CellIndex index = *impl_->ues[ue].tuned;
  std::optional<float> sinr;
  for (size_t i = 0; i < cell->dl->pdcch.size(); ++i) {
    const l1::PdcchPdu& p = cell->dl->pdcch[i];
    for (const auto& search : searches) {
      const auto* candidate = detail::find_candidate(search, p);
      if (!candidate) continue;
      if (!sinr) sinr = impl_->downlink_sinr(index, ue);
      const bool heard = !impl_->config.sinr_errors || *sinr + p.power_db >= pdcch_sinr_db(p.aggregation_level);
      if (!heard || impl_->draw(draw_pdcch, index, ue).mix(i).chance(impl_->config.control_miss)) break;
      out.push_back({search.search_space,
                     search.coreset.id,
                     p.rnti,
                     candidate->first_cce,
                     p.aggregation_level,
                     p.dci,
                     {*sinr, impl_->rsrp(index, ue), 0}});
      ++impl_->statistics.pdcch_received;
      break;
    }
  }
  return out;
}

std::vector<l1_ue::RxPdsch> SlotAir::receive_pdsch(UeIndex ue, const std::vector<l1_ue::PdschReceive>& requests) {
  std::vector<l1_ue::RxPdsch> out;
  const auto* cell = impl_->serving(ue);
  for (size_t i = 0; i < requests.size(); ++i) {
    const auto& request = requests[i];
    l1_ue::RxPdsch rx{request.pdsch.rnti, request.harq_id, false, {}, {}};
    const l1::PdschPdu* sent = nullptr;
    std::string why = "nothing sent";
    if (cell && cell->dl) {
      for (const auto& p : cell->dl->pdsch) {
        if (p.rnti != request.pdsch.rnti) continue;
        why = detail::differs(p, request.pdsch);
        if (why.empty()) sent = &p;
        if (sent) break;
      }
    }
    if (!sent) {
      ++impl_->statistics.pdsch_unmatched;
      impl_->mismatch = fmt::format("PDSCH {}: {}", request.pdsch.rnti, why);
      out.push_back(std::move(rx));
      continue;
    }
    const CellIndex index = *impl_->ues[ue].tuned;
    const float layers_db = to_db(std::max<unsigned>(sent->layers, 1));
    rx.quality = {impl_->downlink_sinr(index, ue) + sent->power_db - layers_db, impl_->rsrp(index, ue), 0};
    Combining broadcast;
    Combining& state = is_c_rnti(sent->rnti) ? impl_->ues[ue].dl[request.harq_id % limit::harq_processes] : broadcast;
    rx.crc_ok = !impl_->block_fails(state, rx.quality.sinr_db, sent->code, request.new_data, sent->rnti, impl_->bler(index, ue, true),
                                    impl_->draw(draw_pdsch, index, ue).mix(i));
    if (rx.crc_ok) rx.tb.assign(sent->tb.begin(), sent->tb.end());
    ++(rx.crc_ok ? impl_->statistics.pdsch_ok : impl_->statistics.pdsch_lost);
    out.push_back(std::move(rx));
  }
  return out;
}

l1_ue::CsiMeasurement SlotAir::measure(UeIndex ue, unsigned cqi_table) const {
  l1_ue::CsiMeasurement out;
  const auto* cell = impl_->serving(ue);
  if (!cell) return out;
  const CellIndex index = *impl_->ues[ue].tuned;
  out.rsrp_dbm = impl_->rsrp(index, ue);
  out.sinr_db = impl_->downlink_sinr(index, ue);
  const unsigned ports = cell->radio.l1.tx_ports;
  out.ri = ports >= 4 && out.sinr_db > 24 ? 4 : ports >= 2 && out.sinr_db > 14 ? 2 : 1;
  const float per_layer = out.sinr_db - to_db(out.ri);
  const auto table = static_cast<CqiTable>(std::clamp(cqi_table, 1u, 3u) - 1);
  for (unsigned i = 1; i <= 15; ++i) {
    const auto mcs = cqi(table, i);
    if (mcs && per_layer >= required_sinr_db(mcs->efficiency()) + 0.5f) out.cqi = static_cast<uint8_t>(i);
  }
  return out;
}

// --- Uplink ----------------------------------------------------------------------------------------------------------------

void SlotAir::transmit(UeIndex ue, l1_ue::UlSlot slot) {
  auto* cell = impl_->serving(ue);
  if (!cell || slot.empty() || !cell->ul || cell->ul->slot != slot.slot) return;
  cell->transmissions.push_back({ue, std::move(slot)});
}

l1::UlIndication SlotAir::receive(CellIndex index) {
  l1::UlIndication out;
  if (index >= impl_->cells.size() || !impl_->cells[index].ul) return out;
  auto& cell = impl_->cells[index];
  out.slot = cell.ul->slot;
  for (const auto& p : cell.ul->prach) impl_->receive_prach(index, p, out);
  for (const auto& p : cell.ul->pusch) impl_->receive_pusch(index, p, out);
  for (const auto& p : cell.ul->pucch) impl_->receive_pucch(index, p, out);
  for (const auto& p : cell.ul->srs) impl_->receive_srs(index, p, out);
  for (const auto& t : cell.transmissions) {
    impl_->leak(index, t);
    impl_->note_unmatched(cell, t);
  }
  cell.transmissions.clear();
  cell.dl = nullptr;
  cell.ul = nullptr;
  return out;
}

l1::Quality SlotAir::Impl::uplink_quality(CellIndex cell, UeIndex ue, float power_dbm, unsigned rbs, float ta_ns) {
  const float per_re = power_dbm - to_db(12.0 * std::max(rbs, 1u)) - path_loss(cell, ue);
  const double noise = to_linear(cells[cell].noise_dbm) + cells[cell].uplink_interference;
  return {per_re - to_db(noise), per_re, 2 * delay(cell, ue) - ta_ns};
}

// Power in a resource element of all other transmissions that touch this allocation.
double SlotAir::Impl::interference_mw(CellIndex cell, const void* wanted, const l1::Bwp& bwp, const l1::Allocation& allocation, bool& any) {
  double sum = 0;
  for (const auto& t : cells[cell].transmissions) {
    const auto add = [&](const l1::Bwp& other, const l1::Allocation& a, unsigned rbs, float power) {
      if (!detail::overlap(bwp, allocation, other, a)) return;
      any = true;
      sum += to_linear(power - to_db(12.0 * std::max(rbs, 1u)) - path_loss(cell, t.ue));
    };
    for (const auto& p : t.slot.pusch) {
      if (&p != wanted) add(p.pusch.bwp, p.pusch.allocation, detail::rb_count(p.pusch.allocation), p.power_dbm);
    }
    for (const auto& p : t.slot.pucch) {
      if (&p != wanted) add(p.pucch.bwp, detail::pucch_allocation(p.pucch), p.pucch.rbs, p.power_dbm);
    }
  }
  return sum;
}

void SlotAir::Impl::receive_pusch(CellIndex index, const l1::PuschPdu& expected, l1::UlIndication& out) {
  Cell& cell = cells[index];
  const Transmission* from = nullptr;
  const l1_ue::PuschSend* sent = nullptr;
  for (const auto& t : cell.transmissions) {
    for (const auto& p : t.slot.pusch) {
      if (p.pusch.rnti != expected.rnti || p.tb.size() != expected.code.tbs_octets || !detail::differs(p.pusch, expected).empty()) continue;
      // Two UEs with the same RNTI (a collision of preambles): the stronger counts.
      const auto level = [&](const Transmission& x, const l1_ue::PuschSend& s) { return s.power_dbm - path_loss(index, x.ue); };
      if (!sent || level(t, p) > level(*from, *sent)) sent = &p, from = &t;
    }
  }
  l1::RxPusch rx;
  rx.rnti = expected.rnti;
  rx.handle = expected.handle;
  rx.harq_id = expected.harq_id;
  bool collided = false;
  const double interference = interference_mw(index, sent, expected.bwp, expected.allocation, collided);
  if (!sent) {
    rx.detected = collided;
    ++statistics.pusch_dtx;
    receive_pusch_uci(expected, nullptr, false, rx.quality, out);
    out.pusch.push_back(std::move(rx));
    return;
  }
  const unsigned rbs = detail::rb_count(expected.allocation);
  rx.quality = uplink_quality(index, from->ue, sent->power_dbm, rbs, from->slot.ta_ns);
  bool lost = !in_time(rx.quality, expected.bwp.scs);
  if (collided) {
    ++statistics.pusch_collided;
    rx.quality.sinr_db = to_db(1 / (1 / to_linear(rx.quality.sinr_db) + interference / to_linear(rx.quality.rsrp_dbfs)));
    lost = lost || rx.quality.sinr_db < config.capture_db;
  }
  // HARQ-ACK of up to two bits punctures; anything else in another size shifts the data (TS 38.212 6.2.7).
  const auto& want = expected.uci;
  const auto& got = sent->uci;
  const bool harq_agrees = want.harq_bits == got.harq.size || (want.harq_bits <= 2 && got.harq.size <= 2);
  if (!harq_agrees || want.csi1_bits != got.csi1.size) {
    lost = true;
    ++statistics.uci_unmatched;
    mismatch = fmt::format("PUSCH {}: UCI of {} HARQ-ACK and {} CSI bits sent, {} and {} expected", expected.rnti, got.harq.size,
                           got.csi1.size, want.harq_bits, want.csi1_bits);
  }
  const float sinr = rx.quality.sinr_db - to_db(std::max<unsigned>(expected.layers, 1));
  Combining& state = ues[from->ue].ul[expected.harq_id % limit::harq_processes];
  const bool fails = block_fails(state, sinr, expected.code, expected.new_data, expected.rnti, bler(index, from->ue, false),
                                 draw(draw_pusch, index, from->ue));
  rx.crc_ok = !lost && !fails;
  if (rx.crc_ok) rx.tb = sent->tb;
  ++(rx.crc_ok ? statistics.pusch_ok : statistics.pusch_lost);
  receive_pusch_uci(expected, sent, !lost, rx.quality, out);
  out.pusch.push_back(std::move(rx));
}

void SlotAir::Impl::receive_pusch_uci(const l1::PuschPdu& expected, const l1_ue::PuschSend* sent, bool decodable,
                                      const l1::Quality& quality, l1::UlIndication& out) const {
  const auto& want = expected.uci;
  if (want.harq_bits == 0 && want.csi1_bits == 0) return;
  l1::RxUci rx;
  rx.rnti = expected.rnti;
  rx.handle = expected.handle;
  rx.on_pusch = true;
  rx.quality = quality;
  rx.detected = sent != nullptr && decodable;
  rx.crc_ok = rx.detected;
  if (rx.detected) {
    if (sent->uci.harq.size == want.harq_bits)
      rx.harq = sent->uci.harq;
    else
      rx.detected = rx.crc_ok = false;  // the resource elements held data instead
    if (want.csi1_bits) {
      rx.csi1 = sent->uci.csi1;
      rx.csi2 = sent->uci.csi2;
    }
  }
  out.uci.push_back(std::move(rx));
}

void SlotAir::Impl::receive_pucch(CellIndex index, const l1::PucchPdu& expected, l1::UlIndication& out) {
  l1::RxUci rx;
  rx.rnti = expected.rnti;
  rx.handle = expected.handle;
  rx.detected = rx.crc_ok = false;
  const Transmission* from = nullptr;
  const l1_ue::PucchSend* sent = nullptr;
  double others = 0;
  for (const auto& t : cells[index].transmissions) {
    for (const auto& p : t.slot.pucch) {
      if (!detail::differs(p.pucch, expected).empty()) continue;
      const auto level = [&](const Transmission& x, const l1_ue::PucchSend& s) { return s.power_dbm - path_loss(index, x.ue); };
      if (sent) others += to_linear(std::min(level(t, p), level(*from, *sent)));
      if (!sent || level(t, p) > level(*from, *sent)) sent = &p, from = &t;
    }
  }
  if (!sent) {
    ++statistics.uci_dtx;
    out.uci.push_back(std::move(rx));
    return;
  }
  rx.quality = uplink_quality(index, from->ue, sent->power_dbm, expected.rbs, from->slot.ta_ns);
  bool touched = false;
  double interference = others / (12.0 * std::max<unsigned>(expected.rbs, 1));
  const l1::Allocation allocation = detail::pucch_allocation(expected);
  for (const auto& t : cells[index].transmissions) {
    for (const auto& p : t.slot.pusch) {
      if (!detail::overlap(expected.bwp, allocation, p.pusch.bwp, p.pusch.allocation)) continue;
      touched = true;
      interference += to_linear(p.power_dbm - to_db(12.0 * std::max(detail::rb_count(p.pusch.allocation), 1u)) - path_loss(index, t.ue));
    }
  }
  if (touched || others > 0) {
    rx.quality.sinr_db = to_db(1 / (1 / to_linear(rx.quality.sinr_db) + interference / to_linear(rx.quality.rsrp_dbfs)));
    if (rx.quality.sinr_db < config.capture_db) {
      ++statistics.uci_dtx;
      out.uci.push_back(std::move(rx));
      return;
    }
  }
  const bool weak = config.sinr_errors && rx.quality.sinr_db < pucch_sinr_db;
  if (weak || !in_time(rx.quality, expected.bwp.scs) || draw(draw_uci, index, from->ue).mix(expected.format).chance(config.control_miss)) {
    ++statistics.uci_dtx;
    out.uci.push_back(std::move(rx));
    return;
  }
  const auto& want = expected.uci;
  const auto& got = sent->uci;
  if (expected.format >= 2) {
    l1::Bits all;
    for (unsigned i = 0; i < got.harq.size; ++i) append(all, bit_at(got.harq, i));
    if (got.sr) append(all, *got.sr);
    for (unsigned i = 0; i < got.csi1.size; ++i) append(all, bit_at(got.csi1, i));
    rx.detected = true;
    rx.crc_ok = all.size == want.harq_bits + (want.sr ? 1u : 0u) + want.csi1_bits;
    if (!rx.crc_ok) {
      ++statistics.uci_unmatched;
      mismatch = fmt::format("PUCCH {}: {} bits sent, {} + {} + {} expected", expected.rnti, all.size, want.harq_bits, want.sr ? 1 : 0,
                             want.csi1_bits);
    } else {
      unsigned at = 0;
      for (unsigned i = 0; i < want.harq_bits; ++i) append(rx.harq, bit_at(all, at++));
      if (want.sr) rx.sr = bit_at(all, at++);
      for (unsigned i = 0; i < want.csi1_bits; ++i) append(rx.csi1, bit_at(all, at++));
      ++statistics.uci_ok;
    }
  } else {
    // Format 0: a positive SR is another cyclic shift, heard only by who expects it. Format 1: one or two bits modulate one sequence; 0, 1
    // and 2 bits share the constellation point of zeros (TS 38.211 6.3.2.4.1).
    const bool positive = got.sr.value_or(false);
    if (expected.format == 0 && positive && !want.sr) {
      ++statistics.uci_dtx;
      out.uci.push_back(std::move(rx));
      return;
    }
    rx.detected = rx.crc_ok = true;
    rx.sr = want.sr && (expected.format == 1 || positive);
    const bool same_size = got.harq.size == want.harq_bits;
    for (unsigned i = 0; i < want.harq_bits; ++i)
      append(rx.harq, same_size ? bit_at(got.harq, i) : got.harq.size == 1 && bit_at(got.harq, 0));
    if (!same_size) {
      ++statistics.uci_unmatched;
      mismatch = fmt::format("PUCCH {}: {} HARQ-ACK bits sent, {} expected", expected.rnti, got.harq.size, want.harq_bits);
    } else {
      ++statistics.uci_ok;
    }
  }
  out.uci.push_back(std::move(rx));
}

void SlotAir::Impl::receive_prach(CellIndex index, const l1::PrachPdu& expected, l1::UlIndication& out) {
  const float noise =
      static_cast<float>(thermal_dbm_hz + 10 * std::log10(preamble_bandwidth_hz(expected)) + cells[index].radio.noise_figure_db);
  for (const auto& t : cells[index].transmissions) {
    for (const auto& p : t.slot.prach) {
      if (!detail::same(p.prach, expected) || p.occasion >= expected.occasions || p.f_id >= expected.n_fd || p.preamble >= 64) {
        ++statistics.preambles_lost;
        continue;
      }
      const float power = p.power_dbm - path_loss(index, t.ue);
      if (power - noise < preamble_snr_db) {
        ++statistics.preambles_lost;
        continue;
      }
      l1::RxPreamble rx;
      rx.start_symbol = static_cast<uint8_t>(expected.start_symbol + p.occasion * short_duration(expected.format));
      rx.occasion = p.occasion;
      rx.f_id = p.f_id;
      rx.preamble = p.preamble;
      rx.ta_ns = 2 * delay(index, t.ue);
      rx.power_db = power;
      const auto twin = std::ranges::find_if(out.preambles, [&](const l1::RxPreamble& o) {
        return o.occasion == rx.occasion && o.f_id == rx.f_id && o.preamble == rx.preamble && o.start_symbol == rx.start_symbol;
      });
      if (twin == out.preambles.end()) {
        ++statistics.preambles;
        out.preambles.push_back(rx);
      } else {
        ++statistics.preambles_collided;
        if (rx.power_db > twin->power_db) *twin = rx;
      }
    }
  }
}

void SlotAir::Impl::receive_srs(CellIndex index, const l1::SrsPdu& expected, l1::UlIndication& out) {
  for (const auto& t : cells[index].transmissions) {
    for (const auto& s : t.slot.srs) {
      if (!detail::same(s.srs, expected)) continue;
      l1::RxSrs rx{expected.rnti, expected.handle, uplink_quality(index, t.ue, s.power_dbm, 4u * (s.srs.c_srs + 1u), t.slot.ta_ns)};
      const float sinr = rx.quality.sinr_db;
      const unsigned ports = std::min<unsigned>(expected.ports, cells[index].radio.l1.rx_ports);
      const unsigned rank = ports >= 4 && sinr > 24 ? 4 : ports >= 2 && sinr > 14 ? 2 : 1;
      rx.rank = static_cast<uint8_t>(std::min<unsigned>(rank, expected.max_rank));
      rx.layer_sinr_db = sinr - to_db(std::max<unsigned>(rx.rank, 1));
      out.srs.push_back(rx);
      return;
    }
  }
}

// Transmissions that nobody listens for: both ends do not agree.
void SlotAir::Impl::note_unmatched(const Cell& cell, const Transmission& t) {
  const auto check = [&](const char* channel, const auto& sent, const auto& expected, uint64_t& counter) {
    std::string why = "not listened for";
    for (const auto& e : expected) {
      std::string difference = detail::differs(sent, e);
      if (difference.empty()) return;
      if (e.rnti == sent.rnti) why = std::move(difference);
    }
    ++counter;
    mismatch = fmt::format("{} {} in {}: {}", channel, sent.rnti, t.slot.slot.text(), why);
  };
  for (const auto& p : t.slot.pusch) check("PUSCH", p.pusch, cell.ul->pusch, statistics.pusch_unmatched);
  for (const auto& p : t.slot.pucch) check("PUCCH", p.pucch, cell.ul->pucch, statistics.uci_unmatched);
}

// What other cells of the frequency hear of a transmission in their next slot: its power over the whole carrier.
void SlotAir::Impl::leak(CellIndex index, const Transmission& t) {
  if (cells.size() < 2) return;
  double dbm_sum = 0;
  for (const auto& p : t.slot.pusch) dbm_sum += to_linear(p.power_dbm);
  if (dbm_sum == 0) return;
  for (size_t c = 0; c < cells.size(); ++c) {
    if (c == index || cells[c].radio.l1.ul_arfcn != cells[index].radio.l1.ul_arfcn) continue;
    const double over_carrier = 12.0 * std::max<unsigned>(cells[c].radio.l1.n_rb, 1);
    cells[c].next_uplink_interference += dbm_sum / over_carrier * to_linear(-path_loss(static_cast<CellIndex>(c), t.ue));
  }
}

Link SlotAir::link(CellIndex cell, UeIndex ue) const {
  if (cell >= impl_->cells.size() || !impl_->find(ue)) return {};
  return {impl_->path_loss(cell, ue), impl_->rsrp(cell, ue), impl_->downlink_sinr(cell, ue), impl_->delay(cell, ue)};
}

const AirConfig& SlotAir::config() const { return impl_->config; }
const l1::DlSlot* SlotAir::downlink(CellIndex cell) const { return cell < impl_->cells.size() ? impl_->cells[cell].dl : nullptr; }
const l1::UlSlot* SlotAir::uplink(CellIndex cell) const { return cell < impl_->cells.size() ? impl_->cells[cell].ul : nullptr; }
size_t SlotAir::cell_count() const { return impl_->cells.size(); }
const CellRadio& SlotAir::cell(CellIndex cell) const { return impl_->cells.at(cell).radio; }
const SlotAir::Statistics& SlotAir::statistics() const { return impl_->statistics; }
const std::string& SlotAir::last_mismatch() const { return impl_->mismatch; }

}  // namespace sen::air
