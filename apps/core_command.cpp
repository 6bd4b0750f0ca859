// sen5g core: the core network on real sockets. The control plane runs on the main thread, the UPF on a second one; N4 between them is UDP
// on their configured addresses, so that either may be replaced by another implementation.
#include <csignal>
#include <fmt/core.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <thread>

#include "apps/commands.h"
#include "apps/control_plane.h"
#include "apps/upf_process.h"
#include "base/sctp/sctp.h"
#include "base/socket.h"

namespace sen {

namespace {

class CoreProcess {
 public:
  CoreProcess(CoreConfig config) : config_(std::move(config)) {}

  Status open() {
    SEN_ASSIGN(captures_, Captures::open(config_.pcap_folder));
    SEN_TRY(open_n4());
    ControlPlanePorts ports;
    ports.amf.send_n2 = [this](uint32_t association, uint16_t stream, Bytes ngap) { return send_n2(association, stream, ngap); };
    ports.amf.close_n2 = [this](uint32_t association) { if (n2_) n2_->close(association, false); };
    ports.amf.nas_tap = [this](bool uplink, ByteView plain) { captures_->nas(executor_.now(), uplink, plain); };
    ports.smf.send_n4 = [this](const Endpoint& to, Bytes pfcp) { send_n4(*n4_, to, pfcp); };
    ports.smf.send_n4u = [this](const Endpoint& to, Bytes gtpu) { send_n4(*n4u_, to, gtpu); };
    SEN_ASSIGN(upf_, UpfProcess::start(config_.upf, counters_, *captures_));
    SEN_ASSIGN(plane_, ControlPlane::create(config_, executor_, random_, counters_, std::move(ports)));
    SEN_TRY(open_n2());
    return open_metrics();
  }

  void announce() {
    const auto& server = config_.amf.ngap_servers.front();
    log_info(Layer::app, "N2: AMF '{}' listens on {}:{} with {}", config_.amf.name, server.address, server.port, n2_->describe());
    log_info(Layer::app, "AMF serves TAIs {}", config_.amf.tais_text());
    log_info(Layer::app, "N4: SMF {}", n4_->local().text());
    log_info(Layer::app, "{}", upf_->describe());
    if (auto count = plane_->store().count()) log_info(Layer::app, "UDM: {} subscribers in {}", *count, plane_->store().path());
    if (metrics_) log_info(Layer::app, "metrics: http://{}/metrics", metrics_->local().text());
    if (!config_.pcap_folder.empty()) log_info(Layer::app, "captures: {}", config_.pcap_folder);
  }

  int run() {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    int fd = signalfd(-1, &signals, SFD_NONBLOCK | SFD_CLOEXEC);
    executor_.watch(fd, [&](bool, bool) { executor_.stop(); });
    announce();
    log_info(Layer::app, "==== core started ===");
    executor_.run();
    executor_.unwatch(fd);
    close(fd);
    log_info(Layer::app, "stopped");
    return 0;
  }

 private:
  Status open_n4() {
    const auto& n4 = config_.smf.pfcp_servers.front();
    SEN_ASSIGN(n4_, UdpSocket::open(executor_, {n4.address, n4.port}, [this](const Endpoint& from, ByteView bytes) {
      captures_->n4(executor_.now(), from, n4_->local(), bytes);
      if (plane_) plane_->smf().n4_received(from, bytes);
    }));
    const auto& n4u = config_.smf.gtpu_servers.front();
    SEN_ASSIGN(n4u_, UdpSocket::open(executor_, {n4u.address, n4u.port}, [this](const Endpoint& from, ByteView bytes) {
      captures_->n4(executor_.now(), from, n4u_->local(), bytes);
      if (plane_) plane_->smf().n4u_received(from, bytes);
    }));
    return {};
  }

  void send_n4(UdpSocket& socket, const Endpoint& to, ByteView bytes) {
    captures_->n4(executor_.now(), socket.local(), to, bytes);
    if (auto sent = socket.send(to, bytes); !sent) log_warning(Layer::pfcp, "N4: {}", sent.error().describe());
  }

