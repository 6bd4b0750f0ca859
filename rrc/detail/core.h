// State and procedures of the gNB's RRC and N2 client: one .cpp file a procedure. Continuations hold a UE's identity, never a pointer.
#pragma once

#include <unordered_map>

#include "base/log.h"
#include "rrc/detail/convert.h"
#include "rrc/detail/ue.h"
#include "rrc/limits.h"

namespace sen::rrc {
enum class EstablishmentCause : uint8_t;
struct CounterCheckResponse;
struct MeasConfig;
struct MeasurementReport;
struct RrcReconfigurationIes;
struct AsConfig;
struct RrcReestablishmentRequest;
struct RrcSetupComplete;
struct RrcSetupRequest;
struct UeCapabilityInformation;
}  // namespace sen::rrc

namespace sen::gnb {

// What an RRCReconfiguration changes; empty members stay out of the message.
struct Reconfiguration {
  std::vector<uint8_t> add_drbs;             // of ue.drbs
  std::vector<uint8_t> release_drbs;
  std::vector<l2::Lcid> release_lcids;
  bool add_srb2 = false;
  std::optional<mac::UeConfig> config;       // the new dedicated configuration
  bool measurements = false;                 // (re)configure measurements
  std::vector<Bytes> nas;
  bool reestablish_bearers = false;          // after RRC re-establishment: PDCP and RLC of SRB2 and the DRBs
};

class Core {
 public:
  Core(const RrcSettings& s, Executor& e, Counters& c, RrcPorts p);

  const RrcSettings settings;
  Executor& executor;
  Counters& counters;
  RrcPorts ports;
  std::function<void(const UeReport&)> reports;
  std::function<void(UeId, const char*, ByteView)> tap;
  std::unordered_map<UeId, std::unique_ptr<Ue>> ues;
  std::vector<std::unordered_map<Rnti, UeId>> by_rnti;  // per cell

  // ---- contexts (core.cpp)
  Ue* find(UeId id);
  Ue* find(size_t cell, Rnti rnti);
  Ue* new_ue(size_t cell, Rnti rnti);
  void forget(Ue& ue);                       // radio, user plane, tunnels and context; N2 hears nothing
  void drop_tunnels(Ue& ue);
  void count_drop(const char* reason);
  void report(UeReport::Kind kind, const Ue& ue, const char* text = "");
  template <class F>
  void start_timer(Timer& timer, Duration delay, Ue& ue, F then) {
    timer.start(delay, [this, id = ue.id, then = std::move(then)]() mutable {
      if (Ue* found = find(id)) then(*this, *found);
    });
  }
  // Procedures of a UE run one after the other.
  void enqueue(Ue& ue, std::function<void(Core&, Ue&)> begin);
  void finished(UeId id);                    // the running one has ended
  void await(Ue& ue, Awaited what, Done done);
  void answered(Ue& ue, bool ok);
  void restart_inactivity(Ue& ue);

  // ---- N2 (n2.cpp)
  bool up = false, is_ready = false, overloaded = false;
  std::string amf_name;
  Timer setup_again;
  Time error_window{};
  uint32_t errors_sent = 0;
  UeId last_id = 0;
  void n2_up();
  void n2_down(const std::string& reason);
  void n2_received(uint16_t stream, ByteView bytes);
  template <ngap::Message M>
  bool send(uint16_t stream, const M& message) {
    return send_pdu(stream, ngap::encode(message));
  }
  template <ngap::Message M>
  bool send(const Ue& ue, M& message) {
    message.amf_ue_ngap_id = ue.amf_id.value_or(0);
    message.ran_ue_ngap_id = ue.id;
    return send_pdu(ue.stream, ngap::encode(message));
  }
  bool send_pdu(uint16_t stream, Result<Bytes> pdu);
  bool may_send_error();
  void answer_bad_message(const ngap::Diagnostics& diagnostics, const std::string& what);
  void send_error(std::optional<uint64_t> amf_id, std::optional<uint32_t> ran_id, const ngap::Cause& cause);
  // The UE that the pair names; an error indication and nullptr otherwise (TS 38.413 10.6).
  Ue* ue_of(uint64_t amf_id, uint32_t ran_id);
  Ue* ue_of_amf(uint64_t amf_id);
  ngap::UserLocationInformation location(const Ue& ue) const;
  Tai tai_of(size_t cell) const { return {settings.cells[cell].plmn, settings.cells[cell].tac}; }

