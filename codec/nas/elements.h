// Information elements of TS 24.501 clause 9.11 (Release 17) as plain structs, with those of TS 24.008, 24.301, 24.193 and 24.502 that its
// messages use. Each has a describe(Io&, T&) in elements_*.cpp: the one list of its fields. Contents of other protocols (EAP, SMS, LPP,
// UE policy, port management, PPP) are octets. A field named as a count of octets is the element's length on the wire, so that the
// lengths a peer chose are values too; grow it when you set a field that lies behind it.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/bytes.h"
#include "codec/nas/message.h"
#include "codec/nas/names.h"
#include "nr/ids.h"

namespace sen::nas {

#define SEN_NAS_EQUAL(T) bool operator==(const T&) const = default;

// ---- common -------------------------------------------------------------------------------------------------------------------------

// Octets of another protocol or of an unstructured kind, at least `least` of them.
template <size_t least>
struct Octetstring {
  Bytes bytes;
  SEN_NAS_EQUAL(Octetstring)
};
template <size_t least>
void describe(Io& io, Octetstring<least>& v) {
  io.rest("", v.bytes, least, least + 20);
}
struct EapMessage {  // RFC 3748 packet, 4 octets at least
  Bytes bytes;
  SEN_NAS_EQUAL(EapMessage)
};
struct Abba {
  Bytes bytes{0, 0};
  SEN_NAS_EQUAL(Abba)
};
struct Rand {
  Octets<16> bytes{};
  SEN_NAS_EQUAL(Rand)
};
struct Auts {  // 9.11.3.14
  Octets<14> bytes{};
  SEN_NAS_EQUAL(Auts)
};
using NasContainer = Nested;  // 9.11.3.33
using AdditionalInformation = Octetstring<1>;
using SorTransparentContainer = Octetstring<17>;
using EpsNasMessageContainer = Octetstring<1>;   // TS 24.301
using PortManagementContainer = Octetstring<1>;  // TS 24.539

// 24.008 10.5.7.3. Unit: 0 2 s, 1 minute, 2 decihour, 7 deactivated, others minute.
struct GprsTimer {
  uint8_t unit = 0;   // 3 bits
  uint8_t value = 0;  // 5 bits
  // The coarsest exact form, else the next longer one; nullopt: deactivated.
  static GprsTimer from_seconds(std::optional<uint32_t> seconds);
  std::optional<uint32_t> seconds() const;
  SEN_NAS_EQUAL(GprsTimer)
};
// 24.008 10.5.7.4: the same octet behind a length.
struct GprsTimer2 : GprsTimer {
  GprsTimer2() = default;
  GprsTimer2(GprsTimer t) : GprsTimer(t) {}
  SEN_NAS_EQUAL(GprsTimer2)
};
// 24.008 10.5.7.4a. Unit: 0 10 min, 1 1 h, 2 10 h, 3 2 s, 4 30 s, 5 1 min, 6 320 h, 7 deactivated.
struct GprsTimer3 {
  uint8_t unit = 0;
  uint8_t value = 0;
  static GprsTimer3 from_seconds(std::optional<uint32_t> seconds);
  std::optional<uint32_t> seconds() const;
  SEN_NAS_EQUAL(GprsTimer3)
};

// 9.11.2.8: an S-NSSAI and the home network's that it maps to.
struct MappedSNssai : SNssai {
  MappedSNssai() = default;
  MappedSNssai(SNssai s) : SNssai(s) {}
  std::optional<SNssai> mapped;
  size_t wire_size() const { return 1u + (sd ? 3 : 0) + (mapped ? 1 + (mapped->sd ? 3 : 0) : 0); }
  SEN_NAS_EQUAL(MappedSNssai)
};

struct PduSessionStatus {  // 9.11.3.44; also uplink data status, allowed session status and reactivation result
  uint16_t sessions = 0;   // bit i: PDU session identity i
  Bytes spare;             // octets 5 to 34
  bool has(unsigned id) const { return sessions >> id & 1; }
  void set(unsigned id) { sessions = static_cast<uint16_t>(sessions | 1u << id); }
  SEN_NAS_EQUAL(PduSessionStatus)
};

struct AccessType {  // 9.11.2.1A
  AccessKind kind = AccessKind::access_3gpp;
  SEN_NAS_EQUAL(AccessType)
};

struct ServerAddress {
  std::optional<Octets<4>> ipv4;
  std::optional<Octets<16>> ipv6;
  std::string fqdn;  // when neither address is there
  SEN_NAS_EQUAL(ServerAddress)
};
struct ServiceLevelAaParameter {  // 9.11.2.11 to 9.11.2.18
  enum class Type : uint8_t {
    device_id = 0x10,
    server_address = 0x20,
    response = 0x30,
    payload_type = 0x40,
    payload = 0x70,
    pending = 0xa0,
    service_status = 0x50
  };
  Type type = Type::device_id;
  std::string device_id;
  Box<ServerAddress> server_address;
  uint8_t c2ar = 0, slar = 0;  // response
  uint8_t payload_type = 1;    // 1 UUAA, 2 C2 authorization
  Bytes payload;
  bool slapi = false;  // pending indication
  bool uas = false;    // service status
  Bytes other;         // a type that this release does not know; one octet with the low half only if its format is type 1
  SEN_NAS_EQUAL(ServiceLevelAaParameter)
};
struct ServiceLevelAaContainer {  // 9.11.2.10
  std::vector<ServiceLevelAaParameter> parameters;
  SEN_NAS_EQUAL(ServiceLevelAaContainer)
};

// ---- 5GMM ---------------------------------------------------------------------------------------------------------------------------

struct KeySetIdentifier {  // 9.11.3.32
  bool mapped = false;     // type of security context flag
  uint8_t value = 7;       // 7: no key is available
  SEN_NAS_EQUAL(KeySetIdentifier)
};

struct RegistrationType {  // 9.11.3.7
  bool follow_on = false;
  RegistrationKind kind = RegistrationKind::initial;
  SEN_NAS_EQUAL(RegistrationType)
};

struct RegistrationResult {  // 9.11.3.6
  AccessKind access = AccessKind::access_3gpp;
  bool sms_allowed = false, nssaa_performed = false, emergency = false, disaster_roaming = false;
  uint8_t octets = 1;
  SEN_NAS_EQUAL(RegistrationResult)
};

// SUCI (9.11.3.4). Scheme output: null scheme the MSIN as digits, profiles A and B their three parts, others octets.
struct Suci {
  SupiFormat format = SupiFormat::imsi;
  // format imsi
  Plmn plmn;
  std::string routing_indicator = "0";  // 1 to 4 digits
  uint8_t scheme = 0;                   // 0 null, 1 profile A, 2 profile B, 12 to 15 the operator's
  uint8_t key_id = 0;                   // home network public key identifier
  std::string msin;                     // scheme 0
  Bytes public_key, ciphertext;         // schemes 1 (32 octets) and 2 (33 octets)
  Octets<8> mac{};
  Bytes output;  // other schemes
  // formats network_specific, gci, gli: the NAI (TS 23.003 28.7.3)
  std::string nai;
  SEN_NAS_EQUAL(Suci)
};
struct NoIdentity {
  SEN_NAS_EQUAL(NoIdentity)
};
struct Imei {
  std::string digits;
  SEN_NAS_EQUAL(Imei)
};
struct Imeisv {
  std::string digits;
  SEN_NAS_EQUAL(Imeisv)
};
struct MacAddress {
  bool usage_restricted = false;  // MAURI
  Octets<6> address{};
  SEN_NAS_EQUAL(MacAddress)
};
struct Eui64 {
  Octets<8> identifier{};
  SEN_NAS_EQUAL(Eui64)
};
struct MobileIdentity {  // 9.11.3.4; the alternatives are in the order of IdentityType
  std::variant<NoIdentity, Suci, Guti, Imei, STmsi, Imeisv, MacAddress, Eui64> value;
  IdentityType type() const { return static_cast<IdentityType>(value.index()); }
  MobileIdentity() = default;
  template <class T>
  requires std::constructible_from<decltype(value), T> MobileIdentity(T v) : value(std::move(v)) {}
  SEN_NAS_EQUAL(MobileIdentity)
};
struct IdentityTypeElement {  // 9.11.3.3
  IdentityType type = IdentityType::suci;
  SEN_NAS_EQUAL(IdentityTypeElement)
};

struct MmCapability {  // 9.11.3.1
  uint8_t octets = 1;
  bool sgc = false, iphc_cp_ciot = false, n3_data = false, cp_ciot = false, restrict_ec = false, lpp = false, ho_attach = false,
       s1_mode = false;
  bool racs = false, nssaa = false, lcs = false, v2xcnpc5 = false, v2xcepc5 = false, v2x = false, up_ciot = false, srvcc = false;
  bool prose_l2relay = false, prose_dc = false, prose_dd = false, er_nssai = false, ehc_cp_ciot = false, multiple_up = false, wusa = false,
       cag = false;
  bool pr = false, rpr = false, piv = false, ncr = false, nr_pssi = false, prose_l3rmt = false, prose_l2rmt = false, prose_l3relay = false;
  bool mpsiu = false, uas = false, nsag = false, ex_cag = false, ssnpnsi = false, event_notification = false, mint = false, nssrg = false;
  bool rcman = false, rcmap = false;
  SEN_NAS_EQUAL(MmCapability)
};

struct UeSecurityCapability {  // 9.11.3.54; each octet as on the wire: bit 8 is algorithm 0, bit 1 algorithm 7
  uint8_t octets = 2;          // 2 to 8; 4 with EEA and EIA
  uint8_t ea = 0, ia = 0, eea = 0, eia = 0;
  Octets<4> spare{};
  bool supports_ea(unsigned n) const { return ea >> (7 - n) & 1; }
  bool supports_ia(unsigned n) const { return ia >> (7 - n) & 1; }
  SEN_NAS_EQUAL(UeSecurityCapability)
};
struct S1UeSecurityCapability {  // 24.301 9.9.3.36
  uint8_t octets = 2;            // 2 to 5
  uint8_t eea = 0, eia = 0, uea = 0, uia = 0, gea = 0;
  SEN_NAS_EQUAL(S1UeSecurityCapability)
};
struct S1UeNetworkCapability {  // 24.301 9.9.3.34
  uint8_t octets = 2;           // 2 to 13
  uint8_t eea = 0, eia = 0, uea = 0;
  uint8_t ucs2_uia = 0;  // bit 8 UCS2, then UIA1 to UIA7
  Octets<9> features{};  // octets 7 to 15, flags as on the wire
  SEN_NAS_EQUAL(S1UeNetworkCapability)
};
struct SecurityAlgorithms {  // 9.11.3.34
  CipheringAlgorithm ciphering = CipheringAlgorithm::ea0;
  IntegrityAlgorithm integrity = IntegrityAlgorithm::ia0;
  SEN_NAS_EQUAL(SecurityAlgorithms)
};
struct EpsSecurityAlgorithms {           // 24.301 9.9.3.23
  uint8_t ciphering = 0, integrity = 0;  // 3 bits each
  SEN_NAS_EQUAL(EpsSecurityAlgorithms)
};
struct AdditionalSecurityInformation {  // 9.11.3.12
  bool rinmr = false;                   // retransmission of the initial NAS message requested
  bool hdp = false;                     // K_AMF derivation required
  SEN_NAS_EQUAL(AdditionalSecurityInformation)
};

struct Nssai {  // 9.11.3.37: requested, allowed, configured, pending (TS: up to 8, configured up to 16)
  std::vector<MappedSNssai> slices;
  SEN_NAS_EQUAL(Nssai)
};
struct MappedNssai {  // 9.11.3.31B
  std::vector<SNssai> slices;
  SEN_NAS_EQUAL(MappedNssai)
};
struct RejectedSNssai {  // 9.11.3.46
  uint8_t cause =
      0;  // 0 not in the PLMN or SNPN, 1 not in the registration area, 2 NSSAA failed or revoked, 3 maximum number of UEs reached
  SNssai slice;
  SEN_NAS_EQUAL(RejectedSNssai)
};
struct RejectedNssai {
  std::vector<RejectedSNssai> slices;
  SEN_NAS_EQUAL(RejectedNssai)
};
struct ExtendedRejectedSNssai {
  uint8_t cause = 0;
  MappedSNssai slice;
  SEN_NAS_EQUAL(ExtendedRejectedSNssai)
};
struct PartialExtendedRejectedNssai {
  std::optional<GprsTimer3> back_off;          // type of list 1
  std::vector<ExtendedRejectedSNssai> slices;  // 1 to 8
  SEN_NAS_EQUAL(PartialExtendedRejectedNssai)
};
struct ExtendedRejectedNssai {  // 9.11.3.75
  std::vector<PartialExtendedRejectedNssai> lists;
  SEN_NAS_EQUAL(ExtendedRejectedNssai)
};
struct NssrgValues {
  MappedSNssai slice;
  Bytes groups;
  SEN_NAS_EQUAL(NssrgValues)
};
struct NssrgInformation {  // 9.11.3.82
  std::vector<NssrgValues> slices;
  SEN_NAS_EQUAL(NssrgInformation)
};

struct PartialTaiList {  // 9.11.3.9 and 9.11.3.49
  enum class Type : uint8_t { one_plmn = 0, consecutive = 1, many_plmns = 2, whole_plmn = 3 };
  Type type = Type::one_plmn;
  bool not_allowed = false;  // service area list only
  uint8_t count = 1;         // consecutive: how many TACs follow from the first (1 to 16); others: as many as `tais`
  std::vector<Tai> tais;     // consecutive: the first; whole_plmn: one whose TAC is not meant
  SEN_NAS_EQUAL(PartialTaiList)
};
struct TaiList {  // 9.11.3.9
  std::vector<PartialTaiList> lists;
  bool contains(const Tai& tai) const;
  static TaiList of(const std::vector<Tai>& tais);  // one list of type 0 or 2, at most 16
  SEN_NAS_EQUAL(TaiList)
};
struct ServiceAreaList {  // 9.11.3.49
  std::vector<PartialTaiList> lists;
  SEN_NAS_EQUAL(ServiceAreaList)
};
struct PlmnList {  // 24.008 10.5.1.13
  std::vector<Plmn> plmns;
  SEN_NAS_EQUAL(PlmnList)
};
struct PlmnElement {  // 24.008 10.5.1.3-like: one PLMN (MS determined PLMN with disaster condition)
  Plmn plmn;
  SEN_NAS_EQUAL(PlmnElement)
};

struct NetworkFeatureSupport {  // 9.11.3.5
  uint8_t octets = 2;           // 1 to 3 (more are spare)
  bool mpsi = false, iwk_n26 = false;
  uint8_t emf = 0, emc = 0;  // 2 bits each
  bool ims_vops_n3gpp = false, ims_vops_3gpp = false;
  bool up_ciot = false, iphc_cp_ciot = false, n3_data = false, cp_ciot = false;
  uint8_t restrict_ec = 0;  // 2 bits
  bool mcsi = false, emcn3 = false;
  bool un_per = false, pr = false, rpr = false, piv = false, ncr = false, ehc_cp_ciot = false, ats_ind = false, lcs = false;
  SEN_NAS_EQUAL(NetworkFeatureSupport)
};

struct ReactivationError {
  uint8_t pdu_session_id = 0;
  MmCause cause = MmCause::protocol_error;
  SEN_NAS_EQUAL(ReactivationError)
};
struct ReactivationErrorCauses {  // 9.11.3.43
  std::vector<ReactivationError> errors;
  SEN_NAS_EQUAL(ReactivationErrorCauses)
};

struct LadnIndication {  // 9.11.3.29
  std::vector<Dnn> dnns;
  SEN_NAS_EQUAL(LadnIndication)
};
struct Ladn {
  Dnn dnn;
  TaiList area;
  SEN_NAS_EQUAL(Ladn)
};
struct LadnInformation {  // 9.11.3.30
  std::vector<Ladn> ladns;
  SEN_NAS_EQUAL(LadnInformation)
};

struct MicoIndication {  // 9.11.3.31
  bool sprti = false, raai = false;
  SEN_NAS_EQUAL(MicoIndication)
};
struct MaPduSessionInformation {  // 9.11.3.31A
  uint8_t value = 1;
  SEN_NAS_EQUAL(MaPduSessionInformation)
};
struct NetworkSlicingIndication {  // 9.11.3.36
  bool dcni = false, nssci = false;
  SEN_NAS_EQUAL(NetworkSlicingIndication)
};
struct NssaiInclusionMode {  // 9.11.3.37A: 0 A to 3 D
  uint8_t mode = 0;
  SEN_NAS_EQUAL(NssaiInclusionMode)
};

struct AccessCategoryCriterion {
  enum class Type : uint8_t { dnn = 0, os_app = 1, s_nssai = 2 };
  struct App {
    Octets<16> os_id{};
    Bytes app_id;
    SEN_NAS_EQUAL(App)
  };
  Type type = Type::dnn;
  std::vector<Dnn> dnns;
  std::vector<App> apps;
  std::vector<MappedSNssai> slices;
  SEN_NAS_EQUAL(AccessCategoryCriterion)
};
struct AccessCategoryDefinition {
  uint8_t precedence = 0;
  uint8_t number = 0;  // 5 bits: access category 32 + number
  std::vector<AccessCategoryCriterion> criteria;
  std::optional<uint8_t> standardized;  // 5 bits
  SEN_NAS_EQUAL(AccessCategoryDefinition)
};
struct AccessCategoryDefinitions {  // 9.11.3.38
  std::vector<AccessCategoryDefinition> definitions;
  SEN_NAS_EQUAL(AccessCategoryDefinitions)
};

struct UpdateType {                        // 9.11.3.9A
  uint8_t eps_pnb_ciot = 0, pnb_ciot = 0;  // 2 bits each
  bool ng_ran_rcu = false, sms_requested = false;
  SEN_NAS_EQUAL(UpdateType)
};
struct DrxParameters {  // 9.11.3.2A
  uint8_t value = 0;    // 0 none, 1 to 4: T = 32, 64, 128, 256
  SEN_NAS_EQUAL(DrxParameters)
};
struct NbN1DrxParameters {  // 9.11.3.73
  uint8_t value = 0;
  SEN_NAS_EQUAL(NbN1DrxParameters)
};
struct ExtendedDrxParameters {  // 24.008 10.5.5.32
  uint8_t paging_time_window = 0, edrx = 0;
  std::optional<uint8_t> extended_ptw;  // octet 4
  SEN_NAS_EQUAL(ExtendedDrxParameters)
};
struct UeStatus {  // 9.11.3.56
  bool n1_registered = false, s1_registered = false;
  SEN_NAS_EQUAL(UeStatus)
};
struct UeUsageSetting {  // 9.11.3.55
  bool data_centric = false;
  SEN_NAS_EQUAL(UeUsageSetting)
};
struct EpsBearerContextStatus {  // 24.301 9.9.2.1
  uint16_t bearers = 0;          // bit i: EPS bearer identity i
  SEN_NAS_EQUAL(EpsBearerContextStatus)
};
struct Classmark2 {  // 24.008 10.5.1.6
  uint8_t revision = 2;
  bool es_ind = false, no_a5_1 = false;
  uint8_t rf_power = 7;
  bool ps = false;
  uint8_t ss_screening = 0;
  bool sm = false, vbs = false, vgcs = false, fc = false, cm3 = false, lcsvacap = false, ucs2 = false, solsa = false, cmsp = false,
       a5_3 = false, a5_2 = false;
  SEN_NAS_EQUAL(Classmark2)
};
struct SupportedCodec {
  uint8_t system = 0;
  Bytes bitmap;
  SEN_NAS_EQUAL(SupportedCodec)
};
struct SupportedCodecs {  // 24.008 10.5.4.32
  std::vector<SupportedCodec> codecs;
  SEN_NAS_EQUAL(SupportedCodecs)
};
struct UeRadioCapabilityId {  // 9.11.3.68
  std::string digits;         // hexadecimal digits
  SEN_NAS_EQUAL(UeRadioCapabilityId)
};
struct UeRadioCapabilityIdDeletion {  // 9.11.3.69
  uint8_t request = 0;
  SEN_NAS_EQUAL(UeRadioCapabilityIdDeletion)
};
struct AdditionalInformationRequested {  // 9.11.3.12A
  bool cipher_key = false;
  SEN_NAS_EQUAL(AdditionalInformationRequested)
};
struct WusAssistance {  // 9.11.3.71, 24.301 9.9.3.62
  struct Information {
    uint8_t type = 0, value = 0;  // 3 and 5 bits; type 0: UE paging probability
    SEN_NAS_EQUAL(Information)
  };
  std::vector<Information> information;
  SEN_NAS_EQUAL(WusAssistance)
};
struct PeipsAssistance {  // 9.11.3.80; type 0: paging subgroup, 1: UE paging probability
  std::vector<WusAssistance::Information> information;
  SEN_NAS_EQUAL(PeipsAssistance)
};
struct N5gcIndication {  // 9.11.3.72
  bool device = true;
  SEN_NAS_EQUAL(N5gcIndication)
};
struct UeRequestType {  // 9.11.3.76
  uint8_t value = 1;    // 1 NAS signalling connection release, 2 rejection of paging
  SEN_NAS_EQUAL(UeRequestType)
};
struct PagingRestriction {  // 9.11.3.77
  uint8_t type = 1;         // 3, 4: with the sessions for which paging is not restricted
  std::optional<PduSessionStatus> sessions;
  SEN_NAS_EQUAL(PagingRestriction)
};
struct Nid {  // 9.11.3.79, TS 24.502 9.2.7
  uint8_t assignment_mode = 0;
  std::string digits;  // ten hexadecimal digits
  SEN_NAS_EQUAL(Nid)
};
struct EmergencyNumber {
  uint8_t category = 0;  // 5 bits
  std::string digits;
  SEN_NAS_EQUAL(EmergencyNumber)
};
struct EmergencyNumbers {  // 24.008 10.5.3.13
  std::vector<EmergencyNumber> numbers;
  SEN_NAS_EQUAL(EmergencyNumbers)
};
struct ExtendedEmergencyNumber {
  std::string digits;
  std::string sub_services;
  SEN_NAS_EQUAL(ExtendedEmergencyNumber)
};
struct ExtendedEmergencyNumbers {  // 24.301 9.9.3.37A
  bool plmn_only = false;          // EENLV
  std::vector<ExtendedEmergencyNumber> numbers;
  SEN_NAS_EQUAL(ExtendedEmergencyNumbers)
};
struct Non3gppProvisioning {  // 24.008 10.5.5.37
  bool n3en = false;
  SEN_NAS_EQUAL(Non3gppProvisioning)
};
struct TimeAndZone {                                   // 24.008 10.5.3.9; digits as sent (swapped semi-octets)
  std::string year, month, day, hour, minute, second;  // two digits each
  uint8_t zone = 0;                                    // as TimeZone
  SEN_NAS_EQUAL(TimeAndZone)
};
struct TimeZone {  // 24.008 10.5.3.8: quarter hours as swapped semi-octets, bit 4 the sign
  uint8_t octet = 0;
  int quarters() const;
  static TimeZone from_quarters(int quarters);
  SEN_NAS_EQUAL(TimeZone)
};
struct DaylightSaving {  // 24.008 10.5.3.12
  uint8_t hours = 0;     // 0 to 2
  SEN_NAS_EQUAL(DaylightSaving)
};
struct NetworkName {   // 24.008 10.5.3.5a
  uint8_t coding = 0;  // 0 GSM 7 bit, 1 UCS2
  bool add_country = false;
  uint8_t spare_bits = 0;    // in the last octet
  Bytes octets;              // exactly as sent
  std::string text() const;  // UTF-8
  static NetworkName from_text(std::string_view ascii);
  SEN_NAS_EQUAL(NetworkName)
};
struct CipheringDataSet {
  uint16_t id = 0;
  Octets<16> key{};
  Bytes c0;                   // 1 to 16 octets
  Bytes eutra_sibs, nr_sibs;  // flags as on the wire
  TimeAndZone start;
  uint32_t duration = 0;  // minutes
  std::optional<TaiList> area;
  SEN_NAS_EQUAL(CipheringDataSet)
};
struct CipheringKeyData {  // 9.11.3.18C
  std::vector<CipheringDataSet> sets;
  SEN_NAS_EQUAL(CipheringKeyData)
};
struct CagInformation {
  Plmn plmn;
  bool cag_only = false;
  std::vector<uint32_t> ids;
  SEN_NAS_EQUAL(CagInformation)
};
struct CagInformationList {  // 9.11.3.18A
  std::vector<CagInformation> entries;
  SEN_NAS_EQUAL(CagInformationList)
};
struct ExtendedCagInformation {
  Plmn plmn;
  bool cag_only = false;
  std::vector<uint32_t> ids;
  SEN_NAS_EQUAL(ExtendedCagInformation)
};
struct ExtendedCagInformationList {  // 9.11.3.86
  std::vector<ExtendedCagInformation> entries;
  SEN_NAS_EQUAL(ExtendedCagInformationList)
};
struct TruncatedTmsiConfiguration {  // 9.11.3.70
  uint8_t set_bits = 0, pointer_bits = 0;
  SEN_NAS_EQUAL(TruncatedTmsiConfiguration)
};
struct AdditionalRequestResult {   // 9.11.3.81
  uint8_t paging_restriction = 0;  // 0 none, 1 accepted, 2 rejected
  SEN_NAS_EQUAL(AdditionalRequestResult)
};
struct RegistrationWaitRange {  // 9.11.3.84
  GprsTimer minimum, maximum;
  SEN_NAS_EQUAL(RegistrationWaitRange)
};
struct Nsag {
  uint8_t id = 0;
  std::vector<MappedSNssai> slices;
  uint8_t priority = 0;
  std::optional<TaiList> area;
  SEN_NAS_EQUAL(Nsag)
};
struct NsagInformation {  // 9.11.3.87
  std::vector<Nsag> nsags;
  SEN_NAS_EQUAL(NsagInformation)
};
struct PriorityIndicator {  // 9.11.3.91
  bool mpsi = false;
  SEN_NAS_EQUAL(PriorityIndicator)
};
struct ConfigurationUpdateIndication {  // 9.11.3.18
  bool registration_requested = false, acknowledgement = false;
  SEN_NAS_EQUAL(ConfigurationUpdateIndication)
};
struct SmsIndication {  // 9.11.3.50A
  bool available = false;
  SEN_NAS_EQUAL(SmsIndication)
};
struct AdditionalConfigurationIndication {  // 9.11.3.74
  bool scmr = false;
  SEN_NAS_EQUAL(AdditionalConfigurationIndication)
};
struct DeregistrationType {  // 9.11.3.20
  bool switch_off = false, reregistration = false;
  AccessKind access = AccessKind::access_3gpp;
  SEN_NAS_EQUAL(DeregistrationType)
};
struct ControlPlaneServiceType {  // 9.11.3.18D
  uint8_t value = 0;
  SEN_NAS_EQUAL(ControlPlaneServiceType)
};
struct CiotSmallData {         // 9.11.3.18B
  uint8_t data_type = 0;       // 0 control plane user data, 1 SMS, 2 location services
  uint8_t ddx = 0;             // types 0 and 2
  uint8_t pdu_session_id = 0;  // type 0, 3 bits
  Bytes additional;            // type 2
  Bytes data;
  SEN_NAS_EQUAL(CiotSmallData)
};
struct ReleaseAssistance {  // 9.11.3.46A
  uint8_t ddx = 0;
  SEN_NAS_EQUAL(ReleaseAssistance)
};
struct ImeisvRequest {  // 9.11.3.28
  uint8_t value = 1;    // 1: requested
  SEN_NAS_EQUAL(ImeisvRequest)
};
struct RequestType {  // 9.11.3.47
  RequestKind kind = RequestKind::initial_request;
  SEN_NAS_EQUAL(RequestType)
};
struct ServiceType {  // 9.11.3.50
  ServiceKind kind = ServiceKind::signalling;
  SEN_NAS_EQUAL(ServiceType)
};
struct PayloadContainerType {  // 9.11.3.40
  PayloadType type = PayloadType::n1_sm_information;
  SEN_NAS_EQUAL(PayloadContainerType)
};
struct Autn {  // 24.008 10.5.3.1.1
  Bytes bytes;
  SEN_NAS_EQUAL(Autn)
};
struct AuthenticationResponseParameter {  // 9.11.3.17: RES*, 16 octets (4 to 16 by 24.301)
  Bytes bytes;
  SEN_NAS_EQUAL(AuthenticationResponseParameter)
};
struct RelayKeyRequestParameters {  // 9.11.3.89
  uint32_t service_code = 0;        // 24 bits
  Octets<16> nonce_1{};
  bool pruk = false;  // the remote UE is named by its PRUK ID
  MobileIdentity ue;  // else by SUCI
  Bytes pruk_id;
  SEN_NAS_EQUAL(RelayKeyRequestParameters)
};
struct RelayKeyResponseParameters {  // 9.11.3.90
  Octets<32> key{};
  Octets<16> nonce_2{};
  Bytes pruk_id;
  SEN_NAS_EQUAL(RelayKeyResponseParameters)
};

// 9.11.3.39. What is inside follows the payload container type: N1 SM information is decoded, multiple payloads are split,
// a service-level-AA container is decoded; the other types are other protocols' octets.
struct PayloadOption {
  uint8_t type = 0x12;  // the IEI of the element in UL and DL NAS TRANSPORT
  Bytes value;          // content of one type 1, 3 or 4 element
  SEN_NAS_EQUAL(PayloadOption)
};
struct PayloadEntry;
struct PayloadContainer {
  Nested sm;                                      // type 1; its `bytes` for a container that does not hold a 5GSM message
  std::vector<PayloadEntry> entries;              // type 15
  Box<ServiceLevelAaContainer> service_level_aa;  // type 9
  Bytes bytes;                                    // other types
  PayloadContainer();
  PayloadContainer(Message m);
  PayloadContainer(Bytes octets);
  PayloadContainer(const PayloadContainer&);
  PayloadContainer(PayloadContainer&&) noexcept;
  PayloadContainer& operator=(PayloadContainer) noexcept;
  ~PayloadContainer();
  bool operator==(const PayloadContainer& other) const;
};
struct PayloadEntry {
  PayloadType type = PayloadType::n1_sm_information;
  std::vector<PayloadOption> options;
  PayloadContainer container;
  SEN_NAS_EQUAL(PayloadEntry)
};

// ---- 5GSM ---------------------------------------------------------------------------------------------------------------------------

struct PduSessionType {  // 9.11.4.11
  PduSessionKind kind = PduSessionKind::ipv4;
  SEN_NAS_EQUAL(PduSessionType)
};
struct SscMode {  // 9.11.4.16
  SscModeValue mode = SscModeValue::mode_1;
  SEN_NAS_EQUAL(SscMode)
};
struct IntegrityDataRate {  // 9.11.4.7: 0 64 kbit/s, 1 NULL, 255 full
  uint8_t uplink = 0xff, downlink = 0xff;
  SEN_NAS_EQUAL(IntegrityDataRate)
};
struct SmCapability {  // 9.11.4.1
  uint8_t octets = 1;
  bool tpmic = false;
  uint8_t atsss_st = 0;  // 4 bits
  bool ept_s1 = false, mh6_pdu = false, rqos = false;
  bool apmqf = false;  // octet 4
  SEN_NAS_EQUAL(SmCapability)
};
struct MaximumPacketFilters {  // 9.11.4.9
  uint16_t number = 17;        // 11 bits
  SEN_NAS_EQUAL(MaximumPacketFilters)
};
struct AlwaysOn {  // 9.11.4.3 and 9.11.4.4
  bool on = false;
  SEN_NAS_EQUAL(AlwaysOn)
};
struct DnRequestContainer {  // 9.11.4.15
  std::string identity;
  SEN_NAS_EQUAL(DnRequestContainer)
};
struct AllowedSscMode {  // 9.11.4.5
  bool ssc3 = false, ssc2 = false, ssc1 = false;
  SEN_NAS_EQUAL(AllowedSscMode)
};
struct SessionAmbr {  // 9.11.4.14. Units as 24.501: 1 is 1 kbit/s, each next four times that, 6 is 1 Mbit/s, ... 25 is 256 Pbit/s
  uint8_t downlink_unit = 1;
  uint16_t downlink = 0;
  uint8_t uplink_unit = 1;
  uint16_t uplink = 0;
  static SessionAmbr from_bps(uint64_t downlink_bps, uint64_t uplink_bps);
  uint64_t downlink_bps() const;
  uint64_t uplink_bps() const;
  SEN_NAS_EQUAL(SessionAmbr)
};
// Bit rate of a unit octet and a value; and a unit and value for a rate: exact where there is one, else rounded up.
uint64_t bps_of(uint8_t unit, uint16_t value);
std::pair<uint8_t, uint16_t> unit_of(uint64_t bps);

struct PduAddress {  // 9.11.4.10 and the suggested interface identifier
  PduSessionKind kind = PduSessionKind::ipv4;
  Octets<8> interface_id{};  // ipv6, ipv4v6
  Octets<4> ipv4{};          // ipv4, ipv4v6
  std::optional<Octets<16>> smf_link_local;
  SEN_NAS_EQUAL(PduAddress)
};

struct PacketFilterComponent {  // 9.11.4.13 table; the fields that `type` uses
  enum class Type : uint8_t {
    match_all = 0x01,
    ipv4_remote = 0x10,
    ipv4_local = 0x11,
    ipv6_remote = 0x21,
    ipv6_local = 0x23,
    protocol = 0x30,
    local_port = 0x40,
    local_port_range = 0x41,
    remote_port = 0x50,
    remote_port_range = 0x51,
    security_parameter_index = 0x60,
    traffic_class = 0x70,
    flow_label = 0x80,
    destination_mac = 0x81,
    source_mac = 0x82,
    c_tag_vid = 0x83,
    s_tag_vid = 0x84,
    c_tag_pcp_dei = 0x85,
    s_tag_pcp_dei = 0x86,
    ethertype = 0x87,
    destination_mac_range = 0x88,
    source_mac_range = 0x89,
  };
  Type type = Type::match_all;
  Octets<4> ipv4{}, ipv4_mask{};
  Octets<16> ipv6{};
  uint8_t prefix_length = 0;
  uint8_t protocol = 0;
  uint16_t port = 0, port_high = 0;
  uint32_t spi = 0;
  uint8_t traffic_class = 0, traffic_class_mask = 0;
  uint32_t flow_label = 0;
  Octets<6> mac{}, mac_high{};
  uint16_t vid = 0;
  uint8_t pcp = 0;
  bool dei = false;
  uint16_t ethertype = 0;
  SEN_NAS_EQUAL(PacketFilterComponent)
};
const char* name_of(PacketFilterComponent::Type);
struct PacketFilter {
  uint8_t direction = 3;                          // 1 downlink, 2 uplink, 3 both
  uint8_t id = 0;                                 // 4 bits
  std::vector<PacketFilterComponent> components;  // not in "delete packet filters"
  SEN_NAS_EQUAL(PacketFilter)
};
struct QosRuleFlow {
  uint8_t precedence = 255;
  bool segregation = false;
  Qfi qfi = 1;
  SEN_NAS_EQUAL(QosRuleFlow)
};
struct QosRule {
  enum class Operation : uint8_t { create = 1, remove = 2, add_filters = 3, replace_filters = 4, delete_filters = 5, modify = 6 };
  uint8_t id = 0;
  Operation operation = Operation::create;
  bool is_default = false;
  std::vector<PacketFilter> filters;
  using Flow = QosRuleFlow;
  std::optional<Flow> flow;  // absent where the operation has none
  SEN_NAS_EQUAL(QosRule)
};
const char* name_of(QosRule::Operation);
struct QosRules {  // 9.11.4.13
  std::vector<QosRule> rules;
  SEN_NAS_EQUAL(QosRules)
};

struct QosFlowParameter {
  enum class Type : uint8_t {
    five_qi = 1,
    gfbr_uplink = 2,
    gfbr_downlink = 3,
    mfbr_uplink = 4,
    mfbr_downlink = 5,
    averaging_window = 6,
    eps_bearer = 7
  };
  Type type = Type::five_qi;
  uint8_t unit = 1;    // bit rates
  uint16_t value = 0;  // 5QI, bit rate, milliseconds or EPS bearer identity
  Bytes other;         // a type that this release does not know
  SEN_NAS_EQUAL(QosFlowParameter)
};
struct QosFlowDescription {
  enum class Operation : uint8_t { create = 1, remove = 2, modify = 3 };
  Qfi qfi = 1;
  Operation operation = Operation::create;
  bool e = true;  // create: parameters follow; modify: replaces all parameters
  std::vector<QosFlowParameter> parameters;
  SEN_NAS_EQUAL(QosFlowDescription)
};
const char* name_of(QosFlowDescription::Operation);
struct QosFlowDescriptions {  // 9.11.4.12
  std::vector<QosFlowDescription> flows;
  SEN_NAS_EQUAL(QosFlowDescriptions)
};

struct TrafficFlowTemplate {  // 24.008 10.5.6.12
  struct Filter {
    uint8_t direction = 3;
    uint8_t id = 0;
    uint8_t precedence = 0;
    std::vector<PacketFilterComponent> components;
    SEN_NAS_EQUAL(Filter)
  };
  struct Parameter {
    uint8_t id = 0;
    Bytes value;
    SEN_NAS_EQUAL(Parameter)
  };
  uint8_t operation = 1;  // 5: delete packet filters (identifiers only)
  bool e = false;         // parameters follow
  std::vector<Filter> filters;
  std::vector<Parameter> parameters;
  SEN_NAS_EQUAL(TrafficFlowTemplate)
};
struct EpsParameter {
  enum class Type : uint8_t { qos = 1, extended_qos = 2, tft = 3, apn_ambr = 4, extended_apn_ambr = 5 };
  Type type = Type::qos;
  uint8_t qci = 9;
  Bytes rates;                                    // qos: 0, 4, 8 or 12 rate octets of 24.301 9.9.4.3; apn_ambr: 2, 4 or 6 octets of 9.9.4.2
  uint8_t maximum_unit = 1, guaranteed_unit = 1;  // extended qos
  uint16_t maximum_uplink = 0, maximum_downlink = 0, guaranteed_uplink = 0, guaranteed_downlink = 0;
  Box<TrafficFlowTemplate> tft;
  SessionAmbr ambr;  // extended apn ambr
  Bytes other;
  SEN_NAS_EQUAL(EpsParameter)
};
struct MappedEpsBearer {
  uint8_t ebi = 5;
  uint8_t operation = 1;  // 1 create, 2 delete, 3 modify
  bool e = true;
  std::vector<EpsParameter> parameters;
  SEN_NAS_EQUAL(MappedEpsBearer)
};
struct MappedEpsBearers {  // 9.11.4.8
  std::vector<MappedEpsBearer> bearers;
  SEN_NAS_EQUAL(MappedEpsBearers)
};

// One container of the (extended) protocol configuration options, 24.008 10.5.6.3. `value` holds any identifier that has no field of
// its own: the request forms of the others are empty.
struct PcoOption {
  enum : uint16_t {
    p_cscf_ipv6 = 0x0001,
    im_cn_signalling = 0x0002,
    dns_ipv6 = 0x0003,
    bearer_control = 0x0005,
    address_by_nas = 0x000a,
    address_by_dhcp = 0x000b,
    p_cscf_ipv4 = 0x000c,
    dns_ipv4 = 0x000d,
    ipv4_mtu = 0x0010,
    p_cscf_reselection = 0x0012,
    non_ip_mtu = 0x0015,
    pdu_session_id = 0x001a,
    s_nssai = 0x001b,
    session_ambr = 0x001d,
    ethernet_mtu = 0x0020,
    unstructured_mtu = 0x0021,
    qos_rules_2 = 0x0023,
    qos_flows_2 = 0x0024,
    ipcp = 0x8021,
    lcp = 0xc021,
    pap = 0xc023,
    chap = 0xc223,
  };
  uint16_t id = 0;
  std::optional<Octets<4>> ipv4;  // p_cscf_ipv4, dns_ipv4
  Box<Octets<16>> ipv6;           // p_cscf_ipv6, dns_ipv6
  std::optional<uint16_t> mtu;    // ipv4_mtu, non_ip_mtu, ethernet_mtu, unstructured_mtu
  std::optional<uint8_t> number;  // pdu_session_id, bearer_control
  Bytes value;
  SEN_NAS_EQUAL(PcoOption)
};
struct ExtendedPco {  // 24.008 10.5.6.3A
  uint8_t protocol = 0;
  std::vector<PcoOption> options;
  const PcoOption* find(uint16_t id) const;
  SEN_NAS_EQUAL(ExtendedPco)
};

struct IpHeaderCompression {  // 9.11.4.24
  uint8_t profiles = 0;       // bit 7: 0x0104 ... bit 1: 0x0002
  uint16_t max_cid = 1;
  std::optional<uint8_t> parameters_type;
  Bytes parameters;
  SEN_NAS_EQUAL(IpHeaderCompression)
};
struct EthernetHeaderCompression {  // 9.11.4.28: 0 unused, 1 7 bits, 2 15 bits
  uint8_t cid_length = 0;
  SEN_NAS_EQUAL(EthernetHeaderCompression)
};
struct DsTtMac {  // 9.11.4.25
  Octets<6> address{};
  SEN_NAS_EQUAL(DsTtMac)
};
struct DsTtResidenceTime {  // 9.11.4.26
  uint64_t value = 0;       // as IEEE 802.1AS TimeInterval
  SEN_NAS_EQUAL(DsTtResidenceTime)
};
struct Tmgi {            // 24.008 10.5.6.13
  uint32_t service = 0;  // 24 bits
  std::optional<Plmn> plmn;
  SEN_NAS_EQUAL(Tmgi)
};
struct MulticastAddress {
  Octets<16> source{}, destination{};  // IPv4: the first four octets
  SEN_NAS_EQUAL(MulticastAddress)
};
struct RequestedMbs {
  uint8_t operation = 1;  // 1 join, 2 leave
  uint8_t type = 1;       // 1 TMGI, 2 IPv4, 3 IPv6
  Tmgi tmgi;
  MulticastAddress address;
  SEN_NAS_EQUAL(RequestedMbs)
};
struct RequestedMbsContainer {  // 9.11.4.30
  std::vector<RequestedMbs> sessions;
  SEN_NAS_EQUAL(RequestedMbsContainer)
};
struct MbsTrafficKey {
  uint16_t id = 0;
  Octets<16> key{};
  SEN_NAS_EQUAL(MbsTrafficKey)
};
struct MbsKeySet {
  uint32_t domain = 0;  // 24 bits
  uint32_t msk_id = 0;
  Octets<16> msk{};
  using Mtk = MbsTrafficKey;
  std::optional<Mtk> mtk;
  SEN_NAS_EQUAL(MbsKeySet)
};
struct NrCgi {
  uint64_t cell = 0;  // 36 bits
  Plmn plmn;
  SEN_NAS_EQUAL(NrCgi)
};
struct ReceivedMbs {
  uint8_t rejection = 0, decision = 2;  // 1 new area, 2 joined, 3 refused, 4 removed, 5 new keys; the cause of 3 and 4
  Tmgi tmgi;
  std::optional<bool> ipv6;  // the session's address is there
  MulticastAddress address;
  std::optional<TaiList> tais;
  std::optional<std::vector<NrCgi>> cells;
  std::optional<uint64_t> start_time;  // 48 bits
  std::optional<GprsTimer3> back_off;
  std::optional<std::vector<MbsKeySet>> security;
  SEN_NAS_EQUAL(ReceivedMbs)
};
struct ReceivedMbsContainer {  // 9.11.4.31
  std::vector<ReceivedMbs> sessions;
  SEN_NAS_EQUAL(ReceivedMbsContainer)
};
struct PduSessionPairId {  // 9.11.4.32
  uint8_t value = 0;
  SEN_NAS_EQUAL(PduSessionPairId)
};
struct Rsn {  // 9.11.4.33: 0 V1, 1 V2
  uint8_t value = 0;
  SEN_NAS_EQUAL(Rsn)
};
struct SmNetworkFeatureSupport {  // 9.11.4.18
  uint8_t octets = 1;
  bool ept_s1 = false;
  SEN_NAS_EQUAL(SmNetworkFeatureSupport)
};
struct ServingPlmnRateControl {  // 24.301 9.9.4.28
  uint16_t value = 0xffff;
  SEN_NAS_EQUAL(ServingPlmnRateControl)
};
struct AtsssContainer {  // 9.11.4.22: parameters of TS 24.193 6.1
  struct Parameter {
    uint8_t id = 1;  // 1 ATSSS rules, 2 network steering functionalities, 3 measurement assistance
    Bytes contents;
    SEN_NAS_EQUAL(Parameter)
  };
  std::vector<Parameter> parameters;
  SEN_NAS_EQUAL(AtsssContainer)
};
struct ControlPlaneOnly {  // 9.11.4.23
  bool only = true;
  SEN_NAS_EQUAL(ControlPlaneOnly)
};
struct CongestionReattempt {  // 9.11.4.21
  bool catbo = false, abo = false;
  SEN_NAS_EQUAL(CongestionReattempt)
};
struct Reattempt {  // 9.11.4.17
  bool eplmnc = false, ratc = false;
  SEN_NAS_EQUAL(Reattempt)
};
struct PortRange {
  uint16_t low = 0, high = 0;
  SEN_NAS_EQUAL(PortRange)
};
struct RemoteUe {
  bool string_64 = false;  // the identity is 64 bits, else a NAI
  uint8_t identity_type = 1;
  Bytes identity;
  uint8_t protocol = 0;  // 0 none, 1 IPv4, 2 IPv6, 4 unstructured, 5 Ethernet
  Bytes address;         // 0, 4, 8, 0, 6 octets
  using Range = PortRange;
  std::optional<Range> udp, tcp;
  std::optional<Plmn> hplmn;
  SEN_NAS_EQUAL(RemoteUe)
};
struct RemoteUes {  // 9.11.4.29
  std::vector<RemoteUe> ues;
  SEN_NAS_EQUAL(RemoteUes)
};

// The fields of each element.
void describe(Io& io, Dnn& v);
void describe(Io& io, Plmn& v);
void describe(Io& io, Tai& v);
void describe(Io& io, SNssai& v);
void describe(Io& io, Guti& v);
void describe(Io& io, STmsi& v);
void describe(Io& io, EapMessage& v);
void describe(Io& io, Rand& v);
void describe(Io& io, Auts& v);
void describe(Io& io, Abba& v);
void describe(Io& io, GprsTimer& v);
void describe(Io& io, GprsTimer2& v);
void describe(Io& io, GprsTimer3& v);
void describe(Io& io, MappedSNssai& v);
void describe(Io& io, PduSessionStatus& v);
void describe(Io& io, AccessType& v);
void describe(Io& io, ServerAddress& v);
void describe(Io& io, ServiceLevelAaParameter& v);
void describe(Io& io, ServiceLevelAaContainer& v);
void describe(Io& io, KeySetIdentifier& v);
void describe(Io& io, RegistrationType& v);
void describe(Io& io, RegistrationResult& v);
void describe(Io& io, Suci& v);
void describe(Io& io, Imei& v);
void describe(Io& io, Imeisv& v);
void describe(Io& io, MacAddress& v);
void describe(Io& io, Eui64& v);
void describe(Io& io, MobileIdentity& v);
void describe(Io& io, IdentityTypeElement& v);
void describe(Io& io, MmCapability& v);
void describe(Io& io, UeSecurityCapability& v);
void describe(Io& io, S1UeSecurityCapability& v);
void describe(Io& io, S1UeNetworkCapability& v);
void describe(Io& io, SecurityAlgorithms& v);
void describe(Io& io, EpsSecurityAlgorithms& v);
void describe(Io& io, AdditionalSecurityInformation& v);
void describe(Io& io, Nssai& v);
void describe(Io& io, MappedNssai& v);
void describe(Io& io, RejectedSNssai& v);
void describe(Io& io, RejectedNssai& v);
void describe(Io& io, ExtendedRejectedSNssai& v);
void describe(Io& io, PartialExtendedRejectedNssai& v);
void describe(Io& io, ExtendedRejectedNssai& v);
void describe(Io& io, NssrgValues& v);
void describe(Io& io, NssrgInformation& v);
void describe(Io& io, PartialTaiList& v);
void describe(Io& io, TaiList& v);
void describe(Io& io, ServiceAreaList& v);
void describe(Io& io, PlmnList& v);
void describe(Io& io, PlmnElement& v);
void describe(Io& io, NetworkFeatureSupport& v);
void describe(Io& io, ReactivationError& v);
void describe(Io& io, ReactivationErrorCauses& v);
void describe(Io& io, LadnIndication& v);
void describe(Io& io, Ladn& v);
void describe(Io& io, LadnInformation& v);
void describe(Io& io, MicoIndication& v);
void describe(Io& io, MaPduSessionInformation& v);
void describe(Io& io, NetworkSlicingIndication& v);
void describe(Io& io, NssaiInclusionMode& v);
void describe(Io& io, AccessCategoryCriterion& v);
void describe(Io& io, AccessCategoryDefinition& v);
void describe(Io& io, AccessCategoryDefinitions& v);
void describe(Io& io, UpdateType& v);
void describe(Io& io, DrxParameters& v);
void describe(Io& io, NbN1DrxParameters& v);
void describe(Io& io, ExtendedDrxParameters& v);
void describe(Io& io, UeStatus& v);
void describe(Io& io, UeUsageSetting& v);
void describe(Io& io, EpsBearerContextStatus& v);
void describe(Io& io, Classmark2& v);
void describe(Io& io, SupportedCodec& v);
void describe(Io& io, SupportedCodecs& v);
void describe(Io& io, UeRadioCapabilityId& v);
void describe(Io& io, UeRadioCapabilityIdDeletion& v);
void describe(Io& io, AdditionalInformationRequested& v);
void describe(Io& io, WusAssistance& v);
void describe(Io& io, PeipsAssistance& v);
void describe(Io& io, N5gcIndication& v);
void describe(Io& io, UeRequestType& v);
void describe(Io& io, PagingRestriction& v);
void describe(Io& io, Nid& v);
void describe(Io& io, EmergencyNumber& v);
void describe(Io& io, EmergencyNumbers& v);
void describe(Io& io, ExtendedEmergencyNumber& v);
void describe(Io& io, ExtendedEmergencyNumbers& v);
void describe(Io& io, Non3gppProvisioning& v);
void describe(Io& io, TimeAndZone& v);
void describe(Io& io, TimeZone& v);
void describe(Io& io, DaylightSaving& v);
void describe(Io& io, NetworkName& v);
void describe(Io& io, CipheringDataSet& v);
void describe(Io& io, CipheringKeyData& v);
void describe(Io& io, CagInformation& v);
void describe(Io& io, CagInformationList& v);
void describe(Io& io, ExtendedCagInformation& v);
void describe(Io& io, ExtendedCagInformationList& v);
void describe(Io& io, TruncatedTmsiConfiguration& v);
void describe(Io& io, AdditionalRequestResult& v);
void describe(Io& io, RegistrationWaitRange& v);
void describe(Io& io, Nsag& v);
void describe(Io& io, NsagInformation& v);
void describe(Io& io, PriorityIndicator& v);
void describe(Io& io, ConfigurationUpdateIndication& v);
void describe(Io& io, SmsIndication& v);
void describe(Io& io, AdditionalConfigurationIndication& v);
void describe(Io& io, DeregistrationType& v);
void describe(Io& io, ControlPlaneServiceType& v);
void describe(Io& io, CiotSmallData& v);
void describe(Io& io, ReleaseAssistance& v);
void describe(Io& io, ImeisvRequest& v);
void describe(Io& io, RequestType& v);
void describe(Io& io, ServiceType& v);
void describe(Io& io, PayloadContainerType& v);
void describe(Io& io, Autn& v);
void describe(Io& io, AuthenticationResponseParameter& v);
void describe(Io& io, RelayKeyRequestParameters& v);
void describe(Io& io, RelayKeyResponseParameters& v);
void describe(Io& io, PayloadOption& v);
void describe(Io& io, PayloadContainer& v);
void describe(Io& io, PayloadEntry& v);
void describe(Io& io, PduSessionType& v);
void describe(Io& io, SscMode& v);
void describe(Io& io, IntegrityDataRate& v);
void describe(Io& io, SmCapability& v);
void describe(Io& io, MaximumPacketFilters& v);
void describe(Io& io, AlwaysOn& v);
void describe(Io& io, DnRequestContainer& v);
void describe(Io& io, AllowedSscMode& v);
void describe(Io& io, SessionAmbr& v);
void describe(Io& io, PduAddress& v);
void describe(Io& io, PacketFilterComponent& v);
void describe(Io& io, PacketFilter& v);
void describe(Io& io, QosRule& v);
void describe(Io& io, QosRules& v);
void describe(Io& io, QosFlowParameter& v);
void describe(Io& io, QosFlowDescription& v);
void describe(Io& io, QosFlowDescriptions& v);
void describe(Io& io, TrafficFlowTemplate& v);
void describe(Io& io, EpsParameter& v);
void describe(Io& io, MappedEpsBearer& v);
void describe(Io& io, MappedEpsBearers& v);
void describe(Io& io, PcoOption& v);
void describe(Io& io, ExtendedPco& v);
void describe(Io& io, IpHeaderCompression& v);
void describe(Io& io, EthernetHeaderCompression& v);
void describe(Io& io, DsTtMac& v);
void describe(Io& io, DsTtResidenceTime& v);
void describe(Io& io, Tmgi& v);
void describe(Io& io, MulticastAddress& v);
void describe(Io& io, RequestedMbs& v);
void describe(Io& io, RequestedMbsContainer& v);
void describe(Io& io, MbsKeySet& v);
void describe(Io& io, NrCgi& v);
void describe(Io& io, ReceivedMbs& v);
void describe(Io& io, ReceivedMbsContainer& v);
void describe(Io& io, PduSessionPairId& v);
void describe(Io& io, Rsn& v);
void describe(Io& io, SmNetworkFeatureSupport& v);
void describe(Io& io, ServingPlmnRateControl& v);
void describe(Io& io, AtsssContainer& v);
void describe(Io& io, ControlPlaneOnly& v);
void describe(Io& io, CongestionReattempt& v);
void describe(Io& io, Reattempt& v);
void describe(Io& io, RemoteUe& v);
void describe(Io& io, RemoteUes& v);

#undef SEN_NAS_EQUAL

}  // namespace sen::nas
