// The load generator: N emulated gNBs and N UEs that go through a scenario at a set rate or with a set number in flight; measures each step.
// Transport is outside: bytes go out through the ports and come in through the calls, so that a run works in process under a virtual
// clock as well as over sockets. Lives on one executor. The ports must not call back into the runner before they return.
//
//   register   registration
//   session    registration, PDU session
//   traffic    session, IPv6 prefix, pings over IPv4 and IPv6, uplink, downlink (each family where the session has it)
//   cycle      session, pings, AN release, service request, session release, deregistration, registration by GUTI, switch-off
#pragma once

#include <memory>

#include "apps/load/access.h"
#include "apps/load/gnb_access.h"
#include "apps/load/ip_host.h"
#include "apps/load/report.h"
#include "ue/nas.h"

namespace sen::load {

enum class Scenario : uint8_t { registration, session, traffic, cycle };

struct LoadConfig {
  std::vector<GnbConfig> gnbs;         // each with its own N3 endpoint and gNB identity
  uint32_t ues = 1;
  Plmn home;                           // of the IMSIs; the gNBs' PLMN is the serving one
  std::string first_imsi;              // the others follow by counting up
  crypto::Key128 key{}, opc{};
  ue::SuciProfile suci;
  std::vector<SNssai> slices{{1, {}}}; // requested; the first one carries the session
  std::string dnn = "internet";
  nas::PduSessionKind session_type = nas::PduSessionKind::ipv4v6;
  Scenario scenario = Scenario::session;
  double rate = 0;                     // UEs started a second; 0: as the window allows
  uint32_t window = 16;                // UEs under way at most
  Duration timeout = std::chrono::seconds(10);  // of one step
  unsigned pings = 10;
  Duration ping_interval = std::chrono::milliseconds(20);
  Duration ping_timeout = std::chrono::seconds(1);
  IpAddress target_v4;                 // pinged; uplink goes to its port 9, downlink is asked for at its port 19 (see core/upf/io)
  IpAddress target_v6;
  Duration traffic = std::chrono::seconds(5);
  uint16_t packet_size = 1400;         // octets of an IP packet; cut to the session's MTU
  double uplink_bps = 20e6;            // a UE
  double downlink_bps = 20e6;
};

struct StepResult {
  UeIndex ue = 0;
  Step step{};
  bool ok = false;
  Duration latency{};
  std::string failure;
};

struct LoadPorts {
  std::function<Status(size_t gnb, uint16_t stream, Bytes ngap)> send_n2;
  std::function<void(size_t gnb, const Endpoint& to, Bytes gtpu)> send_n3;
  std::function<void(const StepResult&)> step;  // may be empty; for a timeline
  std::function<void()> finished;               // may be empty
};

class LoadRunner {
 public:
  // Checks the configuration: IMSI range, keys, at least one gNB.
  static Result<std::unique_ptr<LoadRunner>> create(LoadConfig config, Executor& executor, crypto::RandomSource& random, Counters& counters,
                                                    LoadPorts ports);
  // The same over another access than emulated gNBs; config.gnbs, send_n2 and send_n3 are not used.
  static Result<std::unique_ptr<LoadRunner>> create(LoadConfig config, Executor& executor, crypto::RandomSource& random, LoadPorts ports,
                                                    Access& access);
  ~LoadRunner();

  // Transport events, from the time of create() on. UEs start when every gNB is set up.
  void n2_up(size_t gnb);
  void n2_down(size_t gnb, const std::string& reason);
  void n2_received(size_t gnb, uint16_t stream, ByteView ngap);
  void n3_received(size_t gnb, const Endpoint& from, ByteView gtpu);
  // Ends the run: UEs under way count as failed.
  void stop(const std::string& reason);

  bool finished() const { return finished_; }
  const LoadReport& report() const { return report_; }
  uint32_t started() const { return started_; }
  Gnb& gnb(size_t index) { return emulated_->gnb(index); }  // with emulated gNBs
  // The UE by number, null before its start.
  const ue::UeNas* ue(UeIndex index) const;

 private:
  struct Ue;
  LoadRunner(LoadConfig config, Executor& executor, crypto::RandomSource& random, LoadPorts ports);
  Status prepare();
  void listen(Access& access);
  void gnb_state(size_t gnb, bool ready, const std::string& reason);
  void start_more();
  void start_ue(UeIndex index);
  void on_camped(Ue& ue, const Tai& tai);
  void begin_step(Ue& ue);
  void perform(Ue& ue, Step step);
  void finish_step(Ue& ue);
  void fail_step(Ue& ue, const std::string& failure);
  void end_ue(Ue& ue);
  void check_end();
  bool at(const Ue& ue, Step step) const;
  bool skips(const Ue& ue, Step step) const;

  void send_nas(Ue& ue, Bytes pdu, const ue::Establishment* establishment);
  void on_event(Ue& ue, const ue::UeEvent& event);
  void on_tunnel(Ue& ue);
  void on_packet(Ue& ue, ByteView ip);
  void register_ue(Ue& ue);
  void establish_session(Ue& ue);
  void service_request(Ue& ue);
  void solicit_router(Ue& ue);
  void send_ping(Ue& ue);
  void ping_over(Ue& ue, bool answered);
  void start_uplink(Ue& ue);
  void tick_uplink(Ue& ue);
  void start_downlink(Ue& ue);
  void end_downlink(Ue& ue);
  IpAddress target_of(const Ue& ue) const;
  void send_packet(Ue& ue, const Bytes& ip);

  LoadConfig config_;
  Executor& executor_;
  crypto::RandomSource& random_;
  LoadPorts ports_;
  std::vector<Step> plan_;
  std::shared_ptr<const ue::UeProfile> profile_;
  std::unique_ptr<GnbAccess> emulated_;
  Access* access_ = nullptr;
  std::vector<Time> gnb_started_;
  std::vector<bool> gnb_ready_;
  std::vector<std::unique_ptr<Ue>> ues_;
  LoadReport report_;
  bool running_ = false;
  bool finished_ = false;
  uint32_t started_ = 0;
  uint32_t under_way_ = 0;
  Time start_{};
  Timer pace_;
  Time uplink_first_{}, uplink_last_{}, downlink_first_{}, downlink_last_{};
};

}  // namespace sen::load
