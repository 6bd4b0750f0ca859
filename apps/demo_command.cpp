// sen5g demo: the whole network in this process; registers UEs, sets up sessions, pings, transfers both ways, and shows when each step ended.
#include <fmt/core.h>

#include <filesystem>

#include "apps/commands.h"
#include "apps/demo_network.h"
#include "apps/ran_captures.h"
#include "apps/ue_table.h"
#include "gnb/cell.h"
#include "rlc_pdcp/statistics.h"

namespace sen {

namespace {

constexpr std::string_view demo_key = "465B5CE8B199B49FAA5F0A2EE238A6BC", demo_opc = "E8ED289DEBA952E4283B54E88E6183CA";
constexpr uint64_t first_imsi = 999700000000001;

// The demo's own defaults: a store in memory with as many subscribers as there are UEs, no metrics port.
void adapt(CoreConfig& config, const DemoOptions& options) {
  config.udm.store = ":memory:";
  config.metrics.enabled = false;
  config.pcap_folder = options.output_folder;
  for (unsigned i = 0; i < options.ues; ++i)
    config.udm.subscribers.push_back({std::to_string(first_imsi + i), std::string(demo_key), std::string(demo_opc)});
}

Result<RadioConfig> radio_of(const CoreConfig& config, const DemoOptions& options) {
  RadioConfig radio;
  auto& gnb = radio.gnb;
  gnb.name = "demo-gnb";
  gnb.slices = {config.amf.plmn_support.front().slices.front().s_nssai};
  gnb.n3 = IpAddress(Octets<4>{127, 0, 0, 20});
  gnb.qos = gnb::default_qos();
  for (unsigned i = 0; i < options.cells; ++i) {
    gnb::CellOptions cell;
    cell.plmn = config.amf.tais.front().plmn;
    cell.tac = config.amf.tais.front().tacs.front();
    cell.pci = static_cast<uint16_t>(1 + i);
    cell.sector = static_cast<uint16_t>(1 + i);
    cell.prach_root_sequence = static_cast<uint16_t>(1 + 8 * i);
    cell.scheduler.max_dl_retx = cell.scheduler.max_ul_retx = static_cast<uint8_t>(options.harq_retransmissions);
    SEN_ASSIGN(auto made, gnb::make_cell(cell, gnb.gnb_id, gnb.gnb_id_bits));
    gnb.cells.push_back(std::move(made));
  }
  radio.air.seed = options.seed;
  radio.air.bler_dl = radio.air.bler_ul = options.bler;
  radio.seed = options.seed;
  if (options.air == "iq") radio.waves = WaveConfig{};
  radio.ue_plmns = {config.amf.tais.front().plmn};
  if (options.cells > 1) {  // the first UE walks from the first cell to the last while it transfers
    radio.track = [last = options.cells - 1](load::UeIndex ue) {
      if (ue > 0) return air::Track::standing({60.0 + ue % 40, 20.0 + ue % 50, 1.5});
      return air::Track::walk({60, 10, 1.5}, {400.0 * last - 60, 10, 1.5}, 80, 0.5);
    };
  }
  return radio;
}

load::LoadConfig load_of(const CoreConfig& config, const DemoOptions& options) {
  load::LoadConfig load;
  load.ues = options.ues;
  load.home = config.amf.tais.front().plmn;
  load.first_imsi = std::to_string(first_imsi);
  load.key = *octets_from_hex<16>(demo_key);
  load.opc = *octets_from_hex<16>(demo_opc);
  load.slices = {config.amf.plmn_support.front().slices.front().s_nssai};
  load.scenario = options.scenario == "cycle" ? load::Scenario::cycle : load::Scenario::traffic;
  for (const auto& subnet : config.upf.session) {
    IpAddress gateway = subnet.gateway_address();
    (gateway.is_v6() ? load.target_v6 : load.target_v4) = gateway;
  }
  load.traffic = std::chrono::seconds(options.cells > 1 ? 4 : 2);
  // What a 20 MHz TDD cell with seven downlink slots in ten carries with room to spare.
  load.uplink_bps = std::max(10e6 / options.ues, 64e3);
  load.downlink_bps = std::max(40e6 / options.ues, 64e3);
  return load;
}

class Demo {
 public:
  Demo(const DemoOptions& options, CoreConfig config) : options_(options), config_(std::move(config)) {}

