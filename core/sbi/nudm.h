// Nudm_UEAuthentication, Nudm_SubscriberDataManagement and Nudm_UEContextManagement (TS 29.503), served by the UDM.
#pragma once

#include "core/sbi/nausf.h"

namespace sen::sbi {

// ---- Nudm_UEAuthentication (TS 29.503 5.4, 6.3), called by the AUSF

struct AuthenticationInfoRequest {
  std::string supi_or_suci;
  std::string serving_network_name;
  std::optional<ResynchronizationInfo> resynchronization_info;
  std::string ausf_instance_id;

  template <class V>
  static constexpr void fields(V&& v) {
    v("supiOrSuci", &AuthenticationInfoRequest::supi_or_suci);
    v("servingNetworkName", &AuthenticationInfoRequest::serving_network_name);
    v("resynchronizationInfo", &AuthenticationInfoRequest::resynchronization_info);
    v("ausfInstanceId", &AuthenticationInfoRequest::ausf_instance_id);
  }
  bool operator==(const AuthenticationInfoRequest&) const = default;
};

// 5G home-environment vector (TS 33.501 6.1.3.2).
struct Av5gHeAka {
  Octets<16> rand{};
  Octets<16> xres_star{};
  Octets<16> autn{};
  Octets<32> kausf{};

  template <class V>
  static constexpr void fields(V&& v) {
    v("rand", &Av5gHeAka::rand);
    v("xresStar", &Av5gHeAka::xres_star, Mark::secret);
    v("autn", &Av5gHeAka::autn);
    v("kausf", &Av5gHeAka::kausf, Mark::secret);
  }
  bool operator==(const Av5gHeAka&) const = default;
};

// EAP-AKA' vector (TS 33.501 6.1.3.1).
struct AvEapAkaPrime {
  Octets<16> rand{};
  Bytes xres;  // 4 to 16 octets
  Octets<16> autn{};
  Octets<16> ck_prime{};
  Octets<16> ik_prime{};

  template <class V>
  static constexpr void fields(V&& v) {
    v("rand", &AvEapAkaPrime::rand);
    v("xres", &AvEapAkaPrime::xres, Mark::secret);
    v("autn", &AvEapAkaPrime::autn);
    v("ckPrime", &AvEapAkaPrime::ck_prime, Mark::secret);
    v("ikPrime", &AvEapAkaPrime::ik_prime, Mark::secret);
  }
  bool operator==(const AvEapAkaPrime&) const = default;
};

// Exactly one of the two vectors is there, the one that auth_type names.
struct AuthenticationInfoResult {
  AuthType auth_type = AuthType::fiveg_aka;
  std::optional<Av5gHeAka> av_5g_he_aka;
  std::optional<AvEapAkaPrime> av_eap_aka_prime;
  std::string supi;

  template <class V>
  static constexpr void fields(V&& v) {
    v("authType", &AuthenticationInfoResult::auth_type);
    v("av5GHeAka", &AuthenticationInfoResult::av_5g_he_aka);
    v("avEapAkaPrime", &AuthenticationInfoResult::av_eap_aka_prime);
    v("supi", &AuthenticationInfoResult::supi);
  }
  bool operator==(const AuthenticationInfoResult&) const = default;
};

struct NudmGenerateAuthData {
  static constexpr Operation operation{"Nudm_UEAuthentication_Get", "nudm-ueau", "POST",
                                       "/nudm-ueau/v1/{supiOrSuci}/security-information/generate-auth-data"};
  using Request = AuthenticationInfoRequest;
  using Response = AuthenticationInfoResult;
};

struct AuthEvent {
  std::string supi;
  std::string nf_instance_id;
  bool success = false;
  AuthType auth_type = AuthType::fiveg_aka;
  std::string serving_network_name;

  template <class V>
  static constexpr void fields(V&& v) {
    v("supi", &AuthEvent::supi);
    v("nfInstanceId", &AuthEvent::nf_instance_id);
    v("success", &AuthEvent::success);
    v("authType", &AuthEvent::auth_type);
    v("servingNetworkName", &AuthEvent::serving_network_name);
  }
  bool operator==(const AuthEvent&) const = default;
};

struct NudmConfirmAuth {
  static constexpr Operation operation{"Nudm_UEAuthentication_ResultConfirmation", "nudm-ueau", "POST", "/nudm-ueau/v1/{supi}/auth-events",
                                       201};
  using Request = AuthEvent;
  using Response = NoContent;
};

// ---- Nudm_SubscriberDataManagement (TS 29.503 5.2, 6.1), called by the AMF and the SMF. Problems: 404 USER_NOT_FOUND, DATA_NOT_FOUND.

struct SupiRequest {
  std::string supi;

