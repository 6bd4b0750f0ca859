// The whole network in one process on one executor: control plane, UPF, built-in data network, gNB, air and UEs. Messages between the nodes travel
// with a fixed delay a link; no sockets. Deterministic under a ManualExecutor with a seeded source of randomness.
#pragma once

#include <array>

#include "apps/control_plane.h"
#include "apps/load/load.h"
#include "apps/radio_network.h"
#include "base/random.h"
#include "core/upf/io/data_network.h"
#include "core/upf/upf.h"

namespace sen {

class DemoNetwork {
 public:
  // One-way delays of the links; between gNBs that of N3.
  static constexpr Duration n2_delay = std::chrono::microseconds(500);
  static constexpr Duration n3_delay = std::chrono::microseconds(500);
  static constexpr Duration n4_delay = std::chrono::microseconds(200);
  static constexpr Duration n6_delay = std::chrono::milliseconds(1);

  struct Reports {
    std::function<void(const load::StepResult&)> step;
    std::function<void()> finished;
    // Once an interval, what the MACs measured of their UEs in it; may be empty.
    std::function<void(Duration since_start, const std::vector<mac::UeMetrics>& ues)> measured;
    Duration interval = std::chrono::seconds(1);
  };

  // The gNBs attach to the configured AMF; the load's subscribers must be in the store.
  static Result<std::unique_ptr<DemoNetwork>> create(const CoreConfig& core, RadioConfig radio, load::LoadConfig load, Executor& executor,
                                                     crypto::RandomSource& random, Captures& captures, Reports reports);
  void start();

  // What happens to datagrams on N3, in both directions: a share is lost, the others are late by up to `jitter` and overtake each other.
  struct N3Faults {
    double loss = 0;
    Duration jitter{};
  };
  void set_n3_faults(const N3Faults& faults) { n3_faults_ = faults; }
  uint64_t n3_lost(bool uplink) const { return n3_lost_[uplink]; }

  load::LoadRunner& load() { return *load_; }
  RadioNetwork& radio() { return *radio_; }
  const upf::DataNetwork& data_network() const { return *data_network_; }
  Counters& counters() { return counters_; }

 private:
  DemoNetwork(Executor& executor, Captures& captures) : executor_(executor), captures_(captures), measure_timer_(executor) {}
  void after(Duration delay, Task task) { executor_.after(delay, std::move(task)); }
  void measure();
  Status n2_to_amf(size_t gnb, uint16_t stream, Bytes ngap);
  Status n2_to_gnb(uint32_t association, uint16_t stream, Bytes ngap);
  void on_n3(bool uplink, Task task);
  void n3_from_gnb(size_t gnb, const IpAddress& to, Packet gtpu);
  void n3_to_gnb(const Endpoint& from, const IpAddress& to, Packet gtpu);
  void n3_from_upf(const Endpoint& to, Packet gtpu);
  void n4_to_upf(const Endpoint& to, Bytes pfcp);
  void n4_to_smf(const Endpoint& to, Bytes pfcp);
  void n4u_to_upf(const Endpoint& to, Bytes gtpu);

  Executor& executor_;
  Captures& captures_;
  Counters counters_;
  Endpoint amf_n2_, smf_n4_, smf_n4u_, upf_n4_, upf_n3_;
  std::vector<Endpoint> gnb_n2_, gnb_n3_;  // association i + 1 of the AMF is gNB i's
  std::unique_ptr<ControlPlane> plane_;
  std::unique_ptr<upf::Upf> upf_;
  std::unique_ptr<upf::DataNetwork> data_network_;
  std::unique_ptr<RadioNetwork> radio_;
  std::unique_ptr<load::LoadRunner> load_;
  std::function<void(Duration, const std::vector<mac::UeMetrics>&)> measured_;
  Duration interval_{};
  unsigned intervals_ = 0;
  N3Faults n3_faults_;
  Random n3_luck_{1};
  std::array<uint64_t, 2> n3_lost_{};  // downlink, uplink
  Timer measure_timer_;
};

}  // namespace sen
