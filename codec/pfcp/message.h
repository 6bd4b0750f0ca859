// PFCP messages (TS 29.244 clauses 7.2 to 7.5, Release 17): bytes to structs and back. No I/O, no state; any executor.
//
//   for each message of the datagram:   auto datagram = pfcp::split(bytes);
//   auto packet = pfcp::decode(message);
//   if (!packet) -> packet.error().cause, .offending_ie, .header: what a response with a cause needs
//   if (auto* request = std::get_if<pfcp::SessionEstablishmentRequest>(&packet->body)) ...
//   auto bytes = pfcp::encode({.header = {.seid = 7, .sequence = 1}, .body = pfcp::SessionDeletionRequest{}});
//
// Encoding a decoded message gives the octets received. Unknown IEs and IEs of vendors are kept (extra); a repeated IE that may
// occur once is kept and ignored (7.6.10), and so is an optional IE whose value makes no sense (7.6.8). An IE of length 0 is in extra
// (Extra::removes, 5.6.3). A response with a rejection cause needs no other IE (7.2.3.2): members not there keep their initial value.
// Errors: truncated and invalid with the PFCP cause of clause 7.6.
#pragma once

#include <expected>
#include <variant>

#include "base/random.h"
#include "codec/pfcp/group.h"
#include "codec/tree.h"

