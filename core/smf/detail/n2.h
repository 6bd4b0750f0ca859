// The transfer IEs of TS 38.413 9.3.4 that the SMF sends and reads through the AMF. Pure functions.
#pragma once

#include "codec/ngap/ngap.h"
#include "core/smf/config.h"
#include "core/smf/detail/session.h"

namespace sen::smf::detail {

Result<Bytes> setup_request(const Session& session, const SmfConfig& config);
// What changed against `old_ambr`, `old_flows` of the session. Empty when nothing of it concerns the gNB.
Result<Bytes> modify_request(const Session& session);
Result<Bytes> release_command_transfer(ngap::CauseNas cause);
Result<Bytes> release_command_transfer(ngap::CauseRadioNetwork cause);
Result<Bytes> path_switch_acknowledge(const Session& session, const SmfConfig& config);
Result<Bytes> path_switch_unsuccessful(ngap::CauseRadioNetwork cause);
// `direct_path`: the source can reach the target, so the target's forwarding tunnels are passed on. Otherwise the source forwards to `via`,
// a tunnel of the UPF, or, where that is empty, not at all.
Result<Bytes> handover_command(const ngap::HandoverRequestAcknowledgeTransfer& acknowledge, bool direct_path, const Tunnel& via);
Result<Bytes> handover_preparation_unsuccessful(ngap::CauseRadioNetwork cause);
Result<Bytes> modify_confirm(const Session& session, const ngap::PduSessionResourceModifyIndicationTransfer& indication);

// The tunnel of an IE. Errors: missing, invalid (an address that is neither 32, 128 nor 160 bits, TEID or address zero).
Result<Tunnel> tunnel_of(const ngap::UpTransportLayerInformation& information);
// "radioNetwork 21"
std::string describe(const ngap::Cause& cause);

}  // namespace sen::smf::detail
