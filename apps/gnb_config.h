// The configuration of `sen5g gnb`, with the keys that users of srsRAN and OCUDU know: cu_cp, cu_up, cell_cfg, cells, qos, log, metrics,
// pcap. ru_sdr is a radio (the first antenna of the first cell has the first tx_port and rx_port, and so on), ru_air the slot-level air.
#pragma once

#include <optional>

#include "air/slot_air.h"
#include "apps/core_config.h"
#include "gnb/cell.h"
#include "radio/zmq.h"

namespace sen {

struct GnbCellConfig {
  gnb::CellOptions options;
  uint8_t tdd_period = 10, tdd_dl_slots = 7, tdd_ul_slots = 2;  // slots; the one between them is special
  std::vector<mac::SchedulerConfig::Slice> slicing;
};

struct GnbAmfConfig {
  std::string address = "127.0.0.5";
  uint16_t port = 38412;
  std::string bind = "127.0.0.20";
  amf::SctpBackend sctp = amf::SctpBackend::automatic;
  uint16_t udp_port = 9900, remote_udp_port = 9899;
  std::vector<SNssai> slices;  // of supported_tracking_areas
};

struct GnbAirConfig {
  std::string path = "/tmp/sen5g.air";
  air::AirConfig air;
  uint32_t timeout_ms = 2000;
};

struct GnbSdrConfig {
  enum class Driver : uint8_t { zmq } driver = Driver::zmq;
  std::string device_args = "tx_port=tcp://127.0.0.1:2000,rx_port=tcp://127.0.0.1:2001";
  double srate_mhz = 0;      // 0: the least that is usual for the carrier
  uint8_t slots_ahead = 2;
  uint8_t threads = 0;       // of L1, each cell; 0: half the processors

  struct Cell {
    radio::ZmqConfig radio;
    unsigned dft_size = 0;
  };
  // Per cell. Errors name the key, the value, what is allowed.
  Result<std::vector<Cell>> cells(const std::vector<gnb::CellSettings>& settings) const;
};

struct GnbConfig {
  std::string name = "sen5g-gnb";
  uint32_t gnb_id = 1;
  uint8_t gnb_id_bits = 22;
  GnbAmfConfig amf;
  uint32_t inactivity_s = 60;
  std::vector<gnb::ExternalCell> external_cells;
  bool direct_forwarding = true;
  std::vector<uint8_t> nea{2, 1, 3, 0}, nia{2, 1, 3};  // in order of preference
  std::string ngu_bind;    // empty: the AMF's bind_addr
  GnbCellConfig cell_cfg;  // what every cell has
  std::vector<GnbCellConfig> cells;
  std::map<FiveQi, gnb::QosProfile> qos = gnb::default_qos();
  GnbAirConfig air;
  std::optional<GnbSdrConfig> sdr;  // instead of the air
  LogConfig log;
  MetricsConfig metrics{.enabled = false, .address = "127.0.0.1", .port = 9091};
  std::string pcap_folder;
  std::vector<std::string> warnings;  // keys of older releases

  // With complete cells. Errors name the cell's field, the value and the clause.
  Result<gnb::RrcSettings> settings() const;
};

void describe(config::Section& section, GnbConfig& config);

struct LoadedGnbConfig {
  GnbConfig config;
  gnb::RrcSettings settings;
  std::vector<Error> problems;
};
LoadedGnbConfig load_gnb_config(const ConfigOptions& options);

}  // namespace sen
