#include "radio/zmq.h"

#include <sys/eventfd.h>
#include <unistd.h>
#include <zmq.h>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <chrono>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <mutex>
#include <thread>

#include "base/log.h"

namespace sen::radio {
namespace {

constexpr size_t max_ports = 8;
constexpr size_t max_reply = 1 << 20;                          // samples of one message
constexpr auto waiting_notice = std::chrono::seconds(3);
constexpr int poll_ms = 200;
constexpr auto bind_again = std::chrono::milliseconds(20);     // an address is free some time after its socket was closed
constexpr int bind_tries = 100;

// Samples in order; memory is kept.
class Queue {
 public:
  size_t size() const { return samples_.size() - first_; }
  const Cf* data() const { return samples_.data() + first_; }
  void push(const Cf* from, size_t n) {
    compact();
    samples_.insert(samples_.end(), from, from + n);
  }
  void push_silence(size_t n) {
    compact();
    samples_.resize(samples_.size() + n);
  }
  void pop(size_t n) { first_ += n; }

 private:
  void compact() {
    if (first_ < samples_.size() && first_ < (size_t{1} << 16)) return;
    samples_.erase(samples_.begin(), samples_.begin() + static_cast<ptrdiff_t>(first_));
    first_ = 0;
  }
  std::vector<Cf> samples_;
  size_t first_ = 0;
};

// A closed socket removes the file of its ipc:// address a little later: it must not be the next socket's.
void await_removal(const std::string& address) {
  constexpr std::string_view scheme = "ipc://";
  if (!address.starts_with(scheme)) return;
  const std::string path = address.substr(scheme.size());
  for (int tries = 0; tries < bind_tries && ::access(path.c_str(), F_OK) == 0; ++tries) std::this_thread::sleep_for(std::chrono::milliseconds(1));
}

struct CloseSocket {
  void operator()(void* socket) const { zmq_close(socket); }
};
using Socket = std::unique_ptr<void, CloseSocket>;

// The library's thread blocks for ever in an event that nobody is there to take: the monitor ends before its receiver.
void close(Socket& socket, Socket& monitor) {
  if (socket) zmq_socket_monitor(socket.get(), nullptr, 0);
  socket.reset();
  monitor.reset();
}

}  // namespace

struct Zmq::Impl {
  struct Tx {
    std::string address;
    Queue queue;
    Socket socket, monitor;
    bool asked = false;          // a request waits for its reply
  };
  struct Rx {
    std::string address;
    Queue queue;
    Socket socket, monitor;
    bool asking = false;
    uint64_t discard = 0;        // of the next peer's samples
  };

