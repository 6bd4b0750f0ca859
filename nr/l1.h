// The boundary between the gNB's MAC and its L1, shaped like the Small Cell Forum's FAPI (document 222): CONFIG, DL_TTI, UL_TTI, UL_DCI and
// TX_Data go down, RX_Data, CRC, UCI, SRS, RACH, SLOT and ERROR come up. Values only: both the PHY and the slot-level air stand below it.
//
// Units: resource blocks count from the first one of the named bandwidth part, which itself counts from point A (common resource block 0) in
// the cell's numerology; symbols count from the slot's first; powers are dB relative to the SSS unless their name says otherwise.
// TB octets are borrowed: they stay valid until the L1 has finished the slot (the MAC keeps them in its HARQ buffers).
#pragma once

#include <array>
#include <complex>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/bytes.h"
#include "nr/slot.h"

namespace sen::nr::l1 {

using Rnti = uint16_t;

// Bits in transmission order, first bit (a_0) in the most significant bit of octet 0: DCI and UCI payloads.
struct Bits {
  static constexpr size_t capacity = 1706;  // the longest UCI, TS 38.212 5.3.1
  std::vector<uint8_t> octets;
  uint16_t size = 0;
  bool operator==(const Bits&) const = default;
};

struct Bwp {
  Scs scs = Scs::khz15;
  bool extended_cp = false;
  uint16_t start = 0;  // common resource blocks
  uint16_t size = 0;
  bool operator==(const Bwp&) const = default;
};

// CONFIG: what a cell is. Fixed while it runs.
struct CellConfig {
  uint16_t pci = 0;
  Scs scs = Scs::khz15;
  bool tdd = false;
  uint32_t dl_arfcn = 0, ul_arfcn = 0;  // NR-ARFCN of the carriers' centres
  uint32_t dl_point_a_arfcn = 0, ul_point_a_arfcn = 0;
  uint16_t n_rb = 0;  // carrier bandwidth in the cell's numerology
  uint8_t tx_ports = 1, rx_ports = 1;
  uint32_t ssb_arfcn = 0;
  int ss_pbch_block_power_dbm = 0;
  int preamble_received_target_power_dbm = -100;
  bool operator==(const CellConfig&) const = default;
};

// One row of the control resource set (TS 38.211 7.3.2.2).
struct Coreset {
  uint8_t id = 0;
  uint64_t frequency_groups = 0;  // bit i: resource blocks 6i to 6i+5 of the bandwidth part
  uint8_t start_symbol = 0, duration = 1;
  bool interleaved = false;
  uint8_t reg_bundle = 6, interleaver_rows = 2;
  uint16_t shift = 0;
  bool wideband_precoder = false;
  bool operator==(const Coreset&) const = default;
};

struct SsbPdu {
  uint16_t pci = 0;
  uint8_t index = 0;         // SSB index
  uint8_t ssb_case = 0;      // 0 to 4: A to E (TS 38.213 4.1); gives the block's symbols and subcarrier spacing
  uint8_t l_max = 4;
  bool half_frame = false;
  uint8_t k_ssb = 0;
  uint16_t offset_to_point_a = 0;
  uint32_t mib = 0;          // the 24 bits of BCCH-BCH-Message, first bit is bit 23
  float pss_power_db = 0;
};

struct PdcchPdu {
  Rnti rnti = 0;
  Bwp bwp;
  Coreset coreset;
  uint16_t first_cce = 0;
  uint8_t aggregation_level = 1;
  uint16_t n_id = 0;         // of the data scrambling and its n_RNTI (TS 38.211 7.3.2.3)
  Rnti n_rnti = 0;
  uint16_t dmrs_n_id = 0;
  float power_db = 0;
  float dmrs_power_db = 0;   // of its DM-RS, relative to the same as power_db
  Bits dci;
};

// Where a shared channel lies.
struct Allocation {
  // (first, count) runs of physical resource blocks in the order of their virtual ones (TS 38.211 7.3.1.6): data fills them in this order.
  std::vector<std::pair<uint16_t, uint16_t>> rbs;
  uint8_t start_symbol = 0, symbols = 0;
  bool mapping_b = false;
  bool operator==(const Allocation&) const = default;
};

struct Dmrs {
  uint16_t symbol_mask = 0;  // bit l: symbol l of the slot carries DM-RS
  uint8_t type = 1;
  uint8_t cdm_groups_without_data = 2;
  uint16_t ports = 1;        // bit p: antenna port 1000+p (0+p in the uplink); layer v is the v-th lowest
  uint8_t length = 1;        // front-loaded symbols: 1, 2 (then symbol_mask holds pairs)
  uint16_t n_id = 0;
  uint8_t n_scid = 0;
  uint16_t reference_rb = 0; // common resource block that the sequence counts from: CORESET 0's first one for PDSCH with SI-RNTI, else 0
  float power_db = 0;        // over what TS 38.214 table 4.1-1 says: the receiver must know it too
  bool operator==(const Dmrs&) const = default;
};

// Downlink and CP-OFDM uplink: densities L and K; with transform precoding: L and the groups and samples of TS 38.211 table 6.4.1.2.2.2-1.
struct Ptrs {
  uint8_t time_density = 1, frequency_density = 2, re_offset = 0;  // re_offset: 0 to 3, offset00 to offset11
  uint8_t port = 0;                  // DM-RS port that it goes with, as in Dmrs::ports
  float power_db = 0;                // relative to the data
  uint8_t groups = 0, samples = 0;   // transform precoding: 2, 4, 8 groups of 2, 4 samples
  bool operator==(const Ptrs&) const = default;
};

// Modulation and code of one transport block.
struct Code {
  uint8_t qm = 2;            // bits a symbol
  uint16_t rate_x1024_x10 = 0;
  uint8_t mcs = 0, mcs_table = 0;
  uint8_t rv = 0;
  uint32_t tbs_octets = 0;
  uint8_t base_graph = 1;
  uint32_t lbrm_tbs_octets = 0;  // TBS_LBRM; 0: no limited buffer
  bool operator==(const Code&) const = default;
};

// Resource elements that carry no PDSCH (TS 38.214 5.1.4): every `stride`-th resource block from `first` below `end` (common resource blocks).
struct ReservedRes {
  uint16_t first = 0, end = 0;
  uint8_t stride = 1;
  uint16_t symbols = 0;      // bit l: symbol l of the slot
  uint16_t subcarriers = 0;  // bit k: subcarrier k of the resource block
  bool operator==(const ReservedRes&) const = default;
};

// Ports by layers, row by row; ports 0: layer p goes to port p.
struct Precoding {
  uint8_t ports = 0;
  std::array<std::complex<float>, 16> weights{};  // [port * layers + layer]
  bool operator==(const Precoding&) const = default;
};

struct PdschPdu {
  Rnti rnti = 0;
  Bwp bwp;
  Allocation allocation;
  std::vector<ReservedRes> reserved;
  uint8_t layers = 1;
  uint16_t pmi = 0;          // what the UE reported; the slot-level air reads it
  Precoding precoding;
  Code code;
  Dmrs dmrs;
  std::optional<Ptrs> ptrs;
  uint16_t n_id = 0;         // data scrambling
  float power_db = 0;
  ByteView tb;               // TX_Data
};

struct CsiRsPdu {
  Bwp bwp;
  uint8_t row = 1;           // TS 38.211 table 7.4.1.5.3-1
  uint16_t start_rb = 0, rbs = 0;
  std::array<uint8_t, 4> k{};
  uint8_t l0 = 0, l1 = 0, cdm = 0, density = 0;  // density: 0 half even, 1 half odd, 2 one, 3 three
  uint16_t scrambling_id = 0;
  float power_db = 0;
  bool zero_power = false;
};

// DL_TTI, UL_DCI and TX_Data of one slot.
struct DlSlot {
  Slot slot;
  std::vector<SsbPdu> ssb;
  std::vector<PdcchPdu> pdcch;
  std::vector<PdschPdu> pdsch;
  std::vector<CsiRsPdu> csi_rs;
  bool empty() const { return ssb.empty() && pdcch.empty() && pdsch.empty() && csi_rs.empty(); }
};

// A bundle of UCI as a receiver expects it; the sizes in bits.
struct UciExpected {
  uint16_t harq_bits = 0;
  uint8_t sr = 0;            // SR bits of an occasion: ceil(log2(K + 1)) (TS 38.213 9.2.5.1); formats 0 and 1: 1
  uint16_t csi1_bits = 0, csi2_bits = 0;
  bool operator==(const UciExpected&) const = default;
};

struct PuschPdu {
  Rnti rnti = 0;
  uint32_t handle = 0;       // comes back in the indications
  Bwp bwp;
  Allocation allocation;
  std::optional<uint16_t> second_hop_rb;
  uint8_t layers = 1;
  uint8_t ports = 1;         // antenna ports of codebook transmission: 1, 2, 4
  uint8_t tpmi = 0;
  bool transform_precoding = false;
  uint16_t low_papr_id = 0;
  uint8_t low_papr_hopping = 0;  // 0 neither, 1 group, 2 sequence (TS 38.211 6.4.1.1.1.2)
  Code code;
  Dmrs dmrs;
  std::optional<Ptrs> ptrs;
  uint16_t n_id = 0;
  uint8_t harq_id = 0;
  bool new_data = true;
  UciExpected uci;
  uint8_t beta_harq = 0, beta_csi1 = 0, beta_csi2 = 0;  // indices of TS 38.213 9.3
  uint8_t alpha = 0;         // 0: 0.5, 1: 0.65, 2: 0.8, 3: 1
};

struct PucchPdu {
  Rnti rnti = 0;
  uint32_t handle = 0;
  Bwp bwp;
  uint8_t format = 0;        // 0 to 4
  uint8_t start_symbol = 0, symbols = 1;
  uint16_t first_rb = 0, rbs = 1;
  std::optional<uint16_t> second_hop_rb;
  uint8_t initial_cyclic_shift = 0, time_domain_occ = 0, occ_length = 0, occ_index = 0;
  bool pi2_bpsk = false, additional_dmrs = false;
  uint16_t hopping_id = 0, n_id = 0, dmrs_n_id = 0;
  uint8_t group_hopping = 0; // 0 neither, 1 enable, 2 disable (sequence hopping), TS 38.211 6.3.2.2.1
  uint8_t max_code_rate = 0;
  UciExpected uci;
};

struct PrachPdu {
  uint8_t format = 0;        // 0 to 3; 4: A1, 5: A2, 6: A3, 7: B1, 8: B4, 9: C0, 10: C2, 11: A1/B1, 12: A2/B2, 13: A3/B3
  Scs scs = Scs::khz15;      // of a short preamble; long ones have their own
  uint8_t start_symbol = 0;
  uint8_t occasions = 1;     // time-domain occasions in this slot
  uint8_t n_fd = 1;          // frequency-multiplexed occasions
  uint16_t first_rb = 0;     // of the uplink carrier
  uint16_t root_sequence = 0, n_cs = 0;
  uint8_t restricted_set = 0;
};

struct SrsPdu {
  Rnti rnti = 0;
  uint32_t handle = 0;
  Bwp bwp;
  uint8_t ports = 1, symbols = 1, repetitions = 1, start_symbol = 13;
  uint8_t c_srs = 0, b_srs = 0, b_hop = 0, comb = 2, comb_offset = 0, cyclic_shift = 0, freq_position = 0;
  uint16_t freq_shift = 0, sequence_id = 0;
  uint8_t hopping = 0;       // 0 neither, 1 group, 2 sequence
  uint16_t period_slots = 0, offset_slots = 0;  // n_SRS of frequency hopping (TS 38.211 6.4.1.4.3); period 0: aperiodic
  // Codebook transmission from its ports that is asked for: up to max_rank layers, codebookSubset 0 full, 1 partial, 2 nonCoherent. 0: none.
  uint8_t max_rank = 0, codebook_subset = 2;
};

// UL_TTI of one slot.
struct UlSlot {
  Slot slot;
  std::vector<PuschPdu> pusch;
  std::vector<PucchPdu> pucch;
  std::vector<PrachPdu> prach;
  std::vector<SrsPdu> srs;
  bool empty() const { return pusch.empty() && pucch.empty() && prach.empty() && srs.empty(); }
};

// What a receiver measured of one transmission.
struct Quality {
  float sinr_db = 0;
  float rsrp_dbfs = 0;
  float ta_ns = 0;           // arrival after the slot's start, less the UE's current timing advance
};

// RX_Data and CRC: one PUSCH.
struct RxPusch {
  Rnti rnti = 0;
  uint32_t handle = 0;
  uint8_t harq_id = 0;
  bool crc_ok = false;
  bool detected = true;      // false: nothing was received (DTX)
  Bytes tb;                  // when crc_ok
  Quality quality;
};

// One UCI bundle, from PUCCH or PUSCH.
struct RxUci {
  Rnti rnti = 0;
  uint32_t handle = 0;
  bool on_pusch = false;
  bool detected = true;      // false: DTX, no bits
  bool crc_ok = true;        // false: detected, undecodable
  Bits harq;                 // 1: ACK
  uint8_t sr = 0;            // 0: negative; otherwise the SR bits' value
  Bits csi1, csi2;
  Quality quality;
};

struct RxPreamble {
  uint8_t start_symbol = 0;  // of its occasion
  uint8_t occasion = 0, f_id = 0;
  uint8_t preamble = 0;
  float ta_ns = 0;           // delay of arrival
  float power_db = 0;
};

struct RxSrs {
  Rnti rnti = 0;
  uint32_t handle = 0;
  Quality quality;
  // What serves best of SrsPdu's codebook, and the SINR of a layer then; rank 0: not chosen.
  uint8_t rank = 0, tpmi = 0;
  float layer_sinr_db = 0;
};

// Everything that came up from one uplink slot.
struct UlIndication {
  Slot slot;
  std::vector<RxPusch> pusch;
  std::vector<RxUci> uci;
  std::vector<RxPreamble> preambles;
  std::vector<RxSrs> srs;
};

// ERROR: a request that the L1 could not carry out.
struct Error {
  enum class Kind : uint8_t { late, out_of_range, overload } kind = Kind::late;
  Slot slot;
  Rnti rnti = 0;
};

}  // namespace sen::nr::l1
