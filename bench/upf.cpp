// Packet path of the UPF on one core, packets from memory: forward, + QER, + QER and URR, + 8 SDF filters; up and down; 1 k and 16 k
// sessions. Prints one line of JSON a case: ns a packet (median of the rounds) and the ratio to touching the same packets only.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>

#include <malloc.h>

#include "base/log.h"
#include "base/pcap.h"
#include "base/random.h"
#include "codec/gtpu/gpdu.h"
#include "codec/pfcp/message.h"
#include "core/upf/upf.h"
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

// The rules that an SMF makes for an IPv4v6 session with one QoS flow.
pfcp::SessionEstablishmentRequest establishment(uint32_t n) {
  using namespace pfcp;
  Octets<4> smf{127, 0, 0, 4};
  auto high = static_cast<uint8_t>(n >> 8), low = static_cast<uint8_t>(n);
  SessionEstablishmentRequest r{.node_id = NodeId::of(smf), .cp_f_seid = {.seid = n + 1, .ipv4 = smf}};
  UeIpAddress ue{.destination = true, .ipv4 = Octets<4>{10, 45, high, low}, .ipv6 = Octets<16>{0x20, 1, 0xd, 0xb8, 0xca, 0xfe, high, low}};
  FTeid shared{.choose = true, .choose_v4 = true, .choose_id = uint8_t{5}};
  auto uplink = [&](uint16_t id, uint32_t far) {
    CreatePdr pdr{.pdr_id = id, .precedence = 65535, .pdi = {.source_interface = SourceInterface::access, .f_teid = shared}};
    pdr.outer_header_removal = OuterHeaderRemoval{6};
    pdr.far_id = far;
    return pdr;
  };
  r.create_pdrs.push_back({.pdr_id = 1, .precedence = 65535, .pdi = {.source_interface = SourceInterface::core, .ue_ip_addresses = {ue}}, .far_id = 1});
  r.create_pdrs.push_back(uplink(2, 2));
  r.create_pdrs.push_back(uplink(3, 1));
  r.create_pdrs.back().pdi.source_interface = SourceInterface::cp_function;
  r.create_pdrs.back().pdi.f_teid->choose_id.reset();
  r.create_pdrs.push_back(uplink(4, 3));
  r.create_pdrs.back().pdi.sdf_filters = {SdfFilter{.flow_description = "permit out 58 from ff02::2/128 to assigned"}};
  for (CreatePdr& pdr : r.create_pdrs) {
    pdr.qer_ids = {1};
    pdr.urr_ids = {1};
  }
  auto far = [&](uint32_t id, DestinationInterface to, std::optional<OuterHeaderCreation> outer) {
    ForwardingParameters parameters{.destination_interface = to};
    parameters.outer_header_creation = outer;
    r.create_fars.push_back({.far_id = id, .apply_action = {.forw = true}, .forwarding_parameters = std::move(parameters)});
  };
  far(1, DestinationInterface::access, OuterHeaderCreation::gtpu(n, Octets<4>{127, 0, 0, 2}));
  far(2, DestinationInterface::core, {});
  far(3, DestinationInterface::cp_function, OuterHeaderCreation::gtpu(n, smf));
  CreateUrr urr{.urr_id = 1, .measurement_method = {.volum = true}, .reporting_triggers = {.volth = true}};
  urr.volume_threshold = Volume{.total = 1 << 30};
  r.create_urrs.push_back(urr);
  r.create_qers.push_back({.qer_id = 1, .mbr = BitRates{1'000'000, 1'000'000}, .qfi = Qfi(1)});
  r.create_bars.push_back({.bar_id = 1});
  return r;
}

size_t heap_octets() {
  auto info = mallinfo2();
  return info.uordblks + info.hblkhd;
}

// Sessions established over PFCP: time each, and octets of heap each (tables of addresses and TEIDs included, cached responses expired).
void control(uint32_t sessions, const std::string& cpu) {
  using Clock = std::chrono::steady_clock;
  Log::instance().set_all_levels(Level::none);
  std::vector<Bytes> requests;
  for (uint32_t n = 0; n < sessions; ++n)
    requests.push_back(pfcp::encode({.header = {.seid = 0, .sequence = n + 2}, .body = establishment(n)}).value());
  UpfConfig config;
  config.max_sessions = sessions;
  config.packets = 64;
  ManualExecutor executor;
  Counters counters;
  Upf upf(config, executor, counters, {.send_n4 = [](const Endpoint&, Bytes) {}, .send_n3 = [](const Endpoint&, Packet) {}, .send_n6 = [](Packet) {}});
  Endpoint smf{IpAddress(Octets<4>{127, 0, 0, 4}), 8805};
  pfcp::AssociationSetupRequest setup{.node_id = pfcp::NodeId::of(Octets<4>{127, 0, 0, 4}), .recovery_time_stamp = 1};
  upf.n4_received(smf, pfcp::encode({.header = {.sequence = 1}, .body = setup}).value());
  size_t before = heap_octets();
  auto start = Clock::now();
  for (const Bytes& request : requests) upf.n4_received(smf, request);
  double ns = std::chrono::duration<double, std::nano>(Clock::now() - start).count() / sessions;
  executor.run_for(std::chrono::seconds(16));
  upf.n4_received(smf, requests[0]);  // makes the cache forget what has expired
  size_t each = (heap_octets() - before) / sessions;
  std::printf("{\"bench\": \"upf\", \"case\": \"establish\", \"sessions\": %zu, \"ns\": %.0f, \"heap_octets_per_session\": %zu, \"machine\": \"%s, one thread\"}\n",
              upf.session_count(), ns, each, cpu.c_str());
}

}  // namespace

int main() {
  std::string cpu = machine();
  for (uint32_t sessions : {1024u, 16384u}) control(sessions, cpu);
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
