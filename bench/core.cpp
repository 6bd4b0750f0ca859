// Registrations and sessions of the whole core (AMF, SMF, AUSF/UDM, UPF) a second and core, latency, and memory a UE. The core runs on one
// thread, the load generator on another; the figures count the core's thread alone (CPU clock of the thread, allocations made on it).
//
//   bench_core [UES] [null|A|B]
#include <pthread.h>

#include <atomic>
#include <cstdlib>
#include <new>
#include <thread>

#include "apps/control_plane.h"
#include "apps/load/load.h"
#include "base/ensure.h"
#include "bench/bench.h"
#include "core/upf/upf.h"

namespace {

// Every allocation remembers which side made it, so that freeing it on the other thread counts for its maker.
thread_local bool on_core_thread = false;
std::atomic<int64_t> core_octets = 0;

struct alignas(16) Header {
  size_t size;
  bool core;
};

}  // namespace

void* operator new(size_t size) {
  auto* header = static_cast<Header*>(std::malloc(size + sizeof(Header)));
  if (!header) throw std::bad_alloc();
  *header = {size, on_core_thread};
  if (header->core) core_octets.fetch_add(static_cast<int64_t>(size), std::memory_order_relaxed);
  return header + 1;
}
void operator delete(void* pointer) noexcept {
  if (!pointer) return;
  auto* header = static_cast<Header*>(pointer) - 1;
  if (header->core) core_octets.fetch_sub(static_cast<int64_t>(header->size), std::memory_order_relaxed);
  std::free(header);
}
void operator delete(void* pointer, size_t) noexcept { operator delete(pointer); }

namespace sen {
namespace {

constexpr std::string_view key = "465B5CE8B199B49FAA5F0A2EE238A6BC", opc = "E8ED289DEBA952E4283B54E88E6183CA";
constexpr uint64_t first_imsi = 999700000000001;

struct Bench {
  CoreConfig config;
  ThreadExecutor core, generator;
  crypto::RandomSource core_random, generator_random;
  Counters counters, generator_counters;
  std::unique_ptr<ControlPlane> plane;
  std::unique_ptr<upf::Upf> upf;
  std::unique_ptr<load::LoadRunner> load;
  Endpoint smf_n4, upf_n4;

  void open_core() {
    smf_n4 = {config.smf.pfcp_servers.front().address, config.smf.pfcp_servers.front().port};
    upf_n4 = {config.upf.pfcp_server.front().address, config.upf.pfcp_server.front().port};
    ControlPlanePorts ports;
    ports.amf.send_n2 = [this](uint32_t association, uint16_t stream, Bytes ngap) -> Status {
      generator.post([this, association, stream, ngap = std::move(ngap)] { load->n2_received(association - 1, stream, ngap); });
      return {};
    };
    ports.amf.close_n2 = [](uint32_t) {};
    ports.smf.send_n4 = [this](const Endpoint&, Bytes pfcp) { core.post([this, pfcp = std::move(pfcp)] { upf->n4_received(smf_n4, pfcp); }); };
    ports.smf.send_n4u = [](const Endpoint&, Bytes) {};
    auto created = ControlPlane::create(config, core, core_random, counters, std::move(ports));
    ensure(created);
    plane = std::move(*created);
    upf::UpfPorts upf_ports;
    upf_ports.send_n4 = [this](const Endpoint&, Bytes pfcp) { core.post([this, pfcp = std::move(pfcp)] { plane->smf().n4_received(upf_n4, pfcp); }); };
    upf_ports.send_n3 = [](const Endpoint&, Packet) {};
    upf_ports.send_n6 = [](Packet) {};
    upf = std::make_unique<upf::Upf>(config.upf, core, counters, std::move(upf_ports));
    upf->start();
  }

