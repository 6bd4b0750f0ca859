// Settings of the UPF, with the keys that Open5GS users know. Addresses are the defaults of a lab on one host.
#pragma once

#include <string>
#include <vector>

#include "base/config.h"
#include "base/ip.h"
#include "base/result.h"

namespace sen::upf {

enum class N6Mode : uint8_t { automatic, tun, builtin };

struct UpfConfig {
  struct Server {
    IpAddress address;
    uint16_t port = 0;
  };
  struct Gtpu {
    IpAddress address;
    uint16_t port = 2152;
    IpAddress advertise;  // none: `address`
  };
  struct Subnet {
    IpPrefix subnet;
    IpAddress gateway;  // none: the first address of an IPv4 subnet, ::1 of an IPv6 one
    std::string dnn = "internet";
    std::string dev = "sen5g0";

    IpAddress gateway_address() const { return gateway.empty() ? subnet.address.plus(1) : gateway; }
  };

  std::vector<Server> pfcp_server;
  std::vector<Server> pfcp_smf;  // SMFs that this UPF sets up the association with itself; none: it waits for them
  std::vector<Gtpu> gtpu_server;
  std::vector<Subnet> session;
  N6Mode n6 = N6Mode::automatic;
  uint32_t mtu = 1400;             // of N6 and of the UE
  uint32_t gtpu_mtu = 1500;        // of the N3 link
  uint32_t max_sessions = 65536;
  uint32_t packets = 16384;        // packet buffers
  uint32_t buffered_packets = 64;  // downlink packets kept for one idle session
  uint32_t heartbeat_s = 10;
  uint32_t response_ms = 3000;  // T1
  uint32_t retries = 3;         // N1

  UpfConfig();
  // The address that tunnels end at, as told to the SMF; none when there is none of that family.
  IpAddress tunnel_v4() const;
  IpAddress tunnel_v6() const;
  // Longest user packet that still fits the N3 link with its GTP-U, UDP and IP headers.
  uint32_t max_inner() const;
};

void describe(config::Section& section, UpfConfig& config);

}  // namespace sen::upf
