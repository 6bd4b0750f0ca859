// Whole channels on one thread, microseconds a slot, beside OCUDU 26.04 (July 2026, its own benchmarks, GCC 12 -O3 -march=native, AVX2 on
// one Zen 3 virtual core: see docs/phy-performance.md): PDSCH from transport block to grid, PUSCH from grid to transport block. As there:
// 30 kHz, 100 MHz, one slot's block after the other, CPU time of the thread; the PUSCH lines "noise" decode noise with two LDPC iterations
// and zero forcing, "early stop" a clean channel with up to six and MMSE.
#include <time.h>

#include "base/random.h"
#include "bench/bench.h"
#include "nr/dmrs.h"
#include "nr/tbs.h"
#include "phy/kernels/isa.h"
#include "phy/pusch.h"

using namespace sen;
using namespace sen::phy;

namespace {

// Only lines whose name holds this text.
std::string_view wanted;

// Median of the thread's CPU time: other processes of the machine do not count.
template <class F>
double median_us(F&& operation) {
  const auto now = [] {
    timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return static_cast<double>(t.tv_sec) * 1e6 + static_cast<double>(t.tv_nsec) / 1e3;
  };
  operation();
  std::array<double, 25> runs;
  for (double& r : runs) {
    const double start = now();
    for (int i = 0; i < 4; ++i) operation();
    r = (now() - start) / 4;
  }
  std::ranges::nth_element(runs, runs.begin() + 12);
  return runs[12];
}

void show(const std::string& operation, double us, double peer_us) {
  std::string beside;
  if (peer_us > 0) beside = fmt::format("\"peer\":{},\"times_as_fast\":{:.2f},", peer_us, peer_us / us);
  fmt::print("{{\"bench\":\"phy_chains\",\"operation\":\"{}\",\"us\":{:.4g},{}\"isa\":\"{}\",\"machine\":\"{}\"}}\n", operation, us, beside,
             to_string(isa()), bench::machine());
  std::fflush(stdout);
}

template <class Pdu>
void fill(Pdu& pdu, unsigned n_rb, unsigned start, uint16_t dmrs_symbols, unsigned layers, nr::Mcs mcs) {
  pdu.rnti = 0x4601;
  pdu.bwp = {nr::Scs::khz30, false, 0, 273};
  pdu.allocation = {
      .rbs = {{0, static_cast<uint16_t>(n_rb)}}, .start_symbol = static_cast<uint8_t>(start), .symbols = static_cast<uint8_t>(14 - start)};
  pdu.layers = static_cast<uint8_t>(layers);
  pdu.dmrs.symbol_mask = dmrs_symbols;
  pdu.dmrs.ports = static_cast<uint16_t>((1u << layers) - 1);
  const uint32_t tbs = nr::tbs_bits({.mcs = mcs,
                                     .n_prb = static_cast<uint16_t>(n_rb),
                                     .n_symbols = pdu.allocation.symbols,
                                     .n_dmrs_per_prb = static_cast<uint8_t>(12 * nr::count(dmrs_symbols)),
                                     .n_layers = pdu.layers});
  pdu.code = {.qm = mcs.q_m,
              .rate_x1024_x10 = static_cast<uint16_t>(mcs.rate_x2048 * 5),
              .tbs_octets = tbs / 8,
              .base_graph = static_cast<uint8_t>(nr::base_graph(tbs, mcs.rate_x2048))};
}

nr::Mcs mcs_of(unsigned qm, double rate) { return {static_cast<uint8_t>(qm), static_cast<uint16_t>(rate * 2048)}; }

void pdsch(Random& random) {
  PdschTransmitter transmitter(273);
  for (auto [layers, peer] : {std::pair{1u, 149.0}, {2u, 307.0}, {4u, 701.0}}) {
    const std::string name = fmt::format("PDSCH 270 PRB 256QAM R 0.93, {} layers", layers);
    if (name.find(wanted) == name.npos) continue;
    nr::l1::PdschPdu pdu;
    fill(pdu, 270, 2, 1u << 2 | 1u << 7 | 1u << 11, layers, mcs_of(8, 948.0 / 1024));
    const Bytes tb = random.bytes(pdu.code.tbs_octets);
    pdu.tb = tb;
    Grid grid(layers, 273);
    const double us = median_us([&] {
      if (!transmitter.send(pdu, nr::Slot(), grid)) std::abort();
    });
    show(name + ", a port each", us, peer);
    if (layers == 1) continue;
    // As the peer's run: through a full matrix.
    pdu.precoding.ports = static_cast<uint8_t>(layers);
    for (unsigned i = 0; i < layers * layers; ++i)
      pdu.precoding.weights[i] = std::polar(0.5F, 1.5707963F * static_cast<float>(i / layers * (i % layers)));
    const double precoded = median_us([&] {
      grid.clear();
      if (!transmitter.send(pdu, nr::Slot(), grid)) std::abort();
    });
    show(name + ", precoded (grid cleared)", precoded, peer);
  }
}

// A flat channel that mixes all layers into all ports; without a block: noise.
Grid received(const nr::l1::PuschPdu& pdu, unsigned rx, ByteView tb, Random& random) {
  Grid out(rx, 273), sent(pdu.layers, 273);
  PuschTransmitter transmitter(273);
  if (!tb.empty() && !transmitter.send(pdu, tb, {}, nr::Slot(), sent)) std::abort();
  for (unsigned r = 0; r < rx; ++r) {
    for (unsigned l = 0; l < 14; ++l) {
      for (unsigned k = 0; k < out.subcarriers(); ++k) {
        Cf sum{};
        for (unsigned v = 0; v < pdu.layers; ++v)
          sum += sent.at(v, l, k) * std::polar(0.5F, 1.5707963F * static_cast<float>(r * v) + 0.3F * static_cast<float>(r));
        const float u = static_cast<float>(random.between(0, 1000)) / 1000 - 0.5F,
                    w = static_cast<float>(random.between(0, 1000)) / 1000 - 0.5F;
        out.at(r, l, k) = sum + (tb.empty() ? 1.0F : 0.003F) * Cf{u, w};
      }
    }
  }
  return out;
}

void pusch_lines(Random& random, unsigned rx, unsigned layers, unsigned qm, double rate, double peer) {
  nr::l1::PuschPdu pdu;
  fill(pdu, 273, 0, 1u << 2 | 1u << 11, layers, mcs_of(qm, rate));
  PuschReceiver receiver(273, rx);
  HarqBuffer harq(pdu.code.tbs_octets * 8);
  Bytes tb(pdu.code.tbs_octets);
  const std::string name = fmt::format("PUSCH 273 PRB, {} ports {} layers, qm {} R {:.2f}", rx, layers, qm, rate);
  if (name.find(wanted) == name.npos) return;
  {
    const Grid grid = received(pdu, rx, {}, random);
    ReceiveOptions options{.equaliser = Equaliser::zero_forcing};
    options.ldpc.iterations = 2;
    const double us = median_us([&] {
      harq.reset();
      if (!receiver.receive(pdu, nr::Slot(), grid, options, harq, tb)) std::abort();
    });
    show(name + ", noise", us, peer);
  }
  const Grid grid = received(pdu, rx, random.bytes(pdu.code.tbs_octets), random);
  const double us = median_us([&] {
    harq.reset();
    const auto got = receiver.receive(pdu, nr::Slot(), grid, {}, harq, tb);
    if (!got || !got->data.crc_ok) std::abort();
  });
  show(name + ", early stop", us, 0);
  if (layers < 4) return;
  // How the threads of a pool share one channel: time on the wall.
  for (unsigned threads : {1u, 2u}) {
    JobPool pool(threads);
    PuschReceiver shared(273, rx, threads);
    const double ns = bench::median_ns([&] {
      harq.reset();
      if (!shared.receive(pdu, nr::Slot(), grid, {}, harq, tb, &pool)) std::abort();
    });
    show(fmt::format("{}, early stop, wall clock, {} threads", name, threads), ns / 1000, 0);
  }
}

}  // namespace

int main(int argc, char** argv) {
  Random random(1);
  if (argc > 1) wanted = argv[1];
  pdsch(random);
  for (auto [qm, rate, peer] : {std::tuple{2u, 0.66, 446.0}, {4u, 0.65, 1064.0}, {6u, 0.85, 1265.0}, {8u, 0.93, 1701.0}})
    pusch_lines(random, 1, 1, qm, rate, peer);
  for (auto [layers, peer] : {std::pair{1u, 2080.0}, {2u, 4120.0}, {3u, 6920.0}, {4u, 9260.0}})
    pusch_lines(random, 4, layers, 8, 0.926, peer);
  for (auto [layers, peer] : {std::pair{1u, 1640.0}, {2u, 3280.0}, {3u, 5630.0}, {4u, 7660.0}})
    pusch_lines(random, 4, layers, 6, 0.853, peer);
}
