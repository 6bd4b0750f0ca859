#include "phy/pusch.h"

#include <cmath>

#include "nr/uci.h"
#include "phy/detail/block_decoder.h"
#include "phy/detail/codebook_precoding.h"
#include "phy/detail/shared_receiver.h"
#include "phy/detail/shared_transmitter.h"
#include "phy/detail/uci_multiplexer.h"
#include "phy/sequence/gold.h"

namespace sen::phy {

using nr::l1::PuschPdu;

namespace {

constexpr uint8_t no_codebook = 0xff;

bool has_uci(const PuschPdu& pdu) { return pdu.uci.harq_bits > 0 || pdu.uci.csi1_bits > 0 || pdu.uci.csi2_bits > 0; }

// Octets of soft or packed bits that a carrier can need: 4 layers of 256QAM in 14 symbols.
size_t max_bits(unsigned max_rb) { return size_t{nr::symbols_per_slot} * 12 * max_rb * detail::max_shared_layers * 8; }

Status check_modulation(const PuschPdu& pdu, const detail::SharedChannel& channel) {
  const unsigned qm = pdu.code.qm;
  if (qm != 2 && qm != 4 && qm != 6 && qm != 8 && (qm != 1 || !pdu.transform_precoding)) {
    return fail(Fault::invalid, "code.qm", "{}: 2, 4, 6, 8, with transform precoding also 1 (TS 38.211 table 6.3.1.2-1)", qm);
  }
  if (!pdu.transform_precoding) return {};
  if (pdu.layers != 1) return fail(Fault::invalid, "layers", "{} with transform precoding: 1 (TS 38.211 6.3.1.4)", pdu.layers);
  if (pdu.allocation.rbs.size() != 1 || !detail::transform_size_allowed(channel.n_rb())) {
    return fail(Fault::invalid, "allocation.rbs",
                "{} resource blocks in {} runs with transform precoding: one run of 2^a 3^b 5^c (TS 38.211 6.3.1.4)", channel.n_rb(),
                pdu.allocation.rbs.size());
  }
  if (pdu.dmrs.type != 1 || pdu.dmrs.cdm_groups_without_data != 2) {
    return fail(Fault::invalid, "dmrs.cdm_groups_without_data", "{} of type {} with transform precoding: 2 of type 1 (TS 38.214 6.2.2)",
                pdu.dmrs.cdm_groups_without_data, pdu.dmrs.type);
  }
  if (pdu.low_papr_id > 1007) return fail(Fault::invalid, "low_papr_id", "{}: 0 to 1007 (TS 38.211 6.4.1.1.1.2)", pdu.low_papr_id);
  if (pdu.low_papr_hopping > 2) return fail(Fault::invalid, "low_papr_hopping", "{}: 0 to 2 (TS 38.211 6.4.1.1.1.2)", pdu.low_papr_hopping);
  return {};
}

Status check_hopping(const PuschPdu& pdu, const detail::SharedChannel& channel) {
  if (!pdu.second_hop_rb) return {};
  if (pdu.allocation.rbs.size() != 1 || *pdu.second_hop_rb + channel.n_rb() > pdu.bwp.size) {
    return fail(Fault::invalid, "second_hop_rb", "{} for {} resource blocks in {} runs: one run within {} (TS 38.214 6.3.1)",
                *pdu.second_hop_rb, channel.n_rb(), pdu.allocation.rbs.size(), pdu.bwp.size);
  }
  if (pdu.dmrs.length != 1) return fail(Fault::invalid, "dmrs.length", "2 with frequency hopping: 1 (TS 38.211 6.4.1.1.3)");
  if (!pdu.transform_precoding && pdu.dmrs.reference_rb > pdu.bwp.start + *pdu.second_hop_rb) {
    return fail(Fault::invalid, "dmrs.reference_rb", "{} above the second hop (TS 38.211 6.4.1.1.3)", pdu.dmrs.reference_rb);
  }
  return {};
}

Status check_ports(const PuschPdu& pdu, unsigned grid_ports) {
  if (pdu.ports > 1 && pdu.tpmi != no_codebook) {
    const unsigned count = detail::tpmi_count(pdu.ports, pdu.layers);
    if (pdu.tpmi >= count) {
      return fail(Fault::invalid, "tpmi", "{} for {} layers on {} ports: below {} (TS 38.211 6.3.1.5)", pdu.tpmi, pdu.layers, pdu.ports,
                  count);
    }
    if (pdu.ports > grid_ports) return fail(Fault::invalid, "ports", "{} on a grid of {} (TS 38.211 6.3.1.5)", pdu.ports, grid_ports);
    return {};
  }
  if (pdu.ports > 1 && pdu.ports != pdu.layers)
    return fail(Fault::invalid, "tpmi", "none for {} layers on {} ports (TS 38.211 6.3.1.5)", pdu.layers, pdu.ports);
  if (pdu.layers > grid_ports)
    return fail(Fault::invalid, "layers", "{} on a grid of {} ports (TS 38.211 6.3.1.5)", pdu.layers, grid_ports);
  return {};
}

Status check_uci(const PuschPdu& pdu) {
  const nr::l1::UciExpected& u = pdu.uci;
  for (auto [name, bits] : {std::pair{"uci.harq_bits", u.harq_bits}, {"uci.csi1_bits", u.csi1_bits}, {"uci.csi2_bits", u.csi2_bits}}) {
    if (bits > nr::max_uci_bits) return fail(Fault::invalid, name, "{}: at most {} (TS 38.212 5.3.1)", bits, nr::max_uci_bits);
  }
  if (pdu.alpha > 3) return fail(Fault::invalid, "alpha", "{}: 0 to 3 (TS 38.212 6.3.2.4)", pdu.alpha);
  if (u.csi2_bits > 0 && u.csi1_bits == 0)
    return fail(Fault::invalid, "uci.csi2_bits", "{} without part 1 (TS 38.212 6.3.2.1.2)", u.csi2_bits);
  if (u.csi1_bits > 0 && nr::beta_offset_csi_permille(pdu.beta_csi1) == 0) {
    return fail(Fault::invalid, "beta_csi1", "{}: 0 to 18 (TS 38.213 table 9.3-2)", pdu.beta_csi1);
  }
  if (u.csi2_bits > 0 && nr::beta_offset_csi_permille(pdu.beta_csi2) == 0) {
    return fail(Fault::invalid, "beta_csi2", "{}: 0 to 18 (TS 38.213 table 9.3-2)", pdu.beta_csi2);
  }
  if (has_uci(pdu) && u.harq_bits > 0 && nr::beta_offset_harq_permille(pdu.beta_harq) == 0) {
    return fail(Fault::invalid, "beta_harq", "{}: 0 to 20 (TS 38.213 table 9.3-1)", pdu.beta_harq);
  }
  if (pdu.code.tbs_octets == 0 && u.csi1_bits == 0) {
    return fail(Fault::invalid, "code.tbs_octets", "0 without CSI part 1: nothing to send (TS 38.212 6.3.2.4)");
  }
  if (pdu.code.tbs_octets == 0 && pdu.code.rate_x1024_x10 == 0) {
    return fail(Fault::invalid, "code.rate_x1024_x10", "0 for UCI alone: the grant's code rate (TS 38.212 6.3.2.4.1)");
  }
  return {};
}

nr::l1::Precoding precoding_of(const PuschPdu& pdu) {
  if (pdu.ports <= 1 || pdu.tpmi == no_codebook) return {};
  return *detail::codebook_precoding(pdu.ports, pdu.layers, pdu.tpmi, pdu.transform_precoding);
}

// One bit an octet. Bits that the payload lacks are 0 (the second HARQ-ACK bit of TS 38.212 6.3.2.1.1).
void unpack(const nr::l1::Bits& bits, std::span<Bit> out) {
  for (size_t i = 0; i < out.size(); ++i) out[i] = i < bits.size ? bits.octets[i / 8] >> (7 - i % 8) & 1 : 0;
}

void pack(std::span<const Bit> bits, nr::l1::Bits& out) {
  out.size = static_cast<uint16_t>(bits.size());
  out.octets.assign((bits.size() + 7) / 8, 0);
  for (size_t i = 0; i < bits.size(); ++i) out.octets[i / 8] |= static_cast<uint8_t>(bits[i] << (7 - i % 8));
}

// TS 38.211 6.3.1.1: scrambled, but x is sent as 1 and y as the bit before it.
void scramble(std::span<const Bit> bits, std::span<const uint8_t> sequence, std::span<uint8_t> out) {
  std::ranges::fill(out, uint8_t{0});
  unsigned last = 0;
  for (size_t i = 0; i < bits.size(); ++i) {
    if (bits[i] == placeholder_x) {
      last = 1;
    } else if (bits[i] != placeholder_y) {
      last = bits[i] ^ (sequence[i / 8] >> (7 - i % 8) & 1u);
    }
    out[i / 8] |= static_cast<uint8_t>(last << (7 - i % 8));
  }
}

}  // namespace

Status check(const PuschPdu& pdu, unsigned grid_rb, unsigned grid_ports) {
  const detail::SharedChannel channel(pdu);
  if (pdu.ports > 1 && pdu.ports != 2 && pdu.ports != 4 && !(pdu.ports == pdu.layers && pdu.tpmi == no_codebook)) {
    return fail(Fault::invalid, "ports", "{}: 1, 2, 4 (TS 38.211 6.3.1.5)", pdu.ports);
  }
  SEN_TRY(detail::check(channel, pdu.code, grid_rb));
  SEN_TRY(check_modulation(pdu, channel));
  SEN_TRY(check_hopping(pdu, channel));
  SEN_TRY(check_ports(pdu, grid_ports));
  return check_uci(pdu);
}

Result<UciOnPusch> uci_on_pusch(const PuschPdu& pdu, nr::Slot) {
  SEN_TRY(check(pdu, Grid::max_crb, Grid::max_ports));
  detail::RePlan plan(Grid::max_rb);
  detail::UciMultiplexer multiplexer(Grid::max_rb);
  plan.make(detail::SharedChannel(pdu));
  return multiplexer.plan(pdu, plan);
}

struct PuschTransmitter::Work {
  explicit Work(unsigned max_rb)
      : grid_rb(max_rb),
        plan(max_rb),
        multiplexer(max_rb),
        transmitter(max_rb, true),
        codeword(max_bits(max_rb) / 8 + 8),
        sequence(max_bits(max_rb) / 8 + 8),
        bits(2 * max_bits(max_rb)),
        parts(2 * max_bits(max_rb)),
        payload(nr::max_uci_bits) {}

