// A TUN device as N6 (needs root or CAP_NET_ADMIN): created, given the gateway addresses of the UEs' subnets (which makes the kernel route
// the subnets to it), its MTU, and brought up. Lives on one ThreadExecutor.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/counter.h"
#include "base/executor.h"
#include "base/ip.h"
#include "base/packet.h"

namespace sen::upf {

class Tun {
 public:
  struct Address {
    IpAddress address;
    uint8_t prefix_length = 0;
  };
  using Received = std::function<void(Packet ip)>;

  // Packets come from `pool`, which must be this executor's. Error io or denied names the device, the step and the system's reason.
  static Result<std::unique_ptr<Tun>> open(ThreadExecutor& executor, Counters& counters, PacketPool& pool, const std::string& name,
                                           const std::vector<Address>& addresses, uint32_t mtu, Received received);
  ~Tun();
  Tun(const Tun&) = delete;

  void send(Packet ip);
  const std::string& name() const { return name_; }

 private:
  Tun(ThreadExecutor& executor, Counters& counters, PacketPool& pool, int fd, std::string name, Received received);
  void read_all();

  ThreadExecutor& executor_;
  PacketPool& pool_;
  int fd_;
  std::string name_;
  Received received_;
  Counter& no_memory_;
  Counter& unsent_;
};

}  // namespace sen::upf
