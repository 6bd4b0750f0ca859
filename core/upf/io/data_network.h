// The built-in data network: what lies behind N6 when there is no TUN device (no root). Every address answers; no sockets, no state of
// flows, no clock but the executor's. Lives on one executor.
//
//   ICMP and ICMPv6 echo   answered for any address
//   UDP port 7             echo
//   UDP port 9             discard: counted
//   UDP port 19            source: "rate=<bit/s> size=<octets of UDP payload> seconds=<n>" makes it send that stream back
//   UDP port 53            DNS: A and AAAA of any name give the addresses below, other types an empty answer without error
//   TCP SYN                refused with RST
// Everything else is counted and dropped.
#pragma once

#include <functional>
#include <list>

#include "base/counter.h"
#include "base/executor.h"
#include "base/ip.h"
#include "base/packet.h"

namespace sen::upf {

class DataNetwork {
 public:
  // RFC 2544 and RFC 3849: addresses for tests and documentation.
  static constexpr Octets<4> dns_v4{198, 18, 0, 1};
  static constexpr Octets<16> dns_v6{0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
  static constexpr size_t max_streams = 4096;
  static constexpr uint64_t max_rate = 100'000'000'000;
  static constexpr uint32_t max_seconds = 3600;
  static constexpr uint32_t max_payload = 1900;

  // `send` gets the packets for the UEs, from `pool`, which must be this executor's.
  DataNetwork(Executor& executor, Counters& counters, PacketPool& pool, std::function<void(Packet ip)> send);
  ~DataNetwork();
  DataNetwork(const DataNetwork&) = delete;

  void received(Packet ip);

  uint64_t discarded_packets() const { return static_cast<uint64_t>(discarded_packets_.value()); }
  uint64_t discarded_octets() const { return static_cast<uint64_t>(discarded_octets_.value()); }
  size_t streams() const { return streams_.size(); }

 private:
  struct Ip;  // where things are in a received packet
  struct Stream {
    explicit Stream(Executor& executor) : timer(executor) {}
    Bytes first;  // the datagram that is repeated, with its headers
    size_t payload_at = 0;
    uint64_t interval_ns = 0;
    uint64_t sent = 0;
    uint64_t count = 0;
    Time start;
    Timer timer;
  };

  bool locate(Packet& packet, Ip& ip) const;
  void reply(Packet packet, const Ip& ip);
  void icmp(Packet packet, const Ip& ip);
  void udp(Packet packet, const Ip& ip);
  void tcp(Packet packet, const Ip& ip);
  void dns(const Packet& packet, const Ip& ip);
  void source(const Packet& packet, const Ip& ip);
  void run(std::list<Stream>::iterator stream);
  Packet datagram(const Packet& to, const Ip& ip, ByteView payload);

  Executor& executor_;
  PacketPool& pool_;
  std::function<void(Packet ip)> send_;
  std::list<Stream> streams_;
  Counter& echoed_;
  Counter& discarded_packets_;
  Counter& discarded_octets_;
  Counter& sourced_packets_;
  Counter& names_;
  Counter& refused_;
  Counter& ignored_;
  Counter& no_memory_;
};

}  // namespace sen::upf
