// Nsmf_PDUSession (TS 29.502), the operations on SM contexts: served by the SMF, called by the AMF; the status call-back the other way.
#pragma once

#include "core/sbi/types.h"

namespace sen::sbi {

// What an n2_sm_info is (TS 29.502 6.1.6.3.13): the NGAP transfer IE of that name (TS 38.413 9.3.4).
enum class N2SmInfoType : uint8_t {
  pdu_res_setup_req,
  pdu_res_setup_rsp,
  pdu_res_setup_fail,
  pdu_res_rel_cmd,
  pdu_res_rel_rsp,
  pdu_res_mod_req,
  pdu_res_mod_rsp,
  pdu_res_mod_fail,
  pdu_res_nty,
  pdu_res_nty_rel,
  pdu_res_mod_ind,
  pdu_res_mod_cfm,
  path_switch_req,
  path_switch_setup_fail,
  path_switch_req_ack,
  path_switch_req_fail,
  handover_required,
  handover_cmd,
  handover_prep_fail,
  handover_req_ack,
  handover_res_alloc_fail,
  secondary_rat_usage,
  pdu_res_mod_ind_fail,
  ue_context_resume_req,
  ue_context_resume_rsp,
  ue_context_suspend_req
};
constexpr auto json_names(N2SmInfoType) {
  return std::to_array<std::string_view>({"PDU_RES_SETUP_REQ",     "PDU_RES_SETUP_RSP",      "PDU_RES_SETUP_FAIL",
                                          "PDU_RES_REL_CMD",       "PDU_RES_REL_RSP",        "PDU_RES_MOD_REQ",
                                          "PDU_RES_MOD_RSP",       "PDU_RES_MOD_FAIL",       "PDU_RES_NTY",
                                          "PDU_RES_NTY_REL",       "PDU_RES_MOD_IND",        "PDU_RES_MOD_CFM",
                                          "PATH_SWITCH_REQ",       "PATH_SWITCH_SETUP_FAIL", "PATH_SWITCH_REQ_ACK",
                                          "PATH_SWITCH_REQ_FAIL",  "HANDOVER_REQUIRED",      "HANDOVER_CMD",
                                          "HANDOVER_PREP_FAIL",    "HANDOVER_REQ_ACK",       "HANDOVER_RES_ALLOC_FAIL",
                                          "SECONDARY_RAT_USAGE",   "PDU_RES_MOD_IND_FAIL",   "UE_CONTEXT_RESUME_REQ",
                                          "UE_CONTEXT_RESUME_RSP", "UE_CONTEXT_SUSPEND_REQ"});
}

enum class RequestType : uint8_t {
  initial_request,
  existing_pdu_session,
  initial_emergency_request,
  existing_emergency_pdu_session,
  ma_request
};
constexpr auto json_names(RequestType) {
  return std::to_array<std::string_view>(
      {"INITIAL_REQUEST", "EXISTING_PDU_SESSION", "INITIAL_EMERGENCY_REQUEST", "EXISTING_EMERGENCY_PDU_SESSION", "MA_REQUEST"});
}

enum class HoState : uint8_t { none, preparing, prepared, completed, cancelled };
constexpr auto json_names(HoState) { return std::to_array<std::string_view>({"NONE", "PREPARING", "PREPARED", "COMPLETED", "CANCELLED"}); }

// Why a session or its user plane goes (TS 29.502 6.1.6.3.8), the values that a visited or home SMF is not needed for.
enum class SmCause : uint8_t {
  rel_due_to_ho,
  eps_fallback,
  rel_due_to_up_sec,
  dnn_congestion,
  s_nssai_congestion,
  rel_due_to_reactivation,
  fiveg_an_not_responding,
  rel_due_to_slice_not_available,
  rel_due_to_duplicate_session_id,
  pdu_session_status_mismatch,
  ho_failure,
  insufficient_up_resources,
  pdu_session_handed_over,
  pdu_session_resumed,
  cn_assisted_ran_parameter_tuning,
  iscpm_requested,
  other
};
constexpr auto json_names(SmCause) {
  return std::to_array<std::string_view>({"REL_DUE_TO_HO", "EPS_FALLBACK", "REL_DUE_TO_UP_SEC", "DNN_CONGESTION", "S_NSSAI_CONGESTION",
                                          "REL_DUE_TO_REACTIVATION", "5G_AN_NOT_RESPONDING", "REL_DUE_TO_SLICE_NOT_AVAILABLE",
                                          "REL_DUE_TO_DUPLICATE_SESSION_ID", "PDU_SESSION_STATUS_MISMATCH", "HO_FAILURE",
                                          "INSUFFICIENT_UP_RESOURCES", "PDU_SESSION_HANDED_OVER", "PDU_SESSION_RESUMED",
                                          "CN_ASSISTED_RAN_PARAMETER_TUNING", "ISCPM_REQUESTED", "OTHER"});
}

// POST sm-contexts. n1_sm_msg is the UE's PDU SESSION ESTABLISHMENT REQUEST.
struct SmContextCreateData {
  std::string supi;
  std::string pei;
  std::string gpsi;
  uint8_t pdu_session_id = 0;
  std::string dnn;  // as the UE requested or as the subscription defaults
  SNssai s_nssai;
  std::string serving_nf_id;
  Guami guami;
  Plmn serving_network;
  RequestType request_type = RequestType::initial_request;
  AccessType an_type = AccessType::threegpp;
  RatType rat_type = RatType::nr;
  std::optional<NrLocation> ue_location;
  std::string sm_context_status_uri;  // NsmfSmContextStatusNotify goes to authority_of() this
  std::string old_sm_context_ref;     // existing session handed over from another context of the same SMF
  Bytes n1_sm_msg;

