// The 5GMM messages of TS 24.501 clause 8.2 (Release 17). Members are in the order of the standard's tables; the table of each message
// (identifiers, forms, names) stands in the .cpp file. A member Opt<T> is an optional element. See message.h for what is derived.
#pragma once

#include "codec/nas/elements.h"

namespace sen::nas {

struct AuthenticationRequest : MmMessage {  // 8.2.1
  KeySetIdentifier ngksi;
  Abba abba;
  Opt<Rand> rand;
  Opt<Autn> autn;
  Opt<EapMessage> eap;

  static const Table table;
  bool operator==(const AuthenticationRequest&) const = default;
};

struct AuthenticationResponse : MmMessage {  // 8.2.2
  Opt<AuthenticationResponseParameter> response;
  Opt<EapMessage> eap;

  static const Table table;
  bool operator==(const AuthenticationResponse&) const = default;
};

struct AuthenticationResult : MmMessage {  // 8.2.3
  KeySetIdentifier ngksi;
  EapMessage eap;
  Opt<Abba> abba;

  static const Table table;
  bool operator==(const AuthenticationResult&) const = default;
};

struct AuthenticationFailure : MmMessage {  // 8.2.4
  MmCause cause;
  Opt<Auts> auts;

  static const Table table;
  bool operator==(const AuthenticationFailure&) const = default;
};

struct AuthenticationReject : MmMessage {  // 8.2.5
  Opt<EapMessage> eap;

  static const Table table;
  bool operator==(const AuthenticationReject&) const = default;
};

struct RegistrationRequest : MmMessage {  // 8.2.6
  KeySetIdentifier ngksi;
  RegistrationType type;
  MobileIdentity identity;
  Opt<KeySetIdentifier> non_current_ngksi;
  Opt<MmCapability> capability;
  Opt<UeSecurityCapability> security_capability;
  Opt<Nssai> requested_nssai;
  Opt<Tai> last_visited_tai;
  Opt<S1UeNetworkCapability> s1_capability;
  Opt<PduSessionStatus> uplink_data_status;
  Opt<PduSessionStatus> session_status;
  Opt<MicoIndication> mico;
  Opt<UeStatus> ue_status;
  Opt<MobileIdentity> additional_guti;
  Opt<PduSessionStatus> allowed_session_status;
  Opt<UeUsageSetting> usage_setting;
  Opt<DrxParameters> requested_drx;
  Opt<EpsNasMessageContainer> eps_nas;
  Opt<LadnIndication> ladn_indication;
  Opt<PayloadContainerType> payload_type;
  Opt<PayloadContainer> payload;
  Opt<NetworkSlicingIndication> slicing_indication;
  Opt<UpdateType> update_type;
  Opt<Classmark2> classmark_2;
  Opt<SupportedCodecs> codecs;
  Opt<NasContainer> nas_container;
  Opt<EpsBearerContextStatus> eps_bearer_status;
  Opt<ExtendedDrxParameters> requested_extended_drx;
  Opt<GprsTimer3> t3324;
  Opt<UeRadioCapabilityId> radio_capability_id;
  Opt<MappedNssai> requested_mapped_nssai;
  Opt<AdditionalInformationRequested> additional_information_requested;
  Opt<WusAssistance> requested_wus;
  Opt<N5gcIndication> n5gc;
  Opt<NbN1DrxParameters> requested_nb_n1_drx;
  Opt<UeRequestType> ue_request_type;
  Opt<PagingRestriction> paging_restriction;
  Opt<ServiceLevelAaContainer> service_level_aa;
  Opt<Nid> nid;
  Opt<PlmnElement> disaster_plmn;
  Opt<PeipsAssistance> requested_peips;
  Opt<GprsTimer3> requested_t3512;

