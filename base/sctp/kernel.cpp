// SCTP through the Linux kernel's one-to-one sockets (RFC 6458), with the kernel's own header only.
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>

#include <linux/sctp.h>  // needs the two above


#include <cerrno>
#include <deque>
#include <unordered_map>

#include "base/sctp/address.h"
#include "base/sctp/backends.h"

namespace sen {

namespace {

struct Pending {
  uint16_t stream;
  uint32_t ppid;
  Bytes message;
};

struct Association {
  int fd = -1;
  bool up = false;
  std::string peer;
  Bytes partial;
  std::deque<Pending> queue;
  size_t queued = 0;
};

template <class T>
void set_option(int fd, int name, const T& value) {
  setsockopt(fd, IPPROTO_SCTP, name, &value, sizeof value);
}

void configure(int fd) {
  fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
  fcntl(fd, F_SETFD, FD_CLOEXEC);
  sctp_initmsg init{};
  init.sinit_num_ostreams = SctpLimits::streams;
  init.sinit_max_instreams = SctpLimits::streams;
  init.sinit_max_attempts = 4;
  set_option(fd, SCTP_INITMSG, init);
  set_option(fd, SCTP_NODELAY, int{1});
  sctp_event_subscribe events{};
  events.sctp_data_io_event = 1;
  events.sctp_association_event = 1;
  events.sctp_shutdown_event = 1;
  set_option(fd, SCTP_EVENTS, events);
}

class KernelEndpoint final : public SctpEndpoint {
 public:
  KernelEndpoint(ThreadExecutor& executor, SctpHandlers handlers) : executor_(executor), handlers_(std::move(handlers)) {}

  ~KernelEndpoint() override {
    while (!associations_.empty()) close(associations_.begin()->first, true);
    if (listener_ >= 0) {
      executor_.unwatch(listener_);
      ::close(listener_);
    }
  }

  Status open(const SctpOptions& options) {
    SEN_ASSIGN(local_, SocketAddress::parse(options.address, options.port));
    bind_ = !options.address.empty() || options.port != 0;
    if (!options.listen) return {};
    listener_ = socket(local_.family(), SOCK_STREAM, IPPROTO_SCTP);
    if (listener_ < 0) return fail(Fault::io, "sctp", "no socket: {}", std::strerror(errno));
    int yes = 1;
    setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    configure(listener_);
    if (bind(listener_, local_.get(), local_.length) < 0 || ::listen(listener_, 128) < 0)
      return fail(Fault::io, "sctp", "{} cannot be listened on: {}", SocketAddress::show(local_.get()), std::strerror(errno));
    executor_.watch(listener_, [this](bool, bool) { accept_all(); });
    return {};
  }

  Result<AssociationId> connect(const std::string& address, uint16_t port) override {
    SEN_ASSIGN(auto remote, SocketAddress::parse(address, port));
    int fd = socket(remote.family(), SOCK_STREAM, IPPROTO_SCTP);
    if (fd < 0) return fail(Fault::io, "sctp", "no socket: {}", std::strerror(errno));
    configure(fd);
    if (bind_ && bind(fd, local_.get(), local_.length) < 0) {
      int error = errno;
      ::close(fd);
      return fail(Fault::io, "sctp", "{} cannot be bound: {}", SocketAddress::show(local_.get()), std::strerror(error));
    }
    if (::connect(fd, remote.get(), remote.length) < 0 && errno != EINPROGRESS) {
      int error = errno;
      ::close(fd);
      return fail(Fault::io, "sctp", "{} cannot be reached: {}", SocketAddress::show(remote.get()), std::strerror(error));
    }
    return adopt(fd, SocketAddress::show(remote.get()));
  }

  Status send(AssociationId id, uint16_t stream, uint32_t ppid, ByteView message) override {
    auto found = associations_.find(id);
    if (found == associations_.end()) return fail(Fault::not_found, "sctp", "association {} has ended", id);
    Association& association = found->second;
    if (association.queued + message.size() > SctpLimits::max_queued)
      return fail(Fault::exhausted, "sctp", "{} octets wait for {} already", association.queued, association.peer);
    if (association.up && association.queue.empty() && transmit(association, stream, ppid, message)) return {};
    association.queue.push_back({stream, ppid, Bytes(message.begin(), message.end())});
    association.queued += message.size();
    watch(id, association, true);
    return {};
  }

  Status shutdown(AssociationId id) override {
    auto found = associations_.find(id);
    if (found == associations_.end()) return fail(Fault::not_found, "sctp", "association {} has ended", id);
    if (::shutdown(found->second.fd, SHUT_WR) == 0) return {};
    int error = errno;
    close(id, true);
    return fail(Fault::io, "sctp", "{}", std::strerror(error));
  }

  void close(AssociationId id, bool abort) override {
    auto found = associations_.find(id);
    if (found == associations_.end()) return;
    int fd = found->second.fd;
    executor_.unwatch(fd);
    if (abort) {
      linger now{1, 0};
      setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    }
    ::close(fd);
    associations_.erase(found);
  }

  std::string describe() const override { return "kernel SCTP"; }

 private:
  AssociationId adopt(int fd, std::string peer) {
    AssociationId id = next_++;
    Association& association = associations_[id];
    association.fd = fd;
    association.peer = std::move(peer);
    watch(id, association, true);
    return id;
  }

  void watch(AssociationId id, Association& association, bool writable) {
    executor_.watch(association.fd, [this, id](bool readable, bool can_write) { ready(id, readable, can_write); }, writable);
  }

