// The UPF on a thread with real sockets on loopback: N3Socket, Upf and the built-in data network share one ThreadExecutor.
#include "core/upf/io/n3_socket.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <future>
#include <thread>

#include "core/upf/io/data_network.h"
#include "tests/unit/upf_peer.h"

using namespace sen;
using namespace sen::upf;

namespace {

// Sends and receives datagrams as a gNB does, from the test's thread. FARs name port 2152, so it must have that of its own address.
class GnbSocket {
 public:
  explicit GnbSocket(const Endpoint& local) : fd_(::socket(AF_INET, SOCK_DGRAM, 0)) {
    sockaddr_in address = to_system(local);
    bound_ = ::bind(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
    int octets = 4 << 20;
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &octets, sizeof octets);
  }
  ~GnbSocket() { ::close(fd_); }
  bool bound() const { return bound_; }
  void send(const Endpoint& to, ByteView datagram) {
    sockaddr_in address = to_system(to);
    ::sendto(fd_, datagram.data(), datagram.size(), 0, reinterpret_cast<sockaddr*>(&address), sizeof address);
  }
  Bytes receive(int wait_ms) {
    pollfd ready{fd_, POLLIN, 0};
    if (::poll(&ready, 1, wait_ms) <= 0) return {};
    Bytes out(2048);
    ssize_t length = ::recv(fd_, out.data(), out.size(), 0);
    out.resize(static_cast<size_t>(std::max<ssize_t>(length, 0)));
    return out;
  }

 private:
  static sockaddr_in to_system(const Endpoint& endpoint) {
    sockaddr_in out{};
    out.sin_family = AF_INET;
    out.sin_port = htons(endpoint.port);
    std::memcpy(&out.sin_addr, endpoint.address.octets().data(), 4);
    return out;
  }
  int fd_;
  bool bound_ = false;
};

struct Running {
  explicit Running(const UpfConfig& config)
      : upf(config, executor, counters,
            {.send_n4 =
                 [this](const Endpoint&, Bytes bytes) {
                   auto packet = pfcp::decode(bytes);
                   auto* response = std::get_if<pfcp::SessionEstablishmentResponse>(&packet->body);
                   if (response && response->created_pdrs.size() == 3) teid = response->created_pdrs[0].f_teids.at(0).teid;
                   if (auto* modified = std::get_if<pfcp::SessionModificationResponse>(&packet->body)) modified_cause = modified->cause;
                   if (response && response->up_f_seid) seid = response->up_f_seid->seid;
                 },
             .send_n3 = [this](const Endpoint& to, Packet p) { socket->send(to, std::move(p)); },
             .send_n6 = [this](Packet p) { network.received(std::move(p)); }}),
        network(executor, counters, upf.pool(), [this](Packet p) { upf.n6_received(std::move(p)); }) {
    auto opened = N3Socket::open(executor, counters, upf.pool(), {config.gtpu_server[0].address, 0},
                                 [this](const Endpoint& from, Packet p) { upf.n3_received(from, std::move(p)); });
    socket = std::move(opened.value());
    local = socket->local();
    thread = std::thread([this] { executor.run(); });
  }
  ~Running() {
    executor.stop();
    thread.join();
  }
  // Runs on the UPF's thread and waits for it.
  template <class F>
  auto on_thread(F&& work) {
    std::packaged_task<decltype(work())()> task(std::forward<F>(work));
    auto result = task.get_future();
    executor.post([&task] { task(); });
    return result.get();
  }
  void tell(pfcp::Body body, std::optional<uint64_t> to) {
    Bytes bytes = pfcp::encode({.header = {.seid = to, .sequence = ++sequence}, .body = std::move(body)}).value();
    on_thread([&] { upf.n4_received(smf, bytes); });
  }

  ThreadExecutor executor;
  Counters counters;
  uint32_t teid = 0;
  uint64_t seid = 0;
  pfcp::Cause modified_cause{};
  uint32_t sequence = 0;
  std::unique_ptr<N3Socket> socket;
  Upf upf;
  DataNetwork network;
  Endpoint local;
  std::thread thread;
};

Bytes gpdu(uint32_t teid, ByteView ip) {
  Bytes out(gtpu::gpdu_header_octets + ip.size());
  gtpu::write_gpdu_header(std::span<uint8_t, 16>(out.data(), 16), teid, ip.size(), gtpu::PduType::ul, 1);
  std::copy(ip.begin(), ip.end(), out.begin() + gtpu::gpdu_header_octets);
  return out;
}

}  // namespace

TEST(UpfIo, echoes_over_sockets_and_survives_bursts_larger_than_its_pool) {
  Endpoint own_gnb = at("127.67.5.2", 2152);
  GnbSocket gnb_socket(own_gnb);
  if (!gnb_socket.bound()) GTEST_SKIP() << own_gnb.text() << " is in use on this machine";
  UpfConfig config = Net::small();
  config.packets = 64;
  config.buffered_packets = 255;
  Running running(config);
  running.tell(pfcp::AssociationSetupRequest{.node_id = pfcp::NodeId::of(v4("127.0.0.4")), .recovery_time_stamp = 1}, {});
  auto request = establishment();
  request.create_fars[0].forwarding_parameters->outer_header_creation = pfcp::OuterHeaderCreation::gtpu(3, own_gnb.address.v4());
  running.tell(request, 0);
  ASSERT_NE(running.teid, 0u);
  Bytes echo = gpdu(running.teid, udp("10.45.0.2", 1000, "10.45.0.1", 7, 400));
  gnb_socket.send(running.local, echo);
  Bytes answer = gnb_socket.receive(5000);
  auto view = gtpu::parse_gpdu(answer);
  ASSERT_TRUE(view.has_value());
  EXPECT_EQ(view->teid, 3u);
  EXPECT_EQ(answer.size() - view->payload_offset, 428u);

  for (int i = 0; i < 5000; ++i) gnb_socket.send(running.local, echo);
  size_t answers = 0;
  while (!gnb_socket.receive(200).empty()) ++answers;
  EXPECT_GT(answers, 0u);

  // Downlink data for an idle UE, more than the pool: half of the pool waits, N3 goes on.
  pfcp::UpdateFar idle{.far_id = 1, .apply_action = pfcp::ApplyAction{.buff = true, .nocp = true}};
  running.tell(pfcp::SessionModificationRequest{.update_fars = {idle}}, running.seid);
  ASSERT_EQ(running.modified_cause, pfcp::Cause::accepted);
  for (int i = 0; i < 500; ++i) gnb_socket.send(running.local, echo);
  EXPECT_TRUE(gnb_socket.receive(300).empty());
  gnb_socket.send(running.local, gtpu::encode({.type = gtpu::echo_request, .sequence = uint16_t{7}}).value());
  auto alive = gtpu::decode(gnb_socket.receive(5000));
  ASSERT_TRUE(alive.has_value()) << "the socket is still read";
  EXPECT_EQ(alive->type, gtpu::echo_response);
  EXPECT_EQ(running.on_thread([&] { return running.upf.pool().in_use(); }), 32u);

  pfcp::UpdateFar back{.far_id = 1, .apply_action = pfcp::ApplyAction{.forw = true}};
  running.tell(pfcp::SessionModificationRequest{.update_fars = {back}}, running.seid);
  answers = 0;
  while (!gnb_socket.receive(200).empty()) ++answers;
  EXPECT_EQ(answers, 32u);
  EXPECT_EQ(running.on_thread([&] { return running.upf.pool().in_use(); }), 0u);
}
