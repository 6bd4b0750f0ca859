// Blocks "pucch_f0" to "pucch_f4": UCI to a slot's grid, and the vector's grid back to the UCI.
#include "phy/pucch.h"

#include "nr/pucch.h"
#include "phy/detail/pucch_plan.h"
#include "tests/vectors/frame.h"

namespace sen::vectors {
namespace {

nr::l1::Bits packed(std::span<const Bit> bits) {
  nr::l1::Bits out{Bytes((bits.size() + 7) / 8), static_cast<uint16_t>(bits.size())};
  for (size_t i = 0; i < bits.size(); ++i) out.octets[i / 8] = static_cast<uint8_t>(out.octets[i / 8] | bits[i] << (7 - i % 8));
  return out;
}
std::vector<Bit> unpacked(const nr::l1::Bits& bits) {
  std::vector<Bit> out(bits.size);
  for (size_t i = 0; i < out.size(); ++i) out[i] = bits.octets[i / 8] >> (7 - i % 8) & 1;
  return out;
}

Outcome run(const Case& c) {
  Outcome o;
  nr::l1::PucchPdu pdu;
  pdu.format = c.integer<uint8_t>("format");
  const nr::Slot slot = slot_of(c);
  const auto n_rb = c.integer<uint16_t>("grid_n_prb");
  pdu.bwp = {.scs = slot.scs(), .extended_cp = false, .start = 0, .size = n_rb};
  pdu.first_rb = c.integer<uint16_t>("starting_prb");
  pdu.rbs = c.integer<uint16_t>("n_prb");
  pdu.start_symbol = c.integer<uint8_t>("start_symbol");
  pdu.symbols = c.integer<uint8_t>("n_symbols");
  if (c.flag("intraSlotFrequencyHopping")) pdu.second_hop_rb = c.integer<uint16_t>("secondHopPRB");
  o.equal("secondHopPRB is given", pdu.second_hop_rb.has_value(), c.has("secondHopPRB"));
  pdu.hopping_id = c.integer<uint16_t>("n_ID_hopping");
  const std::string hopping = c.text("pucch_GroupHopping");
  pdu.group_hopping = hopping == "neither" ? 0 : hopping == "enable" ? 1 : 2;
  const std::vector<Bit> harq = c.bits("harq_ack_bits");
  nr::l1_ue::UciSend uci;
  uci.harq = packed(harq);
  pdu.uci.harq_bits = static_cast<uint16_t>(harq.size());
  if (pdu.format < 2) {
    pdu.initial_cyclic_shift = c.integer<uint8_t>("initialCyclicShift");
    if (c.has("sr")) {
      uci.sr = c.flag("sr");
      // Without HARQ-ACK the occasion is what carries the message.
      pdu.uci.sr = 1;
    }
    c.informative("sr");
    if (pdu.format == 0) o.equal("m_cs", nr::format0_m_cs(uci.harq.size, harq.size() == 2 ? 2u * harq[0] + harq[1] : harq.empty() ? 0u : harq[0], uci.sr.value_or(0)), c.integer("m_cs"));
    if (pdu.format == 1) pdu.time_domain_occ = c.integer<uint8_t>("timeDomainOCC");
  } else {
    pdu.rnti = c.integer<uint16_t>("rnti");
    pdu.n_id = c.integer<uint16_t>("n_ID_scrambling");
    if (pdu.format == 2) pdu.dmrs_n_id = c.integer<uint16_t>("N_ID_0_dmrs");
    pdu.uci.sr = c.integer<uint8_t>("n_sr_bits");
    uci.sr = c.integer<uint8_t>("sr_value");
    const std::vector<Bit> csi = c.bits("csi_part1_bits");
    uci.csi1 = packed(csi);
    pdu.uci.csi1_bits = static_cast<uint16_t>(csi.size());
    std::vector<Bit> all = harq;
    const std::vector<Bit> sr = to_bits(*uci.sr, pdu.uci.sr);
    all.insert(all.end(), sr.begin(), sr.end());
    all.insert(all.end(), csi.begin(), csi.end());
    o.bits("uci_bits_in_order_ack_sr_csi", all, c.bits("uci_bits_in_order_ack_sr_csi"));
    if (pdu.format >= 3) {
      pdu.additional_dmrs = c.flag("additionalDMRS");
      pdu.pi2_bpsk = c.flag("pi2BPSK");
    }
    if (pdu.format == 4) {
      pdu.occ_length = c.integer<uint8_t>("occ_Length");
      pdu.occ_index = c.integer<uint8_t>("occ_Index");
    }
  }

  const std::vector<Re> res = c.re12("res");
  phy::Grid grid(1, n_rb);
  phy::PucchTransmitter transmitter;
  if (!o.ok("send", transmitter.send(pdu, uci, slot, grid))) return o;
  o.grid("res", grid, res);

  phy::PucchReceiver receiver(1);
  const auto got = receiver.receive(pdu, slot, to_grid(res, 1, n_rb));
  if (!o.ok("receive", got)) return o;
  o.holds("detected", got->detected && got->crc_ok);
  o.bits("harq_ack_bits, received", unpacked(got->harq), harq);
  o.bits("csi_part1_bits, received", unpacked(got->csi1), unpacked(uci.csi1));
  o.equal("sr, received", got->sr, uci.sr.value_or(0));
  return o;
}

const Register f0("pucch_f0", run), f1("pucch_f1", run), f2("pucch_f2", run), f3("pucch_f3", run), f4("pucch_f4", run);

}  // namespace
}  // namespace sen::vectors
