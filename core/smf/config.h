// Configuration of the SMF: the keys that users of Open5GS know (smf.yaml, below `smf:`).
#pragma once

#include <string>
#include <vector>

#include "base/config.h"
#include "base/ip.h"
#include "nr/ids.h"

namespace sen::smf {

struct ServerConfig {
  IpAddress address;
  uint16_t port = 0;
};

struct UpfConfig {
  Endpoint endpoint;
  std::vector<std::string> dnns;  // empty: all
  std::vector<Tac> tacs;          // empty: all
};

// One address pool. Subnets of an empty DNN serve every DNN that has no pool of its own.
struct PoolConfig {
  IpPrefix subnet;
  IpAddress gateway;  // never given to a UE; empty: the first address of an IPv4 subnet
  std::string dnn;
};

struct SliceConfig {
  SNssai s_nssai;
  std::vector<std::string> dnns;  // empty: all
};

// User plane security that the gNB is told (TS 38.413 9.3.1.27); nothing is sent when `given` is false.
struct SecurityIndicationConfig {
  enum class Need : uint8_t { required, preferred, not_needed };
  bool given = false;
  Need integrity = Need::not_needed;
  Need confidentiality = Need::preferred;
};

struct TimeConfig {
  uint32_t t3591_ms = 16000;  // TS 24.501 10.3
  uint32_t t3592_ms = 16000;
  uint32_t rq_timer_s = 0;          // reflective QoS timer told to UEs that can do it; 0: not told
  uint32_t n4_t1_ms = 1000;         // TS 29.244 6.4: retransmission of requests
  uint32_t n4_n1 = 3;               // retransmissions
  uint32_t n4_heartbeat_ms = 10000;
  uint32_t n4_association_ms = 2000;  // between attempts to associate
};

struct SmfConfig {
  std::string instance_id = "smf";  // NF instance, told to the UDM
  std::vector<ServerConfig> pfcp_servers;
  std::vector<UpfConfig> upfs;
  std::vector<ServerConfig> gtpu_servers;
  std::vector<PoolConfig> sessions;
  std::vector<IpAddress> dns;
  std::vector<IpAddress> p_cscf;
  uint16_t mtu = 1400;
  bool always_on = false;  // grant always-on sessions to UEs that ask
  std::vector<SliceConfig> slices;  // empty: all
  SecurityIndicationConfig security_indication;
  uint32_t usage_volume_mib = 100;  // a usage report after this volume
  uint32_t usage_time_s = 3600;     // and after this time of use
  TimeConfig time;

  SmfConfig();  // the defaults of labs: UPF 127.0.0.7, own 127.0.0.4, 10.45.0.0/16 and 2001:db8:cafe::/48
};

void describe(config::Section& section, SmfConfig& config);

}  // namespace sen::smf
