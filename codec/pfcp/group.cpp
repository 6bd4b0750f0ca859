#include "codec/pfcp/group.h"

#include "codec/pfcp/wire.h"

namespace sen::pfcp {

void EthernetPacketFilter::io(Group& g) {
  g.conditional(ie::ethernet_filter_id, ethernet_filter_id);
  g.conditional(ie::ethernet_filter_properties, ethernet_filter_properties);
  g.optional_list(ie::mac_address, mac_addresses);
  g.optional(ie::ethertype, ethertype);
  g.optional(ie::c_tag, c_tag);
  g.optional(ie::s_tag, s_tag);
  g.optional_list(ie::sdf_filter, sdf_filters);
}

void RedundantTransmissionDetectionParameters::io(Group& g) {
  g.mandatory(ie::f_teid, f_teid);
  g.conditional(ie::network_instance, network_instance);
}

void IpMulticastAddressingInfo::io(Group& g) {
  g.mandatory(ie::ip_multicast_address, ip_multicast_address);
  g.optional_list(ie::source_ip_address, source_ip_addresses);
}

void Pdi::io(Group& g) {
  g.mandatory(ie::source_interface, source_interface);
  g.optional(ie::f_teid, f_teid);
  g.conditional(ie::local_ingress_tunnel, local_ingress_tunnel);
  g.optional(ie::network_instance, network_instance);
  g.optional(ie::redundant_transmission_detection_parameters, redundant_transmission_detection_parameters);
  g.optional_list(ie::ue_ip_address, ue_ip_addresses);
  g.conditional_list(ie::traffic_endpoint_id, traffic_endpoint_ids);
  g.optional_list(ie::sdf_filter, sdf_filters);
  g.optional(ie::application_id, application_id);
  g.optional(ie::ethernet_pdu_session_information, ethernet_pdu_session_information);
  g.optional_list(ie::ethernet_packet_filter, ethernet_packet_filters);
  g.optional_list(ie::qfi, qfis);
  g.optional_list(ie::framed_route, framed_routes);
  g.optional(ie::framed_routing, framed_routing);
  g.optional_list(ie::framed_ipv6_route, framed_ipv6_routes);
  g.optional(ie::tgpp_interface_type, tgpp_interface_type);
  g.optional_list(ie::ip_multicast_addressing_info, ip_multicast_addressing_info);
  g.optional_list(ie::dns_query_filter, dns_query_filters);
  g.conditional(ie::mbs_session_identifier, mbs_session_identifier);
  g.conditional(ie::area_session_id, area_session_id);
}

void TransportDelayReporting::io(Group& g) {
  g.mandatory(ie::remote_gtp_u_peer, preceding_ul_gtpu_peer);
  g.optional(ie::transport_level_marking, dscp);
}

void CreatePdr::io(Group& g) {
  g.mandatory(ie::pdr_id, pdr_id);
  g.mandatory(ie::precedence, precedence);
  g.mandatory(ie::pdi, pdi);
  g.conditional(ie::outer_header_removal, outer_header_removal);
  g.conditional(ie::far_id, far_id);
  g.conditional_list(ie::urr_id, urr_ids);
  g.conditional_list(ie::qer_id, qer_ids);
  g.conditional_list(ie::activate_predefined_rules, activate_predefined_rules);
  g.optional(ie::activation_time, activation_time);
  g.optional(ie::deactivation_time, deactivation_time);
  g.conditional(ie::mar_id, mar_id);
  g.conditional(ie::packet_replication_and_detection_carry_on_information, packet_replication_and_detection_carry_on_information);
  g.optional_list(ie::ip_multicast_addressing_info, ip_multicast_addressing_info);
  g.optional(ie::ue_ip_address_pool_identity, ue_ip_address_pool_identity);
  g.conditional(ie::mptcp_applicable_indication, mptcp_applicable_indication);
  g.conditional(ie::transport_delay_reporting, transport_delay_reporting);
  g.optional(ie::rat_type, rat_type);
}

void ForwardingParameters::io(Group& g) {
  g.mandatory(ie::destination_interface, destination_interface);
  g.optional(ie::network_instance, network_instance);
  g.conditional(ie::redirect_information, redirect_information);
  g.conditional(ie::outer_header_creation, outer_header_creation);
  g.conditional(ie::transport_level_marking, transport_level_marking);
  g.conditional(ie::forwarding_policy, forwarding_policy);
  g.optional_list(ie::header_enrichment, header_enrichments);
  g.conditional(ie::traffic_endpoint_id, linked_traffic_endpoint_id);
  g.conditional(ie::proxying, proxying);
  g.optional(ie::tgpp_interface_type, destination_interface_type);
  g.conditional(ie::data_network_access_identifier, data_network_access_identifier);
  g.conditional(ie::ip_address_and_port_number_replacement, ip_address_and_port_number_replacement);
}

void DuplicatingParameters::io(Group& g) {
  g.mandatory(ie::destination_interface, destination_interface);
  g.conditional(ie::outer_header_creation, outer_header_creation);
  g.conditional(ie::transport_level_marking, transport_level_marking);
  g.conditional(ie::forwarding_policy, forwarding_policy);
}

void RedundantTransmissionForwardingParameters::io(Group& g) {
  g.mandatory(ie::outer_header_creation, outer_header_creation);
  g.conditional(ie::network_instance, network_instance);
}

void MbsMulticastParameters::io(Group& g) {
  g.mandatory(ie::destination_interface, destination_interface);
  g.optional(ie::network_instance, network_instance);
  g.mandatory(ie::outer_header_creation, outer_header_creation);
  g.conditional(ie::transport_level_marking, transport_level_marking);
  g.optional(ie::tgpp_interface_type, destination_interface_type);
}

void AddMbsUnicastParameters::io(Group& g) {
  g.mandatory(ie::destination_interface, destination_interface);
  g.mandatory(ie::mbs_unicast_parameters_id, mbs_unicast_parameters_id);
  g.optional(ie::network_instance, network_instance);
  g.mandatory(ie::outer_header_creation, outer_header_creation);
  g.conditional(ie::transport_level_marking, transport_level_marking);
  g.optional(ie::tgpp_interface_type, destination_interface_type);
}

void CreateFar::io(Group& g) {
  g.mandatory(ie::far_id, far_id);
  g.mandatory(ie::apply_action, apply_action);
  g.conditional(ie::forwarding_parameters, forwarding_parameters);
  g.conditional_list(ie::duplicating_parameters, duplicating_parameters);
  g.optional(ie::bar_id, bar_id);
  g.conditional(ie::redundant_transmission_forwarding_parameters, redundant_transmission_forwarding_parameters);
  g.conditional(ie::mbs_multicast_parameters, mbs_multicast_parameters);
  g.conditional_list(ie::add_mbs_unicast_parameters, add_mbs_unicast_parameters);
}

void AggregatedUrrs::io(Group& g) {
  g.mandatory(ie::aggregated_urr_id, aggregated_urr_id);
  g.mandatory(ie::multiplier, multiplier);
}

void AdditionalMonitoringTime::io(Group& g) {
  g.mandatory(ie::monitoring_time, monitoring_time);
  g.optional(ie::subsequent_volume_threshold, subsequent_volume_threshold);
  g.optional(ie::subsequent_time_threshold, subsequent_time_threshold);
  g.optional(ie::subsequent_volume_quota, subsequent_volume_quota);
  g.optional(ie::subsequent_time_quota, subsequent_time_quota);
  g.optional(ie::event_threshold, subsequent_event_threshold);
  g.optional(ie::event_quota, subsequent_event_quota);
}

void CreateUrr::io(Group& g) {
  g.mandatory(ie::urr_id, urr_id);
  g.mandatory(ie::measurement_method, measurement_method);
  g.mandatory(ie::reporting_triggers, reporting_triggers);
  g.conditional(ie::measurement_period, measurement_period);
  g.conditional(ie::volume_threshold, volume_threshold);
  g.conditional(ie::volume_quota, volume_quota);
  g.conditional(ie::event_threshold, event_threshold);
  g.conditional(ie::event_quota, event_quota);
  g.conditional(ie::time_threshold, time_threshold);
  g.conditional(ie::time_quota, time_quota);
  g.conditional(ie::quota_holding_time, quota_holding_time);
  g.conditional(ie::dropped_dl_traffic_threshold, dropped_dl_traffic_threshold);
  g.conditional(ie::quota_validity_time, quota_validity_time);
  g.optional(ie::monitoring_time, monitoring_time);
  g.optional(ie::subsequent_volume_threshold, subsequent_volume_threshold);
  g.optional(ie::subsequent_time_threshold, subsequent_time_threshold);
  g.optional(ie::subsequent_volume_quota, subsequent_volume_quota);
  g.optional(ie::subsequent_time_quota, subsequent_time_quota);
  g.optional(ie::subsequent_event_threshold, subsequent_event_threshold);
  g.optional(ie::subsequent_event_quota, subsequent_event_quota);
  g.conditional(ie::inactivity_detection_time, inactivity_detection_time);
  g.conditional_list(ie::linked_urr_id, linked_urr_ids);
  g.conditional(ie::measurement_information, measurement_information);
  g.conditional(ie::time_quota_mechanism, time_quota_mechanism);
  g.conditional_list(ie::aggregated_urrs, aggregated_urrs);
  g.conditional(ie::far_id, far_id_for_quota_action);
  g.conditional(ie::ethernet_inactivity_timer, ethernet_inactivity_timer);
  g.optional_list(ie::additional_monitoring_time, additional_monitoring_times);
  g.optional(ie::number_of_reports, number_of_reports);
  g.optional_list(ie::application_id, exempted_application_ids);
  g.optional_list(ie::sdf_filter, exempted_sdf_filters);
  g.conditional(ie::user_plane_inactivity_timer, user_plane_inactivity_timer);
}

void CreateQer::io(Group& g) {
  g.mandatory(ie::qer_id, qer_id);
  g.conditional(ie::qer_correlation_id, qer_correlation_id);
  g.mandatory(ie::gate_status, gate_status);
  g.conditional(ie::mbr, mbr);
  g.conditional(ie::gbr, gbr);
  g.conditional(ie::packet_rate, packet_rate);
  g.conditional(ie::packet_rate_status, packet_rate_status);
  g.conditional(ie::dl_flow_level_marking, dl_flow_level_marking);
  g.conditional(ie::qfi, qfi);
  g.conditional(ie::rqi, rqi);
  g.conditional(ie::paging_policy_indicator, paging_policy_indicator);
  g.optional(ie::averaging_window, averaging_window);
  g.conditional(ie::qer_control_indications, qer_control_indications);
  g.conditional(ie::qer_indications, qer_indications);
}

void CreateBar::io(Group& g) {
  g.mandatory(ie::bar_id, bar_id);
  g.conditional(ie::downlink_data_notification_delay, downlink_data_notification_delay);
  g.conditional(ie::suggested_buffering_packets_count, suggested_buffering_packets_count);
  g.optional(ie::mt_edt_control_information, mt_edt_control_information);
}

void CreateTrafficEndpoint::io(Group& g) {
  g.mandatory(ie::traffic_endpoint_id, traffic_endpoint_id);
  g.optional(ie::f_teid, f_teid);
  g.optional(ie::network_instance, network_instance);
  g.optional(ie::redundant_transmission_detection_parameters, redundant_transmission_detection_parameters);
  g.optional_list(ie::ue_ip_address, ue_ip_addresses);
  g.optional(ie::ethernet_pdu_session_information, ethernet_pdu_session_information);
  g.optional_list(ie::framed_route, framed_routes);
  g.optional(ie::framed_routing, framed_routing);
  g.optional_list(ie::framed_ipv6_route, framed_ipv6_routes);
  g.optional_list(ie::qfi, qfis);
  g.optional(ie::tgpp_interface_type, tgpp_interface_type);
  g.conditional(ie::local_ingress_tunnel, local_ingress_tunnel);
  g.conditional(ie::ip_multicast_addressing_info, ip_multicast_addressing_info);
  g.conditional(ie::mbs_session_identifier, mbs_session_identifier);
  g.conditional(ie::area_session_id, area_session_id);
  g.optional(ie::rat_type, rat_type);
}

void AccessForwardingAction::io(Group& g) {
  g.mandatory(ie::far_id, far_id);
  g.conditional(ie::weight, weight);
  g.conditional(ie::priority, priority);
  g.conditional_list(ie::urr_id, urr_ids);
  g.optional(ie::rat_type, rat_type);
}

void CreateMar::io(Group& g) {
  g.mandatory(ie::mar_id, mar_id);
  g.mandatory(ie::steering_functionality, steering_functionality);
  g.mandatory(ie::steering_mode, steering_mode);
  g.conditional(ie::access_forwarding_action_information_1, access_forwarding_action_information_1);
  g.conditional(ie::access_forwarding_action_information_2, access_forwarding_action_information_2);
  g.conditional(ie::thresholds, thresholds);
  g.conditional(ie::steering_mode_indicator, steering_mode_indicator);
}

void UpdateAccessForwardingAction::io(Group& g) {
  g.conditional(ie::far_id, far_id);
  g.conditional(ie::weight, weight);
  g.conditional(ie::priority, priority);
  g.conditional_list(ie::urr_id, urr_ids);
  g.optional(ie::rat_type, rat_type);
}

void UpdateMar::io(Group& g) {
  g.mandatory(ie::mar_id, mar_id);
  g.conditional(ie::steering_functionality, steering_functionality);
  g.conditional(ie::steering_mode, steering_mode);
  g.conditional(ie::update_access_forwarding_action_information_1, update_access_forwarding_action_information_1);
  g.conditional(ie::update_access_forwarding_action_information_2, update_access_forwarding_action_information_2);
  g.conditional(ie::access_forwarding_action_information_1, access_forwarding_action_information_1);
  g.conditional(ie::access_forwarding_action_information_2, access_forwarding_action_information_2);
  g.conditional(ie::thresholds, thresholds);
  g.conditional(ie::steering_mode_indicator, steering_mode_indicator);
}

void RemoveMar::io(Group& g) {
  g.mandatory(ie::mar_id, mar_id);
}

void QosMonitoringPerQosFlow::io(Group& g) {
  g.some(ie::qfi, qfis);
  g.mandatory(ie::requested_qos_monitoring, requested_qos_monitoring);
  g.mandatory(ie::reporting_frequency, reporting_frequency);
  g.conditional(ie::packet_delay_thresholds, packet_delay_thresholds);
  g.conditional(ie::minimum_wait_time, minimum_wait_time);
  g.conditional(ie::measurement_period, measurement_period);
}

void DirectReportingInformation::io(Group& g) {
  g.mandatory(ie::event_notification_uri, event_notification_uri);
  g.conditional(ie::notification_correlation_id, notification_correlation_id);
  g.conditional(ie::reporting_flags, reporting_flags);
}

void AccessAvailabilityControlInformation::io(Group& g) {
  g.mandatory(ie::requested_access_availability_information, requested_access_availability_information);
}

void CreateSrr::io(Group& g) {
  g.mandatory(ie::srr_id, srr_id);
  g.conditional(ie::access_availability_control_information, access_availability_control_information);
  g.conditional_list(ie::qos_monitoring_per_qos_flow_control_information, qos_monitoring_per_qos_flow_control_information);
  g.conditional(ie::direct_reporting_information, direct_reporting_information);
}

void RemoveSrr::io(Group& g) {
  g.mandatory(ie::srr_id, srr_id);
}

void UpdateSrr::io(Group& g) {
  g.mandatory(ie::srr_id, srr_id);
  g.conditional(ie::access_availability_control_information, access_availability_control_information);
  g.conditional_list(ie::qos_monitoring_per_qos_flow_control_information, qos_monitoring_per_qos_flow_control_information);
  g.conditional(ie::direct_reporting_information, direct_reporting_information);
}

void ProvideAtsssControlInformation::io(Group& g) {
  g.conditional(ie::mptcp_control_information, mptcp_control_information);
  g.conditional(ie::atsss_ll_control_information, atsss_ll_control_information);
  g.conditional(ie::pmf_control_information, pmf_control_information);
}

void ProvideRdsConfigurationInformation::io(Group& g) {
  g.optional(ie::rds_configuration_information, rds_configuration_information);
}

void L2tpTunnelInformation::io(Group& g) {
  g.mandatory(ie::lns_address, lns_address);
  g.optional(ie::tunnel_password, tunnel_password);
  g.conditional(ie::tunnel_preference, tunnel_preference);
}

void L2tpSessionInformation::io(Group& g) {
  g.optional(ie::calling_number, calling_number);
  g.optional(ie::called_number, called_number);
  g.optional(ie::maximum_receive_unit, maximum_receive_unit);
  g.conditional(ie::l2tp_session_indications, l2tp_session_indications);
  g.optional(ie::l2tp_user_authentication, l2tp_user_authentication);
}

void MbsSessionN4mbControlInformation::io(Group& g) {
  g.mandatory(ie::mbs_session_identifier, mbs_session_identifier);
  g.conditional(ie::area_session_id, area_session_id);
  g.conditional(ie::mbsn4mbreq_flags, mbsn4mbreq_flags);
  g.conditional(ie::multicast_transport_information, multicast_transport_information);
}

void MbsSessionN4ControlInformation::io(Group& g) {
  g.mandatory(ie::mbs_session_identifier, mbs_session_identifier);
  g.conditional(ie::area_session_id, area_session_id);
  g.conditional(ie::multicast_transport_information, multicast_transport_information);
}

void DscpToPpiControlInformation::io(Group& g) {
  g.some(ie::dscp_to_ppi_mapping_information, dscp_to_ppi_mapping_information);
  g.optional_list(ie::qfi, qfis);
}

void CreatedPdr::io(Group& g) {
  g.mandatory(ie::pdr_id, pdr_id);
  g.conditional_list(ie::f_teid, f_teids);
  g.conditional_list(ie::ue_ip_address, ue_ip_addresses);
  g.conditional(ie::local_ingress_tunnel, local_ingress_tunnel);
}

void LoadControlInformation::io(Group& g) {
  g.mandatory(ie::sequence_number, sequence_number);
  g.mandatory(ie::metric, metric);
}

void OverloadControlInformation::io(Group& g) {
  g.mandatory(ie::sequence_number, sequence_number);
  g.mandatory(ie::metric, metric);
  g.mandatory(ie::timer, timer);
  g.conditional(ie::oci_flags, oci_flags);
}

void CreatedTrafficEndpoint::io(Group& g) {
  g.mandatory(ie::traffic_endpoint_id, traffic_endpoint_id);
  g.conditional_list(ie::f_teid, f_teids);
  g.conditional_list(ie::ue_ip_address, ue_ip_addresses);
  g.conditional(ie::local_ingress_tunnel, local_ingress_tunnel);
}

void CreatedBridgeInfo::io(Group& g) {
  g.conditional(ie::ds_tt_port_number, ds_tt_port_number);
  g.conditional(ie::fivegs_user_plane_node, fivegs_user_plane_node);
}

void MptcpParameters::io(Group& g) {
  g.mandatory(ie::mptcp_address_information, mptcp_address_information);
  g.mandatory(ie::ue_link_specific_ip_address, ue_link_specific_ip_address);
}

void AtsssLlParameters::io(Group& g) {
  g.mandatory(ie::atsss_ll_information, atsss_ll_information);
}

void PmfParameters::io(Group& g) {
  g.mandatory(ie::pmf_address_information, pmf_address_information);
  g.optional(ie::qfi, qfi);
}

void AtsssControlParameters::io(Group& g) {
  g.conditional(ie::mptcp_parameters, mptcp_parameters);
  g.conditional(ie::atsss_ll_parameters, atsss_ll_parameters);
  g.conditional_list(ie::pmf_parameters, pmf_parameters);
}

void CreatedL2tpSession::io(Group& g) {
  g.optional_list(ie::dns_server_address, dns_server_addresses);
  g.optional_list(ie::nbns_server_address, nbns_server_addresses);
  g.optional(ie::lns_address, lns_address);
}

void MbsSessionN4mbInformation::io(Group& g) {
  g.conditional(ie::multicast_transport_information, multicast_transport_information);
}

void MbsSessionN4Information::io(Group& g) {
  g.mandatory(ie::mbs_session_identifier, mbs_session_identifier);
  g.conditional(ie::area_session_id, area_session_id);
  g.conditional(ie::f_teid, f_teid);
  g.conditional(ie::mbsn4resp_flags, mbsn4resp_flags);
}

void PartialFailureInformation::io(Group& g) {
  g.mandatory(ie::failed_rule_id, failed_rule_id);
  g.mandatory(ie::cause, failure_cause);
  g.some(ie::offending_ie_information, offending_ie_information);
}

void UpdatePdr::io(Group& g) {
  g.mandatory(ie::pdr_id, pdr_id);
  g.conditional(ie::outer_header_removal, outer_header_removal);
  g.conditional(ie::precedence, precedence);
  g.conditional(ie::pdi, pdi);
  g.conditional(ie::far_id, far_id);
  g.conditional_list(ie::urr_id, urr_ids);
  g.conditional_list(ie::qer_id, qer_ids);
  g.conditional_list(ie::activate_predefined_rules, activate_predefined_rules);
  g.conditional_list(ie::deactivate_predefined_rules, deactivate_predefined_rules);
  g.optional(ie::activation_time, activation_time);
  g.optional(ie::deactivation_time, deactivation_time);
  g.optional_list(ie::ip_multicast_addressing_info, ip_multicast_addressing_info);
  g.conditional(ie::transport_delay_reporting, transport_delay_reporting);
  g.optional(ie::rat_type, rat_type);
}

void UpdateForwardingParameters::io(Group& g) {
  g.conditional(ie::destination_interface, destination_interface);
  g.conditional(ie::network_instance, network_instance);
  g.conditional(ie::redirect_information, redirect_information);
  g.conditional(ie::outer_header_creation, outer_header_creation);
  g.conditional(ie::transport_level_marking, transport_level_marking);
  g.conditional(ie::forwarding_policy, forwarding_policy);
  g.conditional_list(ie::header_enrichment, header_enrichments);
  g.conditional(ie::pfcpsmreq_flags, pfcpsmreq_flags);
  g.conditional(ie::traffic_endpoint_id, linked_traffic_endpoint_id);
  g.conditional(ie::tgpp_interface_type, destination_interface_type);
  g.conditional(ie::data_network_access_identifier, data_network_access_identifier);
  g.conditional(ie::ip_address_and_port_number_replacement, ip_address_and_port_number_replacement);
}

void UpdateDuplicatingParameters::io(Group& g) {
  g.conditional(ie::destination_interface, destination_interface);
  g.conditional(ie::outer_header_creation, outer_header_creation);
  g.conditional(ie::transport_level_marking, transport_level_marking);
  g.conditional(ie::forwarding_policy, forwarding_policy);
}

void RemoveMbsUnicastParameters::io(Group& g) {
  g.mandatory(ie::mbs_unicast_parameters_id, mbs_unicast_parameters_id);
}

void UpdateFar::io(Group& g) {
  g.mandatory(ie::far_id, far_id);
  g.conditional(ie::apply_action, apply_action);
  g.conditional(ie::update_forwarding_parameters, update_forwarding_parameters);
  g.conditional_list(ie::update_duplicating_parameters, update_duplicating_parameters);
  g.conditional(ie::redundant_transmission_forwarding_parameters, redundant_transmission_forwarding_parameters);
  g.conditional(ie::bar_id, bar_id);
  g.conditional_list(ie::add_mbs_unicast_parameters, add_mbs_unicast_parameters);
  g.conditional_list(ie::remove_mbs_unicast_parameters, remove_mbs_unicast_parameters);
}

void UpdateUrr::io(Group& g) {
  g.mandatory(ie::urr_id, urr_id);
  g.conditional(ie::measurement_method, measurement_method);
  g.conditional(ie::reporting_triggers, reporting_triggers);
  g.conditional(ie::measurement_period, measurement_period);
  g.conditional(ie::volume_threshold, volume_threshold);
  g.conditional(ie::volume_quota, volume_quota);
  g.conditional(ie::time_threshold, time_threshold);
  g.conditional(ie::time_quota, time_quota);
  g.conditional(ie::event_threshold, event_threshold);
  g.conditional(ie::event_quota, event_quota);
  g.conditional(ie::quota_holding_time, quota_holding_time);
  g.conditional(ie::dropped_dl_traffic_threshold, dropped_dl_traffic_threshold);
  g.conditional(ie::quota_validity_time, quota_validity_time);
  g.conditional(ie::monitoring_time, monitoring_time);
  g.conditional(ie::subsequent_volume_threshold, subsequent_volume_threshold);
  g.conditional(ie::subsequent_time_threshold, subsequent_time_threshold);
  g.conditional(ie::subsequent_volume_quota, subsequent_volume_quota);
  g.conditional(ie::subsequent_time_quota, subsequent_time_quota);
  g.optional(ie::subsequent_event_threshold, subsequent_event_threshold);
  g.optional(ie::subsequent_event_quota, subsequent_event_quota);
  g.conditional(ie::inactivity_detection_time, inactivity_detection_time);
  g.conditional_list(ie::linked_urr_id, linked_urr_ids);
  g.conditional(ie::measurement_information, measurement_information);
  g.conditional(ie::time_quota_mechanism, time_quota_mechanism);
  g.conditional_list(ie::aggregated_urrs, aggregated_urrs);
  g.conditional(ie::far_id, far_id_for_quota_action);
  g.conditional(ie::ethernet_inactivity_timer, ethernet_inactivity_timer);
  g.optional_list(ie::additional_monitoring_time, additional_monitoring_times);
  g.optional(ie::number_of_reports, number_of_reports);
  g.conditional_list(ie::application_id, exempted_application_ids);
  g.conditional_list(ie::sdf_filter, exempted_sdf_filters);
  g.conditional(ie::user_plane_inactivity_timer, user_plane_inactivity_timer);
}

void UpdateQer::io(Group& g) {
  g.mandatory(ie::qer_id, qer_id);
  g.conditional(ie::qer_correlation_id, qer_correlation_id);
  g.conditional(ie::gate_status, gate_status);
  g.conditional(ie::mbr, mbr);
  g.conditional(ie::gbr, gbr);
  g.conditional(ie::packet_rate, packet_rate);
  g.conditional(ie::dl_flow_level_marking, dl_flow_level_marking);
  g.conditional(ie::qfi, qfi);
  g.conditional(ie::rqi, rqi);
  g.conditional(ie::paging_policy_indicator, paging_policy_indicator);
  g.optional(ie::averaging_window, averaging_window);
  g.conditional(ie::qer_control_indications, qer_control_indications);
}

void RemovePdr::io(Group& g) {
  g.mandatory(ie::pdr_id, pdr_id);
}

void RemoveFar::io(Group& g) {
  g.mandatory(ie::far_id, far_id);
}

void RemoveUrr::io(Group& g) {
  g.mandatory(ie::urr_id, urr_id);
}

void RemoveQer::io(Group& g) {
  g.mandatory(ie::qer_id, qer_id);
}

void QueryUrr::io(Group& g) {
  g.mandatory(ie::urr_id, urr_id);
}

void UpdateBar::io(Group& g) {
  g.mandatory(ie::bar_id, bar_id);
  g.conditional(ie::downlink_data_notification_delay, downlink_data_notification_delay);
  g.conditional(ie::suggested_buffering_packets_count, suggested_buffering_packets_count);
  g.optional(ie::mt_edt_control_information, mt_edt_control_information);
}

void UpdateBarReportResponse::io(Group& g) {
  g.mandatory(ie::bar_id, bar_id);
  g.conditional(ie::downlink_data_notification_delay, downlink_data_notification_delay);
  g.conditional(ie::dl_buffering_duration, dl_buffering_duration);
  g.optional(ie::dl_buffering_suggested_packet_count, dl_buffering_suggested_packet_count);
  g.conditional(ie::suggested_buffering_packets_count, suggested_buffering_packets_count);
}

void RemoveBar::io(Group& g) {
  g.mandatory(ie::bar_id, bar_id);
}

void UpdateTrafficEndpoint::io(Group& g) {
  g.mandatory(ie::traffic_endpoint_id, traffic_endpoint_id);
  g.conditional(ie::f_teid, f_teid);
  g.optional(ie::network_instance, network_instance);
  g.conditional(ie::redundant_transmission_detection_parameters, redundant_transmission_detection_parameters);
  g.conditional_list(ie::ue_ip_address, ue_ip_addresses);
  g.conditional_list(ie::framed_route, framed_routes);
  g.conditional(ie::framed_routing, framed_routing);
  g.conditional_list(ie::framed_ipv6_route, framed_ipv6_routes);
  g.conditional_list(ie::qfi, qfis);
  g.conditional(ie::tgpp_interface_type, tgpp_interface_type);
  g.optional(ie::rat_type, rat_type);
}

void RemoveTrafficEndpoint::io(Group& g) {
  g.mandatory(ie::traffic_endpoint_id, traffic_endpoint_id);
}

void TscManagementModificationRequest::io(Group& g) {
  g.optional(ie::port_management_information_container, port_management_information_container);
  g.optional(ie::user_plane_node_management_information_container, user_plane_node_management_information_container);
  g.conditional(ie::nw_tt_port_number, nw_tt_port_number);
}

void EthernetContextInformation::io(Group& g) {
  g.some(ie::mac_addresses_detected, mac_addresses_detecteds);
}

void QueryPacketRateStatus::io(Group& g) {
  g.mandatory(ie::qer_id, qer_id);
}

void TscManagementModificationResponse::io(Group& g) {
  g.optional(ie::port_management_information_container, port_management_information_container);
  g.optional(ie::user_plane_node_management_information_container, user_plane_node_management_information_container);
  g.conditional(ie::nw_tt_port_number, nw_tt_port_number);
}

void PacketRateStatusReportModification::io(Group& g) {
  g.mandatory(ie::qer_id, qer_id);
  g.mandatory(ie::packet_rate_status, packet_rate_status);
}

void UpdatedPdr::io(Group& g) {
  g.mandatory(ie::pdr_id, pdr_id);
  g.conditional_list(ie::f_teid, f_teids);
  g.conditional_list(ie::ue_ip_address, ue_ip_addresses);
}

void PacketRateStatusReport::io(Group& g) {
  g.mandatory(ie::qer_id, qer_id);
  g.mandatory(ie::packet_rate_status, packet_rate_status);
}

void EthernetTrafficInformation::io(Group& g) {
  g.conditional_list(ie::mac_addresses_detected, mac_addresses_detecteds);
  g.conditional_list(ie::mac_addresses_removed, mac_addresses_removeds);
}

void ApplicationDetectionInformation::io(Group& g) {
  g.mandatory(ie::application_id, application_id);
  g.conditional(ie::application_instance_id, application_instance_id);
  g.conditional(ie::flow_information, flow_information);
  g.optional(ie::pdr_id, pdr_id);
}

void JoinIpMulticastInformation::io(Group& g) {
  g.mandatory(ie::ip_multicast_address, ip_multicast_address);
  g.conditional_list(ie::source_ip_address, source_ip_addresses);
}

void LeaveIpMulticastInformation::io(Group& g) {
  g.mandatory(ie::ip_multicast_address, ip_multicast_address);
  g.conditional_list(ie::source_ip_address, source_ip_addresses);
}

void UsageReportModification::io(Group& g) {
  g.mandatory(ie::urr_id, urr_id);
  g.mandatory(ie::ur_seqn, ur_seqn);
  g.mandatory(ie::usage_report_trigger, usage_report_trigger);
  g.conditional(ie::start_time, start_time);
  g.conditional(ie::end_time, end_time);
  g.conditional(ie::volume_measurement, volume_measurement);
  g.conditional(ie::duration_measurement, duration_measurement);
  g.conditional(ie::time_of_first_packet, time_of_first_packet);
  g.conditional(ie::time_of_last_packet, time_of_last_packet);
  g.conditional(ie::usage_information, usage_information);
  g.conditional(ie::query_urr_reference, query_urr_reference);
  g.conditional(ie::ethernet_traffic_information, ethernet_traffic_information);
}

void UsageReportDeletion::io(Group& g) {
  g.mandatory(ie::urr_id, urr_id);
  g.mandatory(ie::ur_seqn, ur_seqn);
  g.mandatory(ie::usage_report_trigger, usage_report_trigger);
  g.conditional(ie::start_time, start_time);
  g.conditional(ie::end_time, end_time);
  g.conditional(ie::volume_measurement, volume_measurement);
  g.conditional(ie::duration_measurement, duration_measurement);
  g.conditional(ie::time_of_first_packet, time_of_first_packet);
  g.conditional(ie::time_of_last_packet, time_of_last_packet);
  g.conditional(ie::usage_information, usage_information);
  g.conditional(ie::ethernet_traffic_information, ethernet_traffic_information);
}

void UsageReport::io(Group& g) {
  g.mandatory(ie::urr_id, urr_id);
  g.mandatory(ie::ur_seqn, ur_seqn);
  g.mandatory(ie::usage_report_trigger, usage_report_trigger);
  g.conditional(ie::start_time, start_time);
  g.conditional(ie::end_time, end_time);
  g.conditional(ie::volume_measurement, volume_measurement);
  g.conditional(ie::duration_measurement, duration_measurement);
  g.conditional(ie::application_detection_information, application_detection_information);
  g.conditional(ie::ue_ip_address, ue_ip_address);
  g.conditional(ie::network_instance, network_instance);
  g.conditional(ie::time_of_first_packet, time_of_first_packet);
  g.conditional(ie::time_of_last_packet, time_of_last_packet);
  g.conditional(ie::usage_information, usage_information);
  g.conditional(ie::query_urr_reference, query_urr_reference);
  g.conditional_list(ie::time_stamp, event_time_stamps);
  g.conditional(ie::ethernet_traffic_information, ethernet_traffic_information);
  g.conditional_list(ie::join_ip_multicast_information, join_ip_multicast_information);
  g.conditional_list(ie::leave_ip_multicast_information, leave_ip_multicast_information);
  g.optional_list(ie::predefined_rules_name, predefined_rules_names);
}

void DownlinkDataReport::io(Group& g) {
  g.some(ie::pdr_id, pdr_ids);
  g.conditional_list(ie::downlink_data_service_information, downlink_data_service_information);
  g.optional(ie::dl_data_packets_size, dl_data_packets_size);
  g.optional(ie::data_status, data_status);
}

void ErrorIndicationReport::io(Group& g) {
  g.some(ie::f_teid, remote_f_teids);
}

void TscManagementReport::io(Group& g) {
  g.optional(ie::port_management_information_container, port_management_information_container);
  g.optional(ie::user_plane_node_management_information_container, user_plane_node_management_information_container);
  g.conditional(ie::nw_tt_port_number, nw_tt_port_number);
}

void AccessAvailabilityReport::io(Group& g) {
  g.some(ie::access_availability_information, access_availability_information);
}

void QosMonitoringReport::io(Group& g) {
  g.mandatory(ie::qfi, qfi);
  g.mandatory(ie::qos_monitoring_measurement, qos_monitoring_measurement);
  g.mandatory(ie::time_stamp, time_stamp);
  g.optional(ie::start_time, start_time);
}

void SessionReport::io(Group& g) {
  g.mandatory(ie::srr_id, srr_id);
  g.conditional(ie::access_availability_report, access_availability_report);
  g.conditional_list(ie::qos_monitoring_report, qos_monitoring_reports);
}

void PfdContext::io(Group& g) {
  g.some(ie::pfd_contents, pfd_contents);
}

void ApplicationIdsPfds::io(Group& g) {
  g.mandatory(ie::application_id, application_id);
  g.conditional_list(ie::pfd_context, pfd_contexts);
}

void SessionRetentionInformation::io(Group& g) {
  g.optional_list(ie::cp_pfcp_entity_ip_address, cp_pfcp_entity_ip_addresses);
}

void UeIpAddressPoolInformation::io(Group& g) {
  g.some(ie::ue_ip_address_pool_identity, ue_ip_address_pool_identities);
  g.optional(ie::network_instance, network_instance);
  g.optional_list(ie::s_nssai, s_nssais);
  g.optional(ie::ip_version, ip_version);
}

void ClockDriftControlInformation::io(Group& g) {
  g.mandatory(ie::requested_clock_drift_information, requested_clock_drift_information);
  g.conditional_list(ie::time_domain_number, time_domain_numbers);
  g.conditional(ie::configured_time_domain, configured_time_domain);
  g.conditional(ie::time_offset_threshold, time_offset_threshold);
  g.conditional(ie::cumulative_rateratio_threshold, cumulative_rateratio_threshold);
}

void GtpuPathQosControlInformation::io(Group& g) {
  g.conditional_list(ie::remote_gtp_u_peer, remote_gtp_u_peers);
  g.conditional(ie::gtp_u_path_interface_type, gtp_u_path_interface_type);
  g.mandatory(ie::qos_report_trigger, qos_report_trigger);
  g.conditional_list(ie::transport_level_marking, dscps);
  g.conditional(ie::measurement_period, measurement_period);
  g.conditional(ie::average_packet_delay, average_packet_delay_threshold);
  g.conditional(ie::minimum_packet_delay, minimum_packet_delay_threshold);
  g.conditional(ie::maximum_packet_delay, maximum_packet_delay_threshold);
  g.conditional(ie::timer, minimum_waiting_time);
}

void UeIpAddressUsageInformation::io(Group& g) {
  g.mandatory(ie::sequence_number, sequence_number);
  g.mandatory(ie::metric, metric);
  g.mandatory(ie::validity_timer, validity_timer);
  g.mandatory(ie::number_of_ue_ip_addresses, number_of_ue_ip_addresses);
  g.mandatory(ie::network_instance, network_instance);
  g.optional_list(ie::ue_ip_address_pool_identity, ue_ip_address_pool_identities);
  g.optional(ie::s_nssai, s_nssai);
}

void UserPlanePathFailureReport::io(Group& g) {
  g.some(ie::remote_gtp_u_peer, remote_gtp_u_peers);
}

void UserPlanePathRecoveryReport::io(Group& g) {
  g.some(ie::remote_gtp_u_peer, remote_gtp_u_peers);
}

void ClockDriftReport::io(Group& g) {
  g.mandatory(ie::time_domain_number, time_domain_number);
  g.optional(ie::time_offset_measurement, time_offset_measurement);
  g.optional(ie::cumulative_rateratio_measurement, cumulative_rateratio_measurement);
  g.optional(ie::time_stamp, time_stamp);
  g.conditional(ie::network_instance, network_instance);
  g.conditional(ie::apn_dnn, apn_dnn);
  g.conditional(ie::s_nssai, s_nssai);
}

void QosInformation::io(Group& g) {
  g.mandatory(ie::average_packet_delay, average_packet_delay);
  g.conditional(ie::minimum_packet_delay, minimum_packet_delay);
  g.conditional(ie::maximum_packet_delay, maximum_packet_delay);
  g.conditional(ie::transport_level_marking, dscp);
}

void GtpuPathQosReport::io(Group& g) {
  g.mandatory(ie::remote_gtp_u_peer, remote_gtp_u_peer);
  g.conditional(ie::gtp_u_path_interface_type, gtp_u_path_interface_type);
  g.mandatory(ie::qos_report_trigger, qos_report_trigger);
  g.mandatory(ie::time_stamp, time_stamp);
  g.conditional(ie::start_time, start_time);
  g.some(ie::qos_information_in_gtp_u_path_qos_report, qos_information_in_gtp_u_path_qos_reports);
}

void PeerUpRestartReport::io(Group& g) {
  g.some(ie::remote_gtp_u_peer, remote_gtp_u_peers);
}

void SessionChangeInfo::io(Group& g) {
  g.conditional_list(ie::fq_csid, pgw_c_smf_fq_csids);
  g.conditional_list(ie::group_id, group_ids);
  g.conditional_list(ie::cp_ip_address, cp_ip_addresses);
  g.mandatory(ie::alternative_smf_ip_address, alternative_smf_ip_address);
}

}  // namespace sen::pfcp
