// GnbCell::Impl: the state of one cell's scheduler and its steps, in the order in which a slot takes them.
//   gnb.cpp                  configuration, slot loop, indications
//   gnb_broadcast.cpp        SSB, SIB1, SI messages, paging
//   gnb_random_access.cpp    preambles, responses, Msg3
//   gnb_pdcch.cpp            control channel elements, resource blocks
//   gnb_downlink.cpp         PDSCH: HARQ, candidates, multiplexing
//   gnb_uplink.cpp           PUSCH: HARQ, grants, demultiplexing
//   gnb_slices.cpp           shares of slices
//   gnb_uci.cpp              PUCCH and UCI: where HARQ-ACK, SR and CSI lie, and what came of them
//   gnb_resources.cpp        PUCCH, SR and CSI resources of new UEs
#pragma once

#include <deque>

#include "mac/detail/gnb_ue.h"
#include "nr/codebook.h"
#include "nr/pucch.h"

namespace sen::mac {

struct GnbCell::Impl {
  using Ue = gnb::Ue;
  using Space = gnb::Space;
  using PucchUse = gnb::PucchUse;
  using RbMask = gnb::RbMask;
  using Slot = nr::Slot;

  static constexpr unsigned ring = 256;             // uplink slots that are remembered
  static constexpr unsigned calendar_slots = 2560;  // longest period of periodic UCI and SRS
  static constexpr uint16_t no_ue = 0xffff;

  Impl(const CellConfig& config, const SchedulerConfig& scheduler_config, GnbPorts gnb_ports, gnb::CellLayout cell_layout);

  // ---- Uplink slots to come and just gone ----
  struct UciEntry {
    uint16_t ue = no_ue;
    Rnti rnti = 0;
    uint8_t n_harq = 0;
    std::array<uint8_t, limit::harq_processes> harq{};
    std::array<uint8_t, limit::harq_processes> place{};  // its bit
    uint8_t harq_bits = 0;                               // of the codebook
    bool sr = false, on_pusch = false;
    uint8_t csi_bits = 0;
    bool common = false;  // HARQ-ACK on a resource of before the dedicated configuration
    std::optional<PucchUse> harq_use, sr_use, csi_use;
    uint8_t expected = 0, answered = 0;  // PDUs handed to L1, indications that came back
    bool harq_done = false;
  };
  struct Granted {
    uint16_t ue = no_ue;
    Rnti rnti = 0;
    uint8_t harq = 0;
    bool msg3 = false, answered = false;
    uint64_t granted_in = 0;
    nr::l1::PuschPdu pdu;
  };
  struct UlPlan {
    Slot slot;
    uint64_t number = ~uint64_t{0};
    gnb::Grid grid;  // PUSCH, PRACH, SRS, what is not uplink
    std::vector<Granted> pusch;
    std::vector<UciEntry> uci;
    std::vector<uint16_t> srs;

    UciEntry* find(Rnti rnti);
    const Granted* granted(Rnti rnti) const;
    RbMask pucch_mask(unsigned start, unsigned length) const;
  };
  enum class UciKind : uint8_t { harq, sr, csi, pusch };

