// The field lists of the node related messages (TS 29.244 7.4).
#include "codec/pfcp/message.h"

#include "codec/pfcp/wire.h"

namespace sen::pfcp {

void HeartbeatRequest::io(Group& g) {
  g.mandatory(ie::recovery_time_stamp, recovery_time_stamp);
  g.optional(ie::source_ip_address, source_ip_address);
}

void HeartbeatResponse::io(Group& g) {
  g.mandatory(ie::recovery_time_stamp, recovery_time_stamp);
}

void PfdManagementRequest::io(Group& g) {
  g.conditional_list(ie::application_ids_pfds, application_ids_pfds);
  g.optional(ie::node_id, node_id);
}

void PfdManagementResponse::io(Group& g) {
  g.mandatory(ie::cause, cause);
  g.conditional(ie::offending_ie, offending_ie);
  g.optional(ie::node_id, node_id);
}

void AssociationSetupRequest::io(Group& g) {
  g.mandatory(ie::node_id, node_id);
  g.mandatory(ie::recovery_time_stamp, recovery_time_stamp);
  g.conditional(ie::up_function_features, up_function_features);
  g.conditional(ie::cp_function_features, cp_function_features);
  g.conditional_list(ie::user_plane_ip_resource_information, user_plane_ip_resource_information);
  g.optional_list(ie::alternative_smf_ip_address, alternative_smf_ip_addresses);
  g.conditional(ie::smf_set_id, smf_set_id);
  g.optional(ie::pfcp_session_retention_information, pfcp_session_retention_information);
  g.optional_list(ie::ue_ip_address_pool_information, ue_ip_address_pool_information);
  g.conditional_list(ie::gtp_u_path_qos_control_information, gtp_u_path_qos_control_information);
  g.optional_list(ie::clock_drift_control_information, clock_drift_control_information);
  g.optional(ie::nf_instance_id, upf_instance_id);
  g.optional(ie::pfcpasreq_flags, pfcpasreq_flags);
}

void AssociationSetupResponse::io(Group& g) {
  g.mandatory(ie::node_id, node_id);
  g.mandatory(ie::cause, cause);
  g.mandatory(ie::recovery_time_stamp, recovery_time_stamp);
  g.conditional(ie::up_function_features, up_function_features);
  g.conditional(ie::cp_function_features, cp_function_features);
  g.conditional_list(ie::user_plane_ip_resource_information, user_plane_ip_resource_information);
  g.optional_list(ie::alternative_smf_ip_address, alternative_smf_ip_addresses);
  g.conditional(ie::smf_set_id, smf_set_id);
  g.optional(ie::pfcpasrsp_flags, pfcpasrsp_flags);
  g.conditional_list(ie::clock_drift_control_information, clock_drift_control_information);
  g.optional_list(ie::ue_ip_address_pool_information, ue_ip_address_pool_information);
  g.conditional_list(ie::gtp_u_path_qos_control_information, gtp_u_path_qos_control_information);
  g.optional(ie::nf_instance_id, upf_instance_id);
}

void AssociationUpdateRequest::io(Group& g) {
  g.mandatory(ie::node_id, node_id);
  g.optional(ie::up_function_features, up_function_features);
  g.optional(ie::cp_function_features, cp_function_features);
  g.conditional_list(ie::user_plane_ip_resource_information, user_plane_ip_resource_information);
  g.conditional(ie::pfcp_association_release_request, pfcp_association_release_request);
  g.conditional(ie::graceful_release_period, graceful_release_period);
  g.optional(ie::pfcpaureq_flags, pfcpaureq_flags);
  g.optional_list(ie::alternative_smf_ip_address, alternative_smf_ip_addresses);
  g.optional(ie::smf_set_id, smf_set_id);
  g.conditional_list(ie::clock_drift_control_information, clock_drift_control_information);
  g.optional_list(ie::ue_ip_address_pool_information, ue_ip_address_pool_information);
  g.conditional_list(ie::gtp_u_path_qos_control_information, gtp_u_path_qos_control_information);
  g.optional_list(ie::ue_ip_address_usage_information, ue_ip_address_usage_information);
}

void AssociationUpdateResponse::io(Group& g) {
  g.mandatory(ie::node_id, node_id);
  g.mandatory(ie::cause, cause);
  g.optional(ie::up_function_features, up_function_features);
  g.optional(ie::cp_function_features, cp_function_features);
  g.optional_list(ie::ue_ip_address_usage_information, ue_ip_address_usage_information);
}

void AssociationReleaseRequest::io(Group& g) {
  g.mandatory(ie::node_id, node_id);
}

void AssociationReleaseResponse::io(Group& g) {
  g.mandatory(ie::node_id, node_id);
  g.mandatory(ie::cause, cause);
}

void VersionNotSupportedResponse::io(Group&) {}

void NodeReportRequest::io(Group& g) {
  g.mandatory(ie::node_id, node_id);
  g.mandatory(ie::node_report_type, node_report_type);
  g.conditional(ie::vendor_specific_node_report_type, vendor_specific_node_report_type);
  g.conditional(ie::user_plane_path_failure_report, user_plane_path_failure_report);
  g.conditional(ie::user_plane_path_recovery_report, user_plane_path_recovery_report);
  g.conditional_list(ie::clock_drift_report, clock_drift_reports);
  g.conditional_list(ie::gtp_u_path_qos_report, gtp_u_path_qos_reports);
  g.conditional(ie::peer_up_restart_report, peer_up_restart_report);
}

void NodeReportResponse::io(Group& g) {
  g.mandatory(ie::node_id, node_id);
  g.mandatory(ie::cause, cause);
  g.conditional(ie::offending_ie, offending_ie);
}

void SessionSetDeletionRequest::io(Group& g) {
  g.mandatory(ie::node_id, node_id);
  g.conditional_list(ie::fq_csid, fq_csids);
}

void SessionSetDeletionResponse::io(Group& g) {
  g.mandatory(ie::node_id, node_id);
  g.mandatory(ie::cause, cause);
  g.conditional(ie::offending_ie, offending_ie);
}

void SessionSetModificationRequest::io(Group& g) {
  g.mandatory(ie::node_id, node_id);
  g.some(ie::pfcp_session_change_info, pfcp_session_change_info);
}

void SessionSetModificationResponse::io(Group& g) {
  g.mandatory(ie::node_id, node_id);
  g.mandatory(ie::cause, cause);
  g.conditional(ie::offending_ie, offending_ie);
}

}  // namespace sen::pfcp
