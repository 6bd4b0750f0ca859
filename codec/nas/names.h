// Enumerations of TS 24.501 and TS 24.007 with their names. name_of() gives the standard's words, or null for a value that it does not
// name.
#pragma once

#include <cstdint>

namespace sen::nas {

inline constexpr uint8_t epd_5gmm = 0x7e;
inline constexpr uint8_t epd_5gsm = 0x2e;

// TS 24.501 tables 9.7.1 and 9.7.2. The two ranges do not meet.
enum class MessageType : uint8_t {
  registration_request = 0x41,
  registration_accept = 0x42,
  registration_complete = 0x43,
  registration_reject = 0x44,
  deregistration_request_ue = 0x45,
  deregistration_accept_ue = 0x46,
  deregistration_request_network = 0x47,
  deregistration_accept_network = 0x48,
  service_request = 0x4c,
  service_reject = 0x4d,
  service_accept = 0x4e,
  control_plane_service_request = 0x4f,
  slice_authentication_command = 0x50,
  slice_authentication_complete = 0x51,
  slice_authentication_result = 0x52,
  configuration_update_command = 0x54,
  configuration_update_complete = 0x55,
  authentication_request = 0x56,
  authentication_response = 0x57,
  authentication_reject = 0x58,
  authentication_failure = 0x59,
  authentication_result = 0x5a,
  identity_request = 0x5b,
  identity_response = 0x5c,
  security_mode_command = 0x5d,
  security_mode_complete = 0x5e,
  security_mode_reject = 0x5f,
  mm_status = 0x64,
  notification = 0x65,
  notification_response = 0x66,
  ul_nas_transport = 0x67,
  dl_nas_transport = 0x68,
  relay_key_request = 0x69,
  relay_key_accept = 0x6a,
  relay_key_reject = 0x6b,
  relay_authentication_request = 0x6c,
  relay_authentication_response = 0x6d,
  pdu_session_establishment_request = 0xc1,
  pdu_session_establishment_accept = 0xc2,
  pdu_session_establishment_reject = 0xc3,
  pdu_session_authentication_command = 0xc5,
  pdu_session_authentication_complete = 0xc6,
  pdu_session_authentication_result = 0xc7,
  pdu_session_modification_request = 0xc9,
  pdu_session_modification_reject = 0xca,
  pdu_session_modification_command = 0xcb,
  pdu_session_modification_complete = 0xcc,
  pdu_session_modification_command_reject = 0xcd,
  pdu_session_release_request = 0xd1,
  pdu_session_release_reject = 0xd2,
  pdu_session_release_command = 0xd3,
  pdu_session_release_complete = 0xd4,
  sm_status = 0xd6,
  service_level_authentication_command = 0xd8,
  service_level_authentication_complete = 0xd9,
  remote_ue_report = 0xda,
  remote_ue_report_response = 0xdb,
};

// 9.11.3.2; the numbers are the standard's.
enum class MmCause : uint8_t {
  illegal_ue = 3,
  pei_not_accepted = 5,
  illegal_me = 6,
  services_not_allowed = 7,
  ue_identity_cannot_be_derived = 9,
  implicitly_deregistered = 10,
  plmn_not_allowed = 11,
  tracking_area_not_allowed = 12,
  roaming_not_allowed_in_tracking_area = 13,
  no_suitable_cells_in_tracking_area = 15,
  mac_failure = 20,
  synch_failure = 21,
  congestion = 22,
  ue_security_capabilities_mismatch = 23,
  security_mode_rejected = 24,
  non_5g_authentication_unacceptable = 26,
  n1_mode_not_allowed = 27,
  restricted_service_area = 28,
  redirection_to_epc_required = 31,
  ladn_not_available = 43,
  no_network_slices_available = 62,
  maximum_number_of_pdu_sessions_reached = 65,
  insufficient_resources_for_slice_and_dnn = 67,
  insufficient_resources_for_slice = 69,
  ngksi_already_in_use = 71,
  non_3gpp_access_not_allowed = 72,
  serving_network_not_authorized = 73,
  temporarily_not_authorized_for_snpn = 74,
  permanently_not_authorized_for_snpn = 75,
  not_authorized_for_cag = 76,
  wireline_access_area_not_allowed = 77,
  plmn_not_allowed_at_present_location = 78,
  uas_services_not_allowed = 79,
  disaster_roaming_not_allowed = 80,
  payload_was_not_forwarded = 90,
  dnn_not_supported_or_not_subscribed = 91,
  insufficient_user_plane_resources = 92,
  semantically_incorrect_message = 95,
  invalid_mandatory_information = 96,
  message_type_not_implemented = 97,
  message_type_not_compatible_with_state = 98,
  information_element_not_implemented = 99,
  conditional_ie_error = 100,
  message_not_compatible_with_state = 101,
  protocol_error = 111,
};

// 9.11.4.2
enum class SmCause : uint8_t {
  operator_determined_barring = 8,
  insufficient_resources = 26,
  missing_or_unknown_dnn = 27,
  unknown_pdu_session_type = 28,
  authentication_failed = 29,
  request_rejected = 31,
  service_option_not_supported = 32,
  service_option_not_subscribed = 33,
  pti_already_in_use = 35,
  regular_deactivation = 36,
  out_of_ladn_service_area = 46,
  network_failure = 38,
  reactivation_requested = 39,
  semantic_error_in_tft = 41,
  syntactical_error_in_tft = 42,
  invalid_pdu_session_identity = 43,
  semantic_errors_in_packet_filters = 44,
  syntactical_error_in_packet_filters = 45,
  pti_mismatch = 47,
  ipv4_only_allowed = 50,
  ipv6_only_allowed = 51,
  pdu_session_does_not_exist = 54,
  ipv4v6_only_allowed = 57,
  unstructured_only_allowed = 58,
  unsupported_5qi = 59,
  ethernet_only_allowed = 61,
  insufficient_resources_for_slice_and_dnn = 67,
  not_supported_ssc_mode = 68,
  insufficient_resources_for_slice = 69,
  missing_or_unknown_dnn_in_slice = 70,
  invalid_pti = 81,
  integrity_protection_data_rate_too_low = 82,
  semantic_error_in_qos_operation = 83,
  syntactical_error_in_qos_operation = 84,
  invalid_mapped_eps_bearer_identity = 85,
  uas_services_not_allowed = 86,
  semantically_incorrect_message = 95,
  invalid_mandatory_information = 96,
  message_type_not_implemented = 97,
  message_type_not_compatible_with_state = 98,
  information_element_not_implemented = 99,
  conditional_ie_error = 100,
  message_not_compatible_with_state = 101,
  protocol_error = 111,
};

enum class SecurityHeaderType : uint8_t {
  plain = 0,
  integrity_protected = 1,
  integrity_protected_and_ciphered = 2,
  integrity_protected_new_context = 3,
  integrity_protected_and_ciphered_new_context = 4,
};

enum class RegistrationKind : uint8_t {
  initial = 1,
  mobility_updating = 2,
  periodic_updating = 3,
  emergency = 4,
  snpn_onboarding = 5,
  disaster_roaming_mobility = 6,
  disaster_roaming_initial = 7,
};
enum class AccessKind : uint8_t { access_3gpp = 1, access_non_3gpp = 2, both = 3 };
enum class IdentityType : uint8_t { none = 0, suci = 1, guti = 2, imei = 3, s_tmsi = 4, imeisv = 5, mac_address = 6, eui_64 = 7 };
enum class SupiFormat : uint8_t { imsi = 0, network_specific = 1, gci = 2, gli = 3 };
enum class ServiceKind : uint8_t {
  signalling = 0,
  data = 1,
  mobile_terminated = 2,
  emergency = 3,
  emergency_fallback = 4,
  high_priority_access = 5,
  elevated_signalling = 6,
  unused_signalling_7 = 7,
  unused_signalling_8 = 8,
  unused_data_9 = 9,
  unused_data_10 = 10,
  unused_data_11 = 11,
};
enum class PayloadType : uint8_t {
  none = 0,
  n1_sm_information = 1,
  sms = 2,
  lpp = 3,
  sor_transparent_container = 4,
  ue_policy_container = 5,
  ue_parameters_update = 6,
  location_services = 7,
  ciot_user_data = 8,
  service_level_aa = 9,
  event_notification = 10,
  multiple_payloads = 15,
};
enum class RequestKind : uint8_t {
  initial_request = 1,
  existing_pdu_session = 2,
  initial_emergency_request = 3,
  existing_emergency_pdu_session = 4,
  modification_request = 5,
  ma_pdu_request = 6,
};
enum class PduSessionKind : uint8_t { ipv4 = 1, ipv6 = 2, ipv4v6 = 3, unstructured = 4, ethernet = 5 };
enum class SscModeValue : uint8_t { mode_1 = 1, mode_2 = 2, mode_3 = 3, unused_mode_1 = 4, unused_mode_2 = 5, unused_mode_3 = 6 };
enum class CipheringAlgorithm : uint8_t { ea0 = 0, ea1 = 1, ea2 = 2, ea3 = 3, ea4 = 4, ea5 = 5, ea6 = 6, ea7 = 7 };
enum class IntegrityAlgorithm : uint8_t { ia0 = 0, ia1 = 1, ia2 = 2, ia3 = 3, ia4 = 4, ia5 = 5, ia6 = 6, ia7 = 7 };

const char* name_of(MessageType);
const char* name_of(MmCause);
const char* name_of(SmCause);
const char* name_of(SecurityHeaderType);
const char* name_of(RegistrationKind);
const char* name_of(AccessKind);
const char* name_of(IdentityType);
const char* name_of(SupiFormat);
const char* name_of(ServiceKind);
const char* name_of(PayloadType);
const char* name_of(RequestKind);
const char* name_of(PduSessionKind);
const char* name_of(SscModeValue);
const char* name_of(CipheringAlgorithm);
const char* name_of(IntegrityAlgorithm);

}  // namespace sen::nas
