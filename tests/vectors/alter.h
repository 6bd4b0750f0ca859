// Checks the checkers: every value that a case states is altered, one at a time, and the case run again; it should fail. What no checker notices is either
// an input without influence or a gap.
#pragma once

#include <map>

#include "tests/vectors/frame.h"

namespace sen::vectors {

struct Alterations {
  size_t made = 0, noticed = 0;
  std::map<std::string, size_t> unnoticed;  // by path without indices
};
// "messages[3].fields.x" -> "messages.fields.x"
std::string without_indices(const std::string& path);
// `value` is the case's JSON. Only for cases that pass.
void alter_each(const std::filesystem::path& folder, const std::string& group, const std::string& id, const nlohmann::json& value, Run run,
                Alterations& out);

}  // namespace sen::vectors
