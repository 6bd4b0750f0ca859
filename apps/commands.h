// The subcommands of sen5g. Each returns the exit status: 0 done, 1 failed, 2 wrong configuration or arguments.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace sen {

struct ConfigOptions {
  std::vector<std::string> files;
  std::vector<std::string> overrides;
};

struct VersionOptions {};

struct CoreOptions {
  ConfigOptions config;
  std::string pcap_folder;
  std::string log_file;
  std::string log_level;
  bool dry_run = false;
};

struct DemoOptions {
  CoreOptions core;
  std::string clock = "real";
  uint64_t seed = 1;
  unsigned ues = 1;
  unsigned cells = 1;
  std::string air = "auto";  // iq or slot
  double snr_db = 20;
  std::string record_folder;  // empty: samples are not recorded
  double record_seconds = 1;
  double bler = 0;
  std::string scenario = "traffic";
  unsigned harq_retransmissions = 4;
  std::string captures = "all";
  bool table = false;
  std::string metrics_file;
  std::string output_folder = "sen5g-demo";
};

struct UeOptions {
  CoreOptions core;
  std::string scenario;  // empty: stay attached
};

struct LoadOptions {
  std::string amf = "127.0.0.5";
  std::string bind = "127.0.0.1";
  std::string sctp = "auto";
  uint16_t udp_port = 9900;
  uint16_t remote_udp_port = 9899;
  unsigned gnbs = 1;
  unsigned ues = 1;
  double rate = 0;
  unsigned window = 16;
  std::string plmn = "999/70";
  uint32_t tac = 1;
  std::string slice = "1";
  std::string dnn = "internet";
  std::string first_imsi = "999700000000001";
  std::string key = "465B5CE8B199B49FAA5F0A2EE238A6BC";
  std::string opc = "E8ED289DEBA952E4283B54E88E6183CA";
  std::string scenario = "session";
  std::string suci = "null";
  std::string home_network_key;
  uint8_t home_network_key_id = 1;
  double traffic_seconds = 5;
  double traffic_rate_mbps = 20;
  unsigned packet_size = 1400;
  unsigned pings = 10;
  std::string target = "10.45.0.1";
  std::string target_v6 = "2001:db8:cafe::1";
  std::string session_type = "ipv4v6";
  double timeout_seconds = 10;
  std::string json_file;
  std::string pcap_folder;
};

struct LinkOptions {
  std::string channel;                 // empty: the cases of the files alone
  std::vector<std::string> files;
  std::vector<std::string> overrides;  // of the case on the command line
  std::string snr;
  std::optional<uint64_t> seed;
  std::optional<uint32_t> errors, blocks;
  unsigned threads = 0;
  std::string output_folder = "sen5g-link";
  bool fresh = false, list = false, quiet = false, conformance = false;
};

struct SubscriberOptions {
  ConfigOptions config;
  std::string store;
  bool replace = false;
  std::vector<std::string> arguments;  // verb first
};

struct ConfigCheckOptions {
  ConfigOptions config;
  std::string node = "core";  // core, gnb, ue or link
  bool schema = false;
};

struct PcapVerifyOptions {
  std::vector<std::string> files;
  std::string subscribers;
  bool leaves = false;
};

int run_version(const VersionOptions& options);
int run_core(const CoreOptions& options);
int run_gnb(const CoreOptions& options);
int run_ue(const UeOptions& options);
int run_demo(const DemoOptions& options);
int run_link(const LinkOptions& options);
int run_load(const LoadOptions& options);
// The verbs of `sen5g subscriber`, a line each.
std::string subscriber_help();
int run_subscriber(const SubscriberOptions& options);
int run_config_check(const ConfigCheckOptions& options);
int run_config_reference(const ConfigCheckOptions& options);
int run_pcap_verify(const PcapVerifyOptions& options);

}  // namespace sen
