// The gNB's MAC of one cell (TS 38.321, 38.213, 38.214; Release 17): random access, scheduling of both directions, HARQ, multiplexing.
//
// Slot-driven and deterministic: slot() decides what the air carries in its slot and fills the L1 requests; indications of earlier slots
// come in between. Lives on the cell's executor with the UserPlanes that it pulls from; no call blocks or, after warm-up, allocates. Octets
// from the air are decoded strictly; what cannot be used is dropped under a named counter.
#pragma once

#include <functional>
#include <memory>
#include <span>

#include "mac/config.h"
#include "nr/l1.h"
#include "rlc_pdcp/user_plane.h"

namespace sen::mac {

enum class UeEvent : uint8_t {
  contention_resolved,  // Msg4 acknowledged, or C-RNTI MAC CE answered: the RNTI in `rnti` stands
  out_of_sync,          // the UE has not answered for limit::consecutive_dtx grants and assignments
  sr_failure,
  configuration_acknowledged,  // the UE used its new configuration
};

struct GnbPorts {
  // An uplink CCCH message came with Msg3: RRC decides; it calls add_ue() (with a UserPlane) before it returns or the UE is forgotten.
  // `ta_ns` from random access.
  std::function<void(Rnti rnti, Bytes ccch)> ccch;
  std::function<void(Rnti rnti, UeEvent event)> event;
  // Msg3 carried a C-RNTI MAC CE: this UE came back by random access (handover complete, or uplink out of sync).
  std::function<void(Rnti rnti)> came_back;
  // The PCCH message that pages these (at most limit::paging_records; the values that page() was given).
  std::function<Bytes(std::span<const uint64_t> identities)> pcch;
};

// Copies of MAC PDUs for captures.
struct GnbTaps {
  enum class Kind : uint8_t { c_rnti, ra, si, paging, temporary };
  std::function<void(nr::Slot slot, bool downlink, Kind kind, Rnti rnti, uint8_t harq_id, ByteView pdu)> pdu;
};

// One line of the console's table and of the JSON metrics, summed since the last take().
struct UeMetrics {
  Rnti rnti = 0;
  uint16_t pci = 0;
  float cqi = 0, dl_ri = 1, ul_ri = 1, dl_mcs = 0, ul_mcs = 0;
  uint64_t dl_octets = 0, ul_octets = 0;
  uint32_t dl_ok = 0, dl_nok = 0, ul_ok = 0, ul_nok = 0;
  uint32_t dl_buffer = 0, bsr = 0;
  float pusch_sinr_db = 0, pucch_sinr_db = 0, pusch_rsrp_db = 0, ta_ns = 0;
  int phr_db = 0;
};

// What was refused or dropped, by name; each list of names is walked by fields().
struct GnbCounters {
  uint64_t unknown_rnti = 0, pdu_truncated = 0, pdu_reserved_lcid = 0, pdu_bad_size = 0, uci_size = 0, uci_unexpected = 0,
           pusch_unexpected = 0, preamble_unexpected = 0, preamble_overload = 0, msg3_lost = 0, msg3_without_ccch = 0, ccch_refused = 0,
           paging_overload = 0, si_too_long = 0, dl_retx_exhausted = 0, ul_retx_exhausted = 0, indication_missing = 0,
           late_slot = 0;
  template <class F>
  void fields(F&& f) const {
    f("unknown_rnti", unknown_rnti), f("pdu_truncated", pdu_truncated), f("pdu_reserved_lcid", pdu_reserved_lcid),
        f("pdu_bad_size", pdu_bad_size);
    f("uci_size", uci_size), f("uci_unexpected", uci_unexpected), f("pusch_unexpected", pusch_unexpected),
        f("preamble_unexpected", preamble_unexpected);
    f("preamble_overload", preamble_overload), f("msg3_lost", msg3_lost), f("msg3_without_ccch", msg3_without_ccch),
        f("ccch_refused", ccch_refused);
    f("paging_overload", paging_overload), f("si_too_long", si_too_long);
    f("dl_retx_exhausted", dl_retx_exhausted), f("ul_retx_exhausted", ul_retx_exhausted), f("indication_missing", indication_missing);
    f("late_slot", late_slot);
  }
};

class GnbCell {
 public:
  // Errors name the field that cannot work, the allowed values and the clause.
  static Status check(const CellConfig& cell, const SchedulerConfig& scheduler);
  GnbCell(const CellConfig& cell, const SchedulerConfig& scheduler, GnbPorts ports);
  ~GnbCell();

  void set_system_information(SystemInformation si);

  // --- RRC -------------------------------------------------------------------------------------------------------------
  // A UE with a C-RNTI: after Msg3 (rnti = its temporary one), or prepared for handover (rnti from allocate_rnti()). The UserPlane outlives
  // remove_ue().
  Status add_ue(Rnti rnti, const UeConfig& config, l2::UserPlane& user_plane);
  // Takes effect for grants from now on. With `after_confirm` the UE stays on common search spaces and fallback formats until the message on SRB1 that tells
  // it has been answered, or twice in a row has not; then the MAC listens on the new resources, and goes on when the UE uses them or RRC calls confirm(). Until
  // then SRB1 alone is sent.
  Status reconfigure_ue(Rnti rnti, const UeConfig& config, bool after_confirm = false);
  void confirm(Rnti rnti);
  void set_qos(Rnti rnti, const UeQos& qos);
  void remove_ue(Rnti rnti);
  std::optional<Rnti> allocate_rnti();
  // Dedicated preamble for contention-free access in handover, before or after add_ue(); released with the UE or after use. None when every
  // preamble is open to contention (cb_preambles_per_ssb 64).
  std::optional<uint8_t> allocate_preamble(Rnti rnti);
  // Resources that only MAC knows to be free. Fills k1, pucch, pucch_sets; for each of scheduling_requests offset and resource (its period
  // is a wish: a longer one is taken when that is full); the same for csi and srs where they are set. Released with the UE. Error exhausted
  // when none is left.
  Status assign_resources(Rnti rnti, UeConfig& config);
  // TS 38.304 7: `ue_id` = 5G-S-TMSI mod 1024 (IDLE) decides the occasion. Those of one occasion share a message. False when the queue is full
  // (counted).
  bool page(uint16_t ue_id, uint16_t cycle_frames, uint64_t identity);
  void send_drx_command(Rnti rnti, bool long_cycle);
  void order_random_access(Rnti rnti);  // PDCCH order

  // --- L1 --------------------------------------------------------------------------------------------------------------
  // Decides slot `slot` (each slot once, ascending). The requests' TB octets stay valid for limit::tb_lifetime_slots.
  void slot(nr::Slot slot, nr::l1::DlSlot& dl, nr::l1::UlSlot& ul);
  void indicate(const nr::l1::UlIndication& indication);
  // There is something to send for this channel: UserPlane's data_available goes here.
  void data_available(Rnti rnti, Lcid lcid);

  std::vector<UeMetrics> take_metrics();
  const GnbCounters& counters() const;
  void set_taps(GnbTaps taps);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace sen::mac
