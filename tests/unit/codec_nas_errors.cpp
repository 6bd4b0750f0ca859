// Bad input: TS 24.501 clause 7 and the published crash classes 7, 8, 9, 10 and 18.
#include <gtest/gtest.h>

#include "codec/nas/mm.h"
#include "codec/nas/security.h"
#include "codec/nas/sm.h"

namespace sen::nas {

static std::expected<Message, DecodeError> decode_hex(std::string_view text) { return decode(*from_hex(text)); }

// A registration request of UERANSIM: SUCI with the null scheme, security capability f0f0f0f0.
static const std::string registration = "7e004179000d0199f9070000000000000000102e04f0f0f0f0";

static void expect_same_octets(const Message& message, std::string_view text) {
  auto bytes = encode(message);
  ASSERT_TRUE(bytes) << bytes.error().describe();
  EXPECT_EQ(to_hex(*bytes), text);
}

TEST(NasCrashClass7, pdus_too_short_for_a_header_are_ignored) {
  for (const char* text : {"", "7e", "7e00", "2e", "2e01", "2e0101"}) {
    auto message = decode_hex(text);
    ASSERT_FALSE(message) << text;
    EXPECT_EQ(message.error().cause, 0) << text;
    EXPECT_EQ(message.error().fault, Fault::truncated) << text;
  }
}

TEST(NasCrashClass7, protected_pdus_too_short_are_refused) {
  for (size_t n = 0; n <= 7; ++n) {
    Bytes pdu = *from_hex("7e021234567800");
    pdu.resize(n);
    EXPECT_FALSE(parse_protected(pdu)) << n;
  }
  auto whole = parse_protected(*from_hex("7e0212345678057e005e"));
  ASSERT_TRUE(whole);
  EXPECT_EQ(whole->mac, 0x12345678u);
  EXPECT_EQ(whole->sequence_number, 5);
  EXPECT_EQ(to_hex(whole->payload), "7e005e");
  EXPECT_EQ(to_hex(whole->authenticated()), "057e005e");
  EXPECT_EQ(to_hex(encode(*whole)), "7e0212345678057e005e");
  EXPECT_FALSE(parse_protected(*from_hex("7e0512345678057e005e")));
  EXPECT_FALSE(parse_protected(*from_hex("7e1212345678057e005e")));
}

TEST(NasCrashClass8, truncated_mobile_identities_are_invalid_mandatory_information) {
  const char* identities[] = {
      "",       "01",         "0199f907",           "0199f90700000000",  // SUCI: type only, cut in the PLMN, before the key
      "f2",     "f299f90702", "f299f907020040c000", "f4",                // GUTI and TMSI cut
      "f40040", "06",         "060102030405",       "07010203"};         // MAC and EUI-64 cut
  for (const char* identity : identities) {
    Bytes value = *from_hex(identity);
    auto message = decode_hex(fmt::format("7e00417900{:02x}{}", value.size(), identity));
    if (std::string_view(identity) == "0199f90700000000") {
      EXPECT_TRUE(message);  // a SUCI whose MSIN is empty is whole; the AMF refuses it
      continue;
    }
    ASSERT_FALSE(message) << identity;
    EXPECT_EQ(message.error().cause, 96) << identity;
    EXPECT_EQ(message.error().type, MessageType::registration_request);
    EXPECT_TRUE(message.error().where.starts_with("Registration request.5GS mobile identity")) << message.error().where;
  }
}

// Their spare octets are what the length leaves over; below the smallest length that is nothing. A thousand, because one took a second once.
TEST(NasCrashClass8, elements_without_an_octet_cost_no_time) {
  for (int i = 0; i < 1000; ++i) {
    auto result = decode_hex("7e004200");  // Registration accept, empty registration result
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().cause, 96);
  }
  auto accept = decode_hex("2e0101c211000901000631310101ff01060600010600011700");  // empty 5GSM network feature support
  ASSERT_TRUE(accept) << accept.error().describe();
  RegistrationAccept empty;
  empty.result.octets = 0;
  EXPECT_FALSE(encode(Message(empty)));
}

TEST(NasCrashClass8, ecies_outputs_shorter_than_key_and_tag_are_refused) {
  for (unsigned scheme : {1u, 2u}) {
    for (size_t n : {0u, 1u, 31u, 39u}) {
      Bytes identity = *from_hex(fmt::format("0199f9070000{:02x}01", scheme));
      identity.resize(identity.size() + n, 0x5a);
      auto message = decode_hex(fmt::format("7e00417900{:02x}{}", identity.size(), to_hex(identity)));
      ASSERT_FALSE(message);
      EXPECT_EQ(message.error().cause, 96);
    }
  }
}

