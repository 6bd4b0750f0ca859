// 5GSM: the UE's side of PDU sessions (TS 24.501 clause 6), and the NAS transport that carries it (5.4.5).
#include "ue/nas.h"

namespace sen::ue {
namespace {

using Option = nas::PcoOption;

nas::ExtendedPco requested_configuration(nas::PduSessionKind type) {
  nas::ExtendedPco pco;
  auto ask = [&](uint16_t id) { pco.options.emplace_back().id = id; };
  if (type != nas::PduSessionKind::ipv6) {
    ask(Option::dns_ipv4);
    ask(Option::ipv4_mtu);
  }
  if (type != nas::PduSessionKind::ipv4) ask(Option::dns_ipv6);
  return pco;
}

void read_configuration(Session& session, const nas::ExtendedPco& pco) {
  for (const auto& option : pco.options) {
    if (option.id == Option::dns_ipv4 && option.ipv4 && !session.dns_v4) session.dns_v4 = IpAddress(*option.ipv4);
    if (option.id == Option::dns_ipv6 && option.ipv6 && !session.dns_v6) session.dns_v6 = IpAddress(*option.ipv6);
    if (option.id == Option::ipv4_mtu && option.mtu) session.mtu = *option.mtu;
  }
}

void read_address(Session& session, const nas::PduAddress& address) {
  if (address.kind != nas::PduSessionKind::ipv6) session.ipv4 = address.ipv4;
  if (address.kind != nas::PduSessionKind::ipv4) session.interface_id = address.interface_id;
}

// Applies the network's operations on QoS rules (9.11.4.13). False: one that is in error (6.4.2.3).
bool apply_rules(Session& session, const std::vector<nas::QosRule>& rules) {
  using enum nas::QosRule::Operation;
  for (const auto& rule : rules) {
    auto same = [&](const nas::QosRule& r) { return r.id == rule.id; };
    switch (rule.operation) {
      case create:
        if (!rule.flow || rule.flow->qfi == 0) return false;
        if (rule.is_default) {
          session.default_qfi = rule.flow->qfi;
        } else {
          if (session.rules.size() >= limit::qos_rules) return false;
          std::erase_if(session.rules, same);
          session.rules.push_back(rule);
        }
        break;
      case remove:
        if (rule.is_default) return false;
        std::erase_if(session.rules, same);
        break;
      default: {
        auto found = std::find_if(session.rules.begin(), session.rules.end(), same);
        if (found == session.rules.end()) {
          if (rule.is_default && rule.flow) session.default_qfi = rule.flow->qfi;
          break;
        }
        if (rule.flow) found->flow = rule.flow;
        if (rule.operation == replace_filters) found->filters = rule.filters;
        if (rule.operation == add_filters) found->filters.insert(found->filters.end(), rule.filters.begin(), rule.filters.end());
        if (rule.operation == delete_filters) {
          for (const auto& filter : rule.filters) std::erase_if(found->filters, [&](const nas::PacketFilter& f) { return f.id == filter.id; });
        }
        if (found->filters.size() > 16) return false;
      }
    }
  }
  return true;
}

UeEvent sm_event(UeEvent::Kind kind, uint8_t id, nas::SmCause cause) { return {kind, id, 0, static_cast<uint8_t>(cause), ""}; }

}  // namespace

const Session* UeNas::session(uint8_t id) const {
  for (const auto& session : sessions_) {
    if (session->id == id) return session.get();
  }
  return nullptr;
}

Session* UeNas::find_session(uint8_t id) { return const_cast<Session*>(session(id)); }

void UeNas::remove_session(uint8_t id) {
  std::erase_if(sessions_, [id](const auto& session) { return session->id == id; });
}

uint8_t UeNas::next_pti() {
  last_pti_ = last_pti_ >= 254 ? uint8_t{1} : static_cast<uint8_t>(last_pti_ + 1);  // 255 is reserved (TS 24.007 11.2.3.1a)
  return last_pti_;
}

Status UeNas::establish_session(const SessionRequest& request) {
  if (state_ != State::registered || !secured_) return fail(Fault::denied, "PDU session", "the UE has no secured connection");
  if (request.id < 1 || request.id > 15) return fail(Fault::invalid, "PDU session", "identity {} (1 to 15)", request.id);
  if (find_session(request.id)) return fail(Fault::denied, "PDU session", "{} exists already", request.id);
  auto& session = sessions_.emplace_back(std::make_unique<Session>(executor_));
  session->id = request.id;
  session->type = request.type;
  session->dnn = request.dnn;
  session->slice = request.slice;
  session->pti = next_pti();
  nas::PduSessionEstablishmentRequest message;
  message.pdu_session_id = request.id;
  message.pti = session->pti;
  message.type = nas::PduSessionType{request.type};
  message.ssc_mode = nas::SscMode{};
  message.capability = nas::SmCapability{};
  message.pco = requested_configuration(request.type);
  auto sm = nas::encode(message);
  if (!sm) {
    remove_session(request.id);
    return std::unexpected(std::move(sm).error());
  }
  start_session_procedure(*session, Session::State::establishing, std::move(*sm), timer::t3580);
  return {};
}

Status UeNas::modify_session(uint8_t id, nas::PduSessionModificationRequest request) {
  Session* session = find_session(id);
  if (!session || session->state != Session::State::active || !secured_) return fail(Fault::denied, "PDU session", "{} is not active", id);
  request.pdu_session_id = id;
  request.pti = session->pti = next_pti();
  auto sm = nas::encode(request);
  if (!sm) {
    session->pti = 0;
    return std::unexpected(std::move(sm).error());
  }
  start_session_procedure(*session, Session::State::modifying, std::move(*sm), timer::t3581);
  return {};
}

Status UeNas::release_session(uint8_t id) {
  Session* session = find_session(id);
  if (!session || session->state == Session::State::releasing || session->state == Session::State::establishing || !secured_) {
    return fail(Fault::denied, "PDU session", "{} is not active", id);
  }
  nas::PduSessionReleaseRequest request;
  request.pdu_session_id = id;
  request.pti = session->pti = next_pti();
  request.cause = nas::SmCause::regular_deactivation;
  SEN_ASSIGN(Bytes sm, nas::encode(request));
  start_session_procedure(*session, Session::State::releasing, std::move(sm), timer::t3582);
  return {};
}

void UeNas::start_session_procedure(Session& session, Session::State state, Bytes sm, std::chrono::seconds period) {
  session.state = state;
  session.tries = 0;
  session.pending = std::move(sm);
  session.timer.start(period, [this, id = session.id] { session_timeout(id); });
  transport_session_message(session, session.pending);
}

void UeNas::session_timeout(uint8_t id) {
  Session* session = find_session(id);
  if (!session || session->pti == 0) return;
  if (++session->tries > limit::retransmissions) return fail_session(*session, {Event::session_failed, id, 0, 0, "no answer from the network"});
  bool establishing = session->state == Session::State::establishing;
  session->timer.start(establishing ? timer::t3580 : timer::t3582, [this, id] { session_timeout(id); });
  transport_session_message(*session, session->pending);
}

void UeNas::transport_session_message(const Session& session, Bytes sm) {
  nas::UlNasTransport transport;
  transport.payload_type.type = nas::PayloadType::n1_sm_information;
  transport.payload.sm.bytes = std::move(sm);
  transport.pdu_session_id = session.id;
  if (session.state == Session::State::establishing) {
    transport.request_type = nas::RequestType{nas::RequestKind::initial_request};
    if (session.slice) transport.s_nssai = nas::MappedSNssai(*session.slice);
    if (!session.dnn.empty()) transport.dnn = Dnn{session.dnn};
  }
  send(transport);
}

void UeNas::send_session_message(uint8_t id, Bytes sm) {
  nas::UlNasTransport transport;
  transport.payload_type.type = nas::PayloadType::n1_sm_information;
  transport.payload.sm.bytes = std::move(sm);
  transport.pdu_session_id = id;
  send(transport);
}

void UeNas::send_session_status(uint8_t id, uint8_t pti, nas::SmCause cause) {
  nas::SmStatus status;
  status.pdu_session_id = id;
  status.pti = pti;
  status.cause = cause;
  if (auto sm = nas::encode(status)) send_session_message(id, std::move(*sm));
}

// The procedure that runs ends without success: an establishment leaves nothing; a release is completed here; others leave the session.
void UeNas::fail_session(Session& session, UeEvent event) {
  auto state = session.state;
  session.pti = 0;
  session.pending = {};
  session.timer.stop();
  session.state = Session::State::active;
  if (state == Session::State::establishing || state == Session::State::releasing) remove_session(event.session_id);
  emit(event);
}

void UeNas::nas_transport(const nas::DlNasTransport& transport) {
  if (transport.payload_type.type != nas::PayloadType::n1_sm_information) return drop();
  if (transport.cause) return not_forwarded(transport);
  if (transport.payload.sm.message) return session_message(transport.payload.sm.message);
  auto message = nas::decode(transport.payload.sm.bytes);
  if (message) return session_message(*message);
  drop();
  const auto& error = message.error();
  if (error.cause != 0 && error.pdu_session_id) {
    send_session_status(*error.pdu_session_id, error.pti.value_or(0), static_cast<nas::SmCause>(error.cause));
  }
}

// 5.4.5.3.3: the AMF gives our own message back with the reason why it went nowhere.
void UeNas::not_forwarded(const nas::DlNasTransport& transport) {
  uint8_t id = transport.pdu_session_id.value_or(0);
  Session* session = find_session(id);
  if (!session || session->pti == 0) return drop();
  fail_session(*session, {Event::session_failed, id, static_cast<uint8_t>(*transport.cause), 0, ""});
}

void UeNas::session_message(const nas::Message& message) {
  const nas::SmMessage* header = message.session();
  if (!header) return drop();
  uint8_t id = header->pdu_session_id, pti = header->pti;
  using enum nas::MessageType;
  if (message.type() == sm_status) return session_status(*message.get_if<nas::SmStatus>());
  // 7.3.1, 7.3.2: identities first.
  if (pti == 255) {
    drop();
    return send_session_status(id, pti, nas::SmCause::invalid_pti);
  }
  Session* session = find_session(id);
  if (!session) {
    drop();
    return send_session_status(id, pti, nas::SmCause::invalid_pdu_session_identity);
  }
  if (pti != 0 && pti != session->pti) {
    drop();
    return send_session_status(id, pti, nas::SmCause::pti_mismatch);
  }
  switch (message.type()) {
    case pdu_session_establishment_accept: return establishment_accept(*message.get_if<nas::PduSessionEstablishmentAccept>());
    case pdu_session_establishment_reject: return establishment_reject(*message.get_if<nas::PduSessionEstablishmentReject>());
    case pdu_session_modification_command: return modification_command(*message.get_if<nas::PduSessionModificationCommand>());
    case pdu_session_modification_reject: return modification_reject(*message.get_if<nas::PduSessionModificationReject>());
    case pdu_session_release_command: return release_command(*message.get_if<nas::PduSessionReleaseCommand>());
    case pdu_session_release_reject: return release_reject(*message.get_if<nas::PduSessionReleaseReject>());
    default:
      drop();
      send_session_status(id, pti, nas::SmCause::message_type_not_implemented);
  }
}

void UeNas::establishment_accept(const nas::PduSessionEstablishmentAccept& accept) {
  Session& session = *find_session(accept.pdu_session_id);
  if (session.state != Session::State::establishing || accept.pti == 0) {
    drop();
    return send_session_status(session.id, accept.pti, nas::SmCause::message_type_not_compatible_with_state);
  }
  session.timer.stop();
  session.pending = {};
  session.pti = 0;
  session.state = Session::State::active;
  session.type = accept.type.kind;
  session.user_plane = true;
  session.ambr_downlink_bps = accept.ambr.downlink_bps();
  session.ambr_uplink_bps = accept.ambr.uplink_bps();
  if (accept.address) read_address(session, *accept.address);
  if (accept.pco) read_configuration(session, *accept.pco);
  if (accept.dnn) session.dnn = accept.dnn->name;
  if (accept.s_nssai) session.slice = *accept.s_nssai;
  bool sound = apply_rules(session, accept.qos_rules.rules) && session.default_qfi != 0;
  if (!sound) {  // 6.4.1.3: a session whose default rule is in error is released
    (void)release_session(session.id);
    return;
  }
  emit({Event::session_established, session.id});
}

void UeNas::establishment_reject(const nas::PduSessionEstablishmentReject& reject) {
  Session& session = *find_session(reject.pdu_session_id);
  if (session.state != Session::State::establishing) return drop();
  fail_session(session, sm_event(Event::session_failed, session.id, reject.cause));
}

void UeNas::modification_command(const nas::PduSessionModificationCommand& command) {
  Session& session = *find_session(command.pdu_session_id);
  if (session.state == Session::State::establishing || session.state == Session::State::releasing) {  // the release prevails (6.3.2.5)
    return drop();
  }
  auto rules = session.rules;
  Qfi default_qfi = session.default_qfi;
  if (command.qos_rules && !apply_rules(session, command.qos_rules->rules)) {
    session.rules = std::move(rules);
    session.default_qfi = default_qfi;
    nas::PduSessionModificationCommandReject reject;
    reject.pdu_session_id = session.id;
    reject.pti = command.pti;
    reject.cause = nas::SmCause::semantic_error_in_qos_operation;
    if (auto sm = nas::encode(reject)) send_session_message(session.id, std::move(*sm));
    return;
  }
  if (command.ambr) {
    session.ambr_downlink_bps = command.ambr->downlink_bps();
    session.ambr_uplink_bps = command.ambr->uplink_bps();
  }
  if (command.pco) read_configuration(session, *command.pco);
  if (session.state == Session::State::modifying && command.pti == session.pti) {
    session.timer.stop();
    session.pending = {};
    session.pti = 0;
    session.state = Session::State::active;
  }
  nas::PduSessionModificationComplete complete;
  complete.pdu_session_id = session.id;
  complete.pti = command.pti;
  if (auto sm = nas::encode(complete)) send_session_message(session.id, std::move(*sm));
  emit({Event::session_modified, session.id});
}

void UeNas::modification_reject(const nas::PduSessionModificationReject& reject) {
  Session& session = *find_session(reject.pdu_session_id);
  if (session.state != Session::State::modifying) return drop();
  fail_session(session, sm_event(Event::session_failed, session.id, reject.cause));
}

void UeNas::release_command(const nas::PduSessionReleaseCommand& command) {
  uint8_t id = command.pdu_session_id;
  nas::PduSessionReleaseComplete complete;
  complete.pdu_session_id = id;
  complete.pti = command.pti;
  if (auto sm = nas::encode(complete)) send_session_message(id, std::move(*sm));
  remove_session(id);
  emit(sm_event(Event::session_released, id, command.cause));
}

void UeNas::release_reject(const nas::PduSessionReleaseReject& reject) {
  Session& session = *find_session(reject.pdu_session_id);
  if (session.state != Session::State::releasing) return drop();
  session.state = Session::State::modifying;  // ends as a failure that leaves the session, unless the network has none (6.4.3.4)
  if (reject.cause == nas::SmCause::pdu_session_does_not_exist) session.state = Session::State::releasing;
  fail_session(session, sm_event(Event::session_failed, session.id, reject.cause));
}

// 6.5.3: the network could not use what we sent.
void UeNas::session_status(const nas::SmStatus& status) {
  Session* session = find_session(status.pdu_session_id);
  if (!session) return drop();
  if (status.cause == nas::SmCause::invalid_pdu_session_identity) {
    remove_session(status.pdu_session_id);
    return emit(sm_event(Event::session_released, status.pdu_session_id, status.cause));
  }
  if (session->pti != 0 && session->pti == status.pti) fail_session(*session, sm_event(Event::session_failed, session->id, status.cause));
}

}  // namespace sen::ue
