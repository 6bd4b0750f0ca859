#include "base/sctp/stray.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "base/log.h"

namespace sen {

static constexpr size_t common_header = 12;
enum : uint8_t { data_chunk = 0, sack_chunk = 3, heartbeat_chunk = 4, abort_chunk = 6 };

static uint16_t& port_of(SocketAddress& address) {
  if (address.family() == AF_INET) return reinterpret_cast<sockaddr_in*>(&address.storage)->sin_port;
  return reinterpret_cast<sockaddr_in6*>(&address.storage)->sin6_port;
}

uint32_t crc32c(ByteView bytes) {
  uint32_t crc = ~uint32_t{0};
  for (uint8_t byte : bytes) {
    crc ^= byte;
    for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ (crc & 1 ? 0x82f63b78 : 0);
  }
  return ~crc;
}

Result<std::unique_ptr<StrayGuard>> StrayGuard::open(ThreadExecutor& executor, const SocketAddress& local, Known known) {
  int fd = ::socket(local.family(), SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_SCTP);
  if (fd < 0) return fail(Fault::io, "sctp", "no raw socket: {}", std::strerror(errno));
  SocketAddress address = local;
  port_of(address) = 0;
  if (::bind(fd, address.get(), address.length) < 0) {
    int error = errno;
    ::close(fd);
    return fail(Fault::io, "sctp", "raw socket: {}", std::strerror(error));
  }
  return std::unique_ptr<StrayGuard>(new StrayGuard(executor, local, fd, std::move(known)));
}

StrayGuard::StrayGuard(ThreadExecutor& executor, const SocketAddress& local, int fd, Known known)
    : executor_(executor), local_(local), port_(ntohs(port_of(local_))), fd_(fd), known_(std::move(known)), end_(executor), judgement_(executor) {
  executor_.watch(fd_, [this](bool, bool) { read_all(); });
  end_.start(lifetime, [this] { close(); });
}

StrayGuard::~StrayGuard() { close(); }

void StrayGuard::close() {
  if (fd_ < 0) return;
  executor_.unwatch(fd_);
  ::close(fd_);
  fd_ = -1;
  judgement_.stop();
  pending_.clear();
}

void StrayGuard::read_all() {
  std::array<uint8_t, 128> buffer;
  for (int i = 0; i < 64; ++i) {
    SocketAddress from;
    from.length = sizeof from.storage;
    ssize_t count = ::recvfrom(fd_, buffer.data(), buffer.size(), 0, from.get(), &from.length);
    if (count < 0) return;
    ByteView packet(buffer.data(), static_cast<size_t>(count));
    if (from.family() == AF_INET) {  // IPv4 comes with its header
      size_t header = packet.empty() ? 0 : (packet[0] & 15u) * 4u;
      if (packet.size() < header) continue;
      packet = packet.subspan(header);
    }
    take(from, packet);
  }
}

void StrayGuard::take(const SocketAddress& from, ByteView sctp) {
  if (sctp.size() < common_header + 4) return;
  ByteReader reader(sctp);
  uint16_t source = *reader.u16(), destination = *reader.u16();
  uint32_t tag = *reader.u32();
  uint8_t chunk = sctp[common_header];
  if (destination != port_ || (chunk != data_chunk && chunk != sack_chunk && chunk != heartbeat_chunk)) return;
  Pending seen{from, tag};
  port_of(seen.peer) = htons(source);
  std::string name = SocketAddress::show(seen.peer.get());
  if (pending_.size() >= max_pending && !pending_.contains(name)) return;
  pending_[name] = seen;
  if (!judgement_.running()) judgement_.start(patience, [this] { judge(); });
}

void StrayGuard::judge() {
  auto pending = std::exchange(pending_, {});
  std::vector<std::string> names;
  for (auto& [name, entry] : pending) names.push_back(name);
  for (auto& name : known_(names)) pending.erase(name);
  for (auto& [name, entry] : pending) {
    log_info(Layer::sctp, "{}: has an association with an earlier process, told to start anew", name);
    abort(entry);
  }
}

void StrayGuard::abort(const Pending& pending) {
  SocketAddress to = pending.peer;
  ByteWriter packet;
  packet.u16(port_);
  packet.u16(ntohs(port_of(to)));
  packet.u32(pending.tag);
  packet.u32(0);
  packet.u8(abort_chunk);
  packet.u8(1);  // T: the tag is the one that the peer sends
  packet.u16(4);
  Bytes bytes = packet.take();
  uint32_t sum = crc32c(bytes);
  for (size_t i = 0; i < 4; ++i) bytes[8 + i] = static_cast<uint8_t>(sum >> 8 * i);
  port_of(to) = 0;  // of a raw socket
  if (::sendto(fd_, bytes.data(), bytes.size(), 0, to.get(), to.length) < 0) log_warning(Layer::sctp, "ABORT: {}", std::strerror(errno));
}

}  // namespace sen
