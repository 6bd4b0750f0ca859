// The state of the UE's MAC, divided by the procedures of TS 38.321. The functions of each procedure are in the ue_*.cpp file of its name.
// Time is a count of slots that starts with the first slot seen, congruent to Slot::count(); timers hold the slot in which they expire.
#pragma once

#include <array>
#include <limits>
#include <map>

#include "base/random.h"
#include "mac/detail/ue_link.h"
#include "mac/limits.h"
#include "mac/pdu.h"
#include "mac/ue.h"
#include "nr/uci.h"

namespace sen::mac {

using At = int64_t;
inline constexpr At never = std::numeric_limits<At>::max();

namespace detail {

namespace ue_limit {
constexpr size_t pending = 64;  // assignments, grants and feedback entries waiting for their slots
constexpr unsigned longest_sleep_frames = 256;
constexpr size_t ccch_octets = 8;
}  // namespace ue_limit

struct DlProcess {
  bool used = false;  // a block was received since the last reset
  bool ndi = false;
  bool decoded = false;
  uint32_t tbs_octets = 0;
  nr::l1::Code code;
  At retransmission_from = never, retransmission_until = 0;  // drx-RetransmissionTimerDL
};

struct UlProcess {
  Bytes tb;  // empty: the HARQ buffer is flushed
  std::optional<bool> ndi;
  nr::l1::Code code;
  At retransmission_from = never, retransmission_until = 0;
};

struct PendingPdsch {
  At at = 0;
  nr::l1_ue::PdschReceive receive;
  nr::RntiType type = nr::RntiType::c;
  uint32_t feedback = 0;  // serial of its entry, 0: none
  bool other_si = false;
};

// One HARQ-ACK bit and where it goes.
struct FeedbackBit {
  uint32_t serial = 0;
  At uplink_at = 0;
  Feedback where;
  uint8_t dai = 0;
  bool fallback = true;  // from DCI 1_0
  bool ack = false;
  bool withheld = false;  // Msg4 without a match sends nothing (TS 38.321 5.3.2.2)
};

struct PendingGrant {
  At at = 0;
  UlGrant grant;
  enum class Kind : uint8_t { dynamic, msg3, contention_free } kind = Kind::dynamic;
  bool new_data = true;
  int power_tpc_db = 0;  // of a RAR
};

struct RandomAccessState {
  enum class State : uint8_t { none, backoff, preamble, response, contention } state = State::none;
  RandomAccess reason;
  bool contention_free() const { return reason.preamble.has_value(); }
  bool failed_reported = false;
  unsigned transmissions = 0, power_counter = 0;
  unsigned backoff_ms = 0;
  At backoff_until = 0;
  // The occasion chosen
  At preamble_at = 0;
  nr::PrachTime time;
  uint8_t f_id = 0, preamble = 0;
  nr::Rnti ra_rnti = 0;
  At window_from = 0, window_until = 0;
  // Msg3
  nr::Rnti tc_rnti = 0;
  Bytes ccch;  // the CCCH SDU once pulled
  Bytes msg3;  // Msg3 buffer
  bool msg3_sent = false;
  bool keep_timing = false;  // the alignment timer ran before the response: restored when contention fails
  At contention_until = never;
  float ramped_db = 0;  // Delta P_rampup + delta_msg2 for Msg3's power
};

struct SrState {
  bool pending = false;
  uint8_t counter = 0;
  At prohibit_until = 0;
};

struct ChannelState {
  LogicalChannel config;
  int64_t bucket = 0;  // B_j, octets
};

struct DrxState {
  At on_since = -1, on_until = 0, inactive_until = 0, short_until = 0;
  bool waits_for_pdcch = false;  // contention-free access done, no PDCCH with C-RNTI yet
};

}  // namespace detail

struct UeMac::Impl {
  Impl(UePorts p, uint64_t seed) : ports(std::move(p)), random(seed) {}

  UePorts ports;
  UeTaps taps;
  Random random;
  UeMacMetrics metrics;
  uint64_t dl_mcs_sum = 0, ul_mcs_sum = 0;

