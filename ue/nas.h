// The non-access stratum of one UE: 5GMM and 5GSM of TS 24.501 (Release 17) over 3GPP access, as a pure state machine: NAS PDUs, orders and
// timer expiries in; NAS PDUs and events out. Used by the emulated UEs of `sen5g load` by the thousand and by the test UE.
//
//   5GMM  registration (initial by SUCI or 5G-GUTI, mobility, periodic), 5G-AKA and EAP-AKA', security mode control, identification,
//         configuration update, service request, paging, deregistration by either side, NAS transport
//   5GSM  establishment (IPv4, IPv6, IPv4v6), modification, release, by either side where the standard has both
//
// Lives on its executor; every call comes from there. The ports are called inside received() and the orders; `send` must not call
// received() of the same UE before it returns (hand the PDU over with post()), `event` may give orders. About 1 KiB an idle UE.
// A PDU that cannot be accepted is answered as clause 7 says or dropped and counted in dropped(); none can end the process.
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "base/executor.h"
#include "base/ip.h"
#include "codec/nas/mm.h"
#include "codec/nas/sm.h"
#include "crypto/nas_security.h"
#include "ue/limits.h"
#include "ue/usim.h"

namespace sen::ue {

// What many UEs have in common.
struct UeProfile {
  Plmn serving;                       // the selected PLMN: the serving network's name comes from it
  SuciProfile suci;
  std::vector<SNssai> requested_slices;
  nas::UeSecurityCapability security_capability{.octets = 2, .ea = 0xf0, .ia = 0xf0};  // NEA0 to 3, NIA0 to 3; NIA0 is never accepted
  bool retry = true;                  // starts registration again on T3511, T3502, T3346 and after rejects that ask for it
};

struct UeConfig {
  std::shared_ptr<const UeProfile> profile;
  Usim usim;
  std::string imeisv = "4370816125816151";  // 16 digits
};

// TS 38.331 EstablishmentCause, in the standard's order.
enum class EstablishmentCause : uint8_t { emergency, high_priority_access, mt_access, mo_signalling, mo_data };

// What the lower layers need to set up a connection for an initial NAS message.
struct Establishment {
  EstablishmentCause cause = EstablishmentCause::mo_signalling;
  std::optional<STmsi> s_tmsi;
};

struct UeEvent {
  enum class Kind : uint8_t {
    challenge_answered,     // the network was authenticated
    security_established,   // Security Mode Complete is on its way
    registered,
    registration_failed,    // mm_cause, or `text` where the network gave none
    deregistered,           // by the network (mm_cause or 0) or at the end of our own deregistration
    service_accepted,
    service_failed,
    session_established,
    session_modified,
    session_failed,         // establishment, modification or release of session_id: sm_cause, mm_cause or text
    session_released,
    configuration_updated,
    paged,
    idle,                   // the connection was released
  };
  Kind kind{};
  uint8_t session_id = 0;
  uint8_t mm_cause = 0;
  uint8_t sm_cause = 0;
  const char* text = "";
};
const char* to_string(UeEvent::Kind kind);

struct UeNasPorts {
  // `establishment` is given with an initial NAS message: there is no connection yet.
  std::function<void(Bytes pdu, const Establishment* establishment)> send;
  std::function<void(const UeEvent&)> event;
};

struct SessionRequest {
  uint8_t id = 1;  // 1 to 15
  nas::PduSessionKind type = nas::PduSessionKind::ipv4v6;
  std::string dnn = "internet";       // empty: the network's default
  std::optional<SNssai> slice;        // absent: the network's default
};

struct Session {
  enum class State : uint8_t { establishing, active, modifying, releasing };

  explicit Session(Executor& executor) : timer(executor) {}

  uint8_t id = 0;
  State state = State::establishing;
  nas::PduSessionKind type = nas::PduSessionKind::ipv4;
  uint8_t pti = 0;                       // of our running procedure; 0: none
  uint8_t tries = 0;
  bool user_plane = false;               // there are resources on N3 as far as the UE was told
  Qfi default_qfi = 0;
  uint16_t mtu = 1500;                   // from the network's PCO, else 1500
  std::optional<Octets<4>> ipv4;
  std::optional<Octets<8>> interface_id; // of the IPv6 link-local address
  std::optional<IpAddress> dns_v4, dns_v6;
  uint64_t ambr_downlink_bps = 0, ambr_uplink_bps = 0;
  std::vector<nas::QosRule> rules;       // those with packet filters that are not the default rule
  std::string dnn;
  std::optional<SNssai> slice;
  Bytes pending;                         // the 5GSM message that the timer sends again
  Timer timer;                           // T3580, T3581 or T3582
};

class UeNas {
 public:
  enum class State : uint8_t { deregistered, registering, registered, requesting_service, deregistering };
  using Event = UeEvent::Kind;

