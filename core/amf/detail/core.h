// The AMF's state and its procedures: one .cpp file a procedure, whose states are in detail/ue.h and whose on...() holds the switch over its
// events. Continuations of the bus and of timers hold identifiers, never pointers.
#pragma once

#include <array>

#include "base/log.h"
#include "core/amf/amf.h"
#include "core/amf/detail/convert.h"
#include "core/amf/detail/ue.h"
#include "core/amf/limits.h"

namespace sen::amf {

enum class RegistrationEvent : uint8_t { start, identified, authenticated, secured, subscribed, activated, completed };
enum class AuthenticationEvent : uint8_t { start, vector, response, failure, identified, confirmed, refused, no_answer };
enum class SecurityModeEvent : uint8_t { start, complete, complete_without_procedure, reject, no_answer };
enum class ServiceEvent : uint8_t { start, activated };
enum class DeregistrationEvent : uint8_t { start, paged, accepted, no_answer };
enum class PagingEvent : uint8_t { start, answered, expired, abandoned };
enum class HandoverEvent : uint8_t { prepared, admitted, refused, commanded, notified, cancelled, expired };

// Names of TS 28.552 as Open5GS spells them.
class Metrics {
 public:
  explicit Metrics(Counters& counters);
  Counter& cause(std::string_view family, unsigned cause);  // the family's member {cause="..."}

  Counter &reg_init_req, &reg_init_succ, &reg_mob_req, &reg_mob_succ, &reg_period_req, &reg_period_succ, &reg_emerg_req;
  Counter &auth_req, &auth_reject, &paging_req, &paging_succ, &conf_update, &conf_update_succ;
  Counter &registered, &ran_ue, &gnb, &sessions, &ues_active;
  Counter &n2_errors, &nas_dropped, &nas_integrity_failures;

 private:
  Counters& counters_;
};

class Core : public std::enable_shared_from_this<Core> {
 public:
  Core(const AmfConfig& c, Executor& e, sbi::Bus& b, crypto::RandomSource& r, Counters& counters, AmfPorts p);
  void serve();
  void withdraw();

  AmfConfig config;
  Executor& executor;
  sbi::Bus& bus;
  crypto::RandomSource& random;
  AmfPorts ports;
  Metrics metrics;
  std::unordered_map<uint32_t, Gnb> gnbs;  // by association
  std::unordered_map<ConnectionId, std::unique_ptr<Connection>> connections;
  std::unordered_map<UeId, std::unique_ptr<Ue>> ues;
  std::unordered_map<uint32_t, UeId> by_tmsi;
  std::map<std::string, UeId, std::less<>> by_supi;
  bool overloaded = false;
  size_t procedures = 0;  // registrations and service requests under way

  // ---- contexts (core.cpp)
  Gnb* gnb(uint32_t association);
  Connection* connection(ConnectionId id);
  Ue* find(UeId id);
  Ue* find_supi(std::string_view supi);
  Ue* find_tmsi(const STmsi& tmsi);
  Connection* connection_of(Ue& ue) { return ue.connection ? connection(ue.connection) : nullptr; }
  // Null at a limit.
  Connection* new_connection(Gnb& gnb, uint32_t ran_id, uint16_t stream);
  Ue* new_ue();
  // Unlinks and frees; the UE stays.
  void drop_connection(ConnectionId id);
  // Frees the UE with everything it has; sessions are released towards the SMF.
  void drop_ue(Ue& ue);
  void link(Ue& ue, Connection& connection);
  // After the last procedure of a UE without registration: forgets it unless a security context is worth keeping.
  void settle(Ue& ue);
  void allocate_guti(Ue& ue);
  void retire_old_guti(Ue& ue);
  void set_registered(Ue& ue, bool registered);
  // Ends every procedure under way, without a word to the peer.
  void abort_procedures(Ue& ue);
  void procedure_began();
  void procedure_ended();
  void start_idle_timer(Ue& ue);
  void move_sessions(Ue& from, Ue& to);
  nas::MobileIdentity guti_identity(const Ue& ue) const;
  UeStatus status_of(const Ue& ue);

  // Calls the bus; `then` runs only while the UE exists and is in the same procedure.
  template <sbi::ServiceOperation Op, class Then>
  void ask(Ue& ue, typename Op::Request request, Then then) {
    bus.call<Op>(std::move(request), [self = weak_from_this(), id = ue.id, epoch = ue.epoch, then = std::move(then)](auto reply) mutable {
      auto core = self.lock();
      Ue* found = core ? core->find(id) : nullptr;
      if (found && found->epoch == epoch) then(*core, *found, std::move(reply));
    });
  }
  // The same for what outlives procedures: `then` runs while the UE exists.
  template <sbi::ServiceOperation Op, class Then>
  void ask_always(Ue& ue, typename Op::Request request, Then then) {
    bus.call<Op>(std::move(request), [self = weak_from_this(), id = ue.id, then = std::move(then)](auto reply) mutable {
      auto core = self.lock();
      Ue* found = core ? core->find(id) : nullptr;
      if (found) then(*core, *found, std::move(reply));
    });
  }
  template <class F>
  void start_timer(Timer& timer, Duration delay, Ue& ue, F then) {
    timer.start(delay, [self = weak_from_this(), id = ue.id, then = std::move(then)]() mutable {
      auto core = self.lock();
      Ue* found = core ? core->find(id) : nullptr;
      if (found) then(*core, *found);
    });
  }

