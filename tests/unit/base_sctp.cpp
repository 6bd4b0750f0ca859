// Two endpoints in one process over usrsctp in UDP encapsulation (no privilege needed).
#include <gtest/gtest.h>

#include <unistd.h>

#include <filesystem>

#include "base/sctp/sctp.h"
#include "base/socket.h"

using namespace sen;
using namespace std::chrono_literals;

namespace {

struct Pair {
  ThreadExecutor executor;
  uint16_t port = static_cast<uint16_t>(20000 + getpid() % 20000);
  std::unique_ptr<SctpEndpoint> server, client;
  AssociationId server_side = 0, client_side = 0;
  std::vector<std::string> at_server, at_client;
  std::string server_down, client_down;

  void open() {
    SctpOptions options{SctpBackend::usrsctp_udp, "127.0.0.1", 38412, true, port, port};
    auto opened = open_sctp(executor, options,
                            {[this](AssociationId id, const std::string&) { server_side = id; },
                             [this](AssociationId, const std::string& reason) { server_down = reason; },
                             [this](AssociationId, uint16_t stream, uint32_t ppid, ByteView message) {
                               at_server.push_back(fmt::format("{}/{}/{}", stream, ppid, message.size()));
                             }});
    ASSERT_TRUE(opened) << opened.error().describe();
    server = std::move(*opened);
    options.listen = false;
    options.port = 0;
    opened = open_sctp(executor, options,
                       {[this](AssociationId id, const std::string&) { client_side = id; },
                        [this](AssociationId, const std::string& reason) { client_down = reason; },
                        [this](AssociationId, uint16_t, uint32_t, ByteView message) { at_client.emplace_back(as_text(message)); }});
    ASSERT_TRUE(opened) << opened.error().describe();
    client = std::move(*opened);
    ASSERT_TRUE(client->connect("127.0.0.1", 38412));
  }

  bool wait(const std::function<bool()>& done) {
    int rounds = 0;
    std::function<void()> poll = [&] {
      if (done() || ++rounds > 1000) return executor.stop();
      executor.after(10ms, poll);
    };
    poll();
    executor.run();
    return done();
  }
};

size_t open_descriptors() {
  size_t count = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) ++count;
  return count;
}

}  // namespace

TEST(Sctp, carries_whole_messages_with_stream_and_protocol_identifier) {
  Pair pair;
  pair.open();
  ASSERT_TRUE(pair.wait([&] { return pair.server_side && pair.client_side; }));
  Bytes large(200000, 7);
  EXPECT_TRUE(pair.client->send(pair.client_side, 3, 60, as_bytes("hello")));
  EXPECT_TRUE(pair.client->send(pair.client_side, 1, 60, large));
  EXPECT_TRUE(pair.server->send(pair.server_side, 0, 60, as_bytes("back")));
  ASSERT_TRUE(pair.wait([&] { return pair.at_server.size() == 2 && pair.at_client.size() == 1; }));
  EXPECT_EQ(pair.at_server[0], "3/60/5");
  EXPECT_EQ(pair.at_server[1], "1/60/200000");
  EXPECT_EQ(pair.at_client[0], "back");

  pair.client->close(pair.client_side, true);
  EXPECT_TRUE(pair.wait([&] { return !pair.server_down.empty(); }));
  EXPECT_FALSE(pair.server->send(pair.server_side, 0, 60, as_bytes("x")));
}

TEST(Sctp, shutdown_ends_an_association_at_both_ends) {
  Pair pair;
  pair.open();
  ASSERT_TRUE(pair.wait([&] { return pair.server_side && pair.client_side; }));
  EXPECT_TRUE(pair.client->send(pair.client_side, 3, 60, as_bytes("last words")));
  ASSERT_TRUE(pair.client->shutdown(pair.client_side));
  ASSERT_TRUE(pair.wait([&] { return !pair.server_down.empty() && !pair.client_down.empty(); }));
  EXPECT_EQ(pair.at_server, std::vector<std::string>{"3/60/10"});
  EXPECT_FALSE(pair.client->shutdown(pair.client_side));
}

TEST(Sctp, refuses_an_address_that_is_none) {
  ThreadExecutor executor;
  SctpOptions options;
  options.backend = SctpBackend::kernel;
  options.address = "amf.example";
  EXPECT_EQ(open_sctp(executor, options, {}).error().describe(), "address: 'amf.example' is neither an IPv4 nor an IPv6 address");
}

// What crashed other cores: class 13, an endless loop of associations that come and go.
TEST(Sctp, associations_and_sockets_that_come_and_go_leave_no_descriptor) {
  size_t settled = 0;
  for (int round = 0; round < 4; ++round) {
    {
      Pair pair;
      pair.open();
      for (int i = 0; i < 12; ++i) {
        ASSERT_TRUE(pair.wait([&] { return pair.server_side && pair.client_side; })) << round << "/" << i;
        pair.client->close(pair.client_side, i % 2 == 0);
        ASSERT_TRUE(pair.wait([&] { return !pair.server_down.empty(); })) << round << "/" << i;
        pair.server_side = pair.client_side = 0;
        pair.server_down.clear();
        if (i + 1 == 12) break;
        ASSERT_TRUE(pair.client->connect("127.0.0.1", 38412));
      }
      for (int i = 0; i < 20; ++i) ASSERT_TRUE(UdpSocket::open(pair.executor, {*IpAddress::parse("127.0.0.1"), 0}, [](const Endpoint&, ByteView) {}));
      if (round == 0) continue;  // the stack opens its own at the first use
    }
    if (settled == 0) settled = open_descriptors();
    EXPECT_EQ(open_descriptors(), settled);
  }
}
