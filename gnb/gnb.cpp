#include "gnb/gnb.h"

#include <algorithm>

#include "base/log.h"

namespace sen::gnb {
namespace {
// Of a handover between gNBs: what is still under way to the source when it lets the UE go follows it for so long, and so long the target lets
// forwarded packets pass before those of the UPF.
constexpr Duration late_packets = std::chrono::seconds(2);
constexpr Duration forwarding_limit = std::chrono::seconds(1);
constexpr size_t waiting_packets = 4096;  // of an arriving UE
}  // namespace

Status Gnb::check(const RrcSettings& settings) {
  SEN_TRY(Rrc::check(settings));
  for (size_t i = 0; i < settings.cells.size(); ++i) {
    auto checked = mac::GnbCell::check(settings.cells[i].mac, settings.cells[i].scheduler);
    if (!checked) return std::unexpected(std::move(checked).error().within(fmt::format("cells[{}]", i)));
  }
  return {};
}

Gnb::Gnb(const RrcSettings& settings, Executor& executor, PacketPool& pool, Counters& counters, GnbPorts ports)
    : settings_(settings), executor_(executor), pool_(pool), counters_(counters), ports_(std::move(ports)), by_rnti_(settings.cells.size()) {
  for (size_t i = 0; i < settings_.cells.size(); ++i) {
    cells_.push_back(std::make_unique<mac::GnbCell>(settings_.cells[i].mac, settings_.cells[i].scheduler, mac_ports(i)));
  }
  l2::N3Ports n3;
  n3.send = [this](const IpAddress& peer, Packet datagram) { ports_.send_n3(peer, std::move(datagram)); };
  n3.downlink = [this](l2::N3Owner owner, Qfi qfi, bool reflective, Packet packet) { downlink_packet(owner, qfi, reflective, std::move(packet)); };
  n3.error_indication = [this](l2::N3Owner owner) {
    later([this, owner] { rrc_->tunnel_error(owner.ue, owner.session); });
  };
  n3.end_marker = [this](l2::N3Owner owner) {
    if (owner.forwarding && owner.drb == 0) forwarding_ended(owner.ue, owner.session);
  };
  n3.forwarded = [this](l2::N3Owner owner, std::optional<uint32_t> sn, Packet sdu) {
    UeEntry* ue = find(owner.ue);
    if (ue && ue->arrival) arriving(owner.ue, *ue, true, {owner.session, owner.drb, sn, 0, false, std::move(sdu)});
  };
  n3_ = std::make_unique<l2::N3>(executor_, pool_, settings_.n3, std::move(n3));
  rrc_ = std::make_unique<Rrc>(settings_, executor_, counters_, rrc_ports());
}

Gnb::~Gnb() { *alive_ = false; }

void Gnb::later(Task task) {
  const bool posted = executor_.post([alive = alive_, task = std::move(task)]() mutable {
    if (*alive) task();
  });
  if (!posted) counters_.counter("sen5g_gnb_inbox_full", "Events that the gNB's executor had no room for").add();
}

Gnb::UeEntry* Gnb::find(UeId ue) {
  auto found = ues_.find(ue);
  return found == ues_.end() ? nullptr : &found->second;
}

const l2::UserPlane* Gnb::user_plane(UeId ue) const {
  auto found = ues_.find(ue);
  return found == ues_.end() ? nullptr : found->second.user_plane.get();
}

bool Gnb::release(size_t cell, Rnti rnti) {
  auto ue = ue_of(cell, rnti);
  return ue && rrc_->release(*ue);
}

std::optional<UeId> Gnb::ue_of(size_t cell, Rnti rnti) const {
  auto found = by_rnti_[cell].find(rnti);
  if (found == by_rnti_[cell].end()) return std::nullopt;
  return found->second;
}

mac::GnbPorts Gnb::mac_ports(size_t cell) {
  mac::GnbPorts ports;
  ports.ccch = [this, cell](Rnti rnti, Bytes message) { rrc_->ccch(cell, rnti, message); };
  ports.came_back = [this, cell](Rnti rnti) {
    auto ue = ue_of(cell, rnti);
    if (!ue) return;
    rrc_->came_back(*ue, cell, rnti);
    arrived(*ue);
  };
  ports.pcch = [this](std::span<const uint64_t> s_tmsis) { return rrc_->pcch(s_tmsis); };
  ports.event = [this, cell](Rnti rnti, mac::UeEvent event) {
    if (event == mac::UeEvent::contention_resolved || event == mac::UeEvent::configuration_acknowledged) return;
    later([this, cell, rnti, event] {
      auto ue = ue_of(cell, rnti);
      if (ue) rrc_->radio_lost(*ue, event == mac::UeEvent::out_of_sync ? "it does not answer any more" : "scheduling requests failed");
    });
  };
  return ports;
}

l2::Ports Gnb::user_plane_ports(UeId id) {
  l2::Ports ports;
  ports.rrc = [this, id](uint8_t srb, Bytes pdu, bool verified) {
    later([this, id, srb, pdu = std::move(pdu), verified] { rrc_->srb(id, srb, pdu, verified); });
  };
  ports.packet = [this, id](PduSessionId session, Qfi qfi, Packet packet) { uplink_packet(id, session, qfi, std::move(packet)); };
  ports.failure = [this, id](l2::Failure failure, l2::BearerId) {
    later([this, id, failure] {
      if (failure == l2::Failure::integrity) rrc_->integrity_failed(id);
      else rrc_->radio_lost(id, failure == l2::Failure::count_wrap ? "a COUNT is about to wrap" : "RLC reached maxRetxThreshold");
    });
  };
  ports.delivered = [this, id](uint8_t srb, uint32_t tag) {
    later([this, id, srb, tag] { rrc_->delivered(id, srb, tag); });
  };
  ports.data_available = [this, id](l2::Lcid lcid) {
    if (UeEntry* ue = find(id)) cells_[ue->cell]->data_available(ue->rnti, lcid);
  };
  return ports;
}

Status Gnb::add_ue(UeId id, size_t cell, Rnti rnti, const mac::UeConfig& config) {
  UeEntry& ue = ues_[id];
  if (!ue.user_plane) {
    ue.user_plane = std::make_unique<l2::UserPlane>(executor_, pool_, l2::Side::gnb, user_plane_ports(id));
    SEN_TRY(ue.user_plane->set_rlc({.lcid = 0, .bearer = {.srb = true, .number = 0}, .rlc = {.mode = l2::RlcMode::tm}}));
    set_taps(id, ue);
  }
  SEN_TRY(cells_[cell]->add_ue(rnti, config, *ue.user_plane));
  by_rnti_[cell][rnti] = id;
  ue.cell = cell;
  ue.rnti = rnti;
  return {};
}

RrcPorts Gnb::rrc_ports() {
  RrcPorts ports;
  ports.send_n2 = [this](uint16_t stream, Bytes ngap) { return ports_.send_n2(stream, std::move(ngap)); };
  ports.n2_state = [this](bool ready, const std::string& reason) { ports_.n2_state(ready, reason); };
  ports.system_information = [this](size_t cell, mac::SystemInformation si) { cells_[cell]->set_system_information(std::move(si)); };
  ports.page = [this](size_t cell, uint16_t ue_id, uint16_t cycle, uint64_t s_tmsi) {
    if (!cells_[cell]->page(ue_id, cycle, s_tmsi)) counters_.counter("sen5g_gnb_paging_dropped", "Paging records without room").add();
  };
  ports.assign_resources = [this](size_t cell, Rnti rnti, mac::UeConfig& config) { return cells_[cell]->assign_resources(rnti, config); };
  ports.allocate_rnti = [this](size_t cell) { return cells_[cell]->allocate_rnti(); };
  ports.allocate_preamble = [this](size_t cell, Rnti rnti) { return cells_[cell]->allocate_preamble(rnti); };
  ports.add_ue = [this](UeId ue, size_t cell, Rnti rnti, const mac::UeConfig& config) { return add_ue(ue, cell, rnti, config); };
  ports.remove_from_cell = [this](size_t cell, Rnti rnti) {
    by_rnti_[cell].erase(rnti);
    later([this, cell, rnti] { cells_[cell]->remove_ue(rnti); });  // we may be inside this cell's indicate()
  };
  ports.confirm = [this](size_t cell, Rnti rnti) { cells_[cell]->confirm(rnti); };
  ports.reconfigure = [this](size_t cell, Rnti rnti, const mac::UeConfig& config, bool after_confirm) {
    auto done = cells_[cell]->reconfigure_ue(rnti, config, after_confirm);
    if (!done) log_error(Layer::gnb, "rnti {:#x}: {}", rnti, done.error().describe());
  };
  ports.set_qos = [this](size_t cell, Rnti rnti, const mac::UeQos& qos) { cells_[cell]->set_qos(rnti, qos); };
  ports.remove_ue = [this](UeId ue) {
    if (auto gone = ues_.extract(ue)) {
      if (gone.mapped().arrival) {
        for (uint32_t teid : gone.mapped().arrival->tunnels) n3_->remove(teid);
        gone.mapped().arrival.reset();
      }
      later([gone = std::move(gone)] {});  // after its cell has let go of it
    }
  };
  ports.change_user_plane = [this](UeId id, const l2::Change& change) -> Status {
    UeEntry* ue = find(id);
    if (!ue) return fail(Fault::not_found, "gNB", "UE {} has no user plane", id);
    if (taps_.change) taps_.change(id, change);
    return l2::apply(*ue->user_plane, change);
  };
  ports.send_srb = [this](UeId id, uint8_t srb, ByteView pdu, uint32_t tag) {
    UeEntry* ue = find(id);
    return ue && ue->user_plane->send_rrc(srb, pdu, tag);
  };
  ports.short_mac_i = [this](UeId id, ByteView input) -> uint16_t {
    UeEntry* ue = find(id);
    return ue ? ue->user_plane->short_mac_i(input) : 0;
  };
  ports.count = [this](UeId id, uint8_t drb) -> std::optional<l2::Count> {
    UeEntry* ue = find(id);
    return ue ? ue->user_plane->count(drb) : std::nullopt;
  };
  ports.set_count = [this](UeId id, uint8_t drb, const l2::Count& count) -> Status {
    UeEntry* ue = find(id);
    if (!ue) return fail(Fault::not_found, "gNB", "UE {} has no user plane", id);
    return ue->user_plane->set_count(drb, count);
  };
  ports.add_tunnel = [this](UeId id, PduSessionId session, const N3Tunnel& uplink) -> Result<uint32_t> {
    UeEntry* ue = find(id);
    if (!ue) return fail(Fault::not_found, "gNB", "UE {} has no user plane", id);
    SEN_ASSIGN(uint32_t teid, n3_->add({id, session}, {uplink.address, uplink.teid}));
    ue->tunnels[session] = teid;
    return teid;
  };
  ports.change_tunnel = [this](uint32_t teid, const N3Tunnel& uplink) {
    auto changed = n3_->change_uplink(teid, {uplink.address, uplink.teid});
    if (!changed) log_error(Layer::gnb, "{}", changed.error().describe());
  };
  ports.remove_tunnel = [this](UeId id, PduSessionId session, uint32_t teid) {
    if (UeEntry* ue = find(id)) ue->tunnels.erase(session);
    if (!departed_.contains(teid)) return n3_->remove(teid);
    executor_.after(late_packets, [this, alive = alive_, teid] {
      if (!*alive) return;
      departed_.erase(teid);
      n3_->remove(teid);
    });
  };
  ports.forward_session = [this](UeId id, PduSessionId, uint32_t own_teid, const N3Tunnel& target) { forward_session(id, own_teid, target); };
  ports.forward_bearer = [this](UeId id, uint8_t drb, uint32_t own_teid, const N3Tunnel& bearer) { forward_bearer(id, drb, own_teid, bearer); };
  ports.add_forwarding = [this](UeId id, PduSessionId session, uint8_t drb) { return add_forwarding(id, session, drb); };
  return ports;
}

void Gnb::active(UeId id, UeEntry& ue) {
  const Time now = executor_.now();
  if (now - ue.last_active < std::chrono::seconds(1)) return;
  ue.last_active = now;
  rrc_->active(id);
}

void Gnb::uplink_packet(UeId id, PduSessionId session, Qfi qfi, Packet packet) {
  UeEntry* ue = find(id);
  auto tunnel = ue ? ue->tunnels.find(session) : decltype(ue->tunnels.find(session)){};
  if (!ue || tunnel == ue->tunnels.end() || !n3_->send(tunnel->second, qfi, std::move(packet))) {
    counters_.counter("sen5g_gnb_uplink_dropped", "Uplink packets of a session without a tunnel").add();
    return;
  }
  active(id, *ue);
}

void Gnb::downlink_packet(l2::N3Owner owner, Qfi qfi, bool reflective, Packet packet) {
  UeEntry* ue = find(owner.ue);
  if (ue && ue->arrival) return arriving(owner.ue, *ue, owner.forwarding, {owner.session, 0, std::nullopt, qfi, reflective, std::move(packet)});
  if (!ue || !ue->user_plane->send_packet(owner.session, qfi, std::move(packet), reflective)) {
    counters_.counter("sen5g_gnb_downlink_dropped", "Downlink packets that no bearer took").add();
    return;
  }
  active(owner.ue, *ue);
}

// --- handover between gNBs (TS 38.300 9.2.3.2.3)

void Gnb::forward_session(UeId id, uint32_t own_teid, const N3Tunnel& target) {
  if (!find(id) || !n3_->forward(own_teid, {target.address, target.teid})) return;
  departed_.insert(own_teid);
}

void Gnb::forward_bearer(UeId id, uint8_t drb, uint32_t own_teid, const N3Tunnel& bearer) {
  UeEntry* ue = find(id);
  if (!ue) return;
  for (auto& sdu : ue->user_plane->unconfirmed(drb)) {
    if (bearer.teid != 0) {
      n3_->forward_sdu({bearer.address, bearer.teid}, sdu.sn, std::move(sdu.packet));
      continue;
    }
    const Qfi qfi = ue->user_plane->take_sdap_header(drb, sdu.packet);
    n3_->forward_packet(own_teid, qfi, std::move(sdu.packet));
  }
}

Result<uint32_t> Gnb::add_forwarding(UeId id, PduSessionId session, uint8_t drb) {
  UeEntry* ue = find(id);
  if (!ue) return fail(Fault::not_found, "gNB", "UE {} has no user plane", id);
  SEN_ASSIGN(uint32_t teid, n3_->add({.ue = id, .session = session, .forwarding = true, .drb = drb}, {}));
  if (!ue->arrival) ue->arrival = std::make_unique<Arrival>(executor_);
  ue->arrival->tunnels.push_back(teid);
  if (drb == 0) ue->arrival->forwarding.push_back(session);
  return teid;
}

void Gnb::arriving(UeId id, UeEntry& ue, bool forwarded, Arrival::Waiting packet) {
  Arrival& arrival = *ue.arrival;
  const bool waits = !arrival.here || (!forwarded && std::ranges::find(arrival.forwarding, packet.session) != arrival.forwarding.end());
  if (!waits) return give(id, ue, std::move(packet));
  auto& queue = forwarded ? arrival.forwarded : arrival.fresh;
  if (queue.size() < waiting_packets) return queue.push_back(std::move(packet));
  counters_.counter("sen5g_gnb_downlink_dropped", "Downlink packets that no bearer took").add();
}

void Gnb::give(UeId id, UeEntry& ue, Arrival::Waiting packet) {
  const bool taken = packet.drb ? ue.user_plane->resume(packet.drb, {packet.sn, std::move(packet.packet)}).has_value()
                                : ue.user_plane->send_packet(packet.session, packet.qfi, std::move(packet.packet), packet.reflective);
  if (!taken) counters_.counter("sen5g_gnb_downlink_dropped", "Downlink packets that no bearer took").add();
  active(id, ue);
}

void Gnb::arrived(UeId id) {
  UeEntry* ue = find(id);
  if (!ue || !ue->arrival || ue->arrival->here) return;
  ue->arrival->here = true;
  for (auto& packet : std::exchange(ue->arrival->forwarded, {})) give(id, *ue, std::move(packet));
  if (ue->arrival->forwarding.empty()) return end_arrival(id);
  ue->arrival->timer.start(forwarding_limit, [this, id] { end_arrival(id); });
}

void Gnb::forwarding_ended(UeId id, PduSessionId session) {
  UeEntry* ue = find(id);
  if (!ue || !ue->arrival) return;
  std::erase(ue->arrival->forwarding, session);
  if (ue->arrival->here && ue->arrival->forwarding.empty()) end_arrival(id);
}

void Gnb::end_arrival(UeId id) {
  UeEntry* ue = find(id);
  auto arrival = std::move(ue->arrival);
  for (uint32_t teid : arrival->tunnels) n3_->remove(teid);
  for (auto& packet : arrival->fresh) give(id, *ue, std::move(packet));
}

void Gnb::set_taps(UeId id, UeEntry& ue) {
  l2::Taps taps;
  if (taps_.l2) {
    taps.pdu = [this, id](l2::Taps::Layer layer, bool tx, l2::Lcid lcid, l2::BearerId bearer, const l2::RlcConfig& rlc, const l2::PdcpConfig* pdcp,
                          ByteView pdu) { taps_.l2(id, layer, tx, lcid, bearer, rlc, pdcp, pdu); };
  }
  ue.user_plane->set_taps(std::move(taps));
}

void Gnb::set_taps(GnbTaps taps) {
  taps_ = std::move(taps);
  rrc_->set_tap(taps_.rrc);
  for (auto& [id, ue] : ues_) set_taps(id, ue);
  for (size_t cell = 0; cell < cells_.size(); ++cell) {
    mac::GnbTaps mac;
    if (taps_.mac) {
      mac.pdu = [this, cell](nr::Slot slot, bool downlink, mac::GnbTaps::Kind kind, Rnti rnti, uint8_t harq_id, ByteView pdu) {
        taps_.mac(cell, slot, downlink, kind, rnti, harq_id, pdu);
      };
    }
    cells_[cell]->set_taps(std::move(mac));
  }
}

}  // namespace sen::gnb
