// Nausf_UEAuthentication (TS 29.509 5.2, 6.1), served by the AUSF, called by the AMF (SEAF). Authentication per TS 33.501 6.1.3.
#pragma once

#include "core/sbi/types.h"

namespace sen::sbi {

enum class AuthType : uint8_t { fiveg_aka, eap_aka_prime };
constexpr auto json_names(AuthType) { return std::to_array<std::string_view>({"5G_AKA", "EAP_AKA_PRIME"}); }

enum class AuthResult : uint8_t { success, failure, ongoing };
constexpr auto json_names(AuthResult) {
  return std::to_array<std::string_view>({"AUTHENTICATION_SUCCESS", "AUTHENTICATION_FAILURE", "AUTHENTICATION_ONGOING"});
}

// What a USIM sent with cause "synch failure", and the RAND of the challenge that it answered (TS 33.501 6.1.3.3.1).
struct ResynchronizationInfo {
  Octets<16> rand{};
  Octets<14> auts{};

  template <class V>
  static constexpr void fields(V&& v) {
    v("rand", &ResynchronizationInfo::rand);
    v("auts", &ResynchronizationInfo::auts);
  }
  bool operator==(const ResynchronizationInfo&) const = default;
};

struct AuthenticationInfo {
  std::string supi_or_suci;          // "imsi-999700000000001" or "suci-0-999-70-0-0-0-0000000001"
  std::string serving_network_name;  // "5G:mnc070.mcc999.3gppnetwork.org"
  std::optional<ResynchronizationInfo> resynchronization_info;

  template <class V>
  static constexpr void fields(V&& v) {
    v("supiOrSuci", &AuthenticationInfo::supi_or_suci);
    v("servingNetworkName", &AuthenticationInfo::serving_network_name);
    v("resynchronizationInfo", &AuthenticationInfo::resynchronization_info);
  }
  bool operator==(const AuthenticationInfo&) const = default;
};

// The 5G serving-environment vector for the SEAF.
struct Av5gAka {
  Octets<16> rand{};
  Octets<16> autn{};
  Octets<16> hxres_star{};

  template <class V>
  static constexpr void fields(V&& v) {
    v("rand", &Av5gAka::rand);
    v("autn", &Av5gAka::autn);
    v("hxresStar", &Av5gAka::hxres_star);
  }
  bool operator==(const Av5gAka&) const = default;
};

struct UeAuthenticationCtx {
  AuthType auth_type = AuthType::fiveg_aka;
  std::optional<Av5gAka> av;  // 5G-AKA
  Bytes eap_payload;          // EAP-AKA': the EAP-Request/AKA'-Challenge to hand to the UE
  std::string auth_ctx_id;    // names the context in the operations below (the last segment of _links)
  std::string serving_network_name;

  template <class V>
  static constexpr void fields(V&& v) {
    v("authType", &UeAuthenticationCtx::auth_type);
    v("5gAuthData", &UeAuthenticationCtx::av);
    v("eapPayload", &UeAuthenticationCtx::eap_payload);
    v("authCtxId", &UeAuthenticationCtx::auth_ctx_id);
    v("servingNetworkName", &UeAuthenticationCtx::serving_network_name);
  }
  bool operator==(const UeAuthenticationCtx&) const = default;
};

// Problems: 404 USER_NOT_FOUND, 403 SERVING_NETWORK_NOT_AUTHORIZED, 403 AUTHENTICATION_REJECTED, 403 INVALID_SCHEME_OUTPUT,
// 403 INVALID_HN_PUBLIC_KEY_IDENTIFIER, 501 UNSUPPORTED_PROTECTION_SCHEME, 400 MANDATORY_IE_INCORRECT, 500 AV_GENERATION_PROBLEM.
struct NausfUeAuthenticate {
  static constexpr Operation operation{"Nausf_UEAuthentication_Authenticate", "nausf-auth", "POST", "/nausf-auth/v1/ue-authentications",
                                       201};
  using Request = AuthenticationInfo;
  using Response = UeAuthenticationCtx;
};

struct ConfirmationData {
  std::string auth_ctx_id;
  std::optional<Octets<16>> res_star;  // absent: the UE did not give any

  template <class V>
  static constexpr void fields(V&& v) {
    v("authCtxId", &ConfirmationData::auth_ctx_id);
    v("resStar", &ConfirmationData::res_star);
  }
  bool operator==(const ConfirmationData&) const = default;
};

// SUPI and K_SEAF are there only with AuthResult::success.
struct ConfirmationDataResponse {
  AuthResult auth_result = AuthResult::failure;
  std::string supi;
  std::optional<Octets<32>> kseaf;

  template <class V>
  static constexpr void fields(V&& v) {
    v("authResult", &ConfirmationDataResponse::auth_result);
    v("supi", &ConfirmationDataResponse::supi);
    v("kseaf", &ConfirmationDataResponse::kseaf, Mark::secret);
  }
  bool operator==(const ConfirmationDataResponse&) const = default;
};

// Problem: 404 CONTEXT_NOT_FOUND.
struct NausfConfirm5gAka {
  static constexpr Operation operation{"Nausf_UEAuthentication_5gAkaConfirmation", "nausf-auth", "PUT",
                                       "/nausf-auth/v1/ue-authentications/{authCtxId}/5g-aka-confirmation"};
  using Request = ConfirmationData;
  using Response = ConfirmationDataResponse;
};

// One EAP message of the UE, and the AUSF's next: a further EAP-Request with AuthResult::ongoing, EAP-Success with success, EAP-Failure
// with failure.
struct EapSession {
  std::string auth_ctx_id;
  Bytes eap_payload;
  AuthResult auth_result = AuthResult::ongoing;
  std::string supi;
  std::optional<Octets<32>> kseaf;

  template <class V>
  static constexpr void fields(V&& v) {
    v("authCtxId", &EapSession::auth_ctx_id);
    v("eapPayload", &EapSession::eap_payload);
    v("authResult", &EapSession::auth_result);
    v("supi", &EapSession::supi);
    v("kSeaf", &EapSession::kseaf, Mark::secret);
  }
  bool operator==(const EapSession&) const = default;
};

// Problem: 404 CONTEXT_NOT_FOUND.
struct NausfEapSession {
  static constexpr Operation operation{"Nausf_UEAuthentication_EapSession", "nausf-auth", "POST",
                                       "/nausf-auth/v1/ue-authentications/{authCtxId}/eap-session"};
  using Request = EapSession;
  using Response = EapSession;
};

}  // namespace sen::sbi
