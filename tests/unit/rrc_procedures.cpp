// The gNB's RRC and N2 client, procedure by procedure: what is out of state, malformed, replayed or unanswered. Bytes in, bytes out.
#include <gtest/gtest.h>

#include <map>

#include "base/log.h"
#include "codec/ngap/ngap.h"
#include "codec/rrc/rrc.h"
#include "codec/rrc/rrc_channels.h"
#include "gnb/cell.h"
#include "rrc/rrc.h"

namespace sen::gnb {
namespace {

const Plmn plmn(999, 70, 2);

RrcSettings settings() {
  RrcSettings out;
  out.n3 = IpAddress(Octets<4>{127, 0, 0, 20});
  out.qos = default_qos();
  for (uint16_t i = 1; i <= 2; ++i) {
    CellOptions cell;
    cell.plmn = plmn;
    cell.pci = cell.sector = i;
    out.cells.push_back(*make_cell(cell, out.gnb_id, out.gnb_id_bits));
  }
  return out;
}

class RrcProcedures : public testing::Test {
 protected:
  RrcProcedures() : rrc_(settings_, executor_, counters_, ports()) {
    Log::instance().set_all_levels(Level::none);
    rrc_.start();
    rrc_.n2_up();
  }

  RrcPorts ports() {
    RrcPorts p;
    p.send_n2 = [this](uint16_t, Bytes ngap) {
      n2_.push_back(std::move(ngap));
      return Status();
    };
    p.n2_state = [this](bool, const std::string& reason) { n2_reason_ = reason; };
    p.system_information = [](size_t, mac::SystemInformation) {};
    p.page = [this](size_t cell, uint16_t, uint16_t, uint64_t identity) { paged_.emplace_back(cell, identity); };
    p.assign_resources = [this](size_t, mac::Rnti, mac::UeConfig&) { return exhausted_ ? Status(fail(Fault::exhausted, "PUCCH", "none is left")) : Status(); };
    p.allocate_rnti = [next = mac::Rnti{0x5000}](size_t) mutable { return std::optional(next++); };
    p.allocate_preamble = [](size_t, mac::Rnti) { return std::optional<uint8_t>(60); };
    p.add_ue = [](UeId, size_t, mac::Rnti, const mac::UeConfig&) { return Status(); };
    p.remove_from_cell = [](size_t, mac::Rnti) {};
    p.reconfigure = [](size_t, mac::Rnti, const mac::UeConfig& config, bool) { EXPECT_LE(config.channels.size(), 33u); };
    p.confirm = [](size_t, mac::Rnti) {};
    p.set_qos = [](size_t, mac::Rnti, const mac::UeQos&) {};
    p.remove_ue = [](UeId) {};
    p.change_user_plane = [](UeId, const l2::Change&) { return Status(); };
    p.send_srb = [this](UeId, uint8_t srb, ByteView pdu, uint32_t) {
      srb_[srb].emplace_back(pdu.begin(), pdu.end());
      return true;
    };
    p.short_mac_i = [](UeId, ByteView) { return uint16_t{0x1234}; };
    p.count = [](UeId, uint8_t) { return std::optional<l2::Count>(l2::Count{5, 7}); };
    p.set_count = [](UeId, uint8_t, const l2::Count&) { return Status(); };
    p.add_tunnel = [next = 1U](UeId, PduSessionId, const N3Tunnel&) mutable { return Result<uint32_t>(next++); };
    p.change_tunnel = [](uint32_t, const N3Tunnel&) {};
    p.remove_tunnel = [this](UeId, PduSessionId, uint32_t) { ++tunnels_removed_; };
    p.forward_session = [](UeId, PduSessionId, uint32_t, const N3Tunnel&) {};
    p.forward_bearer = [](UeId, uint8_t, uint32_t, const N3Tunnel&) {};
    p.add_forwarding = [next = 100U](UeId, PduSessionId, uint8_t) mutable { return Result<uint32_t>(next++); };
    return p;
  }

