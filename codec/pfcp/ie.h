// PFCP information elements that are not groups (TS 29.244 clause 8.2, Release 17), one struct each; those that are one number or one
// string are that number or string in group.h and message.h. Each struct has one field list, io(), from which decoding, encoding,
// printing and random generation derive. Flags that only say "this field is present" are not members: the std::optional says it.
// Times are seconds of NTP era 0 since 1900 (RFC 5905); bit rates are kbit/s.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"

namespace sen::pfcp {

class Wire;

using Ipv4 = Octets<4>;
using Ipv6 = Octets<16>;
using Mac = Octets<6>;

// Small<n>: an octet of which the low n bits are the value and the others spare.
template <unsigned bits>
struct Small {
  uint8_t value = 0;
  constexpr Small() = default;
  constexpr Small(uint8_t v) : value(v) {}
  constexpr operator uint8_t() const { return value; }
  bool operator==(const Small&) const = default;
};
using Qfi = Small<6>;

// 8.2.1
enum class Cause : uint8_t {
  accepted = 1,
  more_usage_report_to_send = 2,
  partially_accepted = 3,
  rejected = 64,
  session_not_found = 65,
  mandatory_ie_missing = 66,
  conditional_ie_missing = 67,
  invalid_length = 68,
  mandatory_ie_incorrect = 69,
  invalid_forwarding_policy = 70,
  invalid_f_teid_allocation = 71,
  no_association = 72,
  rule_failure = 73,
  congestion = 74,
  no_resources = 75,
  service_not_supported = 76,
  system_failure = 77,
  redirection_requested = 78,
  all_dynamic_addresses_occupied = 79,
  unknown_predefined_rule = 80,
  unknown_application_id = 81,
  l2tp_tunnel_failure = 82,
  l2tp_session_failure = 83,
  l2tp_tunnel_release = 84,
  l2tp_session_release = 85,
  session_restoration_failure = 86,
};

// 8.2.2
enum class SourceInterface : uint8_t { access, core, sgi_n6_lan, cp_function, vn_internal_5g };
// 8.2.24
enum class DestinationInterface : uint8_t { access, core, sgi_n6_lan, cp_function, li_function, vn_internal_5g };
// 8.2.79
enum class PdnType : uint8_t { ipv4 = 1, ipv6, ipv4v6, non_ip, ethernet };
// 8.2.118
enum class TgppInterfaceType : uint8_t {
  s1_u,
  s5_s8_u,
  s4_u,
  s11_u,
  s12,
  gn_gp_u,
  s2a_u,
  s2b_u,
  enb_dl_forwarding,
  enb_ul_forwarding,
  sgw_dl_forwarding,
  n3_3gpp,
  n3_trusted_non_3gpp,
  n3_untrusted_non_3gpp,
  n3_data_forwarding,
  n9,
  sgi,
  n6,
  n19,
  s8_u,
  gp_u,
  n9_roaming,
  iu_u,
  n9_data_forwarding,
  sxa_u,
  sxb_u,
  sxc_u,
  n4_u,
  sgw_ul_forwarding,
  n6mb,
  n3mb,
  n19mb,
};
// 8.2.124, 8.2.125, 8.2.127
enum class SteeringFunctionality : uint8_t { atsss_ll, mptcp };
enum class SteeringMode : uint8_t { active_standby, smallest_delay, load_balancing, priority_based };
enum class AccessPriority : uint8_t { active, standby, no_standby, high, low };

// 8.2.38. The FQDN is dotted text; on the wire it is a sequence of labels.
struct NodeId {
  enum class Type : uint8_t { ipv4, ipv6, fqdn };
  Type type = Type::ipv4;
  Ipv4 ipv4{};
  Ipv6 ipv6{};
  std::string fqdn;

