// SCTP in user space through usrsctp. Its threads only mark sockets as ready and write an eventfd; everything else runs on our executor.
#include <sys/eventfd.h>
#include <unistd.h>
#include <usrsctp.h>

#include <atomic>
#include <cerrno>
#include <deque>
#include <map>
#include <mutex>
#include <set>

#include "base/log.h"
#include "base/sctp/address.h"
#include "base/sctp/backends.h"
#include "base/sctp/stray.h"

namespace sen {

namespace {

// One usrsctp stack a process; the encapsulation port of the first endpoint holds for all.
struct Stack {
  uint16_t udp_port = 0;
  bool started = false;

  static Stack& instance() {
    static Stack stack;
    return stack;
  }

  Status start(uint16_t port) {
    if (started) {
      if (port != udp_port) return fail(Fault::invalid, "sctp", "this process uses UDP port {} for SCTP already, not {}", udp_port, port);
      return {};
    }
    usrsctp_init(port, nullptr, nullptr);
    // Silence towards packets of no association: with raw sockets they may be another process's. See StrayGuard for our own.
    usrsctp_sysctl_set_sctp_blackhole(may_open_raw_sockets() ? 2 : 0);
    usrsctp_sysctl_set_sctp_no_csum_on_loopback(0);
    usrsctp_sysctl_set_sctp_ecn_enable(0);
    usrsctp_sysctl_set_sctp_asconf_enable(0);
    usrsctp_sysctl_set_sctp_auth_enable(0);
    usrsctp_sysctl_set_sctp_pr_enable(0);
    usrsctp_sysctl_set_sctp_reconfig_enable(0);
    usrsctp_sysctl_set_sctp_nrsack_enable(0);
    usrsctp_sysctl_set_sctp_pktdrop_enable(0);
    usrsctp_sysctl_set_sctp_sack_freq_default(1);  // peers without SCTP_NODELAY wait for each SACK
    started = true;
    udp_port = port;
    return {};
  }
};

// usrsctp binds addresses of interfaces only: of the loopback network it knows 127.0.0.1, which therefore stands for all of 127/8.
std::string known_address(const std::string& address) { return address.starts_with("127.") ? "127.0.0.1" : address; }

struct Pending {
  uint16_t stream;
  uint32_t ppid;
  Bytes message;
};

struct Association {
  struct socket* socket = nullptr;
  bool up = false;
  std::string peer;
  Bytes partial;
  std::deque<Pending> queue;
  size_t queued = 0;
};

template <class T>
void set_option(struct socket* socket, int name, const T& value) {
  usrsctp_setsockopt(socket, IPPROTO_SCTP, name, &value, sizeof value);
}

// What the upcalls of one endpoint share with it. Upcalls carry the association's key, never a pointer that could dangle, and find the
// endpoint through a registry, so that a late upcall of a closed endpoint does nothing.
struct Wakeup {
  std::mutex mutex;
  std::set<AssociationId> ready;
  int event = -1;
};

std::mutex registry_mutex;
std::map<uint32_t, std::shared_ptr<Wakeup>> registry;

void upcall(struct socket*, void* argument, int) {
  auto key = reinterpret_cast<uintptr_t>(argument);
  std::shared_ptr<Wakeup> wakeup;
  {
    std::lock_guard lock(registry_mutex);
    auto found = registry.find(static_cast<uint32_t>(key >> 32));
    if (found == registry.end()) return;
    wakeup = found->second;
  }
  std::lock_guard lock(wakeup->mutex);
  if (wakeup->ready.insert(static_cast<AssociationId>(key)).second && wakeup->ready.size() == 1) eventfd_write(wakeup->event, 1);
}

class UsrsctpEndpoint final : public SctpEndpoint {
 public:
  UsrsctpEndpoint(ThreadExecutor& executor, SctpHandlers handlers) : executor_(executor), handlers_(std::move(handlers)) {
    wakeup_->event = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    static std::atomic<uint32_t> serial = 1;
    serial_ = serial++;
    std::lock_guard lock(registry_mutex);
    registry[serial_] = wakeup_;
    executor_.watch(wakeup_->event, [this](bool, bool) { drain(); });
  }

