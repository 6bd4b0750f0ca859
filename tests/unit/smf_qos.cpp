// QoS of a session: what UE, gNB and UPF are told, and, with the real UPF behind the SMF, what happens to packets.
#include <gtest/gtest.h>

#include "base/pcap.h"
#include "codec/gtpu/gpdu.h"
#include "codec/gtpu/message.h"
#include "core/upf/upf.h"
#include "tests/unit/smf_world.h"

namespace sen::smf::test {

using namespace std::chrono_literals;
using N2 = sbi::N2SmInfoType;
using RuleOperation = nas::QosRule::Operation;
using FlowOperation = nas::QosFlowDescription::Operation;

namespace {

// The SMF with our UPF in place of the scripted one.
struct WithUpf : World {
  WithUpf() : World(SmfConfig(), false), upf(small(), executor, upf_counters, ports()) {
    upf.start();
    other_upf = [this](ByteView bytes) { upf.n4_received({*IpAddress::parse("127.0.0.4"), 8805}, bytes); };
    run(5s);
  }
  static upf::UpfConfig small() {
    upf::UpfConfig config;
    config.max_sessions = 16;
    config.packets = 512;
    return config;
  }
  upf::UpfPorts ports() {
    return {.send_n4 = [this](const Endpoint&, Bytes b) { executor.post([this, b] { smf->n4_received(upf_address, b); }); },
            .send_n3 = [this](const Endpoint& to, Packet p) { n3.emplace_back(to, Bytes(p.view().begin(), p.view().end())); },
            .send_n6 = [this](Packet p) { n6.emplace_back(p.view().begin(), p.view().end()); }};
  }
  std::string ue() { return smf->sessions().at(0).ipv4; }
  // How many of `count` packets of 1000 octets from `remote` reach the gNB.
  size_t downlink(const char* remote, size_t count) {
    n3.clear();
    Bytes ip = udp_datagram(Bytes(972, 0x55), {*IpAddress::parse(remote), 4000}, {*IpAddress::parse(ue()), 5000});
    for (size_t i = 0; i < count; ++i) upf.n6_received(upf.pool().copy(ip));
    return n3.size();
  }
  void add_flow(FlowChange flow) {
    SessionChange change;
    change.flows.push_back(std::move(flow));
    ASSERT_TRUE(smf->modify_session(supi, 1, change));
    run();
    nas::PduSessionModificationComplete complete;
    complete.pdu_session_id = 1;
    ASSERT_TRUE(update_n1(complete));
  }

