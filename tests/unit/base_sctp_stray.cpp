// Packets of associations that nobody knows, made by hand and sent over loopback's raw sockets.
#include <gtest/gtest.h>

#include <unistd.h>

#include "base/bytes.h"
#include "base/sctp/backends.h"
#include "base/sctp/stray.h"

using namespace sen;
using namespace std::chrono_literals;

namespace {

constexpr uint8_t data = 0, init = 1, heartbeat = 4;

struct Peer {
  ThreadExecutor executor;
  SocketAddress local = *SocketAddress::parse("127.0.0.1", 38499);
  std::vector<std::string> known;
  std::unique_ptr<StrayGuard> guard;
  int raw = ::socket(AF_INET, SOCK_RAW | SOCK_NONBLOCK, IPPROTO_SCTP);

  bool open() {
    if (has_kernel_sctp()) return false;  // it would answer too
    auto opened = StrayGuard::open(executor, local, [this](const std::vector<std::string>&) { return known; });
    if (raw < 0 || !opened) return false;
    guard = std::move(*opened);
    return true;
  }
  ~Peer() { ::close(raw); }

  void send(uint8_t chunk, uint16_t to_port = 38499) {
    ByteWriter packet;
    packet.u16(4711);
    packet.u16(to_port);
    packet.u32(0xcafe0001);
    packet.u32(0);
    packet.u8(chunk);
    packet.u8(0);
    packet.u16(4);
    Bytes bytes = packet.take();
    auto to = *SocketAddress::parse("127.0.0.1", 0);
    ASSERT_EQ(::sendto(raw, bytes.data(), bytes.size(), 0, to.get(), to.length), static_cast<ssize_t>(bytes.size()));
  }

  // What comes to port 4711 within two seconds.
  std::vector<Bytes> answers() {
    executor.after(2s, [this] { executor.stop(); });
    executor.run();
    std::vector<Bytes> out;
    uint8_t buffer[256];
    for (;;) {
      ssize_t count = ::recv(raw, buffer, sizeof buffer, 0);
      if (count < 36) return out;
      if (buffer[22] == 4711 >> 8 && buffer[23] == (4711 & 255)) out.emplace_back(buffer + 20, buffer + count);
    }
  }
};

}  // namespace

TEST(SctpStray, checksum_is_that_of_castagnoli) { EXPECT_EQ(crc32c(as_bytes("123456789")), 0xe3069283u); }

TEST(SctpStray, packet_of_an_earlier_process_is_answered_by_abort) {
  Peer peer;
  if (!peer.open()) GTEST_SKIP() << "needs the right to open raw sockets and a kernel without SCTP";
  peer.send(heartbeat);
  peer.send(data);
  auto answers = peer.answers();
  ASSERT_EQ(answers.size(), 1u);
  Bytes answer = answers[0];
  EXPECT_EQ(to_hex(ByteView(answer).first(8)), "96631267cafe0001");
  EXPECT_EQ(to_hex(ByteView(answer).subspan(12)), "06010004");
  uint32_t sum = static_cast<uint32_t>(answer[8]) | static_cast<uint32_t>(answer[9]) << 8 | static_cast<uint32_t>(answer[10]) << 16 |
                 static_cast<uint32_t>(answer[11]) << 24;
  for (size_t i = 8; i < 12; ++i) answer[i] = 0;
  EXPECT_EQ(sum, crc32c(answer));
}

TEST(SctpStray, packets_of_an_association_or_of_a_handshake_or_for_another_port_are_left_alone) {
  Peer peer;
  if (!peer.open()) GTEST_SKIP() << "needs the right to open raw sockets and a kernel without SCTP";
  peer.known = {"127.0.0.1:4711"};
  peer.send(data);
  peer.send(init);
  peer.send(heartbeat, 38498);
  EXPECT_TRUE(peer.answers().empty());
}