  template <class V>
  static constexpr void fields(V&& v) {
    using T = SmContextCreateData;
    v("supi", &T::supi);
    v("pei", &T::pei);
    v("gpsi", &T::gpsi);
    v("pduSessionId", &T::pdu_session_id);
    v("dnn", &T::dnn);
    v("sNssai", &T::s_nssai);
    v("servingNfId", &T::serving_nf_id);
    v("guami", &T::guami);
    v("servingNetwork", &T::serving_network);
    v("requestType", &T::request_type);
    v("anType", &T::an_type);
    v("ratType", &T::rat_type);
    v("ueLocation", &T::ue_location);
    v("smContextStatusUri", &T::sm_context_status_uri);
    v("oldSmContextRef", &T::old_sm_context_ref);
    v("n1SmMsg", &T::n1_sm_msg);
  }
  bool operator==(const SmContextCreateData&) const = default;
};

// The context exists; the session's N1 accept and N2 setup follow by NamfN1N2MessageTransfer.
struct SmContextCreatedData {
  std::string sm_context_ref;  // the Location header's last segment
  uint8_t pdu_session_id = 0;
  std::optional<SNssai> s_nssai;
  std::optional<UpCnxState> up_cnx_state;
  Bytes n2_sm_info;
  std::optional<N2SmInfoType> n2_sm_info_type;

  template <class V>
  static constexpr void fields(V&& v) {
    using T = SmContextCreatedData;
    v("smContextRef", &T::sm_context_ref);
    v("pduSessionId", &T::pdu_session_id);
    v("sNssai", &T::s_nssai);
    v("upCnxState", &T::up_cnx_state);
    v("n2SmInfo", &T::n2_sm_info);
    v("n2SmInfoType", &T::n2_sm_info_type);
  }
  bool operator==(const SmContextCreatedData&) const = default;
};

// Problems carry the PDU SESSION ESTABLISHMENT REJECT for the UE in n1_sm_msg.
struct NsmfCreateSmContext {
  static constexpr Operation operation{"Nsmf_PDUSession_CreateSMContext", "nsmf-pdusession", "POST", "/nsmf-pdusession/v1/sm-contexts",
                                       201};
  using Request = SmContextCreateData;
  using Response = SmContextCreatedData;
};

// POST modify: an N1 message of the UE, an N2 answer of the gNB, (de)activation of the user plane, steps of a handover, or release by the
// AMF. Only what is there changes.
struct SmContextUpdateData {
  std::string sm_context_ref;
  std::string serving_nf_id;
  std::optional<Guami> guami;
  std::optional<Plmn> serving_network;
  std::optional<AccessType> an_type;
  std::optional<RatType> rat_type;
  std::optional<NrLocation> ue_location;
  std::optional<UpCnxState> up_cnx_state;
  std::optional<HoState> ho_state;
  bool to_be_switched = false;         // Xn handover: n2_sm_info is PATH_SWITCH_REQ
  bool failed_to_be_switched = false;  // Xn handover: n2_sm_info is PATH_SWITCH_SETUP_FAIL
  Bytes n1_sm_msg;
  Bytes n2_sm_info;
  std::optional<N2SmInfoType> n2_sm_info_type;
  Bytes target_id;  // N2 handover: NGAP TargetID as it came
  std::string target_serving_nf_id;
  std::string sm_context_status_uri;
  bool data_forwarding = false;
  bool release = false;
  std::optional<SmCause> cause;
  std::optional<NgApCause> ng_ap_cause;
  std::optional<uint8_t> fiveg_mm_cause_value;

