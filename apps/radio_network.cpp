#include "apps/radio_network.h"

#include "base/log.h"

namespace sen {

namespace {
constexpr size_t packet_buffers = 1 << 15;
constexpr double cell_distance_m = 400;
// Further behind the clock than this, the air's time is moved instead of caught up with.
constexpr Duration max_lateness = std::chrono::milliseconds(20);

std::unique_ptr<WaveAir> make_waves(const RadioConfig& config) {
  if (!config.waves) return nullptr;
  WaveConfig waves = *config.waves;
  waves.geometry = config.air;
  std::vector<mac::CellConfig> cells;
  for (const auto& cell : config.gnb.cells) cells.push_back(cell.mac);
  for (const auto& gnb : config.further_gnbs) {
    for (const auto& cell : gnb.cells) cells.push_back(cell.mac);
  }
  return std::make_unique<WaveAir>(waves, std::move(cells));
}
}  // namespace

Result<std::unique_ptr<RadioNetwork>> RadioNetwork::create(RadioConfig config, Executor& executor, Counters& counters, RadioPorts ports) {
  std::vector<gnb::RrcSettings> all{config.gnb};
  all.insert(all.end(), config.further_gnbs.begin(), config.further_gnbs.end());
  for (const auto& settings : all) SEN_TRY(gnb::Gnb::check(settings));
  std::unique_ptr<RadioNetwork> network(new RadioNetwork(std::move(config), executor, counters, std::move(ports)));
  for (size_t i = 0; i < all.size(); ++i) {
    network->add_gnb(all[i]);
    SEN_TRY(network->add_cells(i, all[i]));
  }
  return network;
}

RadioNetwork::RadioNetwork(RadioConfig config, Executor& executor, Counters& counters, RadioPorts ports)
    : config_(std::move(config)), executor_(executor), counters_(counters), ports_(std::move(ports)), pool_(packet_buffers, 9216), slot_air_(config_.air),
      waves_(make_waves(config_)), air_(waves_ ? static_cast<air::Air&>(*waves_) : slot_air_),
      ues_({config_.ue_plmns, config_.seed, 0, config_.track, config_.gnb.cells.front().mac.l1.tx_ports,
            waves_ ? config_.gnb.cells.front().mac.l1.rx_ports : uint8_t{1}},
           executor, pool_), slot_timer_(executor),
      late_slots_(counters.counter("sen5g_gnb_late_slots", "Slots that began so late that the air's time was moved")) {
  ues_.attach({&air_, [this](const air::UeRadio& radio) { return air_.add_ue(radio); },
               [this](air::UeIndex ue, const nr::l1_ue::CellConfig& cell) { air_.tune(ue, cell); },
               [this](air::UeIndex ue, nr::l1_ue::UlSlot slot) { air_.transmit(ue, std::move(slot)); }});
}

RadioNetwork::~RadioNetwork() = default;

void RadioNetwork::add_gnb(const gnb::RrcSettings& settings) {
  const size_t index = gnbs_.size();
  gnb::GnbPorts out;
  out.send_n2 = [this, index](uint16_t stream, Bytes ngap) { return ports_.send_n2(index, stream, std::move(ngap)); };
  out.send_n3 = [this, index](const IpAddress& peer, Packet datagram) { ports_.send_n3(index, peer, std::move(datagram)); };
  out.n2_state = [this, index](bool ready, const std::string& reason) {
    if (ports_.n2_state) ports_.n2_state(index, ready, reason);
    if (ues_.events().state) ues_.events().state(index, ready, reason);
  };
  gnbs_.push_back(std::make_unique<gnb::Gnb>(settings, executor_, pool_, counters_, std::move(out)));
}

Status RadioNetwork::add_cells(size_t gnb, const gnb::RrcSettings& settings) {
  const nr::Scs scs = config_.gnb.cells.front().mac.l1.scs;
  for (size_t i = 0; i < settings.cells.size(); ++i) {
    air::CellRadio radio;
    radio.l1 = settings.cells[i].mac.l1;
    const size_t place = cells_.size();
    radio.position = place < config_.cell_positions.size() ? config_.cell_positions[place] : air::Point{static_cast<double>(place) * cell_distance_m, 0, 10};
    SEN_ASSIGN(auto index, air_.add_cell(radio));
    auto& cell = cells_.emplace_back();
    cell.gnb = gnb;
    cell.index = i;
    cell.air = index;
    cell.pci = radio.l1.pci;
    if (radio.l1.scs != scs) {
      return fail(Fault::unsupported, fmt::format("cells[{}].common_scs", i), "differs from the first cell's: one numerology is driven at a time");
    }
  }
  return {};
}

void RadioNetwork::start() {
  start_ = executor_.now();
  slot_ = nr::Slot(config_.gnb.cells.front().mac.l1.scs, 0);
  for (auto& gnb : gnbs_) gnb->start();
  on_slot();
}

void RadioNetwork::stop() { slot_timer_.stop(); }

// Everything of a slot: what the cells send, what the UEs hear and answer, what the cells hear. The next slot is due when the clock says so; under a real clock
// a late one follows at once.
void RadioNetwork::on_slot() {
  const int64_t slot_ns = nr::slot_ns(slot_.scs());
  air_.advance(static_cast<int64_t>(slots_) * slot_ns);
  bool ssb = false;
  for (auto& cell : cells_) {
    gnbs_[cell.gnb]->slot(cell.index, slot_, cell.dl, cell.ul);
    air_.send(cell.air, cell.dl, cell.ul);
    ssb |= !cell.dl.ssb.empty();
  }
  ues_.drive(slot_, ssb || waves_);
  if (ports_.exchange) ports_.exchange(static_cast<int64_t>(slots_) * slot_ns);
  for (const auto& cell : cells_) {
    air_.receive(cell.air, [&](const nr::l1::UlIndication& indication) {
      if (taps_.indication && &cell == &cells_.front()) taps_.indication(indication);
      gnbs_[cell.gnb]->indicate(cell.index, indication);
    });
  }
  if (taps_.slot) taps_.slot(cells_.front().dl, cells_.front().ul);
  if (Log::instance().enabled(Layer::air, Level::debug) && slot_air_.last_mismatch() != mismatch_) {
    mismatch_ = slot_air_.last_mismatch();
    log_debug(Layer::air, "[{:>8}] {}", slot_.text(), mismatch_);
  }
  ++slots_;
  ++slot_;
  const Time now = executor_.now();
  Time due = start_ + Duration(static_cast<int64_t>(slots_) * slot_ns);
  if (now - due > max_lateness) {
    late_slots_.add();
    start_ += now - due;
    due = now;
  }
  slot_timer_.start(due > now ? due - now : Duration{}, [this] { on_slot(); });
}

Status RadioNetwork::request_release(load::UeIndex index) {
  auto* stratum = ues_.ue(index);
  if (!stratum) return fail(Fault::not_found, "UE", "{} is switched off", index);
  for (const auto& cell : cells_) {
    if (!stratum->tuning() || stratum->tuning()->pci != cell.pci) continue;
    if (gnbs_[cell.gnb]->release(cell.index, stratum->mac().crnti())) return {};
  }
  return fail(Fault::not_found, "UE", "{} has no connection", index);
}

void RadioNetwork::set_taps(RadioTaps taps) {
  taps_ = std::move(taps);
  gnbs_.front()->set_taps(taps_.gnb);
  ues_.set_tap(taps_.ue_rrc);
}

}  // namespace sen
