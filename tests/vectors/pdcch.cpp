// Block "pdcch": a DCI in a CORESET to resource elements (TS 38.211 7.3.2, 7.4.1.3), and the blind search of the CORESET.
#include "phy/pdcch.h"

#include "nr/search_space.h"
#include "tests/vectors/frame.h"

namespace sen::vectors {
namespace {

nr::l1::Coreset coreset_of(const Case& c, Outcome& o) {
  nr::l1::Coreset out;
  const std::string mapping = c.text("cce_to_reg_mapping");
  const bool zero = mapping.starts_with("CORESET0");
  out.id = zero ? 0 : 1;
  out.start_symbol = c.integer<uint8_t>("start_symbol");
  out.duration = c.integer<uint8_t>("duration_symbols");
  out.interleaved = zero || mapping == "interleaved";
  o.holds("the mapping is known", out.interleaved || mapping == "nonInterleaved");
  if (out.interleaved) {
    out.reg_bundle = c.integer<uint8_t>("reg_BundleSize_L");
    out.interleaver_rows = c.integer<uint8_t>("interleaverSize_R");
    out.shift = c.integer<uint16_t>("shiftIndex_n_shift");
  } else {
    c.informative("reg_BundleSize_L", "interleaverSize_R", "shiftIndex_n_shift");
  }
  if (zero) {
    c.informative("frequencyDomainResources_groups_of_6rb");
    out.frequency_groups = (uint64_t{1} << c.integer("bwp_size_rb") / 6) - 1;
  } else {
    for (unsigned group : c.integers("frequencyDomainResources_groups_of_6rb")) {
      if (group >= 45) c.error("frequencyDomainResources_groups_of_6rb", "beyond 44");
      out.frequency_groups |= uint64_t{1} << group;
    }
    uint64_t groups = 0;
    const std::vector<Bit> bits = c.bits("frequencyDomainResources_bits_first_is_lowest_frequency");
    for (size_t i = 0; i < bits.size() && i < 64; ++i) groups |= uint64_t{bits[i]} << i;
    o.equal("the bits of frequencyDomainResources", out.frequency_groups, groups);
  }
  o.equal("CCEs", nr::coreset_cces(out), c.integer("n_cce"));
  o.equal("reference point of the DM-RS", zero ? c.integer("bwp_start_rb") : 0u, c.integer("dmrs_reference_point_rb"));
  return out;
}

Outcome run(const Case& c) {
  Outcome o;
  nr::l1::PdcchPdu pdu;
  pdu.bwp.scs = static_cast<nr::Scs>(std::min(c.integer("mu"), 4u));
  o.holds("cp is normal or extended", c.text("cp") == "normal" || c.text("cp") == "extended");
  pdu.bwp.extended_cp = c.text("cp") == "extended";
  const Case set = c.object("coreset");
  pdu.bwp.start = set.integer<uint16_t>("bwp_start_rb");
  pdu.bwp.size = set.integer<uint16_t>("bwp_size_rb");
  pdu.coreset = coreset_of(set, o);
  pdu.first_cce = c.integer<uint16_t>("cce_index");
  pdu.aggregation_level = c.integer<uint8_t>("aggregation_level");
  pdu.rnti = c.integer<uint16_t>("rnti_crc_mask");
  pdu.n_rnti = c.integer<uint16_t>("n_RNTI_scrambling");
  pdu.n_id = c.integer<uint16_t>("n_ID_data_scrambling");
  pdu.dmrs_n_id = c.integer<uint16_t>("N_ID_dmrs");
  pdu.power_db = static_cast<float>(c.number("data_power_offset_db"));
  pdu.dmrs_power_db = static_cast<float>(c.number("dmrs_power_offset_db"));
  const std::vector<Bit> dci = c.bits("dci_bits");
  o.equal("A", dci.size(), c.integer("A_dci_bits"));
  pdu.dci.size = static_cast<uint16_t>(dci.size());
  pdu.dci.octets.resize((dci.size() + 7) / 8);
  for (size_t i = 0; i < dci.size(); ++i) pdu.dci.octets[i / 8] |= static_cast<uint8_t>(dci[i] << (7 - i % 8));

  const auto n_rb = c.integer("grid_n_prb");
  const std::vector<Re> res = c.re12("res");
  phy::Grid grid(1, n_rb);
  phy::PdcchTransmitter transmitter;
  if (!o.ok("transmitter", transmitter.send(pdu, slot_of(c), grid))) return o;
  o.grid("grid", grid, res);

  nr::l1_ue::PdcchSearch search;
  search.bwp = pdu.bwp;
  search.coreset = pdu.coreset;
  search.n_id = pdu.n_id;
  search.dmrs_n_id = pdu.dmrs_n_id;
  search.n_rnti_is_rnti = pdu.n_rnti != 0;
  search.sizes = {static_cast<uint16_t>(pdu.dci.size == 140 ? 139 : pdu.dci.size + 1), pdu.dci.size};
  search.rntis = {static_cast<uint16_t>(pdu.rnti ^ 1), pdu.rnti};
  const unsigned cces = nr::coreset_cces(pdu.coreset);
  for (unsigned first = 0; first + pdu.aggregation_level <= cces; first += pdu.aggregation_level) {
    search.candidates.push_back({static_cast<uint16_t>(first), pdu.aggregation_level});
  }
  phy::PdcchReceiver receiver(1);
  std::vector<nr::l1_ue::RxDci> found;
  if (!o.ok("receiver", receiver.search(search, slot_of(c), to_grid(res, 1, n_rb), found))) return o;
  if (!o.equal("DCIs found", found.size(), 1u)) return o;
  o.equal("RNTI", found[0].rnti, pdu.rnti);
  o.equal("first CCE", found[0].first_cce, pdu.first_cce);
  o.holds("the payload is the same", found[0].payload == pdu.dci);
  return o;
}

const Register registered("pdcch", run);

}  // namespace
}  // namespace sen::vectors
