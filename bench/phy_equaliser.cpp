// Mapper, demapper, equalisers, channel estimation and PUCCH beside OCUDU 26.04 (July 2026, its own benchmarks, GCC 12 -O3 -march=native, AVX2 on one Zen 3
// virtual core). One line of JSON a figure; "calibration_ns": a fixed chain of 1,000 dependent multiplications on this machine. SEN_ISA=avx2 for the
// peer's instruction set.
#include <cmath>
#include <numbers>
#include <vector>

#include "base/random.h"
#include "bench/bench.h"
#include "phy/dmrs.h"
#include "phy/estimation/channel_estimator.h"
#include "phy/estimation/equaliser.h"
#include "phy/kernels/isa.h"
#include "phy/pucch.h"

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

// `higher` is better: Gb/s, M RE/s; else us. peer 0: not measured there.
void show(const std::string& operation, double value, const char* unit, bool higher, double peer) {
  static const double calibration_ns = calibration();
  std::string beside;
  if (peer > 0) beside = fmt::format("\"peer\":{},\"times_as_fast\":{:.2f},", peer, higher ? value / peer : peer / value);
  fmt::print("{{\"bench\":\"phy_equaliser\",\"operation\":\"{}\",\"{}\":{:.4g},{}\"isa\":\"{}\",\"machine\":\"{}\",\"calibration_ns\":{:.1f}}}\n", operation, unit, value, beside,
             to_string(isa()), bench::machine(), calibration_ns);
}

Random random_source(1);
Cf gaussian() {
  const auto uniform = [] { return static_cast<float>(random_source.next() >> 40) * 0x1p-24f; };
  return std::polar(std::sqrt(-std::log(1 - uniform())), 2 * std::numbers::pi_v<float> * uniform());
}
std::vector<Cf> noise(size_t n) {
  std::vector<Cf> v(n);
  for (Cf& x : v) x = gaussian();
  return v;
}

void modulation() {
  constexpr size_t n = 3276;  // a symbol of 273 resource blocks
  const std::pair<unsigned, double> demap_peers[] = {{2, 2.9}, {4, 2.25}, {6, 2.06}, {8, 1.50}, {10, 0}};
  const std::pair<unsigned, double> map_peers[] = {{2, 0}, {4, 0}, {6, 38.6}, {8, 59.6}, {10, 0}};  // the peer's to int8, ours to float
  for (auto [qm, peer] : map_peers) {
    const Bytes bits = random_source.bytes((n * qm + 7) / 8);
    std::vector<Cf> x(n);
    const double ns = bench::median_ns([&] { map_symbols(qm, bits, 0, x); });
    show(fmt::format("map to float, {} bits a symbol", qm), static_cast<double>(n * qm) / ns, "gb_per_s", true, peer);
  }
  for (auto [qm, peer] : demap_peers) {
    const std::vector<Cf> x = noise(n);
    const std::vector<float> nvar(n, 0.01f);
    std::vector<Llr> llr(n * qm);
    const double ns = bench::median_ns([&] { demap(qm, x, nvar, llr); });
    show(fmt::format("demap, {} bits a symbol", qm), static_cast<double>(n * qm) / ns, "gb_per_s", true, peer);
  }
}

void equalisers() {
  struct Line {
    Equaliser kind;
    unsigned layers, ports;
    double peer;
  };
  constexpr size_t n = 1200;
  for (const Line& line : {Line{Equaliser::zero_forcing, 1, 1, 1606}, {Equaliser::zero_forcing, 2, 2, 900}, {Equaliser::zero_forcing, 2, 4, 610}, {Equaliser::zero_forcing, 4, 4, 142},
                           {Equaliser::mmse, 1, 1, 0}, {Equaliser::mmse, 1, 4, 0}, {Equaliser::mmse, 2, 2, 225}, {Equaliser::mmse, 2, 4, 177}, {Equaliser::mmse, 4, 4, 137}}) {
    std::vector<std::vector<Cf>> y, h, x(line.layers, std::vector<Cf>(n));
    std::vector<std::vector<float>> nvar(line.layers, std::vector<float>(n));
    std::vector<const Cf*> y_rows, h_rows;
    std::vector<Cf*> x_rows;
    std::vector<float*> nvar_rows;
    for (unsigned r = 0; r < line.ports; ++r) y.push_back(noise(n));
    for (unsigned i = 0; i < line.ports * line.layers; ++i) h.push_back(noise(n));
    for (auto& v : y) y_rows.push_back(v.data());
    for (auto& v : h) h_rows.push_back(v.data());
    for (auto& v : x) x_rows.push_back(v.data());
    for (auto& v : nvar) nvar_rows.push_back(v.data());
    const double ns = bench::median_ns([&] { equalise(line.kind, y_rows, h_rows, line.layers, 0.1f, n, x_rows, nvar_rows); });
    show(fmt::format("equalise {} {}x{}", line.kind == Equaliser::mmse ? "MMSE" : "ZF", line.layers, line.ports), n / ns * 1000, "m_re_per_s", true, line.peer);
  }
}

