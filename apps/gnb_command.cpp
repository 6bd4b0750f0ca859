// sen5g gnb: a gNB on real sockets. N2 over SCTP, N3 over UDP, and UEs over radios (ru_sdr; L1 and radio of each cell have threads of their own) or in
// other processes over the slot-level air's socket. Everything else on the main thread.
#include <fmt/core.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <csignal>

#include "air/socket.h"
#include "apps/captures.h"
#include "apps/commands.h"
#include "apps/gnb_config.h"
#include "apps/n2_link.h"
#include "apps/radio_cells.h"
#include "apps/radio_network.h"
#include "apps/ran_captures.h"
#include "apps/ue_table.h"
#include "base/socket.h"
#include "nr/band.h"

namespace sen {

namespace {

constexpr uint16_t gtpu_port = 2152;
constexpr unsigned rows_a_header = 20;
constexpr size_t packet_buffers = 1 << 15, packet_octets = 9216;

class GnbProcess {
 public:
  GnbProcess(LoadedGnbConfig loaded) : config_(std::move(loaded.config)), settings_(std::move(loaded.settings)), table_(executor_) {}

  ~GnbProcess() {
    if (signals_ >= 0) close(signals_);
  }

  Status open() {
    SEN_TRY(parse_addresses());
    signals_ = open_signals();  // before threads start, which inherit the mask
    SEN_ASSIGN(captures_, Captures::open(config_.pcap_folder, Captures::Node::gnb));
    SEN_TRY(config_.sdr ? open_cells() : open_air());
    SEN_TRY(open_captures());
    SEN_TRY(open_n3());
    SEN_TRY(open_n2());
    return open_metrics();
  }

  // All that can be said without a socket or a file.
  Status dry_run() {
    SEN_TRY(parse_addresses());
    SEN_TRY(gnb::Gnb::check(settings_));
    announce();
    return {};
  }

  void announce() {
    for (const auto& warning : config_.warnings) log_warning(Layer::config, "{}", warning);
    for (size_t i = 0; i < settings_.cells.size(); ++i) fmt::print("{}\n", cell_text(settings_.cells[i]));
    fmt::print("N2: AMF {}:{} from {}{}\nN3: {}\n{}", config_.amf.address, config_.amf.port, config_.amf.bind, n2_ ? " with " + n2_->describe() : "",
               Endpoint{settings_.n3, gtpu_port}.text(), cells_ ? cells_->describe() : config_.sdr ? "" : "Air: " + config_.air.path + "\n");
    std::fflush(stdout);
  }

  int run() {
    announce();
    executor_.watch(signals_, [this](bool, bool) { executor_.stop(); });
    if (isatty(STDIN_FILENO)) executor_.watch(STDIN_FILENO, [this](bool, bool) { read_command(); });
    if (cells_)
      cells_->start();
    else
      network_->start();
    fmt::print("==== gNB started ===\nType 't' to toggle the table, 'q' to quit\n");
    std::fflush(stdout);
    executor_.run();
    executor_.unwatch(signals_);
    if (cells_)
      cells_->stop();
    else
      network_->stop();
    n2_->close();
    if (air_) unlink(config_.air.path.c_str());
    fmt::print("Stopping ...\n");
    return 0;
  }

 private:
  static int open_signals() {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    return signalfd(-1, &signals, SFD_NONBLOCK | SFD_CLOEXEC);
  }