  ~UsrsctpEndpoint() override {
    executor_.unwatch(wakeup_->event);
    {
      std::lock_guard lock(registry_mutex);
      registry.erase(serial_);
    }
    while (!associations_.empty()) close(associations_.begin()->first, true);
    if (listener_) usrsctp_close(listener_);
    std::lock_guard lock(wakeup_->mutex);  // an upcall that found us still holds it
    ::close(wakeup_->event);
    wakeup_->event = -1;
  }

  Status open(const SctpOptions& options) {
    encapsulated_ = options.backend == SctpBackend::usrsctp_udp;
    remote_udp_port_ = options.remote_udp_port;
    SEN_TRY(Stack::instance().start(encapsulated_ ? options.udp_port : 0));
    SEN_ASSIGN(local_, SocketAddress::parse(known_address(options.address), options.port));
    bind_ = !options.address.empty() || options.port != 0;
    if (!options.listen) return {};
    SEN_ASSIGN(listener_, make_socket(local_.family()));
    attach(listener_, 0);
    if (usrsctp_bind(listener_, local_.get(), local_.length) < 0 || usrsctp_listen(listener_, 128) < 0)
      return fail(Fault::io, "sctp", "{} cannot be listened on: {}", SocketAddress::show(local_.get()), std::strerror(errno));
    if (!encapsulated_ && !options.address.empty()) watch_strays();
    return {};
  }

  Result<AssociationId> connect(const std::string& address, uint16_t port) override {
    SEN_ASSIGN(auto remote, SocketAddress::parse(known_address(address), port));
    SEN_ASSIGN(struct socket* socket, make_socket(remote.family()));
    if (encapsulated_) {
      sctp_udpencaps encapsulation{};
      std::memcpy(&encapsulation.sue_address, &remote.storage, remote.length);
      encapsulation.sue_port = htons(remote_udp_port_);
      set_option(socket, SCTP_REMOTE_UDP_ENCAPS_PORT, encapsulation);
    }
    if (bind_ && usrsctp_bind(socket, local_.get(), local_.length) < 0) {
      int error = errno;
      usrsctp_close(socket);
      return fail(Fault::io, "sctp", "{} cannot be bound: {}", SocketAddress::show(local_.get()), std::strerror(error));
    }
    AssociationId id = adopt(socket, SocketAddress::show(remote.get()));
    if (usrsctp_connect(socket, remote.get(), remote.length) < 0 && errno != EINPROGRESS) {
      int error = errno;
      close(id, true);
      return fail(Fault::io, "sctp", "{} cannot be reached: {}", SocketAddress::show(remote.get()), std::strerror(error));
    }
    return id;
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
    return {};
  }

  Status shutdown(AssociationId id) override {
    auto found = associations_.find(id);
    if (found == associations_.end()) return fail(Fault::not_found, "sctp", "association {} has ended", id);
    if (usrsctp_shutdown(found->second.socket, SHUT_WR) == 0) return {};
    int error = errno;
    close(id, true);
    return fail(Fault::io, "sctp", "{}", std::strerror(error));
  }

