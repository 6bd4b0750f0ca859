#include <gtest/gtest.h>

#include <set>

#include "core/sbi/namf.h"
#include "core/sbi/nudm.h"

namespace sen::sbi {
namespace {

template <class Request>
std::set<std::string> names_of() {
  std::set<std::string> names;
  Request::fields([&](std::string_view name, auto, Mark = Mark::open) { EXPECT_TRUE(names.emplace(name).second) << name; });
  return names;
}

template <ServiceOperation... Op>
struct Operations {
  template <class F>
  static void each(F f) {
    (f.template operator()<Op>(), ...);
  }
};
using All = Operations<NausfUeAuthenticate, NausfConfirm5gAka, NausfEapSession, NudmGenerateAuthData, NudmConfirmAuth, NudmSdmGetAmData,
                       NudmSdmGetNssai, NudmSdmGetSmfSelectData, NudmSdmGetSmData, NudmSdmGetUeContextInSmf, NudmSdmSubscribe,
                       NudmSdmUnsubscribe, NudmSdmNotification, NudmUecmRegisterAmf, NudmUecmDeregisterAmf, NudmDeregistrationNotification,
                       NudmUecmRegisterSmf, NudmUecmDeregisterSmf, NsmfCreateSmContext, NsmfUpdateSmContext, NsmfReleaseSmContext,
                       NsmfRetrieveSmContext, NsmfSmContextStatusNotify, NamfN1N2MessageTransfer, NamfN1N2TransferFailureNotification,
                       NamfUeContextTransfer, NamfRegistrationStatusUpdate>;

TEST(SbiOperations, name_every_path_parameter_as_a_field_of_the_request) {
  All::each([]<class Op>() {
    auto names = names_of<typename Op::Request>();
    std::string_view path = Op::operation.path;
    for (auto at = path.find('{'); at != path.npos; at = path.find('{', at + 1)) {
      std::string name(path.substr(at + 1, path.find('}', at) - at - 1));
      EXPECT_TRUE(names.contains(name)) << Op::operation.name << " " << name;
    }
  });
}

TEST(SbiOperations, have_names_of_their_own) {
  std::set<std::string_view> names;
  size_t count = 0;
  All::each([&]<class Op>() {
    names.insert(Op::operation.name);
    ++count;
    names_of<typename Op::Response>();
  });
  EXPECT_EQ(names.size(), count);
}

TEST(SbiOperations, print_one_line_without_secrets) {
  ConfirmationDataResponse response{.auth_result = AuthResult::success, .supi = "imsi-999700000000001", .kseaf = Octets<32>{1, 2, 3}};
  EXPECT_EQ(describe(response), "{authResult: AUTHENTICATION_SUCCESS, supi: imsi-999700000000001, kseaf: (secret)}");
}

TEST(SbiOperations, print_nested_values) {
  N1N2MessageTransferReqData request{.ue_context_id = "imsi-1",
                                     .pdu_session_id = 5,
                                     .n1_message = {0x2e, 0x05},
                                     .n2_sm_info_type = N2SmInfoType::pdu_res_setup_req,
                                     .s_nssai = SNssai{1, 0xabcd},
                                     .arp = Arp{.priority_level = 3}};
  EXPECT_EQ(
      describe(request),
      "{ueContextId: imsi-1, pduSessionId: 5, n1MessageContent: 2e05, ngapIeType: PDU_RES_SETUP_REQ, sNssai: 1-00abcd, skipInd: false, "
      "arp: {priorityLevel: 3, preemptCap: NOT_PREEMPT, preemptVuln: NOT_PREEMPTABLE}}");
}

TEST(SbiOperations, spell_enumerations_as_the_ts_does) {
  EXPECT_EQ(to_string(N2SmInfoType::ue_context_suspend_req), "UE_CONTEXT_SUSPEND_REQ");
  EXPECT_EQ(to_string(SmCause::other), "OTHER");
  EXPECT_EQ(to_string(DeregistrationReason::reregistration_required), "REREGISTRATION_REQUIRED");
  EXPECT_EQ(enum_from_string<AuthType>("EAP_AKA_PRIME"), AuthType::eap_aka_prime);
  EXPECT_EQ(enum_from_string<AuthType>("EAP_TLS"), std::nullopt);
}

TEST(SbiOperations, write_bit_rates_in_their_largest_whole_unit) {
  EXPECT_EQ(to_string(BitRate{1'000'000'000}), "1 Gbps");
  EXPECT_EQ(to_string(BitRate{1'500'000}), "1500 Kbps");
  EXPECT_EQ(to_string(BitRate{7}), "7 bps");
  EXPECT_EQ(to_string(BitRate{0}), "0 bps");
}

}  // namespace
}  // namespace sen::sbi