  // "Cell pci=1, bw=20 MHz, 1T1R, dl_arfcn=632628 (n78), dl_freq=3489.42 MHz, dl_ssb_arfcn=632256, ul_freq=3489.42 MHz".
  static std::string cell_text(const gnb::CellSettings& cell) {
    const auto& l1 = cell.mac.l1;
    auto mhz = [](uint32_t arfcn) { return static_cast<double>(nr::khz_from_arfcn(arfcn).value_or(0)) / 1e3; };
    const double bw = static_cast<double>(l1.n_rb) * 12 * nr::khz(l1.scs) / 1e3;
    return fmt::format(
        "Cell pci={}, {} PRB of {} kHz ({:.2f} MHz), {}T{}R, dl_arfcn={} (n{}), dl_freq={:.2f} MHz, dl_ssb_arfcn={}, ul_freq={:.2f} MHz, "
        "tac={}, plmn={}",
        l1.pci, l1.n_rb, nr::khz(l1.scs), bw, l1.tx_ports, l1.rx_ports, l1.dl_arfcn, cell.mac.band, mhz(l1.dl_arfcn), l1.ssb_arfcn,
        mhz(l1.ul_arfcn), cell.tac, cell.plmn.text());
  }

  gnb::Gnb& gnb() { return cells_ ? cells_->gnb() : network_->gnb(); }
  PacketPool& packets() { return cells_ ? pool_ : network_->packets(); }

  Status send_n2(uint16_t stream, Bytes ngap) {
    captures_->n2(executor_.now(), local_n2_, amf_, ngap);
    return n2_->send(stream, ngap);
  }
  void send_n3(const IpAddress& to, const Packet& gtpu) {
    captures_->n3(executor_.now(), n3_->local(), {to, gtpu_port}, gtpu.view());
    if (!n3_->send({to, gtpu_port}, gtpu.view())) n3_unsent_.add();
  }
  static void n2_state(bool ready, const std::string& reason) {
    if (ready)
      log_info(Layer::gnb, "N2: NG setup completed");
    else
      log_warning(Layer::gnb, "N2: {}", reason);
  }

  Status open_cells() {
    gnb::GnbPorts ports;
    ports.send_n2 = [this](uint16_t stream, Bytes ngap) { return send_n2(stream, std::move(ngap)); };
    ports.send_n3 = [this](const IpAddress& to, Packet gtpu) { send_n3(to, gtpu); };
    ports.n2_state = n2_state;
    SEN_ASSIGN(cells_, RadioCells::open(*config_.sdr, settings_, executor_, pool_, counters_, std::move(ports)));
    cells_->gnb().start();
    return {};
  }

  Status open_air() {
    RadioConfig radio;
    radio.gnb = settings_;
    radio.air = config_.air.air;
    RadioPorts ports;
    ports.send_n2 = [this](size_t, uint16_t stream, Bytes ngap) { return send_n2(stream, std::move(ngap)); };
    ports.send_n3 = [this](size_t, const IpAddress& to, Packet gtpu) { send_n3(to, gtpu); };
    ports.n2_state = [](size_t, bool ready, const std::string& reason) { n2_state(ready, reason); };
    ports.exchange = [this](int64_t now_ns) { air_->exchange(now_ns); };
    SEN_ASSIGN(network_, RadioNetwork::create(std::move(radio), executor_, counters_, std::move(ports)));
    air::ServerConfig air;
    air.path = config_.air.path;
    air.timeout = std::chrono::milliseconds(config_.air.timeout_ms);
    auto server = air::AirServer::open(air, network_->air());
    if (!server) return std::unexpected(std::move(server).error().within("ru_air.path"));
    air_ = std::move(*server);
    return {};
  }

  Status open_captures() {
    if (config_.pcap_folder.empty()) return {};
    std::vector<nr::l1::CellConfig> cells;
    for (const auto& cell : settings_.cells) cells.push_back(cell.mac.l1);
    SEN_ASSIGN(ran_captures_, RanCaptures::open(config_.pcap_folder, executor_, std::move(cells)));
    gnb().set_taps(ran_captures_->taps(gnb()));
    return {};
  }

  Status open_n3() {
    auto opened = UdpSocket::open(executor_, {settings_.n3, gtpu_port}, [this](const Endpoint& from, ByteView datagram) {
      captures_->n3(executor_.now(), from, n3_->local(), datagram);
      Packet packet = packets().copy(datagram);
      if (packet)
        gnb().n3_received(from.address, std::move(packet));
      else
        n3_no_memory_.add();
    });
    if (!opened) return std::unexpected(std::move(opened).error().within("cu_up.ngu.bind_addr"));
    n3_ = std::move(*opened);
    return {};
  }