  // ---- N2 (n2.cpp)
  void n2_up(uint32_t association, std::string peer);
  void n2_down(uint32_t association, const std::string& reason);
  void n2_received(uint32_t association, uint16_t stream, ByteView bytes);
  template <ngap::Message M>
  bool send(const Gnb& g, uint16_t stream, const M& message) {
    return send_pdu(g.association, stream, ngap::encode(message));
  }
  // On the connection's own stream, with both identities filled in.
  template <ngap::Message M>
  bool send(const Connection& c, M& message) {
    message.amf_ue_ngap_id = c.id;
    message.ran_ue_ngap_id = c.ran_id;
    return send_pdu(c.association, c.stream, ngap::encode(message));
  }
  bool send_pdu(uint32_t association, uint16_t stream, Result<Bytes> pdu);
  void dispatch(Gnb& gnb, uint16_t stream, ngap::NgapPdu& pdu);
  // The connection that both identities name, or null after an ERROR INDICATION (TS 38.413 10.6).
  Connection* checked(Gnb& gnb, uint16_t stream, uint64_t amf_id, uint32_t ran_id, bool answer = true);
  Ue* ue_of(Connection& c) { return find(c.ue); }
  void set_location(Connection& c, const ngap::UserLocationInformation& information);
  std::optional<sbi::NrLocation> location(const Connection& c) const;

  // ---- error indication (error_indication.cpp)
  void error_indication(Gnb& gnb, uint16_t stream, const ngap::Cause& cause, std::optional<uint64_t> amf_id = {}, std::optional<uint32_t> ran_id = {},
                        const ngap::CriticalityDiagnostics* diagnostics = nullptr);
  void decode_failed(Gnb& gnb, uint16_t stream, const Error& error, const ngap::Diagnostics& diagnostics);
  void on_error_indication(Gnb& gnb, const ngap::ErrorIndication& m);

  // ---- interface management
  void on_ng_setup(Gnb& gnb, const ngap::NgSetupRequest& m);
  // What of the gNB's areas and ours fits; the reason otherwise.
  std::optional<ngap::Cause> mismatch(const Gnb& gnb, const std::vector<Gnb::Area>& areas) const;
  static std::vector<Gnb::Area> areas_of(const std::vector<ngap::SupportedTaItem>& list);
  std::vector<ngap::PlmnSupportItem> plmn_support_list() const;
  std::vector<ngap::ServedGuamiItem> served_guami_list() const;
  void on_ran_configuration_update(Gnb& gnb, const ngap::RanConfigurationUpdate& m);
  void amf_configuration_update(uint8_t relative_capacity);
  void on_reset(Gnb& gnb, const ngap::NgReset& m);
  bool reset(uint32_t association);
  void connection_lost(ConnectionId id, const char* why);
  void check_overload();
  void tell_overload();  // the gNBs that do not know yet

  // ---- UE-associated N2 procedures (context.cpp, location.cpp)
  void on_initial_ue_message(Gnb& gnb, uint16_t stream, const ngap::InitialUeMessage& m);
  void on_context_setup_response(Connection& c, const ngap::InitialContextSetupResponse& m);
  void on_context_setup_failure(Connection& c, const ngap::InitialContextSetupFailure& m);
  void on_context_suspend(Connection& c, const ngap::UeContextSuspendRequest& m);
  void on_context_resume(Connection& c, const ngap::UeContextResumeRequest& m);
  void on_release_request(Connection& c, const ngap::UeContextReleaseRequest& m);
  void on_release_complete(Connection& c, const ngap::UeContextReleaseComplete& m);
  void release(Connection& c, const ngap::Cause& cause);
  // UE CONTEXT RELEASE COMMAND for an initial message that got no UE.
  void refuse_connection(Connection& c, const ngap::Cause& cause);
  // INITIAL CONTEXT SETUP REQUEST with the NAS message (protected already) and sessions.
  void send_context_setup(Ue& ue, Connection& c, Bytes nas, std::vector<SmDelivery> items);
  void on_location_report(Connection& c, const ngap::LocationReport& m);
  void on_radio_capability(Connection& c, const ngap::UeRadioCapabilityInfoIndication& m);
  void on_ran_configuration_transfer(Gnb& gnb, const ngap::UplinkRanConfigurationTransfer& m);
  bool request_location(std::string_view supi);
  bool check_radio_capability(std::string_view supi);
  bool start_trace(std::string_view supi, const Octets<8>& trace_id, const Octets<4>& collector);
  bool stop_trace(std::string_view supi, const Octets<8>& trace_id);
  Connection* ready_connection(std::string_view supi);

