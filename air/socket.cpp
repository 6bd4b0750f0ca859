#include "air/socket.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <list>
#include <thread>

#include "air/detail/wire.h"
#include "base/log.h"

namespace sen::air {

namespace l1 = nr::l1;
namespace l1_ue = nr::l1_ue;
using detail::FrameType;
using Clock = std::chrono::steady_clock;
using Milliseconds = std::chrono::milliseconds;

namespace {

std::unexpected<Error> system_error(const std::string& path, const char* what) {
  return fail(Fault::io, path, "{}: {}", what, std::strerror(errno));
}

class Descriptor {
 public:
  explicit Descriptor(int fd = -1) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const { return fd_; }

 private:
  int fd_;
};

bool wait_for(int fd, short events, Clock::time_point deadline) {
  for (;;) {
    const auto left = std::chrono::duration_cast<Milliseconds>(deadline - Clock::now()).count();
    pollfd p{fd, events, 0};
    const int n = ::poll(&p, 1, static_cast<int>(std::clamp<int64_t>(left, 0, 1 << 30)));
    if (n > 0) return true;
    if (n == 0 || errno != EINTR) return false;
  }
}

enum class Transfer : uint8_t { done, timeout, gone };

Transfer send_all(int fd, ByteView octets, Clock::time_point deadline) {
  while (!octets.empty()) {
    const ssize_t n = ::send(fd, octets.data(), octets.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n > 0) {
      octets = octets.subspan(static_cast<size_t>(n));
    } else if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
      if (!wait_for(fd, POLLOUT, deadline)) return Transfer::timeout;
    } else {
      return Transfer::gone;
    }
  }
  return Transfer::done;
}

Transfer receive_all(int fd, std::span<uint8_t> room, Clock::time_point deadline) {
  while (!room.empty()) {
    const ssize_t n = ::recv(fd, room.data(), room.size(), MSG_DONTWAIT);
    if (n > 0) {
      room = room.subspan(static_cast<size_t>(n));
    } else if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
      if (!wait_for(fd, POLLIN, deadline)) return Transfer::timeout;
    } else {
      return Transfer::gone;
    }
  }
  return Transfer::done;
}

// One frame's payload; nullopt type when its header is nonsense.
struct Received {
  Transfer transfer = Transfer::gone;
  bool valid = false;
};
Received receive_frame(int fd, FrameType type, Bytes& payload, Clock::time_point deadline) {
  std::array<uint8_t, detail::frame_header> header{};
  if (const auto t = receive_all(fd, header, deadline); t != Transfer::done) return {t, false};
  const uint32_t length = header[0] | uint32_t{header[1]} << 8 | uint32_t{header[2]} << 16 | uint32_t{header[3]} << 24;
  if (length < 1 || length > detail::max_frame || header[4] != static_cast<uint8_t>(type)) return {Transfer::done, false};
  // Grows as octets come: a length alone reserves nothing.
  constexpr size_t chunk = 1 << 16;
  payload.clear();
  for (size_t at = 0; at < length - 1;) {
    const size_t n = std::min<size_t>(chunk, length - 1 - at);
    payload.resize(at + n);
    if (const auto t = receive_all(fd, std::span(payload).subspan(at, n), deadline); t != Transfer::done) return {t, false};
    at += n;
  }
  return {Transfer::done, true};
}

Result<sockaddr_un> address_of(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.empty() || path.size() >= sizeof address.sun_path) {
    return fail(Fault::invalid, path, "{} octets; a socket's path has 1 to {}", path.size(), sizeof address.sun_path - 1);
  }
  std::memcpy(address.sun_path, path.data(), path.size());
  return address;
}

}  // namespace

// --- Server ----------------------------------------------------------------------------------------------------------------

struct AirServer::Impl {
  Impl(const ServerConfig& c, SlotAir& a, Descriptor fd) : config(c), air(a), listener(std::move(fd)) {}
  ~Impl() { ::unlink(config.path.c_str()); }

  struct Process {
    Process(Descriptor d, SlotAir& a) : fd(std::move(d)), ues(a) {}
    Descriptor fd;
    detail::RemoteUes ues;
  };

  void accept_all();
  void pace(int64_t now_ns);
  bool take_answer(Process& process, int64_t now_ns);
  void drop(std::list<Process>::iterator& it, Transfer why);

  ServerConfig config;
  SlotAir& air;
  Descriptor listener;
  std::list<Process> processes;
  Statistics statistics;
  std::optional<Clock::time_point> started;
  int64_t started_ns = 0;
  Bytes payload;
};

AirServer::AirServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
AirServer::~AirServer() = default;

Result<std::unique_ptr<AirServer>> AirServer::open(const ServerConfig& config, SlotAir& air) {
  SEN_ASSIGN(const sockaddr_un address, address_of(config.path));
  Descriptor fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (fd.get() < 0) return system_error(config.path, "socket");
  ::unlink(config.path.c_str());
  if (::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) < 0) return system_error(config.path, "bind");
  if (::listen(fd.get(), static_cast<int>(max_processes)) < 0) return system_error(config.path, "listen");
  return std::unique_ptr<AirServer>(new AirServer(std::make_unique<Impl>(config, air, std::move(fd))));
}

