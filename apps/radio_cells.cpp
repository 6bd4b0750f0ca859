#include "apps/radio_cells.h"

#include <algorithm>
#include <iterator>
#include <thread>

#include "nr/band.h"

namespace sen {
namespace {

// What a UE's radio must be set to, in the words of srsUE's and `sen5g ue`'s configuration.
std::string expected_of_ues(const gnb::CellSettings& cell, double rate_hz) {
  const auto& l1 = cell.mac.l1;
  return fmt::format("srate and base_srate {:g}e6, band {}, dl_nr_arfcn {}, ssb_nr_arfcn {}, nof_prb {} (of {} kHz), PLMN {}", rate_hz / 1e6, cell.mac.band, l1.dl_arfcn,
                     l1.ssb_arfcn, l1.n_rb, nr::khz(l1.scs), cell.plmn.text());
}

}  // namespace

RadioCells::~RadioCells() { stop(); }

Result<std::unique_ptr<RadioCells>> RadioCells::open(const GnbSdrConfig& config, const gnb::RrcSettings& settings, Executor& executor, PacketPool& pool,
                                                     Counters& counters, gnb::GnbPorts ports) {
  SEN_ASSIGN(auto radios, config.cells(settings.cells));
  auto out = std::unique_ptr<RadioCells>(new RadioCells);
  out->slots_ahead_ = config.slots_ahead;
  out->gnb_ = std::make_unique<gnb::Gnb>(settings, executor, pool, counters, std::move(ports));
  for (size_t i = 0; i < radios.size(); ++i) {
    Cell& cell = out->cells_.emplace_back();
    cell.config = radios[i];
    cell.scs = settings.cells[i].mac.l1.scs;
    auto radio = radio::Zmq::open(cell.config.radio);
    if (!radio) return std::unexpected(std::move(radio).error().within("ru_sdr.device_args"));
    cell.radio = std::move(*radio);
    gnb::RadioLoopConfig loop;
    loop.phy.cell = settings.cells[i].mac.l1;
    loop.phy.ssb_scs = settings.cells[i].mac.ssb_scs;
    loop.phy.dft_size = cell.config.dft_size;
    loop.threads = config.threads ? config.threads : std::max(1u, std::thread::hardware_concurrency() / 2);
    loop.slots_ahead = config.slots_ahead;
    loop.expected_of_ues = expected_of_ues(settings.cells[i], cell.config.radio.sample_rate_hz);
    SEN_ASSIGN(cell.loop, gnb::RadioLoop::make(loop, *out->gnb_, i, executor, *cell.radio, counters));
  }
  return out;
}

void RadioCells::start() {
  for (auto& cell : cells_) cell.loop->start();
}

void RadioCells::stop() {
  for (auto& cell : cells_) {
    if (cell.loop) cell.loop->stop();
  }
}

std::string RadioCells::describe() const {
  std::string out;
  for (const auto& cell : cells_) {
    out += fmt::format("Radio: zmq at {:g} Msps, {} slots ahead", cell.config.radio.sample_rate_hz / 1e6, slots_ahead_);
    for (size_t p = 0; p < cell.config.radio.tx_ports.size(); ++p) out += fmt::format(", sends at {}", cell.config.radio.tx_ports[p]);
    for (size_t p = 0; p < cell.config.radio.rx_ports.size(); ++p) out += fmt::format(", receives from {}", cell.config.radio.rx_ports[p]);
    out += '\n';
  }
  return out;
}

std::string RadioCells::report() {
  std::string out;
  for (size_t i = 0; i < cells_.size(); ++i) {
    Cell& cell = cells_[i];
    const gnb::RadioReport r = cell.loop->take_report();
    cell.late_slots += r.late_slots, cell.lost_slots += r.lost_slots;
    const double elapsed_ns = std::max(static_cast<double>(r.elapsed.count()), 1.0);
    auto percent = [&](double ns) { return 100 * ns / elapsed_ns; };
    auto share = [&](Duration d) { return percent(static_cast<double>(d.count())); };
    auto stage = [&](uint64_t ns) { return percent(static_cast<double>(ns)); };
    fmt::format_to(std::back_inserter(out),
                   "radio {}: {:.2f} of real time; % of the second: stack {:.0f}, L1 down {:.0f} (channels {:.0f}, modulation {:.0f}), L1 up {:.0f} (FFT {:.0f}, "
                   "PUSCH {:.0f}, PUCCH {:.0f}, PRACH {:.0f}, SRS {:.0f}), waiting for samples {:.0f}; late slots {}, lost slots {}, lost samples {}, reconnects {}\n",
                   i, static_cast<double>(r.slots) * static_cast<double>(nr::slot_ns(cell.scs)) / elapsed_ns, share(r.stack), share(r.downlink), stage(r.l1.channels_ns),
                   stage(r.l1.modulate_ns), share(r.uplink), stage(r.l1.demodulate_ns), stage(r.l1.pusch_ns), stage(r.l1.pucch_ns), stage(r.l1.prach_ns), stage(r.l1.srs_ns),
                   share(r.radio), cell.late_slots, cell.lost_slots, r.counters.lost_samples, r.counters.reconnects);
  }
  return out;
}

}  // namespace sen
