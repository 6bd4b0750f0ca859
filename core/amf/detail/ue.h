// What the AMF knows of gNBs, UE-associated N2 connections and UEs. Owned by Core, which is the only one to change them.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/executor.h"
#include "codec/nas/mm.h"
#include "codec/ngap/ngap.h"
#include "core/amf/config.h"
#include "core/sbi/namf.h"
#include "core/sbi/nudm.h"
#include "crypto/nas_security.h"

namespace sen::amf {

using UeId = uint64_t;          // ours, never used again
using ConnectionId = uint64_t;  // AMF-UE-NGAP-ID: 40 bits, from 1, never used again

struct Gnb {
  struct Area {
    Tai tai;
    std::vector<SNssai> slices;
  };
  uint32_t association = 0;
  std::string peer, name;
  std::string id;  // "999/70 gNB 0x1/32"
  bool ready = false;
  bool overload_told = false;
  std::vector<Area> areas;
  std::unordered_map<uint32_t, ConnectionId> by_ran_id;
};

struct Connection {
  enum class State : uint8_t {
    preparing,   // handover target, not admitted yet: RAN-UE-NGAP-ID unknown
    signalling,  // the gNB has no UE context yet
    setting_up,  // INITIAL CONTEXT SETUP REQUEST sent
    ready,
    releasing,   // UE CONTEXT RELEASE COMMAND sent
  };
  explicit Connection(Executor& executor) : guard(executor) {}

  ConnectionId id = 0;
  uint32_t ran_id = 0;
  uint32_t association = 0;
  uint16_t stream = 1;
  State state = State::signalling;
  bool context_requested = false;  // UE Context Request IE
  bool secured = false;            // secure exchange of NAS messages established (TS 24.501 4.4.4.3)
  bool deactivates = false;        // its release deactivates the sessions' user plane
  UeId ue = 0;
  Tai tai;
  Plmn cell_plmn;
  uint64_t cell = 0;
  Timer guard;
};

struct Session {
  enum class State : uint8_t { creating, active };
  PduSessionId id = 0;
  State state = State::creating;
  bool user_plane = false;
  SNssai slice;
  std::string dnn;
  std::string ref;  // the SMF's SM context
};

struct SubscribedSlice {
  SNssai s_nssai;
  bool standard = false;  // granted when the UE requests none
  std::vector<std::string> dnns;  // the default one first if there is one
  bool has_default_dnn = false;
};
// Into the list, whichever of the UDM's two answers comes first.
void take_slices(std::vector<SubscribedSlice>& list, const sbi::AccessAndMobilitySubscriptionData& data);
void take_dnns(std::vector<SubscribedSlice>& list, const sbi::SmfSelectionSubscriptionData& data);

// N1 and N2 information of one session on its way to the UE and its gNB.
struct SmDelivery {
  PduSessionId session = 0;
  Bytes n1;
  Bytes n2;
  std::optional<sbi::N2SmInfoType> type;
  std::string failure_uri;  // of a transfer that waits for paging
};

enum class RegistrationState : uint8_t { identifying, authenticating, securing, subscribing, activating, accepting };
struct Registration {
  RegistrationState state = RegistrationState::identifying;
  nas::RegistrationRequest request;
  nas::RegistrationKind kind = nas::RegistrationKind::initial;
  bool verified = false;       // the request passed the integrity check
  bool asked_identity = false;
  bool by_guti = false;        // the SUPI comes from a 5G-GUTI, not from a SUCI
  uint8_t outstanding = 0;     // answers of the UDM
  std::string suci;            // or the SUPI that the 5G-GUTI stands for
  std::vector<nas::RejectedSNssai> rejected;
};

enum class AuthenticationState : uint8_t { fetching, challenged, confirming, identifying };
struct Authentication {
  AuthenticationState state = AuthenticationState::fetching;
  bool eap = false;
  uint8_t challenges = 0, resynchronisations = 0, rounds = 0;
  uint8_t ngksi = 0;
  Octets<16> rand{}, autn{}, hxres_star{};
  std::string context;  // of the AUSF
  Bytes eap_message;
  std::string suci;     // what the UE said when asked without a registration
};

enum class SecurityModeState : uint8_t { commanded };
struct SecurityMode {
  SecurityModeState state = SecurityModeState::commanded;
  crypto::NasSecurity candidate;
  Bytes eap_success;  // EAP-AKA' ends inside the command
};

enum class ServiceState : uint8_t { activating, accepting };
struct Service {
  ServiceState state = ServiceState::activating;
  nas::ServiceRequest request;
};

enum class DeregistrationState : uint8_t { paging, requested };
struct Deregistration {
  DeregistrationState state = DeregistrationState::requested;
};

// Sessions whose user plane is being set up for an accept that waits for all of them.
struct Activation {
  uint16_t outstanding = 0;  // bit i: session i's SMF has not answered
  uint16_t failed = 0;
  std::vector<SmDelivery> items;
};

struct Paging {
  explicit Paging(Executor& executor) : t3513(executor) {}
  uint8_t attempts = 0;
  Timer t3513;
  std::vector<SmDelivery> waiting;
};

enum class HandoverState : uint8_t { preparing, requested, acknowledging, commanded, completing };
struct Handover {
  explicit Handover(Executor& executor) : guard(executor) {}
  HandoverState state = HandoverState::preparing;
  ConnectionId source = 0, target = 0;
  uint16_t outstanding = 0;
  ngap::HandoverRequired required;
  ngap::HandoverRequest request;
  Bytes target_container;
  std::vector<ngap::PduSessionResourceHandoverItem> commands;
  std::vector<PduSessionId> released;
  uint16_t admitted = 0;
  Timer guard;
};

struct PathSwitch {
  ngap::PathSwitchRequest request;
  uint32_t association = 0;  // of the target gNB
  uint16_t stream = 1;
  uint16_t outstanding = 0;
  uint16_t failed = 0;
  std::vector<ngap::PduSessionResourceSwitchedItem> switched;
};

// The NAS message that waits for its answer under T3550, T3555, T3560, T3570 or T3522.
enum class Awaited : uint8_t { nothing, identity, authentication, security_mode, registration_complete, configuration_complete, deregistration_accept };

struct Ue {
  enum class Mm : uint8_t { deregistered, registered };
  explicit Ue(Executor& executor) : nas_timer(executor), idle_timer(executor) {}