  // --- Configuration ---
  std::optional<CellConfig> cell;
  bool cell_complete = false;
  std::optional<UeConfig> ue;
  std::optional<detail::UeLink> link;
  Rnti c_rnti = 0;
  l2::UserPlane* user_plane = nullptr;
  std::vector<l2::UserPlane::RlcPdu> rlc_pdus;  // of the block at hand

  // --- Time ---
  bool started = false;
  nr::Slot slot;
  At now = 0;
  At ul_ahead = 0; // the uplink slot that is made in this one is so much later
  At wake_at = 0;  // first slot in which something may have to be done
  void advance(nr::Slot to);
  void poll_timers();
  void plan_sleep();
  void wake() { wake_at = 0; }
  At ms(int64_t n) const { return n << nr::mu(slot.scs()); }
  nr::Slot slot_at(At at) const { return slot + static_cast<int>(at - now); }
  void rebuild_link();
  void forget_dedicated();
  void reset();

  // --- Monitoring (ue_monitoring.cpp) ---
  bool want_sib1 = false;
  struct WantedSi {
    uint16_t period_frames = 0;
    uint8_t position = 1;
  };
  std::vector<WantedSi> wanted_si;
  std::optional<uint16_t> paging_id;
  uint16_t paging_cycle = 128;
  At next_paging = never, paging_until = never;
  std::vector<nr::l1_ue::PdcchSearch> searches;
  void build_searches();
  const WantedSi* si_window() const;
  void find_paging_occasion(At from);
  bool in_gap(At at) const;

  // --- Downlink (ue_downlink.cpp) ---
  std::array<detail::DlProcess, limit::harq_processes> dl_processes;
  std::vector<detail::PendingPdsch> pending_pdsch;
  std::vector<nr::l1_ue::PdschReceive> receives;
  std::vector<detail::FeedbackBit> feedback;
  uint32_t next_serial = 1;
  void on_dci(const nr::l1_ue::RxDci& dci);
  void on_crnti_dci(const nr::DciBits& bits, const detail::Space& space, const nr::l1_ue::RxDci& dci);
  void on_paging_dci(const nr::DciBits& bits, const detail::Space& space, const nr::l1_ue::RxDci& dci);
  void expect(const detail::DlAssignment& assignment, nr::RntiType type, uint32_t serial, bool new_data, bool other_si = false);
  void assign(detail::DlAssignment assignment, nr::RntiType type);
  void on_pdsch(nr::l1_ue::RxPdsch block);
  void on_dl_sch(const nr::l1_ue::RxPdsch& block, const detail::PendingPdsch& pending);
  void demultiplex(ByteView block);
  void on_ce(const ControlElement& ce);
  detail::FeedbackBit* feedback_bit(uint32_t serial);
  void unusable() { ++metrics.dci_unusable; }

  // --- Timing (ue_mac.cpp) ---
  int64_t n_ta = 0;      // T_c
  At aligned_until = 0;  // timeAlignmentTimer; never: infinity
  bool aligned() const { return aligned_until > now; }
  void start_alignment();
  void lose_alignment();
  At data_inactive_at = never;
  void data_seen();

  // --- Random access (ue_random_access.cpp) ---
  detail::RandomAccessState ra;
  bool ra_running() const { return ra.state != detail::RandomAccessState::State::none; }
  void start_ra(const RandomAccess& reason);
  void choose_preamble();
  void poll_ra();
  void retry_ra();
  void end_ra(bool success);
  void on_rar(const nr::l1_ue::RxPdsch& block);
  void accept_rar(const RandomAccessResponse& response);
  void on_msg4(const nr::l1_ue::RxPdsch& block, const detail::PendingPdsch& pending);
  void fill_msg3(size_t octets);
  void send_preamble(nr::l1_ue::UlSlot& out);

  // --- Uplink (ue_uplink.cpp) ---
  std::array<detail::UlProcess, limit::harq_processes> ul_processes;
  std::vector<detail::PendingGrant> grants;
  std::vector<detail::ChannelState> channels;  // by priority
  At buckets_at = 0;
  void fill_uplink(nr::l1_ue::UlSlot& out);
  void on_grant(detail::UlGrant grant, nr::RntiType type);
  void queue_grant(detail::PendingGrant grant);
  std::optional<nr::l1_ue::PuschSend> send_pusch(detail::PendingGrant& pending);
  Bytes assemble(size_t octets, bool msg3 = false);
  void fill_buckets();
  size_t put_sdus(PduWriter& writer, size_t reserved);
  void flush_uplink();