  template <class V>
  static constexpr void fields(V&& v) {
    using T = SmContextUpdateData;
    v("smContextRef", &T::sm_context_ref);
    v("servingNfId", &T::serving_nf_id);
    v("guami", &T::guami);
    v("servingNetwork", &T::serving_network);
    v("anType", &T::an_type);
    v("ratType", &T::rat_type);
    v("ueLocation", &T::ue_location);
    v("upCnxState", &T::up_cnx_state);
    v("hoState", &T::ho_state);
    v("toBeSwitched", &T::to_be_switched);
    v("failedToBeSwitched", &T::failed_to_be_switched);
    v("n1SmMsg", &T::n1_sm_msg);
    v("n2SmInfo", &T::n2_sm_info);
    v("n2SmInfoType", &T::n2_sm_info_type);
    v("targetId", &T::target_id);
    v("targetServingNfId", &T::target_serving_nf_id);
    v("smContextStatusUri", &T::sm_context_status_uri);
    v("dataForwarding", &T::data_forwarding);
    v("release", &T::release);
    v("cause", &T::cause);
    v("ngApCause", &T::ng_ap_cause);
    v("5gMmCauseValue", &T::fiveg_mm_cause_value);
  }
  bool operator==(const SmContextUpdateData&) const = default;
};

struct SmContextUpdatedData {
  std::optional<UpCnxState> up_cnx_state;
  std::optional<HoState> ho_state;
  Bytes n1_sm_msg;   // for the UE
  Bytes n2_sm_info;  // for the gNB
  std::optional<N2SmInfoType> n2_sm_info_type;
  std::optional<SmCause> cause;
  bool data_forwarding = false;

  template <class V>
  static constexpr void fields(V&& v) {
    using T = SmContextUpdatedData;
    v("upCnxState", &T::up_cnx_state);
    v("hoState", &T::ho_state);
    v("n1SmMsg", &T::n1_sm_msg);
    v("n2SmInfo", &T::n2_sm_info);
    v("n2SmInfoType", &T::n2_sm_info_type);
    v("cause", &T::cause);
    v("dataForwarding", &T::data_forwarding);
  }
  bool operator==(const SmContextUpdatedData&) const = default;
};

// Problems carry the reject for the UE in n1_sm_msg. 404 CONTEXT_NOT_FOUND: the AMF drops its reference.
struct NsmfUpdateSmContext {
  static constexpr Operation operation{"Nsmf_PDUSession_UpdateSMContext", "nsmf-pdusession", "POST",
                                       "/nsmf-pdusession/v1/sm-contexts/{smContextRef}/modify"};
  using Request = SmContextUpdateData;
  using Response = SmContextUpdatedData;
};

struct SmContextReleaseData {
  std::string sm_context_ref;
  std::optional<SmCause> cause;
  std::optional<NgApCause> ng_ap_cause;
  std::optional<uint8_t> fiveg_mm_cause_value;
  std::optional<NrLocation> ue_location;
  Bytes n2_sm_info;
  std::optional<N2SmInfoType> n2_sm_info_type;

