#include <gtest/gtest.h>

#include <algorithm>

#include "codec/ngap/ngap.h"

using namespace sen;
using ngap::Verdict;
using Problem = per::IeProblem::Type;

namespace {

// A PDU from its IEs, each "id criticality(00, 40, 80) content" with its octets in hex; lengths below 128.
Bytes pdu_of(uint8_t head, uint8_t procedure, uint8_t criticality, const std::vector<std::string>& ies) {
  ByteWriter content;
  content.u8(0);
  content.u16(static_cast<uint16_t>(ies.size()));
  for (const auto& text : ies) {
    const Bytes ie = *from_hex(text);
    content.put(ByteView(ie).first(3));
    content.u8(static_cast<uint8_t>(ie.size() - 3));
    content.put(ByteView(ie).subspan(3));
  }
  ByteWriter pdu;
  for (uint8_t octet : {head, procedure, criticality}) pdu.u8(octet);
  pdu.u8(static_cast<uint8_t>(content.size()));
  pdu.put(content.view());
  return pdu.take();
}

const std::string amf_id = "000a00 0001", ran_id = "005500 0002", nas = "002600 03 7e0041";

ngap::InitialUeMessage initial_ue_message() {
  ngap::InitialUeMessage m;
  m.ran_ue_ngap_id = 7;
  m.nas_pdu = {0x7e, 0x00, 0x41};
  auto& nr = m.user_location_information.set_user_location_information_nr();
  nr.nr_cgi.plmn_identity = nr.tai.plmn_identity = {0x99, 0xf9, 0x07};
  nr.nr_cgi.nr_cell_identity = {0x10000};
  nr.tai.tac = {0, 0, 1};
  m.rrc_establishment_cause = ngap::RrcEstablishmentCause::mo_signalling;
  return m;
}

std::string text_of(const ngap::NgapPdu& pdu) {
  codec::Tree tree;
  ngap::print(pdu, tree);
  return tree.text();
}

}  // namespace

TEST(Ngap, reads_what_a_gnb_sends) {
  const auto bytes = ngap::encode(initial_ue_message());
  ASSERT_TRUE(bytes) << bytes.error().describe();
  const auto pdu = ngap::decode(*bytes);
  ASSERT_TRUE(pdu) << pdu.error().describe();
  EXPECT_STREQ(pdu->name(), "InitialUEMessage");
  EXPECT_EQ(pdu->procedure_code, ngap::procedure::initial_ue_message);
  const auto* m = pdu->get_if<ngap::InitialUeMessage>();
  ASSERT_NE(m, nullptr);
  EXPECT_EQ(pdu->get_if<ngap::DownlinkNasTransport>(), nullptr);
  EXPECT_EQ(m->ran_ue_ngap_id, 7u);
  ASSERT_NE(m->user_location_information.user_location_information_nr(), nullptr);
  EXPECT_EQ(m->user_location_information.user_location_information_nr()->nr_cgi.nr_cell_identity.value, 0x10000u);
  EXPECT_FALSE(m->five_g_s_tmsi);
}

TEST(Ngap, prints_the_standards_names) {
  const auto text = text_of(initial_ue_message());
  EXPECT_NE(text.find("InitialUEMessage.RAN-UE-NGAP-ID = 7\n"), std::string::npos) << text;
  EXPECT_NE(text.find("InitialUEMessage.UserLocationInformation.userLocationInformationNR.tAI.tAC = 000001\n"), std::string::npos) << text;
  EXPECT_NE(text.find("InitialUEMessage.RRCEstablishmentCause = mo-Signalling\n"), std::string::npos) << text;
}

TEST(Ngap, decodes_transfers_inside_octet_strings) {
  ngap::PduSessionResourceSetupRequest request;
  auto& item = request.pdu_session_resource_setup_list_su_req.emplace_back();
  item.pdu_session_id = 5;
  item.s_nssai.sst = {1};
  auto& transfer = item.pdu_session_resource_setup_request_transfer;
  auto& tunnel = transfer.ul_ngu_up_tnl_information.set_gtp_tunnel();
  tunnel.transport_layer_address = per::BitString(0x0a640007, 32);
  tunnel.gtp_teid = {0, 0, 0xeb, 0x37};
  transfer.pdu_session_type = ngap::PduSessionType::ipv4_v6;
  auto& flow = transfer.qos_flow_setup_request_list.emplace_back();
  flow.qos_flow_identifier = 1;
  flow.qos_flow_level_qos_parameters.qos_characteristics.set_non_dynamic_5qi().five_qi = 9;
  flow.qos_flow_level_qos_parameters.allocation_and_retention_priority.priority_level_arp = 8;
  const auto bytes = ngap::encode(request);
  ASSERT_TRUE(bytes) << bytes.error().describe();
  const auto pdu = ngap::decode(*bytes);
  ASSERT_TRUE(pdu) << pdu.error().describe();
  EXPECT_EQ(text_of(*pdu), text_of(request));
  const auto alone = ngap::encode_value(transfer);
  ASSERT_TRUE(alone);
  const auto back = ngap::decode_value<ngap::PduSessionResourceSetupRequestTransfer>(*alone);
  ASSERT_TRUE(back);
  EXPECT_EQ(back->pdu_session_type, ngap::PduSessionType::ipv4_v6);
}

