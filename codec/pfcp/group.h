// PFCP grouped information elements (TS 29.244 Release 17), one struct a group; members are in the order of the group's table.
// A plain member is mandatory, std::optional occurs at most once, std::vector any number of times ("at least one" where the standard
// says so). Whether a conditional IE is missing is for whoever acts on the message to say.
// One field list, io(), gives decoding, encoding, printing, random generation and the check for missing mandatory IEs.
#pragma once

#include "codec/pfcp/extra.h"
#include "codec/pfcp/ie.h"
#include "codec/pfcp/ie_type.h"

namespace sen::pfcp {

class Group;

// Table 7.5.2.2-3
struct EthernetPacketFilter {
  std::optional<uint32_t> ethernet_filter_id;
  std::optional<EthernetFilterProperties> ethernet_filter_properties;
  std::vector<MacAddress> mac_addresses;
  std::optional<uint16_t> ethertype;
  std::optional<VlanTag> c_tag;
  std::optional<VlanTag> s_tag;
  std::vector<SdfFilter> sdf_filters;
  Extra extra;
  void io(Group&);
  bool operator==(const EthernetPacketFilter&) const = default;
};

// Table 7.5.2.2-5
struct RedundantTransmissionDetectionParameters {
  FTeid f_teid;
  std::optional<NetworkInstance> network_instance;
  Extra extra;
  void io(Group&);
  bool operator==(const RedundantTransmissionDetectionParameters&) const = default;
};

// Table 7.5.2.2-4
struct IpMulticastAddressingInfo {
  IpMulticastAddress ip_multicast_address;
  std::vector<SourceIpAddress> source_ip_addresses;
  Extra extra;
  void io(Group&);
  bool operator==(const IpMulticastAddressingInfo&) const = default;
};

// Table 7.5.2.2-2
struct Pdi {
  SourceInterface source_interface = SourceInterface::access;
  std::optional<FTeid> f_teid;
  std::optional<LocalIngressTunnel> local_ingress_tunnel;
  std::optional<NetworkInstance> network_instance;
  std::optional<RedundantTransmissionDetectionParameters> redundant_transmission_detection_parameters;
  std::vector<UeIpAddress> ue_ip_addresses;
  std::vector<uint8_t> traffic_endpoint_ids;
  std::vector<SdfFilter> sdf_filters;
  std::optional<std::string> application_id;
  std::optional<EthernetPduSessionInformation> ethernet_pdu_session_information;
  std::vector<EthernetPacketFilter> ethernet_packet_filters;
  std::vector<Qfi> qfis;
  std::vector<std::string> framed_routes;
  std::optional<uint32_t> framed_routing;
  std::vector<std::string> framed_ipv6_routes;
  std::optional<TgppInterfaceType> tgpp_interface_type;
  std::vector<IpMulticastAddressingInfo> ip_multicast_addressing_info;
  std::vector<DnsQueryFilter> dns_query_filters;
  std::optional<MbsSessionIdentifier> mbs_session_identifier;
  std::optional<uint16_t> area_session_id;
  Extra extra;
  void io(Group&);
  bool operator==(const Pdi&) const = default;
};

// Table 7.5.2.2-6
struct TransportDelayReporting {
  RemoteGtpuPeer preceding_ul_gtpu_peer;
  std::optional<uint16_t> dscp;
  Extra extra;
  void io(Group&);
  bool operator==(const TransportDelayReporting&) const = default;
};

// Table 7.5.2.2-1
struct CreatePdr {
  uint16_t pdr_id = 0;
  uint32_t precedence = 0;
  Pdi pdi;
  std::optional<OuterHeaderRemoval> outer_header_removal;
  std::optional<uint32_t> far_id;
  std::vector<uint32_t> urr_ids;
  std::vector<uint32_t> qer_ids;
  std::vector<std::string> activate_predefined_rules;
  std::optional<uint32_t> activation_time;
  std::optional<uint32_t> deactivation_time;
  std::optional<uint16_t> mar_id;
  std::optional<PacketReplicationAndDetectionCarryOn> packet_replication_and_detection_carry_on_information;
  std::vector<IpMulticastAddressingInfo> ip_multicast_addressing_info;
  std::optional<UeIpAddressPoolIdentity> ue_ip_address_pool_identity;
  std::optional<MptcpApplicableIndication> mptcp_applicable_indication;
  std::optional<TransportDelayReporting> transport_delay_reporting;
  std::optional<uint8_t> rat_type;
  Extra extra;
  void io(Group&);
  bool operator==(const CreatePdr&) const = default;
};

// Table 7.5.2.3-2
struct ForwardingParameters {
  DestinationInterface destination_interface = DestinationInterface::access;
  std::optional<NetworkInstance> network_instance;
  std::optional<RedirectInformation> redirect_information;
  std::optional<OuterHeaderCreation> outer_header_creation;
  std::optional<uint16_t> transport_level_marking;
  std::optional<ForwardingPolicy> forwarding_policy;
  std::vector<HeaderEnrichment> header_enrichments;
  std::optional<uint8_t> linked_traffic_endpoint_id;
  std::optional<Proxying> proxying;
  std::optional<TgppInterfaceType> destination_interface_type;
  std::optional<std::string> data_network_access_identifier;
  std::optional<IpAddressAndPortReplacement> ip_address_and_port_number_replacement;
  Extra extra;
  void io(Group&);
  bool operator==(const ForwardingParameters&) const = default;
};

// Table 7.5.2.3-3
struct DuplicatingParameters {
  DestinationInterface destination_interface = DestinationInterface::access;
  std::optional<OuterHeaderCreation> outer_header_creation;
  std::optional<uint16_t> transport_level_marking;
  std::optional<ForwardingPolicy> forwarding_policy;
  Extra extra;
  void io(Group&);
  bool operator==(const DuplicatingParameters&) const = default;
};

// Table 7.5.2.3-4
struct RedundantTransmissionForwardingParameters {
  OuterHeaderCreation outer_header_creation;
  std::optional<NetworkInstance> network_instance;
  Extra extra;
  void io(Group&);
  bool operator==(const RedundantTransmissionForwardingParameters&) const = default;
};

// Table 7.5.2.3-5
struct MbsMulticastParameters {
  DestinationInterface destination_interface = DestinationInterface::access;
  std::optional<NetworkInstance> network_instance;
  OuterHeaderCreation outer_header_creation;
  std::optional<uint16_t> transport_level_marking;
  std::optional<TgppInterfaceType> destination_interface_type;
  Extra extra;
  void io(Group&);
  bool operator==(const MbsMulticastParameters&) const = default;
};

// Table 7.5.2.3-6
struct AddMbsUnicastParameters {
  DestinationInterface destination_interface = DestinationInterface::access;
  uint16_t mbs_unicast_parameters_id = 0;
  std::optional<NetworkInstance> network_instance;
  OuterHeaderCreation outer_header_creation;
  std::optional<uint16_t> transport_level_marking;
  std::optional<TgppInterfaceType> destination_interface_type;
  Extra extra;
  void io(Group&);
  bool operator==(const AddMbsUnicastParameters&) const = default;
};

// Table 7.5.2.3-1
struct CreateFar {
  uint32_t far_id = 0;
  ApplyAction apply_action;
  std::optional<ForwardingParameters> forwarding_parameters;
  std::vector<DuplicatingParameters> duplicating_parameters;
  std::optional<uint8_t> bar_id;
  std::optional<RedundantTransmissionForwardingParameters> redundant_transmission_forwarding_parameters;
  std::optional<MbsMulticastParameters> mbs_multicast_parameters;
  std::vector<AddMbsUnicastParameters> add_mbs_unicast_parameters;
  Extra extra;
  void io(Group&);
  bool operator==(const CreateFar&) const = default;
};

// Table 7.5.2.4-2
struct AggregatedUrrs {
  uint32_t aggregated_urr_id = 0;
  Multiplier multiplier;
  Extra extra;
  void io(Group&);
  bool operator==(const AggregatedUrrs&) const = default;
};

// Table 7.5.2.4-3
struct AdditionalMonitoringTime {
  uint32_t monitoring_time = 0;
  std::optional<Volume> subsequent_volume_threshold;
  std::optional<uint32_t> subsequent_time_threshold;
  std::optional<Volume> subsequent_volume_quota;
  std::optional<uint32_t> subsequent_time_quota;
  std::optional<uint32_t> subsequent_event_threshold;
  std::optional<uint32_t> subsequent_event_quota;
  Extra extra;
  void io(Group&);
  bool operator==(const AdditionalMonitoringTime&) const = default;
};

// Table 7.5.2.4-1
struct CreateUrr {
  uint32_t urr_id = 0;
  MeasurementMethod measurement_method;
  ReportingTriggers reporting_triggers;
  std::optional<uint32_t> measurement_period;
  std::optional<Volume> volume_threshold;
  std::optional<Volume> volume_quota;
  std::optional<uint32_t> event_threshold;
  std::optional<uint32_t> event_quota;
  std::optional<uint32_t> time_threshold;
  std::optional<uint32_t> time_quota;
  std::optional<uint32_t> quota_holding_time;
  std::optional<DroppedDlTrafficThreshold> dropped_dl_traffic_threshold;
  std::optional<uint32_t> quota_validity_time;
  std::optional<uint32_t> monitoring_time;
  std::optional<Volume> subsequent_volume_threshold;
  std::optional<uint32_t> subsequent_time_threshold;
  std::optional<Volume> subsequent_volume_quota;
  std::optional<uint32_t> subsequent_time_quota;
  std::optional<uint32_t> subsequent_event_threshold;
  std::optional<uint32_t> subsequent_event_quota;
  std::optional<uint32_t> inactivity_detection_time;
  std::vector<uint32_t> linked_urr_ids;
  std::optional<MeasurementInformation> measurement_information;
  std::optional<TimeQuotaMechanism> time_quota_mechanism;
  std::vector<AggregatedUrrs> aggregated_urrs;
  std::optional<uint32_t> far_id_for_quota_action;
  std::optional<uint32_t> ethernet_inactivity_timer;
  std::vector<AdditionalMonitoringTime> additional_monitoring_times;
  std::optional<uint16_t> number_of_reports;
  std::vector<std::string> exempted_application_ids;
  std::vector<SdfFilter> exempted_sdf_filters;
  std::optional<uint32_t> user_plane_inactivity_timer;
  Extra extra;
  void io(Group&);
  bool operator==(const CreateUrr&) const = default;
};

// Table 7.5.2.5-1
struct CreateQer {
  uint32_t qer_id = 0;
  std::optional<uint32_t> qer_correlation_id;
  GateStatus gate_status;
  std::optional<BitRates> mbr;
  std::optional<BitRates> gbr;
  std::optional<PacketRate> packet_rate;
  std::optional<PacketRateStatus> packet_rate_status;
  std::optional<DlFlowLevelMarking> dl_flow_level_marking;
  std::optional<Qfi> qfi;
  std::optional<Rqi> rqi;
  std::optional<Small<3>> paging_policy_indicator;
  std::optional<uint32_t> averaging_window;
  std::optional<QerControlIndications> qer_control_indications;
  std::optional<QerIndications> qer_indications;
  Extra extra;
  void io(Group&);
  bool operator==(const CreateQer&) const = default;
};

// Table 7.5.2.6-1
struct CreateBar {
  uint8_t bar_id = 0;
  std::optional<uint8_t> downlink_data_notification_delay;
  std::optional<uint8_t> suggested_buffering_packets_count;
  std::optional<MtEdtControlInformation> mt_edt_control_information;
  Extra extra;
  void io(Group&);
  bool operator==(const CreateBar&) const = default;
};

// Table 7.5.2.7-1
struct CreateTrafficEndpoint {
  uint8_t traffic_endpoint_id = 0;
  std::optional<FTeid> f_teid;
  std::optional<NetworkInstance> network_instance;
  std::optional<RedundantTransmissionDetectionParameters> redundant_transmission_detection_parameters;
  std::vector<UeIpAddress> ue_ip_addresses;
  std::optional<EthernetPduSessionInformation> ethernet_pdu_session_information;
  std::vector<std::string> framed_routes;
  std::optional<uint32_t> framed_routing;
  std::vector<std::string> framed_ipv6_routes;
  std::vector<Qfi> qfis;
  std::optional<TgppInterfaceType> tgpp_interface_type;
  std::optional<LocalIngressTunnel> local_ingress_tunnel;
  std::optional<IpMulticastAddressingInfo> ip_multicast_addressing_info;
  std::optional<MbsSessionIdentifier> mbs_session_identifier;
  std::optional<uint16_t> area_session_id;
  std::optional<uint8_t> rat_type;
  Extra extra;
  void io(Group&);
  bool operator==(const CreateTrafficEndpoint&) const = default;
};

// Table 7.5.2.8-2
struct AccessForwardingAction {
  uint32_t far_id = 0;
  std::optional<uint8_t> weight;
  std::optional<AccessPriority> priority;
  std::vector<uint32_t> urr_ids;
  std::optional<uint8_t> rat_type;
  Extra extra;
  void io(Group&);
  bool operator==(const AccessForwardingAction&) const = default;
};

// Table 7.5.2.8-1
struct CreateMar {
  uint16_t mar_id = 0;
  SteeringFunctionality steering_functionality = SteeringFunctionality::atsss_ll;
  SteeringMode steering_mode = SteeringMode::active_standby;
  std::optional<AccessForwardingAction> access_forwarding_action_information_1;
  std::optional<AccessForwardingAction> access_forwarding_action_information_2;
  std::optional<SteeringThresholds> thresholds;
  std::optional<SteeringModeIndicator> steering_mode_indicator;
  Extra extra;
  void io(Group&);
  bool operator==(const CreateMar&) const = default;
};

// Table 7.5.4.16-2
struct UpdateAccessForwardingAction {
  std::optional<uint32_t> far_id;
  std::optional<uint8_t> weight;
  std::optional<AccessPriority> priority;
  std::vector<uint32_t> urr_ids;
  std::optional<uint8_t> rat_type;
  Extra extra;
  void io(Group&);
  bool operator==(const UpdateAccessForwardingAction&) const = default;
};

// Table 7.5.4.16-1
struct UpdateMar {
  uint16_t mar_id = 0;
  std::optional<SteeringFunctionality> steering_functionality;
  std::optional<SteeringMode> steering_mode;
  std::optional<UpdateAccessForwardingAction> update_access_forwarding_action_information_1;
  std::optional<UpdateAccessForwardingAction> update_access_forwarding_action_information_2;
  std::optional<AccessForwardingAction> access_forwarding_action_information_1;
  std::optional<AccessForwardingAction> access_forwarding_action_information_2;
  std::optional<SteeringThresholds> thresholds;
  std::optional<SteeringModeIndicator> steering_mode_indicator;
  Extra extra;
  void io(Group&);
  bool operator==(const UpdateMar&) const = default;
};

// Table 7.5.4.15-1
struct RemoveMar {
  uint16_t mar_id = 0;
  Extra extra;
  void io(Group&);
  bool operator==(const RemoveMar&) const = default;
};

// Table 7.5.2.9-3
struct QosMonitoringPerQosFlow {
  std::vector<Qfi> qfis;  // at least one
  RequestedQosMonitoring requested_qos_monitoring;
  ReportingFrequency reporting_frequency;
  std::optional<PacketDelayThresholds> packet_delay_thresholds;
  std::optional<uint32_t> minimum_wait_time;
  std::optional<uint32_t> measurement_period;
  Extra extra;
  void io(Group&);
  bool operator==(const QosMonitoringPerQosFlow&) const = default;
};

// Table 7.5.2.9-4
struct DirectReportingInformation {
  std::string event_notification_uri;
  std::optional<std::string> notification_correlation_id;
  std::optional<ReportingFlags> reporting_flags;
  Extra extra;
  void io(Group&);
  bool operator==(const DirectReportingInformation&) const = default;
};

// Table 7.5.2.9-2
struct AccessAvailabilityControlInformation {
  RequestedAccessAvailability requested_access_availability_information;
  Extra extra;
  void io(Group&);
  bool operator==(const AccessAvailabilityControlInformation&) const = default;
};

// Table 7.5.2.9-1
struct CreateSrr {
  uint8_t srr_id = 0;
  std::optional<AccessAvailabilityControlInformation> access_availability_control_information;
  std::vector<QosMonitoringPerQosFlow> qos_monitoring_per_qos_flow_control_information;
  std::optional<DirectReportingInformation> direct_reporting_information;
  Extra extra;
  void io(Group&);
  bool operator==(const CreateSrr&) const = default;
};

// Table 7.5.4.19-1
struct RemoveSrr {
  uint8_t srr_id = 0;
  Extra extra;
  void io(Group&);
  bool operator==(const RemoveSrr&) const = default;
};

// Table 7.5.4.20-1
struct UpdateSrr {
  uint8_t srr_id = 0;
  std::optional<AccessAvailabilityControlInformation> access_availability_control_information;
  std::vector<QosMonitoringPerQosFlow> qos_monitoring_per_qos_flow_control_information;
  std::optional<DirectReportingInformation> direct_reporting_information;
  Extra extra;
  void io(Group&);
  bool operator==(const UpdateSrr&) const = default;
};

// Table 7.5.2.10-1
struct ProvideAtsssControlInformation {
  std::optional<MptcpControlInformation> mptcp_control_information;
  std::optional<AtsssLlInformation> atsss_ll_control_information;
  std::optional<PmfControlInformation> pmf_control_information;
  Extra extra;
  void io(Group&);
  bool operator==(const ProvideAtsssControlInformation&) const = default;
};

// Table 7.5.2.11-1
struct ProvideRdsConfigurationInformation {
  std::optional<RdsConfigurationInformation> rds_configuration_information;
  Extra extra;
  void io(Group&);
  bool operator==(const ProvideRdsConfigurationInformation&) const = default;
};

// Table 7.5.2.1-2
struct L2tpTunnelInformation {
  AnyAddress lns_address;
  std::optional<std::string> tunnel_password;
  std::optional<TunnelPreference> tunnel_preference;
  Extra extra;
  void io(Group&);
  bool operator==(const L2tpTunnelInformation&) const = default;
};

// Table 7.5.2.1-3
struct L2tpSessionInformation {
  std::optional<std::string> calling_number;
  std::optional<std::string> called_number;
  std::optional<uint16_t> maximum_receive_unit;
  std::optional<L2tpSessionIndications> l2tp_session_indications;
  std::optional<L2tpUserAuthentication> l2tp_user_authentication;
  Extra extra;
  void io(Group&);
  bool operator==(const L2tpSessionInformation&) const = default;
};

// Table 7.5.2.1-4
struct MbsSessionN4mbControlInformation {
  MbsSessionIdentifier mbs_session_identifier;
  std::optional<uint16_t> area_session_id;
  std::optional<MbsN4mbReqFlags> mbsn4mbreq_flags;
  std::optional<MulticastTransportInformation> multicast_transport_information;
  Extra extra;
  void io(Group&);
  bool operator==(const MbsSessionN4mbControlInformation&) const = default;
};

// Table 7.5.2.1-5
struct MbsSessionN4ControlInformation {
  MbsSessionIdentifier mbs_session_identifier;
  std::optional<uint16_t> area_session_id;
  std::optional<MulticastTransportInformation> multicast_transport_information;
  Extra extra;
  void io(Group&);
  bool operator==(const MbsSessionN4ControlInformation&) const = default;
};

// Table 7.5.2.1-6
struct DscpToPpiControlInformation {
  std::vector<DscpToPpiMapping> dscp_to_ppi_mapping_information;  // at least one
  std::vector<Qfi> qfis;
  Extra extra;
  void io(Group&);
  bool operator==(const DscpToPpiControlInformation&) const = default;
};

// Table 7.5.3.2-1
struct CreatedPdr {
  uint16_t pdr_id = 0;
  std::vector<FTeid> f_teids;
  std::vector<UeIpAddress> ue_ip_addresses;
  std::optional<LocalIngressTunnel> local_ingress_tunnel;
  Extra extra;
  void io(Group&);
  bool operator==(const CreatedPdr&) const = default;
};

// Table 7.5.3.3-1
struct LoadControlInformation {
  uint32_t sequence_number = 0;
  uint8_t metric = 0;
  Extra extra;
  void io(Group&);
  bool operator==(const LoadControlInformation&) const = default;
};

// Table 7.5.3.4-1
struct OverloadControlInformation {
  uint32_t sequence_number = 0;
  uint8_t metric = 0;
  Timer timer;
  std::optional<OciFlags> oci_flags;
  Extra extra;
  void io(Group&);
  bool operator==(const OverloadControlInformation&) const = default;
};

// Table 7.5.3.5-1
struct CreatedTrafficEndpoint {
  uint8_t traffic_endpoint_id = 0;
  std::vector<FTeid> f_teids;
  std::vector<UeIpAddress> ue_ip_addresses;
  std::optional<LocalIngressTunnel> local_ingress_tunnel;
  Extra extra;
  void io(Group&);
  bool operator==(const CreatedTrafficEndpoint&) const = default;
};

// Table 7.5.3.6-1
struct CreatedBridgeInfo {
  std::optional<uint32_t> ds_tt_port_number;
  std::optional<UserPlaneNode> fivegs_user_plane_node;
  Extra extra;
  void io(Group&);
  bool operator==(const CreatedBridgeInfo&) const = default;
};

// Table 7.5.3.7-2
struct MptcpParameters {
  MptcpAddressInformation mptcp_address_information;
  UeLinkSpecificIpAddress ue_link_specific_ip_address;
  Extra extra;
  void io(Group&);
  bool operator==(const MptcpParameters&) const = default;
};

// Table 7.5.3.7-3
struct AtsssLlParameters {
  AtsssLlInformation atsss_ll_information;
  Extra extra;
  void io(Group&);
  bool operator==(const AtsssLlParameters&) const = default;
};

// Table 7.5.3.7-4
struct PmfParameters {
  PmfAddressInformation pmf_address_information;
  std::optional<Qfi> qfi;
  Extra extra;
  void io(Group&);
  bool operator==(const PmfParameters&) const = default;
};

// Table 7.5.3.7-1
struct AtsssControlParameters {
  std::optional<MptcpParameters> mptcp_parameters;
  std::optional<AtsssLlParameters> atsss_ll_parameters;
  std::vector<PmfParameters> pmf_parameters;
  Extra extra;
  void io(Group&);
  bool operator==(const AtsssControlParameters&) const = default;
};

// Table 7.5.3.1-3
struct CreatedL2tpSession {
  std::vector<AnyAddress> dns_server_addresses;
  std::vector<AnyAddress> nbns_server_addresses;
  std::optional<AnyAddress> lns_address;
  Extra extra;
  void io(Group&);
  bool operator==(const CreatedL2tpSession&) const = default;
};

// Table 7.5.3.1-4
struct MbsSessionN4mbInformation {
  std::optional<MulticastTransportInformation> multicast_transport_information;
  Extra extra;
  void io(Group&);
  bool operator==(const MbsSessionN4mbInformation&) const = default;
};

// Table 7.5.3.1-5
struct MbsSessionN4Information {
  MbsSessionIdentifier mbs_session_identifier;
  std::optional<uint16_t> area_session_id;
  std::optional<FTeid> f_teid;
  std::optional<MbsN4RespFlags> mbsn4resp_flags;
  Extra extra;
  void io(Group&);
  bool operator==(const MbsSessionN4Information&) const = default;
};

// Table 7.5.3.1-2
struct PartialFailureInformation {
  FailedRuleId failed_rule_id;
  Cause failure_cause = Cause::accepted;
  std::vector<OffendingIeInformation> offending_ie_information;  // at least one
  Extra extra;
  void io(Group&);
  bool operator==(const PartialFailureInformation&) const = default;
};

// Table 7.5.4.2-1
struct UpdatePdr {
  uint16_t pdr_id = 0;
  std::optional<OuterHeaderRemoval> outer_header_removal;
  std::optional<uint32_t> precedence;
  std::optional<Pdi> pdi;
  std::optional<uint32_t> far_id;
  std::vector<uint32_t> urr_ids;
  std::vector<uint32_t> qer_ids;
  std::vector<std::string> activate_predefined_rules;
  std::vector<std::string> deactivate_predefined_rules;
  std::optional<uint32_t> activation_time;
  std::optional<uint32_t> deactivation_time;
  std::vector<IpMulticastAddressingInfo> ip_multicast_addressing_info;
  std::optional<TransportDelayReporting> transport_delay_reporting;
  std::optional<uint8_t> rat_type;
  Extra extra;
  void io(Group&);
  bool operator==(const UpdatePdr&) const = default;
};

// Table 7.5.4.3-2
struct UpdateForwardingParameters {
  std::optional<DestinationInterface> destination_interface;
  std::optional<NetworkInstance> network_instance;
  std::optional<RedirectInformation> redirect_information;
  std::optional<OuterHeaderCreation> outer_header_creation;
  std::optional<uint16_t> transport_level_marking;
  std::optional<ForwardingPolicy> forwarding_policy;
  std::vector<HeaderEnrichment> header_enrichments;
  std::optional<PfcpSmReqFlags> pfcpsmreq_flags;
  std::optional<uint8_t> linked_traffic_endpoint_id;
  std::optional<TgppInterfaceType> destination_interface_type;
  std::optional<std::string> data_network_access_identifier;
  std::optional<IpAddressAndPortReplacement> ip_address_and_port_number_replacement;
  Extra extra;
  void io(Group&);
  bool operator==(const UpdateForwardingParameters&) const = default;
};

// Table 7.5.4.3-3
struct UpdateDuplicatingParameters {
  std::optional<DestinationInterface> destination_interface;
  std::optional<OuterHeaderCreation> outer_header_creation;
  std::optional<uint16_t> transport_level_marking;
  std::optional<ForwardingPolicy> forwarding_policy;
  Extra extra;
  void io(Group&);
  bool operator==(const UpdateDuplicatingParameters&) const = default;
};

// Table 7.5.4.3-4
struct RemoveMbsUnicastParameters {
  uint16_t mbs_unicast_parameters_id = 0;
  Extra extra;
  void io(Group&);
  bool operator==(const RemoveMbsUnicastParameters&) const = default;
};

// Table 7.5.4.3-1
struct UpdateFar {
  uint32_t far_id = 0;
  std::optional<ApplyAction> apply_action;
  std::optional<UpdateForwardingParameters> update_forwarding_parameters;
  std::vector<UpdateDuplicatingParameters> update_duplicating_parameters;
  std::optional<RedundantTransmissionForwardingParameters> redundant_transmission_forwarding_parameters;
  std::optional<uint8_t> bar_id;
  std::vector<AddMbsUnicastParameters> add_mbs_unicast_parameters;
  std::vector<RemoveMbsUnicastParameters> remove_mbs_unicast_parameters;
  Extra extra;
  void io(Group&);
  bool operator==(const UpdateFar&) const = default;
};

// Table 7.5.4.4-1
struct UpdateUrr {
  uint32_t urr_id = 0;
  std::optional<MeasurementMethod> measurement_method;
  std::optional<ReportingTriggers> reporting_triggers;
  std::optional<uint32_t> measurement_period;
  std::optional<Volume> volume_threshold;
  std::optional<Volume> volume_quota;
  std::optional<uint32_t> time_threshold;
  std::optional<uint32_t> time_quota;
  std::optional<uint32_t> event_threshold;
  std::optional<uint32_t> event_quota;
  std::optional<uint32_t> quota_holding_time;
  std::optional<DroppedDlTrafficThreshold> dropped_dl_traffic_threshold;
  std::optional<uint32_t> quota_validity_time;
  std::optional<uint32_t> monitoring_time;
  std::optional<Volume> subsequent_volume_threshold;
  std::optional<uint32_t> subsequent_time_threshold;
  std::optional<Volume> subsequent_volume_quota;
  std::optional<uint32_t> subsequent_time_quota;
  std::optional<uint32_t> subsequent_event_threshold;
  std::optional<uint32_t> subsequent_event_quota;
  std::optional<uint32_t> inactivity_detection_time;
  std::vector<uint32_t> linked_urr_ids;
  std::optional<MeasurementInformation> measurement_information;
  std::optional<TimeQuotaMechanism> time_quota_mechanism;
  std::vector<AggregatedUrrs> aggregated_urrs;
  std::optional<uint32_t> far_id_for_quota_action;
  std::optional<uint32_t> ethernet_inactivity_timer;
  std::vector<AdditionalMonitoringTime> additional_monitoring_times;
  std::optional<uint16_t> number_of_reports;
  std::vector<std::string> exempted_application_ids;
  std::vector<SdfFilter> exempted_sdf_filters;
  std::optional<uint32_t> user_plane_inactivity_timer;
  Extra extra;
  void io(Group&);
  bool operator==(const UpdateUrr&) const = default;
};

// Table 7.5.4.5-1
struct UpdateQer {
  uint32_t qer_id = 0;
  std::optional<uint32_t> qer_correlation_id;
  std::optional<GateStatus> gate_status;
  std::optional<BitRates> mbr;
  std::optional<BitRates> gbr;
  std::optional<PacketRate> packet_rate;
  std::optional<DlFlowLevelMarking> dl_flow_level_marking;
  std::optional<Qfi> qfi;
  std::optional<Rqi> rqi;
  std::optional<Small<3>> paging_policy_indicator;
  std::optional<uint32_t> averaging_window;
  std::optional<QerControlIndications> qer_control_indications;
  Extra extra;
  void io(Group&);
  bool operator==(const UpdateQer&) const = default;
};

// Table 7.5.4.6-1
struct RemovePdr {
  uint16_t pdr_id = 0;
  Extra extra;
  void io(Group&);
  bool operator==(const RemovePdr&) const = default;
};

// Table 7.5.4.7-1
struct RemoveFar {
  uint32_t far_id = 0;
  Extra extra;
  void io(Group&);
  bool operator==(const RemoveFar&) const = default;
};

// Table 7.5.4.8-1
struct RemoveUrr {
  uint32_t urr_id = 0;
  Extra extra;
  void io(Group&);
  bool operator==(const RemoveUrr&) const = default;
};

// Table 7.5.4.9-1
struct RemoveQer {
  uint32_t qer_id = 0;
  Extra extra;
  void io(Group&);
  bool operator==(const RemoveQer&) const = default;
};

// Table 7.5.4.10-1
struct QueryUrr {
  uint32_t urr_id = 0;
  Extra extra;
  void io(Group&);
  bool operator==(const QueryUrr&) const = default;
};

// Table 7.5.4.11-1
struct UpdateBar {
  uint8_t bar_id = 0;
  std::optional<uint8_t> downlink_data_notification_delay;
  std::optional<uint8_t> suggested_buffering_packets_count;
  std::optional<MtEdtControlInformation> mt_edt_control_information;
  Extra extra;
  void io(Group&);
  bool operator==(const UpdateBar&) const = default;
};

// Table 7.5.9.2-1
struct UpdateBarReportResponse {
  uint8_t bar_id = 0;
  std::optional<uint8_t> downlink_data_notification_delay;
  std::optional<Timer> dl_buffering_duration;
  std::optional<SuggestedPacketCount> dl_buffering_suggested_packet_count;
  std::optional<uint8_t> suggested_buffering_packets_count;
  Extra extra;
  void io(Group&);
  bool operator==(const UpdateBarReportResponse&) const = default;
};

// Table 7.5.4.12-1
struct RemoveBar {
  uint8_t bar_id = 0;
  Extra extra;
  void io(Group&);
  bool operator==(const RemoveBar&) const = default;
};

// Table 7.5.4.13-1
struct UpdateTrafficEndpoint {
  uint8_t traffic_endpoint_id = 0;
  std::optional<FTeid> f_teid;
  std::optional<NetworkInstance> network_instance;
  std::optional<RedundantTransmissionDetectionParameters> redundant_transmission_detection_parameters;
  std::vector<UeIpAddress> ue_ip_addresses;
  std::vector<std::string> framed_routes;
  std::optional<uint32_t> framed_routing;
  std::vector<std::string> framed_ipv6_routes;
  std::vector<Qfi> qfis;
  std::optional<TgppInterfaceType> tgpp_interface_type;
  std::optional<uint8_t> rat_type;
  Extra extra;
  void io(Group&);
  bool operator==(const UpdateTrafficEndpoint&) const = default;
};

// Table 7.5.4.14-1
struct RemoveTrafficEndpoint {
  uint8_t traffic_endpoint_id = 0;
  Extra extra;
  void io(Group&);
  bool operator==(const RemoveTrafficEndpoint&) const = default;
};

// Table 7.5.4.18-1
struct TscManagementModificationRequest {
  std::optional<Bytes> port_management_information_container;
  std::optional<Bytes> user_plane_node_management_information_container;
  std::optional<uint32_t> nw_tt_port_number;
  Extra extra;
  void io(Group&);
  bool operator==(const TscManagementModificationRequest&) const = default;
};

// Table 7.5.4.21-1
struct EthernetContextInformation {
  std::vector<MacAddresses> mac_addresses_detecteds;  // at least one
  Extra extra;
  void io(Group&);
  bool operator==(const EthernetContextInformation&) const = default;
};

// Table 7.5.4.22-1
struct QueryPacketRateStatus {
  uint32_t qer_id = 0;
  Extra extra;
  void io(Group&);
  bool operator==(const QueryPacketRateStatus&) const = default;
};

// Table 7.5.5.3-1
struct TscManagementModificationResponse {
  std::optional<Bytes> port_management_information_container;
  std::optional<Bytes> user_plane_node_management_information_container;
  std::optional<uint32_t> nw_tt_port_number;
  Extra extra;
  void io(Group&);
  bool operator==(const TscManagementModificationResponse&) const = default;
};

// Table 7.5.5.4-1
struct PacketRateStatusReportModification {
  uint32_t qer_id = 0;
  PacketRateStatus packet_rate_status;
  Extra extra;
  void io(Group&);
  bool operator==(const PacketRateStatusReportModification&) const = default;
};

// Table 7.5.5.5-1
struct UpdatedPdr {
  uint16_t pdr_id = 0;
  std::vector<FTeid> f_teids;
  std::vector<UeIpAddress> ue_ip_addresses;
  Extra extra;
  void io(Group&);
  bool operator==(const UpdatedPdr&) const = default;
};

// Table 7.5.7.1-2
struct PacketRateStatusReport {
  uint32_t qer_id = 0;
  PacketRateStatus packet_rate_status;
  Extra extra;
  void io(Group&);
  bool operator==(const PacketRateStatusReport&) const = default;
};

// Table 7.5.8.3-3
struct EthernetTrafficInformation {
  std::vector<MacAddresses> mac_addresses_detecteds;
  std::vector<MacAddresses> mac_addresses_removeds;
  Extra extra;
  void io(Group&);
  bool operator==(const EthernetTrafficInformation&) const = default;
};

// Table 7.5.8.3-2
struct ApplicationDetectionInformation {
  std::string application_id;
  std::optional<std::string> application_instance_id;
  std::optional<FlowInformation> flow_information;
  std::optional<uint16_t> pdr_id;
  Extra extra;
  void io(Group&);
  bool operator==(const ApplicationDetectionInformation&) const = default;
};

// Table 7.5.8.3-4
struct JoinIpMulticastInformation {
  IpMulticastAddress ip_multicast_address;
  std::vector<SourceIpAddress> source_ip_addresses;
  Extra extra;
  void io(Group&);
  bool operator==(const JoinIpMulticastInformation&) const = default;
};

// Table 7.5.8.3-5
struct LeaveIpMulticastInformation {
  IpMulticastAddress ip_multicast_address;
  std::vector<SourceIpAddress> source_ip_addresses;
  Extra extra;
  void io(Group&);
  bool operator==(const LeaveIpMulticastInformation&) const = default;
};

// Table 7.5.5.2-1
struct UsageReportModification {
  uint32_t urr_id = 0;
  uint32_t ur_seqn = 0;
  UsageReportTrigger usage_report_trigger;
  std::optional<uint32_t> start_time;
  std::optional<uint32_t> end_time;
  std::optional<VolumeMeasurement> volume_measurement;
  std::optional<uint32_t> duration_measurement;
  std::optional<uint32_t> time_of_first_packet;
  std::optional<uint32_t> time_of_last_packet;
  std::optional<UsageInformation> usage_information;
  std::optional<uint32_t> query_urr_reference;
  std::optional<EthernetTrafficInformation> ethernet_traffic_information;
  Extra extra;
  void io(Group&);
  bool operator==(const UsageReportModification&) const = default;
};

// Table 7.5.7.2-1
struct UsageReportDeletion {
  uint32_t urr_id = 0;
  uint32_t ur_seqn = 0;
  UsageReportTrigger usage_report_trigger;
  std::optional<uint32_t> start_time;
  std::optional<uint32_t> end_time;
  std::optional<VolumeMeasurement> volume_measurement;
  std::optional<uint32_t> duration_measurement;
  std::optional<uint32_t> time_of_first_packet;
  std::optional<uint32_t> time_of_last_packet;
  std::optional<UsageInformation> usage_information;
  std::optional<EthernetTrafficInformation> ethernet_traffic_information;
  Extra extra;
  void io(Group&);
  bool operator==(const UsageReportDeletion&) const = default;
};

// Table 7.5.8.3-1
struct UsageReport {
  uint32_t urr_id = 0;
  uint32_t ur_seqn = 0;
  UsageReportTrigger usage_report_trigger;
  std::optional<uint32_t> start_time;
  std::optional<uint32_t> end_time;
  std::optional<VolumeMeasurement> volume_measurement;
  std::optional<uint32_t> duration_measurement;
  std::optional<ApplicationDetectionInformation> application_detection_information;
  std::optional<UeIpAddress> ue_ip_address;
  std::optional<NetworkInstance> network_instance;
  std::optional<uint32_t> time_of_first_packet;
  std::optional<uint32_t> time_of_last_packet;
  std::optional<UsageInformation> usage_information;
  std::optional<uint32_t> query_urr_reference;
  std::vector<uint32_t> event_time_stamps;
  std::optional<EthernetTrafficInformation> ethernet_traffic_information;
  std::vector<JoinIpMulticastInformation> join_ip_multicast_information;
  std::vector<LeaveIpMulticastInformation> leave_ip_multicast_information;
  std::vector<std::string> predefined_rules_names;
  Extra extra;
  void io(Group&);
  bool operator==(const UsageReport&) const = default;
};

// Table 7.5.8.2-1
struct DownlinkDataReport {
  std::vector<uint16_t> pdr_ids;  // at least one
  std::vector<DownlinkDataServiceInformation> downlink_data_service_information;
  std::optional<uint16_t> dl_data_packets_size;
  std::optional<DataStatus> data_status;
  Extra extra;
  void io(Group&);
  bool operator==(const DownlinkDataReport&) const = default;
};

// Table 7.5.8.4-1
struct ErrorIndicationReport {
  std::vector<FTeid> remote_f_teids;  // at least one
  Extra extra;
  void io(Group&);
  bool operator==(const ErrorIndicationReport&) const = default;
};

// Table 7.5.8.5-1
struct TscManagementReport {
  std::optional<Bytes> port_management_information_container;
  std::optional<Bytes> user_plane_node_management_information_container;
  std::optional<uint32_t> nw_tt_port_number;
  Extra extra;
  void io(Group&);
  bool operator==(const TscManagementReport&) const = default;
};

// Table 7.5.8.6-2
struct AccessAvailabilityReport {
  std::vector<AccessAvailabilityInformation> access_availability_information;  // at least one
  Extra extra;
  void io(Group&);
  bool operator==(const AccessAvailabilityReport&) const = default;
};

// Table 7.5.8.6-3
struct QosMonitoringReport {
  Qfi qfi;
  QosMonitoringMeasurement qos_monitoring_measurement;
  uint32_t time_stamp = 0;
  std::optional<uint32_t> start_time;
  Extra extra;
  void io(Group&);
  bool operator==(const QosMonitoringReport&) const = default;
};

// Table 7.5.8.6-1
struct SessionReport {
  uint8_t srr_id = 0;
  std::optional<AccessAvailabilityReport> access_availability_report;
  std::vector<QosMonitoringReport> qos_monitoring_reports;
  Extra extra;
  void io(Group&);
  bool operator==(const SessionReport&) const = default;
};

// Table 7.4.3.1-3
struct PfdContext {
  std::vector<PfdContents> pfd_contents;  // at least one
  Extra extra;
  void io(Group&);
  bool operator==(const PfdContext&) const = default;
};

// Table 7.4.3.1-2
struct ApplicationIdsPfds {
  std::string application_id;
  std::vector<PfdContext> pfd_contexts;
  Extra extra;
  void io(Group&);
  bool operator==(const ApplicationIdsPfds&) const = default;
};

// Table 7.4.4.1-2
struct SessionRetentionInformation {
  std::vector<CpIpAddress> cp_pfcp_entity_ip_addresses;
  Extra extra;
  void io(Group&);
  bool operator==(const SessionRetentionInformation&) const = default;
};

// Table 7.4.4.1-3
struct UeIpAddressPoolInformation {
  std::vector<UeIpAddressPoolIdentity> ue_ip_address_pool_identities;  // at least one
  std::optional<NetworkInstance> network_instance;
  std::vector<SNssai> s_nssais;
  std::optional<IpVersion> ip_version;
  Extra extra;
  void io(Group&);
  bool operator==(const UeIpAddressPoolInformation&) const = default;
};

// Table 7.4.4.1.2-1
struct ClockDriftControlInformation {
  RequestedClockDriftInformation requested_clock_drift_information;
  std::vector<uint8_t> time_domain_numbers;
  std::optional<ConfiguredTimeDomain> configured_time_domain;
  std::optional<int64_t> time_offset_threshold;
  std::optional<int32_t> cumulative_rateratio_threshold;
  Extra extra;
  void io(Group&);
  bool operator==(const ClockDriftControlInformation&) const = default;
};

// Table 7.4.4.1.3-1
struct GtpuPathQosControlInformation {
  std::vector<RemoteGtpuPeer> remote_gtp_u_peers;
  std::optional<GtpuPathInterfaceType> gtp_u_path_interface_type;
  QosReportTrigger qos_report_trigger;
  std::vector<uint16_t> dscps;
  std::optional<uint32_t> measurement_period;
  std::optional<uint32_t> average_packet_delay_threshold;
  std::optional<uint32_t> minimum_packet_delay_threshold;
  std::optional<uint32_t> maximum_packet_delay_threshold;
  std::optional<Timer> minimum_waiting_time;
  Extra extra;
  void io(Group&);
  bool operator==(const GtpuPathQosControlInformation&) const = default;
};

// Table 7.4.4.3.1-1
struct UeIpAddressUsageInformation {
  uint32_t sequence_number = 0;
  uint8_t metric = 0;
  uint16_t validity_timer = 0;
  NumberOfUeIpAddresses number_of_ue_ip_addresses;
  NetworkInstance network_instance;
  std::vector<UeIpAddressPoolIdentity> ue_ip_address_pool_identities;
  std::optional<SNssai> s_nssai;
  Extra extra;
  void io(Group&);
  bool operator==(const UeIpAddressUsageInformation&) const = default;
};

// Table 7.4.5.1.2-1
struct UserPlanePathFailureReport {
  std::vector<RemoteGtpuPeer> remote_gtp_u_peers;  // at least one
  Extra extra;
  void io(Group&);
  bool operator==(const UserPlanePathFailureReport&) const = default;
};

// Table 7.4.5.1.3-1
struct UserPlanePathRecoveryReport {
  std::vector<RemoteGtpuPeer> remote_gtp_u_peers;  // at least one
  Extra extra;
  void io(Group&);
  bool operator==(const UserPlanePathRecoveryReport&) const = default;
};

// Table 7.4.5.1.4-1
struct ClockDriftReport {
  uint8_t time_domain_number = 0;
  std::optional<int64_t> time_offset_measurement;
  std::optional<int32_t> cumulative_rateratio_measurement;
  std::optional<uint32_t> time_stamp;
  std::optional<NetworkInstance> network_instance;
  std::optional<ApnDnn> apn_dnn;
  std::optional<SNssai> s_nssai;
  Extra extra;
  void io(Group&);
  bool operator==(const ClockDriftReport&) const = default;
};

// Table 7.4.5.1.6-1
struct QosInformation {
  uint32_t average_packet_delay = 0;
  std::optional<uint32_t> minimum_packet_delay;
  std::optional<uint32_t> maximum_packet_delay;
  std::optional<uint16_t> dscp;
  Extra extra;
  void io(Group&);
  bool operator==(const QosInformation&) const = default;
};

// Table 7.4.5.1.5-1
struct GtpuPathQosReport {
  RemoteGtpuPeer remote_gtp_u_peer;
  std::optional<GtpuPathInterfaceType> gtp_u_path_interface_type;
  QosReportTrigger qos_report_trigger;
  uint32_t time_stamp = 0;
  std::optional<uint32_t> start_time;
  std::vector<QosInformation> qos_information_in_gtp_u_path_qos_reports;  // at least one
  Extra extra;
  void io(Group&);
  bool operator==(const GtpuPathQosReport&) const = default;
};

// Table 7.4.5.1.7-1
struct PeerUpRestartReport {
  std::vector<RemoteGtpuPeer> remote_gtp_u_peers;  // at least one
  Extra extra;
  void io(Group&);
  bool operator==(const PeerUpRestartReport&) const = default;
};

// Table 7.4.7.1-2
struct SessionChangeInfo {
  std::vector<FqCsid> pgw_c_smf_fq_csids;
  std::vector<std::string> group_ids;
  std::vector<CpIpAddress> cp_ip_addresses;
  AlternativeSmfIpAddress alternative_smf_ip_address;
  Extra extra;
  void io(Group&);
  bool operator==(const SessionChangeInfo&) const = default;
};

}  // namespace sen::pfcp
