// The UE's MAC on one serving cell (TS 38.321, with the UE procedures of TS 38.213 and 38.214; Release 17): system information reception, random access,
// PDCCH monitoring, HARQ, SR, BSR, PHR, timing advance, DRX, logical channel prioritisation, paging occasions.
//
// Slot-driven and deterministic. Per slot the caller asks search() which PDCCH candidates to look for, hands DCIs to on_dci() (which may ask for a PDSCH
// of this or a later slot through pdsch()), hands decoded blocks to on_pdsch(), and takes the slot's uplink from uplink(). One executor; nothing blocks.
#pragma once

#include <functional>
#include <memory>

#include "mac/config.h"
#include "nr/l1_ue.h"
#include "rlc_pdcp/user_plane.h"

namespace sen::mac {

struct UePorts {
  std::function<void(Bytes sib1)> sib1;
  std::function<void(Bytes si)> system_information;
  std::function<void(Bytes pcch)> paging;
  std::function<void(bool si_change, bool etws)> short_message;
  // Contention resolved (or contention-free access done); failed after preambleTransMax (the MAC goes on trying until reset()).
  std::function<void(bool success)> random_access;
  std::function<void()> time_alignment_expired;
  std::function<void()> data_inactive;
};

struct UeTaps {
  std::function<void(nr::Slot slot, bool downlink, Rnti rnti, uint8_t harq_id, ByteView pdu)> pdu;
};

struct UeMacMetrics {
  float dl_mcs = 0, ul_mcs = 0, sinr_db = 0, ta_ns = 0;
  uint64_t dl_octets = 0, ul_octets = 0;
  uint32_t dl_ok = 0, dl_nok = 0, ul_new = 0, ul_retx = 0;
  // Dropped: DCIs that stand for nothing here, malformed MAC PDUs and random access responses, grants that could not be used.
  uint32_t dci_unusable = 0, pdu_malformed = 0, rar_malformed = 0, grants_unused = 0, late = 0;
};

// Why random access starts; decides what Msg3 carries (TS 38.321 5.1).
struct RandomAccess {
  enum class Cause : uint8_t { ccch, uplink_data, pdcch_order, handover } cause = Cause::ccch;
  std::optional<uint8_t> preamble;  // contention-free
};

class UeMac {
 public:
  UeMac(UePorts ports, uint64_t seed);
  ~UeMac();

  // --- RRC -------------------------------------------------------------------------------------------------------------
  // Camp on a cell: what the MIB told; SIB1 reception starts when `want_sib1`. Everything dedicated is forgotten.
  void camp(const CellConfig& mib_part, bool want_sib1);
  // SIB1's servingCellConfigCommon completed the picture.
  void set_cell(const CellConfig& cell);
  void want_system_information(std::vector<std::pair<uint16_t, uint8_t>> period_and_position);  // of the SI messages to receive
  // Paging occasions of this identity (5G-S-TMSI mod 1024); none: paging is not monitored.
  void set_paging(std::optional<uint16_t> ue_id, uint16_t cycle_frames);
  // Sends `ccch` in Msg3 (SRB0 of the UserPlane).
  void start_random_access(const RandomAccess& reason);
  void configure(const UeConfig& config);
  void set_crnti(Rnti rnti);               // handover; otherwise Msg2 decides
  Rnti crnti() const;
  void attach(l2::UserPlane& user_plane);
  void reset();                            // TS 38.321 5.12
  void data_available(Lcid lcid);

  // --- L1, once a slot in this order -------------------------------------------------------------------------------------
  // Both stay valid until the next call of the same function.
  const std::vector<nr::l1_ue::PdcchSearch>& search(nr::Slot slot);
  void on_dci(nr::Slot slot, const nr::l1_ue::RxDci& dci);
  const std::vector<nr::l1_ue::PdschReceive>& pdsch(nr::Slot slot);
  void on_pdsch(nr::Slot slot, nr::l1_ue::RxPdsch block);
  // What on_csi() is to bring from this slot.
  std::optional<nr::l1_ue::CsiReceive> csi_receive(nr::Slot slot) const;
  bool reports_csi() const;                // a report is configured, from a CSI-RS of its own
  void on_csi(nr::Slot slot, const nr::l1_ue::CsiMeasurement& measurement);
  // Serving cell's path loss, dB: for uplink power.
  void set_path_loss(float db);
  // The uplink slot that is `ahead` slots later than this one, each in turn: radios want their samples early. What was scheduled for an earlier one is dropped
  // and counted (`late`): k1, k2 and the delay after a random access response must be `ahead` at least.
  nr::l1_ue::UlSlot uplink(nr::Slot slot, unsigned ahead = 0);
  bool sleeping(nr::Slot slot) const;      // nothing to receive or send: outside active time, no paging occasion, no random access

  UeMacMetrics take_metrics();
  void set_taps(UeTaps taps);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace sen::mac
