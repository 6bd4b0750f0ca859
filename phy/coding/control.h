// Channel coding of control information: DCI (TS 38.212 7.3.2 to 7.3.4), UCI on PUCCH and PUSCH (6.3.1.2 to 6.3.1.5, 6.3.2.2 to 6.3.2.5) and BCH
// (7.1). Bits one an octet. One thread at a time.
#pragma once

#include <optional>

#include "phy/coding/polar.h"
#include "phy/coding/short_block.h"

namespace sen::phy {

class ControlEncoder {
 public:
  // A 12..140 bits, E 108..1728.
  Status dci(std::span<const Bit> payload, uint16_t rnti, std::span<Bit> e);
  // A 1..1706 bits; qm of the channel for 1 and 2 bits. CRC6, CRC11 or none; segmentation in two from A >= 1013 or (A >= 360 and E >= 1088).
  Status uci(std::span<const Bit> payload, unsigned qm, std::span<Bit> e);
  // bch: 32 bits a-bar after payload generation and scrambling (pbch_payload) to 864.
  void bch(std::span<const Bit, 32> payload, std::span<Bit, 864> e);

 private:
  PolarEncoder polar_;
};

// a-bar of TS 38.212 7.1.1 and 7.1.2: interleaving, scrambling, timing bits. `mib`: 24 bits, first is bit 23 (as l1::SsbPdu).
struct PbchPayload {
  uint32_t mib = 0;
  uint16_t sfn = 0;          // its 4 least significant bits go beside the MIB
  bool half_frame = false;
  uint8_t ssb_index = 0;     // three most significant bits for L_max 64
  uint8_t k_ssb = 0;         // its bit 4 (FR1, L_max 4 and 8)
  uint8_t l_max = 4;
};
void pbch_scramble(const PbchPayload& payload, uint16_t pci, std::span<Bit, 32> out);
// nullopt never: every 32 bits mean something. Half frame, SFN and index bits come out; `ssb_index_low` is known from the DM-RS.
PbchPayload pbch_descramble(std::span<const Bit, 32> bits, uint16_t pci, unsigned l_max, unsigned ssb_index_low);

struct ControlResult {
  bool ok = false;           // the CRC held; without CRC: the metric passed the threshold
  float metric = 0;          // confidence 0..1 where there is no CRC
};
class ControlDecoder {
 public:
  explicit ControlDecoder(unsigned list = 8);
  // Which of `rntis` fits (index), with `n` payload bits; nullopt: none.
  std::optional<unsigned> dci(std::span<const Llr> e, std::span<const uint16_t> rntis, std::span<Bit> payload);
  ControlResult uci(std::span<const Llr> e, unsigned qm, std::span<Bit> payload);
  bool bch(std::span<const Llr, 864> e, std::span<Bit, 32> payload);

 private:
  PolarDecoder polar_;
};

}  // namespace sen::phy