  // ---- PDCCH ----
  struct Place {
    const Space* space = nullptr;
    uint16_t cce = 0;
    uint8_t level = 0;
    RbMask rbs;
  };
  // Resource blocks that were found for a data channel.
  struct Blocks {
    unsigned count = 0;
    RbMask mask;
    uint32_t field = 0;  // of the DCI
  };
  // What a data channel's frequency field can express.
  struct Window {
    unsigned first = 0, end = 0;  // common resource blocks
    unsigned step = 1;
    unsigned riv_rbs = 0;  // N of the field
    bool scaled = false;
    bool type0 = false, config2 = false;
    nr::l1::Bwp bwp;  // of the bitmap, and of the PDU
  };
  // Where a UE's HARQ-ACK will go.
  struct Ack {
    UlPlan* plan = nullptr;
    uint8_t k1_field = 0, pri = 0, dai = 0;
    uint8_t place = 0, bits = 1;
    bool common = false;
    PucchUse use;
  };
  struct PendingPreamble {
    Rnti ra_rnti = 0;
    uint8_t preamble = 0;
    float ta_ns = 0;
    uint64_t earliest = 0, latest = 0;
    Rnti ue = 0;  // contention-free
  };
  struct Msg3 {
    Rnti rnti = 0;
    bool dedicated = false;  // contention-free: rnti is a UE's
    uint8_t transmissions = 1;
    bool retransmit = false;
    uint16_t n_prb = 0;
    TimeAllocation time;
    nr::l1::Code code;
    uint64_t due = 0;  // of the last transmission
    float ta_ns = 0;
    std::optional<Octets<6>> identity;  // set while RRC decides
  };
  struct PagingRecord {
    uint16_t ue_id = 0, cycle = 128;
    uint64_t identity = 0;
    uint64_t beams = 0;  // bit: sent in this SSB's share of the occasion
  };

  // ---- gnb.cpp ----
  void run(Slot slot, nr::l1::DlSlot& dl, nr::l1::UlSlot& ul);
  void advance(Slot slot);
  UlPlan* plan(uint64_t number);  // nullptr outside the ring
  void open_plan(uint64_t number);
  void close_plan(UlPlan& old);
  Ue* find(Rnti rnti);
  Status add(Rnti rnti, const UeConfig& config, l2::UserPlane& user_plane);
  Status configure(Ue& ue, const UeConfig& config, bool later);
  void set_channels(Ue& ue);
  void note_grant_slots(const gnb::TimeTable& table, bool any_slot);
  void remove(Rnti rnti);
  void release_preamble(Rnti rnti);
  std::optional<Rnti> new_rnti();
  uint64_t number_of(Slot slot) const;
  bool in_gap(const Ue& ue, Slot slot) const;
  bool drx_active(const Ue& ue) const;
  void heard(Ue& ue);
  void not_heard(Ue& ue);
  void measured_ta(Ue& ue, float ta_ns);
  const gnb::McsChooser& mcs_chooser(nr::McsTable table, bool downlink, bool transform_precoding);
  std::vector<UeMetrics> take_metrics();

  // ---- gnb_broadcast.cpp ----
  void send_ssb();
  void send_csi_rs();
  void add_csi_rs(const nr::CsiRsResource& resource);
  void send_broadcast();
  void send_sib1();
  void send_system_information();
  void send_paging();
  bool sib1_due() const;
  // `most`: of the space's resource blocks.
  bool send_common(const Space& space, Rnti rnti, gnb::TimeTable& times, GnbTaps::Kind kind, Bytes& block, ByteView content, unsigned most = ~0u);
  bool paging_due(const PagingRecord& record, const Space& space, unsigned occasion) const;

  // ---- gnb_random_access.cpp ----
  void on_preamble(Slot slot, const nr::l1::RxPreamble& rx);
  void send_responses();
  bool send_response(Rnti ra_rnti);
  std::optional<RandomAccessResponse> grant_msg3(const PendingPreamble& pending);
  void retransmit_msg3();
  void on_msg3(Slot slot, const nr::l1::RxPusch& rx);
  void on_msg3_block(Msg3& msg3, Slot slot, ByteView block);
  void came_back(Ue& ue);
  void forget_msg3(Rnti rnti);
  void send_orders();

  // ---- gnb_pdcch.cpp ----
  std::optional<Place> find_pdcch(const Space& space, Rnti rnti, unsigned wanted_level) const;
  std::optional<Place> find_pdcch(const Ue& ue) const;
  bool put_pdcch(const Place& place, Rnti rnti, const Result<nr::DciBits>& dci);
  std::optional<Blocks> find_blocks(const RbMask& taken, const Window& window, unsigned want, unsigned at_least) const;
  Window dl_window(const Ue* ue, const Space& space) const;
  Window ul_window(const Ue* ue, const Space& space) const;
  void fill_allocation(nr::l1::Allocation& out, const Blocks& blocks, const nr::l1::Bwp& bwp, const TimeAllocation& time) const;

