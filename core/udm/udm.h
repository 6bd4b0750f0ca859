// The UDM (with the UDR's data in the subscriber store): serves Nudm_UEAuthentication, Nudm_SDM and Nudm_UECM of core/sbi/nudm.h.
//   - de-conceals SUCIs and generates home-environment vectors (TS 33.501 6.1.2, 6.1.3), resynchronises (6.1.3.3)
//   - answers with subscription data
//   - keeps which AMF and SMFs serve a subscriber, in memory; a second AMF makes the first one receive NudmDeregistrationNotification.
//     They need not survive a restart: the AMF and the SMF of this process lose their UE contexts and sessions with it, so a registration
//     that survived would name a function that does not know the UE. Every UE registers anew (its 5G-GUTI is unknown), and with that the
//     AMF and then the SMF register here again (TS 23.527 6.2).
//   - looks once a second what the CLI changed in the store and tells the serving functions (watch_store())
// The operator gets one line (Layer::udm) for each refusal, with what was sent and what this network has.
// Executor: the Bus's. The Bus, the store and the source of randomness are the caller's; the Bus must go first or its executor stand still.
#pragma once

#include <unordered_map>

#include "core/sbi/bus.h"
#include "core/sbi/nudm.h"
#include "core/udm/store.h"
#include "core/udm/suci.h"

namespace sen::udm {

inline constexpr size_t max_sdm_subscriptions_per_ue = 16;
inline constexpr size_t max_sessions_per_ue = 16;
inline constexpr size_t max_resource_uris = 16;
inline constexpr size_t max_changes_at_once = 200;  // of the store, between two tasks of the executor
inline constexpr auto store_period = std::chrono::seconds(1);

struct UdmStatistics {
  uint64_t vectors = 0;
  uint64_t resynchronisations = 0;
  uint64_t unknown_subscribers = 0;
  uint64_t suci_failures = 0;
  uint64_t auth_successes = 0;
  uint64_t auth_failures = 0;
};

class Udm {
 public:
  // Registers the handlers.
  Udm(sbi::Bus& bus, SubscriberStore& store, crypto::RandomSource& random, HomeNetworkKeys keys);
  Udm(const Udm&) = delete;

  // From now on changes of the store by other processes reach the serving functions within a second.
  void watch_store();
  // The subscriber's data changed or (when he is gone from the store) ended: tells those who subscribed and the serving AMF.
  void subscriber_changed(const std::string& imsi);

  const UdmStatistics& statistics() const { return statistics_; }

 private:
  // What is known of a subscriber while somebody serves him.
  struct Serving {
    std::optional<sbi::Amf3gppAccessRegistration> amf;
    std::vector<sbi::SmfRegistration> smfs;
    std::vector<sbi::SdmSubscription> subscriptions;
    bool empty() const { return !amf && smfs.empty() && subscriptions.empty(); }
  };

  sbi::Reply<sbi::AuthenticationInfoResult> generate_auth_data(const sbi::AuthenticationInfoRequest& request);
  sbi::Reply<std::shared_ptr<const Subscriber>> subscriber(const std::string& supi);
  std::unexpected<sbi::ProblemDetails> refuse(const std::string& supi, const Error& error);
  sbi::Reply<sbi::SmSubscriptionData> sm_data(const sbi::SmDataRequest& request);
  sbi::Reply<sbi::SdmSubscription> subscribe(sbi::SdmSubscription request);
  sbi::Reply<sbi::NoContent> unsubscribe(const sbi::SdmUnsubscribeRequest& request);
  sbi::Reply<sbi::NoContent> register_amf(const sbi::Amf3gppAccessRegistration& request);
  sbi::Reply<sbi::NoContent> deregister_amf(const sbi::Amf3gppAccessModification& request);
  sbi::Reply<sbi::NoContent> register_smf(const sbi::SmfRegistration& request);
  sbi::Reply<sbi::NoContent> deregister_smf(const sbi::SmfDeregistration& request);
  sbi::UeContextInSmfData ue_context_in_smf(const std::string& supi) const;
  void look_for_changes();
  void notify_amf(const sbi::Amf3gppAccessRegistration& amf, sbi::DeregistrationReason reason);
  void drop_if_empty(const std::string& supi);
  void serve_authentication();
  void serve_subscription_data();
  void serve_contexts();

  sbi::Bus& bus_;
  SubscriberStore& store_;
  crypto::RandomSource& random_;
  HomeNetworkKeys keys_;
  std::unordered_map<std::string, Serving> serving_;  // by SUPI; only SUPIs of the store
  uint64_t next_subscription_ = 1;
  Timer store_timer_;
  UdmStatistics statistics_;
};

}  // namespace sen::udm
