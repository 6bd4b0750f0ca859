// How many random cases a property test draws: SEN_PROPERTY_CASES, otherwise 1,000.
#pragma once

#include <cstdlib>

namespace sen::phy {

inline unsigned property_cases(unsigned usual = 1000) {
  const char* asked = std::getenv("SEN_PROPERTY_CASES");
  const long n = asked ? std::strtol(asked, nullptr, 10) : 0;
  return n > 0 ? static_cast<unsigned>(n) : usual;
}

}  // namespace sen::phy
