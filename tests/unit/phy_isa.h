// Runs a test's body once with every instruction set that the machine has.
#pragma once

#include <gtest/gtest.h>

#include "phy/kernels/isa.h"

namespace sen::phy {

template <class F>
void for_each_isa(F&& body) {
  const Isa before = isa();
  for (Isa i : available_isas()) {
    ASSERT_TRUE(use_isa(i));
    SCOPED_TRACE(to_string(i));
    body();
    if (testing::Test::HasFatalFailure()) break;
  }
  use_isa(before);
}

}  // namespace sen::phy