  Impl() : context(zmq_ctx_new()), wake(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {}
  ~Impl() {
    for (auto& t : tx) close(t.socket, t.monitor);
    for (auto& r : rx) close(r.socket, r.monitor);
    zmq_ctx_term(context);
    ::close(wake);
  }

  Status open_sockets();
  Status watch(void* socket, Socket& monitor, const char* direction, size_t index, int events);
  void run();
  void serve(std::vector<zmq_pollitem_t>& items);
  void answer(Tx& port);
  void take_reply(Rx& port);
  bool lost(const std::vector<zmq_pollitem_t>& items);
  void start_over();
  void notify() {
    const uint64_t one = 1;
    [[maybe_unused]] const auto written = ::write(wake, &one, sizeof one);
  }

  ZmqConfig config;
  void* context;
  int wake;
  std::thread thread;
  std::atomic<bool> stopping{false};

  mutable std::mutex mutex;        // guards what follows; sockets belong to the thread
  std::condition_variable changed;
  std::vector<Tx> tx;
  std::vector<Rx> rx;
  uint64_t tx_end = 0;             // time after the last sample in the queues
  uint64_t rx_time = 0;            // time of the first sample in the queues
  uint32_t generation = 0;
  bool heard = false;
  Counters counters;
};

Result<ZmqConfig> ZmqConfig::parse(const std::string& device_args) {
  ZmqConfig out;
  for (size_t at = 0; at < device_args.size();) {
    const size_t end = std::min(device_args.find(',', at), device_args.size());
    const std::string item = device_args.substr(at, end - at);
    at = end + 1;
    const size_t equals = item.find('=');
    if (equals == std::string::npos) return fail(Fault::invalid, "device_args", "'{}' is no key=value", item);
    const std::string key = item.substr(0, equals), value = item.substr(equals + 1);
    if (key.starts_with("tx_port")) {
      out.tx_ports.push_back(value);
    } else if (key.starts_with("rx_port")) {
      out.rx_ports.push_back(value);
    } else if (key == "base_srate") {
      const auto [p, error] = std::from_chars(value.data(), value.data() + value.size(), out.sample_rate_hz);
      if (error != std::errc{} || p != value.data() + value.size() || !(out.sample_rate_hz > 0))
        return fail(Fault::invalid, "device_args base_srate", "'{}' is no rate in samples a second (11.52e6)", value);
    } else if (key != "id" && key != "fail_on_disconnect" && key != "log_trx_timeout" && key != "trx_timeout_ms" && key != "tx_freq" &&
               key != "rx_freq") {
      return fail(Fault::invalid, "device_args", "'{}' is unknown: tx_port, rx_port, base_srate", key);
    }
  }
  for (const auto* ports : {&out.tx_ports, &out.rx_ports}) {
    if (ports->size() > max_ports) return fail(Fault::invalid, "device_args", "{} ports: at most {}", ports->size(), max_ports);
    for (const auto& p : *ports) {
      if (p.find("://") == std::string::npos) return fail(Fault::invalid, "device_args", "'{}' is no address (tcp://*:2000, ipc:///path)", p);
    }
  }
  if (out.tx_ports.empty() && out.rx_ports.empty()) return fail(Fault::missing, "device_args", "tx_port and rx_port");
  return out;
}

Zmq::Zmq(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Result<std::unique_ptr<Zmq>> Zmq::open(const ZmqConfig& config) {
  auto impl = std::make_unique<Impl>();
  impl->config = config;
  impl->tx.resize(config.tx_ports.size());
  impl->rx.resize(config.rx_ports.size());
  for (size_t i = 0; i < impl->tx.size(); ++i) impl->tx[i].address = config.tx_ports[i];
  for (size_t i = 0; i < impl->rx.size(); ++i) impl->rx[i].address = config.rx_ports[i];
  SEN_TRY(impl->open_sockets());
  auto radio = std::unique_ptr<Zmq>(new Zmq(std::move(impl)));
  radio->impl_->thread = std::thread([i = radio->impl_.get()] { i->run(); });
  return radio;
}

Zmq::~Zmq() {
  stop();
  if (impl_->thread.joinable()) impl_->thread.join();
}

void Zmq::stop() {
  impl_->stopping = true;
  impl_->notify();
  std::lock_guard lock(impl_->mutex);
  impl_->changed.notify_all();
}

Radio::Counters Zmq::counters() const {
  std::lock_guard lock(impl_->mutex);
  return impl_->counters;
}

bool Zmq::connected() const {
  std::lock_guard lock(impl_->mutex);
  return impl_->heard;
}

Result<uint64_t> Zmq::receive(std::span<const std::span<Cf>> ports) {
  Impl& i = *impl_;
  const size_t n = ports.empty() ? 0 : ports[0].size();
  std::unique_lock lock(i.mutex);
  const auto ready = [&] { return i.stopping || std::ranges::all_of(i.rx, [&](const auto& r) { return r.queue.size() >= n; }); };
  if (!i.changed.wait_for(lock, waiting_notice, ready)) {
    if (!i.rx.empty()) log_info(Layer::radio, "ZMQ: waiting for samples from {}", i.rx[0].address);
    i.changed.wait(lock, ready);
  }
  if (i.stopping) return fail(Fault::io, "ZMQ", "stopped");
  for (size_t p = 0; p < ports.size() && p < i.rx.size(); ++p) {
    std::copy_n(i.rx[p].queue.data(), n, ports[p].begin());
    i.rx[p].queue.pop(n);
  }
  const uint64_t time = i.rx_time;
  i.rx_time += n;
  i.notify();
  return time;
}

Status Zmq::transmit(uint64_t time, std::span<const std::span<const Cf>> ports) {
  Impl& i = *impl_;
  const size_t n = ports.empty() ? 0 : ports[0].size();
  std::unique_lock lock(i.mutex);
  const uint64_t end = time + n;
  if (end <= i.tx_end) {
    i.counters.late_samples += n;
    return {};
  }
  const size_t late = static_cast<size_t>(i.tx_end > time ? i.tx_end - time : 0), gap = static_cast<size_t>(time > i.tx_end ? time - i.tx_end : 0);
  i.counters.late_samples += late;
  i.changed.wait(lock, [&] {
    return i.stopping || std::ranges::all_of(i.tx, [&](const auto& t) { return t.queue.size() < i.config.queue_samples; });
  });
  if (i.stopping) return fail(Fault::io, "ZMQ", "stopped");
  for (size_t p = 0; p < i.tx.size(); ++p) {
    i.tx[p].queue.push_silence(gap);
    if (p < ports.size()) {
      i.tx[p].queue.push(ports[p].data() + late, n - late);
    } else {
      i.tx[p].queue.push_silence(n - late);
    }
  }
  i.tx_end = end;
  i.notify();
  return {};
}

// ---- the sockets' thread ----

Status Zmq::Impl::watch(void* socket, Socket& monitor, const char* direction, size_t index, int events) {
  const std::string name = fmt::format("inproc://{}-{}-{}", direction, index, generation);
  if (zmq_socket_monitor(socket, name.c_str(), events) != 0) return fail(Fault::io, "ZMQ", "monitor: {}", zmq_strerror(zmq_errno()));
  monitor.reset(zmq_socket(context, ZMQ_PAIR));
  if (!monitor || zmq_connect(monitor.get(), name.c_str()) != 0) return fail(Fault::io, "ZMQ", "monitor: {}", zmq_strerror(zmq_errno()));
  return {};
}

Status Zmq::Impl::open_sockets() {
  ++generation;
  const int none = 0;
  for (size_t p = 0; p < tx.size(); ++p) {
    Tx& port = tx[p];
    port.asked = false;
    if (generation > 1) await_removal(port.address);
    for (int tries = 0;; ++tries) {
      port.socket.reset(zmq_socket(context, ZMQ_REP));
      if (!port.socket) return fail(Fault::io, "ZMQ", "{}", zmq_strerror(zmq_errno()));
      zmq_setsockopt(port.socket.get(), ZMQ_LINGER, &none, sizeof none);
      if (zmq_bind(port.socket.get(), port.address.c_str()) == 0) break;
      if (zmq_errno() != EADDRINUSE || generation == 1 || tries == bind_tries || stopping)
        return fail(Fault::io, "tx_port " + port.address, "{}", zmq_strerror(zmq_errno()));
      std::this_thread::sleep_for(bind_again);
    }
    SEN_TRY(watch(port.socket.get(), port.monitor, "tx", p, ZMQ_EVENT_DISCONNECTED));
  }
  for (size_t p = 0; p < rx.size(); ++p) {
    Rx& port = rx[p];
    port.asking = false;
    port.socket.reset(zmq_socket(context, ZMQ_REQ));
    if (!port.socket) return fail(Fault::io, "ZMQ", "{}", zmq_strerror(zmq_errno()));
    zmq_setsockopt(port.socket.get(), ZMQ_LINGER, &none, sizeof none);
    if (zmq_connect(port.socket.get(), port.address.c_str()) != 0)
      return fail(Fault::io, "rx_port " + port.address, "{}", zmq_strerror(zmq_errno()));
    SEN_TRY(watch(port.socket.get(), port.monitor, "rx", p, ZMQ_EVENT_DISCONNECTED));
  }
  return {};
}

void Zmq::Impl::run() {
  std::vector<zmq_pollitem_t> items;
  while (!stopping) {
    items.clear();
    items.push_back({nullptr, wake, ZMQ_POLLIN, 0});
    for (auto& t : tx) items.push_back({t.socket.get(), 0, static_cast<short>(t.asked ? 0 : ZMQ_POLLIN), 0});
    for (auto& r : rx) items.push_back({r.socket.get(), 0, static_cast<short>(r.asking ? ZMQ_POLLIN : 0), 0});
    for (auto& t : tx) items.push_back({t.monitor.get(), 0, ZMQ_POLLIN, 0});
    for (auto& r : rx) items.push_back({r.monitor.get(), 0, ZMQ_POLLIN, 0});
    zmq_poll(items.data(), static_cast<int>(items.size()), poll_ms);
    if (items[0].revents) {
      uint64_t count = 0;
      [[maybe_unused]] const auto got = ::read(wake, &count, sizeof count);
    }
    if (lost(items)) {
      start_over();
    } else {
      serve(items);
    }
  }
}

void Zmq::Impl::serve(std::vector<zmq_pollitem_t>& items) {
  std::lock_guard lock(mutex);
  for (size_t p = 0; p < tx.size(); ++p) {
    if (items[1 + p].revents & ZMQ_POLLIN) {
      char request[16];
      tx[p].asked = zmq_recv(tx[p].socket.get(), request, sizeof request, ZMQ_DONTWAIT) >= 0;
    }
    if (tx[p].asked && tx[p].queue.size() > 0) answer(tx[p]);
  }
  for (size_t p = 0; p < rx.size(); ++p) {
    if (items[1 + tx.size() + p].revents & ZMQ_POLLIN) take_reply(rx[p]);
    if (!rx[p].asking && rx[p].queue.size() < config.queue_samples) {
      const char request = 0;
      rx[p].asking = zmq_send(rx[p].socket.get(), &request, 1, ZMQ_DONTWAIT) == 1;
    }
  }
  changed.notify_all();
}

void Zmq::Impl::answer(Tx& port) {
  const size_t n = std::min(port.queue.size(), max_reply);
  if (zmq_send(port.socket.get(), port.queue.data(), n * sizeof(Cf), ZMQ_DONTWAIT) < 0) return;
  port.queue.pop(n);
  port.asked = false;
}

void Zmq::Impl::take_reply(Rx& port) {
  zmq_msg_t message;
  zmq_msg_init(&message);
  if (zmq_msg_recv(&message, port.socket.get(), ZMQ_DONTWAIT) >= 0) {
    port.asking = false;
    if (!heard) log_info(Layer::radio, "ZMQ: a peer is here: samples come from {}", port.address);
    heard = true;
    const size_t n = zmq_msg_size(&message) / sizeof(Cf);
    const size_t skipped = static_cast<size_t>(std::min<uint64_t>(port.discard, n));
    port.discard -= skipped;
    const auto* octets = static_cast<const uint8_t*>(zmq_msg_data(&message)) + skipped * sizeof(Cf);
    std::vector<Cf> samples(n - skipped);
    if (!samples.empty()) std::memcpy(samples.data(), octets, samples.size() * sizeof(Cf));
    port.queue.push(samples.data(), samples.size());
  }
  zmq_msg_close(&message);
}

bool Zmq::Impl::lost(const std::vector<zmq_pollitem_t>& items) {
  bool gone = false;
  for (size_t i = 1 + tx.size() + rx.size(); i < items.size(); ++i) {
    if (!(items[i].revents & ZMQ_POLLIN)) continue;
    for (zmq_msg_t part;;) {  // an event, then its address
      zmq_msg_init(&part);
      const bool got = zmq_msg_recv(&part, items[i].socket, ZMQ_DONTWAIT) >= 0;
      zmq_msg_close(&part);
      if (!got) break;
      gone = true;
    }
  }
  return gone;
}

// The next peer begins with the first sample that this one did not fetch.
void Zmq::Impl::start_over() {
  for (auto& t : tx) close(t.socket, t.monitor);
  for (auto& r : rx) close(r.socket, r.monitor);
  {
    std::lock_guard lock(mutex);
    size_t waiting = 0;
    for (const auto& t : tx) waiting = std::max(waiting, t.queue.size());
    const uint64_t next = tx_end - waiting;
    for (auto& r : rx) {
      const uint64_t have = rx_time + r.queue.size();
      r.discard = have > next ? have - next : 0;
      if (have < next) r.queue.push_silence(static_cast<size_t>(next - have)), counters.lost_samples += next - have;
    }
    if (heard) {
      ++counters.reconnects;
      log_info(Layer::radio, "ZMQ: the peer has gone; waiting for the next one");
    }
    heard = false;
    changed.notify_all();
  }
  if (const Status opened = open_sockets(); !opened) {
    log_error(Layer::radio, "{}", opened.error().describe());
    stopping = true;
    std::lock_guard lock(mutex);
    changed.notify_all();
  }
}

}  // namespace sen::radio
