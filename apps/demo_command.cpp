// sen5g demo: the whole network in this process; registers UEs, sets up sessions, pings, transfers both ways, and shows when each step ended.
#include <fmt/core.h>

#include <ctime>
#include <filesystem>
#include <fstream>

#include "apps/commands.h"
#include "apps/demo_network.h"
#include "apps/pictures.h"
#include "apps/ran_captures.h"
#include "apps/ue_table.h"
#include "gnb/cell.h"
#include "nr/band.h"
#include "radio/file.h"
#include "rlc_pdcp/statistics.h"

namespace sen {

namespace {

constexpr std::string_view demo_key = "465B5CE8B199B49FAA5F0A2EE238A6BC", demo_opc = "E8ED289DEBA952E4283B54E88E6183CA";
constexpr uint64_t first_imsi = 999700000000001;
// Links (cells times UEs) that waveforms carry in reasonable time: beyond, `--air auto` is the slot-level air.
constexpr unsigned max_links_virtual = 8, max_links_real = 1;

// The air that is meant, and why it is not the one with waveforms.
std::string choose_air(DemoOptions& options) {
  if (options.air != "auto") return {};
  const unsigned links = options.ues * options.cells, most = options.clock == "virtual" ? max_links_virtual : max_links_real;
  options.air = links <= most && options.bler == 0 ? "iq" : "slot";
  if (options.air == "iq") return {};
  if (options.bler > 0) return "slot-level air: --bler is a property of it";
  return fmt::format("slot-level air: {} links are more than samples carry in reasonable time (here {}; --air iq insists)", links, most);
}

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
  if (options.air == "iq") {
    radio.waves = WaveConfig{};
    radio.waves->snr_db = static_cast<float>(options.snr_db);
    radio.waves->fading = {.profile = channel::Profile::tdl_a, .delay_spread_ns = 30, .doppler_hz = 10, .k_factor_db = {}, .correlation = {}};
  }
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
  Demo(const DemoOptions& options, CoreConfig config) : options_(options), config_(std::move(config)), why_(choose_air(options_)) {}

  ~Demo() {
    if (metrics_ && metrics_ != stdout) std::fclose(metrics_);
  }
  Demo(const Demo&) = delete;

  int run() {
    if (!options_.record_folder.empty() && options_.air != "iq")
      return report({Fault::invalid, "--record", "there are samples with waveforms only (--air iq)" + (why_.empty() ? "" : "; this is the " + why_)});
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
    const bool printed = options_.table || metrics_;
    reports.interval = printed ? Duration(std::chrono::seconds(1)) : Duration(std::chrono::milliseconds(100));
    if (printed || options_.air == "iq") {
      reports.measured = [this, printed, interval = reports.interval](Duration at, const std::vector<mac::UeMetrics>& ues) {
        if (picture_) picture_->measured(interval, ues);
        if (printed) second(at, ues);
      };
    }
    SEN_ASSIGN(auto radio, radio_of(config_, options_));
    std::vector<nr::l1::CellConfig> cells;
    for (const auto& cell : radio.gnb.cells) cells.push_back(cell.mac.l1);
    slot_ns_ = nr::slot_ns(cells.front().scs);
    SEN_ASSIGN(auto network, DemoNetwork::create(config_, std::move(radio), load_of(config_, options_), executor, random, captures, std::move(reports)));
    RadioTaps taps;
    if (WaveAir* waves = network->radio().waves()) {
      picture_ = std::make_unique<RunPicture>(*waves, network->radio().gnb().cell(0).mac);
      taps.slot = [this](const nr::l1::DlSlot& dl, const nr::l1::UlSlot& ul) { picture_->slot(dl, ul); };
      if (!options_.record_folder.empty()) SEN_TRY(record(*waves, cells));
    }
    if (options_.captures == "all") {
      SEN_ASSIGN(ran_captures_, RanCaptures::open(options_.output_folder, executor, std::move(cells)));
      taps.gnb = ran_captures_->taps(network->radio().gnb());
    }
    network->radio().set_taps(std::move(taps));
    return network;
  }

