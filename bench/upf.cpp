// Packet path of the UPF on one core, packets from memory: forward, + QER, + QER and URR, + 8 SDF filters; up and down; 1 k and 16 k
// sessions. Prints one line of JSON a case: ns a packet (median of the rounds) and the ratio to touching the same packets only.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>

#include "base/pcap.h"
#include "base/random.h"
#include "codec/gtpu/gpdu.h"
#include "core/upf/user_plane.h"

using namespace sen;
using namespace sen::upf;

namespace {

std::string machine() {
  std::ifstream info("/proc/cpuinfo");
  for (std::string line; std::getline(info, line);)
    if (line.starts_with("model name")) return line.substr(line.find(':') + 2);
  return "unknown";
}

constexpr size_t slot = 512;
constexpr size_t room = 128;

struct Case {
  const char* name;
  bool qer = false, urr = false;
  unsigned filters = 0;
};

struct Bench {
  uint32_t sessions;
  UserPlane plane;
  std::vector<QerState> buckets;
  std::vector<UrrState> usage;
  std::vector<uint32_t> teids;
  std::vector<uint8_t> memory;
  std::vector<Job> jobs;
  size_t octets_per_session = 0;

  Bench(uint32_t n, const Case& c)
      : sessions(n), plane(n, {IpPrefix::parse("10.45.0.0/16").value()}, 1456), buckets(n), usage(n), teids(n) {
    for (uint32_t i = 0; i < n; ++i) {
      RuleSet set;
      PdrDraft up{{.teid = teids[i] = plane.allocate_teid(i), .precedence = 100, .id = 1}};
      up.far_id = 1;
      PdrDraft down{{.precedence = 100, .id = 2, .source = Interface::core}};
      down.ue_v4 = 0x0a2d0000u + i;
      down.has_ue_v4 = true;
      down.far_id = 2;
      for (PdrDraft* pdr : {&up, &down}) {
        pdr->qer_count = c.qer;
        pdr->qer_ids[0] = 1;
        pdr->urr_count = c.urr;
        pdr->urr_ids[0] = 1;
      }
      set.pdrs = {up, down};
      set.fars.push_back({.id = 1, .action = Action::forward, .destination = Interface::core, .has_parameters = true});
      set.fars.push_back({.peer = {127, 0, 0, 2}, .teid = i, .id = 2, .action = Action::forward, .outer = OuterHeader::gtpu_v4, .has_parameters = true});
      buckets[i].uplink.set_rate(1'000'000'000, 0);
      buckets[i].downlink.set_rate(1'000'000'000, 0);
      set.qers.push_back({.bucket = &buckets[i], .id = 1, .has_qfi = true, .qfi = 1});
      set.urrs.push_back({.usage = &usage[i], .id = 1, .measures_volume = true});
      // The last filter is the one that matches.
      std::vector<IpFilter> filters;
      for (unsigned f = 0; f + 1 < c.filters; ++f) filters.push_back(parse_filter(fmt::format("permit out 6 from 1.2.{}.0/24 80 to assigned", f)).value());
      if (c.filters) filters.push_back(parse_filter("permit out 17 from any to assigned").value());
      set.set_filters(0, filters);
      set.set_filters(1, filters);
      Rules::Ptr rules = Rules::build(set);
      octets_per_session = rules->octets() + sizeof(QerState) + sizeof(UrrState);
      plane.install(i, std::move(rules));
    }
  }
  ~Bench() {
    for (uint32_t i = 0; i < sessions; ++i) plane.install(i, nullptr);
  }

  // 4096 packets to sessions in random order.
  void fill(bool up) {
    constexpr size_t count = 4096;
    Random random(1);
    memory.assign(count * slot, 0);
    for (size_t i = 0; i < count; ++i) {
      auto s = static_cast<uint32_t>(random.between(0, sessions - 1));
      IpAddress ue(Octets<4>{10, 45, static_cast<uint8_t>(s >> 8), static_cast<uint8_t>(s)});
      IpAddress server(Octets<4>{8, 8, 8, 8});
      Bytes ip = up ? udp_datagram(Bytes(36), {ue, 1000}, {server, 53}) : udp_datagram(Bytes(36), {server, 53}, {ue, 1000});
      uint8_t* at = memory.data() + i * slot + room;
      if (up) {
        gtpu::write_gpdu_header(std::span<uint8_t, 16>(at, 16), teids[s], ip.size(), gtpu::PduType::ul, 1);
        at += 16;
      }
      std::copy(ip.begin(), ip.end(), at);
    }
    jobs.resize(count);
  }

  double run(bool up, bool touch_only) {
    using Clock = std::chrono::steady_clock;
    uint32_t length = up ? 64 + 16 : 64;
    std::vector<double> rounds;
    int64_t now = 1'000'000'000;
    uint64_t sum = 0;
    for (int round = 0; round < 200; ++round) {
      auto start = Clock::now();
      for (size_t first = 0; first < jobs.size(); first += UserPlane::batch) {
        std::span<Job> part(jobs.data() + first, UserPlane::batch);
        for (size_t i = 0; i < part.size(); ++i) part[i] = Job{.data = memory.data() + (first + i) * slot + room, .length = length};
        now += 3000;
        if (touch_only) {
          for (Job& job : part) sum += job.data[0] + job.data[40];
        } else if (up) {
          plane.from_n3(part, now);
        } else {
          plane.from_n6(part, now);
        }
      }
      rounds.push_back(std::chrono::duration<double, std::nano>(Clock::now() - start).count() / static_cast<double>(jobs.size()));
    }
    if (sum == 1) std::puts("");
    if (!touch_only && plane.drop_total() != 0) std::printf("{\"error\": \"%llu packets dropped\"}\n", static_cast<unsigned long long>(plane.drop_total()));
    std::nth_element(rounds.begin(), rounds.begin() + 100, rounds.end());
    return rounds[100];
  }
};

}  // namespace

int main() {
  std::string cpu = machine();
  for (uint32_t sessions : {1024u, 16384u}) {
    for (const Case& c : {Case{"forward"}, Case{"forward+qer", true}, Case{"forward+qer+urr", true, true}, Case{"forward+qer+urr+8sdf", true, true, 8}}) {
      Bench bench(sessions, c);
      for (bool up : {true, false}) {
        bench.fill(up);
        double touch = bench.run(up, true);
        double ns = bench.run(up, false);
        std::printf(
            "{\"bench\": \"upf\", \"case\": \"%s\", \"direction\": \"%s\", \"sessions\": %u, \"ns\": %.1f, \"mpps\": %.2f, \"touch_only_ns\": %.1f, "
            "\"octets_rules_and_state\": %zu, \"packet_octets\": 64, \"machine\": \"%s, scalar, one thread\"}\n",
            c.name, up ? "up" : "down", sessions, ns, 1000 / ns, touch, bench.octets_per_session, cpu.c_str());
      }
    }
  }
}