void AirServer::Impl::accept_all() {
  for (;;) {
    Descriptor fd(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (fd.get() < 0) return;
    if (processes.size() == max_processes) {
      ++statistics.refused;
      continue;
    }
    detail::Welcome welcome;
    welcome.config = air.config();
    for (size_t c = 0; c < air.cell_count(); ++c) welcome.cells.push_back(air.cell(static_cast<CellIndex>(c)));
    if (send_all(fd.get(), detail::frame(FrameType::welcome, welcome), Clock::now() + config.timeout) != Transfer::done) continue;
    processes.emplace_back(std::move(fd), air);
    ++statistics.joined;
  }
}

void AirServer::Impl::pace(int64_t now_ns) {
  if (config.pace <= 0) return;
  if (!started) {
    started = Clock::now();
    started_ns = now_ns;
  }
  const auto due = *started + std::chrono::nanoseconds(static_cast<int64_t>(static_cast<double>(now_ns - started_ns) / config.pace));
  if (Clock::now() > due + Milliseconds(1)) ++statistics.late_steps;
  std::this_thread::sleep_until(due);
}

void AirServer::Impl::drop(std::list<Process>::iterator& it, Transfer why) {
  if (why == Transfer::timeout) ++statistics.timeouts;
  ++statistics.left;
  log_warning(Layer::air, "a UE process {}; its UEs leave the air", why == Transfer::timeout ? "does not answer" : "has gone");
  it = processes.erase(it);
}

void AirServer::exchange(int64_t now_ns) {
  Impl& m = *impl_;
  m.pace(now_ns);
  m.accept_all();
  if (m.processes.empty()) return;
  detail::Step step;
  step.now_ns = now_ns;
  for (size_t c = 0; c < m.air.cell_count(); ++c) {
    const auto index = static_cast<CellIndex>(c);
    const auto* dl = m.air.downlink(index);
    const auto* ul = m.air.uplink(index);
    if (dl && ul) step.cells.push_back({index, ul->slot, *dl});
  }
  const Bytes frame = detail::frame(FrameType::slot, step);
  const auto deadline = Clock::now() + m.config.timeout;
  for (auto it = m.processes.begin(); it != m.processes.end();) {
    const auto sent = send_all(it->fd.get(), frame, deadline);
    if (sent == Transfer::done)
      ++it;
    else
      m.drop(it, sent);
  }
  for (auto it = m.processes.begin(); it != m.processes.end();) {
    const auto received = receive_frame(it->fd.get(), FrameType::uplink, m.payload, deadline);
    if (received.transfer != Transfer::done) {
      m.drop(it, received.transfer);
      continue;
    }
    detail::Answer answer;
    if (!received.valid || !detail::parse(m.payload, answer) || answer.now_ns != now_ns) {
      ++m.statistics.bad_frames;
      m.drop(it, Transfer::gone);
      continue;
    }
    if (!it->ues.apply(std::move(answer))) ++m.statistics.refused;
    ++it;
  }
}

bool AirServer::wait_for_processes(size_t n, Milliseconds limit) {
  const auto deadline = Clock::now() + limit;
  for (;;) {
    impl_->accept_all();
    if (impl_->processes.size() >= n) return true;
    if (!wait_for(impl_->listener.get(), POLLIN, deadline)) return false;
  }
}

size_t AirServer::processes() const { return impl_->processes.size(); }
const AirServer::Statistics& AirServer::statistics() const { return impl_->statistics; }

// --- UE process --------------------------------------------------------------------------------------------------------------

struct AirClient::Impl {
  Impl(Descriptor d, std::string p, Milliseconds t, const AirConfig& config)
      : fd(std::move(d)), path(std::move(p)), timeout(t), air(config) {}

  Descriptor fd;
  std::string path;
  Milliseconds timeout;
  SlotAir air;
  Bytes payload;  // the step's views point into it
  detail::Step step;
  std::vector<l1::UlSlot> uplinks;  // what the air compares uplink slots with
  std::vector<std::pair<CellIndex, nr::Slot>> slots;
  detail::Answer answer;
};

AirClient::AirClient(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
AirClient::~AirClient() = default;

Result<std::unique_ptr<AirClient>> AirClient::connect(const std::string& path, Milliseconds timeout) {
  SEN_ASSIGN(const sockaddr_un address, address_of(path));
  Descriptor fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (fd.get() < 0) return system_error(path, "socket");
  if (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) < 0)
    return system_error(path, "connect (is the gNB running?)");
  Bytes payload;
  const auto received = receive_frame(fd.get(), FrameType::welcome, payload, Clock::now() + timeout);
  if (received.transfer != Transfer::done) return fail(Fault::io, path, "the gNB said nothing within {} ms", timeout.count());
  detail::Welcome welcome;
  if (!received.valid || !detail::parse(payload, welcome)) return fail(Fault::invalid, path, "malformed greeting");
  if (welcome.version != detail::protocol_version) {
    return fail(Fault::invalid, path, "the gNB speaks version {} of the air, this is {}", welcome.version, detail::protocol_version);
  }
  auto impl = std::make_unique<Impl>(std::move(fd), path, timeout, welcome.config);
  for (const auto& cell : welcome.cells) SEN_TRY(impl->air.add_cell(cell));
  return std::unique_ptr<AirClient>(new AirClient(std::move(impl)));
}

int AirClient::descriptor() const { return impl_->fd.get(); }
SlotAir& AirClient::air() { return impl_->air; }

Result<UeIndex> AirClient::add_ue(const UeRadio& radio) {
  SEN_ASSIGN(const UeIndex ue, impl_->air.add_ue(radio));
  impl_->answer.changes.push_back({detail::Change::Kind::add, ue, radio, 0, 0});
  return ue;
}

void AirClient::remove_ue(UeIndex ue) {
  impl_->air.remove_ue(ue);
  impl_->answer.changes.push_back({detail::Change::Kind::remove, ue, {}, 0, 0});
}

void AirClient::move_ue(UeIndex ue, const Track& track) {
  impl_->air.move_ue(ue, track);
  impl_->answer.changes.push_back({detail::Change::Kind::move, ue, {0, track, 0}, 0, 0});
}

bool AirClient::tune(UeIndex ue, uint16_t pci, uint32_t ssb_arfcn) {
  impl_->answer.changes.push_back({detail::Change::Kind::tune, ue, {}, pci, ssb_arfcn});
  return impl_->air.tune(ue, pci, ssb_arfcn);
}

Result<int64_t> AirClient::next() {
  Impl& m = *impl_;
  for (const auto& [cell, slot] : m.slots) m.air.receive(cell);  // the step before is over
  m.slots.clear();
  // The gNB may be stopped in a debugger or wait for other processes: only its end ends this.
  Received received;
  do {
    received = receive_frame(m.fd.get(), FrameType::slot, m.payload, Clock::now() + std::chrono::hours(24));
  } while (received.transfer == Transfer::timeout);
  if (received.transfer != Transfer::done) return fail(Fault::io, m.path, "the gNB has gone");
  if (!received.valid || !detail::parse(m.payload, m.step)) return fail(Fault::io, m.path, "a malformed frame");
  m.air.advance(m.step.now_ns);
  m.uplinks.assign(m.step.cells.size(), {});
  for (size_t i = 0; i < m.step.cells.size(); ++i) {
    const auto& cell = m.step.cells[i];
    if (cell.cell >= m.air.cell_count()) return fail(Fault::io, m.path, "cell {} of {}", cell.cell, m.air.cell_count());
    m.uplinks[i].slot = cell.uplink;
    m.slots.emplace_back(cell.cell, cell.uplink);
  }
  for (size_t i = 0; i < m.step.cells.size(); ++i) m.air.send(m.step.cells[i].cell, m.step.cells[i].dl, m.uplinks[i]);
  return m.step.now_ns;
}

const std::vector<std::pair<CellIndex, nr::Slot>>& AirClient::slots() const { return impl_->slots; }

void AirClient::transmit(UeIndex ue, l1_ue::UlSlot slot) {
  if (!slot.empty()) impl_->answer.sendings.push_back({ue, std::move(slot)});
}

Status AirClient::answer() {
  Impl& m = *impl_;
  m.answer.now_ns = m.step.now_ns;
  const auto sent = send_all(m.fd.get(), detail::frame(FrameType::uplink, m.answer), Clock::now() + m.timeout);
  m.answer = {};
  if (sent != Transfer::done) return fail(Fault::io, m.path, "the gNB has gone");
  return {};
}

// --- Answers ---------------------------------------------------------------------------------------------------------------

namespace detail {

RemoteUes::~RemoteUes() {
  for (const auto& ue : index_) {
    if (ue) air_->remove_ue(*ue);
  }
}

bool RemoteUes::apply(Answer&& answer) {
  bool all = true;
  for (auto& change : answer.changes) {
    if (change.ue >= limit::ues) {
      all = false;
      continue;
    }
    if (change.kind == Change::Kind::add) {
      if (change.ue >= index_.size()) index_.resize(change.ue + 1);
      const auto added = index_[change.ue] ? Result<UeIndex>(fail(Fault::invalid, "air", "is there")) : air_->add_ue(change.radio);
      if (added) index_[change.ue] = *added;
      all = all && added.has_value();
      continue;
    }
    if (change.ue >= index_.size() || !index_[change.ue]) {
      all = false;
      continue;
    }
    const UeIndex ue = *index_[change.ue];
    switch (change.kind) {
      case Change::Kind::remove:
        air_->remove_ue(ue);
        index_[change.ue].reset();
        break;
      case Change::Kind::move: air_->move_ue(ue, change.radio.track); break;
      default: air_->tune(ue, change.pci, change.ssb_arfcn);
    }
  }
  for (auto& sending : answer.sendings) {
    if (sending.ue < index_.size() && index_[sending.ue]) {
      air_->transmit(*index_[sending.ue], std::move(sending.slot));
    } else {
      all = false;
    }
  }
  return all;
}

}  // namespace detail

}  // namespace sen::air