  void close(AssociationId id, bool abort) override {
    auto found = associations_.find(id);
    if (found == associations_.end()) return;
    struct socket* socket = found->second.socket;
    usrsctp_set_upcall(socket, nullptr, nullptr);
    if (abort) {
      linger now{1, 0};
      usrsctp_setsockopt(socket, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    }
    usrsctp_close(socket);
    associations_.erase(found);
  }

  std::string describe() const override {
    std::string at = SocketAddress::show(local_.get());
    if (!encapsulated_) return "usrsctp over IP at " + at;
    return fmt::format("usrsctp over UDP port {} (RFC 6951) at {}", Stack::instance().udp_port, at);
  }

 private:
  void watch_strays() {
    auto guard = StrayGuard::open(executor_, local_, [this](const std::vector<std::string>& peers) { return associated(peers); });
    if (!guard) return log_warning(Layer::sctp, "peers of an earlier process are left to their time-outs: {}", guard.error().describe());
    strays_ = std::move(*guard);
  }

  std::vector<std::string> associated(const std::vector<std::string>& peers) const {
    std::set<std::string> addresses;
    for (auto& [id, association] : associations_) {
      addresses.insert(association.peer);
      struct sockaddr* list = nullptr;  // a peer may have several
      int count = usrsctp_getpaddrs(association.socket, 0, &list);
      auto* at = reinterpret_cast<const char*>(list);
      for (int i = 0; i < count; ++i) {
        auto* address = reinterpret_cast<const struct sockaddr*>(at);
        addresses.insert(SocketAddress::show(address));
        at += address->sa_family == AF_INET ? sizeof(sockaddr_in) : sizeof(sockaddr_in6);
      }
      if (count > 0) usrsctp_freepaddrs(list);
    }
    std::vector<std::string> out;
    for (auto& peer : peers) {
      if (addresses.contains(peer)) out.push_back(peer);
    }
    return out;
  }

  static Result<struct socket*> make_socket(int family) {
    struct socket* socket = usrsctp_socket(family, SOCK_STREAM, IPPROTO_SCTP, nullptr, nullptr, 0, nullptr);
    if (!socket) return fail(Fault::io, "sctp", "no usrsctp socket: {}", std::strerror(errno));
    configure(socket);
    return socket;
  }

  static void configure(struct socket* socket) {
    usrsctp_set_non_blocking(socket, 1);
    set_option(socket, SCTP_NODELAY, int{1});
    set_option(socket, SCTP_RECVRCVINFO, int{1});
    sctp_initmsg init{};
    init.sinit_num_ostreams = SctpLimits::streams;
    init.sinit_max_instreams = SctpLimits::streams;
    init.sinit_max_attempts = 4;
    set_option(socket, SCTP_INITMSG, init);
    for (uint16_t type : {SCTP_ASSOC_CHANGE, SCTP_SHUTDOWN_EVENT}) {
      sctp_event event{};
      event.se_assoc_id = SCTP_ALL_ASSOC;
      event.se_type = type;
      event.se_on = 1;
      set_option(socket, SCTP_EVENT, event);
    }
    sctp_assocparams parameters{};
    parameters.sasoc_asocmaxrxt = 5;
    set_option(socket, SCTP_ASSOCINFO, parameters);
  }

  void attach(struct socket* socket, AssociationId id) {
    auto key = static_cast<uintptr_t>(serial_) << 32 | id;
    usrsctp_set_upcall(socket, upcall, reinterpret_cast<void*>(key));
  }

  AssociationId adopt(struct socket* socket, std::string peer) {
    AssociationId id = next_++;
    Association& association = associations_[id];
    association.socket = socket;
    association.peer = std::move(peer);
    attach(socket, id);
    return id;
  }

  void drain() {
    eventfd_t value;
    eventfd_read(wakeup_->event, &value);
    std::set<AssociationId> ready;
    {
      std::lock_guard lock(wakeup_->mutex);
      ready.swap(wakeup_->ready);
    }
    for (AssociationId id : ready) {
      if (id == 0) {
        accept_all();
      } else {
        read_all(id);
        flush(id);
      }
    }
  }

  void accept_all() {
    for (;;) {
      sockaddr_storage from{};
      socklen_t length = sizeof from;
      struct socket* socket = usrsctp_accept(listener_, reinterpret_cast<sockaddr*>(&from), &length);
      if (!socket) return;
      configure(socket);
      AssociationId id = adopt(socket, SocketAddress::show(reinterpret_cast<sockaddr*>(&from)));
      if (associations_.size() > SctpLimits::max_associations) {
        close(id, true);
        continue;
      }
      associations_[id].up = true;
      handlers_.up(id, associations_[id].peer);
      read_all(id);  // what came before the upcall was attached
    }
  }

  void flush(AssociationId id) {
    auto found = associations_.find(id);
    if (found == associations_.end() || !found->second.up) return;
    Association& association = found->second;
    while (!association.queue.empty()) {
      Pending& next = association.queue.front();
      if (!transmit(association, next.stream, next.ppid, next.message)) return;
      association.queued -= next.message.size();
      association.queue.pop_front();
    }
  }

  static bool transmit(Association& association, uint16_t stream, uint32_t ppid, ByteView message) {
    sctp_sndinfo info{};
    info.snd_sid = stream;
    info.snd_ppid = htonl(ppid);
    return usrsctp_sendv(association.socket, message.data(), message.size(), nullptr, 0, &info, sizeof info, SCTP_SENDV_SNDINFO, 0) >= 0;
  }

  void read_all(AssociationId id) {
    for (;;) {
      auto found = associations_.find(id);
      if (found == associations_.end()) return;
      sockaddr_storage from{};
      socklen_t from_length = sizeof from;
      sctp_rcvinfo info{};
      socklen_t info_length = sizeof info;
      unsigned info_type = 0;
      int flags = 0;
      ssize_t count = usrsctp_recvv(found->second.socket, buffer_.data(), buffer_.size(), reinterpret_cast<sockaddr*>(&from), &from_length, &info,
                                    &info_length, &info_type, &flags);
      if (count < 0 && (errno == EWOULDBLOCK || errno == EINTR || errno == EINPROGRESS)) return;
      if (count < 0 && errno == ENOTCONN && !found->second.up) return;
      if (count <= 0) return lost(id, count == 0 ? "the peer closed it" : std::strerror(errno));
      Association& association = found->second;
      association.partial.insert(association.partial.end(), buffer_.begin(), buffer_.begin() + count);
      if (association.partial.size() > SctpLimits::max_message) return lost(id, "a message exceeds the limit");
      if (!(flags & MSG_EOR)) continue;
      Bytes message = std::move(association.partial);
      association.partial.clear();
      if (flags & MSG_NOTIFICATION) {
        notified(id, message);
      } else {
        handlers_.received(id, info.rcv_sid, ntohl(info.rcv_ppid), message);
      }
    }
  }

  void notified(AssociationId id, ByteView message) {
    sctp_assoc_change change;
    if (message.size() < sizeof change) return;
    std::memcpy(&change, message.data(), sizeof change);
    if (change.sac_type != SCTP_ASSOC_CHANGE) return;
    Association& association = associations_[id];
    if (change.sac_state == SCTP_COMM_UP && !association.up) {
      association.up = true;
      handlers_.up(id, association.peer);
      flush(id);
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
  std::shared_ptr<Wakeup> wakeup_ = std::make_shared<Wakeup>();
  uint32_t serial_ = 0;
  SocketAddress local_;
  bool bind_ = false;
  bool encapsulated_ = false;
  uint16_t remote_udp_port_ = 0;
  struct socket* listener_ = nullptr;
  AssociationId next_ = 1;
  std::map<AssociationId, Association> associations_;
  Bytes buffer_ = Bytes(65536);
  std::unique_ptr<StrayGuard> strays_;
};

}  // namespace

Result<std::unique_ptr<SctpEndpoint>> open_usrsctp(ThreadExecutor& executor, const SctpOptions& options, SctpHandlers handlers) {
  auto endpoint = std::make_unique<UsrsctpEndpoint>(executor, std::move(handlers));
  SEN_TRY(endpoint->open(options));
  return endpoint;
}

}  // namespace sen
