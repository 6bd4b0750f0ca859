#include "codec/nas/mm.h"

#include "codec/nas/table.h"

namespace sen::nas {

static constexpr Row authentication_request_rows[] = {
    spare_half(),
    v<&AuthenticationRequest::ngksi>("ngKSI"),
    lv<&AuthenticationRequest::abba>("ABBA"),
    tv<&AuthenticationRequest::rand>(0x21, "Authentication parameter RAND"),
    tlv<&AuthenticationRequest::autn>(0x20, "Authentication parameter AUTN"),
    tlv_e<&AuthenticationRequest::eap>(0x78, "EAP message"),
};
const Table AuthenticationRequest::table = make_table<AuthenticationRequest>(MessageType::authentication_request, "Authentication request",
                                                                             Direction::downlink, authentication_request_rows);

static constexpr Row authentication_response_rows[] = {
    tlv<&AuthenticationResponse::response>(0x2d, "Authentication response parameter"),
    tlv_e<&AuthenticationResponse::eap>(0x78, "EAP message"),
};
const Table AuthenticationResponse::table = make_table<AuthenticationResponse>(
    MessageType::authentication_response, "Authentication response", Direction::uplink, authentication_response_rows);

static constexpr Row authentication_result_rows[] = {
    spare_half(),
    v<&AuthenticationResult::ngksi>("ngKSI"),
    lv_e<&AuthenticationResult::eap>("EAP message"),
    tlv<&AuthenticationResult::abba>(0x38, "ABBA"),
};
const Table AuthenticationResult::table = make_table<AuthenticationResult>(MessageType::authentication_result, "Authentication result",
                                                                           Direction::downlink, authentication_result_rows);

static constexpr Row authentication_failure_rows[] = {
    v<&AuthenticationFailure::cause>("5GMM cause"),
    tlv<&AuthenticationFailure::auts>(0x30, "Authentication failure parameter"),
};
const Table AuthenticationFailure::table = make_table<AuthenticationFailure>(MessageType::authentication_failure, "Authentication failure",
                                                                             Direction::uplink, authentication_failure_rows);

static constexpr Row authentication_reject_rows[] = {
    tlv_e<&AuthenticationReject::eap>(0x78, "EAP message"),
};
const Table AuthenticationReject::table = make_table<AuthenticationReject>(MessageType::authentication_reject, "Authentication reject",
                                                                           Direction::downlink, authentication_reject_rows);

static constexpr Row registration_request_rows[] = {
    v<&RegistrationRequest::ngksi>("ngKSI"),
    v<&RegistrationRequest::type>("5GS registration type"),
    lv_e<&RegistrationRequest::identity>("5GS mobile identity"),
    t1<&RegistrationRequest::non_current_ngksi>(0xC0, "Non-current native NAS key set identifier"),
    tlv<&RegistrationRequest::capability>(0x10, "5GMM capability"),
    tlv<&RegistrationRequest::security_capability>(0x2e, "UE security capability"),
    tlv<&RegistrationRequest::requested_nssai>(0x2f, "Requested NSSAI"),
    tv<&RegistrationRequest::last_visited_tai>(0x52, "Last visited registered TAI"),
    tlv<&RegistrationRequest::s1_capability>(0x17, "S1 UE network capability"),
    tlv<&RegistrationRequest::uplink_data_status>(0x40, "Uplink data status"),
    tlv<&RegistrationRequest::session_status>(0x50, "PDU session status"),
    t1<&RegistrationRequest::mico>(0xB0, "MICO indication"),
    tlv<&RegistrationRequest::ue_status>(0x2b, "UE status"),
    tlv_e<&RegistrationRequest::additional_guti>(0x77, "Additional GUTI"),
    tlv<&RegistrationRequest::allowed_session_status>(0x25, "Allowed PDU session status"),
    tlv<&RegistrationRequest::usage_setting>(0x18, "UE's usage setting"),
    tlv<&RegistrationRequest::requested_drx>(0x51, "Requested DRX parameters"),
    tlv_e<&RegistrationRequest::eps_nas>(0x70, "EPS NAS message container"),
    tlv_e<&RegistrationRequest::ladn_indication>(0x74, "LADN indication"),
    t1<&RegistrationRequest::payload_type>(0x80, "Payload container type"),
    tlv_e<&RegistrationRequest::payload>(0x7b, "Payload container"),
    t1<&RegistrationRequest::slicing_indication>(0x90, "Network slicing indication"),
    tlv<&RegistrationRequest::update_type>(0x53, "5GS update type"),
    tlv<&RegistrationRequest::classmark_2>(0x41, "Mobile station classmark 2"),
    tlv<&RegistrationRequest::codecs>(0x42, "Supported codecs"),
    tlv_e<&RegistrationRequest::nas_container>(0x71, "NAS message container"),
    tlv<&RegistrationRequest::eps_bearer_status>(0x60, "EPS bearer context status"),
    tlv<&RegistrationRequest::requested_extended_drx>(0x6e, "Requested extended DRX parameters"),
    tlv<&RegistrationRequest::t3324>(0x6a, "T3324 value"),
    tlv<&RegistrationRequest::radio_capability_id>(0x67, "UE radio capability ID"),
    tlv<&RegistrationRequest::requested_mapped_nssai>(0x35, "Requested mapped NSSAI"),
    tlv<&RegistrationRequest::additional_information_requested>(0x48, "Additional information requested"),
    tlv<&RegistrationRequest::requested_wus>(0x1a, "Requested WUS assistance information"),
    t1<&RegistrationRequest::n5gc>(0xA0, "N5GC indication"),
    tlv<&RegistrationRequest::requested_nb_n1_drx>(0x30, "Requested NB-N1 mode DRX parameters"),
    tlv<&RegistrationRequest::ue_request_type>(0x29, "UE request type"),
    tlv<&RegistrationRequest::paging_restriction>(0x28, "Paging restriction"),
    tlv_e<&RegistrationRequest::service_level_aa>(0x72, "Service-level-AA container"),
    tlv<&RegistrationRequest::nid>(0x32, "NID"),
    tlv<&RegistrationRequest::disaster_plmn>(0x16, "MS determined PLMN with disaster condition"),
    tlv<&RegistrationRequest::requested_peips>(0x2a, "Requested PEIPS assistance information"),
    tlv<&RegistrationRequest::requested_t3512>(0x3b, "Requested T3512 value"),
};
const Table RegistrationRequest::table = make_table<RegistrationRequest>(MessageType::registration_request, "Registration request",
                                                                         Direction::uplink, registration_request_rows);

static constexpr Row registration_accept_rows[] = {
    lv<&RegistrationAccept::result>("5GS registration result"),
    tlv_e<&RegistrationAccept::guti>(0x77, "5G-GUTI"),
    tlv<&RegistrationAccept::equivalent_plmns>(0x4a, "Equivalent PLMNs"),
    tlv<&RegistrationAccept::tai_list>(0x54, "TAI list"),
    tlv<&RegistrationAccept::allowed_nssai>(0x15, "Allowed NSSAI"),
    tlv<&RegistrationAccept::rejected_nssai>(0x11, "Rejected NSSAI"),
    tlv<&RegistrationAccept::configured_nssai>(0x31, "Configured NSSAI"),
    tlv<&RegistrationAccept::network_features>(0x21, "5GS network feature support"),
    tlv<&RegistrationAccept::session_status>(0x50, "PDU session status"),
    tlv<&RegistrationAccept::reactivation_result>(0x26, "PDU session reactivation result"),
    tlv_e<&RegistrationAccept::reactivation_errors>(0x72, "PDU session reactivation result error cause"),
    tlv_e<&RegistrationAccept::ladn>(0x79, "LADN information"),
    t1<&RegistrationAccept::mico>(0xB0, "MICO indication"),
    t1<&RegistrationAccept::slicing_indication>(0x90, "Network slicing indication"),
    tlv<&RegistrationAccept::service_area>(0x27, "Service area list"),
    tlv<&RegistrationAccept::t3512>(0x5e, "T3512 value"),
    tlv<&RegistrationAccept::non_3gpp_deregistration_timer>(0x5d, "Non-3GPP de-registration timer value"),
    tlv<&RegistrationAccept::t3502>(0x16, "T3502 value"),
    tlv<&RegistrationAccept::emergency_numbers>(0x34, "Emergency number list"),
    tlv_e<&RegistrationAccept::extended_emergency_numbers>(0x7a, "Extended emergency number list"),
    tlv_e<&RegistrationAccept::sor>(0x73, "SOR transparent container"),
    tlv_e<&RegistrationAccept::eap>(0x78, "EAP message"),
    t1<&RegistrationAccept::nssai_inclusion>(0xA0, "NSSAI inclusion mode"),
    tlv_e<&RegistrationAccept::access_categories>(0x76, "Operator-defined access category definitions"),
    tlv<&RegistrationAccept::negotiated_drx>(0x51, "Negotiated DRX parameters"),
    t1<&RegistrationAccept::non_3gpp_provisioning>(0xD0, "Non-3GPP NW policies"),
    tlv<&RegistrationAccept::eps_bearer_status>(0x60, "EPS bearer context status"),
    tlv<&RegistrationAccept::negotiated_extended_drx>(0x6e, "Negotiated extended DRX parameters"),
    tlv<&RegistrationAccept::t3447>(0x6c, "T3447 value"),
    tlv<&RegistrationAccept::t3448>(0x6b, "T3448 value"),
    tlv<&RegistrationAccept::t3324>(0x6a, "T3324 value"),
    tlv<&RegistrationAccept::radio_capability_id>(0x67, "UE radio capability ID"),
    t1<&RegistrationAccept::radio_capability_id_deletion>(0xE0, "UE radio capability ID deletion indication"),
    tlv<&RegistrationAccept::pending_nssai>(0x39, "Pending NSSAI"),
    tlv_e<&RegistrationAccept::ciphering_keys>(0x74, "Ciphering key data"),
    tlv_e<&RegistrationAccept::cag>(0x75, "CAG information list"),
    tlv<&RegistrationAccept::truncated_tmsi>(0x1b, "Truncated 5G-S-TMSI configuration"),
    tlv<&RegistrationAccept::negotiated_wus>(0x1c, "Negotiated WUS assistance information"),
    tlv<&RegistrationAccept::negotiated_nb_n1_drx>(0x29, "Negotiated NB-N1 mode DRX parameters"),
    tlv<&RegistrationAccept::extended_rejected_nssai>(0x68, "Extended rejected NSSAI"),
    tlv_e<&RegistrationAccept::service_level_aa>(0x7b, "Service-level-AA container"),
    tlv<&RegistrationAccept::negotiated_peips>(0x33, "Negotiated PEIPS assistance information"),
    tlv<&RegistrationAccept::additional_request_result>(0x35, "5GS additional request result"),
    tlv_e<&RegistrationAccept::nssrg>(0x70, "NSSRG information"),
    tlv<&RegistrationAccept::disaster_roaming_wait>(0x14, "Disaster roaming wait range"),
    tlv<&RegistrationAccept::disaster_return_wait>(0x2c, "Disaster return wait range"),
    tlv<&RegistrationAccept::disaster_plmns>(0x13, "List of PLMNs to be used in disaster condition"),
    tlv<&RegistrationAccept::forbidden_tais_roaming>(0x1d, "Forbidden TAI(s) for the list of 5GS forbidden tracking areas for roaming"),
    tlv<&RegistrationAccept::forbidden_tais_regional>(
        0x1e, "Forbidden TAI(s) for the list of 5GS forbidden tracking areas for regional provision of service"),
    tlv_e<&RegistrationAccept::extended_cag>(0x71, "Extended CAG information list"),
    tlv_e<&RegistrationAccept::nsag>(0x7c, "NSAG information"),
};
const Table RegistrationAccept::table =
    make_table<RegistrationAccept>(MessageType::registration_accept, "Registration accept", Direction::downlink, registration_accept_rows);

static constexpr Row registration_complete_rows[] = {
    tlv_e<&RegistrationComplete::sor>(0x73, "SOR transparent container"),
};
const Table RegistrationComplete::table = make_table<RegistrationComplete>(MessageType::registration_complete, "Registration complete",
                                                                           Direction::uplink, registration_complete_rows);

static constexpr Row registration_reject_rows[] = {
    v<&RegistrationReject::cause>("5GMM cause"),
    tlv<&RegistrationReject::t3346>(0x5f, "T3346 value"),
    tlv<&RegistrationReject::t3502>(0x16, "T3502 value"),
    tlv_e<&RegistrationReject::eap>(0x78, "EAP message"),
    tlv<&RegistrationReject::rejected_nssai>(0x69, "Rejected NSSAI"),
    tlv_e<&RegistrationReject::cag>(0x75, "CAG information list"),
    tlv<&RegistrationReject::extended_rejected_nssai>(0x68, "Extended rejected NSSAI"),
    tlv<&RegistrationReject::disaster_return_wait>(0x2c, "Disaster return wait range"),
    tlv_e<&RegistrationReject::extended_cag>(0x71, "Extended CAG information list"),
    tlv<&RegistrationReject::lower_bound_timer>(0x3a, "Lower bound timer value"),
    tlv<&RegistrationReject::forbidden_tais_roaming>(0x1d, "Forbidden TAI(s) for the list of 5GS forbidden tracking areas for roaming"),
    tlv<&RegistrationReject::forbidden_tais_regional>(
        0x1e, "Forbidden TAI(s) for the list of 5GS forbidden tracking areas for regional provision of service"),
};
const Table RegistrationReject::table =
    make_table<RegistrationReject>(MessageType::registration_reject, "Registration reject", Direction::downlink, registration_reject_rows);

static constexpr Row ul_nas_transport_rows[] = {
    spare_half(),
    v<&UlNasTransport::payload_type>("Payload container type"),
    lv_e<&UlNasTransport::payload>("Payload container"),
    tv<&UlNasTransport::pdu_session_id>(0x12, "PDU session ID"),
    tv<&UlNasTransport::old_pdu_session_id>(0x59, "Old PDU session ID"),
    t1<&UlNasTransport::request_type>(0x80, "Request type"),
    tlv<&UlNasTransport::s_nssai>(0x22, "S-NSSAI"),
    tlv<&UlNasTransport::dnn>(0x25, "DNN"),
    tlv<&UlNasTransport::additional_information>(0x24, "Additional information"),
    t1<&UlNasTransport::ma_pdu_session>(0xA0, "MA PDU session information"),
    t1<&UlNasTransport::release_assistance>(0xF0, "Release assistance indication"),
};
const Table UlNasTransport::table =
    make_table<UlNasTransport>(MessageType::ul_nas_transport, "UL NAS transport", Direction::uplink, ul_nas_transport_rows);

static constexpr Row dl_nas_transport_rows[] = {
    spare_half(),
    v<&DlNasTransport::payload_type>("Payload container type"),
    lv_e<&DlNasTransport::payload>("Payload container"),
    tv<&DlNasTransport::pdu_session_id>(0x12, "PDU session ID"),
    tlv<&DlNasTransport::additional_information>(0x24, "Additional information"),
    tv<&DlNasTransport::cause>(0x58, "5GMM cause"),
    tlv<&DlNasTransport::back_off>(0x37, "Back-off timer value"),
    tlv<&DlNasTransport::lower_bound_timer>(0x3a, "Lower bound timer value"),
};
const Table DlNasTransport::table =
    make_table<DlNasTransport>(MessageType::dl_nas_transport, "DL NAS transport", Direction::downlink, dl_nas_transport_rows);

static constexpr Row deregistration_request_ue_rows[] = {
    v<&DeregistrationRequestUe::ngksi>("ngKSI"),
    v<&DeregistrationRequestUe::type>("De-registration type"),
    lv_e<&DeregistrationRequestUe::identity>("5GS mobile identity"),
};
const Table DeregistrationRequestUe::table = make_table<DeregistrationRequestUe>(
    MessageType::deregistration_request_ue, "Deregistration request (UE originating)", Direction::uplink, deregistration_request_ue_rows);

const Table DeregistrationAcceptUe::table = make_table<DeregistrationAcceptUe>(
    MessageType::deregistration_accept_ue, "Deregistration accept (UE originating)", Direction::downlink, {});

static constexpr Row deregistration_request_network_rows[] = {
    spare_half(),
    v<&DeregistrationRequestNetwork::type>("De-registration type"),
    tv<&DeregistrationRequestNetwork::cause>(0x58, "5GMM cause"),
    tlv<&DeregistrationRequestNetwork::t3346>(0x5f, "T3346 value"),
    tlv<&DeregistrationRequestNetwork::rejected_nssai>(0x6d, "Rejected NSSAI"),
    tlv_e<&DeregistrationRequestNetwork::cag>(0x75, "CAG information list"),
    tlv<&DeregistrationRequestNetwork::extended_rejected_nssai>(0x68, "Extended rejected NSSAI"),
    tlv<&DeregistrationRequestNetwork::disaster_return_wait>(0x2c, "Disaster return wait range"),
    tlv_e<&DeregistrationRequestNetwork::extended_cag>(0x71, "Extended CAG information list"),
    tlv<&DeregistrationRequestNetwork::lower_bound_timer>(0x3a, "Lower bound timer value"),
    tlv<&DeregistrationRequestNetwork::forbidden_tais_roaming>(0x1d,
                                                               "Forbidden TAI(s) for the list of 5GS forbidden tracking areas for roaming"),
    tlv<&DeregistrationRequestNetwork::forbidden_tais_regional>(
        0x1e, "Forbidden TAI(s) for the list of 5GS forbidden tracking areas for regional provision of service"),
};
const Table DeregistrationRequestNetwork::table =
    make_table<DeregistrationRequestNetwork>(MessageType::deregistration_request_network, "Deregistration request (UE terminated)",
                                             Direction::downlink, deregistration_request_network_rows);

const Table DeregistrationAcceptNetwork::table = make_table<DeregistrationAcceptNetwork>(
    MessageType::deregistration_accept_network, "Deregistration accept (UE terminated)", Direction::uplink, {});

static constexpr Row service_request_rows[] = {
    v<&ServiceRequest::type>("Service type"),
    v<&ServiceRequest::ngksi>("ngKSI"),
    lv_e<&ServiceRequest::identity>("5G-S-TMSI"),
    tlv<&ServiceRequest::uplink_data_status>(0x40, "Uplink data status"),
    tlv<&ServiceRequest::session_status>(0x50, "PDU session status"),
    tlv<&ServiceRequest::allowed_session_status>(0x25, "Allowed PDU session status"),
    tlv_e<&ServiceRequest::nas_container>(0x71, "NAS message container"),
    tlv<&ServiceRequest::ue_request_type>(0x29, "UE request type"),
    tlv<&ServiceRequest::paging_restriction>(0x28, "Paging restriction"),
};
const Table ServiceRequest::table =
    make_table<ServiceRequest>(MessageType::service_request, "Service request", Direction::uplink, service_request_rows);

static constexpr Row service_accept_rows[] = {
    tlv<&ServiceAccept::session_status>(0x50, "PDU session status"),
    tlv<&ServiceAccept::reactivation_result>(0x26, "PDU session reactivation result"),
    tlv_e<&ServiceAccept::reactivation_errors>(0x72, "PDU session reactivation result error cause"),
    tlv_e<&ServiceAccept::eap>(0x78, "EAP message"),
    tlv<&ServiceAccept::t3448>(0x6b, "T3448 value"),
    tlv<&ServiceAccept::additional_request_result>(0x34, "5GS additional request result"),
    tlv<&ServiceAccept::forbidden_tais_roaming>(0x1d, "Forbidden TAI(s) for the list of 5GS forbidden tracking areas for roaming"),
    tlv<&ServiceAccept::forbidden_tais_regional>(
        0x1e, "Forbidden TAI(s) for the list of 5GS forbidden tracking areas for regional provision of service"),
};
const Table ServiceAccept::table =
    make_table<ServiceAccept>(MessageType::service_accept, "Service accept", Direction::downlink, service_accept_rows);

static constexpr Row service_reject_rows[] = {
    v<&ServiceReject::cause>("5GMM cause"),
    tlv<&ServiceReject::session_status>(0x50, "PDU session status"),
    tlv<&ServiceReject::t3346>(0x5f, "T3346 value"),
    tlv_e<&ServiceReject::eap>(0x78, "EAP message"),
    tlv<&ServiceReject::t3448>(0x6b, "T3448 value"),
    tlv_e<&ServiceReject::cag>(0x75, "CAG information list"),
    tlv<&ServiceReject::disaster_return_wait>(0x2c, "Disaster return wait range"),
    tlv_e<&ServiceReject::extended_cag>(0x71, "Extended CAG information list"),
    tlv<&ServiceReject::lower_bound_timer>(0x3a, "Lower bound timer value"),
    tlv<&ServiceReject::forbidden_tais_roaming>(0x1d, "Forbidden TAI(s) for the list of 5GS forbidden tracking areas for roaming"),
    tlv<&ServiceReject::forbidden_tais_regional>(
        0x1e, "Forbidden TAI(s) for the list of 5GS forbidden tracking areas for regional provision of service"),
};
const Table ServiceReject::table =
    make_table<ServiceReject>(MessageType::service_reject, "Service reject", Direction::downlink, service_reject_rows);

static constexpr Row configuration_update_command_rows[] = {
    t1<&ConfigurationUpdateCommand::indication>(0xD0, "Configuration update indication"),
    tlv_e<&ConfigurationUpdateCommand::guti>(0x77, "5G-GUTI"),
    tlv<&ConfigurationUpdateCommand::tai_list>(0x54, "TAI list"),
    tlv<&ConfigurationUpdateCommand::allowed_nssai>(0x15, "Allowed NSSAI"),
    tlv<&ConfigurationUpdateCommand::service_area>(0x27, "Service area list"),
    tlv<&ConfigurationUpdateCommand::full_name>(0x43, "Full name for network"),
    tlv<&ConfigurationUpdateCommand::short_name>(0x45, "Short name for network"),
    tv<&ConfigurationUpdateCommand::time_zone>(0x46, "Local time zone"),
    tv<&ConfigurationUpdateCommand::time>(0x47, "Universal time and local time zone"),
    tlv<&ConfigurationUpdateCommand::daylight_saving>(0x49, "Network daylight saving time"),
    tlv_e<&ConfigurationUpdateCommand::ladn>(0x79, "LADN information"),
    t1<&ConfigurationUpdateCommand::mico>(0xB0, "MICO indication"),
    t1<&ConfigurationUpdateCommand::slicing_indication>(0x90, "Network slicing indication"),
    tlv<&ConfigurationUpdateCommand::configured_nssai>(0x31, "Configured NSSAI"),
    tlv<&ConfigurationUpdateCommand::rejected_nssai>(0x11, "Rejected NSSAI"),
    tlv_e<&ConfigurationUpdateCommand::access_categories>(0x76, "Operator-defined access category definitions"),
    t1<&ConfigurationUpdateCommand::sms>(0xF0, "SMS indication"),
    tlv<&ConfigurationUpdateCommand::t3447>(0x6c, "T3447 value"),
    tlv_e<&ConfigurationUpdateCommand::cag>(0x75, "CAG information list"),
    tlv<&ConfigurationUpdateCommand::radio_capability_id>(0x67, "UE radio capability ID"),
    t1<&ConfigurationUpdateCommand::radio_capability_id_deletion>(0xA0, "UE radio capability ID deletion indication"),
    tlv<&ConfigurationUpdateCommand::result>(0x44, "5GS registration result"),
    tlv<&ConfigurationUpdateCommand::truncated_tmsi>(0x1b, "Truncated 5G-S-TMSI configuration"),
    t1<&ConfigurationUpdateCommand::additional_configuration>(0xC0, "Additional configuration indication"),
    tlv<&ConfigurationUpdateCommand::extended_rejected_nssai>(0x68, "Extended rejected NSSAI"),
    tlv_e<&ConfigurationUpdateCommand::service_level_aa>(0x72, "Service-level-AA container"),
    tlv_e<&ConfigurationUpdateCommand::nssrg>(0x70, "NSSRG information"),
    tlv<&ConfigurationUpdateCommand::disaster_roaming_wait>(0x14, "Disaster roaming wait range"),
    tlv<&ConfigurationUpdateCommand::disaster_return_wait>(0x2c, "Disaster return wait range"),
    tlv<&ConfigurationUpdateCommand::disaster_plmns>(0x13, "List of PLMNs to be used in disaster condition"),
    tlv_e<&ConfigurationUpdateCommand::extended_cag>(0x71, "Extended CAG information list"),
    tlv<&ConfigurationUpdateCommand::updated_peips>(0x1f, "Updated PEIPS assistance information"),
    tlv_e<&ConfigurationUpdateCommand::nsag>(0x73, "NSAG information"),
    t1<&ConfigurationUpdateCommand::priority>(0xE0, "Priority indicator"),
};
const Table ConfigurationUpdateCommand::table = make_table<ConfigurationUpdateCommand>(
    MessageType::configuration_update_command, "Configuration update command", Direction::downlink, configuration_update_command_rows);

const Table ConfigurationUpdateComplete::table = make_table<ConfigurationUpdateComplete>(
    MessageType::configuration_update_complete, "Configuration update complete", Direction::uplink, {});

static constexpr Row identity_request_rows[] = {
    spare_half(),
    v<&IdentityRequest::identity_type>("Identity type"),
};
const Table IdentityRequest::table =
    make_table<IdentityRequest>(MessageType::identity_request, "Identity request", Direction::downlink, identity_request_rows);

static constexpr Row identity_response_rows[] = {
    lv_e<&IdentityResponse::identity>("Mobile identity"),
};
const Table IdentityResponse::table =
    make_table<IdentityResponse>(MessageType::identity_response, "Identity response", Direction::uplink, identity_response_rows);

static constexpr Row notification_rows[] = {
    spare_half(),
    v<&Notification::access_type>("Access type"),
};
const Table Notification::table =
    make_table<Notification>(MessageType::notification, "Notification", Direction::downlink, notification_rows);

static constexpr Row notification_response_rows[] = {
    tlv<&NotificationResponse::session_status>(0x50, "PDU session status"),
};
const Table NotificationResponse::table = make_table<NotificationResponse>(MessageType::notification_response, "Notification response",
                                                                           Direction::uplink, notification_response_rows);

static constexpr Row security_mode_command_rows[] = {
    v<&SecurityModeCommand::algorithms>("Selected NAS security algorithms"),
    spare_half(),
    v<&SecurityModeCommand::ngksi>("ngKSI"),
    lv<&SecurityModeCommand::replayed_capability>("Replayed UE security capabilities"),
    t1<&SecurityModeCommand::imeisv_request>(0xE0, "IMEISV request"),
    tv<&SecurityModeCommand::eps_algorithms>(0x57, "Selected EPS NAS security algorithms"),
    tlv<&SecurityModeCommand::additional_security>(0x36, "Additional 5G security information"),
    tlv_e<&SecurityModeCommand::eap>(0x78, "EAP message"),
    tlv<&SecurityModeCommand::abba>(0x38, "ABBA"),
    tlv<&SecurityModeCommand::replayed_s1_capability>(0x19, "Replayed S1 UE security capabilities"),
};
const Table SecurityModeCommand::table = make_table<SecurityModeCommand>(MessageType::security_mode_command, "Security mode command",
                                                                         Direction::downlink, security_mode_command_rows);

static constexpr Row security_mode_complete_rows[] = {
    tlv_e<&SecurityModeComplete::imeisv>(0x77, "IMEISV"),
    tlv_e<&SecurityModeComplete::nas_container>(0x71, "NAS message container"),
    tlv_e<&SecurityModeComplete::non_imeisv_pei>(0x78, "Non-IMEISV PEI"),
};
const Table SecurityModeComplete::table = make_table<SecurityModeComplete>(MessageType::security_mode_complete, "Security mode complete",
                                                                           Direction::uplink, security_mode_complete_rows);

static constexpr Row security_mode_reject_rows[] = {
    v<&SecurityModeReject::cause>("5GMM cause"),
};
const Table SecurityModeReject::table =
    make_table<SecurityModeReject>(MessageType::security_mode_reject, "Security mode reject", Direction::uplink, security_mode_reject_rows);

static constexpr Row mm_status_rows[] = {
    v<&MmStatus::cause>("5GMM cause"),
};
const Table MmStatus::table = make_table<MmStatus>(MessageType::mm_status, "5GMM status", Direction::both, mm_status_rows);

static constexpr Row control_plane_service_request_rows[] = {
    v<&ControlPlaneServiceRequest::ngksi>("ngKSI"),
    v<&ControlPlaneServiceRequest::type>("Control plane service type"),
    tlv<&ControlPlaneServiceRequest::small_data>(0x6f, "CIoT small data container"),
    t1<&ControlPlaneServiceRequest::payload_type>(0x80, "Payload container type"),
    tlv_e<&ControlPlaneServiceRequest::payload>(0x7b, "Payload container"),
    tv<&ControlPlaneServiceRequest::pdu_session_id>(0x12, "PDU session ID"),
    tlv<&ControlPlaneServiceRequest::session_status>(0x50, "PDU session status"),
    t1<&ControlPlaneServiceRequest::release_assistance>(0xF0, "Release assistance indication"),
    tlv<&ControlPlaneServiceRequest::uplink_data_status>(0x40, "Uplink data status"),
    tlv_e<&ControlPlaneServiceRequest::nas_container>(0x71, "NAS message container"),
    tlv<&ControlPlaneServiceRequest::additional_information>(0x24, "Additional information"),
    tlv<&ControlPlaneServiceRequest::allowed_session_status>(0x25, "Allowed PDU session status"),
    tlv<&ControlPlaneServiceRequest::ue_request_type>(0x29, "UE request type"),
    tlv<&ControlPlaneServiceRequest::paging_restriction>(0x28, "Paging restriction"),
};
const Table ControlPlaneServiceRequest::table = make_table<ControlPlaneServiceRequest>(
    MessageType::control_plane_service_request, "Control plane service request", Direction::uplink, control_plane_service_request_rows);

static constexpr Row slice_authentication_command_rows[] = {
    lv<&SliceAuthenticationCommand::s_nssai>("S-NSSAI"),
    lv_e<&SliceAuthenticationCommand::eap>("EAP message"),
};
const Table SliceAuthenticationCommand::table =
    make_table<SliceAuthenticationCommand>(MessageType::slice_authentication_command, "Network slice-specific authentication command",
                                           Direction::downlink, slice_authentication_command_rows);

static constexpr Row slice_authentication_complete_rows[] = {
    lv<&SliceAuthenticationComplete::s_nssai>("S-NSSAI"),
    lv_e<&SliceAuthenticationComplete::eap>("EAP message"),
};
const Table SliceAuthenticationComplete::table =
    make_table<SliceAuthenticationComplete>(MessageType::slice_authentication_complete, "Network slice-specific authentication complete",
                                            Direction::uplink, slice_authentication_complete_rows);

static constexpr Row slice_authentication_result_rows[] = {
    lv<&SliceAuthenticationResult::s_nssai>("S-NSSAI"),
    lv_e<&SliceAuthenticationResult::eap>("EAP message"),
};
const Table SliceAuthenticationResult::table =
    make_table<SliceAuthenticationResult>(MessageType::slice_authentication_result, "Network slice-specific authentication result",
                                          Direction::downlink, slice_authentication_result_rows);

static constexpr Row relay_key_request_rows[] = {
    v<&RelayKeyRequest::prti>("PRTI"),
    lv_e<&RelayKeyRequest::parameters>("Relay key request parameters"),
};
const Table RelayKeyRequest::table =
    make_table<RelayKeyRequest>(MessageType::relay_key_request, "Relay key request", Direction::uplink, relay_key_request_rows);

static constexpr Row relay_key_accept_rows[] = {
    v<&RelayKeyAccept::prti>("PRTI"),
    lv_e<&RelayKeyAccept::parameters>("Relay key response parameters"),
    tlv_e<&RelayKeyAccept::eap>(0x78, "EAP message"),
};
const Table RelayKeyAccept::table =
    make_table<RelayKeyAccept>(MessageType::relay_key_accept, "Relay key accept", Direction::downlink, relay_key_accept_rows);

static constexpr Row relay_key_reject_rows[] = {
    v<&RelayKeyReject::prti>("PRTI"),
    tlv_e<&RelayKeyReject::eap>(0x78, "EAP message"),
};
const Table RelayKeyReject::table =
    make_table<RelayKeyReject>(MessageType::relay_key_reject, "Relay key reject", Direction::downlink, relay_key_reject_rows);

static constexpr Row relay_authentication_request_rows[] = {
    v<&RelayAuthenticationRequest::prti>("PRTI"),
    lv_e<&RelayAuthenticationRequest::eap>("EAP message"),
};
const Table RelayAuthenticationRequest::table = make_table<RelayAuthenticationRequest>(
    MessageType::relay_authentication_request, "Relay authentication request", Direction::downlink, relay_authentication_request_rows);

static constexpr Row relay_authentication_response_rows[] = {
    v<&RelayAuthenticationResponse::prti>("PRTI"),
    lv_e<&RelayAuthenticationResponse::eap>("EAP message"),
};
const Table RelayAuthenticationResponse::table = make_table<RelayAuthenticationResponse>(
    MessageType::relay_authentication_response, "Relay authentication response", Direction::uplink, relay_authentication_response_rows);

std::span<const Table* const> mm_tables() {
  static const Table* const tables[] = {&AuthenticationRequest::table,
                                        &AuthenticationResponse::table,
                                        &AuthenticationResult::table,
                                        &AuthenticationFailure::table,
                                        &AuthenticationReject::table,
                                        &RegistrationRequest::table,
                                        &RegistrationAccept::table,
                                        &RegistrationComplete::table,
                                        &RegistrationReject::table,
                                        &UlNasTransport::table,
                                        &DlNasTransport::table,
                                        &DeregistrationRequestUe::table,
                                        &DeregistrationAcceptUe::table,
                                        &DeregistrationRequestNetwork::table,
                                        &DeregistrationAcceptNetwork::table,
                                        &ServiceRequest::table,
                                        &ServiceAccept::table,
                                        &ServiceReject::table,
                                        &ConfigurationUpdateCommand::table,
                                        &ConfigurationUpdateComplete::table,
                                        &IdentityRequest::table,
                                        &IdentityResponse::table,
                                        &Notification::table,
                                        &NotificationResponse::table,
                                        &SecurityModeCommand::table,
                                        &SecurityModeComplete::table,
                                        &SecurityModeReject::table,
                                        &MmStatus::table,
                                        &ControlPlaneServiceRequest::table,
                                        &SliceAuthenticationCommand::table,
                                        &SliceAuthenticationComplete::table,
                                        &SliceAuthenticationResult::table,
                                        &RelayKeyRequest::table,
                                        &RelayKeyAccept::table,
                                        &RelayKeyReject::table,
                                        &RelayAuthenticationRequest::table,
                                        &RelayAuthenticationResponse::table};
  return tables;
}

}  // namespace sen::nas