  template <class V>
  static constexpr void fields(V&& v) {
    v("supi", &SupiRequest::supi);
  }
  bool operator==(const SupiRequest&) const = default;
};

// Subscribed slices; the default ones are those granted when the UE requests none.
struct Nssai {
  std::vector<SNssai> default_single_nssais;
  std::vector<SNssai> single_nssais;  // those that are not default

  template <class V>
  static constexpr void fields(V&& v) {
    v("defaultSingleNssais", &Nssai::default_single_nssais);
    v("singleNssais", &Nssai::single_nssais);
  }
  bool operator==(const Nssai&) const = default;
};

struct AccessAndMobilitySubscriptionData {
  std::vector<std::string> gpsis;  // "msisdn-491700000001"
  std::optional<Ambr> subscribed_ue_ambr;
  Nssai nssai;
  std::vector<RatType> rat_restrictions;     // RATs that the subscriber may not use
  bool nr_as_primary_rat_forbidden = false;  // subscriber may not use NR at all (Open5GS access_restriction_data)
  std::optional<uint8_t> ue_usage_type;
  std::optional<uint32_t> subs_reg_timer_s;  // periodic registration timer that the subscription wants

  template <class V>
  static constexpr void fields(V&& v) {
    using T = AccessAndMobilitySubscriptionData;
    v("gpsis", &T::gpsis);
    v("subscribedUeAmbr", &T::subscribed_ue_ambr);
    v("nssai", &T::nssai);
    v("ratRestrictions", &T::rat_restrictions);
    v("nrAsPrimaryRatForbidden", &T::nr_as_primary_rat_forbidden);
    v("ueUsageType", &T::ue_usage_type);
    v("subsRegTimer", &T::subs_reg_timer_s);
  }
  bool operator==(const AccessAndMobilitySubscriptionData&) const = default;
};

struct NudmSdmGetAmData {
  static constexpr Operation operation{"Nudm_SDM_Get_AmData", "nudm-sdm", "GET", "/nudm-sdm/v2/{supi}/am-data"};
  using Request = SupiRequest;
  using Response = AccessAndMobilitySubscriptionData;
};

struct NudmSdmGetNssai {
  static constexpr Operation operation{"Nudm_SDM_Get_Nssai", "nudm-sdm", "GET", "/nudm-sdm/v2/{supi}/nssai"};
  using Request = SupiRequest;
  using Response = Nssai;
};

struct DnnInfo {
  std::string dnn;
  bool default_dnn_indicator = false;

  template <class V>
  static constexpr void fields(V&& v) {
    v("dnn", &DnnInfo::dnn);
    v("defaultDnnIndicator", &DnnInfo::default_dnn_indicator);
  }
  bool operator==(const DnnInfo&) const = default;
};

// One entry of subscribedSnssaiInfos: JSON keys the map by the S-NSSAI, here it is a member.
struct SnssaiInfo {
  SNssai s_nssai;
  std::vector<DnnInfo> dnn_infos;

  template <class V>
  static constexpr void fields(V&& v) {
    v("snssai", &SnssaiInfo::s_nssai);
    v("dnnInfos", &SnssaiInfo::dnn_infos);
  }
  bool operator==(const SnssaiInfo&) const = default;
};

struct SmfSelectionSubscriptionData {
  std::vector<SnssaiInfo> subscribed_snssai_infos;

  template <class V>
  static constexpr void fields(V&& v) {
    v("subscribedSnssaiInfos", &SmfSelectionSubscriptionData::subscribed_snssai_infos);
  }
  bool operator==(const SmfSelectionSubscriptionData&) const = default;
};

struct NudmSdmGetSmfSelectData {
  static constexpr Operation operation{"Nudm_SDM_Get_SmfSelectData", "nudm-sdm", "GET", "/nudm-sdm/v2/{supi}/smf-select-data"};
  using Request = SupiRequest;
  using Response = SmfSelectionSubscriptionData;
};

struct SmDataRequest {
  std::string supi;
  std::optional<SNssai> single_nssai;  // absent: all slices
  std::string dnn;                     // empty: all DNNs

