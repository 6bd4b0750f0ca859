#include "apps/radio_network.h"

#include "base/log.h"

namespace sen {

namespace {
constexpr size_t packet_buffers = 1 << 15;
constexpr double cell_distance_m = 400;
// Further behind the clock than this, the air's time is moved instead of caught up with.
constexpr Duration max_lateness = std::chrono::milliseconds(20);
}  // namespace

Result<std::unique_ptr<RadioNetwork>> RadioNetwork::create(RadioConfig config, Executor& executor, Counters& counters, RadioPorts ports) {
  SEN_TRY(gnb::Gnb::check(config.gnb));
  std::unique_ptr<RadioNetwork> network(new RadioNetwork(std::move(config), executor, counters, std::move(ports)));
  SEN_TRY(network->add_cells());
  return network;
}

RadioNetwork::RadioNetwork(RadioConfig config, Executor& executor, Counters& counters, RadioPorts ports)
    : config_(std::move(config)), executor_(executor), counters_(counters), ports_(std::move(ports)), pool_(packet_buffers, 9216), air_(config_.air),
      ues_({config_.ue_plmns, config_.seed, 0, config_.track}, executor, pool_), slot_timer_(executor),
      late_slots_(counters.counter("sen5g_gnb_late_slots", "Slots that began so late that the air's time was moved")) {
  gnb::GnbPorts out;
  out.send_n2 = [this](uint16_t stream, Bytes ngap) { return ports_.send_n2(stream, std::move(ngap)); };
  out.send_n3 = [this](const IpAddress& peer, Packet datagram) { ports_.send_n3(peer, std::move(datagram)); };
  out.n2_state = [this](bool ready, const std::string& reason) {
    if (ports_.n2_state) ports_.n2_state(ready, reason);
    if (ues_.events().state) ues_.events().state(0, ready, reason);
  };
  gnb_ = std::make_unique<gnb::Gnb>(config_.gnb, executor_, pool_, counters_, std::move(out));
  ues_.attach({&air_, [this](const air::UeRadio& radio) { return air_.add_ue(radio); },
               [this](air::UeIndex ue, uint16_t pci, uint32_t ssb_arfcn) { air_.tune(ue, pci, ssb_arfcn); },
               [this](air::UeIndex ue, nr::l1_ue::UlSlot slot) { air_.transmit(ue, std::move(slot)); }});
}

RadioNetwork::~RadioNetwork() = default;

Status RadioNetwork::add_cells() {
  for (size_t i = 0; i < config_.gnb.cells.size(); ++i) {
    air::CellRadio radio;
    radio.l1 = config_.gnb.cells[i].mac.l1;
    radio.position = i < config_.cell_positions.size() ? config_.cell_positions[i] : air::Point{static_cast<double>(i) * cell_distance_m, 0, 10};
    SEN_ASSIGN(auto index, air_.add_cell(radio));
    air_cells_.push_back(index);
    if (radio.l1.scs != config_.gnb.cells.front().mac.l1.scs) {
      return fail(Fault::unsupported, fmt::format("cells[{}].common_scs", i), "differs from the first cell's: one numerology is driven at a time");
    }
  }
  dl_.resize(air_cells_.size());
  ul_.resize(air_cells_.size());
  return {};
}

void RadioNetwork::start() {
  start_ = executor_.now();
  slot_ = nr::Slot(config_.gnb.cells.front().mac.l1.scs, 0);
  gnb_->start();
  on_slot();
}

void RadioNetwork::stop() { slot_timer_.stop(); }

// Everything of a slot: what the cells send, what the UEs hear and answer, what the cells hear. The next slot is due when the clock says so; under a real clock
// a late one follows at once.
void RadioNetwork::on_slot() {
  const int64_t slot_ns = nr::slot_ns(slot_.scs());
  air_.advance(static_cast<int64_t>(slots_) * slot_ns);
  bool ssb = false;
  for (size_t cell = 0; cell < air_cells_.size(); ++cell) {
    gnb_->slot(cell, slot_, dl_[cell], ul_[cell]);
    air_.send(air_cells_[cell], dl_[cell], ul_[cell]);
    ssb |= !dl_[cell].ssb.empty();
  }
  ues_.drive(slot_, ssb);
  if (ports_.exchange) ports_.exchange(static_cast<int64_t>(slots_) * slot_ns);
  for (size_t cell = 0; cell < air_cells_.size(); ++cell) gnb_->indicate(cell, air_.receive(air_cells_[cell]));
  if (Log::instance().enabled(Layer::air, Level::debug) && air_.last_mismatch() != mismatch_) {
    mismatch_ = air_.last_mismatch();
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
  for (size_t cell = 0; cell < air_cells_.size(); ++cell) {
    if (stratum->tuning() && stratum->tuning()->pci == config_.gnb.cells[cell].mac.l1.pci) {
      if (gnb_->release(cell, stratum->mac().crnti())) return {};
    }
  }
  return fail(Fault::not_found, "UE", "{} has no connection", index);
}

void RadioNetwork::set_taps(RadioTaps taps) {
  taps_ = std::move(taps);
  gnb_->set_taps(taps_.gnb);
  ues_.set_tap(taps_.ue_rrc);
}

}  // namespace sen
