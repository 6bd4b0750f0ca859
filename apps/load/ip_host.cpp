#include "apps/load/ip_host.h"

#include "base/pcap.h"

namespace sen::load {
namespace {

using Kind = IpHost::Received::Kind;

enum Protocol : uint8_t { icmp = 1, udp_protocol = 17, icmpv6 = 58 };
constexpr Octets<16> all_routers{0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2};
constexpr uint8_t option_prefix = 3, option_mtu = 5;

uint16_t u16_at(ByteView b, size_t at) { return static_cast<uint16_t>(b[at] << 8 | b[at + 1]); }
void set_u16(Bytes& b, size_t at, uint16_t v) {
  b[at] = static_cast<uint8_t>(v >> 8);
  b[at + 1] = static_cast<uint8_t>(v);
}

// The checksum of UDP and ICMPv6 with their pseudo header (RFC 768, RFC 8200 8.1).
uint16_t transport_checksum(const IpAddress& from, const IpAddress& to, uint8_t protocol, ByteView payload) {
  uint32_t sum = checksum_add(0, from.octets());
  sum = checksum_add(sum, to.octets());
  const Octets<4> tail{static_cast<uint8_t>(payload.size() >> 8), static_cast<uint8_t>(payload.size()), 0, protocol};
  return checksum_finish(checksum_add(checksum_add(sum, tail), payload));
}

Bytes echo(uint8_t type, uint16_t identifier, uint16_t sequence, ByteView data) {
  ByteWriter out;
  out.u8(type);
  out.u8(0);
  out.u16(0);
  out.u16(identifier);
  out.u16(sequence);
  out.put(data);
  return out.take();
}

Bytes icmp_packet(const IpAddress& from, const IpAddress& to, Bytes message, uint8_t hop_limit = 64) {
  set_u16(message, 2, from.is_v4() ? checksum_finish(checksum_add(0, message)) : transport_checksum(from, to, icmpv6, message));
  return ip_packet(from, to, from.is_v4() ? icmp : icmpv6, message, hop_limit);
}

void read_udp(IpHost::Received& out, const IpAddress& from, const IpAddress& to, ByteView datagram) {
  if (datagram.size() < 8 || u16_at(datagram, 4) < 8 || u16_at(datagram, 4) > datagram.size()) {
    out.kind = Kind::malformed;
    return;
  }
  datagram = datagram.first(u16_at(datagram, 4));
  bool unchecked = from.is_v4() && u16_at(datagram, 6) == 0;
  if (!unchecked && transport_checksum(from, to, udp_protocol, datagram) != 0) {
    out.kind = Kind::malformed;
    return;
  }
  out.kind = Kind::udp;
  out.from = {from, u16_at(datagram, 0)};
  out.to_port = u16_at(datagram, 2);
  out.payload = datagram.subspan(8);
}

void read_echo(IpHost::Received& out, ByteView message) {
  out.identifier = u16_at(message, 4);
  out.sequence = u16_at(message, 6);
}

}  // namespace

Bytes ip_packet(const IpAddress& from, const IpAddress& to, uint8_t protocol, ByteView payload, uint8_t hop_limit) {
  ByteWriter out;
  if (from.is_v4()) {
    out.u8(0x45);
    out.u8(0);
    out.u16(static_cast<uint16_t>(20 + payload.size()));
    out.u16(0);
    out.u16(0x4000);  // don't fragment
    out.u8(hop_limit);
    out.u8(protocol);
    out.u16(0);
    out.put(from.octets());
    out.put(to.octets());
    out.set_u16(10, checksum_finish(checksum_add(0, out.view())));
  } else {
    out.u32(0x60000000);
    out.u16(static_cast<uint16_t>(payload.size()));
    out.u8(protocol);
    out.u8(hop_limit);
    out.put(from.octets());
    out.put(to.octets());
  }
  out.put(payload);
  return out.take();
}

IpHost::IpHost(std::optional<Octets<4>> ipv4, std::optional<Octets<8>> interface_id) : ipv4_(ipv4), interface_id_(interface_id) {}

std::optional<Octets<16>> IpHost::ipv6() const {
  if (!prefix_ || !interface_id_) return std::nullopt;
  Octets<16> out;
  std::copy(prefix_->begin(), prefix_->end(), out.begin());
  std::copy(interface_id_->begin(), interface_id_->end(), out.begin() + 8);
  return out;
}

Octets<16> IpHost::link_local() const {
  Octets<16> out{0xfe, 0x80};
  if (interface_id_) std::copy(interface_id_->begin(), interface_id_->end(), out.begin() + 8);
  return out;
}

bool IpHost::is_ours(const Octets<16>& address) const {
  constexpr Octets<16> all_nodes{0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
  return address == link_local() || address == all_nodes || (prefix_ && address == *ipv6());
}

Bytes IpHost::router_solicitation() const {
  return icmp_packet(IpAddress(link_local()), IpAddress(all_routers), Bytes{133, 0, 0, 0, 0, 0, 0, 0}, 255);
}

Result<Bytes> IpHost::ping(const IpAddress& to, uint16_t identifier, uint16_t sequence, size_t payload) const {
  Bytes data(payload);
  for (size_t i = 0; i < data.size(); ++i) data[i] = static_cast<uint8_t>(i);
  if (to.is_v4() && ipv4_) return icmp_packet(IpAddress(*ipv4_), to, echo(8, identifier, sequence, data));
  if (to.is_v6() && ipv6()) return icmp_packet(IpAddress(*ipv6()), to, echo(128, identifier, sequence, data));
  return fail(Fault::not_found, "ping", "no address to reach {} from", to.text());
}

Result<Bytes> IpHost::udp(const Endpoint& to, uint16_t from_port, ByteView payload) const {
  bool v4 = to.address.is_v4();
  if (v4 ? !ipv4_ : !ipv6()) return fail(Fault::not_found, "UDP", "no address to reach {} from", to.text());
  IpAddress from = v4 ? IpAddress(*ipv4_) : IpAddress(*ipv6());
  return udp_datagram(payload, {from, from_port}, to);
}

IpHost::Received IpHost::received(ByteView packet) {
  if (packet.empty()) return {.kind = Kind::malformed};
  if (packet[0] >> 4 == 4) return received_v4(packet);
  if (packet[0] >> 4 == 6) return received_v6(packet);
  return {.kind = Kind::malformed};
}

IpHost::Received IpHost::received_v4(ByteView packet) const {
  Received out{.kind = Kind::malformed};
  size_t header = (packet[0] & 15) * size_t{4};
  if (packet.size() < 20 || header < 20 || header > packet.size()) return out;
  size_t length = u16_at(packet, 2);
  if (length < header || length > packet.size() || checksum_finish(checksum_add(0, packet.first(header))) != 0) return out;
  Octets<4> from_octets, to_octets;
  std::memcpy(from_octets.data(), packet.data() + 12, 4);
  std::memcpy(to_octets.data(), packet.data() + 16, 4);
  IpAddress from(from_octets), to(to_octets);
  ByteView payload = packet.subspan(header, length - header);
  out.kind = !ipv4_ || to_octets != *ipv4_ ? Kind::not_for_us : Kind::other;
  if (out.kind == Kind::not_for_us || (u16_at(packet, 6) & 0x3fff) != 0) return out;  // fragments are not put together
  if (packet[9] == udp_protocol) read_udp(out, from, to, payload);
  if (packet[9] != icmp) return out;
  if (payload.size() < 8 || checksum_finish(checksum_add(0, payload)) != 0) return {.kind = Kind::malformed};
  read_echo(out, payload);
  switch (payload[0]) {
    case 0: out.kind = Kind::echo_reply; break;
    case 8:
      out.kind = Kind::echo_request;
      out.answer = icmp_packet(to, from, echo(0, out.identifier, out.sequence, payload.subspan(8)));
      break;
    case 3:
    case 11: out.kind = Kind::unreachable; break;
    default: break;
  }
  return out;
}

IpHost::Received IpHost::received_v6(ByteView packet) {
  Received out{.kind = Kind::malformed, .v6 = true};
  if (packet.size() < 40 || size_t{u16_at(packet, 4)} + 40 > packet.size()) return out;
  Octets<16> from_octets, to;
  std::memcpy(from_octets.data(), packet.data() + 8, 16);
  std::memcpy(to.data(), packet.data() + 24, 16);
  IpAddress from(from_octets);
  ByteView payload = packet.subspan(40, u16_at(packet, 4));
  out.kind = interface_id_ && is_ours(to) ? Kind::other : Kind::not_for_us;
  if (out.kind == Kind::not_for_us) return out;
  if (packet[6] == udp_protocol) read_udp(out, from, IpAddress(to), payload);
  if (packet[6] != icmpv6) return out;
  if (payload.size() < 8 || transport_checksum(from, IpAddress(to), icmpv6, payload) != 0) {
    out.kind = Kind::malformed;
    return out;
  }
  // RFC 4861 6.1.2: a router advertisement that passed a router on its way is none.
  if (payload[0] == 134 && packet[7] != 255) return out;
  return icmp_v6(from, to, payload);
}

IpHost::Received IpHost::icmp_v6(const IpAddress& from, const Octets<16>& to, ByteView message) {
  Received out{.kind = Kind::other, .v6 = true};
  read_echo(out, message);
  switch (message[0]) {
    case 129: out.kind = Kind::echo_reply; break;
    case 128: {
      IpAddress source(to[0] == 0xff ? link_local() : to);
      out.kind = Kind::echo_request;
      out.answer = icmp_packet(source, from, echo(129, out.identifier, out.sequence, message.subspan(8)));
      break;
    }
    case 134:
      if (learn_prefix(message)) out.kind = Kind::prefix_learned;
      break;
    case 1:
    case 2:
    case 3: out.kind = Kind::unreachable; break;
    default: break;
  }
  return out;
}

// RFC 4862 5.5.3: a prefix of 64 bits with the autonomous flag and a valid lifetime that is not 0.
bool IpHost::learn_prefix(ByteView advertisement) {
  if (advertisement.size() < 16) return false;
  ByteView options = advertisement.subspan(16);
  bool learned = false;
  while (options.size() >= 8) {
    size_t length = options[1] * size_t{8};
    if (length == 0 || length > options.size()) return learned;
    if (options[0] == option_prefix && length == 32 && options[2] == 64 && options[3] & 0x40 && (u16_at(options, 4) | u16_at(options, 6))) {
      prefix_.emplace();
      std::memcpy(prefix_->data(), options.data() + 16, 8);
      learned = true;
    }
    if (options[0] == option_mtu && length == 8) mtu_ = static_cast<uint32_t>(u16_at(options, 4)) << 16 | u16_at(options, 6);
    options = options.subspan(length);
  }
  return learned;
}

}  // namespace sen::load
