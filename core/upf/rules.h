// The rules of one session as the packet path reads them (TS 29.244 5.2): packet detection (PDR), forwarding action (FAR), QoS enforcement
// (QER) and usage reporting (URR) rules, flat in one block of memory that is never changed: a modification builds a new block and the user
// plane exchanges the pointer, so that a worker that reads the old block is not disturbed. What changes with every packet (token buckets,
// volumes) lies in QerState and UrrState, which keep their addresses across modifications.
#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <vector>

#include "base/ip.h"
#include "core/upf/ip_filter.h"
#include "core/upf/token_bucket.h"

namespace sen::upf {

inline constexpr uint8_t no_index = 0xff;

// 29.244 8.2.2 and 8.2.24, as far as there is a path for it.
enum class Interface : uint8_t { access, core, n6, cp_function };

struct QerState {
  TokenBucket uplink;
  TokenBucket downlink;
};

// Usage since the last report; volumes are octets of user packets (29.244 5.2.2.2).
struct UrrState {
  static constexpr uint64_t no_limit = std::numeric_limits<uint64_t>::max();

  uint64_t uplink = 0;
  uint64_t downlink = 0;
  uint64_t uplink_packets = 0;
  uint64_t downlink_packets = 0;
  // The control path wants to hear when a volume reaches these.
  uint64_t total_limit = no_limit;
  uint64_t uplink_limit = no_limit;
  uint64_t downlink_limit = no_limit;
  int64_t first = 0;  // time of the first packet since the last report; 0: none yet
  int64_t last = 0;
  int64_t inactivity_ns = std::numeric_limits<int64_t>::max();
  int64_t active_since = 0;   // 0: the duration does not run
  int64_t active_before = 0;  // duration of the finished spells of activity since the last report
  uint32_t events = 0;        // starts of traffic since the last report
  bool resumed = false;       // a packet began or ended a pause since the control path looked
  bool wants_first = false;   // the control path wants to hear of the first packet
  bool exhausted = false;     // quota used up: drop, or follow the quota's FAR
  bool signalled = false;     // an event for this URR waits already
};

// One cache line: a packet may look at several of them.
struct Pdr {
  uint64_t qfis = 0;     // bit n: QFI n; 0: any
  Address ue_v6;         // with has_ue_v6
  uint32_t ue_v4 = 0;    // with has_ue_v4
  uint32_t teid = 0;     // local F-TEID; 0: none
  uint32_t precedence = 0;
  uint16_t id = 0;
  Interface source = Interface::access;
  bool has_ue_v4 = false;
  bool has_ue_v6 = false;
  uint8_t ue_v6_length = 0;  // of the prefix, 1 to 128
  bool removes_header = false;
  uint8_t far = no_index;
  uint8_t first_filter = 0;
  uint8_t filter_count = 0;
  uint8_t qer_count = 0;
  uint8_t urr_count = 0;
  uint8_t qers[max_qers_per_pdr] = {};
  uint8_t urrs[max_urrs_per_pdr] = {};
  bool asks_v4 = false;  // F-TEID families, for repeating it to the SMF
  bool asks_v6 = false;

  // `v6`: of an IPv6 packet, whose address may look like an IPv4 one (::ffff:0:0/96).
  bool is_ue(const Address& address, bool v6) const {
    return v6 ? has_ue_v6 && in_prefix(address, ue_v6, ue_v6_length) : has_ue_v4 && static_cast<uint32_t>(address.low) == ue_v4;
  }
};
static_assert(sizeof(Pdr) == 64);

// A PDR while it is changed: it names other rules by their identifiers.
struct PdrDraft : Pdr {
  uint32_t far_id = 0;
  uint32_t qer_ids[max_qers_per_pdr] = {};
  uint32_t urr_ids[max_urrs_per_pdr] = {};
};

enum class Action : uint8_t { drop, forward, buffer };
enum class OuterHeader : uint8_t { none, gtpu_v4, gtpu_v6 };

struct Far {
  Octets<16> peer{};  // the first four octets for IPv4
  uint32_t teid = 0;
  uint32_t id = 0;
  Action action = Action::drop;
  OuterHeader outer = OuterHeader::none;
  Interface destination = Interface::access;
  bool notify = false;  // NOCP
  bool has_parameters = false;
  bool has_marking = false;
  uint8_t traffic_class = 0;
  uint8_t bar_id = 0;  // 0: none

