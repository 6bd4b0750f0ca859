#include "core/upf/drop.h"

namespace sen::upf {

static constexpr DropText texts[] = {
    {"none", "Not dropped."},
    {"gtpu_short", "The datagram is shorter than a GTP-U header."},
    {"gtpu_version", "The GTP version is not 1, or the protocol is GTP', which is not used on N3."},
    {"gtpu_length", "The GTP-U length field is not that of the datagram."},
    {"gtpu_extension", "A GTP-U extension header has length zero, runs past the message or is malformed."},
    {"gtpu_extension_unknown", "A GTP-U extension header that must be understood is not known here."},
    {"gtpu_type", "The GTP-U message type is not one that a UPF receives."},
    {"gtpu_element", "A GTP-U signalling message lacks an information element or has a malformed one."},
    {"unknown_teid", "No session has this TEID; an Error Indication is sent."},
    {"inner_short", "The user's packet is shorter than an IP header."},
    {"inner_version", "The user's packet is neither IPv4 nor IPv6."},
    {"inner_length", "The user's IP header states more octets than arrived."},
    {"inner_header", "The user's IP header contradicts itself."},
    {"no_session", "No session has this destination address."},
    {"no_pdr", "No packet detection rule of the session matches."},
    {"spoofed_source", "The source address of the uplink packet is not the UE's."},
    {"far_drop", "The forwarding action rule says drop."},
    {"far_incomplete", "The forwarding action rule names no usable destination."},
    {"gate_closed", "The gate of a QoS enforcement rule is closed."},
    {"rate_exceeded", "The packet exceeds the maximum bit rate of a QoS enforcement rule."},
    {"quota_exhausted", "The quota of a usage reporting rule is used up."},
    {"buffer_full", "As many downlink packets as allowed wait for the UE already."},
    {"buffer_released", "The packet waited for the UE and was discarded by the SMF's order or with its session."},
    {"no_buffer_memory", "The packet pool is used up."},
    {"too_big", "The packet exceeds the MTU and must not be fragmented; ICMP says so to the sender."},
    {"multicast", "Multicast and broadcast are not carried to sessions."},
    {"end_marker_unused", "An End Marker arrived that no rule passes on."},
    {"error_indication_unknown", "An Error Indication names a tunnel that no session uses."},
    {"signalling_rate", "GTP-U signalling or ICMP errors exceed their rate limit."},
};
static_assert(sizeof texts / sizeof texts[0] == static_cast<size_t>(Drop::count));

const DropText& text(Drop reason) { return texts[static_cast<size_t>(reason)]; }

}  // namespace sen::upf
