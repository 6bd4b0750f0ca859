// Datagram and listening sockets on a ThreadExecutor, for control traffic (PFCP, metrics). User-plane packets have their own batched I/O
// in core/upf/io.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "base/executor.h"
#include "base/ip.h"

namespace sen {

// One UDP socket. The handler runs on the executor for every datagram received.
class UdpSocket {
 public:
  static constexpr size_t max_datagram = 65536;
  using Received = std::function<void(const Endpoint& from, ByteView datagram)>;

  // Port 0 takes any free port. Error io names the endpoint and the system's reason.
  static Result<std::unique_ptr<UdpSocket>> open(ThreadExecutor& executor, const Endpoint& local, Received received);
  ~UdpSocket();
  UdpSocket(const UdpSocket&) = delete;

  Status send(const Endpoint& to, ByteView datagram);
  const Endpoint& local() const { return local_; }

 private:
  UdpSocket(ThreadExecutor& executor, int fd, Received received);
  void read_all();

  ThreadExecutor& executor_;
  int fd_;
  Endpoint local_;
  Received received_;
  Bytes buffer_;
};

// A small HTTP/1.1 server for GET requests (metrics). One response a connection; at most max_connections at once, each closed after
// timeout. `page` gets the path and returns the body, or nothing for 404.
class HttpServer {
 public:
  static constexpr size_t max_connections = 64;
  static constexpr size_t max_request = 8192;
  static constexpr Duration timeout = std::chrono::seconds(10);
  using Page = std::function<std::optional<std::string>(std::string_view path)>;

  static Result<std::unique_ptr<HttpServer>> open(ThreadExecutor& executor, const Endpoint& local, Page page);
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  const Endpoint& local() const { return local_; }

 private:
  struct Connection {
    explicit Connection(Executor& executor) : limit(executor) {}
    std::string request;
    std::string response;
    Timer limit;
  };
  HttpServer(ThreadExecutor& executor, int fd, Endpoint local, Page page);
  void accept_all();
  void ready(int fd);
  void answer(Connection& connection);
  void close(int fd);

  ThreadExecutor& executor_;
  int fd_;
  Endpoint local_;
  Page page_;
  std::map<int, std::unique_ptr<Connection>> connections_;
};

}  // namespace sen
