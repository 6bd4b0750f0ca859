// The whole network over waveforms, by carrier, duplex and antennas: attach, pings and traffic both ways in each. Ten pairwise picks run in ctest; with
// SEN_AIR_TABLE=FILE every combination runs and the results are written there (docs/air-table.md).
#include <chrono>
#include <cstdlib>
#include <ctime>
#include <fstream>

#include "tests/unit/radio_world.h"

namespace sen {
namespace {

struct Carrier {
  const char* duplex;
  unsigned scs_khz;
  uint16_t mhz;
  uint16_t band;
  uint32_t arfcn;
};
constexpr Carrier carriers[] = {
    {"FDD", 15, 5, 3, 368500},    {"FDD", 15, 10, 3, 368500},   {"FDD", 15, 20, 3, 368500},   {"FDD", 15, 40, 3, 368500},   {"TDD", 15, 10, 41, 518598},
    {"TDD", 15, 20, 41, 518598},  {"TDD", 15, 40, 41, 518598},  {"FDD", 30, 10, 66, 431000},  {"FDD", 30, 20, 66, 431000},  {"FDD", 30, 40, 66, 431000},
    {"TDD", 30, 10, 78, 632628},  {"TDD", 30, 20, 78, 632628},  {"TDD", 30, 40, 78, 636668},  {"TDD", 30, 100, 78, 636668},
};
constexpr unsigned antennas[] = {1, 2, 4};

gnb::CellOptions cell_of(const Carrier& c, unsigned ports) {
  gnb::CellOptions out;
  out.band = c.band;
  out.dl_arfcn = c.arfcn;
  out.bandwidth_mhz = c.mhz;
  out.scs_khz = c.scs_khz;
  out.antennas_dl = out.antennas_ul = static_cast<uint8_t>(ports);
  if (c.scs_khz == 15) out.tdd = "DDDSU";
  return out;
}

struct Outcome {
  bool passed = false;
  std::string failures;
  double registration_ms = 0, ping_ms = 0, dl_mbps = 0, ul_mbps = 0, air_s = 0, cpu_s = 0;
};

double cpu_seconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

// Rates as a tenth of a carrier carries with one layer.
Outcome run(const Carrier& c, unsigned ports, WaveConfig waves = {.snr_db = 30}) {
  const double before = cpu_seconds();
  WorldOptions options;
  options.cell = cell_of(c, ports);
  options.waves = waves;
  options.traffic = std::chrono::milliseconds(200);
  options.downlink_bps = 1e6 * c.mhz;
  options.uplink_bps = 0.2e6 * c.mhz;
  options.pings = 3;
  options.ipv4_alone = true;
  World w(options);
  Outcome out;
  const Time start = w.executor_.now();
  const bool ended = w.finishes(std::chrono::seconds(10));
  const auto& report = w.report();
  out.failures = ended ? w.failures() : "does not end; " + w.failures();
  out.passed = ended && report.passed() && report.pings_answered == 3 && w.all_downlink_arrived();
  if (out.failures.empty() && !out.passed) out.failures = fmt::format("{} of 3 pings, {} of {} octets downlink", report.pings_answered, report.downlink.octets, report.downlink_requested_octets);
  out.registration_ms = static_cast<double>(report.at(load::Step::registration).latency.percentile(0.5).count()) / 1e6;
  out.ping_ms = static_cast<double>(report.at(load::Step::ping_ipv4).latency.percentile(0.5).count()) / 1e6;
  out.dl_mbps = report.downlink.bits_per_second() / 1e6;
  out.ul_mbps = report.uplink.bits_per_second() / 1e6;
  out.air_s = std::chrono::duration<double>(w.executor_.now() - start).count();
  out.cpu_s = cpu_seconds() - before;
  return out;
}

std::string name_of(const Carrier& c, unsigned ports) { return fmt::format("{} {} kHz {} MHz n{}, {} antenna{}", c.duplex, c.scs_khz, c.mhz, c.band, ports, ports == 1 ? "" : "s"); }

TEST(AirTable, every_combination) {
  const char* file = std::getenv("SEN_AIR_TABLE");
  if (!file) GTEST_SKIP() << "opt-in: SEN_AIR_TABLE names the file to write";
  const char* only = std::getenv("SEN_AIR_ONLY");
  std::string rows;
  for (const Carrier& c : carriers) {
    for (unsigned ports : antennas) {
      if (only && name_of(c, ports).find(only) == std::string::npos) continue;
      const Outcome o = run(c, ports);
      EXPECT_TRUE(o.passed) << name_of(c, ports) << ": " << o.failures;
      const std::string row = fmt::format("| {} | {} | {} | n{} | {} | {} | {:.0f} | {:.1f} | {:.1f} | {:.1f} | {:.2f} |\n", c.duplex, c.scs_khz, c.mhz, c.band, ports,
                                          o.passed ? "yes" : "NO: " + o.failures, o.registration_ms, o.ping_ms, o.dl_mbps, o.ul_mbps, o.air_s / o.cpu_s);
      fmt::print("{}", row);
      std::fflush(stdout);
      rows += row;
    }
  }
  std::ofstream(file) << rows;
}

}  // namespace
}  // namespace sen
