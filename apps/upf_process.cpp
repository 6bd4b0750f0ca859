#include "apps/upf_process.h"

#include "base/log.h"

namespace sen {

UpfProcess::UpfProcess(const upf::UpfConfig& config, Counters& counters, Captures& captures)
    : config_(config),
      counters_(counters),
      captures_(captures),
      upf_(config, executor_, counters,
           {.send_n4 =
                [this](const Endpoint& to, Bytes pfcp) {
                  if (auto sent = n4_->send(to, pfcp); !sent) log_warning(Layer::pfcp, "N4: {}", sent.error().describe());
                },
            .send_n3 = [this](const Endpoint& to, Packet gtpu) { send_n3(to, std::move(gtpu)); },
            .send_n6 = [this](Packet ip) { send_n6(std::move(ip)); }}) {}

UpfProcess::~UpfProcess() {
  executor_.stop();
  if (thread_.joinable()) thread_.join();
}

Result<std::unique_ptr<UpfProcess>> UpfProcess::start(const upf::UpfConfig& config, Counters& counters, Captures& captures) {
  std::unique_ptr<UpfProcess> process(new UpfProcess(config, counters, captures));
  SEN_TRY(process->open());
  process->thread_ = std::thread([upf = process.get()] {
    upf->upf_.start();
    upf->executor_.run();
  });
  return process;
}

Status UpfProcess::open() {
  const auto& server = config_.pfcp_server.front();
  auto n4 = UdpSocket::open(executor_, {server.address, server.port}, [this](const Endpoint& from, ByteView bytes) { upf_.n4_received(from, bytes); });
  if (!n4) return std::unexpected(std::move(n4).error().within("upf.pfcp.server"));
  n4_ = std::move(*n4);
  SEN_TRY(open_n3());
  return open_n6();
}

Status UpfProcess::open_n3() {
  for (const auto& server : config_.gtpu_server) {
    Endpoint local{server.address, server.port};
    auto socket = upf::N3Socket::open(executor_, counters_, upf_.pool(), local, [this, local](const Endpoint& from, Packet datagram) {
      captures_.n3(executor_.now(), from, local, datagram.view());
      upf_.n3_received(from, std::move(datagram));
    });
    if (!socket) return std::unexpected(std::move(socket).error().within("upf.gtpu.server"));
    n3_.push_back(std::move(*socket));
  }
  return {};
}

Status UpfProcess::open_n6() {
  if (config_.n6 != upf::N6Mode::builtin) {
    auto tun = open_tun();
    if (tun) {
      tun_ = std::move(*tun);
      n6_ = "TUN device " + tun_->name();
      return {};
    }
    if (config_.n6 == upf::N6Mode::tun) return std::unexpected(std::move(tun).error().within("upf.n6"));
    n6_ = "built-in data network (no TUN device: " + tun.error().text + ")";
  } else {
    n6_ = "built-in data network";
  }
  data_network_ = std::make_unique<upf::DataNetwork>(executor_, counters_, upf_.pool(), [this](Packet ip) { upf_.n6_received(std::move(ip)); });
  return {};
}

Result<std::unique_ptr<upf::Tun>> UpfProcess::open_tun() {
  std::vector<upf::Tun::Address> addresses;
  for (const auto& subnet : config_.session) addresses.push_back({subnet.gateway_address(), subnet.subnet.length});
  return upf::Tun::open(executor_, counters_, upf_.pool(), config_.session.front().dev, addresses, config_.mtu,
                        [this](Packet ip) { upf_.n6_received(std::move(ip)); });
}

void UpfProcess::send_n3(const Endpoint& to, Packet gtpu) {
  for (auto& socket : n3_) {
    if (socket->local().address.is_v4() != to.address.is_v4()) continue;
    captures_.n3(executor_.now(), socket->local(), to, gtpu.view());
    return socket->send(to, std::move(gtpu));
  }
  // One packet is like the next: a line a second is enough.
  ++unroutable_;
  Time now = executor_.now();
  if (now - unroutable_told_ < std::chrono::seconds(1)) return;
  unroutable_told_ = now;
  log_warning(Layer::gtpu, "N3: no local address of the family of {} (upf.gtpu.server), {} packets dropped so far", to.text(), unroutable_);
}

void UpfProcess::send_n6(Packet ip) {
  if (tun_) return tun_->send(std::move(ip));
  data_network_->received(std::move(ip));
}

std::string UpfProcess::describe() const {
  std::string n3;
  for (const auto& socket : n3_) n3 += (n3.empty() ? "" : ", ") + socket->local().text();
  return fmt::format("N4: UPF {}, N3: {}, N6: {}", n4_->local().text(), n3, n6_);
}

}  // namespace sen
