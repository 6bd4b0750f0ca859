#include "core/sbi/types.h"

namespace sen::sbi {

std::string to_string(BitRate rate) {
  static constexpr std::string_view units[] = {"bps", "Kbps", "Mbps", "Gbps", "Tbps"};
  size_t unit = 0;
  uint64_t value = rate.bps;
  while (unit + 1 < std::size(units) && value != 0 && value % 1000 == 0) {
    value /= 1000;
    ++unit;
  }
  return std::to_string(value) + " " + std::string(units[unit]);
}

}  // namespace sen::sbi
