// Sessions of the PFCP server: establishment, modification, deletion, buffering and reports (TS 29.244 6.3, 7.5).
#include <algorithm>

#include "base/log.h"
#include "codec/pfcp/ie_type.h"
#include "core/upf/pfcp_server.h"

namespace sen::upf {

using pfcp::Cause;

static uint64_t remote_key(const IpAddress& peer, uint32_t teid) {
  return std::hash<IpAddress>{}(peer) * 0x9e3779b97f4a7c15ull ^ teid * 0xbf58476d1ce4e5b9ull;
}

static std::string address_text(const Address& address) {
  if (address.is_v4()) {
    auto a = static_cast<uint32_t>(address.low);
    return fmt::format("{}.{}.{}.{}", a >> 24, a >> 16 & 255, a >> 8 & 255, a & 255);
  }
  Octets<16> octets;
  for (unsigned i = 0; i < 16; ++i) octets[i] = static_cast<uint8_t>((i < 8 ? address.high : address.low) >> (56 - 8 * (i % 8)));
  return IpAddress(octets).text();
}

Session* PfcpServer::find(uint64_t seid) {
  auto found = by_seid_.find(seid);
  return found == by_seid_.end() ? nullptr : found->second.get();
}

Session* PfcpServer::session_of(const Endpoint& from, std::optional<uint64_t> seid) {
  Session* session = seid ? find(*seid) : nullptr;
  if (!session) return nullptr;
  if (session->association->peer.address == from.address) return session;
  log_warning(Layer::pfcp, "{}: SEID {:#x} belongs to SMF {} at {}", from.text(), *seid, session->association->node,
              session->association->peer.address.text());
  return nullptr;
}

template <class Response>
static void put_failure(Response& response, const Failure& failure) {
  response.cause = failure.cause;
  response.offending_ie = failure.offending_ie;
  if (failure.cause == Cause::rule_failure) response.failed_rule_id = failure.rule;
}

Outcome PfcpServer::check_addresses(const Session* session, const Association& association, const RuleEdit& edit) const {
  for (const Pdr& pdr : edit.rules.pdrs) {
    for (const Address& address : {pdr.has_ue_v4 ? Address::v4(pdr.ue_v4) : Address{}, pdr.has_ue_v6 ? pdr.ue_v6 : Address{}}) {
      if (address == Address{}) continue;
      uint32_t other = user_plane_.session_of_address(address);
      if (other == no_session || (session && other == session->index)) continue;
      const Session& owner = *by_seid_.at(seid_of_[other]);
      std::string text = address_text(address);
      if (owner.association != &association)
        return std::unexpected(Failure{Cause::rule_failure, {}, pfcp::FailedRuleId{pfcp::FailedRuleId::Type::pdr, pdr.id},
                                       fmt::format("UE address {} belongs to a session of SMF {}", text, owner.association->node)});
      log_warning(Layer::pfcp, "SMF {}: UE address {} moves from session {:#x} to another", association.node, text, owner.seid);
    }
  }
  return {};
}

#define SEN_CHECK(expression)                                  \
  do {                                                         \
    if (Outcome sen_outcome = (expression); !sen_outcome) return sen_outcome; \
  } while (false)

template <class List>
static Outcome create_all(RuleEdit& edit, const List& list) {
  for (const auto& ie : list) SEN_CHECK(edit.create(ie));
  return {};
}
template <class List>
static Outcome update_all(RuleEdit& edit, const List& list) {
  for (const auto& ie : list) SEN_CHECK(edit.update(ie));
  return {};
}
template <class List>
static Outcome remove_all(RuleEdit& edit, const List& list) {
  for (const auto& ie : list) SEN_CHECK(edit.remove(ie));
  return {};
}

template <class Request>
static Outcome create_rules(RuleEdit& edit, const Request& request) {
  if (!request.create_traffic_endpoints.empty() || !request.create_mars.empty())
    return std::unexpected(Failure{Cause::service_not_supported, {}, {}, "traffic endpoints and multi-access rules are not supported"});
  SEN_CHECK(create_all(edit, request.create_fars));
  SEN_CHECK(create_all(edit, request.create_qers));
  SEN_CHECK(create_all(edit, request.create_urrs));
  SEN_CHECK(create_all(edit, request.create_bars));
  return create_all(edit, request.create_pdrs);
}

// Removals come first: an identifier may be removed and created anew by one request.
Outcome PfcpServer::edit(RuleEdit& edit, const pfcp::SessionModificationRequest& request) const {
  if (!request.update_traffic_endpoints.empty() || !request.remove_traffic_endpoints.empty() || !request.update_mars.empty() ||
      !request.remove_mars.empty())
    return std::unexpected(Failure{Cause::service_not_supported, {}, {}, "traffic endpoints and multi-access rules are not supported"});
  SEN_CHECK(remove_all(edit, request.remove_pdrs));
  SEN_CHECK(remove_all(edit, request.remove_fars));
  SEN_CHECK(remove_all(edit, request.remove_urrs));
  SEN_CHECK(remove_all(edit, request.remove_qers));
  SEN_CHECK(remove_all(edit, request.remove_bars));
  SEN_CHECK(create_rules(edit, request));
  SEN_CHECK(update_all(edit, request.update_pdrs));
  SEN_CHECK(update_all(edit, request.update_fars));
  SEN_CHECK(update_all(edit, request.update_urrs));
  SEN_CHECK(update_all(edit, request.update_qers));
  SEN_CHECK(update_all(edit, request.update_bars));
  return edit.check();
}

static size_t tunnels_needed(const RuleEdit& edit) {
  return static_cast<size_t>(std::count_if(edit.tunnels.begin(), edit.tunnels.end(), [](const Tunnel& t) { return t.teid == 0; }));
}

// Makes a checked edit effective. Nothing here fails.
void PfcpServer::commit(Session& session, RuleEdit& edit) {
  for (Tunnel& tunnel : edit.tunnels)
    if (tunnel.teid == 0) tunnel.teid = user_plane_.allocate_teid(session.index);
  for (auto [pdr_id, index] : edit.tunnel_of_pdr)
    for (Pdr& pdr : edit.rules.pdrs)
      if (pdr.id == pdr_id) pdr.teid = edit.tunnels[index].teid;
  attach_states(session, edit);
  Rules::Ptr fresh = Rules::build(edit.rules);
  const Rules& rules = *fresh;
  if (const Rules* before = user_plane_.rules(session.index)) enter_tunnels(session, *before, false);
  enter_tunnels(session, rules, true);
  user_plane_.install(session.index, std::move(fresh));

  session.tunnels = std::move(edit.tunnels);
  std::erase_if(session.tunnels, [&](const Tunnel& tunnel) {
    bool used = std::any_of(rules.pdrs().begin(), rules.pdrs().end(), [&](const Pdr& pdr) { return pdr.teid == tunnel.teid; });
    if (!used) user_plane_.release_teid(tunnel.teid);
    return !used;
  });
  session.tunnels.shrink_to_fit();
  std::erase_if(session.buckets, [&](const auto& bucket) {
    return std::none_of(rules.qers().begin(), rules.qers().end(), [&](const Qer& qer) { return qer.bucket == bucket.get(); });
  });
  std::erase_if(session.urrs, [&](const auto& control) {
    return std::none_of(rules.urrs().begin(), rules.urrs().end(), [&](const Urr& urr) { return urr.usage == &control->usage; });
  });
  for (const auto& marker : edit.end_markers) ports_.send_end_marker(marker.peer, marker.teid);
}

void PfcpServer::enter_tunnels(const Session& session, const Rules& rules, bool in) {
  for (const Far& far : rules.fars()) {
    if (far.outer == OuterHeader::none) continue;
    uint64_t key = remote_key(far.peer_address(), far.teid);
    if (in) {
      by_remote_tunnel_.emplace(key, session.index);
      continue;
    }
    auto [first, last] = by_remote_tunnel_.equal_range(key);
    auto found = std::find_if(first, last, [&](const auto& entry) { return entry.second == session.index; });
    if (found != last) by_remote_tunnel_.erase(found);
  }
}

std::vector<pfcp::CreatedPdr> PfcpServer::created_pdrs(const Session& session, const RuleEdit& edit) const {
  std::vector<pfcp::CreatedPdr> out;
  const Rules& rules = *user_plane_.rules(session.index);
  for (uint16_t id : edit.answered_pdrs) {
    auto pdr = std::find_if(rules.pdrs().begin(), rules.pdrs().end(), [id](const Pdr& p) { return p.id == id; });
    if (pdr == rules.pdrs().end()) continue;
    pfcp::FTeid f_teid{.teid = pdr->teid};
    if (pdr->asks_v4) f_teid.ipv4 = config_.tunnel_v4().v4();
    if (pdr->asks_v6) f_teid.ipv6 = config_.tunnel_v6().v6();
    out.push_back({.pdr_id = id, .f_teids = {f_teid}});
  }
  return out;
}

pfcp::SessionEstablishmentResponse PfcpServer::on(const Endpoint& from, const pfcp::SessionEstablishmentRequest& request) {
  pfcp::SessionEstablishmentResponse response{.node_id = own_node_id()};
  establishment_requests_.add();
  auto refuse = [&](const Failure& failure) {
    establishment_failures_.add();
    log_warning(Layer::pfcp, "{}: Session Establishment Request refused: {}", from.text(), failure.sentence);
    put_failure(response, failure);
    return response;
  };
  Association* association = association_of(from, request.node_id);
  if (!association) return refuse({Cause::no_association, {}, {}, "no association with this Node ID and address"});
  if (!request.cp_f_seid.ipv4 && !request.cp_f_seid.ipv6)
    return refuse({Cause::mandatory_ie_incorrect, pfcp::ie::f_seid, {}, "the CP F-SEID has no address"});
  if (request.pdn_type && *request.pdn_type != pfcp::PdnType::ipv4 && *request.pdn_type != pfcp::PdnType::ipv6 &&
      *request.pdn_type != pfcp::PdnType::ipv4v6)
    return refuse({Cause::service_not_supported, pfcp::ie::pdn_type, {}, "only IP sessions are supported"});
  if (free_sessions_.empty() && unused_sessions_ >= config_.max_sessions)
    return refuse({Cause::no_resources, {}, {}, fmt::format("all {} sessions are in use", config_.max_sessions)});

  RuleEdit edit({}, {}, {!config_.tunnel_v4().empty(), !config_.tunnel_v6().empty()});
  Outcome outcome = create_rules(edit, request);
  if (outcome) outcome = edit.check();
  if (outcome) outcome = check_addresses(nullptr, *association, edit);
  if (outcome && tunnels_needed(edit) > user_plane_.tunnels_left())
    outcome = std::unexpected(Failure{Cause::no_resources, {}, {}, "all TEIDs are in use"});
  if (!outcome) return refuse(outcome.error());

  uint32_t index = free_sessions_.empty() ? unused_sessions_++ : free_sessions_.back();
  if (!free_sessions_.empty()) free_sessions_.pop_back();
  auto owned = std::make_unique<Session>(executor_, index);
  Session& session = *owned;
  session.seid = uint64_t{next_generation_++} << 32 | index;
  session.cp_seid = request.cp_f_seid.seid;
  session.cp_address = request.cp_f_seid.ipv4 ? IpAddress(*request.cp_f_seid.ipv4) : IpAddress(*request.cp_f_seid.ipv6);
  session.association = association;
  if (request.apn_dnn) session.dnn = request.apn_dnn->name;
  session.inactivity_s = request.user_plane_inactivity_timer.value_or(0);
  session.sets = set_numbers(request.fq_csids);
  if (session.sets.size() > max_session_sets) session.sets.resize(max_session_sets);
  ++association->sessions;
  seid_of_[index] = session.seid;
  by_seid_.emplace(session.seid, std::move(owned));
  sessions_gauge_.set(static_cast<int64_t>(by_seid_.size()));
  commit(session, edit);
  watch_inactivity(session);

  response.up_f_seid = pfcp::FSeid{.seid = session.seid};
  pfcp::NodeId node = own_node_id();
  if (node.type == pfcp::NodeId::Type::ipv6) {
    response.up_f_seid->ipv6 = node.ipv6;
  } else {
    response.up_f_seid->ipv4 = node.ipv4;
  }
  response.created_pdrs = created_pdrs(session, edit);
  log_info(Layer::upf, "session {:#x} (SMF {}, {:#x}) established, {} sessions", session.seid, association->node, session.cp_seid, by_seid_.size());
  return response;
}

pfcp::SessionModificationResponse PfcpServer::on(Session& session, const pfcp::SessionModificationRequest& request) {
  pfcp::SessionModificationResponse response;
  const Rules& before = *user_plane_.rules(session.index);
  RuleEdit changes(before.copy(), session.tunnels, {!config_.tunnel_v4().empty(), !config_.tunnel_v6().empty()});
  Outcome outcome = edit(changes, request);
  for (const auto& query : request.query_urrs)
    if (outcome && !find_urr(session, query.urr_id))
      outcome = std::unexpected(Failure{Cause::rule_failure, {}, pfcp::FailedRuleId{pfcp::FailedRuleId::Type::urr, query.urr_id},
                                        fmt::format("URR {} does not exist and cannot be queried", query.urr_id)});
  if (outcome) outcome = check_addresses(&session, *session.association, changes);
  if (outcome && tunnels_needed(changes) > user_plane_.tunnels_left())
    outcome = std::unexpected(Failure{Cause::no_resources, {}, {}, "all TEIDs are in use"});
  if (!outcome) {
    log_warning(Layer::pfcp, "SMF {}: Session Modification Request for {:#x} refused: {}", session.association->node, session.seid,
                outcome.error().sentence);
    put_failure(response, outcome.error());
    return response;
  }

  for (const Urr& urr : before.urrs()) {
    UrrControl& control = *find_control(session, urr.id);
    auto is = [&](const auto& list) {
      return std::any_of(list.begin(), list.end(), [&](const auto& ie) { return ie.urr_id == urr.id; });
    };
    bool all = request.pfcpsmreq_flags && request.pfcpsmreq_flags->qaurr;
    if (is(request.remove_urrs)) {
      response.usage_reports.push_back(take_report<pfcp::UsageReportModification>(urr, control, {.termr = true}));
    } else if (all || is(request.query_urrs)) {
      response.usage_reports.push_back(take_report<pfcp::UsageReportModification>(urr, control, {.immer = true}));
      response.usage_reports.back().query_urr_reference = request.query_urr_reference;
    }
  }
  if (request.cp_f_seid) {
    session.cp_seid = request.cp_f_seid->seid;
    if (request.cp_f_seid->ipv4) session.cp_address = IpAddress(*request.cp_f_seid->ipv4);
    if (request.cp_f_seid->ipv6) session.cp_address = IpAddress(*request.cp_f_seid->ipv6);
  }
  commit(session, changes);
  if (request.user_plane_inactivity_timer || request.extra.removes(pfcp::ie::user_plane_inactivity_timer)) {
    session.inactivity_s = request.user_plane_inactivity_timer.value_or(0);
    watch_inactivity(session);
  }
  response.created_pdrs = created_pdrs(session, changes);
  bool discard = request.pfcpsmreq_flags && request.pfcpsmreq_flags->drobu;
  bool changed = !request.update_fars.empty() || !request.update_pdrs.empty() || !request.remove_pdrs.empty() || !request.remove_fars.empty();
  // 29.244 5.2.3.1: one report for what is buffered, until the SMF asks for another by giving NOCP again.
  bool report_again = std::ranges::any_of(request.update_fars, [](const pfcp::UpdateFar& far) { return far.apply_action && far.apply_action->nocp; });
  if (discard || changed) release_buffered(session, discard, discard || report_again);
  return response;
}

pfcp::SessionDeletionResponse PfcpServer::on(Session& session, const pfcp::SessionDeletionRequest&) {
  pfcp::SessionDeletionResponse response;
  for (const Urr& urr : user_plane_.rules(session.index)->urrs())
    response.usage_reports.push_back(take_report<pfcp::UsageReportDeletion>(urr, *find_control(session, urr.id), {.termr = true}));
  log_info(Layer::upf, "session {:#x} (SMF {}) deleted, {} sessions", session.seid, session.association->node, by_seid_.size() - 1);
  erase(session);
  return response;
}

void PfcpServer::erase(Session& session) {
  for (size_t i = 0; i < session.buffered.size(); ++i) user_plane_.count_drop(Drop::buffer_released);
  buffered_ -= session.buffered.size();
  enter_tunnels(session, *user_plane_.rules(session.index), false);
  user_plane_.install(session.index, nullptr);
  for (const Tunnel& tunnel : session.tunnels) user_plane_.release_teid(tunnel.teid);
  free_sessions_.push_back(session.index);
  seid_of_[session.index] = 0;
  --session.association->sessions;
  by_seid_.erase(uint64_t{session.seid});
  sessions_gauge_.set(static_cast<int64_t>(by_seid_.size()));
}

// Buffering -------------------------------------------------------------------------------------------------------------------------------

static const Bar* bar_of(const Rules& rules, const Far& far) {
  for (const Bar& bar : rules.bars())
    if (bar.id == far.bar_id) return &bar;
  return nullptr;
}

void PfcpServer::buffer(uint32_t index, const Pdr& pdr, const Far& far, Packet ip) {
  Session& session = *by_seid_.at(seid_of_[index]);
  const Rules& rules = *user_plane_.rules(index);
  const Bar* bar = bar_of(rules, far);
  size_t limit = bar && bar->packets ? std::min<size_t>(bar->packets, config_.buffered_packets) : config_.buffered_packets;
  if (session.buffered.size() >= limit || buffered_ >= config_.packets / 2) {
    user_plane_.count_drop(Drop::buffer_full);
  } else {
    session.buffered.push_back(std::move(ip));
    ++buffered_;
  }
  if (!far.notify || session.notified) return;
  session.notified = true;
  uint8_t qfi = rules.default_qfi;
  bool has_qfi = rules.default_has_qfi;
  for (unsigned i = 0; i < pdr.qer_count; ++i) {
    const Qer& qer = rules.qers()[pdr.qers[i]];
    if (!qer.has_qfi) continue;
    qfi = qer.qfi;
    has_qfi = true;
  }
  if (!bar || bar->notification_delay == 0) return notify(session, pdr.id, qfi, has_qfi);
  session.notification.start(std::chrono::milliseconds(50 * bar->notification_delay), [this, seid = session.seid, id = pdr.id, qfi, has_qfi] {
    if (Session* waiting = find(seid)) notify(*waiting, id, qfi, has_qfi);
  });
}

void PfcpServer::notify(Session& session, uint16_t pdr_id, uint8_t qfi, bool has_qfi) {
  pfcp::DownlinkDataReport report{.pdr_ids = {pdr_id}};
  if (has_qfi) report.downlink_data_service_information.push_back({.qfi = qfi});
  send_report(session, {.report_type = {.dldr = true}, .downlink_data_report = std::move(report)});
}

void PfcpServer::release_buffered(Session& session, bool discard, bool report_again) {
  if (report_again) {
    session.notification.stop();
    session.notified = false;
  }
  std::vector<Packet> waiting;
  waiting.swap(session.buffered);
  buffered_ -= waiting.size();
  for (Packet& packet : waiting) {
    if (discard) {
      user_plane_.count_drop(Drop::buffer_released);
    } else {
      ports_.deliver(std::move(packet));
    }
  }
  if (!session.buffered.empty()) return;  // some came back: the rules still buffer
  session.notification.stop();
  session.notified = false;
}

// Reports ---------------------------------------------------------------------------------------------------------------------------------

void PfcpServer::send_report(Session& session, pfcp::SessionReportRequest report) {
  reports_.add();
  Endpoint to{session.association->peer};
  send_request(to, session.cp_seid, std::move(report), [this, seid = session.seid](const pfcp::Packet* packet) {
    const auto* response = packet ? std::get_if<pfcp::SessionReportResponse>(&packet->body) : nullptr;
    if (find(seid)) report_answered(*find(seid), response);
  });
}

void PfcpServer::report_answered(Session& session, const pfcp::SessionReportResponse* response) {
  if (!response) {
    session.notified = false;  // the next downlink packet asks again
    return;
  }
  if (response->cause == Cause::session_not_found) {
    log_warning(Layer::pfcp, "SMF {} does not know session {:#x}: deleted", session.association->node, session.seid);
    return erase(session);
  }
  if (response->cause != Cause::accepted) {
    log_warning(Layer::pfcp, "SMF {} refuses the report of session {:#x}: cause {}", session.association->node, session.seid,
                static_cast<unsigned>(response->cause));
    return;
  }
  reports_answered_.add();
  if (response->update_bar) {
    RuleEdit changes(user_plane_.rules(session.index)->copy(), session.tunnels, {});
    if (Outcome outcome = changes.update(*response->update_bar)) {
      commit(session, changes);
    } else {
      log_warning(Layer::pfcp, "SMF {}: Session Report Response: {}", session.association->node, outcome.error().sentence);
    }
  }
  if (response->pfcpsrrsp_flags && response->pfcpsrrsp_flags->drobu) release_buffered(session, true, true);
}

bool PfcpServer::error_indicated(const IpAddress& peer, uint32_t teid) {
  auto [first, last] = by_remote_tunnel_.equal_range(remote_key(peer, teid));
  std::vector<uint32_t> sessions;
  for (auto entry = first; entry != last; ++entry) sessions.push_back(entry->second);
  pfcp::FTeid remote{.teid = teid};
  if (peer.is_v4()) remote.ipv4 = peer.v4();
  if (peer.is_v6()) remote.ipv6 = peer.v6();
  for (uint32_t index : sessions)
    if (Session* session = find(seid_of_[index]))
      send_report(*session, {.report_type = {.erir = true}, .error_indication_report = pfcp::ErrorIndicationReport{.remote_f_teids = {remote}}});
  return !sessions.empty();
}

void PfcpServer::watch_inactivity(Session& session) {
  session.inactivity.stop();
  if (session.inactivity_s == 0) return;
  user_plane_.touch(session.index, now_ns());
  session.inactivity.start(std::chrono::seconds(session.inactivity_s), [this, seid = session.seid] { inactivity_check(seid); });
}

void PfcpServer::inactivity_check(uint64_t seid) {
  Session* session = find(seid);
  if (!session) return;
  int64_t quiet = now_ns() - user_plane_.last_activity(session->index);
  int64_t limit = int64_t{session->inactivity_s} * 1'000'000'000;
  if (quiet < limit) {
    session->inactivity.start(Duration(limit - quiet), [this, seid] { inactivity_check(seid); });
    return;
  }
  send_report(*session, {.report_type = {.upir = true}});
}

void PfcpServer::each_session(const std::function<void(const Session&, const Rules&)>& visit) const {
  for (const auto& [seid, session] : by_seid_) visit(*session, *user_plane_.rules(session->index));
}

size_t PfcpServer::octets_of(const Session& session) const {
  return sizeof(Session) + user_plane_.rules(session.index)->octets() + session.tunnels.capacity() * sizeof(Tunnel) +
         session.buckets.size() * (sizeof(QerState) + 8) + session.urrs.size() * (sizeof(UrrControl) + 8) + session.sets.capacity() * 8;
}

}  // namespace sen::upf
