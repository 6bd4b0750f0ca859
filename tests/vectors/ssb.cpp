// Block "ssb": an SS/PBCH block to resource elements (TS 38.211 7.4.2, 7.4.3, 7.3.3, 7.4.1.4; TS 38.212 7.1), and its PBCH received.
#include "phy/ssb.h"

#include "nr/search_space.h"
#include "tests/vectors/frame.h"

namespace sen::vectors {
namespace {

nr::Scs scs_of(const Case& c, std::string_view name) {
  const auto khz = c.integer(name);
  for (unsigned m = 0; m <= 4; ++m) {
    if (khz == 15u << m) return static_cast<nr::Scs>(m);
  }
  c.error(name, "is no subcarrier spacing");
}

// The MIB's fields against its bits (TS 38.331 6.2.2).
void check_mib(const Case& c, uint32_t bits, nr::FrequencyRange range, Outcome& o) {
  const auto mib = nr::unpack_mib(bits, range);
  if (!o.holds("the message is a MIB", mib.has_value())) return;
  o.equal("systemFrameNumber", mib->sfn >> 4, c.integer("systemFrameNumber_msb6"));
  o.equal("subCarrierSpacingCommon", nr::khz(mib->common_scs), c.integer("subCarrierSpacingCommon_khz"));
  o.equal("ssb-SubcarrierOffset", mib->ssb_subcarrier_offset, c.integer("ssb_SubcarrierOffset_lsb4"));
  o.equal("dmrs-TypeA-Position", fmt::format("pos{}", mib->dmrs_type_a_pos), c.text("dmrs_TypeA_Position"));
  o.equal("pdcch-ConfigSIB1", mib->coreset0 * 16 + mib->search_space0, c.integer("pdcch_ConfigSIB1"));
  o.equal("cellBarred", mib->cell_barred, c.flag("cellBarred"));
  o.equal("intraFreqReselection", mib->intra_freq_reselection, c.flag("intraFreqReselection_allowed"));
  o.equal("packed", nr::pack_mib(*mib, range) & ~1u, bits & ~1u);
}

Outcome run(const Case& c) {
  Outcome o;
  nr::l1::SsbPdu pdu;
  pdu.pci = c.integer<uint16_t>("N_id_cell");
  pdu.index = c.integer<uint8_t>("ssb_index");
  const std::string pattern = c.text("pattern_case");
  if (pattern.size() != 1 || pattern[0] < 'A' || pattern[0] > 'E') c.error("pattern_case", "is not A to E");
  pdu.ssb_case = static_cast<uint8_t>(pattern[0] - 'A');
  pdu.l_max = c.integer<uint8_t>("L_max");
  pdu.half_frame = c.flag("half_frame_bit");
  pdu.k_ssb = c.integer<uint8_t>("k_ssb");
  pdu.offset_to_point_a = c.integer<uint16_t>("offsetToPointA");
  pdu.pss_power_db = static_cast<float>(c.number("pss_to_sss_epre_db"));
  for (Bit b : c.bits("bcch_bch_message_bits")) pdu.mib = pdu.mib << 1 | b;
  const auto ssb_case = static_cast<nr::SsbCase>(pdu.ssb_case);
  const nr::Scs scs = nr::ssb_scs(ssb_case), common = scs_of(c, "subCarrierSpacingCommon_khz");
  const nr::FrequencyRange range = pdu.ssb_case >= 3 ? nr::FrequencyRange::fr2 : nr::FrequencyRange::fr1;
  o.equal("SSB spacing", nr::khz(scs), c.integer("scs_ssb_khz"));
  const auto position = nr::ssb_position(ssb_case, pdu.l_max, pdu.index);
  if (!o.holds("the block has a place", position.has_value())) return o;
  const unsigned slot = position->slot + (pdu.half_frame ? nr::slots_per_frame(scs) / 2 : 0);
  o.equal("slot", slot, c.integer("slot_in_frame"));
  o.equal("first symbol", position->first_symbol, c.integer("first_symbol_in_slot"));
  o.equal("first symbol of the half frame", position->slot * 14u + position->first_symbol, c.integer("first_symbol_in_half_frame"));
  const auto k0 = phy::ssb_first_subcarrier(pdu, common, range == nr::FrequencyRange::fr2);
  if (!o.holds("the block lies on its grid", k0.has_value())) return o;
  o.equal("first subcarrier", *k0, c.integer("first_subcarrier_k0"));
  check_mib(c.object("mib"), pdu.mib, range, o);

  const auto sfn = c.integer<uint16_t>("sfn");
  std::array<Bit, 32> a;
  std::array<Bit, 864> e;
  phy::pbch_scramble({pdu.mib, sfn, pdu.half_frame, pdu.index, pdu.k_ssb, pdu.l_max}, pdu.pci, a);
  phy::ControlEncoder().bch(a, e);
  o.bits("coded bits", e, c.bits("pbch_e_bits_before_scrambling"));

  const auto n_rb = c.integer("grid_n_prb_in_ssb_scs");
  const std::vector<Re> res = c.re12("res");
  phy::Grid grid(1, n_rb);
  if (!o.ok("transmitter", phy::send_ssb(pdu, sfn, *k0, grid))) return o;
  o.grid("grid", grid, res, {2e-4, 0});  // the vectors round the DM-RS to bfloat16

  phy::SsbMeasurement measurement;
  const auto found = phy::receive_pbch(to_grid(res, 1, n_rb), position->first_symbol, *k0, pdu.pci, pdu.l_max, scs, measurement);
  if (!o.holds("the PBCH is received", found.has_value())) return o;
  o.equal("MIB", found->payload.mib, pdu.mib);
  o.equal("SFN, low bits", found->payload.sfn % 16, sfn % 16);
  o.equal("half frame", found->payload.half_frame, pdu.half_frame);
  o.equal("index", found->ssb_index, pdu.index);
  o.near("RSRP", measurement.rsrp, 1, {1e-3, 0});
  return o;
}

const Register registered("ssb", run);

}  // namespace
}  // namespace sen::vectors
