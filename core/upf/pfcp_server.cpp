#include "core/upf/pfcp_server.h"

#include <algorithm>

#include "base/log.h"
#include "codec/pfcp/ie_type.h"

namespace sen::upf {

using pfcp::Cause;

static constexpr Duration cache_time = std::chrono::seconds(15);  // longer than a peer repeats a request

uint32_t ntp_seconds(int64_t unix_ns) { return static_cast<uint32_t>(unix_ns / 1'000'000'000 + 2208988800); }

static std::string text_of(const pfcp::NodeId& node) {
  switch (node.type) {
    case pfcp::NodeId::Type::ipv4: return IpAddress(node.ipv4).text();
    case pfcp::NodeId::Type::ipv6: return IpAddress(node.ipv6).text();
    default: return node.fqdn;
  }
}

PfcpServer::PfcpServer(const UpfConfig& config, Executor& executor, Counters& counters, UserPlane& user_plane, PfcpPorts ports)
    : config_(config),
      executor_(executor),
      user_plane_(user_plane),
      ports_(std::move(ports)),
      recovery_(ntp_seconds(now_ns())),
      next_generation_(recovery_ & 0x7fffffff),
      seid_of_(config.max_sessions),
      sessions_gauge_(counters.gauge("fivegs_upffunction_upf_sessionnbr", "Number of active sessions")),
      associations_gauge_(counters.gauge("pfcp_peers_active", "Number of PFCP associations")),
      establishment_requests_(counters.counter("fivegs_upffunction_sm_n4sessionestabreq", "Number of requested N4 session establishments")),
      establishment_failures_(counters.counter("fivegs_upffunction_sm_n4sessionestabfail", "Number of failed N4 session establishments")),
      reports_(counters.counter("fivegs_upffunction_sm_n4sessionreport", "Number of requested N4 session reports")),
      reports_answered_(counters.counter("fivegs_upffunction_sm_n4sessionreportsucc", "Number of successful N4 session reports")),
      undecodable_(counters.counter("upf_pfcp_undecodable", "PFCP messages that could not be read")),
      unexpected_(counters.counter("upf_pfcp_unexpected", "PFCP responses that no request waits for, and requests that a UPF does not receive")),
      repeated_(counters.counter("upf_pfcp_repeated", "PFCP requests received again and answered from the cache")),
      exhausted_(counters.counter("upf_pfcp_exhausted", "PFCP requests of this UPF that were not sent because too many wait for a response")) {
  user_plane_.set_first_generation(recovery_ & 0xfff);
}

PfcpServer::~PfcpServer() {
  for (auto& [seid, session] : by_seid_) user_plane_.install(session->index, nullptr);
}

void PfcpServer::start() {
  for (const auto& smf : config_.pfcp_smf) contact({smf.address, smf.port});
}

// Transport -------------------------------------------------------------------------------------------------------------------------------

void PfcpServer::received(const Endpoint& from, ByteView datagram) {
  auto messages = pfcp::split(datagram);
  if (!messages) {
    // A datagram of another version is still told so (7.2.2.1): decode() recognises it.
    auto packet = pfcp::decode(datagram);
    if (packet) return message_received(from, datagram);
    return refuse_undecodable(from, packet.error());
  }
  for (ByteView message : *messages) message_received(from, message);
}

static uint64_t fingerprint_of(const Endpoint& from, ByteView message) {
  uint64_t hash = std::hash<Endpoint>{}(from) ^ std::hash<std::string_view>{}(as_text(message));
  return hash * 0x9e3779b97f4a7c15ull;
}

PfcpServer::Cached* PfcpServer::find_cached(const Endpoint& from, uint32_t sequence, uint64_t fingerprint) {
  while (!cache_.empty() && (cache_.front().until <= executor_.now() || cache_.size() > max_cached_responses)) {
    if (auto found = cached_.find(cache_.front().fingerprint); found != cached_.end() && found->second == first_cached_) cached_.erase(found);
    cache_.pop_front();
    ++first_cached_;
  }
  auto found = cached_.find(fingerprint);
  if (found == cached_.end()) return nullptr;
  Cached& entry = cache_[found->second - first_cached_];
  return entry.from == from && entry.sequence == sequence ? &entry : nullptr;
}

void PfcpServer::message_received(const Endpoint& from, ByteView message) {
  auto packet = pfcp::decode(message);
  if (!packet) return refuse_undecodable(from, packet.error());
  uint8_t type = pfcp::type_of(packet->body);
  if (!pfcp::is_request(type)) return response_received(from, *packet);
  request_received(from, *packet, message);
}

void PfcpServer::refuse_undecodable(const Endpoint& from, const pfcp::DecodeError& error) {
  undecodable_.add();
  log_warning(Layer::pfcp, "{}: {} refused: {}", from.text(), pfcp::message_name(error.type), error.describe());
  if (!error.header) return;
  uint32_t sequence = error.header->sequence;
  if (error.version != 1) {
    respond(from, sequence, {}, pfcp::VersionNotSupportedResponse{});
    return;
  }
  std::optional<uint16_t> offending = error.offending_ie ? std::optional(error.offending_ie) : std::nullopt;
  // Only requests are answered; the SEID of the response is the SMF's where the session is known (7.2.2.4.2).
  std::optional<uint64_t> seid = 0;
  if (Session* session = session_of(from, error.header->seid)) seid = session->cp_seid;
  pfcp::NodeId node = own_node_id();
  switch (error.type) {
    case pfcp::AssociationSetupRequest::type:
      respond(from, sequence, {}, pfcp::AssociationSetupResponse{.node_id = node, .cause = error.cause, .recovery_time_stamp = recovery_});
      return;
    case pfcp::AssociationUpdateRequest::type:
      respond(from, sequence, {}, pfcp::AssociationUpdateResponse{.node_id = node, .cause = error.cause});
      return;
    case pfcp::AssociationReleaseRequest::type:
      respond(from, sequence, {}, pfcp::AssociationReleaseResponse{.node_id = node, .cause = error.cause});
      return;
    case pfcp::PfdManagementRequest::type:
      respond(from, sequence, {}, pfcp::PfdManagementResponse{.cause = error.cause, .offending_ie = offending});
      return;
    case pfcp::SessionSetDeletionRequest::type:
      respond(from, sequence, {}, pfcp::SessionSetDeletionResponse{.node_id = node, .cause = error.cause, .offending_ie = offending});
      return;
    case pfcp::SessionSetModificationRequest::type:
      respond(from, sequence, {}, pfcp::SessionSetModificationResponse{.cause = error.cause, .offending_ie = offending});
      return;
    case pfcp::SessionEstablishmentRequest::type:
      establishment_requests_.add();
      establishment_failures_.add();
      respond(from, sequence, seid, pfcp::SessionEstablishmentResponse{.node_id = node, .cause = error.cause, .offending_ie = offending});
      return;
    case pfcp::SessionModificationRequest::type:
      respond(from, sequence, seid, pfcp::SessionModificationResponse{.cause = error.cause, .offending_ie = offending});
      return;
    case pfcp::SessionDeletionRequest::type:
      respond(from, sequence, seid, pfcp::SessionDeletionResponse{.cause = error.cause, .offending_ie = offending});
      return;
    default: return;
  }
}

Bytes PfcpServer::respond(const Endpoint& to, uint32_t sequence, std::optional<uint64_t> seid, pfcp::Body body) {
  auto bytes = pfcp::encode({.header = {.seid = seid, .sequence = sequence}, .body = std::move(body)});
  if (!bytes) {
    log_error(Layer::pfcp, "{}: response not sent: {}", to.text(), bytes.error().describe());
    return {};
  }
  ports_.send(to, *bytes);
  return std::move(*bytes);
}

void PfcpServer::request_received(const Endpoint& from, const pfcp::Packet& packet, ByteView message) {
  uint64_t fingerprint = fingerprint_of(from, message);
  uint32_t sequence = packet.header.sequence;
  if (const auto* heartbeat = std::get_if<pfcp::HeartbeatRequest>(&packet.body)) {
    for (auto& [name, association] : associations_)
      if (association->peer == from) set_recovery(*association, heartbeat->recovery_time_stamp);
    respond(from, sequence, {}, pfcp::HeartbeatResponse{.recovery_time_stamp = recovery_});
    return;
  }
  if (const Cached* known = find_cached(from, sequence, fingerprint)) {
    repeated_.add();
    ports_.send(from, known->response);
    return;
  }
  std::optional<uint64_t> seid;  // of the response
  std::optional<pfcp::Body> body;
  if (const auto* setup = std::get_if<pfcp::AssociationSetupRequest>(&packet.body)) {
    body = on(from, *setup);
  } else if (const auto* update = std::get_if<pfcp::AssociationUpdateRequest>(&packet.body)) {
    body = on(from, *update);
  } else if (const auto* release = std::get_if<pfcp::AssociationReleaseRequest>(&packet.body)) {
    body = on(from, *release);
  } else if (const auto* sets = std::get_if<pfcp::SessionSetDeletionRequest>(&packet.body)) {
    body = on(from, *sets);
  } else if (std::get_if<pfcp::PfdManagementRequest>(&packet.body)) {
    body = pfcp::PfdManagementResponse{.cause = Cause::service_not_supported};
  } else if (std::get_if<pfcp::SessionSetModificationRequest>(&packet.body)) {
    body = pfcp::SessionSetModificationResponse{.cause = Cause::service_not_supported};
  } else if (const auto* establishment = std::get_if<pfcp::SessionEstablishmentRequest>(&packet.body)) {
    seid = establishment->cp_f_seid.seid;
    body = on(from, *establishment);
  } else if (const auto* modification = std::get_if<pfcp::SessionModificationRequest>(&packet.body)) {
    body = on_modification(from, packet.header.seid.value_or(0), *modification, seid);
  } else if (const auto* deletion = std::get_if<pfcp::SessionDeletionRequest>(&packet.body)) {
    body = on_deletion(from, packet.header.seid.value_or(0), *deletion, seid);
  }
  if (!body) {
    unexpected_.add();
    log_warning(Layer::pfcp, "{}: {} is not a message that a UPF receives", from.text(), pfcp::message_name(pfcp::type_of(packet.body)));
    return;
  }
  Bytes response = respond(from, sequence, seid, std::move(*body));
  if (response.empty()) return;
  cached_[fingerprint] = first_cached_ + cache_.size();
  cache_.push_back({from, sequence, fingerprint, std::move(response), executor_.now() + cache_time});
}

pfcp::Body PfcpServer::on_modification(const Endpoint& from, uint64_t seid, const pfcp::SessionModificationRequest& request,
                                       std::optional<uint64_t>& cp_seid) {
  cp_seid = 0;
  Session* session = session_of(from, seid);
  if (!session) {
    log_warning(Layer::pfcp, "{}: Session Modification Request for SEID {:#x}: no such session", from.text(), seid);
    return pfcp::SessionModificationResponse{.cause = Cause::session_not_found};
  }
  cp_seid = request.cp_f_seid ? request.cp_f_seid->seid : session->cp_seid;
  pfcp::SessionModificationResponse response = on(*session, request);
  // A refused request leaves the SMF's SEID as it was.
  if (response.cause != Cause::accepted)
    if (const Session* unchanged = find(seid)) cp_seid = unchanged->cp_seid;
  return response;
}

pfcp::Body PfcpServer::on_deletion(const Endpoint& from, uint64_t seid, const pfcp::SessionDeletionRequest& request,
                                   std::optional<uint64_t>& cp_seid) {
  cp_seid = 0;
  Session* session = session_of(from, seid);
  if (!session) {
    log_warning(Layer::pfcp, "{}: Session Deletion Request for SEID {:#x}: no such session", from.text(), seid);
    return pfcp::SessionDeletionResponse{.cause = Cause::session_not_found};
  }
  cp_seid = session->cp_seid;
  return on(*session, request);
}

bool PfcpServer::send_request(const Endpoint& to, std::optional<uint64_t> seid, pfcp::Body body, Answer answer) {
  if (requests_.size() >= max_requests) {
    exhausted_.add();
    return false;
  }
  do {
    next_sequence_ = (next_sequence_ + 1) & 0xffffff;
  } while (next_sequence_ == 0 || requests_.contains(next_sequence_));
  uint32_t sequence = next_sequence_;
  uint8_t type = pfcp::type_of(body);
  auto bytes = pfcp::encode({.header = {.seid = seid, .sequence = sequence}, .body = std::move(body)});
  if (!bytes) {
    log_error(Layer::pfcp, "{}: {} not sent: {}", to.text(), pfcp::message_name(type), bytes.error().describe());
    return false;
  }
  auto request = std::make_unique<Request>(executor_);
  request->to = to;
  request->octets = std::move(*bytes);
  request->type = type;
  request->left = config_.retries;
  request->answer = std::move(answer);
  request->timer.start(std::chrono::milliseconds(config_.response_ms), [this, sequence] { retransmit(sequence); });
  Bytes octets = request->octets;
  requests_.emplace(sequence, std::move(request));
  ports_.send(to, std::move(octets));  // last: the peer may answer before this returns
  return true;
}

void PfcpServer::retransmit(uint32_t sequence) {
  auto found = requests_.find(sequence);
  if (found == requests_.end()) return;
  Request& request = *found->second;
  if (request.left-- > 0) {
    request.timer.start(std::chrono::milliseconds(config_.response_ms), [this, sequence] { retransmit(sequence); });
    ports_.send(request.to, request.octets);
    return;
  }
  auto gone = std::move(found->second);
  requests_.erase(found);
  log_warning(Layer::pfcp, "{}: no response to {} after {} attempts", gone->to.text(), pfcp::message_name(gone->type), config_.retries + 1);
  gone->answer(nullptr);
}

void PfcpServer::response_received(const Endpoint& from, const pfcp::Packet& packet) {
  auto found = requests_.find(packet.header.sequence);
  uint8_t type = pfcp::type_of(packet.body);
  bool version = type == pfcp::VersionNotSupportedResponse::type;
  if (found == requests_.end() || found->second->to.address != from.address || (type != found->second->type + 1 && !version)) {
    unexpected_.add();
    log_warning(Layer::pfcp, "{}: {} with sequence number {} answers no request", from.text(), pfcp::message_name(type), packet.header.sequence);
    return;
  }
  auto request = std::move(found->second);
  requests_.erase(found);
  request->answer(version ? nullptr : &packet);
}

// Associations ----------------------------------------------------------------------------------------------------------------------------

pfcp::NodeId PfcpServer::own_node_id() const {
  if (config_.pfcp_server.empty()) return pfcp::NodeId::of(Octets<4>{127, 0, 0, 7});
  const IpAddress& address = config_.pfcp_server.front().address;
  return address.is_v6() ? pfcp::NodeId::of(address.v6()) : pfcp::NodeId::of(address.v4());
}

pfcp::UpFunctionFeatures PfcpServer::own_features() const {
  return {.ddnd = true, .ftup = true, .empu = true, .quoac = true, .frrt = true, .mnop = true, .bundl = true, .ip6pl = true};
}

// The association for this Node ID, made or renewed; nullptr with the reason when the peer may not have it.
Association* PfcpServer::establish(const Endpoint& peer, const std::string& node, uint32_t recovery, std::string& refusal) {
  auto found = associations_.find(node);
  if (found != associations_.end()) {
    Association& old = *found->second;
    if (old.peer.address != peer.address && old.alive) {
      refusal = fmt::format("Node ID {} is associated with {} already", node, old.peer.address.text());
      return nullptr;
    }
    // A repeated setup starts afresh (6.2.6.2.2): the sessions of before are gone.
    delete_sessions([&](const Session& session) { return session.association == &old; });
  } else {
    if (associations_.size() >= max_associations) {
      refusal = fmt::format("{} associations exist already", associations_.size());
      return nullptr;
    }
    found = associations_.emplace(node, std::make_unique<Association>(executor_)).first;
    found->second->node = node;
    associations_gauge_.set(static_cast<int64_t>(associations_.size()));
  }
  Association& association = *found->second;
  association.peer = peer;
  association.recovery_time_stamp = recovery;
  association.alive = true;
  start_heartbeat(association);
  log_info(Layer::pfcp, "{}: associated with SMF {}", peer.text(), node);
  return &association;
}

pfcp::Body PfcpServer::on(const Endpoint& from, const pfcp::AssociationSetupRequest& request) {
  pfcp::AssociationSetupResponse response{.node_id = own_node_id(), .recovery_time_stamp = recovery_, .up_function_features = own_features()};
  std::string refusal;
  if (!establish(from, text_of(request.node_id), request.recovery_time_stamp, refusal)) {
    log_warning(Layer::pfcp, "{}: Association Setup Request refused: {}", from.text(), refusal);
    response.cause = Cause::rejected;
  }
  return response;
}

pfcp::Body PfcpServer::on(const Endpoint& from, const pfcp::AssociationUpdateRequest& request) {
  pfcp::AssociationUpdateResponse response{.node_id = own_node_id(), .up_function_features = own_features()};
  if (!association_of(from, request.node_id)) response.cause = Cause::no_association;
  return response;
}

pfcp::Body PfcpServer::on(const Endpoint& from, const pfcp::AssociationReleaseRequest& request) {
  pfcp::AssociationReleaseResponse response{.node_id = own_node_id()};
  if (Association* association = association_of(from, request.node_id)) {
    release(*association);
  } else {
    response.cause = Cause::no_association;
  }
  return response;
}

static uint64_t set_number(const pfcp::FqCsid& set, uint16_t csid) {
  Bytes key{set.node_address_type, static_cast<uint8_t>(csid >> 8), static_cast<uint8_t>(csid)};
  if (set.node_address_type == 0) key.insert(key.end(), set.ipv4.begin(), set.ipv4.end());
  if (set.node_address_type == 1) key.insert(key.end(), set.ipv6.begin(), set.ipv6.end());
  for (int shift = 24; shift >= 0 && set.node_address_type == 2; shift -= 8) key.push_back(static_cast<uint8_t>(set.node_address >> shift));
  return std::hash<std::string_view>{}(as_text(key));
}

std::vector<uint64_t> set_numbers(const std::vector<pfcp::FqCsid>& sets) {
  std::vector<uint64_t> out;
  for (const auto& set : sets)
    for (uint16_t csid : set.csids) out.push_back(set_number(set, csid));
  return out;
}

pfcp::Body PfcpServer::on(const Endpoint& from, const pfcp::SessionSetDeletionRequest& request) {
  pfcp::SessionSetDeletionResponse response{.node_id = own_node_id()};
  Association* association = association_of(from, request.node_id);
  if (!association) {
    response.cause = Cause::no_association;
    return response;
  }
  std::vector<uint64_t> sets = set_numbers(request.fq_csids);
  delete_sessions([&](const Session& session) {
    if (session.association != association) return false;
    return std::any_of(session.sets.begin(), session.sets.end(),
                       [&](uint64_t set) { return std::find(sets.begin(), sets.end(), set) != sets.end(); });
  });
  return response;
}

Association* PfcpServer::association_of(const Endpoint& from, const pfcp::NodeId& node) {
  std::string name = text_of(node);
  auto found = associations_.find(name);
  if (found == associations_.end()) {
    log_warning(Layer::pfcp, "{}: no association with Node ID {}", from.text(), name);
    return nullptr;
  }
  if (found->second->peer.address == from.address) return found->second.get();
  log_warning(Layer::pfcp, "{}: Node ID {} belongs to {}", from.text(), name, found->second->peer.address.text());
  return nullptr;
}

void PfcpServer::contact(const Endpoint& smf) {
  pfcp::AssociationSetupRequest request{.node_id = own_node_id(), .recovery_time_stamp = recovery_, .up_function_features = own_features()};
  auto again = [this, smf] {
    Timer& timer = contacts_.try_emplace(smf, executor_).first->second;
    timer.start(std::chrono::milliseconds(config_.response_ms), [this, smf] { contact(smf); });
  };
  bool sent = send_request(smf, {}, request, [this, smf, again](const pfcp::Packet* packet) {
    const auto* response = packet ? std::get_if<pfcp::AssociationSetupResponse>(&packet->body) : nullptr;
    if (!response) return again();
    if (response->cause != Cause::accepted) {
      log_warning(Layer::pfcp, "{}: the SMF refuses the association: cause {}", smf.text(), static_cast<unsigned>(response->cause));
      return again();
    }
    std::string refusal;
    if (!establish(smf, text_of(response->node_id), response->recovery_time_stamp, refusal))
      log_warning(Layer::pfcp, "{}: association refused: {}", smf.text(), refusal);
  });
  if (!sent) again();
}

void PfcpServer::set_recovery(Association& association, uint32_t time_stamp) {
  association.alive = true;
  if (association.recovery_time_stamp == time_stamp) return;
  // 19.1.2 of TS 23.007, TS 23.527 4.3: the peer restarted and knows none of its sessions.
  log_warning(Layer::pfcp, "SMF {} restarted (recovery time stamp {} instead of {}): {} sessions deleted", association.node, time_stamp,
              association.recovery_time_stamp, association.sessions);
  association.recovery_time_stamp = time_stamp;
  delete_sessions([&](const Session& session) { return session.association == &association; });
}

void PfcpServer::start_heartbeat(Association& association) {
  association.heartbeat.start(std::chrono::seconds(config_.heartbeat_s), [this, node = association.node] {
    auto found = associations_.find(node);
    if (found == associations_.end()) return;
    start_heartbeat(*found->second);
    send_request(found->second->peer, {}, pfcp::HeartbeatRequest{.recovery_time_stamp = recovery_}, [this, node](const pfcp::Packet* packet) {
      auto peer = associations_.find(node);
      if (peer == associations_.end()) return;
      if (const auto* response = packet ? std::get_if<pfcp::HeartbeatResponse>(&packet->body) : nullptr)
        return set_recovery(*peer->second, response->recovery_time_stamp);
      // The sessions stay: the path may come back with the same recovery time stamp.
      if (peer->second->alive) log_error(Layer::pfcp, "SMF {} at {} does not answer heartbeats", node, peer->second->peer.text());
      peer->second->alive = false;
    });
  });
}

void PfcpServer::release(Association& association) {
  delete_sessions([&](const Session& session) { return session.association == &association; });
  log_info(Layer::pfcp, "{}: association with SMF {} released", association.peer.text(), association.node);
  associations_.erase(std::string(association.node));
  associations_gauge_.set(static_cast<int64_t>(associations_.size()));
}

void PfcpServer::delete_sessions(const std::function<bool(const Session&)>& wanted) {
  std::vector<uint64_t> seids;
  for (const auto& [seid, session] : by_seid_)
    if (wanted(*session)) seids.push_back(seid);
  std::sort(seids.begin(), seids.end());
  for (uint64_t seid : seids) erase(*by_seid_.at(seid));
}

}  // namespace sen::upf
