#include "rlc_pdcp/user_plane.h"

#include <algorithm>
#include <array>

#include "rlc_pdcp/limits.h"
#include "rlc_pdcp/pdcp.h"
#include "rlc_pdcp/rlc.h"
#include "rlc_pdcp/sdap.h"
#include "rlc_pdcp/statistics.h"

namespace sen::l2 {
namespace {

constexpr uint8_t srbs = 4;
constexpr Lcid no_lcid = 0xff;

crypto::Direction tx_direction(Side side) { return side == Side::gnb ? crypto::Direction::downlink : crypto::Direction::uplink; }

std::string name(BearerId bearer) { return fmt::format("{}{}", bearer.srb ? "SRB" : "DRB", bearer.number); }

// TS 38.331 6.3.2 RLC-BearerConfig, TS 38.321 6.2.1.
Status check(const RlcBearer& config) {
  const std::string where = fmt::format("LCID {} for {}", config.lcid, name(config.bearer));
  const uint8_t number = config.bearer.number;
  if (config.bearer.srb) {
    if (number >= srbs || config.lcid != number) return fail(Fault::invalid, where, "SRB0 to SRB3 have LCID 0 to 3");
    RlcMode mode = number == 0 ? RlcMode::tm : RlcMode::am;
    if (config.rlc.mode != mode) return fail(Fault::invalid, where, "an SRB's RLC is AM, that of SRB0 TM");
    return {};
  }
  if (number == 0 || number > limit::drbs) return fail(Fault::invalid, where, "drb-Identity 1 to {}", limit::drbs);
  if (config.lcid < srbs || config.lcid >= limit::lcids) return fail(Fault::invalid, where, "a DRB's LCID is 4 to {}", limit::lcids - 1);
  if (config.rlc.mode == RlcMode::tm) return fail(Fault::invalid, where, "a DRB's RLC is UM or AM");
  return {};
}

size_t rlc_header_octets(const RlcConfig& config) {  // of a whole SDU, TS 38.322 6.2.2
  return config.mode == RlcMode::um ? 1 : config.tx_sn_bits == 18 ? 3 : 2;
}

}  // namespace

struct UserPlane::Impl {
  struct Channel {
    Lcid lcid;
    BearerId bearer;
    RlcConfig config;
    std::unique_ptr<RlcEntity> rlc;
  };
  struct Bearer {
    std::unique_ptr<Pdcp> pdcp;
    Lcid lcid = no_lcid;
    PduSessionId session = 0;  // of a DRB
  };

  Impl(Executor& e, PacketPool& p, Side s, Ports po) : executor(e), pool(p), side(s), ports(std::move(po)), failure_timer(e) {}

  Bearer& bearer(BearerId id) { return id.srb ? srb[id.number] : drb[id.number]; }
  Pdcp* pdcp_of(BearerId id) {
    if (id.number >= (id.srb ? srb.size() : drb.size())) return nullptr;
    return bearer(id).pdcp.get();
  }
  Channel* channel(Lcid lcid) { return lcid < channels.size() ? channels[lcid].get() : nullptr; }
  RlcEntity* rlc_of(BearerId id) {
    Channel* c = channel(bearer(id).lcid);
    return c ? c->rlc.get() : nullptr;
  }
  bool is_suspended(BearerId id) const { return suspended && (!id.srb || id.number == 2); }
  // Only SRB1 exists before security does.
  SrbProtection protection_of(uint8_t number, bool tx) const {
    SrbProtection p = srb_protection[tx];
    return number > 1 && p.from_verified ? SrbProtection{.integrity = true, .ciphering = true} : p;
  }
  PdcpKeys keys_of(BearerId id) const { return id.srb ? rrc_keys : up_keys; }