  template <class V>
  static constexpr void fields(V&& v) {
    v("supi", &SmDataRequest::supi);
    v("single-nssai", &SmDataRequest::single_nssai);
    v("dnn", &SmDataRequest::dnn);
  }
  bool operator==(const SmDataRequest&) const = default;
};

struct PduSessionTypes {
  PduSessionType default_session_type = PduSessionType::ipv4;
  std::vector<PduSessionType> allowed_session_types;

  template <class V>
  static constexpr void fields(V&& v) {
    v("defaultSessionType", &PduSessionTypes::default_session_type);
    v("allowedSessionTypes", &PduSessionTypes::allowed_session_types);
  }
  bool operator==(const PduSessionTypes&) const = default;
};

struct SscModes {
  SscMode default_ssc_mode = SscMode::mode_1;
  std::vector<SscMode> allowed_ssc_modes;

  template <class V>
  static constexpr void fields(V&& v) {
    v("defaultSscMode", &SscModes::default_ssc_mode);
    v("allowedSscModes", &SscModes::allowed_ssc_modes);
  }
  bool operator==(const SscModes&) const = default;
};

// One entry of dnnConfigurations: JSON keys the map by the DNN, here it is a member.
struct DnnConfiguration {
  std::string dnn;
  PduSessionTypes pdu_session_types;
  SscModes ssc_modes;
  SubscribedDefaultQos qos_profile;
  Ambr session_ambr;
  std::optional<Octets<4>> static_ipv4;
  std::optional<Octets<16>> static_ipv6;  // the address; its first 64 bits are the UE's prefix

  template <class V>
  static constexpr void fields(V&& v) {
    v("dnn", &DnnConfiguration::dnn);
    v("pduSessionTypes", &DnnConfiguration::pdu_session_types);
    v("sscModes", &DnnConfiguration::ssc_modes);
    v("5gQosProfile", &DnnConfiguration::qos_profile);
    v("sessionAmbr", &DnnConfiguration::session_ambr);
    v("ipv4Addr", &DnnConfiguration::static_ipv4);
    v("ipv6Addr", &DnnConfiguration::static_ipv6);
  }
  bool operator==(const DnnConfiguration&) const = default;
};

struct SessionManagementSubscriptionData {
  SNssai single_nssai;
  std::vector<DnnConfiguration> dnn_configurations;

  template <class V>
  static constexpr void fields(V&& v) {
    v("singleNssai", &SessionManagementSubscriptionData::single_nssai);
    v("dnnConfigurations", &SessionManagementSubscriptionData::dnn_configurations);
  }
  bool operator==(const SessionManagementSubscriptionData&) const = default;
};

// Never empty: nothing that matches is 404 DATA_NOT_FOUND.
struct SmSubscriptionData {
  std::vector<SessionManagementSubscriptionData> individual;

  template <class V>
  static constexpr void fields(V&& v) {
    v("individualSmSubsData", &SmSubscriptionData::individual);
  }
  bool operator==(const SmSubscriptionData&) const = default;
};

struct NudmSdmGetSmData {
  static constexpr Operation operation{"Nudm_SDM_Get_SmData", "nudm-sdm", "GET", "/nudm-sdm/v2/{supi}/sm-data"};
  using Request = SmDataRequest;
  using Response = SmSubscriptionData;
};

// A session that an SMF has registered. JSON keys the map by the session's number.
struct PduSessionInSmf {
  uint8_t pdu_session_id = 0;
  std::string dnn;
  std::string smf_instance_id;
  SNssai single_nssai;

  template <class V>
  static constexpr void fields(V&& v) {
    v("pduSessionId", &PduSessionInSmf::pdu_session_id);
    v("dnn", &PduSessionInSmf::dnn);
    v("smfInstanceId", &PduSessionInSmf::smf_instance_id);
    v("singleNssai", &PduSessionInSmf::single_nssai);
  }
  bool operator==(const PduSessionInSmf&) const = default;
};

struct UeContextInSmfData {
  std::vector<PduSessionInSmf> pdu_sessions;

