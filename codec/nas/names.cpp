#include "codec/nas/names.h"

namespace sen::nas {

const char* name_of(MessageType v) {
  switch (v) {
    case MessageType::registration_request: return "Registration request";
    case MessageType::registration_accept: return "Registration accept";
    case MessageType::registration_complete: return "Registration complete";
    case MessageType::registration_reject: return "Registration reject";
    case MessageType::deregistration_request_ue: return "Deregistration request (UE originating)";
    case MessageType::deregistration_accept_ue: return "Deregistration accept (UE originating)";
    case MessageType::deregistration_request_network: return "Deregistration request (UE terminated)";
    case MessageType::deregistration_accept_network: return "Deregistration accept (UE terminated)";
    case MessageType::service_request: return "Service request";
    case MessageType::service_reject: return "Service reject";
    case MessageType::service_accept: return "Service accept";
    case MessageType::control_plane_service_request: return "Control plane service request";
    case MessageType::slice_authentication_command: return "Network slice-specific authentication command";
    case MessageType::slice_authentication_complete: return "Network slice-specific authentication complete";
    case MessageType::slice_authentication_result: return "Network slice-specific authentication result";
    case MessageType::configuration_update_command: return "Configuration update command";
    case MessageType::configuration_update_complete: return "Configuration update complete";
    case MessageType::authentication_request: return "Authentication request";
    case MessageType::authentication_response: return "Authentication response";
    case MessageType::authentication_reject: return "Authentication reject";
    case MessageType::authentication_failure: return "Authentication failure";
    case MessageType::authentication_result: return "Authentication result";
    case MessageType::identity_request: return "Identity request";
    case MessageType::identity_response: return "Identity response";
    case MessageType::security_mode_command: return "Security mode command";
    case MessageType::security_mode_complete: return "Security mode complete";
    case MessageType::security_mode_reject: return "Security mode reject";
    case MessageType::mm_status: return "5GMM status";
    case MessageType::notification: return "Notification";
    case MessageType::notification_response: return "Notification response";
    case MessageType::ul_nas_transport: return "UL NAS transport";
    case MessageType::dl_nas_transport: return "DL NAS transport";
    case MessageType::relay_key_request: return "Relay key request";
    case MessageType::relay_key_accept: return "Relay key accept";
    case MessageType::relay_key_reject: return "Relay key reject";
    case MessageType::relay_authentication_request: return "Relay authentication request";
    case MessageType::relay_authentication_response: return "Relay authentication response";
    case MessageType::pdu_session_establishment_request: return "PDU session establishment request";
    case MessageType::pdu_session_establishment_accept: return "PDU session establishment accept";
    case MessageType::pdu_session_establishment_reject: return "PDU session establishment reject";
    case MessageType::pdu_session_authentication_command: return "PDU session authentication command";
    case MessageType::pdu_session_authentication_complete: return "PDU session authentication complete";
    case MessageType::pdu_session_authentication_result: return "PDU session authentication result";
    case MessageType::pdu_session_modification_request: return "PDU session modification request";
    case MessageType::pdu_session_modification_reject: return "PDU session modification reject";
    case MessageType::pdu_session_modification_command: return "PDU session modification command";
    case MessageType::pdu_session_modification_complete: return "PDU session modification complete";
    case MessageType::pdu_session_modification_command_reject: return "PDU session modification command reject";
    case MessageType::pdu_session_release_request: return "PDU session release request";
    case MessageType::pdu_session_release_reject: return "PDU session release reject";
    case MessageType::pdu_session_release_command: return "PDU session release command";
    case MessageType::pdu_session_release_complete: return "PDU session release complete";
    case MessageType::sm_status: return "5GSM status";
    case MessageType::service_level_authentication_command: return "Service-level authentication command";
    case MessageType::service_level_authentication_complete: return "Service-level authentication complete";
    case MessageType::remote_ue_report: return "Remote UE report";
    case MessageType::remote_ue_report_response: return "Remote UE report response";
  }
  return nullptr;
}

const char* name_of(MmCause v) {
  switch (v) {
    case MmCause::illegal_ue: return "Illegal UE";
    case MmCause::pei_not_accepted: return "PEI not accepted";
    case MmCause::illegal_me: return "Illegal ME";
    case MmCause::services_not_allowed: return "5GS services not allowed";
    case MmCause::ue_identity_cannot_be_derived: return "UE identity cannot be derived by the network";
    case MmCause::implicitly_deregistered: return "Implicitly de-registered";
    case MmCause::plmn_not_allowed: return "PLMN not allowed";
    case MmCause::tracking_area_not_allowed: return "Tracking area not allowed";
    case MmCause::roaming_not_allowed_in_tracking_area: return "Roaming not allowed in this tracking area";
    case MmCause::no_suitable_cells_in_tracking_area: return "No suitable cells in tracking area";
    case MmCause::mac_failure: return "MAC failure";
    case MmCause::synch_failure: return "Synch failure";
    case MmCause::congestion: return "Congestion";
    case MmCause::ue_security_capabilities_mismatch: return "UE security capabilities mismatch";
    case MmCause::security_mode_rejected: return "Security mode rejected, unspecified";
    case MmCause::non_5g_authentication_unacceptable: return "Non-5G authentication unacceptable";
    case MmCause::n1_mode_not_allowed: return "N1 mode not allowed";
    case MmCause::restricted_service_area: return "Restricted service area";
    case MmCause::redirection_to_epc_required: return "Redirection to EPC required";
    case MmCause::ladn_not_available: return "LADN not available";
    case MmCause::no_network_slices_available: return "No network slices available";
    case MmCause::maximum_number_of_pdu_sessions_reached: return "Maximum number of PDU sessions reached";
    case MmCause::insufficient_resources_for_slice_and_dnn: return "Insufficient resources for specific slice and DNN";
    case MmCause::insufficient_resources_for_slice: return "Insufficient resources for specific slice";
    case MmCause::ngksi_already_in_use: return "ngKSI already in use";
    case MmCause::non_3gpp_access_not_allowed: return "Non-3GPP access to 5GCN not allowed";
    case MmCause::serving_network_not_authorized: return "Serving network not authorized";
    case MmCause::temporarily_not_authorized_for_snpn: return "Temporarily not authorized for this SNPN";
    case MmCause::permanently_not_authorized_for_snpn: return "Permanently not authorized for this SNPN";
    case MmCause::not_authorized_for_cag: return "Not authorized for this CAG or authorized for CAG cells only";
    case MmCause::wireline_access_area_not_allowed: return "Wireline access area not allowed";
    case MmCause::plmn_not_allowed_at_present_location: return "PLMN not allowed to operate at the present UE location";
    case MmCause::uas_services_not_allowed: return "UAS services not allowed";
    case MmCause::disaster_roaming_not_allowed: return "Disaster roaming for the determined PLMN with disaster condition not allowed";
    case MmCause::payload_was_not_forwarded: return "Payload was not forwarded";
    case MmCause::dnn_not_supported_or_not_subscribed: return "DNN not supported or not subscribed in the slice";
    case MmCause::insufficient_user_plane_resources: return "Insufficient user-plane resources for the PDU session";
    case MmCause::semantically_incorrect_message: return "Semantically incorrect message";
    case MmCause::invalid_mandatory_information: return "Invalid mandatory information";
    case MmCause::message_type_not_implemented: return "Message type non-existent or not implemented";
    case MmCause::message_type_not_compatible_with_state: return "Message type not compatible with the protocol state";
    case MmCause::information_element_not_implemented: return "Information element non-existent or not implemented";
    case MmCause::conditional_ie_error: return "Conditional IE error";
    case MmCause::message_not_compatible_with_state: return "Message not compatible with the protocol state";
    case MmCause::protocol_error: return "Protocol error, unspecified";
  }
  return nullptr;
}

const char* name_of(SmCause v) {
  switch (v) {
    case SmCause::operator_determined_barring: return "Operator determined barring";
    case SmCause::insufficient_resources: return "Insufficient resources";
    case SmCause::missing_or_unknown_dnn: return "Missing or unknown DNN";
    case SmCause::unknown_pdu_session_type: return "Unknown PDU session type";
    case SmCause::authentication_failed: return "User authentication or authorization failed";
    case SmCause::request_rejected: return "Request rejected, unspecified";
    case SmCause::service_option_not_supported: return "Service option not supported";
    case SmCause::service_option_not_subscribed: return "Requested service option not subscribed";
    case SmCause::pti_already_in_use: return "PTI already in use";
    case SmCause::regular_deactivation: return "Regular deactivation";
    case SmCause::out_of_ladn_service_area: return "Out of LADN service area";
    case SmCause::network_failure: return "Network failure";
    case SmCause::reactivation_requested: return "Reactivation requested";
    case SmCause::semantic_error_in_tft: return "Semantic error in the TFT operation";
    case SmCause::syntactical_error_in_tft: return "Syntactical error in the TFT operation";
    case SmCause::invalid_pdu_session_identity: return "Invalid PDU session identity";
    case SmCause::semantic_errors_in_packet_filters: return "Semantic errors in packet filter(s)";
    case SmCause::syntactical_error_in_packet_filters: return "Syntactical error in packet filter(s)";
    case SmCause::pti_mismatch: return "PTI mismatch";
    case SmCause::ipv4_only_allowed: return "PDU session type IPv4 only allowed";
    case SmCause::ipv6_only_allowed: return "PDU session type IPv6 only allowed";
    case SmCause::pdu_session_does_not_exist: return "PDU session does not exist";
    case SmCause::ipv4v6_only_allowed: return "PDU session type IPv4v6 only allowed";
    case SmCause::unstructured_only_allowed: return "PDU session type Unstructured only allowed";
    case SmCause::unsupported_5qi: return "Unsupported 5QI value";
    case SmCause::ethernet_only_allowed: return "PDU session type Ethernet only allowed";
    case SmCause::insufficient_resources_for_slice_and_dnn: return "Insufficient resources for specific slice and DNN";
    case SmCause::not_supported_ssc_mode: return "Not supported SSC mode";
    case SmCause::insufficient_resources_for_slice: return "Insufficient resources for specific slice";
    case SmCause::missing_or_unknown_dnn_in_slice: return "Missing or unknown DNN in a slice";
    case SmCause::invalid_pti: return "Invalid PTI value";
    case SmCause::integrity_protection_data_rate_too_low: return "Maximum data rate per UE for user-plane integrity protection is too low";
    case SmCause::semantic_error_in_qos_operation: return "Semantic error in the QoS operation";
    case SmCause::syntactical_error_in_qos_operation: return "Syntactical error in the QoS operation";
    case SmCause::invalid_mapped_eps_bearer_identity: return "Invalid mapped EPS bearer identity";
    case SmCause::uas_services_not_allowed: return "UAS services not allowed";
    case SmCause::semantically_incorrect_message: return "Semantically incorrect message";
    case SmCause::invalid_mandatory_information: return "Invalid mandatory information";
    case SmCause::message_type_not_implemented: return "Message type non-existent or not implemented";
    case SmCause::message_type_not_compatible_with_state: return "Message type not compatible with the protocol state";
    case SmCause::information_element_not_implemented: return "Information element non-existent or not implemented";
    case SmCause::conditional_ie_error: return "Conditional IE error";
    case SmCause::message_not_compatible_with_state: return "Message not compatible with the protocol state";
    case SmCause::protocol_error: return "Protocol error, unspecified";
  }
  return nullptr;
}

const char* name_of(SecurityHeaderType v) {
  switch (v) {
    case SecurityHeaderType::plain: return "Plain NAS message";
    case SecurityHeaderType::integrity_protected: return "Integrity protected";
    case SecurityHeaderType::integrity_protected_and_ciphered: return "Integrity protected and ciphered";
    case SecurityHeaderType::integrity_protected_new_context: return "Integrity protected with new 5G NAS security context";
    case SecurityHeaderType::integrity_protected_and_ciphered_new_context:
      return "Integrity protected and ciphered with new 5G NAS security context";
  }
  return nullptr;
}

const char* name_of(RegistrationKind v) {
  switch (v) {
    case RegistrationKind::initial: return "initial registration";
    case RegistrationKind::mobility_updating: return "mobility registration updating";
    case RegistrationKind::periodic_updating: return "periodic registration updating";
    case RegistrationKind::emergency: return "emergency registration";
    case RegistrationKind::snpn_onboarding: return "SNPN onboarding registration";
    case RegistrationKind::disaster_roaming_mobility: return "disaster roaming mobility registration updating";
    case RegistrationKind::disaster_roaming_initial: return "disaster roaming initial registration";
  }
  return nullptr;
}

const char* name_of(AccessKind v) {
  switch (v) {
    case AccessKind::access_3gpp: return "3GPP access";
    case AccessKind::access_non_3gpp: return "Non-3GPP access";
    case AccessKind::both: return "3GPP access and non-3GPP access";
  }
  return nullptr;
}

const char* name_of(IdentityType v) {
  switch (v) {
    case IdentityType::none: return "No identity";
    case IdentityType::suci: return "SUCI";
    case IdentityType::guti: return "5G-GUTI";
    case IdentityType::imei: return "IMEI";
    case IdentityType::s_tmsi: return "5G-S-TMSI";
    case IdentityType::imeisv: return "IMEISV";
    case IdentityType::mac_address: return "MAC address";
    case IdentityType::eui_64: return "EUI-64";
  }
  return nullptr;
}

const char* name_of(SupiFormat v) {
  switch (v) {
    case SupiFormat::imsi: return "IMSI";
    case SupiFormat::network_specific: return "Network specific identifier";
    case SupiFormat::gci: return "GCI";
    case SupiFormat::gli: return "GLI";
  }
  return nullptr;
}

const char* name_of(ServiceKind v) {
  switch (v) {
    case ServiceKind::signalling: return "Signalling";
    case ServiceKind::data: return "Data";
    case ServiceKind::mobile_terminated: return "Mobile terminated services";
    case ServiceKind::emergency: return "Emergency services";
    case ServiceKind::emergency_fallback: return "Emergency services fallback";
    case ServiceKind::high_priority_access: return "High priority access";
    case ServiceKind::elevated_signalling: return "Elevated signalling";
    case ServiceKind::unused_signalling_7: return "unused (Signalling) 7";
    case ServiceKind::unused_signalling_8: return "unused (Signalling) 8";
    case ServiceKind::unused_data_9: return "unused (Data) 9";
    case ServiceKind::unused_data_10: return "unused (Data) 10";
    case ServiceKind::unused_data_11: return "unused (Data) 11";
  }
  return nullptr;
}

const char* name_of(PayloadType v) {
  switch (v) {
    case PayloadType::n1_sm_information: return "N1 SM information";
    case PayloadType::sms: return "SMS";
    case PayloadType::lpp: return "LTE Positioning Protocol (LPP) message container";
    case PayloadType::sor_transparent_container: return "SOR transparent container";
    case PayloadType::ue_policy_container: return "UE policy container";
    case PayloadType::ue_parameters_update: return "UE parameters update transparent container";
    case PayloadType::location_services: return "Location services message container";
    case PayloadType::ciot_user_data: return "CIoT user data container";
    case PayloadType::service_level_aa: return "Service-level-AA container";
    case PayloadType::event_notification: return "Event notification";
    case PayloadType::multiple_payloads: return "Multiple payloads";
    case PayloadType::none: break;
  }
  return nullptr;
}

const char* name_of(RequestKind v) {
  switch (v) {
    case RequestKind::initial_request: return "initial request";
    case RequestKind::existing_pdu_session: return "existing PDU session";
    case RequestKind::initial_emergency_request: return "initial emergency request";
    case RequestKind::existing_emergency_pdu_session: return "existing emergency PDU session";
    case RequestKind::modification_request: return "modification request";
    case RequestKind::ma_pdu_request: return "MA PDU request";
  }
  return nullptr;
}

const char* name_of(PduSessionKind v) {
  switch (v) {
    case PduSessionKind::ipv4: return "IPv4";
    case PduSessionKind::ipv6: return "IPv6";
    case PduSessionKind::ipv4v6: return "IPv4v6";
    case PduSessionKind::unstructured: return "Unstructured";
    case PduSessionKind::ethernet: return "Ethernet";
  }
  return nullptr;
}

const char* name_of(SscModeValue v) {
  switch (v) {
    case SscModeValue::mode_1: return "SSC mode 1";
    case SscModeValue::mode_2: return "SSC mode 2";
    case SscModeValue::mode_3: return "SSC mode 3";
    case SscModeValue::unused_mode_1: return "unused (SSC mode 1)";
    case SscModeValue::unused_mode_2: return "unused (SSC mode 2)";
    case SscModeValue::unused_mode_3: return "unused (SSC mode 3)";
  }
  return nullptr;
}

const char* name_of(CipheringAlgorithm v) {
  switch (v) {
    case CipheringAlgorithm::ea0: return "5G-EA0";
    case CipheringAlgorithm::ea1: return "128-5G-EA1";
    case CipheringAlgorithm::ea2: return "128-5G-EA2";
    case CipheringAlgorithm::ea3: return "128-5G-EA3";
    case CipheringAlgorithm::ea4: return "5G-EA4";
    case CipheringAlgorithm::ea5: return "5G-EA5";
    case CipheringAlgorithm::ea6: return "5G-EA6";
    case CipheringAlgorithm::ea7: return "5G-EA7";
  }
  return nullptr;
}

const char* name_of(IntegrityAlgorithm v) {
  switch (v) {
    case IntegrityAlgorithm::ia0: return "5G-IA0";
    case IntegrityAlgorithm::ia1: return "128-5G-IA1";
    case IntegrityAlgorithm::ia2: return "128-5G-IA2";
    case IntegrityAlgorithm::ia3: return "128-5G-IA3";
    case IntegrityAlgorithm::ia4: return "5G-IA4";
    case IntegrityAlgorithm::ia5: return "5G-IA5";
    case IntegrityAlgorithm::ia6: return "5G-IA6";
    case IntegrityAlgorithm::ia7: return "5G-IA7";
  }
  return nullptr;
}

}  // namespace sen::nas
