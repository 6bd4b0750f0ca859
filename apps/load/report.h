// What a load run measured: latencies for each step, failures by cause, pings and throughput; as a table and as JSON.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "apps/load/histogram.h"

namespace sen::load {

enum class Step : uint8_t {
  ng_setup,
  registration,
  session,            // PDU session establishment, up to the tunnel on N3
  ipv6_prefix,        // router solicitation and advertisement
  ping_ipv4,
  ping_ipv6,
  uplink,
  downlink,
  an_release,
  service_request,
  session_release,
  deregistration,
  reregistration,     // by 5G-GUTI
  switch_off,
  count,
};
const char* to_string(Step step);

struct StepStatistics {
  uint64_t done = 0;
  uint64_t failed = 0;
  Histogram latency;  // of those done; of pings: each round trip
};

struct Throughput {
  uint64_t packets = 0;
  uint64_t octets = 0;      // of IP packets
  Duration duration{};      // from the first to the last packet over all UEs
  double bits_per_second() const { return duration.count() > 0 ? static_cast<double>(octets) * 8e9 / static_cast<double>(duration.count()) : 0; }
};

struct LoadReport {
  uint64_t ues = 0;
  uint64_t ues_done = 0;
  uint64_t ues_failed = 0;
  Duration duration{};
  std::vector<StepStatistics> steps{static_cast<size_t>(Step::count)};
  std::map<std::string, uint64_t> failures;  // "registration: 5GMM cause 3 (illegal UE)"
  uint64_t pings_sent = 0, pings_answered = 0;
  uint64_t pings_v6_sent = 0, pings_v6_answered = 0;
  Throughput uplink;    // sent by the UEs
  Throughput downlink;  // received by the UEs
  uint64_t downlink_requested_octets = 0;

  StepStatistics& at(Step step) { return steps[static_cast<size_t>(step)]; }
  const StepStatistics& at(Step step) const { return steps[static_cast<size_t>(step)]; }
  bool passed() const { return ues_failed == 0 && failures.empty() && ues_done == ues; }
  std::string table() const;
  std::string json() const;
};

}  // namespace sen::load
