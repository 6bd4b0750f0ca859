// An emulated gNB without a radio: N2 (TS 38.413, the NG-RAN node's side) and N3 (TS 29.281, TS 38.415) for many UEs.
//   interface: NG Setup with its repetition after Time To Wait, NG Reset both ways, error indication, AMF configuration update, overload
//   UE: initial UE message, NAS transport, initial context setup, context modification and release both ways, paging, radio capability check,
//       location report, PDU session resource setup, modification and release with a GTP-U tunnel each
// Procedures that need a radio or a second gNB (handover, PWS, MBS) are answered with an error indication.
//
// Lives on its executor. The ports are called from within the calls below; those that name a UE may give its answer at once, send_n2 and
// send_n3 must not call back into the gNB before they return (hand over with post()). UEs are named by numbers that the caller chooses. What arrives on N2 or N3 can only be answered or
// counted as dropped, whatever it is.
#pragma once

#include <deque>
#include <functional>
#include <unordered_map>

#include "apps/load/access.h"
#include "base/counter.h"
#include "base/executor.h"
#include "base/ip.h"
#include "codec/gtpu/gpdu.h"
#include "codec/ngap/ngap.h"
#include "nr/ids.h"

namespace sen::load {

struct GnbConfig {
  std::string name = "sen5g-load";
  Plmn plmn;
  uint32_t gnb_id = 1;        // 32 bits
  Tac tac = 1;
  std::vector<SNssai> slices{{1, {}}};
  Endpoint n3;                // where the UPF reaches us
};

struct GnbLimits {
  static constexpr size_t ues = 1 << 20;       // UE contexts
  static constexpr size_t tunnels = 1 << 22;
  static constexpr size_t sessions_per_ue = 16;
  static constexpr uint16_t streams = 8;       // UE-associated signalling is spread over streams 1 to 7, which every peer offers
  static constexpr uint32_t error_indications_per_second = 100;  // GTP-U and NGAP, each
};

struct GnbPorts {
  std::function<Status(uint16_t stream, Bytes ngap)> send_n2;
  std::function<void(const Endpoint& to, Bytes gtpu)> send_n3;
  std::function<void(bool ready, const std::string& reason)> state;  // N2 is set up or lost; the reason names both sides' values
  std::function<void(UeIndex ue, ByteView nas)> to_ue;
  std::function<void(UeIndex ue)> released;                          // the connection is gone
  std::function<void(UeIndex ue)> paged;
  std::function<void(UeIndex ue, PduSessionId session, bool up)> tunnel;  // resources for a PDU session were set up or released
  std::function<void(UeIndex ue, PduSessionId session, ByteView ip)> packet;
};

class Gnb {
 public:
  Gnb(const GnbConfig& config, Executor& executor, Counters& counters, GnbPorts ports);
  Gnb(const Gnb&) = delete;

  void n2_up();
  void n2_down(const std::string& reason);
  void n2_received(uint16_t stream, ByteView ngap);
  void n3_received(const Endpoint& from, ByteView gtpu);

  bool ready() const { return ready_; }
  bool overloaded() const { return overloaded_; }
  const std::string& amf_name() const { return amf_name_; }
  size_t ue_contexts() const { return contexts_.size(); }

  // Initial UE message. Errors: denied (N2 not set up, the AMF is overloaded and the cause is not exempt), exhausted.
  Status initial_nas(UeIndex ue, Bytes nas, ngap::RrcEstablishmentCause cause, std::optional<STmsi> s_tmsi);
  Status uplink_nas(UeIndex ue, Bytes nas);
  // One IP packet into the session's tunnel. Error not_found: no tunnel.
  Status uplink_packet(UeIndex ue, PduSessionId session, ByteView ip);
  bool has_tunnel(UeIndex ue, PduSessionId session) const;
  // UE context release request, user inactivity (AN release).
  Status request_release(UeIndex ue);
  // The UE listens for its 5G-S-TMSI in our cell, or no longer.
  void camp(UeIndex ue, std::optional<STmsi> s_tmsi);
  // NG Reset of the whole interface; every UE is released.
  Status reset();

 private:
  struct Tunnel {
    PduSessionId session = 0;
    Qfi qfi = 1;                 // of the default flow
    uint32_t own_teid = 0;
    uint32_t teid = 0;           // the UPF's
    Endpoint upf;
    std::vector<Qfi> flows;
  };
  struct Context {
    UeIndex ue = 0;
    uint32_t ran_id = 0;
    uint64_t amf_id = 0;
    bool has_amf_id = false;
    uint16_t stream = 1;
    std::vector<Tunnel> tunnels;
  };
  struct TeidOwner {
    uint32_t ran_id = 0;         // 0: free
    PduSessionId session = 0;
  };
  struct Handler {
    uint8_t procedure;
    ngap::Outcome outcome;
    void (Gnb::*handle)(const ngap::NgapPdu&);
  };

