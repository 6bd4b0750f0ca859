// The whole network in one process under the virtual clock: UEs, air, gNB, AMF, SMF, UPF.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>

#include "apps/demo_network.h"
#include "gnb/cell.h"

namespace sen {

inline constexpr std::string_view key = "465B5CE8B199B49FAA5F0A2EE238A6BC", opc = "E8ED289DEBA952E4283B54E88E6183CA";
inline constexpr uint64_t first_imsi = 999700000000001;

struct WorldOptions {
  unsigned ues = 1, cells = 1;
  unsigned gnbs = 1;  // with `cells` each
  bool direct_forwarding = true;
  bool um = false;  // the default bearer's RLC
  double bler = 0;
  gnb::CellOptions cell;  // of all; identities are counted up
  std::optional<WaveConfig> waves;
  uint64_t seed = 1;
  double uplink_bps = 4e6, downlink_bps = 16e6;  // of all UEs
  unsigned pings = 10;
  bool ipv4_alone = false;
  load::Scenario scenario = load::Scenario::traffic;
  Duration traffic = std::chrono::seconds(1);
  std::function<air::Track(load::UeIndex)> track;
};

class World {
 public:
  explicit World(const WorldOptions& options) {
    CoreConfig core = load_core_config(with_options({})).config;
    core.udm.store = ":memory:";
    for (unsigned i = 0; i < options.ues; ++i) core.udm.subscribers.push_back({std::to_string(first_imsi + i), std::string(key), std::string(opc)});
    RadioConfig radio;
    for (unsigned i = 0; i < options.gnbs; ++i) (i == 0 ? radio.gnb : radio.further_gnbs.emplace_back()) = gnb_settings(options, core, i);
    radio.air.bler_dl = radio.air.bler_ul = options.bler;
    radio.track = options.track;
    radio.waves = options.waves;
    radio.air.seed = radio.seed = options.seed;
    radio.ue_plmns = {core.amf.tais.front().plmn};
    load::LoadConfig load;
    load.ues = options.ues;
    load.home = core.amf.tais.front().plmn;
    load.first_imsi = std::to_string(first_imsi);
    load.key = *octets_from_hex<16>(key);
    load.opc = *octets_from_hex<16>(opc);
    load.scenario = options.scenario;
    for (const auto& subnet : core.upf.session) {
      IpAddress gateway = subnet.gateway_address();
      (gateway.is_v6() ? load.target_v6 : load.target_v4) = gateway;
    }
    load.traffic = options.traffic;
    load.uplink_bps = options.uplink_bps / options.ues;
    load.downlink_bps = options.downlink_bps / options.ues;
    load.pings = options.pings;
    if (options.ipv4_alone) load.session_type = nas::PduSessionKind::ipv4;
    folder_ = std::filesystem::temp_directory_path() / ("sen5g-radio-" + std::to_string(::getpid()));
    captures_ = std::move(*Captures::open(folder_.string()));
    Log::instance().set_all_levels(std::getenv("SEN_LOG") ? Level::debug : Level::none);
    Log::instance().set_clock(&executor_);
    DemoNetwork::Reports reports;
    reports.step = [this](const load::StepResult& result) {
      if (result.ok) done_.push_back(result.step);
    };
    auto made = DemoNetwork::create(core, std::move(radio), load, executor_, random_, *captures_, std::move(reports));
    if (!made) throw std::runtime_error(made.error().describe());
    network_ = std::move(*made);
    network_->start();
  }
  static gnb::RrcSettings gnb_settings(const WorldOptions& options, const CoreConfig& core, unsigned index) {
    gnb::RrcSettings out;
    out.gnb_id = 1 + index;
    out.slices = {core.amf.plmn_support.front().slices.front().s_nssai};
    out.n3 = IpAddress(Octets<4>{127, 0, 0, static_cast<uint8_t>(20 + index)});
    out.qos = gnb::default_qos();
    out.direct_forwarding = options.direct_forwarding;
    if (options.um) out.qos[9] = out.qos.at(7);
    for (unsigned gnb = 0; gnb < options.gnbs; ++gnb) {
      for (unsigned i = 0; i < options.cells; ++i) {
        const auto n = static_cast<uint16_t>(gnb * options.cells + i);
        gnb::CellOptions cell = options.cell;
        cell.plmn = core.amf.tais.front().plmn;
        cell.tac = core.amf.tais.front().tacs.front();
        cell.pci = static_cast<uint16_t>(1 + n);
        cell.sector = static_cast<uint16_t>(1 + n);
        cell.prach_root_sequence = static_cast<uint16_t>(1 + 8 * n);
        auto made = *gnb::make_cell(cell, 1 + gnb, out.gnb_id_bits);
        if (gnb == index) out.cells.push_back(made);
        else out.external_cells.push_back({made.mac.l1.pci, made.mac.l1.ssb_arfcn, made.mac.ssb_scs, 1 + gnb, out.gnb_id_bits, made.nr_cell_identity, made.plmn, made.tac});
      }
    }
    return out;
  }
  ~World() {
    Log::instance().set_clock(nullptr);
    std::filesystem::remove_all(folder_);
  }
  // Every packet that was asked for, but for the part of one.
  bool all_downlink_arrived() const { return report().downlink.octets + 1400 > report().downlink_requested_octets; }
  uint64_t sourced_packets() {
    return static_cast<uint64_t>(network_->counters().counter("dn_sourced_packets", "Packets that the source of the built-in data network sent").value());
  }
  // Each once, and none twice.
  uint64_t uplink_lost() const { return report().uplink.packets - network_->data_network().discarded_packets(); }

  bool reaches(load::Step step, std::chrono::seconds limit = std::chrono::seconds(20)) {
    return executor_.run_while_waiting([&] { return std::ranges::find(done_, step) != done_.end() || network_->load().finished(); }, limit) &&
           std::ranges::find(done_, step) != done_.end();
  }
  bool finishes(std::chrono::seconds limit = std::chrono::seconds(120)) {
    return executor_.run_while_waiting([&] { return network_->load().finished(); }, limit);
  }
  std::string failures() const {
    std::string out;
    for (const auto& [what, count] : network_->load().report().failures) out += fmt::format("{} x {}; ", count, what);
    return out;
  }
  const load::LoadReport& report() const { return network_->load().report(); }
  const ue::AsCounters& counters(load::UeIndex ue = 0) const { return network_->radio().ue(ue)->counters(); }

  ManualExecutor executor_;
  crypto::RandomSource random_{5};
  std::filesystem::path folder_;
  std::unique_ptr<Captures> captures_;
  std::unique_ptr<DemoNetwork> network_;
  std::vector<load::Step> done_;
};

}  // namespace sen