  std::unique_ptr<Pdcp> make_pdcp(BearerId id, const PdcpConfig& config);
  void bind(BearerId id);
  bool submit(BearerId id, Packet pdu, uint32_t rlc_id);
  void deliver(BearerId id, Packet sdu, bool verified);
  void deliver_user(uint8_t number, Packet sdu);
  void from_rlc(Channel& c, Packet sdu);
  void to_rrc(uint8_t number, const Packet& pdu, bool verified) {
    if (ports.rrc) ports.rrc(number, Bytes(pdu.view().begin(), pdu.view().end()), verified);
  }
  void fail_bearer(Failure failure, BearerId id);
  void notify(Lcid lcid) {
    if (!quiet && lcid != no_lcid && ports.data_available) ports.data_available(lcid);
  }
  void notify_waiting(BearerId id) {
    Bearer& b = bearer(id);
    if (b.pdcp->waiting().sdus > 0) notify(b.lcid);
  }
  bool send_on(uint8_t number, Packet packet);
  void send_end_marker(Sdap::EndMarker marker);
  size_t pull(Channel& c, std::span<uint8_t> room);
  void receive(Lcid lcid, ByteView pdu);
  void flush(Lcid lcid);
  void finish_receive();
  void tap_pdu(Taps::Layer layer, bool tx, const Channel& c, ByteView pdu);

