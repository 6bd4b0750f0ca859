#include "tests/unit/smf_world.h"

#include <gtest/gtest.h>

#include "base/log.h"

namespace sen::smf::test {

Bytes octets(Result<Bytes> bytes) {
  EXPECT_TRUE(bytes) << (bytes ? "" : bytes.error().describe());
  return bytes ? *bytes : Bytes();
}

nas::PduSessionEstablishmentRequest establishment_request(nas::PduSessionKind kind, uint8_t psi) {
  nas::PduSessionEstablishmentRequest r;
  r.pdu_session_id = psi;
  r.pti = 5;
  r.type = nas::PduSessionType{kind};
  return r;
}

ngap::UpTransportLayerInformation tunnel(uint32_t teid) {
  ngap::UpTransportLayerInformation out;
  auto& gtp = out.set_gtp_tunnel();
  gtp.transport_layer_address = per::BitString(Bytes{10, 100, 0, 2}, 32);
  for (size_t i = 0; i < 4; ++i) gtp.gtp_teid[i] = static_cast<uint8_t>(teid >> (24 - 8 * i));
  return out;
}

Bytes setup_response(Qfi qfi, uint32_t teid) {
  ngap::PduSessionResourceSetupResponseTransfer t;
  t.dl_qos_flow_per_tnl_information.up_transport_layer_information = tunnel(teid);
  t.dl_qos_flow_per_tnl_information.associated_qos_flow_list.emplace_back().qos_flow_identifier = qfi;
  return octets(ngap::encode_value(t));
}

nas::Message sm(ByteView bytes) {
  auto message = nas::decode(bytes);
  EXPECT_TRUE(message) << (message ? "" : message.error().describe());
  return message ? *message : nas::Message();
}

unsigned cause_of(const sbi::ProblemDetails& problem) {
  if (problem.n1_sm_msg.empty()) return 0;
  auto message = sm(problem.n1_sm_msg);
  if (auto* m = message.get_if<nas::PduSessionEstablishmentReject>()) return static_cast<unsigned>(m->cause);
  if (auto* m = message.get_if<nas::PduSessionModificationReject>()) return static_cast<unsigned>(m->cause);
  if (auto* m = message.get_if<nas::SmStatus>()) return static_cast<unsigned>(m->cause);
  return 0;
}

World::World(SmfConfig c, bool associate)
    : config(std::move(c)), upf_address(config.upfs.front().endpoint), upf_silent(!associate) {
  Log::instance().set_all_levels(Level::none);
  subscription.dnn = "internet";
  subscription.pdu_session_types = {sbi::PduSessionType::ipv4, {sbi::PduSessionType::ipv4, sbi::PduSessionType::ipv6, sbi::PduSessionType::ipv4v6}};
  subscription.session_ambr = {{1'000'000'000}, {2'000'000'000}};
  bus.serve<sbi::NudmSdmGetSmData>([this](const sbi::SmDataRequest& r, sbi::Responder<sbi::SmSubscriptionData> reply) {
    if (udm_problem) return reply(std::unexpected(*udm_problem));
    reply(sbi::SmSubscriptionData{{{*r.single_nssai, {subscription}}}});
  });
  bus.serve<sbi::NudmSdmSubscribe>([this](const sbi::SdmSubscription& r, sbi::Responder<sbi::SdmSubscription> reply) {
    watchers.push_back(r);
    watchers.back().subscription_id = std::to_string(watchers.size());
    reply(watchers.back());
  });
  bus.serve<sbi::NudmSdmUnsubscribe>([this](const sbi::SdmUnsubscribeRequest& r, sbi::Responder<sbi::NoContent> reply) {
    std::erase_if(watchers, [&](auto& watcher) { return watcher.subscription_id == r.subscription_id; });
    reply(sbi::NoContent{});
  });
  bus.serve<sbi::NudmUecmRegisterSmf>([this](const auto&, sbi::Responder<sbi::NoContent> reply) { ++registered, reply(sbi::NoContent{}); });
  bus.serve<sbi::NudmUecmDeregisterSmf>([this](const auto&, sbi::Responder<sbi::NoContent> reply) { --registered, reply(sbi::NoContent{}); });
  bus.serve<sbi::NamfN1N2MessageTransfer>([this](const sbi::N1N2MessageTransferReqData& r, sbi::Responder<sbi::N1N2MessageTransferRspData> reply) {
    transfers.push_back(r);
    if (transfer_problem) return reply(std::unexpected(*transfer_problem));
    reply(sbi::N1N2MessageTransferRspData{transfer_cause, ""});
  });
  bus.serve<sbi::NsmfSmContextStatusNotify>([this](const sbi::SmContextStatusNotification& n, sbi::Responder<sbi::NoContent> reply) {
    notifications.push_back(n);
    reply(sbi::NoContent{});
  });
  SmfPorts ports{.send_n4 = [this](const Endpoint&, Bytes b) { upf_receives(b); }, .send_n4u = [this](const Endpoint&, Bytes b) { n4u.push_back(b); }};
  smf = std::make_unique<Smf>(config, executor, bus, counters, ports);
  smf->start();
  if (associate) run();
}

pfcp::Body World::upf_answer(const pfcp::Packet& request) {
  auto own = pfcp::NodeId::of(pfcp::Ipv4{127, 0, 0, 7});
  if (std::holds_alternative<pfcp::HeartbeatRequest>(request.body)) return pfcp::HeartbeatResponse{.recovery_time_stamp = upf_recovery};
  if (std::holds_alternative<pfcp::AssociationSetupRequest>(request.body)) {
    pfcp::AssociationSetupResponse r{.node_id = own, .recovery_time_stamp = upf_recovery};
    r.up_function_features = pfcp::UpFunctionFeatures{.ftup = upf_chooses};
    if (!upf_chooses) r.user_plane_ip_resource_information.push_back({.teid_range_bits = 2, .teid_range = 3, .ipv4 = pfcp::Ipv4{10, 100, 0, 7}});
    return r;
  }
  if (std::holds_alternative<pfcp::AssociationReleaseRequest>(request.body)) return pfcp::AssociationReleaseResponse{.node_id = own};
  if (auto* e = std::get_if<pfcp::SessionEstablishmentRequest>(&request.body)) {
    pfcp::SessionEstablishmentResponse r{.node_id = own, .cause = upf_cause};
    if (upf_cause != pfcp::Cause::accepted) return r;
    r.up_f_seid = pfcp::FSeid{.seid = next_up_seid++, .ipv4 = pfcp::Ipv4{127, 0, 0, 7}};
    for (auto& pdr : e->create_pdrs) {
      if (!pdr.pdi.f_teid || !pdr.pdi.f_teid->choose) continue;
      auto& created = r.created_pdrs.emplace_back();
      created.pdr_id = pdr.pdr_id;
      created.f_teids.push_back({.teid = pdr.pdi.f_teid->choose_id ? 0xeb37u : 0xeb38u, .ipv4 = pfcp::Ipv4{10, 100, 0, 7}});
    }
    return r;
  }
  if (std::holds_alternative<pfcp::SessionModificationRequest>(request.body)) return pfcp::SessionModificationResponse{.cause = upf_cause};
  return pfcp::SessionDeletionResponse{.cause = upf_cause};
}

void World::upf_receives(ByteView bytes) {
  if (upf_deaf) return;
  auto packet = pfcp::decode(bytes);
  ASSERT_TRUE(packet) << packet.error().describe();
  if (!pfcp::is_request(pfcp::type_of(packet->body))) {
    responses.push_back(std::move(*packet));
    if (other_upf) other_upf(bytes);
    return;
  }
  requests.push_back(*packet);
  if (other_upf) return other_upf(bytes);
  if (upf_silent) return;
  pfcp::Packet answer{.header = {.sequence = packet->header.sequence}, .body = upf_answer(*packet)};
  if (pfcp::is_session_type(pfcp::type_of(answer.body))) answer.header.seid = 1;
  if (alter) alter(answer);
  executor.post([this, out = octets(pfcp::encode(answer))] { smf->n4_received(upf_address, out); });
}

pfcp::Packet World::upf_sends(pfcp::Body body, std::optional<uint64_t> seid_in_header) {
  responses.clear();
  upf_sends_bytes(octets(pfcp::encode({.header = {.seid = seid_in_header, .sequence = next_sequence++}, .body = std::move(body)})));
  EXPECT_EQ(responses.size(), 1u);
  return responses.empty() ? pfcp::Packet() : responses.front();
}

void World::upf_sends_bytes(Bytes bytes) {
  smf->n4_received(upf_address, bytes);
  run();
}

sbi::Reply<sbi::SmContextCreatedData> World::create(nas::PduSessionEstablishmentRequest request, uint8_t psi) {
  return create_bytes(octets(nas::encode(request)), psi);
}

sbi::Reply<sbi::SmContextCreatedData> World::create_bytes(Bytes n1, uint8_t psi) {
  sbi::SmContextCreateData data;
  data.supi = supi;
  data.pdu_session_id = psi;
  data.dnn = dnn;
  data.s_nssai = {.sst = 1};
  data.serving_network = Plmn(999, 70, 2);
  data.request_type = request_type;
  data.sm_context_status_uri = "http://amf/callback";
  data.n1_sm_msg = std::move(n1);
  std::optional<sbi::Reply<sbi::SmContextCreatedData>> out;
  bus.call<sbi::NsmfCreateSmContext>(data, [&](sbi::Reply<sbi::SmContextCreatedData> reply) { out = std::move(reply); });
  executor.run_while_waiting([&] { return out.has_value(); }, std::chrono::seconds(10));
  run();
  if (!out) return sbi::problem(599, "", "no answer");
  if (*out) ref = (*out)->sm_context_ref;
  return *out;
}

sbi::Reply<sbi::SmContextUpdatedData> World::update(sbi::SmContextUpdateData data) {
  if (data.sm_context_ref.empty()) data.sm_context_ref = ref;
  std::optional<sbi::Reply<sbi::SmContextUpdatedData>> out;
  bus.call<sbi::NsmfUpdateSmContext>(data, [&](sbi::Reply<sbi::SmContextUpdatedData> reply) { out = std::move(reply); });
  executor.run_while_waiting([&] { return out.has_value(); }, std::chrono::seconds(10));
  run();
  return out ? *out : sbi::problem(599, "", "no answer");
}

void World::subscription_changed() {
  for (auto& watcher : watchers) {
    sbi::SdmChangeNotification told{watcher.callback_reference, watcher.supi, {"sm-data"}};
    bus.call<sbi::NudmSdmNotification>(told, [](sbi::Reply<sbi::NoContent>) {}, {.target = std::string(sbi::authority_of(watcher.callback_reference))});
  }
  run();
}

sbi::Reply<sbi::SmContextUpdatedData> World::update_n1(nas::Message message) {
  sbi::SmContextUpdateData data;
  data.n1_sm_msg = octets(nas::encode(message));
  return update(data);
}

sbi::Reply<sbi::SmContextUpdatedData> World::update_n2(sbi::N2SmInfoType type, Bytes n2) {
  sbi::SmContextUpdateData data;
  data.n2_sm_info = std::move(n2);
  data.n2_sm_info_type = type;
  return update(data);
}

void World::establish(nas::PduSessionKind kind, uint8_t psi) {
  auto created = create(establishment_request(kind, psi), psi);
  ASSERT_TRUE(created) << created.error().detail;
  auto updated = update_n2(sbi::N2SmInfoType::pdu_res_setup_rsp, setup_response());
  ASSERT_TRUE(updated) << updated.error().detail;
  ASSERT_EQ(updated->up_cnx_state, sbi::UpCnxState::activated);
}

}  // namespace sen::smf::test
