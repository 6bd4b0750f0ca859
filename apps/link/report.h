// Results as files: CSV and JSON (a line or object a point), an SVG with BLER and throughput over SNR.
#pragma once

#include "apps/link/sweep.h"

namespace sen::link {

std::string to_csv(const std::vector<Curve>& curves);
std::string to_json(const Sweep& sweep, const std::vector<Curve>& curves);
std::string to_svg(const std::vector<Curve>& curves);
// A table for the terminal.
std::string to_text(const Sweep& sweep, const std::vector<Curve>& curves);

}  // namespace sen::link