  UeNas(const UeConfig& config, Executor& executor, crypto::RandomSource& random, UeNasPorts ports);
  UeNas(const UeNas&) = delete;

  // Orders. Error denied: not allowed in this state; invalid: no such session, a bad identity; exhausted: all sessions are in use.
  // kind initial: by 5G-GUTI where one is valid, else by SUCI.
  Status start_registration(nas::RegistrationKind kind = nas::RegistrationKind::initial);
  Status deregister(bool switch_off);
  // Bit i of sessions: uplink data waits for PDU session i. 0: signalling only.
  Status request_service(uint16_t sessions);
  Status establish_session(const SessionRequest& request);
  Status modify_session(uint8_t id, nas::PduSessionModificationRequest request);
  Status release_session(uint8_t id);

  // Input from below.
  void received(ByteView nas);
  void connection_released();
  void connection_fell_back();     // set up anew, as the network could not re-establish it
  void establishment_failed();     // the initial NAS message was not delivered
  void paged();                    // with our 5G-S-TMSI
  void camped_on(const Tai& tai);  // starts a mobility registration when the area is left

  State state() const { return state_; }
  bool connected() const { return connected_; }
  bool secured() const { return secured_; }
  const std::string& imsi() const { return usim_.imsi(); }
  const std::optional<Guti>& guti() const { return guti_; }
  const std::optional<crypto::NasSecurity>& security() const { return security_; }
  // K_gNB of the present connection (TS 33.501 A.9), once security is established.
  crypto::Key256 k_gnb() const;
  // NH that follows K_gNB or the NH given (TS 33.501 A.10).
  crypto::Key256 next_hop(const crypto::Key256& sync_input) const;
  const std::vector<std::unique_ptr<Session>>& sessions() const { return sessions_; }
  const Session* session(uint8_t id) const;
  const std::vector<SNssai>& allowed_slices() const { return allowed_slices_; }
  std::chrono::seconds periodic_timer() const { return t3512_; }
  uint32_t dropped() const { return dropped_; }

 private:
  // nas.cpp
  void dispatch(const nas::Message& message, bool integrity_checked);
  void received_protected(ByteView pdu, nas::SecurityHeaderType type);
  void received_unverified(ByteView plain);
  void decode_error(const nas::DecodeError& error);
  void drop() { ++dropped_; }
  template <class M>
  void send(const M& message) {
    if (auto plain = nas::encode(message)) send_plain(std::move(*plain));
  }
  void send_plain(Bytes plain);
  void send_initial(Bytes clear, Bytes full, EstablishmentCause cause);
  void send_status(nas::MmCause cause);
  void emit(UeEvent event) { ports_.event(event); }
  nas::KeySetIdentifier key_set() const;
  void identity_request(const nas::IdentityRequest& request);
  void configuration_update(const nas::ConfigurationUpdateCommand& command);
  nas::MobileIdentity any_identity();  // 5G-GUTI, else SUCI
  void forget_network();          // GUTI, TAI list, security context
  uint16_t session_bits(bool user_plane_only) const;
  void expect_release();

  // authentication.cpp
  void authentication_request(const nas::AuthenticationRequest& request);
  void aka_challenge(const nas::AuthenticationRequest& request);
  void eap_challenge(const nas::AuthenticationRequest& request);
  void authentication_failure(nas::MmCause cause, const crypto::Auts* auts);
  void authentication_result(const nas::AuthenticationResult& result);
  void authentication_reject();
  void network_not_authentic();
  void keep_key(const crypto::Key256& k_ausf, const nas::AuthenticationRequest& request);

  // security_mode.cpp
  void security_mode_command(ByteView pdu);
  void accept_security_mode(const nas::SecurityModeCommand& command);
  void reject_security_mode(nas::MmCause cause);