  UeId id = 0;
  uint32_t epoch = 0;  // counts procedures begun: an answer of the bus to an earlier one is stale
  Mm mm = Mm::deregistered;
  Awaited awaited = Awaited::nothing;
  uint8_t transmissions = 0;
  bool security_valid = false;
  bool has_capability = false;
  bool subscribed = false;       // subscription data are there
  bool imeisv_known = false;
  bool slices_changed = false;   // the UE does not know its allowed NSSAI yet
  uint8_t ncc = 0;
  uint32_t key_count = 0;        // uplink NAS COUNT that K_gNB comes from
  uint32_t tmsi = 0, old_tmsi = 0;  // 0: none
  ConnectionId connection = 0;   // 0: idle
  std::string supi;              // empty before authentication
  std::string sdm_subscription;  // the UDM's
  Guami guami;
  crypto::NasSecurity security;
  crypto::Key256 next_hop{};
  nas::UeSecurityCapability capability;
  Octets<8> imeisv{};            // as BCD
  Tai tai;                       // last known
  std::optional<sbi::Ambr> ambr;
  std::vector<SNssai> allowed;
  std::vector<SubscribedSlice> subscription;
  std::vector<Session> sessions;
  Bytes radio_capability;
  Bytes awaited_message;         // plain, to be sent again
  Timer nas_timer, idle_timer;

  std::unique_ptr<Registration> registration;
  std::unique_ptr<Authentication> authentication;
  std::unique_ptr<SecurityMode> security_mode;
  std::unique_ptr<Service> service;
  std::unique_ptr<Deregistration> deregistration;
  std::unique_ptr<Activation> activation;
  std::unique_ptr<Paging> paging;
  std::unique_ptr<Handover> handover;
  std::unique_ptr<PathSwitch> path_switch;

  bool registered() const { return mm == Mm::registered; }
  // How log lines name it.
  std::string name() const { return supi.empty() ? fmt::format("UE {}", id) : supi; }
  Session* session(PduSessionId number) {
    for (auto& s : sessions) {
      if (s.id == number) return &s;
    }
    return nullptr;
  }
};

}  // namespace sen::amf