  Status multiplex(const PuschPdu& pdu, const UciOnPusch& shares, const nr::l1_ue::UciSend& uci, uint32_t scrambling,
                   std::span<uint8_t> out);
  Status encode(const nr::l1::Bits& bits, size_t n, unsigned qm, std::span<Bit> out);

  unsigned grid_rb;
  detail::RePlan plan;
  detail::UciMultiplexer multiplexer;
  detail::SharedTransmitter transmitter;
  SchEncoder encoder;
  ControlEncoder control;
  Aligned<uint8_t> codeword, sequence;
  Aligned<Bit> bits, parts, payload;
};

PuschTransmitter::PuschTransmitter(unsigned max_rb) : work_(std::make_shared<Work>(max_rb)) {}

Status PuschTransmitter::Work::encode(const nr::l1::Bits& bits_in, size_t n, unsigned qm, std::span<Bit> out) {
  if (n == 0) return {};
  const auto a = payload.span().first(n);
  unpack(bits_in, a);
  return control.uci(a, qm, out);
}

// Unpacked data bits come in `bits`; the parts are coded behind each other in `parts`.
Status PuschTransmitter::Work::multiplex(const PuschPdu& pdu, const UciOnPusch& s, const nr::l1_ue::UciSend& uci, uint32_t scrambling,
                                         std::span<uint8_t> out) {
  const unsigned acks = detail::UciMultiplexer::ack_bits(pdu);
  const auto all = parts.span();
  const auto data = all.first(s.g_ulsch), ack = all.subspan(data.size(), s.g_ack);
  for (size_t i = 0; i < data.size(); ++i) data[i] = out[i / 8] >> (7 - i % 8) & 1;
  SEN_TRY(encode(uci.harq, acks, pdu.code.qm, ack));
  // Part 1 and 2 lie behind; the codeword's bits go to `bits`.
  const auto csi1 = bits.span().subspan(s.g_total, s.g_csi1), csi2 = bits.span().subspan(s.g_total + s.g_csi1, s.g_csi2);
  SEN_TRY(encode(uci.csi1, pdu.uci.csi1_bits, pdu.code.qm, csi1));
  SEN_TRY(encode(uci.csi2, pdu.uci.csi2_bits, pdu.code.qm, csi2));
  const auto g = bits.span().first(s.g_total);
  multiplexer.multiplex(data, ack, csi1, csi2, g);
  const auto c = sequence.span().first(out.size());
  Gold(scrambling).fill(c, s.g_total);
  scramble(g, c, out);
  return {};
}

Status PuschTransmitter::send(const PuschPdu& pdu, ByteView tb, const nr::l1_ue::UciSend& uci, nr::Slot slot, Grid& grid) {
  Work& w = *work_;
  SEN_TRY(check(pdu, std::min(grid.n_rb(), w.grid_rb), grid.ports()));
  if (tb.size() != pdu.code.tbs_octets)
    return fail(Fault::invalid, "tb", "{} octets where code.tbs_octets says {}", tb.size(), pdu.code.tbs_octets);
  for (auto [bits, n] : {std::pair{&uci.harq, pdu.uci.harq_bits}, {&uci.csi1, pdu.uci.csi1_bits}, {&uci.csi2, pdu.uci.csi2_bits}}) {
    if (bits->size != n || bits->octets.size() * 8 < n) return fail(Fault::invalid, "uci", "{} bits where the PDU says {}", bits->size, n);
  }
  const detail::SharedChannel channel(pdu);
  w.plan.make(channel);
  SEN_ASSIGN(const UciOnPusch shares, w.multiplexer.plan(pdu, w.plan));
  const auto codeword = w.codeword.span().first((size_t{shares.g_total} + 7) / 8);
  if (!tb.empty()) {
    SEN_ASSIGN(const SchCode code, detail::sch_code(pdu.code, pdu.layers, shares.g_ulsch));
    SEN_TRY(w.encoder.encode(code, tb, codeword));
  }
  if (has_uci(pdu)) {
    SEN_TRY(w.multiplex(pdu, shares, uci, channel.scrambling(), codeword));
  } else {
    Gold(channel.scrambling()).scramble(codeword, shares.g_total);
  }
  w.transmitter.send(channel, w.plan, codeword, precoding_of(pdu), 1, slot, grid);
  return {};
}

struct PuschReceiver::Work {
  Work(unsigned max_rb, unsigned max_rx, unsigned threads)
      : grid_rb(max_rb),
        rx(max_rx),
        plan(max_rb),
        multiplexer(max_rb),
        receiver(max_rb, max_rx, true),
        decoder(threads),
        sequence(max_bits(max_rb) / 8 + 8),
        llrs(max_bits(max_rb)),
        parts(2 * max_bits(max_rb)),
        payload(nr::max_uci_bits) {
    for (unsigned i = 0; i < threads; ++i) scratch.emplace_back(max_rb, receiver);
  }

