#include <gtest/gtest.h>

#include <fstream>

#include "codec/pfcp/message.h"

namespace sen::pfcp {
namespace {

constexpr uint8_t all_types[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 50, 51, 52, 53, 54, 55, 56, 57};

std::vector<Bytes> captures() {
  std::vector<Bytes> out;
  std::ifstream in("tests/vectors/pfcp_captures.txt");
  for (std::string line; std::getline(in, line);) {
    if (line.empty() || line[0] == '#') continue;
    out.push_back(*from_hex(line));
  }
  return out;
}

Bytes encoded(const Packet& packet) {
  auto bytes = encode(packet);
  EXPECT_TRUE(bytes) << bytes.error().describe();
  return bytes ? *bytes : Bytes{};
}

Packet decoded(ByteView bytes) {
  auto packet = decode(bytes);
  EXPECT_TRUE(packet) << packet.error().describe() << " in " << to_hex(bytes);
  return packet ? *packet : Packet{};
}

// A session message with these IEs (in hexadecimal).
Bytes session_message(uint8_t type, std::string_view ies) {
  Bytes body = *from_hex(ies);
  ByteWriter out;
  out.u8(0x21);
  out.u8(type);
  out.u16(static_cast<uint16_t>(body.size() + 12));
  out.u64(7);
  out.u32(0x100);
  out.put(body);
  return out.take();
}

DecodeError error_of(ByteView bytes) {
  auto packet = decode(bytes);
  EXPECT_FALSE(packet);
  return packet ? DecodeError{} : packet.error();
}

std::string leaf(const Packet& packet, std::string_view path) {
  codec::Tree tree;
  print(packet, tree);
  for (const auto& one : tree.leaves()) {
    if (one.path == path) return one.value;
  }
  return "(none)";
}

TEST(Pfcp, captured_messages_encode_to_the_octets_received_and_hide_nothing) {
  auto messages = captures();
  ASSERT_GT(messages.size(), 50u);
  for (const auto& bytes : messages) {
    auto packet = decoded(bytes);
    EXPECT_EQ(to_hex(encoded(packet)), to_hex(bytes));
    codec::Tree tree;
    print(packet, tree);
    EXPECT_EQ(tree.opaque_bits(), 0u) << tree.text();
    EXPECT_EQ(*size(packet), bytes.size());
  }
}

TEST(Pfcp, random_messages_of_every_type_survive_encoding_and_decoding) {
  Random random(1);
  for (uint8_t type : all_types) {
    for (int i = 0; i < 60; ++i) {
      auto packet = random_packet(type, random);
      EXPECT_EQ(type_of(packet.body), type);
      auto bytes = encoded(packet);
      auto again = decode(bytes);
      ASSERT_TRUE(again) << again.error().describe() << "\n" << to_hex(bytes);
      ASSERT_EQ(encoded(*again), bytes) << message_name(type);
      if (!(*again == packet)) {
        codec::Tree a, b;
        print(packet, a);
        print(*again, b);
        ASSERT_EQ(a.text(), b.text());
        FAIL() << "same leaves, other message: " << message_name(type);
      }
      codec::Tree tree;
      print(packet, tree);
      EXPECT_EQ(tree.opaque_bits(), 0u) << tree.text();
    }
  }
}

TEST(Pfcp, every_truncation_of_a_message_is_refused_and_harmless) {
  Random random(2);
  for (uint8_t type : all_types) {
    auto bytes = encoded(random_packet(type, random));
    for (size_t n = 0; n < bytes.size(); ++n) EXPECT_FALSE(decode(ByteView(bytes).first(n)));
  }
}

TEST(Pfcp, header_fields_are_kept) {
  Packet packet{.header = {.seid = 0x1122334455667788, .sequence = 0xabcdef, .priority = 5, .follow_on = true, .spare_flags = 2, .spare = 9},
                .body = SessionDeletionRequest{}};
  auto bytes = encoded(packet);
  EXPECT_EQ(to_hex(bytes), "3736000c1122334455667788abcdef59");
  EXPECT_EQ(decoded(bytes), packet);
}

TEST(Pfcp, bundled_messages_are_split_at_the_follow_on_flag) {
  auto first = encoded({.header = {.seid = 1, .sequence = 1, .follow_on = true}, .body = SessionDeletionRequest{}});
  auto second = encoded({.header = {.sequence = 2}, .body = HeartbeatRequest{.recovery_time_stamp = 3}});
  Bytes both = first;
  both.insert(both.end(), second.begin(), second.end());
  auto parts = split(both);
  ASSERT_TRUE(parts);
  ASSERT_EQ(parts->size(), 2u);
  EXPECT_EQ(decoded((*parts)[0]).header.follow_on, true);
  EXPECT_EQ(std::get<HeartbeatRequest>(decoded((*parts)[1]).body).recovery_time_stamp, 3u);
  EXPECT_FALSE(split(ByteView(both).first(both.size() - 1)));
  second.push_back(0);
  EXPECT_FALSE(split(second)) << "octets behind the last message";
  EXPECT_FALSE(split({}));
}

TEST(Pfcp, another_version_and_an_unknown_type_are_told_apart) {
  auto error = error_of(*from_hex("4032000400000100"));
  EXPECT_EQ(error.version, 2);
  EXPECT_EQ(error.fault, Fault::unsupported);
  error = error_of(*from_hex("2063000400000100"));
  EXPECT_EQ(error.version, 1);
  EXPECT_EQ(error.type, 0x63);
  EXPECT_EQ(error.cause, Cause::service_not_supported);
}

TEST(Pfcp, unknown_and_vendor_ies_stay_in_their_place) {
  // Cause, an IE of a later release, a vendor's, then Offending IE
  auto bytes = session_message(SessionModificationResponse::type, "0013000101" "03e80002beef" "80010003270f55" "00280002001d");
  auto packet = decoded(bytes);
  const auto& response = std::get<SessionModificationResponse>(packet.body);
  EXPECT_EQ(response.cause, Cause::accepted);
  EXPECT_EQ(response.offending_ie, ie::precedence);
  ASSERT_TRUE(response.extra.get());
  EXPECT_EQ(response.extra.get()->unknown.size(), 2u);
  EXPECT_EQ(encoded(packet), bytes);
  codec::Tree tree;
  print(packet, tree);
  EXPECT_EQ(tree.opaque_bits(), 16u) << "the IE of a later release, not the vendor's";
}

TEST(Pfcp, another_order_of_ies_is_remembered_and_new_ies_follow) {
  auto bytes = session_message(SessionModificationRequest::type,
                               "00030013" "002c000102" "006c000400000005" "80020002270f" /* create FAR: apply action before its id */
                               "000f00060038000200010010000800" "6c000400000005");
  // Lengths: the Create FAR above is 5 + 8 + 6 = 19 octets; then Remove PDR and Remove FAR, which the table has first.
  auto packet = decoded(bytes);
  EXPECT_EQ(encoded(packet), bytes);
  auto& request = std::get<SessionModificationRequest>(packet.body);
  ASSERT_EQ(request.create_fars.size(), 1u);
  EXPECT_EQ(request.create_fars[0].far_id, 5u);
  EXPECT_TRUE(request.create_fars[0].apply_action.forw);
  ASSERT_EQ(request.remove_pdrs.size(), 1u);
  request.remove_pdrs.push_back({.pdr_id = 9});
  Bytes more = bytes;
  for (uint8_t b : {0x00, 0x0f, 0x00, 0x06, 0x00, 0x38, 0x00, 0x02, 0x00, 0x09}) more.push_back(b);
  more[3] = static_cast<uint8_t>(more[3] + 10);
  EXPECT_EQ(to_hex(encoded(packet)), to_hex(more));
}

TEST(Pfcp, spare_bits_and_trailing_octets_survive_until_the_value_changes) {
  // Cause with a second octet, Report Type with the spare bit, Recovery Time Stamp untouched
  auto bytes = session_message(SessionReportRequest::type, "0027000281aa" "0053000600380002" "0007");
  auto packet = decoded(bytes);
  EXPECT_EQ(encoded(packet), bytes);
  auto& request = std::get<SessionReportRequest>(packet.body);
  EXPECT_TRUE(request.report_type.dldr);
  request.report_type.usar = true;
  auto changed = session_message(SessionReportRequest::type, "0027000103" "0053000600380002" "0007");
  EXPECT_EQ(to_hex(encoded(packet)), to_hex(changed));
}

TEST(Pfcp, a_short_feature_list_keeps_its_length) {
  auto bytes = *from_hex("20050015" "00000100" "003c0005007f000001" "00600004e5d0c2a8");
  auto features = *from_hex("002b00021011");
  bytes.insert(bytes.end(), features.begin(), features.end());
  bytes[3] = static_cast<uint8_t>(bytes.size() - 4);
  auto packet = decoded(bytes);
  const auto& request = std::get<AssociationSetupRequest>(packet.body);
  ASSERT_TRUE(request.up_function_features);
  EXPECT_TRUE(request.up_function_features->ftup);
  EXPECT_TRUE(request.up_function_features->empu);
  EXPECT_FALSE(request.up_function_features->ueip);
  EXPECT_EQ(encoded(packet), bytes);
}

// Class 14: a flag says that an IE is there and it is not. Which flag demands which IE is the server's business; the codec gives both.
TEST(PfcpCrashClass14, a_report_whose_ies_are_missing_decodes_with_them_absent) {
  auto packet = decoded(session_message(SessionReportRequest::type, "0027000107"));
  const auto& report = std::get<SessionReportRequest>(packet.body);
  EXPECT_TRUE(report.report_type.dldr);
  EXPECT_FALSE(report.downlink_data_report);
  EXPECT_TRUE(report.usage_reports.empty());
  EXPECT_FALSE(report.error_indication_report);
  // A Downlink Data Report without the PDR ID that it must have
  auto error = error_of(session_message(SessionReportRequest::type, "0027000101" "00530000"));
  EXPECT_EQ(error.cause, Cause::mandatory_ie_missing);
  EXPECT_EQ(error.offending_ie, ie::pdr_id);
}

TEST(PfcpCrashClass15, a_response_without_cause_names_the_cause_and_the_header) {
  auto error = error_of(session_message(SessionModificationResponse::type, ""));
  EXPECT_EQ(error.fault, Fault::missing);
  EXPECT_EQ(error.cause, Cause::mandatory_ie_missing);
  EXPECT_EQ(error.offending_ie, ie::cause);
  EXPECT_EQ(error.where, "Session Modification Response.Cause");
  ASSERT_TRUE(error.header);
  EXPECT_EQ(error.header->seid, 7u);
  EXPECT_EQ(error.header->sequence, 1u);
}

TEST(PfcpCrashClass16, a_pdr_without_far_and_a_far_with_an_unknown_destination_decode) {
  auto pdr = decoded(session_message(SessionModificationRequest::type, "00010017" "003800020001" "001d000400000001" "0002000500140001" "01"));
  const auto& request = std::get<SessionModificationRequest>(pdr.body);
  ASSERT_EQ(request.create_pdrs.size(), 1u);
  EXPECT_FALSE(request.create_pdrs[0].far_id);
  auto far = decoded(session_message(SessionModificationRequest::type, "00030016" "006c000400000005" "002c000102" "00040005002a00010e"));
  const auto& far_request = std::get<SessionModificationRequest>(far.body);
  ASSERT_TRUE(far_request.create_fars[0].forwarding_parameters);
  EXPECT_EQ(static_cast<int>(far_request.create_fars[0].forwarding_parameters->destination_interface), 14);
}

TEST(PfcpCrashClass18, lengths_that_lie_are_refused_with_the_ie_named) {
  auto zero = error_of(session_message(SessionModificationResponse::type, "00130000"));
  EXPECT_EQ(zero.cause, Cause::invalid_length);
  EXPECT_EQ(zero.offending_ie, ie::cause);
  auto beyond = error_of(session_message(SessionModificationResponse::type, "0013000901"));
  EXPECT_EQ(beyond.cause, Cause::invalid_length);
  EXPECT_EQ(beyond.offending_ie, ie::cause);
  // inside a group: Create FAR of 9 octets whose FAR ID claims 255
  auto nested = error_of(session_message(SessionModificationRequest::type, "00030009" "006c00ff0000000501"));
  EXPECT_EQ(nested.cause, Cause::invalid_length);
  EXPECT_EQ(nested.offending_ie, ie::far_id);
  EXPECT_EQ(nested.where, "Session Modification Request.Create FAR.FAR ID");
  auto small = error_of(session_message(SessionModificationRequest::type, "00030006" "006c00020005"));
  EXPECT_EQ(small.cause, Cause::invalid_length);
  auto header_left = error_of(session_message(SessionModificationResponse::type, "0013000101" "0028"));
  EXPECT_EQ(header_left.cause, Cause::invalid_length);
  auto vendor = error_of(session_message(SessionModificationResponse::type, "0013000101" "8001000101"));
  EXPECT_EQ(vendor.cause, Cause::invalid_length);
}

TEST(Pfcp, an_ie_with_a_value_that_makes_no_sense_is_incorrect) {
  auto error = error_of(session_message(SessionModificationRequest::type, "0039000900" "0000000000000001"));
  EXPECT_EQ(error.cause, Cause::mandatory_ie_incorrect);
  EXPECT_EQ(error.offending_ie, ie::f_seid);
}

TEST(Pfcp, more_ies_than_the_limit_are_refused) {
  ByteWriter ies;
  for (size_t i = 0; i < max_ies + 1; ++i) ies.u32(0x03e80000);
  auto error = error_of(session_message(SessionModificationRequest::type, to_hex(ies.view())));
  EXPECT_EQ(error.fault, Fault::exhausted);
  EXPECT_EQ(error.cause, Cause::no_resources);
}

TEST(Pfcp, a_repeated_ie_is_ignored_and_kept) {
  auto bytes = session_message(SessionModificationResponse::type, "0013000101" "0013000141");
  auto packet = decoded(bytes);
  EXPECT_EQ(std::get<SessionModificationResponse>(packet.body).cause, Cause::accepted);
  EXPECT_EQ(encoded(packet), bytes);
}

// 7.6.8: the F-TEID of a PDI is optional; the F-SEID of the message, conditional, is not spared (above).
TEST(Pfcp, an_optional_ie_with_a_value_that_makes_no_sense_counts_as_absent) {
  auto bytes = session_message(SessionModificationRequest::type,
                               "00010025" "003800020001" "001d000400000001" "00020013" "0014000100" "0015000500" "00000007" "007c000109");
  auto packet = decoded(bytes);
  const auto& pdi = std::get<SessionModificationRequest>(packet.body).create_pdrs.at(0).pdi;
  EXPECT_FALSE(pdi.f_teid);
  ASSERT_EQ(pdi.qfis.size(), 1u);
  EXPECT_EQ(encoded(packet), bytes);
  // A length that lies still refuses the message (7.6.7).
  auto error = error_of(session_message(SessionModificationRequest::type,
                                        "0001001f" "003800020001" "001d000400000001" "0002000d" "0014000100" "001500040100" "0000"));
  EXPECT_EQ(error.cause, Cause::invalid_length);
  EXPECT_EQ(error.offending_ie, ie::f_teid);
}

TEST(Pfcp, an_optional_group_without_its_mandatory_member_counts_as_absent) {
  // UE IP address Pool Information three times; the second has no pool identity
  auto bytes = *from_hex("20050000" "00000100" "003c0005007f000001" "00600004e5d0c2a8"
                         "00e9000700b10003000141" "00e900050016000161" "00e9000700b10003000142");
  bytes[3] = static_cast<uint8_t>(bytes.size() - 4);
  auto packet = decoded(bytes);
  const auto& pools = std::get<AssociationSetupRequest>(packet.body).ue_ip_address_pool_information;
  ASSERT_EQ(pools.size(), 2u);
  EXPECT_EQ(pools[1].ue_ip_address_pool_identities.at(0).identity, "B");
  EXPECT_EQ(to_hex(encoded(packet)), to_hex(bytes));
}

// 5.6.3
TEST(Pfcp, an_ie_of_length_zero_asks_for_removal) {
  auto bytes = session_message(SessionModificationRequest::type, "0009000a" "003800020001" "00510000" "00980000");
  auto packet = decoded(bytes);
  const auto& request = std::get<SessionModificationRequest>(packet.body);
  const auto& pdr = request.update_pdrs.at(0);
  EXPECT_TRUE(pdr.urr_ids.empty());
  EXPECT_TRUE(pdr.extra.removes(ie::urr_id));
  EXPECT_FALSE(pdr.extra.removes(ie::qer_id));
  EXPECT_TRUE(request.extra.removes(ie::trace_information));
  EXPECT_EQ(encoded(packet), bytes);
  // a group with a mandatory member
  Packet made{.header = {.seid = 7, .sequence = 1}, .body = SessionModificationRequest{}};
  auto& far = std::get<SessionModificationRequest>(made.body).update_fars.emplace_back();
  far.extra.remove(ie::redundant_transmission_forwarding_parameters);
  auto again = decoded(encoded(made));
  EXPECT_EQ(again, made);
}

// 7.2.3.2: a response that rejects carries the cause only.
TEST(Pfcp, a_rejecting_response_needs_only_its_cause) {
  auto message = [](uint8_t cause) {
    auto bytes = *from_hex("20060000" "00000100" "003c0005007f000001" "00130001");
    bytes.push_back(cause);
    bytes[3] = static_cast<uint8_t>(bytes.size() - 4);
    return bytes;
  };
  auto packet = decoded(message(72));
  auto& response = std::get<AssociationSetupResponse>(packet.body);
  EXPECT_EQ(response.cause, Cause::no_association);
  EXPECT_EQ(response.recovery_time_stamp, 0u);
  EXPECT_EQ(leaf(packet, "Association Setup Response.Recovery Time Stamp"), "(none)");
  EXPECT_EQ(encoded(packet), message(72));
  response.recovery_time_stamp = 5;
  EXPECT_EQ(encoded(packet).size(), message(72).size() + 8);
  auto error = error_of(message(1));
  EXPECT_EQ(error.cause, Cause::mandatory_ie_missing);
  EXPECT_EQ(error.offending_ie, ie::recovery_time_stamp);
}

TEST(Pfcp, a_rule_type_of_a_later_release_counts_as_a_far) {
  auto bytes = session_message(SessionModificationResponse::type, "0013000149" "0072000507" "00000009");
  auto packet = decoded(bytes);
  const auto& response = std::get<SessionModificationResponse>(packet.body);
  ASSERT_TRUE(response.failed_rule_id);
  EXPECT_EQ(response.failed_rule_id->type, FailedRuleId::Type::far);
  EXPECT_EQ(response.failed_rule_id->id, 9u);
  EXPECT_EQ(encoded(packet), bytes);
}

TEST(Pfcp, the_pmf_of_an_ethernet_session_has_no_ports) {
  auto bytes = session_message(SessionModificationResponse::type, "0013000101" "00dd0019" "00e30015" "00e60011" "04" "020000000001" "020000000002"
                                                                  "00000000");
  auto packet = decoded(bytes);
  const auto& control = std::get<SessionModificationResponse>(packet.body).atsss_control_parameters;
  ASSERT_TRUE(control);
  ASSERT_EQ(control->pmf_parameters.size(), 1u);
  const auto& pmf = control->pmf_parameters[0].pmf_address_information;
  ASSERT_TRUE(pmf.macs);
  EXPECT_EQ(to_hex(pmf.macs->non_tgpp), "020000000002");
  EXPECT_EQ(encoded(packet), bytes);
}

TEST(Pfcp, f_teid_asks_for_choice_or_names_an_address) {
  Packet packet{.header = {.seid = 0, .sequence = 1}, .body = SessionModificationRequest{}};
  auto& request = std::get<SessionModificationRequest>(packet.body);
  CreatePdr pdr{.pdr_id = 1, .precedence = 255};
  pdr.pdi.f_teid = FTeid{.choose = true, .choose_v4 = true, .choose_id = 9};
  request.create_pdrs.push_back(pdr);
  pdr.pdi.f_teid = FTeid{.teid = 0x01020304, .ipv4 = Ipv4{10, 0, 0, 1}};
  request.create_pdrs.push_back(pdr);
  auto bytes = encoded(packet);
  EXPECT_NE(to_hex(bytes).find("001500020d09"), std::string::npos);
  EXPECT_NE(to_hex(bytes).find("0015000901010203040a000001"), std::string::npos);
  EXPECT_EQ(decoded(bytes), packet);
  EXPECT_EQ(leaf(packet, "Session Modification Request.Create PDR[1].PDI.F-TEID.IPv4 address"), "10.0.0.1");
  EXPECT_EQ(leaf(packet, "Session Modification Request.Create PDR[0].PDI.F-TEID.CHOOSE ID"), "9");
}

TEST(Pfcp, network_instance_is_labels_or_text) {
  NetworkInstance labels{.name = "ims.mnc001", .labels = true};
  NetworkInstance text{.name = "access", .labels = false};
  Packet packet{.header = {.seid = 1, .sequence = 1}, .body = SessionModificationRequest{}};
  auto& fars = std::get<SessionModificationRequest>(packet.body).create_fars;
  fars.resize(2);
  fars[0].forwarding_parameters = ForwardingParameters{.network_instance = labels};
  fars[1].forwarding_parameters = ForwardingParameters{.network_instance = text};
  auto bytes = encoded(packet);
  EXPECT_NE(to_hex(bytes).find("0016000b03696d73066d6e63303031"), std::string::npos);
  EXPECT_NE(to_hex(bytes).find("00160006616363657373"), std::string::npos);
  EXPECT_EQ(decoded(bytes), packet);
}

TEST(Pfcp, values_that_do_not_fit_are_refused_when_encoding) {
  Packet packet{.header = {.seid = 1, .sequence = 1}, .body = SessionModificationRequest{}};
  auto& request = std::get<SessionModificationRequest>(packet.body);
  request.create_fars.resize(1);
  request.create_fars[0].forwarding_parameters = ForwardingParameters{.forwarding_policy = ForwardingPolicy{std::string(300, 'x')}};
  EXPECT_FALSE(encode(packet));
  request.create_fars.assign(5000, CreateFar{});
  EXPECT_FALSE(encode(packet));
  packet.header.seid.reset();
  request.create_fars.clear();
  EXPECT_FALSE(encode(packet)) << "a session message needs a SEID";
}

TEST(Pfcp, a_captured_establishment_prints_the_standards_names) {
  for (const auto& bytes : captures()) {
    auto packet = decoded(bytes);
    if (type_of(packet.body) != SessionEstablishmentRequest::type) continue;
    EXPECT_EQ(leaf(packet, "Session Establishment Request.Node ID.Node ID IPv4"), "127.0.0.4");
    EXPECT_EQ(leaf(packet, "Session Establishment Request.Create PDR[0].PDI.Network Instance"), "internet");
    EXPECT_EQ(leaf(packet, "Session Establishment Request.Create PDR[0].Precedence"), "65535");
    EXPECT_EQ(leaf(packet, "Session Establishment Request.Create QER[0].MBR.UL"), "1000000");
    EXPECT_EQ(leaf(packet, "Session Establishment Request.Create FAR[0].Apply Action.BUFF"), "true");
    return;
  }
  FAIL() << "no establishment among the captures";
}

}  // namespace
}  // namespace sen::pfcp
