// Captured PDUs, and messages built by hand against octets worked out from the standard's figures.
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "codec/nas/mm.h"
#include "codec/nas/security.h"
#include "codec/nas/sm.h"

namespace sen::nas {

static Bytes plain_of(const Bytes& pdu) {
  auto secured = parse_protected(pdu);
  return secured ? secured->payload : pdu;
}

static std::vector<Bytes> captures() {
  std::vector<Bytes> out;
  std::ifstream file("tests/vectors/nas_captures.txt");
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line[0] == '#') continue;
    out.push_back(*from_hex(line.substr(line.find(' ') + 1)));
  }
  return out;
}

TEST(NasCaptures, decode_whole_and_encode_to_the_same_octets) {
  auto pdus = captures();
  ASSERT_GE(pdus.size(), 50u);
  for (const auto& pdu : pdus) {
    if (auto secured = parse_protected(pdu)) {
      EXPECT_EQ(to_hex(encode(*secured)), to_hex(pdu));
    }
    Bytes plain = plain_of(pdu);
    auto message = decode(plain);
    ASSERT_TRUE(message) << to_hex(pdu) << message.error().describe();
    auto again = encode(*message);
    ASSERT_TRUE(again);
    EXPECT_EQ(to_hex(*again), to_hex(plain));
    EXPECT_EQ(message->notes(), nullptr) << to_hex(pdu);
    codec::Tree tree;
    print(*message, tree);
    EXPECT_EQ(tree.opaque_bits(), 0u) << tree.text();
  }
}

static std::string printed(std::string_view hex) {
  auto message = decode(plain_of(*from_hex(hex)));
  if (!message) return message.error().describe();
  codec::Tree tree;
  print(*message, tree);
  return tree.text();
}

static void expect_leaves(std::string_view hex, std::initializer_list<const char*> lines) {
  std::string text = printed(hex);
  for (const char* line : lines)
    EXPECT_NE(("\n" + text).find("\n" + std::string(line) + "\n"), std::string::npos) << line << "\nin\n" << text;
}

// The values on the right are tshark's for the same octets.
TEST(NasCaptures, leaves_are_those_of_tshark) {
  expect_leaves(
      "7e004179000d0199f9070000000000000000102e04f0f0f0f0",
      {"Registration request.5GS registration type.FOR = true", "Registration request.5GS mobile identity.SUCI.MCC = 999",
       "Registration request.5GS mobile identity.SUCI.MNC = 70", "Registration request.5GS mobile identity.SUCI.Routing indicator = 0000",
       "Registration request.5GS mobile identity.SUCI.MSIN = 0000000001"});
  expect_leaves(
      "7e024fd8b509017e0042010177000bf299f907020040c000022154140199f9070000010000070100f11000000100000715020101210201005e0192",
      {"Registration accept.5G-GUTI.5G-GUTI.AMF Region ID = 2", "Registration accept.5G-GUTI.5G-GUTI.AMF Set ID = 1",
       "Registration accept.5G-GUTI.5G-GUTI.5G-TMSI = 3221226017",
       "Registration accept.TAI list.Partial tracking area identity list[1].MNC = 01",
       "Registration accept.Allowed NSSAI.S-NSSAI[0].SST = 1", "Registration accept.5GS network feature support.IMS-VoPS-3GPP = true"});
  expect_leaves("7e027ac8cb57027e0054430f90004f00700065006e003500470053450990004e00650078007446004762111281100200490100",
                {"Configuration update command.Full name for network.Text string = Open5GS",
                 "Configuration update command.Short name for network.Text string = Next",
                 "Configuration update command.Universal time and local time zone.Year = 26"});
  expect_leaves("7e041b357f3e007e005e7700094573806121856151f17100237e004179000d0199f9070000000000000000101001002e04f0f0f0f02f020101530100",
                {"Security mode complete.IMEISV.IMEISV = 4370816125816151",
                 "Security mode complete.NAS message container.Registration request.Requested NSSAI.S-NSSAI[0].SST = 1"});
  expect_leaves("7e02d090339d027e00670100152e0101c1ffff91a12801007b000780000a00000d00120181220101250908696e7465726e6574",
                {"UL NAS transport.Payload container.PDU session establishment request.PDU session type = IPv4",
                 "UL NAS transport.Payload container.PDU session establishment request.Extended protocol configuration "
                 "options.Container[1].Container ID = "
                 "0x000d DNS Server IPv4 Address Request",
                 "UL NAS transport.Request type = initial request", "UL NAS transport.DNN = internet"});
}