TEST(NgapDiagnostics, name_a_missing_mandatory_ie) {
  ngap::Diagnostics d;
  const auto pdu = ngap::decode(pdu_of(0x00, ngap::procedure::downlink_nas_transport, 0x40, {amf_id, ran_id}), &d);
  ASSERT_FALSE(pdu);
  EXPECT_EQ(pdu.error().fault, Fault::missing);
  EXPECT_EQ(pdu.error().where.substr(0, 20), "DownlinkNASTransport");
  EXPECT_NE(pdu.error().where.find("NAS-PDU"), std::string::npos);
  EXPECT_EQ(d.verdict, Verdict::reject);
  ASSERT_EQ(d.problems.size(), 1u);
  EXPECT_EQ(d.problems[0].id, ngap::ie::nas_pdu);
  EXPECT_EQ(d.problems[0].type, Problem::missing);
  const auto report = ngap::criticality_diagnostics(d);
  EXPECT_EQ(report.procedure_code, ngap::procedure::downlink_nas_transport);
  EXPECT_EQ(report.procedure_criticality, ngap::Criticality::ignore);
  ASSERT_TRUE(report.ies_criticality_diagnostics);
  EXPECT_EQ((*report.ies_criticality_diagnostics)[0].type_of_error, ngap::TypeOfError::missing);
}

TEST(NgapDiagnostics, go_on_without_a_mandatory_ie_of_criticality_ignore) {  // 10.3.5
  auto bytes = *ngap::encode(initial_ue_message());
  const Bytes cause = *from_hex("005a4001 18");
  const auto at = std::search(bytes.begin(), bytes.end(), cause.begin(), cause.end());
  ASSERT_NE(at, bytes.end());
  bytes.erase(at, at + static_cast<ptrdiff_t>(cause.size()));
  bytes[3] = static_cast<uint8_t>(bytes[3] - cause.size());
  --bytes[6];
  ngap::Diagnostics d;
  const auto pdu = ngap::decode(bytes, &d);
  ASSERT_TRUE(pdu) << pdu.error().describe();
  EXPECT_EQ(d.verdict, Verdict::ok);
  ASSERT_EQ(d.problems.size(), 1u);
  EXPECT_EQ(to_hex(*ngap::encode(*pdu)), to_hex(bytes));
}

TEST(NgapDiagnostics, keep_an_unknown_ie_and_say_what_its_criticality_asks) {
  const std::pair<const char*, Verdict> cases[] = {{"fff000 aabb", Verdict::reject}, {"fff040 aabb", Verdict::ok}, {"fff080 aabb", Verdict::notify}};
  for (const auto& [unknown, verdict] : cases) {
    const auto bytes = pdu_of(0x00, ngap::procedure::downlink_nas_transport, 0x40, {amf_id, unknown, ran_id, nas});
    ngap::Diagnostics d;
    const auto pdu = ngap::decode(bytes, &d);
    ASSERT_TRUE(pdu) << pdu.error().describe();
    EXPECT_EQ(d.verdict, verdict);
    ASSERT_EQ(d.problems.size(), 1u);
    EXPECT_EQ(d.problems[0].id, 0xfff0);
    EXPECT_EQ(d.problems[0].type, Problem::not_understood);
    EXPECT_EQ(pdu->get_if<ngap::DownlinkNasTransport>()->extra.unknown_ies().size(), 1u);
    EXPECT_EQ(to_hex(*ngap::encode(*pdu)), to_hex(bytes));
  }
}

TEST(NgapDiagnostics, notice_wrong_order_repetition_and_odd_criticality) {
  const std::string odd = "002640 03 7e0041";
  for (const auto& ies : {std::vector{ran_id, amf_id, nas}, std::vector{amf_id, amf_id, ran_id, nas}, std::vector{amf_id, ran_id, odd}}) {
    const auto bytes = pdu_of(0x00, ngap::procedure::downlink_nas_transport, 0x40, ies);
    ngap::Diagnostics d;
    const auto pdu = ngap::decode(bytes, &d);
    ASSERT_TRUE(pdu) << pdu.error().describe();
    EXPECT_EQ(d.wrong_order, ies[0] == ran_id);
    EXPECT_EQ(d.too_many_occurrences, ies.size() == 4);
    EXPECT_EQ(d.verdict, ies.back() == odd ? Verdict::ok : Verdict::falsely_constructed);
    EXPECT_EQ(to_hex(*ngap::encode(*pdu)), to_hex(bytes));
  }
}

