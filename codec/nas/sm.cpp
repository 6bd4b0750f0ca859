#include "codec/nas/sm.h"

#include "codec/nas/table.h"

namespace sen::nas {

static constexpr Row pdu_session_establishment_request_rows[] = {
    v<&PduSessionEstablishmentRequest::integrity_rate>("Integrity protection maximum data rate"),
    t1<&PduSessionEstablishmentRequest::type>(0x90, "PDU session type"),
    t1<&PduSessionEstablishmentRequest::ssc_mode>(0xA0, "SSC mode"),
    tlv<&PduSessionEstablishmentRequest::capability>(0x28, "5GSM capability"),
    tv<&PduSessionEstablishmentRequest::maximum_packet_filters>(0x55, "Maximum number of supported packet filters"),
    t1<&PduSessionEstablishmentRequest::always_on>(0xB0, "Always-on PDU session requested"),
    tlv<&PduSessionEstablishmentRequest::dn_request>(0x39, "SM PDU DN request container"),
    tlv_e<&PduSessionEstablishmentRequest::pco>(0x7b, "Extended protocol configuration options"),
    tlv<&PduSessionEstablishmentRequest::ip_header_compression>(0x66, "IP header compression configuration"),
    tlv<&PduSessionEstablishmentRequest::ds_tt_mac>(0x6e, "DS-TT Ethernet port MAC address"),
    tlv<&PduSessionEstablishmentRequest::ds_tt_residence>(0x6f, "UE-DS-TT residence time"),
    tlv_e<&PduSessionEstablishmentRequest::port_management>(0x74, "Port management information container"),
    tlv<&PduSessionEstablishmentRequest::ethernet_header_compression>(0x1f, "Ethernet header compression configuration"),
    tlv<&PduSessionEstablishmentRequest::suggested_interface>(0x29, "Suggested interface identifier"),
    tlv_e<&PduSessionEstablishmentRequest::service_level_aa>(0x72, "Service-level-AA container"),
    tlv_e<&PduSessionEstablishmentRequest::requested_mbs>(0x70, "Requested MBS container"),
    tlv<&PduSessionEstablishmentRequest::pair_id>(0x34, "PDU session pair ID"),
    tlv<&PduSessionEstablishmentRequest::rsn>(0x35, "RSN"),
};
const Table PduSessionEstablishmentRequest::table =
    make_table<PduSessionEstablishmentRequest>(MessageType::pdu_session_establishment_request, "PDU session establishment request",
                                               Direction::uplink, pdu_session_establishment_request_rows);

static constexpr Row pdu_session_establishment_accept_rows[] = {
    v<&PduSessionEstablishmentAccept::ssc_mode>("Selected SSC mode"),
    v<&PduSessionEstablishmentAccept::type>("Selected PDU session type"),
    lv_e<&PduSessionEstablishmentAccept::qos_rules>("Authorized QoS rules"),
    lv<&PduSessionEstablishmentAccept::ambr>("Session AMBR"),
    tv<&PduSessionEstablishmentAccept::cause>(0x59, "5GSM cause"),
    tlv<&PduSessionEstablishmentAccept::address>(0x29, "PDU address"),
    tv<&PduSessionEstablishmentAccept::rq_timer>(0x56, "RQ timer value"),
    tlv<&PduSessionEstablishmentAccept::s_nssai>(0x22, "S-NSSAI"),
    t1<&PduSessionEstablishmentAccept::always_on>(0x80, "Always-on PDU session indication"),
    tlv_e<&PduSessionEstablishmentAccept::mapped_eps_bearers>(0x75, "Mapped EPS bearer contexts"),
    tlv_e<&PduSessionEstablishmentAccept::eap>(0x78, "EAP message"),
    tlv_e<&PduSessionEstablishmentAccept::qos_flows>(0x79, "Authorized QoS flow descriptions"),
    tlv_e<&PduSessionEstablishmentAccept::pco>(0x7b, "Extended protocol configuration options"),
    tlv<&PduSessionEstablishmentAccept::dnn>(0x25, "DNN"),
    tlv<&PduSessionEstablishmentAccept::network_features>(0x17, "5GSM network feature support"),
    tlv<&PduSessionEstablishmentAccept::serving_plmn_rate>(0x18, "Serving PLMN rate control"),
    tlv_e<&PduSessionEstablishmentAccept::atsss>(0x77, "ATSSS container"),
    t1<&PduSessionEstablishmentAccept::control_plane_only>(0xC0, "Control plane only indication"),
    tlv<&PduSessionEstablishmentAccept::ip_header_compression>(0x66, "IP header compression configuration"),
    tlv<&PduSessionEstablishmentAccept::ethernet_header_compression>(0x1f, "Ethernet header compression configuration"),
    tlv_e<&PduSessionEstablishmentAccept::service_level_aa>(0x72, "Service-level-AA container"),
    tlv_e<&PduSessionEstablishmentAccept::received_mbs>(0x71, "Received MBS container"),
};
const Table PduSessionEstablishmentAccept::table =
    make_table<PduSessionEstablishmentAccept>(MessageType::pdu_session_establishment_accept, "PDU session establishment accept",
                                              Direction::downlink, pdu_session_establishment_accept_rows);

static constexpr Row pdu_session_establishment_reject_rows[] = {
    v<&PduSessionEstablishmentReject::cause>("5GSM cause"),
    tlv<&PduSessionEstablishmentReject::back_off>(0x37, "Back-off timer value"),
    t1<&PduSessionEstablishmentReject::allowed_ssc>(0xF0, "Allowed SSC mode"),
    tlv_e<&PduSessionEstablishmentReject::eap>(0x78, "EAP message"),
    tlv<&PduSessionEstablishmentReject::congestion_reattempt>(0x61, "5GSM congestion re-attempt indicator"),
    tlv_e<&PduSessionEstablishmentReject::pco>(0x7b, "Extended protocol configuration options"),
    tlv<&PduSessionEstablishmentReject::reattempt>(0x1d, "Re-attempt indicator"),
    tlv_e<&PduSessionEstablishmentReject::service_level_aa>(0x72, "Service-level-AA container"),
};
const Table PduSessionEstablishmentReject::table =
    make_table<PduSessionEstablishmentReject>(MessageType::pdu_session_establishment_reject, "PDU session establishment reject",
                                              Direction::downlink, pdu_session_establishment_reject_rows);

static constexpr Row pdu_session_authentication_command_rows[] = {
    lv_e<&PduSessionAuthenticationCommand::eap>("EAP message"),
    tlv_e<&PduSessionAuthenticationCommand::pco>(0x7b, "Extended protocol configuration options"),
};
const Table PduSessionAuthenticationCommand::table =
    make_table<PduSessionAuthenticationCommand>(MessageType::pdu_session_authentication_command, "PDU session authentication command",
                                                Direction::downlink, pdu_session_authentication_command_rows);

static constexpr Row pdu_session_authentication_complete_rows[] = {
    lv_e<&PduSessionAuthenticationComplete::eap>("EAP message"),
    tlv_e<&PduSessionAuthenticationComplete::pco>(0x7b, "Extended protocol configuration options"),
};
const Table PduSessionAuthenticationComplete::table =
    make_table<PduSessionAuthenticationComplete>(MessageType::pdu_session_authentication_complete, "PDU session authentication complete",
                                                 Direction::uplink, pdu_session_authentication_complete_rows);

static constexpr Row pdu_session_authentication_result_rows[] = {
    tlv_e<&PduSessionAuthenticationResult::eap>(0x78, "EAP message"),
    tlv_e<&PduSessionAuthenticationResult::pco>(0x7b, "Extended protocol configuration options"),
};
const Table PduSessionAuthenticationResult::table =
    make_table<PduSessionAuthenticationResult>(MessageType::pdu_session_authentication_result, "PDU session authentication result",
                                               Direction::downlink, pdu_session_authentication_result_rows);

static constexpr Row pdu_session_modification_request_rows[] = {
    tlv<&PduSessionModificationRequest::capability>(0x28, "5GSM capability"),
    tv<&PduSessionModificationRequest::cause>(0x59, "5GSM cause"),
    tv<&PduSessionModificationRequest::maximum_packet_filters>(0x55, "Maximum number of supported packet filters"),
    t1<&PduSessionModificationRequest::always_on>(0xB0, "Always-on PDU session requested"),
    tv<&PduSessionModificationRequest::integrity_rate>(0x13, "Integrity protection maximum data rate"),
    tlv_e<&PduSessionModificationRequest::qos_rules>(0x7a, "Requested QoS rules"),
    tlv_e<&PduSessionModificationRequest::qos_flows>(0x79, "Requested QoS flow descriptions"),
    tlv_e<&PduSessionModificationRequest::mapped_eps_bearers>(0x75, "Mapped EPS bearer contexts"),
    tlv_e<&PduSessionModificationRequest::pco>(0x7b, "Extended protocol configuration options"),
    tlv_e<&PduSessionModificationRequest::port_management>(0x74, "Port management information container"),
    tlv<&PduSessionModificationRequest::ip_header_compression>(0x66, "IP header compression configuration"),
    tlv<&PduSessionModificationRequest::ethernet_header_compression>(0x1f, "Ethernet header compression configuration"),
    tlv_e<&PduSessionModificationRequest::requested_mbs>(0x70, "Requested MBS container"),
    tlv_e<&PduSessionModificationRequest::service_level_aa>(0x72, "Service-level-AA container"),
};
const Table PduSessionModificationRequest::table =
    make_table<PduSessionModificationRequest>(MessageType::pdu_session_modification_request, "PDU session modification request",
                                              Direction::uplink, pdu_session_modification_request_rows);

static constexpr Row pdu_session_modification_reject_rows[] = {
    v<&PduSessionModificationReject::cause>("5GSM cause"),
    tlv<&PduSessionModificationReject::back_off>(0x37, "Back-off timer value"),
    tlv<&PduSessionModificationReject::congestion_reattempt>(0x61, "5GSM congestion re-attempt indicator"),
    tlv_e<&PduSessionModificationReject::pco>(0x7b, "Extended protocol configuration options"),
    tlv<&PduSessionModificationReject::reattempt>(0x1d, "Re-attempt indicator"),
};
const Table PduSessionModificationReject::table =
    make_table<PduSessionModificationReject>(MessageType::pdu_session_modification_reject, "PDU session modification reject",
                                             Direction::downlink, pdu_session_modification_reject_rows);

static constexpr Row pdu_session_modification_command_rows[] = {
    tv<&PduSessionModificationCommand::cause>(0x59, "5GSM cause"),
    tlv<&PduSessionModificationCommand::ambr>(0x2a, "Session AMBR"),
    tv<&PduSessionModificationCommand::rq_timer>(0x56, "RQ timer value"),
    t1<&PduSessionModificationCommand::always_on>(0x80, "Always-on PDU session indication"),
    tlv_e<&PduSessionModificationCommand::qos_rules>(0x7a, "Authorized QoS rules"),
    tlv_e<&PduSessionModificationCommand::mapped_eps_bearers>(0x75, "Mapped EPS bearer contexts"),
    tlv_e<&PduSessionModificationCommand::qos_flows>(0x79, "Authorized QoS flow descriptions"),
    tlv_e<&PduSessionModificationCommand::pco>(0x7b, "Extended protocol configuration options"),
    tlv_e<&PduSessionModificationCommand::atsss>(0x77, "ATSSS container"),
    tlv<&PduSessionModificationCommand::ip_header_compression>(0x66, "IP header compression configuration"),
    tlv_e<&PduSessionModificationCommand::port_management>(0x74, "Port management information container"),
    tlv<&PduSessionModificationCommand::serving_plmn_rate>(0x1e, "Serving PLMN rate control"),
    tlv<&PduSessionModificationCommand::ethernet_header_compression>(0x1f, "Ethernet header compression configuration"),
    tlv_e<&PduSessionModificationCommand::received_mbs>(0x71, "Received MBS container"),
    tlv_e<&PduSessionModificationCommand::service_level_aa>(0x72, "Service-level-AA container"),
};
const Table PduSessionModificationCommand::table =
    make_table<PduSessionModificationCommand>(MessageType::pdu_session_modification_command, "PDU session modification command",
                                              Direction::downlink, pdu_session_modification_command_rows);

static constexpr Row pdu_session_modification_complete_rows[] = {
    tlv_e<&PduSessionModificationComplete::pco>(0x7b, "Extended protocol configuration options"),
    tlv_e<&PduSessionModificationComplete::port_management>(0x74, "Port management information container"),
};
const Table PduSessionModificationComplete::table =
    make_table<PduSessionModificationComplete>(MessageType::pdu_session_modification_complete, "PDU session modification complete",
                                               Direction::uplink, pdu_session_modification_complete_rows);

static constexpr Row pdu_session_modification_command_reject_rows[] = {
    v<&PduSessionModificationCommandReject::cause>("5GSM cause"),
    tlv_e<&PduSessionModificationCommandReject::pco>(0x7b, "Extended protocol configuration options"),
};
const Table PduSessionModificationCommandReject::table = make_table<PduSessionModificationCommandReject>(
    MessageType::pdu_session_modification_command_reject, "PDU session modification command reject", Direction::uplink,
    pdu_session_modification_command_reject_rows);

static constexpr Row pdu_session_release_request_rows[] = {
    tv<&PduSessionReleaseRequest::cause>(0x59, "5GSM cause"),
    tlv_e<&PduSessionReleaseRequest::pco>(0x7b, "Extended protocol configuration options"),
};
const Table PduSessionReleaseRequest::table = make_table<PduSessionReleaseRequest>(
    MessageType::pdu_session_release_request, "PDU session release request", Direction::uplink, pdu_session_release_request_rows);

static constexpr Row pdu_session_release_reject_rows[] = {
    v<&PduSessionReleaseReject::cause>("5GSM cause"),
    tlv_e<&PduSessionReleaseReject::pco>(0x7b, "Extended protocol configuration options"),
};
const Table PduSessionReleaseReject::table = make_table<PduSessionReleaseReject>(
    MessageType::pdu_session_release_reject, "PDU session release reject", Direction::downlink, pdu_session_release_reject_rows);

static constexpr Row pdu_session_release_command_rows[] = {
    v<&PduSessionReleaseCommand::cause>("5GSM cause"),
    tlv<&PduSessionReleaseCommand::back_off>(0x37, "Back-off timer value"),
    tlv_e<&PduSessionReleaseCommand::eap>(0x78, "EAP message"),
    tlv<&PduSessionReleaseCommand::congestion_reattempt>(0x61, "5GSM congestion re-attempt indicator"),
    tlv_e<&PduSessionReleaseCommand::pco>(0x7b, "Extended protocol configuration options"),
    t1<&PduSessionReleaseCommand::access_type>(0xD0, "Access type"),
    tlv_e<&PduSessionReleaseCommand::service_level_aa>(0x72, "Service-level-AA container"),
};
const Table PduSessionReleaseCommand::table = make_table<PduSessionReleaseCommand>(
    MessageType::pdu_session_release_command, "PDU session release command", Direction::downlink, pdu_session_release_command_rows);

static constexpr Row pdu_session_release_complete_rows[] = {
    tv<&PduSessionReleaseComplete::cause>(0x59, "5GSM cause"),
    tlv_e<&PduSessionReleaseComplete::pco>(0x7b, "Extended protocol configuration options"),
};
const Table PduSessionReleaseComplete::table = make_table<PduSessionReleaseComplete>(
    MessageType::pdu_session_release_complete, "PDU session release complete", Direction::uplink, pdu_session_release_complete_rows);

static constexpr Row sm_status_rows[] = {
    v<&SmStatus::cause>("5GSM cause"),
};
const Table SmStatus::table = make_table<SmStatus>(MessageType::sm_status, "5GSM status", Direction::both, sm_status_rows);

static constexpr Row service_level_authentication_command_rows[] = {
    lv_e<&ServiceLevelAuthenticationCommand::service_level_aa>("Service-level-AA container"),
};
const Table ServiceLevelAuthenticationCommand::table =
    make_table<ServiceLevelAuthenticationCommand>(MessageType::service_level_authentication_command, "Service-level authentication command",
                                                  Direction::downlink, service_level_authentication_command_rows);

static constexpr Row service_level_authentication_complete_rows[] = {
    lv_e<&ServiceLevelAuthenticationComplete::service_level_aa>("Service-level-AA container"),
};
const Table ServiceLevelAuthenticationComplete::table = make_table<ServiceLevelAuthenticationComplete>(
    MessageType::service_level_authentication_complete, "Service-level authentication complete", Direction::uplink,
    service_level_authentication_complete_rows);

static constexpr Row remote_ue_report_rows[] = {
    tlv_e<&RemoteUeReport::connected>(0x76, "Remote UE context connected"),
    tlv_e<&RemoteUeReport::disconnected>(0x70, "Remote UE context disconnected"),
};
const Table RemoteUeReport::table =
    make_table<RemoteUeReport>(MessageType::remote_ue_report, "Remote UE report", Direction::uplink, remote_ue_report_rows);

const Table RemoteUeReportResponse::table =
    make_table<RemoteUeReportResponse>(MessageType::remote_ue_report_response, "Remote UE report response", Direction::downlink, {});

std::span<const Table* const> sm_tables() {
  static const Table* const tables[] = {&PduSessionEstablishmentRequest::table,
                                        &PduSessionEstablishmentAccept::table,
                                        &PduSessionEstablishmentReject::table,
                                        &PduSessionAuthenticationCommand::table,
                                        &PduSessionAuthenticationComplete::table,
                                        &PduSessionAuthenticationResult::table,
                                        &PduSessionModificationRequest::table,
                                        &PduSessionModificationReject::table,
                                        &PduSessionModificationCommand::table,
                                        &PduSessionModificationComplete::table,
                                        &PduSessionModificationCommandReject::table,
                                        &PduSessionReleaseRequest::table,
                                        &PduSessionReleaseReject::table,
                                        &PduSessionReleaseCommand::table,
                                        &PduSessionReleaseComplete::table,
                                        &SmStatus::table,
                                        &ServiceLevelAuthenticationCommand::table,
                                        &ServiceLevelAuthenticationComplete::table,
                                        &RemoteUeReport::table,
                                        &RemoteUeReportResponse::table};
  return tables;
}

}  // namespace sen::nas