  // ---- NAS (nas.cpp)
  void on_initial_nas(Connection& c, ByteView pdu, std::optional<STmsi> tmsi);
  void on_uplink_nas(Connection& c, ByteView pdu);
  void on_nas_message(Connection& c, Ue& ue, nas::Message& message, ByteView plain, bool verified);
  void tap(bool uplink, ByteView plain);
  Result<Bytes> protect(Ue& ue, ByteView plain, crypto::SecurityHeader header = crypto::SecurityHeader::integrity_ciphered);
  // DOWNLINK NAS TRANSPORT; false when the UE is idle or the message cannot be sent.
  bool send_nas(Ue& ue, ByteView plain);
  template <nas::MessageStruct M>
  bool send_nas(Ue& ue, const M& message) {
    auto plain = nas::encode(message);
    return plain && send_nas(ue, *plain);
  }
  bool transport(Connection& c, Bytes nas);
  template <nas::MessageStruct M>
  void send_plain(Connection& c, const M& message) {
    auto plain = nas::encode(message);
    if (!plain) return;
    tap(false, *plain);
    transport(c, std::move(*plain));
  }
  void send_status(Ue& ue, nas::MmCause cause);
  // Sends the plain message under a retransmission timer (TS 24.501 10.2).
  void await(Ue& ue, Awaited awaited, Bytes plain, uint32_t seconds, bool send_now = true);
  void answered(Ue& ue, Awaited awaited);
  void on_nas_timer(Ue& ue, uint32_t seconds);
  void send_awaited(Ue& ue);

  // ---- 5GMM procedures, one file each
  void on_registration_request(Connection& c, Ue* known, nas::RegistrationRequest& request, bool verified);
  void on_registration(Ue& ue, RegistrationEvent event);
  void reject_registration(Ue& ue, nas::MmCause cause, const std::string& why, std::optional<uint32_t> back_off = {});
  void reject_registration(Connection& c, nas::MmCause cause, const std::string& why, std::optional<uint32_t> back_off = {});
  void fetch_subscription(Ue& ue);
  void subscription_answer(Ue& ue, const sbi::ProblemDetails* problem);
  bool choose_slices(Ue& ue);
  nas::Nssai configured_nssai(const Ue& ue) const;
  std::vector<SNssai> standard_slices(const Ue& ue);  // those of the subscription that the UE gets without asking, where it is
  bool in_area(const Ue& ue, const SNssai& slice);    // its gNB has it in its tracking area
  // The subscription changed while the UE is registered (subscription.cpp).
  void subscription_changed(Ue& ue);
  void adapt(Ue& ue, const sbi::AccessAndMobilitySubscriptionData& data, std::vector<SubscribedSlice> subscription);
  void tell_ambr(Ue& ue);
  void adopt(Ue& ue);  // the SUPI is certain: takes the place of an earlier context of the same subscriber
  void accept_registration(Ue& ue);
  void on_identity_response(Connection& c, Ue& ue, const nas::IdentityResponse& m);
  void on_identity_at_renewal(Ue& ue, const nas::Suci* suci);
  void request_identity(Ue& ue, nas::IdentityType type);
  void begin_authentication(Ue& ue);
  bool identify_again(Ue& ue);
  void on_authentication(Ue& ue, AuthenticationEvent event);
  void on_authentication_response(Ue& ue, const nas::AuthenticationResponse& m);
  void on_authentication_failure(Ue& ue, const nas::AuthenticationFailure& m);
  void ask_ausf(Ue& ue, std::optional<sbi::ResynchronizationInfo> resynchronization);
  void challenge(Ue& ue);
  void confirm(Ue& ue, const Octets<16>& res_star);
  void confirm_eap(Ue& ue, const Bytes& eap);
  void authenticated(Ue& ue, const std::string& supi, const crypto::Key256& kseaf);
  void reject_authentication(Ue& ue, const std::string& why);
  void on_security_mode(Ue& ue, SecurityModeEvent event);
  void command_security_mode(Ue& ue);
  void renew_if_needed(Ue& ue);
  void renewed(Ue& ue);
  void give_up(Ue& ue, nas::MmCause cause, const std::string& why, std::optional<uint32_t> back_off = {});
  void on_security_mode_complete(Ue& ue, nas::SecurityModeComplete& m);
  void on_service_request(Connection& c, Ue* known, nas::ServiceRequest& request, bool verified);
  void on_service(Ue& ue, ServiceEvent event);
  void accept_service(Ue& ue);
  void reject_service(Connection& c, Ue* ue, nas::MmCause cause, const std::string& why);
  void on_deregistration_request(Connection& c, Ue& ue, const nas::DeregistrationRequestUe& m);
  bool deregister_ue(std::string_view supi);
  void on_deregistration(Ue& ue, DeregistrationEvent event);
  void finish_deregistration(Ue& ue, const ngap::Cause& cause);
  void release_sessions(Ue& ue, sbi::SmCause cause);
  bool configuration_update(Ue& ue, bool new_guti);
  bool tell_slices(Ue& ue);  // the new allowed NSSAI; false when it has to wait
  void on_configuration_complete(Ue& ue);
  void on_registration_complete(Connection& c, Ue& ue);