  // gnb.cpp
  static const Handler handlers[];
  template <class M>
  Status send(uint16_t stream, const M& message) {
    SEN_ASSIGN(Bytes bytes, ngap::encode(message));
    return ports_.send_n2(stream, std::move(bytes));
  }
  void setup();
  void setup_response(const ngap::NgapPdu& pdu);
  void setup_failure(const ngap::NgapPdu& pdu);
  void reset_from_amf(const ngap::NgapPdu& pdu);
  void reset_acknowledged(const ngap::NgapPdu& pdu);
  void error_indication(const ngap::NgapPdu& pdu);
  void amf_configuration_update(const ngap::NgapPdu& pdu);
  void overload_start(const ngap::NgapPdu& pdu);
  void overload_stop(const ngap::NgapPdu& pdu);
  void paging(const ngap::NgapPdu& pdu);
  void nas_transport(const ngap::NgapPdu& pdu);
  void context_modification(const ngap::NgapPdu& pdu);
  void context_release(const ngap::NgapPdu& pdu);
  void radio_capability_check(const ngap::NgapPdu& pdu);
  void location_control(const ngap::NgapPdu& pdu);
  void nothing(const ngap::NgapPdu& pdu);
  void answer_bad_message(const ngap::Diagnostics& diagnostics, const std::string& what);
  void send_error(std::optional<uint64_t> amf_id, std::optional<uint32_t> ran_id, ngap::Cause cause);
  // The context that the pair names; an error indication and nullptr otherwise. Takes over the AMF's identity from its first message.
  Context* context_of(uint64_t amf_id, uint32_t ran_id);
  Context* find(UeIndex ue);
  const Context* find(UeIndex ue) const { return const_cast<Gnb*>(this)->find(ue); }
  void drop_context(uint32_t ran_id);
  void drop_all();
  bool serves(UeIndex ue, uint32_t ran_id) const {
    auto found = connected_.find(ue);
    return found != connected_.end() && found->second == ran_id;
  }
  void leave(Context& old);
  void deliver(UeIndex ue, uint32_t ran_id, ByteView nas);
  ngap::UserLocationInformation location() const;
  void count_drop(const char* reason);
  bool may_send_error();

  // gnb_sessions.cpp
  void initial_context_setup(const ngap::NgapPdu& pdu);
  void session_setup(const ngap::NgapPdu& pdu);
  void session_modify(const ngap::NgapPdu& pdu);
  void session_release(const ngap::NgapPdu& pdu);
  std::optional<ngap::CauseRadioNetwork> refuse_session(const Context& context, PduSessionId session,
                                                        const ngap::PduSessionResourceSetupRequestTransfer& transfer) const;
  ngap::PduSessionResourceSetupResponseTransfer add_tunnel(Context& context, PduSessionId session,
                                                           const ngap::PduSessionResourceSetupRequestTransfer& transfer);
  std::optional<ngap::CauseRadioNetwork> modify_tunnel(Tunnel& tunnel, const ngap::PduSessionResourceModifyRequestTransfer& transfer,
                                                       ngap::PduSessionResourceModifyResponseTransfer& answer);
  void remove_tunnel(Context& context, PduSessionId session);
  static Tunnel* tunnel_of(Context& context, PduSessionId session);
  uint32_t allocate_teid(uint32_t ran_id, PduSessionId session);
  void gtpu_signalling(const Endpoint& from, ByteView gtpu);

  GnbConfig config_;
  Executor& executor_;
  Counters& counters_;
  GnbPorts ports_;
  bool up_ = false;
  bool ready_ = false;
  bool overloaded_ = false;
  std::string amf_name_;
  uint32_t last_ran_id_ = 0;
  std::unordered_map<uint32_t, Context> contexts_;      // by RAN-UE-NGAP-ID
  std::unordered_map<UeIndex, uint32_t> connected_;     // UE to RAN-UE-NGAP-ID
  std::unordered_map<STmsi, UeIndex> camped_;
  std::unordered_map<UeIndex, STmsi> camping_;
  std::vector<TeidOwner> teids_;                        // by TEID - 1
  std::deque<uint32_t> free_teids_;                     // the longest free first: late packets should find a TEID free
  Time error_window_{};
  uint32_t errors_sent_ = 0;
  Timer setup_again_;
  Counter& up_packets_;
  Counter& down_packets_;
};

}  // namespace sen::load
