#include "channel/path_loss.h"

#include <algorithm>
#include <cmath>

namespace sen::channel {
namespace {

constexpr double light_m_s = 299792458.0, terminal_m = 1.5;

struct Geometry {
  double d2, d3, h_bs, ghz;
  Geometry(double distance_m, double height_m, double carrier_hz)
      : d2(std::max(1.0, distance_m)), d3(std::hypot(d2, height_m - terminal_m)), h_bs(height_m), ghz(carrier_hz / 1e9) {}
  // 4 h'_BS h'_UT f / c with an effective environment height of 1 m.
  double breakpoint() const { return 4 * (h_bs - 1) * (terminal_m - 1) * ghz * 1e9 / light_m_s; }
};

double uma_los(const Geometry& g) {
  if (g.d2 <= g.breakpoint()) return 28 + 22 * std::log10(g.d3) + 20 * std::log10(g.ghz);
  double bend = std::pow(g.breakpoint(), 2) + std::pow(g.h_bs - terminal_m, 2);
  return 28 + 40 * std::log10(g.d3) + 20 * std::log10(g.ghz) - 9 * std::log10(bend);
}
double umi_los(const Geometry& g) {
  if (g.d2 <= g.breakpoint()) return 32.4 + 21 * std::log10(g.d3) + 20 * std::log10(g.ghz);
  double bend = std::pow(g.breakpoint(), 2) + std::pow(g.h_bs - terminal_m, 2);
  return 32.4 + 40 * std::log10(g.d3) + 20 * std::log10(g.ghz) - 9.5 * std::log10(bend);
}

}  // namespace

std::optional<PathLoss> parse_path_loss(std::string_view text) {
  if (text == "free-space") return PathLoss::free_space;
  if (text == "umi-los") return PathLoss::umi_los;
  if (text == "umi-nlos") return PathLoss::umi_nlos;
  if (text == "uma-los") return PathLoss::uma_los;
  if (text == "uma-nlos") return PathLoss::uma_nlos;
  return std::nullopt;
}

double path_loss_db(PathLoss model, double distance_m, double carrier_hz) {
  bool micro = model == PathLoss::umi_los || model == PathLoss::umi_nlos;
  Geometry g(distance_m, micro ? 10 : 25, carrier_hz);
  switch (model) {
    case PathLoss::free_space: return 20 * std::log10(4 * M_PI * g.d2 * carrier_hz / light_m_s);
    case PathLoss::umi_los: return umi_los(g);
    case PathLoss::umi_nlos: return std::max(umi_los(g), 35.3 * std::log10(g.d3) + 22.4 + 21.3 * std::log10(g.ghz));
    case PathLoss::uma_los: return uma_los(g);
    case PathLoss::uma_nlos: return std::max(uma_los(g), 13.54 + 39.08 * std::log10(g.d3) + 20 * std::log10(g.ghz));
  }
  return 0;
}

}  // namespace sen::channel
