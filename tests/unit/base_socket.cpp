#include <gtest/gtest.h>

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <thread>

#include "base/socket.h"

using namespace sen;
using namespace std::chrono_literals;

namespace {

const IpAddress loopback(Octets<4>{127, 0, 0, 1});

std::string http_exchange(uint16_t port, const std::string& request) {
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  EXPECT_EQ(connect(fd, reinterpret_cast<sockaddr*>(&to), sizeof to), 0);
  EXPECT_EQ(send(fd, request.data(), request.size(), MSG_NOSIGNAL), static_cast<ssize_t>(request.size()));
  std::string out;
  char buffer[1000];
  for (ssize_t count; (count = recv(fd, buffer, sizeof buffer, 0)) > 0;) out.append(buffer, static_cast<size_t>(count));
  close(fd);
  return out;
}

}  // namespace

TEST(UdpSocket, carries_datagrams_both_ways) {
  ThreadExecutor executor;
  std::string seen;
  std::unique_ptr<UdpSocket> a, b;
  b = *UdpSocket::open(executor, {loopback, 0}, [&](const Endpoint& from, ByteView datagram) {
    EXPECT_EQ(from, a->local());
    EXPECT_TRUE(b->send(from, datagram));
  });
  a = *UdpSocket::open(executor, {loopback, 0}, [&](const Endpoint&, ByteView datagram) {
    seen = as_text(datagram);
    executor.stop();
  });
  ASSERT_TRUE(a->send(b->local(), as_bytes("hello")));
  executor.run();
  EXPECT_EQ(seen, "hello");
}

TEST(UdpSocket, names_the_address_that_cannot_be_bound) {
  ThreadExecutor executor;
  auto opened = UdpSocket::open(executor, {IpAddress(Octets<4>{192, 0, 2, 1}), 8805}, {});
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().where, "192.0.2.1:8805");
}

TEST(HttpServer, answers_get_and_refuses_the_rest) {
  ThreadExecutor executor;
  auto server = *HttpServer::open(executor, {loopback, 0}, [](std::string_view path) -> std::optional<std::string> {
    if (path == "/metrics") return "x 1\n";
    return std::nullopt;
  });
  uint16_t port = server->local().port;
  std::string found, absent, post;
  std::thread client([&] {
    found = http_exchange(port, "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n");
    absent = http_exchange(port, "GET /?/metrics HTTP/1.1\r\n\r\n");
    post = http_exchange(port, "POST /metrics HTTP/1.1\r\n\r\n");
    executor.stop();
  });
  executor.run();
  client.join();
  EXPECT_TRUE(found.starts_with("HTTP/1.1 200 OK\r\n")) << found;
  EXPECT_TRUE(found.ends_with("\r\n\r\nx 1\n")) << found;
  EXPECT_TRUE(absent.starts_with("HTTP/1.1 404")) << absent;
  EXPECT_TRUE(post.starts_with("HTTP/1.1 405")) << post;
}