  template <class V>
  static constexpr void fields(V&& v) {
    v("pduSessions", &UeContextInSmfData::pdu_sessions);
  }
  bool operator==(const UeContextInSmfData&) const = default;
};

struct NudmSdmGetUeContextInSmf {
  static constexpr Operation operation{"Nudm_SDM_Get_UeContextInSmfData", "nudm-sdm", "GET", "/nudm-sdm/v2/{supi}/ue-context-in-smf-data"};
  using Request = SupiRequest;
  using Response = UeContextInSmfData;
};

// Resources by the last segment of their path: "am-data", "sm-data", "smf-select-data", "nssai".
struct SdmSubscription {
  std::string supi;
  std::string nf_instance_id;
  std::string callback_reference;  // notifications go to authority_of() this
  std::vector<std::string> monitored_resource_uris;
  std::string subscription_id;  // in the answer

  template <class V>
  static constexpr void fields(V&& v) {
    v("supi", &SdmSubscription::supi);
    v("nfInstanceId", &SdmSubscription::nf_instance_id);
    v("callbackReference", &SdmSubscription::callback_reference);
    v("monitoredResourceUris", &SdmSubscription::monitored_resource_uris);
    v("subscriptionId", &SdmSubscription::subscription_id);
  }
  bool operator==(const SdmSubscription&) const = default;
};

struct NudmSdmSubscribe {
  static constexpr Operation operation{"Nudm_SDM_Subscribe", "nudm-sdm", "POST", "/nudm-sdm/v2/{supi}/sdm-subscriptions", 201};
  using Request = SdmSubscription;
  using Response = SdmSubscription;
};

struct SdmUnsubscribeRequest {
  std::string supi;
  std::string subscription_id;

  template <class V>
  static constexpr void fields(V&& v) {
    v("supi", &SdmUnsubscribeRequest::supi);
    v("subscriptionId", &SdmUnsubscribeRequest::subscription_id);
  }
  bool operator==(const SdmUnsubscribeRequest&) const = default;
};

struct NudmSdmUnsubscribe {
  static constexpr Operation operation{"Nudm_SDM_Unsubscribe", "nudm-sdm", "DELETE",
                                       "/nudm-sdm/v2/{supi}/sdm-subscriptions/{subscriptionId}", 204};
  using Request = SdmUnsubscribeRequest;
  using Response = NoContent;
};

// The subscriber's data changed: read the named resources again. The receiver is the subscriber's call-back.
struct SdmChangeNotification {
  std::string callback_reference;
  std::string supi;
  std::vector<std::string> resource_ids;

  template <class V>
  static constexpr void fields(V&& v) {
    v("callbackReference", &SdmChangeNotification::callback_reference);
    v("supi", &SdmChangeNotification::supi);
    v("resourceId", &SdmChangeNotification::resource_ids);
  }
  bool operator==(const SdmChangeNotification&) const = default;
};

struct NudmSdmNotification {
  static constexpr Operation operation{"Nudm_SDM_Notification", "nudm-sdm", "POST", "{callbackReference}", 204};
  using Request = SdmChangeNotification;
  using Response = NoContent;
};

// ---- Nudm_UEContextManagement (TS 29.503 5.3, 6.2)

struct Amf3gppAccessRegistration {
  std::string ue_id;  // SUPI
  std::string amf_instance_id;
  std::string dereg_callback_uri;  // NudmDeregistrationNotification goes to authority_of() this
  Guami guami;
  RatType rat_type = RatType::nr;
  bool initial_registration_ind = false;
  std::string pei;  // "imeisv-..."

  template <class V>
  static constexpr void fields(V&& v) {
    v("ueId", &Amf3gppAccessRegistration::ue_id);
    v("amfInstanceId", &Amf3gppAccessRegistration::amf_instance_id);
    v("deregCallbackUri", &Amf3gppAccessRegistration::dereg_callback_uri);
    v("guami", &Amf3gppAccessRegistration::guami);
    v("ratType", &Amf3gppAccessRegistration::rat_type);
    v("initialRegistrationInd", &Amf3gppAccessRegistration::initial_registration_ind);
    v("pei", &Amf3gppAccessRegistration::pei);
  }
  bool operator==(const Amf3gppAccessRegistration&) const = default;
};

// Registers the serving AMF; another AMF registered before is told with NudmDeregistrationNotification.
struct NudmUecmRegisterAmf {
  static constexpr Operation operation{"Nudm_UECM_Registration_Amf3gpp", "nudm-uecm", "PUT",
                                       "/nudm-uecm/v1/{ueId}/registrations/amf-3gpp-access"};
  using Request = Amf3gppAccessRegistration;
  using Response = NoContent;
};

// purge_flag: the AMF has forgotten the UE. Problem: 403 INVALID_GUAMI when another AMF is registered.
struct Amf3gppAccessModification {
  std::string ue_id;
  Guami guami;
  bool purge_flag = true;