TEST(NasCrashClass9, reserved_registration_types_decode_and_keep_their_value) {
  auto message = decode_hex("7e004170000d0199f907000000000000000010");
  ASSERT_TRUE(message);
  EXPECT_EQ(static_cast<int>(message->get_if<RegistrationRequest>()->type.kind), 0);
  EXPECT_EQ(name_of(message->get_if<RegistrationRequest>()->type.kind), nullptr);
  expect_same_octets(*message, "7e004170000d0199f907000000000000000010");
}

TEST(NasCrashClass9, a_guti_of_zeros_is_a_guti) {
  auto message = decode_hex("7e004179000bf200000000000000000000");
  ASSERT_TRUE(message);
  EXPECT_EQ(std::get<Guti>(message->get_if<RegistrationRequest>()->identity.value), Guti{});
}

TEST(NasCrashClass10, an_authentication_response_without_its_element_decodes_without_it) {
  auto message = decode_hex("7e0057");
  ASSERT_TRUE(message);
  EXPECT_FALSE(message->get_if<AuthenticationResponse>()->response);
}

TEST(NasCrashClass10, a_service_request_inside_security_mode_complete_is_shown_as_one) {
  auto message = decode_hex("7e005e71000d7e004c100007f4004001020304");
  ASSERT_TRUE(message) << message.error().describe();
  auto& container = message->get_if<SecurityModeComplete>()->nas_container;
  ASSERT_TRUE(container);
  EXPECT_EQ(container->message.type(), MessageType::service_request);
}

TEST(NasCrashClass18, optional_elements_beyond_the_end_are_absent_and_kept) {
  for (const char* tail : {"2eff", "2e04f0f0", "2e", "7b", "7b00", "7bffff00", "71ffff", "52", "5299f907"}) {
    auto message = decode_hex("7e004179000d0199f907000000000000000010" + std::string(tail));
    ASSERT_TRUE(message) << tail;
    auto* request = message->get_if<RegistrationRequest>();
    EXPECT_FALSE(request->security_capability) << tail;
    EXPECT_FALSE(request->last_visited_tai) << tail;
    ASSERT_NE(message->notes(), nullptr) << tail;
    EXPECT_EQ(message->notes()->elements.back().kind, Notes::Kind::malformed) << tail;
    EXPECT_FALSE(message->notes()->elements.back().fault.empty());
    expect_same_octets(*message, "7e004179000d0199f907000000000000000010" + std::string(tail));
  }
}

TEST(NasCrashClass18, optional_elements_of_length_zero_are_absent_and_kept) {
  auto message = decode_hex(
      "7e004179000d0199f9070000000000000000102e00"
      "530101");
  ASSERT_TRUE(message);
  auto* request = message->get_if<RegistrationRequest>();
  EXPECT_FALSE(request->security_capability);
  ASSERT_TRUE(request->update_type);  // what follows still counts
  EXPECT_TRUE(request->update_type->sms_requested);
  expect_same_octets(*message,
                     "7e004179000d0199f9070000000000000000102e00"
                     "530101");
}

TEST(NasCrashClass18, mandatory_elements_beyond_the_end_are_invalid_mandatory_information) {
  for (const char* text : {"7e004179", "7e00417900", "7e004179ffff01", "7e0041790000", "7e005d", "7e005d0200", "7e005d0200ff"}) {
    auto message = decode_hex(text);
    ASSERT_FALSE(message) << text;
    EXPECT_EQ(message.error().cause, 96) << text;
  }
  auto session = decode_hex("2e0501c10f");
  ASSERT_FALSE(session);
  EXPECT_EQ(session.error().cause, 96);
  EXPECT_EQ(session.error().pdu_session_id, 5);
  EXPECT_EQ(session.error().pti, 1);
}

TEST(NasClause7, unknown_message_types_have_cause_97) {
  for (const char* text : {"7e00ff", "7e0000", "7e00c1", "2e0101ff", "2e010141"}) {
    auto message = decode_hex(text);
    ASSERT_FALSE(message) << text;
    EXPECT_EQ(message.error().cause, 97) << text;
  }
}

TEST(NasClause7, other_discriminators_and_protected_messages_are_no_plain_message) {
  for (const char* text : {"0702aa", "7e02123456780500", "ff0041"}) {
    auto message = decode_hex(text);
    ASSERT_FALSE(message) << text;
    EXPECT_EQ(message.error().cause, 0) << text;
  }
}

