#include "nr/ra.h"

#include <algorithm>
#include <cmath>

#include "nr/prach.h"

namespace sen::nr {

std::optional<unsigned> backoff_ms(unsigned index) {
  constexpr std::array<uint16_t, 14> table{5, 10, 20, 30, 40, 60, 80, 120, 160, 240, 320, 480, 960, 1920};
  if (index >= table.size()) return std::nullopt;
  return table[index];
}

int delta_preamble_db(unsigned prach_format, unsigned mu) {
  // Tables 7.3-1 and 7.3-2, in the order of PrachFormat. A and B of the mixed formats agree.
  constexpr std::array<int8_t, 14> table{0, -3, -6, 0, 8, 5, 3, 8, 0, 11, 5, 8, 5, 3};
  if (prach_format >= table.size()) return 0;
  return table[prach_format] + (is_long(static_cast<PrachFormat>(prach_format)) ? 0 : 3 * static_cast<int>(mu));
}

unsigned rar_ta_from_ns(double delay_ns, unsigned mu) {
  double command = std::round(delay_ns / (static_cast<double>(ta_unit_tc(mu)) * tc_ns));
  return static_cast<unsigned>(std::clamp(command, 0.0, static_cast<double>(max_rar_ta)));
}

unsigned ta_command_from_ns(double change_ns, unsigned mu) {
  double command = 31 + std::round(change_ns / (static_cast<double>(ta_unit_tc(mu)) * tc_ns));
  return static_cast<unsigned>(std::clamp(command, 0.0, 63.0));
}

std::optional<uint8_t> prach_mask(unsigned index) {
  if (index == 0) return 0xff;
  if (index <= 8) return static_cast<uint8_t>(1u << (index - 1));
  if (index == 9) return 0xaa;   // every even occasion: 2, 4, 6, 8
  if (index == 10) return 0x55;  // every odd one
  return std::nullopt;
}

}  // namespace sen::nr