  // ---- N2
  template <class M>
  void from_amf(const M& message) {
    auto bytes = ngap::encode(message);
    ASSERT_TRUE(bytes) << bytes.error().describe();
    rrc_.n2_received(1, *bytes);
  }
  // Messages of this kind that were sent since the last call.
  template <class M>
  std::vector<M> to_amf() {
    std::vector<M> out;
    for (const Bytes& bytes : n2_) {
      auto pdu = ngap::decode(bytes);
      if (const auto* message = pdu ? pdu->template get_if<M>() : nullptr) out.push_back(*message);
    }
    n2_.clear();
    return out;
  }
  static ngap::SNssai slice() {
    ngap::SNssai out;
    out.sst = {1};
    return out;
  }
  static ngap::Guami guami() {
    ngap::Guami out;
    out.plmn_identity = plmn.octets;
    return out;
  }
  void set_up_n2() {
    ngap::NgSetupResponse response;
    response.amf_name = "amf";
    response.served_guami_list.emplace_back().guami = guami();
    response.relative_amf_capacity = 1;
    auto& support = response.plmn_support_list.emplace_back();
    support.plmn_identity = plmn.octets;
    support.slice_support_list.emplace_back().s_nssai = slice();
    from_amf(response);
  }
  static ngap::PduSessionResourceSetupRequestTransfer session_transfer() {
    ngap::PduSessionResourceSetupRequestTransfer out;
    auto& tunnel = out.ul_ngu_up_tnl_information.set_gtp_tunnel();
    tunnel.transport_layer_address = per::BitString(Bytes{127, 0, 0, 7}, 32);
    tunnel.gtp_teid = {0, 0, 0, 9};
    auto& flow = out.qos_flow_setup_request_list.emplace_back();
    flow.qos_flow_identifier = 1;
    flow.qos_flow_level_qos_parameters.qos_characteristics.set_non_dynamic_5qi().five_qi = 9;
    flow.qos_flow_level_qos_parameters.allocation_and_retention_priority.priority_level_arp = 8;
    return out;
  }
  static ngap::UeSecurityCapabilities capabilities(uint16_t ea, uint16_t ia) {
    ngap::UeSecurityCapabilities out;
    out.n_rencryption_algorithms = per::BitString(ea, 16);
    out.n_rintegrity_protection_algorithms = per::BitString(ia, 16);
    out.eutr_aencryption_algorithms = out.eutr_aintegrity_protection_algorithms = per::BitString(0, 16);
    return out;
  }
  void initial_context_setup(bool with_session, uint16_t ia = 0xe000) {
    ngap::InitialContextSetupRequest request;
    request.amf_ue_ngap_id = 77;
    request.ran_ue_ngap_id = 1;
    request.guami = guami();
    request.allowed_nssai.emplace_back().s_nssai = slice();
    request.ue_security_capabilities = capabilities(0xe000, ia);
    request.security_key = per::BitString(Bytes(32, 5), 256);
    if (with_session) {
      auto& bit_rate = request.ue_aggregate_maximum_bit_rate.emplace();
      bit_rate.ue_aggregate_maximum_bit_rate_dl = bit_rate.ue_aggregate_maximum_bit_rate_ul = 1000000;
      auto& session = request.pdu_session_resource_setup_list_cxt_req.emplace().emplace_back();
      session.pdu_session_id = 1;
      session.s_nssai = slice();
      session.pdu_session_resource_setup_request_transfer = session_transfer();
    }
    from_amf(request);
  }
  void release_command(uint64_t amf_id, uint32_t ran_id) {
    ngap::UeContextReleaseCommand command;
    auto& pair = command.ue_ngap_ids.set_ue_ngap_id_pair();
    pair.amf_ue_ngap_id = amf_id;
    pair.ran_ue_ngap_id = ran_id;
    command.cause.set_nas() = ngap::CauseNas::normal_release;
    from_amf(command);
  }