  // ---- interface management (ng_setup.cpp)
  void ng_setup();
  std::vector<ngap::SupportedTaItem> supported_areas() const;
  void on_setup_response(const ngap::NgapPdu& pdu);
  void on_setup_failure(const ngap::NgapPdu& pdu);
  void on_reset(const ngap::NgapPdu& pdu);
  void on_nothing(const ngap::NgapPdu& pdu);
  void on_error_indication(const ngap::NgapPdu& pdu);
  void on_amf_configuration_update(const ngap::NgapPdu& pdu);
  void on_overload_start(const ngap::NgapPdu& pdu);
  void on_overload_stop(const ngap::NgapPdu& pdu);
  Status reset();
  void lose_all(const char* why);

  // ---- UE-associated N2 (ue_context.cpp, nas_transport.cpp, location.cpp, paging.cpp)
  void on_initial_context_setup(const ngap::NgapPdu& pdu);
  void on_context_modification(const ngap::NgapPdu& pdu);
  void on_context_release(const ngap::NgapPdu& pdu);
  void request_release(Ue& ue, ngap::CauseRadioNetwork cause);
  void release_complete(Ue& ue);
  void on_nas_transport(const ngap::NgapPdu& pdu);
  void on_reroute(const ngap::NgapPdu& pdu);
  void initial_ue_message(Ue& ue, Bytes nas, ngap::RrcEstablishmentCause cause);
  void uplink_nas(Ue& ue, ByteView nas);
  void deliver_nas(Ue& ue, Bytes nas);
  void nas_undelivered(Ue& ue, Bytes nas, ngap::CauseRadioNetwork cause);
  void on_paging(const ngap::NgapPdu& pdu);
  void on_location_control(const ngap::NgapPdu& pdu);
  void location_report(Ue& ue);
  void on_radio_capability_check(const ngap::NgapPdu& pdu);
  void on_trace_start(const ngap::NgapPdu& pdu);

  // ---- PDU session resources (pdu_session.cpp)
  void on_session_setup(const ngap::NgapPdu& pdu);
  void on_session_modify(const ngap::NgapPdu& pdu);
  void on_session_release(const ngap::NgapPdu& pdu);
  // Takes the session into the context with its flows, DRBs and tunnel; the cause why not.
  std::optional<ngap::CauseRadioNetwork> admit(Ue& ue, PduSessionId id, const ngap::SNssai& slice,
                                               const ngap::PduSessionResourceSetupRequestTransfer& transfer, Reconfiguration& change);
  ngap::PduSessionResourceSetupResponseTransfer setup_response(const Ue& ue, const Session& session) const;
  std::optional<ngap::CauseRadioNetwork> modify(Ue& ue, Session& session, const ngap::PduSessionResourceModifyRequestTransfer& transfer,
                                                Reconfiguration& change, ngap::PduSessionResourceModifyResponseTransfer& answer);
  void remove_session(Ue& ue, PduSessionId id, Reconfiguration& change);
  const QosProfile& profile(FiveQi five_qi) const;
  Result<QosFlow> flow_of(int64_t qfi, const ngap::QosFlowLevelQosParameters& parameters) const;
  uint8_t drb_for(Ue& ue, Session& session, const QosFlow& flow, Reconfiguration& change);  // 0: none left
  void update_sdap(Ue& ue, Session& session);
  void update_channels(Ue& ue, Reconfiguration& change);
  void update_qos(Ue& ue);
  void session_notify_released(Ue& ue, const std::vector<PduSessionId>& lost);

  // ---- handover through the AMF (n2_handover.cpp)
  bool hand_over(Ue& ue, const ExternalCell& target);
  bool start_n2_handover(Ue& ue, const ExternalCell& target);
  void prepare_source_config(const Ue& ue, rrc::AsConfig& out) const;
  void cancel_handover(Ue& ue, const ngap::Cause& cause);
  void forward_data(Ue& ue, const ngap::HandoverCommand& command);
  void on_handover_command(const ngap::NgapPdu& pdu);
  void on_handover_preparation_failure(const ngap::NgapPdu& pdu);
  void on_handover_request(const ngap::NgapPdu& pdu);
  void on_handover_cancel_acknowledge(const ngap::NgapPdu& pdu);
  void on_ran_status_transfer(const ngap::NgapPdu& pdu);
  void handover_arrived(Ue& ue);