TEST(NasClause7, unknown_elements_are_skipped_and_kept_in_place) {
  // 0x8c: one octet; 0x1c: length octet; 0x7f: two length octets; then an element of the table.
  std::string tail =
      "e5"
      "1c03010203"
      "7f0002aabb"
      "530101";
  auto message = decode_hex(registration + tail);
  ASSERT_TRUE(message) << message.error().describe();
  auto* request = message->get_if<RegistrationRequest>();
  ASSERT_TRUE(request->update_type);
  size_t unknown = 0;
  for (const auto& element : message->notes()->elements) unknown += element.kind == Notes::Kind::unknown;
  EXPECT_EQ(unknown, 3u);
  expect_same_octets(*message, registration + tail);
  request->update_type->sms_requested = false;  // a changed element changes, the rest stays
  expect_same_octets(*message, registration +
                                   "e5"
                                   "1c03010203"
                                   "7f0002aabb"
                                   "530100");
  request->update_type.reset();
  request->mico.emplace().raai = true;  // a new one goes behind
  expect_same_octets(*message, registration +
                                   "e5"
                                   "1c03010203"
                                   "7f0002aabb"
                                   "b1");
}

TEST(NasClause7, unknown_elements_that_must_be_understood_are_refused) {
  auto message = decode_hex(registration + "0501aa");
  ASSERT_FALSE(message);
  EXPECT_EQ(message.error().cause, 96);
  EXPECT_EQ(message.error().fault, Fault::unsupported);
}

TEST(NasClause7, the_first_of_repeated_elements_counts) {
  std::string tail =
      "530101"
      "530102"
      "5299f907000001"
      "5299f907000002";
  auto message = decode_hex(registration + tail);
  ASSERT_TRUE(message);
  auto* request = message->get_if<RegistrationRequest>();
  EXPECT_TRUE(request->update_type->sms_requested);
  EXPECT_EQ(request->last_visited_tai->tac, 1u);
  expect_same_octets(*message, registration + tail);
}

TEST(NasClause7, elements_in_another_order_are_taken_and_written_back_in_it) {
  std::string pdu =
      "7e004179000d0199f907000000000000000010"
      "530101"
      "2e04f0f0f0f0"
      "100100";
  auto message = decode_hex(pdu);
  ASSERT_TRUE(message);
  auto* request = message->get_if<RegistrationRequest>();
  EXPECT_TRUE(request->update_type && request->security_capability && request->capability);
  expect_same_octets(*message, pdu);
}

TEST(NasClause7, spare_bits_that_a_peer_set_come_back) {
  std::string pdu =
      "7e004179000d0199f907f0ff000000000000"
      "10"
      "5301c1"
      "6001ff";
  auto message = decode_hex(pdu);
  ASSERT_TRUE(message) << message.error().describe();
  EXPECT_TRUE(message->get_if<RegistrationRequest>()->update_type->sms_requested);
  expect_same_octets(*message, pdu);
  codec::Tree tree;
  print(*message, tree);
  EXPECT_NE(tree.text().find("as received 53 = 5301c1"), std::string::npos) << tree.text();
}

TEST(NasClause7, elements_longer_than_this_release_knows_keep_their_octets) {
  std::string pdu = "7e004249" + std::string(73 * 2, '4');
  auto message = decode_hex(pdu);
  ASSERT_TRUE(message);
  expect_same_octets(*message, pdu);
}

TEST(NasClause7, nesting_ends) {
  Bytes pdu = *from_hex("7e005e");
  for (int i = 0; i < 60; ++i) {
    Bytes outer = *from_hex("7e005e71");
    outer.push_back(static_cast<uint8_t>(pdu.size() >> 8));
    outer.push_back(static_cast<uint8_t>(pdu.size()));
    outer.insert(outer.end(), pdu.begin(), pdu.end());
    pdu = std::move(outer);
  }
  auto message = decode(pdu);
  ASSERT_TRUE(message);
  expect_same_octets(*message, to_hex(pdu));
}

TEST(NasEncode, refuses_values_that_do_not_fit) {
  PduSessionEstablishmentRequest request;
  request.maximum_packet_filters = MaximumPacketFilters{2048};
  auto bytes = encode(request);
  ASSERT_FALSE(bytes);
  EXPECT_EQ(bytes.error().where, "PDU session establishment request.Maximum number of supported packet filters");
  RegistrationAccept accept;
  accept.tai_list.emplace().lists.emplace_back();
  EXPECT_FALSE(encode(accept));
  UlNasTransport transport;
  transport.dnn = Dnn{std::string(120, 'a')};
  EXPECT_FALSE(encode(transport));
}

}  // namespace sen::nas
