// The 5GSM messages that the SMF sends (TS 24.501 8.3), built from a session; and the answers to protocol configuration options
// (TS 24.008 10.5.6.3). Pure functions.
#pragma once

#include "core/smf/config.h"
#include "core/smf/detail/session.h"

namespace sen::smf::detail {

// Containers of the network's PCO for those that the UE's request holds. PAP and CHAP are acknowledged without checking (there is no
// authentication server behind them); IPCP's DNS options are answered by Configure-Nak with our servers (RFC 1877).
std::optional<nas::ExtendedPco> answer_pco(const std::vector<nas::PcoOption>& asked, const SmfConfig& config, bool v4, bool v6);

Result<Bytes> establishment_accept(const Session& session, const SmfConfig& config);
// `allowed`: with cause #68, the SSC modes of the subscription.
Bytes establishment_reject(uint8_t psi, uint8_t pti, nas::SmCause cause, const std::vector<sbi::SscMode>& allowed = {});
Bytes modification_reject(uint8_t psi, uint8_t pti, nas::SmCause cause);
Bytes release_command(uint8_t psi, uint8_t pti, nas::SmCause cause);
Bytes release_reject(uint8_t psi, uint8_t pti, nas::SmCause cause);
Bytes sm_status(uint8_t psi, uint8_t pti, nas::SmCause cause);
// What changed against `old_ambr`, `old_flows` of the session, and answers to the UE's request (PTI other than 0).
Result<Bytes> modification_command(const Session& session, const SmfConfig& config);

}  // namespace sen::smf::detail
