// The access stratum of the test UE: cell selection, RRC (TS 38.331, TS 38.304) and the wiring of MAC and user plane below NAS.
//
//   idle       cell selection and reselection, system information, paging
//   connected  setup, security mode, capability, reconfiguration, measurement reports, handover, re-establishment, release, information transfer
//
// NAS and the applications are above, through the ports; L1 is below: mac() answers what it has to receive and send in a slot, ssb() brings what was
// detected. One executor; a port may call anything but the destructor.
#pragma once

#include <functional>
#include <map>

#include "base/executor.h"
#include "base/packet.h"
#include "codec/rrc/rrc.h"
#include "codec/rrc/rrc_channels.h"
#include "crypto/key.h"
#include "mac/asn1/convert.h"
#include "mac/ue.h"
#include "nr/ids.h"
#include "nr/l1_ue.h"
#include "rlc_pdcp/user_plane.h"
#include "ue/nas.h"

namespace sen::ue {

struct AsPorts {
  std::function<void(const Tai& tai)> camped;                        // on a suitable cell; again when the tracking area or the cell changes
  std::function<void()> connected;                                   // the initial NAS message is on its way
  std::function<void(bool establishment_failed)> released;
  // The network set the connection up anew instead of re-establishing it (TS 38.331 5.3.3.4): bearers and security are gone. NAS answers with connect()
  // before it returns, or the connection ends.
  std::function<void()> fallback;
  std::function<void(ByteView nas)> nas;
  std::function<void()> paged;
  std::function<void(PduSessionId session, bool up)> bearer;         // the session's first DRB came, or its last one went
  std::function<void(PduSessionId session, Packet packet)> packet;
  std::function<crypto::Key256()> k_gnb;                             // of the present connection
  std::function<crypto::Key256(const crypto::Key256&)> next_hop;     // NH that follows this one, or K_gNB, in the chain (TS 33.501 A.10)
};

struct AsConfig {
  uint64_t seed = 1;
  std::vector<Plmn> plmns;                     // allowed ones, the home network first
  uint8_t nea_mask = 0xf, nia_mask = 0xe;      // bit i: algorithm i may be used
  uint8_t rx_antennas = 4, tx_antennas = 1;    // layers that it says it can receive and send
};

struct AsCounters {
  uint32_t setups = 0, fallbacks = 0, handovers = 0, handover_failures = 0, reestablishments = 0, link_failures = 0, releases = 0, dropped = 0;
};

class AccessStratum {
 public:
  using Rnti = mac::Rnti;
  enum class State : uint8_t { searching, reading_system_information, idle, connecting, connected, reestablishing };

  AccessStratum(const AsConfig& config, Executor& executor, PacketPool& pool, AsPorts ports);
  AccessStratum(const AccessStratum&) = delete;

  // --- NAS and applications ----------------------------------------------------------------------------------------------
  // Error denied: not camped, or a connection exists (but inside AsPorts::fallback).
  Status connect(Bytes nas, EstablishmentCause cause, std::optional<STmsi> s_tmsi);
  Status send_nas(Bytes nas);
  // Error not_found: the session has no DRB.
  Status send_packet(PduSessionId session, Qfi qfi, Packet packet);
  void set_identity(std::optional<STmsi> s_tmsi);  // for paging
  bool has_bearer(PduSessionId session) const;

  // --- L1 ------------------------------------------------------------------------------------------------------------
  mac::UeMac& mac() { return mac_; }
  // What was detected in the last half frame, every cell that can be heard.
  void ssb(const std::vector<nr::l1_ue::RxSsb>& blocks);
  // SIB1 of the cell that is being read; the MAC hands it up by itself.
  void received_sib1(Bytes sib1) { on_sib1(std::move(sib1)); }
  // Where L1 shall be tuned to: nothing while searching. Before SIB1 the carrier is CORESET 0.
  std::optional<nr::l1_ue::CellConfig> tuning() const;
  const mac::CellConfig& cell() const { return cell_; }

  State state() const { return state_; }
  const AsCounters& counters() const { return counters_; }
  l2::UserPlane& user_plane() { return plane_; }
  // "dl.ccch", "ul.dcch", "bcch.dl.sch" …: every RRC message, for captures.
  void set_tap(std::function<void(const char* channel, ByteView message)> tap) { tap_ = std::move(tap); }

 private:
  struct Heard {
    nr::l1_ue::RxSsb block;
    double rsrp = -140;          // filtered (TS 38.331 5.5.3.2)
    Time seen{};
    Time better_since{};         // than the serving cell, by enough for a reselection
  };
  using CellKey = std::pair<uint32_t, uint16_t>;  // SSB frequency, PCI
  struct Trigger {
    Time since{};                // when the entering condition began to hold
    bool reported = false;
  };
  struct Measurement {           // one measId
    uint8_t id = 0;
    uint32_t ssb_arfcn = 0;
    rrc::ReportConfigNr report;
    std::map<CellKey, Trigger> cells;
    unsigned sent = 0;           // reports since a cell was triggered
    Time next{};                 // when the next one is due
  };
  struct Condition;