TEST(NasBuild, registration_accept) {
  RegistrationAccept accept;
  accept.result.access = AccessKind::access_3gpp;
  accept.guti = MobileIdentity(Guti{{Plmn(999, 70, 2), 2, 1, 0}, 0xc0000221});
  accept.tai_list = TaiList::of({{Plmn(999, 70, 2), 1}, {Plmn(999, 70, 2), 7}});
  accept.allowed_nssai = Nssai{{SNssai{1, {}}}};
  accept.network_features = NetworkFeatureSupport{.ims_vops_3gpp = true};
  accept.t3512 = GprsTimer3::from_seconds(540);
  auto bytes = encode(accept);
  ASSERT_TRUE(bytes) << bytes.error().describe();
  EXPECT_EQ(to_hex(*bytes),
            "7e0042010177000bf299f907020040c000022154"
            "0a"
            "0199f907000001000007"
            "1502010121020100"
            "5e0192");
  auto again = decode(*bytes);
  ASSERT_TRUE(again);
  EXPECT_EQ(*again->get_if<RegistrationAccept>(), accept);
}

TEST(NasBuild, pdu_session_establishment_accept_in_a_transport) {
  PduSessionEstablishmentAccept accept;
  accept.pdu_session_id = 1;
  accept.pti = 1;
  accept.type.kind = PduSessionKind::ipv4;
  QosRule rule{.id = 1, .is_default = true, .flow = QosRule::Flow{.precedence = 255, .qfi = 1}};
  rule.filters.push_back({.direction = 3, .id = 1, .components = {{.type = PacketFilterComponent::Type::match_all}}});
  accept.qos_rules.rules.push_back(rule);
  accept.ambr = SessionAmbr::from_bps(1'000'000'000, 500'000'000);
  accept.address = PduAddress{.kind = PduSessionKind::ipv4, .ipv4 = {10, 45, 0, 2}};
  accept.s_nssai = MappedSNssai(SNssai{1, {}});
  accept.qos_flows = QosFlowDescriptions{{{.qfi = 1, .parameters = {{.type = QosFlowParameter::Type::five_qi, .value = 9}}}}};
  ExtendedPco pco;
  pco.options.push_back({.id = PcoOption::dns_ipv4, .ipv4 = Octets<4>{8, 8, 8, 8}});
  pco.options.push_back({.id = PcoOption::ipv4_mtu, .mtu = 1400});
  accept.pco = pco;
  accept.dnn = Dnn{"internet"};
  DlNasTransport transport;
  transport.payload = Message(accept);
  transport.pdu_session_id = 1;
  auto bytes = encode(transport);
  ASSERT_TRUE(bytes) << bytes.error().describe();
  EXPECT_EQ(to_hex(*bytes),
            "7e0068010045"
            "2e0101c211"
            "0009"
            "0100063131"
            "0101ff01"
            "06"
            "0603e8"
            "0601f4"
            "2905010a2d0002"
            "22"
            "0101"
            "790006"
            "012041010109"
            "7b000d"
            "80000d0408080808"
            "0010020578"
            "2509"
            "08696e7465726e6574"
            "1201");
}

TEST(NasBuild, messages_compare_and_copy_by_value) {
  RegistrationRequest request;
  request.identity = Guti{{Plmn(1, 1, 2), 1, 2, 3}, 4};
  Message one(request), two = one;
  EXPECT_EQ(one, two);
  two.get_if<RegistrationRequest>()->mico.emplace();
  EXPECT_FALSE(one == two);
  EXPECT_EQ(one.get_if<ServiceRequest>(), nullptr);
  EXPECT_EQ(one.type(), MessageType::registration_request);
  EXPECT_STREQ(one.name(), "Registration request");
  Message none;
  EXPECT_FALSE(none);
  EXPECT_FALSE(encode(none));
  EXPECT_EQ(encoded_size(none), 0u);
}

TEST(NasTables, every_message_of_the_standard_has_one) {
  EXPECT_EQ(all_tables().size(), 37u + 20u);
  for (const Table* table : all_tables()) {
    EXPECT_STREQ(name_of(table->type), table->name);
    EXPECT_EQ(table_of(table->type), table);
    std::vector<int> ieis;
    for (const Row& row : table->rows) {
      if (!row.mandatory) ieis.push_back(row.iei);
    }
    std::sort(ieis.begin(), ieis.end());
    EXPECT_EQ(std::unique(ieis.begin(), ieis.end()), ieis.end()) << table->name;
  }
}

}  // namespace sen::nas
