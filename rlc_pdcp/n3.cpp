#include "rlc_pdcp/n3.h"

#include <unordered_map>
#include <vector>

#include "codec/gtpu/message.h"
#include "rlc_pdcp/limits.h"

namespace sen::l2 {
namespace {

struct HashPeer {
  size_t operator()(const N3Peer& p) const { return hash_mix(std::hash<IpAddress>()(p.address), p.teid); }
};

constexpr unsigned index_bits = 16;  // TEID: the others change at each reuse, so that a late packet does not reach the next owner
static_assert(limit::tunnels <= size_t{1} << index_bits);

}  // namespace

const char* to_string(N3Drop drop) {
  switch (drop) {
    case N3Drop::malformed: return "malformed";
    case N3Drop::unknown_teid: return "unknown_teid";
    case N3Drop::no_container: return "no_container";
    case N3Drop::unknown_extension: return "unknown_extension";
    case N3Drop::unexpected: return "unexpected";
    case N3Drop::error_indication: return "error_indication";
    case N3Drop::rate: return "rate";
    case N3Drop::no_buffer: return "no_buffer";
    case N3Drop::empty: return "empty";
    case N3Drop::count: break;
  }
  return "";
}

struct N3::Impl {
  struct Tunnel {
    uint32_t teid = 0;  // 0: free
    N3Owner owner;
    N3Peer uplink;
    std::optional<N3Peer> target;
  };

  Impl(Executor& e, PacketPool& p, const IpAddress& o, N3Ports po) : executor(e), pool(p), own(o), ports(std::move(po)) {}

  Tunnel* find(uint32_t teid) {
    size_t index = teid & ((1u << index_bits) - 1);
    return teid != 0 && index < tunnels.size() && tunnels[index].teid == teid ? &tunnels[index] : nullptr;
  }
  void drop(N3Drop reason) { ++statistics.drops[static_cast<size_t>(reason)]; }
  void release_peer(const Tunnel& t);
  bool send_user(const N3Peer& peer, gtpu::PduType type, Qfi qfi, bool reflective, Packet packet);
  void answer(const IpAddress& to, const gtpu::Message& message);
  void message(const IpAddress& from, ByteView datagram);
  void user_packet(const IpAddress& from, const gtpu::GpduView& view, Packet datagram);
  void error_indication(const gtpu::Message& message);
  void end_marker(const IpAddress& from, uint32_t teid);
  void unknown_tunnel(const IpAddress& from, uint32_t teid);

