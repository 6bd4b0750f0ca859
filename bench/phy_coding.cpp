// The PHY's coding kernels beside OCUDU 26.04 (July 2026, its own benchmarks, GCC 12 -O3 -march=native, AVX2 on one Zen 3 virtual core,
// median of up to 14 rounds on an idle machine). One line of JSON a figure. "calibration_ns": a fixed chain of 1,000 dependent
// multiplications and additions on this machine, to compare machines by. SEN_ISA=avx2 for the peer's instruction set.
#include <random>

#include "base/random.h"
#include "bench/bench.h"
#include "phy/coding/rate_match.h"
#include "phy/coding/sch.h"
#include "phy/kernels/isa.h"
#include "phy/kernels/ldpc_bits.h"
#include "phy/kernels/ldpc_encode.h"

using namespace sen;
using namespace sen::phy;

namespace {

double calibration() {
  uint64_t x = 1;
  double ns = bench::median_ns([&] {
    for (int i = 0; i < 1000; ++i) {
      x = x * 0x9e3779b97f4a7c15u + 1;
      asm volatile("" : "+r"(x));
    }
  });
  return ns;
}

struct Peer {
  double value = 0;  // 0: not measured there
};

// `higher` is better: Mb/s; else us.
void show(const std::string& operation, double value, const char* unit, bool higher, Peer peer) {
  static const double calibration_ns = calibration();
  std::string beside;
  if (peer.value > 0)
    beside = fmt::format("\"peer\":{},\"times_as_fast\":{:.2f},", peer.value, higher ? value / peer.value : peer.value / value);
  fmt::print(
      "{{\"bench\":\"phy_coding\",\"operation\":\"{}\",\"{}\":{:.4g},{}\"isa\":\"{}\",\"machine\":\"{}\",\"calibration_ns\":{:.1f}}}\n",
      operation, unit, value, beside, to_string(isa()), bench::machine(), calibration_ns);
}

Bytes block_with_crc(const Segmentation& s, Random& random) {
  Bytes info = random.bytes((s.k_info + 7u) / 8);
  Crc kind = s.tb_crc_bits == 24 ? Crc::crc24a : Crc::crc16;
  uint32_t value = crc(kind, info, s.tb_bits);
  for (unsigned i = 0; i < s.tb_crc_bits; ++i) {
    unsigned at = s.tb_bits + i;
    info[at / 8] = static_cast<uint8_t>((info[at / 8] & ~(0x80 >> at % 8)) | (value >> (s.tb_crc_bits - 1 - i) & 1) << (7 - at % 8));
  }
  return info;
}

// QPSK over noise at this SNR.
std::vector<Llr> noisy(ByteView word, uint32_t n, double snr_db) {
  std::mt19937 generator(1);
  std::normal_distribution<double> noise;
  double n0 = std::pow(10, -snr_db / 10);
  std::vector<Llr> out(n);
  for (uint32_t i = 0; i < n; ++i) {
    double y = (word[i / 8] >> (7 - i % 8) & 1 ? -std::sqrt(0.5) : std::sqrt(0.5)) + std::sqrt(n0 / 2) * noise(generator);
    out[i] = static_cast<Llr>(std::clamp(std::lround(20 * std::sqrt(0.5) * y / n0), -120l, 120l));
  }
  return out;
}

struct DecodeCase {
  unsigned base_graph;
  uint32_t tb_bits;
  double rate;
  const char* name;
  std::array<double, 5> peer;  // 1, 2, 4, 6, 8 iterations
  double snr_db;               // where six iterations leave about one block in a hundred
};

void bench_decode(const DecodeCase& c) {
  Random random(1);
  Segmentation s = *segment(c.tb_bits, c.base_graph);
  auto e = static_cast<uint32_t>(s.k / c.rate / 8) * 8;
  RateMatch match = rate_match(s, 0, 2, 0);
  Bytes info = block_with_crc(s, random), word((e + 7) / 8);
  LdpcEncoder encoder;
  encoder.encode(s, info, match, e, word, 0);
  Crc kind = s.tb_crc_bits == 24 ? Crc::crc24a : Crc::crc16;
  LdpcDecoder decoder;
  std::vector<Llr> soft(s.n());
  rate_dematch(s, match, noisy(word, e, c.snr_db), soft, true);
  constexpr std::array<unsigned, 5> iterations{1, 2, 4, 6, 8};
  for (size_t i = 0; i < iterations.size(); ++i) {
    LdpcOptions options{.iterations = static_cast<uint8_t>(iterations[i]), .early_stop = false};
    double ns = bench::median_ns([&] { decoder.decode(s, soft, kind, options, info); });
    show(fmt::format("LDPC decode {} Z={}, {} iterations", c.name, s.z, iterations[i]), s.k / ns * 1e3, "Mb_per_s", true, {c.peer[i]});
  }
  LdpcOptions stop{.iterations = 8};
  unsigned used = decoder.decode(s, soft, kind, stop, info).iterations;
  double ns = bench::median_ns([&] { decoder.decode(s, soft, kind, stop, info); });
  show(fmt::format("LDPC decode {} Z={}, early stop after {}", c.name, s.z, used), s.k / ns * 1e3, "Mb_per_s", true, {});
}

void bench_encode(uint32_t tb_bits, double peer) {
  Random random(1);
  Segmentation s = *segment(tb_bits, 1);
  Bytes info = random.bytes(s.k / 8);
  Bytes word(ldpc_max_columns * ldpc_max_z + 128), work(ldpc_encode_work);
  const LdpcGraph& graph = ldpc_graph(1, s.z);
  double ns = bench::median_ns([&] {
    unpack_bits(info.data(), s.k, word.data());
    ldpc_encode(graph, graph.rows, word.data(), word.data() + s.k, work.data());
  });
  show(fmt::format("LDPC encode BG1 Z={} R=1/3", s.z), s.k / ns * 1e3, "Mb_per_s", true, {peer});
  auto e = static_cast<uint32_t>(s.k / 0.917 / 8) * 8;
  RateMatch match = rate_match(s, 0, 8, 0);
  LdpcEncoder encoder;
  ns = bench::median_ns([&] { encoder.encode(s, info, match, e, word, 0); });
  show(fmt::format("LDPC encode and rate matching BG1 Z={} R=0.917 256QAM", s.z), s.k / ns * 1e3, "Mb_per_s", true, {});
}

void bench_rate_match(unsigned qm, Peer match_us, Peer dematch_us) {
  Random random(1);
  Segmentation s = *segment(8424, 1);
  const uint32_t e = 9120;
  RateMatch match = rate_match(s, 0, qm, 0);
  CircularBuffer c = circular_buffer(s, match);
  Bytes bits = random.bytes(s.n() + 64), word(e / 8 + 1), work(rate_match_work);
  for (uint8_t& b : bits) b &= 1;
  double ns = bench::median_ns([&] { send_bits(c, bits.data(), qm, e, work.data(), word, 0); });
  show(fmt::format("rate matching E=9120 rv0 qm {}", qm), ns / 1e3, "us", false, match_us);
  std::vector<Llr> llrs = noisy(word, e, 5), soft(s.n());
  ns = bench::median_ns([&] { rate_dematch(s, match, llrs, soft, true); });
  show(fmt::format("rate dematching E=9120 rv0 qm {}, new", qm), ns / 1e3, "us", false, dematch_us);
  ns = bench::median_ns([&] { rate_dematch(s, match, llrs, soft, false); });
  show(fmt::format("rate dematching E=9120 rv0 qm {}, combining", qm), ns / 1e3, "us", false, dematch_us);
}

void bench_crc() {
  Bytes block = Random(1).bytes(1053);
  uint32_t sum = 0;
  double ns = bench::median_ns([&] {
    sum += crc(Crc::crc24b, block, 8424);
    asm volatile("" : "+r"(sum));
  });
  show("CRC24B of 8424 bits", ns / 1e3, "us", false, {0.17});
}

void bench_transport_block() {
  Random random(1);
  SchCode code{.base_graph = 1, .rv = 0, .qm = 8, .layers = 4, .tb_bits = 151 * 8424 - 24, .g = 1'376'256};
  Bytes tb = random.bytes(code.tb_bits / 8), word(code.g / 8);
  SchEncoder encoder;
  if (auto sent = encoder.encode(code, tb, word); !sent) return fmt::print(stderr, "{}\n", sent.error().describe());
  double ns = bench::median_ns([&] { (void)encoder.encode(code, tb, word); });
  show(fmt::format("transport block of {} bits to code word", code.tb_bits), ns / 1e3, "us", false, {});
  std::vector<Llr> llrs = noisy(word, code.g, 8);
  SchDecoder decoder;
  HarqBuffer harq(code.tb_bits);
  SchResult result;
  ns = bench::median_ns([&] {
    harq.reset();
    result = *decoder.decode(code, llrs, {}, harq, tb);
  });
  show(fmt::format("soft bits to transport block, early stop, {:.2f} iterations", double(result.iterations) / result.blocks), ns / 1e3,
       "us", false, {});
}

}  // namespace

int main() {
  bench_crc();
  bench_encode(8424, 5750);
  bench_encode(22 * 128 - 16, 2800);
  bench_encode(22 * 56 - 16, 1200);
  bench_rate_match(8, {0.38}, {0.83});
  bench_rate_match(6, {2.6}, {0.90});
  bench_rate_match(2, {11}, {});
  bench_rate_match(4, {}, {});
  bench_rate_match(10, {}, {});
  bench_decode({1, 8424, 0.917, "BG1 R=0.917", {867, 447, 226, 151, 114}, 7.5});
  bench_decode({1, 8424, 1. / 3, "BG1 R=1/3", {164, 82, 41, 27.5, 20.7}, 0.3});
  bench_decode({2, 3824, 0.833, "BG2 R=0.833", {669, 368, 187, 126, 95}, 6.5});
  bench_decode({2, 3824, 0.2, "BG2 R=1/5", {103, 51, 26, 17, 13}, -2});
  bench_transport_block();
}
