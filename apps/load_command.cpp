// sen5g load: the load generator (apps/load) on real sockets: an SCTP association and an N3 socket for each emulated gNB, one thread.
#include <fmt/core.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <fstream>

#include "apps/captures.h"
#include "apps/commands.h"
#include "apps/load/load.h"
#include "base/log.h"
#include "base/sctp/sctp.h"
#include "base/socket.h"

namespace sen {

namespace {

constexpr uint16_t default_ngap_port = 38412;
constexpr Duration farewell = std::chrono::seconds(1);

std::unexpected<Error> wrong(const char* option, Error error) { return std::unexpected(std::move(error).within(option)); }

Result<Endpoint> parse_amf(const std::string& text) {
  if (auto address = IpAddress::parse(text)) return Endpoint{*address, default_ngap_port};
  size_t colon = text.rfind(':');
  if (colon == std::string::npos) return fail(Fault::invalid, "--amf", "'{}' is not an address or address:port", text);
  std::string host = text.substr(0, colon), port = text.substr(colon + 1);
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
  auto address = IpAddress::parse(host);
  bool number = !port.empty() && port.size() <= 5 && all_digits(port) && std::stoul(port) >= 1 && std::stoul(port) <= 65535;
  if (!address || !number) return fail(Fault::invalid, "--amf", "'{}' is not an address or address:port", text);
  return Endpoint{*address, static_cast<uint16_t>(std::stoul(port))};
}

Result<SNssai> parse_slice(const std::string& text) {
  size_t dash = text.find('-');
  std::string sst = text.substr(0, dash);
  if (sst.empty() || sst.size() > 3 || !all_digits(sst) || std::stoul(sst) > 255) {
    return fail(Fault::invalid, "--slice", "'{}' is not SST or SST-SD (SST 0 to 255, SD six hexadecimal digits)", text);
  }
  SNssai slice{static_cast<uint8_t>(std::stoul(sst)), {}};
  if (dash == std::string::npos) return slice;
  auto sd = octets_from_hex<3>(text.substr(dash + 1));
  if (!sd) return fail(Fault::invalid, "--slice", "SD '{}' is not six hexadecimal digits", text.substr(dash + 1));
  slice.sd = static_cast<uint32_t>((*sd)[0] << 16 | (*sd)[1] << 8 | (*sd)[2]);
  return slice;
}

Result<ue::SuciProfile> parse_suci(const LoadOptions& options) {
  ue::SuciProfile profile;
  if (options.suci == "null") return profile;
  profile.scheme = options.suci == "A" ? crypto::SuciScheme::profile_a : crypto::SuciScheme::profile_b;
  profile.key_id = options.home_network_key_id;
  auto key = from_hex(options.home_network_key);
  size_t octets = options.suci == "A" ? 32 : 33;
  if (!key || key->size() != octets) {
    return fail(Fault::invalid, "--hnet-key", "--suci {} needs the home network's public key, {} hexadecimal digits", options.suci, octets * 2);
  }
  profile.public_key = std::move(*key);
  return profile;
}

SctpBackend parse_backend(const std::string& name) {
  if (name == "kernel") return SctpBackend::kernel;
  if (name == "usrsctp") return SctpBackend::usrsctp;
  if (name == "usrsctp-udp") return SctpBackend::usrsctp_udp;
  return choose_sctp_backend();
}

load::Scenario parse_scenario(const std::string& name) {
  if (name == "register") return load::Scenario::registration;
  if (name == "traffic") return load::Scenario::traffic;
  if (name == "cycle") return load::Scenario::cycle;
  return load::Scenario::session;
}

Duration seconds_of(double seconds) { return Duration(static_cast<int64_t>(seconds * 1e9)); }

Result<load::LoadConfig> make_config(const LoadOptions& options) {
  load::LoadConfig config;
  auto plmn = Plmn::parse(options.plmn);
  if (!plmn) return wrong("--plmn", plmn.error());
  SEN_ASSIGN(SNssai slice, parse_slice(options.slice));
  SEN_ASSIGN(config.suci, parse_suci(options));
  auto key = octets_from_hex<16>(options.key);
  if (!key) return wrong("--key", key.error());
  auto opc = octets_from_hex<16>(options.opc);
  if (!opc) return wrong("--opc", opc.error());
  auto bind = IpAddress::parse(options.bind);
  if (!bind) return wrong("--bind", bind.error());
  if (options.tac > 0xffffff) return fail(Fault::invalid, "--tac", "{} does not fit 24 bits", options.tac);
  config.key = *key;
  config.opc = *opc;
  config.home = *plmn;
  config.slices = {slice};
  for (unsigned i = 0; i < options.gnbs; ++i) {
    load::GnbConfig gnb;
    gnb.name = fmt::format("sen5g-load-{}", i + 1);
    gnb.plmn = *plmn;
    gnb.gnb_id = i + 1;
    gnb.tac = options.tac;
    gnb.slices = config.slices;
    gnb.n3 = {bind->plus(i), gtpu::udp_port};
    config.gnbs.push_back(std::move(gnb));
  }
  config.ues = options.ues;
  config.first_imsi = options.first_imsi;
  config.dnn = options.dnn;
  config.session_type = options.session_type == "ipv4"   ? nas::PduSessionKind::ipv4
                        : options.session_type == "ipv6" ? nas::PduSessionKind::ipv6
                                                         : nas::PduSessionKind::ipv4v6;
  config.scenario = parse_scenario(options.scenario);
  config.rate = options.rate;
  config.window = options.window;
  config.timeout = seconds_of(options.timeout_seconds);
  config.traffic = seconds_of(options.traffic_seconds);
  config.packet_size = static_cast<uint16_t>(options.packet_size);
  config.pings = options.pings;
  config.uplink_bps = config.downlink_bps = options.traffic_rate_mbps * 1e6;
  auto target_v4 = IpAddress::parse(options.target);
  if (!target_v4 || !target_v4->is_v4()) return fail(Fault::invalid, "--target", "'{}' is not an IPv4 address", options.target);
  auto target_v6 = IpAddress::parse(options.target_v6);
  if (!target_v6 || !target_v6->is_v6()) return fail(Fault::invalid, "--target6", "'{}' is not an IPv6 address", options.target_v6);
  config.target_v4 = *target_v4;
  config.target_v6 = *target_v6;
  return config;
}

class LoadProcess {
 public:
  LoadProcess(const LoadOptions& options, load::LoadConfig config, const Endpoint& amf)
      : options_(options), config_(std::move(config)), amf_(amf), backend_(parse_backend(options.sctp)), progress_(executor_), end_(executor_) {}

