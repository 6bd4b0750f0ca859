// sen5g config and sen5g version.
#include <fmt/format.h>

#include "apps/commands.h"
#include "apps/core_config.h"
#include "base/sctp/sctp.h"

#ifndef SEN_VERSION
#define SEN_VERSION "unknown"
#endif

namespace sen {

int run_config_check(const ConfigCheckOptions& options) {
  auto loaded = load_core_config(options.config);
  if (!report_problems(loaded.problems)) return 2;
  fmt::print("{}: good\n", fmt::join(options.config.files, ", "));
  return 0;
}

int run_config_reference(const ConfigCheckOptions& options) {
  auto rows = config::rows_of<CoreConfig>();
  fmt::print("{}", options.schema ? config::to_json_schema(rows, "sen5g core") : config::to_markdown(rows));
  return 0;
}

int run_version(const VersionOptions&) {
  static constexpr std::string_view backends[] = {"automatic", "kernel", "usrsctp over IP", "usrsctp over UDP"};
  fmt::print("sen5g {} ({}, {})\nSCTP here: {}\nLicence: Apache-2.0\n", SEN_VERSION,
#ifdef __clang__
             "clang " __clang_version__,
#else
             "gcc " __VERSION__,
#endif
#ifdef __x86_64__
             "x86-64",
#else
             "aarch64",
#endif
             backends[static_cast<size_t>(choose_sctp_backend())]);
  return 0;
}

}  // namespace sen
