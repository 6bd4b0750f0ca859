// A TUN device (needs root or CAP_NET_ADMIN): created, given addresses, its MTU, and brought up. As N6 it has the gateway addresses of the UEs'
// subnets, which makes the kernel route the subnets to it; as a UE's network interface the address of its PDU session, when that is known. Lives on one ThreadExecutor.
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
  void send(ByteView ip);
  Status set_mtu(uint32_t mtu);
  Status add_address(const Address& address);
  Status remove_address(const Address& address);
  // Everything of the address family goes to the device, where no better route is.
  Status add_default_route(bool v6);
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
