// Blocks "polar_pdcch", "polar_uci", "short_block" and "pbch_bits": channel coding of control information (TS 38.212 5.3.1, 5.3.3, 5.4.1, 6.3.1, 7.1, 7.3), and
// back from noiseless soft bits.
#include <algorithm>

#include "phy/coding/control.h"
#include "phy/coding/crc.h"
#include "phy/coding/polar_plan.h"
#include "tests/vectors/frame.h"

namespace sen::vectors {
namespace {

// What a receiver gets after descrambling: y repeats the bit before it, x says nothing.
std::vector<Llr> soft(std::span<const Bit> e) {
  std::vector<Llr> out;
  Bit last = 0;
  for (Bit b : e) {
    if (b != phy::placeholder_y && b != phy::placeholder_x) last = b;
    out.push_back(b == phy::placeholder_x ? Llr{9} : last ? Llr{-40} : Llr{40});
  }
  return out;
}

Outcome run_dci(const Case& c) {
  Outcome o;
  const std::vector<Bit> payload = c.bits("dci_bits"), e = c.bits("e_bits");
  const auto rnti = c.integer<uint16_t>("rnti");
  o.equal("A", payload.size(), c.integer("A_dci_bits"));
  o.equal("E", 108 * c.integer("aggregation_level"), c.integer("E_bits"));
  std::vector<Bit> extended(24, 1);
  extended.insert(extended.end(), payload.begin(), payload.end());
  const uint32_t crc = phy::crc(phy::Crc::crc24c, extended);
  o.bits("CRC", to_bits(crc, 24), c.bits("crc24c_before_rnti_mask"));
  o.bits("masked CRC", to_bits(crc ^ rnti, 24), c.bits("crc24c_after_rnti_mask"));
  std::vector<Bit> ours(c.integer<uint16_t>("E_bits"));
  phy::ControlEncoder encoder;
  if (!o.ok("encoder", encoder.dci(payload, rnti, ours))) return o;
  o.bits("e", ours, e);
  for (unsigned list : {1u, 8u}) {
    phy::ControlDecoder decoder(list);
    std::vector<Bit> back(payload.size());
    const uint16_t rntis[] = {static_cast<uint16_t>(rnti ^ 0x55), rnti};
    auto found = decoder.dci(soft(e), rntis, back);
    o.holds("the RNTI is found", found == 1u);
    o.bits("decoded", back, payload);
  }
  return o;
}

Outcome run_uci(const Case& c) {
  Outcome o;
  c.informative("decoded_back_by_ocudu");
  const std::vector<Bit> payload = c.bits("uci_bits"), e = c.bits("e_bits");
  o.equal("A", payload.size(), c.integer("A_uci_bits"));
  o.equal("E", e.size(), c.integer("E_uci_bits"));
  const unsigned crc_size = payload.size() < 20 ? 6 : 11, blocks = payload.size() >= 1013 || (payload.size() >= 360 && e.size() >= 1088) ? 2 : 1;
  o.equal("L", crc_size, c.integer("L_crc_bits"));
  o.equal("C", blocks, c.integer("C_nof_codeblocks"));
  std::vector<Bit> filled(payload.size() % blocks, 0), coded;
  filled.insert(filled.end(), payload.begin(), payload.end());
  const size_t size = filled.size() / blocks;
  for (unsigned r = 0; r < blocks; ++r) {
    const std::span<const Bit> block = std::span<const Bit>(filled).subspan(r * size, size);
    coded.insert(coded.end(), block.begin(), block.end());
    const auto crc = to_bits(phy::crc(crc_size == 6 ? phy::Crc::crc6 : phy::Crc::crc11, block), crc_size);
    coded.insert(coded.end(), crc.begin(), crc.end());
  }
  o.bits("c", coded, c.bits("c_bits_incl_crc_concatenated"));
  auto code = phy::polar_code_uplink(static_cast<unsigned>(size) + crc_size, static_cast<unsigned>(e.size()) / blocks);
  if (!o.ok("code", code)) return o;
  o.equal("N", 1u << phy::polar_log2_length(*code), c.integer("N"));
  o.equal("n_PC", code->n_pc, c.integer("n_PC"));
  std::vector<Bit> ours(e.size());
  phy::ControlEncoder encoder;
  if (!o.ok("encoder", encoder.uci(payload, 2, ours))) return o;
  o.bits("e", ours, e);
  for (unsigned list : {1u, 8u}) {
    phy::ControlDecoder decoder(list);
    std::vector<Bit> back(payload.size());
    o.holds("the CRC holds", decoder.uci(soft(e), 2, back).ok);
    o.bits("decoded", back, payload);
  }
  return o;
}

Outcome run_short(const Case& c) {
  Outcome o;
  const std::vector<Bit> payload = c.bits("input_bits"), e = c.bits("output_bits");
  const auto qm = c.integer("Q_m");
  o.equal("K", payload.size(), c.integer("K"));
  o.equal("E", e.size(), c.integer("E"));
  std::vector<Bit> ours(e.size()), back(payload.size());
  phy::ControlEncoder encoder;
  if (!o.ok("encoder", encoder.uci(payload, qm, ours))) return o;
  o.bits("e", ours, e);
  phy::ControlDecoder decoder(1);
  o.holds("detected", decoder.uci(soft(e), qm, back).ok);
  o.bits("decoded", back, payload);
  return o;
}

Outcome run_pbch(const Case& c) {
  Outcome o;
  phy::PbchPayload payload;
  uint32_t mib = 0;
  for (Bit b : c.bits("bcch_bch_message_bits")) mib = mib << 1 | b;
  payload = {mib, c.integer<uint16_t>("sfn"), c.flag("half_frame_bit"), c.integer<uint8_t>("ssb_index"), c.integer<uint8_t>("k_ssb"), c.integer<uint8_t>("L_max")};
  const auto pci = c.integer<uint16_t>("N_id_cell");
  const std::vector<Bit> e = c.bits("e_bits");
  if (!o.equal("E", e.size(), 864u)) return o;
  std::array<Bit, 32> a;
  std::array<Bit, 864> ours;
  phy::pbch_scramble(payload, pci, a);
  phy::ControlEncoder encoder;
  encoder.bch(a, ours);
  o.bits("e", ours, e);
  phy::ControlDecoder decoder(1);
  const std::vector<Llr> llrs = soft(e);
  std::array<Bit, 32> back;
  if (!o.holds("the CRC holds", decoder.bch(std::span<const Llr, 864>(llrs.data(), 864), back))) return o;
  const unsigned low = payload.l_max == 64 ? payload.ssb_index % 8u : payload.ssb_index;
  const phy::PbchPayload found = phy::pbch_descramble(back, pci, payload.l_max, low);
  o.equal("MIB", found.mib, mib);
  o.equal("SFN, low bits", found.sfn % 16, payload.sfn % 16);
  o.equal("half frame", found.half_frame, payload.half_frame);
  o.equal("index", found.ssb_index, payload.ssb_index);
  if (payload.l_max != 64) o.equal("k_SSB, high bit", found.k_ssb / 16, payload.k_ssb / 16);
  return o;
}

const Register dci("polar_pdcch", run_dci), uci("polar_uci", run_uci), short_block("short_block", run_short), pbch("pbch_bits", run_pbch);

}  // namespace
}  // namespace sen::vectors