  ~LoadProcess() {
    if (signals_ >= 0) close(signals_);
  }

  Status open() {
    signals_ = open_signals();
    SEN_ASSIGN(captures_, Captures::open(options_.pcap_folder));
    load::LoadPorts ports;
    ports.send_n2 = [this](size_t gnb, uint16_t stream, Bytes ngap) { return send_n2(gnb, stream, ngap); };
    ports.send_n3 = [this](size_t gnb, const Endpoint& to, Bytes gtpu) { send_n3(gnb, to, gtpu); };
    ports.finished = [this] { take_leave(); };
    SEN_ASSIGN(runner_, load::LoadRunner::create(config_, executor_, random_, counters_, std::move(ports)));
    for (size_t i = 0; i < config_.gnbs.size(); ++i) SEN_TRY(open_gnb(i));
    for (size_t i = 0; i < config_.gnbs.size(); ++i) {
      auto association = gnbs_[i].n2->connect(amf_.address.text(), amf_.port);
      if (!association) return fail(Fault::io, "N2", "{}", unreachable(association.error().describe()));
      gnbs_[i].association = *association;
    }
    return {};
  }

  int run() {
    executor_.watch(signals_, [this](bool, bool) {
      signalfd_siginfo signal;
      if (read(signals_, &signal, sizeof signal) != sizeof signal) return;
      if (std::exchange(interrupted_, true)) return executor_.stop();
      runner_->stop("interrupted");
    });
    if (isatty(STDERR_FILENO)) show_progress();
    executor_.run();
    executor_.unwatch(signals_);
    if (isatty(STDERR_FILENO)) fmt::print(stderr, "\r\033[K");
    return finish();
  }

 private:
  struct GnbSockets {
    std::unique_ptr<SctpEndpoint> n2;
    std::unique_ptr<UdpSocket> n3;
    AssociationId association = 0;
    bool up = false;
  };

  // Before threads start, which inherit the mask: a signal that one of them took would be lost or end the process.
  static int open_signals() {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    return signalfd(-1, &signals, SFD_NONBLOCK | SFD_CLOEXEC);
  }

  // Kernel SCTP sends each gNB from its own address; usrsctp, which has one stack a process, from --bind with a port of its own.
  Status open_gnb(size_t index) {
    gnbs_.resize(config_.gnbs.size());
    const auto& n3 = config_.gnbs[index].n3;
    auto socket = UdpSocket::open(executor_, n3, [this, index](const Endpoint& from, ByteView datagram) {
      captures_->n3(executor_.now(), from, config_.gnbs[index].n3, datagram);
      runner_->n3_received(index, from, datagram);
    });
    if (!socket) {
      return fail(Fault::io, "N3", "{}; gNB {} needs {}: give --bind an address of this host that nothing else uses for GTP-U{}",
                  socket.error().describe(), index + 1, n3.text(), index > 0 ? " (the gNBs use the addresses that follow it)" : "");
    }
    gnbs_[index].n3 = std::move(*socket);
    SctpOptions sctp;
    sctp.backend = backend_;
    sctp.address = backend_ == SctpBackend::kernel ? n3.address.text() : options_.bind;
    sctp.udp_port = options_.udp_port;
    sctp.remote_udp_port = options_.remote_udp_port;
    SctpHandlers handlers;
    handlers.up = [this, index](AssociationId, const std::string&) {
      gnbs_[index].up = true;
      runner_->n2_up(index);
    };
    handlers.down = [this, index](AssociationId, const std::string& reason) {
      bool was_up = gnbs_[index].up;
      gnbs_[index].up = false;
      if (runner_->finished()) return stop_when_all_are_down();
      runner_->n2_down(index, was_up ? reason : unreachable(reason));
    };
    handlers.received = [this, index](AssociationId, uint16_t stream, uint32_t ppid, ByteView message) {
      if (ppid != ppid_ngap) return log_warning(Layer::sctp, "payload protocol {} from the AMF is not NGAP ({}), dropped", ppid, ppid_ngap);
      captures_->n2(executor_.now(), amf_, {config_.gnbs[index].n3.address, default_ngap_port}, message);
      runner_->n2_received(index, stream, message);
    };
    auto opened = open_sctp(executor_, sctp, std::move(handlers));
    if (!opened) return std::unexpected(std::move(opened).error().within("N2"));
    gnbs_[index].n2 = std::move(*opened);
    return {};
  }