  // ---- the UE
  template <class Fill>
  static Bytes ccch(Fill fill) {
    rrc::UlCcchMessage message;
    fill(message.message.set_c1());
    return *rrc::encode(message);
  }
  static Bytes setup_request() {
    return ccch([](auto& c1) {
      auto& request = c1.set_rrc_setup_request().rrc_setup_request;
      request.ue_identity.set_random_value().value = 5;
      request.establishment_cause = rrc::EstablishmentCause::mo_signalling;
    });
  }
  static Bytes reestablishment_request(uint16_t rnti, uint16_t pci, uint16_t mac) {
    return ccch([&](auto& c1) {
      auto& request = c1.set_rrc_reestablishment_request().rrc_reestablishment_request;
      request.ue_identity.c_rnti = rnti;
      request.ue_identity.phys_cell_id = pci;
      request.ue_identity.short_mac_i.value = mac;
      request.reestablishment_cause = rrc::ReestablishmentCause::other_failure;
    });
  }
  template <class Fill>
  void dcch(Fill fill, bool verified = true, UeId ue = 1) {
    rrc::UlDcchMessage message;
    fill(message.message.set_c1());
    rrc_.srb(ue, 1, *rrc::encode(message), verified);
  }
  void setup_complete(UeId ue = 1) {
    dcch(
        [](auto& c1) {
          auto& ies = c1.set_rrc_setup_complete().critical_extensions.set_rrc_setup_complete();
          ies.selected_plmn_identity = 1;
          ies.dedicated_nas_message = Bytes(4, 0x7e);
        },
        false, ue);
  }
  void security_mode_complete(uint8_t transaction) {
    dcch([&](auto& c1) {
      auto& m = c1.set_security_mode_complete();
      m.rrc_transaction_identifier = transaction;
      m.critical_extensions.set_security_mode_complete();
    });
  }
  void capability_information(uint8_t transaction) {
    dcch([&](auto& c1) {
      auto& m = c1.set_ue_capability_information();
      m.rrc_transaction_identifier = transaction;
      auto& container = m.critical_extensions.set_ue_capability_information().ue_capability_rat_container_list.emplace().emplace_back();
      container.rat_type = rrc::RatType::nr;
      container.ue_capability_rat_container = Bytes{0};
    });
  }
  void reconfiguration_complete() {
    dcch([](auto& c1) { c1.set_rrc_reconfiguration_complete().critical_extensions.set_rrc_reconfiguration_complete(); });
  }
  // The last message on this SRB, by its choice.
  template <class F>
  bool last_is(uint8_t srb, F which) {
    if (srb_[srb].empty()) return false;
    if (srb == 0) {
      auto message = rrc::decode<rrc::DlCcchMessage>(srb_[0].back());
      return message && message->message.c1() && which(*message->message.c1());
    }
    return false;
  }
  const rrc::DlDcchMessageTypeC1* last_dcch() {
    auto message = srb_[1].empty() ? Result<rrc::DlDcchMessage>(fail(Fault::not_found, "", "")) : rrc::decode<rrc::DlDcchMessage>(srb_[1].back());
    if (!message) return nullptr;
    last_ = std::move(*message);
    return last_.message.c1();
  }
  uint8_t transaction() {
    const auto* c1 = last_dcch();
    if (!c1) return 0;
    if (const auto* m = c1->security_mode_command()) return m->rrc_transaction_identifier;
    if (const auto* m = c1->ue_capability_enquiry()) return m->rrc_transaction_identifier;
    return 0;
  }
  // One UE (RAN-UE-NGAP-ID 1, C-RNTI 0x4601 of cell 0) with a session.
  void connect() {
    set_up_n2();
    rrc_.ccch(0, 0x4601, setup_request());
    setup_complete();
    initial_context_setup(true);
    security_mode_complete(transaction());
    capability_information(transaction());
    reconfiguration_complete();
    ASSERT_EQ(to_amf<ngap::InitialContextSetupResponse>().size(), 1u);
  }
  int64_t dropped(const char* reason) {
    return counters_.counter("sen5g_gnb_rrc_dropped", "RRC and NGAP messages that the gNB could not use", fmt::format("reason=\"{}\"", reason)).value();
  }