  static const Table table;
  bool operator==(const RegistrationRequest&) const = default;
};

struct RegistrationAccept : MmMessage {  // 8.2.7
  RegistrationResult result;
  Opt<MobileIdentity> guti;
  Opt<PlmnList> equivalent_plmns;
  Opt<TaiList> tai_list;
  Opt<Nssai> allowed_nssai;
  Opt<RejectedNssai> rejected_nssai;
  Opt<Nssai> configured_nssai;
  Opt<NetworkFeatureSupport> network_features;
  Opt<PduSessionStatus> session_status;
  Opt<PduSessionStatus> reactivation_result;
  Opt<ReactivationErrorCauses> reactivation_errors;
  Opt<LadnInformation> ladn;
  Opt<MicoIndication> mico;
  Opt<NetworkSlicingIndication> slicing_indication;
  Opt<ServiceAreaList> service_area;
  Opt<GprsTimer3> t3512;
  Opt<GprsTimer2> non_3gpp_deregistration_timer;
  Opt<GprsTimer2> t3502;
  Opt<EmergencyNumbers> emergency_numbers;
  Opt<ExtendedEmergencyNumbers> extended_emergency_numbers;
  Opt<SorTransparentContainer> sor;
  Opt<EapMessage> eap;
  Opt<NssaiInclusionMode> nssai_inclusion;
  Opt<AccessCategoryDefinitions> access_categories;
  Opt<DrxParameters> negotiated_drx;
  Opt<Non3gppProvisioning> non_3gpp_provisioning;
  Opt<EpsBearerContextStatus> eps_bearer_status;
  Opt<ExtendedDrxParameters> negotiated_extended_drx;
  Opt<GprsTimer3> t3447;
  Opt<GprsTimer2> t3448;
  Opt<GprsTimer3> t3324;
  Opt<UeRadioCapabilityId> radio_capability_id;
  Opt<UeRadioCapabilityIdDeletion> radio_capability_id_deletion;
  Opt<Nssai> pending_nssai;
  Opt<CipheringKeyData> ciphering_keys;
  Opt<CagInformationList> cag;
  Opt<TruncatedTmsiConfiguration> truncated_tmsi;
  Opt<WusAssistance> negotiated_wus;
  Opt<NbN1DrxParameters> negotiated_nb_n1_drx;
  Opt<ExtendedRejectedNssai> extended_rejected_nssai;
  Opt<ServiceLevelAaContainer> service_level_aa;
  Opt<PeipsAssistance> negotiated_peips;
  Opt<AdditionalRequestResult> additional_request_result;
  Opt<NssrgInformation> nssrg;
  Opt<RegistrationWaitRange> disaster_roaming_wait;
  Opt<RegistrationWaitRange> disaster_return_wait;
  Opt<PlmnList> disaster_plmns;
  Opt<TaiList> forbidden_tais_roaming;
  Opt<TaiList> forbidden_tais_regional;
  Opt<ExtendedCagInformationList> extended_cag;
  Opt<NsagInformation> nsag;

  static const Table table;
  bool operator==(const RegistrationAccept&) const = default;
};

struct RegistrationComplete : MmMessage {  // 8.2.8
  Opt<SorTransparentContainer> sor;

  static const Table table;
  bool operator==(const RegistrationComplete&) const = default;
};

struct RegistrationReject : MmMessage {  // 8.2.9
  MmCause cause;
  Opt<GprsTimer2> t3346;
  Opt<GprsTimer2> t3502;
  Opt<EapMessage> eap;
  Opt<RejectedNssai> rejected_nssai;
  Opt<CagInformationList> cag;
  Opt<ExtendedRejectedNssai> extended_rejected_nssai;
  Opt<RegistrationWaitRange> disaster_return_wait;
  Opt<ExtendedCagInformationList> extended_cag;
  Opt<GprsTimer3> lower_bound_timer;
  Opt<TaiList> forbidden_tais_roaming;
  Opt<TaiList> forbidden_tais_regional;

  static const Table table;
  bool operator==(const RegistrationReject&) const = default;
};

struct UlNasTransport : MmMessage {  // 8.2.10
  PayloadContainerType payload_type;
  PayloadContainer payload;
  Opt<uint8_t> pdu_session_id;
  Opt<uint8_t> old_pdu_session_id;
  Opt<RequestType> request_type;
  Opt<MappedSNssai> s_nssai;
  Opt<Dnn> dnn;
  Opt<AdditionalInformation> additional_information;
  Opt<MaPduSessionInformation> ma_pdu_session;
  Opt<ReleaseAssistance> release_assistance;

  static const Table table;
  bool operator==(const UlNasTransport&) const = default;
};

struct DlNasTransport : MmMessage {  // 8.2.11
  PayloadContainerType payload_type;
  PayloadContainer payload;
  Opt<uint8_t> pdu_session_id;
  Opt<AdditionalInformation> additional_information;
  Opt<MmCause> cause;
  Opt<GprsTimer3> back_off;
  Opt<GprsTimer3> lower_bound_timer;

  static const Table table;
  bool operator==(const DlNasTransport&) const = default;
};

struct DeregistrationRequestUe : MmMessage {  // 8.2.12
  KeySetIdentifier ngksi;
  DeregistrationType type;
  MobileIdentity identity;