  void accept_all() {
    for (;;) {
      sockaddr_storage from{};
      socklen_t length = sizeof from;
      int fd = accept(listener_, reinterpret_cast<sockaddr*>(&from), &length);
      if (fd < 0) return;
      if (associations_.size() >= SctpLimits::max_associations) {
        linger now{1, 0};
        setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
        ::close(fd);
        continue;
      }
      configure(fd);
      AssociationId id = adopt(fd, SocketAddress::show(reinterpret_cast<sockaddr*>(&from)));
      associations_[id].up = true;
      handlers_.up(id, associations_[id].peer);
    }
  }

  void ready(AssociationId id, bool readable, bool writable) {
    if (readable) read_all(id);
    auto found = associations_.find(id);
    if (found == associations_.end() || !writable || !found->second.up) return;
    Association& association = found->second;
    while (!association.queue.empty()) {
      Pending& next = association.queue.front();
      if (!transmit(association, next.stream, next.ppid, next.message)) return;
      association.queued -= next.message.size();
      association.queue.pop_front();
    }
    watch(id, association, false);
  }

  static bool transmit(Association& association, uint16_t stream, uint32_t ppid, ByteView message) {
    iovec part{const_cast<uint8_t*>(message.data()), message.size()};
    alignas(cmsghdr) char control[CMSG_SPACE(sizeof(sctp_sndinfo))] = {};
    msghdr header{};
    header.msg_iov = &part;
    header.msg_iovlen = 1;
    header.msg_control = control;
    header.msg_controllen = sizeof control;
    cmsghdr* item = CMSG_FIRSTHDR(&header);
    item->cmsg_level = IPPROTO_SCTP;
    item->cmsg_type = SCTP_SNDINFO;
    item->cmsg_len = CMSG_LEN(sizeof(sctp_sndinfo));
    sctp_sndinfo info{};
    info.snd_sid = stream;
    info.snd_ppid = htonl(ppid);
    std::memcpy(CMSG_DATA(item), &info, sizeof info);
    return sendmsg(association.fd, &header, MSG_NOSIGNAL | MSG_DONTWAIT) >= 0;
  }

  void read_all(AssociationId id) {
    for (;;) {
      auto found = associations_.find(id);
      if (found == associations_.end()) return;
      uint8_t buffer[65536];
      iovec part{buffer, sizeof buffer};
      alignas(cmsghdr) char control[256];
      msghdr header{};
      header.msg_iov = &part;
      header.msg_iovlen = 1;
      header.msg_control = control;
      header.msg_controllen = sizeof control;
      ssize_t count = recvmsg(found->second.fd, &header, MSG_DONTWAIT);
      if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
      if (count <= 0) return lost(id, count == 0 ? "the peer closed it" : std::strerror(errno));
      Association& association = found->second;
      association.partial.insert(association.partial.end(), buffer, buffer + count);
      if (association.partial.size() > SctpLimits::max_message) return lost(id, "a message exceeds the limit");
      if (!(header.msg_flags & MSG_EOR)) continue;
      Bytes message = std::move(association.partial);
      association.partial.clear();
      if (header.msg_flags & MSG_NOTIFICATION) {
        notified(id, message);
      } else {
        deliver(id, header, message);
      }
    }
  }

  void deliver(AssociationId id, msghdr& header, ByteView message) {
    uint16_t stream = 0;
    uint32_t ppid = 0;
    for (cmsghdr* item = CMSG_FIRSTHDR(&header); item; item = CMSG_NXTHDR(&header, item)) {
      if (item->cmsg_level != IPPROTO_SCTP || item->cmsg_type != SCTP_SNDRCV) continue;
      sctp_sndrcvinfo info;
      std::memcpy(&info, CMSG_DATA(item), sizeof info);
      stream = info.sinfo_stream;
      ppid = ntohl(info.sinfo_ppid);
    }
    handlers_.received(id, stream, ppid, message);
  }

  void notified(AssociationId id, ByteView message) {
    if (message.size() < sizeof(sctp_assoc_change)) return;
    sctp_assoc_change change;
    std::memcpy(&change, message.data(), sizeof change);
    if (change.sac_type != SCTP_ASSOC_CHANGE) return;
    Association& association = associations_[id];
    if (change.sac_state == SCTP_COMM_UP && !association.up) {
      association.up = true;
      watch(id, association, true);
      handlers_.up(id, association.peer);
    } else if (change.sac_state == SCTP_COMM_LOST) {
      lost(id, "communication lost");
    } else if (change.sac_state == SCTP_SHUTDOWN_COMP) {
      lost(id, "shut down by the peer");
    } else if (change.sac_state == SCTP_CANT_STR_ASSOC) {
      lost(id, "could not be set up");
    }
  }

  void lost(AssociationId id, const std::string& reason) {
    close(id, false);
    handlers_.down(id, reason);
  }

  ThreadExecutor& executor_;
  SctpHandlers handlers_;
  SocketAddress local_;
  bool bind_ = false;
  int listener_ = -1;
  AssociationId next_ = 1;
  std::unordered_map<AssociationId, Association> associations_;
};

}  // namespace

bool has_kernel_sctp() {
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, IPPROTO_SCTP);
  if (fd >= 0) ::close(fd);
  return fd >= 0;
}

Result<std::unique_ptr<SctpEndpoint>> open_kernel_sctp(ThreadExecutor& executor, const SctpOptions& options, SctpHandlers handlers) {
  auto endpoint = std::make_unique<KernelEndpoint>(executor, std::move(handlers));
  SEN_TRY(endpoint->open(options));
  return endpoint;
}

}  // namespace sen
