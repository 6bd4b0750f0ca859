#include <gtest/gtest.h>

#include "core/udm/import.h"

namespace sen::udm {
namespace {

constexpr std::string_view open5gs_line =
    R"({"_id":{"$oid":"65f0"},"imsi":"999700000000001","msisdn":["491700000001"],"imeisv":[],"schema_version":1,)"
    R"("security":{"k":"465B5CE8 B199B49F AA5F0A2E E238A6BC","amf":"8000","op":null,"opc":"E8ED289D EBA952E4 283B54E8 8E6183CA","sqn":{"$numberLong":"1184"}},)"
    R"("ambr":{"downlink":{"value":1,"unit":3},"uplink":{"value":{"$numberInt":"500"},"unit":2}},)"
    R"("slice":[{"sst":1,"sd":"00000a","default_indicator":true,"session":[{"name":"internet","type":3,)"
    R"("qos":{"index":9,"arp":{"priority_level":8,"pre_emption_capability":1,"pre_emption_vulnerability":2}},)"
    R"("ambr":{"downlink":{"value":100,"unit":2},"uplink":{"value":50,"unit":2}},"ue":{"ipv4":"10.45.0.77"},"pcc_rule":[]},)"
    R"({"name":"ims","type":1,"qos":{"index":5}}]}],)"
    R"("access_restriction_data":32,"subscriber_status":0,"network_access_mode":0,"subscribed_rau_tau_timer":12,"__v":0})";

Result<std::vector<Subscriber>> parse(std::string_view text) { return parse_subscribers({{"export.json", text}}); }
std::string error_of(std::string_view text) {
  auto parsed = parse(text);
  return parsed ? "no error" : parsed.error().describe();
}
std::string replaced(std::string_view text, std::string_view from, std::string_view to) {
  std::string out(text);
  out.replace(out.find(from), from.size(), to);
  return out;
}

TEST(SubscriberImport, reads_an_open5gs_document) {
  auto parsed = parse(open5gs_line);
  ASSERT_TRUE(parsed) << parsed.error().describe();
  ASSERT_EQ(parsed->size(), 1u);
  const Subscriber& subscriber = (*parsed)[0];
  EXPECT_EQ(subscriber.imsi, "999700000000001");
  EXPECT_EQ(subscriber.msisdns, std::vector<std::string>{"491700000001"});
  EXPECT_EQ(to_hex(subscriber.security.k), "465b5ce8b199b49faa5f0a2ee238a6bc");
  EXPECT_EQ(to_hex(subscriber.security.opc), "e8ed289deba952e4283b54e88e6183ca");
  EXPECT_TRUE(subscriber.security.op.empty());
  EXPECT_EQ(subscriber.security.sqn, 1184u);
  EXPECT_EQ(subscriber.ambr, (sbi::Ambr{{500'000'000}, {1'000'000'000}}));
  ASSERT_EQ(subscriber.slices.size(), 1u);
  EXPECT_EQ(subscriber.slices[0].s_nssai, (SNssai{1, 10}));
  ASSERT_EQ(subscriber.slices[0].sessions.size(), 2u);
  const Session& session = subscriber.slices[0].sessions[0];
  EXPECT_EQ(session.type, sbi::PduSessionType::ipv4v6);
  EXPECT_EQ(session.qos.arp.preempt_cap, sbi::PreemptionCapability::not_preempt);
  EXPECT_EQ(session.qos.arp.preempt_vuln, sbi::PreemptionVulnerability::preemptable);
  EXPECT_EQ(ipv4_text(*session.ipv4), "10.45.0.77");
  EXPECT_EQ(subscriber.slices[0].sessions[1].type, sbi::PduSessionType::ipv4);
}

TEST(SubscriberImport, reads_arrays_lines_and_pretty_documents_alike) {
  std::string second = replaced(open5gs_line, "999700000000001", "999700000000002");
  std::string line(open5gs_line);
  EXPECT_EQ(parse(line + "\n" + second + "\n")->size(), 2u);
  EXPECT_EQ(parse("[" + line + ",\n" + second + "]")->size(), 2u);
  EXPECT_EQ(parse("\xef\xbb\xbf" + replaced(line, "\"slice\":", "\n  \"slice\":\n") + "\r\n" + second)->size(), 2u);
  EXPECT_EQ(parse("")->size(), 0u);
}

TEST(SubscriberImport, names_file_record_line_and_field_of_an_error) {
  std::string line(open5gs_line);
  EXPECT_EQ(error_of(line + "\n" + replaced(line, "\"index\":9", "\"index\":\"nine\"")),
            "export.json record 2 (line 2).slice[0].session[0].qos.index: \"nine\" where a whole number from 1 to 255 is needed");
  EXPECT_EQ(error_of(replaced(line, "\"opc\":\"E8ED289D EBA952E4 283B54E8 8E6183CA\",", "")),
            "export.json record 1 (line 1).security.opc: neither op nor opc is given");
  EXPECT_EQ(error_of(replaced(line, "\"k\":\"465B5CE8", "\"k\":\"46ZB5CE8")),
            "export.json record 1 (line 1).security.k: \"46ZB5CE8 B199B49F AA5F0A2E E238A6BC\" where hexadecimal digits is needed");
  EXPECT_EQ(error_of(replaced(line, "10.45.0.77", "10.45.0.777")),
            "export.json record 1 (line 1).slice[0].session[0].ue.ipv4: \"10.45.0.777\" where an IP address is needed");
  EXPECT_EQ(error_of(replaced(line, "\"sst\":1,", "")),
            "export.json record 1 (line 1).slice[0].sst: is absent, a whole number from 0 to 255 is needed");
  EXPECT_EQ(error_of("\n\n{\"a\":1}"), "export.json record 1 (line 3): has neither imsi (Open5GS) nor ueId (free5GC)");
  EXPECT_EQ(error_of("imsi,k,opc\n"), "export.json.line 1: no JSON object begins here");
  EXPECT_EQ(error_of(line.substr(0, 200)), "export.json.line 1: the file ends inside the JSON object that begins here");
  EXPECT_EQ(error_of("{\"imsi\": 00}"), "export.json record 1 (line 1): not JSON at character 11 of the record");
  EXPECT_EQ(error_of(line + line), "export.json record 2 (line 1).imsi: 999700000000001 occurs twice");
}

TEST(SubscriberImport, refuses_deep_nesting) {
  std::string deep;
  for (int i = 0; i < 100000; ++i) deep += "{\"a\":";
  for (int i = 0; i < 100000; ++i) deep += "}";
  EXPECT_EQ(error_of(deep), "export.json record 1 (line 1): nested deeper than 32 levels");
}

constexpr std::string_view free5gc_console = R"({
  "plmnID": "20893", "ueId": "imsi-208930000000003",
  "AuthenticationSubscription": {
    "authenticationMethod": "EAP_AKA_PRIME",
    "permanentKey": {"permanentKeyValue": "8baf473f2f8fd09487cccbd7097c6862", "encryptionKey": 0, "encryptionAlgorithm": 0},
    "sequenceNumber": "16f3b3f70fc2", "authenticationManagementField": "8000",
    "milenage": {"op": {"opValue": "", "encryptionKey": 0}},
    "opc": {"opcValue": "8e27b6af0e692e750f32667a3b14605d"}},
  "AccessAndMobilitySubscriptionData": {
    "gpsis": ["msisdn-0900000000"],
    "subscribedUeAmbr": {"downlink": "2 Gbps", "uplink": "1.5 Gbps"},
    "nssai": {"defaultSingleNssais": [{"sst": 1, "sd": "010203"}], "singleNssais": [{"sst": 1, "sd": "112233"}]}},
  "SessionManagementSubscriptionData": [
    {"singleNssai": {"sst": 1, "sd": "010203"},
     "dnnConfigurations": {"internet": {
       "pduSessionTypes": {"defaultSessionType": "IPV4", "allowedSessionTypes": ["IPV4"]},
       "sscModes": {"defaultSscMode": "SSC_MODE_1"},
       "5gQosProfile": {"5qi": 9, "arp": {"priorityLevel": 8, "preemptCap": "MAY_PREEMPT", "preemptVuln": ""}},
       "sessionAmbr": {"uplink": "200 Mbps", "downlink": "100 Mbps"},
       "staticIpAddress": [{"ipv4Addr": "10.60.0.9"}]}}},
    {"singleNssai": {"sst": 1, "sd": "112233"}, "dnnConfigurations": {"lab": {}}}],
  "FlowRules": []})";

TEST(SubscriberImport, reads_a_free5gc_web_console_document) {
  auto parsed = parse(free5gc_console);
  ASSERT_TRUE(parsed) << parsed.error().describe();
  ASSERT_EQ(parsed->size(), 1u);
  const Subscriber& subscriber = (*parsed)[0];
  EXPECT_EQ(subscriber.imsi, "208930000000003");
  EXPECT_EQ(subscriber.security.method, sbi::AuthType::eap_aka_prime);
  EXPECT_EQ(subscriber.security.sqn, 0x16f3b3f70fc2u);
  EXPECT_EQ(subscriber.ambr.uplink.bps, 1'500'000'000u);
  ASSERT_EQ(subscriber.slices.size(), 2u);
  EXPECT_EQ(subscriber.slices[0].s_nssai, (SNssai{1, 0x010203}));
  EXPECT_TRUE(subscriber.slices[0].default_indicator);
  EXPECT_FALSE(subscriber.slices[1].default_indicator);
  EXPECT_EQ(subscriber.slices[0].sessions[0].type, sbi::PduSessionType::ipv4);
  EXPECT_EQ(subscriber.slices[0].sessions[0].qos.arp.preempt_cap, sbi::PreemptionCapability::may_preempt);
  EXPECT_EQ(ipv4_text(*subscriber.slices[0].sessions[0].ipv4), "10.60.0.9");
  EXPECT_EQ(subscriber.slices[1].sessions[0].dnn, "lab");
}

constexpr std::string_view free5gc_auth =
    R"({"_id":{"$oid":"1"},"ueId":"imsi-208930000000003","authenticationMethod":"5G_AKA","encPermanentKey":"8baf473f2f8fd09487cccbd7097c6862",)"
    R"("encOpcKey":"8e27b6af0e692e750f32667a3b14605d","sequenceNumber":{"sqn":"000000000023"},"authenticationManagementField":"8000"})";
constexpr std::string_view free5gc_am =
    R"({"ueId":"imsi-208930000000003","servingPlmnId":"20893","subscribedUeAmbr":{"uplink":"1 Gbps","downlink":"2 Gbps"},)"
    R"("nssai":{"defaultSingleNssais":[{"sst":1,"sd":"010203"}]}})";
constexpr std::string_view free5gc_sm =
    R"({"ueId":"imsi-208930000000003","servingPlmnId":"20893","singleNssai":{"sst":1,"sd":"010203"},"dnnConfigurations":{"internet":{}}})";

TEST(SubscriberImport, joins_free5gc_collections_by_ue_id) {
  auto parsed = parse_subscribers({{"sm.json", free5gc_sm}, {"am.json", free5gc_am}, {"auth.json", free5gc_auth}});
  ASSERT_TRUE(parsed) << parsed.error().describe();
  ASSERT_EQ(parsed->size(), 1u);
  EXPECT_EQ((*parsed)[0].security.sqn, 0x23u);
  EXPECT_TRUE((*parsed)[0].slices[0].default_indicator);
  EXPECT_EQ((*parsed)[0].slices[0].sessions[0].dnn, "internet");
}

TEST(SubscriberImport, says_which_free5gc_part_is_missing) {
  auto parsed = parse_subscribers({{"sm.json", free5gc_sm}, {"am.json", free5gc_am}});
  ASSERT_FALSE(parsed);
  EXPECT_EQ(parsed.error().describe(),
            "sm.json record 1 (line 1) imsi-208930000000003: no document gives its authentication subscription (permanentKey, opc)");
  EXPECT_TRUE(error_of(replaced(free5gc_console, "\"100 Mbps\"", "\"100 mbit\""))
                  .ends_with("sessionAmbr.downlink: \"100 mbit\" where a bit rate such as \"1 Gbps\" is needed"));
}

}  // namespace
}  // namespace sen::udm
