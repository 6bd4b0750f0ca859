// Downlink control information (TS 38.212 7.3.1): formats 0_0, 0_1, 1_0 for each RNTI, 1_1, 2_1's and 2_0's payload as bits, the RAR UL
// grant (TS 38.213 8.2), short messages (TS 38.331 6.5); and the sizes with the alignment of 7.3.1.0.
//
// Each format is a struct of field values and a Widths struct with the same member names, both walked by one field list (dci.cpp): that
// list yields pack, unpack and print. Widths are made once per bandwidth part or UE; packing a message then allocates nothing. Frequency
// fields hold the whole field as sent: for PUSCH hopping its N_UL_hop most significant bits are the hopping offset.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/result.h"
#include "nr/bits.h"
#include "nr/dmrs.h"
#include "nr/rnti.h"

namespace sen::nr {

constexpr unsigned max_dci_bits = 140;  // TS 38.212 5.3.1: 164 with the CRC
using DciBits = BitString<max_dci_bits>;

// ---- sizes ----

// What sizes formats 0_1 and 1_1 (RRC names in the comments). Counts of 0 mean "not configured".
struct Dci01Config {
  bool cross_carrier = false;
  bool sul = false;
  uint8_t n_ul_bwp_rrc = 0;     // dedicated uplink BWPs, 0..4
  uint8_t n_time_entries = 16;  // pusch-TimeDomainAllocationList (16 for the default table)
  uint8_t harq_bits = 4;
  bool frequency_hopping = false;
  bool transform_precoding = false;
  bool resource_type0 = false, dynamic_switch = false;  // resourceAllocation; both false: type 1
  bool rbg_configuration2 = false;
  uint8_t n_rbg = 0;                   // number of RBGs; 0: that of the active BWP
  bool dynamic_harq_codebook = true;   // pdsch-HARQ-ACK-Codebook dynamic
  bool two_harq_subcodebooks = false;  // CBG-based with dynamic codebook
  bool codebook = true;                // txConfig codebook (else nonCodebook)
  uint8_t n_srs_ports = 1;             // of the codebook SRS resources
  uint8_t n_srs_resources = 1;         // in the codebook / nonCodebook set
  uint8_t max_rank = 1;
  uint8_t pusch_max_layers = 1;  // L_max of nonCodebook
  enum class Subset : uint8_t { full, partial, non_coherent } subset = Subset::non_coherent;
  std::optional<DmrsType> dmrs_a, dmrs_b;  // configured mapping types; neither: type 1, maxLength 1
  uint8_t dmrs_a_max_length = 1, dmrs_b_max_length = 1;
  uint8_t report_trigger_size = 0;  // 0..6
  uint8_t max_cbg = 0;              // 0, 2, 4, 6, 8
  bool ptrs = false;
  bool dynamic_beta = false;
  bool operator==(const Dci01Config&) const = default;
};

struct Dci11Config {
  bool cross_carrier = false;
  uint8_t n_dl_bwp_rrc = 0;
  uint8_t n_time_entries = 16;
  uint8_t harq_bits = 4;
  bool resource_type0 = false, dynamic_switch = false;
  bool rbg_configuration2 = false;
  uint8_t n_rbg = 0;         // number of RBGs; 0: that of the active BWP
  bool interleaver = false;  // vrb-ToPRB-Interleaver
  bool dynamic_prb_bundling = false;
  bool rate_match_group1 = false, rate_match_group2 = false;
  uint8_t n_zp_csi_sets = 0;   // aperiodic ZP CSI-RS sets, 0..3
  bool two_codewords = false;  // maxNrofCodeWordsScheduledByDCI n2
  bool dynamic_harq_codebook = true;
  bool several_cells = false;  // counter and total DAI
  uint8_t n_k1 = 8;            // dl-DataToUL-ACK entries, 1..8
  std::optional<DmrsType> dmrs_a, dmrs_b;
  uint8_t dmrs_a_max_length = 1, dmrs_b_max_length = 1;
  bool tci = false;
  bool sul = false;
  uint8_t max_cbg = 0;
  bool cbg_flush = false;
  bool operator==(const Dci11Config&) const = default;
};

struct DciConfig {
  uint16_t coreset0_rb = 0;  // 0: not configured, then the initial DL BWP counts
  uint16_t initial_dl_rb = 24, initial_ul_rb = 24;
  uint16_t active_dl_rb = 24, active_ul_rb = 24;
  uint16_t active_dl_start = 0, active_ul_start = 0;  // CRB of RB 0: decides the number of RBGs
  bool sul = false;
  bool uss_fallback = true;    // a USS with 0_0/1_0
  bool uss_dedicated = false;  // a USS with 0_1/1_1
  // Step 4 removes the padding bit that step 2 gave to 0_1 and 1_1. OCUDU keeps it: true to be understood by its cells and UEs.
  bool keep_step2_padding = false;
  Dci01Config dci01;
  Dci11Config dci11;
  bool operator==(const DciConfig&) const = default;
};

// ---- formats ----

// DCI 0_0 (7.3.1.1.1). With TC-RNTI new_data and harq_id are reserved (zero).
struct Dci00 {
  uint32_t frequency = 0;
  uint8_t time = 0;
  bool hopping = false;
  uint8_t mcs = 0;
  bool new_data = false;
  uint8_t rv = 0, harq_id = 0, tpc = 1;
  bool sul = false;
  bool operator==(const Dci00&) const = default;
};
struct Dci00Widths {
  uint8_t frequency = 0;
  uint8_t sul = 0;
  uint8_t padding = 0;         // before the UL/SUL indicator
  uint16_t frequency_rbs = 0;  // N of the frequency field: RIV over this many RBs
  uint8_t truncated = 0;       // most significant bits cut from the frequency field (step 0 and 4)
  unsigned size() const;
};

// DCI 1_0 with C-RNTI, CS-RNTI, MCS-C-RNTI, and TC-RNTI (7.3.1.2.1; with TC-RNTI dai is reserved and sent as zero).
struct Dci10 {
  uint32_t frequency = 0;
  uint8_t time = 0;
  bool interleaved = false;
  uint8_t mcs = 0;
  bool new_data = false;
  uint8_t rv = 0, harq_id = 0, dai = 0, tpc = 1, pucch_resource = 0, k1 = 0;  // k1: the field, 0..7
  bool operator==(const Dci10&) const = default;
};
// DCI 1_0 with C-RNTI whose frequency field is all ones: a PDCCH order.
struct PdcchOrder {
  uint8_t preamble = 0;
  bool sul = false;
  uint8_t ssb = 0;
  uint8_t prach_mask = 0;
  bool operator==(const PdcchOrder&) const = default;
};
struct Dci10Si {  // SI-RNTI
  uint32_t frequency = 0;
  uint8_t time = 0;
  bool interleaved = false;
  uint8_t mcs = 0, rv = 0;
  bool other_si = false;  // system information indicator: 0 SIB1, 1 SI message
  bool operator==(const Dci10Si&) const = default;
};
struct Dci10Ra {  // RA-RNTI
  uint32_t frequency = 0;
  uint8_t time = 0;
  bool interleaved = false;
  uint8_t mcs = 0, tb_scaling = 0;
  bool operator==(const Dci10Ra&) const = default;
};
struct Dci10P {  // P-RNTI. indicator 1: scheduling only, 2: short message only, 3: both (0 reserved). Absent parts are sent as zero.
  uint8_t indicator = 1;
  uint8_t short_messages = 0;
  uint32_t frequency = 0;
  uint8_t time = 0;
  bool interleaved = false;
  uint8_t mcs = 0, tb_scaling = 0;
  bool operator==(const Dci10P&) const = default;
};
struct Dci10Widths {
  uint8_t frequency = 0;
  uint8_t padding = 0;
  uint16_t frequency_rbs = 0;
  unsigned size() const;  // of the C-RNTI layout; the others fill it with reserved zeros
};

// DCI 0_1 (7.3.1.1.2).
struct Dci01 {
  uint8_t carrier = 0;
  bool sul = false;
  uint8_t bwp = 0;
  uint32_t frequency = 0;  // dynamic switch: its most significant bit is 1 for type 1
  uint8_t time = 0;
  bool hopping = false;
  uint8_t mcs = 0;
  bool new_data = false;
  uint8_t rv = 0, harq_id = 0, dai1 = 0, dai2 = 0, tpc = 1, srs_resource = 0, precoding = 0, antenna_ports = 0, srs_request = 0,
          csi_request = 0, cbg = 0, ptrs_dmrs = 0, beta_offset = 0;
  bool dmrs_seq = false;
  bool ul_sch = true;
  bool operator==(const Dci01&) const = default;
};
struct Dci01Widths {
  uint8_t carrier = 0, sul = 0, bwp = 0, frequency = 0, time = 0, hopping = 0, harq_id = 4, dai1 = 2, dai2 = 0, srs_resource = 0,
          precoding = 0, antenna_ports = 0, srs_request = 2, csi_request = 0, cbg = 0, ptrs_dmrs = 0, beta_offset = 0, dmrs_seq = 1;
  uint8_t padding = 0;
  unsigned size() const;
};

// DCI 1_1 (7.3.1.2.2).
struct Dci11 {
  uint8_t carrier = 0, bwp = 0;
  uint32_t frequency = 0;
  uint8_t time = 0;
  bool interleaved = false;
  uint8_t prb_bundling = 0, rate_matching = 0, zp_csi = 0;
  uint8_t mcs = 0;
  bool new_data = false;
  uint8_t rv = 0;
  uint8_t mcs2 = 0;
  bool new_data2 = false;
  uint8_t rv2 = 0;
  uint8_t harq_id = 0, dai = 0, tpc = 1, pucch_resource = 0, k1 = 0, antenna_ports = 0, tci = 0, srs_request = 0, cbg = 0;
  bool cbg_flush = false;
  bool dmrs_seq = false;
  bool operator==(const Dci11&) const = default;
};
struct Dci11Widths {
  uint8_t carrier = 0, bwp = 0, frequency = 0, time = 0, interleaved = 0, prb_bundling = 0, rate_matching = 0, zp_csi = 0,
          second_codeword = 0, harq_id = 4, dai = 2, k1 = 3, antenna_ports = 4, tci = 0, srs_request = 2, cbg = 0, cbg_flush = 0;
  uint8_t padding = 0;
  unsigned size() const;
};

// RAR UL grant, 27 bits (TS 38.213 table 8.2-1; without shared spectrum access).
struct RarGrant {
  bool hopping = false;
  uint16_t frequency = 0;  // 14 bits: see rar_frequency
  uint8_t time = 0, mcs = 0;
  uint8_t tpc = 3;  // 0..7 = -6, -4, ... 8 dB (table 8.2-2)
  bool csi_request = false;
  bool operator==(const RarGrant&) const = default;
};

// ---- all layouts of one UE ----

struct DciLayouts {
  Dci00Widths css00, uss00;
  Dci10Widths css10, uss10;
  Dci01Widths uss01;
  Dci11Widths uss11;
  bool fallback_shrunk = false;  // step 4 happened: uss10 and uss00 are sized by CORESET 0 and the initial BWPs
};
// TS 38.212 7.3.1.0. Error for counts beyond the standard's, a size above 140 bits, or more than 3 sizes with C-RNTI after step 4.
Result<DciLayouts> dci_layouts(const DciConfig& config);
// Before any dedicated configuration: only the CSS members count.
DciLayouts common_dci_layouts(unsigned coreset0_rb, unsigned initial_ul_rb, bool sul = false);
// DCI 1_0 of SI, RA and P in CORESET 0 (or an initial BWP) of n RBs.
Dci10Widths css10_widths(unsigned n_rb);

// ---- struct <-> bits ----
// pack: Error invalid naming the field when a value does not fit its width. unpack: Error when the size differs from the layout's or a
// reserved combination is met (short message indicator 0); reserved and padding bits are not checked, as 7.3.1 lets them be.
Result<DciBits> pack(const Dci00& dci, const Dci00Widths& widths, bool tc_rnti = false);
Result<DciBits> pack(const Dci10& dci, const Dci10Widths& widths, bool tc_rnti = false);
Result<DciBits> pack(const PdcchOrder& dci, const Dci10Widths& widths);
Result<DciBits> pack(const Dci10Si& dci, const Dci10Widths& widths);
Result<DciBits> pack(const Dci10Ra& dci, const Dci10Widths& widths);
Result<DciBits> pack(const Dci10P& dci, const Dci10Widths& widths);
Result<DciBits> pack(const Dci01& dci, const Dci01Widths& widths);
Result<DciBits> pack(const Dci11& dci, const Dci11Widths& widths);
BitString<27> pack(const RarGrant& grant);

// The identifier bit of 0_0/1_0 (and 0_1/1_1): 0 uplink, 1 downlink; the first bit.
inline bool is_downlink(const DciBits& bits) { return bits.bit(0); }
Result<Dci00> unpack_00(const DciBits& bits, const Dci00Widths& widths);
Result<Dci10> unpack_10(const DciBits& bits, const Dci10Widths& widths);
// Set when the DCI 1_0 with C-RNTI is a PDCCH order.
std::optional<PdcchOrder> unpack_order(const DciBits& bits, const Dci10Widths& widths);
Result<Dci10Si> unpack_10_si(const DciBits& bits, const Dci10Widths& widths);
Result<Dci10Ra> unpack_10_ra(const DciBits& bits, const Dci10Widths& widths);
Result<Dci10P> unpack_10_p(const DciBits& bits, const Dci10Widths& widths);
Result<Dci01> unpack_01(const DciBits& bits, const Dci01Widths& widths);
Result<Dci11> unpack_11(const DciBits& bits, const Dci11Widths& widths);
RarGrant unpack_rar_grant(uint32_t bits27);
uint32_t rar_grant_bits(const RarGrant& grant);

// "1_0 freq 123 time 4 mcs 9 ...": one line for logs and traces.
std::string print(const Dci00& dci);
std::string print(const Dci10& dci);
std::string print(const Dci10Si& dci);
std::string print(const Dci10Ra& dci);
std::string print(const Dci10P& dci);
std::string print(const Dci01& dci);
std::string print(const Dci11& dci);
std::string print(const RarGrant& grant);

// ---- helpers around fields ----

// TS 38.213 8.3: the RAR grant's 14-bit frequency field <-> RIV (and hopping bits) over the initial UL BWP: below 180 RBs it is truncated
// to the RIV's width, from 180 on it is extended with zeros after the hopping bits.
struct RarFrequency {
  uint8_t hopping_offset = 0;  // N_UL_hop bits, when hopping
  uint32_t riv = 0;
};
RarFrequency rar_frequency(const RarGrant& grant, unsigned n_rb_ul);
// nullopt when it does not fit.
std::optional<uint16_t> rar_frequency_field(RarFrequency value, bool hopping, unsigned n_rb_ul);

// Short messages (TS 38.331 table 6.5-1), most significant bit first.
constexpr uint8_t short_message_si_modification = 0x80;
constexpr uint8_t short_message_etws_cmas = 0x40;
constexpr uint8_t short_message_stop_paging = 0x20;

// TPC commands: PUSCH accumulated (table 7.1.1-1) and PUCCH (7.2.1-1): 0..3 = -1, 0, 1, 3 dB.
constexpr int tpc_db(unsigned field) { return field == 0 ? -1 : field == 1 ? 0 : field == 2 ? 1 : 3; }
constexpr int tpc_absolute_db(unsigned field) { return field == 0 ? -4 : field == 1 ? -1 : field == 2 ? 1 : 4; }

// DCI 2_1 (7.3.1.3.2): 14-bit pre-emption indications; DCI 2_0 (7.3.1.3.1): slot format indicators. Both are plain positions in a payload.
std::optional<uint16_t> preemption_indication(const DciBits& bits, unsigned position);

}  // namespace sen::nr