  Executor& executor;
  PacketPool& pool;
  const IpAddress own;
  N3Ports ports;
  std::vector<Tunnel> tunnels;
  std::vector<uint32_t> free;  // TEIDs for the next owners
  std::unordered_map<N3Peer, uint32_t, HashPeer> by_peer;
  Time second{};
  size_t answers_in_second = 0;
  N3Statistics statistics;
};

N3::N3(Executor& executor, PacketPool& pool, const IpAddress& own, N3Ports ports)
    : impl_(std::make_unique<Impl>(executor, pool, own, std::move(ports))) {}
N3::~N3() = default;

Result<uint32_t> N3::add(N3Owner owner, const N3Peer& uplink) {
  if (impl_->free.empty()) {
    size_t index = impl_->tunnels.size();
    if (index == limit::tunnels) return fail(Fault::exhausted, "N3", "{} tunnels are in use", index);
    impl_->tunnels.emplace_back();
    impl_->free.push_back(1u << index_bits | static_cast<uint32_t>(index));
  }
  uint32_t teid = impl_->free.back();
  impl_->free.pop_back();
  impl_->tunnels[teid & ((1u << index_bits) - 1)] = {teid, owner, uplink, std::nullopt};
  if (!uplink.address.empty()) impl_->by_peer[uplink] = teid;
  return teid;
}

void N3::Impl::release_peer(const Tunnel& t) {
  auto at = by_peer.find(t.uplink);
  if (at != by_peer.end() && at->second == t.teid) by_peer.erase(at);
}

Status N3::change_uplink(uint32_t teid, const N3Peer& uplink) {
  auto* t = impl_->find(teid);
  if (!t) return fail(Fault::not_found, "N3", "no tunnel has TEID {:#x}", teid);
  impl_->release_peer(*t);
  t->uplink = uplink;
  if (!uplink.address.empty()) impl_->by_peer[uplink] = teid;
  return {};
}

Status N3::forward(uint32_t teid, const N3Peer& target) {
  auto* t = impl_->find(teid);
  if (!t) return fail(Fault::not_found, "N3", "no tunnel has TEID {:#x}", teid);
  t->target = target;
  return {};
}

void N3::remove(uint32_t teid) {
  auto* t = impl_->find(teid);
  if (!t) return;
  impl_->release_peer(*t);
  *t = {};
  uint32_t next = teid + (1u << index_bits);
  impl_->free.push_back(next >> index_bits == 0 ? next + (1u << index_bits) : next);
}

bool N3::Impl::send_user(const N3Peer& peer, gtpu::PduType type, Qfi qfi, bool reflective, Packet packet) {
  size_t octets = packet.size();
  if (peer.address.empty() || octets == 0 || octets > 65527 || !packet.prepend(gtpu::gpdu_header_octets)) {
    drop(N3Drop::no_buffer);
    return false;
  }
  gtpu::write_gpdu_header(packet.span().first<gtpu::gpdu_header_octets>(), peer.teid, octets, type, qfi, reflective);
  ports.send(peer.address, std::move(packet));
  return true;
}

bool N3::send(uint32_t teid, Qfi qfi, Packet packet) {
  auto* t = impl_->find(teid);
  if (!t) return false;
  size_t octets = packet.size();
  if (!impl_->send_user(t->uplink, gtpu::PduType::ul, qfi, false, std::move(packet))) return false;
  ++impl_->statistics.tx_packets;
  impl_->statistics.tx_octets += octets;
  return true;
}

bool N3::forward_packet(uint32_t teid, Qfi qfi, Packet packet) {
  auto* t = impl_->find(teid);
  if (!t || !t->target || !impl_->send_user(*t->target, gtpu::PduType::dl, qfi, false, std::move(packet))) return false;
  ++impl_->statistics.forwarded_packets;
  return true;
}

bool N3::forward_sdu(const N3Peer& target, std::optional<uint32_t> sn, Packet sdu) {
  const size_t octets = sdu.size(), header = sn ? gtpu::gpdu_pdcp_header_octets : gtpu::gpdu_plain_header_octets;
  if (target.address.empty() || octets == 0 || octets > 65523 || !sdu.prepend(header)) {
    impl_->drop(N3Drop::no_buffer);
    return false;
  }
  if (sn) gtpu::write_gpdu_pdcp_header(sdu.span().first<gtpu::gpdu_pdcp_header_octets>(), target.teid, octets, *sn);
  else gtpu::write_gpdu_plain_header(sdu.span().first<gtpu::gpdu_plain_header_octets>(), target.teid, octets);
  impl_->ports.send(target.address, std::move(sdu));
  ++impl_->statistics.forwarded_packets;
  return true;
}

void N3::send_end_marker(uint32_t teid) {
  auto* t = impl_->find(teid);
  if (!t) return;
  const N3Peer& peer = t->target ? *t->target : t->uplink;
  if (peer.address.empty()) return;
  auto octets = gtpu::encode(gtpu::end_marker_for(peer.teid));
  Packet packet = octets ? impl_->pool.copy(*octets) : Packet();
  if (!packet) return impl_->drop(N3Drop::no_buffer);
  ++impl_->statistics.tx_end_markers;
  impl_->ports.send(peer.address, std::move(packet));
}

// A flood of datagrams that want an answer gets limit::error_indications_s of them a second.
void N3::Impl::answer(const IpAddress& to, const gtpu::Message& message) {
  Time now = executor.now();
  if (now - second >= std::chrono::seconds(1)) {
    second = now;
    answers_in_second = 0;
  }
  if (answers_in_second++ >= limit::error_indications_s) return drop(N3Drop::rate);
  auto octets = gtpu::encode(message);
  Packet packet = octets ? pool.copy(*octets) : Packet();
  if (!packet) return drop(N3Drop::no_buffer);
  if (message.type == gtpu::error_indication) ++statistics.tx_error_indications;
  ports.send(to, std::move(packet));
}

void N3::Impl::unknown_tunnel(const IpAddress& from, uint32_t teid) {
  drop(N3Drop::unknown_teid);
  answer(from, gtpu::error_indication_for(teid, own.octets()));
}

void N3::receive(const IpAddress& from, Packet datagram) {
  auto view = gtpu::parse_gpdu(datagram.view());
  if (view) return impl_->user_packet(from, *view, std::move(datagram));
  switch (view.error()) {
    case gtpu::Reject::not_gpdu: return impl_->message(from, datagram.view());
    case gtpu::Reject::unknown_extension: impl_->drop(N3Drop::unknown_extension); return impl_->answer(from, gtpu::supported_extensions());
    default: return impl_->drop(N3Drop::malformed);
  }
}

void N3::Impl::user_packet(const IpAddress& from, const gtpu::GpduView& view, Packet datagram) {
  Tunnel* t = find(view.teid);
  if (!t) return unknown_tunnel(from, view.teid);
  const bool of_drb = t->owner.drb != 0;
  if (!of_drb && (!view.has_container || view.pdu_type != gtpu::PduType::dl)) return drop(N3Drop::no_container);
  datagram.trim_front(view.payload_offset);
  if (datagram.empty()) return drop(N3Drop::empty);
  if (of_drb) {
    ++statistics.rx_packets;
    statistics.rx_octets += datagram.size();
    if (ports.forwarded) ports.forwarded(t->owner, view.has_pdcp_sn ? std::optional(view.pdcp_sn) : std::nullopt, std::move(datagram));
    return;
  }
  if (t->target) {
    if (send_user(*t->target, gtpu::PduType::dl, view.qfi, view.rqi, std::move(datagram))) ++statistics.forwarded_packets;
    return;
  }
  ++statistics.rx_packets;
  statistics.rx_octets += datagram.size();
  ports.downlink(t->owner, view.qfi, view.rqi, std::move(datagram));
}

void N3::Impl::message(const IpAddress& from, ByteView datagram) {
  auto m = gtpu::decode(datagram);
  if (!m) return drop(N3Drop::malformed);
  if (gtpu::refused_extension(*m)) {
    drop(N3Drop::unknown_extension);
    return answer(from, gtpu::supported_extensions());
  }
  switch (m->type) {
    case gtpu::echo_request: ++statistics.echo_requests; return answer(from, gtpu::echo_response_to(*m));
    case gtpu::error_indication: return error_indication(*m);
    case gtpu::end_marker: return end_marker(from, m->teid);
    default: return drop(N3Drop::unexpected);
  }
}

void N3::Impl::error_indication(const gtpu::Message& m) {
  const auto* teid = gtpu::find<gtpu::TeidDataI>(m);
  const auto* peer = gtpu::find<gtpu::PeerAddress>(m);
  if (!teid || !peer) return drop(N3Drop::malformed);
  IpAddress address;
  if (peer->address.size() == 4) address = IpAddress(Octets<4>{peer->address[0], peer->address[1], peer->address[2], peer->address[3]});
  if (peer->address.size() == 16) {
    Octets<16> v6;
    std::copy(peer->address.begin(), peer->address.end(), v6.begin());
    address = IpAddress(v6);
  }
  auto at = by_peer.find({address, teid->teid});
  Tunnel* t = at == by_peer.end() ? nullptr : find(at->second);
  if (!t) return drop(N3Drop::error_indication);
  ++statistics.rx_error_indications;
  if (ports.error_indication) ports.error_indication(t->owner);
}

void N3::Impl::end_marker(const IpAddress& from, uint32_t teid) {
  Tunnel* t = find(teid);
  if (!t) return unknown_tunnel(from, teid);
  ++statistics.rx_end_markers;
  if (t->target) {
    auto octets = gtpu::encode(gtpu::end_marker_for(t->target->teid));
    Packet packet = octets ? pool.copy(*octets) : Packet();
    if (!packet) return drop(N3Drop::no_buffer);
    ++statistics.tx_end_markers;
    return ports.send(t->target->address, std::move(packet));
  }
  if (ports.end_marker) ports.end_marker(t->owner);
}

size_t N3::tunnels() const { return impl_->tunnels.size() - impl_->free.size(); }
const N3Statistics& N3::statistics() const { return impl_->statistics; }

}  // namespace sen::l2