  template <class V>
  static constexpr void fields(V&& v) {
    v("ueId", &Amf3gppAccessModification::ue_id);
    v("guami", &Amf3gppAccessModification::guami);
    v("purgeFlag", &Amf3gppAccessModification::purge_flag);
  }
  bool operator==(const Amf3gppAccessModification&) const = default;
};

struct NudmUecmDeregisterAmf {
  static constexpr Operation operation{"Nudm_UECM_Deregistration_Amf3gpp", "nudm-uecm", "PATCH",
                                       "/nudm-uecm/v1/{ueId}/registrations/amf-3gpp-access", 204};
  using Request = Amf3gppAccessModification;
  using Response = NoContent;
};

enum class DeregistrationReason : uint8_t {
  ue_initial_registration,
  ue_registration_area_change,
  subscription_withdrawn,
  fivegs_to_eps_mobility,
  reregistration_required
};
constexpr auto json_names(DeregistrationReason) {
  return std::to_array<std::string_view>({"UE_INITIAL_REGISTRATION", "UE_REGISTRATION_AREA_CHANGE", "SUBSCRIPTION_WITHDRAWN",
                                          "5GS_TO_EPS_MOBILITY", "REREGISTRATION_REQUIRED"});
}

struct DeregistrationData {
  std::string dereg_callback_uri;
  std::string supi;
  DeregistrationReason dereg_reason = DeregistrationReason::ue_initial_registration;
  AccessType access_type = AccessType::threegpp;

  template <class V>
  static constexpr void fields(V&& v) {
    v("deregCallbackUri", &DeregistrationData::dereg_callback_uri);
    v("supi", &DeregistrationData::supi);
    v("deregReason", &DeregistrationData::dereg_reason);
    v("accessType", &DeregistrationData::access_type);
  }
  bool operator==(const DeregistrationData&) const = default;
};

// Served by the AMF.
struct NudmDeregistrationNotification {
  static constexpr Operation operation{"Nudm_UECM_DeregistrationNotification", "nudm-uecm", "POST", "{deregCallbackUri}", 204};
  using Request = DeregistrationData;
  using Response = NoContent;
};

struct SmfRegistration {
  std::string ue_id;
  uint8_t pdu_session_id = 0;
  std::string smf_instance_id;
  SNssai single_nssai;
  std::string dnn;
  Plmn plmn_id;

  template <class V>
  static constexpr void fields(V&& v) {
    v("ueId", &SmfRegistration::ue_id);
    v("pduSessionId", &SmfRegistration::pdu_session_id);
    v("smfInstanceId", &SmfRegistration::smf_instance_id);
    v("singleNssai", &SmfRegistration::single_nssai);
    v("dnn", &SmfRegistration::dnn);
    v("plmnId", &SmfRegistration::plmn_id);
  }
  bool operator==(const SmfRegistration&) const = default;
};

struct NudmUecmRegisterSmf {
  static constexpr Operation operation{"Nudm_UECM_Registration_Smf", "nudm-uecm", "PUT",
                                       "/nudm-uecm/v1/{ueId}/registrations/smf-registrations/{pduSessionId}"};
  using Request = SmfRegistration;
  using Response = NoContent;
};

struct SmfDeregistration {
  std::string ue_id;
  uint8_t pdu_session_id = 0;
  std::string smf_instance_id;

  template <class V>
  static constexpr void fields(V&& v) {
    v("ueId", &SmfDeregistration::ue_id);
    v("pduSessionId", &SmfDeregistration::pdu_session_id);
    v("smf-instance-id", &SmfDeregistration::smf_instance_id);
  }
  bool operator==(const SmfDeregistration&) const = default;
};

struct NudmUecmDeregisterSmf {
  static constexpr Operation operation{"Nudm_UECM_Deregistration_Smf", "nudm-uecm", "DELETE",
                                       "/nudm-uecm/v1/{ueId}/registrations/smf-registrations/{pduSessionId}", 204};
  using Request = SmfDeregistration;
  using Response = NoContent;
};

}  // namespace sen::sbi