  // ---- gnb_downlink.cpp ----
  void find_downlink_candidates();
  void serve_downlink(bool share_cces);
  void best_first(std::vector<std::pair<double, uint16_t>>& list) const;
  bool dl_ready(const Ue& ue) const;
  double dl_metric(const Ue& ue) const;
  bool send_dl(Ue& ue, int process);
  bool send_retransmission(Ue& ue, const Place& place, unsigned process);
  bool send_new(Ue& ue, const Place& place);
  void refill(Ue& ue);
  uint32_t dl_demand(Ue& ue);
  bool fill_block(Ue& ue, std::span<uint8_t> block);
  struct DlSend {
    const Place* place = nullptr;
    Ack ack;
    unsigned process = 0;
    uint8_t row = 0;
    TimeAllocation time;
    Blocks blocks;
    Window window;
    nr::l1::Dmrs dmrs;
    nr::l1::Code code;
    uint8_t layers = 1;
    bool fallback = false;
  };
  bool put_dl(Ue& ue, const DlSend& send, ByteView block);
  nr::l1::Precoding precoding_of(const Ue& ue, unsigned layers) const;
  bool dl_time(const Ue& ue, const Space& space, uint8_t& row, TimeAllocation& time) const;
  const gnb::McsChooser& dl_chooser(const Ue& ue, const Space& space);

  // ---- gnb_slices.cpp ----
  int slice_of(const Ue& ue, bool downlink) const;
  // How the slice's share changes the UE's turn: nullopt: not in this slot; else added to the metric.
  std::optional<double> slice_turn(const Ue& ue, bool downlink) const;
  void count_share(const Ue& ue, bool downlink, unsigned rbs);
  void average_shares(bool downlink);

  // ---- gnb_uplink.cpp ----
  void find_uplink_candidates();
  void find_control_end();
  unsigned control_end_of(const Ue& ue) const;
  void serve_uplink();
  bool ul_ready(const Ue& ue) const;
  double ul_metric(const Ue& ue) const;
  bool send_grant(Ue& ue, int process);
  bool put_grant(Ue& ue, const Place& place, const gnb::UlOption& option, UlPlan& target, int process);
  void on_pusch(Slot slot, const nr::l1::RxPusch& rx);
  void on_srs(Ue& ue, const nr::l1::RxSrs& rx);
  void on_block(Ue& ue, Slot slot, ByteView block);
  void on_bsr(Ue& ue, const ControlElement& ce);
  void emit_uplink(nr::l1::UlSlot& out);
  void attach_uci(nr::l1::PuschPdu& pdu, UciEntry& entry, const Ue& ue) const;
  const gnb::McsChooser& ul_chooser(const Ue& ue, const Space& space);

  // ---- gnb_uci.cpp ----
  bool find_ack(Ue& ue, const Place& place, Ack& out);
  bool find_ack_in(Ue& ue, const Place& place, UlPlan& target, unsigned k1, Ack& out);
  bool common_pucch(const Place& place, UlPlan& target, Ack& out) const;
  bool free_in(const UlPlan& target, const PucchUse& use, Rnti except) const;
  void commit_ack(Ue& ue, const Ack& ack, unsigned process);
  void emit_pucch(UciEntry& entry, const Ue& ue, nr::l1::UlSlot& out, Slot slot);
  void add_pucch(nr::l1::UlSlot& out, const PucchUse& use, const Ue& ue, bool common, UciKind kind, Slot slot,
                 const nr::l1::UciExpected& uci);
  void on_uci(Slot slot, const nr::l1::RxUci& rx);
  void on_harq(Ue& ue, UciEntry& entry, const nr::l1::RxUci& rx);
  void on_ack(Ue& ue, unsigned process, bool ack, bool dtx);
  void resolved(Ue& ue);
  void settled(Rnti rnti);
  void settle_pending(Ue& ue);
  void on_csi(Ue& ue, const nr::l1::RxUci& rx, bool on_pusch);
  void enter_calendar(Ue& ue);
  void leave_calendar(uint16_t id);
  void plan_periodic(UlPlan& target);
  std::optional<PucchUse> resource(const Ue& ue, uint8_t id) const;