  // --- UCI (ue_uci.cpp) ---
  nr::l1_ue::CsiMeasurement csi;
  struct HarqReport {
    nr::HarqBits bits;
    detail::Feedback where;
    bool any = false;
  };
  HarqReport harq_report(std::optional<uint8_t> ul_dai, bool on_pusch) const;
  void semi_static_bits(HarqReport& out, const std::vector<const detail::FeedbackBit*>& entries, std::optional<uint8_t> ul_dai,
                        bool on_pusch) const;
  std::optional<nr::CsiPacked> csi_report(const CsiReportConfig& wanted, bool on_pusch) const;
  std::optional<nr::l1_ue::CsiReceive> csi_receive(nr::Slot at) const;
  bool csi_due() const;
  void send_uci(nr::l1_ue::UlSlot& out, nr::l1_ue::PuschSend* pusch, const detail::PendingGrant* grant);
  void send_pucch(nr::l1_ue::UlSlot& out, const HarqReport& harq);
  nr::l1::PucchPdu pucch_pdu(const mac::PucchResource& resource) const;
  std::optional<nr::l1::PucchPdu> harq_resource(const detail::Feedback& where, unsigned bits) const;
  const mac::PucchResource* find_pucch(uint8_t id) const;
  bool csi_commanded = false;  // of a semi-persistent report
  At srs_requested_at = never;
  void request_srs(uint8_t request);
  void send_srs(nr::l1_ue::UlSlot& out);

  // --- SR, BSR, PHR (ue_reports.cpp) ---
  std::map<uint8_t, detail::SrState> sr;
  bool bsr_regular = false, bsr_periodic = false;
  At bsr_retx_at = never, bsr_periodic_at = never;
  bool phr_triggered = false;
  At phr_periodic_at = never, phr_prohibit_until = 0;
  float phr_path_loss = 0;
  void data_available(Lcid lcid);
  At sr_delay_at = never;
  LogicalChannel sr_delayed;  // whose delay timer runs
  void trigger_regular_bsr(const detail::ChannelState& channel);
  void request_grant(const LogicalChannel& channel);
  bool sr_pending() const;
  const SrConfig* positive_sr();  // the SR to send in this slot, if any; counts it
  bool sr_occasion_here(const SrConfig& config) const;
  std::array<uint32_t, 8> group_sizes() const;
  uint32_t pending_octets() const;
  bool phr_configured() const { return ue && (ue->phr_periodic_ms || ue->phr_change_db != 255); }
  void check_phr();
  ControlElement bsr(const std::array<uint32_t, 8>& before) const;
  std::optional<ControlElement> padding_bsr(size_t room) const;
  ControlElement phr() const;
  void bsr_sent(bool truncated);

  // --- Power (ue_power.cpp) ---
  float path_loss_db = 80;
  float pusch_f_db = 0, pucch_g_db = 0;
  unsigned grant_rbs = 1;  // of the PUSCH that is being filled: power headroom refers to it
  float required_pusch_dbm(unsigned rbs) const;
  float pusch_power(const detail::PendingGrant& grant) const;
  float srs_power(const SrsConfig& srs) const;
  float pucch_power(const nr::l1::PucchPdu& pucch, const nr::l1_ue::UciSend& uci) const;
  float p_max() const { return ue ? ue->p_max_dbm : 23; }

  // --- DRX (ue_drx.cpp) ---
  detail::DrxState drx;
  bool drx_configured() const { return ue && ue->drx && c_rnti; }
  bool active() const;
  void poll_drx();
  void on_new_transmission();  // PDCCH with a new transmission
  void on_drx_command(bool long_cycle);
  At next_on_duration() const;
  At next_retransmission() const;
  void expect_dl_retransmission(uint8_t harq_id, At feedback_at);
  void expect_ul_retransmission(uint8_t harq_id);

  void tap(bool downlink, Rnti rnti, uint8_t harq_id, ByteView pdu) const {
    if (taps.pdu) taps.pdu(slot, downlink, rnti, harq_id, pdu);
  }
};

}  // namespace sen::mac