  // Ends the associations by SHUTDOWN, so that the AMF need not find out by time-outs; not for longer than `farewell`.
  void take_leave() {
    progress_.stop();
    for (auto& gnb : gnbs_) gnb.up = gnb.up && gnb.n2->shutdown(gnb.association).has_value();
    end_.start(farewell, [this] { executor_.stop(); });
    stop_when_all_are_down();
  }

  void stop_when_all_are_down() {
    if (std::ranges::none_of(gnbs_, &GnbSockets::up)) executor_.stop();
  }

  std::string unreachable(const std::string& reason) const {
    std::string how = !gnbs_.empty() && gnbs_.front().n2 ? gnbs_.front().n2->describe() : options_.sctp;
    std::string hint = "is the AMF running, and does it listen there (amf.ngap.server)?";
    if (backend_ == SctpBackend::usrsctp_udp) {
      hint += fmt::format(" Both ends must use SCTP over UDP; the AMF's encapsulation port is taken to be {} (--remote-udp-port)",
                          options_.remote_udp_port);
    } else {
      hint += " If it uses SCTP over UDP, give --sctp usrsctp-udp";
    }
    return fmt::format("no association with the AMF at {} over {}: {}; {}", amf_.text(), how, reason, hint);
  }

  Status send_n2(size_t gnb, uint16_t stream, ByteView ngap) {
    captures_->n2(executor_.now(), {config_.gnbs[gnb].n3.address, default_ngap_port}, amf_, ngap);
    return gnbs_[gnb].n2->send(gnbs_[gnb].association, stream, ppid_ngap, ngap);
  }

  void send_n3(size_t gnb, const Endpoint& to, ByteView gtpu) {
    captures_->n3(executor_.now(), config_.gnbs[gnb].n3, to, gtpu);
    if (!gnbs_[gnb].n3->send(to, gtpu)) counters_.counter("load_n3_send_failed", "N3 packets that the kernel refused").add();
  }

  void show_progress() {
    const auto& report = runner_->report();
    double part = report.ues ? static_cast<double>(report.ues_done + report.ues_failed) / static_cast<double>(report.ues) : 0;
    constexpr size_t width = 40;
    auto filled = static_cast<size_t>(part * width);
    fmt::print(stderr, "\r[{}{}] {}/{} UEs, {} under way, {} failed ", std::string(filled, '#'), std::string(width - filled, ' '), report.ues_done,
               report.ues, runner_->started() - report.ues_done - report.ues_failed, report.ues_failed);
    progress_.start(std::chrono::milliseconds(200), [this] { show_progress(); });
  }

  int finish() {
    const auto& report = runner_->report();
    bool to_stdout = options_.json_file == "-";
    fmt::print(to_stdout ? stderr : stdout, "{}", report.table());
    if (to_stdout) fmt::print("{}", report.json());
    if (!to_stdout && !options_.json_file.empty()) {
      std::ofstream file(options_.json_file);
      file << report.json();
      if (!file.flush()) {
        fmt::print(stderr, "error: the report cannot be written to {}\n", options_.json_file);
        return 1;
      }
    }
    return report.passed() ? 0 : 1;
  }

  const LoadOptions& options_;
  load::LoadConfig config_;
  Endpoint amf_;
  SctpBackend backend_;
  int signals_ = -1;
  ThreadExecutor executor_;
  crypto::RandomSource random_;
  Counters counters_;
  std::unique_ptr<Captures> captures_;
  std::unique_ptr<load::LoadRunner> runner_;
  std::vector<GnbSockets> gnbs_;
  Timer progress_, end_;
  bool interrupted_ = false;
};

int report_error(const Error& error, int status) {
  fmt::print(stderr, "error: {}\n", error.describe());
  return status;
}

}  // namespace

int run_load(const LoadOptions& options) {
  auto amf = parse_amf(options.amf);
  if (!amf) return report_error(amf.error(), 2);
  auto config = make_config(options);
  if (!config) return report_error(config.error(), 2);
  LoadProcess process(options, std::move(*config), *amf);
  if (auto opened = process.open(); !opened) return report_error(opened.error(), 1);
  return process.run();
}

}  // namespace sen
