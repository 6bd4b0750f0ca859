// Reference signals for channel state: CSI-RS, tracking reference signals, SRS; values only (TS 38.211 7.4.1.5, 6.4.1.4,
// TS 38.214 5.1.6.1).
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "base/result.h"
#include "nr/l1.h"

namespace sen::nr {

enum class CdmType : uint8_t { none, fd2, cdm4, cdm8 };               // no CDM, fd-CDM2, cdm4-FD2-TD2, cdm8-FD2-TD4
enum class CsiDensity : uint8_t { half_even, half_odd, one, three };  // as l1::CsiRsPdu::density

struct CsiRsResource {
  uint8_t id = 0;
  uint8_t row = 1;  // table 7.4.1.5.3-1, 1..18
  uint16_t frequency_domain =
      1;  // frequencyDomainAllocation: row 1: 4 bits, row 2: 12, row 4: 3, other: 6; the most significant is the last bit (b_0 = bit 0)
  uint8_t l0 = 0, l1 = 0;
  CdmType cdm = CdmType::none;
  CsiDensity density = CsiDensity::one;
  uint16_t start_rb = 0, n_rb = 0;  // multiples of 4, in CRBs
  uint16_t scrambling_id = 0;
  uint16_t period_slots = 20, offset_slots = 0;
  bool operator==(const CsiRsResource&) const = default;
};

// A row of table 7.4.1.5.3-1, k and l symbolic as k_i + k' and l_0 / l_1 + l'.
struct CsiRsGroup {
  uint8_t k = 0;       // index i of k_i
  uint8_t k_plus = 0;  // added to k_i (rows 1, 4)
  uint8_t l = 0;       // 0: l_0, 1: l_1
  uint8_t l_plus = 0;  // added to l_0 / l_1
  bool operator==(const CsiRsGroup&) const = default;
};
struct CsiRsRow {
  uint8_t ports = 1;
  CdmType cdm = CdmType::none;
  uint8_t densities = 0;  // bit of each allowed CsiDensity
  uint8_t n_groups = 0;
  std::array<CsiRsGroup, 16> groups{};
  uint8_t frequencies = 1;  // resource elements of a group: 1 or 2 (k')
  uint8_t symbols = 1;      // l': 1, 2 or 4
};
std::optional<CsiRsRow> csi_rs_row(unsigned row);
unsigned csi_rs_ports(unsigned row);  // 0: unknown row
// k_i from the bitmap (7.4.1.5.3): row 1: f(i); row 2: f(i); row 4: 4 f(i); other: 2 f(i). Error when the number of bits set is not what
// the row needs.
Result<std::array<uint8_t, 6>> csi_rs_frequencies(unsigned row, uint16_t frequency_domain);
Status check_csi_rs(const CsiRsResource& resource, unsigned carrier_rbs);
// REs in one RB that carry the resource: positions (k, l), at most 32 (row 1: 3).
struct CsiRsRes {
  uint8_t n = 0;
  std::array<std::pair<uint8_t, uint8_t>, 32> re{};
};
CsiRsRes csi_rs_res(const CsiRsResource& resource);
bool csi_rs_in(const CsiRsResource& resource, Slot slot);
// As L1 sends and measures it, within the bandwidth part. Error: as csi_rs_frequencies, or rows above 8.
Result<l1::CsiRsPdu> csi_rs_pdu(const CsiRsResource& resource, const l1::Bwp& bwp);
// Where PDSCH gives way to it (TS 38.214 5.1.4.2): one entry a symbol.
void reserve_csi_rs(const CsiRsResource& resource, std::vector<l1::ReservedRes>& out);

// A tracking reference signal (TS 38.214 5.1.6.1.1): a set of one-port row 1 resources, density 3, pairs of symbols in one or two slots. l0
// 4, 5, 6, 7, 8, 9 pairs with +4.
std::array<CsiRsResource, 4> trs(uint8_t first_id, unsigned first_symbol, unsigned subcarrier, unsigned start_rb, unsigned n_rb,
                                 unsigned scrambling_id, unsigned period_slots, unsigned offset_slots);

// ---- SRS ----

struct SrsResource {
  uint8_t id = 0;
  uint8_t ports = 1;           // 1, 2, 4
  uint8_t start_position = 0;  // from the slot's last symbol backwards: 0..5
  uint8_t symbols = 1, repetitions = 1;
  uint8_t c_srs = 0, b_srs = 0, b_hop = 0;
  uint8_t comb = 2, comb_offset = 0, cyclic_shift = 0;
  uint8_t freq_position = 0;  // n_RRC 0..67
  uint16_t freq_shift = 0;    // n_shift 0..268
  uint16_t sequence_id = 0;
  uint8_t group_or_sequence_hopping = 0;
  uint16_t period_slots = 40, offset_slots = 0;
  bool operator==(const SrsResource&) const = default;
};
// Table 6.4.1.4.3-1.
struct SrsBandwidth {
  uint16_t m = 4;  // m_SRS,b in RBs
  uint8_t n = 1;   // N_b
  bool operator==(const SrsBandwidth&) const = default;
};
std::optional<SrsBandwidth> srs_bandwidth(unsigned c_srs, unsigned b_srs);
// The widest C_SRS (B_SRS 0) that fits n RBs.
unsigned srs_config_for(unsigned n_rb);
bool srs_in(const SrsResource& resource, Slot slot);
Status check_srs(const SrsResource& resource, unsigned bwp_size);

}  // namespace sen::nr