  Counters upf_counters;
  std::vector<std::pair<Endpoint, Bytes>> n3;
  std::vector<Bytes> n6;
  upf::Upf upf;
};

nas::PacketFilter filter(uint8_t direction, std::vector<nas::PacketFilterComponent> components) {
  nas::PacketFilter out;
  out.direction = direction;
  out.components = std::move(components);
  return out;
}

nas::PacketFilterComponent remote_port(uint16_t port) {
  nas::PacketFilterComponent out;
  out.type = nas::PacketFilterComponent::Type::remote_port;
  out.port = port;
  return out;
}

nas::QosRule rule(uint8_t id, RuleOperation operation, std::vector<nas::PacketFilter> filters, uint8_t precedence = 70, Qfi qfi = 0) {
  nas::QosRule out;
  out.id = id;
  out.operation = operation;
  out.filters = std::move(filters);
  if (operation != RuleOperation::remove) out.flow = nas::QosRule::Flow{.precedence = precedence, .segregation = false, .qfi = qfi};
  return out;
}

nas::QosFlowParameter parameter(nas::QosFlowParameter::Type type, uint64_t value) {
  nas::QosFlowParameter out;
  out.type = type;
  if (type == nas::QosFlowParameter::Type::five_qi)
    out.value = static_cast<uint16_t>(value);
  else
    std::tie(out.unit, out.value) = nas::unit_of(value);
  return out;
}

nas::QosFlowDescription description(Qfi qfi, FlowOperation operation, unsigned five_qi, uint64_t gfbr = 0) {
  using Type = nas::QosFlowParameter::Type;
  nas::QosFlowDescription out;
  out.qfi = qfi;
  out.operation = operation;
  out.e = operation != FlowOperation::remove;
  if (operation == FlowOperation::remove) return out;
  out.parameters.push_back(parameter(Type::five_qi, five_qi));
  if (gfbr == 0) return out;
  for (Type type : {Type::gfbr_uplink, Type::gfbr_downlink, Type::mfbr_uplink, Type::mfbr_downlink}) out.parameters.push_back(parameter(type, gfbr));
  return out;
}

nas::PduSessionModificationRequest request(std::vector<nas::QosRule> rules, std::vector<nas::QosFlowDescription> flows) {
  nas::PduSessionModificationRequest out;
  out.pdu_session_id = 1;
  out.pti = 9;
  if (!rules.empty()) out.qos_rules = nas::QosRules{std::move(rules)};
  if (!flows.empty()) out.qos_flows = nas::QosFlowDescriptions{std::move(flows)};
  return out;
}

nas::PduSessionModificationCommand commanded(World& w, const nas::PduSessionModificationRequest& asked) {
  auto reply = w.update_n1(asked);
  EXPECT_TRUE(reply) << reply.error().detail;
  if (!reply) return {};
  EXPECT_EQ(reply->n2_sm_info_type, N2::pdu_res_mod_req);
  auto message = sm(reply->n1_sm_msg);
  auto* command = message.get_if<nas::PduSessionModificationCommand>();
  EXPECT_TRUE(command && command->pti == asked.pti);
  nas::PduSessionModificationComplete complete;
  complete.pdu_session_id = 1;
  complete.pti = asked.pti;
  EXPECT_TRUE(w.update_n1(complete));
  return command ? *command : nas::PduSessionModificationCommand();
}

}  // namespace

TEST(SmfQos, session_ambr_is_named_by_every_non_gbr_rule) {
  World w;
  w.establish(nas::PduSessionKind::ipv4v6);
  auto* n4 = w.last_request<pfcp::SessionEstablishmentRequest>();
  ASSERT_EQ(n4->create_qers.size(), 2u);
  EXPECT_FALSE(n4->create_qers[0].mbr);
  EXPECT_EQ(n4->create_qers[0].qfi->value, 1);
  EXPECT_EQ(n4->create_qers[1].mbr->ul_kbps, 1'000'000u);
  EXPECT_FALSE(n4->create_qers[1].qfi);
  EXPECT_EQ(n4->create_pdrs[0].qer_ids, (std::vector<uint32_t>{1, n4->create_qers[1].qer_id}));
  EXPECT_EQ(n4->create_pdrs[1].qer_ids, n4->create_pdrs[0].qer_ids);
}

TEST(SmfQos, second_non_gbr_flow_counts_against_the_session_ambr_and_a_gbr_flow_does_not) {
  WithUpf w;
  w.subscription.session_ambr = {{1'000'000}, {1'000'000}};
  w.establish();
  w.add_flow({.qfi = 5, .five_qi = 7, .remote = IpPrefix::parse("10.9.0.0/16").value(), .precedence = 10});
  w.add_flow({.qfi = 6, .five_qi = 1, .gfbr_ul = 2'000'000, .gfbr_dl = 2'000'000, .remote = IpPrefix::parse("10.7.0.0/16").value(), .precedence = 11});
  w.run(10s);
  size_t passed = w.downlink("10.9.0.1", 400);
  EXPECT_GT(passed, 0u);
  EXPECT_LT(passed, 400u);
  EXPECT_EQ(w.downlink("10.8.0.1", 20), 0u);  // the default flow finds the session's bucket empty
  EXPECT_GT(w.downlink("10.7.0.1", 5), 0u);
  w.run(10s);
  EXPECT_GT(w.downlink("10.8.0.1", 1), 0u);
  EXPECT_EQ(gtpu::parse_gpdu(w.n3.at(0).second)->qfi, 1);
  EXPECT_GT(w.downlink("10.9.0.1", 1), 0u);
  EXPECT_EQ(gtpu::parse_gpdu(w.n3.at(0).second)->qfi, 5);
}

TEST(SmfQos, a_changed_filter_moves_packets_to_another_flow) {
  WithUpf w;
  w.establish();
  w.add_flow({.qfi = 5, .five_qi = 7, .remote = IpPrefix::parse("10.9.0.0/16").value(), .precedence = 10});
  w.add_flow({.qfi = 5, .five_qi = 7, .remote = IpPrefix::parse("10.8.0.0/16").value(), .precedence = 10});
  ASSERT_EQ(w.downlink("10.9.0.1", 1), 1u);
  EXPECT_EQ(gtpu::parse_gpdu(w.n3.at(0).second)->qfi, 1);
  ASSERT_EQ(w.downlink("10.8.0.1", 1), 1u);
  EXPECT_EQ(gtpu::parse_gpdu(w.n3.at(0).second)->qfi, 5);
}

TEST(SmfUeQos, adds_changes_and_deletes_a_flow_of_the_ue) {
  WithUpf w;
  w.establish();
  auto command = commanded(w, request({rule(0, RuleOperation::create, {filter(3, {remote_port(4000)})})}, {description(0, FlowOperation::create, 1, 64000)}));
  ASSERT_TRUE(command.qos_rules && command.qos_flows);
  auto& created = command.qos_rules->rules.at(0);
  EXPECT_EQ(created.operation, RuleOperation::create);
  EXPECT_EQ(created.id, 2);
  EXPECT_EQ(created.flow->qfi, 2);
  EXPECT_EQ(created.flow->precedence, 70);
  EXPECT_EQ(command.qos_flows->flows.at(0).qfi, 2);
  EXPECT_EQ(command.qos_flows->flows.at(0).parameters.size(), 5u);
  ASSERT_EQ(w.downlink("10.8.0.1", 1), 1u);  // from port 4000
  EXPECT_EQ(gtpu::parse_gpdu(w.n3.at(0).second)->qfi, 2);

  command = commanded(w, request({rule(2, RuleOperation::add_filters, {filter(3, {remote_port(4001)})}, 70, 2)}, {}));
  EXPECT_EQ(command.qos_rules->rules.at(0).operation, RuleOperation::replace_filters);
  EXPECT_EQ(command.qos_rules->rules.at(0).filters.size(), 2u);
  EXPECT_FALSE(command.qos_flows);
  nas::PacketFilter first;
  first.id = 1;
  command = commanded(w, request({rule(2, RuleOperation::delete_filters, {first}, 70, 2)}, {description(2, FlowOperation::modify, 1, 128000)}));
  EXPECT_EQ(command.qos_rules->rules.at(0).filters.size(), 1u);
  EXPECT_EQ(command.qos_flows->flows.at(0).operation, FlowOperation::modify);
  ASSERT_EQ(w.downlink("10.8.0.1", 1), 1u);
  EXPECT_EQ(gtpu::parse_gpdu(w.n3.at(0).second)->qfi, 1);

  command = commanded(w, request({rule(2, RuleOperation::remove, {})}, {description(2, FlowOperation::remove, 0)}));
  EXPECT_EQ(command.qos_rules->rules.at(0).operation, RuleOperation::remove);
  EXPECT_EQ(command.qos_flows->flows.at(0).operation, FlowOperation::remove);
  EXPECT_EQ(w.last_request<pfcp::SessionModificationRequest>()->remove_pdrs.size(), 2u);
}

TEST(SmfUeQos, rule_without_description_gets_the_default_5qi_and_an_uplink_filter_no_downlink_rule) {
  World w;
  w.establish();
  auto command = commanded(w, request({rule(0, RuleOperation::create, {filter(2, {remote_port(53)})})}, {}));
  ASSERT_TRUE(command.qos_flows);
  EXPECT_EQ(command.qos_flows->flows.at(0).parameters.at(0).value, 9);
  auto* n4 = w.last_request<pfcp::SessionModificationRequest>();
  ASSERT_EQ(n4->create_pdrs.size(), 1u);
  EXPECT_EQ(n4->create_pdrs[0].pdi.source_interface, pfcp::SourceInterface::access);
}

TEST(SmfUeQos, refuses_with_the_cause_of_the_fault) {
  World w;
  w.establish();
  auto cause = [&](std::vector<nas::QosRule> rules, std::vector<nas::QosFlowDescription> flows) {
    auto reply = w.update_n1(request(std::move(rules), std::move(flows)));
    return reply ? 0u : cause_of(reply.error());
  };
  auto create = rule(0, RuleOperation::create, {filter(3, {remote_port(4000)})});
  EXPECT_EQ(cause({create}, {description(0, FlowOperation::create, 130)}), 59u);                      // unsupported 5QI
  EXPECT_EQ(cause({create}, {description(0, FlowOperation::create, 1, 3'000'000'000)}), 33u);         // above the session AMBR
  EXPECT_EQ(cause({create}, {description(0, FlowOperation::create, 1)}), 83u);                        // a GBR 5QI without rates
  EXPECT_EQ(cause({}, {description(0, FlowOperation::create, 7)}), 83u);                              // no filter
  EXPECT_EQ(cause({rule(1, RuleOperation::remove, {})}, {}), 83u);                                    // the default rule
  EXPECT_EQ(cause({rule(7, RuleOperation::add_filters, {filter(3, {remote_port(1)})})}, {}), 83u);    // no such rule
  EXPECT_EQ(cause({}, {description(1, FlowOperation::remove, 0)}), 83u);
  EXPECT_EQ(cause({rule(0, RuleOperation::create, {filter(3, {remote_port(1), remote_port(2)})})}, {}), 44u);
  EXPECT_EQ(cause({rule(0, RuleOperation::create, {})}, {}), 84u);
  nas::PacketFilterComponent spi;
  spi.type = nas::PacketFilterComponent::Type::security_parameter_index;
  EXPECT_EQ(cause({rule(0, RuleOperation::create, {filter(3, {spi})})}, {}), 32u);
  std::vector<nas::QosRule> many;
  for (uint8_t i = 0; i < 9; ++i) many.push_back(rule(0, RuleOperation::create, {filter(3, {remote_port(i + 1)})}, 70 + i));
  EXPECT_EQ(cause(many, {}), 26u);
  EXPECT_EQ(cause({create, create}, {}), 83u);  // the same precedence twice
  EXPECT_EQ(w.smf->sessions().at(0).state, "active");
  EXPECT_EQ(w.count<pfcp::SessionModificationRequest>(), 1u);  // only the gNB's tunnel
}

TEST(SmfUeQos, refused_by_the_upf_is_rejected_and_forgotten) {
  World w;
  w.establish();
  w.upf_cause = pfcp::Cause::no_resources;
  auto asked = request({rule(0, RuleOperation::create, {filter(3, {remote_port(4000)})})}, {});
  EXPECT_EQ(cause_of(w.update_n1(asked).error()), 26u);
  w.upf_cause = pfcp::Cause::accepted;
  EXPECT_EQ(commanded(w, asked).qos_rules->rules.at(0).id, 2);
}

TEST(SmfSubscription, changed_ambr_and_default_qos_reach_upf_gnb_and_ue) {
  World w;
  w.establish();
  w.transfers.clear();
  w.subscription.session_ambr = {{5'000'000}, {6'000'000}};
  w.subscription.qos_profile.five_qi = 7;
  w.subscription_changed();
  ASSERT_EQ(w.transfers.size(), 1u);
  auto command = sm(w.transfers[0].n1_message);
  EXPECT_EQ(command.get_if<nas::PduSessionModificationCommand>()->ambr->uplink_bps(), 5'000'000u);
  EXPECT_EQ(command.get_if<nas::PduSessionModificationCommand>()->qos_flows->flows.at(0).parameters.at(0).value, 7);
  EXPECT_EQ(w.last_request<pfcp::SessionModificationRequest>()->update_qers.at(0).mbr->dl_kbps, 6000u);
}

TEST(SmfSubscription, session_whose_dnn_is_withdrawn_is_released_and_the_watch_ends_with_it) {
  World w;
  w.establish();
  EXPECT_EQ(w.watchers.size(), 1u);
  w.transfers.clear();
  w.udm_problem = sbi::ProblemDetails{404, std::string(sbi::cause::data_not_found), "", {}, {}};
  w.subscription_changed();
  ASSERT_EQ(w.transfers.size(), 1u);
  EXPECT_TRUE(sm(w.transfers[0].n1_message).get_if<nas::PduSessionReleaseCommand>());
  nas::PduSessionReleaseComplete complete;
  complete.pdu_session_id = 1;
  ASSERT_TRUE(w.update_n1(complete));
  w.run(20s);
  EXPECT_EQ(w.smf->session_count(), 0u);
  EXPECT_TRUE(w.watchers.empty());
}

TEST(SmfSubscription, trouble_of_the_udm_changes_nothing) {
  World w;
  w.establish();
  w.udm_problem = sbi::ProblemDetails{500, "", "", {}, {}};
  w.subscription_changed();
  EXPECT_EQ(w.smf->sessions().at(0).state, "active");
}

TEST(SmfHandover, without_a_direct_path_forwards_through_the_upf_until_the_ue_is_there) {
  WithUpf w;
  w.establish();
  sbi::SmContextUpdateData prepare;
  prepare.ho_state = sbi::HoState::preparing;
  prepare.n2_sm_info = octets(ngap::encode_value(ngap::HandoverRequiredTransfer()));
  prepare.n2_sm_info_type = N2::handover_required;
  ASSERT_TRUE(w.update(prepare));
  ngap::HandoverRequestAcknowledgeTransfer t;
  t.dl_ngu_up_tnl_information = tunnel(0x99);
  t.dl_forwarding_up_tnl_information = tunnel(0xf0);
  auto& flow = t.qos_flow_setup_response_list.emplace_back();
  flow.qos_flow_identifier = 1;
  flow.data_forwarding_accepted = ngap::DataForwardingAccepted::data_forwarding_accepted;
  sbi::SmContextUpdateData prepared;
  prepared.ho_state = sbi::HoState::prepared;
  prepared.n2_sm_info = octets(ngap::encode_value(t));
  prepared.n2_sm_info_type = N2::handover_req_ack;
  auto reply = w.update(prepared);
  ASSERT_TRUE(reply) << reply.error().detail;
  auto command = ngap::decode_value<ngap::HandoverCommandTransfer>(reply->n2_sm_info);
  ASSERT_TRUE(command && command->dl_forwarding_up_tnl_information && command->qos_flow_to_be_forwarded_list);
  auto& via = *command->dl_forwarding_up_tnl_information->gtp_tunnel();
  uint32_t teid = 0;
  for (uint8_t octet : via.gtp_teid) teid = teid << 8 | octet;
  EXPECT_NE(teid, 0xf0u);

  Bytes ip = udp_datagram(Bytes(100, 0x55), {*IpAddress::parse("10.8.0.1"), 4000}, {*IpAddress::parse(w.ue()), 5000});
  Bytes packet(gtpu::gpdu_header_octets + ip.size());
  gtpu::write_gpdu_header(std::span<uint8_t, gtpu::gpdu_header_octets>(packet.data(), gtpu::gpdu_header_octets), teid, ip.size(), gtpu::PduType::dl, 1);
  std::copy(ip.begin(), ip.end(), packet.begin() + gtpu::gpdu_header_octets);
  Endpoint source{*IpAddress::parse("10.100.0.2"), 2152};
  w.upf.n3_received(source, w.upf.pool().copy(packet));
  ASSERT_EQ(w.n3.size(), 1u);
  auto forwarded = gtpu::parse_gpdu(w.n3[0].second);
  ASSERT_TRUE(forwarded);
  EXPECT_EQ(forwarded->teid, 0xf0u);
  EXPECT_EQ(forwarded->qfi, 1);
  EXPECT_EQ(w.n3[0].second[13] >> 4, 0);  // a downlink PDU session container
  w.upf.n3_received(source, w.upf.pool().copy(gtpu::encode(gtpu::end_marker_for(teid)).value()));
  ASSERT_EQ(w.n3.size(), 2u);
  EXPECT_EQ(gtpu::decode(w.n3[1].second)->teid, 0xf0u);

  sbi::SmContextUpdateData completed;
  completed.ho_state = sbi::HoState::completed;
  ASSERT_TRUE(w.update(completed));
  w.run(3s);
  w.n3.clear();
  w.upf.n3_received(source, w.upf.pool().copy(packet));
  ASSERT_EQ(w.n3.size(), 1u);
  EXPECT_EQ(gtpu::decode(w.n3[0].second)->type, gtpu::error_indication);
}

}  // namespace sen::smf::test