  RrcSettings settings_ = settings();
  ManualExecutor executor_;
  Counters counters_;
  std::vector<Bytes> n2_;
  std::map<uint8_t, std::vector<Bytes>> srb_;
  std::vector<std::pair<size_t, uint64_t>> paged_;
  std::string n2_reason_;
  rrc::DlDcchMessage last_;
  unsigned tunnels_removed_ = 0;
  bool exhausted_ = false;
  Rrc rrc_;
};

// ---- NG setup

TEST_F(RrcProcedures, ng_setup_failure_names_what_both_sides_offer_and_is_tried_again) {
  EXPECT_EQ(to_amf<ngap::NgSetupRequest>().size(), 1u);
  ngap::NgSetupFailure failure;
  failure.cause.set_misc() = ngap::CauseMisc::unspecified;
  failure.time_to_wait = ngap::TimeToWait::v_1_s;
  from_amf(failure);
  EXPECT_NE(n2_reason_.find("999/70-000001"), std::string::npos) << n2_reason_;
  EXPECT_FALSE(rrc_.ready());
  executor_.run_for(std::chrono::seconds(2));
  EXPECT_EQ(to_amf<ngap::NgSetupRequest>().size(), 1u);
}

TEST_F(RrcProcedures, ng_setup_response_is_taken_once) {
  set_up_n2();
  EXPECT_TRUE(rrc_.ready());
  (void)to_amf<ngap::ErrorIndication>();
  set_up_n2();
  EXPECT_EQ(to_amf<ngap::ErrorIndication>().size(), 1u);
}

TEST_F(RrcProcedures, n2_messages_that_are_no_messages_are_reported) {
  rrc_.n2_received(0, Bytes{0xff, 0xff, 0xff});
  rrc_.n2_received(0, {});
  EXPECT_EQ(dropped("ngap_undecodable"), 2);
  rrc_.n2_down("test");
  rrc_.n2_received(0, Bytes{0});
  EXPECT_EQ(dropped("n2_not_up"), 1);
}

// ---- setup (TS 38.331 5.3.3)

TEST_F(RrcProcedures, setup_is_rejected_before_n2_and_without_resources) {
  rrc_.ccch(0, 0x4601, setup_request());
  EXPECT_TRUE(last_is(0, [](const auto& c1) { return c1.rrc_reject(); }));
  set_up_n2();
  exhausted_ = true;
  rrc_.ccch(0, 0x4602, setup_request());
  EXPECT_TRUE(last_is(0, [](const auto& c1) { return c1.rrc_reject(); }));
  executor_.run_for(std::chrono::seconds(2));
  EXPECT_EQ(rrc_.ues(), 0u);
}

TEST_F(RrcProcedures, setup_without_completion_leaves_nothing) {
  set_up_n2();
  rrc_.ccch(0, 0x4601, setup_request());
  EXPECT_EQ(rrc_.ues(), 1u);
  executor_.run_for(std::chrono::milliseconds(settings_.procedure_ms + 1));
  EXPECT_EQ(rrc_.ues(), 0u);
  setup_complete();
  EXPECT_TRUE(to_amf<ngap::InitialUeMessage>().empty());
}

TEST_F(RrcProcedures, setup_complete_counts_once) {
  set_up_n2();
  rrc_.ccch(0, 0x4601, setup_request());
  setup_complete();
  setup_complete();
  EXPECT_EQ(to_amf<ngap::InitialUeMessage>().size(), 1u);
  EXPECT_EQ(dropped("setup_complete_unexpected"), 1);
}

TEST_F(RrcProcedures, ccch_and_dcch_octets_that_are_no_message_are_dropped) {
  set_up_n2();
  rrc_.ccch(0, 0x4601, {});
  EXPECT_EQ(dropped("ccch_undecodable"), 1);
  EXPECT_EQ(rrc_.ues(), 0u);
  rrc_.ccch(0, 0x4601, setup_request());
  rrc_.srb(1, 1, {}, false);
  rrc_.srb(1, 1, Bytes(50000, 0), false);
  EXPECT_EQ(dropped("dcch_undecodable"), 1);
  EXPECT_EQ(dropped("dcch_too_long"), 1);
  rrc_.srb(99, 1, Bytes{0}, false);  // nobody
}

// ---- security mode (5.3.4)

TEST_F(RrcProcedures, security_mode_complete_must_answer_the_command) {
  set_up_n2();
  rrc_.ccch(0, 0x4601, setup_request());
  setup_complete();
  security_mode_complete(0);
  EXPECT_EQ(dropped("security_mode_unexpected"), 1) << "not asked for";
  initial_context_setup(false);
  ASSERT_TRUE(last_dcch() && last_dcch()->security_mode_command());
  const uint8_t asked = transaction();
  security_mode_complete(static_cast<uint8_t>((asked + 1) % 4));
  EXPECT_EQ(dropped("security_mode_unexpected"), 2) << "another transaction";
  dcch([&](auto& c1) {
    c1.set_security_mode_complete().rrc_transaction_identifier = asked;
    c1.set_security_mode_complete().critical_extensions.set_security_mode_complete();
  }, false);
  EXPECT_EQ(dropped("dcch_unprotected"), 1);
  security_mode_complete(asked);
  security_mode_complete(asked);
  EXPECT_EQ(dropped("security_mode_unexpected"), 3) << "replayed";
}

TEST_F(RrcProcedures, security_that_the_ue_lacks_or_refuses_fails_the_context_setup) {
  set_up_n2();
  rrc_.ccch(0, 0x4601, setup_request());
  setup_complete();
  initial_context_setup(false, 0);
  auto failures = to_amf<ngap::InitialContextSetupFailure>();
  ASSERT_EQ(failures.size(), 1u);
  EXPECT_EQ(*failures[0].cause.radio_network(), ngap::CauseRadioNetwork::encryption_and_or_integrity_protection_algorithms_not_supported);
  initial_context_setup(false);
  dcch([&](auto& c1) {
    auto& m = c1.set_security_mode_failure();
    m.rrc_transaction_identifier = transaction();
    m.critical_extensions.set_security_mode_failure();
  }, false);
  EXPECT_EQ(to_amf<ngap::InitialContextSetupFailure>().size(), 1u);
}

TEST_F(RrcProcedures, a_command_without_an_answer_fails_the_context_setup) {
  set_up_n2();
  rrc_.ccch(0, 0x4601, setup_request());
  setup_complete();
  initial_context_setup(false);
  (void)to_amf<ngap::InitialUeMessage>();
  executor_.run_for(std::chrono::milliseconds(settings_.procedure_ms + 1));
  const auto sent = n2_;
  EXPECT_EQ(to_amf<ngap::InitialContextSetupFailure>().size(), 1u);
  n2_ = sent;
  EXPECT_EQ(to_amf<ngap::UeContextReleaseRequest>().size(), 1u);
}

// ---- capability, reconfiguration, measurement, counter check

TEST_F(RrcProcedures, answers_that_nobody_asked_for_change_nothing) {
  connect();
  capability_information(0);
  EXPECT_EQ(dropped("capability_unexpected"), 1);
  reconfiguration_complete();
  dcch([](auto& c1) { c1.set_counter_check_response().critical_extensions.set_counter_check_response(); });
  dcch([](auto& c1) { c1.set_rrc_reestablishment_complete().critical_extensions.set_rrc_reestablishment_complete(); });
  dcch([](auto& c1) { c1.set_measurement_report().critical_extensions.set_measurement_report().meas_results.meas_id = 1; });
  EXPECT_EQ(dropped("reconfiguration_complete_unexpected"), 1);
  EXPECT_EQ(dropped("counter_check_unexpected"), 1);
  EXPECT_EQ(dropped("reestablishment_complete_unexpected"), 1);
  EXPECT_EQ(rrc_.ues(), 1u);
  EXPECT_TRUE(n2_.empty());
}

TEST_F(RrcProcedures, nothing_unprotected_is_taken_once_security_is_on) {
  connect();
  dcch([](auto& c1) { c1.set_ul_information_transfer().critical_extensions.set_ul_information_transfer().dedicated_nas_message.emplace() = Bytes(4, 0x7e); }, false);
  EXPECT_EQ(dropped("dcch_unprotected"), 1);
  EXPECT_TRUE(to_amf<ngap::UplinkNasTransport>().empty());
}

// ---- sessions (TS 38.413 8.2)

TEST_F(RrcProcedures, session_setup_refuses_what_cannot_be_and_keeps_the_rest) {
  connect();
  ngap::PduSessionResourceSetupRequest request;
  request.amf_ue_ngap_id = 77;
  request.ran_ue_ngap_id = 1;
  auto add = [&](uint8_t id, uint8_t sst) -> auto& {
    auto& item = request.pdu_session_resource_setup_list_su_req.emplace_back();
    item.pdu_session_id = id;
    item.s_nssai.sst = {sst};
    item.pdu_session_resource_setup_request_transfer = session_transfer();
    return item;
  };
  add(1, 1);  // exists
  add(2, 9);  // a slice that this gNB lacks
  add(3, 1);
  from_amf(request);
  reconfiguration_complete();
  auto responses = to_amf<ngap::PduSessionResourceSetupResponse>();
  ASSERT_EQ(responses.size(), 1u);
  const auto& failed = responses[0].pdu_session_resource_failed_to_setup_list_su_res;
  ASSERT_TRUE(failed);
  ASSERT_EQ(failed->size(), 2u);
  EXPECT_EQ(*(*failed)[0].pdu_session_resource_setup_unsuccessful_transfer.cause.radio_network(), ngap::CauseRadioNetwork::multiple_pdu_session_id_instances);
  EXPECT_EQ(*(*failed)[1].pdu_session_resource_setup_unsuccessful_transfer.cause.radio_network(), ngap::CauseRadioNetwork::slice_not_supported);
  ASSERT_TRUE(responses[0].pdu_session_resource_setup_list_su_res);
  EXPECT_EQ(responses[0].pdu_session_resource_setup_list_su_res->at(0).pdu_session_id, 3);
}

TEST_F(RrcProcedures, release_of_a_session_that_does_not_exist_is_answered) {
  connect();
  ngap::PduSessionResourceReleaseCommand command;
  command.amf_ue_ngap_id = 77;
  command.ran_ue_ngap_id = 1;
  auto& item = command.pdu_session_resource_to_release_list_rel_cmd.emplace_back();
  item.pdu_session_id = 7;
  item.pdu_session_resource_release_command_transfer.cause.set_nas() = ngap::CauseNas::normal_release;
  from_amf(command);
  EXPECT_EQ(to_amf<ngap::PduSessionResourceReleaseResponse>().size(), 1u);
  EXPECT_EQ(tunnels_removed_, 0u);
}

// ---- N2 identities and release (TS 38.413 10.6, 8.3)

TEST_F(RrcProcedures, messages_for_unknown_ues_get_an_error_indication) {
  connect();
  release_command(77, 99);
  auto errors = to_amf<ngap::ErrorIndication>();
  ASSERT_EQ(errors.size(), 1u);
  EXPECT_EQ(*errors[0].cause->radio_network(), ngap::CauseRadioNetwork::unknown_local_ue_ngap_id);
  release_command(78, 1);
  errors = to_amf<ngap::ErrorIndication>();
  ASSERT_EQ(errors.size(), 1u);
  EXPECT_EQ(*errors[0].cause->radio_network(), ngap::CauseRadioNetwork::inconsistent_remote_ue_ngap_id);
  EXPECT_EQ(rrc_.ues(), 1u);
}

TEST_F(RrcProcedures, release_is_answered_at_once_and_the_ue_goes_with_its_acknowledgement) {
  connect();
  release_command(77, 1);
  EXPECT_EQ(to_amf<ngap::UeContextReleaseComplete>().size(), 1u);
  EXPECT_EQ(tunnels_removed_, 1u);
  ASSERT_TRUE(last_dcch() && last_dcch()->rrc_release());
  reconfiguration_complete();
  EXPECT_EQ(dropped("dcch_after_release"), 1);
  release_command(77, 1);
  EXPECT_EQ(to_amf<ngap::ErrorIndication>().size(), 1u) << "replayed";
  executor_.run_for(std::chrono::seconds(2));
  EXPECT_EQ(rrc_.ues(), 0u);
}

TEST_F(RrcProcedures, a_lost_ue_is_given_up_when_it_does_not_come_back) {
  connect();
  rrc_.radio_lost(1, "test");
  rrc_.radio_lost(1, "again");
  executor_.run_for(std::chrono::seconds(6));
  EXPECT_EQ(to_amf<ngap::UeContextReleaseRequest>().size(), 1u);
  executor_.run_for(std::chrono::seconds(15));
  EXPECT_EQ(rrc_.ues(), 0u) << "without the AMF's command too";
}

// ---- re-establishment (TS 38.331 5.3.7)

TEST_F(RrcProcedures, reestablishment_needs_the_right_mac) {
  connect();
  rrc_.ccch(1, 0x4700, reestablishment_request(0x4601, 1, 0x9999));
  EXPECT_TRUE(last_is(0, [](const auto& c1) { return c1.rrc_setup(); })) << "5.3.7.8";
  EXPECT_EQ(rrc_.ues(), 2u);
  executor_.run_for(std::chrono::milliseconds(settings_.procedure_ms + 1));
  EXPECT_EQ(rrc_.ues(), 1u) << "what nobody completes goes; the UE's own context stays";
  rrc_.ccch(1, 0x4701, reestablishment_request(0x4601, 1, 0x1234));
  ASSERT_TRUE(last_dcch() && last_dcch()->rrc_reestablishment());
  dcch([](auto& c1) { c1.set_rrc_reestablishment_complete().critical_extensions.set_rrc_reestablishment_complete(); });
  EXPECT_TRUE(last_dcch() && last_dcch()->rrc_reconfiguration());
  dcch([](auto& c1) { c1.set_rrc_reestablishment_complete().critical_extensions.set_rrc_reestablishment_complete(); });
  EXPECT_EQ(dropped("reestablishment_complete_unexpected"), 1);
  EXPECT_EQ(rrc_.ues(), 1u);
}

TEST_F(RrcProcedures, reestablishment_of_nobody_becomes_a_setup) {
  set_up_n2();
  rrc_.ccch(0, 0x4700, reestablishment_request(0x4601, 1, 0x1234));
  EXPECT_TRUE(last_is(0, [](const auto& c1) { return c1.rrc_setup(); }));
  setup_complete();
  EXPECT_EQ(to_amf<ngap::InitialUeMessage>().size(), 1u);
}

// ---- handover

TEST_F(RrcProcedures, handover_messages_out_of_state_are_dropped) {
  connect();
  ngap::HandoverCommand command;
  command.amf_ue_ngap_id = 77;
  command.ran_ue_ngap_id = 1;
  command.target_to_source_transparent_container = Bytes{1, 2, 3};
  from_amf(command);
  EXPECT_EQ(dropped("handover_command_unexpected"), 1);
  ngap::DownlinkRanStatusTransfer status;
  status.amf_ue_ngap_id = 77;
  status.ran_ue_ngap_id = 1;
  auto& item = status.ran_status_transfer_transparent_container.drbs_subject_to_status_transfer_list.emplace_back();
  item.drb_id = 1;
  item.drb_status_ul.set_drb_status_ul18();
  item.drb_status_dl.set_drb_status_dl18();
  from_amf(status);
  EXPECT_EQ(dropped("ran_status_transfer_unexpected"), 1);
  EXPECT_FALSE(rrc_.hand_over(1, 7)) << "no such cell";
  EXPECT_FALSE(rrc_.hand_over(9, 1)) << "no such UE";
}

TEST_F(RrcProcedures, a_handover_whose_ue_never_shows_up_is_given_up) {
  connect();
  EXPECT_TRUE(rrc_.hand_over(1, 1));
  EXPECT_FALSE(rrc_.hand_over(1, 1)) << "one at a time";
  executor_.run_for(std::chrono::seconds(30));
  EXPECT_EQ(rrc_.ues(), 0u);
}

TEST_F(RrcProcedures, handover_request_is_refused_with_a_cause) {
  set_up_n2();
  ngap::HandoverRequest request;
  request.amf_ue_ngap_id = 78;
  request.cause.set_radio_network() = ngap::CauseRadioNetwork::handover_desirable_for_radio_reason;
  request.guami = guami();
  request.allowed_nssai.emplace_back().s_nssai = slice();
  request.ue_security_capabilities = capabilities(0xe000, 0xe000);
  request.security_context.next_hop_nh = per::BitString(Bytes(32, 1), 256);
  auto& session = request.pdu_session_resource_setup_list_ho_req.emplace_back();
  session.pdu_session_id = 1;
  session.s_nssai = slice();
  session.handover_request_transfer = session_transfer();
  request.source_to_target_transparent_container = Bytes{0xff};
  from_amf(request);
  EXPECT_EQ(to_amf<ngap::HandoverFailure>().size(), 1u) << "a container that is none";

  ngap::SourceNgranNodeToTargetNgranNodeTransparentContainer container;
  container.rrc_container = Bytes{0xff};
  auto cell = [&](uint64_t identity) {
    auto& nr = container.target_cell_id.set_nr_cgi();
    nr.plmn_identity = plmn.octets;
    nr.nr_cell_identity.value = identity;
    container.ue_history_information.clear();
    auto& last = container.ue_history_information.emplace_back().last_visited_cell_information.set_ngran_cell();
    last.global_cell_id = container.target_cell_id;
    request.source_to_target_transparent_container = *ngap::encode_value(container);
  };
  cell(0x999);
  from_amf(request);
  auto failures = to_amf<ngap::HandoverFailure>();
  ASSERT_EQ(failures.size(), 1u);
  EXPECT_EQ(*failures[0].cause.radio_network(), ngap::CauseRadioNetwork::cell_not_available);

  cell(settings_.cells[0].nr_cell_identity);
  session.s_nssai.sst = {9};
  from_amf(request);
  EXPECT_EQ(to_amf<ngap::HandoverFailure>().size(), 1u) << "no session can be admitted";
  EXPECT_EQ(rrc_.ues(), 0u);

  session.s_nssai = slice();
  from_amf(request);
  EXPECT_EQ(to_amf<ngap::HandoverRequestAcknowledge>().size(), 1u) << "with full configuration, as the source's is not known";
  EXPECT_EQ(rrc_.ues(), 1u);
  executor_.run_for(std::chrono::seconds(30));
  EXPECT_EQ(rrc_.ues(), 0u) << "the UE never came";
}

// ---- paging, reset

TEST_F(RrcProcedures, paging_is_for_our_tracking_areas) {
  set_up_n2();
  ngap::Paging paging;
  auto& identity = paging.ue_paging_identity.set_five_g_s_tmsi();
  identity.five_g_tmsi = {0, 0, 0, 42};
  auto& area = paging.tai_list_for_paging.emplace_back().tai;
  area.plmn_identity = plmn.octets;
  area.tac = {0, 0, 2};
  from_amf(paging);
  EXPECT_EQ(dropped("paging_area"), 1);
  EXPECT_TRUE(paged_.empty());
  paging.tai_list_for_paging[0].tai.tac = {0, 0, 1};
  from_amf(paging);
  EXPECT_EQ(paged_, (std::vector<std::pair<size_t, uint64_t>>{{0, 42}, {1, 42}}));
  auto message = rrc::decode<rrc::PcchMessage>(rrc_.pcch(std::array<uint64_t, 2>{42, 43}));
  ASSERT_TRUE(message);
  EXPECT_EQ(message->message.c1()->paging()->paging_record_list->size(), 2u);
}

TEST_F(RrcProcedures, reset_and_the_loss_of_n2_release_everybody) {
  connect();
  ngap::NgReset reset;
  reset.cause.set_misc() = ngap::CauseMisc::om_intervention;
  reset.reset_type.set_ng_interface() = ngap::ResetAll{};
  from_amf(reset);
  EXPECT_EQ(to_amf<ngap::NgResetAcknowledge>().size(), 1u);
  executor_.run_for(std::chrono::seconds(2));
  EXPECT_EQ(rrc_.ues(), 0u);
  rrc_.ccch(0, 0x4602, setup_request());
  setup_complete(2);
  rrc_.n2_down("test");
  executor_.run_for(std::chrono::seconds(2));
  EXPECT_EQ(rrc_.ues(), 0u);
}

}  // namespace
}  // namespace sen::gnb