  // Soft bits of the codeword to `llrs`, descrambled.
  void demodulate(const detail::SharedChannel& channel, unsigned bits_per_re, std::span<Llr> out, bool decode_meanwhile, JobPool* pool);
  bool decode(std::span<const Llr> llrs_in, size_t n, unsigned qm, nr::l1::Bits& out);

  unsigned grid_rb, rx;
  detail::RePlan plan;
  detail::UciMultiplexer multiplexer;
  detail::SharedReceiver receiver;
  std::vector<detail::SharedReceiver::Scratch> scratch;  // by thread
  detail::BlockDecoder decoder;
  ControlDecoder control;
  Aligned<uint8_t> sequence;
  Aligned<Llr> llrs, parts;
  Aligned<Bit> payload;
};

PuschReceiver::PuschReceiver(unsigned max_rb, unsigned max_rx, unsigned threads)
    : work_(std::make_shared<Work>(max_rb, max_rx, std::max(threads, 1u))) {}

void PuschReceiver::Work::demodulate(const detail::SharedChannel& channel, unsigned bits_per_re, std::span<Llr> out, bool decode_meanwhile,
                                     JobPool* pool) {
  for (unsigned begin = plan.first_symbol(); begin < plan.end_symbol();) {
    const unsigned hop = plan.hop(begin), end = hop == 0 ? plan.second_hop_symbol() : plan.end_symbol();
    receiver.enter_hop(hop);
    auto symbol = [&](size_t i, unsigned thread) {
      const unsigned l = begin + static_cast<unsigned>(i);
      const size_t first = size_t{plan.res_before(l)} * bits_per_re;
      const auto part = out.subspan(first, size_t{plan.data(l).res} * bits_per_re);
      receiver.symbol(l, part, scratch[thread]);
      Gold(channel.scrambling(), static_cast<uint32_t>(first)).descramble(part);
      if (decode_meanwhile) decoder.filled(first + part.size());
    };
    if (pool) {
      pool->run(end - begin, symbol);
    } else {
      for (unsigned l = begin; l < end; ++l) symbol(l - begin, 0);
    }
    begin = end;
  }
}

bool PuschReceiver::Work::decode(std::span<const Llr> llrs_in, size_t n, unsigned qm, nr::l1::Bits& out) {
  if (n == 0) return true;
  const auto a = payload.span().first(n);
  const bool ok = control.uci(llrs_in, qm, a).ok;
  pack(a, out);
  return ok;
}

Result<PuschResult> PuschReceiver::receive(const PuschPdu& pdu, nr::Slot slot, const Grid& grid, const ReceiveOptions& options,
                                           HarqBuffer& harq, std::span<uint8_t> tb, JobPool* pool) {
  Work& w = *work_;
  if (pool && (pool->threads() == 1 || pool->threads() > w.scratch.size())) pool = nullptr;
  SEN_TRY(check(pdu, std::min(grid.n_rb(), w.grid_rb), Grid::max_ports));
  SEN_TRY(detail::check_receiver(pdu.layers, grid.ports(), w.rx, pdu.code.tbs_octets, tb.size()));
  const detail::SharedChannel channel(pdu);
  w.plan.make(channel);
  SEN_ASSIGN(const UciOnPusch shares, w.multiplexer.plan(pdu, w.plan));
  const bool uci = has_uci(pdu), ulsch = pdu.code.tbs_octets > 0;
  const auto llrs = w.llrs.span().first(shares.g_total);
  const auto data = uci ? w.parts.span().first(shares.g_ulsch) : llrs;
  if (ulsch) {
    SEN_ASSIGN(const SchCode code, detail::sch_code(pdu.code, pdu.layers, shares.g_ulsch));
    SEN_TRY(w.decoder.start(code, options.ldpc, harq, data));
  }
  w.receiver.start(channel, w.plan, slot, grid, options);
  w.demodulate(channel, unsigned{pdu.layers} * pdu.code.qm, llrs, !uci && !pool, pool);

  PuschResult out;
  out.uci_present = uci;
  if (uci) {
    const auto sequence = w.sequence.span().first((size_t{shares.g_total} + 7) / 8);
    Gold(channel.scrambling()).fill(sequence, shares.g_total);
    const auto rest = w.parts.span().subspan(data.size());
    const auto ack = rest.first(shares.g_ack), csi1 = rest.subspan(shares.g_ack, shares.g_csi1),
               csi2 = rest.subspan(shares.g_ack + shares.g_csi1, shares.g_csi2);
    w.multiplexer.demultiplex(llrs, sequence, {data, ack, csi1, csi2});
    out.harq_ok = w.decode(ack, detail::UciMultiplexer::ack_bits(pdu), pdu.code.qm, out.harq);
    out.harq.size = pdu.uci.harq_bits;
    out.harq.octets.resize((size_t{out.harq.size} + 7) / 8);
    out.csi1_ok = w.decode(csi1, pdu.uci.csi1_bits, pdu.code.qm, out.csi1);
    out.csi2_ok = w.decode(csi2, pdu.uci.csi2_bits, pdu.code.qm, out.csi2);
    if (ulsch && !pool) w.decoder.filled(data.size());
  }
  if (ulsch && pool) w.decoder.decode_all(*pool);
  out.data = detail::result(w.receiver, ulsch ? w.decoder.finish(tb) : SchResult{});
  return out;
}

}  // namespace sen::phy
