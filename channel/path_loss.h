// Path loss over distance, TR 38.901 table 7.4.1-1, without shadow fading. Any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace sen::channel {

enum class PathLoss : uint8_t { free_space, umi_los, umi_nlos, uma_los, uma_nlos };
std::optional<PathLoss> parse_path_loss(std::string_view text);  // "free-space", "umi-los" ...

// dB between isotropic antennas. Base station 10 m (UMi) or 25 m (UMa) high, terminal 1.5 m; `distance_m` in the plane (at least 1 m is taken; the
// models are stated from 10 m to 5 km).
double path_loss_db(PathLoss model, double distance_m, double carrier_hz);

}  // namespace sen::channel
