#include "phy/sequence/low_papr.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <numbers>

#include "base/ensure.h"
#include "phy/sequence/gold.h"

namespace sen::phy {
namespace {

// Tables 5.2.2.2-1 to -4, a row a u: bits 2n and 2n + 1 hold (phi(n) + 3) / 2.
using Phases = std::array<uint64_t, 30>;
constexpr Phases phases_6{0x1f4, 0x35c, 0x2c0, 0x1ea, 0xd2a, 0x018, 0x038, 0x624, 0x084, 0x320, 0x0b8, 0x284, 0xc7a, 0xdfa, 0x72a,
                          0x36a, 0x754, 0x190, 0x480, 0x128, 0x28c, 0x408, 0xeca, 0x20a, 0xf7a, 0xf8a, 0x75a, 0x5da, 0x4da, 0x58a};
constexpr Phases phases_12{0x2a4c08, 0xfe5e2c, 0x339cbc, 0x18cfd0, 0x866b94, 0xe740b0, 0x2a4576, 0x264071, 0xbec4b4, 0x1ec414,
                           0x2f53cc, 0x25f144, 0xf18434, 0x114f58, 0xd9bf8e, 0x2d4178, 0x87d255, 0x217e69, 0x33c5f8, 0x21fd30,
                           0x1b93bb, 0xcea8ec, 0x3841fc, 0x13f4c7, 0xf1fe24, 0x998f6c, 0x616639, 0x2c93f0, 0x8e56b6, 0x3970cc};
constexpr Phases phases_18{0x56a534b1d, 0xcdb104e73, 0x476aa4d6c, 0x91c2f8bf0, 0xb6520245a, 0x73da167a3, 0x01f8a4b9c, 0xd09a73bca,
                           0xe9012c208, 0x33bf090b7, 0xc3783ac80, 0x742d517f0, 0xedf511a04, 0x874bce00a, 0xae350a11c, 0xe4c107c8b,
                           0x1c6fd3844, 0xbd5191df4, 0x5a8102d48, 0xf4219d13f, 0x15cd13a28, 0xfe4421f12, 0xbb7fd2960, 0xfad27c087,
                           0xc2a104497, 0x5302b7f20, 0x574f17214, 0xd531878f0, 0x8d3cfa021, 0x7793d956c};
constexpr Phases phases_24{0x03f139127b71, 0x0f8fcd4822b1, 0x0d4ba1478581, 0x04d013a6f472, 0x061b85ee5d0d, 0x00846e172824,
                           0x0a54011889ec, 0x3c515c473678, 0x0026791b15c8, 0x08e1c326291a, 0x3b1ba14bb340, 0x3890beaf56dc,
                           0x0c3d7345b873, 0x05390ce2bddc, 0x3014c7d8ed48, 0x05ad2d9d4214, 0x1588d6964f60, 0x0a415530a277,
                           0x0a2820022088, 0x1c944d9256f0, 0x096f32346150, 0x009572c7a367, 0x3f9e0046c8c8, 0x1b01667ea524,
                           0x06b4cd35d51c, 0x199fe9a12418, 0x0440ae1d5f5d, 0x06dd37ab4f43, 0x001b1e42e888, 0x032b711d1793};

const Phases* phases(size_t length) {
  switch (length) {
    case 6: return &phases_6;
    case 12: return &phases_12;
    case 18: return &phases_18;
    case 24: return &phases_24;
    default: return nullptr;
  }
}

void from_table(uint64_t row, std::span<Cf> out) {
  constexpr float h = std::numbers::sqrt2_v<float> / 2;
  constexpr Cf points[4] = {{-h, -h}, {h, -h}, {h, h}, {-h, h}};  // exp(j phi pi / 4), phi = -3, -1, 1, 3
  for (size_t n = 0; n < out.size(); ++n) out[n] = points[row >> 2 * n & 3];
}

constexpr unsigned n_primes = 463;  // below max_low_papr
constexpr std::array<uint16_t, n_primes> primes = [] {
  std::array<uint16_t, n_primes> list{};
  std::array<bool, max_low_papr> composite{};
  size_t n = 0;
  for (unsigned p = 2; p < max_low_papr; ++p) {
    if (composite[p]) continue;
    list[n++] = static_cast<uint16_t>(p);
    for (unsigned m = p * p; m < max_low_papr; m += p) composite[m] = true;
  }
  return list;
}();
static_assert(primes.back() == 3299);

using Cd = std::complex<double>;
Cd turn(double cycles) { return {std::cos(2 * std::numbers::pi * cycles), std::sin(2 * std::numbers::pi * cycles)}; }

// Without the checks for infinities of std::complex.
Cd times(Cd a, Cd b) { return {a.real() * b.real() - a.imag() * b.imag(), a.real() * b.imag() + a.imag() * b.real()}; }

// Independent recurrences: as many as hide the latency of a complex product.
constexpr unsigned strands = 4;

// sum of 2^m c(first + m), m = 0..7 (TS 38.211 6.3.2.2).
unsigned octet(uint32_t c_init, unsigned first) {
  Gold gold(c_init, first);
  unsigned sum = 0;
  for (unsigned m = 0; m < 8; ++m) sum |= gold.next(1) << m;
  return sum;
}

}  // namespace

unsigned prime_below(unsigned n) {
  ensure(n > 2 && n <= max_low_papr);
  return *std::prev(std::ranges::lower_bound(primes, n));
}

// Sample m + strands follows from sample m by a factor that itself advances by a constant one.
void zadoff_chu(unsigned q, unsigned n_zc, std::span<Cf> out) {
  auto cycles = [&](uint64_t turns) { return -static_cast<double>(turns % n_zc) / n_zc; };
  auto index = [&](uint64_t m) { return q * (m * (m + 1) / 2 % n_zc); };
  std::array<Cd, strands> value, step;
  for (unsigned s = 0; s < strands; ++s) {
    value[s] = turn(cycles(index(s)));
    // (m + 4)(m + 5) / 2 - m (m + 1) / 2 = 4 m + 10
    step[s] = turn(cycles(uint64_t{q} * (strands * s + strands * (strands + 1) / 2)));
  }
  const Cd change = turn(cycles(uint64_t{q} * strands * strands));
  size_t n = std::min<size_t>(out.size(), n_zc);
  for (size_t m = 0; m < n; m += strands) {
    for (unsigned s = 0; s < strands && m + s < n; ++s) {
      out[m + s] = Cf(value[s]);
      value[s] = times(value[s], step[s]);
      step[s] = times(step[s], change);
    }
  }
  for (size_t m = n; m < out.size(); ++m) out[m] = out[m - n_zc];
}

void rotate(double alpha, std::span<Cf> out) {
  const double cycles = alpha / (2 * std::numbers::pi);
  std::array<Cd, strands> phase;
  for (unsigned s = 0; s < strands; ++s) phase[s] = turn(cycles * s);
  const Cd step = turn(cycles * strands);
  for (size_t m = 0; m < out.size(); m += strands) {
    for (unsigned s = 0; s < strands && m + s < out.size(); ++s) {
      out[m + s] = Cf(times(Cd(out[m + s]), phase[s]));
      phase[s] = times(phase[s], step);
    }
  }
}

void low_papr_base(unsigned u, unsigned v, std::span<Cf> out) {
  ensure(u < 30 && v < 2 && out.size() >= 6 && out.size() <= max_low_papr);
  if (const Phases* table = phases(out.size())) return from_table((*table)[u], out);
  // 5.2.2.2: exp(-j pi (u + 1)(n + 1)(n + 2) / 31), the Zadoff-Chu sequence of length 31 from its second sample on.
  if (out.size() == 30) {
    std::array<Cf, 31> whole;
    zadoff_chu(u + 1, 31, whole);
    std::copy_n(whole.begin() + 1, 30, out.begin());
    return;
  }
  // 5.2.2.1. q-bar = N_ZC (u + 1) / 31; all in integers.
  unsigned n_zc = prime_below(static_cast<unsigned>(out.size())), product = n_zc * (u + 1);
  unsigned q = (2 * product + 31) / 62;
  if (v == 1) q = 2 * product / 31 % 2 == 0 ? q + 1 : q - 1;
  zadoff_chu(q, n_zc, out);
}

void low_papr(unsigned u, unsigned v, double alpha, std::span<Cf> out) {
  low_papr_base(u, v, out);
  if (alpha != 0) rotate(alpha, out);
}

GroupSequence pucch_group_sequence(unsigned group_hopping, unsigned n_id, unsigned slot_in_frame, bool second_hop) {
  unsigned hop = 2 * slot_in_frame + (second_hop ? 1 : 0);
  unsigned f_ss = n_id % 30;
  if (group_hopping == 1) return {static_cast<uint8_t>((octet(n_id / 30, 8 * hop) + f_ss) % 30), 0};
  if (group_hopping == 2) return {static_cast<uint8_t>(f_ss), static_cast<uint8_t>(Gold(32 * (n_id / 30) + f_ss, hop).next(1))};
  return {static_cast<uint8_t>(f_ss), 0};
}

unsigned pucch_n_cs(unsigned n_id, unsigned slot_in_frame, unsigned symbol_in_slot, unsigned symbols_per_slot) {
  return octet(n_id, 8 * (symbols_per_slot * slot_in_frame + symbol_in_slot));
}

}  // namespace sen::phy