  static const Table table;
  bool operator==(const DeregistrationRequestUe&) const = default;
};

struct DeregistrationAcceptUe : MmMessage {  // 8.2.13
  static const Table table;
  bool operator==(const DeregistrationAcceptUe&) const = default;
};

struct DeregistrationRequestNetwork : MmMessage {  // 8.2.14
  DeregistrationType type;
  Opt<MmCause> cause;
  Opt<GprsTimer2> t3346;
  Opt<RejectedNssai> rejected_nssai;
  Opt<CagInformationList> cag;
  Opt<ExtendedRejectedNssai> extended_rejected_nssai;
  Opt<RegistrationWaitRange> disaster_return_wait;
  Opt<ExtendedCagInformationList> extended_cag;
  Opt<GprsTimer3> lower_bound_timer;
  Opt<TaiList> forbidden_tais_roaming;
  Opt<TaiList> forbidden_tais_regional;

  static const Table table;
  bool operator==(const DeregistrationRequestNetwork&) const = default;
};

struct DeregistrationAcceptNetwork : MmMessage {  // 8.2.15
  static const Table table;
  bool operator==(const DeregistrationAcceptNetwork&) const = default;
};

struct ServiceRequest : MmMessage {  // 8.2.16
  ServiceType type;
  KeySetIdentifier ngksi;
  MobileIdentity identity;
  Opt<PduSessionStatus> uplink_data_status;
  Opt<PduSessionStatus> session_status;
  Opt<PduSessionStatus> allowed_session_status;
  Opt<NasContainer> nas_container;
  Opt<UeRequestType> ue_request_type;
  Opt<PagingRestriction> paging_restriction;

  static const Table table;
  bool operator==(const ServiceRequest&) const = default;
};

struct ServiceAccept : MmMessage {  // 8.2.17
  Opt<PduSessionStatus> session_status;
  Opt<PduSessionStatus> reactivation_result;
  Opt<ReactivationErrorCauses> reactivation_errors;
  Opt<EapMessage> eap;
  Opt<GprsTimer2> t3448;
  Opt<AdditionalRequestResult> additional_request_result;
  Opt<TaiList> forbidden_tais_roaming;
  Opt<TaiList> forbidden_tais_regional;

  static const Table table;
  bool operator==(const ServiceAccept&) const = default;
};

struct ServiceReject : MmMessage {  // 8.2.18
  MmCause cause;
  Opt<PduSessionStatus> session_status;
  Opt<GprsTimer2> t3346;
  Opt<EapMessage> eap;
  Opt<GprsTimer2> t3448;
  Opt<CagInformationList> cag;
  Opt<RegistrationWaitRange> disaster_return_wait;
  Opt<ExtendedCagInformationList> extended_cag;
  Opt<GprsTimer3> lower_bound_timer;
  Opt<TaiList> forbidden_tais_roaming;
  Opt<TaiList> forbidden_tais_regional;

  static const Table table;
  bool operator==(const ServiceReject&) const = default;
};

struct ConfigurationUpdateCommand : MmMessage {  // 8.2.19
  Opt<ConfigurationUpdateIndication> indication;
  Opt<MobileIdentity> guti;
  Opt<TaiList> tai_list;
  Opt<Nssai> allowed_nssai;
  Opt<ServiceAreaList> service_area;
  Opt<NetworkName> full_name;
  Opt<NetworkName> short_name;
  Opt<TimeZone> time_zone;
  Opt<TimeAndZone> time;
  Opt<DaylightSaving> daylight_saving;
  Opt<LadnInformation> ladn;
  Opt<MicoIndication> mico;
  Opt<NetworkSlicingIndication> slicing_indication;
  Opt<Nssai> configured_nssai;
  Opt<RejectedNssai> rejected_nssai;
  Opt<AccessCategoryDefinitions> access_categories;
  Opt<SmsIndication> sms;
  Opt<GprsTimer3> t3447;
  Opt<CagInformationList> cag;
  Opt<UeRadioCapabilityId> radio_capability_id;
  Opt<UeRadioCapabilityIdDeletion> radio_capability_id_deletion;
  Opt<RegistrationResult> result;
  Opt<TruncatedTmsiConfiguration> truncated_tmsi;
  Opt<AdditionalConfigurationIndication> additional_configuration;
  Opt<ExtendedRejectedNssai> extended_rejected_nssai;
  Opt<ServiceLevelAaContainer> service_level_aa;
  Opt<NssrgInformation> nssrg;
  Opt<RegistrationWaitRange> disaster_roaming_wait;
  Opt<RegistrationWaitRange> disaster_return_wait;
  Opt<PlmnList> disaster_plmns;
  Opt<ExtendedCagInformationList> extended_cag;
  Opt<PeipsAssistance> updated_peips;
  Opt<NsagInformation> nsag;
  Opt<PriorityIndicator> priority;

  static const Table table;
  bool operator==(const ConfigurationUpdateCommand&) const = default;
};

struct ConfigurationUpdateComplete : MmMessage {  // 8.2.20
  static const Table table;
  bool operator==(const ConfigurationUpdateComplete&) const = default;
};

struct IdentityRequest : MmMessage {  // 8.2.21
  IdentityTypeElement identity_type;

