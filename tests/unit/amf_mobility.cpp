// Path switch, N2 handover, location, radio capability, trace, RAN configuration transfer.
#include "tests/unit/amf_world.h"

namespace sen::amf::test {

struct AmfMobility : testing::Test {
  AmfMobility() {
    w.gnb(1, 1);
    w.gnb(2, 2);
    w.register_ue(ue);
    w.establish(ue);
  }
  ngap::HandoverRequired required(uint32_t target = 2) {
    ngap::HandoverRequired m;
    m.amf_ue_ngap_id = ue.amf_id;
    m.ran_ue_ngap_id = ue.ran_id;
    m.handover_type = ngap::HandoverType::intra5_gs;
    m.cause.set_radio_network() = ngap::CauseRadioNetwork::handover_desirable_for_radio_reason;
    auto& node = m.target_id.set_target_ran_node_id();
    node.global_ran_node_id = World::setup_request(target).global_ran_node_id;
    node.selected_tai.plmn_identity = Plmn(999, 70, 2).octets;
    node.selected_tai.tac = {0, 0, 1};
    auto& item = m.pdu_session_resource_list_ho_rqd.emplace_back();
    item.pdu_session_id = 1;
    fill(item.handover_required_transfer);
    m.source_to_target_transparent_container = {1, 2, 3};
    return m;
  }
  std::optional<ngap::HandoverRequest> requested() {
    w.n2(1, required(), 3);
    return w.expect<ngap::HandoverRequest>(2);
  }
  void acknowledge(const ngap::HandoverRequest& request) {
    ngap::HandoverRequestAcknowledge m;
    m.amf_ue_ngap_id = request.amf_ue_ngap_id;
    m.ran_ue_ngap_id = 700;
    auto& item = m.pdu_session_resource_admitted_list.emplace_back();
    item.pdu_session_id = 1;
    fill(item.handover_request_acknowledge_transfer);
    m.target_to_source_transparent_container = {4, 5};
    w.n2(2, m, 1);
  }
  ngap::PathSwitchRequest path_switch() {
    ngap::PathSwitchRequest m;
    m.ran_ue_ngap_id = 800;
    m.source_amf_ue_ngap_id = ue.amf_id;
    m.user_location_information = World::place();
    m.ue_security_capabilities = w.last_setup.ue_security_capabilities;
    auto& item = m.pdu_session_resource_to_be_switched_dl_list.emplace_back();
    item.pdu_session_id = 1;
    fill(item.path_switch_request_transfer);
    return m;
  }
  World w;
  TestUe ue;
};

TEST_F(AmfMobility, switches_the_path_with_a_fresh_next_hop) {
  w.n2(2, path_switch(), 5);
  auto ack = w.expect<ngap::PathSwitchRequestAcknowledge>(2);
  ASSERT_TRUE(ack);
  EXPECT_EQ(ack->amf_ue_ngap_id, ue.amf_id);
  EXPECT_EQ(ack->ran_ue_ngap_id, 800u);
  EXPECT_EQ(ack->security_context.next_hop_chaining_count, 2);
  auto nh = crypto::next_hop(ue.k_amf, crypto::next_hop(ue.k_amf, crypto::k_gnb(ue.k_amf, 0)));
  EXPECT_EQ(ack->security_context.next_hop_nh.bytes(), Bytes(nh.begin(), nh.end()));
  EXPECT_EQ(ack->pdu_session_resource_switched_list.size(), 1u);
  EXPECT_FALSE(ack->ue_security_capabilities);
  EXPECT_TRUE(w.smf.updated.back().to_be_switched);
  ue.association = 2;
  ue.ran_id = 800;
  EXPECT_TRUE(w.amf.configuration_update(ue.supi()));
  EXPECT_TRUE(w.nas<nas::ConfigurationUpdateCommand>(ue));
}

TEST_F(AmfMobility, path_switch_names_our_capabilities_when_the_gnb_names_others) {
  auto m = path_switch();
  m.ue_security_capabilities.n_rencryption_algorithms = per::BitString(0, 16);
  w.n2(2, m, 5);
  auto ack = w.expect<ngap::PathSwitchRequestAcknowledge>(2);
  ASSERT_TRUE(ack && ack->ue_security_capabilities);
}

TEST_F(AmfMobility, refuses_a_path_switch_for_an_unknown_ue_or_without_sessions) {
  auto m = path_switch();
  m.source_amf_ue_ngap_id = 4711;
  w.n2(2, m, 5);
  EXPECT_TRUE(w.expect<ngap::PathSwitchRequestFailure>(2));
  m = path_switch();
  m.pdu_session_resource_to_be_switched_dl_list.at(0).pdu_session_id = 9;
  w.n2(2, m, 5);
  EXPECT_TRUE(w.expect<ngap::PathSwitchRequestFailure>(2));
  EXPECT_TRUE(w.status(ue).connected);
}

TEST_F(AmfMobility, hands_over_between_two_gnbs) {
  auto request = requested();
  ASSERT_TRUE(request);
  EXPECT_NE(request->amf_ue_ngap_id, ue.amf_id);
  EXPECT_EQ(request->source_to_target_transparent_container, (Bytes{1, 2, 3}));
  EXPECT_EQ(w.smf.updated.back().ho_state, sbi::HoState::preparing);
  acknowledge(*request);
  auto command = w.expect<ngap::HandoverCommand>(1);
  ASSERT_TRUE(command && command->pdu_session_resource_handover_list);
  EXPECT_EQ(command->target_to_source_transparent_container, (Bytes{4, 5}));
  ngap::UplinkRanStatusTransfer status;
  status.amf_ue_ngap_id = ue.amf_id;
  status.ran_ue_ngap_id = ue.ran_id;
  fill(status.ran_status_transfer_transparent_container);
  w.n2(1, status, 3);
  EXPECT_TRUE(w.expect<ngap::DownlinkRanStatusTransfer>(2));
  ngap::HandoverNotify notify;
  notify.amf_ue_ngap_id = request->amf_ue_ngap_id;
  notify.ran_ue_ngap_id = 700;
  notify.user_location_information = World::place();
  w.n2(2, notify, 1);
  EXPECT_EQ(w.smf.updated.back().ho_state, sbi::HoState::completed);
  w.released(ue);
  EXPECT_EQ(w.amf.connection_count(), 1u);
  EXPECT_TRUE(w.status(ue).connected);
  EXPECT_EQ(w.status(ue).active_sessions.size(), 1u);
}

TEST_F(AmfMobility, refuses_handover_to_a_target_that_is_not_there) {
  w.n2(1, required(9), 3);
  auto m = w.expect<ngap::HandoverPreparationFailure>(1);
  ASSERT_TRUE(m && m->cause.radio_network());
  EXPECT_EQ(*m->cause.radio_network(), ngap::CauseRadioNetwork::unknown_target_id);
  EXPECT_EQ(w.amf.connection_count(), 1u);
}

TEST_F(AmfMobility, failure_of_the_target_goes_back_to_the_source) {
  auto request = requested();
  ASSERT_TRUE(request);
  ngap::HandoverFailure m;
  m.amf_ue_ngap_id = request->amf_ue_ngap_id;
  m.cause.set_radio_network() = ngap::CauseRadioNetwork::no_radio_resources_available_in_target_cell;
  w.n2(2, m, 1);
  EXPECT_TRUE(w.expect<ngap::HandoverPreparationFailure>(1));
  EXPECT_EQ(w.amf.connection_count(), 1u);
  EXPECT_EQ(w.smf.updated.back().ho_state, sbi::HoState::cancelled);
}

TEST_F(AmfMobility, cancel_releases_the_target) {
  auto request = requested();
  ASSERT_TRUE(request);
  acknowledge(*request);
  ASSERT_TRUE(w.expect<ngap::HandoverCommand>(1));
  ngap::HandoverCancel m;
  m.amf_ue_ngap_id = ue.amf_id;
  m.ran_ue_ngap_id = ue.ran_id;
  m.cause.set_radio_network() = ngap::CauseRadioNetwork::handover_cancelled;
  w.n2(1, m, 3);
  EXPECT_TRUE(w.expect<ngap::UeContextReleaseCommand>(2));
  EXPECT_TRUE(w.expect<ngap::HandoverCancelAcknowledge>(1));
  EXPECT_TRUE(w.status(ue).connected);
}

TEST_F(AmfMobility, a_silent_target_ends_the_handover) {
  ASSERT_TRUE(requested());
  w.run(std::chrono::seconds(11));
  EXPECT_TRUE(w.expect<ngap::HandoverPreparationFailure>(1));
  EXPECT_EQ(w.amf.connection_count(), 1u);
}

TEST_F(AmfMobility, handover_during_a_security_mode_command_is_refused) {
  TestUe again;
  again.window = ue.window;
  again.ran_id = 300;
  w.start(again, again.request());
  w.answer_challenge(again, *w.nas<nas::AuthenticationRequest>(again));
  ASSERT_TRUE(w.security_mode_command(again));
  auto m = required();
  m.amf_ue_ngap_id = again.amf_id;
  m.ran_ue_ngap_id = again.ran_id;
  w.n2(1, m, 3);
  EXPECT_TRUE(w.expect<ngap::HandoverPreparationFailure>(1));
  w.complete_security(again);
  EXPECT_TRUE(w.accept(again));
}

TEST_F(AmfMobility, acknowledgement_and_notify_out_of_state_are_errors) {
  ngap::HandoverRequest stranger;
  stranger.amf_ue_ngap_id = ue.amf_id;
  acknowledge(stranger);
  EXPECT_TRUE(w.error());
  ngap::HandoverNotify notify;
  notify.amf_ue_ngap_id = ue.amf_id;
  notify.ran_ue_ngap_id = ue.ran_id;
  notify.user_location_information = World::place();
  w.n2(1, notify, 1);
  EXPECT_TRUE(w.error());
  auto request = requested();
  ASSERT_TRUE(request);
  notify.amf_ue_ngap_id = request->amf_ue_ngap_id;  // before the acknowledgement
  w.n2(2, notify, 1);
  EXPECT_TRUE(w.error());
  EXPECT_TRUE(w.status(ue).connected);
}

TEST_F(AmfMobility, an_association_lost_during_handover_leaves_the_ue_at_the_other_gnb) {
  auto request = requested();
  ASSERT_TRUE(request);
  w.amf.n2_down(2, "gone");
  EXPECT_TRUE(w.expect<ngap::HandoverPreparationFailure>(1));
  EXPECT_TRUE(w.status(ue).connected);
  w.amf.n2_up(2, "back");
  w.n2(2, World::setup_request(2));
  request = requested();
  ASSERT_TRUE(request);
  w.amf.n2_down(1, "gone");
  w.run(std::chrono::seconds(20));
  EXPECT_EQ(w.amf.connection_count(), 0u);
  EXPECT_TRUE(w.status(ue).registered);
}

TEST_F(AmfMobility, keeps_the_radio_capability_and_gives_it_to_the_next_gnb) {
  ngap::UeRadioCapabilityInfoIndication m;
  m.amf_ue_ngap_id = ue.amf_id;
  m.ran_ue_ngap_id = ue.ran_id;
  m.ue_radio_capability = {9, 8, 7};
  w.n2(1, m, 3);
  EXPECT_TRUE(w.amf.check_radio_capability(ue.supi()));
  EXPECT_TRUE(w.expect<ngap::UeRadioCapabilityCheckRequest>());
  w.idle(ue);
  w.initial(ue, w.service_request(ue));
  auto setup = w.expect<ngap::InitialContextSetupRequest>();
  ASSERT_TRUE(setup);
  EXPECT_EQ(setup->ue_radio_capability, (Bytes{9, 8, 7}));
}

TEST_F(AmfMobility, asks_for_location_and_starts_traces_of_connected_ues) {
  EXPECT_TRUE(w.amf.request_location(ue.supi()));
  EXPECT_TRUE(w.expect<ngap::LocationReportingControl>());
  EXPECT_TRUE(w.amf.start_trace(ue.supi(), {1}, {127, 0, 0, 1}));
  EXPECT_TRUE(w.expect<ngap::TraceStart>());
  EXPECT_TRUE(w.amf.stop_trace(ue.supi(), {1}));
  EXPECT_TRUE(w.expect<ngap::DeactivateTrace>());
  EXPECT_FALSE(w.amf.request_location("imsi-1"));
  w.idle(ue);
  EXPECT_FALSE(w.amf.request_location(ue.supi()));
}

TEST_F(AmfMobility, relays_ran_configuration_transfers_between_gnbs) {
  ngap::UplinkRanConfigurationTransfer m;
  ngap::SonConfigurationTransfer son;
  fill(son);
  son.target_ran_node_id_son.global_ran_node_id = World::setup_request(2).global_ran_node_id;
  m.son_configuration_transfer_ul = son;
  w.n2(1, m);
  EXPECT_TRUE(w.expect<ngap::DownlinkRanConfigurationTransfer>(2));
}

}  // namespace sen::amf::test
