// What PDSCH and PUSCH have in common: their resources, their reference signals, and the checks of both. Borrowed from a PDU; any thread.
#pragma once

#include "base/result.h"
#include "nr/l1.h"
#include "phy/types.h"

namespace sen::phy::detail {

inline constexpr unsigned max_shared_layers = 4, max_reserved = 32;

struct SharedChannel {
  const nr::l1::Bwp& bwp;
  const nr::l1::Allocation& allocation;
  const nr::l1::Dmrs& dmrs;
  const nr::l1::Ptrs* ptrs = nullptr;
  std::span<const nr::l1::ReservedRes> reserved;
  std::optional<uint16_t> second_hop_rb;
  const nr::l1::PuschPdu* transform = nullptr;  // set with transform precoding: what its sequences need
  nr::l1::Rnti rnti = 0;
  uint16_t n_id = 0;  // data scrambling
  uint8_t layers = 1, qm = 2;

  explicit SharedChannel(const nr::l1::PdschPdu& pdu);
  explicit SharedChannel(const nr::l1::PuschPdu& pdu);
  unsigned end_symbol() const { return allocation.start_symbol + allocation.symbols; }
  // First symbol of the second hop (TS 38.214 6.3.1); end_symbol() without hopping.
  unsigned second_hop_symbol() const { return second_hop_rb ? allocation.start_symbol + allocation.symbols / 2u : end_symbol(); }
  bool carries_dmrs(unsigned symbol) const { return dmrs.symbol_mask >> symbol & 1; }
  // Place of a symbol in its pair of a double-symbol DM-RS: l' of TS 38.211 7.4.1.1.2; 0 with single ones.
  unsigned dmrs_place(unsigned symbol) const;
  unsigned n_rb() const;
  // The v-th lowest DM-RS port.
  unsigned port(unsigned layer) const;
  // c_init of the data scrambling, TS 38.211 7.3.1.1 and 6.3.1.1, first codeword.
  uint32_t scrambling() const { return (uint32_t{rnti} << 15) + n_id; }
};

// Bits of a carrier's largest transport block for so many antenna ports: a layer each (at most 4), 256QAM, all symbols.
uint32_t largest_tb(unsigned n_rb, unsigned ports);

// Symbols that carry PT-RS, bit l: symbol l of the slot (TS 38.211 7.4.1.2.2, 6.4.1.2.2.1, 6.4.1.2.2.2).
uint16_t ptrs_symbols(const SharedChannel& channel);
// Subcarrier of the resource block where the PT-RS of a DM-RS port stands (tables 7.4.1.2.2-1, 6.4.1.2.2.1-1); nullopt: the port has none.
std::optional<unsigned> ptrs_subcarrier(unsigned dmrs_type, unsigned port, unsigned re_offset);
// First resource block of PT-RS, counted in the allocation, ascending (k_ref^RB).
unsigned ptrs_first_rb(unsigned n_rb, unsigned frequency_density, nr::l1::Rnti rnti);

// Everything that both kinds of PDU must keep to: ranges, clauses.
Status check(const SharedChannel& channel, const nr::l1::Code& code, unsigned grid_rb);

}  // namespace sen::phy::detail
