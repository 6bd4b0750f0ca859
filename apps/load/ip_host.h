// The IP stack of an emulated UE, as small as its traffic needs: builds ICMP, ICMPv6 and UDP packets with their checksums, learns its IPv6
// prefix from router advertisements (RFC 4861, RFC 4862), answers pings. Packets in, packets out; nothing is kept but the addresses.
#pragma once

#include <optional>

#include "base/ip.h"

namespace sen::load {

class IpHost {
 public:
  IpHost() = default;
  // Either may be absent. interface_id: of the link-local address that the SMF gave (TS 23.501 5.8.2.2.3).
  IpHost(std::optional<Octets<4>> ipv4, std::optional<Octets<8>> interface_id);

  const std::optional<Octets<4>>& ipv4() const { return ipv4_; }
  const std::optional<Octets<8>>& interface_id() const { return interface_id_; }
  // The global address, once a prefix is learned.
  std::optional<Octets<16>> ipv6() const;
  uint32_t advertised_mtu() const { return mtu_; }

  // Requires interface_id.
  Bytes router_solicitation() const;
  // Error not_found: no address of the destination's family.
  Result<Bytes> ping(const IpAddress& to, uint16_t identifier, uint16_t sequence, size_t payload = 56) const;
  Result<Bytes> udp(const Endpoint& to, uint16_t from_port, ByteView payload) const;

  struct Received {
    enum class Kind : uint8_t {
      malformed,       // lengths or checksums that are wrong
      not_for_us,
      other,           // a protocol or message that has no use here
      prefix_learned,  // router advertisement
      echo_reply,      // identifier, sequence
      echo_request,    // `answer` is to be sent
      udp,             // from, to_port, payload (into the packet)
      unreachable,     // ICMP destination unreachable, packet too big or time exceeded
    };
    Kind kind = Kind::other;
    bool v6 = false;
    uint16_t identifier = 0, sequence = 0;
    Endpoint from;
    uint16_t to_port = 0;
    ByteView payload;
    Bytes answer;
  };
  Received received(ByteView packet);

 private:
  Received received_v4(ByteView packet) const;
  Received received_v6(ByteView packet);
  Received icmp_v6(const IpAddress& from, const Octets<16>& to, ByteView icmp);
  bool learn_prefix(ByteView advertisement);
  Octets<16> link_local() const;
  bool is_ours(const Octets<16>& address) const;

  std::optional<Octets<4>> ipv4_;
  std::optional<Octets<8>> interface_id_;
  std::optional<Octets<8>> prefix_;
  uint32_t mtu_ = 0;
};

// One IP packet around `payload`; both addresses of one family. hop_limit 255 for neighbour discovery.
Bytes ip_packet(const IpAddress& from, const IpAddress& to, uint8_t protocol, ByteView payload, uint8_t hop_limit = 64);

}  // namespace sen::load