  // What each radio receives, from the start on.
  Status record(WaveAir& waves, const std::vector<nr::l1::CellConfig>& cells) {
    std::error_code error;
    std::filesystem::create_directories(options_.record_folder, error);
    if (error) return fail(Fault::io, options_.record_folder, "cannot be created: {}", error.message());
    const auto open = [&](const std::string& name, const nr::l1::CellConfig& cell, bool uplink) -> Result<std::unique_ptr<radio::RecordingWriter>> {
      const uint32_t arfcn = uplink ? cell.ul_arfcn : cell.dl_arfcn;
      return radio::RecordingWriter::create(options_.record_folder + "/" + name,
                                            {.sample_rate_hz = waves.cell_phy(0).sample_rate_hz(),
                                             .frequency_hz = 1e3 * static_cast<double>(nr::khz_from_arfcn(arfcn).value_or(0)),
                                             .ports = uplink ? cell.rx_ports : cell.tx_ports,
                                             .datetime = options_.clock == "virtual" ? "1970-01-01T00:00:00Z" : utc_now(),
                                             .description = fmt::format("Sen5G demo, {}, seed {}", uplink ? "uplink at the cell" : "downlink at the UE", options_.seed)});
    };
    for (size_t i = 0; i < cells.size(); ++i) {
      SEN_ASSIGN(auto writer, open(fmt::format("cell{}", i + 1), cells[i], true));
      recordings_.push_back(std::move(writer));
    }
    for (unsigned i = 0; i < options_.ues; ++i) {
      SEN_ASSIGN(auto writer, open(fmt::format("ue{}", i + 1), cells.front(), false));
      recordings_.push_back(std::move(writer));
    }
    const auto until = static_cast<int64_t>(options_.record_seconds * waves.cell_phy(0).sample_rate_hz());
    const auto write = [this, until](size_t which, int64_t time, std::span<const std::span<phy::Cf>> ports) {
      if (time >= until || which >= recordings_.size()) return;
      if (auto written = recordings_[which]->write(time, std::vector<std::span<const phy::Cf>>(ports.begin(), ports.end())); !written)
        log_warning(Layer::phy, "{}", written.error().describe());
    };
    waves.set_taps({[write](air::CellIndex cell, int64_t time, std::span<const std::span<phy::Cf>> ports) { write(cell, time, ports); },
                    [write, n = cells.size()](air::UeIndex ue, int64_t time, std::span<const std::span<phy::Cf>> ports) { write(n + ue, time, ports); }});
    return {};
  }
  static std::string utc_now() {
    const std::time_t now = std::time(nullptr);
    char text[32];
    std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", std::gmtime(&now));
    return text;
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
    const auto began = std::chrono::steady_clock::now();
    const std::clock_t processor_began = std::clock();
    auto network = create(executor, captures, random, [&] { executor.stop(); });
    if (!network) return report(network.error());
    headline();
    (*network)->start();
    executor.run();
    const double real = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
    const double processor = static_cast<double>(std::clock() - processor_began) / CLOCKS_PER_SEC;
    return summary(**network, air_seconds((*network)->radio()) / real, processor / real);
  }

  double air_seconds(const RadioNetwork& radio) const { return static_cast<double>(radio.slots()) * static_cast<double>(slot_ns_) * 1e-9; }

  // Real time is held when the radio's time has kept up with the clock; where it has not, which stage takes how much of a slot.
  void timing(DemoNetwork& network, double real_time_factor, double processor_share) {
    const bool real = options_.clock == "real";
    if (real) fmt::print("  real-time factor {:.2f} (the radio's time over the clock's), processor busy {:.0f} %\n", real_time_factor, 100 * processor_share);
    else fmt::print("  real-time factor {:.2f} (simulated seconds a real second)\n", real_time_factor);
    const WaveAir* waves = network.radio().waves();
    if (!waves) return;
    const auto& t = waves->times();
    const auto us = [&](const std::atomic<uint64_t>& ns) { return static_cast<double>(ns) * 1e-3 / static_cast<double>(std::max<uint64_t>(network.radio().slots(), 1)); };
    fmt::print("  of a slot's {:.0f} us: gNB sends {:.0f}, receives {:.0f}; air {:.0f}; UE tracks {:.0f}, searches PDCCH {:.0f}, decodes {:.0f}, sends {:.0f}\n",
               static_cast<double>(slot_ns_) * 1e-3, us(t.gnb_send_ns), us(t.gnb_receive_ns), us(t.air_ns), us(t.ue_track_ns), us(t.ue_search_ns), us(t.ue_decode_ns),
               us(t.ue_send_ns));
    const uint64_t late = network.counters().counter("sen5g_gnb_late_slots", "").value();
    if (!real || late == 0) return;
    fmt::print("  the radio's time was moved {} time{}: a slot came more than 20 ms late\n", late, late == 1 ? "" : "s");
    constexpr double held = 0.98;
    if (real_time_factor < held) {
      fmt::print("  REAL TIME WAS NOT HELD: the stages above show where a slot's time goes. Fewer UEs or cells, --captures none or --air slot need less;\n"
                 "  --clock virtual needs no real time.\n");
    }
  }

