// Control channels on one thread: polar and short codes, PDCCH, PBCH and cell search, microseconds an operation beside OCUDU 26.04 (July 2026, its own
// benchmarks, GCC 12 -O3 -march=native, AVX2 on one Zen 3 virtual core) where it has a figure. Soft bits are noisy enough for every decision to matter,
// and all words decode. CPU time of the thread: other processes of the machine do not count. The peer decodes without a list: "list 1" is the same work.
// Its UCI figures do not name E: ours are 30 bits in 128 and 100 bits in 400.
#include <time.h>

#include <cmath>

#include "base/random.h"
#include "bench/bench.h"
#include "nr/search_space.h"
#include "phy/coding/control.h"
#include "phy/kernels/isa.h"
#include "phy/ofdm.h"
#include "phy/pdcch.h"
#include "phy/ssb.h"

using namespace sen;
using namespace sen::phy;

namespace {

double cpu_ns() {
  timespec t;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) * 1e9 + static_cast<double>(t.tv_nsec);
}

// Median of 15 runs of about 2 ms.
template <class F>
double median_ns(F&& operation) {
  auto run = [&](int n) {
    const double start = cpu_ns();
    for (int i = 0; i < n; ++i) operation();
    return (cpu_ns() - start) / n;
  };
  const int n = std::max(1, static_cast<int>(2e6 / std::max(1.0, run(5))));
  std::array<double, 15> runs;
  for (double& r : runs) r = run(n);
  std::ranges::nth_element(runs, runs.begin() + 7);
  return runs[7];
}

void show(const std::string& operation, double ns, double peer_us = 0) {
  std::string beside;
  if (peer_us > 0) beside = fmt::format("\"peer\":{},\"times_as_fast\":{:.2f},", peer_us, peer_us * 1e3 / ns);
  fmt::print("{{\"bench\":\"phy_control\",\"operation\":\"{}\",\"us\":{:.4g},{}\"isa\":\"{}\",\"machine\":\"{}\"}}\n", operation, ns / 1e3, beside,
             to_string(isa()), bench::machine());
  std::fflush(stdout);
}

float gaussian(Random& random) {
  float sum = -6;
  for (int i = 0; i < 12; ++i) sum += static_cast<float>(random.next() >> 40) * 0x1p-24f;
  return sum;
}

// BPSK in white noise at this SNR (of a real dimension), 32 words in turn.
std::vector<std::vector<Llr>> received(std::span<const Bit> e, float snr_db, Random& random) {
  const float deviation = std::pow(10.0f, -snr_db / 20);
  std::vector<std::vector<Llr>> out(32, std::vector<Llr>(e.size()));
  for (auto& word : out) {
    for (size_t i = 0; i < e.size(); ++i) {
      const float y = (e[i] ? -1.0f : 1.0f) + deviation * gaussian(random);
      word[i] = static_cast<Llr>(std::lrint(std::clamp(10 * y / (deviation * deviation), -120.0f, 120.0f)));
    }
  }
  return out;
}

std::vector<Bit> bits(size_t n, Random& random) {
  std::vector<Bit> out(n);
  for (Bit& b : out) b = random.chance(0.5);
  return out;
}

struct Code {
  const char* name;
  unsigned payload, e;
  float snr_db;
  double peer_decode_us, peer_encode_us;
};

void polar() {
  Random random(1);
  ControlEncoder encoder;
  const uint16_t rntis[] = {0x4601};
  auto decode_times = [&](const Code& c, std::span<const Bit> e, auto&& decode) {
    for (unsigned list : {1u, 8u}) {
      ControlDecoder decoder(list);
      const auto words = received(e, c.snr_db, random);
      size_t next = 0;
      const double ns = median_ns([&] { decode(decoder, words[next++ % words.size()]); });
      show(fmt::format("{}: dematch, decode and check, list {}", c.name, list), ns, list == 1 ? c.peer_decode_us : 0);
    }
  };
  for (const Code& c : {Code{"DCI 40 bits, level 1", 40, 108, 6, 0, 0}, Code{"DCI 40 bits, level 4", 40, 432, 0, 9.8, 1.5}, Code{"DCI 40 bits, level 16", 40, 1728, -6, 0, 0}}) {
    const std::vector<Bit> payload = bits(c.payload, random);
    std::vector<Bit> e(c.e), back(c.payload);
    show(fmt::format("{}: CRC and encode", c.name), median_ns([&] { (void)encoder.dci(payload, rntis[0], e); }), c.peer_encode_us);
    decode_times(c, e, [&](ControlDecoder& d, std::span<const Llr> w) { d.dci(w, rntis, back); });
  }
  std::array<Bit, 32> a{}, b{};
  std::array<Bit, 864> coded;
  show("PBCH: CRC and encode", median_ns([&] { encoder.bch(a, coded); }), 2.1);
  decode_times({"PBCH", 32, 864, -3, 10.5, 0}, coded, [&](ControlDecoder& d, std::span<const Llr> w) { d.bch(std::span<const Llr, 864>(w.data(), 864), b); });
  for (const Code& c : {Code{"UCI 30 bits in 128", 30, 128, 3, 3.2, 0}, Code{"UCI 100 bits in 400", 100, 400, 3, 12, 0}, Code{"UCI 11 bits in 64", 11, 64, 3, 0, 0},
                        Code{"UCI 1706 bits in 4096", 1706, 4096, 5, 0, 0}}) {
    const std::vector<Bit> payload = bits(c.payload, random);
    std::vector<Bit> e(c.e), back(c.payload);
    show(fmt::format("{}: CRC and encode", c.name), median_ns([&] { (void)encoder.uci(payload, 2, e); }));
    decode_times(c, e, [&](ControlDecoder& d, std::span<const Llr> w) { d.uci(w, 2, back); });
  }
}

