// sen5g subscriber: the verbs of the subscriber store.
#include <fmt/core.h>

#include "apps/commands.h"
#include "apps/core_config.h"
#include "core/udm/dbctl.h"
#include "core/udm/import.h"

namespace sen {

namespace {

Result<std::string> import(udm::SubscriberStore& store, const SubscriberOptions& options) {
  std::vector<std::string> files(options.arguments.begin() + 1, options.arguments.end());
  if (files.empty()) return fail(Fault::missing, "import", "names no file");
  SEN_ASSIGN(auto report, udm::import_files(store, files, options.replace));
  return fmt::format("{} subscribers added, {} replaced\n", report.added, report.replaced);
}

Result<std::string> execute(const SubscriberOptions& options, const std::string& path) {
  SEN_ASSIGN(auto store, udm::SubscriberStore::open(path));
  if (options.arguments.front() == "import") return import(store, options);
  return udm::dbctl(store, options.arguments);
}

}  // namespace

std::string subscriber_help() { return udm::dbctl_help() + "import FILE...                  exports of Open5GS or free5GC (JSON); all or nothing\n"; }

int run_subscriber(const SubscriberOptions& options) {
  auto loaded = load_core_config(options.config);
  if (!report_problems(loaded.problems)) return 2;
  std::string path = options.store.empty() ? loaded.config.udm.store : options.store;
  auto text = execute(options, path);
  if (!text) {
    report_problems({text.error()});
    return 1;
  }
  fmt::print("{}", *text);
  return 0;
}

}  // namespace sen
