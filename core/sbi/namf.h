// Namf_Communication (TS 29.518 5.2, 6.1): served by the AMF. Called by the SMF (N1N2MessageTransfer) and by another AMF (UE context
// transfer for a 5G-GUTI that this AMF assigned).
#pragma once

#include "core/sbi/nsmf.h"

namespace sen::sbi {

// SM information for a UE and its gNB. n1_message is a 5GSM message (n1MessageClass SM), n2_sm_info an NGAP transfer IE
// (n2InformationClass SM); either may be empty. Both are for one PDU session.
struct N1N2MessageTransferReqData {
  std::string ue_context_id;  // SUPI
  uint8_t pdu_session_id = 0;
  Bytes n1_message;
  Bytes n2_sm_info;
  std::optional<N2SmInfoType> n2_sm_info_type;
  std::optional<SNssai> s_nssai;
  bool skip_ind = false;  // do not page for it: N1 message is dropped when the UE is idle
  std::optional<Arp> arp;
  std::optional<uint8_t> five_qi;
  std::optional<uint8_t> ppi;              // paging policy indication
  std::string n1n2_failure_txf_notif_uri;  // NamfN1N2TransferFailureNotification goes to authority_of() this

  template <class V>
  static constexpr void fields(V&& v) {
    using T = N1N2MessageTransferReqData;
    v("ueContextId", &T::ue_context_id);
    v("pduSessionId", &T::pdu_session_id);
    v("n1MessageContent", &T::n1_message);
    v("ngapData", &T::n2_sm_info);
    v("ngapIeType", &T::n2_sm_info_type);
    v("sNssai", &T::s_nssai);
    v("skipInd", &T::skip_ind);
    v("arp", &T::arp);
    v("5qi", &T::five_qi);
    v("ppi", &T::ppi);
    v("n1n2FailureTxfNotifURI", &T::n1n2_failure_txf_notif_uri);
  }
  bool operator==(const N1N2MessageTransferReqData&) const = default;
};

enum class N1N2MessageTransferCause : uint8_t {
  attempting_to_reach_ue,
  n1_n2_transfer_initiated,
  waiting_for_asynchronous_transfer,
  ue_not_responding,
  n1_msg_not_transferred,
  n2_msg_not_transferred,
  ue_not_reachable_for_session,
  temporary_reject_registration_ongoing,
  temporary_reject_handover_ongoing
};
constexpr auto json_names(N1N2MessageTransferCause) {
  return std::to_array<std::string_view>({"ATTEMPTING_TO_REACH_UE", "N1_N2_TRANSFER_INITIATED", "WAITING_FOR_ASYNCHRONOUS_TRANSFER",
                                          "UE_NOT_RESPONDING", "N1_MSG_NOT_TRANSFERRED", "N2_MSG_NOT_TRANSFERRED",
                                          "UE_NOT_REACHABLE_FOR_SESSION", "TEMPORARY_REJECT_REGISTRATION_ONGOING",
                                          "TEMPORARY_REJECT_HANDOVER_ONGOING"});
}

struct N1N2MessageTransferRspData {
  N1N2MessageTransferCause cause = N1N2MessageTransferCause::n1_n2_transfer_initiated;
  std::string n1n2_msg_data_uri;  // names the stored message while paging: comes back in the failure notification

  template <class V>
  static constexpr void fields(V&& v) {
    v("cause", &N1N2MessageTransferRspData::cause);
    v("n1n2MsgDataUri", &N1N2MessageTransferRspData::n1n2_msg_data_uri);
  }
  bool operator==(const N1N2MessageTransferRspData&) const = default;
};

// ATTEMPTING_TO_REACH_UE (202 over HTTP): paging runs, the result is a service request (NsmfUpdateSmContext) or the failure notification.
// Problems: 404 CONTEXT_NOT_FOUND, 403 UE_IN_NON_ALLOWED_AREA, 409 HIGHER_PRIORITY_REQUEST_ONGOING,
// 409 TEMPORARY_REJECT_REGISTRATION_ONGOING, 409 TEMPORARY_REJECT_HANDOVER_ONGOING, 504 UE_NOT_REACHABLE.
struct NamfN1N2MessageTransfer {
  static constexpr Operation operation{"Namf_Communication_N1N2MessageTransfer", "namf-comm", "POST",
                                       "/namf-comm/v1/ue-contexts/{ueContextId}/n1-n2-messages"};
  using Request = N1N2MessageTransferReqData;
  using Response = N1N2MessageTransferRspData;
};

struct N1N2MsgTxfrFailureNotification {
  std::string n1n2_failure_txf_notif_uri;
  std::string supi;  // with the session's number these name the context in process; the URI does so over HTTP
  uint8_t pdu_session_id = 0;
  N1N2MessageTransferCause cause = N1N2MessageTransferCause::ue_not_responding;
  std::string n1n2_msg_data_uri;

