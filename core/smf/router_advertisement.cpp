#include "core/smf/detail/router_advertisement.h"

#include "codec/gtpu/gpdu.h"
#include "core/smf/limits.h"

namespace sen::smf::detail {

static constexpr size_t ipv6_header = 40;
static constexpr uint8_t icmpv6 = 58, type_solicitation = 133, type_advertisement = 134;

// RFC 1071 over the pseudo header (RFC 8200 8.1) and the ICMPv6 message.
static uint16_t checksum(ByteView packet) {
  uint64_t sum = packet.size() - ipv6_header + icmpv6;
  for (size_t i = 8; i < packet.size(); i += 2) sum += static_cast<uint64_t>(packet[i]) << 8 | (i + 1 < packet.size() ? packet[i + 1] : 0);
  while (sum >> 16) sum = (sum & 0xffff) + (sum >> 16);
  return static_cast<uint16_t>(~sum);
}

static void put_prefix_option(ByteWriter& out, const IpAddress& prefix) {
  out.u8(3);
  out.u8(4);
  out.u8(64);
  out.u8(0x40);  // A: autonomous; not on-link
  out.u32(0xffffffff);
  out.u32(0xffffffff);
  out.u32(0);
  out.put(prefix.octets());
}

static void put_dns_option(ByteWriter& out, const std::vector<IpAddress>& servers) {
  size_t count = 0;
  for (auto& address : servers) count += address.is_v6();
  if (count == 0 || count > 100) return;
  out.u8(25);
  out.u8(static_cast<uint8_t>(1 + 2 * count));
  out.u16(0);
  out.u32(0xffffffff);
  for (auto& address : servers) {
    if (address.is_v6()) out.put(address.octets());
  }
}

Bytes router_advertisement(const Session& session, const SmfConfig& config) {
  static constexpr Octets<16> router{0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
  static constexpr Octets<16> all_nodes{0xff, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
  ByteWriter out;
  out.u32(0x60000000);
  out.u16(0);
  out.u8(icmpv6);
  out.u8(255);
  out.put(router);
  out.put(all_nodes);
  out.u8(type_advertisement);
  out.u8(0);
  out.u16(0);
  out.u8(64);  // current hop limit
  out.u8(0);   // neither managed nor other configuration
  out.u16(limit::router_lifetime_s);
  out.u32(0);
  out.u32(0);
  put_prefix_option(out, session.ipv6_prefix);
  out.u8(5);
  out.u8(1);
  out.u16(0);
  out.u32(config.mtu);
  put_dns_option(out, config.dns);
  out.set_u16(4, static_cast<uint16_t>(out.size() - ipv6_header));
  out.set_u16(ipv6_header + 2, checksum(out.view()));
  return out.take();
}

bool is_router_solicitation(ByteView p) {
  if (p.size() < ipv6_header + 8 || p[0] >> 4 != 6 || p[6] != icmpv6 || p[7] != 255) return false;
  if (static_cast<size_t>(p[4] << 8 | p[5]) + ipv6_header != p.size()) return false;
  return p[ipv6_header] == type_solicitation && p[ipv6_header + 1] == 0 && checksum(p) == 0;
}

Bytes in_gtpu(uint32_t teid, ByteView packet) {
  Bytes out(gtpu::gpdu_plain_header_octets + packet.size());
  gtpu::write_gpdu_plain_header(std::span<uint8_t, gtpu::gpdu_plain_header_octets>(out.data(), gtpu::gpdu_plain_header_octets), teid,
                                packet.size());
  std::copy(packet.begin(), packet.end(), out.begin() + gtpu::gpdu_plain_header_octets);
  return out;
}

}  // namespace sen::smf::detail
