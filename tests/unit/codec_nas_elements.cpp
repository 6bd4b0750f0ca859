// Elements one by one: octets worked out from the figures of TS 24.501 9.11, TS 24.008 10.5 and TS 24.301 9.9.
#include <gtest/gtest.h>

#include "codec/nas/table.h"

namespace sen::nas {

template <class T>
static std::string octets_of(T value) {
  Io io = Io::encoder();
  describe(io, value);
  return io.ok() ? to_hex(io.output()) : std::string("fault: ") + io.fault_where();
}

template <class T>
static std::optional<T> value_of(std::string_view hex, Direction direction = Direction::both) {
  Bytes bytes = *from_hex(hex);
  Io io = Io::decoder(bytes);
  io.direction = direction;
  T value{};
  describe(io, value);
  if (!io.ok()) return std::nullopt;
  return value;
}

template <class T>
static void expect_octets(const T& value, std::string_view hex) {
  EXPECT_EQ(octets_of(value), hex);
  auto again = value_of<T>(hex);
  ASSERT_TRUE(again) << hex;
  EXPECT_TRUE(*again == value) << hex;
}

TEST(NasMobileIdentity, each_type) {
  Suci null;
  null.plmn = Plmn(999, 70, 2);
  null.routing_indicator = "12";
  null.msin = "123456789";
  expect_octets(MobileIdentity(null), "0199f90721ff000021436587f9");
  Suci a;
  a.plmn = Plmn(1, 1, 3);
  a.routing_indicator = "1234";
  a.scheme = 1;
  a.key_id = 7;
  a.public_key = Bytes(32, 0xaa);
  a.ciphertext = {1, 2, 3};
  a.mac = {9, 9, 9, 9, 9, 9, 9, 9};
  expect_octets(MobileIdentity(a),
                "01"
                "001100"
                "2143"
                "01"
                "07" +
                    std::string(64, 'a') +
                    "010203"
                    "0909090909090909");
  Suci nai;
  nai.format = SupiFormat::network_specific;
  nai.nai = "type1.rid0.schid0.useriduser@example.com";
  expect_octets(MobileIdentity(nai), "11" + to_hex(as_bytes(nai.nai)));
  expect_octets(MobileIdentity(Guti{{Plmn(999, 70, 2), 2, 1, 3}, 0x01020304}), "f299f90702004301020304");
  expect_octets(MobileIdentity(STmsi{1, 3, 0x01020304}), "f4004301020304");
  expect_octets(MobileIdentity(Imei{"490154203237518"}), "4b09512430325781");
  expect_octets(MobileIdentity(Imeisv{"4901542032375181"}), "4509512430325781f1");
  expect_octets(MobileIdentity(MacAddress{true, {1, 2, 3, 4, 5, 6}}), "0e010203040506");
  expect_octets(MobileIdentity(Eui64{{1, 2, 3, 4, 5, 6, 7, 8}}), "070102030405060708");
  expect_octets(MobileIdentity(), "00");
}

TEST(NasSlices, s_nssai_by_length) {
  MappedSNssai full(SNssai{1, 0x010203});
  full.mapped = SNssai{2, 0x040506};
  expect_octets(MappedSNssai(SNssai{1, {}}), "01");
  expect_octets(MappedSNssai(SNssai{1, 0x010203}), "01010203");
  expect_octets(full, "0101020302040506");
  full.mapped->sd.reset();
  expect_octets(full, "0101020302");
  full.sd.reset();
  expect_octets(full, "0102");
  for (const char* bad : {"", "010203", "010203040506", "01020304050607"}) EXPECT_FALSE(value_of<MappedSNssai>(bad)) << bad;
  expect_octets(Nssai{{SNssai{1, {}}, SNssai{1, 5}}}, "01010401000005");
  expect_octets(RejectedNssai{{{0, {1, {}}}, {1, {2, 3}}}}, "10014102000003");
  PartialExtendedRejectedNssai timed{GprsTimer3{4, 2}, {{3, SNssai{1, {}}}}};
  expect_octets(ExtendedRejectedNssai{{timed}}, "10821301");
}

TEST(NasAreas, three_types_of_tai_list) {
  Plmn p(999, 70, 2), q(1, 1, 2);
  using Type = PartialTaiList::Type;
  expect_octets(TaiList::of({{p, 1}, {p, 2}}), "0199f907000001000002");
  expect_octets(TaiList::of({{p, 1}, {q, 2}}), "4199f90700000100f110000002");
  TaiList run{{{.type = Type::consecutive, .count = 4, .tais = {{p, 16}}}}};
  expect_octets(run, "2399f907000010");
  EXPECT_TRUE(run.contains({p, 19}));
  EXPECT_FALSE(run.contains({p, 20}));
  EXPECT_FALSE(run.contains({q, 16}));
  expect_octets(ServiceAreaList{{{.type = Type::whole_plmn, .not_allowed = true, .count = 1, .tais = {{p, 0}}}}}, "e099f907");
  EXPECT_FALSE(value_of<TaiList>("6099f907"));
  EXPECT_FALSE(value_of<TaiList>("1f99f907000001"));
}

TEST(NasStatus, session_bits_are_numbered_from_the_first_octet) {
  PduSessionStatus status;
  status.set(1);
  status.set(15);
  expect_octets(status, "0280");
  EXPECT_TRUE(status.has(15) && !status.has(2));
  expect_octets(EpsBearerContextStatus{1u << 5}, "2000");
  EXPECT_FALSE(value_of<PduSessionStatus>("02"));
}

TEST(NasTimers, seconds) {
  EXPECT_EQ(GprsTimer3::from_seconds(540), (GprsTimer3{4, 18}));
  EXPECT_EQ(GprsTimer3::from_seconds(3240 * 10).seconds(), 32400u);
  EXPECT_EQ(GprsTimer3::from_seconds(std::nullopt).seconds(), std::nullopt);
  EXPECT_EQ(GprsTimer3::from_seconds(61).seconds(), 62u);
  EXPECT_EQ(GprsTimer3::from_seconds(4000000000u).seconds(), 31u * 1152000);
  EXPECT_EQ(GprsTimer::from_seconds(720).seconds(), 720u);
  EXPECT_EQ(GprsTimer::from_seconds(12), (GprsTimer{0, 6}));
  EXPECT_EQ((GprsTimer{2, 3}).seconds(), 1080u);
  expect_octets(RegistrationWaitRange{{1, 1}, {2, 2}}, "2142");
}

TEST(NasRates, session_ambr_units) {
  expect_octets(SessionAmbr::from_bps(1'000'000'000, 64'000), "0603e8010040");
  EXPECT_EQ(bps_of(1, 1), 1000u);
  EXPECT_EQ(bps_of(2, 1), 4000u);
  EXPECT_EQ(bps_of(6, 1), 1'000'000u);
  EXPECT_EQ(bps_of(11, 2), 2'000'000'000u);
  EXPECT_EQ(bps_of(0, 5), 0u);
  for (uint64_t bps : {1'000ull, 65'535'000ull, 100'000'000ull, 20'000'000'000ull})
    EXPECT_EQ(SessionAmbr::from_bps(bps, bps).downlink_bps(), bps);
  EXPECT_GE(SessionAmbr::from_bps(1'234'567'891, 0).downlink_bps(), 1'234'567'891u);
}

TEST(NasNames, gsm_7_bit_text) {
  EXPECT_EQ(octets_of(NetworkName::from_text("hello")), "85e8329bfd06");
  EXPECT_EQ(value_of<NetworkName>("85e8329bfd06")->text(), "hello");
  EXPECT_EQ(value_of<NetworkName>("90004f00e4")->text(), "Oä");
  for (const char* text : {"", "a", "Sen5G net@_$", "12345678"}) EXPECT_EQ(NetworkName::from_text(text).text(), text);
  EXPECT_EQ(TimeZone::from_quarters(-16).quarters(), -16);
  EXPECT_EQ(TimeZone::from_quarters(8).octet, 0x80);
  EXPECT_EQ(TimeZone::from_quarters(4).octet, 0x40);
}

TEST(NasQos, rules_of_each_operation) {
  using Type = PacketFilterComponent::Type;
  QosRule rule{.id = 2, .operation = QosRule::Operation::add_filters};
  PacketFilter filter{.direction = 1, .id = 3};
  filter.components.push_back({.type = Type::ipv4_remote, .ipv4 = {10, 0, 0, 1}, .ipv4_mask = {255, 255, 255, 0}});
  filter.components.push_back({.type = Type::remote_port_range, .port = 80, .port_high = 90});
  rule.filters.push_back(filter);
  rule.flow = QosRule::Flow{.precedence = 10, .qfi = 5};
  expect_octets(QosRules{{rule}},
                "02"
                "0013"
                "61"
                "13"
                "0e"
                "100a000001ffffff00"
                "510050005a"
                "0a05");
  expect_octets(QosRules{{{.id = 2, .operation = QosRule::Operation::delete_filters, .filters = {{.direction = 3, .id = 4}}}}},
                "020002a104");
  expect_octets(QosRules{{{.id = 2, .operation = QosRule::Operation::remove}}}, "02000140");
  EXPECT_FALSE(value_of<QosRules>("02000f6101"));
  EXPECT_FALSE(value_of<QosRules>("020005210101ff"));
}

TEST(NasQos, flow_descriptions) {
  using Type = QosFlowParameter::Type;
  QosFlowDescription flow{.qfi = 5};
  flow.parameters = {
      {.type = Type::five_qi, .value = 1}, {.type = Type::gfbr_uplink, .unit = 6, .value = 10}, {.type = Type::eps_bearer, .value = 5}};
  expect_octets(QosFlowDescriptions{{flow}},
                "05"
                "20"
                "43"
                "010101"
                "020306000a"
                "070150");
  expect_octets(QosFlowDescriptions{{{.qfi = 5, .operation = QosFlowDescription::Operation::remove, .e = false}}}, "054000");
}

TEST(NasPco, containers_by_direction) {
  auto up = value_of<ExtendedPco>("80000a00000d00000c00001000", Direction::uplink);
  ASSERT_TRUE(up);
  EXPECT_EQ(up->options.size(), 4u);
  EXPECT_NE(up->find(PcoOption::dns_ipv4), nullptr);
  EXPECT_EQ(up->find(PcoOption::dns_ipv6), nullptr);
  auto down = value_of<ExtendedPco>(
      "80000d04080808080010020578"
      "00230001aa"
      "802103010203",
      Direction::downlink);
  ASSERT_TRUE(down);
  EXPECT_EQ(*down->options[0].ipv4, (Octets<4>{8, 8, 8, 8}));
  EXPECT_EQ(*down->options[1].mtu, 1400);
  EXPECT_EQ(to_hex(down->options[2].value), "aa");
  EXPECT_EQ(to_hex(down->options[3].value), "010203");
  EXPECT_FALSE(value_of<ExtendedPco>("80000d0408", Direction::downlink));
}

TEST(NasMbs, requested_and_received_sessions) {
  expect_octets(RequestedMbs{.operation = 1, .type = 1, .tmgi = {.service = 0x010203}}, "0503010203");
  RequestedMbs leave{.operation = 2, .type = 2};
  leave.address.source = {10, 0, 0, 1};
  leave.address.destination = {232, 1, 1, 1};
  expect_octets(leave, "0a0a000001e8010101");
  EXPECT_FALSE(value_of<RequestedMbs>("0403010203"));
  expect_octets(ReceivedMbs{.rejection = 1, .decision = 3, .tmgi = {.service = 0x010203}}, "230003010203");
  ReceivedMbs later{.decision = 2, .tmgi = {.service = 0x010203}};
  later.back_off = GprsTimer3{.unit = 4, .value = 2};
  expect_octets(later, "02040301020382");
}

TEST(NasRelay, remote_ue_without_address_and_suci_behind_its_length) {
  auto ue = value_of<RemoteUe>("07" "01" "05" "6140622e63");
  ASSERT_TRUE(ue);
  EXPECT_EQ(ue->identity.size(), 5u);
  EXPECT_EQ(ue->protocol, 0);
  RemoteUe v4{.identity = {'a'}, .protocol = 1, .address = {10, 0, 0, 1}};
  v4.udp = PortRange{.low = 1, .high = 2};
  expect_octets(v4, "0c" "01" "01" "61" "11" "0a000001" "00010002");
  Suci suci;
  suci.plmn = Plmn(999, 70, 2);
  suci.routing_indicator = "12";
  suci.msin = "123456789";
  RelayKeyRequestParameters request{.service_code = 1};
  request.ue = MobileIdentity(suci);
  expect_octets(request, "000001" + std::string(32, '0') + "00" "000d" "0199f90721ff000021436587f9");
}

TEST(NasServiceLevelAa, format_follows_the_type) {
  ServiceLevelAaParameter pending;
  pending.type = ServiceLevelAaParameter::Type::pending;
  pending.slapi = true;
  ServiceLevelAaParameter status;
  status.type = ServiceLevelAaParameter::Type::service_status;
  status.uas = true;
  ServiceLevelAaParameter unknown;
  unknown.type = static_cast<ServiceLevelAaParameter::Type>(0xb0);
  unknown.other = {1};
  expect_octets(ServiceLevelAaContainer{{pending, unknown, status}}, "a1" "b1" "500101");
}

TEST(NasAddress, of_each_session_type) {
  expect_octets(PduAddress{.kind = PduSessionKind::ipv4, .ipv4 = {10, 0, 0, 1}}, "010a000001");
  expect_octets(PduAddress{.kind = PduSessionKind::ipv6, .interface_id = {0, 0, 0, 0, 0, 0, 0, 2}}, "020000000000000002");
  expect_octets(PduAddress{.kind = PduSessionKind::ipv4v6, .interface_id = {0, 0, 0, 0, 0, 0, 0, 2}, .ipv4 = {10, 0, 0, 1}},
                "0300000000000000020a000001");
  EXPECT_FALSE(value_of<PduAddress>("05"));
}

TEST(NasMm, capabilities_keep_their_length) {
  expect_octets(MmCapability{.octets = 2, .s1_mode = true, .nssaa = true}, "0140");
  expect_octets(UeSecurityCapability{.octets = 4, .ea = 0xf0, .ia = 0x70, .eea = 0xf0, .eia = 0x70}, "f070f070");
  expect_octets(UeSecurityCapability{.octets = 2, .ea = 0xe0, .ia = 0x60}, "e060");
  EXPECT_TRUE((UeSecurityCapability{.ea = 0x20}).supports_ea(2));
  EXPECT_FALSE(value_of<UeSecurityCapability>("e0"));
  EXPECT_FALSE(value_of<UeSecurityCapability>("e0e0e0e0e0e0e0e0e0"));
  expect_octets(SmCapability{.octets = 2, .rqos = true, .apmqf = true}, "0101");
  expect_octets(MmCapability{.octets = 6, .rcman = true}, "000000000002");
}

TEST(NasMm, lists_with_inner_lengths) {
  Plmn p(999, 70, 2);
  expect_octets(LadnInformation{{{Dnn{"a"}, TaiList::of({{p, 1}})}}},
                "020161"
                "07"
                "0099f907000001");
  expect_octets(CagInformationList{{{p, true, {5}}}}, "0899f9070100000005");
  expect_octets(ExtendedCagInformationList{{{p, true, {5}}}}, "000899f9070100000005");
  AccessCategoryDefinition definition{.precedence = 1, .number = 2, .standardized = 3};
  definition.criteria.push_back({.dnns = {Dnn{"a"}}});
  expect_octets(AccessCategoryDefinitions{{definition}},
                "09"
                "0182"
                "05"
                "0001020161"
                "03");
  expect_octets(EmergencyNumbers{{{1, "112"}}}, "030111f2");
  expect_octets(NsagInformation{{{.id = 1, .slices = {SNssai{1, {}}}, .priority = 2}}},
                "0501020101"
                "02");
  ServiceLevelAaContainer aa;
  aa.parameters.push_back({.device_id = "x"});
  aa.parameters.push_back({.type = ServiceLevelAaParameter::Type::pending, .slapi = true});
  expect_octets(aa, "100178a1");
}

}  // namespace sen::nas