  void draw() const {
    if (!picture_) return;
    const std::string file = options_.output_folder + "/air.svg";
    std::ofstream out(file, std::ios::binary);
    out << picture_->svg(fmt::format("Sen5G demo: 20 MHz, 30 kHz TDD, TDL-A 30 ns 10 Hz, SNR {:g} dB, seed {}", options_.snr_db, options_.seed));
    out.close();
    if (out) fmt::print("Picture: {}\n", file);
    else report({Fault::io, file, "cannot be written"});
  }

  void headline() {
    fmt::print("Sen5G demo: AMF, SMF, AUSF/UDM, UPF, gNB with {} cell{} and {} UE{} in one process, {} air, {} clock", options_.cells,
               options_.cells == 1 ? "" : "s", options_.ues, options_.ues == 1 ? "" : "s", options_.air == "iq" ? "IQ" : "slot-level", options_.clock);
    if (options_.clock == "virtual") fmt::print(", seed {}", options_.seed);
    if (!why_.empty()) fmt::print("\n{}", why_);
    if (options_.air == "iq") fmt::print("\n20 MHz, 30 kHz TDD, TDL-A 30 ns 10 Hz, SNR {:g} dB", options_.snr_db);
    fmt::print("\n\n  {:>10}  {:<26} {:>12}\n", "at (ms)", "step", "took (ms)");
  }

  void step(Time now, const load::StepResult& result) {
    if (result.ue > 0 && result.ok) return;  // the timeline is the first UE's; the table below covers all
    auto ms = [](Duration d) { return std::chrono::duration<double, std::milli>(d).count(); };
    fmt::print("  {:>10.3f}  {:<26} {:>12.3f}  {}\n", ms(now - start_), load::to_string(result.step), ms(result.latency),
               result.ok ? "" : "FAILED: " + result.failure);
  }

  int summary(DemoNetwork& network, double real_time_factor, double processor_share = 1) {
    Log::instance().set_clock(nullptr);
    const load::LoadReport report = network.load().report();
    fmt::print("\n  ping IPv4   {}/{}\n  ping IPv6   {}/{}\n", report.pings_answered, report.pings_sent, report.pings_v6_answered, report.pings_v6_sent);
    fmt::print("  uplink      {:.2f} Mbit/s ({} packets)\n  downlink    {:.2f} Mbit/s ({} packets)\n", report.uplink.bits_per_second() / 1e6,
               report.uplink.packets, report.downlink.bits_per_second() / 1e6, report.downlink.packets);
    rlc_totals(network.radio().gnb());
    timing(network, real_time_factor, processor_share);
    if (options_.ues > 1) fmt::print("\n{}", report.table());
    for (const auto& [what, count] : report.failures) fmt::print("  failed: {} x {}\n", count, what);
    if (ran_captures_ && ran_captures_->omitted()) fmt::print("  {} MAC PDUs are too long for mac.pcap\n", ran_captures_->omitted());
    where_to_look();
    draw();
    if (!close_recordings()) return 1;
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

  bool close_recordings() {
    uint64_t samples = 0;
    for (auto& recording : recordings_) {
      if (auto closed = recording->close(); !closed) return report(closed.error()), false;
      samples += recording->samples();
    }
    if (!recordings_.empty()) fmt::print("Recordings: {}/*.sigmf-meta, {:.1f} million samples\n", options_.record_folder, static_cast<double>(samples) / 1e6);
    return true;
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
  std::string why_;      // the air is not the one with waveforms
  Time start_{};
  int64_t slot_ns_ = 1;
  std::unique_ptr<RunPicture> picture_;
  std::vector<std::unique_ptr<radio::RecordingWriter>> recordings_;
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