  static NodeId of(const Ipv4& address) { return {.type = Type::ipv4, .ipv4 = address}; }
  static NodeId of(const Ipv6& address) { return {.type = Type::ipv6, .ipv6 = address}; }
  static NodeId of(std::string name) { return {.type = Type::fqdn, .fqdn = std::move(name)}; }
  void io(Wire&);
  bool operator==(const NodeId&) const = default;
};

// 8.2.37
struct FSeid {
  uint64_t seid = 0;
  std::optional<Ipv4> ipv4;
  std::optional<Ipv6> ipv6;
  void io(Wire&);
  bool operator==(const FSeid&) const = default;
};

// 8.2.3. With `choose` the UP function assigns TEID and addresses: choose_v4 and choose_v6 ask for them, and choose_id (if present)
// makes equal values get one F-TEID; otherwise teid and at least one address are given.
struct FTeid {
  bool choose = false;
  bool choose_v4 = false;
  bool choose_v6 = false;
  std::optional<uint8_t> choose_id;
  uint32_t teid = 0;
  std::optional<Ipv4> ipv4;
  std::optional<Ipv6> ipv6;
  void io(Wire&);
  bool operator==(const FTeid&) const = default;
};

// 8.2.4, 8.2.117: dotted text. `labels` says that it is written as DNS labels (as APN/DNN always is), otherwise as plain text.
struct NetworkInstance {
  std::string name;
  bool labels = true;
  void io(Wire&);
  bool operator==(const NetworkInstance&) const = default;
};
// 8.2.117
struct ApnDnn {
  std::string name;
  void io(Wire&);
  bool operator==(const ApnDnn&) const = default;
};

// 8.2.5
struct SdfFilter {
  std::optional<std::string> flow_description;  // IPFilterRule of RFC 6733, "permit out ip from any to assigned"
  std::optional<uint16_t> tos_traffic_class;    // value and mask octets
  std::optional<uint32_t> security_parameter_index;
  std::optional<uint32_t> flow_label;  // 20 bits
  std::optional<uint32_t> filter_id;   // of a bidirectional filter
  void io(Wire&);
  bool operator==(const SdfFilter&) const = default;
};

// 8.2.7: 0 open, 1 closed.
struct GateStatus {
  uint8_t ul = 0;
  uint8_t dl = 0;
  bool ul_open() const { return ul == 0; }
  bool dl_open() const { return dl == 0; }
  void io(Wire&);
  bool operator==(const GateStatus&) const = default;
};

// 8.2.8, 8.2.9
struct BitRates {
  uint64_t ul_kbps = 0;  // 40 bits
  uint64_t dl_kbps = 0;
  void io(Wire&);
  bool operator==(const BitRates&) const = default;
};

// 8.2.13, 8.2.16, 8.2.50, 8.2.86: octets.
struct Volume {
  std::optional<uint64_t> total;
  std::optional<uint64_t> uplink;
  std::optional<uint64_t> downlink;
  void io(Wire&);
  bool operator==(const Volume&) const = default;
};

// 8.2.44
struct VolumeMeasurement {
  std::optional<uint64_t> total;
  std::optional<uint64_t> uplink;
  std::optional<uint64_t> downlink;
  std::optional<uint64_t> total_packets;
  std::optional<uint64_t> uplink_packets;
  std::optional<uint64_t> downlink_packets;
  void io(Wire&);
  bool operator==(const VolumeMeasurement&) const = default;
};

// 8.2.49
struct DroppedDlTrafficThreshold {
  std::optional<uint64_t> packets;
  std::optional<uint64_t> octets;
  void io(Wire&);
  bool operator==(const DroppedDlTrafficThreshold&) const = default;
};

// 8.2.19
struct ReportingTriggers {
  bool perio = false, volth = false, timth = false, quhti = false, start = false, stopt = false, droth = false, liusa = false;
  bool volqu = false, timqu = false, envcl = false, macar = false, eveth = false, evequ = false, ipmjl = false, quvti = false;
  bool reemr = false, upint = false;
  void io(Wire&);
  bool operator==(const ReportingTriggers&) const = default;
};

// 8.2.41
struct UsageReportTrigger {
  bool perio = false, volth = false, timth = false, quhti = false, start = false, stopt = false, droth = false, immer = false;
  bool volqu = false, timqu = false, liusa = false, termr = false, monit = false, envcl = false, macar = false, eveth = false;
  bool evequ = false, tebur = false, ipmjl = false, quvti = false, emrre = false, upint = false;
  void io(Wire&);
  bool operator==(const UsageReportTrigger&) const = default;
};

// 8.2.20
struct RedirectInformation {
  uint8_t type = 0;  // 0 IPv4, 1 IPv6, 2 URL, 3 SIP URI, 4 IPv4 and IPv6, 5 port, 6 IPv4 and port, 7 IPv6 and port, 8 all
  std::string address;
  std::optional<std::string> other_address;
  std::optional<uint16_t> port;
  void io(Wire&);
  bool operator==(const RedirectInformation&) const = default;
};

// 8.2.21
struct ReportType {
  bool dldr = false, usar = false, erir = false, upir = false, tmir = false, sesr = false, uisr = false;
  void io(Wire&);
  bool operator==(const ReportType&) const = default;
};

// 8.2.23
struct ForwardingPolicy {
  std::string identifier;
  void io(Wire&);
  bool operator==(const ForwardingPolicy&) const = default;
};

// 8.2.25
struct UpFunctionFeatures {
  bool bucp = false, ddnd = false, dlbd = false, trst = false, ftup = false, pfdm = false, heeu = false, treu = false;
  bool empu = false, pdiu = false, udbc = false, quoac = false, trace = false, frrt = false, pfde = false, epfar = false;
  bool dpdra = false, adpdp = false, ueip = false, sset = false, mnop = false, mte = false, bundl = false, gcom = false;
  bool mpas = false, rttl = false, vtime = false, norp = false, iptv = false, ip6pl = false, tscu = false, mptcp = false;
  bool atsss_ll = false, qfqm = false, gpqm = false, mt_edt = false, ciot = false, ethar = false, ddds = false, rds = false;
  bool rttwp = false, quasf = false, nspoc = false, l2tp = false, upber = false, resps = false, iprep = false, dnsts = false;
  bool drqos = false, mbsn4 = false, psuprm = false, eppi = false, ratp = false, upidp = false;
  void io(Wire&);
  bool operator==(const UpFunctionFeatures&) const = default;
};

// 8.2.58
struct CpFunctionFeatures {
  bool load = false, ovrl = false, epfar = false, sset = false, bundl = false, mpas = false, ardr = false, uiaur = false;
  bool psucc = false, rpgur = false;
  void io(Wire&);
  bool operator==(const CpFunctionFeatures&) const = default;
};

// 8.2.26
struct ApplyAction {
  bool drop = false, forw = false, buff = false, nocp = false, dupl = false, ipma = false, ipmd = false, dfrt = false;
  bool edrt = false, bdpn = false, ddpn = false, fssm = false, mbsu = false;
  void io(Wire&);
  bool operator==(const ApplyAction&) const = default;
};

// 8.2.27
struct DownlinkDataServiceInformation {
  std::optional<uint8_t> paging_policy_indication;  // 6 bits
  std::optional<uint8_t> qfi;
  void io(Wire&);
  bool operator==(const DownlinkDataServiceInformation&) const = default;
};

// 8.2.29, 8.2.35, 8.2.78: value times the unit (0 two seconds, 1 minute, 2 ten minutes, 3 hour, 4 ten hours, 7 infinite).
struct Timer {
  uint8_t unit = 0;
  uint8_t value = 0;
  void io(Wire&);
  bool operator==(const Timer&) const = default;
};

// 8.2.30: one octet, or two for values over 255.
struct SuggestedPacketCount {
  uint16_t count = 0;
  void io(Wire&);
  bool operator==(const SuggestedPacketCount&) const = default;
};

// 8.2.31
struct PfcpSmReqFlags {
  bool drobu = false, sndem = false, qaurr = false, sumpc = false, rumuc = false, deteid = false;
  void io(Wire&);
  bool operator==(const PfcpSmReqFlags&) const = default;
};
// 8.2.32
struct PfcpSrRspFlags {
  bool drobu = false;
  void io(Wire&);
  bool operator==(const PfcpSrRspFlags&) const = default;
};

// 8.2.39
struct PfdContents {
  std::optional<std::string> flow_description;
  std::optional<std::string> url;
  std::optional<std::string> domain_name;
  std::optional<Bytes> custom_content;
  std::optional<std::string> domain_name_protocol;
  std::vector<std::string> additional_flow_descriptions;
  std::vector<std::string> additional_urls;
  std::vector<std::string> additional_domain_names_and_protocols;  // name, protocol, name, protocol, ...
  void io(Wire&);
  bool operator==(const PfdContents&) const = default;
};

// 8.2.40
struct MeasurementMethod {
  bool durat = false, volum = false, event = false;
  void io(Wire&);
  bool operator==(const MeasurementMethod&) const = default;
};

// 8.2.43
struct FqCsid {
  uint8_t node_address_type = 0;  // 0 IPv4, 1 IPv6, 2 MCC, MNC and a 12-bit number in four octets
  Ipv4 ipv4{};
  Ipv6 ipv6{};
  uint32_t node_address = 0;
  std::vector<uint16_t> csids;  // at most 15
  std::optional<uint8_t> node_type;  // 0 MME, 1 SGW-C, 2 PGW-C or SMF, 3 ePDG, 4 TWAN, 5 PGW-U, SGW-U or UPF
  void io(Wire&);
  bool operator==(const FqCsid&) const = default;
};

// 8.2.94, 8.2.95: C-TAG and S-TAG.
struct VlanTag {
  bool pcp_present = false, dei_present = false, vid_present = false;
  uint8_t pcp = 0;
  bool dei = false;
  uint16_t vid = 0;  // 12 bits
  void io(Wire&);
  bool operator==(const VlanTag&) const = default;
};

// 8.2.56. The description flags that say which fields follow; ctag and stag hold the three octets of 8.2.94, 8.2.95.
struct OuterHeaderCreation {
  bool gtpu_ipv4 = false, gtpu_ipv6 = false, udp_ipv4 = false, udp_ipv6 = false, ipv4_only = false, ipv6_only = false;
  bool ctag = false, stag = false, n19_indication = false, n6_indication = false, low_layer_ssm = false;
  uint32_t teid = 0;
  Ipv4 ipv4{};
  Ipv6 ipv6{};
  uint16_t port = 0;
  VlanTag c_tag;
  VlanTag s_tag;

