// Stateless address autoconfiguration for IPv6 sessions (TS 23.501 5.8.2.2.3, TS 29.561 11.2.1.3; RFC 4861, 4862). Pure functions.
#pragma once

#include "core/smf/config.h"
#include "core/smf/detail/session.h"

namespace sen::smf::detail {

// An IPv6 packet with the session's /64, the MTU and the IPv6 DNS servers (RFC 8106), to all nodes.
Bytes router_advertisement(const Session& session, const SmfConfig& config);
// Whether this is a valid router solicitation (RFC 4861 6.1.1).
bool is_router_solicitation(ByteView packet);
// The packet as a G-PDU.
Bytes in_gtpu(uint32_t teid, ByteView packet);

}  // namespace sen::smf::detail