  Executor& executor;
  PacketPool& pool;
  const Side side;
  Ports ports;
  Taps taps;
  Security security;
  PdcpKeys rrc_keys, up_keys;
  std::array<SrbProtection, 2> srb_protection;  // [0] receiving, [1] transmitting
  bool suspended = false;
  bool quiet = false;      // inside pull(): what RLC gets is not news to the MAC
  bool receiving = false;  // inside receive(): PDCP is flushed at its end
  // RRC hears of what happened when no entity is at work any more, and may then change all of them.
  std::vector<std::pair<BearerId, Packet>> srb_pdus;
  std::vector<std::pair<uint8_t, uint32_t>> delivered;
  std::vector<std::pair<Failure, BearerId>> failures;
  Timer failure_timer;
  std::vector<std::unique_ptr<Pdcp>> removed;  // until the end of receive()
  std::array<Bearer, srbs> srb;
  std::array<Bearer, limit::drbs + 1> drb;
  std::array<std::unique_ptr<Sdap>, limit::pdu_sessions> sessions;
  std::array<std::unique_ptr<Channel>, limit::lcids> channels;
  Statistics counted;
};

// --- wiring ------------------------------------------------------------------------------------------------------------------

std::unique_ptr<Pdcp> UserPlane::Impl::make_pdcp(BearerId id, const PdcpConfig& config) {
  PdcpPorts p;
  p.submit = [this, id](Packet pdu, uint32_t rlc_id) { return submit(id, std::move(pdu), rlc_id); };
  p.discard = [this, id](uint32_t rlc_id) {
    RlcEntity* rlc = rlc_of(id);
    return rlc && rlc->discard(rlc_id);
  };
  p.deliver = [this, id](Packet sdu, bool verified) { deliver(id, std::move(sdu), verified); };
  p.delivered = [this, id](uint32_t tag) { delivered.emplace_back(id.number, tag); };
  p.failure = [this, id](Failure failure) { fail_bearer(failure, id); };
  return std::make_unique<Pdcp>(executor, pool, id, tx_direction(side), config, keys_of(id), std::move(p));
}

// PDCP and RLC of a bearer may come in either order.
void UserPlane::Impl::bind(BearerId id) {
  Bearer& b = bearer(id);
  Channel* c = channel(b.lcid);
  if (b.pdcp && c) b.pdcp->set_acknowledged(c->config.mode == RlcMode::am);
}

void UserPlane::Impl::tap_pdu(Taps::Layer layer, bool tx, const Channel& c, ByteView pdu) {
  const Pdcp* pdcp = pdcp_of(c.bearer);
  taps.pdu(layer, tx, c.lcid, c.bearer, c.config, pdcp ? &pdcp->config() : nullptr, pdu);
}

bool UserPlane::Impl::submit(BearerId id, Packet pdu, uint32_t rlc_id) {
  Channel* c = channel(bearer(id).lcid);
  if (!c) return false;
  if (taps.pdu) tap_pdu(Taps::Layer::pdcp, true, *c, pdu.view());
  return c->rlc->submit(std::move(pdu), rlc_id);
}

void UserPlane::Impl::from_rlc(Channel& c, Packet sdu) {
  if (c.bearer.srb) {
    srb_pdus.emplace_back(c.bearer, std::move(sdu));
    return;
  }
  Pdcp* pdcp = bearer(c.bearer).pdcp.get();
  if (!pdcp) return;
  if (taps.pdu) tap_pdu(Taps::Layer::pdcp, false, c, sdu.view());
  pdcp->receive(std::move(sdu));
}

void UserPlane::Impl::finish_receive() {
  auto pdus = std::exchange(srb_pdus, {});
  auto tags = std::exchange(delivered, {});
  for (auto [srb_number, tag] : tags) {
    if (ports.delivered) ports.delivered(srb_number, tag);
  }
  for (auto& [id, sdu] : pdus) {
    if (id.number == 0) {
      to_rrc(0, sdu, false);
    } else if (Pdcp* pdcp = pdcp_of(id)) {
      if (Channel* c = channel(id.number); c && taps.pdu) tap_pdu(Taps::Layer::pdcp, false, *c, sdu.view());
      pdcp->receive(std::move(sdu));
    }
  }
}

// Failures come out of the middle of pull() and of timers: they are told as an event of their own.
void UserPlane::Impl::fail_bearer(Failure failure, BearerId id) {
  failures.emplace_back(failure, id);
  if (failure_timer.running()) return;
  failure_timer.start({}, [this] {
    auto told = std::exchange(failures, {});
    for (auto [f, b] : told) {
      if (ports.failure) ports.failure(f, b);
    }
  });
}

void UserPlane::Impl::deliver(BearerId id, Packet sdu, bool verified) {
  if (id.srb) {
    to_rrc(id.number, sdu, verified);
  } else {
    deliver_user(id.number, std::move(sdu));
  }
}

void UserPlane::Impl::deliver_user(uint8_t number, Packet sdu) {
  PduSessionId session = drb[number].session;
  auto received = sessions[session]->receive(number, sdu);
  if (!received) return;
  if (received->end_marker) send_end_marker(*received->end_marker);
  if (received->reflective_qos && ports.reflective_qos) ports.reflective_qos(session, received->qfi, sdu.view());
  if (ports.packet) ports.packet(session, received->qfi, std::move(sdu));
}

bool UserPlane::Impl::send_on(uint8_t number, Packet packet) {
  Bearer& b = drb[number];
  const RlcEntity* rlc = rlc_of({false, number});
  bool idle = b.pdcp->waiting().sdus == 0 && !(rlc && rlc->buffer().total > 0);
  if (!b.pdcp->send(std::move(packet))) return false;
  if (idle && !is_suspended({false, number})) notify(b.lcid);
  return true;
}

void UserPlane::Impl::send_end_marker(Sdap::EndMarker marker) {
  Packet packet = pool.take(1);
  if (!packet) return;
  packet.data()[0] = marker.octet();
  send_on(marker.drb, std::move(packet));
}

// --- configuration -------------------------------------------------------------------------------------------------------------

UserPlane::UserPlane(Executor& executor, PacketPool& pool, Side side, Ports ports)
    : impl_(std::make_unique<Impl>(executor, pool, side, std::move(ports))) {}
UserPlane::~UserPlane() = default;

Status UserPlane::set_srb(const SrbConfig& config) {
  if (config.srb == 0 || config.srb >= srbs) return fail(Fault::invalid, "srb-Identity", "{} (1 to 3)", config.srb);
  const BearerId id{true, config.srb};
  auto& b = impl_->bearer(id);
  if (b.pdcp) return b.pdcp->reconfigure(config.pdcp);
  SEN_TRY(Pdcp::check(id, config.pdcp));
  b.pdcp = impl_->make_pdcp(id, config.pdcp);
  for (bool tx : {false, true}) b.pdcp->set_protection(tx, impl_->protection_of(config.srb, tx));
  impl_->bind(id);
  return {};
}

Status UserPlane::set_drb(const DrbConfig& config) {
  if (config.drb == 0 || config.drb > limit::drbs) return fail(Fault::invalid, "drb-Identity", "{} (1 to {})", config.drb, limit::drbs);
  const BearerId id{false, config.drb};
  auto& b = impl_->bearer(id);
  const PduSessionId session = config.sdap.session;
  if (session == 0 || session >= limit::pdu_sessions) return fail(Fault::invalid, name(id), "pdu-Session {} (1 to 15)", session);
  if (b.pdcp && b.session != session) return fail(Fault::invalid, name(id), "pdu-Session may not change from {} to {}", b.session, session);
  auto& sdap = impl_->sessions[session];
  SEN_TRY(sdap ? sdap->check(config.drb, config.sdap) : Sdap(impl_->side).check(config.drb, config.sdap));
  if (b.pdcp) {
    SEN_TRY(b.pdcp->reconfigure(config.pdcp));
  } else {
    SEN_TRY(Pdcp::check(id, config.pdcp));
    b.pdcp = impl_->make_pdcp(id, config.pdcp);
    b.session = session;
    impl_->bind(id);
  }
  if (!sdap) sdap = std::make_unique<Sdap>(impl_->side);
  auto markers = sdap->set_drb(config.drb, config.sdap);
  b.pdcp->set_sdap_header(sdap->tx_header(config.drb), sdap->rx_header(config.drb));
  for (auto marker : markers) impl_->send_end_marker(marker);
  return {};
}

Status UserPlane::set_rlc(const RlcBearer& wanted) {
  RlcBearer config = wanted;
  if (const auto* existing = impl_->channel(config.lcid)) {
    if (config.bearer == BearerId{false, 0}) config.bearer = existing->bearer;
    if (config.rlc.tx_sn_bits == 0) config.rlc.tx_sn_bits = existing->config.tx_sn_bits;
    if (config.rlc.rx_sn_bits == 0) config.rlc.rx_sn_bits = existing->config.rx_sn_bits;
  }
  SEN_TRY(check(config));
  auto& slot = impl_->channels[config.lcid];
  auto& b = impl_->bearer(config.bearer);
  if (slot) {
    if (slot->bearer != config.bearer)
      return fail(Fault::invalid, fmt::format("LCID {}", config.lcid), "is {}'s already", name(slot->bearer));
    SEN_TRY(slot->rlc->reconfigure(config.rlc));
    slot->config = config.rlc;
    return {};
  }
  if (b.lcid != no_lcid) {
    return fail(Fault::unsupported, name(config.bearer), "has LCID {} already; split bearers and duplication are not offered", b.lcid);
  }
  auto created = std::make_unique<Impl::Channel>(Impl::Channel{config.lcid, config.bearer, config.rlc, nullptr});
  Impl* impl = impl_.get();
  Impl::Channel* c = created.get();
  RlcPorts p;
  p.deliver = [impl, c](Packet sdu) { impl->from_rlc(*c, std::move(sdu)); };
  p.delivered = [impl, c](uint32_t id) {
    if (Pdcp* pdcp = impl->bearer(c->bearer).pdcp.get()) pdcp->delivered(id);
  };
  p.max_retransmissions = [impl, c] { impl->fail_bearer(Failure::max_retransmissions, c->bearer); };
  p.data_available = [impl, c] {
    if (!impl->is_suspended(c->bearer)) impl->notify(c->lcid);
  };
  SEN_ASSIGN(created->rlc, make_rlc(impl_->executor, impl_->pool, config.rlc, std::move(p)));
  slot = std::move(created);
  b.lcid = config.lcid;
  impl_->bind(config.bearer);
  return {};
}

void UserPlane::remove_drb(uint8_t number) {
  if (!impl_->pdcp_of({false, number})) return;
  auto& b = impl_->drb[number];
  auto& sdap = impl_->sessions[b.session];
  sdap->remove_drb(number);
  if (sdap->empty()) sdap.reset();
  b.pdcp.reset();
  b.session = 0;
}

void UserPlane::remove_rlc(Lcid lcid) {
  auto* c = impl_->channel(lcid);
  if (!c) return;
  auto& b = impl_->bearer(c->bearer);
  if (b.pdcp) b.pdcp->lower_reset();
  b.lcid = no_lcid;
  impl_->channels[lcid].reset();
}

void UserPlane::clear() {
  for (auto& c : impl_->channels) c.reset();
  for (auto& b : impl_->srb) {
    if (impl_->receiving && b.pdcp) impl_->removed.push_back(std::move(b.pdcp));
    b = {};
  }
  for (auto& b : impl_->drb) b = {};
  for (auto& s : impl_->sessions) s.reset();
  impl_->security = {};
  impl_->rrc_keys = impl_->up_keys = {};
  impl_->srb_protection = {};
  impl_->suspended = false;
}

void UserPlane::set_security(const Security& s) {
  auto nea = static_cast<crypto::CipherAlgorithm>(s.nea & 3);
  auto nia = static_cast<crypto::IntegrityAlgorithm>(s.nia & 3);
  impl_->security = s;
  impl_->rrc_keys = {{nea, s.rrc_enc}, {nia, s.rrc_int}};
  impl_->up_keys = {{nea, s.up_enc}, {nia, s.up_int}};
}

void UserPlane::set_srb_protection(bool tx, SrbProtection protection) {
  impl_->srb_protection[tx] = protection;
  for (uint8_t number = 1; number < srbs; ++number) {
    Pdcp* pdcp = impl_->srb[number].pdcp.get();
    if (!pdcp) continue;
    pdcp->set_protection(tx, impl_->protection_of(number, tx));
    pdcp->set_keys(tx, impl_->rrc_keys);
  }
}

void UserPlane::set_drb_protection(uint8_t drb, bool integrity, bool ciphering) {
  Pdcp* pdcp = impl_->pdcp_of({false, drb});
  if (!pdcp) return;
  for (bool tx : {false, true}) pdcp->set_protection(tx, {integrity, ciphering});
}

void UserPlane::reestablish_pdcp(BearerId id) {
  Pdcp* pdcp = impl_->pdcp_of(id);
  if (!pdcp) return;
  pdcp->reestablish(impl_->keys_of(id));
  impl_->notify_waiting(id);
}

void UserPlane::suspend_pdcp(BearerId id) {
  if (Pdcp* pdcp = impl_->pdcp_of(id)) pdcp->suspend();
}

void UserPlane::recover_pdcp(uint8_t drb) {
  Pdcp* pdcp = impl_->pdcp_of({false, drb});
  if (!pdcp) return;
  pdcp->recover();
  impl_->notify_waiting({false, drb});
}

void UserPlane::reestablish_rlc(Lcid lcid) {
  auto* c = impl_->channel(lcid);
  if (!c) return;
  c->rlc->reestablish();
  if (Pdcp* pdcp = impl_->pdcp_of(c->bearer)) pdcp->lower_reset();
}

void UserPlane::suspend(bool suspended) {
  impl_->suspended = suspended;
  if (suspended) return;
  for (auto& c : impl_->channels) {
    if (c && buffer(c->lcid).total > 0) impl_->notify(c->lcid);
  }
}

std::optional<Count> UserPlane::count(uint8_t drb) const {
  const Pdcp* pdcp = impl_->pdcp_of({false, drb});
  if (!pdcp) return std::nullopt;
  return pdcp->count();
}

Status UserPlane::set_count(uint8_t drb, const Count& count) {
  Pdcp* pdcp = impl_->pdcp_of({false, drb});
  if (!pdcp) return fail(Fault::not_found, fmt::format("DRB{}", drb), "does not exist");
  return pdcp->set_count(count);
}

std::vector<ForwardedSdu> UserPlane::unconfirmed(uint8_t drb) {
  Pdcp* pdcp = impl_->pdcp_of({false, drb});
  return pdcp ? pdcp->unconfirmed() : std::vector<ForwardedSdu>();
}

Qfi UserPlane::take_sdap_header(uint8_t drb, Packet& sdu) const {
  for (const auto& sdap : impl_->sessions) {
    if (sdap && sdap->has(drb)) return sdap->take_back(drb, sdu);
  }
  return 0;
}

Status UserPlane::resume(uint8_t drb, ForwardedSdu sdu) {
  Pdcp* pdcp = impl_->pdcp_of({false, drb});
  if (!pdcp) return fail(Fault::not_found, fmt::format("DRB{}", drb), "does not exist");
  SEN_TRY(pdcp->resume(std::move(sdu)));
  if (!impl_->is_suspended({false, drb})) impl_->notify_waiting({false, drb});
  return {};
}

uint16_t UserPlane::short_mac_i(ByteView input) const {
  return static_cast<uint16_t>(impl_->rrc_keys.integrity.mac(0xffffffff, 0xff, crypto::Direction::downlink, input));
}

bool UserPlane::verify_last_rrc(uint8_t srb) const {
  const Pdcp* pdcp = impl_->pdcp_of({true, srb});
  return pdcp && pdcp->verify_last(impl_->rrc_keys.integrity);
}

// --- packets and messages ------------------------------------------------------------------------------------------------------

bool UserPlane::send_rrc(uint8_t srb, ByteView pdu, uint32_t tag) {
  Pdcp* pdcp = impl_->pdcp_of({true, srb});
  auto* c = impl_->channel(srb);
  if (!c || (srb != 0 && !pdcp)) {
    ++impl_->counted.tx_no_bearer;
    return false;
  }
  Packet packet = impl_->pool.copy(pdu);
  if (!packet) return false;
  return srb == 0 ? c->rlc->submit(std::move(packet), RlcEntity::no_id) : pdcp->send(std::move(packet), tag);
}

bool UserPlane::send_packet(PduSessionId session, Qfi qfi, Packet packet, bool reflective) {
  Sdap* sdap = session < impl_->sessions.size() ? impl_->sessions[session].get() : nullptr;
  if (!sdap) {
    ++impl_->counted.tx_no_bearer;
    return false;
  }
  auto drb = sdap->send(qfi, reflective, packet);
  return drb && impl_->send_on(*drb, std::move(packet));
}

std::optional<uint8_t> UserPlane::drb_of(PduSessionId session, Qfi qfi) const {
  const Sdap* sdap = session < impl_->sessions.size() ? impl_->sessions[session].get() : nullptr;
  return sdap ? sdap->drb_of(qfi) : std::nullopt;
}

// --- MAC -----------------------------------------------------------------------------------------------------------------------

BufferStatus UserPlane::buffer(Lcid lcid) const {
  auto* c = impl_->channel(lcid);
  if (!c || impl_->is_suspended(c->bearer)) return {};
  BufferStatus status = c->rlc->buffer();
  const Pdcp* pdcp = impl_->pdcp_of(c->bearer);
  if (!pdcp) return status;
  auto waiting = pdcp->waiting();
  if (waiting.sdus == 0) return status;
  status.total += static_cast<uint32_t>(waiting.octets + waiting.sdus * rlc_header_octets(c->config));
  status.oldest_ns = std::max<int64_t>(status.oldest_ns, (impl_->executor.now() - waiting.oldest).count());
  return status;
}

size_t UserPlane::Impl::pull(Channel& c, std::span<uint8_t> room) {
  if (is_suspended(c.bearer)) return 0;
  quiet = true;
  if (Pdcp* pdcp = bearer(c.bearer).pdcp.get()) {
    size_t backlog = c.rlc->buffer().total;
    if (backlog <= room.size()) pdcp->supply(room.size() - backlog + 1);  // one octet more: RLC polls when it believes to be empty
  }
  size_t octets = c.rlc->pull(room);
  quiet = false;
  if (octets > 0 && taps.pdu) tap_pdu(Taps::Layer::rlc, true, c, room.first(octets));
  return octets;
}

size_t UserPlane::pull(Lcid lcid, std::span<uint8_t> room) {
  auto* c = impl_->channel(lcid);
  return c ? impl_->pull(*c, room) : 0;
}

void UserPlane::Impl::receive(Lcid lcid, ByteView pdu) {
  Channel* c = channel(lcid);
  if (!c) {
    ++counted.rx_unknown_lcid;
    return;
  }
  if (taps.pdu) tap_pdu(Taps::Layer::rlc, false, *c, pdu);
  c->rlc->receive(pdu);
}

void UserPlane::Impl::flush(Lcid lcid) {
  Channel* c = channel(lcid);
  if (!c) return;
  if (Pdcp* pdcp = c->bearer.srb ? nullptr : bearer(c->bearer).pdcp.get()) pdcp->flush();
}

void UserPlane::receive(Lcid lcid, ByteView pdu) {
  const RlcPdu one{lcid, pdu};
  receive({&one, 1});
}

void UserPlane::receive(std::span<const RlcPdu> pdus) {
  impl_->receiving = true;
  for (const RlcPdu& p : pdus) impl_->receive(p.lcid, p.pdu);
  for (const RlcPdu& p : pdus) impl_->flush(p.lcid);
  impl_->finish_receive();
  impl_->receiving = false;
  impl_->removed.clear();
}

void UserPlane::set_taps(Taps taps) { impl_->taps = std::move(taps); }

const UserPlane::Statistics& UserPlane::statistics() const {
  Statistics& s = impl_->counted;
  s.bearers.clear(), s.channels.clear(), s.sessions.clear();
  for (bool is_srb : {true, false}) {
    for (uint8_t i = 1; i < (is_srb ? impl_->srb.size() : impl_->drb.size()); ++i) {
      if (const Pdcp* pdcp = impl_->pdcp_of({is_srb, i})) s.bearers.push_back({{is_srb, i}, pdcp->statistics()});
    }
  }
  for (const auto& c : impl_->channels) {
    if (c) s.channels.push_back({c->lcid, c->bearer, c->rlc->statistics()});
  }
  for (uint8_t i = 0; i < impl_->sessions.size(); ++i) {
    if (impl_->sessions[i]) s.sessions.push_back({i, impl_->sessions[i]->statistics()});
  }
  return s;
}

Status apply(UserPlane& up, const Change& change) {
  for (uint8_t drb : change.remove_drbs) up.remove_drb(drb);
  for (Lcid lcid : change.remove_rlcs) up.remove_rlc(lcid);
  if (change.security) up.set_security(*change.security);
  for (const auto& srb : change.srbs) SEN_TRY(up.set_srb(srb));
  for (const auto& drb : change.drbs) SEN_TRY(up.set_drb(drb));
  for (const auto& rlc : change.rlcs) SEN_TRY(up.set_rlc(rlc));
  for (Lcid lcid : change.reestablish_rlc) up.reestablish_rlc(lcid);
  for (BearerId bearer : change.reestablish_pdcp) up.reestablish_pdcp(bearer);
  for (uint8_t drb : change.recover_pdcp) up.recover_pdcp(drb);
  if (change.srb_tx) up.set_srb_protection(true, *change.srb_tx);
  if (change.srb_rx) up.set_srb_protection(false, *change.srb_rx);
  if (change.suspend) up.suspend(*change.suspend);
  return {};
}

}  // namespace sen::l2
