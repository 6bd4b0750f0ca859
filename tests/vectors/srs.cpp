// Block "srs": sounding reference signals of TS 38.211 6.4.1.4, sent and estimated.
#include "phy/srs.h"

#include <algorithm>

#include "tests/vectors/frame.h"

namespace sen::vectors {
namespace {

Outcome run(const Case& c) {
  Outcome o;
  nr::l1::SrsPdu pdu;
  pdu.ports = c.integer<uint8_t>("n_antenna_ports");
  pdu.symbols = c.integer<uint8_t>("n_symbols");
  pdu.start_symbol = c.integer<uint8_t>("start_symbol_in_slot_l0");
  pdu.c_srs = c.integer<uint8_t>("c_SRS");
  pdu.b_srs = c.integer<uint8_t>("b_SRS");
  pdu.b_hop = c.integer<uint8_t>("b_hop");
  pdu.freq_position = c.integer<uint8_t>("n_RRC_freqDomainPosition");
  pdu.freq_shift = c.integer<uint16_t>("n_shift_freqDomainShift");
  pdu.comb = c.integer<uint8_t>("K_TC");
  pdu.comb_offset = c.integer<uint8_t>("combOffset");
  pdu.cyclic_shift = c.integer<uint8_t>("cyclicShift_n_cs_SRS");
  pdu.sequence_id = c.integer<uint16_t>("sequenceId_n_ID_SRS");
  const std::string hopping = c.text("groupOrSequenceHopping");
  pdu.hopping = hopping == "groupHopping" ? 1 : hopping == "sequenceHopping" ? 2 : 0;
  o.holds("groupOrSequenceHopping is known", pdu.hopping != 0 || hopping == "neither");
  c.informative("ocudu_estimator_max_gain_error");
  const auto n_rb = c.integer("grid_n_prb");
  if (n_rb < 1 || n_rb > phy::Grid::max_rb) c.error("grid_n_prb", "is no grid");
  pdu.bwp.size = static_cast<uint16_t>(n_rb);
  if (!o.ok("configuration", phy::check(pdu, n_rb))) return o;

  const nr::Slot slot;  // matters to hopping only
  const auto ports = c.list("ports");
  o.equal("ports", pdu.ports, ports.size());
  for (const Case& p : ports) {
    const auto port = p.integer("port");
    if (port >= pdu.ports) c.error("ports", "name one that the resource has not");
    const phy::SrsPlace place = phy::srs_place(pdu, slot, port, 0);
    o.equal("M_sc_sequence_length", place.length, p.integer("M_sc_sequence_length"));
    o.equal("u", place.u, p.integer("u"));
    o.equal("v", place.v, p.integer("v"));
    o.equal("n_cs", place.n_cs, p.integer("n_cs"));
    o.equal("n_cs_max", place.n_cs_max, p.integer("n_cs_max"));
    o.equal("k_0", place.first, p.integer("k_0"));
  }

  const std::vector<Re> res = c.re12("res");
  phy::Grid grid(pdu.ports, n_rb);
  if (!o.ok("send", phy::send_srs(pdu, slot, grid))) return o;
  o.grid("res", grid, res);

  // Each port at a receive port of its own: an identity channel.
  auto estimate = phy::receive_srs(pdu, slot, to_grid(res, pdu.ports, n_rb));
  if (!o.ok("estimate", estimate)) return o;
  for (unsigned rx = 0; rx < pdu.ports; ++rx) {
    for (unsigned port = 0; port < pdu.ports; ++port) {
      const Cf expected = rx == port ? 1.0f : 0.0f;
      o.near("channel", {&estimate->channel[rx * pdu.ports + port], 1}, {&expected, 1}, {0.01, 0});
    }
  }
  o.near("delay, ns", estimate->quality.ta_ns, 0, {5, 0});
  return o;
}

const Register registered("srs", run);

}  // namespace
}  // namespace sen::vectors
