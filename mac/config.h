// What RRC tells the MAC, as plain values: the cell (MIB, SIB1, ServingCellConfigCommon of TS 38.331) and one UE's dedicated configuration
// (CellGroupConfig). The same structs at the gNB, which builds them and derives the RRC messages from them, and at the UE, which reads them
// out of the messages (mac/asn1.h converts both ways). Lengths in ms or slots as their names say.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "nr/codebook.h"
#include "nr/csi.h"
#include "nr/l1.h"
#include "nr/tdd.h"
#include "nr/time_allocation.h"
#include "nr/uci.h"
#include "rlc_pdcp/config.h"

namespace sen::mac {

using l2::Lcid;
using nr::TimeAllocation;
using nr::l1::Rnti;

// Which DCI formats a search space carries (TS 38.213 10.1).
enum class SearchSpaceType : uint8_t { common, ue_0_0_1_0, ue_0_1_1_1 };

struct SearchSpace {
  uint8_t id = 0;
  uint8_t coreset = 0;
  uint16_t period_slots = 1, offset_slots = 0, duration_slots = 1;
  uint16_t symbols = 0x2000;           // monitoringSymbolsWithinSlot, bit 13 is symbol 0
  std::array<uint8_t, 5> candidates{}; // of aggregation levels 1, 2, 4, 8, 16
  SearchSpaceType type = SearchSpaceType::common;
  bool operator==(const SearchSpace&) const = default;
};

struct RachConfig {
  uint8_t config_index = 0;            // prach-ConfigurationIndex
  uint8_t msg1_fdm = 1;
  uint16_t msg1_frequency_start = 0;
  uint8_t zero_correlation_zone = 0;
  int16_t received_target_power_dbm = -100;
  uint16_t preamble_trans_max = 10;
  uint8_t power_ramping_step_db = 2;
  uint8_t response_window_slots = 10;
  uint8_t total_preambles = 64;
  uint8_t ssb_per_occasion_x8 = 8;     // 1: one eighth … 8: one … 128: sixteen
  uint8_t cb_preambles_per_ssb = 64;
  uint8_t contention_resolution_sf = 64;
  bool long_preamble = true;           // prach-RootSequenceIndex l839 or l139
  uint16_t root_sequence = 0;
  nr::Scs msg1_scs = nr::Scs::khz15;   // short preambles
  uint8_t restricted_set = 0;
  bool msg3_transform_precoding = false;
  bool operator==(const RachConfig&) const = default;
};

struct PagingConfig {
  uint16_t default_cycle_frames = 128; // 32, 64, 128, 256
  uint16_t n_divisor = 1;              // N = T / n_divisor: 1, 2, 4, 8, 16
  uint8_t frame_offset = 0;
  uint8_t ns = 1;                      // paging occasions a frame: 1, 2, 4
  bool operator==(const PagingConfig&) const = default;
};

// The cell as every UE sees it.
struct CellConfig {
  nr::l1::CellConfig l1;
  uint16_t band = 0;
  std::optional<nr::TddConfig> tdd;

  // MIB and SSB
  nr::Scs common_scs = nr::Scs::khz15;
  uint8_t k_ssb = 0;
  uint16_t offset_to_point_a = 0;      // in resource blocks of 15 kHz (FR1) or 60 kHz (FR2)
  uint8_t dmrs_type_a_position = 2;
  uint8_t coreset0_index = 0, search_space0_index = 0;
  bool barred = false, intra_frequency_reselection = true;
  uint64_t ssb_positions = 1;          // bit i: SSB index i is sent
  uint8_t ssb_period_ms = 20;
  nr::Scs ssb_scs = nr::Scs::khz15;

