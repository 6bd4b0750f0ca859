// Uplink control information: HARQ-ACK bits and their codebooks (TS 38.213 9.1), scheduling requests, and CSI reports packed as
// TS 38.212 6.3.1.1.2 (PUCCH) and 6.3.2.1.2 (PUSCH): wideband CQI, RI, LI, PMI of the type I single-panel codebook for 1, 2 and 4 ports,
// CRI; SSB/CSI-RS RSRP reports.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "base/result.h"
#include "nr/bits.h"
#include "nr/slot.h"

namespace sen::nr {

constexpr unsigned max_harq_bits = 256;
constexpr unsigned max_uci_bits = 1706;  // TS 38.212 5.3.1
using HarqBits = BitString<max_harq_bits>;
using CsiBits = BitString<128>;

// ---- HARQ-ACK codebooks ----

// Type 2, dynamic, one serving cell (9.1.3.1): the UE's side. Feed the DCIs of one PUCCH's window in monitoring order; the counter DAI
// reveals lost ones, which become NACK. Values of the field, 0..3, stand for DAI 1..4.
class DynamicCodebook {
 public:
  // Records a PDSCH (or SPS release) and its result; `bits_per_dci` 1 or 2 (two codewords). Returns its position, or nullopt when the
  // codebook is full.
  std::optional<unsigned> add(unsigned dai_field, bool ack, bool ack2 = false);
  // SPS PDSCH without DCI go after the dynamic ones.
  bool add_sps(bool ack);
  // The DAI of DCI 0_1 that grants the PUSCH, or the total DAI: DCIs missing at the end become NACK. Field 0..3; nullopt when no such
  // field.
  HarqBits bits(std::optional<unsigned> total_dai_field = std::nullopt) const;
  unsigned received() const { return n_; }
  void clear() { *this = DynamicCodebook(two_); }
  explicit DynamicCodebook(bool two_codewords = false) : two_(two_codewords) {}

 private:
  bool two_;
  uint16_t n_ = 0;     // DCIs received
  uint16_t last_ = 0;  // largest counter DAI, unwrapped
  BitString<max_harq_bits> acks_;
  BitString<max_harq_bits> sps_;
};
// The gNB's side: the field to send with the n-th (from 0) DCI of one PUCCH.
constexpr uint8_t dai_field(unsigned n) { return static_cast<uint8_t>(n % 4); }

// Type 1, semi-static, one serving cell, one PDSCH reception per slot (9.1.2.1): the K1 set in descending order, slots with a possible
// PDSCH. `downlink_possible(slot)` is false where TDD leaves no symbols for any time allocation.
struct SemiStaticCodebook {
  uint8_t n = 0;
  std::array<uint8_t, 16> k1{};  // of each bit, largest first
};
SemiStaticCodebook semi_static_codebook(std::array<uint8_t, 8> k1_set, unsigned n_k1, uint32_t possible_mask);
// possible_mask: bit i: the PDSCH slot of k1_set[i] can hold a PDSCH (TddTable and the time allocations decide). The place of the PDSCH
// with this K1; nullopt: none.
std::optional<unsigned> semi_static_position(const SemiStaticCodebook& codebook, unsigned k1);

// ---- CSI ----

enum class CsiQuantity : uint8_t { cri_rsrp, ssb_rsrp, cri_ri_pmi_cqi, cri_ri_cqi, cri_ri_li_pmi_cqi, none };

struct CsiConfig {
  CsiQuantity quantity = CsiQuantity::cri_ri_pmi_cqi;
  uint8_t ports = 1;              // of the channel measurement resource: 1, 2, 4 (4: N1 = 2, N2 = 1)
  uint8_t n_resources = 1;        // CSI-RS resources: CRI of ceil(log2) bits; SSBs or CSI-RS of RSRP reports
  uint8_t ri_restriction = 0xff;  // typeI-SinglePanel-ri-Restriction, bit i: rank i + 1
  uint8_t codebook_mode = 1;      // 1 or 2 (4 ports)
  uint8_t n_reported = 1;         // RSRP reports: 1, 2, 4
  bool on_pusch = false;          // two parts: CSI 1 (CRI, RI, CQI of the first codeword), CSI 2 (the rest)
  bool operator==(const CsiConfig&) const = default;
};
struct Csi {
  uint8_t cri = 0;
  uint8_t ri = 1;  // rank 1..4
  uint8_t li = 0;
  uint16_t i1 = 0, i2 = 0;  // PMI: 2 ports: i2 = codebook index; 4 ports: i1 = i_1,1 | i_1,3 << 8
  uint8_t cqi = 0;
  bool operator==(const Csi&) const = default;
};
// Tables 6.3.1.1.2-1 and -3: widths for a rank.
struct CsiWidths {
  uint8_t cri = 0, ri = 0, li = 0, i1_1 = 0, i1_3 = 0, i2 = 0, cqi = 4;
  uint8_t padding = 0;  // O_P: PUCCH reports of all ranks are equally long
};
CsiWidths csi_widths(const CsiConfig& config, unsigned rank);
// Size on PUCCH (all), or of part 1 on PUSCH; part 2 depends on the rank.
unsigned csi_part1_bits(const CsiConfig& config);
unsigned csi_part2_bits(const CsiConfig& config, unsigned rank);

struct CsiPacked {
  CsiBits part1, part2;
};
Result<CsiPacked> pack(const Csi& csi, const CsiConfig& config);
// Error when sizes differ or the rank is not allowed. part2 may be empty on PUCCH; without it on PUSCH LI and PMI stay 0.
Result<Csi> unpack_csi(const CsiBits& part1, const CsiBits& part2, const CsiConfig& config);

// L1-RSRP (table 6.3.1.1.2-6): the strongest with 7 bits (-140..-44 dBm, TS 38.133 10.1.6), the others 4-bit differences in steps of 2 dB.
struct RsrpReport {
  uint8_t n = 1;
  std::array<uint8_t, 4> resource{};  // CRI or SSBRI
  std::array<int16_t, 4> rsrp_dbm{};
};
Result<CsiBits> pack(const RsrpReport& report, const CsiConfig& config);
Result<RsrpReport> unpack_rsrp(const CsiBits& bits, const CsiConfig& config);

// ---- UCI on PUSCH ----

// beta_offset values, tables 9.3-1 and 9.3-2 of TS 38.213, times 1000; 0 for reserved indices.
unsigned beta_offset_harq_permille(unsigned index);
unsigned beta_offset_csi_permille(unsigned index);
constexpr std::array<uint16_t, 4> alpha_permille{500, 650, 800, 1000};

}  // namespace sen::nr
