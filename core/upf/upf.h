// The UPF (TS 23.501 6.2.3, TS 29.244, TS 29.281): bytes from N4, N3 and N6 in, bytes out, no sockets. Lives on one executor, which all
// calls must come from and on which the ports are called.
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/counter.h"
#include "base/executor.h"
#include "base/packet.h"
#include "core/upf/config.h"
#include "core/upf/drop.h"
#include "core/upf/pfcp_server.h"
#include "core/upf/user_plane.h"

namespace sen::upf {

struct UpfPorts {
  std::function<void(const Endpoint& to, Bytes pfcp)> send_n4;
  std::function<void(const Endpoint& to, Packet gtpu)> send_n3;
  std::function<void(Packet ip)> send_n6;
};

class Upf {
 public:
  Upf(const UpfConfig& config, Executor& executor, Counters& counters, UpfPorts ports);
  Upf(const Upf&) = delete;

  void start();
  void n4_received(const Endpoint& from, ByteView pfcp);
  // Packets with less headroom than the headers need are copied into the UPF's pool.
  void n3_received(const Endpoint& from, Packet gtpu);
  void n6_received(Packet ip);

  // The pool of this executor, for the I/O that feeds the UPF.
  PacketPool& pool() { return pool_; }

  // For display.
  struct DropLine {
    DropText text;
    uint64_t packets = 0;
  };
  std::vector<DropLine> drops() const;  // those that occurred
  uint64_t dropped(Drop reason) const { return user_plane_.drops()[static_cast<size_t>(reason)]; }
  size_t session_count() const { return pfcp_.session_count(); }
  struct SessionLine {
    uint64_t seid = 0;
    uint64_t cp_seid = 0;
    std::string smf;
    std::string dnn;
    std::vector<std::string> ue_addresses;
    std::vector<std::string> rules;  // one line a rule
    size_t buffered = 0;
    size_t octets = 0;  // of memory
  };
  std::vector<SessionLine> sessions(size_t limit = 1000) const;
  struct AssociationLine {
    std::string node;
    Endpoint peer;
    bool alive = false;
    size_t sessions = 0;
  };
  std::vector<AssociationLine> associations() const;

 private:
  // At most `per_second` in each second.
  class RateLimit {
   public:
    explicit RateLimit(uint32_t per_second) : per_second_(per_second) {}
    bool allows(int64_t now_ns);

   private:
    uint32_t per_second_;
    int64_t second_ = -1;
    uint32_t used_ = 0;
  };

  int64_t now_ns() const { return executor_.now().time_since_epoch().count(); }
  bool give_headroom(Packet& packet);
  void send_to_tunnel(const Job& job, Packet packet);
  void finish_n3(const Endpoint& from, Job& job, Packet packet);
  void finish_n6(Job& job, Packet packet);
  void signalling(const Endpoint& from, const Packet& packet);
  void error_indication(ByteView datagram);
  void end_marker(uint32_t teid);
  void send_signalling(const Endpoint& to, const Bytes& octets);
  void answer_too_big(ByteView packet);
  IpAddress own_address(bool v4) const { return v4 ? config_.tunnel_v4() : config_.tunnel_v6(); }
  void after_packets();
  void count_qfi(std::array<Counter*, 64>& members, const char* name, const char* help, uint8_t qfi, uint64_t octets);

  UpfConfig config_;
  Executor& executor_;
  Counters& counters_;
  UpfPorts ports_;
  PacketPool pool_;
  UserPlane user_plane_;
  PfcpServer pfcp_;
  std::vector<Event> events_;
  bool handling_events_ = false;
  RateLimit signalling_rate_{1000};
  RateLimit icmp_rate_{100};
  uint64_t drops_seen_ = 0;
  DropCounts drops_published_{};
  std::array<Counter*, static_cast<size_t>(Drop::count)> drop_counters_{};
  Counter& n3_packets_in_;
  Counter& n3_packets_out_;
  Counter& n3_octets_in_;
  Counter& n3_octets_out_;
  Counter& n6_packets_in_;
  Counter& n6_packets_out_;
  std::array<Counter*, 64> qfi_in_{};
  std::array<Counter*, 64> qfi_out_{};
};

}  // namespace sen::upf