  static OuterHeaderCreation gtpu(uint32_t teid, const Ipv4& address) { return {.gtpu_ipv4 = true, .teid = teid, .ipv4 = address}; }
  static OuterHeaderCreation gtpu(uint32_t teid, const Ipv6& address) { return {.gtpu_ipv6 = true, .teid = teid, .ipv6 = address}; }
  void io(Wire&);
  bool operator==(const OuterHeaderCreation&) const = default;
};

// 8.2.59
struct UsageInformation {
  bool bef = false, aft = false, uae = false, ube = false;
  void io(Wire&);
  bool operator==(const UsageInformation&) const = default;
};

// 8.2.61
struct FlowInformation {
  uint8_t direction = 0;  // 0 unspecified, 1 downlink, 2 uplink, 3 both
  std::string description;
  void io(Wire&);
  bool operator==(const FlowInformation&) const = default;
};

// 8.2.62. choose_v4, choose_v6: the UP function assigns the address (then the address is absent).
struct UeIpAddress {
  bool destination = false;  // S/D: the UE's address is the destination (downlink) instead of the source
  bool choose_v4 = false;
  bool choose_v6 = false;
  std::optional<Ipv4> ipv4;
  std::optional<Ipv6> ipv6;
  std::optional<uint8_t> ipv6_prefix_delegation_bits;
  std::optional<uint8_t> ipv6_prefix_length;
  void io(Wire&);
  bool operator==(const UeIpAddress&) const = default;
};

// 8.2.63
struct PacketRateLimit {
  uint8_t unit = 0;  // 0 minute, 1 six minutes, 2 hour, 3 day, 4 week
  uint16_t packets = 0;
  bool operator==(const PacketRateLimit&) const = default;
};
struct PacketRate {
  bool additional = false;  // the limits for exception reports follow each limit
  std::optional<PacketRateLimit> uplink;
  std::optional<PacketRateLimit> downlink;
  PacketRateLimit additional_uplink;
  PacketRateLimit additional_downlink;
  void io(Wire&);
  bool operator==(const PacketRate&) const = default;
};

// 8.2.64: 0 GTP-U/UDP/IPv4, 1 GTP-U/UDP/IPv6, 2 UDP/IPv4, 3 UDP/IPv6, 4 IPv4, 5 IPv6, 6 GTP-U/UDP/IP, 7 VLAN, 8 two VLANs.
struct OuterHeaderRemoval {
  uint8_t description = 0;
  std::optional<uint8_t> extension_header_deletion;  // bit 1: PDU Session Container
  void io(Wire&);
  bool operator==(const OuterHeaderRemoval&) const = default;
};

// 8.2.66
struct DlFlowLevelMarking {
  std::optional<uint16_t> tos_traffic_class;
  std::optional<uint16_t> service_class_indicator;
  void io(Wire&);
  bool operator==(const DlFlowLevelMarking&) const = default;
};

// 8.2.67
struct HeaderEnrichment {
  uint8_t type = 0;  // 0 HTTP
  std::string name;
  std::string value;
  void io(Wire&);
  bool operator==(const HeaderEnrichment&) const = default;
};

// 8.2.68
struct MeasurementInformation {
  bool mbqe = false, inam = false, radi = false, istm = false, mnop = false, sspoc = false, aspoc = false, ciam = false;
  void io(Wire&);
  bool operator==(const MeasurementInformation&) const = default;
};

// 8.2.69
struct NodeReportType {
  bool upfr = false, uprr = false, ckdr = false, gpqr = false, purr = false, vsr = false;
  void io(Wire&);
  bool operator==(const NodeReportType&) const = default;
};

// 8.2.70
struct RemoteGtpuPeer {
  std::optional<Ipv4> ipv4;
  std::optional<Ipv6> ipv6;
  std::optional<uint8_t> destination_interface;
  std::optional<std::string> network_instance;
  void io(Wire&);
  bool operator==(const RemoteGtpuPeer&) const = default;
};

// 8.2.76
struct OciFlags {
  bool aoci = false;
  void io(Wire&);
  bool operator==(const OciFlags&) const = default;
};
// 8.2.77
struct PfcpAssociationReleaseRequest {
  bool sarr = false, urss = false;
  void io(Wire&);
  bool operator==(const PfcpAssociationReleaseRequest&) const = default;
};

// 8.2.80
struct FailedRuleId {
  enum class Type : uint8_t { pdr, far, qer, urr, bar, mar, srr };
  Type type = Type::pdr;
  uint32_t id = 0;
  void io(Wire&);
  bool operator==(const FailedRuleId&) const = default;
};

// 8.2.81
struct TimeQuotaMechanism {
  uint8_t base_time_interval_type = 0;  // 0 CTP, 1 DTP
  uint32_t base_time_interval = 0;
  void io(Wire&);
  bool operator==(const TimeQuotaMechanism&) const = default;
};

// 8.2.82 (removed in Release 16, still sent)
struct UserPlaneIpResourceInformation {
  uint8_t teid_range_bits = 0;  // TEIDRI, 0 to 7
  uint8_t teid_range = 0;       // present with TEIDRI
  std::optional<Ipv4> ipv4;
  std::optional<Ipv6> ipv6;
  std::optional<std::string> network_instance;
  std::optional<uint8_t> source_interface;
  void io(Wire&);
  bool operator==(const UserPlaneIpResourceInformation&) const = default;
};

// 8.2.84
struct Multiplier {
  int64_t digits = 0;
  int32_t exponent = 0;
  void io(Wire&);
  bool operator==(const Multiplier&) const = default;
};

// 8.2.88
struct Rqi {
  bool rqi = true;
  void io(Wire&);
  bool operator==(const Rqi&) const = default;
};

// 8.2.91
struct AdditionalUsageReportsInformation {
  bool more = false;  // AURI
  uint16_t number = 0;
  void io(Wire&);
  bool operator==(const AdditionalUsageReportsInformation&) const = default;
};

// 8.2.93
struct MacAddress {
  std::optional<Mac> source;
  std::optional<Mac> destination;
  std::optional<Mac> upper_source;
  std::optional<Mac> upper_destination;
  void io(Wire&);
  bool operator==(const MacAddress&) const = default;
};

// 8.2.97
struct Proxying {
  bool arp = false, ins = false;
  void io(Wire&);
  bool operator==(const Proxying&) const = default;
};
// 8.2.99
struct EthernetFilterProperties {
  bool bide = false;
  void io(Wire&);
  bool operator==(const EthernetFilterProperties&) const = default;
};

// 8.2.101. IMSI, IMEI and MSISDN in the TBCD of TS 29.274; the others are text.
struct UserId {
  std::optional<Bytes> imsi;
  std::optional<Bytes> imei;
  std::optional<Bytes> msisdn;
  std::optional<std::string> nai;
  std::optional<std::string> supi;
  std::optional<std::string> gpsi;
  std::optional<std::string> pei;
  void io(Wire&);
  bool operator==(const UserId&) const = default;
};

// 8.2.102
struct EthernetPduSessionInformation {
  bool ethi = false;
  void io(Wire&);
  bool operator==(const EthernetPduSessionInformation&) const = default;
};

// 8.2.103, 8.2.104
struct MacAddresses {
  std::vector<Mac> addresses;  // at most 255
  std::optional<VlanTag> c_tag;
  std::optional<VlanTag> s_tag;
  void io(Wire&);
  bool operator==(const MacAddresses&) const = default;
};

// 8.2.108
struct TraceInformation {
  Octets<3> plmn{};
  uint32_t trace_id = 0;  // 24 bits
  Bytes triggering_events;
  uint8_t session_trace_depth = 0;
  Bytes interfaces;
  std::optional<Ipv4> collection_ipv4;
  std::optional<Ipv6> collection_ipv6;
  void io(Wire&);
  bool operator==(const TraceInformation&) const = default;
};

// 8.2.119
struct PfcpSrReqFlags {
  bool psdbu = false;
  void io(Wire&);
  bool operator==(const PfcpSrReqFlags&) const = default;
};
// 8.2.120
struct PfcpAuReqFlags {
  bool parps = false;
  void io(Wire&);
  bool operator==(const PfcpAuReqFlags&) const = default;
};

// 8.2.128
struct UeIpAddressPoolIdentity {
  std::string identity;
  void io(Wire&);
  bool operator==(const UeIpAddressPoolIdentity&) const = default;
};

// 8.2.129
struct AlternativeSmfIpAddress {
  bool preferred_pfcp_entity = false;
  std::optional<Ipv4> ipv4;
  std::optional<Ipv6> ipv6;
  void io(Wire&);
  bool operator==(const AlternativeSmfIpAddress&) const = default;
};

// 8.2.135, 8.2.199
struct CpIpAddress {
  std::optional<Ipv4> ipv4;
  std::optional<Ipv6> ipv6;
  void io(Wire&);
  bool operator==(const CpIpAddress&) const = default;
};

// 8.2.130
struct PacketReplicationAndDetectionCarryOn {
  bool priueai = false, prin19i = false, prin6i = false, dcaroni = false;
  void io(Wire&);
  bool operator==(const PacketReplicationAndDetectionCarryOn&) const = default;
};

// 8.2.131
struct SmfSetId {
  std::string fqdn;
  void io(Wire&);
  bool operator==(const SmfSetId&) const = default;
};

// 8.2.134
struct PfcpAsRspFlags {
  bool psrei = false, uupsi = false;
  void io(Wire&);
  bool operator==(const PfcpAsRspFlags&) const = default;
};
// 8.2.136
struct PfcpSeReqFlags {
  bool resti = false, sumpc = false;
  void io(Wire&);
  bool operator==(const PfcpSeReqFlags&) const = default;
};

// 8.2.137
struct IpMulticastAddress {
  bool any = false;
  bool range = false;
  std::optional<Ipv4> ipv4;
  std::optional<Ipv6> ipv6;
  Ipv4 end_ipv4{};  // with range and ipv4
  Ipv6 end_ipv6{};
  void io(Wire&);
  bool operator==(const IpMulticastAddress&) const = default;
};

// 8.2.138
struct SourceIpAddress {
  std::optional<Ipv4> ipv4;
  std::optional<Ipv6> ipv6;
  std::optional<uint8_t> prefix_length;
  void io(Wire&);
  bool operator==(const SourceIpAddress&) const = default;
};

// 8.2.139
struct PacketRateStatus {
  bool additional = false;
  std::optional<uint16_t> uplink_left;
  std::optional<uint16_t> downlink_left;
  uint16_t additional_uplink_left = 0;
  uint16_t additional_downlink_left = 0;
  std::optional<uint64_t> validity_time;  // NTP timestamp
  void io(Wire&);
  bool operator==(const PacketRateStatus&) const = default;
};

// 8.2.140
struct CreateBridgeInfo {
  bool bii = false;
  void io(Wire&);
  bool operator==(const CreateBridgeInfo&) const = default;
};
// 8.2.143
struct UserPlaneNode {
  std::optional<Octets<8>> bridge_id;
  void io(Wire&);
  bool operator==(const UserPlaneNode&) const = default;
};
// 8.2.145
struct RequestedClockDriftInformation {
  bool rrto = false, rrcr = false;
  void io(Wire&);
  bool operator==(const RequestedClockDriftInformation&) const = default;
};
// 8.2.152
struct RequestedAccessAvailability {
  bool rrca = false;
  void io(Wire&);
  bool operator==(const RequestedAccessAvailability&) const = default;
};
// 8.2.153
struct AccessAvailabilityInformation {
  uint8_t access_type = 0;  // 0 3GPP, 1 non-3GPP
  uint8_t status = 0;       // 0 unavailable, 1 available
  void io(Wire&);
  bool operator==(const AccessAvailabilityInformation&) const = default;
};
// 8.2.154
struct MptcpControlInformation {
  bool tci = false;
  void io(Wire&);
  bool operator==(const MptcpControlInformation&) const = default;
};
// 8.2.155, 8.2.160
struct AtsssLlInformation {
  bool lli = false;
  void io(Wire&);
  bool operator==(const AtsssLlInformation&) const = default;
};
// 8.2.156
struct PmfControlInformation {
  bool pmfi = false, drtti = false, pqpm = false;
  std::vector<uint8_t> qfis;  // with pqpm
  void io(Wire&);
  bool operator==(const PmfControlInformation&) const = default;
};
// 8.2.157
struct MptcpAddressInformation {
  uint8_t proxy_type = 0;
  uint16_t proxy_port = 0;
  std::optional<Ipv4> ipv4;
  std::optional<Ipv6> ipv6;
  void io(Wire&);
  bool operator==(const MptcpAddressInformation&) const = default;
};
// 8.2.158
struct UeLinkSpecificIpAddress {
  std::optional<Ipv4> ipv4_3gpp;
  std::optional<Ipv6> ipv6_3gpp;
  std::optional<Ipv4> ipv4_non_3gpp;
  std::optional<Ipv6> ipv6_non_3gpp;
  void io(Wire&);
  bool operator==(const UeLinkSpecificIpAddress&) const = default;
};
// 8.2.159
struct PmfMacAddresses {
  Mac tgpp{};
  Mac non_tgpp{};
  bool operator==(const PmfMacAddresses&) const = default;
};
struct PmfAddressInformation {
  std::optional<Ipv4> ipv4;
  std::optional<Ipv6> ipv6;
  uint16_t port_3gpp = 0;
  uint16_t port_non_3gpp = 0;
  std::optional<PmfMacAddresses> macs;
  void io(Wire&);
  bool operator==(const PmfAddressInformation&) const = default;
};
// 8.2.165
struct QosReportTrigger {
  bool per = false, thr = false, ire = false;
  void io(Wire&);
  bool operator==(const QosReportTrigger&) const = default;
};
// 8.2.166
struct GtpuPathInterfaceType {
  bool n9 = false, n3 = false;
  void io(Wire&);
  bool operator==(const GtpuPathInterfaceType&) const = default;
};
// 8.2.167
struct RequestedQosMonitoring {
  bool dl = false, ul = false, rp = false, gtpupm = false;
  void io(Wire&);
  bool operator==(const RequestedQosMonitoring&) const = default;
};
// 8.2.168
struct ReportingFrequency {
  bool evett = false, perio = false, sesrl = false;
  void io(Wire&);
  bool operator==(const ReportingFrequency&) const = default;
};
// 8.2.169: milliseconds.
struct PacketDelayThresholds {
  std::optional<uint32_t> downlink;
  std::optional<uint32_t> uplink;
  std::optional<uint32_t> round_trip;
  void io(Wire&);
  bool operator==(const PacketDelayThresholds&) const = default;
};
// 8.2.171: milliseconds. plmf: the measurement failed.
struct QosMonitoringMeasurement {
  bool plmf = false;
  std::optional<uint32_t> downlink;
  std::optional<uint32_t> uplink;
  std::optional<uint32_t> round_trip;
  void io(Wire&);
  bool operator==(const QosMonitoringMeasurement&) const = default;
};
// 8.2.172
struct MtEdtControlInformation {
  bool rdsi = false;
  void io(Wire&);
  bool operator==(const MtEdtControlInformation&) const = default;
};
// 8.2.174
struct QerControlIndications {
  bool rcsr = false;
  void io(Wire&);
  bool operator==(const QerControlIndications&) const = default;
};
// 8.2.175
struct NfInstanceId {
  Octets<16> uuid{};
  void io(Wire&);
  bool operator==(const NfInstanceId&) const = default;
};
// 8.2.176. SD 0xFFFFFF: none.
struct SNssai {
  uint8_t sst = 1;
  uint32_t sd = 0xffffff;
  void io(Wire&);
  bool operator==(const SNssai&) const = default;
};
// 8.2.177
struct IpVersion {
  bool v4 = false, v6 = false;
  void io(Wire&);
  bool operator==(const IpVersion&) const = default;
};
// 8.2.178
struct PfcpAsReqFlags {
  bool uupsi = false;
  void io(Wire&);
  bool operator==(const PfcpAsReqFlags&) const = default;
};
// 8.2.179
struct DataStatus {
  bool drop = false, buff = false;
  void io(Wire&);
  bool operator==(const DataStatus&) const = default;
};
// 8.2.180
struct RdsConfigurationInformation {
  bool rds = false;
  void io(Wire&);
  bool operator==(const RdsConfigurationInformation&) const = default;
};
// 8.2.181
struct MptcpApplicableIndication {
  bool mai = false;
  void io(Wire&);
  bool operator==(const MptcpApplicableIndication&) const = default;
};
// 8.2.183
struct NumberOfUeIpAddresses {
  std::optional<uint32_t> ipv4;
  std::optional<uint32_t> ipv6;
  void io(Wire&);
  bool operator==(const NumberOfUeIpAddresses&) const = default;
};
// 8.2.185
struct OffendingIeInformation {
  uint16_t type = 0;
  Bytes value;
  void io(Wire&);
  bool operator==(const OffendingIeInformation&) const = default;
};
// 8.2.187
struct L2tpUserAuthentication {
  uint16_t proxy_authen_type = 0;
  std::optional<Bytes> name;
  std::optional<Bytes> challenge;
  std::optional<Bytes> response;
  std::optional<uint8_t> id;
  void io(Wire&);
  bool operator==(const L2tpUserAuthentication&) const = default;
};
// 8.2.188, 8.2.193, 8.2.194: the length tells which.
struct AnyAddress {
  std::optional<Ipv4> ipv4;
  std::optional<Ipv6> ipv6;
  void io(Wire&);
  bool operator==(const AnyAddress&) const = default;
};
// 8.2.189: 24 bits
struct TunnelPreference {
  uint32_t value = 0;
  void io(Wire&);
  bool operator==(const TunnelPreference&) const = default;
};
// 8.2.192
struct L2tpSessionIndications {
  bool reuia = false, redsa = false, rensa = false;
  void io(Wire&);
  bool operator==(const L2tpSessionIndications&) const = default;
};
// 8.2.196
struct SteeringThresholds {
  std::optional<uint16_t> rtt_ms;
  std::optional<uint8_t> packet_loss_percent;
  void io(Wire&);
  bool operator==(const SteeringThresholds&) const = default;
};
// 8.2.197
struct SteeringModeIndicator {
  bool albi = false, ueai = false;
  void io(Wire&);
  bool operator==(const SteeringModeIndicator&) const = default;
};
// 8.2.200
struct IpAddressAndPortReplacement {
  std::optional<Ipv4> destination_ipv4;
  std::optional<Ipv6> destination_ipv6;
  std::optional<uint16_t> destination_port;
  std::optional<Ipv4> source_ipv4;
  std::optional<Ipv6> source_ipv6;
  std::optional<uint16_t> source_port;
  void io(Wire&);
  bool operator==(const IpAddressAndPortReplacement&) const = default;
};
// 8.2.201
struct DnsQueryFilter {
  std::string pattern;
  void io(Wire&);
  bool operator==(const DnsQueryFilter&) const = default;
};
// 8.2.204
struct ReportingFlags {
  bool dupl = false;
  void io(Wire&);
  bool operator==(const ReportingFlags&) const = default;
};

// An IPv4 or IPv6 address preceded by its type and length.
struct TypedAddress {
  std::optional<Ipv4> ipv4;  // exactly one of the two
  std::optional<Ipv6> ipv6;
  bool operator==(const TypedAddress&) const = default;
};
struct SourceSpecificMulticast {
  TypedAddress distribution_address;
  TypedAddress source_address;
  bool operator==(const SourceSpecificMulticast&) const = default;
};
// 8.2.206. TMGI as octets 3 to 8 of TS 24.008 10.5.6.13; NID as 11 hexadecimal digits.
struct MbsSessionIdentifier {
  std::optional<Octets<6>> tmgi;
  std::optional<SourceSpecificMulticast> multicast;
  std::optional<Octets<6>> nid;
  void io(Wire&);
  bool operator==(const MbsSessionIdentifier&) const = default;
};
// 8.2.207
struct MulticastTransportInformation {
  uint32_t common_teid = 0;
  SourceSpecificMulticast multicast;
  void io(Wire&);
  bool operator==(const MulticastTransportInformation&) const = default;
};
// 8.2.208
struct MbsN4mbReqFlags {
  bool pllssm = false, jmbssm = false, mbs_resti = false;
  void io(Wire&);
  bool operator==(const MbsN4mbReqFlags&) const = default;
};
// 8.2.209
struct LocalIngressTunnel {
  bool choose = false;
  bool choose_v4 = false;
  bool choose_v6 = false;
  uint16_t udp_port = 0;
  std::optional<Ipv4> ipv4;
  std::optional<Ipv6> ipv6;
  void io(Wire&);
  bool operator==(const LocalIngressTunnel&) const = default;
};
// 8.2.211
struct MbsN4RespFlags {
  bool nn19dt = false, jmti = false, n19dtr = false;
  void io(Wire&);
  bool operator==(const MbsN4RespFlags&) const = default;
};
// 8.2.214: pairs of a paging policy indicator and the DSCPs that select it.
struct DscpToPpiMapping {
  uint8_t ppi = 0;
  std::vector<uint8_t> dscps;
  void io(Wire&);
  bool operator==(const DscpToPpiMapping&) const = default;
};
// 8.2.215
struct PfcpSdRspFlags {
  bool puru = false;
  void io(Wire&);
  bool operator==(const PfcpSdRspFlags&) const = default;
};
// 8.2.216
struct QerIndications {
  bool iqfisn = false;
  void io(Wire&);
  bool operator==(const QerIndications&) const = default;
};
// 8.2.217
struct VendorSpecificNodeReportType {
  uint16_t enterprise_id = 0;
  uint8_t flags = 0;
  void io(Wire&);
  bool operator==(const VendorSpecificNodeReportType&) const = default;
};
// 8.2.218
struct ConfiguredTimeDomain {
  bool ctdi = false;  // the domain configured in the NW-TT
  void io(Wire&);
  bool operator==(const ConfiguredTimeDomain&) const = default;
};

}  // namespace sen::pfcp
