#include "core/upf/user_plane.h"

#include <algorithm>

#include "base/ensure.h"
#include "codec/gtpu/gpdu.h"

namespace sen::upf {

static Address address_of(const IpAddress& address) {
  if (address.is_v6()) return Address::v6(address.octets().data());
  auto o = address.v4();
  return Address::v4(uint32_t{o[0]} << 24 | uint32_t{o[1]} << 16 | uint32_t{o[2]} << 8 | o[3]);
}

static Address mask_of(unsigned length) {
  return {length == 0 ? 0 : length >= 64 ? ~uint64_t{0} : ~uint64_t{0} << (64 - length),
          length <= 64 ? 0 : length >= 128 ? ~uint64_t{0} : ~uint64_t{0} << (128 - length)};
}

AddressMatch to_match(const IpPrefix& prefix) {
  AddressMatch match;
  match.mask = mask_of(prefix.address.is_v4() ? prefix.length + 96u : prefix.length);
  match.address = address_of(prefix.address);
  match.address.high &= match.mask.high;
  match.address.low &= match.mask.low;
  return match;
}

static bool is_link_local(const Address& a) { return a.high >> 54 == 0xfe80 >> 6; }
static bool is_multicast(const Address& a) {
  if (!a.is_v4()) return a.high >> 56 == 0xff;
  uint32_t v4 = static_cast<uint32_t>(a.low);
  return v4 >> 28 == 14 || v4 == 0xffffffff;
}

UserPlane::UserPlane(uint32_t max_sessions, const std::vector<IpPrefix>& pools, uint32_t max_inner)
    : max_inner_(max_inner), slots_(max_sessions), tunnels_(1) {
  for (const IpPrefix& prefix : pools) {
    unsigned width = prefix.address.is_v4() ? 32 : 64;
    if (prefix.length > width || size_t{1} << (width - prefix.length) > max_direct_addresses) continue;  // too large: hashed
    AddressMatch match = to_match(prefix);
    pools_.push_back({match.address, match.mask, width, std::vector<uint32_t>(size_t{1} << (width - prefix.length), no_session)});
  }
  events_.reserve(max_events);
}

// Tunnels ---------------------------------------------------------------------------------------------------------------------------------

uint32_t UserPlane::allocate_teid(uint32_t session) {
  uint32_t index;
  // Indices that were never used come first, then the one released longest ago.
  if (tunnels_.size() < max_tunnels) {
    index = static_cast<uint32_t>(tunnels_.size());
    tunnels_.push_back({(first_generation_ << tunnel_bits | index) - (1u << tunnel_bits), no_session});
  } else if (!free_tunnels_.empty()) {
    index = free_tunnels_.front();
    free_tunnels_.pop_front();
  } else {
    return 0;
  }
  Tunnel& tunnel = tunnels_[index];
  tunnel.teid += 1u << tunnel_bits;
  tunnel.session = session;
  ++tunnels_in_use_;
  return tunnel.teid;
}

void UserPlane::release_teid(uint32_t teid) {
  uint32_t index = teid & (max_tunnels - 1);
  if (index >= tunnels_.size() || tunnels_[index].teid != teid || tunnels_[index].session == no_session) return;
  tunnels_[index].session = no_session;
  --tunnels_in_use_;
  free_tunnels_.push_back(index);
}

uint32_t UserPlane::session_of_teid(uint32_t teid) const {
  uint32_t index = teid & (max_tunnels - 1);
  if (index >= tunnels_.size()) return no_session;
  const Tunnel& tunnel = tunnels_[index];
  return tunnel.teid == teid ? tunnel.session : no_session;
}

// Sessions and addresses ------------------------------------------------------------------------------------------------------------------

const uint32_t* UserPlane::find_entry(const Address& address) const {
  for (const Pool& pool : pools_) {
    if ((address.high & pool.mask.high) != pool.base.high || (address.low & pool.mask.low) != pool.base.low) continue;
    uint64_t number = pool.shift == 32 ? address.low & 0xffffffff & ~pool.mask.low : address.high & ~pool.mask.high;
    return &pool.sessions[number];
  }
  return nullptr;
}

uint32_t* UserPlane::pool_entry(const Address& address) { return const_cast<uint32_t*>(find_entry(address)); }

uint32_t UserPlane::session_of_address(const Address& address) const {
  if (const uint32_t* entry = find_entry(address)) {
    if (*entry != no_session) return *entry;
  } else if (!others_.empty()) {
    if (auto found = others_.find(address); found != others_.end()) return found->second;
    if (!address.is_v4())
      if (auto found = others_.find(Address{address.high, 0}); found != others_.end()) return found->second;
  }
  for (const Route& route : routes_)
    if (route.prefix.matches(address)) return route.session;
  return no_session;
}

void UserPlane::set_address(const Address& address, uint32_t session, bool in) {
  if (uint32_t* entry = pool_entry(address)) {
    if (in) {
      *entry = session;
    } else if (*entry == session) {
      *entry = no_session;
    }
  } else if (in) {
    others_[address] = session;
  } else if (auto found = others_.find(address); found != others_.end() && found->second == session) {
    others_.erase(found);
  }
}

void UserPlane::enter(const Rules& rules, uint32_t session, bool in) {
  bool routed = !rules.framed().empty();
  for (const Pdr& pdr : rules.pdrs()) {
    if (pdr.has_ue_v4) set_address(Address::v4(pdr.ue_v4), session, in);
    if (pdr.has_ue_v6) set_address(pdr.ue_v6, session, in);
    // The tables hold /64s; a shorter prefix (prefix delegation, 23.501 5.8.2.2.4) is a route.
    if (!pdr.has_ue_v6 || pdr.ue_v6_length >= 64) continue;
    routed = true;
    if (in) add_route({{pdr.ue_v6, mask_of(pdr.ue_v6_length)}, pdr.ue_v6_length, session});
  }
  if (!in && routed) std::erase_if(routes_, [&](const Route& route) { return route.session == session; });
  if (!in) return;
  for (const FramedRoute& framed : rules.framed())
    add_route({to_match(framed.prefix), framed.prefix.length + (framed.prefix.address.is_v4() ? 96u : 0u), session});
}

void UserPlane::add_route(const Route& route) {
  auto place = std::find_if(routes_.begin(), routes_.end(), [&](const Route& other) { return other.length < route.length; });
  routes_.insert(place, route);
}

Rules::Ptr UserPlane::install(uint32_t session, Rules::Ptr rules) {
  ensure(session < slots_.size());
  Slot& slot = slots_[session];
  Rules::Ptr old(slot.rules);
  if (old) enter(*old, session, false);
  slot.rules = rules.release();
  if (slot.rules) {
    enter(*slot.rules, session, true);
  } else {
    slot.last_activity = 0;
    std::erase_if(events_, [&](const Event& event) { return event.session == session; });
  }
  return old;
}

void UserPlane::take_events(std::vector<Event>& out) {
  out.clear();
  out.reserve(max_events);
  out.swap(events_);
}

// Packet path -----------------------------------------------------------------------------------------------------------------------------

void UserPlane::finish(Job& job, Drop reason) {
  if (reason == Drop::none) return;
  job.verdict = Verdict::drop;
  job.reason = reason;
  count_drop(reason);
}

void UserPlane::from_n3(std::span<Job> jobs, int64_t now) {
  for (; jobs.size() > batch; jobs = jobs.subspan(batch)) n3_batch(jobs.first(batch), now);
  n3_batch(jobs, now);
}

void UserPlane::from_n6(std::span<Job> jobs, int64_t now) {
  for (; jobs.size() > batch; jobs = jobs.subspan(batch)) n6_batch(jobs.first(batch), now);
  n6_batch(jobs, now);
}

static Drop to_drop(gtpu::Reject reject) {
  switch (reject) {
    case gtpu::Reject::too_short: return Drop::gtpu_short;
    case gtpu::Reject::bad_version: return Drop::gtpu_version;
    case gtpu::Reject::bad_length: return Drop::gtpu_length;
    case gtpu::Reject::unknown_extension: return Drop::gtpu_extension_unknown;
    default: return Drop::gtpu_extension;
  }
}

// The first lines of a rules block: its head and the first detection rules.
static void prefetch(const Rules* rules) {
  if (!rules) return;
  const auto* octets = reinterpret_cast<const uint8_t*>(rules);
  for (size_t line = 0; line < 4; ++line) __builtin_prefetch(octets + 64 * line);
}

// Three passes over a batch, so that the cache misses of one packet overlap those of the others: headers and tunnel, session, rules.
void UserPlane::n3_batch(std::span<Job> jobs, int64_t now) {
  struct Found {
    uint16_t offset;
    uint8_t qfi;
    bool has_qfi;
    bool good;
  } found[batch];
  for (size_t i = 0; i < jobs.size(); ++i) {
    Job& job = jobs[i];
    auto view = gtpu::parse_gpdu({job.data, job.length});
    found[i].good = view.has_value();
    if (!view) {
      if (view.error() == gtpu::Reject::not_gpdu) {
        job.verdict = Verdict::signalling;
      } else {
        finish(job, to_drop(view.error()));
      }
      continue;
    }
    job.teid = view->teid;
    found[i] = {view->payload_offset, view->qfi, view->has_container, true};
    __builtin_prefetch(&tunnels_[(view->teid & (max_tunnels - 1)) < tunnels_.size() ? view->teid & (max_tunnels - 1) : 0]);
  }
  for (size_t i = 0; i < jobs.size(); ++i) {
    if (!found[i].good) continue;
    Job& job = jobs[i];
    job.session = session_of_teid(job.teid);
    if (job.session != no_session) __builtin_prefetch(&slots_[job.session]);
  }
  for (size_t i = 0; i < jobs.size(); ++i) {
    if (!found[i].good || jobs[i].session == no_session) continue;
    prefetch(slots_[jobs[i].session].rules);
  }
  for (size_t i = 0; i < jobs.size(); ++i) {
    if (!found[i].good) continue;
    Job& job = jobs[i];
    const Rules* r = job.session == no_session ? nullptr : slots_[job.session].rules;
    if (!r) {
      finish(job, Drop::unknown_teid);
      continue;
    }
    if (!found[i].has_qfi && r->default_has_qfi) {  // a gNB of one flow that leaves the container out (srsENB's gNB mode) means the default one
      found[i].qfi = r->default_qfi;
      found[i].has_qfi = true;
    }
    job.qfi = found[i].qfi;
    job.data += found[i].offset;
    job.length -= found[i].offset;
    finish(job, uplink(job, *r, found[i].qfi, found[i].has_qfi, now));
  }
}

static bool framed_source(const Rules& rules, const Address& source) {
  for (const FramedRoute& route : rules.framed())
    if (to_match(route.prefix).matches(source)) return true;
  return false;
}

static bool is_own_source(const Rules& rules, const Flow& flow) {
  if (!rules.has_v4 && !rules.has_v6) return true;  // an intermediate UPF knows no UE addresses
  if (flow.v6) {
    if (rules.has_v6 && in_prefix(flow.source, rules.v6, rules.v6_length)) return true;
  } else if (rules.has_v4 && flow.source == rules.v4) {
    return true;
  }
  return !rules.framed().empty() && framed_source(rules, flow.source);
}

static bool filters_match(const Rules& rules, const Pdr& pdr, const Flow& flow, bool is_uplink) {
  if (pdr.filter_count == 0) return true;
  for (const IpFilter& filter : rules.filters().subspan(pdr.first_filter, pdr.filter_count))
    if (filter.matches(flow, is_uplink)) return true;
  return false;
}

Drop UserPlane::uplink(Job& job, const Rules& rules, uint8_t qfi, bool has_qfi, int64_t now) {
  Flow& flow = job.flow;
  flow = {};
  if (Drop bad = parse_flow({job.data, job.length}, flow); bad != Drop::none) return bad;
  job.length = flow.length;
  for (const Pdr& pdr : rules.pdrs()) {
    if (pdr.teid != job.teid) continue;
    if (pdr.qfis && !(has_qfi && (pdr.qfis >> qfi & 1))) continue;
    bool from_ue = pdr.source == Interface::access;
    if (pdr.has_ue_v4 || pdr.has_ue_v6) {
      if (!pdr.is_ue(from_ue ? flow.source : flow.destination, flow.v6) && rules.framed().empty()) continue;
    }
    if (!filters_match(rules, pdr, flow, from_ue)) continue;
    const Far* far = pdr.far == no_index ? nullptr : &rules.fars()[pdr.far];
    // Downlink packets on their way from a source to a target gNB (indirect forwarding, TS 23.502 4.9.1.3).
    if (from_ue && far && far->destination == Interface::access) return apply(job, rules, pdr, false, now);
    if (from_ue && !is_own_source(rules, flow)) {
      // Router solicitations carry a link-local source and go to the SMF (23.501 5.8.2.2); nothing else may.
      bool to_smf = far && far->destination == Interface::cp_function;
      if (!to_smf || !flow.v6 || !is_link_local(flow.source)) return Drop::spoofed_source;
    }
    return apply(job, rules, pdr, from_ue, now);
  }
  // A packet with a foreign source is reported as that, even where the addresses are part of the rules.
  return is_own_source(rules, flow) ? Drop::no_pdr : Drop::spoofed_source;
}

void UserPlane::n6_batch(std::span<Job> jobs, int64_t now) {
  for (Job& job : jobs) {
    job.flow = {};
    Drop bad = parse_flow({job.data, job.length}, job.flow);
    if (bad == Drop::none && is_multicast(job.flow.destination)) bad = Drop::multicast;
    if (bad != Drop::none) {
      finish(job, bad);
      continue;
    }
    job.length = job.flow.length;
    if (const uint32_t* entry = find_entry(job.flow.destination)) __builtin_prefetch(entry);
  }
  for (Job& job : jobs) {
    if (job.reason != Drop::none) continue;
    job.session = session_of_address(job.flow.destination);
    if (job.session != no_session) __builtin_prefetch(&slots_[job.session]);
  }
  for (Job& job : jobs) {
    if (job.session == no_session) continue;
    prefetch(slots_[job.session].rules);
  }
  for (Job& job : jobs) {
    if (job.reason != Drop::none) continue;
    const Rules* r = job.session == no_session ? nullptr : slots_[job.session].rules;
    finish(job, r ? downlink(job, *r, now) : Drop::no_session);
  }
}

static bool is_framed_for(const Rules& rules, const Pdr& pdr, const Address& destination) {
  for (const FramedRoute& route : rules.framed())
    if (route.pdr_id == pdr.id && to_match(route.prefix).matches(destination)) return true;
  return false;
}

Drop UserPlane::downlink(Job& job, const Rules& rules, int64_t now) {
  const Flow& flow = job.flow;
  for (const Pdr& pdr : rules.pdrs()) {
    if (pdr.teid != 0 || (pdr.source != Interface::core && pdr.source != Interface::n6)) continue;
    if (pdr.has_ue_v4 || pdr.has_ue_v6) {
      if (!pdr.is_ue(flow.destination, flow.v6) && !is_framed_for(rules, pdr, flow.destination)) continue;
    }
    if (!filters_match(rules, pdr, flow, false)) continue;
    return apply(job, rules, pdr, false, now);
  }
  return Drop::no_pdr;
}

const Far* UserPlane::check_quota(const Rules& rules, const Pdr& pdr, Drop& reason) const {
  for (unsigned i = 0; i < pdr.urr_count; ++i) {
    const Urr& urr = rules.urrs()[pdr.urrs[i]];
    if (!urr.usage->exhausted) continue;
    if (urr.quota_far != no_index) return &rules.fars()[urr.quota_far];
    reason = Drop::quota_exhausted;
  }
  return nullptr;
}

Drop UserPlane::apply(Job& job, const Rules& rules, const Pdr& pdr, bool is_uplink, int64_t now) {
  job.pdr = &pdr;
  if (pdr.far == no_index) return Drop::far_incomplete;
  const Far* far = &rules.fars()[pdr.far];
  Drop quota = Drop::none;
  if (pdr.urr_count)
    if (const Far* other = check_quota(rules, pdr, quota)) far = other;
  if (quota != Drop::none) return quota;
  job.far = far;
  if (far->action == Action::drop) return Drop::far_drop;
  if (far->action == Action::buffer) {
    job.verdict = Verdict::buffer;
    return Drop::none;
  }
  if (!far->has_parameters) return Drop::far_incomplete;
  if (far->destination == Interface::access && far->outer == OuterHeader::none) return Drop::far_incomplete;
  if (far->destination == Interface::cp_function && far->outer == OuterHeader::none) return Drop::far_incomplete;
  if (far->outer != OuterHeader::none && job.length > max_inner_) {
    bool may_fragment = !job.flow.v6 && !(job.data[6] & 0x40);
    if (!may_fragment) return Drop::too_big;
  }
  if (Drop refused = enforce(rules, pdr, job.length, is_uplink, now); refused != Drop::none) return refused;
  measure(job.session, rules, pdr, job.length, is_uplink, now);
  slots_[job.session].last_activity = now;
  if (far->outer == OuterHeader::none) {
    job.verdict = Verdict::n6;
  } else {
    encapsulate(job, rules, pdr, *far, is_uplink);
    job.verdict = Verdict::n3;
  }
  return Drop::none;
}

// All gates and rates first, then the tokens: a packet that one rule refuses costs no tokens of another.
Drop UserPlane::enforce(const Rules& rules, const Pdr& pdr, uint32_t octets, bool is_uplink, int64_t now) {
  for (unsigned i = 0; i < pdr.qer_count; ++i) {
    const Qer& qer = rules.qers()[pdr.qers[i]];
    if (!(is_uplink ? qer.uplink_open : qer.downlink_open)) return Drop::gate_closed;
    TokenBucket& bucket = is_uplink ? qer.bucket->uplink : qer.bucket->downlink;
    if (!bucket.conforms(octets, now)) return Drop::rate_exceeded;
  }
  for (unsigned i = 0; i < pdr.qer_count; ++i) {
    const Qer& qer = rules.qers()[pdr.qers[i]];
    (is_uplink ? qer.bucket->uplink : qer.bucket->downlink).consume(octets);
  }
  return Drop::none;
}

void UserPlane::report(uint32_t session, uint32_t urr_id, UrrState& usage, Event::Kind kind) {
  if (usage.signalled || events_.size() >= max_events) return;
  usage.signalled = true;
  events_.push_back({session, urr_id, kind});
}

void UserPlane::measure(uint32_t session, const Rules& rules, const Pdr& pdr, uint32_t octets, bool is_uplink, int64_t now) {
  for (unsigned i = 0; i < pdr.urr_count; ++i) {
    const Urr& urr = rules.urrs()[pdr.urrs[i]];
    UrrState& usage = *urr.usage;
    if (is_uplink) {
      usage.uplink += octets;
      ++usage.uplink_packets;
    } else {
      usage.downlink += octets;
      ++usage.downlink_packets;
    }
    bool resumes = usage.last == 0 || now - usage.last > usage.inactivity_ns;
    if (resumes) {
      // The duration stops after the inactivity detection time and starts again with this packet (29.244 8.2.132).
      if (usage.active_since && usage.last) usage.active_before += usage.last + usage.inactivity_ns - usage.active_since;
      if (usage.last || !usage.active_since) usage.active_since = now;
      ++usage.events;
    }
    usage.resumed = usage.resumed || resumes;
    if (usage.first == 0) usage.first = now;
    usage.last = now;
    if (resumes && usage.wants_first) report(session, urr.id, usage, Event::Kind::first_packet);
    if (usage.uplink + usage.downlink >= usage.total_limit || usage.uplink >= usage.uplink_limit || usage.downlink >= usage.downlink_limit)
      report(session, urr.id, usage, Event::Kind::volume);
  }
}

void UserPlane::encapsulate(Job& job, const Rules& rules, const Pdr& pdr, const Far& far, bool is_uplink) {
  bool has_qfi = false;
  bool reflective = false;
  uint8_t qfi = 0;
  for (unsigned i = 0; i < pdr.qer_count && !has_qfi; ++i) {
    const Qer& qer = rules.qers()[pdr.qers[i]];
    has_qfi = qer.has_qfi;
    qfi = qer.qfi;
    reflective = qer.reflective;
  }
  if (!has_qfi && far.destination == Interface::access) {
    has_qfi = rules.default_has_qfi;
    qfi = rules.default_qfi;
  }
  if (has_qfi && far.destination != Interface::cp_function) {
    job.qfi = qfi;
    job.data -= gtpu::gpdu_header_octets;
    gtpu::write_gpdu_header(std::span<uint8_t, gtpu::gpdu_header_octets>(job.data, gtpu::gpdu_header_octets), far.teid, job.length,
                            is_uplink ? gtpu::PduType::ul : gtpu::PduType::dl, qfi, reflective && !is_uplink);
    job.length += gtpu::gpdu_header_octets;
  } else {
    job.data -= gtpu::gpdu_plain_header_octets;
    gtpu::write_gpdu_plain_header(std::span<uint8_t, gtpu::gpdu_plain_header_octets>(job.data, gtpu::gpdu_plain_header_octets), far.teid,
                                  job.length);
    job.length += gtpu::gpdu_plain_header_octets;
  }
}

}  // namespace sen::upf
