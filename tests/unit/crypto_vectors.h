// Reads tests/vectors/*.txt: lines of blank-separated columns, '#' begins a comment. Tests run in the repository's root.
#pragma once

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "base/bytes.h"

namespace sen::test {

using Row = std::vector<std::string>;

inline std::vector<Row> rows(const std::string& name) {
  std::ifstream file("tests/vectors/" + name);
  EXPECT_TRUE(file) << name;
  std::vector<Row> out;
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line[0] == '#') continue;
    std::istringstream columns(line);
    out.emplace_back();
    for (std::string column; columns >> column;) out.back().push_back(column);
  }
  EXPECT_FALSE(out.empty()) << name;
  return out;
}

inline Bytes hex(std::string_view text) { return from_hex(text).value(); }
template <size_t n>
Octets<n> octets(std::string_view text) {
  return octets_from_hex<n>(text).value();
}

}  // namespace sen::test
