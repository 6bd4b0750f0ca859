#include "apps/radio_ues.h"

#include <cmath>

#include "base/log.h"

namespace sen {

namespace {
constexpr unsigned csi_interval_slots = 20;
// Tasks and timers of a stratum that has left the air are over by then.
constexpr Duration mourning = std::chrono::seconds(2);

// Unless told otherwise the UEs stand on a ring around the first cell.
air::Track ring(load::UeIndex index) {
  const double angle = 2.399963 * index, radius = 60 + 4.0 * std::sqrt(static_cast<double>(index));
  return air::Track::standing({radius * std::cos(angle), radius * std::sin(angle), 1.5});
}
}  // namespace

struct RadioUes::Ue {
  load::UeIndex index = 0;
  air::UeIndex air = 0;
  const ue::UeNas* nas = nullptr;
  bool gone = false;  // from the air: whatever its stratum still says is void
  std::optional<STmsi> s_tmsi;
  std::unique_ptr<ue::AccessStratum> stratum;
  std::optional<nr::l1_ue::CellConfig> tuned;
};

RadioUes::RadioUes(RadioUesConfig config, Executor& executor, PacketPool& pool)
    : config_(std::move(config)), executor_(executor), pool_(pool), burial_(executor) {}
RadioUes::~RadioUes() = default;

RadioUes::Ue* RadioUes::find(load::UeIndex index) const {
  return index < ues_.size() && ues_[index] && ues_[index]->stratum ? ues_[index].get() : nullptr;
}

ue::AccessStratum* RadioUes::ue(load::UeIndex index) const {
  const Ue* ue = find(index);
  return ue ? ue->stratum.get() : nullptr;
}

void RadioUes::attach(UeAir air) {
  air_ = std::move(air);
  for (auto& ue : ues_) {
    if (ue) start(*ue);
  }
}

void RadioUes::detach() {
  air_ = {};
  for (auto& ue : ues_) {
    if (!ue || !ue->stratum) continue;
    ue->gone = true;
    auto fresh = std::make_unique<Ue>();
    fresh->index = ue->index;
    fresh->nas = ue->nas;
    fresh->s_tmsi = ue->s_tmsi;
    std::swap(ue, fresh);
    gone_.push_back(std::move(fresh));
    events_.released(ue->index, false);
  }
  burial_.start(mourning, [this] { gone_.clear(); });
}

void RadioUes::switch_on(load::UeIndex index, const ue::UeNas& nas) {
  if (ues_.size() <= index) ues_.resize(index + 1);
  auto& ue = ues_[index];
  if (ue) return;
  ue = std::make_unique<Ue>();
  ue->index = index;
  ue->nas = &nas;
  if (attached()) start(*ue);
}

void RadioUes::start(Ue& ue) {
  air::UeRadio radio;
  radio.identity = config_.identity + ue.index;
  radio.track = config_.track ? config_.track(ue.index) : ring(ue.index);
  auto place = air_.add_ue(radio);
  if (!place) return log_error(Layer::air, "UE {}: {}", ue.index, place.error().describe());
  ue.air = *place;
  ue::AsConfig config;
  config.seed = config_.seed * 1000003 + ue.index;
  config.plmns = config_.plmns;
  config.rx_antennas = config_.rx_antennas;
  config.tx_antennas = config_.tx_antennas;
  ue::AsPorts ports;
  Ue* self = &ue;
  ports.camped = [this, self](const Tai& tai) {
    if (!self->gone) events_.camped(self->index, tai);
  };
  ports.connected = [] {};
  ports.released = [this, self](bool failed) {
    if (!self->gone) events_.released(self->index, failed);
  };
  ports.fallback = [this, self] {
    if (!self->gone) events_.fallback(self->index);
  };
  ports.nas = [this, self](ByteView pdu) {
    if (!self->gone) events_.nas(self->index, pdu);
  };
  ports.paged = [this, self] {
    if (!self->gone) events_.paged(self->index);
  };
  ports.bearer = [this, self](PduSessionId session, bool up) {
    if (!self->gone) events_.tunnel(self->index, session, up);
  };
  ports.packet = [this, self](PduSessionId session, Packet packet) {
    if (!self->gone) events_.packet(self->index, session, packet.view());
  };
  ports.k_gnb = [nas = ue.nas] { return nas->k_gnb(); };
  ports.next_hop = [nas = ue.nas](const crypto::Key256& sync_input) { return nas->next_hop(sync_input); };
  ue.stratum = std::make_unique<ue::AccessStratum>(config, executor_, pool_, std::move(ports));
  if (tap_) ue.stratum->set_tap([this, self](const char* channel, ByteView message) { tap_(self->index, channel, message); });
  ue.stratum->set_identity(ue.s_tmsi);
}

void RadioUes::drive(nr::Slot slot, bool ssb) {
  for (auto& ue : ues_) {
    if (ue && ue->stratum) drive(*ue, slot, ssb);
  }
}

void RadioUes::drive(Ue& ue, nr::Slot slot, bool ssb) {
  ue::AccessStratum& stratum = *ue.stratum;
  air::Air& air = *air_.air;
  if (ssb) {
    auto blocks = air.receive_ssb(ue.air);
    if (!blocks.empty()) stratum.ssb(blocks);
  }
  const auto wanted = stratum.tuning();
  if (wanted != ue.tuned) {
    ue.tuned = wanted;
    if (wanted) {
      air_.tune(ue.air, *wanted);
    } else {
      air.untune(ue.air);
    }
  }
  if (!ue.tuned || !air.synchronised(ue.air, slot)) return;
  mac::UeMac& mac = stratum.mac();
  if (mac.sleeping(slot)) return;
  const auto& searches = mac.search(slot);
  if (!searches.empty()) {
    for (const auto& dci : air.receive_pdcch(ue.air, searches)) mac.on_dci(slot, dci);
  }
  const auto& wanted_blocks = mac.pdsch(slot);
  if (!wanted_blocks.empty()) {
    for (auto& block : air.receive_pdsch(ue.air, wanted_blocks)) mac.on_pdsch(slot, std::move(block));
  }
  if (const auto what = mac.csi_receive(slot)) {
    if (const auto measured = air.measure_csi(ue.air, *what)) mac.on_csi(slot, *measured);
  } else if (slot.count() % csi_interval_slots == ue.index % csi_interval_slots && !mac.reports_csi()) {
    mac.on_csi(slot, air.measure(ue.air));
  }
  auto uplink = mac.uplink(slot);
  if (!uplink.empty()) air_.transmit(ue.air, std::move(uplink));
}

Status RadioUes::send_nas(load::UeIndex index, Bytes nas, const ue::Establishment* establishment) {
  Ue* ue = find(index);
  if (!ue) return fail(Fault::not_found, "UE", "{} is not on the air", index);
  if (establishment) return ue->stratum->connect(std::move(nas), establishment->cause, establishment->s_tmsi);
  return ue->stratum->send_nas(std::move(nas));
}

Status RadioUes::send_packet(load::UeIndex index, PduSessionId session, Qfi qfi, ByteView ip) {
  Ue* ue = find(index);
  if (!ue) return fail(Fault::not_found, "UE", "{} is not on the air", index);
  Packet packet = pool_.copy(ip);
  if (!packet) return fail(Fault::exhausted, "UE", "no packet buffer is left");
  return ue->stratum->send_packet(session, qfi, std::move(packet));
}

bool RadioUes::has_tunnel(load::UeIndex index, PduSessionId session) const {
  const Ue* ue = find(index);
  return ue && ue->stratum->has_bearer(session);
}

Status RadioUes::request_release(load::UeIndex) {
  return fail(Fault::unsupported, "AN release", "only the gNB's process can release a connection");
}

void RadioUes::set_identity(load::UeIndex index, std::optional<STmsi> s_tmsi) {
  if (index >= ues_.size() || !ues_[index]) return;
  ues_[index]->s_tmsi = s_tmsi;
  if (ues_[index]->stratum) ues_[index]->stratum->set_identity(s_tmsi);
}

}  // namespace sen
