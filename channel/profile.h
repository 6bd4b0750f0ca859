// Power delay profiles of the tapped-delay-line models: TR 38.901 tables 7.7.2-1 to -5 (delays scaled by a delay spread), and the ready-made ones of the
// requirements, TS 38.104 Annex G.2.1 and TS 38.101-4 Annex B.2.1 (delays fixed); antenna correlation of TS 38.104 G.2.3 and TS 38.101-4 B.2.3.
// Constant tables, any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace sen::channel {

// none: one path without fading.
enum class Profile : uint8_t {
  none,
  tdl_a,
  tdl_b,
  tdl_c,
  tdl_d,
  tdl_e,
  tdla30,
  tdlb100,
  tdlc300,
  tdld30,
  tdla10,
  tdlc60,
  tdld10,
};
std::string_view to_string(Profile profile);  // "none", "tdl-a" ... "tdla30" ...
std::optional<Profile> parse_profile(std::string_view text);

struct Tap {
  float delay = 0;     // of the delay spread (tdl_a to tdl_e), or ns
  float power_db = 0;
};
std::span<const Tap> taps(Profile profile);
bool is_scaled(Profile profile);              // delays are multiples of the delay spread
bool has_line_of_sight(Profile profile);      // taps()[0] is its specular part, taps()[1] the fading part of the same delay

// Paths at a delay spread (ns; ignored by the fixed profiles) with powers that sum to 1. `k_factor_db` replaces the profile's K factor (specular over
// all fading power) as in TR 38.901 7.7.6: the fading taps are scaled.
struct Path {
  double delay_s = 0;
  double power = 1;      // fading part
  double specular = 0;   // power without fading
};
std::vector<Path> paths(Profile profile, double delay_spread_ns, std::optional<double> k_factor_db = std::nullopt);

// Correlation of neighbouring antennas at both ends: alpha at the gNB and beta at the UE; of n antennas in a line, antennas i and j correlate by
// alpha^(((i - j) / (n - 1))^2).
struct Correlation {
  double gnb = 0, ue = 0;
};
// "low", "medium" (uplink: 0.9 and 0.3, downlink: 0.3 and 0.9), "medium-a" (0.3 and 0.3874), "high" (0.9 and 0.9).
std::optional<Correlation> parse_correlation(std::string_view text, bool uplink);
// Row-major n x n lower Cholesky factor of that matrix.
std::vector<double> correlation_root(double neighbour, unsigned n);

}  // namespace sen::channel
