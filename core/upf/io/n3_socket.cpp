#include "core/upf/io/n3_socket.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace sen::upf {

static socklen_t to_system(const Endpoint& endpoint, sockaddr_storage& out) {
  std::memset(&out, 0, sizeof out);
  if (endpoint.address.is_v6()) {
    auto& v6 = reinterpret_cast<sockaddr_in6&>(out);
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(endpoint.port);
    std::memcpy(&v6.sin6_addr, endpoint.address.octets().data(), 16);
    return sizeof v6;
  }
  auto& v4 = reinterpret_cast<sockaddr_in&>(out);
  v4.sin_family = AF_INET;
  v4.sin_port = htons(endpoint.port);
  if (endpoint.address.is_v4()) std::memcpy(&v4.sin_addr, endpoint.address.octets().data(), 4);
  return sizeof v4;
}

static Endpoint from_system(const sockaddr_storage& in) {
  if (in.ss_family == AF_INET6) {
    const auto& v6 = reinterpret_cast<const sockaddr_in6&>(in);
    Octets<16> octets;
    std::memcpy(octets.data(), &v6.sin6_addr, 16);
    return {IpAddress(octets), ntohs(v6.sin6_port)};
  }
  const auto& v4 = reinterpret_cast<const sockaddr_in&>(in);
  Octets<4> octets;
  std::memcpy(octets.data(), &v4.sin_addr, 4);
  return {IpAddress(octets), ntohs(v4.sin_port)};
}

Result<std::unique_ptr<N3Socket>> N3Socket::open(ThreadExecutor& executor, Counters& counters, PacketPool& pool, const Endpoint& local,
                                                 Received received) {
  int fd = ::socket(local.address.is_v6() ? AF_INET6 : AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return fail(Fault::io, "gtpu.server", "{}: no UDP socket: {}", local.text(), std::strerror(errno));
  int one = 1, octets = 8 << 20;
  if (local.address.is_v6()) ::setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof one);
  ::setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &octets, sizeof octets);
  ::setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &octets, sizeof octets);
  sockaddr_storage address;
  socklen_t length = to_system(local, address);
  if (::bind(fd, reinterpret_cast<sockaddr*>(&address), length) < 0) {
    int error = errno;
    ::close(fd);
    return fail(Fault::io, "gtpu.server", "{}: cannot be bound: {}", local.text(), std::strerror(error));
  }
  std::unique_ptr<N3Socket> out(new N3Socket(executor, counters, pool, fd, std::move(received)));
  length = sizeof address;
  ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &length);
  out->local_ = from_system(address);
  return out;
}

N3Socket::N3Socket(ThreadExecutor& executor, Counters& counters, PacketPool& pool, int fd, Received received)
    : executor_(executor),
      pool_(pool),
      fd_(fd),
      received_(std::move(received)),
      in_(batch),
      no_memory_(counters.counter("upf_n3_socket_no_memory", "Times that N3 was not read because the packet pool was used up")),
      truncated_(counters.counter("upf_n3_socket_truncated", "Datagrams on N3 longer than a packet buffer")),
      unsent_(counters.counter("upf_n3_socket_unsent", "Datagrams that the kernel did not take on N3")) {
  out_.reserve(batch);
  executor_.watch(fd_, [this](bool, bool) { read_all(); });
}

N3Socket::~N3Socket() {
  *alive_ = false;
  executor_.unwatch(fd_);
  ::close(fd_);
}

void N3Socket::read_all() {
  constexpr int rounds = 8;  // then the others of this executor get their turn
  for (int round = 0; round < rounds; ++round) {
    mmsghdr messages[batch]{};
    iovec vectors[batch];
    sockaddr_storage from[batch];
    unsigned count = 0;
    // Half of what is free stays for the packets that the UPF makes in answer.
    size_t most = std::clamp<size_t>((pool_.limit() - pool_.in_use()) / 2, 1, batch);
    for (; count < most; ++count) {
      Packet& packet = in_[count];
      if (!packet) packet = pool_.take(pool_.capacity());
      if (!packet) break;
      vectors[count] = {packet.data(), packet.size()};
      messages[count].msg_hdr.msg_iov = &vectors[count];
      messages[count].msg_hdr.msg_iovlen = 1;
      messages[count].msg_hdr.msg_name = &from[count];
      messages[count].msg_hdr.msg_namelen = sizeof from[count];
    }
    if (count == 0) {
      no_memory_.add();
      break;
    }
    int received = ::recvmmsg(fd_, messages, count, MSG_DONTWAIT, nullptr);
    if (received <= 0) break;
    for (int i = 0; i < received; ++i) {
      Packet packet = std::move(in_[static_cast<size_t>(i)]);
      if (messages[i].msg_hdr.msg_flags & MSG_TRUNC) {
        truncated_.add();
        continue;
      }
      packet.reset(packet.data(), messages[i].msg_len);
      received_(from_system(from[i]), std::move(packet));
    }
    if (static_cast<unsigned>(received) < count) break;
  }
  // What was not filled goes back, so that the pool is free for others.
  for (Packet& packet : in_) packet = {};
  flush();
}

void N3Socket::send(const Endpoint& to, Packet datagram) {
  out_.push_back({to, std::move(datagram)});
  if (out_.size() >= batch) return flush();
  if (flush_posted_) return;
  flush_posted_ = executor_.post([this, alive = alive_] {
    if (!*alive) return;
    flush_posted_ = false;
    flush();
  });
  if (!flush_posted_) flush();
}

void N3Socket::flush() {
  if (out_.empty()) return;
  mmsghdr messages[batch]{};
  iovec vectors[batch];
  sockaddr_storage to[batch];
  alignas(cmsghdr) uint8_t control[batch][CMSG_SPACE(sizeof(int))];
  bool v6 = local_.address.is_v6();
  auto count = static_cast<unsigned>(out_.size());
  for (unsigned i = 0; i < count; ++i) {
    Out& out = out_[i];
    msghdr& header = messages[i].msg_hdr;
    vectors[i] = {out.packet.data(), out.packet.size()};
    header.msg_iov = &vectors[i];
    header.msg_iovlen = 1;
    header.msg_name = &to[i];
    header.msg_namelen = to_system(out.to, to[i]);
    if (!out.packet.traffic_class) continue;
    header.msg_control = control[i];
    header.msg_controllen = sizeof control[i];
    cmsghdr* marking = CMSG_FIRSTHDR(&header);
    marking->cmsg_level = v6 ? IPPROTO_IPV6 : IPPROTO_IP;
    marking->cmsg_type = v6 ? IPV6_TCLASS : IP_TOS;
    marking->cmsg_len = CMSG_LEN(sizeof(int));
    int value = out.packet.traffic_class;
    std::memcpy(CMSG_DATA(marking), &value, sizeof value);
  }
  for (unsigned done = 0; done < count;) {
    int sent = ::sendmmsg(fd_, messages + done, count - done, MSG_DONTWAIT);
    if (sent < 0 && errno == EINTR) continue;
    if (sent <= 0) {
      // The first of the rest is refused (no route, queue full): the others may still go.
      unsent_.add();
      sent = 1;
    }
    done += static_cast<unsigned>(sent);
  }
  out_.clear();
}

}  // namespace sen::upf