  IpAddress peer_address() const;
};

struct Qer {
  QerState* bucket = nullptr;
  uint64_t mbr_uplink = UINT64_MAX;  // kbit/s; UINT64_MAX: none
  uint64_t mbr_downlink = UINT64_MAX;
  uint64_t gbr_uplink = 0;  // admitted by the RAN; kept for display
  uint64_t gbr_downlink = 0;
  uint32_t id = 0;
  uint32_t correlation_id = 0;
  bool uplink_open = true;
  bool downlink_open = true;
  bool has_qfi = false;
  bool reflective = false;  // RQI
  uint8_t qfi = 0;
};

struct Volumes {
  uint64_t total = UINT64_MAX;  // UINT64_MAX: none
  uint64_t uplink = UINT64_MAX;
  uint64_t downlink = UINT64_MAX;
  bool any() const { return total != UINT64_MAX || uplink != UINT64_MAX || downlink != UINT64_MAX; }
};

// Bits of the reporting triggers (8.2.19) that are acted upon.
struct Triggers {
  bool periodic = false, volume_threshold = false, time_threshold = false, quota_holding_time = false, start = false, linked = false;
  bool volume_quota = false, time_quota = false, event_threshold = false, event_quota = false, quota_validity = false;
};

struct Urr {
  UrrState* usage = nullptr;
  uint32_t id = 0;
  bool measures_volume = false;
  bool measures_duration = false;
  bool measures_events = false;
  bool starts_at_once = false;   // ISTM
  bool counts_packets = false;   // MNOP
  Triggers triggers;
  Volumes volume_threshold;
  Volumes volume_quota;
  uint32_t time_threshold = 0;  // seconds, 0: none; as all below
  uint32_t time_quota = 0;
  uint32_t event_threshold = 0;
  uint32_t event_quota = 0;
  uint32_t period = 0;
  uint32_t quota_holding_time = 0;
  uint32_t quota_validity_time = 0;
  uint32_t inactivity_time = 0;
  uint32_t far_for_quota = 0;  // FAR ID, with has_far_for_quota
  bool has_far_for_quota = false;
  uint8_t quota_far = no_index;
  uint32_t linked[max_linked_urrs] = {};
  uint8_t linked_count = 0;
};

struct Bar {
  uint8_t id = 0;
  uint8_t notification_delay = 0;  // units of 50 ms
  uint8_t packets = 0;             // suggested count; 0: the configuration's
};

struct FramedRoute {
  IpPrefix prefix;
  uint16_t pdr_id = 0;
};

// The rules of a session while they are changed; building a Rules block from it resolves identifiers to indices.
struct RuleSet {
  std::vector<PdrDraft> pdrs;
  std::vector<Far> fars;
  std::vector<Qer> qers;
  std::vector<Urr> urrs;
  std::vector<Bar> bars;
  std::vector<IpFilter> filters;  // of PDR p: [p.first_filter, p.first_filter + p.filter_count)
  std::vector<FramedRoute> framed;

  // Sets the filters of a PDR, replacing those it had.
  void set_filters(size_t pdr, const std::vector<IpFilter>& list);
  void erase_pdr(size_t pdr);
};

class Rules {
 public:
  struct Free {
    void operator()(Rules* rules) const;
  };
  using Ptr = std::unique_ptr<Rules, Free>;

  // Identifiers must have been checked: every FAR, QER and URR that a PDR names is in the set.
  static Ptr build(const RuleSet& set);
  RuleSet copy() const;

  // Sorted by precedence, lowest number first.
  std::span<const Pdr> pdrs() const { return {at<Pdr>(0), pdr_count_}; }
  std::span<const Far> fars() const { return {at<Far>(far_at_), far_count_}; }
  std::span<const Qer> qers() const { return {at<Qer>(qer_at_), qer_count_}; }
  std::span<const Urr> urrs() const { return {at<Urr>(urr_at_), urr_count_}; }
  std::span<const IpFilter> filters() const { return {at<IpFilter>(filter_at_), filter_count_}; }
  std::span<const Bar> bars() const { return {at<Bar>(bar_at_), bar_count_}; }
  std::span<const FramedRoute> framed() const { return {at<FramedRoute>(framed_at_), framed_count_}; }
  size_t octets() const { return octets_; }

  // The UE's addresses, gathered from the PDRs: an uplink packet must have one of them as its source.
  bool has_v4 = false;
  bool has_v6 = false;
  bool default_has_qfi = false;
  uint8_t default_qfi = 0;  // for packets towards the access side that no QER marks
  Address v4;
  Address v6;
  uint8_t v6_length = 0;

 private:
  Rules() = default;
  template <class T>
  const T* at(uint32_t offset) const {
    return reinterpret_cast<const T*>(reinterpret_cast<const uint8_t*>(this + 1) + offset);
  }
  template <class T>
  T* at(uint32_t offset) {
    return reinterpret_cast<T*>(reinterpret_cast<uint8_t*>(this + 1) + offset);
  }
  void place_pdrs(std::vector<PdrDraft> drafts);
  void resolve_quotas();
  void gather_addresses();

  uint32_t octets_ = 0;
  uint32_t far_at_ = 0, qer_at_ = 0, urr_at_ = 0, filter_at_ = 0, bar_at_ = 0, framed_at_ = 0;
  uint8_t pdr_count_ = 0, far_count_ = 0, qer_count_ = 0, urr_count_ = 0, filter_count_ = 0, bar_count_ = 0, framed_count_ = 0;
};

}  // namespace sen::upf
