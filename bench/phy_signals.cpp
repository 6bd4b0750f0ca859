// Sequences, OFDM, PRACH, SRS and CSI-RS beside OCUDU 26.04 (July 2026, its own benchmarks, GCC 12 -O3 -march=native, AVX2 on one Zen 3
// virtual core: see docs/phy-performance.md). One line of JSON a figure, microseconds. The peer's PRACH figures are of its detector alone,
// behind the demodulation, on noise; ours beside them are the same. "calibration_ns" is a fixed chain of 1,000 dependent multiplications.
#include "base/ensure.h"
#include "base/random.h"
#include "bench/bench.h"
#include "phy/csi_rs.h"
#include "phy/kernels/dft.h"
#include "phy/kernels/isa.h"
#include "phy/ofdm.h"
#include "phy/prach.h"
#include "phy/sequence/gold.h"
#include "phy/sequence/low_papr.h"
#include "phy/srs.h"

using namespace sen;
using namespace sen::phy;

namespace {

double calibration() {
  uint64_t x = 1;
  return bench::median_ns([&] {
    for (int i = 0; i < 1000; ++i) {
      x = x * 0x9e3779b97f4a7c15u + 1;
      asm volatile("" : "+r"(x));
    }
  });
}

// peer_us 0: not measured there.
void show(const std::string& operation, double us, double peer_us = 0) {
  static const double calibration_ns = calibration();
  const std::string beside = peer_us > 0 ? fmt::format("\"peer_us\":{},\"times_as_fast\":{:.2f},", peer_us, peer_us / us) : "";
  fmt::print(
      "{{\"bench\":\"phy_signals\",\"operation\":\"{}\",\"us\":{:.4g},{}\"isa\":\"{}\",\"machine\":\"{}\",\"calibration_ns\":{:.1f}}}\n",
      operation, us, beside, to_string(isa()), bench::machine(), calibration_ns);
}

template <class F>
double us_of(F&& f) {
  return bench::median_ns(f) / 1e3;
}

void fill(std::span<Cf> out, uint64_t seed) {
  Random random(seed);
  auto uniform = [&] { return static_cast<float>(random.next() >> 40) * 0x1p-24f - 0.5f; };
  for (Cf& v : out) v = {uniform(), uniform()};
}

void ofdm(unsigned n_rb, unsigned size, double peer_modulate, double peer_demodulate) {
  auto made = Ofdm::make({.scs = nr::Scs::khz30, .n_rb = n_rb, .dft_size = size, .center_hz = 3.5e9, .patient = true});
  ensure(made.has_value());
  Grid grid(1, n_rb);
  for (unsigned l = 0; l < 14; ++l) fill(grid.row(0, l), l);
  Aligned<Cf> samples(made->slot_samples(0));
  const std::string what = fmt::format("{} RB, {} points, a symbol", n_rb, size);
  show("OFDM modulate, " + what, us_of([&] { made->modulate(grid, 0, 0, 0.01f, samples.span()); }) / 14, peer_modulate);
  show("OFDM demodulate, " + what, us_of([&] { made->demodulate(samples.span(), 0, 1, 0, grid, 0); }) / 14, peer_demodulate);
  show("OFDM demodulate inside the CP, " + what, us_of([&] { made->demodulate(samples.span(), 0, 1, 16, grid, 0); }) / 14, peer_demodulate);
}

void transform(size_t points, double peer_mega_points) {
  const Dft dft(points, Dft::Direction::forward, Dft::Effort::measure);
  Aligned<Cf> in(points), out(points);
  fill(in.span(), 1);
  show(fmt::format("FFT of {} points", points), us_of([&] { dft.run(in.data(), out.data()); }),
       static_cast<double>(points) / peer_mega_points);
}

void prach(const char* name, nr::PrachFormat format, unsigned n_cs, unsigned ports, double peer) {
  nr::l1::PrachPdu pdu;
  pdu.format = static_cast<uint8_t>(format);
  pdu.n_cs = static_cast<uint16_t>(n_cs);
  pdu.scs = nr::Scs::khz30;
  const bool is_long = nr::is_long(format);
  const PrachCarrier carrier = is_long ? PrachCarrier{nr::Scs::khz15, 106, 23.04e6} : PrachCarrier{nr::Scs::khz30, 51, 23.04e6};
  auto receiver = PrachReceiver::make(pdu, carrier, ports);
  ensure(receiver.has_value());
  std::vector<nr::l1::RxPreamble> found;
  found.reserve(64);
  std::vector<Cf> y((is_long ? 839 : 139) * size_t{ports} * receiver->groups());
  fill(y, 2);
  show(fmt::format("PRACH detector, 64 preambles, {}, {} ports", name, ports), us_of([&] {
         found.clear();
         receiver->detect_sequences(y, found);
       }),
       peer);
  std::vector<Cf> samples(23040);
  fill(samples, 3);
  const std::vector<std::span<const Cf>> views(ports, samples);
  const nr::Slot slot(carrier.pusch_scs, 0);
  show(fmt::format("PRACH from samples at 23.04 Msps, {}, {} ports", name, ports), us_of([&] {
         found.clear();
         ensure(receiver->detect(pdu, slot, views, found).has_value());
       }));
}

void sequences() {
  std::vector<Llr> llrs(25344, 5);
  show("descramble 25344 LLRs, the sequence made", us_of([&] { Gold(1234567).descramble(llrs); }), 3.45);
  std::vector<uint8_t> octets(25344 / 8);
  show("Gold sequence, 25344 bits", us_of([&] { Gold(1234567).fill(octets, 25344); }));
  uint32_t c_init = 0;
  show("Gold sequence, start at a far position", us_of([&] {
         Gold gold(++c_init, 123456);
         uint32_t word = gold.next(32);
         asm volatile("" : "+r"(word));
       }));
  std::vector<Cf> pilots(273 * 6);
  show("QPSK pilots of 273 RB", us_of([&] { Gold(77).fill_qpsk(pilots); }));
  std::vector<Cf> low(1632);
  show("low-PAPR sequence of 1632", us_of([&] { low_papr(7, 1, 0.5, low); }));
  show("low-PAPR sequence of 12", us_of([&] { low_papr(7, 0, 0.5, std::span(low).first(12)); }));
}

void reference_signals() {
  nr::l1::SrsPdu srs;
  srs.c_srs = 61, srs.ports = 4, srs.comb = 2, srs.bwp.scs = nr::Scs::khz30;
  Grid grid(4, 273);
  ensure(send_srs(srs, {}, grid).has_value());
  show("SRS of 4 ports over 272 RB to 4 ports, estimate", us_of([&] { ensure(receive_srs(srs, {}, grid).has_value()); }));
  nr::l1::CsiRsPdu csi;
  csi.row = 4, csi.cdm = 1, csi.density = 2, csi.rbs = 273, csi.l0 = 5, csi.bwp.scs = nr::Scs::khz30;
  CsiChannel channel(273, 4);
  ensure(send_csi_rs(csi, {}, grid).has_value());
  show("CSI-RS of 4 ports over 273 RB at 4 ports, channel", us_of([&] { ensure(channel.estimate(csi, {}, grid).has_value()); }));
}

}  // namespace

int main() {
  transform(4096, 730);
  transform(2048, 1113);
  transform(768, 1300);
  ofdm(273, 4096, 6.9, 7.4);
  ofdm(52, 768, 1.0, 1.2);
  for (unsigned ports : {1u, 4u}) {
    const bool one = ports == 1;
    prach("format 0 zone 0", nr::PrachFormat::f0, 0, ports, one ? 230 : 578);
    prach("format 0 zone 1", nr::PrachFormat::f0, 13, ports, one ? 7 : 18);
    prach("B4 zone 14", nr::PrachFormat::b4, 46, ports, one ? 33 : 102);
  }
  sequences();
  reference_signals();
}
