#include "core/upf/io/tun.h"

#include <fcntl.h>
#include <linux/if_tun.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace sen::upf {

namespace {

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  int get() const { return fd_; }
  int release() { return std::exchange(fd_, -1); }

 private:
  int fd_;
};

std::unexpected<Error> refused(const std::string& name, const char* step) {
  int error = errno;
  Fault fault = error == EPERM || error == EACCES ? Fault::denied : Fault::io;
  return fail(fault, "session.dev", "TUN device {}: {}: {}", name, step, std::strerror(error));
}

// A netlink request of one fixed part and its attributes; sent, and answered by the kernel.
template <class Body>
class NetlinkRequest {
 public:
  NetlinkRequest(uint16_t type, uint16_t flags) {
    message_.header.nlmsg_type = type;
    message_.header.nlmsg_flags = static_cast<uint16_t>(NLM_F_REQUEST | NLM_F_ACK | flags);
  }
  Body& body() { return message_.body; }

  // At most 64 octets of attributes.
  void attribute(unsigned short type, ByteView octets) {
    rtattr attribute{static_cast<unsigned short>(RTA_LENGTH(octets.size())), type};
    std::memcpy(message_.attributes + size_, &attribute, sizeof attribute);
    std::memcpy(message_.attributes + size_ + RTA_LENGTH(0), octets.data(), octets.size());
    size_ += RTA_SPACE(octets.size());
  }

  Status send(const std::string& name, const std::string& step) {
    Descriptor netlink(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE));
    if (netlink.get() < 0) return refused(name, "netlink");
    message_.header.nlmsg_len = static_cast<uint32_t>(NLMSG_LENGTH(sizeof message_.body) + size_);
    if (::send(netlink.get(), &message_, message_.header.nlmsg_len, 0) < 0) return refused(name, step.c_str());
    struct {
      nlmsghdr header;
      nlmsgerr error;
      uint8_t rest[512];
    } answer{};
    if (::recv(netlink.get(), &answer, sizeof answer, 0) < static_cast<ssize_t>(sizeof answer.header + sizeof(int))) return refused(name, step.c_str());
    if (answer.header.nlmsg_type != NLMSG_ERROR || answer.error.error == 0) return {};
    errno = -answer.error.error;
    return refused(name, step.c_str());
  }

 private:
  struct {
    nlmsghdr header;
    Body body;
    uint8_t attributes[64];
  } message_{};
  size_t size_ = 0;
};

Status change_address(const std::string& name, uint16_t type, uint16_t flags, const Tun::Address& address) {
  NetlinkRequest<ifaddrmsg> request(type, flags);
  request.body().ifa_family = address.address.is_v6() ? AF_INET6 : AF_INET;
  request.body().ifa_prefixlen = address.prefix_length;
  request.body().ifa_index = if_nametoindex(name.c_str());
  if (address.address.is_v6()) request.body().ifa_flags = IFA_F_NODAD;
  for (unsigned short attribute : {IFA_LOCAL, IFA_ADDRESS}) request.attribute(attribute, address.address.octets());
  return request.send(name, (type == RTM_NEWADDR ? "set address " : "remove address ") + address.address.text());
}

Status bring_up(const std::string& name, uint32_t mtu) {
  Descriptor control(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (control.get() < 0) return refused(name, "control socket");
  ifreq request{};
  name.copy(request.ifr_name, IFNAMSIZ - 1);
  request.ifr_mtu = static_cast<int>(mtu);
  if (::ioctl(control.get(), SIOCSIFMTU, &request) < 0) return refused(name, "set MTU");
  if (::ioctl(control.get(), SIOCGIFFLAGS, &request) < 0) return refused(name, "read flags");
  request.ifr_flags = static_cast<short>(request.ifr_flags | IFF_UP | IFF_RUNNING);
  if (::ioctl(control.get(), SIOCSIFFLAGS, &request) < 0) return refused(name, "bring up");
  return {};
}

}  // namespace

Result<std::unique_ptr<Tun>> Tun::open(ThreadExecutor& executor, Counters& counters, PacketPool& pool, const std::string& name,
                                       const std::vector<Address>& addresses, uint32_t mtu, Received received) {
  if (name.empty() || name.size() >= IFNAMSIZ) return fail(Fault::invalid, "session.dev", "'{}' is not a device name of 1 to 15 characters", name);
  Descriptor device(::open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC));
  if (device.get() < 0) return refused(name, "/dev/net/tun");
  ifreq request{};
  request.ifr_flags = IFF_TUN | IFF_NO_PI;
  name.copy(request.ifr_name, IFNAMSIZ - 1);
  if (::ioctl(device.get(), TUNSETIFF, &request) < 0) return refused(name, "create");
  SEN_TRY(bring_up(name, mtu));
  for (const Address& address : addresses) SEN_TRY(change_address(name, RTM_NEWADDR, NLM_F_CREATE | NLM_F_REPLACE, address));
  return std::unique_ptr<Tun>(new Tun(executor, counters, pool, device.release(), name, std::move(received)));
}

Tun::Tun(ThreadExecutor& executor, Counters& counters, PacketPool& pool, int fd, std::string name, Received received)
    : executor_(executor),
      pool_(pool),
      fd_(fd),
      name_(std::move(name)),
      received_(std::move(received)),
      no_memory_(counters.counter("upf_tun_no_memory", "Times that the TUN device was not read because the packet pool was used up")),
      unsent_(counters.counter("upf_tun_unsent", "Packets that the TUN device did not take")) {
  executor_.watch(fd_, [this](bool, bool) { read_all(); });
}

Tun::~Tun() {
  executor_.unwatch(fd_);
  ::close(fd_);
}

void Tun::read_all() {
  constexpr int burst = 256;  // then the others of this executor get their turn
  for (int i = 0; i < burst; ++i) {
    Packet packet = pool_.take(pool_.capacity());
    if (!packet) return no_memory_.add();
    ssize_t length = ::read(fd_, packet.data(), packet.size());
    if (length <= 0) return;
    packet.reset(packet.data(), static_cast<size_t>(length));
    received_(std::move(packet));
  }
}

void Tun::send(Packet ip) { send(ip.view()); }

void Tun::send(ByteView ip) {
  if (::write(fd_, ip.data(), ip.size()) < 0) unsent_.add();
}

Status Tun::set_mtu(uint32_t mtu) { return bring_up(name_, mtu); }
Status Tun::add_address(const Address& address) { return change_address(name_, RTM_NEWADDR, NLM_F_CREATE | NLM_F_REPLACE, address); }
Status Tun::remove_address(const Address& address) { return change_address(name_, RTM_DELADDR, 0, address); }

Status Tun::add_default_route(bool v6) {
  NetlinkRequest<rtmsg> request(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_REPLACE);
  request.body().rtm_family = v6 ? AF_INET6 : AF_INET;
  request.body().rtm_table = RT_TABLE_MAIN;
  request.body().rtm_protocol = RTPROT_STATIC;
  request.body().rtm_scope = RT_SCOPE_UNIVERSE;
  request.body().rtm_type = RTN_UNICAST;
  if (!v6) request.body().rtm_scope = RT_SCOPE_LINK;
  const uint32_t index = if_nametoindex(name_.c_str());
  request.attribute(RTA_OIF, {reinterpret_cast<const uint8_t*>(&index), sizeof index});
  return request.send(name_, v6 ? "set IPv6 default route" : "set IPv4 default route");
}

}  // namespace sen::upf
