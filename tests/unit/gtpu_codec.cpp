#include <gtest/gtest.h>

#include <fstream>

#include "codec/gtpu/message.h"

namespace sen::gtpu {
namespace {

constexpr uint8_t all_types[] = {echo_request, echo_response, error_indication, supported_extension_headers_notification,
                                 tunnel_status, end_marker, g_pdu};

Bytes hex(std::string_view text) { return *from_hex(text); }

Bytes encoded(const Message& message) {
  auto bytes = encode(message);
  EXPECT_TRUE(bytes) << bytes.error().describe();
  return bytes ? *bytes : Bytes{};
}

Message decoded(ByteView bytes) {
  auto message = decode(bytes);
  EXPECT_TRUE(message) << message.error().describe() << " in " << to_hex(bytes);
  return message ? *message : Message{};
}

size_t opaque_bits(const Message& message) {
  codec::Tree tree;
  print(message, tree);
  return tree.opaque_bits();
}

TEST(Gtpu, captured_messages_encode_to_the_octets_received_and_hide_nothing) {
  std::ifstream in("tests/vectors/gtpu_captures.txt");
  int count = 0;
  for (std::string line; std::getline(in, line);) {
    if (line.empty() || line[0] == '#') continue;
    auto bytes = hex(line);
    auto message = decoded(bytes);
    EXPECT_EQ(to_hex(encoded(message)), line);
    EXPECT_EQ(opaque_bits(message), 0u);
    if (message.type == g_pdu) {
      auto view = parse_gpdu(bytes);
      ASSERT_TRUE(view);
      EXPECT_EQ(view->teid, message.teid);
      EXPECT_EQ(bytes.size() - view->payload_offset, message.payload.size());
      EXPECT_TRUE(view->has_container);
      EXPECT_EQ(view->qfi, 1);
    }
    ++count;
  }
  EXPECT_GE(count, 10);
}

TEST(Gtpu, random_messages_of_every_type_survive_encoding_and_decoding) {
  Random random(1);
  for (uint8_t type : all_types) {
    for (int i = 0; i < 500; ++i) {
      auto message = random_message(type, random);
      auto bytes = encoded(message);
      auto again = decode(bytes);
      ASSERT_TRUE(again) << again.error().describe() << "\n" << to_hex(bytes);
      ASSERT_EQ(*again, message) << to_hex(bytes);
      ASSERT_EQ(encoded(*again), bytes);
      EXPECT_EQ(opaque_bits(message), 0u);
      if (type == g_pdu) {
        auto view = parse_gpdu(bytes);
        ASSERT_TRUE(view) << to_string(view.error());
        EXPECT_EQ(bytes.size() - view->payload_offset, message.payload.size());
      }
    }
  }
}

TEST(Gtpu, every_truncation_is_refused_and_harmless) {
  Random random(2);
  for (uint8_t type : all_types) {
    auto bytes = encoded(random_message(type, random));
    for (size_t n = 0; n < bytes.size(); ++n) {
      EXPECT_FALSE(decode(ByteView(bytes).first(n)));
      EXPECT_FALSE(parse_gpdu(ByteView(bytes).first(n)));
    }
  }
}

TEST(Gtpu, downlink_header_is_written_as_the_standard_draws_it) {
  uint8_t header[gpdu_header_octets];
  write_gpdu_header(header, 0x01020304, 84, PduType::dl, 9, true);
  EXPECT_EQ(to_hex(header), "34ff005c01020304000000850100" "4900");
  Bytes packet(header, header + sizeof header);
  packet.resize(packet.size() + 84);
  auto view = parse_gpdu(packet);
  ASSERT_TRUE(view);
  EXPECT_EQ(view->teid, 0x01020304u);
  EXPECT_EQ(view->payload_offset, 16);
  EXPECT_TRUE(view->has_container);
  EXPECT_EQ(view->pdu_type, PduType::dl);
  EXPECT_EQ(view->qfi, 9);
  EXPECT_TRUE(view->rqi);
}

TEST(Gtpu, plain_and_uplink_headers_parse) {
  uint8_t plain[gpdu_plain_header_octets];
  write_gpdu_plain_header(plain, 5, 0);
  auto view = parse_gpdu(plain);
  ASSERT_TRUE(view);
  EXPECT_EQ(view->payload_offset, 8);
  EXPECT_FALSE(view->has_container);
  uint8_t up[gpdu_header_octets];
  write_gpdu_header(up, 5, 0, PduType::ul, 63);
  view = parse_gpdu(up);
  ASSERT_TRUE(view);
  EXPECT_EQ(view->pdu_type, PduType::ul);
  EXPECT_EQ(view->qfi, 63);
  EXPECT_FALSE(view->rqi);
}

TEST(Gtpu, uplink_container_with_every_field) {
  Message message{.type = g_pdu, .teid = 1};
  UlPduSessionInformation info{.qfi = 5};
  info.time_stamps = {{.dl_sending_repeated = 1, .dl_received = 2, .ul_sending = 3}};
  info.dl_delay_result = 4;
  info.ul_delay_result = 5;
  info.ul_qfi_sequence_number = 6;
  info.n3_n9_delay_result = 7;
  info.new_ie_flags = 1;
  info.d1_ul_pdcp_delay_result = 8;
  message.extensions.push_back({.content = info});
  auto bytes = encoded(message);
  EXPECT_EQ(to_hex(ByteView(bytes).subspan(8)),
            "00000085" "0c1fc5" "0000000000000001" "0000000000000002" "0000000000000003" "00000004" "00000005" "000006" "00000007" "01" "00000008" "00");
  EXPECT_EQ(decoded(bytes), message);
}

TEST(Gtpu, downlink_container_with_every_field) {
  Message message{.type = g_pdu, .teid = 1};
  message.extensions.push_back({.content = DlPduSessionInformation{.qfi = 9,
                                                                   .rqi = true,
                                                                   .paging_policy_indicator = 5,
                                                                   .dl_sending_time_stamp = 1,
                                                                   .dl_qfi_sequence_number = 2,
                                                                   .dl_mbs_qfi_sequence_number = 3}});
  auto bytes = encoded(message);
  EXPECT_EQ(to_hex(ByteView(bytes).subspan(8)), "00000085" "05" "0e" "c9" "a0" "0000000000000001" "000002" "00000003" "00");
  EXPECT_EQ(decoded(bytes), message);
}

TEST(Gtpu, spare_bits_padding_and_later_fields_survive) {
  // DL container with its spare bit set and four octets that this release does not know
  auto bytes = hex("34ff000d" "00000001" "00000085" "02" "0109" "aabbccdd" "00" "45");
  bytes[3] = static_cast<uint8_t>(bytes.size() - 8);
  auto message = decoded(bytes);
  EXPECT_EQ(encoded(message), bytes);
  EXPECT_EQ(opaque_bits(message), 32u) << "the later fields, not the spare bit";
}

TEST(Gtpu, unflagged_header_fields_survive) {
  auto bytes = hex("3aff0005" "00000001" "1234" "56" "c0" "45");
  auto message = decoded(bytes);
  EXPECT_EQ(message.sequence, 0x1234);
  EXPECT_FALSE(message.n_pdu);
  EXPECT_TRUE(message.extensions.empty());
  EXPECT_EQ(encoded(message), bytes);
}

TEST(Gtpu, messages_without_their_mandatory_ie_are_refused) {
  EXPECT_EQ(decode(hex("32020004" "00000000" "00010000")).error().fault, Fault::missing);
  EXPECT_EQ(decode(hex("321a0009" "00000000" "00010000" "1000000001")).error().fault, Fault::missing);
  EXPECT_EQ(decode(hex("32fd0004" "00000000" "00010000")).error().fault, Fault::missing);
}

TEST(Gtpu, error_indication_names_tunnel_and_peer) {
  auto message = error_indication_for(0x11223344, hex("0a000001"));
  auto bytes = encoded(message);
  EXPECT_EQ(to_hex(bytes), "321a0010" "00000000" "00000000" "1011223344" "8500040a000001");
  auto again = decoded(bytes);
  EXPECT_EQ(find<TeidDataI>(again)->teid, 0x11223344u);
  EXPECT_EQ(find<PeerAddress>(again)->address, hex("0a000001"));
}

TEST(Gtpu, an_unknown_extension_is_kept_and_refused_only_when_an_endpoint_must_understand_it) {
  auto required = hex("34ff0009" "00000001" "000000" "87" "01" "aaaa" "00" "45");
  EXPECT_EQ(parse_gpdu(required).error(), Reject::unknown_extension);
  auto message = decoded(required);
  EXPECT_EQ(refused_extension(message), 0x87);
  EXPECT_EQ(encoded(message), required);
  auto optional = hex("34ff0009" "00000001" "000000" "07" "01" "aaaa" "00" "45");
  ASSERT_TRUE(parse_gpdu(optional));
  EXPECT_EQ(parse_gpdu(optional)->payload_offset, 16);
  EXPECT_FALSE(refused_extension(decoded(optional)));
}

// Class 21: malformed header or extension chain.
TEST(GtpuCrashClass21, lying_lengths_and_chains_are_refused) {
  EXPECT_EQ(parse_gpdu({}).error(), Reject::too_short);
  EXPECT_EQ(parse_gpdu(hex("30ff0000000000")).error(), Reject::too_short);
  EXPECT_EQ(parse_gpdu(hex("10ff000000000000")).error(), Reject::bad_version);
  EXPECT_EQ(parse_gpdu(hex("50ff000000000000")).error(), Reject::bad_version);
  EXPECT_EQ(parse_gpdu(hex("30ff000100000000")).error(), Reject::bad_length) << "longer than the datagram";
  EXPECT_EQ(parse_gpdu(hex("30ff00000000000001")).error(), Reject::bad_length) << "shorter than the datagram";
  EXPECT_EQ(parse_gpdu(hex("34ff000000000000")).error(), Reject::too_short) << "flags without their fields";
  EXPECT_EQ(parse_gpdu(hex("3001000000000000")).error(), Reject::not_gpdu);
  auto zero = hex("34ff0008" "00000001" "00000085" "00100900");
  EXPECT_EQ(parse_gpdu(zero).error(), Reject::bad_extension) << "extension length 0";
  EXPECT_FALSE(decode(zero));
  auto beyond = hex("34ff0008" "00000001" "00000085" "02100900");
  EXPECT_EQ(parse_gpdu(beyond).error(), Reject::bad_extension) << "runs out of the packet";
  EXPECT_FALSE(decode(beyond));
  auto none = hex("34ff0004" "00000001" "00000085");
  EXPECT_EQ(parse_gpdu(none).error(), Reject::bad_extension) << "announced and not there";
  EXPECT_FALSE(decode(none));
  auto unended = hex("34ff0008" "00000001" "00000085" "01100985");
  EXPECT_EQ(parse_gpdu(unended).error(), Reject::bad_extension) << "the chain goes on behind the end";
  EXPECT_FALSE(decode(unended));
  auto reserved = hex("34ff0008" "00000001" "00000085" "01200900");
  EXPECT_EQ(parse_gpdu(reserved).error(), Reject::bad_extension) << "PDU type 2";
  // QMP set without the time stamp that it announces
  EXPECT_FALSE(decode(hex("34ff0008" "00000001" "00000085" "01080900")));
  Bytes chain = hex("34ff0000" "00000001" "000000c0");
  for (size_t i = 0; i < 40; ++i) {
    for (uint8_t b : {0x01, 0x00, 0x00, 0xc0}) chain.push_back(b);
  }
  chain.back() = 0;
  chain[3] = static_cast<uint8_t>(chain.size() - 8);
  EXPECT_EQ(parse_gpdu(chain).error(), Reject::bad_extension) << "more than the limit";
  EXPECT_FALSE(decode(chain));
}

TEST(GtpuCrashClass21, ies_that_lie_are_refused) {
  EXPECT_FALSE(decode(hex("32020008" "00000000" "00010000" "ff001027"))) << "private extension beyond the end";
  EXPECT_FALSE(decode(hex("32020006" "00000000" "00010000" "0e"))) << "Recovery without its octet";
  EXPECT_FALSE(decode(hex("32020006" "00000000" "00010000" "0500"))) << "unknown type of fixed length";
  EXPECT_FALSE(decode(hex("321a000e" "00000000" "00010000" "1000000001" "8500020a00"))) << "address of two octets";
}

}  // namespace
}  // namespace sen::gtpu
