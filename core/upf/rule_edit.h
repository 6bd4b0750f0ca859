// One PFCP request applied to a copy of a session's rules (TS 29.244 5.2, 7.5.2, 7.5.4). Every element is checked before anything of the
// session changes: the caller throws the edit away on the first Failure. An element of length 0 takes away what was provisioned (5.6.3).
#pragma once

#include <expected>
#include <optional>
#include <string>

#include "codec/pfcp/message.h"
#include "core/upf/rules.h"

namespace sen::upf {

// Why a request is refused: what the response says, and a sentence for the operator.
struct Failure {
  pfcp::Cause cause = pfcp::Cause::rejected;
  std::optional<uint16_t> offending_ie;
  std::optional<pfcp::FailedRuleId> rule;
  std::string sentence;
};
using Outcome = std::expected<void, Failure>;

// A local F-TEID of a session.
struct Tunnel {
  uint32_t teid = 0;  // 0: to be allocated when the edit is committed
  uint16_t choose_id = no_choose_id;
  bool v4 = false;
  bool v6 = false;
  static constexpr uint16_t no_choose_id = 0xffff;
};

class RuleEdit {
 public:
  struct Families {
    bool v4 = false;
    bool v6 = false;
  };
  // `families`: those in which this UPF has a tunnel address.
  RuleEdit(RuleSet rules, std::vector<Tunnel> tunnels, Families families);

  Outcome create(const pfcp::CreatePdr& ie);
  Outcome create(const pfcp::CreateFar& ie);
  Outcome create(const pfcp::CreateQer& ie);
  Outcome create(const pfcp::CreateUrr& ie);
  Outcome create(const pfcp::CreateBar& ie);
  Outcome update(const pfcp::UpdatePdr& ie);
  Outcome update(const pfcp::UpdateFar& ie);
  Outcome update(const pfcp::UpdateQer& ie);
  Outcome update(const pfcp::UpdateUrr& ie);
  Outcome update(const pfcp::UpdateBar& ie);
  Outcome update(const pfcp::UpdateBarReportResponse& ie);
  Outcome remove(const pfcp::RemovePdr& ie);
  Outcome remove(const pfcp::RemoveFar& ie);
  Outcome remove(const pfcp::RemoveQer& ie);
  Outcome remove(const pfcp::RemoveUrr& ie);
  Outcome remove(const pfcp::RemoveBar& ie);
  // After all elements: everything that is referenced exists.
  Outcome check();

  struct EndMarker {
    IpAddress peer;
    uint32_t teid = 0;
  };

  // Quotas of a URR that were given or taken away, and so start anew.
  struct NewQuota {
    uint32_t urr_id = 0;
    bool volume = false;
    bool time = false;
    bool events = false;
  };

  RuleSet rules;
  std::vector<Tunnel> tunnels;
  std::vector<uint16_t> answered_pdrs;       // those whose F-TEID the response tells
  std::vector<std::pair<uint16_t, size_t>> tunnel_of_pdr;  // PDR ID, index into tunnels: PDRs of this request
  std::vector<EndMarker> end_markers;        // towards the tunnels that were used before (SNDEM)
  std::vector<uint32_t> changed_qers;        // whose rates must be set
  std::vector<uint32_t> changed_urrs;        // whose thresholds or quotas were given
  std::vector<NewQuota> new_quotas;

  const Pdr* find_pdr(uint16_t id) const;

 private:
  Outcome set_pdi(Pdr& pdr, const pfcp::Pdi& pdi, std::vector<IpFilter>& filters);
  Outcome set_tunnel(Pdr& pdr, const pfcp::FTeid& ie);
  Outcome set_ue_addresses(Pdr& pdr, const pfcp::Pdi& pdi);
  Outcome set_filters(Pdr& pdr, const pfcp::Pdi& pdi, std::vector<IpFilter>& filters);
  Outcome set_framed(Pdr& pdr, const pfcp::Pdi& pdi);
  Outcome set_references(PdrDraft& pdr, const std::vector<uint32_t>& qers, const std::vector<uint32_t>& urrs);
  Outcome set_action(Far& far, const pfcp::ApplyAction& action);
  Outcome set_outer_header(Far& far, const pfcp::OuterHeaderCreation& ie);
  Outcome set_destination(Far& far, pfcp::DestinationInterface destination);
  Outcome check_far(const Far& far) const;

  Families families_;
  std::vector<std::pair<uint16_t, uint32_t>> filter_references_;  // PDR ID, SDF filter ID defined by another PDR
};

}  // namespace sen::upf