TEST(NgapDiagnostics, keep_unknown_procedures_and_outcomes) {
  for (uint8_t criticality : {0x00, 0x40, 0x80}) {
    const auto bytes = pdu_of(0x20, 200, criticality, {amf_id});
    ngap::Diagnostics d;
    const auto pdu = ngap::decode(bytes, &d);
    ASSERT_TRUE(pdu);
    EXPECT_FALSE(pdu->known());
    EXPECT_TRUE(d.unknown_procedure);
    EXPECT_EQ(d.verdict, criticality == 0 ? Verdict::reject : criticality == 0x40 ? Verdict::ok : Verdict::notify);
    EXPECT_EQ(to_hex(*ngap::encode(*pdu)), to_hex(bytes));
  }
}

TEST(NgapDiagnostics, call_what_cannot_be_read_a_transfer_syntax_error) {
  for (const char* hex : {"", "00", "80040000", "6004000000", "0004c000", "00044003000001", "000440040000010000", "00044081", "00044000ff",
                          "000440c5", "0004400a000001000a0003ffffff"}) {
    ngap::Diagnostics d;
    const auto pdu = ngap::decode(*from_hex(hex), &d);
    EXPECT_FALSE(pdu) << hex;
    EXPECT_EQ(d.verdict, Verdict::transfer_syntax_error) << hex;
    EXPECT_EQ(*ngap::cause_of(d).protocol(), ngap::CauseProtocol::transfer_syntax_error);
  }
}

TEST(Ngap, refuses_to_encode_what_is_incomplete_or_out_of_range) {
  ngap::UeContextReleaseCommand command;
  command.ue_ngap_ids.set_amf_ue_ngap_id() = 1;
  const auto bytes = ngap::encode(command);
  ASSERT_FALSE(bytes);
  EXPECT_EQ(bytes.error().fault, Fault::missing);
  EXPECT_EQ(bytes.error().where, "UEContextReleaseCommand.protocolIEs.Cause");
  command.cause.set_nas() = ngap::CauseNas::deregister;
  EXPECT_TRUE(ngap::encode(command));
  command.ue_ngap_ids.set_amf_ue_ngap_id() = uint64_t{1} << 40;
  EXPECT_FALSE(ngap::encode(command));
}

TEST(Ngap, encodes_pdus_of_any_length) {
  for (size_t size : {100u, 127u, 200u, 16300u, 16384u, 40000u, 70000u}) {
    ngap::DownlinkNasTransport m;
    m.nas_pdu.assign(size, 0x5a);
    const auto bytes = ngap::encode(m);
    ASSERT_TRUE(bytes);
    const auto pdu = ngap::decode(*bytes);
    ASSERT_TRUE(pdu) << size << ": " << pdu.error().describe();
    EXPECT_EQ(pdu->get_if<ngap::DownlinkNasTransport>()->nas_pdu, m.nas_pdu);
  }
}

TEST(Ngap, every_message_survives_with_random_content) {
  Random random(5);
  const auto all = ngap::messages();
  EXPECT_GE(all.size(), 120u);
  for (int round = 0; round < 20; ++round) {
    for (const auto& id : all) {
      const auto pdu = ngap::random_message(id.procedure_code, id.outcome, random);
      const auto bytes = ngap::encode(pdu);
      ASSERT_TRUE(bytes) << id.name << ": " << bytes.error().describe();
      ngap::Diagnostics d;
      const auto back = ngap::decode(*bytes, &d);
      ASSERT_TRUE(back) << id.name << ": " << back.error().describe();
      EXPECT_EQ(d.verdict, Verdict::ok) << id.name;
      EXPECT_EQ(text_of(*back), text_of(pdu));
      EXPECT_EQ(to_hex(*ngap::encode(*back)), to_hex(*bytes)) << id.name;
    }
  }
}

TEST(Ngap, no_truncation_or_flipped_bit_is_more_than_an_error) {
  Random random(6);
  for (const auto& id : ngap::messages()) {
    const auto bytes = ngap::encode(ngap::random_message(id.procedure_code, id.outcome, random));
    ASSERT_TRUE(bytes);
    for (size_t cut = 0; cut < bytes->size(); ++cut) EXPECT_FALSE(ngap::decode(ByteView(*bytes).first(cut)));
    for (int i = 0; i < 200; ++i) {
      Bytes damaged = *bytes;
      damaged[random.between(0, damaged.size() - 1)] ^= static_cast<uint8_t>(1u << random.between(0, 7));
      static_cast<void>(ngap::decode(damaged));
    }
  }
}