  // Initial bandwidth parts: location in the carrier and the common channels' parameters
  nr::l1::Bwp initial_dl, initial_ul;
  std::vector<nr::l1::Coreset> common_coresets;      // commonControlResourceSet; CORESET 0 is derived
  std::vector<SearchSpace> common_search_spaces;
  uint8_t ra_search_space = 1, paging_search_space = 1, sib1_search_space = 0;
  std::optional<uint8_t> other_si_search_space;
  std::vector<TimeAllocation> pdsch_times, pusch_times;  // empty: the default tables
  uint8_t pucch_resource_common = 0;
  int16_t p0_nominal_pucch_dbm = -90;
  std::optional<uint16_t> pucch_hopping_id;
  int8_t msg3_delta_preamble = 0;      // in steps of 2 dB
  int16_t p0_nominal_msg3_dbm = -90;   // p0-NominalWithGrant
  RachConfig rach;
  PagingConfig paging;
  uint16_t n_ta_offset = 25600;        // T_c

  uint16_t si_window_slots = 20;
  bool operator==(const CellConfig&) const = default;
};

struct PucchResource {
  uint8_t id = 0;
  uint8_t format = 0;
  uint16_t first_rb = 0, rbs = 1;
  std::optional<uint16_t> second_hop_rb;
  uint8_t start_symbol = 0, symbols = 1;
  uint8_t initial_cyclic_shift = 0, time_domain_occ = 0, occ_length = 2, occ_index = 0;
  bool operator==(const PucchResource&) const = default;
};

struct PucchResourceSet {
  std::vector<uint8_t> resources;      // identities, in the order of the PUCCH resource indicator
  uint16_t max_bits = 0;               // maxPayloadSize; 0: none (first set: 2 bits)
  bool operator==(const PucchResourceSet&) const = default;
};

struct SrConfig {
  uint8_t id = 0;                      // schedulingRequestID
  uint16_t prohibit_ms = 0;
  uint8_t trans_max = 64;
  uint16_t period_slots = 40, offset_slots = 0;
  uint8_t resource = 0;
  bool operator==(const SrConfig&) const = default;
};

// A wideband CSI report over the type I single-panel codebook (TS 38.331 CSI-ReportConfig), with the resource that it measures.
struct CsiReportConfig {
  uint8_t id = 0;
  uint16_t period_slots = 320, offset_slots = 0;  // on PUCCH; period 0: when DCI 0_1 asks for it
  bool semi_persistent = false;        // on PUCCH from a MAC CE to another
  uint8_t resource = 0;                // PUCCH
  uint8_t cqi_table = 1;               // 1 to 3
  nr::CsiQuantity quantity = nr::CsiQuantity::cri_ri_pmi_cqi;
  uint8_t ri_restriction = 0xff;       // bit i: rank i + 1
  uint8_t codebook_mode = 1;
  uint8_t n_resources = 1, n_reported = 1;  // to choose from (CRI, SSBRI), and of RSRP reports
  int8_t power_offset_db = 0;          // powerControlOffset: PDSCH over the reference signal
  nr::CsiRsResource csi_rs = {.row = 2, .l0 = 13, .n_rb = 52, .period_slots = 320};
  unsigned ports() const { return nr::csi_rs_ports(csi_rs.row); }
  bool operator==(const CsiReportConfig&) const = default;
};

// One sounding resource of the set that codebook transmission uses (TS 38.331 SRS-Config).
struct SrsConfig {
  uint8_t ports = 1;
  uint8_t c_srs = 0, b_srs = 0, b_hop = 0, comb = 2, comb_offset = 0, cyclic_shift = 0, start_symbol = 13, symbols = 1, repetitions = 1,
          freq_position = 0;
  uint16_t freq_shift = 0, sequence_id = 0;
  uint8_t hopping = 0;                 // 0 neither, 1 group, 2 sequence
  uint16_t period_slots = 0, offset_slots = 0;  // 0: aperiodic
  uint8_t trigger = 0, slot_offset = 0;         // aperiodic: value of the SRS request, slots from DCI to SRS
  int8_t alpha_x10 = 10;
  int16_t p0_dbm = -90;
  bool operator==(const SrsConfig&) const = default;
};

// PUCCH-FormatConfig.
struct PucchFormatConfig {
  uint8_t max_code_rate = 2;           // PUCCH-MaxCodeRate index
  bool simultaneous_csi = true;
  bool additional_dmrs = false, pi2_bpsk = false;
  bool operator==(const PucchFormatConfig&) const = default;
};

// TS 38.331 LogicalChannelConfig, uplink.
struct LogicalChannel {
  Lcid lcid = 1;
  uint8_t priority = 1;                // 1 is the highest
  uint32_t pbr_kbytes_s = 0xffffffff;  // prioritisedBitRate; all ones: infinity
  uint16_t bucket_ms = 50;
  std::optional<uint8_t> group = 0;
  std::optional<uint8_t> sr = 0;
  bool sr_delay_timer = false, sr_mask = false;
  bool operator==(const LogicalChannel&) const = default;
};

struct DrxConfig {
  uint16_t on_duration_ms = 10;
  uint16_t inactivity_ms = 100;
  uint16_t long_cycle_ms = 160, start_offset_ms = 0;
  std::optional<uint16_t> short_cycle_ms;
  uint8_t short_cycles = 0;
  uint16_t rtt_dl_symbols = 56, rtt_ul_symbols = 56;
  uint16_t retransmission_dl_slots = 8, retransmission_ul_slots = 8;
  uint8_t slot_offset_32nds = 0;
  bool operator==(const DrxConfig&) const = default;
};

struct MeasurementGap {
  uint8_t offset_ms = 0, length_ms = 6;
  uint8_t period_ms = 40;
  bool operator==(const MeasurementGap&) const = default;
};

// What scrambles a shared channel's data and its DM-RS (dataScramblingIdentity, scramblingID0 and 1); none: the cell's identity.
struct ScramblingIds {
  std::optional<uint16_t> data, dmrs0, dmrs1;
  bool operator==(const ScramblingIds&) const = default;
};

// A UE's dedicated configuration: MAC-CellGroupConfig, PhysicalCellGroupConfig and the serving cell's ServingCellConfig.
struct UeConfig {
  std::vector<LogicalChannel> channels;