  ~Demo() {
    if (metrics_ && metrics_ != stdout) std::fclose(metrics_);
  }
  Demo(const Demo&) = delete;

  int run() {
    auto captures = Captures::open(options_.captures == "none" ? "" : options_.output_folder);
    if (!captures) return report(captures.error());
    if (options_.metrics_file == "-") metrics_ = stdout;
    else if (!options_.metrics_file.empty()) metrics_ = std::fopen(options_.metrics_file.c_str(), "wb");
    if (!options_.metrics_file.empty() && !metrics_) return report({Fault::io, options_.metrics_file, "cannot be written"});
    crypto::RandomSource random = options_.clock == "virtual" ? crypto::RandomSource(options_.seed) : crypto::RandomSource();
    return options_.clock == "virtual" ? run_virtual(**captures, random) : run_real(**captures, random);
  }

 private:
  static int report(const Error& error) {
    fmt::print(stderr, "sen5g: {}\n", error.describe());
    return 1;
  }

  Result<std::unique_ptr<DemoNetwork>> create(Executor& executor, Captures& captures, crypto::RandomSource& random, std::function<void()> finished) {
    start_ = executor.now();
    Log::instance().set_clock(&executor);
    DemoNetwork::Reports reports;
    reports.step = [this, &executor](const load::StepResult& result) { step(executor.now(), result); };
    reports.finished = std::move(finished);
    if (options_.table || metrics_) reports.second = [this](Duration at, const std::vector<mac::UeMetrics>& ues) { second(at, ues); };
    SEN_ASSIGN(auto radio, radio_of(config_, options_));
    std::vector<nr::l1::CellConfig> cells;
    for (const auto& cell : radio.gnb.cells) cells.push_back(cell.mac.l1);
    SEN_ASSIGN(auto network, DemoNetwork::create(config_, std::move(radio), load_of(config_, options_), executor, random, captures, std::move(reports)));
    if (options_.captures == "all") {
      SEN_ASSIGN(ran_captures_, RanCaptures::open(options_.output_folder, executor, std::move(cells)));
      network->radio().set_taps({ran_captures_->taps(network->radio().gnb()), {}});
    }
    return network;
  }

  // The table repeats its head as often as a screen scrolls.
  void second(Duration at, const std::vector<mac::UeMetrics>& ues) {
    constexpr Duration interval = std::chrono::seconds(1);
    if (metrics_) {
      fmt::print(metrics_, "{}\n", ue_table_json(at, ues, interval));
      std::fflush(metrics_);
    }
    if (!options_.table) return;
    constexpr size_t rows_between_heads = 20;
    if (ues.empty()) return;
    if (rows_ == 0) fmt::print("\n{}", ue_table_header());
    for (const auto& ue : ues) fmt::print("{}", ue_table_row(ue, interval));
    rows_ = rows_ + ues.size() >= rows_between_heads ? 0 : rows_ + ues.size();
  }

  int run_virtual(Captures& captures, crypto::RandomSource& random) {
    ManualExecutor executor;
    auto began = std::chrono::steady_clock::now();
    auto network = create(executor, captures, random, {});
    if (!network) return report(network.error());
    headline();
    (*network)->start();
    constexpr Duration limit = std::chrono::hours(1);
    executor.run_while_waiting([&] { return (*network)->load().finished(); }, limit);
    auto real = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
    return summary(**network, std::chrono::duration<double>(executor.now() - start_).count() / real);
  }

  int run_real(Captures& captures, crypto::RandomSource& random) {
    ThreadExecutor executor;
    auto network = create(executor, captures, random, [&] { executor.stop(); });
    if (!network) return report(network.error());
    headline();
    (*network)->start();
    executor.run();
    return summary(**network, 1.0);
  }

  void headline() {
    fmt::print("Sen5G demo: AMF, SMF, AUSF/UDM, UPF, gNB with {} cell{} and {} UE{} in one process, {} air, {} clock", options_.cells,
               options_.cells == 1 ? "" : "s", options_.ues, options_.ues == 1 ? "" : "s", options_.air == "iq" ? "IQ" : "slot-level", options_.clock);
    if (options_.clock == "virtual") fmt::print(", seed {}", options_.seed);
    fmt::print("\n\n  {:>10}  {:<26} {:>12}\n", "at (ms)", "step", "took (ms)");
  }