  Status open_n2() {
    const auto& server = config_.amf.ngap_servers.front();
    SctpOptions options;
    options.backend = static_cast<SctpBackend>(config_.amf.sctp);
    options.address = server.address;
    options.port = server.port;
    options.listen = true;
    options.udp_port = config_.amf.udp_port;
    auto address = IpAddress::parse(server.address);
    if (!address) return std::unexpected(std::move(address).error().within("amf.ngap.server"));
    local_n2_ = {*address, server.port};
    SctpHandlers handlers;
    handlers.up = [this](AssociationId id, const std::string& peer) {
      peers_[id] = peer_endpoint(peer);
      plane_->amf().n2_up(id, peer);
    };
    handlers.down = [this](AssociationId id, const std::string& reason) {
      peers_.erase(id);
      plane_->amf().n2_down(id, reason);
    };
    handlers.received = [this](AssociationId id, uint16_t stream, uint32_t ppid, ByteView message) {
      if (ppid != ppid_ngap) return log_warning(Layer::sctp, "{}: payload protocol {} is not NGAP ({}), dropped", peers_[id].text(), ppid, ppid_ngap);
      captures_->n2(executor_.now(), peers_[id], local_n2_, message);
      plane_->amf().n2_received(id, stream, message);
    };
    auto opened = open_sctp(executor_, options, std::move(handlers));
    if (!opened) return std::unexpected(std::move(opened).error().within("amf.ngap"));
    n2_ = std::move(*opened);
    return {};
  }

  static Endpoint peer_endpoint(const std::string& text) {
    size_t colon = text.rfind(':');
    std::string host = text.substr(0, colon);
    if (host.starts_with('[')) host = host.substr(1, host.size() - 2);
    auto address = IpAddress::parse(host);
    return address ? Endpoint{*address, static_cast<uint16_t>(std::atoi(text.c_str() + colon + 1))} : Endpoint{};
  }

  Status send_n2(uint32_t association, uint16_t stream, ByteView ngap) {
    captures_->n2(executor_.now(), local_n2_, peers_[association], ngap);
    return n2_->send(association, stream, ppid_ngap, ngap);
  }

  Status open_metrics() {
    if (!config_.metrics.enabled) return {};
    auto address = IpAddress::parse(config_.metrics.address);
    if (!address) return std::unexpected(std::move(address).error().within("metrics.address"));
    auto page = [this](std::string_view path) -> std::optional<std::string> {
      if (path != "/metrics") return std::nullopt;
      return counters_.render();
    };
    auto opened = HttpServer::open(executor_, {*address, config_.metrics.port}, page);
    if (!opened) return std::unexpected(std::move(opened).error().within("metrics"));
    metrics_ = std::move(*opened);
    return {};
  }

  CoreConfig config_;
  ThreadExecutor executor_;
  crypto::RandomSource random_;
  Counters counters_;
  std::unique_ptr<Captures> captures_;
  std::unique_ptr<UdpSocket> n4_, n4u_;
  std::unique_ptr<UpfProcess> upf_;
  std::unique_ptr<ControlPlane> plane_;
  Endpoint local_n2_;
  std::map<AssociationId, Endpoint> peers_;
  std::unique_ptr<SctpEndpoint> n2_;
  std::unique_ptr<HttpServer> metrics_;
};

// Signals go to the signalfd of the main thread; threads started later inherit the mask.
void block_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

}  // namespace

int run_core(const CoreOptions& options) {
  auto loaded = load_core_config(with_options(options));
  if (!report_problems(loaded.problems)) return 2;
  if (auto applied = loaded.config.log.apply(); !applied) {
    report_problems({applied.error()});
    return 2;
  }
  block_signals();
  CoreProcess process(loaded.config);
  if (auto opened = process.open(); !opened) {
    report_problems({opened.error()});
    return 1;
  }
  if (options.dry_run) {
    process.announce();
    return 0;
  }
  return process.run();
}

}  // namespace sen
