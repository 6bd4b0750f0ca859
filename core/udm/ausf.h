// The AUSF: serves Nausf_UEAuthentication of core/sbi/nausf.h on top of Nudm_UEAuthentication (TS 33.501 6.1.3, TS 29.509 5.2.2).
//   5G-AKA: makes the serving-environment vector (HXRES*, K_SEAF), confirms RES*.
//   EAP-AKA' (RFC 9048): challenge, response, resynchronisation, peer's rejections, notification of failure, EAP-Success with K_SEAF.
// An authentication that nobody finishes is forgotten after `context_lifetime`.
// Executor: the Bus's. The Bus must go first or its executor stand still.
#pragma once

#include <deque>
#include <unordered_map>

#include "core/sbi/bus.h"
#include "core/sbi/nudm.h"
#include "core/udm/eap.h"

namespace sen::udm {

struct AusfConfig {
  std::string instance_id = "ausf";
  // Networks that may authenticate our subscribers. Empty: any whose serving network name is well formed.
  std::vector<Plmn> serving_networks;
};

// An EAP-AKA' authentication that is under way.
struct EapAkaState {
  uint8_t identifier = 1;
  Octets<16> rand{};
  Bytes xres;
  crypto::EapAkaPrimeKeys keys;
  unsigned resynchronisations = 0;
  bool failing = false;  // the failure notification is out; whatever comes back ends it
  bool busy = false;     // the UDM is being asked for another vector
};

class Ausf {
 public:
  static constexpr size_t max_contexts = 1 << 16;
  static constexpr Duration context_lifetime = std::chrono::seconds(30);
  static constexpr unsigned max_eap_resynchronisations = 2;

  Ausf(sbi::Bus& bus, AusfConfig config);
  Ausf(const Ausf&) = delete;

  size_t contexts() const { return contexts_.size(); }

 private:
  struct Context {
    std::string supi;
    std::string serving_network_name;
    Octets<16> xres_star{};
    crypto::Key256 k_ausf{};
    std::optional<EapAkaState> eap;
  };
  using EapReply = sbi::Responder<sbi::EapSession>;

  void authenticate(const sbi::AuthenticationInfo& request, sbi::Responder<sbi::UeAuthenticationCtx> reply);
  sbi::Reply<sbi::UeAuthenticationCtx> begin(const sbi::AuthenticationInfoResult& data, const std::string& serving_network_name);
  sbi::Reply<sbi::ConfirmationDataResponse> confirm(const sbi::ConfirmationData& request);
  void eap_session(const sbi::EapSession& request, EapReply reply);
  void eap_response(const std::string& id, Context& context, const sbi::EapSession& request, EapReply reply);
  void eap_challenge_response(const std::string& id, Context& context, const EapAkaResponse& response, ByteView packet, EapReply reply);
  void eap_resynchronise(const std::string& id, Context& context, const EapAkaResponse& response, EapReply reply);
  void eap_notify_failure(const std::string& id, Context& context, std::string_view why, EapReply reply);
  void eap_fail(const std::string& id, Context& context, std::string_view why, EapReply reply);
  static Bytes eap_start(Context& context, const sbi::AvEapAkaPrime& av);
  void report(const Context& context, bool success);
  bool authorised(std::string_view serving_network_name) const;
  void forget_old();

  sbi::Bus& bus_;
  AusfConfig config_;
  std::vector<std::string> allowed_names_;
  std::unordered_map<std::string, Context> contexts_;
  std::deque<std::pair<Time, std::string>> by_age_;
  uint64_t next_context_ = 1;
};

}  // namespace sen::udm
