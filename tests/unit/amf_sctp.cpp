// The AMF behind SCTP sockets (usrsctp in UDP, no privilege needed), as `sen5g core` wires it: what crashed other cores, classes 4 (malformed NG
// Setup) and 13 (associations that come and go), with the process's real descriptors.
#include <unistd.h>

#include <filesystem>

#include "base/sctp/sctp.h"
#include "tests/unit/amf_world.h"

namespace sen::amf::test {

namespace {

constexpr uint32_t ppid_ngap = 60;
constexpr uint16_t ngap_port = 38412;

size_t open_descriptors() {
  size_t count = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) ++count;
  return count;
}

struct Node {
  ThreadExecutor executor;
  sbi::Bus bus{executor};
  crypto::RandomSource random{7};
  Counters counters;
  std::unique_ptr<SctpEndpoint> server, client;
  Amf amf;
  AssociationId up = 0;      // of the client
  std::vector<Bytes> answers;

  Node()
      : amf({}, executor, bus, random, counters,
            {.send_n2 = [this](uint32_t association, uint16_t stream, Bytes ngap) { return server->send(association, stream, ppid_ngap, ngap); },
             .close_n2 = [this](uint32_t association) { server->close(association, true); },
             .nas_tap = {}}) {
    Log::instance().set_all_levels(Level::none);
    const auto port = static_cast<uint16_t>(20000 + getpid() % 20000);
    SctpOptions options{sen::SctpBackend::usrsctp_udp, "127.0.0.1", ngap_port, true, port, port};
    server = *open_sctp(executor, options,
                        {[this](AssociationId id, const std::string& peer) { amf.n2_up(id, peer); },
                         [this](AssociationId id, const std::string& reason) { amf.n2_down(id, reason); },
                         [this](AssociationId id, uint16_t stream, uint32_t, ByteView message) { amf.n2_received(id, stream, message); }});
    options.listen = false;
    options.port = 0;
    client = *open_sctp(executor, options,
                        {[this](AssociationId id, const std::string&) { up = id; }, [this](AssociationId, const std::string&) { up = 0; },
                         [this](AssociationId, uint16_t, uint32_t, ByteView message) { answers.emplace_back(message.begin(), message.end()); }});
  }

  bool wait(const std::function<bool()>& done) {
    int rounds = 0;
    std::function<void()> poll = [&] {
      if (done() || ++rounds > 2000) return executor.stop();
      executor.after(std::chrono::milliseconds(5), poll);
    };
    poll();
    executor.run();
    return done();
  }
  bool connect() { return client->connect("127.0.0.1", ngap_port) && wait([this] { return up != 0; }); }
  void send(ByteView ngap) { (void)client->send(up, 0, ppid_ngap, ngap); }
  bool disconnect(bool abort) {
    if (up != 0) client->close(up, abort);
    up = 0;
    return wait([this] { return amf.gnbs().empty(); });
  }
};

}  // namespace

TEST(AmfSctp, malformed_ng_setups_of_gnbs_that_come_and_go_leave_nothing_behind) {
  Node node;
  const auto good = ngap::encode(World::setup_request());
  ASSERT_TRUE(good.has_value());
  Random random(3);
  size_t settled = 0;
  constexpr int rounds = 40;
  for (int round = 0; round < rounds; ++round) {
    ASSERT_TRUE(node.connect()) << round;
    for (int i = 0; i < 8; ++i) {
      Bytes bad = *good;
      if (i % 2 == 0) bad.resize(static_cast<size_t>(round * 4 + i / 2) % good->size());
      for (int n = 0; n < i; ++n) if (!bad.empty()) bad[random.between(0, bad.size() - 1)] ^= static_cast<uint8_t>(random.between(1, 255));
      node.send(bad);
    }
    ASSERT_TRUE(node.disconnect(round % 2 == 0)) << round;
    if (settled == 0) settled = open_descriptors();
  }
  EXPECT_EQ(open_descriptors(), settled);
  EXPECT_EQ(node.amf.gnb_count(), 0u);

  ASSERT_TRUE(node.connect());
  node.answers.clear();
  node.send(*good);
  ASSERT_TRUE(node.wait([&] { return !node.answers.empty(); }));
  auto answer = ngap::decode(node.answers.front());
  ASSERT_TRUE(answer.has_value());
  EXPECT_TRUE(answer->get_if<ngap::NgSetupResponse>());
}

}  // namespace sen::amf::test
