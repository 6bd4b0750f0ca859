// The configuration of the core: sections amf, smf, upf, udm, subscribers, log, metrics, pcap. Keys as users of Open5GS know them.
#pragma once

#include "apps/commands.h"
#include "base/log.h"
#include "core/amf/config.h"
#include "core/smf/config.h"
#include "core/udm/suci.h"
#include "core/udm/store.h"
#include "core/upf/config.h"

namespace sen {

struct HomeNetworkKeyConfig {
  uint8_t id = 1;
  unsigned scheme = 1;  // 1: profile A, 2: profile B
  Bytes key;
};

struct SubscriberConfig {
  std::string imsi;
  std::string key, opc;
};

struct UdmConfig {
  std::string store = "sen5g-subscribers.db";
  std::vector<HomeNetworkKeyConfig> home_network_keys;
  std::vector<SubscriberConfig> subscribers;  // added to the store at start when absent

  Result<udm::HomeNetworkKeys> load_keys() const;
};

struct LogConfig {
  Level level = Level::info;
  std::array<std::optional<Level>, static_cast<size_t>(Layer::count)> layers{};
  std::string file;

  // Sets up the process's log. Error: the file cannot be opened.
  Status apply() const;
};

struct MetricsConfig {
  bool enabled = true;
  std::string address = "127.0.0.1";
  uint16_t port = 9090;
};

struct CoreConfig {
  amf::AmfConfig amf;
  smf::SmfConfig smf;
  upf::UpfConfig upf;
  UdmConfig udm;
  LogConfig log;
  MetricsConfig metrics;
  std::string pcap_folder;
};

void describe(config::Section& section, CoreConfig& config);
void describe(config::Section& section, LogConfig& config);
void describe(config::Section& section, MetricsConfig& config);

// The files and overrides as one tree; what cannot be read goes to `problems`.
config::Node merge_files(const ConfigOptions& options, std::vector<Error>& problems);

// Merged files and overrides; all problems, one a line, on failure.
struct LoadedConfig {
  CoreConfig config;
  std::vector<Error> problems;
};
LoadedConfig load_core_config(const ConfigOptions& options);
// The configuration options with --pcap, --log-file and --log-level laid over them.
ConfigOptions with_options(const CoreOptions& options);
// Prints the problems to standard error; true if there are none.
bool report_problems(const std::vector<Error>& problems);

}  // namespace sen
