// sen5g ue: test UEs over the slot-level air of a gNB in another process, or one UE with a radio. They stay attached until a signal, each with a TUN device where
// that is possible, and deregister at the end; or they go through a scenario of the load generator.
#include <fmt/core.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>

#include "air/socket.h"
#include "apps/attached_ue.h"
#include "apps/commands.h"
#include "apps/radio_ues.h"
#include "base/log.h"
#include "radio/zmq.h"
#include "ue/radio_loop.h"

namespace sen {

namespace {

constexpr size_t packet_buffers = 1 << 14, packet_size = 9216;
constexpr Duration retry = std::chrono::seconds(1), farewell = std::chrono::seconds(3);

class UeProcess {
 public:
  UeProcess(UeProcessConfig config, const UeOptions& options)
      : config_(std::move(config)),
        scenario_(options.scenario),
        pool_(packet_buffers, packet_size),
        radio_clock_(executor_.now()),
        ues_({{config_.home}, std::stoull(config_.first_imsi), std::stoull(config_.first_imsi), {}},
             has_radio() ? static_cast<Executor&>(radio_clock_) : executor_, pool_),
        again_(executor_),
        end_(executor_) {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    signals_ = signalfd(-1, &signals, SFD_NONBLOCK | SFD_CLOEXEC);
  }
  ~UeProcess() { close(signals_); }

  Status open() {
    SEN_TRY(scenario_.empty() ? open_attached() : open_scenario());
    return has_radio() ? open_radio() : Status{};
  }

  int run() {
    executor_.watch(signals_, [this](bool, bool) { stop(); });
    if (has_radio()) {
      ues_.events().state(0, true, "");
      start_loop();
    } else {
      connect();
    }
    executor_.run();
    if (loop_) loop_->stop();
    executor_.unwatch(signals_);
    if (!runner_) return 0;
    fmt::print("{}", runner_->report().table());
    return runner_->report().passed() ? 0 : 1;
  }

 private:
  Status open_attached() {
    auto profile = std::make_shared<ue::UeProfile>();
    profile->serving = config_.home;
    profile->requested_slices = {config_.slice};
    ues_.listen({.state =
                     [this](size_t, bool up, const std::string&) {
                       if (up) return;
                       for (auto& ue : attached_) ue->air_lost();
                     },
                 .camped = [this](load::UeIndex ue, const Tai& tai) { attached_[ue]->camped(tai); },
                 .nas = [this](load::UeIndex ue, ByteView nas) { attached_[ue]->nas(nas); },
                 .released = [this](load::UeIndex ue, bool establishment_failed) { attached_[ue]->released(establishment_failed); },
                 .fallback = [this](load::UeIndex ue) { attached_[ue]->fell_back(); },
                 .paged = [this](load::UeIndex ue) { attached_[ue]->paged(); },
                 .tunnel =
                     [this](load::UeIndex ue, PduSessionId, bool up) {
                       if (up) attached_[ue]->tunnel_up();
                     },
                 .packet = [this](load::UeIndex ue, PduSessionId, ByteView ip) { attached_[ue]->packet(ip); }});
    for (load::UeIndex i = 0; i < config_.count; ++i) {
      SEN_ASSIGN(auto ue, AttachedUe::create(i, config_, profile, {executor_, random_, counters_, pool_, ues_}));
      attached_.push_back(std::move(ue));
    }
    for (auto& ue : attached_) ue->switch_on();
    return {};
  }

  Status open_scenario() {
    load::LoadConfig load;
    load.ues = config_.count;
    load.home = config_.home;
    load.first_imsi = config_.first_imsi;
    load.key = config_.key;
    load.opc = config_.opc;
    load.slices = {config_.slice};
    load.dnn = config_.dnn;
    load.session_type = config_.session_type;
    load.scenario = scenario_ == "register"  ? load::Scenario::registration
                    : scenario_ == "session" ? load::Scenario::session
                                             : load::Scenario::traffic;
    load.pings = config_.pings;
    load.target_v4 = config_.target_v4;
    load.target_v6 = config_.target_v6;
    load.traffic = Duration(static_cast<int64_t>(config_.traffic_s * 1e9));
    load.uplink_bps = load.downlink_bps = config_.rate_mbps * 1e6;
    load::LoadPorts ports;
    ports.finished = [this] { executor_.stop(); };
    SEN_ASSIGN(runner_, load::LoadRunner::create(std::move(load), executor_, random_, std::move(ports), ues_));
    return {};
  }

  bool has_radio() const { return config_.radio.driver != UeRadioConfig::Driver::none; }

