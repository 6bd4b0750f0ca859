// The one ICMP message that the UPF itself sends: a downlink packet that does not fit is answered with the MTU (RFC 1191, RFC 8201).
#pragma once

#include "base/packet.h"

namespace sen::upf {

// "Fragmentation needed" or "Packet Too Big" about `packet`, from the gateway (4 or 16 octets of the packet's family). Empty when the packet
// is one that no ICMP error may answer, or the pool has no room.
Packet too_big(PacketPool& pool, ByteView packet, ByteView gateway, uint32_t mtu);

}  // namespace sen::upf