  template <class V>
  static constexpr void fields(V&& v) {
    using T = N1N2MsgTxfrFailureNotification;
    v("n1n2FailureTxfNotifURI", &T::n1n2_failure_txf_notif_uri);
    v("supi", &T::supi);
    v("pduSessionId", &T::pdu_session_id);
    v("cause", &T::cause);
    v("n1n2MsgDataUri", &T::n1n2_msg_data_uri);
  }
  bool operator==(const N1N2MsgTxfrFailureNotification&) const = default;
};

// Served by the SMF.
struct NamfN1N2TransferFailureNotification {
  static constexpr Operation operation{"Namf_Communication_N1N2TransferFailureNotification", "namf-comm", "POST",
                                       "{n1n2FailureTxfNotifURI}", 204};
  using Request = N1N2MsgTxfrFailureNotification;
  using Response = NoContent;
};

// ---- UE context transfer between AMFs (TS 23.502 4.2.2.2.2 steps 4, 5 and 10)

enum class TransferReason : uint8_t { init_reg, mobi_reg, mobi_reg_ue_validated };
constexpr auto json_names(TransferReason) { return std::to_array<std::string_view>({"INIT_REG", "MOBI_REG", "MOBI_REG_UE_VALIDATED"}); }

// reg_request: the complete REGISTRATION REQUEST as it came, whose integrity the old AMF checks; empty with mobi_reg_ue_validated.
struct UeContextTransferReqData {
  std::string ue_context_id;  // "5g-guti-" and the digits, or the SUPI
  TransferReason reason = TransferReason::init_reg;
  AccessType access_type = AccessType::threegpp;
  Plmn plmn_id;
  Bytes reg_request;

  template <class V>
  static constexpr void fields(V&& v) {
    using T = UeContextTransferReqData;
    v("ueContextId", &T::ue_context_id);
    v("reason", &T::reason);
    v("accessType", &T::access_type);
    v("plmnId", &T::plmn_id);
    v("n1MessageContent", &T::reg_request);
  }
  bool operator==(const UeContextTransferReqData&) const = default;
};

// The AMF's security context (SeafData and MmContext of TS 29.518 6.1.6.2.27, 6.1.6.2.28).
struct NasSecurityContext {
  uint8_t ng_ksi = 7;
  Octets<32> key_amf{};
  bool key_amf_changed = false;     // derived anew for the target AMF (KAMF change flag)
  uint8_t integrity_algorithm = 0;  // NIA number
  uint8_t ciphering_algorithm = 0;  // NEA number
  uint32_t nas_uplink_count = 0;
  uint32_t nas_downlink_count = 0;
  Octets<32> nh{};
  uint8_t ncc = 0;
  Bytes ue_security_capability;  // contents of the IE of TS 24.501 9.11.3.54

  template <class V>
  static constexpr void fields(V&& v) {
    using T = NasSecurityContext;
    v("ngKsi", &T::ng_ksi);
    v("keyAmf", &T::key_amf, Mark::secret);
    v("keyAmfChangeInd", &T::key_amf_changed);
    v("integrityAlgorithm", &T::integrity_algorithm);
    v("cipheringAlgorithm", &T::ciphering_algorithm);
    v("nasUplinkCount", &T::nas_uplink_count);
    v("nasDownlinkCount", &T::nas_downlink_count);
    v("nh", &T::nh, Mark::secret);
    v("ncc", &T::ncc);
    v("ueSecurityCapability", &T::ue_security_capability);
  }
  bool operator==(const NasSecurityContext&) const = default;
};

struct PduSessionContext {
  uint8_t pdu_session_id = 0;
  std::string sm_context_ref;
  SNssai s_nssai;
  std::string dnn;
  std::string smf_instance_id;
  AccessType access_type = AccessType::threegpp;