  // The UE's samples instead of an air; its access stratum lives in the time of the radio.
  Status open_radio() {
    SEN_ASSIGN(auto l1, config_.radio.l1());
    SEN_ASSIGN(auto zmq, radio::ZmqConfig::parse(config_.radio.device_args));
    zmq.sample_rate_hz = l1.sample_rate_hz;
    l1.rx_ports = static_cast<unsigned>(zmq.rx_ports.size());
    l1.tx_ports = static_cast<unsigned>(zmq.tx_ports.size());
    SEN_ASSIGN(radio_, radio::Zmq::open(zmq));
    loop_config_ = {l1, config_.radio.uplink_ahead_ms * nr::slots_per_subframe(l1.scs)};
    log_info(Layer::radio, "ZMQ: samples from {}, ours at {}, {} Msps; looking for a cell of n{} around {:.2f} MHz", zmq.rx_ports[0], zmq.tx_ports[0],
             config_.radio.srate_mhz, l1.band, l1.dl_centre_hz / 1e6);
    ues_.attach({nullptr, [](const air::UeRadio&) -> Result<air::UeIndex> { return 0; }, {}, {}});
    return {};
  }

  // As soon as the UE is switched on.
  void start_loop() {
    if (!ues_.ue(0)) return again_.start(std::chrono::milliseconds(10), [this] { start_loop(); });
    auto made = ue::RadioLoop::make(loop_config_, *ues_.ue(0), radio_clock_, executor_, *radio_);
    if (!made) {
      log_error(Layer::radio, "{}", made.error().describe());
      return executor_.stop();
    }
    loop_ = std::move(*made);
    loop_->start();
  }

  void connect() {
    auto connected = air::AirClient::connect(config_.air_path, std::chrono::seconds(2));
    if (!connected) {
      if (std::exchange(waiting_told_, true) == false)
        log_warning(Layer::air, "{}; tried again every second", connected.error().describe());
      return again_.start(retry, [this] { connect(); });
    }
    waiting_told_ = false;
    client_ = std::move(*connected);
    log_info(Layer::air, "connected to the gNB at {}, {} cell(s)", config_.air_path, client_->air().cell_count());
    executor_.watch(client_->descriptor(), [this](bool, bool) { step(); });
    ues_.attach({&client_->air(), [this](const air::UeRadio& radio) { return client_->add_ue(radio); },
                 [this](air::UeIndex ue, const nr::l1_ue::CellConfig& cell) { client_->tune(ue, cell.pci, cell.ssb_arfcn); },
                 [this](air::UeIndex ue, nr::l1_ue::UlSlot slot) { client_->transmit(ue, std::move(slot)); }});
    ues_.events().state(0, true, "");
  }

  void step() {
    auto now = client_->next();
    if (!now) return lost(now.error());
    bool ssb = false;
    for (const auto& [cell, slot] : client_->slots()) {
      const auto* downlink = client_->air().downlink(cell);
      ssb |= downlink && !downlink->ssb.empty();
    }
    if (!client_->slots().empty()) ues_.drive(client_->slots().front().second, ssb);
    if (auto answered = client_->answer(); !answered) lost(answered.error());
  }

  void lost(const Error& error) {
    log_warning(Layer::air, "{}", error.describe());
    executor_.unwatch(client_->descriptor());
    ues_.events().state(0, false, error.describe());
    ues_.detach();
    client_.reset();
    again_.start(retry, [this] { connect(); });
  }

  void stop() {
    signalfd_siginfo signal;
    if (read(signals_, &signal, sizeof signal) != sizeof signal) return;
    if (runner_ || std::exchange(stopping_, true)) return executor_.stop();
    log_info(Layer::ue, "deregistering");
    for (auto& ue : attached_) ue->switch_off();
    wait_for_end(executor_.now() + farewell);
  }

  void wait_for_end(Time limit) {
    const bool over = std::ranges::all_of(attached_, [](const auto& ue) { return ue->off(); });
    if (over || executor_.now() >= limit) return executor_.stop();
    end_.start(std::chrono::milliseconds(20), [this, limit] { wait_for_end(limit); });
  }

  UeProcessConfig config_;
  std::string scenario_;
  int signals_ = -1;
  ThreadExecutor executor_;
  crypto::RandomSource random_;
  Counters counters_;
  PacketPool pool_;
  std::unique_ptr<air::AirClient> client_;
  ManualExecutor radio_clock_;
  RadioUes ues_;
  std::unique_ptr<radio::Zmq> radio_;
  ue::RadioLoopConfig loop_config_;
  std::unique_ptr<ue::RadioLoop> loop_;
  std::vector<std::unique_ptr<AttachedUe>> attached_;
  std::unique_ptr<load::LoadRunner> runner_;
  Timer again_, end_;
  bool waiting_told_ = false, stopping_ = false;
};

}  // namespace

int run_ue(const UeOptions& options) {
  auto loaded = load_ue_config(with_options(options.core));
  if (!report_problems(loaded.problems)) return 2;
  if (auto applied = loaded.config.log.apply(); !applied) return report_problems({applied.error()}), 2;
  UeProcess process(std::move(loaded.config), options);
  if (auto opened = process.open(); !opened) return report_problems({opened.error()}), 1;
  return process.run();
}

}  // namespace sen
