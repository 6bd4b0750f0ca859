// SDF filters (TS 29.244 8.2.5): the IPFilterRule of RFC 6733 4.3.1 as restricted by TS 29.212 5.4.2 (no "deny", no options), with ToS or
// traffic class, SPI and IPv6 flow label; and the fields of a packet that they look at.
// A rule is written from the network's side: "permit out PROTO from REMOTE to LOCAL", LOCAL being the UE ("assigned"). "permit in" is the
// same with the sides exchanged. Both directions of a flow match: the caller says which end of the packet is the UE's.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/bytes.h"
#include "core/upf/drop.h"
#include "core/upf/limits.h"

namespace sen::upf {

// An IPv4 address is kept as ::ffff:a.b.c.d, in two numbers, so that one comparison serves both families.
struct Address {
  uint64_t high = 0;
  uint64_t low = 0;
  static Address v4(uint32_t address) { return {0, uint64_t{0xffff} << 32 | address}; }
  static Address v6(const uint8_t* octets);
  bool is_v4() const { return high == 0 && low >> 32 == 0xffff; }
  bool operator==(const Address&) const = default;
};
// Whether the first `length` bits, 1 to 128, are those of `prefix`.
inline bool in_prefix(const Address& a, const Address& prefix, unsigned length) {
  if (length <= 64) return (a.high ^ prefix.high) >> (64 - length) == 0;
  return a.high == prefix.high && (a.low ^ prefix.low) >> (128 - length) == 0;
}
// An empty mask matches everything; for IPv4 the mask covers the prefix ::ffff:0:0/96 too.
struct AddressMatch {
  Address address;
  Address mask;
  bool matches(const Address& a) const { return (a.high & mask.high) == address.high && (a.low & mask.low) == address.low; }
};

// What the filters and the rules look at in an IP packet.
struct Flow {
  Address source;
  Address destination;
  uint32_t length = 0;  // of the packet as its header states it
  uint32_t flow_label = 0;
  uint32_t spi = 0;
  uint16_t source_port = 0;
  uint16_t destination_port = 0;
  uint8_t protocol = 0;  // behind IPv6 extension headers; 44 when those cannot be followed
  uint8_t traffic_class = 0;
  bool v6 = false;
  bool has_ports = false;
  bool has_spi = false;
};

// Reads the headers of an IP packet. Drop::none, or why the packet is not acceptable.
Drop parse_flow(ByteView packet, Flow& flow);

struct IpFilter {
  struct Ports {
    uint16_t low = 0;
    uint16_t high = 0;
  };
  AddressMatch remote;
  AddressMatch local;
  Ports ports[max_port_ranges];  // the remote side's, then the local side's
  uint32_t filter_id = 0;        // of a bidirectional filter; 0: none
  uint32_t spi = 0;
  uint32_t flow_label = 0;
  uint8_t remote_ports = 0;
  uint8_t local_ports = 0;
  uint8_t tos = 0;
  uint8_t tos_mask = 0;
  uint8_t protocol = 0;
  bool any_protocol = true;
  bool remote_inverted = false;
  bool local_inverted = false;
  bool has_spi = false;
  bool has_flow_label = false;

  bool matches(const Flow& flow, bool uplink) const;
};

// "permit out 17 from 10.0.0.0/8 53,5000-6000 to assigned". Errors name the word that is wrong.
Result<IpFilter> parse_filter(std::string_view rule);

}  // namespace sen::upf