namespace sen::pfcp {

inline constexpr uint16_t udp_port = 8805;
inline constexpr size_t max_message_octets = 65535;  // of one encoded message
inline constexpr size_t max_ies = 4096;              // in one message, groups' members included
inline constexpr size_t max_bundled = 256;           // messages in one datagram

// Table 7.4.2.1-1
struct HeartbeatRequest {
  static constexpr uint8_t type = 1;
  uint32_t recovery_time_stamp = 0;
  std::optional<SourceIpAddress> source_ip_address;
  Extra extra;
  void io(Group&);
  bool operator==(const HeartbeatRequest&) const = default;
};

// Table 7.4.2.2-1
struct HeartbeatResponse {
  static constexpr uint8_t type = 2;
  uint32_t recovery_time_stamp = 0;
  Extra extra;
  void io(Group&);
  bool operator==(const HeartbeatResponse&) const = default;
};

// Table 7.4.3.1-1
struct PfdManagementRequest {
  static constexpr uint8_t type = 3;
  std::vector<ApplicationIdsPfds> application_ids_pfds;
  std::optional<NodeId> node_id;
  Extra extra;
  void io(Group&);
  bool operator==(const PfdManagementRequest&) const = default;
};

// Table 7.4.3.2-1
struct PfdManagementResponse {
  static constexpr uint8_t type = 4;
  Cause cause = Cause::accepted;
  std::optional<uint16_t> offending_ie;
  std::optional<NodeId> node_id;
  Extra extra;
  void io(Group&);
  bool operator==(const PfdManagementResponse&) const = default;
};

// Table 7.4.4.1-1
struct AssociationSetupRequest {
  static constexpr uint8_t type = 5;
  NodeId node_id;
  uint32_t recovery_time_stamp = 0;
  std::optional<UpFunctionFeatures> up_function_features;
  std::optional<CpFunctionFeatures> cp_function_features;
  std::vector<UserPlaneIpResourceInformation> user_plane_ip_resource_information;
  std::vector<AlternativeSmfIpAddress> alternative_smf_ip_addresses;
  std::optional<SmfSetId> smf_set_id;
  std::optional<SessionRetentionInformation> pfcp_session_retention_information;
  std::vector<UeIpAddressPoolInformation> ue_ip_address_pool_information;
  std::vector<GtpuPathQosControlInformation> gtp_u_path_qos_control_information;
  std::vector<ClockDriftControlInformation> clock_drift_control_information;
  std::optional<NfInstanceId> upf_instance_id;
  std::optional<PfcpAsReqFlags> pfcpasreq_flags;
  Extra extra;
  void io(Group&);
  bool operator==(const AssociationSetupRequest&) const = default;
};

// Table 7.4.4.2-1
struct AssociationSetupResponse {
  static constexpr uint8_t type = 6;
  NodeId node_id;
  Cause cause = Cause::accepted;
  uint32_t recovery_time_stamp = 0;
  std::optional<UpFunctionFeatures> up_function_features;
  std::optional<CpFunctionFeatures> cp_function_features;
  std::vector<UserPlaneIpResourceInformation> user_plane_ip_resource_information;
  std::vector<AlternativeSmfIpAddress> alternative_smf_ip_addresses;
  std::optional<SmfSetId> smf_set_id;
  std::optional<PfcpAsRspFlags> pfcpasrsp_flags;
  std::vector<ClockDriftControlInformation> clock_drift_control_information;
  std::vector<UeIpAddressPoolInformation> ue_ip_address_pool_information;
  std::vector<GtpuPathQosControlInformation> gtp_u_path_qos_control_information;
  std::optional<NfInstanceId> upf_instance_id;
  Extra extra;
  void io(Group&);
  bool operator==(const AssociationSetupResponse&) const = default;
};

// Table 7.4.4.3-1
struct AssociationUpdateRequest {
  static constexpr uint8_t type = 7;
  NodeId node_id;
  std::optional<UpFunctionFeatures> up_function_features;
  std::optional<CpFunctionFeatures> cp_function_features;
  std::vector<UserPlaneIpResourceInformation> user_plane_ip_resource_information;
  std::optional<PfcpAssociationReleaseRequest> pfcp_association_release_request;
  std::optional<Timer> graceful_release_period;
  std::optional<PfcpAuReqFlags> pfcpaureq_flags;
  std::vector<AlternativeSmfIpAddress> alternative_smf_ip_addresses;
  std::optional<SmfSetId> smf_set_id;
  std::vector<ClockDriftControlInformation> clock_drift_control_information;
  std::vector<UeIpAddressPoolInformation> ue_ip_address_pool_information;
  std::vector<GtpuPathQosControlInformation> gtp_u_path_qos_control_information;
  std::vector<UeIpAddressUsageInformation> ue_ip_address_usage_information;
  Extra extra;
  void io(Group&);
  bool operator==(const AssociationUpdateRequest&) const = default;
};

// Table 7.4.4.4-1
struct AssociationUpdateResponse {
  static constexpr uint8_t type = 8;
  NodeId node_id;
  Cause cause = Cause::accepted;
  std::optional<UpFunctionFeatures> up_function_features;
  std::optional<CpFunctionFeatures> cp_function_features;
  std::vector<UeIpAddressUsageInformation> ue_ip_address_usage_information;
  Extra extra;
  void io(Group&);
  bool operator==(const AssociationUpdateResponse&) const = default;
};

// Table 7.4.4.5-1
struct AssociationReleaseRequest {
  static constexpr uint8_t type = 9;
  NodeId node_id;
  Extra extra;
  void io(Group&);
  bool operator==(const AssociationReleaseRequest&) const = default;
};

// Table 7.4.4.6-1
struct AssociationReleaseResponse {
  static constexpr uint8_t type = 10;
  NodeId node_id;
  Cause cause = Cause::accepted;
  Extra extra;
  void io(Group&);
  bool operator==(const AssociationReleaseResponse&) const = default;
};

// Table 7.4.4.7-1
struct VersionNotSupportedResponse {
  static constexpr uint8_t type = 11;
  Extra extra;
  void io(Group&);
  bool operator==(const VersionNotSupportedResponse&) const = default;
};

// Table 7.4.5.1.1-1
struct NodeReportRequest {
  static constexpr uint8_t type = 12;
  NodeId node_id;
  NodeReportType node_report_type;
  std::optional<VendorSpecificNodeReportType> vendor_specific_node_report_type;
  std::optional<UserPlanePathFailureReport> user_plane_path_failure_report;
  std::optional<UserPlanePathRecoveryReport> user_plane_path_recovery_report;
  std::vector<ClockDriftReport> clock_drift_reports;
  std::vector<GtpuPathQosReport> gtp_u_path_qos_reports;
  std::optional<PeerUpRestartReport> peer_up_restart_report;
  Extra extra;
  void io(Group&);
  bool operator==(const NodeReportRequest&) const = default;
};

// Table 7.4.5.2.1-1
struct NodeReportResponse {
  static constexpr uint8_t type = 13;
  NodeId node_id;
  Cause cause = Cause::accepted;
  std::optional<uint16_t> offending_ie;
  Extra extra;
  void io(Group&);
  bool operator==(const NodeReportResponse&) const = default;
};

// Table 7.4.6.1-1
struct SessionSetDeletionRequest {
  static constexpr uint8_t type = 14;
  NodeId node_id;
  std::vector<FqCsid> fq_csids;
  Extra extra;
  void io(Group&);
  bool operator==(const SessionSetDeletionRequest&) const = default;
};

// Table 7.4.6.2-1
struct SessionSetDeletionResponse {
  static constexpr uint8_t type = 15;
  NodeId node_id;
  Cause cause = Cause::accepted;
  std::optional<uint16_t> offending_ie;
  Extra extra;
  void io(Group&);
  bool operator==(const SessionSetDeletionResponse&) const = default;
};

// Table 7.4.7.1-1
struct SessionSetModificationRequest {
  static constexpr uint8_t type = 16;
  NodeId node_id;
  std::vector<SessionChangeInfo> pfcp_session_change_info;  // at least one
  Extra extra;
  void io(Group&);
  bool operator==(const SessionSetModificationRequest&) const = default;
};

// Table 7.4.7.2-1
struct SessionSetModificationResponse {
  static constexpr uint8_t type = 17;
  NodeId node_id;
  Cause cause = Cause::accepted;
  std::optional<uint16_t> offending_ie;
  Extra extra;
  void io(Group&);
  bool operator==(const SessionSetModificationResponse&) const = default;
};

// Table 7.5.2.1-1
struct SessionEstablishmentRequest {
  static constexpr uint8_t type = 50;
  NodeId node_id;
  FSeid cp_f_seid;
  std::vector<CreatePdr> create_pdrs;  // at least one
  std::vector<CreateFar> create_fars;  // at least one
  std::vector<CreateUrr> create_urrs;
  std::vector<CreateQer> create_qers;
  std::vector<CreateBar> create_bars;
  std::vector<CreateTrafficEndpoint> create_traffic_endpoints;
  std::optional<PdnType> pdn_type;
  std::vector<FqCsid> fq_csids;
  std::optional<uint32_t> user_plane_inactivity_timer;
  std::optional<UserId> user_id;
  std::optional<TraceInformation> trace_information;
  std::optional<ApnDnn> apn_dnn;
  std::vector<CreateMar> create_mars;
  std::optional<PfcpSeReqFlags> pfcpsereq_flags;
  std::optional<CreateBridgeInfo> create_bridge_info_for_tsc;
  std::vector<CreateSrr> create_srrs;
  std::optional<ProvideAtsssControlInformation> provide_atsss_control_information;
  std::optional<uint32_t> recovery_time_stamp;
  std::optional<SNssai> s_nssai;
  std::optional<ProvideRdsConfigurationInformation> provide_rds_configuration_information;
  std::optional<uint8_t> rat_type;
  std::vector<L2tpTunnelInformation> l2tp_tunnel_information;
  std::optional<L2tpSessionInformation> l2tp_session_information;
  std::optional<std::string> group_id;
  std::optional<MbsSessionN4mbControlInformation> mbs_session_n4mb_control_information;
  std::vector<MbsSessionN4ControlInformation> mbs_session_n4_control_information;
  std::vector<DscpToPpiControlInformation> dscp_to_ppi_control_information;
  Extra extra;
  void io(Group&);
  bool operator==(const SessionEstablishmentRequest&) const = default;
};

// Table 7.5.3.1-1
struct SessionEstablishmentResponse {
  static constexpr uint8_t type = 51;
  NodeId node_id;
  Cause cause = Cause::accepted;
  std::optional<uint16_t> offending_ie;
  std::optional<FSeid> up_f_seid;
  std::vector<CreatedPdr> created_pdrs;
  std::optional<LoadControlInformation> load_control_information;
  std::optional<OverloadControlInformation> overload_control_information;
  std::vector<FqCsid> fq_csids;
  std::optional<FailedRuleId> failed_rule_id;
  std::vector<CreatedTrafficEndpoint> created_traffic_endpoints;
  std::optional<CreatedBridgeInfo> created_bridge_info_for_tsc;
  std::optional<AtsssControlParameters> atsss_control_parameters;
  std::optional<RdsConfigurationInformation> rds_configuration_information;
  std::vector<PartialFailureInformation> partial_failure_information;
  std::optional<CreatedL2tpSession> created_l2tp_session;
  std::optional<MbsSessionN4mbInformation> mbs_session_n4mb_information;
  std::vector<MbsSessionN4Information> mbs_session_n4_information;
  Extra extra;
  void io(Group&);
  bool operator==(const SessionEstablishmentResponse&) const = default;
};

// Table 7.5.4.1-1
struct SessionModificationRequest {
  static constexpr uint8_t type = 52;
  std::optional<FSeid> cp_f_seid;
  std::vector<RemovePdr> remove_pdrs;
  std::vector<RemoveFar> remove_fars;
  std::vector<RemoveUrr> remove_urrs;
  std::vector<RemoveQer> remove_qers;
  std::vector<RemoveBar> remove_bars;
  std::vector<RemoveTrafficEndpoint> remove_traffic_endpoints;
  std::vector<CreatePdr> create_pdrs;
  std::vector<CreateFar> create_fars;
  std::vector<CreateUrr> create_urrs;
  std::vector<CreateQer> create_qers;
  std::vector<CreateBar> create_bars;
  std::vector<CreateTrafficEndpoint> create_traffic_endpoints;
  std::vector<UpdatePdr> update_pdrs;
  std::vector<UpdateFar> update_fars;
  std::vector<UpdateUrr> update_urrs;
  std::vector<UpdateQer> update_qers;
  std::vector<UpdateBar> update_bars;
  std::vector<UpdateTrafficEndpoint> update_traffic_endpoints;
  std::optional<PfcpSmReqFlags> pfcpsmreq_flags;
  std::vector<QueryUrr> query_urrs;
  std::vector<FqCsid> fq_csids;
  std::optional<uint32_t> user_plane_inactivity_timer;
  std::optional<uint32_t> query_urr_reference;
  std::optional<TraceInformation> trace_information;
  std::vector<RemoveMar> remove_mars;
  std::vector<UpdateMar> update_mars;
  std::vector<CreateMar> create_mars;
  std::optional<NodeId> node_id;
  std::vector<TscManagementModificationRequest> tsc_management_information;
  std::vector<RemoveSrr> remove_srrs;
  std::vector<CreateSrr> create_srrs;
  std::vector<UpdateSrr> update_srrs;
  std::optional<ProvideAtsssControlInformation> provide_atsss_control_information;
  std::optional<EthernetContextInformation> ethernet_context_information;
  std::vector<AccessAvailabilityInformation> access_availability_information;
  std::vector<QueryPacketRateStatus> query_packet_rate_status;
  std::optional<SNssai> s_nssai;
  std::optional<uint8_t> rat_type;
  std::optional<std::string> group_id;
  std::vector<MbsSessionN4ControlInformation> mbs_session_n4_control_information;
  std::vector<DscpToPpiControlInformation> dscp_to_ppi_control_information;
  Extra extra;
  void io(Group&);
  bool operator==(const SessionModificationRequest&) const = default;
};

// Table 7.5.5.1-1
struct SessionModificationResponse {
  static constexpr uint8_t type = 53;
  Cause cause = Cause::accepted;
  std::optional<uint16_t> offending_ie;
  std::vector<CreatedPdr> created_pdrs;
  std::optional<LoadControlInformation> load_control_information;
  std::optional<OverloadControlInformation> overload_control_information;
  std::vector<UsageReportModification> usage_reports;
  std::optional<FailedRuleId> failed_rule_id;
  std::optional<AdditionalUsageReportsInformation> additional_usage_reports_information;
  std::vector<CreatedTrafficEndpoint> created_traffic_endpoints;
  std::vector<TscManagementModificationResponse> tsc_management_information;
  std::optional<AtsssControlParameters> atsss_control_parameters;
  std::vector<UpdatedPdr> updated_pdrs;
  std::vector<PacketRateStatusReportModification> packet_rate_status_reports;
  std::vector<PartialFailureInformation> partial_failure_information;
  std::vector<MbsSessionN4Information> mbs_session_n4_information;
  Extra extra;
  void io(Group&);
  bool operator==(const SessionModificationResponse&) const = default;
};

// Table 7.5.6-1
struct SessionDeletionRequest {
  static constexpr uint8_t type = 54;
  std::optional<FSeid> cp_f_seid;
  std::optional<NodeId> node_id;
  Extra extra;
  void io(Group&);
  bool operator==(const SessionDeletionRequest&) const = default;
};

// Table 7.5.7.1-1
struct SessionDeletionResponse {
  static constexpr uint8_t type = 55;
  Cause cause = Cause::accepted;
  std::optional<uint16_t> offending_ie;
  std::optional<LoadControlInformation> load_control_information;
  std::optional<OverloadControlInformation> overload_control_information;
  std::vector<UsageReportDeletion> usage_reports;
  std::optional<AdditionalUsageReportsInformation> additional_usage_reports_information;
  std::vector<PacketRateStatusReport> packet_rate_status_reports;
  std::vector<SessionReport> session_reports;
  std::vector<MbsSessionN4Information> mbs_session_n4_information;
  std::optional<PfcpSdRspFlags> pfcpsdrsp_flags;
  Extra extra;
  void io(Group&);
  bool operator==(const SessionDeletionResponse&) const = default;
};

// Table 7.5.8.1-1
struct SessionReportRequest {
  static constexpr uint8_t type = 56;
  ReportType report_type;
  std::optional<DownlinkDataReport> downlink_data_report;
  std::vector<UsageReport> usage_reports;
  std::optional<ErrorIndicationReport> error_indication_report;
  std::optional<LoadControlInformation> load_control_information;
  std::optional<OverloadControlInformation> overload_control_information;
  std::optional<AdditionalUsageReportsInformation> additional_usage_reports_information;
  std::optional<PfcpSrReqFlags> pfcpsrreq_flags;
  std::optional<FSeid> old_cp_f_seid;
  std::optional<PacketRateStatusReport> packet_rate_status_report;
  std::vector<TscManagementReport> tsc_management_information;
  std::vector<SessionReport> session_reports;
  std::optional<Cause> cause;
  Extra extra;
  void io(Group&);
  bool operator==(const SessionReportRequest&) const = default;
};

// Table 7.5.9.1-1
struct SessionReportResponse {
  static constexpr uint8_t type = 57;
  Cause cause = Cause::accepted;
  std::optional<uint16_t> offending_ie;
  std::optional<UpdateBarReportResponse> update_bar;
  std::optional<PfcpSrRspFlags> pfcpsrrsp_flags;
  std::optional<FSeid> cp_f_seid;
  std::optional<FTeid> n4_u_f_teid;
  std::optional<AlternativeSmfIpAddress> alternative_smf_ip_address;
  std::optional<FqCsid> fq_csid;
  std::optional<std::string> group_id;
  std::optional<NodeId> node_id;
  Extra extra;
  void io(Group&);
  bool operator==(const SessionReportResponse&) const = default;
};

using Body = std::variant<HeartbeatRequest, HeartbeatResponse, PfdManagementRequest, PfdManagementResponse, AssociationSetupRequest, AssociationSetupResponse, AssociationUpdateRequest, AssociationUpdateResponse, AssociationReleaseRequest, AssociationReleaseResponse, VersionNotSupportedResponse, NodeReportRequest, NodeReportResponse, SessionSetDeletionRequest, SessionSetDeletionResponse, SessionSetModificationRequest, SessionSetModificationResponse, SessionEstablishmentRequest, SessionEstablishmentResponse, SessionModificationRequest, SessionModificationResponse, SessionDeletionRequest, SessionDeletionResponse, SessionReportRequest, SessionReportResponse>;

// 7.2.2. The message type is the body's. A header with a SEID has the S flag; one with a priority the MP flag.
struct Header {
  std::optional<uint64_t> seid;
  uint32_t sequence = 0;            // 24 bits
  std::optional<uint8_t> priority;  // 4 bits, 0 the highest; only with a SEID
  bool follow_on = false;           // another message follows in the same datagram
  uint8_t spare_flags = 0;          // bits 4 and 5 of the first octet, as received
  uint8_t spare = 0;                // the spare bits of the last octet, as received
  bool operator==(const Header&) const = default;
};

struct Packet {
  Header header;
  Body body;
  bool operator==(const Packet&) const = default;
};

// Why a message was refused, with what the answer needs. header and type are valid when the header could be read.
struct DecodeError : Error {
  Cause cause = Cause::rejected;
  uint16_t offending_ie = 0;
  std::optional<Header> header;
  uint8_t type = 0;
  uint8_t version = 1;  // other than 1: answer with Version Not Supported Response
};

// Cuts a datagram into its messages (7.2.2.2, follow-on flag). Each view is one whole message.
Result<std::vector<ByteView>> split(ByteView datagram);
// Exactly one message.
std::expected<Packet, DecodeError> decode(ByteView message);
// Fault::exhausted when a length field overflows.
Result<Bytes> encode(const Packet& packet);
Result<size_t> size(const Packet& packet);
void print(const Packet& packet, codec::Tree& tree);

uint8_t type_of(const Body& body);
bool is_session_type(uint8_t type);  // messages that carry a SEID
bool is_request(uint8_t type);
// "Session Establishment Request"; "message" for a type that does not exist
const char* message_name(uint8_t type);
// A message of this type with random content that the standard allows; types that do not exist give a heartbeat request.
Packet random_packet(uint8_t type, Random& random);

}  // namespace sen::pfcp