  template <class V>
  static constexpr void fields(V&& v) {
    using T = PduSessionContext;
    v("pduSessionId", &T::pdu_session_id);
    v("smContextRef", &T::sm_context_ref);
    v("sNssai", &T::s_nssai);
    v("dnn", &T::dnn);
    v("smfInstanceId", &T::smf_instance_id);
    v("accessType", &T::access_type);
  }
  bool operator==(const PduSessionContext&) const = default;
};

struct UeContext {
  std::string supi;
  std::string pei;
  std::vector<std::string> gpsi_list;
  std::optional<Ambr> sub_ue_ambr;
  Bytes fiveg_mm_capability;
  std::vector<SNssai> allowed_nssai;
  std::optional<NasSecurityContext> security;
  std::vector<PduSessionContext> session_context_list;

  template <class V>
  static constexpr void fields(V&& v) {
    using T = UeContext;
    v("supi", &T::supi);
    v("pei", &T::pei);
    v("gpsiList", &T::gpsi_list);
    v("subUeAmbr", &T::sub_ue_ambr);
    v("5gMmCapability", &T::fiveg_mm_capability);
    v("allowedNssai", &T::allowed_nssai);
    v("seafData", &T::security);
    v("sessionContextList", &T::session_context_list);
  }
  bool operator==(const UeContext&) const = default;
};

struct UeContextTransferRspData {
  UeContext ue_context;
  Bytes ue_radio_capability;

  template <class V>
  static constexpr void fields(V&& v) {
    v("ueContext", &UeContextTransferRspData::ue_context);
    v("ueRadioCapability", &UeContextTransferRspData::ue_radio_capability);
  }
  bool operator==(const UeContextTransferRspData&) const = default;
};

// Problems: 404 CONTEXT_NOT_FOUND, 403 INTEGRITY_CHECK_FAIL.
struct NamfUeContextTransfer {
  static constexpr Operation operation{"Namf_Communication_UEContextTransfer", "namf-comm", "POST",
                                       "/namf-comm/v1/ue-contexts/{ueContextId}/transfer"};
  using Request = UeContextTransferReqData;
  using Response = UeContextTransferRspData;
};

enum class TransferStatus : uint8_t { transferred, not_transferred };
constexpr auto json_names(TransferStatus) { return std::to_array<std::string_view>({"TRANSFERRED", "NOT_TRANSFERRED"}); }

struct UeRegStatusUpdateReqData {
  std::string ue_context_id;
  TransferStatus transfer_status = TransferStatus::transferred;
  std::vector<uint8_t> to_release_session_list;  // sessions that the new AMF does not support: the old one releases them

  template <class V>
  static constexpr void fields(V&& v) {
    using T = UeRegStatusUpdateReqData;
    v("ueContextId", &T::ue_context_id);
    v("transferStatus", &T::transfer_status);
    v("toReleaseSessionList", &T::to_release_session_list);
  }
  bool operator==(const UeRegStatusUpdateReqData&) const = default;
};

struct UeRegStatusUpdateRspData {
  bool reg_status_transfer_complete = true;

  template <class V>
  static constexpr void fields(V&& v) {
    v("regStatusTransferComplete", &UeRegStatusUpdateRspData::reg_status_transfer_complete);
  }
  bool operator==(const UeRegStatusUpdateRspData&) const = default;
};

struct NamfRegistrationStatusUpdate {
  static constexpr Operation operation{"Namf_Communication_RegistrationStatusUpdate", "namf-comm", "POST",
                                       "/namf-comm/v1/ue-contexts/{ueContextId}/transfer-update"};
  using Request = UeRegStatusUpdateReqData;
  using Response = UeRegStatusUpdateRspData;
};

}  // namespace sen::sbi