  // MAC-CellGroupConfig
  std::vector<SrConfig> scheduling_requests;
  uint16_t periodic_bsr_ms = 0;        // 0: infinity
  uint16_t retx_bsr_ms = 80;
  uint16_t sr_delay_ms = 0;
  uint32_t time_alignment_ms = 0;      // 0: infinity
  uint16_t phr_periodic_ms = 0;        // 0: infinity
  uint16_t phr_prohibit_ms = 0;
  uint8_t phr_change_db = 255;         // 255: infinity
  std::optional<DrxConfig> drx;
  std::optional<uint32_t> data_inactivity_s;
  std::optional<MeasurementGap> gap;

  // The dedicated bandwidth part (BWP 0 with dedicated parameters when bwp_id is 0)
  uint8_t bwp_id = 0;
  nr::l1::Bwp dl, ul;
  std::vector<nr::l1::Coreset> coresets;
  std::vector<uint16_t> coreset_dmrs_ids;      // as coresets; empty: the cell's identity
  std::vector<SearchSpace> search_spaces;
  std::vector<TimeAllocation> pdsch_times, pusch_times;  // empty: the common ones
  bool rbg_config2 = false;
  bool resource_allocation_type1 = true;       // else type 0
  uint8_t pdsch_mcs_table = 1, pusch_mcs_table = 1;  // 1: 64QAM, 2: 256QAM, 3: low SE
  ScramblingIds pdsch_ids, pusch_ids;
  uint8_t dl_dmrs_additional = 2, ul_dmrs_additional = 2;  // dmrs-AdditionalPosition 0 to 3
  uint8_t max_layers_dl = 1, max_layers_ul = 1;
  bool transform_precoding = false;
  nr::CodebookSubset codebook_subset = nr::CodebookSubset::non_coherent;
  uint8_t dl_harq_processes = 16;
  std::vector<uint8_t> k1;             // dl-DataToUL-ACK
  bool dynamic_harq_codebook = true;
  std::vector<PucchResource> pucch;
  std::vector<PucchResourceSet> pucch_sets;
  std::array<PucchFormatConfig, 5> pucch_formats{};
  std::optional<CsiReportConfig> csi;  // the one on PUCCH
  std::vector<std::vector<CsiReportConfig>> csi_triggers;  // by the CSI request of DCI 0_1, from 1
  uint8_t csi_request_bits = 0;        // reportTriggerSize
  std::vector<nr::CsiRsResource> nzp_csi_rs, zp_csi_rs;  // periodic, those of reports and of tracking: PDSCH goes around them
  std::optional<SrsConfig> srs;
  uint8_t srs_resources = 1;           // in the codebook set: the width of the SRS resource indicator
  uint8_t beta_harq_small = 9, beta_harq_mid = 9, beta_harq_large = 9, beta_csi_small = 6, beta_csi_large = 6, beta_csi2_small = 6,
          beta_csi2_large = 6;
  uint8_t uci_alpha = 3;
  int16_t p0_pucch_db = 0, p0_pusch_db = 0;
  std::array<int8_t, 5> delta_f_pucch_db{};    // deltaF-PUCCH-f0 to f4
  bool delta_mcs = false;              // deltaMCS: K_s 1.25
  bool tpc_accumulation = true;
  uint8_t alpha_x10 = 10;
  int8_t p_max_dbm = 23;
  bool operator==(const UeConfig&) const = default;
};

// What the scheduler of the gNB knows of a logical channel besides (QoS flows mapped to it; TS 23.501 5.7).
struct QosChannel {
  Lcid lcid = 4;
  FiveQi five_qi = 9;
  uint8_t priority_level = 90;         // smaller is more urgent
  uint16_t packet_delay_budget_ms = 300;
  bool gbr = false;
  uint64_t gbr_dl_bps = 0, gbr_ul_bps = 0, mbr_dl_bps = 0, mbr_ul_bps = 0;
  SNssai slice;
};

struct UeQos {
  std::vector<QosChannel> channels;
  uint64_t ambr_dl_bps = 0, ambr_ul_bps = 0;   // UE AMBR, non-GBR; 0: none
};

enum class SchedulerPolicy : uint8_t { round_robin, proportional_fair };

// The gNB's own choices, not signalled.
struct SchedulerConfig {
  SchedulerPolicy policy = SchedulerPolicy::proportional_fair;
  uint8_t ahead_slots = 0;             // how far before the air time decisions are made
  double bler_target = 0.1;            // of the outer loop
  int8_t fixed_dl_mcs = -1, fixed_ul_mcs = -1;
  uint8_t max_dl_retx = 4, max_ul_retx = 4;
  uint8_t max_ues_per_slot = 8;
  uint8_t min_k1 = 4, min_k2 = 4;
  uint8_t large_uci_format = 2;        // PUCCH of more than two bits: 2, 3 or 4
  float initial_dl_sinr_db = 10, initial_ul_sinr_db = 10;
  // Closed-loop power control (TS 38.213 7): TPC commands hold the SINR at the receiver; none: the open loop stands alone.
  std::optional<float> target_pusch_sinr_db, target_pucch_sinr_db;
  // Shares of the resource blocks by slice (TS 28.541 RRMPolicyRatio), percent; slices that are not named share what is left.
  struct Slice {
    SNssai slice;
    uint8_t min_percent = 0, max_percent = 100;
    bool operator==(const Slice&) const = default;
  };
  std::vector<Slice> slices;
};

// System information as RRC packed it.
struct SystemInformation {
  uint32_t mib_spare_bits = 0;         // MIB without SFN; the MAC inserts it
  Bytes sib1;
  struct Message {
    Bytes pdu;
    uint16_t period_frames = 16;
    uint8_t window_position = 1;
  };
  std::vector<Message> messages;
};

}  // namespace sen::mac
