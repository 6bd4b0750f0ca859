// What a UE's PDU SESSION MODIFICATION REQUEST makes of its session's QoS flows (TS 24.501 6.4.2.2, 9.11.4.12, 9.11.4.13). Pure function.
//
// The UE may add flows with filters of its own, and change and delete those that were added, within the subscription: standardised 5QIs
// only; no maximum flow bit rate above the session AMBR, nor the guaranteed rates of all flows together. The default flow is the
// subscription's. A new rule or description has identity 0 or one that is free; a rule without a description gets the default flow's 5QI.
#pragma once

#include <expected>

#include "core/smf/detail/session.h"

namespace sen::smf::detail {

struct QosRefusal {
  nas::SmCause cause = nas::SmCause::request_rejected;  // of the PDU SESSION MODIFICATION REJECT
  std::string why;
};

std::expected<std::vector<QosFlow>, QosRefusal> requested_flows(const Session& session, const std::vector<nas::QosRule>& rules,
                                                                const std::vector<nas::QosFlowDescription>& descriptions);

}  // namespace sen::smf::detail