// A common and a UE-specific search of 20 MHz at 30 kHz: 16 CCEs, one DCI of level 4 at 10 dB.
void pdcch() {
  Random random(2);
  nr::l1::PdcchPdu pdu;
  pdu.bwp = {nr::Scs::khz30, false, 0, 51};
  pdu.coreset = {.id = 1, .frequency_groups = 0xff, .duration = 2};
  pdu.aggregation_level = 4;
  pdu.first_cce = 4;
  pdu.rnti = pdu.n_rnti = 0x4601;
  pdu.dci = {{1, 2, 3, 4, 5}, 40};
  const nr::Slot slot(nr::Scs::khz30, 7);
  PdcchTransmitter transmitter;
  Grid sent(1, 51);
  show("PDCCH of level 4 to the grid", median_ns([&] { (void)transmitter.send(pdu, slot, sent); }));
  for (unsigned ports : {1u, 4u}) {
    Grid grid(ports, 51);
    for (unsigned port = 0; port < ports; ++port) {
      for (unsigned l = 0; l < 2; ++l) {
        for (unsigned k = 0; k < grid.subcarriers(); ++k) grid.at(port, l, k) = sent.at(0, l, k) + 0.22f * Cf{gaussian(random), gaussian(random)};
      }
    }
    nr::l1_ue::PdcchSearch search{.bwp = pdu.bwp, .coreset = pdu.coreset, .n_rnti_is_rnti = true};
    search.sizes = {40};
    search.rntis = {0x4601};
    PdcchReceiver receiver(ports);
    std::vector<nr::l1_ue::RxDci> found;
    auto time = [&] {
      return median_ns([&] {
        found.clear();
        (void)receiver.search(search, slot, grid, found);
      });
    };
    search.candidates = {{4, 4}};
    show(fmt::format("PDCCH, {} ports: one candidate that holds a DCI", ports), time());
    search.candidates = {{0, 1}, {5, 1}, {8, 1}, {12, 1}, {0, 2}, {4, 2}, {8, 2}, {12, 2}, {0, 4}, {4, 4}, {8, 4}, {12, 4}, {0, 8}, {8, 8}};
    search.sizes = {40, 47};
    show(fmt::format("PDCCH, {} ports: 14 candidates of two sizes, one DCI", ports), time());
  }
}

void ssb() {
  Random random(3);
  nr::l1::SsbPdu pdu;
  pdu.pci = 500;
  pdu.ssb_case = 2;
  pdu.l_max = 8;
  pdu.mib = 0x123456;
  Grid grid(1, 51);
  show("SSB to the grid", median_ns([&] { (void)send_ssb(pdu, 17, 100, grid); }));
  Grid noisy(1, 51);
  for (unsigned l = 2; l < 6; ++l) {
    for (unsigned k = 0; k < noisy.subcarriers(); ++k) noisy.at(0, l, k) = grid.at(0, l, k) + 0.5f * Cf{gaussian(random), gaussian(random)};
  }
  SsbMeasurement measurement;
  show("PBCH from the grid, measured and decoded at 3 dB", median_ns([&] { (void)receive_pbch(noisy, 2, 100, pdu.pci, 8, nr::Scs::khz30, measurement); }));

  auto ofdm = Ofdm::make({.scs = nr::Scs::khz30, .n_rb = 51, .dft_size = 768});
  auto searcher = SsbSearcher::make({nr::Scs::khz30, 23.04e6, (100 + 120 - 306) * 30e3, 0, 0.0});
  std::vector<Cf> samples(460800);  // 20 ms
  ofdm->modulate(grid, 0, 0, 1, std::span(samples).subspan(100000, ofdm->slot_samples(0)));
  for (Cf& v : samples) v += 20.0f * Cf{gaussian(random), gaussian(random)};
  std::vector<SsbFound> found;
  show("cell search in 20 ms at 23.04 Msps, 3 frequency hypotheses", median_ns([&] { searcher->search(samples, 4, found); }));
}

}  // namespace

int main() {
  polar();
  pdcch();
  ssb();
}
