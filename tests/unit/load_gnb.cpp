// The emulated gNB against scripted AMF and UPF messages (TS 38.413, TS 29.281).
#include <gtest/gtest.h>

#include <deque>

#include "apps/load/gnb.h"
#include "codec/gtpu/message.h"

namespace sen::load {
namespace {

using std::chrono::seconds;

struct Rig {
  Rig() {
    GnbConfig config;
    config.plmn = plmn;
    config.gnb_id = 5;
    config.tac = 7;
    config.n3 = {IpAddress(Octets<4>{127, 0, 0, 11}), 2152};
    GnbPorts ports;
    ports.send_n2 = [this](uint16_t on, Bytes ngap) {
      streams.push_back(on);
      sent.push_back(std::move(ngap));
      return Status{};
    };
    ports.send_n3 = [this](const Endpoint& to, Bytes gtpu) { n3.push_back({to, std::move(gtpu)}); };
    ports.state = [this](bool up, const std::string& why) {
      ready = up;
      reason = why;
    };
    ports.to_ue = [this](UeIndex ue, ByteView nas) { to_ue.push_back({ue, Bytes(nas.begin(), nas.end())}); };
    ports.released = [this](UeIndex ue) { released.push_back(ue); };
    ports.paged = [this](UeIndex ue) { paged.push_back(ue); };
    ports.tunnel = [this](UeIndex, PduSessionId session, bool up) { tunnels.push_back({session, up}); };
    ports.packet = [this](UeIndex ue, PduSessionId, ByteView ip) { packets.push_back({ue, Bytes(ip.begin(), ip.end())}); };
    gnb.emplace(config, executor, counters, std::move(ports));
  }

  static inline const Plmn plmn{999, 70, 2};
  static inline const Endpoint upf{IpAddress(Octets<4>{127, 0, 0, 7}), 2152};
  ManualExecutor executor;
  Counters counters;
  std::optional<Gnb> gnb;
  std::deque<Bytes> sent;
  std::deque<uint16_t> streams;
  std::deque<std::pair<Endpoint, Bytes>> n3;
  std::vector<std::pair<UeIndex, Bytes>> to_ue;
  std::vector<UeIndex> released, paged;
  std::vector<std::pair<PduSessionId, bool>> tunnels;
  std::vector<std::pair<UeIndex, Bytes>> packets;
  bool ready = false;
  std::string reason;
  uint16_t stream = 0;