  // registration.cpp
  nas::RegistrationRequest registration_request(bool full);
  void registration_accept(const nas::RegistrationAccept& accept);
  void registration_reject(const nas::RegistrationReject& reject);
  void registration_attempt_failed(UeEvent event, bool wait_longest);
  void registration_timeout();
  void retry_registration(std::chrono::seconds delay);
  void synchronise_sessions(const nas::PduSessionStatus& status);

  // deregistration.cpp
  void send_deregistration();
  void deregistration_timeout();
  void deregistration_accept();
  void deregistration_request(const nas::DeregistrationRequestNetwork& request);
  void become_deregistered();

  // service_request.cpp
  Status send_service_request(nas::ServiceKind kind, uint16_t sessions, EstablishmentCause cause);
  void service_accept(const nas::ServiceAccept& accept);
  void service_reject(const nas::ServiceReject& reject);
  void service_failed(UeEvent event);

  // session.cpp
  void nas_transport(const nas::DlNasTransport& transport);
  void not_forwarded(const nas::DlNasTransport& transport);
  void session_message(const nas::Message& message);
  void establishment_accept(const nas::PduSessionEstablishmentAccept& accept);
  void establishment_reject(const nas::PduSessionEstablishmentReject& reject);
  void modification_command(const nas::PduSessionModificationCommand& command);
  void modification_reject(const nas::PduSessionModificationReject& reject);
  void release_command(const nas::PduSessionReleaseCommand& command);
  void release_reject(const nas::PduSessionReleaseReject& reject);
  void session_status(const nas::SmStatus& status);
  void start_session_procedure(Session& session, Session::State state, Bytes sm, std::chrono::seconds period);
  void session_timeout(uint8_t id);
  void transport_session_message(const Session& session, Bytes sm);
  void send_session_message(uint8_t id, Bytes sm);
  void send_session_status(uint8_t id, uint8_t pti, nas::SmCause cause);
  void fail_session(Session& session, UeEvent event);
  Session* find_session(uint8_t id);
  void remove_session(uint8_t id);
  uint8_t next_pti();

  std::shared_ptr<const UeProfile> profile_;
  Usim usim_;
  Executor& executor_;
  crypto::RandomSource& random_;
  UeNasPorts ports_;
  Octets<16> imeisv_{};  // digits

  State state_ = State::deregistered;
  nas::RegistrationKind kind_ = nas::RegistrationKind::initial;
  bool connected_ = false;
  bool secured_ = false;           // secure exchange on this connection (4.4.2.5)
  bool reregister_ = false;        // after the connection is released
  bool switch_off_ = false;
  bool initial_unprotected_ = false;  // initial_message_ went out without a security context
  uint8_t registration_attempts_ = 0;
  uint8_t tries_ = 0;              // of the running deregistration
  uint8_t authentication_failures_ = 0;
  uint8_t last_pti_ = 0;
  uint32_t dropped_ = 0;
  uint32_t k_gnb_count_ = 0;
  uint16_t recovering_ = 0;        // sessions whose user plane the registration under way asks for

  std::optional<Guti> guti_;
  std::optional<Tai> tai_;         // camped on
  nas::TaiList area_;
  std::vector<SNssai> allowed_slices_;
  std::chrono::seconds t3502_ = timer::t3502;
  std::chrono::seconds t3512_ = timer::t3512;  // 0: deactivated

  std::optional<crypto::NasSecurity> security_;
  struct NewKey {                  // of the last authentication, not yet in use
    crypto::Key256 k_amf{};
    uint8_t ngksi = 7;
  };
  std::optional<NewKey> new_key_;
  struct Challenge {               // the last one answered (5.4.1.3.2: the same RAND gets the same RES* again)
    Octets<16> rand{};
    Octets<16> res_star{};
  };
  std::optional<Challenge> challenge_;
  Bytes initial_message_;          // the complete one, for the Security Mode Complete
  std::vector<std::unique_ptr<Session>> sessions_;

  Timer procedure_;       // T3510, T3517 or T3521
  Timer retry_;           // T3511, T3502 or T3346
  Timer periodic_;        // T3512
  Timer authentication_;  // T3520
  Timer release_;         // T3540
};

}  // namespace sen::ue
