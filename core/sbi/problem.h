// The failure of a service operation: ProblemDetails (TS 29.571 5.2.4.1), and the result type that every operation answers with.
#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "core/sbi/fields.h"

namespace sen::sbi {

// Protocol and application error causes (TS 29.500 5.2.7.2, 29.509 6.1.7.3, 29.503 6.1.7.3 and 6.3.7.3, 29.502 6.1.7.3, 29.518 6.1.7.3).
namespace cause {
inline constexpr std::string_view mandatory_ie_incorrect = "MANDATORY_IE_INCORRECT";
inline constexpr std::string_view mandatory_ie_missing = "MANDATORY_IE_MISSING";
inline constexpr std::string_view system_failure = "SYSTEM_FAILURE";
inline constexpr std::string_view nf_congestion = "NF_CONGESTION";
inline constexpr std::string_view target_nf_not_reachable = "TARGET_NF_NOT_REACHABLE";
inline constexpr std::string_view timed_out_request = "TIMED_OUT_REQUEST";
inline constexpr std::string_view user_not_found = "USER_NOT_FOUND";
inline constexpr std::string_view data_not_found = "DATA_NOT_FOUND";
inline constexpr std::string_view context_not_found = "CONTEXT_NOT_FOUND";
inline constexpr std::string_view serving_network_not_authorized = "SERVING_NETWORK_NOT_AUTHORIZED";
inline constexpr std::string_view authentication_rejected = "AUTHENTICATION_REJECTED";
inline constexpr std::string_view invalid_scheme_output = "INVALID_SCHEME_OUTPUT";
inline constexpr std::string_view invalid_hn_public_key_identifier = "INVALID_HN_PUBLIC_KEY_IDENTIFIER";
inline constexpr std::string_view unsupported_protection_scheme = "UNSUPPORTED_PROTECTION_SCHEME";
inline constexpr std::string_view av_generation_problem = "AV_GENERATION_PROBLEM";
inline constexpr std::string_view invalid_guami = "INVALID_GUAMI";
inline constexpr std::string_view n1_sm_error = "N1_SM_ERROR";
inline constexpr std::string_view n2_sm_error = "N2_SM_ERROR";
inline constexpr std::string_view dnn_denied = "DNN_DENIED";
inline constexpr std::string_view dnn_not_supported = "DNN_NOT_SUPPORTED";
inline constexpr std::string_view snssai_denied = "SNSSAI_DENIED";
inline constexpr std::string_view pdutype_denied = "PDUTYPE_DENIED";
inline constexpr std::string_view pdutype_not_supported = "PDUTYPE_NOT_SUPPORTED";
inline constexpr std::string_view sscmode_denied = "SSC_DENIED";
inline constexpr std::string_view sscmode_not_supported = "SSC_NOT_SUPPORTED";
inline constexpr std::string_view subscription_denied = "SUBSCRIPTION_DENIED";
inline constexpr std::string_view insufficient_resources_slice = "INSUFFICIENT_RESOURCES_SLICE";
inline constexpr std::string_view insufficient_resources_slice_dnn = "INSUFFICIENT_RESOURCES_SLICE_DNN";
inline constexpr std::string_view network_failure = "NETWORK_FAILURE";
inline constexpr std::string_view upf_not_responding = "UPF_NOT_RESPONDING";
inline constexpr std::string_view peer_not_responding = "PEER_NOT_RESPONDING";
inline constexpr std::string_view ue_not_reachable = "UE_NOT_REACHABLE";
inline constexpr std::string_view ue_in_non_allowed_area = "UE_IN_NON_ALLOWED_AREA";
inline constexpr std::string_view higher_priority_request_ongoing = "HIGHER_PRIORITY_REQUEST_ONGOING";
inline constexpr std::string_view temporary_reject_registration_ongoing = "TEMPORARY_REJECT_REGISTRATION_ONGOING";
inline constexpr std::string_view temporary_reject_handover_ongoing = "TEMPORARY_REJECT_HANDOVER_ONGOING";
inline constexpr std::string_view temporary_reject_sr_ongoing = "TEMPORARY_REJECT_SR_ONGOING";
inline constexpr std::string_view integrity_check_fail = "INTEGRITY_CHECK_FAIL";
}  // namespace cause

struct ProblemDetails {
  uint16_t status = 500;  // HTTP status code
  std::string cause;      // machine readable, one of sbi::cause
  std::string detail;     // one sentence with the values seen and expected
  // The N1 message and N2 information that SmContextCreateError and SmContextUpdateError carry beside the problem (TS 29.502 6.1.6.2.10,
  // 6.1.6.2.11): the AMF forwards them. Empty in every other operation.
  Bytes n1_sm_msg;
  Bytes n2_sm_info;

  template <class V>
  static constexpr void fields(V&& v) {
    v("status", &ProblemDetails::status);
    v("cause", &ProblemDetails::cause);
    v("detail", &ProblemDetails::detail);
    v("n1SmMsg", &ProblemDetails::n1_sm_msg);
    v("n2SmInfo", &ProblemDetails::n2_sm_info);
  }
  bool operator==(const ProblemDetails&) const = default;
};

// What an operation answers with.
template <class T>
using Reply = std::expected<T, ProblemDetails>;

// return problem(404, cause::user_not_found, "imsi-... is not a subscriber");
inline std::unexpected<ProblemDetails> problem(uint16_t status, std::string_view cause, std::string detail) {
  return std::unexpected(ProblemDetails{status, std::string(cause), std::move(detail), {}, {}});
}

// The body of a 204 No Content.
struct NoContent {
  template <class V>
  static constexpr void fields(V&&) {}
  bool operator==(const NoContent&) const = default;
};

// How an operation stands in its OpenAPI file: the HTTP/2 binding needs no more than this and the two field lists.
struct Operation {
  std::string_view name;     // "Nausf_UEAuthentication_Authenticate"
  std::string_view service;  // "nausf-auth"
  std::string_view method;   // "POST"
  std::string_view
      path;  // "/nausf-auth/v1/ue-authentications"; "{supi}" names a field of the request; "{callbackUri}" alone for call-backs
  uint16_t status = 200;  // of the answer that carries the response
};

// An operation is a type { static constexpr Operation operation; using Request; using Response; }.
template <class Op>
concept ServiceOperation = HasFields<typename Op::Request> && HasFields<typename Op::Response> && requires {
  { Op::operation } -> std::convertible_to<const Operation&>;
};

}  // namespace sen::sbi
