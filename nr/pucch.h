// PUCCH resources: the default ones before dedicated configuration (TS 38.213 9.2.1, table 9.2.1-1), selection among configured sets
// (9.2.1, 9.2.3), and the capacity of each format (TS 38.211 6.3.2, TS 38.213 9.2.5).
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "base/result.h"
#include "nr/slot.h"

namespace sen::nr {

enum class PucchFormat : uint8_t { f0, f1, f2, f3, f4 };

// PUCCH-Resource and the PUCCH-FormatConfig that applies to it. RBs from the start of the BWP.
struct PucchResource {
  uint8_t id = 0;
  PucchFormat format = PucchFormat::f0;
  uint16_t first_rb = 0;
  uint8_t n_rb = 1;  // formats 2, 3: 1..16
  uint8_t start_symbol = 12;
  uint8_t n_symbols = 2;
  std::optional<uint16_t> second_hop_rb;  // set: intra-slot hopping
  uint8_t initial_cyclic_shift = 0;       // formats 0, 1
  uint8_t time_domain_occ = 0;            // format 1
  uint8_t occ_length = 2, occ_index = 0;  // format 4
  bool pi2_bpsk = false;                  // formats 3, 4
  bool additional_dmrs = false;           // formats 3, 4
  uint8_t max_code_rate = 0;              // index of table 9.2.5.2-1: 0.08, 0.15, 0.25, 0.35, 0.45, 0.60, 0.80
  bool operator==(const PucchResource&) const = default;
};
// Ranges of TS 38.331 and lengths per format: 0: 1, 2; 1, 3, 4: 4..14; 2: 1, 2; n_rb allowed for DFT (2, 3, 5 products); inside the slot
// and BWP.
Status check_pucch(const PucchResource& resource, unsigned bwp_size);

// Table 9.2.1-1.
struct DefaultPucch {
  PucchFormat format = PucchFormat::f0;
  uint8_t start_symbol = 12;
  uint8_t n_symbols = 2;
  uint8_t rb_offset = 0;  // index 15: floor(N_BWP / 4), resolved by default_pucch
  uint8_t n_cs = 2;
  std::array<uint8_t, 4> cs{};  // initial cyclic shift indexes
};
std::optional<DefaultPucch> default_pucch_row(unsigned pucch_resource_common, unsigned bwp_size);
// 9.2.1: r_PUCCH = floor(2 n_CCE / N_CCE) + 2 Delta_PRI.
constexpr unsigned r_pucch(unsigned first_cce, unsigned n_cce, unsigned pri) { return 2 * first_cce / n_cce + 2 * pri; }
// The resource that r_PUCCH 0..15 names: always with intra-slot hopping. nullopt for r above 15 or index above 15.
std::optional<PucchResource> default_pucch(unsigned pucch_resource_common, unsigned r, unsigned bwp_size);

// 9.2.1: the set (0..3) for o_uci bits: set 0 for up to 2 bits; then by maxPayloadSize (nullopt entries: not given, i.e. 1706). nullopt
// when no set holds it.
struct PucchSets {
  uint8_t n = 1;
  std::array<uint16_t, 4> max_payload{2, 1706, 1706, 1706};  // of set i, bits
};
std::optional<unsigned> pucch_set(const PucchSets& sets, unsigned o_uci);
// 9.2.3: the resource in a set of n: PRI directly for n up to 8, otherwise with the CCE (only set 0 has more than 8, up to 32).
unsigned pucch_resource_in_set(unsigned n_resources, unsigned pri, unsigned first_cce, unsigned n_cce);

// REs for UCI times bits per symbol, before coding: E of TS 38.212 table 6.3.1.4-1. 0 for formats 0 and 1.
unsigned pucch_channel_bits(const PucchResource& resource, unsigned n_rb);
// Most UCI bits (CRC not counted) that the resource carries at its maximum code rate; formats 0, 1: 2.
unsigned pucch_capacity_bits(const PucchResource& resource);
// 9.2.5.2: the smallest number of RBs (allowed for the format) that carries o_uci bits with CRC at the maximum code rate; the configured
// number when none suffices.
unsigned pucch_rbs_for(const PucchResource& resource, unsigned o_uci);
// CRC bits that UCI of this size carries: 0 below 12, 6 to 19, 11 from 20 (twice when segmented).
unsigned uci_crc_bits(unsigned o_uci, unsigned e_uci);
constexpr std::array<uint16_t, 8> max_code_rate_permille{80, 150, 250, 350, 450, 600, 800, 0};

// Symbols that carry DM-RS in formats 3 and 4 (TS 38.211 table 6.4.1.3.3.2-1), relative to the first; bit mask.
uint16_t pucch34_dmrs_symbols(unsigned n_symbols, bool hopping, bool additional);

// m_cs of format 0 (TS 38.213 tables 9.2.3-3, 9.2.3-4, 9.2.5): HARQ-ACK bits 0..2, with and without positive SR.
unsigned format0_m_cs(unsigned n_harq, unsigned harq_value, bool positive_sr);

// SR occasion: periods sym2, sym6or7 are absent. (TS 38.213 9.2.4): (slots - offset) mod period = 0.
bool sr_occasion(Slot slot, unsigned period_slots, unsigned offset_slots);

}  // namespace sen::nr
