#include "apps/radio_network.h"

#include <cmath>

#include "base/log.h"

namespace sen {

namespace {
constexpr size_t packet_buffers = 1 << 15;
constexpr double cell_distance_m = 400;
constexpr unsigned csi_interval_slots = 20;
}  // namespace

struct RadioNetwork::Ue {
  load::UeIndex index = 0;
  air::UeIndex air = 0;
  const ue::UeNas* nas = nullptr;
  std::unique_ptr<ue::AccessStratum> stratum;
  std::optional<ue::AccessStratum::Tuning> tuned;
};

Result<std::unique_ptr<RadioNetwork>> RadioNetwork::create(RadioConfig config, Executor& executor, Counters& counters, RadioPorts ports) {
  SEN_TRY(gnb::Gnb::check(config.gnb));
  std::unique_ptr<RadioNetwork> network(new RadioNetwork(std::move(config), executor, counters, std::move(ports)));
  SEN_TRY(network->add_cells());
  return network;
}

RadioNetwork::RadioNetwork(RadioConfig config, Executor& executor, Counters& counters, RadioPorts ports)
    : config_(std::move(config)), executor_(executor), counters_(counters), ports_(std::move(ports)), pool_(packet_buffers, 9216), air_(config_.air),
      slot_timer_(executor) {
  gnb::GnbPorts out;
  out.send_n2 = [this](uint16_t stream, Bytes ngap) { return ports_.send_n2(stream, std::move(ngap)); };
  out.send_n3 = [this](const IpAddress& peer, Packet datagram) { ports_.send_n3(peer, std::move(datagram)); };
  out.n2_state = [this](bool ready, const std::string& reason) { events_.state(0, ready, reason); };
  gnb_ = std::make_unique<gnb::Gnb>(config_.gnb, executor_, pool_, counters_, std::move(out));
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
  for (auto& ue : ues_) {
    if (ue) drive(*ue, slot_, ssb);
  }
  for (size_t cell = 0; cell < air_cells_.size(); ++cell) gnb_->indicate(cell, air_.receive(air_cells_[cell]));
  if (Log::instance().enabled(Layer::air, Level::debug) && air_.last_mismatch() != mismatch_) {
    mismatch_ = air_.last_mismatch();
    log_debug(Layer::air, "[{:>8}] {}", slot_.text(), mismatch_);
  }
  ++slots_;
  ++slot_;
  const Time due = start_ + Duration(static_cast<int64_t>(slots_) * slot_ns);
  const Time now = executor_.now();
  slot_timer_.start(due > now ? due - now : Duration{}, [this] { on_slot(); });
}

void RadioNetwork::drive(Ue& ue, nr::Slot slot, bool ssb) {
  ue::AccessStratum& stratum = *ue.stratum;
  if (ssb) {
    auto blocks = air_.receive_ssb(ue.air);
    if (!blocks.empty()) stratum.ssb(blocks);
  }
  const auto wanted = stratum.tuning();
  if (wanted != ue.tuned) {
    ue.tuned = wanted;
    if (wanted) air_.tune(ue.air, wanted->pci, wanted->ssb_arfcn);
  }
  if (!ue.tuned) return;
  mac::UeMac& mac = stratum.mac();
  if (mac.sleeping(slot)) return;
  const auto& searches = mac.search(slot);
  if (!searches.empty()) {
    for (const auto& dci : air_.receive_pdcch(ue.air, searches)) mac.on_dci(slot, dci);
  }
  const auto& wanted_blocks = mac.pdsch(slot);
  if (!wanted_blocks.empty()) {
    for (auto& block : air_.receive_pdsch(ue.air, wanted_blocks)) mac.on_pdsch(slot, std::move(block));
  }
  if (slot.count() % csi_interval_slots == ue.index % csi_interval_slots) mac.on_csi(slot, air_.measure(ue.air));
  auto uplink = mac.uplink(slot);
  if (!uplink.empty()) air_.transmit(ue.air, std::move(uplink));
}

void RadioNetwork::switch_on(load::UeIndex index, const ue::UeNas& nas) {
  if (ues_.size() <= index) ues_.resize(index + 1);
  auto& ue = ues_[index];
  if (ue) return;
  ue = std::make_unique<Ue>();
  ue->index = index;
  ue->nas = &nas;
  air::UeRadio radio;
  // Unless told otherwise the UEs stand on a ring around the first cell.
  const double angle = 2.399963 * index, radius = 60 + 4.0 * std::sqrt(static_cast<double>(index));
  radio.track = config_.track ? config_.track(index) : air::Track::standing({radius * std::cos(angle), radius * std::sin(angle), 1.5});
  auto place = air_.add_ue(radio);
  if (!place) {
    log_error(Layer::air, "{}", place.error().describe());
    ue.reset();
    return;
  }
  ue->air = *place;
  ue::AsConfig config;
  config.seed = config_.seed * 1000003 + index;
  config.plmns = config_.ue_plmns;
  ue::AsPorts ports;
  ports.camped = [this, index](const Tai& tai) { events_.camped(index, tai); };
  ports.connected = [] {};
  ports.released = [this, index](bool failed) { events_.released(index, failed); };
  ports.nas = [this, index](ByteView pdu) { events_.nas(index, pdu); };
  ports.paged = [this, index] { events_.paged(index); };
  ports.bearer = [this, index](PduSessionId session, bool up) { events_.tunnel(index, session, up); };
  ports.packet = [this, index](PduSessionId session, Packet packet) { events_.packet(index, session, packet.view()); };
  ports.k_gnb = [&nas] { return nas.k_gnb(); };
  ue->stratum = std::make_unique<ue::AccessStratum>(config, executor_, pool_, std::move(ports));
  if (taps_.ue_rrc) {
    ue->stratum->set_tap([this, index](const char* channel, ByteView message) { taps_.ue_rrc(index, channel, message); });
  }
}

const ue::AccessStratum* RadioNetwork::ue(load::UeIndex index) const {
  return index < ues_.size() && ues_[index] ? ues_[index]->stratum.get() : nullptr;
}

Status RadioNetwork::send_nas(load::UeIndex index, Bytes nas, const ue::Establishment* establishment) {
  if (index >= ues_.size() || !ues_[index]) return fail(Fault::not_found, "UE", "{} is switched off", index);
  auto& stratum = *ues_[index]->stratum;
  if (establishment) return stratum.connect(std::move(nas), establishment->cause, establishment->s_tmsi);
  return stratum.send_nas(std::move(nas));
}

Status RadioNetwork::send_packet(load::UeIndex index, PduSessionId session, Qfi qfi, ByteView ip) {
  if (index >= ues_.size() || !ues_[index]) return fail(Fault::not_found, "UE", "{} is switched off", index);
  Packet packet = pool_.copy(ip);
  if (!packet) return fail(Fault::exhausted, "UE", "no packet buffer is left");
  return ues_[index]->stratum->send_packet(session, qfi, std::move(packet));
}

bool RadioNetwork::has_tunnel(load::UeIndex index, PduSessionId session) const {
  const auto* stratum = ue(index);
  return stratum && stratum->has_bearer(session);
}

Status RadioNetwork::request_release(load::UeIndex index) {
  const auto* stratum = ue(index);
  if (!stratum) return fail(Fault::not_found, "UE", "{} is switched off", index);
  for (size_t cell = 0; cell < air_cells_.size(); ++cell) {
    if (stratum->tuning() && stratum->tuning()->pci == config_.gnb.cells[cell].mac.l1.pci) {
      if (gnb_->release(cell, ues_[index]->stratum->mac().crnti())) return {};
    }
  }
  return fail(Fault::not_found, "UE", "{} has no connection", index);
}

void RadioNetwork::set_identity(load::UeIndex index, std::optional<STmsi> s_tmsi) {
  if (index < ues_.size() && ues_[index]) ues_[index]->stratum->set_identity(s_tmsi);
}

void RadioNetwork::set_taps(RadioTaps taps) {
  taps_ = std::move(taps);
  gnb_->set_taps(taps_.gnb);
}

}  // namespace sen