  // ---- gnb_resources.cpp ----
  Status assign(Rnti rnti, UeConfig& config);
  void release_resources(Rnti rnti);

  // ---- state ----
  CellConfig cell;
  SchedulerConfig scheduler;
  GnbPorts ports;
  GnbTaps taps;
  gnb::CellLayout layout;
  SystemInformation si;
  GnbCounters counters;

  std::vector<std::unique_ptr<Ue>> ues;  // by id; empty: free
  std::vector<uint16_t> active;          // ids in use
  std::vector<uint16_t> by_rnti;         // RNTI -> id
  std::vector<Rnti> reserved_rntis;      // allocated, not yet added
  Rnti next_rnti = nr::max_ra_rnti;
  std::vector<std::pair<Rnti, uint8_t>> dedicated_preambles;  // contention-free access: owner and preamble

  std::vector<UlPlan> plans = std::vector<UlPlan>(ring);
  struct Periodic {
    uint16_t ue;
    enum class Kind : uint8_t { sr, csi, srs } kind;
    uint8_t resource;
  };
  std::vector<std::vector<Periodic>> calendar = std::vector<std::vector<Periodic>>(calendar_slots);
  unsigned horizon = 16;
  std::vector<uint8_t> ul_grants_in;  // by slot of the TDD period: may some UE be granted a PUSCH from there?
  bool started = false;
  uint64_t now = 0;  // slots since the first one, plus an offset that keeps slot % ring
  Slot slot;
  uint64_t opened = 0;  // plans below this number are open

  struct Share {
    float average = 0;  // of the blocks of recent slots
    unsigned now = 0;   // blocks in this slot
  };
  struct SliceShares {
    Share dl, ul;
  };
  std::vector<SliceShares> shares;  // as scheduler.slices

  nr::l1::DlSlot* dl = nullptr;
  gnb::Grid dl_grid;
  unsigned dl_sent = 0, ul_sent = 0;
  unsigned control_end = 1;             // of this slot: first symbol that none of its PDCCHs needs
  unsigned dl_cces = 0, most_cces = 8;  // in use by downlink data; of the largest CORESET
  gnb::Recycler<nr::l1::PdcchPdu> spare_pdcch;
  gnb::Recycler<nr::l1::PdschPdu> spare_pdsch;
  gnb::Recycler<nr::l1::PuschPdu> spare_pusch;
  gnb::Recycler<Granted> spare_granted;
  std::vector<l2::UserPlane::RlcPdu> rlc_pdus;  // of the block at hand
  gnb::TbPool pool;
  gnb::OneShotBlocks one_shot;
  std::vector<std::unique_ptr<gnb::McsChooser>> choosers;
  std::vector<std::pair<double, uint16_t>> dl_candidates, ul_candidates;
  size_t next_dl_candidate = 0;

  std::deque<PendingPreamble> preambles;
  std::vector<Msg3> msg3s;
  bool backoff = false;
  std::deque<PagingRecord> paging;
  unsigned sib1_skipped = 0;            // in a row, for paging
  std::vector<uint64_t> si_sent;        // number of the window last served, by message
  std::vector<nr::CsiRsResource> csi_rs;  // reference signals in use, each once
  uint8_t csi_rs_symbol = 14;           // the earliest of them

  struct PucchPool;
  std::shared_ptr<PucchPool> pucch_pool;
};

}  // namespace sen::mac