  template <class M>
  std::optional<M> next() {
    if (sent.empty()) return std::nullopt;
    auto pdu = ngap::decode(sent.front());
    sent.pop_front();
    stream = streams.front();
    streams.pop_front();
    if (!pdu) return std::nullopt;
    auto* message = pdu->template get_if<M>();
    return message ? std::optional(*message) : std::nullopt;
  }
  template <class M>
  void receive(const M& message) {
    auto bytes = ngap::encode(message);
    ASSERT_TRUE(bytes) << bytes.error().describe();
    gnb->n2_received(0, *bytes);
  }
  ngap::NgSetupResponse setup_response() {
    ngap::NgSetupResponse response;
    response.amf_name = "amf-1";
    auto& guami = response.served_guami_list.emplace_back().guami;
    guami.plmn_identity = plmn.octets;
    auto& support = response.plmn_support_list.emplace_back();
    support.plmn_identity = plmn.octets;
    support.slice_support_list.emplace_back().s_nssai.sst = {1};
    return response;
  }
  void setup() {
    gnb->n2_up();
    next<ngap::NgSetupRequest>();
    receive(setup_response());
  }
  // UE `ue` connected; returns its RAN-UE-NGAP-ID. The AMF's identity is 100 + ue.
  uint32_t connect(UeIndex ue) {
    EXPECT_TRUE(gnb->initial_nas(ue, {0x7e, 0, 0x41}, ngap::RrcEstablishmentCause::mo_signalling, {}));
    auto message = next<ngap::InitialUeMessage>();
    ngap::DownlinkNasTransport down;
    down.amf_ue_ngap_id = 100 + ue;
    down.ran_ue_ngap_id = message->ran_ue_ngap_id;
    down.nas_pdu = {1, 2, 3};
    receive(down);
    return message->ran_ue_ngap_id;
  }
  ngap::PduSessionResourceSetupRequest session_request(UeIndex ue, uint32_t ran_id, PduSessionId session = 1) {
    ngap::PduSessionResourceSetupRequest request;
    request.amf_ue_ngap_id = 100 + ue;
    request.ran_ue_ngap_id = ran_id;
    auto& item = request.pdu_session_resource_setup_list_su_req.emplace_back();
    item.pdu_session_id = session;
    item.pdu_session_nas_pdu = Bytes{9, 9};
    item.s_nssai.sst = {1};
    auto& transfer = item.pdu_session_resource_setup_request_transfer;
    auto& tunnel = transfer.ul_ngu_up_tnl_information.set_gtp_tunnel();
    tunnel.transport_layer_address = per::BitString(upf.address.octets(), 32);
    tunnel.gtp_teid = {0, 0, 0, 42};
    auto& flow = transfer.qos_flow_setup_request_list.emplace_back();
    flow.qos_flow_identifier = 3;
    flow.qos_flow_level_qos_parameters.allocation_and_retention_priority.priority_level_arp = 8;
    flow.qos_flow_level_qos_parameters.qos_characteristics.set_non_dynamic_5qi().five_qi = 9;
    return request;
  }
  uint32_t add_session(UeIndex ue, uint32_t ran_id) {
    receive(session_request(ue, ran_id));
    auto response = next<ngap::PduSessionResourceSetupResponse>();
    if (!response || !response->pdu_session_resource_setup_list_su_res) return 0;
    const auto& transfer = response->pdu_session_resource_setup_list_su_res->front().pdu_session_resource_setup_response_transfer;
    const auto& teid = transfer.dl_qos_flow_per_tnl_information.up_transport_layer_information.gtp_tunnel()->gtp_teid;
    return static_cast<uint32_t>(teid[0] << 24 | teid[1] << 16 | teid[2] << 8 | teid[3]);
  }
};

TEST(LoadGnb, sets_up_n2_with_its_identity_and_slices) {
  Rig rig;
  rig.gnb->n2_up();
  auto request = rig.next<ngap::NgSetupRequest>();
  ASSERT_TRUE(request);
  EXPECT_EQ(rig.stream, 0);
  EXPECT_EQ(request->supported_ta_list[0].tac, (Octets<3>{0, 0, 7}));
  rig.receive(rig.setup_response());
  EXPECT_TRUE(rig.ready);
  EXPECT_EQ(rig.gnb->amf_name(), "amf-1");
}

TEST(LoadGnb, repeats_ng_setup_after_time_to_wait_and_says_what_was_refused) {
  Rig rig;
  rig.gnb->n2_up();
  rig.next<ngap::NgSetupRequest>();
  ngap::NgSetupFailure failure;
  failure.cause.set_misc() = ngap::CauseMisc::unknown_plmn_or_snpn;
  failure.time_to_wait = ngap::TimeToWait::v_2_s;
  rig.receive(failure);
  EXPECT_FALSE(rig.ready);
  EXPECT_NE(rig.reason.find("999/70"), std::string::npos) << rig.reason;
  rig.executor.run_for(seconds(3));
  EXPECT_TRUE(rig.next<ngap::NgSetupRequest>());
}

TEST(LoadGnb, sends_user_location_and_context_request_on_a_ue_stream) {
  Rig rig;
  rig.setup();
  ASSERT_TRUE(rig.gnb->initial_nas(3, {1}, ngap::RrcEstablishmentCause::mo_data, STmsi{1, 2, 0x01020304}));
  auto message = rig.next<ngap::InitialUeMessage>();
  ASSERT_TRUE(message);
  EXPECT_GE(rig.stream, 1);
  EXPECT_TRUE(message->ue_context_request);
  ASSERT_TRUE(message->user_location_information.user_location_information_nr());
  EXPECT_EQ(message->user_location_information.user_location_information_nr()->tai.tac, (Octets<3>{0, 0, 7}));
  ASSERT_TRUE(message->five_g_s_tmsi);
  EXPECT_EQ(message->five_g_s_tmsi->five_g_tmsi, (Octets<4>{1, 2, 3, 4}));
}

TEST(LoadGnb, carries_nas_both_ways_with_both_identities) {
  Rig rig;
  rig.setup();
  uint32_t ran_id = rig.connect(3);
  ASSERT_EQ(rig.to_ue.size(), 1u);
  EXPECT_EQ(rig.to_ue[0].second, (Bytes{1, 2, 3}));
  ASSERT_TRUE(rig.gnb->uplink_nas(3, {5, 6}));
  auto message = rig.next<ngap::UplinkNasTransport>();
  ASSERT_TRUE(message);
  EXPECT_EQ(message->amf_ue_ngap_id, 103u);
  EXPECT_EQ(message->ran_ue_ngap_id, ran_id);
}

TEST(LoadGnb, refuses_identities_that_it_did_not_give) {
  Rig rig;
  rig.setup();
  uint32_t ran_id = rig.connect(3);
  ngap::DownlinkNasTransport down;
  down.amf_ue_ngap_id = 103;
  down.ran_ue_ngap_id = ran_id + 50;
  down.nas_pdu = {1};
  rig.receive(down);
  auto error = rig.next<ngap::ErrorIndication>();
  ASSERT_TRUE(error && error->cause && error->cause->radio_network());
  EXPECT_EQ(*error->cause->radio_network(), ngap::CauseRadioNetwork::unknown_local_ue_ngap_id);
  down.ran_ue_ngap_id = ran_id;
  down.amf_ue_ngap_id = 999;
  rig.receive(down);
  error = rig.next<ngap::ErrorIndication>();
  ASSERT_TRUE(error && error->cause && error->cause->radio_network());
  EXPECT_EQ(*error->cause->radio_network(), ngap::CauseRadioNetwork::inconsistent_remote_ue_ngap_id);
  EXPECT_EQ(rig.to_ue.size(), 1u);
}

TEST(LoadGnb, sets_up_a_session_and_moves_packets_with_the_pdu_session_container) {
  Rig rig;
  rig.setup();
  uint32_t ran_id = rig.connect(3);
  uint32_t teid = rig.add_session(3, ran_id);
  ASSERT_NE(teid, 0u);
  EXPECT_EQ(rig.to_ue.back().second, (Bytes{9, 9}));
  EXPECT_TRUE(rig.gnb->has_tunnel(3, 1));
  ASSERT_TRUE(rig.gnb->uplink_packet(3, 1, Bytes{0x45, 1, 2}));
  ASSERT_EQ(rig.n3.size(), 1u);
  EXPECT_EQ(rig.n3[0].first, Rig::upf);
  auto view = gtpu::parse_gpdu(rig.n3[0].second);
  ASSERT_TRUE(view);
  EXPECT_EQ(view->teid, 42u);
  EXPECT_EQ(view->pdu_type, gtpu::PduType::ul);
  EXPECT_EQ(view->qfi, 3);
  Bytes down(16 + 3);
  gtpu::write_gpdu_header(std::span<uint8_t, 16>(down.data(), 16), teid, 3, gtpu::PduType::dl, 3);
  rig.gnb->n3_received(Rig::upf, down);
  ASSERT_EQ(rig.packets.size(), 1u);
  EXPECT_EQ(rig.packets[0].first, 3u);
}

TEST(LoadGnb, refuses_the_same_session_twice) {
  Rig rig;
  rig.setup();
  uint32_t ran_id = rig.connect(3);
  rig.add_session(3, ran_id);
  rig.receive(rig.session_request(3, ran_id));
  auto response = rig.next<ngap::PduSessionResourceSetupResponse>();
  ASSERT_TRUE(response && response->pdu_session_resource_failed_to_setup_list_su_res);
  EXPECT_FALSE(response->pdu_session_resource_setup_list_su_res);
}

TEST(LoadGnb, initial_context_setup_answers_before_the_nas_is_handed_on) {
  Rig rig;
  rig.setup();
  uint32_t ran_id = rig.connect(3);
  ngap::InitialContextSetupRequest request;
  request.amf_ue_ngap_id = 103;
  request.ran_ue_ngap_id = ran_id;
  request.guami.plmn_identity = Rig::plmn.octets;
  request.allowed_nssai.emplace_back().s_nssai.sst = {1};
  request.security_key = per::BitString(Bytes(32, 7), 256);
  request.nas_pdu = Bytes{4, 4};
  rig.receive(request);
  EXPECT_TRUE(rig.next<ngap::InitialContextSetupResponse>());
  EXPECT_EQ(rig.to_ue.back().second, (Bytes{4, 4}));
}

TEST(LoadGnb, modifies_and_releases_a_session) {
  Rig rig;
  rig.setup();
  uint32_t ran_id = rig.connect(3);
  rig.add_session(3, ran_id);
  ngap::PduSessionResourceModifyRequest modify;
  modify.amf_ue_ngap_id = 103;
  modify.ran_ue_ngap_id = ran_id;
  auto& item = modify.pdu_session_resource_modify_list_mod_req.emplace_back();
  item.pdu_session_id = 1;
  auto& flow = item.pdu_session_resource_modify_request_transfer.qos_flow_add_or_modify_request_list.emplace().emplace_back();
  flow.qos_flow_identifier = 8;
  modify.pdu_session_resource_modify_list_mod_req.emplace_back().pdu_session_id = 9;
  rig.receive(modify);
  auto modified = rig.next<ngap::PduSessionResourceModifyResponse>();
  ASSERT_TRUE(modified && modified->pdu_session_resource_modify_list_mod_res && modified->pdu_session_resource_failed_to_modify_list_mod_res);
  ngap::PduSessionResourceReleaseCommand release;
  release.amf_ue_ngap_id = 103;
  release.ran_ue_ngap_id = ran_id;
  auto& to_release = release.pdu_session_resource_to_release_list_rel_cmd.emplace_back();
  to_release.pdu_session_id = 1;
  to_release.pdu_session_resource_release_command_transfer.cause.set_nas() = ngap::CauseNas::normal_release;
  rig.receive(release);
  EXPECT_TRUE(rig.next<ngap::PduSessionResourceReleaseResponse>());
  EXPECT_FALSE(rig.gnb->has_tunnel(3, 1));
  EXPECT_EQ(rig.tunnels.back(), (std::pair<PduSessionId, bool>{1, false}));
}

TEST(LoadGnb, releases_a_context_when_told_and_asks_for_it_when_the_ue_is_idle) {
  Rig rig;
  rig.setup();
  uint32_t ran_id = rig.connect(3);
  rig.add_session(3, ran_id);
  ASSERT_TRUE(rig.gnb->request_release(3));
  auto request = rig.next<ngap::UeContextReleaseRequest>();
  ASSERT_TRUE(request && request->pdu_session_resource_list_cxt_rel_req);
  ngap::UeContextReleaseCommand command;
  auto& pair = command.ue_ngap_ids.set_ue_ngap_id_pair();
  pair.amf_ue_ngap_id = 103;
  pair.ran_ue_ngap_id = ran_id;
  command.cause = request->cause;
  rig.receive(command);
  auto complete = rig.next<ngap::UeContextReleaseComplete>();
  ASSERT_TRUE(complete && complete->pdu_session_resource_list_cxt_rel_cpl);
  EXPECT_EQ(rig.released, (std::vector<UeIndex>{3}));
  EXPECT_EQ(rig.gnb->ue_contexts(), 0u);
}

TEST(LoadGnb, a_ue_that_comes_anew_leaves_its_old_context_to_the_amf) {
  Rig rig;
  rig.setup();
  uint32_t old = rig.connect(3);
  ASSERT_TRUE(rig.gnb->initial_nas(3, {1}, ngap::RrcEstablishmentCause::mo_data, {}));
  auto request = rig.next<ngap::UeContextReleaseRequest>();
  ASSERT_TRUE(request);
  EXPECT_EQ(request->ran_ue_ngap_id, old);
  EXPECT_TRUE(rig.next<ngap::InitialUeMessage>());
  ngap::UeContextReleaseCommand command;
  auto& pair = command.ue_ngap_ids.set_ue_ngap_id_pair();
  pair.amf_ue_ngap_id = 103;
  pair.ran_ue_ngap_id = old;
  command.cause = request->cause;
  rig.receive(command);
  EXPECT_TRUE(rig.next<ngap::UeContextReleaseComplete>());
  EXPECT_TRUE(rig.released.empty());
  EXPECT_EQ(rig.gnb->ue_contexts(), 1u);
}

TEST(LoadGnb, pages_the_ue_with_that_identity_only) {
  Rig rig;
  rig.setup();
  rig.gnb->camp(3, STmsi{1, 2, 0x01020304});
  ngap::Paging paging;
  auto& id = paging.ue_paging_identity.set_five_g_s_tmsi();
  id.amf_set_id.value = 1;
  id.amf_pointer.value = 2;
  id.five_g_tmsi = {1, 2, 3, 4};
  auto& tai = paging.tai_list_for_paging.emplace_back().tai;
  tai.plmn_identity = Rig::plmn.octets;
  rig.receive(paging);
  EXPECT_EQ(rig.paged, (std::vector<UeIndex>{3}));
  rig.gnb->camp(3, STmsi{1, 2, 5});
  rig.receive(paging);
  EXPECT_EQ(rig.paged.size(), 1u);
}

TEST(LoadGnb, ng_reset_in_part_and_in_whole_and_its_own) {
  Rig rig;
  rig.setup();
  uint32_t first = rig.connect(1);
  rig.connect(2);
  rig.connect(3);
  ngap::NgReset reset;
  reset.cause.set_misc() = ngap::CauseMisc::unspecified;
  auto& list = reset.reset_type.set_part_of_ng_interface();
  list.emplace_back().ran_ue_ngap_id = first;
  list.emplace_back().amf_ue_ngap_id = 102;
  list.emplace_back().amf_ue_ngap_id = 555;
  rig.receive(reset);
  auto acknowledge = rig.next<ngap::NgResetAcknowledge>();
  ASSERT_TRUE(acknowledge && acknowledge->ue_associated_logical_ng_connection_list);
  EXPECT_EQ(acknowledge->ue_associated_logical_ng_connection_list->size(), 3u);
  EXPECT_EQ(rig.released, (std::vector<UeIndex>{1, 2}));
  reset.reset_type.set_ng_interface() = ngap::ResetAll::reset_all;
  rig.receive(reset);
  EXPECT_TRUE(rig.next<ngap::NgResetAcknowledge>());
  EXPECT_EQ(rig.gnb->ue_contexts(), 0u);
  rig.connect(4);
  ASSERT_TRUE(rig.gnb->reset());
  EXPECT_TRUE(rig.next<ngap::NgReset>());
  EXPECT_EQ(rig.released.back(), 4u);
}

TEST(LoadGnb, losing_n2_releases_every_ue) {
  Rig rig;
  rig.setup();
  rig.connect(1);
  rig.connect(2);
  rig.gnb->n2_down("association lost");
  EXPECT_EQ(rig.released.size(), 2u);
  EXPECT_FALSE(rig.gnb->initial_nas(1, {1}, ngap::RrcEstablishmentCause::mo_data, {}));
}

TEST(LoadGnb, overload_bars_new_connections_until_it_stops) {
  Rig rig;
  rig.setup();
  rig.receive(ngap::OverloadStart{});
  EXPECT_FALSE(rig.gnb->initial_nas(1, {1}, ngap::RrcEstablishmentCause::mo_signalling, {}));
  EXPECT_TRUE(rig.gnb->initial_nas(2, {1}, ngap::RrcEstablishmentCause::mt_access, {}));
  rig.receive(ngap::OverloadStop{});
  EXPECT_TRUE(rig.gnb->initial_nas(1, {1}, ngap::RrcEstablishmentCause::mo_signalling, {}));
}

TEST(LoadGnb, acknowledges_an_amf_configuration_update) {
  Rig rig;
  rig.setup();
  ngap::AmfConfigurationUpdate update;
  update.amf_name = "amf-2";
  rig.receive(update);
  EXPECT_TRUE(rig.next<ngap::AmfConfigurationUpdateAcknowledge>());
  EXPECT_EQ(rig.gnb->amf_name(), "amf-2");
}

TEST(LoadGnb, answers_what_it_cannot_read_with_an_error_indication) {
  Rig rig;
  rig.setup();
  rig.gnb->n2_received(0, Bytes{0xff, 0xff, 0xff});
  EXPECT_TRUE(rig.next<ngap::ErrorIndication>());
  for (int i = 0; i < 1000; ++i) rig.gnb->n2_received(0, Bytes{0xff});
  EXPECT_LE(rig.sent.size(), GnbLimits::error_indications_per_second);
}

TEST(LoadGnb, answers_gtpu_echo_and_reports_unknown_tunnels) {
  Rig rig;
  rig.setup();
  gtpu::Message echo;
  echo.type = gtpu::echo_request;
  echo.sequence = 5;
  rig.gnb->n3_received(Rig::upf, *gtpu::encode(echo));
  ASSERT_EQ(rig.n3.size(), 1u);
  EXPECT_EQ(gtpu::decode(rig.n3[0].second)->type, gtpu::echo_response);
  Bytes down(16 + 1);
  gtpu::write_gpdu_header(std::span<uint8_t, 16>(down.data(), 16), 77, 1, gtpu::PduType::dl, 1);
  rig.gnb->n3_received(Rig::upf, down);
  ASSERT_EQ(rig.n3.size(), 2u);
  auto error = gtpu::decode(rig.n3[1].second);
  ASSERT_TRUE(error);
  EXPECT_EQ(error->type, gtpu::error_indication);
  EXPECT_EQ(gtpu::find<gtpu::TeidDataI>(*error)->teid, 77u);
}

TEST(LoadGnb, a_gtpu_error_indication_releases_the_ue) {
  Rig rig;
  rig.setup();
  uint32_t ran_id = rig.connect(3);
  rig.add_session(3, ran_id);
  auto error = gtpu::encode(gtpu::error_indication_for(42, Rig::upf.address.octets()));
  rig.gnb->n3_received(Rig::upf, *error);
  EXPECT_TRUE(rig.next<ngap::UeContextReleaseRequest>());
}

}  // namespace
}  // namespace sen::load
