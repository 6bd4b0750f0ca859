// Blocks "pdsch" and "pdsch_type2_alloc0": transport block to grid, and back by our receiver.
#include "phy/pdsch.h"

#include <cmath>

#include "nr/frequency_allocation.h"
#include "phy/detail/re_plan.h"
#include "tests/vectors/shared_channel.h"

namespace sen::vectors {
namespace {

void check_vrb_map(const Case& c, Outcome& o, const nr::l1::PdschPdu& pdu) {
  const Case map = c.object("vrb_to_prb");
  nr::VrbToPrb rule = nr::VrbToPrb::none(pdu.bwp.size);
  if (map.flag("interleaved")) {
    const std::string which = map.text("rule");
    if (!which.starts_with("other")) c.error("vrb_to_prb", "has an unknown rule");
    rule = {0, pdu.bwp.size, pdu.bwp.start, map.integer<uint8_t>("L_bundle_size")};
  }
  const auto crbs = c.integers<uint16_t>("crb_of_each_vrb");
  const unsigned first = c.integer("vrb_start");
  for (unsigned i = 0; i < crbs.size() && first + i < rule.size; ++i) {
    if (!o.equal("crb_of_each_vrb, by our map", pdu.bwp.start + rule.prb(first + i), crbs[i])) return;
  }
}

void fill_reserved(const Case& c, nr::l1::PdschPdu& pdu) {
  for (const Case& r : c.list("reserved_res")) {
    nr::l1::ReservedRes out{.first = r.integer<uint16_t>("crb_begin"),
                            .end = r.integer<uint16_t>("crb_end_exclusive"),
                            .stride = r.integer<uint8_t>("crb_stride")};
    for (unsigned l : r.integers("symbols")) out.symbols = static_cast<uint16_t>(out.symbols | 1u << l);
    const auto bits = r.bits("re_mask_first_is_lowest_subcarrier");
    for (unsigned k = 0; k < bits.size(); ++k) out.subcarriers = static_cast<uint16_t>(out.subcarriers | bits[k] << k);
    pdu.reserved.push_back(out);
  }
}

void fill_ptrs(const Case& c, nr::l1::PdschPdu& pdu) {
  if (!c.has("ptrs")) return c.informative("ptrs");
  const Case p = c.object("ptrs");
  const std::string offset = p.text("resourceElementOffset");
  const std::vector<std::string> offsets{"offset00", "offset01", "offset10", "offset11"};
  const auto at = std::ranges::find(offsets, offset);
  if (at == offsets.end()) c.error("ptrs", "has an unknown offset");
  pdu.ptrs = nr::l1::Ptrs{.time_density = p.integer<uint8_t>("timeDensity_L_PTRS"),
                          .frequency_density = p.integer<uint8_t>("frequencyDensity_K_PTRS"),
                          .re_offset = static_cast<uint8_t>(at - offsets.begin()),
                          .power_db = static_cast<float>(p.number("ptrs_to_data_epre_db"))};
}

void fill_precoding(const Case& c, Outcome& o, nr::l1::PdschPdu& pdu) {
  bool identity = true;
  unsigned element = 0;
  pdu.precoding.ports = c.integer<uint8_t>("n_ports");
  for (const Case& w : c.list("precoding_wideband")) {
    const unsigned port = w.integer("port"), layer = w.integer("layer");
    o.equal("order of precoding_wideband", port * pdu.layers + layer, element++);
    const Cf weight(static_cast<float>(w.number("re")), static_cast<float>(w.number("im")));
    if (port >= pdu.precoding.ports || layer >= pdu.layers || port * pdu.layers + layer >= 16)
      c.error("precoding_wideband", "has an element outside of the matrix");
    pdu.precoding.weights[port * pdu.layers + layer] = weight;
    identity = identity && weight == (port == layer ? Cf{1} : Cf{});
  }
  o.equal("elements of precoding_wideband", element, pdu.precoding.ports * pdu.layers);
  if (identity) pdu.precoding = {};
}

// Redundancy versions other than 0 need not decode by themselves: then version 0 of our transmitter comes on top, in the same HARQ buffer.
void receive(Outcome& o, nr::l1::PdschPdu pdu, nr::Slot slot, const phy::Grid& grid, const Bytes& tb) {
  phy::PdschReceiver receiver(grid.n_rb(), grid.ports());
  phy::HarqBuffer harq(pdu.code.tbs_octets * 8);
  Bytes got(tb.size());
  auto result = receiver.receive(pdu, slot, grid, receive_options(), harq, got);
  if (!o.ok("receiver", result)) return;
  if (!result->crc_ok && pdu.code.rv != 0) {
    pdu.code.rv = 0;
    phy::Grid again(grid.ports(), grid.n_rb());
    if (!o.ok("transmitter, rv 0", phy::PdschTransmitter(grid.n_rb()).send(pdu, slot, again))) return;
    result = receiver.receive(pdu, slot, again, receive_options(), harq, got);
  }
  if (o.holds("our receiver's CRC", result && result->crc_ok)) o.octets("transport_block, received", got, tb);
}

// OCUDU maps data to the PT-RS's elements too and then overwrites them (TS 38.211 7.3.1.5 leaves them out), and places PT-RS as if the
// allocation were one run from its lowest resource block on (7.4.1.2.2 counts the allocated blocks): our data without PT-RS, and our PT-RS
// of such an allocation on top.
nr::l1::PdschPdu in_one_run(nr::l1::PdschPdu pdu) {
  uint16_t lowest = 0xffff, n = 0;
  for (auto [first, count] : pdu.allocation.rbs) lowest = std::min(lowest, first), n = static_cast<uint16_t>(n + count);
  pdu.allocation.rbs = {{lowest, n}};
  return pdu;
}

void overwrite_with_ptrs(const nr::l1::PdschPdu& pdu, const phy::Grid& with_ptrs, phy::Grid& grid) {
  phy::detail::RePlan plan(grid.n_rb());
  plan.make(phy::detail::SharedChannel(pdu));
  for (unsigned l = plan.first_symbol(); l < plan.end_symbol(); ++l) {
    if (!plan.ptrs(l)) continue;
    for (const phy::detail::ReRun& re : plan.ptrs_res(0)) {
      for (unsigned p = 0; p < grid.ports(); ++p) grid.at(p, l, re.k) = with_ptrs.at(p, l, re.k);
    }
  }
}

Outcome finish(const Case& c, Outcome& o, nr::l1::PdschPdu& pdu, Tolerance tolerance) {
  const Bytes tb = c.u8("transport_block");
  const auto res = c.re12("res");
  o.equal("tbs_bits of transport_block", tb.size() * 8, pdu.code.tbs_octets * 8);
  pdu.tb = tb;
  const unsigned ports = c.integer("n_ports"), n_rb = c.integer("grid_n_prb");
  phy::Grid grid(ports, n_rb), received = to_grid(res, ports, n_rb);
  phy::PdschTransmitter transmitter(n_rb);
  const nr::Slot slot = slot_of(c);
  if (pdu.ptrs) {
    phy::Grid with_ptrs(ports, n_rb);
    if (!o.ok("transmitter", transmitter.send(pdu, slot, with_ptrs))) return o;
    receive(o, pdu, slot, with_ptrs, tb);
    const nr::l1::PdschPdu one_run = in_one_run(pdu);
    with_ptrs.clear();
    if (!o.ok("transmitter", transmitter.send(one_run, slot, with_ptrs))) return o;
    pdu.ptrs.reset();
    if (!o.ok("transmitter", transmitter.send(pdu, slot, grid))) return o;
    overwrite_with_ptrs(one_run, with_ptrs, grid);
    overwrite_with_ptrs(one_run, phy::Grid(ports, n_rb), received);
  } else if (!o.ok("transmitter", transmitter.send(pdu, slot, grid))) {
    return o;
  }
  o.grid("res", grid, res, tolerance);
  receive(o, pdu, slot, received, tb);
  return o;
}

Outcome run_pdsch(const Case& c) {
  Outcome o;
  nr::l1::PdschPdu pdu;
  fill_shared(c, o, false, pdu);
  const auto ports = c.integers("dmrs_antenna_ports");
  o.equal("dmrs_antenna_ports", ports.size(), pdu.layers);
  for (unsigned v = 0; v < ports.size(); ++v) o.equal("dmrs_antenna_ports", 1000 + v, ports[v]);
  const double data = c.number("data_amplitude");
  pdu.power_db = static_cast<float>(20 * std::log10(data));
  pdu.dmrs.power_db -= pdu.power_db;  // the case's DM-RS does not follow the data's power
  const std::string reference = c.text("dmrs_reference_point");
  if (reference.find("bwp_start_rb") != std::string::npos) pdu.dmrs.reference_rb = pdu.bwp.start;
  check_vrb_map(c, o, pdu);
  fill_reserved(c, pdu);
  fill_ptrs(c, pdu);
  fill_precoding(c, o, pdu);
  return finish(c, o, pdu, {0.01, 0.006});
}

Outcome run_type2(const Case& c) {
  Outcome o;
  nr::l1::PdschPdu pdu;
  fill_shared(c, o, false, pdu);
  o.equal("dmrs_antenna_port", 1000, c.integer("dmrs_antenna_port"));
  o.equal("transform_precoding", c.flag("transform_precoding"), false);
  o.equal("n_ports", 1u, c.integer("n_ports"));
  return finish(c, o, pdu, {2e-4, 0});
}

const Register pdsch("pdsch", run_pdsch);
const Register type2("pdsch_type2_alloc0", run_type2);

}  // namespace
}  // namespace sen::vectors
