// Channel estimation from arbitrary grids, allocations and pilots, not-a-number included: no harm, rows of the stated sizes.
#include <cstdlib>
#include <cstring>
#include <vector>

#include "phy/estimation/channel_estimator.h"

using namespace sen::phy;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 16) return 0;
  constexpr unsigned grid_rb = 40;
  static Grid grid(2, grid_rb);
  static ChannelEstimator estimator(grid_rb, 2);
  static ChannelEstimate estimate(grid_rb, 2, max_layers);
  Pilots p;
  p.type = static_cast<uint8_t>(1 + data[0] % 4);
  const bool shared_channel = p.type <= 2;
  p.length = shared_channel && data[1] & 1 ? 2 : 1;
  p.layers = static_cast<uint8_t>(shared_channel ? 1 + data[2] % 4 : 1);
  const unsigned ports = p.type == 1 ? (p.length == 2 ? 8 : 4) : (p.length == 2 ? 12 : 6);
  if (shared_channel) {
    for (unsigned l = 0; l < p.layers; ++l) p.ports[l] = dmrs_port(p.type, (data[3] + l) % ports);
  }
  std::vector<uint8_t> symbols;
  const unsigned positions = 1 + data[4] % (p.length == 2 ? 2 : 4);
  for (unsigned q = 0; q < positions; ++q) {
    for (unsigned l = 0; l < p.length; ++l) symbols.push_back(static_cast<uint8_t>(3 * q + l + data[5] % 2));
  }
  std::vector<std::pair<uint16_t, uint16_t>> rbs;
  for (unsigned first = data[6] % 8, i = 7; first < grid_rb && i < 12; ++i) {
    const unsigned count = std::min<unsigned>(data[i] % 16, grid_rb - first);
    rbs.emplace_back(first, count);
    first += count + data[i] / 16;
  }
  unsigned n_rb = 0;
  for (auto [first, count] : rbs) n_rb += count;
  if (n_rb == 0) return 0;
  std::vector<Cf> base(symbols.size() * 12 * n_rb, Cf{1, 0});
  p.rbs = rbs;
  p.symbols = symbols;
  p.base = base;
  for (unsigned r = 0; r < 2; ++r) {
    for (uint8_t l : symbols) {
      for (unsigned k = 0; k < grid.subcarriers(); ++k) {
        const uint8_t* from = data + 12 + (k * 4 + 31 * l + r) % (size - 15);
        float f;
        std::memcpy(&f, from, 4);
        grid.at(r, l, k) = data[1] & 2 ? Cf{f, f} : Cf{static_cast<float>(from[0]) / 64 - 2, static_cast<float>(from[1]) / 64 - 2};
      }
    }
  }
  estimator.estimate(grid, p, estimate);
  if (estimate.subcarriers() != 12 * n_rb || estimate.layers() != p.layers || estimate.rx_ports() != 2) std::abort();
  std::array<const Cf*, max_layers * 2> rows{};
  float sum = 0;
  for (unsigned l = 0; l < 14; ++l) {
    estimate.at_symbol(l, rows);
    for (unsigned i = 0; i < 2u * p.layers; ++i) sum += rows[i][0].real() + rows[i][12 * n_rb - 1].imag();
  }
  volatile float keep = sum;
  (void)keep;
  return 0;
}
