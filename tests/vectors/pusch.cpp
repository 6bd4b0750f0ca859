// Blocks "pusch_1layer", "pusch_layers_and_transform_precoding" and "transform_precoding": transport block and UCI to grid, and back by our
// receiver.
#include "phy/pusch.h"

#include <cmath>

#include "nr/uci.h"
#include "phy/detail/transform.h"
#include "tests/vectors/shared_channel.h"

namespace sen::vectors {
namespace {

nr::l1::Bits to_bits(const std::vector<Bit>& bits) {
  nr::l1::Bits out;
  out.size = static_cast<uint16_t>(bits.size());
  out.octets.assign((bits.size() + 7) / 8, 0);
  for (size_t i = 0; i < bits.size(); ++i) out.octets[i / 8] = static_cast<uint8_t>(out.octets[i / 8] | bits[i] << (7 - i % 8));
  return out;
}

uint8_t index_of(const Case& c, std::string_view name, unsigned (*permille)(unsigned)) {
  for (unsigned i = 0; i < 32; ++i) {
    if (permille(i) != 0 && std::abs(permille(i) - 1000 * c.number(name)) < 0.01) return static_cast<uint8_t>(i);
  }
  c.error(name, "is in no table");
}

nr::l1_ue::UciSend fill_uci(const Case& c, nr::l1::PuschPdu& pdu) {
  nr::l1_ue::UciSend uci;
  uci.harq = to_bits(c.bits("harq_ack_bits"));
  uci.csi1 = to_bits(c.bits("csi_part1_bits"));
  pdu.uci = {.harq_bits = uci.harq.size, .sr = 0, .csi1_bits = uci.csi1.size, .csi2_bits = 0};
  pdu.beta_harq = index_of(c, "beta_offset_harq_ack", nr::beta_offset_harq_permille);
  pdu.beta_csi1 = index_of(c, "beta_offset_csi_part1", nr::beta_offset_csi_permille);
  const double alpha = c.number("alpha_scaling");
  for (unsigned i = 0; i < 4; ++i) {
    if (std::abs(nr::alpha_permille[i] / 1000.0 - alpha) < 1e-4) return pdu.alpha = static_cast<uint8_t>(i), uci;
  }
  c.error("alpha_scaling", "is none of 0.5, 0.65, 0.8, 1");
}

Outcome finish(const Case& c, Outcome& o, const nr::l1::PuschPdu& pdu, const nr::l1_ue::UciSend& uci, Tolerance tolerance) {
  const Bytes tb = c.u8("transport_block");
  const auto res = c.re12("res");
  o.equal("tbs_bits of transport_block", tb.size() * 8, pdu.code.tbs_octets * 8);
  o.equal("n_ports", pdu.layers, c.integer("n_ports"));
  const unsigned ports = c.integer("n_ports"), n_rb = c.integer("grid_n_prb");
  const nr::Slot slot = slot_of(c);
  phy::Grid grid(ports, n_rb);
  phy::PuschTransmitter transmitter(n_rb);
  if (!o.ok("transmitter", transmitter.send(pdu, tb, uci, slot, grid))) return o;
  o.grid("res", grid, res, tolerance);

  phy::PuschReceiver receiver(n_rb, ports);
  phy::HarqBuffer harq(pdu.code.tbs_octets * 8);
  Bytes got(tb.size());
  const auto result = receiver.receive(pdu, slot, to_grid(res, ports, n_rb), receive_options(), harq, got);
  if (!o.ok("receiver", result)) return o;
  if (o.holds("our receiver's CRC", result->data.crc_ok)) o.octets("transport_block, received", got, tb);
  o.holds("harq_ack_bits, received", result->harq == uci.harq && (uci.harq.size == 0 || result->harq_ok));
  o.holds("csi_part1_bits, received", result->csi1 == uci.csi1 && (uci.csi1.size == 0 || result->csi1_ok));
  return o;
}

Outcome run_1layer(const Case& c) {
  Outcome o;
  nr::l1::PuschPdu pdu;
  fill_shared(c, o, true, pdu);
  o.equal("dmrs_antenna_port", 0u, c.integer("dmrs_antenna_port"));
  o.equal("transform_precoding", c.flag("transform_precoding"), false);
  const nr::l1_ue::UciSend uci = fill_uci(c, pdu);
  const auto shares = phy::uci_on_pusch(pdu, slot_of(c));
  if (!o.ok("uci_on_pusch", shares)) return o;
  o.equal("G_ack_bits", shares->g_ack, c.integer("G_ack_bits"));
  o.equal("G_csi1_bits", shares->g_csi1, c.integer("G_csi1_bits"));
  // Zero where there is no UCI: the generator did not count then.
  const unsigned g_ulsch = c.integer("G_ulsch_bits");
  if (g_ulsch != 0 || !uci.empty()) o.equal("G_ulsch_bits", shares->g_ulsch, g_ulsch);
  return finish(c, o, pdu, uci, {2e-4, 0});
}

Outcome run_layers(const Case& c) {
  Outcome o;
  nr::l1::PuschPdu pdu;
  fill_shared(c, o, true, pdu);
  pdu.transform_precoding = c.flag("transform_precoding");
  if (c.has("dmrs_reference_point"))
    o.holds("dmrs_reference_point is common resource block 0", c.text("dmrs_reference_point").starts_with("subcarrier 0 of CRB 0"));
  o.holds("precoding is the identity", c.text("precoding").starts_with("identity"));
  pdu.ports = pdu.layers;
  pdu.tpmi = 0xff;
  if (pdu.transform_precoding) {
    pdu.low_papr_id = c.integer<uint16_t>("n_ID_RS_dmrs");
    o.equal("dmrs_hopping", c.text("dmrs_hopping"), "neither");
  }
  return finish(c, o, pdu, {}, float32);
}

Outcome run_transform(const Case& c) {
  Outcome o;
  c.informative("max_error_after_ocudu_deprecoding");
  const unsigned n_rb = c.integer("M_RB");
  const auto x = c.cf32("x"), y = c.cf32("y");
  if (!o.equal("M_RB", size_t{12} * n_rb, x.size()) || !o.equal("y", y.size(), x.size()) ||
      !o.holds("M_RB is allowed", phy::detail::transform_size_allowed(n_rb)))
    return o;
  phy::Aligned<Cf> in(x.size()), out(x.size());
  std::ranges::copy(x, in.begin());
  phy::detail::Transform(n_rb, phy::Dft::Direction::forward).run(in.span(), out.span());
  o.near("y", out.span(), y, {1e-5, 1e-5});
  std::ranges::copy(y, in.begin());
  phy::detail::Transform(n_rb, phy::Dft::Direction::backward).run(in.span(), out.span());
  o.near("x, back", out.span(), x, {1e-5, 1e-5});
  return o;
}

const Register one_layer("pusch_1layer", run_1layer);
const Register layers("pusch_layers_and_transform_precoding", run_layers);
const Register transform("transform_precoding", run_transform);

}  // namespace
}  // namespace sen::vectors