  Status parse_addresses() {
    auto amf = IpAddress::parse(config_.amf.address);
    if (!amf) return std::unexpected(std::move(amf).error().within("cu_cp.amf.addr"));
    auto local = IpAddress::parse(config_.amf.bind);
    if (!local) return std::unexpected(std::move(local).error().within("cu_cp.amf.bind_addr"));
    amf_ = {*amf, config_.amf.port};
    local_n2_ = {*local, config_.amf.port};
    return {};
  }

  Status open_n2() {
    N2Link::Events events;
    events.up = [this] { gnb().n2_up(); };
    events.down = [this](const std::string& reason) { gnb().n2_down(reason); };
    events.received = [this](uint16_t stream, ByteView ngap) {
      captures_->n2(executor_.now(), amf_, local_n2_, ngap);
      gnb().n2_received(stream, ngap);
    };
    SEN_ASSIGN(n2_, N2Link::open(executor_, config_.amf, std::move(events)));
    return {};
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

  void read_command() {
    char text[256];
    const ssize_t n = read(STDIN_FILENO, text, sizeof text);
    if (n <= 0) return executor_.unwatch(STDIN_FILENO);
    for (ssize_t i = 0; i < n; ++i) {
      if (text[i] == 'q') return executor_.stop();
      if (text[i] == 't') toggle_table();
    }
  }

  void toggle_table() {
    if (table_.running()) return table_.stop();
    rows_ = 0;
    if (cells_) (void)cells_->report();
    for (size_t cell = 0; cell < gnb().cells(); ++cell) (void)gnb().take_metrics(cell);
    table_.start(std::chrono::seconds(1), [this] { show_table(); });
  }

  void show_table() {
    table_.start(std::chrono::seconds(1), [this] { show_table(); });
    for (size_t cell = 0; cell < gnb().cells(); ++cell) {
      for (const auto& ue : gnb().take_metrics(cell)) {
        if (rows_++ % rows_a_header == 0) fmt::print("{}", ue_table_header());
        fmt::print("{}", ue_table_row(ue, std::chrono::seconds(1)));
      }
    }
    if (cells_) fmt::print("{}", cells_->report());
    std::fflush(stdout);
  }

  GnbConfig config_;
  gnb::RrcSettings settings_;
  int signals_ = -1;
  ThreadExecutor executor_;
  Counters counters_;
  Counter& n3_unsent_ = counters_.counter("sen5g_gnb_n3_unsent", "N3 packets that the kernel refused");
  Counter& n3_no_memory_ = counters_.counter("sen5g_gnb_n3_no_memory", "N3 packets dropped because no packet buffer was left");
  std::unique_ptr<Captures> captures_;
  std::unique_ptr<RanCaptures> ran_captures_;
  PacketPool pool_{packet_buffers, packet_octets};
  std::unique_ptr<RadioNetwork> network_;  // with ru_air
  std::unique_ptr<RadioCells> cells_;      // with ru_sdr
  std::unique_ptr<UdpSocket> n3_;
  std::unique_ptr<air::AirServer> air_;
  Endpoint amf_, local_n2_;
  std::unique_ptr<N2Link> n2_;
  std::unique_ptr<HttpServer> metrics_;
  Timer table_;
  unsigned rows_ = 0;
};

}  // namespace

int run_gnb(const CoreOptions& options) {
  auto loaded = load_gnb_config(with_options(options));
  if (!report_problems(loaded.problems)) return 2;
  if (auto applied = loaded.config.log.apply(); !applied) return report_problems({applied.error()}), 2;
  GnbProcess process(std::move(loaded));
  if (options.dry_run) {
    auto checked = process.dry_run();
    return checked ? 0 : (report_problems({checked.error()}), 1);
  }
  if (auto opened = process.open(); !opened) return report_problems({opened.error()}), 1;
  return process.run();
}

}  // namespace sen
