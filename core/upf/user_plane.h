// The packet path of the UPF: raw packets in batches in, verdicts out. No sockets, no packets' memory management, no clock (the caller
// says the time), no allocation per packet: usable by a kernel-socket loop and by a DPDK worker alike. Rules are installed by the control
// path on the same executor.
//
// Look-ups are direct: the low bits of a TEID index the tunnel table, a UE address of a configured pool indexes the pool's table.
// A user's packet is forwarded as it is: like other UPFs this one is no router hop for the UE and does not decrement TTL or hop limit (the
// N6 router does).
#pragma once

#include <deque>
#include <span>
#include <unordered_map>
#include <vector>

#include "core/upf/drop.h"
#include "core/upf/rules.h"

namespace sen::upf {

inline constexpr uint32_t no_session = UINT32_MAX;

enum class Verdict : uint8_t {
  drop,       // `reason` says why; it is counted
  n3,         // send data as GTP-U to far->peer_address()
  n6,         // send data as IP packet
  buffer,     // keep the IP packet for far->bar_id; `pdr` matched
  signalling, // a GTP-U message other than a G-PDU: for the signalling path
};

// One packet. `data` must have Packet::min_headroom writable octets in front when headers may be added.
struct Job {
  uint8_t* data = nullptr;
  uint32_t length = 0;
  Verdict verdict = Verdict::drop;
  Drop reason = Drop::none;
  uint32_t session = no_session;
  uint32_t teid = 0;           // of an uplink packet
  uint8_t qfi = 0;             // of the packet on N3
  const Far* far = nullptr;    // valid until the session's rules change
  const Pdr* pdr = nullptr;
  Flow flow;                   // of the user's packet, when it could be read
};

struct Event {
  enum class Kind : uint8_t { volume, first_packet };
  uint32_t session = no_session;
  uint32_t urr_id = 0;
  Kind kind = Kind::volume;
};

class UserPlane {
 public:
  static constexpr size_t batch = 32;

  // Downlink packets longer than this do not fit the outer link once encapsulated.
  explicit UserPlane(uint32_t max_sessions, const std::vector<IpPrefix>& pools, uint32_t max_inner);

  // Packet path. Batches of any size are cut into pieces of `batch`.
  void from_n3(std::span<Job> jobs, int64_t now);
  void from_n6(std::span<Job> jobs, int64_t now);

  // Tunnels. A fresh TEID that nobody had for as long as possible; 0 when all are in use.
  uint32_t allocate_teid(uint32_t session);
  void release_teid(uint32_t teid);
  size_t tunnels_left() const { return max_tunnels - 1 - tunnels_in_use_; }
  // The session that has this TEID, or no_session.
  uint32_t session_of_teid(uint32_t teid) const;
  // TEIDs start in another generation, so that those from before a restart are not taken for new ones.
  void set_first_generation(uint32_t generation) { first_generation_ = generation; }

  // Sessions are indices below max_sessions. install() replaces the rules of a session and enters its addresses; nullptr removes it.
  // Returns the rules that were installed before: the caller frees them when no worker reads them any more.
  Rules::Ptr install(uint32_t session, Rules::Ptr rules);
  const Rules* rules(uint32_t session) const { return session < slots_.size() ? slots_[session].rules : nullptr; }
  // The session that has this UE address or one in the same IPv6 prefix, or no_session.
  uint32_t session_of_address(const Address& address) const;
  // Time of the last packet of a session in nanoseconds, 0: none.
  int64_t last_activity(uint32_t session) const { return slots_[session].last_activity; }
  void touch(uint32_t session, int64_t now) { slots_[session].last_activity = now; }

  // Exchanges the events since the last call (never more than max_events) for an empty list with room for as many.
  void take_events(std::vector<Event>& out);
  bool has_events() const { return !events_.empty(); }

  void count_drop(Drop reason) {
    ++drops_[static_cast<size_t>(reason)];
    ++drop_total_;
  }
  const DropCounts& drops() const { return drops_; }
  uint64_t drop_total() const { return drop_total_; }

 private:
  struct Tunnel {
    uint32_t teid = 0;  // 0: never used
    uint32_t session = no_session;
  };
  struct alignas(16) Slot {
    Rules* rules = nullptr;
    int64_t last_activity = 0;
  };
  // UE addresses of one configured pool: IPv4 addresses or IPv6 /64 prefixes.
  struct Pool {
    Address base;
    Address mask;
    unsigned shift = 0;  // of the number that the mask leaves
    std::vector<uint32_t> sessions;
  };
  struct Route {
    AddressMatch prefix;
    unsigned length = 0;
    uint32_t session = no_session;
  };
  struct AddressHash {
    size_t operator()(const Address& a) const { return (a.high * 0x9e3779b97f4a7c15ull ^ a.low) * 0xbf58476d1ce4e5b9ull >> 7; }
  };

  void n3_batch(std::span<Job> jobs, int64_t now);
  void n6_batch(std::span<Job> jobs, int64_t now);
  Drop uplink(Job& job, const Rules& rules, uint8_t qfi, bool has_qfi, int64_t now);
  Drop downlink(Job& job, const Rules& rules, int64_t now);
  Drop apply(Job& job, const Rules& rules, const Pdr& pdr, bool is_uplink, int64_t now);
  Drop enforce(const Rules& rules, const Pdr& pdr, uint32_t octets, bool is_uplink, int64_t now);
  const Far* check_quota(const Rules& rules, const Pdr& pdr, Drop& reason) const;
  void measure(uint32_t session, const Rules& rules, const Pdr& pdr, uint32_t octets, bool is_uplink, int64_t now);
  void encapsulate(Job& job, const Rules& rules, const Pdr& pdr, const Far& far, bool is_uplink);
  void report(uint32_t session, uint32_t urr_id, UrrState& usage, Event::Kind kind);
  void enter(const Rules& rules, uint32_t session, bool in);
  void add_route(const Route& route);
  void set_address(const Address& address, uint32_t session, bool in);
  uint32_t* pool_entry(const Address& address);
  const uint32_t* find_entry(const Address& address) const;
  void finish(Job& job, Drop reason);

  uint32_t max_inner_;
  uint32_t first_generation_ = 1;
  std::vector<Slot> slots_;
  std::vector<Tunnel> tunnels_;
  std::deque<uint32_t> free_tunnels_;  // oldest first
  size_t tunnels_in_use_ = 0;
  std::vector<Pool> pools_;
  std::unordered_map<Address, uint32_t, AddressHash> others_;  // UE addresses outside the pools
  std::vector<Route> routes_;  // framed routes and prefixes shorter than /64, longest first
  std::vector<Event> events_;
  DropCounts drops_{};
  uint64_t drop_total_ = 0;
};

AddressMatch to_match(const IpPrefix& prefix);

}  // namespace sen::upf
