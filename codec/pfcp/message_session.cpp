// The field lists of the session related messages (TS 29.244 7.5).
#include "codec/pfcp/message.h"

#include "codec/pfcp/wire.h"

namespace sen::pfcp {

void SessionEstablishmentRequest::io(Group& g) {
  g.mandatory(ie::node_id, node_id);
  g.mandatory(ie::f_seid, cp_f_seid);
  g.some(ie::create_pdr, create_pdrs);
  g.some(ie::create_far, create_fars);
  g.conditional_list(ie::create_urr, create_urrs);
  g.conditional_list(ie::create_qer, create_qers);
  g.optional_list(ie::create_bar, create_bars);
  g.conditional_list(ie::create_traffic_endpoint, create_traffic_endpoints);
  g.conditional(ie::pdn_type, pdn_type);
  g.conditional_list(ie::fq_csid, fq_csids);
  g.optional(ie::user_plane_inactivity_timer, user_plane_inactivity_timer);
  g.optional(ie::user_id, user_id);
  g.optional(ie::trace_information, trace_information);
  g.optional(ie::apn_dnn, apn_dnn);
  g.conditional_list(ie::create_mar, create_mars);
  g.conditional(ie::pfcpsereq_flags, pfcpsereq_flags);
  g.conditional(ie::create_bridge_info_for_tsc, create_bridge_info_for_tsc);
  g.optional_list(ie::create_srr, create_srrs);
  g.conditional(ie::provide_atsss_control_information, provide_atsss_control_information);
  g.optional(ie::recovery_time_stamp, recovery_time_stamp);
  g.optional(ie::s_nssai, s_nssai);
  g.optional(ie::provide_rds_configuration_information, provide_rds_configuration_information);
  g.optional(ie::rat_type, rat_type);
  g.conditional_list(ie::l2tp_tunnel_information, l2tp_tunnel_information);
  g.conditional(ie::l2tp_session_information, l2tp_session_information);
  g.optional(ie::group_id, group_id);
  g.conditional(ie::mbs_session_n4mb_control_information, mbs_session_n4mb_control_information);
  g.conditional_list(ie::mbs_session_n4_control_information, mbs_session_n4_control_information);
  g.optional_list(ie::dscp_to_ppi_control_information, dscp_to_ppi_control_information);
}

void SessionEstablishmentResponse::io(Group& g) {
  g.mandatory(ie::node_id, node_id);
  g.mandatory(ie::cause, cause);
  g.conditional(ie::offending_ie, offending_ie);
  g.conditional(ie::f_seid, up_f_seid);
  g.conditional_list(ie::created_pdr, created_pdrs);
  g.optional(ie::load_control_information, load_control_information);
  g.optional(ie::overload_control_information, overload_control_information);
  g.conditional_list(ie::fq_csid, fq_csids);
  g.conditional(ie::failed_rule_id, failed_rule_id);
  g.conditional_list(ie::created_traffic_endpoint, created_traffic_endpoints);
  g.conditional(ie::created_bridge_info_for_tsc, created_bridge_info_for_tsc);
  g.conditional(ie::atsss_control_parameters, atsss_control_parameters);
  g.optional(ie::rds_configuration_information, rds_configuration_information);
  g.conditional_list(ie::partial_failure_information, partial_failure_information);
  g.optional(ie::created_l2tp_session, created_l2tp_session);
  g.conditional(ie::mbs_session_n4mb_information, mbs_session_n4mb_information);
  g.conditional_list(ie::mbs_session_n4_information, mbs_session_n4_information);
}

void SessionModificationRequest::io(Group& g) {
  g.conditional(ie::f_seid, cp_f_seid);
  g.conditional_list(ie::remove_pdr, remove_pdrs);
  g.conditional_list(ie::remove_far, remove_fars);
  g.conditional_list(ie::remove_urr, remove_urrs);
  g.conditional_list(ie::remove_qer, remove_qers);
  g.conditional_list(ie::remove_bar, remove_bars);
  g.conditional_list(ie::remove_traffic_endpoint, remove_traffic_endpoints);
  g.conditional_list(ie::create_pdr, create_pdrs);
  g.conditional_list(ie::create_far, create_fars);
  g.conditional_list(ie::create_urr, create_urrs);
  g.conditional_list(ie::create_qer, create_qers);
  g.conditional_list(ie::create_bar, create_bars);
  g.conditional_list(ie::create_traffic_endpoint, create_traffic_endpoints);
  g.conditional_list(ie::update_pdr, update_pdrs);
  g.conditional_list(ie::update_far, update_fars);
  g.conditional_list(ie::update_urr, update_urrs);
  g.conditional_list(ie::update_qer, update_qers);
  g.conditional_list(ie::update_bar_modification, update_bars);
  g.conditional_list(ie::update_traffic_endpoint, update_traffic_endpoints);
  g.conditional(ie::pfcpsmreq_flags, pfcpsmreq_flags);
  g.conditional_list(ie::query_urr, query_urrs);
  g.conditional_list(ie::fq_csid, fq_csids);
  g.conditional(ie::user_plane_inactivity_timer, user_plane_inactivity_timer);
  g.optional(ie::query_urr_reference, query_urr_reference);
  g.optional(ie::trace_information, trace_information);
  g.conditional_list(ie::remove_mar, remove_mars);
  g.conditional_list(ie::update_mar, update_mars);
  g.conditional_list(ie::create_mar, create_mars);
  g.conditional(ie::node_id, node_id);
  g.conditional_list(ie::tsc_management_modification_request, tsc_management_information);
  g.conditional_list(ie::remove_srr, remove_srrs);
  g.conditional_list(ie::create_srr, create_srrs);
  g.conditional_list(ie::update_srr, update_srrs);
  g.conditional(ie::provide_atsss_control_information, provide_atsss_control_information);
  g.conditional(ie::ethernet_context_information, ethernet_context_information);
  g.optional_list(ie::access_availability_information, access_availability_information);
  g.conditional_list(ie::query_packet_rate_status, query_packet_rate_status);
  g.optional(ie::s_nssai, s_nssai);
  g.conditional(ie::rat_type, rat_type);
  g.conditional(ie::group_id, group_id);
  g.conditional_list(ie::mbs_session_n4_control_information, mbs_session_n4_control_information);
  g.conditional_list(ie::dscp_to_ppi_control_information, dscp_to_ppi_control_information);
}

void SessionModificationResponse::io(Group& g) {
  g.mandatory(ie::cause, cause);
  g.conditional(ie::offending_ie, offending_ie);
  g.conditional_list(ie::created_pdr, created_pdrs);
  g.optional(ie::load_control_information, load_control_information);
  g.optional(ie::overload_control_information, overload_control_information);
  g.conditional_list(ie::usage_report_modification, usage_reports);
  g.conditional(ie::failed_rule_id, failed_rule_id);
  g.conditional(ie::additional_usage_reports_information, additional_usage_reports_information);
  g.conditional_list(ie::created_traffic_endpoint, created_traffic_endpoints);
  g.conditional_list(ie::tsc_management_modification_response, tsc_management_information);
  g.conditional(ie::atsss_control_parameters, atsss_control_parameters);
  g.conditional_list(ie::updated_pdr, updated_pdrs);
  g.conditional_list(ie::packet_rate_status_report_modification, packet_rate_status_reports);
  g.conditional_list(ie::partial_failure_information, partial_failure_information);
  g.conditional_list(ie::mbs_session_n4_information, mbs_session_n4_information);
}

void SessionDeletionRequest::io(Group& g) {
  g.conditional(ie::f_seid, cp_f_seid);
  g.conditional(ie::node_id, node_id);
}

void SessionDeletionResponse::io(Group& g) {
  g.mandatory(ie::cause, cause);
  g.conditional(ie::offending_ie, offending_ie);
  g.optional(ie::load_control_information, load_control_information);
  g.optional(ie::overload_control_information, overload_control_information);
  g.conditional_list(ie::usage_report_deletion, usage_reports);
  g.conditional(ie::additional_usage_reports_information, additional_usage_reports_information);
  g.conditional_list(ie::packet_rate_status_report, packet_rate_status_reports);
  g.conditional_list(ie::session_report, session_reports);
  g.conditional_list(ie::mbs_session_n4_information, mbs_session_n4_information);
  g.conditional(ie::pfcpsdrsp_flags, pfcpsdrsp_flags);
}

void SessionReportRequest::io(Group& g) {
  g.mandatory(ie::report_type, report_type);
  g.conditional(ie::downlink_data_report, downlink_data_report);
  g.conditional_list(ie::usage_report_report, usage_reports);
  g.conditional(ie::error_indication_report, error_indication_report);
  g.optional(ie::load_control_information, load_control_information);
  g.optional(ie::overload_control_information, overload_control_information);
  g.conditional(ie::additional_usage_reports_information, additional_usage_reports_information);
  g.conditional(ie::pfcpsrreq_flags, pfcpsrreq_flags);
  g.conditional(ie::f_seid, old_cp_f_seid);
  g.conditional(ie::packet_rate_status_report, packet_rate_status_report);
  g.conditional_list(ie::tsc_management_report_request, tsc_management_information);
  g.conditional_list(ie::session_report, session_reports);
  g.optional(ie::cause, cause);
}

void SessionReportResponse::io(Group& g) {
  g.mandatory(ie::cause, cause);
  g.conditional(ie::offending_ie, offending_ie);
  g.conditional(ie::update_bar_report_response, update_bar);
  g.conditional(ie::pfcpsrrsp_flags, pfcpsrrsp_flags);
  g.optional(ie::f_seid, cp_f_seid);
  g.optional(ie::f_teid, n4_u_f_teid);
  g.optional(ie::alternative_smf_ip_address, alternative_smf_ip_address);
  g.optional(ie::fq_csid, fq_csid);
  g.conditional(ie::group_id, group_id);
  g.conditional(ie::node_id, node_id);
}

}  // namespace sen::pfcp