  // ---- sessions (nas_transport.cpp, sessions.cpp, n1n2.cpp, paging.cpp)
  void on_ul_nas_transport(Connection& c, Ue& ue, nas::UlNasTransport& m);
  void return_payload(Ue& ue, const nas::UlNasTransport& m, nas::MmCause cause, const std::string& why);
  void establish(Connection& c, Ue& ue, nas::UlNasTransport& m, Bytes payload);
  void update_session(Ue& ue, PduSessionId id, sbi::SmContextUpdateData data);
  void session_updated(Ue& ue, PduSessionId id, sbi::Reply<sbi::SmContextUpdatedData> reply);
  void release_session(Ue& ue, PduSessionId id, sbi::SmCause cause);
  void forget_session(Ue& ue, PduSessionId id);
  void deactivate(Ue& ue, const std::optional<sbi::NgApCause>& cause);
  // Sets up the user plane of the sessions in `mask`; `done` runs when all SMFs have answered (at once for none).
  void activate(Ue& ue, uint16_t mask, void (Core::*done)(Ue&));
  void deliver(Ue& ue, SmDelivery delivery);
  void deliver_n1(Ue& ue, PduSessionId id, const Bytes& n1);
  bool deliver_n2(Ue& ue, Connection& c, SmDelivery& delivery, Bytes nas);
  Bytes sm_nas(PduSessionId id, const Bytes& n1);
  // Sessions that the UE says it has no longer are released; the status to tell the UE.
  uint16_t align_sessions(Ue& ue, const nas::PduSessionStatus* status);
  void n2_from_gnb(Ue& ue, PduSessionId id, Result<Bytes> transfer, sbi::N2SmInfoType type);
  void on_setup_response(Connection& c, const ngap::PduSessionResourceSetupResponse& m);
  void on_modify_response(Connection& c, const ngap::PduSessionResourceModifyResponse& m);
  void on_resource_release_response(Connection& c, const ngap::PduSessionResourceReleaseResponse& m);
  void on_notify(Connection& c, const ngap::PduSessionResourceNotify& m);
  void on_modify_indication(Connection& c, const ngap::PduSessionResourceModifyIndication& m);
  void on_transfer(const sbi::N1N2MessageTransferReqData& request, sbi::Responder<sbi::N1N2MessageTransferRspData> reply);
  void on_status_notify(const sbi::SmContextStatusNotification& notification);
  void on_paging(Ue& ue, PagingEvent event);
  void send_paging(Ue& ue);
  std::vector<SmDelivery> take_waiting(Ue& ue);

  // ---- mobility (handover.cpp, path_switch.cpp)
  void on_path_switch_request(Gnb& gnb, uint16_t stream, const ngap::PathSwitchRequest& m);
  void finish_path_switch(Ue& ue);
  void path_switch_failure(Gnb& gnb, uint16_t stream, const ngap::PathSwitchRequest& m);
  void on_handover_required(Connection& c, const ngap::HandoverRequired& m);
  void on_handover_request_acknowledge(Gnb& gnb, uint16_t stream, const ngap::HandoverRequestAcknowledge& m);
  void on_handover_failure(Gnb& gnb, uint16_t stream, const ngap::HandoverFailure& m);
  void on_handover_notify(Connection& c, const ngap::HandoverNotify& m);
  void on_handover_cancel(Connection& c, const ngap::HandoverCancel& m);
  void on_status_transfer(Connection& c, const ngap::UplinkRanStatusTransfer& m);
  void on_handover(Ue& ue, HandoverEvent event);
  void fail_handover(Connection& source, const ngap::Cause& cause);
  void abandon_handover(Ue& ue, const ngap::Cause& cause);
  void advance_key(Ue& ue);
  Gnb* target_gnb(const ngap::GlobalRanNodeId& id);
  ngap::SecurityContext security_context(const Ue& ue) const;

 private:
  ConnectionId next_connection_ = 0;
  UeId next_ue_ = 0;
};

}  // namespace sen::amf
