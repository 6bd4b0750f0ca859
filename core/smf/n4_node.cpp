#include <algorithm>

#include "base/log.h"
#include "core/smf/detail/n4_node.h"
#include "core/smf/limits.h"

namespace sen::smf::detail {

// NTP era 0 seconds (29.244 8.2.65).
static uint32_t ntp_seconds(Time t) {
  return static_cast<uint32_t>(std::chrono::duration_cast<std::chrono::seconds>(t.time_since_epoch()).count() + 2208988800LL);
}

static pfcp::NodeId own_node_id(const SmfConfig& config) {
  if (config.pfcp_servers.empty()) return pfcp::NodeId::of(std::string(config.instance_id));
  auto& address = config.pfcp_servers.front().address;
  return address.is_v4() ? pfcp::NodeId::of(address.v4()) : pfcp::NodeId::of(address.v6());
}

std::string text(const pfcp::NodeId& id) {
  switch (id.type) {
    case pfcp::NodeId::Type::ipv4: return IpAddress(id.ipv4).text();
    case pfcp::NodeId::Type::ipv6: return IpAddress(id.ipv6).text();
    case pfcp::NodeId::Type::fqdn: return id.fqdn;
  }
  return "?";
}

N4Node::N4Node(const SmfConfig& config, Executor& executor, Counters& counters, Hooks hooks)
    : config_(config),
      executor_(executor),
      hooks_(std::move(hooks)),
      own_id_(own_node_id(config)),
      recovery_(ntp_seconds(executor.now())),
      peers_(counters.gauge("pfcp_peers_active", "UPFs with an association")),
      strangers_(counters.counter("smf_n4_from_unknown_address", "PFCP datagrams from addresses that are no configured UPF's")),
      unexpected_(counters.counter("smf_n4_unexpected_response", "PFCP responses that answer no request")),
      malformed_(counters.counter("smf_n4_malformed", "PFCP messages that cannot be decoded or miss mandatory elements")),
      retransmitted_(counters.counter("smf_n4_retransmitted", "PFCP requests sent again")),
      timeouts_(counters.counter("smf_n4_timeout", "PFCP requests without an answer")) {
  for (size_t i = 0; i < config.upfs.size() && i < limit::upfs; ++i) upfs_.push_back(std::make_unique<Upf>(config.upfs[i], executor));
}

void N4Node::start() {
  for (size_t i = 0; i < upfs_.size(); ++i) associate(i);
}

std::optional<size_t> N4Node::find(const Endpoint& from) const {
  for (size_t i = 0; i < upfs_.size(); ++i) {
    if (upfs_[i]->config.endpoint == from) return i;
  }
  // A UPF may send its requests from any port (29.244 4.2.2).
  for (size_t i = 0; i < upfs_.size(); ++i) {
    if (upfs_[i]->config.endpoint.address == from.address) return i;
  }
  return std::nullopt;
}

Result<std::pair<uint32_t, pfcp::UserPlaneIpResourceInformation>> N4Node::resource(size_t upf, uint32_t n) const {
  for (auto& r : upfs_[upf]->resources) {
    if (!r.ipv4 && !r.ipv6) continue;
    if (r.source_interface && *r.source_interface != static_cast<uint8_t>(pfcp::SourceInterface::access)) continue;
    unsigned bits = std::min<unsigned>(r.teid_range_bits, 7);
    uint32_t low = bits == 0 ? n : n & (~uint32_t{0} >> bits);
    uint32_t high = bits == 0 ? 0 : static_cast<uint32_t>(r.teid_range & ((1u << bits) - 1)) << (32 - bits);
    return std::pair{high | low, r};
  }
  return fail(Fault::missing, "User Plane IP Resource Information",
              "UPF {} neither chooses F-TEIDs (FTUP) nor tells an address for them", endpoint(upf).text());
}

// ---- requests of ours

void N4Node::request(size_t upf, std::optional<uint64_t> seid, pfcp::Body body, N4Done done) {
  auto refuse = [this, &done](std::string problem) {
    this->later([done = std::move(done), problem = std::move(problem)]() mutable { done(N4Answer{nullptr, problem}); });
  };
  if (transactions_.size() >= limit::n4_transactions) return refuse("too many N4 requests are open");
  while (transactions_.contains(next_sequence_)) next_sequence_ = (next_sequence_ + 1) & 0xffffff;
  uint32_t sequence = next_sequence_;
  next_sequence_ = (next_sequence_ + 1) & 0xffffff;
  uint8_t type = pfcp::type_of(body);
  auto bytes = pfcp::encode({.header = {.seid = seid, .sequence = sequence}, .body = std::move(body)});
  if (!bytes) return refuse(bytes.error().describe());
  auto transaction = std::make_unique<Transaction>(executor_);
  transaction->upf = upf;
  transaction->expected = static_cast<uint8_t>(type + 1);
  transaction->seid = seid;
  transaction->bytes = std::move(*bytes);
  transaction->left = config_.time.n4_n1;
  transaction->done = std::move(done);
  transactions_.emplace(sequence, std::move(transaction));
  transmit(sequence);
}

void N4Node::later(Task task) {
  executor_.after(Duration::zero(), [alive = std::weak_ptr<bool>(alive_), task = std::move(task)]() mutable {
    if (alive.lock()) task();
  });
}

void N4Node::transmit(uint32_t sequence) {
  auto& t = *transactions_.at(sequence);
  hooks_.send(endpoint(t.upf), t.bytes);
  t.timer.start(std::chrono::milliseconds(config_.time.n4_t1_ms), [this, sequence] {
    auto it = transactions_.find(sequence);
    if (it == transactions_.end()) return;
    if (it->second->left == 0) {
      timeouts_.add();
      return finish(sequence, {nullptr, "no answer"});
    }
    --it->second->left;
    retransmitted_.add();
    transmit(sequence);
  });
}

void N4Node::finish(uint32_t sequence, const N4Answer& answer) {
  auto it = transactions_.find(sequence);
  if (it == transactions_.end()) return;
  auto done = std::move(it->second->done);
  transactions_.erase(it);
  done(answer);
}

// ---- input

void N4Node::received(const Endpoint& from, ByteView datagram) {
  auto upf = find(from);
  if (!upf) {
    strangers_.add();
    log_warning(Layer::pfcp, "{}: dropped {} octets of PFCP from an address that is no configured UPF's", from.text(), datagram.size());
    return;
  }
  auto messages = pfcp::split(datagram);
  if (!messages) {
    malformed_.add();
    log_warning(Layer::pfcp, "UPF {}: {}", from.text(), messages.error().describe());
    // An answer is still possible when the header is there.
    if (auto packet = pfcp::decode(datagram); !packet) undecodable(*upf, from, packet.error());
    return;
  }
  for (auto message : *messages) received_one(*upf, from, message);
}

void N4Node::received_one(size_t upf, const Endpoint& from, ByteView bytes) {
  auto packet = pfcp::decode(bytes);
  if (!packet) {
    malformed_.add();
    log_warning(Layer::pfcp, "UPF {}: {}: {}", from.text(), pfcp::message_name(packet.error().type), packet.error().describe());
    return undecodable(upf, from, packet.error());
  }
  if (pfcp::is_request(pfcp::type_of(packet->body))) return request_received(upf, from, *packet);
  response(upf, *packet);
}

// The answer that clause 7.6 demands to a request that cannot be read.
static std::optional<pfcp::Body> refusal(uint8_t type, pfcp::Cause cause, uint16_t offending_ie, const pfcp::NodeId& own, uint32_t recovery) {
  switch (type) {
    case pfcp::AssociationSetupRequest::type:
      return pfcp::AssociationSetupResponse{.node_id = own, .cause = cause, .recovery_time_stamp = recovery};
    case pfcp::AssociationUpdateRequest::type: return pfcp::AssociationUpdateResponse{.node_id = own, .cause = cause};
    case pfcp::AssociationReleaseRequest::type: return pfcp::AssociationReleaseResponse{.node_id = own, .cause = cause};
    case pfcp::NodeReportRequest::type: return pfcp::NodeReportResponse{.node_id = own, .cause = cause, .offending_ie = offending_ie};
    case pfcp::SessionSetDeletionRequest::type:
      return pfcp::SessionSetDeletionResponse{.node_id = own, .cause = cause, .offending_ie = offending_ie};
    case pfcp::SessionReportRequest::type: return pfcp::SessionReportResponse{.cause = cause, .offending_ie = offending_ie};
    default: return std::nullopt;
  }
}

void N4Node::undecodable(size_t upf, const Endpoint& from, const pfcp::DecodeError& error) {
  // The header of another version cannot be read: its sequence number is not known (7.7.2).
  bool other_version = error.version != 1;
  if (!error.header && !other_version) return;
  pfcp::Header header{.sequence = error.header ? error.header->sequence : 0};
  std::optional<pfcp::Body> body;
  if (other_version) {
    body = pfcp::VersionNotSupportedResponse{};
  } else if (pfcp::is_request(error.type)) {
    body = refusal(error.type, error.cause, error.offending_ie, own_id_, recovery_);
    if (pfcp::is_session_type(error.type)) header.seid = 0;
  } else if (auto it = transactions_.find(error.header->sequence);
             it != transactions_.end() && it->second->upf == upf && it->second->expected == error.type) {
    return finish(error.header->sequence, {nullptr, "unusable answer: " + error.describe()});
  }
  if (!body) return;
  if (auto bytes = pfcp::encode({.header = header, .body = std::move(*body)})) hooks_.send(from, std::move(*bytes));
}

void N4Node::response(size_t upf, const pfcp::Packet& packet) {
  uint8_t type = pfcp::type_of(packet.body);
  auto it = transactions_.find(packet.header.sequence);
  bool refused_version = type == pfcp::VersionNotSupportedResponse::type;
  if (it == transactions_.end() || it->second->upf != upf || (it->second->expected != type && !refused_version)) {
    unexpected_.add();
    log_warning(Layer::pfcp, "UPF {}: {} with sequence number {} answers no request", endpoint(upf).text(), pfcp::message_name(type),
                packet.header.sequence);
    return;
  }
  if (refused_version) return finish(packet.header.sequence, {nullptr, "PFCP version 1 not supported"});
  finish(packet.header.sequence, {&packet, {}});
}

void N4Node::request_received(size_t upf, const Endpoint& from, const pfcp::Packet& packet) {
  auto& u = *upfs_[upf];
  uint8_t type = pfcp::type_of(packet.body);
  // A retransmission gets the same answer and changes nothing (29.244 6.4).
  for (auto& old : u.answered) {
    if (old.sequence == packet.header.sequence && old.type == type && old.from == from) return hooks_.send(from, old.bytes);
  }
  auto bytes = pfcp::encode(answer(upf, packet));
  if (!bytes) return;
  if (type != pfcp::HeartbeatRequest::type) {
    u.answered.push_back({from, packet.header.sequence, type, *bytes});
    if (u.answered.size() > limit::n4_answers_kept) u.answered.pop_front();
  }
  hooks_.send(from, std::move(*bytes));
}

pfcp::Packet N4Node::answer(size_t upf, const pfcp::Packet& request) {
  pfcp::Packet out{.header = {.sequence = request.header.sequence}, .body = {}};
  auto& u = *upfs_[upf];
  uint8_t type = pfcp::type_of(request.body);
  if (auto* heartbeat = std::get_if<pfcp::HeartbeatRequest>(&request.body)) {
    out.body = pfcp::HeartbeatResponse{.recovery_time_stamp = recovery_};
    if (u.associated) check_recovery(upf, heartbeat->recovery_time_stamp);
  } else if (auto* setup = std::get_if<pfcp::AssociationSetupRequest>(&request.body)) {
    out.body = answer_setup(upf, *setup);
  } else if (auto* update = std::get_if<pfcp::AssociationUpdateRequest>(&request.body)) {
    out.body = answer_update(upf, *update);
  } else if (auto* release = std::get_if<pfcp::AssociationReleaseRequest>(&request.body)) {
    out.body = answer_release(upf, *release);
  } else if (auto* report = std::get_if<pfcp::NodeReportRequest>(&request.body)) {
    bool known = u.associated && is_peer(upf, report->node_id);
    out.body = pfcp::NodeReportResponse{.node_id = own_id_, .cause = known ? pfcp::Cause::accepted : pfcp::Cause::no_association};
    if (known) hooks_.node_report(upf, *report);
  } else if (auto* session = std::get_if<pfcp::SessionReportRequest>(&request.body)) {
    if (u.associated) {
      auto [response, seid] = hooks_.report(upf, request.header.seid.value_or(0), *session);
      out.body = std::move(response);
      out.header.seid = seid;
    } else {
      out.body = pfcp::SessionReportResponse{.cause = pfcp::Cause::no_association};
      out.header.seid = 0;
    }
  } else {
    log_warning(Layer::pfcp, "UPF {}: {} is not for an SMF", endpoint(upf).text(), pfcp::message_name(type));
    out.body = refusal(type, pfcp::Cause::service_not_supported, 0, own_id_, recovery_)
                   .value_or(pfcp::SessionReportResponse{.cause = pfcp::Cause::service_not_supported});
    if (type == pfcp::SessionEstablishmentRequest::type)
      out.body = pfcp::SessionEstablishmentResponse{.node_id = own_id_, .cause = pfcp::Cause::service_not_supported};
    else if (type == pfcp::SessionModificationRequest::type)
      out.body = pfcp::SessionModificationResponse{.cause = pfcp::Cause::service_not_supported};
    else if (type == pfcp::SessionDeletionRequest::type)
      out.body = pfcp::SessionDeletionResponse{.cause = pfcp::Cause::service_not_supported};
    else if (type == pfcp::PfdManagementRequest::type)
      out.body = pfcp::PfdManagementResponse{.cause = pfcp::Cause::service_not_supported};
    else if (type == pfcp::SessionSetModificationRequest::type)
      out.body = pfcp::SessionSetModificationResponse{.cause = pfcp::Cause::service_not_supported};
    if (pfcp::is_session_type(pfcp::type_of(out.body))) out.header.seid = 0;
  }
  return out;
}

// ---- association

bool N4Node::is_peer(size_t upf, const pfcp::NodeId& id) const { return upfs_[upf]->id == id; }

bool N4Node::taken_by_other(size_t upf, const pfcp::NodeId& id) const {
  for (size_t i = 0; i < upfs_.size(); ++i) {
    if (i != upf && upfs_[i]->associated && upfs_[i]->id == id) {
      log_error(Layer::pfcp, "UPF {} calls itself {}, which is the node ID of the associated UPF {}", endpoint(upf).text(), text(id),
                endpoint(i).text());
      return true;
    }
  }
  return false;
}

pfcp::Body N4Node::answer_setup(size_t upf, const pfcp::AssociationSetupRequest& request) {
  pfcp::AssociationSetupResponse out{.node_id = own_id_, .cause = pfcp::Cause::accepted, .recovery_time_stamp = recovery_};
  if (taken_by_other(upf, request.node_id)) {
    out.cause = pfcp::Cause::rejected;
    return out;
  }
  established(upf, request.node_id, request.recovery_time_stamp, request.up_function_features, request.user_plane_ip_resource_information);
  return out;
}

pfcp::Body N4Node::answer_update(size_t upf, const pfcp::AssociationUpdateRequest& request) {
  auto& u = *upfs_[upf];
  pfcp::AssociationUpdateResponse out{.node_id = own_id_, .cause = pfcp::Cause::accepted};
  if (!u.associated || !is_peer(upf, request.node_id)) {
    out.cause = pfcp::Cause::no_association;
    return out;
  }
  if (request.up_function_features) u.features = *request.up_function_features;
  if (!request.user_plane_ip_resource_information.empty()) u.resources = request.user_plane_ip_resource_information;
  if (request.pfcp_association_release_request && request.pfcp_association_release_request->sarr) {
    log_warning(Layer::pfcp, "UPF {} asks for the release of its association", endpoint(upf).text());
    // The CP function sends the release after its sessions are gone (29.244 6.2.8).
    later([this, upf] {
      if (!upfs_[upf]->associated) return;
      disassociate(upf, true);
      request_release(upf);
    });
  }
  return out;
}

void N4Node::request_release(size_t upf) {
  request(upf, std::nullopt, pfcp::AssociationReleaseRequest{.node_id = own_id_}, [](const N4Answer&) {});
}

pfcp::Body N4Node::answer_release(size_t upf, const pfcp::AssociationReleaseRequest& request) {
  pfcp::AssociationReleaseResponse out{.node_id = own_id_, .cause = pfcp::Cause::accepted};
  if (!upfs_[upf]->associated || !is_peer(upf, request.node_id)) {
    out.cause = pfcp::Cause::no_association;
    return out;
  }
  log_warning(Layer::pfcp, "UPF {} released its association", endpoint(upf).text());
  later([this, upf] { disassociate(upf, true); });
  return out;
}

void N4Node::associate(size_t upf) {
  pfcp::AssociationSetupRequest setup{.node_id = own_id_, .recovery_time_stamp = recovery_};
  request(upf, std::nullopt, std::move(setup), [this, upf](const N4Answer& answer) { setup_answered(upf, answer); });
}

void N4Node::associate_later(size_t upf) {
  upfs_[upf]->retry.start(std::chrono::milliseconds(config_.time.n4_association_ms), [this, upf] {
    if (!upfs_[upf]->associated) associate(upf);
  });
}

void N4Node::setup_answered(size_t upf, const N4Answer& answer) {
  auto* response = answer.get_if<pfcp::AssociationSetupResponse>();
  if (!response || response->cause != pfcp::Cause::accepted) {
    std::string why = response ? fmt::format("cause {}", static_cast<unsigned>(response->cause)) : answer.problem;
    if (!upfs_[upf]->associated) {
      log_warning(Layer::pfcp, "UPF {}: no association: {}", endpoint(upf).text(), why);
      associate_later(upf);
    }
    return;
  }
  if (taken_by_other(upf, response->node_id)) return associate_later(upf);
  established(upf, response->node_id, response->recovery_time_stamp, response->up_function_features,
              response->user_plane_ip_resource_information);
}

void N4Node::established(size_t upf, const pfcp::NodeId& id, uint32_t recovery, const std::optional<pfcp::UpFunctionFeatures>& features,
                         std::vector<pfcp::UserPlaneIpResourceInformation> resources) {
  auto& u = *upfs_[upf];
  // An association set up again, too, means that the UPF holds no sessions (29.244 6.2.6.2.2), unless both sides just asked at once.
  bool restarted = u.ever && u.recovery != recovery;
  bool again = u.associated && !restarted;
  if (!u.associated) peers_.add();
  u.associated = u.ever = true;
  u.id = id;
  u.recovery = recovery;
  u.features = features.value_or(pfcp::UpFunctionFeatures{});
  u.resources = std::move(resources);
  u.retry.stop();
  if (!again) {
    log_info(Layer::pfcp, "UPF {} associated: node ID {}, F-TEIDs chosen by the {}{}", endpoint(upf).text(), text(id),
             u.features.ftup ? "UPF" : "SMF", restarted ? ", restarted" : "");
    later([this, upf, restarted] { hooks_.associated(upf, restarted); });
  }
  schedule_heartbeat(upf);
}

void N4Node::disassociate(size_t upf, bool released) {
  auto& u = *upfs_[upf];
  if (!u.associated) return;
  u.associated = false;
  u.heartbeat.stop();
  peers_.add(-1);
  hooks_.lost(upf, released);
  associate_later(upf);
}

// ---- heartbeats

void N4Node::schedule_heartbeat(size_t upf) {
  upfs_[upf]->heartbeat.start(std::chrono::milliseconds(config_.time.n4_heartbeat_ms), [this, upf] { send_heartbeat(upf); });
}

void N4Node::send_heartbeat(size_t upf) {
  request(upf, std::nullopt, pfcp::HeartbeatRequest{.recovery_time_stamp = recovery_}, [this, upf](const N4Answer& answer) {
    if (!upfs_[upf]->associated) return;
    auto* response = answer.get_if<pfcp::HeartbeatResponse>();
    if (!response) {
      log_error(Layer::pfcp, "UPF {} is lost: heartbeat: {}", endpoint(upf).text(), answer.problem);
      return disassociate(upf, false);
    }
    check_recovery(upf, response->recovery_time_stamp);
    if (upfs_[upf]->associated) schedule_heartbeat(upf);
  });
}

void N4Node::check_recovery(size_t upf, uint32_t recovery) {
  auto& u = *upfs_[upf];
  if (recovery == u.recovery) return;
  log_warning(Layer::pfcp, "UPF {} restarted: recovery time stamp {} instead of {}", endpoint(upf).text(), recovery, u.recovery);
  // u.recovery stays: the association that follows tells the restart.
  disassociate(upf, false);
  u.retry.start(Duration::zero(), [this, upf] {
    if (!upfs_[upf]->associated) associate(upf);
  });
}

}  // namespace sen::smf::detail
