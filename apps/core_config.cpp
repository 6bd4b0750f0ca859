#include "apps/core_config.h"

#include <algorithm>

namespace sen {

namespace {

const std::vector<std::string_view> level_names{"none", "error", "warning", "info", "debug"};

void describe_keys(config::Section& s, HomeNetworkKeyConfig& key) {
  s.value("id", key.id, 1, 255, "", "Home network public key identifier that USIMs name.");
  s.choice("scheme", key.scheme, {"null", "A", "B"}, "Protection scheme: profile A (X25519) or B (P-256).");
  s.parsed("key", "64 hexadecimal digits", "", [&](std::string_view text) -> Status {
    SEN_ASSIGN(auto octets, octets_from_hex<32>(text));
    key.key.assign(octets.begin(), octets.end());
    return {};
  }, "Private key of the home network.");
}

void describe_subscriber(config::Section& s, SubscriberConfig& subscriber) {
  s.value("imsi", subscriber.imsi, "IMSI, 6 to 15 digits.");
  auto hex = [](std::string& member) {
    return [&member](std::string_view text) -> Status {
      SEN_TRY(octets_from_hex<16>(text));
      member = text;
      return {};
    };
  };
  s.parsed("key", "32 hexadecimal digits", "", hex(subscriber.key), "K.");
  s.parsed("opc", "32 hexadecimal digits", "", hex(subscriber.opc), "OPc.");
}

}  // namespace

void describe(config::Section& log, LogConfig& config) {
  log.choice("level", config.level, level_names, "Level of every layer.");
  for (size_t i = 0; i < config.layers.size(); ++i) {
    std::string key(to_string(static_cast<Layer>(i)));
    std::ranges::transform(key, key.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    key += "_level";
    Level level = config.layers[i].value_or(config.level);
    log.choice(key, level, level_names, "Level of this layer alone.");
    if (log.given(key)) config.layers[i] = level;
  }
  log.value("file", config.file, "File that the log is written to besides standard error.");
}

void describe(config::Section& s, MetricsConfig& metrics) {
  s.value("enabled", metrics.enabled, "Whether they are served.");
  s.value("address", metrics.address, "Local address.");
  s.value("port", metrics.port, 0, 65535, "", "TCP port.");
}

void describe(config::Section& section, CoreConfig& config) {
  section.section("amf", "Access and mobility management function.", [&](config::Section& s) { amf::describe(s, config.amf); });
  section.section("smf", "Session management function.", [&](config::Section& s) { smf::describe(s, config.smf); });
  section.section("upf", "User plane function.", [&](config::Section& s) { upf::describe(s, config.upf); });
  section.section("udm", "Subscriber data (UDM, AUSF, UDR).", [&](config::Section& s) {
    s.value("store", config.udm.store, "File of the subscriber store (SQLite); ':memory:' keeps nothing.");
    s.list<HomeNetworkKeyConfig>("home_network_keys", config.udm.home_network_keys, "Keys that conceal the SUPI.", describe_keys);
    s.list<SubscriberConfig>("subscribers", config.udm.subscribers, "Subscribers that are added to the store at start if it lacks them.",
                             describe_subscriber);
  });
  section.section("log", "Log lines.", [&](config::Section& s) { describe(s, config.log); });
  section.section("metrics", "Prometheus metrics over HTTP.", [&](config::Section& s) { describe(s, config.metrics); });
  section.value("pcap", config.pcap_folder, "Folder for captures of N2, deciphered NAS, N4 and N3; empty: none.");
}

Result<udm::HomeNetworkKeys> UdmConfig::load_keys() const {
  udm::HomeNetworkKeys keys;
  for (const auto& entry : home_network_keys) {
    auto loaded = crypto::HomeNetworkKey::load(static_cast<crypto::SuciScheme>(entry.scheme), entry.key);
    if (!loaded) return std::unexpected(std::move(loaded).error().within(fmt::format("udm.home_network_keys id {}", entry.id)));
    keys.emplace(entry.id, std::move(*loaded));
  }
  return keys;
}

Status LogConfig::apply() const {
  Log& log = Log::instance();
  for (size_t i = 0; i < layers.size(); ++i) log.set_level(static_cast<Layer>(i), layers[i].value_or(level));
  if (!file.empty() && !log.set_file(file, false)) return fail(Fault::io, "log.file", "'{}' cannot be written", file);
  return {};
}

// What the processes take for granted: lists that may not be empty, and those of which one entry is served.
static std::vector<Error> check_lists(const CoreConfig& config) {
  std::vector<Error> problems;
  auto check = [&](const char* key, size_t entries, bool only_one) {
    if (entries == 0) problems.push_back({Fault::missing, key, "needs at least one entry"});
    if (only_one && entries > 1) problems.push_back({Fault::unsupported, key, fmt::format("has {} entries, one is served", entries)});
  };
  check("amf.ngap.server", config.amf.ngap_servers.size(), true);
  check("amf.tai", config.amf.tais.size(), false);
  for (const auto& tai : config.amf.tais) check("amf.tai[].tac", tai.tacs.size(), false);
  check("amf.plmn_support", config.amf.plmn_support.size(), false);
  for (const auto& plmn : config.amf.plmn_support) check("amf.plmn_support[].s_nssai", plmn.slices.size(), false);
  check("smf.pfcp.server", config.smf.pfcp_servers.size(), true);
  check("smf.gtpu.server", config.smf.gtpu_servers.size(), true);
  check("smf.session", config.smf.sessions.size(), false);
  check("upf.pfcp.server", config.upf.pfcp_server.size(), true);
  check("upf.gtpu.server", config.upf.gtpu_server.size(), false);
  check("upf.session", config.upf.session.size(), false);
  return problems;
}

config::Node merge_files(const ConfigOptions& options, std::vector<Error>& problems) {
  config::Node root;
  root.kind = config::Node::Kind::map;
  for (const auto& path : options.files) {
    auto node = config::parse_file(path);
    if (node) {
      config::merge(root, std::move(*node));
    } else {
      problems.push_back(node.error());
    }
  }
  for (const auto& assignment : options.overrides) {
    if (auto applied = config::apply_override(root, assignment); !applied) problems.push_back(applied.error());
  }
  return root;
}

LoadedConfig load_core_config(const ConfigOptions& options) {
  LoadedConfig out;
  const config::Node root = merge_files(options, out.problems);
  if (!out.problems.empty()) return out;
  out.problems = config::load(root, out.config);
  if (out.problems.empty()) out.problems = check_lists(out.config);
  return out;
}

ConfigOptions with_options(const CoreOptions& options) {
  ConfigOptions out = options.config;
  if (!options.pcap_folder.empty()) out.overrides.push_back("pcap=" + options.pcap_folder);
  if (!options.log_file.empty()) out.overrides.push_back("log.file=" + options.log_file);
  if (!options.log_level.empty()) out.overrides.push_back("log.level=" + options.log_level);
  return out;
}

bool report_problems(const std::vector<Error>& problems) {
  for (const auto& problem : problems) fmt::print(stderr, "sen5g: {}\n", problem.describe());
  return problems.empty();
}

}  // namespace sen