void estimation() {
  constexpr unsigned n_rb = 273;
  for (auto [layers, rx, positions] : {std::tuple{1u, 1u, 1u}, {1u, 4u, 1u}, {2u, 4u, 1u}, {4u, 4u, 1u}, {4u, 4u, 2u}}) {
    Grid grid(rx, n_rb);
    const uint8_t symbols[] = {2, 11};
    std::vector<Cf> base(positions * 6 * n_rb);
    for (Cf& b : base) b = std::polar(1.0f, static_cast<float>(random_source.between(0, 3)) * 1.5707963f + 0.785398f);
    Pilots pilots;
    pilots.layers = static_cast<uint8_t>(layers);
    for (unsigned l = 0; l < layers; ++l) pilots.ports[l] = dmrs_port(1, l);
    const std::pair<uint16_t, uint16_t> rbs[] = {{0, n_rb}};
    pilots.rbs = rbs;
    pilots.symbols = std::span(symbols).first(positions);
    pilots.base = base;
    // 20 dB, flat, a delay of 100 ns; nothing moves.
    const std::vector<Cf> gains = noise(rx * layers);
    for (unsigned q = 0; q < positions; ++q) {
      for (unsigned r = 0; r < rx; ++r) {
        for (unsigned k = 0; k < 12 * n_rb; ++k) grid.at(r, symbols[q], k) = 0.1f * gaussian();
        for (unsigned l = 0; l < layers; ++l) {
          const Cf gain = gains[r * layers + l];
          for (unsigned i = 0; i < 6 * n_rb; ++i) {
            const unsigned k = 2 * i + pilots.ports[l].delta;
            grid.at(r, symbols[q], k) += gain * std::polar(1.0f, -0.01885f * static_cast<float>(k)) * base[q * 6 * n_rb + i] * static_cast<float>(pilots.ports[l].w_f[i % 2]);
          }
        }
      }
    }
    ChannelEstimator estimator(n_rb, rx);
    ChannelEstimate estimate(n_rb, rx, layers);
    const double ns = bench::median_ns([&] { estimator.estimate(grid, pilots, estimate); });
    show(fmt::format("channel estimate 273 RB, {} layers {} ports, {} DM-RS symbols", layers, rx, positions), ns / 1000, "us", false, 0);
  }
}

void pucch() {
  struct Line {
    unsigned format, bits;
    double peer;
  };
  for (const Line& line : {Line{0, 2, 7.8}, {1, 2, 16}, {2, 4, 21}, {2, 10, 26}, {2, 30, 33}, {3, 30, 0}, {4, 10, 0}}) {
    nr::l1::PucchPdu p;
    p.bwp = {.scs = nr::Scs::khz30, .extended_cp = false, .start = 0, .size = 52};
    p.format = static_cast<uint8_t>(line.format);
    p.symbols = line.format == 0 ? 1 : line.format == 2 ? 2 : 14;
    p.rbs = line.format == 2 ? (line.bits > 11 ? 3 : 1) : 1;
    if (line.format == 1) p.second_hop_rb = 51;
    p.occ_length = 2;
    p.uci.harq_bits = static_cast<uint16_t>(line.bits);
    nr::l1_ue::UciSend uci;
    uci.harq = {random_source.bytes((line.bits + 7) / 8), static_cast<uint16_t>(line.bits)};
    const nr::Slot slot(nr::Scs::khz30, 3);
    Grid sent(1, 52), received(4, 52);
    PucchTransmitter transmitter;
    if (!transmitter.send(p, uci, slot, sent)) std::abort();
    for (unsigned r = 0; r < 4; ++r) {
      const Cf gain = gaussian();
      for (unsigned l = 0; l < 14; ++l) {
        for (unsigned k = 0; k < sent.subcarriers(); ++k) received.at(r, l, k) = gain * sent.at(0, l, k) + 0.1f * gaussian();
      }
    }
    PucchReceiver receiver(4);
    const double ns = bench::median_ns([&] {
      if (!receiver.receive(p, slot, received)) std::abort();
    });
    show(fmt::format("PUCCH format {} receive, {} bits, 4 ports", line.format, line.bits), ns / 1000, "us", false, line.peer);
  }
}

}  // namespace

int main() {
  modulation();
  equalisers();
  estimation();
  pucch();
}
