#include "base/counter.h"

#include <fmt/format.h>

namespace sen {

Counter& Counters::counter(std::string_view name, std::string_view help, std::string_view labels) {
  return member(name, help, labels, false);
}

Counter& Counters::gauge(std::string_view name, std::string_view help, std::string_view labels) {
  return member(name, help, labels, true);
}

Counter& Counters::member(std::string_view name, std::string_view help, std::string_view labels, bool is_gauge) {
  std::lock_guard lock(mutex_);
  auto family = families_.find(name);
  if (family == families_.end()) {
    family = families_.try_emplace(std::string(name)).first;
    family->second.help = help;
    family->second.is_gauge = is_gauge;
  }
  return family->second.members.try_emplace(std::string(labels)).first->second;
}

std::string Counters::render() const {
  std::lock_guard lock(mutex_);
  std::string out;
  for (const auto& [name, family] : families_) {
    fmt::format_to(std::back_inserter(out), "# HELP {} {}\n# TYPE {} {}\n", name, family.help, name, family.is_gauge ? "gauge" : "counter");
    for (const auto& [labels, counter] : family.members) {
      if (labels.empty()) {
        fmt::format_to(std::back_inserter(out), "{} {}\n", name, counter.value());
      } else {
        fmt::format_to(std::back_inserter(out), "{}{{{}}} {}\n", name, labels, counter.value());
      }
    }
  }
  return out;
}

}  // namespace sen