  // ---- RRC (setup.cpp, security_mode.cpp, capability.cpp, reconfiguration.cpp, measurement.cpp, handover.cpp, reestablishment.cpp, release.cpp, …)
  void start_cells();
  mac::SystemInformation system_information(size_t cell) const;
  void on_ccch(size_t cell, Rnti rnti, ByteView message);
  void on_dcch(Ue& ue, uint8_t srb, ByteView message, bool verified);
  void reject(size_t cell, Rnti rnti);
  void on_setup_request(size_t cell, Rnti rnti, const rrc::RrcSetupRequest& request);
  void begin_setup(size_t cell, Rnti rnti, rrc::EstablishmentCause cause, std::optional<uint64_t> s_tmsi_part1);
  void send_setup(Ue& ue);
  void on_setup_complete(Ue& ue, const rrc::RrcSetupComplete& complete);
  void on_capability_information(Ue& ue, const rrc::UeCapabilityInformation& information);
  void on_reestablishment_request(size_t cell, Rnti rnti, const rrc::RrcReestablishmentRequest& request);
  void delivered(Ue& ue, uint8_t srb, uint32_t tag);
  // A UE's dedicated configuration in a cell before sessions come.
  mac::UeConfig initial_config(size_t cell) const;
  void security_mode(Ue& ue, Done done);
  bool choose_algorithms(Ue& ue) const;
  l2::Security keys_of(const Ue& ue) const;
  void capability_enquiry(Ue& ue, Done done);
  void adopt_capability(const Ue& ue, mac::UeConfig& config) const;
  void reconfigure(Ue& ue, const Reconfiguration& change, Done done);
  void on_measurement_report(Ue& ue, const rrc::MeasurementReport& report);
  std::vector<size_t> neighbours(size_t cell) const;
  void measurement_config(const Ue& ue, rrc::MeasConfig& out) const;
  void on_reconfiguration_complete(Ue& ue);
  void on_counter_check_response(Ue& ue, const rrc::CounterCheckResponse& response);
  bool hand_over(Ue& ue, size_t target);
  bool begin_handover(Ue& ue, size_t target);
  std::pair<crypto::Key256, uint8_t> next_k_gnb(const Ue& ue, size_t target) const;
  void reconfiguration_with_sync(const Ue& ue, size_t target, Rnti rnti, const mac::UeConfig& config, std::optional<uint8_t> preamble, uint8_t ncc,
                                 rrc::RrcReconfigurationIes& out) const;
  void drop_target(Ue& ue);
  void reestablish(Ue& ue, size_t cell, Rnti rnti);
  void on_reestablishment_complete(Ue& ue);
  void handover_complete(Ue& ue);
  void measure_neighbours(Ue& ue);
  void handover_failed(Ue& ue, const char* why);
  void release_rrc(Ue& ue, std::function<void(Core&, Ue&)> then);
  Bytes pcch(std::span<const uint64_t> s_tmsis);
  void page_rrc(const STmsi& tmsi, uint16_t cycle_frames, const std::vector<size_t>& cells);
  void came_back(Ue& ue, size_t cell, Rnti rnti);
  void radio_lost(Ue& ue, const char* why);
  bool send_dcch(Ue& ue, uint8_t srb, Result<Bytes> message, uint32_t tag = 0);
  uint8_t next_transaction(Ue& ue) { return ue.transaction = static_cast<uint8_t>((ue.transaction + 1) % 4); }
};

mac::LogicalChannel srb_channel(uint8_t srb);
l2::Change all_bearers(const Ue& ue);
l2::SrbConfig srb_config(uint8_t srb);
l2::RlcBearer srb_bearer(uint8_t srb);
l2::Security derive_keys(const crypto::Key256& k_gnb, uint8_t nea, uint8_t nia);

}  // namespace sen::gnb
