#include "core/upf/icmp.h"

#include <algorithm>

#include "base/pcap.h"

namespace sen::upf {

static void put16(uint8_t* at, uint16_t v) {
  at[0] = static_cast<uint8_t>(v >> 8);
  at[1] = static_cast<uint8_t>(v);
}

static Packet too_big_v4(PacketPool& pool, ByteView packet, ByteView gateway, uint32_t mtu) {
  size_t header = size_t{packet[0] & 0xfu} * 4;
  if (packet.size() < header + 8 || gateway.size() != 4) return {};
  bool later_fragment = (packet[6] & 0x1f) != 0 || packet[7] != 0;
  bool icmp_error = packet[9] == 1 && packet[header] != 0 && packet[header] != 8;
  if (later_fragment || icmp_error) return {};
  size_t quoted = header + 8;
  Packet out = pool.take(20 + 8 + quoted);
  if (!out) return {};
  uint8_t* p = out.data();
  std::fill_n(p, 28, uint8_t{0});
  p[0] = 0x45;
  put16(p + 2, static_cast<uint16_t>(out.size()));
  p[8] = 64;
  p[9] = 1;
  std::copy(gateway.begin(), gateway.end(), p + 12);
  std::copy_n(packet.begin() + 12, 4, p + 16);
  put16(p + 10, checksum_finish(checksum_add(0, {p, 20})));
  p[20] = 3;  // destination unreachable
  p[21] = 4;  // fragmentation needed
  put16(p + 26, static_cast<uint16_t>(mtu));
  std::copy_n(packet.begin(), quoted, p + 28);
  put16(p + 22, checksum_finish(checksum_add(0, {p + 20, 8 + quoted})));
  return out;
}

static Packet too_big_v6(PacketPool& pool, ByteView packet, ByteView gateway, uint32_t mtu) {
  if (packet.size() < 48 || gateway.size() != 16) return {};
  if (packet[6] == 58 && packet[40] < 128) return {};
  size_t quoted = std::min<size_t>(packet.size(), 1280 - 48);
  Packet out = pool.take(48 + quoted);
  if (!out) return {};
  uint8_t* p = out.data();
  std::fill_n(p, 48, uint8_t{0});
  p[0] = 0x60;
  put16(p + 4, static_cast<uint16_t>(8 + quoted));
  p[6] = 58;
  p[7] = 64;
  std::copy(gateway.begin(), gateway.end(), p + 8);
  std::copy_n(packet.begin() + 8, 16, p + 24);
  p[40] = 2;  // packet too big
  put16(p + 44, static_cast<uint16_t>(mtu >> 16));
  put16(p + 46, static_cast<uint16_t>(mtu));
  std::copy_n(packet.begin(), quoted, p + 48);
  const uint8_t pseudo[4] = {static_cast<uint8_t>((8 + quoted) >> 8), static_cast<uint8_t>(8 + quoted), 0, 58};
  put16(p + 42, checksum_finish(checksum_add(checksum_add(checksum_add(0, {p + 8, 32}), {pseudo, 4}), {p + 40, 8 + quoted})));
  return out;
}

Packet too_big(PacketPool& pool, ByteView packet, ByteView gateway, uint32_t mtu) {
  if (packet.empty()) return {};
  return packet[0] >> 4 == 4 ? too_big_v4(pool, packet, gateway, mtu) : too_big_v6(pool, packet, gateway, mtu);
}

}  // namespace sen::upf
