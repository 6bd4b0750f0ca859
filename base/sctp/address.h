// Socket addresses of the SCTP back ends.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cstring>
#include <string>

#include "base/result.h"

namespace sen {

struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t length = 0;

  sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
  int family() const { return storage.ss_family; }

  static Result<SocketAddress> parse(const std::string& address, uint16_t port) {
    SocketAddress out;
    auto* v4 = reinterpret_cast<sockaddr_in*>(&out.storage);
    auto* v6 = reinterpret_cast<sockaddr_in6*>(&out.storage);
    if (inet_pton(AF_INET, address.empty() ? "0.0.0.0" : address.c_str(), &v4->sin_addr) == 1) {
      v4->sin_family = AF_INET;
      v4->sin_port = htons(port);
      out.length = sizeof(sockaddr_in);
    } else if (inet_pton(AF_INET6, address.c_str(), &v6->sin6_addr) == 1) {
      v6->sin6_family = AF_INET6;
      v6->sin6_port = htons(port);
      out.length = sizeof(sockaddr_in6);
    } else {
      return fail(Fault::invalid, "address", "'{}' is neither an IPv4 nor an IPv6 address", address);
    }
    return out;
  }

  static std::string show(const sockaddr* address) {
    char text[INET6_ADDRSTRLEN] = "?";
    uint16_t port = 0;
    if (address->sa_family == AF_INET) {
      sockaddr_in v4;
      std::memcpy(&v4, address, sizeof v4);
      inet_ntop(AF_INET, &v4.sin_addr, text, sizeof text);
      port = ntohs(v4.sin_port);
    } else if (address->sa_family == AF_INET6) {
      sockaddr_in6 v6;
      std::memcpy(&v6, address, sizeof v6);
      inet_ntop(AF_INET6, &v6.sin6_addr, text, sizeof text);
      return fmt::format("[{}]:{}", text, ntohs(v6.sin6_port));
    }
    return fmt::format("{}:{}", text, port);
  }
};

}  // namespace sen
