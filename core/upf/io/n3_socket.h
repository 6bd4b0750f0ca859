// GTP-U over the kernel's UDP, for one local endpoint (IPv4 or IPv6): receives and sends in batches (recvmmsg, sendmmsg). Lives on one
// ThreadExecutor. Costs a few microseconds a packet: the laptop's way; faster ones are other back ends of the same UPF.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "base/counter.h"
#include "base/executor.h"
#include "base/ip.h"
#include "base/packet.h"

namespace sen::upf {

class N3Socket {
 public:
  static constexpr size_t batch = 64;
  using Received = std::function<void(const Endpoint& from, Packet datagram)>;

  // Packets come from `pool`, which must be this executor's. Error io names the endpoint and the system's reason.
  static Result<std::unique_ptr<N3Socket>> open(ThreadExecutor& executor, Counters& counters, PacketPool& pool, const Endpoint& local,
                                                Received received);
  ~N3Socket();
  N3Socket(const N3Socket&) = delete;

  // Sent when a batch is full, else when the executor has run the task at hand. Packets that the kernel does not take are counted.
  void send(const Endpoint& to, Packet datagram);
  const Endpoint& local() const { return local_; }

 private:
  struct Out {
    Endpoint to;
    Packet packet;
  };
  N3Socket(ThreadExecutor& executor, Counters& counters, PacketPool& pool, int fd, Received received);
  void read_all();
  void flush();

  ThreadExecutor& executor_;
  PacketPool& pool_;
  int fd_;
  Endpoint local_;
  Received received_;
  std::vector<Packet> in_;
  std::vector<Out> out_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
  bool flush_posted_ = false;
  Counter& no_memory_;
  Counter& truncated_;
  Counter& unsent_;
};

}  // namespace sen::upf
