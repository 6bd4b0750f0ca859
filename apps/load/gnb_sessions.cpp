// PDU session resources of the emulated gNB (TS 38.413 8.2, 9.3.4) and their GTP-U tunnels.
#include "apps/load/gnb.h"
#include "codec/gtpu/message.h"
#include "codec/ngap/convert.h"

namespace sen::load {
namespace {

using ngap::CauseRadioNetwork;

uint32_t number(const Octets<4>& teid) {
  return static_cast<uint32_t>(teid[0]) << 24 | static_cast<uint32_t>(teid[1]) << 16 | static_cast<uint32_t>(teid[2]) << 8 | teid[3];
}

Octets<4> octets(uint32_t teid) {
  return {static_cast<uint8_t>(teid >> 24), static_cast<uint8_t>(teid >> 16), static_cast<uint8_t>(teid >> 8), static_cast<uint8_t>(teid)};
}

// TS 38.414 5.1: 32 bits IPv4, 128 bits IPv6, or both (IPv4 first); `prefer` says which family our own socket has.
std::optional<IpAddress> address_of(const per::BitString& bits, bool prefer_v4) {
  Bytes bytes = bits.bytes();
  Octets<4> v4;
  Octets<16> v6;
  bool has_v4 = bits.size() == 32 || bits.size() == 160, has_v6 = bits.size() == 128 || bits.size() == 160;
  if (has_v4) std::copy_n(bytes.begin(), 4, v4.begin());
  if (has_v6) std::copy_n(bytes.end() - 16, 16, v6.begin());
  if (has_v4 && (prefer_v4 || !has_v6)) return IpAddress(v4);
  if (has_v6) return IpAddress(v6);
  return std::nullopt;
}

struct Peer {
  Endpoint endpoint;
  uint32_t teid = 0;
};
std::optional<Peer> peer_of(const ngap::UpTransportLayerInformation& information, bool prefer_v4) {
  const auto* tunnel = information.gtp_tunnel();
  if (!tunnel) return std::nullopt;
  auto address = address_of(tunnel->transport_layer_address, prefer_v4);
  if (!address) return std::nullopt;
  return Peer{{*address, gtpu::udp_port}, number(tunnel->gtp_teid)};
}

void set_tunnel(ngap::UpTransportLayerInformation& information, const IpAddress& address, uint32_t teid) {
  auto& tunnel = information.set_gtp_tunnel();
  tunnel.transport_layer_address = per::BitString(address.octets(), address.octets().size() * 8);
  tunnel.gtp_teid = octets(teid);
}

}  // namespace

Gnb::Tunnel* Gnb::tunnel_of(Context& context, PduSessionId session) {
  for (auto& tunnel : context.tunnels) {
    if (tunnel.session == session) return &tunnel;
  }
  return nullptr;
}

uint32_t Gnb::allocate_teid(uint32_t ran_id, PduSessionId session) {
  if (free_teids_.empty()) {
    teids_.emplace_back();
    free_teids_.push_back(static_cast<uint32_t>(teids_.size()));
  }
  uint32_t teid = free_teids_.front();
  free_teids_.pop_front();
  teids_[teid - 1] = {ran_id, session};
  return teid;
}

std::optional<CauseRadioNetwork> Gnb::refuse_session(const Context& context, PduSessionId session,
                                                     const ngap::PduSessionResourceSetupRequestTransfer& transfer) const {
  for (const auto& tunnel : context.tunnels) {
    if (tunnel.session == session) return CauseRadioNetwork::multiple_pdu_session_id_instances;
  }
  if (context.tunnels.size() >= GnbLimits::sessions_per_ue || teids_.size() - free_teids_.size() >= GnbLimits::tunnels) {
    return CauseRadioNetwork::radio_resources_not_available;
  }
  if (transfer.qos_flow_setup_request_list.empty()) return CauseRadioNetwork::invalid_qos_combination;
  if (!peer_of(transfer.ul_ngu_up_tnl_information, config_.n3.address.is_v4())) return CauseRadioNetwork::unspecified;
  return std::nullopt;
}

ngap::PduSessionResourceSetupResponseTransfer Gnb::add_tunnel(Context& context, PduSessionId session,
                                                              const ngap::PduSessionResourceSetupRequestTransfer& transfer) {
  Tunnel tunnel;
  tunnel.session = session;
  tunnel.own_teid = allocate_teid(context.ran_id, session);
  if (auto peer = peer_of(transfer.ul_ngu_up_tnl_information, config_.n3.address.is_v4())) {
    tunnel.upf = peer->endpoint;
    tunnel.teid = peer->teid;
  }
  ngap::PduSessionResourceSetupResponseTransfer response;
  auto& information = response.dl_qos_flow_per_tnl_information;
  set_tunnel(information.up_transport_layer_information, config_.n3.address, tunnel.own_teid);
  for (const auto& flow : transfer.qos_flow_setup_request_list) {
    information.associated_qos_flow_list.emplace_back().qos_flow_identifier = flow.qos_flow_identifier;
    tunnel.flows.push_back(static_cast<Qfi>(flow.qos_flow_identifier));
  }
  tunnel.qfi = tunnel.flows.front();
  context.tunnels.push_back(std::move(tunnel));
  return response;
}

void Gnb::remove_tunnel(Context& context, PduSessionId session) {
  Tunnel* tunnel = tunnel_of(context, session);
  if (!tunnel) return;
  teids_[tunnel->own_teid - 1] = {};
  free_teids_.push_back(tunnel->own_teid);
  std::erase_if(context.tunnels, [session](const Tunnel& t) { return t.session == session; });
  ports_.tunnel(context.ue, session, false);
}

void Gnb::initial_context_setup(const ngap::NgapPdu& pdu) {
  const auto& request = *pdu.get_if<ngap::InitialContextSetupRequest>();
  Context* context = context_of(request.amf_ue_ngap_id, request.ran_ue_ngap_id);
  if (!context) return;
  UeIndex ue = context->ue;
  uint32_t ran_id = context->ran_id;
  ngap::InitialContextSetupResponse response;
  response.amf_ue_ngap_id = context->amf_id;
  response.ran_ue_ngap_id = context->ran_id;
  std::vector<PduSessionId> added;
  if (request.pdu_session_resource_setup_list_cxt_req) {
    for (const auto& item : *request.pdu_session_resource_setup_list_cxt_req) {
      const auto& transfer = item.pdu_session_resource_setup_request_transfer;
      if (auto refusal = refuse_session(*context, item.pdu_session_id, transfer)) {
        auto& list = response.pdu_session_resource_failed_to_setup_list_cxt_res;
        auto& failed = (list ? *list : list.emplace()).emplace_back();
        failed.pdu_session_id = item.pdu_session_id;
        failed.pdu_session_resource_setup_unsuccessful_transfer.cause = ngap::radio_cause(*refusal);
        continue;
      }
      auto& list = response.pdu_session_resource_setup_list_cxt_res;
      auto& done = (list ? *list : list.emplace()).emplace_back();
      done.pdu_session_id = item.pdu_session_id;
      done.pdu_session_resource_setup_response_transfer = add_tunnel(*context, item.pdu_session_id, transfer);
      added.push_back(item.pdu_session_id);
    }
  }
  (void)send(context->stream, response);
  for (PduSessionId session : added) ports_.tunnel(ue, session, true);
  if (request.nas_pdu) deliver(ue, ran_id, *request.nas_pdu);
  if (!request.pdu_session_resource_setup_list_cxt_req) return;
  for (const auto& item : *request.pdu_session_resource_setup_list_cxt_req) {
    bool up = std::find(added.begin(), added.end(), item.pdu_session_id) != added.end();
    if (up && item.nas_pdu) deliver(ue, ran_id, *item.nas_pdu);
  }
}

void Gnb::session_setup(const ngap::NgapPdu& pdu) {
  const auto& request = *pdu.get_if<ngap::PduSessionResourceSetupRequest>();
  Context* context = context_of(request.amf_ue_ngap_id, request.ran_ue_ngap_id);
  if (!context) return;
  UeIndex ue = context->ue;
  uint32_t ran_id = context->ran_id;
  ngap::PduSessionResourceSetupResponse response;
  response.amf_ue_ngap_id = context->amf_id;
  response.ran_ue_ngap_id = context->ran_id;
  std::vector<PduSessionId> added;
  for (const auto& item : request.pdu_session_resource_setup_list_su_req) {
    const auto& transfer = item.pdu_session_resource_setup_request_transfer;
    if (auto refusal = refuse_session(*context, item.pdu_session_id, transfer)) {
      auto& list = response.pdu_session_resource_failed_to_setup_list_su_res;
      auto& failed = (list ? *list : list.emplace()).emplace_back();
      failed.pdu_session_id = item.pdu_session_id;
      failed.pdu_session_resource_setup_unsuccessful_transfer.cause = ngap::radio_cause(*refusal);
      continue;
    }
    auto& list = response.pdu_session_resource_setup_list_su_res;
    auto& done = (list ? *list : list.emplace()).emplace_back();
    done.pdu_session_id = item.pdu_session_id;
    done.pdu_session_resource_setup_response_transfer = add_tunnel(*context, item.pdu_session_id, transfer);
    added.push_back(item.pdu_session_id);
  }
  (void)send(context->stream, response);
  for (PduSessionId session : added) ports_.tunnel(ue, session, true);
  if (request.nas_pdu) deliver(ue, ran_id, *request.nas_pdu);
  for (const auto& item : request.pdu_session_resource_setup_list_su_req) {
    bool up = std::find(added.begin(), added.end(), item.pdu_session_id) != added.end();
    if (up && item.pdu_session_nas_pdu) deliver(ue, ran_id, *item.pdu_session_nas_pdu);
  }
}

std::optional<CauseRadioNetwork> Gnb::modify_tunnel(Tunnel& tunnel, const ngap::PduSessionResourceModifyRequestTransfer& transfer,
                                                    ngap::PduSessionResourceModifyResponseTransfer& answer) {
  if (transfer.ul_ngu_up_tnl_modify_list && !transfer.ul_ngu_up_tnl_modify_list->empty()) {
    auto peer = peer_of(transfer.ul_ngu_up_tnl_modify_list->front().ul_ngu_up_tnl_information, config_.n3.address.is_v4());
    if (!peer) return CauseRadioNetwork::unspecified;
    tunnel.upf = peer->endpoint;
    tunnel.teid = peer->teid;
    set_tunnel(answer.ul_ngu_up_tnl_information.emplace(), peer->endpoint.address, peer->teid);
    set_tunnel(answer.dl_ngu_up_tnl_information.emplace(), config_.n3.address, tunnel.own_teid);
  }
  if (transfer.qos_flow_add_or_modify_request_list) {
    auto& list = answer.qos_flow_add_or_modify_response_list.emplace();
    for (const auto& flow : *transfer.qos_flow_add_or_modify_request_list) {
      auto qfi = static_cast<Qfi>(flow.qos_flow_identifier);
      if (std::find(tunnel.flows.begin(), tunnel.flows.end(), qfi) == tunnel.flows.end()) tunnel.flows.push_back(qfi);
      list.emplace_back().qos_flow_identifier = flow.qos_flow_identifier;
    }
  }
  if (transfer.qos_flow_to_release_list) {
    for (const auto& flow : *transfer.qos_flow_to_release_list) {
      std::erase(tunnel.flows, static_cast<Qfi>(flow.qos_flow_identifier));
    }
    if (!tunnel.flows.empty() && std::find(tunnel.flows.begin(), tunnel.flows.end(), tunnel.qfi) == tunnel.flows.end()) {
      tunnel.qfi = tunnel.flows.front();
    }
  }
  return std::nullopt;
}

void Gnb::session_modify(const ngap::NgapPdu& pdu) {
  const auto& request = *pdu.get_if<ngap::PduSessionResourceModifyRequest>();
  Context* context = context_of(request.amf_ue_ngap_id, request.ran_ue_ngap_id);
  if (!context) return;
  UeIndex ue = context->ue;
  uint32_t ran_id = context->ran_id;
  ngap::PduSessionResourceModifyResponse response;
  response.amf_ue_ngap_id = context->amf_id;
  response.ran_ue_ngap_id = context->ran_id;
  for (const auto& item : request.pdu_session_resource_modify_list_mod_req) {
    Tunnel* tunnel = tunnel_of(*context, item.pdu_session_id);
    ngap::PduSessionResourceModifyResponseTransfer answer;
    auto refusal = tunnel ? modify_tunnel(*tunnel, item.pdu_session_resource_modify_request_transfer, answer)
                          : std::optional(CauseRadioNetwork::unknown_pdu_session_id);
    if (refusal) {
      auto& list = response.pdu_session_resource_failed_to_modify_list_mod_res;
      auto& failed = (list ? *list : list.emplace()).emplace_back();
      failed.pdu_session_id = item.pdu_session_id;
      failed.pdu_session_resource_modify_unsuccessful_transfer.cause = ngap::radio_cause(*refusal);
      continue;
    }
    auto& list = response.pdu_session_resource_modify_list_mod_res;
    auto& done = (list ? *list : list.emplace()).emplace_back();
    done.pdu_session_id = item.pdu_session_id;
    done.pdu_session_resource_modify_response_transfer = std::move(answer);
  }
  (void)send(context->stream, response);
  for (const auto& item : request.pdu_session_resource_modify_list_mod_req) {
    if (item.nas_pdu) deliver(ue, ran_id, *item.nas_pdu);
  }
}

void Gnb::session_release(const ngap::NgapPdu& pdu) {
  const auto& command = *pdu.get_if<ngap::PduSessionResourceReleaseCommand>();
  Context* context = context_of(command.amf_ue_ngap_id, command.ran_ue_ngap_id);
  if (!context) return;
  UeIndex ue = context->ue;
  uint32_t ran_id = context->ran_id;
  ngap::PduSessionResourceReleaseResponse response;
  response.amf_ue_ngap_id = context->amf_id;
  response.ran_ue_ngap_id = context->ran_id;
  uint16_t stream = context->stream;
  for (const auto& item : command.pdu_session_resource_to_release_list_rel_cmd) {
    response.pdu_session_resource_released_list_rel_res.emplace_back().pdu_session_id = item.pdu_session_id;
    remove_tunnel(*context, item.pdu_session_id);
  }
  (void)send(stream, response);
  if (command.nas_pdu) deliver(ue, ran_id, *command.nas_pdu);
}

// ---- user plane ---------------------------------------------------------------------------------------------------------------------

bool Gnb::has_tunnel(UeIndex ue, PduSessionId session) const {
  const Context* context = find(ue);
  return context && tunnel_of(const_cast<Context&>(*context), session);
}

Status Gnb::uplink_packet(UeIndex ue, PduSessionId session, ByteView ip) {
  Context* context = find(ue);
  Tunnel* tunnel = context ? tunnel_of(*context, session) : nullptr;
  if (!tunnel) return fail(Fault::not_found, "gNB", "the UE has no tunnel for PDU session {}", session);
  if (ip.size() > 65000) return fail(Fault::invalid, "gNB", "a packet of {} octets", ip.size());
  Bytes out(gtpu::gpdu_header_octets + ip.size());
  gtpu::write_gpdu_header(std::span<uint8_t, gtpu::gpdu_header_octets>(out.data(), gtpu::gpdu_header_octets), tunnel->teid, ip.size(),
                          gtpu::PduType::ul, tunnel->qfi);
  std::memcpy(out.data() + gtpu::gpdu_header_octets, ip.data(), ip.size());
  up_packets_.add();
  ports_.send_n3(tunnel->upf, std::move(out));
  return {};
}

void Gnb::n3_received(const Endpoint& from, ByteView datagram) {
  auto view = gtpu::parse_gpdu(datagram);
  if (!view) {
    if (view.error() == gtpu::Reject::not_gpdu || view.error() == gtpu::Reject::unknown_extension) return gtpu_signalling(from, datagram);
    return count_drop(gtpu::to_string(view.error()));
  }
  bool known = view->teid != 0 && view->teid <= teids_.size() && teids_[view->teid - 1].ran_id != 0;
  auto context = known ? contexts_.find(teids_[view->teid - 1].ran_id) : contexts_.end();
  if (context == contexts_.end()) {
    count_drop("unknown_teid");
    if (!may_send_error()) return;
    auto error = gtpu::encode(gtpu::error_indication_for(view->teid, config_.n3.address.octets()));
    if (error) ports_.send_n3({from.address, gtpu::udp_port}, std::move(*error));
    return;
  }
  if (!serves(context->second.ue, context->first)) return count_drop("packet_for_lost_connection");
  down_packets_.add();
  ports_.packet(context->second.ue, teids_[view->teid - 1].session, datagram.subspan(view->payload_offset));
}

void Gnb::gtpu_signalling(const Endpoint& from, ByteView datagram) {
  auto message = gtpu::decode(datagram);
  if (!message) return count_drop("gtpu_undecodable");
  auto reply = [&](const gtpu::Message& answer) {
    if (auto bytes = gtpu::encode(answer)) ports_.send_n3(from, std::move(*bytes));
  };
  if (gtpu::refused_extension(*message)) {
    if (may_send_error()) reply(gtpu::supported_extensions());
    return;
  }
  switch (message->type) {
    case gtpu::echo_request: return reply(gtpu::echo_response_to(*message));
    case gtpu::end_marker: return;  // no path is ever switched here
    case gtpu::error_indication: {
      counters_.counter("load_gnb_gtpu_error_indications", "GTP-U error indications received").add();
      // TS 23.527 5.3.3: the UPF does not know our tunnel; the UE's resources are released.
      const auto* teid = gtpu::find<gtpu::TeidDataI>(*message);
      if (!teid) return count_drop("gtpu_error_without_teid");
      for (const auto& [id, context] : contexts_) {
        for (const auto& tunnel : context.tunnels) {
          if (tunnel.teid == teid->teid && tunnel.upf.address == from.address) {
            (void)request_release(context.ue);
            return;
          }
        }
      }
      return;
    }
    default: return;
  }
}

}  // namespace sen::load
