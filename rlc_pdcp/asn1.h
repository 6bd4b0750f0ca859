// Between RRC's types (codec/rrc, TS 38.331 RadioBearerConfig and the RLC bearers of CellGroupConfig) and the user plane's plain configuration: the gNB builds
// messages from a Change, the UE reads a Change from a message. Pure functions, any thread.
#pragma once

#include "base/result.h"
#include "rlc_pdcp/config.h"

namespace sen::rrc {
struct RadioBearerConfig;
struct CellGroupConfig;
}  // namespace sen::rrc

namespace sen::l2 {

// Adds what `change` has to the messages: SRBs, DRBs (PDCP-Config, SDAP-Config), RLC bearers, the flags for re-establishment and recovery, release lists.
// `change` is the gNB's: tx is the downlink. Security, protection and suspension are not part of these messages.
void to_asn1(const Change& change, rrc::RadioBearerConfig& bearers, rrc::CellGroupConfig& group);

// The UE's change: tx is the uplink. What is absent keeps its value: SRBs and SRB RLC start from the defaults of 9.2.1, DRBs from `drbs`, which becomes
// the new list. Errors name the field that cannot be served (ROHC, a second RLC entity of a bearer, ...).
Result<Change> from_asn1(const rrc::RadioBearerConfig& bearers, const rrc::CellGroupConfig& group, std::vector<DrbConfig>& drbs);

}  // namespace sen::l2
