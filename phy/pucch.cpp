#include "phy/pucch.h"

#include <algorithm>
#include <bit>

#include "nr/pucch.h"
#include "phy/detail/pucch_plan.h"
#include "phy/detail/transform.h"
#include "phy/estimation/equaliser.h"
#include "phy/sequence/gold.h"

namespace sen::phy {

using detail::PucchPlan;

Status check(const nr::l1::PucchPdu& pdu, unsigned grid_rb) { return detail::check_pucch_pdu(pdu, grid_rb); }

struct PucchTransmitter::Work {
  detail::Transform transform{detail::max_pucch_rbs, Dft::Direction::forward};
  ControlEncoder encoder;
  std::array<Bit, detail::max_uci_bits> payload;
  std::array<Bit, detail::max_pucch_bits> coded;
  std::array<uint16_t, detail::max_pucch_bits> order;
  std::array<uint8_t, detail::max_pucch_bits / 8> packed;
  Aligned<Cf> symbols{detail::max_pucch_bits}, in{12 * detail::max_pucch_rbs}, out{12 * detail::max_pucch_rbs}, base{12 * detail::max_pucch_rbs};

  void sequence_formats(const nr::l1::PucchPdu& pdu, const PucchPlan& plan, unsigned message, Cf d, nr::Slot slot, Grid& grid);
  Status code(const nr::l1::PucchPdu& pdu, const PucchPlan& plan, const nr::l1_ue::UciSend& uci);
  void modulate(const nr::l1::PucchPdu& pdu, const PucchPlan& plan);
  void format2(const nr::l1::PucchPdu& pdu, const PucchPlan& plan, nr::Slot slot, Grid& grid);
  void formats34(const nr::l1::PucchPdu& pdu, const PucchPlan& plan, nr::Slot slot, Grid& grid);
};

namespace {

Bit bit(const nr::l1::Bits& bits, unsigned i) { return bits.octets[i / 8] >> (7 - i % 8) & 1; }

Status check_uci(const nr::l1::PucchPdu& pdu, const nr::l1_ue::UciSend& uci) {
  const auto same = [](std::string_view field, const nr::l1::Bits& bits, unsigned expected) -> Status {
    if (bits.size != expected || bits.octets.size() * 8 < bits.size) return fail(Fault::invalid, field, "{} bits in {} octets where the PDU has {}", bits.size, bits.octets.size(), expected);
    return {};
  };
  SEN_TRY(same("uci.harq", uci.harq, pdu.uci.harq_bits));
  SEN_TRY(same("uci.csi1", uci.csi1, pdu.uci.csi1_bits));
  SEN_TRY(same("uci.csi2", uci.csi2, pdu.uci.csi2_bits));
  if (uci.sr.value_or(0) >> pdu.uci.sr) return fail(Fault::invalid, "uci.sr", "{} does not fit into {} bits (TS 38.213 9.2.5.1)", *uci.sr, pdu.uci.sr);
  return {};
}

}  // namespace

PucchTransmitter::PucchTransmitter() : work_(std::make_shared<Work>()) {}

Status PucchTransmitter::send(const nr::l1::PucchPdu& pdu, const nr::l1_ue::UciSend& uci, nr::Slot slot, Grid& grid) {
  SEN_TRY(check(pdu, grid.n_rb()));
  SEN_TRY(check_uci(pdu, uci));
  const PucchPlan plan(pdu);
  Work& w = *work_;
  if (pdu.format >= 2) {
    SEN_TRY(w.code(pdu, plan, uci));
    w.modulate(pdu, plan);
    if (pdu.format == 2) {
      w.format2(pdu, plan, slot, grid);
    } else {
      w.formats34(pdu, plan, slot, grid);
    }
    return {};
  }
  const bool positive = uci.sr.value_or(0) != 0;
  const unsigned n = uci.harq.size;
  if (n == 0 && !positive) return {};
  unsigned value = 0;
  for (unsigned i = 0; i < n; ++i) value = 2 * value + bit(uci.harq, i);
  if (pdu.format == 0) {
    w.sequence_formats(pdu, plan, nr::format0_m_cs(n, value, positive), 1, slot, grid);
  } else {  // TS 38.211 6.3.2.4.1: BPSK, QPSK; a positive SR alone is b(0) = 0
    const auto octet = static_cast<uint8_t>(value << (8 - std::max(n, 1u)));
    Cf d;
    if (n == 2) {
      map_symbols(2, std::span(&octet, 1), 0, std::span(&d, 1));
    } else {
      map_bpsk(std::span(&octet, 1), 0, std::span(&d, 1));
    }
    w.sequence_formats(pdu, plan, 0, d, slot, grid);
  }
  return {};
}

// Formats 0 (every symbol carries the sequence, shifted by the message) and 1 (even symbols DM-RS, odd ones d times the sequence, cover codes over each).
void PucchTransmitter::Work::sequence_formats(const nr::l1::PucchPdu& pdu, const PucchPlan& plan, unsigned message, Cf d, nr::Slot slot, Grid& grid) {
  const std::span<Cf> sequence = base.span().first(12);
  for (unsigned hop = 0; hop < plan.hops(); ++hop) {
    detail::pucch_base_sequence(pdu, slot, hop == 1, sequence);
    const unsigned first = hop == 0 ? 0 : plan.split, end = hop == 0 ? plan.split : plan.symbols;
    const unsigned n_dmrs = (end + 1) / 2 - (first + 1) / 2, n_data = end / 2 - first / 2;
    unsigned m_dmrs = 0, m_data = 0;
    for (unsigned l = first; l < end; ++l) {
      Cf factor = 1;
      if (plan.format == 1) {
        factor = l % 2 == 0 ? detail::pucch1_cover(n_dmrs, pdu.time_domain_occ, m_dmrs++) : d * detail::pucch1_cover(n_data, pdu.time_domain_occ, m_data++);
      }
      const unsigned shift = detail::pucch_shift(pdu, slot, plan.start + l) + message;
      const std::span<Cf> row = grid.row(0, plan.start + l).subspan(plan.first_subcarrier(l), 12);
      for (unsigned n = 0; n < 12; ++n) row[n] += factor * sequence[n] * detail::twelfth(shift * n);
    }
  }
}

// TS 38.212 6.3.1: HARQ-ACK, SR and CSI part 1 in this order, CSI part 2 by itself.
Status PucchTransmitter::Work::code(const nr::l1::PucchPdu& pdu, const PucchPlan& plan, const nr::l1_ue::UciSend& uci) {
  unsigned n = 0;
  for (unsigned i = 0; i < uci.harq.size; ++i) payload[n++] = bit(uci.harq, i);
  for (unsigned i = pdu.uci.sr; i-- > 0;) payload[n++] = uci.sr.value_or(0) >> i & 1;
  for (unsigned i = 0; i < uci.csi1.size; ++i) payload[n++] = bit(uci.csi1, i);
  SEN_TRY(encoder.uci(std::span(payload).first(n), plan.qm, std::span(coded).first(plan.part1_bits)));
  if (plan.part2_payload == 0) return {};
  std::fill_n(payload.begin(), plan.part2_payload, Bit{0});
  for (unsigned i = 0; i < uci.csi2.size; ++i) payload[i] = bit(uci.csi2, i);
  return encoder.uci(std::span(payload).first(plan.part2_payload), plan.qm, std::span(coded).subspan(plan.part1_bits, plan.part2_bits));
}

void PucchTransmitter::Work::modulate(const nr::l1::PucchPdu& pdu, const PucchPlan& plan) {
  detail::pucch_bit_order(plan, order);
  packed.fill(0);
  for (unsigned i = 0; i < plan.bits; ++i) packed[i / 8] = static_cast<uint8_t>(packed[i / 8] | coded[order[i]] << (7 - i % 8));
  Gold(detail::pucch_c_init(pdu)).scramble(std::span(packed).first((plan.bits + 7) / 8), plan.bits);
  map_symbols(plan.qm, packed, 0, symbols.span().first(plan.bits / plan.qm));
}

void PucchTransmitter::Work::format2(const nr::l1::PucchPdu& pdu, const PucchPlan& plan, nr::Slot slot, Grid& grid) {
  const Cf* d = symbols.data();
  for (unsigned l = 0; l < plan.symbols; ++l) {
    const std::span<Cf> pilots = base.span().first(4 * plan.rbs);
    detail::pucch2_dmrs(pdu, slot, plan.start + l, plan.crb[plan.hop(l)], pilots);
    const std::span<Cf> row = grid.row(0, plan.start + l).subspan(plan.first_subcarrier(l), plan.subcarriers());
    for (unsigned k = 0; k < row.size(); ++k) row[k] += k % 3 == 1 ? pilots[k / 3] : *d++;
  }
}

void PucchTransmitter::Work::formats34(const nr::l1::PucchPdu& pdu, const PucchPlan& plan, nr::Slot slot, Grid& grid) {
  const unsigned m = plan.subcarriers(), each = plan.symbol_bits / plan.qm;
  const Cf* d = symbols.data();
  for (unsigned l = 0; l < plan.symbols; ++l) {
    const std::span<Cf> row = grid.row(0, plan.start + l).subspan(plan.first_subcarrier(l), m);
    if (plan.is_dmrs(l)) {
      detail::pucch_base_sequence(pdu, slot, plan.hop(l) == 1, base.span().first(m));
      const unsigned shift = detail::pucch_shift(pdu, slot, plan.start + l);
      for (unsigned k = 0; k < m; ++k) row[k] += base[k] * detail::twelfth(shift * (k % 12));
      continue;
    }
    for (unsigned k = 0; k < m; ++k) in[k] = pdu.format == 4 ? d[k % each] * detail::pucch4_cover(pdu.occ_length, pdu.occ_index, k) : d[k];
    d += each;
    transform.run(in.span().first(m), out.span().first(m));
    for (unsigned k = 0; k < m; ++k) row[k] += out[k];
  }
}

}  // namespace sen::phy
