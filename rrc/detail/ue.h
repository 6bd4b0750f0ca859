// One UE as the gNB's RRC and N2 client know it.
#pragma once

#include <deque>
#include <functional>

#include "base/executor.h"
#include "codec/ngap/ngap.h"
#include "crypto/key.h"
#include "rrc/rrc.h"

namespace sen::gnb {

class Core;
struct Ue;

enum class UeState : uint8_t {
  setup,        // RRCSetup sent (or, after re-establishment, RRCReestablishment)
  connected,
  arriving,     // handover through the AMF prepared here, the UE is awaited
  departing,    // handover command sent towards another gNB
  releasing,    // RRCRelease sent, or waiting for the AMF's release command
};

struct QosFlow {
  Qfi qfi = 1;
  FiveQi five_qi = 9;
  uint8_t priority_level = 0;  // 0: of the 5QI
  bool gbr = false, reflective = false;
  uint64_t gbr_dl = 0, gbr_ul = 0, mbr_dl = 0, mbr_ul = 0;
  uint8_t drb = 0;
};

struct Session {
  PduSessionId id = 0;
  SNssai slice;
  N3Tunnel uplink;
  uint32_t own_teid = 0;
  bool integrity = false, ciphering = true;
  std::vector<QosFlow> flows;
};

struct Drb {
  uint8_t id = 1;
  l2::Lcid lcid = 4;
  PduSessionId session = 0;
  FiveQi five_qi = 9;
  l2::DrbConfig config;
  l2::RlcConfig rlc;
};

// The RRC procedure that waits for its answer. One at a time: the next begins when this one has ended.
enum class Awaited : uint8_t { nothing, security_mode, capability, reconfiguration, counter_check };

struct AsSecurity {
  bool active = false;
  crypto::Key256 k_gnb{};
  crypto::Key256 nh{};
  uint8_t nh_ncc = 0;       // next hop chaining count of nh
  bool nh_fresh = false;    // nh has not been used yet
  uint8_t ncc = 0;          // of k_gnb
  uint8_t nea = 0, nia = 0;
};

using Done = std::function<void(Core&, Ue&, bool ok)>;

struct Ue {
  Ue(Executor& executor, UeId identity) : id(identity), lost_timer(executor), answer_timer(executor), inactivity(executor), handover_timer(executor) {}

  UeId id;
  UeState state = UeState::setup;
  size_t cell = 0;
  Rnti rnti = 0;

  // N2
  std::optional<uint64_t> amf_id;
  uint16_t stream = 1;
  bool on_n2 = false;                // the initial UE message has been sent
  ngap::UeSecurityCapabilities capabilities;
  uint64_t ambr_dl = 0, ambr_ul = 0;
  std::optional<ngap::LocationReportingRequestType> location_request;

  // RRC
  AsSecurity security;
  std::optional<STmsi> s_tmsi;
  mac::UeConfig config;
  std::vector<Session> sessions;
  std::vector<Drb> drbs;
  bool srb2 = false;
  bool measuring = false;
  ngap::RrcEstablishmentCause cause = ngap::RrcEstablishmentCause::mo_signalling;
  std::optional<uint64_t> s_tmsi_part1;
  bool lost = false;                 // radio link failure was noticed; re-establishment may follow
  Timer lost_timer;
  bool reestablishing = false;       // RRCReestablishment is out
  std::function<void(Core&, Ue&)> released;  // after RRCRelease
  Bytes radio_capability;            // UERadioAccessCapabilityInformation, as the AMF keeps it
  uint8_t transaction = 0;

  // The procedure under way and those behind it.
  Awaited awaited = Awaited::nothing;
  Done done;
  bool busy = false;                 // also between the RRC procedures of one N2 procedure
  std::deque<std::function<void(Core&, Ue&)>> waiting;
  Timer answer_timer;
  Timer inactivity;

  // Handover: inside the gNB (target cell and RNTI) or through the AMF.
  struct Handover {
    size_t target_cell = 0;
    Rnti target_rnti = 0;
    mac::UeConfig target_config;
    l2::Security new_security;
    crypto::Key256 new_k_gnb{};
    uint8_t new_ncc = 0;
    bool came_back = false;
  };
  std::optional<Handover> handover;
  bool required_sent = false;        // HANDOVER REQUIRED is out
  Timer handover_timer;
  // Arriving from another gNB: the bearers that it had, to go on with. Empty: its configuration is not known or of no use here.
  struct SourceDrb {
    l2::DrbConfig config;
    l2::Lcid lcid = 4;
    l2::RlcConfig rlc;
  };
  std::vector<SourceDrb> source_drbs;

  Session* session(PduSessionId wanted) {
    for (auto& s : sessions) {
      if (s.id == wanted) return &s;
    }
    return nullptr;
  }
  Drb* drb(uint8_t wanted) {
    for (auto& d : drbs) {
      if (d.id == wanted) return &d;
    }
    return nullptr;
  }
};

}  // namespace sen::gnb
