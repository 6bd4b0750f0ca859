#include "phy/pdsch.h"

#include <cmath>

#include "phy/detail/block_decoder.h"
#include "phy/detail/shared_receiver.h"
#include "phy/detail/shared_transmitter.h"
#include "phy/sequence/gold.h"

namespace sen::phy {

using nr::l1::PdschPdu;

Status check(const PdschPdu& pdu, unsigned grid_rb, unsigned grid_ports) {
  const detail::SharedChannel channel(pdu);
  SEN_TRY(detail::check(channel, pdu.code, grid_rb));
  if (pdu.code.qm < 2 || pdu.code.qm > 10 || pdu.code.qm % 2 != 0) {
    return fail(Fault::invalid, "code.qm", "{}: 2, 4, 6, 8, 10 (TS 38.211 table 7.3.1.2-1)", pdu.code.qm);
  }
  if (pdu.code.tbs_octets == 0) return fail(Fault::invalid, "code.tbs_octets", "0: 3 to 159749 (TS 38.214 5.1.3.2)");
  const unsigned ports = pdu.precoding.ports == 0 ? pdu.layers : pdu.precoding.ports;
  if (ports > grid_ports || size_t{ports} * pdu.layers > pdu.precoding.weights.size()) {
    return fail(Fault::invalid, "precoding.ports", "{} for {} layers on {} grid ports: at most {} (TS 38.211 7.3.1.4)", ports, pdu.layers,
                grid_ports, std::min<size_t>(grid_ports, pdu.precoding.weights.size() / pdu.layers));
  }
  if (!(std::abs(pdu.power_db) <= 80)) return fail(Fault::invalid, "power_db", "{}: -80 to 80", pdu.power_db);
  return {};
}

uint32_t pdsch_data_res(const PdschPdu& pdu, nr::Slot) {
  detail::RePlan plan(Grid::max_rb);
  plan.make(detail::SharedChannel(pdu));
  return plan.res();
}

struct PdschTransmitter::Work {
  explicit Work(unsigned max_rb)
      : grid_rb(max_rb),
        plan(max_rb),
        transmitter(max_rb, false),
        codeword(size_t{nr::symbols_per_slot} * 12 * max_rb * detail::max_shared_layers * 10 / 8 + 8) {}

  unsigned grid_rb;
  detail::RePlan plan;
  detail::SharedTransmitter transmitter;
  SchEncoder encoder;
  Aligned<uint8_t> codeword;
};

PdschTransmitter::PdschTransmitter(unsigned max_rb) : work_(std::make_shared<Work>(max_rb)) {}

Status PdschTransmitter::send(const PdschPdu& pdu, nr::Slot slot, Grid& grid) {
  Work& w = *work_;
  SEN_TRY(check(pdu, std::min(grid.n_rb(), w.grid_rb), grid.ports()));
  if (pdu.tb.size() != pdu.code.tbs_octets) {
    return fail(Fault::invalid, "tb", "{} octets where code.tbs_octets says {}", pdu.tb.size(), pdu.code.tbs_octets);
  }
  const detail::SharedChannel channel(pdu);
  w.plan.make(channel);
  const uint32_t g = w.plan.res() * pdu.layers * pdu.code.qm;
  SEN_ASSIGN(const SchCode code, detail::sch_code(pdu.code, pdu.layers, g));
  const auto codeword = w.codeword.span().first((size_t{g} + 7) / 8);
  SEN_TRY(w.encoder.encode(code, pdu.tb, codeword));
  Gold(channel.scrambling()).scramble(codeword, g);
  w.transmitter.send(channel, w.plan, codeword, pdu.precoding, std::pow(10.0F, pdu.power_db / 20), slot, grid);
  return {};
}

struct PdschReceiver::Work {
  Work(unsigned max_rb, unsigned max_rx)
      : grid_rb(max_rb),
        rx(max_rx),
        plan(max_rb),
        receiver(max_rb, max_rx, false),
        scratch(max_rb, receiver),
        llrs(size_t{nr::symbols_per_slot} * 12 * max_rb * detail::max_shared_layers * 10) {}

  unsigned grid_rb, rx;
  detail::RePlan plan;
  detail::SharedReceiver receiver;
  detail::SharedReceiver::Scratch scratch;
  detail::BlockDecoder decoder;
  Aligned<Llr> llrs;
};

PdschReceiver::PdschReceiver(unsigned max_rb, unsigned max_rx) : work_(std::make_shared<Work>(max_rb, max_rx)) {}

Result<SharedResult> PdschReceiver::receive(const PdschPdu& pdu, nr::Slot slot, const Grid& grid, const ReceiveOptions& options,
                                            HarqBuffer& harq, std::span<uint8_t> tb) {
  Work& w = *work_;
  SEN_TRY(check(pdu, std::min(grid.n_rb(), w.grid_rb), Grid::max_ports));
  SEN_TRY(detail::check_receiver(pdu.layers, grid.ports(), w.rx, pdu.code.tbs_octets, tb.size()));
  const detail::SharedChannel channel(pdu);
  w.plan.make(channel);
  const unsigned bits_per_re = unsigned{pdu.layers} * pdu.code.qm;
  SEN_ASSIGN(const SchCode code, detail::sch_code(pdu.code, pdu.layers, w.plan.res() * bits_per_re));
  const auto llrs = w.llrs.span().first(code.g);
  SEN_TRY(w.decoder.start(code, options.ldpc, harq, llrs));
  w.receiver.start(channel, w.plan, slot, grid, options);
  w.receiver.enter_hop(0);
  Gold scrambling(channel.scrambling());
  for (unsigned l = w.plan.first_symbol(); l < w.plan.end_symbol(); ++l) {
    const size_t first = size_t{w.plan.res_before(l)} * bits_per_re, n = size_t{w.plan.data(l).res} * bits_per_re;
    const auto part = llrs.subspan(first, n);
    w.receiver.symbol(l, part, w.scratch);
    scrambling.descramble(part);
    w.decoder.filled(first + n);
  }
  return detail::result(w.receiver, w.decoder.finish(tb));
}

}  // namespace sen::phy