  template <class V>
  static constexpr void fields(V&& v) {
    using T = SmContextReleaseData;
    v("smContextRef", &T::sm_context_ref);
    v("cause", &T::cause);
    v("ngApCause", &T::ng_ap_cause);
    v("5gMmCauseValue", &T::fiveg_mm_cause_value);
    v("ueLocation", &T::ue_location);
    v("n2SmInfo", &T::n2_sm_info);
    v("n2SmInfoType", &T::n2_sm_info_type);
  }
  bool operator==(const SmContextReleaseData&) const = default;
};

struct NsmfReleaseSmContext {
  static constexpr Operation operation{"Nsmf_PDUSession_ReleaseSMContext", "nsmf-pdusession", "POST",
                                       "/nsmf-pdusession/v1/sm-contexts/{smContextRef}/release", 204};
  using Request = SmContextReleaseData;
  using Response = NoContent;
};

struct SmContextRetrieveData {
  std::string sm_context_ref;

  template <class V>
  static constexpr void fields(V&& v) {
    v("smContextRef", &SmContextRetrieveData::sm_context_ref);
  }
  bool operator==(const SmContextRetrieveData&) const = default;
};

// The SM context itself (TS 29.502 6.1.6.2.39), as far as an SMF without visited network has one.
struct SmContextRetrievedData {
  uint8_t pdu_session_id = 0;
  std::string dnn;
  SNssai s_nssai;
  PduSessionType pdu_session_type = PduSessionType::ipv4;
  SscMode ssc_mode = SscMode::mode_1;
  Ambr session_ambr;
  std::optional<Octets<4>> ue_ipv4_address;
  std::optional<Octets<8>> ue_ipv6_prefix;  // a /64
  UpCnxState up_cnx_state = UpCnxState::deactivated;

  template <class V>
  static constexpr void fields(V&& v) {
    using T = SmContextRetrievedData;
    v("pduSessionId", &T::pdu_session_id);
    v("dnn", &T::dnn);
    v("sNssai", &T::s_nssai);
    v("pduSessionType", &T::pdu_session_type);
    v("selectedSscMode", &T::ssc_mode);
    v("sessionAmbr", &T::session_ambr);
    v("ueIpv4Address", &T::ue_ipv4_address);
    v("ueIpv6Prefix", &T::ue_ipv6_prefix);
    v("upCnxState", &T::up_cnx_state);
  }
  bool operator==(const SmContextRetrievedData&) const = default;
};

struct NsmfRetrieveSmContext {
  static constexpr Operation operation{"Nsmf_PDUSession_RetrieveSMContext", "nsmf-pdusession", "POST",
                                       "/nsmf-pdusession/v1/sm-contexts/{smContextRef}/retrieve"};
  using Request = SmContextRetrieveData;
  using Response = SmContextRetrievedData;
};

enum class ResourceStatus : uint8_t { released, unchanged, transferred, updated };
constexpr auto json_names(ResourceStatus) { return std::to_array<std::string_view>({"RELEASED", "UNCHANGED", "TRANSFERRED", "UPDATED"}); }

struct SmContextStatusNotification {
  std::string sm_context_status_uri;
  std::string supi;  // with the session's number these name the context in process; the URI does so over HTTP
  uint8_t pdu_session_id = 0;
  ResourceStatus resource_status = ResourceStatus::released;
  std::optional<SmCause> cause;

  template <class V>
  static constexpr void fields(V&& v) {
    using T = SmContextStatusNotification;
    v("smContextStatusUri", &T::sm_context_status_uri);
    v("supi", &T::supi);
    v("pduSessionId", &T::pdu_session_id);
    v("resourceStatus", &T::resource_status);
    v("cause", &T::cause);
  }
  bool operator==(const SmContextStatusNotification&) const = default;
};

// Served by the AMF.
struct NsmfSmContextStatusNotify {
  static constexpr Operation operation{"Nsmf_PDUSession_SMContextStatusNotify", "nsmf-pdusession", "POST", "{smContextStatusUri}", 204};
  using Request = SmContextStatusNotification;
  using Response = NoContent;
};

}  // namespace sen::sbi
