// sen5g config and sen5g version.
#include <fmt/format.h>

#include "apps/commands.h"
#include "apps/gnb_config.h"
#include "apps/link/case.h"
#include "apps/ue_config.h"
#include "base/sctp/sctp.h"

#ifndef SEN_VERSION
#define SEN_VERSION "unknown"
#endif

namespace sen {

namespace {

// What a file is for: by the sections that only one has.
std::vector<Error> problems_of(const ConfigOptions& options) {
  std::vector<Error> problems;
  const config::Node root = merge_files(options, problems);
  if (!problems.empty()) return problems;
  for (const char* key : {"cu_cp", "cu_up", "cell_cfg", "cells", "ru_air", "gnb_id"}) {
    if (root.find(key)) return load_gnb_config(options).problems;
  }
  for (const char* key : {"usim", "air", "tun", "session"}) {
    if (root.find(key)) return load_ue_config(options).problems;
  }
  if (root.find("cases")) {
    link::Sweep sweep;
    problems = config::load(root, sweep);
    for (const auto& c : sweep.cases) {
      if (auto status = link::check(c); !status) problems.push_back(status.error());
    }
    return problems;
  }
  return load_core_config(options).problems;
}

std::vector<config::Row> rows_of(const std::string& node) {
  if (node == "gnb") return config::rows_of<GnbConfig>();
  if (node == "ue") return config::rows_of<UeProcessConfig>();
  if (node == "link") {
    link::Sweep sweep;
    sweep.cases.emplace_back();
    return config::rows_of(sweep);
  }
  return config::rows_of<CoreConfig>();
}

}  // namespace

int run_config_check(const ConfigCheckOptions& options) {
  if (!report_problems(problems_of(options.config))) return 2;
  fmt::print("{}: good\n", fmt::join(options.config.files, ", "));
  return 0;
}

int run_config_reference(const ConfigCheckOptions& options) {
  auto rows = rows_of(options.node);
  fmt::print("{}", options.schema ? config::to_json_schema(rows, "sen5g " + options.node) : config::to_markdown(rows));
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
