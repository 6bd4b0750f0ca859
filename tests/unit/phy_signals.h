// What the tests of sequences, OFDM, PRACH, SRS and CSI-RS share.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <span>

#include "tests/unit/phy_noise.h"

namespace sen::phy {

// Cases of a property test: 1,000, or what SEN_PROPERTY_CASES says; `share` of them where a case is dear.
inline unsigned property_cases(double share = 1) {
  const char* text = std::getenv("SEN_PROPERTY_CASES");
  const double n = text ? std::strtod(text, nullptr) : 1000;
  return std::max(1u, static_cast<unsigned>(n * share));
}

template <class T>
T pick(Random& random, std::initializer_list<T> list) {
  return *(list.begin() + random.between(0, list.size() - 1));
}
inline unsigned upto(Random& random, unsigned most) { return static_cast<unsigned>(random.between(0, most)); }

}  // namespace sen::phy
