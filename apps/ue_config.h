// The configuration of `sen5g ue`: one or many UEs with consecutive IMSIs and equal keys, the air that they use, what they do.
#pragma once

#include "apps/core_config.h"
#include "apps/load/load.h"
#include "ue/l1.h"

namespace sen {

enum class TunMode : uint8_t { automatic, on, off };

// `rf`: the UE's radio, and `cell_search`: where it looks for a cell. Keys and units as the gNB's ru_sdr and cell_cfg.
struct UeRadioConfig {
  enum class Driver : uint8_t { none, zmq } driver = Driver::none;
  std::string device_args;
  double srate_mhz = 0;
  double tx_gain = 0, rx_gain = 0;         // dB
  uint8_t uplink_ahead_ms = 2;
  uint16_t band = 0;                       // 0: the first that has the frequency
  uint32_t dl_arfcn = 0;                   // of the carrier's centre
  uint32_t scs_khz = 0;                    // 0: the band's
  std::vector<std::string> ssb_arfcns;     // empty: the sync raster within the sampling rate

  // What the UE's L1 then is. Errors name the key below rf or cell_search, the value, what is allowed.
  Result<ue::L1Config> l1() const;
};

struct UeProcessConfig {
  std::string air_path = "/tmp/sen5g.air";
  UeRadioConfig radio;
  uint32_t count = 1;
  std::string first_imsi = "999700000000001";
  Plmn home{999, 70, 2};
  crypto::Key128 key{0x46, 0x5B, 0x5C, 0xE8, 0xB1, 0x99, 0xB4, 0x9F, 0xAA, 0x5F, 0x0A, 0x2E, 0xE2, 0x38, 0xA6, 0xBC};
  crypto::Key128 opc{0xE8, 0xED, 0x28, 0x9D, 0xEB, 0xA9, 0x52, 0xE4, 0x28, 0x3B, 0x54, 0xE8, 0x8E, 0x61, 0x83, 0xCA};
  SNssai slice{1, {}};
  std::string dnn = "internet";
  nas::PduSessionKind session_type = nas::PduSessionKind::ipv4v6;
  TunMode tun = TunMode::automatic;
  std::string tun_name = "sen5gue";  // and the UE's number
  bool default_route = false;
  // The generator's, for --scenario.
  IpAddress target_v4, target_v6;
  double traffic_s = 5, rate_mbps = 5;
  uint32_t pings = 10;
  LogConfig log;
};

void describe(config::Section& section, UeProcessConfig& config);

struct LoadedUeConfig {
  UeProcessConfig config;
  std::vector<Error> problems;
};
LoadedUeConfig load_ue_config(const ConfigOptions& options);

}  // namespace sen