  void open_generator(load::LoadConfig load_config) {
    load::LoadPorts ports;
    ports.send_n2 = [this](size_t gnb, uint16_t stream, Bytes ngap) -> Status {
      core.post([this, gnb, stream, ngap = std::move(ngap)] { plane->amf().n2_received(static_cast<uint32_t>(gnb + 1), stream, ngap); });
      return {};
    };
    ports.send_n3 = [](size_t, const Endpoint&, Bytes) {};
    ports.finished = [this] { generator.stop(); };
    auto created = load::LoadRunner::create(std::move(load_config), generator, generator_random, generator_counters, std::move(ports));
    ensure(created);
    load = std::move(*created);
  }
};

double cpu_seconds(clockid_t clock) {
  timespec time{};
  clock_gettime(clock, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

load::LoadConfig load_config(const CoreConfig& config, unsigned ues, load::Scenario scenario) {
  load::LoadConfig out;
  load::GnbConfig gnb;
  gnb.plmn = config.amf.tais.front().plmn;
  gnb.n3 = {IpAddress(Octets<4>{127, 0, 0, 20}), 2152};
  out.gnbs = {gnb};
  out.ues = ues;
  out.home = gnb.plmn;
  out.first_imsi = std::to_string(first_imsi);
  out.key = *octets_from_hex<16>(key);
  out.opc = *octets_from_hex<16>(opc);
  out.scenario = scenario;
  out.session_type = nas::PduSessionKind::ipv4;
  out.window = 64;
  return out;
}

void measure(unsigned ues, const std::string& scheme, load::Scenario scenario) {
  Bench bench;
  bench.config.udm.store = ":memory:";
  load::LoadConfig load = load_config(bench.config, ues, scenario);
  if (scheme != "null") {
    auto profile = scheme == "A" ? crypto::SuciScheme::profile_a : crypto::SuciScheme::profile_b;
    auto home = crypto::HomeNetworkKey::generate(profile, bench.core_random);
    ensure(home);
    bench.config.udm.home_network_keys.push_back({1, static_cast<unsigned>(profile), Bytes(home->private_key().begin(), home->private_key().end())});
    load.suci.scheme = profile;
    load.suci.key_id = 1;
    load.suci.public_key = home->public_key();
  }
  for (unsigned i = 0; i < ues; ++i) bench.config.udm.subscribers.push_back({std::to_string(first_imsi + i), std::string(key), std::string(opc)});

  std::atomic<bool> ready = false;
  std::atomic<int64_t> before = 0;
  clockid_t clock{};
  std::thread thread([&] {
    on_core_thread = true;
    bench.open_core();
    bench.core.after(std::chrono::milliseconds(100), [&] {
      before = core_octets.load();
      ready = true;
    });
    bench.core.run();
  });
  pthread_getcpuclockid(thread.native_handle(), &clock);
  while (!ready) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  bench.open_generator(std::move(load));
  double start = cpu_seconds(clock);
  bench.core.post([&] { bench.plane->amf().n2_up(1, "127.0.0.20:38412"); });
  bench.load->n2_up(0);
  bench.generator.run();
  double used = cpu_seconds(clock) - start;
  int64_t octets = core_octets.load() - before.load();
  bench.core.stop();
  thread.join();

  const load::LoadReport& report = bench.load->report();
  const auto& registration = report.at(load::Step::registration).latency;
  const char* what = scenario == load::Scenario::registration ? "registration" : "registration and session";
  fmt::print("{{\"bench\":\"core\",\"operation\":\"{}\",\"suci\":\"{}\",\"ues\":{},\"failed\":{},\"cpu_us\":{:.1f},\"per_s_and_core\":{:.0f},"
             "\"registration_p50_us\":{:.0f},\"registration_p99_us\":{:.0f},\"octets_a_ue\":{:.0f},\"machine\":\"{}\",\"isa\":\"{}\"}}\n",
             what, scheme, ues, report.ues_failed, used * 1e6 / ues, ues / used, static_cast<double>(registration.percentile(0.5).count()) / 1e3,
             static_cast<double>(registration.percentile(0.99).count()) / 1e3, static_cast<double>(octets) / ues, bench::machine(), bench::isa());
}

}  // namespace
}  // namespace sen

int main(int argc, char** argv) {
  sen::Log::instance().set_all_levels(sen::Level::error);
  unsigned ues = argc > 1 ? static_cast<unsigned>(std::atoi(argv[1])) : 2000;
  std::vector<std::string> schemes{"null", "A", "B"};
  if (argc > 2) schemes = {argv[2]};
  for (const auto& scheme : schemes) {
    sen::measure(ues, scheme, sen::load::Scenario::registration);
    if (scheme == "null") sen::measure(ues, scheme, sen::load::Scenario::session);
  }
}