  // cell_selection.cpp
  void select_cell();
  void camp(const nr::l1_ue::RxSsb& block);
  void give_up_reading();
  void on_sib1(Bytes sib1);
  void reselect();
  void watch_link();
  void on_paging(Bytes message);

  // rrc_connection.cpp
  void send_setup_request();
  void on_dl_ccch(ByteView message);
  void on_setup(const rrc::RrcSetup& setup);
  void complete_setup(uint8_t transaction);
  void on_reject(const rrc::RrcReject& reject);
  void on_dl_dcch(uint8_t srb, ByteView message, bool verified);
  void on_security_mode(const rrc::SecurityModeCommand& command);
  void on_capability_enquiry(const rrc::UeCapabilityEnquiry& enquiry);
  void on_counter_check(const rrc::CounterCheck& check);
  void on_release(const rrc::RrcRelease& release);
  void release_connection();
  void go_idle(bool establishment_failed);
  template <std::invocable<rrc::UlDcchMessageTypeC1&> Fill>
  bool send_dcch(uint8_t srb, Fill fill) {
    rrc::UlDcchMessage message;
    fill(message.message.set_c1());
    return send_dcch(srb, rrc::encode(message));
  }
  bool send_dcch(uint8_t srb, Result<Bytes> message);
  void on_random_access(bool success);
  void drop(const char* what);

  // rrc_reconfiguration.cpp
  void on_reconfiguration(const rrc::RrcReconfiguration& message);
  Status apply(const rrc::RrcReconfigurationIes& ies);
  Status apply_cell_group(const rrc::CellGroupConfig& group);
  void apply_timers(const rrc::CellGroupConfig& group);
  void tell_bearers();
  void start_handover(const mac::CellConfig& target, Rnti rnti, std::optional<uint8_t> preamble, uint32_t t304_ms);
  void derive_keys();
  void release_bearers();
  void next_key(uint8_t ncc, const mac::CellConfig& target);

  // rrc_measurement.cpp
  void set_measurements(const rrc::MeasConfig& config);
  void evaluate_measurements();
  std::optional<Condition> condition(const rrc::EventTriggerConfigEventId& event, const Heard& own, const Heard& cell) const;
  void report_measurement(const Measurement& measurement, const std::vector<const Heard*>& neighbours, unsigned max_cells);

  // rrc_reestablishment.cpp
  void link_failed(const char* why);
  void start_reestablishment();
  void on_reestablishment(const rrc::RrcReestablishment& message);

  AsConfig config_;
  Executor& executor_;
  AsPorts ports_;
  State state_ = State::searching;
  mac::UeMac mac_;
  l2::UserPlane plane_;
  AsCounters counters_;
  std::function<void(const char*, ByteView)> tap_;

  std::map<CellKey, Heard> heard_;
  mac::CellConfig cell_;
  bool cell_chosen_ = false, sib1_read_ = false; // while re-establishing: a cell was found; of cell_, since it was chosen
  Time reading_since_{};
  Tai tai_;
  uint64_t nr_cell_identity_ = 0;
  int q_rx_lev_min_dbm_ = -140;
  std::map<CellKey, Time> barred_;               // until when
  std::optional<STmsi> s_tmsi_;
  mac::UeTimers sib1_timers_, timers_;           // the latter: with what the connection's rlf-TimersAndConstants change
  unsigned out_of_sync_ = 0, in_sync_ = 0;

  // Connection
  Bytes initial_nas_;
  std::optional<uint8_t> fallback_setup_;        // transaction of an RRCSetup that waits for NAS
  EstablishmentCause cause_ = EstablishmentCause::mo_signalling;
  std::optional<STmsi> connect_tmsi_;
  uint64_t random_identity_ = 0;
  mac::UeConfig dedicated_;
  std::vector<l2::DrbConfig> drbs_;
  std::map<PduSessionId, unsigned> bearers_;     // DRBs per session
  bool srb2_ = false, secured_ = false;
  uint8_t nea_ = 0, nia_ = 0, ncc_ = 0;
  crypto::Key256 k_gnb_{}, next_hop_{};
  uint8_t next_hop_count_ = 0;                   // NCC of next_hop_; 0: none yet, it holds the initial K_gNB
  bool resume_ciphering_ = false;
  std::vector<Measurement> measurements_;
  std::map<uint8_t, uint32_t> objects_;          // measObjectId to SSB frequency
  std::map<uint8_t, rrc::ReportConfigNr> reports_;
  std::map<uint8_t, std::pair<uint8_t, uint8_t>> measurement_ids_;
  // For re-establishment: where we were.
  Rnti old_crnti_ = 0;
  uint16_t old_pci_ = 0;
  bool handing_over_ = false;

  Timer t300_, t302_, t304_, t310_, t311_, t301_;
};

}  // namespace sen::ue
