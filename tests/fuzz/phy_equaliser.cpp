// Mapper, demapper and equalisers on arbitrary values, not-a-number and infinity included: every instruction set stays inside its rows; on finite input it
// gives the reference's result.
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "phy/kernels/equalise.h"
#include "phy/kernels/isa.h"
#include "phy/kernels/modulation.h"

using namespace sen::phy;

namespace {

// Floats from octets, any bit pattern when `raw`, else moderate ones.
struct Source {
  const uint8_t* data;
  size_t size, at = 0;
  bool raw;
  float next() {
    uint8_t b[4];
    for (uint8_t& v : b) {
      v = static_cast<uint8_t>(data[at % size] + at / size);
      ++at;
    }
    if (!raw) return static_cast<float>(static_cast<int16_t>(b[0] | b[1] << 8)) / 8192;
    float f;
    std::memcpy(&f, b, 4);
    return f;
  }
  std::vector<Cf> row(size_t n) {
    std::vector<Cf> v(n);
    for (Cf& x : v) x = {next(), next()};
    return v;
  }
};

constexpr unsigned orders[] = {1, 2, 4, 6, 8, 10};

void soft_bits(Source& s, unsigned qm, size_t n) {
  const std::vector<Cf> x = s.row(n);
  std::vector<float> nvar(n);
  for (float& v : nvar) v = s.raw ? s.next() : 0.01f + std::abs(s.next());
  std::vector<Llr> want(n * qm), got(n * qm);
  reference::demap(qm, x, nvar, want);
  demap(qm, x, nvar, got);
  for (size_t i = 0; i < n * qm; ++i) {
    if (got[i] < -120 || got[i] > 120) std::abort();
    if (!s.raw && std::abs(got[i] - want[i]) > 1) std::abort();
  }
}

void symbols(const uint8_t* data, size_t size, unsigned qm) {
  const size_t first = data[0] % 16, bits = 8 * size;
  if (bits < first + qm) return;
  const size_t n = (bits - first) / qm;
  std::vector<Cf> want(n), got(n);
  reference::map_symbols(qm, {data, size}, first, want);
  map_symbols(qm, {data, size}, first, got);
  for (size_t i = 0; i < n; ++i) {
    if (std::abs(want[i] - got[i]) > 1e-6f) std::abort();
  }
}

void equalised(Source& s, Equaliser kind, unsigned layers, unsigned ports, size_t n) {
  std::vector<std::vector<Cf>> y, h, x(layers, std::vector<Cf>(n));
  std::vector<std::vector<float>> nvar(layers, std::vector<float>(n));
  for (unsigned r = 0; r < ports; ++r) y.push_back(s.row(n));
  for (unsigned i = 0; i < ports * layers; ++i) h.push_back(s.row(n));
  std::vector<const Cf*> yp, hp;
  std::vector<Cf*> xp;
  std::vector<float*> np;
  for (auto& v : y) yp.push_back(v.data());
  for (auto& v : h) hp.push_back(v.data());
  for (auto& v : x) xp.push_back(v.data());
  for (auto& v : nvar) np.push_back(v.data());
  const float noise = s.raw ? s.next() : 0.1f;
  equalise(kind, yp, hp, layers, noise, n, xp, np);
  if (s.raw || kind == Equaliser::zero_forcing) return;  // near its threshold zero forcing may decide either way
  const auto first = x;
  reference::equalise(kind, yp, hp, layers, noise, n, xp, np);
  for (unsigned l = 0; l < layers; ++l) {
    for (size_t i = 0; i < n; ++i) {
      if (nvar[l][i] < 20 && !(std::abs(first[l][i] - x[l][i]) < 0.1f * (1 + std::abs(x[l][i])) * (1 + nvar[l][i]))) std::abort();
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 8) return 0;
  const unsigned what = data[0], qm = orders[data[1] % 6];
  const size_t n = data[2] % 80;
  Source source{.data = data + 4, .size = size - 4, .raw = (what & 0x80) != 0};
  for (Isa i : available_isas()) {
    use_isa(i);
    source.at = 0;
    switch (what & 3) {
      case 0: soft_bits(source, qm, n); break;
      case 1: symbols(data + 4, size - 4, qm); break;
      default: equalised(source, what & 1 ? Equaliser::mmse : Equaliser::zero_forcing, 1 + data[3] % 4, 1 + data[3] / 4 % 4, n); break;
    }
  }
  return 0;
}