  static const Table table;
  bool operator==(const IdentityRequest&) const = default;
};

struct IdentityResponse : MmMessage {  // 8.2.22
  MobileIdentity identity;

  static const Table table;
  bool operator==(const IdentityResponse&) const = default;
};

struct Notification : MmMessage {  // 8.2.23
  AccessType access_type;

  static const Table table;
  bool operator==(const Notification&) const = default;
};

struct NotificationResponse : MmMessage {  // 8.2.24
  Opt<PduSessionStatus> session_status;

  static const Table table;
  bool operator==(const NotificationResponse&) const = default;
};

struct SecurityModeCommand : MmMessage {  // 8.2.25
  SecurityAlgorithms algorithms;
  KeySetIdentifier ngksi;
  UeSecurityCapability replayed_capability;
  Opt<ImeisvRequest> imeisv_request;
  Opt<EpsSecurityAlgorithms> eps_algorithms;
  Opt<AdditionalSecurityInformation> additional_security;
  Opt<EapMessage> eap;
  Opt<Abba> abba;
  Opt<S1UeSecurityCapability> replayed_s1_capability;

  static const Table table;
  bool operator==(const SecurityModeCommand&) const = default;
};

struct SecurityModeComplete : MmMessage {  // 8.2.26
  Opt<MobileIdentity> imeisv;
  Opt<NasContainer> nas_container;
  Opt<MobileIdentity> non_imeisv_pei;

  static const Table table;
  bool operator==(const SecurityModeComplete&) const = default;
};

struct SecurityModeReject : MmMessage {  // 8.2.27
  MmCause cause;

  static const Table table;
  bool operator==(const SecurityModeReject&) const = default;
};

struct MmStatus : MmMessage {  // 8.2.29
  MmCause cause;

  static const Table table;
  bool operator==(const MmStatus&) const = default;
};

struct ControlPlaneServiceRequest : MmMessage {  // 8.2.30
  KeySetIdentifier ngksi;
  ControlPlaneServiceType type;
  Opt<CiotSmallData> small_data;
  Opt<PayloadContainerType> payload_type;
  Opt<PayloadContainer> payload;
  Opt<uint8_t> pdu_session_id;
  Opt<PduSessionStatus> session_status;
  Opt<ReleaseAssistance> release_assistance;
  Opt<PduSessionStatus> uplink_data_status;
  Opt<NasContainer> nas_container;
  Opt<AdditionalInformation> additional_information;
  Opt<PduSessionStatus> allowed_session_status;
  Opt<UeRequestType> ue_request_type;
  Opt<PagingRestriction> paging_restriction;

  static const Table table;
  bool operator==(const ControlPlaneServiceRequest&) const = default;
};

struct SliceAuthenticationCommand : MmMessage {  // 8.2.31
  MappedSNssai s_nssai;
  EapMessage eap;

  static const Table table;
  bool operator==(const SliceAuthenticationCommand&) const = default;
};

struct SliceAuthenticationComplete : MmMessage {  // 8.2.32
  MappedSNssai s_nssai;
  EapMessage eap;

  static const Table table;
  bool operator==(const SliceAuthenticationComplete&) const = default;
};

struct SliceAuthenticationResult : MmMessage {  // 8.2.33
  MappedSNssai s_nssai;
  EapMessage eap;

  static const Table table;
  bool operator==(const SliceAuthenticationResult&) const = default;
};

struct RelayKeyRequest : MmMessage {  // 8.2.34
  uint8_t prti;
  RelayKeyRequestParameters parameters;

  static const Table table;
  bool operator==(const RelayKeyRequest&) const = default;
};

struct RelayKeyAccept : MmMessage {  // 8.2.35
  uint8_t prti;
  RelayKeyResponseParameters parameters;
  Opt<EapMessage> eap;

  static const Table table;
  bool operator==(const RelayKeyAccept&) const = default;
};

struct RelayKeyReject : MmMessage {  // 8.2.36
  uint8_t prti;
  Opt<EapMessage> eap;

  static const Table table;
  bool operator==(const RelayKeyReject&) const = default;
};

struct RelayAuthenticationRequest : MmMessage {  // 8.2.37
  uint8_t prti;
  EapMessage eap;

  static const Table table;
  bool operator==(const RelayAuthenticationRequest&) const = default;
};

struct RelayAuthenticationResponse : MmMessage {  // 8.2.38
  uint8_t prti;
  EapMessage eap;

  static const Table table;
  bool operator==(const RelayAuthenticationResponse&) const = default;
};

}  // namespace sen::nas
