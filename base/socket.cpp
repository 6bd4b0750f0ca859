#include "base/socket.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

namespace sen {

namespace {

socklen_t to_system(const Endpoint& endpoint, sockaddr_storage& out) {
  out = {};
  if (endpoint.address.is_v6()) {
    sockaddr_in6 v6{};
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(endpoint.port);
    std::memcpy(&v6.sin6_addr, endpoint.address.octets().data(), 16);
    std::memcpy(&out, &v6, sizeof v6);
    return sizeof v6;
  }
  sockaddr_in v4{};
  v4.sin_family = AF_INET;
  v4.sin_port = htons(endpoint.port);
  if (endpoint.address.is_v4()) std::memcpy(&v4.sin_addr, endpoint.address.octets().data(), 4);
  std::memcpy(&out, &v4, sizeof v4);
  return sizeof v4;
}

Endpoint from_system(const sockaddr_storage& in) {
  if (in.ss_family == AF_INET6) {
    sockaddr_in6 v6;
    std::memcpy(&v6, &in, sizeof v6);
    Octets<16> octets;
    std::memcpy(octets.data(), &v6.sin6_addr, 16);
    return {IpAddress(octets), ntohs(v6.sin6_port)};
  }
  sockaddr_in v4;
  std::memcpy(&v4, &in, sizeof v4);
  Octets<4> octets;
  std::memcpy(octets.data(), &v4.sin_addr, 4);
  return {IpAddress(octets), ntohs(v4.sin_port)};
}

Result<int> bound_socket(const Endpoint& local, int type) {
  int fd = socket(local.address.is_v6() ? AF_INET6 : AF_INET, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return fail(Fault::io, local.text(), "no socket: {}", std::strerror(errno));
  int yes = 1;
  if (type == SOCK_STREAM) setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  sockaddr_storage address;
  socklen_t length = to_system(local, address);
  if (bind(fd, reinterpret_cast<sockaddr*>(&address), length) < 0) {
    int error = errno;
    ::close(fd);
    return fail(Fault::io, local.text(), "cannot be bound: {}", std::strerror(error));
  }
  return fd;
}

Endpoint name_of(int fd) {
  sockaddr_storage name{};
  socklen_t length = sizeof name;
  getsockname(fd, reinterpret_cast<sockaddr*>(&name), &length);
  return from_system(name);
}

}  // namespace

Result<std::unique_ptr<UdpSocket>> UdpSocket::open(ThreadExecutor& executor, const Endpoint& local, Received received) {
  SEN_ASSIGN(int fd, bound_socket(local, SOCK_DGRAM));
  int octets = 4 << 20;
  setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &octets, sizeof octets);
  setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &octets, sizeof octets);
  return std::unique_ptr<UdpSocket>(new UdpSocket(executor, fd, std::move(received)));
}

UdpSocket::UdpSocket(ThreadExecutor& executor, int fd, Received received)
    : executor_(executor), fd_(fd), local_(name_of(fd)), received_(std::move(received)), buffer_(max_datagram) {
  executor_.watch(fd_, [this](bool, bool) { read_all(); });
}

UdpSocket::~UdpSocket() {
  executor_.unwatch(fd_);
  ::close(fd_);
}

void UdpSocket::read_all() {
  constexpr int batch = 256;  // then others get their turn
  for (int i = 0; i < batch; ++i) {
    sockaddr_storage from{};
    socklen_t length = sizeof from;
    ssize_t count = recvfrom(fd_, buffer_.data(), buffer_.size(), 0, reinterpret_cast<sockaddr*>(&from), &length);
    if (count < 0) return;
    received_(from_system(from), ByteView(buffer_).first(static_cast<size_t>(count)));
  }
}

Status UdpSocket::send(const Endpoint& to, ByteView datagram) {
  sockaddr_storage address;
  socklen_t length = to_system(to, address);
  if (sendto(fd_, datagram.data(), datagram.size(), 0, reinterpret_cast<sockaddr*>(&address), length) >= 0) return {};
  return fail(Fault::io, to.text(), "{} octets not sent: {}", datagram.size(), std::strerror(errno));
}

Result<std::unique_ptr<HttpServer>> HttpServer::open(ThreadExecutor& executor, const Endpoint& local, Page page) {
  SEN_ASSIGN(int fd, bound_socket(local, SOCK_STREAM));
  if (listen(fd, 16) < 0) {
    int error = errno;
    ::close(fd);
    return fail(Fault::io, local.text(), "cannot be listened on: {}", std::strerror(error));
  }
  return std::unique_ptr<HttpServer>(new HttpServer(executor, fd, name_of(fd), std::move(page)));
}

HttpServer::HttpServer(ThreadExecutor& executor, int fd, Endpoint local, Page page)
    : executor_(executor), fd_(fd), local_(local), page_(std::move(page)) {
  executor_.watch(fd_, [this](bool, bool) { accept_all(); });
}

HttpServer::~HttpServer() {
  while (!connections_.empty()) close(connections_.begin()->first);
  executor_.unwatch(fd_);
  ::close(fd_);
}

void HttpServer::accept_all() {
  for (;;) {
    int fd = accept4(fd_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0) return;
    if (connections_.size() >= max_connections) {
      ::close(fd);
      continue;
    }
    auto& connection = connections_.emplace(fd, std::make_unique<Connection>(executor_)).first->second;
    connection->limit.start(timeout, [this, fd] { close(fd); });
    executor_.watch(fd, [this, fd](bool, bool) { ready(fd); });
  }
}

void HttpServer::ready(int fd) {
  Connection& connection = *connections_.at(fd);
  char buffer[4096];
  while (connection.response.empty()) {
    ssize_t count = recv(fd, buffer, sizeof buffer, 0);
    if (count < 0 && errno == EAGAIN) return;
    if (count <= 0) return close(fd);
    connection.request.append(buffer, static_cast<size_t>(count));
    if (connection.request.size() > max_request) return close(fd);
    if (connection.request.find("\r\n\r\n") == std::string::npos) continue;
    answer(connection);
    executor_.watch(fd, [this, fd](bool, bool) { ready(fd); }, true);
  }
  ssize_t sent = ::send(fd, connection.response.data(), connection.response.size(), MSG_NOSIGNAL);
  if (sent < 0 && errno == EAGAIN) return;
  if (sent < 0 || static_cast<size_t>(sent) == connection.response.size()) return close(fd);
  connection.response.erase(0, static_cast<size_t>(sent));
}

void HttpServer::answer(Connection& connection) {
  std::string_view line = std::string_view(connection.request).substr(0, connection.request.find("\r\n"));
  std::optional<std::string> body;
  std::string_view status = "405 Method Not Allowed";
  if (line.starts_with("GET ")) {
    line.remove_prefix(4);
    body = page_(line.substr(0, line.find_first_of(" ?")));
    status = body ? "200 OK" : "404 Not Found";
  }
  std::string text = body.value_or(std::string(status) + "\n");
  connection.response = fmt::format(
      "HTTP/1.1 {}\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{}", status,
      text.size(), text);
}

void HttpServer::close(int fd) {
  executor_.unwatch(fd);
  ::close(fd);
  connections_.erase(fd);
}

}  // namespace sen