  void step(Time now, const load::StepResult& result) {
    if (result.ue > 0 && result.ok) return;  // the timeline is the first UE's; the table below covers all
    auto ms = [](Duration d) { return std::chrono::duration<double, std::milli>(d).count(); };
    fmt::print("  {:>10.3f}  {:<26} {:>12.3f}  {}\n", ms(now - start_), load::to_string(result.step), ms(result.latency),
               result.ok ? "" : "FAILED: " + result.failure);
  }

  int summary(DemoNetwork& network, double real_time_factor) {
    Log::instance().set_clock(nullptr);
    const load::LoadReport report = network.load().report();
    fmt::print("\n  ping IPv4   {}/{}\n  ping IPv6   {}/{}\n", report.pings_answered, report.pings_sent, report.pings_v6_answered, report.pings_v6_sent);
    fmt::print("  uplink      {:.2f} Mbit/s ({} packets)\n  downlink    {:.2f} Mbit/s ({} packets)\n", report.uplink.bits_per_second() / 1e6,
               report.uplink.packets, report.downlink.bits_per_second() / 1e6, report.downlink.packets);
    rlc_totals(network.radio().gnb());
    fmt::print("  real-time factor {:.1f} (simulated seconds a real second)\n", real_time_factor);
    if (options_.ues > 1) fmt::print("\n{}", report.table());
    for (const auto& [what, count] : report.failures) fmt::print("  failed: {} x {}\n", count, what);
    if (ran_captures_ && ran_captures_->omitted()) fmt::print("  {} MAC PDUs are too long for mac.pcap\n", ran_captures_->omitted());
    where_to_look();
    bool passed = report.passed() && report.pings_answered == report.pings_sent && report.pings_v6_answered == report.pings_v6_sent;
    fmt::print("{}\n", passed ? "The demo passed." : "The demo FAILED.");
    return passed ? 0 : 1;
  }

  // Of the UEs that have a connection when the run ends.
  static void rlc_totals(const gnb::Gnb& gnb) {
    l2::RlcStatistics sum;
    gnb.each_user_plane([&](gnb::UeId, const l2::UserPlane& user_plane) {
      for (const auto& channel : user_plane.statistics().channels) {
        sum.tx_nacks += channel.rlc.tx_nacks;
        sum.rx_nacks += channel.rlc.rx_nacks;
        sum.tx_retransmissions += channel.rlc.tx_retransmissions;
      }
    });
    fmt::print("  gNB RLC     {} NACKs sent, {} received, {} PDUs sent again\n", sum.tx_nacks, sum.rx_nacks, sum.tx_retransmissions);
  }

  void where_to_look() const {
    const std::string& folder = options_.output_folder;
    const bool core = options_.captures != "none", ran = options_.captures == "all";
    fmt::print("\nLog{}: {}/sen5g.log{}{}\n", core ? " and captures" : "", folder, core ? " n2.pcap nas.pcap n4.pcap n3.pcap" : "",
               ran ? " mac.pcap rlc.pcap pdcp.pcap rrc.pcap" : "");
    if (core) fmt::print("Look inside: tshark -r {}/n2.pcap; sen5g pcap verify {}/*.pcap; docs/captures.md\n", folder, folder);
  }

  DemoOptions options_;
  CoreConfig config_;
  Time start_{};
  std::unique_ptr<RanCaptures> ran_captures_;
  std::FILE* metrics_ = nullptr;
  size_t rows_ = 0;  // of the table since its last head
};

}  // namespace

int run_demo(const DemoOptions& options) {
  auto loaded = load_core_config(with_options(options.core));
  if (!report_problems(loaded.problems)) return 2;
  std::error_code error;
  std::filesystem::create_directories(options.output_folder, error);
  if (error) return report_problems({{Fault::io, options.output_folder, "cannot be created: " + error.message()}}), 1;
  CoreConfig config = loaded.config;
  adapt(config, options);
  if (auto applied = config.log.apply(); !applied) return report_problems({applied.error()}), 2;
  std::string log_file = options.core.log_file.empty() ? options.output_folder + "/sen5g.log" : options.core.log_file;
  if (!Log::instance().set_file(log_file, true)) return report_problems({{Fault::io, log_file, "cannot be written"}}), 1;
  return Demo(options, std::move(config)).run();
}

}  // namespace sen
